//! Data connections (RFC 959 3.2): opening one, waiting for one, and moving bytes over it.
//!
//! A student has one data connection at a time, and it is moved by one thread with blocking sockets: large reads into
//! one buffer, the line ends counted at memory speed. Every wait is cut into slices of [`SLICE`], between which a
//! [`Cancel`] from another thread (Ctrl-C, the control line) is noticed. Servers with many clients are elsewhere.
//!
//! How a connection ended is part of the lesson (who closed it, by FIN or RST), so it is an [`Outcome`] and no error.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec};

use super::{
    address,
    holder::{self, Holder},
    order::{Order, Watched},
};
pub use crate::ftp::outcome::{By, Direction, End, Outcome};
use crate::ftp::{dialogue::Close, event::Nanos, scope::FIRST_UNPRIVILEGED};

/// The bytes asked of the system at once: so many that its calls and wake-ups cost nothing beside the copy. Measured from
/// 32 kB (twice the processor time) to 2 MB (no gain over this).
const BUFFER: usize = 1 << 20;

/// How long a blocked call waits before it looks whether it was cancelled.
const SLICE: Duration = Duration::from_millis(100);

/// How long a sender that has closed its side waits for the other to close too, where nobody says otherwise: enough for
/// a server that is reading, and an end where a netcat keeps its side open.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How far above a privileged port a free one is looked for: 2080 for 80.
const ABOVE: u16 = 2000;

/// How many ports above a taken one are tried before any free one is named.
const NEIGHBOURS: u16 = 20;

/// Tells a transfer or a wait in another thread to stop. Clones share the same flag.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops whoever looks at this flag, within a tenth of a second.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

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
    watched: Option<Watched>,
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
            watched.after_replies();
        }
        taken
    }

    fn told(&self, bytes: usize) {
        if let Some(watched) = &self.watched {
            watched.told(bytes as u64);
        }
    }
}

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
        watched,
        ..connection
    })
}

/// Opens a stream to `to`, which does not block yet.
pub(super) fn open(
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

/// How a wait for a socket, or for standard input, ended.
pub(super) enum Waited {
    Ready,
    TimedOut,
    Cancelled,
}

pub(super) fn wait(
    socket: impl AsFd,
    flags: PollFlags,
    deadline: Option<Instant>,
    cancel: &Cancel,
) -> io::Result<Waited> {
    loop {
        if cancel.is_cancelled() {
            return Ok(Waited::Cancelled);
        }
        let left = deadline.map_or(SLICE, |at| at.saturating_duration_since(Instant::now()));
        let slice = Timespec::try_from(left.min(SLICE)).unwrap_or_default();
        match rustix::event::poll(&mut [PollFd::new(&socket, flags)], Some(&slice)) {
            Ok(0) if left.is_zero() => return Ok(Waited::TimedOut),
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(Waited::Ready),
            Err(error) => return Err(error.into()),
        }
    }
}

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
        .find_map(|port| {
            Some(
                TcpListener::bind((ip, port))
                    .ok()?
                    .local_addr()
                    .ok()?
                    .port(),
            )
        })
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
                        watched,
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

/// What a transfer tells while it runs. A recorder, a progress bar and a hex dump see the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment<'a> {
    /// These bytes came or went.
    Bytes(&'a [u8]),
    /// These bytes came while we were sending, and are dropped.
    Against(&'a [u8]),
    /// One of the two has ended its direction in order, or both with a reset.
    Ended(By, Close),
    /// Nothing has moved for so long, since the connection was opened or since the last bytes.
    Quiet(Duration),
}

/// Hears what goes over a connection as it goes: a recorder, in the thread that moves the bytes.
pub trait Witness: Send {
    /// The connection stands.
    fn opened(&mut self, connection: &Connection);

    /// Where it is waited for what this one has to tell.
    fn order(&self) -> Order;

    /// It did not come about; `began` is when it was dialled.
    fn not_dialled(&mut self, error: &ConnectError, began: Nanos);

    /// Something happens on it.
    fn moment(&mut self, direction: Direction, moment: Moment<'_>);
}

/// Which part of a transfer failed, where it was not the connection that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the bytes are written to.
    Sink,
    /// What the bytes are read from.
    Source,
    /// The network, with neither FIN nor RST.
    Network,
}

/// A transfer that failed on our side, or without an end.
#[derive(Debug, thiserror::Error)]
#[error("{part:?} after {} bytes: {error}", outcome.bytes)]
pub struct TransferError {
    /// Where.
    pub part: Part,
    /// What the system said.
    pub error: io::Error,
    /// How far it came.
    pub outcome: Outcome,
}

/// Until when a transfer goes on.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The greatest number of bytes.
    pub max_bytes: Option<u64>,
    /// How long nothing may move.
    pub quiet: Option<Duration>,
    /// How long a sender that has closed its side waits for the other to close too; for ever where there is none.
    pub last_wait: Option<Duration>,
    /// Stops it from elsewhere.
    pub cancel: Cancel,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms {
            max_bytes: None,
            quiet: None,
            last_wait: Some(LAST_WAIT),
            cancel: Cancel::default(),
        }
    }
}

