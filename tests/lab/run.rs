//! `lab run`: on a pseudo-terminal as a student has it, with lines from a file, and by itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use ftplab::lab::report::Report;
use tempfile::TempDir;

use super::student::Student;
use crate::{
    harness::{ftplab, golden, skipped},
    servers::process::{Line, address},
};

/// A sheet of the tests.
fn sheet(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/lab/sheets");
    folder.join(name).display().to_string()
}

/// What is shown, without what changes from run to run: ports and their bytes, times, digests, the folder.
fn steady(text: &str, folder: &Path) -> String {
    let text = text.replace(&folder.display().to_string(), "DIR");
    let mut out = String::new();
    for line in text.lines() {
        // Of addresses and the arithmetic of ports only the form is kept.
        let ports = [
            "127.0.0.1",
            "127,0,0,1",
            " × 256",
            "seconds",
            " s\u{a0}",
            " s.",
            "0x",
        ];
        let ports = ports.iter().any(|sign| line.contains(sign))
            || line.contains("Z |")
            || line.contains("took ")
            || line.starts_with("en ")
            || line.contains("· en ");
        let mut digits = String::new();
        for c in line.chars().chain(['\n']) {
            if c.is_ascii_digit() || (ports && c.is_ascii_hexdigit() && !digits.is_empty()) {
                digits.push(c);
                continue;
            }
            out.push_str(match digits.len() {
                0 => "",
                4.. => "N",
                _ if ports => "N",
                _ => &digits,
            });
            digits.clear();
            out.push(c);
        }
    }
    out
}

fn report(base: &Path) -> Report {
    let json = fs::read(base.with_extension("json")).expect("a report");
    Report::read(&json).expect("one that can be read")
}

/// Runs a sheet with these lines typed, in this folder.
fn typed(folder: &TempDir, sheet_name: &str, lines: &str, more: &[&str]) -> crate::harness::Done {
    let answers = folder.path().join("answers.txt");
    fs::write(&answers, lines).expect("a file");
    ftplab()
        .within(folder.path())
        .args(["lab", "run", &sheet(sheet_name), "--port", "0"])
        .args(["--answers", "answers.txt"])
        .args(more)
        .run()
}

const LINES: &str = "# The first step.\n\nUSER anonymous\nPASS geheim@example.org\n530\nthree\n?hint\n331\n Nötes!\n\
                     PASV\n/data\nLIST\n21\n/hint\n/next\nb\nOne for commands,\none for data.\n\n";

#[test]
fn lines_from_a_file_are_a_students_work() {
    for lang in ["en", "fr"] {
        let folder = tempfile::tempdir().expect("a folder");
        let name = format!("small.{lang}.md");
        let done = typed(&folder, &name, LINES, &["--student", "Zoé"]).code(1);
        assert_eq!(done.err(), "");
        let shown = steady(done.out(), folder.path());
        // How long a data connection stood is another number each time.
        let timed = |line: &&str| {
            line.contains("Data connection closed") || line.contains("données fermée")
        };
        let (all, shown) = (
            shown.lines().count(),
            shown.lines().filter(|line| !timed(line)),
        );
        let shown: Vec<&str> = shown.collect();
        assert_eq!(shown.len(), all - 1);
        golden(
            &format!("lab/run-answers.{lang}.txt"),
            &(shown.join("\n") + "\n"),
        );
        let base = folder.path().join("small");
        let report = report(&base);
        assert_eq!(report.altered(), None);
        assert!(!report.finished && !report.demo);
        let block = |id: &str| report.block(id).expect("it is in the sheet");
        // Lines that are no answer (a word for a code) are no tries.
        let answers: Vec<(&str, bool)> = block("code")
            .answers
            .iter()
            .map(|given| (given.answer.as_str(), given.right))
            .collect();
        assert_eq!(answers, [("530", false), ("331", true)]);
        assert_eq!((block("code").hints, block("code").points), (1, 2));
        assert!(block("login").done && block("passive").done && block("who").done);
        assert!(!block("port").done && block("port").hints == 1);
        assert_eq!(
            block("why").text.as_deref(),
            Some("One for commands,\none for data.\n")
        );
        let said = block("login").dialogue.join("\n");
        assert!(
            said.contains("C> PASS *") && !said.contains("geheim"),
            "{said}"
        );
        let passive = block("passive").dialogue.join("\n");
        assert!(passive.contains("hello.txt") && passive.contains("S> 226"));
        let page = fs::read_to_string(base.with_extension("md")).expect("a page");
        assert!(!page.contains("geheim"));
        let page = page.replace(&report.digest[..16], "DIGEST");
        golden(
            &format!("lab/run-report.{lang}.md"),
            &steady(&page, folder.path()),
        );
    }
}

