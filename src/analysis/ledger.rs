//! The ledger of a session: which data connection each negotiation led to, which command used it, how that went.
//!
//! A negotiation is a *slot*; a transfer command is a *row*; a data connection is a *line*. A line fits a slot by where
//! it goes, not by when replies came: the source port is free, the advertised address may have been translated on the
//! way, and the same port may be agreed on again and again (then the newest slot without a line wins). A row takes its
//! line from the slot that held when its command was answered. A row is told when its reply has come and its line has
//! ended; a slot that no row has used is told when the next one takes its place.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
};

use foldhash::fast::RandomState;

use super::{
    data::{DataLine, Owner},
    finding::{Agreement, Finding, Remark, SessionEnd, Transfer},
    inspector::{Control, DATA_PORT, Inspector},
    recognise::looks_like_listing,
    verdict::{self, Evidence, Judgement, Outcome, Party, Reason, Verdict},
};
use crate::{
    capture::{
        file::Nanos,
        flow::{FlowId, Opening, Way},
        reassembly::Mark,
    },
    ftp::{
        catalogue::Flow as DataFlow,
        code::ReplyCode,
        command::Verb,
        event,
        session::{DataType, Declared},
        side::Side,
    },
};

/// Slots of a session that may still find their line; beyond it the oldest is told as it is.
pub(super) const MAX_SLOTS: usize = 256;
/// Rows of a session whose outcome is awaited; beyond it the oldest is told as it is.
pub(super) const MAX_ROWS: usize = 256;
/// End points at which data connections are expected, in all sessions.
pub(super) const MAX_EXPECTED: usize = 64 * 1024;
/// Those of them at one port, which are all looked at when somebody connects to it; beyond it the oldest is forgotten.
const MAX_AT_PORT: usize = 512;

/// How much later than the reply that speaks of it a data connection may be found: the clocks of merged captures, and
/// recorders that have a thread for each connection.
const LATER: Nanos = 1_000_000_000;

/// The slot key of the default data port.
const DEFAULT: u64 = 0;

/// A negotiation that was accepted.
#[derive(Debug)]
pub(super) struct Slot {
    key: u64,
    agreement: Agreement,
    /// Data connections that fit it and that no row has taken.
    lines: Vec<FlowId>,
    /// Rows that used it.
    used: u32,
    /// Another one has taken its place.
    superseded: bool,
    /// The server said yes.
    accepted: bool,
}

/// What the observer says of a transfer.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    command: u64,
    command_mark: Mark,
    verb: Verb,
    arg: Option<Vec<u8>>,
    path: Option<Vec<u8>>,
    chosen: Option<Vec<u8>>,
    flow: DataFlow,
    negotiation: Option<u64>,
    restart: u64,
    data_type: DataType,
    mode: u8,
    structure: u8,
    protection: u8,
    declared: Option<Declared>,
    code: Option<ReplyCode>,
    begun: bool,
    aborted: bool,
}

impl Begun {
    pub(super) fn of(transfer: &event::Transfer<'_>, command_mark: Mark) -> Begun {
        Begun {
            command: transfer.command,
            command_mark,
            verb: transfer.verb,
            arg: transfer.arg.map(<[u8]>::to_vec),
            path: transfer.path.map(<[u8]>::to_vec),
            chosen: transfer.chosen.map(<[u8]>::to_vec),
            flow: transfer.flow,
            negotiation: transfer.negotiation,
            restart: transfer.restart,
            data_type: transfer.data_type,
            mode: transfer.mode,
            structure: transfer.structure,
            protection: transfer.protection,
            declared: transfer.declared,
            code: transfer.code,
            begun: transfer.begun,
            aborted: transfer.aborted,
        }
    }
}

/// A transfer command.
#[derive(Debug)]
pub(super) struct Row {
    what: Begun,
    slot: u64,
    agreement: Option<Agreement>,
    begun: Option<Mark>,
    outcome: Option<(Outcome, Mark)>,
    line: Option<FlowId>,
    inferred: bool,
    /// Something was said after the final reply: a line that has not come will not come.
    settled: bool,
}

/// Where data connections are expected.
#[derive(Debug, Default)]
pub(super) struct Expected {
    by_port: HashMap<u16, Vec<Entry>, RandomState>,
    /// Sessions by the client's end of the control connection: the default data port.
    clients: HashMap<SocketAddr, (u64, IpAddr), RandomState>,
    count: usize,
    /// Beyond [`MAX_EXPECTED`] and [`MAX_AT_PORT`].
    left_out: u64,
    order: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    owner: Owner,
    listen: SocketAddr,
    passive: bool,
    client: IpAddr,
    server: IpAddr,
    /// A line has been found already; another one is only taken where no newer slot fits.
    taken: bool,
    order: u64,
}

