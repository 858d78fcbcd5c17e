//! Data connections (RFC 959 3.2): opening one, waiting for one, and moving bytes over it.
//!
//! A student has one data connection at a time, and it is moved by one thread with blocking sockets: large reads into
//! one buffer, the line ends counted at memory speed. Servers with many clients are elsewhere ([`super::server`]).
//!
//! How a connection ended is part of the lesson (who closed it, by FIN or RST), so it is an [`Outcome`] and no error.
//!
//! | file | what |
//! |---|---|
//! | `dial` | the active open |
//! | `listen` | the passive open |
//! | `transfer` | bytes, until one of the two ends it |

mod dial;
mod listen;
mod transfer;

use std::{
    io::{self, Read},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Instant,
};

use rustix::event::PollFlags;

pub(super) use self::dial::open;
pub use self::{
    dial::{ConnectError, DIAL_TIMEOUT, connect},
    listen::{AcceptError, BindError, Listener, bind},
    transfer::{Moment, Part, Terms, TransferError, receive, send},
};
use super::{
    order::Watched,
    wait::{Cancel, SLICE, Waited, wait},
};
pub use crate::ftp::outcome::{By, Direction, End, Outcome};
use crate::ftp::{dialogue::Close, event::Nanos};

/// An open data connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// This end.
    pub local: SocketAddr,
    /// The other end.
    pub peer: SocketAddr,
    /// The active open was ours.
    pub dialled: bool,
    opened: Instant,
    /// Somebody waits until what comes over it has been told.
    watched: Option<Arc<Watched>>,
    /// Something was read.
    begun: bool,
}

impl Connection {
    fn new(stream: TcpStream, peer: SocketAddr, dialled: bool) -> io::Result<Connection> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(SLICE))?;
        stream.set_write_timeout(Some(SLICE))?;
        Ok(Connection {
            local: stream.local_addr()?,
            peer,
            dialled,
            opened: Instant::now(),
            stream,
            watched: None,
            begun: false,
        })
    }

    /// Waits until the replies that came before this connection have been told.
    pub(super) fn after_replies(&self) {
        if let Some(watched) = &self.watched {
            watched.after_replies();
        }
    }

    /// From now on nobody waits for what comes over this connection.
    pub(super) fn unwatch(&mut self) {
        self.watched = None;
    }

    /// Keeps who waits for this connection waiting, until all that it gives is dropped.
    pub(super) fn watched(&self) -> Option<Arc<Watched>> {
        self.watched.clone()
    }

    /// Whoever hears of this connection has heard that it stands.
    pub(super) fn told_open(&mut self) {
        if let Some(watched) = &self.watched
            && watched.stands(&self.stream).is_err()
        {
            self.watched = None;
        }
    }

    /// As the stream reads; what is read counts as not told until [`Connection::told`].
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(watched) = &self.watched else {
            return self.stream.read(buffer);
        };
        let slice = Instant::now().checked_add(SLICE);
        match wait(&self.stream, PollFlags::IN, slice, &Cancel::default())? {
            Waited::Ready => {}
            Waited::TimedOut | Waited::Cancelled => return Err(io::ErrorKind::WouldBlock.into()),
        }
        let stream = &mut self.stream;
        let taken = watched.take(|| stream.read(buffer));
        if taken.is_err() {
            watched.told(0);
        } else if !std::mem::replace(&mut self.begun, true) {
            self.after_replies();
        }
        taken
    }

    fn told(&self, bytes: usize) {
        if let Some(watched) = &self.watched {
            watched.told(bytes as u64);
        }
    }

    /// Closes, and gives how: with bytes that nobody has read, closing is a reset (RFC 1122 4.2.2.13).
    pub fn close(self) -> Close {
        let unread = rustix::io::ioctl_fionread(&self.stream).unwrap_or(0);
        if unread > 0 { Close::Rst } else { Close::Fin }
    }
}

/// Hears what goes over a connection as it goes: a recorder, in the thread that moves the bytes.
pub trait Witness: Send {
    /// The connection stands.
    fn opened(&mut self, connection: &Connection);

    /// It did not come about; `began` is when it was dialled.
    fn not_dialled(&mut self, error: &ConnectError, began: Nanos);

    /// Something happens on it.
    fn moment(&mut self, direction: Direction, moment: Moment<'_>);
}

#[cfg(test)]
mod tests;
