//! One direction of a TCP connection: segments as they were captured to bytes in order, each once (RFC 9293 3.10).
//!
//! What comes in order is not copied: [`Stream::take`] says which part of the segment is new and the caller passes it
//! on. What comes early is held, within [`MAX_HELD`]; what is missing is told as a [`Ready::Gap`], never closed up and
//! never filled with zeros. Offsets are 64 bits wide and count from the first byte after the SYN, so sequence numbers
//! may wrap as often as they like.
//!
//! When are bytes missing, rather than late? When their receiver has acknowledged them and [`PATIENCE`] has passed: it
//! has them, so nobody will send them again; the capture lost them. Failing that, when a reset, the end of the
//! connection or of the file, or the bound on held bytes says that nothing more can come.
//!
//! Where two segments carry different bytes for the same place, the first that was captured wins. The difference is told
//! where both are held: among early segments here, among passed ones by [`Windows`].

use std::{collections::BTreeMap, ops::Range};

use super::file::Nanos;

/// Bytes held for one direction because something before them is missing; each piece counts [`PIECE_COST`] more.
pub const MAX_HELD: usize = 4 * 1024 * 1024;
/// Bytes held in all.
pub const MAX_HELD_IN_ALL: usize = 16 * 1024 * 1024;
/// What holding a piece costs beside its bytes.
pub const PIECE_COST: usize = 96;
/// How long acknowledged bytes may be late before they count as missing: captures on several queues or interfaces
/// record frames in a slightly different order.
pub const PATIENCE: Nanos = 20_000_000;
/// The same in frames, for captures whose clock stands still or leaps.
pub const PATIENCE_FRAMES: u64 = 256;
/// An acknowledgement further ahead than this is no statement about our stream (RFC 7323 2.3: no window is larger).
const MAX_AHEAD: u64 = 1 << 30;
/// A gap no longer than this may be an edited line rather than a lost segment.
const SMALL_GAP: u64 = 256;
/// Directions whose last bytes are kept for comparison with retransmissions.
pub const WINDOWS: usize = 64;
/// How many bytes are kept of each.
pub const WINDOW: usize = 32 * 1024;

/// A frame and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// Its number in the capture, from 1.
    pub frame: u64,
    /// When it was captured.
    pub time: Nanos,
}

/// Why bytes are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No frame of the capture holds them.
    Lost,
    /// Frames hold them, but the capture cut the frames (snapshot length).
    Cut,
}

/// What was counted of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Payload bytes of all frames, repeated ones too, as long as they were on the wire.
    pub wire: u64,
    /// Payload bytes that were captured, each place in the stream once.
    pub unique: u64,
    /// Payload bytes that came again.
    pub repeated: u64,
    /// Bytes missing because no frame holds them.
    pub lost: u64,
    /// Bytes missing because the capture cut their frames.
    pub cut: u64,
    /// Frames, with or without payload.
    pub packets: u32,
    /// Frames with payload.
    pub segments: u32,
    /// Gaps of lost bytes.
    pub gaps: u32,
    /// Those of them that are as short as a line of text.
    pub small_gaps: u32,
    /// Bytes that a later segment had differently.
    pub conflicts: u32,
    /// Segments that came after bytes that follow them.
    pub out_of_order: u32,
    /// Frames that were captured twice (the same packet on two interfaces).
    pub duplicates: u32,
    /// Keep-alives (RFC 9293 3.8.4).
    pub keep_alives: u32,
}

impl Counts {
    /// Whether the gaps look as if somebody had shortened the payload and left the sequence numbers as they were: many,
    /// short, and as many as there are segments (of which there are some: a direction that was not captured has gaps only).
    #[must_use]
    pub fn look_edited(&self) -> bool {
        self.small_gaps >= 3
            && self.small_gaps == self.gaps
            && self.segments >= 3
            && self.gaps * 2 >= self.segments
    }
}

/// Two segments that differ about the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// Where the first differing byte is.
    pub offset: u64,
    /// How many bytes differ.
    pub bytes: u32,
    /// The frame whose bytes count.
    pub first: u64,
    /// The frame whose bytes do not.
    pub second: u64,
}

/// What [`Stream::take`] made of a segment.
#[derive(Debug, Default)]
pub struct Taken {
    /// The part of the payload to be passed on now, and its offset in the stream.
    pub fresh: Option<(u64, Range<usize>)>,
    /// The part that had been passed on before, and its offset: to be compared with what is kept.
    pub repeated: Option<(u64, Range<usize>)>,
    /// A difference with a segment that is held.
    pub conflict: Option<Conflict>,
    /// What is missing before the held bytes is given up, because there are too many of these.
    pub given_up: bool,
}

