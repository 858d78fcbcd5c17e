//! Clients that push against the bounds of a server: what they get as a reply, and what the person at the server sees.

use std::{
    cell::RefCell,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    process::{Child, ChildStdin, Command, Stdio},
    rc::Rc,
    sync::{Arc, mpsc::channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use clap::Parser;
use ftplab::{
    cli::{self, Cli},
    io::server::{self, Folder, MAX_CONNECTIONS, MAX_DATA_PORTS, Options, Server},
    script::{
        memory::Room,
        notation::Script,
        params::Values,
        play::{self, Limits, Play},
        tree::{MAX_NAME, Tree},
        watch::Happening,
    },
    view::{json::MAX_HEAD, log::MAX_DATA, server::Live, style::Style, text::Lang},
};
use tempfile::TempDir;

use crate::{
    harness::skipped,
    servers::process::{FakeServer, Line, PATIENCE},
};

/// A fake server that is watched on a terminal's behalf.
pub(super) struct Watched {
    child: Child,
    out: Option<JoinHandle<String>>,
    pub(super) port: u16,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watched {
    fn start(lang: &str, words: &[&str]) -> Watched {
        Watched::typed(lang, words, Stdio::null())
    }

    /// With somebody who types.
    pub(super) fn typed(lang: &str, words: &[&str], keys: Stdio) -> Watched {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ftplab"))
            .args(["fake-server", "--port", "0", "--lang", lang])
            .args(words)
            .stdin(keys)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut pipe = child.stdout.take().expect("piped");
        let (to, ports) = channel();
        let out = thread::spawn(move || {
            let (mut all, mut piece, mut told) = (Vec::new(), [0; 8_192], false);
            while let Ok(read @ 1..) = pipe.read(&mut piece) {
                all.extend_from_slice(&piece[..read]);
                if told {
                    continue;
                }
                let shown = String::from_utf8_lossy(&all);
                // The line for `ftplab raw` ends with the port.
                let line = shown.lines().find(|line| line.contains("ftplab raw"));
                let port = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
                if shown.contains("curl") {
                    told = true;
                    let _ = to.send(port);
                }
            }
            String::from_utf8(all).expect("UTF-8")
        });
        let port = ports.recv_timeout(PATIENCE).expect("it listens");
        let port: u16 = port.expect("a port");
        Watched {
            child,
            out: Some(out),
            port,
        }
    }

    /// What it hears of who types.
    pub(super) fn keys(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("piped")
    }

    fn client(&self) -> Line {
        let mut line = Line::dial(self.port);
        line.log_in();
        line
    }

    /// Ends it. Fails unless the person saw this, without regard to how it was wrapped.
    #[track_caller]
    fn saw(mut self, wanted: &str) {
        let id = self.child.id().to_string();
        let ended = Command::new("kill").args(["-INT", &id]).status();
        assert!(ended.is_ok_and(|status| status.success()));
        self.child.wait().expect("it ends");
        let out = self.out.take().expect("ended once");
        let shown = out.join().expect("it was read");
        let words: Vec<&str> = shown.split([' ', '\n']).filter(|w| !w.is_empty()).collect();
        let shown = words.join(" ");
        let last = shown
            .char_indices()
            .rev()
            .nth(2_000)
            .map_or(0, |(at, _)| at);
        assert!(shown.contains(wanted), "{wanted}: …{}", &shown[last..]);
    }
}

/// The limits are those that the help names, and the library has no others.
#[test]
fn a_server_has_the_limits_that_its_constants_say() {
    let cli = Cli::try_parse_from(["ftplab", "fake-server"]).expect("a command");
    let Some(cli::Command::FakeServer(asked)) = cli.command else {
        panic!("another command");
    };
    let (limits, own) = (asked.limits, play::Limits::default());
    assert_eq!(limits.max_connections, MAX_CONNECTIONS);
    assert_eq!(limits.max_data_ports, MAX_DATA_PORTS);
    assert_eq!(limits.max_line, server::MAX_LINE as u64);
    assert_eq!(
        (limits.max_upload, own.upload),
        (play::MAX_UPLOAD, play::MAX_UPLOAD)
    );
    assert_eq!((limits.idle, own.idle), (play::MAX_IDLE, play::MAX_IDLE));
    assert_eq!(limits.data_wait, play::MAX_DATA_WAIT);
    assert_eq!(limits.max_repeats, play::MAX_REPEATS);
    let options = Options::default();
    assert_eq!(options.connections, MAX_CONNECTIONS);
    assert_eq!(
        (options.line, options.stall),
        (server::MAX_LINE, server::STALL)
    );
}

#[test]
fn one_client_too_many_is_turned_away_and_the_person_sees_it() {
    for (lang, wanted) in [
        ("en", "was turned away with 421: there are too many clients"),
        ("fr", "est renvoyé avec 421"),
    ] {
        let server = Watched::start(lang, &["any-client", "--max-connections", "2"]);
        let (_one, _two) = (server.client(), server.client());
        let mut three = Line::dial(server.port);
        assert_eq!(three.reply(), "421 Too many connections.");
        assert_eq!(three.line(), None);
        server.saw(wanted);
    }
}

#[test]
fn one_data_port_too_many_is_a_425_and_the_person_sees_it() {
    for (lang, wanted) in [
        ("en", "no data port is free"),
        ("fr", "aucun port de données n’est libre"),
    ] {
        let server = Watched::start(lang, &["any-client", "--max-data-ports", "1"]);
        let (mut one, mut two) = (server.client(), server.client());
        one.passive();
        assert_eq!(two.say("PASV"), "425 No data port is free.");
        server.saw(wanted);
    }
}

/// Uploads so many bytes; the reply at the end.
fn upload(line: &mut Line, bytes: usize) -> String {
    let at = line.passive();
    line.send("STOR up.bin");
    let mut data = TcpStream::connect(at).expect("open");
    assert!(line.reply().starts_with("150"));
    // Beyond the limit the server stops reading, and the rest is refused.
    let _ = data.write_all(&vec![b'x'; bytes]);
    drop(data);
    line.reply()
}

#[test]
fn an_upload_of_one_byte_too_many_is_a_552_and_the_person_sees_it() {
    for (lang, wanted) in [
        ("en", "the upload is longer than the limit"),
        ("fr", "l’envoi dépasse la limite"),
    ] {
        let server = Watched::start(lang, &["any-client", "--max-upload", "1000"]);
        let mut line = server.client();
        assert!(upload(&mut line, 1_000).starts_with("226"));
        assert_eq!(upload(&mut line, 1_001), "552 More than this server takes.");
        assert!(line.say("NOOP").starts_with("200"), "the session goes on");
        server.saw(wanted);
    }
}

#[test]
fn who_is_idle_for_too_long_gets_a_421_and_the_person_sees_it() {
    let idle = |lang: &str, wanted: &str| {
        let server = Watched::start(lang, &["any-client", "--idle", "3s"]);
        let mut line = server.client();
        for _ in 0..2 {
            // A command begins the time anew.
            thread::sleep(Duration::from_millis(1_800));
            assert!(line.say("NOOP").starts_with("200"));
        }
        assert!(line.reply().starts_with("421"));
        assert_eq!(line.line(), None);
        server.saw(wanted);
    };
    thread::scope(|scope| {
        scope.spawn(|| idle("en", "no command for 3 s"));
        scope.spawn(|| idle("fr", "aucune commande depuis 3\u{a0}s"));
    });
}

#[test]
fn a_command_line_too_long_is_a_500_and_the_person_sees_it() {
    for (lang, wanted) in [
        ("en", "The line is too long: 10 bytes of it were dropped."),
        ("fr", "10 octets"),
    ] {
        let server = Watched::start(lang, &["any-client"]);
        let mut line = server.client();
        let long = |bytes: usize| format!("CWD {}", "x".repeat(bytes - 4));
        assert!(line.say(&long(server::MAX_LINE)).starts_with("550"));
        assert_eq!(line.say(&long(server::MAX_LINE + 10)), "500 Line too long.");
        server.saw(wanted);
    }
}

#[test]
fn who_loops_or_opens_no_data_connection_is_told_and_the_person_sees_it() {
    for (lang, looping, nobody) in [
        (
            "en",
            "the same command",
            "the client did not open the data connection in time",
        ),
        (
            "fr",
            "la même commande",
            "le client n’a pas ouvert la connexion de données à temps",
        ),
    ] {
        let server = Watched::start(lang, &["any-client", "--max-repeats", "9"]);
        let mut line = server.client();
        for _ in 0..9 {
            assert!(line.say("NOOP").starts_with("200"));
        }
        assert!(line.say("NOOP").starts_with("421"));
        server.saw(looping);
        let server = Watched::start(lang, &["any-client", "--data-wait", "200ms"]);
        let mut line = server.client();
        line.passive();
        assert!(line.say("LIST").starts_with("150"));
        assert_eq!(line.reply(), "425 Nobody opened the data connection.");
        server.saw(nobody);
    }
}

#[test]
fn strangers_at_a_data_port_are_told_and_there_is_a_last_one() {
    for (lang, stranger, last) in [
        (
            "en",
            "is not the client and was sent away from the data port",
            "only strangers came to the data port, and too many of them",
        ),
        (
            "fr",
            "n’est pas le client\u{a0}: renvoyé du port de données",
            "seuls des étrangers sont venus au port de données, et trop",
        ),
    ] {
        for wanted in [stranger, last] {
            let server = Watched::start(lang, &["any-client", "--bind", "0.0.0.0"]);
            let mut line = server.client();
            let at = line.passive();
            assert!(line.say("LIST").starts_with("150"));
            for _ in 0..100 {
                let Some(mut stranger) = elsewhere(at.port()) else {
                    return skipped("an address beside 127.0.0.1");
                };
                assert_eq!(stranger.read(&mut [0]).unwrap_or(0), 0, "nothing is sent");
            }
            assert_eq!(line.reply(), "425 Nobody opened the data connection.");
            server.saw(wanted);
        }
    }
}

/// A connection to this server whose window is small: what is sent and not read is soon too much.
pub(super) fn narrow(port: u16) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let socket = socket.expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("it can be set");
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect(&to.into()).expect("it listens");
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream
}

/// A connection to this machine's port that comes from another of its addresses; nothing leaves the machine.
pub(crate) fn elsewhere(port: u16) -> Option<TcpStream> {
    // To connect a UDP socket sends nothing: the system says which address it would be sent from.
    let asked = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    asked.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let own = asked.local_addr().ok()?.ip();
    let kind = socket2::Type::STREAM;
    let socket = socket2::Socket::new(socket2::Domain::IPV4, kind, None).ok()?;
    socket.bind(&SocketAddr::new(own, 0).into()).ok()?;
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect(&to.into()).ok()?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    Some(stream)
}

#[test]
fn a_name_too_long_is_a_553() {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("files")).expect("a folder");
    let script = folder.path().join("s.ftp");
    fs::write(&script, "-- files files\nS> 220 Ready.\n").expect("a file");
    let server = FakeServer::start(&[script.to_str().expect("UTF-8")]);
    let mut line = server.dial();
    line.log_in();
    let mut store = |length: usize| {
        let at = line.passive();
        line.send(&format!("STOR {}", "n".repeat(length)));
        let first = line.reply();
        if !first.starts_with("150") {
            return first;
        }
        drop(TcpStream::connect(at).expect("open"));
        line.reply()
    };
    assert!(store(MAX_NAME).starts_with("226"));
    assert_eq!(store(MAX_NAME + 1), "553 That name is not possible.");
}

/// A folder with a script that sends a file of so many bytes, in lines of ten.
fn sending(bytes: usize) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("big"), "123456789\n".repeat(bytes / 10)).expect("a file");
    let script = "S> 220 Ready.\nC* USER *\nS> 331 And?\nC* PASS *\nS> 230 In.\nC* TYPE *\nS> 200 Yes.\nC* PASV\nS> 227 ({pasv})\n\
                  C* RETR *\nS> 150 Here.\nD@ big\nS> 226 Done.\n";
    fs::write(folder.path().join("s.ftp"), script).expect("a file");
    folder
}

