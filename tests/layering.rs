//! The map of the house as data: which room may name which other room, and which crate lives where. A use that breaks
//! it fails with `file:line`.

use std::{fs, path::PathBuf};

use crate::harness::rust_files;

/// Room, the other rooms it may name, the crates it may name (beside std and [`ANYWHERE_PURE`]).
const ROOMS: &[(&str, &[&str], &[&str])] = &[
    ("ftp", &[], &["thiserror", "memchr"]),
    (
        "capture",
        &[],
        &[
            "pcap_file",
            "etherparse",
            "flate2",
            "ruzstd",
            "thiserror",
            "memchr",
            "serde",
            "sha2",
            "foldhash",
        ],
    ),
    ("analysis", &["ftp", "capture"], PURE),
    ("script", &["ftp"], PURE),
    (
        "lab",
        &["ftp", "script", "analysis"],
        &[
            "pulldown_cmark",
            "unicode_normalization",
            "thiserror",
            "serde",
            "serde_json",
            "toml",
            "regex",
            "memchr",
            "sha2",
        ],
    ),
    (
        "io",
        &["ftp", "script"],
        &[
            "tokio",
            "rustyline",
            "indicatif",
            "socket2",
            "rustix",
            "thiserror",
            "memchr",
        ],
    ),
    (
        "view",
        &["ftp", "capture", "analysis", "script", "lab"],
        &[
            "fluent_bundle",
            "colored",
            "pulldown_cmark",
            "unicode_width",
            "serde",
            "serde_json",
            "base64",
            "jiff",
            "memchr",
        ],
    ),
    ("cli", &[], &["clap", "clap_complete", "clap_mangen"]),
    (
        "cmd",
        &[
            "ftp", "capture", "analysis", "script", "lab", "io", "view", "cli",
        ],
        &[
            "include_dir",
            "clap",
            "clap_complete",
            "clap_mangen",
            "thiserror",
            "serde",
            "serde_json",
        ],
    ),
];

/// Crates that every pure room but `ftp` may name.
const PURE: &[&str] = &[
    "thiserror",
    "serde",
    "serde_json",
    "toml",
    "sha2",
    "memchr",
    "regex",
    "foldhash",
];

/// Every crate that has a home; a dependency in Cargo.toml that is not here is an error too.
fn crates() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside
            && !line.starts_with('#')
            && let Some((name, _)) = line.split_once('=')
        {
            names.push(name.trim().replace('-', "_"));
        }
    }
    names
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a room: `src/ROOM.rs` and everything below `src/ROOM/`.
fn files_of(room: &str) -> Vec<PathBuf> {
    let folder = root().join("src").join(room);
    let mut files = vec![folder.with_extension("rs")];
    if folder.is_dir() {
        rust_files(&folder, &mut files);
    }
    files
}

/// The names that code (not comments, not strings) uses at the start of a path, with their line numbers: `crate::x`
/// gives `crate::x`, `use clap::…` gives `clap`. Grouped imports over several lines (`use crate::{ftp::…, io::…}`) count.
fn paths(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut group: Option<usize> = None;
    for (number, line) in source.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        if let Some(start) = code.find("use crate::{") {
            group = Some(0);
            names_of_group(
                &code[start + "use crate::".len()..],
                &mut group,
                number,
                &mut found,
            );
            continue;
        }
        if group.is_some() {
            names_of_group(code, &mut group, number, &mut found);
            continue;
        }
        for (at, _) in code.match_indices("::") {
            let head = code[..at]
                .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
                .unwrap_or("");
            let before = code[..at - head.len()].ends_with("::");
            if before {
                continue;
            }
            if head == "crate" {
                let room: String = code[at + 2..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                found.push((number + 1, format!("crate::{room}")));
            } else {
                found.push((number + 1, head.to_owned()));
            }
        }
    }
    found
}

/// The first names inside the outermost braces of a `use crate::{…}`.
fn names_of_group(
    code: &str,
    depth: &mut Option<usize>,
    number: usize,
    found: &mut Vec<(usize, String)>,
) {
    let Some(mut level) = *depth else { return };
    let mut name = String::new();
    let mut fresh = level == 1;
    for c in code.chars() {
        match c {
            '{' => {
                level += 1;
                fresh = level == 1;
            }
            '}' | ',' | ':' | ';' if level >= 1 => {
                if level == 1 && !name.is_empty() && fresh {
                    found.push((number + 1, format!("crate::{name}")));
                }
                fresh = c == ',' && level == 1;
                name.clear();
                if c == '}' {
                    level -= 1;
                }
            }
            c if (c.is_alphanumeric() || c == '_') && level == 1 => name.push(c),
            _ => {}
        }
        if level == 0 && c == '}' {
            *depth = None;
            return;
        }
    }
    *depth = Some(level);
}

