//! The autopilot: plays a sheet by itself, in the terminals that a student would have, for `lab run --demo`, `demo`, and
//! for `lab check`, which wants to know before class that every dialogue happens and every answer of the key is right.
//!
//! In a dialogue it sends what the sheet says a player sends, opens the data connections that were agreed on, and waits
//! for what must come; it answers questions with the key, out of what was seen.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    bench::{self, BY_HAND, Bench, CLIENT, DATA},
    captures,
    follow::Watched,
    walk::{Go, Hands, Walk},
};
use crate::{
    cmd::{Context, Failure, fault},
    ftp::{catalogue::Flow, command::Verb},
    io::terminals::Printed,
    lab::{
        answer::{self, Judgement},
        check::{self, Finding, What},
        sheet::{Ask, AskKind, Capture, Expected, Ftp, Role, Wanted, Write},
        template::{Line, Name},
    },
    script::{
        literal::{Literal, Value},
        pattern::Pattern,
    },
    view::{demo::Demo, lab::run::bare},
};

/// How long anything may take to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the data connection of a transfer is waited for when its command is sent.
const DIALLED: Duration = Duration::from_secs(5);
/// A moment in which something may be printed.
const SOON: Duration = Duration::from_millis(200);
/// What is sent where a dialogue uploads something and does not say what.
const UPLOAD: &str = "Sent by ftplab.\r\n";
/// What a person would write into a free text; it is for the teacher, and nobody is there.
const FREE_TEXT: &str = "…";

/// Where what is shown goes.
pub(in crate::cmd) type Out<'o> = &'o mut dyn FnMut(&str) -> Result<(), Failure>;

/// The autopilot.
pub(in crate::cmd) struct Autopilot<'o> {
    context: &'o Context,
    out: Out<'o>,
    /// Before something is typed, and for a line of prose.
    pace: Duration,
    /// What did not go as the sheet wants it.
    pub(in crate::cmd) found: Vec<Finding>,
    /// How many dialogues and questions it has come through.
    pub(in crate::cmd) played: (u64, u64),
    /// Who has dialled or listens for the data connection that was agreed on.
    data: Data,
    /// The port that the server by hand has open for data.
    passive: Option<u16>,
    /// An empty line belongs between a question and what comes next.
    apart: bool,
    demo: Demo<'o>,
}

/// The state of the data connection between two commands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Data {
    /// Nothing agreed on.
    None,
    /// The server of this line listens: the tuple or the `|||port|` of its reply.
    Agreed(Line, String),
    /// It is open, or the server will dial: something runs in the data terminal.
    Running,
    /// One server will dial the other (RFC 959 5.2): nothing is to be done here.
    Between,
}

