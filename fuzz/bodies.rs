//! What each fuzz target does with its bytes. The targets call these, and so does the test that replays the corpus: a
//! crash found once is found again by `cargo test`.

use ftplab::{
    analysis::inspector::{Inspector, Options},
    capture::{
        file::{LinkType, Packet, Reader},
        tracker::Tracker,
    },
    ftp::{
        dialogue::{Close, Dialogue, Ends},
        endpoint::{self, Form},
        event::{Event, What},
        line::{LineReader, Piece},
        paste,
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
        notation::Script,
        params::{self, Values},
        play::{Limits, Play},
        server::{Player, flat_name, inside},
        tree::{Content, File, Node, Tree},
    },
    view::{
        inspect::{Show, html::Html, json::Json, report::Report},
        sanitise,
        style::Style,
        text::{Lang, Text},
    },
};

/// A body.
pub(crate) type Body = fn(&[u8]);

/// Every body, by its target's name.
pub(crate) const BODIES: &[(&str, Body)] = &[
    ("lines", lines),
    ("endpoints", endpoints),
    ("dialogue", dialogue),
    ("script", script),
    ("server", server),
    ("sheet", sheet),
    ("events", events),
    ("capture", capture),
    ("packets", packets),
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
const SERVERS: [(&str, bool); 5] = [
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
        Stage {
            player: Player::new(play.into(), client, local, 0),
            dialogue: Dialogue::with_line_limit(ends, 256),
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

/// What a capture shows, in three forms; nothing harmful reaches a terminal or becomes markup.
fn show(feed: impl FnOnce(&mut dyn FnMut(&Packet<'_>))) {
    let text = Text::new(Lang::En);
    let mut report = Report::new(&text, Style::plain(), true, false);
    let mut json = Json::new(&text, true, false);
    let mut page = Html::new(&text, false);
    let (mut shown, mut lines, mut nothing) = (String::new(), String::new(), String::new());
    let options = Options {
        hash: true,
        data: true,
    };
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(options, |finding| {
        report.finding(finding, &mut shown);
        json.finding(finding, &mut lines);
        page.finding(finding, &mut nothing);
    });
    feed(&mut |packet| tracker.packet(packet, &mut inspector));
    tracker.finish(&mut inspector);
    inspector.finish();
    drop(inspector);
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(lines.lines().all(|line| line.starts_with("{\"type\":")));
}

/// A capture file: read to its end or to where it is damaged, whatever it holds.
pub(crate) fn capture(data: &[u8]) {
    let Ok(mut reader) = Reader::open(data) else {
        return;
    };
    show(|take| {
        // A compressed file may hold more packets than a fuzzer has time for.
        for _ in 0..10_000 {
            if !reader.advance() {
                break;
            }
            take(&reader.packet());
        }
    });
}

/// Packets one after the other, each behind its length: what no file format would let through comes through here.
pub(crate) fn packets(data: &[u8]) {
    let Some((&link, mut data)) = data.split_first() else {
        return;
    };
    let links = [1_u32, 101, 113, 276, 0, 108, 9, 228, 229, 104, 51, 166];
    show(|take| {
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
    });
}
