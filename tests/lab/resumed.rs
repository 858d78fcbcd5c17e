//! `lab run` left and taken up again behind a capture, and dialogues that end in unusual ways: what a student sees then.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use ftplab::lab::report::Report;
use serde_json::Value;

use super::student::Student;
use crate::harness::{ftplab, skipped};

fn report(folder: &Path, name: &str) -> Report {
    let json = fs::read(folder.join(name)).expect("a report");
    Report::read(&json).expect("one that can be read")
}

/// Questions about a capture are about the same one after a break, whichever was named since: first about the one that the
/// sheet brings, then about the student's own.
#[test]
fn questions_about_a_capture_outlast_a_break() {
    let folder = tempfile::tempdir().expect("a folder");
    let typed = |lines: &str| {
        fs::write(folder.path().join("typed"), lines).expect("a file");
        ftplab()
            .within(folder.path())
            .args(["lab", "run", "4", "--port", "0", "--answers", "typed"])
            .run()
            .code(1)
    };
    // The first break is between two questions about the capture that the sheet names.
    typed("c\n3\n");
    let done = typed("58728\n21\n58728\n2\n14\n93*256+43\n15\nb\n11393\na\n");
    for what in [
        "Your answer: 3",
        "That is the client's own port",
        "Frame 14 says 23851, frame 15 goes to 23851",
    ] {
        assert!(done.out().contains(what), "{what}\n{}", done.out());
    }

    let mut student = Student::in_folder(folder, "4");
    student.reads_on_to("C>");
    let screen = student.terminal.lines();
    let here = student.folder.path().to_owned();
    let server = fs::read_to_string(here.join("4-capture.events")).expect("events");
    let listening = server.lines().rev().find_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        let is = line["type"] == "listening" && line["source"] == "fake-server";
        is.then(|| line["address"].as_str().map(str::to_owned))?
    });
    let server = listening.unwrap_or_else(|| panic!("no server: {}", screen.join("\n")));
    // As the sheet has it: everything in one recorded terminal, which is followed.
    ftplab()
        .within(&here)
        .args(["raw", &server, "--record", "mine.pcapng"])
        .args(["--events", "4-capture.events"])
        .stdin("USER anonymous\nPASS x\nPASV\n/data\nLIST\nQUIT\n/quit\n")
        .run()
        .code(0);
    student.sees("All of it has happened. Enter goes on.");
    student.types("C>", "");
    student.reads_on_to(">");
    student.types(">", "mine.pcapng");
    student.sees("✓ QUIT was answered by 221");
    student.sees("To which port did your data connection go?");
    student.at(">");
    student.leaves_and_comes_back("4");
    student.sees("It goes on at step 4.");
    student.reads_on_to(">");

    let shown = ftplab()
        .within(&here)
        .args(["inspect", "--json", "mine.pcapng"])
        .run()
        .code(0);
    let lines = shown.json_lines();
    let find = |wanted: &dyn Fn(&Value) -> bool| {
        let line = lines.iter().find(|line| wanted(line));
        line.expect("it is in the recording").clone()
    };
    let transfer = find(&|line| line["type"] == "transfer");
    let pasv = find(&|line| line["type"] == "reply" && line["code"] == 227);
    let to = transfer["connection"]["to"].as_str().expect("an address");
    let (_, port) = to.rsplit_once(':').expect("a port");
    student.types(">", port);
    student.sees(&format!("{port}, as your 227 had announced."));
    student.types(">", &pasv["frame"].to_string());
    student.sees("Such a pair of frames is what a teacher wants to see");
    // A second break, in the middle of the questions.
    student.at(">");
    student.leaves_and_comes_back("4");
    student.reads_on_to(">");
    student.types(">", &transfer["down"].to_string());
    student.sees("In this recording bytes, ports, order and times are what happened.");
    student.reads_on_to(">");
    student.types(">", "d");
    student.reads_on_to("|");
    student.types("|", "Frames 1 to 3, and so on.");
    student.sees("| Frames 1 to 3, and so on.");
    student.types("|", "");
    student.sees("All of it is done.");
    let report = report(&here, "4-capture.json");
    assert!(report.finished && report.altered().is_none());
    let answers = |id: &str| report.block(id).expect("a block").answers.len();
    assert_eq!((answers("mine-port"), answers("server-port")), (1, 2));
}

