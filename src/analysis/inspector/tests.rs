//! Sessions told as small stories, recorded as packets, and what the analysis finds in them.

use super::*;
use crate::{
    analysis::verdict::Verdict,
    capture::{build, file::Reader, tracker::Tracker},
};

fn record(story: &str) -> Vec<u8> {
    build::story(story)
}

/// A capture of the same packets without some of them (numbered from 1), each cut to so many bytes.
fn thinned(file: &[u8], keep: impl Fn(u64) -> bool, snaplen: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for word in [0xa1b2_3c4d, 0x0004_0002_u32, 0, 0, 0x0004_0000, 101] {
        out.extend(word.to_le_bytes());
    }
    let mut reader = Reader::open(file).expect("a capture");
    while reader.advance() {
        let packet = reader.packet();
        if !keep(packet.number) {
            continue;
        }
        let kept = &packet.bytes[..packet.bytes.len().min(snaplen)];
        for word in [
            (packet.time / 1_000_000_000) as u32,
            (packet.time % 1_000_000_000) as u32,
            kept.len() as u32,
            packet.original,
        ] {
            out.extend(word.to_le_bytes());
        }
        out.extend(kept);
    }
    out
}

/// What is found, a line each: sessions, transfers and remarks.
fn found(file: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inspector = Inspector::new(
        Options {
            hash: true,
            data: false,
        },
        |finding: &Finding<'_>| match finding {
            Finding::Transfer(t) => {
                let verb = t.verb.map_or("-", |verb| verb.name());
                let arg =
                    String::from_utf8_lossy(t.arg.as_deref().unwrap_or_default()).into_owned();
                let line = t
                    .connection
                    .as_ref()
                    .map(|c| format!(" {}>{}", c.from, c.to))
                    .unwrap_or_default();
                let bytes = match (t.up, t.down) {
                    (Some(up), Some(down)) => format!(" up {up} down {down}"),
                    _ => String::new(),
                };
                let n = t
                    .agreement
                    .as_ref()
                    .and_then(|agreement| agreement.n)
                    .map(|n| format!(" n{n}"))
                    .unwrap_or_default();
                let by = t.judgement.by.map_or("", |party| party.name());
                let session = t.session.map_or("-".to_owned(), |s| s.to_string());
                let what = format!("{verb} {arg}");
                lines.push(format!(
                    "{session}: {}{n}{line}{bytes} = {} {by}",
                    what.trim(),
                    t.judgement.verdict.name()
                ));
            }
            Finding::Session(s) => lines.push(format!(
                "session {}: {} {} {:?}{}",
                s.number,
                s.client,
                s.server,
                s.user
                    .as_deref()
                    .map(String::from_utf8_lossy)
                    .unwrap_or_default(),
                if s.tls { " tls" } else { "" }
            )),
            Finding::Remark { remark, mark, .. } => {
                lines.push(format!("{} @{}", remark.name(), mark.frame));
            }
            _ => {}
        },
    );
    let mut tracker = Tracker::default();
    let mut reader = Reader::open(file).expect("a capture");
    while reader.advance() {
        tracker.packet(&reader.packet(), &mut inspector);
    }
    tracker.finish(&mut inspector);
    inspector.finish();
    assert!(inspector.controls.is_empty() && inspector.lines.is_empty());
    assert!(inspector.roles.is_empty() && inspector.by_hosts.is_empty());
    assert!(inspector.expected.is_empty() && inspector.probed == 0);
    drop(inspector);
    lines
}

