//! What happens on each connection, as it happens: the dialogue with the script's line that answered, the data
//! connections, and what a person should know.

use std::{collections::HashMap, fmt::Write};

use unicode_width::UnicodeWidthStr;

use super::{INDENT, MAX_SHOWN};
use crate::{
    ftp::{
        dialogue::Close,
        event::{self, Event, Nanos, Reply},
        quirk::Grade,
        secret,
        side::Side,
    },
    say,
    script::{
        effect::{DataFault, Notice, Origin, Why},
        notation::{Item, Script},
        pattern::WhyNot,
        play::Play,
        watch::{Direction, Happening},
    },
    view::{
        explain, quirk, reason, sanitise,
        style::{Role, Style},
        text::{Lang, Text},
        wrap::wrap,
    },
};

/// The live view.
pub struct Live {
    text: Text,
    /// How it is dressed, which may change as it goes on.
    pub style: Style,
    /// The script's name, as shown before a line number.
    name: String,
    show_credentials: bool,
    /// When each connection began.
    connections: HashMap<u64, Nanos>,
}

impl Live {
    /// A view of a server that plays the script of this name.
    #[must_use]
    pub fn new(lang: Lang, style: Style, name: &str, show_credentials: bool) -> Live {
        Live {
            text: Text::new(lang),
            style,
            name: sanitise::line(name.as_bytes()).into_owned(),
            show_credentials,
            connections: HashMap::new(),
        }
    }

    /// What happened, as lines for a terminal; often none.
    pub fn happening(
        &mut self,
        play: &Play,
        connection: u64,
        at: Nanos,
        happening: &Happening<'_>,
    ) -> String {
        let mut out = String::new();
        if let Happening::Connected { .. } = happening {
            self.connections.insert(connection, at);
        }
        let text = &self.text;
        match happening {
            Happening::Connected { client, server } => {
                let line = say!(
                    text,
                    "server-connected",
                    client = client.to_string(),
                    server = server.to_string()
                );
                self.remark(&mut out, connection, at, Role::Remark, &line);
            }
            Happening::TurnedAway { client } => {
                let line = say!(text, "server-turned-away", client = client.to_string());
                self.remark(&mut out, connection, at, Role::Warning, &line);
            }
            Happening::Said { event, origin } => {
                self.said(&mut out, connection, event, *origin);
            }
            Happening::Notice(notice) => self.notice(&mut out, play, connection, at, notice),
            // The view of the server by hand says this.
            Happening::Asks(_) | Happening::DataTaken => {}
            Happening::PortOpened(address) => {
                let line = say!(text, "server-port-opened", address = address.to_string());
                self.remark(&mut out, connection, at, Role::Remark, &line);
            }
            Happening::DataOpened {
                from,
                to,
                active,
                wanted,
            } => {
                let (from, to) = (from.to_string(), to.to_string());
                let line = if *active {
                    say!(text, "server-data-called", from = from, to = to)
                } else {
                    say!(text, "server-data-opened", from = from, to = to)
                };
                self.remark(&mut out, connection, at, Role::Remark, &line);
                if let Some((port, _)) = wanted {
                    let line = say!(text, "server-data-port", port = port.to_string());
                    self.remark(&mut out, connection, at, Role::Remark, &line);
                }
            }
            Happening::Stranger(address) => {
                let line = say!(text, "server-stranger", address = address.to_string());
                self.remark(&mut out, connection, at, Role::Warning, &line);
            }
            Happening::Data {
                direction,
                bytes,
                name,
                fault,
                ..
            } => {
                let bytes = *bytes;
                let shown = |name: &&str| sanitise::line(name.as_bytes()).into_owned();
                let line = match (direction, name.as_ref().map(shown)) {
                    (Direction::Up, _) if fault.is_some() => {
                        say!(text, "server-data-incomplete", bytes = bytes)
                    }
                    (Direction::Down, None) => say!(text, "server-data-sent", bytes = bytes),
                    (Direction::Down, Some(name)) => {
                        say!(text, "server-data-sent-file", bytes = bytes, name = name)
                    }
                    (Direction::Up, None) => say!(text, "server-data-received", bytes = bytes),
                    (Direction::Up, Some(name)) => {
                        say!(text, "server-data-kept", bytes = bytes, name = name)
                    }
                };
                let role = if fault.is_some() {
                    Role::Warning
                } else {
                    Role::Data
                };
                self.remark(&mut out, connection, at, role, &line);
            }
            Happening::Closed { by, how } => {
                let id = match (by, how) {
                    (Side::User, Close::Fin) => "server-closed-by-client",
                    (Side::User, Close::Rst) => "server-reset-by-client",
                    (Side::Server, Close::Fin) => "server-closed",
                    (Side::Server, Close::Rst) => "server-reset",
                };
                let line = text.say(id, &[]);
                self.remark(&mut out, connection, at, Role::Remark, &line);
            }
        }
        if let Happening::Closed { .. } = happening {
            self.connections.remove(&connection);
        }
        out
    }

