//! Patterns: which commands a step or a rule takes. The verb matches in any case, and so does an argument that is a symbol,
//! as the A of `TYPE A` (RFC 959 5.3); any other argument as written. And where nothing matched, which pattern was nearest
//! and why it did not match.

use std::fmt;

use regex::bytes::{Regex, RegexBuilder};

use crate::ftp::command::Verb;

use super::{
    literal::{self, Found, Literal, Piece, Place, Value},
    mistake::Kind,
};

/// The most memory that one compiled regular expression may take, in bytes.
pub const MAX_REGEX: usize = 256 * 1024;

/// A pattern, read.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: String,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Globs(Vec<Literal>),
    Regex(Box<Regex>),
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Why a pattern did not match a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// Only the argument's case differs, and it is no symbol.
    Case,
    /// The command has no argument, the pattern wants one.
    ArgumentMissing,
    /// The command has an argument, the pattern wants none.
    ArgumentUnwanted,
    /// The same verb with another argument.
    Argument,
    /// A regular expression for this verb does not match the whole command.
    Regex,
    /// Another verb, spelled nearly like it.
    Verb,
}

impl Pattern {
    /// Reads a pattern; every mistake is told, with its character.
    pub(crate) fn parse(source: &str, found: &mut Found) -> Pattern {
        let form = match source
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
        {
            Some(expression) => match RegexBuilder::new(&format!("^(?:{expression})$"))
                .unicode(false)
                .dot_matches_new_line(true)
                .size_limit(MAX_REGEX)
                .dfa_size_limit(MAX_REGEX)
                .build()
            {
                Ok(regex) => Form::Regex(Box::new(regex)),
                Err(error) => {
                    found.push((1, Kind::RegexInvalid(error.to_string())));
                    Form::Globs(Vec::new())
                }
            },
            None => {
                let globs = literal::split(source, Place::Pattern, found);
                let blank = |glob: &Literal| {
                    glob.as_bytes()
                        .is_some_and(|bytes| bytes.iter().all(|&b| b == b' '))
                };
                if found.is_empty() && globs.iter().any(blank) {
                    found.push((0, Kind::AlternativeEmpty));
                }
                Form::Globs(globs)
            }
        };
        Pattern {
            written: source.to_owned(),
            form,
        }
    }

    /// The alternatives of a pattern that is no regular expression; none of a regular expression.
    #[must_use]
    pub fn alternatives(&self) -> &[Literal] {
        match &self.form {
            Form::Globs(globs) => globs,
            Form::Regex(_) => &[],
        }
    }

    /// True for a pattern between slashes.
    #[must_use]
    pub fn is_regex(&self) -> bool {
        matches!(self.form, Form::Regex(_))
    }

    /// True where it matches every command there is.
    #[must_use]
    pub fn matches_all(&self) -> bool {
        self.alternatives()
            .iter()
            .any(|glob| glob.pieces == [Piece::Any])
    }

    /// True where the command (its line without the end) matches; `value` gives the dialogue's values.
    #[must_use]
    pub fn matches(&self, command: &[u8], value: &dyn Fn(&Value, &mut Vec<u8>)) -> bool {
        match &self.form {
            Form::Globs(globs) => globs.iter().any(|glob| glob_matches(glob, command, value)),
            Form::Regex(regex) => {
                if regex.is_match(command) {
                    return true;
                }
                // The verb in any case: an author writes it in capitals, or in small letters.
                let mut other = command.to_vec();
                let verb = verb_len(command);
                other[..verb].make_ascii_uppercase();
                if regex.is_match(&other) {
                    return true;
                }
                other[..verb].make_ascii_lowercase();
                regex.is_match(&other)
            }
        }
    }

    /// Why it does not match this command, where it comes near to it.
    #[must_use]
    pub fn why_not(&self, command: &[u8], value: &dyn Fn(&Value, &mut Vec<u8>)) -> Option<WhyNot> {
        let verb = command[..verb_len(command)].to_ascii_uppercase();
        if let Form::Regex(_) = &self.form {
            let begins = self
                .written
                .trim_start_matches(['/', '^', '('])
                .to_ascii_uppercase();
            return (!verb.is_empty() && begins.as_bytes().starts_with(&verb))
                .then_some(WhyNot::Regex);
        }
        self.alternatives()
            .iter()
            .filter_map(|glob| why_not(glob, command, &verb, value))
            .min()
    }
}