impl<'o> Autopilot<'o> {
    /// Plays for whoever looks at `out`; `pace` is how long it waits before it types.
    pub(in crate::cmd) fn new(context: &'o Context, pace: Duration, out: Out<'o>) -> Autopilot<'o> {
        Autopilot {
            context,
            out,
            pace,
            found: Vec::new(),
            played: (0, 0),
            data: Data::None,
            passive: None,
            apart: false,
            demo: Demo {
                text: &context.text,
                style: context.out,
            },
        }
    }

    /// Shows what the terminals print until something is so, and has the dialogue watched meanwhile.
    fn until<'a>(
        &mut self,
        bench: &mut Bench<'a>,
        watched: &mut Watched<'_>,
        patience: Duration,
        so: impl FnMut(&mut Bench<'a>) -> bool,
    ) -> Result<bool, Failure> {
        let (out, demo, passive) = (&mut self.out, &self.demo, &mut self.passive);
        let control = bench.server_port(watched.line());
        let came = bench.until(
            patience,
            so,
            |happened| watched.feed(happened),
            |printed: &Printed| {
                if printed.terminal == BY_HAND {
                    let port = port_in(&bare(&printed.line)).filter(|port| Some(*port) != control);
                    *passive = port.or(*passive);
                }
                out(&shown(demo, printed))
            },
        )?;
        if !came && patience >= DIALLED {
            // Nobody sits here who would see why nothing comes.
            bench
                .room()
                .map_err(|why| fault::failed(self.context, "lab", &why))?;
        }
        Ok(came)
    }

    /// Shows a command as it is typed into a terminal, and runs it.
    fn start(
        &mut self,
        bench: &mut Bench<'_>,
        terminal: usize,
        words: &[&str],
    ) -> Result<(), Failure> {
        thread::sleep(self.pace);
        let quoted: Vec<String> = words
            .iter()
            .map(|word| match word.contains(['|', ',']) {
                true => format!("'{word}'"),
                false => (*word).to_owned(),
            })
            .collect();
        let command = format!("ftplab {}", quoted.join(" "));
        (self.out)(&self.demo.command(letter(terminal), &command))?;
        bench.run(terminal, words)
    }

    /// Opens a port and gives the PORT or EPRT line to type.
    fn listen(
        &mut self,
        bench: &mut Bench<'_>,
        watched: &mut Watched<'_>,
        line: Line,
        verb: Verb,
        upload: bool,
    ) -> Result<Option<String>, Failure> {
        let control = bench.server_port(line).unwrap_or_default().to_string();
        let mut words = vec!["listen", "0", "--control", &control];
        let file = self.upload(bench, upload)?;
        if let Some(file) = &file {
            words.extend(["--send", file]);
        }
        self.start(bench, DATA, &words)?;
        let wanted = format!("{} ", verb.name());
        let mut found: Option<String> = None;
        let deadline = Instant::now() + PATIENCE;
        while found.is_none() && Instant::now() < deadline && bench.terminals.runs(DATA) {
            bench.look(|happened| watched.feed(happened))?;
            let Some(printed) = bench.terminals.next(bench::LOOK) else {
                continue;
            };
            (self.out)(&shown(&self.demo, &printed))?;
            let line = bare(&printed.line);
            let typed = line.trim_start();
            if printed.terminal == DATA && typed.starts_with(&wanted) {
                let words: Vec<&str> = typed.split_whitespace().take(2).collect();
                found = Some(words.join(" "));
            }
        }
        self.data = Data::Running;
        Ok(found)
    }

    /// Dials the data connection that the server listens for.
    fn dial(
        &mut self,
        bench: &mut Bench<'_>,
        watched: &mut Watched<'_>,
        line: Line,
        upload: bool,
    ) -> Result<(), Failure> {
        if self.data == Data::Between {
            return Ok(());
        }
        let Data::Agreed(_, stated) = std::mem::replace(&mut self.data, Data::Running) else {
            return Ok(());
        };
        let host = bench.server_host(line).unwrap_or_default();
        let mut words = vec!["pasv-calc", "--connect"];
        if stated.starts_with('|') {
            words.extend(["--host", &host]);
        }
        let reply = format!("229 ({stated})");
        words.push(if stated.starts_with('|') {
            &reply
        } else {
            &stated
        });
        let file = self.upload(bench, upload)?;
        if let Some(file) = &file {
            words.extend(["--send", file]);
        }
        let before = bench.data_connections();
        self.start(bench, DATA, &words)?;
        self.until(bench, watched, DIALLED, |bench| {
            bench.data_connections() > before || !bench.terminals.runs(DATA)
        })?;
        Ok(())
    }

    /// The file that is sent, where something is.
    fn upload(&self, bench: &Bench<'_>, upload: bool) -> Result<Option<String>, Failure> {
        if !upload {
            return Ok(None);
        }
        let path = bench.write_beside("upload.txt", UPLOAD)?;
        Ok(Some(path.to_string_lossy().into_owned()))
    }

    /// Plays the client's lines of a dialogue.
    fn client(
        &mut self,
        walk: &mut Walk<'_>,
        ftp: &Ftp,
        watched: &mut Watched<'_>,
    ) -> Result<(), Failure> {
        let bench = &mut walk.bench;
        let line = ftp.line;
        if !bench.connected(line) {
            let server = bench.server(line).unwrap_or_default();
            let words: Vec<&str> = ["raw"].into_iter().chain(server.split(' ')).collect();
            thread::sleep(self.pace);
            let command = format!("ftplab {}", words.join(" "));
            (self.out)(
                &self
                    .demo
                    .command(letter(bench::terminal_of(line)), &command),
            )?;
            bench.dial(line)?;
            self.data = Data::None;
            self.until(bench, watched, PATIENCE, |bench| {
                bench.settled(line) || !bench.connected(line)
            })?;
        }
        for (at, expected) in ftp.lines.iter().enumerate() {
            let Wanted::Command { pattern, say, verb } = &expected.what else {
                continue;
            };
            let mut typed = command(bench, pattern, say.as_ref());
            // Up to the next address: TYPE may stand between PORT and STOR.
            let announces = |line: &&Expected| matches!(&line.what, Wanted::Command { verb, .. } if verb.announces());
            let upload = ftp.lines[at + 1..]
                .iter()
                .take_while(|line| !announces(line))
                .any(|line| matches!(line.what, Wanted::Upload));
            let between = match &self.data {
                Data::Agreed(other, tuple) if *other != line && *verb == Verb::Port => {
                    Some(format!("{} {tuple}", verb.name()))
                }
                _ => None,
            };
            if let Some(between) = between.filter(|_| say.is_none()) {
                typed = between;
                self.data = Data::Between;
            } else if verb.announces() && say.is_none() {
                match self.listen(bench, watched, line, *verb, upload)? {
                    Some(line) => typed = line,
                    None => continue,
                }
            }
            let moves = verb.moves();
            if moves.is_some() {
                self.dial(bench, watched, line, moves == Some(Flow::Up))?;
            }
            thread::sleep(self.pace);
            bench.type_line(line, &typed)?;
            self.until(bench, watched, PATIENCE, |bench| {
                bench.settled(line) || !bench.connected(line)
            })?;
            if moves.is_some() && self.data == Data::Running {
                // The client's end of the data connection ends with it.
                self.until(bench, watched, PATIENCE, |bench| {
                    !bench.terminals.runs(DATA)
                })?;
                self.data = Data::None;
            }
            if let Some(stated) = agreed(bench, line, *verb) {
                self.data = Data::Agreed(line, stated);
            }
            if watched.is_complete() {
                break;
            }
        }
        Ok(())
    }

    /// Plays the server's lines of a dialogue by hand, and the client's in a terminal of their own.
    fn server(
        &mut self,
        walk: &mut Walk<'_>,
        ftp: &Ftp,
        watched: &mut Watched<'_>,
    ) -> Result<(), Failure> {
        let bench = &mut walk.bench;
        let server = bench.by_hand(ftp.line)?;
        self.until(bench, watched, PATIENCE, |bench| bench.hand_listens())?;
        // A dialogue that begins with a greeting is another client's than the one before.
        let greets = matches!(
            ftp.lines.first().map(|line| &line.what),
            Some(Wanted::Reply { .. })
        );
        if greets || !bench.terminals.runs(CLIENT) {
            let words: Vec<&str> = ["raw"].into_iter().chain(server.split(' ')).collect();
            self.start(bench, CLIENT, &words)?;
            self.until(bench, watched, PATIENCE, |bench| bench.wants_reply())?;
            self.data = Data::None;
            if !greets {
                self.reply(bench, watched, "220 ready")?;
            }
        }
        // Data has gone out, and the connection has not been closed yet.
        let mut open = false;
        for expected in &ftp.lines {
            match &expected.what {
                Wanted::Command { pattern, say, verb } => {
                    self.passive = None;
                    let mut typed = command(bench, pattern, say.as_ref());
                    if verb.announces() && say.is_none() {
                        match self.listen(bench, watched, ftp.line, *verb, false)? {
                            Some(line) => typed = line,
                            None => return Ok(()),
                        }
                    }
                    if verb.moves().is_some() {
                        self.dial(bench, watched, ftp.line, verb.moves() == Some(Flow::Up))?;
                    }
                    thread::sleep(self.pace);
                    if bench.terminals.type_line(CLIENT, &typed).is_err() {
                        return Ok(());
                    }
                    let asked =
                        self.until(bench, watched, PATIENCE, |bench| bench.wants_reply())?;
                    if !asked {
                        return Ok(());
                    }
                }
                Wanted::Reply { code, text } => {
                    if std::mem::take(&mut open) {
                        self.reply(bench, watched, "/close")?;
                    }
                    let said = text
                        .as_ref()
                        .map_or_else(String::new, |text| command(bench, text, None));
                    let stated = match code {
                        227 | 229 => self.stated(bench, watched, *code)?,
                        257 if said.is_empty() => "\"/\" is the directory".to_owned(),
                        _ if said.is_empty() => "ok".to_owned(),
                        _ => said,
                    };
                    if !self.reply(bench, watched, &format!("{code} {stated}"))? {
                        return Ok(());
                    }
                }
                Wanted::Data(pattern) => {
                    let text = command(bench, pattern, None);
                    let text = if text.is_empty() { "hello.txt" } else { &text };
                    self.reply(bench, watched, &format!("/line {text}"))?;
                    open = true;
                }
                Wanted::Upload => {
                    self.reply(bench, watched, "/store")?;
                }
            }
        }
        Ok(())
    }

    /// The text of a 227 or 229: the port that is open at the server by hand.
    fn stated(
        &mut self,
        bench: &mut Bench<'_>,
        watched: &mut Watched<'_>,
        code: u16,
    ) -> Result<String, Failure> {
        if self.passive.is_none() {
            bench.reply("/pasv");
            let deadline = Instant::now() + PATIENCE;
            while self.passive.is_none() && Instant::now() < deadline {
                self.until(bench, watched, SOON, |_| false)?;
            }
        }
        let port = self.passive.take().unwrap_or(0);
        let tuple = format!("127,0,0,1,{},{}", port / 256, port % 256);
        let extended = format!("|||{port}|");
        let (stated, agreed) = match code {
            227 => (format!("Entering Passive Mode ({tuple})."), tuple),
            _ => (
                format!("Entering Extended Passive Mode ({extended})."),
                extended,
            ),
        };
        self.data = Data::Agreed(Line::A, agreed);
        Ok(stated)
    }

    /// Types a reply, and waits until it has gone out; false where it does not.
    fn reply(
        &mut self,
        bench: &mut Bench<'_>,
        watched: &mut Watched<'_>,
        reply: &str,
    ) -> Result<bool, Failure> {
        thread::sleep(self.pace);
        let before = bench.hand_replies();
        bench.reply(reply);
        let local = reply.starts_with('/');
        self.until(bench, watched, PATIENCE, |bench| {
            local || bench.hand_replies() > before
        })
    }
}

