//! `ftplab` as a process of its own that a test talks with through pipes: a line in, lines out, each within a time limit.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

/// How long a line, or the end of a process, may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that runs; it is ended when it is dropped.
pub(crate) struct Program {
    name: String,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<(Stream, String)>,
    /// All that came, for the message of a failure.
    said: String,
}

/// Where a line came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

/// A reply of the server, as `raw` shows it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    /// Its last line, from the code on.
    pub(crate) line: String,
}

impl Program {
    /// Starts `ftplab` with these words, in English.
    pub(crate) fn ftplab<A: AsRef<OsStr>>(words: impl IntoIterator<Item = A>) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
        Program::of(command.args(words).env("LC_ALL", "C"))
    }

    /// Starts this.
    pub(crate) fn of(command: &mut Command) -> Program {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (to, lines) = channel();
        read(Stream::Out, child.stdout.take().expect("piped"), to.clone());
        read(Stream::Err, child.stderr.take().expect("piped"), to);
        Program {
            name,
            input: child.stdin.take(),
            child,
            lines,
            said: String::new(),
        }
    }

    /// Writes a line to its standard input.
    pub(crate) fn say(&mut self, line: &str) {
        self.said.push_str(&format!("< {line}\n"));
        let input = self.input.as_mut().expect("not closed yet");
        writeln!(input, "{line}").expect("it reads");
    }

    /// Writes bytes as they are to its standard input.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("not closed yet");
        input.write_all(bytes).expect("it reads");
    }

    /// The first line for which `wanted` has an answer.
    #[track_caller]
    pub(crate) fn until<T>(&mut self, mut wanted: impl FnMut(Stream, &str) -> Option<T>) -> T {
        let start = Instant::now();
        while let Ok((stream, line)) = self
            .lines
            .recv_timeout(PATIENCE.saturating_sub(start.elapsed()))
        {
            self.said.push_str(&format!("{stream:?} {line}\n"));
            if let Some(answer) = wanted(stream, &line) {
                return answer;
            }
        }
        panic!(
            "{}: what was waited for did not come\n{}",
            self.name, self.said
        );
    }

    /// The next whole reply (RFC 959 4.2: a line with a code and a blank ends what the same code and a hyphen began).
    #[track_caller]
    pub(crate) fn reply(&mut self) -> Reply {
        let first = self.until(wire);
        let end = format!("{} ", &first[..3]);
        let last = if first.starts_with(&end) {
            first
        } else {
            self.until(|stream, line| wire(stream, line).filter(|line| line.starts_with(&end)))
        };
        Reply {
            code: last[..3].parse().expect("three digits"),
            line: last,
        }
    }

    /// Sends a command and takes its reply, which must have one of these codes.
    #[track_caller]
    pub(crate) fn command(&mut self, line: &str, codes: &[u16]) -> Reply {
        self.say(line);
        let reply = self.reply();
        assert!(
            codes.contains(&reply.code),
            "{line}: {reply:?}\n{}",
            self.said
        );
        reply
    }

    /// Closes its standard input and waits for its end: the exit code and all that was said.
    #[track_caller]
    pub(crate) fn end(mut self) -> (i32, String) {
        drop(self.input.take());
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                while let Ok((stream, line)) = self.lines.recv_timeout(PATIENCE) {
                    self.said.push_str(&format!("{stream:?} {line}\n"));
                }
                let said = std::mem::take(&mut self.said);
                return (status.code().expect("ended by itself"), said);
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{} does not end\n{}",
                self.name,
                self.said
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line of the server's, without `raw`'s mark.
fn wire(stream: Stream, line: &str) -> Option<String> {
    let line = line.strip_prefix("S> ").filter(|_| stream == Stream::Out)?;
    let digits = line.get(..3)?.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| line.to_owned())
}

fn read(
    stream: Stream,
    from: impl Read + Send + 'static,
    to: std::sync::mpsc::Sender<(Stream, String)>,
) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line)
                .trim_end_matches(['\r', '\n'])
                .to_owned();
            if to.send((stream, text)).is_err() {
                return;
            }
            line.clear();
        }
    });
}
