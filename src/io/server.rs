//! The sockets of the fake server: listens, and carries out for each client what its [`Player`] says.
//!
//! One task a client. What is read from it and what is sent to it goes through the observer, and everything that happens
//! is told to a [`Tap`]; no sentence is made here. A client that does not read, or never comes, holds up its own task
//! and nobody else's.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinSet,
    time,
};

use super::{clock::Clock, server_data::{self, DataTask, Done, Folder}};
use crate::{
    ftp::{
        dialogue::{Close, Dialogue, Ends},
        event::{Event, Nanos, What},
        quirk,
        side::Side,
    },
    script::{
        play::Play,
        server::{DataFault, Effect, End, Input, Notice, Origin, Player},
    },
};

/// The longest command line that is kept, in bytes; longer ones get a 500.
pub const MAX_LINE: usize = 8192;
/// Clients at once, unless told otherwise; the next one gets a 421.
pub const MAX_CONNECTIONS: usize = 10_000;
/// Open data ports of all clients together, unless told otherwise; the next PASV finds none free.
pub const MAX_DATA_PORTS: usize = 1_000;
/// A client that takes none of a reply's bytes for so long is closed.
pub const STALL: Duration = Duration::from_secs(60);
/// Bytes read from a client at once.
const READ: usize = 2048;
/// Clients that wait to be accepted.
const BACKLOG: u32 = 1024;
/// Tries to find one port number that is free on both loopback addresses.
const PORT_TRIES: u32 = 20;

/// What a server is to be like.
#[derive(Debug, Clone)]
pub struct Options {
    /// The addresses to listen on. Those of a family that the system does not have are left out, unless it is the only
    /// one.
    pub bind: Vec<IpAddr>,
    /// The control port; 0 picks one that is free on all of them.
    pub port: u16,
    /// Where data ports are opened; `None`: where the system likes.
    pub passive_ports: Option<RangeInclusive<u16>>,
    /// What the script's files are below.
    pub folder: Folder,
    /// Where uploads are kept; `None`: they are counted and dropped.
    pub store: Option<PathBuf>,
    /// Clients at once.
    pub connections: usize,
    /// Data ports at once.
    pub data_ports: usize,
    /// Bytes of a command line.
    pub line: usize,
    /// End with the first client.
    pub once: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            bind: vec![
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(Ipv6Addr::LOCALHOST),
            ],
            port: 0,
            passive_ports: None,
            folder: Folder::None,
            store: None,
            connections: MAX_CONNECTIONS,
            data_ports: MAX_DATA_PORTS,
            line: MAX_LINE,
            once: false,
        }
    }
}

/// An address that cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

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
    /// A person is to type a reply: [`Effect::Ask`].
    Asks(&'a Effect),
    /// A data port was opened.
    PortOpened(SocketAddr),
    /// The data connection is there.
    DataOpened {
        /// Who opened it, from where.
        from: SocketAddr,
        /// To where.
        to: SocketAddr,
        /// The source port that was wanted and could not be had, with the reason.
        wanted: Option<(u16, io::ErrorKind)>,
    },
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

/// Where a server tells what happens: from many tasks at once, in the order of each connection.
pub trait Tap: Send + Sync + 'static {
    /// Something happened on a connection, at this time.
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>);
}

impl<F: Fn(u64, Nanos, &Happening<'_>) + Send + Sync + 'static> Tap for F {
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        self(connection, at, happening);
    }
}

/// A server that listens.
pub struct Server {
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    shared: Arc<Shared>,
}

/// What all connections of a server share.
struct Shared {
    play: Arc<Play>,
    options: Options,
    clock: Clock,
    open: AtomicUsize,
    ports: AtomicUsize,
    connections: AtomicU64,
}

