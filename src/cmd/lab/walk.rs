//! The walk through a sheet: its steps and parts in their order, back and forth, for whoever works on it ([`Hands`]: a
//! person at a keyboard, or the autopilot); and the report, which is brought up to date and written after every block.

use std::{collections::BTreeMap, time::Duration};

use super::{
    bench::{self, Bench},
    captures,
    keep::Files,
    library::Found,
};
use crate::{
    cmd::Failure,
    ftp::{event::Nanos, secret},
    io::{clock, file::FileError},
    lab::{
        again,
        report::{self, Block, Given, Line as ReportLine, Report},
        sheet::{Ask, Capture, Expected, Ftp, Kind, Part, Sheet, Write},
        template::{Name, Template},
    },
    say,
    view::{
        lab::{prose, run::Run},
        style::Role,
    },
};

/// The most lines of a dialogue that are kept of a block, for the report; how many more there were stands behind them.
pub(in crate::cmd) const MAX_DIALOGUE: usize = 400;
/// The most characters that are kept of an answer; an ellipsis stands for the rest.
const MAX_ANSWER: usize = 1000;
/// The most answers that are kept of a question; beyond it the last one takes the place of the one before, which the student
/// is told.
pub(super) const MAX_ANSWERS: usize = 200;

/// What stands in a command for a value that is not there yet: the student puts it in.
const UNKNOWN: &str = "…";

/// Where to go from a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cmd) enum Go {
    /// To the next part.
    On,
    /// To the step before.
    Back,
    /// To this step, from 1.
    To(usize),
    /// Away: the work is kept.
    Leave,
}

/// Whoever works on a sheet.
pub(in crate::cmd) trait Hands<'a> {
    /// Gets whole lines to see.
    fn show(&mut self, shown: &str) -> Result<(), Failure>;
    /// Tells what has to be typed first in another terminal, the first time that there is one.
    fn elsewhere(&mut self) -> Vec<String> {
        Vec::new()
    }
    /// Has a page to read whose end has been shown; behind it something new comes.
    fn read(&mut self, walk: &mut Walk<'a>) -> Result<Go, Failure>;
    /// Makes a dialogue happen.
    fn ftp(&mut self, walk: &mut Walk<'a>, ftp: &'a Ftp) -> Result<Go, Failure>;
    /// Answers a question.
    fn ask(&mut self, walk: &mut Walk<'a>, ask: &'a Ask) -> Result<Go, Failure>;
    /// Writes free text.
    fn write(&mut self, walk: &mut Walk<'a>, write: &'a Write) -> Result<Go, Failure>;
    /// Names a capture.
    fn capture(&mut self, walk: &mut Walk<'a>, capture: &'a Capture) -> Result<Go, Failure>;
    /// Was shown a command, in the block at this line, in which this value is missing.
    fn unfilled(&mut self, _at: u32, _name: &Name) {}
    /// Is at the end, and these blocks are open.
    fn end(&mut self, walk: &mut Walk<'a>, open: &[String]) -> Result<Go, Failure>;
    /// Has come back to a sheet of which all is done.
    fn look_again(&mut self, _walk: &mut Walk<'a>) -> Result<Go, Failure> {
        Ok(Go::Leave)
    }
}

/// The walk.
pub(in crate::cmd) struct Walk<'a> {
    /// The sheet.
    pub(in crate::cmd) sheet: &'a Sheet,
    /// What it is worked on.
    pub(in crate::cmd) bench: Bench<'a>,
    /// What is shown.
    pub(in crate::cmd) view: Run<'a>,
    /// What is kept.
    pub(in crate::cmd) report: Report,
    /// Where; `None`: nowhere.
    pub(in crate::cmd) kept: Option<Files>,
    /// Why the report as it is now could not be written; the work goes on without.
    pub(in crate::cmd) unsaved: Option<FileError>,
    /// The sheet has said how to open the control connection.
    pub(in crate::cmd) offered: bool,
    /// The last time it did, the connection was to be recorded, which only that command does.
    pub(in crate::cmd) recorded: bool,
    /// For somebody who looks on for a moment: of the prose only where each step begins, and no question is shown before
    /// it is answered.
    pub(in crate::cmd) brief: bool,
}

