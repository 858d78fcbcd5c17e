//! Reading sheets: what is right, and every mistake with its place.

use super::{head::server, *};
use crate::{
    ftp::command::Verb,
    lab::sheet::{Language, RightWhen, Server, Wanted},
    script::{literal::Value, mistake::Kind as Notation},
};

const HEAD: &str = "---\ntitle: T\nversion: 3\nlanguage: fr\nparam file: a.txt, b.txt\n---\n";

/// Line, column and what is wrong, for comparison.
fn wrong(text: &str) -> Vec<(u32, u32, Wrong)> {
    match read(text) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes
            .into_iter()
            .map(|mistake| (mistake.line, mistake.column, mistake.kind))
            .collect(),
    }
}

/// The same of blocks in a step, the first of which begins in line 8.
fn in_step(blocks: &str) -> Vec<(u32, u32, Wrong)> {
    wrong(&format!("{HEAD}## Step\n{blocks}"))
}

#[test]
fn a_whole_sheet() {
    let text = format!(
        "{HEAD}\nWelcome, **{{student}}**.\n\n```shell\nftplab raw {{server}}\n```\n\n## The `PWD` *command* ##\n\n\
         - a list\n  ```\n  shown\n  ```\n\n> quoted\n\n\
         ```ftp id=login role=client\n# a comment\nC> USER *\n-- say USER anonymous\nS> 331\nS> 230 Log*\nC* NOOP\nD> *\n\
         C> RETR {{param.file}} | NLST\n```\nBetween.\n```text\n{{not a value}}\n```\n\
         ~~~ask id=port kind=number points=2\nWhich port?\n\nReally.\n= {{pasv.high}}*256 +\n  {{pasv.low}}\n~ {{pasv.high}} # The high\n  byte.\n\
         ? One hint\n? Another\n! Because\n~~~\n\
         ```ask id=who kind=choice\nWho closes? (the control line)\n= {{closed_by}}\n(client) The client # No.\n(server) The server\n( ) Nobody\n```\n\
         ```server use=early-226 line=b\n```\n```ftp id=b line=b\nC> PWD\nS> 257\n```\n\
         ```write id=why lines=4\nWhy?\n```\n```capture id=c file=x.pcap\n[[expect]]\nmode = \"passive\"\n```\n"
    );
    let sheet = read(&text).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(
        (sheet.head.version, sheet.head.language),
        (3, Language::French)
    );
    assert_eq!(sheet.head.server, Server::Script("lab".to_owned()));
    assert_eq!(sheet.head.params[0].to_string(), "file=a.txt,b.txt");
    assert!(matches!(
        sheet.intro.as_slice(),
        [Part::Prose(_), Part::Block(_)]
    ));
    let [step] = sheet.steps.as_slice() else {
        panic!("one step")
    };
    assert_eq!(step.title.fill(|_| None).as_deref(), Ok("The PWD command"));
    let ids: Vec<&str> = step
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Block(block) => block.kind.id(),
            Part::Prose(_) => None,
        })
        .collect();
    assert_eq!(ids, ["login", "port", "who", "b", "why", "c"]);
    let block = |wanted: &str| {
        step.parts.iter().find_map(|part| match part {
            Part::Block(block) if block.kind.id() == Some(wanted) => Some(&block.kind),
            _ => None,
        })
    };
    let Some(Kind::Ftp(ftp)) = block("login") else {
        panic!("a dialogue")
    };
    assert_eq!((ftp.lines.len(), ftp.between.len()), (5, 1));
    assert!(matches!(
        &ftp.lines[0].what,
        Wanted::Command { verb: Verb::User, say: Some(say), .. } if say.as_bytes() == Some(b"USER anonymous")
    ));
    assert!(matches!(
        ftp.lines[1].what,
        Wanted::Reply {
            code: 331,
            text: None
        }
    ));
    let Some(Kind::Ask(ask)) = block("port") else {
        panic!("a question")
    };
    assert_eq!(
        ask.question.fill(|_| None).as_deref(),
        Ok("Which port?\n\nReally.")
    );
    assert_eq!((ask.points, ask.hints.len(), ask.wrong.len()), (2, 2, 1));
    assert_eq!(
        ask.wrong[0].1.fill(|_| None).as_deref(),
        Ok("The high byte.")
    );
    assert!(ask.why.is_some() && ask.right[0].number.is_some());
    let Some(Kind::Ask(ask)) = block("who") else {
        panic!("a question")
    };
    assert_eq!(ask.choices[1].right, RightWhen::Key("server".to_owned()));
    assert!(ask.choices[0].told.is_some() && ask.choices[1].told.is_none());
    // The same with the line ends of Windows, and with a byte order mark.
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert!(read(&windows).is_ok(), "{:#?}", read(&windows));
}

