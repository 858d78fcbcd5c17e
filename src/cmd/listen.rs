//! `listen`: the waiting side of a data connection, as netcat is in the lab. A port is opened, the PORT and EPRT lines that
//! name it are shown, the server-DTP connects, the bytes go to standard output or a file, and how it ended is told.
//!
//! Standard output is for the data alone; everything else goes to standard error.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Instant,
};

use serde::Serialize;

use crate::{
    cli::Listen,
    cmd::{
        Context, Exit, Failure, fault, place,
        recording::{self, Recording},
        report::Report,
        transfer::{Job, Payload},
    },
    ftp::{
        endpoint,
        outcome::{End, Outcome},
    },
    io::{
        address::{self, AddressError, Place},
        clock,
        data::{self, AcceptError, Connection, Listener, Terms},
        signal,
    },
    say,
    view::{
        data::{self as shown, Waiting},
        json, number,
        style::Role,
    },
};

const COMMAND: &str = "listen";

/// Opens the port and takes one connection; with `--keep` one after another.
pub(super) fn run(asked: &Listen, context: &Context) -> Result<Exit, Failure> {
    let recorded = recording::Asked::new(
        COMMAND,
        asked.record.as_deref(),
        asked.json,
        asked.events.as_deref(),
    );
    recording::around(context, &recorded, |recording| {
        take(asked, context, recording)
    })
}

fn take(asked: &Listen, context: &Context, recording: Option<&Recording>) -> Result<Exit, Failure> {
    let text = &context.text;
    let payload = Payload {
        output: asked.output.as_deref(),
        force: asked.force,
        send: asked.send.as_deref(),
        hex: asked.hex,
    };
    if asked.json && (asked.hex || (payload.output.is_none() && payload.send.is_none())) {
        return Err(fault::failed(
            context,
            COMMAND,
            &say!(text, "error-json-needs-file"),
        ));
    }
    payload.check(context, COMMAND)?;
    let expected = match &asked.expect {
        Some(host) => Some(place::hosts(context, COMMAND, host)?),
        None => None,
    };
    let at = own_address(asked, context)?;
    let mut report = Report::new(context, COMMAND, asked.json, asked.events.as_deref())?.patient();
    let cancel = signal::interrupts()?;
    let listener = data::bind(at)
        .map_err(|error| fault::failed(context, COMMAND, &fault::bind(text, COMMAND, &error)))?;
    let terms = Terms {
        max_bytes: asked.max_bytes,
        quiet: asked.timeout,
        cancel,
        ..Terms::default()
    };
    let job = Job {
        context,
        command: COMMAND,
        payload: &payload,
        terms: &terms,
        dialled: false,
        recording,
    };
    announce(&job, &mut report, listener.at, asked.for_host.is_none())?;
    Waiter {
        asked,
        job,
        expected,
        taken: 0,
    }
    .run(listener, &mut report)
}

/// Says where it is listened, and what to type; `others` may want to know how to be reached from elsewhere.
fn announce(
    job: &Job<'_>,
    report: &mut Report,
    at: SocketAddr,
    others: bool,
) -> Result<(), Failure> {
    let own = address::own();
    // A server cannot call “every address”: it is told one of them.
    let told = if at.ip().is_unspecified() {
        let loopback = match at {
            SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::from(Ipv6Addr::LOCALHOST),
        };
        let ip = own.iter().find(|ip| ip.is_ipv4() == at.is_ipv4());
        SocketAddr::new(ip.copied().unwrap_or(loopback), at.port())
    } else {
        at
    };
    let line = json::Listening {
        address: at,
        port_command: endpoint::port_command(told),
        eprt_command: endpoint::eprt_command(told),
    };
    report.tell(job.context, "listening", &line)?;
    let waiting = Waiting {
        at,
        told,
        direction: job.payload.direction(),
        own: if others { &own } else { &[] },
    };
    report.comment(&shown::waiting(
        &job.context.text,
        job.context.err,
        &waiting,
    ));
    Ok(())
}

/// Where to listen: what is written, or the address that routes to the server, or loopback.
fn own_address(asked: &Listen, context: &Context) -> Result<SocketAddr, Failure> {
    let text = &context.text;
    let failed = |error: &AddressError| place::none(context, COMMAND, error);
    let written = read_place(&asked.at).map_err(|error| failed(&error))?;
    let port = written.port.unwrap_or(0);
    if let Some(server) = &asked.for_host {
        if !written.host.is_empty() {
            let what = say!(
                text,
                "listen-two-addresses",
                address = asked.at.as_str(),
                host = server.as_str()
            );
            return Err(fault::failed(context, COMMAND, &what));
        }
        let servers = place::host(context, COMMAND, server)?;
        // There is at least one.
        let server_ip =
            address::ipv4_first(&servers).map_or(Ipv4Addr::LOCALHOST.into(), |server| server.ip());
        return match address::local_for(server_ip) {
            Ok(ip) => Ok(SocketAddr::new(ip, port)),
            Err(error) => {
                let why = fault::reason(text, &error);
                let what = say!(
                    text,
                    "error-no-route",
                    host = server_ip.to_string(),
                    why = why
                );
                Err(fault::failed(context, COMMAND, &what))
            }
        };
    }
    if written.host.is_empty() {
        return Ok(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port));
    }
    // A bare word that is no host's name was rather meant for a port.
    let found = written.resolve(port).map_err(|error| {
        let word = written.port.is_none() && !asked.at.contains(['.', ':']);
        failed(
            &address::port(&asked.at)
                .err()
                .filter(|_| word)
                .unwrap_or(error),
        )
    })?;
    // There is at least one.
    let local = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
    Ok(address::ipv4_first(&found).unwrap_or(local))
}

