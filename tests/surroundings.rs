//! Faults of the surroundings: a disk that is full, a reader that goes away, a file that changes while it is read, a
//! folder that takes nothing, a clock that is set back, no IPv6, no terminal, too few open files. Each is said in one
//! line and in both languages, and nothing is lost that could be kept.
//!
//! Everything here is made without root: `/dev/full` refuses every byte, `ulimit -f` refuses those behind a size, and a
//! path below a regular file cannot be made by anybody. What wants more says so where it is skipped.

mod disk;
mod files;
mod output;
mod place;

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::harness::Done;

/// What the system says about room.
const REASONS: [(&str, &str); 2] = [
    ("en", "files may not grow any larger here"),
    ("fr", "les fichiers ne peuvent pas grossir davantage ici"),
];

/// A run of `ftplab` with a limit as the shell's `ulimit` sets it, in the folder.
fn limited(folder: &Path, limit: &str, value: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "ulimit \"$1\" \"$2\" && shift 2 && exec \"$@\"",
            "sh",
            limit,
            value,
            env!("CARGO_BIN_EXE_ftplab"),
        ])
        .env_remove("LC_ALL")
        .env_remove("COLUMNS")
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs it to its end.
fn done(command: &mut Command) -> Done {
    let output = command.output().expect("the shell starts");
    Done {
        code: output.status.code().expect("ended by itself"),
        stdout: output.stdout,
        stderr: output.stderr,
    }
}

/// A message as one line, however it was wrapped.
fn flat(text: &str) -> String {
    text.split([' ', '\n'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A committed capture.
fn capture(name: &str) -> String {
    format!("{}/captures/{name}", env!("CARGO_MANIFEST_DIR"))
}
