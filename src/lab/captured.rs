//! What a capture shows of its first session, as values of a sheet: `{capture.…}`. Fed with the findings of an
//! [`Inspector`](crate::analysis::inspector::Inspector), in one pass with whatever else hears them.

use std::net::SocketAddr;

use super::template::{Captured, End};
use crate::{
    analysis::finding::{Finding, Transfer},
    ftp::event::What,
};

/// The facts of a capture that a sheet can ask for. Frames count from 1, as in Wireshark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Packets of the file.
    pub packets: u64,
    /// The control connection's ends: client and server.
    pub ends: Option<(SocketAddr, SocketAddr)>,
    /// Its first frame: the SYN, where that was captured.
    pub first_frame: Option<u64>,
    /// Where the first address for data is stated: a 227 or 229, a PORT or EPRT.
    pub pasv_frame: Option<u64>,
    /// The first data connection.
    pub data: Option<DataFacts>,
    session: Option<u64>,
}

/// The first data connection of a capture's first session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFacts {
    /// Who dialled, and who was dialled.
    pub ends: (SocketAddr, SocketAddr),
    /// Payload, both ways.
    pub bytes: Option<u64>,
    /// Its first frame.
    pub first_frame: u64,
}

impl Facts {
    /// Takes a finding.
    pub fn finding(&mut self, finding: &Finding<'_>) {
        match finding {
            Finding::Recognised(session) if self.session.is_none() => {
                self.session = Some(session.number);
                self.ends = Some((session.client, session.server));
                self.first_frame = Some(session.first.frame);
            }
            Finding::Said {
                session,
                mark,
                event,
            } if self.session == Some(session.number) && self.pasv_frame.is_none() => {
                if let What::Negotiation(negotiation) = &event.what
                    && negotiation.listen.is_some()
                {
                    self.pasv_frame = Some(mark.frame);
                }
            }
            Finding::Transfer(transfer) if transfer.session == self.session => {
                self.transfer(transfer);
            }
            _ => {}
        }
    }

    /// Transfers are told in the order of their outcomes: the first connection is the one with the first frame.
    fn transfer(&mut self, transfer: &Transfer) {
        let Some(connection) = &transfer.connection else {
            return;
        };
        let first_frame = connection.first.frame;
        if self
            .data
            .as_ref()
            .is_none_or(|data| first_frame < data.first_frame)
        {
            self.data = Some(DataFacts {
                ends: (connection.from, connection.to),
                bytes: transfer.bytes(),
                first_frame,
            });
        }
    }

    /// What a name is worth.
    #[must_use]
    pub fn value(&self, what: Captured) -> Option<String> {
        let number = |number: u64| Some(number.to_string());
        let data = self.data.as_ref();
        match what {
            Captured::Packets => number(self.packets),
            Captured::ClientPort => number(self.ends?.0.port().into()),
            Captured::ServerPort => number(self.ends?.1.port().into()),
            Captured::FirstFrame => number(self.first_frame?),
            Captured::PasvFrame => number(self.pasv_frame?),
            Captured::DataPort(End::From) => number(data?.ends.0.port().into()),
            Captured::DataPort(End::To) => number(data?.ends.1.port().into()),
            Captured::DataBytes => number(data?.bytes?),
            Captured::DataFirstFrame => number(data?.first_frame),
        }
    }
}
