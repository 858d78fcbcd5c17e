//! Printing above a line that is being typed, without ever waiting for the keyboard.
//!
//! The editor's own channel for texts (rustyline's `ExternalPrinter`) has room for one, is emptied only while a line is being
//! typed and no key waits, and says to nobody when a text is drawn: what lies in it when Enter comes is shown behind what
//! happened later, or never. So no text goes that way. Texts wait here, under one lock, and are shown by whoever has the
//! terminal: the editor, before the line that it draws, whatever it draws it for; the keyboard's thread, when the line is
//! typed; and while none is typed, whoever prints. The editor's channel serves to make it draw when no key does.

use std::{
    io::{self, Write},
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
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
/// How long the next line waits for a wake that was meant for the line before.
const BEFORE_PROMPT: Duration = Duration::from_millis(20);
/// How long an editor that is to draw nothing more may take for what it has.
const LEAVING: Duration = Duration::from_millis(250);
/// A text that makes the editor draw its line and shows nothing: a line up, and down again.
const NOTHING: &str = "\x1b[A\n";

/// What those who print, the editor and the keyboard's thread share.
pub(super) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The terminal.
    out: Box<dyn Write + Send>,
    /// Whose the terminal is.
    line: Line,
    /// What is to stand above the line, in order.
    texts: String,
    /// How many texts that is.
    waiting: usize,
    /// The editor is being woken, since then.
    waking: Option<Instant>,
    /// No line will be typed any more.
    closed: bool,
    /// The terminal takes no more.
    failed: bool,
    /// Somebody leaves: the editor is to draw nothing more.
    leaving: bool,
    /// It draws nothing more.
    left: bool,
}

/// The line that is typed.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Line {
    /// There is none: whoever prints has the terminal.
    None,
    /// It will be typed at once; nothing of it is drawn.
    Coming,
    /// The editor has drawn it and waits for keys, or deals with them.
    Drawn,
}

impl State {
    /// What waits, which is no longer here then.
    fn take(&mut self) -> String {
        self.waiting = 0;
        mem::take(&mut self.texts)
    }

    /// Writes whole lines to a terminal on which no line is drawn.
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// The same for all that waits.
    fn write_waiting(&mut self) {
        let texts = self.take();
        self.failed |= self.write(&texts).is_err();
    }
}

impl Default for Shared {
    fn default() -> Shared {
        Shared::to(io::stdout())
    }
}

impl Shared {
    fn to(out: impl Write + Send + 'static) -> Shared {
        let state = State {
            out: Box::new(out),
            line: Line::None,
            texts: String::new(),
            waiting: 0,
            waking: None,
            closed: false,
            failed: false,
            leaving: false,
            left: false,
        };
        Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while this holds, but not for longer than that.
    fn wait_while(
        &self,
        longest: Duration,
        holds: impl Fn(&State) -> bool,
    ) -> MutexGuard<'_, State> {
        let end = Instant::now() + longest;
        let mut state = self.state();
        while holds(&state) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    /// A line will be typed at once: called by whoever prints.
    pub(super) fn begin(&self) {
        let mut state = self.state();
        if !state.closed {
            state.line = Line::Coming;
        }
    }

    /// Called by the keyboard's thread before the editor has the terminal: a wake for the line before, if it is only on its
    /// way, would go to the terminal itself. One that takes longer waits for room in the editor's channel.
    pub(super) fn prompt(&self) {
        let is_new = |since: Instant| since.elapsed() < BEFORE_PROMPT;
        drop(self.wait_while(BEFORE_PROMPT, |state| state.waking.is_some_and(is_new)));
    }

    /// Called by the editor whenever it draws its line: what is to stand before it. Where somebody leaves and all is shown,
    /// it never comes back.
    pub(super) fn draw(&self) -> String {
        let mut state = self.state();
        let first = state.line != Line::Drawn;
        state.line = Line::Drawn;
        if state.leaving && (first || state.waiting == 0) {
            state.write_waiting();
            state.left = true;
            self.changed.notify_all();
            drop(state);
            loop {
                thread::park();
            }
        }
        self.changed.notify_all();
        state.take()
    }

    /// The line has been typed, perhaps the last one: called by the keyboard's thread when the terminal is no longer the
    /// editor's.
    pub(super) fn end(&self, last: bool) {
        let mut state = self.state();
        state.line = Line::None;
        state.closed |= last;
        // Under the lock: what is printed from now on stands behind it.
        state.write_waiting();
        self.changed.notify_all();
    }
}

/// A printer for a terminal with a line editor.
pub(super) struct Above {
    shared: Arc<Shared>,
    /// To the thread that wakes the editor, which waits where the editor's channel is full.
    wake: Sender<()>,
}

impl Above {
    /// Starts its thread.
    pub(super) fn start(
        mut editor: impl ExternalPrinter + Send + 'static,
        shared: Arc<Shared>,
    ) -> io::Result<Above> {
        let (wake, wakes) = channel::<()>();
        let woken = Arc::clone(&shared);
        thread::Builder::new()
            .name("printer".into())
            .spawn(move || {
                for () in wakes {
                    {
                        let mut state = woken.state();
                        // A line that is not drawn yet will be drawn with all that waits.
                        let wanted = state.waiting > 0 || state.leaving;
                        if state.line != Line::Drawn || !wanted {
                            continue;
                        }
                        state.waking = Some(Instant::now());
                    }
                    let failed = editor.print(NOTHING.to_owned()).is_err();
                    let mut state = woken.state();
                    state.waking = None;
                    state.failed |= failed;
                    woken.changed.notify_all();
                }
            })?;
        Ok(Above { shared, wake })
    }

