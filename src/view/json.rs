//! JSON Lines: one object a line, each with `type`, the fields that other programs rely on. Every command writes them
//! through here, to standard output with `--json` and, with `source` and `pid`, into the file of `--events`.
//!
//! A field's name and meaning are a promise; fields may be added. Text that is not UTF-8 is `{"bytes":"…base64…"}`, times
//! are strings with nine decimals, addresses are `ip:port` or `[ip]:port`. What a terminal would obey is written as JSON
//! writes control characters.

use std::{net::SocketAddr, path::Path};

use base64::Engine;
use serde::{Serialize, Serializer};

use crate::{
    ftp::{
        command::Verb,
        dialogue::Close,
        endpoint,
        event::{self, Nanos},
        outcome::{By, Direction, End, Outcome},
        reply::ReplyText,
        secret,
        session::Negotiation,
    },
    view::sanitise,
};

/// Who writes a line of an events file.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The subcommand.
    pub source: &'static str,
    /// The process.
    pub pid: u32,
}

/// A line, harmless on a terminal: `fields` as an object behind its `type` (and `source` and `pid`, for an events file), with its line end.
#[must_use]
pub fn line<T: Serialize>(kind: &'static str, origin: Option<Origin>, fields: &T) -> String {
    let mut out = format!("{{\"type\":\"{kind}\"");
    if let Some(Origin { source, pid }) = origin {
        out.push_str(&format!(",\"source\":\"{source}\",\"pid\":{pid}"));
    }
    // Only a map with keys that are no strings could fail here, and no line has one.
    let object = serde_json::to_string(fields).unwrap_or_else(|_| "{}".to_owned());
    if object.len() > 2 {
        out.push(',');
    }
    out.push_str(&object[1..]);
    out.push('\n');
    sanitise::json(out)
}

/// A line of type `mistake`: what is wrong with a script or a sheet, and where; without a line, with all of it.
#[must_use]
pub fn mistake(file: &str, (line, column): (Option<u32>, Option<u32>), what: &str) -> String {
    #[derive(Serialize)]
    struct Mistake<'a> {
        file: &'a str,
        line: Option<u32>,
        column: Option<u32>,
        what: &'a str,
    }
    let fields = Mistake {
        file,
        line,
        column,
        what,
    };
    self::line("mistake", None, &fields)
}

/// The first bytes of a data connection that are told when it has ended: enough for the lines of a listing.
pub const MAX_HEAD: usize = 4096;

/// Bytes of the wire: a string where they are UTF-8.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Encoded {
            bytes: String,
        }
        match std::str::from_utf8(self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Encoded {
                bytes: base64::engine::general_purpose::STANDARD.encode(self.0),
            }
            .serialize(serializer),
        }
    }
}

/// The first of these bytes, at most [`MAX_HEAD`] and no character cut in two; `None` of none.
#[must_use]
pub fn head(bytes: &[u8]) -> Option<Bytes<'_>> {
    let mut head = &bytes[..bytes.len().min(MAX_HEAD)];
    if let Err(error) = std::str::from_utf8(head)
        && error.error_len().is_none()
        && bytes.len() > head.len()
    {
        head = &head[..error.valid_up_to()];
    }
    (!head.is_empty()).then_some(Bytes(head))
}

/// A time: seconds since the epoch, as a string with nine decimals.
#[derive(Debug, Clone, Copy)]
pub struct Time(pub Nanos);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!(
            "{}.{:09}",
            self.0 / 1_000_000_000,
            self.0 % 1_000_000_000
        ))
    }
}

/// Where a line belongs: a session and a frame of a capture, or a connection of a server; all absent for `raw`.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Place<'a> {
    /// With several files: which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Bytes<'a>>,
    /// The session's number in a capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<u64>,
    /// The control connection's number in a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// The frame where the line ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
}

/// `recording`: what `--record` has written, when it is over.
#[derive(Debug, Serialize)]
pub struct Recording<'a> {
    /// The file.
    pub file: Bytes<'a>,
    /// How many frames it holds.
    pub frames: u64,
    /// The server's port of its control connections; null where it holds data connections only.
    pub control_port: Option<u16>,
    /// False where the file took no more.
    pub complete: bool,
}

impl Recording<'_> {
    /// The line about this file.
    #[must_use]
    pub fn new(
        path: &Path,
        frames: u64,
        control_port: Option<u16>,
        complete: bool,
    ) -> Recording<'_> {
        Recording {
            file: Bytes(path.as_os_str().as_encoded_bytes()),
            frames,
            control_port,
            complete,
        }
    }
}

