//! The lines of `inspect --json`: what other programs rely on. Every line is written as soon as its finding is there.

use std::net::SocketAddr;

use serde::Serialize;

use super::{Overview, Show, reason};
use crate::{
    analysis::finding::{Connection, Finding, Session, Transfer},
    capture::file::Nanos,
    ftp::{event::What, side::Side},
    view::{
        json::{self, Bytes, Place, Time},
        quirk,
        text::Text,
    },
};

/// Makes the lines.
pub struct Json<'a> {
    text: &'a Text,
    /// Every line names its file.
    several: bool,
    file: Option<Vec<u8>>,
    show_credentials: bool,
}

impl<'a> Json<'a> {
    /// Lines in this language; with `several` files each names its own.
    #[must_use]
    pub fn new(text: &'a Text, several: bool, show_credentials: bool) -> Json<'a> {
        Json {
            text,
            several,
            file: None,
            show_credentials,
        }
    }
}

#[derive(Serialize)]
struct QuirkLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Bytes<'a>>,
    session: Option<u64>,
    frame: u64,
    side: Option<&'static str>,
    name: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct ConnectionField {
    from: SocketAddr,
    to: SocketAddr,
    first_frame: u64,
    last_frame: u64,
}

impl ConnectionField {
    fn of(connection: &Connection) -> ConnectionField {
        ConnectionField {
            from: connection.from,
            to: connection.to,
            first_frame: connection.first.frame,
            last_frame: connection.last.frame,
        }
    }
}

#[derive(Serialize)]
struct TransferLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Bytes<'a>>,
    session: Option<u64>,
    n: u64,
    command: Option<u64>,
    verb: Option<&'static str>,
    arg: Option<Bytes<'a>>,
    path: Option<Bytes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<Bytes<'a>>,
    negotiation: Option<u64>,
    connection: Option<ConnectionField>,
    up: Option<u64>,
    down: Option<u64>,
    missing: u64,
    declared: Option<u64>,
    rest: u64,
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256_lf: Option<String>,
    final_code: Option<u16>,
    verdict: &'static str,
    by: Option<&'static str>,
    reason: String,
    data_type: char,
    mode: char,
    seconds: Option<String>,
    third_party: bool,
    inferred: bool,
}

#[derive(Serialize)]
struct SessionLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Bytes<'a>>,
    session: u64,
    client: SocketAddr,
    server: SocketAddr,
    handshake: bool,
    user: Option<Bytes<'a>>,
    logged_in: bool,
    tls: bool,
    encrypted_bytes: u64,
    end: &'static str,
    first_frame: u64,
    last_frame: u64,
    commands: u64,
    replies: u64,
    transfers: u64,
    missing: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    same_as: Option<u64>,
}

#[derive(Serialize)]
struct UnreadLine<'a> {
    file: Bytes<'a>,
    reason: &'a str,
}

/// The line for a file that is no capture, or could not be read to its end, and why.
#[must_use]
pub fn unread(file: &[u8], reason: &str) -> String {
    let file = Bytes(file);
    json::line("unread", None, &UnreadLine { file, reason })
}

