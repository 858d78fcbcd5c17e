//! The server player on a stage without sockets: commands in, what is done out, in order.

use super::{reach::upload_path, *};
use crate::{
    ftp::{
        dialogue::{Dialogue, Ends},
        side::Side,
    },
    script::{
        effect::{Input, Source},
        notation::Script,
        params,
        play::Limits,
        tree::{Content, File, Node, Tree},
    },
};

/// A driver without sockets: data ports are 127.0.0.1:5001 and up, files have ten bytes, uploads five.
struct Stage {
    player: Player,
    dialogue: Dialogue,
    now: Nanos,
    port: u16,
    /// What is asked for is not answered by itself: a transfer goes on.
    hold: bool,
    held: Option<Effect>,
    done: Vec<String>,
}

const SECOND: Nanos = 1_000_000_000;

fn client() -> SocketAddr {
    "127.0.0.1:40000".parse().expect("an address")
}

fn play(source: &str) -> Arc<Play> {
    let script = Script::parse(source.as_bytes()).unwrap_or_else(|m| panic!("{source}: {m:?}"));
    let values = params::resolve(&script.settings.params, &[], None).expect("fine");
    Arc::new(Play::new(script, values, Limits::default(), None, None).expect("harmless"))
}

impl Stage {
    fn new(source: &str) -> Stage {
        Stage::of(&play(source))
    }

    fn of(play: &Arc<Play>) -> Stage {
        let local: SocketAddr = "127.0.0.1:2121".parse().expect("an address");
        let ends = Ends {
            user: Some(client()),
            server: Some(local),
            midstream: false,
        };
        let mut stage = Stage {
            player: Player::new(Arc::clone(play), client(), local, SECOND),
            dialogue: Dialogue::new(ends),
            now: SECOND,
            port: 5000,
            hold: false,
            held: None,
            done: Vec::new(),
        };
        stage.run();
        stage
    }

    fn run(&mut self) {
        for _ in 0..1000 {
            let Some(effect) = self.player.next(self.now, self.dialogue.session()) else {
                return;
            };
            self.carry_out(effect);
        }
        panic!("the player never rests");
    }

    fn carry_out(&mut self, effect: Effect) {
        let shown = match &effect {
            Effect::Send { bytes, .. } => {
                self.dialogue
                    .feed(Side::Server, bytes, self.now, &mut |_| {});
                String::from_utf8_lossy(bytes).replace("\r\n", "")
            }
            Effect::OpenPort => {
                self.port += 1;
                let address = SocketAddr::new(client().ip(), self.port);
                self.player.take(Input::Port(Some(address)), self.now);
                "open port".into()
            }
            Effect::ClosePort => "close port".into(),
            Effect::OpenData { call, .. } => call.map_or("accept".into(), |a| format!("call {a}")),
            Effect::SendData { source, limit, .. } => {
                let what = match source {
                    Source::Bytes(bytes) => String::from_utf8_lossy(bytes).replace("\r\n", "/"),
                    Source::File(path) => path.clone(),
                    Source::Disk(path) => path.display().to_string(),
                    Source::Shared(bytes) => format!("{} bytes", bytes.len()),
                };
                format!(
                    "send {what}{}",
                    limit.map_or(String::new(), |n| format!(" cut {n}"))
                )
            }
            Effect::ReceiveData { name, .. } => format!("receive {name}"),
            Effect::KeepData { .. } => "keep".into(),
            Effect::Count(_) => "count".into(),
            Effect::Look(_) => "look".into(),
            Effect::CloseData(end) => format!("data {end:?}"),
            Effect::Close(end) => format!("close {end:?}"),
            Effect::Ask(ask) => format!("ask {} {:?}", ask.code, ask.port),
            Effect::Tell(notice) => match notice {
                Notice::Block(_) => return,
                Notice::Unmatched { nearest, .. } => format!("unmatched {nearest:?}"),
                other => format!("{other:?}"),
            },
        };
        self.done.push(shown);
        if self.hold {
            self.held = Some(effect);
        } else {
            self.answer(&effect);
        }
    }

    fn answer(&mut self, effect: &Effect) {
        let input = match effect {
            Effect::OpenData { .. } => Input::Data(Ok(())),
            Effect::SendData { source, limit, .. } => {
                let length = match source {
                    Source::Bytes(bytes) => bytes.len() as u64,
                    Source::File(_) | Source::Disk(_) => 10,
                    Source::Shared(bytes) => bytes.len() as u64,
                };
                Input::Moved {
                    bytes: length.min(limit.unwrap_or(u64::MAX)),
                    fault: None,
                }
            }
            Effect::ReceiveData { .. } => Input::Moved {
                bytes: 5,
                fault: None,
            },
            _ => return,
        };
        self.player.take(input, self.now);
    }