impl Expected {
    pub(super) fn session(&mut self, number: u64, client: SocketAddr, server: SocketAddr) {
        self.clients.insert(client, (number, server.ip()));
    }

    pub(super) fn forget_session(&mut self, number: u64, client: SocketAddr) {
        if self
            .clients
            .get(&client)
            .is_some_and(|(session, _)| *session == number)
        {
            self.clients.remove(&client);
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.by_port.is_empty() && self.clients.is_empty() && self.count == 0
    }

    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    fn add(&mut self, mut entry: Entry) {
        if self.count >= MAX_EXPECTED {
            self.left_out += 1;
            return;
        }
        self.order += 1;
        entry.order = self.order;
        let entries = self.by_port.entry(entry.listen.port()).or_default();
        if entries.len() == MAX_AT_PORT {
            let oldest = entries.remove(0);
            // One that has found its connection has all it waited for.
            self.left_out += u64::from(!oldest.taken);
        } else {
            self.count += 1;
        }
        entries.push(entry);
    }

    fn forget(&mut self, owner: Owner, port: u16) {
        if let Some(entries) = self.by_port.get_mut(&port) {
            let before = entries.len();
            entries.retain(|entry| entry.owner != owner);
            self.count -= before - entries.len();
            if entries.is_empty() {
                self.by_port.remove(&port);
            }
        }
    }

    /// The slots that a connection from `opener` to `acceptor` fits: the best one, and where it is the data connection
    /// between two servers, the other session's too.
    pub(super) fn matching(&mut self, opener: SocketAddr, acceptor: SocketAddr) -> Vec<Owner> {
        let entries = self.by_port.get_mut(&acceptor.port());
        let fits = |entry: &Entry| {
            let (dialler, listener) = if entry.passive {
                (entry.client, entry.server)
            } else {
                (entry.server, entry.client)
            };
            let as_said = entry.listen.ip() == acceptor.ip();
            let translated = listener == acceptor.ip();
            let by_partner = dialler == opener.ip();
            // Higher is better; a stranger at an address that was advertised is FXP, a bounce or a theft.
            match (as_said, translated, by_partner) {
                (true, _, true) => Some(3),
                (false, true, true) => Some(2),
                (true, _, false) => Some(1),
                _ => None,
            }
        };
        let mut found = Vec::new();
        if let Some(entries) = entries {
            let best = entries
                .iter()
                .enumerate()
                .filter_map(|(at, entry)| Some(((!entry.taken, fits(entry)?, entry.order), at)))
                .max();
            if let Some((_, at)) = best {
                entries[at].taken = true;
                let first = entries[at];
                found.push(first.owner);
                let partner = entries
                    .iter_mut()
                    .filter(|entry| {
                        entry.owner.0 != first.owner.0
                            && entry.passive != first.passive
                            && entry.listen == first.listen
                            && !entry.taken
                    })
                    .max_by_key(|entry| entry.order);
                if let Some(partner) = partner {
                    partner.taken = true;
                    found.push(partner.owner);
                }
            }
        }
        if found.is_empty()
            && let Some((session, server)) = self.clients.get(&acceptor)
            && *server == opener.ip()
        {
            found.push((*session, DEFAULT));
        }
        found
    }
}

impl Control {
    /// How a command comes to its end that gets no final reply.
    fn without_reply(&self) -> Outcome {
        match (self.facts.ended_by, self.facts.end) {
            (Some((side, _)), end) if end != SessionEnd::Open => Outcome::ControlEnded {
                by: Party::from(side),
                reset: end == SessionEnd::Reset,
                announced: self.facts.gave_up.is_some(),
            },
            _ => Outcome::CaptureEnds,
        }
    }
}

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    // ---- What the observer said ------------------------------------------------------------------------------------

    /// A negotiation was accepted; or PORT, EPRT or LPRT was refused, perhaps because the server had dialled in vain.
    pub(super) fn agreed(&mut self, number: u64, agreement: Agreement, accepted: bool) {
        self.slot_keys += 1;
        let key = self.slot_keys;
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        if accepted {
            for slot in &mut control.slots {
                slot.superseded = true;
            }
        }
        let mark = agreement.mark;
        let entry = agreement.listen.map(|listen| Entry {
            owner: (number, key),
            listen,
            passive: !agreement.is_active(),
            client: control.facts.client.ip(),
            server: control.facts.server.ip(),
            taken: false,
            order: 0,
        });
        control.slots.push(Slot {
            key,
            agreement,
            lines: Vec::new(),
            used: 0,
            superseded: !accepted,
            accepted,
        });
        if let Some(entry) = entry {
            self.expected.add(entry);
            self.claim_recent(entry.listen.port(), mark.time);
        }
        self.sweep(number);
    }

