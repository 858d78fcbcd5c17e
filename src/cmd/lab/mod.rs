//! `lab`: lab sheets. One file a subcommand.

use super::{Context, Exit, Failure};
use crate::cli::LabCommand;

/// Runs a subcommand of `lab`.
pub(super) fn run(_context: &Context, command: &LabCommand) -> Result<Exit, Failure> {
    let name = match command {
        LabCommand::List(_) => "list",
        LabCommand::Run(_) => "run",
        LabCommand::Check(_) => "check",
        LabCommand::Print(_) => "print",
        LabCommand::New(_) => "new",
        LabCommand::Marks(_) => "marks",
    };
    Err(Failure::failed(format!(
        "ftplab: lab {name}: not here yet."
    )))
}
