//! `fake-server --check`: what is wrong with scripts, and what real clients will stumble over.

use std::io::Write;

use super::load;
use crate::{
    cli::FakeServer,
    cmd::{Context, Exit, Failure},
    io::stdio as streams,
    script::check::{self, What},
    view::server as view,
};

/// Checks every script that is named; exit code 1 where one has an error, or with `--strict` a warning that it does not
/// announce.
pub(super) fn run(asked: &FakeServer, context: &Context) -> Result<Exit, Failure> {
    let mut out = streams::stdout();
    let mut bad = false;
    for name in &asked.check {
        let loaded = match load(name, asked, context, Failure::no) {
            Ok(loaded) => loaded,
            // The mistakes of one script do not hide those of the next.
            Err(failure) if failure.is_no() => {
                writeln!(out, "{failure}")?;
                bad = true;
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let folder = &loaded.found.folder;
        let findings = check::check(&loaded.script, &loaded.values, &|path| folder.length(path));
        bad |= findings.iter().any(|finding| match &finding.what {
            What::Warning { expected, .. } => asked.strict && !expected,
            _ => true,
        });
        let page = view::findings(
            &context.text,
            context.out,
            &loaded.found.name,
            &loaded.script,
            &findings,
        );
        // What would keep it from being played is an error here too.
        let unplayed = loaded.play(asked, context).err();
        if unplayed.is_none() || !findings.is_empty() {
            out.write_all(page.as_bytes())?;
        }
        if let Some(failure) = unplayed {
            writeln!(out, "{failure}")?;
            bad = true;
        }
    }
    out.flush()?;
    Ok(if bad { Exit::No } else { Exit::Done })
}
