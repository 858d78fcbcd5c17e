//! A sheet's prose on a terminal: Markdown broken into lines of the terminal's width, readable without colour (code keeps
//! its backticks there). Everything in it goes through the sanitiser, values of the student's session too.
//!
//! Values are put in after the Markdown has been read: a listing with stars in it makes nothing bold. A character of the
//! private use area stands for each while the Markdown is read.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_width::UnicodeWidthStr;

use crate::{
    lab::template::{Name, Piece, Template},
    view::{
        sanitise,
        style::{Role, Style},
    },
};

/// The narrowest that text in lists and quotes gets, in columns.
const NARROWEST: usize = 24;
/// The first of the characters that stand for values.
const STAND_IN: u32 = 0xE000;
/// How many of them there are; a value behind them is put in before the Markdown is read.
const STAND_INS: usize = 0x1000;

/// The prose with its values, in whole lines; a value that is not there yet stays between its braces.
#[must_use]
pub fn render(style: Style, prose: &Template, value: &dyn Fn(&Name) -> Option<String>) -> String {
    let mut markdown = String::new();
    let mut values = Vec::new();
    for piece in &prose.pieces {
        match piece {
            Piece::Text(text) => markdown.push_str(text),
            Piece::Value(name) => {
                let filled = value(name).unwrap_or_else(|| format!("{{{name}}}"));
                let stand_in = u32::try_from(values.len())
                    .ok()
                    .filter(|_| values.len() < STAND_INS)
                    .and_then(|n| char::from_u32(STAND_IN + n));
                match stand_in {
                    Some(stand_in) => {
                        markdown.push(stand_in);
                        values.push(filled);
                    }
                    None => markdown.push_str(&filled),
                }
            }
        }
    }
    let mut page = Page {
        style,
        values,
        frames: vec![Frame::new(Container::Page)],
        words: Words::default(),
        roles: Vec::new(),
        link: None,
        table: None,
    };
    for event in Parser::new_ext(&markdown, Options::ENABLE_TABLES) {
        page.event(event);
    }
    page.finish()
}

/// A word: pieces of it may be dressed differently.
#[derive(Default)]
struct Word {
    pieces: Vec<(String, Option<Role>)>,
    /// The line ends behind it, as the author wants it.
    end_of_line: bool,
}

impl Word {
    fn width(&self) -> usize {
        self.pieces.iter().map(|(text, _)| text.width()).sum()
    }
}

/// Running text, word by word.
#[derive(Default)]
struct Words {
    words: Vec<Word>,
    /// The next text goes on with the last word.
    joined: bool,
}

impl Words {
    fn push(&mut self, text: &str, role: Option<Role>) {
        for (at, part) in text.split([' ', '\n']).enumerate() {
            if at > 0 {
                self.joined = false;
            }
            if part.is_empty() {
                continue;
            }
            if !self.joined {
                self.words.push(Word::default());
            }
            if let Some(word) = self.words.last_mut() {
                word.pieces.push((part.to_owned(), role));
            }
            self.joined = true;
        }
    }

    fn end_line(&mut self) {
        self.joined = false;
        if let Some(word) = self.words.last_mut() {
            word.end_of_line = true;
        }
    }

    fn width(&self) -> usize {
        let blanks = self.words.len().saturating_sub(1);
        self.words.iter().map(Word::width).sum::<usize>() + blanks
    }

    /// The lines, and how wide each is.
    fn lines(&self, style: Style, width: usize) -> Vec<(String, usize)> {
        let mut lines = Vec::new();
        let (mut line, mut column, mut fresh) = (String::new(), 0, true);
        for word in &self.words {
            let wide = word.width();
            if !fresh && column + 1 + wide > width {
                lines.push((std::mem::take(&mut line), column));
                (column, fresh) = (0, true);
            }
            if !fresh {
                line.push(' ');
                column += 1;
            }
            for (text, role) in &word.pieces {
                match role {
                    Some(role) => line.push_str(&style.paint(*role, text)),
                    None => line.push_str(text),
                }
            }
            column += wide;
            fresh = false;
            if word.end_of_line {
                lines.push((std::mem::take(&mut line), column));
                (column, fresh) = (0, true);
            }
        }
        if !fresh {
            lines.push((line, column));
        }
        lines
    }
}

enum Container {
    Page,
    Quote,
    /// With the number of the next item, where they are numbered.
    List(Option<u64>),
    Item(String),
    Code,
}

/// A container, and the lines that are in it so far.
struct Frame {
    what: Container,
    lines: Vec<String>,
    /// Paragraphs stand apart.
    loose: bool,
}

impl Frame {
    fn new(what: Container) -> Frame {
        Frame {
            what,
            lines: Vec::new(),
            loose: false,
        }
    }

