//! Segments of one direction, in any order, held against a model.

use std::collections::BTreeMap;

use ftplab::capture::{
    flow::{Chunk, End as Ended, Flow, Gap, Interest, Leaving, Table, Watch, Way},
    frame::{Endpoint, Flags, Segment, Undelivered},
    reassembly::{Conflict, MAX_HELD_IN_ALL, Mark},
};

/// What has been told of one direction, held against the segments that it was told of.
#[derive(Default)]
struct Model {
    /// By its place: the byte of the segment that was captured first, and the frame.
    first: BTreeMap<u64, (u8, u64)>,
    /// The frame that is looked at.
    frame: u64,
    /// The place that is told next.
    next: u64,
    /// Something was captured that the model is too simple for: no more than order and content can be asked for.
    loose: bool,
}

impl Watch for Model {
    fn opened(&mut self, _: &Flow) -> Interest {
        Interest::Follow
    }

    fn data(&mut self, _: &Flow, chunk: &Chunk<'_>) -> Interest {
        assert_eq!((chunk.way, chunk.offset), (Way::Forth, self.next));
        for (place, byte) in (chunk.offset..).zip(chunk.bytes) {
            let first = self.first.get(&place).map(|(byte, _)| byte);
            assert_eq!(first, Some(byte), "at {place}");
        }
        self.next += chunk.bytes.len() as u64;
        Interest::Follow
    }

    fn gap(&mut self, _: &Flow, gap: &Gap) -> Interest {
        assert_eq!(gap.offset, self.next);
        // A wait may end with the frame that brings, too late, what was waited for.
        let mut captured = self.first.range(gap.offset..gap.offset + gap.bytes);
        assert!(
            self.loose || captured.all(|(_, (_, frame))| *frame == self.frame),
            "{gap:?}"
        );
        self.next += gap.bytes;
        Interest::Follow
    }

    fn ended(&mut self, _: &Flow, _: Way, _: Ended, _: Mark) {}
    fn undelivered(&mut self, _: &Flow, _: &Undelivered, _: Mark) {}
    fn conflict(&mut self, _: &Flow, _: Way, _: &Conflict) {}
    fn left(&mut self, _: &Flow, _: Leaving) {}
}

/// Segments of one direction: four bytes are where its sequence numbers begin, and then five each what comes next: a
/// segment with the text, again, otherwise or cut short; or an acknowledgement, or an end.
pub(crate) fn reassembly(data: &[u8]) {
    let Some((isn, steps)) = data.split_first_chunk::<4>() else {
        return;
    };
    let isn = u32::from_be_bytes(*isn);
    let (mut table, mut model) = (Table::default(), Model::default());
    let (here, there) = (
        Endpoint::new([10, 0, 0, 1].into(), 1),
        Endpoint::new([10, 0, 0, 2].into(), 2),
    );
    let mut mark = Mark::default();
    let begin = Segment {
        from: here,
        to: there,
        sequence: isn,
        acknowledges: 0,
        flags: Flags(Flags::SYN),
        window: 1,
        options: &[],
        ip_id: 0,
        payload: &[],
        wire: 0,
    };
    table.segment(&begin, mark, &mut model);
    for step in steps.as_chunks::<5>().0 {
        let &[kind, high, low, length, value] = step;
        let place = u64::from(u16::from_be_bytes([high, low]) % 4096);
        let number = isn.wrapping_add(1).wrapping_add(place as u32);
        mark.frame += 1;
        model.frame = mark.frame;
        mark.time += i64::from(value) * 1_000_000;
        // A single byte might be a keep-alive.
        let length = u64::from(length.max(2));
        let other = if kind % 8 == 3 { value } else { 0 };
        let payload: Vec<u8> = (place..place + length)
            .map(|place| (place as u8).wrapping_mul(7) ^ other)
            .collect();
        let mut segment = Segment {
            sequence: number,
            flags: Flags(Flags::PSH),
            ip_id: mark.frame as u16,
            payload: &payload,
            wire: payload.len() as u32,
            ..begin
        };
        match kind % 8 {
            0..=3 => {}
            4 => {
                segment.payload = &payload[..usize::from(value).min(payload.len())];
                model.loose |= segment.payload.len() < payload.len();
            }
            5 | 6 => {
                segment = Segment {
                    from: there,
                    to: here,
                    sequence: 1,
                    acknowledges: number,
                    flags: Flags(Flags::ACK),
                    payload: &[],
                    wire: 0,
                    ..segment
                }
            }
            _ => {
                segment.flags = Flags([Flags::FIN, Flags::RST][usize::from(value % 2)]);
                model.loose = true;
                // What a reset carries says why, and is no part of the stream (RFC 9293 3.5.3).
                if segment.flags.0 == Flags::RST {
                    (segment.payload, segment.wire) = (&[], 0);
                }
            }
        }
        if segment.from == here {
            for (place, byte) in (place..).zip(segment.payload) {
                model.first.entry(place).or_insert((*byte, mark.frame));
            }
        }
        table.segment(&segment, mark, &mut model);
        assert!(table.held() <= MAX_HELD_IN_ALL);
    }
    table.finish(mark, &mut model);
    assert_eq!(table.held(), 0);
    let last = model
        .first
        .last_key_value()
        .map_or(0, |(&last, _)| last + 1);
    assert!(
        model.loose || model.next >= last,
        "{last} of {}",
        model.next
    );
}
