//! `--expect RUBRIC`: what an instructor expects a capture to show, held against what it shows.
//!
//! A rubric is TOML: `title`, and a list of `[[expect]]`, each with one thing that is expected and, if its own sentence is
//! not wanted, a `title`:
//!
//! ```toml
//! title = "FTP by hand"
//! [[expect]]
//! logged-in = "anonymous"        # or true: as anybody
//! [[expect]]
//! mode = "both"                  # active, passive or both were used
//! [[expect]]
//! retrieved = { name = "notes.txt", sha256 = "30e1…" }   # or stored, listed; all fields may be left out
//! [[expect]]
//! title = "The port was computed from the 227"
//! port-computed = true
//! [[expect]]
//! commands = ["USER", "PASV", "LIST", "QUIT"]            # in this order, others between them
//! ```
//!
//! Further: `no-failed-login`, `no-refusal` (no 4yz, no 5yz), `goodbye` (QUIT was answered by 221), `reply = 425`,
//! `sessions = 2`, `server = "192.0.2.1:21"`, `whole = true` (the capture holds every transfer that went well).
//!
//! `mode` and `port-computed` ask what was done, not how it went. A mode is used where the server agreed to it and then a
//! transfer was asked for or a data connection tried: whoever gets 425 to the LIST after an accepted PORT, because of a
//! firewall, has used active mode; and a SYN shows the port that was computed even if nobody answers it. The mark says
//! where no data connection was ever opened; whether files arrived is what `retrieved`, `stored` and `listed` ask.

mod read;

use std::net::SocketAddr;

pub use read::Misread;

use super::{
    finding::{Finding, Transfer},
    verdict::Verdict,
};
use crate::ftp::{command::Verb, event::What};

/// Frames of evidence that are kept for each expectation.
pub const MAX_EVIDENCE: usize = 16;
/// The longest rubric that is read, in bytes: one of 256 expectations with long titles has a tenth of it.
pub const MAX_RUBRIC: usize = 1 << 20;
/// Expectations of a rubric.
pub const MAX_EXPECTATIONS: usize = 256;

/// Why a rubric is none.
#[derive(Debug, thiserror::Error)]
pub enum RubricError {
    /// It is longer than [`MAX_RUBRIC`].
    #[error("more than {MAX_RUBRIC} bytes")]
    TooLong,
    /// It is no UTF-8, as TOML is.
    #[error("not UTF-8")]
    NotUtf8,
    /// It is no TOML, or has a field that nobody knows, or a value that its field does not take.
    #[error("line {line}, column {column}: {what:?}")]
    Misread {
        /// The line where it is wrong, from 1.
        line: usize,
        /// The column, in characters, from 1.
        column: usize,
        /// What is wrong.
        what: Misread,
    },
    /// An expectation names nothing, or several things.
    #[error("expectation {number} names {found} things")]
    NotOne {
        /// Its number, from 1.
        number: usize,
        /// How many things it names.
        found: usize,
    },
    /// More expectations than [`MAX_EXPECTATIONS`], or none.
    #[error("{0} expectations")]
    Count(usize),
    /// No capture whatever meets an expectation.
    #[error("expectation {number}: {what:?}")]
    Unmeetable {
        /// Its number, from 1.
        number: usize,
        /// What it asks for.
        what: Unmeetable,
    },
}

/// What no capture can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmeetable {
    /// A list of no commands.
    NoCommands,
    /// A command that is no word: a verb with its argument, perhaps.
    Command(String),
    /// A code that has not three digits (RFC 959 4.2).
    Reply(u16),
    /// A SHA-256 that has not 64 hexadecimal digits.
    Sha256(String),
}

/// What is expected.
#[derive(Debug, Clone)]
pub struct Rubric {
    /// Its title.
    pub title: Option<String>,
    /// The expectations.
    pub expectations: Vec<Expectation>,
}

/// One expectation.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What the instructor calls it.
    pub title: Option<String>,
    /// What is expected.
    pub what: Expected,
}

/// What can be expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// A login was accepted: as this user, or as anybody.
    LoggedIn(Option<String>),
    /// No login was refused.
    NoFailedLogin,
    /// PORT, EPRT or LPRT was accepted, and then a transfer asked for or a data connection tried.
    Active,
    /// The same with PASV, EPSV or LPSV.
    Passive,
    /// Both.
    Both,
    /// A file was fetched.
    Retrieved(File),
    /// A file was sent.
    Stored(File),
    /// A directory was listed.
    Listed,
    /// Somebody connected, or tried to, to the port that the six numbers of a 227 or a PORT make.
    PortComputed,
    /// These commands came, in this order.
    Commands(Vec<String>),
    /// No reply was 4yz or 5yz.
    NoRefusal,
    /// QUIT was answered by 221.
    Goodbye,
    /// This reply came.
    Reply(u16),
    /// So many sessions.
    Sessions(u64),
    /// The server was this one.
    Server(SocketAddr),
    /// The capture holds all of every transfer that went well.
    Whole,
}

