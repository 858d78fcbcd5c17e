//! `raw`: one loop owns the observer, the coach, the view and the connection; threads only read the keyboard, the socket
//! and data connections, and report into one channel.
//!
//! On a terminal a line goes out when it is typed. From a pipe, the next line waits for the final reply to the last one,
//! unless it is one of those that make sense while a transfer runs (RFC 959 4.1.3).

use std::{
    net::SocketAddr,
    path::Path,
    process,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    time::Duration,
};

use super::{Context, Exit, Failure, fault};
use crate::{
    cli::{self, ExplainArg},
    ftp::{
        catalogue,
        code::ReplyCode,
        command::Verb,
        dialogue::{Close, Dialogue, Ends, Stage},
        endpoint,
        event::{Event, Nanos, What},
        secret,
        side::Side,
    },
    io::{
        address::{self, FTP_PORT},
        background::{self, Carry, Told},
        clock,
        control::{Control, Incoming},
        data::{self, By, Cancel, End},
        editor::{self, Keyboard, Screen, Typed, Word},
        events::Events,
        file::{self, FileError},
        stdio,
    },
    say,
    script::{
        coach::{Coach, Remark},
        console::{self, Local, Meaning, Payload},
    },
    view::{
        json::{self, Origin, Place},
        log::{self, Log},
        raw::{DataLines, Explain, Raw as View},
        style::{Role, Style},
    },
};

/// How many reports may wait to be dealt with; a server that sends faster than a terminal shows has to wait.
const INBOX: usize = 64;
/// How often the loop looks at the clock.
const TICK: Duration = Duration::from_millis(100);
/// How long a line may stay without its end before it is shown as it is.
const UNFINISHED: Nanos = 1_000_000_000;

/// What the threads report.
enum Happened {
    Typed(Typed),
    Incoming(u64, Incoming),
    Data(u64, Told),
}

/// A data connection of this session.
struct Transfer {
    number: u64,
    /// Opened by `/listen`: whoever dials is judged.
    awaited: bool,
    sending: bool,
    cancel: Cancel,
    lines: DataLines,
    kept: Vec<u8>,
    address: SocketAddr,
    /// Nobody has dialled yet.
    waiting: bool,
}

struct Raw<'a> {
    context: &'a Context,
    args: &'a cli::Raw,
    view: View<'a>,
    interactive: bool,
    addresses: Vec<SocketAddr>,
    place: address::Place,
    inbox: Receiver<Happened>,
    outbox: SyncSender<Happened>,
    screen: Screen,
    keyboard: Keyboard,
    events: Option<Events>,
    log: Option<(Log, Events)>,
    dialogue: Dialogue,
    coach: Coach,
    control: Option<Control>,
    /// Counts connections: reports of an earlier one are stale.
    generation: u64,
    transfers: Vec<Transfer>,
    opened: u64,
    /// The negotiation that `/data` has dialled.
    dialled: Option<u64>,
    last_code: Option<ReplyCode>,
    last_activity: Nanos,
    unfinished_told: usize,
    /// Some reply said no, or did not come: exit code 1 from a pipe.
    refused: bool,
    interrupted: bool,
    /// A line from the pipe that waits for the reply to the one before it.
    held: Option<Vec<u8>>,
    input_ended: bool,
    waiting_since: Nanos,
}

