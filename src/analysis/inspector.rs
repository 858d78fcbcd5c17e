//! One pass over a capture's connections: finds the control lines, has them watched by the observer of the `ftp` room,
//! and keeps the ledger of what they agree on and which data connections follow.
//!
//! Findings leave as soon as they are certain. A connection that is not FTP costs a few hundred bytes until its first
//! lines have shown that, and nothing afterwards.

mod control;
mod lines;
mod probe;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    hash::BuildHasherDefault,
    net::IpAddr,
};

use foldhash::fast::RandomState;

use super::{
    data::{DataLine, Seen},
    finding::{Finding, Remark},
    ledger::Expected,
    twin::Heads,
    verdict::Stray,
};
use crate::capture::{
    flow::{Chunk, End, Flow, FlowMap, Gap, Interest, Leaving, Numbered, Opening, Watch, Way},
    frame::Undelivered,
    reassembly::{Conflict, Mark},
};
pub(super) use control::Control;
use control::Happened;
use probe::{Item, Probe};

/// Bytes held of all connections that have not shown yet what they are; each segment counts [`SEGMENT_COST`] more.
pub const MAX_PROBED: usize = 4 * 1024 * 1024;
/// What a segment of them costs beside its bytes.
pub const SEGMENT_COST: usize = 64;
/// Bytes held of all sessions in lines, replies and commands that wait for more to come: thousands of sessions may go on
/// at a time, and each could hold half a megabyte. Where they hold more, whoever begins another is shortened.
pub const MAX_WAITING: usize = 32 * 1024 * 1024;
/// Commands whose frames are remembered until their negotiation is answered.
const MAX_COMMANDS: usize = 1_024;
/// Bytes kept of what AUTH asks for; RFC 4217 and RFC 2228 know TLS, SSL, GSSAPI and KERBEROS_V4.
const MAX_MECHANISM: usize = 32;
/// Connections of a session that go nowhere and may be a mistake of whoever dialled.
const MAX_STRAYS: usize = 16;
/// Connections without a place that a later negotiation may claim.
const MAX_RECENT: usize = 256;
/// Connections from before the capture that are followed although nothing is known of them.
const MAX_EARLY: usize = 64;
/// The port of active data connections at a server on port 21 (RFC 959 3.2).
pub const DATA_PORT: u16 = 20;

/// What is wanted beside the findings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// SHA-256 of each data connection.
    pub hash: bool,
    /// The bytes of data connections, as [`Finding::Data`].
    pub data: bool,
}

/// What a connection is.
#[derive(Debug)]
enum Role {
    /// Not known yet.
    Probe(Box<Probe>),
    /// The control connection of this session.
    Control(u64),
    /// A data connection: its [`DataLine`] is in the list.
    Data,
}

/// The analysis of one capture. `F` takes the findings.
pub struct Inspector<F> {
    pub(super) options: Options,
    pub(super) out: F,
    roles: FlowMap<Role>,
    pub(super) controls: HashMap<u64, Box<Control>, BuildHasherDefault<Numbered>>,
    pub(super) lines: FlowMap<DataLine>,
    pub(super) expected: Expected,
    /// Sessions that go on, by their two hosts, the lower address first.
    by_hosts: HashMap<(IpAddr, IpAddr), Vec<u64>, RandomState>,
    heads: Heads,
    recent: VecDeque<Seen>,
    /// Connections that were followed for [`MAX_EARLY`].
    early: usize,
    happened: Vec<Happened>,
    probed: usize,
    /// Connections that were given up before they had shown what they are, see [`MAX_PROBED`].
    unproven: u64,
    /// Bytes that wait in all sessions, see [`MAX_WAITING`].
    waiting: usize,
    /// Lines, replies and commands that were cut for it.
    shortened: u64,
    sessions: u64,
    pub(super) transfers: u64,
    /// Connections that are no control lines.
    pub(super) others: u64,
    /// Connections with TLS from the first byte at the port of implicit FTPS (990).
    implicit_tls: u64,
    /// Acceptors' ports of the connections that are no FTP, and how many had each.
    ports: HashMap<u16, u64, RandomState>,
    pub(super) slot_keys: u64,
    pub(super) gate: Gate,
}

/// How well the capture shows the FTP in it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Gate {
    /// FTP connections whose beginning is not in the capture.
    pub midstream: u64,
    /// Control connections of which only one direction is in it.
    pub one_way: u64,
    /// Bytes of FTP connections that are in no frame, or in frames that were cut.
    pub missing: u64,
    /// Transfers that went well and of which nothing was captured.
    pub not_captured: u64,
    /// Control connections that look edited.
    pub edited: u64,
    /// Sessions that are another one of the capture, seen on the other side of a NAT router.
    pub seen_twice: u64,
}