#[test]
fn the_head() {
    assert_eq!(wrong("## x\n"), [(1, 1, Wrong::HeadMissing)]);
    assert_eq!(wrong("---\ntitle: x\n"), [(1, 1, Wrong::HeadOpen)]);
    assert_eq!(
        wrong(
            "---\ntilte: x\nversion: one\nlanguage: de\nserver: a b\nversion: 2\nparam x y: 1\nparam x: 5..1\nno\n\
             param a: 1\nparam a: 2\n---\n## x\n"
        ),
        [
            (1, 1, Wrong::HeadLacks("title")),
            (
                2,
                1,
                Wrong::HeadUnknown {
                    name: "tilte".to_owned(),
                    nearest: Some("title")
                }
            ),
            (
                3,
                10,
                Wrong::NumberInvalid {
                    value: "one".to_owned(),
                    from: 1,
                    to: 1_000_000
                }
            ),
            (4, 11, Wrong::LanguageUnknown("de".to_owned())),
            (5, 9, Wrong::ServerInvalid("a b".to_owned())),
            (6, 1, Wrong::HeadTwice(3)),
            (7, 1, Wrong::ParamInvalid),
            (8, 1, Wrong::ParamInvalid),
            (9, 1, Wrong::HeadLine),
            (11, 1, Wrong::HeadTwice(10)),
        ]
    );
}

#[test]
fn whom_a_sheet_talks_to() {
    let real = |host: &str, port| Some(Server::Real(host.to_owned(), port));
    for (text, meant) in [
        ("none", Some(Server::None)),
        ("early-226", Some(Server::Script("early-226".to_owned()))),
        ("./x.ftp", Some(Server::Script("./x.ftp".to_owned()))),
        ("ftp.example.org", real("ftp.example.org", 21)),
        ("192.0.2.1:2121", real("192.0.2.1", 2121)),
        ("localhost", real("localhost", 21)),
        ("localhost:2121", real("localhost", 2121)),
        ("[::1]:2121", real("::1", 2121)),
        ("::1", real("::1", 21)),
        ("x:y", None),
        ("x:0", None),
        ("é.org", None),
    ] {
        assert_eq!(server(text), meant, "{text}");
    }
}

#[test]
fn blocks_and_attributes() {
    let unknown = in_step("```aks id=a\n```\n```ftp id=a rolle=server\nC> PWD\nS> 257\n```\n");
    assert_eq!(
        unknown,
        [
            (
                8,
                4,
                Wrong::BlockUnknown {
                    name: "aks".to_owned(),
                    nearest: Some("ask")
                }
            ),
            (
                10,
                13,
                Wrong::AttributeUnknown {
                    name: "rolle".to_owned(),
                    nearest: Some("role"),
                    known: &["id", "role", "line"]
                }
            ),
        ]
    );
    let doubled = in_step(
        "```ftp id=a id=b\nC> PWD\n```\n```ftp id=a\nC> PWD\n```\n```ftp\nC> PWD\n```\n```ftp id=é x role=\"srever\" line=\nC> PWD\n```\n",
    );
    assert_eq!(
        doubled,
        [
            (8, 13, Wrong::AttributeTwice("id")),
            (11, 11, Wrong::IdTwice(8)),
            (14, 4, Wrong::AttributeMissing("id")),
            (17, 11, Wrong::IdInvalid("é".to_owned())),
            (17, 13, Wrong::AttributeInvalid("x".to_owned())),
            (
                17,
                21,
                Wrong::WordUnknown {
                    value: "srever".to_owned(),
                    nearest: Some("server"),
                    known: &["client", "server"]
                }
            ),
            (17, 29, Wrong::AttributeInvalid("line=".to_owned())),
        ]
    );
    let nested = in_step("- a\n  ```ftp id=a\n  C> PWD\n  ```\n\nx\n-\n\n```ftp id=z\nC> PWD\n");
    assert_eq!(
        nested,
        [
            (9, 3, Wrong::Nested),
            (13, 1, Wrong::Underlined),
            (16, 1, Wrong::FenceOpen),
        ]
    );
    assert_eq!(
        wrong(&format!("{HEAD}```write id=a\nx\n```\n##\n")),
        [(7, 1, Wrong::BeforeSteps), (10, 1, Wrong::TitleMissing)]
    );
}

