//! Captures from text, for tests: one line a packet, so that an odd case can be read where it is tested.
//!
//! ```text
//! A = 10.0.0.1:40000          a name for an end point
//! link SLL                    the link type of what follows (ETHERNET without it)
//! 0.5 A > B PA seq=1 ack=9 "USER x\r\n"
//! ```
//!
//! A packet is a time in seconds, two end points, flags (S, F, R, P, A, U or `.`), then any of: `seq= ack= win= id=`;
//! `len=N` (a payload of N bytes that count up) or text in quotes with `\r \n \" \\ \xHH`; `mss=N`; `cut=N` (keep so many
//! bytes of the frame); `iplen=0`; `badsum`; `frag=N` (in IP fragments of N bytes); `via=vlan,qinq,mpls,pppoe,gre,…` (tags
//! and tunnels, the outermost first). `icmp=TYPE,CODE from ADDR` quotes the packet in an ICMP error.

mod pcapng;

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
};

use etherparse::{IpNumber, TcpHeader};

pub(crate) use self::pcapng::block;
use super::{
    file::{LinkType, Nanos, Reader},
    flow::{Chunk, End, Flow, Gap, Interest, Leaving, Watch, Way},
    frame::Undelivered,
    reassembly::{Conflict, Mark},
    tracker::Tracker,
    write::{Recorded, Recorder, Remarks},
};

/// A packet as it goes into a file.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    pub(crate) time: Nanos,
    pub(crate) link: LinkType,
    pub(crate) bytes: Vec<u8>,
    pub(crate) original: u32,
}

/// The packets of a text.
pub(crate) fn packets(text: &str) -> Vec<Built> {
    let mut names: HashMap<String, SocketAddr> = HashMap::new();
    let mut link = LinkType::ETHERNET;
    let mut built = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((name, address)) = line.split_once(" = ") {
            names.insert(name.trim().into(), address.trim().parse().expect(line));
        } else if let Some(name) = line.strip_prefix("link ") {
            link = (0..300)
                .map(LinkType)
                .find(|link| link.name() == Some(name))
                .unwrap_or_else(|| LinkType(name.parse().expect(line)));
        } else {
            packet(line, &names, link, &mut built);
        }
    }
    built
}

/// A pcap file (nanoseconds, little-endian) of a text.
pub(crate) fn pcap(text: &str) -> Vec<u8> {
    let packets = packets(text);
    let link = packets.first().map_or(1, |packet| packet.link.0);
    let mut file = pcap_head(LinkType(link));
    for packet in packets {
        assert_eq!(packet.link.0, link, "a pcap file has one link type");
        pcap_packet(&mut file, packet.time, &packet.bytes, packet.original);
    }
    file
}

/// A pcapng file of a text, an interface for each link type.
pub(crate) fn pcapng(text: &str) -> Vec<u8> {
    let packets = packets(text);
    let mut file = block(0x0a0d_0d0a, &{
        let mut body = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
        body.extend([1, 0, 0, 0]);
        body.extend([0xff; 8]);
        body
    });
    let mut links: Vec<LinkType> = Vec::new();
    for packet in packets {
        let interface = links
            .iter()
            .position(|link| *link == packet.link)
            .unwrap_or_else(|| {
                let mut body = (packet.link.0 as u16).to_le_bytes().to_vec();
                body.extend([0; 6]);
                body.extend([9, 0, 1, 0, 9, 0, 0, 0]);
                file.extend(block(1, &body));
                links.push(packet.link);
                links.len() - 1
            });
        let mut body = Vec::new();
        for word in [
            interface as u32,
            (packet.time >> 32) as u32,
            packet.time as u32,
            packet.bytes.len() as u32,
            packet.original,
        ] {
            body.extend(word.to_le_bytes());
        }
        body.extend(packet.bytes);
        file.extend(block(6, &body));
    }
    file
}

