//! A person who works on a sheet: reads page by page, types commands, replies, answers and free text, asks for hints, goes
//! back and forth. On a terminal with a line editor; else lines come from standard input or a file, in the same form, and
//! a line waits until what was typed before it has had its effect.

mod converse;
mod keys;

use std::{ops::ControlFlow, path::Path, time::Duration};

use self::{converse::CLIENT, keys::Keys};
use super::{
    bench::{self, BY_HAND, Bench},
    captures, elsewhere,
    walk::{Go, Hands, MAX_ANSWERS, Walk},
};
use crate::{
    cmd::{Context, Failure, explain, fault, recording},
    ftp::{command::Verb, secret},
    io::{editor::Typed, file::FileError},
    lab::{
        answer::{self, Judgement},
        sheet::{Answer, Ask, AskKind, Capture, Ftp, Role as Part, Write},
        template::Template,
    },
    say,
    view::{lab::run, style::Role},
};

/// The most bytes of a free text: ten pages. A line more is told and left out.
const MAX_TEXT: usize = 64 * 1024;

/// The person.
pub(super) struct Person<'a> {
    context: &'a Context,
    keys: Keys,
    /// What they can type in an `ftp` block has been told.
    told: bool,
    /// What other terminals need first has been told.
    prepared: bool,
}

/// A line that is for the walk, wherever it is typed.
enum Key {
    Help,
    Hint,
    Next,
    Back,
    Steps(Option<String>),
    Quit,
    Save(String),
    Explain(Vec<String>),
}

/// What came while somebody was waited for.
enum Came {
    Line(String),
    /// Leave: Ctrl-C, Ctrl-D, the end of the lines.
    End,
}

impl Key {
    fn read(line: &str) -> Option<Key> {
        let mut words = line.split_whitespace();
        let word = words.next()?;
        Some(match word.to_ascii_lowercase().as_str() {
            "?" | "/?" | "/help" => Key::Help,
            "?hint" | "/hint" => Key::Hint,
            "/next" => Key::Next,
            "/back" => Key::Back,
            "/steps" => Key::Steps(words.next().map(str::to_owned)),
            "/quit" => Key::Quit,
            "/save" => Key::Save(line.trim()[word.len()..].trim().to_owned()),
            "/explain" => Key::Explain(words.map(str::to_owned).collect()),
            _ => return None,
        })
    }
}

