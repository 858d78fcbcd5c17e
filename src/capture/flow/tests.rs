//! Connections from packets written as text.

use super::*;
use crate::capture::{
    build::{Journal, pcap},
    tracker::Tracker,
};

fn told(text: &str) -> Vec<String> {
    let text = format!("A = 10.0.0.1:40000\nB = 10.0.0.2:21\n{text}");
    let (journal, _) = Journal::of(&pcap(&text));
    journal.told().into_iter().map(str::to_owned).collect()
}

const HANDSHAKE: &str = "0 A > B S seq=99 mss=1460\n\
                         0.001 B > A SA seq=499 ack=100 mss=1440\n\
                         0.002 A > B A seq=100 ack=500\n";

#[test]
fn a_conversation_in_order() {
    assert_eq!(
        told(&format!(
            "{HANDSHAKE}\
             0.1 B > A PA seq=500 ack=100 \"220 hi\\r\\n\"\n\
             0.2 A > B PA seq=100 ack=508 \"QUIT\\r\\n\"\n\
             0.3 B > A PA seq=508 ack=106 \"221\\r\\n\"\n\
             0.4 B > A FA seq=513 ack=106\n\
             0.5 A > B FA seq=106 ack=514\n\
             0.6 B > A A seq=514 ack=107\n"
        )),
        [
            "1 opened 10.0.0.1:40000 > 10.0.0.2:21 Syn",
            "1 < 0: \"220 hi\\r\\n\" @4",
            "1 > 0: \"QUIT\\r\\n\" @5",
            "1 < 8: \"221\\r\\n\" @6",
            "1 < Fin @7",
            "1 > Fin @8",
        ]
    );
}

#[test]
fn an_answer_captured_before_its_question_comes_after_it() {
    assert_eq!(
        told(&format!(
            "{HANDSHAKE}\
             0.1001 B > A PA seq=500 ack=106 \"331\\r\\n\"\n\
             0.1002 A > B PA seq=100 ack=500 \"USER\\r\\n\"\n"
        ))[1..],
        ["1 > 0: \"USER\\r\\n\" @5", "1 < 0: \"331\\r\\n\" @4"]
    );
}

#[test]
fn two_directions_do_not_wait_for_each_other() {
    // The greeting was captured behind what came of it: an acknowledgement, a command, and that one's acknowledgement.
    assert_eq!(
        told(&format!(
            "{HANDSHAKE}\
             0.1002 A > B A seq=100 ack=505\n\
             0.1003 A > B PA seq=100 ack=505 \"USER\\r\\n\"\n\
             0.1004 B > A A seq=505 ack=106\n\
             0.1001 B > A PA seq=500 ack=100 \"220\\r\\n\"\n\
             0.1005 B > A PA seq=505 ack=106 \"331\\r\\n\"\n\
             0.1006 A > B PA seq=106 ack=510 \"PASS\\r\\n\"\n"
        ))[1..],
        [
            "1 < 0: \"220\\r\\n\" @7",
            "1 > 0: \"USER\\r\\n\" @5",
            "1 < 5: \"331\\r\\n\" @8",
            "1 > 6: \"PASS\\r\\n\" @9",
        ]
    );
}

#[test]
fn a_syn_ack_that_was_lost_was_sent_where_its_connection_carries_data() {
    let established = |text: &str| {
        let text = format!("A = 10.0.0.1:40000\nB = 10.0.0.2:21\n{text}");
        let (journal, _) = Journal::of(&pcap(&text));
        journal.established
    };
    let syn = "0 A > B S seq=99\n";
    for (rest, wanted) in [
        ("", false),
        ("0.1 A > B S seq=99\n0.2 A > B S seq=99\n", false),
        ("0.1 B > A RA seq=0 ack=100\n", false),
        ("0.1 B > A PA seq=500 ack=100 \"220\\r\\n\"\n", true),
        (
            "0.1 A > B PA seq=100 ack=500 \"x\"\n0.2 B > A A seq=500 ack=101\n",
            true,
        ),
    ] {
        assert_eq!(established(&format!("{syn}{rest}")), wanted, "{rest}");
    }
}

