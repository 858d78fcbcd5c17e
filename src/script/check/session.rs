//! What clients run into, command by command: the commands that they send are held against the patterns to find the
//! blocks that answer them.

use std::collections::BTreeSet;

use super::{
    Checker,
    acts::{Act, Said},
    trap::Trap,
    verbs,
};
use crate::{
    ftp::{
        code::ReplyCode,
        command::Verb,
        endpoint::{self, Oddity},
        reply::text_of,
    },
    script::{
        literal::{Piece, Value},
        notation::{Block, Item},
        pattern::verb_len,
    },
};

impl<'a> Checker<'a> {
    /// The blocks that may answer a command: steps that match, and the first rule that does.
    fn answering(&self, command: &str) -> Vec<&'a Block> {
        let nothing = |_: &Value, _: &mut Vec<u8>| {};
        let mut candidates: Vec<usize> = self.takers.candidates(command.as_bytes()).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let script = self.script;
        let taking = || {
            let blocks = candidates.iter().map(|&at| &script.blocks[at]);
            blocks.filter(|block| {
                script
                    .pattern(block)
                    .is_some_and(|pattern| pattern.matches(command.as_bytes(), &nothing))
            })
        };
        let rule = taking().find(|block| !block.step);
        taking().filter(|block| block.step).chain(rule).collect()
    }

    /// The replies that a command may get, with their blocks' lines.
    fn replies_to(&mut self, command: &str) -> Vec<(u32, Vec<Act>)> {
        let mut all = Vec::new();
        for block in self.answering(command) {
            let line = self.script.line_of(block);
            for acts in self.answers(&block.body) {
                all.push((line, acts));
            }
        }
        all
    }

    /// What clients run into, command by command.
    pub(super) fn sessions(&mut self) {
        if self.script.settings.files.is_none() {
            self.needed();
        }
        self.login();
        for (command, wanted, trap) in [
            ("PWD", 257, Trap::PwdNot257),
            ("TYPE I", 200, Trap::TypeNot200),
            ("TYPE A", 200, Trap::TypeNot200),
        ] {
            self.one_code_only(command, wanted, trap);
        }
        self.system();
        self.tls();
        self.machine_listing();
        self.passive();
        self.listings();
        self.sizes();
    }

    /// The commands that every session needs.
    fn needed(&mut self) {
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
                let verbs: BTreeSet<&str> = commands
                    .iter()
                    .map(|command| &command[..verb_len(command.as_bytes())])
                    .collect();
                let verbs: Vec<&str> = verbs.into_iter().collect();
                self.warn(0, Trap::VerbMissing, verbs.join(", "));
            }
        }
    }

    /// The last reply of each answer that a command may get: its line, its code and its last line.
    fn last_replies(&mut self, command: &str) -> Vec<(u32, ReplyCode, Vec<u8>)> {
        let answers = self.replies_to(command);
        let last = |(_, acts): (u32, Vec<Act>)| {
            acts.into_iter().rev().find_map(|act| match act {
                Act::Reply(said) => said.code.map(|code| (said.line, code, said.text)),
                _ => None,
            })
        };
        answers.into_iter().filter_map(last).collect()
    }

    fn login(&mut self) {
        for command in ["USER anonymous", "PASS x"] {
            for (line, code, _) in self.last_replies(command) {
                match (command, code.value()) {
                    (_, 200) => self.warn(line, Trap::Login200, &command[..4]),
                    ("PASS x", 331) => self.warn(line, Trap::PassAgain, "331"),
                    ("PASS x", 332) => self.warn(line, Trap::PassAccount, "332"),
                    _ => {}
                }
            }
        }
    }

    /// A command for which some clients take this code and no other.
    fn one_code_only(&mut self, command: &str, wanted: u16, trap: Trap) {
        let replies = self.last_replies(command);
        // A step may refuse what another one grants later.
        if !replies.iter().any(|(_, code, _)| code.value() == wanted) {
            let verb = &command[..verb_len(command.as_bytes())];
            for (line, code, _) in replies {
                self.warn(line, trap, format!("{verb} {code}"));
            }
        }
    }

    fn system(&mut self) {
        let systems = self.last_replies("SYST");
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
    }

    fn tls(&mut self) {
        for command in ["AUTH TLS", "AUTH SSL"] {
            for (line, code, _) in self.last_replies(command) {
                if code.is_completion() {
                    self.warn(line, Trap::AuthAccepted, code.to_string());
                }
            }
        }
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

    fn machine_listing(&mut self) {
        let replies = self.replies_to("MLSD");
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
        for (line, acts) in self.replies_to("MLST no-such-file-anywhere") {
            let there = acts.iter().any(
                |act| matches!(act, Act::Reply(said) if said.code.is_some_and(|c| c.value() == 250)),
            );
            if there {
                self.warn(line, Trap::MlstAlways, "250");
            }
        }
    }

    fn passive(&mut self) {
        let mut refused = [false, false];
        for (at, command, code) in [(0, "PASV", 227), (1, "EPSV", 229)] {
            let replies = self.replies_to(command);
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
    fn sizes(&mut self) {
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
            let sent: Option<u64> =
                self.replies_to(&format!("RETR {name}"))
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
            for (_, acts) in self.replies_to(&format!("SIZE {name}")) {
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
}
