//! A capture file as a stream of packets, whatever it is wrapped in.
//!
//! Our own reader, because captures are what this program is for and because no crate at hand keeps the promises:
//! `pcap-file` 2.0.0 takes the time of a pcapng packet as nanoseconds whatever its interface's `if_tsresol` says, its
//! successor wants a newer compiler, and neither reads the "modified" pcap or snoop, bounds a hostile length by a constant, or
//! tells a cut file from a damaged one. The formats are small: libpcap's `pcap-savefile(5)`, the pcapng draft
//! (draft-ietf-opsawg-pcapng), snoop (RFC 1761).
//!
//! A packet is borrowed from the reader's one buffer: [`Reader::advance`] moves on, [`Reader::packet`] shows where it
//! stands. A cut or damaged file gives the packets it holds, then [`Reader::ending`] says what happened.

mod input;
mod pcap;
mod pcapng;
mod sniff;
mod snoop;
mod zstd;

use std::{
    fmt,
    io::{self, Read},
};

use flate2::read::MultiGzDecoder;
use serde::Serialize;

use input::Input;
pub use sniff::Foreign;

/// How many bytes of a file say whether it is a capture.
pub const MAGIC: usize = 8;

/// True where a file that begins like this is a capture, not compressed.
#[must_use]
pub fn is_capture(front: &[u8]) -> bool {
    use sniff::Sniffed;
    matches!(
        sniff::sniff(front),
        Sniffed::Pcap(_) | Sniffed::Pcapng | Sniffed::Snoop
    )
}

/// Longest record that is read as a packet, its headers included; a longer one is skipped and counted. Twice what
/// tcpdump and Wireshark capture at most (262,144 bytes).
pub const MAX_RECORD: usize = 512 * 1024;
/// How many compressed layers are unwrapped, one inside the other.
pub const MAX_WRAPPERS: usize = 3;
/// Largest window a Zstandard frame may ask for: what the `zstd` program itself accepts without being told.
pub const MAX_ZSTD_WINDOW: u64 = 128 * 1024 * 1024;
/// Interfaces of one pcapng section that are remembered; packets of further ones have no known link type.
pub const MAX_INTERFACES: usize = 4_096;
/// Bytes kept of a name or comment in the file.
pub const MAX_TEXT: usize = 512;

/// Nanoseconds since the epoch, 1970-01-01 00:00 UTC. 64 bits reach from 1677 to 2262; what a file claims beyond is
/// clamped.
pub type Nanos = i64;

/// The link layer of an interface, by its number in the registry of link types (`tcpdump.org/linktypes.html`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD loopback: four bytes of address family in the byte order of the capturing machine.
    pub const NULL: LinkType = LinkType(0);
    /// Ethernet.
    pub const ETHERNET: LinkType = LinkType(1);
    /// PPP, with or without HDLC-like framing.
    pub const PPP: LinkType = LinkType(9);
    /// IP without anything before it.
    pub const RAW: LinkType = LinkType(101);
    /// OpenBSD loopback: as NULL, in network byte order.
    pub const LOOP: LinkType = LinkType(108);
    /// Linux cooked capture (the `any` device).
    pub const LINUX_SLL: LinkType = LinkType(113);
    /// IPv4 without anything before it.
    pub const IPV4: LinkType = LinkType(228);
    /// IPv6 without anything before it.
    pub const IPV6: LinkType = LinkType(229);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: LinkType = LinkType(276);
    /// The packet names an interface that the file does not describe.
    pub const UNDESCRIBED: LinkType = LinkType(u32::MAX);

    /// The name that tcpdump and Wireshark give it, without `LINKTYPE_`.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NULL",
            1 => "ETHERNET",
            6 => "IEEE802_5",
            8 => "SLIP",
            9 => "PPP",
            10 => "FDDI",
            50 => "PPP_HDLC",
            51 => "PPP_ETHER",
            12 | 14 | 101 => "RAW",
            104 => "C_HDLC",
            105 => "IEEE802_11",
            107 => "FRELAY",
            108 => "LOOP",
            113 => "LINUX_SLL",
            117 => "PFLOG",
            119 => "IEEE802_11_PRISM",
            127 => "IEEE802_11_RADIOTAP",
            163 => "IEEE802_11_AVS",
            166 => "PPP_PPPD",
            187 => "BLUETOOTH_HCI_H4",
            189 => "USB_LINUX",
            195 => "IEEE802_15_4_WITHFCS",
            201 => "BLUETOOTH_HCI_H4_WITH_PHDR",
            220 => "USB_LINUX_MMAPPED",
            228 => "IPV4",
            229 => "IPV6",
            239 => "NFLOG",
            249 => "USBPCAP",
            252 => "WIRESHARK_UPPER_PDU",
            253 => "NETLINK",
            276 => "LINUX_SLL2",
            _ => return None,
        })
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None if *self == LinkType::UNDESCRIBED => f.write_str("undescribed"),
            None => write!(f, "{}", self.0),
        }
    }
}

