//! The server played by hand. The desk knows what the client waits for, judges each line before it goes out, and counts
//! how long this client still waits. A line that is doubted goes out when it is confirmed (typed again, or `y`): to see
//! what a wrong reply does to a client is a lesson too.
//!
//! | file | what |
//! |---|---|
//! | `typed` | what a typed line means: a reply, or something for ftplab |
//! | `doubt` | what the client waits for, and what is wrong with a reply |
//! | `address` | what is wrong with the address in a 227 or 229 |
//! | `countdown` | how long the client still waits |

mod address;
mod countdown;
mod doubt;
mod typed;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

pub use self::{
    address::Mistaken,
    countdown::{Countdown, Left},
    doubt::{Asked, Data, Doubt, judge},
    typed::{LOCAL, Local, Meaning, read},
};
use super::{
    effect::{Ask, DataFault, End, Hand, Notice, Source},
    real_clients::{Client, Outcome, Recogniser},
    watch::{Direction, Happening},
};
use crate::ftp::{
    catalogue,
    code::ReplyCode,
    command::Verb,
    event::{Nanos, Reply, What},
    reply::{Head, Mark},
    secret::verb_of,
};

/// How often a held client gets a line of the unfinished reply. Each client that was measured waits at least 20 s, and
/// lines every 6 s held them all.
pub const HOLD_EVERY: Duration = Duration::from_secs(5);
/// What such a line says.
const HOLD_TEXT: &str = "One moment, please.";
/// After so many lines a client is held no longer (ten minutes).
pub const MAX_HOLD: u32 = 120;

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
        /// What the client waits for.
        asked: Option<Box<Asked>>,
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
    /// SIZE was told another number than has gone out, and the transfer is called complete.
    SizeDiffers {
        /// What 213 said.
        told: u64,
        /// Bytes that were sent.
        sent: u64,
    },
    /// Something with the data connection failed.
    DataFailed(DataFault),
    /// `/line`, `/data`, … while nothing is agreed on and nothing is open.
    NoDataAgreed,
    /// Commands came that wait for their turn.
    Queued(u64),
    /// ABOR came while a transfer runs.
    Abort(Verb),
    /// Another client was turned away.
    TurnedAway {
        /// Not for the first time while this one is served.
        again: bool,
    },
    /// The client has gone; a command still waited for its reply.
    Gone {
        /// Which.
        waiting: Option<Box<Asked>>,
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
    /// The file that SIZE asked for last, and what it was told.
    size: (Vec<u8>, Option<u64>),
    /// The file that RETR asked for last, and the bytes that have gone out since.
    retrieved: (Vec<u8>, u64),
    /// Another client was turned away while this one was served.
    turned_away: bool,
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
            Happening::TurnedAway { .. } => {
                let again = std::mem::replace(&mut self.turned_away, true);
                says.push(Say::TurnedAway { again });
            }
            Happening::Connected { .. } => self.welcome(Some(connection)),
            _ if self.connection != Some(connection) => {}
            Happening::Said { event, .. } => self.said(at, &event.what, &mut says),
            Happening::Asks(ask) => self.asks(at, ask, &mut says),
            Happening::PortOpened(address) => {
                self.data.port = Some(*address);
                self.data.here = false;
                self.data.call = None;
                // With a question the port is told otherwise.
                if self.busy.take_if(|busy| *busy == Busy::Port).is_some() {
                    says.push(Say::PortOpen(*address));
                }
            }
            Happening::DataOpened { .. } => self.data.here = true,
            Happening::DataTaken => {
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
                direction,
                fault,
                bytes,
                ..
            } => {
                if *direction == Direction::Down {
                    self.retrieved.1 += bytes;
                }
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
                self.data.here = false;
                self.data.call = None;
                says.push(Say::DataFailed(*fault));
            }
            Happening::Closed { .. } => {
                let waiting = self.asked.take().map(Box::new);
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
                let file = || command.arg.unwrap_or_default().to_vec();
                match command.verb {
                    Verb::Size => self.size = (file(), None),
                    Verb::Retr => self.retrieved = (file(), 0),
                    _ => {}
                }
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
            What::Reply(reply) => {
                self.hold = None;
                says.extend(self.size_differs(reply));
            }
            What::Negotiation(negotiation) if negotiation.accepted => {
                if let Some(listen) = negotiation.listen.filter(|_| negotiation.verb.announces()) {
                    self.data.call = Some(listen);
                    self.data.port = None;
                    self.data.here = false;
                    says.push(Say::WillCall(listen));
                }
            }
            _ => {}
        }
    }

    /// What SIZE is told is remembered (RFC 3659 4), and held against what RETR has sent when that is called complete.
    fn size_differs(&mut self, reply: &Reply<'_>) -> Option<Say> {
        let code = reply.code.filter(|code| code.is_completion())?;
        match reply.answers?.verb {
            Verb::Size if code.value() == 213 => {
                let digits = str::from_utf8(reply.text.last_text()).ok()?;
                self.size.1 = digits.trim().parse().ok();
                None
            }
            Verb::Retr => {
                let (file, sent) = &self.retrieved;
                let told = self.size.1.filter(|_| self.size.0 == *file)?;
                (told != *sent).then_some(Say::SizeDiffers { told, sent: *sent })
            }
            _ => None,
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
            asked: self.asked.clone().map(Box::new),
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
