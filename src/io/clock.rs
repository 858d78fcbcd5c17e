//! The time of everything that this process tells and records, and that the server's patience is measured with. (How
//! long a single transfer or a wait takes is measured where it happens, with the system's own monotonic clock.)
//!
//! The wall clock is read once; what follows is counted from there by a clock that nobody sets, and which goes on while
//! the machine sleeps. Whether a person, the network's time or a virtual machine sets the wall clock meanwhile: no wait
//! is cut short or drawn out, and a recording keeps its order and its gaps.

use std::{
    sync::OnceLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rustix::time::{ClockId, clock_gettime};

use crate::ftp::event::Nanos;

/// The clock that nobody sets: on Linux the one that counts sleep, too.
#[cfg(target_os = "linux")]
const RUNNING: ClockId = ClockId::Boottime;
/// The clock that nobody sets; on macOS it counts sleep, too.
#[cfg(not(target_os = "linux"))]
const RUNNING: ClockId = ClockId::Monotonic;

/// Both clocks, when the time was first asked for.
static START: OnceLock<(Nanos, Nanos)> = OnceLock::new();

/// Now, in nanoseconds since the epoch; never less than before.
#[must_use]
pub fn now() -> Nanos {
    let running = running();
    let (epoch, began) = *START.get_or_init(|| (wall(), running));
    epoch.saturating_add(running.saturating_sub(began))
}

/// The instant at which this time is reached.
#[must_use]
pub fn instant(at: Nanos) -> Instant {
    let ahead = Duration::from_nanos(at.saturating_sub(now()));
    let now = Instant::now();
    // A time too far off to be expressed is a day away, and then asked for again.
    now.checked_add(ahead)
        .unwrap_or_else(|| now + Duration::from_secs(86_400))
}

/// What the machine's owner takes the time to be; 0 where that is before the epoch.
fn wall() -> Nanos {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            Nanos::try_from(since.as_nanos()).unwrap_or(Nanos::MAX)
        })
}

/// Nanoseconds since some moment before this process began.
fn running() -> Nanos {
    let time = clock_gettime(RUNNING);
    let (seconds, nanos) = (
        Nanos::try_from(time.tv_sec).unwrap_or(0),
        Nanos::try_from(time.tv_nsec).unwrap_or(0),
    );
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_ahead_is_as_far_off_as_it_says_and_one_that_is_past_is_now() {
        let before = Instant::now();
        let soon = instant(now() + 5_000_000_000);
        assert!(soon > before + Duration::from_secs(4) && soon < before + Duration::from_secs(60));
        assert!(instant(0) <= Instant::now());
        assert!(instant(Nanos::MAX) > before + Duration::from_secs(3600));
    }
}