/// One packet of a capture, borrowed from the reader.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// Its number in the file, from 1, as Wireshark counts.
    pub number: u64,
    /// When it was captured. A packet without a time of its own (pcapng's simple packet block) has that of the packet before it.
    pub time: Nanos,
    /// What its first byte is.
    pub link: LinkType,
    /// The bytes that were kept.
    pub bytes: &'a [u8],
    /// How many there were on the wire; at least as many as were kept.
    pub original: u32,
}

/// What a packet is, without its bytes: those stay in the reader's buffer, at the front.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    time: Nanos,
    link: u32,
    /// Bytes of the record before the packet's own.
    skip: usize,
    captured: usize,
    original: u32,
    /// Bytes of the whole record, so that the next one is found.
    record: usize,
}

/// The file's own format, inside its wrappers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// libpcap, times in microseconds.
    Pcap,
    /// libpcap, times in nanoseconds.
    PcapNanoseconds,
    /// libpcap with Alexey Kuznetsov's longer packet headers (magic a1b2cd34).
    PcapModified,
    /// pcapng.
    Pcapng,
    /// Solaris snoop (RFC 1761).
    Snoop,
}

impl Format {
    /// The word for it, in every language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Pcap => "pcap",
            Format::PcapNanoseconds => "pcap-nanoseconds",
            Format::PcapModified => "pcap-modified",
            Format::Pcapng => "pcapng",
            Format::Snoop => "snoop",
        }
    }
}

/// What a capture was compressed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wrapper {
    /// gzip (RFC 1952), any number of members.
    Gzip,
    /// Zstandard (RFC 8878), any number of frames.
    Zstd,
}

/// Why a file is not read at all.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// Not one byte.
    #[error("empty file")]
    Empty,
    /// It ends inside its own header.
    #[error("the file ends inside its header, after {bytes} bytes")]
    CutHeader {
        /// How many bytes there were.
        bytes: usize,
    },
    /// Something else, and we know what.
    #[error("not a capture we read: {0:?}")]
    Foreign(Foreign),
    /// Something else.
    #[error("no capture: begins with {magic:02x?}")]
    Unknown {
        /// Its first bytes, at most eight.
        magic: Vec<u8>,
    },
    /// A capture format that we read, in a version that we do not.
    #[error("{format:?} version {major}.{minor}")]
    Version {
        /// The format.
        format: Format,
        /// Its major version, as the file says.
        major: u32,
        /// Its minor version.
        minor: u32,
    },
    /// More compressed layers than [`MAX_WRAPPERS`].
    #[error("compressed more than {MAX_WRAPPERS} times over")]
    TooDeep,
    /// A Zstandard frame asks for a window above [`MAX_ZSTD_WINDOW`], of so many bytes.
    #[error("a Zstandard window of {0} bytes")]
    Window(u64),
    /// The compressed data is damaged before the first packet.
    #[error("damaged {0:?} data")]
    DamagedWrapper(Wrapper),
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] io::Error),
}

/// How the packets came to an end.
#[derive(Debug, Default)]
pub enum Ending {
    /// There may be more.
    #[default]
    NotYet,
    /// The file ends where a packet ends.
    Whole,
    /// The file ends inside a packet or block: it was cut, or is still being written.
    Cut {
        /// Where the piece that is cut begins, in bytes from the start of the file (unwrapped).
        at: u64,
    },
    /// What stands there is no packet; nothing after it can be trusted.
    Damaged {
        /// Where.
        at: u64,
        /// What is wrong there.
        what: Damage,
    },
    /// The system refused to read on.
    Read(io::Error),
}

impl Ending {
    /// Whether the file was read to its proper end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Ending::Whole)
    }
}

/// What is wrong with a damaged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// A record claims a length that no packet has.
    Length(u64),
    /// A pcapng block's two lengths differ.
    LengthsDiffer(u32, u32),
    /// A pcapng section begins without its byte-order mark, or in another version.
    Section,
    /// The compressed data is damaged.
    Wrapper(Wrapper),
    /// A Zstandard frame asks for a window above [`MAX_ZSTD_WINDOW`], of so many bytes.
    Window(u64),
}

