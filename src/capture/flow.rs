//! TCP connections: which segments belong together, who opened, how it ended.
//!
//! A connection is known by its two end points; a SYN with another initial sequence number on the same end points is
//! another connection. Connections leave the table when they have ended and lingered, by age, and where the table is
//! full: first those that have ended, then the unanswered, then those nobody follows, then the oldest. So a million
//! connections, or a scan, cost no more than [`MAX_FLOWS`].
//!
//! The order in which the two directions are told is the order in which the ends saw them: an answer that was captured
//! before its question (its acknowledgement tells) is held back until the question has been passed on.

mod totals;

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hasher},
    net::SocketAddr,
};

use foldhash::fast::RandomState;

use super::{
    file::Nanos,
    frame::{Endpoint, Flags, Segment, Undelivered},
    reassembly::{
        Budget, Conflict, Counts, Mark, Missing, PATIENCE, PATIENCE_FRAMES, Print, Ready, Stream,
        Windows,
    },
};
pub use totals::Totals;

/// Connections that are remembered at a time.
pub const MAX_FLOWS: usize = 32 * 1024;
/// How long a connection stays after both FINs or a reset, for stragglers.
pub const LINGER: Nanos = 10 * SECOND;
/// How many connections linger: where more end than that, the longest over is let go before its time. A straggler that
/// comes behind hundreds of others is rarer than a capture of thousands of short connections a second, and costs less: it
/// opens one connection more.
pub const MAX_LINGERING: usize = 256;
/// How long an unanswered SYN stays: Linux gives up after 127 seconds.
pub const UNANSWERED: Nanos = 180 * SECOND;
/// How long an idle connection stays that nobody follows.
pub const IDLE: Nanos = 600 * SECOND;
/// How long an idle connection stays that is followed.
pub const IDLE_FOLLOWED: Nanos = 6 * 3_600 * SECOND;
/// SYNs of one connection whose frames and times are kept; Linux sends seven at most.
pub const MAX_SYNS: usize = 16;

const SECOND: Nanos = 1_000_000_000;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// From the end that opened the connection.
    Forth,
    /// From the end that accepted it.
    Back,
}

impl Way {
    /// The other way.
    #[must_use]
    pub fn other(self) -> Way {
        match self {
            Way::Forth => Way::Back,
            Way::Back => Way::Forth,
        }
    }

    fn index(self) -> usize {
        self as usize
    }
}

/// How it is known who opened a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// By its SYN.
    Syn,
    /// By the SYN-ACK; the SYN was not captured.
    SynAck,
    /// It is not: the capture shows no handshake, and the end that was seen first passes for the opener.
    Middle,
}

/// What a SYN says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// Initial sequence number.
    pub isn: u32,
    /// Receive window, not scaled.
    pub window: u16,
    /// Maximum segment size (RFC 9293 3.7.1).
    pub mss: Option<u16>,
    /// Window scale (RFC 7323 2).
    pub scale: Option<u8>,
    /// Selective acknowledgement permitted (RFC 2018).
    pub sack: bool,
}

/// Whether the consumer wants a connection's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Yes.
    Follow,
    /// No: only lengths and counts are kept from now on.
    Count,
}

/// Why a connection leaves the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It has ended.
    Ended,
    /// Its end points opened another connection.
    Replaced,
    /// Nothing was seen of it for long.
    Aged,
    /// The table was full.
    Evicted,
    /// The capture ends.
    CaptureEnds,
}

/// A connection's name: unique in the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowId(pub u64);

/// Something kept for each connection.
pub type FlowMap<T> = HashMap<FlowId, T, BuildHasherDefault<Numbered>>;

/// Spreads the numbers of connections, which we give ourselves: nobody can choose them so that they collide.
#[derive(Debug, Default, Clone, Copy)]
pub struct Numbered(u64);

impl Hasher for Numbered {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        // The golden ratio's fraction, as Knuth recommends: neighbours end up far apart, in the upper bits too.
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Bytes of one direction, in order.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'a> {
    /// Which way they went.
    pub way: Way,
    /// Where the first of them stands in the stream of its direction, from 0 after the SYN.
    pub offset: u64,
    /// They.
    pub bytes: &'a [u8],
    /// The frame they came in.
    pub mark: Mark,
}

