//! The observer: bytes of a control connection in, events out. It does not know which of the two ends we are, if either:
//! `raw`, the fake server and `inspect` all watch through it, so that they agree on what was said.
//!
//! It frames lines, puts replies together, pairs each with the command it answers, and keeps the session's state (RFC 959
//! 3.1, 4.1, 5.4, 6). How replies are paired:
//!
//! - The greeting answers nothing, also when commands came before it.
//! - Replies answer commands in order. 1yz leaves its command waiting for another.
//! - While a transfer runs, a final reply that RFC 959 5.4 does not give to it, but gives to a later command (STAT, ABOR),
//!   answers that one. ABOR's own 2yz ends whatever transfer was still waiting.
//! - A line without a code answers the command that waits, but does not use it up: if the code still comes, it is that
//!   command's; if the user goes on instead, the odd line was the answer.
//! - Behind missing bytes, commands that could not have got the next reply are taken to have lost theirs.
//!
//! Nothing the wire can carry is an error here; oddities are [quirks](super::quirk).

mod command;
mod effect;
mod negotiation;
mod pairing;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, net::SocketAddr};

use super::{
    command::Verb,
    endpoint::{self, Stated},
    event::{Event, Nanos, What},
    line::{self, Ending, Line, LineReader, Piece},
    quirk::{Kind, Quirk},
    reply::{Head, Mark, ReplyReader},
    secret::verb_of,
    session::{Declared, Session},
    side::Side,
    tls::Records,
};

/// How many commands may wait for their replies; beyond it the oldest is forgotten, with a quirk.
pub const MAX_OUTSTANDING: usize = 512;
/// How many quirks are told in full in a session; the rest is counted and told at the end.
pub const MAX_QUIRKS: u64 = 200;
/// How many bytes of an argument are remembered until the reply comes (no path is longer).
pub const MAX_REMEMBERED: usize = 4096;

/// What is left by [`Dialogue::shorten`] of a line, of a reply and of an argument, in bytes: room for an ordinary one.
const SHORTENED: usize = 128;
/// How many commands then wait for their replies: no client sends more at a time.
const FEW_OUTSTANDING: usize = 16;

/// Who is at the two ends of a control connection, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ends {
    /// The user's address.
    pub user: Option<SocketAddr>,
    /// The server's address.
    pub server: Option<SocketAddr>,
    /// The beginning was not seen: a greeting need not come.
    pub midstream: bool,
}

/// How a direction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Close {
    /// In order.
    Fin,
    /// By a reset.
    Rst,
}

/// Where events go.
pub type Sink<'s> = &'s mut dyn FnMut(&Event<'_>);

/// The state of the command in progress, after the diagrams of RFC 959 section 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is in progress: the user may send a command.
    Begin,
    /// A command was sent and its reply has not come.
    Wait(Verb),
    /// A 1yz reply came; the final one has not.
    Preliminary(Verb),
    /// A 3yz reply to this command came: the sequence waits for the command that continues it.
    Intermediate(Verb),
}

/// One direction of the connection.
#[derive(Debug, Default)]
struct Stream {
    lines: LineReader,
    records: Option<Records>,
    sealed_bytes: u64,
    ended: Option<Close>,
}

/// A command whose final reply has not come.
#[derive(Debug)]
struct Pending {
    n: u64,
    verb: Verb,
    at: Nanos,
    offset: u64,
    arg: Option<Box<[u8]>>,
    /// Boxed: few commands have one, and each command is moved into and out of the queue.
    stated: Option<Box<Result<Stated, endpoint::Fault>>>,
    preliminary: bool,
    aborted: bool,
    declared: Option<Declared>,
    /// A line without a code came while it waited, when this was the last command.
    odd_answer: Option<u64>,
}

/// The observer of one control connection.
#[derive(Debug)]
pub struct Dialogue {
    user: Stream,
    server: Stream,
    replies: ReplyReader,
    core: Core,
}

#[derive(Debug)]
struct Core {
    ends: Ends,
    session: Session,
    queue: VecDeque<Pending>,
    commands: u64,
    replies: u64,
    negotiations: u64,
    quirks: u64,
    greeted: bool,
    pipelined_told: bool,
    intermediate: Option<Verb>,
    /// Replies may be missing: the next one is paired by what it can answer.
    resync: bool,
    /// Bytes are missing since the last transfer command.
    lost: bool,
    /// The line that is being read ends where bytes are missing: how it is written is not its writer's doing.
    cut: bool,
    finished: bool,
    /// Where a session starts, where that is known.
    home: Option<Box<[u8]>>,
}

