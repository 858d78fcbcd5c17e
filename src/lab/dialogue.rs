//! An `ftp` block held against what happens: which line is awaited, what has matched, what differed and why.
//!
//! The block is taken as exchanges: a command, the replies to it in their order, and the data that comes or goes with it.
//! Commands of other kinds may come in between, and what is said to them is not the block's business. A reply with
//! another code sets its exchange back: the student sends the command again. Data may end before or after the final reply
//! (another process tells it), so that it holds up the block's end and not the next command.

use super::{
    seen::{Event, Happened},
    sheet::{Ftp, Role, Wanted},
};
use crate::{
    ftp::command::Verb,
    script::{
        literal::Value,
        params::Values,
        pattern::{Pattern, WhyNot},
    },
};

/// How far a block has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Which of the block's lines have matched.
    matched: Vec<bool>,
    exchanges: Vec<Exchange>,
    /// The exchange whose command or reply is awaited; the number of exchanges where nothing but data is.
    at: usize,
    /// The number of the command that the exchange began with, once it was sent.
    command: Option<u64>,
    params: Values,
}

/// A command of a block and what belongs to it, as indexes into its lines.
#[derive(Debug, Clone, Default)]
struct Exchange {
    command: Option<usize>,
    replies: Vec<usize>,
    data: Vec<usize>,
}

/// What something that happened means for a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// These lines of the block have matched, in this order (several with data).
    Matched(Vec<usize>),
    /// Something was near, and not what must come.
    Differs(Difference),
}

/// What differed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line of the block that was awaited: an index.
    pub line: usize,
    /// How it differed.
    pub how: Differs,
}

/// How something differed from what was awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Differs {
    /// Another reply code. The exchange begins again with its command.
    Code {
        /// The code that must come.
        wanted: u16,
        /// The code that came; `None` where the reply has none.
        got: Option<u16>,
        /// The first digit that differs, from 1.
        digit: u8,
    },
    /// The right code with another text.
    Text(Vec<u8>),
    /// The awaited verb with something else behind it.
    Argument(WhyNot, Vec<u8>),
    /// Another transfer than the one that is awaited: it takes the data connection that was agreed on for that one.
    Transfer(Vec<u8>),
    /// A command that must come later in the block.
    Early {
        /// Which line it would be.
        later: usize,
    },
    /// Data came, and no line of it matches.
    Data,
    /// The control connection has ended.
    Closed,
}

impl Progress {
    /// Nothing has happened yet; `params` fill the block's `{param.NAME}`.
    #[must_use]
    pub fn new(ftp: &Ftp, params: &Values) -> Progress {
        let mut exchanges: Vec<Exchange> = Vec::new();
        for (at, line) in ftp.lines.iter().enumerate() {
            if matches!(line.what, Wanted::Command { .. }) || exchanges.is_empty() {
                exchanges.push(Exchange::default());
            }
            let Some(exchange) = exchanges.last_mut() else {
                continue;
            };
            match line.what {
                Wanted::Command { .. } => exchange.command = Some(at),
                Wanted::Reply { .. } => exchange.replies.push(at),
                Wanted::Data(_) | Wanted::Upload => exchange.data.push(at),
            }
        }
        Progress {
            matched: vec![false; ftp.lines.len()],
            exchanges,
            at: 0,
            command: None,
            params: params.clone(),
        }
    }