/// What can be passed on after the fresh part.
#[derive(Debug)]
pub enum Ready {
    /// Bytes that were held.
    Data {
        /// Where they stand in the stream.
        offset: u64,
        /// They.
        bytes: Vec<u8>,
        /// The frame they came in.
        mark: Mark,
    },
    /// Bytes that will not come.
    Gap {
        /// Where the first of them would stand.
        offset: u64,
        /// How many.
        bytes: u64,
        /// Why.
        why: Missing,
        /// The frame that showed it.
        mark: Mark,
    },
    /// The sender's FIN: nothing follows.
    End,
}

/// Bytes held in all streams together.
#[derive(Debug, Default)]
pub struct Budget {
    held: usize,
}

impl Budget {
    /// Bytes held now, the cost of holding them included.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held
    }
}

/// How sure the stream's beginning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Anchor {
    /// Nothing has been seen of this direction.
    #[default]
    None,
    /// The other side has acknowledged up to here; the capture began later than the connection.
    Guess,
    /// A SYN or data.
    Firm,
}

/// One direction.
#[derive(Debug, Default)]
pub struct Stream {
    counts: Counts,
    /// Sequence number of offset 0.
    base: u32,
    anchor: Anchor,
    ended: bool,
    /// Bytes at `next` that the capture cut from the segment just passed on, and its frame.
    cut: u32,
    cut_in: u64,
    /// Offset of the next byte to be passed on.
    next: u64,
    /// How far the other side has acknowledged.
    acknowledged: u64,
    /// How far it had when the wait began; 0 where nothing is waited for.
    awaited: u64,
    /// Offset of the FIN.
    fin: Option<u64>,
    held: Option<Box<Held>>,
    previous: Print,
}

#[derive(Debug, Default)]
struct Held {
    pieces: BTreeMap<u64, Piece>,
    cost: usize,
    /// Up to here nothing is waited for any longer.
    forced: u64,
    /// The frame that forced it.
    by: Mark,
}

/// A part of the stream that came early.
#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    /// As long as it was on the wire.
    length: u64,
    mark: Mark,
}

/// What tells a frame that was captured twice from one that was sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Print {
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgement number.
    pub acknowledges: u32,
    /// Payload length.
    pub wire: u32,
    /// IPv4 identification.
    pub ip_id: u16,
    /// Receive window.
    pub window: u16,
    /// Flags.
    pub flags: u8,
    /// When.
    pub time: Nanos,
}

