//! The sockets of the fake server: listens, and carries out for each client what its
//! [`Player`](crate::script::server::Player) says.
//!
//! One task a client, all in one thread: what a client does is little, and whoever watches hears of everything in order
//! and without a lock. What is read from a client and what is sent to it goes through the observer, and everything that
//! happens is told to a [`Tap`]; no sentence is made here. A client that does not read, or never comes, holds up its own
//! task and nobody else's.
//!
//! | file | what |
//! |---|---|
//! | `options` | what a server is to be like |
//! | `connection` | one client: the observer, the player, and what the player wants |
//! | `port` | the control port, and the data ports |
//! | `data` | data connections: opening one, moving bytes |
//! | `files` | the files that it serves |
//! | `store` | the files that it takes |
//! | [`person`] | the person who types replies |
//! | `wire` | who hears what happens, and what goes over each wire |
//! | `room` | how many clients the system has room for |

mod connection;
mod data;
mod files;
mod options;
pub mod person;
mod port;
mod room;
mod store;
mod wire;

use std::{
    cell::{Cell, RefCell},
    io,
    net::SocketAddr,
    pin::Pin,
    rc::Rc,
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::{mpsc, watch},
    task::{JoinSet, LocalSet, spawn_local},
    time,
};

use self::{
    connection::{Connection, Shared, stop},
    person::{Commander, Given, MAX_GIVEN, Person},
    port::listener,
    store::Store,
    wire::Stream,
};
pub use self::{
    files::{Folder, Shelf, TreeError},
    options::{MAX_CONNECTIONS, MAX_DATA_PORTS, MAX_LINE, Options, STALL},
    room::Room,
    wire::{Channel, Heard, Tap},
};
use super::{
    clock,
    editor::Typed,
    signal::{Ends, runtime},
};
use crate::{
    ftp::side::Side,
    script::{play::Play, watch::Happening},
};

/// Tries to find one port number that is free on both loopback addresses.
const PORT_TRIES: u32 = 20;

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

/// Ends a server: closes its connections and lets [`Server::run`] return.
#[derive(Debug, Clone)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Ends it.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Server {
    /// Listens. Clients that connect from now on wait until [`Server::run`].
    ///
    /// # Errors
    /// When an address cannot be listened on.
    pub fn bind(play: Arc<Play>, options: Options) -> Result<Server, StartError> {
        let runtime = runtime()?;
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

    /// From now on Ctrl-C (SIGINT), SIGTERM and SIGHUP end it, in place of the program.
    ///
    /// # Errors
    /// When the system takes no handler.
    pub fn stop_on_interrupt(&self) -> Result<(), StartError> {
        let entered = self.runtime.enter();
        let mut ends = Ends::new()?;
        let stopper = self.stopper();
        self.runtime.spawn(async move {
            ends.next().await;
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
            store: options.store.clone().map(Store::new),
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