#[test]
fn texts_with_values() {
    let early = in_step("é {pasv.port} {pasv.prot} {param.fiel} {b.server} }\n");
    assert_eq!(
        early
            .iter()
            .map(|(line, column, _)| (*line, *column))
            .collect::<Vec<_>>(),
        [(8, 4), (8, 16), (8, 28), (8, 41), (8, 51)]
    );
    assert!(matches!(&early[0].2, Wrong::NameTooEarly(_)));
    assert!(
        matches!(&early[1].2, Wrong::Template(FaultKind::NameUnknown(_), Some(meant)) if meant == "pasv.port")
    );
    assert!(
        matches!(&early[2].2, Wrong::ParamUnknown { nearest: Some(near), .. } if near == "file")
    );
    assert_eq!(early[3].2, Wrong::NoLineB);
}

#[test]
fn dialogues() {
    assert_eq!(
        in_step(
            "```ftp id=a\nS? 331\n D> x\nhello\nC> /x[/\nC> /x+/\nS> 33 x\nS> 220 {user}\nC>PWD\nC>\n-- wait 1s\n-- say PWD\n```\n\
             ```ftp id=b\n```\n```ftp id=c line=b\nC> PWD\n```\n"
        )
        .into_iter()
        .map(|(line, column, kind)| match kind {
            Wrong::Notation(Notation::RegexInvalid(_)) => (line, column, Wrong::SayOnly),
            kind => (line, column, kind),
        })
        .collect::<Vec<_>>(),
        [
            (9, 1, Wrong::MarkerOfScripts("S?")),
            (10, 1, Wrong::Notation(Notation::MarkerIndented)),
            (11, 1, Wrong::Notation(Notation::MarkerUnknown)),
            (12, 5, Wrong::SayOnly),
            (13, 1, Wrong::SayMissing),
            (14, 4, Wrong::CodeInvalid("33".to_owned())),
            (
                15,
                8,
                Wrong::Notation(Notation::ValueMisplaced(Value::User))
            ),
            (16, 3, Wrong::Notation(Notation::BlankMissing)),
            (17, 4, Wrong::Notation(Notation::RestMissing)),
            (18, 1, Wrong::SayOnly),
            (19, 1, Wrong::SayOnly),
            (21, 4, Wrong::DialogueEmpty),
            (23, 4, Wrong::NoLineB),
        ]
    );
    let nobody = "---\ntitle: T\nversion: 1\nlanguage: en\nserver: none\n---\n## S\n";
    assert_eq!(
        wrong(&format!("{nobody}```ftp id=a\nC> PWD\n```\n")),
        [(8, 4, Wrong::NobodyThere)]
    );
    let server = "```ftp id=a role=server\nC> PWD\nS> 257\n```\n```server\nS> 220 x\n```\n```ftp id=b\nC> PWD\n```\n";
    assert_eq!(wrong(&format!("{nobody}{server}")), []);
}

#[test]
fn servers() {
    assert_eq!(
        in_step("```server\n```\n```server use=x\nS> 220\n```\n```server\nS> 220\nnonsense\n```\n"),
        [
            (8, 4, Wrong::ServerNeither),
            (10, 4, Wrong::ServerBoth),
            (15, 1, Wrong::Script(Notation::MarkerUnknown)),
        ]
    );
}

