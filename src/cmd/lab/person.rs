//! A person who works on a sheet: reads page by page, types commands, replies, answers and free text, asks for hints, goes
//! back and forth. On a terminal with a line editor; else lines come from standard input or a file, in the same form, and
//! a line waits until what was typed before it has had its effect.

use std::{
    collections::VecDeque,
    ops::ControlFlow,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::{Duration, Instant},
};

use super::{
    autopilot,
    bench::{self, BY_HAND, Bench},
    captures, elsewhere,
    follow::Watched,
    walk::{Go, Hands, MAX_ANSWERS, Walk},
};
use crate::{
    cmd::{Context, Failure, explain, fault, recording},
    ftp::{catalogue, command::Verb, secret},
    io::{
        editor::{self, Keyboard, Screen, Typed, Word},
        file::FileError,
        stdio,
    },
    lab::{
        answer::{self, Judgement},
        sheet::{Answer, Ask, AskKind, Capture, Expected, Ftp, Role as Part, Wanted, Write},
        template::Template,
    },
    say,
    script::{by_hand, console},
    view::{lab::run, style::Role},
};

/// Reports of the keyboard that wait: it makes one at a time.
const INBOX: usize = 1;
/// The most bytes of a free text: ten pages. A line more is told and left out.
const MAX_TEXT: usize = 64 * 1024;
/// How long a command's reply is waited for before the next line may be typed.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same for lines that do not come from a keyboard: nobody is there who could wait longer.
const LINES_PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing is printed before what was typed counts as answered.
const QUIET: Duration = Duration::from_millis(120);
/// The same where a transfer waits, for its data connection perhaps.
const WAITING: Duration = Duration::from_millis(500);
/// How long a transfer waits for its data connection before it is said that nobody has opened it.
const UNANSWERED: Duration = Duration::from_secs(2);
/// The prompt where commands are typed.
const CLIENT: &str = "C> ";
/// The prompt where replies are typed.
const SERVER: &str = "S> ";
/// The rows of a terminal that does not tell.
const ROWS: usize = 24;

/// The person.
pub(super) struct Person<'a> {
    context: &'a Context,
    keys: Keys,
    /// What they can type in an `ftp` block has been told.
    told: bool,
    /// What other terminals need first has been told.
    prepared: bool,
}

/// Where lines come from.
struct Keys {
    /// There is a terminal with somebody at it.
    interactive: bool,
    started: Option<(Screen, Keyboard)>,
    inbox: Receiver<Typed>,
    outbox: SyncSender<Typed>,
    /// Lines that are there already: of a file, or the rest of a paste.
    ahead: VecDeque<String>,
    /// There is nothing behind them: no keyboard, or one that has ended.
    ended: bool,
    /// The last line was one of these, so that no terminal shows it.
    unseen: bool,
    /// A line may be typed, behind this prompt.
    asked: Option<String>,
    /// Rows that were shown since something was typed.
    rows: usize,
    /// The last of them is empty.
    empty: bool,
    page: usize,
    colour: bool,
    words: Vec<Word>,
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
        let (outbox, inbox) = sync_channel(INBOX);
        let interactive =
            lines.is_none() && stdio::stdin_is_terminal() && stdio::stdout_is_terminal();
        Person {
            context,
            keys: Keys {
                interactive,
                started: None,
                inbox,
                outbox,
                ended: lines.is_some(),
                ahead: lines.map(VecDeque::from).unwrap_or_default(),
                unseen: !interactive,
                asked: None,
                rows: 0,
                empty: false,
                page: page(),
                colour: context.out.colour(),
                words: words(),
            },
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
        self.keys.page = page();
    }

