//! `lab check` as an author meets it: every mistake of a sheet's form, both languages held against each other, what is
//! not there, what does not go as it is written when it is played; and that the shipped sheets are without fault.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ftplab::lab::sheet::{Choice, Kind, RightWhen};

use crate::harness::{Done, ftplab};

fn sheets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/lab/sheets")
}

fn check(lang: &str, args: &[&str]) -> Done {
    ftplab()
        .lang(lang)
        .args(["lab", "check"])
        .args(args)
        .within(sheets())
        .run()
}

#[test]
fn every_mistake_of_the_form() {
    for lang in ["en", "fr"] {
        check(lang, &["form.en.md"])
            .code(1)
            .golden(&format!("lab/check/form-{lang}.txt"));
    }
}

#[test]
fn two_languages_that_are_not_the_same_sheet() {
    for lang in ["en", "fr"] {
        check(lang, &["pair", "--no-play"])
            .code(1)
            .golden(&format!("lab/check/pair-{lang}.txt"));
    }
}

#[test]
fn what_a_sheet_names_is_not_there() {
    for lang in ["en", "fr"] {
        check(lang, &["missing"])
            .code(1)
            .golden(&format!("lab/check/missing-{lang}.txt"));
    }
}

#[test]
fn played_it_does_not_go_as_it_is_written() {
    for lang in ["en", "fr"] {
        check(lang, &["played.en.md"])
            .code(1)
            .golden(&format!("lab/check/played-{lang}.txt"));
    }
}

#[test]
fn a_sheet_without_fault_in_one_file() {
    check("en", &["fine.md"])
        .code(0)
        .golden("lab/check/fine.txt");
    check("en", &["real.en.md"])
        .code(0)
        .golden("lab/check/real.txt");
}

#[test]
fn lines_for_programs() {
    let done = check("en", &["missing.en.md", "fine.md", "--json", "--no-play"]).code(1);
    let lines = done.json_lines();
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| line["type"].as_str().expect("a type"))
        .collect();
    assert_eq!(
        kinds,
        [
            "mistake", "mistake", "mistake", "mistake", "checked", "checked"
        ]
    );
    assert_eq!(lines[0]["file"], "missing.en.md");
    assert_eq!(lines[0]["line"], 5);
    assert_eq!(lines[4]["ok"], false);
    assert_eq!(
        (&lines[5]["ok"], &lines[5]["mistakes"]),
        (&true.into(), &0.into())
    );
}

#[test]
fn a_sheet_that_is_not_there_is_an_error_of_use() {
    let done = check("en", &["no-such-sheet"]).code(2);
    assert!(
        done.err()
            .starts_with("ftplab: lab check: there is no sheet no-such-sheet.")
    );
}

/// A test a shipped sheet, so that they are played side by side: both languages, nothing wrong.
macro_rules! shipped {
    ($($test:ident $name:literal,)*) => {
        $(#[test]
        fn $test() {
            without_fault($name);
        })*

        #[test]
        fn every_shipped_sheet_has_a_test_here() {
            let done = ftplab().args(["lab", "list", "--json"]).run().code(0);
            let listed: Vec<String> = done
                .json_lines()
                .iter()
                .map(|line| line["name"].as_str().expect("a name").to_owned())
                .collect();
            assert_eq!(listed, [$($name),*]);
        }
    };
}

shipped! {
    sheet_1_is_without_fault "1-control",
    sheet_2_is_without_fault "2-passive",
    sheet_3_is_without_fault "3-active",
    sheet_4_is_without_fault "4-capture",
    sheet_5_is_without_fault "5-server",
    sheet_6_is_without_fault "6-firewalls",
    sheet_7_is_without_fault "7-faults",
    sheet_8_is_without_fault "8-on-the-wire",
    sheet_9_is_without_fault "9-fxp",
    the_annex_is_without_fault "annex",
}

/// Whoever always takes the same letter must not get far.
#[test]
fn the_right_choice_has_no_place_of_its_own() {
    for file in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/sheets")).expect("a folder")
    {
        let path = file.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a sheet");
        let sheet = ftplab::lab::parse::read(&text).expect("without mistakes");
        let asks = sheet.blocks().filter_map(|block| match &block.kind {
            Kind::Ask(ask) => Some(ask),
            _ => None,
        });
        let places: Vec<usize> = asks
            .filter_map(|ask| {
                let right = |choice: &Choice| choice.right == RightWhen::Always;
                ask.choices.iter().position(right)
            })
            .collect();
        for letter in 0..3 {
            let there = places.iter().filter(|&&place| place == letter).count();
            let shown = path.display();
            assert!(
                places.len() < 3 || there * 3 <= places.len() * 2,
                "{shown}: {places:?}"
            );
        }
    }
}

fn without_fault(name: &str) {
    let done = check("en", &[name, "--json"]);
    let mut files = 0;
    for line in done.json_lines() {
        assert_eq!(line["ok"], true, "{}", done.out());
        // The annex is to be read, not worked through.
        let asks = line["questions"].as_u64().is_some_and(|n| n > 0);
        assert_eq!(asks, name != "annex", "{line}");
        files += 1;
    }
    assert_eq!((files, done.code), (2, 0), "{}", done.out());
}

#[test]
fn the_list() {
    let done = ftplab().args(["lab", "list"]).run().code(0);
    assert!(done.out().contains("1-control"), "{}", done.out());
    let done = ftplab()
        .lang("fr")
        .args(["lab", "list"])
        .arg(sheets())
        .run()
        .code(0);
    let own: Vec<&str> = done
        .out()
        .lines()
        .skip_while(|line| !line.contains("fine.md"))
        .collect();
    assert!(own.concat().contains("In one file"), "{}", done.out());
    let lines = ftplab().args(["lab", "list", "--json"]).run().code(0);
    for line in lines.json_lines() {
        assert_eq!(line["mistakes"], 0, "{line}");
        assert_eq!(
            line["languages"].as_array().map(Vec::len),
            Some(2),
            "{line}"
        );
    }
}
