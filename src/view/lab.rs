//! What `lab` shows: each subcommand's own sentences.

pub mod check;
pub mod list;