/// Bytes of one direction that are not in the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Which way they went.
    pub way: Way,
    /// Where the first of them would stand.
    pub offset: u64,
    /// How many.
    pub bytes: u64,
    /// Why.
    pub why: Missing,
    /// The frame that showed it.
    pub mark: Mark,
}

/// How a direction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its sender had no more to send.
    Fin,
    /// Its sender reset the connection: neither direction goes on.
    Reset,
}

/// What a consumer is told, in the order of the capture; each method has a connection as it stands at that moment.
pub trait Watch {
    /// A connection's first frame.
    fn opened(&mut self, flow: &Flow) -> Interest;
    /// Bytes, in order, each once.
    fn data(&mut self, flow: &Flow, chunk: &Chunk<'_>) -> Interest;
    /// Bytes that are missing.
    fn gap(&mut self, flow: &Flow, gap: &Gap) -> Interest;
    /// A direction's end, after its last byte.
    fn ended(&mut self, flow: &Flow, way: Way, end: End, mark: Mark);
    /// An ICMP error about one of its segments.
    fn undelivered(&mut self, flow: &Flow, error: &Undelivered, mark: Mark);
    /// Two segments that differ about the same bytes.
    fn conflict(&mut self, flow: &Flow, way: Way, conflict: &Conflict);
    /// The connection leaves the table; nothing more will be told of it.
    fn left(&mut self, flow: &Flow, why: Leaving);
}

/// What is known of a connection.
#[derive(Debug)]
pub struct Flow {
    id: FlowId,
    ends: [Endpoint; 2],
    opening: Opening,
    interest: Interest,
    first: Mark,
    last: Mark,
    /// When that was, where clocks are never set back: age is not counted by the others.
    heard: Nanos,
    /// The three frames of the handshake.
    handshake: [Option<Mark>; 3],
    hellos: [Option<Hello>; 2],
    /// Frames of further SYNs.
    retries: Vec<Mark>,
    syns: u32,
    fins: [Option<Mark>; 2],
    resets: [Option<Mark>; 2],
    undelivered: Option<Box<(Undelivered, Mark)>>,
    streams: [Stream; 2],
    windows: [u32; 2],
    list: List,
    before: u32,
    after: u32,
}

impl Flow {
    /// What a segment is in the three-way handshake (RFC 9293 3.5).
    fn shake_hands(&mut self, way: usize, segment: &Segment<'_>, mark: Mark) {
        let flags = segment.flags;
        if flags.has(Flags::SYN) {
            self.streams[way].anchor(segment.sequence.wrapping_add(1));
            self.hellos[way].get_or_insert_with(|| hello(segment));
            if flags.has(Flags::ACK) {
                self.streams[1 - way].anchor(segment.acknowledges);
                self.handshake[1].get_or_insert(mark);
            } else {
                self.syns = self.syns.saturating_add(1);
                if self.syns > 1 && self.retries.len() < MAX_SYNS {
                    self.retries.push(mark);
                }
                self.handshake[0].get_or_insert(mark);
            }
        } else if way == 0
            && self.handshake[1].is_some()
            && self.handshake[2].is_none()
            && flags.has(Flags::ACK)
            && !flags.has(Flags::RST)
        {
            self.handshake[2] = Some(mark);
        }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> FlowId {
        self.id
    }

    /// The end that opened it (see [`Flow::opening`]).
    #[must_use]
    pub fn opener(&self) -> SocketAddr {
        self.ends[0].socket()
    }

    /// The end that accepted it.
    #[must_use]
    pub fn acceptor(&self) -> SocketAddr {
        self.ends[1].socket()
    }

    /// How it is known which end is which.
    #[must_use]
    pub fn opening(&self) -> Opening {
        self.opening
    }

    /// Its first frame.
    #[must_use]
    pub fn first(&self) -> Mark {
        self.first
    }

    /// Its latest frame.
    #[must_use]
    pub fn last(&self) -> Mark {
        self.last
    }

    /// The first SYN.
    #[must_use]
    pub fn syn(&self) -> Option<Mark> {
        self.handshake[0]
    }

    /// The SYN-ACK.
    #[must_use]
    pub fn syn_ack(&self) -> Option<Mark> {
        self.handshake[1]
    }

    /// The third frame of the handshake.
    #[must_use]
    pub fn handshake_ack(&self) -> Option<Mark> {
        self.handshake[2]
    }

    /// What each end's SYN said.
    #[must_use]
    pub fn hello(&self, way: Way) -> Option<&Hello> {
        self.hellos[way.index()].as_ref()
    }

    /// How many SYNs were sent, repetitions included.
    #[must_use]
    pub fn syns(&self) -> u32 {
        self.syns
    }

    /// The repeated SYNs, at most [`MAX_SYNS`].
    #[must_use]
    pub fn retries(&self) -> &[Mark] {
        &self.retries
    }

    /// Whether both ends agreed to talk, as far as the capture shows.
    #[must_use]
    pub fn established(&self) -> bool {
        match self.opening {
            // Where the SYN-ACK is missing, what could not come without it says that there was one.
            Opening::Syn | Opening::SynAck => {
                let talks =
                    |way: usize| self.streams[way].counts().wire > 0 || self.fins[way].is_some();
                let answers = self.streams[Way::Back.index()].counts().packets > 0;
                self.handshake[1].is_some() || answers && (talks(0) || talks(1))
            }
            Opening::Middle => self.streams.iter().any(|stream| stream.counts().wire > 0),
        }
    }

    /// The frame of a direction's FIN.
    #[must_use]
    pub fn fin(&self, way: Way) -> Option<Mark> {
        self.fins[way.index()]
    }

    /// The frame in which this end first reset the connection.
    #[must_use]
    pub fn reset(&self, way: Way) -> Option<Mark> {
        self.resets[way.index()]
    }

    /// The first ICMP error about it.
    #[must_use]
    pub fn undelivered(&self) -> Option<&(Undelivered, Mark)> {
        self.undelivered.as_deref()
    }

    /// What was counted of a direction.
    #[must_use]
    pub fn counts(&self, way: Way) -> &Counts {
        self.streams[way.index()].counts()
    }

    /// How long a direction's stream is so far, gaps included.
    #[must_use]
    pub fn length(&self, way: Way) -> u64 {
        self.streams[way.index()].length()
    }

    /// Whether its bytes are followed.
    #[must_use]
    pub fn interest(&self) -> Interest {
        self.interest
    }

    /// Whether it is over: both directions finished, or one end reset it.
    #[must_use]
    pub fn over(&self) -> bool {
        self.resets.iter().any(Option::is_some) || self.streams.iter().all(Stream::fin_seen)
    }

    /// Whether a segment begins another connection on the same end points.
    fn begins_anew(&self, segment: &Segment<'_>, way: usize) -> bool {
        let Segment {
            sequence, flags, ..
        } = *segment;
        let stream = &self.streams[way];
        let same_start = stream.begins_at(sequence.wrapping_add(1)) && stream.length() == 0;
        match (flags.has(Flags::SYN), flags.has(Flags::ACK)) {
            (true, false) => match (self.hellos[way], self.hellos[1 - way]) {
                (Some(hello), _) => hello.isn != sequence,
                // Both ends open at once (RFC 9293 3.5), or the SYN was captured after its answer.
                (None, Some(_)) => self.over() || self.handshake[2].is_some() && !same_start,
                (None, None) => !same_start,
            },
            (true, true) => match (self.hellos[way], self.hellos[1 - way]) {
                (Some(hello), _) => hello.isn != sequence && self.over(),
                (None, Some(_)) => false,
                (None, None) => !same_start,
            },
            (false, _) => {
                // A connection whose SYN was not captured, on the end points of one that is over.
                segment.wire > 0
                    && self.streams.iter().all(Stream::ended)
                    && stream.offset_of(sequence) > stream.length() as i64
            }
        }
    }
}

/// The lists in which connections wait to leave, each ordered by last activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Over,
    Unanswered,
    Counted,
    Followed,
}

/// In the order in which they give way, with the age at which they leave.
const LISTS: [(List, Nanos, Leaving); 4] = [
    (List::Over, LINGER, Leaving::Ended),
    (List::Unanswered, UNANSWERED, Leaving::Aged),
    (List::Counted, IDLE, Leaving::Aged),
    (List::Followed, IDLE_FOLLOWED, Leaving::Aged),
];

const NOBODY: u32 = u32::MAX;

/// Both end points, the lower first: the same for both directions.
type Key = (Endpoint, Endpoint);

fn key_of(one: Endpoint, other: Endpoint) -> Key {
    if one <= other {
        (one, other)
    } else {
        (other, one)
    }
}

/// The connections of a capture.
#[derive(Debug)]
pub struct Table {
    slots: Vec<Option<Box<Flow>>>,
    free: Vec<u32>,
    by_ends: HashMap<Key, u32, RandomState>,
    heads: [u32; 4],
    tails: [u32; 4],
    /// Connections that are over and linger.
    lingering: usize,
    /// The connection of the segment before this one: most often the same.
    recent: Option<(Key, u32)>,
    waits: VecDeque<Wait>,
    budget: Budget,
    windows: Windows,
    totals: Totals,
    /// The capture's clock. One frame with a wild time does not move it.
    clock: Nanos,
    latest: Nanos,
}

/// A direction that waits for bytes the other end has acknowledged.
#[derive(Debug)]
struct Wait {
    slot: u32,
    id: FlowId,
    way: usize,
    awaited: u64,
    until: Nanos,
    until_frame: u64,
}

impl Default for Table {
    fn default() -> Table {
        Table {
            slots: Vec::new(),
            free: Vec::new(),
            by_ends: HashMap::default(),
            heads: [NOBODY; 4],
            tails: [NOBODY; 4],
            lingering: 0,
            recent: None,
            waits: VecDeque::new(),
            budget: Budget::default(),
            windows: Windows::default(),
            totals: Totals::default(),
            clock: Nanos::MIN,
            latest: Nanos::MIN,
        }
    }
}

impl Table {
    /// What the connections that have left, and those that were opened, add up to.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Bytes held because something before them is missing.
    #[must_use]
    pub fn held(&self) -> usize {
        self.budget.held()
    }

