//! What a student's work has shown so far, out of the JSON lines of the commands they used (`--events`): `raw` and
//! `fake-server` tell the control line, `pasv-calc --connect`, `listen` and `raw`'s own `/data` the data connections.
//!
//! The same connection may be told twice, by the command that opened it and by the server that took it: its two end
//! points say that it is one, and whoever told it first is believed. Values outlive the connection they came from: a
//! student who connects again keeps what was there to be seen.

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, SocketAddr},
};

use serde::{Deserialize, de::IgnoredAny};

use super::{
    captured::Facts,
    template::{Data, End, Line, Name, Place, ReplyPart, TupleOf, TuplePart, What},
};
use crate::{
    ftp::{command::Verb, endpoint},
    script::params::Values,
};

/// A JSON line that is longer is not read.
pub const MAX_LINE: usize = 256 * 1024;
/// Control connections that are remembered.
const MAX_SESSIONS: usize = 64;
/// Commands of a connection whose replies may still come.
const MAX_PENDING: usize = 256;
/// Data connections, ports that were agreed on and ports that somebody listens on that are remembered.
const MAX_DATA: usize = 64;
/// Bytes of a text that is kept as a value.
const MAX_TEXT: usize = 2048;

/// What the run knows before the student has done anything.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Who works.
    pub student: Option<String>,
    /// The sheet's parameters.
    pub params: Values,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    run: Run,
    /// Whom the student talks to, by line: host and port.
    servers: [Option<(String, u16)>; 2],
    lines: [Control; 2],
    sessions: VecDeque<Session>,
    agreed: VecDeque<Agreed>,
    negotiations: u64,
    /// Where somebody listens, and who: a process.
    listening: VecDeque<(u64, SocketAddr)>,
    data: VecDeque<Connection>,
    capture: Option<Facts>,
}

/// The values of a control line.
#[derive(Debug, Default)]
struct Control {
    ends: Option<(SocketAddr, SocketAddr)>,
    greeting: Option<u16>,
    last: Option<(Option<u16>, String)>,
    commands: BTreeMap<Verb, Answered>,
    tuples: [Option<SocketAddr>; 2],
    /// The port of the 227, or of the PORT, before.
    previous: [Option<u16>; 2],
    /// The port of the last 229 and EPRT.
    extended: [Option<u16>; 2],
    closed_by: Option<&'static str>,
    /// The connection stands: what was agreed on over it holds.
    stands: bool,
}

/// The last command with a verb that was answered.
#[derive(Debug, Default)]
struct Answered {
    arg: Option<String>,
    first: Option<u16>,
    last: Option<(u16, String)>,
}

/// A control connection.
#[derive(Debug)]
struct Session {
    /// Which process tells it: its pid, and the number of the connection where it has several.
    teller: (u64, u64),
    ends: (SocketAddr, SocketAddr),
    line: Line,
    /// Somebody else told it first.
    doubled: bool,
    pending: VecDeque<(u64, Verb, Option<String>)>,
    greeted: bool,
    /// Another connection may have the same end points once this one has ended.
    ended: bool,
}

/// A port that was agreed on for data.
#[derive(Debug)]
struct Agreed {
    /// Its number among all of them.
    number: u64,
    line: Line,
    port: u16,
    by: TupleOf,
    /// The transfer command that came next.
    transfer: Option<Verb>,
}

/// A data connection.
#[derive(Debug)]
struct Connection {
    teller: (u64, u64),
    ends: (SocketAddr, SocketAddr),
    line: Line,
    doubled: bool,
    opened_by: &'static str,
    /// The number of the negotiation that led to it, whose transfer may still come.
    agreed: Option<u64>,
    /// Which transfer it was for.
    transfer: Option<Verb>,
    bytes: Option<u64>,
    lines: Option<u64>,
    closed_by: Option<&'static str>,
}

