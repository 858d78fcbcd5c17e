//! The server behind `-- files DIR`: answers what no block of the script takes, as RFC 959, 1123, 2389, 2428 and 3659
//! want it, from the tree and from what the dialogue has agreed on so far, so that a script can change one verb of a
//! server that otherwise works.
//!
//! An answer is a list of steps, which the player takes as it takes the lines of a block. Its replies are in English, as
//! servers' replies are; a test holds each against the replies that the RFCs allow.

mod files;
mod listing;

use std::sync::{Mutex, MutexGuard, PoisonError};

use self::{
    files::{change, directory, status, transfer},
    listing::FACTS,
};
use super::{
    date::Seconds,
    effect::Source,
    literal::{Literal, Piece, Value},
    tree::{Content, File, Found, Tree},
};
use crate::ftp::{
    catalogue,
    command::Verb,
    endpoint::{self, Form},
    session::{Login, Session},
};

/// What the built-in server remembers of a connection beside the session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// The facts that OPTS MLST chose.
    facts: u8,
    /// EPSV ALL: no PORT, EPRT or PASV any more (RFC 2428 4).
    epsv_all: bool,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory {
            facts: 15,
            epsv_all: false,
        }
    }
}

/// A step of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    /// Send this line; it may open a data port.
    Line(Literal),
    /// Take the data connection.
    Open,
    /// Send on it.
    Send {
        /// What.
        source: Source,
        /// From this byte on.
        offset: u64,
        /// With TYPE A's line ends.
        ascii: bool,
    },
    /// Receive, behind what is there already, into the tree.
    Receive {
        /// Where it is put.
        path: Vec<u8>,
        /// What stays before it: a source and how much of it.
        before: Option<(Source, u64)>,
        /// With TYPE A's line ends.
        ascii: bool,
    },
    /// Count the bytes of a file as TYPE A sends them, and tell (213).
    Count(Source),
    /// Look at this file of the folder, which may have changed, and then answer.
    Look {
        /// Where it is in the tree.
        path: Vec<u8>,
        /// The file.
        source: Source,
    },
    /// Answer, now that the file was looked at.
    Answer,
    /// Close the data connection.
    Close,
}

/// What is asked, and when.
pub(super) struct Question<'a> {
    pub(super) tree: &'a Mutex<Tree>,
    pub(super) session: &'a Session,
    pub(super) memory: &'a mut Memory,
    pub(super) verb: Verb,
    pub(super) arg: &'a [u8],
    pub(super) now: Seconds,
    /// The control connection is IPv4.
    pub(super) ipv4: bool,
    /// A data port is open, or one was announced.
    pub(super) agreed: bool,
    /// A data connection stands.
    pub(super) stands: bool,
    /// The file of the folder that it is about was looked at.
    pub(super) looked: bool,
    /// ABOR came in the middle of a block.
    pub(super) aborted: bool,
    /// Whether an announced address may be called back.
    pub(super) may_call: &'a dyn Fn(std::net::SocketAddr) -> bool,
}

/// Verbs that need no login.
const FREE: [Verb; 12] = [
    Verb::User,
    Verb::Pass,
    Verb::Acct,
    Verb::Quit,
    Verb::Rein,
    Verb::Feat,
    Verb::Opts,
    Verb::Syst,
    Verb::Help,
    Verb::Noop,
    Verb::Auth,
    Verb::Abor,
];

/// A tree that somebody panicked with is still a tree.
pub(super) fn lock(tree: &Mutex<Tree>) -> MutexGuard<'_, Tree> {
    tree.lock().unwrap_or_else(PoisonError::into_inner)
}

fn line(text: impl AsRef<[u8]>) -> Op {
    Op::Line(Literal::of(text.as_ref()))
}

fn one(text: impl AsRef<[u8]>) -> Vec<Op> {
    vec![line(text)]
}

/// A 257's path: quotes in it are doubled (RFC 959 Appendix II).
fn quoted(before: &str, path: &[u8], behind: &str) -> Vec<Op> {
    let mut text = before.as_bytes().to_vec();
    text.push(b'"');
    for &byte in path {
        if byte == b'"' {
            text.push(b'"');
        }
        text.push(byte);
    }
    text.push(b'"');
    text.extend_from_slice(behind.as_bytes());
    one(text)
}

fn with_value(before: &str, value: Value, behind: &str) -> Vec<Op> {
    vec![Op::Line(Literal {
        pieces: vec![
            Piece::Bytes(before.as_bytes().to_vec()),
            Piece::Value(value),
            Piece::Bytes(behind.as_bytes().to_vec()),
        ],
    })]
}

