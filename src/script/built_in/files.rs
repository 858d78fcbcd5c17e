//! The built-in server's files: where the client is, what it changes, what it takes and brings, what it asks of them.

use super::{
    Op, Question, line,
    listing::{facts, listed, machine_listing},
    lock, one, quoted, resolve, source,
};
use crate::{
    ftp::{command::Verb, session::DataType},
    script::{
        ascii::ToWire,
        date,
        effect::Source,
        tree::{Content, Denied, Found, Tree},
    },
};

pub(super) fn directory(question: &mut Question<'_>) -> Vec<Op> {
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

pub(super) fn change(question: &mut Question<'_>) -> Vec<Op> {
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

pub(super) fn transfer(question: &mut Question<'_>) -> Vec<Op> {
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

pub(super) fn status(question: &mut Question<'_>) -> Vec<Op> {
    let session = question.session;
    if question.verb == Verb::Stat && question.arg.is_empty() {
        let user = session.user.as_deref().unwrap_or_default();
        let who = [b" Logged in as ", user, b"."].concat();
        let letter = session.data_type.letter();
        return vec![
            line("211-This is ftplab's built-in server."),
            line(who),
            line(format!(" TYPE is {letter}, MODE is S, STRU is F.")),
            line(match question.stands {
                true => "211 A data connection is open.",
                false => "211 No data connection is open.",
            }),
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
