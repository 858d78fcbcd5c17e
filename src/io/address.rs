//! Hosts and ports as people write them, and the addresses behind them.
//!
//! `HOST`, `HOST:PORT`, `[2001:db8::1]:PORT`, a bare IPv6 address, `ftp://HOST[:PORT]/`; PORT is a number or a service's
//! name from the system's list, the one that the lab sheet has students look up (`/etc/services`). `ftp` is 21 on
//! machines without that list too (RFC 959 8).
//!
//! Resolving a name gives every address it has: who connects tries them in that order, as telnet does.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs, UdpSocket},
};

use super::file;

/// The control port of FTP (RFC 959 8), whatever the system's list says.
pub const FTP_PORT: u16 = 21;

/// The system's list of services.
pub const SERVICES: &str = "/etc/services";

/// A host, and a port where one was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: Option<u16>,
}

/// Why a text names no place, or a place has no address.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Nothing stands where the host should.
    #[error("no host in {text:?}")]
    NoHost {
        /// What was written.
        text: String,
    },
    /// A `[` without its `]`, or something other than `:PORT` behind it.
    #[error("brackets in {text:?}")]
    Brackets {
        /// What was written.
        text: String,
    },
    /// A URL that is not `ftp://`.
    #[error("scheme {scheme:?}")]
    Scheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// A port that no number of 16 bits can be.
    #[error("port {text:?}")]
    Port {
        /// What was written.
        text: String,
    },
    /// A port's name that the system's list does not have.
    #[error("service {name:?}")]
    Service {
        /// What was written.
        name: String,
    },
    /// The name has no address, or nobody could be asked.
    #[error("{host:?}: {error}")]
    Resolve {
        /// The name.
        host: String,
        /// What the system said.
        error: io::Error,
    },
}

/// Reads `HOST`, `HOST:PORT`, `[ADDR6]:PORT`, a bare `ADDR6` or `ftp://HOST[:PORT]/`. What a URL says besides (user,
/// password, path) is not part of the place.
///
/// # Errors
/// Where there is no host, the brackets are wrong, the URL is not FTP's or the port is none.
pub fn parse(text: &str) -> Result<Place, AddressError> {
    let rest = match text.split_once("://") {
        None => text,
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("ftp") => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
            authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host)
        }
        Some((scheme, _)) => {
            return Err(AddressError::Scheme {
                scheme: scheme.to_owned(),
            });
        }
    };
    let text = || text.to_owned();
    let (host, port_text) = if let Some(inside) = rest.strip_prefix('[') {
        let Some((host, behind)) = inside.split_once(']') else {
            return Err(AddressError::Brackets { text: text() });
        };
        match behind.strip_prefix(':') {
            None if behind.is_empty() => (host, None),
            None => return Err(AddressError::Brackets { text: text() }),
            Some(port) => (host, Some(port)),
        }
    } else if is_ipv6(rest) {
        (rest, None)
    } else {
        match rest.rsplit_once(':') {
            None => (rest, None),
            Some((host, port)) => (host, Some(port)),
        }
    };
    if host.is_empty() {
        return Err(AddressError::NoHost { text: text() });
    }
    // What still holds a colon is neither a name nor an address: an IPv6 address with a mistake in it.
    if host.contains(':') && !is_ipv6(host) {
        return Err(AddressError::Brackets { text: text() });
    }
    let port = port_text.filter(|text| !text.is_empty()).map(port);
    Ok(Place {
        host: host.to_owned(),
        port: port.transpose()?,
    })
}

/// True for an IPv6 address, with a zone (`fe80::1%eth0`) or without.
fn is_ipv6(text: &str) -> bool {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse::<Ipv6Addr>().is_ok()
}

/// Reads a port: a number from 0 to 65535, or a service's name.
///
/// # Errors
/// Where it is neither.
pub fn port(text: &str) -> Result<u16, AddressError> {
    if text.is_empty() || text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        // `u16::from_str` takes "+21".
        return text
            .parse()
            .ok()
            .filter(|_| !text.starts_with('+'))
            .ok_or_else(|| AddressError::Port {
                text: text.to_owned(),
            });
    }
    match service(&file::of_system(SERVICES), text) {
        Some(port) => Ok(port),
        None if text == "ftp" => Ok(FTP_PORT),
        None => Err(AddressError::Service {
            name: text.to_owned(),
        }),
    }
}

/// The TCP port of a service in a list with lines `NAME PORT/PROTOCOL ALIAS… # REMARK`.
fn service(list: &str, name: &str) -> Option<u16> {
    list.lines().find_map(|line| {
        let line = line.split('#').next().unwrap_or("");
        let mut words = line.split_whitespace();
        let first = words.next()?;
        let port = words.next()?.strip_suffix("/tcp")?;
        let named = first == name || words.any(|alias| alias == name);
        named.then(|| port.parse().ok()).flatten()
    })
}

