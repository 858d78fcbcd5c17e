//! Pure: the dialogue notation (RFC 3659's `C>`, `S>`, `D>`), the players that act from it.
//!
//! A complete script, which is also a test:
//!
//! ```text
#![doc = include_str!("script/example.ftp")]
//! ```
//!
//! From the text up:
//!
//! | file | what |
//! |---|---|
//! | [`literal`] | text with values between braces |
//! | [`pattern`] | which commands a block takes |
//! | `index` | many patterns found by a command's ends |
//! | [`check`] | what a script will do to real clients |
//! | [`params`] | values that differ from student to student |
//! | [`notation`] | a script: lines, items, blocks; printing |
//! | [`parse`] | reading, with every mistake at once |
//! | [`mistake`] | what can be wrong |
//! | [`play`] | a script made ready: what all its connections share |
//! | [`client`] | the client player: a script's `C>` lines turned round |
//! | [`effect`] | what goes in and out of it |
//! | [`server`] | the server player of one connection |
//! | `built_in` | the server behind `-- files DIR`, |
//! | [`tree`], [`ascii`], [`date`] | its files, its TYPE A, its dates |
//! | [`watch`] | what happens on a server |
//! | [`from`] | a log or a transcript made into a script |
//! | [`by_hand`] | what a person types at the server, and what is wrong with it |
//! | [`clients`] | real clients: recognising them, how long they wait |
//! | [`console`] | what a line means that a person types |
//! | [`coach`] | what a person at the control line should be told |

pub mod ascii;
mod built_in;
pub mod by_hand;
pub mod check;
pub mod client;
pub mod clients;
pub mod coach;
pub mod console;
pub mod date;
pub mod effect;
pub mod from;
mod index;
pub mod literal;
pub mod mistake;
pub mod notation;
pub mod params;
pub mod parse;
pub mod pattern;
pub mod play;
pub mod server;
pub mod tree;
pub mod watch;

/// The most bytes that a script may have.
pub const MAX_SCRIPT: usize = 4 * 1024 * 1024;
/// The most mistakes that are told of one script.
pub const MAX_MISTAKES: usize = 100;

/// The script of this module's documentation.
#[cfg(test)]
const EXAMPLE: &str = include_str!("script/example.ftp");