impl Gate {
    pub(super) fn note_line(&mut self, line: &DataLine) {
        self.midstream += u64::from(line.seen.opening == Opening::Middle);
        self.missing += line.missing();
    }
}

/// Ports that are counted each by itself.
const MAX_PORTS: usize = 4_096;

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    /// An analysis before its first packet.
    pub fn new(options: Options, out: F) -> Inspector<F> {
        Inspector {
            options,
            out,
            roles: FlowMap::default(),
            controls: HashMap::default(),
            lines: FlowMap::default(),
            expected: Expected::default(),
            by_hosts: HashMap::default(),
            heads: Heads::default(),
            recent: VecDeque::new(),
            early: 0,
            happened: Vec::new(),
            probed: 0,
            unproven: 0,
            waiting: 0,
            shortened: 0,
            sessions: 0,
            transfers: 0,
            others: 0,
            implicit_tls: 0,
            ports: HashMap::default(),
            slot_keys: 0,
            gate: Gate::default(),
        }
    }

    /// Sessions recognised so far.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// Transfers told so far.
    #[must_use]
    pub fn transfers(&self) -> u64 {
        self.transfers
    }

    /// Transfers went well, and nothing but control connections is in the capture.
    #[must_use]
    pub fn control_only(&self) -> bool {
        self.others == 0 && self.gate.not_captured > 0
    }

    /// End points at which data connections were agreed on and that were not remembered, because too many were.
    #[must_use]
    pub fn unexpected(&self) -> u64 {
        self.expected.left_out()
    }

    /// Connections that had not shown yet what they are and were given up, because too many had not.
    #[must_use]
    pub fn unproven(&self) -> u64 {
        self.unproven
    }

    /// Lines, replies and commands that were cut because those of all sessions were too much, see [`MAX_WAITING`].
    #[must_use]
    pub fn shortened(&self) -> u64 {
        self.shortened
    }

    /// How well the capture shows the FTP in it; complete after [`Inspector::finish`].
    #[must_use]
    pub fn gate(&self) -> Gate {
        self.gate
    }

    /// Connections to port 990 that began with TLS: implicit FTPS, which shows nothing.
    #[must_use]
    pub fn implicit_tls(&self) -> u64 {
        self.implicit_tls
    }

    /// What the connections are that are not FTP: acceptors' ports and how many had each, the most frequent first.
    #[must_use]
    pub fn other_ports(&self) -> Vec<(u16, u64)> {
        let mut ports: Vec<(u16, u64)> = self.ports.iter().map(|(p, n)| (*p, *n)).collect();
        ports.sort_unstable_by_key(|(port, count)| (std::cmp::Reverse(*count), *port));
        ports
    }

    /// The capture is over and the table of connections has told its last: what is still open is told.
    pub fn finish(&mut self) {
        let mut open: Vec<u64> = self.controls.keys().copied().collect();
        open.sort_unstable();
        for number in open {
            self.control_left(number);
        }
    }

    pub(super) fn count_port(&mut self, port: u16) {
        if self.ports.len() < MAX_PORTS || self.ports.contains_key(&port) {
            *self.ports.entry(port).or_default() += 1;
        }
    }

    /// A session that goes on between two hosts, the latest one.
    pub(super) fn session_between(&self, one: IpAddr, other: IpAddr) -> Option<u64> {
        self.by_hosts.get(&hosts(one, other))?.last().copied()
    }
}

