//! What a script will do to real clients, told before the class: traps that were measured with curl, wget, lftp, ncftp,
//! tnftp, Python's ftplib and FileZilla, and what RFC 959 does not allow.
//!
//! A warning is no mistake: a fault is often the lesson. `-- expect-warning NAME` says so, and then the warning must come.
//!
//! | file | what |
//! |---|---|
//! | `trap` | what is warned of, by name, and who stumbles over it |
//! | `acts` | a block as a list of what happens in it |
//! | `block` | what can be said of a block by itself |
//! | `session` | what a client's commands find, each answered by the block that takes it |

mod acts;
mod block;
mod session;
mod trap;

use std::collections::BTreeSet;

pub use self::trap::Trap;
use super::{
    index::Index,
    literal::{Literal, Piece, Value},
    notation::{Block, Item, Script},
    params::Values,
    pattern::{Pattern, verb_len},
};
use crate::ftp::{catalogue, code::ReplyCode, command::Verb, secret::verb_of};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line it is about, from 1; 0 is the script as a whole.
    pub line: u32,
    /// What.
    pub what: What,
}

/// What was found: an error, or a warning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// `D@` names a file that is not there.
    FileMissing(String),
    /// No trap has this name.
    WarningUnknown(String),
    /// The warning that was announced does not come.
    WarningAbsent(Trap),
    /// A trap, with what it is about: a command, a code, a number.
    Warning {
        /// Which.
        trap: Trap,
        /// About what.
        detail: String,
        /// It was announced, and is meant.
        expected: bool,
    },
}

impl What {
    /// True where the script is not fit to be played.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !matches!(self, What::Warning { .. })
    }
}

struct Checker<'a> {
    script: &'a Script,
    values: &'a Values,
    /// How long a file below the script's folder is, where it is there.
    has: &'a dyn Fn(&str) -> Option<u64>,
    /// The script's blocks by what they take; numbers are places in it.
    takers: Index,
    found: BTreeSet<(u32, Trap, String)>,
}

/// All that is to be said about a script; `has` tells whether a file is below its folder, and how long it is.
#[must_use]
pub fn check(script: &Script, values: &Values, has: &dyn Fn(&str) -> Option<u64>) -> Vec<Finding> {
    let mut takers = Index::default();
    for (at, block) in script.blocks.iter().enumerate() {
        if let Some(pattern) = script.pattern(block) {
            takers.insert(at, pattern);
        }
    }
    let mut checker = Checker {
        script,
        values,
        has,
        takers,
        found: BTreeSet::new(),
    };
    checker.greeting();
    for block in &script.blocks {
        checker.block(block);
    }
    checker.sessions();
    checker.shadowed();
    checker.odd();
    checker.behind_quit();
    let mut all = Vec::new();
    for line in &script.lines {
        if let Item::File(path) = &line.item
            && let Some(path) = path.as_bytes()
        {
            let path = String::from_utf8_lossy(path);
            if has(&path).is_none() {
                all.push(Finding {
                    line: line.number,
                    what: What::FileMissing(path.into_owned()),
                });
            }
        }
    }
    let came: BTreeSet<Trap> = checker.found.iter().map(|(_, trap, _)| *trap).collect();
    let mut announced = BTreeSet::new();
    for (line, name) in &script.settings.expected_warnings {
        let trap = Trap::named(name);
        announced.extend(trap);
        let what = match trap {
            None => What::WarningUnknown(name.clone()),
            Some(trap) if !came.contains(&trap) => What::WarningAbsent(trap),
            Some(_) => continue,
        };
        all.push(Finding { line: *line, what });
    }
    for (line, trap, detail) in checker.found {
        let expected = announced.contains(&trap);
        all.push(Finding {
            line,
            what: What::Warning {
                trap,
                detail,
                expected,
            },
        });
    }
    all.sort();
    all
}