/// The lines about transfers.
fn transfers(file: &[u8]) -> Vec<String> {
    let mut lines = found(file);
    lines.retain(|line| line.contains(" = "));
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

const LOGIN: &str = "open c 10.0.0.1:40000 > 10.0.0.2:21
    c < 220 ready
    c > USER anna
    c < 331 password
    c > PASS secret
    c < 230 in
";

const BYE: &str = "
    c > QUIT
    c < 221 bye
    fin c <
    fin c >
";

fn story(middle: &str) -> Vec<u8> {
    record(&format!("{LOGIN}{middle}{BYE}"))
}

const PASSIVE: &str = "c > PASV
    c < 227 Entering Passive Mode (10,0,0,2,195,80).
    open d 10.0.0.1:40001 > 10.0.0.2:50000
    c > RETR file
    c < 150 Opening (5000 bytes)
    d << 5000
    fin d <
    fin d >
    c < 226 done
";

#[test]
fn passive_and_active_both_ways() {
    assert_eq!(
        found(&story(PASSIVE)),
        [
            "1: RETR file n1 10.0.0.1:40001>10.0.0.2:50000 up 0 down 5000 = complete ",
            "session 1: 10.0.0.1:40000 10.0.0.2:21 \"anna\""
        ]
    );
    let active = "c > PORT 10,0,0,1,195,80
        c < 200 ok
        c > STOR file
        c < 150 go
        open d 10.0.0.2:20 > 10.0.0.1:50000
        d << 700
        fin d <
        fin d >
        c < 226 done\n";
    assert_eq!(
        transfers(&story(active)),
        ["1: STOR file n1 10.0.0.2:20>10.0.0.1:50000 up 700 down 0 = complete"]
    );
    let six = LOGIN
        .replace("10.0.0.1:", "[2001:db8::1]:")
        .replace("10.0.0.2:", "[2001:db8::2]:");
    let epsv = "c > EPSV
        c < 229 Extended (|||50000|)
        open d [2001:db8::1]:40001 > [2001:db8::2]:50000
        c > LIST
        c < 150 go
        d << 10
        fin d <
        fin d >
        c < 226 done
        c > EPRT |2|2001:db8::1|50001|
        c < 200 ok
        c > NLST
        c < 150 go
        open e [2001:db8::2]:33333 > [2001:db8::1]:50001
        e >> 20
        fin e >
        fin e <
        c < 226 done\n";
    assert_eq!(
        found(&record(&format!("{six}{epsv}{BYE}"))),
        [
            "1: LIST n1 [2001:db8::1]:40001>[2001:db8::2]:50000 up 0 down 10 = complete ",
            "data-source-port @41",
            "1: NLST n2 [2001:db8::2]:33333>[2001:db8::1]:50001 up 0 down 20 = complete ",
            "session 1: [2001:db8::1]:40000 [2001:db8::2]:21 \"anna\""
        ]
    );
}

#[test]
fn control_on_any_port_and_opened_by_the_server() {
    let odd = format!("{LOGIN}{PASSIVE}{BYE}").replace("10.0.0.2:21", "10.0.0.2:8884");
    assert_eq!(transfers(&record(&odd)).len(), 1);
    let reversed = "open c 10.0.0.2:21 > 10.0.0.1:40000
        c > 220 ready
        c < USER anna
        c > 230 in\n";
    assert_eq!(
        found(&record(reversed)),
        ["session 1: 10.0.0.1:40000 10.0.0.2:21 \"anna\""]
    );
}

#[test]
fn a_syn_that_nobody_answers_is_the_reason() {
    let unreachable = "c > PASV
        c < 227 Entering Passive Mode (192,168,7,7,195,80).
        silence 10.0.0.1:40001 > 192.168.7.7:50000
        c > LIST
        c < 425 no data connection\n";
    assert_eq!(
        transfers(&story(unreachable)),
        ["1: LIST n1 10.0.0.1:40001>192.168.7.7:50000 up 0 down 0 = never-opened network"]
    );
    // The client gives up before it sends LIST.
    let before = "c > PASV
        c < 227 Entering Passive Mode (192,168,7,7,195,80).
        silence 10.0.0.1:40001 > 192.168.7.7:50000\n";
    assert_eq!(
        transfers(&story(before)),
        ["1: - n1 10.0.0.1:40001>192.168.7.7:50000 up 0 down 0 = never-opened network"]
    );
    let refused = "c > PORT 10,0,0,1,195,80
        c < 200 ok
        c > LIST
        c < 150 go
        refused 10.0.0.2:20 > 10.0.0.1:50000
        c < 425 no\n";
    assert_eq!(
        transfers(&story(refused)),
        ["1: LIST n1 10.0.0.2:20>10.0.0.1:50000 up 0 down 0 = never-opened client"]
    );
    let nobody = "c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,80).
        c > LIST
        c < 425 nobody came\n";
    assert_eq!(
        transfers(&story(nobody)),
        ["1: LIST n1 = never-opened client"]
    );
}

#[test]
fn a_second_attempt_takes_the_place_of_the_first() {
    let again = "c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,80).
        refused 10.0.0.1:40001 > 10.0.0.2:50000
        open d 10.0.0.1:40002 > 10.0.0.2:50000
        c > RETR file
        c < 150 go
        d << 10
        fin d <
        fin d >
        c < 226 done\n";
    let told = transfers(&story(again));
    assert_eq!(
        told[0],
        "1: RETR file n1 10.0.0.1:40002>10.0.0.2:50000 up 0 down 10 = complete"
    );
}

#[test]
fn refusals_and_failures() {
    let refused = "c > PORT 10,0,0,1,195,80
        c < 200 ok
        c > RETR nothing
        c < 550 no such file\n";
    assert_eq!(
        transfers(&story(refused)),
        ["1: RETR nothing n1 = refused server"]
    );
    let after = "c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,80).
        open d 10.0.0.1:40001 > 10.0.0.2:50000
        c > RETR file
        c < 150 go
        d << 100
        rst d <
        c < 426 broken\n";
    assert_eq!(
        transfers(&story(after)),
        ["1: RETR file n1 10.0.0.1:40001>10.0.0.2:50000 up 0 down 100 = failed server"]
    );
    let aborted = "c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,80).
        open d 10.0.0.1:40001 > 10.0.0.2:50000
        c > RETR file
        c < 150 go
        d << 100
        c > ABOR
        rst d >
        c < 426 broken off
        c < 226 aborted\n";
    assert_eq!(
        transfers(&story(aborted)),
        ["1: RETR file n1 10.0.0.1:40001>10.0.0.2:50000 up 0 down 100 = aborted client"]
    );
    let gone = format!(
        "{LOGIN}c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,80).
        open d 10.0.0.1:40001 > 10.0.0.2:50000
        c > RETR file
        c < 150 go
        d << 100
        rst c >
        rst d >\n"
    );
    assert_eq!(
        transfers(&record(&gone)),
        ["1: RETR file n1 10.0.0.1:40001>10.0.0.2:50000 up 0 down 100 = failed client"]
    );
}

#[test]
fn negotiations_that_are_refused_replaced_or_never_used() {
    let told = transfers(&story(&format!(
        "c > EPSV
        c < 500 what
        c > PORT 10,0,0,1,1,2
        c < 500 no
        c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,79).
        {PASSIVE}"
    )));
    assert_eq!(
        told,
        [
            "1: - n3 = unused",
            "1: RETR file n4 10.0.0.1:40001>10.0.0.2:50000 up 0 down 5000 = complete"
        ]
    );
    let dialled = "c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,80).
        open d 10.0.0.1:40001 > 10.0.0.2:50000
        fin d >
        fin d <\n";
    assert_eq!(
        transfers(&story(dialled)),
        ["1: - n1 10.0.0.1:40001>10.0.0.2:50000 up 0 down 0 = unused"]
    );
}

