//! The server by hand, as a student has it: on a pseudo-terminal with curl for a client, and through a pipe.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    harness::{Done, free_port, ftplab, missing_peer},
    peers::terminal::Terminal,
};

const LISTING: &str = "-rw-r--r--   1 ftp      ftp            14 Jan  1  2024 hello.txt\r\n";

/// Two ports that are free now: for the control connection, and for data, where the two bytes can be swapped.
fn ports() -> (u16, u16) {
    let (one, mut other) = (free_port(), free_port());
    while other.swap_bytes() == other {
        other = free_port();
    }
    (one, other)
}

/// curl, when it is here.
fn curl(args: &[&str]) -> Option<Child> {
    if Command::new("curl").arg("--version").output().is_err() {
        missing_peer("curl");
        return None;
    }
    let child = Command::new("curl")
        .args(["-sS", "--max-time", "40"])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    Some(child.expect("curl starts"))
}

/// What a child printed, and its exit code.
fn end(child: Child) -> (String, i32) {
    let output = child.wait_with_output().expect("it ends");
    let code = output.status.code().unwrap_or(-1);
    (String::from_utf8_lossy(&output.stdout).into_owned(), code)
}

/// A student at the terminal of a server.
struct Student {
    terminal: Terminal,
    url: String,
    data: u16,
    _folder: tempfile::TempDir,
    listing: String,
}

impl Student {
    fn new(args: &[&str]) -> Student {
        let (port, data) = ports();
        let (port, range) = (port.to_string(), format!("{data}-{data}"));
        let folder = tempfile::tempdir().expect("a folder");
        let listing = folder.path().join("list");
        fs::write(&listing, LISTING).expect("a listing");
        let mut words = vec![
            "fake-server",
            "--port",
            &port,
            "--passive-ports",
            &range,
            "--bind",
            "127.0.0.1",
        ];
        words.extend(args);
        let mut terminal = Terminal::ftplab(&words);
        terminal.until("the prompt", |lines| shows(lines, "S>"));
        Student {
            terminal,
            url: format!("ftp://127.0.0.1:{port}/"),
            data,
            listing: listing.display().to_string(),
            _folder: folder,
        }
    }

    /// Waits until the screen shows this.
    #[track_caller]
    fn sees(&mut self, what: &str) {
        self.terminal.until(what, |lines| shows(lines, what));
    }

    /// Waits until this command has come, and its reply is asked for; then types.
    #[track_caller]
    fn answers(&mut self, command: &str, reply: &str) {
        self.sees(&format!("C> {command}"));
        self.types(reply);
    }

    fn types(&mut self, line: &str) {
        self.terminal.keys(&format!("{line}\r"));
    }

    /// A 227 for a port.
    fn passive(&self, port: u16) -> String {
        format!("227 Passive (127,0,0,1,{},{})", port / 256, port % 256)
    }
}

/// True where the screen shows this, though a line be broken in the middle of it.
fn shows(lines: &[String], what: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    words(&lines.join(" ")).contains(&words(what))
}

#[test]
fn a_student_serves_curl_a_listing() {
    let mut student = Student::new(&["--by-hand"]);
    let Some(curl) = curl(&[&student.url]) else {
        return;
    };
    student.sees("the server speaks first");
    student.sees("the shortest: 20 s");
    student.types("220 Hello");
    student.answers("USER anonymous", "331 Password?");
    student.sees("this client is curl");
    student.answers("PASS *", "230 In.");
    student.answers("PWD", "257 \"/\"");
    student.sees("curl waits 120 s");
    // EPSV is refused: the student has learnt PASV.
    student.answers("EPSV", "502 Not here.");
    student.sees("C> PASV");
    let (right, swapped) = (student.data, student.data.swap_bytes());
    let wrong = student.passive(swapped);
    student.types(&wrong);
    student.sees("bytes of the port are swapped");
    student.sees("Not sent.");
    let reply = student.passive(right);
    student.types(&reply);
    student.answers("TYPE A", "200 A.");
    student.answers("LIST", "226 Done.");
    student.sees("The 150 is missing.");
    student.sees("curl gives up with exit code 19");
    student.types("150 Here.");
    student.sees("LIST has had its 1yz");
    student.types("226 Done.");
    student.sees("but none has");
    let data = format!("/data {}", student.listing);
    student.types(&data);
    student.sees("that is the end of the file");
    student.types("226 Done.");
    student.answers("QUIT", "221 Bye.");
    student.sees("The client has gone.");
    // curl has made its own line ends of TYPE A's.
    assert_eq!(end(curl), (LISTING.replace("\r\n", "\n"), 0));
    student.types("/quit");
    student.sees("One connection, 8 commands");
}