/// A sheet of one dialogue and a question, beside a script for its server.
fn sheet(dialogue: &str, script: &str) -> Student {
    let folder = tempfile::tempdir().expect("a folder");
    let head = "---\ntitle: T\nversion: 1\nlanguage: en\nserver: s.ftp\n---\n\n## One\n\n";
    let ask = "```ask id=q kind=text\nWhich word?\n= right\n```\n";
    let text = format!("{head}```ftp id=say\n{dialogue}```\n\n{ask}");
    fs::write(folder.path().join("t.en.md"), text).expect("a sheet");
    fs::write(folder.path().join("s.ftp"), script).expect("a script");
    Student::in_folder(folder, "t.en.md")
}

const SCRIPT: &str =
    "S> 220 Hello.\nC* USER *\nS> 331 And?\nC* NOOP\nS> 200 Fine.\nC* QUIT\nS> 221 Bye.\n";

/// A dialogue that happened in another terminal and has ended: nothing goes anywhere that is typed behind it.
#[test]
fn a_line_behind_a_dialogue_that_is_over_is_not_sent() {
    let dialogue = "C> USER *\nS> 331\nC> QUIT\nS> 221\n";
    let mut student = sheet(dialogue, SCRIPT);
    student.at("C>");
    let screen = student.terminal.lines();
    let command = screen.iter().find_map(|line| line.split_once("$ ftplab "));
    let (_, command) = command.expect("the command to type");
    ftplab()
        .within(student.folder.path())
        .args(command.split(' '))
        .stdin("USER me\nQUIT\n")
        .run()
        .code(0);
    student.sees("All of it has happened. Enter goes on.");
    student.types("C>", "PASS geheim");
    student.sees(
        "PASS * was not sent: this dialogue is over, and its control connection has ended. Enter goes on.",
    );
    student.types("C>", "/next");
    student.types(">", "right");
    student.sees("All of it is done.");
    let events = fs::read_to_string(student.folder.path().join("t.events")).expect("events");
    assert!(!events.contains("PASS"), "{events}");
}

/// While its control connection stands, a dialogue may be gone on with.
#[test]
fn a_line_behind_a_dialogue_whose_connection_stands_is_sent() {
    let mut student = sheet("C> USER *\nS> 331\n", SCRIPT);
    student.types("C>", "NOOP");
    student.sees("S> 200 Fine.");
    student.at("C>");
    let screen = student.terminal.lines();
    let command = screen.iter().find_map(|line| line.split_once("$ ftplab "));
    let command = command.map(|(_, command)| command.to_owned());
    ftplab()
        .within(student.folder.path())
        .args(command.expect("the command to type").split(' '))
        .stdin("USER me\nQUIT\n")
        .run()
        .code(0);
    student.sees("All of it has happened. Enter goes on.");
    student.types("C>", "USER again");
    student.sees("C> USER again");
    student.types("C>", "");
    student.types(">", "right");
    student.sees("All of it is done.");
    let events = fs::read_to_string(student.folder.path().join("t.events")).expect("events");
    assert!(events.contains("again"), "{events}");
}

/// A server that owes the last reply breaks a rule; who has seen all that the sheet asks for need not wait for ever.
#[test]
fn a_last_reply_that_never_comes_is_waited_for_a_moment() {
    let script = "S> 220 Hello.\nC* USER *\nS> 331 And?\nC* PASS *\n-- silence\n";
    let mut student = sheet("C> USER *\nS> 331\nC> PASS *\n", script);
    student.types("C>", "USER me");
    student.sees("✓ S> 331");
    student.types("C>", "PASS x");
    let asked = Instant::now();
    student.sees("All of it has happened.");
    let waited = asked.elapsed();
    assert!(
        waited > Duration::from_secs(2),
        "{waited:?}: it may yet come"
    );
    student.types(">", "right");
    student.sees("All of it is done.");
}

/// Whoever thinks keeps the control connection: the terminal in which a sheet is worked on waits as long as a lesson.
#[test]
fn a_control_connection_of_a_sheet_waits_while_somebody_thinks() {
    let mut student = sheet("C> USER *\nS> 331\nC> NOOP\nS> 200\n", SCRIPT);
    student.types("C>", "USER me");
    student.sees("✓ S> 331");
    let events = fs::read_to_string(student.folder.path().join("t.events")).expect("events");
    let raw = events.lines().find_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        (line["source"] == "raw").then(|| line["pid"].as_u64())?
    });
    let raw = raw.expect("its process");
    let Ok(words) = fs::read(format!("/proc/{raw}/cmdline")) else {
        return skipped("/proc, which shows how a program was started");
    };
    let words: Vec<&[u8]> = words.split(|byte| *byte == 0).collect();
    let at = words.iter().position(|word| *word == b"--timeout");
    let patience = at.and_then(|at| words.get(at + 1)).copied();
    assert_eq!(patience, Some(b"12h".as_slice()));
}
