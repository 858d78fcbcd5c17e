//! What `inspect` shows of much: how many are named, where the rest is counted, and nothing said of a rest that is none.

use ftplab::{
    analysis::notes::MAX_PORTS_TOLD,
    capture::flow::Way,
    ftp::line::MAX_LINE,
    view::inspect::gather::{MAX_NAMED, MAX_QUIRKS},
};

use super::wire::{SYN, Segments, Wire, inspect, joined, told};

/// What a report says, without regard to how it is wrapped.
fn report(wire: Wire, words: &[&str]) -> String {
    joined(inspect(&wire.done(), "en", words).out())
}

#[test]
fn of_many_ports_some_are_named() {
    let visited = |ports: usize| {
        let mut wire = Wire::new();
        for port in 0..ports as u16 {
            for again in 0..=port {
                let on = wire.open(40_000 + 100 * port + again, 8_000 + port);
                wire.client(on, "GET / HTTP/1.0");
                wire.close(on);
            }
        }
        wire
    };
    told(
        &visited(MAX_PORTS_TOLD + 1).done(),
        &[],
        "It holds 21 TCP connections (by port: 8005: 6, 8004: 5, 8003: 4, 8002: 3, 8001: 2, …).",
        "8001\u{a0}: 2, …",
    );
    let all = report(visited(MAX_PORTS_TOLD), &[]);
    assert!(all.contains("8000: 1)."), "{all}");
}

#[test]
fn of_many_oddities_some_are_told_with_some_of_their_frames() {
    let session = |kinds: usize, times: usize| {
        let mut wire = Wire::new();
        let on = wire.session(40_000);
        // Each of these lacks another number of bytes: another sentence.
        for number in 0..kinds {
            wire.client(on, "NOOP");
            wire.server(on, &format!("200 {}", "x".repeat(MAX_LINE + 6 + number)));
        }
        for _ in 0..times {
            wire.bytes(on, Way::Forth, b"NOOP\n");
            wire.server(on, "200 Fine.");
        }
        wire.close(on);
        wire
    };
    told(
        &session(MAX_QUIRKS + 3, 0).done(),
        &[],
        "and 3 more; --json lists them all",
        "et 3 de plus",
    );
    let all = report(session(MAX_QUIRKS, 0), &[]);
    assert!(!all.contains("lists them all"), "{all}");
    let again = report(session(0, MAX_NAMED + 1), &[]);
    assert!(again.contains("6 times, frames "), "{again}");
    assert!(again.contains(", …."), "{again}");
    let named = report(session(0, MAX_NAMED), &[]);
    assert!(named.contains("5 times, frames "), "{named}");
    assert!(!named.contains('…'), "{named}");
}

#[test]
fn long_arguments_and_many_users_are_shortened() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    wire.transfer(on, 50_000, &[b"data"]);
    wire.client(on, &format!("CWD {}", "x".repeat(209)));
    wire.server(on, &format!("550 {}", "y".repeat(300)));
    wire.close(on);
    let capture = wire.done();
    told(
        &capture,
        &["--explain"],
        &format!("CWD {} [+13 bytes]", "x".repeat(196)),
        &format!("CWD {} [+13 octets]", "x".repeat(196)),
    );

    let users = |count: u16| {
        let mut wire = Wire::new();
        for user in 0..count {
            let on = wire.open(40_000 + user, 21);
            wire.server(on, "220 Ready.");
            wire.client(on, &format!("USER u{user}"));
            wire.server(on, "230 In.");
            wire.close(on);
        }
        report(wire, &["--summary"])
    };
    assert!(users(5).contains("u0, u1, u2, u3, …"), "{}", users(5));
    assert!(!users(4).contains('…'), "{}", users(4));
}

#[test]
fn logs_of_many_sessions_at_a_time_are_bounded() {
    let mut wire = Wire::new();
    let sessions: Vec<_> = (0..5).map(|n| wire.session(40_000 + n)).collect();
    let long = format!("SITE {}", "x".repeat(60_000));
    for _ in 0..240 {
        for &on in &sessions {
            wire.client(on, &long);
        }
    }
    for on in sessions {
        wire.server(on, "200 Fine.");
        wire.close(on);
    }
    let done = inspect(&wire.done(), "en", &["--dialogue"]).code(0);
    assert!(done.stdout.len() < 65 << 20, "{}", done.stdout.len());
    let told =
        "the log of a session has 16 MB at most, those of sessions that go on together have 64 MB";
    assert!(done.out().contains(told));
}

#[test]
fn data_of_many_connections_at_a_time_is_bounded() {
    let mut wire = Wire::new();
    let piece = b"123456789\n".repeat(1_600);
    let mut open = Vec::new();
    for n in 0..1_100 {
        let on = wire.session(20_000 + n);
        wire.client(on, "PASV");
        let port = 50_000 + n;
        wire.server(on, &format!("227 (10,0,0,2,{},{})", port / 256, port % 256));
        wire.client(on, "RETR x");
        wire.server(on, "150 Here.");
        let data = wire.open(30_000 + n, port);
        wire.bytes(data, Way::Back, &piece);
        open.push((on, data));
    }
    for (on, data) in open {
        wire.close(data);
        wire.server(on, "226 Done.");
        wire.close(on);
    }
    let done = inspect(&wire.done(), "en", &["--dialogue"]).code(0);
    let numbers = done.out().matches("# data from S: 16000 bytes").count();
    let lines = done.out().matches("D> 123456789\n").count();
    assert_eq!(numbers, 1_100 - (16 << 20) / 16_000);
    assert_eq!(lines, (1_100 - numbers) * 1_600);
}

