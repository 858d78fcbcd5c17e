//! What the capture as a whole can show, and what it cannot: told before any verdict is believed, and with the command
//! that would have captured better.

use super::inspector::Inspector;
use crate::{
    analysis::finding::Finding,
    capture::{
        file::{About, Damage, Ending},
        flow::Totals,
        frame::{self, Unread},
        quality::Quality,
        write::INTERFACE,
    },
};

/// Ports that are named where a capture holds no FTP.
pub const MAX_PORTS_TOLD: usize = 5;

/// EtherTypes that carry no IP and are found on any network: ARP, RARP, IPX, AppleTalk, EAPOL, LLDP, PPPoE's discovery,
/// PTP, connectivity checks, loopback tests, wake-on-LAN.
const NOT_IP: [u16; 13] = [
    0x0806, 0x8035, 0x8137, 0x809b, 0x80f3, 0x888e, 0x88cc, 0x8863, 0x88f7, 0x8902, 0x9000, 0x0842,
    0x22f0,
];

/// One remark about the capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The file ends inside a packet.
    Cut,
    /// The file is damaged.
    Damaged {
        /// Where, in bytes.
        at: u64,
        /// How.
        what: Damage,
    },
    /// The system refused to read on.
    Unreadable,
    /// ftplab recorded it at one end of the connections: what TCP did is invented.
    Endpoint,
    /// No packets at all.
    NoPackets,
    /// No FTP; what there is instead.
    NoFtp {
        /// TCP connections.
        connections: u64,
        /// Where most of them went, and how many.
        ports: Vec<(u16, u64)>,
    },
    /// Connections with TLS from the first byte, at the port of implicit FTPS.
    ImplicitTls {
        /// How many.
        connections: u64,
    },
    /// The capturing program lost packets, as the file says.
    Dropped {
        /// How many.
        packets: u64,
    },
    /// Packets were cut by the snapshot length.
    Snaplen {
        /// How many packets.
        packets: u64,
        /// The length, where the file tells it.
        length: Option<u32>,
    },
    /// Bytes of TCP streams are in no frame.
    Lost {
        /// How many bytes.
        bytes: u64,
    },
    /// A capture filter that lets no data connection through.
    Filter {
        /// It.
        filter: String,
    },
    /// Only control connections are in the capture, though data connections were agreed on.
    ControlOnly,
    /// Connections that began before the capture.
    Midstream {
        /// How many.
        connections: u64,
    },
    /// Connections of which one direction was captured.
    OneWay {
        /// How many.
        connections: u64,
    },
    /// Sessions that are in the capture twice, on either side of a NAT router.
    SeenTwice {
        /// How many.
        sessions: u64,
    },
    /// Frames that were captured twice.
    Duplicates {
        /// How many.
        frames: u64,
    },
    /// Checksums that are wrong as those of offloading network cards are.
    ChecksumOffload {
        /// Segments with a wrong checksum.
        wrong: u64,
        /// Of so many that were looked at.
        checked: u64,
    },
    /// Packets whose IP length is 0, as segmentation offload leaves it.
    SegmentationOffload {
        /// How many.
        packets: u64,
    },
    /// Times run backwards.
    Backwards {
        /// Packets that are earlier than the one before.
        packets: u64,
    },
    /// Two versions of the same bytes.
    Conflicts {
        /// How many bytes.
        bytes: u64,
    },
    /// Payload that looks edited.
    Edited {
        /// Connections.
        connections: u64,
    },
    /// Packets that could not be read, and why.
    Unread {
        /// Why.
        why: Unread,
        /// How many packets.
        packets: u64,
    },
    /// Packets longer than any that is read.
    Oversized {
        /// How many.
        packets: u64,
    },
    /// Connections that were given up because there were too many at a time.
    Evicted {
        /// How many.
        connections: u64,
    },
    /// Gaps that were given up because too many bytes behind them were held.
    Overheld {
        /// How many.
        gaps: u64,
    },
    /// Bytes that came again when those they are to be compared with were no longer kept.
    Uncompared {
        /// How many bytes.
        bytes: u64,
    },
    /// End points that were agreed on and not remembered, because there were too many at a time.
    Unexpected {
        /// How many.
        endpoints: u64,
    },
    /// Connections that were given up before they had shown what they are, because too many had not.
    Unproven {
        /// How many.
        connections: u64,
    },
    /// Lines, replies and commands that were cut because those of all sessions were too much at a time.
    Shortened {
        /// How many.
        count: u64,
    },
    /// Blocks of the file that are no packets and too long to be looked at.
    LongBlocks {
        /// How many.
        blocks: u64,
    },
}