impl Stream {
    /// What was counted.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Offset of the next byte that is expected: how long the stream is so far, gaps included.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.next
    }

    /// Whether the FIN has been reached.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Whether the FIN has been captured (bytes before it may still be missing).
    #[must_use]
    pub fn fin_seen(&self) -> bool {
        self.fin.is_some()
    }

    /// Counts a frame. False where the same packet was captured before: then it says nothing new.
    pub fn count(&mut self, print: Print) -> bool {
        let before = std::mem::replace(&mut self.previous, print);
        let apart = print.time.saturating_sub(before.time).abs();
        // A packet has an identification of its own as long as it is not zero (RFC 6864); else only time tells.
        let close = if print.ip_id != 0 {
            100_000_000
        } else {
            1_000_000
        };
        let telling = print.ip_id != 0 || print.wire > 0 || print.flags & 0x07 != 0;
        if self.counts.packets > 0
            && telling
            && apart < close
            && print
                == (Print {
                    time: print.time,
                    ..before
                })
        {
            self.counts.duplicates = self.counts.duplicates.saturating_add(1);
            return false;
        }
        self.counts.packets = self.counts.packets.saturating_add(1);
        true
    }

    /// The stream begins at this sequence number, which a SYN or its acknowledgement tells.
    pub fn anchor(&mut self, first: u32) {
        if self.anchor != Anchor::Firm && self.next == 0 {
            self.base = first;
            self.anchor = Anchor::Firm;
        }
    }

    /// Whether offset 0 is at this sequence number.
    #[must_use]
    pub fn begins_at(&self, first: u32) -> bool {
        self.anchor != Anchor::None && self.base == first
    }

    /// Where a sequence number is in the stream: the place nearest to the next expected byte.
    #[must_use]
    pub fn offset_of(&self, sequence: u32) -> i64 {
        let expected = self.base.wrapping_add(self.next as u32);
        self.next as i64 + i64::from(sequence.wrapping_sub(expected) as i32)
    }

    /// Takes a segment's payload (`wire` bytes long, of which `payload` was captured). With `follow` false only lengths
    /// are kept. With `wait`, bytes in order are held too: see [`Stream::unseen`].
    pub fn take(
        &mut self,
        sequence: u32,
        payload: &[u8],
        wire: u32,
        mark: Mark,
        (follow, wait): (bool, bool),
        budget: &mut Budget,
    ) -> Taken {
        let mut taken = Taken::default();
        if wire == 0 {
            if self.anchor == Anchor::Firm && self.offset_of(sequence) + 1 == self.next as i64 {
                self.counts.keep_alives = self.counts.keep_alives.saturating_add(1);
            }
            return taken;
        }
        self.counts.wire += u64::from(wire);
        self.counts.segments = self.counts.segments.saturating_add(1);
        if self.anchor != Anchor::Firm && self.next == 0 {
            let moved = i64::from(sequence.wrapping_sub(self.base) as i32);
            if self.anchor == Anchor::Guess {
                self.acknowledged = (self.acknowledged as i64 - moved).max(0) as u64;
                self.awaited = 0;
            }
            self.base = sequence;
        }
        self.anchor = Anchor::Firm;

        let start = self.offset_of(sequence);
        let end = start + i64::from(wire);
        if wire == 1 && end == self.next as i64 {
            self.counts.keep_alives = self.counts.keep_alives.saturating_add(1);
            return taken;
        }
        // Nothing stands behind a FIN, whatever is sent there.
        let end = self.fin.map_or(end, |fin| end.min(fin as i64));
        if start >= end || end <= 0 {
            return taken;
        }
        let payload = &payload[..payload.len().min((end - start) as usize)];
        // What lies before the first byte that was ever seen is of no use.
        let skipped = (-start).max(0) as usize;
        let (mut start, end) = (start.max(0) as u64, end as u64);
        let mut from = skipped;
        if start < self.next {
            let again = end.min(self.next) - start;
            self.counts.repeated += again;
            let until = (from + again as usize).min(payload.len());
            taken.repeated = Some((start, from.min(until)..until));
            from += again as usize;
            start += again;
            if start == end {
                return taken;
            }
        }
        let captured = payload.get(from..).unwrap_or_default();
        if !follow {
            self.counts.unique += captured.len() as u64;
            self.counts.cut += (end - start) - captured.len() as u64;
            self.next = end;
            return taken;
        }
        let touches_held = self
            .held
            .as_ref()
            .and_then(|held| held.pieces.first_key_value())
            .is_some_and(|(first, _)| *first < end);
        if start == self.next && !wait && !touches_held {
            if self
                .held
                .as_ref()
                .is_some_and(|held| !held.pieces.is_empty())
            {
                self.counts.out_of_order = self.counts.out_of_order.saturating_add(1);
            }
            self.counts.unique += captured.len() as u64;
            self.cut = ((end - start) - captured.len() as u64) as u32;
            self.cut_in = mark.frame;
            self.next = start + captured.len() as u64;
            if !captured.is_empty() {
                taken.fresh = Some((start, from..payload.len()));
            }
            return taken;
        }
        let (conflict, full) = self.hold(start, end, captured, mark, budget);
        taken.conflict = conflict;
        taken.given_up = full && start > self.next;
        taken
    }

    /// Puts into the store what it has not yet of `start..end`; whether that was too much.
    fn hold(
        &mut self,
        start: u64,
        end: u64,
        captured: &[u8],
        mark: Mark,
        budget: &mut Budget,
    ) -> (Option<Conflict>, bool) {
        let held = self.held.get_or_insert_default();
        if held
            .pieces
            .last_key_value()
            .is_some_and(|(last, _)| start < *last)
        {
            self.counts.out_of_order = self.counts.out_of_order.saturating_add(1);
        }
        let part = |from: u64, to: u64| {
            let bounds = |at: u64| ((at - start) as usize).min(captured.len());
            &captured[bounds(from)..bounds(to)]
        };
        let mut conflict: Option<Conflict> = None;
        let mut free = Vec::new();
        let mut at = start;
        // The piece that begins before us may reach into us.
        let before = held.pieces.range(..=start).next_back();
        for (&begins, piece) in before.into_iter().chain(held.pieces.range(start + 1..end)) {
            let ends = begins + piece.length;
            if ends <= at {
                continue;
            }
            if begins > at {
                free.push(at..begins);
            }
            let (from, to) = (begins.max(start), ends.min(end));
            self.counts.repeated += to.saturating_sub(from);
            let theirs = piece
                .bytes
                .get((from - begins) as usize..)
                .unwrap_or_default();
            if let Some((first, differing)) = differ(theirs, part(from, to)) {
                let conflict = conflict.get_or_insert(Conflict {
                    offset: from + first as u64,
                    bytes: 0,
                    first: piece.mark.frame,
                    second: mark.frame,
                });
                conflict.bytes += differing;
                self.counts.conflicts = self.counts.conflicts.saturating_add(differing);
            }
            at = ends;
        }
        if at < end {
            free.push(at..end);
        }
        for Range {
            start: from,
            end: to,
        } in free
        {
            let bytes = part(from, to).to_vec();
            let cost = bytes.len() + PIECE_COST;
            held.cost += cost;
            budget.held += cost;
            held.pieces.insert(
                from,
                Piece {
                    bytes,
                    length: to - from,
                    mark,
                },
            );
        }
        let full = held.cost > MAX_HELD || budget.held > MAX_HELD_IN_ALL;
        if full {
            held.force_all(mark);
        }
        (conflict, full)
    }

    /// The sender's FIN stands at this sequence number.
    pub fn finish(&mut self, sequence: u32) {
        if self.anchor == Anchor::None {
            self.base = sequence;
            self.anchor = Anchor::Firm;
        } else if self.anchor == Anchor::Guess && self.next == 0 {
            self.anchor = Anchor::Firm;
            self.base = sequence;
            self.acknowledged = 0;
            self.awaited = 0;
        }
        if self.fin.is_none() {
            let at = self.offset_of(sequence).max(self.next as i64) as u64;
            self.fin = Some(at);
        }
    }

    /// The other side acknowledges up to this sequence number.
    pub fn acknowledge(&mut self, sequence: u32) {
        if self.anchor == Anchor::None {
            self.base = sequence;
            self.anchor = Anchor::Guess;
            return;
        }
        let Ok(to) = u64::try_from(self.offset_of(sequence)) else {
            return;
        };
        if to > self.acknowledged && to <= self.next + MAX_AHEAD {
            self.acknowledged = to;
        }
    }

    /// How far the other side says it has bytes that no frame had so far; None where it has none. Bytes that are held, and
    /// could be passed on but for the order, were seen: two directions would wait for each other. One byte more than was
    /// seen may be a FIN that was not captured.
    #[must_use]
    pub fn unseen(&self) -> Option<u64> {
        let to = self
            .fin
            .map_or(self.acknowledged, |fin| self.acknowledged.min(fin));
        let (mut end, mut beyond) = (self.next, false);
        for (&start, piece) in self.held.iter().flat_map(|held| &held.pieces) {
            beyond = start > end;
            if beyond || end >= to {
                break;
            }
            end = end.max(start + piece.length);
        }
        let slack = u64::from(self.fin.is_none() && !beyond);
        (to > end + slack).then_some(to)
    }

    /// The frame of the first bytes that are held and could be passed on.
    #[must_use]
    pub fn first_held(&self) -> Option<u64> {
        let (&start, piece) = self.held.as_ref()?.pieces.first_key_value()?;
        (start <= self.next).then_some(piece.mark.frame)
    }

    /// Whether anything is held.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.held
            .as_ref()
            .is_some_and(|held| !held.pieces.is_empty())
    }

    /// Begins to wait for unseen bytes, unless that has begun; up to where.
    pub fn begin_wait(&mut self) -> Option<u64> {
        if self.awaited > self.next {
            return None;
        }
        let unseen = self.unseen();
        self.awaited = unseen.unwrap_or(0);
        unseen
    }

    /// A wait is over: what was awaited, up to `awaited`, and has not come is missing.
    pub fn end_wait(&mut self, awaited: u64, mark: Mark) {
        if self.awaited != awaited {
            return;
        }
        self.awaited = 0;
        if awaited > self.next && self.unseen().is_some() {
            let held = self.held.get_or_insert_default();
            held.forced = held.forced.max(awaited);
            held.by = mark;
        }
    }

    /// Nothing more will come: all that is held can be passed on, gaps told, and so can what was acknowledged and never
    /// captured.
    pub fn force(&mut self, mark: Mark) {
        if let Some(held) = &mut self.held {
            held.force_all(mark);
        }
        if let Some(unseen) = self.unseen() {
            let held = self.held.get_or_insert_default();
            held.forced = held.forced.max(unseen);
            held.by = mark;
        }
    }

    /// Whether there can be anything to pass on: after most segments there is not.
    #[must_use]
    pub fn may_be_ready(&self) -> bool {
        !self.ended
            && (self.held.is_some() || self.cut > 0 || self.fin.is_some_and(|fin| fin <= self.next))
    }

    /// What can be passed on next. With `wait`, bytes in order are held back.
    pub fn ready(&mut self, wait: bool, budget: &mut Budget) -> Option<Ready> {
        if !self.may_be_ready() {
            return None;
        }
        if self.cut > 0 {
            let bytes = u64::from(std::mem::take(&mut self.cut));
            let offset = self.next;
            self.next += bytes;
            self.counts.cut += bytes;
            return Some(Ready::Gap {
                offset,
                bytes,
                why: Missing::Cut,
                mark: Mark {
                    frame: self.cut_in,
                    time: self.previous.time,
                },
            });
        }
        if let Some(held) = &mut self.held {
            while let Some(mut first) = held.pieces.first_entry() {
                let start = *first.key();
                if start > self.next {
                    break;
                }
                if wait && self.next >= held.forced {
                    return None;
                }
                let cost = first.get().bytes.len() + PIECE_COST;
                held.cost -= cost;
                budget.held -= cost;
                let passed = (self.next - start) as usize;
                let piece = first.get_mut();
                let mark = piece.mark;
                let length = piece.length;
                let mut bytes = std::mem::take(&mut piece.bytes);
                first.remove();
                let end = start + length;
                if end <= self.next {
                    continue;
                }
                bytes.drain(..passed.min(bytes.len()));
                let offset = self.next;
                self.next += bytes.len() as u64;
                self.counts.unique += bytes.len() as u64;
                self.cut = (end - self.next) as u32;
                self.cut_in = mark.frame;
                if bytes.is_empty() {
                    return self.ready(wait, budget);
                }
                return Some(Ready::Data {
                    offset,
                    bytes,
                    mark,
                });
            }
            if self.next < held.forced {
                let (to, mark) = match held.pieces.first_key_value() {
                    Some((&start, piece)) if start <= held.forced => (start, piece.mark),
                    _ => (held.forced, held.by),
                };
                let (offset, bytes) = (self.next, to - self.next);
                self.next = to;
                self.counts.lost += bytes;
                self.counts.gaps = self.counts.gaps.saturating_add(1);
                if bytes <= SMALL_GAP {
                    self.counts.small_gaps = self.counts.small_gaps.saturating_add(1);
                }
                return Some(Ready::Gap {
                    offset,
                    bytes,
                    why: Missing::Lost,
                    mark,
                });
            }
            if held.pieces.is_empty() {
                self.held = None;
            }
        }
        if !wait && self.fin.is_some_and(|fin| fin <= self.next) {
            self.ended = true;
            return Some(Ready::End);
        }
        None
    }

    /// Drops what is held: from now on only lengths are kept.
    pub fn let_go(&mut self, budget: &mut Budget) {
        if let Some(held) = self.held.take() {
            budget.held -= held.cost;
            if let Some((start, piece)) = held.pieces.last_key_value() {
                self.next = self.next.max(start + piece.length);
            }
            self.counts.unique += held
                .pieces
                .values()
                .map(|piece| piece.bytes.len() as u64)
                .sum::<u64>();
        }
        self.cut = 0;
        self.awaited = 0;
    }

    /// Adds differing bytes that a window showed.
    pub fn count_conflict(&mut self, bytes: u32) {
        self.counts.conflicts = self.counts.conflicts.saturating_add(bytes);
    }
}

