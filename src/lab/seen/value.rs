//! What the names of a sheet are worth by what was seen.

use std::net::SocketAddr;

use super::{Connection, Seen, index, side};
use crate::{
    ftp::{command::Verb, endpoint},
    lab::template::{Data, End, Line, Name, Place, ReplyPart, TuplePart, What},
};

impl Seen {
    /// What a name is worth; `None` where it is not there yet.
    #[must_use]
    pub fn value(&self, name: &Name) -> Option<String> {
        let control = &self.lines[index(name.line)];
        let number = |number: Option<u16>| number.map(|number| number.to_string());
        match &name.what {
            What::Server(place) => {
                let (host, port) = self.servers[index(name.line)].as_ref()?;
                Some(match place {
                    Place::Both => format!("{host} {port}"),
                    Place::Host => host.clone(),
                    Place::Port => port.to_string(),
                })
            }
            What::Student => self.run.student.clone(),
            What::Param(param) => self.run.params.get(param).cloned(),
            What::GreetingCode => number(control.greeting),
            What::Last(part) => {
                let (code, text) = control.last.as_ref()?;
                match part {
                    ReplyPart::Code => number(*code),
                    ReplyPart::Text => Some(text.clone()),
                    ReplyPart::Arg | ReplyPart::First => None,
                }
            }
            What::Command(verb, part) => {
                let answered = control.commands.get(verb)?;
                match part {
                    ReplyPart::Code => number(answered.last.as_ref().map(|(code, _)| *code)),
                    ReplyPart::Text => answered.last.as_ref().map(|(_, text)| text.clone()),
                    ReplyPart::Arg => answered.arg.clone(),
                    ReplyPart::First => number(answered.first),
                }
            }
            What::Tuple(of, part) => {
                let at = control.tuples[side(*of)]?;
                let port = at.port();
                match part {
                    TuplePart::Host => Some(at.ip().to_string()),
                    TuplePart::High => Some((port / 256).to_string()),
                    TuplePart::Low => Some((port % 256).to_string()),
                    TuplePart::Port => Some(port.to_string()),
                    TuplePart::Tuple => {
                        let command = endpoint::port_command(at)?;
                        Some(command.trim_start_matches("PORT ").to_owned())
                    }
                    TuplePart::Previous => number(control.previous[side(*of)]),
                }
            }
            What::Extended(of) => number(control.extended[side(*of)]),
            What::Control(end) => {
                let (from, to) = control.ends?;
                Some(port_of(*end, from, to))
            }
            What::DataPort(end) => {
                let (from, to) = self.last_data(name.line)?.ends;
                Some(port_of(*end, from, to))
            }
            What::Bytes(which) => Some(self.data_of(name.line, *which)?.bytes?.to_string()),
            What::Lines(which) => Some(self.data_of(name.line, *which)?.lines?.to_string()),
            What::OpenedBy => Some(self.last_data(name.line)?.opened_by.to_owned()),
            What::DataClosedBy => Some(self.last_data(name.line)?.closed_by?.to_owned()),
            What::ClosedBy => control.closed_by.map(str::to_owned),
            What::Capture(what) => self.capture.as_ref()?.value(*what),
        }
    }

    /// True where the last control connection on this line stands, whichever terminal it is in.
    #[must_use]
    pub fn stands(&self, line: Line) -> bool {
        self.lines[index(line)].stands
    }

    /// The same for a command that is to be typed now: a port that was agreed on holds as long as its control connection
    /// stands.
    #[must_use]
    pub fn value_now(&self, name: &Name) -> Option<String> {
        let holds = name.is_of_the_run() || self.stands(name.line);
        self.value(name).filter(|_| holds)
    }

    fn last_data(&self, line: Line) -> Option<&Connection> {
        let mut all = self.data.iter().rev();
        all.find(|data| data.line == line && !data.doubled)
    }

    fn data_of(&self, line: Line, which: Data) -> Option<&Connection> {
        match which {
            Data::Last => self.last_data(line),
            Data::Listing => {
                let mut all = self.data.iter().rev();
                all.find(|data| {
                    let listing = matches!(data.transfer, Some(Verb::List | Verb::Nlst));
                    listing && data.line == line && !data.doubled
                })
            }
        }
    }
}

fn port_of(end: End, from: SocketAddr, to: SocketAddr) -> String {
    match end {
        End::From => from.port().to_string(),
        End::To => to.port().to_string(),
    }
}
