//! `--check`: each trap that was measured with real clients is warned of, by its name and with the clients that it
//! catches. A small script for each: a server that nobody stumbles over, with the trap in front.

use std::fs;

use super::process::folder;
use crate::harness::ftplab;

/// What no client stumbles over.
const GOOD: &str = "C* USER *\nS> 331 Go on.\nC* PASS *\nS> 230 In.\nC* PWD\nS> 257 \"/\"\nC* TYPE *\nS> 200 Ok.\n\
    C* PASV\nS> 227 ({pasv})\nC* EPSV\nS> 229 ({epsv})\nC* LIST\nS> 150 Soon.\nD> a\nS> 226 Done.\nC* QUIT\nS> 221 Bye.\n";

/// The trap's name; the clients that it catches; the lines that set it, a greeting where they bring one.
const TRAPS: &[(&str, &str, &str)] = &[
    // What a script must answer.
    ("pwd-not-257", "FileZilla, ncftp", "C* PWD\nS> 550 No."),
    (
        "type-not-200",
        "curl, wget, ftplib, FileZilla, ncftp",
        "C* TYPE *\nS> 504 No.",
    ),
    ("auth-accepted", "lftp, FileZilla", "C* AUTH *\nS> 234 Go."),
    (
        "feat-mlst-no-mlsd",
        "FileZilla",
        "C* FEAT\nS> 211-a\nS>  MLST type*;\nS> 211 b",
    ),
    ("epsv-not-229", "tnftp", "C* EPSV\nS> 200 Ok."),
    ("bad-229", "curl, tnftp", "C* EPSV\nS> 229 ({port})"),
    (
        "size-550",
        "curl",
        "C* SIZE a\nS> 550 No.\nC* RETR a\nS> 150 x\nD> a\nS> 226 x",
    ),
    ("syst-not-unix", "tnftp", "C* SYST\nS> 215 WINDOWS"),
    (
        "mlst-always-250",
        "ncftp",
        "C* MLST *\nS> 250-a\nS>  type=file; x\nS> 250 b",
    ),
    (
        "list-same-everywhere",
        "lftp",
        "C* CWD *\nS> 250 ok\nC* LIST\nS> 150 x\nD> drwxr-xr-x 2 f f 4096 Jan 1 2024 pub\nS> 226 x",
    ),
    ("pass-331", "ncftp", "C* PASS *\nS> 331 Again."),
    ("login-200", "ncftp", "C* USER *\nS> 200 Ok."),
    // Replies that some do not bear.
    (
        "no-passive",
        "curl, wget, lftp, ftplib",
        "C* PASV | EPSV\nS> 500 No.",
    ),
    (
        "digits-before-227",
        "wget, ncftp, tnftp",
        "C* PASV\nS> 227 In 10 seconds ({pasv})",
    ),
    (
        "bad-227",
        "curl, wget, lftp, ncftp, tnftp, ftplib, FileZilla",
        "C* PASV\nS> 227 (1,2,3)",
    ),
    (
        "other-host-227",
        "wget, ncftp, tnftp, FileZilla",
        "C* PASV\nS> 227 ({pasv 127.0.0.9})",
    ),
    (
        "inner-line-other-code",
        "curl, wget",
        "C* NOOP\nS> 200-a\nS> 230 b\nS> 200 c",
    ),
    (
        "inner-line-same-code",
        "curl, wget, ncftp, tnftp, ftplib, FileZilla",
        "C* NOOP\nS> 200-a\nS> 200 b\nS> 200 c",
    ),
    (
        "never-closed",
        "curl, wget, lftp, ncftp, tnftp, ftplib, FileZilla",
        "C* NOOP\nS> 200-a\nS> b",
    ),
    (
        "greeting-120",
        "curl, wget, ncftp, tnftp, ftplib, FileZilla",
        "S> 120 Soon.\nS> 220 Now.",
    ),
    (
        "no-code",
        "curl, wget, lftp, ncftp, tnftp, ftplib",
        "S> Welcome.",
    ),
    ("code-alone", "curl, wget, FileZilla", "S> 220"),
    ("no-blank", "curl, wget", "S> 220ready"),
    ("bare-lf", "lftp", "-- eol lf\nS> 220 Ready."),
    (
        "pass-332",
        "curl, wget, lftp, tnftp, FileZilla",
        "C* PASS *\nS> 332 Account?",
    ),
    (
        "code-undefined",
        "curl, wget, lftp, ncftp, tnftp, ftplib, FileZilla",
        "C* USER *\nS> 631 Eh?",
    ),
    (
        "two-replies",
        "curl, wget, ncftp, tnftp, ftplib, FileZilla",
        "C* USER *\nS> 331 a\nS> 230 b",
    ),
    (
        "no-150",
        "curl, wget, lftp, ncftp, tnftp, ftplib",
        "C* LIST\nD> a\nS> 226 x",
    ),
    (
        "final-before-data",
        "tnftp",
        "C* LIST\nS> 150 x\nS> 226 y\nD> a",
    ),
    (
        "no-data",
        "curl, wget, ncftp, tnftp, ftplib",
        "C* LIST\nS> 150 x\nS> 550 y",
    ),
    (
        "truncated",
        "wget, ncftp, tnftp, ftplib, FileZilla",
        "C* LIST\nS> 150 x\n-- data cut 1\nD> a\nS> 226 y",
    ),
    (
        "size-differs",
        "curl",
        "C* SIZE a\nS> 213 14\nC* RETR a\nS> 150 x\nD> a\nS> 226 x",
    ),
    (
        "data-reset",
        "curl, wget, ncftp, tnftp, ftplib, FileZilla",
        "C* LIST\nS> 150 x\nD> a\n-- data reset\nS> 426 y",
    ),
    ("list-450", "curl", "C* LIST\nS> 450 None."),
    ("nul", "curl", "C* NOOP\nS> 200 a{x00}"),
    (
        "quit-unanswered",
        "curl, lftp, ncftp, tnftp, ftplib",
        "C* QUIT",
    ),
    // Time limits, and what holds a client.
    (
        "no-226",
        "curl, lftp, ncftp, tnftp, FileZilla",
        "C* LIST\nS> 150 x\nD> a",
    ),
    ("too-slow", "FileZilla", "C* NOOP\n-- wait 21s\nS> 200 a"),
    (
        "too-slow",
        "tnftp, FileZilla",
        "C* NOOP\n-- wait 61s\nS> 200 a",
    ),
    ("empty-line", "tnftp, ftplib", "C* NOOP\nS>\nS> 200 ok"),
];

