//! An `ftp` block: what must come, in the notation of the dialogues.

use super::{Attribute, Fence, Inner, Reader, attribute};
use crate::{
    ftp::command::Verb,
    lab::{
        mistake::Kind as Wrong,
        sheet::{Expected, Ftp, Role, Wanted},
        template::{Line, nearest},
    },
    script::{
        literal::{Found, Literal, Piece, Place, Value},
        mistake::Kind as Notation,
        pattern::{Pattern, verb_len},
    },
};

impl<'a> Reader<'a> {
    pub(super) fn ftp(
        &mut self,
        fence: &Fence<'a>,
        attributes: &[Attribute<'a>],
        id: String,
    ) -> Ftp {
        let role = attribute(attributes, "role");
        let role = self
            .word(
                fence,
                role,
                &["client", "server"],
                &[Role::Client, Role::Server],
            )
            .unwrap_or_default();
        let line = self.control_line(fence, attributes);
        let index = usize::from(line == Line::B);
        if role == Role::Client && !self.talks[index] {
            let kind = if line == Line::B {
                Wrong::NoLineB
            } else {
                Wrong::NobodyThere
            };
            self.note(fence.at, fence.column, kind);
        }
        let mut ftp = Ftp {
            id,
            role,
            line,
            lines: Vec::new(),
            between: Vec::new(),
        };
        let told = self.mistakes.len();
        // The column of a pattern that no command can be made of, until a `-- say` follows.
        let mut unsaid: Option<(u32, u32)> = None;
        for inner in &fence.lines {
            if inner.text.trim().is_empty() || inner.text.starts_with('#') {
                continue;
            }
            if let Some(("say", text)) = inner
                .text
                .strip_prefix("-- ")
                .map(|rest| rest.split_once(' ').unwrap_or((rest, "")))
            {
                unsaid = None;
                self.say(inner, text, &mut ftp);
                continue;
            }
            if let Some((line, column)) = unsaid.take() {
                self.note(line, column, Wrong::SayMissing);
            }
            let told = self.mistakes.len();
            if self.notation(inner, &mut ftp)
                && role == Role::Client
                && self.mistakes.len() == told
                && let Some(Wanted::Command { pattern, .. }) = ftp.lines.last().map(|l| &l.what)
                && first_command(pattern).is_none()
            {
                unsaid = Some((inner.line, inner.column));
            }
        }
        if let Some((line, column)) = unsaid {
            self.note(line, column, Wrong::SayMissing);
        }
        if ftp.lines.is_empty() && self.mistakes.len() == told {
            self.note(fence.at, fence.column, Wrong::DialogueEmpty);
        }
        ftp
    }

    fn say(&mut self, inner: &Inner<'_>, text: &str, ftp: &mut Ftp) {
        let column = inner.column + 7;
        let mut found = Found::new();
        let literal = Literal::parse(text, Place::Say, &mut found);
        self.notated(inner.line, column, text, found, literal.values());
        match ftp.lines.last_mut().map(|line| &mut line.what) {
            Some(Wanted::Command { say, .. }) if say.is_none() && !text.is_empty() => {
                *say = Some(literal);
            }
            _ => self.note(inner.line, inner.column, Wrong::SayOnly),
        }
    }

    /// Reads a line of the notation; true where it is a `C>`.
    fn notation(&mut self, inner: &Inner<'_>, ftp: &mut Ftp) -> bool {
        if !self.counted(inner.line) {
            return false;
        }
        let marker = inner.text.get(..2).unwrap_or("");
        let scripts = ["S?", "D@"].iter().find(|known| **known == marker);
        if let Some(marker) = scripts {
            self.note(inner.line, inner.column, Wrong::MarkerOfScripts(marker));
            return false;
        }
        if !["C>", "S>", "D>", "D<", "C*"].contains(&marker) {
            let known = inner.text.trim_start().get(..2).unwrap_or("");
            let kind = match marker {
                "--" => Wrong::SayOnly,
                _ if ["C>", "S>", "D>", "D<", "C*"].contains(&known) => {
                    Wrong::Notation(Notation::MarkerIndented)
                }
                _ => Wrong::Notation(Notation::MarkerUnknown),
            };
            self.note(inner.line, inner.column, kind);
            return false;
        }
        let rest = &inner.text[2..];
        let column = inner.column + 3;
        let rest = match rest.strip_prefix(' ') {
            Some(rest) => rest.trim_end(),
            None if rest.is_empty() => "",
            None => {
                let kind = Wrong::Notation(Notation::BlankMissing);
                self.note(inner.line, column - 1, kind);
                return false;
            }
        };
        if rest.is_empty() && marker != "D<" {
            let kind = Wrong::Notation(Notation::RestMissing);
            self.note(inner.line, column, kind);
            return false;
        }
        let what = match marker {
            "C*" => {
                let pattern = self.pattern(inner.line, column, rest);
                ftp.between.push(pattern);
                return false;
            }
            "C>" => {
                let pattern = self.pattern(inner.line, column, rest);
                let word = first_word(&pattern);
                Wanted::Command {
                    verb: Verb::of(&word),
                    pattern,
                    say: None,
                }
            }
            "S>" => match self.reply(inner.line, column, rest) {
                Some(reply) => reply,
                None => return false,
            },
            "D>" => Wanted::Data(self.pattern(inner.line, column, rest)),
            _ => Wanted::Upload,
        };
        ftp.lines.push(Expected {
            at: inner.line,
            written: inner.text.trim_end().to_owned(),
            what,
        });
        marker == "C>"
    }

    fn reply(&mut self, line: u32, column: u32, rest: &str) -> Option<Wanted> {
        let (code, text) = match rest.split_once(' ') {
            Some((code, text)) => (code, text.trim_start()),
            None => (rest, ""),
        };
        let number = code.parse().ok().filter(|_| {
            code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit()) && code >= "100"
        });
        let Some(number) = number else {
            self.note(line, column, Wrong::CodeInvalid(code.to_owned()));
            return None;
        };
        let at = column + (rest.len() - text.len()) as u32;
        let text = (!text.is_empty()).then(|| self.pattern(line, at, text));
        Some(Wanted::Reply { code: number, text })
    }

