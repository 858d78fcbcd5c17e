//! The person at the keyboard of a fake server: what they type comes into the server's own thread, where the tap lives,
//! and what they want done goes out to the connection that it is for. So whoever watches and whoever types see one order
//! of events, without a lock.

use std::{io, rc::Rc, sync::mpsc::Receiver, thread, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{self, MissedTickBehavior},
};

use crate::{
    ftp::event::Nanos,
    io::{clock, editor::Typed},
    script::effect::Hand,
};

/// How often a person's clock is looked at.
const TICK: Duration = Duration::from_millis(100);
/// Lines that wait to be dealt with; the keyboard gives one at a time.
const INBOX: usize = 16;

/// What a person who plays the server says and wants done.
#[derive(Debug, Clone)]
pub enum Given {
    /// A reply, or a line of one.
    Reply(Vec<u8>),
    /// Something with the data connection.
    Hand(Hand),
}

/// What may wait to be carried out for a person; nobody types faster.
pub(super) const MAX_GIVEN: usize = 64;

/// Takes what a person types to the connection it is for. From any thread.
#[derive(Debug, Clone)]
pub struct Commander(pub(super) mpsc::Sender<(u64, Given)>);

impl Commander {
    /// Has it done on this connection, if that is still there. Not to be called in the server's own thread.
    pub fn give(&self, connection: u64, given: Given) {
        // A server that has ended has nobody left to say it to.
        let _ = self.0.blocking_send((connection, given));
    }

    /// The same in the server's own thread.
    async fn give_here(&self, connection: u64, given: Given) {
        let _ = self.0.send((connection, given)).await;
    }
}

/// What a person wants.
#[derive(Debug)]
pub enum Do {
    /// This, on this connection.
    On(u64, Given),
    /// The end of the server.
    Stop,
}

/// Whoever makes wishes of what is typed. Called in the server's thread, never while the tap is.
pub trait Person {
    /// Something was typed.
    fn typed(&self, typed: Typed, at: Nanos) -> Vec<Do>;
    /// Time has passed, or something has happened.
    fn tick(&self, at: Nanos) -> Vec<Do>;
}

/// Brings what is typed into a place where it can be waited for.
pub(super) fn keys(typed: Receiver<Typed>) -> io::Result<mpsc::Receiver<Typed>> {
    let (to, keys) = mpsc::channel(INBOX);
    thread::Builder::new().name("keys".into()).spawn(move || {
        while let Ok(typed) = typed.recv() {
            if to.blocking_send(typed).is_err() {
                return;
            }
        }
    })?;
    Ok(keys)
}

/// Attends to the person until they want to stop, or the server is stopped.
pub(super) async fn attend(
    person: Rc<dyn Person>,
    mut keys: mpsc::Receiver<Typed>,
    commander: Commander,
    stop: watch::Sender<bool>,
) {
    let mut stopped = stop.subscribe();
    let mut ticks = time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let wishes = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            Some(typed) = keys.recv() => person.typed(typed, clock::now()),
            _ = ticks.tick() => person.tick(clock::now()),
        };
        for wish in wishes {
            match wish {
                Do::On(connection, given) => commander.give_here(connection, given).await,
                Do::Stop => {
                    stop.send_replace(true);
                    return;
                }
            }
        }
    }
}