#[test]
fn a_question_that_the_capture_lost_is_a_gap_before_its_answer() {
    let text = format!(
        "{HANDSHAKE}\
         0.1 B > A PA seq=500 ack=106 \"331\\r\\n\"\n\
         0.2 A > B PA seq=106 ack=505 \"PASS\\r\\n\"\n\
         0.3 B > A PA seq=505 ack=112 \"230\\r\\n\"\n"
    );
    assert_eq!(
        told(&text)[1..],
        [
            "1 > 0: gap of 6 Lost @5",
            "1 < 0: \"331\\r\\n\" @4",
            "1 > 6: \"PASS\\r\\n\" @5",
            "1 < 5: \"230\\r\\n\" @6",
        ]
    );
    // And where the capture ends before anything else comes.
    let cut = text.lines().take(4).collect::<Vec<_>>().join("\n");
    assert_eq!(
        told(&cut)[1..],
        ["1 > 0: gap of 6 Lost @4", "1 < 0: \"331\\r\\n\" @4"]
    );
}

#[test]
fn one_direction_alone_is_told_at_once_with_the_other_one_missing() {
    assert_eq!(
        told(
            "0.1 B > A PA seq=500 ack=100 \"220\\r\\n\"\n\
             0.2 B > A PA seq=505 ack=106 \"331\\r\\n\"\n\
             0.3 B > A PA seq=510 ack=117 \"230\\r\\n\"\n"
        ),
        [
            "1 opened 10.0.0.2:21 > 10.0.0.1:40000 Middle",
            "1 > 0: \"220\\r\\n\" @1",
            "1 < 0: gap of 6 Lost @2",
            "1 > 5: \"331\\r\\n\" @2",
            "1 < 6: gap of 11 Lost @3",
            "1 > 10: \"230\\r\\n\" @3",
        ]
    );
}

#[test]
fn lost_data_that_was_acknowledged_is_a_gap_when_patience_ends() {
    let text = |third: &str| {
        format!(
            "{HANDSHAKE}\
             0.1 B > A A seq=500 ack=100 \"aaaa\"\n\
             0.1001 B > A A seq=508 ack=100 \"cccc\"\n\
             0.1002 A > B A seq=100 ack=512\n\
             {third} B > A A seq=512 ack=100 \"dddd\"\n\
             0.2 B > A A seq=504 ack=100 \"bbbb\"\n"
        )
    };
    assert_eq!(
        told(&text("0.15"))[2..],
        [
            "1 < 4: gap of 4 Lost @5",
            "1 < 8: \"cccc\" @5",
            "1 < 12: \"dddd\" @7"
        ],
        "what comes after the patience has ended is late"
    );
    assert_eq!(
        told(&text("0.101").replace("0.2 B", "0.102 B"))[2..],
        [
            "1 < 4: \"bbbb\" @8",
            "1 < 8: \"cccc\" @5",
            "1 < 12: \"dddd\" @7"
        ],
        "what comes within it is in time"
    );
}

#[test]
fn a_fin_that_was_not_captured_is_no_gap() {
    assert_eq!(
        told(&format!(
            "{HANDSHAKE}\
             0.1 B > A A seq=500 ack=100 \"aaaa\"\n\
             0.2 A > B A seq=100 ack=505\n\
             0.3 A > B FA seq=100 ack=505\n"
        ))[1..],
        ["1 < 0: \"aaaa\" @4", "1 > Fin @6"]
    );
}

#[test]
fn unanswered_syns_are_counted_with_their_times() {
    let text = "A = 10.0.0.1:40000\nB = 192.168.7.7:50000\n\
                0 A > B S seq=99\n1 A > B S seq=99\n3 A > B S seq=99\n3.00001 A > B S seq=99 \n";
    struct Count(u32, Vec<Nanos>, bool);
    impl Watch for Count {
        fn opened(&mut self, _: &Flow) -> Interest {
            Interest::Follow
        }
        fn data(&mut self, _: &Flow, _: &Chunk<'_>) -> Interest {
            Interest::Follow
        }
        fn gap(&mut self, _: &Flow, _: &Gap) -> Interest {
            Interest::Follow
        }
        fn ended(&mut self, _: &Flow, _: Way, _: End, _: Mark) {}
        fn undelivered(&mut self, _: &Flow, _: &Undelivered, _: Mark) {}
        fn conflict(&mut self, _: &Flow, _: Way, _: &Conflict) {}
        fn left(&mut self, flow: &Flow, _: Leaving) {
            self.0 = flow.syns();
            self.1 = flow.retries().iter().map(|mark| mark.time).collect();
            self.2 = flow.established();
        }
    }
    let mut count = Count(0, Vec::new(), true);
    let mut tracker = Tracker::default();
    let file = pcap(text);
    let mut reader = crate::capture::file::Reader::open(&file[..]).expect("a capture");
    while reader.advance() {
        tracker.packet(&reader.packet(), &mut count);
    }
    tracker.finish(&mut count);
    // The fourth is the third, captured twice.
    assert_eq!(count.0, 3);
    assert_eq!(count.1, [1_000_000_000, 3_000_000_000]);
    assert!(!count.2);
    assert_eq!(tracker.totals().unanswered, 1);
    assert_eq!(tracker.totals().duplicates, 1);
}

