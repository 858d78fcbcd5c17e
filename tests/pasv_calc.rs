//! `pasv-calc` as a process: every form of an end point, what is wrong with one, and the connection that it opens.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;

use crate::{
    harness::{Done, ftplab, golden},
    peers::terminal::Terminal,
};

fn calc(words: &[&str]) -> Done {
    ftplab().arg("pasv-calc").args(words).run()
}

/// The JSON lines of an output.
fn lines(done: &Done) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).expect("a JSON line");
    done.out().lines().map(line).collect()
}

/// A command line as a person would type it.
fn typed(words: &[&str]) -> String {
    let words = words.iter().map(|word| {
        let plain = word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.,:".contains(&b));
        if plain {
            (*word).to_owned()
        } else {
            format!("'{word}'")
        }
    });
    format!(
        "$ ftplab pasv-calc {}\n",
        words.collect::<Vec<_>>().join(" ")
    )
}

/// What is explained, one of each kind.
const EXPLAINED: &[&[&str]] = &[
    &["227 Entering Passive Mode (192,168,52,7,205,179)"],
    &["227", "Entering", "Passive", "Mode", "192,168,52,7,205,179"],
    &["229 Entering Extended Passive Mode (|||6446|)"],
    &[
        "--host",
        "127.0.0.1",
        "229 Entering Extended Passive Mode (|||6446|)",
    ],
    &["228 Entering Long Passive Mode (4,4,10,0,0,7,2,205,179)"],
    &["PORT", "192,168,52,2,19,136"],
    &["EPRT |2|2001:db8::7|52659|"],
    &["LPRT 6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,7,2,205,179"],
    &["93,184,215,14,205,179"],
    &["205", "179"],
    &["192.168.52.2:5000"],
    &["[2001:db8::2]:5000"],
    &["5000"],
    &[
        "--host",
        "93.184.215.14",
        "227 Entering Passive Mode (10,0,0,7,205,179)",
    ],
    &[
        "--host",
        "93.184.215.14",
        "227 Entering Passive Mode (8,8,8,8,205,179)",
    ],
    &["--host", "127.0.0.1", "PORT 10,0,0,7,0,25"],
    &["227 Entering Passive Mode (0,0,0,0,0,0)"],
];

#[test]
fn everything_that_is_said_about_an_end_point_in_both_languages() {
    for lang in ["en", "fr"] {
        let mut shown = String::new();
        for words in EXPLAINED {
            let done = calc(&[&["--lang", lang], *words].concat()).code(0);
            assert_eq!(done.err(), "");
            for line in done.out().lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
            shown.push_str(&format!("{}{}\n", typed(words), done.out()));
        }
        golden(&format!("pasv-calc/{lang}-explained.txt"), &shown);
    }
}

/// What is no end point, one of each mistake.
const MISREAD: &[&[&str]] = &[
    &["227 Entering Passive Mode (192,168,52,300,205,179)"],
    &["PORT 192,168,52,2,19"],
    &["1,2,3,4,5,6,7"],
    &["227 Entrée en mode passif (1,2,3,4,5,256)"],
    &["205", "1790"],
    &["192.168.52.2"],
    &["192.168.52.2:70000"],
    &["EPRT |3|::1|5000|"],
    &["EPRT |1|::1|5000|"],
    &["229 Entering Extended Passive Mode (||6446|)"],
    &["LPRT 4,16,1,2,3,4,2,5,6"],
    &["hello"],
    &[""],
];

#[test]
fn every_mistake_is_shown_where_it_stands_in_both_languages() {
    for lang in ["en", "fr"] {
        let mut shown = String::new();
        for words in MISREAD {
            let done = calc(&[&["--lang", lang], *words].concat()).code(1);
            assert_eq!(done.out(), "");
            shown.push_str(&format!("{}{}\n", typed(words), done.err()));
        }
        golden(&format!("pasv-calc/{lang}-misread.txt"), &shown);
    }
}

