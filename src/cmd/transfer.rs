//! One data connection of `listen` or `pasv-calc --connect`, from open to closed: where its bytes go or come from,
//! progress, and the report at its end.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    cmd::{
        Context, Failure, fault,
        recording::{Line, Recording},
        report::Report,
    },
    ftp::outcome::{Direction, Outcome},
    io::{
        clock,
        data::{self, Connection, Moment, Part, Terms},
        file::{self, FileError, Source},
        progress::Progress,
        stdio as streams,
    },
    say,
    view::{
        data::{self as shown, HexDump, Screen},
        json, number,
        style::Role,
    },
};

/// How long nothing may move before it is said why that may be.
const SILENCE: Duration = Duration::from_secs(3);

/// How long a program that runs this one may take to say that the server is ready for a file: a line on standard input,
/// or its end.
const GO: Duration = Duration::from_secs(1);

/// What is done with a data connection.
pub(super) struct Payload<'a> {
    /// The file that the data goes into; else standard output.
    pub(super) output: Option<&'a Path>,
    /// An existing file is overwritten.
    pub(super) force: bool,
    /// The file that is sent; then nothing is received.
    pub(super) send: Option<&'a Path>,
    /// Standard output gets a hex dump.
    pub(super) hex: bool,
}

impl Payload<'_> {
    /// Which way the bytes go.
    pub(super) fn direction(&self) -> Direction {
        match self.send {
            Some(_) => Direction::Send,
            None => Direction::Receive,
        }
    }

    /// Finds out, before anybody is waited for or called, whether the files can be had.
    pub(super) fn check(&self, context: &Context, command: &str) -> Result<(), Failure> {
        let checked = match (self.send, self.output) {
            (Some(path), _) => source(path).map(drop),
            (None, Some(path)) => file::check_new(path, self.force),
            (None, None) => Ok(()),
        };
        checked.map_err(|error| failed(context, command, &error))
    }

    /// The file for the connection of this number: FILE, FILE.2, FILE.3; a device or a pipe is the same for all.
    fn output_of(&self, connection: u64) -> Option<PathBuf> {
        let path = self.output?;
        let regular = path.metadata().map_or(true, |metadata| metadata.is_file());
        if connection == 1 || !regular {
            return Some(path.to_owned());
        }
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{connection}"));
        Some(name.into())
    }
}

fn failed(context: &Context, command: &str, error: &FileError) -> Failure {
    fault::failed(context, command, &fault::file(&context.text, error))
}

/// The file that is sent; `-` is standard input.
fn source(path: &Path) -> Result<Source, FileError> {
    if path == Path::new("-") {
        return file::stdin();
    }
    file::open(path)
}

/// A data connection that stands.
pub(super) struct Job<'a> {
    /// The surroundings.
    pub(super) context: &'a Context,
    /// The subcommand.
    pub(super) command: &'static str,
    /// What is done with it.
    pub(super) payload: &'a Payload<'a>,
    /// Until when it goes on.
    pub(super) terms: &'a Terms,
    /// We dialled: the server may be waiting for a command.
    pub(super) dialled: bool,
    /// What records it.
    pub(super) recording: Option<&'a Recording>,
}

/// Where received bytes go.
enum Sink {
    /// A file, or standard output as it is.
    File(File),
    /// Standard output that is a terminal.
    Screen(Screen<io::Stdout>),
    /// A hex dump on standard output.
    Dump(HexDump<io::BufWriter<io::Stdout>>),
    /// A file, and a hex dump on standard output.
    Both(File, HexDump<io::BufWriter<io::Stdout>>),
}

impl Sink {
    fn new(payload: &Payload<'_>, file: Option<File>) -> io::Result<Sink> {
        let dump = || HexDump::new(io::BufWriter::new(io::stdout()));
        Ok(match file {
            Some(file) if payload.hex => Sink::Both(file, dump()),
            Some(file) => Sink::File(file),
            None if payload.hex => Sink::Dump(dump()),
            None if streams::stdout_is_terminal() => Sink::Screen(Screen::new(io::stdout())),
            None => Sink::File(streams::stdout_unbuffered()?),
        })
    }

    /// Nothing comes for now: what is held back of a hex dump is shown. A screen holds back only what is not complete.
    fn rest(&mut self) -> io::Result<()> {
        match self {
            Sink::Dump(dump) | Sink::Both(_, dump) => dump.finish(),
            Sink::File(_) | Sink::Screen(_) => Ok(()),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Sink::Screen(screen) => screen.finish(),
            Sink::Dump(dump) | Sink::Both(_, dump) => dump.finish(),
            Sink::File(_) => Ok(()),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::File(file) => file.write(bytes),
            Sink::Screen(screen) => screen.write(bytes),
            Sink::Dump(dump) => dump.write(bytes),
            Sink::Both(file, dump) => {
                let taken = file.write(bytes)?;
                dump.write_all(&bytes[..taken])?;
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::File(_) => Ok(()),
            Sink::Screen(screen) => screen.flush(),
            Sink::Dump(dump) | Sink::Both(_, dump) => dump.flush(),
        }
    }
}

/// The two users of a sink: the transfer that writes, and the clock that says that nothing comes.
struct Shared<'a>(&'a RefCell<Sink>);

impl Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

