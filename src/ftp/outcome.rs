//! How a data connection went: how much moved, who ended it, and whether by FIN or RST. The end is part of the protocol:
//! in stream mode it is how the end of a file is said (RFC 959 3.4.1).

use std::time::Duration;

/// Which way the bytes of a transfer go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To us: LIST, RETR.
    Receive,
    /// From us: STOR.
    Send,
}

/// Which of the two ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// We did.
    Us,
    /// The other end did.
    Peer,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In order: everything that was sent has arrived (TCP FIN). This is how a data connection says "end of file"
    /// (RFC 959 3.4.1).
    Fin,
    /// Broken off (TCP RST): what arrived may not be all.
    Rst,
    /// By the greatest number of bytes that was allowed.
    Limit,
    /// Because nothing came for as long as was allowed.
    Timeout,
    /// Because something failed on our side: what the bytes go into takes no more, what they come from cannot be read, or
    /// the network is gone. What moved is not all.
    Failed,
}

/// What a transfer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Which way the bytes went.
    pub direction: Direction,
    /// Bytes of the transfer: those that were sent, or those that were received and taken.
    pub bytes: u64,
    /// Line feeds among them.
    pub lines: u64,
    /// How long the connection was open.
    pub open: Duration,
    /// How long bytes flowed: from the first to the last of them.
    pub flowing: Duration,
    /// Who ended it.
    pub by: By,
    /// How.
    pub end: End,
    /// It was ended by the user, or by what runs beside it.
    pub cancelled: bool,
    /// Bytes that came against the direction, while we were sending.
    pub against: u64,
}

impl Outcome {
    /// True where everything that was sent has come, as far as anyone can tell.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.cancelled && self.end == End::Fin
    }

    /// Bytes a second while they flowed; `None` where that was too short to say.
    #[must_use]
    pub fn rate(&self) -> Option<u64> {
        /// Below this a rate says more about the clock than about the network.
        const SHORTEST: Duration = Duration::from_millis(5);
        (self.flowing >= SHORTEST).then(|| (self.bytes as f64 / self.flowing.as_secs_f64()) as u64)
    }
}
