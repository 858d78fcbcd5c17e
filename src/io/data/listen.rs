//! The passive open: a port on which a connection can come.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::event::PollFlags;

use super::Connection;
use crate::{
    ftp::scope::FIRST_UNPRIVILEGED,
    io::{
        address,
        holder::{self, Holder},
        order::{Order, Watched},
        wait::{Cancel, Waited, wait},
    },
};

/// How far above a privileged port a free one is looked for: 2080 for 80.
const ABOVE: u16 = 2000;

/// How many ports above a taken one are tried before any free one is named.
const NEIGHBOURS: u16 = 20;

/// A passive open: a port of this machine on which a connection can come.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    /// Where it listens; the port is the one that was picked where 0 was asked for.
    pub at: SocketAddr,
}

/// Why a port cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody else has the port.
    #[error("{at} is taken by {holder:?}")]
    Taken {
        /// What was asked for.
        at: SocketAddr,
        /// Who has it, where the system tells.
        holder: Option<Holder>,
        /// A port that is free on that address now.
        free: Option<u16>,
    },
    /// The address is none of this machine's.
    #[error("{at} is not an address of this machine")]
    NotOurs {
        /// What was asked for.
        at: SocketAddr,
    },
    /// Ports below `first` are for the administrator.
    #[error("{at}: ports below {first} are privileged")]
    Privileged {
        /// What was asked for.
        at: SocketAddr,
        /// The first port that everybody may open.
        first: u16,
        /// A port that is free on that address now.
        free: Option<u16>,
    },
    /// The system gives another reason.
    #[error("{at}: {error}")]
    System {
        /// What was asked for.
        at: SocketAddr,
        /// The reason.
        error: io::Error,
    },
}

/// Opens a port for connections; port 0 picks a free one.
///
/// # Errors
/// Where the system refuses: why, and what is free instead.
pub fn bind(at: SocketAddr) -> Result<Listener, BindError> {
    let system = |error| BindError::System { at, error };
    match TcpListener::bind(at) {
        Ok(socket) => Ok(Listener {
            at: socket.local_addr().map_err(system)?,
            socket,
        }),
        Err(error) => Err(BindError::of(at, error)),
    }
}

impl BindError {
    /// What the system's refusal to open this port means.
    #[must_use]
    pub fn of(at: SocketAddr, error: io::Error) -> BindError {
        match error.kind() {
            io::ErrorKind::AddrInUse => BindError::Taken {
                at,
                holder: holder::of(at),
                free: free_port(at.ip(), at.port()),
            },
            io::ErrorKind::AddrNotAvailable => BindError::NotOurs { at },
            io::ErrorKind::PermissionDenied if at.port() < holder::first_free_for_all() => {
                BindError::Privileged {
                    at,
                    first: holder::first_free_for_all(),
                    free: free_port(at.ip(), at.port()),
                }
            }
            _ => BindError::System { at, error },
        }
    }
}

/// A port that is free on this address now, near `wanted` where there is one: 5001 is easier to compare with 5000 than
/// 43817 is.
fn free_port(ip: IpAddr, wanted: u16) -> Option<u16> {
    let near = if wanted < FIRST_UNPRIVILEGED {
        wanted + ABOVE
    } else {
        wanted
    };
    (near..=near.saturating_add(NEIGHBOURS))
        .filter(|&port| port != wanted)
        .chain([0])
        .find_map(|port| address::free_port((ip, port).into()))
}

/// Why no connection came.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// Nobody came in time.
    #[error("nobody connected within {after:?}")]
    Timeout {
        /// How long it was waited.
        after: Duration,
    },
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The system gives another reason.
    #[error("{0}")]
    System(io::Error),
}

impl Listener {
    /// Begins to look at this port: who waits in `order` waits until the connection that comes has been told.
    ///
    /// # Errors
    /// Where the system has no more descriptors.
    pub fn watch(&self, order: &Order) -> io::Result<Watched> {
        order.watch(&self.socket, PollFlags::IN)
    }

    /// Waits for the next connection, for at most `timeout` where one is given. `watched`: see [`Listener::watch`].
    ///
    /// # Errors
    /// Where none comes.
    pub fn accept(
        &self,
        timeout: Option<Duration>,
        cancel: &Cancel,
        watched: Option<Watched>,
    ) -> Result<Connection, AcceptError> {
        let system = AcceptError::System;
        self.socket.set_nonblocking(true).map_err(system)?;
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            match wait(&self.socket, PollFlags::IN, deadline, cancel).map_err(system)? {
                Waited::Ready => {}
                Waited::TimedOut => {
                    return Err(AcceptError::Timeout {
                        after: timeout.unwrap_or_default(),
                    });
                }
                Waited::Cancelled => return Err(AcceptError::Cancelled),
            }
            if let Some(watched) = &watched {
                watched.taking();
            }
            match self.socket.accept() {
                Ok((stream, peer)) => {
                    let connection = Connection::new(stream, peer, false).map_err(system)?;
                    return Ok(Connection {
                        watched: watched.map(Arc::new),
                        ..connection
                    });
                }
                // Whoever knocked has gone again.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock
                            | io::ErrorKind::Interrupted
                            | io::ErrorKind::ConnectionAborted
                    ) =>
                {
                    if let Some(watched) = &watched {
                        watched.told(0);
                    }
                }
                Err(error) => return Err(AcceptError::System(error)),
            }
        }
    }
}
