//! What can be said of a block by itself: how long it waits, how its lines end, which replies it gives in which order.

use std::time::Duration;

use super::{
    Checker,
    acts::{Act, Said},
    names, shown,
    trap::Trap,
    verbs,
};
use crate::{
    ftp::{
        catalogue::{self, Allowed, Flow},
        code::ReplyCode,
        command::Verb,
    },
    script::{
        notation::{Block, Eol, Item, Script},
        real_clients::Client,
    },
};

impl Checker<'_> {
    pub(super) fn greeting(&mut self) {
        let Script {
            greeting, lines, ..
        } = self.script;
        let mut first = greeting.answer(0, 0);
        let line = first.find_map(|at| match lines[at].item {
            Item::Send(_) | Item::Typed(_) => Some(lines[at].number),
            _ => None,
        });
        for acts in self.answers(greeting) {
            self.endings(&acts);
            let line = line.unwrap_or(1);
            self.waits(&acts, line);
            let mut replies = acts.iter().filter_map(|act| match act {
                Act::Reply(said) => Some(said),
                _ => None,
            });
            match replies.next() {
                None if !acts.contains(&Act::Close) => self.warn(line, Trap::NoGreeting, ""),
                Some(said) if said.code.is_some_and(|code| code.value() == 120) => {
                    self.warn(said.line, Trap::Greeting120, "120");
                }
                Some(_) => {
                    if let Some(second) = replies.next() {
                        self.warn(second.line, Trap::TwoReplies, shown(second.code));
                    }
                }
                None => {}
            }
        }
    }

    /// Lines that do not end as RFC 959 asks.
    fn endings(&mut self, acts: &[Act]) {
        let mut eol = Eol::CrLf;
        for act in acts {
            match act {
                Act::Eol(to) => eol = *to,
                Act::Reply(said) if eol == Eol::Lf => self.warn(said.line, Trap::BareLf, ""),
                Act::Reply(said) if eol == Eol::Nothing => self.warn(said.line, Trap::NoEol, ""),
                _ => {}
            }
        }
    }

    fn waits(&mut self, acts: &[Act], line: u32) {
        let mut longest = Duration::ZERO;
        let mut waited = Duration::ZERO;
        for act in acts {
            match act {
                Act::Wait(time) => waited += *time,
                Act::Reply(_) => waited = Duration::ZERO,
                _ => {}
            }
            longest = longest.max(waited);
        }
        let gone: Vec<&str> = Client::ALL
            .into_iter()
            .filter(|client| {
                client
                    .patience()
                    .reply
                    .is_some_and(|patience| longest >= patience)
            })
            .map(Client::name)
            .collect();
        if !gone.is_empty() {
            self.warn(line, Trap::TooSlow, gone.join(", "));
        }
    }

    /// What can be said of a block by itself, for each verb that its pattern names.
    pub(super) fn block(&mut self, block: &Block) {
        let line = self.script.line_of(block);
        let verbs = verbs(self.script, block);
        self.ways(block, &verbs, line);
        for mut acts in self.answers(&block.body) {
            // Nothing is sent behind the end of the connection.
            if let Some(at) = acts.iter().position(|act| *act == Act::Close) {
                acts.truncate(at + 1);
            }
            self.endings(&acts);
            self.waits(&acts, line);
            let mut final_replies = 0;
            for act in &acts {
                let Act::Reply(said) = act else {
                    continue;
                };
                let preliminary = said.code.is_some_and(ReplyCode::is_preliminary);
                final_replies += usize::from(!preliminary);
                let aborts = verbs.contains(&Verb::Abor);
                if final_replies == 2 && !preliminary && !aborts {
                    self.warn(said.line, Trap::TwoReplies, shown(said.code));
                }
                for &verb in &verbs {
                    self.allowed(verb, said);
                }
            }
            let closes = acts.contains(&Act::Close);
            if final_replies == 0 || acts.first() == Some(&Act::Silence) {
                let data = acts.iter().any(|act| matches!(act, Act::Data(_)));
                let trap = if verbs.contains(&Verb::Quit) && !closes {
                    Trap::QuitUnanswered
                } else if closes {
                    Trap::ClosedUnanswered
                } else if data {
                    Trap::No226
                } else {
                    Trap::NoReply
                };
                self.warn(line, trap, names(&verbs));
            }
            for &verb in &verbs {
                if verb.moves().is_some() {
                    self.transfer(verb, &acts, line);
                }
            }
        }
    }

    /// Data that goes the other way than the command's.
    fn ways(&mut self, block: &Block, verbs: &[Verb], line: u32) {
        let items = || block.body.range().map(|at| &self.script.lines[at].item);
        let receives = items().any(|item| matches!(item, Item::Receive(_)));
        let sends = items().any(|item| matches!(item, Item::Data(_) | Item::File(_)));
        let wrong = verbs.iter().find(|verb| match verb.moves() {
            Some(Flow::Down) => receives,
            Some(Flow::Up) => sends,
            None => false,
        });
        if let Some(verb) = wrong {
            self.warn(line, Trap::WrongWay, verb.name());
        }
    }

    /// Steps that are never reached: their connection ends with the block that answers QUIT.
    pub(super) fn behind_quit(&mut self) {
        let script = self.script;
        let mut steps = script.blocks.iter().filter(|block| block.step);
        let end = steps.find(|block| {
            let mut stays = || {
                self.answers(&block.body)
                    .iter()
                    .any(|acts| acts.contains(&Act::Stay))
            };
            verbs(script, block).contains(&Verb::Quit) && !stays()
        });
        if let (Some(end), Some(next)) = (end, steps.next()) {
            let quit = script.line_of(end);
            self.warn(script.line_of(next), Trap::BehindQuit, quit.to_string());
        }
    }

    fn allowed(&mut self, verb: Verb, said: &Said) {
        let Some(code) = said.code.filter(|_| !said.text.is_empty()) else {
            return;
        };
        // 502 and 530 are answers to anything here: not implemented, not logged in.
        // ABOR's 426 answers the transfer that it ended.
        let of_transfer = verb == Verb::Abor && code.value() == 426;
        if verb == Verb::Other || of_transfer || matches!(code.value(), 502 | 530) {
            return;
        }
        if !matches!(
            catalogue::allows(verb, code),
            Allowed::Listed | Allowed::AnyCommand
        ) {
            self.warn(
                said.line,
                Trap::NotAllowed,
                format!("{code} {}", verb.name()),
            );
        }
    }

    /// The order of replies and data.
    fn transfer(&mut self, verb: Verb, acts: &[Act], line: u32) {
        let place = |wanted: &dyn Fn(&Act) -> bool| acts.iter().position(wanted);
        let first_data = place(&|act| matches!(act, Act::Data(_)));
        let preliminary = place(
            &|act| matches!(act, Act::Reply(said) if said.code.is_some_and(ReplyCode::is_preliminary)),
        );
        let last_final = acts.iter().rposition(|act| {
            matches!(act, Act::Reply(said) if !said.code.is_some_and(ReplyCode::is_preliminary))
        });
        let ok = last_final.is_some_and(|at| {
            matches!(&acts[at], Act::Reply(said) if said.code.is_some_and(ReplyCode::is_completion))
        });
        if let Some(data) = first_data {
            if preliminary.is_none_or(|at| at > data) {
                self.warn(line, Trap::No150, verb.name());
            }
            let last_data = acts.iter().rposition(|act| matches!(act, Act::Data(_)));
            if last_final < last_data && last_final.is_some() {
                self.warn(line, Trap::EarlyFinal, verb.name());
            }
        }
        let opened = acts.iter().any(|act| {
            matches!(
                act,
                Act::Data(_) | Act::DataOpen | Act::DataClose | Act::DataReset
            )
        });
        let refused = acts.contains(&Act::Refuse);
        if (preliminary.is_some() || ok) && (!opened || refused) {
            self.warn(line, Trap::NoData, verb.name());
        }
        if needs_another_connection(acts) {
            self.warn(line, Trap::DataAgain, verb.name());
        }
        if acts.contains(&Act::DataReset) {
            self.warn(line, Trap::DataReset, verb.name());
        }
        if ok && acts.iter().any(|act| matches!(act, Act::Cut(_))) {
            self.warn(line, Trap::Truncated, verb.name());
        }
        let is = |value: u16| {
            acts.iter().any(|act| {
                matches!(act, Act::Reply(said) if said.code.is_some_and(|c| c.value() == value))
            })
        };
        if verb == Verb::List && is(450) && preliminary.is_none() {
            self.warn(line, Trap::List450, "450");
        }
    }
}

/// True where something moves data when the data connection has been closed: a command has one (RFC 959 3.2), and no
/// client opens another for it.
fn needs_another_connection(acts: &[Act]) -> bool {
    let (mut stands, mut moved, mut hold, mut closed) = (false, false, false, false);
    for act in acts {
        match act {
            Act::Hold => hold = true,
            Act::Data(_) | Act::DataOpen | Act::DataClose | Act::DataReset => {
                if closed && !stands {
                    return true;
                }
                stands = matches!(act, Act::Data(_) | Act::DataOpen);
                closed |= !stands;
                moved = matches!(act, Act::Data(_));
            }
            // The run of lines before it is over, and its connection.
            Act::Reply(_) if moved && !hold => {
                (stands, moved, closed) = (false, false, true);
            }
            _ => {}
        }
    }
    false
}
