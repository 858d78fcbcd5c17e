//! The mark sheet of a class: a table for the terminal, or CSV for a spreadsheet (RFC 4180). Everything in a report is a
//! student's own file: it is made safe and short before it is shown, and no cell of it becomes a formula.

use std::{
    collections::{BTreeSet, HashSet},
    fmt::Write,
};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    lab::{
        marks::{Row, Same},
        report::{Altered, Block, Kind, Report},
    },
    say,
    view::{
        inspect::lists::cell,
        sanitise,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// The most columns of a student's or a sheet's name.
const NAME: usize = 24;
/// Columns of blocks that a CSV has at most: a spreadsheet shows no more in a row. How many more there are is told.
const MAX_BLOCKS: usize = 1000;

/// A report and what it came to.
pub struct Marked {
    /// The file it is from.
    pub file: String,
    /// The report.
    pub report: Report,
    /// What it came to.
    pub row: Row,
}

/// A name of a report, safe, short, on one line.
fn name(text: &str) -> String {
    let text = sanitise::line(text.as_bytes());
    let mut out = String::new();
    for c in text.chars() {
        if out.width() >= NAME - 1 {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// Who has more than one report on a sheet.
type Several<'a> = HashSet<(&'a str, &'a str)>;

fn several(all: &[Marked]) -> Several<'_> {
    let mut once = HashSet::new();
    let whose = all.iter().filter_map(|marked| {
        let student = marked.report.student.as_deref()?;
        Some((student, marked.report.sheet.id.as_str()))
    });
    whose.filter(|one| !once.insert(*one)).collect()
}

/// The student, and the file where that alone says which report it is.
fn student(marked: &Marked, several: &Several<'_>) -> String {
    let id = marked.report.sheet.id.as_str();
    match marked.report.student.as_deref() {
        None => file(marked),
        Some(student) if several.contains(&(student, id)) => {
            format!("{} ({})", name(student), file(marked))
        }
        Some(student) => name(student),
    }
}

/// The end of the file's name, where it is long.
fn file(marked: &Marked) -> String {
    let file = sanitise::line(marked.file.as_bytes());
    let mut end = file.len();
    let mut width = 0;
    for c in file.chars().rev() {
        width += c.width().unwrap_or_default();
        if width >= NAME {
            return format!("…{}", &file[end..]);
        }
        end -= c.len_utf8();
    }
    file.into_owned()
}

/// A block in one character: done, begun, not begun.
fn mark(block: &Block) -> char {
    match (block.done, block.touched()) {
        (true, _) => '✓',
        (false, true) => '○',
        (false, false) => '·',
    }
}

/// The table, what is to be looked at, and what the signs mean.
#[must_use]
pub fn page(text: &Text, style: Style, all: &[Marked], same: &[Same]) -> String {
    let several = several(all);
    let mut rows = vec![[
        say!(text, "labmarks-student"),
        say!(text, "labmarks-sheet"),
        say!(text, "labmarks-points"),
        say!(text, "labmarks-done"),
        say!(text, "labmarks-tries"),
        say!(text, "labmarks-hints"),
        say!(text, "labmarks-time"),
        say!(text, "labmarks-written"),
    ]];
    for marked in all {
        let Marked { report, row, .. } = marked;
        let sheet = &report.sheet;
        rows.push([
            student(marked, &several),
            format!(
                "{} v{} {}",
                name(&sheet.id),
                sheet.version,
                name(&sheet.language)
            ),
            match row.to_read {
                0 => format!("{}/{}", row.points.0, row.points.1),
                more => format!("{}/{} +{more}", row.points.0, row.points.1),
            },
            format!("{}/{}", row.blocks.0, row.blocks.1),
            row.tries.to_string(),
            row.hints.to_string(),
            time(text, row.seconds),
            row.written.to_string(),
        ]);
    }
    let mut out = table(style, &rows);
    out.push('\n');
    let line = |out: &mut String, role: Role, told: &str| {
        let told = wrap(told, 0, 2, style.width());
        let _ = writeln!(out, "{}", style.paint(role, &told));
    };
    for marked in all {
        let marks: String = marked.report.blocks.iter().map(mark).collect();
        let told = say!(
            text,
            "labmarks-blocks",
            student = student(marked, &several),
            marks = marks
        );
        line(&mut out, Role::Remark, &told);
    }
    line(&mut out, Role::Remark, &say!(text, "labmarks-legend"));
    if all.iter().any(|marked| marked.row.to_read > 0) {
        line(&mut out, Role::Remark, &say!(text, "labmarks-to-read"));
    }
    let remarks: Vec<String> = remarks(text, all, same);
    if !remarks.is_empty() {
        out.push('\n');
    }
    for told in remarks {
        line(&mut out, Role::Hint, &told);
    }
    out
}

/// What is to be looked at.
fn remarks(text: &Text, all: &[Marked], same: &[Same]) -> Vec<String> {
    let mut out = Vec::new();
    for marked in all {
        let file = sanitise::line(marked.file.as_bytes()).into_owned();
        match &marked.row.altered {
            Some(Altered::Block(block)) => out.push(say!(
                text,
                "labmarks-altered",
                file = file.as_str(),
                block = name(block)
            )),
            Some(Altered::End) => {
                out.push(say!(text, "labmarks-altered-end", file = file.as_str()));
            }
            None if marked.report.edited => {
                out.push(say!(text, "labmarks-edited", file = file.as_str()));
            }
            None => {}
        }
        if marked.report.demo {
            out.push(say!(text, "labmarks-demo", file = file.as_str()));
        }
    }
    for same in same {
        let files = |numbers: &[usize]| {
            let files = numbers.iter().filter_map(|&at| all.get(at));
            let files: Vec<String> = files
                .map(|marked| sanitise::line(marked.file.as_bytes()).into_owned())
                .collect();
            files.join(", ")
        };
        out.push(match same {
            Same::Report(numbers) => {
                say!(text, "labmarks-same-report", files = files(numbers))
            }
            Same::Text(block, numbers) => say!(
                text,
                "labmarks-same-text",
                block = name(block),
                files = files(numbers)
            ),
            Same::Params(numbers) => {
                say!(text, "labmarks-same-params", files = files(numbers))
            }
        });
    }
    out
}

fn time(text: &Text, seconds: u64) -> String {
    match seconds {
        0..60 => say!(text, "labmarks-seconds", seconds = seconds),
        60..6000 => say!(text, "labmarks-minutes", minutes = seconds / 60),
        _ => say!(text, "labmarks-hours", hours = seconds / 3600),
    }
}

/// Columns as wide as they need; numbers to the right.
fn table(style: Style, rows: &[[String; 8]]) -> String {
    let mut widths = [0; 8];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.width());
            match column {
                0 | 1 => line.extend([cell.as_str(), &pad]),
                _ => line.extend([pad.as_str(), cell]),
            }
            line.push_str("  ");
        }
        let line = line.trim_end();
        let line = if at == 0 {
            style.paint(Role::Heading, line)
        } else {
            line.to_owned()
        };
        let _ = writeln!(out, "{line}");
    }
    out
}

