//! The fuzz targets' corpora, replayed: what a fuzzer found once, and the seeds it began with.

use std::{fs, path::Path};

#[path = "../fuzz/bodies.rs"]
mod bodies;

#[test]
fn every_corpus_is_replayed() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (target, body) in bodies::BODIES {
        let mut files = 0;
        for entry in fs::read_dir(corpora.join(target)).expect("a corpus for every target") {
            let path = entry.expect("an entry").path();
            body(&fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
            files += 1;
        }
        assert!(files >= 4, "{target}: {files} seeds are no corpus");
    }
}

/// What is put into a seed: what the formats give a meaning to.
const PIECES: &[&str] = &[
    "\n",
    "\r",
    " ",
    "```",
    "~~~",
    "## ",
    "---",
    "{",
    "}",
    "{pasv.port}",
    "# ",
    "= ",
    "~ ",
    "(x) ",
    "C> ",
    "S> ",
    "*",
    "|",
    "\"",
    "=",
    "é",
    "\u{0}",
    ",",
    "null",
    "[",
    "[[expect]]\n",
    "true",
    "\u{1b}[31m",
    "\u{202e}",
    "-1",
    "99999999999999999999",
];

/// A seed of a target with pieces cut out and others put in.
fn edited(target: &str, seed: usize, edits: &[(usize, usize, usize)]) -> Vec<u8> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut files: Vec<_> = fs::read_dir(corpus)
        .expect("a corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut bytes = fs::read(&files[seed % files.len()]).expect("a seed");
    for &(at, cut, piece) in edits {
        let at = at % (bytes.len() + 1);
        let end = bytes.len().min(at + cut);
        let piece = PIECES[piece % PIECES.len()];
        bytes.splice(at..end, piece.bytes());
    }
    bytes
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn sheets_and_events_that_were_edited(
        seed in 0_usize..100,
        edits in proptest::collection::vec((0_usize..20_000, 0_usize..12, 0_usize..100), 0..6),
    ) {
        bodies::sheet(&edited("sheet", seed, &edits));
        bodies::events(&edited("events", seed, &edits));
    }

    #[test]
    fn rubrics_that_were_edited(
        seed in 0_usize..100,
        edits in proptest::collection::vec((0_usize..1_000, 0_usize..12, 0_usize..100), 0..4),
    ) {
        bodies::rubric(&edited("rubric", seed, &edits));
    }
}
