//! Recordings without root (`--record FILE`): the connections of this process, with the bytes it sent and received, as a
//! pcapng file that Wireshark and `inspect` open. Here is what stands between the threads that move bytes and the one
//! file; how a frame is written is the business of `capture::write`.
//!
//! A recording must not stop a lesson. A file that takes no more is told once, at the end, and everything else goes on.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Context, Exit, Failure, fault, report::Report};
use crate::{
    capture::{
        self,
        flow::Way,
        write::{Recorded, Recorder, Remarks},
    },
    ftp::{dialogue::Close, event::Nanos, side::Side},
    io::{
        address::FTP_PORT,
        clock,
        data::{By, ConnectError, Connection, Direction, Moment, Witness},
        file::{self, Parts},
        server::{Channel, Heard, Tap},
        stdio as streams,
    },
    say,
    script::watch::Happening,
    view::{data as shown, json, style::Role},
};

/// The recording of this process; all clones write into the same file.
#[derive(Clone)]
pub(super) struct Recording {
    tape: Arc<Mutex<Tape>>,
}

struct Tape {
    recorder: Recorder<Parts>,
    /// Why the file takes no more.
    failed: Option<io::Error>,
    /// The frames that are in the file.
    frames: u64,
    /// The time of the last frame. Two threads may tell in the wrong order, by microseconds; a file is in order.
    last: Nanos,
    /// The connections that are open, and which way our bytes go on each.
    open: BTreeMap<Recorded, Way>,
    /// The port of the control connections in the file.
    control: Option<u16>,
}

/// What a command records, and where it tells of that.
pub(super) struct Asked<'a> {
    /// The subcommand.
    pub(super) command: &'static str,
    /// The file of `--record`.
    pub(super) path: Option<&'a Path>,
    /// JSON lines go to standard output, one about the recording among them.
    pub(super) json: bool,
    /// No sentence is said about it.
    pub(super) silent: bool,
    /// The file of `--events`.
    pub(super) events: Option<&'a Path>,
}

impl<'a> Asked<'a> {
    /// What a command line asks for. With `--json` no sentence is said: standard error is for people who look on.
    pub(super) fn new(
        command: &'static str,
        path: Option<&'a Path>,
        json: bool,
        events: Option<&'a Path>,
    ) -> Asked<'a> {
        Asked {
            command,
            path,
            json,
            silent: json,
            events,
        }
    }
}

/// Does the work of a subcommand and records it where that is asked for: says so before, and behind it how the file is
/// opened.
pub(super) fn around(
    context: &Context,
    asked: &Asked<'_>,
    work: impl FnOnce(Option<&Recording>) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let (command, silent) = (asked.command, asked.silent);
    let Some(path) = asked.path else {
        return work(None);
    };
    let recording = Recording::start(context, command, path)?;
    let say = |told: String| {
        if !silent {
            streams::complain(told.trim_end());
        }
    };
    let name = fault::shown(path);
    let sentence = say!(context.text, "record-start", file = name.as_str());
    say(shown::remark(context.err, Role::Remark, &sentence));
    let done = work(Some(&recording));
    let (frames, control, failed) = recording.end();
    if frames > 0 {
        // Told behind the rest, and where the work has failed too: the file is there.
        let line = json::Recording::new(path, frames, control, failed.is_none());
        let told = Report::new(context, command, asked.json, asked.events)
            .map(Report::patient)
            .and_then(|mut report| report.tell(context, "recording", &line));
        if done.is_ok() {
            told?;
        }
    }
    if let Some(error) = failed {
        let why = fault::reason(&context.text, &error);
        let what = say!(
            context.text,
            "record-broken",
            file = name,
            why = why,
            frames = frames
        );
        let failure = fault::failed(context, command, &what);
        if done.is_err() {
            streams::complain(&failure.to_string());
            return done;
        }
        return Err(failure);
    }
    if frames == 0 {
        // An empty file would only be in the way of the next try.
        if path.metadata().is_ok_and(|metadata| metadata.is_file()) {
            let _ = fs::remove_file(path);
        }
        let sentence = say!(context.text, "record-nothing", file = name);
        say(shown::remark(context.err, Role::Remark, &sentence));
        return done;
    }
    say(how_to_open(context, path, frames, control));
    done
}

