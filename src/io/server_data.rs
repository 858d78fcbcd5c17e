//! Data connections of the fake server: taking one by accept or by connect, and moving bytes. Each is a future of its
//! own, so that the control connection stays awake and an ABOR simply drops it.

use std::{
    fmt, fs,
    io::{self, Read, Seek, SeekFrom, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time,
};

use super::server::Port;
use crate::script::{
    server::{DataFault, Source, may_come},
    watch::Direction,
};

/// Bytes read from a file or a socket at once.
const CHUNK: usize = 128 * 1024;
/// A data connection on which nothing moves for so long is given up.
const STALL: Duration = Duration::from_secs(300);
/// Strangers that are sent away from a data port before it is given up.
const MAX_STRANGERS: usize = 100;

/// Finds a file that is built into the program.
type Find = dyn Fn(&str) -> Option<&'static [u8]> + Send + Sync;

/// Where a script's files are.
#[derive(Clone, Default)]
pub enum Folder {
    /// Nowhere.
    #[default]
    None,
    /// In this folder; links that lead out of it are not followed.
    Disk(PathBuf),
    /// In the program.
    Inside(Arc<Find>),
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Folder::None => f.write_str("None"),
            Folder::Disk(dir) => write!(f, "Disk({})", dir.display()),
            Folder::Inside(_) => f.write_str("Inside"),
        }
    }
}

/// Bytes to be read from somewhere.
enum Body {
    Memory(io::Cursor<Memory>),
    File(fs::File),
}

enum Memory {
    Ours(Vec<u8>),
    Inside(&'static [u8]),
}

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        match self {
            Memory::Ours(bytes) => bytes,
            Memory::Inside(bytes) => bytes,
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Body::Memory(cursor) => Read::read(cursor, buffer),
            Body::File(file) => Read::read(file, buffer),
        }
    }
}

impl Folder {
    fn open(&self, source: Source, offset: u64) -> io::Result<Body> {
        let memory = |bytes: Memory| {
            let mut cursor = io::Cursor::new(bytes);
            cursor.set_position(offset);
            Body::Memory(cursor)
        };
        let path = match source {
            Source::Bytes(bytes) => return Ok(memory(Memory::Ours(bytes))),
            Source::File(path) => path,
        };
        match self {
            Folder::None => Err(io::ErrorKind::NotFound.into()),
            Folder::Inside(find) => find(&path)
                .map(|bytes| memory(Memory::Inside(bytes)))
                .ok_or_else(|| io::ErrorKind::NotFound.into()),
            Folder::Disk(dir) => {
                let mut file = open_below(dir, &path)?;
                file.seek(SeekFrom::Start(offset))?;
                Ok(Body::File(file))
            }
        }
    }
}

/// Opens a regular file below `dir`; not one that a link leads out of it to.
fn open_below(dir: &Path, path: &str) -> io::Result<fs::File> {
    let root = dir.canonicalize()?;
    let real = root.join(path).canonicalize()?;
    if !real.starts_with(&root) {
        return Err(io::ErrorKind::NotFound.into());
    }
    // A pipe would keep the open waiting.
    if !fs::metadata(&real)?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    fs::File::open(real)
}

/// What a data task came to.
pub(super) enum Done {
    /// A connection was taken, or not.
    Opened(Result<Opened, DataFault>),
    /// Bytes were moved.
    Moved {
        /// The connection, where it is still of use.
        stream: Option<TcpStream>,
        direction: Direction,
        bytes: u64,
        name: Option<String>,
        fault: Option<DataFault>,
    },
}

/// A data connection.
pub(super) struct Opened {
    pub(super) stream: TcpStream,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) active: bool,
    pub(super) wanted: Option<(u16, io::ErrorKind)>,
    pub(super) strangers: Vec<SocketAddr>,
}

/// Something that goes on on the data connection.
pub(super) type DataTask = Pin<Box<dyn Future<Output = Done>>>;

/// Accepts the client.
pub(super) fn accept(
    port: Port,
    client: SocketAddr,
    allow_foreign: bool,
    within: Duration,
) -> DataTask {
    Box::pin(async move {
        let mut strangers = Vec::new();
        let accepting = async {
            loop {
                let (stream, from) = port.listener.accept().await.ok()?;
                if may_come(allow_foreign, client, from) {
                    return Some((stream, from));
                }
                strangers.push(from);
                if strangers.len() >= MAX_STRANGERS {
                    return None;
                }
            }
        };
        let accepted = time::timeout(within, accepting).await.ok().flatten();
        let opened = accepted.and_then(|(stream, from)| {
            let to = stream.local_addr().ok()?;
            Some(Opened {
                stream,
                from,
                to,
                active: false,
                wanted: None,
                strangers,
            })
        });
        Done::Opened(opened.ok_or(DataFault::NobodyCame))
    })
}

/// Calls the client, from the wanted source port where the system allows it, else from any.
pub(super) fn call(to: SocketAddr, from: SocketAddr, within: Duration) -> DataTask {
    Box::pin(async move {
        let called = time::timeout(within, dial(to, from)).await;
        let opened = called.ok().and_then(Result::ok);
        Done::Opened(opened.ok_or(DataFault::NotReached))
    })
}

