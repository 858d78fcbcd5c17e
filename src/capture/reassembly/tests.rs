//! Reassembly against a model that is too simple to be wrong: each place of the stream has the byte of the segment that
//! was captured first.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::capture::{
    build::{Journal, pcap},
    flow::{Table, Way},
    frame::{Endpoint, Flags, Segment},
};

/// A segment of the test: where, and its bytes.
type Piece = (u32, Vec<u8>);

fn run(isn: u32, pieces: &[Piece]) -> (Vec<Option<u8>>, Journal) {
    let mut table = Table::default();
    let mut journal = Journal::default();
    let from = Endpoint::new([10, 0, 0, 1].into(), 1);
    let to = Endpoint::new([10, 0, 0, 2].into(), 2);
    let mut send = |number: usize, sequence: u32, flags: u8, payload: &[u8]| {
        table.segment(
            &Segment {
                from,
                to,
                sequence,
                acknowledges: 0,
                flags: Flags(flags),
                window: 1,
                options: &[],
                ip_id: number as u16 + 1,
                payload,
                wire: payload.len() as u32,
            },
            Mark {
                frame: number as u64 + 1,
                time: number as Nanos,
            },
            &mut journal,
        );
    };
    send(0, isn, Flags::SYN, &[]);
    for (number, (at, bytes)) in pieces.iter().enumerate() {
        send(
            number + 1,
            isn.wrapping_add(1).wrapping_add(*at),
            Flags::PSH,
            bytes,
        );
    }
    table.finish(Mark::default(), &mut journal);
    assert_eq!(table.held(), 0, "everything that was held has been told");
    let stream = journal
        .streams
        .get(&(1, Way::Forth))
        .cloned()
        .unwrap_or_default();
    (stream, journal)
}

fn model(pieces: &[Piece]) -> Vec<Option<u8>> {
    let mut bytes: BTreeMap<usize, u8> = BTreeMap::new();
    for (at, piece) in pieces {
        for (place, byte) in piece.iter().enumerate() {
            bytes.entry(*at as usize + place).or_insert(*byte);
        }
    }
    let length = bytes.last_key_value().map_or(0, |(last, _)| last + 1);
    (0..length).map(|at| bytes.get(&at).copied()).collect()
}

/// Segments of at least two bytes: one byte before the next expected one is a keep-alive.
fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let piece = (0_u32..400, proptest::collection::vec(any::<u8>(), 2..60));
    proptest::collection::vec(piece, 0..40)
}

proptest! {
    #[test]
    fn any_order_overlap_and_conflict_gives_what_the_model_gives(isn: u32, pieces in pieces()) {
        let (stream, _) = run(isn, &pieces);
        prop_assert_eq!(stream, model(&pieces));
    }

    #[test]
    fn copies_of_one_text_in_any_order_give_the_text(
        isn: u32,
        length in 1_usize..2_000,
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), 2_usize..200), 1..40),
        seed in any::<u64>(),
    ) {
        let text = crate::capture::build::counting(seed as usize % 1_000, length);
        let mut pieces: Vec<Piece> = text
            .chunks(100)
            .enumerate()
            .map(|(number, chunk)| (number as u32 * 100, chunk.to_vec()))
            .collect();
        for (at, size) in cuts {
            let at = at.index(length);
            pieces.push((at as u32, text[at..(at + size).min(length)].to_vec()));
        }
        // A permutation that proptest can shrink by its seed.
        let mut state = seed | 1;
        for at in (1..pieces.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            pieces.swap(at, (state >> 33) as usize % (at + 1));
        }
        let (stream, journal) = run(isn, &pieces);
        let whole: Option<Vec<u8>> = stream.into_iter().collect();
        prop_assert_eq!(whole.as_deref(), Some(&text[..]));
        prop_assert!(!journal.lines.iter().any(|line| line.contains("conflict")));
    }
}

#[test]
fn the_first_copy_wins_and_the_difference_is_told() {
    let text = "A = 10.0.0.1:40000\nB = 10.0.0.2:21\n0 A > B S seq=99\n";
    // Against bytes that were passed on.
    let (journal, _) = Journal::of(&pcap(&format!(
        "{text}1 A > B P seq=100 \"abcdef\"\n2 A > B P seq=102 \"cXeYgh\"\n"
    )));
    assert_eq!(
        journal.told()[1..],
        [
            "1 > 0: \"abcdef\" @2",
            "1 > 3: conflict of 2 @2 and @3",
            "1 > 6: \"gh\" @3"
        ]
    );
    // Against bytes that are held.
    let (journal, _) = Journal::of(&pcap(&format!(
        "{text}1 A > B P seq=104 \"efgh\"\n2 A > B P seq=102 \"cdEFghij\"\n3 A > B P seq=100 \"ab\"\n"
    )));
    assert_eq!(
        journal.told()[1..],
        [
            "1 > 4: conflict of 2 @2 and @3",
            "1 > 0: \"ab\" @4",
            "1 > 2: \"cd\" @3",
            "1 > 4: \"efgh\" @2",
            "1 > 8: \"ij\" @3"
        ]
    );
}

#[test]
fn a_retransmission_long_after_is_not_compared_but_counted() {
    let mut pieces: Vec<Piece> = (0..100)
        .map(|number| (number * 1_000, vec![number as u8; 1_000]))
        .collect();
    pieces.push((0, vec![0xee; 1_000]));
    let (stream, journal) = run(7, &pieces);
    assert_eq!(stream.len(), 100_000);
    assert!(!journal.lines.iter().any(|line| line.contains("conflict")));
    pieces.pop();
    pieces.push((90_000, vec![0xee; 1_000]));
    let (_, journal) = run(7, &pieces);
    assert!(
        journal
            .lines
            .iter()
            .any(|line| line == "1 > 90000: conflict of 1000 @92 and @102")
    );
}

#[test]
fn nothing_stands_behind_a_fin() {
    let text = "A = 10.0.0.1:40000\nB = 10.0.0.2:21\n0 A > B S seq=99\n1 A > B F. seq=104\n\
                2 A > B P seq=106 \"late\"\n3 A > B P seq=100 \"abcdEFGH\"\n";
    let (journal, _) = Journal::of(&pcap(text));
    assert_eq!(journal.told()[1..], ["1 > 0: \"abcd\" @4", "1 > Fin @2"]);
}

#[test]
fn keep_alives_are_no_data() {
    let text = "A = 10.0.0.1:40000\nB = 10.0.0.2:21\n0 A > B S seq=99\n\
                1 A > B P seq=100 \"abc\"\n9 A > B . seq=102 \"\\x00\"\n19 A > B . seq=102\n";
    let (journal, tracker) = Journal::of(&pcap(text));
    assert_eq!(journal.told()[1..], ["1 > 0: \"abc\" @2"]);
    assert_eq!(tracker.totals().repeated, 0);
}

#[test]
fn the_same_frame_twice_is_a_duplicate_and_not_a_retransmission() {
    let text = "A = 10.0.0.1:40000\nB = 10.0.0.2:21\n0 A > B S seq=99 id=1\n\
                1 A > B P seq=100 id=2 \"abc\"\n1.00001 A > B P seq=100 id=2 \"abc\"\n\
                2 A > B P seq=100 id=3 \"abc\"\n";
    let (journal, tracker) = Journal::of(&pcap(text));
    assert_eq!(journal.told()[1..], ["1 > 0: \"abc\" @2"]);
    let totals = tracker.totals();
    assert_eq!((totals.duplicates, totals.repeated), (1, 3));
}
