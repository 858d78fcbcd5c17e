//! A sheet's skeleton from a dialogue that took place: which steps, which dialogues in them, which questions. `view` writes
//! it as a sheet (`lab new`); the dialogue's own script is the sheet's server, so that it works at once.
//!
//! A question asks for the last reply to a command. A dialogue of the sheet therefore ends where a command comes again, and
//! behind a command that has no name in the model, whose reply is only `last.code`.

use std::collections::BTreeSet;

use crate::{
    ftp::{
        catalogue::Flow,
        code::ReplyCode,
        command::Verb,
        reply::{Head, Mark},
        secret::verb_of,
    },
    script::{
        from::Dialogue,
        notation::{Item, Script},
    },
};

/// Commands that a skeleton takes from a dialogue: a sheet of more is nobody's lesson.
pub const MAX_COMMANDS: usize = 60;
/// Bytes of its script.
const MAX_SCRIPT: usize = 256 * 1024;
/// Lines of data that a transfer keeps: enough to be seen, not so many that the sheet is a listing.
pub const MAX_DATA_LINES: usize = 40;
/// Commands of a step that has no transfer.
const TOGETHER: usize = 4;

/// A sheet that is not written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// The script of the sheet's server.
    pub script: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// Commands of the dialogue that are left out: what is behind [`MAX_COMMANDS`], what got no reply, and from ABOR on,
    /// which cannot be played again line by line.
    pub left_out: usize,
    /// Lines of data that are left out: those of a transfer behind its first [`MAX_DATA_LINES`].
    pub data_left_out: usize,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub about: About,
    /// Its dialogues, each with what is asked about it.
    pub rounds: Vec<Round>,
}

/// What a step is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The greeting and the login.
    Login,
    /// PASV or EPSV, and the transfer behind it, where there is one.
    Passive(Option<Verb>),
    /// PORT or EPRT, and the transfer behind it, where there is one.
    Active(Option<Verb>),
    /// Commands without a data connection.
    Commands(Vec<Verb>),
    /// QUIT.
    Quit,
}

/// A dialogue of the sheet, and the questions about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The dialogue's id.
    pub id: String,
    /// What the student types in a terminal before it.
    pub shell: Option<Shell>,
    /// The dialogue's lines, in the notation of sheets.
    pub lines: Vec<String>,
    /// The questions.
    pub asks: Vec<Ask>,
}

/// What the student types in a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// The control connection.
    Raw,
    /// Dials what a 227 names; true where it sends a file.
    DialPasv(bool),
    /// Dials what a 229 names; true where it sends a file.
    DialEpsv(bool),
    /// Listens; true where it sends a file.
    Listen(bool),
}

/// A question and its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The id.
    pub id: String,
    /// What is asked.
    pub what: Asked,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The greeting's code.
    Greeting(ReplyCode),
    /// The code of the final reply to a command; [`Verb::Other`]: of the last reply.
    Final(Verb, ReplyCode),
    /// The code of the preliminary reply to a command.
    First(Verb, ReplyCode),
    /// What this first digit asks of the client: asked once a digit.
    Digit(ReplyCode),
    /// The port of the 227.
    PasvPort,
    /// The port of the PORT.
    PortPort,
    /// The port of the 229.
    EpsvPort,
    /// The port of the EPRT.
    EprtPort,
    /// Who dialled the data connection.
    DialledBy,
    /// Who closed it.
    DataClosedBy,
    /// How many bytes came.
    Bytes,
    /// Who closed the control connection.
    ClosedBy,
}

/// A command of the dialogue and what answered it.
struct Exchange {
    verb: Verb,
    lines: Vec<String>,
    script: Vec<String>,
    first: Option<ReplyCode>,
    last: Option<ReplyCode>,
    data: bool,
    data_lines: usize,
    /// The reply names an address (a capture may have cut it off).
    agreed: bool,
}

impl Exchange {
    fn new(verb: Verb, line: String, written: &str) -> Exchange {
        Exchange {
            verb,
            lines: vec![line],
            script: vec![written.to_owned()],
            first: None,
            last: None,
            data: false,
            data_lines: 0,
            agreed: false,
        }
    }

