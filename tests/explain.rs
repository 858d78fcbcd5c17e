//! `explain` as a user meets it: its pages in both languages, its exit codes, what it does not know.

use crate::harness::{Done, ftplab};

fn explain(lang: &str, words: &[&str]) -> Done {
    ftplab().lang(lang).arg("explain").args(words).run()
}

#[test]
fn pages() {
    for lang in ["en", "fr"] {
        for (name, words) in [
            ("tables", &[][..]),
            ("425", &["425"]),
            ("530", &["530"]),
            ("pasv", &["PASV"]),
            ("retr", &["RETR"]),
            ("42z", &["42z"]),
            ("get", &["get"]),
            ("two", &["227", "type"]),
        ] {
            explain(lang, words)
                .code(0)
                .golden(&format!("explain/{lang}-{name}.txt"));
        }
    }
}

#[test]
fn a_code_that_no_rfc_lists_is_explained_by_its_digits() {
    let done = explain("en", &["428"]).code(1);
    assert!(done.out().contains("4yz") && done.out().contains("x2z"));
    assert_eq!(
        done.err(),
        "ftplab: explain: no RFC lists 428. Near: 421 425 426.\n"
    );
}

#[test]
fn what_is_unknown_has_near_ones() {
    let done = explain("en", &["PSAV"]).code(1);
    assert_eq!(done.out(), "");
    assert_eq!(
        done.err(),
        "ftplab: explain: \"PSAV\" is neither a reply code nor a command. Near: PASV.\n"
    );
    let done = explain("fr", &["qwertyuiop"]).code(1);
    assert_eq!(done.err().lines().count(), 1);
}

#[test]
fn the_known_among_the_unknown_are_explained() {
    let done = explain("en", &["NOOP", "xyzzy", "200"]).code(1);
    assert!(done.out().starts_with("NOOP  ") && done.out().contains("\n\n200  "));
    assert!(done.err().contains("\"xyzzy\"") && done.err().lines().count() == 1);
}

#[test]
fn case_and_the_rest_of_a_line_do_not_matter() {
    let page = |word| explain("en", &[word]).code(0).stdout;
    assert_eq!(page("pasv"), page("PASV"));
    assert_eq!(page("425 Can't open data connection."), page("425"));
    assert_eq!(page("USER anonymous"), page("user"));
    assert_eq!(page("4YZ"), page("4xx"));
    assert_eq!(page("4"), page("4yz"));
}

#[test]
fn a_word_of_the_explanations_finds_them() {
    let done = explain("en", &["firewall"]).code(0);
    assert!(done.out().contains("  PASV  ") && done.out().contains("  425  "));
    let done = explain("fr", &["repertoire"]).code(0);
    assert!(done.out().contains("  CWD   "));
}

#[test]
fn nothing_that_is_asked_reaches_the_terminal_as_it_is() {
    let done = explain("en", &["\u{1b}[31mred\u{202e}"]).code(1);
    assert!(
        !done.err().contains(['\u{1b}', '\u{202e}']),
        "{}",
        done.err()
    );
    assert_eq!(done.err().lines().count(), 1);
}

#[test]
fn colour_only_where_it_is_wanted() {
    let escapes = |run: crate::harness::Run| run.run().code(0).out().contains('\u{1b}');
    let page = || ftplab().args(["explain", "425"]);
    assert!(!escapes(page()));
    assert!(escapes(page().args(["--color", "always"])));
    assert!(!escapes(page().args(["--color", "never"])));
}
