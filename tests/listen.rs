//! `listen` as a process: the lines to type, the connection, its end, and everything that can be in the way.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread,
    time::Duration,
};

use ftplab::{
    ftp::outcome::{By, Direction, End, Outcome},
    view::{
        data::{self, Waiting},
        style::Style,
        text::{Lang, Text},
    },
};
use serde_json::Value;

use crate::{
    harness::{ftplab, golden, skipped},
    peers::{
        program::{Program, Stream},
        terminal::Terminal,
    },
};

/// `listen` that runs, and where.
struct Listening {
    program: Program,
    at: SocketAddr,
}

/// Starts `listen` with these words and waits until it listens.
#[track_caller]
fn listen(words: &[&str]) -> Listening {
    let mut program = Program::ftplab([&["listen"], words].concat());
    let at = program.until(|stream, line| match stream {
        Stream::Err => line
            .strip_prefix("Listening at ")?
            .split(": ")
            .next()?
            .parse()
            .ok(),
        Stream::Out => {
            let line: Value = serde_json::from_str(line).ok()?;
            line["address"].as_str()?.parse().ok()
        }
    });
    Listening { program, at }
}

impl Listening {
    /// Connects as a server-DTP does.
    fn dial(&self) -> TcpStream {
        let stream = TcpStream::connect(self.at).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a timeout");
        stream
    }

    /// The exit code and all that was said.
    #[track_caller]
    fn end(self) -> (i32, String) {
        self.program.end()
    }
}

fn send(mut stream: TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("sent");
}

fn reset(stream: TcpStream) {
    rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).expect("linger");
}

/// Fails unless all of these are said, wherever the lines are broken.
#[track_caller]
fn has(said: &str, what: &[&str]) {
    let words = said.lines().flat_map(|line| {
        let line = line.strip_prefix("Err ").unwrap_or(line);
        line.split_whitespace()
    });
    let flowing = words.collect::<Vec<_>>().join(" ");
    for what in what {
        assert!(
            said.contains(what) || flowing.contains(what),
            "{what}\n--- in\n{said}"
        );
    }
}

#[test]
fn what_is_said_in_both_languages() {
    let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
    let own = ["192.168.52.2", "2001:db8::2", "127.0.0.1", "::1"]
        .map(|ip| ip.parse().expect("an address"));
    let outcome = Outcome {
        direction: Direction::Receive,
        bytes: 1_234_567,
        lines: 1,
        open: Duration::from_millis(2_500),
        flowing: Duration::from_secs(2),
        by: By::Peer,
        end: End::Fin,
        cancelled: false,
        against: 0,
    };
    for (lang, name) in [(Lang::En, "en"), (Lang::Fr, "fr")] {
        let (text, style) = (Text::new(lang), Style::plain());
        let mut shown = String::new();
        let places = [
            ("127.0.0.1:5000", "127.0.0.1:5000", Direction::Receive),
            ("192.168.52.2:5000", "192.168.52.2:5000", Direction::Send),
            ("0.0.0.0:5000", "192.168.52.2:5000", Direction::Receive),
            ("[::1]:5000", "[::1]:5000", Direction::Receive),
            (
                "93.184.215.14:5000",
                "93.184.215.14:5000",
                Direction::Receive,
            ),
        ];
        for (listens, told, direction) in places {
            let waiting = Waiting {
                at: at(listens),
                told: at(told),
                direction,
                own: &own,
            };
            shown.push_str(&data::waiting(&text, style, &waiting));
            shown.push('\n');
        }
        let waited = Duration::from_millis(7_310);
        for (from, control) in [
            ("192.168.52.7:20", None),
            ("192.168.52.7:2120", None),
            ("192.168.52.7:40123", None),
            ("192.168.52.7:40123", Some(2121)),
            ("192.168.52.7:2120", Some(2121)),
            ("192.168.52.7:20", Some(2121)),
        ] {
            shown.push_str(&data::connected_to_us(
                &text,
                style,
                at(from),
                waited,
                control,
            ));
            shown.push('\n');
        }
        let sent = Outcome {
            direction: Direction::Send,
            by: By::Us,
            bytes: 1,
            lines: 0,
            flowing: Duration::ZERO,
            ..outcome
        };
        let outcomes = [
            (outcome, None),
            (outcome, Some("list.txt")),
            (
                Outcome {
                    end: End::Rst,
                    bytes: 0,
                    lines: 0,
                    flowing: Duration::ZERO,
                    ..outcome
                },
                None,
            ),
            (
                Outcome {
                    by: By::Us,
                    end: End::Limit,
                    ..outcome
                },
                None,
            ),
            (
                Outcome {
                    by: By::Us,
                    end: End::Timeout,
                    ..outcome
                },
                None,
            ),
            (
                Outcome {
                    by: By::Us,
                    cancelled: true,
                    ..outcome
                },
                None,
            ),
            (sent, Some("notes.txt")),
            (
                Outcome {
                    by: By::Peer,
                    end: End::Rst,
                    against: 133,
                    ..sent
                },
                Some("notes.txt"),
            ),
        ];
        for (outcome, file) in outcomes {
            shown.push_str(&data::ended(
                &text,
                style,
                at("192.168.52.7:20"),
                &outcome,
                file,
            ));
            shown.push('\n');
        }
        for line in shown.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        golden(&format!("listen/{name}.txt"), &shown);
    }
}

