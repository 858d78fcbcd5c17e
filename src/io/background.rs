//! A data connection in the background: a thread opens it (or waits for it), moves the bytes and reports what happens.
//! The one who started it goes on with the control connection meanwhile.

use std::{
    fs::File,
    io,
    net::SocketAddr,
    ops::Deref,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender},
    },
    thread,
    time::Duration,
};

use super::data::{
    self, AcceptError, ConnectError, Connection, DIAL_TIMEOUT, Direction, Listener, Moment,
    Outcome, Terms, TransferError, Witness,
};
use super::{clock, order::Order, wait::Cancel};
use crate::ftp::event::Nanos;

/// How often a wait looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(100);

/// Bytes that may wait to be shown: a line that is typed meanwhile, ABOR perhaps, comes behind them.
const MAX_WAITING: usize = 512 * 1024;

/// What is done with a data connection.
#[derive(Debug)]
pub enum Carry {
    /// What comes is reported.
    Show,
    /// What comes goes into this file.
    Into(File),
    /// This file is sent, once a message says that the server is ready for it: some (pyftpdlib) break the connection
    /// off when bytes come before the command that wants them.
    From(File, Receiver<()>),
}

/// What happens.
#[derive(Debug)]
pub enum Told {
    /// The connection stands.
    Open {
        /// Who dialled.
        from: SocketAddr,
        /// Who was dialled.
        to: SocketAddr,
    },
    /// These bytes came (and are to be shown).
    Bytes(Piece),
    /// It is over, since this time.
    Done(Result<Outcome, TransferError>, Nanos),
    /// It did not come about: the address could not be dialled.
    NotDialled(ConnectError),
    /// It did not come about: nobody dialled.
    NotAccepted(AcceptError),
}

/// Bytes to be shown. As long as they are there, not many others come.
#[derive(Debug)]
pub struct Piece {
    bytes: Vec<u8>,
    room: Arc<Room>,
}

/// How many bytes wait to be shown.
#[derive(Debug, Default)]
struct Room {
    waiting: Mutex<usize>,
    less: Condvar,
}

impl Piece {
    /// These bytes, once there is room for them.
    fn new(bytes: &[u8], room: &Arc<Room>) -> Piece {
        let full = |waiting: &mut usize| *waiting > 0 && *waiting + bytes.len() > MAX_WAITING;
        let waiting = room.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = room.less.wait_while(waiting, full);
        *waiting.unwrap_or_else(PoisonError::into_inner) += bytes.len();
        Piece {
            bytes: bytes.to_vec(),
            room: Arc::clone(room),
        }
    }
}

impl Deref for Piece {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let waiting = self.room.waiting.lock();
        *waiting.unwrap_or_else(PoisonError::into_inner) -= self.bytes.len();
        self.room.less.notify_one();
    }
}

/// Dials `to` and moves the data; `witness` hears of all of it, and whoever waits in `order` waits until it is reported.
///
/// # Errors
/// Where no thread can be started.
pub fn dial<T: Send + 'static>(
    to: SocketAddr,
    carry: Carry,
    witness: Option<Box<dyn Witness>>,
    order: Order,
    inbox: SyncSender<T>,
    report: impl Fn(Told) -> T + Send + 'static,
) -> io::Result<Cancel> {
    start(carry, witness, inbox, report, move |cancel| {
        data::connect(to, DIAL_TIMEOUT, cancel, Some(&order)).map_err(Told::NotDialled)
    })
}

/// Waits for a connection and moves the data; `witness` and `order`: see [`dial`].
///
/// # Errors
/// Where no thread can be started.
pub fn listen<T: Send + 'static>(
    listener: Listener,
    carry: Carry,
    witness: Option<Box<dyn Witness>>,
    order: &Order,
    inbox: SyncSender<T>,
    report: impl Fn(Told) -> T + Send + 'static,
) -> io::Result<Cancel> {
    // Not in the thread: the server may dial before that runs.
    let watched = listener.watch(order)?;
    start(carry, witness, inbox, report, move |cancel| {
        listener
            .accept(None, cancel, Some(watched))
            .map_err(Told::NotAccepted)
    })
}

