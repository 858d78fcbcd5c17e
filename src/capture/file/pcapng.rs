//! pcapng (draft-ietf-opsawg-pcapng): blocks of a type and a length, in sections that may differ in byte order, with
//! interfaces that may differ in link type and in the resolution of their times.

use std::io::{self, Read};

use super::{
    About, Damage, Head, LinkType, MAX_INTERFACES, MAX_RECORD, Nanos, Order, Step, input::Input,
    text_of,
};

/// Block types of the draft, sections 4.1 to 4.8 and its appendix.
mod block {
    pub(super) const SECTION: u32 = 0x0a0d_0d0a;
    pub(super) const INTERFACE: u32 = 1;
    pub(super) const OBSOLETE_PACKET: u32 = 2;
    pub(super) const SIMPLE_PACKET: u32 = 3;
    pub(super) const STATISTICS: u32 = 5;
    pub(super) const ENHANCED_PACKET: u32 = 6;
}

/// Option codes (draft section 3.5, 4.1, 4.2 and 4.6).
mod option {
    pub(super) const END: u16 = 0;
    pub(super) const COMMENT: u16 = 1;
    pub(super) const SECTION_SYSTEM: u16 = 3;
    pub(super) const SECTION_PROGRAM: u16 = 4;
    pub(super) const INTERFACE_NAME: u16 = 2;
    pub(super) const INTERFACE_RESOLUTION: u16 = 9;
    pub(super) const INTERFACE_FILTER: u16 = 11;
    pub(super) const INTERFACE_SYSTEM: u16 = 12;
    pub(super) const INTERFACE_OFFSET: u16 = 14;
    pub(super) const STATISTICS_INTERFACE_DROPPED: u16 = 5;
    pub(super) const STATISTICS_SYSTEM_DROPPED: u16 = 7;
}

/// Type, length, and the length again at the end.
const FRAME: usize = 12;
/// A block that is not a packet is looked at up to this many bytes, options included; the rest is passed over.
const LOOKED_AT: usize = 64 * 1024;

/// The section that is being read.
#[derive(Default)]
pub(super) struct Pcapng {
    order: Order,
    begun: bool,
    interfaces: Vec<Interface>,
    last: Nanos,
}

struct Interface {
    link: u32,
    snaplen: u32,
    unit: Unit,
    /// Seconds added to every time (`if_tsoffset`).
    offset: i64,
    /// Packets lost, by the latest statistics.
    dropped: u64,
}

/// What one unit of an interface's times is (`if_tsresol`).
#[derive(Clone, Copy)]
enum Unit {
    /// So many nanoseconds.
    Nanoseconds(u32),
    /// One nanosecond divided by this.
    Divided(u64),
    /// 2 to this negative power, in seconds.
    Binary(u32),
}

impl Unit {
    fn of(resolution: u8) -> Unit {
        let power = u32::from(resolution & 0x7f);
        if resolution & 0x80 != 0 {
            Unit::Binary(power)
        } else if power <= 9 {
            Unit::Nanoseconds(10_u32.pow(9 - power))
        } else {
            // Beyond 10 to the 28th a 64-bit count is less than a nanosecond.
            match 10_u64.checked_pow(power - 9) {
                Some(by) => Unit::Divided(by),
                None => Unit::Nanoseconds(0),
            }
        }
    }

    fn nanoseconds(self, count: u64) -> i128 {
        match self {
            Unit::Nanoseconds(each) => i128::from(count) * i128::from(each),
            Unit::Divided(by) => i128::from(count / by),
            Unit::Binary(power) => (i128::from(count) * 1_000_000_000) >> power,
        }
    }
}

impl Interface {
    fn time(&self, high: u32, low: u32) -> Nanos {
        let count = u64::from(high) << 32 | u64::from(low);
        let whole = self.unit.nanoseconds(count) + i128::from(self.offset) * 1_000_000_000;
        whole.clamp(i128::from(Nanos::MIN), i128::from(Nanos::MAX)) as Nanos
    }
}

