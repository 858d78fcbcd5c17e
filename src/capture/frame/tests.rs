//! Layers above TCP, each built by hand.

use std::net::SocketAddr;

use super::*;
use crate::capture::build::{Journal, packets, pcap, pcapng};

const ENDS: &str =
    "A = 10.0.0.1:40000\nB = 10.0.0.2:21\nC = [2001:db8::1]:40000\nD = [2001:db8::2]:21\n";

/// What the packets of a text are: the segments' payloads, and what was counted.
fn decode(text: &str) -> (Vec<(SocketAddr, String, u32)>, Counts) {
    let mut decoder = Decoder::default();
    let mut segments = Vec::new();
    for (number, packet) in packets(&format!("{ENDS}{text}")).iter().enumerate() {
        let packet = Packet {
            number: number as u64 + 1,
            time: packet.time,
            link: packet.link,
            bytes: &packet.bytes,
            original: packet.original,
        };
        if let Frame::Segment(segment) = decoder.decode(&packet) {
            segments.push((
                segment.from.socket(),
                String::from_utf8_lossy(segment.payload).into_owned(),
                segment.wire,
            ));
        }
    }
    (segments, decoder.counts)
}

#[test]
fn every_link_type_leads_to_the_same_segment() {
    for link in [
        "ETHERNET",
        "LINUX_SLL",
        "LINUX_SLL2",
        "NULL",
        "LOOP",
        "RAW",
        "PPP",
        "104",
    ] {
        let (segments, counts) = decode(&format!(
            "link {link}\n0 A > B PA seq=1 \"four\"\n0 C > D PA seq=1 \"six\"\n"
        ));
        assert_eq!(
            segments,
            [
                ("10.0.0.1:40000".parse().expect("v4"), "four".into(), 4),
                ("[2001:db8::1]:40000".parse().expect("v6"), "six".into(), 3)
            ],
            "{link}"
        );
        assert!(counts.unread.is_empty());
        assert_eq!((counts.checked, counts.wrong_checksums), (2, 0));
    }
    for (link, line) in [("IPV4", "A > B"), ("IPV6", "C > D")] {
        let (segments, _) = decode(&format!("link {link}\n0 {line} PA seq=1 \"x\"\n"));
        assert_eq!(segments.len(), 1, "{link}");
    }
}

#[test]
fn tags_and_tunnels_are_taken_off() {
    for via in [
        "vlan",
        "qinq,vlan",
        "vlan,vlan,vlan",
        "mpls",
        "mpls2",
        "pseudowire",
        "pppoe",
        "vlan,pppoe",
        "gre",
        "grekey",
        "erspan",
        "ipip",
        "vlan,mpls,gre,ipip",
    ] {
        for ends in ["A > B", "C > D"] {
            let (segments, counts) = decode(&format!("0 {ends} PA seq=1 via={via} \"inside\"\n"));
            assert_eq!(segments.len(), 1, "{via} {ends}: {:?}", counts.unread);
            assert_eq!(segments[0].1, "inside");
            assert_eq!(counts.encapsulated, 1);
        }
    }
    // A tag in one direction only is the same connection.
    let (journal, _) = Journal::of(&pcap(&format!(
        "{ENDS}0 A > B S seq=9 via=vlan\n0 B > A SA seq=99 ack=10\n0 A > B A seq=10 ack=100 via=qinq,vlan \"x\"\n"
    )));
    assert_eq!(
        journal.told(),
        [
            "1 opened 10.0.0.1:40000 > 10.0.0.2:21 Syn",
            "1 > 0: \"x\" @3"
        ]
    );
}

#[test]
fn too_many_layers_are_counted() {
    let (segments, counts) = decode(&format!(
        "0 A > B PA seq=1 via={} \"x\"\n",
        ["vlan"; MAX_LAYERS + 1].join(",")
    ));
    assert!(segments.is_empty());
    assert_eq!(counts.unread[&Unread::BadTunnel], 1);
}

#[test]
fn fragments_are_put_together_in_any_order_and_tunnels_too() {
    for ends in ["A > B", "C > D"] {
        let text = format!("{ENDS}0 {ends} PA seq=1 id=77 frag=64 len=1000\n");
        let whole =
            String::from_utf8_lossy(&crate::capture::build::counting(0, 1_000)).into_owned();
        let mut pieces = packets(&text);
        assert!(pieces.len() > 10);
        pieces.reverse();
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        // The first fragment comes twice.
        pieces.insert(3, pieces[1].clone());
        for piece in &pieces {
            let packet = Packet {
                number: 1,
                time: piece.time,
                link: piece.link,
                bytes: &piece.bytes,
                original: piece.original,
            };
            if let Frame::Segment(segment) = decoder.decode(&packet) {
                found.push(String::from_utf8_lossy(segment.payload).into_owned());
            }
        }
        assert_eq!(found, [whole], "{ends}");
        assert_eq!(decoder.counts.defragmented, 1);
        assert_eq!(
            decoder.counts.unread[&Unread::Fragment],
            pieces.len() as u64 - 1
        );
    }
    let (segments, _) = decode("0 A > B PA seq=1 frag=64 len=500\n0 A > B PA seq=501 \"x\"\n");
    assert_eq!(segments.len(), 2);
}

#[test]
fn fragments_that_never_meet_are_bounded() {
    let mut decoder = Decoder::default();
    for id in 0..10_000_u32 {
        let text = format!(
            "{ENDS}0 A > B PA seq=1 id={} frag=64 len=200\n",
            id % 65_000
        );
        let first = &packets(&text)[0];
        decoder.decode(&Packet {
            number: 1,
            time: 0,
            link: first.link,
            bytes: &first.bytes,
            original: first.original,
        });
    }
    assert_eq!(decoder.counts.unread[&Unread::Fragment], 10_000);
    let waiting = format!("{:?}", decoder.fragments)
        .matches("Waiting {")
        .count();
    assert_eq!(waiting, fragments::MAX_WAITING);
}

