//! How the built-in server lists: LIST as `ls -l` does, NLST's names, and the facts of MLSD and MLST (RFC 3659 7).

use super::{Question, resolve};
use crate::{
    ftp::command::Verb,
    script::{
        date::{self, Seconds},
        tree::{Dir, Found, Node, Tree},
    },
};

/// The facts about files that MLST can tell (RFC 3659 7.5), each with its bit.
pub(super) const FACTS: [(&str, u8); 4] = [("type", 1), ("size", 2), ("modify", 4), ("perm", 8)];

/// LIST's lines as `ls -l` has them, or NLST's names.
pub(super) fn listed(verb: Verb, found: Found<'_>, arg: &[u8], now: Seconds) -> Vec<u8> {
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

/// MLSD's lines (RFC 3659 7.2): the directory itself, the one above, and what is in it.
pub(super) fn machine_listing(
    dir: &Dir,
    path: &[u8],
    question: &Question<'_>,
    tree: &Tree,
) -> Vec<u8> {
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
pub(super) fn facts(found: Found<'_>, kind: Option<&str>, chosen: u8, read_only: bool) -> String {
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

fn view(node: &Node) -> Found<'_> {
    match node {
        Node::File(file) => Found::File(file),
        Node::Dir(dir) => Found::Dir(dir),
    }
}
