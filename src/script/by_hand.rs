//! The server played by hand: what a person types and what it would mean. The desk knows what the client waits for, judges
//! each line before it goes out, and counts how long this client still waits.
//!
//! A reply is judged by its form, then by its first digit, then by the whole code, then by what it promises: an address
//! that nobody listens on, data that was never sent. One doubt at a time is told, the first one, and the line goes out
//! when it is confirmed (typed again, or `y`): to see what a wrong reply does to a client is a lesson too.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use super::{
    address::{Mistaken, mistaken},
    clients::{Client, Outcome, Recogniser, Slip},
    effect::{Ask, DataFault, End, Hand, Notice, Source},
    watch::{Direction, Happening},
};
use crate::ftp::{
    catalogue::{self, Flow},
    code::ReplyCode,
    command::Verb,
    event::{Nanos, What},
    reply::{Head, Mark, text_of},
    secret::verb_of,
};

/// How often a held client gets a line of the unfinished reply. Each client that was measured waits at least 20 s, and
/// lines every 6 s held them all.
pub const HOLD_EVERY: Duration = Duration::from_secs(5);
/// What such a line says.
const HOLD_TEXT: &str = "One moment, please.";
/// After so many lines a client is held no longer (ten minutes).
pub const MAX_HOLD: u32 = 120;
/// The seconds at which time is told again, beside half of it.
const TOLD_AT: [u64; 2] = [10, 5];

// ---- What a typed line means -----------------------------------------------------------------------------------------

/// The local commands and what may stand behind them.
pub const LOCAL: &[(&str, &str)] = &[
    ("/data", "FILE"),
    ("/store", "[FILE]"),
    ("/accept", ""),
    ("/line", "TEXT"),
    ("/close", ""),
    ("/pasv", ""),
    ("/hold", "[CODE]"),
    ("/release", ""),
    ("/explain", "[CODE|VERB]"),
    ("/state", ""),
    ("/help", ""),
    ("/quit", ""),
];

/// A line for ftplab itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// `/data FILE`: takes the data connection, sends the file and closes.
    Data(PathBuf),
    /// `/store [FILE]`: takes the data connection and receives.
    Store(Option<PathBuf>),
    /// `/accept`: takes the data connection.
    Accept,
    /// `/line TEXT`: sends a line on it.
    Line(Vec<u8>),
    /// `/close`: closes it.
    Close,
    /// `/pasv`: opens a data port.
    Pasv,
    /// `/hold [CODE]`.
    Hold(Option<ReplyCode>),
    /// `/release`.
    Release,
    /// `/explain [CODE|VERB…]`.
    Explain(Vec<String>),
    /// `/state`.
    State,
    /// `/help`.
    Help,
    /// `/quit`.
    Quit,
}

/// What a typed line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// It is a line of a reply.
    Reply(&'a [u8]),
    /// It is for ftplab.
    Local(Local),
    /// It begins with a slash and is not understood.
    Unknown(String),
    /// A local command with something behind it that it does not take, or without what it needs.
    Misused {
        /// The command.
        command: &'static str,
        /// What may stand behind it.
        rest: &'static str,
    },
}

/// Reads a typed line.
#[must_use]
pub fn read(line: &[u8]) -> Meaning<'_> {
    if !line.starts_with(b"/") {
        return Meaning::Reply(line);
    }
    let text = String::from_utf8_lossy(line);
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
    let found = LOCAL
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word));
    let Some(&(command, usage)) = found else {
        return Meaning::Unknown(word[1..].to_owned());
    };
    local(command, rest.trim()).map_or(
        Meaning::Misused {
            command,
            rest: usage,
        },
        Meaning::Local,
    )
}

fn local(command: &str, rest: &str) -> Option<Local> {
    let bare = |local: Local| rest.is_empty().then_some(local);
    let file = || (!rest.is_empty()).then(|| PathBuf::from(rest));
    match command {
        "/data" => file().map(Local::Data),
        "/store" => Some(Local::Store(file())),
        "/accept" => bare(Local::Accept),
        "/line" => Some(Local::Line(rest.into())),
        "/close" => bare(Local::Close),
        "/pasv" => bare(Local::Pasv),
        "/hold" if rest.is_empty() => Some(Local::Hold(None)),
        "/hold" => {
            let digits = <[u8; 3]>::try_from(rest.as_bytes()).ok()?;
            Some(Local::Hold(Some(ReplyCode::from_digits(digits)?)))
        }
        "/release" => bare(Local::Release),
        "/explain" => Some(Local::Explain(
            rest.split_whitespace().map(str::to_owned).collect(),
        )),
        "/state" => bare(Local::State),
        "/help" => bare(Local::Help),
        "/quit" => bare(Local::Quit),
        _ => None,
    }
}

