//! `fake-server`: load the script, listen, let the player answer, show what happens. Scripts can also be checked, tested
//! against themselves and made from a transcript; each of these is a file here.

pub(super) mod beside;
mod by_hand;
mod check;
mod from;
mod list;
mod outputs;
mod self_test;

use std::{cell::RefCell, fs, io, path::Path, rc::Rc, sync::Arc};

use super::{
    Context, Exit, Failure, builtin, fault,
    recording::{self, Recording, Tapped},
};
use crate::{
    cli::FakeServer,
    ftp::event::Nanos,
    io::{
        data::BindError,
        file::{self, FileError},
        server::{Folder, Options, Room, Server, StartError, Tap, TreeError},
    },
    say,
    script::{
        mistake::Mistake,
        notation::Script,
        params::{self, Values},
        play::{Limits, Play},
        watch::Happening,
    },
    view::{
        json,
        log::MAX_DATA,
        server as view,
        text::{Lang, Text},
    },
};
use outputs::{Outputs, Prepared};

/// The subcommand's name.
const NAME: &str = "fake-server";
/// A server that nobody else asked for, and how it is asked for another port.
const ALONE: (&str, &str) = (NAME, "fake-server --port");
/// The script that is played when none is named.
const DEFAULT: &str = "any-client";
/// What is read of a site that an earlier run may have written: such a one is far shorter.
const SITE: u64 = 16 * 1024;
/// The port when none is asked for.
const PORT: u16 = 2121;
/// Where the ports of students begin, and how many there are: every other one, since the data of a server on port L
/// comes from L-1.
const STUDENT_PORTS: (u16, u16) = (20_001, 10_000);

/// Does what the command line asks for.
pub(super) fn run(asked: &FakeServer, context: &Context) -> Result<Exit, Failure> {
    if asked.list {
        return list::run(asked, context);
    }
    if !asked.check.is_empty() {
        return check::run(asked, context);
    }
    if let Some(name) = &asked.self_test {
        return self_test::run(asked, context, name);
    }
    if let Some(path) = &asked.from {
        return from::run(asked, context, path);
    }
    let recorded = recording::Asked::new(
        NAME,
        asked.record.as_deref(),
        asked.json,
        asked.events.as_deref(),
    );
    recording::around(context, &recorded, |recording| {
        serve(asked, context, recording)
    })
}

/// How many of the first bytes of what is sent a log or the events show; one more, so that it shows that there are more.
fn sample(asked: &FakeServer) -> usize {
    match (&asked.log, asked.json || asked.events.is_some()) {
        (Some(_), _) => MAX_DATA,
        (None, true) => json::MAX_HEAD + 1,
        (None, false) => 0,
    }
}

/// A script that is ready, with its name and what its files are below.
struct Loaded {
    found: builtin::Found,
    script: Script,
    values: Values,
}

/// Why there is no script.
enum Unloaded {
    /// It has mistakes; with its name.
    Mistakes(String, Vec<Mistake>),
    /// Something else, which has been put into words.
    Other(Failure),
}

impl From<Failure> for Unloaded {
    fn from(failure: Failure) -> Unloaded {
        Unloaded::Other(failure)
    }
}

impl Unloaded {
    /// In words. The script's mistakes have the given exit code.
    fn told(self, context: &Context, exit: fn(String) -> Failure) -> Failure {
        match self {
            Unloaded::Mistakes(name, all) => {
                let told = view::mistakes(&context.text, context.err, &name, &all);
                exit(told.trim_end().to_owned())
            }
            Unloaded::Other(failure) => failure,
        }
    }
}

/// Finds and reads a script.
fn load(name: &str, asked: &FakeServer, context: &Context) -> Result<Loaded, Unloaded> {
    let text = &context.text;
    let found = builtin::find(name)
        .map_err(|error| unreadable(context, name, &error))?
        .ok_or_else(|| {
            let names = builtin::names().join(", ");
            let what = say!(text, "server-unknown-script", name = name, names = names);
            fault::failed(context, NAME, &what)
        })?;
    let mut script =
        Script::parse(&found.text).map_err(|all| Unloaded::Mistakes(found.name.clone(), all))?;
    if let Some(title) = found.french.filter(|_| text.lang() == Lang::Fr) {
        script.settings.title = Some(title.to_owned());
    }
    let values = crate::cmd::params::resolve(
        context,
        NAME,
        &script.settings.params,
        &asked.param,
        asked.student.as_deref(),
    )?;
    Ok(Loaded {
        found,
        script,
        values,
    })
}

impl Loaded {
    /// The script that answers nothing.
    fn nothing(text: &Text) -> Loaded {
        let mut script = Script::default();
        script.settings.title = Some(say!(text, "hand-title"));
        Loaded {
            found: builtin::Found {
                name: NAME.to_owned(),
                text: Vec::new(),
                folder: Folder::None,
                french: None,
            },
            script,
            values: Values::new(),
        }
    }

    /// Makes it ready to be played.
    fn play(
        self,
        asked: &FakeServer,
        context: &Context,
    ) -> Result<(builtin::Found, Play), Failure> {
        let Loaded {
            found,
            script,
            values,
        } = self;
        let tree = match &script.settings.files {
            Some((dir, read_only)) => Some(
                found
                    .folder
                    .tree(dir, *read_only)
                    .map_err(|error| no_tree(context, &found.name, &error))?,
            ),
            None => None,
        };
        let limits = Limits {
            data_wait: asked.limits.data_wait,
            idle: asked.limits.idle,
            loop_commands: asked.limits.max_repeats,
            upload: asked.limits.max_upload,
            allow_foreign: asked.allow_foreign,
        };
        let play =
            Play::new(script, values, limits, asked.public_address, tree).map_err(|refusal| {
                let what = view::refusal(&context.text, &found.name, &refusal);
                fault::failed(context, NAME, &what)
            })?;
        Ok((found, play))
    }
}

