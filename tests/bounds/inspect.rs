//! Captures that push against the bounds of `inspect`: what is left out is told, in both languages.

use std::{fs, io::Write, net::SocketAddr};

use ftplab::{
    analysis::{
        expect::{MAX_EVIDENCE, MAX_EXPECTATIONS},
        finding::{MAX_LOGINS, MAX_REFUSED},
    },
    capture::{
        file::{MAX_INTERFACES, MAX_RECORD, MAX_WRAPPERS},
        flow::{MAX_FLOWS, Way},
        frame::MAX_REASONS,
    },
    ftp::{
        dialogue::{MAX_OUTSTANDING, MAX_QUIRKS},
        line::MAX_LINE,
        reply::MAX_REPLY_LINES,
        telnet::MAX_SUBNEGOTIATION,
    },
    view::inspect::{dialogue::MAX_LOG, html::MAX_SESSIONS, ladder::MAX_RUNGS},
};
use tempfile::TempDir;

use super::wire::{MS, Wire, at, block, inspect, interface, joined, packet, section, told};
use crate::harness::ftplab;

#[test]
fn lines_and_replies_are_kept_to_their_length() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    wire.client(on, "NOOP");
    wire.server(on, &format!("200 {}", "x".repeat(MAX_LINE + 6)));
    let capture = wire.done();
    told(
        &capture,
        &[],
        "The line is too long: 10 bytes of it were dropped.",
        "10 octets",
    );

    let mut wire = Wire::new();
    let on = wire.session(40_000);
    wire.client(on, "HELP");
    let mut reply = "214-\r\n".repeat(MAX_REPLY_LINES + 4);
    reply.push_str("214 End.\r\n");
    wire.bytes(on, Way::Back, reply.as_bytes());
    let capture = wire.done();
    told(
        &capture,
        &[],
        "The reply is too long: 5 lines of it were dropped.",
        "5 lignes",
    );
}

#[test]
fn outstanding_commands_and_oddities_are_counted() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for _ in 0..MAX_OUTSTANDING + 3 {
        wire.client(on, "NOOP");
    }
    told(
        &wire.done(),
        &[],
        "Too many commands wait for a reply",
        "Trop de commandes attendent",
    );

    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for _ in 0..MAX_QUIRKS + 9 {
        // A bare LF is one oddity each.
        wire.bytes(on, Way::Forth, b"NOOP\n");
        wire.server(on, "200 Fine.");
    }
    wire.close(on);
    told(
        &wire.done(),
        &[],
        "9 more oddities are",
        "9 autres bizarreries",
    );
}

#[test]
fn logins_and_refusals_are_counted() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for n in 0..MAX_LOGINS + 6 {
        wire.client(on, &format!("USER u{}", n % 7));
        wire.server(on, "331 And?");
        wire.client(on, "PASS x");
        wire.server(on, "230 In.");
    }
    wire.close(on);
    let capture = wire.done();
    let all = MAX_LOGINS + 7;
    told(
        &capture,
        &[],
        &format!("{all} login attempts, {all} accepted"),
        &format!("{all} tentatives de connexion, {all} acceptées"),
    );
    // The users that are named have the rest of the first 64; nobody knows whose the last seven are.
    let done = inspect(&capture, "en", &[]);
    let number = |before: &str| {
        let (_, rest) = done.out().split_once(before).expect(before);
        match rest.split(|c: char| !c.is_alphanumeric()).next() {
            Some("one") => 1,
            digits => digits.and_then(|n| n.parse().ok()).expect("a number"),
        }
    };
    let named: usize = ["anonymous: ", "u0: ", "u1: ", "u2: ", "u3: "]
        .map(number)
        .iter()
        .sum();
    assert_eq!(named + number("further attempts: "), all);
    told(
        &capture,
        &[],
        "--dialogue shows them all",
        "autres tentatives",
    );

    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for n in 0..MAX_REFUSED + 3 {
        wire.client(on, &format!("PORT 10,0,0,1,200,{n}"));
        wire.server(on, "500 Illegal PORT command.");
    }
    wire.close(on);
    told(&wire.done(), &[], "and 3 more", "et 3 de plus");
}

#[test]
fn ladder_log_and_page_say_how_much_more_there_is() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for _ in 0..MAX_RUNGS / 2 {
        wire.client(on, "NOOP");
        wire.server(on, "200 Fine.");
    }
    wire.close(on);
    // Of the greeting and the login there are three.
    told(&wire.done(), &["--ladder"], "and 3 more", "et 3 de plus");

    let mut wire = Wire::new();
    let on = wire.session(40_000);
    let long = format!("SITE {}", "x".repeat(60_000));
    for _ in 0..MAX_LOG / 60_000 + 9 {
        wire.client(on, &long);
    }
    wire.server(on, "200 Fine.");
    wire.close(on);
    let capture = wire.done();
    for (lang, wanted) in [("en", "# 9 more commands"), ("fr", "# 9 commandes")] {
        let done = inspect(&capture, lang, &["--dialogue"]).code(0);
        let last = done.out().lines().last().expect("a line");
        assert!(last.starts_with(wanted), "{last}");
        assert!(done.stdout.len() < MAX_LOG + 2_000);
    }
}

