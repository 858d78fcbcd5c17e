//! IP fragments that wait for the rest of their datagram (RFC 791 3.2, RFC 8200 4.5). etherparse puts the bytes together;
//! the bounds are ours.

use std::{collections::HashMap, net::IpAddr};

use etherparse::{IpFragOffset, IpNumber, LaxIpSlice, defrag::IpDefragBuf};

use super::{Datagram, Unread};
use crate::capture::file::Nanos;

/// Datagrams that may wait at a time; the oldest gives way. Each holds at most 64 KiB.
pub(super) const MAX_WAITING: usize = 64;
/// How long a datagram waits for its last fragment (RFC 1122 3.3.2 gives 60 to 120 seconds).
pub const PATIENCE: Nanos = 60 * 1_000_000_000;

/// What makes fragments parts of one datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    from: IpAddr,
    to: IpAddr,
    id: u32,
    protocol: u8,
}

/// One fragment.
pub(super) struct Fragment<'a> {
    pub(super) datagram: Datagram<'a>,
    key: Key,
    offset: IpFragOffset,
    more: bool,
}

impl<'a> Fragment<'a> {
    /// A fragment that the capture cut short cannot be used.
    pub(super) fn of(ip: &LaxIpSlice<'a>, datagram: Datagram<'a>) -> Result<Fragment<'a>, Unread> {
        if datagram.missing > 0 {
            return Err(Unread::CutHeader);
        }
        let (id, offset, more) = match ip {
            LaxIpSlice::Ipv4(v4) => {
                let header = v4.header();
                (
                    u32::from(header.identification()),
                    header.fragments_offset(),
                    header.more_fragments(),
                )
            }
            LaxIpSlice::Ipv6(v6) => {
                let header = v6.extensions().clone().into_iter().find_map(|extension| {
                    if let etherparse::Ipv6ExtensionSlice::Fragment(fragment) = extension {
                        Some(fragment)
                    } else {
                        None
                    }
                });
                let header = header.ok_or(Unread::BadIp)?;
                (
                    header.identification(),
                    header.fragment_offset(),
                    header.more_fragments(),
                )
            }
        };
        Ok(Fragment {
            key: Key {
                from: datagram.from,
                to: datagram.to,
                id,
                protocol: datagram.protocol.0,
            },
            datagram,
            offset,
            more,
        })
    }
}

/// The datagrams that wait.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    waiting: HashMap<Key, Waiting>,
    whole: Vec<u8>,
    arrivals: u64,
}

#[derive(Debug)]
struct Waiting {
    buffer: IpDefragBuf,
    since: Nanos,
    arrival: u64,
}

impl Fragments {
    /// Adds a fragment; the datagram's payload, where this one was the last that it waited for.
    pub(super) fn add(&mut self, fragment: &Fragment<'_>, now: Nanos) -> Option<&[u8]> {
        if self
            .waiting
            .get(&fragment.key)
            .is_some_and(|waiting| now.saturating_sub(waiting.since) > PATIENCE)
        {
            self.waiting.remove(&fragment.key);
        }
        if !self.waiting.contains_key(&fragment.key) && self.waiting.len() >= MAX_WAITING {
            let oldest = self
                .waiting
                .iter()
                .min_by_key(|(_, waiting)| waiting.arrival)
                .map(|(key, _)| *key);
            oldest.map(|key| self.waiting.remove(&key));
        }
        self.arrivals += 1;
        let arrival = self.arrivals;
        let waiting = self.waiting.entry(fragment.key).or_insert_with(|| Waiting {
            buffer: IpDefragBuf::new(IpNumber(fragment.key.protocol), Vec::new(), Vec::new()),
            since: now,
            arrival,
        });
        // A fragment that contradicts the others is left out; the datagram may still come to an end.
        let _ = waiting
            .buffer
            .add(fragment.offset, fragment.more, fragment.datagram.payload);
        if !waiting.buffer.is_complete() {
            return None;
        }
        let done = self.waiting.remove(&fragment.key)?;
        (self.whole, _) = done.buffer.take_bufs();
        Some(&self.whole)
    }
}
