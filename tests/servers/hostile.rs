//! Hostile clients: one that never reads, sends a line without end, opens data ports without end, resets at every step, or
//! wants somebody else to be dialled. Whatever they do, the next client is served at once.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    time::{Duration, Instant},
};

use super::process::{FakeServer, Line, PATIENCE};
use crate::{bounds::served::elsewhere, harness::skipped};

/// A client that does everything right is served within this time.
const AT_ONCE: Duration = Duration::from_secs(2);

#[track_caller]
fn is_well(server: &FakeServer) {
    let start = Instant::now();
    let mut line = server.dial();
    line.log_in();
    let at = line.passive();
    line.send("LIST");
    assert!(Line::fetch(at).contains("hello.txt"));
    assert!(line.reply().starts_with("150") && line.reply().starts_with("226"));
    assert!(line.say("QUIT").starts_with("221"));
    assert!(start.elapsed() < AT_ONCE, "after {:?}", start.elapsed());
}

/// The memory of a process, in kilobytes, where the system tells.
fn memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_line_without_end_is_answered_once_and_kept_nowhere() {
    let server = FakeServer::start(&["any-client"]);
    is_well(&server);
    let before = memory(server.pid());
    let mut line = server.dial();
    line.reply();
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..10 {
        line.stream.get_mut().write_all(&chunk).expect("taken");
    }
    is_well(&server);
    line.send("");
    assert_eq!(line.reply(), "500 Line too long.");
    assert!(line.say("NOOP").starts_with("200"));
    if let (Some(before), Some(after)) = (before, memory(server.pid())) {
        assert!(after - before < 5_000, "grew by {} kB", after - before);
    }
}

