//! The sockets of the fake server: listens, and carries out for each client what its [`Player`] says.
//!
//! One task a client, all in one thread: what a client does is little, and whoever watches hears of everything in order
//! and without a lock. What is read from a client and what is sent to it goes through the observer, and everything that
//! happens is told to a [`Tap`]; no sentence is made here. A client that does not read, or never comes, holds up its own
//! task and nobody else's.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    pin::Pin,
    rc::Rc,
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch},
    task::{JoinSet, LocalSet, spawn_local},
    time,
};

pub use super::server_files::{Folder, Shelf, TreeError};
pub use super::server_wire::{Channel, Heard};
use super::{
    clock,
    editor::Typed,
    person::{self, Person},
    server_data::{self, DataTask, Done, Sending},
    server_wire::{Ear, Stream},
};
use crate::{
    ftp::{
        dialogue::{Close, Dialogue, Ends},
        event::{Event, Nanos, What},
        quirk,
        side::Side,
    },
    script::{
        effect::{DataFault, Effect, End, Hand, Input, Notice, Origin},
        play::Play,
        server::Player,
        watch::{Direction, Happening},
    },
};

/// The longest command line that is kept, in bytes; longer ones get a 500.
pub const MAX_LINE: usize = 8192;
/// Files of the program's own, beside those of clients: listeners, scripts, logs, a recording.
const OWN_FILES: u64 = 16;
/// One in so many of the files that the system allows is for data connections.
const DATA_SHARE: u64 = 4;
/// Clients at once, unless told otherwise; the next one gets a 421.
pub const MAX_CONNECTIONS: usize = 10_000;
/// Open data ports of all clients together, unless told otherwise; the next PASV finds none free.
pub const MAX_DATA_PORTS: usize = 1_000;
/// A client that takes none of a reply's bytes for so long is closed, in the program.
pub const STALL: Duration = Duration::from_secs(60);
/// Bytes read from a client at once.
const READ: usize = 2048;
/// Effects that are carried out for one client before others have their turn.
const TURN: u32 = 16;
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
    /// What the first connection's number is one above.
    pub numbered_above: u64,
    /// Data ports at once.
    pub data_ports: usize,
    /// Bytes of a command line.
    pub line: usize,
    /// End with the first client.
    pub once: bool,
    /// How many of the first bytes of each file that is sent are told.
    pub sample: usize,
    /// Every byte is told to [`Tap::wire`].
    pub wire: bool,
    /// A client that takes none of a reply's bytes for so long is closed.
    pub stall: Duration,
    /// A data connection on which nothing moves for so long is given up.
    pub data_stall: Duration,
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
            numbered_above: 0,
            data_ports: MAX_DATA_PORTS,
            line: MAX_LINE,
            once: false,
            sample: 0,
            wire: false,
            stall: STALL,
            data_stall: server_data::STALL,
        }
    }
}

/// Why a server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The system has no thread, event queue or signal handler to give.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// Where a server tells what happens, in order.
pub trait Tap {
    /// Something happened on a connection, at this time.
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>);

    /// Something went over one of a connection's wires. Told where [`Options::wire`] asks for it.
    fn wire(&self, connection: u64, channel: Channel, at: Nanos, heard: &Heard<'_>) {
        let _ = (connection, channel, at, heard);
    }
}

impl<F: Fn(u64, Nanos, &Happening<'_>)> Tap for F {
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        self(connection, at, happening);
    }
}

/// A server that listens. It belongs to the thread that runs it; a [`Stopper`] can end it from any other.
///
/// ```no_run
/// # use ftplab::{io::server::{Options, Server}, script::{play::Play, watch::Happening}};
/// # fn example(play: std::sync::Arc<Play>) -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::bind(play, Options::default())?;
/// let address = server.addresses()[0];
/// let stopper = server.stopper();
/// let thread = std::thread::spawn(move || server.run(|_: u64, _: u64, _: &Happening<'_>| {}));
/// // … clients talk to `address` …
/// stopper.stop();
/// let clients = thread.join();
/// # Ok(()) }
/// ```
pub struct Server {
    runtime: Runtime,
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    play: Arc<Play>,
    options: Options,
    stop: watch::Sender<bool>,
    given: Option<mpsc::Receiver<(u64, Given)>>,
}

