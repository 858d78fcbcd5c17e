//! Bytes over a data connection, until one of the two ends it.

use std::{
    io::{self, Read, Write},
    net::Shutdown,
    time::{Duration, Instant},
};

use super::Connection;
use crate::{
    ftp::{
        dialogue::Close,
        outcome::{By, Direction, End, Outcome},
    },
    io::wait::Cancel,
};

/// The bytes asked of the system at once: so many that its calls and wake-ups cost nothing beside the copy. Measured from
/// 32 kB (twice the processor time) to 2 MB (no gain over this).
const BUFFER: usize = 1 << 20;

/// How long a sender that has closed its side waits for the other to close too, where nobody says otherwise: enough for
/// a server that is reading, and an end where a netcat keeps its side open.
const LAST_WAIT: Duration = Duration::from_secs(5);

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

    /// Something has just moved on the connection.
    fn alive(&mut self) {
        self.last = Instant::now();
        self.first.get_or_insert(self.last);
    }

    fn moved(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
    }

    /// Hands on what came; counted is what was taken.
    fn hand_on(&mut self, mut bytes: &[u8], sink: &mut dyn Write) -> io::Result<()> {
        while !bytes.is_empty() {
            match sink.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(taken) => {
                    let (taken, rest) = bytes.split_at(taken);
                    self.moved(taken);
                    bytes = rest;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        sink.flush()
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
            outcome: self.outcome(By::Us, End::Failed),
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
                count.alive();
                tell(Moment::Bytes(bytes));
                connection.told(n);
                count
                    .hand_on(bytes, sink)
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
    connection.unwatch();
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
                    count.alive();
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
