//! What a capture shows, in every form. A form takes the findings of the analysis as they come ([`Show`]) and writes what
//! can be shown by then.
//!
//! | file | what |
//! |---|---|
//! | [`reason`] | verdicts, reasons, remarks and notes in sentences |
//! | [`json`] | JSON Lines |
//! | [`html`] | one web page |
//! | [`marks`] | captures held against a rubric |
//! | `phrase` | sentences that are said thousands of times |
//! | [`gather`] | what the report needs, session by session |
//! | [`report`] | the report for a person |
//! | [`ladder`] | client and server as columns |
//! | [`dialogue`] | what was said, in the notation |
//! | [`lists`] | filters for Wireshark, the ledger as CSV, a line a file |

pub mod dialogue;
pub mod gather;
pub mod html;
pub mod json;
pub mod ladder;
pub mod lists;
pub mod marks;
#[cfg(test)]
mod markup;
mod phrase;
pub mod reason;
pub mod report;

use std::{collections::BTreeSet, net::IpAddr};

use crate::{
    analysis::{
        finding::Finding,
        inspector::Inspector,
        notes::{self, Grounds, Note},
    },
    capture::{
        file::{About, Ending, Nanos},
        tracker::Tracker,
    },
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

impl Overview {
    /// Of a capture that was read as `end` says: how it ended, and what the file says about itself.
    #[must_use]
    pub fn new<F: FnMut(&Finding<'_>)>(
        file: Vec<u8>,
        format: String,
        end: (&Ending, &About),
        tracker: &Tracker,
        inspector: &Inspector<F>,
    ) -> Overview {
        let (ending, about) = end;
        let quality = tracker.quality();
        let grounds = Grounds {
            ending,
            about,
            quality,
            counts: tracker.counts(),
            totals: tracker.totals(),
        };
        Overview {
            file,
            format,
            packets: quality.packets,
            link_types: quality.links.keys().map(ToString::to_string).collect(),
            span: quality.first.zip(quality.last),
            sessions: inspector.sessions(),
            transfers: inspector.transfers(),
            complete: ending.is_whole(),
            notes: notes::notes(&grounds, inspector),
        }
    }
}

/// A form in which a capture is shown.
pub trait Show {
    /// A capture begins: its name, and its format.
    fn begin(&mut self, file: &[u8], format: &str, out: &mut String);
    /// Something was found.
    fn finding(&mut self, finding: &Finding<'_>, out: &mut String);
    /// The capture is over.
    fn end(&mut self, overview: &Overview, out: &mut String);
    /// How many expectations were not met; only a marker knows.
    fn unmet(&self) -> u64 {
        0
    }
}

/// What is to be shown: all, or what concerns one session or one host.
#[derive(Debug)]
pub struct Wanted {
    session: Option<u64>,
    host: Option<IpAddr>,
    /// Those that go on.
    sessions: BTreeSet<u64>,
    shown: (u64, u64),
}

impl Wanted {
    /// What concerns this session (if one is named) and this host (if one is).
    #[must_use]
    pub fn new(session: Option<u64>, host: Option<IpAddr>) -> Wanted {
        Wanted {
            session,
            host,
            sessions: BTreeSet::new(),
            shown: (0, 0),
        }
    }

    /// How many sessions, and how many transfers, were to be shown.
    #[must_use]
    pub fn shown(&self) -> (u64, u64) {
        self.shown
    }

    /// Whether a finding is to be shown.
    pub fn wants(&mut self, finding: &Finding<'_>) -> bool {
        let wanted = self.concerns(finding);
        match finding {
            Finding::Recognised(_) => self.shown.0 += u64::from(wanted),
            Finding::Transfer(_) => self.shown.1 += u64::from(wanted),
            _ => {}
        }
        wanted
    }

    /// Sessions are remembered from their first finding to their last.
    fn concerns(&mut self, finding: &Finding<'_>) -> bool {
        if self.session.is_none() && self.host.is_none() {
            return true;
        }
        match finding {
            Finding::Recognised(session) => {
                let wanted = self.session.is_none_or(|number| number == session.number)
                    && self.host.is_none_or(|host| {
                        [session.client.ip(), session.server.ip()].contains(&host)
                    });
                if wanted {
                    self.sessions.insert(session.number);
                }
                wanted
            }
            Finding::Said { session, .. } => self.sessions.contains(&session.number),
            Finding::Session(session) => self.sessions.remove(&session.number),
            Finding::Remark { session, .. } => {
                session.is_some_and(|number| self.sessions.contains(&number))
            }
            Finding::Transfer(transfer) => match (transfer.session, &transfer.connection) {
                (Some(number), _) => self.sessions.contains(&number),
                (None, Some(line)) => {
                    self.session.is_none()
                        && self
                            .host
                            .is_some_and(|host| [line.from.ip(), line.to.ip()].contains(&host))
                }
                (None, None) => false,
            },
            Finding::Data { .. } | Finding::Dropped(_) => true,
        }
    }
}

#[cfg(test)]
mod cases;