/// The source of a file's bytes.
fn source(file: &File) -> Source {
    match &file.content {
        Content::Outside { path, .. } => Source::File(path.clone()),
        Content::Memory(bytes) => Source::Shared(bytes.clone()),
    }
}

/// A command about one file of the folder is answered by what the file is now: the tree was made when the server began.
fn look(question: &Question<'_>) -> Option<Op> {
    let reads = match question.verb {
        Verb::Retr | Verb::Appe | Verb::Size | Verb::Mdtm | Verb::Mlst => true,
        Verb::Stor => question.session.restart.is_some(),
        _ => false,
    };
    if !reads || question.arg.is_empty() {
        return None;
    }
    let path = resolve(question.session, question.arg);
    match lock(question.tree).get(&path)? {
        Found::File(file) if matches!(file.content, Content::Outside { .. }) => Some(Op::Look {
            source: source(file),
            path,
        }),
        _ => None,
    }
}

/// What the built-in server does with a command.
pub(super) fn answer(question: &mut Question<'_>) -> Vec<Op> {
    let Question { verb, session, .. } = *question;
    if session.login != Login::Done && !FREE.contains(&verb) && implemented(verb).is_some() {
        return one("530 Log in with USER and PASS first.");
    }
    if !question.looked
        && let Some(look) = look(question)
    {
        return vec![look];
    }
    match (implemented(verb), verb) {
        (Some(answer), _) => answer(question),
        (None, Verb::Other) => one("500 No such command."),
        (None, _) => one("502 Not implemented here."),
    }
}

/// What answers a verb; `None` for those that are not implemented.
fn implemented(verb: Verb) -> Option<fn(&mut Question<'_>) -> Vec<Op>> {
    Some(match verb {
        Verb::User | Verb::Pass | Verb::Acct | Verb::Rein | Verb::Quit => login,
        Verb::Type | Verb::Mode | Verb::Stru | Verb::Rest | Verb::Allo => parameters,
        Verb::Port | Verb::Eprt | Verb::Pasv | Verb::Epsv => negotiate,
        Verb::Pwd | Verb::Xpwd | Verb::Cwd | Verb::Xcwd | Verb::Cdup | Verb::Xcup => directory,
        Verb::Mkd | Verb::Xmkd | Verb::Rmd | Verb::Xrmd | Verb::Dele | Verb::Rnfr | Verb::Rnto => {
            change
        }
        Verb::List
        | Verb::Nlst
        | Verb::Mlsd
        | Verb::Retr
        | Verb::Stor
        | Verb::Stou
        | Verb::Appe => transfer,
        Verb::Size | Verb::Mdtm | Verb::Mlst | Verb::Stat => status,
        Verb::Feat | Verb::Opts | Verb::Syst | Verb::Help | Verb::Noop | Verb::Abor => about,
        _ => return None,
    })
}

fn login(question: &mut Question<'_>) -> Vec<Op> {
    match question.verb {
        Verb::User if question.arg.is_empty() => one("501 USER needs a name."),
        Verb::User => one("331 Password, please."),
        Verb::Pass => match question.session.login {
            Login::NeedsPassword => one("230 Logged in."),
            Login::Done => one("202 Already logged in."),
            _ => one("503 USER comes first."),
        },
        Verb::Acct => one("202 No account is needed."),
        Verb::Rein => {
            *question.memory = Memory::default();
            one("220 Ready for a new user.")
        }
        _ => one("221 Goodbye."),
    }
}

fn parameters(question: &mut Question<'_>) -> Vec<Op> {
    let arg = question.arg.trim_ascii();
    let upper = arg.to_ascii_uppercase();
    match question.verb {
        Verb::Type => match upper.as_slice() {
            b"A" | b"A N" => one("200 Type is ASCII, non-print."),
            b"I" | b"L 8" => one("200 Type is image."),
            b"" => one("501 TYPE needs a type."),
            _ => one("504 Only TYPE A and TYPE I are implemented."),
        },
        Verb::Mode => match upper.as_slice() {
            b"S" => one("200 Mode is stream."),
            b"" => one("501 MODE needs a mode."),
            _ => one("504 Only MODE S is implemented."),
        },
        Verb::Stru => match upper.as_slice() {
            b"F" => one("200 Structure is file."),
            b"" => one("501 STRU needs a structure."),
            _ => one("504 Only STRU F is implemented."),
        },
        Verb::Rest => match number(arg) {
            Some(offset) => one(format!(
                "350 Restarting at {offset}; send RETR, STOR or APPE."
            )),
            None => one("501 REST needs a number of bytes."),
        },
        _ => one("202 No storage needs to be allocated."),
    }
}

fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn negotiate(question: &mut Question<'_>) -> Vec<Op> {
    if question.memory.epsv_all && question.verb != Verb::Epsv {
        return one("501 EPSV ALL was agreed on: nothing but EPSV.");
    }
    match question.verb {
        Verb::Pasv if !question.ipv4 => one("502 PASV is for IPv4, use EPSV."),
        Verb::Pasv => with_value("227 Entering Passive Mode (", Value::Pasv(None), ")."),
        Verb::Epsv => match question.arg.trim_ascii().to_ascii_uppercase().as_slice() {
            b"ALL" => {
                question.memory.epsv_all = true;
                one("200 Nothing but EPSV from now on.")
            }
            b"" => passive(),
            b"1" if question.ipv4 => passive(),
            b"2" if !question.ipv4 => passive(),
            _ if question.ipv4 => one("522 Network protocol not supported, use (1)."),
            _ => one("522 Network protocol not supported, use (2)."),
        },
        verb => {
            let form = if verb == Verb::Port {
                Form::Port
            } else {
                Form::Eprt
            };
            match endpoint::parse(form, question.arg) {
                Ok(stated) => match stated.endpoint.host {
                    Some(host) if host.is_ipv4() != question.ipv4 => one(if question.ipv4 {
                        "522 Network protocol not supported, use (1)."
                    } else {
                        "522 Network protocol not supported, use (2)."
                    }),
                    Some(host) if !(question.may_call)(stated.endpoint.at(host)) => {
                        one("504 Data goes to your own address only, above port 1023.")
                    }
                    _ => one("200 Your data port is noted."),
                },
                Err(_) => one("501 Not an address and a port."),
            }
        }
    }
}

fn passive() -> Vec<Op> {
    with_value("229 Entering Extended Passive Mode (", Value::Epsv, ").")
}

/// The path that an argument names.
fn resolve(session: &Session, arg: &[u8]) -> Vec<u8> {
    session.resolve(arg).unwrap_or_else(|| b"/".to_vec())
}

fn about(question: &mut Question<'_>) -> Vec<Op> {
    match question.verb {
        Verb::Feat => {
            let mut facts = String::from(" MLST ");
            for (name, bit) in FACTS {
                let star = if question.memory.facts & bit == 0 {
                    ""
                } else {
                    "*"
                };
                facts.push_str(&format!("{name}{star};"));
            }
            vec![
                line("211-Here is more than RFC 959 asks for:"),
                line(" EPRT"),
                line(" EPSV"),
                line(" MDTM"),
                line(facts),
                line(" REST STREAM"),
                line(" SIZE"),
                line(" TVFS"),
                line(" UTF8"),
                line("211 That is all."),
            ]
        }
        Verb::Opts => options(question),
        Verb::Syst => one("215 UNIX Type: L8"),
        Verb::Help => help(question.arg),
        Verb::Abor if question.aborted => vec![
            line("426 The transfer is aborted."),
            line("226 ABOR is done."),
        ],
        Verb::Abor => one("226 Nothing to abort."),
        _ => one("200 Nothing done."),
    }
}

fn options(question: &mut Question<'_>) -> Vec<Op> {
    let arg = question.arg.to_ascii_uppercase();
    let mut words = arg.split(|&b| b == b' ');
    match words.next().unwrap_or_default() {
        b"UTF8" => match words.next() {
            None | Some(b"" | b"ON") => one("200 Names are UTF-8."),
            _ => one("504 Names are always UTF-8."),
        },
        b"MLST" => {
            let wanted = words.next().unwrap_or_default();
            let mut chosen = 0;
            let mut told = String::new();
            for (name, bit) in FACTS {
                let upper = name.to_ascii_uppercase();
                if wanted.split(|&b| b == b';').any(|w| w == upper.as_bytes()) {
                    chosen |= bit;
                    told.push_str(&format!("{name};"));
                }
            }
            question.memory.facts = chosen;
            one(format!("200 MLST OPTS {told}").trim_end())
        }
        b"" => one("501 OPTS needs a command."),
        _ => one("501 There are no options for that."),
    }
}

fn help(arg: &[u8]) -> Vec<Op> {
    let word = arg.trim_ascii();
    if !word.is_empty() {
        let verb = Verb::of(word);
        return match catalogue::fact(verb) {
            Some(_) if implemented(verb).is_some() => {
                one(format!("214 {} is implemented here.", verb.name()))
            }
            _ => one("502 That is not implemented here."),
        };
    }
    let mut ops = one("214-These commands are implemented:");
    let names: Vec<&str> = Verb::ALL
        .iter()
        .filter(|&&verb| implemented(verb).is_some())
        .map(|verb| verb.name())
        .collect();
    for row in names.chunks(12) {
        ops.push(line(format!(" {}", row.join(" "))));
    }
    ops.push(line("214 That is all."));
    ops
}

#[cfg(test)]
mod tests;
