//! What came first, for the screen, the log and the recording. A reply on the control connection says that a file has been
//! sent, and the thread that reads the data connection may not have been given the processor yet: told in the order in
//! which threads happen to run, the 226 comes before the bytes it speaks of, or the 150 behind them. Who is about to tell
//! of a reply that ends something waits here until all data that had come has been told; the first data of a connection
//! waits for the reply that announces it.

use std::{
    collections::BTreeMap,
    io,
    os::fd::{AsFd, OwnedFd},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec};

use crate::ftp::reply::Head;

/// How long it is waited while nothing is told: a disk that takes no more must not hold up the replies.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is looked.
const LOOK: Duration = Duration::from_micros(100);

/// The sockets of a process whose threads tell what comes. Clones share the same list.
#[derive(Debug, Clone, Default)]
pub struct Order(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    next: u64,
    sockets: BTreeMap<u64, Entry>,
    /// The control connection, with its number.
    control: Option<(u64, Entry)>,
    /// Whoever tells of the control connection waits for the others.
    settling: bool,
}

#[derive(Debug)]
struct Entry {
    socket: OwnedFd,
    /// It is a data connection; else a port at which one is awaited, or one that we dial.
    stands: bool,
    /// What shows that something has come: readable for a listener and for data, writable for one that we dial.
    flags: PollFlags,
    /// Something was taken off the socket and has not been told yet.
    taken: bool,
    /// So many bytes of it.
    flight: u64,
    /// How often something was told, and how many bytes.
    told: (u64, u64),
}

/// What is to be told of a socket before something else is.
struct Owed {
    key: u64,
    stands: bool,
    told: (u64, u64),
    /// Its end, too.
    end: bool,
}

impl Entry {
    fn new(socket: impl AsFd, stands: bool, flags: PollFlags) -> io::Result<Entry> {
        Ok(Entry {
            socket: socket.as_fd().try_clone_to_owned()?,
            stands,
            flags,
            taken: false,
            flight: 0,
            told: (0, 0),
        })
    }

    /// What has come and is not told.
    fn owed(&self, key: u64) -> Option<Owed> {
        if !self.has_untold() {
            return None;
        }
        let unread = rustix::io::ioctl_fionread(&self.socket).unwrap_or(0);
        let (times, bytes) = self.told;
        Some(Owed {
            key,
            stands: self.stands,
            told: (times + 1, bytes + self.flight + unread),
            end: !self.stands || unread == 0 && !self.taken || has_ended(&self.socket),
        })
    }

    fn has_told(&self, owed: &Owed) -> bool {
        self.stands == owed.stands
            && !owed.end
            && self.told.0 >= owed.told.0
            && self.told.1 >= owed.told.1
    }

    fn has_untold(&self) -> bool {
        let mut polled = [PollFd::new(&self.socket, self.flags)];
        self.taken || rustix::event::poll(&mut polled, Some(&Timespec::default())) == Ok(1)
    }
}

impl Order {
    /// Begins to look at a socket; until the [`Watched`] is dropped.
    pub(super) fn watch(&self, socket: impl AsFd, flags: PollFlags) -> io::Result<Watched> {
        let entry = Entry::new(socket, false, flags)?;
        let mut list = self.list();
        list.next += 1;
        let key = list.next;
        list.sockets.insert(key, entry);
        drop(list);
        Ok(Watched {
            order: self.clone(),
            key,
        })
    }

    /// Begins to look at the control connection, which is read by one thread; in the place of an earlier one.
    pub(super) fn watch_control(&self, socket: impl AsFd) -> io::Result<Replies> {
        let entry = Entry::new(socket, true, PollFlags::IN)?;
        let mut list = self.list();
        list.next += 1;
        let key = list.next;
        list.settling = false;
        list.control = Some((key, entry));
        drop(list);
        Ok(Replies {
            order: self.clone(),
            key,
        })
    }