/// Now, in seconds since the epoch.
pub(in crate::cmd) fn now() -> u64 {
    seconds(clock::now())
}

fn seconds(at: Nanos) -> u64 {
    Duration::from_nanos(at).as_secs()
}

/// The blocks of a sheet, untouched.
pub(in crate::cmd) fn blank(sheet: &Sheet) -> Vec<Block> {
    bench::parts(sheet)
        .filter_map(|(step, part)| {
            let Part::Block(block) = part else {
                return None;
            };
            let (kind, points) = match &block.kind {
                Kind::Ftp(_) => (report::Kind::Ftp, 0),
                Kind::Ask(ask) => (report::Kind::Ask, ask.points),
                Kind::Write(write) => (report::Kind::Write, write.points),
                Kind::Capture(_) => (report::Kind::Capture, 0),
                _ => return None,
            };
            let step = u32::try_from(step).unwrap_or(u32::MAX);
            Some(Block::new(block.kind.id()?, step, kind, points))
        })
        .collect()
}

/// Which sheet this is, for its report.
pub(in crate::cmd) fn named(found: &Found, sheet: &Sheet) -> report::Sheet {
    report::Sheet {
        id: found.id.clone(),
        title: sheet.head.title.clone(),
        version: sheet.head.version,
        language: sheet.head.language.code().to_owned(),
        sha256: report::hash(&[&found.text]),
    }
}

/// A report on which nothing is done yet.
pub(in crate::cmd) fn fresh(
    found: &Found,
    sheet: &Sheet,
    student: Option<&str>,
    params: BTreeMap<String, String>,
    demo: bool,
) -> Report {
    let began = now();
    Report {
        form: report::FORM,
        ftplab: env!("CARGO_PKG_VERSION").to_owned(),
        sheet: named(found, sheet),
        student: student.map(str::to_owned),
        demo,
        params,
        began,
        saved: began,
        edited: false,
        finished: false,
        blocks: blank(sheet),
        digest: String::new(),
    }
}