    /// The columns it takes at the left.
    fn indent(&self) -> usize {
        match &self.what {
            Container::Page | Container::List(_) => 0,
            Container::Quote => 2,
            Container::Item(mark) => mark.width(),
            Container::Code => 4,
        }
    }
}

struct Page {
    style: Style,
    values: Vec<String>,
    frames: Vec<Frame>,
    words: Words,
    roles: Vec<Role>,
    /// Where the link leads that is being read, and its text so far.
    link: Option<(String, String)>,
    table: Option<Vec<Vec<Words>>>,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if matches!(self.frames.last(), Some(frame) if matches!(frame.what, Container::Code)) =>
            {
                let shown = self.shown(&text, true);
                if let Some(frame) = self.frames.last_mut() {
                    frame.lines.extend(shown.lines().map(str::to_owned));
                }
            }
            Event::Text(text) => self.text(&text),
            Event::Code(code) => {
                let code = self.shown(&code, false);
                if self.style.colour() {
                    self.words.push(&code, Some(Role::Command));
                } else {
                    self.words.push(&format!("`{code}`"), None);
                }
            }
            // A comment is the author's own; other HTML is shown as it is written.
            Event::Html(html) | Event::InlineHtml(html) if html.starts_with("<!--") => {}
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::SoftBreak => self.words.push(" ", None),
            Event::HardBreak => self.words.end_line(),
            Event::Rule => {
                let rule = "─".repeat(self.width());
                self.block(vec![rule]);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let text = self.shown(text, false);
        if let Some((_, told)) = &mut self.link {
            told.push_str(&text);
        }
        self.words.push(&text, self.roles.last().copied());
    }

