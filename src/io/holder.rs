//! Who holds a port that is taken, where the system tells: on Linux the kernel's tables of sockets name an inode and a
//! user, and the open files of the processes that we may look at name the process. Elsewhere nobody is named.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use super::file;

/// The first port that needs no right of its own where the system does not say otherwise.
const FIRST_UNPRIVILEGED: u16 = 1024;

/// Where Linux says it.
const UNPRIVILEGED: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/// The state of a socket that listens, in the kernel's tables.
const LISTEN: &str = "0A";

/// Who holds a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A process that we may look at.
    Process {
        /// Its number.
        pid: u32,
        /// Its name, as it calls itself.
        name: String,
    },
    /// A process of this user, which we may not look at.
    User {
        /// The user's number.
        uid: u32,
        /// The user's name.
        name: Option<String>,
    },
}

/// The first port that everybody may open.
#[must_use]
pub fn first_free_for_all() -> u16 {
    file::of_system(UNPRIVILEGED)
        .trim()
        .parse()
        .ok()
        .unwrap_or(FIRST_UNPRIVILEGED)
}

/// Who holds the port of `at`, on that address or on all.
#[must_use]
pub fn of(at: SocketAddr) -> Option<Holder> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(file::of_system);
    let socket = tables
        .iter()
        .flat_map(|table| table.lines())
        .filter_map(socket)
        .filter(|socket| overlaps(socket.local, at))
        .min_by_key(|socket| !socket.listens)?;
    process_with(socket.inode).or_else(|| {
        Some(Holder::User {
            uid: socket.uid,
            name: user_name(socket.uid),
        })
    })
}

/// A line of the kernel's tables.
#[derive(Debug, PartialEq, Eq)]
struct Socket {
    local: SocketAddr,
    listens: bool,
    uid: u32,
    inode: u64,
}

/// Two sockets cannot both have a port where one of them has it on all addresses.
fn overlaps(a: SocketAddr, b: SocketAddr) -> bool {
    let (one, other) = (a.ip().to_canonical(), b.ip().to_canonical());
    a.port() == b.port() && (one == other || one.is_unspecified() || other.is_unspecified())
}

fn socket(line: &str) -> Option<Socket> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (address, port) = fields.get(1)?.split_once(':')?;
    Some(Socket {
        local: SocketAddr::new(ip(address)?, u16::from_str_radix(port, 16).ok()?),
        listens: *fields.get(3)? == LISTEN,
        uid: fields.get(7)?.parse().ok()?,
        inode: fields.get(9)?.parse().ok()?,
    })
}

/// An address in the kernel's spelling: words of 32 bits in the machine's own order of bytes.
fn ip(hex: &str) -> Option<IpAddr> {
    let mut bytes = Vec::with_capacity(16);
    for at in (0..hex.len()).step_by(8) {
        bytes.extend(
            u32::from_str_radix(hex.get(at..at + 8)?, 16)
                .ok()?
                .to_ne_bytes(),
        );
    }
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes)
            .ok()
            .map(|b| Ipv4Addr::from(b).into()),
        16 => <[u8; 16]>::try_from(bytes)
            .ok()
            .map(|b| Ipv6Addr::from(b).into()),
        _ => None,
    }
}

/// The process that has this socket among its open files.
fn process_with(inode: u64) -> Option<Holder> {
    let wanted = format!("socket:[{inode}]");
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let mut files = fs::read_dir(entry.path().join("fd")).ok()?.flatten();
        files.find(|file| {
            fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == wanted.as_str())
        })?;
        let name = file::of_system(entry.path().join("comm"));
        Some(Holder::Process {
            pid,
            name: name.trim_end().to_owned(),
        })
    })
}

fn user_name(uid: u32) -> Option<String> {
    file::of_system("/etc/passwd").lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse::<u32>().ok()? == uid).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn a_line_of_the_kernels_table() {
        let line = "   1: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000 100 0 0 10 0";
        assert_eq!(
            socket(line),
            Some(Socket {
                local: SocketAddr::from(([127, 0, 0, 1], 5000)),
                listens: true,
                uid: 1000,
                inode: 4711,
            })
        );
        assert_eq!(socket("  sl  local_address rem_address   st"), None);
        assert_eq!(
            ip("00000000000000000000000001000000"),
            Some(Ipv6Addr::LOCALHOST.into())
        );
        assert_eq!(ip("0100007"), None);
    }

    #[test]
    fn a_port_on_all_addresses_is_in_everybodys_way() {
        let at = |text: &str| text.parse::<SocketAddr>().expect("address");
        assert!(overlaps(at("0.0.0.0:5000"), at("127.0.0.1:5000")));
        assert!(overlaps(at("[::]:5000"), at("127.0.0.1:5000")));
        assert!(overlaps(
            at("[::ffff:127.0.0.1]:5000"),
            at("127.0.0.1:5000")
        ));
        assert!(!overlaps(at("127.0.0.2:5000"), at("127.0.0.1:5000")));
        assert!(!overlaps(at("0.0.0.0:5001"), at("127.0.0.1:5000")));
    }
}