    /// Takes a segment.
    pub fn segment(&mut self, segment: &Segment<'_>, mark: Mark, watch: &mut impl Watch) {
        self.tick(mark, watch);
        let key = key_of(segment.from, segment.to);
        let slot = match self.recent {
            Some((recent, slot)) if recent == key => Some(slot),
            _ => self.by_ends.get(&key).copied(),
        };
        let known = slot.filter(|slot| {
            self.slots[*slot as usize].as_ref().is_some_and(|flow| {
                !flow.begins_anew(segment, usize::from(flow.ends[0] != segment.from))
            })
        });
        let slot = match (known, slot) {
            (Some(slot), _) => slot,
            (None, old) => {
                if let Some(old) = old {
                    self.leave(old, Leaving::Replaced, mark, watch);
                }
                self.open(key, segment, mark, watch)
            }
        };
        self.recent = Some((key, slot));
        self.advance(slot, segment, mark, watch);
        self.settle(slot);
    }

    /// Takes an ICMP error.
    pub fn undelivered(&mut self, error: &Undelivered, mark: Mark, watch: &mut impl Watch) {
        self.tick(mark, watch);
        let now = self.now(mark);
        let key = key_of(error.from, error.to);
        let Some(slot) = self.by_ends.get(&key) else {
            return;
        };
        let Some(flow) = self.slots[*slot as usize].as_mut() else {
            return;
        };
        flow.last = mark;
        flow.heard = now;
        if flow.undelivered.is_none() {
            flow.undelivered = Some(Box::new((*error, mark)));
        }
        watch.undelivered(flow, error, mark);
    }

