//! Packets in, connections told: the decoder and the table of connections together, for one capture (or several read as
//! one).

use super::{
    file::Packet,
    flow::{Table, Totals, Watch},
    frame::{self, Decoder, Frame},
    quality::Quality,
    reassembly::Mark,
};

/// One pass over a capture.
#[derive(Debug, Default)]
pub struct Tracker {
    decoder: Decoder,
    table: Table,
    quality: Quality,
    last: Mark,
}

impl Tracker {
    /// Takes the next packet.
    pub fn packet(&mut self, packet: &Packet<'_>, watch: &mut impl Watch) {
        self.quality.count(packet);
        let mark = Mark {
            frame: packet.number,
            time: packet.time,
        };
        self.last = mark;
        match self.decoder.decode(packet) {
            Frame::Segment(segment) => self.table.segment(&segment, mark, watch),
            Frame::Undelivered(error) => self.table.undelivered(&error, mark, watch),
            Frame::Other => {}
        }
    }

    /// There are no more packets.
    pub fn finish(&mut self, watch: &mut impl Watch) {
        self.table.finish(self.last, watch);
    }

    /// What the packets say.
    #[must_use]
    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// What was read and what was not.
    #[must_use]
    pub fn counts(&self) -> &frame::Counts {
        &self.decoder.counts
    }

    /// What the connections add up to; complete after [`Tracker::finish`].
    #[must_use]
    pub fn totals(&self) -> &Totals {
        self.table.totals()
    }
}
