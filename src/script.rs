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
//! | [`literal`], [`value`] | text with values between braces; the values |
//! | [`pattern`] | which commands a block takes |
//! | `index` | many patterns found by a command's ends |
//! | [`params`] | values that differ from student to student |
//! | [`notation`] | a script: lines, items, blocks; printing |
//! | [`parse`], [`mistake`] | reading, with every mistake at once; what can be wrong |
//! | [`check`] | what a script will do to real clients |
//! | [`from`] | a log or a transcript made into a script |
//! | [`play`] | a script made ready: what all its connections share |
//! | [`server`], [`effect`] | the server player of one connection; what goes in and out of it |
//! | `built_in` | the server behind `-- files DIR`, |
//! | [`tree`], [`ascii`], [`date`] | its files, its TYPE A, its dates |
//! | [`watch`] | what happens on a server |
//! | [`client`] | the client player: a script's `C>` lines turned round |
//! | [`by_hand`] | the server played by a person: what they type, and what is wrong with it |
//! | [`real_clients`] | curl and its kin: recognising them, how long they wait |
//! | [`console`], [`coach`] | a person at the control line: what they type, and what they should be told |

pub mod ascii;
mod built_in;
pub mod by_hand;
pub mod check;
pub mod client;
pub mod coach;
pub mod console;
pub mod date;
pub mod effect;
pub mod from;
mod index;
pub mod literal;
pub mod memory;
pub mod mistake;
pub mod notation;
pub mod params;
pub mod parse;
pub mod pattern;
pub mod play;
pub mod real_clients;
pub mod server;
pub mod tree;
pub mod value;
pub mod watch;

/// The most bytes that a script may have.
pub const MAX_SCRIPT: usize = 4 * 1024 * 1024;
/// The most mistakes that are told of one script.
pub const MAX_MISTAKES: usize = 100;

/// The script of this module's documentation.
#[cfg(test)]
const EXAMPLE: &str = include_str!("script/example.ftp");
