//! What leaves the ledger is told: rows with their verdict, slots that nobody used, lines that nothing explains.

use super::{MAX_SPARE, Slot};
use crate::{
    analysis::{
        data::DataLine,
        finding::{Agreement, Finding, Remark, Session, Transfer},
        inspector::{DATA_PORT, Inspector},
        recognise::looks_like_listing,
        verdict::{self, Evidence, Judgement, Outcome, Reason, Stray, Verdict},
    },
    capture::{
        flow::{FlowId, Opening, Way},
        reassembly::Mark,
    },
    ftp::{catalogue::Flow as DataFlow, code::ReplyCode, session::DataType, side::Side},
};

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    /// Of too many lines that nothing has asked for, one is told: the first that failed, or the second. A row takes the
    /// first that went through.
    pub(super) fn tell_spare(&mut self, number: u64, at: usize) {
        let lines = &self.lines;
        let failed = |flow: &FlowId| {
            let line = lines.get(flow);
            line.is_none_or(|line| !line.established && line.finished())
        };
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        if control.slots[at].lines.len() <= MAX_SPARE {
            return;
        }
        let mut slot = control.slots.remove(at);
        let spare = slot.lines.iter().position(failed).unwrap_or(1);
        let flow = slot.lines.remove(spare);
        self.tell_unused(number, &slot, Some(flow));
        self.disown(Some(flow), (number, slot.key));
        if let Some(control) = self.controls.get_mut(&number) {
            control.slots.insert(at, slot);
        }
    }

    /// A data connection that no negotiation explains.
    pub(super) fn tell_stray(&mut self, flow: FlowId) {
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
        self.transfers += 1;
        let transfer = Transfer {
            n: self.transfers,
            line_ends: line.line_ends(),
            ..carried(
                line,
                false,
                (Way::Back, line.payload_way(Way::Forth)),
                blank(
                    None,
                    Judgement {
                        verdict: Verdict::Orphan,
                        by: None,
                        reason: Reason::Orphan { port_20 },
                    },
                ),
            )
        };
        (self.out)(&Finding::Transfer(&transfer));
    }

    /// A data connection that was under way when the capture began, beside a session that told of its end only.
    pub(super) fn tell_late(&mut self, number: u64, flow: FlowId) {
        let (Some(control), Some(line)) = (self.controls.get_mut(&number), self.lines.get(&flow))
        else {
            return;
        };
        control.finished_unseen = false;
        let facts = &mut control.facts;
        let server_opened =
            line.from().ip() == facts.server.ip() && facts.server.ip() != facts.client.ip();
        let server_way = server_way(line, server_opened);
        let payload_way = line.payload_way(server_way);
        let judged = line.line(payload_way, server_way);
        facts.transfers += 1;
        self.transfers += 1;
        self.gate.note_line(line);
        let transfer = Transfer {
            n: facts.transfers,
            inferred: true,
            // Of a file whose beginning the capture lacks.
            sha256: None,
            ..carried(
                line,
                server_opened,
                (server_way, payload_way),
                blank(Some(number), verdict::judge_without_command(&judged)),
            )
        };
        (self.out)(&Finding::Transfer(&transfer));
    }

    /// A data connection beside a session whose commands cannot be read.
    pub(super) fn tell_encrypted(&mut self, number: u64, flow: FlowId) {
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
            let attempt = line.line(server_way, server_way);
            verdict::judge(&Evidence {
                listen: Some(line.to()),
                ..Evidence::of_an_attempt(server_opened, &attempt)
            })
        };
        facts.transfers += 1;
        self.transfers += 1;
        let transfer = Transfer {
            n: facts.transfers,
            inferred: true,
            ..carried(
                line,
                server_opened,
                (server_way, line.payload_way(server_way)),
                blank(Some(number), judgement),
            )
        };
        (self.out)(&Finding::Transfer(&transfer));
    }

    /// A slot leaves: its lines are told as unused, or it is where no line came and no command used it.
    pub(super) fn tell_slot(&mut self, number: u64, at: usize) {
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

    pub(super) fn tell_unused(&mut self, number: u64, slot: &Slot, flow: Option<FlowId>) {
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
                let attempt = line.line(server_way, server_way);
                verdict::judge(&Evidence {
                    agreed: true,
                    listen: slot.agreement.listen,
                    differs: slot.agreement.peer_differs,
                    ..Evidence::of_an_attempt(active, &attempt)
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
            let ways = (server_way, line.payload_way(server_way));
            transfer = carried(line, active, ways, transfer);
        }
        (self.out)(&Finding::Transfer(&transfer));
    }

    /// A row leaves with its verdict.
    pub(super) fn tell_row(&mut self, number: u64, at: usize) {
        let Some(control) = self.controls.get_mut(&number) else {
            return;
        };
        let mut row = control.rows.remove(at);
        let key = row.slot;
        if let Some(slot) = control.slots.iter_mut().find(|slot| slot.key == key) {
            let line = row.line.and_then(|flow| self.lines.get(&flow));
            if line.is_some_and(|line| line.established) {
                slot.served = true;
            } else if line.is_none() && !slot.agreement.is_active() && slot.served {
                // What was agreed on was for the transfer before.
                row.agreement = None;
            }
        }
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
        let (outcome, ended) = row.outcome.unwrap_or((Outcome::CaptureEnds, facts.last));
        let evidence_line = line.map(|line| line.line(payload_way, server_way));
        let agreement = row.agreement.as_ref();
        let judgement = verdict::judge(&Evidence {
            active,
            agreed: agreement.is_some(),
            listen: agreement.and_then(|agreement| agreement.listen),
            differs: agreement.is_some_and(|agreement| agreement.peer_differs),
            begun: row.begun.is_some() || what.begun,
            outcome,
            abort_asked: what.aborted,
            // What is compressed or in blocks has another length than the file.
            declared: what.declared.filter(|_| what.mode == b'S'),
            restart: what.restart,
            line: evidence_line.as_ref(),
            stray: agreement
                .and_then(|agreement| dialled_instead(facts, agreement, &control.strays)),
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
            n: facts.transfers,
            command: Some((what.command, what.command_mark)),
            verb: Some(what.verb),
            arg,
            path,
            chosen,
            agreement: row.agreement,
            declared: what.declared,
            restart: what.restart,
            data_type: what.data_type,
            mode: what.mode,
            structure: what.structure,
            begun: row.begun,
            final_code: code,
            ended: code.map(|_| ended),
            inferred: row.inferred,
            ..blank(Some(number), judgement)
        };
        let mut remarks = Vec::new();
        if let Some(line) = line {
            let partner = if server_opened {
                line.to().ip()
            } else {
                line.from().ip()
            };
            transfer = carried(line, server_opened, (server_way, payload_way), transfer);
            transfer.third_party = line.owners.len() > 1 || partner != facts.client.ip();
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

/// Where it was dialled in vain after an agreement, on the host that was to be dialled.
fn dialled_instead(
    facts: &Session,
    agreement: &Agreement,
    strays: &[(FlowId, Stray)],
) -> Option<Stray> {
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
}

/// The transfer, with what its data connection carried: the server's bytes in the first of `ways`, the payload in the
/// second.
fn carried(
    line: &DataLine,
    server_opened: bool,
    (server_way, payload_way): (Way, Way),
    transfer: Transfer,
) -> Transfer {
    Transfer {
        connection: Some(line.connection(server_opened)),
        up: Some(line.bytes[server_way.other() as usize]),
        down: Some(line.bytes[server_way as usize]),
        missing: line.missing(),
        sha256: line.sha256(payload_way),
        ..transfer
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