    /// Waits until what has come by now has been told; what comes meanwhile is nobody's concern here.
    fn settle(&self) {
        let mut owed: Vec<Owed> = {
            let list = self.list();
            let owed = list
                .sockets
                .iter()
                .filter_map(|(key, entry)| entry.owed(*key));
            owed.collect()
        };
        let mut progress = 0;
        wait_while(|| {
            let list = self.list();
            owed.retain_mut(|owed| {
                let Some(entry) = list.sockets.get(&owed.key) else {
                    return false;
                };
                if entry.stands != owed.stands {
                    // It stands now, and what came over it came before too.
                    let Some(more) = entry.owed(owed.key) else {
                        return false;
                    };
                    *owed = more;
                }
                !entry.has_told(owed)
            });
            let told = list.sockets.values().map(|entry| entry.told.0).sum();
            let moved = std::mem::replace(&mut progress, told) != told;
            (!owed.is_empty()).then_some(moved)
        });
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits while there is something to wait for; where it says that something has moved, patience begins anew.
fn wait_while(mut untold: impl FnMut() -> Option<bool>) {
    let mut began = Instant::now();
    while let Some(moved) = untold() {
        if moved {
            began = Instant::now();
        } else if began.elapsed() >= PATIENCE {
            return;
        }
        thread::sleep(LOOK);
    }
}

/// Whether the other end has said that it has no more to send.
fn has_ended(socket: impl AsFd) -> bool {
    #[cfg(target_os = "linux")]
    let flag = PollFlags::RDHUP;
    #[cfg(not(target_os = "linux"))]
    let flag = PollFlags::HUP;
    let mut polled = [PollFd::new(&socket, flag)];
    rustix::event::poll(&mut polled, Some(&Timespec::default())) == Ok(1)
}

/// How many of these bytes are replies that announce something (1yz): up to the first line that begins another one.
fn announcement(bytes: &[u8]) -> usize {
    let mut end = 0;
    let mut announces = false;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match Head::of(line).code {
            Some(code) if code.is_preliminary() => announces = true,
            Some(_) => break,
            None => {}
        }
        end += line.len();
    }
    if announces { end } else { 0 }
}

/// The control connection, which is looked at.
#[derive(Debug)]
pub(super) struct Replies {
    order: Order,
    key: u64,
}

impl Replies {
    /// Something is about to be taken off it.
    pub(super) fn taking(&self) {
        self.change(|control, _| control.taken = true);
    }

    /// Tells what came over it, in two parts: what announces data (1yz) at once, and the rest when all data that has come
    /// has been told, or when it has been waited for that as long as is reasonable.
    pub(super) fn tell(&self, bytes: &[u8], mut tell: impl FnMut(&[u8])) {
        let (announced, rest) = bytes.split_at(announcement(bytes));
        if !announced.is_empty() {
            tell(announced);
        }
        if !rest.is_empty() {
            // Data that was waiting for what has just been told goes on, and is waited for.
            self.change(|_, settling| *settling = true);
            self.order.settle();
            // Whatever data comes from here on belongs behind the rest.
            self.change(|_, settling| *settling = false);
            tell(rest);
        }
        self.change(|control, _| control.taken = false);
    }

    /// It has ended, and all data that had come is to be told before that.
    pub(super) fn end(&self) {
        self.order.settle();
        let mut list = self.order.list();
        list.control.take_if(|(key, _)| *key == self.key);
    }

    /// Changes what is known of it, unless another has taken its place.
    fn change(&self, change: impl FnOnce(&mut Entry, &mut bool)) {
        let mut list = self.order.list();
        let List {
            control, settling, ..
        } = &mut *list;
        if let Some((key, control)) = control
            && *key == self.key
        {
            change(control, settling);
        }
    }
}

/// A socket that is looked at.
#[derive(Debug)]
pub struct Watched {
    order: Order,
    key: u64,
}

impl Watched {
    /// Something is about to be taken off the socket.
    pub(super) fn taking(&self) {
        self.change(|entry| entry.taken = true);
    }

    /// Takes bytes off the socket, which has some; nobody looks at it meanwhile.
    pub(super) fn take(&self, read: impl FnOnce() -> io::Result<usize>) -> io::Result<usize> {
        let mut list = self.order.list();
        let taken = read();
        if let Some(entry) = list.sockets.get_mut(&self.key) {
            entry.taken = true;
            entry.flight = taken.as_ref().map_or(0, |taken| *taken as u64);
        }
        taken
    }

