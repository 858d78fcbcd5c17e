//! Every script that ftplab brings: checked, played to the client player, and the ones of the paper lab and its annexes
//! spoken with over the wire.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
    time::Instant,
};

use super::process::{FakeServer, Line, lab};
use crate::harness::{free_port, ftplab};

/// All scripts of these shelves.
fn scripts() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["servers", "faults"]
        .iter()
        .flat_map(|shelf| fs::read_dir(lab(shelf)).expect("a shelf"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "ftp"))
        .collect();
    all.sort();
    assert!(all.len() > 40, "only {} scripts", all.len());
    all
}

#[test]
fn every_warning_is_announced() {
    for lang in ["en", "fr"] {
        let done = ftplab()
            .args(["--lang", lang, "fake-server", "--strict", "--check"])
            .args(scripts())
            .run();
        assert_eq!(done.code, 0, "{}{}", done.out(), done.err());
    }
}

#[test]
fn every_script_plays_as_it_is_written() {
    // The delay is longer than a test should take, and nothing else is in that script.
    let queue: Mutex<Vec<PathBuf>> = Mutex::new(
        scripts()
            .into_iter()
            .filter(|path| !path.ends_with("delay.ftp"))
            .collect(),
    );
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(path) = queue.lock().expect("not poisoned").pop() else {
                        return;
                    };
                    let done = ftplab()
                        .args(["fake-server", "--self-test"])
                        .arg(&path)
                        .run();
                    assert_eq!(done.code, 0, "{}{}", done.out(), done.err());
                }
            });
        }
    });
}

#[test]
fn a_name_finds_what_is_inside_and_a_path_wins() {
    for name in ["mandriva", "no-150", "no-150.ftp"] {
        let done = ftplab().args(["fake-server", "--check", name]).run();
        assert_eq!(done.code, 0, "{}{}", done.out(), done.err());
    }
    let done = ftplab().args(["fake-server", "no-such-script"]).run();
    assert_eq!(done.code, 2);
    let told = done.err();
    assert!(
        told.contains("mandriva") && told.contains("no-150"),
        "{told}"
    );
}

const LISTING: &str = "total 48\r\ndrwxr-xr-x 6 root root 4096 Jun  1 16:12 .\r\ndrwxr-xr-x 6 root root 4096 Jun  1 16:12 ..\r\n\
    d--x--x--x 2 root root 4096 Jun  1 16:12 bin\r\nd--x--x--x 2 root root 4096 Jun  1 16:12 etc\r\n\
    drwxr-xr-x 2 root root 4096 Jun  1 16:12 lib\r\ndrwxr-xr-x 2 root 79   4096 Jun  1 16:15 pub\r\n";

/// The paper lab's sequence 1, steps 2 and 4, with its own words.
#[test]
fn mandriva_says_what_the_paper_says() {
    let server = FakeServer::start(&["mandriva"]);
    let mut line = server.dial();
    assert_eq!(
        line.reply(),
        "220 mandrivalinux.local FTP server (Version wu-2.6.2(1) Sun Aug 3 13:51:18 EDT 2008) ready."
    );
    assert_eq!(
        line.say("USER anonymous"),
        "331 Guest login ok, send your complete e-mail address as password."
    );
    assert_eq!(
        line.say("PASS tv@free.fr"),
        "230 Guest login ok, access restrictions apply."
    );
    let at = line.passive();
    line.send("LIST -al");
    assert_eq!(Line::fetch(at), LISTING);
    assert_eq!(
        line.reply(),
        "150 Opening ASCII mode data connection for directory listing."
    );
    assert_eq!(line.reply(), "226 Transfer complete.");
    let (listener, port) = Line::active();
    assert_eq!(line.say(&port), "200 PORT command successful.");
    assert!(line.say("LIST -al").starts_with("150 "));
    let (mut data, from) = listener.accept().expect("the server dials");
    // L-1, where nobody else has it.
    assert!(from.port() == server.port - 1 || from.port() > 1023);
    let mut listing = String::new();
    data.read_to_string(&mut listing).expect("text");
    assert_eq!(listing, LISTING);
    assert_eq!(line.reply(), "226 Transfer complete.");
    assert_eq!(line.say("EPSV"), "500 'EPSV ': command not understood.");
    assert_eq!(
        line.say("QUIT"),
        "221-You have transferred 0 bytes in 0 files./221-Total traffic for this session was 433 bytes in 0 transfers./\
         221-Thank you for using the FTP service on mandrivalinux.local./221 Goodbye."
    );
    assert_eq!(line.line(), None);
}