/// A capture of a story: connections of which only is said what goes over them. A line is one of these, a tenth of a second
/// after the one before; `lost` before it leaves its packets out of the file.
///
/// ```text
/// open NAME 10.0.0.1:40000 > 10.0.0.2:21     a connection is made
/// NAME > text                                the opener says a line (CRLF is added)
/// NAME < "text\r\n"                          the acceptor sends exactly these bytes
/// NAME >> 1000                               the opener sends so many bytes
/// NAME << 1000
/// fin NAME >                                 the opener has no more to send
/// rst NAME <                                 the acceptor resets
/// refused A > B                              a SYN is answered by a reset
/// silence A > B                              a SYN is not answered
/// wait 3                                     so many seconds pass
/// repeat 500 LINE                            the same line again and again
/// login NAME                                 220, USER anna, 331, PASS secret, 230
/// bye NAME                                   QUIT, 221, and both directions end
/// ```
pub(crate) fn story(story: &str) -> Vec<u8> {
    let mut recorder = Recorder::new(Vec::new(), &Remarks::default()).expect("memory");
    let mut names: HashMap<String, Recorded> = HashMap::new();
    let mut at: Nanos = 1_000_000_000_000;
    let mut lost = Vec::new();
    for line in story.lines().map(str::trim).flat_map(spelled_out) {
        let line = line.as_str();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        at += 100_000_000;
        let before = recorder.frames();
        let rest = line.strip_prefix("lost ");
        tell(&mut recorder, &mut names, rest.unwrap_or(line), &mut at);
        if rest.is_some() {
            lost.extend(before + 1..=recorder.frames());
        }
    }
    let whole = recorder.into_inner();
    if lost.is_empty() {
        return whole;
    }
    let mut file = pcap_head(LinkType::RAW);
    let mut reader = Reader::open(&whole[..]).expect("a capture");
    while reader.advance() {
        let packet = reader.packet();
        if !lost.contains(&packet.number) {
            pcap_packet(&mut file, packet.time, packet.bytes, packet.original);
        }
    }
    file
}

/// The lines that a line of a story stands for.
fn spelled_out(line: &str) -> Vec<String> {
    match line.split_once(' ') {
        Some(("lost", rest)) => {
            let lines = spelled_out(rest).into_iter();
            lines.map(|line| format!("lost {line}")).collect()
        }
        Some(("login", name)) => {
            let lines = [
                "< 220 ready",
                "> USER anna",
                "< 331 password",
                "> PASS secret",
                "< 230 in",
            ];
            lines.map(|said| format!("{name} {said}")).to_vec()
        }
        Some(("bye", name)) => {
            let lines = [format!("{name} > QUIT"), format!("{name} < 221 bye")];
            let ends = [format!("fin {name} <"), format!("fin {name} >")];
            [lines, ends].concat()
        }
        Some(("repeat", rest)) => {
            let (times, line) = rest.split_once(' ').expect(rest);
            vec![line.to_owned(); times.parse().expect(rest)]
        }
        _ => vec![line.to_owned()],
    }
}

/// One line of a story.
fn tell(
    recorder: &mut Recorder<Vec<u8>>,
    names: &mut HashMap<String, Recorded>,
    line: &str,
    at: &mut Nanos,
) {
    let words: Vec<&str> = line.split(' ').collect();
    let address = |word: &str| word.parse::<SocketAddr>().expect(line);
    let way = |word: &str| match word {
        ">" | ">>" => Way::Forth,
        "<" | "<<" => Way::Back,
        _ => panic!("{line}"),
    };
    let told = match words[..] {
        ["wait", seconds] => {
            *at += (seconds.parse::<f64>().expect(line) * 1e9) as Nanos;
            Ok(())
        }
        ["open", name, opener, ">", acceptor] => recorder
            .opened(address(opener), address(acceptor), *at)
            .map(|id| {
                names.insert(name.into(), id);
            }),
        ["refused", opener, ">", acceptor] => {
            recorder.refused(address(opener), address(acceptor), *at)
        }
        ["silence", opener, ">", acceptor] => {
            recorder.unanswered(address(opener), address(acceptor), *at)
        }
        ["fin", name, to] => recorder.closed(names[name], way(to), End::Fin, *at),
        ["rst", name, to] => recorder.closed(names[name], way(to), End::Reset, *at),
        [name, to @ (">>" | "<<"), count] => {
            let bytes = counting(0, count.parse().expect(line));
            recorder.bytes(names[name], way(to), &bytes, *at)
        }
        [name, to, ..] => {
            let text = &line[name.len() + to.len() + 2..];
            let bytes = match text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
            {
                Some(exact) => unescaped(exact),
                None => format!("{text}\r\n").into_bytes(),
            };
            recorder.bytes(names[name], way(to), &bytes, *at)
        }
        _ => panic!("{line}"),
    };
    told.expect("memory");
}

