//! What the client waits for, and what is wrong with a line that is meant for it.
//!
//! A reply is judged by its form, then by its first digit, then by the whole code, then by what it promises: an address
//! that nobody listens on, data that was never sent. One doubt at a time is told, the first one.

use std::net::{Ipv4Addr, SocketAddr};

use super::address::{Mistaken, mistaken};
use crate::{
    ftp::{
        catalogue::{self, Flow},
        code::ReplyCode,
        command::Verb,
        reply::{Head, Mark, text_of},
        secret::verb_of,
    },
    script::{effect::Ask, real_clients::Slip},
};

/// A reply that is wanted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The command's verb.
    pub verb: Verb,
    /// The command; `None`: the greeting.
    pub command: Option<Vec<u8>>,
    /// 1yz was sent.
    pub preliminary: bool,
    /// The script's line that wants it.
    pub line: Option<u32>,
    /// What its code must begin with, by the script; may be empty.
    pub code: String,
    /// A model answer.
    pub model: Option<Vec<u8>>,
    /// The data port that was opened for it.
    pub port: Option<SocketAddr>,
    /// The host that a 227 names instead of the port's own (`--public-address`).
    pub public: Option<Ipv4Addr>,
}

impl Asked {
    pub(super) fn of(ask: &Ask) -> Asked {
        Asked {
            verb: verb_of(&ask.command).0,
            command: (!ask.command.is_empty()).then(|| ask.command.clone()),
            preliminary: ask.preliminary,
            line: ask.line,
            code: ask.code.clone(),
            model: ask.model.clone(),
            port: ask.port,
            public: ask.public,
        }
    }

    /// The replies that may come now, by RFC 959 5.4 and its successors; what the script wants comes first, and a yes
    /// before a no.
    #[must_use]
    pub fn possible(&self) -> Vec<ReplyCode> {
        let mut codes: Vec<ReplyCode> = if self.command.is_none() {
            [220, 120, 421]
                .into_iter()
                .filter_map(ReplyCode::new)
                .collect()
        } else if self.verb == Verb::Other {
            [500, 502].into_iter().filter_map(ReplyCode::new).collect()
        } else {
            catalogue::expected_now(self.verb, self.preliminary).collect()
        };
        codes.sort_by_key(|code| (!self.wants(*code), code.is_negative()));
        codes
    }

    /// The script wants such a code.
    fn wants(&self, code: ReplyCode) -> bool {
        code.to_string().starts_with(&self.code)
    }

    /// Which way the command moves data.
    fn flow(&self) -> Option<Flow> {
        self.verb.moves()
    }

    /// How clients are told of an open port in a reply with this code.
    #[must_use]
    pub fn named(&self, code: ReplyCode, port: SocketAddr) -> SocketAddr {
        match self.public {
            Some(public) if code.value() == 227 => (public, port.port()).into(),
            _ => port,
        }
    }

    /// The code that is known before it is typed: the script's.
    pub(super) fn known(&self) -> Option<ReplyCode> {
        let digits = <[u8; 3]>::try_from(self.code.as_bytes()).ok()?;
        ReplyCode::from_digits(digits)
    }
}

/// What is wrong with a line, as far as the desk knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It does not begin with three digits.
    NoCode,
    /// It is three digits alone.
    BareCode(ReplyCode),
    /// No blank (or hyphen) stands behind the digits.
    NoBlank(ReplyCode),
    /// No command waits for a reply.
    NothingAsked,
    /// It would have fitted the command before, which has had its answer; this one would get it instead.
    Late {
        /// The code typed.
        typed: ReplyCode,
        /// The command before.
        answered: Verb,
    },
    /// A reply of several lines is open, and only its own code ends it.
    ReplyOpen {
        /// The code of the open reply.
        open: ReplyCode,
        /// The code typed.
        typed: ReplyCode,
    },
    /// The script wants another first digit.
    ScriptDigit {
        /// What it wants.
        wanted: String,
        /// The code typed.
        typed: ReplyCode,
    },
    /// The first digit is right, the rest is not what the script wants.
    ScriptCode {
        /// What it wants.
        wanted: String,
        /// The code typed.
        typed: ReplyCode,
    },
    /// No reply to this command begins with that digit now.
    Digit {
        /// The code typed.
        typed: ReplyCode,
        /// The first digits that may come.
        may: Vec<u8>,
    },
    /// The first digit fits, but this command never gets that code.
    Code {
        /// The code typed.
        typed: ReplyCode,
        /// Those with the same first digit.
        instead: Vec<ReplyCode>,
    },
    /// The end of a transfer that has not begun: 150 is missing.
    NoPreliminary {
        /// The code typed.
        typed: ReplyCode,
        /// Data was moved already.
        moved: bool,
    },
    /// The end of a transfer, but no data was moved.
    NoData {
        /// The code typed.
        typed: ReplyCode,
        /// Which way it should go.
        flow: Flow,
    },
    /// The end of a transfer, and the data connection is still open.
    DataOpen(ReplyCode),
    /// 1yz promises a data connection that nobody has agreed on.
    NotAgreed(ReplyCode),
    /// The address in a 227 or 229 is not that of the open port.
    Address {
        /// The port that is open.
        open: SocketAddr,
        /// What is wrong.
        mistake: Mistaken,
    },
    /// 227 or 229, and no data port is open.
    NoPort(ReplyCode),
    /// AUTH accepted: the client will begin a TLS handshake, which nobody can type.
    Tls(ReplyCode),
}

