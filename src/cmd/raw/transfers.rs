//! Data connections of `raw`, opened by `/data` and `/listen`, in the background.

use std::{
    io,
    net::SocketAddr,
    sync::mpsc::{Sender, SyncSender, channel},
};

use super::{Happened, Raw, Transfer};
use crate::{
    cmd::{Failure, fault, recording::Recording},
    ftp::{catalogue::Flow, dialogue::Stage, endpoint, event::Nanos},
    io::{
        address::{self, FTP_PORT},
        background::{self, Carry, Told},
        clock,
        data::{self, AcceptError, By, End, Outcome, Part, TransferError, Witness},
        file::{self, FileError},
        wait::Cancel,
    },
    say,
    script::console::Payload,
    view::{json, log, number, raw::DataLines, style::Role},
};

/// What is to be done with a connection, and for a file that is sent, how to say that the server is ready.
type Prepared = (Carry, Option<Sender<()>>);

impl Raw<'_> {
    /// Opens the file that the payload names; `None` where that fails, which is told.
    fn carry(&mut self, payload: &Payload) -> Result<Option<Prepared>, Failure> {
        let opened = match payload {
            Payload::Show => return Ok(Some((Carry::Show, None))),
            Payload::Into(path) => file::create(path, false).map(|file| (Carry::Into(file), None)),
            Payload::From(path) => file::open(path).map(|source| {
                let (ready, wait) = channel();
                (Carry::From(source.file, wait), Some(ready))
            }),
        };
        match opened {
            Ok(carry) => Ok(Some(carry)),
            Err(error) => {
                let told = match &error {
                    FileError::Exists { path } => {
                        say!(
                            self.context.text,
                            "raw-data-file-exists",
                            file = fault::shown(path)
                        )
                    }
                    FileError::System { .. } => fault::file(&self.context.text, &error),
                };
                self.warn(&told)?;
                Ok(None)
            }
        }
    }

    /// Lets files go out when the server has said that it is ready for one (1yz to STOR, STOU or APPE).
    pub(super) fn release(&self) {
        let wanted = match self.dialogue.stage() {
            Stage::Preliminary(verb) => verb.moves() == Some(Flow::Up),
            _ => false,
        };
        for ready in self
            .transfers
            .iter()
            .filter_map(|transfer| transfer.ready.as_ref())
            .filter(|_| wanted)
        {
            let _ = ready.send(());
        }
    }

    pub(super) fn warn(&mut self, sentence: &str) -> Result<(), Failure> {
        self.refused = true;
        let told = self.view.remark(Role::Warning, sentence);
        self.remark(&told)
    }

    pub(super) fn dial_data(&mut self, to: Option<&str>, payload: &Payload) -> Result<(), Failure> {
        let text = &self.context.text;
        let agreed = self
            .dialogue
            .session()
            .negotiation
            .clone()
            .filter(|n| n.verb.asks_to_listen());
        let address = match (to, &agreed) {
            (Some(to), _) => {
                let resolved = address::parse(to).and_then(|place| place.resolve(FTP_PORT));
                match resolved {
                    Ok(addresses) => addresses.first().copied(),
                    Err(error) => return self.warn(&fault::address(text, &error)),
                }
            }
            (None, Some(negotiation)) if self.dialled == Some(negotiation.n) => {
                return self.warn(&say!(text, "raw-data-is-used"));
            }
            // The control connection's own peer, whatever host the reply names: it may be a trick.
            (None, Some(negotiation)) => {
                let peer = self.control.as_ref().map(|control| control.server.ip());
                negotiation
                    .listen
                    .map(|listen| SocketAddr::new(peer.unwrap_or(listen.ip()), listen.port()))
            }
            (None, None) => None,
        };
        let Some(address) = address else {
            return self.warn(&say!(text, "raw-data-needs-passive"));
        };
        let Some((carry, ready)) = self.carry(payload)? else {
            return Ok(());
        };
        if to.is_none() {
            self.dialled = agreed.map(|negotiation| negotiation.n);
        }
        let told = self.view.remark(
            Role::Remark,
            &say!(
                self.context.text,
                "raw-data-dialling",
                address = address.to_string()
            ),
        );
        self.remark(&told)?;
        let order = self.order.clone();
        self.begin(false, address, payload, ready, |witness, outbox, report| {
            background::dial(address, carry, witness, order, outbox, report)
        })
    }

    pub(super) fn listen_data(&mut self, port: u16, payload: &Payload) -> Result<(), Failure> {
        let ip = self
            .control
            .as_ref()
            .map_or([127, 0, 0, 1].into(), |control| control.user.ip());
        let listener = match data::bind(SocketAddr::new(ip, port)) {
            Ok(listener) => listener,
            Err(error) => {
                let told = fault::bind(&self.context.text, "listen", &error);
                return self.warn(&told);
            }
        };
        let Some((carry, ready)) = self.carry(payload)? else {
            return Ok(());
        };
        let at = listener.at;
        let mut told = self.view.remark(
            Role::Remark,
            &say!(self.context.text, "raw-listen-at", address = at.to_string()),
        );
        for command in endpoint::port_command(at)
            .into_iter()
            .chain([endpoint::eprt_command(at)])
        {
            told.push_str(&self.view.remark(Role::Command, &format!("  {command}")));
        }
        self.remark(&told)?;
        let line = json::Listening::new(at);
        self.emit("listening", &line)?;
        let order = self.order.clone();
        self.begin(true, at, payload, ready, |witness, outbox, report| {
            background::listen(listener, carry, witness, &order, outbox, report)
        })
    }

    /// Starts a connection in the background, under the next number; `awaited` where the peer dials.
    fn begin(
        &mut self,
        awaited: bool,
        address: SocketAddr,
        payload: &Payload,
        ready: Option<Sender<()>>,
        start: impl FnOnce(
            Option<Box<dyn Witness>>,
            SyncSender<Happened>,
            Box<dyn Fn(Told) -> Happened + Send>,
        ) -> io::Result<Cancel>,
    ) -> Result<(), Failure> {
        self.opened += 1;
        let number = self.opened;
        let witness = self.recording.map(Recording::witness);
        let report = Box::new(move |told| Happened::Data(number, told));
        let cancel = start(witness, self.outbox.clone(), report)?;
        self.transfers.push(Transfer {
            number,
            awaited,
            cancel,
            lines: DataLines::default(),
            kept: Vec::new(),
            file: match payload {
                Payload::Show => None,
                Payload::Into(path) | Payload::From(path) => Some(path.into()),
            },
            address,
            waiting: true,
            ready,
        });
        self.release();
        Ok(())
    }

    /// Deals with what the thread of connection `number` reports.
    pub(super) fn data(&mut self, number: u64, told: Told) -> Result<(), Failure> {
        let Some(at) = self
            .transfers
            .iter()
            .position(|transfer| transfer.number == number)
        else {
            return Ok(());
        };
        self.last_activity = clock::now();
        match told {
            Told::Open { from, to } => self.data_open(at, from, to),
            Told::Bytes(bytes) => self.data_bytes(at, &bytes),
            Told::NotDialled(error) => {
                self.transfers.remove(at);
                self.warn(&fault::connect(&self.context.text, &error))
            }
            Told::NotAccepted(error) => {
                let transfer = self.transfers.remove(at);
                self.not_accepted(transfer.address, &error)
            }
            Told::Done(outcome, ended) => {
                let transfer = self.transfers.remove(at);
                self.data_done(transfer, outcome, ended)
            }
        }
    }

    fn data_open(&mut self, at: usize, from: SocketAddr, to: SocketAddr) -> Result<(), Failure> {
        let transfer = &mut self.transfers[at];
        transfer.waiting = false;
        let (number, awaited) = (transfer.number, transfer.awaited);
        let sentence = say!(
            self.context.text,
            "raw-data-open",
            from = from.to_string(),
            to = to.to_string()
        );
        let mut shown = self.view.remark(Role::Remark, &sentence);
        if let Some(control) = self.control.as_ref().filter(|_| awaited) {
            shown.push_str(&self.view.judge(from, control.server));
        }
        self.remark(&shown)?;
        self.emit(
            "connected",
            &json::Connected::data(number, from, to, clock::now()),
        )
    }

    fn data_bytes(&mut self, at: usize, bytes: &[u8]) -> Result<(), Failure> {
        let transfer = &mut self.transfers[at];
        let number = transfer.number;
        let room = log::MAX_DATA.saturating_sub(transfer.kept.len());
        transfer
            .kept
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        let shown = transfer.lines.feed(&self.view, bytes);
        self.show(&shown)?;
        self.emit("data", &json::Data::received(number, bytes.len() as u64))
    }

    /// Nobody was let in at this address.
    fn not_accepted(&mut self, address: SocketAddr, error: &AcceptError) -> Result<(), Failure> {
        let text = &self.context.text;
        let why = match error {
            AcceptError::Cancelled => return Ok(()),
            AcceptError::System(error) => fault::reason(text, error),
            other => other.to_string(),
        };
        let port = address.port().to_string();
        self.warn(&say!(text, "raw-listen-failed", port = port, why = why))
    }

    /// A connection is over: what is left of it is shown, and how it ended.
    fn data_done(
        &mut self,
        mut transfer: Transfer,
        outcome: Result<Outcome, TransferError>,
        at: Nanos,
    ) -> Result<(), Failure> {
        let rest = transfer.lines.finish(&self.view);
        self.show(&rest)?;
        let (outcome, ended) = match outcome {
            Ok(outcome) => (outcome, self.how_it_ended(&outcome)),
            Err(failed) => {
                let told = self.failed(&failed, &transfer);
                self.warn(&told)?;
                let ended = match failed.part {
                    Part::Sink => self.context.text.say("raw-data-cut", &[]),
                    Part::Source | Part::Network => self.how_it_ended(&failed.outcome),
                };
                (failed.outcome, ended)
            }
        };
        if let Some((log, _)) = &self.log {
            let lines = log.data(&transfer.kept, outcome.bytes, transfer.ready.is_none());
            self.write_log(&lines);
        }
        let told = self.view.remark(Role::Remark, &ended);
        self.remark(&told)?;
        self.emit(
            "closed",
            &json::Closed::data(
                transfer.number,
                &json::Ended::of(&outcome),
                &transfer.kept,
                at,
            ),
        )
    }

    /// Why a transfer failed on our side: the file, or the connection.
    fn failed(&self, failed: &TransferError, transfer: &Transfer) -> String {
        let text = &self.context.text;
        let why = fault::reason(text, &failed.error);
        match (failed.part, &transfer.file) {
            (Part::Sink, Some(path)) => say!(
                text,
                "error-file-write",
                file = fault::shown(path),
                bytes = number::count(text, failed.outcome.bytes),
                why = why
            ),
            (Part::Source, Some(path)) => say!(
                text,
                "error-file-read",
                file = fault::shown(path),
                bytes = number::count(text, failed.outcome.bytes),
                why = why
            ),
            _ => say!(
                text,
                "raw-data-failed",
                address = transfer.address.to_string(),
                why = why
            ),
        }
    }

    fn how_it_ended(&self, outcome: &Outcome) -> String {
        let text = &self.context.text;
        let seconds = number::seconds(text, outcome.open);
        match (outcome.end, outcome.by) {
            (End::Rst, _) => say!(text, "raw-data-closed-reset", bytes = outcome.bytes),
            (_, By::Peer) => say!(
                text,
                "raw-data-closed-peer",
                bytes = outcome.bytes,
                lines = outcome.lines,
                seconds = seconds
            ),
            (_, By::Us) => say!(
                text,
                "raw-data-closed-self",
                bytes = outcome.bytes,
                seconds = seconds
            ),
        }
    }
}
