//! A sheet that plays itself (`demo`, `lab run --demo`): which terminal a line is in (a letter at its left), what is typed
//! there, and what there is to see.

use super::{
    sanitise,
    style::{Role, Style},
    text::Text,
    wrap::wrap,
};
use crate::say;

/// The columns that the letter of a terminal takes.
pub const GUTTER: usize = 3;

/// Makes the lines of `demo`.
pub struct Demo<'a> {
    /// The sentences.
    pub text: &'a Text,
    /// How they are dressed.
    pub style: Style,
}

impl Demo<'_> {
    /// A heading and what there is to see, with an empty line before.
    #[must_use]
    pub fn step(&self, id: &str) -> String {
        let head = say!(self.text, &format!("{id}-head"));
        let body = say!(self.text, id);
        format!(
            "\n{}\n{}\n\n",
            self.style.paint(Role::Heading, &head),
            self.prose(&body)
        )
    }

    /// Running text.
    #[must_use]
    pub fn prose(&self, body: &str) -> String {
        body.lines()
            .map(|line| wrap(line, 0, 0, self.style.width()))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// A command line as somebody types it into a terminal.
    #[must_use]
    pub fn command(&self, terminal: usize, command: &str) -> String {
        self.line(
            terminal,
            &self.style.paint(Role::Command, &format!("$ {command}")),
        )
    }

    /// A command line outside of the terminals.
    #[must_use]
    pub fn typed(&self, command: &str) -> String {
        let command = sanitise::line(command.as_bytes());
        format!(
            "{}\n\n",
            self.style.paint(Role::Command, &format!("$ {command}"))
        )
    }

    /// A line that a process printed in a terminal. It was made safe by that process, and is again.
    #[must_use]
    pub fn printed(&self, terminal: usize, line: &str) -> String {
        // Data comes byte for byte into a pipe, its CR too.
        let line = line.strip_suffix('\r').unwrap_or(line);
        let role = match line.get(..2) {
            Some("C>") => Role::Command,
            Some("S>") if line[2..].trim_start().starts_with(['4', '5']) => Role::BadReply,
            Some("S>") => Role::GoodReply,
            Some("D>") => Role::Data,
            _ => return self.line(terminal, &sanitise::line(line.as_bytes())),
        };
        self.line(
            terminal,
            &self.style.paint(role, &sanitise::line(line.as_bytes())),
        )
    }

    fn line(&self, terminal: usize, text: &str) -> String {
        let letter = char::from(b'A' + u8::try_from(terminal).unwrap_or(25));
        format!(
            "{} {text}\n",
            self.style.paint(Role::Heading, &format!("{letter}│"))
        )
    }
}
