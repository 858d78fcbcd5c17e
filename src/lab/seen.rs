//! What a student's work has shown so far, out of the JSON lines of the commands they used (`--events`): `raw` and
//! `fake-server` tell the control line, `pasv-calc --connect`, `listen` and `raw`'s own `/data` the data connections.
//!
//! The same connection may be told twice, by the command that opened it and by the server that took it: its two end
//! points say that it is one, and whoever told it first is believed. Values outlive the connection they came from: a
//! student who connects again keeps what was there to be seen.
//!
//! Here is what is taken down; `told` is a line as it is written, `value` what a sheet's names are worth by it.

mod told;
mod value;

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, SocketAddr},
};

use self::told::{Lines, Text, Told};
use super::{
    captured::Facts,
    template::{Line, TupleOf},
};
use crate::{ftp::command::Verb, script::params::Values};

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
    /// The server tells it, and so the data of it in its place among the replies.
    server: bool,
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
    /// Its data were said to have happened.
    moved: bool,
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
            server,
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
            // The connection may have been opened before, and be told by both ends.
            for data in &mut self.data {
                if data.agreed == Some(number) {
                    data.transfer.get_or_insert(verb);
                }
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
            moved: false,
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
        // A full disk, say: what came is not what was sent, and nothing that a sheet asks for.
        if told.end.as_deref() == Some("error") {
            return None;
        }
        let lines = match told.lines {
            Lines::Count(lines) => lines,
            Lines::Texts(_) => 0,
        };
        data.bytes = told.bytes;
        data.lines = Some(lines);
        let (ends, line, bytes, by) = (data.ends, data.line, data.bytes, data.closed_by);
        let told_by_server =
            |session: &Session| session.line == line && session.server && !session.doubled;
        let told_by_server = self.sessions.iter().any(|s| told_by_server(s) && !s.ended);
        if let Some(first) = self.first(ends) {
            // Where the server told it first: that knows neither the lines nor who closed.
            (first.bytes, first.lines, first.closed_by) = (bytes, Some(lines), by);
            if std::mem::replace(&mut first.moved, true) {
                return None;
            }
        }
        if told_by_server {
            return None;
        }
        Some(vec![happened(
            line,
            told.direction.as_deref() == Some("up"),
            told.bytes.unwrap_or(0),
            told.head,
        )])
    }

    /// What the server tells when a transfer has moved. Who stands at the other end may tell more of it, and later.
    fn moved(&mut self, teller: (u64, u64), told: Told) -> Option<Vec<Happened>> {
        let bytes = told.bytes?;
        let up = told.direction.as_deref() == Some("up");
        // An upload that was broken off, or found no room, is none.
        if up && told.complete == Some(false) {
            return None;
        }
        let head = told.head;
        let lines = match &head {
            _ if bytes == 0 => Some(0),
            Some(Text::Plain(text)) if text.len() as u64 == bytes => {
                Some(text.matches('\n').count() as u64)
            }
            _ => None,
        };
        let ours = self.session(teller).map(|session| session.line);
        let of_teller = self.data.iter().rev().find(|data| data.teller == teller);
        let line = match of_teller.map(|data| (data.ends, data.line)) {
            Some((ends, line)) => {
                // Whoever tells the session tells its data, so that these stand between the replies.
                let other = |data: &Connection| data.ends == ends && data.teller != teller;
                if ours.is_none() && self.data.iter().any(other) {
                    return None;
                }
                if let Some(first) = self.first(ends) {
                    first.moved = true;
                    if first.closed_by.is_none() {
                        (first.bytes, first.lines) = (Some(bytes), lines);
                    }
                }
                line
            }
            None => ours?,
        };
        Some(vec![happened(line, up, bytes, head)])
    }

    /// The data connection of these ends, as the first who told of it told it.
    fn first(&mut self, ends: (SocketAddr, SocketAddr)) -> Option<&mut Connection> {
        let mut all = self.data.iter_mut().rev();
        all.find(|data| data.ends == ends && !data.doubled)
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
mod tests;
