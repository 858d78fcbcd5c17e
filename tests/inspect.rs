//! `inspect` as a process: what it shows of every capture of the project, in every form; files that are none; hostile
//! text; extraction; rubrics.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use ftplab::capture::{
    flow::{End, Way},
    write::{Recorder, Remarks},
};
use serde_json::Value;

use crate::harness::{Done, ftplab, golden};

fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}

/// The captures' names, in order.
fn names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(captures())
        .expect("captures")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| name.contains(".pcap"))
        .collect();
    names.sort();
    assert!(names.len() >= 24, "{names:?}");
    names
}

/// Runs `inspect` in the captures' folder, so that no path of this machine is shown.
fn inspect(words: &[&str]) -> Done {
    ftplab().within(captures()).arg("inspect").args(words).run()
}

/// A folder of this test's own, removed when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("ftplab-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn join(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("UTF-8").to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.0.join(name), bytes).expect("a file");
        self.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn lines(done: &Done) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).expect("a JSON line");
    done.out().lines().map(line).collect()
}

#[test]
fn the_report_in_french() {
    for name in [
        "nat-private-227.pcap",
        "active-vsftpd.pcap",
        "tls-vsftpd.pcap",
        "port-21-only.pcap",
        "abort-telnet.pcap",
        "mid-transfer.pcap",
        "lab-wrong-port.pcap",
    ] {
        inspect(&["--lang", "fr", name])
            .code(0)
            .golden(&format!("inspect/fr-{name}.txt"));
    }
}

#[test]
fn the_other_forms() {
    for (form, name) in [
        ("--ladder", "passive-vsftpd.pcap"),
        ("--ladder", "active-vsftpd.pcap"),
        ("--ladder", "firewall-drop-passive.pcap"),
        ("--ladder", "fxp.pcap"),
        ("--ladder", "lab-wrong-port.pcap"),
        ("--dialogue", "mlsd.pcap"),
        ("--dialogue", "upload-active.pcap"),
        ("--filter", "port-2121.pcap"),
        ("--filter", "epsv-v6.pcap"),
        ("--csv", "append.pcap"),
        ("--explain", "refused-login.pcap"),
    ] {
        inspect(&[form, name])
            .code(0)
            .golden(&format!("inspect/{}-{name}.txt", &form[2..]));
    }
    inspect(&["."]).code(1).golden("inspect/summary.txt");
}

#[test]
fn several_files_are_told_in_their_order_and_the_same_each_time() {
    let words: Vec<String> = names();
    let words: Vec<&str> = words.iter().map(String::as_str).rev().collect();
    let with = |form: &str| {
        let mut all = vec![form];
        all.extend(&words);
        inspect(&all).stdout
    };
    for form in ["--json", "--summary", "--csv", "--dialogue"] {
        let first = with(form);
        assert!(!first.is_empty());
        assert_eq!(first, with(form), "{form}");
    }
    let told = inspect(&[
        "--summary",
        "passive-vsftpd.pcap",
        "nothing-here.pcap",
        "active-vsftpd.pcap",
    ])
    .code(2);
    let out = told.out().to_owned();
    assert!(out.find("passive-vsftpd.pcap") < out.find("active-vsftpd.pcap"));
    assert!(told.err().contains("nothing-here.pcap"));
}

#[test]
fn two_recordings_of_one_session_are_read_as_one() {
    let done = inspect(&[
        "--merge",
        "--json",
        "three-terminals-control.pcap",
        "three-terminals-data.pcap",
    ])
    .code(0);
    let transfer = lines(&done)
        .into_iter()
        .find(|line| line["type"] == "transfer")
        .expect("a transfer");
    assert_eq!(transfer["verdict"], "complete");
    assert!(transfer["down"].as_u64() > Some(0));
}

