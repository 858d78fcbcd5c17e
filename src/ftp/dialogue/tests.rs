//! The observer against dialogues, cut at every place.

use super::*;
use crate::ftp::event::Transfer;

fn ends() -> Ends {
    Ends {
        user: Some("192.168.52.2:40000".parse().expect("an address")),
        server: Some("192.168.52.7:21".parse().expect("an address")),
        midstream: false,
    }
}

fn show(event: &Event<'_>, out: &mut Vec<String>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let transfer = |t: &Transfer<'_>| {
        format!(
            "{} {:?} of {} path {:?} by {:?} rest {} {:?} declared {:?} code {:?}{}{}",
            t.verb.name(),
            t.flow,
            t.command,
            t.path.map(text),
            t.negotiation,
            t.restart,
            t.data_type,
            t.declared.map(|d| d.bytes),
            t.code,
            if t.begun { "" } else { " not begun" },
            if t.aborted { " aborted" } else { "" }
        )
    };
    out.push(match &event.what {
        What::Command(c) => format!("{} {} {:?}", c.n, text(c.word), c.arg.map(text)),
        What::ReplyLine(_) => return,
        What::Reply(r) => {
            let lines = r.text.len();
            let answers = r.answers.map(|a| (a.command, a.preliminary));
            let code = r.code.map_or("none".to_owned(), |code| code.to_string());
            match answers {
                Some((n, true)) => {
                    format!("  {}:{code}x{lines} for {n}, more to come", r.n)
                }
                Some((n, false)) => format!("  {}:{code}x{lines} for {n}", r.n),
                None => format!(
                    "  {}:{code}x{lines}{}",
                    r.n,
                    if r.greeting { " greeting" } else { "" }
                ),
            }
        }
        What::Negotiation(n) => format!(
            "  = {} {} {:?} {}{}",
            n.n,
            n.verb.name(),
            n.listen.map(|l| l.to_string()),
            if n.accepted {
                "accepted"
            } else if n.answered {
                "refused"
            } else {
                "unanswered"
            },
            if n.peer_differs { " elsewhere" } else { "" }
        ),
        What::Login { user, accepted } => format!("  = login {} {accepted}", text(user)),
        What::Directory(path) => format!("  = in {}", text(path)),
        What::DataType(t) => format!("  = type {}", t.letter()),
        What::TransferBegun(t) => format!("  < {}", transfer(t)),
        What::TransferEnded(t) => format!("  > {}", transfer(t)),
        What::Sealed => format!("  sealed {:?} at {}", event.side, event.offset),
        What::Unsealed => format!("  clear {:?} at {}", event.side, event.offset),
        What::Quirk(q) => format!("  ! {:?} {}", q.side, q.kind.name()),
    });
}

/// Each piece is one side's bytes; `C` and `S` at its beginning say whose.
fn pieces(script: &str) -> Vec<(Side, Vec<u8>)> {
    script
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (side, rest) = line.trim_start().split_at(2);
            let side = if side == "C>" {
                Side::User
            } else {
                Side::Server
            };
            let bytes = rest[1..]
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\x16", "\x16\x03\x01\x00\x02");
            let ended = bytes.ends_with('\n') || bytes.ends_with('\x02') || bytes.contains('\x16');
            (
                side,
                if ended { bytes } else { bytes + "\r\n" }.into_bytes(),
            )
        })
        .collect()
}

fn watch_pieces(ends: Ends, pieces: &[(Side, Vec<u8>)], step: usize) -> Vec<String> {
    let mut dialogue = Dialogue::new(ends);
    let mut out = Vec::new();
    for (side, bytes) in pieces {
        for chunk in bytes.chunks(step) {
            dialogue.feed(*side, chunk, 0, &mut |event| show(event, &mut out));
        }
    }
    dialogue.finish(0, &mut |event| show(event, &mut out));
    out
}

/// The events of a dialogue, the same for every size of the pieces it comes in.
#[track_caller]
fn watch(script: &str) -> Vec<String> {
    let pieces = pieces(script);
    let whole = watch_pieces(ends(), &pieces, usize::MAX);
    for step in 1..12 {
        assert_eq!(
            watch_pieces(ends(), &pieces, step),
            whole,
            "in steps of {step}"
        );
    }
    whole
}

