//! Who can reach an address, and what an end point's address gives away: NAT, a bounce (RFC 2577), an error. Facts of
//! the RFCs that set addresses aside, and the comparison with the host at the end of the control connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    endpoint::Endpoint,
    paste::{Kind, Listener},
};

/// The ports below this one are for services; a data connection of a client has no place there (RFC 2577 3).
pub const FIRST_UNPRIVILEGED: u16 = 1024;

/// What an address is set aside for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `0.0.0.0`, `::`: every address of the machine that says it; none to call.
    Unspecified,
    /// The machine itself (RFC 1122 3.2.1.3, RFC 4291 2.5.3).
    Loopback,
    /// A network's own (RFC 1918).
    Private,
    /// Between an Internet provider and its customers (RFC 6598).
    Shared,
    /// A network's own, in IPv6 (RFC 4193).
    UniqueLocal,
    /// One cable or radio network (RFC 3927, RFC 4291 2.5.6).
    LinkLocal,
    /// Examples in books (RFC 5737, RFC 3849).
    Documentation,
    /// A group of machines (RFC 1112, RFC 4291 2.7).
    Multicast,
    /// All machines of a network, or never given to any (RFC 1112 4, RFC 919 7).
    Reserved,
    /// Everybody.
    Global,
}

impl Scope {
    /// What this address is set aside for.
    #[must_use]
    pub fn of(ip: IpAddr) -> Scope {
        match ip.to_canonical() {
            IpAddr::V4(ip) => of_v4(ip),
            IpAddr::V6(ip) => of_v6(ip),
        }
    }

    /// True for an address that nobody can open a TCP connection to.
    #[must_use]
    pub const fn cannot_be_called(self) -> bool {
        matches!(
            self,
            Scope::Unspecified | Scope::Multicast | Scope::Reserved
        )
    }

    /// True for an address that means something inside one network or machine only.
    #[must_use]
    const fn is_inner(self) -> bool {
        matches!(
            self,
            Scope::Loopback
                | Scope::Private
                | Scope::Shared
                | Scope::UniqueLocal
                | Scope::LinkLocal
        )
    }
}

fn of_v4(ip: Ipv4Addr) -> Scope {
    let [a, b, ..] = ip.octets();
    match ip {
        _ if a == 0 => Scope::Unspecified,
        _ if ip.is_loopback() => Scope::Loopback,
        _ if ip.is_private() => Scope::Private,
        _ if a == 100 && (64..128).contains(&b) => Scope::Shared,
        _ if ip.is_link_local() => Scope::LinkLocal,
        _ if ip.is_documentation() => Scope::Documentation,
        _ if ip.is_multicast() => Scope::Multicast,
        _ if a >= 240 => Scope::Reserved,
        _ => Scope::Global,
    }
}

fn of_v6(ip: Ipv6Addr) -> Scope {
    match ip {
        _ if ip.is_unspecified() => Scope::Unspecified,
        _ if ip.is_loopback() => Scope::Loopback,
        _ if ip.is_unique_local() => Scope::UniqueLocal,
        _ if ip.is_unicast_link_local() => Scope::LinkLocal,
        _ if ip.is_multicast() => Scope::Multicast,
        _ if ip.segments()[..2] == [0x2001, 0xdb8] => Scope::Documentation,
        _ => Scope::Global,
    }
}

/// What there is to say about an end point, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// Port 0, where nobody can be called.
    PortZero,
    /// A port below 1024.
    Privileged {
        /// The port.
        port: u16,
    },
    /// A server's line names an inner address, the control connection goes to another: the server is behind NAT.
    BehindNat {
        /// The host that is named.
        named: IpAddr,
        /// The host of the control connection.
        control: IpAddr,
    },
    /// A server's line sends its client to a third machine.
    ThirdParty {
        /// The host that is named.
        named: IpAddr,
        /// The host of the control connection.
        control: IpAddr,
    },
    /// A client's line names another host than the one that the server sees it come from.
    NotTheClient {
        /// The host that is named.
        named: IpAddr,
        /// The client's own address, on the way to the server.
        own: IpAddr,
    },
    /// The address is set aside.
    Aside {
        /// The host that is named.
        named: IpAddr,
        /// What for; never [`Scope::Global`].
        scope: Scope,
    },
}