#[test]
fn the_data_comes_byte_for_byte_and_its_end_is_told() {
    let data = b"total 48\r\n\x1b[31m\xff\r\nlast";
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("list");
    let listening = listen(&["0", "-o", file.to_str().expect("UTF-8")]);
    assert!(listening.at.ip().is_loopback() && listening.at.port() != 0);
    send(listening.dial(), data);
    let (code, said) = listening.end();
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read(file).expect("written"), data);
    has(
        &said,
        &[
            "PORT 127,0,0,1,",
            "EPRT |1|127.0.0.1|",
            "÷ 256 =",
            "has connected after",
            "is not L-1",
            "(FIN)",
            "22 bytes, 2 lines",
        ],
    );
}

#[test]
fn a_pipe_gets_the_data_and_nothing_else() {
    let listening = listen(&["127.0.0.1:0"]);
    send(listening.dial(), b"one\r\ntwo");
    let (code, said) = listening.end();
    assert_eq!(code, 0, "{said}");
    let out: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("Out "))
        .collect();
    assert_eq!(out, ["Out one", "Out two"]);
}

#[test]
fn only_one_connection_is_taken_unless_more_are_asked_for() {
    let listening = listen(&["0"]);
    let at = listening.at;
    let first = listening.dial();
    // The port is closed as soon as the first has come.
    let mut refused = false;
    for _ in 0..200 {
        refused = TcpStream::connect(at).is_err();
        if refused {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert!(refused);
    send(first, b"x");
    assert_eq!(listening.end().0, 0);
}

#[test]
fn keep_takes_one_after_another_each_with_its_own_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let file = path("data");
    let listening = listen(&[
        "0",
        "--keep",
        "--timeout",
        "1s",
        "-o",
        file.to_str().expect("UTF-8"),
    ]);
    for data in ["first", "second", "third"] {
        send(listening.dial(), data.as_bytes());
    }
    let (code, said) = listening.end();
    assert_eq!(code, 0, "{said}");
    for (name, data) in [("data", "first"), ("data.2", "second"), ("data.3", "third")] {
        assert_eq!(fs::read_to_string(path(name)).expect("written"), data);
    }
}

#[test]
fn a_file_is_sent_to_whoever_connects() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes");
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n % 253) as u8).collect();
    fs::write(&file, &bytes).expect("written");
    let listening = listen(&["0", "--send", file.to_str().expect("UTF-8")]);
    let mut stream = listening.dial();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).expect("read");
    assert!(got == bytes, "{} bytes", got.len());
    drop(stream);
    let (code, said) = listening.end();
    assert_eq!(code, 0, "{said}");
    has(&said, &["then STOR", "3,000,000 bytes", "end of the file"]);
}

#[test]
fn a_receiver_that_resets_has_not_taken_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes");
    fs::write(&file, vec![0; 20_000_000]).expect("written");
    let listening = listen(&["0", "--send", file.to_str().expect("UTF-8")]);
    let stream = listening.dial();
    thread::sleep(Duration::from_millis(50));
    reset(stream);
    let (code, said) = listening.end();
    assert_eq!(code, 1, "{said}");
    has(&said, &["has not taken everything"]);
}

