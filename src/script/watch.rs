//! What happens on a server, as everybody hears of it who watches: the screen, the log, the JSON Lines, a test. `io` makes
//! these, `view` turns them into text.

use std::{io, net::SocketAddr};

use super::effect::{Ask, DataFault, Notice, Origin};
use crate::ftp::{dialogue::Close, event::Event, side::Side};

/// Which way data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// Something that happened. Connections are numbered from 1.
#[derive(Debug)]
pub enum Happening<'a> {
    /// A client has connected.
    Connected {
        /// Its address.
        client: SocketAddr,
        /// The address that it reached.
        server: SocketAddr,
    },
    /// A client was turned away: there are too many.
    TurnedAway {
        /// Its address.
        client: SocketAddr,
    },
    /// Something was said on the control connection.
    Said {
        /// What the observer makes of it.
        event: &'a Event<'a>,
        /// For lines of the server: where they come from.
        origin: Option<Origin>,
    },
    /// The player has something to tell.
    Notice(&'a Notice),
    /// A person is to type a reply.
    Asks(&'a Ask),
    /// A data port was opened.
    PortOpened(SocketAddr),
    /// The data connection stands: the client has come to the open port, or was reached.
    DataOpened {
        /// Who opened it, from where.
        from: SocketAddr,
        /// To where.
        to: SocketAddr,
        /// This server dialled.
        active: bool,
        /// The source port that was wanted and could not be had, with the reason.
        wanted: Option<(u16, io::ErrorKind)>,
    },
    /// The data connection that stands is taken, to be used.
    DataTaken,
    /// Somebody else than the client came to the data port, and was sent away.
    Stranger(SocketAddr),
    /// Data was moved.
    Data {
        /// Which way.
        direction: Direction,
        /// Bytes on the data connection.
        bytes: u64,
        /// The file they came from or went to, where there is one.
        name: Option<&'a str>,
        /// The first bytes, where somebody wants them.
        sample: &'a [u8],
        /// What went wrong.
        fault: Option<DataFault>,
    },
    /// The control connection is over.
    Closed {
        /// Who ended it.
        by: Side,
        /// How.
        how: Close,
    },
}
