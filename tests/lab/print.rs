//! `lab print`: the handout gives nothing away, the key tells all, and nothing of a sheet becomes markup.

use std::{fs, path::Path};

use crate::harness::{ftplab, golden};

fn sheet() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/lab/sheets/printed.en.md")
        .display()
        .to_string()
}

fn printed(args: &[&str]) -> String {
    let done = ftplab().args(["lab", "print"]).args(args).run().code(0);
    assert_eq!(done.err(), "");
    done.out().to_owned()
}

#[test]
fn handout_and_key_in_both_forms() {
    let sheet = sheet();
    golden(
        "lab/print.md",
        &printed(&[&sheet, "--student", "Zoé <x> `y`"]),
    );
    golden("lab/print-key.md", &printed(&[&sheet, "--key"]));
    golden(
        "lab/print.html",
        &printed(&[&sheet, "--html", "--student", "Zoé <x> `y`"]),
    );
    golden("lab/print-key.html", &printed(&[&sheet, "--key", "--html"]));
    golden("lab/print-2.fr.md", &printed(&["2", "--lang", "fr"]));
    golden(
        "lab/print-2-key.fr.md",
        &printed(&["2", "--lang", "fr", "--key"]),
    );
}

#[test]
fn a_capture_has_the_title_that_its_author_gave_it() {
    assert!(printed(&["4"]).contains("\n**One file, in passive mode**\n"));
    let page = printed(&["4", "--html", "--lang", "fr"]);
    assert!(page.contains("<p><strong>Votre enregistrement</strong></p>"));
}

/// The names of the tags in a page, and whether any has an attribute that runs or fetches something.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("a tag ends");
        let name = tag.trim_start_matches('/').split([' ', '\n']).next();
        tags.push(name.unwrap_or_default().to_owned());
        for attribute in [" on", "src=", "href=", "javascript", "url("] {
            assert!(name == Some("style") || !tag.contains(attribute), "<{tag}>");
        }
    }
    tags
}

#[test]
fn nothing_of_a_sheet_becomes_markup() {
    let known = [
        "!DOCTYPE",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "h2",
        "p",
        "span",
        "i",
        "main",
        "div",
        "pre",
        "code",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "section",
        "b",
        "ul",
        "li",
        "hr",
        "dl",
        "dt",
        "dd",
        "em",
        "strong",
        "ol",
        "blockquote",
    ];
    let sheet = sheet();
    for args in [
        &[sheet.as_str(), "--html"][..],
        &[&sheet, "--html", "--key"],
        &[
            &sheet,
            "--html",
            "--param",
            "word=<script>\"'&",
            "--student",
            "<b>",
        ],
        &["1", "--html"],
        &["3", "--html", "--key", "--lang", "fr"],
    ] {
        let page = printed(args);
        let style = page
            .split("<style>")
            .nth(1)
            .and_then(|rest| rest.split("</style>").next());
        let style = style.expect("a style");
        assert!(!style.contains("url(") && !style.contains("@import"));
        for tag in tags(&page.replace(style, "")) {
            assert!(known.contains(&tag.as_str()), "<{tag}>");
        }
        // Each is closed.
        for tag in [
            "div", "section", "table", "ul", "pre", "p", "span", "code", "dl", "em", "b",
        ] {
            let opened = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
    // HTML of a sheet is no HTML in the Markdown either.
    let page = printed(&[&sheet]);
    let outside: String = page.split("```").step_by(2).collect();
    assert!(
        !outside.contains("<script") && !outside.contains("<img") && !outside.contains("<b"),
        "{outside}"
    );
}

#[test]
fn a_handout_gives_nothing_away() {
    for name in ["1", "2", "3"] {
        for lang in ["en", "fr"] {
            let handout = printed(&[name, "--lang", lang]);
            let key = printed(&[name, "--lang", lang, "--key"]);
            let source =
                std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/sheets"))
                    .expect("the sheets")
                    .map(|entry| entry.expect("an entry").path())
                    .find(|path| {
                        let file = path
                            .file_name()
                            .and_then(|file| file.to_str())
                            .unwrap_or("");
                        file.starts_with(name) && file.ends_with(&format!("{lang}.md"))
                    })
                    .map(|path| std::fs::read_to_string(path).expect("a sheet"))
                    .expect("the sheet");
            let mut told = 0;
            for line in source.lines() {
                let Some(hidden) = line.strip_prefix("? ").or(line.strip_prefix("! ")) else {
                    continue;
                };
                // Up to its first value, or anything that Markdown writes otherwise.
                let end = hidden
                    .find(['{', '`', '*', '<', '_'])
                    .unwrap_or(hidden.len());
                let hidden = hidden[..end].trim();
                if hidden.len() > 12 {
                    told += 1;
                    assert!(!handout.contains(hidden), "{name}.{lang}: {hidden}");
                    assert!(key.contains(hidden), "{name}.{lang}: {hidden}");
                }
            }
            assert!(told > 10, "{name}.{lang}: {told}");
        }
    }
}

#[test]
fn values_of_the_run_are_filled_in() {
    let page = printed(&["1"]);
    assert!(page.contains("ftplab raw 127.0.0.1 2121"), "{page}");
    let zoe = printed(&["1", "--student", "Zoé"]);
    assert!(!zoe.contains("127.0.0.1 2121"), "{zoe}");
    ftplab()
        .args(["lab", "print", "1", "--param", "nothing=1"])
        .run()
        .code(2);
}

#[test]
fn a_page_that_is_there_is_kept_unless_it_is_said_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let print = |more: &[&str]| {
        let words = ["lab", "print", "1", "-o", "page.md"];
        ftplab().within(folder.path()).args(words).args(more).run()
    };
    let page = folder.path().join("page.md");
    fs::write(&page, "mine").expect("a file");
    let kept = print(&[]).code(2);
    assert!(
        kept.err().contains("--force overwrites it"),
        "{}",
        kept.err()
    );
    assert_eq!(fs::read_to_string(&page).expect("there"), "mine");
    print(&["--force"]).code(0);
    let read = fs::read_to_string(&page).expect("there");
    assert!(read.starts_with("# The control line"), "{read}");
}
