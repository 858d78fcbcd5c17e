//! The terminal, or what stands in its place: one of the three streams that is a file or a pipe, a window that changes its
//! size, the state in which a shell finds the terminal afterwards.

use std::{fs, net::TcpStream, num::NonZero, path::Path, process::Command};

use serde_json::Value;

use super::capture;
use crate::{peers::terminal::Terminal, servers::process::FakeServer};

const ROWS: NonZero<u16> = NonZero::new(40).expect("not zero");

/// A shell's line with `ftplab` as `"$0"`, in a terminal that knows colours; behind it, with which code it ended and
/// whether the terminal is as a shell needs it.
fn shell(folder: &Path, line: &str) -> Terminal {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            &format!("{line}; code=$?; stty -a | grep -q ' icanon' && echo \"ended $code\""),
        ])
        .arg(env!("CARGO_BIN_EXE_ftplab"))
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR");
    Terminal::of(command, ROWS)
}

/// What a person types, and the code it ends with.
fn typed(port: u16) -> [(String, &'static str, u8); 6] {
    let pcap = capture("stou.pcap");
    [
        (
            format!("raw 127.0.0.1 {port}"),
            "USER anonymous\rPASS me@example.org\rQUIT\r/quit\r",
            0,
        ),
        ("lab run 1 --port 0".into(), "\r/quit\r", 1),
        ("fake-server --by-hand --port 0".into(), "/quit\r", 0),
        ("listen 0 --timeout 1".into(), "", 1),
        (format!("inspect --explain {pcap}"), "", 0),
        ("pasv-calc".into(), "227 ok (127,0,0,1,4,1)\r\u{4}", 0),
    ]
}

#[test]
fn each_stream_alone_may_be_something_else_than_a_terminal() {
    let server = FakeServer::start(&["any-client"]);
    for redirected in ["<in", ">out", "2>err", ">out 2>err"] {
        for (words, keys, code) in typed(server.port) {
            let what = format!("{words} {redirected}");
            let dir = tempfile::tempdir().expect("a folder");
            let lines = keys.replace('\r', "\n").replace('\u{4}', "");
            fs::write(dir.path().join("in"), lines).expect("room");
            let mut terminal = shell(dir.path(), &format!("\"$0\" {words} {redirected}"));
            if redirected != "<in" {
                terminal.keys(keys);
            }
            let ended = format!("ended {code}");
            terminal.until(&what, |lines| lines.contains(&ended));
            for name in ["out", "err"] {
                let kept = fs::read_to_string(dir.path().join(name)).unwrap_or_default();
                let drawn = kept.contains(['\u{1b}', '\r', '\u{8}']);
                assert!(!drawn, "{what}: {kept:?}");
                let prompt = |line: &str| matches!(line.trim_end(), "C>" | "S>" | ">" | "|");
                assert!(!kept.lines().any(prompt), "{what}: {kept:?}");
                assert!(!kept.contains("[Enter"), "{what}: {kept:?}");
            }
        }
    }
}

#[test]
fn a_server_that_ends_behind_a_prompt_says_its_last_words_and_takes_the_prompt_away() {
    // More than once: the prompt and the last words come from two threads.
    for _ in 0..10 {
        let dir = tempfile::tempdir().expect("a folder");
        let mut terminal = shell(
            dir.path(),
            "\"$0\" fake-server --by-hand --once --port 0 --events events",
        );
        terminal.until("the prompt", |lines| lines.contains(&"S>".to_owned()));
        let events = fs::read_to_string(dir.path().join("events")).expect("its events");
        let first: Value =
            serde_json::from_str(events.lines().next().expect("a line")).expect("JSON");
        let address = first["address"].as_str().expect("where it listens");
        drop(TcpStream::connect(address).expect("the server"));
        terminal.until("the end", |lines| lines.contains(&"ended 0".to_owned()));
        let shown = terminal.lines().join("\n");
        assert!(shown.contains("The client has gone"), "{shown}");
        assert!(!shown.contains("next one"), "{shown}");
        assert!(shown.contains("\nOne connection, 0 commands,"), "{shown}");
        assert!(!shown.contains("S>"), "{shown}");
    }
}

#[test]
fn a_dialogue_that_is_typed_into_a_file_is_all_there() {
    let server = FakeServer::start(&["any-client"]);
    let dir = tempfile::tempdir().expect("a folder");
    let line = format!("\"$0\" raw 127.0.0.1 {} | tee out", server.port);
    let mut terminal = shell(dir.path(), &line);
    let told = |lines: &[String]| {
        let all = lines.concat();
        all.contains("no prompt here") && all.contains("--log FILE") && all.contains("S> 220")
    };
    terminal.until("what is different", told);
    terminal.keys("USER anonymous\rPASS secret\r");
    terminal.until("the login", |lines| lines.concat().contains("S> 230"));
    // It ends with the session: nobody would see a prompt for /quit.
    terminal.keys("QUIT\r");
    terminal.until("its end", |lines| lines.concat().contains("ended 0"));
    let kept = fs::read_to_string(dir.path().join("out")).expect("a file");
    let commands: Vec<&str> = kept.lines().filter(|line| line.starts_with("C>")).collect();
    assert_eq!(commands, ["C> USER anonymous", "C> PASS *", "C> QUIT"]);
}

#[test]
fn lines_that_are_typed_ahead_all_go_out_and_their_replies_are_shown_in_order() {
    let server = FakeServer::start(&["any-client"]);
    // Again and again: which keys lie ready when a reply comes is for the machine to say.
    for _ in 0..10 {
        let mut terminal = Terminal::ftplab(&["raw", "127.0.0.1", &server.port.to_string()]);
        terminal.until("the prompt", |lines| lines.contains(&"C>".to_owned()));
        // At one go, as a terminal without bracketed paste gives what is pasted.
        let folders = "MKD x\r".repeat(30);
        terminal.keys(&format!("USER anonymous\rPASS secret\r{folders}QUIT\r"));
        let lines = terminal.until("the end", |lines| lines.concat().contains("S> 221"));
        let mut wanted = vec!["220", "331", "230"];
        wanted.extend(["550"; 30]);
        wanted.push("221");
        assert_eq!(terminal.codes(), wanted, "{}", lines.join("\n"));
        assert!(!terminal.has_come(b"secret"));
    }
}

#[test]
fn a_terminal_that_can_only_print_gets_nothing_drawn_and_says_that_passwords_show() {
    let server = FakeServer::start(&["any-client"]);
    let line = format!("TERM=dumb \"$0\" raw 127.0.0.1 {}", server.port);
    let mut terminal = shell(".".as_ref(), &line);
    terminal.until("what is different", |lines| {
        let all = lines.join(" ");
        all.contains("can only print") && all.contains("passwords too") && all.contains("S> 220")
    });
    terminal.keys("QUIT\r/quit\r");
    terminal.until("its end", |lines| lines.contains(&"ended 0".to_owned()));
    assert!(!terminal.has_come(b"\x1b"), "nothing is drawn");
}

/// No line of ours is longer than the window is wide.
fn fits(lines: &[String], first: &str) -> bool {
    // A line that the terminal had to cut goes on at the left edge, in the middle of a word.
    let from = lines.iter().position(|line| line.contains(first));
    from.is_some_and(|from| {
        lines[from + 1..]
            .iter()
            .take_while(|line| !["C>", "S>", "["].iter().any(|sign| line.starts_with(sign)))
            .all(|line| line.is_empty() || line.starts_with(' '))
    })
}

#[test]
fn a_window_that_is_made_narrower_keeps_the_typed_line_and_gets_lines_that_fit() {
    let server = FakeServer::start(&["any-client"]);
    let port = server.port.to_string();
    let mut terminal = Terminal::ftplab(&["raw", "127.0.0.1", &port]);
    terminal.until("the prompt", |lines| lines.contains(&"C>".to_owned()));
    terminal.keys("USER anony");
    terminal.until("the line", |lines| {
        lines.iter().any(|l| l.starts_with("C> USER anony"))
    });
    terminal.resize(44);
    terminal.keys("mous\r");
    let reply = "S> 331 ";
    terminal.until("the reply", |lines| {
        fits(lines, reply) && lines.concat().contains("an anonymous user")
    });
    // And wider again.
    terminal.resize(120);
    terminal.keys("PASV\r");
    terminal.until("the hint in one line", |lines| {
        lines
            .iter()
            .any(|line| line.len() > 90 && line.contains("The server-DTP"))
    });
}

#[test]
fn a_window_that_is_made_narrower_while_somebody_is_the_server() {
    let mut terminal = Terminal::ftplab(&[
        "fake-server",
        "--by-hand",
        "--port",
        "0",
        "--bind",
        "127.0.0.1",
    ]);
    let lines = terminal.until("the prompt below its page", |lines| {
        let last = |what| lines.iter().rposition(|line| line.contains(what));
        last("S>") > last("/help tells") && last("/help tells").is_some()
    });
    let at = lines
        .iter()
        .find_map(|line| line.split("127.0.0.1:").nth(1));
    let port: String = at
        .expect("its address")
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    terminal.keys("220 hel");
    terminal.until("the line", |lines| lines.contains(&"S> 220 hel".to_owned()));
    terminal.resize(44);
    let mut client = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
    terminal.until("the client, told in lines that fit", |lines| {
        fits(lines, "A client has connected") && lines.contains(&"S> 220 hel".to_owned())
    });
    terminal.keys("lo\r");
    let mut greeting = [0; 11];
    std::io::Read::read_exact(&mut client, &mut greeting).expect("a greeting");
    assert_eq!(&greeting, b"220 hello\r\n");
}

#[test]
fn a_window_that_is_made_narrower_in_a_lab() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut terminal = Terminal::sized(ROWS, dir.path(), &["lab", "run", "1", "--port", "0"]);
    terminal.until("the first page", |lines| lines.concat().contains("[Enter"));
    terminal.resize(44);
    terminal.keys("?\r");
    let told = |lines: &[String]| fits(lines, "Keys") && lines.concat().contains("/quit, Ctrl-D");
    terminal.until("the keys, in lines that fit", told);
}
