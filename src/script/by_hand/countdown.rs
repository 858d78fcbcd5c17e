//! A client's patience, counted down, and the moments at which it is worth a word.

use std::time::Duration;

use crate::ftp::event::Nanos;

/// The seconds at which time is told again, beside half of it.
const TOLD_AT: [u64; 2] = [10, 5];

/// How long the client still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// So long.
    Time(Duration),
    /// No longer: it has given up by now, if it is the one that it seems to be.
    Over,
}

/// Counts a client's patience, and says when it is time to say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Countdown {
    since: Nanos,
    told: usize,
}

impl Countdown {
    /// The client begins to wait now.
    #[must_use]
    pub fn start(now: Nanos) -> Countdown {
        Countdown {
            since: now,
            told: 0,
        }
    }

    /// How long it still waits, where its limit is this.
    #[must_use]
    pub fn left(&self, limit: Duration, now: Nanos) -> Left {
        let gone = Duration::from_nanos(now.saturating_sub(self.since));
        match limit.checked_sub(gone) {
            Some(left) if !left.is_zero() => Left::Time(left),
            _ => Left::Over,
        }
    }

    /// What is to be said now: at half of the limit, at 10 and 5 seconds before its end, and at its end; each once.
    pub fn due(&mut self, limit: Duration, now: Nanos) -> Option<Left> {
        let mut marks = vec![limit / 2];
        marks.extend(TOLD_AT.map(Duration::from_secs));
        marks.push(Duration::ZERO);
        marks.retain(|mark| *mark <= limit / 2);
        marks.sort_unstable_by(|a, b| b.cmp(a));
        marks.dedup();
        let left = match self.left(limit, now) {
            Left::Time(left) => left,
            Left::Over => Duration::ZERO,
        };
        let passed = marks.iter().filter(|mark| left <= **mark).count();
        if passed <= self.told {
            return None;
        }
        self.told = passed;
        let mark = marks[passed - 1];
        Some(if mark.is_zero() {
            Left::Over
        } else {
            Left::Time(mark)
        })
    }
}
