//! The keyboard: a line editor with history and completion on a terminal, plain lines otherwise. It runs in a thread of
//! its own and reports each line; what is printed meanwhile stands above the line being typed and does not tear it.
//!
//! Passwords are shown as stars while they are typed and never enter the history, which lives in memory only.

use std::{
    borrow::Cow,
    io::{self, BufRead},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Sender, SyncSender, channel},
    },
    thread,
};

use rustix::termios::{self, OptionalActions, Termios};
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event,
    EventContext, EventHandler, Helper, KeyEvent, RepeatCount,
    completion::{Completer, Pair},
    config::Configurer as _,
    error::ReadlineError,
    highlight::{CmdKind, Highlighter},
    hint::Hinter,
    history::MemHistory,
    validate::Validator,
};

use super::printer::{self, Above, Shared};
use crate::ftp::secret;

/// The longest line that is taken from a pipe, in bytes: as much as is kept of a line of the wire. A longer one is left out
/// and told: half a command is another command.
pub const MAX_TYPED: usize = 64 * 1024;

/// What the keyboard reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A line without its end.
    Line(Vec<u8>),
    /// A line of so many bytes, more than [`MAX_TYPED`]; it was left out.
    TooLong(u64),
    /// Ctrl-C: the line was cleared.
    Interrupt,
    /// Ctrl-D, Ctrl-] or the end of the input.
    End,
}

/// A word that Tab completes, and what may stand behind it.
#[derive(Debug, Clone)]
pub struct Word {
    /// The word.
    pub word: String,
    /// Shown behind the word once it is typed.
    pub rest: String,
}

/// The place where lines are printed while somebody types: above the line being typed.
pub struct Screen {
    printer: Printer,
    /// How the terminal was before the editor had it.
    before: Option<Termios>,
}

enum Printer {
    Editor(Above),
    Stdout,
}

/// However a command ends: a shell is not to find its terminal as the editor wants it.
impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Screen {
    /// Gives the terminal back while a line may still be typed: what is printed from now on goes out directly.
    pub fn leave(&mut self) {
        let rest = match &self.printer {
            Printer::Editor(above) => Some(above.finish()),
            Printer::Stdout => None,
        };
        self.printer = Printer::Stdout;
        if let Some(before) = self.before.take() {
            let _ = termios::tcsetattr(io::stdin(), OptionalActions::Drain, &before);
        }
        if let Some(rest) = rest {
            // The editor may have begun a picture that it never finishes (mode 2026, "synchronised update").
            let _ = self.print(&format!("\x1b[?2026l\r\x1b[K{rest}"));
        }
    }

    /// True where a line editor draws the line that is typed; else the terminal itself shows it, passwords too.
    #[must_use]
    pub fn draws(&self) -> bool {
        matches!(self.printer, Printer::Editor(_))
    }

    /// Prints whole lines at once.
    ///
    /// # Errors
    /// Where the terminal or the pipe takes no more.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        match &self.printer {
            Printer::Editor(above) => above.print(text),
            Printer::Stdout => printer::direct(text),
        }
    }
}

/// The keyboard's thread, which waits for each line until [`Keyboard::go_on`] is called: a prompt appears when all that
/// stands before it has been shown, and the line before it has been dealt with.
pub struct Keyboard {
    /// The next line may be typed, behind another prompt where there is one.
    go: Sender<Option<String>>,
    shared: Arc<Shared>,
}

impl Keyboard {
    /// Lets the next line be typed, or the first one.
    pub fn go_on(&self) {
        self.go(None);
    }

    /// Lets the next line be typed behind this prompt, and those that follow.
    pub fn go_on_behind(&self, prompt: &str) {
        self.go(Some(prompt.to_owned()));
    }

    fn go(&self, prompt: Option<String>) {
        self.shared.begin();
        let _ = self.go.send(prompt);
    }
}