/// Which events a line causes share its side, offset and time.
#[derive(Clone, Copy)]
struct Here {
    side: Side,
    offset: u64,
    at: Nanos,
}

impl Here {
    fn tell(self, sink: &mut dyn FnMut(&Event<'_>), what: What<'_>) {
        sink(&Event {
            side: self.side,
            offset: self.offset,
            at: self.at,
            what,
        });
    }
}

impl Dialogue {
    /// An observer of a connection between these ends, before its first byte.
    #[must_use]
    pub fn new(ends: Ends) -> Dialogue {
        Dialogue::with_line_limit(ends, line::MAX_LINE)
    }

    /// The same, keeping at most `limit` bytes of a line.
    #[must_use]
    pub fn with_line_limit(ends: Ends, limit: usize) -> Dialogue {
        let stream = || Stream {
            lines: LineReader::with_limit(limit),
            ..Stream::default()
        };
        Dialogue {
            user: stream(),
            server: stream(),
            replies: ReplyReader::default(),
            core: Core::new(ends),
        }
    }

    /// What has been agreed on so far.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.core.session
    }

    /// The working directory of every session here, which a server knows before it tells anyone.
    pub fn starts_in(&mut self, directory: &[u8]) {
        self.core.home = Some(directory.into());
        self.core.session.directory = Some(directory.to_vec());
    }

