//! The active open: from here to a port where somebody listens, with the address that the packets would have come from
//! even where it fails.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::event::PollFlags;

use super::Connection;
use crate::io::{
    address,
    order::{Order, Watched},
    wait::{Cancel, Waited, wait},
};

/// How long an address may take to answer a SYN; of several, the next is tried then.
pub const DIAL_TIMEOUT: Duration = Duration::from_secs(15);

/// Why an active open failed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answered in time: neither yes nor no, so something on the way drops the packets.
    #[error("{to}: no answer within {after:?}")]
    Timeout {
        /// Where to.
        to: SocketAddr,
        /// How long it was waited.
        after: Duration,
        /// From where.
        from: SocketAddr,
    },
    /// It was cancelled.
    #[error("{to}: cancelled")]
    Cancelled {
        /// Where to.
        to: SocketAddr,
        /// From where.
        from: SocketAddr,
    },
    /// The system says why.
    #[error("{to}: {error}")]
    System {
        /// Where to.
        to: SocketAddr,
        /// The reason.
        error: io::Error,
        /// From where, if it came so far.
        from: Option<SocketAddr>,
    },
}

/// Opens a connection to `to`; who waits in `order` waits until it has been told.
///
/// # Errors
/// Where nobody takes it within `timeout`, or it is cancelled.
pub fn connect(
    to: SocketAddr,
    timeout: Duration,
    cancel: &Cancel,
    order: Option<&Order>,
) -> Result<Connection, ConnectError> {
    let (stream, watched) = open(to, timeout, cancel, order)?;
    let connection = Connection::new(stream, to, true).map_err(|error| ConnectError::System {
        to,
        error,
        from: None,
    })?;
    Ok(Connection {
        watched: watched.map(Arc::new),
        ..connection
    })
}

/// Opens a stream to `to`, which does not block yet.
pub(in crate::io) fn open(
    to: SocketAddr,
    timeout: Duration,
    cancel: &Cancel,
    order: Option<&Order>,
) -> Result<(TcpStream, Option<Watched>), ConnectError> {
    let any = SocketAddr::new(
        match to {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        },
        0,
    );
    let begin = || -> io::Result<(socket2::Socket, u16)> {
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(to),
            socket2::Type::STREAM,
            None,
        )?;
        socket.set_nonblocking(true)?;
        // The system forgets the port of a connection that is refused, unless a port was asked for before.
        socket.bind(&any.into())?;
        let port = socket.local_addr()?.as_socket().map_or(0, |at| at.port());
        Ok((socket, port))
    };
    let (socket, port) = begin().map_err(|error| ConnectError::System {
        to,
        error,
        from: None,
    })?;
    let from = || SocketAddr::new(address::local_for(to.ip()).unwrap_or(any.ip()), port);
    let system = |error| ConnectError::System {
        to,
        error,
        from: Some(from()),
    };
    // Before it is dialled: the other end may have said all it has to say when this thread has its turn again.
    let watched = order
        .map(|order| order.watch(&socket, PollFlags::OUT))
        .transpose()
        .map_err(system)?;
    match socket.connect(&to.into()) {
        Ok(()) => {}
        Err(error)
            if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) =>
        {
            let deadline = Instant::now().checked_add(timeout);
            match wait(&socket, PollFlags::OUT, deadline, cancel).map_err(system)? {
                Waited::Ready => {}
                Waited::TimedOut => {
                    return Err(ConnectError::Timeout {
                        to,
                        after: timeout,
                        from: from(),
                    });
                }
                Waited::Cancelled => return Err(ConnectError::Cancelled { to, from: from() }),
            }
            if let Some(error) = socket.take_error().map_err(system)? {
                return Err(system(error));
            }
        }
        Err(error) => return Err(system(error)),
    }
    Ok((socket.into(), watched))
}