    fn command(&mut self, line: &str) {
        let wire = format!("{line}\r\n");
        self.dialogue
            .feed(Side::User, wire.as_bytes(), self.now, &mut |_| {});
        let input = Input::Command {
            line: line.as_bytes(),
            too_long: false,
        };
        self.player.take(input, self.now);
        self.run();
    }

    /// What was done since the last call.
    fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.done)
    }

    /// What these commands lead to.
    fn after(&mut self, commands: &[&str]) -> Vec<String> {
        self.take();
        for command in commands {
            self.command(command);
        }
        self.take()
    }

    fn wait(&mut self, seconds: u64) {
        self.now += seconds * SECOND;
        self.run();
    }
}

#[test]
fn steps_come_in_order_and_rules_at_any_time() {
    let mut stage =
        Stage::new("S> 220 hi\nC> USER *\nS> 331 {arg}\nC> PASS x\nS> 230\nC* NOOP\nS> 200 {verb}");
    assert_eq!(stage.take(), ["220 hi"]);
    assert_eq!(
        stage.after(&["NOOP", "user bob", "noop", "PASS x", "NOOP"]),
        ["200 NOOP", "331 bob", "200 NOOP", "230", "200 NOOP"]
    );
    assert_eq!(
        stage.after(&["PASS x", "nop", "FEAT"]),
        [
            "unmatched Some(Near { line: 4, why: Done })",
            "502 Not in this script.",
            "unmatched Some(Near { line: 6, why: Pattern(Verb) })",
            "500 Not in this script.",
            "unmatched None",
            "502 Not in this script."
        ]
    );
}

#[test]
fn a_port_that_is_refused_is_closed_before_it_is_named() {
    let mut stage =
        Stage::new("C* PASV\n-- data refuse\nS> 227 ({pasv})\nC* LIST\nS> 150\nD> a\nS> 226");
    assert_eq!(
        stage.after(&["PASV", "LIST"])[..3],
        ["close port", "open port", "close port"]
    );
}

#[test]
fn data_goes_in_the_order_of_the_lines() {
    let script = "C* PASV\nS> 227 ({pasv})\nC* LIST\nS> 150\nD> a\nD> b\nS> 226 {bytes}\nC* RETR\nS> 150\nD@ f\nS> 226\n\
                  C* STOR *\nS> 150\nD< x-{arg}\nS> 226 {bytes}\nC* NLST\n-- data open\nS> 150\n-- data close\nS> 226";
    let mut stage = Stage::new(script);
    assert_eq!(
        stage.after(&["PASV", "LIST"]),
        [
            "open port",
            "227 (127,0,0,1,19,137)",
            "150",
            "accept",
            "send a/b/",
            "data Fin",
            "226 6"
        ]
    );
    assert_eq!(
        stage.after(&["PASV", "RETR", "PASV", "STOR ../up"])[2..],
        [
            "150",
            "accept",
            "send f",
            "data Fin",
            "226",
            "open port",
            "227 (127,0,0,1,19,139)",
            "150",
            "accept",
            "receive up",
            "data Fin",
            "226 5"
        ]
    );
    assert_eq!(
        stage.after(&["PASV", "NLST"])[2..],
        ["accept", "150", "data Fin", "226"]
    );
}

#[test]
fn without_a_data_connection_the_rest_is_skipped() {
    let mut stage =
        Stage::new("C* LIST\nS> 150\nD> a\nS> 226\nC* PORT *\nS> 200\nC* NOOP\nS> 200 up");
    let skipped = "Skipped { line: Some(3), fault: NotAgreed }";
    assert_eq!(
        stage.after(&["LIST", "NOOP"]),
        ["150", skipped, "425 Use PASV or PORT first.", "200 up"]
    );
    assert_eq!(
        stage.after(&["PORT 127,0,0,1,19,136", "LIST"]),
        [
            "200",
            "close port",
            "150",
            "call 127.0.0.1:5000",
            "send a/",
            "data Fin",
            "226"
        ]
    );
    for foreign in ["PORT 192,0,2,1,19,136", "PORT 127,0,0,1,0,22"] {
        let done = stage.after(&[foreign, "LIST"]);
        assert!(
            done[3].starts_with("Skipped { line: Some(3), fault: Foreign("),
            "{done:?}"
        );
        assert_eq!(done[4], "425 Data goes to your own address only.");
    }
    stage.hold = true;
    stage.after(&["PORT 127,0,0,1,19,136", "LIST"]);
    stage
        .player
        .take(Input::Data(Err(DataFault::NotReached)), stage.now);
    stage.run();
    assert_eq!(stage.take()[1..], ["425 Can't open data connection."]);
}

