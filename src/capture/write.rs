//! Recordings without root: connections that the program itself made, written as TCP/IP packets in a pcapng file.
//!
//! What is real: payload bytes, their times, addresses and ports, who opened and how each direction ended. What is
//! invented: sequence and acknowledgement numbers, where segments begin, the handshake's and the acknowledgements'
//! frames. The interface is named [`INTERFACE`] and the invented frames carry a comment, so that nobody takes such a file for
//! what a network card saw.
//!
//! Frames are IP without a link layer ([`LinkType::RAW`]): there are no hardware addresses to tell, and Wireshark opens it
//! as it is. Sentences are the caller's ([`Remarks`]).

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
    net::{IpAddr, SocketAddr},
};

use etherparse::PacketBuilder;

use super::{
    file::{LinkType, Nanos},
    flow::{End, Way},
    frame::Flags,
};

/// The interface's name in the file.
pub const INTERFACE: &str = "ftplab-endpoint";
/// Payload bytes of a segment at most, over IPv4 and over IPv6: what fits an Ethernet frame.
pub const MSS: [u16; 2] = [1_460, 1_440];
/// Segments that are sent before an acknowledgement is invented (RFC 9293 3.8.6.3 asks for one at least every second).
const ACK_EVERY: usize = 2;
/// Receive window of every frame; never filled, as acknowledgements come at once.
const WINDOW: u16 = 65_535;
/// Initial sequence numbers are multiples of this, so that nobody takes them for real ones.
const ROUND: u32 = 10_000_000;
/// Pairs of end points whose connections are counted; when there are more, counting begins again.
const MAX_PAIRS: usize = 64 * 1024;
/// Hop limit.
const TTL: u8 = 64;

/// What the file says about itself, in the user's language.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    /// The program's name and version.
    pub program: String,
    /// On the section: what is real in this file and what is not.
    pub section: String,
    /// On the interface: what it stands for.
    pub interface: String,
    /// On each invented frame.
    pub invented: String,
}

/// A connection in the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recorded(u64);

/// Writes a recording.
#[derive(Debug)]
pub struct Recorder<W> {
    out: W,
    invented: String,
    connections: BTreeMap<Recorded, Connection>,
    opened: u64,
    /// How many connections there were between these ends.
    between: HashMap<(SocketAddr, SocketAddr), u32>,
    frames: u64,
    packet: Vec<u8>,
    block: Vec<u8>,
}

#[derive(Debug)]
struct Connection {
    ends: [SocketAddr; 2],
    /// Next sequence number of each direction.
    next: [u32; 2],
    finished: [bool; 2],
    ids: [u16; 2],
}

impl Connection {
    fn mss(&self) -> usize {
        usize::from(MSS[usize::from(self.ends[0].is_ipv6())])
    }
}

impl<W: Write> Recorder<W> {
    /// Writes the file's head.
    ///
    /// # Errors
    /// Where the writer fails; so do all the others.
    pub fn new(out: W, remarks: &Remarks) -> io::Result<Recorder<W>> {
        let mut recorder = Recorder {
            out,
            invented: remarks.invented.clone(),
            connections: BTreeMap::new(),
            opened: 0,
            between: HashMap::new(),
            frames: 0,
            packet: Vec::new(),
            block: Vec::new(),
        };
        // Section header: byte-order mark, version 1.0, length not known.
        let mut body = Vec::new();
        body.extend(0x1a2b_3c4d_u32.to_le_bytes());
        body.extend(1_u16.to_le_bytes());
        body.extend(0_u16.to_le_bytes());
        body.extend(u64::MAX.to_le_bytes());
        let options = [
            (1, remarks.section.as_bytes()),
            (4, remarks.program.as_bytes()),
        ];
        recorder.block(0x0a0d_0d0a, &body, &[], &options)?;
        // Interface: link type, no snapshot length, times in nanoseconds.
        let mut body = Vec::new();
        body.extend((LinkType::RAW.0 as u16).to_le_bytes());
        body.extend([0; 6]);
        let options = [
            (2, INTERFACE.as_bytes()),
            (3, remarks.interface.as_bytes()),
            (9, &[9][..]),
        ];
        recorder.block(1, &body, &[], &options)?;
        Ok(recorder)
    }

