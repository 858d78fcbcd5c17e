//! A person plays the server. The server runs in a thread of its own; this loop owns the screen, the keyboard and the
//! questions that clients wait on, oldest first.

use std::{
    collections::{HashMap, VecDeque},
    fs::File,
    io::Read,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::{NAME, Outputs, Prepared, not_started};
use crate::{
    cli::{ClientArg, FakeServer},
    cmd::{
        Context, Exit, Failure, fault,
        recording::{Recording, Tapped},
    },
    ftp::{code::ReplyCode, command::Verb, event::Nanos},
    io::{
        editor::{self, Keyboard, Screen, Typed, Word},
        server::{Commander, Given, Server, Stopper, Tap},
        stdio as streams,
    },
    script::{
        check::Client,
        effect::{Ask, Order},
        hand::{self, Question, Recogniser},
        watch::Happening,
    },
    view::by_hand::{self as view, ByHand},
};

/// How many reports may wait to be dealt with.
const INBOX: usize = 256;
/// How often the clock is looked at while a client waits.
const TICK: Duration = Duration::from_millis(100);
/// How often a client that is kept waiting gets a line. FileZilla gives up after 20 seconds without one.
const HOLD: Duration = Duration::from_secs(5);
/// The largest file that `/data` sends.
const MAX_FILE: u64 = 256 * 1024 * 1024;

/// What is reported to the loop.
enum Happened {
    Typed(Typed),
    Shown(String),
    Command(u64, Vec<u8>),
    Asked(u64, Ask),
    Opened(u64),
    Closed(u64),
    /// The server has ended; whether the script was played whole.
    Ended(bool),
}

/// The server's tap: shows what happens, and reports what the loop has to know.
struct Report {
    outputs: std::cell::RefCell<Outputs>,
    to: SyncSender<Happened>,
}

impl Tap for Report {
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        use crate::ftp::event::What;
        self.outputs
            .borrow_mut()
            .happening(connection, at, happening);
        let happened = match happening {
            Happening::Connected { .. } => Happened::Opened(connection),
            Happening::Said { event, .. } => match &event.what {
                What::Command(command) => Happened::Command(connection, command.line.to_vec()),
                _ => return,
            },
            Happening::Asks(ask) => Happened::Asked(connection, (*ask).clone()),
            Happening::Closed { .. } => Happened::Closed(connection),
            _ => return,
        };
        // The loop is gone only when the program ends.
        let _ = self.to.send(happened);
    }
}

/// A client that waits for a reply.
struct Waiting {
    question: Question,
    since: Instant,
    patience: Option<(Client, Duration)>,
    /// The warnings still to come: at so much time left.
    warnings: Vec<Duration>,
    over_told: bool,
}

/// A client that is kept waiting.
struct Hold {
    connection: u64,
    code: ReplyCode,
    next: Instant,
}

struct Desk<'a> {
    view: ByHand<'a>,
    context: &'a Context,
    screen: Screen,
    keyboard: Keyboard,
    interactive: bool,
    json: bool,
    commander: Commander,
    stopper: Stopper,
    told: Option<Client>,
    recognisers: HashMap<u64, Recogniser>,
    waiting: VecDeque<Waiting>,
    /// The connection that was dealt with last.
    last: Option<u64>,
    /// A reply that was questioned, and for which connection.
    unsent: Option<(u64, Vec<u8>)>,
    hold: Option<Hold>,
    /// A line of the pipe that waits for a client to wait.
    held: Option<Vec<u8>>,
    input_ended: bool,
}

