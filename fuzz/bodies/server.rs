//! The server player, its client and the world around both.

use std::sync::Arc;

use ftplab::{
    ftp::{
        dialogue::{Dialogue, Ends},
        event::What,
        side::Side,
    },
    script::{
        effect::{DataFault, Effect, End, Hand, Input, Source},
        notation::Script,
        params,
        play::{Limits, Play},
        server::{Player, flat_name, inside},
        tree::{Content, File, Node, Tree},
    },
};

/// The scripts that a fuzzed client speaks to: rules, everything that a block can do, the built-in server, a person, and
/// a person who fills blanks.
const SERVERS: [(&str, bool); 6] = [
    (include_str!("../../labs/servers/any-client.ftp"), false),
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
    play: Arc<Play>,
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
        let mut content = tree.room().upload();
        content.grow(14, |out| out.extend_from_slice(b"Hello, world.\n"));
        let file = Node::File(File {
            content: Content::Memory(content.done()),
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
        let play = Arc::new(play);
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
            player: Player::new(Arc::clone(&play), client, local, 0),
            play,
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
            Some(Effect::KeepData { limit, .. }) => {
                let mut content = self.play.upload();
                let most = limit.min(bytes);
                let kept = content.grow(most, |out| out.resize(most as usize, b'x'));
                Input::Kept {
                    content,
                    bytes,
                    fault: fault.or(kept.is_none().then_some(DataFault::NoRoom)),
                }
            }
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
