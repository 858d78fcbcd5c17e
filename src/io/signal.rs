//! Ctrl-C and its kin, as a flag that waits and transfers look at: the first ends what is going on in order, with its
//! report; the second ends the program where it stands, for a write that nobody takes cannot be asked to stop.

use std::{io, os::unix::net::UnixStream, process, thread};

use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};

use super::wait::Cancel;

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

/// From now on Ctrl-C (SIGINT) and a polite kill (SIGTERM) set the flag that is returned.
///
/// # Errors
/// Where the system gives no thread or no signals.
pub fn interrupts() -> io::Result<Cancel> {
    let cancel = Cancel::default();
    let flag = cancel.clone();
    let runtime = runtime()?;
    // Signals are caught from here on, not from whenever the thread first runs.
    let entered = runtime.enter();
    let (mut interrupt, mut end) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    drop(entered);
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = end.recv() => {}
                    }
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
