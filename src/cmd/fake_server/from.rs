//! `fake-server --from`: a log or a telnet transcript made into a script.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
};

use super::{NAME, unreadable};
use crate::{
    cli::FakeServer,
    cmd::{Context, Exit, Failure, fault},
    io::stdio as streams,
    say,
    script::{MAX_SCRIPT, from, notation::Script},
};

/// Writes the script to standard output, or where `--output` says.
pub(super) fn run(asked: &FakeServer, context: &Context, path: &Path) -> Result<Exit, Failure> {
    let text = &context.text;
    let fail = |path: &Path, error| unreadable(context, &fault::shown(path), &error);
    let mut source = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SCRIPT as u64).read_to_end(&mut source))
        .map_err(|error| fail(path, error))?;
    let Some(dialogue) = from::read(&source) else {
        let what = say!(text, "server-from-nothing", path = fault::shown(path));
        return Err(fault::no(context, NAME, &what));
    };
    let title = path.file_stem().map_or_else(String::new, |stem| {
        stem.to_string_lossy().replace(char::is_control, " ")
    });
    let script = dialogue.script(&title);
    let steps = Script::parse(script.as_bytes()).map_or(0, |script| script.steps().count());
    match &asked.output {
        None => {
            let mut out = streams::stdout();
            out.write_all(script.as_bytes())?;
            out.flush()?;
        }
        Some(output) => {
            fs::write(output, script).map_err(|error| fail(output, error))?;
            streams::complain(&say!(
                text,
                "server-from-done",
                path = fault::shown(output),
                steps = steps as u64
            ));
        }
    }
    Ok(Exit::Done)
}
