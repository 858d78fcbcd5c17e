//! What a capture shows, in every form. A form takes the findings of the analysis as they come ([`Show`]) and writes what
//! can be shown by then.
//!
//! | file | what |
//! |---|---|
//! | [`reason`] | verdicts, reasons, remarks and notes in sentences |
//! | [`json`] | JSON Lines |
//! | `phrase` | sentences that are said thousands of times |
//! | [`report`] | the report for a person |
//! | [`ladder`] | client and server as columns |
//! | [`dialogue`] | what was said, in the notation |
//! | [`lists`] | filters for Wireshark, the ledger as CSV, a line a file |

pub mod dialogue;
pub mod json;
pub mod ladder;
pub mod lists;
mod phrase;
pub mod reason;
pub mod report;

use std::{collections::BTreeSet, net::IpAddr};

use crate::{
    analysis::{
        finding::{Connection, Finding, Session},
        notes::Note,
    },
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

/// Another form, for one session or one host only.
pub struct Only<'a> {
    inner: Box<dyn Show + 'a>,
    session: Option<u64>,
    host: Option<IpAddr>,
    shown: BTreeSet<u64>,
}

impl<'a> Only<'a> {
    /// Shows what concerns this session (if one is named) and this host (if one is).
    #[must_use]
    pub fn new(inner: Box<dyn Show + 'a>, session: Option<u64>, host: Option<IpAddr>) -> Only<'a> {
        Only {
            inner,
            session,
            host,
            shown: BTreeSet::new(),
        }
    }

    fn wants(&self, session: &Session) -> bool {
        self.session.is_none_or(|number| number == session.number)
            && self
                .host
                .is_none_or(|host| [session.client.ip(), session.server.ip()].contains(&host))
    }

    fn wants_orphan(&self, connection: Option<&Connection>) -> bool {
        self.session.is_none()
            && self.host.is_none_or(|host| {
                connection.is_some_and(|line| [line.from.ip(), line.to.ip()].contains(&host))
            })
    }
}

impl Show for Only<'_> {
    fn begin(&mut self, file: &[u8], format: &str, out: &mut String) {
        self.shown.clear();
        self.inner.begin(file, format, out);
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        let session = match finding {
            Finding::Recognised(session) => {
                if self.wants(session) {
                    self.shown.insert(session.number);
                }
                Some(session.number)
            }
            Finding::Said { session, .. } | Finding::Session(session) => Some(session.number),
            Finding::Remark { session, .. } => *session,
            Finding::Transfer(transfer) => {
                if transfer.session.is_none() && !self.wants_orphan(transfer.connection.as_ref()) {
                    return;
                }
                transfer.session
            }
            Finding::Data { .. } | Finding::Dropped(_) => None,
        };
        if session.is_none_or(|number| self.shown.contains(&number)) {
            self.inner.finding(finding, out);
        }
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        self.inner.end(overview, out);
    }
}
