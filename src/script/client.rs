//! The client player: a script's `C>` lines turned round. What a client has to send, and what must come back, line by line
//! and byte by byte, for each control connection that it takes to see all of the script.
//!
//! Steps are sent in their order, then the rules; before what moves data, a data connection is agreed on; what ends the
//! connection comes last, each on a connection of its own. Whoever drives it (`io::client`) does one thing after the other
//! and reports what differs.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use super::{
    literal::{Literal, Piece, Value},
    notation::{Action, Block, DataAction, Eol, Item, Script, Typed},
    params::Values,
    pattern::literal_matches,
};
use crate::ftp::{command::Verb, reply::Head, secret::verb_of};

/// What a client sends when it has something to upload.
pub const UPLOAD: &[u8] = b"Sent by ftplab.\r\n";
/// Bytes of files that a plan keeps for comparison. What is behind them is received and not compared, which is told.
pub const MAX_COMPARED: usize = 64 * 1024 * 1024;
/// How long a line may take beside what the script itself waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something that the client does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Do {
    /// Sends this command, of this line of the script (0: of no line, it only leads to the next).
    Say {
        /// The script's line.
        line: u32,
        /// The command, without its end.
        command: Vec<u8>,
    },
    /// Opens a port and says so with PORT or EPRT.
    SayPort {
        /// The script's line.
        line: u32,
        /// PORT or EPRT.
        verb: Verb,
    },
    /// The server's next line must be this.
    Hear {
        /// The script's line.
        line: u32,
        /// The text; where a value stands, anything may come.
        text: Literal,
        /// How the line ends.
        eol: Eol,
        /// It may take so long.
        within: Duration,
    },
    /// One reply comes, whatever it says.
    HearAny,
    /// Uploads [`UPLOAD`] over the data connection that was agreed on, and closes it.
    Upload,
    /// What came over the data connection, until the server closed it, must be this.
    Data {
        /// The script's line where it begins.
        line: u32,
        /// The bytes; where a value stands, anything may come.
        bytes: Literal,
        /// The connection is reset: some of the bytes may be lost on the way.
        reset: bool,
    },
    /// The server closes the control connection.
    HearClose,
}

/// Something that was not as the script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Differs {
    /// Another line came.
    Line {
        /// The script's line.
        line: u32,
        /// What came.
        got: Vec<u8>,
    },
    /// No line came in time.
    Silence {
        /// The script's line.
        line: u32,
    },
    /// The connection was closed instead.
    Closed {
        /// The script's line.
        line: u32,
    },
    /// Other data came.
    Data {
        /// The script's line.
        line: u32,
        /// How many bytes came.
        got: u64,
    },
    /// No data connection came about.
    NoData {
        /// The script's line.
        line: u32,
    },
    /// The connection was not closed.
    StaysOpen,
}

/// What there is to do, and what cannot be done.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// For each control connection what is done on it.
    pub sessions: Vec<Vec<Do>>,
    /// Lines of patterns that no command can be made for (a regular expression), and `-- say` would help.
    pub unsaid: Vec<u32>,
    /// Lines of patterns that their own command does not reach, since another block takes it.
    pub unreached: Vec<u32>,
    /// Lines of files that are compared in part, see [`MAX_COMPARED`].
    pub uncompared: Vec<u32>,
}

/// How a block's answer ends the connection.
fn ends(script: &Script, verb: Verb, range: Range<usize>) -> bool {
    let mut closing = verb == Verb::Quit;
    let mut replied = false;
    for line in &script.lines[range] {
        match &line.item {
            Item::Send(text) => {
                replied = true;
                closing |= text.head().starts_with(b"421");
            }
            Item::Typed(_) => replied = true,
            Item::Action(Action::Close | Action::Reset) => return true,
            Item::Action(Action::Stay) => return false,
            _ => {}
        }
    }
    closing && (replied || verb != Verb::Quit)
}

/// What gives the first bytes of a file of the script's folder, so many at most.
pub type Files<'a> = &'a dyn Fn(&str, usize) -> Option<Vec<u8>>;

