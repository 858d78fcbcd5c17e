//! Where data will go: what PORT, EPRT and LPRT say, and what the replies to PASV, EPSV and LPSV do (RFC 959 3.2, 2428, 1639).

use std::net::SocketAddr;

use super::{Core, Here, Pending, Sink};
use crate::ftp::{
    code::ReplyCode,
    command::Verb,
    endpoint::{self, Endpoint, Form, Stated},
    event::What,
    quirk::Kind,
    session::Negotiation,
    side::Side,
};

impl Core {
    /// What PORT, EPRT or LPRT say.
    pub(super) fn announced(
        &mut self,
        here: Here,
        form: Form,
        stated: &Result<Stated, endpoint::Fault>,
        sink: Sink<'_>,
    ) {
        match stated {
            Err(fault) => self.quirk(
                here,
                Kind::BadEndpoint {
                    form,
                    fault: *fault,
                },
                sink,
            ),
            Ok(stated) => {
                self.odd_endpoint(here, form, stated, sink);
                let host = stated.endpoint.host;
                if differs(host.map(|host| SocketAddr::new(host, 0)), self.ends.user) {
                    self.quirk(here, Kind::ThirdParty, sink);
                }
                if (1..1024).contains(&stated.endpoint.port) {
                    self.quirk(
                        here,
                        Kind::PrivilegedPort {
                            port: stated.endpoint.port,
                        },
                        sink,
                    );
                }
            }
        }
    }

    fn odd_endpoint(&mut self, here: Here, form: Form, stated: &Stated, sink: Sink<'_>) {
        for &oddity in &stated.oddities {
            self.quirk(here, Kind::OddEndpoint { form, oddity }, sink);
        }
        if stated.endpoint.port == 0 {
            self.quirk(here, Kind::PortZero { form }, sink);
        }
    }

    /// PORT, EPRT or LPRT was answered.
    pub(super) fn active(&mut self, pending: &Pending, code: ReplyCode, sink: Sink<'_>) {
        let stated = pending
            .stated
            .as_ref()
            .and_then(|stated| stated.as_ref().as_ref().ok())
            .cloned();
        let listen = stated
            .as_ref()
            .and_then(|stated| full_address(stated.endpoint, self.ends.user));
        let accepted = code.is_completion();
        self.negotiated(
            Here {
                side: Side::User,
                offset: pending.offset,
                at: pending.at,
            },
            Negotiation {
                listen,
                peer_differs: differs(listen, self.ends.user),
                stated,
                accepted,
                ..Negotiation::refused(Some(pending.n), pending.verb)
            },
            sink,
        );
    }

    /// A reply that should say where the server listens.
    pub(super) fn passive(
        &mut self,
        here: Here,
        command: Option<u64>,
        verb: Option<Verb>,
        code: ReplyCode,
        text: &[u8],
        sink: Sink<'_>,
    ) {
        let (form, usual) = match code.value() {
            227 => (Form::Reply227, Verb::Pasv),
            228 => (Form::Reply228, Verb::Lpsv),
            229 => (Form::Reply229, Verb::Epsv),
            _ => {
                if let Some(verb) = verb {
                    self.negotiated(here, Negotiation::refused(command, verb), sink);
                }
                return;
            }
        };
        // The number of the reply decides how it is read, whatever was asked.
        let verb = verb.unwrap_or(usual);
        if verb != usual {
            self.quirk(here, Kind::PassiveMismatch { verb, code }, sink);
        }
        let stated = match endpoint::parse(form, text) {
            Ok(stated) => Some(stated),
            Err(fault) => {
                self.quirk(here, Kind::BadEndpoint { form, fault }, sink);
                None
            }
        };
        if command.is_none() && stated.is_none() {
            return;
        }
        let listen = stated
            .as_ref()
            .and_then(|stated| full_address(stated.endpoint, self.ends.server));
        let peer_differs = differs(listen, self.ends.server);
        if let Some(stated) = &stated {
            self.odd_endpoint(here, form, stated, sink);
            if peer_differs {
                self.quirk(here, Kind::PassiveHostDiffers, sink);
            }
        }
        let negotiation = Negotiation {
            listen,
            accepted: stated.is_some(),
            stated,
            peer_differs,
            ..Negotiation::refused(command, verb)
        };
        self.negotiated(here, negotiation, sink);
    }

    pub(super) fn negotiated(&mut self, here: Here, mut negotiation: Negotiation, sink: Sink<'_>) {
        self.negotiations += 1;
        negotiation.n = self.negotiations;
        here.tell(sink, What::Negotiation(&negotiation));
        // A refused command leaves the last agreement as it was.
        if negotiation.accepted {
            self.session.negotiation = Some(negotiation);
        }
    }
}

/// An end point that names no host means the one at the end of the control connection.
pub(super) fn full_address(endpoint: Endpoint, peer: Option<SocketAddr>) -> Option<SocketAddr> {
    let host = endpoint.host.or(peer.map(|peer| peer.ip()))?;
    Some(endpoint.at(host))
}

/// True where an address names another host than this end of the control connection; unknown ends differ from nothing.
pub(super) fn differs(listen: Option<SocketAddr>, end: Option<SocketAddr>) -> bool {
    match (listen, end) {
        (Some(listen), Some(end)) => listen.ip().to_canonical() != end.ip().to_canonical(),
        _ => false,
    }
}