impl<'a> Walk<'a> {
    /// Walks from where the work stands to the end, or until it is left. True where all of it is done.
    pub(in crate::cmd) fn walk(&mut self, hands: &mut impl Hands<'a>) -> Result<bool, Failure> {
        let sheet = self.sheet;
        let parts: Vec<(usize, &'a Part)> = bench::parts(sheet).collect();
        let mut at = self.first_open(&parts);
        let mut again = at >= parts.len();
        loop {
            if at >= parts.len() {
                let open = self.open();
                let go = match std::mem::take(&mut again) && open.is_empty() {
                    true => hands.look_again(self)?,
                    false => hands.end(self, &open)?,
                };
                match go {
                    Go::Leave | Go::On if open.is_empty() => break,
                    Go::Leave => break,
                    Go::On => at = self.first_open(&parts),
                    Go::Back => at = start_of(&parts, sheet.steps.len()),
                    Go::To(step) => at = start_of(&parts, step),
                }
                continue;
            }
            let (step, part) = parts[at];
            let first = at == 0 || parts[at - 1].0 != step;
            for (port, other) in self.bench.stand(at)? {
                let told = say!(
                    self.view.text,
                    "labrun-moved",
                    port = port.to_string(),
                    other = other.to_string()
                );
                hands.show(&(self.view.line(Role::Warning, &told) + "\n"))?;
            }
            self.take_capture(&parts[..at]);
            if first && step > 0 {
                let title = self.filled(&sheet.steps[step - 1].title);
                hands.show(&self.view.step(step, sheet.steps.len(), &title))?;
            }
            if self.brief
                && !first
                && !matches!(part, Part::Block(block) if block.kind.id().is_some())
            {
                at += 1;
                continue;
            }
            let mut go = self.part(hands, part)?;
            if go == Go::On && parts.get(at + 1).is_some_and(|(next, _)| *next != step) {
                go = hands.read(self)?;
            }
            match go {
                Go::On => at += 1,
                Go::Leave => break,
                Go::To(step) => at = start_of(&parts, step),
                Go::Back => {
                    if step <= 1 {
                        let told = say!(self.view.text, "labrun-back-first");
                        hands.show(&self.view.line(Role::Remark, &told))?;
                    }
                    at = start_of(&parts, step.saturating_sub(1));
                }
            }
        }
        self.save();
        Ok(self.report.blocks.iter().all(|block| block.done))
    }

    /// Has the questions be about the last capture before them, wherever the walk came from.
    fn take_capture(&mut self, before: &[(usize, &Part)]) {
        let last = before.iter().rev().find_map(|(_, part)| match part {
            Part::Block(block) => match &block.kind {
                Kind::Capture(capture) => Some(capture),
                _ => None,
            },
            Part::Prose(_) => None,
        });
        if let Some(capture) = last {
            captures::take_again(self, capture);
        }
    }

    fn part(&mut self, hands: &mut impl Hands<'a>, part: &'a Part) -> Result<Go, Failure> {
        let block = match part {
            Part::Prose(prose) => {
                let mut shown = self.markdown(&prose.markdown);
                if self.brief {
                    let first = shown.find("\n\n").map_or(shown.len(), |end| end + 1);
                    shown.truncate(first);
                }
                hands.show(&format!("{shown}\n"))?;
                return Ok(Go::On);
            }
            Part::Block(block) => block,
        };
        if let Some(id) = block.kind.id() {
            let began = now();
            if let Some(block) = self.block(id) {
                block.began.get_or_insert(began);
            }
        }
        let go = match &block.kind {
            Kind::Text(text) => {
                hands.show(&format!("{}\n", self.view.text(text)))?;
                return Ok(Go::On);
            }
            Kind::Server(_) => return Ok(Go::On),
            Kind::Shell(_) if self.brief => return Ok(Go::On),
            Kind::Shell(commands) => {
                for name in commands.iter().flat_map(Template::names) {
                    if self.bench.value_now(name).is_none() {
                        hands.unfilled(block.at, name);
                    }
                }
                let shown = self.shell(commands);
                let shown = self.elsewhere(hands, commands) + &shown;
                hands.show(&shown)?;
                return Ok(Go::On);
            }
            Kind::Ftp(ftp) => {
                let head = self.dialogue(ftp);
                self.show(hands, &head)?;
                if self.is_done(&ftp.id) {
                    return Ok(Go::On);
                }
                hands.ftp(self, ftp)?
            }
            Kind::Ask(ask) => {
                let (question, choices) = self.question(ask);
                if self.put(hands, &ask.id, &question, choices)? {
                    return Ok(Go::On);
                }
                hands.ask(self, ask)?
            }
            Kind::Write(write) => {
                let question = self.markdown(&write.question);
                let plain = self.filled(&write.question);
                if self.put(hands, &write.id, &question, plain)? {
                    return Ok(Go::On);
                }
                hands.write(self, write)?
            }
            Kind::Capture(capture) => {
                // One that is gone is asked for again; of one that ftplab brings nobody was asked.
                if captures::take_again(self, capture)
                    && (capture.file.is_some() || self.shows_answer(hands, &capture.id)?)
                {
                    return Ok(Go::On);
                }
                hands.capture(self, capture)?
            }
        };
        self.save();
        Ok(go)
    }

    /// Shows what goes before somebody's own work, unless they only look on.
    fn show(&self, hands: &mut impl Hands<'a>, shown: &str) -> Result<(), Failure> {
        if self.brief {
            return Ok(());
        }
        hands.show(shown)
    }

    /// Puts a question, which the report keeps as `plain`. True where it is answered already, and nothing is asked again.
    fn put(
        &mut self,
        hands: &mut impl Hands<'a>,
        id: &str,
        shown: &str,
        plain: String,
    ) -> Result<bool, Failure> {
        self.show(hands, shown)?;
        if let Some(block) = self.block(id) {
            block.question = Some(plain);
        }
        self.shows_answer(hands, id)
    }

    /// True where a block is done already: what was answered is shown, and nothing is asked again.
    fn shows_answer(&self, hands: &mut impl Hands<'a>, id: &str) -> Result<bool, Failure> {
        let done = self.is_done(id);
        if done {
            hands.show(&self.answered(id))?;
        }
        Ok(done)
    }

    /// Where the work goes on: the beginning of the step with the first block that is open.
    fn first_open(&self, parts: &[(usize, &Part)]) -> usize {
        if !self.report.blocks.iter().any(Block::touched) {
            return 0;
        }
        let open = self.report.blocks.iter().find(|block| !block.done);
        open.map_or(parts.len(), |block| {
            start_of(parts, usize::try_from(block.step).unwrap_or(0))
        })
    }

    /// The ids of the blocks that are open.
    fn open(&self) -> Vec<String> {
        let open = self.report.blocks.iter().filter(|block| !block.done);
        open.map(|block| block.id.clone()).collect()
    }

    /// The block of the report with this id.
    pub(in crate::cmd) fn block(&mut self, id: &str) -> Option<&mut Block> {
        self.report.blocks.iter_mut().find(|block| block.id == id)
    }

    fn is_done(&self, id: &str) -> bool {
        self.report.block(id).is_some_and(|block| block.done)
    }

    /// How often a question was answered.
    pub(in crate::cmd) fn tries(&self, id: &str) -> usize {
        self.report.block(id).map_or(0, Block::tries)
    }

    /// Takes an answer down.
    pub(in crate::cmd) fn given(&mut self, id: &str, answer: &str, right: bool) {
        let at = now();
        // A PASS that was typed where a question waits is no business of the report's readers.
        let answer = secret::shown_line(answer.as_bytes(), false);
        let answer = String::from_utf8_lossy(&answer);
        if let Some(block) = self.block(id) {
            if block.answers.len() >= MAX_ANSWERS {
                block.answers.pop();
            }
            let mut kept: String = answer.chars().take(MAX_ANSWER).collect();
            if kept.len() < answer.len() {
                kept.push('…');
            }
            block.answers.push(Given {
                answer: kept,
                right,
                at,
            });
        }
    }

    /// Takes down that a block is done.
    pub(in crate::cmd) fn done(&mut self, id: &str) {
        let at = now();
        if let Some(block) = self.block(id) {
            block.done = true;
            block.ended = Some(at);
        }
    }

    /// Takes down what of a dialogue has come.
    pub(in crate::cmd) fn seen(&mut self, id: &str, lines: Vec<ReportLine>, dialogue: Vec<String>) {
        if let Some(block) = self.block(id) {
            block.lines = lines;
            block.dialogue = dialogue;
        }
    }

    /// Text with its values; what has none yet stays between braces.
    pub(in crate::cmd) fn filled(&self, template: &Template) -> String {
        let filled = template.fill(|name| {
            let value = self.bench.value(name);
            Some(value.unwrap_or_else(|| format!("{{{name}}}")))
        });
        filled.unwrap_or_default()
    }

    /// A template as Markdown on the terminal.
    pub(in crate::cmd) fn markdown(&self, template: &Template) -> String {
        prose::render(self.view.style, template, &|name| self.bench.value(name))
    }

    /// What other terminals need before these commands can be typed into them, where that has not been told yet.
    fn elsewhere(&self, hands: &mut impl Hands<'a>, commands: &[Template]) -> String {
        let ours = |command: &Template| self.filled(command).starts_with("ftplab ");
        if !commands.iter().any(ours) {
            return String::new();
        }
        let first = hands.elsewhere();
        if first.is_empty() {
            return String::new();
        }
        let mut out = self
            .view
            .line(Role::Remark, &say!(self.view.text, "labrun-same-folder"));
        for command in first {
            out.push_str(&self.view.command(&command));
        }
        out.push('\n');
        out
    }

    /// Commands to type, with the events file behind those that can be followed.
    fn shell(&mut self, commands: &[Template]) -> String {
        let mut out = String::new();
        for command in commands {
            let command = command.fill(|name| {
                let value = self.bench.value_now(name);
                Some(value.unwrap_or_else(|| UNKNOWN.to_owned()))
            });
            let command = asking(command.unwrap_or_default());
            if command.starts_with("ftplab raw ") {
                self.offered = true;
                self.recorded = command.contains(" --record ");
            }
            out.push_str(&self.view.command(&self.followed(&command)));
        }
        out.push('\n');
        out
    }

    /// A command with `--events` behind it, where it takes that.
    pub(in crate::cmd) fn followed(&self, command: &str) -> String {
        let words: Vec<&str> = command.split_whitespace().collect();
        let follows = match words.as_slice() {
            ["ftplab", "raw" | "listen" | "fake-server", ..] => true,
            ["ftplab", "pasv-calc", rest @ ..] => rest.contains(&"--connect"),
            _ => false,
        };
        if follows && !words.contains(&"--events") {
            format!("{command} --events {}", self.bench.events())
        } else {
            command.to_owned()
        }
    }

    /// What was sent before a dialogue and is in force in it, on a control connection that stands.
    pub(in crate::cmd) fn in_force(&self, ftp: &Ftp) -> Vec<&'a Expected> {
        let before = bench::parts(self.sheet).map(|(_, part)| part);
        let before = before.take_while(
            |part| !matches!(part, Part::Block(block) if block.kind.id() == Some(&ftp.id)),
        );
        again::in_force(before, ftp.line)
    }

