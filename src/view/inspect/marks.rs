//! Captures held against a rubric: a verdict each, with the frames that show it; as text, as CSV for a mark sheet, as JSON
//! Lines.

use serde::Serialize;

use super::{Overview, Show, lists::cell};
use crate::{
    analysis::{
        expect::{
            Expectation, Expected, File, MAX_EVIDENCE, MAX_EXPECTATIONS, MAX_RUBRIC, Mark, Marks,
            Misread, Rubric, RubricError, Unmeetable,
        },
        finding::Finding,
    },
    say,
    view::{
        json::{self, Bytes},
        number, sanitise,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// Characters shown of what TOML says is wrong: room for every name that it knows, and not for a name without end.
const MAX_DETAIL: usize = 400;

/// How the marks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// For a person.
    Text,
    /// A line a capture, a column an expectation.
    Csv,
    /// A line an expectation.
    Json,
}

/// Marks captures.
pub struct Marker<'a> {
    text: &'a Text,
    style: Style,
    rubric: &'a Rubric,
    marks: Option<Marks<'a>>,
    sheet: Sheet,
    unmet: u64,
}

#[derive(Serialize)]
struct CheckLine<'a> {
    file: Bytes<'a>,
    n: usize,
    title: &'a str,
    met: bool,
    frames: &'a [u64],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tried_only: bool,
}

impl<'a> Marker<'a> {
    /// Marks with this rubric.
    #[must_use]
    pub fn new(text: &'a Text, style: Style, rubric: &'a Rubric, sheet: Sheet) -> Marker<'a> {
        Marker {
            text,
            style,
            rubric,
            marks: None,
            sheet,
            unmet: 0,
        }
    }

    fn line(&self, expectation: &Expectation, mark: &Mark, out: &mut String) {
        let (word, role) = if mark.met {
            ("inspect-mark-met", Role::GoodReply)
        } else {
            ("inspect-mark-unmet", Role::BadReply)
        };
        let word = self.text.say(word, &[]);
        let widest = ["inspect-mark-met", "inspect-mark-unmet"]
            .map(|id| self.text.say(id, &[]).chars().count());
        let widest = widest[0].max(widest[1]);
        let mut shown = title(self.text, expectation);
        if mark.tried_only {
            shown.push(' ');
            shown.push_str(&say!(self.text, "inspect-mark-tried-only"));
        }
        if !mark.frames.is_empty() {
            let mut frames: Vec<String> = mark.frames.iter().map(ToString::to_string).collect();
            if frames.len() == MAX_EVIDENCE {
                frames.push("…".to_owned());
            }
            shown.push(' ');
            shown.push_str(&say!(
                self.text,
                "inspect-mark-frames",
                frames = frames.join(", ")
            ));
        }
        let column = 4 + widest + 2;
        out.push_str("    ");
        out.push_str(&self.style.paint(role, &word));
        out.extend(std::iter::repeat_n(' ', column - 4 - word.chars().count()));
        out.push_str(&wrap(&shown, column, column, self.style.width()));
        out.push('\n');
    }
}

/// Why a rubric is none.
#[must_use]
pub fn no_rubric(text: &Text, error: &RubricError) -> String {
    match error {
        RubricError::TooLong => say!(
            text,
            "inspect-rubric-too-long",
            limit = (MAX_RUBRIC / 1024) as u64
        ),
        RubricError::NotUtf8 => say!(text, "inspect-rubric-not-utf8"),
        RubricError::Misread { line, column, what } => say!(
            text,
            "inspect-rubric-at",
            line = line.to_string(),
            column = column.to_string(),
            detail = misread(text, what)
        ),
        RubricError::NotOne { number, found } => say!(
            text,
            "inspect-rubric-one",
            number = number.to_string(),
            found = found.to_string()
        ),
        RubricError::Count(count) => say!(
            text,
            "inspect-rubric-count",
            found = count.to_string(),
            most = MAX_EXPECTATIONS.to_string()
        ),
        RubricError::Unmeetable { number, what } => unmeetable(text, *number, what),
    }
}

/// What stands in a rubric, harmless and with an end.
fn short(text: &str) -> String {
    let end = text.char_indices().nth(MAX_DETAIL);
    let shown = end.map_or(text, |(end, _)| &text[..end]);
    let more = if end.is_some() { "…" } else { "" };
    format!("{}{more}", sanitise::line(shown.as_bytes()))
}

/// What is wrong at a place of a rubric.
#[must_use]
pub fn misread(text: &Text, what: &Misread) -> String {
    match what {
        Misread::Toml(message) => say!(text, "inspect-rubric-toml", detail = short(message)),
        Misread::Unknown { name, known } => say!(
            text,
            "inspect-rubric-unknown",
            name = short(name),
            known = known.join(", ")
        ),
        Misread::Value { name, like } => {
            say!(text, "inspect-rubric-value", name = *name, like = *like)
        }
    }
}

/// Why no capture meets the expectation of this number.
#[must_use]
pub fn unmeetable(text: &Text, number: usize, what: &Unmeetable) -> String {
    let number = number.to_string();
    match what {
        Unmeetable::NoCommands => say!(text, "inspect-rubric-no-commands", number = number),
        Unmeetable::Command(command) => say!(
            text,
            "inspect-rubric-command",
            number = number,
            command = short(command)
        ),
        Unmeetable::Reply(code) => say!(
            text,
            "inspect-rubric-reply",
            number = number,
            code = code.to_string()
        ),
        Unmeetable::Sha256(hash) => say!(
            text,
            "inspect-rubric-sha256",
            number = number,
            hash = short(hash)
        ),
    }
}

