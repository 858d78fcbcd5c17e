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