#[test]
fn a_refused_port_command_changes_nothing() {
    let mut stage =
        Stage::new("C* PASV\nS> 227 ({pasv})\nC* PORT *\nS> 500\nC* LIST\nS> 150\nD> a\nS> 226");
    assert_eq!(
        stage.after(&["PASV", "PORT 127,0,0,1,19,136", "LIST"])[2..],
        ["500", "150", "accept", "send a/", "data Fin", "226"]
    );
}

#[test]
fn answers_change_with_time_and_connection() {
    let source =
        "S> 220 first\n-- next connection\nS> 220 later\nC* PASS *\nS> 530\n-- next time\nS> 230";
    let play = play(source);
    let mut one = Stage::of(&play);
    let mut two = Stage::of(&play);
    let mut three = Stage::of(&play);
    assert_eq!(
        [one.take(), two.take(), three.take()],
        [["220 first"], ["220 later"], ["220 later"]]
    );
    assert_eq!(
        one.after(&["PASS a", "PASS b", "PASS c"]),
        ["530", "230", "230"]
    );
    assert_eq!(two.after(&["PASS a"]), ["530"]);
}

#[test]
fn waits_and_slowness_are_deadlines() {
    let mut stage =
        Stage::new("-- slow 1s\nS> ab\nC* A\n-- wait 5s\nS> 200\nC* B\n-- split 2\nS> 20");
    assert_eq!(stage.take(), ["a"]);
    assert_eq!(stage.player.deadline(), Some(2 * SECOND));
    stage.wait(1);
    assert_eq!(stage.take(), ["b"]);
    for _ in 0..2 {
        stage.wait(1);
    }
    assert_eq!(stage.take().concat(), "\r\n");
    stage.wait(1);
    let mut stage = Stage::new("C* A\n-- wait 5s\nS> 200\nC* B\n-- split 2\nS> 200 x");
    stage.command("A");
    stage.command("B");
    assert_eq!(stage.take(), [""; 0], "B waits behind A");
    stage.wait(5);
    assert_eq!(
        stage.take(),
        ["200", "20", "0 ", "x\r", "\n"].map(String::from)
    );
}

#[test]
fn abor_drops_a_transfer_and_stat_does_not() {
    let script = "C* PASV\nS> 227 ({pasv})\nC* RETR\nS> 150\nD@ big\nS> 226 whole\n\
                  C* ABOR\nS> 426\nS> 226 aborted\nC* STAT\nS> 211 {bytes}\nC* QUIT\nS> 221";
    let mut stage = Stage::new(script);
    stage.after(&["PASV"]);
    stage.hold = true;
    stage.command("RETR");
    stage.player.take(Input::Data(Ok(())), stage.now);
    stage.run();
    assert_eq!(stage.take(), ["150", "accept", "send big"]);
    // STAT answers in the middle, NOOP and QUIT wait.
    assert_eq!(stage.after(&["STAT", "QUIT"]), ["211 0"]);
    assert_eq!(
        stage.after(&["ABOR"]),
        [
            "Aborted(3)",
            "data Fin",
            "close port",
            "426",
            "226 aborted",
            "221",
            "close Fin"
        ]
    );
    let mut stage = Stage::new(script);
    stage.after(&["PASV"]);
    stage.hold = true;
    stage.after(&["RETR", "QUIT"]);
    stage.player.take(Input::Data(Ok(())), stage.now);
    stage.run();
    let sending = stage.held.take().expect("the transfer");
    stage.hold = false;
    stage.answer(&sending);
    stage.run();
    assert_eq!(
        stage.take(),
        ["send big", "data Fin", "226 whole", "221", "close Fin"]
    );
}

