//! Waiting for a socket, or for standard input: in slices, between which a [`Cancel`] from another thread (Ctrl-C, the
//! control line) is noticed.

use std::{
    io,
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec};

/// How long a blocked call waits before it looks whether it was cancelled.
pub(super) const SLICE: Duration = Duration::from_millis(100);

/// Tells a transfer or a wait in another thread to stop. Clones share the same flag.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops whoever looks at this flag, within a tenth of a second.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a wait for a socket, or for standard input, ended.
pub(super) enum Waited {
    Ready,
    TimedOut,
    Cancelled,
}

/// Waits until `flags` hold, or `deadline` has come, or it is cancelled.
pub(super) fn wait(
    socket: impl AsFd,
    flags: PollFlags,
    deadline: Option<Instant>,
    cancel: &Cancel,
) -> io::Result<Waited> {
    loop {
        if cancel.is_cancelled() {
            return Ok(Waited::Cancelled);
        }
        let left = deadline.map_or(SLICE, |at| at.saturating_duration_since(Instant::now()));
        let slice = Timespec::try_from(left.min(SLICE)).unwrap_or_default();
        match rustix::event::poll(&mut [PollFd::new(&socket, flags)], Some(&slice)) {
            Ok(0) if left.is_zero() => return Ok(Waited::TimedOut),
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(Waited::Ready),
            Err(error) => return Err(error.into()),
        }
    }
}
