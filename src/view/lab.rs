//! What `lab` shows: a sheet's prose on a terminal, and each subcommand's own sentences.

pub mod check;
pub mod list;
pub mod marks;
pub mod new;
pub mod print;
pub mod prose;
pub mod report;
pub mod run;
