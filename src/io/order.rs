//! What came first. A reply on the control connection says that a file has been sent, and the thread that reads the data
//! connection may not have been given the processor yet: told in the order in which threads happen to run, the 226
//! comes before the bytes it speaks of. Who is about to tell of a reply waits here until all that had come before has been
//! told.

use std::{
    collections::BTreeMap,
    io,
    os::fd::{AsFd, OwnedFd},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec};

/// How long it is waited at most: a disk that takes no more must not hold up the replies.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often it is looked.
const LOOK: Duration = Duration::from_micros(100);

/// The sockets of a process whose threads tell what comes. Clones share the same list.
#[derive(Debug, Clone, Default)]
pub struct Order(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    next: u64,
    sockets: BTreeMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    socket: OwnedFd,
    /// What shows that something has come: readable for a listener and for data, writable for one that we dial.
    flags: PollFlags,
    /// Something was taken off the socket and has not been told yet.
    taken: bool,
}

impl Entry {
    fn has_untold(&self) -> bool {
        let mut polled = [PollFd::new(&self.socket, self.flags)];
        self.taken || rustix::event::poll(&mut polled, Some(&Timespec::default())) == Ok(1)
    }
}

impl Order {
    /// Begins to look at a socket; until the [`Watched`] is dropped.
    pub(super) fn watch(&self, socket: impl AsFd, flags: PollFlags) -> io::Result<Watched> {
        let socket = socket.as_fd().try_clone_to_owned()?;
        let mut list = self.list();
        list.next += 1;
        let key = list.next;
        let entry = Entry {
            socket,
            flags,
            taken: false,
        };
        list.sockets.insert(key, entry);
        drop(list);
        Ok(Watched {
            order: self.clone(),
            key,
        })
    }

    /// Waits until everything that has come has been told, or for as long as is reasonable.
    pub fn settle(&self) {
        let began = Instant::now();
        while self.list().sockets.values().any(Entry::has_untold) && began.elapsed() < PATIENCE {
            thread::sleep(LOOK);
        }
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket that is looked at.
#[derive(Debug)]
pub(super) struct Watched {
    order: Order,
    key: u64,
}

impl Watched {
    /// Something is about to be taken off the socket.
    pub(super) fn taking(&self) {
        self.change(|entry| entry.taken = true);
    }

    /// All that was taken has been told.
    pub(super) fn told(&self) {
        self.change(|entry| entry.taken = false);
    }

    /// From now on it is looked at this socket, for something to read.
    pub(super) fn stands(&self, socket: impl AsFd) -> io::Result<()> {
        let socket = socket.as_fd().try_clone_to_owned()?;
        self.change(|entry| {
            *entry = Entry {
                socket,
                flags: PollFlags::IN,
                taken: false,
            }
        });
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.order.list().sockets.get_mut(&self.key) {
            change(entry);
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.order.list().sockets.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{TcpListener, TcpStream},
        sync::atomic::{AtomicBool, Ordering},
    };

    use super::*;

    #[test]
    fn a_reply_waits_for_the_bytes_that_came_before_it_and_not_for_ever() {
        let order = Order::default();
        order.settle();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("bound");
        let mut there = TcpStream::connect(at).expect("connected");
        let (mut here, _) = listener.accept().expect("accepted");
        let watched = order.watch(&here, PollFlags::IN).expect("watched");
        there.write_all(b"data").expect("sent");
        let told = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(30));
                watched.taking();
                let mut buffer = [0; 4];
                here.read_exact(&mut buffer).expect("read");
                thread::sleep(Duration::from_millis(30));
                told.store(true, Ordering::SeqCst);
                watched.told();
            });
            order.settle();
            assert!(told.load(Ordering::SeqCst), "taken and not told yet");
        });
        there.write_all(b"never read").expect("sent");
        let began = Instant::now();
        order.settle();
        assert!(began.elapsed() >= PATIENCE);
        drop(watched);
        let began = Instant::now();
        order.settle();
        assert!(began.elapsed() < PATIENCE, "no longer watched");
    }
}