/// The whole plan for a script.
#[must_use]
pub fn plan(script: &Script, values: &Values, files: Files<'_>) -> Plan {
    let mut planner = Planner {
        script,
        values,
        files,
        room: MAX_COMPARED,
        uses: BTreeMap::new(),
        plan: Plan::default(),
    };
    let connections = script
        .blocks
        .iter()
        .map(|block| &block.body)
        .chain([&script.greeting])
        .map(|body| body.answers.len())
        .max()
        .unwrap_or(1);
    for _ in 0..connections {
        planner.session(None);
    }
    let rules: Vec<usize> = (0..script.blocks.len())
        .filter(|&at| !script.blocks[at].step)
        .collect();
    for at in rules {
        let block = &script.blocks[at];
        if let Some(command) = planner.command(block)
            && ends(script, verb_of(&command).0, block.body.answer(0, 0))
        {
            planner.session(Some(at));
        }
    }
    let Plan {
        unsaid,
        unreached,
        uncompared,
        ..
    } = &mut planner.plan;
    for lines in [unsaid, unreached, uncompared] {
        lines.sort_unstable();
        lines.dedup();
    }
    planner.plan
}

struct Planner<'a> {
    script: &'a Script,
    values: &'a Values,
    files: Files<'a>,
    /// Bytes of files that may still be kept.
    room: usize,
    /// How many connections used a block, over all sessions.
    uses: BTreeMap<usize, usize>,
    plan: Plan,
}

/// One control connection that is being planned.
#[derive(Default)]
struct Session {
    done: Vec<Do>,
    step: usize,
    /// For each block: which connection of those that use it this is, and how often it was used on it.
    counts: BTreeMap<usize, (usize, usize)>,
    agreed: bool,
    over: bool,
}

