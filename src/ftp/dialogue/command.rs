//! The user's side: a line becomes a command, which waits for its reply.

use super::{Core, Here, MAX_OUTSTANDING, MAX_REMEMBERED, Pending, Sink};
use crate::ftp::{
    command::Verb,
    endpoint::{self, Form},
    event::{Command, What},
    line::Line,
    quirk::Kind,
    secret::verb_of,
    session::Login,
};

impl Core {
    pub(super) fn command(&mut self, here: Here, line: &Line<'_>, sink: Sink<'_>) {
        let blanks = line.bytes.iter().take_while(|b| **b == b' ').count();
        if line.bytes.len() == blanks {
            self.quirk(here, Kind::EmptyCommand, sink);
            return;
        }
        let (verb, word_end) = verb_of(line.bytes);
        let arg = line.bytes.get(word_end + 1..);
        self.commands += 1;
        let n = self.commands;
        here.tell(
            sink,
            What::Command(Command {
                n,
                verb,
                word: &line.bytes[blanks..word_end],
                arg,
                line: line.bytes,
                encrypted: matches!(verb, Verb::Mic | Verb::Conf | Verb::Enc),
            }),
        );
        if blanks > 0 {
            self.quirk(here, Kind::LeadingBlanks, sink);
        }
        if !self.greeted && self.replies == 0 {
            self.quirk(here, Kind::BeforeGreeting, sink);
        } else if self.queue.iter().any(|p| p.odd_answer.is_none()) && !self.pipelined_told {
            // ABOR, STAT and QUIT may come while a transfer runs (RFC 959 4.1.1, 4.1.3).
            let running = self.queue.front().is_some_and(|front| front.preliminary);
            if !(running && matches!(verb, Verb::Abor | Verb::Stat | Verb::Quit)) {
                self.pipelined_told = true;
                self.quirk(here, Kind::Pipelined, sink);
            }
        }
        self.command_in_context(here, verb, sink);
        let stated = match verb {
            Verb::Port => Some(Form::Port),
            Verb::Eprt => Some(Form::Eprt),
            Verb::Lprt => Some(Form::Lprt),
            _ => None,
        }
        .map(|form| (form, endpoint::parse(form, arg.unwrap_or_default())));
        if let Some((form, stated)) = &stated {
            self.announced(here, *form, stated, sink);
        }
        if self.queue.len() == MAX_OUTSTANDING {
            self.queue.pop_front();
            self.quirk(here, Kind::TooManyOutstanding, sink);
        }
        if verb == Verb::Abor {
            for pending in self.queue.iter_mut().filter(|p| p.verb.moves().is_some()) {
                pending.aborted = true;
            }
        }
        let remembered = arg
            .filter(|_| is_remembered(verb))
            .map(|arg| arg[..arg.len().min(MAX_REMEMBERED)].into());
        self.intermediate = None;
        if self.queue.capacity() == 0 {
            // Most clients wait for each reply, and thousands may be watched at a time.
            self.queue.reserve_exact(1);
        }
        self.queue.push_back(Pending {
            n,
            verb,
            at: here.at,
            offset: here.offset,
            arg: remembered,
            stated: stated.map(|(_, stated)| Box::new(stated)),
            preliminary: false,
            aborted: false,
            declared: None,
            odd_answer: None,
        });
    }

    /// Commands that make sense only behind others.
    fn command_in_context(&mut self, here: Here, verb: Verb, sink: Sink<'_>) {
        if verb == Verb::Other {
            self.quirk(here, Kind::UnknownVerb, sink);
            return;
        }
        if self.ends.midstream && self.replies < 2 {
            return;
        }
        let waits_for = |wanted: Verb| self.queue.iter().any(|p| p.verb == wanted);
        match verb {
            Verb::Pass if self.session.login == Login::Nobody && !waits_for(Verb::User) => {
                self.quirk(here, Kind::PassWithoutUser, sink);
            }
            Verb::Rnto if self.session.rename_from.is_none() && !waits_for(Verb::Rnfr) => {
                self.quirk(here, Kind::RntoWithoutRnfr, sink);
            }
            _ if verb.moves().is_some() && !self.ends.midstream => {
                let agreed = self
                    .session
                    .negotiation
                    .as_ref()
                    .is_some_and(|n| n.accepted && !n.used)
                    || self.queue.iter().any(|p| p.verb.negotiates())
                    // What was agreed on may be in what is missing.
                    || self.lost;
                if !agreed && self.session.login == Login::Done {
                    self.quirk(here, Kind::DefaultDataPort, sink);
                }
                self.lost = false;
            }
            _ => {}
        }
    }
}

/// The verbs whose argument matters when the reply comes.
fn is_remembered(verb: Verb) -> bool {
    verb.moves().is_some()
        || matches!(
            verb,
            Verb::User
                | Verb::Cwd
                | Verb::Xcwd
                | Verb::Type
                | Verb::Mode
                | Verb::Stru
                | Verb::Prot
                | Verb::Rest
        )
        || matches!(verb, Verb::Rnfr | Verb::Size | Verb::Epsv)
}