#[test]
fn offloads_are_noticed_and_nothing_is_dropped() {
    let (segments, counts) = decode(
        "0 A > B PA seq=1 iplen=0 len=3000\n0 C > D PA seq=1 iplen=0 \"x\"\n0 A > B PA seq=1 badsum \"y\"\n",
    );
    assert_eq!(
        segments.iter().map(|s| s.2).collect::<Vec<_>>(),
        [3_000, 1, 1]
    );
    assert_eq!(counts.no_ip_length, 2);
    assert_eq!((counts.checked, counts.wrong_checksums), (3, 1));
}

#[test]
fn a_cut_frame_keeps_its_length_on_the_wire() {
    // Cut in the payload, at its start, and inside TCP's options.
    let (segments, counts) = decode(
        "0 A > B PA seq=1 cut=60 len=1000\n0 A > B PA seq=1 cut=54 len=1000\n\
         0 A > B SA seq=1 mss=1460 cut=55\n0 C > D PA seq=1 cut=80 len=1000\n\
         0 A > B PA seq=1 iplen=0 cut=60 len=1000\n",
    );
    assert_eq!(
        segments
            .iter()
            .map(|(_, _, wire)| *wire)
            .collect::<Vec<_>>(),
        [1_000, 1_000, 0, 1_000, 1_000]
    );
    assert_eq!((counts.cut, counts.checked), (5, 0));
    let (segments, counts) =
        decode("0 A > B PA seq=1 cut=40 len=10\n0 A > B PA seq=1 cut=20\n0 A > B A cut=9\n");
    assert!(segments.is_empty());
    assert_eq!(counts.unread[&Unread::CutHeader], 3);
}

#[test]
fn an_icmp_error_names_the_connection_it_is_about() {
    let mut decoder = Decoder::default();
    let mut seen = Vec::new();
    for line in [
        "0 A > B S seq=77 icmp=3,13 from 10.9.9.9",
        "0 C > D S seq=78 icmp=1,1 from 2001:db8::9",
        "0 A > B S seq=77 icmp=8,0 from 10.9.9.9",
    ] {
        let packet = &packets(&format!("{ENDS}{line}\n"))[0];
        let packet = Packet {
            number: 1,
            time: 0,
            link: packet.link,
            bytes: &packet.bytes,
            original: packet.original,
        };
        if let Frame::Undelivered(error) = decoder.decode(&packet) {
            seen.push(error);
        }
    }
    assert_eq!(seen.len(), 2);
    assert_eq!(
        (
            seen[0].from.socket().port(),
            seen[0].to.socket().port(),
            seen[0].sequence
        ),
        (40_000, 21, 77)
    );
    assert_eq!(seen[0].reporter, IpAddr::from([10, 9, 9, 9]));
    assert!(seen[1].v6 && seen[1].code == 1);
    assert_eq!(decoder.counts.unread[&Unread::Protocol(1)], 1);
}

#[test]
fn what_is_not_read_is_counted_by_name() {
    let mut decoder = Decoder::default();
    let arp = [&[2_u8; 12][..], &[0x08, 0x06], &[0; 28]].concat();
    let udp = [
        &[2_u8; 12][..],
        &[
            8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 0, 1, 0, 2, 0,
            8, 0, 0,
        ],
    ]
    .concat();
    for (link, bytes) in [
        (LinkType::ETHERNET, &arp),
        (LinkType::ETHERNET, &udp),
        (LinkType(105), &udp),
        (LinkType::UNDESCRIBED, &udp),
    ] {
        decoder.decode(&Packet {
            number: 1,
            time: 0,
            link,
            bytes,
            original: bytes.len() as u32,
        });
    }
    let unread: Vec<_> = decoder.counts.unread.keys().copied().collect();
    assert_eq!(
        unread,
        [
            Unread::Link(LinkType(105)),
            Unread::Link(LinkType::UNDESCRIBED),
            Unread::EtherType(0x0806),
            Unread::Protocol(17)
        ]
    );
}

#[test]
fn different_link_types_in_one_file() {
    let (journal, tracker) = Journal::of(&pcapng(&format!(
        "{ENDS}0 A > B S seq=9\nlink LINUX_SLL2\n0 B > A SA seq=99 ack=10\nlink RAW\n0 A > B A seq=10 ack=100 \"x\"\n"
    )));
    assert_eq!(journal.told().len(), 2);
    assert_eq!(tracker.quality().links.len(), 3);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        link in proptest::sample::select(vec![0_u32, 1, 9, 50, 51, 101, 104, 108, 113, 166, 228, 229, 276, 7]),
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        original in 0_u32..3_000,
    ) {
        let mut decoder = Decoder::default();
        let _ = decoder.decode(&Packet {
            number: 1,
            time: 0,
            link: LinkType(link),
            bytes: &bytes,
            original: original.max(bytes.len() as u32),
        });
    }

    #[test]
    fn changed_bytes_of_a_good_frame_make_it_panic_neither(
        which in 0_usize..6,
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..6),
    ) {
        let via = ["vlan,mpls", "pppoe", "grekey", "erspan", "ipip", "pseudowire"][which];
        let packet = &mut packets(&format!("{ENDS}0 C > D PA seq=1 via={via} \"inside\"\n"))[0];
        for (at, byte) in changes {
            let at = at.index(packet.bytes.len());
            packet.bytes[at] = byte;
        }
        let mut decoder = Decoder::default();
        let _ = decoder.decode(&Packet {
            number: 1,
            time: 0,
            link: packet.link,
            bytes: &packet.bytes,
            original: packet.original,
        });
    }
}
