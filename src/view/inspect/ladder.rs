//! The ladder: client and server as columns, the control connection's lines and its data connections between them, in
//! the order of the frames. Control is drawn with `-`, data with `=`.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use super::{
    Overview, Show,
    report::{self, relative},
};
use crate::{
    analysis::{
        finding::{Finding, Session, SessionEnd, Transfer},
        verdict::{Reason, Verdict},
    },
    capture::{file::Nanos, reassembly::Mark},
    ftp::{event::What, secret, side::Side},
    say,
    view::{
        explain, number, sanitise,
        style::{Role, Style},
        text::Text,
    },
};

/// Rungs of a session that are drawn; the rest is counted.
pub const MAX_RUNGS: usize = 10_000;
/// Columns of the frame and the time before the ladder.
const MARGIN: usize = 19;

/// Draws ladders.
pub struct Ladder<'a> {
    text: &'a Text,
    style: Style,
    show_credentials: bool,
    sessions: BTreeMap<u64, Vec<Rung>>,
    dropped: BTreeMap<u64, u64>,
}

/// One arrow.
#[derive(Debug, Clone)]
pub(super) struct Rung {
    pub(super) frame: u64,
    pub(super) time: Nanos,
    /// Whose arrow it is.
    pub(super) from: Side,
    /// It belongs to a data connection.
    pub(super) data: bool,
    pub(super) label: String,
    pub(super) role: Role,
    /// The arrow does not arrive.
    pub(super) lost: bool,
}

