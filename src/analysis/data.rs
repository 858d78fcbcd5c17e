//! A data connection while it is being watched: what came over it, whole or not, and to which negotiations it belongs.

use std::net::SocketAddr;

use sha2::{Digest, Sha256};

use super::{
    finding::Connection,
    verdict::{Line, Party},
};
use crate::capture::{
    flow::{Chunk, End, Flow, FlowId, Gap, Opening, Way},
    frame::Undelivered,
    reassembly::{Mark, Missing},
};

/// Bytes kept of the beginning, to see what it is.
pub(super) const HEAD: usize = 256;

/// A connection's first facts, as they are known when it opens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) flow: FlowId,
    pub(super) opener: SocketAddr,
    pub(super) acceptor: SocketAddr,
    pub(super) opening: Opening,
    pub(super) first: Mark,
}

impl Seen {
    pub(super) fn of(flow: &Flow) -> Seen {
        Seen {
            flow: flow.id(),
            opener: flow.opener(),
            acceptor: flow.acceptor(),
            opening: flow.opening(),
            first: flow.first(),
        }
    }
}

/// Which negotiation of which session a data connection belongs to.
pub(super) type Owner = (u64, u64);

/// A data connection.
#[derive(Debug)]
pub(super) struct DataLine {
    pub(super) seen: Seen,
    /// The end that was seen first is the one that listened: the capture has no handshake, what was agreed on tells.
    pub(super) turned: bool,
    pub(super) established: bool,
    pub(super) last: Mark,
    syns: u32,
    syn_times: Vec<i64>,
    pub(super) bytes: [u64; 2],
    pub(super) lost: [u64; 2],
    pub(super) cut: [u64; 2],
    pub(super) first_data: Option<Mark>,
    pub(super) last_data: Option<Mark>,
    fins: [Option<Mark>; 2],
    reset: Option<(Way, Mark)>,
    undelivered: Option<(Undelivered, Mark)>,
    hashes: Option<Box<[Sha256; 2]>>,
    /// Of the first direction that carried data, with CR LF taken as LF; kept where the first bytes have a CR LF.
    lf_hash: Option<Box<Sha256>>,
    /// A CR that may belong to a CR LF ended the last piece.
    held_cr: bool,
    pub(super) head: Vec<u8>,
    /// Way of the bytes in `head`.
    pub(super) head_way: Way,
    line_ends: [u64; 2],
    after_cr: [bool; 2],
    pub(super) owners: Vec<Owner>,
    /// A session between the same hosts, where no negotiation fits.
    pub(super) beside: Option<u64>,
    pub(super) left: bool,
    /// A transfer has named it.
    pub(super) told: bool,
}

impl DataLine {
    pub(super) fn new(seen: Seen, hash: bool) -> DataLine {
        DataLine {
            seen,
            turned: false,
            established: seen.opening == Opening::Middle,
            last: seen.first,
            syns: u32::from(seen.opening == Opening::Syn),
            syn_times: vec![seen.first.time],
            bytes: [0; 2],
            lost: [0; 2],
            cut: [0; 2],
            first_data: None,
            last_data: None,
            fins: [None; 2],
            reset: None,
            undelivered: None,
            hashes: hash.then(Box::default),
            lf_hash: None,
            held_cr: false,
            head: Vec::new(),
            head_way: Way::Forth,
            line_ends: [0; 2],
            after_cr: [false; 2],
            owners: Vec::new(),
            beside: None,
            left: false,
            told: false,
        }
    }

    /// Brings it up to what the table of connections knows.
    pub(super) fn note(&mut self, flow: &Flow) {
        self.last = flow.last();
        self.established |= flow.established();
        if !self.established {
            self.syns = flow.syns();
            self.syn_times.truncate(1);
            self.syn_times
                .extend(flow.retries().iter().map(|mark| mark.time));
            self.undelivered = flow.undelivered().copied();
        }
    }