/// Step 1: commands in the order of the sheet.
#[test]
fn proxad_goes_through_the_first_step() {
    let mut server = FakeServer::start(&["proxad", "--once", "--expect-complete"]);
    let mut line = server.dial();
    assert_eq!(line.reply(), "220 Welcome to ProXad FTP server");
    for (command, reply) in [
        ("PWD", "530 Please login with USER and PASS."),
        ("USER anonymous", "331 Please specify the password."),
        ("PASS", "230 Login successful."),
        ("PWD", "257 \"/\""),
        ("TYPE I", "200 Switching to Binary mode."),
        ("LIST -aL", "425 Use PORT or PASV first."),
        ("QUIT", "221 Goodbye."),
    ] {
        assert_eq!(line.say(command), reply);
    }
    let (code, said) = server.end();
    assert_eq!(code, 0, "every step was played");
    let summary = said.last().expect("a summary");
    assert_eq!(
        (
            &summary["type"],
            &summary["commands"],
            &summary["unmatched"]
        ),
        (&"summary".into(), &7.into(), &0.into())
    );
}

#[test]
fn a_play_that_was_not_finished_is_told() {
    let mut server = FakeServer::start(&["proxad", "--once", "--expect-complete"]);
    let mut line = server.dial();
    line.reply();
    line.say("QUIT");
    assert_eq!(server.end().0, 1);
}

#[test]
fn nat_names_an_address_that_nobody_reaches() {
    let server = FakeServer::start(&["nat"]);
    let mut line = server.dial();
    line.log_in();
    assert!(line.say("PASV").contains("(192,0,2,10,"));
    assert!(line.say("EPSV").starts_with("229 "));
}

#[test]
fn the_firewall_lets_nobody_be_dialled() {
    let server = FakeServer::start(&["firewall"]);
    let mut line = server.dial();
    line.log_in();
    let (listener, port) = Line::active();
    assert!(line.say(&port).starts_with("200 "));
    assert!(line.say("LIST").starts_with("425 "));
    listener.set_nonblocking(true).expect("set");
    assert!(listener.accept().is_err(), "nobody has dialled");
    let at = line.passive();
    line.send("LIST");
    assert!(Line::fetch(at).contains("hello.txt"));
}

#[test]
fn the_one_port_of_the_range_is_for_one_at_a_time() {
    // The script's own port may be in use: a sheet plays it too.
    let port = free_port();
    let folder = tempfile::tempdir().expect("a folder");
    let script = fs::read_to_string(lab("servers/port-range.ftp")).expect("a script");
    let own = script.replace("3021-3021", &format!("{port}-{port}"));
    assert_ne!(own, script);
    fs::write(folder.path().join("own.ftp"), own).expect("a file");
    fs::create_dir(folder.path().join("files")).expect("a folder");
    fs::write(folder.path().join("files/hello.txt"), "Hello").expect("a file");
    let own = folder.path().join("own.ftp").display().to_string();
    let server = FakeServer::start(&[&own]);
    let (mut one, mut two) = (server.dial(), server.dial());
    one.log_in();
    two.log_in();
    let at = one.passive();
    assert_eq!(at.port(), port);
    assert!(two.say("PASV").starts_with("425 "));
    one.send("LIST");
    assert!(Line::fetch(at).contains("hello.txt"));
    assert!(one.reply().starts_with("150") && one.reply().starts_with("226"));
    assert_eq!(two.passive().port(), port);
}