impl Pcapng {
    pub(super) fn step<R: Read>(
        &mut self,
        input: &mut Input<R>,
        about: &mut About,
    ) -> io::Result<Step> {
        loop {
            let window = input.fill(FRAME)?;
            if window.len() < FRAME {
                return Ok(if window.is_empty() {
                    Step::End
                } else {
                    Step::Cut
                });
            }
            // A section's type reads the same in both orders; its mark tells the order of its own length.
            if window[..4] == [0x0a, 0x0d, 0x0d, 0x0a] {
                self.order = match window[8..12] {
                    [0x4d, 0x3c, 0x2b, 0x1a] => Order::Little,
                    [0x1a, 0x2b, 0x3c, 0x4d] => Order::Big,
                    _ => return Ok(Step::Damaged(Damage::Section)),
                };
            } else if !self.begun {
                return Ok(Step::Damaged(Damage::Section));
            }
            let order = self.order;
            let (kind, length) = (order.u32(window, 0), order.u32(window, 4));
            if length < FRAME as u32 || length % 4 != 0 {
                return Ok(Step::Damaged(Damage::Length(length.into())));
            }
            let length = length as usize;
            let is_packet = matches!(
                kind,
                block::ENHANCED_PACKET | block::SIMPLE_PACKET | block::OBSOLETE_PACKET
            );
            let looked_at = if is_packet { MAX_RECORD } else { LOOKED_AT };
            if length > looked_at {
                if !is_packet {
                    about.skipped_blocks += 1;
                    about.long_blocks += 1;
                }
                if !input.skip(length as u64)? {
                    return Ok(Step::Cut);
                }
                if is_packet {
                    return Ok(Step::Oversized);
                }
                continue;
            }
            let window = input.fill(length)?;
            if window.len() < length {
                return Ok(Step::Cut);
            }
            let block = &window[..length];
            let again = order.u32(block, length - 4);
            if again as usize != length {
                return Ok(Step::Damaged(Damage::LengthsDiffer(length as u32, again)));
            }
            let body = &block[8..length - 4];
            match kind {
                block::SECTION => {
                    if body.len() < 16 || order.u16(body, 4) != 1 {
                        return Ok(Step::Damaged(Damage::Section));
                    }
                    self.begun = true;
                    self.interfaces.clear();
                    about.sections += 1;
                    section_options(order, &body[16..], about);
                }
                block::INTERFACE if body.len() >= 8 => {
                    about.interfaces += 1;
                    let interface = interface(order, body, about);
                    if self.interfaces.len() < MAX_INTERFACES {
                        self.interfaces.push(interface);
                    }
                }
                block::STATISTICS if body.len() >= 12 => {
                    self.statistics(body, about);
                }
                _ if is_packet => {
                    let step = match self.packet(kind, body, length, about) {
                        Some(head) => Step::Packet(head),
                        None => Step::Damaged(Damage::Length(length as u64)),
                    };
                    return Ok(step);
                }
                _ => about.skipped_blocks += 1,
            }
            input.consume(length);
        }
    }

    /// A packet of any of the three kinds of block. None where its lengths contradict each other.
    #[inline]
    fn packet(&mut self, kind: u32, body: &[u8], length: usize, about: &mut About) -> Option<Head> {
        let order = self.order;
        let (index, skip) = match kind {
            block::SIMPLE_PACKET => (0, 4),
            block::OBSOLETE_PACKET => (usize::from(order.u16(body, 0)), 20),
            _ => (order.u32(body, 0) as usize, 20),
        };
        let room = body.len().checked_sub(skip)?;
        let interface = self.interfaces.get(index);
        let (captured, original) = if kind == block::SIMPLE_PACKET {
            let original = order.u32(body, 0);
            let snaplen = interface
                .map(|interface| interface.snaplen)
                .filter(|snaplen| *snaplen > 0)
                .unwrap_or(u32::MAX);
            about.untimed += 1;
            (original.min(snaplen), original)
        } else {
            if let Some(interface) = interface {
                self.last = interface.time(order.u32(body, 4), order.u32(body, 8));
            }
            (order.u32(body, 12), order.u32(body, 16))
        };
        let captured = captured as usize;
        if captured > room {
            return None;
        }
        let options = &body[skip + captured.next_multiple_of(4).min(room)..];
        if !options.is_empty() {
            each_option(order, options, |code, _| {
                about.comments += u64::from(code == option::COMMENT);
            });
        }
        Some(Head {
            time: self.last,
            link: interface.map_or(LinkType::UNDESCRIBED.0, |interface| interface.link),
            skip: 8 + skip,
            captured,
            original: original.max(captured as u32),
            record: length,
        })
    }

