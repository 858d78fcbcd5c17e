//! The judge, the clock, and the desk together with the player and the observer that it has in life.

use super::*;
use crate::{
    ftp::{
        catalogue::Flow,
        dialogue::{Close, Dialogue, Ends},
        side::Side,
    },
    script::{
        effect::{Effect, Input},
        notation::Script,
        params,
        play::{Limits, Play},
        real_clients::Slip,
        server::Player,
    },
};
use std::sync::Arc;

fn code(value: u16) -> ReplyCode {
    ReplyCode::new(value).expect("three digits")
}

fn asked(verb: Verb, command: &str, preliminary: bool) -> Asked {
    Asked {
        verb,
        command: (!command.is_empty()).then(|| command.as_bytes().into()),
        preliminary,
        line: None,
        code: String::new(),
        model: None,
        port: None,
        public: None,
    }
}

fn scripted(verb: Verb, wanted: &str) -> Asked {
    Asked {
        line: Some(3),
        code: wanted.to_owned(),
        ..asked(verb, "X", false)
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

#[test]
fn a_line_for_ftplab_begins_with_a_slash() {
    assert_eq!(read(b"331 x"), Meaning::Reply(b"331 x"));
    assert_eq!(read(b" 331"), Meaning::Reply(b" 331"));
    assert_eq!(
        read(b"/DATA my list.txt"),
        Meaning::Local(Local::Data("my list.txt".into()))
    );
    assert_eq!(
        read(b"/hold 331"),
        Meaning::Local(Local::Hold(Some(code(331))))
    );
    assert_eq!(read(b"/store"), Meaning::Local(Local::Store(None)));
    assert_eq!(
        read(b"/data"),
        Meaning::Misused {
            command: "/data",
            rest: "FILE"
        }
    );
    assert_eq!(
        read(b"/hold soon"),
        Meaning::Misused {
            command: "/hold",
            rest: "[CODE]"
        }
    );
    assert_eq!(read(b"/dta"), Meaning::Unknown("dta".into()));
}

#[test]
fn what_fits_goes_out() {
    let none = Data::default();
    for (asked, line) in [
        (asked(Verb::Other, "", false), "220 Hello"),
        (asked(Verb::Other, "", false), "220-Hello"),
        (asked(Verb::User, "USER x", false), "331 Password?"),
        (asked(Verb::User, "USER x", false), "530 no"),
        // Any command may fail for a reason of its own.
        (asked(Verb::Pwd, "PWD", false), "530 Log in"),
        (asked(Verb::Other, "XYZZY", false), "200 fine"),
        (asked(Verb::List, "LIST", false), "425 nothing agreed"),
        (scripted(Verb::User, "3"), "331 x"),
        (scripted(Verb::User, "33"), "332 x"),
    ] {
        assert_eq!(
            judge(line.as_bytes(), Some(&asked), None, &none),
            None,
            "{line}"
        );
    }
}

#[test]
fn the_form_then_the_first_digit_then_the_whole() {
    let user = asked(Verb::User, "USER x", false);
    let none = Data::default();
    let of = |line: &str, asked: &Asked| judge(line.as_bytes(), Some(asked), None, &none);
    assert_eq!(of("OK", &user), Some(Doubt::NoCode));
    assert_eq!(of("33 x", &user), Some(Doubt::NoCode));
    assert_eq!(of("331", &user), Some(Doubt::BareCode(code(331))));
    assert_eq!(of("331password", &user), Some(Doubt::NoBlank(code(331))));
    assert_eq!(
        of("150 x", &user),
        Some(Doubt::Digit {
            typed: code(150),
            may: vec![2, 3, 4, 5]
        })
    );
    // ncftp refuses 200 here, and 5.4 does not have it.
    assert!(matches!(
        of("200 x", &user),
        Some(Doubt::Code { typed, instead }) if typed == code(200) && instead.contains(&code(230))
    ));
    assert_eq!(
        of("599 x", &user).map(|doubt| matches!(doubt, Doubt::Code { .. })),
        Some(true)
    );
    let size = asked(Verb::Size, "SIZE /", false);
    assert!(matches!(
        of("212 600", &size),
        Some(Doubt::Code { instead, .. }) if instead == [code(213)]
    ));
    let script = scripted(Verb::User, "331");
    assert_eq!(
        of("530 x", &script),
        Some(Doubt::ScriptDigit {
            wanted: "331".into(),
            typed: code(530)
        })
    );
    assert_eq!(
        of("332 x", &script),
        Some(Doubt::ScriptCode {
            wanted: "331".into(),
            typed: code(332)
        })
    );
}

#[test]
fn the_two_commonest_slips() {
    let none = Data::default();
    // A reply when no command waits.
    let doubt = judge(b"230 In.", None, None, &none).expect("a doubt");
    assert_eq!(doubt, Doubt::NothingAsked);
    assert_eq!(doubt.slip(), Some(Slip::SecondReply));
    assert_eq!(Client::Curl.outcome(Slip::SecondReply), Outcome::Exit(13));
    // 226 without 150, with and without the data.
    for moved in [false, true] {
        let data = Data { moved, ..none };
        let list = asked(Verb::List, "LIST", false);
        let doubt = judge(b"226 Done.", Some(&list), None, &data).expect("a doubt");
        assert_eq!(
            doubt,
            Doubt::NoPreliminary {
                typed: code(226),
                moved
            }
        );
        assert_eq!(doubt.slip(), Some(Slip::NoPreliminary));
    }
}

#[test]
fn what_a_reply_promises_must_be_true() {
    let list = asked(Verb::List, "LIST", false);
    let done = asked(Verb::List, "LIST", true);
    let none = Data::default();
    let port = Data {
        port: Some(address("127.0.0.1:5000")),
        ..none
    };
    let open = Data {
        open: true,
        moved: true,
        ..none
    };
    let moved = Data {
        moved: true,
        ..none
    };
    let of =
        |line: &str, asked: &Asked, data: &Data| judge(line.as_bytes(), Some(asked), None, data);
    assert_eq!(of("150 x", &list, &none), Some(Doubt::NotAgreed(code(150))));
    assert_eq!(of("150 x", &list, &port), None);
    assert_eq!(
        of("226 x", &done, &port),
        Some(Doubt::NoData {
            typed: code(226),
            flow: Flow::Down
        })
    );
    assert_eq!(of("226 x", &done, &open), Some(Doubt::DataOpen(code(226))));
    assert_eq!(of("226 x", &done, &moved), None);
    assert_eq!(of("426 x", &done, &none), None);
    assert!(matches!(
        of("150 x", &done, &port),
        Some(Doubt::Digit { typed, .. }) if typed == code(150)
    ));
    let auth = asked(Verb::Auth, "AUTH TLS", false);
    assert_eq!(of("234 go", &auth, &none), Some(Doubt::Tls(code(234))));
    assert_eq!(of("502 no", &auth, &none), None);
    let pasv = Asked {
        port: port.port,
        ..asked(Verb::Pasv, "PASV", false)
    };
    // 5000 = 19 x 256 + 136
    assert_eq!(of("227 x (127,0,0,1,19,136)", &pasv, &none), None);
    assert!(matches!(
        of("227 x (127,0,0,1,136,19)", &pasv, &none),
        Some(Doubt::Address {
            mistake: Mistaken::Swapped,
            ..
        })
    ));
    // The data lines of a script are the script's.
    assert_eq!(of("150 x", &scripted(Verb::List, "1"), &none), None);
}

#[test]
fn an_open_reply_is_ended_by_its_own_code_only() {
    let user = asked(Verb::User, "USER x", false);
    let of = |line: &str| {
        judge(
            line.as_bytes(),
            Some(&user),
            Some(code(331)),
            &Data::default(),
        )
    };
    for fine in ["331 Password?", "331-more", "anything", " 230 x"] {
        assert_eq!(of(fine), None, "{fine}");
    }
    // lftp does not take these for the end.
    assert_eq!(of("331"), Some(Doubt::BareCode(code(331))));
    assert_eq!(of("331Password"), Some(Doubt::NoBlank(code(331))));
    assert_eq!(
        of("230 In."),
        Some(Doubt::ReplyOpen {
            open: code(331),
            typed: code(230)
        })
    );
}

const SECOND: Nanos = 1_000_000_000;

#[test]
fn time_is_told_at_half_at_ten_and_at_five_seconds() {
    let told = |limit: u64| {
        let mut countdown = Countdown::start(7);
        let limit = Duration::from_secs(limit);
        (0..=2 * limit.as_secs())
            .filter_map(|second| {
                let left = countdown.due(limit, 7 + second * SECOND)?;
                Some((
                    second,
                    match left {
                        Left::Time(left) => left.as_millis(),
                        Left::Over => 0,
                    },
                ))
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(120),
        [(60, 60_000), (110, 10_000), (115, 5_000), (120, 0)]
    );
    assert_eq!(told(20), [(10, 10_000), (15, 5_000), (20, 0)]);
    assert_eq!(told(8), [(4, 4_000), (8, 0)]);
    // Somebody who looks late is told what holds now, once.
    let mut countdown = Countdown::start(0);
    let limit = Duration::from_secs(120);
    assert_eq!(
        countdown.due(limit, 116 * SECOND),
        Some(Left::Time(Duration::from_secs(5)))
    );
    assert_eq!(countdown.due(limit, 117 * SECOND), None);
}

/// A desk with the player it belongs to, and the observer between them.
struct Room {
    desk: Desk,
    player: Player,
    dialogue: Dialogue,
    now: Nanos,
    port: u16,
    /// What was said to the person, without questions and time.
    says: Vec<Say>,
    sent: String,
    closed: bool,
}

impl Room {
    fn new(script: &str, by_hand: bool) -> Room {
        let script = Script::parse(script.as_bytes()).expect("a script");
        let values = params::resolve(&script.settings.params, &[], None).expect("no parameter");
        let mut play = Play::new(script, values, Limits::default(), None, None).expect("harmless");
        play.by_hand = by_hand;
        let (client, local) = (address("127.0.0.1:40000"), address("127.0.0.1:2121"));
        let ends = Ends {
            user: Some(client),
            server: Some(local),
            midstream: false,
        };
        let mut room = Room {
            desk: Desk::new(None),
            player: Player::new(Arc::new(play), client, local, 0),
            dialogue: Dialogue::new(ends),
            now: 0,
            port: 5000,
            says: Vec::new(),
            sent: String::new(),
            closed: false,
        };
        room.tell(&Happening::Connected {
            client,
            server: local,
        });
        room.run();
        room
    }

    fn tell(&mut self, happening: &Happening<'_>) {
        let says = self.desk.happened(1, self.now, happening);
        self.says.extend(says);
    }

    fn feed(&mut self, side: Side, bytes: &[u8]) {
        let Room {
            desk,
            dialogue,
            says,
            now,
            ..
        } = self;
        let mut commands = Vec::new();
        dialogue.feed(side, bytes, *now, &mut |event| {
            if let What::Command(command) = &event.what {
                commands.push(command.line.to_vec());
            }
            let said = Happening::Said {
                event,
                origin: None,
            };
            says.extend(desk.happened(1, *now, &said));
        });
        for line in commands {
            let command = Input::Command {
                line: &line,
                too_long: false,
            };
            self.player.take(command, self.now);
        }
    }

    fn run(&mut self) {
        while let Some(effect) = self.player.next(self.now, self.dialogue.session()) {
            match &effect {
                Effect::Send { bytes, .. } => {
                    self.sent.push_str(&String::from_utf8_lossy(bytes));
                    self.feed(Side::Server, bytes);
                }
                Effect::OpenPort => {
                    let port = address(&format!("127.0.0.1:{}", self.port));
                    self.tell(&Happening::PortOpened(port));
                    self.player.take(Input::Port(Some(port)), self.now);
                }
                Effect::OpenData { call, .. } => {
                    let to = call.unwrap_or(address("127.0.0.1:5000"));
                    self.sent.push_str(&format!("[data {to}]"));
                    self.tell(&Happening::DataOpened {
                        from: address("127.0.0.1:40001"),
                        to,
                        active: call.is_some(),
                        wanted: None,
                    });
                    self.tell(&Happening::DataTaken);
                    self.player.take(Input::Data(Ok(())), self.now);
                }
                Effect::SendData { source, .. } => {
                    if let Source::Bytes(bytes) = source {
                        self.sent.push_str(&String::from_utf8_lossy(bytes));
                    }
                    self.moved(Direction::Down);
                }
                Effect::ReceiveData { name, .. } => {
                    self.sent.push_str(&format!("[receive {name}]"));
                    self.moved(Direction::Up);
                }
                Effect::CloseData(_) => self.sent.push_str("[closed]"),
                Effect::Ask(ask) => self.tell(&Happening::Asks(ask)),
                Effect::Tell(notice) => self.tell(&Happening::Notice(notice)),
                Effect::Close(_) => self.closed = true,
                _ => {}
            }
        }
    }
}

impl Room {
    fn moved(&mut self, direction: Direction) {
        self.tell(&Happening::Data {
            direction,
            bytes: 3,
            name: None,
            sample: &[],
            fault: None,
        });
        let moved = Input::Moved {
            bytes: 3,
            fault: None,
        };
        self.player.take(moved, self.now);
    }

    /// The client sends a command.
    fn client(&mut self, line: &str) {
        self.feed(Side::User, format!("{line}\r\n").as_bytes());
        self.run();
    }

    /// The person types a line.
    fn types(&mut self, line: &str) {
        self.says.clear();
        let turn = match read(line.as_bytes()) {
            Meaning::Reply(line) => self.desk.reply(line),
            Meaning::Local(Local::Hold(code)) => self.desk.hold(code, self.now),
            Meaning::Local(Local::Release) => self.desk.release(),
            Meaning::Local(Local::Data(file)) => self.desk.hand(sending(file)),
            Meaning::Local(Local::Line(text)) => self.desk.hand(sending_line(&text)),
            Meaning::Local(Local::Accept) => self.desk.hand(vec![Hand::Take]),
            Meaning::Local(Local::Pasv) => self.desk.hand(vec![Hand::Listen]),
            Meaning::Local(Local::Close) => self.desk.hand(closing()),
            Meaning::Local(Local::Store(to)) => {
                let name = self.desk.upload_name();
                self.desk.hand(vec![Hand::Receive { name, to }])
            }
            other => panic!("{other:?}"),
        };
        self.does(turn);
    }

    fn does(&mut self, turn: Turn) {
        self.says.extend(turn.says);
        for deed in turn.deeds {
            match deed {
                Deed::Send(line) => self.player.take(Input::Typed(&line), self.now),
                Deed::Hand(hand) => self.player.take(Input::Hand(hand), self.now),
            }
            self.run();
        }
    }

    /// Time passes, in steps that a clock has.
    fn passes(&mut self, seconds: u64) {
        for _ in 0..seconds * 10 {
            self.now += SECOND / 10;
            let turn = self.desk.tick(self.now);
            self.does(turn);
            self.run();
        }
    }

    /// What was sent since the last time.
    fn sent(&mut self) -> String {
        std::mem::take(&mut self.sent).replace("\r\n", "/")
    }

    fn doubt(&self) -> Option<&Doubt> {
        self.says.iter().find_map(|say| match say {
            Say::Doubted { doubt, .. } => Some(doubt),
            _ => None,
        })
    }

    fn asked(&self) -> Option<(Verb, bool)> {
        self.desk
            .asked()
            .map(|asked| (asked.verb, asked.preliminary))
    }
}

#[test]
fn a_whole_session_by_hand() {
    let mut room = Room::new("", true);
    assert_eq!(room.asked(), Some((Verb::Other, false)));
    room.types("220 Hello");
    assert_eq!(room.sent(), "220 Hello/");
    assert_eq!(room.asked(), None);
    room.client("USER x");
    room.types("230 In.");
    room.client("PASV");
    assert_eq!(
        room.desk.asked().and_then(|asked| asked.port),
        Some(address("127.0.0.1:5000"))
    );
    room.types("227 Passive (127,0,0,1,19,136)");
    room.client("LIST");
    room.types("150 Here.");
    assert_eq!(room.asked(), Some((Verb::List, true)));
    room.sent();
    room.types("/accept");
    room.types("/line a b c");
    assert!(room.desk.data().open);
    room.types("/close");
    assert_eq!(room.sent(), "[data 127.0.0.1:5000]a b c/[closed]");
    room.types("226 Done.");
    assert_eq!(room.doubt(), None);
    assert_eq!(room.asked(), None);
    room.client("QUIT");
    room.types("221 Bye.");
    assert!(room.closed);
}

#[test]
fn port_is_remembered_and_dialled() {
    let mut room = Room::new("", true);
    room.types("220 Hello");
    room.client("PORT 127,0,0,1,200,10");
    room.types("200 Fine.");
    assert_eq!(room.says, [Say::WillCall(address("127.0.0.1:51210"))]);
    room.client("STOR up.txt");
    room.types("150 Send.");
    room.sent();
    room.types("/store");
    assert_eq!(
        room.sent(),
        "[data 127.0.0.1:51210][receive up.txt][closed]"
    );
    room.types("226 Kept.");
    assert_eq!(room.doubt(), None);
    // A refused PORT is not remembered, and a data connection serves once.
    room.client("PORT 127,0,0,1,200,11");
    room.types("500 No.");
    room.client("LIST");
    room.types("150 x");
    assert_eq!(room.doubt(), Some(&Doubt::NotAgreed(code(150))));
}

#[test]
fn a_doubted_line_goes_out_when_it_is_typed_again_or_confirmed() {
    let mut room = Room::new("", true);
    room.types("220 Hello");
    room.client("USER x");
    room.sent();
    room.types("OK");
    assert_eq!(room.doubt(), Some(&Doubt::NoCode));
    room.types("200 OK");
    assert!(matches!(room.doubt(), Some(Doubt::Code { .. })));
    assert_eq!(room.sent(), "");
    room.types("y");
    assert_eq!(room.sent(), "200 OK/");
    // One reply too many.
    room.types("230 In.");
    assert_eq!(room.doubt(), Some(&Doubt::NothingAsked));
    room.types("230 In.");
    assert_eq!(room.sent(), "230 In./");
    assert!(matches!(
        room.says[0],
        Say::SentAnyway {
            doubt: Doubt::NothingAsked,
            ..
        }
    ));
    // A doubt is forgotten with the next question.
    room.client("PWD");
    room.types("y");
    assert_eq!(room.doubt(), Some(&Doubt::NoCode));
}

#[test]
fn a_second_reply_is_known_also_when_the_next_command_has_come() {
    let mut room = Room::new("", true);
    room.types("220 Hello");
    room.client("USER x");
    room.types("230 In.");
    room.client("PWD");
    room.types("230 In.");
    assert_eq!(
        room.doubt(),
        Some(&Doubt::Late {
            typed: code(230),
            answered: Verb::User
        })
    );
    assert_eq!(room.doubt().and_then(Doubt::slip), Some(Slip::SecondReply));
    // What fits both is the answer to the one that waits.
    room.types("502 No.");
    assert_eq!(room.doubt(), None);
}

#[test]
fn a_client_is_held_with_lines_of_the_reply_that_will_come() {
    let mut room = Room::new("S? 220\nC* USER *\nS? 331\nC* *\nS? 5\n", false);
    room.types("220 Hello");
    room.client("USER x");
    room.sent();
    room.types("/hold");
    assert!(room.says.contains(&Say::Holding {
        code: code(331),
        limit: None
    }));
    room.passes(11);
    assert_eq!(room.sent().matches("331-").count(), 3);
    room.types("332 x");
    assert!(matches!(room.doubt(), Some(Doubt::ReplyOpen { .. })));
    room.types("331 Password?");
    assert_eq!(room.sent(), "331 Password?/");
    assert_eq!(room.asked(), None);
    room.passes(10);
    assert_eq!(room.sent(), "");
    // Where the code is not known it must be said, and must fit.
    room.client("PWD");
    room.types("/hold");
    assert!(room.says.contains(&Say::HoldNeedsCode));
    room.types("/hold 250");
    assert!(matches!(room.doubt(), Some(Doubt::ScriptDigit { .. })));
    room.types("/hold 550");
    room.types("/release");
    assert!(room.says.contains(&Say::Released(code(550))));
    room.sent();
    room.passes(20);
    assert_eq!(room.sent(), "");
    room.types("550 No.");
    assert_eq!(room.sent(), "550 No./");
}

#[test]
fn a_client_is_held_for_ten_minutes_and_no_longer() {
    let mut room = Room::new("S? 220\nC* USER *\nS? 331\nC* *\nS? 5\n", false);
    room.types("220 Hello");
    room.client("USER x");
    room.sent();
    room.types("/hold");
    for _ in 0..MAX_HOLD + 20 {
        room.passes(5);
    }
    assert_eq!(room.sent().matches("331-").count(), MAX_HOLD as usize);
    assert!(room.says.contains(&Say::HeldEnough(code(331))));
    room.types("331 Password?");
    assert_eq!(room.sent(), "331 Password?/");
}

#[test]
fn the_clients_patience_is_told() {
    let mut room = Room::new("", true);
    room.types("220 Hello");
    room.client("USER anonymous");
    room.types("331 x");
    room.client("PASS ftp@example.com");
    assert!(room.says.contains(&Say::Recognised(Client::Curl)));
    let waits = room.says.iter().find_map(|say| match say {
        Say::Asked {
            waits,
            whose,
            certain,
            ..
        } => Some((*waits, *whose, *certain)),
        _ => None,
    });
    assert_eq!(
        waits,
        Some((Some(Duration::from_secs(120)), Client::Curl, true))
    );
    room.says.clear();
    room.passes(121);
    let left = |seconds| Say::Waits {
        left: Left::Time(Duration::from_secs(seconds)),
        whose: Client::Curl,
        certain: true,
    };
    let over = Say::Waits {
        left: Left::Over,
        whose: Client::Curl,
        certain: true,
    };
    assert_eq!(room.says, [left(60), left(10), left(5), over]);
}

#[test]
fn held_lines_do_not_make_curl_wait_longer() {
    for (password, left) in [("ftp@example.com", 60), ("lftp@", 0)] {
        let mut room = Room::new("", true);
        room.types("220 Hello");
        if left == 0 {
            room.client("FEAT");
            room.types("500 x");
        }
        room.client("USER x");
        room.types("331 x");
        room.client(&format!("PASS {password}"));
        room.types("/hold 230");
        room.passes(61);
        let told = room.says.iter().any(|say| matches!(say, Say::Waits { .. }));
        assert_eq!(told, left > 0, "{password}");
    }
}

#[test]
fn a_client_may_go_in_the_middle_and_another_may_come() {
    let mut room = Room::new("", true);
    room.types("220 Hello");
    room.client("USER x");
    room.says.clear();
    room.tell(&Happening::Closed {
        by: Side::User,
        how: Close::Rst,
    });
    let [Say::Gone { waiting }] = room.says.as_slice() else {
        panic!("{:?}", room.says);
    };
    assert_eq!(waiting.as_ref().map(|asked| asked.verb), Some(Verb::User));
    room.types("331 x");
    assert_eq!(room.says, [Say::NobodyThere]);
    room.types("/line x");
    assert_eq!(room.says, [Say::NobodyThere]);
}

#[test]
fn a_client_that_has_come_has_had_no_data_yet() {
    let mut room = Room::new("", true);
    room.types("220 Hello");
    room.client("PASV");
    room.types("227 Passive (127,0,0,1,19,136)");
    room.tell(&Happening::DataOpened {
        from: address("127.0.0.1:40001"),
        to: address("127.0.0.1:5000"),
        active: false,
        wanted: None,
    });
    assert!(room.desk.data().here && !room.desk.data().open);
    room.client("LIST");
    room.types("150 Here.");
    room.types("226 Done.");
    assert!(matches!(room.doubt(), Some(Doubt::NoData { .. })));
    room.types("/accept");
    assert!(!room.desk.data().here && room.desk.data().open);
    room.types("/close");
    room.types("226 Done.");
    room.client("PASV");
    assert!(!room.desk.data().here);
}

#[test]
fn what_size_was_told_is_held_against_what_went_out() {
    // Whatever is sent here counts three bytes.
    let differs = Say::SizeDiffers { told: 5, sent: 3 };
    for (told, file, end, wanted) in [
        ("213 5", "x", "226 Done.", true),
        ("213 3", "x", "226 Done.", false),
        ("213 5", "y", "226 Done.", false),
        ("213 5", "x", "426 Broken.", false),
        ("550 5", "x", "226 Done.", false),
    ] {
        let mut room = Room::new("", true);
        room.types("220 Hello");
        room.client("SIZE x");
        room.types(told);
        room.client("PASV");
        room.types("227 Passive (127,0,0,1,19,136)");
        room.client(&format!("RETR {file}"));
        room.types("150 x");
        room.types("/line x");
        room.types("/close");
        room.types(end);
        assert_eq!(room.says.contains(&differs), wanted, "{told} {file} {end}");
    }
}

#[test]
fn abor_waits_until_the_transfer_is_answered() {
    let mut room = Room::new("", true);
    room.types("220 Hello");
    room.client("PASV");
    room.types("227 Passive (127,0,0,1,19,136)");
    room.client("RETR x");
    room.types("150 x");
    room.says.clear();
    room.client("ABOR");
    assert_eq!(room.says, [Say::Abort(Verb::Retr)]);
    room.types("/close");
    room.types("426 Aborted.");
    assert_eq!(room.doubt(), None);
    assert_eq!(room.asked(), Some((Verb::Abor, false)));
    room.types("226 Nothing runs any more.");
    assert_eq!(room.doubt(), None);
    assert_eq!(room.asked(), None);
}

#[test]
fn the_script_plays_and_the_person_fills_the_blanks() {
    let mut room = Room::new(
        "S> 220 Hi.\nC* PASV\nS? 227\nC* LIST\nS? 1\nD> line\nS? 226\nC* QUIT\nS> 221 Bye.\n",
        false,
    );
    assert_eq!(room.sent(), "220 Hi./");
    assert_eq!(room.asked(), None);
    room.client("PASV");
    room.types("227 x (127,0,0,1,19,137)");
    assert!(matches!(
        room.doubt(),
        Some(Doubt::Address {
            mistake: Mistaken::Low(137),
            ..
        })
    ));
    room.types("227 x (127,0,0,1,19,136)");
    room.client("LIST");
    room.sent();
    room.types("150-Two lines");
    room.types("150 Here.");
    assert_eq!(
        room.sent(),
        "150-Two lines/150 Here./[data 127.0.0.1:5000]line/[closed]"
    );
    room.types("226 Done.");
    assert_eq!(room.doubt(), None);
    // What nothing in the script takes is answered as always, unless all is by hand.
    room.sent();
    room.client("NOOP");
    assert_eq!(room.sent(), "502 Not in this script./");
}

#[test]
fn what_a_script_leaves_open_is_typed_with_by_hand() {
    let mut room = Room::new("C* USER *\nS> 230 In.\n", true);
    assert_eq!(room.asked(), Some((Verb::Other, false)));
    room.types("220 Hello");
    room.client("USER x");
    assert_eq!(room.sent(), "220 Hello/230 In./");
    room.client("PWD");
    assert_eq!(room.asked(), Some((Verb::Pwd, false)));
}
