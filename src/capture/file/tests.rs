//! Files of every format, whole, cut at every byte, and damaged.

use std::io::Write;

use super::*;
use crate::capture::build::{self, block};

/// Time, link type, captured bytes, length on the wire.
type Row = (Nanos, u32, Vec<u8>, u32);

/// Reads all of it.
fn read(file: &[u8]) -> (Vec<Row>, Ending, About) {
    let mut reader = Reader::open(file).expect("a capture");
    let mut rows = Vec::new();
    while reader.advance() {
        let packet = reader.packet();
        assert_eq!(
            packet.number,
            rows.len() as u64 + 1 + reader.about().oversized
        );
        rows.push((
            packet.time,
            packet.link.0,
            packet.bytes.to_vec(),
            packet.original,
        ));
    }
    assert!(!reader.advance(), "the end is the end");
    let about = reader.about().clone();
    (rows, reader.ending, about)
}

fn le(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn be(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

const SECOND: Nanos = 1_000_000_000;

#[test]
fn pcap_in_both_orders_and_resolutions() {
    for (words, version) in [
        (le as fn(&[u32]) -> Vec<u8>, [2, 0, 4, 0]),
        (be, [0, 2, 0, 4]),
    ] {
        for (magic, unit) in [(0xa1b2_c3d4, 1_000), (0xa1b2_3c4d, 1)] {
            let mut file = words(&[magic]);
            file.extend(version);
            file.extend(words(&[0, 0, 65_535, 101]));
            file.extend(words(&[7, 42, 3, 90]));
            file.extend(b"abc");
            file.extend(words(&[8, 0, 0, 0]));
            let (rows, ending, about) = read(&file);
            assert_eq!(
                rows,
                [
                    (7 * SECOND + 42 * unit, 101, b"abc".to_vec(), 90),
                    (8 * SECOND, 101, Vec::new(), 0)
                ]
            );
            assert!(ending.is_whole());
            assert_eq!(about.snaplen, None);
        }
    }
}

#[test]
fn the_modified_pcap_has_longer_packet_heads() {
    let mut file = le(&[0xa1b2_cd34, 0x0004_0002, 0, 0, 96, 1]);
    file.extend(le(&[7, 42, 3, 3, 0xdead, 0xbeef]));
    file.extend(b"abc");
    let (rows, ending, about) = read(&file);
    assert_eq!(
        rows,
        [(7 * SECOND + 42_000, 1, b"abc".to_vec(), 3)],
        "{ending:?}"
    );
    assert_eq!(about.snaplen, Some(96));
}

#[test]
fn old_pcap_versions_have_the_lengths_the_other_way_round() {
    for (version, lengths) in [
        (0x0002_0002, [90, 3]),
        (0x0003_0002, [90, 3]),
        (0x0003_0002, [3, 90]),
    ] {
        let mut file = le(&[0xa1b2_c3d4, version, 0, 0, 96, 0xf000_0001]);
        file.extend(le(&[7, 42, lengths[0], lengths[1]]));
        file.extend(b"abc");
        assert_eq!(
            read(&file).0,
            [(7 * SECOND + 42_000, 1, b"abc".to_vec(), 90)]
        );
    }
}

#[test]
fn snoop_with_padding_and_its_counter_of_lost_packets() {
    let mut file = b"snoop\0\0\0".to_vec();
    file.extend(be(&[2, 4]));
    file.extend(be(&[90, 3, 28, 5, 7, 42]));
    file.extend(b"abc\0");
    let (rows, ending, about) = read(&file);
    assert_eq!(rows, [(7 * SECOND + 42_000, 1, b"abc".to_vec(), 90)]);
    assert!(ending.is_whole());
    assert_eq!(about.dropped, Some(5));
    file[11] = 3;
    assert!(matches!(
        Reader::open(&file[..]),
        Err(Unopened::Version { major: 3, .. })
    ));
}

fn section(order: fn(&[u32]) -> Vec<u8>, options: &[u8]) -> Vec<u8> {
    let version = if order(&[1]) == [1, 0, 0, 0] {
        0x0000_0001
    } else {
        0x0001_0000
    };
    let mut body = order(&[0x1a2b_3c4d, version, u32::MAX, u32::MAX]);
    body.extend(options);
    whole(order, 0x0a0d_0d0a, &body)
}

fn whole(order: fn(&[u32]) -> Vec<u8>, kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = body.len() as u32 + 12;
    [order(&[kind, length]), body, order(&[length])].concat()
}

/// A little-endian option.
fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = code.to_le_bytes().to_vec();
    bytes.extend((value.len() as u16).to_le_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn interface(link: u32, snaplen: u32, options: &[u8]) -> Vec<u8> {
    let mut body = le(&[link, snaplen]);
    body.extend(options);
    block(1, &body)
}

fn enhanced(interface: u32, time: u64, bytes: &[u8], original: u32) -> Vec<u8> {
    let mut body = le(&[
        interface,
        (time >> 32) as u32,
        time as u32,
        bytes.len() as u32,
        original,
    ]);
    body.extend(bytes);
    block(6, &body)
}

#[test]
fn pcapng_resolutions_and_offsets() {
    // Resolution, offset in seconds, a count of units, and the time it means.
    let cases: &[(Option<u8>, i64, u64, Nanos)] = &[
        (None, 0, 1_500_000, 1_500_000_000),
        (Some(6), 0, 1_500_000, 1_500_000_000),
        (Some(9), 0, 1_500_000, 1_500_000),
        (Some(3), 0, 1_500, 1_500_000_000),
        (Some(0), 0, 7, 7 * SECOND),
        (Some(12), 0, 1_500_000, 1_500),
        (Some(28), 0, u64::MAX, 1),
        (Some(127), 0, u64::MAX, 0),
        (Some(0x80 | 10), 0, 1_536, 1_500_000_000),
        (Some(0x80), 0, 7, 7 * SECOND),
        (Some(0x80 | 32), 0, 3 << 31, 1_500_000_000),
        (Some(0xff), 0, u64::MAX, 0),
        (Some(6), 1_000, 1_500_000, 1_001_500_000_000),
        (Some(6), -1, 1_500_000, 500_000_000),
        (Some(0), i64::MAX, u64::MAX, Nanos::MAX),
        (Some(6), i64::MIN, 0, Nanos::MIN),
    ];
    for (resolution, offset, count, time) in cases {
        let mut options = Vec::new();
        if let Some(resolution) = resolution {
            options.extend(option(9, &[*resolution]));
        }
        if *offset != 0 {
            options.extend(option(14, &offset.to_le_bytes()));
        }
        let file = [
            section(le, &[]),
            interface(1, 0, &options),
            enhanced(0, *count, b"x", 1),
        ]
        .concat();
        assert_eq!(read(&file).0[0].0, *time, "{resolution:?} {offset} {count}");
    }
}

#[test]
fn pcapng_with_everything() {
    let file = [
        section(
            le,
            &[
                option(1, b"a comment"),
                option(3, b"Linux 6"),
                option(4, b"dumpcap"),
                option(0, b""),
            ]
            .concat(),
        ),
        interface(
            1,
            96,
            &[option(2, b"eth0"), option(11, b"\0port 21"), option(0, b"")].concat(),
        ),
        interface(276, 0, &option(9, &[9])),
        enhanced(1, 5, b"abcde", 5),
        // A simple packet: its length is the smaller of what it says and the snapshot length.
        block(3, &[le(&[200]), vec![7; 96]].concat()),
        // Name resolution, decryption secrets, a custom block: passed over.
        block(4, &[0; 8]),
        block(0xa, &[0; 8]),
        block(0x0000_0bad, &[1; 500_000]),
        // The obsolete packet block, interface 1, 3 drops.
        block(
            2,
            &[le(&[0x0003_0001, 0, 9, 3, 4]), b"abc".to_vec()].concat(),
        ),
        // A packet of an interface that nobody described.
        enhanced(7, 0, b"zz", 2),
        // With a comment.
        block(
            6,
            &[le(&[1, 0, 10, 2, 2]), b"yy\0\0".to_vec(), option(1, b"why")].concat(),
        ),
        block(
            5,
            &[
                le(&[0, 0, 0]),
                option(4, &100_u64.to_le_bytes()),
                option(5, &8_u64.to_le_bytes()),
            ]
            .concat(),
        ),
        block(
            5,
            &[le(&[0, 0, 0]), option(5, &9_u64.to_le_bytes())].concat(),
        ),
        // A section of the other byte order; its interfaces begin anew.
        section(be, &[]),
        whole(be, 1, &be(&[0x0065_0000, 0])),
        whole(
            be,
            6,
            &[be(&[0, 0, 2_000_000, 1, 1]), b"q".to_vec()].concat(),
        ),
    ]
    .concat();
    let (rows, ending, about) = read(&file);
    assert!(ending.is_whole(), "{ending:?}");
    assert_eq!(
        rows,
        [
            (5, 276, b"abcde".to_vec(), 5),
            (5, 1, vec![7; 96], 200),
            (9, 276, b"abc".to_vec(), 4),
            (9, u32::MAX, b"zz".to_vec(), 2),
            (10, 276, b"yy".to_vec(), 2),
            (2 * SECOND, 101, b"q".to_vec(), 1),
        ]
    );
    assert_eq!(about.system.as_deref(), Some("Linux 6"));
    assert_eq!(about.program.as_deref(), Some("dumpcap"));
    assert_eq!(about.interface.as_deref(), Some("eth0"));
    assert_eq!(about.filter.as_deref(), Some("port 21"));
    assert_eq!(
        (about.snaplen, about.dropped, about.untimed),
        (Some(96), Some(9), 1)
    );
    assert_eq!(
        (about.sections, about.interfaces, about.comments),
        (2, 3, 2)
    );
    assert_eq!(about.skipped_blocks, 3);
}

#[test]
fn a_packet_too_long_is_skipped_and_numbered() {
    let file = [
        section(le, &[]),
        interface(1, 0, &[]),
        enhanced(0, 1, &vec![1; MAX_RECORD], 1),
        enhanced(0, 2, b"after", 5),
    ]
    .concat();
    let (rows, ending, about) = read(&file);
    assert_eq!(rows.len(), 1);
    assert_eq!(about.oversized, 1);
    assert!(ending.is_whole());
}

#[test]
fn hostile_lengths_end_the_reading_and_cost_no_memory() {
    let pcap = [
        le(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 0, 1]),
        le(&[0, 0, u32::MAX, u32::MAX]),
    ]
    .concat();
    assert!(matches!(
        read(&pcap).1,
        Ending::Damaged {
            at: 24,
            what: Damage::Length(_)
        }
    ));
    for length in [0_u32, 4, 11, 13, u32::MAX, u32::MAX - 3] {
        let file = [section(le, &[]), le(&[6, length]), vec![0; 100]].concat();
        assert!(!read(&file).1.is_whole(), "{length}");
    }
    // A packet that claims more than its block holds.
    let file = [
        section(le, &[]),
        interface(1, 0, &[]),
        block(6, &le(&[0, 0, 0, 5_000, 5_000])),
    ]
    .concat();
    assert!(matches!(read(&file).1, Ending::Damaged { .. }));
    let mut snoop = b"snoop\0\0\0".to_vec();
    snoop.extend(be(&[2, 4, 90, 300, 28, 0, 0, 0, 0]));
    assert!(matches!(read(&snoop).1, Ending::Damaged { at: 16, .. }));
}

const TEXT: &str = "A = 10.0.0.1:40000\nB = 10.0.0.2:21\n0 A > B S seq=9\n0.5 B > A SA seq=99 ack=10\n\
                    1 A > B PA seq=10 ack=100 \"USER anonymous\\r\\n\"\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn zstd_of(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn wrappers_come_off_one_after_the_other() {
    let file = build::pcap(TEXT);
    let plain = read(&file).0;
    assert_eq!(plain.len(), 3);
    let (front, back) = file.split_at(60);
    let skippable = [
        &[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..],
        &zstd_of(&file),
    ]
    .concat();
    for packed in [
        gzip(&file),
        [gzip(front), gzip(back)].concat(),
        zstd_of(&file),
        [zstd_of(front), zstd_of(back)].concat(),
        skippable,
        gzip(&zstd_of(&gzip(&file))),
    ] {
        let (rows, ending, _) = read(&packed);
        assert_eq!(rows, plain);
        assert!(ending.is_whole(), "{ending:?}");
    }
    let reader = Reader::open(&gzip(&zstd_of(&file))[..]).map(|r| r.wrappers().to_vec());
    assert_eq!(reader.expect("a capture"), [Wrapper::Gzip, Wrapper::Zstd]);
    assert!(matches!(
        Reader::open(&gzip(&gzip(&gzip(&gzip(&file))))[..]),
        Err(Unopened::TooDeep)
    ));
}

#[test]
fn a_file_cut_at_any_byte_gives_what_it_holds() {
    let snoop = {
        let mut file = b"snoop\0\0\0".to_vec();
        file.extend(be(&[2, 4]));
        for packet in build::packets(TEXT) {
            let length = packet.bytes.len() as u32;
            let record = (24 + length).next_multiple_of(4);
            file.extend(be(&[length, length, record, 0, 0, 0]));
            file.extend(&packet.bytes);
            file.resize(file.len() + (record - 24 - length) as usize, 0);
        }
        file
    };
    for file in [
        build::pcap(TEXT),
        build::pcapng(TEXT),
        snoop,
        gzip(&build::pcap(TEXT)),
        zstd_of(&build::pcap(TEXT)),
    ] {
        let all = read(&file).0;
        let mut most = 0;
        for cut in 0..file.len() {
            match Reader::open(&file[..cut]) {
                Ok(mut reader) => {
                    let mut count = 0;
                    while reader.advance() {
                        assert_eq!(reader.packet().bytes, all[count].2);
                        count += 1;
                    }
                    assert!(count >= most, "fewer packets of a longer file");
                    most = count;
                    // Whole only between two records.
                    assert!(!matches!(reader.ending(), Ending::NotYet | Ending::Read(_)));
                }
                Err(error) => assert!(
                    matches!(
                        error,
                        Unopened::Empty
                            | Unopened::CutHeader { .. }
                            | Unopened::Unknown { .. }
                            | Unopened::DamagedWrapper(_)
                            | Unopened::Foreign(Foreign::Text)
                    ),
                    "{cut}: {error}"
                ),
            }
        }
    }
}

#[test]
fn a_gzip_file_that_is_cut_says_so() {
    let file = build::pcap(&TEXT.repeat(200));
    let packed = gzip(&file);
    let (rows, ending, _) = read(&packed[..packed.len() - 9]);
    assert_eq!(rows.len(), 600);
    assert!(matches!(ending, Ending::Cut { .. }), "{ending:?}");
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 20].fill(0xff);
    assert!(!read(&damaged).1.is_whole());
}

