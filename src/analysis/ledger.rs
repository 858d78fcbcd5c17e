//! The ledger of a session: which data connection each negotiation led to, which command used it, how that went.
//!
//! A negotiation is a *slot*; a transfer command is a *row*; a data connection is a *line*. A line fits a slot by where
//! it goes, not by when replies came: the source port is free, the advertised address may have been translated on the
//! way, and the same port may be agreed on again and again (then the newest slot without a line wins). A row takes its
//! line from the slot that held when its command was answered. A row is told when its reply has come and its line has
//! ended; a slot that no row has used is told when the next one takes its place.

mod expected;
mod tell;

use super::{
    data::{DataLine, Owner},
    finding::{Agreement, Finding, SessionEnd},
    inspector::{Control, Inspector},
    verdict::{Outcome, Party},
};
use crate::{
    capture::{file::Nanos, flow::FlowId, reassembly::Mark},
    ftp::{
        catalogue::Flow as DataFlow,
        code::ReplyCode,
        command::Verb,
        event,
        session::{DataType, Declared},
    },
};
use expected::Entry;
pub(super) use expected::Expected;

/// Slots of a session that may still find their line; beyond it the oldest is told as it is.
pub(super) const MAX_SLOTS: usize = 256;
/// Data connections of a slot that no row has taken; beyond it one of them is told as unused.
const MAX_SPARE: usize = 16;
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
    /// A data connection of it has served a command.
    served: bool,
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

/// Most sessions have one slot and one row at a time, and there may be thousands of sessions: the first is no reason for
/// four, as it is to `Vec`.
fn room_for_one<T>(list: &mut Vec<T>) {
    if list.capacity() == 0 {
        list.reserve_exact(1);
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
        room_for_one(&mut control.slots);
        control.slots.push(Slot {
            key,
            agreement,
            served: false,
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
                room_for_one(&mut control.rows);
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
                slot.used = slot.used.max(1);
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
                        served: false,
                        lines: Vec::new(),
                        used: 0,
                        superseded: false,
                        accepted: true,
                    });
                }
                if let Some(at) = control.slots.iter().position(|slot| slot.key == key) {
                    control.slots[at].lines.push(flow);
                    self.tell_spare(number, at);
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

    // ---- What is over ------------------------------------------------------------------------------------------------

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
}