/// What a person who plays the server says and wants done.
#[derive(Debug, Clone)]
pub enum Given {
    /// A reply, or a line of one.
    Reply(Vec<u8>),
    /// Something with the data connection.
    Hand(Hand),
}

/// What may wait to be carried out for a person; nobody types faster.
const MAX_GIVEN: usize = 64;

/// Takes what a person types to the connection it is for. From any thread.
#[derive(Debug, Clone)]
pub struct Commander(mpsc::Sender<(u64, Given)>);

impl Commander {
    /// Has it done on this connection, if that is still there. Not to be called in the server's own thread.
    pub fn give(&self, connection: u64, given: Given) {
        // A server that has ended has nobody left to say it to.
        let _ = self.0.blocking_send((connection, given));
    }

    /// The same in the server's own thread.
    pub(super) async fn give_here(&self, connection: u64, given: Given) {
        let _ = self.0.send((connection, given)).await;
    }
}

/// Ends a server: closes its connections and lets [`Server::run`] return.
#[derive(Debug, Clone)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Ends it.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// What all connections of a server share.
struct Shared {
    play: Arc<Play>,
    options: Options,
    tap: Rc<dyn Tap>,
    open: Cell<usize>,
    ports: Rc<Cell<usize>>,
    connections: Cell<u64>,
    stop: watch::Sender<bool>,
    /// Where what a person types goes, by connection; `None` where nobody types.
    hands: Option<RefCell<HashMap<u64, mpsc::Sender<Given>>>>,
}

impl Shared {
    /// Who hears of a connection of this client, if anybody does.
    fn ear(&self, connection: u64, channel: Channel) -> Option<Ear> {
        self.options.wire.then(|| Ear {
            tap: Rc::clone(&self.tap),
            connection,
            channel,
        })
    }
}

impl Server {
    /// Listens. Clients that connect from now on wait until [`Server::run`].
    ///
    /// # Errors
    /// When an address cannot be listened on.
    pub fn bind(play: Arc<Play>, options: Options) -> Result<Server, StartError> {
        let runtime = super::signal::runtime()?;
        let entered = runtime.enter();
        let mut tries = 0;
        let (listeners, addresses) = loop {
            match listen(&options) {
                // The number that was free on the first address is taken on the second.
                Err(StartError::Bind { source, .. })
                    if options.port == 0
                        && source.kind() == io::ErrorKind::AddrInUse
                        && tries < PORT_TRIES =>
                {
                    tries += 1;
                }
                other => break other?,
            }
        };
        drop(entered);
        Ok(Server {
            runtime,
            listeners,
            addresses,
            play,
            options,
            stop: watch::Sender::new(false),
            given: None,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.stop.clone())
    }

    /// What takes a person's replies to the connections; for a [`Play`] that is played by hand.
    #[must_use]
    pub fn commander(&mut self) -> Commander {
        let (to, from) = mpsc::channel(MAX_GIVEN);
        self.given = Some(from);
        Commander(to)
    }

    /// From now on Ctrl-C (SIGINT) and SIGTERM end it, in place of the program.
    ///
    /// # Errors
    /// When the system takes no handler.
    pub fn stop_on_interrupt(&self) -> Result<(), StartError> {
        let entered = self.runtime.enter();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let stopper = self.stopper();
        self.runtime.spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            stopper.stop();
        });
        drop(entered);
        Ok(())
    }

    /// Serves clients in this thread until it is stopped (or, with `once`, the first client has gone), then closes what
    /// is open. Gives the number of clients that were served.
    pub fn run(self, tap: impl Tap + 'static) -> u64 {
        self.serve(tap, None)
    }

    /// The same with a person who types replies: what the keyboard reports comes from `keys`.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn run_by_hand(
        mut self,
        tap: impl Tap + 'static,
        person: Rc<dyn Person>,
        keys: Receiver<Typed>,
    ) -> io::Result<u64> {
        let keys = person::keys(keys)?;
        let commander = self.commander();
        let attending = person::attend(person, keys, commander, self.stop.clone());
        Ok(self.serve(tap, Some(Box::pin(attending))))
    }

    fn serve(
        self,
        tap: impl Tap + 'static,
        beside: Option<Pin<Box<dyn Future<Output = ()>>>>,
    ) -> u64 {
        let Server {
            runtime,
            listeners,
            play,
            options,
            stop,
            given,
            ..
        } = self;
        let shared = Rc::new(Shared {
            connections: Cell::new(options.numbered_above),
            play,
            options,
            tap: Rc::new(tap),
            open: Cell::new(0),
            ports: Rc::new(Cell::new(0)),
            stop,
            hands: given.is_some().then(RefCell::default),
        });
        let tasks = LocalSet::new();
        runtime.block_on(tasks.run_until(async {
            if let Some(beside) = beside {
                spawn_local(beside);
            }
            if let Some(given) = given {
                spawn_local(hand_out(given, Rc::clone(&shared)));
            }
            let mut doors = JoinSet::new();
            for listener in listeners {
                doors.spawn_local(accept(listener, Rc::clone(&shared)));
            }
            while doors.join_next().await.is_some() {}
        }));
        shared.connections.get()
    }
}

