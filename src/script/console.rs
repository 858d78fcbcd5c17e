//! The console: what a line means that a person types. A line that begins with `/` is for ftplab; every other line goes
//! out as it was typed. `//` at the beginning stands for one slash of a line that goes out.

use std::path::PathBuf;

/// Where the data of a connection goes, or comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// What comes is shown.
    Show,
    /// What comes goes into this file (`> FILE`).
    Into(PathBuf),
    /// This file is sent (`< FILE`).
    From(PathBuf),
}

/// A line for ftplab itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// `/help`.
    Help,
    /// `/explain [CODE|VERB…]`: the last reply without one.
    Explain(Vec<String>),
    /// `/state`.
    State,
    /// `/data [ADDR:PORT] [> FILE | < FILE]`: opens the passive connection that was agreed on.
    Data {
        /// Another place than the one that was agreed on at the control connection's own peer.
        to: Option<String>,
        /// What is done with it.
        payload: Payload,
    },
    /// `/listen [PORT] [> FILE | < FILE]`: opens a port for the server's connection.
    Listen {
        /// The port; 0 for a free one.
        port: u16,
        /// What is done with it.
        payload: Payload,
    },
    /// `/again`: connects again after the server has closed.
    Again,
    /// `/quit`: ends ftplab.
    Quit,
}

/// What a typed line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// It goes out as it is.
    Send(&'a [u8]),
    /// It is for ftplab.
    Local(Local),
    /// It begins with a slash and is not understood.
    Unknown {
        /// The word behind the slash.
        word: String,
        /// The command that may have been meant.
        nearest: Option<&'static str>,
    },
    /// A local command with something behind it that it does not take.
    Misused {
        /// The command.
        command: &'static str,
    },
}

/// The local commands and what may stand behind them.
pub const LOCAL: &[(&str, &str)] = &[
    ("/help", ""),
    ("/explain", "[CODE|VERB]"),
    ("/state", ""),
    ("/data", "[> FILE | < FILE]"),
    ("/listen", "[PORT] [> FILE | < FILE]"),
    ("/again", ""),
    ("/quit", ""),
];

/// Reads a typed line.
#[must_use]
pub fn read(line: &[u8]) -> Meaning<'_> {
    let Some(rest) = line.strip_prefix(b"/") else {
        return Meaning::Send(line);
    };
    if rest.starts_with(b"/") {
        return Meaning::Send(rest);
    }
    let text = String::from_utf8_lossy(line);
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
    let Some(&(command, _)) = LOCAL
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
    else {
        return Meaning::Unknown {
            word: word[1..].to_owned(),
            nearest: nearest(word),
        };
    };
    local(command, rest.trim()).map_or(Meaning::Misused { command }, Meaning::Local)
}

fn local(command: &str, rest: &str) -> Option<Local> {
    let bare = |local: Local| rest.is_empty().then_some(local);
    match command {
        "/help" => bare(Local::Help),
        "/state" => bare(Local::State),
        "/again" => bare(Local::Again),
        "/quit" => bare(Local::Quit),
        "/explain" => Some(Local::Explain(
            rest.split_whitespace().map(str::to_owned).collect(),
        )),
        "/data" => {
            let (to, payload) = with_payload(rest)?;
            Some(Local::Data {
                to: (!to.is_empty()).then(|| to.to_owned()),
                payload,
            })
        }
        "/listen" => {
            let (port, payload) = with_payload(rest)?;
            let port = if port.is_empty() {
                0
            } else {
                port.parse().ok()?
            };
            Some(Local::Listen { port, payload })
        }
        _ => None,
    }
}

/// `WORD > FILE`: the word, and what is done with the data. A file's name may hold blanks.
fn with_payload(rest: &str) -> Option<(&str, Payload)> {
    let (word, payload) = match rest.find(['<', '>']) {
        None => (rest, Payload::Show),
        Some(at) => {
            let file = rest[at + 1..].trim();
            if file.is_empty() {
                return None;
            }
            let file = PathBuf::from(file);
            let payload = if rest[at..].starts_with('>') {
                Payload::Into(file)
            } else {
                Payload::From(file)
            };
            (rest[..at].trim(), payload)
        }
    };
    (!word.contains(char::is_whitespace)).then_some((word, payload))
}

/// The one local command that begins like this word, or is this word with a letter too many, missing or wrong.
fn nearest(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let mut begin = LOCAL
        .iter()
        .filter(|(name, _)| word.len() > 1 && name.starts_with(&word));
    if let (Some((name, _)), None) = (begin.next(), begin.next()) {
        return Some(name);
    }
    LOCAL
        .iter()
        .map(|(name, _)| *name)
        .find(|name| one_slip(&word, name))
}

/// True where one inserted, dropped or changed character makes one word of the other.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[same..], &b[same..]);
    match (rest_a, rest_b) {
        ([_, tail @ ..], other) if tail == other => true,
        (other, [_, tail @ ..]) if tail == other => true,
        ([_, x @ ..], [_, y @ ..]) => x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_begin_with_a_slash_goes_out_as_typed() {
        for line in ["USER x", "", "  PWD  ", "ls /"] {
            assert_eq!(read(line.as_bytes()), Meaning::Send(line.as_bytes()));
        }
        assert_eq!(read(b"//x"), Meaning::Send(b"/x"));
    }

    #[test]
    fn local_commands() {
        assert_eq!(read(b"/HELP"), Meaning::Local(Local::Help));
        assert_eq!(
            read(b"/explain 425 PASV"),
            Meaning::Local(Local::Explain(vec!["425".into(), "PASV".into()]))
        );
        assert_eq!(
            read(b"/data"),
            Meaning::Local(Local::Data {
                to: None,
                payload: Payload::Show
            })
        );
        assert_eq!(
            read(b"/data 10.0.0.1:5 > my list.txt"),
            Meaning::Local(Local::Data {
                to: Some("10.0.0.1:5".into()),
                payload: Payload::Into("my list.txt".into())
            })
        );
        assert_eq!(
            read(b"/listen 5000 <up.txt"),
            Meaning::Local(Local::Listen {
                port: 5000,
                payload: Payload::From("up.txt".into())
            })
        );
        assert_eq!(
            read(b"/listen"),
            Meaning::Local(Local::Listen {
                port: 0,
                payload: Payload::Show
            })
        );
    }

    #[test]
    fn slips_are_told() {
        let unknown = |word: &str, nearest| Meaning::Unknown {
            word: word.into(),
            nearest,
        };
        assert_eq!(read(b"/stat"), unknown("stat", Some("/state")));
        assert_eq!(read(b"/dta"), unknown("dta", Some("/data")));
        assert_eq!(read(b"/helpp"), unknown("helpp", Some("/help")));
        assert_eq!(read(b"/pub/x"), unknown("pub/x", None));
        assert_eq!(
            read(b"/listen http"),
            Meaning::Misused { command: "/listen" }
        );
        assert_eq!(read(b"/data >"), Meaning::Misused { command: "/data" });
        assert_eq!(read(b"/quit now"), Meaning::Misused { command: "/quit" });
    }
}