impl Held {
    fn force_all(&mut self, mark: Mark) {
        if let Some((start, piece)) = self.pieces.last_key_value() {
            self.forced = self.forced.max(start + piece.length);
            self.by = mark;
        }
    }
}

/// Where two slices first differ, and in how many bytes of their common length.
fn differ(one: &[u8], other: &[u8]) -> Option<(usize, u32)> {
    let common = one.len().min(other.len());
    if one[..common] == other[..common] {
        return None;
    }
    let mut differing = one
        .iter()
        .zip(other)
        .enumerate()
        .filter(|(_, (a, b))| a != b)
        .map(|(at, _)| at);
    let first = differing.next()?;
    Some((first, 1 + differing.count() as u32))
}

/// The last bytes of the streams that were active last, so that a retransmission with other bytes is noticed.
#[derive(Debug, Default)]
pub struct Windows {
    kept: Vec<Window>,
    turn: usize,
}

/// Whose bytes a window holds: connection and direction.
pub type Owner = (u64, u8);

#[derive(Debug)]
struct Window {
    owner: Owner,
    ring: Vec<u8>,
    /// Offset after the last byte kept.
    end: u64,
    /// How many bytes before it are kept.
    length: usize,
    /// Which frame brought which bytes: where they end, and the frame. A ring as well.
    frames: [(u64, u64); 32],
    turn: usize,
}