#[test]
fn a_connection_that_is_told_late_is_found() {
    let told = |between: &str| {
        let middle = format!(
            "c > PASV
            c < 227 Entering Passive Mode (10,0,0,2,195,80).
            c > RETR one
            c < 150 here it comes
            c < 226 done
            {between}
            open d 10.0.0.1:40001 > 10.0.0.2:50000
            d << 1000
            fin d <
            fin d >
            c > NOOP
            c < 200 ok"
        );
        transfers(&story(&middle))
    };
    // The next command went out at once; a recorder with a thread for each connection tells the other one after that.
    let late = "1: RETR one n1 10.0.0.1:40001>10.0.0.2:50000 up 0 down 1000 = complete";
    assert_eq!(told("c > PWD\nc < 257 \"/\""), [late]);
    let never = "1: RETR one n1 = complete-not-captured";
    let told = told(&"c > NOOP\nc < 200 ok\n".repeat(6));
    assert!(told.contains(&never.to_owned()), "{told:?}");
}

#[test]
fn the_same_port_again_and_an_empty_listing() {
    let second = PASSIVE
        .replace("40001", "40002")
        .replace("5000 bytes", "7 bytes")
        .replace("d << 5000", "d << 7");
    let empty = PASSIVE
        .replace("40001", "40003")
        .replace("RETR file", "LIST")
        .replace("(5000 bytes)", "")
        .replace("d << 5000\n", "\n");
    assert_eq!(
        transfers(&story(&format!("{PASSIVE}{second}{empty}"))),
        [
            "1: RETR file n1 10.0.0.1:40001>10.0.0.2:50000 up 0 down 5000 = complete",
            "1: RETR file n2 10.0.0.1:40002>10.0.0.2:50000 up 0 down 7 = complete",
            "1: LIST n3 10.0.0.1:40003>10.0.0.2:50000 up 0 down 0 = complete",
        ]
    );
}