#[test]
fn programs_get_the_place_of_a_mistake_in_characters() {
    let done = calc(&["--json", "227 Entrée en mode passif (1,2,3,4,5,256)"]).code(1);
    let error = &lines(&done)[0];
    assert_eq!(error["type"], "error");
    assert_eq!(error["input"], "227 Entrée en mode passif (1,2,3,4,5,256)");
    // The 3 of 256 would be column 40 in bytes: é has two.
    assert_eq!(error["column"], 38);
    assert!(
        error["expected"]
            .as_str()
            .is_some_and(|text| text.contains("six numbers"))
    );
    assert_eq!(done.err(), "");
}

#[test]
fn programs_get_every_form_as_one_line() {
    let at = "192.168.52.7:52659";
    let cases: &[(&[&str], &str, Option<&str>, u64)] = &[
        (
            &["227 Entering Passive Mode (192,168,52,7,205,179)"],
            "227",
            Some(at),
            52659,
        ),
        (
            &["227 Mode passif, 2 essais: 192,168,52,7,205,179"],
            "227",
            Some(at),
            52659,
        ),
        (
            &["228 Long (4,4,192,168,52,7,2,205,179)"],
            "228",
            Some(at),
            52659,
        ),
        (&["229 Extended (|||52659|)"], "229", None, 52659),
        (
            &["--host", "192.168.52.7", "229 Extended (|||52659|)"],
            "229",
            Some(at),
            52659,
        ),
        (&["PORT", "192,168,52,7,205,179"], "PORT", Some(at), 52659),
        (&["eprt", "|1|192.168.52.7|52659|"], "EPRT", Some(at), 52659),
        (&["EPRT ~1~192.168.52.7~52659~"], "EPRT", Some(at), 52659),
        (
            &["LPRT 4,4,192,168,52,7,2,205,179"],
            "LPRT",
            Some(at),
            52659,
        ),
        (&["192,168,52,7,205,179"], "tuple", Some(at), 52659),
        (
            &["192", "168", "52", "7", "205", "179"],
            "tuple",
            Some(at),
            52659,
        ),
        (&["205,179"], "tuple", None, 52659),
        (
            &["--host", "192.168.52.7", "205,179"],
            "tuple",
            Some(at),
            52659,
        ),
        (&[at], "address", Some(at), 52659),
        (&["192.168.52.7", "52659"], "address", Some(at), 52659),
        (
            &["[2001:db8::7]:52659"],
            "address",
            Some("[2001:db8::7]:52659"),
            52659,
        ),
        (&["52659"], "address", None, 52659),
    ];
    for (words, kind, address, port) in cases {
        let done = calc(&[&["--json"], *words].concat()).code(0);
        let [line] = lines(&done).try_into().expect("one line");
        assert_eq!(line["type"], "endpoint", "{words:?}");
        assert_eq!(line["kind"], *kind, "{words:?}");
        assert_eq!(line["address"].as_str(), *address, "{words:?}");
        assert_eq!(line["port"], *port, "{words:?}");
        assert!(line["notes"].is_array(), "{words:?}");
        let ipv4 = address.is_some_and(|address| !address.starts_with('['));
        assert_eq!(line["port_command"].is_string(), ipv4, "{words:?}");
        assert_eq!(
            line["eprt_command"].is_string(),
            address.is_some(),
            "{words:?}"
        );
    }
}

#[test]
fn arguments_are_one_text_or_several() {
    let kinds = |words: &[&str], code| {
        let done = calc(&[&["--json"], words].concat()).code(code);
        let kind = |line: &Value| line["kind"].as_str().unwrap_or("error").to_owned();
        lines(&done).iter().map(kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&["227", "Passive", "(1,2,3,4,5,6)"], 0), ["227"]);
    assert_eq!(
        kinds(&["1,2,3,4,5,6", "PORT 1,2,3,4,5,6"], 0),
        ["tuple", "PORT"]
    );
    assert_eq!(
        kinds(&["1,2,3,4,5,6", "10.0.0.1:21", "7,8"], 0),
        ["tuple", "address", "tuple"]
    );
    assert_eq!(
        kinds(&["1,2,3,4,5,6", "10.0.0.1:21", "nonsense"], 1),
        ["tuple", "address", "error"]
    );
    assert_eq!(kinds(&["no", "sense"], 1), ["error"]);
}

