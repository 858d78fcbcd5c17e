//! Scripts made of what was recorded, scripts that are tried, and what is typed to a client: long lines, large files, long
//! dialogues.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use ftplab::{lab::skeleton::MAX_DATA_LINES, script::client::MAX_COMPARED};
use tempfile::TempDir;

use super::{
    served::{Watched, narrow},
    wire::{Segments, Wire, joined},
};
use crate::{
    harness::{Done, ftplab},
    servers::process::FakeServer,
};

/// Runs this in a folder.
fn run(folder: &TempDir, lang: &str, words: &[&str]) -> Done {
    ftplab()
        .within(folder.path())
        .args(words)
        .args(["--lang", lang])
        .run()
}

/// Fails unless it was said, however it was wrapped.
#[track_caller]
fn says(done: &Done, wanted: &str) {
    let shown = joined(done.out()) + &joined(done.err());
    assert!(shown.contains(wanted), "{wanted}: {shown}");
}

#[test]
fn long_text_is_a_file_beside_the_script() {
    let line = b"0123456789abcde\n";
    for (lines, beside) in [(256, false), (257, true)] {
        let mut wire = Wire::new();
        let on = wire.session(40_000);
        let sent = line.repeat(lines);
        wire.transfer(on, 50_000, &[&sent]);
        wire.close(on);
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("x.pcapng"), wire.done()).expect("a file");
        let words = ["fake-server", "--from", "x.pcapng", "-o", "s.ftp"];
        let done = run(&folder, "en", &words).code(0);
        let script = fs::read_to_string(folder.path().join("s.ftp")).expect("a script");
        assert_eq!(script.contains("D> 0123456789abcde\n"), !beside, "{script}");
        assert_eq!(script.contains("D@ s-1-50000\n"), beside, "{script}");
        if beside {
            says(&done, "s-1-50000: 4,112 bytes that the server sent");
            let kept = fs::read(folder.path().join("s-1-50000")).expect("a file");
            assert!(kept == sent);
        }
        run(&folder, "en", &["fake-server", "--self-test", "s.ftp"]).code(0);
    }
}

/// What is too much for memory is not written beside the script, which is told; what goes on at the same time is.
#[test]
fn data_that_is_too_much_for_memory_is_in_no_file_and_told() {
    const PIECE: usize = 65_472;
    let (big, small) = ((40_000, 50_000), (40_001, 50_001));
    let mut segments = Segments::new();
    segments.session(&[big.1, small.1]);
    let piece = vec![b'x'; PIECE];
    let pieces = (64 << 20) / PIECE + 1;
    for n in 0..pieces {
        segments.sends(big.0, big.1, n * PIECE, &piece);
    }
    segments.sends(small.0, small.1, 0, &[b'y'; 20_000]);
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("x.pcapng"), segments.done()).expect("a file");
    for (lang, wanted) in [
        (
            "en",
            "Transfer 1: the server sent 67,174,272 bytes, and no more than 64 MB of what goes on at a time are kept: the script sends nothing there.",
        ),
        (
            "fr",
            "on ne garde que 64 Mo\u{a0}: le script n’y envoie rien.",
        ),
    ] {
        let name = format!("{lang}.ftp");
        let words = ["fake-server", "--from", "x.pcapng", "-o", &name];
        let done = run(&folder, lang, &words).code(0);
        says(&done, wanted);
        let script = fs::read_to_string(folder.path().join(&name)).expect("a script");
        assert!(
            script.contains("# data from S: 67174272 bytes\n"),
            "{script}"
        );
        let beside = format!("{lang}-2-50001");
        assert!(script.contains(&format!("D@ {beside}\n")), "{script}");
        let kept = fs::read(folder.path().join(beside)).expect("a file");
        assert!(kept == [b'y'; 20_000]);
    }
}

#[test]
fn data_lines_of_a_sheet_have_a_last_one() {
    let log = |lines: usize| {
        let mut log =
            "S> 220 Ready.\nC> PASV\nS> 227 (127,0,0,1,4,1)\nC> LIST\nS> 150 Here.\n".to_owned();
        for n in 0..lines {
            log.push_str(&format!("D> {n}.txt\n"));
        }
        log + "S> 226 Done.\n"
    };
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text);
    write("most.txt", log(MAX_DATA_LINES)).expect("a file");
    write("more.txt", log(MAX_DATA_LINES + 2)).expect("a file");
    for (lang, wanted) in [
        (
            "en",
            "2 lines of data are left out: a transfer of a sheet has 40 at most.",
        ),
        ("fr", "2 lignes de données sont laissées de côté"),
    ] {
        let done = run(&folder, lang, &["lab", "new", "more.txt"]).code(0);
        says(&done, wanted);
        assert!(done.out().contains("D> 39.txt\n") && !done.out().contains("D> 40.txt"));
        let done = run(&folder, lang, &["lab", "new", "most.txt"]).code(0);
        assert_eq!(done.err(), "");
    }
}