/// How much was recorded, and the commands that show it.
fn how_to_open(context: &Context, path: &Path, frames: u64, control: Option<u16>) -> String {
    let text = &context.text;
    let named = quoted(path);
    let decode = match control {
        Some(port) if port != FTP_PORT => format!("-d tcp.port=={port},ftp "),
        _ => String::new(),
    };
    let (sentence, inspect) = match control {
        Some(_) => (
            say!(text, "record-end", frames = frames),
            format!("ftplab inspect {named}"),
        ),
        // Data by itself says nothing to `inspect`.
        None => (
            say!(text, "record-end-data", frames = frames),
            format!(
                "ftplab inspect --merge {named} {}",
                text.say("record-other", &[])
            ),
        ),
    };
    let mut told = shown::remark(context.err, Role::Remark, &sentence);
    for command in [format!("wireshark {decode}{named}"), inspect] {
        told.push_str("  ");
        told.push_str(&context.err.paint(Role::Command, &command));
        told.push('\n');
    }
    told
}

/// A path as it is typed to a shell, in quotes where it needs them.
pub(super) fn quoted(path: &Path) -> String {
    let mut path = PathBuf::from(path);
    if path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        path = Path::new(".").join(path);
    }
    let name = fault::shown(&path);
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if name.chars().all(plain) {
        name
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

impl Recording {
    fn start(context: &Context, command: &str, path: &Path) -> Result<Recording, Failure> {
        let text = &context.text;
        let failed = |what: &str| fault::failed(context, command, what);
        let file = file::create(path, false).map_err(|error| match error {
            file::FileError::Exists { .. } => {
                failed(&say!(text, "record-exists", file = fault::shown(path)))
            }
            file::FileError::System { .. } => failed(&fault::file(text, &error)),
        })?;
        let remarks = Remarks {
            program: format!("ftplab {}", env!("CARGO_PKG_VERSION")),
            section: text.say("record-section", &[]),
            interface: text.say("record-interface", &[]),
            invented: text.say("record-invented", &[]),
        };
        let recorder = Recorder::new(Parts::new(file), &remarks)
            .and_then(|mut recorder| {
                recorder.flush()?;
                Ok(recorder)
            })
            .map_err(|error| {
                // What was just made is empty, and would be in the way of the next try.
                if path.metadata().is_ok_and(|metadata| metadata.is_file()) {
                    let _ = fs::remove_file(path);
                }
                let why = fault::reason(text, &error);
                failed(&say!(
                    text,
                    "error-file",
                    file = fault::shown(path),
                    why = why
                ))
            })?;
        let tape = Tape {
            recorder,
            failed: None,
            frames: 0,
            last: 0,
            open: BTreeMap::new(),
            control: None,
        };
        Ok(Recording {
            tape: Arc::new(Mutex::new(tape)),
        })
    }

    /// The control connections in this file are on this port of the server.
    pub(super) fn control(&self, port: u16) {
        self.tape().control = Some(port);
    }

    /// A connection stands: `local` is our end; `dialled` where we opened it.
    pub(super) fn opened(
        &self,
        local: SocketAddr,
        peer: SocketAddr,
        dialled: bool,
        at: Nanos,
    ) -> Line {
        let (opener, acceptor, ours) = if dialled {
            (local, peer, Way::Forth)
        } else {
            (peer, local, Way::Back)
        };
        let mut tape = self.tape();
        let id = tape.write(at, |recorder, at| recorder.opened(opener, acceptor, at));
        if let Some(id) = id {
            tape.open.insert(id, ours);
        }
        Line {
            recording: self.clone(),
            id,
        }
    }

    /// We dialled in vain. Nothing is written where the system knew without asking anybody.
    pub(super) fn not_dialled(&self, error: &ConnectError, began: Nanos) {
        match *error {
            ConnectError::Timeout { to, from, .. } | ConnectError::Cancelled { to, from } => {
                self.not_reached(from, to, false, began);
            }
            ConnectError::System {
                to,
                from: Some(from),
                ref error,
            } if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.not_reached(from, to, true, began);
            }
            ConnectError::System { .. } => {}
        }
    }

    fn not_reached(&self, from: SocketAddr, to: SocketAddr, refused: bool, began: Nanos) {
        let mut tape = self.tape();
        // The SYN's own time, although others have come since.
        let last = std::mem::replace(&mut tape.last, 0);
        tape.write(began, |recorder, at| {
            if refused {
                recorder.refused(from, to, at)
            } else {
                recorder.unanswered(from, to, at)
            }
        });
        tape.last = last.max(tape.last);
    }

    /// One that hears of a data connection to be.
    pub(super) fn witness(&self) -> Box<dyn Witness> {
        Box::new(DataWitness {
            recording: self.clone(),
            line: None,
        })
    }

    /// Closes what is open, as the end of a process does. Gives the number of frames, the control port, and why the
    /// file is not complete where it is not.
    fn end(&self) -> (u64, Option<u16>, Option<io::Error>) {
        let mut tape = self.tape();
        for (id, ours) in std::mem::take(&mut tape.open) {
            tape.write(clock::now(), |recorder, at| {
                recorder.closed(id, ours, capture::flow::End::Fin, at)
            });
        }
        (tape.frames, tape.control, tape.failed.take())
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        // Whoever panicked has left a whole frame or a failed write behind.
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tape {
    /// Writes, and hands it to the system at once: what is recorded outlives this process, however it ends.
    fn write<T>(
        &mut self,
        at: Nanos,
        step: impl FnOnce(&mut Recorder<Parts>, capture::file::Nanos) -> io::Result<T>,
    ) -> Option<T> {
        if self.failed.is_some() {
            return None;
        }
        self.last = self.last.max(at);
        let at = i64::try_from(self.last).unwrap_or(i64::MAX);
        let written =
            step(&mut self.recorder, at).and_then(|done| self.recorder.flush().map(|()| done));
        match written {
            Ok(done) => {
                self.frames = self.recorder.frames();
                Some(done)
            }
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }
}

/// A connection in the recording.
#[derive(Clone)]
pub(super) struct Line {
    recording: Recording,
    /// None where it could not be written.
    id: Option<Recorded>,
}

impl Line {
    /// These bytes went out.
    pub(super) fn sent(&self, bytes: &[u8], at: Nanos) {
        self.bytes(By::Us, bytes, at);
    }

    /// These bytes came.
    pub(super) fn received(&self, bytes: &[u8], at: Nanos) {
        self.bytes(By::Peer, bytes, at);
    }

    fn bytes(&self, from: By, bytes: &[u8], at: Nanos) {
        self.step(from, |tape, id, way| {
            tape.write(at, |recorder, at| recorder.bytes(id, way, bytes, at));
        });
    }

    /// One of the two has ended its direction, or both with a reset.
    pub(super) fn ended(&self, by: By, how: Close, at: Nanos) {
        let end = match how {
            Close::Fin => capture::flow::End::Fin,
            Close::Rst => capture::flow::End::Reset,
        };
        self.step(by, |tape, id, way| {
            tape.write(at, |recorder, at| recorder.closed(id, way, end, at));
            if how == Close::Rst {
                tape.open.remove(&id);
            }
        });
    }

    /// We have closed, and hear of it no more.
    pub(super) fn left(&self, how: Close, at: Nanos) {
        self.ended(By::Us, how, at);
        self.step(By::Us, |tape, id, _| {
            tape.open.remove(&id);
            tape.recorder.forget(id);
        });
    }

    /// What a transfer in this direction tells.
    pub(super) fn moment(&self, direction: Direction, moment: Moment<'_>) {
        let at = clock::now();
        match (moment, direction) {
            (Moment::Bytes(bytes), Direction::Send) => self.sent(bytes, at),
            (Moment::Bytes(bytes), Direction::Receive) | (Moment::Against(bytes), _) => {
                self.received(bytes, at);
            }
            (Moment::Ended(By::Us, how), _) if direction == Direction::Receive => {
                self.left(how, at);
            }
            (Moment::Ended(by, how), _) => self.ended(by, how, at),
            (Moment::Quiet(_), _) => {}
        }
    }

    /// Does something with a connection that is still open.
    fn step(&self, from: By, step: impl FnOnce(&mut Tape, Recorded, Way)) {
        let mut tape = self.recording.tape();
        let Some((id, &ours)) = self.id.and_then(|id| Some((id, tape.open.get(&id)?))) else {
            return;
        };
        let way = match from {
            By::Us => ours,
            By::Peer => ours.other(),
        };
        step(&mut tape, id, way);
    }
}

/// Hears of a data connection that does not stand yet.
struct DataWitness {
    recording: Recording,
    line: Option<Line>,
}

impl Witness for DataWitness {
    fn opened(&mut self, connection: &Connection) {
        let (local, peer) = (connection.local, connection.peer);
        let now = clock::now();
        self.line = Some(self.recording.opened(local, peer, connection.dialled, now));
    }

    fn not_dialled(&mut self, error: &ConnectError, began: Nanos) {
        self.recording.not_dialled(error, began);
    }

    fn moment(&mut self, direction: Direction, moment: Moment<'_>) {
        if let Some(line) = &self.line {
            line.moment(direction, moment);
        }
    }
}

/// A server's tap, with the recording beside it.
pub(super) struct Tapped<T> {
    tap: T,
    recording: Option<Recording>,
    lines: RefCell<HashMap<(u64, Channel), Line>>,
}

impl<T> Tapped<T> {
    pub(super) fn new(tap: T, recording: Option<&Recording>) -> Tapped<T> {
        Tapped {
            tap,
            recording: recording.cloned(),
            lines: RefCell::default(),
        }
    }
}

impl<T: Tap> Tap for Tapped<T> {
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        self.tap.tell(connection, at, happening);
    }

    fn wire(&self, connection: u64, channel: Channel, at: Nanos, heard: &Heard<'_>) {
        let Some(recording) = &self.recording else {
            return;
        };
        let mut lines = self.lines.borrow_mut();
        let line = lines.get(&(connection, channel));
        match (*heard, line) {
            (
                Heard::Opened {
                    local,
                    peer,
                    dialled,
                },
                _,
            ) => {
                let line = recording.opened(local, peer, dialled, at);
                lines.insert((connection, channel), line);
            }
            (
                Heard::NotReached {
                    from,
                    to,
                    refused,
                    after,
                },
                _,
            ) => {
                let after = Nanos::try_from(after.as_nanos()).unwrap_or(Nanos::MAX);
                recording.not_reached(from, to, refused, at.saturating_sub(after));
            }
            (Heard::Bytes(Side::Server, bytes), Some(line)) => line.sent(bytes, at),
            (Heard::Bytes(Side::User, bytes), Some(line)) => line.received(bytes, at),
            (Heard::Ended(Side::Server, how), Some(line)) => line.ended(By::Us, how, at),
            (Heard::Ended(Side::User, how), Some(line)) => line.ended(By::Peer, how, at),
            (Heard::Left(how), Some(line)) => {
                line.left(how, at);
                lines.remove(&(connection, channel));
            }
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_typed_as_a_shell_takes_it() {
        for (path, typed) in [
            ("a.pcapng", "a.pcapng"),
            ("/tmp/a b", "'/tmp/a b'"),
            ("it's", r"'it'\''s'"),
            ("-x", "./-x"),
        ] {
            assert_eq!(quoted(Path::new(path)), typed);
        }
    }
}
