//! The server player: what a script says on one control connection. Commands, outcomes and time come in as data, effects
//! come out, and whoever drives it (`io::server`, a test) carries them out. It opens nothing itself.
//!
//! A driver loops: [`Player::next`] until it gives nothing more, then wait for what comes first: bytes of the client, an
//! outcome that was asked for, or [`Player::deadline`]; [`Player::take`] it, and again.
//!
//! What is sent is read by the same observer that everyone watches through, and the player reads the observer's
//! [`Session`]: what the client was told is what holds, whoever told it.

use std::{borrow::Cow, collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use super::{
    base::{self, Memory, Op, Question, lock},
    date,
    effect::{Ask, DataFault, Effect, End, Hand, Input, Near, Notice, Origin, Source, Why},
    literal::{Literal, Value},
    notation::{Action, DataAction, Eol, Item, Line, Typed},
    pattern::WhyNot,
    play::{LOOP_WINDOW, MAX_QUEUE, Play},
};
use crate::ftp::{
    code::ReplyCode,
    command::Verb,
    endpoint,
    event::Nanos,
    reply::{Head, Mark},
    secret::verb_of,
    session::Session,
};

/// How many blocks may be open at once: a transfer's, and a STAT that came in the middle of it.
const MAX_FRAMES: usize = 2;

/// What holds from an action to the end of its block.
#[derive(Debug, Clone, Default)]
struct Modes {
    silence: bool,
    slow: Option<Duration>,
    split: Option<u32>,
    eol: Eol,
    from: Option<u16>,
    stay: bool,
    hold: bool,
    cut: Option<u64>,
    refused: bool,
}

impl Modes {
    /// Pieces and pauses, where something is slow or split.
    fn pace(&self) -> Option<(u32, Duration)> {
        match (self.slow, self.split) {
            (None, None) => None,
            (slow, split) => Some((split.unwrap_or(1), slow.unwrap_or_default())),
        }
    }
}

/// What a frame waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaits {
    Nothing,
    Until(Nanos),
    Port,
    Data,
    Moved,
    Kept,
    Counted,
    Looked,
    Typed,
    /// The end of what a person does with the data connection.
    Hand,
}

/// A block that is being played.
#[derive(Debug)]
struct Frame {
    /// The block's index; `None` for the greeting and for the player's own answers.
    block: Option<usize>,
    /// The lines still to be played.
    at: usize,
    end: usize,
    /// The steps of the built-in server still to be taken.
    ops: VecDeque<Op>,
    /// Where an upload goes in the tree.
    put: Option<Vec<u8>>,
    verb: Verb,
    command: Box<[u8]>,
    modes: Modes,
    awaits: Awaits,
    /// A reply that is being sent in pieces, with its origin.
    sending: Option<(Vec<u8>, usize, Origin)>,
    /// A port was opened for the line that is next.
    port_ready: bool,
    /// Bytes of this block's data.
    moved: u64,
    /// A run of `D` lines has begun.
    running: bool,
    /// A block or the built-in server answers; not the player for want of them.
    answers: bool,
    /// An `S> 421` was sent.
    service_closing: bool,
    /// The last complete reply's code.
    code: Option<ReplyCode>,
    /// A person answers with a free hand.
    by_hand: bool,
    /// REST's offset when the command came.
    restart: u64,
    /// A person's reply was asked for, for this line, and is not complete.
    typing: Option<Option<u32>>,
    /// A person's reply of several lines is open.
    open: Option<ReplyCode>,
}

impl Frame {
    fn new(verb: Verb, command: &[u8], modes: &Modes) -> Frame {
        Frame {
            block: None,
            at: 0,
            end: 0,
            ops: VecDeque::new(),
            put: None,
            verb,
            command: command.into(),
            modes: modes.clone(),
            awaits: Awaits::Nothing,
            sending: None,
            port_ready: false,
            moved: 0,
            running: false,
            answers: false,
            service_closing: false,
            code: None,
            by_hand: false,
            restart: 0,
            typing: None,
            open: None,
        }
    }

    /// The command was answered with 2yz.
    fn agreed(&self) -> bool {
        self.code.is_some_and(ReplyCode::is_completion)
    }

    fn argument(&self) -> &[u8] {
        let (_, end) = verb_of(&self.command);
        self.command.get(end + 1..).unwrap_or_default()
    }

    fn skip_rest(&mut self) {
        self.at = self.end;
        self.ops.clear();
        self.running = false;
        self.by_hand = false;
    }

    /// Takes a line that a person typed. A reply goes on after `NNN-`, and after a line without a code.
    fn typed(&mut self, line: &[u8]) {
        let head = Head::of(line);
        let complete = match (self.open, head.code) {
            (None, Some(code)) if head.mark == Mark::Hyphen => {
                self.open = Some(code);
                false
            }
            (None, code) => code.is_some(),
            (Some(open), code) => code == Some(open) && head.mark != Mark::Hyphen,
        };
        let number = self.typing.flatten();
        if complete {
            self.open = None;
            self.typing = None;
            let preliminary = head.code.is_some_and(|code| code.digits()[0] == 1);
            self.by_hand &= preliminary;
        }
        self.note(line);
        let mut bytes = line.to_vec();
        bytes.extend_from_slice(self.modes.eol.bytes());
        self.sending = Some((bytes, 0, Origin::Typed(number)));
    }
}

/// A command that waits for its turn.
#[derive(Debug)]
struct Asked {
    line: Box<[u8]>,
    too_long: bool,
}

/// How a block was used on this connection.
#[derive(Debug, Clone, Copy)]
struct Count {
    block: usize,
    connection: usize,
    times: usize,
}

