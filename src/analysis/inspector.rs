//! One pass over a capture's connections: finds the control lines, has them watched by the observer of the `ftp` room,
//! and keeps the ledger of what they agree on and which data connections follow.
//!
//! Findings leave as soon as they are certain. A connection that is not FTP costs a few hundred bytes until its first
//! lines have shown that, and nothing afterwards.

use std::{
    collections::{HashMap, VecDeque},
    hash::BuildHasherDefault,
    net::IpAddr,
};

use foldhash::fast::RandomState;

use super::{
    data::{DataLine, Seen},
    finding::{
        Agreement, Finding, LoginTry, MAX_BANNER, MAX_LOGINS, MAX_REFUSED, Remark, Session,
        SessionEnd,
    },
    ledger::{Begun, Expected, Row, Slot},
    recognise::{self, CONTROL_PORT, Judgement, LOOKED_AT, looks_like_listing},
    twin::{self, Head, Heads},
    verdict::Stray,
};
use crate::{
    capture::{
        file::Nanos,
        flow::{
            Chunk, End, Flow, FlowId, FlowMap, Gap, Interest, Leaving, Numbered, Opening, Watch,
            Way,
        },
        frame::Undelivered,
        reassembly::{Conflict, Mark},
    },
    ftp::{
        command::Verb,
        dialogue::{Close, Dialogue, Ends},
        event::{Event, What},
        quirk::Kind,
        side::Side,
    },
};

/// Bytes held of all connections that have not shown yet what they are.
pub const MAX_PROBED: usize = 4 * 1024 * 1024;
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

/// The beginning of a connection that may become a control line.
#[derive(Debug, Default)]
struct Probe {
    bytes: Vec<u8>,
    items: Vec<Item>,
}

/// What came, in order: so many bytes, or a gap.
#[derive(Debug, Clone, Copy)]
enum Item {
    Bytes(Way, u64, Mark, usize),
    Gap(Gap),
}

/// A control connection and its ledger.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) facts: Session,
    pub(super) dialogue: Dialogue,
    /// Frames of the latest commands, by their numbers.
    commands: VecDeque<(u64, Mark)>,
    /// The latest reply was 4yz or 5yz.
    refused: bool,
    /// Its first lines.
    head: Head,
    /// What the last AUTH asked for, until it is answered.
    auth: Option<(Vec<u8>, Mark)>,
    pub(super) slots: Vec<Slot>,
    pub(super) rows: Vec<Row>,
    pub(super) left: bool,
    /// Bytes of the user's side are missing since its last command, or before its first: replies may answer what they held.
    user_gap: bool,
    /// A transfer's end was told whose beginning is not in the capture.
    pub(super) finished_unseen: bool,
    /// Data connections between the same hosts that no negotiation explains.
    pub(super) beside: usize,
    /// Connections between the same hosts without a byte that no negotiation explains; at most [`MAX_STRAYS`].
    pub(super) strays: Vec<(FlowId, Stray)>,
}

impl Control {
    /// The server will say no more: what it owes a reply.
    fn note_unanswered(&mut self) {
        let waiting = |(_, _, _, preliminary): &(u64, Verb, u64, bool)| !preliminary;
        let unanswered = || self.dialogue.outstanding().filter(waiting);
        if let Some((n, verb, ..)) = unanswered().next() {
            let count = unanswered().count() as u64;
            let asked = self.commands.iter().find(|(number, _)| *number == n);
            let asked = asked.map_or(self.facts.first, |(_, mark)| *mark);
            self.facts.unanswered.get_or_insert((count, verb, asked));
        }
    }

    fn side_of(&self, way: Way) -> Side {
        if way == self.facts.user_way {
            Side::User
        } else {
            Side::Server
        }
    }
}

/// What the observer said that concerns the ledger; kept until it has finished speaking.
#[derive(Debug)]
enum Happened {
    Agreed(Agreement, bool),
    Begun(Begun),
    Ended(Begun),
    Spoke,
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

    // ---- Recognition -----------------------------------------------------------------------------------------------

