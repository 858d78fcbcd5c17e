//! The program's own streams: whether they are terminals, how wide, and writing to them.

use std::io::{self, BufWriter, IsTerminal, StdinLock, StdoutLock, Write};

/// Standard output, buffered and locked.
#[must_use]
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Standard input, locked.
#[must_use]
pub fn stdin() -> StdinLock<'static> {
    io::stdin().lock()
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
    [
        rustix::stdio::stdout(),
        rustix::stdio::stderr(),
        rustix::stdio::stdin(),
    ]
    .into_iter()
    .find_map(|stream| rustix::termios::tcgetwinsize(stream).ok())
    .map(|size| usize::from(size.ws_col))
    .filter(|&columns| columns > 0)
}