#[test]
fn a_page_says_how_much_more_there_is() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for n in 0..60 {
        // Each odd in its own place.
        wire.bytes(on, Way::Forth, b"NOOP\n");
        wire.server(on, &format!("200 {n}."));
    }
    for n in 0..10 {
        wire.transfer(on, 50_000 + n, &[b"one", b"two"]);
    }
    for _ in 0..1_000 {
        wire.client(on, "NOOP");
        wire.server(on, "200 Fine.");
    }
    wire.close(on);
    for port in 0..MAX_SESSIONS as u16 + 4 {
        let on = wire.open(41_000 + port, 21);
        wire.server(on, "220 Ready.");
        wire.client(on, "QUIT");
        wire.server(on, "221 Bye.");
        wire.close(on);
    }
    let capture = wire.done();
    let page = html(&capture, "en");
    // Sessions beyond the 200th; curves beyond the eighth; oddities beyond the fiftieth.
    assert!(page.contains("<p>and 5 more</p>"), "sessions");
    assert!(page.contains("<p>and 2 more</p>"), "curves");
    assert!(
        page.contains("and 10 more; --json lists them all"),
        "oddities"
    );
    assert!(html(&capture, "fr").contains("<p>et 5 de plus</p>"));
    // Arrows and lines: as many as there are, less 600 and 2,000.
    let more: Vec<u64> = page
        .split("<p>and ")
        .skip(1)
        .filter_map(|rest| rest.split(' ').next()?.parse().ok())
        .collect();
    assert!(more.iter().any(|n| *n > 1_500), "arrows: {more:?}");
    assert!(
        more.iter().any(|n| (150..300).contains(n)),
        "lines: {more:?}"
    );
}

/// The page that `inspect --html` makes of these bytes.
fn html(bytes: &[u8], lang: &str) -> String {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("x.pcapng"), bytes).expect("a file");
    ftplab()
        .within(folder.path())
        .args(["inspect", "--lang", lang, "x.pcapng", "--html", "page.html"])
        .run()
        .code(0);
    fs::read_to_string(folder.path().join("page.html")).expect("a page")
}

#[test]
fn a_telnet_option_without_end_becomes_text() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    let mut bytes = b"\xff\xfa".to_vec();
    bytes.extend([b'x'; MAX_SUBNEGOTIATION as usize]);
    bytes.extend(b" NOOP\r\n");
    wire.bytes(on, Way::Forth, &bytes);
    wire.server(on, "500 What?");
    wire.close(on);
    let done = inspect(&wire.done(), "en", &["--dialogue"]).code(0);
    assert!(done.out().contains(" NOOP\n"), "{}", done.out());
}

#[test]
fn a_report_too_long_to_be_sorted_says_so() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    let long = "x".repeat(180);
    for _ in 0..14_000 {
        wire.client(on, &format!("SITE {long}"));
        wire.server(on, &format!("200 {long}"));
    }
    wire.close(on);
    let capture = wire.done();
    for (lang, part, late) in [
        (
            "en",
            "Session 1 goes on; what came so far",
            "The report is longer than 8 MB:",
        ),
        ("fr", "Session 1, qui continue", "Le rapport dépasse 8 Mo"),
    ] {
        let done = inspect(&capture, lang, &["--explain"]).code(0);
        let shown = done.out();
        let (part, late) = (shown.find(part), shown.find(late));
        assert!(part.is_some() && part < late, "{part:?} {late:?}");
    }
}

// ---- Files ---------------------------------------------------------------------------------------------------------

#[test]
fn records_blocks_and_interfaces_that_are_too_much_are_told() {
    let mut file = section();
    file.extend(interface(1));
    file.extend(packet(0, &vec![0; MAX_RECORD]));
    file.extend(block(4, &vec![0; 70_000]));
    told(
        &file,
        &[],
        "One packet is too long to be one, and was skipped.",
        "Un paquet est trop long pour en être un",
    );
    told(
        &file,
        &[],
        "One block of the file that is no packet is longer than 64 kB",
        "dépasse 64 ko",
    );

    let mut file = section();
    for _ in 0..=MAX_INTERFACES {
        file.extend(interface(1));
    }
    file.extend(packet(MAX_INTERFACES as u32, &[0; 60]));
    told(
        &file,
        &[],
        "One packet was not read: link type",
        "Un paquet n’a pas été lu",
    );

    // As many reasons as there are link types, and then one for all the others.
    let mut file = section();
    for link in 0..MAX_REASONS as u16 + 5 {
        file.extend(interface(40_000 + link));
        file.extend(packet(u32::from(link), &[0; 60]));
    }
    told(
        &file,
        &[],
        "5 packets were not read:",
        "5 paquets n’ont pas été lus",
    );
}