fn listen(options: &Options) -> Result<(Vec<TcpListener>, Vec<SocketAddr>), StartError> {
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
                    .map_err(|source| StartError::Bind { address, source })?;
                addresses.push(address);
                listeners.push(listener);
            }
            Err(source)
                if options.bind.len() > 1 && source.kind() == io::ErrorKind::AddrNotAvailable =>
            {
                missing = Some(StartError::Bind { address, source });
            }
            // A system without IPv6 says so at the socket already.
            Err(source) if options.bind.len() > 1 && source.raw_os_error() == Some(97) => {
                missing = Some(StartError::Bind { address, source });
            }
            Err(source) => return Err(StartError::Bind { address, source }),
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

/// What the system's limit of open files allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Open files of this process.
    pub files: u64,
    /// Clients at once, so that each of them still gets data connections.
    pub clients: usize,
}

impl Room {
    /// Asks the system for as many open files as it gives without root. `None` where it sets no limit.
    #[must_use]
    pub fn ask() -> Option<Room> {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Where it may not be raised, what is there counts.
        let _ = setrlimit(Resource::Nofile, limit);
        getrlimit(Resource::Nofile).current.map(Room::of)
    }

    fn of(files: u64) -> Room {
        let clients = files
            .saturating_sub(files / DATA_SHARE)
            .saturating_sub(OWN_FILES)
            .max(1);
        Room {
            files,
            clients: usize::try_from(clients).unwrap_or(usize::MAX),
        }
    }
}

/// Takes clients until the server is stopped.
async fn accept(listener: TcpListener, shared: Rc<Shared>) {
    let mut clients = JoinSet::new();
    let mut stopped = shared.stop.subscribe();
    loop {
        let (stream, client) = tokio::select! {
            () = stop(&mut stopped) => break,
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
        if shared.options.once && shared.connections.get() > shared.options.numbered_above {
            continue;
        }
        let number = shared.connections.get() + 1;
        shared.connections.set(number);
        if shared.open.get() >= shared.options.connections {
            let now = clock::now();
            shared
                .tap
                .tell(number, now, &Happening::TurnedAway { client });
            let ear = shared.ear(number, Channel::Control);
            if let Ok(stream) = Stream::new(stream, client, false, ear) {
                let line: &[u8] = if shared.hands.is_some() {
                    b"421 One client at a time: this server is played by hand.\r\n"
                } else {
                    b"421 Too many connections.\r\n"
                };
                if let Ok(sent) = stream.try_write(line) {
                    stream.heard(Side::Server, &line[..sent]);
                }
            }
            continue;
        }
        shared.open.set(shared.open.get() + 1);
        let shared = Rc::clone(&shared);
        clients.spawn_local(async move {
            if let Some(mut connection) = Connection::new(&shared, stream, client, number) {
                connection.serve(shared.stop.subscribe()).await;
            }
            shared.open.set(shared.open.get() - 1);
            if shared.options.once {
                shared.stop.send_replace(true);
            }
        });
    }
    while clients.join_next().await.is_some() {}
}

/// Takes what a person types to its connection.
async fn hand_out(mut given: mpsc::Receiver<(u64, Given)>, shared: Rc<Shared>) {
    while let Some((connection, given)) = given.recv().await {
        let to = shared
            .hands
            .as_ref()
            .and_then(|hands| hands.borrow().get(&connection).cloned());
        if let Some(to) = to {
            // Who types waits for a client that takes nothing; a connection that has ended takes nothing any more.
            let _ = to.send(given).await;
        }
    }
}

/// One client.
struct Connection<'s> {
    shared: &'s Shared,
    number: u64,
    stream: Stream,
    client: SocketAddr,
    local: SocketAddr,
    dialogue: Dialogue,
    player: Player,
    port: Option<Port>,
    data: Option<Stream>,
    task: Option<DataTask>,
    /// The client has closed its direction.
    ended: bool,
    /// What a person types for this connection.
    given: Option<mpsc::Receiver<Given>>,
}