    /// A 1yz reply came.
    pub(super) fn begun(&mut self, number: u64, what: Begun, mark: Mark) {
        self.row(number, what, Some(mark), None);
    }

    /// The final reply came, or will not come any more.
    pub(super) fn ended(&mut self, number: u64, what: Begun, mark: Mark) {
        let Some(control) = self.controls.get(&number) else {
            return;
        };
        let outcome = match what.code {
            Some(code) => Outcome::Reply(code),
            None if what.aborted => Outcome::Aborted,
            None => control.without_reply(),
        };
        self.row(number, what, None, Some((outcome, mark)));
        self.sweep(number);
    }

    /// Another command or reply came: what was expected before it has come or will not come.
    pub(super) fn spoke(&mut self, number: u64, now: Nanos) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let mut settled = false;
        for row in control.rows.iter_mut().filter(|row| !row.settled) {
            let Some((outcome, mark)) = row.outcome else {
                continue;
            };
            // A connection that must have been there may be told late.
            let owed = row.agreement.is_some()
                && matches!(outcome, Outcome::Reply(code) if code.is_completion());
            row.settled = !owed || now.saturating_sub(mark.time) > LATER;
            settled |= row.settled;
        }
        if settled {
            self.sweep(number);
        }
    }

    /// Enters what is new of a transfer, and gives it a line if one is waiting.
    fn row(
        &mut self,
        number: u64,
        what: Begun,
        begun: Option<Mark>,
        outcome: Option<(Outcome, Mark)>,
    ) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let at = control
            .rows
            .iter()
            .position(|row| row.what.command == what.command && row.outcome.is_none());
        let at = match at {
            Some(at) => {
                // The name that STOU's 150 gave is not said again.
                let path = control.rows[at].what.path.take();
                let chosen = control.rows[at].what.chosen.take();
                control.rows[at].what = Begun {
                    path: what.path.or(path),
                    chosen: what.chosen.or(chosen),
                    ..what
                };
                at
            }
            None => {
                let slot = control.slots.iter_mut().find(|slot| {
                    slot.agreement.n == what.negotiation && what.negotiation.is_some()
                });
                let (key, agreement) = match slot {
                    Some(slot) => {
                        slot.used += 1;
                        (slot.key, Some(slot.agreement.clone()))
                    }
                    None => (DEFAULT, None),
                };
                control.rows.push(Row {
                    what,
                    slot: key,
                    agreement,
                    begun: None,
                    outcome: None,
                    line: None,
                    inferred: false,
                    settled: false,
                });
                control.rows.len() - 1
            }
        };
        let row = &mut control.rows[at];
        row.begun = row.begun.or(begun);
        row.outcome = row.outcome.or(outcome);
        if row.line.is_none() {
            let key = row.slot;
            let slot = control.slots.iter_mut().find(|slot| slot.key == key);
            if let Some(slot) = slot.filter(|slot| !slot.lines.is_empty()) {
                // An attempt that failed is taken only where no other one went through.
                let good = slot
                    .lines
                    .iter()
                    .position(|line| self.lines.get(line).is_some_and(|line| line.established));
                let taken = slot.lines.remove(good.unwrap_or(slot.lines.len() - 1));
                control.rows[at].line = Some(taken);
            }
        }
        if control.rows[at].line.is_none() && control.rows[at].outcome.is_some() {
            self.infer(number, at);
        }
        if self
            .controls
            .get(&number)
            .is_some_and(|control| control.rows.len() > MAX_ROWS)
        {
            self.tell_row(number, 0);
        }
    }

    /// Where the capture lacks part of the control connection, the negotiation may be in what it lacks: a connection
    /// between the same hosts at the right time is taken for the row's.
    fn infer(&mut self, number: u64, at: usize) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let row = &control.rows[at];
        let facts = &control.facts;
        let blind = facts.missing > 0 || facts.handshake[1].is_none();
        let well = row.outcome.is_some_and(
            |(outcome, _)| matches!(outcome, Outcome::Reply(code) if code.is_completion()),
        );
        if !blind || !well || row.agreement.is_some() {
            return;
        }
        /// A passive client connects before it sends its command.
        const BEFORE: i64 = 2_000_000_000;
        let since = row.what.command_mark.time.saturating_sub(BEFORE);
        let found = self
            .lines
            .values_mut()
            .filter(|line| {
                line.beside == Some(number)
                    && line.owners.is_empty()
                    && line.seen.first.time >= since
                    && line.missing() + line.bytes.iter().sum::<u64>() > 0
            })
            .min_by_key(|line| line.seen.first.frame);
        if let Some(line) = found {
            line.owners.push((number, DEFAULT));
            line.beside = None;
            control.beside = control.beside.saturating_sub(1);
            let row = &mut control.rows[at];
            row.line = Some(line.seen.flow);
            row.inferred = true;
        }
    }

    // ---- Lines -----------------------------------------------------------------------------------------------------

    /// A data connection fits this slot.
    pub(super) fn attach(&mut self, (number, key): Owner, flow: FlowId) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        // A row that waits for its line, or whose attempt has failed and was followed by another one.
        let lines = &self.lines;
        let row = control.rows.iter_mut().find(|row| {
            row.slot == key
                && row.line.is_none_or(|line| {
                    row.outcome.is_none()
                        && lines
                            .get(&line)
                            .is_some_and(|line| !line.established && line.finished())
                })
        });
        match row {
            Some(row) => {
                let failed = row.line.replace(flow);
                self.disown(failed, (number, key));
            }
            None => {
                if key == DEFAULT && !control.slots.iter().any(|slot| slot.key == DEFAULT) {
                    let listen = control.facts.client;
                    control.slots.push(Slot {
                        key: DEFAULT,
                        agreement: Agreement {
                            n: None,
                            verb: Verb::Port,
                            listen: Some(listen),
                            stated: None,
                            peer_differs: false,
                            mark: control.facts.last,
                        },
                        lines: Vec::new(),
                        used: 0,
                        superseded: false,
                        accepted: true,
                    });
                }
                if let Some(slot) = control.slots.iter_mut().find(|slot| slot.key == key) {
                    slot.lines.push(flow);
                }
            }
        }
    }

    fn disown(&mut self, flow: Option<FlowId>, owner: Owner) {
        let Some(flow) = flow else { return };
        let Some(line) = self.lines.get_mut(&flow) else {
            return;
        };
        line.owners.retain(|other| *other != owner);
        line.told = true;
        if line.owners.is_empty() && line.left {
            self.drop_line(flow);
        }
    }

    fn drop_line(&mut self, flow: FlowId) {
        if self.lines.remove(&flow).is_some() && self.options.data {
            (self.out)(&Finding::Dropped(flow));
        }
    }

    /// A line ended, or left: rows that waited for it may be told.
    pub(super) fn line_moved(&mut self, flow: FlowId) {
        let owners = self
            .lines
            .get(&flow)
            .filter(|line| line.finished())
            .map(|line| line.owners.clone())
            .unwrap_or_default();
        for (number, _) in owners {
            self.sweep(number);
        }
    }

    pub(super) fn line_left(&mut self, flow: FlowId) {
        let Some(line) = self.lines.get_mut(&flow) else {
            return;
        };
        line.left = true;
        if !line.owners.is_empty() {
            self.line_moved(flow);
            return;
        }
        let (beside, port) = (line.beside, line.seen.acceptor.port());
        let told = self.transfers;
        if !line.told {
            self.tell_stray(flow);
            if self.transfers == told && beside.is_none() {
                self.count_port(port);
            }
        }
        self.drop_line(flow);
        if let Some(number) = beside {
            if let Some(control) = self.controls.get_mut(&number) {
                control.beside = control.beside.saturating_sub(1);
            }
            self.try_end_session(number);
        }
    }

    /// A data connection that no negotiation explains.
    fn tell_stray(&mut self, flow: FlowId) {
        let Some(line) = self.lines.get(&flow) else {
            return;
        };
        let sealed = line.beside.filter(|number| {
            self.controls
                .get(number)
                .is_some_and(|control| control.facts.tls)
        });
        let bytes: u64 = line.bytes.iter().sum::<u64>() + line.missing();
        if let Some(number) = sealed {
            if line.to().port() >= 1_024 || line.from().port() >= 1_024 {
                self.tell_encrypted(number, flow);
            }
            return;
        }
        let late = line.beside.filter(|number| {
            line.seen.opening == Opening::Middle
                && bytes > 0
                && self
                    .controls
                    .get(number)
                    .is_some_and(|control| control.finished_unseen)
        });
        if let Some(number) = late {
            self.tell_late(number, flow);
            return;
        }
        let ports = [line.from().port(), line.to().port()];
        let port_20 = ports.contains(&DATA_PORT);
        if bytes == 0 || !port_20 && !looks_like_listing(&line.head) {
            return;
        }
        let way = line.payload_way(Way::Forth);
        self.transfers += 1;
        let transfer = Transfer {
            n: self.transfers,
            connection: Some(line.connection(false)),
            up: Some(line.bytes[Way::Forth as usize]),
            down: Some(line.bytes[Way::Back as usize]),
            missing: line.missing(),
            sha256: line.sha256(way),
            line_ends: line.line_ends(),
            ..blank(
                None,
                Judgement {
                    verdict: Verdict::Orphan,
                    by: None,
                    reason: Reason::Orphan { port_20 },
                },
            )
        };
        (self.out)(&Finding::Transfer(&transfer));
    }

    /// A data connection that was under way when the capture began, beside a session that told of its end only.
    fn tell_late(&mut self, number: u64, flow: FlowId) {
        let (Some(control), Some(line)) = (self.controls.get_mut(&number), self.lines.get(&flow))
        else {
            return;
        };
        control.finished_unseen = false;
        let facts = &mut control.facts;
        let server_opened =
            line.from().ip() == facts.server.ip() && facts.server.ip() != facts.client.ip();
        let server_way = server_way(line, server_opened);
        let judged = line.line(line.payload_way(server_way), server_way);
        facts.transfers += 1;
        self.transfers += 1;
        self.gate.note_line(line);
        let transfer = Transfer {
            n: facts.transfers,
            connection: Some(line.connection(server_opened)),
            up: Some(line.bytes[server_way.other() as usize]),
            down: Some(line.bytes[server_way as usize]),
            missing: line.missing(),
            inferred: true,
            ..blank(Some(number), verdict::judge_without_command(&judged))
        };
        (self.out)(&Finding::Transfer(&transfer));
    }

    /// A data connection beside a session whose commands cannot be read.
    fn tell_encrypted(&mut self, number: u64, flow: FlowId) {
        let (Some(control), Some(line)) = (self.controls.get_mut(&number), self.lines.get(&flow))
        else {
            return;
        };
        let facts = &mut control.facts;
        let server_opened =
            line.from().ip() == facts.server.ip() && facts.server.ip() != facts.client.ip();
        let server_way = server_way(line, server_opened);
        let judgement = if line.established {
            Judgement {
                verdict: Verdict::Encrypted,
                by: None,
                reason: Reason::Encrypted,
            }
        } else {
            verdict::judge(&Evidence {
                active: server_opened,
                agreed: false,
                listen: Some(line.to()),
                differs: false,
                begun: false,
                outcome: Outcome::CaptureEnds,
                abort_asked: false,
                declared: None,
                restart: 0,
                line: Some(&line.line(server_way, server_way)),
                stray: None,
                control_only: false,
            })
        };
        facts.transfers += 1;
        self.transfers += 1;
        let transfer = Transfer {
            n: facts.transfers,
            connection: Some(line.connection(server_opened)),
            up: Some(line.bytes[server_way.other() as usize]),
            down: Some(line.bytes[server_way as usize]),
            missing: line.missing(),
            sha256: line.sha256(line.payload_way(server_way)),
            inferred: true,
            ..blank(Some(number), judgement)
        };
        (self.out)(&Finding::Transfer(&transfer));
    }

    // ---- Telling ---------------------------------------------------------------------------------------------------

    /// The session is over: what no reply and no line will change any more is told.
    pub(super) fn close_ledger(&mut self, number: u64) {
        if let Some(control) = self.controls.get_mut(&number) {
            for slot in &mut control.slots {
                slot.superseded = true;
            }
            // The observer forgets a command that it has taken to be answered in an odd way.
            let outcome = (control.without_reply(), control.facts.last);
            for row in &mut control.rows {
                row.settled = true;
                row.outcome.get_or_insert(outcome);
            }
        }
        self.sweep(number);
    }

    /// Tells the rows and slots of a session whose outcome is known.
    fn sweep(&mut self, number: u64) {
        loop {
            let Some(control) = self.controls.get(&number) else {
                return;
            };
            let lines = &self.lines;
            let finished = |flow: &FlowId| lines.get(flow).is_none_or(DataLine::finished);
            // What came behind a row that may still find its line waits with it: the ledger keeps its order.
            let late = |row: &Row| row.outcome.is_some() && row.line.is_none() && !row.settled;
            let rows = control.rows.iter().take_while(|row| !late(row));
            let row = rows.enumerate().find_map(|(at, row)| {
                let finished = row.line.as_ref().is_none_or(finished);
                (row.outcome.is_some() && finished).then_some(at)
            });
            if let Some(at) = row {
                self.tell_row(number, at);
                continue;
            }
            let waits = |slot: &Slot| control.rows.iter().any(|row| row.slot == slot.key);
            let slot = control.slots.iter().position(|slot| {
                slot.superseded && !waits(slot) && slot.lines.iter().all(finished)
            });
            let slot = slot.or((control.slots.len() > MAX_SLOTS).then_some(0));
            match slot {
                Some(at) => self.tell_slot(number, at),
                None => break,
            }
        }
        self.try_end_session(number);
    }

    /// A slot leaves: its lines are told as unused, or it is where no line came and no command used it.
    fn tell_slot(&mut self, number: u64, at: usize) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let slot = control.slots.remove(at);
        if let Some(listen) = slot.agreement.listen {
            self.expected.forget((number, slot.key), listen.port());
        }
        if slot.lines.is_empty() && slot.used == 0 && slot.accepted {
            self.tell_unused(number, &slot, None);
        }
        for flow in &slot.lines {
            self.tell_unused(number, &slot, Some(*flow));
            self.disown(Some(*flow), (number, slot.key));
        }
    }

    fn tell_unused(&mut self, number: u64, slot: &Slot, flow: Option<FlowId>) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let facts = &mut control.facts;
        let active = slot.agreement.is_active();
        let line = flow.and_then(|flow| self.lines.get(&flow));
        let judgement = match line.filter(|line| !line.established) {
            // Whoever dialled gave up before the command: it was not established, that is the news.
            Some(line) => {
                let server_way = server_way(line, active);
                verdict::judge(&Evidence {
                    active,
                    agreed: true,
                    listen: slot.agreement.listen,
                    differs: slot.agreement.peer_differs,
                    begun: false,
                    outcome: Outcome::CaptureEnds,
                    abort_asked: false,
                    declared: None,
                    restart: 0,
                    line: Some(&line.line(server_way, server_way)),
                    stray: None,
                    control_only: false,
                })
            }
            // A command used it that the capture lacks.
            None if line.is_some_and(|line| line.bytes != [0, 0]) && facts.missing > 0 => {
                let line = line.map(|line| {
                    let server_way = server_way(line, active);
                    line.line(line.payload_way(server_way), server_way)
                });
                line.map_or(
                    Judgement {
                        verdict: Verdict::Unused,
                        by: None,
                        reason: Reason::Unused { dialled: true },
                    },
                    |line| verdict::judge_without_command(&line),
                )
            }
            None => Judgement {
                verdict: Verdict::Unused,
                by: None,
                reason: Reason::Unused {
                    dialled: line.is_some(),
                },
            },
        };
        facts.transfers += 1;
        self.transfers += 1;
        let mut transfer = Transfer {
            n: facts.transfers,
            agreement: slot.agreement.n.map(|_| slot.agreement.clone()),
            ..blank(Some(number), judgement)
        };
        if let Some(line) = line {
            let server_way = server_way(line, active);
            transfer.connection = Some(line.connection(active));
            transfer.up = Some(line.bytes[server_way.other() as usize]);
            transfer.down = Some(line.bytes[server_way as usize]);
            transfer.missing = line.missing();
            transfer.sha256 = line.sha256(line.payload_way(server_way));
        }
        (self.out)(&Finding::Transfer(&transfer));
    }

    /// A row leaves with its verdict.
    fn tell_row(&mut self, number: u64, at: usize) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let mut row = control.rows.remove(at);
        let names = [&mut row.what.arg, &mut row.what.path, &mut row.what.chosen];
        let [arg, path, chosen] = names.map(Option::take);
        if let Some(line) = row.line.and_then(|flow| self.lines.get(&flow)) {
            self.gate.note_line(line);
        }
        let facts = &mut control.facts;
        let what = &row.what;
        let active = row.agreement.as_ref().is_none_or(Agreement::is_active);
        let line = row.line.and_then(|flow| self.lines.get(&flow));
        // Without an agreement the addresses tell who dialled.
        let server_opened = match (line, &row.agreement) {
            (Some(line), None) => {
                line.from().ip() == facts.server.ip() && line.to().ip() != facts.server.ip()
                    || line.to() == facts.client
            }
            _ => active,
        };
        let server_way = line.map_or(Way::Back, |line| server_way(line, server_opened));
        let usual = match what.flow {
            DataFlow::Up => server_way.other(),
            DataFlow::Down => server_way,
        };
        let payload_way = line.map_or(usual, |line| line.payload_way(usual));
        let strays = &control.strays;
        let stray = |agreement: &Agreement| {
            let listen = agreement.listen?;
            let (dialler, host) = if agreement.is_active() {
                (facts.server.ip(), facts.client.ip())
            } else {
                (facts.client.ip(), facts.server.ip())
            };
            strays.iter().map(|(_, stray)| *stray).find(|stray| {
                stray.from.ip() == dialler
                    && [host, listen.ip()].contains(&stray.to.ip())
                    && stray.first.frame > agreement.mark.frame
            })
        };
        let (outcome, ended) = row.outcome.unwrap_or((Outcome::CaptureEnds, facts.last));
        let evidence_line = line.map(|line| line.line(payload_way, server_way));
        let judgement = verdict::judge(&Evidence {
            active,
            agreed: row.agreement.is_some(),
            listen: row
                .agreement
                .as_ref()
                .and_then(|agreement| agreement.listen),
            differs: row
                .agreement
                .as_ref()
                .is_some_and(|agreement| agreement.peer_differs),
            begun: row.begun.is_some() || what.begun,
            outcome,
            abort_asked: what.aborted,
            // What is compressed or in blocks has another length than the file.
            declared: what.declared.filter(|_| what.mode == b'S'),
            restart: what.restart,
            line: evidence_line.as_ref(),
            stray: row.agreement.as_ref().and_then(stray),
            control_only: self.others == 0,
        });
        facts.transfers += 1;
        self.transfers += 1;
        self.gate.not_captured += u64::from(judgement.verdict == Verdict::CompleteNotCaptured);
        let code = match outcome {
            Outcome::Reply(code) => Some(code),
            _ => None,
        };
        let mut transfer = Transfer {
            session: Some(number),
            n: facts.transfers,
            command: Some((what.command, what.command_mark)),
            verb: Some(what.verb),
            arg,
            path,
            chosen,
            agreement: row.agreement,
            connection: None,
            up: None,
            down: None,
            missing: 0,
            declared: what.declared,
            restart: what.restart,
            data_type: what.data_type,
            mode: what.mode,
            structure: what.structure,
            protection: what.protection,
            sha256: None,
            sha256_lf: None,
            line_ends: [0; 2],
            begun: row.begun,
            final_code: code,
            ended: code.map(|_| ended),
            third_party: false,
            inferred: row.inferred,
            judgement,
        };
        let mut remarks = Vec::new();
        if let Some(line) = line {
            let partner = if server_opened {
                line.to().ip()
            } else {
                line.from().ip()
            };
            transfer.third_party = line.owners.len() > 1 || partner != facts.client.ip();
            transfer.connection = Some(line.connection(server_opened));
            transfer.up = Some(line.bytes[server_way.other() as usize]);
            transfer.down = Some(line.bytes[server_way as usize]);
            transfer.missing = line.missing();
            transfer.sha256 = line.sha256(payload_way);
            transfer.sha256_lf = line.sha256_lf();
            transfer.line_ends = line.line_ends();
            remark_line(
                &transfer,
                line,
                payload_way,
                facts.server.port(),
                &mut remarks,
            );
        }
        for (side, mark, remark) in &remarks {
            (self.out)(&Finding::Remark {
                session: Some(number),
                mark: *mark,
                side: *side,
                remark,
            });
        }
        (self.out)(&Finding::Transfer(&transfer));
        let key = row.slot;
        self.disown(row.line, (number, key));
    }
}