/// Runs `raw`.
///
/// # Errors
/// Where the address makes no sense, nobody answers, or a file cannot be written.
pub(super) fn run(context: &Context, args: &cli::Raw) -> Result<Exit, Failure> {
    let text = &context.text;
    let mut place = address::parse(&args.host)
        .map_err(|error| fault::failed(context, "raw", &fault::address(text, &error)))?;
    if let Some(port) = &args.port {
        place.port = Some(
            address::port(port)
                .map_err(|error| fault::failed(context, "raw", &fault::address(text, &error)))?,
        );
    }
    let addresses = place
        .resolve(FTP_PORT)
        .map_err(|error| fault::failed(context, "raw", &fault::address(text, &error)))?;
    let interactive = stdio::stdin_is_terminal() && !args.json;
    let explain = match args.explain {
        Some(ExplainArg::Full) => Explain::Full,
        Some(ExplainArg::Brief) => Explain::Brief,
        Some(ExplainArg::Off) => Explain::Off,
        None if interactive => Explain::Full,
        None => Explain::Off,
    };
    let view = View {
        text,
        style: if args.json {
            Style::plain()
        } else {
            context.out
        },
        explain,
        hints: !args.no_hints && (interactive || args.explain.is_some()),
        echo: !interactive,
        show_credentials: args.show_credentials,
    };
    let open = |path: &Path| {
        Events::open(path)
            .map_err(|error| fault::failed(context, "raw", &fault::events(text, &error)))
    };
    let events = args.events.as_deref().map(open).transpose()?;
    let log = args.log.as_deref().map(open).transpose()?;
    let log = log.map(|file| (Log::new(args.show_credentials), file));
    let (outbox, inbox) = sync_channel(INBOX);
    // The control connection first: without it there is nothing to type.
    let mut early = String::new();
    let control = dial(&view, &addresses, &mut early, |shown| {
        if !args.json {
            stdio::remark(shown, interactive);
        }
    })
    .map_err(|_| {
        let port = place.port.unwrap_or(FTP_PORT).to_string();
        Failure::failed(say!(
            text,
            "raw-unreachable",
            host = place.host.clone(),
            port = port
        ))
    })?;
    let (screen, keyboard) = if interactive {
        editor::terminal(
            "C> ",
            words(),
            context.out.colour(),
            outbox.clone(),
            Happened::Typed,
        )
    } else {
        editor::pipe(outbox.clone(), Happened::Typed)
    }?;
    let dialogue = Dialogue::new(ends(&control));
    let raw = Raw {
        context,
        args,
        view,
        interactive,
        addresses,
        place,
        inbox,
        outbox,
        screen,
        keyboard,
        events,
        log,
        dialogue,
        coach: Coach::default(),
        control: None,
        generation: 0,
        transfers: Vec::new(),
        opened: 0,
        dialled: None,
        last_code: None,
        last_activity: clock::now(),
        unfinished_told: 0,
        refused: false,
        interrupted: false,
        held: None,
        input_ended: false,
        waiting_since: clock::now(),
    };
    raw.run(control)
}

/// Tries every address in turn; `show` gets each line that is to be seen at once.
fn dial(
    view: &View<'_>,
    addresses: &[SocketAddr],
    last: &mut String,
    mut show: impl FnMut(&str),
) -> Result<Control, ()> {
    for &address in addresses {
        show(&view.trying(address));
        match Control::dial(address) {
            Ok(control) => return Ok(control),
            Err(error) => {
                *last = view.not_there(address, &fault::reason(view.text, &error));
                show(last);
            }
        }
    }
    Err(())
}

fn ends(control: &Control) -> Ends {
    Ends {
        user: Some(control.user),
        server: Some(control.server),
        midstream: false,
    }
}

/// A file that takes no more lines: what was promised is not kept, so the program ends.
fn lost(context: &Context, error: &crate::io::events::EventsError) -> Failure {
    fault::failed(context, "raw", &fault::events(&context.text, error))
}

/// What Tab completes: the verbs with their syntax, and the local commands.
fn words() -> Vec<Word> {
    let verbs = catalogue::commands().iter().map(|fact| {
        let rest = fact
            .syntax
            .strip_prefix(fact.verb.name())
            .unwrap_or_default()
            .trim_start()
            .to_owned();
        Word {
            word: fact.verb.name().to_owned(),
            rest: rest.replace("<SP> ", ""),
        }
    });
    let local = console::LOCAL.iter().map(|(word, rest)| Word {
        word: (*word).into(),
        rest: (*rest).into(),
    });
    verbs.chain(local).collect()
}