/// An open data port. While it exists it is counted.
pub(super) struct Port {
    pub(super) listener: TcpListener,
    ports: Rc<Cell<usize>>,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.ports.set(self.ports.get() - 1);
    }
}

/// How a conversation ended.
type Over = (Side, Close);

impl<'s> Connection<'s> {
    fn new(
        shared: &'s Shared,
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
        let now = clock::now();
        let ends = Ends {
            user: Some(client),
            server: Some(local),
            midstream: false,
        };
        shared.tap.tell(
            number,
            now,
            &Happening::Connected {
                client,
                server: local,
            },
        );
        let ear = shared.ear(number, Channel::Control);
        let stream = Stream::new(stream, client, false, ear).ok()?;
        let mut dialogue = Dialogue::with_line_limit(ends, shared.options.line);
        dialogue.starts_in(b"/");
        Some(Connection {
            shared,
            number,
            stream,
            client,
            local,
            dialogue,
            player: Player::new(Arc::clone(&shared.play), client, local, now),
            port: None,
            data: None,
            task: None,
            ended: false,
            given: shared.hands.as_ref().map(|hands| {
                let (to, from) = mpsc::channel(MAX_GIVEN);
                hands.borrow_mut().insert(number, to);
                from
            }),
        })
    }

    fn tell(&self, happening: &Happening<'_>) {
        self.shared.tap.tell(self.number, clock::now(), happening);
    }

