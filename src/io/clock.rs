//! The only place where the wall clock is read.

use std::time::{SystemTime, UNIX_EPOCH};

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