/// `command`.
#[derive(Debug, Serialize)]
pub struct Command<'a> {
    /// Where it belongs.
    #[serde(flatten)]
    pub place: Place<'a>,
    /// Its number.
    pub n: u64,
    /// When.
    pub time: Time,
    /// The verb in capitals.
    pub verb: String,
    /// The argument; masked where it is a secret.
    pub arg: Option<Bytes<'a>>,
    /// MIC, CONF or ENC.
    pub encrypted: bool,
}

/// The `command` line of this command.
#[must_use]
pub fn command<'a>(
    place: Place<'a>,
    at: Nanos,
    command: &event::Command<'a>,
    show_credentials: bool,
) -> Command<'a> {
    let arg = command
        .arg
        .map(|arg| Bytes(secret::shown(command.verb, arg, show_credentials)));
    Command {
        place,
        n: command.n,
        time: Time(at),
        verb: verb_name(command.verb, command.word),
        arg,
        encrypted: command.encrypted,
    }
}

/// A verb in capitals, also one that nobody knows.
#[must_use]
fn verb_name(verb: Verb, word: &[u8]) -> String {
    match verb {
        Verb::Other => String::from_utf8_lossy(word).to_uppercase(),
        known => known.name().to_owned(),
    }
}

/// `reply`.
#[derive(Debug, Serialize)]
pub struct Reply<'a> {
    /// Where it belongs.
    #[serde(flatten)]
    pub place: Place<'a>,
    /// Its number.
    pub n: u64,
    /// When.
    pub time: Time,
    /// The three digits as a number, or null.
    pub code: Option<u16>,
    /// The lines as on the wire, without line ends.
    pub lines: Vec<Bytes<'a>>,
    /// The number of the command it answers, or null.
    pub answers: Option<u64>,
    /// The line of the script that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_line: Option<u64>,
}

/// The `reply` line of this reply.
#[must_use]
pub fn reply<'a>(place: Place<'a>, at: Nanos, reply: &event::Reply<'a>) -> Reply<'a> {
    let text: ReplyText<'a> = reply.text;
    Reply {
        place,
        n: reply.n,
        time: Time(at),
        code: reply.code.map(|code| code.value()),
        lines: text.lines().map(Bytes).collect(),
        answers: reply.answers.map(|answer| answer.command),
        script_line: None,
    }
}

/// `negotiation`.
#[derive(Debug, Serialize)]
pub struct NegotiationLine<'a> {
    /// Where it belongs.
    #[serde(flatten)]
    pub place: Place<'a>,
    /// Its number.
    pub n: u64,
    /// When.
    pub time: Time,
    /// The verb that asked for it.
    pub verb: &'static str,
    /// Where somebody listens, or null.
    pub listen: Option<SocketAddr>,
    /// The server agreed.
    pub accepted: bool,
    /// The address is not the host at the end of the control connection.
    pub peer_differs: bool,
    /// The number of the command, or null.
    pub command: Option<u64>,
}

/// The `negotiation` line of this negotiation.
#[must_use]
pub fn negotiation<'a>(
    place: Place<'a>,
    at: Nanos,
    negotiation: &Negotiation,
) -> NegotiationLine<'a> {
    NegotiationLine {
        place,
        n: negotiation.n,
        time: Time(at),
        verb: negotiation.verb.name(),
        listen: negotiation.listen,
        accepted: negotiation.accepted,
        peer_differs: negotiation.peer_differs,
        command: negotiation.command,
    }
}

/// `connected`: a connection stands.
#[derive(Debug, Serialize)]
pub struct Connected {
    /// `control` or `data`.
    pub channel: &'static str,
    /// The number of the data connection, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// Who dialled.
    pub from: SocketAddr,
    /// Who was dialled.
    pub to: SocketAddr,
    /// When.
    pub time: Time,
}

impl Connected {
    /// A control connection.
    #[must_use]
    pub fn control(from: SocketAddr, to: SocketAddr, at: Nanos) -> Connected {
        Connected {
            channel: "control",
            connection: None,
            from,
            to,
            time: Time(at),
        }
    }

    /// A data connection.
    #[must_use]
    pub fn data(connection: u64, from: SocketAddr, to: SocketAddr, at: Nanos) -> Connected {
        Connected {
            channel: "data",
            connection: Some(connection),
            from,
            to,
            time: Time(at),
        }
    }
}

/// `listening`: a port is open.
#[derive(Debug, Serialize)]
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    /// The PORT command that says so; null for IPv6.
    pub port_command: Option<String>,
    /// The EPRT command that says so.
    pub eprt_command: String,
}

impl Listening {
    /// A port at this address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Listening {
        Listening {
            address,
            port_command: endpoint::port_command(address),
            eprt_command: endpoint::eprt_command(address),
        }
    }
}