#[test]
fn every_measured_trap_is_warned_of_with_its_clients() {
    let dir = folder("traps");
    let mut wrong = Vec::new();
    for (at, (name, clients, lines)) in TRAPS.iter().enumerate() {
        let greeting = if lines.starts_with('C') {
            "S> 220 Ready.\n"
        } else {
            ""
        };
        let path = dir.join(format!("{at}.ftp"));
        fs::write(&path, format!("{greeting}{lines}\n{GOOD}")).expect("a file");
        let check = |more: &[&str]| {
            let words = [&["fake-server"], more, &["--check"]].concat();
            ftplab().args(words).arg(&path).run()
        };
        let done = check(&[]);
        let told = done.out().split_whitespace().collect::<Vec<_>>().join(" ");
        let warning = told
            .split(": warning ")
            .find(|warning| warning.starts_with(&format!("{name}: ")));
        let names_them = warning.is_some_and(|told| {
            told.contains(&format!("Seen with {clients}."))
                || told.contains(&format!("their own settings: {clients} 2"))
        });
        if !names_them {
            wrong.push(format!("{name}: {told}"));
        }
        if (done.code, check(&["--strict"]).code) != (0, 1) {
            wrong.push(format!("{name}: exit codes"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn programs_are_told_the_same_and_what_is_missing_hides_nothing() {
    let dir = folder("checked");
    fs::write(dir.join("good.ftp"), format!("S> 220 Ready.\n{GOOD}")).expect("a file");
    let traps = format!("S> 220 Ready.\nC* NOOP\nS> 200 a\nS> 200 b\n{GOOD}");
    fs::write(dir.join("traps.ftp"), traps).expect("a file");
    fs::write(dir.join("bad.ftp"), "S> 220 Ready.\nX> what\n").expect("a file");
    let check = |words: &[&str]| {
        let words = [&["fake-server"], words].concat();
        ftplab().args(words).within(&dir).run()
    };
    let done = check(&["--check", "gone.ftp", "traps.ftp", "bad.ftp", "good.ftp"]);
    assert_eq!(done.code, 2);
    assert!(done.err().contains("gone.ftp"), "{}", done.err());
    for told in [
        "traps.ftp:4: warning two-replies:",
        "bad.ftp:2:1:",
        "good.ftp: nothing to complain about",
    ] {
        assert!(done.out().contains(told), "{}", done.out());
    }
    let json = ["--json", "--check", "traps.ftp", "bad.ftp", "good.ftp"];
    let done = check(&json);
    assert_eq!(done.code, 1);
    let lines: Vec<String> = done
        .json_lines()
        .iter()
        .map(|line| {
            let named = |name: &str| line[name].to_string().replace('"', "");
            let about = ["name", "ok"].map(|name| named(name).replace("null", ""));
            format!(
                "{} {} {} {}",
                named("type"),
                named("file"),
                named("line"),
                about.concat()
            )
        })
        .collect();
    let wanted = [
        "warning traps.ftp 4 two-replies",
        "checked traps.ftp null true",
        "mistake bad.ftp 2 ",
        "checked bad.ftp null false",
        "checked good.ftp null true",
    ];
    assert_eq!(lines, wanted);
    let strict = check(&["--strict", "--json", "--check", "traps.ftp"]);
    assert_eq!(strict.code, 1);
    assert_eq!(strict.json_lines()[1]["ok"], false);
    fs::remove_dir_all(dir).expect("removed");
}