impl<'a> Person<'a> {
    /// Somebody at the keyboard, or these lines in their place.
    pub(super) fn new(context: &'a Context, lines: Option<Vec<String>>) -> Person<'a> {
        Person {
            context,
            keys: Keys::new(context, lines),
            told: false,
            prepared: false,
        }
    }

    /// True where somebody sits at a terminal.
    pub(super) fn is_interactive(&self) -> bool {
        self.keys.interactive
    }

    /// Asks a question of ours, without a walk; `None` where nobody answers.
    pub(super) fn confirm(&mut self, question: &str) -> Result<Option<String>, Failure> {
        self.keys.ask(question)?;
        Ok(match self.keys.wait()? {
            Typed::Line(line) => Some(String::from_utf8_lossy(&line).into_owned()),
            Typed::TooLong(_) | Typed::Interrupt | Typed::End => None,
        })
    }

    /// Whoever makes the window larger or smaller goes on reading there.
    fn fit(&mut self, walk: &mut Walk<'a>) {
        if !self.keys.interactive {
            return;
        }
        let style = self.context.out_now();
        if style != walk.view.style {
            walk.view.style = style;
            walk.bench.terminals.resize(style.width());
        }
        self.keys.fit();
    }

    /// Gives the terminal back: what is printed from now on goes out directly.
    pub(super) fn leave(&mut self) {
        self.keys.leave();
    }

    /// Waits for a line behind this prompt. What happens meanwhile is shown.
    fn line(&mut self, walk: &mut Walk<'a>, prompt: &str) -> Result<Came, Failure> {
        self.keys.ask(prompt)?;
        loop {
            self.fit(walk);
            walk.bench.look(|_| {})?;
            self.printed(&mut walk.bench, walk.view, false)?;
            if let Some(came) = self.typed(walk, prompt)? {
                return Ok(came);
            }
        }
    }

    /// A line that was typed, if one was. Lines that begin with `#` are remarks.
    fn typed(&mut self, walk: &Walk<'a>, prompt: &str) -> Result<Option<Came>, Failure> {
        let Some(typed) = self.keys.poll() else {
            return Ok(None);
        };
        Ok(Some(match typed {
            Typed::Line(line) => {
                let line = String::from_utf8_lossy(&line).trim().to_owned();
                if line.starts_with('#') {
                    self.keys.ask(prompt)?;
                    return Ok(None);
                }
                // A command is told by the terminal that it is typed into, and a password is not told.
                let told_there = prompt.ends_with(CLIENT) && !line.starts_with(['/', '?']);
                if self.keys.unseen && !told_there {
                    let shown = walk.view.answered(prompt, &line);
                    self.keys.show(&shown)?;
                }
                Came::Line(line)
            }
            Typed::TooLong(bytes) => {
                let told = fault::too_long(walk.view.text, bytes);
                self.say(walk, Role::Warning, &told)?;
                self.keys.ask(prompt)?;
                return Ok(None);
            }
            Typed::Interrupt | Typed::End => Came::End,
        }))
    }

    /// Shows what the terminals have printed; true where there was something. Commands that were typed behind our own
    /// prompt stand there already.
    fn printed(
        &mut self,
        bench: &mut Bench<'a>,
        view: run::Run<'a>,
        typed_here: bool,
    ) -> Result<bool, Failure> {
        let mut shown = String::new();
        let mut wait = bench::LOOK;
        while let Some(line) = bench.terminals.next(wait) {
            wait = Duration::ZERO;
            let echo = run::bare(&line.line).starts_with("C> ") && line.terminal != BY_HAND;
            if !(echo && typed_here && !self.keys.unseen) {
                shown.push_str(bench.label(line.terminal));
                shown.push_str(&view.printed(&line.line));
            }
        }
        match bench.take_unread() {
            0 => {}
            count => {
                let told = say!(view.text, "labrun-events-unread", count = count);
                shown.push_str(&view.line(Role::Warning, &told));
            }
        }
        self.keys.show(&shown)?;
        Ok(!shown.is_empty())
    }

    /// The next line that answers a block; broken off where a key or the end of the lines leads elsewhere. Enter alone shows
    /// the question again, for whoever has scrolled past it.
    fn entered(
        &mut self,
        walk: &mut Walk<'a>,
        id: &str,
        hints: &[Template],
        question: &str,
    ) -> Result<ControlFlow<Go, String>, Failure> {
        loop {
            let line = match self.line(walk, "> ")? {
                Came::End => return Ok(ControlFlow::Break(Go::Leave)),
                Came::Line(line) if line.is_empty() => {
                    if self.keys.interactive && walk.tries(id) > 0 {
                        self.keys.show(question)?;
                    }
                    continue;
                }
                Came::Line(line) => line,
            };
            let Some(key) = Key::read(&line) else {
                return Ok(ControlFlow::Continue(line));
            };
            let hints: Vec<String> = hints.iter().map(|hint| walk.filled(hint)).collect();
            if let Some(go) = self.key(walk, &key, id, &hints)? {
                return Ok(ControlFlow::Break(go));
            }
        }
    }

    /// Does what a key says that is the same everywhere; `Some` where it leads away.
    fn key(
        &mut self,
        walk: &mut Walk<'a>,
        key: &Key,
        id: &str,
        hints: &[String],
    ) -> Result<Option<Go>, Failure> {
        self.fit(walk);
        let view = walk.view;
        match key {
            Key::Help => self.keys.show(&view.help(walk.bench.is_played()))?,
            Key::Hint => {
                let given = walk.report.block(id).map_or(0, |block| block.hints);
                let given = usize::try_from(given).unwrap_or(usize::MAX);
                let told = match hints.get(given) {
                    Some(hint) => {
                        if let Some(block) = walk.block(id) {
                            block.hints += 1;
                        }
                        walk.save();
                        say!(
                            view.text,
                            "labrun-hint",
                            n = given + 1,
                            all = hints.len(),
                            hint = hint.as_str()
                        )
                    }
                    None if hints.is_empty() => say!(view.text, "labrun-hint-none"),
                    None => {
                        // The last one again, for whoever has scrolled past it.
                        let last = hints.last().map_or("", String::as_str);
                        format!("{last}\n{}", say!(view.text, "labrun-hint-last"))
                    }
                };
                self.keys.show(&view.line(Role::Hint, &told))?;
            }
            Key::Next => {
                let told = say!(view.text, "labrun-left");
                self.keys.show(&view.line(Role::Remark, &told))?;
                return Ok(Some(Go::On));
            }
            Key::Back => return Ok(Some(Go::Back)),
            Key::Steps(None) => self.keys.show(&walk.steps())?,
            Key::Steps(Some(number)) => {
                let all = walk.sheet.steps.len();
                match number.parse().ok().filter(|step| (1..=all).contains(step)) {
                    Some(step) => return Ok(Some(Go::To(step))),
                    None => {
                        let told = say!(
                            view.text,
                            "labrun-steps-none",
                            number = number.as_str(),
                            all = all
                        );
                        self.say(walk, Role::Warning, &told)?;
                        self.keys.show(&walk.steps())?;
                    }
                }
            }
            Key::Quit => return Ok(Some(Go::Leave)),
            Key::Save(base) => self.save(walk, base)?,
            Key::Explain(what) => {
                let shown: String = what
                    .iter()
                    .map(|word| explain::about(word, self.context))
                    .collect();
                self.keys.show(&shown)?;
            }
        }
        Ok(None)
    }

    /// Writes the report now, where it is kept or from now on elsewhere.
    fn save(&mut self, walk: &mut Walk<'a>, base: &str) -> Result<(), Failure> {
        let text = walk.view.text;
        let written = if base.is_empty() {
            let written = walk.write();
            walk.unsaved = None;
            written
        } else {
            walk.save_elsewhere(Path::new(base))
        };
        match written {
            Err(FileError::Exists { path }) => {
                let told = say!(text, "labrun-save-exists", file = fault::shown(&path));
                self.say(walk, Role::Warning, &told)
            }
            Err(error) => {
                let why = fault::file(text, &error);
                walk.unsaved.get_or_insert(error);
                let told = say!(text, "labrun-unsaved", why = why);
                self.say(walk, Role::Warning, &told)
            }
            Ok(()) => {
                let json = walk.kept.as_ref().map(|kept| fault::shown(&kept.json));
                let json = json.unwrap_or_default();
                let told = match base {
                    "" => say!(text, "labrun-saved", json = json),
                    _ => say!(
                        text,
                        "labrun-saved-there",
                        json = json,
                        base = recording::quoted(Path::new(base))
                    ),
                };
                self.say(walk, Role::GoodReply, &told)
            }
        }
    }

    /// Whether an answer is a key that means nothing at a question; then that is said. Where an answer may be a path, it is
    /// an answer.
    fn is_stray_key(&mut self, walk: &Walk<'a>, ask: &Ask, line: &str) -> Result<bool, Failure> {
        let Some(word) = line.trim().strip_prefix('/') else {
            return Ok(false);
        };
        let is_path = |answer: &Answer| walk.filled(&answer.text).starts_with('/');
        let is_word = !word.is_empty() && word.chars().all(char::is_alphabetic);
        if !is_word || ask.right.iter().any(is_path) {
            return Ok(false);
        }
        let told = say!(walk.view.text, "labrun-unknown", word = word);
        self.say(walk, Role::Warning, &told)?;
        Ok(true)
    }

    fn say(&mut self, walk: &Walk<'a>, role: Role, sentence: &str) -> Result<(), Failure> {
        self.keys.show(&walk.view.line(role, sentence))
    }
}

impl<'a> Hands<'a> for Person<'a> {
    fn show(&mut self, shown: &str) -> Result<(), Failure> {
        self.keys.paged(self.context, shown)
    }