#[test]
fn retr_where_stor_was_meant_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes");
    fs::write(&file, b"mine").expect("written");
    let listening = listen(&["0", "--send", file.to_str().expect("UTF-8")]);
    let mut stream = listening.dial();
    stream.write_all(b"the server's own").expect("sent");
    stream.shutdown(Shutdown::Write).expect("closed");
    let _ = stream.read_to_end(&mut Vec::new());
    let (_, said) = listening.end();
    has(&said, &["16 bytes came from the other end", "LIST or RETR"]);
}

#[test]
fn how_it_ended_is_in_the_exit_code() {
    let listening = listen(&["0"]);
    let mut stream = listening.dial();
    stream.write_all(b"half").expect("sent");
    thread::sleep(Duration::from_millis(200));
    reset(stream);
    let (code, said) = listening.end();
    assert_eq!(code, 1);
    has(&said, &["(RST)", "may not be all"]);

    let listening = listen(&["0", "--max-bytes", "1k"]);
    let stream = listening.dial();
    let _ = (&stream).write_all(&[b'x'; 5000]);
    let (code, said) = listening.end();
    assert_eq!(code, 0);
    has(&said, &["largest number of bytes", "1,000 bytes"]);
    drop(stream);

    let listening = listen(&["0", "--timeout", "300ms"]);
    let stream = listening.dial();
    let (code, said) = listening.end();
    assert_eq!(code, 1);
    has(&said, &["nothing has moved", "0 bytes"]);
    drop(stream);

    let (code, said) = listen(&["0", "--timeout", "100ms"]).end();
    assert_eq!(code, 1);
    has(&said, &["Nobody connected within 0.10 s"]);
}

#[test]
fn a_hex_dump_shows_the_bytes() {
    let listening = listen(&["0", "--hex"]);
    send(listening.dial(), b"total 48\r\ndrwxr-xr-x\x1b");
    let (code, said) = listening.end();
    assert_eq!(code, 0, "{said}");
    has(
        &said,
        &[
            "Out 00000000  74 6f 74 61 6c 20 34 38  0d 0a 64 72 77 78 72 2d  |total 48..drwxr-|",
            "Out 00000010  78 72 2d 78 1b                                    |xr-x.|",
        ],
    );
}

#[test]
fn others_than_the_expected_are_turned_away() {
    let listening = listen(&["0", "--expect", "127.0.0.2", "--timeout", "500ms"]);
    let mut stranger = listening.dial();
    assert_eq!(stranger.read(&mut [0; 8]).unwrap_or(0), 0);
    let (code, said) = listening.end();
    assert_eq!(code, 1);
    has(
        &said,
        &["was turned away: it is not 127.0.0.2", "Nobody connected"],
    );

    let listening = listen(&["0", "--expect", "localhost"]);
    send(listening.dial(), b"data");
    assert_eq!(listening.end().0, 0);
}

#[test]
fn programs_get_three_lines_and_so_does_the_events_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let events = path("events");
    fs::write(&events, "{\"type\":\"before\"}\n").expect("written");
    let listening = listen(&["0", "--json", "-o", &path("data"), "--events", &events]);
    let (at, stream) = (listening.at, listening.dial());
    let from = stream.local_addr().expect("address");
    send(stream, b"a\nb\n");
    let (code, said) = listening.end();
    assert_eq!(code, 0, "{said}");
    let kept = fs::read_to_string(&events).expect("events");
    let kept: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
        .collect();
    let [before, listening, connected, closed] = kept.try_into().expect("four lines");
    assert_eq!(before["type"], "before");
    assert_eq!(listening["type"], "listening");
    assert_eq!(listening["source"], "listen");
    assert_eq!(listening["address"], at.to_string());
    let [high, low] = at.port().to_be_bytes();
    assert_eq!(
        listening["port_command"],
        format!("PORT 127,0,0,1,{high},{low}")
    );
    assert_eq!(
        listening["eprt_command"],
        format!("EPRT |1|127.0.0.1|{}|", at.port())
    );
    assert_eq!(
        (&connected["connection"], &connected["from"]),
        (&1.into(), &from.to_string().into())
    );
    assert_eq!(connected["to"], at.to_string());
    assert_eq!((&closed["bytes"], &closed["lines"]), (&4.into(), &2.into()));
    assert_eq!(
        (&closed["by"], &closed["end"]),
        (&"peer".into(), &"fin".into())
    );
    assert!(closed["seconds"].is_f64());
    assert!(!said.contains("Err "), "{said}");
}