    /// What must happen in a dialogue, and what of it has.
    fn dialogue(&self, ftp: &Ftp) -> String {
        use crate::lab::template::Line;
        let head = match ftp.line {
            Line::A => say!(self.view.text, "labrun-must-happen"),
            Line::B => say!(self.view.text, "labrun-must-happen-line-b"),
        };
        let mut out = self.view.line(Role::Hint, &head);
        // A dialogue that was left halfway begins anew.
        let done = self.is_done(&ftp.id);
        for line in &ftp.lines {
            out.push_str(&self.view.expected(&line.written, done));
        }
        // Once: nobody types them.
        let mut dialogues = bench::parts(self.sheet).filter_map(|(_, part)| match part {
            Part::Block(block) => match &block.kind {
                Kind::Ftp(ftp) => Some(ftp),
                _ => None,
            },
            _ => None,
        });
        let has_signs = |ftp: &&Ftp| {
            let mut lines = ftp.lines.iter().map(|line| line.written.as_str());
            lines.any(|line| line.contains('*') || line.contains(" | "))
        };
        if dialogues
            .find(has_signs)
            .is_some_and(|first| first.id == ftp.id)
        {
            let told = say!(self.view.text, "labrun-signs");
            out.push_str(&self.view.line(Role::Remark, &told));
        }
        out.push('\n');
        out
    }

