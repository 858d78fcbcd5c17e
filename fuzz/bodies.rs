//! What each fuzz target does with its bytes. The targets call these, and so does the test that replays the corpus: a
//! crash found once is found again by `cargo test`.
//!
//! | target | what its bytes are | what must hold, beside that nothing panics, hangs or grows |
//! |---|---|---|
//! | `lines` | a stream, and how it is cut | the same lines however it is cut, harmless on a terminal |
//! | `replies` | what a server sends | every line is in one reply, and only its own code ends it |
//! | `endpoints` | arguments and replies with addresses | what is read can be written and read again |
//! | `dialogue` | both sides of a control connection | the observer tells the same however they are cut |
//! | `script`, `sheet`, `events` | files a user writes | read, or told where they are wrong |
//! | `server` | a client, and what the world does meanwhile | the player's promises; the connection ends |
//! | `capture` | a capture file | what is shown of it is harmless (`Shown::check`) |
//! | `packets` | packets that no file format would let through | the same |
//! | `output` | a session, told as what goes over it | the same in every form |
//! | `reassembly` | segments of one direction, in any order | what a model says that is too simple to be wrong |
//!
//! To fuzz (with `cargo install cargo-fuzz`; without a sanitiser, as the program has no unsafe code, it needs no nightly
//! compiler), on a copy of the corpus:
//!
//! ```text
//! cp -r corpus/server /tmp/server
//! RUSTC_BOOTSTRAP=1 cargo fuzz run -s none server /tmp/server -- -timeout=10 -rss_limit_mb=1024 -dict=ftp.dict
//! ```
//!
//! and to keep what it found, as few files as have the same coverage:
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 cargo fuzz run -s none server /tmp/fewer /tmp/server corpus/server -- -merge=1 -max_len=4096
//! ```

use std::collections::BTreeMap;

use ftplab::{
    analysis::inspector::{Inspector, Options},
    capture::{
        file::{About, Ending, LinkType, Packet, Reader},
        flow::{Chunk, End as Ended, Flow, Gap, Interest, Leaving, Table, Watch, Way},
        frame::{Endpoint, Flags, Segment, Undelivered},
        reassembly::{Conflict, MAX_HELD_IN_ALL, Mark},
        tracker::Tracker,
        write::{Recorder, Remarks},
    },
    ftp::{
        dialogue::{Close, Dialogue, Ends},
        endpoint::{self, Form},
        event::{Event, What},
        line::{LineReader, Piece},
        paste,
        reply::{ReplyReader, Taken},
        side::Side,
    },
    lab::{
        answer, check,
        dialogue::Progress,
        parse,
        seen::{Event as Done, Happened, Run, Seen},
        sheet::Kind,
        template::{Line, Name},
    },
    script::{
        effect::{DataFault, Effect, End, Hand, Input, Source},
        from,
        notation::Script,
        params::{self, Values},
        play::{Limits, Play},
        server::{Player, flat_name, inside},
        tree::{Content, File, Node, Tree},
    },
    view::{
        inspect::{
            Overview, Show,
            dialogue::Dialogue as Log,
            html::Html,
            json::Json,
            ladder::Ladder,
            lists::{self, AtHand, Csv, Filters, Summary},
            report::Report,
        },
        sanitise,
        style::Style,
        text::{Lang, Text},
    },
};

#[path = "../src/view/inspect/markup.rs"]
mod markup;

/// A body.
pub(crate) type Body = fn(&[u8]);

/// Every body, by its target's name.
pub(crate) const BODIES: &[(&str, Body)] = &[
    ("lines", lines),
    ("replies", replies),
    ("endpoints", endpoints),
    ("dialogue", dialogue),
    ("script", script),
    ("server", server),
    ("sheet", sheet),
    ("events", events),
    ("capture", capture),
    ("packets", packets),
    ("output", output),
    ("reassembly", reassembly),
];

/// The lines of a stream, as text for comparison; the first byte says how long the pieces are.
fn read(bytes: &[u8], step: usize) -> Vec<(u64, u64, Vec<u8>)> {
    let mut reader = LineReader::with_limit(32);
    let mut lines = Vec::new();
    for chunk in bytes.chunks(step.max(1)) {
        let mut rest = chunk;
        while let Some(piece) = reader.next(&mut rest) {
            match piece {
                Piece::Line(line) => lines.push((line.start, line.end, line.bytes.to_vec())),
                Piece::Tls(_) => return lines,
            }
        }
    }
    lines.extend(
        reader
            .finish()
            .map(|line| (line.start, line.end, line.bytes.to_vec())),
    );
    lines
}

