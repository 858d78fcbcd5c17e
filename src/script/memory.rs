//! The memory for what clients upload: one measure for what is kept and for what is just coming. Each upload draws from it
//! piece by piece, and what was drawn goes back when nobody has the bytes any more: a file that was deleted while it is
//! sent still takes its room.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// So much memory, shared by all who have a copy of this.
#[derive(Debug, Clone)]
pub struct Room(Arc<AtomicU64>);

impl Room {
    /// Room for so many bytes.
    #[must_use]
    pub fn of(bytes: u64) -> Room {
        Room(Arc::new(AtomicU64::new(bytes)))
    }

    /// How many more bytes there is room for.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Nothing yet, that may grow.
    #[must_use]
    pub fn upload(&self) -> Kept {
        Kept {
            bytes: Vec::new(),
            room: self.clone(),
        }
    }

    fn draw(&self, bytes: u64) -> bool {
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        let drawn = self
            .0
            .fetch_update(set, get, |left| left.checked_sub(bytes));
        drawn.is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Bytes in memory, and the room that they take.
pub struct Kept {
    bytes: Vec<u8>,
    room: Room,
}

impl Kept {
    /// Lets `write` put `most` bytes at the most behind what is there, and gives what it gives; `None` where there is no
    /// room for so many: then it is not called.
    pub fn grow<T>(&mut self, most: u64, write: impl FnOnce(&mut Vec<u8>) -> T) -> Option<T> {
        if !self.room.draw(most) {
            return None;
        }
        let before = self.bytes.len();
        let given = write(&mut self.bytes);
        let grown = (self.bytes.len() - before) as u64;
        debug_assert!(grown <= most, "more was written than was drawn");
        self.room.give_back(most.saturating_sub(grown));
        Some(given)
    }

    /// It grows no more: what was set aside for that is given back to the system.
    #[must_use]
    pub fn done(mut self) -> Arc<Kept> {
        self.bytes.shrink_to_fit();
        Arc::new(self)
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.fmt(f)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.room.give_back(self.bytes.len() as u64);
    }
}

impl Deref for Kept {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The same bytes.
impl PartialEq for Kept {
    fn eq(&self, other: &Kept) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Kept {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_goes_back_with_the_last_who_has_it() {
        let room = Room::of(100);
        let (mut one, mut two) = (room.upload(), room.upload());
        assert!(one.grow(60, |out| out.extend([1; 60])).is_some());
        let refused = two.grow(41, |_| panic!("there is no room"));
        assert_eq!(refused, None);
        // What was drawn and not used is there for others at once.
        assert!(two.grow(40, |out| out.extend([2; 10])).is_some());
        assert_eq!((room.left(), two.len()), (30, 10));
        drop(two);
        let kept = one.done();
        let sent = Arc::clone(&kept);
        drop(kept);
        assert_eq!((room.left(), &sent[..]), (40, &[1; 60][..]));
        drop(sent);
        assert_eq!(room.left(), 100);
    }
}
