//! No subcommand: the start page.

use std::io::Write;

use crate::{
    cmd::{Context, Exit, Failure},
    io::stdio,
    view::start,
};

/// Prints the page.
pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let mut out = stdio::stdout();
    out.write_all(start::page(&context.text, context.out).as_bytes())?;
    out.flush()?;
    Ok(Exit::Done)
}
