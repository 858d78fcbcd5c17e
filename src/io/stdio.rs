//! The program's own streams: whether they are terminals, how wide, and writing to them.

use std::{
    fs::File,
    io::{self, BufRead, BufWriter, IsTerminal, Read, StdoutLock, Write},
    time::{Duration, Instant},
};

use rustix::event::PollFlags;

use super::wait::{Cancel, Waited, wait};

/// Standard output, buffered and locked.
#[must_use]
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// How long is still read of a stream whose end was asked for.
const LAST_READ: Duration = Duration::from_secs(1);

/// Standard input, for data: until it ends, or somebody asks for its end. Whoever writes into it is asked by the same
/// Ctrl-C and may still hold something back (`tcpdump -w - | …`): what comes until it ends, or for a second, is read.
#[derive(Debug)]
pub struct Stdin {
    file: File,
    end: Option<Cancel>,
    asked: Option<Instant>,
    cut: Cancel,
}

impl Stdin {
    /// Until `end` is cancelled, where there is one; `cut` is where it did not end by itself.
    ///
    /// # Errors
    /// Where standard input is closed.
    pub fn until(end: Option<Cancel>, cut: Cancel) -> io::Result<Stdin> {
        Ok(Stdin {
            file: File::from(rustix::stdio::stdin().try_clone_to_owned()?),
            end,
            asked: None,
            cut,
        })
    }
}

impl Read for Stdin {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(end) = &self.end else {
            return self.file.read(into);
        };
        if self.asked.is_none() {
            match wait(&self.file, PollFlags::IN, None, end)? {
                Waited::Ready => return self.file.read(into),
                Waited::TimedOut | Waited::Cancelled => self.asked = Some(Instant::now()),
            }
        }
        let deadline = self.asked.map(|asked| asked + LAST_READ);
        match wait(&self.file, PollFlags::IN, deadline, &Cancel::default())? {
            Waited::Ready if deadline.is_some_and(|at| Instant::now() < at) => self.file.read(into),
            _ => {
                self.cut.cancel();
                Ok(0)
            }
        }
    }
}

/// Standard output as a file, for data: every write goes out as it is.
///
/// # Errors
/// Where standard output is closed.
pub fn stdout_unbuffered() -> io::Result<File> {
    Ok(File::from(rustix::stdio::stdout().try_clone_to_owned()?))
}

/// The longest line of standard input that is kept, in bytes: no end point is told in more. The rest of a longer one is
/// dropped and counted.
pub const MAX_LINE: usize = 64 << 10;

/// Reads the next line of standard input, with its line end, in place of what `line` holds. Gives how many bytes of it were
/// dropped, see [`MAX_LINE`]; `None` at the end.
///
/// # Errors
/// Where standard input cannot be read.
pub fn read_line(line: &mut Vec<u8>) -> io::Result<Option<u64>> {
    next_line(&mut io::stdin().lock(), line)
}

fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<u64>> {
    line.clear();
    let mut dropped = 0;
    input.take(MAX_LINE as u64).read_until(b'\n', line)?;
    if line.len() == MAX_LINE && line.last() != Some(&b'\n') {
        dropped = input.skip_until(b'\n')?;
    }
    Ok((!line.is_empty()).then_some(dropped as u64))
}

/// How a wait for a word from standard input ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Go {
    /// A line came, or standard input ended, or it was long enough.
    Ahead,
    /// It was cancelled.
    Cancelled,
}

/// True where a person can press Enter: standard input is a terminal, and ours to read. A job in the background that
/// read it would be stopped.
#[must_use]
pub fn stdin_is_ours() -> bool {
    let stdin = rustix::stdio::stdin();
    stdin_is_terminal()
        && rustix::termios::tcgetpgrp(stdin).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Waits until a line comes on standard input or it ends, for at most `most` where that is given.
///
/// # Errors
/// Where standard input cannot be read.
pub fn wait_for_line(most: Option<Duration>, cancel: &Cancel) -> io::Result<Go> {
    let deadline = most.map(|most| Instant::now() + most);
    match wait(rustix::stdio::stdin(), PollFlags::IN, deadline, cancel)? {
        Waited::Ready => {
            read_line(&mut Vec::new())?;
            Ok(Go::Ahead)
        }
        Waited::TimedOut => Ok(Go::Ahead),
        Waited::Cancelled => Ok(Go::Cancelled),
    }
}

/// True where standard input is a terminal.
#[must_use]
pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// True where standard output is a terminal.
#[must_use]
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// True where standard error is a terminal.
#[must_use]
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Writes a message to standard error. A closed standard error loses the message and nothing else.
pub fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Shows ftplab's own lines, which end with a newline: on the terminal where the dialogue is, else on standard error, so
/// that standard output holds the dialogue alone.
pub fn remark(lines: &str, on_stdout: bool) {
    if on_stdout {
        let mut out = io::stdout().lock();
        let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
    } else {
        let _ = io::stderr().lock().write_all(lines.as_bytes());
    }
}

/// The columns of the terminal that the program talks to; `None` where there is none or it does not tell.
#[must_use]
pub fn columns() -> Option<usize> {
    size()
        .map(|size| usize::from(size.ws_col))
        .filter(|&n| n > 0)
}

/// Its rows.
#[must_use]
pub fn rows() -> Option<usize> {
    size()
        .map(|size| usize::from(size.ws_row))
        .filter(|&n| n > 0)
}

fn size() -> Option<rustix::termios::Winsize> {
    [
        rustix::stdio::stdout(),
        rustix::stdio::stderr(),
        rustix::stdio::stdin(),
    ]
    .into_iter()
    .find_map(|stream| rustix::termios::tcgetwinsize(stream).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_to_their_bound() {
        let mut input = b"one\n".to_vec();
        input.extend(std::iter::repeat_n(b'x', MAX_LINE + 10));
        input.extend_from_slice(b"\nlast");
        let mut input = input.as_slice();
        let mut line = Vec::new();
        let mut lengths = Vec::new();
        while let Some(dropped) = next_line(&mut input, &mut line).expect("memory") {
            lengths.push((line.len(), dropped));
        }
        assert_eq!(lengths, [(4, 0), (MAX_LINE, 11), (4, 0)]);
        assert_eq!(line, b"");
    }
}