/// Behind NAT the 227 names what clients see from outside; curl goes where the control connection goes all the same.
#[test]
fn a_227_may_name_the_public_address() {
    let mut student = Student::new(&["--by-hand", "--public-address", "192.0.2.10"]);
    let Some(curl) = curl(&["--disable-epsv", &student.url]) else {
        return;
    };
    student.sees("the server speaks first");
    student.types("220 Hello");
    student.answers("USER anonymous", "331 Password?");
    student.answers("PASS *", "230 In.");
    student.answers("PWD", "257 \"/\"");
    student.sees(&format!("192.0.2.10:{}", student.data));
    let own = student.passive(student.data);
    student.types(&own.replace("127,0,0,1", "192,0,2,11"));
    student.sees("The host is wrong: 192.0.2.11 instead of 192.0.2.10");
    student.types(&own.replace("127,0,0,1", "192,0,2,10"));
    student.answers("TYPE A", "200 A.");
    // curl cannot be held by lines for longer than its 120 s.
    student.sees("C> LIST");
    student.types("/hold 150");
    student.sees("150-One moment, please.");
    student.sees("But curl counts its 120 s from the command on");
    student.types("150 Here.");
    student.sees("LIST has had its 1yz");
    let data = format!("/data {}", student.listing);
    student.types(&data);
    student.sees("that is the end of the file");
    student.types("226 Done.");
    student.answers("QUIT", "221 Bye.");
    student.sees("The client has gone.");
    assert_eq!(end(curl), (LISTING.replace("\r\n", "\n"), 0));
}

#[test]
fn one_reply_too_many_is_caught_and_puts_curl_out_of_step_when_it_is_meant() {
    let mut student = Student::new(&["--by-hand", "--client", "curl"]);
    let Some(curl) = curl(&[&student.url]) else {
        return;
    };
    student.sees("curl waits 120 s");
    student.types("220 Hello");
    student.answers("USER anonymous", "331 Password?");
    student.answers("PASS *", "230 In.");
    student.sees("C> PWD");
    student.types("230 In.");
    student.sees("One reply too many: 230 would be for PASS");
    student.sees("Not sent.");
    student.types("y");
    student.sees("curl is now one reply behind");
    // It has gone on; the answer to PWD comes as EPSV's, and so curl asks for PASV.
    student.answers("EPSV", "257 \"/\"");
    student.sees("One reply too many: 257 would be for PWD");
    student.types("y");
    student.answers("PASV", "502 Not here.");
    student.answers("QUIT", "221 Bye.");
    student.sees("The client has gone.");
    assert_eq!(end(curl).1, 13);
}

#[test]
fn the_script_plays_and_the_student_fills_the_blanks() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("blanks.ftp");
    let text = "S> 220 Hi.\nC* USER *\nS? 33 331 Password, please.\nC* PASS *\nS> 230 In.\nC* PWD\nS> 257 \"/\"\n\
                C* TYPE *\nS> 200 Fine.\nC* PASV\nS? 227\nC* LIST\nS? 1\nD> one\nS? 226\nC* QUIT\nS> 221 Bye.\n";
    fs::write(&script, text).expect("a script");
    let script = script.display().to_string();
    let mut student = Student::new(&[&script]);
    let Some(curl) = curl(&[&student.url]) else {
        return;
    };
    student.sees("wants a reply that begins with 33");
    student.types("530 No.");
    student.sees("The first digit says how it went: 530 begins with 5");
    student.sees("For example: 331 Password, please.");
    student.types("331 Password?");
    student.sees("C> PASV");
    let reply = student.passive(student.data);
    student.types(&reply);
    student.answers("LIST", "150 Here.");
    student.sees("wants a reply that begins with 226");
    student.types("226 Done.");
    student.sees("The client has gone.");
    assert_eq!(end(curl), ("one\n".to_owned(), 0));
}

/// With `--by-hand` a script's lines are played, and a person answers all else: not the built-in server.
#[test]
fn the_person_answers_before_the_built_in_server() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("files")).expect("a folder");
    let script = folder.path().join("files.ftp");
    fs::write(
        &script,
        "-- files files\nS> 220 Hi.\nC* USER *\nS> 331 Who?\n",
    )
    .expect("a script");
    piped(
        "230 In.\n257 \"/mine\"\n221 Bye.\n",
        &["--once", &script.display().to_string()],
        |mut client| {
            client.hears("220 Hi.");
            client.says("USER x");
            client.hears("331 Who?");
            client.says("PASS y");
            client.hears("230 In.");
            client.says("PWD");
            client.hears("257 \"/mine\"");
            client.says("QUIT");
            client.hears("221 Bye.");
        },
    )
    .code(0);
}

/// A server whose replies come from a pipe, and a client that is played by a closure.
fn piped(replies: &str, args: &[&str], client: impl FnOnce(Client) + Send + 'static) -> Done {
    let (port, data) = ports();
    let (port, range) = (port.to_string(), format!("{data}-{data}"));
    let at = format!("127.0.0.1:{port}");
    let client = std::thread::spawn(move || client(Client::dial(&at, data)));
    let replies = replies
        .replace("{high}", &(data / 256).to_string())
        .replace("{low}", &(data % 256).to_string());
    let done = ftplab()
        .args(["fake-server", "--by-hand", "--port", &port])
        .args(["--passive-ports", &range, "--bind", "127.0.0.1"])
        .args(args)
        .stdin(replies)
        .run();
    client.join().expect("the client is content");
    done
}