/// The player of one control connection.
#[derive(Debug)]
pub struct Player {
    play: Arc<Play>,
    client: SocketAddr,
    local: SocketAddr,
    step: usize,
    frames: Vec<Frame>,
    queue: VecDeque<Asked>,
    effects: VecDeque<Effect>,
    modes: Modes,
    counts: Vec<Count>,
    /// The open data port.
    port: Option<SocketAddr>,
    /// Where PORT or EPRT said that the client listens.
    call: Option<SocketAddr>,
    /// The data connection is there.
    data: bool,
    /// What the built-in server remembers.
    memory: Memory,
    last: Box<[u8]>,
    repeated: u32,
    repeated_since: Nanos,
    quiet_since: Nanos,
    /// The client has closed its direction.
    ended: bool,
    /// The last word is said.
    leaving: bool,
    closed: bool,
    /// What a person wants done with the data connection, and what is being waited for.
    hand: VecDeque<Hand>,
    hand_awaits: Awaits,
}

/// What advancing a frame came to.
enum Step {
    Effect(Effect),
    Again,
    Waits,
}

impl Player {
    /// A player for a client that has just connected, from `client` to `local`, at `now`.
    #[must_use]
    pub fn new(play: Arc<Play>, client: SocketAddr, local: SocketAddr, now: Nanos) -> Player {
        let mut player = Player {
            client,
            local,
            step: 0,
            frames: Vec::new(),
            queue: VecDeque::new(),
            effects: VecDeque::new(),
            modes: Modes::default(),
            counts: Vec::new(),
            port: None,
            call: None,
            data: false,
            memory: Memory::default(),
            last: Box::default(),
            repeated: 0,
            repeated_since: now,
            quiet_since: now,
            ended: false,
            leaving: false,
            closed: false,
            hand: VecDeque::new(),
            hand_awaits: Awaits::Nothing,
            play,
        };
        let mut greeting = Frame::new(Verb::Other, b"", &player.modes);
        let range = player.answer(None);
        let says = |line: &Line| matches!(line.item, Item::Send(_) | Item::Typed(_));
        greeting.by_hand =
            player.play.by_hand && !player.play.script.lines[range.clone()].iter().any(says);
        (greeting.at, greeting.end) = (range.start, range.end);
        player.frames.push(greeting);
        player
    }

    /// False while so many commands wait that no more should be read from the client. What was read already is taken all
    /// the same: no command is lost.
    #[must_use]
    pub fn wants_commands(&self) -> bool {
        self.queue.len() < MAX_QUEUE && !self.closed
    }

    /// When [`Player::next`] has something to do although nothing came in.
    #[must_use]
    pub fn deadline(&self) -> Option<Nanos> {
        if self.closed {
            return None;
        }
        match self.frames.last() {
            Some(frame) => match frame.awaits {
                Awaits::Until(at) => Some(at),
                _ => None,
            },
            None => Some(self.quiet_since.saturating_add(nanos(self.idle()))),
        }
    }

    fn idle(&self) -> Duration {
        self.play
            .script
            .settings
            .idle
            .unwrap_or(self.play.limits.idle)
    }

    /// Takes what came in at `now`.
    pub fn take(&mut self, input: Input<'_>, now: Nanos) {
        if self.closed {
            return;
        }
        match input {
            Input::Command { line, too_long } => {
                self.quiet_since = now;
                self.guard(line, now);
                if !self.leaving {
                    self.queue.push_back(Asked {
                        line: line.into(),
                        too_long,
                    });
                }
            }
            Input::Port(port) => {
                let Some(at) = self.waiting(Awaits::Port) else {
                    self.hand_took_port(port);
                    return;
                };
                self.port = port;
                self.call = None;
                if port.is_some() {
                    self.frames[at].port_ready = true;
                } else if self.frames[at].by_hand {
                    self.frames[at].port_ready = true;
                    self.tell_hand(DataFault::NoPort);
                } else {
                    self.fail(at, DataFault::NoPort);
                }
            }
            Input::Data(outcome) => {
                let Some(at) = self.waiting(Awaits::Data) else {
                    self.hand_took_data(outcome);
                    return;
                };
                // A port serves one connection (RFC 959 3.2: a new one is agreed on for the next).
                self.port = None;
                self.call = None;
                match outcome {
                    Ok(()) => self.data = true,
                    Err(fault) => self.fail(at, fault),
                }
            }
            Input::Moved { bytes, fault } => {
                let Some(at) = self.waiting(Awaits::Moved) else {
                    self.hand_moved(fault);
                    return;
                };
                let frame = &mut self.frames[at];
                frame.moved += bytes;
                if let Some(left) = &mut frame.modes.cut {
                    *left = left.saturating_sub(bytes);
                }
                if let Some(fault) = fault {
                    self.fail(at, fault);
                }
            }
            Input::Kept {
                content,
                bytes,
                fault,
            } => {
                let Some(at) = self.waiting(Awaits::Kept) else {
                    return;
                };
                let frame = &mut self.frames[at];
                frame.moved += bytes;
                let put = frame.put.take();
                let kept = match (&self.play.tree, put) {
                    (Some(tree), Some(path)) if fault.is_none() => {
                        lock(tree).put(&path, content, date::seconds(now)).is_ok()
                    }
                    _ => true,
                };
                if let Some(fault) = fault {
                    self.fail(at, fault);
                } else if !kept {
                    self.fail(at, DataFault::TooMuch);
                }
            }
            Input::Counted(count) => {
                let Some(at) = self.waiting(Awaits::Counted) else {
                    return;
                };
                let reply = match count {
                    Some(count) => format!("213 {count}"),
                    None => "550 The file cannot be read.".to_owned(),
                };
                let reply = Op::Line(Literal::of(reply.as_bytes()));
                self.frames[at].ops.push_front(reply);
            }
            Input::Looked(found) => {
                let Some(at) = self.waiting(Awaits::Looked) else {
                    return;
                };
                let looked = self.frames[at].put.take();
                let op = match (&self.play.tree, looked, found) {
                    (Some(tree), Some(path), Some((length, modified))) => {
                        lock(tree).found(&path, length, modified);
                        Op::Answer
                    }
                    _ => Op::Line(Literal::of(DataFault::NoFile.reply(false).as_bytes())),
                };
                self.frames[at].ops.push_front(op);
            }
            Input::Typed(line) => match self.waiting(Awaits::Typed) {
                Some(at) => self.frames[at].typed(line),
                // A person may say what nobody asked for; what it does to the client is the lesson.
                None => {
                    let mut bytes = line.to_vec();
                    bytes.extend_from_slice(self.modes.eol.bytes());
                    self.effects.push_back(Effect::Send {
                        bytes,
                        origin: Origin::Typed(None),
                    });
                }
            },
            Input::Hand(hand) => self.take_hand(hand),
            Input::Ended => self.ended = true,
        }
    }

