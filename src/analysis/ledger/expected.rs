//! Where data connections are expected: the end points of all negotiations that wait for one.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
};

use foldhash::fast::RandomState;

use super::{DEFAULT, MAX_AT_PORT, MAX_EXPECTED};
use crate::analysis::data::Owner;

/// Where data connections are expected.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Expected {
    by_port: HashMap<u16, Vec<Entry>, RandomState>,
    /// Sessions by the client's end of the control connection: the default data port.
    clients: HashMap<SocketAddr, (u64, IpAddr), RandomState>,
    count: usize,
    /// Beyond [`MAX_EXPECTED`] and [`MAX_AT_PORT`].
    left_out: u64,
    order: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) owner: Owner,
    pub(super) listen: SocketAddr,
    pub(super) passive: bool,
    pub(super) client: IpAddr,
    pub(super) server: IpAddr,
    /// A line has been found already; another one is only taken where no newer slot fits.
    pub(super) taken: bool,
    pub(super) order: u64,
}

impl Expected {
    pub(in crate::analysis) fn session(
        &mut self,
        number: u64,
        client: SocketAddr,
        server: SocketAddr,
    ) {
        self.clients.insert(client, (number, server.ip()));
    }

    pub(in crate::analysis) fn forget_session(&mut self, number: u64, client: SocketAddr) {
        if self
            .clients
            .get(&client)
            .is_some_and(|(session, _)| *session == number)
        {
            self.clients.remove(&client);
        }
    }

    #[cfg(test)]
    pub(in crate::analysis) fn is_empty(&self) -> bool {
        self.by_port.is_empty() && self.clients.is_empty() && self.count == 0
    }

    pub(in crate::analysis) fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn add(&mut self, mut entry: Entry) {
        if self.count >= MAX_EXPECTED {
            self.left_out += 1;
            return;
        }
        self.order += 1;
        entry.order = self.order;
        let entries = self.by_port.entry(entry.listen.port()).or_default();
        if entries.len() == MAX_AT_PORT {
            let oldest = entries.remove(0);
            // One that has found its connection has all it waited for.
            self.left_out += u64::from(!oldest.taken);
        } else {
            self.count += 1;
        }
        entries.push(entry);
    }

    pub(super) fn forget(&mut self, owner: Owner, port: u16) {
        if let Some(entries) = self.by_port.get_mut(&port) {
            let before = entries.len();
            entries.retain(|entry| entry.owner != owner);
            self.count -= before - entries.len();
            if entries.is_empty() {
                self.by_port.remove(&port);
            }
        }
    }

    /// The slots that a connection from `opener` to `acceptor` fits: the best one, and where it is the data connection
    /// between two servers, the other session's too.
    pub(in crate::analysis) fn matching(
        &mut self,
        opener: SocketAddr,
        acceptor: SocketAddr,
    ) -> Vec<Owner> {
        let entries = self.by_port.get_mut(&acceptor.port());
        let fits = |entry: &Entry| {
            let (dialler, listener) = if entry.passive {
                (entry.client, entry.server)
            } else {
                (entry.server, entry.client)
            };
            let as_said = entry.listen.ip() == acceptor.ip();
            let translated = listener == acceptor.ip();
            let by_partner = dialler == opener.ip();
            // Higher is better; a stranger at an address that was advertised is FXP, a bounce or a theft.
            match (as_said, translated, by_partner) {
                (true, _, true) => Some(3),
                (false, true, true) => Some(2),
                (true, _, false) => Some(1),
                _ => None,
            }
        };
        let mut found = Vec::new();
        if let Some(entries) = entries {
            let best = entries
                .iter()
                .enumerate()
                .filter_map(|(at, entry)| Some(((!entry.taken, fits(entry)?, entry.order), at)))
                .max();
            if let Some((_, at)) = best {
                entries[at].taken = true;
                let first = entries[at];
                found.push(first.owner);
                let partner = entries
                    .iter_mut()
                    .filter(|entry| {
                        entry.owner.0 != first.owner.0
                            && entry.passive != first.passive
                            && entry.listen == first.listen
                            && !entry.taken
                    })
                    .max_by_key(|entry| entry.order);
                if let Some(partner) = partner {
                    partner.taken = true;
                    found.push(partner.owner);
                }
            }
        }
        if found.is_empty()
            && let Some((session, server)) = self.clients.get(&acceptor)
            && *server == opener.ip()
        {
            found.push((*session, DEFAULT));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_points_beyond_the_bound_are_counted() {
        let host = IpAddr::from([10, 0, 0, 2]);
        let listen = |n: u64| SocketAddr::new(host, n as u16);
        let entry = |n: u64| Entry {
            owner: (1, n),
            listen: listen(n),
            passive: true,
            client: IpAddr::from([10, 0, 0, 1]),
            server: host,
            taken: false,
            order: 0,
        };
        let mut expected = Expected::default();
        for n in 0..MAX_EXPECTED as u64 + 3 {
            expected.add(entry(n));
        }
        assert_eq!((expected.count, expected.left_out()), (MAX_EXPECTED, 3));
        // What is over makes room.
        expected.forget((1, 7), 7);
        expected.add(entry(99_999));
        assert_eq!((expected.count, expected.left_out()), (MAX_EXPECTED, 3));
    }

    /// Whoever makes everybody wait at one port does not make every connection to it dear.
    #[test]
    fn end_points_at_one_port_are_bounded() {
        let (client, server) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let listen = SocketAddr::new(server, 50_000);
        let mut expected = Expected::default();
        for n in 0..MAX_AT_PORT as u64 + 3 {
            expected.add(Entry {
                owner: (n, 1),
                listen,
                passive: true,
                client,
                server,
                // The first of those that are forgotten has found its connection.
                taken: n == 0,
                order: 0,
            });
        }
        assert_eq!((expected.count, expected.left_out()), (MAX_AT_PORT, 2));
        // The newest still finds its own.
        let newest = MAX_AT_PORT as u64 + 2;
        let owners = expected.matching(SocketAddr::new(client, 40_000), listen);
        assert_eq!(owners, [(newest, 1)]);
        expected.forget((0, 1), 50_000);
        for n in 0..=newest {
            expected.forget((n, 1), 50_000);
        }
        assert_eq!((expected.count, expected.by_port.len()), (0, 0));
    }
}