/// The counts of a transfer that runs.
struct Count {
    direction: Direction,
    bytes: u64,
    lines: u64,
    against: u64,
    opened: Instant,
    first: Option<Instant>,
    last: Instant,
}

impl Count {
    fn new(direction: Direction, opened: Instant) -> Count {
        Count {
            direction,
            bytes: 0,
            lines: 0,
            against: 0,
            opened,
            first: None,
            // Not `opened`: the caller may have waited before it began.
            last: Instant::now(),
        }
    }

    fn moved(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.last = Instant::now();
        self.first.get_or_insert(self.last);
    }

    fn outcome(&self, by: By, end: End) -> Outcome {
        Outcome {
            direction: self.direction,
            bytes: self.bytes,
            lines: self.lines,
            open: self.opened.elapsed(),
            flowing: self.first.map_or(Duration::ZERO, |first| self.last - first),
            by,
            end,
            cancelled: false,
            against: self.against,
        }
    }

    fn cancelled(&self) -> Outcome {
        Outcome {
            cancelled: true,
            ..self.outcome(By::Us, End::Fin)
        }
    }

    fn failed(&self, part: Part, error: io::Error) -> TransferError {
        TransferError {
            part,
            error,
            outcome: self.outcome(By::Us, End::Fin),
        }
    }
}

fn is_slice(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    ) && error.raw_os_error() != Some(rustix::io::Errno::TIMEDOUT.raw_os_error())
}

