//! What a capture shows, in every form. A form takes the findings of the analysis as they come ([`Show`]) and writes what
//! can be shown by then.
//!
//! | file | what |
//! |---|---|
//! | [`reason`] | verdicts, reasons, remarks and notes in sentences |
//! | [`json`] | JSON Lines |
//! | [`report`] | the report for a person |

pub mod json;
pub mod reason;
pub mod report;

use crate::{
    analysis::{finding::Finding, notes::Note},
    capture::file::Nanos,
};

/// What is known of a capture when all of it has been read.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The file's name.
    pub file: Vec<u8>,
    /// Its format, and what it is compressed with.
    pub format: String,
    /// Packets.
    pub packets: u64,
    /// Link types, by their names.
    pub link_types: Vec<String>,
    /// First and last time.
    pub span: Option<(Nanos, Nanos)>,
    /// Sessions.
    pub sessions: u64,
    /// Transfers.
    pub transfers: u64,
    /// The file was read to its proper end.
    pub complete: bool,
    /// What is to be known about it.
    pub notes: Vec<Note>,
}

/// A form in which a capture is shown.
pub trait Show {
    /// A capture begins: its name, and its format.
    fn begin(&mut self, file: &[u8], format: &str, out: &mut String);
    /// Something was found.
    fn finding(&mut self, finding: &Finding<'_>, out: &mut String);
    /// The capture is over.
    fn end(&mut self, overview: &Overview, out: &mut String);
}
