//! A fake server as a process of its own, heard through its JSON Lines; and a control line that a test speaks by itself.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long anything may take that a server or client does.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server that runs; it is ended when it is dropped.
pub(crate) struct FakeServer {
    child: Child,
    lines: Receiver<String>,
    /// Everything it has said so far.
    pub(crate) said: Vec<Value>,
    pub(crate) port: u16,
}

impl FakeServer {
    /// Starts `ftplab fake-server` with these words, on a port of its own.
    pub(crate) fn start(words: &[&str]) -> FakeServer {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ftplab"));
        program.env("LC_ALL", "C").stdin(Stdio::null());
        FakeServer::start_as(program, words)
    }

    /// The same with a program that stands in surroundings of its own.
    pub(crate) fn start_as(mut program: Command, words: &[&str]) -> FakeServer {
        let mut child = program
            .args(["fake-server", "--json", "--port", "0"])
            .args(words)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let out = child.stdout.take().expect("piped");
        let (to, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if to.send(line).is_err() {
                    return;
                }
            }
        });
        let mut server = FakeServer {
            child,
            lines,
            said: Vec::new(),
            port: 0,
        };
        let listening = server.until(|line| line["type"] == "listening");
        let address: SocketAddr = listening["address"]
            .as_str()
            .and_then(|address| address.parse().ok())
            .expect("an address");
        server.port = address.port();
        server
    }

    /// The next line for which this holds.
    #[track_caller]
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.within(PATIENCE, wanted)
            .unwrap_or_else(|| panic!("what was waited for did not come: {:#?}", self.said))
    }

    /// The same, where it may not come in so long.
    pub(crate) fn within(
        &mut self,
        patience: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Option<Value> {
        let start = Instant::now();
        while let Ok(line) = self
            .lines
            .recv_timeout(patience.saturating_sub(start.elapsed()))
        {
            let line: Value = serde_json::from_str(&line).expect("a JSON object a line");
            self.said.push(line.clone());
            if wanted(&line) {
                return Some(line);
            }
        }
        None
    }

    /// Ctrl-C: its exit code, and all that it said.
    #[track_caller]
    pub(crate) fn stop(mut self) -> (i32, Vec<Value>) {
        let killed = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(killed.is_ok_and(|status| status.success()));
        self.end()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(&mut self) -> (i32, Vec<Value>) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "the server does not end");
            thread::sleep(Duration::from_millis(5));
        };
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.said
                .push(serde_json::from_str(&line).expect("a JSON object a line"));
        }
        (
            status.code().expect("ended by itself"),
            std::mem::take(&mut self.said),
        )
    }

    /// A control connection to it.
    pub(crate) fn dial(&self) -> Line {
        Line::dial(self.port)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A control line.
pub(crate) struct Line {
    pub(crate) stream: BufReader<TcpStream>,
}

impl Line {
    pub(crate) fn dial(port: u16) -> Line {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Line {
            stream: BufReader::new(stream),
        }
    }

    pub(crate) fn send(&mut self, line: &str) {
        let whole = format!("{line}\r\n");
        self.stream
            .get_mut()
            .write_all(whole.as_bytes())
            .expect("the server takes it");
    }

    /// The next line of the server; `None` at the end.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }

    /// The next whole reply, its lines joined by `/`.
    #[track_caller]
    pub(crate) fn reply(&mut self) -> String {
        let first = self.line().expect("a reply");
        let mut all = first.clone();
        if first.as_bytes().get(3) == Some(&b'-') {
            let end = format!("{} ", &first[..3]);
            loop {
                let line = self.line().expect("the rest of a reply");
                all.push('/');
                all.push_str(&line);
                if line.starts_with(&end) {
                    break;
                }
            }
        }
        all
    }

    /// Sends a command and takes its reply.
    #[track_caller]
    pub(crate) fn say(&mut self, line: &str) -> String {
        self.send(line);
        self.reply()
    }

    /// Greeting and login.
    #[track_caller]
    pub(crate) fn log_in(&mut self) {
        assert!(self.reply().starts_with("220"));
        assert!(self.say("USER anonymous").starts_with("331"));
        assert!(self.say("PASS a@b").starts_with("230"));
    }

    /// The same, where the words matter less than this code.
    #[track_caller]
    pub(crate) fn log_in_as(&mut self, user: &str) {
        self.reply();
        assert!(self.say("USER anonymous").starts_with(user));
        self.say("PASS a@b");
    }

    /// The address in the reply to PASV.
    #[track_caller]
    pub(crate) fn passive(&mut self) -> SocketAddr {
        let reply = self.say("PASV");
        address(&reply)
    }

    /// Everything that comes over a data connection to `at`.
    pub(crate) fn fetch(at: SocketAddr) -> String {
        let mut stream = TcpStream::connect(at).expect("the data port is open");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("text");
        text
    }

    /// A port for the server to dial, and the PORT command that says so.
    pub(crate) fn active() -> (TcpListener, String) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let command = format!("PORT 127,0,0,1,{},{}", port >> 8, port & 255);
        (listener, command)
    }
}

/// The address in a 227.
#[track_caller]
pub(crate) fn address(reply: &str) -> SocketAddr {
    let numbers: Vec<u16> = reply
        .split(['(', ')', ','])
        .filter_map(|part| part.parse().ok())
        .collect();
    let [a, b, c, d, high, low] = numbers[..] else {
        panic!("no address in {reply}");
    };
    let host = Ipv4Addr::new(a as u8, b as u8, c as u8, d as u8);
    SocketAddr::from((host, high * 256 + low))
}

/// An empty folder of this name, for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("ftplab-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder");
    path
}

/// The repository's own file.
pub(crate) fn lab(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("labs")
        .join(path)
}
