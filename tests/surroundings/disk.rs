//! A disk that is full: what was written stays whole, the rest goes on, and one line says what is missing.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::{REASONS, capture, done, flat, limited, port_command};
use crate::{
    harness::{Done, ftplab},
    peers::program::Program,
    servers::process::{FakeServer, Line},
};

/// A shell's block of `ulimit -f`: 512 bytes (POSIX) or 1,024 (bash).
const BLOCKS: [u64; 2] = [512, 1024];

fn manifest(folder: &Path) -> Vec<Value> {
    fs::read_to_string(folder.join("manifest.jsonl"))
        .expect("a manifest")
        .lines()
        .map(|line| serde_json::from_str(line).expect("whole lines"))
        .collect()
}

#[test]
fn extraction_keeps_the_files_that_fit_and_the_manifest_names_the_others() {
    for (lang, reason) in REASONS {
        let dir = tempfile::tempdir().expect("a folder");
        let done = done(
            limited(dir.path(), "-f", "8")
                .args(["inspect", "--lang", lang, "--extract", "out"])
                .args([
                    capture("passive-vsftpd.pcap"),
                    capture("mlsd.pcap"),
                    capture("ascii.pcap"),
                ]),
        )
        .code(2);
        let said = flat(done.err());
        assert!(said.contains(reason) && said.contains("stored"), "{said}");
        assert_eq!(said.matches("ftplab").count(), 1, "{said}");
        // The findings are all there.
        assert!(done.out().contains("ascii.pcap"), "{}", done.out());
        let out = dir.path().join("out");
        let lines = manifest(&out);
        let stored = |wanted: bool| lines.iter().filter(move |line| line["stored"] == wanted);
        assert!(stored(true).count() > 0 && stored(false).count() > 0);
        for line in &lines {
            let file = out.join(line["name"].as_str().expect("a name"));
            match line["stored"].as_bool().expect("yes or no") {
                true => assert_eq!(
                    fs::metadata(&file).expect("kept").len(),
                    line["bytes"].as_u64().expect("a size")
                ),
                false => assert!(!file.exists(), "{}", file.display()),
            }
        }
        // Nothing else is left behind.
        let there = fs::read_dir(&out).expect("the folder").count();
        assert_eq!(there, stored(true).count() + 1);
    }
}

#[test]
fn a_manifest_that_does_not_fit_ends_with_a_whole_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = [
        "mlsd.pcap",
        "passive-vsftpd.pcap",
        "ascii.pcap",
        "stou.pcap",
    ];
    let done = done(
        limited(dir.path(), "-f", "1")
            .args(["inspect", "--extract", "out"])
            .args(names.map(capture)),
    )
    .code(2);
    let said = flat(done.err());
    assert!(
        said.contains("manifest.jsonl could not be written whole"),
        "{said}"
    );
    // Every line can be read.
    let out = dir.path().join("out");
    let lines = manifest(&out);
    assert!(lines.len() < names.len() * 2, "{lines:?}");
    // And what is in the folder is in it.
    let stored = lines.iter().filter(|line| line["stored"] == true).count();
    assert_eq!(fs::read_dir(&out).expect("the folder").count(), stored + 1);
    assert!(
        said.contains(&format!("Files written: {stored},")),
        "{said}"
    );
}

