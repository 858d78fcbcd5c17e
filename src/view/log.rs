//! A dialogue as a log in the notation: what was said, with literal addresses, times as comments and masked passwords.
//! `fake-server --from` makes a script of it.

use std::borrow::Cow;

use crate::{
    ftp::{
        event::{Event, Nanos, What},
        secret,
    },
    script::literal,
};

/// How many bytes of a data connection are kept to be written as `D>` lines; more become a comment with their number.
pub const MAX_DATA: usize = 16 * 1024;

/// Makes the lines of a log.
#[derive(Debug, Default)]
pub struct Log {
    began: Option<Nanos>,
    told: Option<u64>,
    inside: bool,
    show_credentials: bool,
}

impl Log {
    /// A log; passwords are written as they are where `show_credentials`.
    #[must_use]
    pub fn new(show_credentials: bool) -> Log {
        Log {
            show_credentials,
            ..Log::default()
        }
    }

    /// A comment.
    #[must_use]
    pub fn comment(&self, text: &str) -> String {
        text.lines().map(|line| format!("# {line}\n")).collect()
    }

    /// The lines that an event makes; empty for most.
    pub fn event(&mut self, event: &Event<'_>) -> String {
        match &event.what {
            What::Command(command) => {
                let line = match secret::shown_line(command.line, self.show_credentials) {
                    Cow::Borrowed(line) => literal::escape_pattern(line),
                    // The mask's star is a pattern's star: a script made of this log takes any password.
                    Cow::Owned(masked) => literal::escape(&masked),
                };
                format!("{}C> {line}\n", self.time(event.at))
            }
            What::ReplyLine(line) => {
                let time = if self.inside {
                    String::new()
                } else {
                    self.time(event.at)
                };
                self.inside = true;
                format!("{time}S> {}\n", literal::escape(line))
            }
            What::Reply(_) => {
                self.inside = false;
                String::new()
            }
            _ => String::new(),
        }
    }

    fn time(&mut self, at: Nanos) -> String {
        let began = *self.began.get_or_insert(at);
        let since = at.saturating_sub(began) / 1_000_000;
        if self.told.replace(since) == Some(since) {
            return String::new();
        }
        format!("# +{}.{:03} s\n", since / 1000, since % 1000)
    }

    /// What came over a data connection: as `D>` lines where it is short text, else as a comment. `kept` holds its
    /// beginning, `bytes` is the whole length.
    #[must_use]
    pub fn data(&self, kept: &[u8], bytes: u64, from_server: bool) -> String {
        let whole = kept.len() as u64 == bytes;
        let text = kept.is_empty() || (kept.ends_with(b"\n") && std::str::from_utf8(kept).is_ok());
        if !(from_server && whole && text) {
            let way = if from_server { "S" } else { "C" };
            return format!("# data from {way}: {bytes} bytes\n");
        }
        kept.split_inclusive(|&b| b == b'\n')
            .map(|line| {
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                format!(
                    "D> {}\n",
                    literal::escape(line.strip_suffix(b"\r").unwrap_or(line))
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::{
        dialogue::{Dialogue, Ends},
        side::Side,
    };

    #[test]
    fn a_log_is_the_notation_with_masked_passwords() {
        let (mut log, mut dialogue, mut out) = (
            Log::default(),
            Dialogue::new(Ends::default()),
            String::new(),
        );
        for (side, text, at) in [
            (Side::Server, "220-Hi {x}\r\n220 there\r\n", 0),
            (Side::User, "PASS tv@free.fr\r\n", 1_500_000_000),
            (Side::Server, "230 ok\x1b\r\n", 1_501_000_000),
        ] {
            dialogue.feed(side, text.as_bytes(), at, &mut |event| {
                out.push_str(&log.event(event))
            });
        }
        assert_eq!(
            out,
            "# +0.000 s\nS> 220-Hi {{x}}\nS> 220 there\n# +1.500 s\nC> PASS *\n# +1.501 s\nS> 230 ok{x1B}\n"
        );
    }

    #[test]
    fn data_is_lines_only_where_it_is_short_text() {
        let log = Log::default();
        assert_eq!(
            log.data(b"a {b}\r\nc\n", 10, true),
            "# data from S: 10 bytes\n"
        );
        assert_eq!(log.data(b"a {b}\r\nc\n", 9, true), "D> a {{b}}\nD> c\n");
        assert_eq!(log.data(b"\xff\n", 2, true), "# data from S: 2 bytes\n");
        assert_eq!(log.data(b"x\n", 2, false), "# data from C: 2 bytes\n");
    }
}
