//! `fake-server`: load the script, listen, let the player answer, show what happens.

use std::{
    cell::RefCell,
    fs::{File, OpenOptions},
    io::{self, Write},
    net::IpAddr,
    path::Path,
    rc::Rc,
    sync::Arc,
};

use super::{Context, Exit, Failure, builtin};
use crate::{
    cli::FakeServer,
    ftp::event::Nanos,
    io::{
        server::{Options, Server, StartError, Tap, TreeError},
        stdio as streams,
    },
    say,
    script::{
        notation::Script,
        params,
        play::{Limits, Play},
        watch::Happening,
    },
    view::{json::Origin, server as view, text::Text},
};

/// The script that is played when none is named.
const DEFAULT: &str = "any-client";

/// Runs the server until Ctrl-C, or until its first client has gone.
pub(super) fn run(asked: &FakeServer, context: &Context) -> Result<Exit, Failure> {
    let text = &context.text;
    let name = asked.script.as_deref().unwrap_or(DEFAULT);
    let found = builtin::find(name)
        .map_err(|error| unreadable(text, name, &error))?
        .ok_or_else(|| {
            let names = builtin::names().join(", ");
            Failure::failed(say!(
                text,
                "server-unknown-script",
                name = name,
                names = names
            ))
        })?;
    let script = Script::parse(&found.text).map_err(|all| {
        Failure::failed(view::mistakes(text, context.err, &found.name, &all).trim_end())
    })?;
    let values = params::resolve(&script.settings.params, &[], None).unwrap_or_default();
    let tree = match &script.settings.files {
        Some((dir, read_only)) => Some(
            found
                .folder
                .tree(dir, *read_only)
                .map_err(|error| no_tree(text, &error))?,
        ),
        None => None,
    };
    let play = Play::new(script, values, Limits::default(), None, tree)
        .map_err(|refusal| Failure::failed(view::refusal(text, &found.name, &refusal)))?;
    let play = Arc::new(play);
    let mut options = Options {
        port: asked.port,
        folder: found.folder,
        once: asked.once,
        ..Options::default()
    };
    if let Some(address) = asked.bind {
        options.bind = vec![address];
    }
    let server =
        Server::bind(Arc::clone(&play), options).map_err(|error| not_started(text, &error))?;
    server
        .stop_on_interrupt()
        .map_err(|error| not_started(text, &error))?;

    let mut outputs = Outputs::open(asked, context, &found.name, Arc::clone(&play))?;
    outputs.start(text, context, server.addresses())?;
    let outputs = Rc::new(RefCell::new(outputs));
    server.run(Watch {
        outputs: Rc::clone(&outputs),
    });
    let mut outputs = outputs.borrow_mut();
    outputs.end(text, context)?;
    Ok(Exit::Done)
}

/// Where everything that happens goes.
struct Outputs {
    name: String,
    play: Arc<Play>,
    live: Option<view::Live>,
    json: bool,
    events: Option<File>,
    log: Option<(File, view::Log)>,
    log_text: Text,
    tally: view::Tally,
    show_credentials: bool,
    /// Standard output takes no more; the server goes on for its clients.
    deaf: bool,
}

/// What is written into an events file says where it is from.
fn program() -> Origin {
    Origin {
        source: "fake-server",
        pid: std::process::id(),
    }
}

impl Outputs {
    fn open(
        asked: &FakeServer,
        context: &Context,
        name: &str,
        play: Arc<Play>,
    ) -> Result<Outputs, Failure> {
        let text = &context.text;
        let open = |path: &Path, append: bool| {
            OpenOptions::new()
                .create(true)
                .append(append)
                .write(true)
                .truncate(!append)
                .open(path)
                .map_err(|error| unreadable(text, &path.display().to_string(), &error))
        };
        let events = asked.events.as_deref().map(|path| open(path, true));
        let log = asked.log.as_deref().map(|path| open(path, false));
        let live = (!asked.json)
            .then(|| view::Live::new(text.lang(), context.out, name, asked.show_credentials));
        Ok(Outputs {
            name: name.to_owned(),
            play,
            live,
            json: asked.json,
            events: events.transpose()?,
            log: log
                .transpose()?
                .map(|file| (file, view::Log::new(asked.show_credentials))),
            log_text: Text::new(text.lang()),
            tally: view::Tally::default(),
            show_credentials: asked.show_credentials,
            deaf: false,
        })
    }