#[test]
fn a_client_that_never_reads_holds_up_nobody() {
    let server = FakeServer::start(&["any-client", "--max-repeats", "1000000"]);
    let mut deaf = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).expect("connected");
    deaf.set_nonblocking(true).expect("set");
    // Until nothing more is taken: the server's replies fill the line, and it stops reading.
    let lines = b"HELP\r\n".repeat(4096);
    let start = Instant::now();
    let mut stuck = None;
    while start.elapsed() < Duration::from_secs(10) {
        match deaf.write(&lines) {
            Ok(_) => stuck = None,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let since = *stuck.get_or_insert_with(Instant::now);
                if since.elapsed() > Duration::from_millis(500) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(
        stuck.is_some(),
        "the server reads on though nobody reads its replies"
    );
    is_well(&server);
}

#[test]
fn data_ports_are_counted() {
    let server = FakeServer::start(&[
        "any-client",
        "--max-data-ports",
        "50",
        "--max-repeats",
        "100000",
    ]);
    // One client has one port, however often it asks.
    let mut greedy = server.dial();
    greedy.log_in();
    for _ in 0..1000 {
        greedy.passive();
    }
    is_well(&server);
    // Many clients have many, up to the limit.
    let mut held = Vec::new();
    for _ in 0..49 {
        let mut line = server.dial();
        line.log_in();
        line.passive();
        held.push(line);
    }
    let mut late = server.dial();
    late.log_in();
    assert!(late.say("PASV").starts_with("425"));
    held.pop();
    let start = Instant::now();
    while !late.say("PASV").starts_with("227") {
        assert!(start.elapsed() < AT_ONCE, "a port is freed with its client");
    }
}

#[test]
fn resets_at_every_step_disturb_nobody() {
    let server = FakeServer::start(&["any-client"]);
    for steps in 0..7 {
        let mut line = server.dial();
        let mut data = None;
        for step in 0..steps {
            match step {
                0 => drop(line.reply()),
                1 => drop(line.say("USER x")),
                2 => drop(line.say("PASS x")),
                3 => data = Some(line.passive()),
                4 => line.send("RETR bytes.bin"),
                _ => drop(data.map(TcpStream::connect)),
            }
        }
        let socket = socket2::SockRef::from(line.stream.get_ref());
        socket.set_linger(Some(Duration::ZERO)).expect("set");
        drop(line);
        is_well(&server);
    }
}

#[test]
fn a_byte_at_a_time_is_taken_and_disturbs_nobody() {
    let server = FakeServer::start(&["any-client"]);
    let mut slow = server.dial();
    slow.reply();
    for byte in b"USER x" {
        slow.stream.get_mut().write_all(&[*byte]).expect("taken");
        std::thread::sleep(Duration::from_millis(20));
    }
    is_well(&server);
    slow.send("");
    assert!(slow.reply().starts_with("331"));
}

#[test]
fn nobody_else_is_dialled() {
    let server = FakeServer::start(&["any-client"]);
    let mut line = server.dial();
    line.log_in();
    for foreign in [
        "PORT 192,0,2,1,19,136",
        "PORT 127,0,0,1,0,22",
        "EPRT |1|192.0.2.1|5000|",
    ] {
        // The script says 200; the server does not dial all the same (RFC 2577).
        assert!(line.say(foreign).starts_with("200"));
        assert!(line.say("LIST").starts_with("150"));
        assert_eq!(line.reply(), "425 Data goes to your own address only.");
    }
    let server = FakeServer::start(&["anonymous-only"]);
    let mut line = server.dial();
    line.log_in();
    assert!(line.say("PORT 192,0,2,1,19,136").starts_with("504"));
    assert!(line.say("LIST").starts_with("425"));
}

#[test]
fn the_machine_itself_is_no_stranger_at_a_data_port() {
    let server = FakeServer::start(&["any-client", "--bind", "0.0.0.0"]);
    let mut line = server.dial();
    line.log_in();
    let at = line.passive();
    line.send("LIST");
    assert!(line.reply().starts_with("150"));
    // All of 127/8 is this machine.
    let socket =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    let from: std::net::SocketAddr = "127.0.0.9:0".parse().expect("an address");
    if socket.bind(&from.into()).is_ok() && socket.connect(&at.into()).is_ok() {
        let mut stream = TcpStream::from(socket);
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("text");
        assert!(text.contains("hello.txt"));
    }
}

#[test]
fn a_stranger_at_a_data_port_is_rejected() {
    let mut server = FakeServer::start(&["any-client", "--bind", "0.0.0.0"]);
    let mut line = server.dial();
    line.log_in();
    let at = line.passive();
    let Some(stranger) = elsewhere(at.port()) else {
        return skipped("an address beside 127.0.0.1");
    };
    let told = server.until(|line| line["type"] == "rejected");
    assert_eq!(
        (&told["connection"], &told["channel"]),
        (&1.into(), &"data".into())
    );
    let from = stranger.local_addr().expect("an address");
    assert_eq!(told["from"], from.to_string());
    // The client comes all the same.
    let mut data = TcpStream::connect(at).expect("it listens");
    assert!(line.say("LIST").starts_with("150"));
    let mut listing = String::new();
    data.read_to_string(&mut listing).expect("text");
    assert!(listing.contains("hello.txt"), "{listing}");
}

#[test]
fn there_is_room_for_so_many_and_no_more() {
    let mut server = FakeServer::start(&["any-client", "--max-connections", "2"]);
    let (mut one, mut two) = (server.dial(), server.dial());
    one.reply();
    two.reply();
    let mut three = server.dial();
    assert_eq!(three.reply(), "421 Too many connections.");
    assert_eq!(three.line(), None);
    let told = server.until(|line| line["type"] == "rejected");
    assert_eq!(
        (&told["connection"], &told["channel"]),
        (&3.into(), &"control".into())
    );
    let from = three.stream.get_ref().local_addr().expect("an address");
    assert_eq!(told["from"], from.to_string());
    one.say("QUIT");
    drop(one);
    let start = Instant::now();
    loop {
        let mut next = server.dial();
        if next.reply().starts_with("220") {
            break;
        }
        assert!(start.elapsed() < AT_ONCE);
    }
}

#[test]
fn uploads_have_a_limit() {
    let server = FakeServer::start(&["any-client", "--max-upload", "1000"]);
    let mut line = server.dial();
    line.log_in();
    let at = line.passive();
    line.send("STOR big");
    let mut data = TcpStream::connect(at).expect("open");
    assert!(line.reply().starts_with("150"));
    // The server stops reading, and the rest is refused.
    let _ = data.write_all(&vec![0; 100_000]);
    drop(data);
    assert_eq!(line.reply(), "552 More than this server takes.");
    is_well(&server);
}

#[test]
fn a_missing_data_connection_is_a_425() {
    let server = FakeServer::start(&["any-client", "--data-wait", "300ms"]);
    let mut line = server.dial();
    line.log_in();
    line.passive();
    assert!(line.say("LIST").starts_with("150"));
    assert_eq!(line.reply(), "425 Nobody opened the data connection.");
    // Where nobody listens any more.
    let (listener, port) = Line::active();
    drop(listener);
    assert!(line.say(&port).starts_with("200"));
    assert!(line.say("LIST").starts_with("150"));
    assert_eq!(line.reply(), "425 Can't open data connection.");
}

/// A server with the file `big` of so many bytes, and its folder.
fn with_a_file(name: &str, bytes: usize) -> (std::path::PathBuf, FakeServer) {
    let dir = super::process::folder(name);
    fs::create_dir_all(dir.join("files")).expect("a folder");
    fs::write(dir.join("files/big"), vec![7; bytes]).expect("a file");
    let script = dir.join("s.ftp");
    fs::write(&script, "-- files files\nS> 220 Ready.\n").expect("a file");
    let server = FakeServer::start(&[script.to_str().expect("UTF-8")]);
    (dir, server)
}

#[test]
fn abor_ends_a_transfer_and_the_session_goes_on() {
    let (dir, server) = with_a_file("abor", 30_000_000);
    let mut line = server.dial();
    line.log_in();
    line.say("TYPE I");
    let at = line.passive();
    let data = TcpStream::connect(at).expect("open");
    assert!(line.say("RETR big").starts_with("150"));
    assert!(line.say("STAT").starts_with("211-"), "in the middle");
    // Telnet's Interrupt Process and Synch go before it (RFC 959 4.1.3).
    line.stream
        .get_mut()
        .write_all(b"\xff\xf4\xff\xf2ABOR\r\n")
        .expect("taken");
    assert!(line.reply().starts_with("426"));
    assert!(line.reply().starts_with("226"));
    drop(data);
    assert!(line.say("NOOP").starts_with("200"));
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
#[cfg(target_os = "linux")]
fn a_final_reply_does_not_overtake_what_a_client_reads_late() {
    // More than the client's buffer takes, less than the server's: the server has handed all of it to the system.
    const FILE: usize = 2_000_000;
    let (dir, server) = with_a_file("late", FILE);
    let mut line = server.dial();
    line.log_in();
    line.say("TYPE I");
    let mut data = TcpStream::connect(line.passive()).expect("open");
    assert!(line.say("RETR big").starts_with("150"));
    let patience = |line: &Line, most| line.stream.get_ref().set_read_timeout(most).expect("set");
    patience(&line, Some(Duration::from_millis(300)));
    let early = line.stream.read(&mut [0; 64]);
    assert!(
        early.is_err(),
        "{early:?}: a reply before the client has read anything"
    );
    patience(&line, Some(Duration::from_secs(30)));
    let mut got = Vec::new();
    data.read_to_end(&mut got).expect("all of it");
    assert_eq!(got.len(), FILE);
    assert!(line.reply().starts_with("226"));
    // One that breaks it off instead has not got the file.
    let data = TcpStream::connect(line.passive()).expect("open");
    assert!(line.say("RETR big").starts_with("150"));
    std::thread::sleep(Duration::from_millis(100));
    drop(data);
    assert!(line.reply().starts_with("426"));
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn tls_is_not_spoken() {
    let server = FakeServer::start(&["any-client"]);
    let mut line = server.dial();
    line.reply();
    line.stream
        .get_mut()
        .write_all(&[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0])
        .expect("taken");
    assert_eq!(line.line(), None, "closed");
    is_well(&server);
}

#[test]
fn many_idle_logins_take_little_and_the_next_client_is_served() {
    // The soft limit of open files is often 1,024, for this test's process too.
    const CLIENTS: usize = 300;
    let server = FakeServer::start(&["any-client"]);
    is_well(&server);
    let before = memory(server.pid());
    let mut held = Vec::new();
    for _ in 0..CLIENTS {
        let mut line = server.dial();
        line.log_in();
        held.push(line);
    }
    is_well(&server);
    if let (Some(before), Some(after)) = (before, memory(server.pid())) {
        let each = (after - before) / CLIENTS as u64;
        assert!(each <= 20, "{each} kB a client");
    }
    for line in &mut held {
        assert!(line.say("NOOP").starts_with("200"), "none is lost");
    }
}

/// What arrives together is answered one by one, and the end of the client's direction does not cut it short.
#[test]
fn commands_that_arrive_together_are_all_answered() {
    let server = FakeServer::start(&["any-client"]);
    let mut line = server.dial();
    line.stream
        .get_mut()
        .write_all(b"USER x\r\nPASS y\r\nNOOP\nSYST\r\nQUIT\r\n")
        .expect("taken");
    line.stream
        .get_ref()
        .shutdown(std::net::Shutdown::Write)
        .expect("closed");
    let mut codes = Vec::new();
    while let Some(reply) = line.line() {
        codes.push(reply[..3].to_owned());
    }
    assert_eq!(codes, ["220", "331", "230", "200", "215", "221"]);
}

#[test]
fn a_taken_port_is_told_with_a_free_one() {
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = holder.local_addr().expect("an address").port().to_string();
    let done = crate::harness::ftplab()
        .args(["fake-server", "--port", &port])
        .run();
    assert_eq!(done.code, 2);
    assert!(
        done.err().contains(&port) && done.err().contains("--port"),
        "{}",
        done.err()
    );
    let _ = PATIENCE;
}
