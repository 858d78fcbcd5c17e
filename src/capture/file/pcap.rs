//! libpcap's own format, `pcap-savefile(5)`: a header of 24 bytes, then packets with headers of 16 bytes (24 in the
//! "modified" one), in the byte order of the machine that wrote it.

use std::io::{self, Read};

use super::{Damage, Format, Head, MAX_RECORD, Nanos, Order, Step, Unopened, input::Input};

/// Length of the file's header.
pub(super) const HEADER: usize = 24;

/// What the magic number tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Magic {
    pub(super) order: Order,
    pub(super) format: Format,
}

/// What the file's header says.
pub(super) struct Pcap {
    order: Order,
    /// Nanoseconds in a unit of the packets' fraction of a second.
    unit: Nanos,
    /// Length of a packet's header.
    head: usize,
    link: u32,
    snaplen: u32,
    /// Files before version 2.3 have the two lengths the other way round; those of 2.3 may.
    lengths: Lengths,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lengths {
    AsNow,
    Swapped,
    SmallerIsCaptured,
}

impl Pcap {
    pub(super) fn open(magic: Magic, front: &[u8]) -> Result<(Format, Pcap), Unopened> {
        if front.len() < HEADER {
            return Err(Unopened::CutHeader { bytes: front.len() });
        }
        let Magic { order, format } = magic;
        let (major, minor) = (order.u16(front, 4), order.u16(front, 6));
        if major != 2 {
            return Err(Unopened::Version {
                format,
                major: major.into(),
                minor: minor.into(),
            });
        }
        let pcap = Pcap {
            order,
            unit: if format == Format::PcapNanoseconds {
                1
            } else {
                1_000
            },
            head: if format == Format::PcapModified {
                24
            } else {
                16
            },
            // The upper bits say whether and how long a frame check sequence is.
            link: order.u32(front, 20) & 0xffff,
            snaplen: order.u32(front, 16),
            lengths: match minor {
                0..=2 => Lengths::Swapped,
                3 => Lengths::SmallerIsCaptured,
                _ => Lengths::AsNow,
            },
        };
        Ok((format, pcap))
    }

    /// The snapshot length, where it can cut packets.
    pub(super) fn snaplen(&self) -> Option<u32> {
        (self.snaplen > 0 && self.snaplen < 65_535).then_some(self.snaplen)
    }

    pub(super) fn step<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<Step> {
        let window = input.fill(self.head)?;
        if window.len() < self.head {
            return Ok(if window.is_empty() {
                Step::End
            } else {
                Step::Cut
            });
        }
        let order = self.order;
        let time = Nanos::from(order.u32(window, 0)) * 1_000_000_000
            + Nanos::from(order.u32(window, 4)) * self.unit;
        let (mut captured, mut original) = (order.u32(window, 8), order.u32(window, 12));
        if self.lengths == Lengths::Swapped
            || self.lengths == Lengths::SmallerIsCaptured && captured > original
        {
            (captured, original) = (original, captured);
        }
        let captured = captured as usize;
        if captured > MAX_RECORD {
            return Ok(Step::Damaged(Damage::Length(captured as u64)));
        }
        let record = self.head + captured;
        if input.fill(record)?.len() < record {
            return Ok(Step::Cut);
        }
        Ok(Step::Packet(Head {
            time,
            link: self.link,
            skip: self.head,
            captured,
            original: original.max(captured as u32),
            record,
        }))
    }
}