fn pcap_head(link: LinkType) -> Vec<u8> {
    let words = [0xa1b2_3c4d, 0x0004_0002, 0, 0, 0x0004_0000, link.0];
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn pcap_packet(file: &mut Vec<u8>, time: Nanos, bytes: &[u8], original: u32) {
    let seconds = (time / 1_000_000_000) as u32;
    let nanos = (time % 1_000_000_000) as u32;
    for word in [seconds, nanos, bytes.len() as u32, original] {
        file.extend(word.to_le_bytes());
    }
    file.extend(bytes);
}

/// Bytes that count up, so that a byte out of place shows.
pub(crate) fn counting(from: usize, length: usize) -> Vec<u8> {
    (from..from + length)
        .map(|at| (at as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect()
}

fn packet(line: &str, names: &HashMap<String, SocketAddr>, link: LinkType, built: &mut Vec<Built>) {
    let (line, mut payload) = match line.split_once('"') {
        Some((before, rest)) => {
            let text = rest.strip_suffix('"').expect(line);
            (before, unescaped(text))
        }
        None => (line, Vec::new()),
    };
    let mut words = line.split_whitespace();
    let mut next = || words.next().unwrap_or_else(|| panic!("too short: {line}"));
    let seconds: f64 = next().parse().expect(line);
    let time = (seconds * 1e9).round() as Nanos;
    let address = |name: &str| {
        names
            .get(name)
            .copied()
            .unwrap_or_else(|| name.parse().expect(line))
    };
    let from = address(next());
    assert_eq!(next(), ">", "{line}");
    let to = address(next());
    let flags = next();

    let mut tcp = TcpHeader::new(from.port(), to.port(), 0, 65_535);
    for flag in flags.chars() {
        match flag {
            'S' => tcp.syn = true,
            'F' => tcp.fin = true,
            'R' => tcp.rst = true,
            'P' => tcp.psh = true,
            'A' => tcp.ack = true,
            'U' => tcp.urg = true,
            '.' => {}
            other => panic!("{other}: no flag: {line}"),
        }
    }
    let (mut id, mut cut, mut no_length, mut bad_sum, mut fragment) = (0, None, false, false, None);
    let (mut via, mut icmp, mut reporter) = (Vec::new(), None, None);
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<u32>().expect(line);
        match name {
            "seq" => tcp.sequence_number = number(),
            "ack" => tcp.acknowledgment_number = number(),
            "win" => tcp.window_size = number() as u16,
            "id" => id = number() as u16,
            "len" => payload = counting(0, number() as usize),
            "mss" => tcp
                .set_options(&[etherparse::TcpOptionElement::MaximumSegmentSize(
                    number() as u16
                )])
                .expect(line),
            "cut" => cut = Some(number() as usize),
            "iplen" => no_length = true,
            "badsum" => bad_sum = true,
            "frag" => fragment = Some(number() as usize),
            "via" => via = value.split(',').collect(),
            "icmp" => {
                let (kind, code) = value.split_once(',').expect(line);
                icmp = Some((
                    kind.parse::<u8>().expect(line),
                    code.parse::<u8>().expect(line),
                ));
            }
            "from" => reporter = words.next(),
            _ => panic!("{word}: not known: {line}"),
        }
    }

    let mut datagram = Vec::new();
    tcp.checksum = match (from.ip(), to.ip()) {
        (std::net::IpAddr::V4(a), std::net::IpAddr::V4(b)) => tcp
            .calc_checksum_ipv4_raw(a.octets(), b.octets(), &payload)
            .expect(line),
        (std::net::IpAddr::V6(a), std::net::IpAddr::V6(b)) => tcp
            .calc_checksum_ipv6_raw(a.octets(), b.octets(), &payload)
            .expect(line),
        _ => panic!("two families: {line}"),
    };
    if bad_sum {
        tcp.checksum ^= 0x5555;
    }
    datagram.extend(tcp.to_bytes());
    datagram.extend(&payload);

    let mut ips = match fragment {
        None => vec![ip(from, to, IpNumber::TCP, id, None, &datagram)],
        Some(size) => {
            let count = datagram.len().div_ceil(size);
            datagram
                .chunks(size)
                .enumerate()
                .map(|(number, piece)| {
                    let place = (number * size, number + 1 < count);
                    ip(from, to, IpNumber::TCP, id, Some(place), piece)
                })
                .collect()
        }
    };
    if no_length {
        for ip in &mut ips {
            let at = if ip[0] >> 4 == 4 { 2 } else { 4 };
            ip[at..at + 2].fill(0);
        }
    }
    if let Some((kind, code)) = icmp {
        let reporter = SocketAddr::new(reporter.expect(line).parse().expect(line), 0);
        let mut message = vec![kind, code, 0, 0, 0, 0, 0, 0];
        let header = if from.is_ipv4() { 20 } else { 40 };
        message.extend(&ips[0][..header + 8]);
        let protocol = if from.is_ipv4() {
            IpNumber::ICMP
        } else {
            IpNumber::IPV6_ICMP
        };
        ips = vec![ip(reporter, from, protocol, 0, None, &message)];
    }
    for ip in ips {
        let kind: u16 = if ip[0] >> 4 == 4 { 0x0800 } else { 0x86dd };
        let bytes = framed(link, wrapped(&via, kind, ip));
        let original = bytes.len() as u32;
        let kept = cut.unwrap_or(bytes.len()).min(bytes.len());
        built.push(Built {
            time,
            link,
            bytes: bytes[..kept].to_vec(),
            original,
        });
    }
}

/// An IP packet; `place` is a fragment's offset and whether more follow.
fn ip(
    from: SocketAddr,
    to: SocketAddr,
    protocol: IpNumber,
    id: u16,
    place: Option<(usize, bool)>,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = Vec::new();
    match (from.ip(), to.ip()) {
        (std::net::IpAddr::V4(a), std::net::IpAddr::V4(b)) => {
            let mut header = etherparse::Ipv4Header::new(
                payload.len() as u16,
                64,
                protocol,
                a.octets(),
                b.octets(),
            )
            .expect("short enough");
            header.identification = id;
            if let Some((offset, more)) = place {
                header.fragment_offset =
                    etherparse::IpFragOffset::try_new((offset / 8) as u16).expect("in range");
                header.more_fragments = more;
            }
            header.header_checksum = header.calc_header_checksum();
            packet.extend(header.to_bytes());
        }
        (std::net::IpAddr::V6(a), std::net::IpAddr::V6(b)) => {
            let extra = if place.is_some() { 8 } else { 0 };
            packet.extend([0x60, 0, 0, 0]);
            packet.extend(((payload.len() + extra) as u16).to_be_bytes());
            packet.extend([if place.is_some() { 44 } else { protocol.0 }, 64]);
            packet.extend(a.octets());
            packet.extend(b.octets());
            if let Some((offset, more)) = place {
                packet.extend([protocol.0, 0]);
                packet.extend((offset as u16 | u16::from(more)).to_be_bytes());
                packet.extend(u32::from(id).to_be_bytes());
            }
        }
        _ => panic!("two families"),
    }
    packet.extend(payload);
    packet
}

/// Tags and tunnels around what has this EtherType, the outermost first.
fn wrapped(via: &[&str], kind: u16, inside: Vec<u8>) -> (u16, Vec<u8>) {
    let Some((outermost, rest)) = via.split_first() else {
        return (kind, inside);
    };
    let (kind, inside) = wrapped(rest, kind, inside);
    let tag = |value: u16| {
        let mut bytes = vec![0x00, 0x07];
        bytes.extend(kind.to_be_bytes());
        bytes.extend(&inside);
        (value, bytes)
    };
    let joined = |head: &[u8]| [head, &inside[..]].concat();
    let carrier = |protocol: IpNumber, payload: &[u8]| {
        let (a, b) = (
            "192.0.2.1:0".parse().expect("an address"),
            "192.0.2.2:0".parse().expect("an address"),
        );
        (0x0800, ip(a, b, protocol, 7, None, payload))
    };
    let ethernet = || [&[2; 12][..], &kind.to_be_bytes()[..], &inside[..]].concat();
    let [high, low] = kind.to_be_bytes();
    match *outermost {
        "vlan" => tag(0x8100),
        "qinq" => tag(0x88a8),
        "mpls" => (0x8847, joined(&[0, 1, 0x01, 64])),
        "mpls2" => (0x8847, joined(&[0, 1, 0x00, 64, 0, 2, 0x01, 64])),
        "pseudowire" => (
            0x8847,
            [&[0, 1, 0x01, 64, 0, 0, 0, 0][..], &ethernet()].concat(),
        ),
        "pppoe" => {
            let protocol = if kind == 0x0800 { 0x21 } else { 0x57 };
            let length = (inside.len() as u16 + 2).to_be_bytes();
            (
                0x8864,
                joined(&[0x11, 0, 0, 1, length[0], length[1], 0, protocol]),
            )
        }
        "gre" => carrier(IpNumber::GRE, &joined(&[0, 0, high, low])),
        "grekey" => carrier(
            IpNumber::GRE,
            &joined(&[0x30, 0, high, low, 0, 0, 0, 1, 0, 0, 0, 2]),
        ),
        "erspan" => carrier(
            IpNumber::GRE,
            &[
                &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 0, 0, 0, 0, 0][..],
                &ethernet(),
            ]
            .concat(),
        ),
        "ipip" => carrier(
            if kind == 0x0800 {
                IpNumber::IPV4
            } else {
                IpNumber::IPV6
            },
            &inside,
        ),
        other => panic!("{other}: no tunnel"),
    }
}

fn framed(link: LinkType, (kind, inside): (u16, Vec<u8>)) -> Vec<u8> {
    let [high, low] = kind.to_be_bytes();
    let v6 = kind == 0x86dd;
    let head: Vec<u8> = match link {
        LinkType::ETHERNET => [&[2; 12][..], &[high, low]].concat(),
        LinkType::LINUX_SLL => [
            &[0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0][..],
            &[high, low],
        ]
        .concat(),
        LinkType::LINUX_SLL2 => [&[high, low][..], &[0; 18]].concat(),
        LinkType::NULL => vec![if v6 { 30 } else { 2 }, 0, 0, 0],
        LinkType::LOOP => vec![0, 0, 0, if v6 { 24 } else { 2 }],
        LinkType::PPP => vec![0xff, 0x03, 0, if v6 { 0x57 } else { 0x21 }],
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => Vec::new(),
        LinkType(104) => vec![0x0f, 0, high, low],
        _ => Vec::new(),
    };
    [head, inside].concat()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend(c.to_string().bytes());
            continue;
        }
        match rest.next() {
            Some('r') => bytes.push(b'\r'),
            Some('n') => bytes.push(b'\n'),
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).expect(text));
            }
            Some(c) => bytes.extend(c.to_string().bytes()),
            None => panic!("ends in a backslash: {text}"),
        }
    }
    bytes
}