    fn start(
        &mut self,
        text: &Text,
        context: &Context,
        addresses: &[std::net::SocketAddr],
    ) -> Result<(), Failure> {
        if self.json {
            for &address in addresses {
                self.print(&view::json_listening(None, address));
            }
        } else {
            let page = view::start(text, context.out, &self.name, &self.play.script, addresses);
            self.print(&page);
        }
        if let Some(file) = &mut self.events {
            for &address in addresses {
                file.write_all(view::json_listening(Some(program()), address).as_bytes())?;
            }
        }
        Ok(())
    }

    fn happening(&mut self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        self.tally.count(happening);
        if let Some(live) = &mut self.live {
            let shown = live.happening(&self.play, connection, at, happening);
            self.print(&shown);
        }
        if self.json
            && let Some(line) =
                view::json_happening(None, connection, at, happening, self.show_credentials)
        {
            self.print(&line);
        }
        // A full disk must not stop the lesson: what cannot be written is lost.
        if let Some(file) = &mut self.events
            && let Some(line) = view::json_happening(
                Some(program()),
                connection,
                at,
                happening,
                self.show_credentials,
            )
        {
            let _ = file.write_all(line.as_bytes());
        }
        if let Some((file, log)) = &mut self.log
            && let Some(whole) = log.happening(&self.log_text, connection, at, happening)
        {
            let _ = file.write_all(whole.as_bytes());
        }
    }

    fn end(&mut self, text: &Text, context: &Context) -> Result<(), Failure> {
        if self.json {
            self.print(&view::json_summary(None, &self.play, &self.tally));
        } else {
            let page = view::summary(text, context.out, &self.name, &self.play, &self.tally);
            self.print(&page);
        }
        if let Some(file) = &mut self.events {
            let line = view::json_summary(Some(program()), &self.play, &self.tally);
            file.write_all(line.as_bytes())?;
        }
        Ok(())
    }

    /// To standard output, at once.
    fn print(&mut self, shown: &str) {
        if shown.is_empty() || self.deaf {
            return;
        }
        let mut out = streams::stdout();
        if out
            .write_all(shown.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            self.deaf = true;
        }
    }
}

/// The server's tap.
struct Watch {
    outputs: Rc<RefCell<Outputs>>,
}

impl Tap for Watch {
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        self.outputs
            .borrow_mut()
            .happening(connection, at, happening);
    }
}

fn unreadable(text: &Text, path: &str, error: &io::Error) -> Failure {
    Failure::failed(say!(
        text,
        "server-unreadable",
        path = path,
        error = error.to_string()
    ))
}

fn no_tree(text: &Text, error: &TreeError) -> Failure {
    match error {
        TreeError::Unreadable { path, error } => unreadable(text, path, error),
        TreeError::TooMuch { path } => {
            Failure::failed(say!(text, "server-tree-too-much", path = path.as_str()))
        }
    }
}

fn not_started(text: &Text, error: &StartError) -> Failure {
    let message = match error {
        StartError::Bind { address, source } => match source.kind() {
            io::ErrorKind::AddrInUse => say!(
                text,
                "server-bind-taken",
                port = address.port().to_string(),
                host = host(address.ip())
            ),
            io::ErrorKind::PermissionDenied if address.port() < 1024 => say!(
                text,
                "server-bind-privileged",
                port = address.port().to_string()
            ),
            _ => say!(
                text,
                "server-bind-failed",
                address = address.to_string(),
                error = source.to_string()
            ),
        },
        StartError::System(error) => format!("ftplab: {error}"),
    };
    Failure::failed(message)
}

fn host(ip: IpAddr) -> String {
    ip.to_string()
}
