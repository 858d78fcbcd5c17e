//! Who hears what happens on a server: a tap, and the ears by which it hears what goes over each connection, byte by byte,
//! for whoever records that. A stream that is listened to tells of its own end when it is dropped, however that comes
//! about: closed by the player, or thrown away with the task that an ABOR ends.

use std::{io, net::SocketAddr, ops::Deref, rc::Rc, time::Duration};

use tokio::net::TcpStream;

use crate::{
    ftp::{dialogue::Close, event::Nanos, side::Side},
    io::clock,
    script::{effect::End, watch::Happening},
};

/// Where a server tells what happens, in order.
pub trait Tap {
    /// Something happened on a connection, at this time.
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>);

    /// Something went over one of a connection's wires. Told where [`Options::wire`](super::Options::wire) asks for it.
    fn wire(&self, connection: u64, channel: Channel, at: Nanos, heard: &Heard<'_>) {
        let _ = (connection, channel, at, heard);
    }
}

impl<F: Fn(u64, Nanos, &Happening<'_>)> Tap for F {
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        self(connection, at, happening);
    }
}

/// Which of a client's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The control connection.
    Control,
    /// The data connection of this number: one may come before the last has gone.
    Data(u64),
}

/// What is heard of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard<'a> {
    /// It stands.
    Opened {
        /// The server's end.
        local: SocketAddr,
        /// The other end.
        peer: SocketAddr,
        /// The server dialled.
        dialled: bool,
    },
    /// The server dialled, and it does not stand.
    NotReached {
        /// From where.
        from: SocketAddr,
        /// To where.
        to: SocketAddr,
        /// It was refused; else nobody answered.
        refused: bool,
        /// After how long.
        after: Duration,
    },
    /// These bytes were sent by this side.
    Bytes(Side, &'a [u8]),
    /// This side has ended its direction, or both with a reset.
    Ended(Side, Close),
    /// The server has closed, and hears no more.
    Left(Close),
}

/// Tells what is heard of one connection.
#[derive(Clone)]
pub(super) struct Ear {
    pub(super) tap: Rc<dyn Tap>,
    pub(super) connection: u64,
    pub(super) channel: Channel,
}

impl Ear {
    pub(super) fn tell(&self, heard: Heard<'_>) {
        let now = clock::now();
        self.tap.wire(self.connection, self.channel, now, &heard);
    }
}

/// A stream that may be listened to.
pub(super) struct Stream {
    pub(super) tcp: TcpStream,
    ear: Option<Ear>,
}

impl Stream {
    pub(super) fn new(
        tcp: TcpStream,
        peer: SocketAddr,
        dialled: bool,
        ear: Option<Ear>,
    ) -> io::Result<Stream> {
        let local = tcp.local_addr()?;
        if let Some(ear) = &ear {
            ear.tell(Heard::Opened {
                local,
                peer,
                dialled,
            });
        }
        Ok(Stream { tcp, ear })
    }

    /// True where every byte is to be told.
    pub(super) fn is_heard(&self) -> bool {
        self.ear.is_some()
    }

    pub(super) fn heard(&self, from: Side, bytes: &[u8]) {
        if let Some(ear) = &self.ear {
            ear.tell(Heard::Bytes(from, bytes));
        }
    }

    /// The client has ended its direction, or both.
    pub(super) fn ended(&self, how: Close) {
        if let Some(ear) = &self.ear {
            ear.tell(Heard::Ended(Side::User, how));
        }
    }

    /// Prepares the end of a stream that is about to be dropped.
    pub(super) fn close(&self, end: End) {
        let socket = socket2::SockRef::from(&self.tcp);
        match end {
            End::Fin => {
                let closed = socket.shutdown(std::net::Shutdown::Write);
                if let (Ok(()), Some(ear)) = (closed, &self.ear) {
                    ear.tell(Heard::Ended(Side::Server, Close::Fin));
                }
            }
            End::Reset => {
                let _ = socket.set_linger(Some(Duration::ZERO));
            }
        }
    }
}

impl Deref for Stream {
    type Target = TcpStream;

    fn deref(&self) -> &TcpStream {
        &self.tcp
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(ear) = &self.ear {
            let lingers = socket2::SockRef::from(&self.tcp).linger();
            // With bytes that nobody has read, closing is a reset (RFC 1122 4.2.2.13).
            let unread = rustix::io::ioctl_fionread(&self.tcp).unwrap_or(0);
            let reset = unread > 0 || matches!(lingers, Ok(Some(Duration::ZERO)));
            ear.tell(Heard::Left(if reset { Close::Rst } else { Close::Fin }));
        }
    }
}