/// What a [`Watch`] was told, as lines to be read in a test, and the bytes of each direction.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) lines: Vec<String>,
    /// By connection and direction: each byte, or nothing where it is missing.
    pub(crate) streams: BTreeMap<(u64, Way), Vec<Option<u8>>>,
    /// What to answer when a connection is opened.
    pub(crate) ignore: bool,
    /// A connection that has left was established.
    pub(crate) established: bool,
}

impl Journal {
    /// Reads a whole capture.
    pub(crate) fn of(file: &[u8]) -> (Journal, Tracker) {
        let mut journal = Journal::default();
        let mut tracker = Tracker::default();
        let mut reader = Reader::open(file).expect("a capture");
        while reader.advance() {
            tracker.packet(&reader.packet(), &mut journal);
        }
        tracker.finish(&mut journal);
        (journal, tracker)
    }

    /// Its lines, without those that say how connections left.
    pub(crate) fn told(&self) -> Vec<&str> {
        self.lines
            .iter()
            .filter(|line| !line.contains("left"))
            .map(String::as_str)
            .collect()
    }

    fn add(&mut self, flow: &Flow, way: Way, offset: u64, bytes: impl Iterator<Item = Option<u8>>) {
        let stream = self.streams.entry((flow.id().0, way)).or_default();
        assert_eq!(stream.len() as u64, offset, "told out of order");
        stream.extend(bytes);
    }
}

