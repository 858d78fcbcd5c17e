//! Captures that push against the bounds of what is held of fragments, of beginnings, of connections and of sessions: what
//! is lost by it is told; and where nothing is told, nothing is lost that somebody would look for.

use std::{
    cell::{Cell, RefCell},
    fs,
    io::{self, Write},
    net::SocketAddr,
    rc::Rc,
};

use ftplab::{
    analysis::inspector::{MAX_PROBED, MAX_WAITING, SEGMENT_COST},
    capture::{
        file::MAX_TEXT,
        flow::{End, MAX_LINGERING, Way},
        quality::MAX_LINK_TYPES,
        write::{Recorded, Recorder, Remarks},
    },
    ftp::dialogue::MAX_REMEMBERED,
};
use serde_json::Value;
use tempfile::TempDir;

use super::wire::{
    MS, Segments, Wire, at, block, fragments, frame, inspect, interface, joined, packet, section,
    told,
};
use crate::harness::ftplab;

const CLIENT: (u8, u16) = (1, 40_000);
const SERVER: (u8, u16) = (2, 21);
const ACK: u8 = 0x10;
const PSH_ACK: u8 = 0x18;
const SECOND: u64 = 1_000_000;

/// The transfers of a capture, as `--json` has them.
fn transfers(capture: &[u8]) -> Vec<Value> {
    let done = inspect(capture, "en", &["--json"]).code(0);
    let lines = done.json_lines().into_iter();
    lines.filter(|line| line["type"] == "transfer").collect()
}

/// A session in which a line comes in two fragments, the second so many seconds behind the first.
fn broken_line(seconds: u64) -> Vec<u8> {
    let mut segments = Segments::new();
    segments.handshake(CLIENT.1, SERVER.1);
    let (there, back) = ((CLIENT, SERVER), (SERVER, CLIENT));
    segments.segment(back, (1, 1), PSH_ACK, b"220 Ready.\r\n");
    segments.segment(there, (1, 13), PSH_ACK, b"USER anonymous\r\n");
    segments.segment(back, (13, 17), PSH_ACK, b"230 In.\r\n");
    let line = frame(there, (17, 22), PSH_ACK, b"SITE of a line in two parts\r\n");
    let [one, two] = fragments(&line, 32);
    segments.frame(&one, 1_000);
    segments.frame(&two, seconds * SECOND);
    segments.segment(back, (22, 46), PSH_ACK, b"200 Fine.\r\n");
    segments.done()
}

#[test]
fn fragments_wait_a_minute_for_each_other() {
    let line = "C> SITE of a line in two parts\n";
    let dialogue = |seconds: u64| {
        let done = inspect(&broken_line(seconds), "en", &["--dialogue"]).code(0);
        done.out().to_owned()
    };
    assert!(dialogue(60).contains(line), "{}", dialogue(60));
    assert!(!dialogue(61).contains("SITE"), "{}", dialogue(61));
    told(
        &broken_line(60),
        &[],
        "One packet was not read: they are IP fragments, put together where all parts were captured within 60 s.",
        "Un paquet n’a pas été lu",
    );
    told(
        &broken_line(61),
        &[],
        "2 packets were not read: they are IP fragments,",
        "ce sont des fragments IP, réassemblés là où tous ont été capturés en 60 s au plus.",
    );
}

#[test]
fn long_names_of_a_file_are_shown_as_far_as_they_are_kept() {
    // An interface with a capture filter (if_filter: option 11, a byte that says what it is, then text).
    let with = |filter: &str| {
        let mut value = vec![0];
        value.extend(filter.as_bytes());
        let mut body = vec![1, 0, 0, 0, 0, 0, 0, 0];
        body.extend(11_u16.to_le_bytes());
        body.extend((value.len() as u16).to_le_bytes());
        value.resize(value.len().next_multiple_of(4), 0);
        body.extend(&value);
        body.extend([0; 4]);
        let mut wire = Wire::new();
        let on = wire.session(40_000);
        wire.client(on, "PASV");
        wire.server(on, "227 (10,0,0,2,195,80)");
        wire.client(on, "RETR x");
        wire.server(on, "150 Here.");
        wire.server(on, "226 Done.");
        wire.close(on);
        // The recorder's own interface is the first block behind the section's.
        let file = wire.done();
        let blocks = blocks(&file);
        let own = blocks[1];
        body[..2].copy_from_slice(&own[8..10]);
        let mut out = section();
        out.extend(block(1, &body));
        for block in &blocks[2..] {
            out.extend_from_slice(block);
        }
        joined(inspect(&out, "en", &[]).code(0).out())
    };
    let long = format!("tcp port 21{}", " or port 21".repeat(100));
    let kept = &long[..MAX_TEXT];
    let shown = with(&long);
    assert!(shown.contains(&format!("{kept}…")), "{shown}");
    let shown = with(kept);
    assert!(shown.contains(kept) && !shown.contains('…'), "{shown}");
}