    /// The commands whose final replies have not come, oldest first: number, verb, when sent, and whether 1yz came.
    pub fn outstanding(&self) -> impl ExactSizeIterator<Item = (u64, Verb, Nanos, bool)> + '_ {
        self.core
            .queue
            .iter()
            .map(|p| (p.n, p.verb, p.at, p.preliminary))
    }

    /// The state of the command in progress (RFC 959 section 6).
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (self.core.queue.front(), self.core.intermediate) {
            (Some(front), _) if front.preliminary => Stage::Preliminary(front.verb),
            (Some(front), _) => Stage::Wait(front.verb),
            (None, Some(verb)) => Stage::Intermediate(verb),
            (None, None) => Stage::Begin,
        }
    }

    /// True while a command waits for its final reply.
    #[must_use]
    pub fn waits(&self) -> bool {
        !self.core.queue.is_empty()
    }

    /// The greeting has come (or the beginning was not seen).
    #[must_use]
    pub fn greeted(&self) -> bool {
        self.core.greeted
    }

    /// The bytes of this side's line that has begun and not ended.
    #[must_use]
    pub fn unfinished(&self, side: Side) -> &[u8] {
        match side {
            Side::User => self.user.lines.unfinished(),
            Side::Server => self.server.lines.unfinished(),
        }
    }

    /// How many bytes of TLS this side has sent.
    #[must_use]
    pub fn sealed_bytes(&self, side: Side) -> u64 {
        match side {
            Side::User => self.user.sealed_bytes,
            Side::Server => self.server.sealed_bytes,
        }
    }

    /// Bytes that are held until more comes: of lines and replies that have begun and not ended, and of commands whose
    /// replies have not come. Room that is no longer needed is given back.
    pub fn held(&mut self) -> usize {
        self.user.lines.held(SHORTENED)
            + self.server.lines.held(SHORTENED)
            + self.replies.held(SHORTENED)
            + self.core.held()
    }

    /// Keeps little of what is held, for an observer of many connections whose memory is full. It is told as if each had
    /// reached its own bound: a line, a reply that is too long, too many commands. How much was cut.
    pub fn shorten(&mut self, at: Nanos, sink: Sink<'_>) -> u64 {
        let lines = [&mut self.user, &mut self.server].map(|stream| &mut stream.lines);
        let lines = lines.map(|lines| u64::from(lines.shorten(SHORTENED)));
        let reply = u64::from(self.replies.shorten(SHORTENED));
        let here = Here {
            side: Side::User,
            offset: self.user.lines.offset(),
            at,
        };
        lines[0] + lines[1] + reply + self.core.shorten(here, sink)
    }

    /// This side's stream, and what both sides share.
    fn parts(&mut self, side: Side) -> (&mut Stream, &mut ReplyReader, &mut Core) {
        let stream = match side {
            Side::User => &mut self.user,
            Side::Server => &mut self.server,
        };
        (stream, &mut self.replies, &mut self.core)
    }

    /// Takes the next bytes of a side, which came `at` this time.
    pub fn feed(&mut self, side: Side, bytes: &[u8], at: Nanos, sink: Sink<'_>) {
        let other_sealed = match side {
            Side::User => self.server.records.is_some(),
            Side::Server => self.user.records.is_some(),
        };
        let (stream, replies, core) = self.parts(side);
        let no_text = |byte: &u8| !(*byte == 0x16 || (0x20..0x7f).contains(byte));
        let mut rest = bytes;
        loop {
            if let Some(records) = &mut stream.records {
                let sealed = records.step(rest);
                stream.sealed_bytes += sealed as u64;
                stream.lines.skip(sealed as u64);
                rest = &rest[sealed..];
                if rest.is_empty() {
                    return;
                }
                stream.records = None;
                Here {
                    side,
                    offset: stream.lines.offset(),
                    at,
                }
                .tell(sink, What::Unsealed);
            }
            // The other side speaks TLS, and what stands where a line should is neither a record nor text: records whose
            // beginning was not seen.
            if other_sealed && stream.lines.between() && rest.first().is_some_and(no_text) {
                let offset = stream.lines.offset();
                let mut records = Records::default();
                records.gap();
                stream.records = Some(records);
                core.sealed(Here { side, offset, at }, sink);
                continue;
            }
            match stream.lines.next(&mut rest) {
                None => return,
                Some(Piece::Line(line)) => {
                    let here = Here {
                        side,
                        offset: line.end,
                        at,
                    };
                    core.line(here, &line, replies, sink);
                }
                Some(Piece::Tls(offset)) => {
                    let here = Here { side, offset, at };
                    let head = stream.lines.unfinished().to_vec();
                    let mut records = Records::default();
                    records.step(&head);
                    stream.sealed_bytes += head.len() as u64;
                    stream.lines.skip(0);
                    stream.records = Some(records);
                    core.sealed(here, sink);
                }
            }
        }
    }

    /// So many bytes of a side are missing (lost by the capture).
    pub fn gap(&mut self, side: Side, bytes: u64, at: Nanos, sink: Sink<'_>) {
        let (stream, replies, core) = self.parts(side);
        if let Some(records) = &mut stream.records {
            records.gap();
            stream.sealed_bytes += bytes;
            stream.lines.skip(bytes);
            return;
        }
        let here = Here {
            side,
            offset: stream.lines.offset(),
            at,
        };
        if let Some(line) = stream.lines.gap(bytes) {
            core.cut = true;
            core.line(here, &line, replies, sink);
            core.cut = false;
        }
        core.quirk(here, Kind::BytesMissing { bytes }, sink);
        core.resync = true;
        core.lost = true;
        if side == Side::Server {
            core.greeted |= core.replies == 0;
        }
    }

    /// A side has ended: what had begun is told, and what it leaves open.
    pub fn end(&mut self, side: Side, how: Close, at: Nanos, sink: Sink<'_>) {
        let (stream, replies, core) = self.parts(side);
        if stream.ended.replace(how).is_some() {
            return;
        }
        let here = Here {
            side,
            offset: stream.lines.offset(),
            at,
        };
        if stream.records.is_none()
            && let Some(line) = stream.lines.finish()
        {
            core.quirk(here, Kind::LineUnfinished, sink);
            core.line(here, &line, replies, sink);
        }
        if side == Side::Server
            && let Some((code, text)) = replies.close()
        {
            core.quirk(here, Kind::NeverClosed { code }, sink);
            core.reply(here, Some(code), text, sink);
        }
        if self.user.ended.is_some() && self.server.ended.is_some() {
            self.core.finish(here, sink);
        }
    }

    /// The connection is over, or no more of it will be seen: negotiations that were never answered and quirks that were
    /// not told in full are told now. Does nothing the second time.
    pub fn finish(&mut self, at: Nanos, sink: Sink<'_>) {
        let here = Here {
            side: Side::Server,
            offset: self.server.lines.offset(),
            at,
        };
        self.core.finish(here, sink);
    }
}

