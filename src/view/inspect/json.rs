//! The lines of `inspect --json`: what other programs rely on. Every line is written as soon as its finding is there.

use std::net::SocketAddr;

use serde::Serialize;

use super::reason;
use crate::{
    analysis::{
        finding::{Connection, Finding, Session, Transfer},
        notes::Note,
    },
    capture::file::Nanos,
    ftp::{event::What, side::Side},
    view::{
        json::{self, Bytes, Place, Time},
        quirk,
        text::Text,
    },
};

/// Makes the lines.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    /// The sentences.
    pub text: &'a Text,
    /// With several files: which.
    pub file: Option<&'a [u8]>,
    /// Passwords are shown.
    pub show_credentials: bool,
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
    negotiation: Option<u64>,
    connection: Option<ConnectionField>,
    up: Option<u64>,
    down: Option<u64>,
    missing: u64,
    declared: Option<u64>,
    rest: u64,
    sha256: Option<String>,
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
}

/// What the last line says.
#[derive(Debug)]
pub struct Capture<'a> {
    /// The file's name.
    pub file: &'a [u8],
    /// Its format; None where it is no capture.
    pub format: Option<String>,
    /// Packets.
    pub packets: u64,
    /// Link types, by their names.
    pub link_types: Vec<String>,
    /// First and last time.
    pub span: Option<(Nanos, Nanos)>,
    /// Sessions.
    pub sessions: u64,
    /// Transfers.
    pub transfers: u64,
    /// The file was read to its proper end.
    pub complete: bool,
    /// What is to be known about it, in sentences.
    pub notes: Vec<String>,
}

#[derive(Serialize)]
struct CaptureLine<'a> {
    file: Bytes<'a>,
    format: Option<&'a str>,
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
    #[must_use]
    pub fn finding(&self, finding: &Finding<'_>) -> Option<String> {
        match finding {
            Finding::Said {
                session,
                mark,
                event,
            } => {
                let place = Place {
                    file: self.file.map(Bytes),
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
                            file: self.file.map(Bytes),
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
                    file: self.file.map(Bytes),
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
            file: self.file.map(Bytes),
            session: transfer.session,
            n: transfer.n,
            command: transfer.command.map(|(n, _)| n),
            verb: transfer.verb.map(|verb| verb.name()),
            arg: transfer.arg.as_deref().map(Bytes),
            path: transfer.path.as_deref().map(Bytes),
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
            file: self.file.map(Bytes),
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
        };
        json::line("session", None, &line)
    }

    /// The last line of a file.
    #[must_use]
    pub fn capture(&self, capture: &Capture<'_>) -> String {
        let time = |nanos: Nanos| Time(nanos.max(0) as u64);
        let line = CaptureLine {
            file: Bytes(capture.file),
            format: capture.format.as_deref(),
            packets: capture.packets,
            link_types: &capture.link_types,
            first: capture.span.map(|(first, _)| time(first)),
            last: capture.span.map(|(_, last)| time(last)),
            sessions: capture.sessions,
            transfers: capture.transfers,
            complete: capture.complete,
            notes: &capture.notes,
        };
        json::line("capture", None, &line)
    }

    /// The notes in sentences.
    #[must_use]
    pub fn notes(&self, notes: &[Note]) -> Vec<String> {
        notes
            .iter()
            .map(|note| reason::note(self.text, note))
            .collect()
    }
}
