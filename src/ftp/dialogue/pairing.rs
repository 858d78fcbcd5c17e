//! The server's side: lines become replies, and each reply finds the command that it answers.

use super::{Core, Here, Pending, Sink};
use crate::ftp::{
    catalogue,
    code::{FirstDigit, ReplyCode},
    command::Verb,
    event::{Answer, Reply, What},
    line::Line,
    quirk::Kind,
    reply::{Head, Mark, ReplyReader, ReplyText, Taken},
};

impl Core {
    pub(super) fn server_line(
        &mut self,
        here: Here,
        line: &Line<'_>,
        replies: &mut ReplyReader,
        sink: Sink<'_>,
    ) {
        here.tell(sink, What::ReplyLine(line.bytes));
        let head = Head::of(line.bytes);
        let mut forced = false;
        if let (Some(open), Some(code)) = (replies.open(), head.code) {
            let looks_final = matches!(head.mark, Mark::Blank);
            if code != open.code && looks_final {
                let ends = open.lines > 1 && !code.is_preliminary() && !self.queue.is_empty();
                if !ends {
                    self.quirk(here, Kind::InnerLineLikeReply { code }, sink);
                } else {
                    self.quirk(
                        here,
                        Kind::ClosedByOtherCode {
                            open: open.code,
                            by: code,
                        },
                        sink,
                    );
                    if self.queue.len() > 1 || self.answering(open.code).is_none() {
                        // Somebody else waits: the old reply ends before this line, which is the next reply.
                        if let Some((code, text)) = replies.close() {
                            self.reply(here, Some(code), text, sink);
                        }
                    } else {
                        forced = true;
                    }
                }
            }
        }
        let taken = if forced {
            replies.end_with(line)
        } else {
            replies.take(line)
        };
        if let Taken::Ends(code, text) = taken {
            self.reply(here, code, text, sink);
            match (code, head.mark) {
                (None, _) => self.quirk(here, Kind::NoCode, sink),
                (Some(_), Mark::Nothing) => self.quirk(here, Kind::CodeAlone, sink),
                (Some(_), Mark::Text) => self.quirk(here, Kind::NoBlankAfterCode, sink),
                _ => {}
            }
        }
    }

    /// The command that a reply with this code would answer now.
    fn answering(&self, code: ReplyCode) -> Option<usize> {
        if self.queue.is_empty() || (!self.greeted && self.is_greeting(code)) {
            None
        } else {
            Some(0)
        }
    }

    /// True where a first reply with this code is the greeting (RFC 959 5.4: 120, 220, 421) rather than an answer.
    fn is_greeting(&self, code: ReplyCode) -> bool {
        matches!(code.value(), 120 | 220 | 421) || self.queue.is_empty()
    }

    /// A whole reply.
    pub(super) fn reply(
        &mut self,
        here: Here,
        code: Option<ReplyCode>,
        text: ReplyText<'_>,
        sink: Sink<'_>,
    ) {
        self.replies += 1;
        let n = self.replies;
        if text.dropped > 0 {
            self.quirk(
                here,
                Kind::ReplyTooLong {
                    dropped: text.dropped,
                },
                sink,
            );
        }
        let Some(code) = code else {
            self.without_code(here, n, text, sink);
            return;
        };
        let greeting = self.take_greeting(here, code, sink);
        let index = if greeting {
            None
        } else {
            self.pick(here, code, sink)
        };
        let answers = index.map(|i| {
            let pending = &self.queue[i];
            Answer {
                command: pending.n,
                verb: pending.verb,
                preliminary: code.is_preliminary(),
                asked_at: pending.at,
            }
        });
        here.tell(
            sink,
            What::Reply(Reply {
                n,
                code: Some(code),
                text,
                answers,
                greeting,
            }),
        );
        if code.first() == FirstDigit::Undefined {
            self.quirk(here, Kind::UndefinedCode { code }, sink);
        }
        if code.value() == 421 {
            self.session.closing = true;
        }
        match index {
            Some(index) => self.answered(here, index, code, text, sink),
            None if greeting => {}
            None => self.unsolicited(here, code, text, sink),
        }
    }

    /// A line without a code answers the command that waits, but does not use it up.
    fn without_code(&mut self, here: Here, n: u64, text: ReplyText<'_>, sink: Sink<'_>) {
        let last = self.commands;
        let answers = self
            .queue
            .front_mut()
            .filter(|_| self.greeted)
            .map(|front| {
                front.odd_answer = Some(last);
                Answer {
                    command: front.n,
                    verb: front.verb,
                    preliminary: true,
                    asked_at: front.at,
                }
            });
        here.tell(
            sink,
            What::Reply(Reply {
                n,
                code: None,
                text,
                answers,
                greeting: false,
            }),
        );
    }