    /// Prints whole lines at once.
    pub(super) fn print(&self, text: &str) -> io::Result<()> {
        let full = |state: &State| state.waiting > MAX_WAITING && state.line != Line::None;
        let mut state = self.shared.wait_while(LONGEST, full);
        if state.failed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if state.line == Line::None {
            return state.write(text);
        }
        state.texts.push_str(text);
        state.waiting += 1;
        drop(state);
        self.wake();
        Ok(())
    }

    /// Makes the editor draw its line once more.
    fn wake(&self) {
        // Its thread ends only with this end.
        let _ = self.wake.send(());
    }

    /// Waits until all is shown and no line will be drawn any more, but not for long, and gives what could not be shown.
    /// Nothing can be printed here afterwards.
    pub(super) fn finish(&self) -> String {
        self.shared.state().leaving = true;
        // With the first the editor shows what waits; with the second it takes its line away and stays there.
        self.wake();
        self.wake();
        let may_draw = |state: &State| !state.left && state.line != Line::None;
        self.shared.wait_while(LEAVING, may_draw).take()
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
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    /// The editor's channel: it has room for one text, and only the editor empties it.
    struct Wakes(SyncSender<String>);

    impl ExternalPrinter for Wakes {
        fn print(&mut self, text: String) -> rustyline::Result<()> {
            let sent = self.0.send(text);
            sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe).into())
        }
    }

