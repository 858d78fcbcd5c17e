//! `lab`: lab sheets. One file a subcommand, and for those that work on a sheet (`run`, `check`, and `demo`):
//!
//! | file | what |
//! |---|---|
//! | `library` | where sheets are |
//! | `bench` | a sheet's servers, the terminals, and what is seen in them |
//! | `walk` | the way through a sheet, and its report |
//! | `person`, `autopilot` | who walks it |
//! | `follow` | a dialogue while it happens |
//! | `captures` | a capture that a sheet asks for |

pub(super) mod autopilot;
pub(super) mod bench;
mod captures;
mod check;
mod elsewhere;
mod follow;
pub(super) mod keep;
pub(super) mod library;
mod list;
mod marks;
mod new;
mod person;
mod print;
pub(super) mod run;
pub(super) mod walk;

use super::{Context, Exit, Failure};
use crate::cli::LabCommand;

/// Runs a subcommand of `lab`.
pub(super) fn run(context: &Context, command: &LabCommand) -> Result<Exit, Failure> {
    match command {
        LabCommand::List(asked) => list::run(context, asked),
        LabCommand::Run(asked) => run::run(context, asked),
        LabCommand::Check(asked) => check::run(context, asked),
        LabCommand::Print(asked) => print::run(context, asked),
        LabCommand::New(asked) => new::run(context, asked),
        LabCommand::Marks(asked) => marks::run(context, asked),
    }
}
