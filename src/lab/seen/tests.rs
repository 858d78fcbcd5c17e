//! Events as the commands write them, and what they are worth.

use super::*;
use crate::lab::template::Name;

fn seen(lines: &str) -> (Seen, Vec<Happened>) {
    let mut seen = Seen::new(Run {
        student: Some("Ada".to_owned()),
        params: Values::from([("file".to_owned(), "x".to_owned())]),
    });
    seen.talks_to(Line::A, "127.0.0.1", 2121);
    seen.talks_to(Line::B, "127.0.0.1", 2122);
    let happened = lines.lines().flat_map(|line| seen.feed(line)).collect();
    (seen, happened)
}

fn values(seen: &Seen, names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| {
            let name = Name::parse(name).unwrap_or_else(|| panic!("{name}"));
            seen.value(&name).unwrap_or_else(|| "-".to_owned())
        })
        .collect()
}

/// As `raw` and `pasv-calc --connect` write them.
const PASSIVE: &str = r#"{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:2121","time":"1.0"}
{"type":"reply","source":"raw","pid":7,"n":1,"time":"1.0","code":220,"lines":["220 Hello"],"answers":null}
{"type":"command","source":"raw","pid":7,"n":1,"time":"1.0","verb":"PASS","arg":"*","encrypted":false}
{"type":"reply","source":"raw","pid":7,"n":2,"time":"1.0","code":230,"lines":["230-Welcome","230 Logged in"],"answers":1}
{"type":"command","source":"raw","pid":7,"n":2,"time":"1.0","verb":"PASV","arg":null,"encrypted":false}
{"type":"reply","source":"raw","pid":7,"n":3,"time":"1.0","code":227,"lines":["227 (127,0,0,1,200,10)"],"answers":2}
{"type":"negotiation","source":"raw","pid":7,"n":1,"time":"1.0","verb":"PASV","listen":"127.0.0.1:51210","accepted":true,"peer_differs":false,"command":2}
{"type":"endpoint","source":"pasv-calc","pid":8,"kind":"227","address":"127.0.0.1:51210","port":51210}
{"type":"connected","source":"pasv-calc","pid":8,"channel":"data","connection":1,"from":"127.0.0.1:40001","to":"127.0.0.1:51210","time":"1.0"}
{"type":"command","source":"raw","pid":7,"n":3,"time":"1.0","verb":"LIST","arg":"-a","encrypted":false}
{"type":"reply","source":"raw","pid":7,"n":4,"time":"1.0","code":150,"lines":["150 Here"],"answers":3}
{"type":"closed","source":"pasv-calc","pid":8,"channel":"data","connection":1,"bytes":14,"lines":2,"seconds":0.1,"by":"peer","end":"fin","interrupted":false,"direction":"down","head":"a.txt\r\nb.txt\r\n","time":"1.0"}
{"type":"reply","source":"raw","pid":7,"n":5,"time":"1.0","code":226,"lines":["226 Done"],"answers":3}
"#;

#[test]
fn a_passive_listing_in_two_terminals() {
    let (mut seen, happened) = seen(PASSIVE);
    assert_eq!(
        values(
            &seen,
            &[
                "greeting.code",
                "last.code",
                "last.text",
                "pass.text",
                "list.code",
                "list.first",
                "list.arg",
                "pasv.high",
                "pasv.low",
                "pasv.port",
                "pasv.tuple",
                "pasv.previous",
                "control.from_port",
                "data.from_port",
                "data.to_port",
                "data.opened_by",
                "data.closed_by",
                "listing.lines",
                "listing.bytes",
                "closed_by",
                "server",
                "b.server.port",
                "student",
                "param.file",
                "port.port",
                "b.last.code",
            ]
        ),
        [
            "220",
            "226",
            "Done",
            "Logged in",
            "226",
            "150",
            "-a",
            "200",
            "10",
            "51210",
            "127,0,0,1,200,10",
            "-",
            "40000",
            "40001",
            "51210",
            "client",
            "server",
            "2",
            "14",
            "-",
            "127.0.0.1 2121",
            "2122",
            "Ada",
            "x",
            "-",
            "-"
        ]
    );
    assert_eq!(happened.len(), 10);
    assert!(happened.iter().any(|happened| happened.what
        == Event::Data {
            lines: vec![b"a.txt".to_vec(), b"b.txt".to_vec()],
            bytes: 14
        }));
    // Another PASV, whose command is answered at once; then the student says goodbye.
    for line in [
        r#"{"type":"negotiation","source":"raw","pid":7,"verb":"PASV","listen":"127.0.0.1:51211","accepted":true}"#,
        r#"{"type":"command","source":"raw","pid":7,"n":4,"verb":"LIST","arg":null}"#,
        r#"{"type":"reply","source":"raw","pid":7,"code":425,"lines":["425 No"],"answers":4}"#,
        r#"{"type":"closed","source":"raw","pid":7,"channel":"control","by":"self","end":"fin"}"#,
    ] {
        seen.feed(line);
    }
    assert_eq!(
        values(
            &seen,
            &[
                "pasv.previous",
                "list.code",
                "list.first",
                "list.arg",
                "closed_by"
            ]
        ),
        ["51210", "425", "-", "-", "client"]
    );
}