#[test]
fn a_new_syn_on_the_same_ports_is_a_new_connection() {
    let (journal, _) = Journal::of(&pcap(
        "A = 10.0.0.1:40000\nB = 10.0.0.2:5000\n\
         0 A > B S seq=99\n0 B > A SA seq=499 ack=100\n0 A > B A seq=100 ack=500\n\
         0.1 A > B FPA seq=100 ack=500 \"one\"\n0.2 B > A FA seq=500 ack=104\n0.3 A > B A seq=104 ack=501\n\
         1 A > B S seq=70099\n1 B > A SA seq=80499 ack=70100\n1 A > B A seq=70100 ack=80500\n\
         1.1 A > B PA seq=70100 ack=80500 \"two\"\n\
         1.2 A > B S seq=99999\n",
    ));
    assert_eq!(
        journal.lines,
        [
            "1 opened 10.0.0.1:40000 > 10.0.0.2:5000 Syn",
            "1 > 0: \"one\" @4",
            "1 > Fin @4",
            "1 < Fin @5",
            "1 left Replaced",
            "2 opened 10.0.0.1:40000 > 10.0.0.2:5000 Syn",
            "2 > 0: \"two\" @10",
            "2 left Replaced",
            "3 opened 10.0.0.1:40000 > 10.0.0.2:5000 Syn",
            "3 left CaptureEnds",
        ]
    );
}

#[test]
fn the_end_points_of_an_ended_connection_may_go_on_without_a_captured_syn() {
    assert_eq!(
        told(&format!(
            "{HANDSHAKE}\
             0.1 A > B FA seq=100 ack=500\n0.2 B > A FA seq=500 ack=101\n0.3 A > B A seq=101 ack=501\n\
             5 A > B PA seq=7000100 ack=9000 \"USER\"\n"
        ))[3..],
        [
            "2 opened 10.0.0.1:40000 > 10.0.0.2:21 Middle",
            "2 > 0: \"USER\" @7"
        ]
    );
}

#[test]
fn a_refused_connection_and_an_icmp_error() {
    assert_eq!(
        told(
            "0 A > B S seq=99\n0.1 B > A RA seq=0 ack=100\n\
             0.5 A > B S seq=99\n0.6 B > A RA seq=0 ack=100\n\
             A = 10.0.0.1:40001\n\
             1 A > B S seq=5\n1.1 A > B S seq=5 icmp=3,13 from 10.9.9.9\n"
        ),
        [
            "1 opened 10.0.0.1:40000 > 10.0.0.2:21 Syn",
            "1 < Reset @2",
            "2 opened 10.0.0.1:40001 > 10.0.0.2:21 Syn",
            "2 icmp 3,13 from 10.9.9.9 @6",
        ]
    );
}

#[test]
fn a_reset_flushes_what_was_held() {
    assert_eq!(
        told(&format!(
            "{HANDSHAKE}\
             0.1 B > A A seq=500 ack=100 \"aa\"\n0.1 B > A A seq=504 ack=100 \"cc\"\n\
             0.2 A > B R seq=100\n0.3 B > A A seq=506 ack=100 \"dd\"\n"
        ))[1..],
        [
            "1 < 0: \"aa\" @4",
            "1 < 2: gap of 2 Lost @5",
            "1 < 4: \"cc\" @5",
            "1 > Reset @6",
            "1 < 6: \"dd\" @7",
        ]
    );
}

#[test]
fn the_capture_may_begin_with_the_syn_ack_or_see_the_syn_late() {
    let late =
        "0 B > A SA seq=499 ack=100\n0.00001 A > B S seq=99\n0.1 A > B A seq=100 ack=500 \"x\"\n";
    assert_eq!(
        told(late),
        [
            "1 opened 10.0.0.1:40000 > 10.0.0.2:21 SynAck",
            "1 > 0: \"x\" @3"
        ]
    );
}