#[test]
fn json_lines_refer_to_each_other() {
    for name in names() {
        let done = inspect(&["--json", "--hash", &name]);
        let lines = lines(&done);
        let of = |kind: &'static str| lines.iter().filter(move |line| line["type"] == kind);
        assert_eq!(lines.last().expect("a line")["type"], "capture");
        for session in of("session") {
            let number = &session["session"];
            let count = |kind| of(kind).filter(|line| &line["session"] == number).count();
            assert_eq!(session["commands"], count("command"));
            assert_eq!(session["replies"], count("reply"));
            assert_eq!(session["transfers"], count("transfer"));
        }
        for kind in ["command", "reply", "negotiation", "transfer"] {
            let mut next = std::collections::BTreeMap::new();
            for line in of(kind) {
                let n = next.entry(line["session"].to_string()).or_insert(0);
                *n += 1;
                assert_eq!(line["n"], *n, "{name}: {kind}");
            }
        }
        for reply in of("reply").filter(|reply| !reply["answers"].is_null()) {
            let command = of("command").find(|command| {
                command["session"] == reply["session"] && command["n"] == reply["answers"]
            });
            let (asked, answered) = (&command.expect("a command")["frame"], &reply["frame"]);
            assert!(asked.as_u64() <= answered.as_u64(), "{name}: {reply}");
        }
        for transfer in of("transfer").filter(|line| !line["command"].is_null()) {
            let command = of("command").find(|command| {
                command["session"] == transfer["session"] && command["n"] == transfer["command"]
            });
            assert_eq!(command.expect("a command")["verb"], transfer["verb"]);
        }
    }
}

/// The fields that programs may rely on: each name with what its value is. `?` behind it: or null.
const FIELDS: [(&str, &str); 7] = [
    (
        "command",
        "session:number n:number frame:number time:time verb:word arg:text? encrypted:bool",
    ),
    (
        "reply",
        "session:number n:number frame:number time:time code:number? lines:texts answers:number?",
    ),
    (
        "negotiation",
        "session:number n:number frame:number verb:word listen:address? accepted:bool peer_differs:bool",
    ),
    (
        "transfer",
        "session:number? n:number command:number? verb:word? arg:text? path:text? negotiation:number? \
         connection:connection? up:number? down:number? missing:number declared:number? rest:number sha256:hash? \
         final_code:number? verdict:verdict by:party? reason:word",
    ),
    (
        "quirk",
        "session:number? frame:number side:side? name:word detail:word",
    ),
    (
        "session",
        "session:number client:address server:address handshake:bool user:text? logged_in:bool tls:bool \
         encrypted_bytes:number end:end first_frame:number last_frame:number",
    ),
    (
        "capture",
        "file:text format:word packets:number link_types:texts first:time? last:time? sessions:number \
         transfers:number complete:bool notes:texts",
    ),
];

/// Whether a value is what is promised.
fn is_a(kind: &str, value: &Value) -> bool {
    if let Some(kind) = kind.strip_suffix('?') {
        return value.is_null() || is_a(kind, value);
    }
    let text = value.as_str();
    let one_of = |names: &[&str]| text.is_some_and(|text| names.contains(&text));
    match kind {
        "number" => value.is_u64(),
        "bool" => value.is_boolean(),
        "word" => text.is_some_and(|text| !text.is_empty()),
        // Bytes that are no UTF-8 are an object with their base64.
        "text" => value.is_string() || value["bytes"].is_string(),
        "texts" => value
            .as_array()
            .is_some_and(|all| all.iter().all(|one| is_a("text", one))),
        "time" => text
            .and_then(|text| text.split_once('.'))
            .is_some_and(|(seconds, nanos)| {
                let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                nanos.len() == 9 && digits(nanos) && digits(seconds)
            }),
        "address" => text.is_some_and(|text| text.parse::<std::net::SocketAddr>().is_ok()),
        "hash" => text.is_some_and(|text| text.len() == 64),
        "connection" => {
            let frames = ["first_frame", "last_frame"].map(|name| value[name].as_u64());
            ["from", "to"]
                .iter()
                .all(|end| is_a("address", &value[end]))
                && frames[0] <= frames[1]
        }
        "side" => one_of(&["client", "server"]),
        "party" => one_of(&["client", "server", "network"]),
        "end" => one_of(&["fin", "rst", "open"]),
        "verdict" => one_of(&[
            "complete",
            "complete-partly-captured",
            "complete-not-captured",
            "refused",
            "never-opened",
            "failed",
            "aborted",
            "unfinished",
            "unused",
            "orphan",
            "encrypted",
        ]),
        _ => panic!("{kind}"),
    }
}

