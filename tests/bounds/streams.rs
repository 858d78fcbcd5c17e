//! TCP that pushes against the bounds of reassembly: bytes before a gap, copies that differ.

use ftplab::capture::reassembly::{MAX_HELD, MAX_HELD_IN_ALL, PIECE_COST, WINDOW, WINDOWS};

use super::wire::{Segments, inspect, joined, told};

const PIECE: usize = 32_768;

/// A capture of a transfer on each of these data connections: the first piece comes last, behind so many others.
fn late(ports: &[u16], others: usize) -> Vec<u8> {
    let mut segments = Segments::new();
    segments.session(ports);
    let piece = vec![b'x'; PIECE];
    for number in 1..=others {
        for &port in ports {
            segments.sends(port - 10_000, port, number * PIECE, &piece);
        }
    }
    for &port in ports {
        segments.sends(port - 10_000, port, 0, &piece);
    }
    segments.done()
}

/// Fails unless nothing is said of a gap that was given up.
#[track_caller]
fn not_given_up(capture: &[u8]) {
    let done = inspect(capture, "en", &[]);
    let shown = joined(done.out());
    assert!(!shown.contains("given up"), "{shown}");
    assert!(!shown.contains("in no frame"), "{shown}");
}

#[test]
fn bytes_behind_a_gap_are_held_up_to_a_bound_and_no_further() {
    let most = MAX_HELD / (PIECE + PIECE_COST);
    not_given_up(&late(&[50_000], most));
    let capture = late(&[50_000], most + 1);
    told(
        &capture,
        &[],
        "One gap was given up because more than 4 MB behind it",
        "Un trou a été abandonné parce que plus de 4 Mo qui le suivent",
    );
    // And the place is told where the bytes are counted.
    told(
        &capture,
        &[],
        "32,768 bytes of FTP's",
        "32 768 octets des connexions FTP",
    );
}

#[test]
fn bytes_behind_all_gaps_are_held_up_to_a_bound_and_no_further() {
    let ports = [50_000, 50_001, 50_002, 50_003, 50_004];
    let most = MAX_HELD_IN_ALL / (PIECE + PIECE_COST) / ports.len();
    assert!(
        most * (PIECE + PIECE_COST) < MAX_HELD,
        "no one reaches its own"
    );
    not_given_up(&late(&ports, most));
    told(
        &late(&ports, most + 1),
        &[],
        "given up because more than 4 MB behind it (16 MB behind all gaps) had come",
        "(16 Mo derrière tous les trous)",
    );
}

/// A capture in which a piece comes again with other bytes, when so many more have come.
fn copied(behind: usize, other_lines: u16) -> Vec<u8> {
    let mut segments = Segments::new();
    let ports: Vec<u16> = (50_000..=50_000 + other_lines).collect();
    segments.session(&ports);
    segments.sends(40_000, 50_000, 0, &[b'1'; 100]);
    let rest = vec![b'x'; behind - 100];
    segments.sends(40_000, 50_000, 100, &rest);
    for port in 1..=other_lines {
        segments.sends(40_000 + port, 50_000 + port, 0, b"other");
    }
    segments.sends(40_000, 50_000, 0, &[b'2'; 100]);
    segments.done()
}

#[test]
fn a_copy_that_differs_is_told_within_the_window_and_counted_beyond() {
    told(
        &copied(WINDOW, 0),
        &[],
        "Of 100 bytes the capture holds two versions; the first counts.",
        "100 octets",
    );
    for beyond in [copied(WINDOW + 100, 0), copied(1_000, WINDOWS as u16)] {
        told(
            &beyond,
            &[],
            "100 bytes came again, or too late, when nothing was kept to compare them with (the last 32 kB of 64 directions are)",
            "100 octets sont revenus, ou venus trop tard, quand rien n’était gardé à quoi les comparer (les derniers 32 ko de 64 directions le sont)",
        );
        let done = inspect(&beyond, "en", &[]);
        assert!(!done.out().contains("two versions"), "{}", done.out());
    }
}
