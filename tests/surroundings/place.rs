//! Where the program runs: without a terminal or on a narrow one, without an environment, without IPv6, with few open
//! files.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    time::Duration,
};

use super::{done, flat, limited, nobody};
use crate::{
    harness::{ftplab, skipped},
    servers::process::{FakeServer, Line},
};

/// What a program shows on a pseudo-terminal of so many columns, colours off.
fn on_terminal(columns: usize, words: &[&str]) -> String {
    let mut command = Command::new("sh");
    command
        .args(["-c", "stty cols \"$0\" rows 5 && exec \"$@\""])
        .arg(columns.to_string())
        .arg(env!("CARGO_BIN_EXE_ftplab"))
        .args(words)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1");
    let mut session =
        rexpect::session::spawn_command(command, Some(20_000)).expect("a pseudo-terminal");
    session.exp_eof().expect("it ends")
}

/// What is read, wherever lines end.
fn letters(shown: &str) -> String {
    shown.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_narrow_terminal_loses_nothing() {
    for words in [
        &["explain", "227"][..],
        &["explain", "PASV"],
        &["pasv-calc", "256,1"],
        &["lab", "list"],
        &["inspect", "nothing.pcap"],
        &[],
    ] {
        let wide = letters(&on_terminal(80, words));
        assert!(wide.len() > 40, "{words:?}: {wide}");
        for columns in [1, 20] {
            let narrow = letters(&on_terminal(columns, words));
            assert!(!narrow.contains("panicked"), "{words:?}: {narrow}");
            // Rules and ladders are as wide as the terminal; words are all there.
            let words_of =
                |shown: &str| -> String { shown.chars().filter(|c| c.is_alphanumeric()).collect() };
            assert_eq!(words_of(&narrow), words_of(&wide), "{words:?} at {columns}");
        }
    }
}

#[test]
fn nothing_depends_on_home_or_the_terminal_type() {
    let plain = ftplab().args(["explain", "227"]).run().code(0);
    assert!(!plain.out().contains('\u{1b}'));
    for (name, value) in [
        ("TERM", ""),
        ("TERM", "dumb"),
        ("TERM", "no-such-terminal"),
        ("NO_COLOR", "1"),
        ("HOME", ""),
        ("HOME", "/nonexistent"),
        ("XDG_CONFIG_HOME", "relative"),
        ("COLUMNS", "nonsense"),
        ("COLUMNS", "0"),
    ] {
        let done = ftplab().env(name, value).args(["explain", "227"]).run();
        assert_eq!(done.code(0).out(), plain.out(), "{name}={value}");
    }
    // A lab is kept in the folder it is worked in, and nowhere else.
    let dir = tempfile::tempdir().expect("a folder");
    ftplab()
        .within(dir.path())
        .args(["lab", "run", "1"])
        .run()
        .code(1);
    assert!(dir.path().join("1-control.json").exists());
}

#[test]
fn a_lab_goes_on_in_the_folder_where_its_report_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let run = || {
        ftplab()
            .within(dir.path())
            .args(["lab", "run", "1-control"])
            .run()
    };
    let first = run().code(1);
    assert!(dir.path().join("1-control.md").exists());
    // By the same name again: the report beside it is not the sheet.
    let again = run().code(1);
    assert_eq!(again.out().lines().next(), first.out().lines().next());
}

#[test]
fn a_sheet_is_never_written_over_by_its_report() {
    let dir = tempfile::tempdir().expect("a folder");
    let sheet = fs::read(crate::servers::process::lab("sheets/1-control.en.md")).expect("a sheet");
    let own = dir.path().join("own.md");
    fs::write(&own, &sheet).expect("room");
    for name in ["own", "own.md", "./own.md"] {
        ftplab()
            .within(dir.path())
            .args(["lab", "run", name])
            .run()
            .code(1);
        assert_eq!(fs::read(&own).expect("there"), sheet, "{name}");
    }
    assert!(dir.path().join("own.report.md").exists());
}