/// Everything the notes are made from.
#[derive(Debug)]
pub struct Grounds<'a> {
    /// How the file ended.
    pub ending: &'a Ending,
    /// What the file says of itself.
    pub about: &'a About,
    /// What the packets say.
    pub quality: &'a Quality,
    /// What was read.
    pub counts: &'a frame::Counts,
    /// What the connections add up to.
    pub totals: &'a Totals,
}

/// The notes, the gravest first.
#[must_use]
pub fn notes<F: FnMut(&Finding<'_>)>(grounds: &Grounds<'_>, inspector: &Inspector<F>) -> Vec<Note> {
    let Grounds {
        ending,
        about,
        quality,
        counts,
        totals,
    } = grounds;
    let mut notes = Vec::new();
    match ending {
        Ending::Cut { .. } => notes.push(Note::Cut),
        Ending::Damaged { at, what } => notes.push(Note::Damaged {
            at: *at,
            what: *what,
        }),
        Ending::Read(_) => notes.push(Note::Unreadable),
        Ending::NotYet | Ending::Whole => {}
    }
    if about.interface.as_deref() == Some(INTERFACE) {
        notes.push(Note::Endpoint);
    }
    let mut when = |found: u64, note: &dyn Fn(u64) -> Note| {
        if found > 0 {
            notes.push(note(found));
        }
    };
    when(inspector.implicit_tls(), &|connections| Note::ImplicitTls {
        connections,
    });
    when(about.dropped.unwrap_or(0), &|packets| Note::Dropped {
        packets,
    });
    when(counts.cut, &|packets| Note::Snaplen {
        packets,
        length: about.snaplen,
    });
    let ftp = inspector.sessions() > 0;
    let gate = inspector.gate();
    when(gate.missing, &|bytes| Note::Lost { bytes });
    when(gate.midstream, &|connections| Note::Midstream {
        connections,
    });
    when(gate.one_way, &|connections| Note::OneWay { connections });
    when(gate.seen_twice, &|sessions| Note::SeenTwice { sessions });
    when(totals.duplicates, &|frames| Note::Duplicates { frames });
    when(counts.no_ip_length, &|packets| Note::SegmentationOffload {
        packets,
    });
    // Now and then one is damaged on the way; offload makes them wrong by the dozen.
    let offload = counts.wrong_checksums * 10 > counts.checked;
    when(if offload { counts.wrong_checksums } else { 0 }, &|wrong| {
        Note::ChecksumOffload {
            wrong,
            checked: counts.checked,
        }
    });
    when(quality.backwards, &|packets| Note::Backwards { packets });
    when(totals.conflicts, &|bytes| Note::Conflicts { bytes });
    when(gate.edited, &|connections| Note::Edited { connections });
    when(about.oversized, &|packets| Note::Oversized { packets });
    when(totals.evicted, &|connections| Note::Evicted { connections });
    when(totals.given_up, &|gaps| Note::Overheld { gaps });
    when(totals.uncompared, &|bytes| Note::Uncompared { bytes });
    when(inspector.unexpected(), &|endpoints| Note::Unexpected {
        endpoints,
    });
    when(inspector.unproven(), &|connections| Note::Unproven {
        connections,
    });
    when(inspector.shortened(), &|count| Note::Shortened { count });
    when(about.long_blocks, &|blocks| Note::LongBlocks { blocks });
    for (why, packets) in &counts.unread {
        // Other protocols are no defect of the capture; a type that nobody knows may hide IP.
        let usual = match why {
            Unread::EtherType(kind) => NOT_IP.contains(kind),
            Unread::Protocol(_) | Unread::Llc => true,
            _ => false,
        };
        if !usual {
            notes.push(Note::Unread {
                why: *why,
                packets: *packets,
            });
        }
    }
    if ftp && inspector.control_only() {
        match &about.filter {
            Some(filter) => notes.push(Note::Filter {
                filter: filter.clone(),
            }),
            None => notes.push(Note::ControlOnly),
        }
    }
    if quality.packets == 0 {
        notes.push(Note::NoPackets);
    } else if !ftp {
        let mut ports = inspector.other_ports();
        ports.truncate(MAX_PORTS_TOLD);
        notes.push(Note::NoFtp {
            connections: totals.connections,
            ports,
        });
    }
    notes
}