// ---- What the client waits for ---------------------------------------------------------------------------------------

/// A reply that is wanted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The command's verb.
    pub verb: Verb,
    /// The command; `None`: the greeting.
    pub command: Option<Vec<u8>>,
    /// 1yz was sent.
    pub preliminary: bool,
    /// The script's line that wants it.
    pub line: Option<u32>,
    /// What its code must begin with, by the script; may be empty.
    pub code: String,
    /// A model answer.
    pub model: Option<Vec<u8>>,
    /// The data port that was opened for it.
    pub port: Option<SocketAddr>,
    /// The host that a 227 names instead of the port's own (`--public-address`).
    pub public: Option<Ipv4Addr>,
}

impl Asked {
    fn of(ask: &Ask) -> Asked {
        Asked {
            verb: verb_of(&ask.command).0,
            command: (!ask.command.is_empty()).then(|| ask.command.clone()),
            preliminary: ask.preliminary,
            line: ask.line,
            code: ask.code.clone(),
            model: ask.model.clone(),
            port: ask.port,
            public: ask.public,
        }
    }

    /// The replies that may come now, by RFC 959 5.4 and its successors; what the script wants comes first, and a yes
    /// before a no.
    #[must_use]
    pub fn possible(&self) -> Vec<ReplyCode> {
        let mut codes: Vec<ReplyCode> = if self.command.is_none() {
            [220, 120, 421]
                .into_iter()
                .filter_map(ReplyCode::new)
                .collect()
        } else if self.verb == Verb::Other {
            [500, 502].into_iter().filter_map(ReplyCode::new).collect()
        } else {
            catalogue::expected_now(self.verb, self.preliminary).collect()
        };
        codes.sort_by_key(|code| (!self.wants(*code), code.is_negative()));
        codes
    }

    /// The script wants such a code.
    fn wants(&self, code: ReplyCode) -> bool {
        code.to_string().starts_with(&self.code)
    }

    /// Which way the command moves data.
    fn flow(&self) -> Option<Flow> {
        self.verb.moves()
    }

    /// How clients are told of an open port in a reply with this code.
    #[must_use]
    pub fn named(&self, code: ReplyCode, port: SocketAddr) -> SocketAddr {
        match self.public {
            Some(public) if code.value() == 227 => (public, port.port()).into(),
            _ => port,
        }
    }

    /// The code that is known before it is typed: the script's.
    fn known(&self) -> Option<ReplyCode> {
        let digits = <[u8; 3]>::try_from(self.code.as_bytes()).ok()?;
        ReplyCode::from_digits(digits)
    }
}

/// What is wrong with a line, as far as the desk knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It does not begin with three digits.
    NoCode,
    /// It is three digits alone.
    BareCode(ReplyCode),
    /// No blank (or hyphen) stands behind the digits.
    NoBlank(ReplyCode),
    /// No command waits for a reply.
    NothingAsked,
    /// It would have fitted the command before, which has had its answer; this one would get it instead.
    Late {
        /// The code typed.
        typed: ReplyCode,
        /// The command before.
        answered: Verb,
    },
    /// A reply of several lines is open, and only its own code ends it.
    ReplyOpen {
        /// The code of the open reply.
        open: ReplyCode,
        /// The code typed.
        typed: ReplyCode,
    },
    /// The script wants another first digit.
    ScriptDigit {
        /// What it wants.
        wanted: String,
        /// The code typed.
        typed: ReplyCode,
    },
    /// The first digit is right, the rest is not what the script wants.
    ScriptCode {
        /// What it wants.
        wanted: String,
        /// The code typed.
        typed: ReplyCode,
    },
    /// No reply to this command begins with that digit now.
    Digit {
        /// The code typed.
        typed: ReplyCode,
        /// The first digits that may come.
        may: Vec<u8>,
    },
    /// The first digit fits, but this command never gets that code.
    Code {
        /// The code typed.
        typed: ReplyCode,
        /// Those with the same first digit.
        instead: Vec<ReplyCode>,
    },
    /// The end of a transfer that has not begun: 150 is missing.
    NoPreliminary {
        /// The code typed.
        typed: ReplyCode,
        /// Data was moved already.
        moved: bool,
    },
    /// The end of a transfer, but no data was moved.
    NoData {
        /// The code typed.
        typed: ReplyCode,
        /// Which way it should go.
        flow: Flow,
    },
    /// The end of a transfer, and the data connection is still open.
    DataOpen(ReplyCode),
    /// 1yz promises a data connection that nobody has agreed on.
    NotAgreed(ReplyCode),
    /// The address in a 227 or 229 is not that of the open port.
    Address {
        /// The port that is open.
        open: SocketAddr,
        /// What is wrong.
        mistake: Mistaken,
    },
    /// 227 or 229, and no data port is open.
    NoPort(ReplyCode),
    /// AUTH accepted: the client will begin a TLS handshake, which nobody can type.
    Tls(ReplyCode),
}