/// The length of a command's verb: up to the first blank.
#[must_use]
pub fn verb_len(command: &[u8]) -> usize {
    command
        .iter()
        .position(|&b| b == b' ')
        .unwrap_or(command.len())
}

/// How many bytes of a command are compared without their case: its verb, and the whole of it where the argument is a
/// symbol (RFC 959 5.3, 5.3.2; RFC 2228 3; RFC 2428 3).
fn blind_len(command: &[u8]) -> usize {
    let verb = verb_len(command);
    match Verb::of(&command[..verb]) {
        Verb::Type | Verb::Mode | Verb::Stru | Verb::Auth | Verb::Prot | Verb::Epsv => {
            command.len()
        }
        _ => verb,
    }
}

fn why_not(
    glob: &Literal,
    command: &[u8],
    verb: &[u8],
    value: &dyn Fn(&Value, &mut Vec<u8>),
) -> Option<WhyNot> {
    let head = glob.head();
    let wanted = head[..verb_len(head)].to_ascii_uppercase();
    if wanted.is_empty() || verb.is_empty() {
        return None;
    }
    if wanted != verb {
        return (distance_is_small(&wanted, verb)).then_some(WhyNot::Verb);
    }
    let lower = |bytes: &[u8]| bytes.to_ascii_lowercase();
    let folded = Literal {
        pieces: glob
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => Piece::Bytes(lower(bytes)),
                other => other.clone(),
            })
            .collect(),
    };
    if glob_matches(&folded, &lower(command), &|name, out| {
        let from = out.len();
        value(name, out);
        out[from..].make_ascii_lowercase();
    }) {
        return Some(WhyNot::Case);
    }
    let has_argument = command.len() > verb.len() + 1;
    let wants_argument = head.len() > wanted.len() || glob.pieces.len() > 1;
    Some(match (has_argument, wants_argument) {
        (false, true) => WhyNot::ArgumentMissing,
        (true, false) => WhyNot::ArgumentUnwanted,
        _ => WhyNot::Argument,
    })
}

/// One letter more, less or other, or two neighbours changed round.
fn distance_is_small(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([x, y, a @ ..], [v, w, b @ ..]) if x == w && y == v && a == b => true,
        ([_, a @ ..], [_, b @ ..]) => a == b,
        _ => false,
    }
}

/// True where the glob matches the whole command. See [`blind_len`] for what is compared without its case.
fn glob_matches(glob: &Literal, command: &[u8], value: &dyn Fn(&Value, &mut Vec<u8>)) -> bool {
    let expanded;
    let mut pieces = glob.pieces.as_slice();
    if glob.values().next().is_some() {
        let mut literal = Literal::default();
        for piece in pieces {
            match piece {
                Piece::Bytes(bytes) => literal.push(bytes),
                Piece::Any => literal.pieces.push(Piece::Any),
                Piece::Value(name) => {
                    let mut bytes = Vec::new();
                    value(name, &mut bytes);
                    literal.push(&bytes);
                }
            }
        }
        expanded = literal;
        pieces = &expanded.pieces;
    }
    let blind = blind_len(command);
    if pieces_match(pieces, command, 0, blind) {
        return true;
    }
    // `PASS *` takes a bare PASS too.
    if let [before @ .., Piece::Bytes(last), Piece::Any] = pieces
        && let Some(last) = last.strip_suffix(b" ")
    {
        let mut shorter = before.to_vec();
        if !last.is_empty() {
            shorter.push(Piece::Bytes(last.to_vec()));
        }
        return pieces_match(&shorter, command, 0, blind);
    }
    false
}

/// True where a text with stars matches all of `bytes`, every byte as written.
#[must_use]
pub fn literal_matches(text: &Literal, bytes: &[u8]) -> bool {
    pieces_match(&text.pieces, bytes, 0, 0)
}

fn same(pattern: &[u8], command: &[u8], at: usize, blind: usize) -> bool {
    let Some(part) = command.get(at..at + pattern.len()) else {
        return false;
    };
    let cut = blind.saturating_sub(at).min(pattern.len());
    part[..cut].eq_ignore_ascii_case(&pattern[..cut]) && part[cut..] == pattern[cut..]
}