#[test]
fn both_ends_may_open_at_once() {
    assert_eq!(
        told(
            "0 A > B S seq=99\n0 B > A S seq=499\n0.1 A > B SA seq=99 ack=500\n0.1 B > A SA seq=499 ack=100\n\
             0.2 A > B A seq=100 ack=500 \"x\"\n"
        ),
        [
            "1 opened 10.0.0.1:40000 > 10.0.0.2:21 Syn",
            "1 > 0: \"x\" @5"
        ]
    );
}

#[test]
fn a_snapshot_length_leaves_gaps_of_its_own_kind() {
    assert_eq!(
        told(&format!(
            "{HANDSHAKE}\
             0.1 B > A PA seq=500 ack=100 cut=58 \"220 welcome\\r\\n\"\n\
             0.2 B > A PA seq=513 ack=100 cut=54 \"hidden\"\n\
             0.3 B > A PA seq=519 ack=100 \"seen\"\n"
        ))[1..],
        [
            "1 < 0: \"220 \" @4",
            "1 < 4: gap of 9 Cut @4",
            "1 < 13: gap of 6 Cut @5",
            "1 < 19: \"seen\" @6",
        ]
    );
}

#[test]
fn payload_on_a_syn_counts_from_the_start() {
    assert_eq!(
        told(
            "0 A > B S seq=99 \"early\"\n0.1 B > A SA seq=499 ack=105\n0.2 A > B A seq=105 ack=500 \" bird\"\n"
        )[1..],
        ["1 > 0: \"early\" @1", "1 > 5: \" bird\" @3"]
    );
}

#[test]
fn an_edited_trace_is_recognised() {
    let (_, tracker) = Journal::of(&pcap(
        "A = 10.0.0.1:40000\nB = 10.0.0.2:21\n\
         0 A > B S seq=99\n0 B > A SA seq=499 ack=100\n0 A > B A seq=100 ack=500\n\
         1 A > B PA seq=100 ack=500 \"USER x\\r\\n\"\n2 B > A PA seq=500 ack=112 \"331\\r\\n\"\n\
         3 A > B PA seq=112 ack=505 \"PASS x\\r\\n\"\n4 B > A PA seq=505 ack=130 \"230\\r\\n\"\n\
         5 A > B PA seq=130 ack=510 \"CWD x\\r\\n\"\n6 B > A PA seq=510 ack=150 \"250\\r\\n\"\n\
         7 A > B PA seq=150 ack=515 \"QUIT\\r\\n\"\n8 B > A PA seq=515 ack=156 \"221\\r\\n\"\n",
    ));
    assert_eq!(tracker.totals().edited, 1);
}

/// Segments straight into the table, for what a text would be too long for.
fn segment<'a>(from: u16, to: u16, flags: u8, sequence: u32, payload: &'a [u8]) -> Segment<'a> {
    Segment {
        from: Endpoint::new([10, 0, 0, 1].into(), from),
        to: Endpoint::new([10, 0, 0, 1].into(), to),
        sequence,
        acknowledges: 0,
        flags: Flags(flags),
        window: 100,
        options: &[],
        ip_id: 0,
        payload,
        wire: payload.len() as u32,
    }
}

#[test]
fn a_million_unanswered_connections_stay_within_the_table() {
    let mut table = Table::default();
    let mut journal = Silent::default();
    // One that is followed, and must survive.
    let mark = |frame| Mark {
        frame,
        time: frame as Nanos,
    };
    table.segment(&segment(7, 9, Flags::SYN, 0, &[]), mark(1), &mut journal);
    let mut answer = segment(9, 7, Flags::SYN | Flags::ACK, 0, &[]);
    answer.acknowledges = 1;
    table.segment(&answer, mark(2), &mut journal);
    for frame in 0..1_000_000_u64 {
        let mut syn = segment((frame % 60_000) as u16 + 100, 80, Flags::SYN, 5, &[]);
        syn.to = Endpoint::new([10, 1, 0, (frame / 60_000) as u8].into(), 80);
        table.segment(&syn, mark(frame + 3), &mut journal);
    }
    assert_eq!(table.totals().connections, 1_000_001);
    assert_eq!(journal.left, 1_000_001 - MAX_FLOWS as u64);
    assert_eq!(table.totals().evicted, journal.left);
    assert!(table.slots.len() <= MAX_FLOWS);
    table.segment(
        &segment(7, 9, Flags::ACK, 1, b"still here"),
        mark(2_000_000),
        &mut journal,
    );
    assert_eq!(journal.bytes, 10);
    assert_eq!(table.totals().connections, 1_000_001);
    assert!(
        size_of::<Flow>() <= 800,
        "a connection takes {} bytes",
        size_of::<Flow>()
    );
}