const SENDS: &str =
    "S> 220 Ready.\nC> PASV\nS> 227 ({pasv})\nC> RETR x\nS> 150 Here.\nD@ big\nS> 226 Done.\n";

#[test]
fn a_file_too_large_to_be_compared_is_received_to_its_end() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("s.ftp"), SENDS).expect("a file");
    let big = File::create(folder.path().join("big")).expect("a file");
    let words = ["fake-server", "--self-test", "s.ftp"];
    // So much more that no socket's buffer takes it.
    big.set_len(MAX_COMPARED as u64 + (24 << 20)).expect("room");
    for (lang, wanted) in [
        (
            "en",
            "s.ftp:6: compared in part: of all files, the first 64 MB are",
        ),
        ("fr", "de tous les fichiers, les premiers 64 Mo le sont"),
    ] {
        says(&run(&folder, lang, &words).code(0), wanted);
    }
    big.set_len(20 << 20).expect("it can be cut");
    let done = run(&folder, "en", &words).code(0);
    assert!(!done.out().contains("compared"), "{}", done.out());
}

#[test]
fn the_longest_line_of_a_script_is_tried_whole() {
    let folder = TempDir::new().expect("a folder");
    let line = "x".repeat((4 << 20) - 100);
    let script = format!("S> 220 Ready.\nC> NOOP\nS> 200 {line}\nC> PWD\nS> 257 \"/\"\n");
    fs::write(folder.path().join("s.ftp"), script).expect("a file");
    run(&folder, "en", &["fake-server", "--self-test", "s.ftp"]).code(0);
}

#[test]
fn a_long_dialogue_is_in_the_log_before_it_is_over() {
    let folder = TempDir::new().expect("a folder");
    let log = folder.path().join("log.txt");
    let name = log.display().to_string();
    let mut server = FakeServer::start(&["any-client", "--log", &name]);
    let mut line = server.dial();
    line.log_in();
    let long = |n: usize| format!("CWD {n:03}{}", "x".repeat(3_900));
    let commands = |log: &str| {
        log.lines()
            .filter(|line| line.starts_with("C> CWD"))
            .count()
    };
    let kept = || fs::read_to_string(&log).expect("a log");
    for n in 0..100 {
        assert!(line.say(&long(n)).starts_with("550"));
    }
    // Of some 400,000 bytes the first 256 kB are there.
    server.until(|told| told["type"] == "reply" && told["n"] == 103);
    let early = commands(&kept());
    assert!((60..100).contains(&early), "{early}");
    assert!(line.say("QUIT").starts_with("221"));
    server.until(|told| told["type"] == "closed");
    let (_, _) = server.stop();
    let all = kept();
    let told: Vec<&str> = all
        .lines()
        .filter(|line| line.starts_with("C> CWD"))
        .collect();
    let wanted: Vec<String> = (0..100).map(|n| format!("C> {}", long(n))).collect();
    assert!(told == wanted, "each once, in order");
    assert_eq!(all.matches("C> QUIT\n").count(), 1);
}

/// Somebody who types faster than a client reads waits, and every line comes.
#[test]
fn who_types_more_than_a_client_takes_waits_and_nothing_is_lost() {
    const LINES: usize = 600;
    let mut server = Watched::typed("en", &["--by-hand"], Stdio::piped());
    let mut keys = server.keys();
    let client = narrow(server.port);
    let typed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&typed);
    let typist = thread::spawn(move || {
        let rest = "x".repeat(60_000);
        for n in 0..LINES {
            writeln!(keys, "220-{n:03}{rest}").expect("it is read");
            count.fetch_add(1, Ordering::SeqCst);
        }
        writeln!(keys, "220 end").expect("it is read");
        keys
    });
    let mut before = 0;
    let stuck = (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(300));
        let now = typed.load(Ordering::SeqCst);
        let stuck = std::mem::replace(&mut before, now) == now && now > 0;
        stuck.then_some(now)
    });
    let stuck = stuck.expect("it is full at last");
    assert!(stuck < LINES, "all of it has found room");
    let mut lines = BufReader::with_capacity(1 << 20, client).lines();
    for n in 0..LINES {
        let line = lines.next().expect("a line").expect("in time");
        assert!(
            line.starts_with(&format!("220-{n:03}x")),
            "{n}: {}",
            &line[..9]
        );
    }
    assert_eq!(
        lines.next().and_then(Result::ok).as_deref(),
        Some("220 end")
    );
    drop(typist.join().expect("it has typed all"));
}
