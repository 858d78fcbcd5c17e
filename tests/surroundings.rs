//! Faults of the surroundings: a disk that is full, a reader that goes away, a file that changes while it is read, a
//! folder that takes nothing, a clock that is set back, no IPv6, no terminal, too few open files. Each is said in one
//! line and in both languages, and nothing is lost that could be kept.
//!
//! Everything here is made without root: `/dev/full` refuses every byte, `ulimit -f` refuses those behind a size, and a
//! path below a regular file cannot be made by anybody. What wants more (a user without rights where the tests are run by
//! root, a network without IPv6, libfaketime) says so where it is skipped.
//!
//! | fault | `inspect` | `raw` | `listen`, `pasv-calc` | `fake-server` | `lab` | the others |
//! |---|---|---|---|---|---|---|
//! | disk full | [`disk`]: extraction, manifest, page, `--copy` | [`disk`]: recording, log, events, `/data > FILE` | [`disk`]: recording, `-o` | [`disk`]: log, events, `--store`, recording, `--from` | [`lab`]: report, events; [`disk`]: `print`, `new` | [`output`] |
//! | place where nothing can be made | [`files`] | [`files`] | [`files`] | [`files`] | [`files`], [`lab`]: gone meanwhile | `man`: [`files`] |
//! | no right: folder, file | [`files`] | [`files`] | [`files`] | [`files`] | [`files`] | `man`: [`files`] |
//! | no right: port | - | - | [`place`] | [`place`] | [`place`] | - |
//! | reader gone | [`output`]; extraction: [`disk`] | [`output`] | [`output`]: data goes on | [`output`]: serves on | [`output`] | [`output`] |
//! | standard output full, or streams closed (which is as `/dev/null`) | [`output`]; extraction: [`disk`] | - | [`output`]: data goes on | - | [`output`] | [`output`] |
//! | one stream is no terminal | [`terminal`] | [`terminal`] | [`terminal`] | by hand: [`terminal`] | [`terminal`] | - |
//! | window of another size | - | [`terminal`] | - | by hand: [`terminal`] | [`terminal`] | - |
//! | Ctrl-C, SIGTERM, SIGHUP | [`signals`]: a pipe, extraction | [`signals`] | [`signals`] | [`signals`]; `nohup` too | - | - |
//! | file gone, longer, shorter | [`files`] | - | folder: [`files`] | [`served`] | events: `io::events`; folder: [`lab`] | - |
//! | two at once | - | - | port: `listen` | port: `servers` | [`lab`] | - |
//! | clock set | [`clock`]: in the capture | [`clock`] | [`clock`] | [`clock`] | by the same clock | - |
//! | not UTF-8 | [`files`] | [`files`] | [`files`] | [`files`] | - | [`files`] |
//! | no IPv6 | - | - | [`place`] | [`place`] | - | - |
//! | narrow terminal | [`place`] | - | - | - | [`place`] | [`place`] |
//! | no HOME, odd TERM | - | [`terminal`] | - | - | [`place`] | [`place`] |
//! | few open files | [`place`] | [`place`] | [`place`] | [`place`]: 200 clients | [`place`] | - |

mod clock;
mod disk;
mod files;
mod lab;
mod output;
mod place;
mod served;
mod signals;
mod terminal;

use std::{
    os::unix::process::CommandExt,
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

/// Runs `ftplab` in a folder as somebody without rights. Root may do everything, so that another user is taken then; `None`
/// where that one may not start the program.
fn nobody() -> Option<impl FnMut(&Path, &[String]) -> Done> {
    let command = |folder: &Path, args: &[String]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftplab"));
        command
            .args(args)
            .env_clear()
            .env("LC_ALL", "C")
            .current_dir(folder)
            .stdin(Stdio::null());
        if rustix::process::geteuid().is_root() {
            // Nobody's number everywhere.
            command.uid(65_534).gid(65_534);
        }
        command
    };
    let starts = command(Path::new("/"), &["--version".into()])
        .output()
        .is_ok_and(|done| done.status.success());
    starts.then_some(move |folder: &Path, args: &[String]| done(&mut command(folder, args)))
}

/// The port that a PORT line names, as `listen` shows it.
fn port_command(line: &str) -> Option<u16> {
    let bytes = line.split("PORT 127,0,0,1,").nth(1)?;
    let mut bytes = bytes
        .split([',', ' ', '"'])
        .map_while(|n| n.parse::<u16>().ok());
    Some(bytes.next()? * 256 + bytes.next()?)
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