#[test]
fn ended_connections_leave_after_lingering_and_a_wild_clock_moves_nothing() {
    let mut table = Table::default();
    let mut journal = Silent::default();
    let at = |frame, seconds: i64| Mark {
        frame,
        time: seconds * SECOND,
    };
    table.segment(&segment(1, 2, Flags::SYN, 0, &[]), at(1, 0), &mut journal);
    table.segment(
        &segment(2, 1, Flags::RST | Flags::ACK, 0, &[]),
        at(2, 0),
        &mut journal,
    );
    table.segment(
        &segment(3, 4, Flags::ACK, 0, b"x"),
        at(3, 1_000_000_000),
        &mut journal,
    );
    table.segment(&segment(3, 4, Flags::ACK, 1, b"x"), at(4, 9), &mut journal);
    assert_eq!(journal.left, 0, "one frame from the far future is no clock");
    table.segment(&segment(3, 4, Flags::ACK, 2, b"x"), at(5, 12), &mut journal);
    table.segment(&segment(3, 4, Flags::ACK, 3, b"x"), at(6, 12), &mut journal);
    assert_eq!(journal.left, 1);
}

#[test]
fn a_connection_behind_a_year_of_silence_or_a_clock_that_is_set_back_is_one() {
    const YEAR: i64 = 365 * 86_400;
    let silence = [(0, 1), (1, 1), (YEAR, 3), (YEAR + 2, 3)];
    let set_back = [
        (100_000, 1),
        (100_001, 1),
        (13_600, 3),
        (13_601, 1),
        (13_602, 3),
    ];
    for frames in [&silence[..], &set_back[..]] {
        let mut table = Table::default();
        let mut journal = Silent {
            many: true,
            ..Silent::default()
        };
        for (number, (seconds, port)) in (1..).zip(frames) {
            let mark = Mark {
                frame: number,
                time: seconds * SECOND,
            };
            let text = segment(*port, 4, Flags::ACK, number as u32, b"x");
            table.segment(&text, mark, &mut journal);
        }
        assert_eq!(table.totals().connections, 2, "{frames:?}");
    }
}

#[test]
fn of_many_connections_that_have_ended_the_longest_over_leaves_at_once() {
    let mut table = Table::default();
    let mut journal = Silent::default();
    let ended = |table: &mut Table, journal: &mut Silent, port: u16| {
        let mark = Mark {
            frame: u64::from(port),
            time: 0,
        };
        table.segment(&segment(port, 21, Flags::SYN, 0, &[]), mark, journal);
        table.segment(&segment(port, 21, Flags::RST, 1, &[]), mark, journal);
    };
    for port in 0..MAX_LINGERING as u16 {
        ended(&mut table, &mut journal, 1_000 + port);
    }
    assert_eq!((journal.left, table.lingering), (0, MAX_LINGERING));
    for port in 0..500 {
        ended(&mut table, &mut journal, 10_000 + port);
    }
    // Each that came later let one go, when the next segment came.
    assert_eq!(journal.left, 499);
    assert_eq!(table.totals().evicted, 0, "they had ended");
    let oldest = key_of(
        Endpoint::new([10, 0, 0, 1].into(), 1_000),
        Endpoint::new([10, 0, 0, 1].into(), 21),
    );
    assert!(!table.by_ends.contains_key(&oldest));
}

#[test]
fn streams_longer_than_four_gigabytes_keep_their_place() {
    let mut table = Table::default();
    let mut journal = Silent::default();
    let isn = 0xffff_fff0_u32;
    let mark = |frame: u64| Mark {
        frame,
        time: frame as Nanos * 1_000,
    };
    table.segment(&segment(1, 2, Flags::SYN, isn, &[]), mark(1), &mut journal);
    let mut sequence = isn.wrapping_add(1);
    let length = 65_000_u32;
    let count = 5_000_000_000_u64 / u64::from(length);
    for number in 0..count {
        let mut piece = segment(1, 2, Flags::ACK, sequence, b"head");
        piece.wire = length;
        table.segment(&piece, mark(number + 2), &mut journal);
        sequence = sequence.wrapping_add(length);
    }
    assert_eq!(journal.bytes, count * 4);
    assert_eq!(journal.next[0], count * u64::from(length));
    assert!(journal.next[0] > 1 << 32);
    // A jump of hundreds of megabytes is a gap, and costs no memory.
    let before = journal.next[0];
    sequence = sequence.wrapping_add(700_000_000);
    table.segment(
        &segment(1, 2, Flags::ACK, sequence, b"after"),
        mark(count + 2),
        &mut journal,
    );
    assert!(table.held() < 1_000);
    table.finish(mark(count + 3), &mut journal);
    assert_eq!(journal.next[0], before + 700_000_005);
    assert_eq!(table.held(), 0);
}

