//! The server behind `-- files DIR`: answers what no block of the script takes, as RFC 959, 1123, 2389, 2428 and 3659
//! want it, from the tree and from what the dialogue has agreed on so far, so that a script can change one verb of a
//! server that otherwise works.
//!
//! An answer is a list of steps, which the player takes as it takes the lines of a block. Its replies are in English, as
//! servers' replies are; a test holds each against the replies that the RFCs allow.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    ascii::ToWire,
    date::{self, Seconds},
    effect::Source,
    literal::{Literal, Piece, Value},
    tree::{Content, Denied, Dir, File, Found, Node, Tree},
};
use crate::ftp::{
    catalogue,
    command::Verb,
    endpoint::{self, Form},
    session::{DataType, Login, Session},
};

/// The facts about files that MLST can tell (RFC 3659 7.5), each with its bit.
const FACTS: [(&str, u8); 4] = [("type", 1), ("size", 2), ("modify", 4), ("perm", 8)];

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
    /// The file of the folder that it is about was looked at.
    pub(super) looked: bool,
    /// ABOR came in the middle of a block.
    pub(super) aborted: bool,
    /// Whether an announced address may be called back.
    pub(super) may_call: &'a dyn Fn(std::net::SocketAddr) -> bool,
}

/// Verbs that are answered without a login.
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
    if session.login != Login::Done && !FREE.contains(&verb) && known(verb) {
        return one("530 Log in with USER and PASS first.");
    }
    if !question.looked
        && let Some(look) = look(question)
    {
        return vec![look];
    }
    match verb {
        Verb::User | Verb::Pass | Verb::Acct | Verb::Rein | Verb::Quit => login(question),
        Verb::Type | Verb::Mode | Verb::Stru | Verb::Rest | Verb::Allo => parameters(question),
        Verb::Port | Verb::Eprt | Verb::Pasv | Verb::Epsv => negotiate(question),
        Verb::Pwd | Verb::Xpwd | Verb::Cwd | Verb::Xcwd | Verb::Cdup | Verb::Xcup => {
            directory(question)
        }
        Verb::Mkd | Verb::Xmkd | Verb::Rmd | Verb::Xrmd | Verb::Dele | Verb::Rnfr | Verb::Rnto => {
            change(question)
        }
        Verb::List
        | Verb::Nlst
        | Verb::Mlsd
        | Verb::Retr
        | Verb::Stor
        | Verb::Stou
        | Verb::Appe => transfer(question),
        Verb::Size | Verb::Mdtm | Verb::Mlst | Verb::Stat => status(question),
        Verb::Feat | Verb::Opts | Verb::Syst | Verb::Help | Verb::Noop | Verb::Abor => {
            about(question)
        }
        Verb::Other => one("500 No such command."),
        _ => one("502 Not implemented here."),
    }
}