impl Core {
    fn new(ends: Ends) -> Core {
        Core {
            ends,
            session: Session::default(),
            queue: VecDeque::new(),
            commands: 0,
            replies: 0,
            negotiations: 0,
            quirks: 0,
            greeted: ends.midstream,
            pipelined_told: false,
            intermediate: None,
            resync: ends.midstream,
            lost: false,
            cut: false,
            finished: false,
            home: None,
        }
    }

    fn held(&mut self) -> usize {
        let queue = &mut self.queue;
        if queue.capacity() > 2 * queue.len() + FEW_OUTSTANDING {
            queue.shrink_to_fit();
        }
        let arguments = queue.iter().filter_map(|pending| pending.arg.as_ref());
        queue.len() * size_of::<Pending>() + arguments.map(|arg| arg.len()).sum::<usize>()
    }

    fn shorten(&mut self, here: Here, sink: Sink<'_>) -> u64 {
        let mut cut = 0;
        while self.queue.len() > FEW_OUTSTANDING {
            self.queue.pop_front();
            self.quirk(here, Kind::TooManyOutstanding, sink);
            cut += 1;
        }
        for pending in &mut self.queue {
            if let Some(arg) = pending.arg.as_mut().filter(|arg| arg.len() > SHORTENED) {
                *arg = arg[..SHORTENED].into();
                cut += 1;
            }
        }
        cut
    }

    fn quirk(&mut self, here: Here, kind: Kind, sink: Sink<'_>) {
        if self.cut && kind.is_about_the_writing() {
            return;
        }
        self.quirks += 1;
        if self.quirks <= MAX_QUIRKS {
            here.tell(
                sink,
                What::Quirk(&Quirk {
                    side: here.side,
                    kind,
                }),
            );
        }
    }

    /// A line of either side: first what is odd about it as a line.
    fn line(&mut self, here: Here, line: &Line<'_>, replies: &mut ReplyReader, sink: Sink<'_>) {
        if line.after_gap && !makes_sense(here.side, line.bytes, replies.open().is_some()) {
            self.quirk(here, Kind::PieceOfLine, sink);
            return;
        }
        match here.side {
            Side::User => self.command(here, line, sink),
            Side::Server => self.server_line(here, line, replies, sink),
        }
        if line.ending == Ending::Lf {
            self.quirk(here, Kind::BareLf, sink);
        }
        if line.dropped > 0 {
            self.quirk(
                here,
                Kind::LineTooLong {
                    dropped: line.dropped,
                },
                sink,
            );
        }
        let (cr, nul) = line::odd_control(line.bytes);
        if cr {
            self.quirk(here, Kind::BareCr, sink);
        }
        if nul {
            self.quirk(here, Kind::Nul, sink);
        }
        if !line.telnet.is_none() {
            if line.telnet.negotiation || line.telnet.other {
                self.quirk(here, Kind::TelnetNegotiation, sink);
            }
            if line.telnet.interrupt || line.telnet.synch {
                self.quirk(here, Kind::TelnetInterrupt, sink);
            }
            if line.telnet.stray {
                self.quirk(here, Kind::TelnetStray, sink);
            }
        }
    }

    fn sealed(&mut self, here: Here, sink: Sink<'_>) {
        let allowed = self.session.auth || self.session.tls;
        self.session.tls = true;
        here.tell(sink, What::Sealed);
        if !allowed && here.side == Side::User {
            self.quirk(here, Kind::TlsWithoutAuth, sink);
        }
    }

    fn finish(&mut self, here: Here, sink: Sink<'_>) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        for pending in std::mem::take(&mut self.queue) {
            self.unanswered(here, &pending, sink);
        }
        if self.quirks > MAX_QUIRKS {
            let kind = Kind::Untold {
                count: self.quirks - MAX_QUIRKS,
            };
            here.tell(
                sink,
                What::Quirk(&Quirk {
                    side: here.side,
                    kind,
                }),
            );
        }
    }
}

/// Does a line behind missing bytes make sense as a whole line of this side?
fn makes_sense(side: Side, line: &[u8], reply_open: bool) -> bool {
    match side {
        Side::User => verb_of(line).0 != Verb::Other,
        Side::Server => {
            let head = Head::of(line);
            reply_open
                || (head
                    .code
                    .is_some_and(|code| (100..700).contains(&code.value()))
                    && head.mark != Mark::Text)
        }
    }
}