    /// The frame that waits for this, which then waits no more.
    fn waiting(&mut self, what: Awaits) -> Option<usize> {
        let at = self.frames.iter().position(|frame| frame.awaits == what)?;
        self.frames[at].awaits = Awaits::Nothing;
        Some(at)
    }

    /// The same command again and again, without a pause, is a client that loops.
    fn guard(&mut self, line: &[u8], now: Nanos) {
        if *self.last != *line || now.saturating_sub(self.repeated_since) > nanos(LOOP_WINDOW) {
            self.last = line.into();
            self.repeated = 0;
            self.repeated_since = now;
        }
        self.repeated += 1;
        if self.repeated > self.play.limits.loop_commands {
            self.effects
                .push_back(Effect::Tell(Notice::Looping(self.repeated)));
            self.farewell("421 The same command over and over: closing.");
        }
    }

    /// Sends this last line and closes.
    fn farewell(&mut self, line: &str) {
        if !self.modes.silence {
            self.effects.push_back(own_reply(line));
        }
        self.frames.clear();
        self.queue.clear();
        self.leaving = true;
    }

    /// What is to be done next, at `now`; `session` is what the dialogue has agreed on so far.
    pub fn next(&mut self, now: Nanos, session: &Session) -> Option<Effect> {
        loop {
            if self.closed {
                return None;
            }
            if let Some(effect) = self.effects.pop_front() {
                return Some(effect);
            }
            if let Some(effect) = self.hand_on(session) {
                return Some(effect);
            }
            if let Some(asked) = self.urgent() {
                self.interrupt(&asked, now, session);
                continue;
            }
            if self.frames.is_empty() {
                if let Some(asked) = self.queue.pop_front() {
                    self.begin(&asked, false, now, session);
                    continue;
                }
                if self.ended || self.leaving {
                    self.closed = true;
                    return Some(Effect::Close(End::Fin));
                }
                let idle = self.idle();
                if now >= self.quiet_since.saturating_add(nanos(idle)) {
                    self.effects.push_back(Effect::Tell(Notice::Idle(idle)));
                    self.farewell("421 No command for too long: closing.");
                    continue;
                }
                return None;
            }
            match self.advance(now, session) {
                Step::Effect(effect) => {
                    if matches!(effect, Effect::Close(_)) {
                        self.closed = true;
                    }
                    return Some(effect);
                }
                Step::Again => {}
                Step::Waits => {
                    // Nobody is left to type a reply for; all else is played to its end, since a client may have
                    // closed its direction only (`nc -N`).
                    let asks = self.frames.iter().any(|f| f.awaits == Awaits::Typed);
                    if self.ended && asks {
                        self.closed = true;
                        return Some(Effect::Close(End::Fin));
                    }
                    return None;
                }
            }
        }
    }

    /// ABOR or STAT, where a block waits or transfers (RFC 959 4.1.3); it leaves the queue.
    fn urgent(&mut self) -> Option<Asked> {
        let frame = self.frames.last()?;
        // A person answers the transfer first (426), and then ABOR.
        if frame.awaits == Awaits::Nothing || frame.by_hand || self.frames.len() >= MAX_FRAMES {
            return None;
        }
        let at = self
            .queue
            .iter()
            .position(|asked| matches!(verb_of(&asked.line).0, Verb::Abor | Verb::Stat))?;
        self.queue.remove(at)
    }

    fn interrupt(&mut self, asked: &Asked, now: Nanos, session: &Session) {
        let aborts = verb_of(&asked.line).0 == Verb::Abor;
        // An ABOR that nothing answers aborts nothing.
        let answered = self.has_built_in() || self.choose(&asked.line, session).is_some();
        let aborted = aborts && answered;
        if aborted {
            let lines: Vec<u32> = self
                .frames
                .iter()
                .map(|frame| frame.block.map_or(0, |block| self.block_line(block)))
                .collect();
            self.frames.clear();
            self.hand.clear();
            self.hand_awaits = Awaits::Nothing;
            for line in lines {
                self.effects.push_back(Effect::Tell(Notice::Aborted(line)));
            }
            self.data = false;
            self.port = None;
            self.call = None;
            self.effects.push_back(Effect::CloseData(End::Fin));
            self.effects.push_back(Effect::ClosePort);
        }
        self.begin(asked, aborted, now, session);
    }

