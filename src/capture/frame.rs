//! A packet to a TCP segment, or to an ICMP error about one: link layers, tags and tunnels, IP fragments.
//!
//! IP headers are etherparse's (its lax slicers read cut frames and a length of 0); the layers below, which it has not
//! (SLL2, NULL, LOOP, PPP, PPPoE, MPLS, GRE), are ours. Tags and tunnels are taken off and forgotten: the same
//! connection may carry another tag in each direction.
//!
//! Nothing is skipped in silence: what does not lead to TCP is counted under its [`Unread`] name.

mod fragments;

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use etherparse::{IpNumber, LaxIpSlice, LenSource, TcpSlice};

use super::file::{LinkType, Packet};
pub use fragments::PATIENCE;
use fragments::{Fragment, Fragments};

/// Layers below TCP that are taken off before a packet counts as unreadable.
pub const MAX_LAYERS: usize = 16;
/// Different reasons that are counted each by itself; further ones go to [`Unread::Other`].
pub const MAX_REASONS: usize = 64;
/// Segments whose checksum is looked at: enough to see that a machine leaves them to its network card.
const CHECKED_SEGMENTS: u64 = 4_096;

/// An address and a port. An IPv4 address is kept as IPv6's mapped form, so that all are alike.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    address: [u8; 16],
    port: u16,
}

impl Endpoint {
    /// The end point with this address and port.
    #[must_use]
    pub fn new(address: IpAddr, port: u16) -> Endpoint {
        let address = match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        Endpoint {
            address: address.octets(),
            port,
        }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        Ipv6Addr::from(self.address).to_canonical()
    }

    /// Both.
    #[must_use]
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address(), self.port)
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(socket: SocketAddr) -> Endpoint {
        Endpoint::new(socket.ip(), socket.port())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.socket())
    }
}

/// A segment's flags, as RFC 9293 3.1 orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// The sender has no more to send.
    pub const FIN: u8 = 0x01;
    /// Sequence numbers are agreed upon.
    pub const SYN: u8 = 0x02;
    /// The connection is reset.
    pub const RST: u8 = 0x04;
    /// What has come is passed to the user.
    pub const PSH: u8 = 0x08;
    /// The acknowledgement number counts.
    pub const ACK: u8 = 0x10;

    /// Whether any of these bits is set.
    #[must_use]
    pub fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }
}

/// A TCP segment.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// Who sent it.
    pub from: Endpoint,
    /// Who should get it.
    pub to: Endpoint,
    /// Sequence number of its first byte (or of its SYN).
    pub sequence: u32,
    /// The next sequence number that its sender expects; counts where ACK is set.
    pub acknowledges: u32,
    /// SYN, FIN and so on.
    pub flags: Flags,
    /// Receive window, as it stands in the header.
    pub window: u16,
    /// The header's options, not yet looked at.
    pub options: &'a [u8],
    /// IPv4's identification; 0 for IPv6. Tells a frame captured twice from a retransmission.
    pub ip_id: u16,
    /// The payload that the capture holds.
    pub payload: &'a [u8],
    /// How long the payload was on the wire.
    pub wire: u32,
}

/// A host or router says that a segment did not arrive (RFC 792, RFC 4443).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undelivered {
    /// Who says so.
    pub reporter: IpAddr,
    /// The sender of the quoted segment.
    pub from: Endpoint,
    /// Where it was to go.
    pub to: Endpoint,
    /// Sequence number of the quoted segment.
    pub sequence: u32,
    /// ICMPv6 rather than ICMP: type and code differ in meaning.
    pub v6: bool,
    /// The type.
    pub kind: u8,
    /// The code.
    pub code: u8,
}

/// What a packet was.
#[derive(Debug)]
pub enum Frame<'a> {
    /// A TCP segment.
    Segment(Segment<'a>),
    /// An ICMP error that quotes a TCP segment.
    Undelivered(Undelivered),
    /// Neither; it has been counted.
    Other,
}

