//! Data connections of the fake server: taking one by accept or by connect, and moving bytes. Each is a future of its
//! own, so that the control connection stays awake and an ABOR simply drops it.

use std::{
    cell::Cell,
    fs,
    io::{self, Read, Write},
    net::SocketAddr,
    pin::Pin,
    time::{Duration, Instant},
};

#[cfg(target_os = "linux")]
use rustix::event::{PollFd, PollFlags, Timespec};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::{TcpSocket, TcpStream},
    time,
};

use super::{
    files::{Body, Folder},
    port::Port,
    store::{Part, Place},
    wire::{Ear, Heard, Stream},
};
use crate::{
    ftp::{dialogue::Close, side::Side},
    script::{
        ascii::{FromWire, ToWire},
        effect::{DataFault, Source},
        memory::Kept,
        server::may_come,
        watch::Direction,
    },
};

/// Bytes read from a file or a socket at once.
const CHUNK: usize = 128 * 1024;
/// The same for a few lines of a listing.
const SMALL: usize = 4 * 1024;
/// Bytes that the kernel copies at once from a file into a socket, before other clients have their turn.
const SPLICE: usize = 4 * 1024 * 1024;
/// A data connection on which nothing moves for so long is given up.
pub(super) const STALL: Duration = Duration::from_secs(300);
/// How soon it is looked again whether what was sent is on its way, and how rarely at last.
#[cfg(target_os = "linux")]
const FIRST_LOOK: Duration = Duration::from_millis(1);
#[cfg(target_os = "linux")]
const LAST_LOOK: Duration = Duration::from_millis(32);
/// Strangers that are sent away from a data port before it is given up.
const MAX_STRANGERS: usize = 100;

/// What a data task came to.
pub(super) enum Done {
    /// The client was reached, or not.
    Called(Result<Called, DataFault>),
    /// Bytes were moved.
    Moved {
        stream: Stream,
        direction: Direction,
        bytes: u64,
        sample: Vec<u8>,
        name: Option<String>,
        fault: Option<DataFault>,
    },
    /// An upload is in memory.
    Kept {
        stream: Stream,
        content: Kept,
        bytes: u64,
        fault: Option<DataFault>,
    },
    /// The bytes of a file were counted.
    Counted(Option<u64>),
}

/// A data connection that the server has opened.
pub(super) struct Called {
    pub(super) stream: Stream,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    /// The source port that could not be had, and why.
    pub(super) wanted: Option<(u16, io::ErrorKind)>,
}

/// Something that goes on on the data connection.
pub(super) type DataTask = Pin<Box<dyn Future<Output = Done>>>;

/// A data port that was opened, and who has come there. A client comes when it likes, most before the command that needs
/// the connection: it is let in at once, and waits here until it is wanted, so that it is told when it came.
pub(super) enum Door {
    /// The port is open, and so many have been sent away.
    Open {
        port: Port,
        ear: Option<Ear>,
        strangers: usize,
    },
    /// The client is here, and the port is closed.
    Here(Stream),
    /// Nobody can come any more.
    Shut(DataFault),
}

/// Who came to a data port.
pub(super) enum Arrival {
    /// The one it was opened for.
    Client { from: SocketAddr, to: SocketAddr },
    /// Somebody else, who was sent away.
    Stranger(SocketAddr),
    /// Nobody any more.
    Nobody,
}

impl Door {
    pub(super) fn new(port: Port, ear: Option<Ear>) -> Door {
        Door::Open {
            port,
            ear,
            strangers: 0,
        }
    }

    /// The next who comes. Where it is not waited for to the end nobody is lost.
    pub(super) async fn arrival(&mut self, client: SocketAddr, allow_foreign: bool) -> Arrival {
        let Door::Open {
            port,
            ear,
            strangers,
        } = self
        else {
            return std::future::pending().await;
        };
        let accepted = port.listener.accept().await.and_then(|(stream, from)| {
            let to = stream.local_addr()?;
            Ok((Stream::new(stream, from, false, ear.clone())?, from, to))
        });
        let Ok((stream, from, to)) = accepted else {
            *self = Door::Shut(DataFault::NobodyCame);
            return Arrival::Nobody;
        };
        if may_come(allow_foreign, client, from) {
            *self = Door::Here(stream);
            return Arrival::Client { from, to };
        }
        // It comes and goes on the wire too.
        drop(stream);
        *strangers += 1;
        if *strangers >= MAX_STRANGERS {
            *self = Door::Shut(DataFault::StrangersCame);
        }
        Arrival::Stranger(from)
    }
}