/// What stands above the marks: the rubric's title, where it has one.
#[must_use]
pub fn head(style: Style, rubric: &Rubric) -> String {
    rubric.title.as_ref().map_or(String::new(), |title| {
        let title = sanitise::line(title.as_bytes());
        format!("{}\n\n", style.paint(Role::Heading, &title))
    })
}

/// The first line of a mark sheet.
#[must_use]
pub fn csv_head(text: &Text, rubric: &Rubric) -> String {
    let mut head = "file,met,of".to_owned();
    for expectation in &rubric.expectations {
        head.push(',');
        head.push_str(&cell(title(text, expectation).as_bytes()));
    }
    head.push_str("\r\n");
    head
}

/// The line of a mark sheet for a file that is no capture: it has no marks, which is not the same as none that are met.
#[must_use]
pub fn csv_unread(file: &[u8], rubric: &Rubric) -> String {
    let count = rubric.expectations.len();
    format!("{},,{count}{}\r\n", cell(file), ",".repeat(count))
}

/// What is expected: the instructor's title, or a sentence.
#[must_use]
pub fn title(text: &Text, expectation: &Expectation) -> String {
    if let Some(title) = &expectation.title {
        return sanitise::line(title.as_bytes()).into_owned();
    }
    let clean = |text: &str| sanitise::line(text.as_bytes()).into_owned();
    let file = |wanted: &File, named: &'static str, any: &'static str| {
        let shown = match &wanted.name {
            Some(name) => say!(text, named, name = clean(name)),
            None => text.say(any, &[]),
        };
        let bytes = wanted.bytes.map(|bytes| {
            let count = number::count(text, bytes);
            say!(text, "inspect-expect-bytes", count = bytes, bytes = count)
        });
        let hash = wanted.sha256.as_ref().map(|hash| {
            let hash = hash.trim();
            format!("SHA-256 {}…", hash.get(..8).unwrap_or(hash))
        });
        let details: Vec<String> = bytes.into_iter().chain(hash).collect();
        match details.is_empty() {
            true => format!("{shown}."),
            false => format!("{shown} ({}).", details.join(", ")),
        }
    };
    match &expectation.what {
        Expected::LoggedIn(None) => say!(text, "inspect-expect-logged-in"),
        Expected::LoggedIn(Some(user)) => {
            say!(text, "inspect-expect-logged-in-as", user = clean(user))
        }
        Expected::NoFailedLogin => say!(text, "inspect-expect-no-failed-login"),
        Expected::Active => say!(text, "inspect-expect-active"),
        Expected::Passive => say!(text, "inspect-expect-passive"),
        Expected::Both => say!(text, "inspect-expect-both"),
        Expected::Retrieved(wanted) => file(
            wanted,
            "inspect-expect-retrieved",
            "inspect-expect-retrieved-any",
        ),
        Expected::Stored(wanted) => {
            file(wanted, "inspect-expect-stored", "inspect-expect-stored-any")
        }
        Expected::Listed => say!(text, "inspect-expect-listed"),
        Expected::PortComputed => say!(text, "inspect-expect-port"),
        Expected::Commands(verbs) => say!(
            text,
            "inspect-expect-commands",
            verbs = clean(&verbs.join(", "))
        ),
        Expected::NoRefusal => say!(text, "inspect-expect-no-refusal"),
        Expected::Goodbye => say!(text, "inspect-expect-goodbye"),
        Expected::Reply(code) => say!(text, "inspect-expect-reply", code = code.to_string()),
        Expected::Sessions(count) => say!(text, "inspect-expect-sessions", count = *count),
        Expected::Server(server) => {
            say!(text, "inspect-expect-server", server = server.to_string())
        }
        Expected::Whole => say!(text, "inspect-expect-whole"),
    }
}

impl Show for Marker<'_> {
    fn begin(&mut self, _: &[u8], _: &str, _: &mut String) {
        self.marks = Some(Marks::new(self.rubric));
    }

    fn finding(&mut self, finding: &Finding<'_>, _: &mut String) {
        if let Some(marks) = &mut self.marks {
            marks.finding(finding);
        }
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        let Some(marks) = self.marks.take() else {
            return;
        };
        let marks = marks.finish();
        let met = marks.iter().filter(|mark| mark.met).count();
        self.unmet += (marks.len() - met) as u64;
        match self.sheet {
            Sheet::Text => {
                let shown = say!(
                    self.text,
                    "inspect-mark-total",
                    file = sanitise::line(&overview.file).into_owned(),
                    met = met as u64,
                    of = marks.len() as u64
                );
                out.push_str(&self.style.paint(Role::Heading, &shown));
                out.push('\n');
                for (expectation, mark) in self.rubric.expectations.iter().zip(&marks) {
                    self.line(expectation, mark, out);
                }
            }
            Sheet::Csv => {
                out.push_str(&cell(&overview.file));
                out.push_str(&format!(",{met},{}", marks.len()));
                for mark in &marks {
                    out.push_str(if mark.met { ",1" } else { ",0" });
                }
                out.push_str("\r\n");
            }
            Sheet::Json => {
                for (at, (expectation, mark)) in
                    self.rubric.expectations.iter().zip(&marks).enumerate()
                {
                    let line = CheckLine {
                        file: Bytes(&overview.file),
                        n: at + 1,
                        title: &title(self.text, expectation),
                        met: mark.met,
                        frames: &mark.frames,
                        tried_only: mark.tried_only,
                    };
                    out.push_str(&json::line("check", None, &line));
                }
            }
        }
    }

    fn unmet(&self) -> u64 {
        self.unmet
    }
}
