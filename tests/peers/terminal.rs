//! `ftplab` in a terminal: a pseudo-terminal with a screen behind it, so that a test sees what a person would see.

use std::{
    fs::File,
    io::{Read, Write},
    num::NonZero,
    path::Path,
    process::Command,
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use rexpect::process::PtyProcess;

/// The size of the screen, where a test does not ask for another.
const ROWS: NonZero<u16> = NonZero::new(40).expect("not zero");
const COLUMNS: NonZero<u16> = NonZero::new(80).expect("not zero");
/// How long what is waited for may take to show.
const PATIENCE: Duration = Duration::from_secs(20);

fn set_size(terminal: &File, rows: NonZero<u16>, columns: NonZero<u16>) {
    let size = rustix::termios::Winsize {
        ws_row: rows.get(),
        ws_col: columns.get(),
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    rustix::termios::tcsetwinsize(terminal, size).expect("its size can be set");
}

/// A terminal in which `ftplab` runs; the process is ended when it is dropped.
pub(crate) struct Terminal {
    /// Held for its end.
    _process: PtyProcess,
    keys: File,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// All that came, as it came.
    came: Vec<u8>,
}

impl Terminal {
    /// Starts `ftplab` with these words, in English and without colour.
    pub(crate) fn ftplab(words: &[&str]) -> Terminal {
        Terminal::sized(ROWS, ".".as_ref(), words)
    }

    /// The same in a folder, in a terminal of so many rows.
    pub(crate) fn sized(rows: NonZero<u16>, folder: &Path, words: &[&str]) -> Terminal {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
        command
            .args(words)
            .current_dir(folder)
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm")
            .env("NO_COLOR", "1");
        Terminal::of(command, rows)
    }

    /// The same of a command of any kind.
    pub(crate) fn of(command: Command, rows: NonZero<u16>) -> Terminal {
        let mut process = PtyProcess::new(command).expect("a pseudo-terminal");
        process.set_kill_timeout(Some(2000));
        let keys = process.get_file_handle().expect("its handle");
        set_size(&keys, rows, COLUMNS);
        let mut output = keys.try_clone().expect("a second handle");
        let (to, bytes) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read) = output.read(&mut buffer) {
                if read == 0 || to.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal {
            _process: process,
            keys,
            bytes,
            came: Vec::new(),
            screen: vt100::Parser::new(rows, COLUMNS, 0),
        }
    }

    /// Gives the window so many columns.
    pub(crate) fn resize(&mut self, columns: u16) {
        let columns = NonZero::new(columns).expect("not zero");
        let (rows, _) = self.screen.screen().size();
        self.screen.screen_mut().set_size(rows, columns);
        set_size(&self.keys, rows, columns);
    }

    /// True where these bytes were among what came.
    pub(crate) fn has_come(&self, bytes: &[u8]) -> bool {
        self.came.windows(bytes.len()).any(|part| part == bytes)
    }

    /// The codes of the replies that were shown, in the order in which they came.
    pub(crate) fn codes(&self) -> Vec<String> {
        let came = String::from_utf8_lossy(&self.came);
        let replies = came.split("S> ").skip(1);
        replies
            .map(|reply| reply.chars().take(3).collect())
            .collect()
    }

    /// Types; Enter is `\r`.
    pub(crate) fn keys(&mut self, typed: &str) {
        self.keys
            .write_all(typed.as_bytes())
            .expect("keys can be typed");
    }

    /// The lines of the screen, without the blanks behind them.
    pub(crate) fn lines(&self) -> Vec<String> {
        let screen = self.screen.screen();
        screen
            .rows(0, screen.size().1.get())
            .map(|row| row.trim_end().to_owned())
            .collect()
    }

    /// The lines of the screen once they are as `wanted`.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let start = Instant::now();
        loop {
            let lines = self.lines();
            if wanted(&lines) {
                return lines;
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.came.extend(bytes);
                }
                Err(_) => panic!("{what} does not show\n{}", lines.join("\n")),
            }
        }
    }

    /// The line in which the cursor stands, once it is as `wanted`.
    #[track_caller]
    pub(crate) fn until_cursor(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let (row, _) = self.screen.screen().cursor_position();
            let lines = self.lines();
            let line = &lines[usize::from(row)];
            if wanted(line) {
                return line.clone();
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(_) => panic!("{what} does not show\n{}", lines.join("\n")),
            }
        }
    }

    /// Types Enter, and waits until that shows: a prompt that is drawn once more is no answer to it.
    #[track_caller]
    pub(crate) fn enter(&mut self) {
        let before = (self.lines(), self.screen.screen().cursor_position());
        self.keys("\r");
        while before == (self.lines(), self.screen.screen().cursor_position()) {
            let bytes = self.bytes.recv_timeout(PATIENCE);
            self.screen.process(&bytes.expect("something comes"));
        }
    }
}