#[test]
fn the_impatient_server_hangs_up() {
    let server = FakeServer::start(&["timeout"]);
    let mut line = server.dial();
    line.reply();
    let start = Instant::now();
    assert!(line.reply().starts_with("421 "));
    assert_eq!(line.line(), None);
    assert!((9..13).contains(&start.elapsed().as_secs()));
}

#[test]
fn anonymous_users_only() {
    let server = FakeServer::start(&["anonymous-only"]);
    let mut line = server.dial();
    line.reply();
    assert!(line.say("USER bob").starts_with("530 "));
    assert!(line.say("PASS x").starts_with("503 "));
    assert!(line.say("USER ftp").starts_with("331 "));
    assert!(line.say("PASS x").starts_with("230 "));
    assert!(line.say("STOR x").starts_with("553 "), "read-only");
}

/// A log is a dialogue that can be played again: the server's own, made into a script, plays as it is written.
#[test]
fn a_log_becomes_a_script_that_plays() {
    let dir = super::process::folder("from-log");
    let log = dir.join("log.ftp");
    let script = dir.join("again.ftp");
    let server = FakeServer::start(&["mandriva", "--log", log.to_str().expect("UTF-8")]);
    let mut line = server.dial();
    line.log_in_as("331");
    let at = line.passive();
    line.send("LIST -al");
    assert_eq!(Line::fetch(at), LISTING);
    line.reply();
    line.reply();
    line.say("QUIT");
    assert_eq!(server.stop().0, 0);
    let done = ftplab()
        .args(["fake-server", "--from"])
        .arg(&log)
        .arg("--output")
        .arg(&script)
        .run();
    assert_eq!(done.code, 0, "{}", done.err());
    let text = fs::read_to_string(&script).expect("a script");
    for wanted in [
        "C> PASS *",
        "S> 227 Entering Passive Mode ({pasv})",
        "D> total 48",
        "S> 221 Goodbye.",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing:\n{text}");
    }
    let done = ftplab()
        .args(["fake-server", "--self-test"])
        .arg(&script)
        .run();
    assert_eq!(done.code, 0, "{}{}", done.out(), done.err());
    fs::remove_dir_all(dir).expect("removed");
}

