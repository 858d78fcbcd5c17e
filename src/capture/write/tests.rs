//! Recordings, read back by our own reader and, where it is installed, by tshark.

use std::process::{Command, Stdio};

use super::*;
use crate::capture::{build::Journal, file::Reader};

fn remarks() -> Remarks {
    Remarks {
        program: "ftplab 1".into(),
        section: "what is real and what is not".into(),
        interface: "both ends of the program's own connections".into(),
        invented: "invented".into(),
    }
}

/// A control connection, a data connection inside it, a refused one, an unanswered one, and one that is reset.
fn recording() -> Vec<u8> {
    let mut recorder = Recorder::new(Vec::new(), &remarks()).expect("memory");
    let second = 1_000_000_000;
    let base = 1_700_000_000 * second;
    let address = |text: &str| text.parse().expect("an address");
    let (c, s) = (address("127.0.0.1:40000"), address("127.0.0.1:2121"));
    let control = recorder.opened(c, s, base).expect("memory");
    let say = |recorder: &mut Recorder<Vec<u8>>, way, text: &str, at: i64| {
        recorder
            .bytes(control, way, text.as_bytes(), base + at * second / 10)
            .expect("memory");
    };
    say(&mut recorder, Way::Back, "220 hi\r\n", 1);
    say(&mut recorder, Way::Forth, "RETR file\r\n", 2);
    // A server on `::` sees its IPv4 peer in mapped form.
    let data = recorder
        .opened(
            address("[::ffff:127.0.0.1]:40001"),
            address("[::ffff:127.0.0.1]:50000"),
            base + second / 2,
        )
        .expect("memory");
    recorder
        .bytes(data, Way::Back, &vec![b'x'; 10_000], base + second)
        .expect("memory");
    recorder
        .closed(data, Way::Back, End::Fin, base + second)
        .expect("memory");
    recorder
        .closed(data, Way::Forth, End::Fin, base + second)
        .expect("memory");
    say(&mut recorder, Way::Back, "226 done\r\n", 20);
    recorder
        .refused(c, address("127.0.0.1:1"), base + 2 * second)
        .expect("memory");
    recorder
        .unanswered(c, address("192.0.2.1:1"), base + 2 * second)
        .expect("memory");
    let six = recorder
        .opened(
            address("[::1]:40000"),
            address("[::1]:2121"),
            base + 3 * second,
        )
        .expect("memory");
    recorder
        .bytes(six, Way::Forth, b"USER x\r\n", base + 3 * second)
        .expect("memory");
    recorder
        .closed(six, Way::Forth, End::Reset, base + 4 * second)
        .expect("memory");
    recorder
        .bytes(six, Way::Back, b"too late", base + 4 * second)
        .expect("memory");
    recorder
        .closed(control, Way::Forth, End::Fin, base + 5 * second)
        .expect("memory");
    recorder
        .closed(control, Way::Back, End::Fin, base + 5 * second)
        .expect("memory");
    recorder.into_inner()
}

#[test]
fn what_was_recorded_is_read_back() {
    let file = recording();
    let (journal, tracker) = Journal::of(&file);
    let text = |id: u64, way| -> String {
        journal.streams[&(id, way)]
            .iter()
            .map(|byte| char::from(byte.expect("no gap")))
            .collect()
    };
    assert_eq!(text(1, Way::Back), "220 hi\r\n226 done\r\n");
    assert_eq!(text(1, Way::Forth), "RETR file\r\n");
    assert_eq!(text(2, Way::Back), "x".repeat(10_000));
    assert_eq!(text(5, Way::Forth), "USER x\r\n");
    let told = journal.told();
    assert!(told.contains(&"2 opened 127.0.0.1:40001 > 127.0.0.1:50000 Syn"));
    assert!(told.iter().any(|line| line.starts_with("3 < Reset")));
    assert!(told.iter().any(|line| line.starts_with("5 > Reset")));
    assert!(told.contains(&"4 opened 127.0.0.1:40000 > 192.0.2.1:1 Syn"));
    let counts = tracker.counts();
    assert_eq!(counts.wrong_checksums, 0);
    assert!(counts.checked > 20);
    assert!(counts.unread.is_empty());
    assert_eq!(
        tracker.quality().first,
        Some(1_700_000_000_000_000_000),
        "nanoseconds"
    );
    let mut reader = Reader::open(&file[..]).expect("a capture");
    while reader.advance() {}
    let about = reader.about();
    assert_eq!(about.interface.as_deref(), Some(INTERFACE));
    assert_eq!(about.program.as_deref(), Some("ftplab 1"));
    // The section, and every frame without payload.
    let payloads = journal
        .lines
        .iter()
        .filter(|line| line.contains(": \""))
        .count() as u64;
    assert_eq!(about.comments, 1 + tracker.quality().packets - payloads);
}