/// Plays by hand until the server ends.
pub(super) fn run(
    asked: &FakeServer,
    context: &Context,
    name: &str,
    mut server: Server,
    prepared: Prepared,
    recording: Option<&Recording>,
) -> Result<Exit, Failure> {
    let (to, inbox) = sync_channel(INBOX);
    let interactive = streams::stdin_is_terminal() && streams::stdout_is_terminal();
    let setup = if interactive {
        editor::terminal(
            "",
            words(),
            context.out.colour(),
            to.clone(),
            Happened::Typed,
        )
    } else {
        editor::pipe(to.clone(), Happened::Typed)
    };
    let (screen, keyboard) = setup
        .map_err(|error| fault::failed(context, NAME, &fault::reason(&context.text, &error)))?;
    let commander = server.commander();
    let stopper = server.stopper();
    let recorded = recording.cloned();
    thread::Builder::new()
        .name("server".into())
        .spawn(move || serve(server, prepared, recorded.as_ref(), to))
        .map_err(|error| not_started(context, error.into()))?;
    let mut desk = Desk {
        view: ByHand::new(&context.text, context.out, name, asked.show_credentials),
        context,
        screen,
        keyboard,
        interactive,
        json: asked.json,
        commander,
        stopper,
        told: asked.client.map(client),
        recognisers: HashMap::new(),
        waiting: VecDeque::new(),
        last: None,
        unsent: None,
        hold: None,
        held: None,
        input_ended: false,
    };
    let complete = desk.run(&inbox)?;
    Ok(if asked.expect_complete && !complete {
        Exit::No
    } else {
        Exit::Done
    })
}

/// The server's thread.
fn serve(
    server: Server,
    prepared: Prepared,
    recording: Option<&Recording>,
    to: SyncSender<Happened>,
) {
    let shown = to.clone();
    let sink = Box::new(move |text: &str| shown.send(Happened::Shown(text.to_owned())).is_ok());
    let mut outputs = prepared.ready(sink);
    outputs.start(server.addresses());
    let report = std::rc::Rc::new(Report {
        outputs: std::cell::RefCell::new(outputs),
        to: to.clone(),
    });
    let tap = std::rc::Rc::clone(&report);
    let tap = move |connection: u64, at: Nanos, happening: &Happening<'_>| {
        tap.tell(connection, at, happening);
    };
    server.run(Tapped::new(tap, recording));
    let complete = report.outputs.borrow_mut().end();
    let _ = to.send(Happened::Ended(complete));
}

fn client(asked: ClientArg) -> Client {
    match asked {
        ClientArg::Curl => Client::Curl,
        ClientArg::Wget => Client::Wget,
        ClientArg::Lftp => Client::Lftp,
        ClientArg::Ncftp => Client::Ncftp,
        ClientArg::Tnftp => Client::Tnftp,
        ClientArg::Ftplib => Client::Ftplib,
        ClientArg::FileZilla => Client::FileZilla,
    }
}

/// What Tab completes.
fn words() -> Vec<Word> {
    let local = [
        "/help", "/data", "/accept", "/close", "/pasv", "/hold", "/send", "/hangup", "/quit",
    ];
    let word = |word: &str| Word {
        word: word.to_owned(),
        rest: String::new(),
    };
    local.into_iter().map(word).collect()
}