fn retrieve(line: &mut Line) {
    assert!(line.say("TYPE I").starts_with("200"));
    let at = line.passive();
    line.send("RETR big");
    Line::fetch(at);
    assert!(line.reply().starts_with("150"));
    assert!(line.reply().starts_with("226"));
}

#[test]
fn long_data_is_a_number_in_a_log_and_its_head_in_json() {
    for (bytes, lines) in [(MAX_DATA / 10 * 10, true), (MAX_DATA / 10 * 10 + 10, false)] {
        let folder = sending(bytes);
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (script, log) = (path("s.ftp"), path("log.txt"));
        let server = Watched::start("en", &[&script, "--log", &log]);
        retrieve(&mut server.client());
        server.saw(&format!("{bytes} bytes"));
        let log = fs::read_to_string(log).expect("a log");
        assert_eq!(log.contains("D> 123456789\n"), lines);
        assert_eq!(
            log.contains(&format!("# data from S: {bytes} bytes")),
            !lines
        );

        let mut server = FakeServer::start(&[&script]);
        let mut line = server.dial();
        line.log_in();
        retrieve(&mut line);
        let data = server.until(|line| line.get("head").is_some());
        assert_eq!(data["head"].as_str().map(str::len), Some(MAX_HEAD));
        assert_eq!(data["bytes"], bytes);
    }
}

