//! `raw` as a process: through a pipe against peers made here, hostile ones too, and on a pseudo-terminal as a student
//! has it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::{
    harness::{Done, free_port, ftplab, golden},
    servers::process::FakeServer,
};

/// A server for one connection, played by a closure; the address to give to `raw`.
fn peer(play: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = listener.local_addr().expect("bound").to_string();
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a timeout");
        play(stream);
    });
    address
}

/// A server that says `greeting`, then answers the n-th command with the n-th text, and then waits for the end.
fn answers(greeting: &'static str, replies: &'static [&'static str]) -> String {
    peer(move |mut stream| {
        stream.write_all(greeting.as_bytes()).expect("greeting");
        let mut lines = BufReader::new(stream.try_clone().expect("a clone"));
        for reply in replies {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if stream.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
        let _ = lines.read_to_end(&mut Vec::new());
    })
}

fn raw(address: &str, input: &str, args: &[&str]) -> Done {
    ftplab()
        .args(["raw", address])
        .args(args)
        .stdin(input)
        .run()
}

/// Output with what changes from run to run (ports, times, paths) replaced.
fn steady(text: &str) -> String {
    let mut text = text.to_owned();
    for mark in ["127.0.0.1:", "127.0.0.1, port "] {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(mark) {
            let (before, after) = rest.split_at(at + mark.len());
            out.push_str(before);
            out.push_str("PORT");
            rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        }
        text = out + rest;
    }
    text
}

fn temp(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("ftplab-raw-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).expect("a temporary folder");
    dir
}

const LOGIN: &[&str] = &[
    "530 Log in.\r\n",
    "331 Password?\r\n",
    "230 In.\r\n",
    "221 Bye.\r\n",
];
const LOGIN_LINES: &str = "PWD\nUSER anonymous\nPASS me@here\nQUIT\n";

#[test]
fn a_pipe_gives_the_dialogue_and_the_exit_code_tells_how_it_went() {
    let done = raw(&answers("220 Hi.\r\n", LOGIN), LOGIN_LINES, &[]).code(1);
    assert_eq!(
        done.out(),
        "S> 220 Hi.\nC> PWD\nS> 530 Log in.\nC> USER anonymous\nS> 331 Password?\nC> PASS *\nS> 230 In.\nC> QUIT\nS> 221 Bye.\n"
    );
    let done = raw(
        &answers("220 Hi.\r\n", &LOGIN[1..]),
        "USER anonymous\nPASS x\nQUIT\n",
        &[],
    );
    done.code(0);
}

#[test]
fn everything_that_is_said_in_both_languages() {
    for lang in ["en", "fr"] {
        let address = answers(
            "220-Welcome\r\n220 Hi.\r\n",
            &[
                "530 Log in.\r\n",
                "331 Password?\r\n",
                "230 In.\r\n",
                "425 Use PASV.\r\n",
                "500 What?\r\n",
                "212 600\r\n",
                "227 Entering Passive Mode (10,9,8,7,205,179)\r\n",
                "500 Illegal PORT command.\r\n",
                "500 Illegal PORT command.\r\n",
                "150 Here.\n",
            ],
        );
        let input = "PWD\nUSER anonymous\nPASS me@here\nLIST\nget x\nSIZE /\nPASV\nPORT 10,1,1,1,4,4\nPORT 1,2,3\n/nothing\n";
        let done = ftplab()
            .args(["raw", &address, "--explain", "full"])
            .lang(lang)
            .stdin(input)
            .run()
            .code(1);
        golden(&format!("raw/{lang}-hints.txt"), &steady(done.out()));
        golden(&format!("raw/{lang}-hints.err.txt"), &steady(done.err()));
    }
}

#[test]
fn brief_and_off() {
    let done = raw(
        &answers("220 Hi.\r\n", LOGIN),
        LOGIN_LINES,
        &["--explain", "brief", "--no-hints"],
    );
    golden("raw/en-brief.txt", &steady(done.out()));
}

#[test]
fn local_commands_through_a_pipe() {
    let input = "/help\n/state\n/explain\n/explain 425\n/stat\n/data\n/again now\n//x\nQUIT\n";
    let done = raw(
        &answers("220 Hi.\r\n", &["500 What?\r\n", "221 Bye.\r\n"]),
        input,
        &["--explain", "off"],
    );
    golden("raw/en-local.txt", &steady(done.out()));
    golden("raw/en-local.err.txt", &steady(done.err()));
}

#[test]
fn a_line_goes_out_as_typed_in_one_write() {
    let (told, heard) = channel();
    let address = peer(move |mut stream| {
        stream.write_all(b"220 Hi.\r\n").expect("greeting");
        let mut buffer = [0; 1024];
        for _ in 0..2 {
            let n = stream.read(&mut buffer).expect("a line");
            told.send(buffer[..n].to_vec()).expect("the test listens");
            stream.write_all(b"200 ok\r\n").expect("reply");
        }
    });
    let done = ftplab()
        .args(["raw", &address])
        .stdin(&b"  sTaT  {x} \xe9\xff \nNOOP\n"[..])
        .run();
    assert_eq!(heard.recv().expect("first"), b"  sTaT  {x} \xe9\xff \r\n");
    assert_eq!(heard.recv().expect("second"), b"NOOP\r\n");
    done.code(0);
}

#[test]
fn no_wait_pipelines() {
    let (told, heard): (_, Receiver<Vec<u8>>) = channel();
    let address = peer(move |mut stream| {
        let mut lines = BufReader::new(stream.try_clone().expect("a clone"));
        let mut all = Vec::new();
        for _ in 0..3 {
            lines.read_until(b'\n', &mut all).expect("a line");
        }
        told.send(all).expect("the test listens");
        stream
            .write_all(b"220 Hi.\r\n331 p\r\n230 ok\r\n215 UNIX\r\n")
            .expect("replies");
        let _ = lines.read_to_end(&mut Vec::new());
    });
    let done = raw(&address, "USER a\nPASS b\nSYST\n", &["--no-wait"]).code(0);
    assert_eq!(
        heard.recv().expect("three lines"),
        b"USER a\r\nPASS b\r\nSYST\r\n"
    );
    assert!(
        done.out()
            .ends_with("S> 220 Hi.\nS> 331 p\nS> 230 ok\nS> 215 UNIX\n"),
        "{}",
        done.out()
    );
}

#[test]
fn passive_and_active_data_without_another_terminal() {
    let dir = temp("data");
    let file = dir.join("got.bin");
    let address = peer(|mut stream| {
        let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let [high, low] = data.local_addr().expect("bound").port().to_be_bytes();
        let mut lines = BufReader::new(stream.try_clone().expect("a clone"));
        let mut line = String::new();
        let mut next = |reply: String, stream: &mut TcpStream| {
            stream.write_all(reply.as_bytes()).expect("reply");
            line.clear();
            lines.read_line(&mut line).expect("a command");
            line.trim_end().to_owned()
        };
        assert_eq!(next("220 Hi.\r\n".into(), &mut stream), "PASV");
        // Another host: /data dials the control connection's own peer.
        let verb = next(
            format!("227 Entering Passive Mode (192,0,2,1,{high},{low})\r\n"),
            &mut stream,
        );
        assert_eq!(verb, "RETR x");
        let (mut connection, _) = data.accept().expect("the data connection");
        stream.write_all(b"150 Here.\r\n").expect("reply");
        connection.write_all(b"caf\xe9\x1b[31m\r\n").expect("data");
        drop(connection);
        let port = next("226 Done.\r\n".into(), &mut stream);
        let numbers: Vec<u16> = port["PORT ".len()..]
            .split(',')
            .map(|n| n.parse().expect("a number"))
            .collect();
        assert_eq!(next("200 ok\r\n".into(), &mut stream), "LIST");
        let mut connection =
            TcpStream::connect((Ipv4Addr::LOCALHOST, numbers[4] * 256 + numbers[5])).expect("dial");
        stream.write_all(b"150 Here.\r\n").expect("reply");
        connection
            .write_all(b"one\ntwo\x1b]0;x\x07\nthree")
            .expect("data");
        drop(connection);
        assert_eq!(next("226 Done.\r\n".into(), &mut stream), "QUIT");
        stream.write_all(b"221 Bye.\r\n").expect("reply");
    });
    let free = free_port();
    let input = format!(
        "PASV\n/data > {}\nRETR x\n/listen {free}\nPORT 127,0,0,1,{},{}\nLIST\nQUIT\n",
        file.display(),
        free / 256,
        free % 256
    );
    let log = dir.join("log.ftp");
    let done = raw(&address, &input, &["--log", &log.display().to_string()]).code(0);
    assert_eq!(fs::read(&file).expect("the file"), b"caf\xe9\x1b[31m\r\n");
    for line in ["D> one", "D> two{x1B}]0;x{x07}", "D> three", "S> 221 Bye."] {
        assert!(
            done.out().lines().any(|l| l == line),
            "{line}\n{}",
            done.out()
        );
    }
    assert!(!done.stdout.contains(&0x1b) && !done.stderr.contains(&0x1b));
    // The log is the notation: it is read as a script without a mistake.
    let log = fs::read(&log).expect("the log");
    assert!(
        ftplab::script::notation::Script::parse(&log).is_ok(),
        "{}",
        String::from_utf8_lossy(&log)
    );
    // A file that exists is kept.
    let again = answers("220 Hi.\r\n", &["227 x (127,0,0,1,1,1)\r\n"]);
    let done = raw(&again, &format!("PASV\n/data > {}\n", file.display()), &[]).code(1);
    assert!(done.err().contains("exists and is kept"), "{}", done.err());
    fs::remove_dir_all(dir).expect("the folder goes");
}

#[test]
fn data_stands_between_the_replies_to_it_however_fast_all_comes() {
    let script = temp("order").join("s.ftp");
    let text = "S> 220 Ready.\nC* USER *\nS> 230 In.\nC* PASV\nS> 227 Go ({pasv}).\n\
                C* LIST*\nS> 150 Here.\nD> one\nD> two\nS> 226 Sent.\nC* QUIT\nS> 221 Bye.\n";
    fs::write(&script, text).expect("a file");
    let server = FakeServer::start(&[script.to_str().expect("UTF-8")]);
    let address = format!("127.0.0.1:{}", server.port);
    // Said and sent at once by the server; each run is another race of the threads that read it.
    let shown = |input: &str| {
        let done = raw(&address, input, &[]);
        let both = format!("{}{}", done.out(), done.err());
        let marks = ["S> 150", "D> one", "D> two", "S> 226"];
        let told = both.lines().filter_map(|line| {
            let mark = marks.iter().find(|mark| line.contains(**mark));
            mark.copied()
        });
        assert_eq!(told.collect::<Vec<_>>(), marks, "{both}");
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..8 {
                    shown("USER me\nPASV\n/data\nLIST\nQUIT\n");
                }
            });
        }
    });
}