    /// More of a connection that has not shown yet what it is.
    fn probe(&mut self, flow: &Flow, item: Item, bytes: &[u8]) -> Interest {
        let Some(Role::Probe(probe)) = self.roles.get_mut(&flow.id()) else {
            return flow.interest();
        };
        probe.items.push(item);
        probe.bytes.extend_from_slice(bytes);
        self.probed += bytes.len();
        let mut heads = [Vec::new(), Vec::new()];
        let mut at = 0;
        for item in &probe.items {
            match item {
                Item::Bytes(way, _, _, length) => {
                    heads[*way as usize].extend_from_slice(&probe.bytes[at..at + length]);
                    at += length;
                }
                // What follows is the rest of a line.
                Item::Gap(gap) => heads[gap.way as usize].push(b'\n'),
            }
        }
        let port_21 = [flow.opener(), flow.acceptor()]
            .iter()
            .any(|end| end.port() == CONTROL_PORT);
        let full = self.probed > MAX_PROBED;
        let too_much = full || probe.items.len() > LOOKED_AT;
        match recognise::judge(&heads[0], &heads[1], port_21) {
            Judgement::Control { user } => {
                self.begin_session(flow, user);
                Interest::Follow
            }
            Judgement::Open if !too_much => Interest::Follow,
            Judgement::Open => {
                self.unproven += u64::from(full);
                self.not_control(flow)
            }
            Judgement::Not => self.not_control(flow),
        }
    }

    fn take_probe(&mut self, flow: FlowId) -> Option<Probe> {
        match self.roles.remove(&flow)? {
            Role::Probe(probe) => {
                self.probed -= probe.bytes.len();
                Some(*probe)
            }
            other => {
                self.roles.insert(flow, other);
                None
            }
        }
    }

    fn begin_session(&mut self, flow: &Flow, user_way: Way) {
        let Some(probe) = self.take_probe(flow.id()) else {
            return;
        };
        self.sessions += 1;
        let number = self.sessions;
        let (client, server) = match user_way {
            Way::Forth => (flow.opener(), flow.acceptor()),
            Way::Back => (flow.acceptor(), flow.opener()),
        };
        let facts = Session {
            number,
            client,
            server,
            user_way,
            opening: flow.opening(),
            handshake: [flow.syn(), flow.syn_ack(), flow.handshake_ack()],
            hellos: [
                flow.hello(user_way).copied(),
                flow.hello(user_way.other()).copied(),
            ],
            first: flow.first(),
            last: flow.last(),
            banner: None,
            user: None,
            credentials: [None; 2],
            logged_in: false,
            logins: Vec::new(),
            login_tries: 0,
            logins_accepted: 0,
            tls: false,
            sealed: None,
            encrypted_bytes: 0,
            security: None,
            protected: 0,
            unanswered: None,
            end: SessionEnd::Open,
            ended_by: None,
            gave_up: None,
            commands: 0,
            replies: 0,
            missing: 0,
            active: 0,
            passive: 0,
            refused: Vec::new(),
            more_refused: 0,
            transfers: 0,
            one_way: None,
            edited: false,
            same_as: None,
        };
        let dialogue = Dialogue::new(Ends {
            user: Some(client),
            server: Some(server),
            midstream: !flow.established() || flow.syn_ack().is_none(),
        });
        (self.out)(&Finding::Recognised(&facts));
        self.roles.insert(flow.id(), Role::Control(number));
        self.controls.insert(
            number,
            Box::new(Control {
                facts,
                dialogue,
                commands: VecDeque::new(),
                refused: false,
                auth: None,
                head: Head::default(),
                slots: Vec::new(),
                rows: Vec::new(),
                left: false,
                user_gap: flow.opening() == Opening::Middle,
                finished_unseen: false,
                beside: 0,
                strays: Vec::new(),
            }),
        );
        self.by_hosts
            .entry(hosts(client.ip(), server.ip()))
            .or_default()
            .push(number);
        self.expected.session(number, client, server);
        if flow.opening() == Opening::Middle {
            self.adopt_early(number, hosts(client.ip(), server.ip()));
        }
        let mut at = 0;
        for item in probe.items {
            match item {
                Item::Bytes(way, _, mark, length) => {
                    self.feed(number, way, &probe.bytes[at..at + length], mark);
                    at += length;
                }
                Item::Gap(gap) => self.control_gap(number, &gap),
            }
        }
    }