#[test]
fn json_lines_have_the_fields_that_are_promised() {
    let mut seen = std::collections::BTreeSet::new();
    for name in names() {
        for line in lines(&inspect(&["--json", "--hash", &name])) {
            let kind = line["type"].as_str().expect("a type");
            let (kind, fields) = FIELDS
                .iter()
                .find(|(known, _)| *known == kind)
                .unwrap_or_else(|| panic!("{name}: {line}"));
            seen.insert(*kind);
            for field in fields.split_whitespace() {
                let (field, what) = field.split_once(':').expect("a name and a kind");
                let value = line
                    .get(field)
                    .unwrap_or_else(|| panic!("{name}: {field}: {line}"));
                assert!(is_a(what, value), "{name}: {field}: {line}");
            }
            assert!(line.get("file").is_some() == (*kind == "capture"), "{line}");
        }
    }
    assert_eq!(
        seen.len(),
        FIELDS.len(),
        "each kind of line was there: {seen:?}"
    );
    // With several files every line says which.
    let both = lines(&inspect(&["--json", "fxp.pcap", "data-only.pcap"]));
    assert!(both.iter().all(|line| is_a("text", &line["file"])));
    let files: std::collections::BTreeSet<_> =
        both.iter().map(|line| line["file"].as_str()).collect();
    assert_eq!(files.len(), 2);
}

#[test]
fn passwords_are_masked_unless_asked_for() {
    for name in names() {
        for form in ["--json", "--dialogue", "--ladder", "--explain", "--csv"] {
            let done = inspect(&[form, &name]);
            assert!(!done.out().contains("secret-lab"), "{form} {name}");
        }
    }
    let done = inspect(&["--dialogue", "--show-credentials", "passive-vsftpd.pcap"]);
    assert!(done.out().contains("C> PASS secret-lab"));
}