    /// The capture ends: everything that is held is told, and every connection leaves, the oldest first.
    pub fn finish(&mut self, mark: Mark, watch: &mut impl Watch) {
        let mut order: Vec<(FlowId, u32)> = self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(slot, flow)| Some((flow.as_ref()?.id, slot as u32)))
            .collect();
        order.sort_unstable();
        for (_, slot) in order {
            self.leave(slot, Leaving::CaptureEnds, mark, watch);
        }
    }

    /// When a frame was heard: by its own time, unless the clock, which is a frame behind, was set back before it.
    fn now(&self, mark: Mark) -> Nanos {
        self.clock.max(mark.time)
    }

    /// Moves the clock, ends waits that have lasted, and lets the aged go.
    fn tick(&mut self, mark: Mark, watch: &mut impl Watch) {
        self.clock = self.clock.max(mark.time.min(self.latest));
        self.latest = mark.time;
        while let Some(wait) = self.waits.front() {
            if wait.until > self.clock && wait.until_frame > mark.frame {
                break;
            }
            let Some(wait) = self.waits.pop_front() else {
                break;
            };
            let slot = wait.slot;
            let Some(flow) = self.slots[slot as usize]
                .as_mut()
                .filter(|flow| flow.id == wait.id)
            else {
                continue;
            };
            flow.streams[wait.way].end_wait(wait.awaited, mark);
            self.drain(slot, watch);
        }
        for (index, (_, age, why)) in LISTS.into_iter().enumerate() {
            loop {
                let slot = self.heads[index];
                let Some(flow) = self.slots.get(slot as usize).and_then(Option::as_ref) else {
                    break;
                };
                let crowded = flow.list == List::Over && self.lingering > MAX_LINGERING;
                if self.clock.saturating_sub(flow.heard) <= age && !crowded {
                    break;
                }
                self.leave(slot, why, mark, watch);
            }
        }
    }