/// The control connection of the lab sheet as it came out of the printer: long lines broken.
const PAPER: &str = "\
230 Guest login ok, access restrictions
apply.
PASV
227 Entering Passive Mode
(192,168,52,7,205,179)
LIST -al
150 Opening ASCII mode data connection
for directory listing.
// calcul :  205*256 + 179 = 52659
drwxr-xr-x 6 root root 4096 Jun  1
16:12 .
PORT 192,168,52,2,19,136
200 PORT command successful.
221-You have transferred 0 bytes in 0
files.
";

#[test]
fn a_whole_session_can_be_pasted() {
    let done = ftplab()
        .args(["pasv-calc", "--json"])
        .stdin(PAPER)
        .run()
        .code(0);
    let found: Vec<_> = lines(&done)
        .iter()
        .map(|line| format!("{} {}", line["kind"], line["address"]))
        .collect();
    assert_eq!(
        found,
        [
            r#""227" "192.168.52.7:52659""#,
            r#""PORT" "192.168.52.2:5000""#
        ]
    );
}

#[test]
fn standard_input_is_read_line_by_line() {
    let run = |input: &str, code| {
        let done = ftplab()
            .args(["pasv-calc", "--json"])
            .stdin(input)
            .run()
            .code(code);
        let shown = |line: &Value| match line["type"].as_str() {
            Some("error") => format!("error {}", line["input"].as_str().expect("text")),
            _ => line["port"].to_string(),
        };
        lines(&done).iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(run("1,2,3,4,5,6\r\n\r\n205 179\n", 0), ["1286", "52659"]);
    assert_eq!(run("227 Mode (192,168,\n52,7,\n205,179)\n", 0), ["52659"]);
    assert_eq!(
        run("227 Mode\nPORT 1,2,3,4,5,6\n", 1),
        ["error 227 Mode", "1286"]
    );
    assert_eq!(
        run("227 Mode\n\n1,2,3,4,5,6", 1),
        ["error 227 Mode", "1286"]
    );
    assert_eq!(run("227 Mode", 1), ["error 227 Mode"]);
    assert_eq!(run("220 ready\n331 password\n", 1), ["error 220 ready"]);
    assert_eq!(run("", 1), ["error "]);
}

#[test]
fn hostile_input_neither_fools_nor_hangs() {
    let done = calc(&["227 \u{1b}[2J\u{202e} (1,2,3,4,5,6)"]).code(0);
    assert!(
        !done.out().contains(['\u{1b}', '\u{202e}']),
        "{}",
        done.out()
    );
    let done = calc(&["\u{1b}]0;title\u{7} 1,2,3,4,5,999"]).code(1);
    assert!(!done.err().contains(['\u{1b}', '\u{7}']), "{}", done.err());
    let mut endless = vec![b'1'; 4 << 20];
    endless.extend_from_slice(b"\n1,2,3,4,5,6\n");
    let done = ftplab().args(["pasv-calc", "--json"]).stdin(endless).run();
    let last = lines(&done).pop().expect("a line");
    assert_eq!(last["port"], 1286);
    assert!(done.stdout.len() < 1 << 20, "{}", done.stdout.len());
}

#[test]
fn on_a_terminal_it_asks_for_a_paste() {
    let mut terminal = Terminal::ftplab(&["pasv-calc"]);
    terminal.until("the question", |lines| {
        lines.iter().any(|line| line.contains("Paste"))
    });
    terminal.keys("227 Entering Passive Mode\r");
    terminal.until("the wait for the rest", |lines| {
        lines.iter().any(|line| line.contains("rest of it"))
    });
    terminal.keys("(192,168,52,7,205,179)\r");
    terminal.until("the sum", |lines| {
        lines
            .iter()
            .any(|line| line.contains("205 × 256 + 179 = 52659"))
    });
    terminal.keys("hello\r");
    terminal.until("the complaint", |lines| {
        lines.iter().any(|line| line.contains("Expected"))
    });
}

/// A server-DTP for one connection, played by a closure.
fn server(play: impl FnOnce(TcpStream) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let at = listener.local_addr().expect("bound");
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a timeout");
        play(stream);
    });
    (at, thread)
}

