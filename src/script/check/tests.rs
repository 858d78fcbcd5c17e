//! Each trap by a script that has it, and a good script that has none.

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
        ("C* STAT|HELP\nS> 211 Ok.", &["odd-pattern"]),
        ("C* /PWD\nS> 200 Ok.", &["odd-pattern"]),
        ("C* NOOP x|HELP y*\nS> 200 Ok.", &["odd-pattern"]),
        ("C* SITE |HELP\nS> 200 Ok.", &["odd-pattern"]),
        ("C* EPRT |1|*\nS> 522 No.", &[]),
        ("C* NOOP \nS> 200 Ok.", &["odd-blanks"]),
        ("C*  NOOP\nS> 200 Ok.", &["odd-blanks"]),
        ("C* HELP  *\nS> 214 Ok.", &["odd-blanks"]),
        ("C* NOPO *\nS> 200 Ok.", &["unknown-verb"]),
        ("C* XYZZY *\nS> 200 Ok.", &[]),
        (
            "C> NOOP\nS> 200 Ok.\nC> QUIT\nS> 221 Bye.\nC> NOOP\nS> 200 Ok.",
            &["behind-quit"],
        ),
        ("C* NLST\nS> 150 x\nD< y\nS> 226 z", &["wrong-way"]),
        ("C* STOR *\nS> 150 x\nD> y\nS> 226 z", &["wrong-way"]),
        ("C* NOOP\n-- close\nS> 200 a", &["closed-unanswered"]),
        ("C* /STAT\\|HELP/\nS> 211 Ok.", &["odd-pattern"]),
        ("C* /ALLO|STRU X/\nS> 200 Ok.", &[]),
        ("C* X{|}Y | FOO /\nS> 200 Ok.", &[]),
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
        (
            "C* NLST\nS> 150 x\n-- data close\nD> a\nS> 226 y",
            &["data-again"],
        ),
        (
            "C* NLST\nS> 150 x\nD> a\nS> 150 more\nD> b\nS> 226 y",
            &["data-again"],
        ),
        (
            "C* NLST\nS> 150 x\n-- data hold\nD> a\nS> 150 more\nD> b\nS> 226 y",
            &[],
        ),
        (
            "C* NLST\n-- data open\nS> 150 x\n-- wait 1s\nD> a\n-- wait 1s\nD> b\n-- data close\nS> 226 y",
            &[],
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

#[test]
fn a_reply_that_is_typed_is_what_its_model_says() {
    for (reply, warned) in [
        ("S? 2 230 In.", false),
        ("S? 2", true),
        ("S? 230 In.", false),
    ] {
        let source = format!("S> 220 Ready.\nC* USER *\nS> 331 Go on.\nC* PASS *\n{reply}\n");
        assert_eq!(names_of(&source).contains(&"login-200"), warned, "{reply}");
    }
}
