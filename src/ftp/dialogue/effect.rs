//! What an answered command changes: the login, the directory, the parameters of transfers (RFC 959 5.4), and a
//! transfer's own beginning and end.

use super::{
    Core, Here, Pending, Sink,
    negotiation::{differs, full_address},
};
use crate::ftp::{
    code::ReplyCode,
    command::Verb,
    event::{Transfer, What},
    quirk::Kind,
    reply::{ReplyText, text_of},
    session::{self, DataType, Declared, Login, Negotiation, Session},
    side::Side,
};

impl Core {
    /// A 1yz reply came.
    pub(super) fn begun(
        &mut self,
        here: Here,
        index: usize,
        code: ReplyCode,
        text: ReplyText<'_>,
        sink: Sink<'_>,
    ) {
        let pending = &mut self.queue[index];
        let Some(_) = pending.verb.moves() else {
            return;
        };
        if code.value() == 110 {
            return;
        }
        if pending.declared.is_none() {
            pending.declared = text
                .lines()
                .find_map(|line| session::declared_length(text_of(line)));
        }
        let pending = &self.queue[index];
        self.transfer(here, pending, Some(code), text, true, sink);
        if let Some(negotiation) = &mut self.session.negotiation {
            negotiation.used = true;
        }
    }

    /// Tells a transfer's beginning or end.
    fn transfer(
        &self,
        here: Here,
        pending: &Pending,
        code: Option<ReplyCode>,
        text: ReplyText<'_>,
        begins: bool,
        sink: Sink<'_>,
    ) {
        let Some(flow) = pending.verb.moves() else {
            return;
        };
        let session = &self.session;
        let arg = pending.arg.as_deref();
        let chosen = (pending.verb == Verb::Stou)
            .then(|| chosen_name(text))
            .flatten();
        let path = self.moved_path(pending, chosen.as_deref());
        let by_size = session
            .size
            .as_ref()
            .filter(|(sized, _)| pending.verb == Verb::Retr && arg == Some(&**sized))
            .map(|&(_, bytes)| Declared {
                bytes,
                rounded: false,
                by_size: true,
            });
        let transfer = Transfer {
            command: pending.n,
            verb: pending.verb,
            arg,
            flow,
            path: path.as_deref(),
            chosen: chosen.as_deref(),
            negotiation: session
                .negotiation
                .as_ref()
                .filter(|n| n.accepted)
                .map(|n| n.n),
            restart: session.restart.unwrap_or(0),
            data_type: session.data_type,
            mode: session.mode.unwrap_or(b'S'),
            structure: session.structure.unwrap_or(b'F'),
            declared: pending.declared.or(by_size),
            code,
            begun: begins || pending.preliminary,
            aborted: pending.aborted,
        };
        here.tell(
            sink,
            if begins {
                What::TransferBegun(transfer)
            } else {
                What::TransferEnded(transfer)
            },
        );
    }

    /// The path of what a transfer moves, as far as it is known; `chosen` is the name that the server gave it.
    fn moved_path(&self, pending: &Pending, chosen: Option<&[u8]>) -> Option<Vec<u8>> {
        let named = match (chosen, pending.arg.as_deref()) {
            (Some(name), _) => Some(name),
            // LIST's argument may begin with options of a listing program; what stands behind them is the path.
            (None, Some(arg)) if matches!(pending.verb, Verb::List | Verb::Nlst) => {
                let mut path = arg.trim_ascii_start();
                while path.starts_with(b"-") {
                    let end = memchr::memchr(b' ', path).unwrap_or(path.len());
                    path = path[end..].trim_ascii_start();
                }
                (!path.is_empty()).then_some(path)
            }
            (None, arg) => arg,
        };
        match named {
            Some(name) => self.session.resolve(name),
            None if matches!(pending.verb, Verb::List | Verb::Nlst | Verb::Mlsd) => {
                self.session.directory.clone()
            }
            None => None,
        }
    }