fn start<T: Send + 'static>(
    carry: Carry,
    witness: Option<Box<dyn Witness>>,
    inbox: SyncSender<T>,
    report: impl Fn(Told) -> T + Send + 'static,
    open: impl FnOnce(&Cancel) -> Result<Connection, Told> + Send + 'static,
) -> io::Result<Cancel> {
    let cancel = Cancel::default();
    let terms = Terms {
        cancel: cancel.clone(),
        ..Terms::default()
    };
    thread::Builder::new().name("data".into()).spawn(move || {
        let mut witness = witness;
        let began = clock::now();
        let mut connection = match open(&terms.cancel) {
            Ok(connection) => connection,
            Err(told) => {
                if let (Some(witness), Told::NotDialled(error)) = (&mut witness, &told) {
                    witness.not_dialled(error, began);
                }
                let _ = inbox.send(report(told));
                return;
            }
        };
        if !connection.dialled {
            connection.after_replies();
        }
        if let Some(witness) = &mut witness {
            witness.opened(&connection);
        }
        let (from, to) = if connection.dialled {
            (connection.local, connection.peer)
        } else {
            (connection.peer, connection.local)
        };
        let _ = inbox.send(report(Told::Open { from, to }));
        if matches!(carry, Carry::From(..)) {
            // What is sent is told as it goes, and nobody waits for it; least of all while it waits for its command.
            connection.unwatch();
        }
        connection.told_open();
        let direction = match carry {
            Carry::Show | Carry::Into(_) => Direction::Receive,
            Carry::From(..) => Direction::Send,
        };
        // Of what is received the end is reported too, before the reply to it.
        let received = direction == Direction::Receive;
        let watched = received.then(|| connection.watched()).flatten();
        let shows = matches!(carry, Carry::Show);
        let room = Arc::default();
        let mut tell = |moment: Moment<'_>| {
            if let Some(witness) = &mut witness {
                witness.moment(direction, moment);
            }
            // Waits where they come faster than they are shown.
            if let (true, Moment::Bytes(bytes)) = (shows, moment) {
                let _ = inbox.send(report(Told::Bytes(Piece::new(bytes, &room))));
            }
        };
        let outcome = match carry {
            Carry::Show => data::receive(connection, &mut io::sink(), &terms, &mut tell),
            Carry::Into(mut file) => data::receive(connection, &mut file, &terms, &mut tell),
            Carry::From(mut file, ready) => {
                while !terms.cancel.is_cancelled()
                    && ready.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout)
                {}
                data::send(connection, &mut file, &terms, &mut tell)
            }
        };
        let _ = inbox.send(report(Told::Done(outcome, clock::now())));
        drop(watched);
    })?;
    Ok(cancel)
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        net::{Ipv4Addr, TcpListener},
        sync::mpsc::sync_channel,
    };

    use super::*;

    #[test]
    fn what_comes_faster_than_it_is_shown_waits() {
        const FILE: usize = 8 * MAX_WAITING;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let to = listener.local_addr().expect("bound");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("dialled");
            stream.write_all(&vec![b'x'; FILE]).expect("sent");
        });
        let (outbox, inbox) = sync_channel(FILE);
        let order = Order::default();
        dial(to, Carry::Show, None, order, outbox, |told| told).expect("a thread");
        // Nobody shows anything, until no more comes.
        let mut held = Vec::new();
        while let Ok(told) = inbox.recv_timeout(Duration::from_secs(1)) {
            held.push(told);
        }
        let length = |told: &Told| match told {
            Told::Bytes(piece) => piece.len(),
            _ => 0,
        };
        let waiting: usize = held.iter().map(length).sum();
        assert!(waiting > 0 && waiting <= MAX_WAITING, "{waiting} bytes");
        drop(held);
        let rest: usize = inbox.iter().map(|told| length(&told)).sum();
        assert_eq!(waiting + rest, FILE);
        server.join().expect("all was sent");
    }
}
