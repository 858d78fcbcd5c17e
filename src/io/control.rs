//! The user's end of a control connection: dialling, sending lines, and a thread that reports what the server sends.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::mpsc::SyncSender,
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags},
    io::Errno,
};

use super::{
    clock,
    data::{self, ConnectError, DIAL_TIMEOUT},
    order::Order,
    wait::Cancel,
};
use crate::ftp::{dialogue::Close, event::Nanos};

/// How long a server may refuse to take a line before the connection counts as dead.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How much is read at once.
const CHUNK: usize = 16 * 1024;

/// What the server's end did.
#[derive(Debug)]
pub enum Incoming {
    /// It sent bytes, which came at this time.
    Bytes(Vec<u8>, Nanos),
    /// It has ended the connection.
    Closed(Close, Nanos),
}

/// A control connection.
#[derive(Debug)]
pub struct Control {
    stream: TcpStream,
    /// Our own address and port.
    pub user: SocketAddr,
    /// The server's.
    pub server: SocketAddr,
}

impl Control {
    /// Dials this address.
    ///
    /// # Errors
    /// Where it does not answer, or refuses.
    pub fn dial(address: SocketAddr) -> Result<Control, ConnectError> {
        let (stream, _) = data::open(address, DIAL_TIMEOUT, &Cancel::default(), None)?;
        Control::new(stream).map_err(|error| ConnectError::System {
            to: address,
            error,
            from: None,
        })
    }

    fn new(stream: TcpStream) -> io::Result<Control> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(SEND_TIMEOUT))?;
        Ok(Control {
            user: stream.local_addr()?,
            server: stream.peer_addr()?,
            stream,
        })
    }

    /// Starts the thread that reports what comes, each time through `report` into `to`: replies that announce data before
    /// that data, replies that end a transfer behind it, as far as `order` knows of it.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn listen<T: Send + 'static>(
        &self,
        to: SyncSender<T>,
        order: &Order,
        report: impl Fn(Incoming) -> T + Send + 'static,
    ) -> io::Result<()> {
        let mut stream = self.stream.try_clone()?;
        let replies = order.watch_control(&stream)?;
        thread::Builder::new()
            .name("control".into())
            .spawn(move || {
                let mut buffer = vec![0; CHUNK];
                loop {
                    // The read that follows waits for nothing.
                    let mut polled = [PollFd::new(&stream, PollFlags::IN)];
                    if rustix::event::poll(&mut polled, None) == Err(Errno::INTR) {
                        continue;
                    }
                    replies.taking();
                    let closed = match stream.read(&mut buffer) {
                        Ok(0) => Close::Fin,
                        Ok(n) => {
                            let mut gone = false;
                            replies.tell(&buffer[..n], |part| {
                                // What was waited for came before, by the clock too.
                                let incoming = Incoming::Bytes(part.to_vec(), clock::now());
                                gone |= to.send(report(incoming)).is_err();
                            });
                            if gone {
                                return;
                            }
                            continue;
                        }
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                        Err(_) => Close::Rst,
                    };
                    replies.end();
                    let _ = to.send(report(Incoming::Closed(closed, clock::now())));
                    return;
                }
            })?;
        Ok(())
    }

    /// Sends these bytes in one write.
    ///
    /// # Errors
    /// Where the connection is gone, or the server takes nothing for `SEND_TIMEOUT`.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Ends the connection from here, and gives how: with bytes that nobody has read it is a reset.
    pub fn close(self) -> Close {
        let unread = rustix::io::ioctl_fionread(&self.stream).unwrap_or(0);
        let _ = self.stream.shutdown(Shutdown::Both);
        if unread > 0 { Close::Rst } else { Close::Fin }
    }
}