/// A STAT is answered in the middle of a transfer; what comes while that one is not answered yet waits for it.
#[test]
fn a_second_stat_waits_its_turn() {
    let script = "C* PASV\nS> 227 ({pasv})\nC* RETR\nS> 150\nD@ big\nS> 226 whole\n\
                  C* STAT\n-- wait 1s\nS> 211 {bytes}\nC* NOOP\nS> 200";
    let mut stage = Stage::new(script);
    stage.after(&["PASV"]);
    stage.hold = true;
    stage.command("RETR");
    stage.player.take(Input::Data(Ok(())), stage.now);
    stage.run();
    assert_eq!(stage.after(&["STAT", "STAT", "NOOP"]), [""; 0]);
    assert_eq!(stage.player.frames.len(), MAX_FRAMES);
    stage.wait(1);
    assert_eq!(stage.take(), ["211 0"]);
    stage.wait(1);
    assert_eq!(stage.take(), ["211 0"], "each in its turn");
    let moved = Input::Moved {
        bytes: 10,
        fault: None,
    };
    stage.player.take(moved, stage.now);
    stage.run();
    assert_eq!(stage.take(), ["data Fin", "226 whole", "200"]);
}

#[test]
fn an_abor_that_nobody_answers_aborts_nothing() {
    let mut stage = Stage::new("C* A\n-- wait 5s\nS> 200");
    stage.command("A");
    assert_eq!(
        stage.after(&["ABOR"]),
        ["unmatched None", "502 Not in this script."]
    );
    stage.wait(5);
    assert_eq!(stage.take(), ["200"]);
}

#[test]
fn quit_and_421_close_unless_it_stays() {
    for (script, commands, last) in [
        ("C* QUIT\nS> 221", &["QUIT"][..], "close Fin"),
        ("C* QUIT\nS> 221\n-- stay", &["QUIT"], "221"),
        ("C* QUIT\n-- close", &["QUIT"], "close Fin"),
        ("C* A\nS> 421 Bye", &["A"], "close Fin"),
        ("C* A\nS> 421-Bye\nS> 421 Bye", &["A"], "close Fin"),
        ("C* A\nS> 421\n-- stay", &["A"], "421"),
        ("C* A\n-- reset\nS> 200", &["A"], "close Reset"),
    ] {
        let mut stage = Stage::new(script);
        let done = stage.after(commands);
        assert_eq!(done.last().map(String::as_str), Some(last), "{script}");
    }
    let mut stage = Stage::new("S> 421 Full");
    assert_eq!(stage.take(), ["421 Full", "close Fin"]);
}

#[test]
fn faults_on_the_data_connection_are_lines() {
    let pasv = "C* PASV\nS> 227 ({pasv})\n";
    for (script, wanted) in [
        (
            "C* LIST\nD> a\nS> 226",
            &["accept", "send a/", "data Fin", "226"][..],
        ),
        (
            "C* LIST\nS> 150\n-- data cut 1\nD> a\nS> 226 {bytes}",
            &["150", "accept", "send a/ cut 1", "data Fin", "226 1"],
        ),
        (
            "C* LIST\nS> 150\nD> a\n-- data reset\nS> 426",
            &["150", "accept", "send a/", "data Reset", "426"],
        ),
        (
            "C* LIST\nS> 150\n-- data refuse\nD> a\nS> 425",
            &["150", "close port", "425"],
        ),
        (
            "C* LIST\nS> 150\nD> a\n-- data hold\nS> 226\n-- wait 0s\nD> b",
            &["150", "accept", "send a/", "226", "send b/", "data Fin"],
        ),
        (
            "C* LIST\nS> 150\nD> a\n-- wait 0s\nD> b\nS> 226",
            &["150", "accept", "send a/", "send b/", "data Fin", "226"],
        ),
        (
            "C* LIST\n-- eol lf\nS> 150\nD> a",
            &["150\n", "accept", "send a\n", "data Fin"],
        ),
    ] {
        let mut stage = Stage::new(&format!("{pasv}{script}"));
        assert_eq!(stage.after(&["PASV", "LIST"])[2..], *wanted, "{script}");
    }
    let mut stage = Stage::new("C* PASV\nS> 227 ({pasv})\n-- data refuse\nC* LIST\nS> 150\nD> a");
    assert_eq!(
        stage.after(&["PASV"])[1..],
        ["227 (127,0,0,1,19,137)", "close port"]
    );
}

#[test]
fn what_holds_from_the_greeting_holds_for_the_connection() {
    let mut stage = Stage::new("-- eol lf\nS> 220\nC* A\nS> 200\nC* B\n-- eol crlf\nS> 200");
    assert_eq!(stage.take(), ["220\n"]);
    assert_eq!(stage.after(&["A", "B", "A"]), ["200\n", "200", "200\n"]);
    let mut stage = Stage::new("-- silence\nS> 220\nC* A\nS> 200");
    assert_eq!(stage.after(&["A"]), [""; 0]);
}

