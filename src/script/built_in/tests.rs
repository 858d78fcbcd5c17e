//! The built-in server by itself: what it answers to each command.

use super::{
    super::tree::{Content, File, Node},
    *,
};
use crate::ftp::{
    catalogue::Allowed,
    reply::{Head, Mark},
    session::DataType,
};

fn tree(read_only: bool) -> Mutex<Tree> {
    let mut tree = Tree::new(read_only);
    for (path, bytes) in [("a \"b\".txt", &b"x\ny\n"[..]), ("pub/c.txt", b"hello")] {
        let mut content = tree.room().upload();
        content.grow(bytes.len() as u64, |out| out.extend_from_slice(bytes));
        let file = File {
            content: Content::Memory(content.done()),
            modified: 951_782_400,
        };
        tree.add(path, Node::File(file)).expect("room");
    }
    Mutex::new(tree)
}

fn session() -> Session {
    let mut session = Session::default();
    session.login = Login::Done;
    session.directory = Some(b"/".to_vec());
    session
}

fn ops(tree: &Mutex<Tree>, session: &Session, memory: &mut Memory, command: &str) -> Vec<Op> {
    let (word, arg) = command.split_once(' ').unwrap_or((command, ""));
    answer(&mut Question {
        tree,
        session,
        memory,
        verb: Verb::of(word.as_bytes()),
        arg: arg.as_bytes(),
        now: 1_735_689_599,
        ipv4: true,
        agreed: true,
        stands: false,
        looked: true,
        aborted: false,
        may_call: &|address| address.ip().is_loopback(),
    })
}