    fn elsewhere(&mut self) -> Vec<String> {
        if !self.keys.interactive || std::mem::replace(&mut self.prepared, true) {
            return Vec::new();
        }
        elsewhere::first()
    }

    fn read(&mut self, walk: &mut Walk<'a>) -> Result<Go, Failure> {
        // Whoever has just typed something has seen what is above it.
        if !self.keys.interactive || self.keys.rows < 3 {
            return Ok(Go::On);
        }
        let prompt = say!(walk.view.text, "labrun-go-on");
        loop {
            match self.line(walk, &format!("[{prompt}] "))? {
                Came::End => return Ok(Go::Leave),
                Came::Line(line) => match Key::read(&line) {
                    None if !line.is_empty() => {
                        let told = say!(walk.view.text, "labrun-unused");
                        self.say(walk, Role::Warning, &told)?;
                        return Ok(Go::On);
                    }
                    Some(Key::Next) | None => return Ok(Go::On),
                    Some(key) => {
                        if let Some(go) = self.key(walk, &key, "", &[])? {
                            return Ok(go);
                        }
                    }
                },
            }
        }
    }

    fn ftp(&mut self, walk: &mut Walk<'a>, ftp: &'a Ftp) -> Result<Go, Failure> {
        let text = walk.view.text;
        if ftp.role == Part::Server {
            let server = walk.bench.by_hand(ftp.line)?;
            let told = say!(text, "labrun-serve-here", server = server);
            self.say(walk, Role::Remark, &told)?;
        } else if !walk.recorded
            && !std::mem::replace(&mut self.told, true)
            && self.keys.interactive
        {
            let server = walk.bench.server(ftp.line).unwrap_or_default();
            let told = say!(text, "labrun-type-here");
            self.say(walk, Role::Remark, &told)?;
            if !walk.offered {
                let command = walk.followed(&format!("ftplab raw {server}"));
                let shown = walk.view.command(&command);
                self.keys.show(&shown)?;
            }
        }
        if ftp.role == Part::Client {
            self.again(walk, ftp)?;
            if self.keys.interactive && walk.recorded {
                let told = say!(text, "labrun-type-there");
                self.say(walk, Role::Remark, &told)?;
            }
        }
        self.converse(walk, ftp)
    }