#[test]
fn a_transfer_that_found_no_room_is_none() {
    let full = PASSIVE.replace(r#""by":"peer","end":"fin""#, r#""by":"self","end":"error""#);
    let whole = seen(PASSIVE);
    let (seen, happened) = seen(&full);
    assert_eq!(
        values(&seen, &["data.bytes", "data.lines", "data.closed_by"]),
        ["-", "-", "client"]
    );
    let data = |all: &[Happened]| all.iter().any(|one| matches!(one.what, Event::Data { .. }));
    assert!(!data(&happened) && data(&whole.1));
}

#[test]
fn an_upload_that_was_not_stored_is_none() {
    let upload = |complete: &str| {
        let lines = format!(
            r#"{{"type":"listening","source":"fake-server","pid":5,"address":"127.0.0.1:2300"}}
{{"type":"connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40000","to":"127.0.0.1:2300"}}
{{"type":"data","source":"fake-server","pid":5,"connection":1,"direction":"up","bytes":7,"complete":{complete}}}"#
        );
        let (_, happened) = seen(&lines);
        happened.iter().any(|one| one.what == Event::Upload(7))
    };
    assert!(upload("true") && !upload("false"));
}

#[test]
fn active_with_a_listener() {
    let (seen, happened) = seen(
        r#"{"type":"listening","source":"listen","pid":9,"address":"127.0.0.1:50000","port_command":"PORT 127,0,0,1,195,80"}
{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:2122"}
{"type":"negotiation","source":"raw","pid":7,"verb":"PORT","listen":"127.0.0.1:50000","accepted":true}
{"type":"command","source":"raw","pid":7,"n":1,"verb":"NLST","arg":null}
{"type":"connected","source":"listen","pid":9,"channel":"data","connection":1,"from":"127.0.0.1:2121","to":"127.0.0.1:50000"}
{"type":"closed","source":"listen","pid":9,"channel":"data","connection":1,"bytes":0,"lines":0,"by":"peer","end":"fin","direction":"down"}"#,
    );
    assert_eq!(
        values(
            &seen,
            &[
                "b.port.high",
                "b.port.port",
                "b.data.opened_by",
                "b.data.from_port",
                "b.listing.bytes",
                "port.port",
                "data.bytes"
            ]
        ),
        ["195", "50000", "server", "2121", "0", "-", "-"]
    );
    assert!(happened.iter().all(|happened| happened.line == Line::B));
}

#[test]
fn what_the_server_tells_too_is_not_counted_twice() {
    let server = PASSIVE
        .replace(
            "\"raw\",\"pid\":7",
            "\"fake-server\",\"pid\":5,\"connection\":1",
        )
        .replace(",\"channel\":\"control\"", "");
    let mut both = String::new();
    for (ours, theirs) in PASSIVE.lines().zip(server.lines()) {
        both.push_str(ours);
        both.push('\n');
        if !theirs.contains("pasv-calc") {
            both.push_str(theirs);
            both.push('\n');
        }
    }
    both.push_str(
        r#"{"type":"data-connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40001","to":"127.0.0.1:51210","active":false}
{"type":"data","source":"fake-server","pid":5,"connection":1,"direction":"down","bytes":14,"complete":true,"head":"x"}"#,
    );
    let (two, happened) = seen(&both);
    assert_eq!(happened, seen(PASSIVE).1);
    assert_eq!(values(&two, &["data.bytes", "data.lines"]), ["14", "2"]);
}

#[test]
fn who_opened_the_control_line_tells_the_data_too_whoever_told_first_that_it_stands() {
    let ours = PASSIVE.find(r#"{"type":"connected","source":"pasv-calc""#);
    let closed = PASSIVE.find(r#"{"type":"closed""#);
    let (ours, closed) = (ours.expect("it connects"), closed.expect("it closes"));
    let server = r#"{"type":"connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40000","to":"127.0.0.1:2121"}
"#;
    let taken = r#"{"type":"data-connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40001","to":"127.0.0.1:51210","active":false}
"#;
    let moved = r#"{"type":"data","source":"fake-server","pid":5,"connection":1,"direction":"down","bytes":14,"complete":true,"head":"x"}
"#;
    let (begin, rest) = PASSIVE.split_at(ours);
    let (middle, end) = rest.split_at(closed - ours);
    let (greeting, begin) = begin.split_at(begin.find('\n').expect("a line") + 1);
    // The server has let the client in before that tells that it is in.
    let both = format!("{greeting}{server}{begin}{taken}{middle}{moved}{end}");
    let (seen_by_both, happened) = seen(&both);
    let (alone, expected) = seen(PASSIVE);
    assert_eq!(happened, expected);
    let asked = [
        "data.bytes",
        "data.lines",
        "data.closed_by",
        "listing.lines",
        "data.opened_by",
    ];
    assert_eq!(values(&seen_by_both, &asked), values(&alone, &asked));
}

#[test]
fn a_server_that_the_student_plays_for_a_real_client() {
    let (seen, happened) = seen(
        r#"{"type":"listening","source":"fake-server","pid":5,"address":"127.0.0.1:2300"}
{"type":"connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40000","to":"127.0.0.1:2300"}
{"type":"reply","source":"fake-server","pid":5,"connection":1,"code":220,"lines":["220 Hi"],"answers":null}
{"type":"command","source":"fake-server","pid":5,"connection":1,"n":1,"verb":"EPSV","arg":null}
{"type":"negotiation","source":"fake-server","pid":5,"connection":1,"verb":"EPSV","listen":"127.0.0.1:51000","accepted":true}
{"type":"data-connected","source":"fake-server","pid":5,"connection":1,"from":"127.0.0.1:40001","to":"127.0.0.1:51000","active":false}
{"type":"data","source":"fake-server","pid":5,"connection":1,"direction":"down","bytes":7,"head":"a\r\nb\r\n\n"}
{"type":"closed","source":"fake-server","pid":5,"connection":1,"by":"peer","end":"fin"}"#,
    );
    assert_eq!(
        values(
            &seen,
            &[
                "greeting.code",
                "epsv.port",
                "data.opened_by",
                "data.lines",
                "closed_by"
            ]
        ),
        ["220", "51000", "client", "3", "client"]
    );
    assert_eq!(happened.len(), 5);
}

#[test]
fn the_same_end_points_again_are_another_connection() {
    let again = PASSIVE
        .replace("\"pid\":7", "\"pid\":70")
        .replace("\"pid\":8", "\"pid\":80");
    let closed =
        r#"{"type":"closed","source":"raw","pid":7,"channel":"control","by":"peer","end":"fin"}"#;
    let (_, once) = seen(PASSIVE);
    let (_, twice) = seen(&format!("{PASSIVE}{closed}\n{again}"));
    assert_eq!(twice.len(), 2 * once.len() + 1);
}

#[test]
fn other_servers_and_nonsense_are_passed_over() {
    let (seen, happened) = seen(
        r#"{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:9999"}
{"type":"reply","source":"raw","pid":7,"code":220,"lines":["220 x"],"answers":null}
{"type":"reply","source":"raw","pid":8,"code":220,"lines":["220 x"],"answers":null}
{"type":"connected","source":"raw","pid":8,"from":"nowhere"}
not JSON
{"type":7}
{"type":"reply","source":"raw","pid":7,"lines":{"a":[]}}
[]"#,
    );
    assert_eq!(happened, []);
    assert_eq!(values(&seen, &["last.code"]), ["-"]);
}

#[test]
fn nothing_grows_without_bound() {
    let mut seen = Seen::default();
    for n in 0..2000 {
        let port = 1024 + n;
        seen.feed(&format!(r#"{{"type":"connected","source":"raw","pid":{n},"channel":"control","from":"127.0.0.1:{port}","to":"127.0.0.1:21"}}"#));
        seen.feed(&format!(
            r#"{{"type":"command","source":"raw","pid":1999,"n":{n},"verb":"LIST","arg":"x"}}"#
        ));
        seen.feed(&format!(r#"{{"type":"negotiation","source":"raw","pid":{n},"verb":"PASV","listen":"127.0.0.1:{port}","accepted":true}}"#));
        seen.feed(&format!(r#"{{"type":"connected","source":"listen","pid":{n},"channel":"data","connection":1,"from":"127.0.0.1:{port}","to":"127.0.0.1:{port}"}}"#));
    }
    assert!(seen.sessions.len() <= MAX_SESSIONS && seen.data.len() <= MAX_DATA);
    assert!(seen.agreed.len() <= MAX_DATA);
    let long = format!(r#"{{"type":"reply","x":"{}"}}"#, "x".repeat(MAX_LINE));
    assert_eq!(seen.feed(&long), []);
}

#[test]
fn a_text_is_kept_as_a_value_up_to_a_length() {
    // Three bytes each: the bound is in the middle of one.
    let long = "€".repeat(1_000);
    let lines = format!(
        r#"{{"type":"connected","source":"raw","pid":7,"channel":"control","from":"127.0.0.1:40000","to":"127.0.0.1:2121"}}
{{"type":"command","source":"raw","pid":7,"n":1,"verb":"CWD","arg":"{long}"}}
{{"type":"reply","source":"raw","pid":7,"n":1,"code":550,"lines":["550 {long}"],"answers":1}}"#
    );
    let (seen, happened) = seen(&lines);
    let kept = "€".repeat(MAX_TEXT / 3);
    let all = values(&seen, &["cwd.arg", "cwd.text", "cwd.code"]);
    assert_eq!(all, [&kept, &kept, "550"]);
    // What is shown of the dialogue is whole.
    let whole = |event: &Happened| match &event.what {
        Event::Command { text, .. } => text.len() == long.len() + 4,
        _ => false,
    };
    assert!(happened.iter().any(whole));
}