#[test]
fn a_file_goes_out_when_the_server_is_ready_and_not_before() {
    let dir = temp("stor");
    let file = dir.join("up.bin");
    fs::write(&file, b"caf\xe9\r\n").expect("a file");
    let (told, heard) = channel();
    let address = peer(move |mut stream| {
        let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let [high, low] = data.local_addr().expect("bound").port().to_be_bytes();
        let mut lines = BufReader::new(stream.try_clone().expect("a clone"));
        let mut line = String::new();
        stream.write_all(b"220 Hi.\r\n").expect("greeting");
        lines.read_line(&mut line).expect("PASV");
        stream
            .write_all(format!("227 x (127,0,0,1,{high},{low})\r\n").as_bytes())
            .expect("reply");
        let (mut connection, _) = data.accept().expect("dialled before STOR");
        connection
            .set_read_timeout(Some(Duration::from_millis(300)))
            .expect("a timeout");
        let early = connection.read(&mut [0; 1]).is_ok();
        lines.read_line(&mut line).expect("STOR");
        stream.write_all(b"150 Send it.\r\n").expect("reply");
        connection
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a timeout");
        let mut bytes = Vec::new();
        connection.read_to_end(&mut bytes).expect("the file");
        drop(connection);
        told.send((early, bytes)).expect("the test listens");
        stream.write_all(b"226 Thanks.\r\n").expect("reply");
        let _ = lines.read_to_end(&mut Vec::new());
    });
    let input = format!("PASV\n/data < {}\nSTOR x\n", file.display());
    raw(&address, &input, &[]).code(0);
    assert_eq!(
        heard.recv().expect("the server is done"),
        (false, b"caf\xe9\r\n".to_vec())
    );
    fs::remove_dir_all(dir).expect("the folder goes");
}

