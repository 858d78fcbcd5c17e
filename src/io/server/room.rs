//! How many clients the system's limit of open files has room for.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Files of the program's own, beside those of clients: listeners, scripts, logs, a recording.
const OWN_FILES: u64 = 16;
/// One in so many of the files that the system allows is for data connections.
const DATA_SHARE: u64 = 4;

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
