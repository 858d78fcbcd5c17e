//! ftplab: the tool with which networking classes learn FTP.
//!
//! This is the map of the house. A room is a module; the table says what is in it and which rooms it may look into
//! (`tests/layering.rs` holds the same table as data and fails where the code differs).
//!
//! | room | what is in it | may import |
//! |---|---|---|
//! | [`ftp`] | pure: what FTP is. Lines, replies, commands, endpoints, the RFCs' facts, the observer of a dialogue | nothing of ours |
//! | [`capture`] | pure: bytes of a capture file to ordered byte streams, and the other way. Knows no FTP | nothing of ours |
//! | [`analysis`] | pure: capture x ftp. Control lines, negotiations, transfers, verdicts | `ftp`, `capture` |
//! | [`script`] | pure: the dialogue notation, the two players, the console | `ftp` |
//! | [`lab`] | pure: lab sheets | `ftp`, `script`, `analysis` |
//! | [`io`] | sockets, terminal, files, clock | `ftp`, `script` |
//! | [`view`] | data in, text out, into a writer; every sentence, in both languages | the pure rooms |
//! | [`cli`] | the command line's types and help | nothing of ours |
//! | `cmd` | one room a subcommand: load, drive, render, outcome | everything |
//!
//! Data flows one way: bytes (`io`, `capture`) to events (`ftp`) to meaning (`analysis`, `script`, `lab`) to text
//! (`view`); `cmd` holds the ends together.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::exit)]

pub mod analysis;
pub mod capture;
pub mod cli;
mod cmd;
pub mod ftp;
pub mod io;
pub mod lab;
pub mod script;
pub mod view;

use std::{ffi::OsString, process::ExitCode};

/// Runs the program with the given arguments (the first is the program's own name) and says how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    cmd::run(args.into_iter().collect()).into()
}