#[test]
fn a_sheet_plays_itself() {
    for lang in ["en", "fr"] {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().join("mine");
        let done = ftplab()
            .args(["lab", "run", &sheet(&format!("small.{lang}.md"))])
            .args(["--demo", "--fast", "--port", "0", "--report"])
            .arg(&base)
            .run()
            .code(0);
        assert_eq!(done.err(), "");
        // Nothing was there before.
        assert!(!done.out().contains("mine.1"), "{}", done.out());
        assert!(!folder.path().join("mine.1.events").exists());
        let report = report(&base);
        assert!(report.finished && report.demo);
        // A command is never broken, so that it can be copied.
        let mut text = done.out().lines().filter(|line| !line.contains("$ "));
        assert!(text.all(|line| line.chars().count() <= 80));
        for what in ["S> 230 ", "S> 227 ", "hello.txt", "S> 226 "] {
            assert!(done.out().contains(what), "{what}\n{}", done.out());
        }
    }
}

#[test]
fn colours_of_the_terminals_come_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let typed = typed(&folder, "small.en.md", LINES, &["--color", "always"]).code(1);
    let played = ftplab()
        .args(["lab", "run", &sheet("small.en.md"), "--demo", "--fast"])
        .args(["--port", "0", "--color", "always", "--report"])
        .arg(folder.path().join("played"))
        .run()
        .code(0);
    for done in [typed, played] {
        assert!(done.out().contains("\u{1b}[32mS> 230 "), "{}", done.out());
        assert!(!done.out().contains("{x1B}"), "{}", done.out());
    }
}

#[test]
fn what_was_done_is_gone_on_from() {
    let folder = tempfile::tempdir().expect("a folder");
    typed(&folder, "small.en.md", "USER anonymous\nPASS x\n331\n", &[]).code(1);
    let base = folder.path().join("small");
    assert!(report(&base).block("code").expect("it is").done);
    // The next session begins where that one ended, and knows what it saw.
    let done = typed(&folder, "small.en.md", "notes\n/next\n", &[]).code(1);
    let shown = done.out();
    assert!(
        shown.contains("Welcome back: 2 of 7 blocks are done."),
        "{shown}"
    );
    assert!(
        shown.contains("Your answer: 331") && !shown.contains("? 331"),
        "{shown}"
    );
    assert!(report(&base).block("word").expect("it is").done);
    // A report that somebody has edited says so for ever after.
    let json = fs::read_to_string(base.with_extension("json")).expect("there");
    let edited = json.replacen("\"done\": false", "\"done\": true", 1);
    fs::write(base.with_extension("json"), edited).expect("written");
    assert_ne!(report(&base).altered(), None);
    typed(&folder, "small.en.md", "", &["--student", "Zoé"]).code(1);
    let after = report(&base);
    assert!(after.edited && after.altered().is_none());
    // Beginning again keeps it, and the name.
    typed(&folder, "small.en.md", "", &["--restart"]).code(1);
    assert_eq!(report(&base).student.as_deref(), Some("Zoé"));
    assert!(!report(&base).block("code").expect("it is").done);
    let kept = Report::read(&fs::read(folder.path().join("small.1.json")).expect("kept"));
    assert!(kept.expect("a report").block("code").expect("it is").done);
    assert!(folder.path().join("small.1.md").exists());
}

