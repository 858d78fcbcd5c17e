//! Reading a sheet. CommonMark (pulldown-cmark) says where headings and fences are; the head, the info strings and what is
//! inside the blocks is ours. All mistakes are reported at once, each with line and column.

mod dialogue;
mod head;
mod question;

pub use head::LINES as HEAD;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{
    MAX_MISTAKES, MAX_PARTS, MAX_SHEET,
    mistake::{Kind as Wrong, Mistake},
    sheet::{Block, Capture, Head, Kind, Part, Prose, Script, ServerBlock, Sheet, Step, Write},
    template::{FaultKind, Line, Name, Template, What, nearest},
};
use crate::{
    analysis::expect::{Rubric, RubricError},
    script::notation::Script as Notated,
};

/// The Markdown of a sheet: CommonMark and tables.
const MARKDOWN: Options = Options::ENABLE_TABLES;

/// A longer line, in bytes, is not shown with what is wrong with it.
const MAX_LINE: usize = 16 * 1024;
/// What `version:` may be.
const VERSIONS: (u32, u32) = (1, 1_000_000);
/// What `points=` may be.
const POINTS: (u32, u32) = (0, 100);
/// What `lines=` may be.
const LINES: (u32, u32) = (1, 60);
/// `lines=` where it is not there.
const DEFAULT_LINES: u32 = 5;

/// The blocks and their attributes.
pub const BLOCKS: &[(&str, &[&str])] = &[
    ("ftp", &["id", "role", "line"]),
    ("server", &["use", "line"]),
    ("ask", &["id", "kind", "points"]),
    ("write", &["id", "lines", "points"]),
    ("shell", &[]),
    ("capture", &["id", "file"]),
    ("text", &[]),
];

/// Reads a sheet; the mistakes are at most [`MAX_MISTAKES`], in the order of the lines.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(text: &str) -> Result<Sheet, Vec<Mistake>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::new(text);
    if text.len() > MAX_SHEET {
        reader.note(1, 1, Wrong::TooLong);
        return Err(reader.mistakes);
    }
    let (head, body) = reader.head();
    let sheet = reader.body(head, body);
    if reader.mistakes.is_empty() {
        return Ok(sheet);
    }
    reader
        .mistakes
        .sort_by_key(|mistake| (mistake.line, mistake.column));
    reader.mistakes.truncate(MAX_MISTAKES);
    Err(reader.mistakes)
}

/// Reads the bytes of a file.
///
/// # Errors
/// As [`read`]; bytes that are not UTF-8 are a mistake too.
pub fn read_bytes(bytes: &[u8]) -> Result<Sheet, Vec<Mistake>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text),
        Err(error) => {
            let lossy = String::from_utf8_lossy(bytes);
            let line = 1 + count(&bytes[..error.valid_up_to()], b'\n');
            let start = bytes[..error.valid_up_to()]
                .iter()
                .rposition(|&b| b == b'\n')
                .map_or(0, |at| at + 1);
            let before = String::from_utf8_lossy(&bytes[start..error.valid_up_to()]);
            Err(vec![Mistake {
                line,
                column: 1 + before.chars().count() as u32,
                text: lossy
                    .lines()
                    .nth(line as usize - 1)
                    .unwrap_or_default()
                    .to_owned(),
                kind: Wrong::NotUtf8,
            }])
        }
    }
}

fn count(bytes: &[u8], wanted: u8) -> u32 {
    memchr::memchr_iter(wanted, bytes).count() as u32
}

struct Reader<'a> {
    text: &'a str,
    /// Where each line begins.
    starts: Vec<usize>,
    mistakes: Vec<Mistake>,
    /// Parameters of the head, and false where the head could not be read so that nothing is said about them.
    params: Vec<String>,
    /// Ids and their lines.
    ids: Vec<(String, u32)>,
    /// The student has somebody to talk to, on each line.
    talks: [bool; 2],
    parts: usize,
}

/// A text out of several lines of a block, and where each of its bytes stands.
#[derive(Default)]
struct Joined {
    text: String,
    /// Offset in `text`, line, column of what begins there.
    origins: Vec<(usize, u32, u32)>,
}