    /// The final reply to a command came: what it changes.
    pub(super) fn concluded(
        &mut self,
        here: Here,
        pending: &Pending,
        code: ReplyCode,
        text: ReplyText<'_>,
        sink: Sink<'_>,
    ) {
        let arg = pending.arg.as_deref().unwrap_or_default();
        let done = code.is_completion();
        match pending.verb {
            Verb::User | Verb::Pass | Verb::Acct => self.login(here, pending.verb, arg, code, sink),
            Verb::Rein if done => {
                self.session.reinitialise();
                self.session.directory = self.home.as_ref().map(|home| home.to_vec());
            }
            Verb::Quit if done => self.session.closing = true,
            Verb::Auth if done || code.value() == 334 => self.session.auth |= done,
            Verb::Adat if done => self.session.auth = true,
            Verb::Cwd | Verb::Xcwd if done => self.moved(here, self.session.resolve(arg), sink),
            Verb::Cdup | Verb::Xcup if done => {
                let parent = self
                    .session
                    .directory
                    .is_some()
                    .then(|| self.session.resolve(b".."))
                    .flatten();
                self.moved(here, parent, sink);
            }
            Verb::Pwd | Verb::Xpwd if code.value() == 257 => {
                match session::quoted_path(text.last_text()) {
                    Some(path) => self.moved(here, Some(path), sink),
                    None => self.quirk(here, Kind::PathUnquoted, sink),
                }
            }
            Verb::Mkd | Verb::Xmkd
                if code.value() == 257 && session::quoted_path(text.last_text()).is_none() =>
            {
                self.quirk(here, Kind::PathUnquoted, sink);
            }
            Verb::Smnt if done => self.session.directory = None,
            Verb::Type if done => {
                if let Some(data_type) = DataType::of(arg) {
                    self.session.data_type = data_type;
                    here.tell(sink, What::DataType(data_type));
                }
            }
            Verb::Mode if done => self.session.mode = arg.first().map(u8::to_ascii_uppercase),
            Verb::Stru if done => self.session.structure = arg.first().map(u8::to_ascii_uppercase),
            Verb::Rest if code.is_intermediate() => self.session.restart = session::number(arg),
            Verb::Rnfr if code.is_intermediate() => self.session.rename_from = Some(arg.into()),
            Verb::Rnto => self.session.rename_from = None,
            Verb::Size if code.value() == 213 => match session::number(text.last_text()) {
                Some(bytes) => self.session.size = Some((arg.into(), bytes)),
                None => self.quirk(here, Kind::SizeMalformed, sink),
            },
            Verb::Mdtm if code.value() == 213 && !is_time(text.last_text()) => {
                self.quirk(here, Kind::TimeMalformed, sink);
            }
            verb if verb.announces() => self.active(pending, code, sink),
            verb if verb.asks_to_listen() => {
                if verb == Verb::Epsv && arg.eq_ignore_ascii_case(b"ALL") {
                    return;
                }
                self.passive(
                    here,
                    Some(pending.n),
                    Some(verb),
                    code,
                    text.last_text(),
                    sink,
                );
            }
            verb if verb.moves().is_some() => {
                self.transfer(here, pending, Some(code), text, false, sink);
                self.session.restart = None;
                if let Some(negotiation) = self
                    .session
                    .negotiation
                    .as_mut()
                    .filter(|_| pending.preliminary || done)
                {
                    negotiation.used = true;
                }
            }
            _ if matches!(code.value(), 227..=229) => {
                // Out of step: the reply still says where the server listens.
                self.passive(here, Some(pending.n), None, code, text.last_text(), sink);
            }
            _ => {}
        }
    }

    fn login(&mut self, here: Here, verb: Verb, arg: &[u8], code: ReplyCode, sink: Sink<'_>) {
        let session = &mut self.session;
        if verb == Verb::User && (code.is_completion() || code.is_intermediate()) {
            session.user = Some(arg.into());
        }
        let name = |session: &Session| {
            if verb == Verb::User {
                arg.to_vec()
            } else {
                session.user.as_deref().unwrap_or_default().to_vec()
            }
        };
        match code.value() {
            332 => session.login = Login::NeedsAccount,
            _ if code.is_intermediate() => session.login = Login::NeedsPassword,
            _ if code.is_completion() => {
                // PASS after a USER that needed none is told once only.
                let news = session.login != Login::Done || verb == Verb::User;
                session.login = Login::Done;
                if news {
                    let user = name(session);
                    here.tell(
                        sink,
                        What::Login {
                            user: &user,
                            accepted: true,
                        },
                    );
                }
            }
            _ if code.is_negative() => {
                if session.login != Login::Done {
                    session.login = Login::Nobody;
                }
                let user = name(session);
                here.tell(
                    sink,
                    What::Login {
                        user: &user,
                        accepted: false,
                    },
                );
            }
            _ => {}
        }
    }

    fn moved(&mut self, here: Here, to: Option<Vec<u8>>, sink: Sink<'_>) {
        if let Some(directory) = &to {
            here.tell(sink, What::Directory(directory));
        }
        self.session.directory = to;
    }

    /// ABOR was answered: transfers before it will get no reply of their own any more.
    pub(super) fn abort_before(&mut self, here: Here, abor: u64, sink: Sink<'_>) {
        while let Some(at) = self
            .queue
            .iter()
            .position(|p| p.n < abor && p.verb.moves().is_some())
        {
            let Some(pending) = self.queue.remove(at) else {
                return;
            };
            self.transfer(here, &pending, None, ReplyText::none(), false, sink);
        }
    }

    /// A command whose reply will not come any more.
    pub(super) fn unanswered(&mut self, here: Here, pending: &Pending, sink: Sink<'_>) {
        if let Some(Ok(stated)) = pending.stated.as_deref() {
            let listen = full_address(stated.endpoint, self.ends.user);
            let negotiation = Negotiation {
                listen,
                peer_differs: differs(listen, self.ends.user),
                stated: Some(stated.clone()),
                answered: false,
                ..Negotiation::refused(Some(pending.n), pending.verb)
            };
            self.negotiated(
                Here {
                    side: Side::User,
                    offset: pending.offset,
                    at: pending.at,
                },
                negotiation,
                sink,
            );
        }
        if pending.verb.moves().is_some() {
            self.transfer(here, pending, None, ReplyText::none(), false, sink);
        }
    }
}

/// The name that the server chose for STOU: behind `FILE:` in the 1yz reply (RFC 1123 4.1.2.9), or in quotes.
fn chosen_name(text: ReplyText<'_>) -> Option<Vec<u8>> {
    let marker = b"FILE:";
    let behind = |line: &[u8]| {
        let found = line
            .windows(marker.len())
            .position(|w| w.eq_ignore_ascii_case(marker));
        found.map(|at| line[at + marker.len()..].trim_ascii().to_vec())
    };
    // Pure-FTPd says it in the first of two lines.
    match text.lines().find_map(behind) {
        Some(name) => (!name.is_empty()).then_some(name),
        None => session::quoted_path(text.last_text()),
    }
}

/// `YYYYMMDDHHMMSS` with an optional fraction (RFC 3659 2.3).
fn is_time(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &text[digits..];
    digits == 14
        && (rest.is_empty()
            || (rest.len() > 1 && rest[0] == b'.' && rest[1..].iter().all(u8::is_ascii_digit)))
}