#[test]
fn a_file_that_is_cut_gives_what_it_holds() {
    let folder = Folder::new("inspect-cut");
    let whole = fs::read(captures().join("passive-vsftpd.pcap")).expect("a capture");
    let cut = folder.write("cut.pcap", &whole[..whole.len() - 7]);
    let done = inspect(&["--json", &cut]).code(1);
    let capture = lines(&done).pop().expect("the last line");
    assert_eq!(capture["complete"], false);
    assert_eq!(capture["sessions"], 1);
    for (name, bytes) in [
        ("empty.pcap", &b""[..]),
        ("page.pcap", b"<!DOCTYPE html><html>not found</html>"),
        (
            "pointer.pcap",
            b"version https://git-lfs.github.com/spec/v1\n",
        ),
        ("packed.pcap", b"PK\x03\x04"),
        ("netmon.cap", b"GMBU\x00\x01"),
        (
            "text.pcap",
            b"12:00 IP 10.0.0.1.40000 > 10.0.0.2.21: Flags [S]\n",
        ),
        ("binary.pcap", &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        let done = inspect(&[&folder.write(name, bytes)]).code(2);
        assert!(done.out().is_empty());
        assert!(done.err().contains(name), "{}", done.err());
    }
    let header = folder.write("header.pcap", &whole[..24]);
    let done = inspect(&[&header]).code(1);
    assert!(done.out().contains("no packet"), "{}", done.out());
}

#[test]
fn standard_input_is_a_capture_too() {
    let bytes = fs::read(captures().join("compressed.pcapng.gz")).expect("a capture");
    let done = ftplab()
        .args(["inspect", "--summary", "-"])
        .stdin(bytes)
        .run()
        .code(0);
    assert!(done.out().starts_with("-: one session, one transfer"));
}

/// A capture (pcap, little-endian, Ethernet, IPv4) again and again: each time the client has another address.
fn many_clients(name: &str, client: [u8; 4], times: u8) -> Vec<u8> {
    let whole = fs::read(captures().join(name)).expect("a capture");
    let (head, records) = whole.split_at(24);
    let mut out = head.to_vec();
    for time in 0..times {
        let mut at = 0;
        while at < records.len() {
            let length = |from: usize| {
                let bytes = records[at + from..at + from + 4].try_into();
                u32::from_le_bytes(bytes.expect("four bytes"))
            };
            let end = at + 16 + length(8) as usize;
            let seconds = length(0) + 60 * u32::from(time);
            out.extend(seconds.to_le_bytes());
            let ip = out.len() + 12 + 14;
            out.extend_from_slice(&records[at + 4..end]);
            for address in [ip + 12, ip + 16] {
                if out.get(address..address + 4) == Some(&client[..]) {
                    out[address + 3] = time + 30;
                }
            }
            at = end;
        }
    }
    out
}

#[test]
fn a_long_report_is_the_same_whoever_makes_its_text() {
    let folder = Folder::new("many");
    let bytes = many_clients("passive-vsftpd.pcap", [192, 0, 2, 10], 200);
    let path = folder.write("many.pcap", &bytes);
    for lang in ["C.UTF-8", "fr_FR.UTF-8"] {
        // Of a file a second thread makes the text; of a pipe the one that reads.
        let file = ftplab().lang(lang).args(["inspect", &path]).run().code(0);
        let pipe = ftplab().lang(lang).args(["inspect", "-"]);
        let pipe = pipe.stdin(bytes.clone()).run().code(0);
        let rest = |done: &Done| done.out().split_once('\n').expect("lines").1.to_owned();
        assert_eq!(rest(&file), rest(&pipe));
        let sessions = file.out().matches("\nSession ").count();
        assert_eq!(sessions, 200, "{}", file.out());
    }
}

#[test]
fn one_session_or_one_host() {
    let all = inspect(&["--json", "append.pcap"]).code(0);
    let one = inspect(&["--json", "--session", "2", "append.pcap"]).code(0);
    let sessions = |done: &Done| {
        lines(done)
            .iter()
            .filter(|line| line["type"] == "session")
            .count()
    };
    assert_eq!((sessions(&all), sessions(&one)), (2, 1));
    let nobody = inspect(&["--json", "--host", "192.0.2.1", "append.pcap"]).code(1);
    assert_eq!(lines(&nobody).len(), 1, "the capture's own line");
    assert!(nobody.err().contains("192.0.2.1"), "{}", nobody.err());
    let none = inspect(&["--session", "3", "append.pcap"]).code(1);
    assert!(none.err().contains("no session 3"), "{}", none.err());
    // A line is of what was asked for, and of two files one is enough.
    let words = ["--summary", "--host", "192.0.2.30"];
    let summary = ftplab().within(captures()).arg("inspect").args(words);
    let summary = summary.args(["interleaved.pcap", "append.pcap"]).run();
    let summary = summary.code(0);
    assert!(
        summary
            .out()
            .starts_with("interleaved.pcap: one session, 2")
    );
    assert!(summary.out().contains("append.pcap: 0 sessions"));
}

#[test]
fn files_are_extracted_once_and_nothing_is_overwritten() {
    let folder = Folder::new("inspect-extract");
    let into = folder.join("files");
    inspect(&[
        "--extract",
        &into,
        "append.pcap",
        "resume-wget.pcap",
        "compressed.pcapng.gz",
    ])
    .code(0);
    let manifest = fs::read_to_string(Path::new(&into).join("manifest.jsonl")).expect("a manifest");
    let files: Vec<Value> = manifest
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
        .collect();
    assert!(files.len() >= 4);
    for file in &files {
        let name = file["name"].as_str().expect("a name");
        let bytes = fs::read(Path::new(&into).join(name)).expect(name);
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(file["whole"], true);
    }
    // `seq 2500`, of which wget had the beginning already.
    let numbers: String = (1..=2500).map(|n| format!("{n}\n")).collect();
    let rest = files.iter().find(|file| file["rest"].as_u64() > Some(0));
    let rest = rest.expect("REST");
    let name = rest["name"].as_str().expect("a name");
    assert!(name.ends_with(&format!(".rest-{}.part", rest["rest"])));
    let from = rest["rest"].as_u64().expect("an offset") as usize;
    assert_eq!(
        fs::read(Path::new(&into).join(name)).expect("the rest"),
        &numbers.as_bytes()[from..]
    );
    let again = inspect(&["--extract", &into, "append.pcap"]).code(2);
    assert!(again.err().contains("not empty"));
    assert_eq!(
        fs::read_dir(&into).expect("the folder").count(),
        files.len() + 1,
        "nothing else is left in it"
    );
}

/// A session in which everything that a server or client can name is hostile.
fn hostile() -> Vec<u8> {
    let mut recorder = Recorder::new(Vec::new(), &Remarks::default()).expect("memory");
    let address = |text: &str| text.parse().expect("an address");
    let c = recorder
        .opened(address("10.0.0.1:40000"), address("10.0.0.2:21"), 0)
        .expect("memory");
    let evil = "<script>alert(1)</script>\x1b[31m\u{202e}'\"&";
    let mut say = |way, text: String| {
        recorder
            .bytes(c, way, format!("{text}\r\n").as_bytes(), 1_000_000)
            .expect("memory");
    };
    say(Way::Back, format!("220 {evil}"));
    say(Way::Forth, format!("USER {evil}"));
    say(Way::Back, "230 in".into());
    say(Way::Forth, "PASV".into());
    say(Way::Back, "227 (10,0,0,2,195,80)".into());
    say(Way::Forth, format!("RETR ../../{evil}"));
    say(Way::Back, format!("150 {evil}"));
    let d = recorder
        .opened(
            address("10.0.0.1:40001"),
            address("10.0.0.2:50000"),
            2_000_000,
        )
        .expect("memory");
    recorder
        .bytes(d, Way::Back, evil.as_bytes(), 3_000_000)
        .expect("memory");
    for way in [Way::Back, Way::Forth] {
        recorder
            .closed(d, way, End::Fin, 4_000_000)
            .expect("memory");
    }
    recorder
        .bytes(c, Way::Back, b"226 done\r\n", 5_000_000)
        .expect("memory");
    recorder.into_inner()
}

#[test]
fn hostile_text_neither_moves_the_cursor_nor_becomes_markup_nor_leaves_the_folder() {
    let folder = Folder::new("inspect-hostile");
    let file = folder.write("hostile.pcapng", &hostile());
    let (page, into) = (folder.join("page.html"), folder.join("files"));
    for form in ["--ladder", "--explain", "--summary", "--filter"] {
        let done = inspect(&[form, &file]).code(0);
        let shown = done.out();
        assert!(
            shown.chars().all(|c| c == '\n' || !c.is_control()),
            "{form}: {shown:?}"
        );
        assert!(!shown.contains('\u{202e}'), "{form}");
    }
    inspect(&["--html", &page, "--extract", &into, &file]).code(0);
    let page = fs::read_to_string(page).expect("a page");
    assert!(page.contains("&lt;script&gt;"));
    assert!(!page.contains("<script") && !page.contains('\x1b') && !page.contains('\u{202e}'));
    for entry in fs::read_dir(&into).expect("the folder") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_str().expect("UTF-8");
        assert!(
            !name.contains(['/', '<', '\x1b', '\u{202e}', '\'', '"', '&']),
            "{name}"
        );
    }
}

