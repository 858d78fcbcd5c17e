//! A sheet as it was read: its head, its steps, and in each step prose and blocks in their order. Everything has the
//! number of its line, so that whatever is said about it can say where it is.

use super::{
    expression::Expression,
    template::{Line, Template},
};
use crate::{
    analysis::expect::Rubric,
    ftp::command::Verb,
    script::{
        literal::Literal,
        params::{Param, Values},
        pattern::Pattern,
    },
};

/// A sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What the head says.
    pub head: Head,
    /// What stands before the first step.
    pub intro: Vec<Part>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Sheet {
    /// Its blocks, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let steps = self.steps.iter().flat_map(|step| &step.parts);
        self.intro
            .iter()
            .chain(steps)
            .filter_map(|part| match part {
                Part::Block(block) => Some(block),
                Part::Prose(_) => None,
            })
    }

    /// The block with this id.
    #[must_use]
    pub fn block(&self, id: &str) -> Option<&Block> {
        self.blocks().find(|block| block.kind.id() == Some(id))
    }
}

impl Sheet {
    /// Puts a student's parameters into the lines of the dialogues as they are shown. What they are held against has its
    /// values filled when it is compared.
    pub fn show_params(&mut self, values: &Values) {
        let parts = self
            .steps
            .iter_mut()
            .flat_map(|step| &mut step.parts)
            .chain(&mut self.intro);
        for part in parts {
            let Part::Block(Block {
                kind: Kind::Ftp(ftp),
                ..
            }) = part
            else {
                continue;
            };
            for line in ftp
                .lines
                .iter_mut()
                .filter(|line| line.written.contains('{'))
            {
                for (name, value) in values {
                    let name = format!("{{param.{name}}}");
                    line.written = line.written.replace(&name, value);
                }
            }
        }
    }
}

/// The head of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What the sheet is called.
    pub title: String,
    /// Which version of it.
    pub version: u64,
    /// Its language.
    pub language: Language,
    /// Whom the student talks to.
    pub server: Server,
    /// What differs from student to student.
    pub params: Vec<Param>,
}

/// The language of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// `en`.
    English,
    /// `fr`.
    French,
}

impl Language {
    /// As it is written in a sheet and in its file's name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }
}

/// Whom the student talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// Nobody: `server: none`.
    None,
    /// A script, by its name or its path from the sheet's folder.
    Script(String),
    /// A real server: host and port.
    Real(String, u16),
}

/// A step: a `##` heading and what follows it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The heading, without its Markdown.
    pub title: Template,
    /// The heading's line.
    pub at: u32,
    /// What is in it.
    pub parts: Vec<Part>,
}

/// A part of a step.
#[derive(Debug, Clone)]
pub enum Part {
    /// Prose: a piece of Markdown.
    Prose(Prose),
    /// A block.
    Block(Block),
}

/// Prose, as Markdown.
#[derive(Debug, Clone)]
pub struct Prose {
    /// The line where it begins.
    pub at: u32,
    /// The Markdown, with its values still between braces.
    pub markdown: Template,
}

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The line of its opening fence.
    pub at: u32,
    /// What it is.
    pub kind: Kind,
}

/// What a block is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A dialogue that must take place.
    Ftp(Ftp),
    /// Another server from here on.
    Server(ServerBlock),
    /// A question.
    Ask(Ask),
    /// Free text for the teacher.
    Write(Write),
    /// Commands to type, a line each.
    Shell(Vec<Template>),
    /// What a capture must show.
    Capture(Capture),
    /// Shown as it is.
    Text(String),
}

impl Kind {
    /// The block's id, where it has one: what a student does there is kept under it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Kind::Ftp(ftp) => Some(&ftp.id),
            Kind::Ask(ask) => Some(&ask.id),
            Kind::Write(write) => Some(&write.id),
            Kind::Capture(capture) => Some(&capture.id),
            Kind::Server(_) | Kind::Shell(_) | Kind::Text(_) => None,
        }
    }
}

/// A dialogue that must take place.
#[derive(Debug, Clone)]
pub struct Ftp {
    /// Its id.
    pub id: String,
    /// What the student is in it.
    pub role: Role,
    /// On which control line.
    pub line: Line,
    /// What must come, in this order.
    pub lines: Vec<Expected>,
    /// Commands that may come at any time (`C*`).
    pub between: Vec<Pattern>,
}

/// What the student is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// The client: `C>` is theirs to send.
    #[default]
    Client,
    /// The server: `S>` is theirs to send.
    Server,
}

/// A line of a dialogue that must take place.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Its line in the sheet.
    pub at: u32,
    /// The line as it is written, for showing.
    pub written: String,
    /// What must come.
    pub what: Wanted,
}

/// What must come.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// `C>`: a command that matches.
    Command {
        /// What it must match.
        pattern: Pattern,
        /// `-- say`: what a player sends there.
        say: Option<Literal>,
        /// The verb of the pattern's first alternative.
        verb: Verb,
    },
    /// `S>`: a reply with this code, and a text that matches.
    Reply {
        /// The code.
        code: u16,
        /// The text behind it; `None`: any.
        text: Option<Pattern>,
    },
    /// `D>`: a line that matches over the data connection from the server.
    Data(Pattern),
    /// `D<`: data from the client.
    Upload,
}

/// Another server.
#[derive(Debug, Clone)]
pub struct ServerBlock {
    /// For which control line.
    pub line: Line,
    /// Which one.
    pub script: Script,
}

/// A script of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// `use=`: a name, or a path from the sheet's folder.
    Named(String),
    /// The block's own text.
    Here(String),
}

/// A question.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Its id.
    pub id: String,
    /// What it counts for.
    pub points: u32,
    /// The question.
    pub question: Template,
    /// How an answer is read.
    pub kind: AskKind,
    /// The right answers; of a choice, keys or empty.
    pub right: Vec<Answer>,
    /// Wrong answers that are recognised.
    pub wrong: Vec<(Answer, Template)>,
    /// The choices.
    pub choices: Vec<Choice>,
    /// The hints, in order.
    pub hints: Vec<Template>,
    /// Why; told after the right answer.
    pub why: Option<Template>,
}

/// How an answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AskKind {
    /// A number.
    Number,
    /// A reply code.
    Code,
    /// A few words.
    Text,
    /// One of the choices.
    Choice,
}

/// An answer of the key.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its line in the sheet.
    pub at: u32,
    /// The text as it is written: for a number arithmetic, for a text a glob, for a code three digits or a value.
    pub text: Template,
    /// The arithmetic, where the question's kind is a number.
    pub number: Option<Expression>,
}

/// One of the choices of a question.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its line in the sheet.
    pub at: u32,
    /// What makes it right.
    pub right: RightWhen,
    /// What it says.
    pub text: Template,
    /// What is told to whoever takes it.
    pub told: Option<Template>,
}

/// What makes a choice right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RightWhen {
    /// `(x)`.
    Always,
    /// `( )`.
    Never,
    /// `(KEY)`: an answer of the question is this.
    Key(String),
}

/// Free text for the teacher.
#[derive(Debug, Clone)]
pub struct Write {
    /// Its id.
    pub id: String,
    /// What a teacher may give for it.
    pub points: u32,
    /// What is asked for.
    pub question: Template,
    /// Lines that the printed sheet leaves.
    pub lines: u32,
}

/// What a capture must show.
#[derive(Debug, Clone)]
pub struct Capture {
    /// Its id.
    pub id: String,
    /// A shipped capture; `None`: the student names theirs.
    pub file: Option<String>,
    /// The assertions.
    pub rubric: Rubric,
}