#[test]
fn no_segment_is_longer_than_the_segment_size() {
    let (journal, _) = Journal::of(&recording());
    let longest = journal
        .lines
        .iter()
        .filter_map(|line| Some(line.split('"').nth(1)?.matches('x').count()))
        .max();
    assert_eq!(longest, Some(1_460));
}

/// Wireshark opens it without a warning: right checksums, nothing odd about the connections.
#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped must be seen")]
fn tshark_has_nothing_to_complain_about() {
    if Command::new("tshark")
        .arg("-v")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        eprintln!("skipped: tshark is not installed");
        return;
    }
    let folder = std::env::temp_dir().join(format!("ftplab-write-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("recording.pcapng");
    std::fs::write(&path, recording()).expect("a file");
    let done = Command::new("tshark")
        .args(["-n", "-r"])
        .arg(&path)
        .args([
            "-o",
            "tcp.check_checksum:TRUE",
            "-o",
            "ip.check_checksum:TRUE",
        ])
        .args(["-d", "tcp.port==2121,ftp", "-T", "fields"])
        .args([
            "-e",
            "frame.number",
            "-e",
            "_ws.expert.severity",
            "-e",
            "_ws.expert.message",
        ])
        .args([
            "-e",
            "tcp.checksum.status",
            "-e",
            "frame.comment",
            "-e",
            "frame.interface_name",
        ])
        .output()
        .expect("tshark");
    std::fs::remove_dir_all(&folder).expect("our own folder");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(said.lines().count() > 20, "{said}");
    for line in said.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        // Severities of epan/proto.h: 0x600000 is a warning, 0x800000 an error. A reset is one by itself.
        let bad = fields[1]
            .split(',')
            .filter_map(|severity| severity.parse::<u32>().ok())
            .any(|severity| severity >= 0x0060_0000);
        assert!(!bad || fields[2].contains("RST"), "{line}");
        assert_eq!(fields[3], "1", "checksum: {line}");
        assert_eq!(fields[5], INTERFACE);
    }
}

/// Two recordings of one connection, one at each end of it, must be one when they are merged.
#[test]
fn both_ends_of_a_connection_write_the_same_numbers() {
    let address = |text: &str| text.parse().expect("an address");
    let (a, b) = (address("10.0.0.1:40000"), address("10.0.0.2:21"));
    let starts = |before: &[(SocketAddr, SocketAddr)]| {
        let mut recorder = Recorder::new(Vec::new(), &remarks()).expect("memory");
        for (opener, acceptor) in before.iter().chain(&[(a, b)]) {
            recorder.opened(*opener, *acceptor, 0).expect("memory");
        }
        let last = recorder.connections.values().last().expect("a connection");
        last.next
    };
    let alone = starts(&[]);
    assert_eq!(starts(&[(b, a), (a, address("10.0.0.2:2121"))]), alone);
    assert_ne!(starts(&[(a, b)]), alone, "a port that is used again");
    let mapped = (
        address("[::ffff:10.0.0.1]:40000"),
        address("[::ffff:10.0.0.2]:21"),
    );
    assert_eq!(starts(&[(a, b), mapped]), starts(&[(a, b), (a, b)]));
    assert_eq!(alone[0] % ROUND, 1, "round, behind its SYN");
}
