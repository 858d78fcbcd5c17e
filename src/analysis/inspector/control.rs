//! A control connection: lets the observer of the `ftp` room speak, keeps what it says of the session, and does what that
//! means for the ledger.

use std::collections::VecDeque;

use super::{Inspector, MAX_COMMANDS, MAX_MECHANISM, MAX_WAITING, hosts};
use crate::{
    analysis::{
        finding::{
            Agreement, Finding, LoginTry, MAX_BANNER, MAX_LOGINS, MAX_REFUSED, Remark, Session,
            SessionEnd,
        },
        ledger::{Begun, Row, Slot},
        twin::{self, Head},
        verdict::Stray,
    },
    capture::{
        flow::{End, Flow, FlowId, Gap, Opening, Way},
        reassembly::Mark,
    },
    ftp::{
        command::Verb,
        dialogue::{Close, Dialogue, MAX_REMEMBERED},
        event::{Event, What},
        quirk::Kind,
        side::Side,
    },
};

/// Room for the frames of so many commands is not given back: most sessions have one at a time.
const FEW_COMMANDS: usize = 8;

/// A control connection and its ledger.
#[derive(Debug)]
pub(in crate::analysis) struct Control {
    pub(in crate::analysis) facts: Session,
    pub(in crate::analysis) dialogue: Dialogue,
    /// Bytes that it holds until more comes.
    pub(super) waiting: usize,
    /// Frames of the latest commands, by their numbers.
    pub(super) commands: VecDeque<(u64, Mark)>,
    /// The latest reply was 4yz or 5yz.
    pub(super) refused: bool,
    /// Its first lines.
    pub(super) head: Head,
    /// What the last AUTH asked for, until it is answered.
    pub(super) auth: Option<Mechanism>,
    /// The USER and PASS that no reply has settled yet, or the last.
    pub(super) trying: [Option<Mark>; 2],
    pub(in crate::analysis) slots: Vec<Slot>,
    pub(in crate::analysis) rows: Vec<Row>,
    pub(in crate::analysis) left: bool,
    /// Bytes of the user's side are missing since its last command, or before its first: replies may answer what they held.
    pub(super) user_gap: bool,
    /// A transfer's end was told whose beginning is not in the capture.
    pub(in crate::analysis) finished_unseen: bool,
    /// Data connections between the same hosts that no negotiation explains.
    pub(in crate::analysis) beside: usize,
    /// Connections between the same hosts without a byte that no negotiation explains; at most `MAX_STRAYS`.
    pub(in crate::analysis) strays: Vec<(FlowId, Stray)>,
}

impl Control {
    /// The server will say no more: what it owes a reply.
    pub(super) fn note_unanswered(&mut self) {
        let waiting = |(_, _, _, preliminary): &(u64, Verb, u64, bool)| !preliminary;
        let unanswered = || self.dialogue.outstanding().filter(waiting);
        if let Some((n, verb, ..)) = unanswered().next() {
            let count = unanswered().count() as u64;
            let asked = self.commands.iter().find(|(number, _)| *number == n);
            let asked = asked.map_or(self.facts.first, |(_, mark)| *mark);
            self.facts.unanswered.get_or_insert((count, verb, asked));
        }
    }

    pub(super) fn side_of(&self, way: Way) -> Side {
        if way == self.facts.user_way {
            Side::User
        } else {
            Side::Server
        }
    }
}

/// What the observer said that concerns the ledger; kept until it has finished speaking.
#[derive(Debug)]
pub(super) enum Happened {
    Agreed(Agreement, bool),
    Begun(Begun),
    Ended(Begun),
    Spoke,
}

