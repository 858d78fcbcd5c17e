//! What a script will do to real clients, told before the class: traps that were measured with curl, wget, lftp, ncftp,
//! tnftp, Python's ftplib and FileZilla, and what RFC 959 does not allow.
//!
//! A warning is no mistake: a fault is often the lesson. `-- expect-warning NAME` says so, and then the warning must come.
//! Each block is looked at as a list of what happens in it; the commands that clients send are held against the patterns
//! to find the block that answers them.

use std::{collections::BTreeSet, time::Duration};

use super::{
    clients::Client,
    index::Index,
    literal::{Literal, Piece, Value},
    notation::{Action, Block, Body, DataAction, Eol, Item, Script},
    params::Values,
    pattern::{Pattern, verb_len},
};
use crate::ftp::{
    catalogue::{self, Allowed},
    code::ReplyCode,
    command::Verb,
    endpoint::{self, Oddity},
    reply::{Head, Mark, text_of},
};

macro_rules! traps {
    ($($(#[$doc:meta])* $variant:ident $name:literal [$($client:ident)*]),* $(,)?) => {
        /// What a warning is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Trap { $($(#[$doc])* $variant,)* }

        impl Trap {
            /// Every trap.
            pub const ALL: &'static [Trap] = &[$(Trap::$variant),*];

            /// Its name, as `-- expect-warning` writes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Trap::$variant => $name,)* }
            }

            /// The clients that were seen to stumble; none where it is the RFC that is broken.
            #[must_use]
            pub const fn clients(self) -> &'static [Client] {
                match self { $(Trap::$variant => &[$(Client::$client),*],)* }
            }
        }
    };
}

traps! {
    /// The greeting is missing: every client waits.
    NoGreeting "no-greeting" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// 120 first, then 220.
    Greeting120 "greeting-120" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// A command that every session needs is not answered by anything.
    VerbMissing "verb-missing" [],
    /// USER or PASS is answered 200.
    Login200 "login-200" [Ncftp],
    /// PASS is answered 331 again.
    PassAgain "pass-331" [Ncftp],
    /// PASS is answered 332: an account is wanted.
    PassAccount "pass-332" [Curl Wget Lftp Tnftp FileZilla],
    /// PWD is not answered 257.
    PwdNot257 "pwd-not-257" [FileZilla Ncftp],
    /// TYPE is not answered 200.
    TypeNot200 "type-not-200" [Curl Wget Ftplib FileZilla Ncftp],
    /// AUTH is accepted, and TLS begins.
    AuthAccepted "auth-accepted" [Lftp FileZilla],
    /// FEAT says MLST and MLSD is refused.
    FeatWithoutMlsd "feat-mlst-no-mlsd" [FileZilla],
    /// SYST does not say 215 UNIX.
    SystNotUnix "syst-not-unix" [Tnftp],
    /// SIZE says 550 for a file that can be had.
    Size550 "size-550" [Curl],
    /// SIZE says another length than what is sent.
    SizeDiffers "size-differs" [Curl],
    /// MLST always says that the file is there.
    MlstAlways "mlst-always-250" [Ncftp],
    /// A listing shows the same folder in every folder.
    ListEverywhere "list-same-everywhere" [Lftp],
    /// LIST is answered 450.
    List450 "list-450" [Curl],
    /// EPSV is accepted with something else than 229.
    Epsv200 "epsv-not-229" [Tnftp],
    /// A 229 that cannot be read.
    Bad229 "bad-229" [Curl Tnftp],
    /// A 227 that cannot be read.
    Bad227 "bad-227" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// A 227 with digits before its numbers.
    Digits227 "digits-before-227" [Wget Ncftp Tnftp],
    /// A 227 that names another host.
    OtherHost227 "other-host-227" [Wget Ncftp Tnftp FileZilla],
    /// A 227 or 229 written out: no port is open there.
    LiteralAddress "literal-address" [],
    /// PASV and EPSV are both refused.
    NoPassive "no-passive" [Curl Wget Lftp Ftplib],
    /// An inner line of a reply looks like another reply.
    InnerOtherCode "inner-line-other-code" [Curl Wget],
    /// An inner line of a reply looks like its end.
    InnerSameCode "inner-line-same-code" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// A reply of several lines is never closed.
    NeverClosed "never-closed" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// A reply without three digits.
    NoCode "no-code" [Curl Wget Lftp Ncftp Tnftp Ftplib],
    /// Three digits and nothing else.
    CodeAlone "code-alone" [Curl Wget FileZilla],
    /// No blank behind the three digits.
    NoBlank "no-blank" [Curl Wget],
    /// An empty line.
    EmptyLine "empty-line" [Tnftp Ftplib],
    /// A NUL in a reply.
    Nul "nul" [Curl],
    /// A code whose first digit no RFC explains, or 6yz without protection.
    CodeUndefined "code-undefined" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// Lines end with LF alone.
    BareLf "bare-lf" [Lftp],
    /// Lines do not end.
    NoEol "no-eol" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// Two replies to one command.
    TwoReplies "two-replies" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// No final reply to a command.
    NoReply "no-reply" [Curl Wget Lftp Ncftp Tnftp Ftplib FileZilla],
    /// No reply to QUIT.
    QuitUnanswered "quit-unanswered" [Curl Lftp Ncftp Tnftp Ftplib],
    /// The connection is closed instead of a reply.
    ClosedUnanswered "closed-unanswered" [],
    /// Data comes without 150 or 125 before it.
    No150 "no-150" [Curl Wget Lftp Ncftp Tnftp Ftplib],
    /// 226 or 250 is missing behind the data.
    No226 "no-226" [Curl Lftp Ncftp Tnftp FileZilla],
    /// The final reply comes before the data.
    EarlyFinal "final-before-data" [Tnftp],
    /// 150 and then no data connection.
    NoData "no-data" [Curl Wget Ncftp Tnftp Ftplib],
    /// Data is cut short, and the reply says that all is well.
    Truncated "truncated" [Wget Ncftp Tnftp Ftplib FileZilla],
    /// The data connection is reset.
    DataReset "data-reset" [Curl Wget Ncftp Tnftp Ftplib FileZilla],
    /// An answer takes longer than a client waits.
    TooSlow "too-slow" [],
    /// A code that RFC 959 5.4 does not give to this command.
    NotAllowed "reply-not-allowed" [],
    /// A rule that can never match: an earlier one takes everything it takes.
    NeverMatches "never-matches" [],
}