/// What a player types for a line of a dialogue; empty for one that is not typed.
pub(super) fn typed(bench: &Bench<'_>, expected: &Expected) -> String {
    match &expected.what {
        Wanted::Command { pattern, say, .. } => command(bench, pattern, say.as_ref()),
        _ => String::new(),
    }
}

/// The command that a player sends for a pattern.
fn command(bench: &Bench<'_>, pattern: &Pattern, say: Option<&Literal>) -> String {
    let literal = say.or_else(|| pattern.alternatives().first());
    let Some(literal) = literal else {
        return String::new();
    };
    let bytes = literal.render(|value, out| {
        let known = match value {
            Value::User => bench.value_of("user.arg"),
            Value::Param(name) => bench.value_of(&format!("param.{name}")),
            Value::Type => Some("I".to_owned()),
            Value::Cwd => Some("/".to_owned()),
            _ => None,
        };
        out.extend_from_slice(known.unwrap_or_default().as_bytes());
    });
    let command = String::from_utf8_lossy(&bytes).trim().to_owned();
    // `USER *` says nothing about who: the name that every server knows.
    match command.as_str() {
        "USER" => "USER anonymous".to_owned(),
        "PASS" => "PASS student@example.org".to_owned(),
        _ => command,
    }
}

/// The line of the block with this id.
fn line_of(walk: &Walk<'_>, id: &str) -> u32 {
    walk.sheet.block(id).map_or(1, |block| block.at)
}