/// Something that happened, as a dialogue is held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// On which control line.
    pub line: Line,
    /// What.
    pub what: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A control connection stands.
    Connected,
    /// A command was sent.
    Command {
        /// Its number on its connection.
        n: u64,
        /// Its verb.
        verb: Verb,
        /// The whole line; a password is `*`.
        text: Vec<u8>,
    },
    /// A reply came.
    Reply {
        /// Its code.
        code: Option<u16>,
        /// Its lines.
        lines: Vec<Vec<u8>>,
        /// The number of the command that it answers.
        answers: Option<u64>,
    },
    /// A data connection has ended that brought this from the server.
    Data {
        /// Its lines, as far as they are told.
        lines: Vec<Vec<u8>>,
        /// How many bytes came.
        bytes: u64,
    },
    /// A data connection has ended that took so many bytes to the server.
    Upload(u64),
    /// The control connection has ended.
    Closed,
}

/// A line of an events file, as far as it is of use here.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    pid: u64,
    connection: Option<u64>,
    channel: Option<String>,
    from: Option<SocketAddr>,
    to: Option<SocketAddr>,
    address: Option<String>,
    n: Option<u64>,
    verb: Option<String>,
    arg: Option<Text>,
    code: Option<u16>,
    #[serde(default)]
    lines: Lines,
    answers: Option<u64>,
    listen: Option<SocketAddr>,
    #[serde(default)]
    accepted: bool,
    direction: Option<String>,
    bytes: Option<u64>,
    by: Option<String>,
    head: Option<Text>,
    active: Option<bool>,
}

/// Text of the wire: a string, or an object with base64 where it is not UTF-8.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Other(IgnoredAny),
}

impl Text {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Text::Plain(text) => text.into_bytes(),
            // What is not UTF-8 is shown as such; no value of a sheet is made of it.
            Text::Other(_) => "\u{fffd}".as_bytes().to_vec(),
        }
    }
}

/// `lines`: those of a reply, or how many a data connection had.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lines {
    Count(u64),
    Texts(Vec<Text>),
}

impl Default for Lines {
    fn default() -> Lines {
        Lines::Count(0)
    }
}

impl Seen {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(run: Run) -> Seen {
        Seen {
            run,
            ..Seen::default()
        }
    }

    /// Says whom the student talks to on a line from here on; the values of the line stay.
    pub fn talks_to(&mut self, line: Line, host: impl Into<String>, port: u16) {
        self.servers[index(line)] = Some((host.into(), port));
    }

    /// Takes down that an earlier run is over, and every connection with it. The values stay.
    pub fn over(&mut self) {
        for control in &mut self.lines {
            control.stands = false;
        }
        for session in &mut self.sessions {
            session.ended = true;
        }
    }

    /// Takes the capture that the student named.
    pub fn capture(&mut self, facts: Facts) {
        self.capture = Some(facts);
    }

    /// Takes a JSON line of an events file, and says what happened by it: nothing, for most. What is no such line is
    /// passed over.
    pub fn feed(&mut self, line: &str) -> Vec<Happened> {
        if line.len() > MAX_LINE {
            return Vec::new();
        }
        let Ok(told) = serde_json::from_str::<Told>(line) else {
            return Vec::new();
        };
        self.take(told).unwrap_or_default()
    }

    fn take(&mut self, told: Told) -> Option<Vec<Happened>> {
        let server = told.source == "fake-server";
        let number = told.connection.unwrap_or(0);
        let teller = (told.pid, number);
        // What `raw` tells of its control line has no connection number; what it tells of data has.
        let data = match told.channel.as_deref() {
            Some(channel) => channel == "data",
            None => !server && told.source != "raw",
        };
        match told.kind.as_str() {
            "connected" if data => self.data_opened(teller, told.from?, told.to?, None),
            "connected" => self.connected(teller, server, told.from?, told.to?),
            "data-connected" => self.data_opened(teller, told.from?, told.to?, told.active),
            "listening" => {
                let address = told.address?.parse().ok()?;
                if !server {
                    keep(&mut self.listening, (told.pid, address), MAX_DATA);
                }
                None
            }
            "command" => self.command(teller, told),
            "reply" => self.reply(teller, told),
            "negotiation" => {
                let line = self.session(teller)?.line;
                let verb = Verb::of(told.verb?.as_bytes());
                self.negotiated(line, verb, told.listen?, told.accepted);
                None
            }
            "data" if server => self.moved(teller, told),
            "closed" if data => self.data_closed(teller, told),
            "closed" => {
                let session = self.session(teller)?;
                session.ended = true;
                let line = session.line;
                let by_us = told.by.as_deref() == Some("self");
                let control = &mut self.lines[index(line)];
                control.closed_by = Some(who(by_us != server));
                control.stands = false;
                Some(vec![Happened {
                    line,
                    what: Event::Closed,
                }])
            }
            _ => None,
        }
    }