/// Runs the server until Ctrl-C, or until its first client has gone.
fn serve(
    asked: &FakeServer,
    context: &Context,
    recording: Option<&Recording>,
) -> Result<Exit, Failure> {
    let loaded = match asked.script.as_deref() {
        // By hand, no script is a script too: everything is typed.
        None if asked.by_hand => Loaded::nothing(&context.text),
        name => load(name.unwrap_or(DEFAULT), asked, context)
            .map_err(|error| error.told(context, Failure::failed))?,
    };
    let (found, mut play) = loaded.play(asked, context)?;
    play.by_hand = asked.by_hand;
    let person = play.needs_person();
    let play = Arc::new(play);
    let room = Room::ask().filter(|room| room.clients < asked.limits.max_connections);
    let mut options = Options {
        port: port(asked),
        passive_ports: asked.passive_ports.clone(),
        folder: found.folder,
        store: asked.store.clone(),
        // A person serves one client at a time.
        connections: if person {
            1
        } else {
            room.map_or(asked.limits.max_connections, |room| room.clients)
        },
        data_ports: asked.limits.max_data_ports,
        line: usize::try_from(asked.limits.max_line).unwrap_or(usize::MAX),
        once: asked.once,
        sample: sample(asked),
        wire: recording.is_some(),
        ..Options::default()
    };
    if let Some(address) = asked.bind {
        options.bind = vec![address];
    }
    if let Some(dir) = &asked.store {
        fs::create_dir_all(dir).map_err(|error| unreadable(context, &fault::shown(dir), &error))?;
    }
    let server = Server::bind(Arc::clone(&play), options)
        .map_err(|error| not_started(context, ALONE, error))?;
    server
        .stop_on_interrupt()
        .map_err(|error| not_started(context, ALONE, error))?;
    if let (Some(path), Some(&address)) = (&asked.filezilla_site, server.addresses().first()) {
        // A site of an earlier run is replaced; a file of anybody else's is not, nor FileZilla's own list of sites.
        let earlier = file::beginning(path, SITE);
        let earlier = earlier.is_ok_and(|bytes| view::is_filezilla_site(&bytes));
        file::write(path, earlier, view::filezilla_site(address).as_bytes()).map_err(|error| {
            let what = match &error {
                FileError::Exists { path } => {
                    say!(
                        &context.text,
                        "server-site-exists",
                        file = fault::shown(path)
                    )
                }
                FileError::System { .. } => fault::file(&context.text, &error),
            };
            fault::failed(context, NAME, &what)
        })?;
    }
    if let (Some(recording), Some(address)) = (recording, server.addresses().first()) {
        recording.control(address.port());
    }
    let prepared = Prepared::open(asked, context, &found.name, play, room)?;
    if person {
        return by_hand::serve(server, prepared, &found.name, asked, context, recording);
    }
    let mut outputs = prepared.ready(outputs::to_stdout());
    outputs.start(server.addresses());
    let outputs = Rc::new(RefCell::new(outputs));
    let watch = Watch {
        outputs: Rc::clone(&outputs),
    };
    server.run(Tapped::new(watch, recording));
    let complete = outputs.borrow_mut().end();
    Ok(if asked.expect_complete && !complete {
        Exit::No
    } else {
        Exit::Done
    })
}

/// The control port that is asked for.
fn port(asked: &FakeServer) -> u16 {
    asked
        .port
        .unwrap_or_else(|| usual_port(asked.student.as_deref()))
}

/// The control port where none is asked for: the student's own, where it is known who that is.
pub(super) fn usual_port(student: Option<&str>) -> u16 {
    let Some(student) = student else {
        return PORT;
    };
    let (first, count) = STUDENT_PORTS;
    let place = params::draw(student, "port") % u64::from(count);
    first + 2 * u16::try_from(place).unwrap_or(0)
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

/// A file or folder that cannot be read or written.
fn unreadable(context: &Context, path: &str, error: &io::Error) -> Failure {
    let why = fault::reason(&context.text, error);
    let shown = fault::shown(Path::new(path));
    let what = say!(&context.text, "error-file", file = shown, why = why);
    fault::failed(context, NAME, &what)
}

fn no_tree(context: &Context, script: &str, error: &TreeError) -> Failure {
    match error {
        TreeError::Unreadable { path, error } => {
            unreadable(context, &format!("{script}: -- files {path}"), error)
        }
        TreeError::TooMuch { path } => {
            let shown = fault::shown(Path::new(path));
            let what = say!(&context.text, "server-tree-too-much", path = shown);
            fault::failed(context, NAME, &what)
        }
    }
}

/// Why no server stands; `asker` is the command that wanted one, and `port` how it is asked for another port.
fn not_started(context: &Context, (asker, port): (&str, &str), error: StartError) -> Failure {
    let what = match error {
        StartError::Bind { address, source } => {
            let error = BindError::of(address, source);
            fault::bind(&context.text, port, &error)
        }
        StartError::System(error) => fault::reason(&context.text, &error),
    };
    fault::failed(context, asker, &what)
}
