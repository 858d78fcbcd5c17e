//! The same session twice in one capture, with different addresses: what a recording on a router that translates
//! addresses (NAT) holds, of either side one. Two rows of a ledger that look like two transfers were one.
//!
//! Two sessions are taken for one if their first lines are the same, whatever addresses they state, one of the two hosts
//! is another, and one of two things shows it: both initial sequence numbers are the same (a translator of addresses has
//! no reason to change them), or each line of the user is seen first on the one side and each of the server first on the
//! other, as a router in between sees them.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher},
};

use foldhash::quality::RandomState;

use super::finding::{Evidence, Session};
use crate::{
    capture::flow::Numbered,
    ftp::{command::Verb, event::What, side::Side},
};

/// Lines of either side that must be the same: the greeting, the answers to USER and PASS, and what they answer.
const LINES: usize = 3;
/// Sessions that are remembered at the same time; those that come then are compared with them, and not with each other.
const MAX_HEADS: usize = 4_096;
/// The same of sessions that begin with the same lines: clients of one kind, tried passwords of one list.
const MAX_ALIKE: usize = 16;

/// The first lines of a control connection.
#[derive(Debug, Default)]
pub(super) struct Head {
    digest: u64,
    /// How many lines of the user there were, and of the server; and the frames in which they came.
    told: [usize; 2],
    frames: [[u64; LINES]; 2],
}

impl Head {
    /// Takes what the observer says in `frame`; true once, when enough has been said. All heads are made with the same
    /// `keys`.
    pub(super) fn take(&mut self, what: &What<'_>, frame: u64, keys: &RandomState) -> bool {
        let side = match what {
            What::Command(_) => Side::User,
            What::Reply(_) => Side::Server,
            _ => return false,
        };
        let index = usize::from(side == Side::Server);
        let line = self.told[index];
        if line == LINES {
            return false;
        }
        let mut hasher = keys.build_hasher();
        (side == Side::User, line).hash(&mut hasher);
        match what {
            What::Command(command) if command.verb.announces() => {
                command.verb.name().hash(&mut hasher)
            }
            What::Command(command) => command.line.hash(&mut hasher),
            What::Reply(reply) => {
                let code = reply.code.map(|code| code.value());
                code.hash(&mut hasher);
                let states_address = reply.answers.is_some_and(|answer| {
                    answer.verb.announces()
                        || matches!(answer.verb, Verb::Pasv | Verb::Epsv | Verb::Lpsv)
                });
                if !states_address {
                    reply.text.lines().for_each(|line| line.hash(&mut hasher));
                }
            }
            _ => {}
        }
        // The two sides' lines may come in another order on the other side of the router.
        self.digest = self.digest.wrapping_add(hasher.finish());
        self.frames[index][line] = frame;
        self.told[index] += 1;
        self.told == [LINES; 2]
    }

    /// Every line of the user was first in `self`, every one of the server first in `other`.
    fn is_nearer_to_the_user(&self, other: &Head) -> bool {
        let before = |one: &Head, two: &Head, side: usize| {
            one.frames[side]
                .iter()
                .zip(two.frames[side])
                .all(|(one, two)| *one < two)
        };
        before(self, other, 0) && before(other, self, 1)
    }
}

/// The sessions that go on, by their first lines.
#[derive(Debug, Default)]
pub(super) struct Heads {
    by_digest: HashMap<u64, Vec<u64>, BuildHasherDefault<Numbered>>,
    count: usize,
    keys: RandomState,
}

impl Heads {
    /// What the digests of all heads are made with.
    pub(super) fn keys(&self) -> &RandomState {
        &self.keys
    }

    /// The sessions with these first lines; `number` is one of them from now on, where there is room.
    pub(super) fn same(&mut self, head: &Head, number: u64) -> Vec<u64> {
        let before = self.by_digest.get(&head.digest).cloned();
        let before = before.unwrap_or_default();
        if self.count < MAX_HEADS && before.len() < MAX_ALIKE {
            self.by_digest.entry(head.digest).or_default().push(number);
            self.count += 1;
        }
        before
    }

    /// A session is over.
    pub(super) fn forget(&mut self, head: &Head, number: u64) {
        if let Some(sessions) = self.by_digest.get_mut(&head.digest)
            && let Some(at) = sessions.iter().position(|session| *session == number)
        {
            sessions.remove(at);
            self.count -= 1;
            if sessions.is_empty() {
                self.by_digest.remove(&head.digest);
            }
        }
    }
}

/// Whether two sessions with the same first lines are one, and how that shows.
pub(super) fn evidence(
    (one, one_head): (&Session, &Head),
    (two, two_head): (&Session, &Head),
) -> Option<Evidence> {
    let same_client = one.client.ip() == two.client.ip();
    let same_server = one.server.ip() == two.server.ip();
    if same_client && same_server {
        return None;
    }
    let numbers = |session: &Session| {
        let [user, server] = session.hellos;
        Some((user?.isn, server?.isn))
    };
    match numbers(one).zip(numbers(two)) {
        Some((numbers, others)) if numbers == others => {
            Some(Evidence::SequenceNumbers(numbers.0, numbers.1))
        }
        _ if same_client || same_server => (one_head.is_nearer_to_the_user(two_head)
            || two_head.is_nearer_to_the_user(one_head))
        .then_some(Evidence::Order),
        _ => None,
    }
}
