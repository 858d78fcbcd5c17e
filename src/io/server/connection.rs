//! One client: what it sends goes through the observer to the player, and what the player wants is carried out.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    io,
    net::SocketAddr,
    ops::RangeInclusive,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use socket2::SockRef;
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    time,
};

use super::{
    data::{self, Arrival, DataTask, Done, Door, Sending},
    options::Options,
    person::{Given, MAX_GIVEN},
    port::Port,
    store::{Place, Store},
    wire::{Channel, Ear, Stream, Tap},
};
use crate::{
    ftp::{
        dialogue::{Close, Dialogue, Ends},
        event::{Event, What},
        quirk,
        side::Side,
    },
    io::clock,
    script::{
        effect::{DataFault, Effect, End, Input, Notice, Origin},
        play::Play,
        server::Player,
        watch::{Direction, Happening},
    },
};

/// Bytes read from a client at once.
const READ: usize = 2048;

/// Effects that are carried out for one client before others have their turn.
const TURN: u32 = 16;

/// What all connections of a server share.
pub(super) struct Shared {
    pub(super) play: Arc<Play>,
    pub(super) options: Options,
    pub(super) store: Option<Store>,
    pub(super) tap: Rc<dyn Tap>,
    pub(super) open: Cell<usize>,
    pub(super) ports: Rc<Cell<usize>>,
    pub(super) connections: Cell<u64>,
    pub(super) stop: watch::Sender<bool>,
    /// Where what a person types goes, by connection; `None` where nobody types.
    pub(super) hands: Option<RefCell<HashMap<u64, mpsc::Sender<Given>>>>,
}

impl Shared {
    /// Who hears of a connection of this client, if anybody does.
    pub(super) fn ear(&self, connection: u64, channel: Channel) -> Option<Ear> {
        self.options.wire.then(|| Ear {
            tap: Rc::clone(&self.tap),
            connection,
            channel,
        })
    }
}

/// One client.
pub(super) struct Connection<'s> {
    shared: &'s Shared,
    number: u64,
    stream: Stream,
    client: SocketAddr,
    local: SocketAddr,
    dialogue: Dialogue,
    player: Player,
    /// The data port, where one was opened and is not done with.
    door: Option<Door>,
    /// The client is wanted at the data port, so long.
    wanted: Option<Instant>,
    /// Ports and calls for data so far.
    data_connections: u64,
    data: Option<Stream>,
    task: Option<DataTask>,
    /// The client has closed its direction.
    ended: bool,
    /// What a person types for this connection.
    given: Option<mpsc::Receiver<Given>>,
}

/// How a conversation ended.
type Over = (Side, Close);