#[test]
fn a_long_name_is_stored_under_its_beginning_and_the_person_sees_which() {
    let folder = TempDir::new().expect("a folder");
    let store = folder.path().display().to_string();
    let server = Watched::start("en", &["any-client", "--store", &store]);
    let mut line = server.client();
    let at = line.passive();
    line.send(&format!("STOR {}", "n".repeat(150)));
    drop(TcpStream::connect(at).expect("open"));
    assert!(line.reply().starts_with("150"));
    assert!(line.reply().starts_with("226"));
    let kept = "n".repeat(100);
    assert!(folder.path().join(&kept).exists());
    server.saw(&format!(" {kept}"));
}

/// A server in this process, with limits of time that a test can wait for; what its live view shows at the end.
fn shown(lang: Lang, visit: impl FnOnce(SocketAddr)) -> String {
    let script = "S> 220 Ready.\nC* PASV\nS> 227 ({pasv})\nC* STOR *\nS> 150 Send it.\nD< {arg}\nS> 226 Done.\nC* RETR *\nS> 150 Here.\nD@ big\nC* HELP\n";
    let script = format!("{script}S> 214 {}\n", "x".repeat(4_000));
    shown_of(lang, &script, None, visit)
}

/// The same with this script, and these files of the built-in server.
fn shown_of(
    lang: Lang,
    script: &str,
    tree: Option<Tree>,
    visit: impl FnOnce(SocketAddr),
) -> String {
    let script = Script::parse(script.as_bytes()).expect("a script");
    let limits = Limits {
        loop_commands: u32::MAX,
        ..Limits::default()
    };
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("big"), vec![b'x'; 32 << 20]).expect("a file");
    let options = Options {
        stall: Duration::from_millis(300),
        data_stall: Duration::from_millis(300),
        folder: Folder::Disk(folder.path().to_owned()),
        ..Options::default()
    };
    let play = Play::new(script, Values::new(), limits, None, tree);
    let play = Arc::new(play.expect("it can be played"));
    let (to, addresses) = channel();
    let running = thread::spawn(move || {
        let server = Server::bind(Arc::clone(&play), options).expect("a port");
        let started = (server.addresses()[0], server.stopper());
        to.send(started).expect("heard");
        let out = Rc::new(RefCell::new(String::new()));
        let live = RefCell::new(Live::new(lang, Style::new(false, 200), "x.ftp", false));
        let written = Rc::clone(&out);
        server.run(move |connection: u64, at: u64, happening: &Happening<'_>| {
            let lines = live
                .borrow_mut()
                .happening(&play, connection, at, happening);
            written.borrow_mut().push_str(&lines);
        });
        out.take()
    });
    let (address, stopper) = addresses.recv_timeout(PATIENCE).expect("it listens");
    visit(address);
    stopper.stop();
    running.join().expect("it ends")
}