    /// The connection leaves the table: what ended it before it was known to be a data connection is taken over too.
    pub(super) fn settle(&mut self, flow: &Flow) {
        self.note(flow);
        for way in [Way::Forth, Way::Back] {
            if let Some(mark) = flow.fin(way) {
                self.fins[way as usize].get_or_insert(mark);
            }
            if let Some(mark) = flow.reset(way) {
                self.reset.get_or_insert((way, mark));
            }
        }
        self.left = true;
    }

    pub(super) fn data(&mut self, chunk: &Chunk<'_>) {
        let way = chunk.way as usize;
        self.bytes[way] += chunk.bytes.len() as u64;
        self.first_data.get_or_insert(chunk.mark);
        self.last_data = Some(chunk.mark);
        if self.head.is_empty() {
            self.head_way = chunk.way;
            if self.hashes.is_some() && memchr::memmem::find(chunk.bytes, b"\r\n").is_some() {
                self.lf_hash = Some(Box::default());
            }
        }
        if self.head_way == chunk.way
            && let Some(hash) = &mut self.lf_hash
        {
            without_cr(chunk.bytes, &mut self.held_cr, |part| hash.update(part));
        }
        if self.head_way == chunk.way && self.head.len() < HEAD {
            let room = HEAD - self.head.len();
            self.head
                .extend_from_slice(&chunk.bytes[..chunk.bytes.len().min(room)]);
        }
        if let Some(hashes) = &mut self.hashes {
            hashes[way].update(chunk.bytes);
            for at in memchr::memchr_iter(b'\n', chunk.bytes) {
                let cr = match at.checked_sub(1) {
                    Some(before) => chunk.bytes[before] == b'\r',
                    None => self.after_cr[way],
                };
                self.line_ends[usize::from(!cr)] += 1;
            }
            self.after_cr[way] = chunk.bytes.last() == Some(&b'\r');
        }
    }

    pub(super) fn gap(&mut self, gap: &Gap) {
        let way = gap.way as usize;
        match gap.why {
            Missing::Lost => self.lost[way] += gap.bytes,
            Missing::Cut => self.cut[way] += gap.bytes,
        }
    }

    pub(super) fn ended(&mut self, way: Way, end: End, mark: Mark) {
        match end {
            End::Fin => {
                self.fins[way as usize].get_or_insert(mark);
            }
            End::Reset => {
                self.reset.get_or_insert((way, mark));
            }
        }
    }

    pub(super) fn undelivered(&mut self, error: &Undelivered, mark: Mark) {
        self.undelivered.get_or_insert((*error, mark));
    }

    /// Nothing more will come over it.
    pub(super) fn finished(&self) -> bool {
        self.left
            || self.reset.is_some() && self.established
            || self.fins.iter().all(Option::is_some)
    }

    /// The end that dialled.
    pub(super) fn from(&self) -> SocketAddr {
        if self.turned {
            self.seen.acceptor
        } else {
            self.seen.opener
        }
    }

    /// The end that listened.
    pub(super) fn to(&self) -> SocketAddr {
        if self.turned {
            self.seen.opener
        } else {
            self.seen.acceptor
        }
    }

    /// The direction of bytes that come from the end which dialled.
    pub(super) fn diallers_way(&self) -> Way {
        if self.turned { Way::Back } else { Way::Forth }
    }

    pub(super) fn missing(&self) -> u64 {
        self.lost.iter().chain(&self.cut).sum()
    }

    /// The direction that has the payload; `usual` where neither or both have.
    pub(super) fn payload_way(&self, usual: Way) -> Way {
        match self.bytes.map(|bytes| bytes > 0) {
            [false, true] => Way::Back,
            [true, false] => Way::Forth,
            _ => usual,
        }
    }

    /// SHA-256 of a direction; None where it was not asked for or bytes are missing.
    pub(super) fn sha256(&self, way: Way) -> Option<[u8; 32]> {
        let hashes = self.hashes.as_ref()?;
        if self.missing() > 0 || !self.established {
            return None;
        }
        Some(hashes[way as usize].clone().finalize().into())
    }