#[test]
fn a_long_greeting_stands_whole_in_the_dialogue() {
    let mut wire = Wire::new();
    let on = wire.open(40_000, 21);
    let greeting = format!("220 {}", "x".repeat(2_000));
    wire.server(on, &greeting);
    wire.client(on, &format!("AUTH {}", "Y".repeat(50)));
    wire.server(on, "504 No.");
    wire.close(on);
    let capture = wire.done();
    let done = inspect(&capture, "en", &["--dialogue"]);
    assert!(done.out().contains(&format!("S> {greeting}\n")));
    let auth = format!("C> AUTH {}\n", "Y".repeat(50));
    assert!(done.out().contains(&auth));
    let report = joined(inspect(&capture, "en", &[]).out());
    assert!(report.contains(&format!("220 {} [+", "x".repeat(196))));
}

/// The ports are counted each by itself up to a bound; the connections are counted all.
#[test]
fn connections_to_thousands_of_ports_are_all_counted() {
    let mut wire = Wire::new();
    for port in 0..4_200 {
        let on = wire.open(50_000, 2_000 + port);
        wire.client(on, "GET / HTTP/1.0");
        wire.close(on);
    }
    let all = report(wire, &[]);
    assert!(
        all.contains("It holds 4200 TCP connections (by port: "),
        "{all}"
    );
    assert!(all.contains(": 1, …)."), "{all}");
}

/// How many SYNs there were is told, however many of them are told of one by one.
#[test]
fn syns_without_end_are_counted() {
    let mut segments = Segments::new();
    segments.session(&[]);
    let mut say = |user: bool, at: (u32, u32), line: &str| {
        let (client, server) = ((1, 40_000), (2, 21));
        let ends = if user {
            (client, server)
        } else {
            (server, client)
        };
        segments.segment(ends, at, 0x18, line.as_bytes());
    };
    // "220 Ready.", "230 In." and "USER anonymous", each with its CRLF, came before.
    say(true, (17, 22), "PASV\r\n");
    say(false, (22, 23), "227 (10,0,0,2,195,80)\r\n");
    say(true, (23, 45), "RETR x\r\n");
    for _ in 0..40 {
        segments.segment(((1, 41_000), (2, 50_000)), (7, 0), SYN, &[]);
    }
    say_last(&mut segments);
    let report = joined(inspect(&segments.done(), "en", &[]).out());
    assert!(report.contains("40 SYN"), "{report}");
}

fn say_last(segments: &mut Segments) {
    let ends = ((2, 21), (1, 40_000));
    segments.segment(ends, (45, 31), 0x18, b"425 Nobody came.\r\n");
}

#[test]
fn replies_to_thousands_of_commands_stand_all() {
    let mut wire = Wire::new();
    let on = wire.session(40_000);
    for n in 0..1_500 {
        wire.client(on, &format!("NOOP {n}"));
    }
    for n in 0..1_500 {
        wire.server(on, &format!("200 {n}."));
    }
    wire.close(on);
    let done = inspect(&wire.done(), "en", &["--dialogue"]).code(0);
    let count = |mark: &str| {
        done.out()
            .lines()
            .filter(|line| line.starts_with(mark))
            .count()
    };
    assert_eq!((count("C> NOOP "), count("S> 200 ")), (1_500, 1_500));
}

#[test]
fn a_connection_shows_soon_that_it_is_ftp_or_is_none() {
    let sessions = |before: usize| {
        let mut wire = Wire::new();
        let on = wire.open(40_000, 7_777);
        wire.bytes(on, Way::Back, &vec![b'\n'; before]);
        wire.server(on, "220 Ready.");
        wire.client(on, "USER anonymous");
        wire.server(on, "230 In.");
        wire.client(on, "QUIT");
        wire.server(on, "221 Bye.");
        wire.close(on);
        report(wire, &[])
    };
    assert!(sessions(0).contains("one FTP session"));
    let late = sessions(9_000);
    assert!(late.contains("No FTP in this capture."), "{late}");
}

/// A data connection that the capture has before its negotiation is found behind hundreds of others, and not behind
/// thousands: the transfer says then that it is not in the capture, and not that it failed.
#[test]
fn a_connection_before_its_negotiation_is_looked_for_among_the_last() {
    let transfer = |between: u16| {
        let mut wire = Wire::new();
        let on = wire.session(40_000);
        let data = wire.open(40_001, 50_000);
        wire.bytes(data, Way::Back, b"data");
        wire.close(data);
        for n in 0..between {
            let other = wire.open(41_000 + n, 8_080);
            wire.client(other, "GET / HTTP/1.0");
            wire.close(other);
        }
        wire.client(on, "PASV");
        wire.server(on, "227 (10,0,0,2,195,80)");
        wire.client(on, "RETR x");
        wire.server(on, "150 Here.");
        wire.server(on, "226 Done.");
        wire.close(on);
        let done = inspect(&wire.done(), "en", &["--json"]).code(0);
        let mut all = done.json_lines().into_iter();
        let transfer = all.find(|line| line["type"] == "transfer" && line["verb"] == "RETR");
        let verdict = transfer.expect("a transfer")["verdict"].clone();
        verdict.as_str().expect("a word").to_owned()
    };
    assert_eq!(transfer(200), "complete");
    assert_eq!(transfer(300), "complete-not-captured");
}