#[test]
fn json_lines_are_the_contract() {
    let dir = temp("events");
    let events = dir.join("events.jsonl");
    let address = answers(
        "220 Hi.\r\n",
        &[
            "331 x\r\n",
            "230 x\r\n",
            "227 x (127,0,0,1,4,5)\r\n",
            "221 x\r\n",
        ],
    );
    let events_arg = events.display().to_string();
    let done = raw(
        &address,
        "USER \u{e9}\nPASS secret\nPASV\nQUIT\n",
        &["--json", "--events", &events_arg],
    )
    .code(0);
    let lines = done.json_lines();
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| line["type"].as_str().expect("a type"))
        .collect();
    assert_eq!(
        kinds,
        [
            "connected",
            "reply",
            "command",
            "reply",
            "command",
            "reply",
            "command",
            "reply",
            "negotiation",
            "command",
            "reply",
            "closed"
        ]
    );
    assert_eq!(lines[2]["arg"], "\u{e9}");
    assert_eq!(lines[4]["arg"], "*");
    assert_eq!(lines[8]["listen"], "127.0.0.1:1029");
    assert_eq!(lines[3]["answers"], lines[2]["n"]);
    assert!(lines[1]["answers"].is_null());
    assert!(!done.out().contains("secret"));
    let kept = fs::read_to_string(&events).expect("the events");
    assert_eq!(kept.lines().count(), lines.len());
    for line in kept.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("an object a line");
        assert_eq!(line["source"], "raw");
        assert!(line["pid"].is_u64());
    }
    fs::remove_dir_all(dir).expect("the folder goes");
}

