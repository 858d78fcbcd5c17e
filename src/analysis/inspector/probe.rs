//! Recognition: what a connection is, from its first lines.

use std::{collections::VecDeque, net::IpAddr};

use super::{
    DATA_PORT, Inspector, MAX_EARLY, MAX_PROBED, Role, SEGMENT_COST, control::Control, hosts,
};
use crate::{
    analysis::{
        data::Seen,
        finding::{Finding, Session, SessionEnd},
        recognise::{self, CONTROL_PORT, Judgement, LOOKED_AT, looks_like_listing},
        twin::Head,
    },
    capture::{
        flow::{Chunk, Flow, FlowId, Gap, Interest, Opening, Way},
        reassembly::Mark,
    },
    ftp::dialogue::{Dialogue, Ends},
};

/// The beginning of a connection that may become a control line.
#[derive(Debug, Default)]
pub(super) struct Probe {
    bytes: Vec<u8>,
    items: Vec<Item>,
}

/// What came, in order: so many bytes, or a gap.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item {
    Bytes(Way, u64, Mark, usize),
    Gap(Gap),
}

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    /// More of a connection that has not shown yet what it is.
    pub(super) fn probe(&mut self, flow: &Flow, item: Item, bytes: &[u8]) -> Interest {
        let Some(Role::Probe(probe)) = self.roles.get_mut(&flow.id()) else {
            return flow.interest();
        };
        probe.items.push(item);
        probe.bytes.extend_from_slice(bytes);
        self.probed += bytes.len() + SEGMENT_COST;
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

    pub(super) fn take_probe(&mut self, flow: FlowId) -> Option<Probe> {
        match self.roles.remove(&flow)? {
            Role::Probe(probe) => {
                self.probed -= probe.bytes.len() + probe.items.len() * SEGMENT_COST;
                Some(*probe)
            }
            other => {
                self.roles.insert(flow, other);
                None
            }
        }
    }

    pub(super) fn begin_session(&mut self, flow: &Flow, user_way: Way) {
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
                waiting: 0,
                commands: VecDeque::new(),
                refused: false,
                auth: None,
                trying: [None; 2],
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
    pub(super) fn adopt_early(&mut self, number: u64, between: (IpAddr, IpAddr)) {
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
    pub(super) fn not_control(&mut self, flow: &Flow) -> Interest {
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

    /// Gives a data connection what was held of it.
    pub(super) fn replay(&mut self, flow: FlowId, probe: Probe) {
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
}
