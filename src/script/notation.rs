//! A script as it was read: its lines, each with its number, and the blocks that they form. Printing gives back what was
//! read, byte for byte; an item alone is written in the one way that it is read.

use std::{
    fmt,
    net::IpAddr,
    ops::{Range, RangeInclusive},
    time::Duration,
};

use super::{literal::Literal, params::Param, pattern::Pattern};

/// All that may stand behind `--`: the settings, then the actions. What is not here is not read.
pub const NAMES: [&str; 18] = [
    "title",
    "files",
    "idle",
    "param",
    "passive-ports",
    "public-address",
    "expect-warning",
    "wait",
    "close",
    "reset",
    "stay",
    "silence",
    "slow",
    "split",
    "eol",
    "data",
    "next",
    "say",
];

/// A script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// All its lines, comments and empty ones too.
    pub lines: Vec<Line>,
    /// It begins with a byte order mark, as some editors have it.
    pub bom: bool,
    /// What stands before the first block: what happens when a client connects.
    pub greeting: Body,
    /// The blocks, in file order.
    pub blocks: Vec<Block>,
    /// What the settings say.
    pub settings: Settings,
}

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u32,
    /// The line as written, without its end.
    pub written: String,
    /// How it ends.
    pub end: LineEnd,
    /// What it says.
    pub item: Item,
}

/// How a line of a script ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// LF.
    Lf,
    /// CR LF.
    CrLf,
    /// The file ends here.
    Nothing,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Nothing: it is empty.
    Empty,
    /// A comment: the text behind `#`.
    Comment(String),
    /// `S>`: sent on the control connection.
    Send(Literal),
    /// `C>`: the client's next command.
    Step(Pattern),
    /// `C*`: a command that may come at any time.
    Rule(Pattern),
    /// `D>`: a line sent on the data connection.
    Data(Literal),
    /// `D@`: a file sent on the data connection; its path.
    File(Literal),
    /// `D<`: the client's data; the name it is kept under.
    Receive(Literal),
    /// `S?`: a person types the reply.
    Typed(Typed),
    /// `--`: a setting.
    Setting(Setting),
    /// `--`: an action.
    Action(Action),
}

/// A reply that a person types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// One to three digits that the code must begin with.
    pub code: String,
    /// A model answer.
    pub model: Option<Literal>,
}

impl Typed {
    /// The whole model reply: a code of three digits stands before its text; where fewer digits are asked for, the text
    /// brings its own.
    #[must_use]
    pub fn reply(code: &str, model: &[u8]) -> Vec<u8> {
        if code.len() < 3 {
            return model.to_vec();
        }
        [code.as_bytes(), b" ", model].concat()
    }
}

/// A setting of the whole script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// `title TEXT`.
    Title(String),
    /// `files DIR`: the built-in server answers what no block does.
    Files {
        /// The folder, below the script's own.
        dir: String,
        /// Nothing in it can be changed.
        read_only: bool,
    },
    /// `idle TIME`: after so long without a command, 421 and close.
    Idle(Duration),
    /// `param NAME=…`.
    Param(Param),
    /// `passive-ports A-B`.
    PassivePorts(RangeInclusive<u16>),
    /// `public-address IP`: what a 227 names.
    PublicAddress(IpAddr),
    /// `expect-warning NAME`.
    ExpectWarning(String),
}

/// The line ending that is put behind a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Eol {
    /// CR LF, as RFC 959 asks.
    #[default]
    CrLf,
    /// LF alone.
    Lf,
    /// None.
    Nothing,
}

impl Eol {
    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Eol::CrLf => b"\r\n",
            Eol::Lf => b"\n",
            Eol::Nothing => b"",
        }
    }
}

/// Something that happens, or that holds from here to the end of the block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `wait TIME`.
    Wait(Duration),
    /// `close`: the control connection, in order (FIN).
    Close,
    /// `reset`: the control connection, at once (RST).
    Reset,
    /// `stay`: the control connection stays open after QUIT or 421.
    Stay,
    /// `silence`: nothing more is sent on the control connection.
    Silence,
    /// `slow TIME`: one byte at a time, with so long between.
    Slow(Duration),
    /// `split N`: writes of N bytes.
    Split(u32),
    /// `eol crlf|lf|none`.
    Eol(Eol),
    /// `data …`.
    Data(DataAction),
    /// `next time`.
    NextTime,
    /// `next connection`.
    NextConnection,
    /// `say TEXT`.
    Say(Literal),
}

/// `data …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataAction {
    /// `open`: connects or accepts now.
    Open,
    /// `close`: in order (FIN).
    Close,
    /// `reset`: at once (RST).
    Reset,
    /// `refuse`: the open port is closed before anyone is let in; nobody is called back.
    Refuse,
    /// `cut N`: the next run stops after N bytes.
    Cut(u64),
    /// `from PORT`: the source port of an active connection.
    From(u16),
    /// `hold`: the run leaves the connection open for the next one.
    Hold,
}

/// What the settings say, in one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// `title`.
    pub title: Option<String>,
    /// `files`: the folder, and whether it is read-only.
    pub files: Option<(String, bool)>,
    /// `idle`.
    pub idle: Option<Duration>,
    /// `param`, in file order.
    pub params: Vec<Param>,
    /// `passive-ports`.
    pub passive_ports: Option<RangeInclusive<u16>>,
    /// `public-address`.
    pub public_address: Option<IpAddr>,
    /// `expect-warning`, with the line.
    pub expected_warnings: Vec<(u32, String)>,
}