/// A file that is expected to be transferred.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// The last part of its path.
    pub name: Option<String>,
    /// Its SHA-256, in hexadecimal.
    pub sha256: Option<String>,
    /// Its length.
    pub bytes: Option<u64>,
}

impl Rubric {
    /// Whether an expectation asks for SHA-256.
    #[must_use]
    pub fn wants_hashes(&self) -> bool {
        self.expectations.iter().any(|expectation| {
            matches!(
                &expectation.what,
                Expected::Retrieved(file) | Expected::Stored(file) if file.sha256.is_some()
            )
        })
    }
}

/// Why nothing meets this.
fn unmeetable(what: &Expected) -> Option<Unmeetable> {
    let is_word = |verb: &String| !verb.is_empty() && !verb.contains(char::is_whitespace);
    let is_hash = |hash: &String| {
        let hash = hash.trim();
        hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    match what {
        Expected::Commands(verbs) if verbs.is_empty() => Some(Unmeetable::NoCommands),
        Expected::Commands(verbs) => {
            let wrong = verbs.iter().find(|verb| !is_word(verb));
            wrong.cloned().map(Unmeetable::Command)
        }
        Expected::Reply(code) if !(100..=999).contains(code) => Some(Unmeetable::Reply(*code)),
        Expected::Retrieved(file) | Expected::Stored(file) => {
            let wrong = file.sha256.as_ref().filter(|hash| !is_hash(hash));
            wrong.cloned().map(Unmeetable::Sha256)
        }
        _ => None,
    }
}

/// How an expectation came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// It is met.
    pub met: bool,
    /// The frames that show it, or that speak against it; the first [`MAX_EVIDENCE`].
    pub frames: Vec<u64>,
    /// A data connection should have been opened for it, and none was.
    pub tried_only: bool,
}

/// Holds a capture against a rubric.
#[derive(Debug)]
pub struct Marks<'r> {
    rubric: &'r Rubric,
    states: Vec<State>,
    sessions: u64,
}

/// What has been seen for one expectation.
#[derive(Debug, Default)]
struct State {
    /// Speaks for it.
    good: Vec<u64>,
    /// Speaks against it.
    bad: Vec<u64>,
    /// For two halves: which has been seen.
    halves: [bool; 2],
    /// How many of a list have been seen, by session.
    reached: std::collections::BTreeMap<u64, usize>,
    done: bool,
    /// What speaks for it are data connections: one of them was opened, or its data is in the capture or known to have gone.
    opened: bool,
}

impl State {
    fn good(&mut self, frame: u64) {
        if self.good.len() < MAX_EVIDENCE {
            self.good.push(frame);
        }
    }

    fn bad(&mut self, frame: u64) {
        if self.bad.len() < MAX_EVIDENCE {
            self.bad.push(frame);
        }
    }
}