    /// The block that takes a command: the next step, else the first rule that matches.
    fn choose(&self, line: &[u8], session: &Session) -> Option<usize> {
        let value = |value: &Value, out: &mut Vec<u8>| self.value(value, None, session, out);
        let takes = |block: usize| {
            let script = &self.play.script;
            script
                .pattern(&script.blocks[block])
                .is_some_and(|pattern| pattern.matches(line, &value))
        };
        let step = self.play.steps.get(self.step).copied();
        step.filter(|&block| takes(block))
            .or_else(|| self.play.rules.iter().copied().find(|&block| takes(block)))
    }

    /// Begins what answers a command.
    fn begin(&mut self, asked: &Asked, aborted: bool, now: Nanos, session: &Session) {
        let line = trimmed(&asked.line);
        let (verb, _) = verb_of(line);
        let mut frame = Frame::new(verb, line, &self.modes);
        frame.restart = session.restart.unwrap_or(0);
        if asked.too_long {
            frame.sending = Some((b"500 Line too long.\r\n".to_vec(), 0, Origin::Player));
            self.frames.push(frame);
            return;
        }
        match self.choose(line, session) {
            Some(block) => {
                if self.play.steps.get(self.step) == Some(&block) {
                    self.step += 1;
                }
                let range = self.answer(Some(block));
                self.play.use_line(self.play.script.blocks[block].head);
                self.effects
                    .push_back(Effect::Tell(Notice::Block(self.block_line(block))));
                (frame.at, frame.end) = (range.start, range.end);
                frame.block = Some(block);
                frame.answers = true;
            }
            None if self.has_built_in() => {
                frame.answers = true;
                let ops = self.built_in(&frame, (false, aborted), now, session);
                frame.ops = ops.into();
            }
            None if self.play.by_hand => {
                frame.answers = true;
                frame.by_hand = true;
            }
            None => {
                self.effects.push_back(Effect::Tell(Notice::Unmatched {
                    command: line.to_vec(),
                    nearest: self.nearest(line, session),
                    expected: self.play.steps.get(self.step).map(|&b| self.block_line(b)),
                }));
                let reply: &[u8] = if verb == Verb::Other {
                    b"500 Not in this script.\r\n"
                } else {
                    b"502 Not in this script.\r\n"
                };
                frame.sending = Some((reply.to_vec(), 0, Origin::Player));
            }
        }
        self.frames.push(frame);
    }

    /// The built-in server answers what the script does not. Where a person does, it has nothing to say.
    fn has_built_in(&self) -> bool {
        self.play.tree.is_some() && !self.play.by_hand
    }

    /// What the built-in server does with a command.
    fn built_in(
        &mut self,
        frame: &Frame,
        (looked, aborted): (bool, bool),
        now: Nanos,
        session: &Session,
    ) -> Vec<Op> {
        let play = Arc::clone(&self.play);
        let Some(tree) = &play.tree else {
            return Vec::new();
        };
        let agreed = self.port.is_some() || self.call.is_some();
        let client = self.client;
        let foreign = play.limits.allow_foreign;
        base::answer(&mut Question {
            tree,
            session,
            memory: &mut self.memory,
            verb: frame.verb,
            arg: frame.argument(),
            now: date::seconds(now),
            ipv4: self.local.is_ipv4(),
            agreed,
            looked,
            aborted,
            may_call: &|address| may_call(foreign, client, the_client_itself(address, client)),
        })
    }

    /// The lines of a block that are to be played this time; `None` is the greeting.
    fn answer(&mut self, block: Option<usize>) -> std::ops::Range<usize> {
        let script = &self.play.script;
        let body = match block {
            Some(block) => &script.blocks[block].body,
            None => &script.greeting,
        };
        if body.is_plain() {
            return body.answer(0, 0);
        }
        let key = block.unwrap_or(script.blocks.len());
        let at = match self.counts.iter().position(|count| count.block == key) {
            Some(at) => at,
            None => {
                self.counts.push(Count {
                    block: key,
                    connection: self.play.enter(key),
                    times: 0,
                });
                self.counts.len() - 1
            }
        };
        let count = &mut self.counts[at];
        let range = body.answer(count.connection, count.times);
        count.times += 1;
        range
    }

    fn nearest(&self, line: &[u8], session: &Session) -> Option<Near> {
        let value = |value: &Value, out: &mut Vec<u8>| self.value(value, None, session, out);
        let script = &self.play.script;
        let pattern = |block: usize| script.pattern(&script.blocks[block]);
        let other_step = self.play.steps.iter().enumerate().find(|(at, block)| {
            *at != self.step && pattern(**block).is_some_and(|p| p.matches(line, &value))
        });
        let near = self
            .play
            .steps
            .get(self.step)
            .into_iter()
            .chain(&self.play.rules)
            .filter_map(|&block| Some((pattern(block)?.why_not(line, &value)?, block)))
            .min_by_key(|(why, _)| *why);
        match (near, other_step) {
            // A slip in the argument is nearer than a step at another time; another verb is not.
            (Some((why, block)), other) if why < WhyNot::Argument || other.is_none() => {
                Some(Near {
                    line: self.block_line(block),
                    why: Why::Pattern(why),
                })
            }
            (_, Some((at, &block))) => Some(Near {
                line: self.block_line(block),
                why: if at > self.step {
                    Why::Later
                } else {
                    Why::Done
                },
            }),
            _ => None,
        }
    }

    fn block_line(&self, block: usize) -> u32 {
        let script = &self.play.script;
        script.blocks.get(block).map_or(0, |b| script.line_of(b))
    }

    fn line_number(&self, index: usize) -> u32 {
        self.play
            .script
            .lines
            .get(index)
            .map_or(0, |line| line.number)
    }

