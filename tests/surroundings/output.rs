//! Standard output that takes nothing: a reader that has gone away is no error, a full disk is one, a closed one is
//! nobody's business. It cannot be told from one that was sent to `/dev/null`: Rust opens that in its place before `main`
//! begins, so that no file opened later becomes standard output.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
};

use super::{capture, flat, port_command};
use crate::servers::process::{FakeServer, Line};

/// Every command that prints much, and what it answers when all is well.
fn talkative() -> Vec<(Vec<String>, i32)> {
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let pcap = capture("passive-vsftpd.pcap");
    let mut all: Vec<_> = [
        "",
        "explain",
        "explain PASV",
        "man",
        "completions bash",
        "lab list",
        "lab list --json",
        "fake-server --list",
        "fake-server --check any-client",
        "lab check --no-play 1",
        "lab print 1",
        "pasv-calc 227_Entering_(127,0,0,1,4,1)",
    ]
    .map(|line| (words(line), 0))
    .into();
    all[0].0.clear();
    for form in [
        "--explain",
        "--json",
        "--csv",
        "--dialogue",
        "--ladder",
        "--summary",
    ] {
        all.push((vec!["inspect".into(), form.into(), pcap.clone()], 0));
    }
    all
}

fn command(words: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
    command
        .args(words)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for (words, code) in talkative() {
        let mut child = command(&words)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let done = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&done.stderr), "", "{words:?}");
        assert_eq!(done.status.code(), Some(code), "{words:?}");
    }
}

#[test]
fn a_reader_that_goes_away_from_a_dialogue_or_from_data_is_no_error() {
    let server = FakeServer::start(&["any-client"]);
    let port = server.port.to_string();
    for words in [["raw", "127.0.0.1", &port], ["raw", "--json", &port]] {
        let words = if words[1] == "--json" {
            vec![
                "raw".to_owned(),
                "--json".into(),
                "127.0.0.1".into(),
                port.clone(),
            ]
        } else {
            words.map(str::to_owned).to_vec()
        };
        let mut child = command(&words)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let done = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(done.status.code(), Some(0), "{words:?}: {said}");
    }
    let source = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = source.local_addr().expect("an address").to_string();
    let mut child = command(&["pasv-calc".into(), "--connect".into(), at])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let (mut data, _) = source.accept().expect("it dials");
    let _ = data.write_all(&[b'x'; 300_000]);
    drop(data);
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(0), "{done:?}");
}

#[test]
fn standard_output_on_a_full_disk_is_said_in_the_users_language() {
    for (words, _) in talkative() {
        for (lang, told) in [
            (
                "C",
                "ftplab: what was asked for could not be shown whole: the disk is full.",
            ),
            (
                "fr",
                "ftplab\u{a0}: tout n’a pas pu être affiché\u{a0}: le disque est plein.",
            ),
        ] {
            let full = File::options()
                .write(true)
                .open("/dev/full")
                .expect("a device");
            let done = command(&words)
                .env("LC_ALL", lang)
                .stdout(full)
                .output()
                .expect("it starts");
            let said = flat(&String::from_utf8_lossy(&done.stderr));
            assert!(said.starts_with(told), "{words:?}: {said}");
            assert_eq!(done.status.code(), Some(2), "{words:?}");
        }
    }
}

#[test]
fn closed_streams_change_no_answer() {
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        for (words, code) in talkative() {
            let status = Command::new("sh")
                .args(["-c", &format!("exec \"$@\" {closed}"), "sh"])
                .arg(env!("CARGO_BIN_EXE_ftplab"))
                .args(&words)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("the shell starts");
            assert_eq!(status.code(), Some(code), "{words:?} {closed}");
        }
    }
}

/// What comes before the reader leaves.
fn read_one_byte(child: &mut std::process::Child) {
    let mut out = child.stdout.take().expect("piped");
    out.read_exact(&mut [0]).expect("it says something");
}

#[test]
fn a_reader_that_leaves_a_listener_or_a_lab_is_no_error_and_the_work_is_kept() {
    let mut listener = command(&["listen".into(), "0".into()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = BufReader::new(listener.stderr.take().expect("piped"));
    let port = loop {
        let mut line = String::new();
        assert!(said.read_line(&mut line).expect("text") > 0, "no PORT line");
        if let Some(port) = port_command(&line) {
            break port;
        }
    };
    let mut data = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it waits");
    let _ = data.write_all(b"x");
    read_one_byte(&mut listener);
    let _ = data.write_all(&[b'x'; 300_000]);
    drop(data);
    let mut rest = String::new();
    said.read_to_string(&mut rest).expect("text");
    assert_eq!(listener.wait().expect("it ends").code(), Some(0), "{rest}");
    assert!(!rest.contains("panicked"), "{rest}");
    // A lab from which nobody reads any more ends; what was done by then is in the report.
    let dir = tempfile::tempdir().expect("a folder");
    let mut lab = command(&["lab", "run", "1", "--port", "0"].map(str::to_owned))
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    read_one_byte(&mut lab);
    let done = lab.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn data_arrives_in_its_file_although_nobody_reads_the_lines_any_more() {
    // How a script learns the port.
    let dir = tempfile::tempdir().expect("a folder");
    let words = ["listen", "0", "--json", "-o", "data"].map(str::to_owned);
    let mut listener = command(&words)
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let mut out = BufReader::new(listener.stdout.take().expect("piped"));
    out.read_line(&mut line).expect("text");
    drop(out);
    let port = port_command(&line).expect("a PORT line");
    let mut data = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it waits");
    data.write_all(b"all of it").expect("it reads");
    drop(data);
    let done = listener.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!((done.status.code(), &*said), (Some(0), ""));
    assert_eq!(
        fs::read(dir.path().join("data")).expect("kept"),
        b"all of it"
    );
    // A full disk for the lines is a fault of its own, told once, and takes nothing from the data either.
    let source = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = source.local_addr().expect("an address").to_string();
    let words = ["pasv-calc", "--json", "--connect", "-o", "more", &at].map(str::to_owned);
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let dialler = command(&words)
        .current_dir(dir.path())
        .stdout(full)
        .spawn()
        .expect("it starts");
    let (mut data, _) = source.accept().expect("it dials");
    data.write_all(b"all of it").expect("it reads");
    drop(data);
    let done = dialler.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("the disk is full").count(), 1, "{said}");
    assert_eq!(
        fs::read(dir.path().join("more")).expect("kept"),
        b"all of it"
    );
}

#[test]
fn a_server_whose_reader_leaves_serves_on() {
    // `fake-server --json | head -1` is how a script learns the port: the server is not for that reader alone.
    for form in ["--json", "--quiet"] {
        let mut words: Vec<String> = ["fake-server", "any-client", "--port", "0", "--once"]
            .map(str::to_owned)
            .into();
        words.push(form.into());
        let mut child = command(&words)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let port = loop {
            let mut line = String::new();
            assert!(out.read_line(&mut line).expect("text") > 0, "no address");
            let digits = line.split("127.0.0.1:").nth(1).unwrap_or_default();
            let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
            if let Ok(port) = digits.parse() {
                break port;
            }
        };
        drop(out);
        let mut client = Line::dial(port);
        client.log_in();
        assert!(client.say("QUIT").starts_with("221"), "{form}");
        let done = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!((done.status.code(), &*said), (Some(0), ""), "{form}");
    }
}