/// The blocks of a pcapng file.
fn blocks(file: &[u8]) -> Vec<&[u8]> {
    let (mut all, mut at) = (Vec::new(), 0);
    while at < file.len() {
        let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().expect("four bytes"));
        all.push(&file[at..at + length as usize]);
        at += length as usize;
    }
    all
}

#[test]
fn of_many_link_types_some_are_named_and_all_packets_are_counted() {
    let links = MAX_LINK_TYPES + 6;
    let mut file = section();
    for link in 0..links as u16 {
        file.extend(interface(40_000 + link));
        file.extend(packet(u32::from(link), &[0; 60]));
    }
    let done = inspect(&file, "en", &["--json"]);
    let capture = done.json_lines().pop().expect("a line");
    assert_eq!(capture["packets"], links, "{capture}");
    let named = capture["link_types"].as_array().map(Vec::len);
    assert_eq!(named, Some(MAX_LINK_TYPES));
}

#[test]
fn an_acknowledgement_from_nowhere_is_none() {
    let capture = |ahead: u32| {
        let mut segments = Segments::new();
        segments.session(&[50_000]);
        segments.sends(40_000, 50_000, 0, &[b'x'; 100]);
        let there = ((1, 40_000), (2, 50_000));
        segments.segment(there, (1, 101 + ahead), ACK, &[]);
        // What is acknowledged and comes late is waited for.
        for _ in 0..300 {
            segments.segment(there, (1, 101), ACK, &[]);
        }
        joined(inspect(&segments.done(), "en", &[]).code(0).out())
    };
    let most = 1 << 30;
    let lost = "1,073,741,824 bytes of FTP's";
    assert!(capture(most).contains(lost), "{}", capture(most));
    let beyond = capture(most + 1);
    assert!(!beyond.contains("in no frame"), "{beyond}");
    assert!(beyond.contains("100 bytes"), "{beyond}");
}