    fn moves(&self) -> Option<Flow> {
        self.verb.moves()
    }

    fn agrees(&self) -> bool {
        matches!(self.verb, Verb::Pasv | Verb::Epsv | Verb::Port | Verb::Eprt)
    }
}

impl Skeleton {
    /// Makes a skeleton of a dialogue.
    #[must_use]
    pub fn of(dialogue: &Dialogue) -> Skeleton {
        let script = Script::parse(dialogue.script("").as_bytes()).unwrap_or_default();
        let (mut greeting, mut exchanges) = exchanges(&script);
        let left_out = cut(&mut exchanges);
        let too_many = |one: &Exchange| one.data_lines.saturating_sub(MAX_DATA_LINES);
        let data_left_out = exchanges.iter().map(too_many).sum();
        begin_and_end(&mut greeting, &mut exchanges);
        let mut maker = Maker::default();
        let mut steps = Vec::new();
        let mut rest = exchanges.as_slice();
        // The greeting is the first line of the first dialogue, whatever that is.
        let mut opening = Some(&greeting);
        while !rest.is_empty() {
            let count = together(rest);
            let (these, others) = rest.split_at(count);
            steps.push(maker.step(these, opening.take()));
            rest = others;
        }
        let lines = greeting
            .script
            .iter()
            .chain(exchanges.iter().flat_map(|exchange| &exchange.script));
        let script = lines.fold(String::new(), |text, line| text + line + "\n");
        Skeleton {
            script,
            steps,
            left_out,
            data_left_out,
        }
    }
}

/// The greeting, and each command with what answered it.
fn exchanges(script: &Script) -> (Exchange, Vec<Exchange>) {
    let mut greeting = Exchange::new(Verb::Other, String::new(), "");
    greeting.lines.clear();
    greeting.script.clear();
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut open: Option<ReplyCode> = None;
    for line in &script.lines {
        match &line.item {
            Item::Step(pattern) | Item::Rule(pattern) => {
                open = None;
                let written = pattern.to_string();
                let (verb, _) = verb_of(written.as_bytes());
                // The script takes the other form of an address too; the student is asked for this one.
                let wanted = match verb {
                    Verb::Port | Verb::Eprt => format!("C> {} *", verb.name()),
                    _ => format!("C> {written}"),
                };
                exchanges.push(Exchange::new(verb, wanted, &line.written));
                continue;
            }
            Item::Comment(_) | Item::Empty | Item::Setting(_) => continue,
            _ => {}
        }
        let at = exchanges.last_mut().unwrap_or(&mut greeting);
        if matches!(line.item, Item::Data(_)) {
            at.data_lines += 1;
            if at.data_lines > MAX_DATA_LINES {
                continue;
            }
        }
        at.script.push(line.written.clone());
        match &line.item {
            Item::Send(text) => {
                at.agreed |= text.values().next().is_some();
                let head = Head::of(text.head());
                let Some(code) = head.code else { continue };
                match open {
                    None if head.mark == Mark::Hyphen => open = Some(code),
                    Some(of) if of != code || head.mark == Mark::Hyphen => {}
                    _ => {
                        open = None;
                        at.lines.push(format!("S> {code}"));
                        if code.is_preliminary() && at.moves().is_some() {
                            at.first.get_or_insert(code);
                        } else {
                            at.last = Some(code);
                        }
                    }
                }
            }
            Item::Data(_) | Item::File(_) if !at.data => {
                at.data = true;
                at.lines.push("D> *".to_owned());
            }
            Item::Receive(_) if !at.data => {
                at.data = true;
                at.lines.push("D<".to_owned());
            }
            _ => {}
        }
    }
    (greeting, exchanges)
}