impl Judgement {
    /// True where nobody can connect, or should.
    #[must_use]
    pub const fn is_grave(self) -> bool {
        match self {
            Judgement::PortZero
            | Judgement::ThirdParty { .. }
            | Judgement::NotTheClient { .. }
            | Judgement::BehindNat { .. } => true,
            Judgement::Privileged { .. } => false,
            Judgement::Aside { scope, .. } => scope.cannot_be_called(),
        }
    }
}

/// Judges an end point that was said in this way. `known` is the host that it should name, where that is known: the
/// server's for what a server says, one's own for what a client says.
#[must_use]
pub fn judge(endpoint: Endpoint, kind: Kind, known: Option<IpAddr>) -> Vec<Judgement> {
    let mut found = Vec::new();
    match endpoint.port {
        0 => found.push(Judgement::PortZero),
        port if port < FIRST_UNPRIVILEGED => found.push(Judgement::Privileged { port }),
        _ => {}
    }
    let Some(named) = endpoint.host else {
        return found;
    };
    let scope = Scope::of(named);
    match known {
        // The right host is the right host, whatever its network.
        Some(known) if known.to_canonical() == named.to_canonical() => return found,
        Some(own) if kind.listener() == Some(Listener::User) => {
            found.push(Judgement::NotTheClient { named, own });
        }
        Some(control) if scope.is_inner() || scope == Scope::Unspecified => {
            found.push(Judgement::BehindNat { named, control });
            return found;
        }
        Some(control) => found.push(Judgement::ThirdParty { named, control }),
        None => {}
    }
    if scope != Scope::Global {
        found.push(Judgement::Aside { named, scope });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::endpoint::Form;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn addresses_set_aside() {
        let cases: &[(Scope, &[&str])] = &[
            (Scope::Unspecified, &["0.0.0.0", "::", "0.1.2.3"]),
            (
                Scope::Loopback,
                &["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"],
            ),
            (
                Scope::Private,
                &["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.52.7"],
            ),
            (Scope::Shared, &["100.64.0.1", "100.127.255.255"]),
            (Scope::UniqueLocal, &["fd00::1"]),
            (Scope::LinkLocal, &["169.254.1.1", "fe80::1"]),
            (
                Scope::Documentation,
                &["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"],
            ),
            (Scope::Multicast, &["224.0.0.1", "239.1.1.1", "ff02::1"]),
            (Scope::Reserved, &["240.0.0.1", "255.255.255.255"]),
            (
                Scope::Global,
                &["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"],
            ),
        ];
        for (scope, addresses) in cases {
            for address in *addresses {
                assert_eq!(Scope::of(ip(address)), *scope, "{address}");
            }
        }
    }

    #[test]
    fn a_host_is_judged_beside_the_one_it_should_be() {
        let passive = Kind::Line(Form::Reply227);
        let at = |host: &str, port| Endpoint {
            host: Some(ip(host)),
            port,
        };
        let private = Judgement::Aside {
            named: ip("10.0.0.7"),
            scope: Scope::Private,
        };
        assert_eq!(judge(at("10.0.0.7", 5000), passive, None), [private]);
        assert_eq!(
            judge(at("10.0.0.7", 5000), passive, Some(ip("10.0.0.7"))),
            []
        );
        assert_eq!(
            judge(at("10.0.0.7", 5000), passive, Some(ip("8.8.8.8"))),
            [Judgement::BehindNat {
                named: ip("10.0.0.7"),
                control: ip("8.8.8.8")
            }]
        );
        assert_eq!(
            judge(at("8.8.4.4", 5000), passive, Some(ip("8.8.8.8"))),
            [Judgement::ThirdParty {
                named: ip("8.8.4.4"),
                control: ip("8.8.8.8")
            }]
        );
        assert_eq!(
            judge(
                at("8.8.4.4", 5000),
                Kind::Line(Form::Port),
                Some(ip("8.8.8.8"))
            ),
            [Judgement::NotTheClient {
                named: ip("8.8.4.4"),
                own: ip("8.8.8.8")
            }]
        );
    }

    #[test]
    fn ports_that_no_data_connection_should_have() {
        let at = |port| judge(Endpoint { host: None, port }, Kind::Pair, None);
        assert_eq!(at(0), [Judgement::PortZero]);
        assert_eq!(at(25), [Judgement::Privileged { port: 25 }]);
        assert_eq!(at(1024), []);
    }
}