/// Reads `PORT`, `ADDR`, `ADDR:PORT` or `[ADDR6]:PORT`; no host where there is none.
fn read_place(at: &str) -> Result<Place, AddressError> {
    let port = address::port(at);
    if port.is_ok() || at.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Place {
            host: String::new(),
            port: Some(port?),
        });
    }
    let mut place = address::parse(at)?;
    if place.host == "*" {
        place.host = Ipv4Addr::UNSPECIFIED.to_string();
    }
    Ok(place)
}

/// Takes connections until there are enough.
struct Waiter<'a> {
    asked: &'a Listen,
    job: Job<'a>,
    expected: Option<Vec<IpAddr>>,
    taken: u64,
}

impl Waiter<'_> {
    fn run(mut self, listener: Listener, report: &mut Report) -> Result<Exit, Failure> {
        let mut listener = Some(listener);
        let mut all_whole = true;
        while let Some(open) = &listener {
            let Some(connection) = self.accept(open, report)? else {
                break;
            };
            if !self.asked.keep {
                // One connection is wanted: whoever else knocks is refused from here on, as netcat does.
                listener = None;
            }
            let outcome = self.job.run(connection, self.taken, report)?;
            all_whole &= enough(&outcome);
            if outcome.cancelled {
                break;
            }
        }
        Ok(
            report.exit(if all_whole && (self.taken > 0 || self.asked.keep) {
                Exit::Done
            } else {
                Exit::No
            }),
        )
    }

    /// The next connection that is wanted; none where the wait was ended.
    fn accept(
        &mut self,
        listener: &Listener,
        report: &mut Report,
    ) -> Result<Option<Connection>, Failure> {
        let (context, text) = (self.job.context, &self.job.context.text);
        let since = Instant::now();
        loop {
            let left = self
                .asked
                .timeout
                .map(|timeout| timeout.saturating_sub(since.elapsed()));
            let connection = match listener.accept(left, &self.job.terms.cancel, None) {
                Ok(connection) => connection,
                Err(AcceptError::Timeout { .. }) if self.taken > 0 => return Ok(None),
                Err(AcceptError::Timeout { .. }) => {
                    let seconds = number::seconds(text, self.asked.timeout.unwrap_or_default());
                    let what = say!(text, "listen-nobody", seconds = seconds);
                    return Err(fault::no(context, COMMAND, &what));
                }
                Err(AcceptError::Cancelled) => {
                    if self.taken == 0 {
                        let sentence = say!(text, "listen-nobody-interrupted");
                        report.comment(&shown::remark(context.err, Role::Warning, &sentence));
                    }
                    return Ok(None);
                }
                Err(AcceptError::System(error)) => {
                    let what = say!(text, "listen-accept", why = fault::reason(text, &error));
                    return Err(fault::failed(context, COMMAND, &what));
                }
            };
            let (from, to) = (connection.peer, connection.local);
            if !self.is_expected(from.ip()) {
                let expected = self.asked.expect.as_deref().unwrap_or_default();
                let sentence = say!(
                    text,
                    "listen-rejected",
                    from = from.to_string(),
                    expected = expected
                );
                report.comment(&shown::remark(context.err, Role::Warning, &sentence));
                if let Some(recording) = self.job.recording {
                    let line = recording.opened(to, from, false, clock::now());
                    line.left(connection.close(), clock::now());
                }
                report.tell(context, "rejected", &Rejected { from })?;
                continue;
            }
            self.taken += 1;
            let told = shown::connected_to_us(
                text,
                context.err,
                from,
                since.elapsed(),
                self.asked.control,
            );
            report.comment(&told);
            let line = json::Connected::data(self.taken, from, to, clock::now());
            report.tell(context, "connected", &line)?;
            return Ok(Some(connection));
        }
    }

    fn is_expected(&self, ip: IpAddr) -> bool {
        self.expected.as_ref().is_none_or(|expected| {
            expected
                .iter()
                .any(|one| one.to_canonical() == ip.to_canonical())
        })
    }
}

/// True where the connection gave what was asked for: everything, or as much as was allowed.
fn enough(outcome: &Outcome) -> bool {
    outcome.is_whole() || outcome.end == End::Limit
}

/// `rejected`: somebody else than `--expect` says connected, and was turned away.
#[derive(Serialize)]
struct Rejected {
    from: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_listen_as_people_write_it() {
        let cases: &[(&str, &str, Option<u16>)] = &[
            ("5000", "", Some(5000)),
            ("0", "", Some(0)),
            ("192.0.2.1:5000", "192.0.2.1", Some(5000)),
            ("[::1]:5000", "::1", Some(5000)),
            ("::1", "::1", None),
            ("192.0.2.1", "192.0.2.1", None),
            ("localhost:0", "localhost", Some(0)),
            ("*:5000", "0.0.0.0", Some(5000)),
        ];
        for (text, host, port) in cases {
            let place = read_place(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((place.host.as_str(), place.port), (*host, *port), "{text}");
        }
        assert!(matches!(
            read_place("70000"),
            Err(AddressError::Port { .. })
        ));
        assert!(matches!(
            read_place("127.0.0.1:x"),
            Err(AddressError::Service { .. })
        ));
    }
}
