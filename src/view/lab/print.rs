//! A sheet on paper: the handout, or the teacher's key. Here it is put in order, with its values and its blanks; `markdown`
//! and `html` write it down.
//!
//! A value of the run is filled in where it is known. One of the student's session is a blank on the handout and its name in
//! the key. Nothing of a sheet becomes markup but its own Markdown: HTML in it is shown as text, pictures are their words.

mod html;
mod markdown;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{
    ftp::code::ReplyCode,
    lab::{
        sheet::{Ask, Ftp, Kind, Part, RightWhen, Role, Script, Server, Sheet, Wanted, Write},
        template::{Line, Name, Piece, Template, What},
    },
    say,
    view::{explain, inspect::marks, sanitise, text::Text},
};

/// A sheet to be printed.
pub struct Handout<'a> {
    /// The sentences, in the sheet's language.
    pub text: &'a Text,
    /// The sheet.
    pub sheet: &'a Sheet,
    /// With the answers.
    pub key: bool,
    /// Values of the run, where they are known.
    pub value: &'a dyn Fn(&Name) -> Option<String>,
    /// The text of a script that the sheet names.
    pub script: &'a dyn Fn(&str) -> Option<String>,
}

/// What is written where something is to be written.
const BLANK: &str = "………";
/// The first of the characters that stand for values while Markdown is read.
const STAND_IN: u32 = 0xE000;
/// How many of them there are: Unicode's private use area, which no sheet needs.
const STAND_INS: u32 = 0x1900;
/// Lines that a question leaves.
const ANSWER_LINES: u32 = 1;

/// A piece of the printed sheet, in its order.
enum Item {
    /// A step's number and title.
    Step(usize, Filled),
    /// Markdown.
    Prose(Filled),
    /// Commands to type.
    Shell(Vec<Filled>),
    /// Text as it is.
    Text(String),
    /// What must be said on the control line, and who plays whom.
    Dialogue { hint: String, rows: Vec<Row> },
    /// A question.
    Question(Question),
    /// What a capture must show.
    Capture {
        title: Option<String>,
        told: String,
        shows: Vec<String>,
    },
    /// The key's: which server stands there, and its script.
    Script { told: String, text: Option<String> },
}

/// A row of a dialogue.
struct Row {
    /// `C`, `S` or `D`.
    who: &'static str,
    /// What is known to be said; `None`: a blank.
    said: Option<String>,
    /// What the digits say, where the key tells it; a blank each on the handout. Only replies have digits.
    digits: Option<[Option<String>; 3]>,
}

/// A question.
struct Question {
    number: usize,
    points: u32,
    asked: Filled,
    below: Below,
    key: Option<Key>,
}

/// Where the answer goes.
enum Below {
    Lines(u32),
    Choices(Vec<(Filled, Option<Mark>)>),
}

/// What the key says of a choice.
struct Mark {
    right: bool,
    told: Option<Filled>,
}

/// What the key says of a question.
#[derive(Default)]
struct Key {
    right: Vec<Filled>,
    wrong: Vec<(Filled, Filled)>,
    hints: Vec<Filled>,
    why: Option<Filled>,
    /// The teacher gives the points.
    free: bool,
}

/// A text with stand-ins in it, and what they stand for.
struct Filled {
    text: String,
    values: Vec<Value>,
}

/// What stands for a value.
enum Value {
    Known(String),
    Blank,
    Named(String),
}

impl Filled {
    /// The text piece by piece: text, or a value.
    fn pieces<'f>(&'f self, text: &'f str) -> impl Iterator<Item = Result<&'f str, &'f Value>> {
        let is_stand_in = |c: char| self.value(c).is_some();
        text.split_inclusive(is_stand_in)
            .flat_map(move |part| {
                let last = part.chars().next_back();
                match last.and_then(|c| Some((c, self.value(c)?))) {
                    Some((c, value)) => [
                        Some(Ok(&part[..part.len() - c.len_utf8()])),
                        Some(Err(value)),
                    ],
                    None => [Some(Ok(part)), None],
                }
            })
            .flatten()
    }

    fn value(&self, c: char) -> Option<&Value> {
        let at = (c as u32).checked_sub(STAND_IN)?;
        self.values.get(at as usize)
    }
}

/// The text without the characters that stand for values, or could hide something.
fn printable(text: &str) -> String {
    sanitise::lines(text.as_bytes())
        .chars()
        .filter(|&c| !(STAND_IN..STAND_IN + STAND_INS).contains(&(c as u32)))
        .collect()
}