    /// A connection was made. `opener` sent the SYN.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn opened(
        &mut self,
        opener: SocketAddr,
        acceptor: SocketAddr,
        at: Nanos,
    ) -> io::Result<Recorded> {
        let mut connection = self.begin(opener, acceptor);
        self.frame(&mut connection, Way::Forth, Flags::SYN, &[], at)?;
        connection.next[0] = connection.next[0].wrapping_add(1);
        self.frame(&mut connection, Way::Back, Flags::SYN | Flags::ACK, &[], at)?;
        connection.next[1] = connection.next[1].wrapping_add(1);
        self.frame(&mut connection, Way::Forth, Flags::ACK, &[], at)?;
        let id = Recorded(self.opened);
        self.connections.insert(id, connection);
        Ok(id)
    }

    /// A connection was refused: its SYN was answered by a reset.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn refused(
        &mut self,
        opener: SocketAddr,
        acceptor: SocketAddr,
        at: Nanos,
    ) -> io::Result<()> {
        let mut connection = self.begin(opener, acceptor);
        self.frame(&mut connection, Way::Forth, Flags::SYN, &[], at)?;
        connection.next[0] = connection.next[0].wrapping_add(1);
        connection.next[1] = 0;
        self.frame(&mut connection, Way::Back, Flags::RST | Flags::ACK, &[], at)
    }

    /// A connection was attempted and never answered.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn unanswered(
        &mut self,
        opener: SocketAddr,
        acceptor: SocketAddr,
        at: Nanos,
    ) -> io::Result<()> {
        let mut connection = self.begin(opener, acceptor);
        self.frame(&mut connection, Way::Forth, Flags::SYN, &[], at)
    }

    /// Bytes went one way, and arrived.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn bytes(&mut self, id: Recorded, way: Way, bytes: &[u8], at: Nanos) -> io::Result<()> {
        let Some(mut connection) = self.connections.remove(&id) else {
            return Ok(());
        };
        let written = self.segments(&mut connection, way, bytes, at);
        self.connections.insert(id, connection);
        written
    }

    fn segments(
        &mut self,
        connection: &mut Connection,
        way: Way,
        bytes: &[u8],
        at: Nanos,
    ) -> io::Result<()> {
        if connection.finished[way as usize] {
            return Ok(());
        }
        let count = bytes.len().div_ceil(connection.mss());
        for (number, segment) in bytes.chunks(connection.mss()).enumerate() {
            let last = number + 1 == count;
            let push = if last { Flags::PSH } else { 0 };
            self.frame(connection, way, Flags::ACK | push, segment, at)?;
            let next = &mut connection.next[way as usize];
            *next = next.wrapping_add(segment.len() as u32);
            if last || (number + 1) % ACK_EVERY == 0 {
                self.frame(connection, way.other(), Flags::ACK, &[], at)?;
            }
        }
        Ok(())
    }

    /// One direction ended: with a FIN, or with a reset, which ends the other one too.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn closed(&mut self, id: Recorded, way: Way, end: End, at: Nanos) -> io::Result<()> {
        let Some(mut connection) = self.connections.remove(&id) else {
            return Ok(());
        };
        match end {
            End::Reset => self.frame(&mut connection, way, Flags::RST | Flags::ACK, &[], at),
            End::Fin if connection.finished[way as usize] => {
                self.connections.insert(id, connection);
                Ok(())
            }
            End::Fin => {
                self.frame(&mut connection, way, Flags::FIN | Flags::ACK, &[], at)?;
                let next = &mut connection.next[way as usize];
                *next = next.wrapping_add(1);
                self.frame(&mut connection, way.other(), Flags::ACK, &[], at)?;
                connection.finished[way as usize] = true;
                if connection.finished != [true, true] {
                    self.connections.insert(id, connection);
                }
                Ok(())
            }
        }
    }

    /// Nothing more is to be heard of this connection, whether both directions have ended or not.
    pub fn forget(&mut self, id: Recorded) {
        self.connections.remove(&id);
    }

    /// How many frames were written.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Hands on to the file what is still in memory.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The writer again.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn begin(&mut self, opener: SocketAddr, acceptor: SocketAddr) -> Connection {
        self.opened += 1;
        let ends = [canonical(opener), canonical(acceptor)];
        if self.between.len() >= MAX_PAIRS {
            self.between.clear();
        }
        let before = self.between.entry((ends[0], ends[1])).or_default();
        let base = first_number(ends, *before);
        *before = before.wrapping_add(1);
        Connection {
            ends,
            next: [base, base.wrapping_add(ROUND / 2)],
            finished: [false, false],
            ids: [1, 1],
        }
    }

    fn frame(
        &mut self,
        connection: &mut Connection,
        way: Way,
        flags: u8,
        payload: &[u8],
        at: Nanos,
    ) -> io::Result<()> {
        let from = way as usize;
        let (source, target) = (connection.ends[from], connection.ends[1 - from]);
        let acknowledges = if flags & Flags::ACK != 0 {
            connection.next[1 - from]
        } else {
            0
        };
        let builder = match (source.ip(), target.ip()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                let id = &mut connection.ids[from];
                let mut header = etherparse::Ipv4Header::new(
                    0,
                    TTL,
                    etherparse::IpNumber::TCP,
                    a.octets(),
                    b.octets(),
                )
                .map_err(io::Error::other)?;
                header.identification = *id;
                header.dont_fragment = true;
                *id = id.wrapping_add(1).max(1);
                PacketBuilder::ip(etherparse::IpHeaders::Ipv4(header, Default::default()))
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => PacketBuilder::ipv6(a.octets(), b.octets(), TTL),
            // One end IPv4, the other IPv6: no such packet exists.
            _ => return Ok(()),
        };
        let mut tcp = builder.tcp(source.port(), target.port(), connection.next[from], WINDOW);
        if flags & Flags::ACK != 0 {
            tcp = tcp.ack(acknowledges);
        }
        if flags & Flags::PSH != 0 {
            tcp = tcp.psh();
        }
        if flags & Flags::FIN != 0 {
            tcp = tcp.fin();
        }
        if flags & Flags::RST != 0 {
            tcp = tcp.rst();
        }
        if flags & Flags::SYN != 0 {
            tcp = tcp
                .syn()
                .options(&[etherparse::TcpOptionElement::MaximumSegmentSize(
                    connection.mss() as u16,
                )])
                .map_err(io::Error::other)?;
        }
        let mut packet = std::mem::take(&mut self.packet);
        packet.clear();
        tcp.write(&mut packet, payload).map_err(io::Error::other)?;

        let at = at.max(0) as u64;
        let mut head = Vec::with_capacity(20);
        head.extend(0_u32.to_le_bytes());
        head.extend(((at >> 32) as u32).to_le_bytes());
        head.extend((at as u32).to_le_bytes());
        head.extend((packet.len() as u32).to_le_bytes());
        head.extend((packet.len() as u32).to_le_bytes());
        let invented = std::mem::take(&mut self.invented);
        let options = [(1, invented.as_bytes())];
        let options = if payload.is_empty() {
            &options[..]
        } else {
            &[]
        };
        let written = self.block(6, &head, &packet, options);
        self.frames += 1;
        self.packet = packet;
        self.invented = invented;
        written
    }

    /// A block: its fixed part, its data, its options (empty ones are left out).
    fn block(
        &mut self,
        kind: u32,
        fixed: &[u8],
        data: &[u8],
        options: &[(u16, &[u8])],
    ) -> io::Result<()> {
        let block = &mut self.block;
        block.clear();
        block.extend(kind.to_le_bytes());
        block.extend([0; 4]);
        block.extend_from_slice(fixed);
        block.extend_from_slice(data);
        block.resize(block.len().next_multiple_of(4), 0);
        let mut any = false;
        for (code, value) in options.iter().filter(|(_, value)| !value.is_empty()) {
            let value = &value[..value.len().min(usize::from(u16::MAX) - 3)];
            block.extend(code.to_le_bytes());
            block.extend((value.len() as u16).to_le_bytes());
            block.extend_from_slice(value);
            block.resize(block.len().next_multiple_of(4), 0);
            any = true;
        }
        if any {
            block.extend([0; 4]);
        }
        let length = (block.len() as u32 + 4).to_le_bytes();
        block.extend(length);
        block[4..8].copy_from_slice(&length);
        self.out.write_all(block)
    }
}

/// The first sequence number of a connection, of which there were so many between the same ends before. It depends on
/// nothing else: two recordings of one connection, one at each end, have the same frames and are one when they are merged.
fn first_number(ends: [SocketAddr; 2], before: u32) -> u32 {
    // FNV-1a: the same on every machine and in every release, which the hashes of `std` do not promise.
    let mut hash: u32 = 0x811c_9dc5;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    };
    for end in ends {
        match end.ip() {
            IpAddr::V4(v4) => take(&v4.octets()),
            IpAddr::V6(v6) => take(&v6.octets()),
        }
        take(&end.port().to_be_bytes());
    }
    hash.wrapping_add(before) % (u32::MAX / ROUND) * ROUND
}

/// A listener on `::` names its IPv4 peers in IPv6's mapped form; on the wire they are IPv4.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests;
