//! The coach: what a person at the control line should be told now, beyond the reply itself. It watches the observer's
//! events and names a [`Remark`]; the sentence is made in `view`.
//!
//! What makes a remark is what stops a student: a transfer without a data connection, a server that waits for somebody
//! to dial, a PORT that is refused, a verb of a client program instead of FTP's.

use std::net::SocketAddr;

use crate::ftp::{
    catalogue,
    code::ReplyCode,
    command::Verb,
    dialogue::{Dialogue, Stage},
    event::{Event, Nanos, What},
    session::Negotiation,
};

/// How long a transfer command may stay without any reply before the coach says why (nanoseconds). Servers answer within
/// milliseconds when they can; vsftpd and pure-ftpd say nothing until the passive connection is there.
pub const SILENCE: Nanos = 1_500_000_000;

/// What should be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The server asks for a password.
    SendPass {
        /// The user is anonymous: an e-mail address is asked for.
        anonymous: bool,
    },
    /// The command needs a login first.
    LoginFirst,
    /// The server listens here: how to read it and what to type next.
    Dial(Box<Negotiation>),
    /// The server listens, but named another host than its own (NAT, or a trick).
    DialPeerInstead {
        /// The host it named.
        named: SocketAddr,
        /// The place to dial: the control connection's peer, with that port.
        instead: SocketAddr,
    },
    /// The server will dial this address.
    BeListening(SocketAddr),
    /// PORT or EPRT was refused; `third_party`: it names another host than the client's own.
    PortRefused {
        /// It names another host than the client's own.
        third_party: bool,
    },
    /// A transfer was refused because nobody agreed on a data connection.
    NoDataConnection,
    /// A transfer has begun, but nobody agreed on a data connection: the server dials the default data port.
    DefaultPortTried {
        /// The port it dials: the client's own control port (RFC 959 3.2).
        user_port: Option<u16>,
    },
    /// Nothing came for a while: the server waits for its passive connection.
    ServerWaits(Box<Negotiation>),
    /// Nothing came for a while after 1yz.
    TransferWaits {
        /// The transfer's verb.
        verb: Verb,
    },
    /// The word belongs to a client program; FTP's verb is another.
    ClientWord {
        /// What was typed.
        word: String,
        /// FTP's verb.
        verb: Verb,
    },
    /// One slip of the pen makes it these verbs.
    Slip {
        /// What may have been meant.
        verbs: Vec<Verb>,
    },
    /// The protocol has no such word, nor one like it.
    NoWord,
    /// A transfer has begun on a passive connection that has served already.
    UsedUp {
        /// How it was agreed on.
        verb: Verb,
    },
    /// AUTH was accepted: what follows would be a TLS handshake, which nobody can type.
    TlsExpected,
    /// The server says that it closes.
    ServerCloses(ReplyCode),
}

/// What the coach remembers.
#[derive(Debug, Default)]
pub struct Coach {
    waits_told: Option<u64>,
    user: Vec<u8>,
    /// The passive connection agreed on last, and whether a transfer has begun on it.
    passive: Option<(u64, Verb, bool)>,
    last_word: String,
    pending: Vec<Remark>,
}

impl Coach {
    /// Takes an event. Remarks about it come from [`Coach::remarks`], when the whole chunk has been looked at.
    pub fn watch(
        &mut self,
        event: &Event<'_>,
        user_end: Option<SocketAddr>,
        server_end: Option<SocketAddr>,
    ) {
        match &event.what {
            What::Command(command) => {
                self.last_word = String::from_utf8_lossy(command.word).into_owned();
                if command.verb == Verb::User {
                    self.user = command.arg.unwrap_or_default().to_vec();
                }
            }
            What::Negotiation(negotiation) => self.negotiated(negotiation, user_end, server_end),
            What::TransferBegun(transfer) if transfer.negotiation.is_some() => {
                if let Some((n, verb, served)) = &mut self.passive {
                    if *served && transfer.negotiation == Some(*n) {
                        let verb = *verb;
                        self.note(Remark::UsedUp { verb });
                    } else {
                        *served = true;
                    }
                }
            }
            What::TransferBegun(transfer) if transfer.negotiation.is_none() => {
                self.pending.push(Remark::DefaultPortTried {
                    user_port: user_end.map(|end| end.port()),
                });
            }
            What::TransferEnded(transfer)
                if transfer.negotiation.is_none()
                    && transfer.code.is_some_and(ReplyCode::is_negative) =>
            {
                // 150 and then 425: the pair tells the story, once.
                self.pending
                    .retain(|remark| !matches!(remark, Remark::DefaultPortTried { .. }));
                self.note(Remark::NoDataConnection);
            }
            What::Reply(reply) => {
                let Some(code) = reply.code else { return };
                let verb = reply.answers.map(|answer| answer.verb);
                self.replied(code, verb);
            }
            _ => {}
        }
    }

