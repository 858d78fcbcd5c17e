//! Ctrl-C and its kin, as a flag that waits and transfers look at: the first ends what is going on in order, with its
//! report; the second ends the program where it stands, for a write that nobody takes cannot be asked to stop.

use std::{io, os::unix::net::UnixStream, process, thread};

use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

use super::{file, wait::Cancel};

/// The exit code that shells give a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Pairs of open files that tokio needs for itself before the first socket.
const PAIRS: usize = 3;

/// What sockets, timers and signals run on, in the calling thread.
///
/// # Errors
/// Where the system gives too few open files; tokio itself would panic over the pair that its signals need.
pub(super) fn runtime() -> io::Result<Runtime> {
    let room = (0..PAIRS).map(|_| UnixStream::pair());
    drop(room.collect::<io::Result<Vec<_>>>()?);
    Builder::new_current_thread().enable_all().build()
}

/// What asks the program to end: Ctrl-C (SIGINT), a polite kill (SIGTERM), a terminal that is closed (SIGHUP). Who started
/// the program with `nohup` wants it to outlive its terminal.
pub(super) struct Ends {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
}

impl Ends {
    /// From now on these signals are caught, in a runtime's context.
    ///
    /// # Errors
    /// Where the system gives no signals.
    pub(super) fn new() -> io::Result<Ends> {
        Ok(Ends {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if ignores_hang_up(&file::of_system("/proc/self/status")) {
                None
            } else {
                Some(signal(SignalKind::hangup())?)
            },
        })
    }

    /// Waits for the next of them.
    pub(super) async fn next(&mut self) {
        let hang_up = async {
            match &mut self.hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hang_up => {}
        }
    }
}

/// True where this status of a process (Linux) says that it ignores SIGHUP, the first signal.
fn ignores_hang_up(status: &str) -> bool {
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

/// From now on Ctrl-C (SIGINT), a polite kill (SIGTERM) and a terminal that is closed (SIGHUP) set the flag that is
/// returned.
///
/// # Errors
/// Where the system gives no thread or no signals.
pub fn interrupts() -> io::Result<Cancel> {
    let cancel = Cancel::default();
    let flag = cancel.clone();
    let runtime = runtime()?;
    // Signals are caught from here on, not from whenever the thread first runs.
    let entered = runtime.enter();
    let mut ends = Ends::new()?;
    drop(entered);
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            runtime.block_on(async {
                loop {
                    ends.next().await;
                    if flag.is_cancelled() {
                        at_once();
                    }
                    flag.cancel();
                }
            });
        })?;
    Ok(cancel)
}

/// From now on a write that would make a file larger than the user may make one (`ulimit -f`) fails, as it does on a full
/// disk. Without this the system ends the program there (SIGXFSZ), and what it still had to say is lost.
///
/// # Errors
/// Where the system gives no signals.
pub fn large_files_fail() -> io::Result<()> {
    let runtime = runtime()?;
    let _entered = runtime.enter();
    // Once caught, a signal stays caught; nobody needs to hear of it, for the write itself fails.
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

#[allow(
    clippy::exit,
    reason = "the main thread is stuck in a write and cannot return"
)]
fn at_once() -> ! {
    process::exit(INTERRUPTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nohup_is_seen() {
        for (mask, ignored) in [
            ("0000000000000001", true),
            ("0000000000001000", false),
            ("0000000000001007", true),
            ("nonsense", false),
        ] {
            let status = format!("Name:\tftplab\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
            assert_eq!(ignores_hang_up(&status), ignored, "{mask}");
        }
        assert!(!ignores_hang_up(""));
    }
}