    async fn serve(&mut self, stopped: watch::Receiver<bool>) {
        let (by, how) = self.converse(stopped).await;
        let now = clock::now();
        let (number, tap) = (self.number, &self.shared.tap);
        let mut told = |event: &Event<'_>| {
            let said = Happening::Said {
                event,
                origin: None,
            };
            tap.tell(number, now, &said);
        };
        self.dialogue.end(by, how, now, &mut told);
        self.dialogue.end(by.other(), how, now, &mut told);
        if let Some(hands) = &self.shared.hands {
            hands.borrow_mut().remove(&self.number);
        }
        self.tell(&Happening::Closed { by, how });
    }

    async fn converse(&mut self, mut stopped: watch::Receiver<bool>) -> Over {
        let mut turn = 0;
        loop {
            while let Some(effect) = self.player.next(clock::now(), self.dialogue.session()) {
                if let Some(over) = self.carry_out(effect).await {
                    return over;
                }
                turn += 1;
                if turn % TURN == 0 {
                    tokio::task::yield_now().await;
                }
            }
            let deadline = self.player.deadline().map(clock::instant);
            let outcome = tokio::select! {
                biased;
                () = stop(&mut stopped) => return (Side::Server, Close::Fin),
                ready = self.stream.readable(), if !self.ended && self.player.wants_commands() => {
                    match ready.and_then(|()| self.read()) {
                        Ok(Some(false)) => {
                            self.ended = true;
                            self.player.take(Input::Ended, clock::now());
                        }
                        Ok(Some(true) | None) => {}
                        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                            return (Side::Server, Close::Fin);
                        }
                        Err(_) => {
                            self.stream.ended(Close::Rst);
                            return (Side::User, Close::Rst);
                        }
                    }
                    None
                }
                done = run(&mut self.task), if self.task.is_some() => Some(done),
                given = hear(&mut self.given), if self.given.is_some() => {
                    let now = clock::now();
                    match given {
                        Some(Given::Reply(line)) => self.player.take(Input::Typed(&line), now),
                        Some(Given::Hand(hand)) => self.player.take(Input::Hand(hand), now),
                        None => self.given = None,
                    }
                    None
                }
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
            Ok(0) => {
                self.stream.ended(Close::Fin);
                return Ok(Some(false));
            }
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        };
        self.stream.heard(Side::User, &buffer[..read]);
        let now = clock::now();
        let mut commands: Vec<(Vec<u8>, bool)> = Vec::new();
        let mut sealed = false;
        let (number, tap) = (self.number, &self.shared.tap);
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
                self.port = None;
                let port = self.open_port();
                if let Some(address) = port {
                    self.tell(&Happening::PortOpened(address));
                }
                self.player.take(Input::Port(port), clock::now());
            }
            Effect::ClosePort => self.port = None,
            Effect::OpenData { call, from, within } => {
                self.data = None;
                let allow_foreign = self.shared.play.limits.allow_foreign;
                let ear = self.shared.ear(self.number, Channel::Data);
                self.task = match (call, self.port.take()) {
                    (Some(to), _) => {
                        let from = from.unwrap_or(self.local.port().wrapping_sub(1));
                        let from = SocketAddr::new(self.local.ip(), from);
                        Some(server_data::call(to, from, within, ear))
                    }
                    (None, Some(port)) => Some(server_data::accept(
                        port,
                        self.client,
                        allow_foreign,
                        within,
                        ear,
                    )),
                    (None, None) => None,
                };
                if self.task.is_none() {
                    let gone = Input::Data(Err(DataFault::NotAgreed));
                    self.player.take(gone, clock::now());
                }
            }
            Effect::SendData {
                source,
                offset,
                limit,
                pace,
                ascii,
            } => {
                let sending = Sending {
                    source,
                    offset,
                    limit,
                    pace,
                    ascii,
                    sample: self.shared.options.sample,
                    stall: self.shared.options.data_stall,
                };
                let folder = self.shared.options.folder.clone();
                if let Some(stream) = self.data.take() {
                    self.task = Some(server_data::send(stream, folder, sending));
                }
            }
            Effect::KeepData {
                before,
                limit,
                ascii,
            } => {
                let folder = self.shared.options.folder.clone();
                if let Some(stream) = self.data.take() {
                    self.task = Some(server_data::keep(
                        stream,
                        folder,
                        before,
                        (limit, self.shared.options.data_stall),
                        ascii,
                    ));
                }
            }
            Effect::Count(source) => {
                let folder = self.shared.options.folder.clone();
                self.task = Some(server_data::count(folder, source));
            }
            Effect::Look(source) => {
                let found = self.shared.options.folder.look(&source);
                self.player.take(Input::Looked(found), clock::now());
            }
            Effect::ReceiveData { name, to, limit } => {
                if let Some(stream) = self.data.take() {
                    let store = self.shared.options.store.as_ref();
                    let path = to.or_else(|| store.map(|dir| dir.join(&name)));
                    self.task = Some(server_data::receive(
                        stream,
                        path,
                        name,
                        (limit, self.shared.options.data_stall),
                    ));
                }
            }
            Effect::CloseData(end) => {
                self.task = None;
                if let Some(stream) = self.data.take() {
                    stream.close(end);
                }
            }
            Effect::Close(end) => {
                self.stream.close(end);
                return Some(match end {
                    End::Reset => (Side::Server, Close::Rst),
                    End::Fin if self.ended => (Side::User, Close::Fin),
                    End::Fin => (Side::Server, Close::Fin),
                });
            }
            Effect::Tell(notice) => self.tell(&Happening::Notice(&notice)),
            Effect::Ask(ask) => self.tell(&Happening::Asks(&ask)),
        }
        None
    }

    async fn send(&mut self, bytes: &[u8], origin: Origin) -> Option<Over> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(written) => {
                    self.stream.heard(Side::Server, &rest[..written]);
                    rest = &rest[written..];
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let stall = self.shared.options.stall;
                    match time::timeout(stall, self.stream.writable()).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) => return Some((Side::User, Close::Rst)),
                        Err(_) => {
                            self.tell(&Happening::Notice(&Notice::Stalled(stall)));
                            self.stream.close(End::Reset);
                            return Some((Side::Server, Close::Rst));
                        }
                    }
                }
                Err(_) => return Some((Side::User, Close::Rst)),
            }
        }
        let now = clock::now();
        let (number, tap) = (self.number, &self.shared.tap);
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
        if ports.get() >= self.shared.options.data_ports {
            return None;
        }
        let ip = self.local.ip();
        let bound = match self.passive_ports() {
            None => bind_port(ip, 0),
            Some(range) => {
                // Not the same port again at once: the paper's remark on TIME-WAIT, and easier to tell apart.
                let first = *range.start();
                let size = u32::from(*range.end() - first) + 1;
                let start = (self.number as u32)
                    .wrapping_mul(7)
                    .wrapping_add(clock::now() as u32 / 1024);
                (0..size)
                    .map(|n| first + ((start % size + n) % size) as u16)
                    .find_map(|port| bind_port(ip, port))
            }
        };
        let (listener, address) = bound?;
        ports.set(ports.get() + 1);
        self.port = Some(Port {
            listener,
            ports: Rc::clone(ports),
        });
        Some(address)
    }

    fn passive_ports(&self) -> Option<RangeInclusive<u16>> {
        let from_script = || self.shared.play.script.settings.passive_ports.clone();
        self.shared
            .options
            .passive_ports
            .clone()
            .or_else(from_script)
    }

    fn data_done(&mut self, done: Done) {
        let now = clock::now();
        let input = match done {
            Done::Opened { opened, strangers } => {
                for stranger in strangers {
                    self.tell(&Happening::Stranger(stranger));
                }
                let opened = match opened {
                    Ok(opened) => opened,
                    Err(fault) => return self.player.take(Input::Data(Err(fault)), now),
                };
                self.tell(&Happening::DataOpened {
                    from: opened.from,
                    to: opened.to,
                    active: opened.active,
                    wanted: opened.wanted,
                });
                self.data = Some(opened.stream);
                Input::Data(Ok(()))
            }
            Done::Moved {
                stream,
                direction,
                bytes,
                sample,
                name,
                fault,
            } => {
                self.data = Some(stream);
                self.tell(&Happening::Data {
                    direction,
                    bytes,
                    name: name.as_deref(),
                    sample: &sample,
                    fault,
                });
                Input::Moved { bytes, fault }
            }
            Done::Kept {
                stream,
                content,
                bytes,
                fault,
            } => {
                self.data = Some(stream);
                self.tell(&Happening::Data {
                    direction: Direction::Up,
                    bytes,
                    name: None,
                    sample: &[],
                    fault,
                });
                Input::Kept {
                    content,
                    bytes,
                    fault,
                }
            }
            Done::Counted(count) => Input::Counted(count),
        };
        self.player.take(input, now);
    }
}

/// Waits until the server is stopped.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Waits for what a person types.
async fn hear(given: &mut Option<mpsc::Receiver<Given>>) -> Option<Given> {
    match given {
        Some(given) => given.recv().await,
        None => std::future::pending().await,
    }
}

/// Waits for the data task.
async fn run(task: &mut Option<DataTask>) -> Done {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<std::time::Instant>) {
    match deadline {
        Some(at) => time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

fn bind_port(ip: IpAddr, port: u16) -> Option<(TcpListener, SocketAddr)> {
    let listener = listener(SocketAddr::new(ip, port)).ok()?;
    let address = listener.local_addr().ok()?;
    Some((listener, address))
}
