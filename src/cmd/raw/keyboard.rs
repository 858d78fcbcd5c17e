//! What is typed: lines that go out, and lines that are for ftplab.

use super::Raw;
use crate::{
    cmd::{Exit, Failure, fault},
    io::{clock, editor::Typed},
    say,
    script::console::{self, Local, Meaning},
    view::style::Role,
};

impl Raw<'_> {
    pub(super) fn typed(&mut self, typed: Typed) -> Result<Option<Exit>, Failure> {
        match typed {
            Typed::Line(line) => {
                self.interrupted = false;
                if self.interactive {
                    // A paste may hold several lines.
                    for line in line.split(|&b| b == b'\n') {
                        if let Some(exit) = self.line(line)? {
                            return Ok(Some(exit));
                        }
                    }
                    self.keyboard.go_on();
                } else {
                    self.held = Some(line);
                }
                Ok(None)
            }
            Typed::TooLong(bytes) => {
                let told = fault::too_long(&self.context.text, bytes);
                self.warn(&told)?;
                self.keyboard.go_on();
                Ok(None)
            }
            Typed::Interrupt if self.interrupted => Ok(Some(Exit::Done)),
            Typed::Interrupt => {
                self.interrupted = true;
                let told = self
                    .view
                    .remark(Role::Remark, &say!(self.context.text, "raw-interrupt"));
                self.show(&told)?;
                self.keyboard.go_on();
                Ok(None)
            }
            Typed::End if self.interactive => Ok(Some(Exit::Done)),
            Typed::End => {
                self.input_ended = true;
                Ok(None)
            }
        }
    }

    /// One line that was typed, or came from the pipe.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<Option<Exit>, Failure> {
        let text = &self.context.text;
        let told = match console::read(line) {
            Meaning::Send(line) => {
                self.send(line)?;
                return Ok(None);
            }
            Meaning::Unknown {
                word,
                nearest: Some(nearest),
            } => {
                say!(text, "raw-unknown-nearest", word = word, nearest = nearest)
            }
            Meaning::Unknown {
                word,
                nearest: None,
            } => say!(text, "raw-unknown", word = word),
            Meaning::Misused { command } => {
                let rest = console::LOCAL
                    .iter()
                    .find(|(name, _)| *name == command)
                    .map_or("", |(_, rest)| *rest);
                let usage = format!("{command} {rest}");
                say!(
                    text,
                    "raw-misused",
                    command = command,
                    usage = usage.trim_end()
                )
            }
            Meaning::Local(local) => return self.local(local),
        };
        self.refused = true;
        let told = self.view.remark(Role::Warning, &told);
        self.remark(&told)?;
        Ok(None)
    }

    pub(super) fn local(&mut self, local: Local) -> Result<Option<Exit>, Failure> {
        match local {
            Local::Help => {
                let help = self.view.help();
                self.show(&help)?;
            }
            Local::State => {
                let state = self
                    .view
                    .state(&self.dialogue, clock::now(), self.last_activity);
                self.show(&state)?;
            }
            Local::Explain(what) => {
                let explained = self.explain(&what);
                self.show(&explained)?;
            }
            Local::Data { to, payload } => self.dial_data(to.as_deref(), &payload)?,
            Local::Listen { port, payload } => self.listen_data(port, &payload)?,
            Local::Again => self.again()?,
            Local::Quit => return Ok(Some(Exit::Done)),
        }
        Ok(None)
    }

    pub(super) fn explain(&self, what: &[String]) -> String {
        let (text, style) = (&self.context.text, self.view.style);
        if what.is_empty() {
            return match self.last_code {
                Some(code) => crate::view::explain::code(text, style, code),
                None => self
                    .view
                    .remark(Role::Warning, &say!(text, "raw-no-last-reply")),
            };
        }
        what.iter()
            .map(|word| crate::cmd::explain::about(word, self.context))
            .collect()
    }
}