/// Lines: the same however they are cut, in order, and within their limit; on a terminal, nothing that could harm.
pub(crate) fn lines(data: &[u8]) {
    let Some((&step, data)) = data.split_first() else {
        return;
    };
    let whole = read(data, data.len());
    assert_eq!(read(data, usize::from(step)), whole);
    for pair in whole.windows(2) {
        assert!(pair[0].1 <= pair[1].0);
    }
    for (_, _, text) in &whole {
        assert!(text.len() <= 32);
        let shown = sanitise::line(text);
        assert!(shown.chars().all(|c| c == '\t' || !c.is_control()));
    }
}

/// Replies: each line of a stream is in one of them, in order; one of several lines begins with its code and a hyphen,
/// goes on with whatever does not end it, and ends with its code and a blank or alone (RFC 959 4.2).
pub(crate) fn replies(data: &[u8]) {
    let (mut reader, mut replies) = (LineReader::with_limit(256), ReplyReader::default());
    let (mut rest, mut taken, mut told) = (data, 0, 0);
    let mut waiting = 0;
    while let Some(Piece::Line(line)) = reader.next(&mut rest) {
        taken += 1;
        let begun = replies.open().map(|open| open.code);
        match replies.take(&line) {
            Taken::Inside => waiting += 1,
            Taken::Ends(code, text) => {
                assert_eq!(text.len() as u64 + text.dropped, waiting + 1);
                told += text.len() as u64 + text.dropped;
                waiting = 0;
                let Some(code) = code.filter(|_| text.len() > 1) else {
                    continue;
                };
                assert_eq!(begun, Some(code));
                let head = code.to_string();
                let ends = |line: &[u8]| {
                    line.strip_prefix(head.as_bytes())
                        .is_some_and(|rest| rest.first().is_none_or(|&byte| byte == b' '))
                };
                let lines: Vec<&[u8]> = text.lines().collect();
                let (first, inner, last) =
                    (lines[0], &lines[1..lines.len() - 1], lines[lines.len() - 1]);
                assert!(first.starts_with(format!("{head}-").as_bytes()));
                assert!(inner.iter().all(|line| !ends(line)));
                assert!(text.dropped > 0 || ends(last));
            }
        }
        assert_eq!(replies.open().is_some(), waiting > 0);
    }
    assert_eq!(taken, told + waiting);
}

/// End points: every form reads every text or says where it goes wrong, and what is read can be written and read again.
pub(crate) fn endpoints(data: &[u8]) {
    match paste::read(data) {
        Ok(pasted) => assert!(pasted.stated.span.end <= data.len()),
        Err(misread) => {
            assert!(misread.fault.at <= data.len());
            let _ = misread.may_go_on(data);
        }
    }
    for form in [
        Form::Port,
        Form::Reply227,
        Form::Eprt,
        Form::Reply229,
        Form::Lprt,
        Form::Reply228,
    ] {
        match endpoint::parse(form, data) {
            Err(fault) => assert!(fault.at <= data.len()),
            Ok(stated) => {
                assert!(stated.span.end <= data.len());
                let Some(host) = stated.endpoint.host else {
                    continue;
                };
                let address = stated.endpoint.at(host);
                let again =
                    endpoint::parse(Form::Eprt, &endpoint::eprt_command(address).as_bytes()[5..]);
                let canonical = std::net::SocketAddr::new(host.to_canonical(), address.port());
                assert_eq!(again.map(|stated| stated.endpoint.at(host)), Ok(canonical));
            }
        }
    }
}

/// What an event is, for comparison.
fn name(event: &Event<'_>) -> String {
    let what = match &event.what {
        What::Command(command) => {
            format!("command {} {:?} {:?}", command.n, command.verb, command.arg)
        }
        What::ReplyLine(line) => format!("line {line:?}"),
        What::Reply(reply) => format!(
            "reply {} {:?} {} {:?}",
            reply.n,
            reply.code,
            reply.text.len(),
            reply.answers
        ),
        What::Negotiation(agreed) => format!("{agreed:?}"),
        What::Quirk(quirk) => format!("{quirk:?}"),
        other => format!("{other:?}"),
    };
    format!("{:?} {} {what}", event.side, event.offset)
}

/// The events of a dialogue whose pieces alternate between the sides at each byte 0xFE, and lose bytes at each 0xFD.
fn watch(data: &[u8], step: usize) -> Vec<String> {
    let mut dialogue = Dialogue::with_line_limit(
        Ends {
            midstream: data.len() % 2 == 1,
            ..Ends::default()
        },
        256,
    );
    let mut seen = Vec::new();
    let mut side = Side::Server;
    for turn in data.split(|&b| b == 0xfe) {
        for (at, part) in turn.split(|&b| b == 0xfd).enumerate() {
            if at > 0 {
                dialogue.gap(side, 7, 0, &mut |event| seen.push(name(event)));
            }
            for chunk in part.chunks(step.max(1)) {
                dialogue.feed(side, chunk, 0, &mut |event| seen.push(name(event)));
            }
        }
        side = side.other();
    }
    for side in [Side::Server, Side::User] {
        dialogue.end(side, Close::Fin, 0, &mut |event| seen.push(name(event)));
    }
    seen
}

