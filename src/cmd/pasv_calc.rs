//! `pasv-calc`: the pencil of the lab. A pasted reply, command, tuple or address is explained, and with `--connect` the
//! connection is opened.
//!
//! With `--connect` standard output is for the data alone, and everything else goes to standard error.

use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
};

use serde::Serialize;

use crate::{
    cli::PasvCalc,
    cmd::{
        Context, Exit, Failure, fault, place,
        recording::{self, Recording},
        report::Report,
        transfer::{Job, Payload},
    },
    ftp::{
        endpoint::{self, Endpoint, FaultKind},
        paste::{self, Kind, Listener, Misread, Pasted},
        scope::{self, Judgement},
    },
    io::{
        address, clock,
        data::{self, Terms},
        signal, stdio as streams,
    },
    say,
    view::{
        data as shown,
        endpoint::{self as explained, Explained},
        json::{self, Bytes},
        pasted,
        style::Role,
    },
};

const COMMAND: &str = "pasv-calc";

/// How many lines an end point may be broken over, as paper breaks them.
const MAX_PIECES: usize = 4;

/// Explains what is on the command line, else what comes on standard input.
pub(super) fn run(asked: &PasvCalc, context: &Context) -> Result<Exit, Failure> {
    let recorded = recording::Asked::new(
        COMMAND,
        asked.record.as_deref(),
        asked.json,
        asked.events.as_deref(),
    );
    recording::around(context, &recorded, |recording| {
        calculate(asked, context, recording)
    })
}

fn calculate(
    asked: &PasvCalc,
    context: &Context,
    recording: Option<&Recording>,
) -> Result<Exit, Failure> {
    let payload = Payload {
        output: asked.output.as_deref(),
        force: asked.force,
        send: asked.send.as_deref(),
        hex: false,
    };
    if asked.connect {
        if asked.json && asked.output.is_none() && asked.send.is_none() {
            let what = say!(context.text, "error-json-needs-file");
            return Err(fault::failed(context, COMMAND, &what));
        }
        payload.check(context, COMMAND)?;
    }
    let report = Report::new(context, COMMAND, asked.json, asked.events.as_deref())?;
    let mut calculator = Calculator {
        asked,
        context,
        payload,
        recording,
        server: match &asked.host {
            Some(host) => Some(place::hosts(context, COMMAND, host)?),
            None => None,
        },
        report: if asked.connect {
            report.patient()
        } else {
            report
        },
        told: 0,
        wrong: 0,
    };
    let connected = if asked.text.is_empty() {
        calculator.standard_input()?
    } else {
        calculator.arguments()?
    };
    Ok(calculator.report.exit(match connected {
        Some(exit) => exit,
        None if calculator.wrong > 0 => Exit::No,
        None => Exit::Done,
    }))
}

struct Calculator<'a> {
    asked: &'a PasvCalc,
    context: &'a Context,
    payload: Payload<'a>,
    recording: Option<&'a Recording>,
    server: Option<Vec<IpAddr>>,
    report: Report,
    told: usize,
    wrong: usize,
}