#[test]
fn every_room_keeps_to_its_neighbours() {
    let crates = crates();
    let rooms: Vec<&str> = ROOMS.iter().map(|(name, _, _)| *name).collect();
    let mut faults = Vec::new();
    let mut seen = 0;
    for (room, neighbours, homes) in ROOMS {
        for file in files_of(room) {
            let source = fs::read_to_string(&file).expect("a source file");
            let shown = file
                .strip_prefix(root())
                .unwrap_or(&file)
                .display()
                .to_string();
            for (line, path) in paths(&source) {
                seen += 1;
                let bad = match path.strip_prefix("crate::") {
                    Some(other) => {
                        other != *room && rooms.contains(&other) && !neighbours.contains(&other)
                    }
                    None => crates.contains(&path) && !homes.contains(&path.as_str()),
                };
                if bad {
                    faults.push(format!("{shown}:{line}: {room} may not name {path}"));
                }
            }
        }
    }
    assert!(seen > 20, "the test sees no paths any more");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_dependency_has_a_home() {
    for name in crates() {
        assert!(
            ROOMS
                .iter()
                .any(|(_, _, homes)| homes.contains(&name.as_str())),
            "{name} is in Cargo.toml and in no room"
        );
    }
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    rust_files(&root().join("tests"), &mut files);
    for file in files {
        // A room's front is beside its folder, so that every file has a name of its own.
        assert!(!file.ends_with("mod.rs"), "{}", file.display());
        let source = fs::read_to_string(&file).expect("a source file");
        assert!(
            source.starts_with("//!"),
            "{}: the first line says nothing",
            file.display()
        );
    }
}

#[test]
fn the_finder_sees_every_way_to_name_a_room() {
    let source = "use crate::io::x;\nuse crate::{\n    ftp::{a, view::b},\n    cmd,\n};\nlet a = crate::cli::B; // crate::lab::x\n\
                  use clap::Parser;\nfoo::clap::x()\nuse crate::{script::c, io};\n";
    let names: Vec<String> = paths(source)
        .into_iter()
        .map(|(line, name)| format!("{line} {name}"))
        .collect();
    assert_eq!(
        names,
        [
            "1 crate::io",
            "3 crate::ftp",
            "4 crate::cmd",
            "6 crate::cli",
            "7 clap",
            "8 foo",
            "9 crate::script",
            "9 crate::io"
        ]
    );
}

/// A file's code: what stands before `mod tests {` and the like, without comments, each line with its number.
fn code(source: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut lines = source.lines().enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        let next = lines.peek().map_or("", |(_, next)| next);
        if line == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
            break;
        }
        found.push((at + 1, line.split("//").next().unwrap_or("")));
    }
    found
}

/// Modules of a file that are tests and nothing else, by name.
fn tests_of(source: &str) -> impl Iterator<Item = &str> {
    source
        .split("#[cfg(test)]\nmod ")
        .skip(1)
        .filter_map(|rest| {
            let line = rest.lines().next()?;
            line.strip_suffix(';')
        })
}

/// The lines in which something is read to its end that nothing bounds.
fn read_whole(source: &str) -> Vec<usize> {
    let lines = code(source);
    let mut found = Vec::new();
    for (at, (number, line)) in lines.iter().enumerate() {
        let reads = ["fs::read(", "read_to_string(", "read_to_end("];
        // A chain of calls may be broken over lines.
        let chain = &lines[at.saturating_sub(1)..=at];
        let bounded = chain.iter().any(|(_, line)| line.contains("take("));
        if reads.iter().any(|read| line.contains(read)) && !bounded {
            found.push(*number);
        }
    }
    found
}

/// A file that somebody names may be a device without an end: what is read goes through `io::file::beginning`, or through
/// `take`. There is no exception.
#[test]
fn nothing_is_read_to_its_end_without_a_bound() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let sources: Vec<(PathBuf, String)> = files
        .into_iter()
        .map(|file| {
            let source = fs::read_to_string(&file).expect("a source file");
            (file, source)
        })
        .collect();
    let tests: Vec<PathBuf> = sources
        .iter()
        .flat_map(|(file, source)| {
            let inside = file.with_extension("");
            tests_of(source).map(move |name| inside.join(name).with_extension("rs"))
        })
        .collect();
    let mut faults = Vec::new();
    for (file, source) in &sources {
        if tests.contains(file) {
            continue;
        }
        let shown = file.strip_prefix(root()).unwrap_or(file).display();
        for number in read_whole(source) {
            faults.push(format!("{shown}:{number}: reads all of it"));
        }
    }
    assert!(tests.len() > 5, "the test sees no tests any more");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_finder_sees_what_is_read_to_its_end() {
    let source = "let a = fs::read(path);\nfile.take(MOST)\n    .read_to_end(&mut b);\n\nlet c = std::fs::read_to_string(path);\n\
                  // fs::read(\nfile.read_to_end(&mut d);\n#[cfg(test)]\nmod tests {\n    fs::read(path);\n}\n";
    assert_eq!(read_whole(source), [1, 5, 7]);
    let front = "mod a;\n#[cfg(test)]\nmod cases;\nmod b;\n";
    assert_eq!(tests_of(front).collect::<Vec<_>>(), ["cases"]);
}
