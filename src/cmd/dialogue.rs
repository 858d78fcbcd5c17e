//! Whatever holds a dialogue, as the text of a log: a capture's session is taken out of it as `inspect --dialogue` shows it;
//! a log and a telnet transcript are that text already. `fake-server --from` and `lab new` begin here.

use std::{
    io::{Cursor, Read},
    path::Path,
};

use super::{Context, Failure, fault, inspect};
use crate::{
    analysis::{
        finding::Finding,
        inspector::{Inspector, Options},
    },
    capture::{
        file::{Reader, Unopened},
        tracker::Tracker,
    },
    say,
    script::MAX_SCRIPT,
    view::inspect::{Show, Wanted, dialogue::Dialogue, reason},
};

/// What of a file is wanted.
pub(super) struct Asked<'a> {
    /// The subcommand, in what goes wrong.
    pub(super) command: &'static str,
    /// The file; `-` is standard input, and a shipped capture has a name.
    pub(super) path: &'a Path,
    /// The session of a capture, from 1.
    pub(super) session: u64,
    /// Passwords as they are.
    pub(super) show_credentials: bool,
}

/// Reads it. `beside` sees what a capture shows before it becomes text, and may name files that hold its data.
///
/// # Errors
/// Where it cannot be read, is a capture that is not understood, or a text longer than [`MAX_SCRIPT`]; exit code 1 where
/// a capture has no such session.
pub(super) fn read(
    context: &Context,
    asked: &Asked<'_>,
    mut beside: impl FnMut(&Finding<'_>, &mut Dialogue<'_>),
) -> Result<Vec<u8>, Failure> {
    let text = &context.text;
    let name = fault::shown(asked.path);
    let failed = |why: String| fault::failed(context, asked.command, &format!("{name}: {why}"));
    let unread = |error: &std::io::Error| failed(fault::reason(text, error));
    let mut file = inspect::open(asked.path, true).map_err(|error| unread(&error))?;
    // As much as a text may have, and a byte: standard input cannot be read twice.
    let mut front = Vec::new();
    (&mut file)
        .take(MAX_SCRIPT as u64 + 1)
        .read_to_end(&mut front)
        .map_err(|error| unread(&error))?;
    let mut reader = match Reader::open(Cursor::new(&front[..]).chain(file)) {
        Ok(reader) => reader,
        Err(Unopened::Read(error)) => return Err(unread(&error)),
        Err(error @ Unopened::Version { .. }) => {
            let why = reason::unopened(text, &error, &name);
            return Err(failed(why));
        }
        Err(_) if front.len() > MAX_SCRIPT => {
            return Err(failed(say!(text, "error-text-too-long", most = MAX_SCRIPT)));
        }
        Err(_) => return Ok(front.clone()),
    };
    let mut show = Dialogue::new(text, asked.show_credentials).bare();
    let mut wanted = Wanted::new(Some(asked.session), None);
    let mut log = String::new();
    let options = Options {
        hash: false,
        data: true,
    };
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(options, |finding: &Finding<'_>| {
        if wanted.wants(finding) {
            beside(finding, &mut show);
            show.finding(finding, &mut log);
        }
    });
    while reader.advance() {
        tracker.packet(&reader.packet(), &mut inspector);
    }
    tracker.finish(&mut inspector);
    inspector.finish();
    let sessions = inspector.sessions();
    drop(inspector);
    if asked.session == 0 || asked.session > sessions {
        let what = say!(
            text,
            "error-no-session",
            path = name.as_str(),
            count = sessions,
            session = asked.session.to_string()
        );
        return Err(fault::no(context, asked.command, &what));
    }
    Ok(log.into_bytes())
}