    fn negotiated(
        &mut self,
        negotiation: &Negotiation,
        user_end: Option<SocketAddr>,
        server_end: Option<SocketAddr>,
    ) {
        let active = negotiation.verb.announces();
        if negotiation.accepted {
            self.passive = (!active).then_some((negotiation.n, negotiation.verb, false));
        }
        match (negotiation.accepted, negotiation.listen) {
            (true, Some(listen)) if active => self.pending.push(Remark::BeListening(listen)),
            (true, Some(listen)) => {
                self.pending
                    .push(Remark::Dial(Box::new(negotiation.clone())));
                if let Some(server) = server_end.filter(|_| negotiation.peer_differs) {
                    let instead = SocketAddr::new(server.ip(), listen.port());
                    self.pending.push(Remark::DialPeerInstead {
                        named: listen,
                        instead,
                    });
                }
            }
            (false, listen) if active => {
                let third_party = listen
                    .zip(user_end)
                    .is_some_and(|(a, b)| a.ip().to_canonical() != b.ip().to_canonical());
                self.pending.push(Remark::PortRefused { third_party });
            }
            _ => {}
        }
    }

    fn replied(&mut self, code: ReplyCode, verb: Option<Verb>) {
        let moves = verb.is_some_and(|verb| verb.moves().is_some());
        let remark = match (code.value(), verb) {
            (331, Some(Verb::User)) => {
                let anonymous = self.user.eq_ignore_ascii_case(b"anonymous")
                    || self.user.eq_ignore_ascii_case(b"ftp");
                Remark::SendPass { anonymous }
            }
            (530, Some(Verb::User | Verb::Pass | Verb::Acct)) => return,
            (530, Some(_)) => Remark::LoginFirst,
            (425, _) if moves => Remark::NoDataConnection,
            (500 | 502, Some(Verb::Other)) => {
                let word = self.last_word.to_ascii_uppercase();
                match catalogue::client_word(&word.to_ascii_lowercase()) {
                    Some(verb) => Remark::ClientWord {
                        word: self.last_word.clone(),
                        verb,
                    },
                    None => {
                        let mut verbs = catalogue::nearest_verbs(word.as_bytes());
                        verbs.retain(|verb| {
                            catalogue::slips(word.as_bytes(), verb.name().as_bytes()) == 1
                        });
                        if verbs.is_empty() {
                            Remark::NoWord
                        } else {
                            Remark::Slip { verbs }
                        }
                    }
                }
            }
            (234, Some(Verb::Auth)) => Remark::TlsExpected,
            (421, _) => Remark::ServerCloses(code),
            _ => return,
        };
        self.note(remark);
    }

    fn note(&mut self, remark: Remark) {
        if !self.pending.contains(&remark) {
            self.pending.push(remark);
        }
    }

    /// What should be said about what came since the last call.
    pub fn remarks(&mut self) -> Vec<Remark> {
        std::mem::take(&mut self.pending)
    }