#[test]
fn a_report_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = folder.path().join("small.json");
    fs::write(&base, "{}").expect("written");
    let done = typed(&folder, "small.en.md", "", &[]).code(2);
    assert!(done.err().contains("--restart"), "{}", done.err());
    assert_eq!(fs::read_to_string(&base).expect("there"), "{}");
}

#[test]
fn nothing_goes_to_another_machine_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(sheet("small.en.md")).expect("a sheet");
    let path = folder.path().join("far.en.md");
    fs::write(
        &path,
        text.replace("server: any-client", "server: 192.0.2.1:2121"),
    )
    .expect("written");
    let done = ftplab()
        .within(folder.path())
        .args(["lab", "run", "far.en.md"])
        .run()
        .code(2);
    assert!(done.err().contains("192.0.2.1"), "{}", done.err());
    assert!(!folder.path().join("far.json").exists());
}

#[test]
fn a_student_at_a_terminal() {
    let mut student = Student::new(&sheet("small.en.md"));
    student.sees("You talk to a server by hand.");
    // What is typed where nothing is asked goes nowhere, which is said.
    student.types("[Enter goes on]", "USER me");
    student.sees("This was a pause: what you typed there went nowhere.");
    student.sees("○ S> 230");
    student.types("C>", "?");
    student.sees("the next hint; hints are counted");
    student.types("C>", "");
    student.sees("✓ S> 220");
    student.types("C>", "PASS early");
    student.sees("✗ C> PASS * comes later; C> USER * is next.");
    student.types("C>", "USER anonymous");
    student.sees("✓ C> USER *");
    student.types("C>", "PASS x");
    student.sees("All of it has happened.");
    student.types(">", "230");
    student.sees("The first digit is another one");
    student.types(">", "332");
    student.sees("the last is not. /hint gives a hint.");
    student.types(">", "/hint");
    student.sees("Hint 1 of 2: Look above.");
    student.types(">", "331");
    student.sees("✓ Right.");
    // A step that is not there.
    student.types(">", "/steps 99");
    student.sees("There is no step 99 here: they go from 1 to 2.");
    // Closing in the middle: Ctrl-D keeps all of it.
    student.sees("Which word does your file begin with?");
    student.at(">");
    student.terminal.keys("\u{4}");
    student.sees("Kept in small.json: 2 of 7 blocks are done.");

    student.terminal = Student::sits(student.folder.path(), &sheet("small.en.md"));
    student.sees("Welcome back: 2 of 7 blocks are done. It goes on at step 1.");
    student.types("[Enter: more]", "");
    student.sees("Your answer: 331");
    student.types(">", "README");
    student.sees("Step 2 of 2");
    // The control connection ended with the last session.
    student.sees("Type again first: USER anonymous, then PASS secret@example.org");
    student.types("C>", "USER anonymous");
    student.sees("S> 331");
    student.types("C>", "PASS x");
    student.sees("S> 230");
    student.types("C>", "PASV");
    student.sees("✓ C> PASV ✓ S> 227");
    let screen = student.terminal.lines();
    let (_, tuple) = screen
        .iter()
        .find_map(|line| line.strip_prefix("S> 227 ")?.split_once('('))
        .expect("the 227 is on the screen");
    let tuple = tuple.split(')').next().unwrap_or_default().to_owned();
    // The data connection is in a second terminal, which is followed.
    let data = Command::new(env!("CARGO_BIN_EXE_ftplab"))
        .args(["pasv-calc", "--connect", &tuple, "--events", "small.events"])
        .current_dir(student.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a second terminal");
    student.types("C>", "LIST");
    let listing = data.wait_with_output().expect("it ends");
    assert!(String::from_utf8_lossy(&listing.stdout).contains("hello.txt"));
    student.sees("✓ D> *hello.txt");
    let numbers: Vec<u16> = tuple.split(',').filter_map(|n| n.parse().ok()).collect();
    let (high, low) = (numbers[4], numbers[5]);
    student.leaves_the_dialogue();
    student.types(">", &(low + high).to_string());
    student.sees("✗ No (try 1).");
    student.types(">", &format!("{high}*256+{low}"));
    student.sees("✓ Right.");
    student.types(">", "a");
    student.sees("That would be active mode.");
    student.types(">", "b");
    student.sees("an empty line ends it");
    student.types("|", "One for commands, one for data.");
    student.sees("| One for commands, one for data.");
    student.types("|", "");
    student.sees("All of it is done. Hand in small.md or small.json");
    let report = report(&student.folder.path().join("small"));
    assert!(report.finished && report.altered().is_none());
    assert_eq!(report.block("code").expect("it is").tries(), 3);
}

#[test]
fn another_terminal_is_followed() {
    let mut student = Student::new(&sheet("small.en.md"));
    student.types("[Enter goes on]", "");
    student.sees("○ S> 230");
    student.at("C>");
    let screen = student.terminal.lines();
    let command = screen
        .iter()
        .find_map(|line| {
            line.split_once("$ ftplab ")
                .map(|(_, command)| command.to_owned())
        })
        .expect("the command to type");
    let raw = |lines: &str| {
        ftplab()
            .within(student.folder.path())
            .args(command.split(' '))
            .stdin(lines)
            .run()
    };
    raw("USER anonymous\nPASS x\nPWD\n").code(0);
    student.sees("✓ S> 220");
    student.sees("All of it has happened. Enter goes on.");
    student.types("C>", "");
    student.types(">", "331");
    student.sees("✓ Right.");
}

/// What comes over a data connection is seen whatever fetched it, also a program that tells nothing.
#[test]
fn data_that_another_program_fetches_is_seen() {
    let mut student = Student::new(&sheet("small.en.md"));
    student.types("[Enter goes on]", "");
    student.types("C>", "USER anonymous");
    student.sees("✓ S> 331");
    student.types("C>", "PASS x");
    student.leaves_the_dialogue();
    student.types(">", "/steps 2");
    student.types("C>", "PASV");
    student.sees("✓ S> 227");
    let screen = student.terminal.lines();
    let reply = screen.iter().find(|line| line.starts_with("S> 227 "));
    let at = address(reply.expect("the 227 is on the screen"));
    student.types("C>", "LIST");
    assert!(Line::fetch(at).contains("hello.txt"));
    student.sees("✓ D> *hello.txt");
    student.sees("✓ S> 226");
}

#[test]
fn who_forgets_to_dial_is_told() {
    let mut student = Student::new(&sheet("small.en.md"));
    student.types("[Enter goes on]", "");
    student.sees("○ S> 230");
    student.types("C>", "USER anonymous");
    student.sees("✓ S> 331");
    student.types("C>", "PASS x");
    student.leaves_the_dialogue();
    student.types(">", "/steps 2");
    student.sees("○ C> PASV");
    student.types("C>", "PASV");
    student.sees("✓ S> 227");
    student.types("C>", "LIST");
    student.sees("nobody has dialled yet");
    student.types("C>", "/data");
    student.sees("✓ S> 226");
}

#[test]
fn what_is_to_be_recorded_is_typed_where_it_is_recorded() {
    let mut student = Student::new("8");
    student.types("[Enter goes on]", "");
    student.types("[Enter: more]", "");
    student.sees("This dialogue is for that other terminal");
    // Enter alone is no attempt.
    student.types("C>", "");
    student.terminal.until("the next prompt", |lines| {
        lines.iter().filter(|line| line.trim_end() == "C>").count() == 2
    });
    student.types("C>", "USER student");
    student.sees("Not sent: typed here it would not be in the recording.");
    // Who insists is not kept from it.
    student.types("C>", "USER student");
    student.sees("✓ C> USER student");
    // A slip of the keyboard does not get into the capture as the password.
    student.types("C>", "PASS slip");
    student.sees("nobody is logged in. USER and then PASS");
}

#[test]
fn mistakes_of_a_student() {
    let text = "---\ntitle: Slips\nversion: 1\nlanguage: en\n---\n\n## One\n\n\
                ```shell\nftplab raw {server}\n```\n\n\
                ```ftp id=a\nC> USER *\nS> 331\nC> PASS *\nS> 230\nC> PASV\nS> 227\nC> LIST\nS> 150\n```\n\n\
                ```ask id=who kind=text\nWhich name did you use?\n= anonymous\n? The one behind USER.\n```\n\n\
                ## Two\n\n```shell\nftplab pasv-calc --connect '{epsv.port}' -o x\n```\n\n\
                ```ask id=mode kind=choice\nWhich mode?\n( ) Active mode # You listened?\n(x) Passive mode\n```\n";
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("slips.en.md"), text).expect("written");
    let terminal = Student::sits(folder.path(), "slips.en.md");
    let mut student = Student { terminal, folder };
    // Another terminal begins in another folder.
    student.sees("In every other terminal, first:");
    student.sees("$ cd /");
    student.types("[Enter: more]", "");
    for (typed, seen) in [
        ("USER me", "✓ S> 331"),
        ("PASS x", "✓ S> 230"),
        ("PASV", "✓ S> 227"),
        ("RETR readme.txt", "another transfer"),
        ("/data", "closed by the server"),
        ("LIST", "425 came: there is no data connection"),
        ("PASV", "S> 227"),
        ("LIST", "nobody has dialled yet"),
        ("/data", "three-lines.txt"),
    ] {
        student.types("C>", typed);
        student.sees(seen);
    }
    // A command is no answer, and words around one are no matter.
    for (typed, seen) in [
        ("LIST", "That is an FTP command"),
        ("you", "✗ No (try 1). >"),
        ("", "(try 1). > Which name did you use? >"),
        ("me", "✗ No (try 2). /hint gives a hint."),
        ("/hint", "Hint 1 of 1"),
        ("them", "✗ No (try 3). >"),
        ("Anonymous.", "✓ Right."),
    ] {
        student.types(">", typed);
        student.sees(seen);
    }
    // It asks for what is not known, rather than show a gap.
    student.sees("$ ftplab pasv-calc --connect -o x --events");
    student.types(">", "both");
    student.sees("one of the letters from a to b");
    student.types(">", "PASSIVE");
    student.sees("All of it is done.");
}