impl<'s> Connection<'s> {
    pub(super) fn new(
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
        // ABOR comes with urgent data (RFC 959 4.1.3), whose last byte would be taken out of the line.
        let _ = SockRef::from(&stream).set_out_of_band_inline(true);
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
            door: None,
            wanted: None,
            data_connections: 0,
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

    /// Talks to the client until one of the two has enough.
    pub(super) async fn serve(&mut self, stopped: watch::Receiver<bool>) {
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
            let allow_foreign = self.shared.play.limits.allow_foreign;
            let outcome = tokio::select! {
                biased;
                () = stop(&mut stopped) => return (Side::Server, Close::Fin),
                arrival = arrival(&mut self.door, self.client, allow_foreign) => {
                    self.came(arrival);
                    None
                }
                ready = self.stream.readable(), if !self.ended && self.player.wants_commands() => {
                    let read = match ready {
                        Ok(()) => self.read().await,
                        Err(error) => Err(error),
                    };
                    match read {
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
                () = until(self.wanted), if self.wanted.is_some() => {
                    self.door = Some(Door::Shut(DataFault::NobodyCame));
                    self.let_in();
                    None
                }
            };
            if let Some(done) = outcome {
                self.task = None;
                self.data_done(done);
            }
        }
    }

    /// Reads what there is. `Some(false)`: the client has closed its direction. `InvalidData`: it speaks TLS now.
    async fn read(&mut self) -> io::Result<Option<bool>> {
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
        // Most clients come to the data port before they send the command for which they come.
        self.look_who_came().await;
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
        let Options {
            folder,
            data_stall,
            sample,
            ..
        } = &self.shared.options;
        match effect {
            Effect::Send { bytes, origin } => return self.send(&bytes, origin).await,
            Effect::OpenPort => {
                self.shut();
                let port = self.open_port();
                if let Some(address) = port {
                    self.tell(&Happening::PortOpened(address));
                }
                self.player.take(Input::Port(port), clock::now());
            }
            Effect::ClosePort => self.shut(),
            Effect::OpenData { call, from, within } => self.open_data(call, from, within),
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
                    sample: *sample,
                    stall: *data_stall,
                };
                if let Some(stream) = self.data.take() {
                    self.task = Some(data::send(stream, folder.clone(), sending));
                }
            }
            Effect::KeepData {
                before,
                limit,
                ascii,
            } => {
                if let Some(stream) = self.data.take() {
                    let most = (limit, *data_stall);
                    let into = (self.shared.play.upload(), ascii);
                    self.task = Some(data::keep(stream, folder.clone(), before, most, into));
                }
            }
            Effect::Count(source) => self.task = Some(data::count(folder.clone(), source)),
            Effect::Look(source) => {
                let found = folder.look(&source);
                self.player.take(Input::Looked(found), clock::now());
            }
            Effect::ReceiveData {
                path,
                name,
                to,
                before,
                limit,
            } => {
                if let Some(stream) = self.data.take() {
                    let place = match (to, &self.shared.store) {
                        // What a person names is a new file.
                        (Some(path), _) => {
                            let name = path.display().to_string();
                            Ok(Some(Place { path, name }))
                        }
                        (None, Some(store)) => {
                            let place = store.place(&path, &name).map(Some);
                            place.ok_or(DataFault::NoRoom)
                        }
                        (None, None) => Ok(None),
                    };
                    let most = (limit, *data_stall);
                    self.task = Some(data::receive(stream, place, before, most));
                }
            }
            Effect::CloseData(end) => {
                self.wanted = None;
                let open = self.task.take().is_some() || self.data.is_some();
                if let Some(stream) = self.data.take() {
                    stream.close(end);
                } else if !open && let Some(Door::Here(stream)) = &self.door {
                    // Not taken yet, and closed as one that was.
                    stream.close(end);
                    self.door = None;
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

    /// Takes the data connection: calls the client, or waits for it at the open port.
    fn open_data(&mut self, call: Option<SocketAddr>, from: Option<u16>, within: Duration) {
        self.data = None;
        if let Some(to) = call {
            let from = from.unwrap_or(self.local.port().wrapping_sub(1));
            let from = SocketAddr::new(self.local.ip(), from);
            let ear = self.data_ear();
            self.task = Some(data::call(to, from, within, ear));
            return;
        }
        if self.door.is_none() {
            self.door = Some(Door::Shut(DataFault::NotAgreed));
        }
        self.wanted = Some(Instant::now() + within);
        self.let_in();
    }

    /// Who hears of the next data connection.
    fn data_ear(&mut self) -> Option<Ear> {
        self.data_connections += 1;
        self.shared
            .ear(self.number, Channel::Data(self.data_connections))
    }

    /// Lets in who stands before the data port, if it is open.
    async fn look_who_came(&mut self) {
        let allow_foreign = self.shared.play.limits.allow_foreign;
        while let Some(Door::Open { .. }) = self.door {
            // The runtime knows of nobody before it has looked at its sockets.
            tokio::task::yield_now().await;
            tokio::select! {
                biased;
                arrival = arrival(&mut self.door, self.client, allow_foreign) => self.came(arrival),
                () = std::future::ready(()) => return,
            }
        }
    }

    /// Somebody came to the data port.
    fn came(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Client { from, to } => self.tell(&Happening::DataOpened {
                from,
                to,
                active: false,
                wanted: None,
            }),
            Arrival::Stranger(stranger) => self.tell(&Happening::Stranger(stranger)),
            Arrival::Nobody => {}
        }
        self.let_in();
    }

    /// Gives the player whom it wants from the data port, if it wants anybody and that is known.
    fn let_in(&mut self) {
        if self.wanted.is_none() || matches!(self.door, None | Some(Door::Open { .. })) {
            return;
        }
        self.wanted = None;
        let input = match self.door.take() {
            Some(Door::Here(stream)) => {
                self.data = Some(stream);
                self.tell(&Happening::DataTaken);
                Ok(())
            }
            Some(Door::Shut(fault)) => Err(fault),
            _ => return,
        };
        self.player.take(Input::Data(input), clock::now());
    }

    /// Closes the data port. Who has come there is refused.
    fn shut(&mut self) {
        self.wanted = None;
        if let Some(Door::Here(stream)) = self.door.take() {
            stream.close(End::Reset);
        }
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
        // Not the same port again at once: the paper's remark on TIME-WAIT, and easier to tell apart.
        let start = (self.number as u32)
            .wrapping_mul(7)
            .wrapping_add(clock::now() as u32 / 1024);
        let (port, address) = Port::open(self.local.ip(), self.passive_ports(), start, ports)?;
        let ear = self.data_ear();
        self.door = Some(Door::new(port, ear));
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
            Done::Called(Err(fault)) => Input::Data(Err(fault)),
            Done::Called(Ok(called)) => {
                self.tell(&Happening::DataOpened {
                    from: called.from,
                    to: called.to,
                    active: true,
                    wanted: called.wanted,
                });
                self.data = Some(called.stream);
                self.tell(&Happening::DataTaken);
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

/// Waits for whoever comes to the data port.
async fn arrival(door: &mut Option<Door>, client: SocketAddr, allow_foreign: bool) -> Arrival {
    match door {
        Some(door) => door.arrival(client, allow_foreign).await,
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Waits until the server is stopped.
pub(super) async fn stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}
