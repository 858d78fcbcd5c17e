//! Printing above a line that is being typed, without ever waiting for the keyboard.
//!
//! The line editor takes what is to be printed through a channel for one message, which it empties only while a line is
//! being typed. Somebody who prints two while Enter is pressed would wait for the next prompt, and the next prompt would
//! wait for them. So a thread of its own waits there; and while no line is being typed, text goes straight to the terminal.

use std::{
    io::{self, Write},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rustyline::ExternalPrinter;

/// Texts that may wait until a printer waits for the terminal.
const MAX_WAITING: usize = 256;
/// How long it waits for a terminal that takes nothing, before it goes on all the same.
const LONGEST: Duration = Duration::from_secs(1);
/// How long the next prompt waits for what is to stand before it.
const BEFORE_PROMPT: Duration = Duration::from_millis(20);
/// How long an editor that is to draw nothing more may take for what it has.
const LEAVING: Duration = Duration::from_millis(250);
/// A text that makes the editor draw its line and shows nothing: a line up, and down again.
const NOTHING: &str = "\x1b[A\n";

/// What the printer, its thread and the keyboard share.
#[derive(Default)]
pub(super) struct Shared {
    /// A line is being typed, or will be at once.
    typing: AtomicBool,
    /// The terminal takes no more.
    failed: AtomicBool,
    /// The editor is to draw nothing more.
    leaving: AtomicBool,
    /// It draws nothing more.
    left: AtomicBool,
    waiting: Mutex<usize>,
    fewer: Condvar,
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, usize> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no more than `most` texts wait, but not for longer than this.
    fn wait(&self, most: usize, longest: Duration) {
        self.wait_while(longest, |waiting| waiting > most);
    }

    /// Waits while this holds of the number of texts that wait, but not for longer than this.
    fn wait_while(&self, longest: Duration, holds: impl Fn(usize) -> bool) {
        let end = Instant::now() + longest;
        let mut waiting = self.waiting();
        while holds(*waiting) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.fewer.wait_timeout(waiting, left);
            (waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A line will be typed at once: called by whoever prints.
    pub(super) fn begin(&self) {
        self.typing.store(true, Ordering::SeqCst);
    }

    /// Called before the prompt appears.
    pub(super) fn prompt(&self) {
        self.wait(0, BEFORE_PROMPT);
    }

    /// The line has been typed.
    pub(super) fn end(&self) {
        self.typing.store(false, Ordering::SeqCst);
    }

    /// Called by the editor before it draws its line: where somebody leaves, it never does.
    pub(super) fn drawing(&self) {
        if !self.leaving.load(Ordering::SeqCst) {
            return;
        }
        {
            let _waiting = self.waiting();
            self.left.store(true, Ordering::SeqCst);
            self.fewer.notify_all();
        }
        loop {
            thread::park();
        }
    }
}

/// A printer for a terminal with a line editor.
pub(super) struct Above {
    shared: Arc<Shared>,
    to: Sender<String>,
}

impl Above {
    /// Starts its thread.
    pub(super) fn start(
        mut printer: impl ExternalPrinter + Send + 'static,
        shared: Arc<Shared>,
    ) -> io::Result<Above> {
        let (to, texts) = channel::<String>();
        let done = Arc::clone(&shared);
        thread::Builder::new()
            .name("printer".into())
            .spawn(move || {
                for text in texts {
                    if printer.print(text).is_err() {
                        done.failed.store(true, Ordering::SeqCst);
                    }
                    *done.waiting() -= 1;
                    done.fewer.notify_all();
                }
            })?;
        Ok(Above { shared, to })
    }

    /// Prints whole lines at once.
    pub(super) fn print(&self, text: &str) -> io::Result<()> {
        if self.shared.failed.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if !self.is_typed() && *self.shared.waiting() == 0 {
            return direct(text);
        }
        self.shared.wait(MAX_WAITING, LONGEST);
        self.give(text)
    }

    /// Gives a text to the thread.
    fn give(&self, text: &str) -> io::Result<()> {
        *self.shared.waiting() += 1;
        self.to
            .send(text.to_owned())
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// True where a line is being typed, or will be at once.
    fn is_typed(&self) -> bool {
        self.shared.typing.load(Ordering::SeqCst)
    }

    /// Waits until all is printed and no line will be drawn any more, but not for long. Nothing can be printed here
    /// afterwards.
    ///
    /// The thread knows when the editor's channel takes a text, not when the editor has drawn it. The channel has room for
    /// one: when it takes the second of two that show nothing, the editor has the first, and all before it is drawn.
    pub(super) fn finish(&self) {
        let shared = &self.shared;
        if !self.is_typed() {
            return shared.wait(0, LEAVING);
        }
        let nothing = || drop(self.give(NOTHING));
        nothing();
        nothing();
        shared.wait(0, LEAVING);
        shared.leaving.store(true, Ordering::SeqCst);
        nothing();
        shared.wait_while(LEAVING, |_| !shared.left.load(Ordering::SeqCst));
    }
}

/// Prints without an editor.
pub(super) fn direct(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{SyncSender, sync_channel};

    /// As the editor's: a channel for one message, which nobody empties between two lines.
    struct Editor(SyncSender<String>);

    impl ExternalPrinter for Editor {
        fn print(&mut self, text: String) -> rustyline::Result<()> {
            let sent = self.0.send(text);
            sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe).into())
        }
    }

    #[test]
    fn whoever_prints_never_waits_for_the_next_line() {
        let (to, texts) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        shared.begin();
        let above = Above::start(Editor(to), Arc::clone(&shared)).expect("a thread");
        for n in 0..9 {
            above.print(&n.to_string()).expect("printed");
        }
        // Only now the next line is typed; everything comes, in order.
        shared.end();
        above.print("9").expect("printed");
        shared.begin();
        shared.prompt();
        let all: Vec<String> = texts.iter().take(10).collect();
        assert_eq!(all.concat(), "0123456789");
        shared.wait(0, LONGEST);
        assert_eq!(*shared.waiting(), 0);
    }

    #[test]
    fn whoever_leaves_has_all_of_it_drawn_and_no_line_afterwards() {
        let (to, texts) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        shared.begin();
        let above = Above::start(Editor(to), Arc::clone(&shared)).expect("a thread");
        let drawn = Arc::new(Mutex::new(String::new()));
        let (editor, screen) = (Arc::clone(&shared), Arc::clone(&drawn));
        // As the editor does: a text, then its line once more.
        thread::spawn(move || {
            for text in texts {
                let draw = |what: &str| screen.lock().expect("alive").push_str(what);
                draw(&text.replace(NOTHING, ""));
                editor.drawing();
                draw(">");
            }
        });
        for n in 0..9 {
            above.print(&n.to_string()).expect("printed");
        }
        above.finish();
        assert!(shared.left.load(Ordering::SeqCst));
        let drawn = drawn.lock().expect("alive");
        assert_eq!(drawn.replace('>', ""), "012345678");
    }

    #[test]
    fn whoever_prints_too_much_waits_a_moment_and_nothing_is_lost() {
        let (to, texts) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        shared.begin();
        let above = Above::start(Editor(to), Arc::clone(&shared)).expect("a thread");
        let print = |n: usize| above.print(&format!("{n} ")).expect("printed");
        let start = Instant::now();
        // One is in the editor's channel; nobody takes it.
        (0..=MAX_WAITING + 1).for_each(print);
        assert!(start.elapsed() < LONGEST, "there was room for all of them");
        let start = Instant::now();
        print(MAX_WAITING + 2);
        assert!(start.elapsed() >= LONGEST);
        let all: Vec<String> = texts.iter().take(MAX_WAITING + 3).collect();
        let wanted: Vec<String> = (0..MAX_WAITING + 3).map(|n| format!("{n} ")).collect();
        assert_eq!(all, wanted);
    }
}