#[test]
fn values_come_from_the_dialogue() {
    let mut stage = Stage::new(
        "C* USER *\nS> 331 {user}\nC* PASS *\nS> 230 {user} {type}\nC* TYPE *\nS> 200\nC* CWD *\nS> 250\n\
         C* PWD\nS> 257 \"{cwd}\"\nC* SIZE {user}\nS> 213 {type}{{}}\nC* EPSV\nS> 229 ({epsv}) {port}",
    );
    let done = stage.after(&[
        "USER bob",
        "PASS x",
        "TYPE I",
        "PWD",
        "CWD /pub/./a/../b",
        "PWD",
        "SIZE bob",
        "EPSV",
    ]);
    assert_eq!(
        done,
        [
            "331 bob",
            "230 bob A",
            "200",
            "257 \"/\"",
            "250",
            "257 \"/pub/b\"",
            "213 I{}",
            "open port",
            "229 (|||5001|) 5001"
        ]
    );
}

#[test]
fn a_looping_client_is_stopped_and_a_silent_one_too() {
    let mut stage = Stage::new("C* PASS *\nS> 331 again");
    for _ in 0..101 {
        stage.command("PASS x");
    }
    let done = stage.take();
    assert_eq!(
        done[done.len() - 3..],
        [
            "Looping(101)",
            "421 The same command over and over: closing.",
            "close Fin"
        ]
    );
    let mut stage = Stage::new("-- idle 30s\nS> 220");
    stage.take();
    assert_eq!(stage.player.deadline(), Some(31 * SECOND));
    stage.wait(29);
    assert_eq!(stage.take(), [""; 0]);
    stage.wait(1);
    assert_eq!(
        stage.take(),
        [
            "Idle(30s)",
            "421 No command for too long: closing.",
            "close Fin"
        ]
    );
}

#[test]
fn a_person_fills_the_blanks() {
    let mut stage = Stage::new("C* PASV\nS? 227 Model ({pasv})\nC* A\nS? 2\nS> 200 also");
    assert_eq!(
        stage.after(&["PASV"]),
        ["open port", "ask 227 Some(127.0.0.1:5001)"]
    );
    stage
        .player
        .take(Input::Typed(b"227 (127,0,0,1,19,137)"), stage.now);
    stage.run();
    assert_eq!(stage.take(), ["227 (127,0,0,1,19,137)"]);
    assert_eq!(stage.after(&["A"]), ["ask 2 None"]);
    // The client goes away in the middle.
    stage.player.take(Input::Ended, stage.now);
    stage.run();
    assert_eq!(stage.take(), ["close Fin"]);
}

#[test]
fn what_arrives_together_is_answered_before_the_end() {
    let mut stage = Stage::new("C* A\n-- wait 1s\nS> 200 a\nC* B\nS> 200 b");
    stage.command("A");
    stage.command("B");
    stage.player.take(Input::Ended, stage.now);
    stage.run();
    assert_eq!(stage.take(), [""; 0]);
    stage.wait(1);
    assert_eq!(stage.take(), ["200 a", "200 b", "close Fin"]);
}