impl Windows {
    /// Keeps bytes that are being passed on. `hint` is where the owner's window was last time.
    pub fn keep(&mut self, owner: Owner, hint: &mut u32, offset: u64, bytes: &[u8], frame: u64) {
        let mut at = *hint as usize;
        if self.kept.get(at).is_none_or(|window| window.owner != owner) {
            at = self.claim(owner);
            *hint = at as u32;
        }
        let window = &mut self.kept[at];
        if window.end != offset {
            window.length = 0;
        }
        let tail = &bytes[bytes.len().saturating_sub(WINDOW)..];
        window.end = offset + bytes.len() as u64;
        let at = ((window.end - tail.len() as u64) % WINDOW as u64) as usize;
        let first = tail.len().min(WINDOW - at);
        window.ring[at..at + first].copy_from_slice(&tail[..first]);
        window.ring[..tail.len() - first].copy_from_slice(&tail[first..]);
        window.length = (window.length + tail.len()).min(WINDOW);
        window.frames[window.turn % 32] = (window.end, frame);
        window.turn += 1;
    }

    fn claim(&mut self, owner: Owner) -> usize {
        if self.kept.len() < WINDOWS {
            self.kept.push(Window {
                owner,
                ring: vec![0; WINDOW],
                end: 0,
                length: 0,
                frames: [(0, 0); 32],
                turn: 0,
            });
            return self.kept.len() - 1;
        }
        self.turn = (self.turn + 1) % WINDOWS;
        let window = &mut self.kept[self.turn];
        window.owner = owner;
        window.length = 0;
        window.turn = 0;
        window.frames = [(0, 0); 32];
        self.turn
    }

