//! The log of a connection: its dialogue in the notation, from which a script can be made again.

use crate::{
    script::watch::{Direction, Happening},
    view::log,
};

/// The log of one dialogue, in the notation.
pub struct DialogueLog {
    log: log::Log,
    text: String,
}

impl DialogueLog {
    /// The log of a connection.
    #[must_use]
    pub fn new(connection: u64, show_credentials: bool) -> DialogueLog {
        let log = log::Log::new(show_credentials);
        DialogueLog {
            text: log.comment(&format!("#{connection}")),
            log,
        }
    }

    /// Notes what happened.
    pub fn happening(&mut self, happening: &Happening<'_>) {
        match happening {
            Happening::Connected { client, server } => {
                let line = self.log.comment(&format!("{client} > {server}"));
                self.text.push_str(&line);
            }
            Happening::Said { event, .. } => self.text.push_str(&self.log.event(event)),
            Happening::Data {
                direction,
                bytes,
                sample,
                ..
            } => {
                let down = *direction == Direction::Down;
                self.text.push_str(&self.log.data(sample, *bytes, down));
            }
            Happening::Closed { .. } => self.text.push('\n'),
            _ => {}
        }
    }

    /// What was noted.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was noted; from here on it begins anew.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