fn is_reset(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

/// Takes what comes over the connection into `sink`, flushed at every read so that a terminal shows it at once, and
/// closes the connection. `tell` hears of every piece before the sink has it: a slow disk does not change when it came.
///
/// # Errors
/// Where the sink takes no more, or the network fails without closing.
pub fn receive(
    mut connection: Connection,
    sink: &mut dyn Write,
    terms: &Terms,
    tell: &mut dyn FnMut(Moment<'_>),
) -> Result<Outcome, TransferError> {
    let received = take(&mut connection, sink, terms, tell);
    if matches!(&received, Ok(outcome) if (outcome.by, outcome.end) == (By::Peer, End::Fin)) {
        tell(Moment::Ended(By::Peer, Close::Fin));
    }
    hang_up(connection, &received, tell);
    received
}

fn take(
    connection: &mut Connection,
    sink: &mut dyn Write,
    terms: &Terms,
    tell: &mut dyn FnMut(Moment<'_>),
) -> Result<Outcome, TransferError> {
    let mut count = Count::new(Direction::Receive, connection.opened);
    let mut buffer = vec![0; BUFFER];
    loop {
        if terms.cancel.is_cancelled() {
            return Ok(count.cancelled());
        }
        let left = terms.max_bytes.map_or(u64::MAX, |max| max - count.bytes);
        if left == 0 {
            return Ok(count.outcome(By::Us, End::Limit));
        }
        let room = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
        match connection.read(&mut buffer[..room]) {
            Ok(0) => return Ok(count.outcome(By::Peer, End::Fin)),
            Ok(n) => {
                let bytes = &buffer[..n];
                count.moved(bytes);
                tell(Moment::Bytes(bytes));
                connection.told(n);
                sink.write_all(bytes)
                    .and_then(|()| sink.flush())
                    .map_err(|error| count.failed(Part::Sink, error))?;
            }
            Err(error) if is_slice(&error) => {
                let quiet = count.last.elapsed();
                if terms.quiet.is_some_and(|most| quiet >= most) {
                    return Ok(count.outcome(By::Us, End::Timeout));
                }
                tell(Moment::Quiet(quiet));
            }
            Err(error) if is_reset(&error) => return Ok(count.outcome(By::Peer, End::Rst)),
            Err(error) => return Err(count.failed(Part::Network, error)),
        }
    }
}

/// Sends what `source` holds over the connection, closes it, and waits a moment for the other end to close too: only
/// then it is known that everything arrived.
///
/// # Errors
/// Where the source cannot be read, or the network fails without closing.
pub fn send(
    mut connection: Connection,
    source: &mut dyn Read,
    terms: &Terms,
    tell: &mut dyn FnMut(Moment<'_>),
) -> Result<Outcome, TransferError> {
    let sent = give(&mut connection, source, terms, tell);
    hang_up(connection, &sent, tell);
    sent
}

fn give(
    connection: &mut Connection,
    source: &mut dyn Read,
    terms: &Terms,
    tell: &mut dyn FnMut(Moment<'_>),
) -> Result<Outcome, TransferError> {
    // What we send is told as it goes; what comes against it is of no use to anybody.
    connection.watched = None;
    let mut count = Count::new(Direction::Send, connection.opened);
    let mut buffer = vec![0; BUFFER];
    let mut limited = false;
    loop {
        let left = terms.max_bytes.map_or(u64::MAX, |max| max - count.bytes);
        let room = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
        let n = match source.read(&mut buffer[..room]) {
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(count.failed(Part::Source, error)),
        };
        if n == 0 {
            limited |= left == 0;
            break;
        }
        let mut rest = &buffer[..n];
        while !rest.is_empty() {
            if terms.cancel.is_cancelled() {
                return Ok(count.cancelled());
            }
            match connection.stream.write(rest) {
                Ok(sent) => {
                    let (bytes, after) = rest.split_at(sent);
                    count.moved(bytes);
                    tell(Moment::Bytes(bytes));
                    rest = after;
                }
                Err(error) if is_slice(&error) => {
                    let quiet = count.last.elapsed();
                    if terms.quiet.is_some_and(|most| quiet >= most) {
                        return Ok(count.outcome(By::Us, End::Timeout));
                    }
                    tell(Moment::Quiet(quiet));
                }
                Err(error) if is_reset(&error) => {
                    let n = connection.stream.read(&mut buffer).unwrap_or(0);
                    count.against += n as u64;
                    tell(Moment::Against(&buffer[..n]));
                    return Ok(count.outcome(By::Peer, End::Rst));
                }
                Err(error) => return Err(count.failed(Part::Network, error)),
            }
        }
    }
    // A FIN is the end of the file (RFC 959 3.4.1); what still comes is read so that closing is no RST.
    let end = if limited { End::Limit } else { End::Fin };
    // Told before it is done: whoever hears of the reply to it in another thread hears of it later.
    tell(Moment::Ended(By::Us, Close::Fin));
    if connection.stream.shutdown(Shutdown::Write).is_err() {
        return Ok(count.outcome(By::Peer, End::Rst));
    }
    let closed = Instant::now();
    while terms.last_wait.is_none_or(|most| closed.elapsed() < most) {
        if terms.cancel.is_cancelled() {
            return Ok(count.cancelled());
        }
        match connection.stream.read(&mut buffer) {
            Ok(0) => {
                tell(Moment::Ended(By::Peer, Close::Fin));
                break;
            }
            Ok(n) => {
                count.against += n as u64;
                tell(Moment::Against(&buffer[..n]));
            }
            Err(error) if is_slice(&error) => tell(Moment::Quiet(closed.elapsed())),
            Err(error) if is_reset(&error) => return Ok(count.outcome(By::Peer, End::Rst)),
            Err(error) => return Err(count.failed(Part::Network, error)),
        }
    }
    Ok(count.outcome(By::Us, end))
}

impl Connection {
    /// Closes, and gives how: with bytes that nobody has read, closing is a reset (RFC 1122 4.2.2.13).
    pub fn close(self) -> Close {
        let unread = rustix::io::ioctl_fionread(&self.stream).unwrap_or(0);
        if unread > 0 { Close::Rst } else { Close::Fin }
    }
}

/// Closes where the other end has not, and tells how.
fn hang_up(
    connection: Connection,
    ended: &Result<Outcome, TransferError>,
    tell: &mut dyn FnMut(Moment<'_>),
) {
    match ended {
        Ok(outcome) if outcome.end == End::Rst => tell(Moment::Ended(By::Peer, Close::Rst)),
        Err(error) if error.part == Part::Network => {}
        _ => {
            tell(Moment::Ended(By::Us, connection.close()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, thread};

    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn listener() -> Listener {
        bind(SocketAddr::new(LOOPBACK, 0)).expect("a port")
    }

    /// A connection that we accepted, and the other end of it.
    fn pair() -> (Connection, TcpStream) {
        let listener = listener();
        let there = TcpStream::connect(listener.at).expect("connected");
        let here = listener
            .accept(None, &Cancel::default(), None)
            .expect("accepted");
        assert_eq!(here.peer, there.local_addr().expect("address"));
        assert_eq!(here.local, listener.at);
        (here, there)
    }

    fn quiet(_: Moment<'_>) {}

    #[test]
    fn what_comes_is_counted_and_kept_until_the_fin() {
        let (here, mut there) = pair();
        let sender = thread::spawn(move || {
            for _ in 0..1000 {
                there.write_all(b"total 48\r\nlast").expect("sent");
            }
        });
        let mut sink = Vec::new();
        let mut told = 0;
        let outcome = receive(here, &mut sink, &Terms::default(), &mut |moment| {
            if let Moment::Bytes(bytes) = moment {
                told += bytes.len();
            }
        })
        .expect("received");
        sender.join().expect("sender");
        assert_eq!((outcome.bytes, outcome.lines), (14_000, 1000));
        assert_eq!((outcome.by, outcome.end), (By::Peer, End::Fin));
        assert_eq!((sink.len(), told), (14_000, 14_000));
        assert!(outcome.flowing <= outcome.open && !outcome.cancelled);
    }

    #[test]
    fn a_reset_is_an_outcome() {
        let (here, mut there) = pair();
        there.write_all(b"half a li").expect("sent");
        let mut sink = Vec::new();
        let mut there = Some(there);
        let outcome = receive(here, &mut sink, &Terms::default(), &mut |_| {
            if let Some(stream) = there.take() {
                let socket = socket2::Socket::from(stream);
                socket.set_linger(Some(Duration::ZERO)).expect("linger");
            }
        })
        .expect("received");
        assert_eq!((outcome.by, outcome.end), (By::Peer, End::Rst));
        assert_eq!(sink, b"half a li");
    }

    #[test]
    fn bytes_and_silence_have_limits() {
        let (here, mut there) = pair();
        there.write_all(&[b'x'; 100]).expect("sent");
        let terms = Terms {
            max_bytes: Some(64),
            ..Terms::default()
        };
        let mut sink = Vec::new();
        let outcome = receive(here, &mut sink, &terms, &mut quiet).expect("received");
        assert_eq!((outcome.by, outcome.end), (By::Us, End::Limit));
        assert_eq!((outcome.bytes, sink.len()), (64, 64));

        let (here, there) = pair();
        let terms = Terms {
            quiet: Some(Duration::from_millis(150)),
            ..Terms::default()
        };
        let outcome = receive(here, &mut sink, &terms, &mut quiet).expect("received");
        assert_eq!((outcome.by, outcome.end), (By::Us, End::Timeout));
        drop(there);
    }

    #[test]
    fn another_thread_can_stop_a_wait_and_a_transfer() {
        let cancel = Cancel::default();
        let listener = listener();
        let stop = cancel.clone();
        let waiting = thread::spawn(move || listener.accept(None, &stop, None));
        thread::sleep(Duration::from_millis(20));
        cancel.cancel();
        assert!(matches!(
            waiting.join().expect("thread"),
            Err(AcceptError::Cancelled)
        ));

        let (here, there) = pair();
        let terms = Terms {
            cancel: cancel.clone(),
            ..Terms::default()
        };
        let outcome = receive(here, &mut io::sink(), &terms, &mut quiet).expect("received");
        assert!(outcome.cancelled && outcome.by == By::Us);
        drop(there);
    }

    #[test]
    fn a_wait_ends_when_nobody_comes() {
        let error = listener()
            .accept(Some(Duration::from_millis(30)), &Cancel::default(), None)
            .expect_err("nobody");
        assert!(matches!(error, AcceptError::Timeout { .. }));
    }

    #[test]
    fn what_is_sent_arrives_whole_and_we_close() {
        let (here, mut there) = pair();
        let file: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
        let copy = file.clone();
        let reader = thread::spawn(move || {
            let mut all = Vec::new();
            there.read_to_end(&mut all).expect("read");
            all
        });
        let outcome =
            send(here, &mut Cursor::new(file), &Terms::default(), &mut quiet).expect("sent");
        assert_eq!(reader.join().expect("reader"), copy);
        assert_eq!((outcome.by, outcome.end), (By::Us, End::Fin));
        assert_eq!((outcome.bytes, outcome.against), (3_000_000, 0));
    }

    #[test]
    fn a_sender_notices_that_the_other_end_sends_too() {
        let (here, mut there) = pair();
        there.write_all(b"a listing\r\n").expect("sent");
        there.shutdown(Shutdown::Write).expect("closed");
        let outcome = send(
            here,
            &mut Cursor::new(b"a file"),
            &Terms::default(),
            &mut quiet,
        )
        .expect("sent");
        assert_eq!((outcome.bytes, outcome.against), (6, 11));
    }

    #[test]
    fn a_receiver_that_leaves_is_a_reset_for_the_sender() {
        let (here, there) = pair();
        drop(there);
        let outcome = send(
            here,
            &mut Cursor::new(vec![0; 8 << 20]),
            &Terms::default(),
            &mut quiet,
        )
        .expect("an outcome");
        assert_eq!((outcome.by, outcome.end), (By::Peer, End::Rst));
        assert!(outcome.bytes < 8 << 20);
    }

    #[test]
    fn a_full_sink_is_an_error_with_the_count() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (here, mut there) = pair();
        there.write_all(b"data").expect("sent");
        let error = receive(here, &mut Full, &Terms::default(), &mut quiet).expect_err("full");
        assert_eq!((error.part, error.outcome.bytes), (Part::Sink, 4));
    }

    #[test]
    fn a_taken_port_names_its_holder_and_a_free_one() {
        let holder = listener();
        match bind(holder.at).expect_err("taken") {
            BindError::Taken { at, holder, free } => {
                assert_eq!(at.ip(), LOOPBACK);
                let free = free.expect("a free port");
                assert_ne!(free, at.port());
                if cfg!(target_os = "linux") {
                    let Some(Holder::Process { pid, .. }) = holder else {
                        panic!("who holds it: {holder:?}");
                    };
                    assert_eq!(pid, std::process::id());
                }
            }
            other => panic!("{other}"),
        }
    }

    #[test]
    fn an_address_of_somebody_else_is_not_ours() {
        let error = bind(SocketAddr::from(([192, 0, 2, 1], 0))).expect_err("TEST-NET-1");
        assert!(matches!(error, BindError::NotOurs { .. }), "{error}");
    }

    #[test]
    fn connecting_where_nobody_listens_is_refused() {
        let at = listener().at;
        let error =
            connect(at, Duration::from_secs(5), &Cancel::default(), None).expect_err("refused");
        assert!(
            matches!(&error, ConnectError::System { error, .. } if error.kind() == io::ErrorKind::ConnectionRefused),
            "{error}"
        );
        let open = listener();
        let connection =
            connect(open.at, Duration::from_secs(5), &Cancel::default(), None).expect("open");
        assert_eq!(connection.peer, open.at);
    }
}
