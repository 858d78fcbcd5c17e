//! `demo`, the README's first command: three lab sheets by themselves, without a terminal, in both languages.

use std::fs;

use ftplab::lab::report::Report;

use crate::harness::{ftplab, golden};

/// Output without what changes from run to run: ports, the numbers that say them, times.
fn steady(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut kept = String::new();
        let mut digits = String::new();
        for c in line.chars().chain([' ']) {
            if c.is_ascii_digit() {
                digits.push(c);
            } else {
                // What a port may be, or a byte of one, is left out; reply codes stand behind `S> `.
                let code = kept.ends_with("S> ")
                    || kept.ends_with("RFC ")
                    || kept.ends_with("xy")
                    || kept.ends_with('x');
                kept.push_str(if digits.is_empty() || code || digits.len() == 1 {
                    &digits
                } else {
                    "N"
                });
                digits.clear();
                kept.push(c);
            }
        }
        out.push_str(kept.trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn the_lab_plays_itself_in_both_languages() {
    for lang in ["en", "fr"] {
        let folder = tempfile::tempdir().expect("a folder");
        let keep = folder.path().join("kept");
        let done = ftplab()
            .args(["demo", "--fast", "--keep"])
            .arg(&keep)
            .lang(lang)
            .run()
            .code(0);
        assert_eq!(done.err(), "");
        let shown = done.out();
        // Each step has happened: the refusal before the login, the 425, both ways to agree on a data connection.
        for (what, times) in [
            ("A│ S> 530 ", 1),
            ("A│ S> 230 ", 3),
            ("A│ S> 425 ", 2),
            ("A│ S> 227 ", 3),
            ("A│ S> 229 ", 1),
            ("A│ S> 226 ", 5),
            ("A│ S> 221 ", 3),
            ("A│ C> PORT 127,0,0,1,", 2),
            ("A│ C> EPRT |1|127.0.0.1|", 1),
            ("C│ line three", 2),
            ("RST 64001", 1),
        ] {
            assert_eq!(shown.matches(what).count(), times, "{what}\n{shown}");
        }
        assert!(!shown.contains("student@example.org") && !shown.contains('\u{1b}'));
        for line in shown.lines().filter(|line| !line.contains("$ ")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
        for id in ["1-control", "2-passive", "3-active"] {
            let report = fs::read(keep.join(id).join("report.json")).expect("a report");
            let report = Report::read(&report).expect("one that can be read");
            assert!(report.finished && report.demo && report.altered().is_none());
            let recording = fs::read(keep.join(id).join("server.pcapng")).expect("a recording");
            assert!(recording.len() > 1000);
        }
        let head: String = steady(shown)
            .lines()
            .take(60)
            .flat_map(|line| [line, "\n"])
            .collect();
        golden(&format!("demo/{lang}-head.txt"), &head);
    }
}

#[test]
fn nothing_that_is_there_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine"), "x").expect("written");
    let done = ftplab()
        .args(["demo", "--fast", "--keep"])
        .arg(folder.path())
        .run()
        .code(2);
    assert!(done.err().contains("not empty"), "{}", done.err());
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
}
