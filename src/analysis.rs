//! Pure: captures x FTP. Which connections are control lines, which data connection each negotiation led to, how each
//! transfer went and why. Bytes and packets come in through [`capture`](crate::capture), meaning comes from
//! [`ftp`](crate::ftp); sentences are made elsewhere.
//!
//! | file | what |
//! |---|---|
//! | [`recognise`] | control lines by their content, on any port |
//! | [`finding`] | what is told: sessions, dialogues, transfers, remarks |
//! | [`verdict`] | how a transfer went, by whom, and the reason |
//! | [`notes`] | what the capture as a whole can show |
//! | [`expect`] | what an instructor expects, held against what was found |
//! | [`twin`] | one session twice in a capture, on either side of a NAT router |
//! | [`inspector`] | one pass: connections in, findings out |
//! | `data`, `ledger` | data connections, and the negotiations and commands that they are matched to |

mod data;
pub mod expect;
pub mod finding;
pub mod inspector;
mod ledger;
pub mod notes;
pub mod recognise;
pub mod twin;
pub mod verdict;