struct Client {
    control: BufReader<TcpStream>,
    data: u16,
}

impl Client {
    /// Tries until the server listens.
    fn dial(at: &str, data: u16) -> Client {
        for _ in 0..200 {
            if let Ok(stream) = TcpStream::connect(at) {
                stream
                    .set_read_timeout(Some(Duration::from_secs(20)))
                    .expect("a timeout");
                return Client {
                    control: BufReader::new(stream),
                    data,
                };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no server at {at}");
    }

    #[track_caller]
    fn hears(&mut self, line: &str) {
        let mut heard = String::new();
        self.control.read_line(&mut heard).expect("a reply");
        assert_eq!(heard, format!("{line}\r\n"));
    }

    fn says(&mut self, line: &str) {
        let line = format!("{line}\r\n");
        self.control
            .get_mut()
            .write_all(line.as_bytes())
            .expect("it goes out");
    }

    fn dials_data(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.data)).expect("the data port is open")
    }
}

#[test]
fn a_pipe_gives_the_replies_in_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (up, listing) = (folder.path().join("up"), folder.path().join("list"));
    fs::write(&listing, "one\ntwo\n").expect("a listing");
    let shown = |path: &Path| path.display().to_string();
    let replies = format!(
        "220 Hello\n227 Passive (127,0,0,1,{{high}},{{low}})\n150-More\n150 Here.\n/data {}\n226 Done.\n\
         229 Ext (|||{{low}}|)\n500 No.\n200 Fine.\n150 Send.\n/store {}\n226 Kept.\n221 Bye.\n",
        shown(&listing),
        shown(&up)
    );
    let done = piped(&replies, &["--json", "--once"], |mut client| {
        client.hears("220 Hello");
        client.says("PASV");
        let mut line = String::new();
        client.control.read_line(&mut line).expect("a reply");
        assert!(line.starts_with("227 "), "{line}");
        client.says("LIST");
        client.hears("150-More");
        client.hears("150 Here.");
        let mut listing = String::new();
        client
            .dials_data()
            .read_to_string(&mut listing)
            .expect("data");
        // A listing has TYPE A's line ends.
        assert_eq!(listing, "one\r\ntwo\r\n");
        client.hears("226 Done.");
        // The wrong 229 is not sent; the next line takes its place.
        client.says("EPSV");
        client.hears("500 No.");
        let own = TcpListener::bind(("127.0.0.1", 0)).expect("loopback");
        let port = own.local_addr().expect("bound").port();
        client.says(&format!("PORT 127,0,0,1,{},{}", port / 256, port % 256));
        client.hears("200 Fine.");
        client.says("STOR up");
        client.hears("150 Send.");
        let (mut data, _) = own.accept().expect("the server dials");
        data.write_all(b"bytes").expect("data");
        drop(data);
        client.hears("226 Kept.");
        client.says("QUIT");
        client.hears("221 Bye.");
    })
    .code(0);
    assert_eq!(fs::read(&up).expect("kept"), b"bytes");
    // Standard output is for programs, the person is told on standard error.
    for line in done.out().lines() {
        assert!(line.starts_with("{\"type\":"), "{line}");
    }
    assert!(done.out().contains("\"type\":\"summary\""));
    assert!(
        done.err().contains("LIST has had its 1yz"),
        "{}",
        done.err()
    );
}

#[test]
fn the_end_of_the_pipe_ends_the_server_where_a_reply_is_wanted() {
    let done = piped("220 Hello\n", &[], |mut client| {
        client.hears("220 Hello");
        client.says("USER x");
        let mut rest = String::new();
        client.control.read_to_string(&mut rest).expect("the end");
        assert_eq!(rest, "");
    })
    .code(1);
    assert!(done.out().contains("nobody is left"), "{}", done.out());
}

#[test]
fn a_client_that_goes_in_the_middle_leaves_the_server_to_the_next() {
    let done = piped(
        "220 Hello\n331 Password?\n220 Again\n221 Bye.\n",
        &[],
        |mut client| {
            let at = client.control.get_ref().peer_addr().expect("a peer");
            client.hears("220 Hello");
            // A second one is told at once, not left mute.
            let mut second = Client::dial(&at.to_string(), 0);
            second.hears("421 One client at a time: this server is played by hand.");
            client.says("USER x");
            client.hears("331 Password?");
            drop(client);
            // Until the server has seen that the first is gone, others get their 421.
            let mut next = (0..200).find_map(|_| {
                let mut next = Client::dial(&at.to_string(), 0);
                let mut heard = String::new();
                next.control.read_line(&mut heard).expect("a reply");
                if heard.starts_with("421") {
                    std::thread::sleep(Duration::from_millis(20));
                    return None;
                }
                assert_eq!(heard, "220 Again\r\n");
                Some(next)
            });
            let next = next.as_mut().expect("the next one is served");
            next.says("QUIT");
            next.hears("221 Bye.");
        },
    )
    .code(0);
    assert!(done.out().contains("was told 421"), "{}", done.out());
}
