//! How tests run the built binary: arguments, language, environment and input in; output, complaints and exit code out;
//! and goldens, the texts that a user sees, kept under `tests/golden/`. `FTPLAB_BLESS=1 cargo test` writes them anew.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    net::{IpAddr, Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU16, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// No run of a test takes longer than this; one that does is ended and fails.
const LONGEST: Duration = Duration::from_secs(60);

/// A run of `ftplab` to be: English, without colour (standard output is a pipe), with empty input and nothing of the
/// environment but PATH.
pub(crate) fn ftplab() -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    Run {
        command,
        stdin: Vec::new(),
    }
}

/// See [`ftplab`].
#[must_use]
pub(crate) struct Run {
    command: Command,
    stdin: Vec<u8>,
}

impl Run {
    /// One more argument.
    pub(crate) fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Run {
        self.command.arg(arg);
        self
    }

    /// More arguments.
    pub(crate) fn args<A: AsRef<std::ffi::OsStr>>(
        mut self,
        args: impl IntoIterator<Item = A>,
    ) -> Run {
        self.command.args(args);
        self
    }

    /// The language, as a locale sets it (`LC_ALL`).
    pub(crate) fn lang(self, locale: &str) -> Run {
        self.env("LC_ALL", locale)
    }

    /// A variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Run {
        self.command.env(name, value);
        self
    }

    /// The folder in which it runs.
    pub(crate) fn within(mut self, folder: impl AsRef<std::path::Path>) -> Run {
        self.command.current_dir(folder);
        self
    }

    /// What comes on standard input, which then ends.
    #[allow(dead_code, reason = "for the commands that read")]
    pub(crate) fn stdin(mut self, input: impl Into<Vec<u8>>) -> Run {
        self.stdin = input.into();
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Done {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut input = child.stdin.take().expect("piped");
        let bytes = std::mem::take(&mut self.stdin);
        // A program that ends without reading makes this fail, and that is its right.
        let writer = thread::spawn(move || drop(input.write_all(&bytes)));
        let stdout = collect(child.stdout.take().expect("piped"));
        let stderr = collect(child.stderr.take().expect("piped"));
        let code = wait(&mut child);
        writer.join().expect("the writer ends");
        Done {
            stdout: stdout.join().expect("standard output is read"),
            stderr: stderr.join().expect("standard error is read"),
            code,
        }
    }
}

fn collect(mut from: impl std::io::Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("a pipe can be read");
        bytes
    })
}

fn wait(child: &mut Child) -> i32 {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return status.code().expect("ended by itself, not by a signal");
        }
        if start.elapsed() > LONGEST {
            child.kill().expect("a child can be killed");
            child.wait().expect("a killed child ends");
            panic!("still running after {LONGEST:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Done {
    /// Standard output, byte for byte.
    pub(crate) stdout: Vec<u8>,
    /// Standard error, byte for byte.
    pub(crate) stderr: Vec<u8>,
    /// The exit code.
    pub(crate) code: i32,
}

impl Done {
    /// Standard output as text.
    pub(crate) fn out(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("standard output is UTF-8")
    }

    /// Standard output as JSON, a value a line.
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.out()
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// Standard error as text.
    pub(crate) fn err(&self) -> &str {
        std::str::from_utf8(&self.stderr).expect("standard error is UTF-8")
    }

    /// Fails unless the program ended with this code; the failure shows what it said.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Done {
        assert_eq!(
            self.code,
            code,
            "exit code\n--- stdout\n{}--- stderr\n{}",
            String::from_utf8_lossy(&self.stdout),
            String::from_utf8_lossy(&self.stderr)
        );
        self
    }

    /// Fails unless standard output is the text of `tests/golden/NAME` and standard error is empty.
    #[track_caller]
    pub(crate) fn golden(self, name: &str) -> Done {
        assert_eq!(self.err(), "", "standard error");
        golden(name, self.out());
        self
    }
}

/// Fails unless `shown` is the text of `tests/golden/NAME`; with `FTPLAB_BLESS=1` writes it there instead.
#[track_caller]
pub(crate) fn golden(name: &str, shown: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    if std::env::var_os("FTPLAB_BLESS").is_some_and(|value| !value.is_empty()) {
        fs::create_dir_all(path.parent().expect("below tests/golden"))
            .expect("a folder can be made");
        fs::write(&path, shown).expect("a golden can be written");
        return;
    }
    let kept = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; FTPLAB_BLESS=1 writes it", path.display()));
    if kept == shown {
        return;
    }
    let (mut kept_lines, mut shown_lines) = (kept.lines(), shown.lines());
    let mut number = 1;
    loop {
        let (was, is) = (kept_lines.next(), shown_lines.next());
        if was != is || was.is_none() {
            panic!(
                "{name}, line {number}\n  kept:  {was:?}\n  shown: {is:?}\nFTPLAB_BLESS=1 takes what is shown"
            );
        }
        number += 1;
    }
}

/// Says, past the capture of a test's output and once, that something is not here and what it was for is not tested.
pub(crate) fn skipped(what: &str) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut told = TOLD.lock().expect("nothing panics while it is held");
    if told.insert(what.to_owned()) {
        // Written, not printed: the test runner holds back what is printed.
        let _ = writeln!(std::io::stderr(), "skipped: {what} not found");
    }
}

/// Likewise of a program to test beside; where `FTPLAB_PEERS_REQUIRED` is set, it must be here.
#[track_caller]
pub(crate) fn missing_peer(what: &str) {
    let required = std::env::var_os("FTPLAB_PEERS_REQUIRED").is_some_and(|value| !value.is_empty());
    assert!(
        !required,
        "{what} not found, and FTPLAB_PEERS_REQUIRED is set"
    );
    skipped(what);
}

/// Every Rust file below a folder.
pub(crate) fn rust_files(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// So many ports in a row that are free, and below those that the system gives to clients: no other test takes one of them
/// in between. The first of them.
pub(crate) fn free_ports(ip: IpAddr, count: u16) -> u16 {
    const FIRST: u16 = 10_000;
    const PORTS: u16 = 10_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Runs at the same time begin at different places.
    let start = (std::process::id() % u32::from(PORTS)) as u16;
    for _ in 0..PORTS {
        let first = FIRST + (start + NEXT.fetch_add(count, Ordering::Relaxed) % PORTS) % PORTS;
        let is_free = |port| TcpListener::bind((ip, port)).is_ok();
        if (first..first + count).all(is_free) {
            return first;
        }
    }
    panic!("no free port");
}

/// The same of one port, on IPv4's loopback.
pub(crate) fn free_port() -> u16 {
    free_ports(Ipv4Addr::LOCALHOST.into(), 1)
}