    /// The control connection that this process tells, where it was the first to tell it.
    fn session(&mut self, teller: (u64, u64)) -> Option<&mut Session> {
        let session = self.sessions.iter_mut().rev();
        let mut session = session.filter(|session| session.teller == teller);
        session.next().filter(|session| !session.doubled)
    }

    fn connected(
        &mut self,
        teller: (u64, u64),
        server: bool,
        from: SocketAddr,
        to: SocketAddr,
    ) -> Option<Vec<Happened>> {
        let line = self.line_of(to, server);
        let known = |session: &Session| {
            session.ends == (from, to) && session.teller.0 != teller.0 && !session.ended
        };
        let session = Session {
            teller,
            ends: (from, to),
            line: line.unwrap_or_default(),
            doubled: line.is_none() || self.sessions.iter().any(known),
            pending: VecDeque::new(),
            greeted: false,
            ended: false,
        };
        let doubled = session.doubled;
        keep(&mut self.sessions, session, MAX_SESSIONS);
        if doubled {
            return None;
        }
        let line = line?;
        let control = &mut self.lines[index(line)];
        control.ends = Some((from, to));
        control.stands = true;
        Some(vec![Happened {
            line,
            what: Event::Connected,
        }])
    }

    /// Which line a control connection to this address is; `None` for one that the sheet does not speak of. A server
    /// that the student plays is always the sheet's.
    fn line_of(&self, to: SocketAddr, server: bool) -> Option<Line> {
        let is = |line: Line| {
            let (host, port) = self.servers[index(line)].as_ref()?;
            let host = match host.parse::<IpAddr>() {
                Ok(ip) => {
                    ip.to_canonical() == to.ip().to_canonical()
                        || (ip.is_loopback() && to.ip().is_loopback())
                }
                // A name: what it resolves to is not known here.
                Err(_) => true,
            };
            Some(host && *port == to.port())
        };
        if is(Line::A) == Some(true) {
            return Some(Line::A);
        }
        if is(Line::B) == Some(true) {
            return Some(Line::B);
        }
        (server || is(Line::A).is_none()).then_some(Line::A)
    }

    fn command(&mut self, teller: (u64, u64), told: Told) -> Option<Vec<Happened>> {
        let (n, word) = (told.n?, told.verb?);
        let verb = Verb::of(word.as_bytes());
        let arg = told.arg.map(Text::into_bytes);
        let mut text = word.into_bytes();
        if let Some(arg) = &arg {
            text.push(b' ');
            text.extend_from_slice(arg);
        }
        let session = self.session(teller)?;
        let line = session.line;
        let arg = arg.map(|arg| cut(&String::from_utf8_lossy(&arg)));
        keep(&mut session.pending, (n, verb, arg), MAX_PENDING);
        if verb.moves().is_some()
            && let Some(agreed) = self.agreed.iter_mut().rev().find(|a| a.line == line)
            && agreed.transfer.is_none()
        {
            agreed.transfer = Some(verb);
            let number = agreed.number;
            // The connection may have been opened before.
            let open = self.data.iter_mut().rev();
            let mut open = open.filter(|data| data.agreed == Some(number));
            if let Some(data) = open.next()
                && data.transfer.is_none()
            {
                data.transfer = Some(verb);
            }
        }
        Some(vec![Happened {
            line,
            what: Event::Command { n, verb, text },
        }])
    }