impl Doubt {
    /// The slip whose effect on clients was measured.
    #[must_use]
    pub fn slip(&self) -> Option<Slip> {
        Some(match self {
            Doubt::NoCode => Slip::NoCode,
            Doubt::BareCode(_) => Slip::BareCode,
            Doubt::NoBlank(_) => Slip::NoBlank,
            Doubt::NothingAsked | Doubt::Late { .. } => Slip::SecondReply,
            Doubt::NoPreliminary { .. } => Slip::NoPreliminary,
            _ => return None,
        })
    }
}

/// What the desk knows of the data connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Data {
    /// The open data port.
    pub port: Option<SocketAddr>,
    /// Where the client listens.
    pub call: Option<SocketAddr>,
    /// The connection stands.
    pub open: bool,
    /// It was opened, or data was moved, for the command that waits.
    pub moved: bool,
}

/// Judges a line, before it is sent. `asked`: what the client waits for; `open`: the reply of several lines that has begun.
#[must_use]
pub fn judge(
    line: &[u8],
    asked: Option<&Asked>,
    open: Option<ReplyCode>,
    data: &Data,
) -> Option<Doubt> {
    let head = Head::of(line);
    if let Some(open) = open {
        // Inside a reply anything may stand that does not look like the end of another.
        return match (head.code, head.mark) {
            (None, _) | (_, Mark::Hyphen) => None,
            (Some(typed), _) if typed != open => Some(Doubt::ReplyOpen { open, typed }),
            (Some(typed), Mark::Nothing) => Some(Doubt::BareCode(typed)),
            (Some(typed), Mark::Text) => Some(Doubt::NoBlank(typed)),
            (Some(typed), Mark::Blank) => asked.and_then(|asked| promise(line, typed, asked, data)),
        };
    }
    let Some(typed) = head.code else {
        return Some(match asked {
            None => Doubt::NothingAsked,
            Some(_) => Doubt::NoCode,
        });
    };
    let Some(asked) = asked else {
        return Some(Doubt::NothingAsked);
    };
    match head.mark {
        Mark::Nothing => return Some(Doubt::BareCode(typed)),
        Mark::Text => return Some(Doubt::NoBlank(typed)),
        Mark::Blank | Mark::Hyphen => {}
    }
    code(typed, asked, data).or_else(|| match head.mark {
        // The promise is made by the last line.
        Mark::Hyphen => None,
        _ => promise(line, typed, asked, data),
    })
}

