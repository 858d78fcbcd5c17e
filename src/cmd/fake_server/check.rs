//! `fake-server --check`: what is wrong with scripts, and what real clients will stumble over.

use std::io::Write;

use super::{Loaded, Unloaded, load};
use crate::{
    cli::FakeServer,
    cmd::{Context, Exit, Failure},
    io::stdio as streams,
    script::check,
    view::server::{self as view, Checked},
};

/// Checks every script that is named; exit code 1 where one has an error, or with `--strict` a warning that it does not
/// announce, and 2 where one cannot be read.
pub(super) fn run(asked: &FakeServer, context: &Context) -> Result<Exit, Failure> {
    let mut out = streams::stdout();
    let mut exit = Exit::Done;
    for name in &asked.check {
        // What is wrong with one script does not hide what is wrong with the next.
        let checked = match load(name, asked, context) {
            Ok(loaded) => checked(loaded, asked, context),
            Err(Unloaded::Mistakes(name, mistakes)) => Checked {
                name,
                mistakes,
                ..Checked::default()
            },
            Err(Unloaded::Other(failure)) => {
                // What is known is told before, whatever the two streams are.
                out.flush()?;
                streams::complain(&failure.to_string());
                exit = Exit::Failed;
                continue;
            }
        };
        let page = match asked.json {
            true => view::json_checked(&context.text, &checked, asked.strict),
            false => view::checked(&context.text, context.out, &checked),
        };
        out.write_all(page.as_bytes())?;
        if exit == Exit::Done && !checked.is_fine(asked.strict) {
            exit = Exit::No;
        }
    }
    out.flush()?;
    Ok(exit)
}

/// What is to be said about a script that can be read.
fn checked(loaded: Loaded, asked: &FakeServer, context: &Context) -> Checked {
    let folder = &loaded.found.folder;
    let findings = check::check(&loaded.script, &loaded.values, &|path| folder.length(path));
    let (name, script) = (loaded.found.name.clone(), loaded.script.clone());
    // What would keep it from being played is an error here too.
    let unplayed = loaded.play(asked, context).err();
    Checked {
        name,
        mistakes: Vec::new(),
        script,
        findings,
        unplayed: unplayed.map(|failure| failure.to_string()),
    }
}