impl Trap {
    /// The trap of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Trap> {
        Trap::ALL.iter().copied().find(|trap| trap.name() == name)
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line it is about, from 1; 0 is the script as a whole.
    pub line: u32,
    /// What.
    pub what: What,
}

/// What was found: an error, or a warning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// `D@` names a file that is not there.
    FileMissing(String),
    /// No trap has this name.
    WarningUnknown(String),
    /// The warning that was announced does not come.
    WarningAbsent(Trap),
    /// A trap, with what it is about: a command, a code, a number.
    Warning {
        /// Which.
        trap: Trap,
        /// About what.
        detail: String,
        /// It was announced, and is meant.
        expected: bool,
    },
}

impl What {
    /// True where the script is not fit to be played.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !matches!(self, What::Warning { .. })
    }
}

/// Something that happens in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Reply(Said),
    /// Bytes on the data connection; how many, where it is known.
    Data(Option<u64>),
    DataOpen,
    DataClose,
    DataReset,
    Refuse,
    Cut(u64),
    Close,
    Stay,
    Silence,
    Wait(Duration),
    Eol(Eol),
}

/// A reply in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    line: u32,
    code: Option<ReplyCode>,
    /// Its last line.
    text: Vec<u8>,
    /// It opened with a hyphen.
    multiline: bool,
    opens_port: bool,
    other_host: bool,
}

struct Checker<'a> {
    script: &'a Script,
    values: &'a Values,
    /// The script's blocks by what they take; numbers are places in it.
    takers: Index,
    found: BTreeSet<(u32, Trap, String)>,
}

/// All that is to be said about a script; `has` tells whether a file is below its folder, and how long it is.
#[must_use]
pub fn check(script: &Script, values: &Values, has: &dyn Fn(&str) -> Option<u64>) -> Vec<Finding> {
    let mut takers = Index::default();
    for (at, block) in script.blocks.iter().enumerate() {
        if let Some(pattern) = script.pattern(block) {
            takers.insert(at, pattern);
        }
    }
    let mut checker = Checker {
        script,
        values,
        takers,
        found: BTreeSet::new(),
    };
    checker.greeting();
    for block in &script.blocks {
        checker.block(block, has);
    }
    checker.sessions(has);
    checker.shadowed();
    let mut all = Vec::new();
    for line in &script.lines {
        if let Item::File(path) = &line.item
            && let Some(path) = path.as_bytes()
        {
            let path = String::from_utf8_lossy(path);
            if has(&path).is_none() {
                all.push(Finding {
                    line: line.number,
                    what: What::FileMissing(path.into_owned()),
                });
            }
        }
    }
    let came: BTreeSet<Trap> = checker.found.iter().map(|(_, trap, _)| *trap).collect();
    let mut announced = BTreeSet::new();
    for (line, name) in &script.settings.expected_warnings {
        let trap = Trap::named(name);
        announced.extend(trap);
        let what = match trap {
            None => What::WarningUnknown(name.clone()),
            Some(trap) if !came.contains(&trap) => What::WarningAbsent(trap),
            Some(_) => continue,
        };
        all.push(Finding { line: *line, what });
    }
    for (line, trap, detail) in checker.found {
        let expected = announced.contains(&trap);
        all.push(Finding {
            line,
            what: What::Warning {
                trap,
                detail,
                expected,
            },
        });
    }
    all.sort();
    all
}