    fn open(&mut self, key: Key, segment: &Segment<'_>, mark: Mark, watch: &mut impl Watch) -> u32 {
        if self.by_ends.len() >= MAX_FLOWS {
            let oldest = LISTS
                .iter()
                .zip(self.heads)
                .find(|(_, head)| *head != NOBODY);
            if let Some(((list, ..), slot)) = oldest {
                let why = if *list == List::Over {
                    Leaving::Ended
                } else {
                    self.totals.evicted += 1;
                    Leaving::Evicted
                };
                self.leave(slot, why, mark, watch);
            }
        }
        self.totals.connections += 1;
        let (opening, ends) = match (segment.flags.has(Flags::SYN), segment.flags.has(Flags::ACK)) {
            (true, false) => (Opening::Syn, [segment.from, segment.to]),
            (true, true) => (Opening::SynAck, [segment.to, segment.from]),
            (false, _) => (Opening::Middle, [segment.from, segment.to]),
        };
        let mut flow = Box::new(Flow {
            id: FlowId(self.totals.connections),
            ends,
            opening,
            interest: Interest::Follow,
            first: mark,
            last: mark,
            heard: self.now(mark),
            handshake: [None; 3],
            hellos: [None; 2],
            retries: Vec::new(),
            syns: 0,
            fins: [None; 2],
            resets: [None; 2],
            undelivered: None,
            streams: Default::default(),
            windows: [u32::MAX; 2],
            list: List::Unanswered,
            before: NOBODY,
            after: NOBODY,
        });
        flow.interest = watch.opened(&flow);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[slot as usize] = Some(flow);
        self.by_ends.insert(key, slot);
        self.link(slot, List::Unanswered);
        slot
    }

