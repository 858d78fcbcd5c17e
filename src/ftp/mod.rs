//! Pure: what FTP is, as the RFCs have it and as it is found on the wire. No socket, no clock, no wording, no colour:
//! bytes and times come in as data, events and facts go out. Nothing here imports another room.
//!
//! From the bytes up:
//!
//! | file | what |
//! |---|---|
//! | [`side`] | whose bytes: the user's or the server's |
//! | [`code`] | a reply code and what its digits mean (RFC 959 4.2) |
//! | [`command`] | the verbs |
//! | [`catalogue`] | facts of the RFCs about each verb and each reply code |

pub mod catalogue;
pub mod code;
pub mod command;
pub mod endpoint;
pub mod line;
pub mod reply;
pub mod side;
pub mod telnet;
pub mod tls;