/// The lines that a command is answered with; `>` and what stands for what is sent.
fn said(tree: &Mutex<Tree>, session: &Session, command: &str) -> Vec<String> {
    ops(tree, session, &mut Memory::default(), command)
        .into_iter()
        .map(|op| match op {
            Op::Line(text) => text.to_string().replace("{{", "{"),
            Op::Send {
                source,
                offset,
                ascii,
            } => match source {
                Source::Bytes(bytes) => format!("> {}", String::from_utf8_lossy(&bytes)),
                Source::Shared(bytes) => format!("> {} from {offset} {ascii}", bytes.len()),
                Source::File(path) => format!("> {path}"),
                Source::Disk(path) => format!("> {}", path.display()),
            },
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn what_is_there_is_told() {
    let (tree, session) = (tree(false), session());
    for (command, wanted) in [
        ("PWD", &["257 \"/\" is the working directory."][..]),
        ("CWD pub", &["250 The working directory is changed."]),
        ("CWD pub/c.txt", &["550 That is a file."]),
        ("CDUP", &["200 One directory up."]),
        ("SIZE pub/c.txt", &["213 5"]),
        ("SIZE a \"b\".txt", &["213 6"]),
        ("MDTM pub/c.txt", &["213 20000229000000"]),
        ("SIZE pub", &["550 A directory has no size."]),
        ("MKD x\"y", &["257 \"/x\"\"y\" is made."]),
        ("RNTO x", &["503 RNFR comes first."]),
        ("RNFR pub", &["350 RNTO with the new name, please."]),
        ("TYPE L 7", &["504 Only TYPE A and TYPE I are implemented."]),
        ("EPSV 2", &["522 Network protocol not supported, use (1)."]),
        ("PORT 127,0,0,1,1,2", &["200 Your data port is noted."]),
        (
            "PORT 10,0,0,1,1,2",
            &["504 Data goes to your own address only, above port 1023."],
        ),
        ("PORT 127,0,0,1,1", &["501 Not an address and a port."]),
        ("PASV", &["227 Entering Passive Mode ({pasv})."]),
        ("SITE HELP", &["502 Not implemented here."]),
        ("XYZZY", &["500 No such command."]),
        (
            "MLST pub/c.txt",
            &[
                "250-Here it is:",
                " type=file;size=5;modify=20000229000000;perm=adfrw; /pub/c.txt",
                "250 That is all.",
            ],
        ),
    ] {
        assert_eq!(said(&tree, &session, command), wanted, "{command}");
    }
    assert_eq!(
        said(&tree, &session, "LIST -al pub"),
        [
            "150 Here it comes.",
            "Open",
            "> -rw-r--r--   1 ftp      ftp                 5 Feb 29  2000 c.txt\r\n",
            "Close",
            "226 Done."
        ]
    );
    assert_eq!(
        said(&tree, &session, "NLST")[2],
        "> a \"b\".txt\r\npub\r\nx\"y\r\n"
    );
    assert_eq!(
        said(&tree, &session, "MLSD /pub")[2],
        "> type=cdir;modify=20000229000000;perm=cdeflmp; .\r\n\
         type=pdir;modify=20250101000000;perm=cdeflmp; ..\r\n\
         type=file;size=5;modify=20000229000000;perm=adfrw; c.txt\r\n"
            .replace("20250101000000", "20241231235959")
    );
}

#[test]
fn transfers_follow_type_and_rest() {
    let tree = tree(false);
    let mut session = session();
    assert_eq!(
        said(&tree, &session, "RETR pub/c.txt")[2],
        "> 5 from 0 true"
    );
    session.data_type = DataType::Image;
    session.restart = Some(3);
    assert_eq!(
        said(&tree, &session, "RETR pub/c.txt")[2],
        "> 5 from 3 false"
    );
    assert_eq!(
        said(&tree, &session, "STOR pub/c.txt")[2],
        "Receive { path: [47, 112, 117, 98, 47, 99, 46, 116, 120, 116], before: \
         Some((Shared([104, 101, 108, 108, 111]), 3)), ascii: false }"
    );
    session.restart = Some(6);
    for command in ["RETR pub/c.txt", "STOR pub/c.txt"] {
        assert_eq!(
            said(&tree, &session, command),
            ["554 REST is beyond the end of the file."]
        );
    }
    session.restart = None;
    assert!(said(&tree, &session, "STOU pub/c.txt")[0].ends_with("FILE: c.txt.1"));
}

#[test]
fn a_read_only_tree_refuses_every_change() {
    let (tree, session) = (tree(true), session());
    for command in [
        "STOR x",
        "APPE pub/c.txt",
        "STOU",
        "MKD x",
        "RMD pub",
        "DELE pub/c.txt",
        "RNFR pub",
    ] {
        let said = said(&tree, &session, command);
        assert!(
            said.len() == 1 && said[0].ends_with("This server is read-only."),
            "{command}: {said:?}"
        );
    }
}

#[test]
fn facts_are_chosen_with_opts() {
    let (tree, session, mut memory) = (tree(false), session(), Memory::default());
    let reply = ops(
        &tree,
        &session,
        &mut memory,
        "OPTS MLST size;Type;nonsense;",
    );
    assert_eq!(reply, one("200 MLST OPTS type;size;"));
    let told = ops(&tree, &session, &mut memory, "MLST pub/c.txt");
    assert_eq!(told[1], line(" type=file;size=5; /pub/c.txt"));
    let feat = ops(&tree, &session, &mut memory, "FEAT");
    assert!(feat.contains(&line(" MLST type*;size*;modify;perm;")));
    ops(&tree, &session, &mut memory, "EPSV ALL");
    let pasv = ops(&tree, &session, &mut memory, "PASV");
    assert_eq!(pasv, one("501 EPSV ALL was agreed on: nothing but EPSV."));
}

#[test]
fn every_reply_is_one_that_the_rfcs_allow() {
    let arguments = [
        "",
        "pub",
        "pub/c.txt",
        "nope",
        "a/b/c",
        "/",
        "I",
        "A",
        "E",
        "S",
        "F",
        "R",
        "5",
        "ALL",
        "1",
        "2",
        "127,0,0,1,1,2",
        "10,0,0,1,1,2",
        "|1|127.0.0.1|5000|",
        "|2|::1|5000|",
        "UTF8 ON",
        "MLST size;",
        "-la",
    ];
    let mut logged_out = session();
    logged_out.login = Login::Nobody;
    let mut waiting = session();
    waiting.login = Login::NeedsPassword;
    let mut renaming = session();
    renaming.rename_from = Some(b"pub"[..].into());
    renaming.restart = Some(100);
    let mut seen = 0;
    let mut wrong = std::collections::BTreeSet::new();
    for read_only in [false, true] {
        for session in [
            session(),
            logged_out.clone(),
            waiting.clone(),
            renaming.clone(),
        ] {
            for &verb in Verb::ALL {
                for argument in arguments {
                    let tree = tree(read_only);
                    let command = format!("{} {argument}", verb.name());
                    let answer = said(&tree, &session, command.trim_end());
                    for reply in answer {
                        let head = Head::of(reply.as_bytes());
                        let Some(code) = head.code.filter(|_| head.mark == Mark::Blank) else {
                            continue;
                        };
                        seen += 1;
                        // Beside the tables: 502 for what is not implemented and 530 before the login (RFC 959
                        // 4.2.2), 504 for a foreign port (RFC 2577 3).
                        let allowed = catalogue::allows(verb, code);
                        if !matches!(code.value(), 502 | 504 | 530)
                            && !matches!(allowed, Allowed::Listed | Allowed::AnyCommand)
                        {
                            wrong.insert(format!("{} {code}", verb.name()));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(seen > 5000, "only {seen} replies were looked at");
}