impl Raw<'_> {
    fn run(mut self, control: Control) -> Result<Exit, Failure> {
        self.established(control)?;
        if self.interactive {
            let invitation = self.view.invitation();
            self.show(&invitation)?;
        }
        loop {
            match self.inbox.recv_timeout(TICK) {
                Ok(Happened::Typed(typed)) => {
                    if let Some(exit) = self.typed(typed)? {
                        return self.leave(exit);
                    }
                }
                Ok(Happened::Incoming(generation, incoming)) if generation == self.generation => {
                    self.incoming(incoming)?;
                }
                Ok(Happened::Incoming(..)) => {}
                Ok(Happened::Data(number, told)) => self.data(number, told)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.leave(Exit::Failed),
            }
            self.tick()?;
            if !self.interactive
                && let Some(exit) = self.batch()?
            {
                return self.leave(exit);
            }
        }
    }

    // ---- Output --------------------------------------------------------------------------------------------------------

    /// Shows lines that belong to the dialogue.
    fn show(&mut self, lines: &str) -> Result<(), Failure> {
        if self.args.json || lines.is_empty() {
            return Ok(());
        }
        Ok(self.screen.print(lines)?)
    }

    /// Shows lines of ftplab's own: from a pipe, standard output is for the dialogue.
    fn remark(&mut self, lines: &str) -> Result<(), Failure> {
        if self.interactive {
            return self.show(lines);
        }
        if !self.args.json {
            stdio::remark(lines, false);
        }
        Ok(())
    }

    /// Writes a JSON line to standard output and to the events file, where they are asked for.
    fn emit<T: serde::Serialize>(&mut self, kind: &'static str, fields: &T) -> Result<(), Failure> {
        if self.args.json {
            self.screen.print(&json::line(kind, None, fields))?;
        }
        if let Some(events) = &mut self.events {
            let origin = Origin {
                source: "raw",
                pid: process::id(),
            };
            events
                .append(&json::line(kind, Some(origin), fields))
                .map_err(|error| lost(self.context, &error))?;
        }
        Ok(())
    }

    fn write_log(&mut self, lines: &str) -> Result<(), Failure> {
        match &mut self.log {
            Some((_, file)) if !lines.is_empty() => file
                .append(lines)
                .map_err(|error| lost(self.context, &error)),
            _ => Ok(()),
        }
    }

    // ---- The control connection ----------------------------------------------------------------------------------------

    fn established(&mut self, control: Control) -> Result<(), Failure> {
        let connected = self.view.connected(control.user, control.server);
        self.remark(&connected)?;
        self.generation += 1;
        self.dialogue = Dialogue::new(ends(&control));
        self.coach = Coach::default();
        self.dialled = None;
        self.unfinished_told = 0;
        let (generation, outbox) = (self.generation, self.outbox.clone());
        control.listen(outbox, move |incoming| {
            Happened::Incoming(generation, incoming)
        })?;
        let now = clock::now();
        self.waiting_since = now;
        self.last_activity = now;
        let line = json::Connected::control(control.user, control.server, now);
        self.emit("connected", &line)?;
        if let Some((log, _)) = &mut self.log {
            let lines = log.comment(&format!("{} > {}", control.user, control.server));
            self.write_log(&lines)?;
        }
        self.control = Some(control);
        Ok(())
    }

    /// Bytes of either side go through the observer; everything that is said about them comes out here.
    fn observe(&mut self, side: Side, bytes: &[u8], at: Nanos) -> Result<(), Failure> {
        self.watch(|dialogue, sink| dialogue.feed(side, bytes, at, sink))
    }

    fn watch(
        &mut self,
        step: impl FnOnce(&mut Dialogue, &mut dyn FnMut(&Event<'_>)),
    ) -> Result<(), Failure> {
        let (mut shown, mut logged, mut lines) = (String::new(), String::new(), String::new());
        let (user, server) = self
            .control
            .as_ref()
            .map_or((None, None), |c| (Some(c.user), Some(c.server)));
        let Raw {
            dialogue,
            coach,
            view,
            log,
            last_code,
            refused,
            args,
            ..
        } = self;
        let wants_json = args.json || self.events.is_some();
        let (json_out, events_out) = (&mut lines, &mut String::new());
        let mut sink = |event: &Event<'_>| {
            coach.watch(event, user, server);
            view.event(event, &mut shown);
            if let Some((log, _)) = log {
                logged.push_str(&log.event(event));
            }
            if let What::Reply(reply) = &event.what {
                if reply.code.is_some() {
                    *last_code = reply.code;
                }
                *refused |= reply.code.is_none_or(ReplyCode::is_negative);
            }
            if wants_json {
                json_lines(event, args.show_credentials, json_out, events_out);
            }
        };
        step(dialogue, &mut sink);
        let events_lines = std::mem::take(events_out);
        for remark in self.coach.remarks() {
            // What is being listened to already needs no advice.
            if matches!(&remark, Remark::BeListening(at) if self.transfers.iter().any(|t| t.awaited && t.address == *at))
            {
                continue;
            }
            shown.push_str(&self.view.coach(&remark));
        }
        if self.args.json && !lines.is_empty() {
            self.screen.print(&lines)?;
        }
        if let Some(events) = &mut self.events {
            for line in events_lines.split_inclusive('\n') {
                events
                    .append(line)
                    .map_err(|error| lost(self.context, &error))?;
            }
        }
        self.write_log(&logged)?;
        self.show(&shown)
    }

    fn incoming(&mut self, incoming: Incoming) -> Result<(), Failure> {
        match incoming {
            Incoming::Bytes(bytes, at) => {
                self.last_activity = at;
                self.waiting_since = at;
                self.observe(Side::Server, &bytes, at)?;
                if self.dialogue.unfinished(Side::Server).is_empty() {
                    self.unfinished_told = 0;
                }
                Ok(())
            }
            Incoming::Closed(how, at) => {
                self.watch(|dialogue, sink| dialogue.end(Side::Server, how, at, sink))?;
                self.closed(how, at)
            }
        }
    }

    fn closed(&mut self, how: Close, at: Nanos) -> Result<(), Failure> {
        let expected = self.dialogue.session().closing;
        self.control = None;
        let mut shown = self.view.closed(how, expected, self.interactive);
        // Unasked, but nothing was left to say: that is no refusal.
        self.refused |= !expected && (self.dialogue.waits() || !self.dialogue.greeted());
        if let Some((log, _)) = &mut self.log {
            let lines = log.comment(match how {
                Close::Fin => "closed by the server",
                Close::Rst => "reset by the server",
            });
            self.write_log(&lines)?;
        }
        if !self.interactive && expected {
            shown.clear();
        }
        self.remark(&shown)?;
        self.emit("closed", &json::Closed::control(how, true, at))
    }

    fn send(&mut self, line: &[u8]) -> Result<(), Failure> {
        let Some(control) = &mut self.control else {
            let told = self
                .view
                .remark(Role::Warning, &say!(self.context.text, "raw-not-connected"));
            self.refused = true;
            return self.remark(&told);
        };
        // One write for the line and its end: a peer that reads once sees all of it.
        let bytes = [line, b"\r\n"].concat();
        let at = clock::now();
        if let Err(error) = control.send(&bytes) {
            let why = fault::reason(&self.context.text, &error);
            let told = self.view.remark(
                Role::Warning,
                &say!(self.context.text, "raw-send-failed", why = why),
            );
            self.refused = true;
            return self.remark(&told);
        }
        self.last_activity = at;
        self.waiting_since = at;
        self.observe(Side::User, &bytes, at)
    }

    fn again(&mut self) -> Result<(), Failure> {
        if let Some(control) = self.control.take() {
            control.close();
        }
        let mut shown = String::new();
        let mut last = String::new();
        let control = dial(&self.view, &self.addresses, &mut last, |line| {
            shown.push_str(line)
        });
        self.remark(&shown)?;
        match control {
            Ok(control) => self.established(control),
            Err(()) => {
                let port = self.place.port.unwrap_or(FTP_PORT).to_string();
                let host = self.place.host.clone();
                let told = say!(
                    self.context.text,
                    "raw-unreachable",
                    host = host,
                    port = port
                );
                let told = self.view.remark(Role::Warning, &told);
                self.refused = true;
                self.remark(&told)
            }
        }
    }

    // ---- The keyboard --------------------------------------------------------------------------------------------------

    fn typed(&mut self, typed: Typed) -> Result<Option<Exit>, Failure> {
        match typed {
            Typed::Line(line) => {
                self.interrupted = false;
                if self.interactive {
                    // A paste may hold several lines.
                    for line in line.split(|&b| b == b'\n') {
                        if let Some(exit) = self.line(line)? {
                            return Ok(Some(exit));
                        }
                    }
                    self.keyboard.go_on();
                } else {
                    self.held = Some(line);
                }
                Ok(None)
            }
            Typed::Interrupt if self.interrupted => Ok(Some(Exit::Done)),
            Typed::Interrupt => {
                self.interrupted = true;
                let told = self
                    .view
                    .remark(Role::Remark, &say!(self.context.text, "raw-interrupt"));
                self.show(&told)?;
                self.keyboard.go_on();
                Ok(None)
            }
            Typed::End if self.interactive => Ok(Some(Exit::Done)),
            Typed::End => {
                self.input_ended = true;
                Ok(None)
            }
        }
    }

    /// One line that was typed, or came from the pipe.
    fn line(&mut self, line: &[u8]) -> Result<Option<Exit>, Failure> {
        let text = &self.context.text;
        let told = match console::read(line) {
            Meaning::Send(line) => {
                self.send(line)?;
                return Ok(None);
            }
            Meaning::Unknown {
                word,
                nearest: Some(nearest),
            } => {
                say!(text, "raw-unknown-nearest", word = word, nearest = nearest)
            }
            Meaning::Unknown {
                word,
                nearest: None,
            } => say!(text, "raw-unknown", word = word),
            Meaning::Misused { command } => {
                let rest = console::LOCAL
                    .iter()
                    .find(|(name, _)| *name == command)
                    .map_or("", |(_, rest)| *rest);
                let usage = format!("{command} {rest}");
                say!(
                    text,
                    "raw-misused",
                    command = command,
                    usage = usage.trim_end()
                )
            }
            Meaning::Local(local) => return self.local(local),
        };
        self.refused = true;
        let told = self.view.remark(Role::Warning, &told);
        self.remark(&told)?;
        Ok(None)
    }

    fn local(&mut self, local: Local) -> Result<Option<Exit>, Failure> {
        match local {
            Local::Help => {
                let help = self.view.help();
                self.show(&help)?;
            }
            Local::State => {
                let state = self
                    .view
                    .state(&self.dialogue, clock::now(), self.last_activity);
                self.show(&state)?;
            }
            Local::Explain(what) => {
                let explained = self.explain(&what);
                self.show(&explained)?;
            }
            Local::Data { to, payload } => self.dial_data(to.as_deref(), &payload)?,
            Local::Listen { port, payload } => self.listen_data(port, &payload)?,
            Local::Again => self.again()?,
            Local::Quit => return Ok(Some(Exit::Done)),
        }
        Ok(None)
    }

    fn explain(&self, what: &[String]) -> String {
        let (text, style) = (&self.context.text, self.view.style);
        if what.is_empty() {
            return match self.last_code {
                Some(code) => crate::view::explain::code(text, style, code),
                None => self
                    .view
                    .remark(Role::Warning, &say!(text, "raw-no-last-reply")),
            };
        }
        what.iter()
            .map(|word| super::explain::about(word, self.context))
            .collect()
    }

    // ---- Data connections ----------------------------------------------------------------------------------------------

    fn carry(&mut self, payload: &Payload) -> Result<Option<Carry>, Failure> {
        let opened = match payload {
            Payload::Show => return Ok(Some(Carry::Show)),
            Payload::Into(path) => file::create(path, false).map(Carry::Into),
            Payload::From(path) => file::open(path).map(|(file, _)| Carry::From(file)),
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

    fn warn(&mut self, sentence: &str) -> Result<(), Failure> {
        self.refused = true;
        let told = self.view.remark(Role::Warning, sentence);
        self.remark(&told)
    }

    fn dial_data(&mut self, to: Option<&str>, payload: &Payload) -> Result<(), Failure> {
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
            // The control connection's own peer, whatever host the reply names (RFC 2577 3).
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
        let Some(carry) = self.carry(payload)? else {
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
        self.opened += 1;
        let number = self.opened;
        let sending = matches!(carry, Carry::From(_));
        let cancel = background::dial(address, carry, self.outbox.clone(), move |told| {
            Happened::Data(number, told)
        })?;
        self.transfers
            .push(Transfer::new(number, false, sending, cancel, address));
        Ok(())
    }

    fn listen_data(&mut self, port: u16, payload: &Payload) -> Result<(), Failure> {
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
        let Some(carry) = self.carry(payload)? else {
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
        self.opened += 1;
        let number = self.opened;
        let sending = matches!(carry, Carry::From(_));
        let cancel = background::listen(listener, carry, self.outbox.clone(), move |told| {
            Happened::Data(number, told)
        })?;
        self.transfers
            .push(Transfer::new(number, true, sending, cancel, at));
        Ok(())
    }

    fn data(&mut self, number: u64, told: Told) -> Result<(), Failure> {
        let Some(at) = self
            .transfers
            .iter()
            .position(|transfer| transfer.number == number)
        else {
            return Ok(());
        };
        let text = &self.context.text;
        let (awaited, address) = (self.transfers[at].awaited, self.transfers[at].address);
        match told {
            Told::Open { from, to } => {
                self.transfers[at].waiting = false;
                let sentence = say!(
                    text,
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
            Told::Bytes(bytes) => {
                let transfer = &mut self.transfers[at];
                let room = log::MAX_DATA.saturating_sub(transfer.kept.len());
                transfer
                    .kept
                    .extend_from_slice(&bytes[..bytes.len().min(room)]);
                let shown = transfer.lines.feed(&self.view, &bytes);
                self.show(&shown)?;
                self.emit("data", &json::Data::received(number, bytes.len() as u64))
            }
            Told::NotDialled(error) => {
                self.transfers.remove(at);
                self.warn(&fault::connect(&self.context.text, &error))
            }
            Told::NotAccepted(error) => {
                self.transfers.remove(at);
                match error {
                    data::AcceptError::Cancelled => Ok(()),
                    error => {
                        let why = match &error {
                            data::AcceptError::System(error) => {
                                fault::reason(&self.context.text, error)
                            }
                            other => other.to_string(),
                        };
                        let port = address.port().to_string();
                        self.warn(&say!(
                            self.context.text,
                            "raw-listen-failed",
                            port = port,
                            why = why
                        ))
                    }
                }
            }
            Told::Done(outcome) => {
                let mut transfer = self.transfers.remove(at);
                let rest = transfer.lines.finish(&self.view);
                self.show(&rest)?;
                let outcome = match outcome {
                    Ok(outcome) => outcome,
                    Err(failed) => {
                        let why = fault::reason(&self.context.text, &failed.error);
                        let told = say!(
                            self.context.text,
                            "raw-data-failed",
                            address = address.to_string(),
                            why = why
                        );
                        self.warn(&told)?;
                        failed.outcome
                    }
                };
                if let Some((log, _)) = &self.log {
                    let lines = log.data(&transfer.kept, outcome.bytes, !transfer.sending);
                    self.write_log(&lines)?;
                }
                let seconds = format!("{:.3}", outcome.open.as_secs_f64());
                let text = &self.context.text;
                let told = match (outcome.end, outcome.by) {
                    (End::Rst, _) => say!(text, "raw-data-closed-reset", bytes = outcome.bytes),
                    (_, By::Peer) => {
                        say!(
                            text,
                            "raw-data-closed-peer",
                            bytes = outcome.bytes,
                            lines = outcome.lines,
                            seconds = seconds
                        )
                    }
                    (_, By::Us) => say!(
                        text,
                        "raw-data-closed-self",
                        bytes = outcome.bytes,
                        seconds = seconds
                    ),
                };
                let told = self.view.remark(Role::Remark, &told);
                self.remark(&told)?;
                self.emit(
                    "closed",
                    &json::Closed::data(number, &json::Ended::of(&outcome), clock::now()),
                )
            }
        }
    }

    // ---- Time ----------------------------------------------------------------------------------------------------------

    fn tick(&mut self) -> Result<(), Failure> {
        let now = clock::now();
        let unfinished = self.dialogue.unfinished(Side::Server).len();
        if unfinished > self.unfinished_told && now.saturating_sub(self.last_activity) > UNFINISHED
        {
            let shown = self
                .view
                .unfinished(&self.dialogue.unfinished(Side::Server)[self.unfinished_told..]);
            self.unfinished_told = unfinished;
            self.show(&shown)?;
        }
        let dialled = self
            .dialogue
            .session()
            .negotiation
            .as_ref()
            .is_some_and(|n| self.dialled == Some(n.n));
        if let Some(remark) = self.coach.idle(&self.dialogue, now, dialled) {
            let shown = self.view.coach(&remark);
            self.show(&shown)?;
        }
        Ok(())
    }

    /// From a pipe: sends the next line when it may go out, and ends when nothing is left to wait for.
    fn batch(&mut self) -> Result<Option<Exit>, Failure> {
        let waiting = self.control.is_some() && (!self.dialogue.greeted() || self.dialogue.waits());
        let in_transfer = matches!(self.dialogue.stage(), Stage::Preliminary(_));
        // A transfer may wait for what the next line does: its data connection.
        let wants_data = self
            .dialogue
            .outstanding()
            .next()
            .is_some_and(|(_, verb, ..)| verb.moves().is_some());
        if let Some(line) = self.held.take_if(|line| {
            let while_running = matches!(secret::verb_of(line).0, Verb::Abor | Verb::Stat);
            !waiting
                || self.args.no_wait
                || (wants_data && line.starts_with(b"/"))
                || (in_transfer && while_running)
        }) {
            let exit = self.line(&line)?;
            self.keyboard.go_on();
            return Ok(exit);
        }
        let exit = if self.refused { Exit::No } else { Exit::Done };
        let idle_transfers = self
            .transfers
            .iter()
            .all(|transfer| transfer.waiting && transfer.awaited);
        if self.control.is_none()
            && self.transfers.is_empty()
            && (self.input_ended || self.held.is_some())
        {
            let unsent = self.held.is_some() && !self.dialogue.session().closing;
            return Ok(Some(if unsent { Exit::No } else { exit }));
        }
        if self.input_ended && self.held.is_none() && !waiting && idle_transfers {
            return Ok(Some(exit));
        }
        if waiting
            && clock::now().saturating_sub(self.waiting_since)
                > self.args.timeout.as_nanos() as Nanos
        {
            let seconds = self.args.timeout.as_secs_f64().to_string();
            let told = match self.dialogue.outstanding().next() {
                Some((_, verb, _, _)) => {
                    let verb = if verb == Verb::Other {
                        "?"
                    } else {
                        verb.name()
                    };
                    say!(
                        self.context.text,
                        "raw-no-reply",
                        verb = verb,
                        seconds = seconds
                    )
                }
                None => say!(self.context.text, "raw-no-greeting", seconds = seconds),
            };
            self.warn(&told)?;
            return Ok(Some(Exit::No));
        }
        Ok(None)
    }

    /// Ends: what is still open is closed from here.
    fn leave(mut self, exit: Exit) -> Result<Exit, Failure> {
        for transfer in &self.transfers {
            transfer.cancel.cancel();
        }
        if let Some(control) = self.control.take() {
            control.close();
            if self.interactive {
                let told = self
                    .view
                    .remark(Role::Remark, &say!(self.context.text, "raw-bye"));
                self.show(&told)?;
            }
            self.emit(
                "closed",
                &json::Closed::control(Close::Fin, false, clock::now()),
            )?;
        }
        Ok(exit)
    }
}

/// The JSON lines of an event, for standard output and for an events file.
fn json_lines(event: &Event<'_>, show_credentials: bool, out: &mut String, events: &mut String) {
    let origin = Some(Origin {
        source: "raw",
        pid: process::id(),
    });
    let place = Place::default();
    match &event.what {
        What::Command(command) => {
            let line = json::command(place, event.at, command, show_credentials);
            out.push_str(&json::line("command", None, &line));
            events.push_str(&json::line("command", origin, &line));
        }
        What::Reply(reply) => {
            let line = json::reply(place, event.at, reply);
            out.push_str(&json::line("reply", None, &line));
            events.push_str(&json::line("reply", origin, &line));
        }
        What::Negotiation(negotiation) => {
            let line = json::negotiation(place, event.at, negotiation);
            out.push_str(&json::line("negotiation", None, &line));
            events.push_str(&json::line("negotiation", origin, &line));
        }
        _ => {}
    }
}

impl Transfer {
    fn new(
        number: u64,
        awaited: bool,
        sending: bool,
        cancel: Cancel,
        address: SocketAddr,
    ) -> Transfer {
        Transfer {
            number,
            awaited,
            sending,
            cancel,
            lines: DataLines::default(),
            kept: Vec::new(),
            address,
            waiting: true,
        }
    }
}