    /// Connections from before the capture between a session's hosts may be its data connections.
    fn adopt_early(&mut self, number: u64, between: (IpAddr, IpAddr)) {
        let mut adopted = 0;
        for line in self.lines.values_mut() {
            if line.beside.is_none()
                && line.owners.is_empty()
                && !line.told
                && line.seen.opening == Opening::Middle
                && hosts(line.seen.opener.ip(), line.seen.acceptor.ip()) == between
            {
                line.beside = Some(number);
                adopted += 1;
            }
        }
        if let Some(control) = self.controls.get_mut(&number) {
            control.beside += adopted;
        }
    }

    /// A connection that is no control line: data beside a session, perhaps, or of no interest.
    fn not_control(&mut self, flow: &Flow) -> Interest {
        self.others += 1;
        let Some(probe) = self.take_probe(flow.id()) else {
            return Interest::Count;
        };
        let (opener, acceptor) = (flow.opener(), flow.acceptor());
        let beside = self.session_between(opener.ip(), acceptor.ip());
        let at_data_port = opener.port() == DATA_PORT || acceptor.port() == DATA_PORT;
        let first_way = probe.items.iter().find_map(|item| match item {
            Item::Bytes(..) => Some(()),
            Item::Gap(_) => None,
        });
        let listing = first_way.is_some() && looks_like_listing(&probe.bytes);
        if acceptor.port() == 990 && probe.bytes.starts_with(&[0x16, 3]) {
            self.implicit_tls += 1;
        }
        // A transfer may be under way when the capture begins, before anything is seen of its control connection.
        let early = flow.opening() == Opening::Middle && self.early < MAX_EARLY;
        if beside.is_none() && !at_data_port && !listing && !early {
            self.count_port(acceptor.port());
            return Interest::Count;
        }
        self.early += usize::from(early);
        self.put_beside(Seen::of(flow), beside);
        self.replay(flow.id(), probe);
        if let Some(line) = self.lines.get_mut(&flow.id()) {
            line.note(flow);
        }
        Interest::Follow
    }

    /// A data connection that no negotiation explains.
    fn put_beside(&mut self, seen: Seen, beside: Option<u64>) {
        let mut line = DataLine::new(seen, self.options.hash);
        line.beside = beside;
        if let Some(control) = beside.and_then(|number| self.controls.get_mut(&number)) {
            control.beside += 1;
        }
        self.roles.insert(seen.flow, Role::Data);
        self.lines.insert(seen.flow, line);
    }

    pub(super) fn count_port(&mut self, port: u16) {
        if self.ports.len() < MAX_PORTS || self.ports.contains_key(&port) {
            *self.ports.entry(port).or_default() += 1;
        }
    }

    /// Gives a data connection what was held of it.
    fn replay(&mut self, flow: FlowId, probe: Probe) {
        let mut at = 0;
        for item in probe.items {
            match item {
                Item::Bytes(way, offset, mark, length) => {
                    let bytes = &probe.bytes[at..at + length];
                    at += length;
                    self.line_data(
                        flow,
                        &Chunk {
                            way,
                            offset,
                            bytes,
                            mark,
                        },
                    );
                }
                Item::Gap(gap) => self.line_gap(flow, &gap),
            }
        }
    }

    /// A session that goes on between two hosts, the latest one.
    pub(super) fn session_between(&self, one: IpAddr, other: IpAddr) -> Option<u64> {
        self.by_hosts.get(&hosts(one, other))?.last().copied()
    }

    // ---- Control connections ---------------------------------------------------------------------------------------

    fn feed(&mut self, number: u64, way: Way, bytes: &[u8], mark: Mark) {
        self.speak(number, mark, |side_of, dialogue, sink| {
            dialogue.feed(side_of(way), bytes, time(mark), sink);
        });
    }

