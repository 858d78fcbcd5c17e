//! What a person at the server does with the data connection, one thing after the other, beside the block that plays and
//! waits for a reply to be typed.

use super::{
    Player,
    frame::{Awaits, Frame},
    reach::upload_path,
};
use crate::{
    ftp::{
        command::Verb,
        session::{DataType, Session},
    },
    script::{
        effect::{DataFault, Effect, End, Hand, Notice},
        play::MAX_QUEUE,
    },
};
use std::net::SocketAddr;

impl Player {
    /// Something is going on on the data connection by hand, or will be.
    pub(super) fn hand_is_busy(&self) -> bool {
        self.hand_awaits != Awaits::Nothing || !self.hand.is_empty()
    }

    pub(super) fn take_hand(&mut self, hand: Hand) {
        if let Hand::Close(end) = hand {
            self.hand.clear();
            self.hand_awaits = Awaits::Nothing;
            self.data = false;
            self.port = None;
            self.effects.push_back(Effect::CloseData(end));
            self.effects.push_back(Effect::ClosePort);
            // A block that had the connection, or waited for it, hears no more of it.
            for (awaits, fault) in [
                (Awaits::Data, DataFault::NobodyCame),
                (Awaits::Moved, DataFault::Lost),
                (Awaits::Kept, DataFault::Lost),
                (Awaits::Counted, DataFault::NoFile),
            ] {
                if let Some(at) = self.waiting(awaits) {
                    self.fail(at, fault);
                }
            }
        } else if self.hand.len() < MAX_QUEUE {
            self.hand.push_back(hand);
        }
    }

    /// The next thing to be done by hand, unless a block has the data connection.
    pub(super) fn hand_on(&mut self, session: &Session) -> Option<Effect> {
        // The uppermost waits for a person; one below, interrupted by STAT, may be in the middle of its transfer.
        let free = self
            .frames
            .last()
            .is_none_or(|frame| matches!(frame.awaits, Awaits::Typed | Awaits::Hand))
            && !self.frames.iter().any(|frame| frame.has_data());
        if self.hand_awaits != Awaits::Nothing || !free {
            return None;
        }
        let needs_data = !matches!(self.hand.front()?, Hand::Listen | Hand::Close(_));
        if needs_data && !self.data {
            return Some(self.hand_takes_data());
        }
        Some(match self.hand.pop_front()? {
            Hand::Listen => {
                self.hand_awaits = Awaits::Port;
                Effect::OpenPort
            }
            // It is there.
            Hand::Take => return self.hand_on(session),
            Hand::Send { source, last } => {
                self.hand_awaits = Awaits::Moved;
                if last {
                    self.hand.push_front(Hand::Close(End::Fin));
                }
                let frame = self.frames.last();
                let listing = frame.is_some_and(|frame| {
                    matches!(frame.verb, Verb::List | Verb::Nlst | Verb::Mlsd)
                });
                Effect::SendData {
                    source,
                    offset: frame.map_or(0, |frame| frame.restart),
                    limit: None,
                    pace: None,
                    ascii: listing || session.data_type == DataType::Ascii,
                }
            }
            Hand::Receive { name, to } => {
                self.hand_awaits = Awaits::Moved;
                self.hand.push_front(Hand::Close(End::Fin));
                let argument = match self.frames.last() {
                    Some(frame) => {
                        let mut words = frame.command.splitn(2, |&b| b == b' ');
                        words.nth(1).unwrap_or_default()
                    }
                    None => name.as_bytes(),
                };
                Effect::ReceiveData {
                    path: upload_path(session.directory.as_deref(), argument),
                    name,
                    to,
                    before: self.frames.last().map_or(0, Frame::stays),
                    limit: self.play.limits.upload,
                }
            }
            Hand::Close(end) => {
                self.data = false;
                Effect::CloseData(end)
            }
        })
    }

    /// Takes the data connection, as it was agreed on.
    fn hand_takes_data(&mut self) -> Effect {
        let fault = match (self.port, self.call) {
            (None, None) => DataFault::NotAgreed,
            (None, Some(address)) if !self.may_call(address) => DataFault::Foreign(address),
            (port, call) => {
                self.hand_awaits = Awaits::Data;
                return Effect::OpenData {
                    call: call.filter(|_| port.is_none()),
                    from: None,
                    within: self.play.limits.data_wait,
                };
            }
        };
        self.hand.clear();
        Effect::Tell(Notice::ByHand(fault))
    }

    pub(super) fn tell_hand(&mut self, fault: DataFault) {
        self.effects.push_back(Effect::Tell(Notice::ByHand(fault)));
    }

    pub(super) fn hand_took_port(&mut self, port: Option<SocketAddr>) {
        if self.hand_awaits != Awaits::Port {
            return;
        }
        self.hand_awaits = Awaits::Nothing;
        self.port = port;
        self.call = None;
        if port.is_none() {
            self.hand.clear();
            self.tell_hand(DataFault::NoPort);
        }
    }

    pub(super) fn hand_took_data(&mut self, outcome: Result<(), DataFault>) {
        if self.hand_awaits != Awaits::Data {
            return;
        }
        self.hand_awaits = Awaits::Nothing;
        self.port = None;
        self.call = None;
        match outcome {
            Ok(()) => self.data = true,
            Err(fault) => {
                self.hand.clear();
                self.tell_hand(fault);
            }
        }
    }

    pub(super) fn hand_moved(&mut self, fault: Option<DataFault>) {
        if self.hand_awaits != Awaits::Moved {
            return;
        }
        self.hand_awaits = Awaits::Nothing;
        if let Some(fault) = fault {
            self.hand.clear();
            self.data = false;
            self.effects.push_back(Effect::CloseData(End::Fin));
            self.tell_hand(fault);
        }
    }
}
