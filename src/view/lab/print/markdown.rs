//! The printed sheet as Markdown (CommonMark with tables), for whoever puts it into a course of their own.

use std::{fmt::Write, ops::Range};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{BLANK, Below, Filled, Handout, Item, Key, Question, Value, parser};
use crate::{say, view::text::Text};

/// What a line to write on is made of.
const LINE: &str = "………………………………………………………………………………";

pub(super) fn page(handout: &Handout<'_>) -> String {
    let text = handout.text;
    let (items, points) = handout.items();
    let mut out = format!("# {}\n\n{}\n", escaped(&handout.title()), handout.about());
    if !handout.key {
        let _ = writeln!(
            out,
            "\n{}\n\n{}",
            say!(text, "labprint-md-person", blank = BLANK),
            say!(text, "labprint-md-points", points = points)
        );
    }
    for item in &items {
        out.push('\n');
        one(text, item, &mut out);
    }
    out
}

fn one(text: &Text, item: &Item, out: &mut String) {
    let _ = match item {
        Item::Step(number, title) => writeln!(out, "## {number}. {}", inline(title)),
        Item::Prose(prose) => writeln!(out, "{}", block(prose).trim_end()),
        Item::Shell(commands) => {
            let commands: Vec<String> = commands.iter().map(code_text).collect();
            fenced(out, &commands.join("\n"), "sh")
        }
        Item::Text(plain) => fenced(out, plain.trim_end(), "text"),
        Item::Dialogue { hint, rows } => {
            let _ = writeln!(out, "{hint}\n");
            let _ = writeln!(
                out,
                "| | {} | {} | {} | {} |\n|---|---|---|---|---|",
                say!(text, "labprint-said"),
                say!(text, "labprint-digit-1"),
                say!(text, "labprint-digit-2"),
                say!(text, "labprint-digit-3")
            );
            for row in rows {
                let said = row.said.as_deref().map_or_else(|| BLANK.to_owned(), code);
                let digits = match &row.digits {
                    None => [""; 3].map(str::to_owned),
                    Some(digits) => digits
                        .each_ref()
                        .map(|digit| digit.as_deref().map_or_else(|| BLANK.to_owned(), escaped)),
                };
                let cells = [said].into_iter().chain(digits);
                let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|")).collect();
                let _ = writeln!(out, "| {} | {} |", row.who, cells.join(" | "));
            }
            Ok(())
        }
        Item::Question(asked) => question(text, asked, out),
        Item::Capture { title, told, shows } => {
            if let Some(title) = title {
                let _ = writeln!(out, "**{}**\n", escaped(title));
            }
            let _ = writeln!(out, "{}\n", escaped(told));
            for show in shows {
                let _ = writeln!(out, "- ☐ {}", escaped(show));
            }
            Ok(())
        }
        Item::Script { told, text } => {
            let _ = writeln!(out, "{}", escaped(told));
            match text {
                Some(script) => {
                    out.push('\n');
                    fenced(out, script.trim_end(), "text")
                }
                None => Ok(()),
            }
        }
    };
}

fn question(text: &Text, question: &Question, out: &mut String) -> std::fmt::Result {
    let points = say!(text, "labprint-points", points = question.points);
    let asked = block(&question.asked);
    writeln!(
        out,
        "**{}.** {} *({points})*\n",
        question.number,
        asked.trim()
    )?;
    match &question.below {
        Below::Choices(choices) => {
            for (choice, mark) in choices {
                let tick = match mark {
                    Some(mark) if mark.right => "☑",
                    _ => "☐",
                };
                write!(out, "- {tick} {}", inline(choice))?;
                if let Some(told) = mark.as_ref().and_then(|mark| mark.told.as_ref()) {
                    write!(out, " — *{}*", inline(told))?;
                }
                out.push('\n');
            }
        }
        Below::Lines(_) if question.key.is_some() => {}
        Below::Lines(lines) => {
            for line in 0..*lines {
                if line > 0 {
                    out.push('\n');
                }
                writeln!(out, "{LINE}")?;
            }
        }
    }
    if let Some(key) = &question.key {
        let told = self::key(text, key);
        let separated = matches!(question.below, Below::Choices(_)) && !told.is_empty();
        if separated {
            out.push('\n');
        }
        out.push_str(&told);
    }
    Ok(())
}

