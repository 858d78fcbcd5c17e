//! Data connections: which of the capture's connections is one, and what comes through it. Those that no negotiation
//! explains stand beside their session.

use super::{Inspector, Role};
use crate::{
    analysis::{
        data::{DataLine, Seen},
        finding::Finding,
        verdict::Stray,
    },
    capture::{
        file::Nanos,
        flow::{Chunk, Flow, FlowId, Gap, Interest, Opening},
    },
};

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    /// Makes a connection a data connection, where a negotiation is waiting for it. False where none is.
    pub(super) fn claim(&mut self, seen: Seen, hash: bool) -> bool {
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
    pub(in crate::analysis) fn claim_recent(&mut self, port: u16, now: Nanos) {
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

    /// A data connection that no negotiation explains.
    pub(super) fn put_beside(&mut self, seen: Seen, beside: Option<u64>) {
        let mut line = DataLine::new(seen, self.options.hash);
        line.beside = beside;
        if let Some(control) = beside.and_then(|number| self.controls.get_mut(&number)) {
            control.beside += 1;
        }
        self.roles.insert(seen.flow, Role::Data);
        self.lines.insert(seen.flow, line);
    }

    /// A session that goes on between the ends of a new connection, cannot be read any more, and may have asked for it.
    pub(super) fn sealed_between(&self, seen: &Seen) -> Option<u64> {
        let number = self.session_between(seen.opener.ip(), seen.acceptor.ip())?;
        let facts = &self.controls.get(&number)?.facts;
        let another_control = [seen.opener, seen.acceptor].contains(&facts.server);
        (facts.tls && !another_control).then_some(number)
    }

    pub(super) fn line_data(&mut self, flow: FlowId, chunk: &Chunk<'_>) {
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

    pub(super) fn line_gap(&mut self, flow: FlowId, gap: &Gap) {
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

    pub(super) fn note_line(&mut self, flow: &Flow) {
        if let Some(line) = self.lines.get_mut(&flow.id()) {
            line.note(flow);
        }
    }

    /// This connection among those that no negotiation explains.
    pub(super) fn stray(&mut self, flow: &Flow) -> Option<&mut Stray> {
        let number = self.session_between(flow.opener().ip(), flow.acceptor().ip())?;
        let strays = &mut self.controls.get_mut(&number)?.strays;
        let (_, stray) = strays.iter_mut().find(|(id, _)| *id == flow.id())?;
        Some(stray)
    }

    /// A connection that carries something was meant for something else.
    pub(super) fn no_stray(&mut self, flow: &Flow) {
        if !self.roles.contains_key(&flow.id())
            && let Some(number) = self.session_between(flow.opener().ip(), flow.acceptor().ip())
            && let Some(control) = self.controls.get_mut(&number)
        {
            control.strays.retain(|(id, _)| *id != flow.id());
        }
    }

    /// A connection without a byte leaves.
    pub(super) fn silent_left(&mut self, flow: &Flow) {
        self.others += 1;
        if flow.interest() == Interest::Follow {
            self.count_port(flow.acceptor().port());
        }
    }
}
