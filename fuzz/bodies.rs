//! What each fuzz target does with its bytes. The targets call these, and so does the test that replays the corpus: a
//! crash found once is found again by `cargo test`.
//!
//! | target | what its bytes are | what must hold, beside that nothing panics, hangs or grows |
//! |---|---|---|
//! | `lines` | a stream, and how it is cut | the same lines however it is cut, harmless on a terminal |
//! | `replies` | what a server sends | every line is in one reply, and only its own code ends it |
//! | `endpoints` | arguments and replies with addresses | what is read can be written and read again |
//! | `dialogue` | both sides of a control connection | the observer tells the same however they are cut |
//! | `script`, `sheet`, `events` | files a user writes | read, or told where they are wrong |
//! | `rubric` | a rubric, held against a capture | a mark for each expectation, or told why not, harmless |
//! | `server` | a client, and what the world does meanwhile | the player's promises; the connection ends |
//! | `capture` | a capture file | what is shown of it is harmless (`Shown::check`) |
//! | `packets` | packets that no file format would let through | the same |
//! | `output` | a session, told as what goes over it | the same in every form |
//! | `reassembly` | segments of one direction, in any order | what a model says that is too simple to be wrong |
//!
//! To fuzz (with `cargo install cargo-fuzz`; without a sanitiser, as the program has no unsafe code, it needs no nightly
//! compiler), on a copy of the corpus:
//!
//! ```text
//! cp -r corpus/server /tmp/server
//! RUSTC_BOOTSTRAP=1 cargo fuzz run -s none server /tmp/server -- -timeout=10 -rss_limit_mb=1024 -dict=ftp.dict
//! ```
//!
//! and to keep what it found, as few files as have the same coverage:
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 cargo fuzz run -s none server /tmp/fewer /tmp/server corpus/server -- -merge=1 -max_len=4096
//! ```

// The fuzz targets and the test come by a path of their own, so these say theirs.
#[path = "bodies/files.rs"]
mod files;
#[path = "bodies/reassembly.rs"]
mod reassembly;
#[path = "bodies/rubric.rs"]
mod rubric;
#[path = "bodies/server.rs"]
mod server;
#[path = "bodies/shown.rs"]
mod shown;
#[path = "bodies/wire.rs"]
mod wire;

pub(crate) use self::{
    files::{events, script, sheet},
    reassembly::reassembly,
    rubric::rubric,
    server::server,
    shown::{capture, output, packets},
    wire::{dialogue, endpoints, lines, replies},
};

/// A body.
pub(crate) type Body = fn(&[u8]);

/// Every body, by its target's name.
pub(crate) const BODIES: &[(&str, Body)] = &[
    ("lines", lines),
    ("replies", replies),
    ("endpoints", endpoints),
    ("dialogue", dialogue),
    ("script", script),
    ("server", server),
    ("sheet", sheet),
    ("events", events),
    ("rubric", rubric),
    ("capture", capture),
    ("packets", packets),
    ("output", output),
    ("reassembly", reassembly),
];