    fn reply(&mut self, teller: (u64, u64), told: Told) -> Option<Vec<Happened>> {
        let Lines::Texts(lines) = told.lines else {
            return None;
        };
        let lines: Vec<Vec<u8>> = lines.into_iter().map(Text::into_bytes).collect();
        let text = lines.last().map_or("", |last| {
            std::str::from_utf8(last.get(4..).unwrap_or_default()).unwrap_or_default()
        });
        let text = cut(text);
        let session = self.session(teller)?;
        let line = session.line;
        let first = !std::mem::replace(&mut session.greeted, true);
        let preliminary = told.code.is_some_and(|code| (100..200).contains(&code));
        let asked = told.answers.and_then(|n| {
            let at = session.pending.iter().position(|(m, ..)| *m == n)?;
            if preliminary {
                session.pending.get(at).cloned()
            } else {
                session.pending.remove(at)
            }
        });
        let control = &mut self.lines[index(line)];
        if first && told.answers.is_none() {
            control.greeting = told.code;
        }
        control.stands = true;
        control.last = Some((told.code, text.clone()));
        if let (Some((_, verb, arg)), Some(code)) = (asked, told.code) {
            let answered = control.commands.entry(verb).or_default();
            if preliminary {
                *answered = Answered {
                    arg,
                    first: Some(code),
                    last: None,
                };
            } else {
                // A final reply without a preliminary one before it is another command's than the record's.
                if answered.last.is_some() {
                    answered.first = None;
                }
                answered.arg = arg;
                answered.last = Some((code, text));
            }
        }
        Some(vec![Happened {
            line,
            what: Event::Reply {
                code: told.code,
                lines,
                answers: told.answers,
            },
        }])
    }

    fn negotiated(&mut self, line: Line, verb: Verb, listen: SocketAddr, accepted: bool) {
        let control = &mut self.lines[index(line)];
        let by = match verb {
            Verb::Pasv | Verb::Epsv | Verb::Lpsv => TupleOf::Passive,
            _ => TupleOf::Active,
        };
        let at = side(by);
        match verb {
            Verb::Pasv | Verb::Port => {
                control.previous[at] = control.tuples[at].map(|before| before.port());
                control.tuples[at] = Some(listen);
            }
            Verb::Epsv | Verb::Eprt => control.extended[at] = Some(listen.port()),
            _ => {}
        }
        if accepted {
            self.negotiations += 1;
            let agreed = Agreed {
                number: self.negotiations,
                line,
                port: listen.port(),
                by,
                transfer: None,
            };
            keep(&mut self.agreed, agreed, MAX_DATA);
        }
    }

    fn data_opened(
        &mut self,
        teller: (u64, u64),
        from: SocketAddr,
        to: SocketAddr,
        active: Option<bool>,
    ) -> Option<Vec<Happened>> {
        let agreed = self.agreed.iter().rev().find(|a| a.port == to.port());
        let by = match (agreed, active) {
            (_, Some(true)) => TupleOf::Active,
            (_, Some(false)) => TupleOf::Passive,
            (Some(agreed), None) => agreed.by,
            // The student listens there, so that the server dialled.
            (None, None) => {
                let listens =
                    |(pid, at): &(u64, SocketAddr)| *pid == teller.0 && at.port() == to.port();
                if self.listening.iter().any(listens) {
                    TupleOf::Active
                } else {
                    TupleOf::Passive
                }
            }
        };
        let known = |data: &Connection| {
            let same = data.ends == (from, to) && data.agreed == agreed.map(|a| a.number);
            same && data.teller.0 != teller.0
        };
        let connection = Connection {
            teller,
            ends: (from, to),
            line: agreed.map(|agreed| agreed.line).unwrap_or_default(),
            doubled: self.data.iter().any(known),
            opened_by: who(by == TupleOf::Passive),
            agreed: agreed.map(|agreed| agreed.number),
            transfer: agreed.and_then(|agreed| agreed.transfer),
            bytes: None,
            lines: None,
            closed_by: None,
        };
        keep(&mut self.data, connection, MAX_DATA);
        None
    }