/// Why a packet did not lead to a TCP segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unread {
    /// A link type that is not read.
    Link(LinkType),
    /// A network protocol other than IP, by its EtherType (ARP is 0x0806).
    EtherType(u16),
    /// A PPP protocol other than IP.
    Ppp(u16),
    /// A protocol over IP other than TCP and what is unwrapped, by its number (UDP is 17).
    Protocol(u8),
    /// The capture cut the packet before the end of its headers.
    CutHeader,
    /// An IP header that contradicts itself.
    BadIp,
    /// A TCP header that contradicts itself.
    BadTcp,
    /// A tunnel's header that contradicts itself, or too many layers.
    BadTunnel,
    /// A fragment that waits for the others, or never saw them.
    Fragment,
    /// A logical-link frame without IP inside (IEEE 802.2).
    Llc,
    /// More reasons than are counted each by itself.
    Other,
}

/// What was counted on the way.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Packets that led to no segment, by reason.
    pub unread: BTreeMap<Unread, u64>,
    /// Packets that led to a TCP segment.
    pub segments: u64,
    /// Packets that came with fewer bytes than they had on the wire.
    pub cut: u64,
    /// IP packets whose length is 0, as segmentation offload leaves it.
    pub no_ip_length: u64,
    /// Segments whose checksum was looked at, see `CHECKED_SEGMENTS`.
    pub checked: u64,
    /// Those of them where it was wrong, as checksum offload leaves it.
    pub wrong_checksums: u64,
    /// Datagrams put together from fragments.
    pub defragmented: u64,
    /// Packets that carried a VLAN tag, an MPLS label, or were inside a tunnel.
    pub encapsulated: u64,
}

impl Counts {
    fn unread(&mut self, why: Unread) {
        let why = if self.unread.len() < MAX_REASONS || self.unread.contains_key(&why) {
            why
        } else {
            Unread::Other
        };
        *self.unread.entry(why).or_default() += 1;
    }
}

/// Takes the layers off, and holds the fragments that wait for others.
#[derive(Debug, Default)]
pub struct Decoder {
    /// What was counted so far.
    pub counts: Counts,
    fragments: Fragments,
}

impl Decoder {
    /// What a packet is.
    #[inline]
    pub fn decode<'a>(&'a mut self, packet: &Packet<'a>) -> Frame<'a> {
        let Decoder { counts, fragments } = self;
        let absent = (packet.original as usize).saturating_sub(packet.bytes.len());
        counts.cut += u64::from(absent > 0);
        let mut walk = Walk {
            counts,
            absent,
            encapsulated: false,
        };
        let found = match walk.link(packet) {
            Ok(Found::Fragment(fragment)) => match fragments.add(&fragment, packet.time) {
                Some(whole) => {
                    walk.counts.defragmented += 1;
                    walk.datagram(Datagram {
                        payload: whole,
                        missing: 0,
                        ..fragment.datagram
                    })
                }
                None => Err(Unread::Fragment),
            },
            found => found,
        };
        let encapsulated = walk.encapsulated;
        match found {
            Ok(Found::Frame(frame)) => {
                counts.encapsulated += u64::from(encapsulated);
                counts.segments += u64::from(matches!(frame, Frame::Segment(_)));
                frame
            }
            // A fragment of a datagram that was itself put together from fragments.
            Ok(Found::Fragment(_)) => {
                counts.unread(Unread::Fragment);
                Frame::Other
            }
            Err(why) => {
                counts.unread(why);
                Frame::Other
            }
        }
    }
}

/// What stands at the front of the bytes that are left.
#[derive(Debug, Clone, Copy)]
enum Layer {
    Ethernet,
    EtherType(u16),
    Ip,
    Mpls,
    Pppoe,
    Ppp,
    Gre,
}

/// IP's payload, before anything is known of it.
#[derive(Clone, Copy)]
struct Datagram<'a> {
    from: IpAddr,
    to: IpAddr,
    id: u16,
    protocol: IpNumber,
    payload: &'a [u8],
    /// Bytes of the payload that the capture does not hold.
    missing: usize,
}

/// What the layers led to.
enum Found<'a> {
    Frame(Frame<'a>),
    Fragment(Fragment<'a>),
}

/// The way through one packet's layers.
struct Walk<'c> {
    counts: &'c mut Counts,
    /// Bytes at the packet's end that the capture cut away.
    absent: usize,
    encapsulated: bool,
}