impl Checker<'_> {
    fn warn(&mut self, line: u32, trap: Trap, detail: impl Into<String>) {
        self.found.insert((line, trap, detail.into()));
    }

    /// A line of the script as it would be sent: parameters put in, ports and hosts made up, the rest an `x`.
    fn sent(&self, text: &Literal) -> Vec<u8> {
        text.render(|value, out| match value {
            Value::Pasv(host) => {
                let host = host.map_or_else(|| "127.0.0.1".to_owned(), |host| host.to_string());
                out.extend_from_slice(host.replace('.', ",").as_bytes());
                out.extend_from_slice(b",200,200");
            }
            Value::Epsv => out.extend_from_slice(b"|||51400|"),
            Value::Port => out.extend_from_slice(b"51400"),
            Value::Param(name) => {
                let value = self.values.get(name).map_or("", String::as_str);
                out.extend_from_slice(value.as_bytes());
            }
            Value::Cwd => out.extend_from_slice(b"/"),
            Value::Bytes => out.extend_from_slice(b"1"),
            _ => out.extend_from_slice(b"x"),
        })
    }

    /// What happens between two lines.
    fn acts(
        &mut self,
        range: std::ops::Range<usize>,
        has: &dyn Fn(&str) -> Option<u64>,
    ) -> Vec<Act> {
        let mut acts = Vec::new();
        let mut open: Option<(ReplyCode, Said)> = None;
        for index in range {
            let line = &self.script.lines[index];
            let number = line.number;
            let text = match &line.item {
                Item::Send(text) => text,
                Item::Typed(typed) => {
                    // A person will type it: what the digits begin with is what can be known.
                    let code = format!("{:0<3}", typed.code);
                    let digits = code.as_bytes().first_chunk::<3>().copied();
                    acts.push(Act::Reply(Said {
                        line: number,
                        code: digits.and_then(ReplyCode::from_digits),
                        text: Vec::new(),
                        multiline: false,
                        opens_port: true,
                        other_host: false,
                    }));
                    continue;
                }
                other => {
                    acts.extend(self.act(other, has));
                    continue;
                }
            };
            let sent = self.sent(text);
            let head = Head::of(&sent);
            let said = Said {
                line: number,
                code: head.code,
                opens_port: text.values().any(Value::opens_port),
                other_host: text.values().any(|value| match value {
                    Value::Pasv(Some(_)) => true,
                    Value::Pasv(None) => self.script.settings.public_address.is_some(),
                    _ => false,
                }),
                text: sent.clone(),
                multiline: false,
            };
            if sent.contains(&0) {
                self.warn(number, Trap::Nul, "");
            }
            if let Some((code, _)) = &open {
                let ends =
                    head.code == Some(*code) && matches!(head.mark, Mark::Blank | Mark::Nothing);
                if ends {
                    open = None;
                    acts.push(Act::Reply(Said {
                        multiline: true,
                        ..said
                    }));
                } else if head.code.is_some() && head.mark == Mark::Blank {
                    self.warn(number, Trap::InnerOtherCode, shown(head.code));
                }
                continue;
            }
            match (head.code, head.mark) {
                (Some(code), Mark::Hyphen) => {
                    open = Some((code, said));
                    continue;
                }
                (None, _) if sent.is_empty() => {
                    self.warn(number, Trap::EmptyLine, "");
                    continue;
                }
                (None, _) => self.warn(number, Trap::NoCode, ""),
                (Some(_), Mark::Nothing) => self.warn(number, Trap::CodeAlone, shown(head.code)),
                (Some(_), Mark::Text) => self.warn(number, Trap::NoBlank, shown(head.code)),
                (Some(_), Mark::Blank) => {}
            }
            if let Some(code) = head.code
                && !(1..=5).contains(&code.digits()[0])
            {
                self.warn(number, Trap::CodeUndefined, code.to_string());
            }
            // `220-a`, `220 b`, `220 c`: the second line was meant to be inside.
            if let Some(Act::Reply(before)) = acts.last()
                && before.multiline
                && before.code == head.code
            {
                self.warn(before.line, Trap::InnerSameCode, shown(head.code));
                continue;
            }
            acts.push(Act::Reply(said));
        }
        if let Some((code, said)) = open {
            self.warn(said.line, Trap::NeverClosed, code.to_string());
            acts.push(Act::Reply(said));
        }
        acts
    }

    fn act(&self, item: &Item, has: &dyn Fn(&str) -> Option<u64>) -> Option<Act> {
        Some(match item {
            Item::Data(line) => {
                let plain = line.values().next().is_none();
                Act::Data(plain.then(|| self.sent(line).len() as u64 + 2))
            }
            Item::File(path) => Act::Data(
                path.as_bytes()
                    .and_then(|path| has(&String::from_utf8_lossy(path))),
            ),
            Item::Receive(_) => Act::Data(None),
            Item::Action(action) => match action {
                Action::Wait(time) => Act::Wait(*time),
                Action::Close | Action::Reset => Act::Close,
                Action::Stay => Act::Stay,
                Action::Silence => Act::Silence,
                Action::Slow(time) => Act::Wait(*time * 20),
                Action::Eol(eol) => Act::Eol(*eol),
                Action::Data(DataAction::Open) => Act::DataOpen,
                Action::Data(DataAction::Close) => Act::DataClose,
                Action::Data(DataAction::Reset) => Act::DataReset,
                Action::Data(DataAction::Refuse) => Act::Refuse,
                Action::Data(DataAction::Cut(n)) => Act::Cut(*n),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn answers(&mut self, body: &Body, has: &dyn Fn(&str) -> Option<u64>) -> Vec<Vec<Act>> {
        let ranges: Vec<_> = body.answers.iter().flatten().cloned().collect();
        ranges
            .into_iter()
            .map(|range| self.acts(range, has))
            .collect()
    }

    fn greeting(&mut self) {
        let body = self.script.greeting.clone();
        let first = body.answer(0, 0);
        let line = first
            .clone()
            .find_map(|at| match self.script.lines[at].item {
                Item::Send(_) | Item::Typed(_) => Some(self.script.lines[at].number),
                _ => None,
            });
        for acts in self.answers(&body, &|_| None) {
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
    fn block(&mut self, block: &Block, has: &dyn Fn(&str) -> Option<u64>) {
        let line = self.script.line_of(block);
        let verbs = verbs(self.script, block);
        for acts in self.answers(&block.body, has) {
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

    /// The blocks that may answer a command: steps that match, and the first rule that does.
    fn answering(&self, command: &str) -> Vec<Block> {
        let nothing = |_: &Value, _: &mut Vec<u8>| {};
        let mut candidates: Vec<usize> = self.takers.candidates(command.as_bytes()).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let taking = || {
            let blocks = candidates.iter().map(|&at| &self.script.blocks[at]);
            blocks.filter(|block| {
                self.script
                    .pattern(block)
                    .is_some_and(|pattern| pattern.matches(command.as_bytes(), &nothing))
            })
        };
        let rule = taking().find(|block| !block.step);
        taking()
            .filter(|block| block.step)
            .chain(rule)
            .cloned()
            .collect()
    }

    /// The replies that a command may get, with their blocks' lines.
    fn replies_to(
        &mut self,
        command: &str,
        has: &dyn Fn(&str) -> Option<u64>,
    ) -> Vec<(u32, Vec<Act>)> {
        let mut all = Vec::new();
        for block in self.answering(command) {
            let line = self.script.line_of(&block);
            for acts in self.answers(&block.body, has) {
                all.push((line, acts));
            }
        }
        all
    }

    /// What clients run into, command by command.
    fn sessions(&mut self, has: &dyn Fn(&str) -> Option<u64>) {
        let files = self.script.settings.files.is_some();
        if !files {
            let needed: [&[&str]; 6] = [
                &["USER anonymous"],
                &["PASS x"],
                &["TYPE I", "TYPE A"],
                &["PASV", "EPSV", "PORT 127,0,0,1,200,200"],
                &["LIST", "NLST", "RETR x", "MLSD"],
                &["QUIT"],
            ];
            for commands in needed {
                let answered = commands
                    .iter()
                    .any(|command| !self.answering(command).is_empty())
                    || self.any_of(commands);
                if !answered {
                    let verbs: Vec<&str> = commands
                        .iter()
                        .map(|command| &command[..verb_len(command.as_bytes())])
                        .collect();
                    let verbs: BTreeSet<&str> = verbs.into_iter().collect();
                    let verbs: Vec<&str> = verbs.into_iter().collect();
                    self.warn(0, Trap::VerbMissing, verbs.join(", "));
                }
            }
        }
        let one_code = |acts: &[Act]| {
            acts.iter().rev().find_map(|act| match act {
                Act::Reply(said) => said.code.map(|code| (said.line, code, said.text.clone())),
                _ => None,
            })
        };
        for command in ["USER anonymous", "PASS x"] {
            for (_, acts) in self.replies_to(command, has) {
                let Some((line, code, _)) = one_code(&acts) else {
                    continue;
                };
                match (command, code.value()) {
                    (_, 200) => self.warn(line, Trap::Login200, &command[..4]),
                    ("PASS x", 331) => self.warn(line, Trap::PassAgain, "331"),
                    ("PASS x", 332) => self.warn(line, Trap::PassAccount, "332"),
                    _ => {}
                }
            }
        }
        for (command, wanted, trap) in [
            ("PWD", 257, Trap::PwdNot257),
            ("TYPE I", 200, Trap::TypeNot200),
            ("TYPE A", 200, Trap::TypeNot200),
        ] {
            let codes: Vec<(u32, ReplyCode)> = self
                .replies_to(command, has)
                .iter()
                .filter_map(|(_, acts)| one_code(acts))
                .map(|(line, code, _)| (line, code))
                .collect();
            // A step may refuse what another one grants later.
            if !codes.iter().any(|(_, code)| code.value() == wanted) {
                let verb = &command[..verb_len(command.as_bytes())];
                for (line, code) in codes {
                    self.warn(line, trap, format!("{verb} {code}"));
                }
            }
        }
        let systems: Vec<_> = self
            .replies_to("SYST", has)
            .iter()
            .filter_map(|(_, acts)| one_code(acts))
            .collect();
        let is_unix = |(_, code, text): &(u32, ReplyCode, Vec<u8>)| {
            code.value() == 215 && text_of(text).starts_with(b"UNIX")
        };
        // What a person will type cannot be known.
        let typed = systems.iter().any(|(_, _, text)| text.is_empty());
        if !typed && !systems.iter().any(is_unix) {
            for (line, code, _) in systems {
                self.warn(line, Trap::SystNotUnix, code.to_string());
            }
        }
        for command in ["AUTH TLS", "AUTH SSL"] {
            for (_, acts) in self.replies_to(command, has) {
                if let Some((line, code, _)) = one_code(&acts)
                    && code.is_completion()
                {
                    self.warn(line, Trap::AuthAccepted, code.to_string());
                }
            }
        }
        self.machine_listing(has);
        self.passive(has);
        self.listings();
        self.sizes(has);
    }

    /// True where some pattern begins with one of these verbs, whatever its argument.
    fn any_of(&self, commands: &[&str]) -> bool {
        self.script.blocks.iter().any(|block| {
            let verbs = verbs(self.script, block);
            commands.iter().any(|command| {
                let word = &command.as_bytes()[..verb_len(command.as_bytes())];
                verbs.contains(&Verb::of(word))
            })
        })
    }

    fn machine_listing(&mut self, has: &dyn Fn(&str) -> Option<u64>) {
        let replies = self.replies_to("MLSD", has);
        let built_in = replies.is_empty() && self.script.settings.files.is_some();
        let served = replies.iter().any(|(_, acts)| {
            acts.iter().any(|act| matches!(act, Act::Reply(said) if said.code.is_some_and(|c| !c.is_negative())))
        });
        for block in self.answering("FEAT") {
            let lines: Vec<(u32, Vec<u8>)> = block
                .body
                .range()
                .filter_map(|at| match &self.script.lines[at].item {
                    Item::Send(text) => Some((self.script.lines[at].number, self.sent(text))),
                    _ => None,
                })
                .collect();
            let mlst = lines.iter().find(|(_, text)| {
                text.trim_ascii_start()
                    .to_ascii_uppercase()
                    .starts_with(b"MLST")
            });
            let Some((line, _)) = mlst else { continue };
            if !built_in && !served {
                self.warn(*line, Trap::FeatWithoutMlsd, "MLSD");
            }
        }
        // A name that no script has: what says 250 to it says 250 to all.
        for (line, acts) in self.replies_to("MLST no-such-file-anywhere", has) {
            let there = acts.iter().any(
                |act| matches!(act, Act::Reply(said) if said.code.is_some_and(|c| c.value() == 250)),
            );
            if there {
                self.warn(line, Trap::MlstAlways, "250");
            }
        }
    }

    fn passive(&mut self, has: &dyn Fn(&str) -> Option<u64>) {
        let mut refused = [false, false];
        for (at, command, code) in [(0, "PASV", 227), (1, "EPSV", 229)] {
            let replies = self.replies_to(command, has);
            refused[at] = if replies.is_empty() {
                self.script.settings.files.is_none()
            } else {
                replies.iter().all(|(_, acts)| {
                    acts.iter().any(
                        |act| matches!(act, Act::Reply(said) if said.code.is_some_and(ReplyCode::is_negative)),
                    )
                })
            };
            for (_, acts) in replies {
                for act in acts {
                    let Act::Reply(said) = act else { continue };
                    let Some(got) = said.code.filter(|got| got.is_completion()) else {
                        continue;
                    };
                    if said.text.is_empty() {
                        continue;
                    }
                    if command == "EPSV" && got.value() != code {
                        self.warn(said.line, Trap::Epsv200, got.to_string());
                    } else if got.value() == code {
                        self.address(&said, code);
                    }
                }
            }
        }
        if refused == [true, true] && !self.answering("PASV").is_empty() {
            self.warn(0, Trap::NoPassive, "PASV, EPSV");
        }
    }

    /// A 227 or 229.
    fn address(&mut self, said: &Said, code: u16) {
        let stated = if code == 227 {
            endpoint::parse_227(text_of(&said.text))
        } else {
            endpoint::parse_229(text_of(&said.text))
        };
        match stated {
            Err(_) if code == 227 => self.warn(said.line, Trap::Bad227, "227"),
            Err(_) => self.warn(said.line, Trap::Bad229, "229"),
            Ok(stated) => {
                if stated.oddities.contains(&Oddity::DigitsBefore) {
                    self.warn(said.line, Trap::Digits227, code.to_string());
                }
                if said.other_host {
                    self.warn(said.line, Trap::OtherHost227, code.to_string());
                }
                if !said.opens_port {
                    self.warn(said.line, Trap::LiteralAddress, code.to_string());
                }
            }
        }
    }

    /// A folder that is listed whatever the directory.
    fn listings(&mut self) {
        let moves = self.script.blocks.iter().any(|other| {
            let verbs = verbs(self.script, other);
            let accepts = other.body.range().any(|at| {
                matches!(&self.script.lines[at].item, Item::Send(text) if text.head().starts_with(b"250"))
            });
            verbs.contains(&Verb::Cwd)
                && accepts
                && self.script.pattern(other).is_some_and(|pattern| {
                    pattern.alternatives().iter().any(|glob| glob.pieces.contains(&Piece::Any))
                })
        });
        for block in self.answering("LIST") {
            let shows_folder = block.body.range().find(|&at| {
                matches!(&self.script.lines[at].item, Item::Data(line)
                    if line.head().first() == Some(&b'd') && line.head().get(9).is_some_and(|b| matches!(b, b'x' | b'-' | b't')))
            });
            if let (Some(at), true) = (shows_folder, moves) {
                self.warn(self.script.lines[at].number, Trap::ListEverywhere, "LIST");
            }
        }
    }

    /// SIZE beside what RETR sends, for each file that a pattern names.
    fn sizes(&mut self, has: &dyn Fn(&str) -> Option<u64>) {
        let names: BTreeSet<Vec<u8>> = self
            .script
            .blocks
            .iter()
            .filter_map(|block| {
                let pattern = self.script.pattern(block)?;
                let glob = pattern.alternatives().first()?;
                let rest = glob.head();
                if rest.to_ascii_uppercase().starts_with(b"RETR ") && glob.pieces.len() == 1 {
                    return Some(rest[5..].to_vec());
                }
                // `RETR *hello.txt`
                match glob.pieces.as_slice() {
                    [Piece::Bytes(verb), Piece::Any, Piece::Bytes(name)]
                        if verb.eq_ignore_ascii_case(b"RETR ") =>
                    {
                        Some(name.clone())
                    }
                    _ => None,
                }
            })
            .collect();
        for name in names {
            let name = String::from_utf8_lossy(&name).into_owned();
            let sent: Option<u64> = self
                .replies_to(&format!("RETR {name}"), has)
                .first()
                .and_then(|(_, acts)| {
                    let cut = acts.iter().find_map(|act| match act {
                        Act::Cut(n) => Some(*n),
                        _ => None,
                    });
                    let sizes: Vec<&Option<u64>> = acts
                        .iter()
                        .filter_map(|act| match act {
                            Act::Data(size) => Some(size),
                            _ => None,
                        })
                        .collect();
                    if sizes.is_empty() {
                        return None;
                    }
                    let whole: Option<u64> = sizes.into_iter().copied().sum();
                    whole.map(|whole| whole.min(cut.unwrap_or(u64::MAX)))
                });
            for (_, acts) in self.replies_to(&format!("SIZE {name}"), has) {
                for act in acts {
                    let Act::Reply(said) = act else { continue };
                    let text = String::from_utf8_lossy(text_of(&said.text))
                        .trim()
                        .to_owned();
                    match said.code.map(ReplyCode::value) {
                        Some(550) if sent.is_some() => {
                            self.warn(said.line, Trap::Size550, name.clone());
                        }
                        Some(213) => {
                            if let (Some(sent), Ok(told)) = (sent, text.parse::<u64>())
                                && sent != told
                            {
                                self.warn(said.line, Trap::SizeDiffers, format!("{told}, {sent}"));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Rules that an earlier rule leaves nothing for. Each star of the later one stands for a word that no script has,
    /// and for nothing.
    fn shadowed(&mut self) {
        let nothing = |_: &Value, _: &mut Vec<u8>| {};
        let rules: Vec<&Pattern> = self
            .script
            .rules()
            .filter_map(|block| self.script.pattern(block))
            .collect();
        let lines = self.script.rules().map(|block| self.script.line_of(block));
        let mut earlier = Index::default();
        let mut shadows = Vec::new();
        for (at, (pattern, line)) in rules.iter().zip(lines).enumerate() {
            let globs = pattern.alternatives();
            let taken = |command: &[u8]| {
                earlier
                    .candidates(command)
                    .any(|earlier| rules[earlier].matches(command, &nothing))
            };
            let covered = !globs.is_empty()
                && globs.iter().all(|glob| {
                    ["\u{1}zq\u{1}", ""]
                        .iter()
                        .all(|filler| taken(&filled(glob, filler.as_bytes())))
                });
            if covered {
                shadows.push((line, pattern.to_string()));
            }
            earlier.insert(at, pattern);
        }
        for (line, pattern) in shadows {
            self.warn(line, Trap::NeverMatches, pattern);
        }
    }
}

/// A command that a glob matches, with each star filled in.
fn filled(glob: &Literal, filler: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in &glob.pieces {
        match piece {
            Piece::Bytes(bytes) => out.extend_from_slice(bytes),
            Piece::Any => out.extend_from_slice(filler),
            Piece::Value(_) => out.extend_from_slice(b"\x02"),
        }
    }
    out
}

/// The verbs that a block's pattern names; none for `*` and for regular expressions.
fn verbs(script: &Script, block: &Block) -> Vec<Verb> {
    let Some(pattern) = script.pattern(block) else {
        return Vec::new();
    };
    let mut verbs: Vec<Verb> = pattern
        .alternatives()
        .iter()
        .map(|glob| {
            let head = glob.head();
            Verb::of(&head[..verb_len(head)])
        })
        .filter(|verb| *verb != Verb::Other)
        .collect();
    verbs.dedup();
    verbs
}

fn names(verbs: &[Verb]) -> String {
    let names: Vec<&str> = verbs.iter().map(|verb| verb.name()).collect();
    names.join(", ")
}

fn shown(code: Option<ReplyCode>) -> String {
    code.map_or(String::new(), |code| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::params;

    /// A server that no client stumbles over; lines put behind it come too late to matter, lines before it first.
    const GOOD: &str = "S> 220 Ready.\nC* USER *\nS> 331 Go on.\nC* PASS *\nS> 230 In.\nC* PWD\nS> 257 \"/\"\nC* TYPE *\nS> 200 Ok.\n\
        C* PASV\nS> 227 ({pasv})\nC* EPSV\nS> 229 ({epsv})\nC* LIST\nS> 150 Soon.\nD> a\nS> 226 Done.\nC* QUIT\nS> 221 Bye.\n";

    fn findings(source: &str) -> Vec<Finding> {
        let script = Script::parse(source.as_bytes()).unwrap_or_else(|m| panic!("{source}: {m:?}"));
        let values = params::resolve(&script.settings.params, &[], None).expect("fine");
        check(&script, &values, &|path| (path == "there").then_some(14))
    }

    fn names_of(source: &str) -> Vec<&'static str> {
        let mut all: Vec<&str> = findings(source)
            .into_iter()
            .filter_map(|finding| match finding.what {
                What::Warning { trap, .. } => Some(trap.name()),
                _ => None,
            })
            .collect();
        all.dedup();
        all
    }

    /// The good server with other rules in front.
    fn with(rules: &str) -> String {
        let (greeting, rest) = GOOD.split_once('\n').expect("a greeting");
        format!("{greeting}\n{rules}\n{rest}")
    }

    #[test]
    fn a_good_server_gets_no_warning() {
        assert_eq!(findings(GOOD), []);
    }

    #[test]
    fn each_trap_is_seen_and_nothing_else() {
        let mut wrong = Vec::new();
        for (rules, wanted) in [
            (
                "C* USER *\nS> 200 Ok.",
                &["reply-not-allowed", "login-200", "never-matches"][..],
            ),
            (
                "C* PASS *\nS> 331 Again.",
                &["reply-not-allowed", "pass-331", "never-matches"],
            ),
            ("C* PASS *\nS> 332 Account?", &["pass-332", "never-matches"]),
            ("C* PWD\nS> 550 No.", &["pwd-not-257", "never-matches"]),
            ("C* TYPE *\nS> 504 No.", &["type-not-200", "never-matches"]),
            ("C* AUTH *\nS> 234 Go.", &["auth-accepted"]),
            (
                "C* FEAT\nS> 211-a\nS>  MLST type*;\nS> 211 b",
                &["feat-mlst-no-mlsd"],
            ),
            ("C* SYST\nS> 215 WINDOWS", &["syst-not-unix"]),
            (
                "C* SIZE a\nS> 550 No.\nC* RETR a\nS> 150 x\nD> a\nS> 226 x",
                &["size-550"],
            ),
            (
                "C* SIZE a\nS> 213 14\nC* RETR a\nS> 150 x\nD> a\nS> 226 x",
                &["size-differs"],
            ),
            (
                "C* SIZE a\nS> 213 14\nC* RETR a\nS> 150 x\nD@ there\nS> 226 x",
                &[],
            ),
            (
                "C* MLST *\nS> 250-a\nS>  type=file; x\nS> 250 b",
                &["mlst-always-250"],
            ),
            ("C* LIST\nS> 450 None.", &["list-450", "never-matches"]),
            ("C* EPSV\nS> 200 Ok.", &["epsv-not-229", "never-matches"]),
            ("C* EPSV\nS> 229 ({port})", &["bad-229", "never-matches"]),
            ("C* PASV\nS> 227 (1,2,3)", &["bad-227", "never-matches"]),
            (
                "C* PASV\nS> 227 In 10 seconds ({pasv})",
                &["digits-before-227", "never-matches"],
            ),
            (
                "C* PASV\nS> 227 ({pasv 127.0.0.9})",
                &["other-host-227", "never-matches"],
            ),
            (
                "C* PASV\nS> 227 (127,0,0,1,1,2)",
                &["literal-address", "never-matches"],
            ),
            (
                "C* PASV | EPSV\nS> 500 No.",
                &["no-passive", "never-matches"],
            ),
            (
                "C* NOOP\nS> 200-a\nS> 230 b\nS> 200 c",
                &["inner-line-other-code"],
            ),
            (
                "C* NOOP\nS> 200-a\nS> 200 b\nS> 200 c",
                &["inner-line-same-code"],
            ),
            ("C* NOOP\nS> 200-a\nS> b", &["never-closed"]),
            ("C* NOOP\nS> ok", &["no-code"]),
            ("C* NOOP\nS> 200", &["code-alone"]),
            ("C* NOOP\nS> 200ok", &["no-blank"]),
            ("C* NOOP\nS>\nS> 200 ok", &["empty-line"]),
            ("C* NOOP\nS> 200 a{x00}", &["nul"]),
            (
                "C* NOOP\nS> 900 a",
                &["code-undefined", "reply-not-allowed"],
            ),
            ("C* NOOP\n-- eol lf\nS> 200 a", &["bare-lf"]),
            ("C* NOOP\n-- eol none\nS> 200 a", &["no-eol"]),
            ("C* NOOP\nS> 200 a\nS> 200 b", &["two-replies"]),
            ("C* NOOP", &["no-reply"]),
            ("C* NOOP\n-- silence\nS> 200 a", &["no-reply"]),
            ("C* QUIT", &["quit-unanswered", "never-matches"]),
            ("C* NOOP\n-- close", &["closed-unanswered"]),
            ("C* NLST\nD> a\nS> 226 x", &["no-150"]),
            ("C* NLST\nS> 150 x\nD> a", &["no-226"]),
            ("C* NLST\nS> 150 x\nS> 226 y\nD> a", &["final-before-data"]),
            ("C* NLST\nS> 150 x\nS> 226 y", &["no-data"]),
            (
                "C* NLST\nS> 150 x\n-- data refuse\nD> a\nS> 425 y",
                &["no-data"],
            ),
            ("C* NLST\nS> 150 x\n-- data close\nS> 226 y", &[]),
            (
                "C* NLST\nS> 150 x\n-- data cut 1\nD> a\nS> 226 y",
                &["truncated"],
            ),
            (
                "C* NLST\nS> 150 x\nD> a\n-- data reset\nS> 426 y",
                &["data-reset"],
            ),
            ("C* NOOP\n-- wait 61s\nS> 200 a", &["too-slow"]),
            ("C* SIZE *\nS> 212 600", &["reply-not-allowed"]),
            ("C* ABOR\nS> 426 a\nS> 226 b", &[]),
            (
                "C* USER anonymous\nS> 331 x\nC* USER *\nS> 331 x",
                &["never-matches"],
            ),
            (
                "C* CWD *\nS> 250 ok\nC* LIST\nS> 150 x\nD> drwxr-xr-x 2 f f 4096 Jan 1 2024 pub\nS> 226 x",
                &["list-same-everywhere", "never-matches"],
            ),
        ] {
            let got: BTreeSet<&str> = names_of(&with(rules)).into_iter().collect();
            let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
            if got != wanted {
                wrong.push(format!("{rules}: {got:?} instead of {wanted:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for (source, wanted) in [
            ("S> 120 Soon.\nS> 220 Now.", "greeting-120"),
            ("C* NOOP\nS> 200 a", "no-greeting"),
            ("S> 220 a\nS> 220 b", "two-replies"),
            ("S> 220 a", "verb-missing"),
        ] {
            assert!(names_of(source).contains(&wanted), "{source}");
        }
    }

    #[test]
    fn what_is_announced_must_come() {
        let source = format!("-- expect-warning no-reply\n{}", with("C* NOOP"));
        assert!(matches!(
            findings(&source).as_slice(),
            [Finding {
                what: What::Warning {
                    trap: Trap::NoReply,
                    expected: true,
                    ..
                },
                ..
            }]
        ));
        let source = format!("-- expect-warning no-reply\n-- expect-warning nonsense\n{GOOD}");
        assert_eq!(
            findings(&source),
            [
                Finding {
                    line: 1,
                    what: What::WarningAbsent(Trap::NoReply)
                },
                Finding {
                    line: 2,
                    what: What::WarningUnknown("nonsense".into())
                },
            ]
        );
        let source = with("C* RETR a\nS> 150 x\nD@ nowhere\nS> 226 x");
        assert_eq!(
            findings(&source),
            [Finding {
                line: 4,
                what: What::FileMissing("nowhere".into())
            }]
        );
    }

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<&str> = Trap::ALL.iter().map(|trap| trap.name()).collect();
        assert_eq!(names.len(), Trap::ALL.len());
        for trap in Trap::ALL {
            assert_eq!(Trap::named(trap.name()), Some(*trap));
        }
    }
}
