//! What is wrong with a sheet: file, line and column, the line with a caret, what to do; on the screen and as JSON Lines.

mod finding;
mod mistake;

use std::fmt::Write;

use serde::Serialize;

use crate::{
    lab::{MAX_MISTAKES, check::Finding, mistake::Mistake},
    say,
    view::{
        json, sanitise, server,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// What a check found in one sheet.
#[derive(Debug, Default)]
pub struct Checked {
    /// Its file, or its name.
    pub name: String,
    /// The same in the other language.
    pub other: String,
    /// Its lines.
    pub source: Vec<String>,
    /// What is wrong with its form.
    pub mistakes: Vec<Mistake>,
    /// What is wrong beside its form.
    pub findings: Vec<Finding>,
    /// There is none in the other language: how it would be called.
    pub alone: Option<String>,
    /// How many dialogues and questions were played; `None` where nothing was.
    pub played: Option<(u64, u64)>,
    /// Why it was not played, where that was wanted.
    pub not_played: Option<NotPlayed>,
}

impl Checked {
    /// True where nothing is wrong, as far as it was looked at.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.mistakes.is_empty()
            && self.findings.is_empty()
            && !matches!(self.not_played, Some(NotPlayed::Failed(_)))
    }
}

/// Why a sheet was not played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPlayed {
    /// It talks to this server.
    Real(String),
    /// What it needs is not there.
    Wrong,
    /// It could not be played to its end: a sentence of whoever played it.
    Failed(String),
}

/// All mistakes of a sheet, and how many there are: what every command says that cannot go on with it.
#[must_use]
pub fn mistakes(text: &Text, style: Style, name: &str, all: &[Mistake]) -> String {
    let mut out = String::new();
    let name = sanitise::line(name.as_bytes()).into_owned();
    for mistake in all {
        let what = mistake::sentence(text, &mistake.kind);
        let place = format!("{name}:{}:{}", mistake.line, mistake.column);
        out.push_str(&told(text, style, &place, &what));
        if !mistake.text.is_empty() {
            let excerpt = server::excerpt(style, mistake.line, mistake.column, &mistake.text);
            out.push_str(&excerpt);
        }
    }
    let count = all.len() as u64;
    let _ = writeln!(
        out,
        "{}",
        say!(text, "labcheck-summary", count = count, name = name)
    );
    if all.len() == MAX_MISTAKES {
        let more = say!(text, "labcheck-first", most = MAX_MISTAKES as u64);
        let _ = writeln!(out, "{more}");
    }
    out
}

fn told(text: &Text, style: Style, place: &str, what: &str) -> String {
    let line = say!(text, "labcheck-line", place = place, what = what);
    let line = wrap(&line, 0, 2, style.width());
    format!("{}\n", style.paint(Role::Error, &line))
}

/// Everything that was found in a sheet, or that nothing was.
#[must_use]
pub fn page(text: &Text, style: Style, checked: &Checked) -> String {
    let name = sanitise::line(checked.name.as_bytes()).into_owned();
    let mut out = String::new();
    if !checked.mistakes.is_empty() {
        return mistakes(text, style, &checked.name, &checked.mistakes);
    }
    for finding in &checked.findings {
        let place = format!("{name}:{}", finding.line);
        let what = finding::sentence(text, &finding.what, &checked.other);
        out.push_str(&told(text, style, &place, &what));
        let source = checked.source.get(finding.line as usize - 1);
        if let Some(source) = source.filter(|source| !source.is_empty()) {
            // The column is not known: the caret is left out.
            let excerpt = server::excerpt(style, finding.line, 1, source);
            out.extend(excerpt.lines().next().map(|line| format!("{line}\n")));
        }
    }
    let remark = |sentence: String| {
        let line = wrap(&sentence, 0, 2, style.width());
        format!("{}\n", style.paint(Role::Remark, &line))
    };
    if let Some(other) = &checked.alone {
        let other = shown(other);
        out.push_str(&remark(say!(
            text,
            "labcheck-alone",
            name = name.as_str(),
            other = other
        )));
    }
    if let Some(why) = &checked.not_played {
        let line = say!(
            text,
            "labcheck-not-played",
            name = name.as_str(),
            why = why_not(text, why)
        );
        if matches!(why, NotPlayed::Failed(_)) {
            let line = wrap(&line, 0, 2, style.width());
            let _ = writeln!(out, "{}", style.paint(Role::Error, &line));
            return out;
        }
        out.push_str(&remark(line));
    }
    let last = match (checked.findings.len() as u64, checked.played) {
        (0, Some((dialogues, questions))) => say!(
            text,
            "labcheck-fine-played",
            name = name,
            dialogues = dialogues,
            questions = questions
        ),
        (0, None) => say!(text, "labcheck-fine", name = name),
        (count, _) => say!(text, "labcheck-summary", count = count, name = name),
    };
    let _ = writeln!(out, "{}", wrap(&last, 0, 2, style.width()));
    out
}

/// Why a sheet was not played, as a phrase without a full stop.
fn why_not(text: &Text, why: &NotPlayed) -> String {
    match why {
        NotPlayed::Real(server) => say!(text, "labcheck-why-real", server = shown(server)),
        NotPlayed::Wrong => say!(text, "labcheck-why-wrong"),
        NotPlayed::Failed(why) => {
            let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
            shown(why.trim_end_matches('.'))
        }
    }
}

fn shown(value: &str) -> String {
    sanitise::line(server::beginning(value).as_bytes()).into_owned()
}

// ---- JSON Lines ------------------------------------------------------------------------------------------------------

#[derive(Serialize)]
struct CheckedLine<'a> {
    file: &'a str,
    mistakes: usize,
    dialogues: Option<u64>,
    questions: Option<u64>,
    /// Why it was not played, where that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_played: Option<String>,
    ok: bool,
}

/// What was found in a sheet: a line of type `mistake` each, and one of type `checked`.
#[must_use]
pub fn json(text: &Text, checked: &Checked) -> String {
    let mut out = String::new();
    let file = checked.name.as_str();
    for mistake in &checked.mistakes {
        let what = mistake::sentence(text, &mistake.kind);
        let place = (Some(mistake.line), Some(mistake.column));
        out.push_str(&json::mistake(file, place, &what));
    }
    for finding in &checked.findings {
        let what = finding::sentence(text, &finding.what, &checked.other);
        out.push_str(&json::mistake(file, (Some(finding.line), None), &what));
    }
    let mistakes = checked.mistakes.len() + checked.findings.len();
    let line = CheckedLine {
        file,
        mistakes,
        dialogues: checked.played.map(|(dialogues, _)| dialogues),
        questions: checked.played.map(|(_, questions)| questions),
        not_played: checked.not_played.as_ref().map(|why| why_not(text, why)),
        ok: checked.is_fine(),
    };
    out.push_str(&json::line("checked", None, &line));
    out
}
