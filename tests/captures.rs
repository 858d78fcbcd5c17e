//! The captures of `captures/`: every one has a row in its README and two goldens, what `inspect` says to a person and to a
//! program; and what it hashed is compared with the bytes that the servers had, which anybody can make again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::harness::{ftplab, golden};

/// No capture is larger: they are in every clone.
const LARGEST: u64 = 100_000;
/// Nor all of them.
const LARGEST_TOGETHER: u64 = 1_000_000;

/// Captures in which there is no control connection to be seen, so that `inspect` says no.
const WITHOUT_FTP: [&str; 3] = [
    "data-only.pcap",
    "three-terminals-data.pcap",
    "tls-implicit.pcap",
];

/// Captures in which what travelled is not the file byte for byte: TYPE A, and MODE Z.
const CONVERTED: [&str; 2] = ["ascii.pcap", "mode-z.pcap"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.into_string().expect("a name in UTF-8")
        })
        .collect()
}

/// The captures: what is not the README or what records them.
fn captures() -> BTreeSet<String> {
    let mut names = names_in(&folder());
    for other in ["README.md", "record", "rig.py"] {
        assert!(names.remove(other), "captures/{other}");
    }
    names
}

/// `passive-vsftpd.pcap` without its ending.
fn stem(name: &str) -> &str {
    name.split('.').next().expect("a name")
}

fn inspect(name: &str, words: &[&str]) -> String {
    let code = i32::from(WITHOUT_FTP.contains(&name));
    let done = ftplab()
        .within(folder())
        .arg("inspect")
        .args(words)
        .arg(name)
        .run()
        .code(code);
    assert_eq!(done.err(), "", "{name}");
    done.out().to_owned()
}

#[test]
fn every_capture_is_read_as_its_goldens_say() {
    let mut kept = BTreeSet::new();
    for name in captures() {
        for (ending, words) in [("txt", &[][..]), ("jsonl", &["--json", "--hash"])] {
            let file = format!("{}.{ending}", stem(&name));
            golden(&format!("captures/{file}"), &inspect(&name, words));
            kept.insert(file);
        }
    }
    let there = names_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/captures"));
    assert_eq!(there, kept, "a golden without its capture");
}

#[test]
fn every_capture_has_a_row_in_the_readme_and_every_row_a_capture() {
    let readme = fs::read_to_string(folder().join("README.md")).expect("the README");
    let rows: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|rest| rest.split_once('`').map(|(name, _)| name))
        .filter(|name| name.contains(".pcap"))
        .collect();
    let set: BTreeSet<String> = rows.iter().map(ToString::to_string).collect();
    assert_eq!(set.len(), rows.len(), "a row twice");
    assert_eq!(set, captures());
}

#[test]
fn captures_are_small() {
    let mut sum = 0;
    for name in captures() {
        let size = fs::metadata(folder().join(&name)).expect("a file").len();
        assert!(size <= LARGEST, "{name}: {size} bytes");
        sum += size;
    }
    assert!(sum <= LARGEST_TOGETHER, "{sum} bytes together");
}

/// SHA-256 of the files that `captures/record` makes with `seq`, by their names.
fn files() -> BTreeMap<&'static str, String> {
    let lines = |before: &str, count: u32, after: &str| {
        (1..=count).fold(String::new(), |mut text, number| {
            let _ = writeln!(text, "{before}{number}{after}");
            text
        })
    };
    let hash = |text: String| {
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    };
    let upload = hash(lines("Measurement ", 300, ""));
    BTreeMap::from([
        ("RETR empty.txt", hash(String::new())),
        ("RETR numbers.txt", hash(lines("", 2500, ""))),
        (
            "RETR sheet.txt",
            hash(lines("Line ", 40, " of the lab sheet.")),
        ),
        ("RETR second.txt", upload.clone()),
        ("STOR copy.txt", hash(lines("", 2500, ""))),
        ("STOR", upload.clone()),
        ("STOU", upload.clone()),
        ("APPE", upload),
    ])
}

#[test]
fn complete_transfers_have_the_bytes_that_the_servers_had() {
    let files = files();
    let mut compared = 0;
    for name in captures() {
        if CONVERTED.contains(&name.as_str()) {
            continue;
        }
        for line in inspect(&name, &["--json", "--hash"]).lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let whole = line["type"] == "transfer"
                && line["verdict"] == "complete"
                && line["rest"].as_u64().unwrap_or(0) == 0;
            let Some(verb) = line["verb"].as_str().filter(|_| whole) else {
                continue;
            };
            let path = line["path"].as_str().or(line["arg"].as_str());
            let file = path.and_then(|path| path.rsplit('/').next()).unwrap_or("");
            let Some(hash) = files
                .get(format!("{verb} {file}").as_str())
                .or(files.get(verb))
            else {
                continue;
            };
            assert_eq!(line["sha256"], Value::from(hash.as_str()), "{name}: {line}");
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} transfers compared");
}