/// Judges the three digits.
fn code(typed: ReplyCode, asked: &Asked, data: &Data) -> Option<Doubt> {
    let first = typed.digits()[0];
    if !asked.code.is_empty() {
        let wanted = asked.code.clone();
        if asked.wants(typed) {
            return None;
        }
        return Some(if wanted.as_bytes()[0] == b'0' + first {
            Doubt::ScriptCode { wanted, typed }
        } else {
            Doubt::ScriptDigit { wanted, typed }
        });
    }
    let transfer = asked.flow().is_some();
    if transfer && !asked.preliminary && first == 2 {
        return Some(Doubt::NoPreliminary {
            typed,
            moved: data.moved,
        });
    }
    let possible = asked.possible();
    if possible.contains(&typed) {
        return None;
    }
    if asked.verb == Verb::Other && asked.command.is_some() {
        // What no RFC knows may be answered as one likes, with a final reply.
        return (!(2..=5).contains(&first)).then(|| Doubt::Digit {
            typed,
            may: vec![2, 3, 4, 5],
        });
    }
    // Any command may fail for a reason of its own (RFC 959 4.2: clients go by the first digit).
    if typed.is_negative() && catalogue::code(typed).is_some() {
        return None;
    }
    let instead: Vec<ReplyCode> = possible
        .iter()
        .copied()
        .filter(|code| code.digits()[0] == first)
        .collect();
    if !instead.is_empty() || typed.is_negative() {
        return Some(Doubt::Code { typed, instead });
    }
    let mut may: Vec<u8> = possible.iter().map(|code| code.digits()[0]).collect();
    may.sort_unstable();
    may.dedup();
    Some(Doubt::Digit { typed, may })
}

/// Judges what a reply promises.
fn promise(line: &[u8], typed: ReplyCode, asked: &Asked, data: &Data) -> Option<Doubt> {
    let first = typed.digits()[0];
    if matches!(typed.value(), 227 | 229) {
        let Some(open) = asked.port.or(data.port) else {
            return Some(Doubt::NoPort(typed));
        };
        let named = asked.named(typed, open);
        return mistaken(typed.value(), text_of(line), named, open.ip()).map(|mistake| {
            Doubt::Address {
                open: named,
                mistake,
            }
        });
    }
    if asked.verb == Verb::Auth && matches!(first, 2 | 3) {
        return Some(Doubt::Tls(typed));
    }
    // In a script's block the data lines are the script's.
    let flow = asked.flow().filter(|_| asked.line.is_none())?;
    let agreed = data.port.is_some() || data.call.is_some() || data.open || data.moved;
    match first {
        1 if !agreed => Some(Doubt::NotAgreed(typed)),
        2 if data.open => Some(Doubt::DataOpen(typed)),
        2 if !data.moved => Some(Doubt::NoData { typed, flow }),
        _ => None,
    }
}

// ---- Time ------------------------------------------------------------------------------------------------------------

/// How long the client still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// So long.
    Time(Duration),
    /// No longer: it has given up by now, if it is the one that it seems to be.
    Over,
}

/// Counts a client's patience, and says when it is time to say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Countdown {
    since: Nanos,
    told: usize,
}

impl Countdown {
    /// The client begins to wait now.
    #[must_use]
    pub fn start(now: Nanos) -> Countdown {
        Countdown {
            since: now,
            told: 0,
        }
    }

    /// How long it still waits, where its limit is this.
    #[must_use]
    pub fn left(&self, limit: Duration, now: Nanos) -> Left {
        let gone = Duration::from_nanos(now.saturating_sub(self.since));
        match limit.checked_sub(gone) {
            Some(left) if !left.is_zero() => Left::Time(left),
            _ => Left::Over,
        }
    }

    /// What is to be said now: at half of the limit, at 10 and 5 seconds before its end, and at its end; each once.
    pub fn due(&mut self, limit: Duration, now: Nanos) -> Option<Left> {
        let mut marks = vec![limit / 2];
        marks.extend(TOLD_AT.map(Duration::from_secs));
        marks.push(Duration::ZERO);
        marks.retain(|mark| *mark <= limit / 2);
        marks.sort_unstable_by(|a, b| b.cmp(a));
        marks.dedup();
        let left = match self.left(limit, now) {
            Left::Time(left) => left,
            Left::Over => Duration::ZERO,
        };
        let passed = marks.iter().filter(|mark| left <= **mark).count();
        if passed <= self.told {
            return None;
        }
        self.told = passed;
        let mark = marks[passed - 1];
        Some(if mark.is_zero() {
            Left::Over
        } else {
            Left::Time(mark)
        })
    }
}

// ---- The desk --------------------------------------------------------------------------------------------------------

