//! A clock that is set while something runs, or was set while something was captured.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::{capture, port_command};
use crate::{
    harness::{ftplab, skipped},
    peers::program::Program,
    servers::process::FakeServer,
};

/// What became of the transfers of a capture: verb, verdict and bytes.
fn verdicts(path: &Path) -> Vec<[String; 3]> {
    let done = ftplab().args(["inspect", "--json"]).arg(path).run();
    let transfers = done.json_lines().into_iter();
    let transfers = transfers.filter(|line| line["type"] == "transfer");
    let all: Vec<_> = transfers
        .map(|line| ["verb", "verdict", "down"].map(|name| line[name].to_string()))
        .collect();
    assert!(!all.is_empty());
    all
}

/// The capture with the clock an hour back from this packet on.
fn set_back(bytes: &mut [u8], from: usize) {
    let (mut at, mut number) = (24, 0);
    while at < bytes.len() {
        let word = |bytes: &[u8], at: usize| {
            u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
        };
        let (seconds, length) = (word(bytes, at), word(bytes, at + 8));
        if number >= from {
            bytes[at..at + 4].copy_from_slice(&(seconds - 3600).to_le_bytes());
        }
        number += 1;
        at += 16 + length as usize;
    }
}

#[test]
fn a_clock_that_is_set_back_in_a_capture_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("back.pcap");
    let whole = capture("passive-vsftpd.pcap");
    for (lang, told) in [
        ("en", "The clock runs backwards"),
        ("fr", "L’horloge recule"),
    ] {
        for from in [1, 5, 20, 30, 47] {
            let mut bytes = fs::read(&whole).expect("committed");
            set_back(&mut bytes, from);
            fs::write(&path, bytes).expect("room");
            let run = || ftplab().lang(lang).arg("inspect");
            assert_eq!(verdicts(&path), verdicts(Path::new(&whole)), "from {from}");
            let report = run().arg(&path).run();
            assert!(report.out().contains(told), "{}", report.out());
            for form in ["--json", "--ladder", "--explain", "--csv", "--dialogue"] {
                let done = run().arg(form).arg(&path).run();
                assert_eq!(done.err(), "", "{form}, from packet {from}");
            }
        }
    }
}

/// libfaketime, which tells a program another time than it is.
fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    let inner = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    inner.into_iter().find(|path| path.exists())
}

/// A program whose wall clock says what is in the file, whenever it looks.
fn elsewhen(library: &Path, shift: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
    command
        .env("LD_PRELOAD", library)
        .env("FAKETIME_TIMESTAMP_FILE", shift)
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .env("LC_ALL", "C");
    command
}

#[test]
fn a_clock_that_is_set_ends_no_wait_and_bends_no_recording() {
    let Some(library) = faketime() else {
        return skipped("libfaketime, for a clock that is set while programs run:");
    };
    // An hour back (the end of summer time, set by hand), and a year ahead (the network's time came late).
    for step in ["-1h", "+365d"] {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        let set = |to: &str| fs::write(path("shift"), to).expect("room");
        set("+0");
        let mut program = elsewhen(&library, &path("shift"));
        program.stdin(Stdio::null());
        let recorded = path("server.pcapng").display().to_string();
        let words = [
            "any-client",
            "--once",
            "--idle",
            "1m",
            "--record",
            &recorded,
        ];
        let mut server = FakeServer::start_as(program, &words);
        let mut raw = Program::of(
            elsewhen(&library, &path("shift"))
                .args(["raw", "127.0.0.1", &server.port.to_string()])
                .args(["--timeout", "50s", "--record"])
                .arg(path("raw.pcapng")),
        );
        let mut listener = Program::of(elsewhen(&library, &path("shift")).args([
            "listen",
            "0",
            "--timeout",
            "50s",
        ]));
        let port = listener.until(|_, line| port_command(line));
        raw.reply();
        raw.command("USER student", &[331]);
        raw.command("PASS x", &[230]);
        set(step);
        // Everybody looks at the clock meanwhile.
        thread::sleep(Duration::from_millis(600));
        raw.command("PASV", &[227]);
        raw.say("/data");
        raw.command("LIST", &[150]);
        assert_eq!(raw.reply().code, 226);
        raw.command("QUIT", &[221]);
        let (code, said) = raw.end();
        assert_eq!(code, 0, "{step}: {said}");
        assert_eq!(server.end().0, 0);
        let mut data = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it still waits");
        data.write_all(b"data\r\n").expect("it takes data");
        drop(data);
        let (code, said) = listener.end();
        assert_eq!(code, 0, "{step}: {said}");
        for name in ["server.pcapng", "raw.pcapng"] {
            let done = ftplab()
                .args(["inspect", "--json"])
                .arg(path(name))
                .run()
                .code(0);
            let lines = done.json_lines();
            let file = lines.last().expect("a last line");
            let time = |name: &str| -> f64 {
                let time = file[name].as_str().expect("a time");
                time.parse().expect("seconds")
            };
            let took = time("last") - time("first");
            assert!((0.5..50.0).contains(&took), "{step}, {name}: {took} s");
            assert_eq!(
                verdicts(&path(name))[0][1],
                "\"complete\"",
                "{step}, {name}"
            );
        }
    }
}