#[test]
fn held_bytes_are_bounded() {
    let mut table = Table::default();
    let mut journal = Silent::default();
    let mark = |frame: u64| Mark {
        frame,
        time: frame as Nanos * 1_000,
    };
    table.segment(&segment(1, 2, Flags::SYN, 0, &[]), mark(1), &mut journal);
    let payload = vec![7; 1_000];
    // The byte at offset 0 never comes.
    for number in 0..20_000_u32 {
        let piece = segment(1, 2, Flags::ACK, 2 + number * 1_000, &payload);
        table.segment(&piece, mark(u64::from(number) + 2), &mut journal);
        assert!(table.held() <= crate::capture::reassembly::MAX_HELD + 2_000);
    }
    assert_eq!(journal.gap, 1);
    assert!(journal.bytes > 19_000_000);
}

#[test]
fn bytes_held_in_all_are_bounded() {
    let mut table = Table::default();
    let mut journal = Silent {
        many: true,
        ..Silent::default()
    };
    let mark = |frame: u64| Mark {
        frame,
        time: frame as Nanos * 1_000,
    };
    let payload = vec![7; 30_000];
    let mut frame = 0;
    // Of ten connections no one holds too much by itself.
    for port in 1..=10 {
        frame += 1;
        let syn = segment(port, 100, Flags::SYN, 0, &[]);
        table.segment(&syn, mark(frame), &mut journal);
        for number in 0..100 {
            frame += 1;
            let piece = segment(port, 100, Flags::ACK, 2 + number * 30_000, &payload);
            table.segment(&piece, mark(frame), &mut journal);
            assert!(table.held() <= crate::capture::reassembly::MAX_HELD_IN_ALL + 40_000);
        }
    }
    assert!(
        journal.gap > 0,
        "what is let go has told what is missing before it"
    );
}

#[test]
fn counting_keeps_lengths_only() {
    let mut table = Table::default();
    let mut journal = Silent {
        ignore: true,
        ..Silent::default()
    };
    let mark = |frame: u64| Mark { frame, time: 0 };
    table.segment(&segment(1, 2, Flags::SYN, 0, &[]), mark(1), &mut journal);
    table.segment(&segment(1, 2, Flags::ACK, 1, b"abc"), mark(2), &mut journal);
    table.segment(
        &segment(1, 2, Flags::ACK, 10, b"xyz"),
        mark(3),
        &mut journal,
    );
    assert_eq!((journal.bytes, table.held()), (0, 0));
    table.finish(mark(4), &mut journal);
    assert_eq!(journal.length, 12);
}

/// Counts what it is told.
#[derive(Default)]
struct Silent {
    bytes: u64,
    gap: u64,
    left: u64,
    length: u64,
    next: [u64; 2],
    ignore: bool,
    /// Of more than one connection: whether each goes on where it was is not looked at.
    many: bool,
}

impl Watch for Silent {
    fn opened(&mut self, _: &Flow) -> Interest {
        if self.ignore {
            Interest::Count
        } else {
            Interest::Follow
        }
    }
    fn data(&mut self, _: &Flow, chunk: &Chunk<'_>) -> Interest {
        assert_eq!(
            chunk.offset,
            if self.many {
                chunk.offset
            } else {
                self.next[chunk.way as usize].max(chunk.offset)
            }
        );
        self.next[chunk.way as usize] = chunk.offset + chunk.bytes.len() as u64;
        self.bytes += chunk.bytes.len() as u64;
        Interest::Follow
    }
    fn gap(&mut self, _: &Flow, gap: &Gap) -> Interest {
        assert!(self.many || gap.offset == self.next[gap.way as usize]);
        self.next[gap.way as usize] = gap.offset + gap.bytes;
        self.gap += gap.bytes;
        Interest::Follow
    }
    fn ended(&mut self, _: &Flow, _: Way, _: End, _: Mark) {}
    fn undelivered(&mut self, _: &Flow, _: &Undelivered, _: Mark) {}
    fn conflict(&mut self, _: &Flow, _: Way, _: &Conflict) {}
    fn left(&mut self, flow: &Flow, _: Leaving) {
        self.left += 1;
        self.length = flow.length(Way::Forth);
    }
}
