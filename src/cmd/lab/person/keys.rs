//! The keyboard of somebody who works on a sheet, or the lines in its place: what is typed behind which prompt, what was
//! typed ahead, and pages that wait until they have been read.

use std::{
    collections::VecDeque,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use super::Key;
use crate::{
    cmd::{Context, Failure, lab::bench},
    ftp::catalogue,
    io::{
        editor::{self, Keyboard, Screen, Typed, Word},
        stdio,
    },
    say,
    script::{by_hand, console},
    view::wrap::wrap,
};

/// Reports of the keyboard that wait: it makes one at a time.
const INBOX: usize = 1;
/// The rows of a terminal that does not tell.
const ROWS: usize = 24;

/// Where lines come from.
pub(super) struct Keys {
    /// There is a terminal with somebody at it.
    pub(super) interactive: bool,
    started: Option<(Screen, Keyboard)>,
    inbox: Receiver<Typed>,
    outbox: SyncSender<Typed>,
    /// Lines that are there already: of a file, or the rest of a paste.
    ahead: VecDeque<String>,
    /// A paste is one line, with the line ends in it.
    pub(super) whole: bool,
    /// There is nothing behind them: no keyboard, or one that has ended.
    ended: bool,
    /// The last line was one of these, so that no terminal shows it.
    pub(super) unseen: bool,
    /// A line may be typed, behind this prompt.
    pub(super) asked: Option<String>,
    /// Rows that were shown since something was typed.
    pub(super) rows: usize,
    /// The last of them is empty.
    empty: bool,
    page: usize,
    colour: bool,
    words: Vec<Word>,
}

impl Keys {
    /// Somebody at the keyboard, or these lines in their place.
    pub(super) fn new(context: &Context, lines: Option<Vec<String>>) -> Keys {
        let (outbox, inbox) = sync_channel(INBOX);
        let interactive =
            lines.is_none() && stdio::stdin_is_terminal() && stdio::stdout_is_terminal();
        Keys {
            interactive,
            started: None,
            inbox,
            outbox,
            whole: false,
            ended: lines.is_some(),
            ahead: lines.map(VecDeque::from).unwrap_or_default(),
            unseen: !interactive,
            asked: None,
            rows: 0,
            empty: false,
            page: page(),
            colour: context.out.colour(),
            words: words(),
        }
    }

    /// Gives the terminal back: what is printed from now on goes out directly.
    pub(super) fn leave(&mut self) {
        if let Some((screen, _)) = &mut self.started {
            screen.leave();
        }
    }

    /// Whoever makes the window larger or smaller goes on reading there.
    pub(super) fn fit(&mut self) {
        self.page = page();
    }

    pub(super) fn show(&mut self, shown: &str) -> Result<(), Failure> {
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
    pub(super) fn paged(&mut self, context: &Context, shown: &str) -> Result<(), Failure> {
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
                    let told = wrap(&told, 0, 0, context.out_now().width());
                    self.show(&format!("{told}\n\n"))?;
                }
            }
            Typed::TooLong(_) | Typed::End => {}
        }
        Ok(())
    }

    /// Lets a line be typed behind this prompt, where none is being typed.
    pub(super) fn ask(&mut self, prompt: &str) -> Result<(), Failure> {
        if self.asked.is_some() {
            return Ok(());
        }
        if !self.ended && self.ahead.is_empty() {
            if self.started.is_none() {
                let to = self.outbox.clone();
                let started = if self.interactive {
                    let words = std::mem::take(&mut self.words);
                    editor::terminal(words, self.colour, to, |typed| typed)
                } else {
                    editor::pipe(to, |typed| typed)
                };
                self.started = Some(started?);
            }
            if let Some((_, keyboard)) = &self.started {
                keyboard.go_on_behind(prompt);
            }
        }
        self.asked = Some(prompt.to_owned());
        Ok(())
    }

    /// What was typed, if something was; lines that are there already come when they are wanted.
    pub(super) fn poll(&mut self) -> Option<Typed> {
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
        if self.whole {
            return Typed::Line(line);
        }
        let mut lines = line.split(|&b| b == b'\n');
        let first = lines.next().unwrap_or_default().to_vec();
        let rest = lines.map(|line| String::from_utf8_lossy(line).into_owned());
        self.ahead.extend(rest);
        Typed::Line(first)
    }

    /// Waits for a line.
    pub(super) fn wait(&mut self) -> Result<Typed, Failure> {
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