impl Joined {
    fn push(&mut self, line: u32, column: u32, text: &str) {
        self.origins.push((self.text.len(), line, column));
        self.text.push_str(text);
    }

    fn place(&self, at: usize) -> (u32, u32) {
        let after = self.origins.partition_point(|(offset, _, _)| *offset <= at);
        let Some(&(offset, line, column)) = self.origins.get(after.saturating_sub(1)) else {
            return (1, 1);
        };
        let upto = self.text.get(offset..at).unwrap_or_default();
        (line, column + upto.chars().count() as u32)
    }

    /// The part from `from` on, up to `to`, without blanks around it.
    fn part(&self, from: usize, to: usize) -> Joined {
        let inner = &self.text[from..to];
        let start = from + (inner.len() - inner.trim_start().len());
        let end = start + inner.trim().len();
        let (line, column) = self.place(start);
        let mut part = Joined::default();
        part.origins.push((0, line, column));
        for &(offset, line, column) in &self.origins {
            if offset > start && offset < end {
                part.origins.push((offset - start, line, column));
            }
        }
        part.text.push_str(&self.text[start..end]);
        part
    }

    fn at(&self) -> u32 {
        self.origins.first().map_or(1, |(_, line, _)| *line)
    }
}

/// A line inside a block: its number, its column, what stands there.
#[derive(Clone, Copy)]
struct Inner<'a> {
    line: u32,
    column: u32,
    text: &'a str,
}

/// A fence: its opening line, its info string, what is inside.
struct Fence<'a> {
    at: u32,
    /// The column where the info string begins.
    column: u32,
    info: &'a str,
    lines: Vec<Inner<'a>>,
}