    /// A question as it is shown, and as the report has it.
    pub(in crate::cmd) fn question(&self, ask: &Ask) -> (String, String) {
        let choices: Vec<String> = ask
            .choices
            .iter()
            .map(|choice| self.filled(&choice.text))
            .collect();
        let mut shown = self.markdown(&ask.question);
        shown.push_str(&self.view.choices(&choices));
        let mut plain = self.filled(&ask.question);
        for (letter, choice) in ('a'..='z').zip(&choices) {
            plain.push_str(&format!("\n{letter}) {choice}"));
        }
        (shown, plain)
    }

    /// What was answered before.
    fn answered(&self, id: &str) -> String {
        let Some(block) = self.report.block(id) else {
            return String::new();
        };
        let answer = match (&block.text, block.answers.last()) {
            (Some(text), _) => text.clone(),
            (None, Some(given)) => given.answer.clone(),
            (None, None) => return String::new(),
        };
        let told = say!(self.view.text, "labrun-answered-before", answer = answer);
        format!("{}\n", self.view.line(Role::GoodReply, &told))
    }

    /// The titles of the steps.
    pub(super) fn titles(&self) -> Vec<String> {
        let steps = self.sheet.steps.iter();
        steps.map(|step| self.filled(&step.title)).collect()
    }

    /// The steps and what is open.
    pub(in crate::cmd) fn steps(&self) -> String {
        self.view.steps(&self.titles(), &self.report)
    }
}

/// A command without what it asks for by itself where that is not known yet: the address that a server names.
fn asking(mut command: String) -> String {
    if command.starts_with("ftplab pasv-calc ")
        && let Some(at) = command.find(UNKNOWN)
        && let Some(from) = command[..at].rfind('\'')
        && let Some(to) = command[at..].find('\'')
    {
        command.replace_range(from..=at + to, "");
        command.truncate(command.trim_end().len());
    }
    command
}

/// The index of the first part of a step; without parts of its own, of the one behind it.
fn start_of(parts: &[(usize, &Part)], step: usize) -> usize {
    parts
        .iter()
        .position(|(of, _)| *of >= step)
        .unwrap_or(parts.len())
}