    fn control_gap(&mut self, number: u64, gap: &Gap) {
        if let Some(control) = self.controls.get_mut(&number) {
            control.facts.missing += gap.bytes;
            control.user_gap |= control.side_of(gap.way) == Side::User;
        }
        self.speak(number, gap.mark, |side_of, dialogue, sink| {
            dialogue.gap(side_of(gap.way), gap.bytes, time(gap.mark), sink);
        });
    }

    fn control_ended(&mut self, number: u64, way: Way, end: End, mark: Mark) {
        if let Some(control) = self.controls.get_mut(&number) {
            let side = control.side_of(way);
            let facts = &mut control.facts;
            facts.ended_by.get_or_insert((side, mark));
            facts.end = match (end, facts.end) {
                (End::Reset, SessionEnd::Open) => SessionEnd::Reset,
                (End::Fin, SessionEnd::Open) => SessionEnd::Fin,
                (_, known) => known,
            };
        }
        if let Some(control) = self.controls.get_mut(&number)
            && (end == End::Reset || control.side_of(way) == Side::Server)
        {
            control.note_unanswered();
        }
        self.speak(number, mark, |side_of, dialogue, sink| match end {
            End::Fin => dialogue.end(side_of(way), Close::Fin, time(mark), sink),
            End::Reset => {
                dialogue.end(side_of(way), Close::Rst, time(mark), sink);
                dialogue.end(side_of(way.other()), Close::Rst, time(mark), sink);
            }
        });
    }

    /// The control connection has left the table of connections: nothing more will be said.
    fn control_left(&mut self, number: u64) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let mark = control.facts.last;
        if !std::mem::replace(&mut control.left, true) {
            control.note_unanswered();
            let client = control.facts.client;
            let between = hosts(client.ip(), control.facts.server.ip());
            self.speak(number, mark, |_, dialogue, sink| {
                dialogue.finish(time(mark), sink);
            });
            if let Some(sessions) = self.by_hosts.get_mut(&between) {
                sessions.retain(|session| *session != number);
                if sessions.is_empty() {
                    self.by_hosts.remove(&between);
                }
            }
            self.expected.forget_session(number, client);
            if let Some(control) = self.controls.get(&number) {
                self.heads.forget(&control.head, number);
            }
        }
        self.close_ledger(number);
        self.try_end_session(number);
    }

    /// Tells the session, once all its transfers are told.
    pub(super) fn try_end_session(&mut self, number: u64) {
        let done = self.controls.get(&number).is_some_and(|control| {
            control.left
                && control.beside == 0
                && control.rows.is_empty()
                && control.slots.is_empty()
        });
        if !done {
            return;
        }
        if let Some(control) = self.controls.remove(&number) {
            let facts = &control.facts;
            self.gate.midstream += u64::from(facts.opening == Opening::Middle);
            self.gate.one_way += u64::from(facts.one_way.is_some());
            self.gate.edited += u64::from(facts.edited);
            self.gate.missing += facts.missing;
            (self.out)(&Finding::Session(&control.facts));
        }
    }

    /// Lets the observer speak, passes on what it says, and then does what that means for the ledger.
    fn speak(
        &mut self,
        number: u64,
        mark: Mark,
        say: impl FnOnce(&dyn Fn(Way) -> Side, &mut Dialogue, &mut dyn FnMut(&Event<'_>)),
    ) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let Control {
            facts,
            dialogue,
            commands,
            refused,
            auth,
            head,
            user_gap,
            finished_unseen,
            ..
        } = &mut **control;
        let user_way = facts.user_way;
        let side_of = move |way: Way| {
            if way == user_way {
                Side::User
            } else {
                Side::Server
            }
        };
        let (out, happened) = (&mut self.out, &mut self.happened);
        let keys = self.heads.keys();
        let mut begun = false;
        say(&side_of, dialogue, &mut |event| {
            match &event.what {
                What::Command(_) => *user_gap = false,
                What::Reply(reply) if reply.answers.is_none() => {
                    *finished_unseen |= reply
                        .code
                        .is_some_and(|code| matches!(code.value(), 226 | 250));
                }
                // It answers what the capture lacks.
                What::Quirk(quirk)
                    if *user_gap && matches!(quirk.kind, Kind::Unsolicited { .. }) =>
                {
                    return;
                }
                _ => {}
            }
            begun |= head.take(&event.what, mark.frame, keys);
            let mut at = mark;
            note(facts, commands, refused, auth, happened, event, &mut at);
            out(&Finding::Said {
                session: facts,
                mark: at,
                event,
            });
        });
        facts.encrypted_bytes =
            dialogue.sealed_bytes(Side::User) + dialogue.sealed_bytes(Side::Server);
        if begun {
            self.find_twin(number, mark);
        }
        let mut all = std::mem::take(&mut self.happened);
        for happened in all.drain(..) {
            match happened {
                Happened::Agreed(agreement, accepted) => self.agreed(number, agreement, accepted),
                Happened::Begun(begun) => self.begun(number, begun, mark),
                Happened::Ended(ended) => self.ended(number, ended, mark),
                Happened::Spoke => self.spoke(number, mark.time),
            }
        }
        // The same place for the next line; nothing of the above lets an observer speak.
        debug_assert!(self.happened.is_empty());
        self.happened = all;
    }
}

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    /// Looks for a session that is this one, seen on the other side of a NAT router.
    fn find_twin(&mut self, number: u64, mark: Mark) {
        let Some(control) = self.controls.get(&number) else {
            return;
        };
        let alike = self.heads.same(&control.head, number);
        let found = alike.into_iter().find_map(|other| {
            let twin = self
                .controls
                .get(&other)
                .filter(|twin| twin.facts.same_as.is_none())?;
            let evidence =
                twin::evidence((&control.facts, &control.head), (&twin.facts, &twin.head))?;
            Some((other, evidence))
        });
        let Some((other, evidence)) = found else {
            return;
        };
        self.gate.seen_twice += 1;
        for (one, two) in [(other, number), (number, other)] {
            let Some(twin) = self.controls.get(&two) else {
                return;
            };
            let remark = Remark::SeenTwice {
                other: two,
                client: twin.facts.client,
                server: twin.facts.server,
                evidence,
            };
            if let Some(control) = self.controls.get_mut(&one) {
                control.facts.same_as = Some(two);
            }
            (self.out)(&Finding::Remark {
                session: Some(one),
                mark,
                side: None,
                remark: &remark,
            });
        }
    }
}