#[test]
fn two_servers_and_a_capture_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "---\ntitle: Two\nversion: 1\nlanguage: en\nserver: any-client\n---\n\n## One\n\n\
                ```server line=b\nS> 220 The other one.\nC* NOOP\nS> 200 Other.\n```\n\n\
                The second is at {b.server}.\n\n\
                ```ftp id=a\nC> NOOP\nS> 200 Nothing*\n```\n\n\
                ```ftp id=b line=b\nC> NOOP\nS> 200 Other*\n```\n\n\
                ```capture id=mine\n[[expect]]\nmode = \"passive\"\n```\n\n\
                ```ask id=packets kind=number\nHow many packets?\n= {capture.packets}\n```\n";
    fs::write(folder.path().join("two.en.md"), text).expect("written");
    let captures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("captures");
    let (passive, active) = (
        captures.join("passive-vsftpd.pcap"),
        captures.join("active-vsftpd.pcap"),
    );
    let lines = format!(
        "NOOP\nNOOP\nnothing.pcap\npassive-vsftpd\n-\n{}\n{}\nin all 49 packets\n",
        active.display(),
        passive.display()
    );
    let answers = folder.path().join("answers.txt");
    fs::write(&answers, lines).expect("written");
    let done = ftplab()
        .within(folder.path())
        .args([
            "lab",
            "run",
            "two.en.md",
            "--port",
            "0",
            "--answers",
            "answers.txt",
        ])
        .run()
        .code(0);
    let shown = done.out();
    for what in [
        "On the second control connection",
        "S> 200 Other.",
        "\nA S> 200 Nothing done.\n",
        "\nB S> 200 Other.\n",
        "nothing.pcap: there is no such file or folder",
        "Names are looked for where this lab runs, in ",
        "That is a capture which ftplab brings.",
        "○ Passive mode was used.",
        "✓ Passive mode was used.",
        "All of it is done.",
    ] {
        assert!(shown.contains(what), "{what}\n{shown}");
    }
    let report = report(&folder.path().join("two"));
    let mine = report.block("mine").expect("it is");
    let files: Vec<bool> = mine.answers.iter().map(|given| given.right).collect();
    assert_eq!(files, [false, false, false, false, true]);
}