/// True for the verbs that [`answer`] has more than a 502 for.
fn known(verb: Verb) -> bool {
    use Verb::{
        Allo, Appe, Cdup, Cwd, Dele, Eprt, Epsv, List, Mdtm, Mkd, Mlsd, Mlst, Mode, Nlst, Pasv,
        Port, Pwd, Rest, Retr, Rmd, Rnfr, Rnto, Size, Stat, Stor, Stou, Stru, Type, Xcup, Xcwd,
        Xmkd, Xpwd, Xrmd,
    };
    FREE.contains(&verb)
        || matches!(
            verb,
            Allo | Appe
                | Cdup
                | Cwd
                | Dele
                | Eprt
                | Epsv
                | List
                | Mdtm
                | Mkd
                | Mlsd
                | Mlst
                | Mode
                | Nlst
                | Pasv
                | Port
                | Pwd
                | Rest
                | Retr
                | Rmd
                | Rnfr
                | Rnto
                | Size
                | Stat
                | Stor
                | Stou
                | Stru
                | Type
                | Xcup
                | Xcwd
                | Xmkd
                | Xpwd
                | Xrmd
        )
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

fn directory(question: &mut Question<'_>) -> Vec<Op> {
    let session = question.session;
    let path = match question.verb {
        Verb::Pwd | Verb::Xpwd => {
            let here = session.directory.as_deref().unwrap_or(b"/");
            return quoted("257 ", here, " is the working directory.");
        }
        Verb::Cdup | Verb::Xcup => resolve(session, b".."),
        _ if question.arg.is_empty() => return one("501 CWD needs a directory."),
        _ => resolve(session, question.arg),
    };
    let changed = match question.verb {
        // RFC 959 5.4 gives CDUP a code of its own.
        Verb::Cdup | Verb::Xcup => "200 One directory up.",
        _ => "250 The working directory is changed.",
    };
    match lock(question.tree).get(&path) {
        Some(Found::Dir(_)) => one(changed),
        Some(Found::File(_)) => one("550 That is a file."),
        None => one("550 No such directory."),
    }
}

/// Why a change was not made, behind its code.
fn denied(code: &str, denied: Denied) -> Vec<Op> {
    let why = match denied {
        Denied::ReadOnly => "This server is read-only.",
        Denied::Missing => "No such file or directory.",
        Denied::InTheWay => "Something of that name is in the way.",
        Denied::NotEmpty => "The directory is not empty.",
        Denied::Name => "That name is not possible.",
        Denied::Full => "There is no room for more.",
    };
    one(format!("{code} {why}"))
}

fn change(question: &mut Question<'_>) -> Vec<Op> {
    if question.arg.is_empty() {
        return one("501 A name is missing.");
    }
    let path = resolve(question.session, question.arg);
    let now = question.now;
    let mut tree = lock(question.tree);
    match question.verb {
        Verb::Mkd | Verb::Xmkd => match tree.make_dir(&path, now) {
            Ok(()) => quoted("257 ", &path, " is made."),
            Err(reason) => denied("550", reason),
        },
        Verb::Rmd | Verb::Xrmd => match tree.remove(&path, true, now) {
            Ok(()) => one("250 The directory is removed."),
            Err(reason) => denied("550", reason),
        },
        Verb::Dele => match tree.remove(&path, false, now) {
            Ok(()) => one("250 The file is deleted."),
            Err(reason) => denied("550", reason),
        },
        Verb::Rnfr if tree.is_read_only() => denied("550", Denied::ReadOnly),
        Verb::Rnfr => match tree.get(&path) {
            Some(_) => one("350 RNTO with the new name, please."),
            None => one("550 No such file or directory."),
        },
        _ => match &question.session.rename_from {
            None => one("503 RNFR comes first."),
            Some(from) => {
                let from = resolve(question.session, from);
                match tree.rename(&from, &path, now) {
                    Ok(()) => one("250 Renamed."),
                    Err(reason) => denied("553", reason),
                }
            }
        },
    }
}

/// A listing's argument without options such as `-al`, which clients take from `ls`.
fn without_options(mut arg: &[u8]) -> &[u8] {
    arg = arg.trim_ascii();
    while arg.first() == Some(&b'-') {
        let end = arg.iter().position(|&b| b == b' ').unwrap_or(arg.len());
        arg = arg[end..].trim_ascii_start();
    }
    arg
}

fn transfer(question: &mut Question<'_>) -> Vec<Op> {
    let verb = question.verb;
    let listing = matches!(verb, Verb::List | Verb::Nlst | Verb::Mlsd);
    let named = !matches!(verb, Verb::List | Verb::Nlst | Verb::Mlsd | Verb::Stou);
    if named && question.arg.is_empty() {
        return one("501 A file name is missing.");
    }
    let ascii = question.session.data_type == DataType::Ascii;
    let offset = question.session.restart.unwrap_or(0);
    let arg = match verb {
        Verb::List | Verb::Nlst => without_options(question.arg),
        _ => question.arg,
    };
    let path = resolve(question.session, arg);
    let tree = lock(question.tree);
    let mut ops;
    if listing {
        let text = match (verb, tree.get(&path)) {
            (Verb::Mlsd, Some(Found::Dir(dir))) => machine_listing(dir, &path, question, &tree),
            (Verb::Mlsd, Some(Found::File(_))) => return one("501 MLSD is for directories."),
            (Verb::Mlsd, None) => return one("550 No such directory."),
            (_, Some(found)) => listed(verb, found, arg, question.now),
            (_, None) => return one("450 No such file or directory."),
        };
        ops = vec![line("150 Here it comes.")];
        ops.push(Op::Open);
        ops.push(Op::Send {
            source: Source::Bytes(text),
            offset: 0,
            ascii: false,
        });
    } else if verb == Verb::Retr {
        let file = match tree.get(&path) {
            Some(Found::File(file)) => file,
            Some(Found::Dir(_)) => return one("550 That is a directory."),
            None => return one("550 No such file."),
        };
        let length = file.content.length();
        if offset > length && !ascii {
            return one("554 REST is beyond the end of the file.");
        }
        let announced = if ascii || offset > 0 {
            "150 Here it comes.".to_owned()
        } else {
            format!("150 Here it comes ({length} bytes).")
        };
        ops = vec![line(announced), Op::Open];
        ops.push(Op::Send {
            source: source(file),
            offset,
            ascii,
        });
    } else {
        let path = if verb == Verb::Stou {
            unique(&tree, question)
        } else {
            path
        };
        if let Err(reason) = tree.may_put(&path) {
            return denied("553", reason);
        }
        let there = match tree.get(&path) {
            Some(Found::File(file)) => Some((source(file), file.content.length())),
            _ => None,
        };
        let length = there.as_ref().map_or(0, |(_, length)| *length);
        let before = match verb {
            Verb::Appe => there,
            Verb::Stor if offset > length => {
                return one("554 REST is beyond the end of the file.");
            }
            Verb::Stor if offset > 0 => there.map(|(source, _)| (source, offset)),
            _ => None,
        };
        let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        let announced = if verb == Verb::Stou {
            // RFC 1123 4.1.2.9 wants the name in this form.
            [b"150 FILE: ", name].concat()
        } else {
            b"150 Send it.".to_vec()
        };
        ops = vec![line(announced), Op::Open];
        ops.push(Op::Receive {
            path,
            before,
            ascii,
        });
    }
    if !question.agreed {
        return one("425 Use PASV or PORT first.");
    }
    ops.push(Op::Close);
    ops.push(line("226 Done."));
    ops
}

/// A name that nothing has yet, for STOU.
fn unique(tree: &Tree, question: &Question<'_>) -> Vec<u8> {
    let stem: &[u8] = match question.arg {
        b"" => b"unique",
        name => name,
    };
    let mut path = resolve(question.session, stem);
    let length = path.len();
    let mut n = 0u32;
    while tree.get(&path).is_some() {
        n += 1;
        path.truncate(length);
        path.extend_from_slice(format!(".{n}").as_bytes());
    }
    path
}

/// LIST's lines as `ls -l` has them, or NLST's names.
fn listed(verb: Verb, found: Found<'_>, arg: &[u8], now: Seconds) -> Vec<u8> {
    let mut out = Vec::new();
    let mut entry = |name: &[u8], node: Found<'_>| {
        if verb == Verb::List {
            let (mode, links, size, modified) = match node {
                Found::File(file) => ("-rw-r--r--", 1, file.content.length(), file.modified),
                Found::Dir(dir) => ("drwxr-xr-x", 2, 4096, dir.modified),
            };
            let date = date::listed(modified, now);
            let head = format!("{mode} {links:3} ftp      ftp      {size:12} {date} ");
            out.extend_from_slice(head.as_bytes());
        }
        out.extend_from_slice(name);
        out.extend_from_slice(b"\r\n");
    };
    match found {
        Found::File(_) => entry(arg, found),
        Found::Dir(dir) => {
            for (name, node) in &dir.entries {
                entry(name, view(node));
            }
        }
    }
    out
}

