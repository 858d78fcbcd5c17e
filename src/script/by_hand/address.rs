//! What went wrong in the head of somebody who wrote a 227 or 229 for a port that is open: the usual mistakes of
//! arithmetic, each recognised by the numbers that it gives.

use std::net::{IpAddr, SocketAddr};

use crate::ftp::endpoint::{self, Fault, FaultKind, port_bytes};

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistaken {
    /// It cannot be read as an address at all.
    Unreadable(Fault),
    /// It cannot be read, because the whole port stands where its two bytes should.
    PortUndivided,
    /// The host is another one.
    Host(IpAddr),
    /// The two bytes are in the wrong order.
    Swapped,
    /// The port was divided by 265 instead of 256.
    By265,
    /// The port was divided by 255 instead of 256.
    By255,
    /// The high byte is missing: 0 stands there.
    LowOnly,
    /// The high byte is right, the rest is not: so much instead.
    Low(u8),
    /// Another port: the one that the numbers give.
    Port(u16),
    /// Another port in a 229, which names it whole.
    Whole(u16),
    /// The address family of the control connection has no 227 (RFC 2428 2).
    NoIpv4,
}

/// The mistake in the text of a 227 or 229 reply, where the open port is to be told as `open`; `None`: it names it. `own`
/// is the port's own host, which is as good where another one was to be named.
#[must_use]
pub(super) fn mistaken(code: u16, text: &[u8], open: SocketAddr, own: IpAddr) -> Option<Mistaken> {
    let port = open.port();
    let (high, low) = port_bytes(port);
    if code == 229 {
        return match endpoint::parse_229(text) {
            Err(fault) => Some(Mistaken::Unreadable(fault)),
            Ok(stated) if stated.endpoint.port != port => {
                Some(Mistaken::Whole(stated.endpoint.port))
            }
            Ok(_) => None,
        };
    }
    if open.is_ipv6() {
        return Some(Mistaken::NoIpv4);
    }
    let stated = match endpoint::parse_227(text) {
        Ok(stated) => stated,
        Err(fault) => {
            let undivided = match fault.kind {
                FaultKind::Count { found: 5, .. } => {
                    memchr::memmem::find(text, port.to_string().as_bytes()).is_some()
                }
                FaultKind::OutOfRange { value } => value == u64::from(port),
                _ => false,
            };
            return Some(if undivided {
                Mistaken::PortUndivided
            } else {
                Mistaken::Unreadable(fault)
            });
        }
    };
    let wrong = |host: &IpAddr| *host != open.ip() && *host != own;
    if let Some(host) = stated.endpoint.host.filter(wrong) {
        return Some(Mistaken::Host(host));
    }
    let by = |divisor: u16| {
        let (high, low) = (port / divisor, port % divisor);
        u8::try_from(high).ok().zip(u8::try_from(low).ok())
    };
    let bytes = stated.bytes.unwrap_or_default();
    if bytes == (high, low) {
        return None;
    }
    Some(match bytes {
        bytes if bytes == (low, high) => Mistaken::Swapped,
        bytes if Some(bytes) == by(265) => Mistaken::By265,
        bytes if Some(bytes) == by(255) => Mistaken::By255,
        (0, second) if second == low => Mistaken::LowOnly,
        (first, second) if first == high => Mistaken::Low(second),
        _ => Mistaken::Port(stated.endpoint.port),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mistakes_are_known() {
        let open: SocketAddr = "127.0.0.1:52659".parse().expect("an address");
        let of = |text: &str| mistaken(227, text.as_bytes(), open, open.ip());
        assert_eq!(of("Entering Passive Mode (127,0,0,1,205,179)"), None);
        assert_eq!(of("=127,0,0,1,205,179"), None);
        assert_eq!(of("(127,0,0,1,179,205)"), Some(Mistaken::Swapped));
        // 52659 = 198 x 265 + 189
        assert_eq!(of("(127,0,0,1,198,189)"), Some(Mistaken::By265));
        // 52659 = 206 x 255 + 129
        assert_eq!(of("(127,0,0,1,206,129)"), Some(Mistaken::By255));
        assert_eq!(of("(127,0,0,1,0,179)"), Some(Mistaken::LowOnly));
        assert_eq!(of("(127,0,0,1,205,180)"), Some(Mistaken::Low(180)));
        assert_eq!(of("(127,0,0,1,52659)"), Some(Mistaken::PortUndivided));
        assert_eq!(of("(127,0,0,1,0,52659)"), Some(Mistaken::PortUndivided));
        assert_eq!(of("(127,0,0,1,4,5)"), Some(Mistaken::Port(1029)));
        let other: IpAddr = "192.168.52.2".parse().expect("an address");
        assert_eq!(of("(192,168,52,2,159,240)"), Some(Mistaken::Host(other)));
        assert!(matches!(of("(127.0.0.1)"), Some(Mistaken::Unreadable(_))));
    }

    #[test]
    fn a_public_address_is_named_or_the_own() {
        let (public, own) = ("203.0.113.7:5000", "10.0.0.7");
        let public: SocketAddr = public.parse().expect("an address");
        let own: IpAddr = own.parse().expect("an address");
        let of = |text: &str| mistaken(227, text.as_bytes(), public, own);
        assert_eq!(of("(203,0,113,7,19,136)"), None);
        assert_eq!(of("(10,0,0,7,19,136)"), None);
        let other: IpAddr = "10.0.0.8".parse().expect("an address");
        assert_eq!(of("(10,0,0,8,19,136)"), Some(Mistaken::Host(other)));
        assert_eq!(of("(203,0,113,7,136,19)"), Some(Mistaken::Swapped));
    }

    #[test]
    fn a_229_names_the_port_alone() {
        let open: SocketAddr = "[::1]:6446".parse().expect("an address");
        let of = |text: &str| mistaken(229, text.as_bytes(), open, open.ip());
        assert_eq!(of("Entering (|||6446|)"), None);
        assert_eq!(of("Entering (|||6464|)"), Some(Mistaken::Whole(6464)));
        assert!(matches!(of("(25,46)"), Some(Mistaken::Unreadable(_))));
        assert_eq!(
            mistaken(227, b"(127,0,0,1,25,46)", open, open.ip()),
            Some(Mistaken::NoIpv4)
        );
    }
}