#[test]
fn a_student_serves_curl() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "---\ntitle: Serve\nversion: 1\nlanguage: en\nserver: none\n---\n\n## One\n\n\
                ```shell\ncurl ftp://{server.host}:{server.port}/\n```\n\n\
                ```ftp id=serve role=server\nS> 220\nC> USER *\nS> 331\nC> PASS *\nS> 530\n```\n\n\
                ```ask id=code kind=code\nWhich code did PASS get?\n= {pass.code}\n```\n";
    fs::write(folder.path().join("serve.en.md"), text).expect("written");
    let mut student = Student::in_folder(folder, "serve.en.md");
    student.sees("You are the server: type the replies here, behind S>.");
    let screen = student.terminal.lines();
    let url = screen
        .iter()
        .find_map(|line| {
            // The sheet's own line may have scrolled away by now; the server says it too.
            let (_, url) = line.split_once("curl ftp://")?;
            Some(format!("ftp://{}", url.trim_end()))
        })
        .unwrap_or_else(|| panic!("the client's command: {screen:#?}"));
    student.sees("/help tells what else there is.");
    student.types("S>", "/help");
    student.sees("/data /line /close /store");
    student.sees("/quit, Ctrl-D");
    let curl = Command::new("curl")
        .args(["-sS", "--max-time", "30", &url])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(curl) = curl else {
        skipped("curl");
        return;
    };
    student.sees("It waits for your greeting.");
    student.types("S>", "220 Hello.");
    student.sees("C> USER anonymous");
    student.types("S>", "331 Password?");
    student.sees("C> PASS *");
    student.types("S>", "530 No.");
    student.sees("Which code did PASS get?");
    student.types(">", "530");
    student.sees("All of it is done.");
    let said = curl.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("530"), "{said}");
    let report = report(&student.folder.path().join("serve"));
    let dialogue = report.block("serve").expect("it is").dialogue.join("\n");
    assert!(dialogue.contains("C> PASS *\nS> 530 No."), "{dialogue}");
}