    fn statistics(&mut self, body: &[u8], about: &mut About) {
        let order = self.order;
        let index = order.u32(body, 0) as usize;
        let mut dropped = None;
        each_option(order, &body[12..], |code, value| {
            if matches!(
                code,
                option::STATISTICS_INTERFACE_DROPPED | option::STATISTICS_SYSTEM_DROPPED
            ) && value.len() == 8
            {
                let count: &mut u64 = dropped.get_or_insert(0);
                *count = count.saturating_add(order.u64(value, 0));
            }
        });
        if let (Some(dropped), Some(interface)) = (dropped, self.interfaces.get_mut(index)) {
            // Later statistics of an interface take the place of its earlier ones.
            let more = dropped.saturating_sub(interface.dropped);
            interface.dropped = interface.dropped.max(dropped);
            about.dropped = Some(about.dropped.unwrap_or(0).saturating_add(more));
        }
    }
}

fn section_options(order: Order, options: &[u8], about: &mut About) {
    each_option(order, options, |code, value| match code {
        option::COMMENT => about.comments += 1,
        option::SECTION_SYSTEM => about.system = Some(text_of(value)),
        option::SECTION_PROGRAM => about.program = Some(text_of(value)),
        _ => {}
    });
}

fn interface(order: Order, body: &[u8], about: &mut About) -> Interface {
    let snaplen = order.u32(body, 4);
    let mut interface = Interface {
        link: order.u16(body, 0).into(),
        snaplen,
        unit: Unit::of(6),
        offset: 0,
        dropped: 0,
    };
    if snaplen > 0 && snaplen < 65_535 {
        about.snaplen = Some(about.snaplen.unwrap_or(snaplen).min(snaplen));
    }
    each_option(order, &body[8..], |code, value| match (code, value) {
        (option::COMMENT, _) => about.comments += 1,
        (option::INTERFACE_NAME, name) => {
            about.interface.get_or_insert_with(|| text_of(name));
        }
        (option::INTERFACE_SYSTEM, system) => {
            about.system.get_or_insert_with(|| text_of(system));
        }
        (option::INTERFACE_RESOLUTION, [resolution, ..]) => interface.unit = Unit::of(*resolution),
        (option::INTERFACE_OFFSET, value) if value.len() == 8 => {
            interface.offset = order.u64(value, 0) as i64;
        }
        // The first byte says what kind of filter: 0 is text.
        (option::INTERFACE_FILTER, [0, filter @ ..]) if !filter.is_empty() => {
            about.filter.get_or_insert_with(|| text_of(filter));
        }
        _ => {}
    });
    interface
}

/// Calls `each` with every option, up to the end mark or the first that does not fit.
fn each_option<'a>(order: Order, mut options: &'a [u8], mut each: impl FnMut(u16, &'a [u8])) {
    while options.len() >= 4 {
        let (code, length) = (order.u16(options, 0), usize::from(order.u16(options, 2)));
        let Some(value) = options.get(4..4 + length) else {
            return;
        };
        if code == option::END {
            return;
        }
        each(code, value);
        let next = 4 + length.next_multiple_of(4);
        options = options.get(next..).unwrap_or_default();
    }
}