#[test]
fn json_leaves_no_place_for_the_data() {
    let done = ftplab().args(["listen", "--json", "0"]).run().code(2);
    assert!(done.err().contains("-o FILE"), "{}", done.err());
}

#[test]
fn an_existing_file_is_kept_and_a_folder_must_exist() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("precious");
    fs::write(&file, "precious").expect("written");
    let refused = |path: &Path, why: &str| {
        let done = ftplab().args(["listen", "0", "-o"]).arg(path).run().code(2);
        has(done.err(), &[why]);
        assert!(!done.err().contains("Listening"), "{}", done.err());
    };
    refused(&file, "--force");
    refused(folder.path(), "it is a folder");
    refused(&folder.path().join("no/such"), "no such file or folder");
    assert_eq!(fs::read_to_string(&file).expect("kept"), "precious");
}

#[test]
fn a_port_that_is_taken_is_told_with_its_holder_and_a_free_one() {
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let port = holder.local_addr().expect("bound").port().to_string();
    let done = ftplab().args(["listen", &port]).run().code(2);
    has(
        done.err(),
        &[
            &format!("Port {port} on 127.0.0.1 is taken"),
            "is free: ftplab listen",
        ],
    );
    if cfg!(target_os = "linux") {
        has(done.err(), &[&format!("process {}", std::process::id())]);
    }
    let free = done
        .err()
        .split("ftplab listen ")
        .nth(1)
        .expect("a free port");
    let free: String = free.chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(
        ftplab()
            .args(["listen", &free, "--timeout", "50ms"])
            .run()
            .code,
        1
    );
}

#[test]
fn an_address_that_is_not_ours_and_words_that_are_none() {
    let complaint = |words: &[&str]| {
        let done = ftplab().arg("listen").args(words).run().code(2);
        done.err().to_owned()
    };
    has(
        &complaint(&["192.0.2.254:5000"]),
        &["not an address of this machine"],
    );
    has(&complaint(&["70000"]), &["is no port"]);
    has(&complaint(&["127.0.0.1:nosuch"]), &["No TCP service"]);
    has(
        &complaint(&["127.0.0.1:5000", "--for", "localhost"]),
        &["one of them is enough"],
    );
    has(&complaint(&["--max-bytes", "lots"]), &["--max-bytes"]);
}

#[test]
fn ipv6_has_an_eprt_line_only() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return skipped("IPv6 loopback");
    }
    let listening = listen(&["[::1]:0"]);
    assert!(listening.at.is_ipv6());
    send(listening.dial(), b"six\n");
    let (code, said) = listening.end();
    assert_eq!(code, 0, "{said}");
    has(&said, &["EPRT |2|::1|", "Out six"]);
    assert!(!said.contains("PORT 0"), "{said}");
}

#[test]
fn the_address_that_routes_to_the_server() {
    let listening = listen(&["0", "--for", "localhost"]);
    assert!(listening.at.ip().is_loopback());
    send(listening.dial(), b"x");
    assert_eq!(listening.end().0, 0);
}

#[test]
fn a_terminal_is_kept_from_what_the_data_holds() {
    let mut terminal = Terminal::ftplab(&["listen", "0"]);
    let at = |lines: &[String]| -> Option<SocketAddr> {
        let line = lines
            .iter()
            .find_map(|line| line.strip_prefix("Listening at "))?;
        line.split(": ").next()?.parse().ok()
    };
    let shown = terminal.until("where it listens", |lines| {
        at(lines).is_some() && lines.iter().any(|line| line.contains("EPRT |1|"))
    });
    let stream = TcpStream::connect(at(&shown).expect("an address")).expect("it listens");
    send(
        stream,
        "ok \u{1b}[2J\u{202e}x\r\nforged\rline\n\u{e9}t\u{e9}\n".as_bytes(),
    );
    let lines = terminal.until("the end", |lines| {
        lines.iter().any(|line| line.contains("bytes, "))
    });
    for line in ["ok {x1B}[2J{xE2}{x80}{xAE}x", "forged{x0D}line", "été"] {
        assert!(
            lines.iter().any(|shown| shown == line),
            "{line}\n{}",
            lines.join("\n")
        );
    }
}

