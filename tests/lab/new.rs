//! `lab new`: what it writes of a transcript, a log and a capture is a sheet that works as it stands.

use std::{fs, path::Path};

use crate::harness::{ftplab, golden};

fn paper() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/lab/paper.txt").display().to_string()
}

#[test]
fn a_transcript_becomes_a_sheet_in_both_languages() {
    for (locale, name) in [("en", "lab/new.en.md"), ("fr_FR.UTF-8", "lab/new.fr.md")] {
        let done = ftplab()
            .lang(locale)
            .args(["lab", "new", &paper(), "--title", "Paper"])
            .run()
            .code(0);
        assert_eq!(done.err(), "");
        golden(name, done.out());
    }
}

#[test]
fn what_it_writes_works_as_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let capture = |name: &str| captures.join(name).display().to_string();
    let log = folder.path().join("own.log").display().to_string();
    // In part, as a recording may be: no greeting, a command without reply, no QUIT.
    let text = "C> USER a\nS> 331\nC> PASS *\nS> 230\nC> XYZZY\nS> 500 What?\nC> EPSV\nS> 229 Mode (|||51400|)\nC> RETR x\n\
                S> 150-Now\nS> 150 it comes\nD> a line\nS> 226\nC> PWD\n";
    fs::write(&log, text).expect("written");
    let sources = [
        ("transcript", paper()),
        ("log", log),
        ("passive", capture("passive-wget.pcap")),
        ("active", capture("active-proftpd.pcap")),
        ("refused", capture("refused-login.pcap")),
        ("upload", capture("upload-active.pcap")),
        ("abort", capture("abort-telnet.pcap")),
    ];
    let mut names = Vec::new();
    for (name, source) in sources {
        for language in ["en", "fr"] {
            let sheet = format!("{name}.{language}.md");
            ftplab()
                .within(folder.path())
                .args(["lab", "new", &source, "-o", &sheet, "--lang", language])
                .run()
                .code(0);
            names.push(sheet);
        }
    }
    let done = ftplab()
        .within(folder.path())
        .args(["lab", "check"])
        .args(&names)
        .run();
    assert_eq!(
        done.out().matches("nothing is wrong").count(),
        names.len(),
        "{}",
        done.out()
    );
    done.code(0);
}

#[test]
fn what_is_there_is_not_written_over_and_no_dialogue_is_no_sheet() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("there.md");
    fs::write(&there, "mine").expect("written");
    let done = ftplab()
        .args(["lab", "new", &paper(), "-o"])
        .arg(&there)
        .run()
        .code(2);
    assert!(done.err().contains("there.md"), "{}", done.err());
    assert_eq!(fs::read_to_string(&there).expect("there"), "mine");
    let done = ftplab().args(["lab", "new"]).arg(&there).run().code(1);
    assert!(done.err().contains("no FTP dialogue"), "{}", done.err());
    ftplab().args(["lab", "new", "nowhere.pcap"]).run().code(2);
}