impl Walk<'_> {
    fn link<'a>(&mut self, packet: &Packet<'a>) -> Result<Found<'a>, Unread> {
        let bytes = packet.bytes;
        let (layer, skip) = match packet.link.0 {
            1 => (Layer::Ethernet, 0),
            113 => (Layer::EtherType(be16(bytes, 14)?), 16),
            276 => (Layer::EtherType(be16(bytes, 0)?), 20),
            // The address family's number differs between systems; IP's own version does not.
            0 | 108 => (Layer::Ip, 4),
            12 | 14 | 101 | 228 | 229 => (Layer::Ip, 0),
            9 | 50 => (Layer::Ppp, 0),
            // One byte of direction, then PPP.
            166 | 204 => (Layer::Ppp, 1),
            51 => (Layer::Pppoe, 0),
            // Cisco HDLC: address, control, EtherType.
            104 => (Layer::EtherType(be16(bytes, 2)?), 4),
            _ => return Err(Unread::Link(packet.link)),
        };
        self.layers(
            layer,
            bytes.get(skip..).ok_or(Unread::CutHeader)?,
            MAX_LAYERS,
        )
    }

    fn layers<'a>(
        &mut self,
        mut layer: Layer,
        mut bytes: &'a [u8],
        depth: usize,
    ) -> Result<Found<'a>, Unread> {
        for left in (0..depth).rev() {
            let skip;
            (layer, skip) = match layer {
                Layer::Ethernet => match be16(bytes, 12)? {
                    // A length, not a type: IEEE 802.3 with 802.2, perhaps with SNAP behind it.
                    length if length < 0x0600 => match bytes.get(14..20) {
                        Some([0xaa, 0xaa, 0x03, 0, 0, 0]) => {
                            (Layer::EtherType(be16(bytes, 20)?), 22)
                        }
                        _ => return Err(Unread::Llc),
                    },
                    kind => (Layer::EtherType(kind), 14),
                },
                Layer::EtherType(0x0800 | 0x86dd) => (Layer::Ip, 0),
                // VLAN tags of 802.1Q, 802.1ad and the values in use before it.
                Layer::EtherType(0x8100 | 0x88a8 | 0x9100 | 0x9200) => {
                    self.encapsulated = true;
                    (Layer::EtherType(be16(bytes, 2)?), 4)
                }
                Layer::EtherType(0x8847 | 0x8848) => (Layer::Mpls, 0),
                Layer::EtherType(0x8864) => (Layer::Pppoe, 0),
                Layer::EtherType(0x880b) => (Layer::Ppp, 0),
                Layer::EtherType(0x6558) => (Layer::Ethernet, 0),
                Layer::EtherType(other) => return Err(Unread::EtherType(other)),
                Layer::Mpls => {
                    self.encapsulated = true;
                    let last = be16(bytes, 2)? & 0x0100 != 0;
                    match bytes.get(4).map(|byte| byte >> 4) {
                        _ if !last => (Layer::Mpls, 4),
                        Some(4 | 6) => (Layer::Ip, 4),
                        // A pseudowire's control word (RFC 4385), then Ethernet.
                        Some(0) => (Layer::Ethernet, 8),
                        _ => (Layer::Ethernet, 4),
                    }
                }
                Layer::Pppoe => {
                    self.encapsulated = true;
                    (Layer::Ppp, 6)
                }
                Layer::Ppp => ppp(bytes)?,
                Layer::Gre => {
                    self.encapsulated = true;
                    gre(bytes)?
                }
                Layer::Ip => return self.ip(bytes, left),
            };
            bytes = bytes.get(skip..).ok_or(Unread::CutHeader)?;
        }
        Err(Unread::BadTunnel)
    }

    fn ip<'a>(&mut self, bytes: &'a [u8], depth: usize) -> Result<Found<'a>, Unread> {
        let (ip, _) = LaxIpSlice::from_slice(bytes).map_err(|error| match error {
            etherparse::err::ip::LaxHeaderSliceError::Len(_) => Unread::CutHeader,
            etherparse::err::ip::LaxHeaderSliceError::Content(_) => Unread::BadIp,
        })?;
        let payload = ip.payload();
        let claimed = match &ip {
            LaxIpSlice::Ipv4(v4) => usize::from(v4.header().total_len()),
            LaxIpSlice::Ipv6(v6) => match v6.header().payload_length() {
                0 => 0,
                length => usize::from(length) + 40,
            },
        };
        let missing = if payload.incomplete {
            claimed.saturating_sub(bytes.len())
        } else if payload.len_source == LenSource::Slice && claimed == 0 {
            // Segmentation offload leaves the length to the network card: the packet is as long as the frame.
            self.counts.no_ip_length += 1;
            self.absent
        } else {
            0
        };
        let datagram = Datagram {
            from: ip.source_addr(),
            to: ip.destination_addr(),
            id: match &ip {
                LaxIpSlice::Ipv4(v4) => v4.header().identification(),
                LaxIpSlice::Ipv6(_) => 0,
            },
            protocol: payload.ip_number,
            payload: payload.payload,
            missing,
        };
        if payload.fragmented {
            return Fragment::of(&ip, datagram).map(Found::Fragment);
        }
        self.inside(datagram, depth)
    }

    /// A datagram that was put together from fragments.
    fn datagram<'a>(&mut self, datagram: Datagram<'a>) -> Result<Found<'a>, Unread> {
        self.absent = 0;
        self.inside(datagram, MAX_LAYERS)
    }

    fn inside<'a>(&mut self, datagram: Datagram<'a>, depth: usize) -> Result<Found<'a>, Unread> {
        match datagram.protocol {
            IpNumber::TCP => segment(self.counts, &datagram)
                .map(Frame::Segment)
                .map(Found::Frame),
            IpNumber::ICMP | IpNumber::IPV6_ICMP => undelivered(&datagram)
                .map(Frame::Undelivered)
                .map(Found::Frame),
            IpNumber::GRE => self.layers(Layer::Gre, datagram.payload, depth),
            // IP in IP, and IPv6 in IPv4.
            IpNumber::IPV4 | IpNumber::IPV6 => {
                self.encapsulated = true;
                self.layers(Layer::Ip, datagram.payload, depth)
            }
            other => Err(Unread::Protocol(other.0)),
        }
    }
}

