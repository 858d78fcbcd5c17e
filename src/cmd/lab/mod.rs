//! `lab`: lab sheets. One file a subcommand.

pub(super) mod autopilot;
pub(super) mod bench;
mod captures;
mod check;
mod follow;
pub(super) mod library;
mod list;
mod person;
pub(super) mod run;
pub(super) mod walk;

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