    /// Puts the text of a value into `out`.
    fn value(&self, value: &Value, frame: Option<&Frame>, session: &Session, out: &mut Vec<u8>) {
        match value {
            Value::Pasv(host) => {
                let host = host.or(self.pasv_host());
                let port = self.port.map_or(0, |port| port.port());
                if let Some(host) = host
                    && let Some(tuple) = endpoint::tuple(SocketAddr::from((host, port)))
                {
                    out.extend_from_slice(tuple.as_bytes());
                }
            }
            Value::Epsv => {
                let port = self.port.map_or(0, |port| port.port());
                out.extend_from_slice(format!("|||{port}|").as_bytes());
            }
            Value::Port => {
                let port = self.port.map_or(0, |port| port.port());
                out.extend_from_slice(port.to_string().as_bytes());
            }
            Value::Verb => {
                if let Some(frame) = frame {
                    let (_, end) = verb_of(&frame.command);
                    out.extend(frame.command[..end].iter().map(u8::to_ascii_uppercase));
                }
            }
            Value::Arg => {
                if let Some(frame) = frame {
                    out.extend_from_slice(frame.argument());
                }
            }
            Value::User => match frame {
                // Its own reply has not been sent yet.
                Some(frame) if frame.verb == Verb::User => out.extend_from_slice(frame.argument()),
                _ => out.extend_from_slice(session.user.as_deref().unwrap_or_default()),
            },
            Value::Cwd => out.extend_from_slice(session.directory.as_deref().unwrap_or(b"/")),
            Value::Bytes => {
                let moved = frame.map_or(0, |frame| frame.moved);
                out.extend_from_slice(moved.to_string().as_bytes());
            }
            Value::Type => {
                out.extend_from_slice(session.data_type.letter().to_string().as_bytes());
            }
            Value::Param(name) => {
                if let Some(value) = self.play.values.get(name) {
                    out.extend_from_slice(value.as_bytes());
                }
            }
        }
    }

    /// The host that a 227 names.
    fn pasv_host(&self) -> Option<std::net::Ipv4Addr> {
        self.play.public_address.or(match self.local {
            SocketAddr::V4(local) => Some(*local.ip()),
            SocketAddr::V6(_) => None,
        })
    }

    /// The rest of a frame is not played: the client gets the fault's reply.
    fn fail(&mut self, at: usize, fault: DataFault) {
        let line = self.line_number(self.frames[at].at);
        self.effects
            .push_back(Effect::Tell(Notice::Skipped { line, fault }));
        if self.data {
            self.data = false;
            self.effects.push_back(Effect::CloseData(End::Fin));
        }
        let frame = &mut self.frames[at];
        frame.skip_rest();
        let preliminary = frame.code.is_some_and(ReplyCode::is_preliminary);
        if !frame.modes.silence {
            frame.sending = Some((
                format!("{}\r\n", fault.reply(preliminary)).into_bytes(),
                0,
                Origin::Player,
            ));
        }
    }

    /// One step of the uppermost frame.
    fn advance(&mut self, now: Nanos, session: &Session) -> Step {
        let Some(top) = self.frames.len().checked_sub(1) else {
            return Step::Waits;
        };
        let busy = self.hand_is_busy();
        let frame = &mut self.frames[top];
        match frame.awaits {
            Awaits::Nothing => {}
            Awaits::Hand if !busy => frame.awaits = Awaits::Nothing,
            Awaits::Until(at) if now >= at => frame.awaits = Awaits::Nothing,
            _ => return Step::Waits,
        }
        if let Some(effect) = frame.send_on(now) {
            return Step::Effect(effect);
        }
        if frame.typing.is_some() {
            frame.awaits = Awaits::Typed;
            return Step::Waits;
        }
        let moves_data = |op: &Op| !matches!(op, Op::Line(_));
        if busy && frame.ops.front().is_some_and(moves_data) {
            frame.awaits = Awaits::Hand;
            return Step::Again;
        }
        if let Some(op) = frame.ops.pop_front() {
            return self.take_op(top, op, now, session);
        }
        if frame.at >= frame.end {
            return match frame.by_hand {
                true => self.ask_by_hand(top),
                false => self.finish(session),
            };
        }
        let index = frame.at;
        let play = Arc::clone(&self.play);
        let item = &play.script.lines[index].item;
        let number = play.script.lines[index].number;
        let moves_data = matches!(
            item,
            Item::Data(_) | Item::File(_) | Item::Receive(_) | Item::Action(Action::Data(_))
        );
        if moves_data && busy {
            frame.awaits = Awaits::Hand;
            return Step::Again;
        }
        match item {
            Item::Send(text) => {
                if let Some(step) = self.end_run(top) {
                    return step;
                }
                if let Some(step) = self.need_port(top, text) {
                    return step;
                }
                play.use_line(index);
                let frame = &self.frames[top];
                let bytes = text.render(|value, out| self.value(value, Some(frame), session, out));
                let frame = &mut self.frames[top];
                // Closed before it is told: nobody is quick enough to be let in.
                if frame.port_ready && frame.modes.refused {
                    self.port = None;
                    self.effects.push_back(Effect::ClosePort);
                }
                frame.at += 1;
                frame.port_ready = false;
                frame.say(bytes, Origin::Script(number));
                Step::Again
            }
            Item::Typed(typed) => self.ask(top, typed, index, session),
            Item::Data(_) | Item::File(_) | Item::Receive(_) => self.data(top, index, session),
            Item::Action(action) => {
                play.use_line(index);
                self.act(top, action, now)
            }
            Item::Empty | Item::Comment(_) | Item::Setting(_) | Item::Step(_) | Item::Rule(_) => {
                self.frames[top].at += 1;
                Step::Again
            }
        }
    }