impl Place {
    /// Every address of this place, in the order to try them; `default_port` where the place names none.
    ///
    /// # Errors
    /// Where the name has no address.
    pub fn resolve(&self, default_port: u16) -> Result<Vec<SocketAddr>, AddressError> {
        let port = self.port.unwrap_or(default_port);
        let fault = |error| AddressError::Resolve {
            host: self.host.clone(),
            error,
        };
        let mut addresses: Vec<SocketAddr> = Vec::new();
        for address in (self.host.as_str(), port)
            .to_socket_addrs()
            .map_err(fault)?
        {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() {
            return Err(fault(io::ErrorKind::NotFound.into()));
        }
        Ok(addresses)
    }
}

/// One of these addresses, IPv4 where there is a choice: a PORT has room for no other.
#[must_use]
pub fn ipv4_first(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    let ipv4 = addresses.iter().find(|address| address.is_ipv4());
    ipv4.or(addresses.first()).copied()
}

/// This port, if it can be listened on now; any that can for port 0.
#[must_use]
pub fn free_port(at: SocketAddr) -> Option<u16> {
    let port = TcpListener::bind(at).ok()?.local_addr().ok()?;
    Some(port.port())
}

/// The address of this machine from which packets to `peer` leave: the one that a server there can call back. Nothing
/// is sent: connecting a UDP socket only looks the route up.
///
/// # Errors
/// Where there is no route.
pub fn local_for(peer: IpAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match peer {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    // Any port will do; 9 is discard.
    socket.connect((peer, 9))?;
    Ok(socket.local_addr()?.ip())
}

/// This machine's own addresses, loopback last, as far as the system tells (Linux does).
#[must_use]
pub fn own() -> Vec<IpAddr> {
    let mut addresses = ipv4_of_routes(&file::of_system("/proc/net/fib_trie"));
    addresses.extend(ipv6_of_interfaces(&file::of_system("/proc/net/if_inet6")));
    addresses.sort_by_key(IpAddr::is_loopback);
    addresses
}

/// The local addresses in the kernel's table of IPv4 routes: a line `|-- 192.0.2.1` and below it `/32 host LOCAL`.
fn ipv4_of_routes(table: &str) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    let mut last = None;
    for line in table.lines() {
        let line = line.trim();
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if line == "/32 host LOCAL"
            && let Some(address) = last.map(IpAddr::from)
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    addresses
}

/// The addresses in the kernel's list of IPv6 interfaces: 32 hexadecimal digits open each line. Link-local ones are left
/// out: without their zone nobody can use them.
fn ipv6_of_interfaces(list: &str) -> Vec<IpAddr> {
    list.lines()
        .filter_map(|line| u128::from_str_radix(line.get(..32)?, 16).ok())
        .map(Ipv6Addr::from)
        .filter(|address| !address.is_unicast_link_local())
        .map(IpAddr::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_place() {
        let cases: &[(&str, &str, Option<u16>)] = &[
            ("localhost", "localhost", None),
            ("localhost:2121", "localhost", Some(2121)),
            ("192.0.2.1:ftp", "192.0.2.1", Some(21)),
            ("[::1]:21", "::1", Some(21)),
            ("[::1]", "::1", None),
            ("::1", "::1", None),
            ("fe80::1%eth0", "fe80::1%eth0", None),
            ("ftp://ftp.example.org", "ftp.example.org", None),
            (
                "FTP://ftp.example.org:2121/pub/",
                "ftp.example.org",
                Some(2121),
            ),
            (
                "ftp://lab:se@cret@[2001:db8::1]:21",
                "2001:db8::1",
                Some(21),
            ),
            ("ftp.example.org:", "ftp.example.org", None),
        ];
        for (text, host, port) in cases {
            let place = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((place.host.as_str(), place.port), (*host, *port), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_says_why() {
        use AddressError as E;
        assert!(matches!(parse(""), Err(E::NoHost { .. })));
        assert!(matches!(parse(":21"), Err(E::NoHost { .. })));
        assert!(matches!(parse("ftp:///pub"), Err(E::NoHost { .. })));
        assert!(matches!(parse("[::1"), Err(E::Brackets { .. })));
        assert!(matches!(parse("[::1]21"), Err(E::Brackets { .. })));
        assert!(matches!(parse("a:b:c"), Err(E::Brackets { .. })));
        assert!(matches!(parse("http://a"), Err(E::Scheme { scheme }) if scheme == "http"));
        assert!(matches!(parse("a:65536"), Err(E::Port { text }) if text == "65536"));
        assert!(matches!(parse("a:-1"), Err(E::Port { .. })));
        assert!(matches!(parse("a:+1"), Err(E::Port { .. })));
        assert!(matches!(parse("a:nosuch"), Err(E::Service { name }) if name == "nosuch"));
    }

    #[test]
    fn services_by_name_and_alias_over_tcp() {
        let list = "# list\ntftp\t69/udp\nftp-data\t20/tcp\nftp\t\t21/tcp # File Transfer\nfsp\t21/udp\tfspd\nhttp 80/tcp www\n";
        assert_eq!(service(list, "ftp"), Some(21));
        assert_eq!(service(list, "www"), Some(80));
        assert_eq!(service(list, "tftp"), None);
        assert_eq!(service(list, "File"), None);
    }

    #[test]
    fn the_kernels_tables() {
        let routes = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\nLocal:\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 192.0.2.7\n        /32 host LOCAL\n     |-- 192.0.2.255\n        /32 link BROADCAST\n     |-- 192.0.2.7\n        /32 host LOCAL\n";
        assert_eq!(
            ipv4_of_routes(routes),
            [IpAddr::from([127, 0, 0, 1]), IpAddr::from([192, 0, 2, 7])]
        );
        let interfaces = "00000000000000000000000000000001 01 80 10 80       lo\nfe800000000000000000000000000001 02 40 20 80     eth0\n20010db8000000000000000000000007 02 40 20 80     eth0\nshort\n";
        assert_eq!(
            ipv6_of_interfaces(interfaces),
            [
                IpAddr::from(Ipv6Addr::LOCALHOST),
                "2001:db8::7".parse::<IpAddr>().expect("address")
            ]
        );
    }

    #[test]
    fn a_host_on_this_machine_is_reached_from_itself() {
        let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
        assert_eq!(local_for(loopback).expect("a route"), loopback);
        let addresses = parse("127.0.0.1")
            .and_then(|place| place.resolve(2121))
            .expect("an address");
        assert_eq!(addresses, [SocketAddr::from(([127, 0, 0, 1], 2121))]);
    }
}