/// What the file says of itself beside its packets.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The machine's operating system, as the file tells.
    pub system: Option<String>,
    /// The program that wrote it.
    pub program: Option<String>,
    /// The first interface's name.
    pub interface: Option<String>,
    /// The filter that the capturing program was given, for the first interface that tells.
    pub filter: Option<String>,
    /// The shortest snapshot length of its interfaces; None where packets were kept whole.
    pub snaplen: Option<u32>,
    /// Packets that the capturing program or machine lost, as the file tells (pcapng statistics, snoop's counter).
    pub dropped: Option<u64>,
    /// Interfaces described, in all sections.
    pub interfaces: u64,
    /// pcapng sections.
    pub sections: u64,
    /// Comments on packets, sections and interfaces.
    pub comments: u64,
    /// pcapng blocks of a type that was skipped.
    pub skipped_blocks: u64,
    /// Those of them that were too long to be looked at.
    pub long_blocks: u64,
    /// Packets longer than [`MAX_RECORD`], skipped (but numbered).
    pub oversized: u64,
    /// Packets without a time of their own.
    pub untimed: u64,
}

/// What a format's parser found at the front of the input.
enum Step {
    /// A packet; its record is wholly in the buffer.
    Packet(Head),
    /// The file ends here, properly.
    End,
    /// The file ends inside something.
    Cut,
    /// What stands there is no record.
    Damaged(Damage),
    /// A packet that is too long was skipped.
    Oversized,
}

/// The parsers, each with what its header said.
enum Parser {
    Pcap(pcap::Pcap),
    Pcapng(pcapng::Pcapng),
    Snoop(snoop::Snoop),
}

/// Reads packets from a stream of bytes.
pub struct Reader<'r> {
    input: Input<Box<dyn Read + 'r>>,
    parser: Parser,
    format: Format,
    wrappers: Vec<Wrapper>,
    about: About,
    head: Head,
    number: u64,
    ending: Ending,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("format", &self.format)
            .field("number", &self.number)
            .field("ending", &self.ending)
            .finish_non_exhaustive()
    }
}