/// `data`: bytes moved.
#[derive(Debug, Serialize)]
pub struct Data {
    /// The number of the data connection.
    pub connection: u64,
    /// `down`: from the server; `up`: to it.
    pub direction: &'static str,
    /// How many bytes.
    pub bytes: u64,
}

impl Data {
    /// Bytes from the server.
    #[must_use]
    pub fn received(connection: u64, bytes: u64) -> Data {
        Data {
            connection,
            direction: "down",
            bytes,
        }
    }
}

/// How a data connection went and ended.
#[derive(Debug, Serialize)]
pub struct Ended {
    /// Bytes of payload.
    pub bytes: u64,
    /// Line feeds among them.
    pub lines: u64,
    /// How long it was open.
    pub seconds: f64,
    /// `self` or `peer`.
    pub by: &'static str,
    /// `fin`, `rst`, `limit` or `timeout`.
    pub end: &'static str,
    /// The user ended it.
    pub interrupted: bool,
    /// `down`: from the server; `up`: to it.
    pub direction: &'static str,
}

impl Ended {
    /// The fields that tell this outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Ended {
        Ended {
            bytes: outcome.bytes,
            lines: outcome.lines,
            seconds: outcome.open.as_secs_f64(),
            by: match outcome.by {
                By::Us => "self",
                By::Peer => "peer",
            },
            end: match outcome.end {
                End::Fin => "fin",
                End::Rst => "rst",
                End::Limit => "limit",
                End::Timeout => "timeout",
                End::Failed => "error",
            },
            interrupted: outcome.cancelled,
            direction: match outcome.direction {
                Direction::Receive => "down",
                Direction::Send => "up",
            },
        }
    }
}

/// `closed`: a connection has ended.
#[derive(Debug, Serialize)]
pub struct Closed<'a> {
    /// `control` or `data`.
    pub channel: &'static str,
    /// The number of the data connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// How a data connection went.
    #[serde(flatten)]
    pub ended: Option<&'a Ended>,
    /// The first bytes that a data connection brought, at most [`MAX_HEAD`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<Bytes<'a>>,
    /// Of a control connection: `self` or `peer`.
    #[serde(rename = "by", skip_serializing_if = "Option::is_none")]
    pub control_by: Option<&'static str>,
    /// Of a control connection: `fin` or `rst`.
    #[serde(rename = "end", skip_serializing_if = "Option::is_none")]
    pub control_end: Option<&'static str>,
    /// When.
    pub time: Time,
}

impl<'a> Closed<'a> {
    /// A control connection ended, by the peer or by us.
    #[must_use]
    pub fn control(how: Close, by_peer: bool, at: Nanos) -> Closed<'static> {
        Closed {
            channel: "control",
            connection: None,
            ended: None,
            head: None,
            control_by: Some(if by_peer { "peer" } else { "self" }),
            control_end: Some(match how {
                Close::Fin => "fin",
                Close::Rst => "rst",
            }),
            time: Time(at),
        }
    }

    /// A data connection ended that had brought these bytes (or more).
    #[must_use]
    pub fn data(connection: u64, ended: &'a Ended, brought: &'a [u8], at: Nanos) -> Closed<'a> {
        Closed {
            channel: "data",
            connection: Some(connection),
            ended: Some(ended),
            head: head(brought),
            control_by: None,
            control_end: None,
            time: Time(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_object_with_its_type_first() {
        #[derive(Serialize)]
        struct Empty {}
        assert_eq!(line("x", None, &Empty {}), "{\"type\":\"x\"}\n");
        let origin = Origin {
            source: "raw",
            pid: 7,
        };
        let place = Place {
            session: Some(2),
            ..Place::default()
        };
        assert_eq!(
            line("y", Some(origin), &place),
            "{\"type\":\"y\",\"source\":\"raw\",\"pid\":7,\"session\":2}\n"
        );
    }

    #[test]
    fn text_bytes_and_times() {
        let json = |value: &dyn erased::Json| value.json();
        assert_eq!(json(&Bytes("é\n".as_bytes())), "\"é\\n\"");
        assert_eq!(json(&Bytes(b"\xff")), "{\"bytes\":\"/w==\"}");
        assert_eq!(json(&Time(1_000_000_007)), "\"1.000000007\"");
    }

    /// `serde_json::to_string` of anything, for the table above.
    mod erased {
        pub(super) trait Json {
            fn json(&self) -> String;
        }
        impl<T: serde::Serialize> Json for T {
            fn json(&self) -> String {
                serde_json::to_string(self).expect("serialisable")
            }
        }
    }
}