impl Planner<'_> {
    /// Plans a connection: all of the script that does not end it, or one rule that does.
    fn session(&mut self, only: Option<usize>) {
        let mut session = Session::default();
        let body = &self.script.greeting;
        let greeting = self.script.blocks.len();
        let range = body.answer(*self.uses.get(&greeting).unwrap_or(&0), 0);
        *self.uses.entry(greeting).or_default() += 1;
        self.hear(&mut session, Verb::Other, range.clone());
        if ends(self.script, Verb::Other, range) {
            session.done.push(Do::HearClose);
            self.plan.sessions.push(session.done);
            return;
        }
        let blocks = &self.script.blocks;
        match only {
            None => {
                for at in (0..blocks.len()).filter(|&at| blocks[at].step) {
                    self.block(&mut session, at);
                }
                self.log_in(&mut session);
                for at in (0..blocks.len()).filter(|&at| !blocks[at].step) {
                    let command = self.command(&blocks[at]);
                    let verb = command.as_deref().map_or(Verb::Other, |c| verb_of(c).0);
                    if ends(self.script, verb, blocks[at].body.answer(0, 0)) {
                        continue;
                    }
                    let times = blocks[at].body.answers.iter().map(Vec::len).max();
                    for _ in 0..times.unwrap_or(1) {
                        self.block(&mut session, at);
                    }
                }
            }
            Some(at) => {
                // The rule itself may be what the login meets.
                self.log_in(&mut session);
                self.block(&mut session, at);
            }
        }
        self.plan.sessions.push(session.done);
    }

    /// Most rules want somebody who is logged in.
    fn log_in(&mut self, session: &mut Session) {
        if session.step > 0 {
            return;
        }
        for command in ["USER anonymous", "PASS ftplab@"] {
            if !session.over {
                self.say(session, 0, command.as_bytes().to_vec());
            }
        }
    }

    /// The command for a block: what `-- say` gives, else its first alternative with the stars left out.
    fn command(&self, block: &Block) -> Option<Vec<u8>> {
        let said = block
            .body
            .range()
            .find_map(|at| match &self.script.lines[at].item {
                Item::Action(Action::Say(text)) => Some(text),
                _ => None,
            });
        let literal = match said {
            Some(text) => text,
            None => self.script.pattern(block)?.alternatives().first()?,
        };
        let mut command = literal.render(|value, out| self.stands_for(value, out));
        while said.is_none() && command.last() == Some(&b' ') {
            command.pop();
        }
        // A bare star takes anything: a word that no other pattern is likely to take.
        if self.script.pattern(block)?.matches_all() {
            command = b"FTPLAB".to_vec();
        }
        (!command.is_empty()).then_some(command)
    }

    fn block(&mut self, session: &mut Session, at: usize) {
        let block = &self.script.blocks[at];
        let line = self.script.line_of(block);
        if session.over {
            return;
        }
        let Some(command) = self.command(block) else {
            self.plan.unsaid.push(line);
            return;
        };
        let verb = verb_of(&command).0;
        if verb.moves().is_some() && !session.agreed && self.moves_data(block) {
            self.agree(session);
        }
        if self.chosen(session, &command) != Some(at) {
            self.plan.unreached.push(line);
        }
        self.say(session, line, command);
    }

    fn moves_data(&self, block: &Block) -> bool {
        block.body.range().any(|at| {
            matches!(
                self.script.lines[at].item,
                Item::Data(_) | Item::File(_) | Item::Receive(_) | Item::Action(Action::Data(_))
            )
        })
    }

    /// Agrees on a data connection, with the first of PASV, EPSV and PORT that is not refused.
    fn agree(&mut self, session: &mut Session) {
        for command in ["PASV", "EPSV"] {
            let refused = match self.chosen(session, command.as_bytes()) {
                None => self.script.settings.files.is_none(),
                Some(at) => {
                    let (connection, time) = session.counts.get(&at).copied().unwrap_or_default();
                    let range = self.script.blocks[at].body.answer(connection, time);
                    !self.script.lines[range]
                        .iter()
                        .any(|line| match &line.item {
                            Item::Send(text) => text.head().starts_with(b"22"),
                            Item::Typed(typed) => typed.code.starts_with('2'),
                            _ => false,
                        })
                }
            };
            if !refused {
                self.say(session, 0, command.as_bytes().to_vec());
                return;
            }
        }
        self.say(session, 0, b"PORT".to_vec());
    }

    /// What a value in a command stands for, as far as a client knows it before it has begun.
    fn stands_for(&self, value: &Value, out: &mut Vec<u8>) {
        let text = match value {
            Value::Param(name) => self.values.get(name).map_or("", String::as_str),
            Value::User => "anonymous",
            Value::Cwd => "/",
            Value::Type => "A",
            _ => "",
        };
        out.extend_from_slice(text.as_bytes());
    }

    /// The block that takes a command now.
    fn chosen(&self, session: &Session, command: &[u8]) -> Option<usize> {
        let value = |value: &Value, out: &mut Vec<u8>| self.stands_for(value, out);
        // A PORT without its address stands for one with the driver's own.
        let full = match verb_of(command).0 {
            Verb::Port if command.len() == 4 => b"PORT 127,0,0,1,200,200".to_vec(),
            Verb::Eprt if command.len() == 4 => b"EPRT |1|127.0.0.1|51400|".to_vec(),
            _ => command.to_vec(),
        };
        let takes = |at: &usize| {
            let block = &self.script.blocks[*at];
            self.script
                .pattern(block)
                .is_some_and(|pattern| pattern.matches(&full, &value))
        };
        let blocks = 0..self.script.blocks.len();
        let mut steps = blocks.clone().filter(|&at| self.script.blocks[at].step);
        steps.nth(session.step).filter(takes).or_else(|| {
            blocks
                .filter(|&at| !self.script.blocks[at].step)
                .find(|at| takes(at))
        })
    }

    /// Sends a command and hears what the block that takes it says.
    fn say(&mut self, session: &mut Session, line: u32, command: Vec<u8>) {
        let verb = verb_of(&command).0;
        let chosen = self.chosen(session, &command);
        let bare = matches!(verb, Verb::Port | Verb::Eprt) && command.len() == 4;
        session.done.push(if bare {
            Do::SayPort { line, verb }
        } else {
            Do::Say { line, command }
        });
        let Some(at) = chosen else {
            session.done.push(Do::HearAny);
            session.agreed |= verb.negotiates();
            return;
        };
        let block = &self.script.blocks[at];
        if block.step {
            session.step += 1;
        }
        let uses = &mut self.uses;
        let count = session.counts.entry(at).or_insert_with(|| {
            let used = uses.entry(at).or_default();
            *used += 1;
            (*used - 1, 0)
        });
        let range = block.body.answer(count.0, count.1);
        count.1 += 1;
        self.hear(session, verb, range.clone());
        if verb.negotiates() {
            let refused = self.script.lines[range.clone()].iter().any(|line| {
                matches!(&line.item, Item::Send(text) if matches!(text.head().first(), Some(b'4' | b'5')))
                    || matches!(line.item, Item::Action(Action::Data(DataAction::Refuse)))
            });
            session.agreed = !refused;
        }
        if ends(self.script, verb, range) {
            session.done.push(Do::HearClose);
            session.over = true;
        }
    }

    /// What must come for these lines.
    fn hear(&mut self, session: &mut Session, verb: Verb, range: Range<usize>) {
        let mut eol = self.greeting_eol();
        let mut within = PATIENCE;
        let mut slow = Duration::ZERO;
        let mut silent = false;
        let mut refused = false;
        let mut cut: Option<u64> = None;
        let mut data: Option<(u32, Vec<Piece>)> = None;
        let mut reset = false;
        for index in range {
            let line = &self.script.lines[index];
            let number = line.number;
            match &line.item {
                Item::Send(_) | Item::Typed(Typed { model: Some(_), .. }) if !silent => {
                    let text = match &line.item {
                        Item::Typed(typed) => self.model(typed),
                        Item::Send(text) => self.wanted(text),
                        _ => Literal::default(),
                    };
                    session.done.push(Do::Hear {
                        line: number,
                        text,
                        eol,
                        within: within + slow * 100,
                    });
                    within = PATIENCE;
                }
                Item::Typed(_) if !silent => session.done.push(Do::Hear {
                    line: number,
                    text: Literal {
                        pieces: vec![Piece::Any],
                    },
                    eol,
                    within,
                }),
                Item::Data(text) if !refused => {
                    let (_, pieces) = data.get_or_insert((number, Vec::new()));
                    pieces.extend(self.wanted(text).pieces);
                    pieces.push(Piece::Bytes(eol.bytes().to_vec()));
                }
                Item::File(path) if !refused => {
                    let (_, pieces) = data.get_or_insert((number, Vec::new()));
                    pieces.extend(self.file(path, number));
                }
                Item::Receive(_) if !refused => session.done.push(Do::Upload),
                Item::Action(action) => match action {
                    Action::Wait(time) => within += *time,
                    Action::Slow(time) => slow = *time,
                    Action::Eol(to) => eol = *to,
                    Action::Silence => silent = true,
                    Action::Data(DataAction::Cut(n)) => cut = Some(*n),
                    Action::Data(DataAction::Refuse) => refused = true,
                    Action::Data(DataAction::Reset) => {
                        reset = true;
                        data.get_or_insert((number, Vec::new()));
                    }
                    Action::Data(DataAction::Close | DataAction::Open) => {
                        data.get_or_insert((number, Vec::new()));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        if verb.moves().is_some() || data.is_some() {
            session.agreed = false;
        }
        if let Some((line, pieces)) = data {
            let mut bytes = Literal::default();
            for piece in pieces {
                match piece {
                    Piece::Bytes(more) => bytes.push(&more),
                    other => bytes.pieces.push(other),
                }
            }
            // What is known goes as far as the first place where anything may come.
            let alone = bytes.pieces.len() == 1;
            if let (Some(most), Some(Piece::Bytes(known))) = (cut, bytes.pieces.first()) {
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                if alone || most <= known.len() {
                    bytes = Literal::of(&known[..most.min(known.len())]);
                }
            }
            session.done.push(Do::Data { line, bytes, reset });
        }
    }

    /// The bytes of a file, as far as they are kept; then anything may come.
    fn file(&mut self, path: &Literal, line: u32) -> Vec<Piece> {
        let name = path.as_bytes().map(String::from_utf8_lossy);
        // A byte more tells whether that is all.
        let Some(mut bytes) = name.and_then(|name| (self.files)(&name, self.room + 1)) else {
            return vec![Piece::Any];
        };
        if bytes.len() <= self.room {
            self.room -= bytes.len();
            return vec![Piece::Bytes(bytes)];
        }
        bytes.truncate(self.room);
        self.room = 0;
        self.plan.uncompared.push(line);
        vec![Piece::Bytes(bytes), Piece::Any]
    }

    /// The line ending that the greeting sets for the connection.
    fn greeting_eol(&self) -> Eol {
        let lines = &self.script.lines[self.script.greeting.range()];
        lines
            .iter()
            .rev()
            .find_map(|line| match line.item {
                Item::Action(Action::Eol(eol)) => Some(eol),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The reply that a model answer is.
    fn model(&self, typed: &Typed) -> Literal {
        let mut wanted = Literal::of(&Typed::reply(&typed.code, b""));
        if let Some(model) = &typed.model {
            for piece in self.wanted(model).pieces {
                match piece {
                    Piece::Bytes(bytes) => wanted.push(&bytes),
                    other => wanted.pieces.push(other),
                }
            }
        }
        wanted
    }

    /// A text with its parameters put in, and a star for every other value.
    fn wanted(&self, text: &Literal) -> Literal {
        let mut wanted = Literal::default();
        for piece in &text.pieces {
            match piece {
                Piece::Bytes(bytes) => wanted.push(bytes),
                Piece::Value(Value::Param(name)) => {
                    let value = self.values.get(name).map_or("", String::as_str);
                    wanted.push(value.as_bytes());
                }
                Piece::Value(_) | Piece::Any => wanted.pieces.push(Piece::Any),
            }
        }
        wanted
    }
}

/// True where what came is what a text wants.
#[must_use]
pub fn is_wanted(text: &Literal, got: &[u8]) -> bool {
    literal_matches(text, got)
}

/// True where a line ends a reply that began with `first` (or is all of it).
#[must_use]
pub fn ends_reply(first: Option<&[u8]>, line: &[u8]) -> bool {
    use crate::ftp::reply::Mark;
    let head = Head::of(line);
    match first.map(Head::of) {
        Some(open) if open.mark == Mark::Hyphen => {
            head.code == open.code && head.mark != Mark::Hyphen
        }
        _ => head.mark != Mark::Hyphen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(source: &str) -> Plan {
        let script = Script::parse(source.as_bytes()).unwrap_or_else(|m| panic!("{source}: {m:?}"));
        plan(&script, &Values::new(), &|_, _| Some(b"file".to_vec()))
    }

    fn shown(session: &[Do]) -> Vec<String> {
        session
            .iter()
            .map(|act| match act {
                Do::Say { command, .. } => format!("> {}", String::from_utf8_lossy(command)),
                Do::SayPort { verb, .. } => format!("> {} (own)", verb.name()),
                Do::Hear { text, .. } => text.to_string(),
                Do::HearAny => "any".into(),
                Do::Upload => "upload".into(),
                Do::Data { bytes, reset, .. } => {
                    format!("data {bytes}{}", if *reset { " reset" } else { "" })
                }
                Do::HearClose => "close".into(),
            })
            .collect()
    }

    #[test]
    fn steps_are_sent_in_order_and_their_answers_wanted() {
        let plan = planned(super::super::EXAMPLE);
        assert_eq!(plan.sessions.len(), 2, "QUIT has a connection of its own");
        assert_eq!(
            shown(&plan.sessions[0]),
            [
                "220 Ready.",
                "> USER",
                "331 Password?",
                "> PASS",
                "530 Login incorrect.",
                "> USER",
                "331 Password?",
                "> PASS",
                "230 Logged in.",
                "> PASV",
                "227 Entering Passive Mode (*).",
                "> LIST",
                "150 Here it comes.",
                "226 Sent * bytes.",
                "data -rw-r--r-- 1 ftp ftp 14 Jan  1  2024 hello.txt{x0D}{x0A}",
                "> FTPLAB",
                "502 Not here."
            ]
        );
        assert!(plan.unsaid.is_empty());
        assert!(plan.unreached.is_empty());
    }

    #[test]
    fn rules_get_a_login_and_a_data_connection() {
        let plan = planned(
            "-- files f\nS> 220\nC* RETR *\n-- say RETR a\nS> 150\nD@ a\nS> 226\nC* STOR *\nS> 150\nD< x\nS> 226\nC* PORT *\nS> 200",
        );
        assert_eq!(
            shown(&plan.sessions[0]),
            [
                "220",
                "> USER anonymous",
                "any",
                "> PASS ftplab@",
                "any",
                "> PASV",
                "any",
                "> RETR a",
                "150",
                "226",
                "data file",
                "> PASV",
                "any",
                "> STOR",
                "150",
                "upload",
                "226",
                "> PORT (own)",
                "200"
            ]
        );
    }

    #[test]
    fn times_and_connections_are_all_seen() {
        let plan = planned(
            "S> 220 a\n-- next connection\nS> 421 b\nC* NOOP\nS> 200 one\n-- next time\nS> 200 two",
        );
        assert_eq!(
            shown(&plan.sessions[0])[5..],
            ["> NOOP", "200 one", "> NOOP", "200 two"]
        );
        assert_eq!(shown(&plan.sessions[1]), ["421 b", "close"]);
    }

    #[test]
    fn what_another_block_takes_is_told() {
        let plan = planned("S> 220\nC* NOOP\nS> 200\nC* NOO*\n-- say NOOP\nS> 201");
        assert_eq!(plan.unreached, [4]);
    }
}