    /// Compares bytes that came again with those kept; how many of them could be compared, and how they differ.
    #[must_use]
    pub fn compare(
        &self,
        owner: Owner,
        hint: u32,
        offset: u64,
        bytes: &[u8],
        frame: u64,
    ) -> (u64, Option<Conflict>) {
        let window = self.kept.get(hint as usize);
        let Some(window) = window.filter(|window| window.owner == owner) else {
            return (0, None);
        };
        let kept_from = window.end - window.length as u64;
        let from = offset.max(kept_from);
        let to = (offset + bytes.len() as u64).min(window.end);
        if from >= to {
            return (0, None);
        }
        let ours = &bytes[(from - offset) as usize..(to - offset) as usize];
        let at = (from % WINDOW as u64) as usize;
        let first = ours.len().min(WINDOW - at);
        let halves = [
            (0, &window.ring[at..at + first], &ours[..first]),
            (first, &window.ring[..ours.len() - first], &ours[first..]),
        ];
        let mut conflict: Option<Conflict> = None;
        for (skip, kept, ours) in halves {
            if let Some((first, differing)) = differ(kept, ours) {
                let offset = from + (skip + first) as u64;
                conflict
                    .get_or_insert(Conflict {
                        offset,
                        bytes: 0,
                        first: window.frame_of(offset),
                        second: frame,
                    })
                    .bytes += differing;
            }
        }
        (to - from, conflict)
    }
}

impl Window {
    /// The frame that brought a byte; 0 where that is no longer known.
    fn frame_of(&self, offset: u64) -> u64 {
        self.frames
            .iter()
            .filter(|(end, _)| *end > offset)
            .min_by_key(|(end, _)| *end)
            .map_or(0, |(_, frame)| *frame)
    }
}

#[cfg(test)]
mod tests;