#[test]
fn the_page_needs_nothing_but_itself_and_is_not_overwritten() {
    let folder = Folder::new("inspect-page");
    let page = folder.join("page.html");
    for (lang, name) in [("en", "passive-vsftpd.pcap"), ("fr", "loss-at-client.pcap")] {
        inspect(&["--lang", lang, "--html", &page, "--force", name]).code(0);
        let shown = fs::read_to_string(&page).expect("a page");
        assert!(shown.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">")));
        for outside in ["http:", "https:", "src=", "@import", "url(", "<script"] {
            assert!(!shown.contains(outside), "{outside}");
        }
        for needed in [
            "<svg",
            "<title id=",
            "<th scope=\"col\">",
            "<details>",
            "<h1>",
        ] {
            assert!(shown.contains(needed), "{needed}");
        }
        for (open, close) in [
            ("<section", "</section>"),
            ("<svg", "</svg>"),
            ("<li", "</li>"),
            ("<details", "</details>"),
        ] {
            assert_eq!(
                shown.matches(open).count(),
                shown.matches(close).count(),
                "{open}"
            );
        }
    }
    let again = inspect(&["--html", &page, "passive-vsftpd.pcap"]).code(2);
    assert!(again.err().contains("page.html"));
    inspect(&[
        "--html",
        &folder.join("x"),
        "passive-vsftpd.pcap",
        "active-vsftpd.pcap",
    ])
    .code(2);
}