fn reply_227(at: SocketAddr) -> String {
    let [high, low] = at.port().to_be_bytes();
    format!("227 Entering Passive Mode (127,0,0,1,{high},{low})")
}

const LISTING: &[u8] = b"total 48\r\n\x1b[31mred\x1b[0m \xff\r\nlast";

#[test]
fn the_data_comes_byte_for_byte_and_everything_else_elsewhere() {
    let (at, thread) = server(|mut stream| stream.write_all(LISTING).expect("sent"));
    let done = calc(&["--connect", &reply_227(at)]).code(0);
    thread.join().expect("server");
    assert_eq!(done.stdout, LISTING);
    for said in [
        "× 256 +",
        "Data connection open",
        "(FIN)",
        "30 bytes, 2 lines",
    ] {
        assert!(done.err().contains(said), "{said}\n{}", done.err());
    }
}

#[test]
fn a_229_is_completed_by_the_host() {
    let (at, thread) = server(|mut stream| stream.write_all(LISTING).expect("sent"));
    let reply = format!("229 Entering Extended Passive Mode (|||{}|)", at.port());
    let done = calc(&["--connect", &reply]).code(2);
    assert!(done.err().contains("--host HOST"), "{}", done.err());
    let done = calc(&["--connect", "--host", "127.0.0.1", &reply]).code(0);
    assert_eq!(done.stdout, LISTING);
    thread.join().expect("server");
}

#[test]
fn a_third_host_is_not_dialled_but_the_server() {
    let (at, thread) = server(|mut stream| stream.write_all(LISTING).expect("sent"));
    let [high, low] = at.port().to_be_bytes();
    let reply = format!("227 Entering Passive Mode (8,8,8,8,{high},{low})");
    let done = calc(&["--connect", "--host", "127.0.0.1", &reply]).code(0);
    assert_eq!(done.stdout, LISTING);
    assert!(done.err().contains("bounce"), "{}", done.err());
    thread.join().expect("server");
}

#[test]
fn a_file_is_written_and_never_overwritten_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("listing");
    let name = file.to_str().expect("UTF-8");
    let (at, thread) = server(|mut stream| stream.write_all(LISTING).expect("sent"));
    let done = calc(&["--connect", "-o", name, &reply_227(at)]).code(0);
    thread.join().expect("server");
    assert!(
        done.stdout.is_empty() && done.err().contains(name),
        "{}",
        done.err()
    );
    assert_eq!(fs::read(&file).expect("written"), LISTING);

    // Refused before anybody is dialled: nobody listens there any more.
    let done = calc(&["--connect", "-o", name, &reply_227(at)]).code(2);
    assert!(done.err().contains("--force"), "{}", done.err());
    assert_eq!(fs::read(&file).expect("kept"), LISTING);

    let (at, thread) = server(|mut stream| stream.write_all(b"new").expect("sent"));
    calc(&["--connect", "-o", name, "--force", &reply_227(at)]).code(0);
    thread.join().expect("server");
    assert_eq!(fs::read(&file).expect("written"), b"new");
}