    /// Text with its values, safe on a terminal.
    fn shown(&self, text: &str, lines: bool) -> String {
        let mut filled = String::with_capacity(text.len());
        for c in text.chars() {
            let at = (c as u32).checked_sub(STAND_IN).map(|at| at as usize);
            match at.and_then(|at| self.values.get(at)) {
                Some(value) => filled.push_str(value),
                None => filled.push(c),
            }
        }
        if lines {
            sanitise::lines(filled.as_bytes())
        } else {
            sanitise::line(filled.as_bytes()).into_owned()
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.flush();
                self.roles.push(Role::Heading);
            }
            Tag::Paragraph => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.loose = true;
                }
            }
            Tag::BlockQuote(_) => self.open(Container::Quote),
            Tag::CodeBlock(_) => self.open(Container::Code),
            Tag::List(first) => self.open(Container::List(first)),
            Tag::Item => {
                let mark = match self.frames.last_mut().map(|frame| &mut frame.what) {
                    Some(Container::List(Some(number))) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                self.open(Container::Item(mark));
            }
            Tag::Strong => self.roles.push(Role::Heading),
            Tag::Emphasis => self.roles.push(Role::Hint),
            Tag::Link { dest_url, .. } => self.link = Some((dest_url.into_string(), String::new())),
            Tag::Table(_) => {
                self.flush();
                self.table = Some(Vec::new());
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.push(Vec::new());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flush();
                self.roles.pop();
            }
            TagEnd::Paragraph => self.flush(),
            TagEnd::BlockQuote(_) | TagEnd::CodeBlock | TagEnd::List(_) | TagEnd::Item => {
                self.close();
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.roles.pop();
            }
            TagEnd::Link => {
                if let Some((url, told)) = self.link.take()
                    && url != told
                {
                    let url = self.shown(&url, false);
                    self.words.push(&format!(" <{url}>"), None);
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.words);
                if let Some(row) = self.table.as_mut().and_then(|table| table.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let lines = self.table(&table);
                    self.block(lines);
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, what: Container) {
        self.flush();
        self.frames.push(Frame::new(what));
    }

    fn close(&mut self) {
        self.flush();
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let (style, indent) = (self.style, frame.indent());
        let lines = frame.lines.into_iter().enumerate().map(|(at, line)| {
            let line = match &frame.what {
                Container::Quote => format!("│ {line}"),
                Container::Item(mark) if at == 0 => format!("{mark}{line}"),
                Container::Code => style.paint(Role::Command, &line),
                _ => line,
            };
            match &frame.what {
                Container::Code => format!("{:indent$}{line}", ""),
                Container::Item(_) if at > 0 && !line.is_empty() => {
                    format!("{:indent$}{line}", "")
                }
                _ => line,
            }
        });
        let lines: Vec<String> = lines.collect();
        let loose = frame.loose;
        if let Container::Item(_) = frame.what {
            // Items stand apart where their paragraphs do.
            let Some(list) = self.frames.last_mut() else {
                return;
            };
            if loose && !list.lines.is_empty() {
                list.lines.push(String::new());
            }
            list.lines.extend(lines);
        } else {
            self.block(lines);
        }
    }

    /// The columns there are for text here.
    fn width(&self) -> usize {
        let taken: usize = self.frames.iter().map(Frame::indent).sum();
        self.style.width().saturating_sub(taken).max(NARROWEST)
    }

    /// Ends a paragraph.
    fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.words.is_empty() {
            return;
        }
        let lines = words.lines(self.style, self.width());
        self.block(lines.into_iter().map(|(line, _)| line).collect());
    }

    /// Puts a block behind what is there, with an empty line between, but in a list whose items stand together.
    fn block(&mut self, lines: Vec<String>) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let together = matches!(frame.what, Container::Item(_)) && !frame.loose;
        if !frame.lines.is_empty() && !together {
            frame.lines.push(String::new());
        }
        frame.lines.extend(lines);
    }

    /// A table: columns as wide as they need, the widest narrower where there is no room.
    fn table(&self, rows: &[Vec<Words>]) -> Vec<String> {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns == 0 {
            return Vec::new();
        }
        let mut widths: Vec<usize> = (0..columns)
            .map(|at| {
                let cells = rows.iter().filter_map(|row| row.get(at));
                cells.map(Words::width).max().unwrap_or(0).max(1)
            })
            .collect();
        let room = self.width().saturating_sub(2 * (columns - 1)).max(columns);
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > 1 => *widest -= 1,
                _ => break,
            }
        }
        let mut out = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            let cells: Vec<Vec<(String, usize)>> = row
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| cell.lines(self.style, width))
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(1);
            for at in 0..height {
                let mut line = String::new();
                for (column, cell) in cells.iter().enumerate() {
                    let (text, wide) = cell.get(at).cloned().unwrap_or_default();
                    let text = if number == 0 {
                        self.style.paint(Role::Heading, &text)
                    } else {
                        text
                    };
                    line.push_str(&text);
                    if column + 1 < cells.len() {
                        let pad = widths[column].saturating_sub(wide) + 2;
                        line.extend(std::iter::repeat_n(' ', pad));
                    }
                }
                out.push(line.trim_end().to_owned());
            }
            if number == 0 {
                let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
                out.push(rule.join("  "));
            }
        }
        out
    }

    fn finish(mut self) -> String {
        while self.frames.len() > 1 {
            self.close();
        }
        self.flush();
        let mut out = String::new();
        for line in self.frames.pop().map(|page| page.lines).unwrap_or_default() {
            out.push_str(&line);
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str, width: usize) -> String {
        let prose = Template {
            pieces: vec![Piece::Text(markdown.to_owned())],
        };
        render(Style::new(false, width), &prose, &|_| None)
    }

    #[test]
    fn paragraphs_lists_quotes_and_code() {
        let page = "# Head\n\nSome *words* and **more** of `code x`\nthat go on.\n\n- one two three four five six\n- two\n\n  with more\n\n\
                    3. three\n4. four\n   - deep\n\n> quoted `text` that is long enough\n\n```text\nS> 220   x\n```\n\n---\n[RFC 959](https://x.y/)\\\nend <https://z/>\n";
        assert_eq!(
            shown(page, 28),
            "Head\n\nSome words and more of `code\nx` that go on.\n\n• one two three four five\n  six\n\n• two\n\n  with more\n\n\
             3. three\n4. four\n   • deep\n\n│ quoted `text` that is long\n│ enough\n\n    S> 220   x\n\n\
             ────────────────────────────\n\nRFC 959 <https://x.y/>\nend https://z/\n"
        );
    }

    #[test]
    fn tables_fit() {
        let table = "| code | means |\n|---|---|\n| `331` | the password is needed now |\n| 5yz | never |\n";
        assert_eq!(
            shown(table, 40),
            "code   means\n─────  ──────────────────────────\n`331`  the password is needed now\n5yz    never\n"
        );
        assert_eq!(
            shown(table, 24),
            "code   means\n─────  ─────────────────\n`331`  the password is\n       needed now\n5yz    never\n"
        );
    }

    #[test]
    fn values_are_text_and_nothing_else() {
        let (prose, _) = Template::parse("Port `{pasv.port}`, said {last.text}; not {pwd.code}.");
        let value = |name: &Name| match name.to_string().as_str() {
            "pasv.port" => Some("1025".to_owned()),
            "last.text" => Some("**a_b_c**\x1b[2J".to_owned()),
            _ => None,
        };
        assert_eq!(
            render(Style::plain(), &prose, &value),
            "Port `1025`, said **a_b_c**{x1B}[2J; not {pwd.code}.\n"
        );
    }

    #[test]
    fn depth_has_no_end_and_does_no_harm() {
        let deep = format!("{}x", "> ".repeat(2000));
        assert!(shown(&deep, 40).contains('x'));
        let many = "- ".repeat(2000);
        let _ = shown(&many, 40);
        assert_eq!(shown("", 40), "");
        assert_eq!(
            shown("<!-- mine -->\n\ntext\u{202e}\n", 40),
            "text{xE2}{x80}{xAE}\n"
        );
    }
}