fn arrow(way: Way) -> char {
    match way {
        Way::Forth => '>',
        Way::Back => '<',
    }
}

impl Watch for Journal {
    fn opened(&mut self, flow: &Flow) -> Interest {
        self.lines.push(format!(
            "{} opened {} > {} {:?}",
            flow.id().0,
            flow.opener(),
            flow.acceptor(),
            flow.opening()
        ));
        if self.ignore {
            Interest::Count
        } else {
            Interest::Follow
        }
    }

    fn data(&mut self, flow: &Flow, chunk: &Chunk<'_>) -> Interest {
        self.add(
            flow,
            chunk.way,
            chunk.offset,
            chunk.bytes.iter().copied().map(Some),
        );
        self.lines.push(format!(
            "{} {} {}: {:?} @{}",
            flow.id().0,
            arrow(chunk.way),
            chunk.offset,
            String::from_utf8_lossy(chunk.bytes),
            chunk.mark.frame
        ));
        Interest::Follow
    }

    fn gap(&mut self, flow: &Flow, gap: &Gap) -> Interest {
        let length = usize::try_from(gap.bytes).expect("a small gap");
        self.add(flow, gap.way, gap.offset, std::iter::repeat_n(None, length));
        self.lines.push(format!(
            "{} {} {}: gap of {} {:?} @{}",
            flow.id().0,
            arrow(gap.way),
            gap.offset,
            gap.bytes,
            gap.why,
            gap.mark.frame
        ));
        Interest::Follow
    }

    fn ended(&mut self, flow: &Flow, way: Way, end: End, mark: Mark) {
        self.lines.push(format!(
            "{} {} {end:?} @{}",
            flow.id().0,
            arrow(way),
            mark.frame
        ));
    }

    fn undelivered(&mut self, flow: &Flow, error: &Undelivered, mark: Mark) {
        self.lines.push(format!(
            "{} icmp {},{} from {} @{}",
            flow.id().0,
            error.kind,
            error.code,
            error.reporter,
            mark.frame
        ));
    }

    fn conflict(&mut self, flow: &Flow, way: Way, conflict: &Conflict) {
        self.lines.push(format!(
            "{} {} {}: conflict of {} @{} and @{}",
            flow.id().0,
            arrow(way),
            conflict.offset,
            conflict.bytes,
            conflict.first,
            conflict.second
        ));
    }

    fn left(&mut self, flow: &Flow, why: Leaving) {
        self.established |= flow.established();
        self.lines.push(format!("{} left {why:?}", flow.id().0));
    }
}
