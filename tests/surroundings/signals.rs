//! Somebody asks a command to end: Ctrl-C, a polite kill, a terminal that is closed. What it was doing is closed in order,
//! and recordings, logs and events are whole.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::{flat, port_command};
use crate::{
    harness::{ftplab, skipped},
    servers::process::FakeServer,
};

/// How long a command that was asked to end may take for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What asks a command to end. Where these tests themselves were started with `nohup`, so are the commands, and outlive
/// their terminal as they should.
fn signals() -> Vec<Signal> {
    let mut signals = vec![Signal::INT, Signal::TERM];
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    match ignored {
        Some(mask) if mask & 1 == 1 => skipped("SIGHUP, which nohup has these tests ignore,"),
        _ => signals.push(Signal::HUP),
    }
    signals
}

/// What each of them keeps while it works.
const KEPT: [&str; 4] = ["--record", "kept.pcapng", "--events", "events"];

fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
    command
        .args(words)
        .args(KEPT)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Its events, once one of them is as it should be.
fn events(folder: &Path, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let text = fs::read_to_string(folder.join("events")).unwrap_or_default();
        let lines = text.lines().map(serde_json::from_str);
        let lines: Vec<Value> = lines.collect::<Result<_, _>>().expect("whole lines");
        if lines.iter().any(&wanted) {
            return lines;
        }
        assert!(Instant::now() < patience, "{text}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Ends it with this signal; gives the code and what it said on standard error.
fn asked_to_end(mut child: Child, signal: Signal) -> (Option<i32>, String) {
    let pid = Pid::from_child(&child);
    kill_process(pid, signal).expect("it runs");
    let asked = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if asked.elapsed() > PATIENCE {
            child.kill().expect("it runs");
            panic!("{signal:?}: it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut said = String::new();
    let mut err = child.stderr.take().expect("piped");
    err.read_to_string(&mut said).expect("text");
    let code = child.wait().expect("it ends").code();
    (code, flat(&said))
}

/// The recording is whole: its connections are closed, and it can be read; and the events say so.
fn is_whole(folder: &Path) {
    let lines = events(folder, |line| line["type"] == "recording");
    let last = lines.last().expect("one at least");
    assert_eq!(last["complete"], true, "{last}");
    assert!(
        lines.iter().any(|line| line["type"] == "closed"),
        "{lines:?}"
    );
    let inspected = ftplab()
        .within(folder)
        .args(["inspect", "--summary", "kept.pcapng"])
        .run();
    assert_eq!(inspected.err(), "");
}

#[test]
fn a_listener_that_is_receiving_keeps_what_has_come() {
    for signal in signals() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut words = command(dir.path(), &["listen", "0", "-o", "data"]);
        let mut child = words.spawn().expect("it starts");
        let lines = events(dir.path(), |line| line["type"] == "listening");
        let told = lines[0]["port_command"].as_str().expect("a PORT line");
        let port = port_command(told).expect("its port");
        let mut data = TcpStream::connect(("127.0.0.1", port)).expect("it waits");
        data.write_all(b"half of it").expect("it reads");
        while fs::read(dir.path().join("data")).map_or(0, |data| data.len()) < 10 {
            assert!(child.try_wait().expect("a child").is_none());
            std::thread::sleep(Duration::from_millis(10));
        }
        let (code, said) = asked_to_end(child, signal);
        assert_eq!(code, Some(1), "{signal:?}: {said}");
        assert!(said.contains("10 bytes"), "{said}");
        is_whole(dir.path());
        assert_eq!(
            fs::read(dir.path().join("data")).expect("kept"),
            b"half of it"
        );
    }
}

#[test]
fn a_dialogue_ends_in_order() {
    let server = FakeServer::start(&["any-client"]);
    for signal in signals() {
        let dir = tempfile::tempdir().expect("a folder");
        let port = server.port.to_string();
        let words = ["raw", "127.0.0.1", &port, "--log", "log"];
        let mut child = command(dir.path(), &words).spawn().expect("it starts");
        let mut keys = child.stdin.take().expect("piped");
        keys.write_all(b"USER me\nPASS me\n").expect("it reads");
        events(dir.path(), |line| line["code"] == 230);
        let (code, said) = asked_to_end(child, signal);
        assert_eq!(code, Some(1), "{signal:?}: {said}");
        assert_eq!(
            said.matches("Interrupted: the connections").count(),
            1,
            "{said}"
        );
        assert!(said.contains("ftplab inspect kept.pcapng"), "{said}");
        is_whole(dir.path());
        let log = fs::read_to_string(dir.path().join("log")).expect("a log");
        assert!(log.contains("S> 230") && log.ends_with('\n'), "{log}");
        drop(keys);
    }
}

#[test]
fn a_server_with_a_client_ends_in_order() {
    for signal in signals() {
        let dir = tempfile::tempdir().expect("a folder");
        let words = ["fake-server", "any-client", "--port", "0", "--log", "log"];
        let child = command(dir.path(), &words).spawn().expect("it starts");
        let lines = events(dir.path(), |line| line["type"] == "listening");
        let address = lines[0]["address"].as_str().expect("an address");
        let mut client = TcpStream::connect(address).expect("it listens");
        client.write_all(b"USER me\r\n").expect("it reads");
        events(dir.path(), |line| line["code"] == 331);
        let (code, said) = asked_to_end(child, signal);
        assert_eq!(code, Some(0), "{signal:?}: {said}");
        is_whole(dir.path());
        let log = fs::read_to_string(dir.path().join("log")).expect("a log");
        assert!(log.contains("S> 331") && log.ends_with('\n'), "{log}");
    }
}

#[test]
fn a_server_that_was_started_with_nohup_outlives_its_terminal() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut words = Command::new("sh");
    words
        .args([
            "-c",
            "trap '' HUP; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_ftplab"),
        ])
        .args([
            "fake-server",
            "any-client",
            "--port",
            "0",
            "--events",
            "events",
        ])
        .current_dir(dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let child = words.spawn().expect("a shell");
    let lines = events(dir.path(), |line| line["type"] == "listening");
    kill_process(Pid::from_child(&child), Signal::HUP).expect("it runs");
    let address = lines[0]["address"].as_str().expect("an address");
    std::thread::sleep(Duration::from_millis(50));
    let mut client = TcpStream::connect(address).expect("it listens");
    let mut code = [0; 3];
    client.read_exact(&mut code).expect("a greeting");
    assert_eq!(&code, b"220");
    let (code, said) = asked_to_end(child, Signal::TERM);
    assert_eq!(code, Some(0), "{said}");
}