    /// True where everything has come.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.matched.iter().all(|matched| *matched)
    }

    /// Whether a line of the block, by its index, has matched.
    #[must_use]
    pub fn has_matched(&self, line: usize) -> bool {
        self.matched.get(line).copied().unwrap_or(false)
    }

    /// The line that is awaited next: its index; `None` where the block is done.
    #[must_use]
    pub fn awaited(&self) -> Option<usize> {
        let next = self.exchanges.get(self.at).and_then(|exchange| {
            let command = exchange.command.filter(|_| self.command.is_none());
            command.or_else(|| self.next_of(&exchange.replies))
        });
        next.or_else(|| self.matched.iter().position(|matched| !matched))
    }

    fn next_of(&self, lines: &[usize]) -> Option<usize> {
        lines.iter().copied().find(|&line| !self.matched[line])
    }

    /// Takes something that happened; `ftp` is the block it was made of.
    pub fn feed(&mut self, ftp: &Ftp, happened: &Happened) -> Step {
        if happened.line != ftp.line || self.is_done() {
            return Step::Nothing;
        }
        match &happened.what {
            Event::Connected => {
                // A client begins its dialogue anew on each connection; a student need not.
                if ftp.role == Role::Server {
                    let params = std::mem::take(&mut self.params);
                    *self = Progress::new(ftp, &params);
                }
                self.command = None;
                Step::Nothing
            }
            Event::Command { n, verb, text } => self.said(ftp, *n, *verb, text),
            Event::Reply {
                code,
                lines,
                answers,
            } => self.answered(ftp, *code, lines, *answers),
            Event::Data { lines, bytes } => self.brought(ftp, lines, *bytes),
            Event::Upload(_) => {
                let upload = self.data_awaited(ftp, |wanted| matches!(wanted, Wanted::Upload));
                match upload {
                    Some(line) => self.got(line),
                    None => Step::Nothing,
                }
            }
            Event::Closed => {
                let awaited = self.exchanges.get(self.at).and_then(|exchange| {
                    let began = exchange.command.is_none_or(|_| self.command.is_some());
                    self.next_of(&exchange.replies).filter(|_| began)
                });
                self.set_back();
                match awaited {
                    Some(line) => Step::Differs(Difference {
                        line,
                        how: Differs::Closed,
                    }),
                    None => Step::Nothing,
                }
            }
        }
    }

    fn got(&mut self, line: usize) -> Step {
        self.matched[line] = true;
        self.go_on();
        Step::Matched(vec![line])
    }

    /// To the next exchange, where this one's command and replies have come.
    fn go_on(&mut self) {
        while let Some(exchange) = self.exchanges.get(self.at) {
            let mut all = exchange.command.iter().chain(&exchange.replies);
            if !all.all(|&line| self.matched[line]) {
                return;
            }
            self.at += 1;
            self.command = None;
        }
    }

    /// The exchange begins again.
    fn set_back(&mut self) {
        let Some(exchange) = self.exchanges.get(self.at) else {
            return;
        };
        let lines = exchange.command.iter();
        for &line in lines.chain(&exchange.replies).chain(&exchange.data) {
            self.matched[line] = false;
        }
        self.command = None;
    }

    fn said(&mut self, ftp: &Ftp, n: u64, verb: Verb, text: &[u8]) -> Step {
        let Some(line) = self
            .exchanges
            .get(self.at)
            .and_then(|exchange| exchange.command)
        else {
            return Step::Nothing;
        };
        if self.takes(ftp, line, verb, text) {
            self.set_back();
            self.command = Some(n);
            return self.got_command(line);
        }
        if self.command.is_some() {
            return Step::Nothing;
        }
        let near = match &ftp.lines[line].what {
            Wanted::Command { pattern, .. } => pattern
                .why_not(text, &|value, out| self.value(value, out))
                .filter(|why| *why != WhyNot::Verb),
            _ => None,
        };
        let how = if let Some(why) = near {
            Differs::Argument(why, text.to_vec())
        } else {
            let later = self.exchanges[self.at + 1..]
                .iter()
                .filter_map(|exchange| exchange.command)
                .find(|&later| self.takes(ftp, later, verb, text));
            let between = ftp
                .between
                .iter()
                .any(|pattern| self.matches(pattern, text));
            match later {
                _ if between || self.came_before(ftp, verb, text) => return Step::Nothing,
                Some(later) => Differs::Early { later },
                None if ftp.role == Role::Client
                    && verb.moves().is_some()
                    && self.awaits_transfer(ftp, line) =>
                {
                    Differs::Transfer(text.to_vec())
                }
                None => return Step::Nothing,
            }
        };
        Step::Differs(Difference { line, how })
    }

    /// True where a line of the block is a command that moves data.
    fn awaits_transfer(&self, ftp: &Ftp, line: usize) -> bool {
        matches!(ftp.lines[line].what, Wanted::Command { verb, .. } if verb.moves().is_some())
    }

    /// The same command is one that the block had already: it was sent again.
    fn came_before(&self, ftp: &Ftp, verb: Verb, text: &[u8]) -> bool {
        self.exchanges[..self.at]
            .iter()
            .filter_map(|exchange| exchange.command)
            .any(|line| self.takes(ftp, line, verb, text))
    }

    fn got_command(&mut self, line: usize) -> Step {
        let number = self.command;
        let step = self.got(line);
        // A command without replies of its own is over at once; the number of any other is kept.
        if self.exchanges.get(self.at).and_then(|e| e.command) == Some(line) {
            self.command = number;
        }
        step
    }

    fn takes(&self, ftp: &Ftp, line: usize, verb: Verb, text: &[u8]) -> bool {
        match ftp.lines.get(line).map(|line| &line.what) {
            Some(Wanted::Command {
                pattern,
                verb: wanted,
                ..
            }) => {
                // A password is told as `*`: its verb is all that can be compared.
                let masked = matches!(verb, Verb::Pass | Verb::Acct) && text.ends_with(b" *");
                (masked && *wanted == verb) || self.matches(pattern, text)
            }
            _ => false,
        }
    }

    fn matches(&self, pattern: &Pattern, text: &[u8]) -> bool {
        pattern.matches(text, &|value, out| self.value(value, out))
    }

    fn value(&self, value: &Value, out: &mut Vec<u8>) {
        if let Value::Param(name) = value
            && let Some(value) = self.params.get(name)
        {
            out.extend_from_slice(value.as_bytes());
        }
    }

    fn answered(
        &mut self,
        ftp: &Ftp,
        code: Option<u16>,
        lines: &[Vec<u8>],
        answers: Option<u64>,
    ) -> Step {
        let Some(exchange) = self.exchanges.get(self.at) else {
            return Step::Nothing;
        };
        let Some(line) = self.next_of(&exchange.replies) else {
            return Step::Nothing;
        };
        // Replies to other commands are not this block's; an unasked one may be (a greeting, a 421).
        let ours = match (exchange.command, self.command) {
            (None, _) => answers.is_none(),
            (Some(_), Some(command)) => answers.is_none_or(|answers| answers == command),
            (Some(_), None) => false,
        };
        if !ours {
            return Step::Nothing;
        }
        let Wanted::Reply { code: wanted, text } = &ftp.lines[line].what else {
            return Step::Nothing;
        };
        if code == Some(*wanted) {
            let fits = text.as_ref().is_none_or(|pattern| {
                lines
                    .iter()
                    .any(|line| self.matches(pattern, text_of(line)))
            });
            if fits {
                return self.got(line);
            }
            let got = lines.last().map(|line| text_of(line).to_vec());
            self.set_back();
            return Step::Differs(Difference {
                line,
                how: Differs::Text(got.unwrap_or_default()),
            });
        }
        let preliminary = |code: u16| (100..200).contains(&code);
        if code.is_some_and(preliminary) && !preliminary(*wanted) {
            // “More will follow”: what must come may still come.
            return Step::Nothing;
        }
        let wanted = *wanted;
        self.set_back();
        Step::Differs(Difference {
            line,
            how: Differs::Code {
                wanted,
                got: code,
                digit: first_digit(wanted, code.unwrap_or(0)),
            },
        })
    }

    /// The first line of data of this kind that is still to come, of an exchange whose command was sent.
    fn data_awaited(&self, ftp: &Ftp, kind: impl Fn(&Wanted) -> bool) -> Option<usize> {
        self.exchanges
            .iter()
            .take(self.at + 1)
            .filter(|exchange| exchange.command.is_none_or(|line| self.matched[line]))
            .flat_map(|exchange| &exchange.data)
            .copied()
            .find(|&line| !self.matched[line] && kind(&ftp.lines[line].what))
    }

    fn brought(&mut self, ftp: &Ftp, lines: &[Vec<u8>], bytes: u64) -> Step {
        let data = |wanted: &Wanted| matches!(wanted, Wanted::Data(_));
        let Some(first) = self.data_awaited(ftp, data) else {
            return Step::Nothing;
        };
        let mut matched = Vec::new();
        for text in lines {
            let Some(line) = self.data_awaited(ftp, data) else {
                break;
            };
            let Wanted::Data(pattern) = &ftp.lines[line].what else {
                break;
            };
            if self.matches(pattern, text) {
                self.matched[line] = true;
                matched.push(line);
            }
        }
        // Some peers tell how much came, and not what: `D> *` asks for no more.
        if lines.is_empty()
            && bytes > 0
            && let Wanted::Data(pattern) = &ftp.lines[first].what
            && pattern.matches_all()
        {
            self.matched[first] = true;
            matched.push(first);
        }
        if matched.is_empty() {
            return Step::Differs(Difference {
                line: first,
                how: Differs::Data,
            });
        }
        self.go_on();
        Step::Matched(matched)
    }
}

