//! Where a command's JSON lines go: to standard output (`--json`), into the file of `--events`, to both or nowhere.

use std::{
    io::{self, Write},
    path::Path,
};

use serde::Serialize;

use crate::{
    cmd::{Context, Exit, Failure, fault},
    io::{events::Events, stdio as streams},
    view::{
        json::{self, Origin},
        style::Style,
        text::Text,
    },
};

/// A file that gets lines (`--events`, `--log`) while something more important goes on: that it takes no more is told
/// once, at once, and stops nothing. Every line is tried, for there may be room again.
pub(super) struct Lines {
    file: Events,
    command: &'static str,
    /// Some line is not in the file.
    lost: bool,
}

impl Lines {
    /// Opens the file for appending; `command` is the subcommand.
    ///
    /// # Errors
    /// Where the system refuses.
    pub(super) fn open(
        context: &Context,
        command: &'static str,
        path: &Path,
    ) -> Result<Lines, Failure> {
        Events::open(path)
            .map(|file| Lines::of(file, command))
            .map_err(|error| fault::failed(context, command, &fault::events(&context.text, &error)))
    }

    /// Those of a file that is open.
    pub(super) fn of(file: Events, command: &'static str) -> Lines {
        Lines {
            file,
            command,
            lost: false,
        }
    }

    /// Appends whole lines; `style` is that of standard error.
    pub(super) fn append(&mut self, text: &Text, style: Style, lines: &str) {
        for line in lines.split_inclusive('\n') {
            if let Err(error) = self.file.append(line)
                && !std::mem::replace(&mut self.lost, true)
            {
                let what = fault::lost_lines(text, &error);
                streams::complain(&fault::said(text, style, self.command, &what));
            }
        }
    }

    /// Some line is not in the file.
    pub(super) fn lost(&self) -> bool {
        self.lost
    }
}

/// The JSON lines of a command.
pub(super) struct Report {
    json: bool,
    events: Option<Lines>,
    origin: Origin,
    /// What is told about goes on without a reader.
    patient: bool,
    /// Standard output takes no more.
    deaf: Option<io::Error>,
}

impl Report {
    /// Opens the events file where one is wanted; `source` is the subcommand.
    pub(super) fn new(
        context: &Context,
        source: &'static str,
        json: bool,
        events: Option<&Path>,
    ) -> Result<Report, Failure> {
        let events = events.map(|path| Lines::open(context, source, path));
        Ok(Report {
            json,
            events: events.transpose()?,
            origin: Origin {
                source,
                pid: std::process::id(),
            },
            patient: false,
            deaf: None,
        })
    }

    /// There is data that is to arrive whether anybody reads the lines or not: `… --json | head -n 1` is how a script
    /// learns the port.
    pub(super) fn patient(self) -> Report {
        Report {
            patient: true,
            ..self
        }
    }

    /// True where standard output is for JSON lines only.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Says something on standard error, unless standard output is for JSON lines.
    pub(super) fn comment(&self, told: &str) {
        if !self.json {
            streams::complain(told.trim_end());
        }
    }

    /// The exit code of work that ended like this: a file of lines that is not whole was asked for and is not done.
    pub(super) fn exit(&self, exit: Exit) -> Exit {
        let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        match (&self.events, &self.deaf) {
            (Some(events), _) if events.lost() => Exit::Failed,
            (_, Some(error)) if !broken(error) => Exit::Failed,
            _ => exit,
        }
    }

    /// Writes a line wherever lines are wanted, at once.
    pub(super) fn tell<T: Serialize>(
        &mut self,
        context: &Context,
        kind: &'static str,
        fields: &T,
    ) -> Result<(), Failure> {
        if self.json && self.deaf.is_none() {
            let mut out = streams::stdout();
            let line = json::line(kind, None, fields);
            let written = out.write_all(line.as_bytes()).and_then(|()| out.flush());
            match written {
                Err(error) if self.patient => {
                    // The same line again, when the buffer goes, would fail again.
                    drop(out.into_parts());
                    if error.kind() != io::ErrorKind::BrokenPipe {
                        streams::complain(&fault::stream(context, &error));
                    }
                    self.deaf = Some(error);
                }
                done => done?,
            }
        }
        if let Some(events) = &mut self.events {
            let line = json::line(kind, Some(self.origin), fields);
            events.append(&context.text, context.err, &line);
        }
        Ok(())
    }
}