impl<'r> Reader<'r> {
    /// Looks at the first bytes and takes off the wrappers.
    ///
    /// # Errors
    /// Where it is no capture that can be read; see [`Unopened`].
    pub fn open(source: impl Read + 'r) -> Result<Reader<'r>, Unopened> {
        let mut wrappers = Vec::new();
        let mut input = Input::new(Box::new(source) as Box<dyn Read + 'r>);
        loop {
            let front = match input.fill(sniff::ENOUGH) {
                Ok(front) => front,
                Err(error) => {
                    if let Some(window) = zstd::wanted_window(&error) {
                        return Err(Unopened::Window(window));
                    }
                    return Err(match (wrappers.last(), unwrapping_failed(&error)) {
                        (Some(&wrapper), Some(_)) => Unopened::DamagedWrapper(wrapper),
                        _ => Unopened::Read(error),
                    });
                }
            };
            let (format, parser) = match sniff::sniff(front) {
                sniff::Sniffed::Wrapped(wrapper) => {
                    if wrappers.len() == MAX_WRAPPERS {
                        return Err(Unopened::TooDeep);
                    }
                    wrappers.push(wrapper);
                    let inner = input.into_reader();
                    input = Input::new(match wrapper {
                        Wrapper::Gzip => Box::new(MultiGzDecoder::new(inner)),
                        Wrapper::Zstd => Box::new(zstd::Frames::new(inner, MAX_ZSTD_WINDOW)),
                    });
                    continue;
                }
                sniff::Sniffed::Pcap(magic) => {
                    let (format, pcap) = pcap::Pcap::open(magic, front)?;
                    (format, Parser::Pcap(pcap))
                }
                sniff::Sniffed::Pcapng => {
                    (Format::Pcapng, Parser::Pcapng(pcapng::Pcapng::default()))
                }
                sniff::Sniffed::Snoop => (Format::Snoop, Parser::Snoop(snoop::Snoop::open(front)?)),
                // A wrapper with nothing inside: a cut or damaged one most of all.
                sniff::Sniffed::Nothing if front.is_empty() => {
                    return Err(match wrappers.last() {
                        Some(&wrapper) if input.end_was_abrupt() => {
                            Unopened::DamagedWrapper(wrapper)
                        }
                        _ => Unopened::Empty,
                    });
                }
                sniff::Sniffed::Nothing => {
                    return Err(Unopened::Unknown {
                        magic: front[..front.len().min(8)].to_vec(),
                    });
                }
                sniff::Sniffed::Foreign(foreign) => return Err(Unopened::Foreign(foreign)),
            };
            let mut reader = Reader {
                input,
                parser,
                format,
                wrappers,
                about: About::default(),
                head: Head::default(),
                number: 0,
                ending: Ending::NotYet,
            };
            match &reader.parser {
                Parser::Pcap(pcap) => {
                    reader.about.snaplen = pcap.snaplen();
                    reader.input.consume(pcap::HEADER);
                }
                Parser::Snoop(_) => reader.input.consume(snoop::HEADER),
                Parser::Pcapng(_) => {}
            }
            return Ok(reader);
        }
    }

    /// Moves to the next packet. False where there is none; [`Reader::ending`] then says why.
    pub fn advance(&mut self) -> bool {
        if !matches!(self.ending, Ending::NotYet) {
            return false;
        }
        self.input.consume(self.head.record);
        self.head = Head::default();
        loop {
            let step = match &mut self.parser {
                Parser::Pcap(pcap) => pcap.step(&mut self.input),
                Parser::Pcapng(pcapng) => pcapng.step(&mut self.input, &mut self.about),
                Parser::Snoop(snoop) => snoop.step(&mut self.input, &mut self.about),
            };
            self.ending = match step {
                Ok(Step::Packet(head)) => {
                    self.number += 1;
                    self.head = head;
                    return true;
                }
                Ok(Step::Oversized) => {
                    self.number += 1;
                    self.about.oversized += 1;
                    continue;
                }
                // A compressed stream that stops short looks like an end of file to the parser.
                Ok(Step::End) if self.input.end_was_abrupt() => Ending::Cut {
                    at: self.input.offset(),
                },
                Ok(Step::End) => Ending::Whole,
                Ok(Step::Cut) => Ending::Cut {
                    at: self.input.offset(),
                },
                Ok(Step::Damaged(what)) => Ending::Damaged {
                    at: self.input.offset(),
                    what,
                },
                Err(error) => match (self.wrappers.last(), unwrapping_failed(&error)) {
                    (Some(&wrapper), Some(_)) => Ending::Damaged {
                        at: self.input.offset(),
                        what: zstd::wanted_window(&error)
                            .map_or(Damage::Wrapper(wrapper), Damage::Window),
                    },
                    _ => Ending::Read(error),
                },
            };
            return false;
        }
    }

    /// The packet on which [`Reader::advance`] stopped.
    #[must_use]
    pub fn packet(&self) -> Packet<'_> {
        let Head {
            time,
            link,
            skip,
            captured,
            original,
            ..
        } = self.head;
        Packet {
            number: self.number,
            time,
            link: LinkType(link),
            bytes: self.input.held(skip, captured),
            original,
        }
    }

    /// How the packets ended.
    #[must_use]
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// The file's format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// What it was compressed with, the outermost first.
    #[must_use]
    pub fn wrappers(&self) -> &[Wrapper] {
        &self.wrappers
    }

    /// What the file says of itself, so far.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }
}

/// Whether an error of a decompressor says that its data is bad (and not that the disk is).
fn unwrapping_failed(error: &io::Error) -> Option<()> {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other
    )
    .then_some(())
}

/// A byte order, as the file's magic tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Order {
    #[default]
    Little,
    Big,
}

impl Order {
    /// Two bytes at `at`; 0 beyond the end (callers have checked the length).
    fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let Some(Ok(two)) = bytes.get(at..at + 2).map(<[u8; 2]>::try_from) else {
            return 0;
        };
        match self {
            Order::Little => u16::from_le_bytes(two),
            Order::Big => u16::from_be_bytes(two),
        }
    }

    /// Four bytes at `at`; 0 beyond the end.
    fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let Some(Ok(four)) = bytes.get(at..at + 4).map(<[u8; 4]>::try_from) else {
            return 0;
        };
        match self {
            Order::Little => u32::from_le_bytes(four),
            Order::Big => u32::from_be_bytes(four),
        }
    }

    /// Eight bytes at `at`; 0 beyond the end.
    fn u64(self, bytes: &[u8], at: usize) -> u64 {
        let (first, second) = (
            u64::from(self.u32(bytes, at)),
            u64::from(self.u32(bytes, at + 4)),
        );
        match self {
            Order::Little => second << 32 | first,
            Order::Big => first << 32 | second,
        }
    }
}

/// Text of the file, at most [`MAX_TEXT`] bytes of it; an ellipsis says that there is more.
fn text_of(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let kept = &bytes[..bytes.len().min(MAX_TEXT)];
    let mut text = String::from_utf8_lossy(kept).into_owned();
    if kept.len() < bytes.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
