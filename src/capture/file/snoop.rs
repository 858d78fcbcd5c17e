//! Solaris snoop, version 2 (RFC 1761): big-endian throughout, records padded to four bytes.

use std::io::{self, Read};

use super::{
    About, Damage, Format, Head, LinkType, MAX_RECORD, Nanos, Order, Step, Unopened, input::Input,
};

/// Length of the file's header.
pub(super) const HEADER: usize = 16;
/// Length of a record's header.
const RECORD: usize = 24;

/// What the file's header says.
pub(super) struct Snoop {
    link: u32,
}

impl Snoop {
    pub(super) fn open(front: &[u8]) -> Result<Snoop, Unopened> {
        if front.len() < HEADER {
            return Err(Unopened::CutHeader { bytes: front.len() });
        }
        let version = Order::Big.u32(front, 8);
        if version != 2 {
            return Err(Unopened::Version {
                format: Format::Snoop,
                major: version,
                minor: 0,
            });
        }
        Ok(Snoop {
            // Datalink types, RFC 1761 section "The Snoop Packet Capture File Format".
            link: match Order::Big.u32(front, 12) {
                0 | 4 => LinkType::ETHERNET.0,
                2 => 6,
                8 => 10,
                other => other | 0x8000_0000,
            },
        })
    }

    pub(super) fn step<R: Read>(
        &mut self,
        input: &mut Input<R>,
        about: &mut About,
    ) -> io::Result<Step> {
        let window = input.fill(RECORD)?;
        if window.len() < RECORD {
            return Ok(if window.is_empty() {
                Step::End
            } else {
                Step::Cut
            });
        }
        let order = Order::Big;
        let original = order.u32(window, 0);
        let captured = order.u32(window, 4) as usize;
        let record = order.u32(window, 8) as usize;
        let dropped = order.u32(window, 12);
        let time = Nanos::from(order.u32(window, 16)) * 1_000_000_000
            + Nanos::from(order.u32(window, 20)) * 1_000;
        if !(RECORD..=MAX_RECORD).contains(&record) || captured > record - RECORD {
            return Ok(Step::Damaged(Damage::Length(record as u64)));
        }
        let held = input.fill(record)?.len();
        // Some writers leave the last record's padding away.
        if held < RECORD + captured {
            return Ok(Step::Cut);
        }
        if dropped > 0 {
            about.dropped = Some(dropped.into());
        }
        Ok(Step::Packet(Head {
            time,
            link: self.link,
            skip: RECORD,
            captured,
            original: original.max(captured as u32),
            record: record.min(held),
        }))
    }
}