#[test]
fn a_server_that_stalls_closes_or_resets_is_told_plainly() {
    let stalls = answers("220 Hi.\r\n", &[""]);
    let done = raw(&stalls, "NOOP\nSYST\n", &["--timeout", "300ms"]).code(1);
    assert!(
        done.err().contains("No reply to NOOP within 0.3 s."),
        "{}",
        done.err()
    );

    let mute = answers("", &[]);
    let done = raw(&mute, "NOOP\n", &["--timeout", "300ms"]).code(1);
    assert!(
        done.err().contains("No greeting within 0.3 s."),
        "{}",
        done.err()
    );

    let closes = peer(|mut stream| {
        stream
            .write_all(b"220 Hi.\r\n421 Too many.\r\n")
            .expect("greeting");
    });
    let done = raw(&closes, "NOOP\n", &[]).code(1);
    assert!(done.out().contains("S> 421 Too many."), "{}", done.out());

    let resets = peer(|mut stream| {
        stream.write_all(b"220 Hi.\r\n").expect("greeting");
        let mut line = [0; 1];
        stream.read_exact(&mut line).expect("a byte");
        // Closing with unread bytes is a reset.
    });
    let done = raw(&resets, "NOOP\nSYST\n", &[]).code(1);
    assert!(done.err().contains("reset"), "{}", done.err());
}

