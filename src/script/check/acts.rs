//! A block as a list of what happens in it: replies, data, waits, the end of a connection. The lines of the script are
//! taken as they would be sent, and what is wrong with the form of a reply is found on the way.

use std::{ops::Range, time::Duration};

use super::{Checker, shown, trap::Trap};
use crate::{
    ftp::{
        code::ReplyCode,
        reply::{Head, Mark},
    },
    script::{
        literal::{Literal, Value},
        notation::{Action, Body, DataAction, Eol, Item},
    },
};

/// Something that happens in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    Reply(Said),
    /// Bytes on the data connection; how many, where it is known.
    Data(Option<u64>),
    DataOpen,
    DataClose,
    DataReset,
    /// What follows goes on in the same data connection.
    Hold,
    Refuse,
    Cut(u64),
    Close,
    Stay,
    Silence,
    Wait(Duration),
    Eol(Eol),
}

/// A reply in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) line: u32,
    pub(super) code: Option<ReplyCode>,
    /// Its last line.
    pub(super) text: Vec<u8>,
    /// It opened with a hyphen.
    pub(super) multiline: bool,
    pub(super) opens_port: bool,
    pub(super) other_host: bool,
}

impl Checker<'_> {
    /// A line of the script as it would be sent: parameters put in, ports and hosts made up, the rest an `x`.
    pub(super) fn sent(&self, text: &Literal) -> Vec<u8> {
        text.render(|value, out| match value {
            Value::Pasv(host) => {
                let host = host.map_or_else(|| "127.0.0.1".to_owned(), |host| host.to_string());
                out.extend_from_slice(host.replace('.', ",").as_bytes());
                out.extend_from_slice(b",200,200");
            }
            Value::Epsv => out.extend_from_slice(b"|||51400|"),
            Value::Port => out.extend_from_slice(b"51400"),
            Value::Param(name) => {
                let value = self.values.get(name).map_or("", String::as_str);
                out.extend_from_slice(value.as_bytes());
            }
            Value::Cwd => out.extend_from_slice(b"/"),
            Value::Bytes => out.extend_from_slice(b"1"),
            _ => out.extend_from_slice(b"x"),
        })
    }

    /// What happens between two lines.
    fn acts(&mut self, range: Range<usize>) -> Vec<Act> {
        let mut acts = Vec::new();
        let mut open: Option<(ReplyCode, Said)> = None;
        for index in range {
            let line = &self.script.lines[index];
            let number = line.number;
            let text = match &line.item {
                Item::Send(text) => text,
                Item::Typed(typed) => {
                    // A person will type it: the model, else what the digits begin with.
                    let model = typed.model.as_ref().map(|model| self.sent(model));
                    let model = model.and_then(|model| Head::of(&model).code);
                    let model = model.filter(|code| code.to_string().starts_with(&typed.code));
                    let code = format!("{:0<3}", typed.code);
                    let digits = code.as_bytes().first_chunk::<3>().copied();
                    acts.push(Act::Reply(Said {
                        line: number,
                        code: model.or_else(|| digits.and_then(ReplyCode::from_digits)),
                        text: Vec::new(),
                        multiline: false,
                        opens_port: true,
                        other_host: false,
                    }));
                    continue;
                }
                other => {
                    acts.extend(self.act(other));
                    continue;
                }
            };
            let sent = self.sent(text);
            let head = Head::of(&sent);
            let said = Said {
                line: number,
                code: head.code,
                opens_port: text.values().any(Value::opens_port),
                other_host: text.values().any(|value| match value {
                    Value::Pasv(Some(_)) => true,
                    Value::Pasv(None) => self.script.settings.public_address.is_some(),
                    _ => false,
                }),
                text: sent.clone(),
                multiline: false,
            };
            if sent.contains(&0) {
                self.warn(number, Trap::Nul, "");
            }
            if let Some((code, _)) = &open {
                let ends =
                    head.code == Some(*code) && matches!(head.mark, Mark::Blank | Mark::Nothing);
                if ends {
                    open = None;
                    acts.push(Act::Reply(Said {
                        multiline: true,
                        ..said
                    }));
                } else if head.code.is_some() && head.mark == Mark::Blank {
                    self.warn(number, Trap::InnerOtherCode, shown(head.code));
                }
                continue;
            }
            match (head.code, head.mark) {
                (Some(code), Mark::Hyphen) => {
                    open = Some((code, said));
                    continue;
                }
                (None, _) if sent.is_empty() => {
                    self.warn(number, Trap::EmptyLine, "");
                    continue;
                }
                (None, _) => self.warn(number, Trap::NoCode, ""),
                (Some(_), Mark::Nothing) => self.warn(number, Trap::CodeAlone, shown(head.code)),
                (Some(_), Mark::Text) => self.warn(number, Trap::NoBlank, shown(head.code)),
                (Some(_), Mark::Blank) => {}
            }
            if let Some(code) = head.code
                && !(1..=5).contains(&code.digits()[0])
            {
                self.warn(number, Trap::CodeUndefined, code.to_string());
            }
            // `220-a`, `220 b`, `220 c`: the second line was meant to be inside.
            if let Some(Act::Reply(before)) = acts.last()
                && before.multiline
                && before.code == head.code
            {
                self.warn(before.line, Trap::InnerSameCode, shown(head.code));
                continue;
            }
            acts.push(Act::Reply(said));
        }
        if let Some((code, said)) = open {
            self.warn(said.line, Trap::NeverClosed, code.to_string());
            acts.push(Act::Reply(said));
        }
        acts
    }

    fn act(&self, item: &Item) -> Option<Act> {
        Some(match item {
            Item::Data(line) => {
                let plain = line.values().next().is_none();
                Act::Data(plain.then(|| self.sent(line).len() as u64 + 2))
            }
            Item::File(path) => Act::Data(
                path.as_bytes()
                    .and_then(|path| (self.has)(&String::from_utf8_lossy(path))),
            ),
            Item::Receive(_) => Act::Data(None),
            Item::Action(action) => match action {
                Action::Wait(time) => Act::Wait(*time),
                Action::Close | Action::Reset => Act::Close,
                Action::Stay => Act::Stay,
                Action::Silence => Act::Silence,
                Action::Slow(time) => Act::Wait(*time * 20),
                Action::Eol(eol) => Act::Eol(*eol),
                Action::Data(DataAction::Open) => Act::DataOpen,
                Action::Data(DataAction::Close) => Act::DataClose,
                Action::Data(DataAction::Reset) => Act::DataReset,
                Action::Data(DataAction::Hold) => Act::Hold,
                Action::Data(DataAction::Refuse) => Act::Refuse,
                Action::Data(DataAction::Cut(n)) => Act::Cut(*n),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// What happens in a body, each time that it is played: it may answer otherwise the next time.
    pub(super) fn answers(&mut self, body: &Body) -> Vec<Vec<Act>> {
        let ranges = body.answers.iter().flatten();
        ranges.map(|range| self.acts(range.clone())).collect()
    }
}