    /// What a segment does to its connection.
    fn advance(&mut self, slot: u32, segment: &Segment<'_>, mark: Mark, watch: &mut impl Watch) {
        let now = self.now(mark);
        let Some(flow) = self.slots[slot as usize].as_mut() else {
            return;
        };
        let flow = &mut **flow;
        let way = usize::from(flow.ends[0] != segment.from);
        let direction = if way == 0 { Way::Forth } else { Way::Back };
        let Segment {
            sequence,
            acknowledges,
            flags,
            payload,
            wire,
            ..
        } = *segment;
        flow.last = mark;
        flow.heard = now;
        if !flow.streams[way].count(Print {
            sequence,
            acknowledges,
            wire,
            ip_id: segment.ip_id,
            window: segment.window,
            flags: flags.0,
            time: mark.time,
        }) {
            return;
        }

        flow.shake_hands(way, segment, mark);
        // The first byte of a SYN's payload comes after the SYN itself.
        let sequence = sequence.wrapping_add(u32::from(flags.has(Flags::SYN)));
        if flags.has(Flags::RST) {
            // What a reset carries is no part of the stream (RFC 9293 3.5.3).
            if flow.resets[way].is_none() {
                for stream in &mut flow.streams {
                    stream.force(mark);
                }
                self.drain(slot, watch);
                if let Some(flow) = self.slots[slot as usize].as_mut() {
                    flow.resets[way] = Some(mark);
                    watch.ended(flow, direction, End::Reset, mark);
                }
            }
            return;
        }
        if flags.has(Flags::ACK) {
            let other = &mut flow.streams[1 - way];
            other.acknowledge(acknowledges);
            if flow.interest == Interest::Follow
                && let Some(awaited) = other.begin_wait()
            {
                if other.counts().packets == 0 {
                    // Nothing of that direction is in the capture; there is nothing to wait for.
                    other.end_wait(awaited, mark);
                } else {
                    self.waits.push_back(Wait {
                        slot,
                        id: flow.id,
                        way: 1 - way,
                        awaited,
                        until: mark.time.saturating_add(PATIENCE),
                        until_frame: mark.frame + PATIENCE_FRAMES,
                    });
                }
            }
        }
        let follow = flow.interest == Interest::Follow;
        let wait = follow && flow.streams[1 - way].unseen().is_some();
        let taken = flow.streams[way].take(
            sequence,
            payload,
            wire,
            mark,
            (follow, wait),
            &mut self.budget,
        );
        if flags.has(Flags::FIN) {
            flow.fins[way].get_or_insert(mark);
            flow.streams[way].finish(sequence.wrapping_add(wire));
        }
        let owner = (flow.id.0, way as u8);
        if let Some((offset, range)) = taken.repeated
            && follow
        {
            let again = &payload[range];
            let (compared, conflict) =
                self.windows
                    .compare(owner, flow.windows[way], offset, again, mark.frame);
            self.totals.uncompared += again.len() as u64 - compared;
            if let Some(conflict) = conflict {
                flow.streams[way].count_conflict(conflict.bytes);
                watch.conflict(flow, direction, &conflict);
            }
        }
        self.totals.given_up += u64::from(taken.given_up);
        if let Some(conflict) = taken.conflict {
            watch.conflict(flow, direction, &conflict);
        }
        if let Some((offset, range)) = taken.fresh {
            let bytes = &payload[range];
            self.windows
                .keep(owner, &mut flow.windows[way], offset, bytes, mark.frame);
            let interest = watch.data(
                flow,
                &Chunk {
                    way: direction,
                    offset,
                    bytes,
                    mark,
                },
            );
            heed(flow, interest, &mut self.budget);
        }
        self.drain(slot, watch);
    }

    /// Passes on what a connection's streams have ready.
    fn drain(&mut self, slot: u32, watch: &mut impl Watch) {
        let Some(flow) = self.slots[slot as usize].as_mut() else {
            return;
        };
        loop {
            let mut moved = false;
            // What was held comes in the order of its frames.
            let first = |way: Way| flow.streams[way.index()].first_held().unwrap_or(0);
            let order = match first(Way::Back) < first(Way::Forth) {
                true => [Way::Back, Way::Forth],
                false => [Way::Forth, Way::Back],
            };
            for way in order {
                let index = way.index();
                if !flow.streams[index].may_be_ready() {
                    continue;
                }
                let wait =
                    flow.interest == Interest::Follow && flow.streams[1 - index].unseen().is_some();
                let Some(ready) = flow.streams[index].ready(wait, &mut self.budget) else {
                    continue;
                };
                moved = true;
                let interest = match ready {
                    Ready::Data {
                        offset,
                        bytes,
                        mark,
                    } => {
                        let owner = (flow.id.0, index as u8);
                        self.windows.keep(
                            owner,
                            &mut flow.windows[index],
                            offset,
                            &bytes,
                            mark.frame,
                        );
                        watch.data(
                            flow,
                            &Chunk {
                                way,
                                offset,
                                bytes: &bytes,
                                mark,
                            },
                        )
                    }
                    Ready::Gap {
                        offset,
                        bytes,
                        why,
                        mark,
                    } => watch.gap(
                        flow,
                        &Gap {
                            way,
                            offset,
                            bytes,
                            why,
                            mark,
                        },
                    ),
                    Ready::End => {
                        let mark = flow.fins[index].unwrap_or(flow.last);
                        watch.ended(flow, way, End::Fin, mark);
                        flow.interest
                    }
                };
                heed(flow, interest, &mut self.budget);
            }
            if !moved {
                return;
            }
        }
    }