/// Uploads that are just coming take from the same room as those that are there.
#[test]
fn uploads_side_by_side_share_one_room_and_give_it_back() {
    const ROOM: u64 = 1_000_000;
    for (lang, wanted) in [
        (Lang::En, "all uploads together have used up the room"),
        (Lang::Fr, "tous les envois ensemble ont épuisé la place"),
    ] {
        let room = Room::of(ROOM);
        let tree = Tree::with_room(false, room.clone());
        let waits_for = |left: u64| {
            let start = Instant::now();
            while room.left() != left {
                assert!(start.elapsed() < PATIENCE, "{} is left", room.left());
                thread::sleep(Duration::from_millis(2));
            }
        };
        let begun = |line: &mut Line, name: &str, bytes: usize| {
            let at = line.passive();
            line.send(&format!("STOR {name}"));
            let mut data = TcpStream::connect(at).expect("open");
            assert!(line.reply().starts_with("150"));
            let _ = data.write_all(&vec![b'x'; bytes]);
            data
        };
        let script = "-- files files\nS> 220 Ready.\n";
        let shown = shown_of(lang, script, Some(tree), |at| {
            let client = || {
                let mut line = Line::dial(at.port());
                line.log_in();
                line.say("TYPE I");
                line
            };
            let (mut one, mut two) = (client(), client());
            let first = begun(&mut one, "first", 700_000);
            // It has not ended, and what came of it counts.
            waits_for(300_000);
            let second = begun(&mut two, "second", 700_000);
            assert_eq!(two.reply(), "552 No room for more uploads.");
            drop(second);
            waits_for(300_000);
            drop(first);
            assert!(one.reply().starts_with("226"));
            assert_eq!(one.say("SIZE first"), "213 700000");
            assert!(two.say("SIZE second").starts_with("550"));
            // What is given up gives its room back, and so does what is deleted.
            let third = begun(&mut two, "third", 200_000);
            waits_for(100_000);
            two.say("ABOR");
            waits_for(300_000);
            drop(third);
            assert!(one.say("DELE first").starts_with("250"));
            waits_for(ROOM);
        });
        assert!(shown.contains(wanted), "{shown}");
    }
}

