//! The bench on which a sheet is worked: its servers, the terminals, and the events file through which everything that
//! happens is seen, here and in the student's other terminals. Whoever works on it (a person, the autopilot) types into
//! the terminals and looks.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::Deserialize;

use crate::{
    cmd::{
        Context, Failure, builtin,
        fake_server::{
            self,
            beside::{Beside, Wish},
        },
        fault, recording,
    },
    ftp::command::Verb,
    io::{
        address,
        events::{Events, EventsError, Follower},
        file,
        server::Folder,
        terminals::{Printed, Terminals},
    },
    lab::{
        captured::Facts,
        seen::{self, Happened, Seen},
        sheet::{Kind, Part, Role, Script, Server, Sheet},
        template::{Line, Name},
    },
    say,
    script::params::Values,
};

/// The terminals: the control connections of both lines, the data connection, the server that is played by hand, a client.
pub(in crate::cmd) const CONTROL: usize = 0;
/// The second control connection.
const CONTROL_B: usize = 1;
/// Where `pasv-calc --connect` and `listen` run.
pub(in crate::cmd) const DATA: usize = 2;
/// Where `fake-server --by-hand` runs.
pub(in crate::cmd) const BY_HAND: usize = 3;
/// Where a client runs that somebody plays the server for.
pub(in crate::cmd) const CLIENT: usize = 4;
/// How many terminals.
const TERMINALS: usize = 5;

/// Where the sheet's own servers are.
const HOST: &str = "127.0.0.1";

/// How long a greeting may take before somebody types.
pub(in crate::cmd) const GREETING: Duration = Duration::from_secs(5);
/// How long a control connection waits for its reply while somebody thinks: longer than any lesson.
const THINKING: &str = "12h";
/// How long it takes until what a process printed has been read.
const PRINTING: Duration = Duration::from_millis(60);
/// The bytes of a line of the events file, about: the last block of a full disk may have room for less.
const ROOM: usize = 500;
/// Between two looks at the events file.
pub(in crate::cmd) const LOOK: Duration = Duration::from_millis(15);

/// How a bench is to be set up.
pub(in crate::cmd) struct Setup {
    /// The sheet, as `lab run` finds it.
    pub(in crate::cmd) sheet: String,
    /// The events file, which is made.
    pub(in crate::cmd) events: PathBuf,
    /// Another one that is followed.
    pub(in crate::cmd) also: Option<PathBuf>,
    /// The sheet's folder; `None` for one that ftplab brings.
    pub(in crate::cmd) folder: Option<PathBuf>,
    /// Who works.
    pub(in crate::cmd) student: Option<String>,
    /// The sheet's parameters.
    pub(in crate::cmd) params: Values,
    /// The port of the sheet's server; 0 for a free one; `None`: the student's own, or another where that is taken.
    pub(in crate::cmd) port: Option<u16>,
    /// Where the servers record: a folder. They see both connections, so that nobody else needs to.
    pub(in crate::cmd) record: Option<PathBuf>,
    /// How much `raw` says about each reply.
    pub(in crate::cmd) explain: &'static str,
    /// Whether it says what to do next.
    pub(in crate::cmd) hints: bool,
    /// Whether a person types, who reads and thinks while a server waits: `raw` must not give up meanwhile.
    pub(in crate::cmd) patient: bool,
    /// The columns of what the terminals show.
    pub(in crate::cmd) columns: usize,
}

/// The bench.
pub(in crate::cmd) struct Bench<'a> {
    context: &'a Context,
    sheet: &'a Sheet,
    setup: Setup,
    /// The terminals.
    pub(in crate::cmd) terminals: Terminals,
    posts: [Post; 2],
    controls: [Control; 2],
    hand: Hand,
    /// Data connections that our terminals have told of.
    opened: u64,
    followers: Vec<Follower>,
    /// Lines of the events files that were too long to be read, and have not been told yet.
    unread: u64,
    seen: Seen,
    /// The block whose capture `seen` has.
    captured: Option<String>,
    recordings: Vec<PathBuf>,
}

