//! `lab list` on the screen and as JSON Lines.

use std::fmt::Write;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::{
    lab::sheet::{Kind, Language, Part, Sheet},
    say,
    view::{
        json, sanitise,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// The most columns that the sheets' names take.
const NAMES: usize = 24;

/// A sheet of the list.
#[derive(Debug)]
pub struct Row {
    /// Its name without language and ending.
    pub id: String,
    /// Its file; `None` for one that ftplab brings.
    pub path: Option<String>,
    /// What it is; else how many mistakes it has.
    pub sheet: Result<Sheet, usize>,
    /// The languages it is in, by its files' names.
    pub languages: Vec<Language>,
}

/// How many questions a sheet asks, and what they count for.
fn questions(sheet: &Sheet) -> (u64, u64) {
    let blocks = sheet.steps.iter().flat_map(|step| &step.parts);
    blocks.fold((0, 0), |(count, points), part| match part {
        Part::Block(block) => match &block.kind {
            Kind::Ask(ask) => (count + 1, points + u64::from(ask.points)),
            Kind::Write(write) => (count + 1, points + u64::from(write.points)),
            _ => (count, points),
        },
        Part::Prose(_) => (count, points),
    })
}

/// The list: a line a sheet, and how to begin.
#[must_use]
pub fn page(text: &Text, style: Style, rows: &[Row]) -> String {
    let mut out = String::new();
    let names: Vec<String> = rows
        .iter()
        .map(|row| {
            let name = row.path.as_deref().unwrap_or(&row.id);
            sanitise::line(name.as_bytes()).into_owned()
        })
        .collect();
    let wide = names
        .iter()
        .map(|name| name.width())
        .filter(|wide| *wide <= NAMES)
        .max()
        .unwrap_or(0);
    for (row, name) in rows.iter().zip(&names) {
        let languages: Vec<&str> = row.languages.iter().map(|l| l.code()).collect();
        let (title, rest) = match &row.sheet {
            Ok(sheet) => {
                let (questions, points) = questions(sheet);
                let title = sanitise::line(sheet.head.title.as_bytes()).into_owned();
                let rest = say!(
                    text,
                    "lab-list-what",
                    steps = sheet.steps.len() as u64,
                    questions = questions,
                    points = points,
                    languages = languages.join(", ")
                );
                (title, rest)
            }
            Err(mistakes) => (
                String::new(),
                say!(
                    text,
                    "lab-list-broken",
                    count = *mistakes as u64,
                    name = name.as_str()
                ),
            ),
        };
        let hang = wide + 2;
        out.push_str(&style.paint(Role::Command, name));
        if name.width() > wide {
            out.push('\n');
            out.push_str(&" ".repeat(hang));
        } else {
            out.push_str(&" ".repeat(hang - name.width()));
        }
        if !title.is_empty() {
            let title = wrap(&title, hang, hang, style.width());
            let _ = write!(out, "{title}\n{}", " ".repeat(hang));
        }
        let rest = wrap(&rest, hang, hang, style.width());
        let role = if row.sheet.is_ok() {
            Role::Remark
        } else {
            Role::Warning
        };
        let _ = writeln!(out, "{}", style.paint(role, &rest));
    }
    if rows.is_empty() {
        let _ = writeln!(out, "{}", say!(text, "lab-list-empty"));
    } else {
        let how = say!(text, "lab-list-how");
        let _ = writeln!(out, "\n{}", wrap(&how, 0, 0, style.width()));
    }
    out
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    file: Option<&'a str>,
    title: Option<&'a str>,
    version: Option<u64>,
    languages: Vec<&'static str>,
    steps: Option<usize>,
    questions: Option<u64>,
    points: Option<u64>,
    mistakes: usize,
}

/// A sheet's JSON line, of type `sheet`.
#[must_use]
pub fn json(row: &Row) -> String {
    let sheet = row.sheet.as_ref().ok();
    let counted = sheet.map(questions);
    let line = Line {
        name: &row.id,
        file: row.path.as_deref(),
        title: sheet.map(|sheet| sheet.head.title.as_str()),
        version: sheet.map(|sheet| sheet.head.version),
        languages: row.languages.iter().map(|l| l.code()).collect(),
        steps: sheet.map(|sheet| sheet.steps.len()),
        questions: counted.map(|(questions, _)| questions),
        points: counted.map(|(_, points)| points),
        mistakes: row.sheet.as_ref().err().copied().unwrap_or(0),
    };
    json::line("sheet", None, &line)
}