    /// Opens the data port that a line names, where it is not there yet.
    fn need_port(&mut self, top: usize, text: &Literal) -> Option<Step> {
        if self.frames[top].port_ready {
            return None;
        }
        let opens = text.values().any(|value| match value {
            Value::Port => self.port.is_none(),
            value => value.opens_port(),
        });
        if !opens {
            return None;
        }
        let wants_ipv4 = text.values().any(|value| *value == Value::Pasv(None));
        if wants_ipv4 && self.pasv_host().is_none() {
            self.fail(top, DataFault::NoIpv4);
            return Some(Step::Again);
        }
        self.frames[top].awaits = Awaits::Port;
        Some(Step::Effect(Effect::OpenPort))
    }

    /// A step of the built-in server.
    fn take_op(&mut self, top: usize, op: Op, now: Nanos, session: &Session) -> Step {
        let modes = &self.frames[top].modes;
        let pace = modes.pace();
        match op {
            Op::Line(text) => {
                if let Some(step) = self.need_port(top, &text) {
                    self.frames[top].ops.push_front(Op::Line(text));
                    return step;
                }
                let frame = &self.frames[top];
                let bytes = text.render(|value, out| self.value(value, Some(frame), session, out));
                let frame = &mut self.frames[top];
                frame.port_ready = false;
                frame.say(bytes, Origin::BuiltIn);
                Step::Again
            }
            Op::Open => {
                if self.data {
                    return Step::Again;
                }
                // Where it cannot be had the answer is over; `need_data` says so.
                self.need_data(top).unwrap_or(Step::Again)
            }
            Op::Send {
                source,
                offset,
                ascii,
            } => {
                self.frames[top].awaits = Awaits::Moved;
                Step::Effect(Effect::SendData {
                    source,
                    offset,
                    limit: None,
                    pace,
                    ascii,
                })
            }
            Op::Receive {
                path,
                before,
                ascii,
            } => {
                let frame = &mut self.frames[top];
                frame.put = Some(path);
                frame.awaits = Awaits::Kept;
                let room = self.play.tree.as_ref().map_or(0, |tree| lock(tree).room());
                Step::Effect(Effect::KeepData {
                    before,
                    limit: self.play.limits.upload.min(room),
                    ascii,
                })
            }
            Op::Count(source) => {
                self.frames[top].awaits = Awaits::Counted;
                Step::Effect(Effect::Count(source))
            }
            Op::Look { path, source } => {
                let frame = &mut self.frames[top];
                frame.put = Some(path);
                frame.awaits = Awaits::Looked;
                Step::Effect(Effect::Look(source))
            }
            Op::Answer => {
                // Taken out, as the answer needs all of the player.
                let frame = self.frames.remove(top);
                let ops = self.built_in(&frame, (true, false), now, session);
                self.frames.insert(top, frame);
                self.frames[top].ops = ops.into();
                Step::Again
            }
            Op::Close => {
                self.data = false;
                Step::Effect(Effect::CloseData(End::Fin))
            }
        }
    }

    fn ask(&mut self, top: usize, typed: &Typed, index: usize, session: &Session) -> Step {
        if let Some(step) = self.end_run(top) {
            return step;
        }
        let opens = matches!(typed.code.as_str(), "227" | "229");
        if opens && !self.frames[top].port_ready {
            self.frames[top].awaits = Awaits::Port;
            return Step::Effect(Effect::OpenPort);
        }
        self.play.use_line(index);
        let frame = &self.frames[top];
        let model = typed.model.as_ref().map(|model| {
            let text = model.render(|value, out| self.value(value, Some(frame), session, out));
            Typed::reply(&typed.code, &text)
        });
        let line = self.line_number(index);
        let port = self.port.filter(|_| opens);
        let frame = &mut self.frames[top];
        frame.at += 1;
        frame.port_ready = false;
        if frame.modes.silence {
            return Step::Again;
        }
        frame.awaits = Awaits::Typed;
        frame.typing = Some(Some(line));
        Step::Effect(Effect::Ask(Ask {
            line: Some(line),
            command: frame.command.to_vec(),
            code: typed.code.clone(),
            model,
            port,
            public: self.play.public_address,
            preliminary: frame.code.is_some_and(ReplyCode::is_preliminary),
        }))
    }

    /// Asks a person for the next reply to a command that is theirs. To PASV and EPSV it can only be a good one where a
    /// port is open.
    fn ask_by_hand(&mut self, top: usize) -> Step {
        let frame = &mut self.frames[top];
        let preliminary = frame.code.is_some();
        let listens = matches!(frame.verb, Verb::Pasv | Verb::Epsv) && !preliminary;
        if listens && !frame.port_ready {
            frame.awaits = Awaits::Port;
            return Step::Effect(Effect::OpenPort);
        }
        frame.awaits = Awaits::Typed;
        frame.typing = Some(None);
        Step::Effect(Effect::Ask(Ask {
            line: None,
            command: frame.command.to_vec(),
            code: String::new(),
            model: None,
            port: self.port.filter(|_| listens),
            public: self.play.public_address,
            preliminary,
        }))
    }

    /// A run of `D` lines ends where something else than data follows; its connection is closed, unless it is held.
    fn end_run(&mut self, top: usize) -> Option<Step> {
        let frame = &mut self.frames[top];
        if !frame.running {
            return None;
        }
        frame.running = false;
        if frame.modes.hold || !self.data {
            return None;
        }
        self.data = false;
        frame.modes.cut = None;
        Some(Step::Effect(Effect::CloseData(End::Fin)))
    }

