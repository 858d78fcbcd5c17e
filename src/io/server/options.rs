//! What a server is to be like, and the bounds that hold where nobody says otherwise.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ops::RangeInclusive,
    path::PathBuf,
    time::Duration,
};

use super::{data, files::Folder};

/// The longest command line that is kept, in bytes; longer ones get a 500.
pub const MAX_LINE: usize = 8192;
/// Clients at once, unless told otherwise; the next one gets a 421.
pub const MAX_CONNECTIONS: usize = 10_000;
/// Open data ports of all clients together, unless told otherwise; the next PASV finds none free.
pub const MAX_DATA_PORTS: usize = 1_000;
/// A client that takes none of a reply's bytes for so long is closed, in the program.
pub const STALL: Duration = Duration::from_secs(60);

/// What a server is to be like.
#[derive(Debug, Clone)]
pub struct Options {
    /// The addresses to listen on. Those of a family that the system does not have are left out, unless it is the only
    /// one.
    pub bind: Vec<IpAddr>,
    /// The control port; 0 picks one that is free on all of them.
    pub port: u16,
    /// Where data ports are opened; `None`: where the system likes.
    pub passive_ports: Option<RangeInclusive<u16>>,
    /// What the script's files are below.
    pub folder: Folder,
    /// Where uploads are kept; `None`: they are counted and dropped.
    pub store: Option<PathBuf>,
    /// Clients at once.
    pub connections: usize,
    /// What the first connection's number is one above.
    pub numbered_above: u64,
    /// Data ports at once.
    pub data_ports: usize,
    /// Bytes of a command line.
    pub line: usize,
    /// End with the first client.
    pub once: bool,
    /// How many of the first bytes of each file that is sent are told.
    pub sample: usize,
    /// Every byte is told to [`Tap::wire`](super::Tap::wire).
    pub wire: bool,
    /// A client that takes none of a reply's bytes for so long is closed.
    pub stall: Duration,
    /// A data connection on which nothing moves for so long is given up.
    pub data_stall: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            bind: vec![
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(Ipv6Addr::LOCALHOST),
            ],
            port: 0,
            passive_ports: None,
            folder: Folder::None,
            store: None,
            connections: MAX_CONNECTIONS,
            numbered_above: 0,
            data_ports: MAX_DATA_PORTS,
            line: MAX_LINE,
            once: false,
            sample: 0,
            wire: false,
            stall: STALL,
            data_stall: data::STALL,
        }
    }
}
