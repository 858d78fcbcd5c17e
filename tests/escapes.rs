//! What would move a terminal's cursor, colour it, ring its bell or turn its lines round comes from captures, files, names
//! and the command line; whatever way it takes, it arrives spelled out.

use std::{fs, num::NonZero, process::Command};

use ftplab::view::sanitise;
use tempfile::TempDir;

use crate::{
    bounds::wire::Wire,
    harness::{Done, ftplab},
    peers::terminal::Terminal,
};

/// Each kind: C0, DEL, C1 (as UTF-8), a character that turns the line, one that isolates, one without a glyph, one that is
/// two units of UTF-16.
const HOSTILE: &str = "\x1b[31mred\x07\x7f\u{9b}2J\u{202e}\u{2066}\u{feff}\u{e0041}";

/// Fails unless a terminal would show both streams as they are.
#[track_caller]
fn harmless(done: &Done) {
    for stream in [done.out(), done.err()] {
        assert_eq!(sanitise::lines(stream.as_bytes()), stream);
    }
}

/// A folder with a capture, a log, a sheet's report and a rubric that are full of it.
fn folder() -> TempDir {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    wire.client(on, &format!("SITE {HOSTILE}"));
    wire.server(on, &format!("500 {HOSTILE}"));
    wire.client(on, "PASV");
    wire.server(on, "227 Entering Passive Mode (192,0,2,2,4,1)");
    wire.client(on, &format!("RETR {HOSTILE}"));
    wire.server(on, &format!("550 {HOSTILE}"));
    wire.close(on);
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes);
    write("x.pcapng", &wire.done()).expect("a file");
    let log = format!("# {HOSTILE}\nS> 220 a\nC> USER x\nS> 331 b\nC> PASS y\nS> 230 c\n");
    write("\u{9b}2J\u{202e}.log", log.as_bytes()).expect("a file");
    let rubric = format!("[[expect]]\n{HOSTILE} = true\n");
    write("bad.toml", rubric.as_bytes()).expect("a file");
    let quoted = "\\u001b[31mred\\u009b2J\\u202e";
    let rubric = format!("[[expect]]\ntitle = \"{quoted}\"\nlisted = true\n");
    write("titles.toml", rubric.as_bytes()).expect("a file");
    write("keys.toml", format!("\"{quoted}\" = 1\n").as_bytes()).expect("a file");
    folder
}

fn run(folder: &TempDir, lang: &str, words: &[&str]) -> Done {
    let run = ftplab().within(folder.path()).args(words);
    run.args(["--lang", lang]).run()
}

#[test]
fn nothing_that_is_named_or_read_reaches_a_terminal_as_it_is() {
    let folder = folder();
    let param = format!("{HOSTILE}=1");
    let option = format!("--{HOSTILE}");
    for lang in ["en", "fr"] {
        let told = |words: &[&str], code: i32| {
            let done = run(&folder, lang, words).code(code);
            harmless(&done);
            done
        };
        told(&["inspect", "x.pcapng", "--expect", "bad.toml"], 2);
        let done = told(&["inspect", "x.pcapng", "--expect", "keys.toml"], 2);
        assert!(done.err().contains("{x1B}[31mred"), "{}", done.err());
        told(&["inspect", "x.pcapng", "--expect", "titles.toml"], 1);
        told(&["fake-server", "--from", "\u{9b}2J\u{202e}.log"], 0);
        told(&["fake-server", HOSTILE], 2);
        let done = told(&["fake-server", "any-client", "--param", &param], 2);
        assert!(done.err().contains("{x1B}[31mred{x07}"), "{}", done.err());
        told(&["lab", "print", "1", "--param", &param], 2);
        told(&["lab", "print", HOSTILE], 2);
        told(&["inspect", HOSTILE], 2);
        told(&["inspect", &option], 2);
        told(&["inspect", "x.pcapng", "--host", HOSTILE], 2);
        told(&[HOSTILE], 2);
        told(&["pasv-calc", HOSTILE], 1);
    }
}

#[test]
fn json_says_the_same_and_is_harmless() {
    let folder = folder();
    let words = ["inspect", "--json", "x.pcapng"];
    let done = run(&folder, "en", &words);
    harmless(&done);
    let lines = done.json_lines();
    let said = |kind: &str, name: &str, wanted: &str| {
        let mut lines = lines.iter().filter(|line| line["type"] == kind);
        assert!(lines.any(|line| line[name] == wanted), "{}", done.out());
    };
    said("command", "arg", HOSTILE);
    said("transfer", "arg", HOSTILE);
    let words = ["inspect", "--json", "--expect", "titles.toml", "x.pcapng"];
    harmless(&run(&folder, "en", &words).code(1));
}

/// A program gets what the capture holds; a person sees it spelled out.
#[test]
fn rows_are_the_data_for_a_program_and_harmless_on_a_terminal() {
    let folder = folder();
    let done = run(&folder, "en", &["inspect", "--csv", "x.pcapng"]);
    assert!(done.out().contains(HOSTILE), "{}", done.out());
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
    command
        .args(["inspect", "--csv", "x.pcapng"])
        .current_dir(folder.path())
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm");
    let rows = NonZero::new(40).expect("not zero");
    let mut terminal = Terminal::of(command, rows);
    terminal.until("the row, spelled out", |lines| {
        lines
            .concat()
            .contains("RETR,{x1B}[31mred{x07}{x7F}{xC2}{x9B}2J")
    });
}