impl Server {
    /// Listens. Clients that connect from now on wait until [`Server::run`].
    ///
    /// # Errors
    /// When an address cannot be listened on.
    pub async fn bind(play: Arc<Play>, options: Options) -> Result<Server, BindError> {
        let mut tries = 0;
        let (listeners, addresses) = loop {
            match listen(&options) {
                // The number that was free on the first address is taken on the second.
                Err(error)
                    if options.port == 0
                        && error.source.kind() == io::ErrorKind::AddrInUse
                        && tries < PORT_TRIES =>
                {
                    tries += 1;
                }
                other => break other?,
            }
        };
        Ok(Server {
            listeners,
            addresses,
            shared: Arc::new(Shared {
                play,
                options,
                clock: Clock::start(),
                open: AtomicUsize::new(0),
                ports: AtomicUsize::new(0),
                connections: AtomicU64::new(0),
            }),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The server's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    /// Serves clients until `shutdown` is ready (or, with `once`, the first client has gone); then closes what is open.
    /// Gives the number of clients that were served.
    pub async fn run(self, tap: Arc<dyn Tap>, shutdown: impl Future<Output = ()>) -> u64 {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let (first, mut first_done) = watch::channel(false);
        let first = Arc::new(first);
        for listener in self.listeners {
            let shared = Arc::clone(&self.shared);
            let tap = Arc::clone(&tap);
            let stopped = stopped.clone();
            let first = Arc::clone(&first);
            tasks.spawn(accept(listener, shared, tap, stopped, first));
        }
        tokio::select! {
            () = shutdown => {}
            _ = first_done.wait_for(|done| *done) => {}
        }
        let _ = stop.send(true);
        while tasks.join_next().await.is_some() {}
        self.shared.connections.load(Ordering::Relaxed)
    }
}

fn listen(options: &Options) -> Result<(Vec<TcpListener>, Vec<SocketAddr>), BindError> {
    let mut listeners = Vec::new();
    let mut addresses: Vec<SocketAddr> = Vec::new();
    let mut missing = None;
    for &ip in &options.bind {
        let port = addresses.first().map_or(options.port, SocketAddr::port);
        let address = SocketAddr::new(ip, port);
        match listener(address) {
            Ok(listener) => {
                let address = listener
                    .local_addr()
                    .map_err(|source| BindError { address, source })?;
                addresses.push(address);
                listeners.push(listener);
            }
            Err(source)
                if options.bind.len() > 1
                    && source.kind() == io::ErrorKind::AddrNotAvailable =>
            {
                missing = Some(BindError { address, source });
            }
            // A system without IPv6 says so at the socket already.
            Err(source) if options.bind.len() > 1 && source.raw_os_error() == Some(97) => {
                missing = Some(BindError { address, source });
            }
            Err(source) => return Err(BindError { address, source }),
        }
    }
    match missing {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok((listeners, addresses)),
    }
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Takes clients until it is stopped.
async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    tap: Arc<dyn Tap>,
    mut stopped: watch::Receiver<bool>,
    first: Arc<watch::Sender<bool>>,
) {
    let mut clients = JoinSet::new();
    loop {
        let (stream, client) = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            Some(_) = clients.join_next(), if !clients.is_empty() => continue,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(_) => {
                    // Out of file descriptors, or the client is gone already: others go on, and we try again.
                    time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
        if shared.options.once && number > 1 {
            continue;
        }
        let open = shared.open.fetch_add(1, Ordering::Relaxed);
        if open >= shared.options.connections {
            shared.open.fetch_sub(1, Ordering::Relaxed);
            tap.tell(number, shared.clock.now(), &Happening::TurnedAway { client });
            let _ = stream.try_write(b"421 Too many connections.\r\n");
            continue;
        }
        let task = {
            let shared = Arc::clone(&shared);
            let tap = Arc::clone(&tap);
            let stopped = stopped.clone();
            let first = Arc::clone(&first);
            async move {
                if let Some(mut connection) = Connection::new(&shared, &*tap, stream, client, number) {
                    connection.serve(stopped).await;
                }
                shared.open.fetch_sub(1, Ordering::Relaxed);
                if shared.options.once {
                    let _ = first.send(true);
                }
            }
        };
        clients.spawn(task);
    }
    while clients.join_next().await.is_some() {}
}

/// One client.
struct Connection<'s> {
    shared: &'s Shared,
    tap: &'s dyn Tap,
    number: u64,
    stream: TcpStream,
    client: SocketAddr,
    local: SocketAddr,
    dialogue: Dialogue,
    player: Player,
    listener: Option<PortLease<'s>>,
    data: Option<TcpStream>,
    task: Option<DataTask>,
}

/// An open data port, counted.
struct PortLease<'s> {
    listener: TcpListener,
    ports: &'s AtomicUsize,
}

impl Drop for PortLease<'_> {
    fn drop(&mut self) {
        self.ports.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How a conversation ended.
type Over = (Side, Close);

impl<'s> Connection<'s> {
    fn new(
        shared: &'s Shared,
        tap: &'s dyn Tap,
        stream: TcpStream,
        client: SocketAddr,
        number: u64,
    ) -> Option<Connection<'s>> {
        // A client that has gone already has no address any more.
        let local = stream.local_addr().ok()?;
        let canonical = |a: SocketAddr| SocketAddr::new(a.ip().to_canonical(), a.port());
        let (client, local) = (canonical(client), canonical(local));
        // Each reply is a packet of its own, as a student wants to see it.
        let _ = stream.set_nodelay(true);
        let now = shared.clock.now();
        let ends = Ends {
            user: Some(client),
            server: Some(local),
            midstream: false,
        };
        tap.tell(
            number,
            now,
            &Happening::Connected {
                client,
                server: local,
            },
        );
        Some(Connection {
            shared,
            tap,
            number,
            stream,
            client,
            local,
            dialogue: Dialogue::with_line_limit(ends, shared.options.line),
            player: Player::new(Arc::clone(&shared.play), client, local, now),
            listener: None,
            data: None,
            task: None,
        })
    }

    fn tell(&self, happening: &Happening<'_>) {
        self.tap
            .tell(self.number, self.shared.clock.now(), happening);
    }

    async fn serve(&mut self, stopped: watch::Receiver<bool>) {
        let (by, how) = self.converse(stopped).await;
        let now = self.shared.clock.now();
        let (number, tap) = (self.number, self.tap);
        let mut told = |event: &Event<'_>| {
            let said = Happening::Said {
                event,
                origin: None,
            };
            tap.tell(number, now, &said);
        };
        self.dialogue.end(by, how, now, &mut told);
        self.dialogue.end(by.other(), how, now, &mut told);
        self.tell(&Happening::Closed { by, how });
    }

    async fn converse(&mut self, mut stopped: watch::Receiver<bool>) -> Over {
        let mut ended = false;
        loop {
            while let Some(effect) = self
                .player
                .next(self.shared.clock.now(), self.dialogue.session())
            {
                if let Some(over) = self.carry_out(effect).await {
                    return over;
                }
            }
            let deadline = self
                .player
                .deadline()
                .map(|at| self.shared.clock.instant(at));
            let outcome = tokio::select! {
                biased;
                _ = stopped.wait_for(|stop| *stop) => return (Side::Server, Close::Fin),
                ready = self.stream.readable(), if !ended && self.player.wants_commands() => {
                    match ready.and_then(|()| self.read()) {
                        Ok(Some(false)) => {
                            ended = true;
                            self.player.take(Input::Ended, self.shared.clock.now());
                        }
                        Ok(Some(true) | None) => {}
                        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                            return (Side::Server, Close::Fin);
                        }
                        Err(_) => return (Side::User, Close::Rst),
                    }
                    None
                }
                done = run(&mut self.task), if self.task.is_some() => Some(done),
                () = until(deadline), if deadline.is_some() => None,
            };
            if let Some(done) = outcome {
                self.task = None;
                self.data_done(done);
            }
        }
    }