/// Starts an editor on the terminal, which waits for [`Keyboard::go_on_behind`]; every line goes through `report` into
/// `to`.
///
/// # Errors
/// Where the terminal cannot be set up.
pub fn terminal<T: Send + 'static>(
    words: Vec<Word>,
    colour: bool,
    to: SyncSender<T>,
    report: fn(Typed) -> T,
) -> io::Result<(Screen, Keyboard)> {
    let config = Config::builder()
        .auto_add_history(false)
        .completion_type(CompletionType::List)
        .max_history_size(1000)
        .map_err(io::Error::other)?
        .build();
    let mut editor: Editor<Console, MemHistory> =
        Editor::with_history(config, MemHistory::new()).map_err(io::Error::other)?;
    let shared = Arc::new(Shared::default());
    editor.set_helper(Some(Console {
        words,
        colour,
        shared: Arc::clone(&shared),
    }));
    // Stars are drawn by the highlighter, which is asked only where colour is possible; without colour it draws none.
    editor.set_color_mode(ColorMode::Forced);
    let close = Arc::new(AtomicBool::new(false));
    editor.bind_sequence(
        KeyEvent::ctrl(']'),
        EventHandler::Conditional(Box::new(CloseKey(close.clone()))),
    );
    // A terminal that can do nothing but print (TERM=dumb) has no line to be torn: what comes is printed as it comes.
    // There, a prompt would stand in front of the server's lines.
    let printer = match editor.create_external_printer() {
        Ok(printer) => Printer::Editor(Above::start(printer, Arc::clone(&shared))?),
        Err(_) => Printer::Stdout,
    };
    let prompts = matches!(printer, Printer::Editor(_));
    let before = termios::tcgetattr(io::stdin()).ok();
    let (go, gone_on) = channel::<Option<String>>();
    let typing = Arc::clone(&shared);
    thread::Builder::new()
        .name("keyboard".into())
        .spawn(move || {
            let mut prompt = String::new();
            while let Ok(next) = gone_on.recv() {
                if let Some(next) = next.filter(|_| prompts) {
                    prompt = next;
                }
                typing.prompt();
                let line = editor.readline(&prompt);
                let typed = match line {
                    Ok(line) => {
                        let (verb, _) = secret::verb_of(line.as_bytes());
                        if !line.is_empty() && !secret::is_secret(verb) {
                            let _ = editor.add_history_entry(line.as_str());
                        }
                        Typed::Line(line.into_bytes())
                    }
                    Err(ReadlineError::Interrupted) if !close.swap(false, Ordering::Relaxed) => {
                        Typed::Interrupt
                    }
                    Err(_) => Typed::End,
                };
                typing.end(typed == Typed::End);
                if tell(typed, &to, report) {
                    return;
                }
            }
        })?;
    Ok((Screen { printer, before }, Keyboard { go, shared }))
}

/// Starts a reader of plain lines from standard input, which waits for [`Keyboard::go_on`]; printing goes to standard
/// output.
///
/// # Errors
/// Where no thread can be started.
pub fn pipe<T: Send + 'static>(
    to: SyncSender<T>,
    report: fn(Typed) -> T,
) -> io::Result<(Screen, Keyboard)> {
    let (go, gone_on) = channel();
    thread::Builder::new().name("input".into()).spawn(move || {
        let mut input = io::stdin().lock();
        while gone_on.recv().is_ok() {
            let typed = match line(&mut input) {
                Ok(Some(typed)) => typed,
                Ok(None) | Err(_) => Typed::End,
            };
            if tell(typed, &to, report) {
                return;
            }
        }
    })?;
    Ok((
        Screen {
            printer: Printer::Stdout,
            before: None,
        },
        Keyboard {
            go,
            shared: Arc::default(),
        },
    ))
}

/// Reports what was typed; true when it was the last, or there is nobody to report to.
fn tell<T>(typed: Typed, to: &SyncSender<T>, report: fn(Typed) -> T) -> bool {
    let last = typed == Typed::End;
    to.send(report(typed)).is_err() || last
}

/// The next line of a pipe, without its LF or CR LF.
fn line(input: &mut impl BufRead) -> io::Result<Option<Typed>> {
    let mut line = Vec::new();
    // The end may have two bytes.
    let most = MAX_TYPED + 2;
    if io::Read::take(&mut *input, most as u64).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() == most && !line.ends_with(b"\n") {
        let rest = input.skip_until(b'\n')?;
        return Ok(Some(Typed::TooLong((line.len() + rest) as u64)));
    }
    if line.ends_with(b"\n") {
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
    }
    if line.len() > MAX_TYPED {
        return Ok(Some(Typed::TooLong(line.len() as u64)));
    }
    Ok(Some(Typed::Line(line)))
}