fn be16(bytes: &[u8], at: usize) -> Result<u16, Unread> {
    match bytes.get(at..at + 2) {
        Some(&[high, low]) => Ok(u16::from_be_bytes([high, low])),
        _ => Err(Unread::CutHeader),
    }
}

fn be32(bytes: &[u8], at: usize) -> Result<u32, Unread> {
    Ok(u32::from(be16(bytes, at)?) << 16 | u32::from(be16(bytes, at + 2)?))
}

/// PPP's protocol field, with or without HDLC-like framing (RFC 1661, RFC 1662).
fn ppp(bytes: &[u8]) -> Result<(Layer, usize), Unread> {
    let framed = if bytes.starts_with(&[0xff, 0x03]) {
        2
    } else {
        0
    };
    // An odd first byte is a protocol compressed to one (RFC 1661 6.5).
    let (protocol, skip) = match bytes.get(framed) {
        Some(first) if first & 1 == 1 => (u16::from(*first), framed + 1),
        _ => (be16(bytes, framed)?, framed + 2),
    };
    match protocol {
        0x0021 | 0x0057 => Ok((Layer::Ip, skip)),
        0x0281 | 0x0283 => Ok((Layer::Mpls, skip)),
        other => Err(Unread::Ppp(other)),
    }
}

/// GRE (RFC 2784, RFC 2890), PPTP's (RFC 2637) and, behind it, ERSPAN.
fn gre(bytes: &[u8]) -> Result<(Layer, usize), Unread> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const SEQUENCE: u16 = 0x1000;
    const ACKNOWLEDGE: u16 = 0x0080;
    let (flags, protocol) = (be16(bytes, 0)?, be16(bytes, 2)?);
    let with = |bit: u16| if flags & bit != 0 { 4 } else { 0 };
    let skip = 4 + with(CHECKSUM) + with(KEY) + with(SEQUENCE);
    match (flags & 0x0007, protocol) {
        (0, _) if flags & ROUTING != 0 => Err(Unread::BadTunnel),
        // ERSPAN: type I has no sequence number and no header of its own, type II has both, type III a longer one.
        (0, 0x88be) if flags & SEQUENCE == 0 => Ok((Layer::Ethernet, skip)),
        (0, 0x88be) => Ok((Layer::Ethernet, skip + 8)),
        (0, 0x22eb) => {
            let platform = be16(bytes, skip + 10)? & 1 != 0;
            Ok((Layer::Ethernet, skip + 12 + if platform { 8 } else { 0 }))
        }
        (0, kind) => Ok((Layer::EtherType(kind), skip)),
        (1, 0x880b) => Ok((Layer::Ppp, skip + with(ACKNOWLEDGE))),
        _ => Err(Unread::BadTunnel),
    }
}