#[test]
fn who_takes_nothing_of_a_reply_is_closed_and_the_person_sees_it() {
    for (lang, wanted) in [
        (
            Lang::En,
            "the client has taken nothing of the reply for 0 s",
        ),
        (
            Lang::Fr,
            "le client n’a rien pris de la réponse depuis 0\u{a0}s",
        ),
    ] {
        let shown = shown(lang, |at| {
            let mut deaf = TcpStream::connect(at).expect("it listens");
            // The end is a reset, or no room for more.
            let help = b"HELP\r\n".repeat(1_000);
            while deaf.write_all(&help).is_ok() {}
        });
        assert!(shown.contains(wanted), "{}", &shown[shown.len() - 900..]);
    }
}

#[test]
fn a_data_connection_on_which_nothing_moves_is_given_up_and_the_person_sees_it() {
    for (lang, wanted) in [
        (Lang::En, "the client broke the data connection off"),
        (Lang::Fr, "rompu la connexion de données"),
    ] {
        for command in ["STOR x", "RETR x"] {
            let shown = shown(lang, |at| {
                let mut line = Line::dial(at.port());
                assert!(line.reply().starts_with("220"));
                let data = TcpStream::connect(line.passive()).expect("open");
                assert!(line.say(command).starts_with("150"));
                assert_eq!(
                    line.reply(),
                    "426 Data connection closed; transfer aborted."
                );
                drop(data);
            });
            assert!(shown.contains(wanted), "{shown}");
        }
    }
}