    fn ask(&mut self, walk: &mut Walk<'a>, ask: &'a Ask) -> Result<Go, Failure> {
        if ask.kind == AskKind::Choice {
            let told = say!(walk.view.text, "labrun-choose");
            self.say(walk, Role::Remark, &told)?;
        }
        let (question, _) = walk.question(ask);
        loop {
            let line = match self.entered(walk, &ask.id, &ask.hints, &question)? {
                ControlFlow::Continue(line) => line,
                ControlFlow::Break(go) => return Ok(go),
            };
            if line.len() > answer::MAX_ANSWER {
                let most = answer::MAX_ANSWER as u64;
                let told = say!(walk.view.text, "labrun-answer-too-long", most = most);
                self.say(walk, Role::Warning, &told)?;
                continue;
            }
            let judgement = answer::judge(ask, &line, &|name| walk.bench.value(name));
            if judgement != Judgement::Right && self.is_stray_key(walk, ask, &line)? {
                continue;
            }
            if is_stray_command(walk, ask, &judgement, &line) {
                let told = say!(walk.view.text, "labrun-unreadable-command");
                self.say(walk, Role::Warning, &told)?;
                continue;
            }
            let (counts, right) = match &judgement {
                Judgement::Right => (true, true),
                Judgement::NotSeenYet(_) | Judgement::Unreadable(_) => (false, false),
                _ => (true, false),
            };
            if counts {
                walk.given(&ask.id, &line, right);
                if walk.tries(&ask.id) == MAX_ANSWERS {
                    let most = MAX_ANSWERS as u64;
                    let told = say!(walk.view.text, "labrun-answers-full", most = most);
                    self.say(walk, Role::Warning, &told)?;
                }
            }
            let hints = walk.report.block(&ask.id).map_or(0, |block| block.hints);
            let tries = walk.tries(&ask.id);
            let shown = walk.view.judged(ask, &judgement, tries, hints);
            self.keys.show(&shown)?;
            if right {
                if let Some(why) = &ask.why {
                    let why = walk.markdown(why);
                    self.keys.show(&why)?;
                }
                self.keys.show("\n")?;
                walk.done(&ask.id);
                return Ok(Go::On);
            }
            walk.save();
        }
    }