/// The names of the columns before those of the blocks.
const COLUMNS: &str = "file,student,sheet,version,language,finished,points,of,to_read,done,blocks,tries,hints,seconds,\
                       written,altered,demo,same";

/// The mark sheet as CSV: a line a report, then a column a block: points of a question, the length of a free text, 1 or 0 of
/// a dialogue or a capture. And how many columns were left out, see `MAX_BLOCKS`.
#[must_use]
pub fn csv(all: &[Marked], same: &[Same]) -> (String, usize) {
    let mut columns: Vec<(&str, &str)> = Vec::new();
    let mut known = BTreeSet::new();
    for marked in all {
        for block in &marked.report.blocks {
            let column = (marked.report.sheet.id.as_str(), block.id.as_str());
            if known.insert(column) && columns.len() < MAX_BLOCKS {
                columns.push(column);
            }
        }
    }
    let text = |text: &str| cell(sanitise::line(text.as_bytes()).as_bytes());
    let mut out = COLUMNS.to_owned();
    for (sheet, block) in &columns {
        out.push(',');
        out.push_str(&text(&format!("{sheet}/{block}")));
    }
    out.push_str("\r\n");
    for (marked, same) in all.iter().zip(words(all.len(), same)) {
        let Marked { file, report, row } = marked;
        let mut cells = vec![
            text(file),
            text(report.student.as_deref().unwrap_or_default()),
            text(&report.sheet.id),
            report.sheet.version.to_string(),
            text(&report.sheet.language),
            u8::from(report.finished).to_string(),
            row.points.0.to_string(),
            row.points.1.to_string(),
            row.to_read.to_string(),
            row.blocks.0.to_string(),
            row.blocks.1.to_string(),
            row.tries.to_string(),
            row.hints.to_string(),
            row.seconds.to_string(),
            row.written.to_string(),
            u8::from(row.altered.is_some() || report.edited).to_string(),
            u8::from(report.demo).to_string(),
            text(&same),
        ];
        for (sheet, block) in &columns {
            let block = Some(report)
                .filter(|report| report.sheet.id == *sheet)
                .and_then(|report| report.block(block));
            cells.push(block.map_or_else(String::new, result));
        }
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    (out, known.len() - columns.len())
}

/// What of each report is the same in others: words for a machine.
fn words(reports: usize, same: &[Same]) -> Vec<String> {
    let mut words = vec![String::new(); reports];
    for same in same {
        let (word, all) = match same {
            Same::Report(all) => ("report".to_owned(), all),
            Same::Text(block, all) => (format!("text:{block}"), all),
            Same::Params(all) => ("params".to_owned(), all),
        };
        for &at in all {
            if !words[at].is_empty() {
                words[at].push(' ');
            }
            words[at].push_str(&word);
        }
    }
    words
}

fn result(block: &Block) -> String {
    match block.kind {
        Kind::Ask => if block.done { block.points } else { 0 }.to_string(),
        Kind::Write => {
            let written = block.text.as_ref().map_or(0, |text| text.chars().count());
            written.to_string()
        }
        Kind::Ftp | Kind::Capture => u8::from(block.done).to_string(),
    }
}
