//! What a dialogue has agreed on so far: who is logged in, where, how data is represented (RFC 959 3.1, 4.1.2), which
//! data connection comes next. Changed by replies only: a command that was refused changes nothing.

use std::net::SocketAddr;

use super::{
    catalogue::{self, Flow},
    command::Verb,
    endpoint::Stated,
};

/// How far the login is (RFC 959 4.1.1, 5.4, 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Login {
    /// Nobody.
    #[default]
    Nobody,
    /// USER was taken, PASS must follow (331).
    NeedsPassword,
    /// ACCT must follow (332).
    NeedsAccount,
    /// Logged in.
    Done,
}

/// The representation type (RFC 959 3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DataType {
    /// TYPE A: lines end with CR LF on the wire. The default.
    #[default]
    Ascii,
    /// TYPE E.
    Ebcdic,
    /// TYPE I: bytes as they are.
    Image,
    /// TYPE L with a byte size.
    Local(u8),
}

impl DataType {
    /// The type that a TYPE command's argument names; `None` where it names none.
    #[must_use]
    pub fn of(arg: &[u8]) -> Option<DataType> {
        let arg = arg.trim_ascii();
        match arg.first()?.to_ascii_uppercase() {
            b'A' => Some(DataType::Ascii),
            b'E' => Some(DataType::Ebcdic),
            b'I' => Some(DataType::Image),
            b'L' => Some(DataType::Local(
                number(arg[1..].trim_ascii())
                    .and_then(|n| u8::try_from(n).ok())
                    .unwrap_or(8),
            )),
            _ => None,
        }
    }

    /// The letter that names it.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            DataType::Ascii => 'A',
            DataType::Ebcdic => 'E',
            DataType::Image => 'I',
            DataType::Local(_) => 'L',
        }
    }
}

impl Verb {
    /// Which way this verb moves data over a data connection; `None` where it moves none (RFC 959 4.1.3, RFC 3659 7).
    #[must_use]
    pub fn moves(self) -> Option<Flow> {
        catalogue::fact(self)?.flow
    }

    /// True for the commands that agree on a data connection.
    #[must_use]
    pub const fn negotiates(self) -> bool {
        self.announces() || self.asks_to_listen()
    }

    /// True for PORT, EPRT and LPRT: the user says where it listens (active mode).
    #[must_use]
    pub const fn announces(self) -> bool {
        matches!(self, Verb::Port | Verb::Eprt | Verb::Lprt)
    }

    /// True for PASV, EPSV and LPSV: the server is asked to listen (passive mode).
    #[must_use]
    pub const fn asks_to_listen(self) -> bool {
        matches!(self, Verb::Pasv | Verb::Epsv | Verb::Lpsv)
    }
}

/// A data connection that was agreed on, or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiation {
    /// Its number in the session, from 1.
    pub n: u64,
    /// The command that asked for it; `None` where that command was not seen.
    pub command: Option<u64>,
    /// PORT, PASV, EPRT, EPSV, LPRT or LPSV.
    pub verb: Verb,
    /// Where somebody listens; `None` when refused before an address was named.
    pub listen: Option<SocketAddr>,
    /// How the address was written.
    pub stated: Option<Stated>,
    /// The server agreed.
    pub accepted: bool,
    /// The server said yes or no; false where the answer is missing.
    pub answered: bool,
    /// The address is not the host at the end of the control connection.
    pub peer_differs: bool,
    /// A transfer command has used it already.
    pub used: bool,
}

impl Negotiation {
    /// One that the server has refused without an address; what is known beside it is put in by whoever makes it, and the
    /// number by who counts.
    pub(super) const fn refused(command: Option<u64>, verb: Verb) -> Negotiation {
        Negotiation {
            n: 0,
            command,
            verb,
            listen: None,
            stated: None,
            accepted: false,
            answered: true,
            peer_differs: false,
            used: false,
        }
    }
}

/// A length that was announced for a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Bytes; rounded where the server counted in kilobytes.
    pub bytes: u64,
    /// The server counted in kilobytes.
    pub rounded: bool,
    /// Where it was said: in the 1yz reply, else by SIZE.
    pub by_size: bool,
}

/// What is agreed on.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// The argument of the last USER.
    pub user: Option<Box<[u8]>>,
    /// How far the login is.
    pub login: Login,
    /// TYPE.
    pub data_type: DataType,
    /// MODE's letter: S, B, C, Z; `None` is S.
    pub mode: Option<u8>,
    /// STRU's letter: F, R, P; `None` is F.
    pub structure: Option<u8>,
    /// The working directory; `None` while no reply has told it.
    pub directory: Option<Vec<u8>>,
    /// REST's offset for the next transfer.
    pub restart: Option<u64>,
    /// RNFR's path, while RNTO is to follow.
    pub rename_from: Option<Box<[u8]>>,
    /// The last data connection that was agreed on.
    pub negotiation: Option<Negotiation>,
    /// AUTH was accepted (234, or 334 and 235).
    pub auth: bool,
    /// The control connection is (or was) encrypted.
    pub tls: bool,
    /// QUIT was answered, or the server said 421: the connection is about to end.
    pub closing: bool,
    /// The last answer to SIZE: path and bytes.
    pub(super) size: Option<(Box<[u8]>, u64)>,
}