#[test]
fn stored_names_are_flat_and_safe() {
    for (path, name) in [
        ("a.txt", "a.txt"),
        ("/x/../y", "y"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (".bashrc", "_bashrc"),
        ("a\0b\x1b[m", "a_b__m"),
        ("C:\\x", "x"),
        ("été 1", "été 1"),
    ] {
        assert_eq!(flat_name(path.as_bytes()), name);
    }
    assert_eq!(flat_name(&[b'a'; 1000]).len(), 100);
    for (directory, path, wanted) in [
        ("/", "x", "/x"),
        ("/", "/x", "/x"),
        ("/a", "./b/../x", "/a/x"),
        ("/a/b", "../x", "/a/x"),
        ("/", "../../x", "/../../x"),
        ("/", "/etc/cron.d/x", "/etc/cron.d/x"),
        ("/", "..", "/.."),
        ("/", ".", "/."),
        ("/", "", "/"),
        ("/a", "", "/a/"),
    ] {
        let path = upload_path(Some(directory.as_bytes()), path.as_bytes());
        assert_eq!(String::from_utf8_lossy(&path), wanted);
    }
    for bad in ["/etc/passwd", "../x", "a/../../x", "", "a\0"] {
        assert_eq!(inside(bad.as_bytes()), None, "{bad}");
    }
}

/// A person closes what a block waits for: the block hears of it, and the session goes on.
#[test]
fn what_is_closed_by_hand_is_waited_for_no_more() {
    let mut stage = Stage::new(
        "S? 220\nC* PASV\nS> 227 ({pasv})\nC* LIST\nS> 150\nD> a\nS> 226\nC* NOOP\nS> 200",
    );
    stage.player.take(Input::Typed(b"220 x"), SECOND);
    stage.run();
    stage.after(&["PASV"]);
    stage.hold = true;
    assert_eq!(stage.after(&["LIST"]), ["150", "accept"]);
    stage.hold = false;
    stage
        .player
        .take(Input::Hand(Hand::Close(End::Fin)), SECOND);
    stage.run();
    let done = stage.take();
    assert!(
        done.contains(&"425 Nobody opened the data connection.".to_owned()),
        "{done:?}"
    );
    assert_eq!(stage.after(&["NOOP"]), ["200"]);
}

/// A block waits for its client; a STAT on top of it waits for a person, who cannot have the data connection before it.
#[test]
fn what_a_block_below_waits_for_is_not_taken_by_hand() {
    let mut stage = Stage::new(
        "S> 220\nC* PASV\nS> 227 ({pasv})\nC* LIST\nS> 150\nD> a\nS> 226\nC* STAT\nS? 211",
    );
    stage.after(&["PASV"]);
    stage.hold = true;
    assert_eq!(stage.after(&["LIST"]), ["150", "accept"]);
    assert_eq!(stage.after(&["STAT"]), ["ask 211 None"]);
    stage.player.take(Input::Hand(Hand::Take), SECOND);
    stage.run();
    assert!(stage.take().is_empty());
    stage.hold = false;
    stage.player.take(Input::Data(Ok(())), SECOND);
    stage.player.take(Input::Typed(b"211 x"), SECOND);
    stage.run();
    assert_eq!(stage.take(), ["211 x", "send a/", "data Fin", "226"]);
}

/// A person and the built-in server: the file comes behind what the person sends.
#[test]
fn data_of_the_built_in_server_waits_for_data_by_hand() {
    let source = "-- files files\nS> 220\nC* SYST\nS? 215";
    let script = Script::parse(source.as_bytes()).expect("a good script");
    let values = params::resolve(&script.settings.params, &[], None).expect("fine");
    let mut tree = Tree::new(false);
    let mut content = tree.room().upload();
    content.grow(5, |out| out.extend_from_slice(b"hello"));
    let file = Node::File(File {
        content: Content::Memory(content.done()),
        modified: 0,
    });
    assert!(tree.add("hello.txt", file).is_ok());
    let play = Play::new(script, values, Limits::default(), None, Some(tree)).expect("harmless");
    let mut stage = Stage::of(&Arc::new(play));
    stage.after(&["USER anonymous", "PASS x", "PASV"]);
    stage.hold = true;
    stage.player.take(Input::Hand(Hand::Take), SECOND);
    stage.run();
    assert_eq!(stage.take(), ["accept"]);
    stage.hold = false;
    let done = stage.after(&["RETR /hello.txt"]);
    assert!(done.iter().all(|what| what.starts_with("150")), "{done:?}");
    stage.player.take(Input::Data(Ok(())), SECOND);
    stage.run();
    let done = stage.take();
    assert!(done.iter().any(|what| what.starts_with("send")), "{done:?}");
    assert!(done.iter().any(|what| what.starts_with("226")), "{done:?}");
}

/// What a person has begun goes first, and the data of the block behind it.
#[test]
fn data_of_a_block_waits_for_data_by_hand() {
    let mut stage =
        Stage::new("S> 220\nC* PASV\nS> 227 ({pasv})\nC* LIST\nS? 1\nD> a\nS> 226 {bytes}");
    stage.after(&["PASV", "LIST"]);
    stage.hold = true;
    let source = Source::Bytes(b"x".to_vec());
    stage.player.take(
        Input::Hand(Hand::Send {
            source,
            last: false,
        }),
        SECOND,
    );
    stage.run();
    assert_eq!(stage.take(), ["accept"]);
    stage.hold = false;
    stage.player.take(Input::Typed(b"150 y"), SECOND);
    stage.run();
    assert_eq!(stage.take(), ["150 y"]);
    stage.player.take(Input::Data(Ok(())), SECOND);
    stage.run();
    assert_eq!(stage.take(), ["send x", "send a/", "data Fin", "226 3"],);
}