    /// Takes the data connection, where it is not there yet.
    fn need_data(&mut self, top: usize) -> Option<Step> {
        if self.data {
            return None;
        }
        // A STAT in the middle of a transfer has no data connection of its own.
        if top > 0 || (self.port.is_none() && self.call.is_none()) {
            self.fail(top, DataFault::NotAgreed);
            return Some(Step::Again);
        }
        if let Some(address) = self.call
            && !self.may_call(address)
        {
            self.fail(top, DataFault::Foreign(address));
            return Some(Step::Again);
        }
        let frame = &mut self.frames[top];
        frame.awaits = Awaits::Data;
        Some(Step::Effect(Effect::OpenData {
            call: self.call.filter(|_| self.port.is_none()),
            from: frame.modes.from,
            within: self.play.limits.data_wait,
        }))
    }

    /// Who may be called back: the control connection's own client, on a port that belongs to users (RFC 2577 2, 3). On
    /// loopback, all of 127/8 is this machine.
    fn may_call(&self, address: SocketAddr) -> bool {
        may_call(self.play.limits.allow_foreign, self.client, address)
    }

    fn data(&mut self, top: usize, index: usize, session: &Session) -> Step {
        if self.frames[top].modes.refused {
            self.frames[top].at += 1;
            return Step::Again;
        }
        if let Some(step) = self.need_data(top) {
            return step;
        }
        let play = Arc::clone(&self.play);
        let frame = &self.frames[top];
        let render =
            |text: &Literal| text.render(|value, out| self.value(value, Some(frame), session, out));
        let mut next = index + 1;
        let effect = match &play.script.lines[index].item {
            Item::Receive(name) => {
                play.use_line(index);
                Effect::ReceiveData {
                    name: flat_name(&render(name)),
                    to: None,
                    limit: play.limits.upload,
                }
            }
            item => {
                let source = if let Item::File(path) = item {
                    play.use_line(index);
                    match inside(&render(path)) {
                        Some(path) => Source::File(path),
                        None => {
                            self.fail(top, DataFault::NoFile);
                            return Step::Again;
                        }
                    }
                } else {
                    // Lines that follow each other go out together.
                    let mut bytes = Vec::new();
                    next = index;
                    while next < frame.end {
                        match &play.script.lines[next].item {
                            Item::Data(line) => {
                                play.use_line(next);
                                bytes.extend_from_slice(&render(line));
                                bytes.extend_from_slice(frame.modes.eol.bytes());
                            }
                            Item::Empty | Item::Comment(_) => {}
                            _ => break,
                        }
                        next += 1;
                    }
                    Source::Bytes(bytes)
                };
                let pace = frame.modes.pace();
                Effect::SendData {
                    source,
                    offset: 0,
                    limit: frame.modes.cut,
                    pace,
                    ascii: false,
                }
            }
        };
        let frame = &mut self.frames[top];
        frame.at = next;
        frame.running = true;
        frame.awaits = Awaits::Moved;
        Step::Effect(effect)
    }

    fn act(&mut self, top: usize, action: &Action, now: Nanos) -> Step {
        match action {
            Action::Close | Action::Reset => {
                if let Some(step) = self.end_run(top) {
                    return step;
                }
                return Step::Effect(Effect::Close(match action {
                    Action::Reset => End::Reset,
                    _ => End::Fin,
                }));
            }
            Action::Data(action) => return self.act_data(top, *action),
            _ => {}
        }
        let frame = &mut self.frames[top];
        frame.at += 1;
        match action {
            Action::Wait(time) => {
                frame.awaits = Awaits::Until(now.saturating_add(nanos(*time)));
            }
            Action::Stay => frame.modes.stay = true,
            Action::Silence => frame.modes.silence = true,
            Action::Slow(time) => frame.modes.slow = Some(*time),
            Action::Split(n) => frame.modes.split = Some(*n),
            Action::Eol(eol) => frame.modes.eol = *eol,
            Action::Say(_)
            | Action::NextTime
            | Action::NextConnection
            | Action::Close
            | Action::Reset
            | Action::Data(_) => {}
        }
        Step::Again
    }

    fn act_data(&mut self, top: usize, action: DataAction) -> Step {
        match action {
            DataAction::Cut(n) => self.frames[top].modes.cut = Some(n),
            DataAction::From(port) => self.frames[top].modes.from = Some(port),
            DataAction::Hold => self.frames[top].modes.hold = true,
            DataAction::Refuse => {
                let frame = &mut self.frames[top];
                frame.at += 1;
                frame.modes.refused = true;
                self.port = None;
                self.call = None;
                return Step::Effect(Effect::ClosePort);
            }
            DataAction::Open | DataAction::Close | DataAction::Reset => {
                if let Some(step) = self.need_data(top) {
                    return step;
                }
                let frame = &mut self.frames[top];
                frame.at += 1;
                if action == DataAction::Open {
                    return Step::Again;
                }
                frame.running = false;
                frame.modes.cut = None;
                self.data = false;
                return Step::Effect(Effect::CloseData(match action {
                    DataAction::Reset => End::Reset,
                    _ => End::Fin,
                }));
            }
        }
        self.frames[top].at += 1;
        Step::Again
    }