const RUBRIC: &str = r#"
title = "FTP by hand"
[[expect]]
logged-in = "student"
[[expect]]
no-failed-login = true
[[expect]]
mode = "passive"
[[expect]]
retrieved = { name = "numbers.txt", bytes = 11393 }
[[expect]]
port-computed = true
[[expect]]
title = "Says goodbye"
goodbye = true
"#;

#[test]
fn captures_are_held_against_a_rubric() {
    let folder = Folder::new("inspect-rubric");
    let rubric = folder.write("rubric.toml", RUBRIC.as_bytes());
    let done = inspect(&["--expect", &rubric, "passive-vsftpd.pcap"]).code(0);
    golden("inspect/expect-met.txt", done.out());
    let done = inspect(&["--expect", &rubric, "--lang", "fr", "refused-login.pcap"]).code(1);
    golden("inspect/expect-unmet.txt", done.out());
    let sheet = inspect(&[
        "--expect",
        &rubric,
        "--csv",
        "passive-vsftpd.pcap",
        "active-vsftpd.pcap",
        "README.md",
    ]);
    let sheet = sheet.code(2);
    let rows: Vec<&str> = sheet.out().lines().collect();
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows[1].starts_with("passive-vsftpd.pcap,6,6,1,1,1,1,1,1"));
    assert!(rows[2].starts_with("active-vsftpd.pcap,"));
    // No marks at all are not the same as none that are met.
    assert_eq!(rows[3], "README.md,,6,,,,,,");
    let lines = inspect(&["--expect", &rubric, "--json", "README.md"]).code(2);
    let lines = lines.json_lines();
    assert_eq!(lines[0]["type"], "unread");
    assert_eq!((lines.len(), &lines[0]["file"]), (1, &"README.md".into()));
    let bad = folder.write("bad.toml", b"[[expect]]\nlisted = true\nreply = 200\n");
    let done = inspect(&["--expect", &bad, "passive-vsftpd.pcap"]).code(2);
    assert!(done.err().contains("expectation 1"), "{}", done.err());
    // What is mistyped is told with what there is.
    for (wrong, lang, told) in [
        (
            "litsed = true",
            "en",
            "line 2, column 1: there is no field “litsed” here;",
        ),
        (
            "litsed = true",
            "fr",
            "ligne 2, colonne 1\u{a0}: il n’y a pas ici de champ",
        ),
        (
            "mode = 1",
            "en",
            "line 2, column 8: “mode” is written like this: mode = \"active\"",
        ),
        (
            "mode = 1",
            "fr",
            "ligne 2, colonne 8\u{a0}: «\u{a0}mode\u{a0}» s’écrit ainsi\u{a0}:",
        ),
        (
            "mode = both",
            "fr",
            "ligne 2, colonne 8\u{a0}: ce n’est pas du TOML\u{a0}:",
        ),
    ] {
        let bad = folder.write("bad.toml", format!("[[expect]]\n{wrong}\n").as_bytes());
        let done = inspect(&["--lang", lang, "--expect", &bad, "passive-vsftpd.pcap"]).code(2);
        let said = done.err().replace("\n ", "").replace("  ", " ");
        assert!(said.contains(told), "{said}");
    }
    // The place is told, and no more of a long line than a line.
    let long = format!("[[expect]]\n\"{}\" = 1\n", "x".repeat(900_000));
    let bad = folder.write("bad.toml", long.as_bytes());
    for (lang, told) in [
        ("en", "bad.toml: line 2, column 1: there is no field “xxx"),
        (
            "fr",
            "bad.toml: ligne 2, colonne 1\u{a0}: il n’y a pas ici de champ «\u{a0}xxx",
        ),
    ] {
        let done = inspect(&["--lang", lang, "--expect", &bad, "passive-vsftpd.pcap"]).code(2);
        let said = done.err().replace("\n ", "").replace("  ", " ");
        assert!(
            said.contains(told) && said.contains('…') && said.len() < 1_000,
            "{said}"
        );
    }
}