/// What a reply to this verb has agreed on.
fn agreed(bench: &Bench<'_>, line: Line, verb: Verb) -> Option<String> {
    let value = |name: &str| {
        let mut name = Name::parse(name)?;
        name.line = line;
        bench.value(&name)
    };
    match verb {
        Verb::Pasv if value("pasv.code").as_deref() == Some("227") => value("pasv.tuple"),
        Verb::Epsv if value("epsv.code").as_deref() == Some("229") => {
            Some(format!("|||{}|", value("epsv.port")?))
        }
        _ => None,
    }
}

/// The port of the last address of this machine in a line.
fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.rsplit_once("127.0.0.1:")?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

/// The place of a terminal in what is shown: A is the control connection, B the data connection.
fn letter(terminal: usize) -> usize {
    match terminal {
        BY_HAND => 0,
        CLIENT => 1,
        DATA => 2,
        control => control,
    }
}

fn shown(demo: &Demo<'_>, printed: &Printed) -> String {
    // Dressed here, as what stands around it.
    demo.printed(letter(printed.terminal), &bare(&printed.line))
}

impl<'a> Hands<'a> for Autopilot<'_> {
    fn show(&mut self, shown: &str) -> Result<(), Failure> {
        (self.out)(shown)
    }

    fn read(&mut self, _: &mut Walk<'a>) -> Result<Go, Failure> {
        self.apart = false;
        thread::sleep(self.pace);
        Ok(Go::On)
    }

    fn ftp(&mut self, walk: &mut Walk<'a>, ftp: &'a Ftp) -> Result<Go, Failure> {
        if walk.unsaved.is_some() {
            return Ok(Go::Leave);
        }
        if std::mem::take(&mut self.apart) {
            (self.out)("\n")?;
        }
        let mut watched = Watched::new(ftp, walk.bench.params());
        match ftp.role {
            Role::Client => self.client(walk, ftp, &mut watched)?,
            Role::Server => self.server(walk, ftp, &mut watched)?,
        }
        // What was sent last may still be on its way.
        let (line, role) = (ftp.line, ftp.role);
        let deadline = Instant::now() + PATIENCE;
        while !watched.is_complete() && Instant::now() < deadline {
            self.until(&mut walk.bench, &mut watched, SOON, |_| false)?;
            let idle = role == Role::Client && walk.bench.settled(line);
            if idle && !walk.bench.terminals.runs(DATA) {
                break;
            }
        }
        let (lines, dialogue) = watched.state();
        walk.seen(&ftp.id, lines, dialogue);
        let news = watched.news(walk.view);
        (self.out)(&format!("{news}\n"))?;
        if watched.is_complete() {
            self.played.0 += 1;
            walk.done(&ftp.id);
        } else if let Some((expected, came)) = watched.obstacle() {
            let Expected { at, written, .. } = expected;
            self.found.push(Finding {
                line: *at,
                what: What::NotSeen {
                    id: ftp.id.clone(),
                    wanted: written.clone(),
                    came,
                },
            });
        }
        Ok(Go::On)
    }

    fn ask(&mut self, walk: &mut Walk<'a>, ask: &'a Ask) -> Result<Go, Failure> {
        // What a choice is about stands in the explanations already.
        let shown = !walk.brief || ask.kind != AskKind::Choice;
        if shown {
            thread::sleep(self.pace);
        }
        let at = line_of(walk, &ask.id);
        let found = check::question(at, ask, &|name| walk.bench.value(name));
        self.found.extend(found);
        let answer = answer::right(ask, &|name| walk.bench.value(name)).ok();
        let Some(answer) = answer else {
            return Ok(Go::On);
        };
        let judgement = answer::judge(ask, &answer, &|name| walk.bench.value(name));
        let right = judgement == Judgement::Right;
        walk.given(&ask.id, &answer, right);
        if right {
            self.played.1 += 1;
            walk.done(&ask.id);
        }
        if walk.brief {
            if shown {
                let question = walk.filled(&ask.question);
                (self.out)(&walk.view.looked_on(&question, &answer))?;
                self.apart = true;
            }
            return Ok(Go::On);
        }
        (self.out)(&walk.view.answered("> ", &answer))?;
        let shown = walk.view.judged(ask, &judgement, walk.tries(&ask.id), 0);
        (self.out)(&shown)?;
        if right {
            if let Some(why) = &ask.why {
                (self.out)(&walk.markdown(why))?;
            }
            (self.out)("\n")?;
        }
        Ok(Go::On)
    }

    fn write(&mut self, walk: &mut Walk<'a>, write: &'a Write) -> Result<Go, Failure> {
        if let Some(block) = walk.block(&write.id) {
            block.text = Some(FREE_TEXT.to_owned());
        }
        walk.done(&write.id);
        if !walk.brief {
            (self.out)(&format!("{}\n", walk.view.answered("| ", FREE_TEXT)))?;
        }
        Ok(Go::On)
    }

    fn capture(&mut self, walk: &mut Walk<'a>, capture: &'a Capture) -> Result<Go, Failure> {
        (self.out)(&captures::title(walk, capture))?;
        let mut met = false;
        match &capture.file {
            Some(file) => {
                let held = captures::hold(walk, capture, file)?;
                (self.out)(&held.told)?;
                met = held.met;
            }
            None => {
                // The student's own: what was recorded here, the server's side first, which has both connections.
                for file in walk.bench.recordings() {
                    let held = captures::hold(walk, capture, &file.to_string_lossy())?;
                    if held.met {
                        (self.out)(&held.told)?;
                        met = true;
                        break;
                    }
                }
            }
        }
        if !met {
            self.found.push(Finding {
                line: line_of(walk, &capture.id),
                what: What::CaptureNot {
                    id: capture.id.clone(),
                },
            });
        }
        Ok(Go::On)
    }

    fn unfilled(&mut self, at: u32, name: &Name) {
        self.found.push(Finding {
            line: at,
            what: What::NeverSeen {
                id: "shell".to_owned(),
                name: name.clone(),
            },
        });
    }

    fn end(&mut self, _: &mut Walk<'a>, _: &[String]) -> Result<Go, Failure> {
        Ok(Go::Leave)
    }
}
