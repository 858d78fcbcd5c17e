//! `lab`: lab sheets. One file a subcommand.

mod autopilot;
mod bench;
mod captures;
mod follow;
mod person;
mod run;
mod walk;

use super::{Context, Exit, Failure};
use crate::cli::LabCommand;

/// Runs a subcommand of `lab`.
pub(super) fn run(context: &Context, command: &LabCommand) -> Result<Exit, Failure> {
    let name = match command {
        LabCommand::List(_) => "list",
        LabCommand::Run(asked) => return run::run(context, asked),
        LabCommand::Check(_) => "check",
        LabCommand::Print(_) => "print",
        LabCommand::New(_) => "new",
        LabCommand::Marks(_) => "marks",
    };
    Err(Failure::failed(format!(
        "ftplab: lab {name}: not here yet."
    )))
}