    /// Tells what is held, and forgets a connection.
    fn leave(&mut self, slot: u32, why: Leaving, mark: Mark, watch: &mut impl Watch) {
        if let Some(flow) = self.slots[slot as usize].as_mut() {
            for stream in &mut flow.streams {
                stream.force(mark);
            }
        }
        self.drain(slot, watch);
        self.unlink(slot);
        let Some(mut flow) = self.slots[slot as usize].take() else {
            return;
        };
        for stream in &mut flow.streams {
            stream.let_go(&mut self.budget);
        }
        self.by_ends.remove(&key_of(flow.ends[0], flow.ends[1]));
        self.free.push(slot);
        self.recent = None;
        self.totals.add(&flow);
        watch.left(&flow, why);
    }

    /// Puts a connection at the end of the list it belongs to.
    fn settle(&mut self, slot: u32) {
        let Some(flow) = &self.slots[slot as usize] else {
            return;
        };
        let list = if flow.over() {
            List::Over
        } else if !flow.established() {
            List::Unanswered
        } else if flow.interest == Interest::Count {
            List::Counted
        } else {
            List::Followed
        };
        if flow.list == list && self.tails[list as usize] == slot {
            return;
        }
        self.unlink(slot);
        self.link(slot, list);
    }

    fn link(&mut self, slot: u32, list: List) {
        self.lingering += usize::from(list == List::Over);
        let tail = std::mem::replace(&mut self.tails[list as usize], slot);
        if let Some(flow) = &mut self.slots[slot as usize] {
            flow.list = list;
            flow.before = tail;
            flow.after = NOBODY;
        }
        match self.slots.get_mut(tail as usize).and_then(Option::as_mut) {
            Some(flow) => flow.after = slot,
            None => self.heads[list as usize] = slot,
        }
    }

    fn unlink(&mut self, slot: u32) {
        let Some(flow) = &self.slots[slot as usize] else {
            return;
        };
        self.lingering -= usize::from(flow.list == List::Over);
        let (list, before, after) = (flow.list as usize, flow.before, flow.after);
        match self.slots.get_mut(before as usize).and_then(Option::as_mut) {
            Some(flow) => flow.after = after,
            None => self.heads[list] = after,
        }
        match self.slots.get_mut(after as usize).and_then(Option::as_mut) {
            Some(flow) => flow.before = before,
            None => self.tails[list] = before,
        }
    }
}

/// Does what the consumer wants of a connection.
fn heed(flow: &mut Flow, interest: Interest, budget: &mut Budget) {
    if flow.interest == Interest::Follow && interest == Interest::Count {
        for stream in &mut flow.streams {
            stream.let_go(budget);
        }
        flow.interest = Interest::Count;
    }
}

fn hello(segment: &Segment<'_>) -> Hello {
    let mut hello = Hello {
        isn: segment.sequence,
        window: segment.window,
        mss: None,
        scale: None,
        sack: false,
    };
    // Kinds of RFC 9293 3.1, RFC 7323 and RFC 2018.
    let mut options = segment.options;
    while let [kind, rest @ ..] = options {
        match (kind, rest) {
            (0, _) => break,
            (1, rest) => {
                options = rest;
                continue;
            }
            (2, [4, high, low, ..]) => hello.mss = Some(u16::from_be_bytes([*high, *low])),
            (3, [3, scale, ..]) => hello.scale = Some(*scale),
            (4, [2, ..]) => hello.sack = true,
            _ => {}
        }
        let Some(length) = rest.first().filter(|length| **length >= 2) else {
            break;
        };
        options = options.get(usize::from(*length)..).unwrap_or_default();
    }
    hello
}

#[cfg(test)]
mod tests;