/// The usual glob walk: on a mismatch, the last star takes one byte more. No more than pattern times command steps.
fn pieces_match(pieces: &[Piece], command: &[u8], mut at: usize, blind: usize) -> bool {
    let mut piece = 0;
    let mut star: Option<(usize, usize)> = None;
    loop {
        match pieces.get(piece) {
            None if at == command.len() => return true,
            Some(Piece::Any) => {
                if piece + 1 == pieces.len() {
                    return true;
                }
                star = Some((piece, at));
                piece += 1;
                continue;
            }
            Some(Piece::Bytes(bytes)) if same(bytes, command, at, blind) => {
                at += bytes.len();
                piece += 1;
                continue;
            }
            _ => {}
        }
        match star {
            Some((starred, from)) if from < command.len() => {
                star = Some((starred, from + 1));
                piece = starred + 1;
                at = from + 1;
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(source: &str) -> Pattern {
        let mut found = Found::new();
        let pattern = Pattern::parse(source, &mut found);
        assert!(found.is_empty(), "{source}: {found:?}");
        pattern
    }

    fn values(value: &Value, out: &mut Vec<u8>) {
        if *value == Value::Param("p".into()) {
            out.extend_from_slice(b"Secret");
        }
    }

    #[test]
    fn patterns_match_as_the_notation_says() {
        for (source, yes, no) in [
            (
                "USER *",
                &["USER x", "user X y", "USER", "USER "][..],
                &["USERX", "USE"][..],
            ),
            ("PWD", &["PWD", "pwd"], &["PWD ", "PWD x", "XPWD"]),
            (
                "LIST* | NLST*",
                &["list -a", "NLST", "LISTEN"],
                &["LIS", "xLIST"],
            ),
            ("*", &["", "anything at all"], &[]),
            (
                "RETR *.TXT",
                &["retr a.TXT", "RETR .TXT"],
                &["RETR a.txt", "RETR"],
            ),
            ("CWD /{*}{|}{{", &["cwd /*|{"], &["CWD /x|{"]),
            ("PASS {param.p}", &["pass Secret"], &["PASS secret", "PASS"]),
            (
                "TYPE I | TYPE L 8",
                &["type i", "TYPE I", "Type l 8"],
                &["TYPE A"],
            ),
            ("AUTH TLS", &["auth tls"], &["AUTH SSL"]),
            ("*hello", &["RETR hello"], &["RETR Hello"]),
            ("a*b*c", &["A b c", "abc", "aXbXbc"], &["ab", "ac"]),
            (
                "/RETR (a|b){2}/",
                &["RETR ab", "retr ba", "Retr aa"],
                &["RETR abc", "RETR A"],
            ),
            ("/retr .*/", &["RETR x"], &["RETR"]),
        ] {
            let pattern = pattern(source);
            for command in yes {
                assert!(
                    pattern.matches(command.as_bytes(), &values),
                    "{source} takes {command}"
                );
            }
            for command in no {
                assert!(
                    !pattern.matches(command.as_bytes(), &values),
                    "{source} leaves {command}"
                );
            }
        }
    }

    #[test]
    fn the_reason_is_told() {
        for (source, command, why) in [
            ("RETR a.TXT", "RETR a.txt", Some(WhyNot::Case)),
            ("RETR a", "RETR b", Some(WhyNot::Argument)),
            ("CWD /x", "CWD", Some(WhyNot::ArgumentMissing)),
            ("PWD", "PWD x", Some(WhyNot::ArgumentUnwanted)),
            ("PASV", "PSAV", Some(WhyNot::Verb)),
            ("PASV", "USER", None),
            ("*", "USER", None),
            ("/RETR [0-9]+/", "RETR x", Some(WhyNot::Regex)),
        ] {
            assert_eq!(
                pattern(source).why_not(command.as_bytes(), &values),
                why,
                "{source}, {command}"
            );
        }
    }

    #[test]
    fn a_bad_regular_expression_is_a_mistake() {
        let mut found = Found::new();
        Pattern::parse("/(/", &mut found);
        assert!(matches!(found.as_slice(), [(1, Kind::RegexInvalid(_))]));
        let mut found = Found::new();
        Pattern::parse("USER * |  | PASS", &mut found);
        assert_eq!(found, [(0, Kind::AlternativeEmpty)]);
    }
}