/// An attribute: its value and the column where that begins.
struct Attribute<'a> {
    name: &'static str,
    value: &'a str,
    column: u32,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Reader<'a> {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
            .collect();
        Reader {
            text,
            starts,
            mistakes: Vec::new(),
            params: Vec::new(),
            ids: Vec::new(),
            talks: [false; 2],
            parts: 0,
        }
    }

    /// A line without its end.
    fn line(&self, number: u32) -> &'a str {
        let at = number as usize - 1;
        let Some(&start) = self.starts.get(at) else {
            return "";
        };
        let end = self.starts.get(at + 1).map_or(self.text.len(), |end| *end);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    fn line_of(&self, offset: usize) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// True where no more mistakes are told.
    fn is_full(&self) -> bool {
        self.mistakes.len() > MAX_MISTAKES
    }

    fn note(&mut self, line: u32, column: u32, kind: Wrong) {
        if !self.is_full() {
            let text = self.line(line);
            self.mistakes.push(Mistake {
                line,
                column,
                text: if text.len() > MAX_LINE { "" } else { text }.to_owned(),
                kind,
            });
        }
    }

    fn number(
        &mut self,
        line: u32,
        column: u32,
        value: &str,
        (from, to): (u32, u32),
    ) -> Option<u32> {
        let number = value.parse().ok();
        let number = number.filter(|number| (from..=to).contains(number));
        if number.is_none() {
            let value = value.to_owned();
            self.note(line, column, Wrong::NumberInvalid { value, from, to });
        }
        number
    }

    // ---- Steps and blocks --------------------------------------------------------------------------------------------

    fn body(&mut self, head: Head, from: usize) -> Sheet {
        let mut sheet = Sheet {
            head,
            intro: Vec::new(),
            steps: Vec::new(),
        };
        let body = &self.text[from..];
        // Where the prose goes on that is not yet in a part.
        let mut prose = from;
        // How many lists and quotations are open: what is in them is prose.
        let mut depth = 0_usize;
        for (event, range) in Parser::new_ext(body, MARKDOWN).into_offset_iter() {
            let (start, end) = (range.start + from, range.end + from);
            match event {
                Event::Start(Tag::List(_) | Tag::BlockQuote(_)) => depth += 1,
                Event::End(TagEnd::List(_) | TagEnd::BlockQuote(_)) => {
                    depth = depth.saturating_sub(1);
                }
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H2,
                    ..
                }) if depth == 0 => {
                    self.prose(prose, start, &mut sheet);
                    self.step(start, &mut sheet);
                    prose = end;
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    if depth == 0 {
                        self.prose(prose, start, &mut sheet);
                        self.fence(start, end, &mut sheet);
                        prose = end;
                    } else if info.split_whitespace().next().is_some_and(is_checked) {
                        let line = self.line_of(start);
                        self.note(line, self.column_of(start), Wrong::Nested);
                    }
                }
                _ => {}
            }
            if self.is_full() {
                break;
            }
        }
        self.prose(prose, self.text.len(), &mut sheet);
        if sheet.steps.is_empty() && from < self.text.len() {
            self.note(1, 1, Wrong::StepsMissing);
        }
        sheet
    }

    fn column_of(&self, offset: usize) -> u32 {
        let start = self.starts[self.line_of(offset) as usize - 1];
        1 + self.text[start..offset].chars().count() as u32
    }

    /// Counts a step, a block or a line of a dialogue; false where there are too many.
    fn counted(&mut self, line: u32) -> bool {
        self.parts += 1;
        if self.parts == MAX_PARTS + 1 {
            self.note(line, 1, Wrong::TooMany);
        }
        self.parts <= MAX_PARTS
    }

    fn prose(&mut self, from: usize, to: usize, sheet: &mut Sheet) {
        if from >= to || self.text[from..to].trim().is_empty() {
            return;
        }
        // Whole lines, so that what is indented stays so.
        let mut lines = Joined::default();
        // A fence ends before its line does.
        let inside = from > 0 && !self.text[..from].ends_with('\n');
        let first = self.line_of(from) + u32::from(inside);
        for number in first..=self.line_of(to - 1) {
            let line = self.line(number);
            if lines.text.is_empty() && line.trim().is_empty() {
                continue;
            }
            if !lines.text.is_empty() {
                lines.text.push('\n');
            }
            lines.push(number, 1, line);
        }
        lines.text.truncate(lines.text.trim_end().len());
        let at = lines.at();
        let markdown = self.template(&lines, true);
        push(sheet, Part::Prose(Prose { at, markdown }));
    }

    fn step(&mut self, start: usize, sheet: &mut Sheet) {
        let at = self.line_of(start);
        if !self.counted(at) {
            return;
        }
        let line = self.line(at);
        let inner = line.trim_start();
        let Some(rest) = inner.strip_prefix("##") else {
            return self.note(at, 1, Wrong::Underlined);
        };
        let indent = (line.len() - inner.len()) as u32;
        let mut joined = Joined::default();
        joined.push(at, indent + 3, rest);
        let mut title = joined.part(0, rest.len());
        // A closing run of # belongs to the heading's Markdown, and so do the marks inside.
        let open = title.text.trim_end_matches('#');
        if open.is_empty() || open.ends_with(' ') {
            title.text.truncate(open.trim_end().len());
        }
        if title.text.is_empty() {
            self.note(at, 1, Wrong::TitleMissing);
        }
        self.template(&title, true);
        let (title, _) = Template::parse(&plain(&title.text));
        sheet.steps.push(Step {
            title,
            at,
            parts: Vec::new(),
        });
    }

    fn fence(&mut self, start: usize, end: usize, sheet: &mut Sheet) {
        let at = self.line_of(start);
        if !self.counted(at) {
            return;
        }
        let line = self.line(at);
        let inner = line.trim_start_matches(' ');
        let indent = line.len() - inner.len();
        let mark = if inner.starts_with('~') { '~' } else { '`' };
        let info = inner.trim_start_matches(mark);
        let ticks = inner.len() - info.len();
        let last = self.line_of(end.saturating_sub(1).max(start));
        let closing = self.line(last).trim();
        let closed = last > at && closing.len() >= ticks && closing.chars().all(|c| c == mark);
        if !closed {
            self.note(at, 1 + indent as u32, Wrong::FenceOpen);
            return;
        }
        let lines = (at + 1..last)
            .map(|number| {
                let line = self.line(number);
                let blanks = line.bytes().take(indent).take_while(|&b| b == b' ').count();
                Inner {
                    line: number,
                    column: 1 + blanks as u32,
                    text: &line[blanks..],
                }
            })
            .collect();
        let fence = Fence {
            at,
            column: 1 + (indent + ticks) as u32,
            info,
            lines,
        };
        if let Some(kind) = self.block(&fence) {
            if sheet.steps.is_empty() && !matches!(kind, Kind::Text(_) | Kind::Shell(_)) {
                self.note(at, 1, Wrong::BeforeSteps);
            }
            push(sheet, Part::Block(Block { at, kind }));
        }
    }

    fn block(&mut self, fence: &Fence<'a>) -> Option<Kind> {
        let word = fence.info.split_whitespace().next().unwrap_or("text");
        let Some(&(name, known)) = BLOCKS.iter().find(|(name, _)| *name == word) else {
            let from = fence.info.len() - fence.info.trim_start().len();
            let kind = Wrong::BlockUnknown {
                name: word.to_owned(),
                nearest: nearest(word, BLOCKS.iter().map(|(name, _)| *name)),
            };
            self.note(fence.at, fence.column + from as u32, kind);
            return None;
        };
        let attributes = self.attributes(fence, known);
        let attributes = attributes.as_slice();
        // An id that is wrong or missing is told; the block is read all the same, so that the rest is told too.
        let id = if known.contains(&"id") {
            self.id(fence, attributes)
        } else {
            String::new()
        };
        Some(match name {
            "ftp" => Kind::Ftp(self.ftp(fence, attributes, id)),
            "server" => Kind::Server(self.server(fence, attributes)?),
            "ask" => Kind::Ask(self.ask(fence, attributes, id)?),
            "write" => Kind::Write(self.write(fence, attributes, id)),
            "shell" => Kind::Shell(self.shell(fence)),
            "capture" => Kind::Capture(self.capture(fence, attributes, id)?),
            _ => {
                let lines: Vec<&str> = fence.lines.iter().map(|line| line.text).collect();
                Kind::Text(lines.join("\n"))
            }
        })
    }

    fn attributes(
        &mut self,
        fence: &Fence<'a>,
        known: &'static [&'static str],
    ) -> Vec<Attribute<'a>> {
        let mut found: Vec<Attribute<'a>> = Vec::new();
        let info = fence.info;
        let column = |at: usize| fence.column + info[..at].chars().count() as u32;
        let mut at = info.len() - info.trim_start().len();
        at += info[at..]
            .find(char::is_whitespace)
            .unwrap_or(info.len() - at);
        loop {
            at += info[at..].len() - info[at..].trim_start().len();
            let rest = &info[at..];
            if rest.is_empty() {
                return found;
            }
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let Some((name, value)) = rest[..end].split_once('=') else {
                let word = rest[..end].to_owned();
                self.note(fence.at, column(at), Wrong::AttributeInvalid(word));
                at += end;
                continue;
            };
            let value_at = at + name.len() + 1;
            let (value, value_at, next) = match value.strip_prefix('"') {
                None => (value, value_at, at + end),
                Some(_) => match info[value_at + 1..].find('"') {
                    Some(len) => {
                        let from = value_at + 1;
                        (&info[from..from + len], from, from + len + 1)
                    }
                    None => {
                        let word = rest.trim_end().to_owned();
                        self.note(fence.at, column(at), Wrong::AttributeInvalid(word));
                        return found;
                    }
                },
            };
            match known.iter().find(|known| **known == name) {
                None => {
                    let kind = Wrong::AttributeUnknown {
                        name: name.to_owned(),
                        nearest: nearest_of(name, known),
                        known,
                    };
                    self.note(fence.at, column(at), kind);
                }
                Some(name) if found.iter().any(|other| other.name == *name) => {
                    self.note(fence.at, column(at), Wrong::AttributeTwice(name));
                }
                Some(_) if value.is_empty() => {
                    let word = rest[..end].to_owned();
                    self.note(fence.at, column(at), Wrong::AttributeInvalid(word));
                }
                Some(name) => found.push(Attribute {
                    name,
                    value,
                    column: column(value_at),
                }),
            }
            at = next;
        }
    }

    fn id(&mut self, fence: &Fence<'_>, attributes: &[Attribute<'_>]) -> String {
        let Some(id) = attribute(attributes, "id") else {
            // A second one or an empty one has been told.
            if !fence.info.contains("id=") {
                self.note(fence.at, fence.column, Wrong::AttributeMissing("id"));
            }
            return String::new();
        };
        let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !id.value.chars().all(fine) {
            let kind = Wrong::IdInvalid(id.value.to_owned());
            self.note(fence.at, id.column, kind);
        } else if let Some(&(_, first)) = self.ids.iter().find(|(other, _)| other == id.value) {
            self.note(fence.at, id.column, Wrong::IdTwice(first));
        } else {
            self.ids.push((id.value.to_owned(), fence.at));
        }
        id.value.to_owned()
    }

    /// One of a few words.
    fn word<T: Copy>(
        &mut self,
        fence: &Fence<'_>,
        attribute: Option<&Attribute<'_>>,
        words: &'static [&'static str],
        meanings: &[T],
    ) -> Option<T> {
        let attribute = attribute?;
        let at = words.iter().position(|word| *word == attribute.value);
        if at.is_none() {
            let kind = Wrong::WordUnknown {
                value: attribute.value.to_owned(),
                nearest: nearest_of(attribute.value, words),
                known: words,
            };
            self.note(fence.at, attribute.column, kind);
        }
        meanings.get(at?).copied()
    }

    fn control_line(&mut self, fence: &Fence<'_>, attributes: &[Attribute<'_>]) -> Line {
        let line = attribute(attributes, "line");
        self.word(fence, line, &["a", "b"], &[Line::A, Line::B])
            .unwrap_or_default()
    }

    fn points(&mut self, fence: &Fence<'_>, attributes: &[Attribute<'_>]) -> u32 {
        attribute(attributes, "points")
            .and_then(|points| self.number(fence.at, points.column, points.value, POINTS))
            .unwrap_or(1)
    }

    // ---- Texts with values -------------------------------------------------------------------------------------------

    /// Reads a text with values; `early` where it is shown before the student has done anything.
    fn template(&mut self, joined: &Joined, early: bool) -> Template {
        let (template, faults) = Template::parse(&joined.text);
        for fault in faults {
            if self.is_full() {
                break;
            }
            let (line, column) = joined.place(fault.at);
            let meant = match &fault.kind {
                FaultKind::NameUnknown(name) => Name::nearest(name),
                _ => None,
            };
            self.note(line, column, Wrong::Template(fault.kind, meant));
        }
        for name in template.names() {
            if self.is_full() {
                break;
            }
            let wrong = match &name.what {
                What::Param(param) if !self.params.contains(param) => Some(Wrong::ParamUnknown {
                    name: param.clone(),
                    nearest: nearest(param, self.params.iter().map(String::as_str))
                        .map(str::to_owned),
                }),
                _ if name.line == Line::B && !self.talks[1] => Some(Wrong::NoLineB),
                _ if early && !name.is_of_the_run() => Some(Wrong::NameTooEarly(name.clone())),
                _ => None,
            };
            if let Some(wrong) = wrong {
                let written = format!("{{{name}}}");
                let at = joined.text.find(&written).unwrap_or(0);
                let (line, column) = joined.place(at + 1);
                self.note(line, column, wrong);
            }
        }
        template
    }

    // ---- server ------------------------------------------------------------------------------------------------------

    fn server(&mut self, fence: &Fence<'a>, attributes: &[Attribute<'a>]) -> Option<ServerBlock> {
        let line = self.control_line(fence, attributes);
        self.talks[usize::from(line == Line::B)] = true;
        let text: String = fence
            .lines
            .iter()
            .flat_map(|line| [line.text, "\n"])
            .collect();
        let script = match (attribute(attributes, "use"), text.trim().is_empty()) {
            (Some(name), true) => Script::Named(name.value.to_owned()),
            (None, false) => {
                if let Err(mistakes) = Notated::parse(text.as_bytes()) {
                    for mistake in mistakes {
                        let at = mistake.line as usize - 1;
                        let inner = fence.lines.get(at).copied();
                        let (line, column) =
                            inner.map_or((fence.at, 1), |inner| (inner.line, inner.column));
                        let kind = Wrong::Script(mistake.kind);
                        self.note(line, column + mistake.column - 1, kind);
                    }
                    return None;
                }
                Script::Here(text)
            }
            (given, _) => {
                let kind = if given.is_some() {
                    Wrong::ServerBoth
                } else {
                    Wrong::ServerNeither
                };
                self.note(fence.at, fence.column, kind);
                return None;
            }
        };
        Some(ServerBlock { line, script })
    }

    // ---- write, shell, capture ---------------------------------------------------------------------------------------

    fn write(&mut self, fence: &Fence<'a>, attributes: &[Attribute<'a>], id: String) -> Write {
        let points = self.points(fence, attributes);
        let lines = attribute(attributes, "lines")
            .and_then(|lines| self.number(fence.at, lines.column, lines.value, LINES))
            .unwrap_or(DEFAULT_LINES);
        let text = whole(&fence.lines);
        if text.text.is_empty() {
            self.note(fence.at, fence.column, Wrong::QuestionMissing);
        }
        Write {
            id,
            points,
            question: self.template(&text, false),
            lines,
        }
    }

    fn shell(&mut self, fence: &Fence<'a>) -> Vec<Template> {
        let mut commands = Vec::new();
        for inner in &fence.lines {
            if !inner.text.trim().is_empty() {
                let mut line = Joined::default();
                line.push(inner.line, inner.column, inner.text.trim_end());
                commands.push(self.template(&line, false));
            }
        }
        if commands.is_empty() {
            self.note(fence.at, fence.column, Wrong::ShellEmpty);
        }
        commands
    }

    fn capture(
        &mut self,
        fence: &Fence<'a>,
        attributes: &[Attribute<'a>],
        id: String,
    ) -> Option<Capture> {
        let text: String = fence
            .lines
            .iter()
            .flat_map(|line| [line.text, "\n"])
            .collect();
        let file = attribute(attributes, "file").map(|file| file.value.to_owned());
        match Rubric::parse(text.as_bytes()) {
            Ok(rubric) => Some(Capture { id, file, rubric }),
            Err(error) => {
                let (at, kind) = match error {
                    RubricError::Misread { line, column, what } => {
                        (Some((line, column)), Wrong::RubricMisread(what))
                    }
                    RubricError::NotOne { number, .. } => (None, Wrong::RubricNotOne(number)),
                    // No sheet is so long, and its text has been read.
                    RubricError::TooLong => (None, Wrong::TooLong),
                    RubricError::NotUtf8 => (None, Wrong::NotUtf8),
                    RubricError::Count(count) => (None, Wrong::RubricCount(count)),
                    RubricError::Unmeetable { number, what } => {
                        (None, Wrong::RubricUnmeetable(number, what))
                    }
                };
                let inner = at.and_then(|(line, column)| {
                    let inner = fence.lines.get(line - 1)?;
                    Some((inner.line, inner.column + column as u32 - 1))
                });
                let (line, column) = inner.unwrap_or((fence.at, fence.column));
                self.note(line, column, kind);
                None
            }
        }
    }
}

