//! A data connection in the background: a thread opens it (or waits for it), moves the bytes and reports what happens.
//! The one who started it goes on with the control connection meanwhile.

use std::{
    fs::File,
    io,
    net::SocketAddr,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender},
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
    Bytes(Vec<u8>),
    /// It is over, since this time.
    Done(Result<Outcome, TransferError>, Nanos),
    /// It did not come about: the address could not be dialled.
    NotDialled(ConnectError),
    /// It did not come about: nobody dialled.
    NotAccepted(AcceptError),
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
        let mut tell = |moment: Moment<'_>| {
            if let Some(witness) = &mut witness {
                witness.moment(direction, moment);
            }
            // Waits where they come faster than they are shown.
            if let (true, Moment::Bytes(bytes)) = (shows, moment) {
                let _ = inbox.send(report(Told::Bytes(bytes.to_vec())));
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