/// Calls the client, from the wanted source port where the system allows it, else from any.
pub(super) fn call(
    to: SocketAddr,
    from: SocketAddr,
    within: Duration,
    ear: Option<Ear>,
) -> DataTask {
    Box::pin(async move {
        let (tried, began) = (Cell::new(None), Instant::now());
        let called = time::timeout(within, dial(to, from, &tried, ear.clone())).await;
        let refused = match &called {
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => Some(true),
            Ok(_) => None,
            Err(_) => Some(false),
        };
        if let (Some(refused), Some(from), Some(ear)) = (refused, tried.get(), &ear) {
            ear.tell(Heard::NotReached {
                from,
                to,
                refused,
                after: began.elapsed(),
            });
        }
        let called = called.ok().and_then(Result::ok);
        Done::Called(called.ok_or(DataFault::NotReached))
    })
}

/// Dials; `tried` is where it was dialled from.
async fn dial(
    to: SocketAddr,
    from: SocketAddr,
    tried: &Cell<Option<SocketAddr>>,
    ear: Option<Ear>,
) -> io::Result<Called> {
    let wanted = match dial_from(to, from, tried).await {
        Ok(stream) => return reached(stream, to, None, ear),
        // Refused from this port is refused from any.
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return Err(error),
        Err(error) => Some((from.port(), error.kind())),
    };
    let any = SocketAddr::new(from.ip(), 0);
    let stream = dial_from(to, any, tried).await?;
    reached(stream, to, wanted, ear)
}

fn reached(
    stream: TcpStream,
    to: SocketAddr,
    wanted: Option<(u16, io::ErrorKind)>,
    ear: Option<Ear>,
) -> io::Result<Called> {
    Ok(Called {
        from: stream.local_addr()?,
        to,
        wanted,
        stream: Stream::new(stream, to, true, ear)?,
    })
}

async fn dial_from(
    to: SocketAddr,
    from: SocketAddr,
    tried: &Cell<Option<SocketAddr>>,
) -> io::Result<TcpStream> {
    let socket = match to {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Many clients are called from the one port L-1.
    socket.set_reuseaddr(true)?;
    if from.is_ipv4() == to.is_ipv4() {
        socket.bind(from)?;
    }
    tried.set(socket.local_addr().ok());
    socket.connect(to).await
}

/// What is to be sent, and how.
pub(super) struct Sending {
    pub(super) source: Source,
    pub(super) offset: u64,
    pub(super) limit: Option<u64>,
    pub(super) pace: Option<(u32, Duration)>,
    pub(super) ascii: bool,
    /// How many of the first bytes are wanted back.
    pub(super) sample: usize,
    /// Given up when nothing moves for so long.
    pub(super) stall: Duration,
}

/// Sends.
pub(super) fn send(stream: Stream, folder: Folder, sending: Sending) -> DataTask {
    Box::pin(async move {
        let mut stream = stream;
        let name = match &sending.source {
            Source::File(path) => Some(path.clone()),
            Source::Disk(path) => Some(path.display().to_string()),
            Source::Bytes(_) | Source::Shared(_) => None,
        };
        let mut sent = Sent::default();
        let mut fault = match folder.open(&sending.source) {
            Ok(body) => pump(&mut stream, body, &sending, &mut sent).await.err(),
            Err(_) => Some(DataFault::NoFile),
        };
        if fault.is_none() && !go_out(&stream, sending.stall).await {
            stream.ended(Close::Rst);
            fault = Some(DataFault::Lost);
        }
        Done::Moved {
            stream,
            direction: Direction::Down,
            bytes: sent.bytes,
            sample: sent.sample,
            name,
            fault,
        }
    })
}

/// What was sent so far.
#[derive(Default)]
struct Sent {
    bytes: u64,
    sample: Vec<u8>,
}

impl Sent {
    fn note(&mut self, chunk: &[u8], most: usize) {
        self.bytes += chunk.len() as u64;
        let room = most.saturating_sub(self.sample.len()).min(chunk.len());
        self.sample.extend_from_slice(&chunk[..room]);
    }
}

async fn pump(
    stream: &mut Stream,
    mut body: Body,
    sending: &Sending,
    sent: &mut Sent,
) -> Result<(), DataFault> {
    let mut left = sending.limit.unwrap_or(u64::MAX);
    // As long as it is now: of a file that grows, what was announced is sent.
    let length = body.length().map_err(|_| DataFault::NoFile)?;
    let mut unread = length;
    // In TYPE A, REST's offset counts bytes on the wire (RFC 3659 5.1): they are made and skipped.
    let mut skip = 0;
    if sending.ascii {
        skip = sending.offset;
    } else {
        body.skip_to(sending.offset)
            .map_err(|_| DataFault::NoFile)?;
        unread = length.saturating_sub(sending.offset);
        left = left.min(unread);
    }
    #[cfg(target_os = "linux")]
    if let (Body::File(file), None, false, 0, false) = (
        &body,
        sending.pace,
        sending.ascii,
        sending.sample,
        stream.is_heard(),
    ) {
        match splice(stream, file, sending, &mut left, &mut sent.bytes).await {
            Ok(()) => return Ok(()),
            // A file system that cannot do it: by hand.
            Err(None) => {}
            Err(Some(fault)) => return Err(fault),
        }
    }
    let mut buffer = vec![0; if length <= SMALL as u64 { SMALL } else { CHUNK }];
    let mut converter = ToWire::default();
    let mut converted = Vec::new();
    while left > 0 && unread > 0 {
        let read = Read::read(&mut body, &mut buffer).map_err(|_| DataFault::NoFile)?;
        if read == 0 {
            return Err(DataFault::Shortened);
        }
        let read = usize::try_from(unread).unwrap_or(usize::MAX).min(read);
        unread -= read as u64;
        let mut bytes = &buffer[..read];
        if sending.ascii {
            converted.clear();
            converter.convert(bytes, &mut converted);
            bytes = &converted;
            let skipped = usize::try_from(skip).unwrap_or(usize::MAX).min(bytes.len());
            bytes = &bytes[skipped..];
            skip -= skipped as u64;
        }
        bytes = &bytes[..usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len())];
        left -= bytes.len() as u64;
        let piece = sending
            .pace
            .map_or(bytes.len(), |(piece, _)| piece as usize)
            .max(1);
        for chunk in bytes.chunks(piece) {
            let mut rest = chunk;
            while !rest.is_empty() {
                match time::timeout(sending.stall, stream.tcp.write(rest)).await {
                    Ok(Ok(taken)) if taken > 0 => {
                        let (bytes, after) = rest.split_at(taken);
                        stream.heard(Side::Server, bytes);
                        sent.note(bytes, sending.sample);
                        rest = after;
                    }
                    Ok(Err(_)) => {
                        stream.ended(Close::Rst);
                        return Err(DataFault::Lost);
                    }
                    Ok(Ok(_)) | Err(_) => return Err(DataFault::Lost),
                }
            }
            if let Some((_, pause)) = sending.pace
                && !pause.is_zero()
            {
                time::sleep(pause).await;
            }
        }
    }
    Ok(())
}