/// The text of a reply line: what stands behind the code.
fn text_of(line: &[u8]) -> &[u8] {
    let code = line.len() >= 3 && line[..3].iter().all(u8::is_ascii_digit);
    match line.get(3) {
        Some(b' ' | b'-') if code => &line[4..],
        None if code => b"",
        _ => line,
    }
}

/// The first digit in which two codes differ, from 1.
#[must_use]
pub fn first_digit(a: u16, b: u16) -> u8 {
    if a / 100 != b / 100 {
        1
    } else if a / 10 != b / 10 {
        2
    } else {
        3
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{
        parse,
        sheet::{Kind, Part},
        template::Line,
    };

    fn block(head: &str, lines: &str) -> Ftp {
        let text = format!(
            "---\ntitle: T\nversion: 1\nlanguage: en\nparam file: a.txt\n---\n## S\n```ftp id=x {head}\n{lines}\n```\n"
        );
        let sheet = parse::read(&text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        match sheet
            .steps
            .into_iter()
            .next()
            .map(|mut step| step.parts.remove(0))
        {
            Some(Part::Block(block)) => match block.kind {
                Kind::Ftp(ftp) => ftp,
                _ => panic!("no dialogue"),
            },
            _ => panic!("no block"),
        }
    }

    struct Run {
        ftp: Ftp,
        progress: Progress,
        n: u64,
    }

    impl Run {
        fn new(lines: &str) -> Run {
            Run::of(block("", lines))
        }

        fn of(ftp: Ftp) -> Run {
            let params = Values::from([("file".to_owned(), "b.txt".to_owned())]);
            Run {
                progress: Progress::new(&ftp, &params),
                ftp,
                n: 0,
            }
        }

        fn feed(&mut self, what: Event) -> Step {
            let happened = Happened {
                line: Line::A,
                what,
            };
            self.progress.feed(&self.ftp, &happened)
        }

        fn say(&mut self, text: &str) -> Step {
            self.n += 1;
            let verb = Verb::of(text.split(' ').next().unwrap_or("").as_bytes());
            self.feed(Event::Command {
                n: self.n,
                verb,
                text: text.into(),
            })
        }

        /// A reply to the last command.
        fn hear(&mut self, text: &str) -> Step {
            self.hear_to(Some(self.n), text)
        }

        fn hear_to(&mut self, answers: Option<u64>, text: &str) -> Step {
            self.feed(Event::Reply {
                code: text[..3].parse().ok(),
                lines: text
                    .split('|')
                    .map(|line| line.as_bytes().to_vec())
                    .collect(),
                answers,
            })
        }

        fn data(&mut self, lines: &[&str]) -> Step {
            self.feed(Event::Data {
                lines: lines.iter().map(|line| line.as_bytes().to_vec()).collect(),
                bytes: 9,
            })
        }
    }

    fn matched(line: usize) -> Step {
        Step::Matched(vec![line])
    }

    fn differs(line: usize, how: Differs) -> Step {
        Step::Differs(Difference { line, how })
    }

    #[test]
    fn a_login_with_others_in_between_and_a_wrong_password() {
        let mut run = Run::new("C> USER *\nS> 331\nC> PASS secret\nS> 230 Log*");
        assert_eq!(run.say("NOOP"), Step::Nothing);
        assert_eq!(run.say("PASS *"), differs(0, Differs::Early { later: 2 }));
        assert_eq!(run.hear("503 USER first"), Step::Nothing);
        assert_eq!(run.progress.awaited(), Some(0));
        assert_eq!(run.say("user me"), matched(0));
        assert_eq!(run.progress.awaited(), Some(1));
        assert_eq!(run.hear("331 Password"), matched(1));
        assert_eq!(run.say("SYST"), Step::Nothing);
        assert_eq!(run.hear("215 UNIX"), Step::Nothing);
        assert_eq!(run.say("PASS *"), matched(2));
        let wrong = Differs::Code {
            wanted: 230,
            got: Some(530),
            digit: 1,
        };
        assert_eq!(run.hear("530 No"), differs(3, wrong));
        assert_eq!(run.progress.awaited(), Some(2));
        assert_eq!(run.say("USER me"), Step::Nothing);
        assert_eq!(run.hear("331 Again"), Step::Nothing);
        assert_eq!(run.say("PASS *"), matched(2));
        assert_eq!(
            run.hear("230 Welcome"),
            differs(3, Differs::Text(b"Welcome".to_vec()))
        );
        assert_eq!(run.say("PASS *"), matched(2));
        assert_eq!(run.hear("230-Hello|230 Login fine"), matched(3));
        assert!(run.progress.is_done());
        assert_eq!(run.say("PASS *"), Step::Nothing);
    }

    #[test]
    fn another_transfer_than_the_one_that_is_awaited() {
        let mut run = Run::new("C> PASV\nS> 227\nC> LIST\nS> 150\nS> 226\nC> RETR a\nS> 150");
        assert_eq!(run.say("RETR b"), Step::Nothing);
        run.say("PASV");
        run.hear("227 Here");
        let other = Differs::Transfer(b"retr b".to_vec());
        assert_eq!(run.say("retr b"), differs(2, other));
        assert_eq!(run.hear("150 Here"), Step::Nothing);
        assert_eq!(run.say("PWD"), Step::Nothing);
        let early = Differs::Early { later: 5 };
        assert_eq!(run.say("RETR a"), differs(2, early));
        assert_eq!(run.say("LIST"), matched(2));
    }

    #[test]
    fn data_before_or_after_the_final_reply_or_the_next_command() {
        let lines = "C> LIST*\nS> 150\nD> *pub\nD> *.txt\nS> 226\nC> PWD\nS> 257";
        let mut run = Run::new(lines);
        assert_eq!(run.data(&["an old listing"]), Step::Nothing);
        run.say("LIST");
        assert_eq!(run.hear("150 Here"), matched(1));
        assert_eq!(run.data(&["no"]), differs(2, Differs::Data));
        assert_eq!(
            run.data(&["d pub", "- x", "- a.txt"]),
            Step::Matched(vec![2, 3])
        );
        assert_eq!(run.hear("226 Done"), matched(4));
        let mut run = Run::new(lines);
        run.say("LIST");
        run.hear("150 Here");
        assert_eq!(run.hear("226 Done"), matched(4));
        assert_eq!(run.say("PWD"), matched(5));
        assert_eq!(run.data(&["pub", "a.txt"]), Step::Matched(vec![2, 3]));
        assert_eq!(run.progress.awaited(), Some(6));
        assert_eq!(run.hear("257 x"), matched(6));
        assert!(run.progress.is_done());
    }

    #[test]
    fn nothing_but_a_count_is_enough_for_any_line() {
        let mut run = Run::new("C> LIST\nS> 226\nD> *");
        run.say("LIST");
        assert_eq!(run.hear("150 x"), Step::Nothing, "more will follow");
        run.hear("226 x");
        assert_eq!(run.progress.awaited(), Some(2));
        assert_eq!(run.data(&[]), matched(2));
        let mut run = Run::new("C> STOR {param.file}\nS> 226\nD< x");
        assert_eq!(
            run.say("STOR a.txt"),
            differs(
                0,
                Differs::Argument(WhyNot::Argument, b"STOR a.txt".to_vec())
            )
        );
        run.say("STOR b.txt");
        assert_eq!(run.feed(Event::Upload(3)), matched(2));
        run.hear("226 x");
        assert!(run.progress.is_done());
    }

    #[test]
    fn a_connection_that_ends_sets_the_exchange_back() {
        let mut run = Run::new("S> 220\nC> QUIT\nS> 221");
        assert_eq!(run.hear_to(None, "220 Hello"), matched(0));
        run.say("QUIT");
        assert_eq!(run.feed(Event::Closed), differs(2, Differs::Closed));
        assert_eq!(run.progress.awaited(), Some(1));
        run.feed(Event::Connected);
        run.hear_to(None, "220 Hello");
        run.say("QUIT");
        run.hear("221 Bye");
        assert!(run.progress.is_done());
        assert_eq!(run.feed(Event::Closed), Step::Nothing);
    }

    #[test]
    fn a_student_as_the_server_begins_anew_with_each_client() {
        let mut run = Run::of(block("role=server", "S> 220\nC> USER *\nS> 331"));
        run.hear_to(None, "220 x");
        run.say("USER a");
        let wrong = Differs::Code {
            wanted: 331,
            got: Some(230),
            digit: 1,
        };
        assert_eq!(run.hear("230 x"), differs(2, wrong));
        run.feed(Event::Connected);
        assert_eq!(run.progress.awaited(), Some(0));
        assert!(!run.progress.has_matched(0));
    }

    #[test]
    fn another_control_line_is_not_this_one() {
        let mut run = Run::new("C> PWD");
        let other = Happened {
            line: Line::B,
            what: Event::Command {
                n: 1,
                verb: Verb::Pwd,
                text: b"PWD".to_vec(),
            },
        };
        assert_eq!(run.progress.feed(&run.ftp, &other), Step::Nothing);
        assert!(!run.progress.has_matched(0));
        assert_eq!(run.say("PWD"), matched(0));
    }
}