    /// Gives the terminal back: what is printed from now on goes out directly.
    pub(super) fn leave(&mut self) {
        if let Some((screen, _)) = &mut self.keys.started {
            screen.leave();
        }
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
            Key::Help => self.keys.show(&view.help())?,
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

    /// Where a dialogue goes on from a control connection that does not stand any more: what to send again.
    fn again(&mut self, walk: &Walk<'a>, ftp: &Ftp) -> Result<(), Failure> {
        let commands = walk.in_force(ftp);
        if commands.is_empty() || walk.bench.stands(ftp.line) {
            return Ok(());
        }
        let what: Vec<String> = commands
            .iter()
            .map(|command| autopilot::typed(&walk.bench, command))
            .collect();
        let told = say!(walk.view.text, "labrun-again", what = what.join(" · "));
        self.say(walk, Role::Hint, &told)?;
        let is_passive = |command: &&Expected| matches!(command.what, Wanted::Command { verb, .. } if verb.asks_to_listen());
        if commands.iter().any(is_passive) {
            let told = say!(walk.view.text, "labrun-again-port");
            self.say(walk, Role::Hint, &told)?;
        }
        Ok(())
    }

    /// How a dialogue goes on that is typed here, until it is complete or left.
    fn converse(&mut self, walk: &mut Walk<'a>, ftp: &'a Ftp) -> Result<Go, Failure> {
        let serving = ftp.role == Part::Server;
        let prompt = match serving {
            true => SERVER.to_owned(),
            false => walk.bench.label(bench::terminal_of(ftp.line)).to_owned() + CLIENT,
        };
        let patience = if self.keys.interactive {
            PATIENCE
        } else {
            LINES_PATIENCE
        };
        let mut watched = Watched::new(ftp, walk.bench.params());
        // Since when nothing has been printed, and since when a reply is waited for.
        let mut quiet = Instant::now();
        let mut since = quiet;
        let mut complete = false;
        // A line for ftplab itself has no reply to wait for.
        let mut local = true;
        // That nobody has opened the data connection is said once a command, and so is that nothing can be seen.
        let mut awaits = false;
        let mut unseen = true;
        loop {
            self.fit(walk);
            let mut came = false;
            walk.bench.look(|line| {
                came = true;
                watched.feed(line);
            })?;
            if self.printed(&mut walk.bench, walk.view, true)? || came {
                quiet = Instant::now();
            }
            // When what was printed about it stands there, and not in the middle of it.
            if quiet.elapsed() >= QUIET {
                let shown = watched.news(walk.view);
                self.keys.show(&shown)?;
            }
            if came {
                let (lines, dialogue) = watched.state();
                walk.seen(&ftp.id, lines, dialogue);
            }
            let settled = if serving {
                walk.bench.wants_reply()
            } else {
                walk.bench.settled(ftp.line)
            };
            let idle = quiet.elapsed();
            let ready = ((settled || local) && idle >= QUIET)
                || (walk.bench.in_transfer(ftp.line) && idle >= WAITING)
                || since.elapsed() >= patience;
            // A reply that never comes, with which a server breaks a rule, is not waited for for ever.
            let over = settled || serving || since.elapsed() >= patience;
            if watched.is_complete() && !complete && idle >= QUIET && over {
                complete = true;
                walk.done(&ftp.id);
                walk.save();
                if self.keys.asked.is_none() {
                    let told = say!(walk.view.text, "labrun-all-seen");
                    self.say(walk, Role::GoodReply, &format!("{told}\n\n"))?;
                    return Ok(Go::On);
                }
                let told = say!(walk.view.text, "labrun-all-seen-enter");
                self.say(walk, Role::GoodReply, &told)?;
            }
            if !awaits && idle >= UNANSWERED && walk.bench.awaits_data(ftp.line) {
                awaits = true;
                let told = say!(walk.view.text, "labrun-data-awaited");
                self.say(walk, Role::Hint, &told)?;
            }
            if !unseen && !settled && !local && since.elapsed() >= patience {
                unseen = true;
                if let Err(why) = walk.bench.room() {
                    self.say(walk, Role::Warning, &why)?;
                }
            }
            if ready {
                self.keys.ask(&prompt)?;
            }
            let Some(came) = self.typed(walk, &prompt)? else {
                continue;
            };
            since = Instant::now();
            quiet = since;
            local = true;
            awaits = false;
            unseen = false;
            let Came::Line(line) = came else {
                return Ok(Go::Leave);
            };
            let ours = match Key::read(&line) {
                // The terminal knows better what the last reply was, or what it can do.
                Some(Key::Explain(what)) if what.is_empty() => None,
                key => key,
            };
            if let Some(key) = ours {
                let example = |expected: &Expected| autopilot::typed(&walk.bench, expected);
                let hints = watched.hints(walk.view.text, &example);
                if let Some(go) = self.key(walk, &key, &ftp.id, &hints)? {
                    return Ok(go);
                }
                continue;
            }
            if line.is_empty() && complete {
                return Ok(Go::On);
            }
            if complete && !serving && !walk.bench.connected(ftp.line) {
                let what = secret::shown_line(line.as_bytes(), false);
                let what = String::from_utf8_lossy(&what).into_owned();
                let told = say!(walk.view.text, "labrun-dialogue-over", what = what);
                self.say(walk, Role::Warning, &told)?;
                continue;
            }
            if serving {
                local = line.starts_with('/');
                if !line.is_empty() {
                    walk.bench.reply(&line);
                }
            } else {
                local = self.send(walk, ftp, &line, &mut watched)?;
            }
        }
    }

    /// Types a line into the control line's terminal, which is opened where it is not; true where no reply will come.
    fn send(
        &mut self,
        walk: &mut Walk<'a>,
        ftp: &Ftp,
        line: &str,
        watched: &mut Watched<'_>,
    ) -> Result<bool, Failure> {
        let local = line.starts_with('/') && !line.starts_with("//");
        if local {
            let word = line.split_whitespace().next().unwrap_or_default();
            let known = console::LOCAL
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(word));
            if !known {
                let told = say!(
                    walk.view.text,
                    "labrun-unknown",
                    word = word.trim_start_matches('/')
                );
                self.say(walk, Role::Warning, &told)?;
                return Ok(true);
            }
        }
        if self.keys.interactive && line.is_empty() && walk.recorded {
            return Ok(true);
        }
        if self.keys.interactive && std::mem::take(&mut walk.recorded) {
            // Once: whoever insists works without a recording.
            let told = say!(walk.view.text, "labrun-recorded-there");
            self.say(walk, Role::Warning, &told)?;
            return Ok(true);
        }
        if !walk.bench.connected(ftp.line) {
            let server = walk.bench.server(ftp.line).unwrap_or_default();
            let told = if walk.bench.was_connected(ftp.line) {
                say!(walk.view.text, "labrun-dialling-again")
            } else {
                say!(walk.view.text, "labrun-dialling", server = server)
            };
            self.say(walk, Role::Remark, &told)?;
            walk.bench.dial(ftp.line)?;
            let keys = &mut self.keys;
            let view = walk.view;
            let which = ftp.line;
            let label = walk.bench.label(bench::terminal_of(which));
            walk.bench.until(
                bench::GREETING,
                |bench| bench.settled(which) || !bench.connected(which),
                |line| watched.feed(line),
                |printed| keys.show(&format!("{label}{}", view.printed(&printed.line))),
            )?;
        }
        if line.is_empty() {
            return Ok(true);
        }
        if !walk.bench.connected(ftp.line) {
            let told = say!(walk.view.text, "labrun-not-connected", what = line);
            self.say(walk, Role::Warning, &told)?;
            return Ok(true);
        }
        walk.bench.type_line(ftp.line, line)?;
        Ok(local)
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
            let line = match self.line(walk, "| ")? {
                Came::Line(line) => line,
                // The end of a file of answers ends a text, too.
                Came::End if !self.keys.interactive && !text.is_empty() => String::new(),
                Came::End => {
                    draft(walk, &write.id, text);
                    return Ok(Go::Leave);
                }
            };
            if let Some(key) = Key::read(&line) {
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
            if !line.is_empty() {
                text.push_str(&line);
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
        let told = say!(walk.view.text, "labrun-open-enter");
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

impl Keys {
    fn show(&mut self, shown: &str) -> Result<(), Failure> {
        if shown.is_empty() {
            return Ok(());
        }
        // One empty line is enough between two things, whichever of them brings it.
        let shown = match shown.strip_prefix('\n') {
            Some(rest) if self.empty => rest,
            _ => shown,
        };
        if shown.is_empty() {
            return Ok(());
        }
        self.empty = shown == "\n" || shown.ends_with("\n\n");
        self.rows += shown.matches('\n').count();
        match &mut self.started {
            Some((screen, _)) => Ok(screen.print(shown)?),
            None => {
                stdio::remark(shown, true);
                Ok(())
            }
        }
    }

    /// Shows something long a page at a time.
    fn paged(&mut self, context: &Context, shown: &str) -> Result<(), Failure> {
        if !self.interactive {
            return self.show(shown);
        }
        let room = self.page - 2;
        let lines: Vec<&str> = shown.split_inclusive('\n').collect();
        if self.rows > 0 && self.rows + lines.len() > room {
            self.pause(context)?;
        }
        let mut chunks = lines.chunks(room).peekable();
        while let Some(chunk) = chunks.next() {
            self.show(&chunk.concat())?;
            if chunks.peek().is_some() {
                self.pause(context)?;
            }
        }
        Ok(())
    }

    /// Waits for Enter. Who leaves here has left at the next question, and a key is taken there; what else is typed is for
    /// nobody, which is said.
    fn pause(&mut self, context: &Context) -> Result<(), Failure> {
        let prompt = say!(context.text, "labrun-more");
        self.ask(&format!("[{prompt}] "))?;
        match self.wait()? {
            Typed::Interrupt => self.ended = true,
            Typed::Line(line) => {
                let line = String::from_utf8_lossy(&line).trim().to_owned();
                if Key::read(&line).is_some() {
                    self.ahead.push_front(line);
                } else if !line.is_empty() {
                    let told = say!(context.text, "labrun-unused");
                    self.show(&format!("{told}\n"))?;
                }
            }
            Typed::TooLong(_) | Typed::End => {}
        }
        Ok(())
    }

    /// Lets a line be typed behind this prompt, where none is being typed.
    fn ask(&mut self, prompt: &str) -> Result<(), Failure> {
        if self.asked.is_some() {
            return Ok(());
        }
        match &self.started {
            _ if self.ended || !self.ahead.is_empty() => {}
            Some((_, keyboard)) => keyboard.go_on_behind(prompt),
            None if self.interactive => {
                let words = std::mem::take(&mut self.words);
                let to = self.outbox.clone();
                let started = editor::terminal(prompt, words, self.colour, to, |typed| typed)?;
                self.started = Some(started);
            }
            None => self.started = Some(editor::pipe(self.outbox.clone(), |typed| typed)?),
        }
        self.asked = Some(prompt.to_owned());
        Ok(())
    }

    /// What was typed, if something was; lines that are there already come when they are wanted.
    fn poll(&mut self) -> Option<Typed> {
        self.asked.as_ref()?;
        let typed = match self.ahead.pop_front() {
            Some(line) => {
                self.unseen = true;
                Typed::Line(line.into_bytes())
            }
            None if self.ended => Typed::End,
            None => {
                let typed = self.inbox.try_recv().ok()?;
                self.unseen = !self.interactive;
                self.split(typed)
            }
        };
        // The keyboard's thread ends with the input.
        self.ended |= typed == Typed::End;
        self.asked = None;
        self.empty = false;
        self.rows = 0;
        Some(typed)
    }

    /// A paste may hold several lines: the first of them; the others wait.
    fn split(&mut self, typed: Typed) -> Typed {
        let Typed::Line(line) = typed else {
            return typed;
        };
        let mut lines = line.split(|&b| b == b'\n');
        let first = lines.next().unwrap_or_default().to_vec();
        let rest = lines.map(|line| String::from_utf8_lossy(line).into_owned());
        self.ahead.extend(rest);
        Typed::Line(first)
    }

    /// Waits for a line.
    fn wait(&mut self) -> Result<Typed, Failure> {
        loop {
            if let Some(typed) = self.poll() {
                return Ok(typed);
            }
            std::thread::sleep(bench::LOOK);
        }
    }
}

/// The rows of a page, on the terminal as it is now.
fn page() -> usize {
    stdio::rows().unwrap_or(ROWS).max(10)
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

/// What Tab completes: verbs, the terminals' own commands, the walk's.
fn words() -> Vec<Word> {
    let verbs = catalogue::commands().iter().map(|fact| Word {
        word: fact.verb.name().to_owned(),
        rest: String::new(),
    });
    let mut local: Vec<&str> = ["/hint", "/next", "/back", "/steps", "/save"].to_vec();
    local.extend(console::LOCAL.iter().map(|(word, _)| *word));
    local.extend(by_hand::LOCAL.iter().map(|(word, _)| *word));
    local.sort_unstable();
    local.dedup();
    let local = local.into_iter().map(|word| Word {
        word: word.to_owned(),
        rest: String::new(),
    });
    verbs.chain(local).collect()
}

/// Keeps a text that is left before its end.
fn draft(walk: &mut Walk<'_>, id: &str, text: String) {
    if let Some(block) = walk.block(id).filter(|_| !text.is_empty()) {
        block.text = Some(text);
    }
    walk.save();
}