/// The header by hand, because a capture may cut it inside its options: ports, numbers and flags still count then, and
/// so does the length of the payload.
#[inline]
fn segment<'a>(counts: &mut Counts, datagram: &Datagram<'a>) -> Result<Segment<'a>, Unread> {
    let bytes = datagram.payload;
    let Some((header, _)) = bytes.split_first_chunk::<20>() else {
        return Err(if datagram.missing > 0 {
            Unread::CutHeader
        } else {
            Unread::BadTcp
        });
    };
    let length = usize::from(header[12] >> 4) * 4;
    let total = bytes.len() + datagram.missing;
    if length < 20 || length > total {
        return Err(Unread::BadTcp);
    }
    let payload = bytes.get(length..).unwrap_or_default();
    if counts.checked < CHECKED_SEGMENTS && datagram.missing == 0 {
        counts.checked += 1;
        counts.wrong_checksums += u64::from(!checksum_holds(datagram));
    }
    let be16 = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let be32 = |at: usize| u32::from(be16(at)) << 16 | u32::from(be16(at + 2));
    Ok(Segment {
        from: Endpoint::new(datagram.from, be16(0)),
        to: Endpoint::new(datagram.to, be16(2)),
        sequence: be32(4),
        acknowledges: be32(8),
        flags: Flags(header[13]),
        window: be16(14),
        options: &bytes[20..length.min(bytes.len())],
        ip_id: datagram.id,
        payload,
        wire: (total - length) as u32,
    })
}

fn checksum_holds(datagram: &Datagram<'_>) -> bool {
    let Ok(tcp) = TcpSlice::from_slice(datagram.payload) else {
        return false;
    };
    let right = match (datagram.from, datagram.to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => tcp.calc_checksum_ipv4(from.octets(), to.octets()),
        (IpAddr::V6(from), IpAddr::V6(to)) => tcp.calc_checksum_ipv6(from.octets(), to.octets()),
        _ => return true,
    };
    right.is_ok_and(|right| right == tcp.checksum())
}

/// An ICMP or ICMPv6 error that quotes the first bytes of a TCP segment.
fn undelivered(datagram: &Datagram<'_>) -> Result<Undelivered, Unread> {
    let bytes = datagram.payload;
    let v6 = datagram.protocol == IpNumber::IPV6_ICMP;
    let unread = Unread::Protocol(datagram.protocol.0);
    let (Some(&kind), Some(&code)) = (bytes.first(), bytes.get(1)) else {
        return Err(Unread::CutHeader);
    };
    // Unreachable, time exceeded, parameter problem; not "packet too big", which is answered with smaller ones.
    let is_error = match (v6, kind, code) {
        (false, 3, 4) => false,
        (false, 3 | 11 | 12, _) | (true, 1 | 3 | 4, _) => true,
        _ => false,
    };
    let quoted = bytes.get(8..).unwrap_or_default();
    if !is_error {
        return Err(unread);
    }
    let (ip, _) = LaxIpSlice::from_slice(quoted).map_err(|_| unread)?;
    let inside = ip.payload();
    if inside.ip_number != IpNumber::TCP || inside.fragmented {
        return Err(unread);
    }
    let tcp = inside.payload;
    Ok(Undelivered {
        reporter: datagram.from,
        from: Endpoint::new(ip.source_addr(), be16(tcp, 0)?),
        to: Endpoint::new(ip.destination_addr(), be16(tcp, 2)?),
        sequence: be32(tcp, 4)?,
        v6,
        kind,
        code,
    })
}

#[cfg(test)]
mod tests;