/// A server's place.
#[derive(Default)]
struct Post {
    /// Where it is; `None` where there is none.
    place: Option<(String, u16)>,
    running: Option<Beside>,
    /// Which script it plays.
    script: Option<Script>,
}

/// What is known of the server that is played by hand.
#[derive(Default)]
struct Hand {
    /// It runs.
    on: bool,
    listens: bool,
    /// A client waits for a reply.
    wants: bool,
    /// Replies that were typed and have not gone out yet.
    typed: u32,
    replies: u64,
}

/// What is known of a control connection that a terminal has.
#[derive(Default)]
struct Control {
    /// It stands.
    open: bool,
    greeted: bool,
    /// Commands that were typed into it and have not been seen yet.
    typed: u32,
    /// The number of the last command.
    last: Option<u64>,
    /// That command has had no final reply.
    waiting: bool,
    /// It may be waiting for a data connection.
    transfer: bool,
    /// The server has been asked to listen, and no data connection has been opened since.
    to_dial: bool,
}

/// What is looked at in a line of the events file.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    pid: u32,
    #[serde(default)]
    n: u64,
    answers: Option<u64>,
    code: Option<u16>,
    channel: Option<String>,
    verb: Option<String>,
}

/// An index of a line.
fn at(line: Line) -> usize {
    match line {
        Line::A => 0,
        Line::B => 1,
    }
}

/// The terminal of a control line.
pub(in crate::cmd) fn terminal_of(line: Line) -> usize {
    match line {
        Line::A => CONTROL,
        Line::B => CONTROL_B,
    }
}

