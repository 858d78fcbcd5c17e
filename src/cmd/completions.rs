//! `completions`: what a shell needs to complete ftplab's command line, on standard output.

use std::io::Write;

use clap::CommandFactory;

use crate::{
    cli::{Cli, Completions},
    cmd::{Exit, Failure},
    io::stdio,
};

/// Prints the completions for the shell asked for.
pub(super) fn run(asked: &Completions) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // The generator panics where its writer fails, and standard output can (`| head`): so into memory first.
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut command, name, &mut script);
    let mut out = stdio::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Exit::Done)
}