/// Something to be said to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// A reply is wanted.
    Asked {
        /// Which.
        asked: Box<Asked>,
        /// How long the client waits for it; `None`: longer than anyone has seen.
        waits: Option<Duration>,
        /// Whose patience it is.
        whose: Client,
        /// It is known that it is this one.
        certain: bool,
        /// This verb was not asked for before: the replies are told with their meanings.
        first: bool,
        /// Where data would go.
        data: Data,
    },
    /// This is the client, it seems.
    Recognised(Client),
    /// So long does it still wait.
    Waits {
        /// How long.
        left: Left,
        /// Whose patience it is.
        whose: Client,
        /// It is known that it is this one.
        certain: bool,
    },
    /// A line is not sent yet.
    Doubted {
        /// Why.
        doubt: Doubt,
        /// The client, where it is known, and what it makes of this.
        outcome: Option<(Client, Option<Outcome>)>,
        /// What the script has for a model.
        model: Option<Vec<u8>>,
        /// The command that waits.
        verb: Verb,
    },
    /// What a doubted line has done, now that it was sent.
    SentAnyway {
        /// The doubt.
        doubt: Doubt,
        /// The client, where it is known.
        client: Option<Client>,
    },
    /// No client is there.
    NobodyThere,
    /// The client is held.
    Holding {
        /// With this code.
        code: ReplyCode,
        /// This client minds the lines no more than silence: so long it waits for the whole reply.
        limit: Option<(Client, Duration)>,
    },
    /// No lines are sent any more; the reply is still open.
    Released(ReplyCode),
    /// The client was held long enough.
    HeldEnough(ReplyCode),
    /// `/hold` needs a code.
    HoldNeedsCode,
    /// `/release`, but nobody is held.
    NotHeld,
    /// A data port is open: how it is told to the client.
    PortOpen(SocketAddr),
    /// PORT or EPRT was accepted: this will be called.
    WillCall(SocketAddr),
    /// The data connection stands.
    DataThere,
    /// Data was moved: what comes next.
    DataMoved(Direction),
    /// Something with the data connection failed.
    DataFailed(DataFault),
    /// `/line`, `/data`, … while nothing is agreed on and nothing is open.
    NoDataAgreed,
    /// Commands came that wait for their turn.
    Queued(u64),
    /// ABOR came while a transfer runs.
    Abort(Verb),
    /// A second client was turned away.
    TurnedAway,
    /// The client has gone; a command still waited for its reply.
    Gone {
        /// Its verb.
        waiting: Option<Verb>,
    },
}

/// What the desk wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// This line goes out.
    Send(Vec<u8>),
    /// This is done with the data connection.
    Hand(Hand),
}

/// What somebody types, and what comes of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// To be said.
    pub says: Vec<Say>,
    /// To be done.
    pub deeds: Vec<Deed>,
}

/// What is waited for on the data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Busy {
    /// A port is opened.
    Port,
    /// The connection is taken.
    Open,
    /// Bytes are moved; the connection is closed behind them or not.
    Move { closes: bool },
}

/// A client that is being held.
#[derive(Debug, Clone, Copy)]
struct Hold {
    code: ReplyCode,
    next: Nanos,
    lines: u32,
}

/// The person's desk. It serves one connection at a time.
#[derive(Debug, Default)]
pub struct Desk {
    told: Option<Client>,
    recogniser: Recogniser,
    recognised: bool,
    connection: Option<u64>,
    asked: Option<Asked>,
    /// The code of the reply of several lines that is open.
    open: Option<ReplyCode>,
    data: Data,
    /// The command that had its final reply last.
    answered: Option<Verb>,
    /// What is going on on the data connection by hand.
    busy: Option<Busy>,
    doubted: Option<(Vec<u8>, Doubt)>,
    countdown: Option<Countdown>,
    hold: Option<Hold>,
    /// What was asked for before: verb, and whether after 1yz.
    seen: Vec<(Verb, bool)>,
    queued: u64,
}

impl Desk {
    /// A desk for clients of this kind, where the command line says which.
    #[must_use]
    pub fn new(told: Option<Client>) -> Desk {
        let mut desk = Desk {
            told,
            ..Desk::default()
        };
        desk.welcome(None);
        desk
    }

    /// Makes ready for the next client.
    fn welcome(&mut self, connection: Option<u64>) {
        *self = Desk {
            told: self.told,
            recogniser: self.told.map(Recogniser::told).unwrap_or_default(),
            recognised: self.told.is_some(),
            connection,
            seen: std::mem::take(&mut self.seen),
            ..Desk::default()
        };
    }

    /// The connection that is served.
    #[must_use]
    pub fn connection(&self) -> Option<u64> {
        self.connection
    }