impl Doubt {
    /// The slip whose effect on clients was measured.
    #[must_use]
    pub fn slip(&self) -> Option<Slip> {
        Some(match self {
            Doubt::NoCode => Slip::NoCode,
            Doubt::BareCode(_) => Slip::BareCode,
            Doubt::NoBlank(_) => Slip::NoBlank,
            Doubt::NothingAsked | Doubt::Late { .. } => Slip::SecondReply,
            Doubt::NoPreliminary { .. } => Slip::NoPreliminary,
            _ => return None,
        })
    }
}

/// What the desk knows of the data connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Data {
    /// The open data port.
    pub port: Option<SocketAddr>,
    /// The client has come there, and has not been taken.
    pub here: bool,
    /// Where the client listens.
    pub call: Option<SocketAddr>,
    /// The connection is taken, and stands.
    pub open: bool,
    /// It was opened, or data was moved, for the command that waits.
    pub moved: bool,
}

/// Judges a line, before it is sent. `asked`: what the client waits for; `open`: the reply of several lines that has begun.
#[must_use]
pub fn judge(
    line: &[u8],
    asked: Option<&Asked>,
    open: Option<ReplyCode>,
    data: &Data,
) -> Option<Doubt> {
    let head = Head::of(line);
    if let Some(open) = open {
        // Inside a reply anything may stand that does not look like the end of another.
        return match (head.code, head.mark) {
            (None, _) | (_, Mark::Hyphen) => None,
            (Some(typed), _) if typed != open => Some(Doubt::ReplyOpen { open, typed }),
            (Some(typed), Mark::Nothing) => Some(Doubt::BareCode(typed)),
            (Some(typed), Mark::Text) => Some(Doubt::NoBlank(typed)),
            (Some(typed), Mark::Blank) => asked.and_then(|asked| promise(line, typed, asked, data)),
        };
    }
    let Some(typed) = head.code else {
        return Some(match asked {
            None => Doubt::NothingAsked,
            Some(_) => Doubt::NoCode,
        });
    };
    let Some(asked) = asked else {
        return Some(Doubt::NothingAsked);
    };
    match head.mark {
        Mark::Nothing => return Some(Doubt::BareCode(typed)),
        Mark::Text => return Some(Doubt::NoBlank(typed)),
        Mark::Blank | Mark::Hyphen => {}
    }
    code(typed, asked, data).or_else(|| match head.mark {
        // The promise is made by the last line.
        Mark::Hyphen => None,
        _ => promise(line, typed, asked, data),
    })
}

/// Judges the three digits.
fn code(typed: ReplyCode, asked: &Asked, data: &Data) -> Option<Doubt> {
    let first = typed.digits()[0];
    if !asked.code.is_empty() {
        let wanted = asked.code.clone();
        if asked.wants(typed) {
            return None;
        }
        return Some(if wanted.as_bytes()[0] == b'0' + first {
            Doubt::ScriptCode { wanted, typed }
        } else {
            Doubt::ScriptDigit { wanted, typed }
        });
    }
    let transfer = asked.flow().is_some();
    if transfer && !asked.preliminary && first == 2 {
        return Some(Doubt::NoPreliminary {
            typed,
            moved: data.moved,
        });
    }
    let possible = asked.possible();
    if possible.contains(&typed) {
        return None;
    }
    if asked.verb == Verb::Other && asked.command.is_some() {
        // What no RFC knows may be answered as one likes, with a final reply.
        return (!(2..=5).contains(&first)).then(|| Doubt::Digit {
            typed,
            may: vec![2, 3, 4, 5],
        });
    }
    // Any command may fail for a reason of its own (RFC 959 4.2: clients go by the first digit).
    if typed.is_negative() && catalogue::code(typed).is_some() {
        return None;
    }
    let instead: Vec<ReplyCode> = possible
        .iter()
        .copied()
        .filter(|code| code.digits()[0] == first)
        .collect();
    if !instead.is_empty() || typed.is_negative() {
        return Some(Doubt::Code { typed, instead });
    }
    let mut may: Vec<u8> = possible.iter().map(|code| code.digits()[0]).collect();
    may.sort_unstable();
    may.dedup();
    Some(Doubt::Digit { typed, may })
}

/// Judges what a reply promises.
fn promise(line: &[u8], typed: ReplyCode, asked: &Asked, data: &Data) -> Option<Doubt> {
    let first = typed.digits()[0];
    if matches!(typed.value(), 227 | 229) {
        let Some(open) = asked.port.or(data.port) else {
            return Some(Doubt::NoPort(typed));
        };
        let named = asked.named(typed, open);
        return mistaken(typed.value(), text_of(line), named, open.ip()).map(|mistake| {
            Doubt::Address {
                open: named,
                mistake,
            }
        });
    }
    if asked.verb == Verb::Auth && matches!(first, 2 | 3) {
        return Some(Doubt::Tls(typed));
    }
    // In a script's block the data lines are the script's.
    let flow = asked.flow().filter(|_| asked.line.is_none())?;
    let agreed = data.port.is_some() || data.call.is_some() || data.open || data.moved;
    match first {
        1 if !agreed => Some(Doubt::NotAgreed(typed)),
        2 if data.open => Some(Doubt::DataOpen(typed)),
        2 if !data.moved => Some(Doubt::NoData { typed, flow }),
        _ => None,
    }
}