#[track_caller]
fn check(script: &str, expected: &str) {
    let got = watch(script);
    let expected: Vec<&str> = expected
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| &l[12..])
        .collect();
    assert_eq!(got, expected, "\n{}", got.join("\n"));
}

#[test]
fn the_paper_s_passive_transcript() {
    check(
        "S> 220 mandrivalinux.local FTP server ready.
             C> USER anonymous
             S> 331 Guest login ok, send your complete e-mail address as password.
             C> PASS tv@free.fr
             S> 230 Guest login ok, access restrictions apply.
             C> PASV
             S> 227 Entering Passive Mode (192,168,52,7,205,179)
             C> LIST -al
             S> 150 Opening ASCII mode data connection for directory listing.
             S> 226 Transfer complete.
             C> QUIT
             S> 221-You have transferred 0 bytes in 0 files.
             S> 221-Total traffic for this session was 433 bytes in 0 transfers.
             S> 221 Goodbye.",
        "
              1:220x1 greeting
            1 USER Some(\"anonymous\")
              2:331x1 for 1
            2 PASS Some(\"tv@free.fr\")
              3:230x1 for 2
              = login anonymous true
            3 PASV None
              4:227x1 for 3
              = 1 PASV Some(\"192.168.52.7:52659\") accepted
            4 LIST Some(\"-al\")
              5:150x1 for 4, more to come
              < LIST Down of 4 path None by Some(1) rest 0 Ascii declared None code Some(150)
              6:226x1 for 4
              > LIST Down of 4 path None by Some(1) rest 0 Ascii declared None code Some(226)
            5 QUIT None
              7:221x3 for 5",
    );
}

#[test]
fn the_paper_s_own_oddities() {
    let got = watch(
        "S> 220 x
             C> USER a
             S> 331 x
             C> PASS b
             S> 230 x
             C> SIZE /
             S> 212 600
             C> MDTM /
             S> 213 19980615100045.014",
    );
    assert_eq!(
        got.iter().filter(|l| l.contains('!')).collect::<Vec<_>>(),
        ["  ! Server unexpected-code"]
    );
}

#[test]
fn pipelining_pairs_in_order_and_the_greeting_answers_nothing() {
    check(
        "C> USER a\\r\\nPASS b\\r\\nTYPE I\\r\\n
             S> 220-Hi\\r\\n220 there\\r\\n331 x\\r\\n230 y\\r\\n
             S> 200 z",
        "
            1 USER Some(\"a\")
              ! User before-greeting
            2 PASS Some(\"b\")
              ! User before-greeting
            3 TYPE Some(\"I\")
              ! User before-greeting
              1:220x2 greeting
              2:331x1 for 1
              3:230x1 for 2
              = login a true
              4:200x1 for 3
              = type I",
    );
}

#[test]
fn abor_with_two_replies_with_one_and_with_225() {
    let head = "S> 220 x\nC> RETR big\nS> 150 x (100 bytes)\nC> ABOR\n";
    let tail = |replies: &str| {
        let got = watch(&format!("{head}{replies}\nC> NOOP\nS> 200 ok"));
        got.into_iter()
            .filter(|l| !l.contains('!'))
            .skip(5)
            .collect::<Vec<_>>()
    };
    let ended = |code: &str| {
        format!(
            "  > RETR Down of 1 path None by None rest 0 Ascii declared Some(100) code {code} aborted"
        )
    };
    assert_eq!(
        tail("S> 426 x\nS> 226 y"),
        [
            "  3:426x1 for 1".into(),
            ended("Some(426)"),
            "  4:226x1 for 2".into(),
            "3 NOOP None".into(),
            "  5:200x1 for 3".into()
        ]
    );
    assert_eq!(
        tail("S> 225 y"),
        [
            "  3:225x1 for 2".into(),
            ended("None"),
            "3 NOOP None".into(),
            "  4:200x1 for 3".into()
        ]
    );
}

#[test]
fn stat_is_answered_while_a_transfer_runs() {
    let got = watch("S> 220 x\nC> RETR a\nS> 150 x\nC> STAT\nS> 211-half\nS> 211 done\nS> 226 x");
    assert!(
        got.contains(&"  3:211x2 for 2".to_owned()) && got.contains(&"  4:226x1 for 1".to_owned()),
        "{got:?}"
    );
    assert!(!got.iter().any(|l| l.contains('!')), "{got:?}");
}

#[test]
fn unsolicited_421_and_a_second_reply() {
    check(
        "S> 220 x
             C> TYPE I
             S> 200 a
             S> 200 b
             S> 421 bye",
        "
              1:220x1 greeting
            1 TYPE Some(\"I\")
              2:200x1 for 1
              = type I
              3:200x1
              ! Server unsolicited
              4:421x1",
    );
}

#[test]
fn a_line_without_a_code_does_not_cost_the_pairing() {
    let got =
        watch("S> 220 x\nC> USER a\nS> hello\nS> 331 x\nC> PASS b\nS> oops\nC> SYST\nS> 215 UNIX");
    let replies: Vec<&String> = got.iter().filter(|l| l.contains("for")).collect();
    assert_eq!(
        replies,
        [
            "  2:nonex1 for 1, more to come",
            "  3:331x1 for 1",
            "  4:nonex1 for 2, more to come",
            "  5:215x1 for 3"
        ]
    );
}

#[test]
fn a_reply_that_is_never_closed_ends_where_another_is_due() {
    check(
        "S> 220 x
             C> PASS b
             S> 230-Welcome
             S> 230-more
             C> SYST
             S> 215 UNIX
             C> NOOP
             S> 200-a
             S> 226 inner
             S> 226 b
             ",
        "
              1:220x1 greeting
            1 PASS Some(\"b\")
              ! User pass-without-user
            2 SYST None
              ! User pipelined
              ! Server closed-by-other-code
              2:230x2 for 1
              = login  true
              3:215x1 for 2
            3 NOOP None
              ! Server inner-line-like-reply
              ! Server closed-by-other-code
              4:200x3 for 3",
    );
}

#[test]
fn directories_change_by_replies_to_the_right_commands_only() {
    let got = watch(
        "S> 220 x\nC> PWD\nS> 257 \"/home\"\nC> MKD d\nS> 257 \"/home/d\" made\nC> CWD d\nS> 250 ok\n\
             C> CWD no\nS> 550 no\nC> CDUP\nS> 250 ok\nC> PWD\nS> 257 /home",
    );
    let moves: Vec<&String> = got
        .iter()
        .filter(|l| l.contains(" in ") || l.contains('!'))
        .collect();
    assert_eq!(
        moves,
        [
            "  = in /home",
            "  = in /home/d",
            "  = in /home",
            "  ! Server path-unquoted"
        ]
    );
}

#[test]
fn negotiations_of_every_kind() {
    let got = watch(
        "S> 220 x\nC> PORT 192,168,52,2,19,136\nS> 200 ok\nC> EPRT |1|10.0.0.9|80|\nS> 500 no\nC> EPSV\nS> 229 x (|||5000|)\n\
             C> PASV\nS> 227 x (10,0,0,1,0,0)\nC> EPSV\nS> 227 x (192,168,52,7,1,1)\nC> PASV\nS> 227 Logout.\nC> PASV\nS> 502 no\n\
             C> EPSV ALL\nS> 200 ok\nC> PORT 1,2,3\nS> 501 no\nC> PORT 192,168,52,2,19,137",
    );
    let seen: Vec<&String> = got
        .iter()
        .filter(|l| l.starts_with("  = ") || l.contains('!'))
        .collect();
    assert_eq!(
        seen,
        [
            "  = 1 PORT Some(\"192.168.52.2:5000\") accepted",
            "  ! User third-party",
            "  ! User privileged-port",
            "  = 2 EPRT Some(\"10.0.0.9:80\") refused elsewhere",
            "  = 3 EPSV Some(\"192.168.52.7:5000\") accepted",
            "  ! Server port-zero",
            "  ! Server passive-host-differs",
            "  = 4 PASV Some(\"10.0.0.1:0\") accepted elsewhere",
            "  ! Server passive-mismatch",
            "  = 5 EPSV Some(\"192.168.52.7:257\") accepted",
            "  ! Server bad-endpoint",
            "  = 6 PASV None refused",
            "  = 7 PASV None refused",
            "  ! User bad-endpoint",
            "  = 8 PORT None refused",
            "  = 9 PORT Some(\"192.168.52.2:5001\") unanswered",
        ]
    );
}

#[test]
fn transfers_know_their_offset_their_size_and_their_path() {
    let got = watch(
        "S> 220 x\nC> PWD\nS> 257 \"/\"\nC> TYPE I\nS> 200 x\nC> SIZE a\nS> 213 14\nC> PASV\nS> 227 (192,168,52,7,1,1)\n\
             C> REST 7\nS> 350 x\nC> RETR a\nS> 150 x\nS> 226 x\nC> STOU\nS> 150 FILE: u.1\nS> 226 x",
    );
    let seen: Vec<&String> = got
        .iter()
        .filter(|l| l.starts_with("  >") || l.starts_with("  <"))
        .collect();
    assert_eq!(
        seen,
        [
            "  < RETR Down of 6 path Some(\"/a\") by Some(1) rest 7 Image declared Some(14) code Some(150)",
            "  > RETR Down of 6 path Some(\"/a\") by Some(1) rest 7 Image declared Some(14) code Some(226)",
            "  < STOU Up of 7 path Some(\"/u.1\") by Some(1) rest 0 Image declared None code Some(150)",
            "  > STOU Up of 7 path None by Some(1) rest 0 Image declared None code Some(226)",
        ]
    );
}

#[test]
fn a_500_behind_a_1yz_is_about_a_later_command() {
    let mut seen = Vec::new();
    let mut dialogue = Dialogue::new(ends());
    for (side, text) in [
        (Side::Server, "220 x\r\n"),
        (Side::User, "APPE f\r\n"),
        (Side::Server, "125 go\r\n"),
        (Side::User, "abc\r\n"),
        (Side::Server, "500 what\r\n226 done\r\n"),
    ] {
        dialogue.feed(side, text.as_bytes(), 0, &mut |event| {
            show(event, &mut seen)
        });
    }
    for line in ["  3:500x1 for 2", "  4:226x1 for 1"] {
        assert!(seen.iter().any(|told| told == line), "{seen:#?}");
    }
}

#[test]
fn tls_ends_what_can_be_read_and_ccc_brings_it_back() {
    check(
        "S> 220 x
             C> AUTH TLS
             S> 234 ok
             C> \\x16ab\\x16cdPWD\\r\\n
             S> \\x16ef257 \"/\"\\r\\n",
        "
              1:220x1 greeting
            1 AUTH Some(\"TLS\")
              2:234x1 for 1
              sealed User at 10
              clear User at 24
            2 PWD None
              sealed Server at 15
              clear Server at 22
              3:257x1 for 2
              = in /",
    );
}

#[test]
fn records_that_were_seen_from_their_middle_are_found_at_every_split() {
    let pieces: [(Side, Vec<u8>); 4] = [
        (Side::Server, b"220 x\r\n".to_vec()),
        (Side::User, b"AUTH TLS\r\n".to_vec()),
        (Side::User, b"\x16\x03\x01\x00\x01a".to_vec()),
        (
            Side::Server,
            b"234 ok\r\n\x01\xffAUTH\r\n221 x\r\n".to_vec(),
        ),
    ];
    let whole = watch_pieces(ends(), &pieces, usize::MAX);
    assert!(
        whole
            .iter()
            .any(|told| told.contains("sealed Server at 15")),
        "{whole:?}"
    );
    for step in 1..20 {
        assert_eq!(watch_pieces(ends(), &pieces, step), whole, "by {step}");
    }
}

#[test]
fn the_stage_follows_section_6() {
    let mut dialogue = Dialogue::new(ends());
    let mut feed = |side, text: &str| {
        dialogue.feed(side, text.as_bytes(), 0, &mut |_| {});
        dialogue.stage()
    };
    assert_eq!(feed(Side::Server, "220 x\r\n"), Stage::Begin);
    assert_eq!(feed(Side::User, "USER a\r\n"), Stage::Wait(Verb::User));
    assert_eq!(
        feed(Side::Server, "331 x\r\n"),
        Stage::Intermediate(Verb::User)
    );
    assert_eq!(feed(Side::User, "LIST\r\n"), Stage::Wait(Verb::List));
    assert_eq!(
        feed(Side::Server, "150 x\r\n"),
        Stage::Preliminary(Verb::List)
    );
    assert_eq!(feed(Side::Server, "226 x\r\n"), Stage::Begin);
}

#[test]
fn bounds_hold_against_a_hostile_peer() {
    let mut dialogue = Dialogue::new(ends());
    let mut quirks = 0u64;
    let mut untold = 0;
    let mut sink = |event: &Event<'_>| {
        if let What::Quirk(quirk) = &event.what {
            quirks += 1;
            if let Kind::Untold { count } = quirk.kind {
                untold = count;
            }
        }
    };
    for _ in 0..10_000 {
        dialogue.feed(Side::User, b"XYZZY\n", 0, &mut sink);
    }
    assert_eq!(dialogue.outstanding().len(), MAX_OUTSTANDING);
    dialogue.finish(0, &mut sink);
    assert_eq!(quirks, MAX_QUIRKS + 1);
    assert!(untold > 10_000);
}

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_split_anywhere_give_the_same_events(
        parts in proptest::collection::vec((proptest::bool::ANY, "(USER a|PASV|RETR x|ABOR|220 x|220-|227 \\(1,2,3,4,5,6\\)|150 |226 x|\\PC{0,3}|\u{ff}\u{f4}){0,2}(\r\n|\n|\r|)"), 0..12),
        step in 1usize..7,
    ) {
        let pieces: Vec<(Side, Vec<u8>)> = parts
            .into_iter()
            .map(|(user, text)| (if user { Side::User } else { Side::Server }, text.chars().map(|c| c as u8).collect()))
            .collect();
        proptest::prop_assert_eq!(watch_pieces(ends(), &pieces, step), watch_pieces(ends(), &pieces, usize::MAX));
    }
}

/// An observer whose memory is full gives back what it holds, tells it as what reached its bound, and reads on.
#[test]
fn what_waits_is_counted_and_can_be_shortened() {
    let mut told = Vec::new();
    let mut dialogue = Dialogue::new(ends());
    let mut sink = |event: &Event<'_>| show(event, &mut told);
    let said: [(Side, Vec<u8>); 4] = [
        (Side::Server, b"220 Ready.\r\n".to_vec()),
        (Side::User, b"NOOP\r\n".repeat(100)),
        (Side::User, [b"SITE ", &[b'x'; 9_000][..]].concat()),
        (
            Side::Server,
            [
                b"200-\r\n",
                &b"200-more\r\n".repeat(1_000)[..],
                &[b'y'; 9_000],
            ]
            .concat(),
        ),
    ];
    for (side, bytes) in &said {
        dialogue.feed(*side, bytes, 0, &mut sink);
    }
    assert!(
        (30_000..60_000).contains(&dialogue.held()),
        "{}",
        dialogue.held()
    );
    // Two lines, a reply, and 84 commands.
    assert_eq!(dialogue.shorten(0, &mut sink), 87);
    let held = dialogue.held();
    assert!(held < 4_000, "{held}");
    assert_eq!(dialogue.shorten(0, &mut sink), 0);
    // More of them is not kept either; what comes behind them is.
    let more: [(Side, &[u8]); 4] = [
        (Side::User, &[b'x'; 9_000]),
        (Side::User, b"end\r\nNOOP\r\n"),
        (Side::Server, &[b'y'; 9_000]),
        (
            Side::Server,
            b"y\r\n200 End.\r\n200-One.\r\n200-Two.\r\n200 Three.\r\n",
        ),
    ];
    for (side, bytes) in more {
        dialogue.feed(side, bytes, 0, &mut sink);
        assert!(dialogue.held() < held + 1_000, "{}", dialogue.held());
    }
    let site = format!("101 SITE Some({:?})", "x".repeat(SHORTENED - 5));
    let lines: Vec<&str> = told.iter().map(|line| line.trim()).collect();
    assert_eq!(
        lines[lines.len() - 7..],
        [
            site.as_str(),
            "! User line-too-long",
            "102 NOOP None",
            "! Server line-too-long",
            "! Server reply-too-long",
            "2:200x1 for 85",
            "3:200x3 for 86",
        ]
    );
}