/// The observer: the same events however the bytes are cut.
pub(crate) fn dialogue(data: &[u8]) {
    let Some((&step, data)) = data.split_first() else {
        return;
    };
    assert_eq!(watch(data, usize::from(step)), watch(data, usize::MAX));
}

/// A script: read without a panic, and printed back unchanged where it is one.
pub(crate) fn script(data: &[u8]) {
    match Script::parse(data) {
        Ok(script) => assert_eq!(script.to_string().as_bytes(), data),
        Err(mistakes) => assert!(!mistakes.is_empty()),
    }
    replayed(data);
}

/// What may be a log or a transcript: the script that is made of it is one.
fn replayed(data: &[u8]) {
    let Some(dialogue) = from::read(data) else {
        return;
    };
    let script = dialogue.script("x");
    if let Err(mistakes) = Script::parse(script.as_bytes()) {
        panic!("{mistakes:?} in\n{script}");
    }
}

/// A sheet: read without a panic; where it is one, every line of it is judged as an answer and happens as a command, a
/// reply and data, and each mistake is where there is text.
pub(crate) fn sheet(data: &[u8]) {
    let sheet = match parse::read_bytes(data) {
        Ok(sheet) => sheet,
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            let lines = data.split(|&b| b == b'\n').count();
            for mistake in mistakes {
                assert!(mistake.line >= 1 && mistake.line as usize <= lines);
                assert!(mistake.column >= 1);
            }
            return;
        }
    };
    let value = |name: &Name| Some(name.to_string().len().to_string());
    let text = String::from_utf8_lossy(data);
    let params = Values::new();
    for block in sheet.blocks() {
        match &block.kind {
            Kind::Ask(ask) => {
                let _ = check::question(block.at, ask, &value);
                for line in text.lines().take(50) {
                    let _ = answer::judge(ask, line, &value);
                    let _ = answer::judge(ask, line, &|_| None);
                }
            }
            Kind::Ftp(ftp) => {
                let mut progress = Progress::new(ftp, &params);
                for (n, line) in (0_u64..).zip(text.lines().take(50)) {
                    let line = line.as_bytes();
                    for what in [
                        Done::Command {
                            n,
                            verb: ftplab::ftp::command::Verb::of(line),
                            text: line.to_vec(),
                        },
                        Done::Reply {
                            code: Some(220),
                            lines: vec![line.to_vec()],
                            answers: Some(n),
                        },
                        Done::Data {
                            lines: vec![line.to_vec()],
                            bytes: n,
                        },
                        Done::Closed,
                    ] {
                        let line = ftp.line;
                        progress.feed(ftp, &Happened { line, what });
                        assert_eq!(progress.awaited().is_none(), progress.is_done());
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(check::compare(&sheet, &sheet), []);
}

/// The lines of an events file: whatever they are, every value is there or is not.
pub(crate) fn events(data: &[u8]) {
    let mut seen = Seen::new(Run::default());
    seen.talks_to(Line::A, "127.0.0.1", 2121);
    for line in String::from_utf8_lossy(data).lines() {
        seen.feed(line);
    }
    for name in [
        "last.text",
        "greeting.code",
        "list.first",
        "pasv.tuple",
        "pasv.previous",
        "port.high",
        "epsv.port",
        "control.to_port",
        "data.lines",
        "listing.bytes",
        "data.opened_by",
        "closed_by",
        "b.last.code",
    ] {
        let _ = Name::parse(name).and_then(|name| seen.value(&name));
    }
}

/// The scripts that a fuzzed client speaks to: rules, everything that a block can do, the built-in server, a person, and
/// a person who fills blanks.
const SERVERS: [(&str, bool); 6] = [
    (include_str!("../labs/servers/any-client.ftp"), false),
    (
        "-- idle 20s\n-- param n=1..9\nS> 220-{param.n}\nS> 220 Hi.\nC> USER *\nS> 331 {arg}?\n-- next time\n-- wait 5s\n\
         S> 530 No.\n-- next connection\nS> 230 {user}\nC> PASS *\nS> 230 {user} {cwd} {type} {bytes}\nC* PASV\n-- slow 20ms\n\
         S> 227 ({pasv})\nC* EPSV*\nS> 229 ({epsv})\nC* PORT * | EPRT *\nS> 200 Fine.\nC* RETR *\n-- data open\nS> 150 x\n\
         -- data cut 3\nD@ {arg}\n-- next time\nS> 150 y\n-- data hold\nD> a\nD@ hello.txt\n-- data reset\nS> 426 z\nC* LIST\n\
         -- split 2\nS> 150 l\nD> one\nD> {verb} {arg}\n-- wait 1s\nD> two\nS> 226 {bytes}\nC* NLST\nS> 150 n\n-- data close\n\
         S> 226 n\nC* STOR *\nS> 150 s\nD< x-{arg}\nS> 226 {bytes}\nC* STAT\nS> 211 {bytes}\nC* ABOR\nS> 226 a\n\
         C* /XYZ+ (.*)/\nS> 200 {arg}\n-- eol lf\nS> 200 b\nC* SITE A\n-- silence\nS> 200 c\nC* SITE B\n-- reset\nC* SITE C\n\
         S> 421 d\n-- stay\nC* SITE D\n-- data refuse\nS> 150 e\nD> f\nC* QUIT\nS> 221 q\n",
        false,
    ),
    ("-- files files\nS> 220 Ready.\n", false),
    (
        "-- files files\nS> 220 Ready.\nC* SYST\nS> 215 UNIX\n",
        true,
    ),
    (
        "S? 220\nC* PASV\nS? 227\nC* LIST\nS? 1\nD> a\nS? 226\nC* STOR *\nS> 150 x\nD< a\nS? 2\nC* ABOR\nS? 226\nC* *\nS? 5\n",
        false,
    ),
    (
        "-- files files\nS> 220 Ready.\nC* SYST\nS? 215\nC* NLST\nS? 1\nD> a\nS> 226 x\nC* STAT\nS? 211\n",
        false,
    ),
];

/// More effects than a line of a client can have, without any time passing.
const RESTLESS: usize = 20_000;

/// What a fuzzed client meets: a player, and a world of ports and files that answers as the bytes say.
struct Stage {
    player: Player,
    dialogue: Dialogue,
    now: u64,
    port: u16,
    /// What the player waits for on the data connection.
    pending: Option<Effect>,
    asked: bool,
    /// Somebody is there who types.
    person: bool,
    closed: bool,
}

const CLIENT: &str = "127.0.0.1:40000";
const UPLOAD: u64 = 4096;

impl Stage {
    fn new(which: u8) -> Stage {
        let (source, by_hand) = SERVERS[usize::from(which) % SERVERS.len()];
        let script = Script::parse(source.as_bytes()).expect("a good script");
        let values =
            params::resolve(&script.settings.params, &[], None).expect("no parameter is asked for");
        let mut tree = Tree::new(which & 0x80 != 0);
        let file = Node::File(File {
            content: Content::Memory(b"Hello, world.\n"[..].into()),
            modified: 0,
        });
        let added = [
            tree.add("hello.txt", file.clone()),
            tree.add("pub/deep/a", file),
        ];
        assert!(added.iter().all(Result::is_ok));
        let limits = Limits {
            upload: UPLOAD,
            ..Limits::default()
        };
        let tree = script.settings.files.is_some().then_some(tree);
        let mut play = Play::new(script, values, limits, None, tree).expect("harmless");
        play.by_hand = by_hand;
        let person = play.needs_person();
        let client = CLIENT.parse().expect("an address");
        let local = "127.0.0.1:2121".parse().expect("an address");
        let ends = Ends {
            user: Some(client),
            server: Some(local),
            midstream: false,
        };
        let mut dialogue = Dialogue::with_line_limit(ends, 256);
        dialogue.starts_in(b"/");
        Stage {
            player: Player::new(play.into(), client, local, 0),
            dialogue,
            now: 0,
            port: 5000,
            pending: None,
            asked: false,
            person,
            closed: false,
        }
    }

    /// Lets the player do all it can now.
    fn run(&mut self) {
        for _ in 0..RESTLESS {
            let Some(effect) = self.player.next(self.now, self.dialogue.session()) else {
                return;
            };
            self.carry_out(effect);
        }
        panic!("the player never rests");
    }

    fn carry_out(&mut self, effect: Effect) {
        assert!(!self.closed, "{effect:?} behind the end");
        match &effect {
            Effect::Send { bytes, .. } => {
                assert!(!bytes.is_empty());
                self.dialogue
                    .feed(Side::Server, bytes, self.now, &mut |_| {});
            }
            Effect::OpenPort => {
                self.port = self.port.wrapping_add(1).max(1024);
                let free = !self.port.is_multiple_of(7);
                let port = free.then(|| ([127, 0, 0, 1], self.port).into());
                self.player.take(Input::Port(port), self.now);
            }
            Effect::OpenData { call, .. } => {
                // Nobody else is dialled (RFC 2577 3).
                assert!(call.is_none_or(|call| call.ip().is_loopback() && call.port() >= 1024));
            }
            Effect::SendData {
                source: Source::File(path),
                ..
            } => {
                assert_eq!(inside(path.as_bytes()).as_ref(), Some(path));
            }
            Effect::ReceiveData { name, limit, .. } => {
                assert_eq!(*name, flat_name(name.as_bytes()));
                assert!(*limit <= UPLOAD);
            }
            Effect::KeepData { limit, .. } => assert!(*limit <= UPLOAD),
            Effect::CloseData(_) => self.pending = None,
            Effect::Ask(_) => self.asked = true,
            Effect::Close(_) => self.closed = true,
            _ => {}
        }
        if matches!(
            effect,
            Effect::OpenData { .. }
                | Effect::SendData { .. }
                | Effect::ReceiveData { .. }
                | Effect::KeepData { .. }
                | Effect::Count(_)
        ) {
            assert!(
                self.pending.is_none(),
                "{effect:?} beside {:?}",
                self.pending
            );
            self.pending = Some(effect);
        }
    }

    /// What is waited for ends so.
    fn answer(&mut self, byte: u8) {
        let fault = [None, Some(DataFault::NobodyCame), Some(DataFault::Lost)];
        let fault = fault[usize::from(byte) % 3];
        let bytes = u64::from(byte);
        let input = match self.pending.take() {
            None => return,
            Some(Effect::OpenData { .. }) => Input::Data(fault.map_or(Ok(()), Err)),
            Some(Effect::KeepData { limit, .. }) => Input::Kept {
                content: vec![b'x'; usize::try_from(limit.min(bytes)).unwrap_or(0)],
                bytes,
                fault,
            },
            Some(Effect::Count(_)) => Input::Counted(fault.is_none().then_some(bytes)),
            Some(_) => Input::Moved { bytes, fault },
        };
        self.player.take(input, self.now);
    }

    /// Something that is no byte of the client's: what the world does, or a person.
    fn world(&mut self, event: u8, rest: &[u8]) {
        match event % 8 {
            0 | 1 => self.answer(event / 8),
            2 => self.now += 1_000_000_000 * u64::from(event / 8),
            3 => self.player.take(Input::Ended, self.now),
            4 | 5 => {
                if std::mem::take(&mut self.asked) {
                    let line = rest.split(|&b| matches!(b, b'\r' | b'\n')).next();
                    self.player
                        .take(Input::Typed(line.unwrap_or_default()), self.now);
                }
            }
            6 if self.person => {
                let hand = match event / 8 % 5 {
                    0 => Hand::Listen,
                    1 => Hand::Take,
                    2 => Hand::Send {
                        source: Source::Bytes(b"x".to_vec()),
                        last: event & 0x80 != 0,
                    },
                    3 => Hand::Receive {
                        name: "x".into(),
                        to: None,
                    },
                    _ => Hand::Close(End::Fin),
                };
                self.player.take(Input::Hand(hand), self.now);
            }
            _ => self.now = self.player.deadline().unwrap_or(self.now).max(self.now),
        }
    }
}

/// The server player, against whatever a client sends: the first byte chooses the script; behind each 0xFE a byte says
/// what the world does in between.
pub(crate) fn server(data: &[u8]) {
    let Some((&which, data)) = data.split_first() else {
        return;
    };
    let mut stage = Stage::new(which);
    stage.run();
    for (at, turn) in data.split(|&b| b == 0xfe).enumerate() {
        let turn = match turn.split_first() {
            Some((&event, rest)) if at > 0 => {
                stage.world(event, rest);
                stage.run();
                rest
            }
            _ => turn,
        };
        let mut commands = Vec::new();
        stage
            .dialogue
            .feed(Side::User, turn, stage.now, &mut |event| {
                if let What::Command(command) = &event.what {
                    commands.push(command.line.to_vec());
                }
            });
        for line in commands {
            let command = Input::Command {
                line: &line,
                too_long: line.len() > 200,
            };
            stage.player.take(command, stage.now);
            stage.run();
        }
    }
    // The client has gone; when everything that is waited for has come to an end, so has the connection.
    stage.player.take(Input::Ended, stage.now);
    for _ in 0..RESTLESS {
        stage.run();
        if stage.closed {
            return;
        }
        stage.answer(0);
        stage.now = stage.player.deadline().unwrap_or(stage.now).max(stage.now);
    }
    panic!("the connection never ends");
}

/// Forms in which a capture is shown, and what each has written.
struct Shown<'a> {
    /// What goes to a terminal.
    plain: Vec<(Box<dyn Show + 'a>, String)>,
    json: (Json<'a>, String),
    page: (Html<'a>, String),
    /// The ledger, and the log that scripts are made of, where they are wanted.
    more: Option<[(Box<dyn Show + 'a>, String); 2]>,
}

impl<'a> Shown<'a> {
    fn new(text: &'a Text, name: &'a [u8], more: bool) -> Shown<'a> {
        let style = Style::plain();
        let mut plain: Vec<Box<dyn Show>> = vec![Box::new(Report::new(text, style, true, false))];
        if more {
            plain.push(Box::new(Ladder::new(text, style, false)));
            plain.push(Box::new(Summary::new(text, style)));
            plain.push(Box::new(Filters::new(
                text,
                AtHand::File("capture.pcap".to_owned()),
            )));
            plain.push(Box::new(Log::new(text, false)));
        }
        let more = more.then(|| -> [Box<dyn Show>; 2] {
            [
                Box::new(Csv::new(text)),
                Box::new(Log::new(text, false).bare()),
            ]
        });
        let mut shown = Shown {
            plain: plain
                .into_iter()
                .map(|form| (form, String::new()))
                .collect(),
            json: (Json::new(text, true, false), String::new()),
            page: (Html::new(text, false), String::new()),
            more: more.map(|forms| forms.map(|form| (form, String::new()))),
        };
        shown.each(&mut |form, out| form.begin(name, "pcap", out));
        shown
    }

    fn each(&mut self, to: &mut dyn FnMut(&mut dyn Show, &mut String)) {
        to(&mut self.json.0, &mut self.json.1);
        to(&mut self.page.0, &mut self.page.1);
        let more = self.more.iter_mut().flatten();
        for (form, out) in self.plain.iter_mut().chain(more) {
            to(&mut **form, out);
        }
    }

    /// Nothing harmful reaches a terminal; each line is JSON; nothing but this program's own markup is in the page; the
    /// ledger is a table; what the log says can be made a script.
    fn check(&self) {
        for (_, shown) in &self.plain {
            for line in shown.split('\n') {
                assert_eq!(sanitise::line(line.as_bytes()), line);
            }
        }
        self.json.1.lines().for_each(json_line);
        markup::check(&self.page.1);
        if let Some([(_, csv), (_, log)]) = &self.more {
            table(csv);
            replayed(log.as_bytes());
        }
    }
}

/// A line of JSON: an object with a type, no name in it twice, every time a number of nanoseconds.
fn json_line(line: &str) {
    let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert!(value["type"].is_string(), "{line}");
    // Names come in another order, but come: one that was there twice would be missing.
    let again = value.to_string();
    assert_eq!(again.len(), line.len(), "{line}\n{again}");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&again).ok(),
        Some(value.clone())
    );
    for name in ["time", "first", "last", "seconds"] {
        let Some(time) = value[name].as_str() else {
            continue;
        };
        let (whole, part) = time.split_once('.').expect("a point");
        assert!(whole.parse::<i64>().is_ok() && part.len() == 9, "{line}");
        assert!(part.bytes().all(|byte| byte.is_ascii_digit()), "{line}");
    }
}

/// Rows with as many cells as there are columns (RFC 4180), none of which a spreadsheet would take for a formula.
fn table(csv: &str) {
    let columns = lists::COLUMNS.split(',').count();
    let mut rest = csv;
    while !rest.is_empty() {
        for column in 1.. {
            let (cell, after) = match rest.strip_prefix('"') {
                Some(quoted) => {
                    let mut end = quoted.find('"').expect("a quote ends");
                    while quoted[end + 1..].starts_with('"') {
                        end += 2 + quoted[end + 2..].find('"').expect("a quote ends");
                    }
                    (quoted[..end].replace("\"\"", "\""), &quoted[end + 1..])
                }
                None => {
                    let end = rest.find([',', '\r', '\n']).expect("a row ends");
                    assert!(!rest[..end].contains('"'));
                    (rest[..end].to_owned(), &rest[end..])
                }
            };
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']) || cell.parse::<f64>().is_ok(),
                "{cell}"
            );
            if let Some(next) = after.strip_prefix("\r\n") {
                assert_eq!(column, columns, "{csv}");
                rest = next;
                break;
            }
            rest = after.strip_prefix(',').expect("the next cell");
        }
    }
}

thread_local! {
    /// English and French: to read the messages takes longer than most inputs do.
    static TEXTS: [&'static Text; 2] = [Lang::En, Lang::Fr].map(|lang| &*Box::leak(Box::new(Text::new(lang))));
}

/// What is shown of packets in the common forms or, with `more`, in every form there is; `feed` passes them on and tells
/// how their file ended and what it says about itself.
fn show<'r>(
    lang: Lang,
    name: &[u8],
    more: bool,
    feed: impl FnOnce(&mut dyn FnMut(&Packet<'_>)) -> (&'r Ending, &'r About),
) {
    let text = TEXTS.with(|texts| texts[usize::from(lang == Lang::Fr)]);
    let mut shown = Shown::new(text, name, more);
    let options = Options {
        hash: true,
        data: true,
    };
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(options, |finding| {
        shown.each(&mut |form, out| form.finding(finding, out));
    });
    let (ending, about) = feed(&mut |packet| tracker.packet(packet, &mut inspector));
    tracker.finish(&mut inspector);
    inspector.finish();
    let overview = Overview::new(
        name.to_vec(),
        "pcap".to_owned(),
        (ending, about),
        &tracker,
        &inspector,
    );
    drop(inspector);
    shown.each(&mut |form, out| form.end(&overview, out));
    shown.check();
}

/// A capture file: read to its end or to where it is damaged, whatever it holds.
pub(crate) fn capture(data: &[u8]) {
    let Ok(mut reader) = Reader::open(data) else {
        return;
    };
    let reader = &mut reader;
    show(Lang::En, b"capture", false, move |take| {
        // A compressed file may hold more packets than a fuzzer has time for.
        for _ in 0..10_000 {
            if !reader.advance() {
                break;
            }
            take(&reader.packet());
        }
        (reader.ending(), reader.about())
    });
}

/// Packets one after the other, each behind its length: what no file format would let through comes through here.
pub(crate) fn packets(data: &[u8]) {
    let Some((&link, mut data)) = data.split_first() else {
        return;
    };
    let (ending, about) = (Ending::Whole, About::default());
    let links = [1_u32, 101, 113, 276, 0, 108, 9, 228, 229, 104, 51, 166];
    show(Lang::En, b"packets", false, |take| {
        let mut number = 0;
        while let Some((&length, rest)) = data.split_first() {
            let (bytes, rest) = rest.split_at(rest.len().min(usize::from(length)));
            data = rest;
            number += 1;
            take(&Packet {
                number,
                time: i64::try_from(number).unwrap_or(0) * 1_000_000,
                link: LinkType(links[usize::from(link) % links.len()]),
                bytes,
                original: u32::from(length),
            });
        }
        (&ending, &about)
    });
}

/// A session, recorded and shown in every form: turns behind each 0xFE, the first of which is the file's name; a turn's
/// first byte says what happens with the others.
pub(crate) fn output(data: &[u8]) {
    let Some((&lang, data)) = data.split_first() else {
        return;
    };
    let lang = [Lang::En, Lang::Fr][usize::from(lang % 2)];
    let mut turns = data.split(|&b| b == 0xfe);
    let name = turns.next().unwrap_or_default();
    let capture = recording(turns).expect("memory takes all");
    let mut reader = Reader::open(&capture[..]).expect("a capture");
    let reader = &mut reader;
    show(lang, name, true, move |take| {
        while reader.advance() {
            take(&reader.packet());
        }
        assert!(reader.ending().is_whole());
        (reader.ending(), reader.about())
    });
}

/// The recording of these turns.
fn recording<'a>(turns: impl Iterator<Item = &'a [u8]>) -> std::io::Result<Vec<u8>> {
    let at = |host: u8, port| std::net::SocketAddr::from(([10, 0, 0, host], port));
    let (client, server) = (1, 2);
    let mut recorder = Recorder::new(Vec::new(), &Remarks::default())?;
    let mut control = recorder.opened(at(client, 40_000), at(server, 21), 0)?;
    let mut now = 0;
    for turn in turns {
        let Some((&event, bytes)) = turn.split_first() else {
            continue;
        };
        now += 1_000_000;
        // Passive data connections go to port 5000 and the next, active ones to 5001 and its next.
        let number = u16::from(event / 8);
        match event % 8 {
            0 | 1 => recorder.bytes(control, Way::Back, bytes, now)?,
            2 | 3 => recorder.bytes(control, Way::Forth, bytes, now)?,
            4 | 5 => {
                let (from, to, way) = match event % 2 {
                    0 => (
                        at(client, 41_000),
                        at(server, 5_000 + number % 8),
                        Way::Back,
                    ),
                    _ => (at(server, 20), at(client, 5_001 + number % 8), Way::Forth),
                };
                let way = if event & 0x40 == 0 { way } else { way.other() };
                let end = [Ended::Fin, Ended::Reset][usize::from(event >> 7)];
                let data = recorder.opened(from, to, now)?;
                recorder.bytes(data, way, bytes, now + 1_000)?;
                recorder.closed(data, way, end, now + 2_000)?;
                recorder.closed(data, way.other(), Ended::Fin, now + 3_000)?;
            }
            6 => match number % 4 {
                0 => recorder.refused(at(client, 41_000), at(server, 5_000), now)?,
                1 => recorder.unanswered(at(server, 20), at(client, 5_001), now)?,
                _ => now += 1_000_000_000 * i64::from(number),
            },
            _ => {
                let way = [Way::Forth, Way::Back][usize::from(number % 2)];
                let end = [Ended::Fin, Ended::Reset][usize::from(number / 2 % 2)];
                recorder.closed(control, way, end, now)?;
                if number >= 16 {
                    control = recorder.opened(at(client, 40_000 + number), at(server, 21), now)?;
                }
            }
        }
    }
    Ok(recorder.into_inner())
}

/// What has been told of one direction, held against the segments that it was told of.
#[derive(Default)]
struct Model {
    /// By its place: the byte of the segment that was captured first, and the frame.
    first: BTreeMap<u64, (u8, u64)>,
    /// The frame that is looked at.
    frame: u64,
    /// The place that is told next.
    next: u64,
    /// Something was captured that the model is too simple for: no more than order and content can be asked for.
    loose: bool,
}

impl Watch for Model {
    fn opened(&mut self, _: &Flow) -> Interest {
        Interest::Follow
    }

    fn data(&mut self, _: &Flow, chunk: &Chunk<'_>) -> Interest {
        assert_eq!((chunk.way, chunk.offset), (Way::Forth, self.next));
        for (place, byte) in (chunk.offset..).zip(chunk.bytes) {
            let first = self.first.get(&place).map(|(byte, _)| byte);
            assert_eq!(first, Some(byte), "at {place}");
        }
        self.next += chunk.bytes.len() as u64;
        Interest::Follow
    }

    fn gap(&mut self, _: &Flow, gap: &Gap) -> Interest {
        assert_eq!(gap.offset, self.next);
        // A wait may end with the frame that brings, too late, what was waited for.
        let mut captured = self.first.range(gap.offset..gap.offset + gap.bytes);
        assert!(
            self.loose || captured.all(|(_, (_, frame))| *frame == self.frame),
            "{gap:?}"
        );
        self.next += gap.bytes;
        Interest::Follow
    }

    fn ended(&mut self, _: &Flow, _: Way, _: Ended, _: Mark) {}
    fn undelivered(&mut self, _: &Flow, _: &Undelivered, _: Mark) {}
    fn conflict(&mut self, _: &Flow, _: Way, _: &Conflict) {}
    fn left(&mut self, _: &Flow, _: Leaving) {}
}

/// Segments of one direction: four bytes are where its sequence numbers begin, and then five each what comes next: a
/// segment with the text, again, otherwise or cut short; or an acknowledgement, or an end.
pub(crate) fn reassembly(data: &[u8]) {
    let Some((isn, steps)) = data.split_first_chunk::<4>() else {
        return;
    };
    let isn = u32::from_be_bytes(*isn);
    let (mut table, mut model) = (Table::default(), Model::default());
    let (here, there) = (
        Endpoint::new([10, 0, 0, 1].into(), 1),
        Endpoint::new([10, 0, 0, 2].into(), 2),
    );
    let mut mark = Mark::default();
    let begin = Segment {
        from: here,
        to: there,
        sequence: isn,
        acknowledges: 0,
        flags: Flags(Flags::SYN),
        window: 1,
        options: &[],
        ip_id: 0,
        payload: &[],
        wire: 0,
    };
    table.segment(&begin, mark, &mut model);
    for step in steps.as_chunks::<5>().0 {
        let &[kind, high, low, length, value] = step;
        let place = u64::from(u16::from_be_bytes([high, low]) % 4096);
        let number = isn.wrapping_add(1).wrapping_add(place as u32);
        mark.frame += 1;
        model.frame = mark.frame;
        mark.time += i64::from(value) * 1_000_000;
        // A single byte might be a keep-alive.
        let length = u64::from(length.max(2));
        let other = if kind % 8 == 3 { value } else { 0 };
        let payload: Vec<u8> = (place..place + length)
            .map(|place| (place as u8).wrapping_mul(7) ^ other)
            .collect();
        let mut segment = Segment {
            sequence: number,
            flags: Flags(Flags::PSH),
            ip_id: mark.frame as u16,
            payload: &payload,
            wire: payload.len() as u32,
            ..begin
        };
        match kind % 8 {
            0..=3 => {}
            4 => {
                segment.payload = &payload[..usize::from(value).min(payload.len())];
                model.loose |= segment.payload.len() < payload.len();
            }
            5 | 6 => {
                segment = Segment {
                    from: there,
                    to: here,
                    sequence: 1,
                    acknowledges: number,
                    flags: Flags(Flags::ACK),
                    payload: &[],
                    wire: 0,
                    ..segment
                }
            }
            _ => {
                segment.flags = Flags([Flags::FIN, Flags::RST][usize::from(value % 2)]);
                model.loose = true;
                // What a reset carries says why, and is no part of the stream (RFC 9293 3.5.3).
                if segment.flags.0 == Flags::RST {
                    (segment.payload, segment.wire) = (&[], 0);
                }
            }
        }
        if segment.from == here {
            for (place, byte) in (place..).zip(segment.payload) {
                model.first.entry(place).or_insert((*byte, mark.frame));
            }
        }
        table.segment(&segment, mark, &mut model);
        assert!(table.held() <= MAX_HELD_IN_ALL);
    }
    table.finish(mark, &mut model);
    assert_eq!(table.held(), 0);
    let last = model
        .first
        .last_key_value()
        .map_or(0, |(&last, _)| last + 1);
    assert!(
        model.loose || model.next >= last,
        "{last} of {}",
        model.next
    );
}
