//! Where what is said goes: the screen, standard error, the log, JSON Lines and the events file.

use std::process;

use super::Raw;
use crate::{
    cmd::Failure,
    ftp::event::{Event, What},
    io::stdio,
    view::json::{self, Origin, Place},
};

impl Raw<'_> {
    /// Shows lines that belong to the dialogue.
    pub(super) fn show(&mut self, lines: &str) -> Result<(), Failure> {
        if self.args.json || lines.is_empty() {
            return Ok(());
        }
        Ok(self.screen.print(lines)?)
    }

    /// Shows lines of ftplab's own: from a pipe, standard output is for the dialogue.
    pub(super) fn remark(&mut self, lines: &str) -> Result<(), Failure> {
        if self.interactive {
            return self.show(lines);
        }
        if !self.args.json {
            stdio::remark(lines, false);
        }
        Ok(())
    }

    /// Writes a JSON line to standard output and to the events file, where they are asked for.
    pub(super) fn emit<T: serde::Serialize>(
        &mut self,
        kind: &'static str,
        fields: &T,
    ) -> Result<(), Failure> {
        if self.args.json {
            self.screen.print(&json::line(kind, None, fields))?;
        }
        if let Some(events) = &mut self.events {
            let origin = Origin {
                source: "raw",
                pid: process::id(),
            };
            let line = json::line(kind, Some(origin), fields);
            events.append(&self.context.text, self.context.err, &line);
        }
        Ok(())
    }

    pub(super) fn write_log(&mut self, lines: &str) {
        if let Some((_, file)) = &mut self.log {
            file.append(&self.context.text, self.context.err, lines);
        }
    }
}

/// The JSON lines of an event, for standard output and for an events file.
pub(super) fn json_lines(
    event: &Event<'_>,
    show_credentials: bool,
    out: &mut String,
    events: &mut String,
) {
    let origin = Some(Origin {
        source: "raw",
        pid: process::id(),
    });
    let place = Place::default();
    match &event.what {
        What::Command(command) => {
            let line = json::command(place, event.at, command, show_credentials);
            out.push_str(&json::line("command", None, &line));
            events.push_str(&json::line("command", origin, &line));
        }
        What::Reply(reply) => {
            let line = json::reply(place, event.at, reply);
            out.push_str(&json::line("reply", None, &line));
            events.push_str(&json::line("reply", origin, &line));
        }
        What::Negotiation(negotiation) => {
            let line = json::negotiation(place, event.at, negotiation);
            out.push_str(&json::line("negotiation", None, &line));
            events.push_str(&json::line("negotiation", origin, &line));
        }
        _ => {}
    }
}
