//! What ftplab leans on: each dependency with its reason in a line, under a licence that deny.toml allows, no crate in two
//! versions. `cargo deny check` does this too, and knows advisories; this needs nothing but cargo and no network.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use serde_json::Value;

/// The file that says what is allowed, for `cargo deny` and for here.
fn deny() -> toml::Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml");
    let text = fs::read_to_string(path).expect("deny.toml");
    text.parse().expect("TOML")
}

fn words(value: &toml::Value) -> BTreeSet<String> {
    let all = value.as_array().expect("a list");
    let words = all
        .iter()
        .map(|word| word.as_str().expect("a word").to_owned());
    words.collect()
}

/// A crate of the tree.
#[derive(Debug)]
struct Package {
    name: String,
    version: String,
    licence: String,
}

/// Every crate that is built for this machine's system, tests included; ftplab itself is not in it.
fn packages() -> Vec<Package> {
    let of = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "cargo {arguments:?}: {said}");
        String::from_utf8(done.stdout).expect("UTF-8")
    };
    let tree = of(&[
        "tree",
        "--offline",
        "--locked",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let built: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            Some((name, rest.split(' ').next()?))
        })
        .collect();
    // Without a system named, cargo wants the crates of all systems, which nothing has fetched.
    let about = of(&["-vV"]);
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.expect("a host");
    let metadata = of(&[
        "metadata",
        "--offline",
        "--locked",
        "--format-version",
        "1",
        "--filter-platform",
        host,
    ]);
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    let all = metadata["packages"].as_array().expect("packages");
    let word = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    all.iter()
        .map(|package| Package {
            name: word(package, "name"),
            version: word(package, "version"),
            licence: word(package, "license"),
        })
        .filter(|package| built.contains(&(&package.name, &package.version)))
        .filter(|package| package.name != "ftplab")
        .collect()
}

/// True where a licence expression (SPDX; `/` is an old OR) can be met with these alone.
fn met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut rest: Vec<&str> = spaced.split_whitespace().rev().collect();
    let met = either(&mut rest, allowed);
    met && rest.is_empty()
}

/// What stands between ORs; the words are taken from the end.
fn either(rest: &mut Vec<&str>, allowed: &BTreeSet<String>) -> bool {
    let mut met = both(rest, allowed);
    while rest.pop_if(|word| *word == "OR").is_some() {
        met |= both(rest, allowed);
    }
    met
}

/// What stands between ANDs, which bind closer.
fn both(rest: &mut Vec<&str>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(rest, allowed);
    while rest.pop_if(|word| *word == "AND").is_some() {
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut Vec<&str>, allowed: &BTreeSet<String>) -> bool {
    match rest.pop() {
        Some("(") => {
            let met = either(rest, allowed);
            met && rest.pop() == Some(")")
        }
        // An exception only gives: the licence without it is what must be allowed.
        Some(licence) => {
            if rest.pop_if(|word| *word == "WITH").is_some() {
                rest.pop();
            }
            allowed.contains(licence)
        }
        None => false,
    }
}

#[test]
fn licences_are_allowed() {
    let deny = deny();
    let licences = &deny["licenses"];
    let allowed = words(&licences["allow"]);
    let exceptions: BTreeMap<&str, BTreeSet<String>> = licences["exceptions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["crate"].as_str().expect("a name"), words(&one["allow"])))
        .collect();
    let packages = packages();
    assert!(packages.len() > 50, "{packages:?}");
    let mut used = BTreeSet::new();
    for Package { name, licence, .. } in &packages {
        if met(licence, &allowed) {
            continue;
        }
        let exception = exceptions.get(name.as_str());
        assert!(
            exception.is_some_and(|more| met(licence, more)),
            "{name} is under {licence}"
        );
        used.insert(name.as_str());
    }
    let named: BTreeSet<&str> = exceptions.into_keys().collect();
    assert_eq!(used, named, "an exception for nothing");
}

#[test]
fn expressions_are_read_as_they_are_meant() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Unicode-3.0".to_owned()]);
    for (expression, wanted) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-2.0-only", false),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", false),
        ("MIT AND (GPL-2.0-only OR Apache-2.0)", false),
        ("GPL-2.0-only OR MIT AND Unicode-3.0", true),
        ("", false),
    ] {
        assert_eq!(met(expression, &allowed), wanted, "{expression}");
    }
}

#[test]
fn no_crate_stands_in_two_versions() {
    let deny = deny();
    let skipped: BTreeSet<String> = deny["bans"]["skip"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["crate"].as_str().expect("a name").to_owned())
        .collect();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        let of = versions.entry(package.name).or_default();
        of.insert(package.version);
    }
    versions.retain(|name, of| of.len() > 1 && !skipped.contains(name));
    assert!(versions.is_empty(), "{versions:?}");
}

#[test]
fn each_dependency_has_its_reason() {
    let manifest = include_str!("../Cargo.toml");
    let mut before = "";
    let mut inside = false;
    let mut seen = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && line.contains('=') {
            seen += 1;
            assert!(before.starts_with("# "), "no reason stands before {line}");
        }
        before = line;
    }
    assert!(seen > 20, "{seen}");
}