/// A command in a network without IPv6; `None` where none can be made.
fn without_ipv6(words: &[&str]) -> Option<Command> {
    let inside = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && exec \"$@\"";
    let command = |words: &[&str]| {
        let mut command = Command::new("unshare");
        command
            .args(["-r", "-n", "sh", "-c", inside, "sh"])
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let works = command(&["true"])
        .status()
        .is_ok_and(|status| status.success());
    works.then(|| command(words))
}

#[test]
fn without_ipv6_servers_listen_on_ipv4_and_say_why_not_where_it_is_asked_for() {
    let program = env!("CARGO_BIN_EXE_ftplab");
    let Some(mut asked) = without_ipv6(&[program, "--lang", "en", "listen", "[::1]:0"]) else {
        return skipped("a network namespace without IPv6 (unshare):");
    };
    let done = asked.output().expect("it starts");
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    assert!(
        String::from_utf8_lossy(&done.stderr).contains("::1"),
        "{done:?}"
    );
    let words = ["fake-server", "--port", "0", "--json"];
    let mut all = vec![program];
    all.extend(words);
    let mut child = without_ipv6(&all)
        .expect("as before")
        .spawn()
        .expect("it starts");
    let mut first = [0; 40];
    let mut out = child.stdout.take().expect("piped");
    let read = out.read_exact(&mut first);
    child.kill().expect("ours");
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("to its end");
    child.wait().expect("it ends");
    read.expect("it listens");
    let said = format!("{}{rest}", String::from_utf8_lossy(&first));
    assert!(
        said.contains("127.0.0.1:") && !said.contains("::1"),
        "{said}"
    );
}

/// Clients that come at once.
const CLIENTS: usize = 200;
/// Files that the server may have open.
const FILES: &str = "64";

#[test]
fn more_clients_than_open_files_are_turned_away_and_the_server_lives_on() {
    for (lang, told) in [
        (
            "en",
            "the system gives this program 64 open files: at most 32 clients at once",
        ),
        (
            "fr",
            "le système accorde 64 fichiers ouverts à ce programme\u{a0}: au plus 32 clients",
        ),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let complaints = fs::File::create(dir.path().join("stderr")).expect("a file");
        let mut program = limited(dir.path(), "-n", FILES);
        program.args(["--lang", lang]).stderr(complaints);
        let server = FakeServer::start_as(program, &["any-client", "--bind", "127.0.0.1"]);
        let address = SocketAddr::from(([127, 0, 0, 1], server.port));
        let dialled: Vec<TcpStream> = (0..CLIENTS)
            .map(|_| TcpStream::connect(address).expect("the server listens"))
            .collect();
        let mut codes = Vec::new();
        for mut client in &dialled {
            client
                .set_read_timeout(Some(Duration::from_secs(20)))
                .expect("a timeout");
            let mut code = [0; 3];
            client.read_exact(&mut code).expect("every client is told");
            codes.push(code);
        }
        let of = |code: &[u8; 3]| codes.iter().filter(|one| *one == code).count();
        assert_eq!((of(b"220"), of(b"421")), (32, CLIENTS - 32));
        // Those that are served get their data, too.
        let mut first = &dialled[0];
        first.write_all(b"PASV\r\n").expect("it takes commands");
        drop(dialled);
        // They have left: the next one is served, as soon as the server has noticed.
        let patience = std::time::Instant::now() + Duration::from_secs(20);
        loop {
            let mut client = Line::dial(address.port());
            let greeting = client.reply();
            if greeting.starts_with("220") {
                assert!(client.say("NOOP").starts_with("200"));
                break;
            }
            assert!(std::time::Instant::now() < patience, "{greeting}");
            std::thread::sleep(Duration::from_millis(20));
        }
        drop(server);
        let said = flat(&fs::read_to_string(dir.path().join("stderr")).expect("text"));
        assert_eq!(said.matches(&flat(told)).count(), 1, "{said}");
    }
}

#[test]
fn a_port_that_needs_rights_is_named_with_one_that_does_not_and_how_to_ask_for_it() {
    let first = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let Some(mut program) = nobody() else {
        return skipped("a user without rights who may start the program, for port 21:");
    };
    if first.is_ok_and(|first| first.trim().parse::<u16>().is_ok_and(|first| first <= 21)) {
        return skipped("a system that keeps port 21 for the administrator:");
    }
    for (command, next) in [
        ("fake-server --port 21", "ftplab fake-server --port "),
        ("listen 21", "ftplab listen "),
        ("lab run 1 --port 21", "ftplab lab run 1 --port "),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        fs::set_permissions(dir.path(), open).expect("for everybody");
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let done = program(dir.path(), &words).code(2);
        let said = flat(done.err());
        let free = said.split(next).nth(1).unwrap_or_default();
        let free: String = free.chars().take_while(char::is_ascii_digit).collect();
        assert!(free.parse::<u16>().is_ok_and(|free| free >= 1024), "{said}");
        assert!(said.contains("administrator"), "{said}");
    }
}

/// Files that `inspect` may have open: fewer than it is given.
const FEW: &str = "16";

#[test]
fn many_captures_are_read_with_few_open_files() {
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..100 {
        let to = dir.path().join(format!("{n:03}.pcap"));
        fs::copy(super::capture("stou.pcap"), to).expect("room");
    }
    let mut command = limited(dir.path(), "-n", FEW);
    let all = done(command.args(["inspect", "."])).code(0);
    assert_eq!((all.out().lines().count(), all.err()), (101, ""));
    // As one they are all open at once: that is said, not run into.
    let mut command = limited(dir.path(), "-n", FEW);
    let cut = done(command.args(["inspect", "--merge", "."])).code(2);
    let said = flat(cut.err());
    assert!(said.contains("pcap: too many files are open"), "{said}");
}

#[test]
fn too_few_open_files_are_said_with_what_to_do_and_never_a_panic() {
    for words in [
        &["listen", "0"][..],
        &["pasv-calc", "--connect", "127.0.0.1:1"],
        &["fake-server", "--port", "0"],
        &["lab", "run", "1", "--port", "0", "--demo"],
    ] {
        // With fewer the program itself is not loaded.
        for limit in ["6", "7", "8", "9"] {
            for (lang, told) in [
                ("en", "too many files are open (ulimit -n"),
                ("fr", "trop de fichiers sont ouverts (ulimit -n"),
            ] {
                let dir = tempfile::tempdir().expect("a folder");
                let mut command = limited(dir.path(), "-n", limit);
                let done = done(command.args(["--lang", lang]).args(words)).code(2);
                let said = flat(done.err());
                assert!(said.contains(told), "{words:?} with {limit}: {said}");
                assert!(
                    !said.contains("> FILE") && !said.contains("panicked"),
                    "{said}"
                );
            }
        }
    }
    // Somewhat more is enough for one connection.
    let server = FakeServer::start(&["any-client"]);
    for limit in ["8", "10", "12"] {
        let mut command = limited(std::path::Path::new("/"), "-n", limit);
        let done = done(command.args(["raw", "127.0.0.1", &server.port.to_string()]));
        let said = flat(done.err());
        assert!(!said.contains("panicked"), "{said}");
        assert!(
            done.out().contains("S> 220") || said.contains("too many files are open"),
            "{said}"
        );
    }
}
