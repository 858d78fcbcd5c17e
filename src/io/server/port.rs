//! Ports of the server: the control port, and the data ports that PASV and EPSV open, each counted while it is open.

use std::{
    cell::Cell,
    io,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    rc::Rc,
};

use tokio::net::{TcpListener, TcpSocket};

/// Clients that wait to be accepted.
const BACKLOG: u32 = 1024;

/// Listens on this address.
pub(super) fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// An open data port. While it exists it is counted.
pub(super) struct Port {
    pub(super) listener: TcpListener,
    open: Rc<Cell<usize>>,
}

impl Port {
    /// Opens a data port on this address: in the range, from its place `start` on, or where the system likes. `open`
    /// counts it.
    pub(super) fn open(
        ip: IpAddr,
        range: Option<RangeInclusive<u16>>,
        start: u32,
        open: &Rc<Cell<usize>>,
    ) -> Option<(Port, SocketAddr)> {
        let bind = |port| {
            let listener = listener(SocketAddr::new(ip, port)).ok()?;
            let address = listener.local_addr().ok()?;
            Some((listener, address))
        };
        let (listener, address) = match range {
            None => bind(0),
            Some(range) => {
                let first = *range.start();
                let size = u32::from(*range.end() - first) + 1;
                (0..size)
                    .map(|n| first + ((start % size + n) % size) as u16)
                    .find_map(bind)
            }
        }?;
        open.set(open.get() + 1);
        let open = Rc::clone(open);
        Some((Port { listener, open }, address))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.open.set(self.open.get() - 1);
    }
}