/// What `--filter` tells to type works with a file that is there: a shipped capture is written first.
#[test]
fn a_shipped_capture_can_be_written_to_a_file_for_wireshark() {
    let folder = Folder::new("inspect-copy");
    let from_elsewhere =
        |words: &[&str]| ftplab().within(&folder.0).arg("inspect").args(words).run();
    let told = from_elsewhere(&["--filter", "fxp"]).code(0);
    let shown = told.out();
    assert!(
        shown.contains("\nftplab inspect fxp --copy fxp.pcap\n"),
        "{shown}"
    );
    assert!(shown.contains("\nwireshark -r fxp.pcap -o "), "{shown}");
    from_elsewhere(&["fxp", "--copy", "fxp.pcap"]).code(0);
    let copied = fs::read(folder.join("fxp.pcap")).expect("the copy");
    assert_eq!(copied, fs::read(captures().join("fxp.pcap")).expect("fxp"));
    // Now it is a file, and nothing is to be done before.
    let told = from_elsewhere(&["--filter", "fxp.pcap"]).code(0);
    assert!(!told.out().contains("--copy"), "{}", told.out());
    // Nothing is overwritten unasked, and what is a file already is not copied.
    from_elsewhere(&["passive-wget", "--copy", "fxp.pcap"]).code(2);
    assert_eq!(copied, fs::read(folder.join("fxp.pcap")).expect("the copy"));
    from_elsewhere(&["passive-wget", "--copy", "fxp.pcap", "--force"]).code(0);
    let done = from_elsewhere(&["fxp.pcap", "--copy", "again.pcap"]).code(2);
    assert!(done.err().contains("is a file"), "{}", done.err());
    from_elsewhere(&["fxp", "nat-box", "--copy", "two.pcap"]).code(2);
    let done = inspect(&[
        "--filter",
        "--merge",
        "three-terminals-control.pcap",
        "three-terminals-data.pcap",
    ]);
    let made = "mergecap -w merged.pcapng three-terminals-control.pcap three-terminals-data.pcap\n";
    let done = done.code(0);
    assert!(done.out().contains(made), "{}", done.out());
    assert!(done.out().contains("wireshark -r merged.pcapng "));
}

/// Whether a mode was used is another question than whether the data came through.
#[test]
fn a_mode_is_used_even_where_no_data_connection_opens() {
    let folder = Folder::new("inspect-modes");
    let rubric = "[[expect]]\nmode = \"active\"\n[[expect]]\nmode = \"passive\"\n\
                  [[expect]]\nport-computed = true\n[[expect]]\nlisted = true\n";
    let rubric = folder.write("modes.toml", rubric.as_bytes());
    let yes = |capture: &str| -> Vec<(bool, bool, Value)> {
        let done = inspect(&["--json", "--expect", &rubric, capture]).code(1);
        let told = |line: &Value| {
            let tried_only = line["tried_only"] == Value::Bool(true);
            (
                line["met"] == Value::Bool(true),
                tried_only,
                line["frames"].clone(),
            )
        };
        lines(&done).iter().map(told).collect()
    };
    let no = || (false, false, serde_json::json!([]));
    // PORT in frame 13, LIST in 16, the SYN that was answered with a reset in 17.
    assert_eq!(
        yes("lab-nobody-listens.pcap"),
        [
            (true, true, serde_json::json!([13, 16, 17])),
            no(),
            (true, true, serde_json::json!([13, 17])),
            no(),
        ]
    );
    // The client sends no command before its connection stands, and it never does.
    assert_eq!(
        yes("firewall-drop-passive.pcap")[1],
        (true, true, serde_json::json!([20, 21]))
    );
    // The server did not agree.
    assert_eq!(yes("nat-active-refused.pcap")[0], no());
    // The port was computed with its bytes exchanged.
    assert_eq!(yes("lab-wrong-port.pcap")[2], no());
    assert_eq!(
        yes("active-vsftpd.pcap")[0],
        (true, false, serde_json::json!([26, 28, 29]))
    );
}

#[test]
fn a_reader_that_goes_away_ends_the_program_without_a_word() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_ftplab"))
        .args(["inspect", "--json"])
        .args(std::iter::repeat_n(
            captures().join("loss-at-client.pcap"),
            200,
        ))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    assert_eq!(done.status.code(), Some(0));
    let _ = std::io::stderr().flush();
}