/// A `C>` or `C*` line and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The index in `lines` of the `C>` or `C*` line.
    pub head: usize,
    /// True for `C>`.
    pub step: bool,
    /// What happens.
    pub body: Body,
}

/// What happens in a block: per connection (`next connection`) the answers one after the other (`next time`), each a
/// range of `lines`. There is always at least one of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Outer: the first connection that uses the block, the second, and so on. Inner: the first time on it, the second.
    pub answers: Vec<Vec<Range<usize>>>,
}

impl Default for Body {
    fn default() -> Body {
        Body {
            answers: vec![vec![0..0]],
        }
    }
}

impl Body {
    /// The answer for a connection (from 0: which of those that used the block) and a time (from 0, on it); the last one
    /// repeats.
    #[must_use]
    pub fn answer(&self, connection: usize, time: usize) -> Range<usize> {
        let times = self
            .answers
            .get(connection)
            .or(self.answers.last())
            .map_or(&[][..], Vec::as_slice);
        times.get(time).or(times.last()).cloned().unwrap_or(0..0)
    }

    /// All lines of the block, as indexes.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        let ranges = self.answers.iter().flatten();
        let start = ranges.clone().map(|r| r.start).min().unwrap_or(0);
        let end = ranges.map(|r| r.end).max().unwrap_or(0);
        start..end
    }

    /// True where it has one answer only, so that nobody needs to count.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.answers.as_slice(), [times] if times.len() == 1)
    }
}

impl Script {
    /// The pattern of a block.
    #[must_use]
    pub fn pattern(&self, block: &Block) -> Option<&Pattern> {
        match &self.lines.get(block.head)?.item {
            Item::Step(pattern) | Item::Rule(pattern) => Some(pattern),
            _ => None,
        }
    }

    /// The line number of a block's `C>` or `C*` line.
    #[must_use]
    pub fn line_of(&self, block: &Block) -> u32 {
        self.lines.get(block.head).map_or(0, |line| line.number)
    }

    /// The blocks that are steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.step)
    }

    /// The blocks that are rules, in order.
    pub fn rules(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| !block.step)
    }
}

impl fmt::Display for Script {
    /// The script as it was read, byte for byte.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bom {
            f.write_str("\u{feff}")?;
        }
        for line in &self.lines {
            f.write_str(&line.written)?;
            f.write_str(match line.end {
                LineEnd::Lf => "\n",
                LineEnd::CrLf => "\r\n",
                LineEnd::Nothing => "",
            })?;
        }
        Ok(())
    }
}

impl fmt::Display for Item {
    /// The item as a line of a script, without an end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Empty => Ok(()),
            Item::Comment(text) => write!(f, "#{text}"),
            Item::Send(text) => write!(f, "S> {text}"),
            Item::Step(pattern) => write!(f, "C> {pattern}"),
            Item::Rule(pattern) => write!(f, "C* {pattern}"),
            Item::Data(text) => write!(f, "D> {text}"),
            Item::File(path) => write!(f, "D@ {path}"),
            Item::Receive(name) => write!(f, "D< {name}"),
            Item::Typed(Typed { code, model: None }) => write!(f, "S? {code}"),
            Item::Typed(Typed {
                code,
                model: Some(model),
            }) => write!(f, "S? {code} {model}"),
            Item::Setting(setting) => write!(f, "-- {setting}"),
            Item::Action(action) => write!(f, "-- {action}"),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Title(text) => write!(f, "title {text}"),
            Setting::Files { dir, read_only } => {
                write!(
                    f,
                    "files {dir}{}",
                    if *read_only { " read-only" } else { "" }
                )
            }
            Setting::Idle(time) => write!(f, "idle {}", Time(*time)),
            Setting::Param(param) => write!(f, "param {param}"),
            Setting::PassivePorts(ports) => {
                write!(f, "passive-ports {}-{}", ports.start(), ports.end())
            }
            Setting::PublicAddress(address) => write!(f, "public-address {address}"),
            Setting::ExpectWarning(name) => write!(f, "expect-warning {name}"),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Wait(time) => write!(f, "wait {}", Time(*time)),
            Action::Close => f.write_str("close"),
            Action::Reset => f.write_str("reset"),
            Action::Stay => f.write_str("stay"),
            Action::Silence => f.write_str("silence"),
            Action::Slow(time) => write!(f, "slow {}", Time(*time)),
            Action::Split(n) => write!(f, "split {n}"),
            Action::Eol(Eol::CrLf) => f.write_str("eol crlf"),
            Action::Eol(Eol::Lf) => f.write_str("eol lf"),
            Action::Eol(Eol::Nothing) => f.write_str("eol none"),
            Action::Data(DataAction::Open) => f.write_str("data open"),
            Action::Data(DataAction::Close) => f.write_str("data close"),
            Action::Data(DataAction::Reset) => f.write_str("data reset"),
            Action::Data(DataAction::Refuse) => f.write_str("data refuse"),
            Action::Data(DataAction::Cut(n)) => write!(f, "data cut {n}"),
            Action::Data(DataAction::From(port)) => write!(f, "data from {port}"),
            Action::Data(DataAction::Hold) => f.write_str("data hold"),
            Action::NextTime => f.write_str("next time"),
            Action::NextConnection => f.write_str("next connection"),
            Action::Say(text) => write!(f, "say {text}"),
        }
    }
}

/// A time as the notation writes it: `500ms`, `5s`, `2m`.
struct Time(Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        if ms.is_multiple_of(60_000) && ms > 0 {
            write!(f, "{}m", ms / 60_000)
        } else if ms.is_multiple_of(1000) {
            write!(f, "{}s", ms / 1000)
        } else {
            write!(f, "{ms}ms")
        }
    }
}
