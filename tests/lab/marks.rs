//! `lab marks`: a class's reports, honest, copied, edited and broken.

use std::{collections::BTreeMap, fs, path::Path};

use ftplab::lab::report::{Block, FORM, Given, Kind, Report, Sheet};

use crate::harness::{ftplab, golden};

fn block(id: &str, kind: Kind, done: bool) -> Block {
    let ask = kind == Kind::Ask;
    Block {
        id: id.to_owned(),
        step: 1,
        kind,
        points: if ask {
            2
        } else {
            u32::from(kind == Kind::Write)
        },
        question: None,
        done,
        began: Some(100),
        ended: done.then_some(160),
        hints: u32::from(ask),
        answers: if ask {
            vec![Given {
                answer: "1".into(),
                right: done,
                at: 110,
            }]
        } else {
            Vec::new()
        },
        text: (kind == Kind::Write).then(String::new),
        lines: Vec::new(),
        dialogue: Vec::new(),
        digest: String::new(),
    }
}

fn report(student: &str, room: &str, text: &str, done: bool) -> Report {
    let mut report = Report {
        form: FORM,
        ftplab: "0.1.0".into(),
        sheet: Sheet {
            id: "1-control".into(),
            title: "Control".into(),
            version: 1,
            language: "en".into(),
            sha256: String::new(),
        },
        student: Some(student.to_owned()),
        demo: false,
        params: BTreeMap::from([("room".to_owned(), room.to_owned())]),
        began: 100,
        saved: 200,
        edited: false,
        finished: false,
        blocks: vec![
            block("login", Kind::Ftp, true),
            block("port", Kind::Ask, done),
            block("why", Kind::Write, true),
        ],
        digest: String::new(),
    };
    report.blocks[2].text = Some(text.to_owned());
    report.seal();
    report
}

fn class(folder: &Path) {
    let write = |name: &str, json: &str| fs::write(folder.join(name), json).expect("written");
    let same = "Because commands and data must not be mixed.";
    write("zoe.json", &report("Zoé", "101", same, true).json());
    let copied = "because commands and data, must not be  mixed";
    write("max.json", &report("Max", "102", copied, false).json());
    write(
        "léa.json",
        &report("=HYPERLINK(\"x\")", "101", "Mine.", true).json(),
    );
    let edited = report("Edith", "104", "My own words.", false).json();
    write(
        "edith.json",
        &edited.replace("\"right\": false", "\"right\": true"),
    );
    write(
        "escape.json",
        &report("\u{1b}[2J\u{202e}a,b\"c\nd", "105", "", true).json(),
    );
    write("broken.json", "{\"form\": \"\\u001b[2J\"}");
}

const ALL: [&str; 7] = [
    "zoe.json",
    "broken.json",
    "max.json",
    "léa.json",
    "edith.json",
    "escape.json",
    "nowhere.json",
];

#[test]
fn a_class_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    class(folder.path());
    for (lang, name) in [("en", "lab/marks.en"), ("fr", "lab/marks.fr")] {
        let done = ftplab()
            .within(folder.path())
            .args(["lab", "marks", "--lang", lang])
            .args(ALL)
            .run()
            .code(1);
        assert!(!done.out().contains('\u{1b}') && !done.err().contains('\u{1b}'));
        golden(name, &format!("{}--- stderr\n{}", done.out(), done.err()));
    }
}

#[test]
fn csv_is_a_line_a_report_and_no_formula() {
    let folder = tempfile::tempdir().expect("a folder");
    class(folder.path());
    let done = ftplab()
        .within(folder.path())
        .args(["lab", "marks", "--csv"])
        .args(ALL)
        .run()
        .code(1);
    golden("lab/marks.csv", done.out());
    assert_eq!(done.out().matches("\r\n").count(), 6, "{}", done.out());
    assert!(
        done.out().contains("\"'=HYPERLINK(\"\"x\"\")\""),
        "{}",
        done.out()
    );
    let fine = ftplab()
        .within(folder.path())
        .args(["lab", "marks", "zoe.json"])
        .run();
    fine.code(0);
}

#[test]
fn a_file_without_end_is_no_report() {
    if Path::new("/dev/zero").exists() {
        let done = ftplab().args(["lab", "marks", "/dev/zero"]).run().code(1);
        assert!(done.err().contains("16 MB"), "{}", done.err());
    }
}

#[test]
fn a_folder_is_what_it_holds_and_who_has_no_name_is_their_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("handed-in/by-mail");
    fs::create_dir_all(&below).expect("a folder");
    let mut nameless = report("", "101", "Mine.", true);
    nameless.student = None;
    nameless.seal();
    let named = report("Zoé", "102", "My own.", true);
    fs::write(below.join("of-somebody-who-forgot.json"), nameless.json()).expect("written");
    fs::write(folder.path().join("handed-in/zoe.json"), named.json()).expect("written");
    fs::write(folder.path().join("handed-in/zoe.md"), "# Not this one").expect("written");
    let marks = |lang: &str, what: &str| {
        let words = ["lab", "marks", "--lang", lang, what];
        ftplab().within(folder.path()).args(words).run()
    };
    let done = marks("en", "handed-in").code(0);
    assert_eq!(done.err(), "");
    for told in ["\nZoé ", "\n…omebody-who-forgot.json  "] {
        assert!(done.out().contains(told), "{}", done.out());
    }
    fs::create_dir(folder.path().join("none")).expect("a folder");
    for (lang, told) in [("en", "is no report"), ("fr", "aucun compte rendu")] {
        let done = marks(lang, "none").code(2);
        assert!(done.err().contains(told), "{}", done.err());
    }
}
