//! What there is to say in the end: how many came, and which lines of the script were used.

use std::fmt::Write;

use serde::Serialize;

use crate::{
    ftp::event,
    say,
    script::{
        effect::Notice,
        play::Play,
        watch::{Direction, Happening},
    },
    view::{sanitise, style::Style, text::Text, wrap::wrap},
};

/// How many things happened.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Tally {
    /// Control connections.
    pub connections: u64,
    /// Commands that came.
    pub commands: u64,
    /// Replies that were sent.
    pub replies: u64,
    /// Commands that nothing in the script took.
    pub unmatched: u64,
    /// Transfers on data connections.
    pub transfers: u64,
    /// Bytes that clients sent on data connections.
    pub up: u64,
    /// Bytes that were sent to clients on data connections.
    pub down: u64,
}

impl Tally {
    /// Counts what happened.
    pub fn count(&mut self, happening: &Happening<'_>) {
        match happening {
            Happening::Connected { .. } => self.connections += 1,
            Happening::Said { event, .. } => match event.what {
                event::What::Command(_) => self.commands += 1,
                event::What::Reply(_) => self.replies += 1,
                _ => {}
            },
            Happening::Notice(Notice::Unmatched { .. }) => self.unmatched += 1,
            Happening::Data {
                direction, bytes, ..
            } => {
                self.transfers += 1;
                match direction {
                    Direction::Up => self.up += bytes,
                    Direction::Down => self.down += bytes,
                }
            }
            _ => {}
        }
    }
}

/// The blocks (the lines of their patterns) that were used, and those that never were.
#[must_use]
pub fn blocks_used(play: &Play) -> (Vec<u32>, Vec<u32>) {
    let script = &play.script;
    let (used, unused): (Vec<_>, Vec<_>) = script
        .blocks
        .iter()
        .partition(|block| play.uses(block.head) > 0);
    let lines = |blocks: Vec<_>| {
        blocks
            .into_iter()
            .map(|block| script.line_of(block))
            .collect()
    };
    (lines(used), lines(unused))
}

/// What was used and what never, in the end.
#[must_use]
pub fn summary(text: &Text, style: Style, name: &str, play: &Play, tally: &Tally) -> String {
    let mut out = String::from("\n");
    let line = say!(
        text,
        "server-summary",
        connections = tally.connections,
        commands = tally.commands,
        transfers = tally.transfers,
        up = tally.up,
        down = tally.down
    );
    let _ = writeln!(out, "{}", wrap(&line, 0, 0, style.width()));
    let (used, unused) = blocks_used(play);
    if tally.connections > 0 && !used.is_empty() {
        let name = sanitise::line(name.as_bytes());
        let used: Vec<String> = used.iter().map(ToString::to_string).collect();
        let line = say!(
            text,
            "server-lines-used",
            name = name.as_ref(),
            lines = used.join(", ")
        );
        let _ = writeln!(out, "{}", wrap(&line, 0, 2, style.width()));
        if !unused.is_empty() {
            let unused: Vec<String> = unused.iter().map(ToString::to_string).collect();
            let line = say!(
                text,
                "server-lines-unused",
                name = name.as_ref(),
                lines = unused.join(", ")
            );
            let _ = writeln!(out, "{}", wrap(&line, 0, 2, style.width()));
        }
    }
    out
}