#[test]
fn other_formats_are_named() {
    let named = |bytes: &[u8]| match Reader::open(bytes) {
        Err(Unopened::Foreign(foreign)) => Some(foreign),
        _ => None,
    };
    for (bytes, foreign) in [
        (&b"<!DOCTYPE html><html>"[..], Foreign::Html),
        (b"  <HTML>", Foreign::Html),
        (b"<?xml version=\"1.0\"?><pdml>", Foreign::Xml),
        (b"[{\"_index\": 1}]", Foreign::Json),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            Foreign::LfsPointer,
        ),
        (b"PK\x03\x04\0\0", Foreign::Zip),
        (b"BZh91AY", Foreign::Bzip2),
        (b"\xfd7zXZ\0\0", Foreign::Xz),
        (b"GMBU\0\0", Foreign::NetMon),
        (
            b"12:00:00.1 IP 10.0.0.1.40000 > 10.0.0.2.21\n",
            Foreign::Text,
        ),
        (b"  1 0.000 d\xc3\xa9j\xc3\xa0 vu", Foreign::Text),
    ] {
        assert_eq!(named(bytes), Some(foreign));
    }
    let mut erf = Vec::new();
    for number in 0..2_u32 {
        erf.extend(le(&[0, 1_700_000_000 + number]));
        erf.extend([2, 4, 0, 24, 0, 0, 0, 8]);
        erf.extend([1; 8]);
    }
    assert_eq!(named(&erf), Some(Foreign::Erf));
    let mut tar = vec![0; 512];
    tar[0] = b'f';
    tar[257..262].copy_from_slice(b"ustar");
    assert_eq!(named(&tar), Some(Foreign::Tar));
    assert!(matches!(Reader::open(&b""[..]), Err(Unopened::Empty)));
    assert!(matches!(
        Reader::open(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9][..]),
        Err(Unopened::Unknown { magic }) if magic.len() == 8
    ));
    assert!(matches!(
        Reader::open(&le(&[0xa1b2_c3d4, 4])[..]),
        Err(Unopened::CutHeader { bytes: 8 })
    ));
    let header_only = le(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 0, 1]);
    let (rows, ending, _) = read(&header_only);
    assert!(rows.is_empty() && ending.is_whole());
}

#[test]
fn a_source_that_gives_a_byte_at_a_time_reads_the_same() {
    struct Slow<'a>(&'a [u8]);
    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            into[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }
    for file in [
        build::pcap(TEXT),
        build::pcapng(TEXT),
        gzip(&build::pcap(TEXT)),
    ] {
        let mut reader = Reader::open(Slow(&file)).expect("a capture");
        let mut count = 0;
        while reader.advance() {
            count += 1;
        }
        assert_eq!(count, 3);
    }
}

proptest::proptest! {
    #[test]
    fn changed_bytes_never_make_it_panic(
        which in 0_usize..5,
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..8),
    ) {
        let file = build::pcap(TEXT);
        let mut file = match which {
            0 => file,
            1 => build::pcapng(TEXT),
            2 => gzip(&file),
            3 => zstd_of(&file),
            _ => gzip(&zstd_of(&build::pcapng(TEXT))),
        };
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(mut reader) = Reader::open(&file[..]) {
            let mut left = 10_000;
            while reader.advance() {
                let _ = reader.packet();
                left -= 1;
                assert!(left > 0, "endless");
            }
        }
    }
}
