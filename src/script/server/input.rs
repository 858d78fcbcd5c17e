//! What comes in: commands, and how what was asked for has come out. Each outcome goes to the block that waits for it, or
//! to the hand that asked for it.

use std::net::SocketAddr;

use super::{Asked, Player, frame::Awaits};
use crate::{
    ftp::event::Nanos,
    script::{
        built_in::{Op, lock},
        date::{self, Seconds},
        effect::{DataFault, Effect, Input, Origin},
        literal::Literal,
        memory::Kept,
    },
};

impl Player {
    /// Takes what came in at `now`.
    pub fn take(&mut self, input: Input<'_>, now: Nanos) {
        if self.closed {
            return;
        }
        match input {
            Input::Command { line, too_long } => self.command(line, too_long, now),
            Input::Port(port) => self.port_opened(port),
            Input::Data(outcome) => self.data_opened(outcome),
            Input::Moved { bytes, fault } => self.moved(bytes, fault),
            Input::Kept {
                content,
                bytes,
                fault,
            } => self.kept(content, bytes, fault, now),
            Input::Counted(count) => self.counted(count),
            Input::Looked(found) => self.looked(found),
            Input::Typed(line) => self.typed(line),
            Input::Hand(hand) => self.take_hand(hand),
            Input::Ended => self.ended = true,
        }
    }

    fn command(&mut self, line: &[u8], too_long: bool, now: Nanos) {
        self.quiet_since = now;
        self.guard(line, now);
        if !self.leaving {
            self.queue.push_back(Asked {
                line: line.into(),
                too_long,
            });
        }
    }

    fn port_opened(&mut self, port: Option<SocketAddr>) {
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

    fn data_opened(&mut self, outcome: Result<(), DataFault>) {
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

    fn moved(&mut self, bytes: u64, fault: Option<DataFault>) {
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

    fn kept(&mut self, content: Kept, bytes: u64, fault: Option<DataFault>, now: Nanos) {
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

    fn counted(&mut self, count: Option<u64>) {
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

    fn looked(&mut self, found: Option<(u64, Seconds)>) {
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

    fn typed(&mut self, line: &[u8]) {
        match self.waiting(Awaits::Typed) {
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
        }
    }

    /// The frame that waits for this, which then waits no more.
    pub(super) fn waiting(&mut self, what: Awaits) -> Option<usize> {
        let at = self.frames.iter().position(|frame| frame.awaits == what)?;
        self.frames[at].awaits = Awaits::Nothing;
        Some(at)
    }
}