    /// `#1     0.012  `.
    fn prefix(&self, connection: u64, at: Nanos) -> String {
        let since = self.connections.get(&connection).copied().unwrap_or(at);
        let seconds = at.saturating_sub(since) as f64 / 1e9;
        format!("#{connection:<3}{seconds:>8.3}  ")
    }

    fn remark(&self, out: &mut String, connection: u64, at: Nanos, role: Role, line: &str) {
        let prefix = self.prefix(connection, at);
        let wrapped = wrap(line, INDENT, INDENT, self.style.width());
        let _ = writeln!(out, "{prefix}{}", self.style.paint(role, &wrapped));
    }

    fn said(&self, out: &mut String, connection: u64, event: &Event<'_>, origin: Option<Origin>) {
        let style = self.style;
        match &event.what {
            event::What::Command(command) => {
                let line = secret::shown_line(command.line, self.show_credentials);
                let line = format!("C> {}", sanitise::line(&line));
                let prefix = self.prefix(connection, event.at);
                let _ = writeln!(out, "{prefix}{}", style.paint(Role::Command, &line));
            }
            event::What::ReplyLine(line) => {
                let role = match crate::ftp::reply::Head::of(line).code {
                    Some(code) => explain::role(code),
                    None => Role::OddReply,
                };
                let line = format!("S> {}", sanitise::line(line));
                let prefix = self.prefix(connection, event.at);
                let _ = writeln!(out, "{prefix}{}", style.paint(role, &line));
            }
            event::What::Reply(reply) => self.reply(out, reply, origin),
            event::What::Sealed if event.side == Side::User => {
                let line = say!(self.text, "server-tls");
                self.remark(out, connection, event.at, Role::Warning, &line);
            }
            event::What::Quirk(quirk) if quirk.kind.grade() > Grade::Remark => {
                let line = quirk::sentence(&self.text, quirk);
                self.remark(out, connection, event.at, Role::Warning, &line);
            }
            _ => {}
        }
    }

    /// Under a reply: which line of the script, and its digits.
    fn reply(&self, out: &mut String, reply: &Reply<'_>, origin: Option<Origin>) {
        let place = match origin {
            Some(Origin::Script(line)) => format!("{}:{line}", self.name),
            Some(Origin::Typed(Some(line))) => say!(
                self.text,
                "server-typed",
                place = format!("{}:{line}", self.name)
            ),
            Some(Origin::Typed(None)) => say!(self.text, "hand-typed"),
            Some(Origin::BuiltIn) => say!(self.text, "server-built-in"),
            Some(Origin::Player) | None => say!(self.text, "server-own-reply"),
        };
        let digits = match reply.code {
            Some(code) => explain::brief(&self.text, code),
            None => say!(self.text, "server-no-code"),
        };
        let start = INDENT + place.width() + 2;
        let digits = wrap(&digits, start, INDENT, self.style.width());
        let painted = self
            .style
            .paint(Role::Remark, &format!("{place}  {digits}"));
        let _ = writeln!(out, "{:INDENT$}{painted}", "");
    }

