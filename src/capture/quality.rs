//! What the packets of a capture say as a whole: how many, of what kind, when.

use std::collections::BTreeMap;

use super::file::{LinkType, Nanos, Packet};

/// Link types that are counted each by itself.
pub const MAX_LINK_TYPES: usize = 64;

/// What all packets together say.
#[derive(Debug, Clone, Default)]
pub struct Quality {
    /// Packets read.
    pub packets: u64,
    /// Bytes captured of them.
    pub bytes: u64,
    /// The earliest time.
    pub first: Option<Nanos>,
    /// The latest time.
    pub last: Option<Nanos>,
    /// Packets by link type.
    pub links: BTreeMap<LinkType, u64>,
    /// Packets whose time is before that of the packet before them.
    pub backwards: u64,
    /// By how much at most, in nanoseconds.
    pub backwards_by: Nanos,
    previous: Option<Nanos>,
}

impl Quality {
    /// Counts a packet.
    #[inline]
    pub fn count(&mut self, packet: &Packet<'_>) {
        self.packets += 1;
        self.bytes += packet.bytes.len() as u64;
        let time = packet.time;
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
        if let Some(previous) = self.previous.replace(time)
            && time < previous
        {
            self.backwards += 1;
            self.backwards_by = self.backwards_by.max(previous.saturating_sub(time));
        }
        if self.links.len() < MAX_LINK_TYPES || self.links.contains_key(&packet.link) {
            *self.links.entry(packet.link).or_default() += 1;
        }
    }
}