impl<F: FnMut(&Finding<'_>)> Inspector<F> {
    pub(super) fn feed(&mut self, number: u64, way: Way, bytes: &[u8], mark: Mark) {
        self.speak(number, mark, |side_of, dialogue, sink| {
            dialogue.feed(side_of(way), bytes, time(mark), sink);
        });
    }

    pub(super) fn control_gap(&mut self, number: u64, gap: &Gap) {
        if let Some(control) = self.controls.get_mut(&number) {
            control.facts.missing += gap.bytes;
            control.user_gap |= control.side_of(gap.way) == Side::User;
        }
        self.speak(number, gap.mark, |side_of, dialogue, sink| {
            dialogue.gap(side_of(gap.way), gap.bytes, time(gap.mark), sink);
        });
    }

    pub(super) fn control_ended(&mut self, number: u64, way: Way, end: End, mark: Mark) {
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

    pub(super) fn note_control(&mut self, number: u64, flow: &Flow) {
        if let Some(control) = self.controls.get_mut(&number) {
            control.facts.last = flow.last();
            control.facts.handshake = [flow.syn(), flow.syn_ack(), flow.handshake_ack()];
        }
    }

    /// What can be said of a control connection when all of it has been seen.
    pub(super) fn remark_control(&mut self, number: u64, flow: &Flow) {
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

    /// The control connection has left the table of connections: nothing more will be said.
    pub(super) fn control_left(&mut self, number: u64) {
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
    pub(in crate::analysis) fn try_end_session(&mut self, number: u64) {
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
            self.waiting -= control.waiting;
            let facts = &control.facts;
            self.gate.midstream += u64::from(facts.opening == Opening::Middle);
            self.gate.one_way += u64::from(facts.one_way.is_some());
            self.gate.edited += u64::from(facts.edited);
            self.gate.missing += facts.missing;
            (self.out)(&Finding::Session(&control.facts));
        }
    }

    /// Lets the observer speak, passes on what it says, and then does what that means for the ledger.
    pub(super) fn speak(
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
            waiting,
            commands,
            refused,
            auth,
            head,
            user_gap,
            finished_unseen,
            trying,
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
        let mut sink = |event: &Event<'_>| {
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
            note(
                facts,
                commands,
                refused,
                (auth, trying),
                happened,
                event,
                &mut at,
            );
            out(&Finding::Said {
                session: facts,
                mark: at,
                event,
            });
        };
        say(&side_of, dialogue, &mut sink);
        let mut held = dialogue.held();
        if held > *waiting && self.waiting - *waiting + held > MAX_WAITING {
            self.shortened += dialogue.shorten(time(mark), &mut sink);
            held = dialogue.held();
        }
        self.waiting = self.waiting - *waiting + held;
        *waiting = held;
        // Nobody will ask for the frames of commands that were answered.
        let oldest = dialogue.outstanding().next().map(|(n, ..)| n);
        while let Some((n, _)) = commands.front()
            && oldest.is_none_or(|oldest| *n < oldest)
        {
            commands.pop_front();
        }
        if commands.capacity() > 2 * commands.len() + FEW_COMMANDS {
            commands.shrink_to_fit();
        }
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

    /// Looks for a session that is this one, seen on the other side of a NAT router.
    pub(super) fn find_twin(&mut self, number: u64, mark: Mark) {
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

/// What AUTH asked for, and where.
type Mechanism = (Vec<u8>, Mark);

/// Keeps what an event says about the session, and what it means for the ledger. `at` becomes the frame of the command
/// where that is where the event belongs.
fn note(
    facts: &mut Session,
    commands: &mut VecDeque<(u64, Mark)>,
    refused: &mut bool,
    (auth, trying): (&mut Option<Mechanism>, &mut [Option<Mark>; 2]),
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
                    *trying = [Some(mark), None];
                    if !facts.logged_in {
                        facts.credentials = *trying;
                        facts.user = command.arg.map(|user| kept(user, MAX_REMEMBERED));
                    }
                }
                Verb::Pass => {
                    trying[1] = Some(mark);
                    if !facts.logged_in {
                        facts.credentials = *trying;
                    }
                }
                Verb::Auth => {
                    let mechanism = command.arg.unwrap_or_default();
                    *auth = Some((kept(mechanism, MAX_MECHANISM), mark));
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
                banner.shrink_to_fit();
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
                facts.credentials = *trying;
                facts.user = Some(kept(user, MAX_REMEMBERED));
            }
            if facts.logins.len() < MAX_LOGINS {
                facts.logins.push(LoginTry {
                    user: kept(user, MAX_REMEMBERED),
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

/// The beginning of a text, of so many bytes at most.
fn kept(text: &[u8], most: usize) -> Vec<u8> {
    text[..text.len().min(most)].to_vec()
}

/// The observer's time, which knows nothing before 1970.
fn time(mark: Mark) -> u64 {
    mark.time.max(0) as u64
}