    /// What a terminal shows.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl Paper {
        fn shows(&self) -> String {
            self.0.lock().expect("alive").clone()
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = str::from_utf8(bytes).expect("text");
            self.0.lock().expect("alive").push_str(text);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Desk {
        above: Above,
        shared: Arc<Shared>,
        paper: Paper,
        wakes: Receiver<String>,
    }

    fn desk() -> Desk {
        let (to, wakes) = sync_channel(1);
        let paper = Paper::default();
        let shared = Arc::new(Shared::to(paper.clone()));
        let above = Above::start(Wakes(to), Arc::clone(&shared)).expect("a thread");
        Desk {
            above,
            shared,
            paper,
            wakes,
        }
    }

    impl Desk {
        fn print(&self, text: &str) {
            self.above.print(text).expect("printed");
        }

        /// As the editor does: what is to stand above its line, and its line.
        fn draw(&mut self) {
            let text = self.shared.draw() + ">";
            self.paper.write_all(text.as_bytes()).expect("shown");
        }
    }

    #[test]
    fn what_comes_while_keys_wait_is_shown_in_order_and_none_is_lost() {
        let mut desk = desk();
        for line in 0..5 {
            desk.shared.begin();
            desk.print(&format!("a{line} "));
            desk.shared.prompt();
            desk.draw();
            // The keys of the whole line wait already: the editor never looks into its channel.
            desk.print(&format!("b{line} "));
            desk.print(&format!("c{line} "));
            desk.shared.end(false);
            desk.print(&format!("d{line} "));
        }
        let wanted: String = (0..5).map(|n| format!("a{n} >b{n} c{n} d{n} ")).collect();
        assert_eq!(desk.paper.shows(), wanted);
        // Nobody is there to be waited for.
        assert_eq!(desk.above.finish(), "");
    }

    #[test]
    fn behind_the_last_line_nothing_waits_for_another() {
        let mut desk = desk();
        desk.shared.begin();
        desk.draw();
        desk.shared.end(true);
        desk.shared.begin();
        desk.print("a ");
        assert_eq!(desk.paper.shows(), ">a ");
    }

    #[test]
    fn an_editor_that_waits_for_keys_is_woken() {
        let mut desk = desk();
        desk.shared.begin();
        desk.draw();
        desk.print("a ");
        assert_eq!(desk.wakes.recv().as_deref(), Ok(NOTHING));
        desk.draw();
        assert_eq!(desk.paper.shows(), ">a >");
    }

    /// An editor in a thread of its own, which draws at each wake.
    fn edits(desk: Desk) -> (Above, Arc<Shared>, Paper) {
        let (above, shared, paper) = (desk.above, desk.shared, desk.paper);
        let (editor, mut screen) = (Arc::clone(&shared), paper.clone());
        thread::spawn(move || {
            for _ in desk.wakes {
                let text = editor.draw() + ">";
                screen.write_all(text.as_bytes()).expect("shown");
            }
        });
        (above, shared, paper)
    }

    #[test]
    fn whoever_leaves_has_all_of_it_drawn_and_no_line_afterwards() {
        let mut desk = desk();
        desk.shared.begin();
        desk.draw();
        let (above, shared, paper) = edits(desk);
        for n in 0..9 {
            above.print(&n.to_string()).expect("printed");
        }
        assert_eq!(above.finish(), "");
        assert!(shared.state().left);
        assert_eq!(paper.shows().replace('>', ""), "012345678");
    }

    #[test]
    fn whoever_leaves_before_the_first_prompt_never_sees_it() {
        let desk = desk();
        desk.shared.begin();
        desk.print("a ");
        let (editor, paper) = (Arc::clone(&desk.shared), desk.paper.clone());
        let above = desk.above;
        let started = thread::spawn(move || above.finish());
        while !editor.state().leaving {
            thread::yield_now();
        }
        thread::spawn(move || editor.draw());
        assert_eq!(started.join().expect("no panic"), "");
        assert_eq!(paper.shows(), "a ");
    }

    #[test]
    fn what_an_editor_that_is_stuck_has_not_shown_is_given_back() {
        let mut desk = desk();
        desk.shared.begin();
        desk.draw();
        desk.print("a ");
        assert_eq!(desk.above.finish(), "a ");
        assert_eq!(desk.paper.shows(), ">");
    }

    #[test]
    fn whoever_prints_too_much_waits_a_moment_and_nothing_is_lost() {
        let mut desk = desk();
        desk.shared.begin();
        desk.draw();
        let start = Instant::now();
        let text = |n: usize| format!("{n} ");
        // Nobody draws.
        (0..=MAX_WAITING).for_each(|n| desk.print(&text(n)));
        assert!(start.elapsed() < LONGEST, "there was room for all of them");
        let start = Instant::now();
        desk.print(&text(MAX_WAITING + 1));
        assert!(start.elapsed() >= LONGEST);
        desk.draw();
        let wanted: String = (0..MAX_WAITING + 2).map(text).collect();
        assert_eq!(desk.paper.shows(), format!(">{wanted}>"));
    }
}
