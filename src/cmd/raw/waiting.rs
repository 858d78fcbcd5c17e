//! What time brings: hints when nothing happens, and, from a pipe, when the next line may go out.

use super::{Raw, UNFINISHED};
use crate::{
    cmd::{Exit, Failure},
    ftp::{command::Verb, dialogue::Stage, event::Nanos, secret, side::Side},
    io::clock,
    say,
    view::number,
};

/// From a pipe: how long the next line waits for a data connection that is being dialled. Who reads what was recorded sees
/// them in the order of the script; where nobody answers, the script goes on.
const DIALLING: Nanos = 1_000_000_000;

impl Raw<'_> {
    pub(super) fn tick(&mut self) -> Result<(), Failure> {
        let now = clock::now();
        let unfinished = self.dialogue.unfinished(Side::Server).len();
        if unfinished > self.unfinished_told && now.saturating_sub(self.last_activity) > UNFINISHED
        {
            let shown = self
                .view
                .unfinished(&self.dialogue.unfinished(Side::Server)[self.unfinished_told..]);
            self.unfinished_told = unfinished;
            self.show(&shown)?;
        }
        let dialled = self
            .dialogue
            .session()
            .negotiation
            .as_ref()
            .is_some_and(|n| self.dialled == Some(n.n));
        if let Some(remark) = self.coach.idle(&self.dialogue, now, dialled) {
            let shown = self.view.coach(&remark);
            self.show(&shown)?;
        }
        Ok(())
    }

    /// From a pipe: sends the next line when it may go out, and ends when nothing is left to wait for.
    pub(super) fn batch(&mut self) -> Result<Option<Exit>, Failure> {
        let waiting = self.control.is_some() && (!self.dialogue.greeted() || self.dialogue.waits());
        let in_transfer = matches!(self.dialogue.stage(), Stage::Preliminary(_));
        // A transfer may wait for what the next line does: its data connection.
        let wants_data = self
            .dialogue
            .outstanding()
            .next()
            .is_some_and(|(_, verb, ..)| verb.moves().is_some());
        let dialling = self
            .transfers
            .iter()
            .any(|transfer| transfer.waiting && !transfer.awaited)
            && clock::now().saturating_sub(self.last_activity) < DIALLING;
        if let Some(line) = self.held.take_if(|line| {
            let while_running = matches!(secret::verb_of(line).0, Verb::Abor | Verb::Stat);
            self.args.no_wait
                || (!waiting && !dialling)
                || (wants_data && line.starts_with(b"/"))
                || (in_transfer && while_running)
        }) {
            let exit = self.line(&line)?;
            self.keyboard.go_on();
            return Ok(exit);
        }
        let exit = if self.refused { Exit::No } else { Exit::Done };
        let idle_transfers = self
            .transfers
            .iter()
            .all(|transfer| transfer.waiting && transfer.awaited);
        // Whoever has typed QUIT without a prompt would look at nothing.
        let done = self.typed && self.dialogue.session().closing;
        if self.control.is_none()
            && self.transfers.is_empty()
            && (self.input_ended || self.held.is_some() || done)
        {
            let unsent = self.held.is_some() && !self.dialogue.session().closing;
            return Ok(Some(if unsent { Exit::No } else { exit }));
        }
        if self.input_ended && self.held.is_none() && !waiting && idle_transfers {
            return Ok(Some(exit));
        }
        // Data connections outlast the input; one on which nothing moves does not outlast the patience.
        let nothing_more = self.control.is_none() || (self.input_ended && !waiting);
        let quiet = clock::now().saturating_sub(self.last_activity);
        if nothing_more && self.held.is_none() && quiet > self.args.timeout.as_nanos() as Nanos {
            self.warn(&say!(self.context.text, "raw-data-left"))?;
            return Ok(Some(Exit::No));
        }
        if waiting
            && clock::now().saturating_sub(self.waiting_since)
                > self.args.timeout.as_nanos() as Nanos
        {
            let seconds = self.args.timeout.as_secs_f64().to_string();
            let seconds = number::decimal(&self.context.text, &seconds);
            let told = match self.dialogue.outstanding().next() {
                Some((_, verb, _, _)) => {
                    let verb = if verb == Verb::Other {
                        "?"
                    } else {
                        verb.name()
                    };
                    say!(
                        self.context.text,
                        "raw-no-reply",
                        verb = verb,
                        seconds = seconds
                    )
                }
                None => say!(self.context.text, "raw-no-greeting", seconds = seconds),
            };
            self.warn(&told)?;
            return Ok(Some(Exit::No));
        }
        Ok(None)
    }
}