#[test]
fn ctrl_c_ends_in_order_and_still_reports() {
    let folder = tempfile::tempdir().expect("a folder");
    let events = folder.path().join("events");
    let events_word = events.to_str().expect("UTF-8");
    let mut terminal = Terminal::ftplab(&["listen", "0", "--events", events_word]);
    terminal.until("that it listens", |lines| {
        lines.iter().any(|line| line.contains("EPRT |1|"))
    });
    terminal.keys("\x03");
    terminal.until("the report", |lines| {
        lines
            .iter()
            .any(|line| line.contains("nobody had connected"))
    });

    let mut terminal = Terminal::ftplab(&["listen", "0", "--events", events_word]);
    terminal.until("that it listens", |lines| {
        lines.iter().any(|line| line.contains("EPRT |1|"))
    });
    let kept = fs::read_to_string(&events).expect("events");
    let line: Value =
        serde_json::from_str(kept.lines().last().expect("a line")).expect("a JSON line");
    let mut stream =
        TcpStream::connect(line["address"].as_str().expect("an address")).expect("it listens");
    stream.write_all(b"some bytes\r\n").expect("sent");
    terminal.until("the data", |lines| {
        lines.iter().any(|line| line == "some bytes")
    });
    terminal.keys("\x03");
    terminal.until("the report", |lines| {
        lines.iter().any(|line| line.contains("interrupted"))
            && lines.iter().any(|line| line.contains("12 bytes, one line"))
    });
    let kept = fs::read_to_string(&events).expect("events");
    let closed: Value =
        serde_json::from_str(kept.lines().last().expect("a line")).expect("a JSON line");
    assert_eq!(
        (&closed["type"], &closed["by"], &closed["interrupted"]),
        (&"closed".into(), &"self".into(), &true.into())
    );
}

#[test]
fn a_reader_of_the_data_that_goes_away_ends_it_quietly() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_ftplab"))
        .args(["listen", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut err = std::io::BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut err, &mut line).expect("a line");
    let at = line
        .trim_start_matches("Listening at ")
        .split(": ")
        .next()
        .expect("an address")
        .to_owned();
    drop(child.stdout.take());
    let mut stream = TcpStream::connect(&at).unwrap_or_else(|error| panic!("{at}: {error}"));
    let _ = stream.write_all(&vec![b'x'; 1 << 20]);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let mut rest = String::new();
    err.read_to_string(&mut rest).expect("text");
    assert!(!rest.contains("ftplab:"), "{rest}");
}

#[test]
fn a_person_says_when_the_file_goes_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes");
    fs::write(&file, b"mine").expect("written");
    let mut terminal = Terminal::ftplab(&["listen", "0", "--send", file.to_str().expect("UTF-8")]);
    let shown = terminal.until("where it listens", |lines| {
        lines.iter().any(|line| line.contains("EPRT |1|"))
    });
    let at = shown.iter().find_map(|line| {
        line.strip_prefix("Listening at ")?
            .split(": ")
            .next()?
            .parse()
            .ok()
    });
    let at: SocketAddr = at.expect("an address");
    let mut stream = TcpStream::connect(at).expect("it listens");
    terminal.until("the question", |lines| {
        lines.iter().any(|line| line.contains("press Enter"))
    });
    stream
        .set_read_timeout(Some(Duration::from_millis(300)))
        .expect("a timeout");
    assert!(stream.read(&mut [0; 8]).is_err(), "it came before Enter");
    terminal.keys("\r");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a timeout");
    let mut got = Vec::new();
    stream.read_to_end(&mut got).expect("read");
    assert_eq!(got, b"mine");
    drop(stream);
    terminal.until("the end", |lines| {
        lines.iter().any(|line| line.contains("4 bytes"))
    });
}

#[test]
fn standard_input_can_be_what_is_sent() {
    for name in ["-", "/dev/stdin"] {
        let mut listening = listen(&["0", "--send", name]);
        let mut stream = listening.dial();
        listening.program.say("first line");
        listening.program.say("second line");
        let thread = thread::spawn(move || {
            let mut got = String::new();
            stream.read_to_string(&mut got).expect("read");
            got
        });
        let (code, said) = listening.end();
        assert_eq!(code, 0, "{said}");
        assert_eq!(thread.join().expect("reader"), "first line\nsecond line\n");
    }
}
