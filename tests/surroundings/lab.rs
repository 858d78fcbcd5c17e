//! `lab run` where its files cannot be kept: a disk that is full before it begins or while it goes on, a stick that is
//! pulled, a second run on the same report. Nobody's work is lost by it, and nothing waits for what cannot come.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use ftplab::lab::report::Report;

use super::{REASONS, done, flat, limited};
use crate::harness::{Done, ftplab};

/// A sheet of the tests, whose first dialogue is a login.
fn sheet() -> String {
    format!(
        "{}/tests/lab/sheets/small.en.md",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
fn a_lab_for_whose_report_there_is_no_room_does_not_begin() {
    for (lang, reason) in REASONS {
        for more in [&["--restart"][..], &["--demo"]] {
            let dir = tempfile::tempdir().expect("a folder");
            let words = ["lab", "run", "1", "--port", "0", "--report", "r"];
            let run = || ftplab().within(dir.path()).args(words);
            // What an earlier run left stays where it was.
            run().run().code(1);
            let earlier = fs::read(dir.path().join("r.json")).expect("a report");
            let started = Instant::now();
            let mut command = limited(dir.path(), "-f", "4");
            let done = done(command.args(["--lang", lang]).args(words).args(more)).code(2);
            assert!(started.elapsed() < Duration::from_secs(5), "{more:?}");
            let said = flat(done.err());
            assert!(said.contains("r.json") && said.contains(reason), "{said}");
            assert!(said.contains("--report"), "{said}");
            assert_eq!(done.out(), "", "nothing has begun");
            assert_eq!(
                fs::read(dir.path().join("r.json")).expect("kept"),
                earlier,
                "{more:?}"
            );
            assert!(!dir.path().join("r.1.json").exists());
        }
    }
}

#[test]
fn a_demo_whose_disk_fills_up_ends_and_says_why() {
    let dir = tempfile::tempdir().expect("a folder");
    // Room for the report of a sheet of which nothing is done, in blocks of either size, and for nothing more.
    let mut command = limited(dir.path(), "-f", "5");
    let done = done(
        command
            .args(["lab", "run", &sheet(), "--demo", "--fast"])
            .args(["--port", "0", "--report", "r"]),
    )
    .code(2);
    let said = flat(done.err());
    assert!(said.contains(REASONS[0].1), "{said}");
    // The sheet is not to blame.
    assert!(!done.out().contains("lab check"), "{}", done.out());
    assert!(dir.path().join("r.json").exists());
}

#[test]
fn a_lab_that_cannot_see_any_more_what_is_typed_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let child = begun_as(
        limited(dir.path(), "-f", "6"),
        &sheet(),
        dir.path(),
        dir.path(),
    );
    // From here on no line fits, whichever size the shell's blocks have.
    let mut events = fs::File::options();
    let events = events.append(true).open(dir.path().join("r.events"));
    let blank = format!("{:8191}\n", "");
    let mut events = events.expect("there");
    events.write_all(blank.as_bytes()).expect("room");
    let done = typed(child, "NOOP\n/quit\n").code(1);
    let said = flat(done.out());
    let told = format!(
        "r.events takes no more lines: {} (the limit: ulimit -f). What happens is seen there",
        REASONS[0].1
    );
    assert_eq!(said.matches(&told).count(), 1, "{said}");
    assert!(said.contains("/save FOLDER/NAME"), "{said}");
}

/// A run of a sheet in a folder, as soon as it is connected to its server, with what it keeps meanwhile in another.
fn begun(folder: &Path, meanwhile: &Path) -> Child {
    begun_with(&sheet(), folder, meanwhile)
}

fn begun_with(sheet: &str, folder: &Path, meanwhile: &Path) -> Child {
    let command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
    begun_as(command, sheet, folder, meanwhile)
}

fn begun_as(mut command: Command, sheet: &str, folder: &Path, meanwhile: &Path) -> Child {
    let mut child = command
        .args(["lab", "run", sheet, "--port", "0", "--report"])
        .arg(folder.join("r"))
        .env("LC_ALL", "C")
        .env("TMPDIR", meanwhile)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let patience = Instant::now() + Duration::from_secs(20);
    // Enter opens the control connection, and the greeting comes.
    let keys = child.stdin.as_mut().expect("piped");
    keys.write_all(b"\n").expect("it reads");
    let events = || fs::read_to_string(folder.join("r.events")).unwrap_or_default();
    while !events().contains("\"code\":220") {
        assert!(Instant::now() < patience, "no greeting: {}", events());
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

/// Types these lines and sees it end.
fn typed(mut child: Child, lines: &str) -> Done {
    let mut keys = child.stdin.take().expect("piped");
    keys.write_all(lines.as_bytes()).expect("it reads");
    drop(keys);
    let output = child.wait_with_output().expect("it ends");
    Done {
        code: output.status.code().expect("ended by itself"),
        stdout: output.stdout,
        stderr: output.stderr,
    }
}

fn login_is_done(json: &Path) -> bool {
    let json = fs::read(json).expect("a report");
    let report = Report::read(&json).expect("one that can be read");
    assert_eq!(report.altered(), None);
    report.block("login").expect("of the sheet").done
}

const LOGIN: &str = "USER anonymous\nPASS me@example.org\n";

#[test]
fn the_work_is_kept_elsewhere_when_its_folder_is_gone() {
    let dir = tempfile::tempdir().expect("a folder");
    let stick = dir.path().join("stick");
    fs::create_dir(&stick).expect("room");
    let child = begun(&stick, dir.path());
    fs::rename(&stick, dir.path().join("pulled")).expect("pulled");
    let done = typed(child, LOGIN).code(2);
    let said = flat(done.err());
    // At once, and at the end.
    assert_eq!(said.matches("/save FOLDER/NAME").count(), 1, "{said}");
    let (_, rescued) = said.split_once("They are in ").expect(&said);
    let (rescued, _) = rescued.split_once(".json").expect("a report");
    assert!(Path::new(rescued).starts_with(dir.path()), "{said}");
    assert!(login_is_done(&PathBuf::from(format!("{rescued}.json"))));
    let next = format!("--report {rescued}");
    assert!(said.ends_with(&next), "{said}");
    // The same command goes on there.
    let again = ftplab()
        .args(["lab", "run", &sheet(), "--port", "0", "--report", rescued])
        .run()
        .code(1);
    assert!(
        again.out().contains("Welcome back: one of"),
        "{}",
        again.out()
    );
}

#[test]
fn a_sheet_a_report_and_events_that_go_away_meanwhile_take_no_work_with_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let own = dir.path().join("own.en.md");
    fs::copy(sheet(), &own).expect("room");
    let child = begun_with(own.to_str().expect("UTF-8"), dir.path(), dir.path());
    fs::remove_file(&own).expect("there");
    let report = dir.path().join("r.json");
    fs::write(&report, "garbage").expect("room");
    for gone in ["r.md", "r.events"] {
        fs::remove_file(dir.path().join(gone)).expect("there");
    }
    let done = typed(child, LOGIN).code(1);
    assert_eq!(done.err(), "");
    assert!(login_is_done(&report));
    let page = fs::read_to_string(dir.path().join("r.md")).expect("written again");
    assert!(page.contains("C> USER anonymous"), "{page}");
}

#[test]
fn save_keeps_the_work_elsewhere_and_writes_over_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let other = dir.path().join("other");
    fs::write(other.with_extension("json"), "precious").expect("room");
    let child = begun(dir.path(), dir.path());
    let new = dir.path().join("a new one");
    let lines = format!(
        "{LOGIN}/save\n/save {}\n/save /nonexistent/x\n/save {}\n/quit\n",
        other.display(),
        new.display()
    );
    let done = typed(child, &lines).code(1);
    assert_eq!(done.err(), "");
    let said = flat(done.out());
    for told in [
        "Saved: ".to_owned() + &dir.path().join("r.json").display().to_string(),
        format!("{}.json is there already", other.display()),
        "/nonexistent/x.json cannot be used: there is no such file".to_owned(),
        format!("Kept in {}.json from here on", new.display()),
        format!("--report '{}'", new.display()),
    ] {
        assert!(said.contains(&told), "{told}: {said}");
    }
    let kept = fs::read(other.with_extension("json")).expect("kept");
    assert_eq!(kept, b"precious");
    assert!(login_is_done(&new.with_extension("json")));
    assert!(new.with_extension("events").exists());
    // Whoever comes back to the old place is not told that the work is here.
    assert!(!said.contains("The same command"), "{said}");
}

#[test]
fn two_runs_with_one_report_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let first = begun(dir.path(), dir.path());
    for more in [&[][..], &["--restart"], &["--demo"]] {
        let done = ftplab()
            .within(dir.path())
            .args(["lab", "run", &sheet(), "--port", "0", "--report", "r"])
            .args(more)
            .run()
            .code(2);
        let said = flat(done.err());
        assert!(said.contains("another lab run works with r.json"), "{said}");
    }
    typed(first, "/quit\n").code(1);
    // Over, however the first one ended.
    fs::remove_file(dir.path().join("r.events")).expect("there");
    let mut first = begun(dir.path(), dir.path());
    first.kill().expect("ours");
    first.wait().expect("it ends");
    ftplab()
        .within(dir.path())
        .args(["lab", "run", &sheet(), "--port", "0", "--report", "r"])
        .run()
        .code(1);
}