/// Ctrl-]: telnet's key for leaving.
struct CloseKey(Arc<AtomicBool>);

impl ConditionalEventHandler for CloseKey {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(true, Ordering::Relaxed);
        Some(Cmd::Interrupt)
    }
}

/// Completion, the syntax behind a verb, and stars.
struct Console {
    words: Vec<Word>,
    colour: bool,
    shared: Arc<Shared>,
}

impl Helper for Console {}
impl Validator for Console {}

impl Completer for Console {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let head = &line[..pos];
        if head.contains(' ') {
            return Ok((pos, Vec::new()));
        }
        let pairs = self
            .words
            .iter()
            .filter(|word| {
                word.word
                    .get(..head.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(head))
            })
            .map(|word| Pair {
                display: format!("{} {}", word.word, word.rest),
                replacement: word.word.clone(),
            })
            .collect();
        Ok((0, pairs))
    }
}

impl Hinter for Console {
    type Hint = String;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<String> {
        let typed = line.strip_suffix(' ').unwrap_or(line);
        if pos < line.len() || typed.is_empty() {
            return None;
        }
        let word = self
            .words
            .iter()
            .find(|word| word.word.eq_ignore_ascii_case(typed))?;
        if word.rest.is_empty() {
            return None;
        }
        Some(if line.ends_with(' ') {
            word.rest.clone()
        } else {
            format!(" {}", word.rest)
        })
    }
}

impl Highlighter for Console {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        let (verb, end) = secret::verb_of(line.as_bytes());
        if !secret::is_secret(verb) || end >= line.len() {
            return Cow::Borrowed(line);
        }
        let stars: String = line[end..]
            .chars()
            .map(|c| if c == ' ' { ' ' } else { '*' })
            .collect();
        Cow::Owned(format!("{}{stars}", &line[..end]))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        let mut above = self.shared.draw();
        if above.is_empty() {
            return Cow::Borrowed(prompt);
        }
        above.push_str(prompt);
        Cow::Owned(above)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.colour {
            Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
        } else {
            Cow::Borrowed(hint)
        }
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        !matches!(kind, CmdKind::MoveCursor)
            && secret::is_secret(secret::verb_of(line.as_bytes()).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_pipe_lose_their_ends_and_nothing_else() {
        let mut input: &[u8] = b"USER x\r\n\nPWD\n\xff \rend";
        let mut lines = Vec::new();
        while let Some(line) = line(&mut input).expect("memory") {
            lines.push(line);
        }
        let wanted = [&b"USER x"[..], b"", b"PWD", b"\xff \rend"];
        assert_eq!(lines, wanted.map(|line| Typed::Line(line.to_vec())));
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_whole() {
        for (bytes, fits) in [(MAX_TYPED, true), (MAX_TYPED + 1, false), (900_000, false)] {
            for end in ["\n", "\r\n"] {
                let input = format!("{}{end}NOOP{end}", "x".repeat(bytes));
                let mut input = input.as_bytes();
                match line(&mut input).expect("memory") {
                    Some(Typed::Line(line)) => assert!(fits && line.len() == bytes),
                    Some(Typed::TooLong(told)) => assert!(!fits && told >= bytes as u64),
                    other => panic!("{other:?}"),
                }
                let next = line(&mut input).expect("memory");
                assert_eq!(next, Some(Typed::Line(b"NOOP".to_vec())));
            }
        }
    }

    #[test]
    fn a_password_is_stars() {
        let console = Console {
            words: Vec::new(),
            colour: false,
            shared: Arc::default(),
        };
        assert_eq!(console.highlight("pass a b", 0), "pass * *");
        assert_eq!(console.highlight("USER a", 0), "USER a");
        assert!(console.highlight_char("PASS x", 6, CmdKind::Other));
    }
}