    fn write(&mut self, walk: &mut Walk<'a>, write: &'a Write) -> Result<Go, Failure> {
        let told = say!(walk.view.text, "labrun-write");
        self.say(walk, Role::Remark, &told)?;
        // What was written before somebody left it.
        let mut text = walk
            .block(&write.id)
            .and_then(|block| block.text.clone())
            .unwrap_or_default();
        if !text.is_empty() {
            let told = say!(walk.view.text, "labrun-write-draft");
            self.say(walk, Role::Remark, &told)?;
            let lines = text.lines().map(|line| walk.view.answered("| ", line));
            self.keys.show(&lines.collect::<String>())?;
        }
        loop {
            self.keys.whole = true;
            let came = self.line(walk, "| ");
            self.keys.whole = false;
            let line = match came? {
                Came::Line(line) => line,
                // The end of a file of answers ends a text, too.
                Came::End if !self.keys.interactive && !text.is_empty() => String::new(),
                Came::End => {
                    draft(walk, &write.id, text);
                    return Ok(Go::Leave);
                }
            };
            // A paste of several lines is text, and the empty ones among them are too.
            let pasted = line.contains('\n');
            if let Some(key) = Key::read(&line).filter(|_| !pasted) {
                if let Some(go) = self.key(walk, &key, &write.id, &[])? {
                    draft(walk, &write.id, text);
                    return Ok(go);
                }
                continue;
            }
            if line.is_empty() && !text.is_empty() {
                break;
            }
            if text.len() + line.len() >= MAX_TEXT {
                let most = (MAX_TEXT / 1024) as u64;
                let told = say!(walk.view.text, "labrun-write-full", most = most);
                self.say(walk, Role::Warning, &told)?;
                continue;
            }
            let line = line.trim_end_matches('\n');
            if !line.is_empty() {
                text.push_str(line);
                text.push('\n');
            }
        }
        if let Some(block) = walk.block(&write.id) {
            block.text = Some(text);
        }
        walk.done(&write.id);
        let told = say!(walk.view.text, "labrun-written");
        self.say(walk, Role::GoodReply, &format!("{told}\n\n"))?;
        Ok(Go::On)
    }

    fn capture(&mut self, walk: &mut Walk<'a>, capture: &'a Capture) -> Result<Go, Failure> {
        self.keys.show(&captures::title(walk, capture))?;
        if let Some(file) = &capture.file {
            let shown = captures::hold(walk, capture, file)?;
            self.keys.show(&shown.told)?;
            return Ok(Go::On);
        }
        let told = say!(walk.view.text, "labrun-capture-ask");
        let question = walk.view.line(Role::Hint, &told);
        self.keys.show(&question)?;
        loop {
            let line = match self.entered(walk, &capture.id, &[], &question)? {
                ControlFlow::Continue(line) => line,
                ControlFlow::Break(go) => return Ok(go),
            };
            let held = captures::hold(walk, capture, &line)?;
            self.keys.show(&held.told)?;
            if held.met {
                return Ok(Go::On);
            }
            walk.save();
        }
    }

    fn end(&mut self, walk: &mut Walk<'a>, open: &[String]) -> Result<Go, Failure> {
        if open.is_empty() {
            return Ok(Go::Leave);
        }
        let told = say!(walk.view.text, "labrun-open", what = open.join(", "));
        self.say(walk, Role::Warning, &told)?;
        if !self.keys.interactive {
            return Ok(Go::Leave);
        }
        self.choose(walk, "labrun-open-enter")
    }

    fn look_again(&mut self, walk: &mut Walk<'a>) -> Result<Go, Failure> {
        match self.keys.interactive {
            true => self.choose(walk, "labrun-finished-enter"),
            false => Ok(Go::Leave),
        }
    }
}

impl<'a> Person<'a> {
    /// Has them say where to go on, at the end of a sheet; `how` says how.
    fn choose(&mut self, walk: &mut Walk<'a>, how: &str) -> Result<Go, Failure> {
        let told = walk.view.text.say(how, &[]);
        self.say(walk, Role::Remark, &told)?;
        loop {
            match self.line(walk, "> ")? {
                Came::End => return Ok(Go::Leave),
                Came::Line(line) => match Key::read(&line) {
                    None | Some(Key::Next) => return Ok(Go::On),
                    Some(key) => {
                        if let Some(go) = self.key(walk, &key, "", &[])? {
                            return Ok(go);
                        }
                    }
                },
            }
        }
    }
}

/// True where what was typed is a command for the dialogue before, and no try at this question.
fn is_stray_command(walk: &Walk<'_>, ask: &Ask, judgement: &Judgement, line: &str) -> bool {
    let is_command = |line: &str| secret::verb_of(line.as_bytes()).0 != Verb::Other;
    let no_try = match judgement {
        Judgement::Unreadable(_) => true,
        // Words can be an answer; where no right one begins like a command, such a line is none.
        Judgement::Wrong(_) if ask.kind == AskKind::Text => {
            let right = |answer: &Answer| is_command(&walk.filled(&answer.text));
            !ask.right.iter().any(right)
        }
        _ => false,
    };
    no_try && is_command(line)
}

/// Keeps a text that is left before its end.
fn draft(walk: &mut Walk<'_>, id: &str, text: String) {
    if let Some(block) = walk.block(id).filter(|_| !text.is_empty()) {
        block.text = Some(text);
    }
    walk.save();
}