/// What is odd about a transfer and its data connection.
fn remark_line(
    transfer: &Transfer,
    line: &DataLine,
    payload_way: Way,
    control_port: u16,
    remarks: &mut Vec<(Option<Side>, Mark, Remark)>,
) {
    let Some((command, _)) = transfer.command else {
        return;
    };
    let server = Some(Side::Server);
    if let (Some(begun), Some(data)) = (transfer.begun, line.first_data)
        && data.frame < begun.frame
    {
        remarks.push((server, data, Remark::DataBeforePreliminary { command }));
    }
    let good = transfer.final_code.is_some_and(ReplyCode::is_completion);
    if let (true, Some(ended)) = (good, transfer.ended) {
        let sender_ended = line.sender_end(payload_way).map(|(_, mark)| mark.frame);
        let data_after = line.last_data.is_some_and(|data| data.frame > ended.frame);
        if data_after || sender_ended.is_some_and(|frame| frame > ended.frame) {
            remarks.push((server, ended, Remark::CompletionBeforeEnd { command }));
        }
    }
    let last = line.last_data.unwrap_or(line.last);
    let bytes = line.bytes.iter().sum::<u64>();
    match (&transfer.judgement.reason, transfer.declared) {
        (Reason::Shorter { declared, bytes }, _) => remarks.push((
            server,
            last,
            Remark::ShorterThanDeclared {
                declared: *declared,
                bytes: *bytes,
            },
        )),
        // REST makes SIZE's figure larger than what is left, never smaller; TYPE A's line ends make more of it.
        (Reason::Whole, Some(declared))
            if !declared.rounded
                && bytes > declared.bytes
                && transfer.mode == b'S'
                && transfer.data_type != DataType::Ascii =>
        {
            remarks.push((
                server,
                last,
                Remark::LongerThanDeclared {
                    declared: declared.bytes,
                    bytes,
                },
            ));
        }
        _ => {}
    }
    if transfer.third_party && line.owners.len() > 1 {
        remarks.push((None, line.seen.first, Remark::ServerToServer));
    }
    let Some(agreement) = &transfer.agreement else {
        return;
    };
    if let Some(listen) = agreement.listen
        && listen != line.to()
    {
        let used = line.to();
        remarks.push((
            None,
            line.seen.first,
            Remark::AddressTranslated { listen, used },
        ));
    }
    if agreement.is_active() && line.owners.len() == 1 {
        let (port, expected) = (line.from().port(), control_port.wrapping_sub(1));
        if port != expected {
            remarks.push((
                server,
                line.seen.first,
                Remark::SourcePort { port, expected },
            ));
        }
    }
}