impl Desk<'_> {
    /// Deals with everything until the server has ended; true where the script was played whole.
    fn run(&mut self, inbox: &Receiver<Happened>) -> Result<bool, Failure> {
        let intro = self.view.remark("server-hand-intro");
        self.say(&intro)?;
        self.keyboard.go_on();
        loop {
            match inbox.recv_timeout(TICK) {
                Ok(Happened::Ended(complete)) => return Ok(complete),
                Ok(happened) => self.deal(happened)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            }
            self.tick()?;
        }
    }

    /// To the screen; with `--json`, standard output belongs to the JSON Lines.
    fn say(&mut self, text: &str) -> Result<(), Failure> {
        if self.json {
            streams::complain(text.trim_end());
        } else {
            self.screen.print(text)?;
        }
        Ok(())
    }

    fn deal(&mut self, happened: Happened) -> Result<(), Failure> {
        match happened {
            Happened::Typed(Typed::Line(line)) => {
                if self.interactive || !self.waiting.is_empty() {
                    self.typed(&line)?;
                    self.keyboard.go_on();
                } else {
                    self.held = Some(line);
                }
            }
            Happened::Typed(Typed::Interrupt) => self.stopper.stop(),
            Happened::Typed(Typed::End) => {
                self.input_ended = true;
                if self.interactive {
                    self.stopper.stop();
                }
            }
            Happened::Shown(text) => self.screen.print(&text)?,
            Happened::Command(connection, line) => {
                self.recogniser(connection).see(&line);
            }
            Happened::Asked(connection, ask) => {
                self.asked(connection, ask)?;
                if let Some(line) = self.held.take() {
                    self.typed(&line)?;
                    self.keyboard.go_on();
                }
            }
            Happened::Opened(connection) => self.last = Some(connection),
            Happened::Closed(connection) => {
                self.forget(connection);
                self.recognisers.remove(&connection);
                if self.last == Some(connection) {
                    self.last = None;
                }
            }
            Happened::Ended(_) => {}
        }
        // Nobody is left to type what a client waits for.
        if self.input_ended && self.held.is_none() && !self.waiting.is_empty() {
            self.stopper.stop();
        }
        Ok(())
    }

    fn recogniser(&mut self, connection: u64) -> &mut Recogniser {
        let told = self.told;
        self.recognisers
            .entry(connection)
            .or_insert_with(|| told.map_or_else(Recogniser::default, Recogniser::of))
    }

    fn client(&self, connection: u64) -> Option<Client> {
        self.recognisers.get(&connection)?.client()
    }

    /// The questions of a connection are answered, or nobody waits any more.
    fn forget(&mut self, connection: u64) {
        self.waiting.retain(|w| w.question.connection != connection);
        self.unsent.take_if(|(to, _)| *to == connection);
        self.hold.take_if(|hold| hold.connection == connection);
    }

    fn asked(&mut self, connection: u64, ask: Ask) -> Result<(), Failure> {
        self.forget(connection);
        let patience = self.recogniser(connection).patience();
        let known = self.client(connection).is_some();
        let question = Question {
            connection,
            line: ask.line,
            command: ask.command,
            code: ask.code,
            model: ask.model,
            port: ask.port,
            preliminary: ask.preliminary,
            open: ask.open,
        };
        let shown = self.view.question(&question, patience, known);
        self.say(&shown)?;
        self.waiting.push_back(Waiting {
            question,
            since: Instant::now(),
            warnings: patience.map_or_else(Vec::new, |(_, time)| hand::warnings(time)),
            patience,
            over_told: false,
        });
        Ok(())
    }

    /// Time goes by: warnings, and lines for who is kept waiting.
    fn tick(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        let held = self.hold.as_ref().map(|hold| hold.connection);
        let mut shown = String::new();
        for waiting in &mut self.waiting {
            let Some((client, patience)) = waiting.patience else {
                continue;
            };
            let connection = waiting.question.connection;
            // Each line of a hold starts the client's clock anew; only curl counts from the command on.
            if held == Some(connection) && client != Client::Curl {
                continue;
            }
            let left = patience.saturating_sub(now - waiting.since);
            if let Some(due) = waiting.warnings.first().copied().filter(|due| left <= *due) {
                waiting.warnings.remove(0);
                shown.push_str(&self.view.left(connection, client, due));
            }
            if left.is_zero() && !waiting.over_told {
                waiting.over_told = true;
                shown.push_str(&self.view.over(connection, client));
            }
        }
        if !shown.is_empty() {
            self.say(&shown)?;
        }
        if let Some(hold) = self.hold.as_mut().filter(|hold| now >= hold.next) {
            hold.next = now + HOLD;
            let line = Order::Line(ByHand::holding(hold.code));
            self.commander.give(hold.connection, Given::Order(line));
        }
        Ok(())
    }

    fn typed(&mut self, line: &[u8]) -> Result<(), Failure> {
        if let Some(command) = line.strip_prefix(b"/") {
            let command = String::from_utf8_lossy(command).into_owned();
            return self.local(&command);
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let question = self.waiting.front().map(|waiting| &waiting.question);
        let connection = question.map(|question| question.connection).or(self.last);
        let Some(connection) = connection else {
            let shown = self.view.remark("server-hand-no-client");
            return self.say(&shown);
        };
        let concerns = hand::judge(question, line);
        if concerns.is_empty() {
            self.send(connection, line.to_vec());
            return Ok(());
        }
        let client = self.client(connection);
        let shown = self.view.concerns(question, &concerns, client);
        self.unsent = Some((connection, line.to_vec()));
        self.say(&shown)
    }

    /// Sends a reply, or a line to a client that does not wait for one.
    fn send(&mut self, connection: u64, line: Vec<u8>) {
        let waits = self
            .waiting
            .iter()
            .any(|waiting| waiting.question.connection == connection);
        let given = if waits {
            Given::Reply(line)
        } else {
            Given::Order(Order::Line(line))
        };
        self.forget(connection);
        self.last = Some(connection);
        self.commander.give(connection, given);
    }

    /// `/command`.
    fn local(&mut self, typed: &str) -> Result<(), Failure> {
        let (word, argument) = typed.split_once(' ').unwrap_or((typed, ""));
        let argument = argument.trim();
        match word {
            "help" => {
                let shown = self.view.help();
                return self.say(&shown);
            }
            "quit" => {
                self.stopper.stop();
                return Ok(());
            }
            "send" => {
                let Some((connection, line)) = self.unsent.take() else {
                    let shown = self.view.remark("server-hand-nothing-held");
                    return self.say(&shown);
                };
                self.send(connection, line);
                return Ok(());
            }
            _ => {}
        }
        let question = self.waiting.front().map(|waiting| waiting.question.clone());
        let connection = question.as_ref().map(|q| q.connection).or(self.last);
        let Some(connection) = connection else {
            let shown = self.view.remark("server-hand-no-client");
            return self.say(&shown);
        };
        let order = match word {
            "accept" => Order::TakeData,
            "close" => Order::CloseData,
            "pasv" => Order::OpenPort,
            "hangup" => Order::HangUp,
            "hold" => return self.hold(connection, question.as_ref(), argument),
            "data" => match self.data(question.as_ref(), argument)? {
                Some(order) => order,
                None => return Ok(()),
            },
            other => {
                let shown = self.view.unknown(&format!("/{other}"));
                return self.say(&shown);
            }
        };
        self.commander.give(connection, Given::Order(order));
        Ok(())
    }

    /// `/data`: sends, or receives, as the command wants it.
    fn data(
        &mut self,
        question: Option<&Question>,
        argument: &str,
    ) -> Result<Option<Order>, Failure> {
        let verb = question.and_then(Question::verb);
        let Some(verb) = verb.filter(|verb: &Verb| verb.moves().is_some()) else {
            let shown = self.view.remark("server-hand-no-transfer");
            self.say(&shown)?;
            return Ok(None);
        };
        if view::goes_up(verb) {
            let command = question.map_or(&[][..], |q| &q.command);
            let name = command.get(verb.name().len() + 1..).unwrap_or_default();
            return Ok(Some(Order::Receive(name.to_vec())));
        }
        if argument.is_empty() {
            let shown = self.view.remark("server-hand-file-needed");
            self.say(&shown)?;
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let read =
            File::open(argument).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
        match read {
            Ok(_) => Ok(Some(Order::Send(Arc::from(bytes)))),
            Err(error) => {
                let why = fault::reason(&self.context.text, &error);
                let shown = self.view.no_file(argument, &why);
                self.say(&shown)?;
                Ok(None)
            }
        }
    }

    /// `/hold`: keeps the client waiting with lines of the code that the reply will have.
    fn hold(
        &mut self,
        connection: u64,
        question: Option<&Question>,
        argument: &str,
    ) -> Result<(), Failure> {
        let asked = question.map_or("", |question| question.code.as_str());
        let digits = if argument.is_empty() { asked } else { argument };
        let code = digits
            .as_bytes()
            .first_chunk::<3>()
            .filter(|_| digits.len() == 3)
            .and_then(|digits| ReplyCode::from_digits(*digits));
        let Some(code) = code.filter(|_| question.is_some()) else {
            let shown = self.view.remark("server-hand-hold-code");
            return self.say(&shown);
        };
        if let Some(waiting) = self.waiting.front_mut() {
            waiting.question.open = Some(code);
        }
        self.hold = Some(Hold {
            connection,
            code,
            next: Instant::now(),
        });
        let shown = self.view.remark("server-hand-holding");
        self.say(&shown)
    }
}