/// Bytes that are kept while somebody wants them.
#[derive(Clone, Default)]
struct Tap {
    open: Rc<Cell<bool>>,
    bytes: Rc<RefCell<Vec<u8>>>,
}

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.open.get() {
            self.bytes.borrow_mut().extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The first sequence numbers of a connection that is recorded at the beginning and again behind so many others, and how
/// many sessions a reader sees.
fn recorded_again(others: u32) -> (Vec<u32>, usize) {
    let tap = Tap::default();
    tap.open.set(true);
    let mut recorder = Recorder::new(tap.clone(), &Remarks::default()).expect("memory");
    let session = |recorder: &mut Recorder<Tap>, now: i64| {
        let on = recorder.opened(at(1, 40_000), at(2, 21), now);
        let on = on.expect("memory");
        for (number, line) in ["220 Ready.\r\n", "QUIT\r\n", "221 Bye.\r\n"]
            .iter()
            .enumerate()
        {
            let way = [Way::Back, Way::Forth][number % 2];
            let said = recorder.bytes(on, way, line.as_bytes(), now);
            said.expect("memory");
        }
        for way in [Way::Forth, Way::Back] {
            recorder.closed(on, way, End::Fin, now).expect("memory");
        }
        recorder.forget(on);
    };
    session(&mut recorder, MS);
    tap.open.set(false);
    for n in 0..others {
        let from = SocketAddr::from(([10, 1, (n >> 8) as u8, n as u8], 40_000));
        let from = SocketAddr::new(from.ip(), 40_000 + (n >> 16) as u16);
        // Connections enough for a reader to have let go of the first.
        tap.open.set(n + 2 * MAX_LINGERING as u32 > others);
        let on = recorder.opened(from, at(2, 80), 2 * MS).expect("memory");
        for way in [Way::Forth, Way::Back] {
            recorder.closed(on, way, End::Fin, 2 * MS).expect("memory");
        }
        recorder.forget(on);
    }
    tap.open.set(true);
    session(&mut recorder, 600_000 * MS);
    let bytes = tap.bytes.borrow();
    // Packet blocks (kind 6) hold 28 bytes before the packet; the recorder's packets begin with IP. A SYN has no ACK.
    let numbers = blocks(&bytes).into_iter().filter_map(|block| {
        let tcp = block.get(28 + 20..)?;
        (block[0] == 6 && tcp[13] & 0x12 == 0x02)
            .then(|| u32::from_be_bytes(tcp[4..8].try_into().expect("four bytes")))
    });
    let numbers: Vec<u32> = numbers.collect();
    let numbers = vec![numbers[0], numbers[numbers.len() - 1]];
    let done = inspect(&bytes, "en", &["--json"]).code(0);
    let sessions = done.json_lines().into_iter();
    let sessions = sessions.filter(|line| line["type"] == "session").count();
    (numbers, sessions)
}

/// A recording counts the connections of a pair of end points, so that each has numbers of its own; not of endless pairs.
#[test]
fn invented_numbers_come_again_and_the_connections_are_two_all_the_same() {
    let (numbers, sessions) = recorded_again(9);
    assert_ne!(numbers[0], numbers[1]);
    assert_eq!(sessions, 2);
    let (numbers, sessions) = recorded_again(64 * 1024);
    assert_eq!(numbers[0], numbers[1]);
    assert_eq!(sessions, 2);
}

#[test]
fn beginnings_that_show_nothing_are_held_up_to_a_bound_and_the_rest_is_told() {
    // A greeting that does not end: at 8,192 bytes it is none.
    let undecided = |wire: &mut Wire, port: u16, bytes: usize| {
        let on = wire.open(port, 2_121);
        let mut greeting = b"220 ".to_vec();
        greeting.resize(bytes, b'x');
        wire.bytes(on, Way::Back, &greeting);
    };
    let cost = |bytes: usize| bytes + bytes.div_ceil(1_460) * SEGMENT_COST;
    let capture = |last: usize| {
        let mut wire = Wire::new();
        for n in 0..MAX_PROBED / cost(8_191) {
            undecided(&mut wire, 10_000 + n as u16, 8_191);
        }
        undecided(&mut wire, 9_000, last);
        let on = wire.open(40_000, 2_121);
        wire.server(on, "220 Ready.");
        wire.client(on, "USER anonymous");
        wire.server(on, "230 In.");
        wire.client(on, "QUIT");
        wire.server(on, "221 Bye.");
        wire.close(on);
        wire.done()
    };
    // What is left, less the greeting, which has twelve bytes.
    let left = MAX_PROBED % cost(8_191) - cost(12);
    let last = left - SEGMENT_COST;
    let fits = joined(inspect(&capture(last), "en", &[]).out());
    assert!(fits.contains("one FTP session"), "{fits}");
    assert!(!fits.contains("taken for something"), "{fits}");
    told(
        &capture(last + 1),
        &[],
        "One connection was taken for something other than FTP before it had shown, because too many had not: 4 MB of such beginnings are kept.",
        "Une connexion a été prise pour autre chose que FTP avant de l’avoir montré, parce que trop ne l’avaient pas encore fait\u{a0}: on garde 4 Mo de tels débuts.",
    );
}

/// Sessions that each leave a long line unfinished, and one behind them that finishes its own.
#[test]
fn what_waits_in_all_sessions_is_held_up_to_a_bound_and_the_rest_is_told() {
    const LONG: usize = 60_000;
    let capture = |sessions: usize| {
        let mut wire = Wire::new();
        for n in 0..sessions {
            let on = wire.session(1_024 + n as u16);
            wire.client(on, "HELP");
            wire.bytes(on, Way::Back, &[b'x'; LONG]);
        }
        let on = wire.session(60_000);
        wire.client(on, "HELP");
        wire.bytes(on, Way::Back, b"214 ");
        wire.bytes(on, Way::Back, &[b'y'; LONG]);
        wire.server(on, "");
        wire.close(on);
        wire.done()
    };
    // A buffer is at most twice as long as what is in it.
    let fits = joined(inspect(&capture(MAX_WAITING / LONG / 3), "en", &[]).out());
    assert!(
        !fits.contains("waited to be completed") && !fits.contains("too long"),
        "{fits}"
    );
    let capture = capture(MAX_WAITING / LONG + 1);
    told(
        &capture,
        &[],
        "were cut or forgotten because too much of all sessions waited to be completed: 32 MB of it are kept.",
        "parce que trop de choses restaient à compléter dans l’ensemble des sessions\u{a0}: on en garde 32 Mo.",
    );
    told(&capture, &[], "The line is too long: 59", "59");
}

/// A client that tries many ports and not the one that was named: one of them is told.
#[test]
fn of_many_connections_to_wrong_ports_one_is_told() {
    let report = |tries: u16| {
        let mut wire = Wire::new();
        let on = wire.session(40_000);
        wire.client(on, "PASV");
        wire.server(on, "227 (10,0,0,2,195,80)");
        wire.client(on, "RETR x");
        for n in 0..tries {
            let from = at(1, 41_000 + n);
            let refused = wire.recorder.refused(from, at(2, 51_000 + n), 90 * MS);
            refused.expect("memory");
        }
        wire.server(on, "425 Nobody came.");
        wire.close(on);
        joined(inspect(&wire.done(), "en", &[]).code(0).out())
    };
    let one = report(1);
    let told = "The client tried 10.0.0.2:51000 instead";
    assert!(one.contains(told), "{one}");
    let many = report(40);
    assert!(many.contains(told), "{many}");
}

/// Connections that were there before the capture are followed, some of them, in case a session owns them.
#[test]
fn of_connections_from_before_the_capture_the_first_are_followed() {
    let transfers = |others: u16| {
        let mut segments = Segments::new();
        for n in 0..others {
            let ends = ((4, 8_080), (3, 41_000 + n));
            segments.segment(ends, (1, 1), PSH_ACK, b"something else");
        }
        // The end of a transfer that began before.
        segments.sends(41_000, 51_000, 0, &[b'x'; 100]);
        let (there, back) = ((CLIENT, SERVER), (SERVER, CLIENT));
        segments.segment(back, (1, 1), PSH_ACK, b"226 Done.\r\n");
        segments.segment(there, (1, 12), PSH_ACK, b"NOOP\r\n");
        segments.segment(back, (12, 7), PSH_ACK, b"200 Fine.\r\n");
        transfers(&segments.done())
    };
    let followed = transfers(63);
    assert_eq!(followed.len(), 1);
    assert_eq!(followed[0]["down"], 100, "{}", followed[0]);
    assert_eq!(transfers(64), [Value::Null; 0]);
}

/// Two recordings of one control connection: before a router that translates addresses, and behind it.
struct Twin {
    inside: Recorded,
    outside: Recorded,
}

impl Twin {
    fn open(wire: &mut Wire, n: u16) -> Twin {
        let inside = wire.open(20_000 + n, 21);
        let opened = wire.recorder.opened(at(9, 20_000 + n), at(2, 21), MS);
        Twin {
            inside,
            outside: opened.expect("memory"),
        }
    }

    /// All lines that are compared but the last of the user, which is left to [`Twin::ends`].
    fn begins(&self, wire: &mut Wire) {
        for n in 0..3 {
            let reply = format!("22{n} Ready.");
            wire.server(self.outside, &reply);
            wire.server(self.inside, &reply);
            if n < 2 {
                self.says(wire, "NOOP");
            }
        }
    }

    fn says(&self, wire: &mut Wire, line: &str) {
        wire.client(self.inside, line);
        wire.client(self.outside, line);
    }

    fn whole(wire: &mut Wire, n: u16) {
        let twin = Twin::open(wire, n);
        twin.begins(wire);
        twin.says(wire, "QUIT");
    }
}

/// A session that begins as the twins do, and has none.
fn alone(wire: &mut Wire, n: u16) {
    let on = wire.open(30_000 + n, 21);
    for reply in ["220 Ready.", "221 Ready.", "222 Ready."] {
        wire.server(on, reply);
    }
    for line in ["NOOP", "NOOP", "QUIT"] {
        wire.client(on, line);
    }
}

/// How many sessions are told to be in a capture twice.
fn seen_twice(wire: Wire) -> usize {
    let done = inspect(&wire.done(), "en", &["--json"]).code(0);
    let lines = done.json_lines().into_iter();
    let sessions = lines.filter(|line| line["type"] == "session");
    sessions.filter(|line| !line["same_as"].is_null()).count()
}

#[test]
fn sessions_that_begin_alike_are_compared_with_the_first_of_them() {
    // Sixteen are remembered: eight pairs.
    let pairs = |count: u16| {
        let mut wire = Wire::new();
        (0..count).for_each(|n| Twin::whole(&mut wire, n));
        seen_twice(wire)
    };
    assert_eq!((pairs(8), pairs(9)), (16, 16));
    // The second half of a pair is found, though it is no longer remembered itself.
    let mut wire = Wire::new();
    (0..15).for_each(|n| alone(&mut wire, n));
    let twin = Twin::open(&mut wire, 0);
    twin.begins(&mut wire);
    wire.client(twin.inside, "QUIT");
    (15..40).for_each(|n| alone(&mut wire, n));
    wire.client(twin.outside, "QUIT");
    assert_eq!(seen_twice(wire), 2);
}

#[test]
fn sessions_at_a_time_are_compared_up_to_a_bound() {
    let with = |others: u16| {
        let mut wire = Wire::new();
        for n in 0..others {
            let on = wire.open(10_000 + n, 21);
            for reply in ["220 a", "221 b", "222 c"] {
                wire.server(on, reply);
            }
            for line in ["NOOP", "NOOP", &format!("CWD {n}")] {
                wire.client(on, line);
            }
        }
        Twin::whole(&mut wire, 20_000);
        seen_twice(wire)
    };
    assert_eq!((with(4_095), with(4_096)), (2, 0));
}

/// What is in memory of many files at a time goes to the disk; the files are whole.
#[test]
fn files_that_are_too_much_for_memory_are_whole() {
    const PIECE: usize = 255 * 1024;
    let mut wire = Wire::new();
    let mut open = Vec::new();
    for n in 0..66_u16 {
        let on = wire.session(20_000 + n);
        let port = 50_000 + n;
        wire.client(on, "PASV");
        wire.server(on, &format!("227 (10,0,0,2,{},{})", port / 256, port % 256));
        wire.client(on, &format!("RETR {n}"));
        wire.server(on, "150 Here.");
        let data = wire.open(30_000 + n, port);
        wire.bytes(data, Way::Back, &vec![n as u8; PIECE]);
        open.push((on, data, n));
    }
    for (on, data, n) in open {
        wire.bytes(data, Way::Back, &[n as u8; 100]);
        wire.close(data);
        wire.server(on, "226 Done.");
        wire.close(on);
    }
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("x.pcapng"), wire.done()).expect("a file");
    ftplab()
        .within(folder.path())
        .args(["inspect", "x.pcapng", "--extract", "out"])
        .run()
        .code(0);
    let out = folder.path().join("out");
    let manifest = fs::read_to_string(out.join("manifest.jsonl")).expect("a manifest");
    let mut files = 0;
    for line in manifest.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(
            (&line["whole"], &line["stored"]),
            (&true.into(), &true.into())
        );
        let bytes = fs::read(out.join(line["name"].as_str().expect("a name"))).expect("a file");
        let n: u8 = line["argument"]
            .as_str()
            .expect("a name")
            .parse()
            .expect("a number");
        assert!(bytes == vec![n; PIECE + 100], "{line}");
        files += 1;
    }
    assert_eq!(files, 66);
    let left = fs::read_dir(&out).expect("a folder").count();
    assert_eq!(left, 67, "nothing else is left there");
}

#[test]
fn a_long_argument_stands_whole_in_the_dialogue_and_its_beginning_with_the_transfer() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    let name = "n".repeat(MAX_REMEMBERED + 900);
    wire.client(on, "PASV");
    wire.server(on, "227 (10,0,0,2,195,80)");
    wire.client(on, &format!("RETR {name}"));
    wire.server(on, "150 Here.");
    let data = wire.open(40_001, 50_000);
    wire.bytes(data, Way::Back, b"data");
    wire.close(data);
    wire.server(on, "226 Done.");
    wire.close(on);
    let capture = wire.done();
    let done = inspect(&capture, "en", &["--dialogue"]).code(0);
    assert!(done.out().contains(&format!("C> RETR {name}\n")));
    let transfer = &transfers(&capture)[0];
    assert_eq!(transfer["verdict"], "complete");
    assert_eq!(transfer["arg"], name[..MAX_REMEMBERED], "{transfer}");
}