impl<F: FnMut(&Finding<'_>)> Watch for Inspector<F> {
    fn opened(&mut self, flow: &Flow) -> Interest {
        let seen = Seen::of(flow);
        if self.claim(seen, self.options.hash) {
            return Interest::Follow;
        }
        if let Some(number) = self.sealed_between(&seen) {
            self.others += 1;
            self.put_beside(seen, Some(number));
            return Interest::Follow;
        }
        let session = self.session_between(seen.opener.ip(), seen.acceptor.ip());
        if let Some(control) = session.and_then(|number| self.controls.get_mut(&number))
            && seen.opening == Opening::Syn
            && seen.acceptor != control.facts.server
            && control.strays.len() < MAX_STRAYS
        {
            let stray = Stray {
                from: seen.opener,
                to: seen.acceptor,
                first: seen.first,
                reset: None,
            };
            control.strays.push((seen.flow, stray));
        }
        if self.recent.len() == MAX_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(seen);
        Interest::Follow
    }

    fn data(&mut self, flow: &Flow, chunk: &Chunk<'_>) -> Interest {
        match self.roles.get(&flow.id()) {
            Some(Role::Data) => {
                self.line_data(flow.id(), chunk);
                self.note_line(flow);
                Interest::Follow
            }
            Some(Role::Control(number)) => {
                let number = *number;
                self.note_control(number, flow);
                self.feed(number, chunk.way, chunk.bytes, chunk.mark);
                Interest::Follow
            }
            Some(Role::Probe(_)) | None => {
                self.no_stray(flow);
                self.roles
                    .entry(flow.id())
                    .or_insert_with(|| Role::Probe(Box::default()));
                let item = Item::Bytes(chunk.way, chunk.offset, chunk.mark, chunk.bytes.len());
                self.probe(flow, item, chunk.bytes)
            }
        }
    }

    fn gap(&mut self, flow: &Flow, gap: &Gap) -> Interest {
        match self.roles.get(&flow.id()) {
            Some(Role::Data) => {
                self.line_gap(flow.id(), gap);
                self.note_line(flow);
                Interest::Follow
            }
            Some(Role::Control(number)) => {
                let number = *number;
                self.note_control(number, flow);
                self.control_gap(number, gap);
                Interest::Follow
            }
            Some(Role::Probe(_)) | None => {
                self.roles
                    .entry(flow.id())
                    .or_insert_with(|| Role::Probe(Box::default()));
                self.probe(flow, Item::Gap(*gap), &[])
            }
        }
    }

    fn ended(&mut self, flow: &Flow, way: Way, end: End, mark: Mark) {
        match self.roles.get(&flow.id()) {
            Some(Role::Data) => {
                self.note_line(flow);
                if let Some(line) = self.lines.get_mut(&flow.id()) {
                    line.ended(way, end, mark);
                }
                self.line_moved(flow.id());
            }
            Some(Role::Control(number)) => {
                let number = *number;
                self.note_control(number, flow);
                self.control_ended(number, way, end, mark);
            }
            Some(Role::Probe(_)) => {}
            None => {
                if end == End::Reset
                    && let Some(stray) = self.stray(flow)
                {
                    stray.reset = Some(mark);
                }
            }
        }
    }

    fn undelivered(&mut self, flow: &Flow, error: &Undelivered, mark: Mark) {
        if let Some(line) = self.lines.get_mut(&flow.id()) {
            line.undelivered(error, mark);
        }
    }

    fn conflict(&mut self, flow: &Flow, way: Way, conflict: &Conflict) {
        let (session, side) = match self.roles.get(&flow.id()) {
            Some(Role::Control(number)) => (
                Some(*number),
                self.controls
                    .get(number)
                    .map(|control| control.side_of(way)),
            ),
            Some(Role::Data) => (
                self.lines
                    .get(&flow.id())
                    .and_then(|line| line.owners.first())
                    .map(|(session, _)| *session),
                None,
            ),
            _ => return,
        };
        let mark = Mark {
            frame: conflict.second,
            time: flow.last().time,
        };
        (self.out)(&Finding::Remark {
            session,
            mark,
            side,
            remark: &Remark::Conflict(*conflict),
        });
    }

    fn left(&mut self, flow: &Flow, _: Leaving) {
        // Connections are numbered in the order in which they open, and so is this list.
        if let Ok(at) = self
            .recent
            .binary_search_by_key(&flow.id(), |seen| seen.flow)
        {
            self.recent.remove(at);
        }
        match self.roles.get(&flow.id()) {
            Some(Role::Control(number)) => {
                let number = *number;
                self.roles.remove(&flow.id());
                self.note_control(number, flow);
                self.remark_control(number, flow);
                self.control_left(number);
            }
            Some(Role::Data) => {
                self.roles.remove(&flow.id());
                if let Some(line) = self.lines.get_mut(&flow.id()) {
                    line.settle(flow);
                }
                self.line_left(flow.id());
            }
            Some(Role::Probe(_)) => {
                self.take_probe(flow.id());
                self.count_port(flow.acceptor().port());
            }
            None => self.silent_left(flow),
        }
    }
}

/// Two hosts, the lower address first.
fn hosts(one: IpAddr, other: IpAddr) -> (IpAddr, IpAddr) {
    if one <= other {
        (one, other)
    } else {
        (other, one)
    }
}