    /// Reads what there is. `Some(false)`: the client has closed its direction. `InvalidData`: it speaks TLS now.
    fn read(&mut self) -> io::Result<Option<bool>> {
        let mut buffer = [0; READ];
        let read = match self.stream.try_read(&mut buffer) {
            Ok(0) => return Ok(Some(false)),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        };
        let now = self.shared.clock.now();
        let mut commands: Vec<(Vec<u8>, bool)> = Vec::new();
        let mut sealed = false;
        let (number, tap) = (self.number, self.tap);
        self.dialogue
            .feed(Side::User, &buffer[..read], now, &mut |event| {
                match &event.what {
                    What::Command(command) => commands.push((command.line.to_vec(), false)),
                    What::Quirk(quirk) => {
                        if let quirk::Kind::LineTooLong { .. } = quirk.kind
                            && let Some(last) = commands.last_mut()
                        {
                            last.1 = true;
                        }
                    }
                    What::Sealed => sealed = true,
                    _ => {}
                }
                let said = Happening::Said {
                    event,
                    origin: None,
                };
                tap.tell(number, now, &said);
            });
        if sealed {
            return Err(io::ErrorKind::InvalidData.into());
        }
        for (line, too_long) in &commands {
            let command = Input::Command {
                line,
                too_long: *too_long,
            };
            self.player.take(command, now);
        }
        Ok(Some(true))
    }

