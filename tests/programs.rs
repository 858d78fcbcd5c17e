//! What `--json` and `--events` write is a promise to other programs, and the README makes it: every type of line and
//! every field that comes is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::TcpStream,
    path::Path,
};

use serde_json::Value;

use crate::{
    harness::ftplab,
    servers::process::{FakeServer, folder},
};

/// The fields of each type of line.
type Fields = BTreeMap<String, BTreeSet<String>>;

fn take(fields: &mut Fields, line: &Value) {
    let line = line.as_object().expect("an object a line");
    let kind = line["type"].as_str().expect("a type").to_owned();
    let fields = fields.entry(kind).or_default();
    let inner = line.values().filter_map(Value::as_object);
    let inner = inner.filter(|inner| !inner.contains_key("bytes"));
    let names = line.keys().chain(inner.flat_map(|inner| inner.keys()));
    fields.extend(names.filter(|name| *name != "type").cloned());
}

fn take_file(fields: &mut Fields, path: &Path) {
    let text = fs::read_to_string(path).expect("lines");
    for line in text.lines() {
        take(fields, &serde_json::from_str(line).expect("JSON"));
    }
}

/// All that comes of captures.
fn captures(fields: &mut Fields, dir: &Path) {
    let captures = concat!(env!("CARGO_MANIFEST_DIR"), "/captures");
    fs::write(dir.join("r.toml"), "[[expect]]\nmode = \"both\"\n").expect("a file");
    let rubric = dir.join("r.toml").display().to_string();
    let extracted = dir.join("extracted").display().to_string();
    for words in [
        &["--hash"][..],
        &["--expect", &rubric],
        &["--extract", &extracted],
    ] {
        let inspect = ftplab().args(["inspect", "--json", captures]);
        for line in inspect.args(words).run().json_lines() {
            take(fields, &line);
        }
    }
    take_file(fields, &dir.join("extracted/manifest.jsonl"));
    for line in ftplab()
        .args(["inspect", "--json", &rubric])
        .run()
        .json_lines()
    {
        take(fields, &line);
    }
}

/// All that comes of what is at hand without a network.
fn lists(fields: &mut Fields) {
    let sheets = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/sheets");
    let wrong = format!("{sheets}/missing.en.md");
    for words in [
        &["fake-server", "--list", "--json"][..],
        &["lab", "list", "--json"],
        &["lab", "check", "--json", "--no-play", &wrong],
        &["fake-server", "--json", "--check", "two-replies", &wrong],
        &[
            "pasv-calc",
            "--json",
            "227 (10,0,0,1,4,1)",
            "--host",
            "192.0.2.1",
        ],
        &["pasv-calc", "--json", "1,2,3,4,5,256"],
    ] {
        for line in ftplab().args(words).run().json_lines() {
            take(fields, &line);
        }
    }
}

/// All that comes of a session, at both ends of it.
fn session(fields: &mut Fields, dir: &Path) {
    let path = |name: &str| dir.join(name).display().to_string();
    let mut server = FakeServer::start(&[
        "any-client",
        "--once",
        "--store",
        &path("kept"),
        "--record",
        &path("server.pcapng"),
        "--events",
        &path("events"),
    ]);
    fs::write(dir.join("up"), "up").expect("a file");
    let port = server.port.to_string();
    let raw = ftplab()
        .args(["raw", "127.0.0.1", &port, "--json"])
        .args(["--record", &path("raw.pcapng"), "--events", &path("events")])
        .stdin(format!(
            "USER me\nPASS x\nPASV\n/data\nLIST\nPASV\n/data < {}\nSTOR up\n/listen 0\nNOPE\nQUIT\n",
            path("up")
        ));
    for line in raw.run().json_lines() {
        take(fields, &line);
    }
    for line in server.end().1 {
        take(fields, &line);
    }
    take_file(fields, &dir.join("events"));

    fs::write(dir.join("s.ftp"), "S> 220 Ready.\n").expect("a file");
    let mut server = FakeServer::start(&[&path("s.ftp"), "--once"]);
    let mut line = server.dial();
    line.reply();
    line.say("NOPE");
    drop(line);
    for line in server.end().1 {
        take(fields, &line);
    }
}

/// All that comes of somebody who listens.
fn listener(fields: &mut Fields, dir: &Path) {
    let events = dir.join("listen").display().to_string();
    let data = dir.join("data").display().to_string();
    let listen = std::thread::spawn({
        let events = events.clone();
        move || {
            let words = ["listen", "0", "--json", "-o", &data, "--timeout", "3s"];
            ftplab()
                .args(words)
                .args(["--expect", "192.0.2.1", "--events", &events])
                .run()
        }
    });
    let address = loop {
        let text = fs::read_to_string(&events).unwrap_or_default();
        if let Some(line) = text.lines().next() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            break line["address"].as_str().expect("where").to_owned();
        }
        assert!(!listen.is_finished(), "it listens");
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    drop(TcpStream::connect(address).expect("it listens"));
    listen.join().expect("it ends");
    take_file(fields, Path::new(&events));
}

#[test]
fn every_line_and_every_field_is_in_the_readme() {
    let dir = folder("programs");
    let mut fields = Fields::new();
    captures(&mut fields, &dir);
    lists(&mut fields);
    session(&mut fields, &dir);
    listener(&mut fields, &dir);
    fs::remove_dir_all(&dir).expect("removed");

    let readme = include_str!("../README.md");
    let (_, section) = readme.split_once("\n## --json").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let promised = |word: &str| section.contains(&format!("`{word}`"));
    for (kind, fields) in &fields {
        assert!(promised(kind), "{kind}");
        let row = section
            .lines()
            .find(|row| row.starts_with(&format!("| `{kind}` |")));
        for field in fields {
            // What several types share stands before the tables.
            let shared = ["session", "frame", "file", "source", "pid", "connection"];
            let told = match row {
                Some(row) if !shared.contains(&field.as_str()) => {
                    row.contains(&format!("`{field}`")) || field == "script_line"
                }
                _ => promised(field),
            };
            assert!(told, "{kind}: {field}");
        }
    }
    // And what stands there comes: each type that a table names.
    let mut kinds: Vec<&str> = Vec::new();
    for row in section.lines().filter(|row| row.starts_with("| ")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let first = cells[0].trim_start_matches("| ").trim_matches('`');
        match cells[1].split_once("`: ") {
            _ if fields.contains_key(first) => kinds.push(first),
            Some(_) => kinds.extend(cells[1].split("; ").filter_map(|part| {
                part.trim()
                    .strip_prefix('`')?
                    .split_once("`: ")
                    .map(|(kind, _)| kind)
            })),
            None => {}
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    for kind in &kinds {
        assert!(fields.contains_key(*kind), "{kind}: {kinds:?}");
    }
    assert!(kinds.len() > 22, "{kinds:?}");
}