impl Checker<'_> {
    fn warn(&mut self, line: u32, trap: Trap, detail: impl Into<String>) {
        self.found.insert((line, trap, detail.into()));
    }

    /// Rules that an earlier rule leaves nothing for. Each star of the later one stands for a word that no script has,
    /// and for nothing.
    fn shadowed(&mut self) {
        let nothing = |_: &Value, _: &mut Vec<u8>| {};
        let rules: Vec<&Pattern> = self
            .script
            .rules()
            .filter_map(|block| self.script.pattern(block))
            .collect();
        let lines = self.script.rules().map(|block| self.script.line_of(block));
        let mut earlier = Index::default();
        let mut shadows = Vec::new();
        for (at, (pattern, line)) in rules.iter().zip(lines).enumerate() {
            let globs = pattern.alternatives();
            let taken = |command: &[u8]| {
                earlier
                    .candidates(command)
                    .any(|earlier| rules[earlier].matches(command, &nothing))
            };
            let covered = !globs.is_empty()
                && globs.iter().all(|glob| {
                    ["\u{1}zq\u{1}", ""]
                        .iter()
                        .all(|filler| taken(&filled(glob, filler.as_bytes())))
                });
            if covered {
                shadows.push((line, pattern.to_string()));
            }
            earlier.insert(at, pattern);
        }
        for (line, pattern) in shadows {
            self.warn(line, Trap::NeverMatches, pattern);
        }
    }

    /// Patterns that take a bar, a slash or a backslash as it is, where another thing was meant, most likely.
    fn odd(&mut self) {
        let script = self.script;
        for block in &script.blocks {
            let Some(pattern) = script.pattern(block) else {
                continue;
            };
            let written = pattern.to_string();
            let is_odd = match pattern.alternatives() {
                [] => written.contains(r"\|"),
                globs => globs.iter().any(|glob| {
                    let head = glob.head();
                    let verb = &head[..verb_len(head)];
                    verb.contains(&b'|') || verb.starts_with(b"/") || names_another(glob)
                }),
            };
            let line = script.line_of(block);
            for glob in pattern.alternatives() {
                let (head, all) = (glob.head(), glob.to_string());
                let verb = &head[..verb_len(head)];
                if all.starts_with(' ')
                    || all.ends_with(' ')
                    || head[verb.len()..].starts_with(b"  ")
                {
                    self.warn(line, Trap::OddBlanks, format!("\"{all}\""));
                }
                let known =
                    verb_of(verb).0 != Verb::Other || !verb.iter().all(u8::is_ascii_alphabetic);
                let upper = verb.to_ascii_uppercase();
                let near = |meant: &&Verb| catalogue::slips(&upper, meant.name().as_bytes()) == 1;
                if let Some(meant) = Verb::ALL.iter().find(near).filter(|_| !known) {
                    let verb = String::from_utf8_lossy(verb);
                    self.warn(
                        line,
                        Trap::UnknownVerb,
                        format!("{verb} ({}?)", meant.name()),
                    );
                }
            }
            if is_odd && !written.contains("{|}") {
                self.warn(line, Trap::OddPattern, written);
            }
        }
    }
}

/// True where a bar stands in front of a verb, as between alternatives: `LIST*|NLST*`.
fn names_another(glob: &Literal) -> bool {
    let written = glob.to_string();
    written.split('|').skip(1).any(|part| {
        let part = part.trim_start().as_bytes();
        verb_of(&part[..part.iter().take_while(|b| b.is_ascii_alphabetic()).count()]).0
            != Verb::Other
    })
}

/// A command that a glob matches, with each star filled in.
fn filled(glob: &Literal, filler: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in &glob.pieces {
        match piece {
            Piece::Bytes(bytes) => out.extend_from_slice(bytes),
            Piece::Any => out.extend_from_slice(filler),
            Piece::Value(_) => out.extend_from_slice(b"\x02"),
        }
    }
    out
}

/// The verbs that a block's pattern names; none for `*` and for regular expressions.
fn verbs(script: &Script, block: &Block) -> Vec<Verb> {
    let Some(pattern) = script.pattern(block) else {
        return Vec::new();
    };
    let mut verbs: Vec<Verb> = pattern
        .alternatives()
        .iter()
        .map(|glob| {
            let head = glob.head();
            Verb::of(&head[..verb_len(head)])
        })
        .filter(|verb| *verb != Verb::Other)
        .collect();
    verbs.dedup();
    verbs
}

fn names(verbs: &[Verb]) -> String {
    let names: Vec<&str> = verbs.iter().map(|verb| verb.name()).collect();
    names.join(", ")
}

fn shown(code: Option<ReplyCode>) -> String {
    code.map_or(String::new(), |code| code.to_string())
}

#[cfg(test)]
mod tests;
