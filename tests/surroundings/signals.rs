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
    started(folder, &[words, &KEPT].concat())
}

/// The program with these words, in the folder.
fn started(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
    command
        .args(words)
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

/// All files in the folder of the extracted are in its manifest, which has lines, and nothing is half done.
fn is_told_whole(folder: &Path) {
    let manifest = fs::read_to_string(folder.join("manifest.jsonl")).expect("a manifest");
    let lines = manifest.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>().expect("whole lines");
    let mut told: Vec<&str> = lines.iter().filter_map(|l| l["name"].as_str()).collect();
    told.push("manifest.jsonl");
    told.sort_unstable();
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort_unstable();
    assert!(names.len() > 1);
    assert_eq!(names, told);
}

#[test]
fn a_capture_that_comes_through_a_pipe_is_told_as_far_as_it_came() {
    let capture = include_bytes!("../../captures/active-vsftpd.pcap");
    let (half, rest) = capture.split_at(capture.len() / 2);
    for signal in signals() {
        // Whoever writes hears the same Ctrl-C, and writes what it held back; or it writes nothing and stays.
        for ends in [true, false] {
            let dir = tempfile::tempdir().expect("a folder");
            let words = ["inspect", "-", "--json", "--extract", "files"];
            let mut child = started(dir.path(), &words).spawn().expect("it starts");
            let mut pipe = child.stdin.take().expect("piped");
            let mut out = child.stdout.take().expect("piped");
            pipe.write_all(half).expect("it reads");
            // It hears signals before it begins to read.
            let mut begun = [0];
            out.read_exact(&mut begun).expect("what it shows");
            let writer = std::thread::spawn(move || {
                if ends {
                    std::thread::sleep(Duration::from_millis(200));
                    pipe.write_all(rest).expect("it still reads");
                    return None;
                }
                Some(pipe)
            });
            let (code, said) = asked_to_end(child, signal);
            drop(writer.join().expect("written"));
            let mut told = String::from_utf8(begun.to_vec()).expect("text");
            out.read_to_string(&mut told).expect("text");
            let lines = told.lines().map(serde_json::from_str);
            let lines: Vec<Value> = lines.collect::<Result<_, _>>().expect("whole lines");
            let transfers = lines.iter().filter(|line| line["type"] == "transfer");
            let verdicts: Vec<_> = transfers.map(|line| line["verdict"].as_str()).collect();
            if ends {
                assert_eq!(verdicts, [Some("complete"); 2], "{told}");
                assert_eq!((code, said.as_str()), (Some(0), ""));
            } else {
                assert_eq!(verdicts, [Some("complete"), Some("unfinished")], "{told}");
                assert_eq!(code, Some(1), "{said}");
                assert!(said.contains("Interrupted: what is told is"), "{said}");
            }
            is_told_whole(&dir.path().join("files"));
        }
    }
}

#[test]
fn an_extraction_that_is_interrupted_is_told_in_its_manifest() {
    // So many captures that it is still reading when the first files are there.
    let mut words = vec!["lab-by-hand"; 3_000];
    words.extend(["--extract", "files"]);
    words.insert(0, "inspect");
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("files");
    let mut command = started(dir.path(), &words);
    let child = command.stdout(Stdio::null()).spawn().expect("it starts");
    let patience = Instant::now() + PATIENCE;
    while fs::read_dir(&folder).map_or(0, Iterator::count) < 3 {
        assert!(Instant::now() < patience, "no files");
        std::thread::sleep(Duration::from_millis(1));
    }
    let (code, said) = asked_to_end(child, Signal::INT);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("captures were not read."), "{said}");
    is_told_whole(&folder);
}