impl<'a> Ladder<'a> {
    /// Ladders as wide as the style.
    #[must_use]
    pub fn new(text: &'a Text, style: Style, show_credentials: bool) -> Ladder<'a> {
        Ladder {
            text,
            style,
            show_credentials,
            sessions: BTreeMap::new(),
            dropped: BTreeMap::new(),
        }
    }

    fn push(&mut self, session: u64, rung: Rung) {
        let Some(rungs) = self.sessions.get_mut(&session) else {
            return;
        };
        if rungs.len() < MAX_RUNGS {
            rungs.push(rung);
        } else {
            *self.dropped.entry(session).or_default() += 1;
        }
    }

    fn draw(&self, session: &Session, mut rungs: Vec<Rung>, out: &mut String) {
        rungs.extend(control_ends(self.text, session));
        rungs.sort_by_key(|rung| rung.frame);
        let width = self.style.width();
        let lane = width.saturating_sub(MARGIN + 2).max(24);
        let title = say!(
            self.text,
            "inspect-ladder-session",
            n = session.number.to_string(),
            client = session.client.to_string(),
            server = session.server.to_string()
        );
        out.push('\n');
        out.push_str(&self.style.paint(Role::Heading, &title));
        out.push('\n');
        let (frame, time) = (
            say!(self.text, "inspect-ladder-frame"),
            say!(self.text, "inspect-ladder-time"),
        );
        let (client, server) = (
            say!(self.text, "inspect-label-client"),
            say!(self.text, "inspect-label-server"),
        );
        let gap = (lane + 2).saturating_sub(client.width() + server.width());
        let head = format!(
            "{}{}  {client}{}{server}",
            padded(&frame, 7),
            padded(&time, 10),
            " ".repeat(gap)
        );
        out.push_str(&self.style.paint(Role::Remark, &head));
        out.push('\n');
        for rung in &rungs {
            self.rung(session, rung, lane, out);
        }
        if let Some(more) = self.dropped.get(&session.number) {
            out.push_str(&say!(self.text, "inspect-ladder-more", count = *more));
            out.push('\n');
        }
    }

    fn rung(&self, session: &Session, rung: &Rung, lane: usize, out: &mut String) {
        let time = relative(self.text, session.first.time, rung.time);
        let margin = format!("{:>7}{:>10}  ", rung.frame, time);
        out.push_str(&self.style.paint(Role::Remark, &margin));
        let line = if rung.data { '=' } else { '-' };
        // Two dashes at least on each side of the label, and the head.
        let label = fitted(&rung.label, lane.saturating_sub(7));
        let rest = lane.saturating_sub(label.width() + 2);
        let left = rest / 2;
        let dashes = |count: usize| std::iter::repeat_n(line, count).collect::<String>();
        let (mut before, mut after) = (dashes(left), dashes(rest - left));
        let head = if rung.lost { 'x' } else { '>' };
        match rung.from {
            Side::User => {
                after.pop();
                after.push(head);
            }
            Side::Server => {
                before.remove(0);
                before.insert(0, if rung.lost { 'x' } else { '<' });
            }
        }
        out.push_str(&self.style.paint(Role::Remark, "|"));
        out.push_str(
            &self
                .style
                .paint(rung.role, &format!("{before} {label} {after}")),
        );
        out.push_str(&self.style.paint(Role::Remark, "|"));
        out.push('\n');
    }
}

/// What was said, as a rung; None for what makes none.
pub(super) fn said(
    text: &Text,
    finding: &Finding<'_>,
    show_credentials: bool,
) -> Option<(u64, Rung)> {
    let Finding::Said {
        session,
        mark,
        event,
    } = finding
    else {
        return None;
    };
    let rung = |from, label, role| {
        let rung = Rung {
            frame: mark.frame,
            time: mark.time,
            from,
            data: false,
            label,
            role,
            lost: false,
        };
        Some((session.number, rung))
    };
    match &event.what {
        What::Command(command) => {
            let line = secret::shown_line(command.line, show_credentials);
            rung(
                Side::User,
                sanitise::line(&line[..line.len().min(300)]).into_owned(),
                Role::Command,
            )
        }
        What::Reply(reply) => {
            let first = reply.text.lines().next().unwrap_or_default();
            let mut label = sanitise::line(&first[..first.len().min(300)]).into_owned();
            let more = reply.text.len() as u64 - 1 + reply.text.dropped;
            if more > 0 {
                label.push(' ');
                label.push_str(&say!(text, "inspect-ladder-lines", count = more));
            }
            let role = reply.code.map_or(Role::OddReply, explain::role);
            rung(Side::Server, label, role)
        }
        What::Sealed => rung(event.side, "TLS".to_owned(), Role::Remark),
        _ => None,
    }
}

/// The rungs of a transfer's data connection.
pub(super) fn data_rungs(text: &Text, transfer: &Transfer) -> Vec<Rung> {
    let rung = |mark: Mark, from, label, role| Rung {
        frame: mark.frame,
        time: mark.time,
        from,
        data: true,
        label,
        role,
        lost: false,
    };
    let Some(connection) = &transfer.connection else {
        let Reason::NobodyDialled {
            active,
            instead: Some(stray),
            ..
        } = &transfer.judgement.reason
        else {
            return Vec::new();
        };
        let opener = if *active { Side::Server } else { Side::User };
        let label = format!("SYN {} > {}", stray.from.port(), stray.to.port());
        let mut syn = rung(stray.first, opener, label, Role::BadReply);
        syn.lost = stray.reset.is_none();
        let reset = stray.reset.map(|mark| {
            let label = format!("RST {}", stray.to.port());
            rung(mark, opener.other(), label, Role::BadReply)
        });
        return [Some(syn), reset].into_iter().flatten().collect();
    };
    let opener = if connection.server_opened {
        Side::Server
    } else {
        Side::User
    };
    let ports = format!("{} > {}", connection.from.port(), connection.to.port());
    let mut rungs = Vec::new();
    let mut syn = rung(
        connection.first,
        opener,
        if connection.syns > 1 {
            format!("SYN {ports} (× {})", connection.syns)
        } else {
            format!("SYN {ports}")
        },
        Role::Data,
    );
    if !connection.established {
        syn.lost = connection.ended_by.is_none();
        syn.role = Role::BadReply;
    }
    rungs.push(syn);
    let (up, down) = (transfer.up.unwrap_or(0), transfer.down.unwrap_or(0));
    for (bytes, from) in [(up, Side::User), (down, Side::Server)] {
        if bytes == 0 {
            continue;
        }
        let (Some(first), Some(last)) = (connection.first_data, connection.last_data) else {
            continue;
        };
        let label = if first.frame == last.frame {
            say!(
                text,
                "inspect-ladder-data",
                bytes = number::count(text, bytes)
            )
        } else {
            say!(
                text,
                "inspect-ladder-data-to",
                bytes = number::count(text, bytes),
                last = last.frame.to_string()
            )
        };
        let mut data = rung(first, from, label, Role::Data);
        if transfer.missing > 0 {
            data.label.push_str(", ");
            data.label.push_str(&say!(
                text,
                "inspect-missing",
                bytes = number::count(text, transfer.missing)
            ));
            data.role = Role::Warning;
        }
        rungs.push(data);
    }
    if let Some((address, reset, mark)) = connection.ended_by {
        let from = if address == connection.from {
            opener
        } else {
            opener.other()
        };
        let (label, role) = if reset {
            (format!("RST {}", connection.to.port()), Role::BadReply)
        } else {
            (format!("FIN {}", connection.to.port()), Role::Data)
        };
        rungs.push(rung(mark, from, label, role));
    }
    rungs
}

/// The handshake and the end of the control connection.
pub(super) fn control_ends(text: &Text, session: &Session) -> Vec<Rung> {
    let opener = if session.user_way == crate::capture::flow::Way::Forth {
        Side::User
    } else {
        Side::Server
    };
    let ports = match opener {
        Side::User => (session.client.port(), session.server.port()),
        Side::Server => (session.server.port(), session.client.port()),
    };
    let mut rungs = Vec::new();
    let labels = [
        (format!("SYN {} > {}", ports.0, ports.1), opener),
        ("SYN, ACK".to_owned(), opener.other()),
        ("ACK".to_owned(), opener),
    ];
    for (mark, (label, from)) in session.handshake.iter().zip(labels) {
        if let Some(mark) = mark {
            rungs.push(Rung {
                frame: mark.frame,
                time: mark.time,
                from,
                data: false,
                label,
                role: Role::Remark,
                lost: false,
            });
        }
    }
    if let Some((side, mark)) = session.ended_by {
        let reset = session.end == SessionEnd::Reset;
        rungs.push(Rung {
            frame: mark.frame,
            time: mark.time,
            from: side,
            data: false,
            label: if reset { "RST" } else { "FIN" }.to_owned(),
            role: if reset { Role::BadReply } else { Role::Remark },
            lost: false,
        });
    }
    let _ = text;
    rungs
}

/// Right-aligned in so many columns.
fn padded(shown: &str, columns: usize) -> String {
    let pad = columns.saturating_sub(shown.width());
    format!("{}{shown}", " ".repeat(pad))
}

/// Cut to so many columns, with `…` where it was longer.
fn fitted(shown: &str, columns: usize) -> String {
    if shown.width() <= columns {
        return shown.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in shown.chars() {
        let wide = c.to_string().width();
        if used + wide + 1 > columns {
            break;
        }
        used += wide;
        out.push(c);
    }
    out.push('…');
    out
}

impl Show for Ladder<'_> {
    fn begin(&mut self, file: &[u8], format: &str, out: &mut String) {
        self.sessions.clear();
        self.dropped.clear();
        out.push_str(&report::head(self.text, self.style, file, format));
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        if let Some((session, rung)) = said(self.text, finding, self.show_credentials) {
            self.push(session, rung);
            return;
        }
        match finding {
            Finding::Recognised(session) => {
                self.sessions.insert(session.number, Vec::new());
            }
            Finding::Transfer(transfer) => {
                let Some(session) = transfer.session else {
                    return;
                };
                for rung in data_rungs(self.text, transfer) {
                    self.push(session, rung);
                }
                if transfer.judgement.verdict == Verdict::NeverOpened {
                    let mark = transfer
                        .ended
                        .or(transfer.connection.as_ref().map(|line| line.last));
                    if let (Some(mark), None) = (mark, &transfer.connection) {
                        self.push(
                            session,
                            Rung {
                                frame: mark.frame,
                                time: mark.time,
                                from: Side::Server,
                                data: true,
                                label: say!(self.text, "inspect-verdict-never-opened"),
                                role: Role::BadReply,
                                lost: true,
                            },
                        );
                    }
                }
            }
            Finding::Session(session) => {
                if let Some(rungs) = self.sessions.remove(&session.number) {
                    self.draw(session, rungs, out);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        if overview.sessions > 0 {
            out.push('\n');
        }
        report::overview(self.text, self.style, overview, out);
    }
}