/// Captures of real servers become scripts that play: each says to its own client what the server said, data and all.
#[test]
fn a_capture_becomes_a_script_that_plays() {
    let dir = super::process::folder("from-capture");
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    for (name, session) in [
        ("passive-vsftpd.pcap", "1"),
        ("passive-wget.pcap", "1"),
        ("active-eprt-v6.pcap", "1"),
        ("epsv-v4.pcap", "1"),
        ("compressed.pcapng.gz", "1"),
        ("interleaved.pcap", "2"),
        ("mlsd.pcap", "1"),
        ("port-2121.pcap", "1"),
        ("upload-ncftp.pcap", "1"),
        ("working-directory.pcap", "1"),
    ] {
        let script = dir.join(name).with_extension("ftp");
        let made = ftplab()
            .args(["fake-server", "--session", session, "--from"])
            .arg(captures.join(name))
            .arg("--output")
            .arg(&script)
            .run();
        assert_eq!(made.code, 0, "{name}: {}", made.err());
        let played = ftplab()
            .args(["fake-server", "--self-test"])
            .arg(&script)
            .run();
        assert_eq!(played.code, 0, "{name}: {}{}", played.out(), played.err());
        let text = fs::read_to_string(&script).expect("a script");
        assert!(!text.contains("secret-lab"), "{name}");
    }
    // What is long stands beside the script, byte for byte as it was sent.
    let beside = fs::read(dir.join("passive-vsftpd-1-numbers.txt")).expect("beside the script");
    let numbers: String = (1..=2_500).map(|n| format!("{n}\n")).collect();
    assert!(beside == numbers.as_bytes(), "{} bytes", beside.len());
    let script = fs::read_to_string(dir.join("passive-vsftpd.ftp")).expect("a script");
    assert!(
        script.contains("D@ passive-vsftpd-1-numbers.txt\n"),
        "{script}"
    );

    // The same as by way of `inspect --dialogue`, frames and times apart.
    let capture = captures.join("epsv-v4.pcap");
    let log = ftplab().args(["inspect", "--dialogue"]).arg(&capture).run();
    let path = dir.join("epsv-v4");
    fs::write(&path, log.out()).expect("a log");
    let plain = |from: &Path| {
        let made = ftplab().args(["fake-server", "--from"]).arg(from).run();
        let lines = made.out().lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(plain(&path), plain(&capture));

    for (args, said) in [
        (
            &["--session", "3"][..],
            "2 FTP sessions; there is no session 3",
        ),
        (&["--session", "0"], "there is no session 0"),
    ] {
        let done = ftplab()
            .args(["fake-server", "--from"])
            .arg(captures.join("fxp.pcap"))
            .args(args)
            .run();
        let told = done.err().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(done.code, 1);
        assert!(told.contains(said), "{told}");
    }
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn mistakes_are_shown_all_at_once_with_their_places() {
    let dir = super::process::folder("mistakes");
    let path = dir.join("bad.ftp");
    fs::write(&path, "S: 220 hi\nC> USER *\nS> 331 {nope}\n").expect("a file");
    let done = ftplab().args(["fake-server"]).arg(&path).run();
    assert_eq!(done.code, 2);
    let shown = done
        .err()
        .replace(&format!("{}", path.display()), "bad.ftp");
    assert_eq!(
        shown,
        "bad.ftp:1:1: a line begins with S>, C>, C*, D>, D@, D<, S? or -- and a blank, or with # (a comment)\n    1 | S: 220 hi\n      | ^\n\
         bad.ftp:3:8: there is no value {nope}; there are pasv, epsv, port, verb, arg, user, cwd, bytes, type, param.NAME, and bytes such as x1B\n    \
         3 | S> 331 {nope}\n      |        ^\n2 mistakes in bad.ftp; nothing is played.\n"
    );
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn a_student_gets_the_same_server_again() {
    let dir = super::process::folder("student");
    let path = dir.join("s.ftp");
    fs::write(
        &path,
        "-- param room=100..999\n-- param word=red,green,blue\nS> 220 {param.room} {param.word}\n",
    )
    .expect("a file");
    let path = path.to_str().expect("UTF-8").to_owned();
    let greeting = |words: &[&str]| {
        let mut all = vec![path.as_str()];
        all.extend_from_slice(words);
        let server = FakeServer::start(&all);
        let mut line = server.dial();
        line.reply()
    };
    assert_eq!(greeting(&[]), "220 100 red");
    let alice = greeting(&["--student", "alice"]);
    assert_eq!(greeting(&["--student", "alice"]), alice);
    let others: std::collections::BTreeSet<String> = ["bob", "carol", "dave", "eve"]
        .iter()
        .map(|name| greeting(&["--student", name]))
        .collect();
    assert!(others.len() > 1);
    assert_eq!(
        greeting(&["--param", "word=blue", "--param", "room=107"]),
        "220 107 blue"
    );
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn a_script_that_cannot_be_played_is_not_called_right() {
    let dir = tempfile::tempdir().expect("a folder");
    let script = dir.path().join("s.ftp");
    fs::write(&script, "-- files gone\nS> 220 Ready.\n").expect("a file");
    let path = script.to_str().expect("UTF-8");
    let done = ftplab()
        .args(["fake-server", "--check", path])
        .run()
        .code(1);
    let told = done.out();
    assert!(told.contains("gone cannot be used"), "{told}");
    assert!(!told.contains("nothing to complain"), "{told}");
}