/// Leaves out what is too much, and what was never answered: a server that says nothing would be waited for. Gives how many
/// commands that is. QUIT stays.
fn cut(exchanges: &mut Vec<Exchange>) -> usize {
    let all = exchanges.len();
    let abort = exchanges.iter().position(|one| one.verb == Verb::Abor);
    exchanges.truncate(abort.unwrap_or(all));
    exchanges.retain(|exchange| exchange.last.is_some());
    let mut bytes = 0;
    let fits = exchanges.iter().take_while(|exchange| {
        bytes += exchange
            .script
            .iter()
            .map(|line| line.len() + 1)
            .sum::<usize>();
        bytes <= MAX_SCRIPT
    });
    let keep = fits.count().min(MAX_COMMANDS);
    let left_out = exchanges.split_off(keep);
    exchanges.extend(left_out.into_iter().find(|left| left.verb == Verb::Quit));
    all - exchanges.len()
}

/// What a session has, where this one was recorded in part: a greeting first, QUIT last.
fn begin_and_end(greeting: &mut Exchange, exchanges: &mut Vec<Exchange>) {
    if greeting.last.is_none() {
        greeting.script = vec!["S> 220 Ready.".to_owned()];
        greeting.lines = vec!["S> 220".to_owned()];
        greeting.last = ReplyCode::new(220);
    }
    if exchanges.last().is_none_or(|last| last.verb != Verb::Quit) {
        let mut quit = Exchange::new(Verb::Quit, "C> QUIT".to_owned(), "C* QUIT");
        quit.script.push("S> 221 Goodbye.".to_owned());
        quit.lines.push("S> 221".to_owned());
        quit.last = ReplyCode::new(221);
        exchanges.push(quit);
    }
}

/// How many of these exchanges make the next step.
fn together(rest: &[Exchange]) -> usize {
    let login = |exchange: &Exchange| matches!(exchange.verb, Verb::User | Verb::Pass | Verb::Acct);
    let first = &rest[0];
    if login(first) {
        return rest.iter().take_while(|exchange| login(exchange)).count();
    }
    if first.verb == Verb::Quit {
        return 1;
    }
    if first.agrees() {
        for (at, exchange) in rest.iter().enumerate().skip(1) {
            match exchange {
                exchange if exchange.moves().is_some() => return at + 1,
                exchange if exchange.agrees() || exchange.verb == Verb::Quit => return at,
                _ => {}
            }
        }
        return rest.len();
    }
    let plain = |exchange: &&Exchange| {
        !(login(exchange) || exchange.agrees() || exchange.verb == Verb::Quit)
    };
    rest.iter().take(TOGETHER).take_while(plain).count().max(1)
}

/// Makes steps, with ids that are not taken.
#[derive(Default)]
struct Maker {
    ids: BTreeSet<String>,
    digits: BTreeSet<u8>,
}

impl Maker {
    fn id(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut number = 2;
        while !self.ids.insert(id.clone()) {
            id = format!("{wanted}-{number}");
            number += 1;
        }
        id
    }

    fn ask(&mut self, asks: &mut Vec<Ask>, id: &str, what: Asked) {
        let id = self.id(id);
        asks.push(Ask { id, what });
    }

    fn step(&mut self, these: &[Exchange], greeting: Option<&Exchange>) -> Step {
        let agreed = these.first().filter(|exchange| exchange.agrees());
        let transfer = these.iter().find(|exchange| exchange.moves().is_some());
        let about = match (agreed.map(|exchange| exchange.verb), these[0].verb) {
            (Some(Verb::Pasv | Verb::Epsv), _) => About::Passive(transfer.map(|t| t.verb)),
            (Some(_), _) => About::Active(transfer.map(|t| t.verb)),
            (None, Verb::Quit) => About::Quit,
            (None, Verb::User | Verb::Pass | Verb::Acct) => About::Login,
            (None, _) => About::Commands(these.iter().map(|exchange| exchange.verb).collect()),
        };
        let mut rounds: Vec<Round> = Vec::new();
        // Whoever listens says at once that a file is to be sent: what follows belongs to it.
        let active = matches!(about, About::Active(_));
        let sends = active && transfer.is_some_and(|transfer| transfer.moves() == Some(Flow::Up));
        let mut opening = greeting;
        let mut rest = these;
        while !rest.is_empty() {
            let count = in_one(rest, sends);
            let (round, others) = rest.split_at(count);
            let mut made = self.round(round, opening, agreed.filter(|_| !rounds.is_empty()));
            if opening.take().is_some() {
                made.shell = Some(Shell::Raw);
            }
            rounds.push(made);
            rest = others;
        }
        Step { about, rounds }
    }