#[test]
fn a_server_that_dies_is_told_and_dialled_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dies.en.md");
    let text = "---\ntitle: Dies\nversion: 1\nlanguage: en\nserver: dies.ftp\n---\n\n## One\n\n\
                ```ftp id=say\nC> NOOP\nS> 200\nC> PWD\nS> 257\n```\n";
    fs::write(&path, text).expect("written");
    let script = "S> 220 Hello.\n\nC> NOOP\nS> 200 Fine.\nC> PWD\nS> 421 Going down.\n-- next connection\n\
                  S> 257 \"/\"\n\nC* QUIT\nS> 221 Bye.\n";
    fs::write(folder.path().join("dies.ftp"), script).expect("written");
    let mut student = Student::in_folder(folder, "dies.en.md");
    student.types("C>", "NOOP");
    student.sees("✓ C> NOOP");
    student.types("C>", "PWD");
    student.sees("421");
    student.types("C>", "NOOP");
    student.sees("It is opened again.");
    student.types("C>", "PWD");
    student.sees("All of it is done.");
    assert!(report(&student.folder.path().join("dies")).finished);
}

/// Somebody at `text.en.md`, a sheet of one free text.
fn who_is_to_write() -> Student {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "---\ntitle: Text\nversion: 1\nlanguage: en\nserver: none\n---\n\n## One\n\n\
                ```write id=why\nWhy?\n```\n";
    fs::write(folder.path().join("text.en.md"), text).expect("written");
    Student::in_folder(folder, "text.en.md")
}

