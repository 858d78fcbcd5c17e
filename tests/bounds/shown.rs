//! What `inspect` shows of much: how many are named, where the rest is counted, and nothing said of a rest that is none.

use ftplab::{
    analysis::notes::MAX_PORTS_TOLD,
    capture::flow::Way,
    ftp::line::MAX_LINE,
    view::inspect::gather::{MAX_NAMED, MAX_QUIRKS},
};

use super::wire::{Wire, inspect, joined, told};

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