    /// What should be said because nothing happens: call it when time passes. `dialled` tells whether somebody has
    /// opened the passive connection from here.
    pub fn idle(&mut self, dialogue: &Dialogue, now: Nanos, dialled: bool) -> Option<Remark> {
        let (n, verb, since, _) = dialogue.outstanding().next()?;
        verb.moves()?;
        if self.waits_told == Some(n) || now.saturating_sub(since) < SILENCE {
            return None;
        }
        self.waits_told = Some(n);
        let negotiation = dialogue.session().negotiation.as_ref()?;
        match dialogue.stage() {
            Stage::Wait(_) | Stage::Preliminary(_) if dialled => {
                Some(Remark::TransferWaits { verb })
            }
            _ if negotiation.verb.asks_to_listen() => {
                Some(Remark::ServerWaits(Box::new(negotiation.clone())))
            }
            _ => Some(Remark::TransferWaits { verb }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::{dialogue::Ends, side::Side};

    fn ends() -> Ends {
        Ends {
            user: Some("127.0.0.1:40000".parse().expect("an address")),
            server: Some("127.0.0.1:2121".parse().expect("an address")),
            midstream: false,
        }
    }

    /// The remarks after the last line of a dialogue that goes `S`, `C`, `S`, `C`, … from the greeting.
    fn after(lines: &[&str]) -> (Vec<Remark>, Coach, Dialogue) {
        let (mut coach, mut dialogue) = (Coach::default(), Dialogue::new(ends()));
        let mut last = Vec::new();
        for line in lines {
            let (side, text) = if line.as_bytes()[0].is_ascii_digit() {
                (Side::Server, line)
            } else {
                (Side::User, line)
            };
            dialogue.feed(side, format!("{text}\r\n").as_bytes(), 0, &mut |event| {
                coach.watch(event, ends().user, ends().server);
            });
            last = coach.remarks();
        }
        (last, coach, dialogue)
    }

    #[test]
    fn what_stops_a_student_is_told() {
        let last = |lines: &[&str]| after(lines).0;
        assert_eq!(last(&["220 x", "PWD", "530 login"]), [Remark::LoginFirst]);
        assert_eq!(
            last(&["220 x", "USER anonymous", "331 x"]),
            [Remark::SendPass { anonymous: true }]
        );
        assert_eq!(
            last(&["220 x", "LIST", "425 use PORT or PASV"]),
            [Remark::NoDataConnection]
        );
        assert_eq!(
            last(&["220 x", "LIST", "150 x"]),
            [Remark::DefaultPortTried {
                user_port: Some(40000)
            }]
        );
        assert_eq!(
            last(&["220 x", "LIST", "150 x", "425 no"]),
            [Remark::NoDataConnection]
        );
        assert_eq!(
            last(&["220 x", "PORT 10,0,0,1,4,4", "500 no"]),
            [Remark::PortRefused { third_party: true }]
        );
        assert_eq!(
            last(&["220 x", "PORT 127,0,0,1,4,4", "500 no"]),
            [Remark::PortRefused { third_party: false }]
        );
        assert_eq!(
            last(&["220 x", "ls", "500 what"]),
            [Remark::ClientWord {
                word: "ls".into(),
                verb: Verb::List
            }]
        );
        // Two letters exchanged are one slip; what the server takes is let be.
        let slip = |verb| vec![Remark::Slip { verbs: vec![verb] }];
        assert_eq!(last(&["220 x", "USRE me", "500 what"]), slip(Verb::User));
        assert_eq!(last(&["220 x", "lsit", "502 what"]), slip(Verb::List));
        assert_eq!(last(&["220 x", "USRE me", "200 ok"]), []);
        assert_eq!(last(&["220 x", "FOO", "500 what"]), [Remark::NoWord]);
        assert_eq!(last(&["220 x", "NOOP", "200 ok"]), []);
    }

    #[test]
    fn a_passive_reply_says_what_to_dial_and_warns_of_another_host() {
        let (remarks, _, _) = after(&["220 x", "PASV", "227 x (10,9,8,7,4,5)"]);
        assert!(matches!(&remarks[0], Remark::Dial(n) if n.listen == "10.9.8.7:1029".parse().ok()));
        assert_eq!(
            remarks[1],
            Remark::DialPeerInstead {
                named: "10.9.8.7:1029".parse().expect("an address"),
                instead: "127.0.0.1:1029".parse().expect("an address"),
            }
        );
    }

    #[test]
    fn a_second_transfer_on_one_pasv_is_told() {
        let lines = [
            "220 x",
            "PASV",
            "227 x (127,0,0,1,4,5)",
            "LIST",
            "150 x",
            "226 y",
            "LIST",
            "150 x",
        ];
        let (remarks, _, _) = after(&lines);
        assert_eq!(remarks, [Remark::UsedUp { verb: Verb::Pasv }]);
    }

    #[test]
    fn silence_after_pasv_is_explained_once() {
        let (_, mut coach, dialogue) = after(&["220 x", "PASV", "227 x (127,0,0,1,4,5)", "LIST"]);
        assert_eq!(coach.idle(&dialogue, SILENCE - 1, false), None);
        assert!(matches!(
            coach.idle(&dialogue, SILENCE, false),
            Some(Remark::ServerWaits(_))
        ));
        assert_eq!(coach.idle(&dialogue, 9 * SILENCE, false), None);
    }
}
