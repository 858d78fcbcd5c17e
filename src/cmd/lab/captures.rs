//! A capture that a sheet asks for, held against what it must show.

use std::path::Path;

use super::walk::Walk;
use crate::{
    cmd::{
        Failure, builtin, fault,
        inspect::{self, Marked},
    },
    lab::{report::Line, sheet::Capture},
    say,
    view::style::Role,
};

/// What became of it.
pub(super) struct Held {
    /// What is said about it.
    pub(super) told: String,
    /// It shows all that it must.
    pub(super) met: bool,
}

/// Has the questions be about the capture of this block, which was named before: the facts of a capture are not kept, and
/// by now another may have taken their place. False where it was not named, or cannot be read any more.
pub(super) fn take_again(walk: &mut Walk<'_>, capture: &Capture) -> bool {
    if walk.bench.captured() == Some(&capture.id) {
        return true;
    }
    let Some(block) = walk.report.block(&capture.id).filter(|block| block.done) else {
        return false;
    };
    let right = block.answers.iter().rfind(|given| given.right);
    let named = capture.file.as_ref().or(right.map(|given| &given.answer));
    let Some(Ok(marked)) = named.map(|named| mark(walk, capture, named)) else {
        return false;
    };
    walk.bench.capture(&capture.id, marked.facts);
    true
}

/// Reads the capture of this name beside the sheet, at this path, or, where the sheet names it, of those that ftplab brings.
fn mark(walk: &Walk<'_>, capture: &Capture, named: &str) -> Result<Marked, String> {
    let beside = walk.bench.folder().map(|folder| folder.join(named));
    let beside = beside.filter(|path| path.is_file());
    let path = beside.as_deref().unwrap_or(Path::new(named));
    if capture.file.is_none() && !path.exists() {
        let text = walk.view.text;
        if builtin::capture(named).is_some() {
            return Err(say!(text, "labrun-capture-shipped"));
        }
        let what = format!(
            "{}: {}",
            fault::shown(path),
            say!(text, "error-reason-not-found")
        );
        return Err(match std::env::current_dir() {
            Ok(folder) => {
                let folder = fault::shown(&folder);
                format!(
                    "{what}\n{}",
                    say!(text, "labrun-capture-folder", folder = folder)
                )
            }
            Err(_) => what,
        });
    }
    inspect::mark(walk.bench.context(), path, &capture.rubric)
}

/// What the author calls the block, as a line.
pub(super) fn title(walk: &Walk<'_>, capture: &Capture) -> String {
    let title = capture.rubric.title.as_ref();
    title.map_or(String::new(), |title| walk.view.line(Role::Heading, title))
}

/// Reads the capture at this path, or the shipped one of this name, and takes down what it shows.
pub(super) fn hold(walk: &mut Walk<'_>, capture: &Capture, named: &str) -> Result<Held, Failure> {
    let view = walk.view;
    let marked = match mark(walk, capture, named) {
        Ok(marked) => marked,
        Err(why) => {
            walk.given(&capture.id, named, false);
            let told = view.line(Role::Warning, &why);
            return Ok(Held { told, met: false });
        }
    };
    walk.bench.capture(&capture.id, marked.facts);
    let lines = marked.marks.iter().map(|(title, met)| Line {
        wanted: title.clone(),
        seen: *met,
        came: None,
    });
    let lines: Vec<Line> = lines.collect();
    let met = lines.iter().all(|line| line.seen);
    let mut told = String::new();
    for line in &lines {
        told.push_str(&view.expected(&line.wanted, line.seen));
    }
    // Of one that the sheet names there is nothing to be proud of.
    if capture.file.is_none() || !met {
        let sentence = if met {
            say!(view.text, "labrun-capture-done")
        } else {
            say!(view.text, "labrun-capture-not")
        };
        let role = if met { Role::GoodReply } else { Role::Warning };
        told.push_str(&view.line(role, &sentence));
    }
    told.push('\n');
    walk.given(&capture.id, named, met);
    walk.seen(&capture.id, lines, Vec::new());
    if met {
        walk.done(&capture.id);
    }
    Ok(Held { told, met })
}