impl<'r> Marks<'r> {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(rubric: &'r Rubric) -> Marks<'r> {
        Marks {
            rubric,
            states: rubric
                .expectations
                .iter()
                .map(|_| State::default())
                .collect(),
            sessions: 0,
        }
    }

    /// Takes a finding.
    pub fn finding(&mut self, finding: &Finding<'_>) {
        if let Finding::Recognised(_) = finding {
            self.sessions += 1;
        }
        for (expectation, state) in self.rubric.expectations.iter().zip(&mut self.states) {
            take(&expectation.what, state, finding);
        }
    }

    /// How each expectation came out.
    #[must_use]
    pub fn finish(self) -> Vec<Mark> {
        let sessions = self.sessions;
        self.rubric
            .expectations
            .iter()
            .zip(self.states)
            .map(|(expectation, state)| {
                let met = match &expectation.what {
                    Expected::NoFailedLogin | Expected::NoRefusal | Expected::Whole => {
                        state.bad.is_empty() && sessions > 0
                    }
                    Expected::Both => state.halves == [true, true],
                    Expected::Commands(_) => state.done,
                    Expected::Sessions(count) => sessions == *count,
                    _ => !state.good.is_empty(),
                };
                let frames = if state.bad.is_empty() {
                    state.good
                } else {
                    state.bad
                };
                let tried_only = met
                    && !state.opened
                    && matches!(
                        expectation.what,
                        Expected::Active
                            | Expected::Passive
                            | Expected::Both
                            | Expected::PortComputed
                    );
                Mark {
                    met,
                    frames,
                    tried_only,
                }
            })
            .collect()
    }
}

fn take(expected: &Expected, state: &mut State, finding: &Finding<'_>) {
    match (expected, finding) {
        (Expected::LoggedIn(_) | Expected::NoFailedLogin, Finding::Said { mark, event, .. }) => {
            if let What::Login { user, accepted } = &event.what {
                match expected {
                    Expected::LoggedIn(wanted) => {
                        let right = wanted.as_ref().is_none_or(|name| name.as_bytes() == *user);
                        if *accepted && right {
                            state.good(mark.frame);
                        }
                    }
                    _ if !accepted => state.bad(mark.frame),
                    _ => {}
                }
            }
        }
        (
            Expected::Commands(wanted),
            Finding::Said {
                session,
                mark,
                event,
            },
        ) => {
            if let What::Command(command) = &event.what {
                let reached = state.reached.entry(session.number).or_default();
                let next = wanted.get(*reached);
                if !state.done
                    && next.is_some_and(|next| command.word.eq_ignore_ascii_case(next.as_bytes()))
                {
                    *reached += 1;
                    state.done = *reached == wanted.len();
                    state.good(mark.frame);
                }
            }
        }
        (Expected::Reply(wanted), Finding::Said { mark, event, .. }) => {
            if let What::Reply(reply) = &event.what
                && reply.code.is_some_and(|code| code.value() == *wanted)
            {
                state.good(mark.frame);
            }
        }
        (Expected::NoRefusal, Finding::Said { mark, event, .. }) => {
            if let What::Reply(reply) = &event.what
                && reply.code.is_some_and(|code| code.is_negative())
            {
                state.bad(mark.frame);
            }
        }
        (Expected::Goodbye, Finding::Said { mark, event, .. }) => {
            if let What::Reply(reply) = &event.what
                && reply.code.is_some_and(|code| code.value() == 221)
                && reply
                    .answers
                    .is_some_and(|answer| answer.verb == Verb::Quit)
            {
                state.good(mark.frame);
            }
        }
        (Expected::Server(wanted), Finding::Recognised(session)) if session.server == *wanted => {
            state.good(session.first.frame);
        }
        (_, Finding::Transfer(transfer)) => take_transfer(expected, state, transfer),
        _ => {}
    }
}

fn take_transfer(expected: &Expected, state: &mut State, transfer: &Transfer) {
    let well = matches!(
        transfer.judgement.verdict,
        Verdict::Complete | Verdict::CompletePartlyCaptured | Verdict::CompleteNotCaptured
    );
    let frame = transfer
        .command
        .map(|(_, mark)| mark.frame)
        .or(transfer.connection.as_ref().map(|line| line.first.frame))
        .unwrap_or(0);
    let line = transfer.connection.as_ref();
    match expected {
        Expected::Active | Expected::Passive | Expected::Both => {
            let command = transfer.command.map(|(_, mark)| mark.frame);
            let dialled = line.map(|line| line.first.frame);
            let Some(agreement) = transfer.agreement.as_ref() else {
                return;
            };
            if command.or(dialled).is_none() {
                return;
            }
            let active = agreement.is_active();
            let new = match expected {
                Expected::Active => active && state.good.is_empty(),
                Expected::Passive => !active && state.good.is_empty(),
                _ => !state.halves[usize::from(active)],
            };
            let wanted = *expected == Expected::Both || (*expected == Expected::Active) == active;
            let opened = well || line.is_some_and(|line| line.established);
            // One that was opened is the better evidence.
            if !(new || wanted && opened && !state.opened && *expected != Expected::Both) {
                return;
            }
            if *expected != Expected::Both {
                state.good.clear();
            }
            state.halves[usize::from(active)] = true;
            state.opened |= opened;
            let mut frames = vec![agreement.mark.frame];
            frames.extend(command);
            frames.extend(dialled);
            frames.sort_unstable();
            frames.dedup();
            frames.into_iter().for_each(|frame| state.good(frame));
        }
        Expected::Retrieved(file)
            if well && transfer.verb == Some(Verb::Retr) && is_file(file, transfer) =>
        {
            state.good(frame);
        }
        Expected::Stored(file)
            if well
                && matches!(transfer.verb, Some(Verb::Stor | Verb::Stou | Verb::Appe))
                && is_file(file, transfer) =>
        {
            state.good(frame);
        }
        Expected::Listed
            if well && matches!(transfer.verb, Some(Verb::List | Verb::Nlst | Verb::Mlsd)) =>
        {
            state.good(frame);
        }
        Expected::PortComputed => {
            let Some((agreement, line)) = transfer
                .agreement
                .as_ref()
                .zip(transfer.connection.as_ref())
            else {
                return;
            };
            let numbers = agreement.stated.as_ref().and_then(|stated| stated.bytes);
            let port = numbers.map(|(high, low)| u16::from_be_bytes([high, low]));
            if port == Some(line.to.port()) {
                state.opened |= line.established;
                state.good(agreement.mark.frame);
                state.good(line.first.frame);
            }
        }
        Expected::Whole
            if matches!(
                transfer.judgement.verdict,
                Verdict::CompletePartlyCaptured | Verdict::CompleteNotCaptured
            ) =>
        {
            state.bad(frame);
        }
        _ => {}
    }
}

fn is_file(file: &File, transfer: &Transfer) -> bool {
    let path = transfer.path.as_deref().or(transfer.arg.as_deref());
    let last = path
        .and_then(|path| path.rsplit(|byte| *byte == b'/').next())
        .unwrap_or_default();
    let name = file
        .name
        .as_ref()
        .is_none_or(|name| name.as_bytes() == last);
    let bytes = file
        .bytes
        .is_none_or(|bytes| transfer.bytes() == Some(bytes));
    let hash = file.sha256.as_ref().is_none_or(|wanted| {
        // In TYPE A the file has other line ends on the wire than on the disk.
        [transfer.sha256, transfer.sha256_lf]
            .into_iter()
            .flatten()
            .any(|hash| {
                let shown: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                shown.eq_ignore_ascii_case(wanted.trim())
            })
    });
    name && bytes && hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rubric_names_one_thing_an_expectation() {
        let rubric = Rubric::parse(
            b"title = \"TP\"\n\
             [[expect]]\nlogged-in = true\n\
             [[expect]]\nlogged-in = \"anna\"\ntitle = \"as anna\"\n\
             [[expect]]\nmode = \"both\"\n\
             [[expect]]\nretrieved = { name = \"x\", sha256 = \"E3b0c44298fc1c149afbf4c8996fb924\
             27ae41e4649b934ca495991b7852b855\" }\n\
             [[expect]]\nstored = true\n\
             [[expect]]\ncommands = [\"USER\", \"QUIT\"]\n",
        )
        .expect("a rubric");
        assert_eq!(rubric.title.as_deref(), Some("TP"));
        assert_eq!(rubric.expectations.len(), 6);
        assert_eq!(
            rubric.expectations[1].what,
            Expected::LoggedIn(Some("anna".into()))
        );
        assert_eq!(
            rubric.expectations[4].what,
            Expected::Stored(File::default())
        );
        assert!(rubric.wants_hashes());
        assert!(matches!(
            Rubric::parse(b"[[expect]]\nlisted = true\nmode = \"active\"\n"),
            Err(RubricError::NotOne {
                number: 1,
                found: 2
            })
        ));
        assert!(matches!(
            Rubric::parse(b"[[expect]]\ntitle = \"x\"\n"),
            Err(RubricError::NotOne {
                number: 1,
                found: 0
            })
        ));
        assert!(matches!(Rubric::parse(b""), Err(RubricError::Count(0))));
        assert!(matches!(
            Rubric::parse(b"title = \"\xff\""),
            Err(RubricError::NotUtf8)
        ));
        let most = vec![b'\n'; MAX_RUBRIC];
        assert!(matches!(Rubric::parse(&most), Err(RubricError::Count(0))));
        let more = [&most[..], b"\n"].concat();
        assert!(matches!(Rubric::parse(&more), Err(RubricError::TooLong)));
    }

    #[test]
    fn what_no_capture_can_show_is_no_expectation() {
        for (asked, wrong) in [
            ("commands = []", Unmeetable::NoCommands),
            (
                "commands = [\"USER\", \"RETR x\"]",
                Unmeetable::Command("RETR x".into()),
            ),
            ("commands = [\"\"]", Unmeetable::Command(String::new())),
            ("reply = 99", Unmeetable::Reply(99)),
            ("reply = 1000", Unmeetable::Reply(1000)),
            (
                "stored = { sha256 = \"30e1…\" }",
                Unmeetable::Sha256("30e1…".into()),
            ),
        ] {
            let rubric = format!("[[expect]]\nlisted = true\n[[expect]]\n{asked}\n");
            match Rubric::parse(rubric.as_bytes()) {
                Err(RubricError::Unmeetable { number: 2, what }) => assert_eq!(what, wrong),
                other => panic!("{asked}: {other:?}"),
            }
        }
    }
}