/// Waits until the system has put all bytes on the way; false where the client has broken the connection off. The system's
/// buffer takes megabytes that a client that reads late has not seen: a 226 that is sent now would overtake them, and who
/// stops at the reply would lose the rest.
#[cfg(target_os = "linux")]
async fn go_out(stream: &TcpStream, most: Duration) -> bool {
    let began = Instant::now();
    let mut pause = FIRST_LOOK;
    // With this limit a socket is writable when it holds nothing that was never sent.
    if socket2::SockRef::from(stream)
        .set_tcp_notsent_lowat(1)
        .is_err()
    {
        return true;
    }
    while began.elapsed() < most {
        let mut polled = [PollFd::new(stream, PollFlags::OUT)];
        if rustix::event::poll(&mut polled, Some(&Timespec::default())) != Ok(0) {
            return !polled[0].revents().contains(PollFlags::ERR);
        }
        time::sleep(pause).await;
        pause = (pause * 2).min(LAST_LOOK);
    }
    true
}

#[cfg(not(target_os = "linux"))]
async fn go_out(_: &TcpStream, _: Duration) -> bool {
    true
}

/// Lets the kernel copy a file into a socket. `Err(None)`: it does not do that with this file, and nothing was sent.
#[cfg(target_os = "linux")]
async fn splice(
    stream: &TcpStream,
    file: &fs::File,
    sending: &Sending,
    left: &mut u64,
    sent: &mut u64,
) -> Result<(), Option<DataFault>> {
    let mut offset = sending.offset;
    while *left > 0 {
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(SPLICE);
        let moving = stream.async_io(Interest::WRITABLE, || {
            Ok(rustix::fs::sendfile(stream, file, Some(&mut offset), most)?)
        });
        match time::timeout(sending.stall, moving).await {
            Ok(Ok(0)) => return Err(Some(DataFault::Shortened)),
            Ok(Ok(moved)) => {
                *sent += moved as u64;
                *left -= moved as u64;
            }
            Ok(Err(error)) if *sent == 0 && error.kind() == io::ErrorKind::InvalidInput => {
                return Err(None);
            }
            _ => return Err(Some(DataFault::Lost)),
        }
        // Others have their turn.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// How many bytes are taken, and how long nothing may come.
type Most = (u64, Duration);

/// Receives until the client closes, into a file where there is a place for it, behind so many bytes of what lies there:
/// told is its name, if it is there whole.
pub(super) fn receive(
    stream: Stream,
    place: Result<Option<Place>, DataFault>,
    before: u64,
    most: Most,
) -> DataTask {
    Box::pin(async move {
        let mut stream = stream;
        let mut received = 0;
        let outcome = match place {
            Ok(Some(place)) => store(&mut stream, place, before, most, &mut received)
                .await
                .map(Some),
            Ok(None) => fill(&mut stream, most, &mut received, |_| Ok(()))
                .await
                .map(|()| None),
            Err(fault) => Err(fault),
        };
        let (name, fault) = match outcome {
            Ok(name) => (name, None),
            Err(fault) => (None, Some(fault)),
        };
        Done::Moved {
            stream,
            direction: Direction::Up,
            bytes: received,
            sample: Vec::new(),
            name,
            fault,
        }
    })
}

async fn store(
    stream: &mut Stream,
    Place { path, name }: Place,
    before: u64,
    (limit, stall): Most,
    received: &mut u64,
) -> Result<String, DataFault> {
    let failed = |error: io::Error| DataFault::NotStored(error.kind());
    let stays = fs::metadata(&path).map_or(0, |there| there.len().min(before));
    let room = limit.checked_sub(stays).ok_or(DataFault::TooMuch)?;
    let mut part = Part::create(path, stays).map_err(failed)?;
    let keep = |bytes: &[u8]| part.write_all(bytes).map_err(failed);
    fill(stream, (room, stall), received, keep).await?;
    part.done().map_err(failed)?;
    Ok(name)
}

/// Receives until the client closes, into memory, behind what was there before; with TYPE A's line ends or not.
pub(super) fn keep(
    stream: Stream,
    folder: Folder,
    before: Option<(Source, u64)>,
    (limit, stall): Most,
    (mut content, ascii): (Kept, bool),
) -> DataTask {
    Box::pin(async move {
        let mut stream = stream;
        let mut received = 0;
        let prepared = match before {
            None => Ok(()),
            Some((source, length)) => {
                let wanted = length.min(limit);
                let read = content.grow(wanted, |out| {
                    let body = folder.open(&source)?;
                    Read::read_to_end(&mut Read::take(body, wanted), out)
                });
                match read {
                    Some(Ok(read)) if (read as u64) < wanted => Err(DataFault::Shortened),
                    Some(Ok(_)) => Ok(()),
                    Some(Err(_)) => Err(DataFault::NoFile),
                    None => Err(DataFault::NoRoom),
                }
            }
        };
        let outcome = match prepared {
            Err(fault) => Err(fault),
            Ok(()) => {
                let mut converter = FromWire::default();
                let room = limit - content.len() as u64;
                let keep = |bytes: &[u8]| {
                    let most = bytes.len() as u64;
                    let kept = if ascii {
                        // A CR that was held back may come with them.
                        content.grow(most + 1, |out| converter.convert(bytes, out))
                    } else {
                        content.grow(most, |out| out.extend_from_slice(bytes))
                    };
                    kept.ok_or(DataFault::NoRoom)
                };
                let outcome = fill(&mut stream, (room, stall), &mut received, keep).await;
                match ascii && content.grow(1, |out| converter.finish(out)).is_none() {
                    true => outcome.and(Err(DataFault::NoRoom)),
                    false => outcome,
                }
            }
        };
        Done::Kept {
            stream,
            content,
            bytes: received,
            fault: outcome.err(),
        }
    })
}

async fn fill(
    stream: &mut Stream,
    (limit, stall): Most,
    received: &mut u64,
    mut keep: impl FnMut(&[u8]) -> Result<(), DataFault>,
) -> Result<(), DataFault> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = match time::timeout(stall, stream.tcp.read(&mut buffer)).await {
            Ok(Ok(read)) => read,
            Ok(Err(_)) => {
                stream.ended(Close::Rst);
                return Err(DataFault::Lost);
            }
            _ => return Err(DataFault::Lost),
        };
        if read == 0 {
            stream.ended(Close::Fin);
            return Ok(());
        }
        stream.heard(Side::User, &buffer[..read]);
        let room = usize::try_from(limit - *received).unwrap_or(usize::MAX);
        let taken = &buffer[..read.min(room)];
        *received += taken.len() as u64;
        keep(taken)?;
        if read > room {
            return Err(DataFault::TooMuch);
        }
    }
}

/// Counts the bytes of a file as TYPE A sends them.
pub(super) fn count(folder: Folder, source: Source) -> DataTask {
    Box::pin(async move {
        let Ok(mut body) = folder.open(&source) else {
            return Done::Counted(None);
        };
        let mut converter = ToWire::default();
        let mut buffer = vec![0; CHUNK];
        let mut total = 0;
        loop {
            match Read::read(&mut body, &mut buffer) {
                Ok(0) => return Done::Counted(Some(total)),
                Ok(read) => total += converter.count(&buffer[..read]),
                Err(_) => return Done::Counted(None),
            }
            tokio::task::yield_now().await;
        }
    })
}