    /// SHA-256 of the payload as a system that ends lines with LF would keep it; None where the bytes have no CR LF.
    pub(super) fn sha256_lf(&self) -> Option<[u8; 32]> {
        let mut hash = self.lf_hash.clone()?;
        if self.missing() > 0 || !self.established {
            return None;
        }
        if self.held_cr {
            hash.update(b"\r");
        }
        Some(hash.finalize().into())
    }

    pub(super) fn line_ends(&self) -> [u64; 2] {
        self.line_ends
    }

    /// The first FIN, or the reset if that came first.
    fn ended_by(&self) -> Option<(Way, bool, Mark)> {
        let fins = [Way::Forth, Way::Back]
            .into_iter()
            .filter_map(|way| Some((way, false, self.fins[way as usize]?)));
        let reset = self.reset.map(|(way, mark)| (way, true, mark));
        fins.chain(reset).min_by_key(|(_, _, mark)| mark.frame)
    }

    /// When its sender ended, by FIN or reset.
    pub(super) fn sender_end(&self, way: Way) -> Option<(End, Mark)> {
        match (self.fins[way as usize], self.reset) {
            (Some(mark), _) => Some((End::Fin, mark)),
            (None, Some((by, mark))) if by == way => Some((End::Reset, mark)),
            _ => None,
        }
    }

    pub(super) fn connection(&self, server_opened: bool) -> Connection {
        let end_of = |way: Way| {
            if way == Way::Forth {
                self.seen.opener
            } else {
                self.seen.acceptor
            }
        };
        Connection {
            flow: self.seen.flow,
            from: self.from(),
            to: self.to(),
            opening: self.seen.opening,
            established: self.established,
            first: self.seen.first,
            last: self.last,
            first_data: self.first_data,
            last_data: self.last_data,
            syns: self.syns,
            ended_by: self
                .ended_by()
                .map(|(way, reset, mark)| (end_of(way), reset, mark)),
            server_opened,
            server_way: if server_opened {
                self.diallers_way()
            } else {
                self.diallers_way().other()
            },
        }
    }

    /// What the verdict needs, where the payload goes `way` and the server's bytes go `server_way`.
    pub(super) fn line(&self, way: Way, server_way: Way) -> Line {
        Line {
            acceptor: self.to(),
            opening: self.seen.opening,
            established: self.established,
            syns: self.syns,
            syn_times: self.syn_times.clone(),
            bytes: self.bytes.iter().sum(),
            lost: self.lost.iter().sum(),
            cut: self.cut.iter().sum(),
            sender_end: self.sender_end(way).map(|(end, _)| end),
            reset: self.reset.map(|(by, mark)| {
                let party = if by == server_way {
                    Party::Server
                } else {
                    Party::Client
                };
                (party, mark)
            }),
            undelivered: self.undelivered,
        }
    }
}

/// Gives bytes on with each CR LF as LF. `held`: a CR ended the bytes before, and may be the half of one.
fn without_cr(mut bytes: &[u8], held: &mut bool, mut to: impl FnMut(&[u8])) {
    if bytes.is_empty() {
        return;
    }
    if std::mem::take(held) && bytes[0] != b'\n' {
        to(b"\r");
    }
    if let Some(rest) = bytes.strip_suffix(b"\r") {
        *held = true;
        bytes = rest;
    }
    let mut from = 0;
    for at in memchr::memmem::find_iter(bytes, b"\r\n") {
        to(&bytes[from..at]);
        from = at + 1;
    }
    to(&bytes[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cr_lf_becomes_lf_however_it_is_split() {
        let text = b"a\r\nb\rc\r\r\nd\r";
        for cut in 0..=text.len() {
            for second in cut..=text.len() {
                let (mut held, mut out) = (false, Vec::new());
                for part in [&text[..cut], &text[cut..second], &text[second..]] {
                    without_cr(part, &mut held, |bytes| out.extend_from_slice(bytes));
                }
                assert!(held);
                assert_eq!(out, b"a\nb\rc\r\nd", "{cut} {second}");
            }
        }
    }
}