async fn dial(to: SocketAddr, from: SocketAddr) -> io::Result<Opened> {
    let wanted = match dial_from(to, from).await {
        Ok(stream) => return opened(stream, to, None),
        // Refused from this port is refused from any.
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return Err(error),
        Err(error) => Some((from.port(), error.kind())),
    };
    let any = SocketAddr::new(from.ip(), 0);
    let stream = dial_from(to, any).await?;
    opened(stream, to, wanted)
}

fn opened(
    stream: TcpStream,
    to: SocketAddr,
    wanted: Option<(u16, io::ErrorKind)>,
) -> io::Result<Opened> {
    Ok(Opened {
        from: stream.local_addr()?,
        to,
        active: true,
        wanted,
        strangers: Vec::new(),
        stream,
    })
}

async fn dial_from(to: SocketAddr, from: SocketAddr) -> io::Result<TcpStream> {
    let socket = match to {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Many clients are called from the one port L-1.
    socket.set_reuseaddr(true)?;
    if from.is_ipv4() == to.is_ipv4() {
        socket.bind(from)?;
    }
    socket.connect(to).await
}

/// Sends.
pub(super) fn send(
    stream: TcpStream,
    folder: Folder,
    source: Source,
    offset: u64,
    limit: Option<u64>,
    pace: Option<(u32, Duration)>,
) -> DataTask {
    Box::pin(async move {
        let mut stream = stream;
        let name = match &source {
            Source::File(path) => Some(path.clone()),
            Source::Bytes(_) => None,
        };
        let (bytes, fault) = match folder.open(source, offset) {
            Ok(body) => {
                let mut sent = 0;
                let outcome = pump(&mut stream, body, limit, pace, &mut sent).await;
                (sent, outcome.err())
            }
            Err(_) => (0, Some(DataFault::NoFile)),
        };
        Done::Moved {
            stream: Some(stream),
            direction: Direction::Down,
            bytes,
            name,
            fault,
        }
    })
}

async fn pump(
    stream: &mut TcpStream,
    body: Body,
    limit: Option<u64>,
    pace: Option<(u32, Duration)>,
    sent: &mut u64,
) -> Result<(), DataFault> {
    let mut body = body.take(limit.unwrap_or(u64::MAX));
    let small = body_is_small(&body);
    let mut buffer = vec![0; if small { 4096 } else { CHUNK }];
    loop {
        let read = Read::read(&mut body, &mut buffer).map_err(|_| DataFault::NoFile)?;
        if read == 0 {
            return Ok(());
        }
        let piece = pace.map_or(read, |(piece, _)| piece.max(1) as usize);
        for chunk in buffer[..read].chunks(piece) {
            match time::timeout(STALL, stream.write_all(chunk)).await {
                Ok(Ok(())) => *sent += chunk.len() as u64,
                _ => return Err(DataFault::Lost),
            }
            if let Some((_, pause)) = pace
                && !pause.is_zero()
            {
                time::sleep(pause).await;
            }
        }
    }
}

/// True for a few lines of a listing, for which a large buffer would be a waste.
fn body_is_small(body: &io::Take<Body>) -> bool {
    match body.get_ref() {
        Body::Memory(cursor) => cursor.get_ref().as_ref().len() <= 4096,
        Body::File(_) => false,
    }
}

/// Receives until the client closes, into `path` where there is one.
pub(super) fn receive(
    stream: TcpStream,
    path: Option<PathBuf>,
    name: String,
    limit: u64,
) -> DataTask {
    Box::pin(async move {
        let mut stream = stream;
        let mut received = 0;
        let kept = path.is_some();
        let outcome = fill(&mut stream, path, limit, &mut received).await;
        Done::Moved {
            stream: Some(stream),
            direction: Direction::Up,
            bytes: received,
            name: kept.then_some(name),
            fault: outcome.err(),
        }
    })
}

async fn fill(
    stream: &mut TcpStream,
    path: Option<PathBuf>,
    limit: u64,
    received: &mut u64,
) -> Result<(), DataFault> {
    let mut file = match path {
        Some(path) => Some(create(&path).map_err(|_| DataFault::NotStored)?),
        None => None,
    };
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = match time::timeout(STALL, stream.read(&mut buffer)).await {
            Ok(Ok(read)) => read,
            _ => return Err(DataFault::Lost),
        };
        if read == 0 {
            return match file.as_mut().map(Write::flush) {
                Some(Err(_)) => Err(DataFault::NotStored),
                _ => Ok(()),
            };
        }
        let room = usize::try_from(limit - *received).unwrap_or(usize::MAX);
        let taken = &buffer[..read.min(room)];
        if let Some(file) = &mut file {
            file.write_all(taken).map_err(|_| DataFault::NotStored)?;
        }
        *received += taken.len() as u64;
        if read > room {
            return Err(DataFault::TooMuch);
        }
    }
}

/// Creates a file for an upload, in place of a regular file of the same name; never through a link.
fn create(path: &Path) -> io::Result<fs::File> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => Err(io::ErrorKind::AlreadyExists.into()),
        _ => fs::File::create(path),
    }
}