    /// Waits until the replies that had come have been told; not for one that itself waits for data.
    pub(super) fn after_replies(&self) {
        wait_while(|| {
            let list = self.order.list();
            let control = list.control.as_ref().filter(|_| !list.settling);
            let waits = control.is_some_and(|(_, control)| control.has_untold());
            waits.then_some(false)
        });
    }

    /// All that was taken has been told: so many bytes.
    pub(super) fn told(&self, bytes: u64) {
        self.change(|entry| {
            entry.taken = false;
            entry.flight = 0;
            entry.told = (entry.told.0 + 1, entry.told.1 + bytes);
        });
    }

    /// From now on it is looked at this socket, for something to read.
    pub(super) fn stands(&self, socket: impl AsFd) -> io::Result<()> {
        let stands = Entry::new(socket, true, PollFlags::IN)?;
        self.change(|entry| *entry = stands);
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

    /// A connection of this process with itself: the end that is watched, and the other one.
    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("bound");
        let there = TcpStream::connect(at).expect("connected");
        (listener.accept().expect("accepted").0, there)
    }

    #[test]
    fn a_reply_waits_for_the_bytes_that_came_before_it_and_not_for_ever() {
        let order = Order::default();
        order.settle();
        let (control, _server) = pair();
        let replies = order.watch_control(&control).expect("watched");
        let (mut here, mut there) = pair();
        let watched = order.watch(&here, PollFlags::IN).expect("watched");
        watched.stands(&here).expect("watched");
        there.write_all(b"data").expect("sent");
        let told = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(200));
                let mut buffer = [0; 4];
                let taken = watched.take(|| here.read(&mut buffer));
                assert_eq!(taken.expect("read"), 4);
                thread::sleep(Duration::from_millis(200));
                told.store(true, Ordering::SeqCst);
                watched.told(4);
            });
            let mut parts = Vec::new();
            replies.tell(b"150-go\r\n on\r\n150 on\r\n226 done\r\n", |part| {
                parts.push((part.to_vec(), told.load(Ordering::SeqCst)));
            });
            let wanted = [
                (b"150-go\r\n on\r\n150 on\r\n".to_vec(), false),
                (b"226 done\r\n".to_vec(), true),
            ];
            assert_eq!(parts, wanted, "taken and not told yet");
        });
        // What comes while it is waited is not waited for; what nobody reads, not for ever.
        there.write_all(b"more").expect("sent");
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(200));
                there.write_all(b"never read").expect("sent");
                thread::sleep(Duration::from_millis(200));
                watched.told(4);
            });
            let began = Instant::now();
            order.settle();
            assert!(began.elapsed() < PATIENCE);
        });
        let began = Instant::now();
        order.settle();
        assert!(began.elapsed() >= PATIENCE);
        drop(watched);
        let began = Instant::now();
        order.settle();
        assert!(began.elapsed() < PATIENCE, "no longer watched");
    }

    #[test]
    fn the_first_data_waits_for_the_reply_that_announces_it_and_nobody_waits_for_each_other() {
        let order = Order::default();
        let (mut control, mut server) = pair();
        let replies = order.watch_control(&control).expect("watched");
        let (here, _there) = pair();
        let watched = order.watch(&here, PollFlags::IN).expect("watched");
        server.write_all(b"150 go\r\n226 done\r\n").expect("sent");
        let told = std::sync::Mutex::new(Vec::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(200));
                replies.taking();
                let mut buffer = [0; 64];
                let count = control.read(&mut buffer).expect("read");
                replies.tell(&buffer[..count], |part| {
                    told.lock().expect("alive").push(part[..3].to_vec());
                });
            });
            watched.taking();
            watched.after_replies();
            told.lock().expect("alive").push(b"data".to_vec());
            watched.told(0);
        });
        let told = told.into_inner().expect("alive");
        assert_eq!(told, [&b"150"[..], b"data", b"226"]);
        // The end of an earlier control connection is not that of the one in its place.
        let (another, mut server) = pair();
        let later = order.watch_control(&another).expect("watched");
        replies.taking();
        replies.end();
        server.write_all(b"150 go\r\n").expect("sent");
        let began = Instant::now();
        watched.after_replies();
        assert!(began.elapsed() >= PATIENCE, "it is waited for");
        later.end();
        let began = Instant::now();
        watched.after_replies();
        assert!(began.elapsed() < PATIENCE, "there is none");
    }
}