impl Calculator<'_> {
    /// All arguments as one, where that makes sense; else each by itself.
    fn arguments(&mut self) -> Result<Option<Exit>, Failure> {
        let texts = &self.asked.text;
        let whole = texts.join(" ");
        // `PORT 1,2,3,4,5,6` and `205 179` are one; `1,2,3,4,5,6 6,5,4,3,2,1` are two.
        let by_themselves = texts
            .iter()
            .filter(|text| !text.bytes().all(|b| b.is_ascii_digit()))
            .filter(|text| read_argument(text.as_bytes()).is_ok())
            .count();
        let as_one = read_argument(whole.as_bytes());
        if by_themselves < 2 && (as_one.is_ok() || by_themselves == 0) {
            return self.take(whole.as_bytes(), as_one);
        }
        for text in texts {
            let read = read_argument(text.as_bytes());
            if let Some(exit) = self.take(text.as_bytes(), read)? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    /// Line by line. What has nothing to do with end points is passed over, so that a whole session can be pasted; a
    /// line that breaks off is joined to the next.
    fn standard_input(&mut self) -> Result<Option<Exit>, Failure> {
        let asks = streams::stdin_is_terminal();
        if asks {
            self.prompt("pasv-ask");
        }
        let mut line = Vec::new();
        let mut held = Vec::new();
        let mut pieces = 0;
        let mut passed_over: Option<Vec<u8>> = None;
        while let Some(dropped) = streams::read_line(&mut line).map_err(|error| {
            let text = &self.context.text;
            let what = say!(text, "error-stdin", why = fault::reason(text, &error));
            fault::failed(self.context, COMMAND, &what)
        })? {
            if dropped > 0 {
                let sentence = say!(
                    self.context.text,
                    "pasv-line-cut",
                    most = streams::MAX_LINE as u64,
                    count = dropped
                );
                let told = shown::remark(self.context.err, Role::Warning, &sentence);
                streams::complain(told.trim_end());
            }
            let text = line.trim_ascii();
            let alone = paste::read(text);
            let whole_line = matches!(&alone, Ok(pasted) if matches!(pasted.kind, Kind::Line(_)));
            if !held.is_empty() && !whole_line && !text.is_empty() {
                held.push(b' ');
                held.extend_from_slice(text);
                pieces += 1;
                match paste::read(&held) {
                    Err(misread) if misread.may_go_on(&held) && pieces < MAX_PIECES => {}
                    read => {
                        let text = std::mem::take(&mut held);
                        if let Some(exit) = self.take(&text, read)? {
                            return Ok(Some(exit));
                        }
                    }
                }
                continue;
            }
            if !held.is_empty() {
                let text = std::mem::take(&mut held);
                let read = paste::read(&text);
                self.take(&text, read)?;
            }
            match alone {
                Err(misread) if misread.may_go_on(text) => {
                    held = text.to_vec();
                    pieces = 1;
                    if asks {
                        self.prompt("pasv-go-on");
                    }
                }
                Err(Misread { kind: None, .. }) => {
                    if passed_over.is_none() && !text.is_empty() {
                        passed_over = Some(text.to_vec());
                    }
                    if asks && !text.is_empty() {
                        self.take(text, alone)?;
                    }
                }
                read => {
                    if let Some(exit) = self.take(text, read)? {
                        return Ok(Some(exit));
                    }
                }
            }
        }
        if !held.is_empty() {
            let read = paste::read(&held);
            return self.take(&held, read);
        }
        if self.told + self.wrong == 0 {
            let text = passed_over.unwrap_or_default();
            let read = paste::read(&text);
            return self.take(&text, read);
        }
        Ok(None)
    }

    fn prompt(&self, id: &'static str) {
        let sentence = self.context.text.say(id, &[]);
        let told = shown::remark(self.context.err, Role::Hint, &sentence);
        streams::complain(told.trim_end());
    }

    /// Tells about a text, and connects where that is wanted.
    fn take(
        &mut self,
        text: &[u8],
        read: Result<Pasted, Misread>,
    ) -> Result<Option<Exit>, Failure> {
        let pasted = match read {
            Ok(pasted) => pasted,
            Err(misread) => {
                self.wrong += 1;
                return self.tell_wrong(text, &misread).map(|()| None);
            }
        };
        self.told += 1;
        let (address, known) = self.placed(&pasted);
        let judgements = scope::judge(pasted.stated.endpoint, pasted.kind, known);
        let elsewhere = judgements.iter().any(|judgement| {
            matches!(
                judgement,
                Judgement::BehindNat { .. } | Judgement::ThirdParty { .. }
            )
        });
        let instead = known
            .filter(|_| elsewhere)
            .map(|host| SocketAddr::new(host, pasted.stated.endpoint.port));
        let explained = Explained {
            input: text,
            pasted: &pasted,
            address,
            judgements: &judgements,
            instead,
        };
        self.tell(&explained)?;
        if !self.asked.connect {
            return Ok(None);
        }
        self.connect(&explained).map(Some)
    }

    /// Where an end point leads, and the host that it should name where that is known.
    fn placed(&self, pasted: &Pasted) -> (Option<SocketAddr>, Option<IpAddr>) {
        let Endpoint { host, port } = pasted.stated.endpoint;
        let server = self.server.as_deref().and_then(|addresses| {
            let named = addresses
                .iter()
                .find(|ip| host.is_some_and(|host| host.to_canonical() == ip.to_canonical()));
            let same_family = || {
                addresses
                    .iter()
                    .find(|ip| host.is_none_or(|host| host.is_ipv4() == ip.is_ipv4()))
            };
            named.or_else(same_family).or(addresses.first()).copied()
        });
        let known = match pasted.kind.listener() {
            Some(Listener::User) => server.and_then(|server| address::local_for(server).ok()),
            _ => server,
        };
        // A bare address is the student's own word: nothing to judge it by.
        let known = known.filter(|_| pasted.kind != Kind::Address || host.is_none());
        (
            host.or(known).map(|host| SocketAddr::new(host, port)),
            known,
        )
    }

    fn tell(&mut self, explained: &Explained<'_>) -> Result<(), Failure> {
        let (text, asked) = (&self.context.text, self.asked);
        let line = EndpointLine {
            kind: explained.pasted.kind.name(),
            input: Bytes(explained.input),
            address: explained.address,
            port: explained.pasted.stated.endpoint.port,
            port_command: explained.address.and_then(endpoint::port_command),
            eprt_command: explained.address.map(endpoint::eprt_command),
            instead: explained.instead,
            notes: explained::notes(text, explained),
        };
        self.report.tell(self.context, "endpoint", &line)?;
        if asked.json {
            return Ok(());
        }
        if asked.connect {
            let told = explained::explained(text, self.context.err, explained, false);
            streams::complain(told.trim_end());
            return Ok(());
        }
        let mut out = streams::stdout();
        if self.told > 1 {
            out.write_all(b"\n")?;
        }
        let told = explained::explained(text, self.context.out, explained, true);
        out.write_all(told.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    fn tell_wrong(&mut self, input: &[u8], misread: &Misread) -> Result<(), Failure> {
        let text = &self.context.text;
        let line = ErrorLine {
            input: Bytes(input),
            column: pasted::column(input, misread),
            expected: pasted::expected(text, misread),
        };
        self.report.tell(self.context, "error", &line)?;
        if !self.asked.json {
            let told = pasted::misread(text, self.context.err, input, misread);
            streams::complain(told.trim_end());
        }
        Ok(())
    }

    fn connect(&mut self, explained: &Explained<'_>) -> Result<Exit, Failure> {
        let context = self.context;
        let text = &context.text;
        let Some(to) = explained.instead.or(explained.address) else {
            return Err(fault::failed(
                context,
                COMMAND,
                &say!(text, "pasv-connect-needs-host"),
            ));
        };
        if to.port() == 0 || scope::Scope::of(to.ip()).cannot_be_called() {
            let what = say!(text, "pasv-connect-nowhere", address = to.to_string());
            return Err(fault::no(context, COMMAND, &what));
        }
        let cancel = signal::interrupts()?;
        let began = clock::now();
        let connection = data::connect(to, data::DIAL_TIMEOUT, &cancel, None).map_err(|error| {
            if let Some(recording) = self.recording {
                recording.not_dialled(&error, began);
            }
            fault::failed(context, COMMAND, &fault::connect(text, &error))
        })?;
        let (from, to) = (connection.local, connection.peer);
        let terms = Terms {
            // The server closes when it has taken the file, which is after STOR: whenever that is typed.
            last_wait: None,
            cancel,
            ..Terms::default()
        };
        let job = Job {
            context,
            command: COMMAND,
            payload: &self.payload,
            terms: &terms,
            dialled: true,
            recording: self.recording,
        };
        self.report
            .comment(&shown::connected_by_us(text, context.err, from, to));
        let line = json::Connected::data(1, from, to, clock::now());
        self.report.tell(context, "connected", &line)?;
        let outcome = job.run(connection, 1, &mut self.report)?;
        Ok(if outcome.is_whole() {
            Exit::Done
        } else {
            Exit::No
        })
    }
}

/// Reads an argument; a host's name before a port is looked up.
fn read_argument(text: &[u8]) -> Result<Pasted, Misread> {
    let misread = match paste::read(text) {
        Err(misread)
            if misread.kind == Some(Kind::Address) && misread.fault.kind == FaultKind::Host =>
        {
            misread
        }
        read => return read,
    };
    let found = std::str::from_utf8(text)
        .ok()
        .and_then(|text| address::parse(text).ok())
        .filter(|place| place.host.contains(|c: char| c.is_ascii_alphabetic()))
        .and_then(|place| address::ipv4_first(&place.port.and(place.resolve(0).ok())?));
    let Some(found) = found else {
        return Err(misread);
    };
    paste::read(found.to_string().as_bytes()).map(|mut pasted| {
        pasted.stated.span = 0..text.len();
        pasted
    })
}

/// `endpoint`.
#[derive(Serialize)]
struct EndpointLine<'a> {
    kind: &'static str,
    input: Bytes<'a>,
    address: Option<SocketAddr>,
    port: u16,
    port_command: Option<String>,
    eprt_command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<SocketAddr>,
    notes: Vec<String>,
}

/// `error`.
#[derive(Serialize)]
struct ErrorLine<'a> {
    input: Bytes<'a>,
    column: usize,
    expected: String,
}
