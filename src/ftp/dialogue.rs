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

use std::{borrow::Cow, collections::VecDeque, net::SocketAddr};

use super::{
    catalogue,
    code::ReplyCode,
    command::Verb,
    endpoint::{self, Endpoint, Form, Stated},
    event::{Answer, Command, Event, Nanos, Reply, Transfer, What},
    line::{self, Ending, Line, LineReader, Piece},
    quirk::{Kind, Quirk},
    reply::{Head, Mark, ReplyReader, ReplyText, Taken, text_of},
    secret::verb_of,
    session::{self, DataType, Declared, Login, Negotiation, Session},
    side::Side,
    tls::Records,
};

/// How many commands may wait for their replies; beyond it the oldest is forgotten, with a quirk.
pub const MAX_OUTSTANDING: usize = 512;
/// How many quirks are told in full in a session; the rest is counted and told at the end.
pub const MAX_QUIRKS: u64 = 200;
/// How many bytes of an argument are remembered until the reply comes (no path is longer).
pub const MAX_REMEMBERED: usize = 4096;

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

    // ---- The user's side -------------------------------------------------------------------------------------------

    fn command(&mut self, here: Here, line: &Line<'_>, sink: Sink<'_>) {
        let blanks = line.bytes.iter().take_while(|b| **b == b' ').count();
        if line.bytes.len() == blanks {
            self.quirk(here, Kind::EmptyCommand, sink);
            return;
        }
        let (verb, word_end) = verb_of(line.bytes);
        let arg = line.bytes.get(word_end + 1..);
        self.commands += 1;
        let n = self.commands;
        here.tell(
            sink,
            What::Command(Command {
                n,
                verb,
                word: &line.bytes[blanks..word_end],
                arg,
                line: line.bytes,
                telnet: line.telnet,
                encrypted: matches!(verb, Verb::Mic | Verb::Conf | Verb::Enc),
            }),
        );
        if blanks > 0 {
            self.quirk(here, Kind::LeadingBlanks, sink);
        }
        if !self.greeted && self.replies == 0 {
            self.quirk(here, Kind::BeforeGreeting, sink);
        } else if self.queue.iter().any(|p| p.odd_answer.is_none()) && !self.pipelined_told {
            // ABOR, STAT and QUIT may come while a transfer runs (RFC 959 4.1.1, 4.1.3).
            let running = self.queue.front().is_some_and(|front| front.preliminary);
            if !(running && matches!(verb, Verb::Abor | Verb::Stat | Verb::Quit)) {
                self.pipelined_told = true;
                self.quirk(here, Kind::Pipelined, sink);
            }
        }
        self.command_in_context(here, verb, sink);
        let stated = match verb {
            Verb::Port => Some(Form::Port),
            Verb::Eprt => Some(Form::Eprt),
            Verb::Lprt => Some(Form::Lprt),
            _ => None,
        }
        .map(|form| (form, endpoint::parse(form, arg.unwrap_or_default())));
        if let Some((form, stated)) = &stated {
            self.announced(here, *form, stated, sink);
        }
        if self.queue.len() == MAX_OUTSTANDING {
            self.queue.pop_front();
            self.quirk(here, Kind::TooManyOutstanding, sink);
        }
        if verb == Verb::Abor {
            for pending in self.queue.iter_mut().filter(|p| p.verb.moves().is_some()) {
                pending.aborted = true;
            }
        }
        let remembered = arg
            .filter(|_| is_remembered(verb))
            .map(|arg| arg[..arg.len().min(MAX_REMEMBERED)].into());
        self.intermediate = None;
        self.queue.push_back(Pending {
            n,
            verb,
            at: here.at,
            offset: here.offset,
            arg: remembered,
            stated: stated.map(|(_, stated)| Box::new(stated)),
            preliminary: false,
            aborted: false,
            declared: None,
            odd_answer: None,
        });
    }

    /// Commands that make sense only behind others.
    fn command_in_context(&mut self, here: Here, verb: Verb, sink: Sink<'_>) {
        if verb == Verb::Other {
            self.quirk(here, Kind::UnknownVerb, sink);
            return;
        }
        if self.ends.midstream && self.replies < 2 {
            return;
        }
        let waits_for = |wanted: Verb| self.queue.iter().any(|p| p.verb == wanted);
        match verb {
            Verb::Pass if self.session.login == Login::Nobody && !waits_for(Verb::User) => {
                self.quirk(here, Kind::PassWithoutUser, sink);
            }
            Verb::Rnto if self.session.rename_from.is_none() && !waits_for(Verb::Rnfr) => {
                self.quirk(here, Kind::RntoWithoutRnfr, sink);
            }
            _ if verb.moves().is_some() && !self.ends.midstream => {
                let agreed = self
                    .session
                    .negotiation
                    .as_ref()
                    .is_some_and(|n| n.accepted && !n.used)
                    || self.queue.iter().any(|p| p.verb.negotiates())
                    // What was agreed on may be in what is missing.
                    || self.lost;
                if !agreed && self.session.login == Login::Done {
                    self.quirk(here, Kind::DefaultDataPort, sink);
                }
                self.lost = false;
            }
            _ => {}
        }
    }

    /// What PORT, EPRT or LPRT say.
    fn announced(
        &mut self,
        here: Here,
        form: Form,
        stated: &Result<Stated, endpoint::Fault>,
        sink: Sink<'_>,
    ) {
        match stated {
            Err(fault) => self.quirk(
                here,
                Kind::BadEndpoint {
                    form,
                    fault: *fault,
                },
                sink,
            ),
            Ok(stated) => {
                self.odd_endpoint(here, form, stated, sink);
                let host = stated.endpoint.host;
                if differs(host.map(|host| SocketAddr::new(host, 0)), self.ends.user) {
                    self.quirk(here, Kind::ThirdParty, sink);
                }
                if (1..1024).contains(&stated.endpoint.port) {
                    self.quirk(
                        here,
                        Kind::PrivilegedPort {
                            port: stated.endpoint.port,
                        },
                        sink,
                    );
                }
            }
        }
    }

    fn odd_endpoint(&mut self, here: Here, form: Form, stated: &Stated, sink: Sink<'_>) {
        for &oddity in &stated.oddities {
            self.quirk(here, Kind::OddEndpoint { form, oddity }, sink);
        }
        if stated.endpoint.port == 0 {
            self.quirk(here, Kind::PortZero { form }, sink);
        }
    }

    // ---- The server's side -----------------------------------------------------------------------------------------

    fn server_line(
        &mut self,
        here: Here,
        line: &Line<'_>,
        replies: &mut ReplyReader,
        sink: Sink<'_>,
    ) {
        here.tell(sink, What::ReplyLine(line.bytes));
        let head = Head::of(line.bytes);
        let mut forced = false;
        if let (Some(open), Some(code)) = (replies.open(), head.code) {
            let looks_final = matches!(head.mark, Mark::Blank);
            if code != open.code && looks_final {
                let ends = open.lines > 1 && !code.is_preliminary() && !self.queue.is_empty();
                if !ends {
                    self.quirk(here, Kind::InnerLineLikeReply { code }, sink);
                } else {
                    self.quirk(
                        here,
                        Kind::ClosedByOtherCode {
                            open: open.code,
                            by: code,
                        },
                        sink,
                    );
                    if self.queue.len() > 1 || self.answering(open.code).is_none() {
                        // Somebody else waits: the old reply ends before this line, which is the next reply.
                        if let Some((code, text)) = replies.close() {
                            self.reply(here, Some(code), text, sink);
                        }
                    } else {
                        forced = true;
                    }
                }
            }
        }
        let taken = if forced {
            replies.end_with(line)
        } else {
            replies.take(line)
        };
        if let Taken::Ends(code, text) = taken {
            self.reply(here, code, text, sink);
            match (code, head.mark) {
                (None, _) => self.quirk(here, Kind::NoCode, sink),
                (Some(_), Mark::Nothing) => self.quirk(here, Kind::CodeAlone, sink),
                (Some(_), Mark::Text) => self.quirk(here, Kind::NoBlankAfterCode, sink),
                _ => {}
            }
        }
    }

    /// The command that a reply with this code would answer now.
    fn answering(&self, code: ReplyCode) -> Option<usize> {
        if self.queue.is_empty() || (!self.greeted && self.is_greeting(code)) {
            None
        } else {
            Some(0)
        }
    }

    /// True where a first reply with this code is the greeting (RFC 959 5.4: 120, 220, 421) rather than an answer.
    fn is_greeting(&self, code: ReplyCode) -> bool {
        matches!(code.value(), 120 | 220 | 421) || self.queue.is_empty()
    }

    /// A whole reply.
    fn reply(&mut self, here: Here, code: Option<ReplyCode>, text: ReplyText<'_>, sink: Sink<'_>) {
        self.replies += 1;
        let n = self.replies;
        if text.dropped > 0 {
            self.quirk(
                here,
                Kind::ReplyTooLong {
                    dropped: text.dropped,
                },
                sink,
            );
        }
        let Some(code) = code else {
            let last = self.commands;
            let answers = self
                .queue
                .front_mut()
                .filter(|_| self.greeted)
                .map(|front| {
                    front.odd_answer = Some(last);
                    Answer {
                        command: front.n,
                        verb: front.verb,
                        preliminary: true,
                        asked_at: front.at,
                    }
                });
            here.tell(
                sink,
                What::Reply(Reply {
                    n,
                    code: None,
                    text,
                    answers,
                    greeting: false,
                }),
            );
            return;
        };
        let undefined = code.first() == super::code::FirstDigit::Undefined;
        let greeting = self.take_greeting(here, code, sink);
        let index = if greeting {
            None
        } else {
            self.pick(here, code, sink)
        };
        let answers = index.map(|i| {
            let pending = &self.queue[i];
            Answer {
                command: pending.n,
                verb: pending.verb,
                preliminary: code.is_preliminary(),
                asked_at: pending.at,
            }
        });
        here.tell(
            sink,
            What::Reply(Reply {
                n,
                code: Some(code),
                text,
                answers,
                greeting,
            }),
        );
        if undefined {
            self.quirk(here, Kind::UndefinedCode { code }, sink);
        }
        if code.value() == 421 {
            self.session.closing = true;
        }
        let Some(index) = index else {
            if !greeting && code.value() != 421 {
                self.quirk(here, Kind::Unsolicited { code }, sink);
            }
            // A passive reply whose command was not seen still says where the data will go.
            if !greeting && matches!(code.value(), 227..=229) {
                self.passive(here, None, None, code, text.last_text(), sink);
            }
            return;
        };
        let after_preliminary = self.queue[index].preliminary;
        if code.is_preliminary() {
            if after_preliminary && code.value() != 110 {
                let verb = self.queue[index].verb;
                self.quirk(here, Kind::SecondPreliminary { verb }, sink);
            } else {
                self.check_code(here, self.queue[index].verb, code, false, undefined, sink);
            }
            self.queue[index].preliminary = true;
            self.begun(here, index, n, code, text, sink);
            return;
        }
        let Some(pending) = self.queue.remove(index) else {
            return;
        };
        self.check_code(here, pending.verb, code, after_preliminary, undefined, sink);
        self.intermediate = code.is_intermediate().then_some(pending.verb);
        self.concluded(here, &pending, n, code, text, sink);
        if pending.verb == Verb::Abor && code.is_completion() {
            self.abort_before(here, pending.n, n, sink);
        }
    }

    /// True if this reply is the greeting.
    fn take_greeting(&mut self, here: Here, code: ReplyCode, sink: Sink<'_>) -> bool {
        if self.greeted {
            // A capture from the middle may still hold the greeting: 220 answers nothing but REIN and HOST.
            return self.ends.midstream
                && self.replies == 1
                && code.value() == 220
                && self
                    .queue
                    .front()
                    .is_none_or(|front| !matches!(front.verb, Verb::Rein | Verb::Host));
        }
        if self.is_greeting(code) {
            self.greeted = code.value() != 120;
            if !matches!(code.value(), 120 | 220) && !code.is_negative() {
                self.quirk(here, Kind::NoGreeting, sink);
            }
            return true;
        }
        self.greeted = true;
        self.quirk(here, Kind::NoGreeting, sink);
        false
    }

    /// The command in the queue that this reply answers.
    fn pick(&mut self, here: Here, code: ReplyCode, sink: Sink<'_>) -> Option<usize> {
        // A line without a code was the answer after all if the user went on.
        while let Some(odd) = self.queue.front().and_then(|front| front.odd_answer) {
            if self.queue.get(1).is_none_or(|next| next.n <= odd) {
                break;
            }
            self.queue.pop_front();
        }
        let fits = |p: &Pending| catalogue::allows_now(p.verb, code, p.preliminary);
        if self.resync
            && let Some(lost) = self.queue.iter().position(fits)
        {
            for _ in 0..lost {
                if let Some(pending) = self.queue.pop_front() {
                    self.unanswered(here, &pending, sink);
                }
            }
            self.resync = false;
        }
        let front = self.queue.front()?;
        if front.preliminary
            && !fits(front)
            && let Some(later) = self
                .queue
                .iter()
                .position(|p| !p.preliminary && p.verb != Verb::Other && fits(p))
        {
            return Some(later);
        }
        Some(0)
    }

    /// Is this reply one of those that RFC 959 5.4 (or the verb's own RFC) lists?
    fn check_code(
        &mut self,
        here: Here,
        verb: Verb,
        code: ReplyCode,
        after: bool,
        undefined: bool,
        sink: Sink<'_>,
    ) {
        // A passive reply of another kind has a quirk of its own.
        let mismatch = verb.asks_to_listen() && matches!(code.value(), 227..=229);
        // 425 at once, as servers say that no address was agreed on: among the replies, if only behind a 1yz.
        let early =
            code.is_negative() && catalogue::allows(verb, code) == catalogue::Allowed::Listed;
        if undefined || mismatch || early || catalogue::allows_now(verb, code, after) {
            return;
        }
        if verb.moves().is_some() && !after && code.is_completion() {
            self.quirk(here, Kind::NoPreliminary { verb, code }, sink);
        } else if let Some(source) = catalogue::replies_source(verb, code) {
            self.quirk(here, Kind::UnexpectedCode { verb, code, source }, sink);
        }
    }

    /// A 1yz reply came.
    fn begun(
        &mut self,
        here: Here,
        index: usize,
        reply: u64,
        code: ReplyCode,
        text: ReplyText<'_>,
        sink: Sink<'_>,
    ) {
        let pending = &mut self.queue[index];
        let Some(_) = pending.verb.moves() else {
            return;
        };
        if code.value() == 110 {
            return;
        }
        if pending.declared.is_none() {
            pending.declared = text
                .lines()
                .find_map(|line| session::declared_length(text_of(line)));
        }
        let pending = &self.queue[index];
        self.transfer(here, pending, reply, Some(code), text, true, sink);
        if let Some(negotiation) = &mut self.session.negotiation {
            negotiation.used = true;
        }
    }

    /// Tells a transfer's beginning or end.
    #[allow(clippy::too_many_arguments, reason = "one event, made in two places")]
    fn transfer(
        &self,
        here: Here,
        pending: &Pending,
        reply: u64,
        code: Option<ReplyCode>,
        text: ReplyText<'_>,
        begins: bool,
        sink: Sink<'_>,
    ) {
        let Some(flow) = pending.verb.moves() else {
            return;
        };
        let session = &self.session;
        let arg = pending.arg.as_deref();
        let chosen = (pending.verb == Verb::Stou)
            .then(|| chosen_name(text))
            .flatten();
        let named: Option<Cow<'_, [u8]>> = match (&chosen, arg) {
            (Some(name), _) => Some(name.into()),
            (None, Some(arg)) if !matches!(pending.verb, Verb::List | Verb::Nlst) => {
                Some(arg.into())
            }
            // LIST's argument may be options of a listing program; only what looks like a path is one.
            (None, Some(arg)) => (!arg.starts_with(b"-") && !arg.is_empty()).then(|| arg.into()),
            (None, None) => None,
        };
        let path = match named {
            Some(name) => session.resolve(&name),
            None if matches!(pending.verb, Verb::List | Verb::Nlst | Verb::Mlsd) => {
                session.directory.clone()
            }
            None => None,
        };
        let by_size = session
            .size
            .as_ref()
            .filter(|(sized, _)| pending.verb == Verb::Retr && arg == Some(&**sized))
            .map(|&(_, bytes)| Declared {
                bytes,
                rounded: false,
                by_size: true,
            });
        let transfer = Transfer {
            command: pending.n,
            verb: pending.verb,
            arg,
            flow,
            path: path.as_deref(),
            chosen: chosen.as_deref(),
            negotiation: session
                .negotiation
                .as_ref()
                .filter(|n| n.accepted)
                .map(|n| n.n),
            restart: session.restart.unwrap_or(0),
            data_type: session.data_type,
            mode: session.mode.unwrap_or(b'S'),
            structure: session.structure.unwrap_or(b'F'),
            protection: session.protection.unwrap_or(b'C'),
            declared: pending.declared.or(by_size),
            reply,
            code,
            begun: begins || pending.preliminary,
            aborted: pending.aborted,
        };
        here.tell(
            sink,
            if begins {
                What::TransferBegun(transfer)
            } else {
                What::TransferEnded(transfer)
            },
        );
    }

    /// The final reply to a command came: what it changes.
    fn concluded(
        &mut self,
        here: Here,
        pending: &Pending,
        reply: u64,
        code: ReplyCode,
        text: ReplyText<'_>,
        sink: Sink<'_>,
    ) {
        let arg = pending.arg.as_deref().unwrap_or_default();
        let done = code.is_completion();
        match pending.verb {
            Verb::User | Verb::Pass | Verb::Acct => self.login(here, pending.verb, arg, code, sink),
            Verb::Rein if done => {
                self.session.reinitialise();
                self.session.directory = self.home.as_ref().map(|home| home.to_vec());
            }
            Verb::Quit if done => self.session.closing = true,
            Verb::Auth if done || code.value() == 334 => self.session.auth |= done,
            Verb::Adat if done => self.session.auth = true,
            Verb::Cwd | Verb::Xcwd if done => self.moved(here, self.session.resolve(arg), sink),
            Verb::Cdup | Verb::Xcup if done => {
                let parent = self
                    .session
                    .directory
                    .is_some()
                    .then(|| self.session.resolve(b".."))
                    .flatten();
                self.moved(here, parent, sink);
            }
            Verb::Pwd | Verb::Xpwd if code.value() == 257 => {
                match session::quoted_path(text.last_text()) {
                    Some(path) => self.moved(here, Some(path), sink),
                    None => self.quirk(here, Kind::PathUnquoted, sink),
                }
            }
            Verb::Mkd | Verb::Xmkd
                if code.value() == 257 && session::quoted_path(text.last_text()).is_none() =>
            {
                self.quirk(here, Kind::PathUnquoted, sink);
            }
            Verb::Smnt if done => self.session.directory = None,
            Verb::Type if done => {
                if let Some(data_type) = DataType::of(arg) {
                    self.session.data_type = data_type;
                    here.tell(sink, What::DataType(data_type));
                }
            }
            Verb::Mode if done => self.session.mode = arg.first().map(u8::to_ascii_uppercase),
            Verb::Stru if done => self.session.structure = arg.first().map(u8::to_ascii_uppercase),
            Verb::Prot if done => self.session.protection = arg.first().map(u8::to_ascii_uppercase),
            Verb::Rest if code.is_intermediate() => self.session.restart = session::number(arg),
            Verb::Rnfr if code.is_intermediate() => self.session.rename_from = Some(arg.into()),
            Verb::Rnto => self.session.rename_from = None,
            Verb::Size if code.value() == 213 => match session::number(text.last_text()) {
                Some(bytes) => self.session.size = Some((arg.into(), bytes)),
                None => self.quirk(here, Kind::SizeMalformed, sink),
            },
            Verb::Mdtm if code.value() == 213 && !is_time(text.last_text()) => {
                self.quirk(here, Kind::TimeMalformed, sink);
            }
            verb if verb.announces() => self.active(pending, code, sink),
            verb if verb.asks_to_listen() => {
                if verb == Verb::Epsv && arg.eq_ignore_ascii_case(b"ALL") {
                    return;
                }
                self.passive(
                    here,
                    Some(pending.n),
                    Some(verb),
                    code,
                    text.last_text(),
                    sink,
                );
            }
            verb if verb.moves().is_some() => {
                self.transfer(here, pending, reply, Some(code), text, false, sink);
                self.session.restart = None;
                if let Some(negotiation) = self
                    .session
                    .negotiation
                    .as_mut()
                    .filter(|_| pending.preliminary || done)
                {
                    negotiation.used = true;
                }
            }
            _ if matches!(code.value(), 227..=229) => {
                // Out of step: the reply still says where the server listens.
                self.passive(here, Some(pending.n), None, code, text.last_text(), sink);
            }
            _ => {}
        }
    }

    fn login(&mut self, here: Here, verb: Verb, arg: &[u8], code: ReplyCode, sink: Sink<'_>) {
        let session = &mut self.session;
        if verb == Verb::User && (code.is_completion() || code.is_intermediate()) {
            session.user = Some(arg.into());
        }
        let name = |session: &Session| {
            if verb == Verb::User {
                arg.to_vec()
            } else {
                session.user.as_deref().unwrap_or_default().to_vec()
            }
        };
        match code.value() {
            332 => session.login = Login::NeedsAccount,
            _ if code.is_intermediate() => session.login = Login::NeedsPassword,
            _ if code.is_completion() => {
                // PASS after a USER that needed none is told once only.
                let news = session.login != Login::Done || verb == Verb::User;
                session.login = Login::Done;
                if news {
                    let user = name(session);
                    here.tell(
                        sink,
                        What::Login {
                            user: &user,
                            accepted: true,
                        },
                    );
                }
            }
            _ if code.is_negative() => {
                if session.login != Login::Done {
                    session.login = Login::Nobody;
                }
                let user = name(session);
                here.tell(
                    sink,
                    What::Login {
                        user: &user,
                        accepted: false,
                    },
                );
            }
            _ => {}
        }
    }

    fn moved(&mut self, here: Here, to: Option<Vec<u8>>, sink: Sink<'_>) {
        if let Some(directory) = &to {
            here.tell(sink, What::Directory(directory));
        }
        self.session.directory = to;
    }

    /// PORT, EPRT or LPRT was answered.
    fn active(&mut self, pending: &Pending, code: ReplyCode, sink: Sink<'_>) {
        let stated = pending
            .stated
            .as_ref()
            .and_then(|stated| stated.as_ref().as_ref().ok())
            .cloned();
        let listen = stated
            .as_ref()
            .and_then(|stated| self.full_address(stated.endpoint, self.ends.user));
        let accepted = code.is_completion();
        self.negotiated(
            Here {
                side: Side::User,
                offset: pending.offset,
                at: pending.at,
            },
            Negotiation {
                n: 0,
                command: Some(pending.n),
                verb: pending.verb,
                listen,
                peer_differs: differs(listen, self.ends.user),
                stated,
                accepted,
                answered: true,
                used: false,
            },
            sink,
        );
    }

    /// A reply that should say where the server listens.
    fn passive(
        &mut self,
        here: Here,
        command: Option<u64>,
        verb: Option<Verb>,
        code: ReplyCode,
        text: &[u8],
        sink: Sink<'_>,
    ) {
        let (form, usual) = match code.value() {
            227 => (Form::Reply227, Verb::Pasv),
            228 => (Form::Reply228, Verb::Lpsv),
            229 => (Form::Reply229, Verb::Epsv),
            _ => {
                if let Some(verb) = verb {
                    let refused = Negotiation {
                        n: 0,
                        command,
                        verb,
                        listen: None,
                        stated: None,
                        accepted: false,
                        answered: true,
                        peer_differs: false,
                        used: false,
                    };
                    self.negotiated(here, refused, sink);
                }
                return;
            }
        };
        // The number of the reply decides how it is read, whatever was asked.
        let verb = verb.unwrap_or(usual);
        if verb != usual {
            self.quirk(here, Kind::PassiveMismatch { verb, code }, sink);
        }
        let stated = match endpoint::parse(form, text) {
            Ok(stated) => Some(stated),
            Err(fault) => {
                self.quirk(here, Kind::BadEndpoint { form, fault }, sink);
                None
            }
        };
        if command.is_none() && stated.is_none() {
            return;
        }
        let listen = stated
            .as_ref()
            .and_then(|stated| self.full_address(stated.endpoint, self.ends.server));
        let peer_differs = differs(listen, self.ends.server);
        if let Some(stated) = &stated {
            self.odd_endpoint(here, form, stated, sink);
            if peer_differs {
                self.quirk(here, Kind::PassiveHostDiffers, sink);
            }
        }
        let accepted = stated.is_some();
        let negotiation = Negotiation {
            n: 0,
            command,
            verb,
            listen,
            stated,
            accepted,
            answered: true,
            peer_differs,
            used: false,
        };
        self.negotiated(here, negotiation, sink);
    }

    /// An end point that names no host means the one at the end of the control connection.
    fn full_address(&self, endpoint: Endpoint, peer: Option<SocketAddr>) -> Option<SocketAddr> {
        let host = endpoint.host.or(peer.map(|peer| peer.ip()))?;
        Some(endpoint.at(host))
    }

    fn negotiated(&mut self, here: Here, mut negotiation: Negotiation, sink: Sink<'_>) {
        self.negotiations += 1;
        negotiation.n = self.negotiations;
        here.tell(sink, What::Negotiation(&negotiation));
        // A refused command leaves the last agreement as it was.
        if negotiation.accepted {
            self.session.negotiation = Some(negotiation);
        }
    }

    /// ABOR was answered: transfers before it will get no reply of their own any more.
    fn abort_before(&mut self, here: Here, abor: u64, reply: u64, sink: Sink<'_>) {
        while let Some(at) = self
            .queue
            .iter()
            .position(|p| p.n < abor && p.verb.moves().is_some())
        {
            let Some(pending) = self.queue.remove(at) else {
                return;
            };
            self.transfer(here, &pending, reply, None, ReplyText::none(), false, sink);
        }
    }

    /// A command whose reply will not come any more.
    fn unanswered(&mut self, here: Here, pending: &Pending, sink: Sink<'_>) {
        if let Some(Ok(stated)) = pending.stated.as_deref() {
            let listen = self.full_address(stated.endpoint, self.ends.user);
            let negotiation = Negotiation {
                n: 0,
                command: Some(pending.n),
                verb: pending.verb,
                listen,
                peer_differs: differs(listen, self.ends.user),
                stated: Some(stated.clone()),
                accepted: false,
                answered: false,
                used: false,
            };
            self.negotiated(
                Here {
                    side: Side::User,
                    offset: pending.offset,
                    at: pending.at,
                },
                negotiation,
                sink,
            );
        }
        if pending.verb.moves().is_some() {
            self.transfer(
                here,
                pending,
                self.replies,
                None,
                ReplyText::none(),
                false,
                sink,
            );
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

/// True where an address names another host than this end of the control connection; unknown ends differ from nothing.
fn differs(listen: Option<SocketAddr>, end: Option<SocketAddr>) -> bool {
    match (listen, end) {
        (Some(listen), Some(end)) => listen.ip().to_canonical() != end.ip().to_canonical(),
        _ => false,
    }
}

/// The verbs whose argument matters when the reply comes.
fn is_remembered(verb: Verb) -> bool {
    verb.moves().is_some()
        || matches!(
            verb,
            Verb::User
                | Verb::Cwd
                | Verb::Xcwd
                | Verb::Type
                | Verb::Mode
                | Verb::Stru
                | Verb::Prot
                | Verb::Rest
        )
        || matches!(verb, Verb::Rnfr | Verb::Size | Verb::Epsv)
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

/// The name that the server chose for STOU: behind `FILE:` in the 1yz reply (RFC 1123 4.1.2.9), or in quotes.
fn chosen_name(text: ReplyText<'_>) -> Option<Vec<u8>> {
    let marker = b"FILE:";
    let behind = |line: &[u8]| {
        let found = line
            .windows(marker.len())
            .position(|w| w.eq_ignore_ascii_case(marker));
        found.map(|at| line[at + marker.len()..].trim_ascii().to_vec())
    };
    // Pure-FTPd says it in the first of two lines.
    match text.lines().find_map(behind) {
        Some(name) => (!name.is_empty()).then_some(name),
        None => session::quoted_path(text.last_text()),
    }
}

/// `YYYYMMDDHHMMSS` with an optional fraction (RFC 3659 2.3).
fn is_time(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &text[digits..];
    digits == 14
        && (rest.is_empty()
            || (rest.len() > 1 && rest[0] == b'.' && rest[1..].iter().all(u8::is_ascii_digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> Ends {
        Ends {
            user: Some("192.168.52.2:40000".parse().expect("an address")),
            server: Some("192.168.52.7:21".parse().expect("an address")),
            midstream: false,
        }
    }

    fn show(event: &Event<'_>, out: &mut Vec<String>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let transfer = |t: &Transfer<'_>| {
            format!(
                "{} {:?} of {} path {:?} by {:?} rest {} {:?} declared {:?} code {:?}{}{}",
                t.verb.name(),
                t.flow,
                t.command,
                t.path.map(text),
                t.negotiation,
                t.restart,
                t.data_type,
                t.declared.map(|d| d.bytes),
                t.code,
                if t.begun { "" } else { " not begun" },
                if t.aborted { " aborted" } else { "" }
            )
        };
        out.push(match &event.what {
            What::Command(c) => format!("{} {} {:?}", c.n, text(c.word), c.arg.map(text)),
            What::ReplyLine(_) => return,
            What::Reply(r) => {
                let lines = r.text.len();
                let answers = r.answers.map(|a| (a.command, a.preliminary));
                let code = r.code.map_or("none".to_owned(), |code| code.to_string());
                match answers {
                    Some((n, true)) => {
                        format!("  {}:{code}x{lines} for {n}, more to come", r.n)
                    }
                    Some((n, false)) => format!("  {}:{code}x{lines} for {n}", r.n),
                    None => format!(
                        "  {}:{code}x{lines}{}",
                        r.n,
                        if r.greeting { " greeting" } else { "" }
                    ),
                }
            }
            What::Negotiation(n) => format!(
                "  = {} {} {:?} {}{}",
                n.n,
                n.verb.name(),
                n.listen.map(|l| l.to_string()),
                if n.accepted {
                    "accepted"
                } else if n.answered {
                    "refused"
                } else {
                    "unanswered"
                },
                if n.peer_differs { " elsewhere" } else { "" }
            ),
            What::Login { user, accepted } => format!("  = login {} {accepted}", text(user)),
            What::Directory(path) => format!("  = in {}", text(path)),
            What::DataType(t) => format!("  = type {}", t.letter()),
            What::TransferBegun(t) => format!("  < {}", transfer(t)),
            What::TransferEnded(t) => format!("  > {}", transfer(t)),
            What::Sealed => format!("  sealed {:?} at {}", event.side, event.offset),
            What::Unsealed => format!("  clear {:?} at {}", event.side, event.offset),
            What::Quirk(q) => format!("  ! {:?} {}", q.side, q.kind.name()),
        });
    }

    /// Each piece is one side's bytes; `C` and `S` at its beginning say whose.
    fn pieces(script: &str) -> Vec<(Side, Vec<u8>)> {
        script
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let (side, rest) = line.trim_start().split_at(2);
                let side = if side == "C>" {
                    Side::User
                } else {
                    Side::Server
                };
                let bytes = rest[1..]
                    .replace("\\n", "\n")
                    .replace("\\r", "\r")
                    .replace("\\x16", "\x16\x03\x01\x00\x02");
                let ended =
                    bytes.ends_with('\n') || bytes.ends_with('\x02') || bytes.contains('\x16');
                (
                    side,
                    if ended { bytes } else { bytes + "\r\n" }.into_bytes(),
                )
            })
            .collect()
    }

    fn watch_pieces(ends: Ends, pieces: &[(Side, Vec<u8>)], step: usize) -> Vec<String> {
        let mut dialogue = Dialogue::new(ends);
        let mut out = Vec::new();
        for (side, bytes) in pieces {
            for chunk in bytes.chunks(step) {
                dialogue.feed(*side, chunk, 0, &mut |event| show(event, &mut out));
            }
        }
        dialogue.finish(0, &mut |event| show(event, &mut out));
        out
    }

    /// The events of a dialogue, the same for every size of the pieces it comes in.
    #[track_caller]
    fn watch(script: &str) -> Vec<String> {
        let pieces = pieces(script);
        let whole = watch_pieces(ends(), &pieces, usize::MAX);
        for step in 1..12 {
            assert_eq!(
                watch_pieces(ends(), &pieces, step),
                whole,
                "in steps of {step}"
            );
        }
        whole
    }

    #[track_caller]
    fn check(script: &str, expected: &str) {
        let got = watch(script);
        let expected: Vec<&str> = expected
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| &l[12..])
            .collect();
        assert_eq!(got, expected, "\n{}", got.join("\n"));
    }

    #[test]
    fn the_paper_s_passive_transcript() {
        check(
            "S> 220 mandrivalinux.local FTP server ready.
             C> USER anonymous
             S> 331 Guest login ok, send your complete e-mail address as password.
             C> PASS tv@free.fr
             S> 230 Guest login ok, access restrictions apply.
             C> PASV
             S> 227 Entering Passive Mode (192,168,52,7,205,179)
             C> LIST -al
             S> 150 Opening ASCII mode data connection for directory listing.
             S> 226 Transfer complete.
             C> QUIT
             S> 221-You have transferred 0 bytes in 0 files.
             S> 221-Total traffic for this session was 433 bytes in 0 transfers.
             S> 221 Goodbye.",
            "
              1:220x1 greeting
            1 USER Some(\"anonymous\")
              2:331x1 for 1
            2 PASS Some(\"tv@free.fr\")
              3:230x1 for 2
              = login anonymous true
            3 PASV None
              4:227x1 for 3
              = 1 PASV Some(\"192.168.52.7:52659\") accepted
            4 LIST Some(\"-al\")
              5:150x1 for 4, more to come
              < LIST Down of 4 path None by Some(1) rest 0 Ascii declared None code Some(150)
              6:226x1 for 4
              > LIST Down of 4 path None by Some(1) rest 0 Ascii declared None code Some(226)
            5 QUIT None
              7:221x3 for 5",
        );
    }

    #[test]
    fn the_paper_s_own_oddities() {
        let got = watch(
            "S> 220 x
             C> USER a
             S> 331 x
             C> PASS b
             S> 230 x
             C> SIZE /
             S> 212 600
             C> MDTM /
             S> 213 19980615100045.014",
        );
        assert_eq!(
            got.iter().filter(|l| l.contains('!')).collect::<Vec<_>>(),
            ["  ! Server unexpected-code"]
        );
    }

    #[test]
    fn pipelining_pairs_in_order_and_the_greeting_answers_nothing() {
        check(
            "C> USER a\\r\\nPASS b\\r\\nTYPE I\\r\\n
             S> 220-Hi\\r\\n220 there\\r\\n331 x\\r\\n230 y\\r\\n
             S> 200 z",
            "
            1 USER Some(\"a\")
              ! User before-greeting
            2 PASS Some(\"b\")
              ! User before-greeting
            3 TYPE Some(\"I\")
              ! User before-greeting
              1:220x2 greeting
              2:331x1 for 1
              3:230x1 for 2
              = login a true
              4:200x1 for 3
              = type I",
        );
    }

    #[test]
    fn abor_with_two_replies_with_one_and_with_225() {
        let head = "S> 220 x\nC> RETR big\nS> 150 x (100 bytes)\nC> ABOR\n";
        let tail = |replies: &str| {
            let got = watch(&format!("{head}{replies}\nC> NOOP\nS> 200 ok"));
            got.into_iter()
                .filter(|l| !l.contains('!'))
                .skip(5)
                .collect::<Vec<_>>()
        };
        let ended = |code: &str| {
            format!(
                "  > RETR Down of 1 path None by None rest 0 Ascii declared Some(100) code {code} aborted"
            )
        };
        assert_eq!(
            tail("S> 426 x\nS> 226 y"),
            [
                "  3:426x1 for 1".into(),
                ended("Some(426)"),
                "  4:226x1 for 2".into(),
                "3 NOOP None".into(),
                "  5:200x1 for 3".into()
            ]
        );
        assert_eq!(
            tail("S> 225 y"),
            [
                "  3:225x1 for 2".into(),
                ended("None"),
                "3 NOOP None".into(),
                "  4:200x1 for 3".into()
            ]
        );
    }

    #[test]
    fn stat_is_answered_while_a_transfer_runs() {
        let got =
            watch("S> 220 x\nC> RETR a\nS> 150 x\nC> STAT\nS> 211-half\nS> 211 done\nS> 226 x");
        assert!(
            got.contains(&"  3:211x2 for 2".to_owned())
                && got.contains(&"  4:226x1 for 1".to_owned()),
            "{got:?}"
        );
        assert!(!got.iter().any(|l| l.contains('!')), "{got:?}");
    }

    #[test]
    fn unsolicited_421_and_a_second_reply() {
        check(
            "S> 220 x
             C> TYPE I
             S> 200 a
             S> 200 b
             S> 421 bye",
            "
              1:220x1 greeting
            1 TYPE Some(\"I\")
              2:200x1 for 1
              = type I
              3:200x1
              ! Server unsolicited
              4:421x1",
        );
    }

    #[test]
    fn a_line_without_a_code_does_not_cost_the_pairing() {
        let got = watch(
            "S> 220 x\nC> USER a\nS> hello\nS> 331 x\nC> PASS b\nS> oops\nC> SYST\nS> 215 UNIX",
        );
        let replies: Vec<&String> = got.iter().filter(|l| l.contains("for")).collect();
        assert_eq!(
            replies,
            [
                "  2:nonex1 for 1, more to come",
                "  3:331x1 for 1",
                "  4:nonex1 for 2, more to come",
                "  5:215x1 for 3"
            ]
        );
    }

    #[test]
    fn a_reply_that_is_never_closed_ends_where_another_is_due() {
        check(
            "S> 220 x
             C> PASS b
             S> 230-Welcome
             S> 230-more
             C> SYST
             S> 215 UNIX
             C> NOOP
             S> 200-a
             S> 226 inner
             S> 226 b
             ",
            "
              1:220x1 greeting
            1 PASS Some(\"b\")
              ! User pass-without-user
            2 SYST None
              ! User pipelined
              ! Server closed-by-other-code
              2:230x2 for 1
              = login  true
              3:215x1 for 2
            3 NOOP None
              ! Server inner-line-like-reply
              ! Server closed-by-other-code
              4:200x3 for 3",
        );
    }

    #[test]
    fn directories_change_by_replies_to_the_right_commands_only() {
        let got = watch(
            "S> 220 x\nC> PWD\nS> 257 \"/home\"\nC> MKD d\nS> 257 \"/home/d\" made\nC> CWD d\nS> 250 ok\n\
             C> CWD no\nS> 550 no\nC> CDUP\nS> 250 ok\nC> PWD\nS> 257 /home",
        );
        let moves: Vec<&String> = got
            .iter()
            .filter(|l| l.contains(" in ") || l.contains('!'))
            .collect();
        assert_eq!(
            moves,
            [
                "  = in /home",
                "  = in /home/d",
                "  = in /home",
                "  ! Server path-unquoted"
            ]
        );
    }

    #[test]
    fn negotiations_of_every_kind() {
        let got = watch(
            "S> 220 x\nC> PORT 192,168,52,2,19,136\nS> 200 ok\nC> EPRT |1|10.0.0.9|80|\nS> 500 no\nC> EPSV\nS> 229 x (|||5000|)\n\
             C> PASV\nS> 227 x (10,0,0,1,0,0)\nC> EPSV\nS> 227 x (192,168,52,7,1,1)\nC> PASV\nS> 227 Logout.\nC> PASV\nS> 502 no\n\
             C> EPSV ALL\nS> 200 ok\nC> PORT 1,2,3\nS> 501 no\nC> PORT 192,168,52,2,19,137",
        );
        let seen: Vec<&String> = got
            .iter()
            .filter(|l| l.starts_with("  = ") || l.contains('!'))
            .collect();
        assert_eq!(
            seen,
            [
                "  = 1 PORT Some(\"192.168.52.2:5000\") accepted",
                "  ! User third-party",
                "  ! User privileged-port",
                "  = 2 EPRT Some(\"10.0.0.9:80\") refused elsewhere",
                "  = 3 EPSV Some(\"192.168.52.7:5000\") accepted",
                "  ! Server port-zero",
                "  ! Server passive-host-differs",
                "  = 4 PASV Some(\"10.0.0.1:0\") accepted elsewhere",
                "  ! Server passive-mismatch",
                "  = 5 EPSV Some(\"192.168.52.7:257\") accepted",
                "  ! Server bad-endpoint",
                "  = 6 PASV None refused",
                "  = 7 PASV None refused",
                "  ! User bad-endpoint",
                "  = 8 PORT None refused",
                "  = 9 PORT Some(\"192.168.52.2:5001\") unanswered",
            ]
        );
    }

    #[test]
    fn transfers_know_their_offset_their_size_and_their_path() {
        let got = watch(
            "S> 220 x\nC> PWD\nS> 257 \"/\"\nC> TYPE I\nS> 200 x\nC> SIZE a\nS> 213 14\nC> PASV\nS> 227 (192,168,52,7,1,1)\n\
             C> REST 7\nS> 350 x\nC> RETR a\nS> 150 x\nS> 226 x\nC> STOU\nS> 150 FILE: u.1\nS> 226 x",
        );
        let seen: Vec<&String> = got
            .iter()
            .filter(|l| l.starts_with("  >") || l.starts_with("  <"))
            .collect();
        assert_eq!(
            seen,
            [
                "  < RETR Down of 6 path Some(\"/a\") by Some(1) rest 7 Image declared Some(14) code Some(150)",
                "  > RETR Down of 6 path Some(\"/a\") by Some(1) rest 7 Image declared Some(14) code Some(226)",
                "  < STOU Up of 7 path Some(\"/u.1\") by Some(1) rest 0 Image declared None code Some(150)",
                "  > STOU Up of 7 path None by Some(1) rest 0 Image declared None code Some(226)",
            ]
        );
    }

    #[test]
    fn tls_ends_what_can_be_read_and_ccc_brings_it_back() {
        check(
            "S> 220 x
             C> AUTH TLS
             S> 234 ok
             C> \\x16ab\\x16cdPWD\\r\\n
             S> \\x16ef257 \"/\"\\r\\n",
            "
              1:220x1 greeting
            1 AUTH Some(\"TLS\")
              2:234x1 for 1
              sealed User at 10
              clear User at 24
            2 PWD None
              sealed Server at 15
              clear Server at 22
              3:257x1 for 2
              = in /",
        );
    }

    #[test]
    fn records_that_were_seen_from_their_middle_are_found_at_every_split() {
        let pieces: [(Side, Vec<u8>); 4] = [
            (Side::Server, b"220 x\r\n".to_vec()),
            (Side::User, b"AUTH TLS\r\n".to_vec()),
            (Side::User, b"\x16\x03\x01\x00\x01a".to_vec()),
            (
                Side::Server,
                b"234 ok\r\n\x01\xffAUTH\r\n221 x\r\n".to_vec(),
            ),
        ];
        let whole = watch_pieces(ends(), &pieces, usize::MAX);
        assert!(
            whole
                .iter()
                .any(|told| told.contains("sealed Server at 15")),
            "{whole:?}"
        );
        for step in 1..20 {
            assert_eq!(watch_pieces(ends(), &pieces, step), whole, "by {step}");
        }
    }

    #[test]
    fn the_stage_follows_section_6() {
        let mut dialogue = Dialogue::new(ends());
        let mut feed = |side, text: &str| {
            dialogue.feed(side, text.as_bytes(), 0, &mut |_| {});
            dialogue.stage()
        };
        assert_eq!(feed(Side::Server, "220 x\r\n"), Stage::Begin);
        assert_eq!(feed(Side::User, "USER a\r\n"), Stage::Wait(Verb::User));
        assert_eq!(
            feed(Side::Server, "331 x\r\n"),
            Stage::Intermediate(Verb::User)
        );
        assert_eq!(feed(Side::User, "LIST\r\n"), Stage::Wait(Verb::List));
        assert_eq!(
            feed(Side::Server, "150 x\r\n"),
            Stage::Preliminary(Verb::List)
        );
        assert_eq!(feed(Side::Server, "226 x\r\n"), Stage::Begin);
    }

    #[test]
    fn bounds_hold_against_a_hostile_peer() {
        let mut dialogue = Dialogue::new(ends());
        let mut quirks = 0u64;
        let mut untold = 0;
        let mut sink = |event: &Event<'_>| {
            if let What::Quirk(quirk) = &event.what {
                quirks += 1;
                if let Kind::Untold { count } = quirk.kind {
                    untold = count;
                }
            }
        };
        for _ in 0..10_000 {
            dialogue.feed(Side::User, b"XYZZY\n", 0, &mut sink);
        }
        assert_eq!(dialogue.outstanding().len(), MAX_OUTSTANDING);
        dialogue.finish(0, &mut sink);
        assert_eq!(quirks, MAX_QUIRKS + 1);
        assert!(untold > 10_000);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_split_anywhere_give_the_same_events(
            parts in proptest::collection::vec((proptest::bool::ANY, "(USER a|PASV|RETR x|ABOR|220 x|220-|227 \\(1,2,3,4,5,6\\)|150 |226 x|\\PC{0,3}|\u{ff}\u{f4}){0,2}(\r\n|\n|\r|)"), 0..12),
            step in 1usize..7,
        ) {
            let pieces: Vec<(Side, Vec<u8>)> = parts
                .into_iter()
                .map(|(user, text)| (if user { Side::User } else { Side::Server }, text.chars().map(|c| c as u8).collect()))
                .collect();
            proptest::prop_assert_eq!(watch_pieces(ends(), &pieces, step), watch_pieces(ends(), &pieces, usize::MAX));
        }
    }
}
