//! Several captures as one, in time order: the three terminals of a lab record three files of one session. Frames are
//! numbered anew, as `mergecap` would number them. One capture is the same with nothing to merge.

use crate::capture::{
    file::{About, Ending, Packet, Reader},
    write::INTERFACE,
};

/// Captures that are read side by side.
pub(super) struct Merged<'r> {
    readers: Vec<Reader<'r>>,
    /// Which readers stand on a packet that has not been taken.
    waiting: Vec<bool>,
    current: Option<usize>,
    number: u64,
    begun: bool,
}

impl<'r> Merged<'r> {
    pub(super) fn new() -> Merged<'r> {
        Merged {
            readers: Vec::new(),
            waiting: Vec::new(),
            current: None,
            number: 0,
            begun: false,
        }
    }

    pub(super) fn add(&mut self, reader: Reader<'r>) {
        self.readers.push(reader);
        self.waiting.push(false);
    }

    /// Moves to the next packet: of those that the captures stand on, the earliest. Of two at the same time the one of the
    /// capture that was named first.
    pub(super) fn advance(&mut self) -> bool {
        if let [only] = &mut self.readers[..] {
            self.current = Some(0);
            return only.advance();
        }
        if !std::mem::replace(&mut self.begun, true) {
            for (reader, waiting) in self.readers.iter_mut().zip(&mut self.waiting) {
                *waiting = reader.advance();
            }
        } else if let Some(taken) = self.current {
            self.waiting[taken] = self.readers[taken].advance();
        }
        self.current = (0..self.readers.len())
            .filter(|at| self.waiting[*at])
            .min_by_key(|at| self.readers[*at].packet().time);
        self.number += 1;
        self.current.is_some()
    }

    /// The packet on which [`Merged::advance`] stopped.
    pub(super) fn packet(&self) -> Packet<'_> {
        let packet = self.readers[self.current.unwrap_or(0)].packet();
        if self.readers.len() == 1 {
            return packet;
        }
        Packet {
            number: self.number,
            ..packet
        }
    }

    pub(super) fn readers(&self) -> &[Reader<'r>] {
        &self.readers
    }

    /// How it ended: the first capture that did not end properly tells.
    pub(super) fn ending(&self) -> &Ending {
        let bad = self
            .readers
            .iter()
            .map(Reader::ending)
            .find(|ending| !ending.is_whole());
        bad.unwrap_or_else(|| self.readers[0].ending())
    }

    /// What the captures say of themselves together: the first that names a thing names it, counts are added.
    pub(super) fn about(&self) -> About {
        let mut about = self.readers[0].about().clone();
        for reader in &self.readers[1..] {
            let other = reader.about();
            if other.interface.as_deref() == Some(INTERFACE) {
                about.interface.clone_from(&other.interface);
            }
            about.filter = about.filter.or(other.filter.clone());
            about.snaplen = match (about.snaplen, other.snaplen) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            };
            about.dropped = match (about.dropped, other.dropped) {
                (None, None) => None,
                (one, two) => Some(one.unwrap_or(0) + two.unwrap_or(0)),
            };
            about.oversized += other.oversized;
            about.untimed += other.untimed;
        }
        about
    }
}