    /// Does what the player says; gives how the conversation ended, if it did.
    async fn carry_out(&mut self, effect: Effect) -> Option<Over> {
        match effect {
            Effect::Send { bytes, origin } => return self.send(&bytes, origin).await,
            Effect::OpenPort => {
                self.listener = None;
                let port = self.open_port();
                if let Some(address) = port {
                    self.tell(&Happening::PortOpened(address));
                }
                self.player
                    .take(Input::Port(port), self.shared.clock.now());
            }
            Effect::ClosePort => self.listener = None,
            Effect::OpenData { call, from, within } => {
                self.data = None;
                let allow_foreign = self.shared.play.limits.allow_foreign;
                self.task = match (call, self.listener.take()) {
                    (Some(to), _) => {
                        let from = from.unwrap_or(self.local.port().wrapping_sub(1));
                        let from = SocketAddr::new(self.local.ip(), from);
                        Some(server_data::call(to, from, within))
                    }
                    (None, Some(lease)) => {
                        // The listener leaves the lease: it is closed when the connection is taken or nobody came.
                        let PortLease { .. } = &lease;
                        Some(server_data::accept(
                            lease.into_listener(),
                            self.client,
                            allow_foreign,
                            within,
                        ))
                    }
                    (None, None) => None,
                };
                if self.task.is_none() {
                    let gone = Input::Data(Err(DataFault::NotAgreed));
                    self.player.take(gone, self.shared.clock.now());
                }
            }
            Effect::SendData {
                source,
                offset,
                limit,
                pace,
            } => {
                let folder = &self.shared.options.folder;
                if let Some(stream) = self.data.take() {
                    self.task = Some(server_data::send(
                        stream,
                        folder.clone(),
                        source,
                        offset,
                        limit,
                        pace,
                    ));
                }
            }
            Effect::ReceiveData { name, limit } => {
                if let Some(stream) = self.data.take() {
                    let path = self.shared.options.store.as_ref().map(|dir| dir.join(&name));
                    self.task = Some(server_data::receive(stream, path, name, limit));
                }
            }
            Effect::CloseData(end) => {
                self.task = None;
                if let Some(stream) = self.data.take() {
                    close(&stream, end);
                }
            }
            Effect::Close(end) => {
                close(&self.stream, end);
                let how = match end {
                    End::Fin => Close::Fin,
                    End::Reset => Close::Rst,
                };
                return Some((Side::Server, how));
            }
            Effect::Tell(notice) => self.tell(&Happening::Notice(&notice)),
            asks @ Effect::Ask { .. } => self.tell(&Happening::Asks(&asks)),
        }
        None
    }

    async fn send(&mut self, bytes: &[u8], origin: Origin) -> Option<Over> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match time::timeout(STALL, self.stream.writable()).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) => return Some((Side::User, Close::Rst)),
                        Err(_) => {
                            close(&self.stream, End::Reset);
                            return Some((Side::Server, Close::Rst));
                        }
                    }
                }
                Err(_) => return Some((Side::User, Close::Rst)),
            }
        }
        let now = self.shared.clock.now();
        let (number, tap) = (self.number, self.tap);
        self.dialogue.feed(Side::Server, bytes, now, &mut |event| {
            let said = Happening::Said {
                event,
                origin: Some(origin),
            };
            tap.tell(number, now, &said);
        });
        None
    }

    /// Opens a data port on the address that the client reached.
    fn open_port(&mut self) -> Option<SocketAddr> {
        let ports = &self.shared.ports;
        if ports.fetch_add(1, Ordering::Relaxed) >= self.shared.options.data_ports {
            ports.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let ip = self.local.ip();
        let bound = match self.passive_ports() {
            None => bind_port(ip, 0),
            Some(range) => {
                // Not the same port again at once: the paper's remark on TIME-WAIT, and easier to tell apart.
                let first = *range.start();
                let size = u32::from(*range.end() - first) + 1;
                let start = (self.number as u32).wrapping_mul(7).wrapping_add(self.shared.clock.now() as u32 / 1024);
                (0..size)
                    .map(|n| first + ((start % size + n) % size) as u16)
                    .find_map(|port| bind_port(ip, port))
            }
        };
        let Some((listener, address)) = bound else {
            ports.fetch_sub(1, Ordering::Relaxed);
            return None;
        };
        self.listener = Some(PortLease { listener, ports });
        Some(address)
    }

    fn passive_ports(&self) -> Option<RangeInclusive<u16>> {
        let from_script = || self.shared.play.script.settings.passive_ports.clone();
        self.shared.options.passive_ports.clone().or_else(from_script)
    }

    fn data_done(&mut self, done: Done) {
        let now = self.shared.clock.now();
        let input = match done {
            Done::Opened(Ok(opened)) => {
                for stranger in &opened.strangers {
                    self.tell(&Happening::Stranger(*stranger));
                }
                self.tell(&Happening::DataOpened {
                    from: opened.from,
                    to: opened.to,
                    wanted: opened.wanted,
                });
                self.data = Some(opened.stream);
                Input::Data(Ok(()))
            }
            Done::Opened(Err(fault)) => Input::Data(Err(fault)),
            Done::Moved {
                stream,
                direction,
                bytes,
                name,
                fault,
            } => {
                self.data = stream;
                self.tell(&Happening::Data {
                    direction,
                    bytes,
                    name: name.as_deref(),
                    fault,
                });
                Input::Moved { bytes, fault }
            }
        };
        self.player.take(input, now);
    }
}