fn view(node: &Node) -> Found<'_> {
    match node {
        Node::File(file) => Found::File(file),
        Node::Dir(dir) => Found::Dir(dir),
    }
}

/// MLSD's lines (RFC 3659 7.2): the directory itself, the one above, and what is in it.
fn machine_listing(dir: &Dir, path: &[u8], question: &Question<'_>, tree: &Tree) -> Vec<u8> {
    let chosen = question.memory.facts;
    let mut out = Vec::new();
    let mut entry = |name: &[u8], node: Found<'_>, kind: Option<&str>| {
        out.extend_from_slice(facts(node, kind, chosen, tree.is_read_only()).as_bytes());
        out.extend_from_slice(name);
        out.extend_from_slice(b"\r\n");
    };
    entry(b".", Found::Dir(dir), Some("cdir"));
    if path != b"/" {
        let above = resolve(question.session, &[path, b"/.."].concat());
        if let Some(above) = tree.get(&above) {
            entry(b"..", above, Some("pdir"));
        }
    }
    for (name, node) in &dir.entries {
        entry(name, view(node), None);
    }
    out
}

/// The chosen facts and the blank behind them (RFC 3659 7.2, 7.5).
fn facts(found: Found<'_>, kind: Option<&str>, chosen: u8, read_only: bool) -> String {
    let mut out = String::new();
    let modified = match found {
        Found::File(file) => file.modified,
        Found::Dir(dir) => dir.modified,
    };
    for (name, bit) in FACTS {
        if chosen & bit == 0 {
            continue;
        }
        let value = match (name, found) {
            ("type", Found::File(_)) => "file".to_owned(),
            ("type", Found::Dir(_)) => kind.unwrap_or("dir").to_owned(),
            ("size", Found::File(file)) => file.content.length().to_string(),
            ("modify", _) => date::stamp(modified),
            ("perm", Found::File(_)) if read_only => "r".to_owned(),
            ("perm", Found::File(_)) => "adfrw".to_owned(),
            ("perm", Found::Dir(_)) if read_only => "el".to_owned(),
            ("perm", Found::Dir(_)) => "cdeflmp".to_owned(),
            _ => continue,
        };
        out.push_str(&format!("{name}={value};"));
    }
    out.push(' ');
    out
}

