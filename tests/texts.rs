//! The sentences: both languages have the same messages with the same arguments, each renders in both, and the code and
//! the files agree on which ids there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::harness::rust_files;
use ftplab::view::text::{Lang, ROOMS, Text, Value};

/// Id to the names of the arguments (`$name`) in its message, selectors and plural branches included.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in source.lines() {
        if line.starts_with('#') {
            continue;
        }
        if let Some((id, _)) = line.split_once(" =").filter(|(id, _)| {
            id.starts_with(|c: char| c.is_ascii_alphabetic())
                && id
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        }) {
            assert!(
                found.insert(id.to_owned(), BTreeSet::new()).is_none(),
                "{id} stands twice"
            );
            current = Some(id.to_owned());
        }
        if let Some(id) = &current {
            let arguments = found.get_mut(id).expect("just put in");
            for (at, _) in line.match_indices('$') {
                let name: String = line[at + 1..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
                    .collect();
                arguments.insert(name);
            }
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_arguments() {
    for (room, en, fr) in ROOMS {
        let (en, fr) = (messages(en), messages(fr));
        for (id, arguments) in &en {
            assert_eq!(
                fr.get(id),
                Some(arguments),
                "{room}.ftl: {id} in French (left) and English (right)"
            );
            assert!(
                id.starts_with(&format!("{room}-")),
                "{id} stands in {room}.ftl, where nobody looks for it"
            );
        }
        for id in fr.keys() {
            assert!(en.contains_key(id), "{room}.ftl: {id} is in French only");
        }
    }
}

#[test]
fn every_message_renders_in_both_languages() {
    for lang in [Lang::En, Lang::Fr] {
        let text = Text::new(lang);
        for (room, en, _) in ROOMS {
            for (id, arguments) in messages(en) {
                let args: Vec<(&str, Value<'_>)> = arguments
                    .iter()
                    .map(|name| (name.as_str(), Value::from(7)))
                    .collect();
                let shown = text.say(&id, &args);
                assert!(
                    !shown.is_empty() && !shown.contains("{$") && shown != format!("{{{id}}}"),
                    "{room}.ftl, {lang:?}: {id} renders as {shown:?}"
                );
            }
        }
    }
}

/// The source files, without their comments.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    rust_files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    let read = |file: PathBuf| {
        let source = fs::read_to_string(&file).expect("a source file");
        let source = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| [line, "\n"])
            .collect();
        (file, source)
    };
    files.into_iter().map(read).collect()
}

/// Every id that somebody asks for: it stands in the code as it is, or as the parts around a `{…}` that is filled in at
/// run time, or in another message.
#[test]
fn every_message_is_asked_for() {
    let mut whole = BTreeSet::new();
    let mut made = Vec::new();
    for (_, source) in sources() {
        for literal in source.split('"').map(str::to_owned) {
            match literal.split_once('{').zip(literal.rsplit_once('}')) {
                Some(((begin, _), (_, end))) if begin.ends_with('-') || end.starts_with('-') => {
                    made.push((begin.to_owned(), end.to_owned()));
                }
                _ => {
                    whole.insert(literal);
                }
            }
        }
    }
    let mut unasked = Vec::new();
    for (room, en, _) in ROOMS {
        for id in messages(en).into_keys() {
            let in_another = || en.contains(&format!("{{ {id} }}"));
            let is_made = |(begin, end): &(String, String)| {
                let rest = id.strip_prefix(begin.as_str());
                rest.and_then(|rest| rest.strip_suffix(end.as_str()))
                    .is_some_and(|middle| match begin.as_str() {
                        "" => whole.contains(middle),
                        _ => !middle.is_empty(),
                    })
            };
            if !whole.contains(&id) && !made.iter().any(is_made) && !in_another() {
                unasked.push(format!("{room}.ftl: {id}"));
            }
        }
    }
    assert!(unasked.is_empty(), "{}", unasked.join("\n"));
}

#[test]
fn every_id_that_the_code_asks_for_exists() {
    let known: BTreeSet<String> = ROOMS
        .iter()
        .flat_map(|(_, en, _)| messages(en).into_keys())
        .collect();
    let rooms: Vec<String> = ROOMS
        .iter()
        .map(|(room, _, _)| format!("{room}-"))
        .collect();
    let mut missing = Vec::new();
    for (file, source) in sources() {
        for (at, call) in source.match_indices("say!(") {
            // The id is the first string literal of the call; ids made at run time have a test of their own.
            let rest = &source[at + call.len()..];
            let Some(open) = rest
                .find(['"', ';'])
                .filter(|&open| rest[open..].starts_with('"'))
            else {
                continue;
            };
            let id: String = rest[open + 1..].chars().take_while(|c| *c != '"').collect();
            // An id that is put together at run time is found by the test of its view.
            if !id.contains('{')
                && rooms.iter().any(|room| id.starts_with(room.as_str()))
                && !known.contains(&id)
            {
                missing.push(format!("{}: {id}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
