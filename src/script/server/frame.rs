//! A block that is being played on a control connection: how far it is, what holds in it, what it waits for, and the
//! bytes of the reply that is going out.

use std::{collections::VecDeque, time::Duration};

use super::nanos;
use crate::{
    ftp::{
        code::ReplyCode,
        command::Verb,
        event::Nanos,
        reply::{Head, Mark},
        secret::verb_of,
    },
    script::{
        built_in::Op,
        effect::{Effect, Origin},
        notation::Eol,
    },
};

/// What holds from an action to the end of its block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Modes {
    pub(super) silence: bool,
    pub(super) slow: Option<Duration>,
    pub(super) split: Option<u32>,
    pub(super) eol: Eol,
    pub(super) from: Option<u16>,
    pub(super) stay: bool,
    pub(super) hold: bool,
    pub(super) cut: Option<u64>,
    pub(super) refused: bool,
}

impl Modes {
    /// Pieces and pauses, where something is slow or split.
    pub(super) fn pace(&self) -> Option<(u32, Duration)> {
        match (self.slow, self.split) {
            (None, None) => None,
            (slow, split) => Some((split.unwrap_or(1), slow.unwrap_or_default())),
        }
    }
}

/// What a frame waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaits {
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
pub(super) struct Frame {
    /// The block's index; `None` for the greeting and for the player's own answers.
    pub(super) block: Option<usize>,
    /// The lines still to be played.
    pub(super) at: usize,
    pub(super) end: usize,
    /// The steps of the built-in server still to be taken.
    pub(super) ops: VecDeque<Op>,
    /// Where an upload goes in the tree.
    pub(super) put: Option<Vec<u8>>,
    pub(super) verb: Verb,
    pub(super) command: Box<[u8]>,
    pub(super) modes: Modes,
    pub(super) awaits: Awaits,
    /// A reply that is being sent in pieces, with its origin.
    pub(super) sending: Option<(Vec<u8>, usize, Origin)>,
    /// A port was opened for the line that is next.
    pub(super) port_ready: bool,
    /// Bytes of this block's data.
    pub(super) moved: u64,
    /// A run of `D` lines has begun.
    pub(super) running: bool,
    /// A block or the built-in server answers; not the player for want of them.
    pub(super) answers: bool,
    /// An `S> 421` was sent.
    pub(super) service_closing: bool,
    /// The last complete reply's code.
    pub(super) code: Option<ReplyCode>,
    /// A person answers with a free hand.
    pub(super) by_hand: bool,
    /// REST's offset when the command came.
    pub(super) restart: u64,
    /// So much of what RETR's block sends is left out: the built-in server has promised it.
    pub(super) skips: u64,
    /// A person's reply was asked for, for this line, and is not complete.
    pub(super) typing: Option<Option<u32>>,
    /// A person's reply of several lines is open.
    pub(super) open: Option<ReplyCode>,
}

impl Frame {
    /// So many bytes of what was stored before stay before an upload (RFC 959 4.1.3: APPE, REST).
    pub(super) fn stays(&self) -> u64 {
        match self.verb {
            Verb::Appe => u64::MAX,
            _ => self.restart,
        }
    }

    pub(super) fn new(verb: Verb, command: &[u8], modes: Modes) -> Frame {
        Frame {
            block: None,
            at: 0,
            end: 0,
            ops: VecDeque::new(),
            put: None,
            verb,
            command: command.into(),
            modes,
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
            skips: 0,
            typing: None,
            open: None,
        }
    }

    /// The command was answered with 2yz.
    pub(super) fn agreed(&self) -> bool {
        self.code.is_some_and(ReplyCode::is_completion)
    }

    pub(super) fn argument(&self) -> &[u8] {
        let (_, end) = verb_of(&self.command);
        self.command.get(end + 1..).unwrap_or_default()
    }

    pub(super) fn skip_rest(&mut self) {
        self.at = self.end;
        self.ops.clear();
        self.running = false;
        self.by_hand = false;
    }

    /// Takes a line that a person typed. A reply goes on after `NNN-`, and after a line without a code.
    pub(super) fn typed(&mut self, line: &[u8]) {
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

    /// The data connection is this frame's, or it waits for it.
    pub(super) fn has_data(&self) -> bool {
        matches!(
            self.awaits,
            Awaits::Port | Awaits::Data | Awaits::Moved | Awaits::Kept | Awaits::Counted
        )
    }

    /// Sends a line, unless silence holds.
    pub(super) fn say(&mut self, mut line: Vec<u8>, origin: Origin) {
        if self.modes.silence {
            return;
        }
        self.note(&line);
        line.extend_from_slice(self.modes.eol.bytes());
        self.sending = Some((line, 0, origin));
    }

    /// The next piece of a reply that is being sent.
    pub(super) fn send_on(&mut self, now: Nanos) -> Option<Effect> {
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
    pub(super) fn note(&mut self, line: &[u8]) {
        let head = Head::of(line);
        if let Some(code) = head.code {
            if head.mark != Mark::Hyphen {
                self.code = Some(code);
            }
            self.service_closing |= code.value() == 421;
        }
    }
}
