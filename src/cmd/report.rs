//! Where a command's JSON lines go: to standard output (`--json`), into the file of `--events`, to both or nowhere.

use std::{io::Write, path::Path};

use serde::Serialize;

use crate::{
    cmd::{Context, Failure, fault},
    io::{events::Events, stdio as streams},
    view::json::{self, Origin},
};

/// The JSON lines of a command.
pub(super) struct Report {
    json: bool,
    events: Option<Events>,
    origin: Origin,
}

impl Report {
    /// Opens the events file where one is wanted; `source` is the subcommand.
    pub(super) fn new(
        context: &Context,
        source: &'static str,
        json: bool,
        events: Option<&Path>,
    ) -> Result<Report, Failure> {
        let events = events.map(Events::open).transpose();
        Ok(Report {
            json,
            events: events.map_err(|error| {
                fault::failed(context, source, &fault::events(&context.text, &error))
            })?,
            origin: Origin {
                source,
                pid: std::process::id(),
            },
        })
    }

    /// True where standard output is for JSON lines only.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Writes a line wherever lines are wanted, at once.
    pub(super) fn tell<T: Serialize>(
        &mut self,
        context: &Context,
        kind: &'static str,
        fields: &T,
    ) -> Result<(), Failure> {
        if self.json {
            let mut out = streams::stdout();
            out.write_all(json::line(kind, None, fields).as_bytes())?;
            out.flush()?;
        }
        if let Some(events) = &mut self.events {
            let line = json::line(kind, Some(self.origin), fields);
            events.append(&line).map_err(|error| {
                fault::failed(
                    context,
                    self.origin.source,
                    &fault::events(&context.text, &error),
                )
            })?;
        }
        Ok(())
    }
}