    /// The end of a frame.
    fn finish(&mut self, session: &Session) -> Step {
        let top = self.frames.len() - 1;
        let frame = &self.frames[top];
        let typed_freely = self.play.by_hand && frame.block.is_none();
        if typed_freely && frame.verb.asks_to_listen() && self.port.is_some() && !frame.agreed() {
            self.port = None;
            return Step::Effect(Effect::ClosePort);
        }
        if self.data && top == 0 && !typed_freely && !self.hand_is_busy() {
            // What is held is held to the end of the block.
            self.frames[top].running = false;
            self.data = false;
            return Step::Effect(Effect::CloseData(End::Fin));
        }
        let Some(frame) = self.frames.pop() else {
            return Step::Waits;
        };
        let greeting = frame.block.is_none() && frame.command.is_empty();
        if greeting {
            self.modes = Modes {
                hold: false,
                cut: None,
                refused: false,
                ..frame.modes.clone()
            };
        }
        if frame.verb.announces()
            && frame.agreed()
            && !frame.modes.refused
            && let Some(negotiation) = session.negotiation.as_ref().filter(|n| n.accepted)
            && let Some(listen) = negotiation.listen
        {
            self.call = Some(the_client_itself(listen, self.client));
            self.port = None;
            self.effects.push_back(Effect::ClosePort);
        }
        let quits = frame.verb == Verb::Quit && frame.code.is_some() && frame.answers;
        if (quits || frame.service_closing) && !frame.modes.stay {
            return Step::Effect(Effect::Close(End::Fin));
        }
        if self.frames.is_empty() && greeting && frame.modes.silence {
            // Silence in the greeting is silence for good, but the connection stays.
            self.modes.silence = true;
        }
        Step::Again
    }
}

impl Frame {
    /// The data connection is this frame's, or it waits for it.
    fn has_data(&self) -> bool {
        matches!(
            self.awaits,
            Awaits::Port | Awaits::Data | Awaits::Moved | Awaits::Kept | Awaits::Counted
        )
    }

    /// Sends a line, unless silence holds.
    fn say(&mut self, mut line: Vec<u8>, origin: Origin) {
        if self.modes.silence {
            return;
        }
        self.note(&line);
        line.extend_from_slice(self.modes.eol.bytes());
        self.sending = Some((line, 0, origin));
    }

    /// The next piece of a reply that is being sent.
    fn send_on(&mut self, now: Nanos) -> Option<Effect> {
        let (bytes, at, origin) = self.sending.as_mut()?;
        let origin = *origin;
        let piece = match (self.modes.slow, self.modes.split) {
            (None, None) => bytes.len(),
            (_, split) => split.unwrap_or(1) as usize,
        };
        let end = (*at + piece).min(bytes.len());
        let whole = *at == 0 && end == bytes.len();
        let chunk = if whole {
            std::mem::take(bytes)
        } else {
            bytes[*at..end].to_vec()
        };
        *at = end;
        if whole || end == bytes.len() {
            self.sending = None;
        }
        if let (Some(pause), true) = (self.modes.slow, !chunk.is_empty()) {
            self.awaits = Awaits::Until(now.saturating_add(nanos(pause)));
        }
        (!chunk.is_empty()).then_some(Effect::Send {
            bytes: chunk,
            origin,
        })
    }

    /// Notes what a line of the server says, before it is sent.
    fn note(&mut self, line: &[u8]) {
        let head = Head::of(line);
        if let Some(code) = head.code {
            if head.mark != Mark::Hyphen {
                self.code = Some(code);
            }
            self.service_closing |= code.value() == 421;
        }
    }
}

/// 0.0.0.0 and :: (lftp) mean the client itself.
fn the_client_itself(mut address: SocketAddr, client: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(client.ip());
    }
    address
}

/// True where `address` may be called back for a client at `client` (RFC 2577 2, 3).
#[must_use]
pub fn may_call(allow_foreign: bool, client: SocketAddr, address: SocketAddr) -> bool {
    if allow_foreign {
        return true;
    }
    let (ip, peer) = (address.ip().to_canonical(), client.ip().to_canonical());
    let own = ip == peer || (ip.is_loopback() && peer.is_loopback());
    own && address.port() >= 1024
}

/// True where data may come from `from` for a client at `client`.
#[must_use]
pub fn may_come(allow_foreign: bool, client: SocketAddr, from: SocketAddr) -> bool {
    let (ip, peer) = (from.ip().to_canonical(), client.ip().to_canonical());
    allow_foreign || ip == peer || (ip.is_loopback() && peer.is_loopback())
}

fn own_reply(line: &str) -> Effect {
    Effect::Send {
        bytes: format!("{line}\r\n").into_bytes(),
        origin: Origin::Player,
    }
}

/// Blanks before a verb are not part of it.
fn trimmed(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|&&b| b == b' ').count();
    &line[blanks..]
}

/// A path below the script's folder; `None` where it leads out of it or is none.
#[must_use]
pub fn inside(path: &[u8]) -> Option<String> {
    let path = std::str::from_utf8(path).ok()?;
    let fine = |part: &str| part != ".." && !part.contains(['\0', '\\']);
    if path.is_empty() || path.starts_with('/') || !path.split('/').all(fine) {
        return None;
    }
    Some(path.to_owned())
}

/// A name for one folder: the last part of a path, with nothing in it that a file system or a terminal takes amiss.
#[must_use]
pub fn flat_name(path: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(path);
    let last = text.rsplit(['/', '\\']).next().unwrap_or("");
    let name: String = last
        .chars()
        .map(|c| {
            let fine = c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '+' | '@' | ',');
            if fine { c } else { '_' }
        })
        .take(MAX_NAME)
        .collect();
    let name = name.trim();
    match name.trim_start_matches('.') {
        "" => "unnamed".to_owned(),
        rest if rest.len() < name.len() => format!("_{rest}"),
        rest => rest.to_owned(),
    }
}

/// The most characters of a stored name.
const MAX_NAME: usize = 100;

/// A time span in the observer's unit.
fn nanos(time: Duration) -> Nanos {
    Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX)
}

mod hand;
#[cfg(test)]
mod tests;