    fn pattern(&mut self, line: u32, column: u32, source: &str) -> Pattern {
        let mut found = Found::new();
        let pattern = Pattern::parse(source, &mut found);
        let values = pattern.alternatives().iter().flat_map(Literal::values);
        self.notated(line, column, source, found, values);
        pattern
    }

    /// What the notation found wrong, and the values in it that no sheet has.
    fn notated<'v>(
        &mut self,
        line: u32,
        column: u32,
        source: &str,
        found: Found,
        values: impl Iterator<Item = &'v Value>,
    ) {
        for (at, kind) in found {
            self.note(line, column + at as u32, Wrong::Notation(kind));
        }
        for value in values {
            let wrong = match value {
                Value::Param(name) if self.params.contains(name) => continue,
                Value::Param(name) => Wrong::ParamUnknown {
                    name: name.clone(),
                    nearest: nearest(name, self.params.iter().map(String::as_str))
                        .map(str::to_owned),
                },
                other => Wrong::Notation(Notation::ValueMisplaced(other.clone())),
            };
            let at = source.find(&value.to_string()).unwrap_or(0);
            let at = source[..at].chars().count() as u32;
            self.note(line, column + at, wrong);
        }
    }
}

/// What a player sends for a pattern without `-- say`: its first alternative with `*` left out. `None` for a regular
/// expression, and where nothing would be left.
fn first_command(pattern: &Pattern) -> Option<Literal> {
    let first = pattern.alternatives().first()?;
    let mut pieces: Vec<Piece> = first
        .pieces
        .iter()
        .filter(|piece| **piece != Piece::Any)
        .cloned()
        .collect();
    // `PWD *` sends PWD.
    if let Some(Piece::Bytes(last)) = pieces.last_mut() {
        last.truncate(last.trim_ascii_end().len());
        if last.is_empty() {
            pieces.pop();
        }
    }
    (!pieces.is_empty()).then_some(Literal { pieces })
}

/// The first word of what a pattern wants.
fn first_word(pattern: &Pattern) -> Vec<u8> {
    let head = match pattern.alternatives().first() {
        Some(first) => first.head().to_vec(),
        None => pattern
            .to_string()
            .trim_start_matches(['/', '^', '('])
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .collect(),
    };
    let end = verb_len(&head);
    head[..end].to_vec()
}
