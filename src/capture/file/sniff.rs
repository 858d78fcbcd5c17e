//! What a file is, by its first bytes. Formats that we do not read are named, so that the answer can be the command that
//! converts them.

use super::{Format, Order, Wrapper, pcap::Magic};

/// How many bytes the answer needs at most.
pub(super) const ENOUGH: usize = 512;

/// What the first bytes say.
pub(super) enum Sniffed {
    Pcap(Magic),
    Pcapng,
    Snoop,
    Wrapped(Wrapper),
    Foreign(Foreign),
    Nothing,
}

/// What a file is that is no capture we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// Endace's extensible record format. Converted by `editcap -F pcap`, as the formats down to `Ixia` are.
    Erf,
    /// Microsoft Network Monitor.
    NetMon,
    /// Network General's and NetScout's Sniffer.
    Sniffer,
    /// NetXRay and Windows Sniffer.
    NetXray,
    /// WildPackets EtherPeek, TokenPeek, AiroPeek, OmniPeek.
    Peek,
    /// Visual Networks.
    VisualNetworks,
    /// AIX iptrace.
    Iptrace,
    /// HP-UX nettl.
    Nettl,
    /// Bluetooth HCI logs.
    Btsnoop,
    /// Tektronix K12.
    K12,
    /// IXIA's variant of libpcap.
    Ixia,
    /// An event trace of Windows (`netsh trace`, `pktmon`): converted by `etl2pcapng` or `pktmon etl2pcap`.
    Etl,
    /// xz. Unpacked by a program of that name, as the formats down to `SevenZip` are.
    Xz,
    /// bzip2.
    Bzip2,
    /// LZ4.
    Lz4,
    /// A ZIP archive.
    Zip,
    /// A tar archive.
    Tar,
    /// 7-Zip.
    SevenZip,
    /// A web page: most often a login or error page saved under the capture's name.
    Html,
    /// XML, such as Wireshark's PDML.
    Xml,
    /// JSON, such as `tshark -T json`.
    Json,
    /// A pointer of Git LFS in place of the file.
    LfsPointer,
    /// Text, such as what tshark or tcpdump prints.
    Text,
}

/// Formats known by what they begin with.
const BEGIN: &[(&[u8], Foreign)] = &[
    (b"RTSS", Foreign::NetMon),
    (b"GMBU", Foreign::NetMon),
    (b"TRSNIFF data    \x1a", Foreign::Sniffer),
    (b"XCP\0", Foreign::NetXray),
    (b"\x7fver", Foreign::Peek),
    (b"\x05VNF", Foreign::VisualNetworks),
    (b"iptrace ", Foreign::Iptrace),
    (b"\x54\x52\x00\x64\x00", Foreign::Nettl),
    (b"btsnoop\0", Foreign::Btsnoop),
    (b"\x00\x00\x02\x00\x12\x05\x00\x10", Foreign::K12),
    (b"\x1c\x00\x01\xac", Foreign::Ixia),
    (b"\x1c\x00\x01\xab", Foreign::Ixia),
    (b"\xac\x01\x00\x1c", Foreign::Ixia),
    (b"\xab\x01\x00\x1c", Foreign::Ixia),
    (b"\xfd7zXZ\0", Foreign::Xz),
    (b"BZh", Foreign::Bzip2),
    (b"\x04\x22\x4d\x18", Foreign::Lz4),
    (b"PK\x03\x04", Foreign::Zip),
    (b"7z\xbc\xaf\x27\x1c", Foreign::SevenZip),
    (b"version https://git-lfs", Foreign::LfsPointer),
];

/// Looks at the first bytes of a file, of which there are [`ENOUGH`] unless it is shorter.
pub(super) fn sniff(front: &[u8]) -> Sniffed {
    let Some(&magic) = front.first_chunk::<4>() else {
        return foreign(front);
    };
    for order in [Order::Little, Order::Big] {
        let format = match order.u32(&magic, 0) {
            0xa1b2_c3d4 => Format::Pcap,
            0xa1b2_3c4d => Format::PcapNanoseconds,
            0xa1b2_cd34 => Format::PcapModified,
            _ => continue,
        };
        return Sniffed::Pcap(Magic { order, format });
    }
    match magic {
        [0x0a, 0x0d, 0x0d, 0x0a] => Sniffed::Pcapng,
        [0x1f, 0x8b, ..] => Sniffed::Wrapped(Wrapper::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd] => Sniffed::Wrapped(Wrapper::Zstd),
        // A skippable frame (RFC 8878 3.1.2) may come first.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Sniffed::Wrapped(Wrapper::Zstd),
        _ if front.starts_with(b"snoop\0\0\0") => Sniffed::Snoop,
        _ => foreign(front),
    }
}

fn foreign(front: &[u8]) -> Sniffed {
    if let Some((_, foreign)) = BEGIN.iter().find(|(begin, _)| front.starts_with(begin)) {
        return Sniffed::Foreign(*foreign);
    }
    let front = front.strip_prefix(b"\xef\xbb\xbf").unwrap_or(front);
    let inside = front.trim_ascii_start();
    let begins = |with: &str| {
        inside
            .get(..with.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()))
    };
    if begins("<!doctype html") || begins("<html") {
        Sniffed::Foreign(Foreign::Html)
    } else if begins("<?xml") || begins("<pdml") {
        Sniffed::Foreign(Foreign::Xml)
    } else if front.get(257..262) == Some(b"ustar") {
        Sniffed::Foreign(Foreign::Tar)
    } else if is_etl(front) {
        Sniffed::Foreign(Foreign::Etl)
    } else if is_erf(front) {
        Sniffed::Foreign(Foreign::Erf)
    } else if !inside.is_empty() && front.iter().all(|byte| is_text(*byte)) {
        let next = inside[1..].trim_ascii_start().first();
        Sniffed::Foreign(match (inside[0], next) {
            (b'{', Some(b'"' | b'}')) | (b'[', Some(b'{' | b'[' | b']')) => Foreign::Json,
            _ => Foreign::Text,
        })
    } else {
        Sniffed::Nothing
    }
}

/// Printable, blank, or part of a character outside ASCII.
fn is_text(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || matches!(byte, b'\t' | b'\r' | b'\n')
}

/// ERF has no magic: a record is a time, a type, flags and a length, and the next one follows within a day.
fn is_erf(front: &[u8]) -> bool {
    let record = |at: usize| {
        let head = front.get(at..at + 16)?;
        let kind = head[8] & 0x7f;
        let length = usize::from(u16::from_be_bytes([head[10], head[11]]));
        let seconds = Order::Little.u32(head, 4);
        (matches!(kind, 1..=48) && length >= 16 && seconds > 500_000_000)
            .then_some((length, seconds))
    };
    record(0).is_some_and(|(length, first)| {
        record(length).is_some_and(|(_, second)| first.abs_diff(second) < 86_400)
    })
}

/// An event trace begins with a buffer's header: its size twice over (a power of two), and a processor's number.
fn is_etl(front: &[u8]) -> bool {
    let order = Order::Little;
    let size = order.u32(front, 0);
    front.len() >= 72 + 32
        && size.is_power_of_two()
        && (0x1000..=0x0010_0000).contains(&size)
        && order.u32(front, 4) <= size
        && order.u32(front, 8) <= size
        && order.u32(front, 4) == order.u32(front, 8)
        && order.u32(front, 4) > 72
}