#[derive(Serialize)]
struct CaptureLine<'a> {
    file: Bytes<'a>,
    format: &'a str,
    packets: u64,
    link_types: &'a [String],
    first: Option<Time>,
    last: Option<Time>,
    sessions: u64,
    transfers: u64,
    complete: bool,
    notes: &'a [String],
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::User => "client",
        Side::Server => "server",
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Json<'_> {
    /// The line that a finding makes; None for those that make none.
    fn line(&self, finding: &Finding<'_>) -> Option<String> {
        match finding {
            Finding::Said {
                session,
                mark,
                event,
            } => {
                let place = Place {
                    file: self.file.as_deref().map(Bytes),
                    session: Some(session.number),
                    frame: Some(mark.frame),
                    connection: None,
                };
                match &event.what {
                    What::Command(command) => Some(json::line(
                        "command",
                        None,
                        &json::command(place, event.at, command, self.show_credentials),
                    )),
                    What::Reply(reply) => Some(json::line(
                        "reply",
                        None,
                        &json::reply(place, event.at, reply),
                    )),
                    What::Negotiation(negotiation) => Some(json::line(
                        "negotiation",
                        None,
                        &json::negotiation(place, event.at, negotiation),
                    )),
                    What::Quirk(quirk) => Some(json::line(
                        "quirk",
                        None,
                        &QuirkLine {
                            file: self.file.as_deref().map(Bytes),
                            session: Some(session.number),
                            frame: mark.frame,
                            side: Some(side_name(quirk.side)),
                            name: quirk.kind.name(),
                            detail: quirk::with_rule(self.text, quirk),
                        },
                    )),
                    _ => None,
                }
            }
            Finding::Remark {
                session,
                mark,
                side,
                remark,
            } => Some(json::line(
                "quirk",
                None,
                &QuirkLine {
                    file: self.file.as_deref().map(Bytes),
                    session: *session,
                    frame: mark.frame,
                    side: side.map(side_name),
                    name: remark.name(),
                    detail: reason::remark(self.text, remark),
                },
            )),
            Finding::Transfer(transfer) => Some(self.transfer(transfer)),
            Finding::Session(session) => Some(self.session(session)),
            Finding::Recognised(_) | Finding::Data { .. } | Finding::Dropped(_) => None,
        }
    }

    fn transfer(&self, transfer: &Transfer) -> String {
        let line = TransferLine {
            file: self.file.as_deref().map(Bytes),
            session: transfer.session,
            n: transfer.n,
            command: transfer.command.map(|(n, _)| n),
            verb: transfer.verb.map(|verb| verb.name()),
            arg: transfer.arg.as_deref().map(Bytes),
            path: transfer.path.as_deref().map(Bytes),
            chosen: transfer.chosen.as_deref().map(Bytes),
            negotiation: transfer
                .agreement
                .as_ref()
                .and_then(|agreement| agreement.n),
            connection: transfer.connection.as_ref().map(ConnectionField::of),
            up: transfer.up,
            down: transfer.down,
            missing: transfer.missing,
            declared: transfer.declared.map(|declared| declared.bytes),
            rest: transfer.restart,
            sha256: transfer.sha256.map(|hash| hex(&hash)),
            sha256_lf: transfer.sha256_lf.map(|hash| hex(&hash)),
            final_code: transfer.final_code.map(|code| code.value()),
            verdict: transfer.judgement.verdict.name(),
            by: transfer.judgement.by.map(|party| party.name()),
            reason: reason::reason(self.text, transfer),
            data_type: transfer.data_type.letter(),
            mode: char::from(transfer.mode),
            seconds: transfer
                .duration()
                .map(|nanos| format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)),
            third_party: transfer.third_party,
            inferred: transfer.inferred,
        };
        json::line("transfer", None, &line)
    }

    fn session(&self, session: &Session) -> String {
        let line = SessionLine {
            file: self.file.as_deref().map(Bytes),
            session: session.number,
            client: session.client,
            server: session.server,
            handshake: session.handshake[0].is_some() && session.handshake[1].is_some(),
            user: session.user.as_deref().map(Bytes),
            logged_in: session.logged_in,
            tls: session.tls,
            encrypted_bytes: session.encrypted_bytes,
            end: session.end.name(),
            first_frame: session.first.frame,
            last_frame: session.last.frame,
            commands: session.commands,
            replies: session.replies,
            transfers: session.transfers,
            missing: session.missing,
            same_as: session.same_as,
        };
        json::line("session", None, &line)
    }
}

impl Show for Json<'_> {
    fn begin(&mut self, file: &[u8], _: &str, _: &mut String) {
        if self.several {
            self.file = Some(file.to_vec());
        }
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        if let Some(line) = self.line(finding) {
            out.push_str(&line);
        }
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        let time = |nanos: Nanos| Time(nanos.max(0) as u64);
        let notes: Vec<String> = overview
            .notes
            .iter()
            .map(|note| reason::note(self.text, note))
            .collect();
        let line = CaptureLine {
            file: Bytes(&overview.file),
            format: &overview.format,
            packets: overview.packets,
            link_types: &overview.link_types,
            first: overview.span.map(|(first, _)| time(first)),
            last: overview.span.map(|(_, last)| time(last)),
            sessions: overview.sessions,
            transfers: overview.transfers,
            complete: overview.complete,
            notes: &notes,
        };
        out.push_str(&json::line("capture", None, &line));
    }
}