#[test]
fn a_file_is_sent_and_the_end_of_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    let bytes: Vec<u8> = (0..500_000u32).map(|n| (n % 251) as u8).collect();
    fs::write(&file, &bytes).expect("written");
    let (at, thread) = server(move |mut stream| {
        let mut got = Vec::new();
        stream.read_to_end(&mut got).expect("read");
        assert!(got == bytes, "{} bytes", got.len());
    });
    let done = calc(&[
        "--connect",
        "--send",
        file.to_str().expect("UTF-8"),
        &reply_227(at),
    ])
    .code(0);
    thread.join().expect("server");
    assert!(done.err().contains("500,000 bytes"), "{}", done.err());
    assert!(done.stdout.is_empty());
}

#[test]
fn a_reset_and_a_refusal_are_told_apart_from_an_end() {
    let (at, thread) = server(|mut stream| {
        stream.write_all(b"half").expect("sent");
        // What has not been read makes the close a reset.
        thread::sleep(Duration::from_millis(200));
        rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).expect("linger");
    });
    let done = calc(&["--connect", &reply_227(at)]).code(1);
    thread.join().expect("server");
    assert_eq!(done.stdout, b"half");
    assert!(done.err().contains("(RST)"), "{}", done.err());

    let done = calc(&["--connect", &reply_227(at)]).code(2);
    assert!(done.err().contains("connection refused"), "{}", done.err());
    let done = calc(&["--connect", "127,0,0,1,0,0"]).code(1);
    assert!(done.err().contains("Nobody can connect"), "{}", done.err());
}

#[test]
fn programs_see_the_connection_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (at, thread) = server(|mut stream| stream.write_all(LISTING).expect("sent"));
    let done = calc(&["--connect", "--json", &reply_227(at)]).code(2);
    assert!(done.err().contains("-o FILE"), "{}", done.err());
    let events = path("events");
    let words = [
        "--connect",
        "--json",
        "-o",
        &path("data"),
        "--events",
        &events,
        &reply_227(at),
    ];
    let done = calc(&words).code(0);
    thread.join().expect("server");
    assert_eq!(done.err(), "");
    let [endpoint, connected, closed] = lines(&done).try_into().expect("three lines");
    assert_eq!(endpoint["type"], "endpoint");
    assert_eq!(connected["type"], "connected");
    assert_eq!(connected["to"], at.to_string());
    assert_eq!(closed["type"], "closed");
    assert_eq!(
        (&closed["bytes"], &closed["lines"]),
        (&30.into(), &2.into())
    );
    assert_eq!(
        (&closed["by"], &closed["end"]),
        (&"peer".into(), &"fin".into())
    );
    let kept = fs::read_to_string(&events).expect("events");
    for (line, shown) in kept.lines().zip(done.out().lines()) {
        let line: Value = serde_json::from_str(line).expect("a JSON line");
        let shown: Value = serde_json::from_str(shown).expect("a JSON line");
        assert_eq!(line["source"], "pasv-calc");
        assert!(line["pid"].is_u64());
        assert_eq!(line["type"], shown["type"]);
    }
    assert_eq!(kept.lines().count(), 3);
}

#[test]
fn a_terminal_is_kept_from_what_the_data_holds() {
    let (at, thread) = server(|mut stream| {
        stream.write_all(LISTING).expect("sent");
        stream
            .write_all("\u{202e}txt.exe\u{9b}2J\r\n".as_bytes())
            .expect("sent");
    });
    let mut terminal = Terminal::ftplab(&["pasv-calc", "--connect", &reply_227(at)]);
    let lines = terminal.until("the end", |lines| {
        lines.iter().any(|line| line.contains("bytes, "))
    });
    thread.join().expect("server");
    let shown = lines.join("\n");
    for line in [
        "total 48",
        "{x1B}[31mred{x1B}[0m {xFF}",
        "last{xE2}{x80}{xAE}txt.exe{xC2}{x9B}2J",
    ] {
        assert!(lines.iter().any(|shown| shown == line), "{line}\n{shown}");
    }
}
