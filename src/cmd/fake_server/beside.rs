//! A server beside something else: it plays a script in a thread of its own, shows nothing, and ends when it is dropped.
//! `lab run` has a sheet's servers so.

use std::{
    cell::RefCell,
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

use clap::Parser;

use super::{
    Loaded, NAME, Options, Prepared, Server, Tapped, Watch, builtin, fault, not_started, params,
    recording::{self, Recording},
    sample, view,
};
use crate::{
    cli::{Cli, Command, FakeServer},
    cmd::{Context, Exit, Failure},
    io::server::Stopper,
    script::notation::Script,
    view::{style::Style, text::Text},
};

/// How many servers this process has had beside it.
static SERVERS: AtomicU64 = AtomicU64::new(0);
/// How many numbers each of them has for its connections: in one events file a process and a number are one connection.
const NUMBERS: u64 = 1_000_000;

/// What is to be played, and how.
pub(in crate::cmd) struct Wish {
    /// Who asks, and how they are asked for another control port.
    pub(in crate::cmd) asker: (&'static str, String),
    /// The script, and what its files are below.
    pub(in crate::cmd) found: builtin::Found,
    /// Values of parameters; those that the script does not have are left out.
    pub(in crate::cmd) params: Vec<(String, String)>,
    /// Who works: chooses the other parameters.
    pub(in crate::cmd) student: Option<String>,
    /// The control port; 0 for a free one.
    pub(in crate::cmd) port: u16,
    /// Where its events go.
    pub(in crate::cmd) events: Option<PathBuf>,
    /// Where its connections are recorded: a new file.
    pub(in crate::cmd) record: Option<PathBuf>,
}

/// A server that runs until it is dropped.
pub(in crate::cmd) struct Beside {
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<Result<Exit, Failure>>>,
}

impl Beside {
    /// Where it listens.
    pub(in crate::cmd) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Where it listens, and what ends it.
type Ready = (SocketAddr, Stopper);

/// Starts a server.
///
/// # Errors
/// Where the script is none, or the port cannot be listened on.
pub(in crate::cmd) fn start(context: &Context, wish: Wish) -> Result<Beside, Failure> {
    let lang = context.text.lang();
    let err = context.err;
    let (to, ready) = sync_channel(1);
    let thread = thread::Builder::new()
        .name("server".into())
        .spawn(move || {
            let context = Context {
                text: Text::new(lang),
                out: Style::plain(),
                err,
            };
            let record = wish.record.clone();
            let recorded = recording::Asked {
                command: NAME,
                path: record.as_deref(),
                json: false,
                silent: true,
                events: None,
            };
            recording::around(&context, &recorded, |recording| {
                serve(&context, wish, recording, &to)
            })
        })?;
    match ready.recv() {
        Ok((address, stopper)) => Ok(Beside {
            address,
            stopper,
            thread: Some(thread),
        }),
        // It has ended before it listened, and says why.
        Err(_) => Err(match thread.join() {
            Ok(Err(failure)) => failure,
            _ => fault::failed(context, NAME, "?"),
        }),
    }
}

fn serve(
    context: &Context,
    wish: Wish,
    recording: Option<&Recording>,
    ready: &SyncSender<Ready>,
) -> Result<Exit, Failure> {
    let asked = asked(wish.events.as_deref());
    let (asker, again) = wish.asker;
    let text = &context.text;
    let script = Script::parse(&wish.found.text).map_err(|all| {
        let told = view::mistakes(text, context.err, &wish.found.name, &all);
        Failure::failed(told.trim_end().to_owned())
    })?;
    let known = &script.settings.params;
    let chosen = known
        .iter()
        .map(|param| (param.name.clone(), param.choose(wish.student.as_deref())));
    let mut values: params::Values = chosen.collect();
    // The sheet knows best what its own server is to say, whatever the script would choose from.
    let given = wish.params.into_iter();
    values.extend(given.filter(|(name, _)| known.iter().any(|param| param.name == *name)));
    let loaded = Loaded {
        found: wish.found,
        script,
        values,
    };
    let (found, play) = loaded.play(&asked, context)?;
    let play = Arc::new(play);
    let options = Options {
        bind: vec![Ipv4Addr::LOCALHOST.into()],
        port: wish.port,
        folder: found.folder,
        // Whoever tells of a data connection first is believed, and tells what came over it.
        sample: sample(&asked),
        wire: recording.is_some(),
        numbered_above: SERVERS.fetch_add(1, Ordering::Relaxed) * NUMBERS,
        ..Options::default()
    };
    let server = Server::bind(Arc::clone(&play), options)
        .map_err(|error| not_started(context, (asker, &again), error))?;
    let address = server.addresses()[0];
    if let Some(recording) = recording {
        recording.control(address.port());
    }
    let prepared = Prepared::open(&asked, context, &found.name, play, None)?;
    let mut outputs = prepared.ready(Box::new(|_| true));
    outputs.start(server.addresses());
    let outputs = Rc::new(RefCell::new(outputs));
    let watch = Watch {
        outputs: Rc::clone(&outputs),
    };
    // Nobody waits any more where the program ends meanwhile.
    let _ = ready.send((address, server.stopper()));
    server.run(Tapped::new(watch, recording));
    outputs.borrow_mut().end();
    Ok(Exit::Done)
}

/// The command line of a server that has every default.
fn asked(events: Option<&Path>) -> FakeServer {
    let mut words: Vec<OsString> = vec!["ftplab".into(), NAME.into()];
    if let Some(path) = events {
        words.extend(["--events".into(), path.into()]);
    }
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Some(Command::FakeServer(asked))) => *asked,
        _ => unreachable!("the command line above is one of fake-server"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Read, Write};

    use crate::ftp::endpoint;

    #[test]
    fn it_serves_until_it_is_dropped_and_says_why_it_does_not() {
        let context = Context {
            text: Text::new(crate::view::text::Lang::En),
            out: Style::plain(),
            err: Style::plain(),
        };
        let folder = tempfile::tempdir().expect("a folder");
        let events = folder.path().join("x.events");
        let wish = |port| Wish {
            asker: ("lab", "lab run x --port".into()),
            found: builtin::find("any-client")
                .expect("readable")
                .expect("there"),
            params: vec![("unknown".into(), "x".into())],
            student: None,
            port,
            events: Some(events.clone()),
            record: None,
        };
        let server = start(&context, wish(0)).expect("a server");
        let address = server.address();
        let stream = std::net::TcpStream::connect(address).expect("it listens");
        let mut lines = BufReader::new(stream);
        let mut say = |command: &str, code: &str| {
            let mut line = String::new();
            lines.get_mut().write_all(command.as_bytes()).expect("sent");
            lines.read_line(&mut line).expect("a reply");
            assert!(line.starts_with(code), "{line}");
            line
        };
        say("", "220 ");
        say("USER a\r\n", "331 ");
        say("PASS b\r\n", "230 ");
        let reply = say("PASV\r\n", "227 ");
        let stated = endpoint::parse_227(reply.as_bytes()).expect("an address");
        let data = (address.ip(), stated.endpoint.port);
        let mut data = std::net::TcpStream::connect(data).expect("it listens");
        say("NLST\r\n", "150 ");
        let mut listing = String::new();
        data.read_to_string(&mut listing).expect("a listing");
        say("", "226 ");
        let taken = start(&context, wish(address.port())).err().expect("taken");
        assert!(taken.to_string().contains(&address.port().to_string()));
        drop(server);
        let told = std::fs::read_to_string(&events).expect("events");
        let head = serde_json::to_string(&listing).expect("JSON");
        assert!(
            told.contains(&format!("\"head\":{head}")),
            "{head} in\n{told}"
        );
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