impl<'a> Bench<'a> {
    /// Sets it up; no server runs yet.
    pub(in crate::cmd) fn new(context: &'a Context, sheet: &'a Sheet, setup: Setup) -> Bench<'a> {
        let mut followers = vec![Follower::from(&setup.events, 0)];
        if let Some(also) = &setup.also {
            // What is in it already is another session's.
            let end = also.metadata().map_or(0, |about| about.len());
            followers.push(Follower::from(also, end));
        }
        let run = seen::Run {
            student: setup.student.clone(),
            params: setup.params.clone(),
        };
        let mut bench = Bench {
            context,
            sheet,
            terminals: Terminals::new(TERMINALS, setup.columns),
            setup,
            posts: <[Post; 2]>::default(),
            controls: <[Control; 2]>::default(),
            hand: Hand::default(),
            opened: 0,
            followers,
            unread: 0,
            seen: Seen::new(run),
            captured: None,
            recordings: Vec::new(),
        };
        match &sheet.head.server {
            Server::Real(host, port) => bench.place(Line::A, host.clone(), *port),
            // The student will be the server: where, the prose says before.
            Server::None => bench.place(Line::A, HOST.to_owned(), bench.port_by_hand(Line::A)),
            Server::Script(_) => {}
        }
        bench
    }

    /// A server of a line is here.
    fn place(&mut self, line: Line, host: String, port: u16) {
        self.seen.talks_to(line, host.clone(), port);
        self.posts[at(line)].place = Some((host, port));
    }

    /// The port where the student will be the server: a free one where theirs is taken.
    fn port_by_hand(&self, line: Line) -> u16 {
        let port = self.usual_port(line);
        let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let free = |port| address::free_port((host, port).into());
        if port != 0 && self.setup.port.is_some() {
            port
        } else {
            free(port).or_else(|| free(0)).unwrap_or(port)
        }
    }

    /// The port where a line's server stands, where it may.
    fn usual_port(&self, line: Line) -> u16 {
        let port = match self.setup.port {
            Some(port) => port,
            None => fake_server::usual_port(self.setup.student.as_deref()),
        };
        match line {
            Line::B if port != 0 => port.saturating_add(2),
            _ => port,
        }
    }

    /// Takes what an earlier run left in the events file: it is seen again where that work goes on, else passed over.
    pub(in crate::cmd) fn catch_up(&mut self, goes_on: bool) -> Result<(), Failure> {
        // Which of two servers it was is told by the ports.
        if self.sheet.blocks().any(|block| is_second(&block.kind)) {
            for line in [Line::A, Line::B] {
                let port = self.usual_port(line);
                self.seen.talks_to(line, HOST, port);
            }
        }
        let Bench {
            followers,
            seen,
            context,
            ..
        } = self;
        let Some(follower) = followers.first_mut() else {
            return Ok(());
        };
        loop {
            let before = follower.at();
            let read = follower.read(|line| {
                if let (true, Ok(line)) = (goes_on, std::str::from_utf8(line)) {
                    seen.feed(line);
                }
            });
            read.map_err(|error| unfollowed(context, &error))?;
            if follower.at() == before {
                seen.over();
                return Ok(());
            }
        }
    }

    /// The context of this bench.
    pub(in crate::cmd) fn context(&self) -> &'a Context {
        self.context
    }

    /// The events file, as a shell takes it.
    pub(in crate::cmd) fn events(&self) -> String {
        recording::quoted(&self.setup.events)
    }

    /// The files that were recorded, in the order in which they were begun; those where nothing happened are gone.
    pub(in crate::cmd) fn recordings(&self) -> Vec<PathBuf> {
        let mut files = self.recordings.clone();
        files.retain(|path| path.exists());
        files
    }

    /// The value of a name, where it has one by now.
    pub(in crate::cmd) fn value(&self, name: &Name) -> Option<String> {
        self.seen.value(name)
    }

    /// The same for a command that is to be typed now, see [`Seen::value_now`].
    pub(in crate::cmd) fn value_now(&self, name: &Name) -> Option<String> {
        self.seen.value_now(name)
    }

    /// True where a control connection on this line stands, in whichever terminal.
    pub(in crate::cmd) fn stands(&self, line: Line) -> bool {
        self.seen.stands(line)
    }

    /// The same, of a name as it is written.
    pub(in crate::cmd) fn value_of(&self, name: &str) -> Option<String> {
        self.value(&Name::parse(name)?)
    }

    /// Takes what the capture of this block shows.
    pub(in crate::cmd) fn capture(&mut self, block: &str, facts: Facts) {
        self.seen.capture(facts);
        self.captured = Some(block.to_owned());
    }

    /// The block whose capture was taken last: questions are about that one.
    pub(in crate::cmd) fn captured(&self) -> Option<&str> {
        self.captured.as_deref()
    }

    /// The sheet's folder.
    pub(in crate::cmd) fn folder(&self) -> Option<&Path> {
        self.setup.folder.as_deref()
    }

    /// The sheet's parameters.
    pub(in crate::cmd) fn params(&self) -> &Values {
        &self.setup.params
    }

    /// Writes a file beside the events, and gives where it is.
    pub(in crate::cmd) fn write_beside(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.setup.events.with_file_name(name);
        file::replace(&path, text.as_bytes()).map_err(|error| {
            let what = fault::file(&self.context.text, &error);
            fault::failed(self.context, "lab", &what)
        })?;
        Ok(path)
    }

    /// The server of a line, as commands take it: host and port.
    pub(in crate::cmd) fn server(&self, line: Line) -> Option<String> {
        let (host, port) = self.posts[at(line)].place.as_ref()?;
        Some(format!("{host} {port}"))
    }

    /// Its host.
    pub(in crate::cmd) fn server_host(&self, line: Line) -> Option<String> {
        Some(self.posts[at(line)].place.as_ref()?.0.clone())
    }

    /// Its port.
    pub(in crate::cmd) fn server_port(&self, line: Line) -> Option<u16> {
        Some(self.posts[at(line)].place.as_ref()?.1)
    }

    /// Has the servers stand that the sheet has before this part (an index into [`parts`]). Gives the lines whose server
    /// stands at another port than it should, with that port and the new one.
    pub(in crate::cmd) fn stand(&mut self, part: usize) -> Result<Vec<(u16, u16)>, Failure> {
        let mut wanted: [Option<Script>; 2] = [None, None];
        if let Server::Script(name) = &self.sheet.head.server {
            wanted[0] = Some(Script::Named(name.clone()));
        }
        for (_, before) in parts(self.sheet).take(part) {
            if let Part::Block(block) = before
                && let Kind::Server(server) = &block.kind
            {
                wanted[at(server.line)] = Some(server.script.clone());
            }
        }
        let mut moved = Vec::new();
        for (line, script) in [Line::A, Line::B].into_iter().zip(wanted) {
            let next = self.next_dialogue(part, line);
            if next == Some(Role::Server) {
                // The port is the student's, and the script is for `by_hand`.
                let post = &mut self.posts[at(line)];
                post.running = None;
                if post.place.is_none() {
                    let port = self.port_by_hand(line);
                    self.place(line, HOST.to_owned(), port);
                }
                self.posts[at(line)].script = script;
                continue;
            }
            if next == Some(Role::Client) && std::mem::take(&mut self.hand.on) {
                self.terminals.end(BY_HAND);
            }
            let Some(script) = script.filter(|_| !self.hand.on) else {
                continue;
            };
            let post = &self.posts[at(line)];
            if post.script.as_ref() == Some(&script) && post.running.is_some() {
                continue;
            }
            if let Some(ports) = self.start(line, script)? {
                moved.push(ports);
            }
        }
        Ok(moved)
    }

    /// What the student is in the first dialogue on a line from this part on.
    fn next_dialogue(&self, part: usize, line: Line) -> Option<Role> {
        parts(self.sheet)
            .skip(part)
            .find_map(|(_, part)| match part {
                Part::Block(block) => match &block.kind {
                    Kind::Ftp(ftp) if ftp.line == line => Some(ftp.role),
                    _ => None,
                },
                Part::Prose(_) => None,
            })
    }

    fn start(&mut self, line: Line, script: Script) -> Result<Option<(u16, u16)>, Failure> {
        self.hang_up(line);
        let usual = self.usual_port(line);
        let post = &mut self.posts[at(line)];
        post.running = None;
        let port = post.place.as_ref().map_or(usual, |(_, port)| *port);
        let record = self.record();
        let asker = format!("lab run {} --port", self.setup.sheet);
        let wish = |found, port| Wish {
            asker: ("lab run", asker.clone()),
            found,
            params: self.setup.params.clone().into_iter().collect(),
            student: self.setup.student.clone(),
            port,
            events: Some(self.setup.events.clone()),
            record: record.clone(),
        };
        let found = self.script(&script)?;
        let started = fake_server::beside::start(self.context, wish(found, port));
        let running = match started {
            Err(_) if self.setup.port.is_none() && port != 0 => {
                let found = self.script(&script)?;
                fake_server::beside::start(self.context, wish(found, 0))?
            }
            other => other?,
        };
        let address = running.address();
        self.place(line, address.ip().to_string(), address.port());
        let post = &mut self.posts[at(line)];
        post.running = Some(running);
        post.script = Some(script);
        let other = port != 0 && address.port() != port;
        Ok(other.then_some((port, address.port())))
    }

    /// Has a server stand whose replies are typed; gives where it is.
    pub(in crate::cmd) fn by_hand(&mut self, line: Line) -> Result<String, Failure> {
        if self.hand.on && self.terminals.runs(BY_HAND) {
            return Ok(self.server(line).unwrap_or_default());
        }
        let post = &mut self.posts[at(line)];
        post.running = None;
        let script = match post.script.clone() {
            None => None,
            Some(script) => Some(self.script_path(&script)?),
        };
        let port = match self.server_port(line) {
            Some(port) => port,
            None => self.port_by_hand(line),
        };
        self.place(line, HOST.to_owned(), port);
        self.hand = Hand {
            on: true,
            ..Hand::default()
        };
        let port = port.to_string();
        let mut words = vec!["fake-server"];
        words.extend(script.as_deref());
        words.extend(["--by-hand", "--introduced"]);
        words.extend(["--bind", HOST, "--port", &port]);
        let record = self
            .record()
            .map(|path| path.to_string_lossy().into_owned());
        if let Some(record) = &record {
            words.extend(["--record", record]);
        }
        self.run(BY_HAND, &words)?;
        Ok(self.server(line).unwrap_or_default())
    }

    /// A script as `fake-server` finds it: a path, or a name.
    fn script_path(&self, script: &Script) -> Result<String, Failure> {
        match script {
            Script::Named(name) => {
                let beside = self.setup.folder.as_ref().map(|folder| folder.join(name));
                let beside = beside.filter(|path| path.is_file());
                Ok(beside.map_or_else(|| name.clone(), |path| path.to_string_lossy().into_owned()))
            }
            Script::Here(text) => {
                let path = self.write_beside("server.ftp", text)?;
                Ok(path.to_string_lossy().into_owned())
            }
        }
    }

    /// Types a reply, or a line for ftplab, into the terminal of the server that is played by hand.
    pub(in crate::cmd) fn reply(&mut self, typed: &str) {
        if !typed.starts_with('/') {
            self.hand.typed += 1;
        }
        // A server that has ended shows that by itself.
        let _ = self.terminals.type_line(BY_HAND, typed);
    }

    /// True where the server by hand listens.
    pub(in crate::cmd) fn hand_listens(&self) -> bool {
        self.hand.listens
    }

    /// True where the client of the server by hand waits for a reply.
    pub(in crate::cmd) fn wants_reply(&self) -> bool {
        self.hand.wants && self.hand.typed == 0
    }

    /// True where the student plays the server, in a terminal of ours.
    pub(in crate::cmd) fn is_played(&mut self) -> bool {
        self.hand.on && self.terminals.runs(BY_HAND)
    }

    /// How many replies the server by hand has sent.
    pub(in crate::cmd) fn hand_replies(&self) -> u64 {
        self.hand.replies
    }

    /// How many data connections our own terminals have told that they have opened, or let in.
    pub(in crate::cmd) fn data_connections(&self) -> u64 {
        self.opened
    }

    /// True where a control connection stood in this terminal and has ended.
    pub(in crate::cmd) fn was_connected(&self, line: Line) -> bool {
        self.controls[at(line)].greeted
    }

    /// Finds a script of the sheet.
    fn script(&self, script: &Script) -> Result<builtin::Found, Failure> {
        let folder = self.setup.folder.as_deref();
        match script {
            Script::Here(text) => Ok(builtin::Found {
                name: self.sheet.head.title.clone(),
                text: text.clone().into_bytes(),
                folder: folder.map_or(Folder::None, |folder| Folder::Disk(folder.to_owned())),
                french: None,
            }),
            Script::Named(name) => {
                let asked = name.as_str();
                let text = &self.context.text;
                let found = match folder {
                    Some(folder) => builtin::find_from(folder, asked),
                    None => Ok(builtin::shipped(asked)),
                };
                let found = found.map_err(|error| {
                    let why = fault::reason(text, &error);
                    let what = say!(text, "error-file", file = asked, why = why);
                    fault::failed(self.context, "lab", &what)
                })?;
                found.ok_or_else(|| {
                    let names = builtin::names().join(", ");
                    let what = say!(
                        text,
                        "server-unknown-script",
                        name = name.as_str(),
                        names = names
                    );
                    fault::failed(self.context, "lab", &what)
                })
            }
        }
    }

    /// A file for the next recording, where the servers record.
    fn record(&mut self) -> Option<PathBuf> {
        let folder = self.setup.record.as_ref()?;
        let path = match self.recordings.len() {
            0 => folder.join("server.pcapng"),
            more => folder.join(format!("server-{}.pcapng", more + 1)),
        };
        self.recordings.push(path.clone());
        Some(path)
    }

    /// Runs ftplab in a terminal: the words, and what goes with them on this bench.
    pub(in crate::cmd) fn run(&mut self, terminal: usize, words: &[&str]) -> Result<(), Failure> {
        let mut words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        words.extend([
            "--events".to_owned(),
            self.setup.events.to_string_lossy().into_owned(),
        ]);
        let lang = self.context.text.lang().code();
        let colour = if self.context.out.colour() {
            "always"
        } else {
            "never"
        };
        words.extend(["--lang", lang, "--color", colour].map(str::to_owned));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.terminals.run(terminal, &words).map_err(|error| {
            let why = fault::reason(&self.context.text, &error);
            let what = say!(self.context.text, "labrun-no-terminal", why = why);
            fault::failed(self.context, "lab", &what)
        })
    }

    /// Opens the control connection of a line in its terminal. What it prints and what is seen come as from then on.
    pub(in crate::cmd) fn dial(&mut self, line: Line) -> Result<(), Failure> {
        let Some((host, port)) = self.posts[at(line)].place.clone() else {
            let what = say!(self.context.text, "labrun-no-server");
            return Err(fault::failed(self.context, "lab", &what));
        };
        let port = port.to_string();
        self.controls[at(line)] = Control {
            open: true,
            ..Control::default()
        };
        let mut words = vec!["raw", &host, &port, "--explain", self.setup.explain];
        if !self.setup.hints {
            words.push("--no-hints");
        }
        if self.setup.patient {
            words.extend(["--timeout", THINKING]);
        }
        self.run(terminal_of(line), &words)
    }

    /// Ends the control connection of a line.
    pub(in crate::cmd) fn hang_up(&mut self, line: Line) {
        self.terminals.end(terminal_of(line));
        self.controls[at(line)] = Control::default();
    }

    /// True where the control connection of a line stands in its terminal.
    pub(in crate::cmd) fn connected(&mut self, line: Line) -> bool {
        self.controls[at(line)].open && self.terminals.runs(terminal_of(line))
    }

    /// What stands before the lines of a terminal: whose it is, where the student has two control connections.
    pub(in crate::cmd) fn label(&self, terminal: usize) -> &'static str {
        match terminal {
            _ if label_width(self.sheet) == 0 => "",
            CONTROL => "A ",
            CONTROL_B => "B ",
            _ => "  ",
        }
    }

    /// Types a line into the terminal of a control line.
    pub(in crate::cmd) fn type_line(&mut self, line: Line, typed: &str) -> Result<(), Failure> {
        let terminal = terminal_of(line);
        let control = &mut self.controls[at(line)];
        if !typed.starts_with('/') || typed.starts_with("//") {
            control.typed += 1;
        }
        if self.terminals.type_line(terminal, typed).is_err() {
            // It has ended meanwhile, which shows by itself.
            self.controls[at(line)].open = false;
        }
        Ok(())
    }

    /// True where nothing is outstanding on a control line: every command has its final reply.
    pub(in crate::cmd) fn settled(&self, line: Line) -> bool {
        let control = &self.controls[at(line)];
        !control.open || (control.greeted && control.typed == 0 && !control.waiting)
    }

    /// True where the last command may be waiting for a data connection.
    pub(in crate::cmd) fn in_transfer(&self, line: Line) -> bool {
        let control = &self.controls[at(line)];
        control.open && control.typed == 0 && control.waiting && control.transfer
    }

    /// True where it does, in passive mode, and nobody has dialled.
    pub(in crate::cmd) fn awaits_data(&self, line: Line) -> bool {
        self.in_transfer(line) && self.controls[at(line)].to_dial
    }

    /// What has happened since the last look; `take` gets each line of the events files.
    pub(in crate::cmd) fn look(&mut self, mut take: impl FnMut(&Happened)) -> Result<(), Failure> {
        let mut followers = std::mem::take(&mut self.followers);
        for follower in &mut followers {
            let read = follower.read(|line| {
                let Ok(line) = std::str::from_utf8(line) else {
                    return;
                };
                for happened in self.seen.feed(line) {
                    take(&happened);
                }
                self.control(line);
            });
            read.map_err(|error| unfollowed(self.context, &error))?;
            self.unread += follower.take_dropped();
        }
        self.followers = followers;
        Ok(())
    }

    /// How many lines of the events files were too long to be read, since this was last asked.
    pub(in crate::cmd) fn take_unread(&mut self) -> u64 {
        std::mem::take(&mut self.unread)
    }

    /// Finds out whether what happens can be told at all, where nothing comes: a blank line more is taken, or is not.
    ///
    /// # Errors
    /// The sentence that says why not.
    pub(in crate::cmd) fn room(&self) -> Result<(), String> {
        let text = &self.context.text;
        let tried = Events::open(&self.setup.events)
            .and_then(|mut events| events.append(&format!("{:ROOM$}\n", "")));
        tried.map_err(|error| {
            say!(
                text,
                "labrun-unseen",
                file = fault::shown(&error.path),
                why = fault::reason(text, &error.error)
            )
        })
    }

    /// Watches what the control connections in our own terminals do.
    fn control(&mut self, line: &str) {
        let Ok(told) = serde_json::from_str::<Told>(line) else {
            return;
        };
        let ours = told.channel.as_deref() == Some("data") && told.kind == "connected";
        self.opened += u64::from(ours);
        if ours || told.kind == "data-connected" {
            for control in &mut self.controls {
                control.to_dial = false;
            }
        }
        if self.hand.on && self.terminals.pid(BY_HAND) == Some(told.pid) {
            match told.kind.as_str() {
                "listening" => self.hand.listens = true,
                "connected" | "command" => self.hand.wants = true,
                "reply" => {
                    self.hand.replies += 1;
                    self.hand.typed = self.hand.typed.saturating_sub(1);
                    self.hand.wants = told.code.is_some_and(|code| code < 200);
                }
                "closed" => self.hand.wants = false,
                _ => {}
            }
        }
        for which in [Line::A, Line::B] {
            if self.terminals.pid(terminal_of(which)) != Some(told.pid) {
                continue;
            }
            let control = &mut self.controls[at(which)];
            match told.kind.as_str() {
                "command" => {
                    control.typed = control.typed.saturating_sub(1);
                    control.last = Some(told.n);
                    control.waiting = true;
                    let verb = told.verb.as_deref().unwrap_or_default().as_bytes();
                    let verb = Verb::of(verb);
                    control.transfer = verb.moves().is_some();
                    if verb.negotiates() {
                        control.to_dial = verb.asks_to_listen();
                    }
                }
                "reply" => {
                    control.greeted = true;
                    let last = told.answers.is_none() || told.answers == control.last;
                    if last && told.code.is_none_or(|code| code >= 200) {
                        control.waiting = false;
                        control.to_dial &= !std::mem::take(&mut control.transfer);
                    }
                }
                "closed" if told.channel.as_deref() == Some("control") => control.open = false,
                _ => {}
            }
        }
    }

    /// Waits until something is so, and gives what the terminals print meanwhile and for a moment after; false where it
    /// took too long.
    pub(in crate::cmd) fn until(
        &mut self,
        patience: Duration,
        mut so: impl FnMut(&mut Bench<'a>) -> bool,
        mut events: impl FnMut(&Happened),
        mut printed: impl FnMut(&Printed) -> Result<(), Failure>,
    ) -> Result<bool, Failure> {
        let deadline = Instant::now() + patience;
        let mut quiet_since: Option<Instant> = None;
        loop {
            self.look(&mut events)?;
            if let Some(line) = self.terminals.next(LOOK) {
                printed(&line)?;
                quiet_since = quiet_since.map(|_| Instant::now());
                continue;
            }
            let now = Instant::now();
            match quiet_since {
                Some(since) if now.duration_since(since) >= PRINTING => return Ok(true),
                None if so(self) => quiet_since = Some(now),
                _ => {}
            }
            if now >= deadline {
                return Ok(quiet_since.is_some());
            }
        }
    }
}

/// An events file that cannot be read any more.
fn unfollowed(context: &Context, error: &EventsError) -> Failure {
    fault::failed(context, "lab", &fault::events(&context.text, error))
}

/// The columns that [`Bench::label`] takes.
pub(in crate::cmd) fn label_width(sheet: &Sheet) -> usize {
    if sheet.blocks().any(|block| is_second(&block.kind)) {
        2
    } else {
        0
    }
}

/// True where a block has a server of the second line stand.
fn is_second(kind: &Kind) -> bool {
    matches!(kind, Kind::Server(server) if server.line == Line::B)
}

/// All parts of a sheet in their order, each with the number of its step (0: the introduction).
pub(in crate::cmd) fn parts(sheet: &Sheet) -> impl Iterator<Item = (usize, &Part)> {
    let intro = sheet.intro.iter().map(|part| (0, part));
    let steps = sheet.steps.iter().enumerate();
    intro.chain(steps.flat_map(|(at, step)| step.parts.iter().map(move |part| (at + 1, part))))
}