impl Job<'_> {
    /// Moves the bytes of a connection, and reports how it ended.
    pub(super) fn run(
        &self,
        connection: Connection,
        number: u64,
        report: &mut Report,
    ) -> Result<Outcome, Failure> {
        let (local, peer) = (connection.local, connection.peer);
        let line = self
            .recording
            .map(|recording| recording.opened(local, peer, self.dialled, clock::now()));
        let output = self.payload.output_of(number);
        let mut head = Vec::new();
        let moved = match self.payload.send {
            Some(path) => self.send(connection, path, line.as_ref(), report)?,
            None => self.receive(
                connection,
                output.as_deref(),
                line.as_ref(),
                &mut head,
                report,
            )?,
        };
        let (outcome, failed) = match moved {
            Ok(outcome) => (outcome, None),
            Err(error) => (error.outcome, Some(error)),
        };
        let ended = json::Ended::of(&outcome);
        let line = json::Closed::data(number, &ended, &head, clock::now());
        if let Some(error) = failed {
            // A reader of our output that has gone away is no error: `ftplab listen … | head`.
            if error.part == Part::Sink && error.error.kind() == io::ErrorKind::BrokenPipe {
                return Err(error.error.into());
            }
            report.tell(self.context, "closed", &line)?;
            return Err(self.failure(&error, output.as_deref()));
        }
        // The line for programs first: who sees the sentence can rely on it.
        report.tell(self.context, "closed", &line)?;
        let name = self.payload.send.or(output.as_deref()).map(fault::shown);
        let told = shown::ended(
            &self.context.text,
            self.context.err,
            peer,
            &outcome,
            name.as_deref(),
        );
        report.comment(&told);
        Ok(outcome)
    }

    fn receive(
        &self,
        connection: Connection,
        output: Option<&Path>,
        line: Option<&Line>,
        head: &mut Vec<u8>,
        report: &Report,
    ) -> Result<Result<Outcome, data::TransferError>, Failure> {
        let file = output
            .map(|path| file::create(path, self.payload.force))
            .transpose()
            .map_err(|error| failed(self.context, self.command, &error))?;
        let on_screen = file.is_none() && streams::stdout_is_terminal();
        let sink = RefCell::new(Sink::new(self.payload, file)?);
        let mut progress =
            Progress::new(None, !on_screen && !self.payload.hex && !report.is_json());
        let mut silence = Silence::new(self.dialled.then_some("listen-silent"));
        let outcome = data::receive(connection, &mut Shared(&sink), self.terms, &mut |moment| {
            if let Some(line) = line {
                line.moment(Direction::Receive, moment);
            }
            match moment {
                Moment::Bytes(bytes) => {
                    let room = (json::MAX_HEAD + 1).saturating_sub(head.len());
                    head.extend_from_slice(&bytes[..bytes.len().min(room)]);
                    progress.moved(bytes.len());
                    silence.broken();
                }
                Moment::Quiet(quiet) => {
                    // What cannot be shown now fails at the next write too, where it is told.
                    let _ = sink.borrow_mut().rest();
                    self.hint(report, silence.after(quiet));
                }
                Moment::Against(_) | Moment::Ended(..) => {}
            }
        });
        progress.finish();
        sink.borrow_mut().finish()?;
        Ok(outcome)
    }

    fn send(
        &self,
        connection: Connection,
        path: &Path,
        line: Option<&Line>,
        report: &Report,
    ) -> Result<Result<Outcome, data::TransferError>, Failure> {
        let mut source =
            source(path).map_err(|error| failed(self.context, self.command, &error))?;
        if !source.is_stdin {
            self.wait_for_the_server(report)?;
        }
        let mut progress = Progress::new(source.size, !report.is_json());
        let mut silence = Silence::new(self.dialled.then_some("listen-silent-sending"));
        let outcome = data::send(connection, &mut source.file, self.terms, &mut |moment| {
            if let Some(line) = line {
                line.moment(Direction::Send, moment);
            }
            match moment {
                Moment::Bytes(bytes) => progress.moved(bytes.len()),
                Moment::Quiet(quiet) => self.hint(report, silence.after(quiet)),
                Moment::Against(_) | Moment::Ended(..) => {}
            }
        });
        progress.finish();
        Ok(outcome)
    }

    /// A server may open the data connection long before STOR, and some (pyftpdlib) break it off when bytes come earlier
    /// than the command. Whoever types STOR says when.
    fn wait_for_the_server(&self, report: &Report) -> Result<(), Failure> {
        let asks = !report.is_json() && streams::stdin_is_ours();
        if asks {
            self.hint(report, Some("listen-go"));
        }
        // A cancelled wait is noticed by the transfer at once, which reports it.
        streams::wait_for_line((!asks).then_some(GO), &self.terms.cancel)?;
        Ok(())
    }

    fn hint(&self, report: &Report, id: Option<&'static str>) {
        if let Some(id) = id {
            let sentence = self.context.text.say(id, &[]);
            report.comment(&shown::remark(self.context.err, Role::Hint, &sentence));
        }
    }

    fn failure(&self, error: &data::TransferError, output: Option<&Path>) -> Failure {
        let text = &self.context.text;
        let bytes = number::count(text, error.outcome.bytes);
        let why = fault::reason(text, &error.error);
        let name = |path: Option<&Path>| path.map_or_else(|| "-".to_owned(), fault::shown);
        let what = match error.part {
            Part::Sink => say!(
                text,
                "error-file-write",
                file = name(output),
                bytes = bytes,
                why = why
            ),
            Part::Source => say!(
                text,
                "error-file-read",
                file = name(self.payload.send),
                bytes = bytes,
                why = why
            ),
            Part::Network => say!(text, "error-network", bytes = bytes, why = why),
        };
        fault::failed(self.context, self.command, &what)
    }
}

/// Says once that nothing moves, when nothing has moved from the beginning.
struct Silence(Option<&'static str>);

impl Silence {
    fn new(id: Option<&'static str>) -> Silence {
        Silence(id)
    }

    fn broken(&mut self) {
        self.0 = None;
    }

    fn after(&mut self, quiet: Duration) -> Option<&'static str> {
        (quiet >= SILENCE).then(|| self.0.take()).flatten()
    }
}
