//! `lab`: lab sheets. One file a subcommand.

mod autopilot;
mod bench;
mod captures;
mod check;
mod follow;
mod library;
mod list;
mod person;
mod run;
mod walk;

use super::{Context, Exit, Failure};
use crate::cli::LabCommand;

/// Runs a subcommand of `lab`.
pub(super) fn run(context: &Context, command: &LabCommand) -> Result<Exit, Failure> {
    let name = match command {
        LabCommand::List(asked) => return list::run(context, asked),
        LabCommand::Run(asked) => return run::run(context, asked),
        LabCommand::Check(asked) => return check::run(context, asked),
        LabCommand::Print(_) => "print",
        LabCommand::New(_) => "new",
        LabCommand::Marks(_) => "marks",
    };
    Err(Failure::failed(format!(
        "ftplab: lab {name}: not here yet."
    )))
}