/// Keeps what an event says about the session, and what it means for the ledger. `at` becomes the frame of the command
/// where that is where the event belongs.
fn note(
    facts: &mut Session,
    commands: &mut VecDeque<(u64, Mark)>,
    refused: &mut bool,
    auth: &mut Option<(Vec<u8>, Mark)>,
    happened: &mut Vec<Happened>,
    event: &Event<'_>,
    at: &mut Mark,
) {
    let mark = *at;
    let frame_of = |commands: &VecDeque<(u64, Mark)>, n: u64| {
        let first = commands.front()?.0;
        let index = usize::try_from(n.checked_sub(first)?).ok()?;
        commands.get(index).map(|(_, mark)| *mark)
    };
    match &event.what {
        What::Command(command) => {
            facts.commands += 1;
            if commands.len() == MAX_COMMANDS {
                commands.pop_front();
            }
            commands.push_back((command.n, mark));
            match command.verb {
                Verb::User => {
                    facts.credentials = [Some(mark), None];
                    if !facts.logged_in {
                        facts.user = command.arg.map(<[u8]>::to_vec);
                    }
                }
                Verb::Pass => facts.credentials[1] = Some(mark),
                Verb::Auth => {
                    let mechanism = command.arg.unwrap_or_default();
                    let kept = &mechanism[..mechanism.len().min(MAX_MECHANISM)];
                    *auth = Some((kept.to_vec(), mark));
                }
                _ => {}
            }
            facts.protected += u64::from(command.encrypted);
            happened.push(Happened::Spoke);
        }
        What::Reply(reply) => {
            // A 227 that cannot be read is no agreement either, but nobody said no.
            *refused = reply.code.is_some_and(|code| code.is_negative());
            facts.replies += 1;
            if reply.greeting && facts.banner.is_none() {
                let mut banner = Vec::new();
                for line in reply.text.lines() {
                    if !banner.is_empty() {
                        banner.push(b'\n');
                    }
                    banner.extend_from_slice(line);
                }
                banner.truncate(MAX_BANNER);
                facts.banner = Some((banner, mark));
            }
            if reply
                .answers
                .is_some_and(|answer| answer.verb == Verb::Auth)
                && let Some(asked) = auth.take()
                && !*refused
            {
                facts.security = Some(asked);
            }
            if reply.code.is_some_and(|code| code.value() == 421) {
                facts.gave_up.get_or_insert(mark);
            }
            happened.push(Happened::Spoke);
        }
        What::Login { user, accepted } => {
            facts.login_tries += 1;
            facts.logins_accepted += u64::from(*accepted);
            if *accepted {
                facts.logged_in = true;
                facts.user = Some(user.to_vec());
            }
            if facts.logins.len() < MAX_LOGINS {
                facts.logins.push(LoginTry {
                    user: user.to_vec(),
                    accepted: *accepted,
                    mark,
                });
            }
        }
        What::Negotiation(negotiation) => {
            let stated_by_command = negotiation.verb.announces();
            if let Some(mark) = negotiation
                .command
                .filter(|_| stated_by_command)
                .and_then(|n| frame_of(commands, n))
            {
                *at = mark;
            }
            match (negotiation.accepted, stated_by_command) {
                (true, true) => facts.active += 1,
                (true, false) => facts.passive += 1,
                (false, _) => {
                    if *refused && negotiation.answered {
                        if facts.refused.len() < MAX_REFUSED {
                            let asked = (negotiation.verb, negotiation.listen, *at);
                            facts.refused.push(asked);
                        } else {
                            facts.more_refused += 1;
                        }
                    }
                }
            }
            if negotiation.accepted || stated_by_command && negotiation.listen.is_some() {
                let agreement = Agreement {
                    n: Some(negotiation.n),
                    verb: negotiation.verb,
                    listen: negotiation.listen,
                    stated: negotiation.stated.clone(),
                    peer_differs: negotiation.peer_differs,
                    mark: *at,
                };
                happened.push(Happened::Agreed(agreement, negotiation.accepted));
            }
        }
        What::TransferBegun(transfer) => happened.push(Happened::Begun(Begun::of(
            transfer,
            frame_of(commands, transfer.command).unwrap_or(mark),
        ))),
        What::TransferEnded(transfer) => happened.push(Happened::Ended(Begun::of(
            transfer,
            frame_of(commands, transfer.command).unwrap_or(mark),
        ))),
        What::Sealed => {
            facts.tls = true;
            facts.sealed.get_or_insert(mark);
        }
        _ => {}
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

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    /// Makes a connection a data connection, where a negotiation is waiting for it. False where none is.
    fn claim(&mut self, seen: Seen, hash: bool) -> bool {
        let mut turned = false;
        let mut owners = self.expected.matching(seen.opener, seen.acceptor);
        if owners.is_empty() && seen.opening == Opening::Middle {
            owners = self.expected.matching(seen.acceptor, seen.opener);
            turned = true;
        }
        if owners.is_empty() {
            return false;
        }
        let probe = self.take_probe(seen.flow);
        if self.roles.contains_key(&seen.flow) {
            // A control connection that happens to fit.
            return false;
        }
        let mut line = DataLine::new(seen, hash);
        line.turned = turned;
        line.owners = owners.clone();
        self.roles.insert(seen.flow, Role::Data);
        self.lines.insert(seen.flow, line);
        self.others += 1;
        for owner in owners {
            self.attach(owner, seen.flow);
        }
        if let Some(probe) = probe {
            self.replay(seen.flow, probe);
        }
        true
    }

    /// A negotiation was agreed on: connections that came before it was known may be what it asks for.
    pub(super) fn claim_recent(&mut self, port: u16, now: Nanos) {
        /// How much earlier a connection may have begun: clocks of merged captures, replies behind a gap.
        const EARLIER: Nanos = 5 * 1_000_000_000;
        let fitting: Vec<Seen> = self
            .recent
            .iter()
            .filter(|seen| {
                (seen.acceptor.port() == port || seen.opener.port() == port)
                    && now.saturating_sub(seen.first.time) <= EARLIER
            })
            .copied()
            .collect();
        for seen in fitting {
            if self.claim(seen, self.options.hash) {
                self.recent.retain(|other| other.flow != seen.flow);
            }
        }
    }

    fn line_data(&mut self, flow: FlowId, chunk: &Chunk<'_>) {
        let Some(line) = self.lines.get_mut(&flow) else {
            return;
        };
        line.data(chunk);
        if self.options.data {
            (self.out)(&Finding::Data {
                flow,
                way: chunk.way,
                bytes: Some(chunk.bytes),
                length: chunk.bytes.len() as u64,
                mark: chunk.mark,
            });
        }
    }

    fn line_gap(&mut self, flow: FlowId, gap: &Gap) {
        let Some(line) = self.lines.get_mut(&flow) else {
            return;
        };
        line.gap(gap);
        if self.options.data {
            (self.out)(&Finding::Data {
                flow,
                way: gap.way,
                bytes: None,
                length: gap.bytes,
                mark: gap.mark,
            });
        }
    }

    fn note_line(&mut self, flow: &Flow) {
        if let Some(line) = self.lines.get_mut(&flow.id()) {
            line.note(flow);
        }
    }

    fn note_control(&mut self, number: u64, flow: &Flow) {
        if let Some(control) = self.controls.get_mut(&number) {
            control.facts.last = flow.last();
            control.facts.handshake = [flow.syn(), flow.syn_ack(), flow.handshake_ack()];
        }
    }

    /// What can be said of a control connection when all of it has been seen.
    fn remark_control(&mut self, number: u64, flow: &Flow) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let mut remarks = Vec::new();
        for way in [Way::Forth, Way::Back] {
            let side = control.side_of(way);
            if flow.counts(way).packets == 0 {
                control.facts.one_way = Some(side);
                remarks.push((side, Remark::OneWay));
            }
            if flow.counts(way).look_edited() {
                control.facts.edited = true;
                remarks.push((side, Remark::Edited));
            }
        }
        for (side, remark) in remarks {
            (self.out)(&Finding::Remark {
                session: Some(number),
                mark: flow.last(),
                side: Some(side),
                remark: &remark,
            });
        }
    }

    /// A session that goes on between the ends of a new connection, cannot be read any more, and may have asked for it.
    fn sealed_between(&self, seen: &Seen) -> Option<u64> {
        let number = self.session_between(seen.opener.ip(), seen.acceptor.ip())?;
        let facts = &self.controls.get(&number)?.facts;
        let another_control = [seen.opener, seen.acceptor].contains(&facts.server);
        (facts.tls && !another_control).then_some(number)
    }

    /// This connection among those that no negotiation explains.
    fn stray(&mut self, flow: &Flow) -> Option<&mut Stray> {
        let number = self.session_between(flow.opener().ip(), flow.acceptor().ip())?;
        let strays = &mut self.controls.get_mut(&number)?.strays;
        let (_, stray) = strays.iter_mut().find(|(id, _)| *id == flow.id())?;
        Some(stray)
    }

    /// A connection that carries something was meant for something else.
    fn no_stray(&mut self, flow: &Flow) {
        if !self.roles.contains_key(&flow.id())
            && let Some(number) = self.session_between(flow.opener().ip(), flow.acceptor().ip())
            && let Some(control) = self.controls.get_mut(&number)
        {
            control.strays.retain(|(id, _)| *id != flow.id());
        }
    }

    /// A connection without a byte leaves.
    fn silent_left(&mut self, flow: &Flow) {
        self.others += 1;
        if flow.interest() == Interest::Follow {
            self.count_port(flow.acceptor().port());
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

/// The observer's time, which knows nothing before 1970.
fn time(mark: Mark) -> u64 {
    mark.time.max(0) as u64
}

#[cfg(test)]
mod tests;
