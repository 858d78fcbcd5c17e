//! `--list`: the scripts that ftplab brings, each with its title, those that behave apart from the faults.

use std::io::Write;

use serde::Serialize;

use crate::{
    cli::FakeServer,
    cmd::{Context, Exit, Failure, builtin},
    io::stdio,
    script::notation::Script,
    view::{json, scripts as view, text::Lang},
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
    // Programs get the title that stands in the script.
    let lang = if asked.json {
        Lang::En
    } else {
        context.text.lang()
    };
    let row = |script| titled(script, lang);
    let shelves: Vec<(&str, Vec<view::Row>)> = builtin::shelves()
        .into_iter()
        .map(|(shelf, scripts)| (shelf, scripts.into_iter().map(row).collect()))
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

fn titled((name, text): (&'static str, &[u8]), lang: Lang) -> view::Row {
    let french = builtin::french(name).filter(|_| lang == Lang::Fr);
    let own = || Script::parse(text).ok()?.settings.title;
    (name, french.map(str::to_owned).or_else(own))
}