#[test]
fn wrappers_and_windows_that_are_too_much_are_told() {
    let mut file = section();
    for _ in 0..=MAX_WRAPPERS {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&file).expect("memory");
        file = gzip.finish().expect("memory");
    }
    told(
        &file,
        &[],
        "it is compressed too many times over. Unpack it first.",
        "il est compressé trop de fois.",
    );
    // A Zstandard frame that asks for a window of 256 MB (RFC 8878 3.1.1.1.2), or of 3.75 TB.
    let frame = |window: u8| [0x28, 0xb5, 0x2f, 0xfd, 0x00, window, 1, 0, 0];
    told(
        &frame(18 << 3),
        &[],
        "it was compressed with a Zstandard window of 256 MB, and no more than 128 MB are read here. \
         Unpack it first: zstd -d --long=31 x.pcapng",
        "il a été compressé avec une fenêtre Zstandard de 256 Mo, alors que 128 Mo au plus sont lus ici.",
    );
    told(
        &frame(0xff),
        &[],
        "a Zstandard window of 3932160 MB,",
        "une fenêtre Zstandard de 3932160 Mo",
    );
    // A frame that is read, and another behind it that is not.
    let mut packets = section();
    packets.extend(interface(1));
    packets.extend(packet(0, &[0; 600]));
    let mut file = frame(0)[..6].to_vec();
    // One raw block, the last one (3.1.1.2).
    file.extend(&((packets.len() as u32) << 3 | 1).to_le_bytes()[..3]);
    file.extend(&packets);
    file.extend(frame(18 << 3));
    told(
        &file,
        &[],
        "Further on, the file was compressed with a Zstandard window of 256 MB",
        "Plus loin, le fichier a été compressé avec une fenêtre Zstandard de 256 Mo",
    );
}

#[test]
fn connections_that_are_too_many_are_told() {
    let mut wire = Wire::new();
    for n in 0..MAX_FLOWS as u32 + 100 {
        let from = SocketAddr::from(([10, 1, (n >> 8) as u8, n as u8], 40_000));
        let from = SocketAddr::new(from.ip(), 40_000 + (n >> 16) as u16);
        wire.recorder
            .unanswered(from, at(2, 80), MS)
            .expect("memory");
    }
    told(
        &wire.done(),
        &[],
        "100 connections were given up because too many were open at a time.",
        "100 connexions ont été abandonnées",
    );
}

#[test]
fn a_transfer_in_too_many_pieces_says_what_is_in_no_file() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    let mut pieces: Vec<&[u8]> = Vec::new();
    for _ in 0..1_010 {
        pieces.extend([&b"KEPT"[..], b"LOST"]);
    }
    wire.transfer(on, 50_000, &pieces);
    wire.close(on);
    let whole = wire.done();
    // Every other frame of the data was never captured.
    let (mut capture, mut at) = (Vec::new(), 0);
    while at < whole.len() {
        let length = u32::from_le_bytes(whole[at + 4..at + 8].try_into().expect("four bytes"));
        let block = &whole[at..at + length as usize];
        if !block.windows(4).any(|bytes| bytes == b"LOST") {
            capture.extend_from_slice(block);
        }
        at += length as usize;
    }
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("x.pcapng"), capture).expect("a file");
    ftplab()
        .within(folder.path())
        .args(["inspect", "x.pcapng", "--extract", "out"])
        .run()
        .code(0);
    let manifest = fs::read_to_string(folder.path().join("out/manifest.jsonl")).expect("manifest");
    assert_eq!(manifest.lines().count(), 1_000);
    assert!(manifest.contains("\"left_out\":40"), "{}", &manifest[..500]);
}

#[test]
fn folders_that_are_too_deep_are_told() {
    let folder = TempDir::new().expect("a folder");
    let mut deep = folder.path().join("top");
    fs::create_dir(&deep).expect("a folder");
    fs::write(deep.join("x.pcapng"), section()).expect("a file");
    for _ in 0..17 {
        deep.push("d");
        fs::create_dir(&deep).expect("a folder");
    }
    for (lang, wanted) in [
        ("en", "top: folders more than 16 deep were not opened."),
        (
            "fr",
            "les dossiers à plus de 16 niveaux n’ont pas été ouverts.",
        ),
    ] {
        let done = ftplab()
            .within(folder.path())
            .args(["inspect", "--lang", lang, "top"])
            .run();
        assert!(done.err().contains(wanted), "{}", done.err());
    }
}

#[test]
fn a_rubric_and_its_evidence_are_bounded() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for _ in 0..MAX_EVIDENCE + 4 {
        wire.client(on, "NOOP");
        wire.server(on, "200 Fine.");
    }
    wire.close(on);
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("x.pcapng"), wire.done()).expect("a file");
    let expect = "[[expect]]\nreply = 200\n";
    let run = |rubric: String| {
        fs::write(folder.path().join("rubric.toml"), rubric).expect("a file");
        ftplab()
            .within(folder.path())
            .args(["inspect", "x.pcapng", "--expect", "rubric.toml"])
            .run()
    };
    let done = run(expect.to_owned());
    assert!(
        joined(done.out()).contains(", …"),
        "{}{}",
        done.out(),
        done.err()
    );
    let done = run(expect.repeat(MAX_EXPECTATIONS + 1)).code(2);
    assert!(
        joined(done.err()).contains("the rubric has 257 expectations"),
        "{}",
        done.err()
    );
}