#[test]
fn the_default_data_port() {
    let plain = "c > LIST
        c < 150 go
        open d 10.0.0.2:20 > 10.0.0.1:40000
        d >> 30
        fin d >
        fin d <
        c < 226 done\n";
    assert_eq!(
        transfers(&story(plain)),
        ["1: LIST 10.0.0.2:20>10.0.0.1:40000 up 0 down 30 = complete"]
    );
    let refused = "c > LIST\nc < 425 use PORT or PASV first\n";
    assert_eq!(transfers(&story(refused)), ["1: LIST = refused server"]);
}

#[test]
fn an_address_translated_on_the_way_is_matched_and_told() {
    let nat = PASSIVE.replace("(10,0,0,2,", "(192,168,7,7,");
    let told = found(&story(&nat));
    assert_eq!(told[0], "address-translated @18");
    assert!(told[1].ends_with("up 0 down 5000 = complete "));
}

#[test]
fn early_data_and_a_late_end_are_told() {
    let odd = "c > PASV
        c < 227 Entering Passive Mode (10,0,0,2,195,80).
        open d 10.0.0.1:40001 > 10.0.0.2:50000
        c > RETR file
        d << 10
        c < 150 Opening (30 bytes)
        c < 226 done
        d << 10
        fin d <
        fin d >\n";
    let told = found(&story(odd));
    assert!(told[0].starts_with("data-before-preliminary"));
    assert!(told[1].starts_with("completion-before-end"));
    assert!(told[2].starts_with("shorter-than-declared"));
    assert!(told[3].ends_with("up 0 down 20 = complete "));
}

#[test]
fn server_to_server_is_one_connection_in_two_sessions() {
    let fxp = "open a 10.0.0.1:40000 > 10.0.0.2:21
        a < 220 a
        a > USER x
        a < 230 in
        open b 10.0.0.1:40001 > 10.0.0.3:21
        b < 220 b
        b > USER x
        b < 230 in
        a > PASV
        a < 227 Entering Passive Mode (10,0,0,2,195,80).
        b > PORT 10,0,0,2,195,80
        b < 200 ok
        a > STOR x
        b > RETR x
        a < 150 go
        b < 150 go
        open d 10.0.0.3:20 > 10.0.0.2:50000
        d >> 900
        fin d >
        fin d <
        a < 226 done
        b < 226 done
        fin a >
        fin a <
        fin b >
        fin b <\n";
    let told = transfers(&record(fxp));
    assert_eq!(
        told,
        [
            "1: STOR x n1 10.0.0.3:20>10.0.0.2:50000 up 900 down 0 = complete",
            "2: RETR x n1 10.0.0.3:20>10.0.0.2:50000 up 0 down 900 = complete",
        ]
    );
}

#[test]
fn a_capture_of_the_control_port_only() {
    let file = story(PASSIVE);
    let mut numbers = Vec::new();
    let mut reader = Reader::open(&file[..]).expect("a capture");
    while reader.advance() {
        let packet = reader.packet();
        let ports = [&packet.bytes[20..22], &packet.bytes[22..24]];
        if ports.contains(&&21_u16.to_be_bytes()[..]) {
            numbers.push(packet.number);
        }
    }
    let filtered = thinned(&file, |number| numbers.contains(&number), 65_535);
    assert_eq!(
        transfers(&filtered),
        ["1: RETR file n1 = complete-not-captured"]
    );
}

#[test]
fn a_capture_that_lacks_frames_or_begins_or_ends_inside() {
    let file = story(PASSIVE);
    let transfer = |from: u64, to: u64| {
        transfers(&thinned(
            &file,
            |number| number < from || number > to,
            65_535,
        ))
    };
    // Frame 26 is the second of four with data.
    let gappy = transfer(26, 26);
    assert!(
        gappy[0].ends_with("= complete-partly-captured"),
        "{gappy:?}"
    );
    // The capture ends before the reply.
    let early = transfers(&thinned(&file, |number| number <= 34, 65_535));
    assert!(early[0].ends_with("= unfinished"), "{early:?}");
    // It begins after the login.
    let late = found(&thinned(&file, |number| number > 13, 65_535));
    assert!(late[0].contains("RETR file n1"), "{late:?}");
    assert!(late[0].ends_with("= complete "));
    // It keeps the first 60 bytes of each frame.
    let cut = transfers(&thinned(&file, |_| true, 100));
    assert!(cut[0].ends_with("= complete-partly-captured"), "{cut:?}");
}

