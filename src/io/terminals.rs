//! Several ftplab processes side by side, as a student has them in several terminals: started, typed into, and read line
//! by line. `lab run` works in them, and so does who plays a sheet by itself: what is shown is what the commands do.

use std::{
    env,
    io::{self, BufRead, BufReader, PipeReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

/// The longest line that is taken from a process; what exceeds it comes as a line of its own.
const MAX_LINE: u64 = 16 * 1024;
/// How long a line may take that is printed and that the thread which reads it, on a busy machine, has not come to yet.
const BUSY: Duration = Duration::from_secs(1);

/// A line that a process printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Which terminal.
    pub terminal: usize,
    /// The line without its end.
    pub line: String,
}

/// A process in a terminal.
#[derive(Debug)]
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    /// What it prints, where a thread reads it.
    output: PipeReader,
}

/// Processes that are ended when this is dropped.
#[derive(Debug)]
pub struct Terminals {
    columns: usize,
    children: Vec<Option<Running>>,
    inbox: Receiver<Printed>,
    outbox: Sender<Printed>,
}

impl Terminals {
    /// So many terminals, so many columns wide, with nothing running in them.
    #[must_use]
    pub fn new(count: usize, columns: usize) -> Terminals {
        let (outbox, inbox) = channel();
        Terminals {
            columns,
            children: (0..count).map(|_| None).collect(),
            inbox,
            outbox,
        }
    }

    /// They are so many columns wide by now. What runs in them stays as wide as it was.
    pub fn resize(&mut self, columns: usize) {
        self.columns = columns;
    }

    /// Runs ftplab with these arguments in a terminal; what ran there before is ended.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub fn run(&mut self, terminal: usize, args: &[&str]) -> io::Result<()> {
        self.end(terminal);
        // One pipe for both streams, as on a terminal: their lines keep their order.
        let (output, writer) = io::pipe()?;
        let mut child = Command::new(env::current_exe()?)
            .args(args)
            .env("COLUMNS", self.columns.to_string())
            .stdin(Stdio::piped())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .spawn()?;
        let input = child.stdin.take();
        self.read(terminal, output.try_clone()?)?;
        self.children[terminal] = Some(Running {
            child,
            input,
            output,
        });
        Ok(())
    }

    fn read(&self, terminal: usize, output: impl Read + Send + 'static) -> io::Result<()> {
        let outbox = self.outbox.clone();
        thread::Builder::new()
            .name("terminal".into())
            .spawn(move || {
                let mut output = BufReader::new(output);
                let mut line = Vec::new();
                while (&mut output)
                    .take(MAX_LINE)
                    .read_until(b'\n', &mut line)
                    .is_ok_and(|n| n > 0)
                {
                    let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line))
                        .into_owned();
                    line.clear();
                    if outbox
                        .send(Printed {
                            terminal,
                            line: text,
                        })
                        .is_err()
                    {
                        return;
                    }
                }
            })?;
        Ok(())
    }

    /// Types a line into a terminal.
    ///
    /// # Errors
    /// Where nothing runs there that reads.
    pub fn type_line(&mut self, terminal: usize, line: &str) -> io::Result<()> {
        match &mut self.children[terminal] {
            Some(Running {
                input: Some(input), ..
            }) => input
                .write_all(format!("{line}\n").as_bytes())
                .and_then(|()| input.flush()),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// The next line of any terminal; `None` when none was printed in time.
    #[must_use]
    pub fn next(&self, within: Duration) -> Option<Printed> {
        let came = self.inbox.recv_timeout(within).ok();
        came.or_else(|| {
            let late = self.is_unread().then(|| self.inbox.recv_timeout(BUSY));
            late?.ok()
        })
    }

    /// True where something was printed that nobody has read.
    fn is_unread(&self) -> bool {
        let unread = |running: &Running| rustix::io::ioctl_fionread(&running.output).unwrap_or(0);
        let mut running = self.children.iter().flatten();
        running.any(|running| unread(running) > 0)
    }

    /// The process in a terminal, as its events name it.
    #[must_use]
    pub fn pid(&self, terminal: usize) -> Option<u32> {
        let running = self.children[terminal].as_ref()?;
        Some(running.child.id())
    }

    /// True while the process in a terminal runs.
    #[must_use]
    pub fn runs(&mut self, terminal: usize) -> bool {
        match &mut self.children[terminal] {
            Some(running) => matches!(running.child.try_wait(), Ok(None)),
            None => false,
        }
    }

    /// Ends what runs in a terminal.
    pub fn end(&mut self, terminal: usize) {
        if let Some(mut running) = self.children[terminal].take() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

impl Drop for Terminals {
    fn drop(&mut self) {
        for terminal in 0..self.children.len() {
            self.end(terminal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_comes_in_pieces() {
        let terminals = Terminals::new(1, 80);
        let output = format!("{}\nshort\n", "x".repeat(40_000));
        let read = terminals.read(0, io::Cursor::new(output));
        read.expect("a thread");
        let next = || terminals.next(Duration::from_secs(20)).map(|p| p.line);
        let lines: Vec<String> = (0..4).map_while(|_| next()).collect();
        let lengths: Vec<usize> = lines.iter().map(String::len).collect();
        let most = MAX_LINE as usize;
        assert_eq!(lengths, [most, most, 40_000 - 2 * most, 5]);
    }

    #[test]
    fn a_line_that_is_printed_is_waited_for_on_a_busy_machine() {
        let mut terminals = Terminals::new(1, 80);
        let late = Printed {
            terminal: 0,
            line: "late".into(),
        };
        let (output, mut writer) = io::pipe().expect("a pipe");
        let child = Command::new("true").spawn().expect("a process");
        terminals.children[0] = Some(Running {
            child,
            input: None,
            output,
        });
        assert_eq!(terminals.next(Duration::ZERO), None, "nothing is printed");
        writer.write_all(b"late\n").expect("room");
        let (outbox, line) = (terminals.outbox.clone(), late.clone());
        // The thread that reads comes to it now.
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            outbox.send(line)
        });
        assert_eq!(terminals.next(Duration::ZERO), Some(late));
    }
}
