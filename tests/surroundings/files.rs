//! Files that are not what they were: gone, longer or shorter while they are read; folders that take nothing; names and
//! bytes that are not UTF-8; captures whose clock is set back.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, process::CommandExt},
    process::{Command, Stdio},
};

use super::{capture, flat};
use crate::harness::{ftplab, skipped};

#[test]
fn a_bad_capture_in_a_folder_is_named_and_the_others_are_read() {
    for (lang, told) in [
        ("en", "gone.pcap: there is no such file"),
        ("fr", "gone.pcap\u{a0}: "),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        fs::copy(capture("stou.pcap"), dir.path().join("a.pcap")).expect("copied");
        let gone = dir.path().join("gone.pcap");
        let done = ftplab()
            .lang(lang)
            .arg("inspect")
            .arg(dir.path().join("a.pcap"))
            .arg(&gone)
            .run()
            .code(2);
        assert!(done.out().contains("a.pcap"), "{}", done.out());
        let said = flat(done.err());
        assert!(
            said.contains(told) || said.contains("gone.pcap: "),
            "{said}"
        );
    }
}

/// Every option that writes a file or a folder, up to its name.
const WRITING: [&[&str]; 12] = [
    &["raw", "127.0.0.1", "1", "--record"],
    &["raw", "127.0.0.1", "1", "--log"],
    &["raw", "127.0.0.1", "1", "--events"],
    &["listen", "0", "-o"],
    &["listen", "0", "--events"],
    &["fake-server", "--port", "0", "--store"],
    &["fake-server", "--port", "0", "--log"],
    &["fake-server", "--port", "0", "--filezilla-site"],
    &["inspect", "STOU", "--extract"],
    &["inspect", "STOU", "--html"],
    &["lab", "run", "1", "--report"],
    &["man"],
];

fn words(words: &[&str]) -> Vec<String> {
    let stou = capture("stou.pcap");
    words
        .iter()
        .map(|word| word.replace("STOU", &stou))
        .collect()
}

#[test]
fn a_place_where_nothing_can_be_made_is_named() {
    for option in WRITING {
        for lang in ["en", "fr"] {
            let done = ftplab()
                .lang(lang)
                .args(words(option))
                .arg("/dev/null/there")
                .run()
                .code(2);
            let said = flat(done.err());
            assert!(said.contains("/dev/null/there"), "{option:?}: {said}");
            assert!(!said.contains("os error"), "{option:?}: {said}");
            assert!(!said.contains("panicked"), "{option:?}: {said}");
        }
    }
}

#[test]
fn a_folder_without_permission_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let closed = dir.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    let mode = std::os::unix::fs::PermissionsExt::from_mode;
    fs::set_permissions(dir.path(), mode(0o755)).expect("open");
    fs::set_permissions(&closed, mode(0o555)).expect("closed");
    let root = rustix::process::geteuid().is_root();
    // Root may do everything, so that somebody else is asked: 65534 is nobody's number everywhere.
    let program = |args: &[String]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
        command
            .args(args)
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null());
        if root {
            command.uid(65_534).gid(65_534);
        }
        command.output()
    };
    match program(&["--version".into()]) {
        Ok(done) if done.status.success() => {}
        _ => {
            return skipped(
                "a user without rights who may start the program, for a closed folder:",
            );
        }
    }
    for option in WRITING {
        let mut all = words(option);
        if option.contains(&"STOU")
            && program(&["inspect".into(), capture("stou.pcap")])
                .is_ok_and(|done| done.status.code() == Some(2))
        {
            continue;
        }
        all.push(closed.join("there").to_string_lossy().into_owned());
        let done = program(&all).expect("it starts");
        let said = flat(&String::from_utf8_lossy(&done.stderr));
        assert_eq!(done.status.code(), Some(2), "{option:?}: {said}");
        assert!(said.contains("/closed/there"), "{option:?}: {said}");
        assert!(
            said.contains("denied") || said.contains("permission"),
            "{option:?}: {said}"
        );
    }
    fs::set_permissions(&closed, mode(0o755)).expect("open again");
}

#[test]
fn names_and_bytes_that_are_not_utf_8_are_shown_and_work() {
    let dir = tempfile::tempdir().expect("a folder");
    let name = OsStr::from_bytes(b"caf\xe9.pcap");
    let path = dir.path().join(name);
    if fs::copy(capture("stou.pcap"), &path).is_err() {
        return skipped("a file system that takes names that are not UTF-8:");
    }
    for locale in ["C", "POSIX", "fr_FR.ISO-8859-1"] {
        let run = || ftplab().lang(locale).within(dir.path());
        let done = run().arg("inspect").arg(name).run().code(0);
        assert!(done.out().starts_with("caf{xE9}.pcap"), "{}", done.out());
        let done = run()
            .arg("inspect")
            .arg(OsStr::from_bytes(b"no\xe9.pcap"))
            .run();
        assert!(done.code(2).err().contains("no{xE9}.pcap"));
        let into = OsStr::from_bytes(b"out\xe9");
        run()
            .arg("inspect")
            .arg(name)
            .arg("--extract")
            .arg(into)
            .run()
            .code(0);
        fs::remove_dir_all(dir.path().join(into)).expect("made");
        let recorded = OsStr::from_bytes(b"rec\xe9.pcapng");
        let done = run()
            .args(["raw", "127.0.0.1", "1", "--record"])
            .arg(recorded)
            .run()
            .code(2);
        assert!(done.err().contains("rec{xE9}.pcapng"), "{}", done.err());
        let _ = fs::remove_file(dir.path().join(recorded));
        // A word that should be text is refused; nothing panics.
        for command in ["raw", "explain", "pasv-calc", "fake-server"] {
            let done = run()
                .arg(command)
                .arg(OsStr::from_bytes(b"\xe9"))
                .run()
                .code(2);
            assert!(done.err().contains("UTF-8"), "{}", done.err());
        }
        let done = run()
            .arg("pasv-calc")
            .stdin(&b"\xe9\xff (127,0,0,1,4,1)\n"[..])
            .run();
        assert!(done.code(0).out().contains("127.0.0.1:1025"));
        let done = run()
            .arg("pasv-calc")
            .stdin(&b"\xe9\xff\n"[..])
            .run()
            .code(1);
        assert!(!done.err().contains("panicked"), "{}", done.err());
    }
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
    for (lang, told) in [
        ("en", "The clock runs backwards"),
        ("fr", "L’horloge recule"),
    ] {
        for from in [1, 5, 20, 30, 47] {
            let mut bytes = fs::read(capture("passive-vsftpd.pcap")).expect("committed");
            set_back(&mut bytes, from);
            fs::write(&path, bytes).expect("room");
            let run = || ftplab().lang(lang).arg("inspect");
            let report = run().arg(&path).run();
            assert!(report.out().contains(told), "{}", report.out());
            for form in ["--json", "--ladder", "--explain", "--csv", "--dialogue"] {
                let done = run().arg(form).arg(&path).run();
                assert_eq!(done.err(), "", "{form}, from packet {from}");
            }
        }
    }
}
