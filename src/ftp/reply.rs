//! Lines of the server to replies (RFC 959 4.2): three digits and a blank end a reply; three digits and a hyphen open one
//! of several lines, which ends only at a line with its own three digits and a blank.
//!
//! Servers break this in every way there is. What a line looks like is told by [`Head`]; whether a reply that was never
//! closed is over is for the observer to decide, which knows who waits.

use super::{code::ReplyCode, line::Line};

/// How many lines of one reply are kept; more are counted and dropped.
pub const MAX_REPLY_LINES: usize = 1000;
/// How many bytes of the lines of one reply are kept; more are counted and dropped.
pub const MAX_REPLY_BYTES: usize = 256 * 1024;

/// What stands behind the three digits of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// A blank: the last or only line of a reply.
    Blank,
    /// A hyphen: the first line of several.
    Hyphen,
    /// Nothing: `220` alone.
    Nothing,
    /// Something else: `220ready`.
    Text,
}

/// The beginning of a server's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// The three digits, whatever they are; `None` where it does not begin with three.
    pub code: Option<ReplyCode>,
    /// What stands behind them.
    pub mark: Mark,
}

impl Head {
    /// Reads the beginning of a line.
    #[must_use]
    pub fn of(line: &[u8]) -> Head {
        let code = line
            .first_chunk::<3>()
            .and_then(|digits| ReplyCode::from_digits(*digits));
        let mark = match line.get(3) {
            Some(b' ') => Mark::Blank,
            Some(b'-') => Mark::Hyphen,
            None => Mark::Nothing,
            Some(_) => Mark::Text,
        };
        Head { code, mark }
    }
}

/// The lines of a reply as they came, codes included, without their line ends.
#[derive(Debug, Clone, Copy)]
pub struct ReplyText<'a> {
    bytes: &'a [u8],
    ends: &'a [u32],
    /// Lines that were dropped because the reply was too long.
    pub dropped: u64,
}

impl<'a> ReplyText<'a> {
    /// The text of a reply that never came.
    pub(super) const fn none() -> ReplyText<'static> {
        ReplyText {
            bytes: &[],
            ends: &[],
            dropped: 0,
        }
    }

    /// How many lines there are, without those that were dropped; at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len() + 1
    }

    /// Never true: a reply has a line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The lines, in order.
    pub fn lines(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (bytes, ends) = (self.bytes, self.ends);
        (0..=ends.len()).map(move |i| {
            let from = if i == 0 { 0 } else { ends[i - 1] as usize };
            let to = ends.get(i).map_or(bytes.len(), |&end| end as usize);
            &bytes[from..to]
        })
    }

    /// The text of the last line behind its code and the mark; all of it where there is no code.
    #[must_use]
    pub fn last_text(&self) -> &'a [u8] {
        let from = self.ends.last().map_or(0, |&end| end as usize);
        text_of(&self.bytes[from..])
    }
}

/// A line's text behind its three digits and one blank or hyphen; all of it where it has no code.
#[must_use]
pub fn text_of(line: &[u8]) -> &[u8] {
    let head = Head::of(line);
    match (head.code, head.mark) {
        (Some(_), Mark::Blank | Mark::Hyphen) => &line[4..],
        (Some(_), _) => &line[3..],
        (None, _) => line,
    }
}

/// A reply of several lines that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    /// Its code.
    pub code: ReplyCode,
    /// How many lines it has so far.
    pub lines: u64,
}

/// What a line did to the reply it belongs to.
#[derive(Debug)]
pub enum Taken<'a> {
    /// It is part of a reply that goes on.
    Inside,
    /// It ends this reply.
    Ends(Option<ReplyCode>, ReplyText<'a>),
}

/// Puts lines together.
#[derive(Debug, Default)]
pub struct ReplyReader {
    open: Option<Open>,
    bytes: Vec<u8>,
    ends: Vec<u32>,
    dropped: u64,
    /// It was [shortened](ReplyReader::shorten): no more of it is kept.
    full: bool,
}

impl ReplyReader {
    /// The reply that has begun, if one has.
    #[must_use]
    pub fn open(&self) -> Option<Open> {
        self.open
    }

    /// Takes the server's next line. In a reply of several lines only its own code with a blank (or alone) ends it.
    pub fn take<'a>(&'a mut self, line: &Line<'a>) -> Taken<'a> {
        let head = Head::of(line.bytes);
        match (self.open, head.code, head.mark) {
            (None, Some(code), Mark::Hyphen) => {
                self.bytes.clear();
                self.ends.clear();
                self.dropped = 0;
                self.full = false;
                self.bytes.extend_from_slice(line.bytes);
                self.open = Some(Open { code, lines: 1 });
                Taken::Inside
            }
            (None, code, _) => Taken::Ends(
                code,
                ReplyText {
                    bytes: line.bytes,
                    ends: &[],
                    dropped: 0,
                },
            ),
            (Some(open), Some(code), Mark::Blank | Mark::Nothing) if code == open.code => {
                self.end_with(line)
            }
            (Some(_), _, _) => {
                self.keep(line.bytes);
                Taken::Inside
            }
        }
    }