fn status(question: &mut Question<'_>) -> Vec<Op> {
    let session = question.session;
    if question.verb == Verb::Stat && question.arg.is_empty() {
        let user = session.user.as_deref().unwrap_or_default();
        let who = [b" Logged in as ", user, b"."].concat();
        let letter = session.data_type.letter();
        return vec![
            line("211-This is ftplab's built-in server."),
            line(who),
            line(format!(" TYPE is {letter}, MODE is S, STRU is F.")),
            line("211 No data connection is open."),
        ];
    }
    if question.arg.is_empty() && question.verb != Verb::Mlst {
        return one("501 A file name is missing.");
    }
    let arg = match question.verb {
        Verb::Stat => without_options(question.arg),
        _ => question.arg,
    };
    let path = resolve(session, arg);
    let tree = lock(question.tree);
    let found = tree.get(&path);
    match (question.verb, found) {
        (Verb::Stat, None) => one("450 No such file or directory."),
        (Verb::Stat, Some(found)) => {
            let code = match found {
                Found::File(_) => "213",
                Found::Dir(_) => "212",
            };
            let mut ops = one(format!("{code}-Here it is:"));
            let text = listed(Verb::List, found, arg, question.now);
            for entry in text
                .split(|&b| b == b'\n')
                .filter(|entry| !entry.is_empty())
            {
                let entry = entry.strip_suffix(b"\r").unwrap_or(entry);
                ops.push(line([b" ", entry].concat()));
            }
            ops.push(line(format!("{code} That is all.")));
            ops
        }
        (_, None) => one("550 No such file or directory."),
        (Verb::Size, Some(Found::File(file))) => {
            if session.data_type != DataType::Ascii {
                return one(format!("213 {}", file.content.length()));
            }
            match &file.content {
                Content::Memory(bytes) => one(format!("213 {}", ToWire::default().count(bytes))),
                Content::Outside { .. } => vec![Op::Count(source(file))],
            }
        }
        (Verb::Size, Some(Found::Dir(_))) => one("550 A directory has no size."),
        (Verb::Mdtm, Some(Found::File(file))) => one(format!("213 {}", date::stamp(file.modified))),
        (Verb::Mdtm, Some(Found::Dir(_))) => one("550 MDTM is for files."),
        (_, Some(found)) => {
            let told = facts(found, None, question.memory.facts, tree.is_read_only());
            vec![
                line("250-Here it is:"),
                // The blank at the beginning belongs to the form (RFC 3659 7.2).
                line([b" ", told.as_bytes(), &path[..]].concat()),
                line("250 That is all."),
            ]
        }
    }
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
            Some(_) if known(verb) => one(format!("214 {} is implemented here.", verb.name())),
            _ => one("502 That is not implemented here."),
        };
    }
    let mut ops = one("214-These commands are implemented:");
    let names: Vec<&str> = Verb::ALL
        .iter()
        .filter(|&&verb| known(verb) && verb != Verb::Auth)
        .map(|verb| verb.name())
        .collect();
    for row in names.chunks(12) {
        ops.push(line(format!(" {}", row.join(" "))));
    }
    ops.push(line("214 That is all."));
    ops
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::{
        catalogue::Allowed,
        reply::{Head, Mark},
    };

    fn tree(read_only: bool) -> Mutex<Tree> {
        let mut tree = Tree::new(read_only);
        for (path, bytes) in [("a \"b\".txt", &b"x\ny\n"[..]), ("pub/c.txt", b"hello")] {
            let file = File {
                content: Content::Memory(bytes.into()),
                modified: 951_782_400,
            };
            tree.add(path, Node::File(file)).expect("room");
        }
        Mutex::new(tree)
    }

    fn session() -> Session {
        let mut session = Session::default();
        session.login = Login::Done;
        session.directory = Some(b"/".to_vec());
        session
    }

    fn ops(tree: &Mutex<Tree>, session: &Session, memory: &mut Memory, command: &str) -> Vec<Op> {
        let (word, arg) = command.split_once(' ').unwrap_or((command, ""));
        answer(&mut Question {
            tree,
            session,
            memory,
            verb: Verb::of(word.as_bytes()),
            arg: arg.as_bytes(),
            now: 1_735_689_599,
            ipv4: true,
            agreed: true,
            looked: true,
            aborted: false,
            may_call: &|address| address.ip().is_loopback(),
        })
    }

    /// The lines that a command is answered with; `>` and what stands for what is sent.
    fn said(tree: &Mutex<Tree>, session: &Session, command: &str) -> Vec<String> {
        ops(tree, session, &mut Memory::default(), command)
            .into_iter()
            .map(|op| match op {
                Op::Line(text) => text.to_string().replace("{{", "{"),
                Op::Send {
                    source,
                    offset,
                    ascii,
                } => match source {
                    Source::Bytes(bytes) => format!("> {}", String::from_utf8_lossy(&bytes)),
                    Source::Shared(bytes) => format!("> {} from {offset} {ascii}", bytes.len()),
                    Source::File(path) => format!("> {path}"),
                    Source::Disk(path) => format!("> {}", path.display()),
                },
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn what_is_there_is_told() {
        let (tree, session) = (tree(false), session());
        for (command, wanted) in [
            ("PWD", &["257 \"/\" is the working directory."][..]),
            ("CWD pub", &["250 The working directory is changed."]),
            ("CWD pub/c.txt", &["550 That is a file."]),
            ("CDUP", &["200 One directory up."]),
            ("SIZE pub/c.txt", &["213 5"]),
            ("SIZE a \"b\".txt", &["213 6"]),
            ("MDTM pub/c.txt", &["213 20000229000000"]),
            ("SIZE pub", &["550 A directory has no size."]),
            ("MKD x\"y", &["257 \"/x\"\"y\" is made."]),
            ("RNTO x", &["503 RNFR comes first."]),
            ("RNFR pub", &["350 RNTO with the new name, please."]),
            ("TYPE L 7", &["504 Only TYPE A and TYPE I are implemented."]),
            ("EPSV 2", &["522 Network protocol not supported, use (1)."]),
            ("PORT 127,0,0,1,1,2", &["200 Your data port is noted."]),
            (
                "PORT 10,0,0,1,1,2",
                &["504 Data goes to your own address only, above port 1023."],
            ),
            ("PORT 127,0,0,1,1", &["501 Not an address and a port."]),
            ("PASV", &["227 Entering Passive Mode ({pasv})."]),
            ("SITE HELP", &["502 Not implemented here."]),
            ("XYZZY", &["500 No such command."]),
            (
                "MLST pub/c.txt",
                &[
                    "250-Here it is:",
                    " type=file;size=5;modify=20000229000000;perm=adfrw; /pub/c.txt",
                    "250 That is all.",
                ],
            ),
        ] {
            assert_eq!(said(&tree, &session, command), wanted, "{command}");
        }
        assert_eq!(
            said(&tree, &session, "LIST -al pub"),
            [
                "150 Here it comes.",
                "Open",
                "> -rw-r--r--   1 ftp      ftp                 5 Feb 29  2000 c.txt\r\n",
                "Close",
                "226 Done."
            ]
        );
        assert_eq!(
            said(&tree, &session, "NLST")[2],
            "> a \"b\".txt\r\npub\r\nx\"y\r\n"
        );
        assert_eq!(
            said(&tree, &session, "MLSD /pub")[2],
            "> type=cdir;modify=20000229000000;perm=cdeflmp; .\r\n\
             type=pdir;modify=20250101000000;perm=cdeflmp; ..\r\n\
             type=file;size=5;modify=20000229000000;perm=adfrw; c.txt\r\n"
                .replace("20250101000000", "20241231235959")
        );
    }

    #[test]
    fn transfers_follow_type_and_rest() {
        let tree = tree(false);
        let mut session = session();
        assert_eq!(
            said(&tree, &session, "RETR pub/c.txt")[2],
            "> 5 from 0 true"
        );
        session.data_type = DataType::Image;
        session.restart = Some(3);
        assert_eq!(
            said(&tree, &session, "RETR pub/c.txt")[2],
            "> 5 from 3 false"
        );
        assert_eq!(
            said(&tree, &session, "STOR pub/c.txt")[2],
            "Receive { path: [47, 112, 117, 98, 47, 99, 46, 116, 120, 116], before: \
             Some((Shared([104, 101, 108, 108, 111]), 3)), ascii: false }"
        );
        session.restart = Some(6);
        for command in ["RETR pub/c.txt", "STOR pub/c.txt"] {
            assert_eq!(
                said(&tree, &session, command),
                ["554 REST is beyond the end of the file."]
            );
        }
        session.restart = None;
        assert!(said(&tree, &session, "STOU pub/c.txt")[0].ends_with("FILE: c.txt.1"));
    }

    #[test]
    fn a_read_only_tree_refuses_every_change() {
        let (tree, session) = (tree(true), session());
        for command in [
            "STOR x",
            "APPE pub/c.txt",
            "STOU",
            "MKD x",
            "RMD pub",
            "DELE pub/c.txt",
            "RNFR pub",
        ] {
            let said = said(&tree, &session, command);
            assert!(
                said.len() == 1 && said[0].ends_with("This server is read-only."),
                "{command}: {said:?}"
            );
        }
    }

    #[test]
    fn facts_are_chosen_with_opts() {
        let (tree, session, mut memory) = (tree(false), session(), Memory::default());
        let reply = ops(
            &tree,
            &session,
            &mut memory,
            "OPTS MLST size;Type;nonsense;",
        );
        assert_eq!(reply, one("200 MLST OPTS type;size;"));
        let told = ops(&tree, &session, &mut memory, "MLST pub/c.txt");
        assert_eq!(told[1], line(" type=file;size=5; /pub/c.txt"));
        let feat = ops(&tree, &session, &mut memory, "FEAT");
        assert!(feat.contains(&line(" MLST type*;size*;modify;perm;")));
        ops(&tree, &session, &mut memory, "EPSV ALL");
        let pasv = ops(&tree, &session, &mut memory, "PASV");
        assert_eq!(pasv, one("501 EPSV ALL was agreed on: nothing but EPSV."));
    }

    #[test]
    fn every_reply_is_one_that_the_rfcs_allow() {
        let arguments = [
            "",
            "pub",
            "pub/c.txt",
            "nope",
            "a/b/c",
            "/",
            "I",
            "A",
            "E",
            "S",
            "F",
            "R",
            "5",
            "ALL",
            "1",
            "2",
            "127,0,0,1,1,2",
            "10,0,0,1,1,2",
            "|1|127.0.0.1|5000|",
            "|2|::1|5000|",
            "UTF8 ON",
            "MLST size;",
            "-la",
        ];
        let mut logged_out = session();
        logged_out.login = Login::Nobody;
        let mut waiting = session();
        waiting.login = Login::NeedsPassword;
        let mut renaming = session();
        renaming.rename_from = Some(b"pub"[..].into());
        renaming.restart = Some(100);
        let mut seen = 0;
        let mut wrong = std::collections::BTreeSet::new();
        for read_only in [false, true] {
            for session in [
                session(),
                logged_out.clone(),
                waiting.clone(),
                renaming.clone(),
            ] {
                for &verb in Verb::ALL {
                    for argument in arguments {
                        let tree = tree(read_only);
                        let command = format!("{} {argument}", verb.name());
                        let answer = said(&tree, &session, command.trim_end());
                        for reply in answer {
                            let head = Head::of(reply.as_bytes());
                            let Some(code) = head.code.filter(|_| head.mark == Mark::Blank) else {
                                continue;
                            };
                            seen += 1;
                            // Beside the tables: 502 for what is not implemented and 530 before the login (RFC 959
                            // 4.2.2), 504 for a foreign port (RFC 2577 3).
                            let allowed = catalogue::allows(verb, code);
                            if !matches!(code.value(), 502 | 504 | 530)
                                && !matches!(allowed, Allowed::Listed | Allowed::AnyCommand)
                            {
                                wrong.insert(format!("{} {code}", verb.name()));
                            }
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(seen > 5000, "only {seen} replies were looked at");
    }
}