// ---- Small pieces ----------------------------------------------------------------------------------------------------

fn push(sheet: &mut Sheet, part: Part) {
    match sheet.steps.last_mut() {
        Some(step) => step.parts.push(part),
        None => sheet.intro.push(part),
    }
}

fn attribute<'f, 'a>(attributes: &'f [Attribute<'a>], name: &str) -> Option<&'f Attribute<'a>> {
    attributes.iter().find(|attribute| attribute.name == name)
}

/// A block that means nothing inside a list.
fn is_checked(word: &str) -> bool {
    word != "text" && word != "shell" && BLOCKS.iter().any(|(name, _)| *name == word)
}

fn nearest_of(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let near = nearest(word, known.iter().copied())?;
    known.iter().find(|known| **known == near).copied()
}

/// A heading without its Markdown: the text that is read, values still between braces.
fn plain(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(markdown, MARKDOWN) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out
}

/// All of these lines as they stand, without empty ones around them.
fn whole(lines: &[Inner<'_>]) -> Joined {
    let mut joined = Joined::default();
    for inner in lines {
        if joined.text.is_empty() && inner.text.trim().is_empty() {
            continue;
        }
        if !joined.text.is_empty() {
            joined.text.push('\n');
        }
        joined.push(inner.line, inner.column, inner.text);
    }
    joined.text.truncate(joined.text.trim_end().len());
    joined
}

#[cfg(test)]
mod tests;