#[test]
fn a_pasted_text_keeps_its_empty_lines_and_a_finished_sheet_can_be_looked_at_again() {
    let mut student = who_is_to_write();
    let base = student.folder.path().join("text");
    student.at("|");
    student
        .terminal
        .keys("\u{1b}[200~One.\n\nThree.\u{1b}[201~\r");
    student.sees("Three.");
    student.types("|", "");
    student.sees("All of it is done.");
    let block = report(&base).block("why").expect("it is").clone();
    assert_eq!(block.text.as_deref(), Some("One.\n\nThree.\n"));
    student.terminal = Student::sits(student.folder.path(), "text.en.md");
    student.sees("/steps and a number lead to a step.");
    student.types(">", "/steps 1");
    student.sees("Step 1 of 1: One");
}

#[test]
fn a_text_that_is_left_in_the_middle_is_gone_on_with() {
    let mut student = who_is_to_write();
    let base = student.folder.path().join("text");
    for (line, end) in [("One.", "/quit\r"), ("Two.", "\u{4}")] {
        student.types("|", line);
        student.at("|");
        // A terminal that is not raw yet takes Ctrl-D for itself.
        std::thread::sleep(Duration::from_millis(300));
        student.terminal.keys(end);
        student.sees("Kept in text.json: none of 1 blocks are done.");
        assert!(!report(&base).block("why").expect("it is").done);
        student.terminal = Student::sits(student.folder.path(), "text.en.md");
        student.sees("You had written this;");
        student.sees(&format!("| {line}"));
    }
    student.types("|", "Three.");
    student.at("|");
    student.terminal.enter();
    student.sees("All of it is done.");
    let block = report(&base).block("why").expect("it is").clone();
    assert_eq!(block.text.as_deref(), Some("One.\nTwo.\nThree.\n"));
}

#[test]
fn a_sheet_s_value_is_its_server_s_whatever_that_would_choose_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "---\ntitle: Door\nversion: 1\nlanguage: en\nserver: door.ftp\nparam door: 12\n---\n\n## One\n\n\
                ```ftp id=knock\nS> 220\nC> NOOP\nS> 200\n```\n";
    let script = "-- param door=1..9\nS> 220 Door {param.door}.\nC* NOOP\nS> 200 Yes.\nC* QUIT\nS> 221 Bye.\n";
    fs::write(folder.path().join("door.en.md"), text).expect("written");
    fs::write(folder.path().join("door.ftp"), script).expect("written");
    let done = ftplab()
        .within(folder.path())
        .args([
            "lab",
            "run",
            "door.en.md",
            "--demo",
            "--fast",
            "--report",
            "mine",
        ])
        .run()
        .code(0);
    assert!(done.out().contains("S> 220 Door 12."), "{}", done.out());
}

#[test]
fn a_page_of_the_same_name_that_is_no_report_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| ftplab().within(folder.path()).args(words).run();
    let read = |name: &str| fs::read(folder.path().join(name));
    run(&["lab", "print", "1", "-o", "1-control.md"]).code(0);
    let printed = read("1-control.md").expect("a page");
    fs::write(folder.path().join("lines"), "PWD\n").expect("written");
    let words = ["lab", "run", "1", "--port", "0", "--answers", "lines"];
    let done = run(&words).code(1);
    assert!(
        done.out().contains("1-control.report.json"),
        "{}",
        done.out()
    );
    assert_eq!(read("1-control.md").expect("a page"), printed);
    // A report whose JSON is gone is one all the same.
    fs::remove_file(folder.path().join("1-control.md")).expect("removed");
    run(&words).code(1);
    fs::remove_file(folder.path().join("1-control.json")).expect("removed");
    run(&words).code(1);
    assert!(read("1-control.json").is_ok());
}