    /// What the client waits for.
    #[must_use]
    pub fn asked(&self) -> Option<&Asked> {
        self.asked.as_ref()
    }

    /// The data connection.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The client, where it is known.
    #[must_use]
    pub fn client(&self) -> Option<Client> {
        self.recogniser.client()
    }

    /// The next line of a pipe may be taken: a reply is wanted, and nothing is going on on the data connection.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.asked.is_some() && self.busy.is_none()
    }

    /// How long the client waits for what it waits for now, and whose patience that is.
    fn patience(&self) -> (Option<Duration>, Client) {
        let (preliminary, moved) = (
            self.asked.as_ref().is_some_and(|asked| asked.preliminary),
            self.data.moved && !self.data.open,
        );
        self.recogniser.shortest(|patience| match preliminary {
            true if moved => patience.completion,
            true => patience.data,
            false => patience.reply,
        })
    }

    /// How long the client still waits.
    #[must_use]
    pub fn left(&self, now: Nanos) -> Option<(Left, Client)> {
        let (limit, whose) = self.patience();
        Some((self.countdown?.left(limit?, now), whose))
    }

    /// Takes what happened.
    pub fn happened(&mut self, connection: u64, at: Nanos, happening: &Happening<'_>) -> Vec<Say> {
        let mut says = Vec::new();
        match happening {
            Happening::TurnedAway { .. } => says.push(Say::TurnedAway),
            Happening::Connected { .. } => self.welcome(Some(connection)),
            _ if self.connection != Some(connection) => {}
            Happening::Said { event, .. } => self.said(at, &event.what, &mut says),
            Happening::Asks(ask) => self.asks(at, ask, &mut says),
            Happening::PortOpened(address) => {
                self.data.port = Some(*address);
                self.data.call = None;
                // With a question the port is told otherwise.
                if self.busy.take_if(|busy| *busy == Busy::Port).is_some() {
                    says.push(Say::PortOpen(*address));
                }
            }
            Happening::DataOpened { .. } => {
                self.data = Data {
                    open: true,
                    moved: true,
                    ..Data::default()
                };
                if self.busy.take_if(|busy| *busy == Busy::Open).is_some() {
                    says.push(Say::DataThere);
                }
            }
            Happening::Data {
                direction, fault, ..
            } => {
                self.data.moved = true;
                self.restart(at);
                if let Some(Busy::Move { closes: true }) = self.busy.take() {
                    self.data.open = false;
                    if fault.is_none() {
                        says.push(Say::DataMoved(*direction));
                    }
                }
            }
            Happening::Notice(Notice::ByHand(fault)) => {
                self.busy = None;
                self.data.port = None;
                self.data.call = None;
                says.push(Say::DataFailed(*fault));
            }
            Happening::Closed { .. } => {
                let waiting = self.asked.take().map(|asked| asked.verb);
                says.push(Say::Gone { waiting });
                self.welcome(None);
            }
            _ => {}
        }
        says
    }

    fn said(&mut self, at: Nanos, what: &What<'_>, says: &mut Vec<Say>) {
        match what {
            What::Command(command) => {
                self.recogniser.take(command.line);
                if !self.recognised
                    && let Some(client) = self.recogniser.client()
                {
                    self.recognised = true;
                    says.push(Say::Recognised(client));
                }
                if let Some(asked) = &self.asked {
                    self.queued += 1;
                    says.push(if command.verb == Verb::Abor {
                        Say::Abort(asked.verb)
                    } else {
                        Say::Queued(self.queued)
                    });
                }
            }
            What::ReplyLine(line) => {
                let head = Head::of(line);
                match (self.open, head.code) {
                    (None, Some(code)) if head.mark == Mark::Hyphen => self.open = Some(code),
                    (Some(open), Some(code)) if code == open && head.mark != Mark::Hyphen => {
                        self.open = None;
                    }
                    _ => {}
                }
                let counts = self
                    .client()
                    .is_none_or(|client| client.patience().lines_count);
                if self.open.is_none() || counts {
                    self.restart(at);
                }
            }
            What::Reply(_) => self.hold = None,
            What::Negotiation(negotiation) if negotiation.accepted => {
                if let Some(listen) = negotiation.listen.filter(|_| negotiation.verb.announces()) {
                    self.data.call = Some(listen);
                    self.data.port = None;
                    says.push(Say::WillCall(listen));
                }
            }
            _ => {}
        }
    }

    fn asks(&mut self, at: Nanos, ask: &Ask, says: &mut Vec<Say>) {
        let asked = Asked::of(ask);
        if !asked.preliminary {
            self.data.moved = self.data.open;
            self.queued = self.queued.saturating_sub(1);
        }
        let kind = (asked.verb, asked.preliminary);
        let first = asked.verb == Verb::Other || !self.seen.contains(&kind);
        if first {
            self.seen.push(kind);
            self.seen.truncate(2 * Verb::ALL.len());
        }
        self.asked = Some(asked.clone());
        self.doubted = None;
        self.countdown = Some(Countdown::start(at));
        let (waits, whose) = self.patience();
        says.push(Say::Asked {
            asked: Box::new(asked),
            waits,
            whose,
            certain: self.client() == Some(whose),
            first,
            data: self.data,
        });
    }

    /// The client has heard something: it begins again to wait.
    fn restart(&mut self, at: Nanos) {
        if let Some(countdown) = &mut self.countdown {
            *countdown = Countdown::start(at);
        }
    }

    /// A line of a reply was typed.
    pub fn reply(&mut self, line: &[u8]) -> Turn {
        let mut turn = Turn::default();
        if self.connection.is_none() {
            turn.says.push(Say::NobodyThere);
            return turn;
        }
        let yes = matches!(line, b"y" | b"Y" | b"yes" | b"o" | b"O" | b"oui");
        if let Some((doubted, doubt)) = self.doubted.take()
            && (yes || doubted == line)
        {
            turn.says.push(Say::SentAnyway {
                doubt,
                client: self.client(),
            });
            self.send(doubted, &mut turn);
            return turn;
        }
        match judge(line, self.asked.as_ref(), self.open, &self.data) {
            None => self.send(line.to_vec(), &mut turn),
            Some(doubt) => {
                let doubt = self.late(&doubt).unwrap_or(doubt);
                self.doubt(line, doubt, &mut turn);
            }
        }
        turn
    }

    /// A reply that does not fit the command which waits, but the one before.
    fn late(&self, doubt: &Doubt) -> Option<Doubt> {
        let (Doubt::Code { typed, .. } | Doubt::Digit { typed, .. }) = *doubt else {
            return None;
        };
        let answered = self.answered?;
        let mut fits = [false, true]
            .into_iter()
            .flat_map(|preliminary| catalogue::expected_now(answered, preliminary));
        fits.any(|code| code == typed)
            .then_some(Doubt::Late { typed, answered })
    }

    fn doubt(&mut self, line: &[u8], doubt: Doubt, turn: &mut Turn) {
        let outcome = self
            .client()
            .map(|client| (client, doubt.slip().map(|slip| client.outcome(slip))));
        turn.says.push(Say::Doubted {
            doubt: doubt.clone(),
            outcome,
            model: self.asked.as_ref().and_then(|asked| asked.model.clone()),
            verb: self.asked.as_ref().map_or(Verb::Other, |asked| asked.verb),
        });
        self.doubted = Some((line.to_vec(), doubt));
    }

    /// A line goes out.
    fn send(&mut self, line: Vec<u8>, turn: &mut Turn) {
        let head = Head::of(&line);
        let complete = match (self.open, head.code) {
            (None, Some(_)) => head.mark != Mark::Hyphen,
            (None, None) => false,
            (Some(open), code) => code == Some(open) && head.mark != Mark::Hyphen,
        };
        if complete {
            // Whether another reply is wanted, the player will say.
            self.answered = self.asked.take().map(|asked| asked.verb);
            self.countdown = None;
            self.hold = None;
        }
        turn.deeds.push(Deed::Send(line));
    }

    /// `/hold`.
    pub fn hold(&mut self, code: Option<ReplyCode>, now: Nanos) -> Turn {
        let mut turn = Turn::default();
        let Some(asked) = &self.asked else {
            turn.says.push(if self.connection.is_none() {
                Say::NobodyThere
            } else {
                Say::NotHeld
            });
            return turn;
        };
        let Some(code) = self.open.or(code).or_else(|| asked.known()) else {
            turn.says.push(Say::HoldNeedsCode);
            return turn;
        };
        let line = format!("{code}-{HOLD_TEXT}").into_bytes();
        let confirmed = self
            .doubted
            .take()
            .is_some_and(|(doubted, _)| doubted == line);
        if !confirmed && let Some(doubt) = judge(&line, self.asked.as_ref(), self.open, &self.data)
        {
            self.doubt(&line, doubt, &mut turn);
            return turn;
        }
        self.hold = Some(Hold {
            code,
            next: now.saturating_add(nanos(HOLD_EVERY)),
            lines: 1,
        });
        let limit = self.client().and_then(|client| {
            let patience = client.patience();
            patience
                .reply
                .filter(|_| !patience.lines_count)
                .map(|limit| (client, limit))
        });
        turn.says.push(Say::Holding { code, limit });
        turn.deeds.push(Deed::Send(line));
        turn
    }

    /// `/release`.
    pub fn release(&mut self) -> Turn {
        let say = match self.hold.take() {
            Some(hold) => Say::Released(hold.code),
            None => Say::NotHeld,
        };
        Turn {
            says: vec![say],
            deeds: Vec::new(),
        }
    }

    /// Something is to be done with the data connection. `/data` and `/store` close it behind them.
    pub fn hand(&mut self, hands: Vec<Hand>) -> Turn {
        let mut turn = Turn::default();
        let agreed = self.data.port.is_some() || self.data.call.is_some() || self.data.open;
        let closes = matches!(hands.first(), Some(Hand::Close(_)));
        if self.connection.is_none() {
            turn.says.push(Say::NobodyThere);
        } else if !agreed && !closes && !matches!(hands.first(), Some(Hand::Listen)) {
            turn.says.push(Say::NoDataAgreed);
        } else {
            self.busy = hands.last().and_then(|hand| match hand {
                Hand::Listen => Some(Busy::Port),
                Hand::Take if self.data.open => None,
                Hand::Take => Some(Busy::Open),
                Hand::Send { last, .. } => Some(Busy::Move { closes: *last }),
                Hand::Receive { .. } => Some(Busy::Move { closes: true }),
                Hand::Close(_) => None,
            });
            if closes {
                self.data = Data {
                    moved: self.data.moved,
                    ..Data::default()
                };
            }
            turn.deeds.extend(hands.into_iter().map(Deed::Hand));
        }
        turn
    }

    /// The name that an upload has: the command's argument.
    #[must_use]
    pub fn upload_name(&self) -> String {
        let command = self.asked.as_ref().and_then(|asked| asked.command.as_ref());
        let argument = command.map_or(&[][..], |command| {
            let (_, end) = verb_of(command);
            command.get(end + 1..).unwrap_or_default()
        });
        super::server::flat_name(argument)
    }

    /// Time passes: what is to be said and done now.
    pub fn tick(&mut self, now: Nanos) -> Turn {
        let mut turn = Turn::default();
        if let Some(hold) = &mut self.hold
            && now >= hold.next
        {
            if hold.lines >= MAX_HOLD {
                turn.says.push(Say::HeldEnough(hold.code));
                self.hold = None;
            } else {
                hold.next = now.saturating_add(nanos(HOLD_EVERY));
                hold.lines += 1;
                let line = format!("{}-{HOLD_TEXT}", hold.code);
                turn.deeds.push(Deed::Send(line.into_bytes()));
            }
        }
        let (limit, whose) = self.patience();
        if let (Some(countdown), Some(limit)) = (&mut self.countdown, limit)
            && let Some(left) = countdown.due(limit, now)
        {
            turn.says.push(Say::Waits {
                left,
                whose,
                certain: self.recogniser.client() == Some(whose),
            });
        }
        turn
    }
}

/// The steps of `/data FILE`.
#[must_use]
pub fn sending(file: PathBuf) -> Vec<Hand> {
    vec![Hand::Send {
        source: Source::Disk(file),
        last: true,
    }]
}

/// The step of `/line TEXT`.
#[must_use]
pub fn sending_line(text: &[u8]) -> Vec<Hand> {
    let mut bytes = text.to_vec();
    // TYPE A's line end is made on the way.
    bytes.extend_from_slice(b"\r\n");
    vec![Hand::Send {
        source: Source::Bytes(bytes),
        last: false,
    }]
}

/// The step of `/close`.
#[must_use]
pub fn closing() -> Vec<Hand> {
    vec![Hand::Close(End::Fin)]
}

fn nanos(time: Duration) -> Nanos {
    Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests;
