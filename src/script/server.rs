//! The server player: what a script says on one control connection. Commands, outcomes and time come in as data, effects
//! come out, and whoever drives it (`io::server`, a test) carries them out. It opens nothing itself.
//!
//! A driver loops: [`Player::next`] until it gives nothing more, then wait for what comes first: bytes of the client, an
//! outcome that was asked for, or [`Player::deadline`]; [`Player::take`] it, and again.
//!
//! What is sent is read by the same observer that everyone watches through, and the player reads the observer's
//! [`Session`]: what the client was told is what holds, whoever told it.
//!
//! | file | what |
//! |---|---|
//! | `input` | what comes in, and who waits for it |
//! | `frame` | a block that is being played |
//! | `steps` | its next step |
//! | `hand` | what a person does with the data connection |
//! | `reach` | which addresses and file names a client may ask for |

mod frame;
mod hand;
mod input;
mod reach;
mod steps;

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

pub use self::reach::{flat_name, inside, may_call, may_come};
use self::{
    frame::{Awaits, Frame, Modes},
    reach::the_client_itself,
};
use super::{
    built_in::{self, Memory, Op, Question},
    date,
    effect::{DataFault, Effect, End, Hand, Near, Notice, Origin, Why},
    literal::Value,
    notation::{Item, Line},
    pattern::WhyNot,
    play::{LOOP_WINDOW, MAX_QUEUE, Play},
};
use crate::ftp::{
    code::ReplyCode, command::Verb, endpoint, event::Nanos, secret::verb_of, session::Session,
};

/// How many blocks may be open at once: a transfer's, and a STAT that came in the middle of it.
const MAX_FRAMES: usize = 2;

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
    /// It was the built-in server that took the last REST: what it has promised, a block has to keep.
    rest_promised: bool,
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
            rest_promised: false,
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
        let mut greeting = Frame::new(Verb::Other, b"", player.modes);
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
        let mut frame = Frame::new(verb, line, self.modes);
        frame.restart = session.restart.unwrap_or(0);
        frame.skips = if self.rest_promised { frame.restart } else { 0 };
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
                // A script that answers REST has written what it sends then.
                self.rest_promised &= verb != Verb::Rest;
                let range = self.answer(Some(block));
                self.play.use_line(self.play.script.blocks[block].head);
                self.effects
                    .push_back(Effect::Tell(Notice::Block(self.block_line(block))));
                (frame.at, frame.end) = (range.start, range.end);
                frame.block = Some(block);
                frame.answers = true;
            }
            None if self.has_built_in() => {
                self.rest_promised |= verb == Verb::Rest;
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
        built_in::answer(&mut Question {
            tree,
            session,
            memory: &mut self.memory,
            verb: frame.verb,
            arg: frame.argument(),
            now: date::seconds(now),
            ipv4: self.local.is_ipv4(),
            agreed,
            stands: self.data,
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
        let frame = &self.frames[at];
        let line = frame.block.map(|_| self.line_number(frame.at));
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

/// A time span in the observer's unit.
fn nanos(time: Duration) -> Nanos {
    Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests;