#[test]
fn what_was_extracted_is_in_the_manifest_whatever_else_cannot_be_written() {
    let captures = ["mlsd.pcap", "passive-vsftpd.pcap"].map(capture);
    let dir = tempfile::tempdir().expect("a folder");
    let extracted = |out: &str| {
        let lines = manifest(&dir.path().join(out));
        assert!(lines.iter().all(|line| line["stored"] == true));
        lines.len()
    };
    let run = |out: &str| {
        ftplab()
            .within(dir.path())
            .args(["inspect", "--extract", out])
            .args(&captures)
    };
    run("all").run().code(0);
    let all = extracted("all");
    assert!(all > 1);
    // Standard output on a full disk, or whose reader has gone.
    for (target, code) in [(">/dev/full", 2), ("| :", 0)] {
        let out = target.replace(['/', '|', '>', ' ', ':'], "o");
        let line = format!("(\"$@\"; echo $? >&3) {target}");
        let done = Command::new("sh")
            .args([
                "-c",
                &format!("exec 3>&2; {line}"),
                "sh",
                env!("CARGO_BIN_EXE_ftplab"),
            ])
            .args(["inspect", "--extract", &out])
            .args(&captures)
            .current_dir(dir.path())
            .env("LC_ALL", "C")
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(said.ends_with(&format!("{code}\n")), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(extracted(&out), all, "{target}: {said}");
    }
    // A page beside it. One that cannot even be begun leaves no folder that would be in the way of the next try.
    let nowhere = ["inspect", "--extract", "one", "--html", "no/page"];
    let refused = ftplab().within(dir.path()).args(nowhere);
    refused.arg(&captures[1]).run().code(2);
    assert!(!dir.path().join("one").exists());
    let one = ["inspect", "--extract", "one", "--html", "/dev/full"];
    let done = ftplab()
        .within(dir.path())
        .args(one)
        .arg(&captures[1])
        .run()
        .code(2);
    let said = flat(done.err());
    assert!(
        said.contains("/dev/full cannot be used: the disk is full"),
        "{said}"
    );
    assert!(extracted("one") > 0 && done.out().contains("complete"));
}

#[test]
fn raw_names_the_file_that_takes_no_more_data_and_not_the_connection() {
    for (lang, told, not_told) in [
        (
            "en",
            "Writing to /dev/full failed after 0 bytes: the disk is full. The data connection is \
             closed from here",
            "sent in",
        ),
        (
            "fr",
            "L’écriture dans /dev/full a échoué après 0 octets\u{a0}: le disque est plein. La \
             connexion de données est fermée d’ici",
            "envoyés en",
        ),
    ] {
        let server = server();
        let done = ftplab()
            .lang(lang)
            .args(["raw", "127.0.0.1", &server.port.to_string()])
            .stdin("USER me\nPASS me\nPASV\n/data > /dev/full\nRETR bytes.bin\nNOOP\nQUIT\n")
            .run();
        let said = flat(done.err());
        assert!(said.contains(told) && !said.contains(not_told), "{said}");
        // The dialogue goes on.
        assert!(done.out().contains("S> 221"), "{}", done.out());
    }
}

/// A dialogue that is long enough for the limits here, from a pipe.
fn dialogue(command: &mut Command, port: u16) -> Done {
    let mut child = command
        .args(["127.0.0.1", &port.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("piped");
    input
        .write_all(b"USER student\r\nPASS learn-ftp\r\n")
        .and_then(|()| input.write_all(&b"SYST\r\nPWD\r\nFEAT\r\n".repeat(15)))
        .and_then(|()| input.write_all(b"QUIT\r\n"))
        .expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    Done {
        code: output.status.code().expect("ended by itself"),
        stdout: output.stdout,
        stderr: output.stderr,
    }
}

fn server() -> FakeServer {
    FakeServer::start(&["any-client"])
}

#[test]
fn a_recording_cut_by_a_full_disk_opens_and_the_dialogue_goes_on() {
    for (lang, reason) in REASONS {
        let server = server();
        let dir = tempfile::tempdir().expect("a folder");
        let done = dialogue(
            limited(dir.path(), "-f", "4").args(["raw", "--lang", lang, "--record", "cut.pcapng"]),
            server.port,
        )
        .code(2);
        assert!(done.out().contains("S> 221"), "{}", done.out());
        let said = flat(done.err());
        assert_eq!(said.matches(reason).count(), 1, "{said}");
        let inspected = ftplab()
            .within(dir.path())
            .args(["inspect", "--json", "cut.pcapng"])
            .run();
        assert_eq!(inspected.err(), "");
        let lines: Vec<Value> = inspected
            .out()
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert!(lines.iter().any(|line| line["verb"] == "USER"), "{lines:?}");
        // No block is cut: nothing is said about the file's end.
        let cut = inspected.out().contains("\"cut\"") || inspected.out().contains("truncated");
        assert!(!cut, "{}", inspected.out());
    }
}

#[test]
fn every_command_that_records_says_at_once_that_there_is_no_room() {
    for words in [
        &["raw", "127.0.0.1", "1"][..],
        &["listen", "0"],
        &["pasv-calc", "--connect", "127.0.0.1:1"],
        &["fake-server", "--port", "0"],
    ] {
        for (lang, reason) in [("en", "the disk is full"), ("fr", "le disque est plein")] {
            let done = ftplab()
                .lang(lang)
                .args(words)
                .args(["--record", "/dev/full"])
                .run()
                .code(2);
            let said = flat(done.err());
            assert!(
                said.contains("/dev/full") && said.contains(reason),
                "{said}"
            );
        }
    }
}

#[test]
fn a_log_and_events_that_take_no_more_end_with_a_whole_line_and_stop_nothing() {
    let server = server();
    let dir = tempfile::tempdir().expect("a folder");
    let done = dialogue(
        limited(dir.path(), "-f", "1").args(["raw", "--log", "log", "--events", "events"]),
        server.port,
    )
    .code(2);
    assert!(done.out().contains("S> 221"), "{}", done.out());
    let said = flat(done.err());
    for name in ["log", "events"] {
        let told = format!("raw: {name} takes no more lines: files may not grow");
        assert_eq!(said.matches(&told).count(), 1, "{said}");
        let kept = fs::read(dir.path().join(name)).expect("kept");
        assert_eq!(kept.last(), Some(&b'\n'), "{name}");
        assert!(BLOCKS.iter().any(|block| kept.len() as u64 <= *block));
    }
    let events = fs::read_to_string(dir.path().join("events")).expect("text");
    for line in events.lines() {
        serde_json::from_str::<Value>(line).expect("whole lines");
    }
    // With no room at all, likewise.
    for (lang, told) in [
        ("en", "/dev/full takes no more lines: the disk is full."),
        (
            "fr",
            "/dev/full ne prend plus de lignes\u{a0}: le disque est plein.",
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
        command.args(["raw", "--lang", lang, "--log", "/dev/full"]);
        let done = dialogue(&mut command, server.port).code(2);
        assert!(done.out().contains("S> 221"), "{}", done.out());
        assert_eq!(flat(done.err()).matches(told).count(), 1, "{}", done.err());
    }
}

#[test]
fn a_server_whose_log_takes_no_more_serves_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let complaints = fs::File::create(dir.path().join("stderr")).expect("a file");
    let mut program = limited(dir.path(), "-f", "1");
    program.stderr(complaints);
    let full = "/dev/full";
    let words = ["any-client", "--once", "--events", full, "--log", full];
    let mut server = FakeServer::start_as(program, &words);
    let mut client = server.dial();
    client.log_in();
    assert!(client.say("SYST").starts_with("215"));
    assert!(client.say("QUIT").starts_with("221"));
    assert_eq!(server.end().0, 0);
    let said = flat(&fs::read_to_string(dir.path().join("stderr")).expect("text"));
    // Once for each of the two files.
    assert_eq!(said.matches("takes no more lines").count(), 2, "{said}");
}

/// Uploads so many bytes; the last reply.
fn upload(client: &mut Line, name: &str, bytes: usize) -> String {
    let at = client.passive();
    client.send(&format!("STOR {name}"));
    let mut data = std::net::TcpStream::connect(at).expect("the data connection");
    // The server may close before it has taken all.
    let _ = data.write_all(&vec![7; bytes]);
    drop(data);
    let first = client.reply();
    if first.starts_with("150") {
        client.reply()
    } else {
        first
    }
}

#[test]
fn an_upload_that_does_not_fit_gets_a_451_and_nothing_of_it_is_taken_for_whole() {
    for (lang, reason) in REASONS {
        let dir = tempfile::tempdir().expect("a folder");
        let kept = || -> Vec<(String, u64)> {
            let entries = fs::read_dir(dir.path().join("kept")).expect("a folder");
            let mut all: Vec<_> = entries
                .map(|entry| {
                    let entry = entry.expect("an entry");
                    let name = entry.file_name().into_string().expect("UTF-8");
                    (name, entry.metadata().expect("there").len())
                })
                .collect();
            all.sort();
            all
        };
        let mut program = limited(dir.path(), "-f", "16");
        let words = ["any-client", "--once", "--store", "kept"];
        program.args(["fake-server", "--port", "0", "--lang", lang]);
        let mut server = Program::of(program.args(words));
        let port = server.until(|_, line| {
            let named = line.contains("ftplab raw").then(|| line.rsplit(' ').next());
            named.flatten()?.parse().ok()
        });
        let mut client = Line::dial(port);
        client.log_in();
        assert!(upload(&mut client, "z", 200_000).starts_with("451"));
        assert_eq!(kept(), []);
        assert!(upload(&mut client, "z", 3_000).starts_with("226"));
        // What is there stays where its follower does not fit.
        assert!(upload(&mut client, "z", 200_000).starts_with("451"));
        assert_eq!(kept(), [("z".to_owned(), 3_000)]);
        std::os::unix::fs::symlink("elsewhere", dir.path().join("kept/link")).expect("a link");
        assert!(upload(&mut client, "link", 10).starts_with("451"));
        assert!(client.say("QUIT").starts_with("221"));
        let (code, said) = server.end();
        assert_eq!(code, 0);
        let said = flat(&said.replace("Out ", " "));
        assert_eq!(said.matches(reason).count(), 2, "{said}");
        let (once, never, exists) = match lang {
            "en" => ("kept as z", "nothing of it is kept", "it exists already"),
            _ => (
                "conservés sous le nom z",
                "rien n’en est conservé",
                "il existe déjà",
            ),
        };
        assert_eq!(said.matches(once).count(), 1, "{said}");
        assert_eq!(said.matches(never).count(), 3, "{said}");
        assert!(said.contains(exists) && !said.contains(" link."), "{said}");
    }
}

#[test]
fn data_that_does_not_fit_is_counted() {
    for (lang, told) in [("en", "the disk is full"), ("fr", "le disque est plein")] {
        let mut server = FakeServer::start(&["any-client"]);
        let mut client = Line::dial(server.port);
        client.log_in();
        let at = client.passive();
        client.send("LIST");
        let done = ftplab()
            .lang(lang)
            .args(["pasv-calc", "--connect", &at.to_string(), "-o", "/dev/full"])
            .run()
            .code(2);
        let said = flat(done.err());
        assert!(said.contains("/dev/full") && said.contains(told), "{said}");
        let _ = server.until(|line| line["type"] == "reply");
    }
}

#[test]
fn a_page_that_does_not_fit_is_named() {
    for (lang, reason) in [("en", "the disk is full"), ("fr", "le disque est plein")] {
        let done = ftplab()
            .lang(lang)
            .args(["inspect", &capture("ascii.pcap"), "--html", "/dev/full"])
            .run()
            .code(2);
        let said = flat(done.err());
        assert!(
            said.contains("/dev/full") && said.contains(reason),
            "{said}"
        );
    }
}

/// What is written at one go, up to the file's name: the log of which it is made is `log`.
const AT_ONCE: [&[&str]; 6] = [
    &["inspect", "passive-vsftpd", "--copy"],
    &["inspect", "passive-vsftpd", "--html"],
    &["lab", "print", "1", "-o"],
    &["lab", "print", "1", "--html", "-o"],
    &["lab", "new", "log", "-o"],
    &["fake-server", "--from", "log", "-o"],
];

#[test]
fn a_file_that_does_not_fit_leaves_no_half_of_itself_and_the_old_one_stays() {
    let dir = tempfile::tempdir().expect("a folder");
    let log = "C> STAT\nS> 211-first\nS>  second line of many\nS> 211 last\n".repeat(60);
    fs::write(dir.path().join("log"), log).expect("room");
    let file = dir.path().join("written");
    for words in AT_ONCE {
        for (lang, reason) in REASONS {
            let run = |more: &[&str]| {
                let mut command = limited(dir.path(), "-f", "1");
                done(
                    command
                        .args(["--lang", lang])
                        .args(words)
                        .arg("written")
                        .args(more),
                )
                .code(2)
            };
            let said = flat(run(&[]).err());
            let named = said.contains("written") && said.contains(reason);
            assert!(
                named && said.matches("ftplab").count() == 1,
                "{words:?}: {said}"
            );
            assert!(!file.exists(), "{words:?}");
            if words[1] == "print" {
                continue;
            }
            fs::write(&file, "the old one").expect("room");
            run(&["--force"]);
            assert_eq!(fs::read(&file).expect("kept"), b"the old one", "{words:?}");
            fs::remove_file(&file).expect("removed");
            // Nothing beside it either.
            assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 1);
        }
    }
}

#[test]
fn a_page_that_does_not_fit_takes_nothing_from_the_findings() {
    let dir = tempfile::tempdir().expect("a folder");
    let words = ["inspect", "passive-vsftpd"];
    let whole = ftplab().args(words).run().code(0);
    let mut command = limited(dir.path(), "-f", "1");
    let cut = done(command.args(words).args(["--html", "page"])).code(2);
    assert_eq!(cut.out(), whole.out());
}

#[test]
fn data_that_does_not_fit_where_it_is_received_is_counted_and_kept_as_far_as_it_came() {
    for (lang, reason) in REASONS {
        let dir = tempfile::tempdir().expect("a folder");
        let mut command = limited(dir.path(), "-f", "8");
        command.args(["--lang", lang, "listen", "0", "-o", "data"]);
        let mut listener = Program::of(&mut command);
        let port = listener.until(|_, line| port_command(line));
        let mut data = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it waits");
        let _ = data.write_all(&[7; 200_000]);
        drop(data);
        let (code, said) = listener.end();
        assert_eq!(code, 2, "{said}");
        let said = flat(&said.replace("Err ", " "));
        assert!(said.contains(reason), "{said}");
        let kept = fs::metadata(dir.path().join("data")).expect("kept").len();
        assert!(BLOCKS.iter().any(|block| kept == 8 * block), "{kept}");
        // What is told is what is there.
        let told = said
            .chars()
            .filter(|c| !matches!(c, ',' | '\u{202f}' | '\u{a0}'));
        let told: String = told.collect();
        assert!(told.contains(&format!(" {kept}")), "{said}");
    }
}

#[test]
fn a_program_hears_that_data_did_not_fit() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut command = limited(dir.path(), "-f", "8");
    command.args(["listen", "0", "--json", "-o", "data"]);
    let mut listener = Program::of(&mut command);
    let told = |line: &str| serde_json::from_str::<Value>(line).ok();
    let port = listener.until(|_, line| {
        let address = told(line)?["address"].as_str()?.to_owned();
        address.rsplit(':').next()?.parse::<u16>().ok()
    });
    let mut data = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it waits");
    let _ = data.write_all(&[7; 200_000]);
    drop(data);
    let closed = listener.until(|_, line| told(line).filter(|line| line["type"] == "closed"));
    assert_eq!(
        (&closed["by"], &closed["end"]),
        (&"self".into(), &"error".into())
    );
    let kept = fs::metadata(dir.path().join("data")).expect("kept").len();
    assert_eq!(closed["bytes"], kept);
    assert_eq!(listener.end().0, 2);
}
