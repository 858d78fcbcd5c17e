//! `--list`: the scripts that ftplab brings, each with its title, those that behave apart from the faults.

use std::io::Write;

use serde::Serialize;

use crate::{
    cli::FakeServer,
    cmd::{Context, Exit, Failure, builtin},
    io::stdio,
    script::notation::Script,
    view::{json, scripts as view},
};

/// A script's JSON line, of type `script`.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    /// `servers` or `faults`.
    shelf: &'a str,
    title: Option<&'a str>,
}

/// Shows them.
pub(super) fn run(asked: &FakeServer, context: &Context) -> Result<Exit, Failure> {
    let shelves: Vec<(&str, Vec<view::Row>)> = builtin::shelves()
        .into_iter()
        .map(|(shelf, scripts)| (shelf, scripts.into_iter().map(titled).collect()))
        .collect();
    let page: String = if asked.json {
        let lines = shelves.iter().flat_map(|(shelf, scripts)| {
            scripts.iter().map(|(name, title)| {
                let title = title.as_deref();
                json::line("script", None, &Line { name, shelf, title })
            })
        });
        lines.collect()
    } else {
        let of = |wanted: &str| -> &[view::Row] {
            let found = shelves.iter().find(|(shelf, _)| *shelf == wanted);
            found.map_or(&[], |(_, scripts)| scripts)
        };
        view::page(&context.text, context.out, of("servers"), of("faults"))
    };
    let mut out = stdio::stdout();
    out.write_all(page.as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}

fn titled((name, text): (&'static str, &[u8])) -> view::Row {
    let script = Script::parse(text).ok();
    (name, script.and_then(|script| script.settings.title))
}
