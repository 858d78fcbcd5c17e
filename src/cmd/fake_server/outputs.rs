//! Where everything goes that happens on the server: the screen or JSON Lines, the events file, the log.

use std::{collections::HashMap, io::Write, net::SocketAddr, sync::Arc};

use crate::{
    cli::FakeServer,
    cmd::{Context, Failure, fault, report::Lines},
    ftp::event::Nanos,
    io::{server::Room, stdio as streams},
    say,
    script::{play::Play, watch::Happening},
    view::{
        json::Origin,
        server as view,
        style::Style,
        text::{Lang, Text},
    },
};

/// The most bytes of one dialogue that are kept before they are written although it goes on.
const MAX_KEPT: usize = 256 * 1024;

/// Where what is shown goes; false where it takes no more.
pub(super) type Sink = Box<dyn FnMut(&str) -> bool>;

/// Standard output, at once.
pub(super) fn to_stdout() -> Sink {
    Box::new(|shown| {
        let mut out = streams::stdout();
        out.write_all(shown.as_bytes())
            .and_then(|()| out.flush())
            .is_ok()
    })
}

/// What is needed to show what happens; it can be taken to another thread and made [`ready`](Prepared::ready) there.
pub(super) struct Prepared {
    name: String,
    play: Arc<Play>,
    json: bool,
    quiet: bool,
    introduced: bool,
    events: Option<Lines>,
    log: Option<Logs>,
    show_credentials: bool,
    lang: Lang,
    style: Style,
    /// How standard error is dressed.
    err: Style,
    /// The system's limit of open files, where it allows fewer clients than were asked for; until it is told.
    room: Option<Room>,
}

pub(super) struct Outputs {
    name: String,
    play: Arc<Play>,
    text: Text,
    style: Style,
    /// How standard error is dressed.
    err: Style,
    /// See [`Prepared`].
    room: Option<Room>,
    live: Option<view::Live>,
    json: bool,
    /// Somebody else has said where the server listens.
    introduced: bool,
    events: Option<Lines>,
    log: Option<Logs>,
    tally: view::Tally,
    show_credentials: bool,
    sink: Sink,
    /// The sink takes no more; the server goes on for its clients.
    deaf: bool,
}

/// What is written into an events file says where it is from.
fn program() -> Origin {
    Origin {
        source: super::NAME,
        pid: std::process::id(),
    }
}

impl Prepared {
    /// Opens the files.
    pub(super) fn open(
        asked: &FakeServer,
        context: &Context,
        name: &str,
        play: Arc<Play>,
        room: Option<Room>,
    ) -> Result<Prepared, Failure> {
        let text = &context.text;
        let open = |path| Lines::open(context, super::NAME, path);
        let events = asked.events.as_deref().map(open).transpose()?;
        let log = match &asked.log {
            None => None,
            Some(path) => Some(Logs {
                file: open(path)?,
                open: HashMap::new(),
                show_credentials: asked.show_credentials,
            }),
        };
        Ok(Prepared {
            name: name.to_owned(),
            play,
            json: asked.json,
            quiet: asked.quiet,
            introduced: asked.introduced,
            events,
            log,
            show_credentials: asked.show_credentials,
            lang: text.lang(),
            style: context.out,
            err: context.err,
            room,
        })
    }

    /// Shows what happens from now on.
    pub(super) fn ready(self, sink: Sink) -> Outputs {
        let live = (!self.json && !self.quiet)
            .then(|| view::Live::new(self.lang, self.style, &self.name, self.show_credentials));
        Outputs {
            name: self.name,
            play: self.play,
            text: Text::new(self.lang),
            style: self.style,
            err: self.err,
            room: self.room,
            live,
            json: self.json,
            introduced: self.introduced,
            events: self.events,
            log: self.log,
            tally: view::Tally::default(),
            show_credentials: self.show_credentials,
            sink,
            deaf: false,
        }
    }
}

impl Outputs {
    /// How what is shown is dressed by now: see [`Context::out_now`].
    pub(super) fn style_now(&mut self) -> Style {
        if !self.json && streams::stdout_is_terminal() {
            self.style = self.style.fitted(streams::columns());
            if let Some(live) = &mut self.live {
                live.style = self.style;
            }
        }
        self.style
    }

    /// Tells where the server listens.
    pub(super) fn start(&mut self, addresses: &[SocketAddr]) {
        for &address in addresses {
            if self.json {
                self.print(&view::json_listening(None, address));
            }
            self.append(&view::json_listening(Some(program()), address));
        }
        if !self.json && !self.introduced {
            let script = &self.play.script;
            let page = view::start(&self.text, self.style, &self.name, script, addresses);
            self.print(&page);
        }
    }

    pub(super) fn happening(&mut self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        self.style_now();
        self.tally.count(happening);
        if let Happening::TurnedAway { .. } = happening
            && let Some(room) = self.room.take()
        {
            let what = say!(
                self.text,
                "server-few-files",
                files = room.files,
                clients = room.clients
            );
            streams::complain(&fault::said(&self.text, self.err, super::NAME, &what));
        }
        if let Some(live) = &mut self.live {
            let shown = live.happening(&self.play, connection, at, happening);
            self.print(&shown);
        }
        let show = self.show_credentials;
        if self.json
            && let Some(line) = view::json_happening(None, connection, at, happening, show)
        {
            self.print(&line);
        }
        if self.events.is_some()
            && let Some(line) =
                view::json_happening(Some(program()), connection, at, happening, show)
        {
            self.append(&line);
        }
        if let Some(logs) = &mut self.log
            && let Some(written) = logs.happening(connection, happening)
        {
            logs.file.append(&self.text, self.err, &written);
        }
    }

    /// Tells what was used; true where every step was played and every command was answered by the script.
    pub(super) fn end(&mut self) -> bool {
        let page = if self.json {
            view::json_summary(None, &self.play, &self.tally)
        } else {
            view::summary(&self.text, self.style, &self.name, &self.play, &self.tally)
        };
        self.print(&page);
        self.append(&view::json_summary(
            Some(program()),
            &self.play,
            &self.tally,
        ));
        let script = &self.play.script;
        self.tally.unmatched == 0 && script.steps().all(|step| self.play.uses(step.head) > 0)
    }

    pub(super) fn print(&mut self, shown: &str) {
        if !shown.is_empty() && !self.deaf {
            self.deaf = !(self.sink)(shown);
        }
    }

    /// To the events file.
    fn append(&mut self, line: &str) {
        if let Some(events) = &mut self.events {
            events.append(&self.text, self.err, line);
        }
    }
}

/// The log of `--log`. Each dialogue is written whole when it ends, so that those of several clients do not mix.
struct Logs {
    file: Lines,
    open: HashMap<u64, view::DialogueLog>,
    show_credentials: bool,
}

impl Logs {
    /// What is to be written now.
    fn happening(&mut self, connection: u64, happening: &Happening<'_>) -> Option<String> {
        let show = self.show_credentials;
        let log = self
            .open
            .entry(connection)
            .or_insert_with(|| view::DialogueLog::new(connection, show));
        log.happening(happening);
        let over = matches!(happening, Happening::Closed { .. });
        let written = (over || log.text().len() > MAX_KEPT).then(|| log.take());
        if over {
            self.open.remove(&connection);
        }
        written
    }
}