/// The direction of the server's bytes.
fn server_way(line: &DataLine, server_opened: bool) -> Way {
    if server_opened {
        line.diallers_way()
    } else {
        line.diallers_way().other()
    }
}

/// A transfer of which nothing is known but its verdict.
fn blank(session: Option<u64>, judgement: Judgement) -> Transfer {
    Transfer {
        session,
        n: 0,
        command: None,
        verb: None,
        arg: None,
        path: None,
        chosen: None,
        agreement: None,
        connection: None,
        up: None,
        down: None,
        missing: 0,
        declared: None,
        restart: 0,
        data_type: DataType::default(),
        mode: b'S',
        structure: b'F',
        protection: b'C',
        sha256: None,
        sha256_lf: None,
        line_ends: [0; 2],
        begun: None,
        final_code: None,
        ended: None,
        third_party: false,
        inferred: false,
        judgement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_points_beyond_the_bound_are_counted() {
        let host = IpAddr::from([10, 0, 0, 2]);
        let listen = |n: u64| SocketAddr::new(host, n as u16);
        let entry = |n: u64| Entry {
            owner: (1, n),
            listen: listen(n),
            passive: true,
            client: IpAddr::from([10, 0, 0, 1]),
            server: host,
            taken: false,
            order: 0,
        };
        let mut expected = Expected::default();
        for n in 0..MAX_EXPECTED as u64 + 3 {
            expected.add(entry(n));
        }
        assert_eq!((expected.count, expected.left_out()), (MAX_EXPECTED, 3));
        // What is over makes room.
        expected.forget((1, 7), 7);
        expected.add(entry(99_999));
        assert_eq!((expected.count, expected.left_out()), (MAX_EXPECTED, 3));
    }

    /// Whoever makes everybody wait at one port does not make every connection to it dear.
    #[test]
    fn end_points_at_one_port_are_bounded() {
        let (client, server) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let listen = SocketAddr::new(server, 50_000);
        let mut expected = Expected::default();
        for n in 0..MAX_AT_PORT as u64 + 3 {
            expected.add(Entry {
                owner: (n, 1),
                listen,
                passive: true,
                client,
                server,
                // The first of those that are forgotten has found its connection.
                taken: n == 0,
                order: 0,
            });
        }
        assert_eq!((expected.count, expected.left_out()), (MAX_AT_PORT, 2));
        // The newest still finds its own.
        let newest = MAX_AT_PORT as u64 + 2;
        let owners = expected.matching(SocketAddr::new(client, 40_000), listen);
        assert_eq!(owners, [(newest, 1)]);
        expected.forget((0, 1), 50_000);
        for n in 0..=newest {
            expected.forget((n, 1), 50_000);
        }
        assert_eq!((expected.count, expected.by_port.len()), (0, 0));
    }
}
