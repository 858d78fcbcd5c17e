//! The fake server as JSON Lines.

use std::net::SocketAddr;

use serde::Serialize;

use super::end::{Tally, blocks_used};
use crate::{
    ftp::{
        dialogue::Close,
        event::{self, Nanos},
        secret,
        side::Side,
    },
    script::{
        effect::{Notice, Origin},
        play::Play,
        watch::{Direction, Happening},
    },
    view::json::{self, Bytes, Origin as Program, Place, Time},
};

#[derive(Serialize)]
struct Listening {
    address: SocketAddr,
}

/// The `listening` line of an address.
#[must_use]
pub fn json_listening(program: Option<Program>, address: SocketAddr) -> String {
    json::line("listening", program, &Listening { address })
}

#[derive(Serialize)]
struct Summary<'a> {
    #[serde(flatten)]
    tally: &'a Tally,
    /// The lines of the patterns that were used.
    used: Vec<u32>,
    /// The lines of those that never were.
    unused: Vec<u32>,
}

/// The `summary` line.
#[must_use]
pub fn json_summary(program: Option<Program>, play: &Play, tally: &Tally) -> String {
    let (used, unused) = blocks_used(play);
    let summary = Summary {
        tally,
        used,
        unused,
    };
    json::line("summary", program, &summary)
}

#[derive(Serialize)]
struct Connected {
    connection: u64,
    time: Time,
    from: SocketAddr,
    to: SocketAddr,
}

/// Somebody was sent away: a client too many, or one who came to another's data port.
#[derive(Serialize)]
struct Rejected {
    connection: u64,
    time: Time,
    /// `control` or `data`.
    channel: &'static str,
    from: SocketAddr,
}

#[derive(Serialize)]
struct Closed {
    connection: u64,
    time: Time,
    by: &'static str,
    end: &'static str,
}

#[derive(Serialize)]
struct Data<'a> {
    connection: u64,
    time: Time,
    direction: &'static str,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Bytes<'a>>,
    /// True where all of it was moved.
    complete: bool,
    /// The first bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Bytes<'a>>,
}

#[derive(Serialize)]
struct DataConnected {
    connection: u64,
    time: Time,
    from: SocketAddr,
    to: SocketAddr,
    /// The server dialled.
    active: bool,
}

#[derive(Serialize)]
struct Unmatched<'a> {
    connection: u64,
    time: Time,
    command: Bytes<'a>,
    /// The line of the nearest pattern.
    nearest: Option<u32>,
}

/// The JSON line of what happened; `None` where there is none.
#[must_use]
pub fn json_happening(
    program: Option<Program>,
    connection: u64,
    at: Nanos,
    happening: &Happening<'_>,
    show_credentials: bool,
) -> Option<String> {
    let time = Time(at);
    let place = Place {
        connection: Some(connection),
        ..Place::default()
    };
    let rejected = |channel, from| {
        let fields = Rejected {
            connection,
            time,
            channel,
            from,
        };
        json::line("rejected", program, &fields)
    };
    Some(match happening {
        Happening::TurnedAway { client } => rejected("control", *client),
        Happening::Stranger(address) => rejected("data", *address),
        Happening::Connected { client, server } => json::line(
            "connected",
            program,
            &Connected {
                connection,
                time,
                from: *client,
                to: *server,
            },
        ),
        Happening::Said { event, origin } => match &event.what {
            event::What::Command(command) => {
                let fields = json::command(place, event.at, command, show_credentials);
                json::line("command", program, &fields)
            }
            event::What::Reply(reply) => {
                let mut fields = json::reply(place, event.at, reply);
                fields.script_line = match origin {
                    Some(Origin::Script(line) | Origin::Typed(Some(line))) => {
                        Some(u64::from(*line))
                    }
                    _ => None,
                };
                json::line("reply", program, &fields)
            }
            event::What::Negotiation(negotiation) => {
                let fields = json::negotiation(place, event.at, negotiation);
                json::line("negotiation", program, &fields)
            }
            _ => return None,
        },
        Happening::Notice(Notice::Unmatched {
            command, nearest, ..
        }) => {
            let shown = secret::shown_line(command, show_credentials);
            let fields = Unmatched {
                connection,
                time,
                command: Bytes(&shown),
                nearest: nearest.map(|near| near.line),
            };
            json::line("unmatched", program, &fields)
        }
        Happening::Data {
            direction,
            bytes,
            name,
            fault,
            sample,
        } => json::line(
            "data",
            program,
            &Data {
                connection,
                time,
                direction: match direction {
                    Direction::Up => "up",
                    Direction::Down => "down",
                },
                bytes: *bytes,
                name: name.map(|name| Bytes(name.as_bytes())),
                complete: fault.is_none(),
                head: json::head(sample),
            },
        ),
        Happening::DataOpened {
            from, to, active, ..
        } => json::line(
            "data-connected",
            program,
            &DataConnected {
                connection,
                time,
                from: *from,
                to: *to,
                active: *active,
            },
        ),
        Happening::Closed { by, how } => json::line(
            "closed",
            program,
            &Closed {
                connection,
                time,
                by: match by {
                    Side::Server => "self",
                    Side::User => "peer",
                },
                end: match how {
                    Close::Fin => "fin",
                    Close::Rst => "rst",
                },
            },
        ),
        _ => return None,
    })
}