#[test]
fn the_reply_that_named_the_port_is_missing() {
    let file = story(PASSIVE);
    // The 227 and its acknowledgement.
    let told = transfers(&thinned(&file, |n| n != 16 && n != 17, 65_535));
    assert_eq!(
        told,
        ["1: RETR file 10.0.0.1:40001>10.0.0.2:50000 up 0 down 5000 = complete"]
    );
}

#[test]
fn data_without_its_control_connection() {
    let alone = "open d 10.0.0.2:20 > 10.0.0.1:50000
        d >> 100
        fin d >
        fin d <
        open e 10.0.0.1:40001 > 10.0.0.2:50001
        e < -rw-r--r--    1 ftp      ftp            14 Jan  1  2024 hello.txt
        fin e <
        fin e >
        open f 10.0.0.1:40002 > 10.0.0.2:50002
        f < just something else
        fin f <
        fin f >\n";
    assert_eq!(
        transfers(&record(alone)),
        [
            "-: 10.0.0.2:20>10.0.0.1:50000 up 100 down 0 = orphan",
            "-: 10.0.0.1:40001>10.0.0.2:50001 up 0 down 67 = orphan",
        ]
        .map(|line| line.replacen("-: ", "-: - ", 1))
    );
}

#[test]
fn after_tls_data_connections_are_inferred() {
    let tls = "open c 10.0.0.1:40000 > 10.0.0.2:21
        c < 220 ready
        c > AUTH TLS
        c < 234 go
        c > \u{16}\u{3}\u{1}\u{0}\u{5}hello
        c < \u{16}\u{3}\u{1}\u{0}\u{5}hello
        open d 10.0.0.1:40001 > 10.0.0.2:50000
        d > \u{16}\u{3}\u{1}\u{0}\u{5}hello
        d << 4000
        fin d <
        fin d >
        silence 10.0.0.1:40002 > 10.0.0.2:50001
        fin c >
        fin c <\n";
    let told = found(&record(tls));
    assert_eq!(
        told[0],
        "1: - 10.0.0.1:40001>10.0.0.2:50000 up 12 down 4000 = encrypted "
    );
    assert_eq!(
        told[1],
        "1: - 10.0.0.1:40002>10.0.0.2:50001 up 0 down 0 = never-opened network"
    );
    assert_eq!(told[2], "session 1: 10.0.0.1:40000 10.0.0.2:21 \"\" tls");
}

#[test]
fn many_negotiations_and_sessions_leave_nothing_behind() {
    let mut ports = String::from(LOGIN);
    for number in 0..600 {
        ports.push_str(&format!(
            "c > PORT 10,0,0,1,{},{}\n",
            200 + number / 256,
            number % 256
        ));
        if number % 2 == 0 {
            ports.push_str("c < 200 ok\n");
        } else {
            ports.push_str("c < 500 no\n");
        }
    }
    let told = transfers(&record(&ports));
    assert_eq!(told.len(), 300);
    assert!(told.iter().all(|line| line.ends_with("= unused")));
    let mut sessions = String::new();
    for number in 0..300 {
        let one = format!("{LOGIN}{PASSIVE}{BYE}");
        let one = one
            .replace("40000", &(20_000 + number).to_string())
            .replace("40001", &(30_000 + number).to_string());
        sessions.push_str(&one);
    }
    assert_eq!(transfers(&record(&sessions)).len(), 300);
}

#[test]
fn verdict_names_are_those_of_the_contract() {
    for (verdict, name) in [
        (Verdict::Complete, "complete"),
        (Verdict::CompletePartlyCaptured, "complete-partly-captured"),
        (Verdict::CompleteNotCaptured, "complete-not-captured"),
        (Verdict::Refused, "refused"),
        (Verdict::NeverOpened, "never-opened"),
        (Verdict::Failed, "failed"),
        (Verdict::Aborted, "aborted"),
        (Verdict::Unfinished, "unfinished"),
        (Verdict::Unused, "unused"),
        (Verdict::Orphan, "orphan"),
        (Verdict::Encrypted, "encrypted"),
    ] {
        assert_eq!(verdict.name(), name);
    }
}

proptest::proptest! {
    #[test]
    fn changed_bytes_of_a_capture_never_make_it_panic(
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..12),
        lost in proptest::collection::vec(1_u64..60, 0..6),
    ) {
        let file = story(PASSIVE);
        let mut file = thinned(&file, |number| !lost.contains(&number), 65_535);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if Reader::open(&file[..]).is_ok() {
            found(&file);
        }
    }
}