    fn round(
        &mut self,
        these: &[Exchange],
        greeting: Option<&Exchange>,
        agreed: Option<&Exchange>,
    ) -> Round {
        let name = match these[0].verb {
            Verb::Other => "command".to_owned(),
            verb => verb.name().to_ascii_lowercase(),
        };
        let id = self.id(&name);
        let moves = these.last().and_then(Exchange::moves);
        let up = moves == Some(Flow::Up);
        let shell = match (these[0].verb, agreed.map(|exchange| exchange.verb)) {
            (Verb::Port | Verb::Eprt, _) => Some(Shell::Listen(up)),
            (_, Some(Verb::Pasv)) if moves.is_some() => Some(Shell::DialPasv(up)),
            (_, Some(Verb::Epsv)) if moves.is_some() => Some(Shell::DialEpsv(up)),
            _ => None,
        };
        let (mut lines, mut asks) = (Vec::new(), Vec::new());
        if let Some(greeting) = greeting {
            lines.extend(greeting.lines.clone());
            if let Some(code) = greeting.last {
                self.ask(&mut asks, "greeting-code", Asked::Greeting(code));
                self.digit(&mut asks, code);
            }
        }
        for exchange in these {
            lines.extend(exchange.lines.clone());
            let agreed = agreed.is_some() || these[0].agrees();
            self.questions(&mut asks, exchange, agreed);
        }
        Round {
            id,
            shell,
            lines,
            asks,
        }
    }

    /// What this first digit asks of the client, the first time that it comes.
    fn digit(&mut self, asks: &mut Vec<Ask>, code: ReplyCode) {
        let digit = code.digits()[0];
        if (1..=5).contains(&digit) && self.digits.insert(digit) {
            self.ask(asks, &format!("first-digit-{digit}"), Asked::Digit(code));
        }
    }

    fn questions(&mut self, asks: &mut Vec<Ask>, exchange: &Exchange, agreed: bool) {
        let verb = exchange.verb;
        let name = match verb {
            Verb::Other => "command".to_owned(),
            verb => verb.name().to_ascii_lowercase(),
        };
        if let Some(code) = exchange.first {
            self.ask(asks, &format!("{name}-first"), Asked::First(verb, code));
            self.digit(asks, code);
        }
        let Some(code) = exchange.last else { return };
        self.ask(asks, &format!("{name}-code"), Asked::Final(verb, code));
        self.digit(asks, code);
        let done = code.is_completion();
        match verb {
            Verb::Pasv if exchange.agreed => self.ask(asks, "pasv-port", Asked::PasvPort),
            Verb::Epsv if exchange.agreed => self.ask(asks, "epsv-port", Asked::EpsvPort),
            Verb::Port if done => self.ask(asks, "port-port", Asked::PortPort),
            Verb::Eprt if done => self.ask(asks, "eprt-port", Asked::EprtPort),
            Verb::Quit => self.ask(asks, "closed-by", Asked::ClosedBy),
            _ => {}
        }
        if agreed && done && exchange.first.is_some() {
            self.ask(asks, &format!("{name}-dialled"), Asked::DialledBy);
            if exchange.moves() == Some(Flow::Down) && exchange.data {
                self.ask(asks, &format!("{name}-bytes"), Asked::Bytes);
            }
            self.ask(asks, &format!("{name}-closed"), Asked::DataClosedBy);
        }
    }
}

/// How many of these exchanges make one dialogue of the sheet; `whole`: as many as can be asked about.
fn in_one(rest: &[Exchange], whole: bool) -> usize {
    let mut verbs = BTreeSet::new();
    for (at, exchange) in rest.iter().enumerate() {
        let transfer = exchange.moves().is_some() && at > 0 && !whole;
        if transfer || !verbs.insert(exchange.verb.name()) {
            return at;
        }
        if exchange.agrees() && !whole || exchange.verb == Verb::Other {
            return at + 1;
        }
    }
    rest.len()
}