#[test]
fn a_hostile_server_reaches_neither_the_terminal_nor_the_memory() {
    let long = peer(|mut stream| {
        stream
            .write_all(b"220 \x1b]0;owned\x07\xe2\x80\xae\r\n")
            .expect("greeting");
        let mut byte = [0; 6];
        stream.read_exact(&mut byte).expect("a line");
        let block = [b'x'; 65536];
        for _ in 0..16 {
            stream.write_all(&block).expect("a block");
        }
        stream.write_all(b"\r\n200 ok\r\n").expect("the end");
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let done = raw(&long, "NOOP\n", &["--explain", "brief"]).code(1);
    assert!(
        done.out()
            .starts_with("S> 220 {x1B}]0;owned{x07}{xE2}{x80}{xAE}\n"),
        "{}",
        &done.out()[..200]
    );
    assert!(
        done.out().contains("bytes]") && done.stdout.len() < 10_000,
        "{} bytes",
        done.stdout.len()
    );
    assert!(!done.stdout.contains(&0x1b));

    let endless = peer(|mut stream| {
        let block = b"220-and so on\r\n".repeat(1000);
        for _ in 0..100 {
            if stream.write_all(&block).is_err() {
                return;
            }
        }
        stream.write_all(b"220 at last\r\n").expect("the end");
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let done = raw(&endless, "", &["--explain", "brief"]).code(0);
    assert!(done.out().contains("S> 220 at last"));
}

#[test]
fn what_cannot_be_reached_is_said_in_one_line_with_exit_code_2() {
    let gone = format!("127.0.0.1:{}", free_port());
    let done = raw(&gone, "", &[]).code(2);
    assert!(done.err().contains("fake-server"), "{}", done.err());
    for (args, what) in [
        (&["raw", "127.0.0.1", "nosuchport"][..], "nosuchport"),
        (&["raw", "http://x"], "http"),
    ] {
        let done = ftplab().args(args).run().code(2);
        assert!(done.err().contains(what), "{}", done.err());
        assert_eq!(done.out(), "");
    }
}

#[test]
fn every_way_to_write_the_address_leads_there() {
    let listener = TcpListener::bind(("::1", 0));
    for form in [
        "127.0.0.1:PORT",
        "127.0.0.1 PORT",
        "ftp://127.0.0.1:PORT/",
        "localhost PORT",
    ] {
        let address = answers("220 Hi.\r\n", &["221 Bye.\r\n"]);
        let port = address.rsplit(':').next().expect("a port").to_owned();
        let args: Vec<String> = form
            .split(' ')
            .map(|word| word.replace("PORT", &port))
            .collect();
        ftplab().arg("raw").args(args).stdin("QUIT\n").run().code(0);
    }
    let Ok(listener) = listener else {
        eprintln!("skipped: no IPv6 loopback");
        return;
    };
    let port = listener.local_addr().expect("bound").port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.write_all(b"220 Hi.\r\n").expect("greeting");
        stream.read_exact(&mut [0; 6]).expect("QUIT");
        stream.write_all(b"221 Bye.\r\n").expect("reply");
    });
    ftplab()
        .args(["raw", &format!("[::1]:{port}")])
        .stdin("QUIT\n")
        .run()
        .code(0);
}

/// On a pseudo-terminal, as a student has it.
#[test]
fn on_a_terminal_nothing_tears_the_line_and_passwords_are_stars() {
    let (go, went) = channel::<()>();
    let address = peer(move |mut stream| {
        stream.write_all(b"220 Hi.\r\n").expect("greeting");
        let mut lines = BufReader::new(stream.try_clone().expect("a clone"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("USER");
        stream.write_all(b"331 Password?\r\n").expect("reply");
        line.clear();
        lines.read_line(&mut line).expect("PASS");
        assert_eq!(line, "PASS s3cret\r\n");
        stream.write_all(b"230 In.\r\n").expect("reply");
        went.recv().expect("the test says when");
        stream.write_all(b"421 Timeout.\r\n").expect("reply");
        let _ = lines.read_to_end(&mut Vec::new());
    });
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ftplab"));
    command
        .args(["raw", &address, "--explain", "off"])
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C");
    let mut terminal =
        rexpect::session::spawn_command(command, Some(10_000)).expect("a pseudo-terminal");
    terminal.exp_string("S> 220 Hi.").expect("greeting");
    terminal.exp_string("C> ").expect("prompt");
    terminal.send_line("USER anonymous").expect("typed");
    terminal.exp_string("S> 331").expect("reply");
    terminal.send("PASS s3cret").expect("typed");
    terminal.flush().expect("typed");
    let before = terminal.exp_string("PASS ******").expect("stars");
    assert!(!before.contains("s3cret"), "{before}");
    terminal.send_line("").expect("typed");
    terminal.exp_string("S> 230 In.").expect("reply");
    // The arrow brings back the line before the password.
    terminal.send("\x1b[A").expect("typed");
    terminal.flush().expect("typed");
    terminal
        .exp_string("USER anonymous")
        .expect("history without the password");
    terminal.send_control('u').expect("typed");
    terminal.send("RETR half").expect("typed");
    terminal.flush().expect("typed");
    terminal.exp_string("alf").expect("echo");
    go.send(()).expect("the server waits");
    terminal
        .exp_string("S> 421 Timeout.")
        .expect("at once, without Enter");
    terminal
        .exp_string("C> RETR half")
        .expect("the line being typed stands again");
    terminal.send_control('c').expect("typed");
    terminal
        .exp_string("Ctrl-C once more ends")
        .expect("cleared");
    terminal.send_control('c').expect("typed");
    terminal.exp_eof().expect("ended");
}
