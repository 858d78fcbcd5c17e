//! `demo`, the README's first command: the lab by itself, without a terminal, in both languages.

use crate::harness::{ftplab, golden};

/// Output without what changes from run to run: ports, the numbers that say them, and times.
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
        let done = ftplab().args(["demo", "--fast"]).lang(lang).run().code(0);
        assert_eq!(done.err(), "");
        let shown = done.out();
        // Each step has happened: the refusal before the login, the 425, the listing twice, both ways to agree.
        for (what, times) in [
            ("B│ S> 530 ", 1),
            ("B│ S> 230 ", 1),
            ("B│ S> 425 ", 1),
            ("B│ S> 227 ", 1),
            ("B│ S> 226 ", 2),
            ("B│ S> 221 ", 1),
            ("hello.txt", 2),
            ("B│ C> PORT 127,0,0,1,", 1),
            (" × 256 + ", 1),
        ] {
            assert_eq!(shown.matches(what).count(), times, "{what}\n{shown}");
        }
        assert!(!shown.contains("student@example.org") && !shown.contains('\u{1b}'));
        for line in shown.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let head: String = steady(shown)
            .lines()
            .take(30)
            .flat_map(|line| [line, "\n"])
            .collect();
        golden(&format!("demo/{lang}-head.txt"), &head);
    }
}