/// What of a piece of Markdown is not passed on as it is.
fn tamed(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) if html.starts_with("<!--") => None,
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        // A page on paper follows no link and fetches no picture: the words stay.
        Event::Start(Tag::Image { .. } | Tag::Link { .. })
        | Event::End(TagEnd::Image | TagEnd::Link) => None,
        event => Some(event),
    }
}

fn parser(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
}

impl Handout<'_> {
    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::page(self)
    }

    /// As a web page that needs nothing else, and prints on A4.
    #[must_use]
    pub fn html(&self) -> String {
        html::page(self)
    }

    fn fill(&self, template: &Template) -> Filled {
        let mut filled = Filled {
            text: String::new(),
            values: Vec::new(),
        };
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => filled.text.push_str(&printable(text)),
                Piece::Value(name) => {
                    let value = match (self.value)(name) {
                        Some(value) => Value::Known(sanitise::line(value.as_bytes()).into_owned()),
                        None if self.key => Value::Named(format!("{{{name}}}")),
                        None => Value::Blank,
                    };
                    let at = u32::try_from(filled.values.len()).unwrap_or(u32::MAX);
                    let stand_in = Some(at)
                        .filter(|&at| at < STAND_INS)
                        .and_then(|at| char::from_u32(STAND_IN + at));
                    if let Some(stand_in) = stand_in {
                        filled.text.push(stand_in);
                        filled.values.push(value);
                    } else {
                        filled.text.push_str(BLANK);
                    }
                }
            }
        }
        filled
    }

    fn title(&self) -> String {
        printable(&self.sheet.head.title)
    }

    /// What stands under the title.
    fn about(&self) -> String {
        let text = self.text;
        let version = self.sheet.head.version;
        match self.key {
            true => say!(text, "labprint-version-key", version = version),
            false => say!(text, "labprint-version", version = version),
        }
    }

    /// All that is printed, and how many points it makes.
    fn items(&self) -> (Vec<Item>, u32) {
        let mut items = Vec::new();
        if self.key
            && let Some(item) = self.head_server()
        {
            items.push(item);
        }
        let (mut number, mut points) = (0, 0);
        let mut parts = |parts: &[Part], items: &mut Vec<Item>| {
            for part in parts {
                self.part(part, &mut number, &mut points, items);
            }
        };
        parts(&self.sheet.intro, &mut items);
        for (at, step) in self.sheet.steps.iter().enumerate() {
            items.push(Item::Step(at + 1, self.fill(&step.title)));
            parts(&step.parts, &mut items);
        }
        (items, points)
    }

    fn head_server(&self) -> Option<Item> {
        let text = self.text;
        match &self.sheet.head.server {
            Server::None => None,
            Server::Script(name) => Some(self.named_script(Line::A, name)),
            Server::Real(host, port) => Some(Item::Script {
                told: say!(
                    text,
                    "labprint-server-real",
                    host = printable(host),
                    port = port.to_string()
                ),
                text: None,
            }),
        }
    }

    fn named_script(&self, line: Line, name: &str) -> Item {
        let text = self.text;
        let shown = printable(name);
        Item::Script {
            told: match line {
                Line::A => say!(text, "labprint-server", name = shown),
                Line::B => say!(text, "labprint-server-b", name = shown),
            },
            text: (self.script)(name).map(|text| printable(&text)),
        }
    }

    fn part(&self, part: &Part, number: &mut usize, points: &mut u32, items: &mut Vec<Item>) {
        let text = self.text;
        let block = match part {
            Part::Prose(prose) => {
                items.push(Item::Prose(self.fill(&prose.markdown)));
                return;
            }
            Part::Block(block) => block,
        };
        match &block.kind {
            Kind::Ftp(ftp) => items.push(self.dialogue(ftp)),
            Kind::Server(server) if self.key => items.push(match &server.script {
                Script::Named(name) => self.named_script(server.line, name),
                Script::Here(script) => Item::Script {
                    told: match server.line {
                        Line::A => say!(text, "labprint-server-here"),
                        Line::B => say!(text, "labprint-server-here-b"),
                    },
                    text: Some(printable(script)),
                },
            }),
            Kind::Server(_) => {}
            Kind::Ask(ask) => {
                *number += 1;
                *points = points.saturating_add(ask.points);
                items.push(Item::Question(self.question(*number, ask)));
            }
            Kind::Write(write) => {
                *number += 1;
                *points = points.saturating_add(write.points);
                items.push(Item::Question(self.free(*number, write)));
            }
            Kind::Shell(commands) => {
                items.push(Item::Shell(
                    commands.iter().map(|command| self.fill(command)).collect(),
                ));
            }
            Kind::Capture(capture) => items.push(Item::Capture {
                title: capture.rubric.title.as_deref().map(printable),
                told: match &capture.file {
                    Some(file) => say!(text, "labprint-capture", file = printable(file)),
                    None => say!(text, "labprint-capture-yours"),
                },
                shows: capture
                    .rubric
                    .expectations
                    .iter()
                    .map(|expectation| marks::title(text, expectation))
                    .collect(),
            }),
            Kind::Text(plain) => items.push(Item::Text(printable(plain))),
        }
    }

    fn dialogue(&self, ftp: &Ftp) -> Item {
        let text = self.text;
        let hint = match (ftp.role, ftp.line) {
            (Role::Client, Line::A) => say!(text, "labprint-dialogue"),
            (Role::Client, Line::B) => say!(text, "labprint-dialogue-b"),
            (Role::Server, _) => say!(text, "labprint-dialogue-server"),
        };
        let rows = ftp.lines.iter().map(|line| {
            let said = line.written.get(2..).unwrap_or("").trim();
            match &line.what {
                Wanted::Command { .. } => Row {
                    who: "C",
                    said: Some(self.command(said)),
                    digits: None,
                },
                Wanted::Reply { code, .. } => Row {
                    who: "S",
                    said: self.key.then(|| printable(said)),
                    digits: Some(match ReplyCode::new(*code).filter(|_| self.key) {
                        Some(code) => explain::digits(text, code).map(Some),
                        None => [None, None, None],
                    }),
                },
                Wanted::Data(_) => Row {
                    who: "D",
                    said: self.key.then(|| printable(said)),
                    digits: None,
                },
                Wanted::Upload => Row {
                    who: "D",
                    said: Some(say!(text, "labprint-upload")),
                    digits: None,
                },
            }
        });
        Item::Dialogue {
            hint,
            rows: rows.collect(),
        }
    }

    /// A command for a person: what is theirs to choose is left open, parameters are filled in.
    fn command(&self, pattern: &str) -> String {
        let mut said = printable(pattern);
        for param in &self.sheet.head.params {
            let name = Name {
                line: Line::A,
                what: What::Param(param.name.clone()),
            };
            if let Some(value) = (self.value)(&name) {
                let value = sanitise::line(value.as_bytes());
                said = said.replace(&format!("{{param.{}}}", param.name), &value);
            }
        }
        if self.key {
            return said;
        }
        said.replace('*', "…").replace(" | ", " / ")
    }

    fn question(&self, number: usize, ask: &Ask) -> Question {
        let fill = |template: &Template| self.fill(template);
        let below = if ask.choices.is_empty() {
            Below::Lines(ANSWER_LINES)
        } else {
            let choices = ask.choices.iter().map(|choice| {
                let key = match &choice.right {
                    RightWhen::Key(key) => {
                        let mut filled = fill(&choice.text);
                        if self.key {
                            filled.text = format!("({}) {}", printable(key), filled.text);
                        }
                        filled
                    }
                    _ => fill(&choice.text),
                };
                let mark = self.key.then(|| Mark {
                    right: choice.right == RightWhen::Always,
                    told: choice.told.as_ref().map(fill),
                });
                (key, mark)
            });
            Below::Choices(choices.collect())
        };
        let key = self.key.then(|| Key {
            right: ask.right.iter().map(|answer| fill(&answer.text)).collect(),
            wrong: ask
                .wrong
                .iter()
                .map(|(answer, told)| (fill(&answer.text), fill(told)))
                .collect(),
            hints: ask.hints.iter().map(fill).collect(),
            why: ask.why.as_ref().map(fill),
            free: false,
        });
        Question {
            number,
            points: ask.points,
            asked: fill(&ask.question),
            below,
            key,
        }
    }

    fn free(&self, number: usize, write: &Write) -> Question {
        Question {
            number,
            points: write.points,
            asked: self.fill(&write.question),
            below: Below::Lines(write.lines),
            key: self.key.then(|| Key {
                free: true,
                ..Key::default()
            }),
        }
    }
}