impl Session {
    /// A path as the server sees it: absolute, or from the working directory, with `.` and `..` resolved. `None` while
    /// the working directory is unknown, and where a server may take a tilde for somebody's home.
    #[must_use]
    pub fn resolve(&self, path: &[u8]) -> Option<Vec<u8>> {
        if path.first() == Some(&b'~') {
            return None;
        }
        let base: &[u8] = if path.first() == Some(&b'/') {
            b""
        } else {
            self.directory.as_deref()?
        };
        let mut out = Vec::with_capacity(base.len() + path.len() + 1);
        out.extend_from_slice(base);
        if out.last() == Some(&b'/') {
            out.pop();
        }
        for part in path.split(|&b| b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => out.truncate(out.iter().rposition(|&b| b == b'/').unwrap_or(0)),
                name => {
                    out.push(b'/');
                    out.extend_from_slice(name);
                }
            }
        }
        if out.is_empty() {
            out.push(b'/');
        }
        Some(out)
    }

    /// Forgets the login and the transfer parameters, as REIN does (RFC 959 4.1.1).
    pub(super) fn reinitialise(&mut self) {
        let (tls, auth) = (self.tls, self.auth);
        *self = Session {
            tls,
            auth,
            ..Session::default()
        };
    }
}

/// The decimal number that this text is, blanks around it allowed.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii();
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The path between the first quote and the quote that ends it; a doubled quote inside stands for one (RFC 959
/// Appendix II).
#[must_use]
pub fn quoted_path(text: &[u8]) -> Option<Vec<u8>> {
    let start = text.iter().position(|&b| b == b'"')? + 1;
    let mut path = Vec::new();
    let mut at = start;
    while let Some(&b) = text.get(at) {
        if b == b'"' {
            if text.get(at + 1) != Some(&b'"') {
                return Some(path);
            }
            at += 1;
        }
        path.push(b);
        at += 1;
    }
    None
}

/// The length that a 1yz reply announces: `(1024 bytes)` or, as some servers round it, `5289713.5 kbytes`.
#[must_use]
pub fn declared_length(text: &[u8]) -> Option<Declared> {
    let text = std::str::from_utf8(text).ok()?;
    let unit = text.rfind("bytes")?;
    let (before, kilo) = match text[..unit].strip_suffix(['k', 'K']) {
        Some(before) => (before, true),
        None => (&text[..unit], false),
    };
    let before = before.trim_end();
    let start = before
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
        .len();
    let digits = &before[start..];
    if digits.is_empty() {
        return None;
    }
    // `1,234,567 bytes`
    let grouped = before
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == ',')
        .len();
    let groups = before[grouped..].trim_start_matches(',');
    if groups.contains(',') {
        let mut all = groups.split(',');
        let first = all.next().unwrap_or_default();
        if first.len() > 3 || all.any(|group| group.len() != 3) {
            return None;
        }
        let bytes = groups.replace(',', "").parse().ok()?;
        return (!kilo).then_some(Declared {
            bytes,
            rounded: false,
            by_size: false,
        });
    }
    let bytes = if kilo {
        (digits.parse::<f64>().ok()? * 1024.0) as u64
    } else {
        digits.parse().ok()?
    };
    Some(Declared {
        bytes,
        rounded: kilo,
        by_size: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_against_the_working_directory() {
        let session = Session {
            directory: Some(b"/pub/a".to_vec()),
            ..Session::default()
        };
        let resolve = |path: &str| {
            String::from_utf8(session.resolve(path.as_bytes()).expect("known")).expect("UTF-8")
        };
        assert_eq!(resolve("x"), "/pub/a/x");
        assert_eq!(resolve("../x"), "/pub/x");
        assert_eq!(resolve("../../../x"), "/x");
        assert_eq!(resolve("/a//b/./c/"), "/a/b/c");
        assert_eq!(resolve(".."), "/pub");
        assert_eq!(resolve("/.."), "/");
        assert_eq!(Session::default().resolve(b"x"), None);
        assert_eq!(session.resolve(b"~bob/x"), None);
        assert_eq!(
            Session::default().resolve(b"/x").as_deref(),
            Some(&b"/x"[..])
        );
    }

    #[test]
    fn a_257_doubles_its_quotes() {
        assert_eq!(
            quoted_path(b"\"/a \"\"b\"\"\" is current").as_deref(),
            Some(&b"/a \"b\""[..])
        );
        assert_eq!(quoted_path(b"/a is current"), None);
        assert_eq!(quoted_path(b"\"/a is current"), None);
    }

    #[test]
    fn lengths_as_servers_announce_them() {
        let bytes = |text: &str| declared_length(text.as_bytes()).map(|d| (d.bytes, d.rounded));
        assert_eq!(
            bytes("Opening BINARY mode data connection for x (1048576 bytes)."),
            Some((1_048_576, false))
        );
        assert_eq!(
            bytes("5289713.5 kbytes to download"),
            Some((5_416_666_624, true))
        );
        assert_eq!(bytes("Here comes the directory listing."), None);
        assert_eq!(bytes("(many bytes)"), None);
        assert_eq!(bytes("x (1,234,567 bytes)"), Some((1_234_567, false)));
        assert_eq!(bytes("one,234 bytes"), Some((234, false)));
        assert_eq!(bytes("a file of 12,34 bytes"), None);
    }
}