#[test]
fn questions() {
    assert_eq!(
        in_step(
            "```ask id=a kind=number\n= 1\n```\n```ask id=b kind=number\nQ\n= one\n= {pasv.host}\n~ 3\nwhat\n?\n(x) y\n! a\n! b\n```\n\
             ```ask id=c kind=code\nQ\n= 22\n```\n```ask id=d kind=text\nQ\n```\n```ask id=e\nQ\n= x\n```\n\
             ```ask id=f kind=text\nQ\n= x # y\n```\n"
        ),
        [
            (8, 4, Wrong::QuestionMissing),
            (13, 3, Wrong::ExpressionInvalid),
            (
                14,
                3,
                Wrong::ExpressionText(Name::parse("pasv.host").expect("a name"))
            ),
            (15, 1, Wrong::ToldMissing),
            (16, 1, Wrong::MarkUnknown),
            (17, 1, Wrong::MarkEmpty),
            (18, 1, Wrong::ChoiceUnwanted),
            (20, 1, Wrong::WhyTwice(19)),
            (24, 3, Wrong::CodeInvalid("22".to_owned())),
            (26, 4, Wrong::AnswerMissing),
            (29, 4, Wrong::AttributeMissing("kind")),
            (35, 5, Wrong::AnswerRemark),
        ]
    );
    assert_eq!(
        in_step(
            "```ask id=a kind=choice\nQ\n(x) one\n~ two # no\n```\n```ask id=b kind=choice\nQ\n(x) one\n```\n\
             ```ask id=c kind=choice\nQ\n( ) one\n( ) two\n```\n```ask id=d kind=choice\nQ\n= x\n(x) one\n( ) two\n```\n\
             ```ask id=e kind=choice\nQ\n= a\n(b) one\n(c) two\n```\n"
        ),
        [
            (11, 1, Wrong::WrongUnwanted),
            (13, 4, Wrong::ChoiceCount(1)),
            (17, 4, Wrong::AnswerMissing),
            (24, 1, Wrong::AnswerUnwanted),
            (
                30,
                3,
                Wrong::KeyUnknown {
                    value: "a".to_owned(),
                    known: vec!["b".to_owned(), "c".to_owned()]
                }
            ),
        ]
    );
}

#[test]
fn captures_writes_and_commands() {
    let found = in_step(
        "```capture id=a\n[[expect]]\nmode = \"both\"\nno = 1\n```\n```capture id=b\n```\n```write id=c lines=99 points=x\n```\n\
         ```shell\n\n```\n```capture id=d\n[[expect]]\n```\n",
    );
    let places: Vec<(u32, u32)> = found.iter().map(|found| (found.0, found.1)).collect();
    assert_eq!(
        places,
        [
            (11, 1),
            (13, 4),
            (15, 4),
            (15, 21),
            (15, 31),
            (17, 4),
            (20, 4)
        ]
    );
    assert!(matches!(found[0].2, Wrong::RubricMisread(_)));
    assert_eq!(found[1].2, Wrong::RubricCount(0));
    assert_eq!(found[2].2, Wrong::QuestionMissing);
    assert_eq!(found[5].2, Wrong::ShellEmpty);
    assert_eq!(found[6].2, Wrong::RubricNotOne(1));
}

#[test]
fn bounds() {
    let long = format!("{HEAD}## x\n{}", " ".repeat(MAX_SHEET));
    assert_eq!(wrong(&long), [(1, 1, Wrong::TooLong)]);
    let many = format!("{HEAD}{}", "## x\n\n".repeat(MAX_PARTS + 5));
    assert!(matches!(wrong(&many).as_slice(), [(_, 1, Wrong::TooMany)]));
    let bad = format!("{HEAD}## x\n{}", "}\n".repeat(5000));
    assert_eq!(wrong(&bad).len(), MAX_MISTAKES);
    let bytes = read_bytes(b"---\na\xe9\n").expect_err("not UTF-8");
    assert!(matches!(
        bytes.as_slice(),
        [Mistake { line: 2, column: 2, kind: Wrong::NotUtf8, text }] if text == "a\u{fffd}"
    ));
}