fn key(text: &Text, key: &Key) -> String {
    let mut lines = Vec::new();
    if key.free {
        lines.push(say!(text, "labprint-free"));
    }
    for right in &key.right {
        let answer = answer(right);
        lines.push(say!(text, "labprint-md-right", answer = answer));
    }
    for (wrong, told) in &key.wrong {
        lines.push(say!(
            text,
            "labprint-md-wrong",
            answer = answer(wrong),
            told = inline(told)
        ));
    }
    for hint in &key.hints {
        lines.push(say!(text, "labprint-md-hint", hint = inline(hint)));
    }
    if let Some(why) = &key.why {
        lines.push(say!(text, "labprint-md-why", why = inline(why)));
    }
    lines.iter().map(|line| format!("* {line}\n")).collect()
}

fn answer(filled: &Filled) -> String {
    code(&code_text(filled))
}

/// The text with values as they stand in code.
fn code_text(filled: &Filled) -> String {
    filled.pieces(&filled.text).map(in_code).collect()
}

fn in_code<'p>(piece: Result<&'p str, &'p Value>) -> String {
    match piece {
        Ok(text) => text.to_owned(),
        Err(Value::Known(value)) => value.replace('`', "'"),
        Err(Value::Blank) => BLANK.to_owned(),
        Err(Value::Named(name)) => name.clone(),
    }
}

fn in_text<'p>(piece: Result<&'p str, &'p Value>) -> String {
    match piece {
        Ok(text) => text.to_owned(),
        Err(Value::Known(value)) => escaped(value),
        Err(Value::Blank) => BLANK.to_owned(),
        Err(Value::Named(name)) => format!("`{name}`"),
    }
}

/// Markdown on one line.
fn inline(filled: &Filled) -> String {
    block(filled)
        .split_ascii_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Markdown with its values; HTML and pictures in it become words.
fn block(filled: &Filled) -> String {
    let source = &filled.text;
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    let mut push = |range: Range<usize>, how: How, out: &mut String| {
        if range.start < at {
            return;
        }
        plain(filled, &source[at..range.start], out);
        at = range.end;
        let piece = &source[range];
        match how {
            How::Code => out.extend(filled.pieces(piece).map(in_code)),
            How::Html => out.push_str(&piece.replace('<', "&lt;")),
            How::Picture => out.push_str(&piece.replacen('!', "", 1)),
            How::Nothing => {}
        }
    };
    for (event, range) in parser(source).into_offset_iter() {
        match event {
            Event::Html(html) | Event::InlineHtml(html) if html.starts_with("<!--") => {
                push(range, How::Nothing, &mut out);
            }
            Event::Html(_) | Event::InlineHtml(_) => push(range, How::Html, &mut out),
            Event::Code(_) | Event::End(TagEnd::CodeBlock) => push(range, How::Code, &mut out),
            Event::Start(Tag::Image { .. }) => push(range, How::Picture, &mut out),
            _ => {}
        }
    }
    plain(filled, &source[at..], &mut out);
    out
}

/// How a piece of Markdown goes on.
enum How {
    Code,
    Html,
    Picture,
    Nothing,
}

fn plain(filled: &Filled, text: &str, out: &mut String) {
    out.extend(filled.pieces(text).map(in_text));
}

/// Text in which nothing is Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Text between as many backticks as it takes.
fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let ticks = "`".repeat(longest_run(&text) + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{ticks} {text} {ticks}"),
        false => format!("{ticks}{text}{ticks}"),
    }
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// A fenced block that no line of it ends.
fn fenced(out: &mut String, text: &str, info: &str) -> std::fmt::Result {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    writeln!(out, "{fence}{info}\n{text}\n{fence}")
}