    fn data_closed(&mut self, teller: (u64, u64), told: Told) -> Option<Vec<Happened>> {
        let all = self.data.iter_mut().rev();
        let mut all = all.filter(|data| data.teller == teller && data.closed_by.is_none());
        let data = all.next()?;
        let client = told.by.as_deref() == Some("self");
        data.closed_by = Some(who(client));
        let lines = match told.lines {
            Lines::Count(lines) => lines,
            Lines::Texts(_) => 0,
        };
        data.bytes = told.bytes;
        data.lines = Some(lines);
        if data.doubled {
            // The server told it first, and knows neither the lines nor who closed.
            let (ends, bytes, by) = (data.ends, data.bytes, data.closed_by);
            let first = self.data.iter_mut().find(|d| d.ends == ends && !d.doubled);
            if let Some(first) = first {
                (first.bytes, first.lines, first.closed_by) = (bytes, Some(lines), by);
            }
            return None;
        }
        let line = data.line;
        Some(vec![happened(
            line,
            told.direction.as_deref() == Some("up"),
            told.bytes.unwrap_or(0),
            told.head,
        )])
    }

    /// What the server tells when a transfer has moved: no connection of its own stands behind it.
    fn moved(&mut self, teller: (u64, u64), told: Told) -> Option<Vec<Happened>> {
        let bytes = told.bytes?;
        let up = told.direction.as_deref() == Some("up");
        let head = told.head;
        let all = self.data.iter_mut().rev();
        let mut all = all.filter(|data| data.teller == teller);
        let line = match all.next() {
            Some(data) if data.doubled => return None,
            Some(data) => {
                data.bytes = Some(bytes);
                data.lines = head.as_ref().and_then(|head| match head {
                    Text::Plain(text) if text.len() as u64 == bytes => {
                        Some(text.matches('\n').count() as u64)
                    }
                    _ => None,
                });
                if bytes == 0 {
                    data.lines = Some(0);
                }
                data.line
            }
            None => self.session(teller)?.line,
        };
        Some(vec![happened(line, up, bytes, head)])
    }

    // ---- Values ------------------------------------------------------------------------------------------------------

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

fn happened(line: Line, up: bool, bytes: u64, head: Option<Text>) -> Happened {
    let what = if up {
        Event::Upload(bytes)
    } else {
        let head = head.map(Text::into_bytes).unwrap_or_default();
        let lines = head.split_inclusive(|&b| b == b'\n');
        let lines = lines.map(|line| line.trim_ascii_end().to_vec()).collect();
        Event::Data { lines, bytes }
    };
    Happened { line, what }
}

fn index(line: Line) -> usize {
    match line {
        Line::A => 0,
        Line::B => 1,
    }
}

fn side(of: TupleOf) -> usize {
    match of {
        TupleOf::Passive => 0,
        TupleOf::Active => 1,
    }
}

fn port_of(end: End, from: SocketAddr, to: SocketAddr) -> String {
    match end {
        End::From => from.port().to_string(),
        End::To => to.port().to_string(),
    }
}

fn who(client: bool) -> &'static str {
    if client { "client" } else { "server" }
}