    fn notice(&self, out: &mut String, play: &Play, connection: u64, at: Nanos, notice: &Notice) {
        let text = &self.text;
        let place = |line: u32| format!("{}:{line}", self.name);
        match notice {
            // The desk tells what happens by hand.
            Notice::Block(_) | Notice::ByHand(_) => {}
            Notice::Unmatched {
                nearest, expected, ..
            } => {
                let line = match nearest {
                    None => say!(text, "server-unmatched"),
                    Some(near) => say!(
                        text,
                        "server-unmatched-near",
                        place = place(near.line),
                        pattern = pattern_of(&play.script, near.line),
                        why = why(text, near.why)
                    ),
                };
                self.remark(out, connection, at, Role::Warning, &line);
                if let Some(line) = expected.filter(|line| nearest.is_none_or(|n| n.line != *line))
                {
                    let line = say!(
                        text,
                        "server-expected",
                        place = place(line),
                        pattern = pattern_of(&play.script, line)
                    );
                    self.remark(out, connection, at, Role::Remark, &line);
                }
            }
            Notice::Skipped { line, fault } => {
                let why = fault_sentence(text, *fault);
                let line = match line {
                    Some(line) => say!(text, "server-skipped", place = place(*line), why = why),
                    None => say!(text, "server-not-transferred", why = why),
                };
                self.remark(out, connection, at, Role::Warning, &line);
            }
            Notice::Aborted(line) => {
                let line = say!(text, "server-aborted", place = place(*line));
                self.remark(out, connection, at, Role::Remark, &line);
            }
            Notice::Looping(count) => {
                let line = say!(text, "server-looping", count = *count);
                self.remark(out, connection, at, Role::Warning, &line);
            }
            Notice::Stalled(time) => {
                let line = say!(text, "server-stalled", seconds = time.as_secs());
                self.remark(out, connection, at, Role::Warning, &line);
            }
            Notice::Idle(time) => {
                let line = say!(text, "server-idle", seconds = time.as_secs());
                self.remark(out, connection, at, Role::Warning, &line);
            }
        }
    }
}

/// As much of a line as is shown, see [`MAX_SHOWN`].
pub(in crate::view) fn beginning(written: &str) -> String {
    match written.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &written[..end]),
        None => written.to_owned(),
    }
}

/// The pattern in a line of the script.
fn pattern_of(script: &Script, number: u32) -> String {
    let line = script.lines.iter().find(|line| line.number == number);
    match line.map(|line| &line.item) {
        Some(Item::Step(pattern) | Item::Rule(pattern)) => {
            let written = beginning(&pattern.to_string());
            sanitise::line(written.as_bytes()).into_owned()
        }
        _ => String::new(),
    }
}

fn why(text: &Text, why: Why) -> String {
    text.say(
        match why {
            Why::Pattern(WhyNot::Case) => "server-why-case",
            Why::Pattern(WhyNot::ArgumentMissing) => "server-why-argument-missing",
            Why::Pattern(WhyNot::ArgumentUnwanted) => "server-why-argument-unwanted",
            Why::Pattern(WhyNot::Argument) => "server-why-argument",
            Why::Pattern(WhyNot::Regex) => "server-why-regex",
            Why::Pattern(WhyNot::Verb) => "server-why-verb",
            Why::Later => "server-why-later",
            Why::Done => "server-why-done",
        },
        &[],
    )
}

/// What went wrong with a data connection, as a phrase.
#[must_use]
pub fn fault_sentence(text: &Text, fault: DataFault) -> String {
    match fault {
        DataFault::NotAgreed => say!(text, "server-fault-not-agreed"),
        DataFault::Foreign(address) => {
            say!(text, "server-fault-foreign", address = address.to_string())
        }
        DataFault::NobodyCame => say!(text, "server-fault-nobody-came"),
        DataFault::StrangersCame => say!(text, "server-fault-strangers-came"),
        DataFault::NotReached => say!(text, "server-fault-not-reached"),
        DataFault::Lost => say!(text, "server-fault-lost"),
        DataFault::TooMuch => say!(text, "server-fault-too-much"),
        DataFault::NoRoom => say!(text, "server-fault-no-room"),
        DataFault::NoFile => say!(text, "server-fault-no-file"),
        DataFault::Shortened => say!(text, "server-fault-shortened"),
        DataFault::NotStored(kind) => {
            let why = reason::of(text, kind).unwrap_or_else(|| kind.to_string());
            say!(text, "server-fault-not-stored", why = why)
        }
        DataFault::NoPort => say!(text, "server-fault-no-port"),
        DataFault::NoIpv4 => say!(text, "server-fault-no-ipv4"),
    }
}