    /// Ends the open reply with this line, whatever it says. Without an open reply the line is one by itself.
    pub fn end_with<'a>(&'a mut self, line: &Line<'a>) -> Taken<'a> {
        if self.open.is_none() {
            return Taken::Ends(
                Head::of(line.bytes).code,
                ReplyText {
                    bytes: line.bytes,
                    ends: &[],
                    dropped: 0,
                },
            );
        }
        self.keep(line.bytes);
        match self.close() {
            Some((code, text)) => Taken::Ends(Some(code), text),
            None => Taken::Inside,
        }
    }

    /// Ends the open reply with what came so far.
    pub fn close(&mut self) -> Option<(ReplyCode, ReplyText<'_>)> {
        let open = self.open.take()?;
        Some((
            open.code,
            ReplyText {
                bytes: &self.bytes,
                ends: &self.ends,
                dropped: self.dropped,
            },
        ))
    }

    /// Bytes held of a reply that has begun and not ended; a long one that has ended gives its room back.
    pub(super) fn held(&mut self, small: usize) -> usize {
        if self.open.is_none() && self.bytes.capacity() > small {
            (self.bytes, self.ends) = Default::default();
        }
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// Keeps no more than the first line of the reply that has begun, and of that no more than `most` bytes, as if none
    /// could be longer. True where that cut it.
    pub(super) fn shorten(&mut self, most: usize) -> bool {
        let cut = self.open.is_some() && !self.full && self.bytes.len() > most;
        if cut {
            let first = self
                .ends
                .first()
                .map_or(self.bytes.len(), |&end| end as usize);
            self.bytes.truncate(first.min(most));
            self.bytes.shrink_to_fit();
            self.dropped += self.ends.len() as u64 + u64::from(first > most);
            self.ends = Vec::new();
            self.full = true;
        }
        cut
    }

    fn keep(&mut self, line: &[u8]) {
        if let Some(open) = &mut self.open {
            open.lines += 1;
        }
        let long = self.ends.len() + 1 >= MAX_REPLY_LINES
            || self.bytes.len() + line.len() > MAX_REPLY_BYTES;
        if self.full || long {
            self.dropped += 1;
            return;
        }
        // MAX_REPLY_BYTES fits into 32 bits with room to spare.
        self.ends.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftp::line::{LineReader, MAX_LINE, Piece};

    fn replies(stream: &[u8]) -> Vec<(Option<u16>, Vec<String>)> {
        let (mut lines, mut reader) = (LineReader::with_limit(MAX_LINE), ReplyReader::default());
        let mut rest = stream;
        let mut out = Vec::new();
        while let Some(Piece::Line(line)) = lines.next(&mut rest) {
            if let Taken::Ends(code, text) = reader.take(&line) {
                let shown = text
                    .lines()
                    .map(|l| String::from_utf8_lossy(l).into_owned())
                    .collect();
                out.push((code.map(ReplyCode::value), shown));
            }
        }
        out
    }

    #[test]
    fn only_the_same_code_and_a_blank_end_several_lines() {
        let got =
            replies(b"220-Hi\r\n220-more\r\n 220 no\r\n230 nor this\r\n220 end\r\n331 next\r\n");
        assert_eq!(got.len(), 2);
        assert_eq!(
            got[0].1,
            ["220-Hi", "220-more", " 220 no", "230 nor this", "220 end"]
        );
        assert_eq!(got[1], (Some(331), vec!["331 next".to_owned()]));
    }

    #[test]
    fn one_line_forms() {
        let got = replies(b"220\r\n220ready\r\nOK\r\n22 x\r\n\r\n");
        let codes: Vec<Option<u16>> = got.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, [Some(220), Some(220), None, None, None]);
        assert_eq!(text_of(b"220ready"), b"ready");
        assert_eq!(text_of(b"220 ready"), b"ready");
        assert_eq!(text_of(b"OK"), b"OK");
    }

    #[test]
    fn a_reply_without_end_is_kept_to_its_bounds() {
        let mut reader = ReplyReader::default();
        let mut lines = LineReader::with_limit(MAX_LINE);
        let mut open = b"220-x\r\n".as_slice();
        let Some(Piece::Line(line)) = lines.next(&mut open) else {
            panic!("a line")
        };
        assert!(matches!(reader.take(&line), Taken::Inside));
        let text = Line {
            bytes: &[b'y'; 1000],
            ..line
        };
        for _ in 0..10_000 {
            assert!(matches!(reader.take(&text), Taken::Inside));
        }
        assert!(
            reader.bytes.capacity() <= 2 * MAX_REPLY_BYTES
                && reader.ends.capacity() <= 2 * MAX_REPLY_LINES
        );
        let (_, text) = reader.close().expect("open");
        assert_eq!(text.len() as u64 + text.dropped, 10_001);
    }
}
