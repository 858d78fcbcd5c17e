//! Data in, text out, into a writer. Every sentence a person reads is made here, in the language that `cmd` resolved
//! once; nothing here opens a file, a socket or the terminal.
//!
//! | file | what |
//! |---|---|
//! | [`text`] | the sentences: Fluent messages in French and English |
//! | [`wrap`] | running text broken into lines |
//! | [`endpoint`] | the arithmetic of an end point, and what to type next |
//! | [`data`] | a data connection: its bytes on a screen, who connected, how it ended |
//! | [`number`] | numbers, sizes and times |
//! | [`by_hand`] | the fake server played by hand: who waits for what |
//! | [`explain`] | a reply code by its digits, a command, the tables of both |
//! | [`demo`] | the lab by itself |
//! | [`start`] | the page that `ftplab` shows without an argument |
//! | [`scripts`] | the scripts that ftplab brings |
//! | [`style`] | what is coloured how; the only file that names the colour crate |
//! | [`inspect`] | what a capture shows |
//! | [`json`] | JSON Lines for programs |
//! | [`lab`] | lab sheets: on a terminal, in a list, and what is wrong with them |
//! | [`log`] | a dialogue as a log in the notation |
//! | [`pasted`] | a pasted text, with its parts or its fault marked |
//! | [`quirk`] | oddities in sentences |
//! | [`raw`] | what the control line by hand shows |
//! | [`reason`] | why the system refuses |
//! | [`server`] | the fake server: what its script has wrong, what happens on it |
//! | [`sanitise`] | text from a network or a capture on its way to a terminal |

pub mod by_hand;
pub mod data;
pub mod demo;
pub mod endpoint;
pub mod explain;
pub mod inspect;
pub mod json;
pub mod lab;
pub mod log;
pub mod number;
pub mod pasted;
pub mod quirk;
pub mod raw;
pub mod reason;
pub mod sanitise;
pub mod scripts;
pub mod server;
pub mod start;
pub mod style;
pub mod text;
pub mod wrap;
