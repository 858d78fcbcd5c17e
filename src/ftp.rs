//! Pure: what FTP is, as the RFCs have it and as it is found on the wire. No socket, no clock, no wording, no colour:
//! bytes and times come in as data, events and facts go out. Nothing here imports another room.
//!
//! From the bytes up:
//!
//! | file | what |
//! |---|---|
//! | [`side`] | whose bytes: the user's or the server's |
//! | [`telnet`], [`line`](mod@line), [`tls`] | bytes to lines; what is no text is stepped over |
//! | [`code`], [`reply`] | a reply code and its digits (RFC 959 4.2); lines to replies |
//! | [`command`], [`secret`] | the verbs; what of them is hidden |
//! | [`catalogue`] | facts of the RFCs about each verb and each reply code |
//! | [`endpoint`] | PORT, 227 and their kin to addresses, and back |
//! | [`paste`], [`scope`] | an end point as a person pastes it; who can reach an address |
//! | [`outcome`] | how a data connection went |
//! | [`session`] | what has been agreed on: login, directory, TYPE, the data connection |
//! | [`dialogue`] | the observer: bytes of both sides in, [`event`]s and [`quirk`]s out |

pub mod catalogue;
pub mod code;
pub mod command;
pub mod dialogue;
pub mod endpoint;
pub mod event;
pub mod line;
pub mod outcome;
pub mod paste;
pub mod quirk;
pub mod reply;
pub mod scope;
pub mod secret;
pub mod session;
pub mod side;
pub mod telnet;
pub mod tls;