    /// A reply that answers nothing.
    fn unsolicited(&mut self, here: Here, code: ReplyCode, text: ReplyText<'_>, sink: Sink<'_>) {
        if code.value() != 421 {
            self.quirk(here, Kind::Unsolicited { code }, sink);
        }
        // A passive reply whose command was not seen still says where the data will go.
        if matches!(code.value(), 227..=229) {
            self.passive(here, None, None, code, text.last_text(), sink);
        }
    }

    /// A reply to the command at `index` of the queue, which stays there if more is to come.
    fn answered(
        &mut self,
        here: Here,
        index: usize,
        code: ReplyCode,
        text: ReplyText<'_>,
        sink: Sink<'_>,
    ) {
        let undefined = code.first() == FirstDigit::Undefined;
        let after_preliminary = self.queue[index].preliminary;
        if code.is_preliminary() {
            if after_preliminary && code.value() != 110 {
                let verb = self.queue[index].verb;
                self.quirk(here, Kind::SecondPreliminary { verb }, sink);
            } else {
                self.check_code(here, self.queue[index].verb, code, false, undefined, sink);
            }
            self.queue[index].preliminary = true;
            self.begun(here, index, code, text, sink);
            return;
        }
        let Some(pending) = self.queue.remove(index) else {
            return;
        };
        self.check_code(here, pending.verb, code, after_preliminary, undefined, sink);
        self.intermediate = code.is_intermediate().then_some(pending.verb);
        self.concluded(here, &pending, code, text, sink);
        if pending.verb == Verb::Abor && code.is_completion() {
            self.abort_before(here, pending.n, sink);
        }
    }

    /// True if this reply is the greeting.
    fn take_greeting(&mut self, here: Here, code: ReplyCode, sink: Sink<'_>) -> bool {
        if self.greeted {
            // A capture from the middle may still hold the greeting: 220 answers nothing but REIN and HOST.
            return self.ends.midstream
                && self.replies == 1
                && code.value() == 220
                && self
                    .queue
                    .front()
                    .is_none_or(|front| !matches!(front.verb, Verb::Rein | Verb::Host));
        }
        if self.is_greeting(code) {
            self.greeted = code.value() != 120;
            if !matches!(code.value(), 120 | 220) && !code.is_negative() {
                self.quirk(here, Kind::NoGreeting, sink);
            }
            return true;
        }
        self.greeted = true;
        self.quirk(here, Kind::NoGreeting, sink);
        false
    }

    /// The command in the queue that this reply answers.
    fn pick(&mut self, here: Here, code: ReplyCode, sink: Sink<'_>) -> Option<usize> {
        // A line without a code was the answer after all if the user went on.
        while let Some(odd) = self.queue.front().and_then(|front| front.odd_answer) {
            if self.queue.get(1).is_none_or(|next| next.n <= odd) {
                break;
            }
            self.queue.pop_front();
        }
        let fits = |p: &Pending| catalogue::allows_now(p.verb, code, p.preliminary);
        if self.resync
            && let Some(lost) = self.queue.iter().position(fits)
        {
            for _ in 0..lost {
                if let Some(pending) = self.queue.pop_front() {
                    self.unanswered(here, &pending, sink);
                }
            }
            self.resync = false;
        }
        let front = self.queue.front()?;
        // Once a 1yz has come the command was understood (RFC 959 5.4): 50z is about one that came later, and perhaps
        // about one that nobody knows.
        let syntax = matches!(code.value(), 500..=504);
        if front.preliminary
            && (syntax || !fits(front))
            && let Some(later) = self
                .queue
                .iter()
                .position(|p| !p.preliminary && (syntax || p.verb != Verb::Other && fits(p)))
        {
            return Some(later);
        }
        Some(0)
    }

    /// Is this reply one of those that RFC 959 5.4 (or the verb's own RFC) lists?
    fn check_code(
        &mut self,
        here: Here,
        verb: Verb,
        code: ReplyCode,
        after: bool,
        undefined: bool,
        sink: Sink<'_>,
    ) {
        // A passive reply of another kind has a quirk of its own.
        let mismatch = verb.asks_to_listen() && matches!(code.value(), 227..=229);
        // 425 at once, as servers say that no address was agreed on: among the replies, if only behind a 1yz.
        let early =
            code.is_negative() && catalogue::allows(verb, code) == catalogue::Allowed::Listed;
        if undefined || mismatch || early || catalogue::allows_now(verb, code, after) {
            return;
        }
        if verb.moves().is_some() && !after && code.is_completion() {
            self.quirk(here, Kind::NoPreliminary { verb, code }, sink);
        } else if let Some(source) = catalogue::replies_source(verb, code) {
            self.quirk(here, Kind::UnexpectedCode { verb, code, source }, sink);
        }
    }
}
