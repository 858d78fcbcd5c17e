//! The only place where the wall clock is read.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::ftp::event::Nanos;

/// Now, in nanoseconds since the epoch; 0 on a machine whose clock stands before it.
#[must_use]
pub fn now() -> Nanos {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        })
}

/// A clock that never runs backwards: the wall clock is read once, and what follows is counted from there.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    epoch: Nanos,
    start: Instant,
}

impl Clock {
    /// A clock that is started now.
    #[must_use]
    pub fn start() -> Clock {
        Clock {
            epoch: now(),
            start: Instant::now(),
        }
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub fn now(&self) -> Nanos {
        let elapsed = Nanos::try_from(self.start.elapsed().as_nanos()).unwrap_or(0);
        self.epoch.saturating_add(elapsed)
    }

    /// The instant at which this time is reached.
    #[must_use]
    pub fn instant(&self, at: Nanos) -> Instant {
        let ahead = Duration::from_nanos(at.saturating_sub(self.epoch));
        // A time too far off to be expressed is a day away, and then asked for again.
        self.start
            .checked_add(ahead)
            .unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400))
    }
}