fn keep<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// The first of a text that is kept.
fn cut(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &str) -> (Seen, Vec<Happened>) {
        let mut seen = Seen::new(Run {
            student: Some("Ada".to_owned()),
            params: Values::from([("file".to_owned(), "x".to_owned())]),
        });
        seen.talks_to(Line::A, "127.0.0.1", 2121);
        seen.talks_to(Line::B, "127.0.0.1", 2122);
        let happened = lines.lines().flat_map(|line| seen.feed(line)).collect();
        (seen, happened)
    }

    fn values(seen: &Seen, names: &[&str]) -> Vec<String> {
        names
            .iter()
            .map(|name| {
                let name = Name::parse(name).unwrap_or_else(|| panic!("{name}"));
                seen.value(&name).unwrap_or_else(|| "-".to_owned())
            })
            .collect()
    }

    /// As `raw` and `pasv-calc --connect` write them.
    const PASSIVE: &str = r#"{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:2121","time":"1.0"}
{"type":"reply","source":"raw","pid":7,"n":1,"time":"1.0","code":220,"lines":["220 Hello"],"answers":null}
{"type":"command","source":"raw","pid":7,"n":1,"time":"1.0","verb":"PASS","arg":"*","encrypted":false}
{"type":"reply","source":"raw","pid":7,"n":2,"time":"1.0","code":230,"lines":["230-Welcome","230 Logged in"],"answers":1}
{"type":"command","source":"raw","pid":7,"n":2,"time":"1.0","verb":"PASV","arg":null,"encrypted":false}
{"type":"reply","source":"raw","pid":7,"n":3,"time":"1.0","code":227,"lines":["227 (127,0,0,1,200,10)"],"answers":2}
{"type":"negotiation","source":"raw","pid":7,"n":1,"time":"1.0","verb":"PASV","listen":"127.0.0.1:51210","accepted":true,"peer_differs":false,"command":2}
{"type":"endpoint","source":"pasv-calc","pid":8,"kind":"227","address":"127.0.0.1:51210","port":51210}
{"type":"connected","source":"pasv-calc","pid":8,"channel":"data","connection":1,"from":"127.0.0.1:40001","to":"127.0.0.1:51210","time":"1.0"}
{"type":"command","source":"raw","pid":7,"n":3,"time":"1.0","verb":"LIST","arg":"-a","encrypted":false}
{"type":"reply","source":"raw","pid":7,"n":4,"time":"1.0","code":150,"lines":["150 Here"],"answers":3}
{"type":"closed","source":"pasv-calc","pid":8,"channel":"data","connection":1,"bytes":14,"lines":2,"seconds":0.1,"by":"peer","end":"fin","interrupted":false,"direction":"down","head":"a.txt\r\nb.txt\r\n","time":"1.0"}
{"type":"reply","source":"raw","pid":7,"n":5,"time":"1.0","code":226,"lines":["226 Done"],"answers":3}
"#;

    #[test]
    fn a_passive_listing_in_two_terminals() {
        let (mut seen, happened) = seen(PASSIVE);
        assert_eq!(
            values(
                &seen,
                &[
                    "greeting.code",
                    "last.code",
                    "last.text",
                    "pass.text",
                    "list.code",
                    "list.first",
                    "list.arg",
                    "pasv.high",
                    "pasv.low",
                    "pasv.port",
                    "pasv.tuple",
                    "pasv.previous",
                    "control.from_port",
                    "data.from_port",
                    "data.to_port",
                    "data.opened_by",
                    "data.closed_by",
                    "listing.lines",
                    "listing.bytes",
                    "closed_by",
                    "server",
                    "b.server.port",
                    "student",
                    "param.file",
                    "port.port",
                    "b.last.code",
                ]
            ),
            [
                "220",
                "226",
                "Done",
                "Logged in",
                "226",
                "150",
                "-a",
                "200",
                "10",
                "51210",
                "127,0,0,1,200,10",
                "-",
                "40000",
                "40001",
                "51210",
                "client",
                "server",
                "2",
                "14",
                "-",
                "127.0.0.1 2121",
                "2122",
                "Ada",
                "x",
                "-",
                "-"
            ]
        );
        assert_eq!(happened.len(), 10);
        assert!(happened.iter().any(|happened| happened.what
            == Event::Data {
                lines: vec![b"a.txt".to_vec(), b"b.txt".to_vec()],
                bytes: 14
            }));
        // Another PASV, whose command is answered at once; then the student says goodbye.
        for line in [
            r#"{"type":"negotiation","source":"raw","pid":7,"verb":"PASV","listen":"127.0.0.1:51211","accepted":true}"#,
            r#"{"type":"command","source":"raw","pid":7,"n":4,"verb":"LIST","arg":null}"#,
            r#"{"type":"reply","source":"raw","pid":7,"code":425,"lines":["425 No"],"answers":4}"#,
            r#"{"type":"closed","source":"raw","pid":7,"channel":"control","by":"self","end":"fin"}"#,
        ] {
            seen.feed(line);
        }
        assert_eq!(
            values(
                &seen,
                &[
                    "pasv.previous",
                    "list.code",
                    "list.first",
                    "list.arg",
                    "closed_by"
                ]
            ),
            ["51210", "425", "-", "-", "client"]
        );
    }

    #[test]
    fn active_with_a_listener() {
        let (seen, happened) = seen(
            r#"{"type":"listening","source":"listen","pid":9,"address":"127.0.0.1:50000","port_command":"PORT 127,0,0,1,195,80"}
{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:2122"}
{"type":"negotiation","source":"raw","pid":7,"verb":"PORT","listen":"127.0.0.1:50000","accepted":true}
{"type":"command","source":"raw","pid":7,"n":1,"verb":"NLST","arg":null}
{"type":"connected","source":"listen","pid":9,"channel":"data","connection":1,"from":"127.0.0.1:2121","to":"127.0.0.1:50000"}
{"type":"closed","source":"listen","pid":9,"channel":"data","connection":1,"bytes":0,"lines":0,"by":"peer","end":"fin","direction":"down"}"#,
        );
        assert_eq!(
            values(
                &seen,
                &[
                    "b.port.high",
                    "b.port.port",
                    "b.data.opened_by",
                    "b.data.from_port",
                    "b.listing.bytes",
                    "port.port",
                    "data.bytes"
                ]
            ),
            ["195", "50000", "server", "2121", "0", "-", "-"]
        );
        assert!(happened.iter().all(|happened| happened.line == Line::B));
    }

    #[test]
    fn what_the_server_tells_too_is_not_counted_twice() {
        let server = PASSIVE
            .replace(
                "\"raw\",\"pid\":7",
                "\"fake-server\",\"pid\":5,\"connection\":1",
            )
            .replace(",\"channel\":\"control\"", "");
        let mut both = String::new();
        for (ours, theirs) in PASSIVE.lines().zip(server.lines()) {
            both.push_str(ours);
            both.push('\n');
            if !theirs.contains("pasv-calc") {
                both.push_str(theirs);
                both.push('\n');
            }
        }
        both.push_str(
            r#"{"type":"data-connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40001","to":"127.0.0.1:51210","active":false}
{"type":"data","source":"fake-server","pid":5,"connection":1,"direction":"down","bytes":14,"complete":true,"head":"x"}"#,
        );
        let (two, happened) = seen(&both);
        assert_eq!(happened, seen(PASSIVE).1);
        assert_eq!(values(&two, &["data.bytes", "data.lines"]), ["14", "2"]);
    }

    #[test]
    fn a_server_that_the_student_plays_for_a_real_client() {
        let (seen, happened) = seen(
            r#"{"type":"listening","source":"fake-server","pid":5,"address":"127.0.0.1:2300"}
{"type":"connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40000","to":"127.0.0.1:2300"}
{"type":"reply","source":"fake-server","pid":5,"connection":1,"code":220,"lines":["220 Hi"],"answers":null}
{"type":"command","source":"fake-server","pid":5,"connection":1,"n":1,"verb":"EPSV","arg":null}
{"type":"negotiation","source":"fake-server","pid":5,"connection":1,"verb":"EPSV","listen":"127.0.0.1:51000","accepted":true}
{"type":"data-connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40001","to":"127.0.0.1:51000","active":false}
{"type":"data","source":"fake-server","pid":5,"connection":1,"direction":"down","bytes":7,"head":"a\r\nb\r\n\n"}
{"type":"closed","source":"fake-server","pid":5,"connection":1,"by":"peer","end":"fin"}"#,
        );
        assert_eq!(
            values(
                &seen,
                &[
                    "greeting.code",
                    "epsv.port",
                    "data.opened_by",
                    "data.lines",
                    "closed_by"
                ]
            ),
            ["220", "51000", "client", "3", "client"]
        );
        assert_eq!(happened.len(), 5);
    }

    #[test]
    fn the_same_end_points_again_are_another_connection() {
        let again = PASSIVE
            .replace("\"pid\":7", "\"pid\":70")
            .replace("\"pid\":8", "\"pid\":80");
        let closed = r#"{"type":"closed","source":"raw","pid":7,"channel":"control","by":"peer","end":"fin"}"#;
        let (_, once) = seen(PASSIVE);
        let (_, twice) = seen(&format!("{PASSIVE}{closed}\n{again}"));
        assert_eq!(twice.len(), 2 * once.len() + 1);
    }

    #[test]
    fn other_servers_and_nonsense_are_passed_over() {
        let (seen, happened) = seen(
            r#"{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:9999"}
{"type":"reply","source":"raw","pid":7,"code":220,"lines":["220 x"],"answers":null}
{"type":"reply","source":"raw","pid":8,"code":220,"lines":["220 x"],"answers":null}
{"type":"connected","source":"raw","pid":8,"from":"nowhere"}
not JSON
{"type":7}
{"type":"reply","source":"raw","pid":7,"lines":{"a":[]}}
[]"#,
        );
        assert_eq!(happened, []);
        assert_eq!(values(&seen, &["last.code"]), ["-"]);
    }

    #[test]
    fn nothing_grows_without_bound() {
        let mut seen = Seen::default();
        for n in 0..2000 {
            let port = 1024 + n;
            seen.feed(&format!(r#"{{"type":"connected","source":"raw","pid":{n},"channel":"control","from":"127.0.0.1:{port}","to":"127.0.0.1:21"}}"#));
            seen.feed(&format!(
                r#"{{"type":"command","source":"raw","pid":1999,"n":{n},"verb":"LIST","arg":"x"}}"#
            ));
            seen.feed(&format!(r#"{{"type":"negotiation","source":"raw","pid":{n},"verb":"PASV","listen":"127.0.0.1:{port}","accepted":true}}"#));
            seen.feed(&format!(r#"{{"type":"connected","source":"listen","pid":{n},"channel":"data","connection":1,"from":"127.0.0.1:{port}","to":"127.0.0.1:{port}"}}"#));
        }
        assert!(seen.sessions.len() <= MAX_SESSIONS && seen.data.len() <= MAX_DATA);
        assert!(seen.agreed.len() <= MAX_DATA);
        let long = format!(r#"{{"type":"reply","x":"{}"}}"#, "x".repeat(MAX_LINE));
        assert_eq!(seen.feed(&long), []);
    }

    #[test]
    fn a_text_is_kept_as_a_value_up_to_a_length() {
        // Three bytes each: the bound is in the middle of one.
        let long = "€".repeat(1_000);
        let lines = format!(
            r#"{{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:2121"}}
{{"type":"command","source":"raw","pid":7,"n":1,"verb":"CWD","arg":"{long}"}}
{{"type":"reply","source":"raw","pid":7,"n":1,"code":550,"lines":["550 {long}"],"answers":1}}"#
        );
        let (seen, happened) = seen(&lines);
        let kept = "€".repeat(MAX_TEXT / 3);
        let all = values(&seen, &["cwd.arg", "cwd.text", "cwd.code"]);
        assert_eq!(all, [&kept, &kept, "550"]);
        // What is shown of the dialogue is whole.
        let whole = |event: &Happened| match &event.what {
            Event::Command { text, .. } => text.len() == long.len() + 4,
            _ => false,
        };
        assert!(happened.iter().any(whole));
    }
}
