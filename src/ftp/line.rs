//! Bytes of one direction of a control connection to lines (RFC 959 3.1.1.1 and 5.3: Telnet end of line, CR LF).
//!
//! The wire is not always so tidy, and how a line ended is a lesson: a bare LF (`nc` without `-C`), a CR that ends
//! nothing, NUL, Telnet sequences, megabytes without an end. All of that is kept as facts about the line; none of it is
//! an error. The same bytes split anywhere give the same lines.
//!
//! A line that lies whole in the bytes that were fed is lent from there; only lines that cross a feed, or that Telnet
//! sequences have to be cut out of, are copied.

use memchr::{memchr, memchr2};

use super::telnet::{self, Byte, IAC, Seen};

/// How many bytes of one line are kept; what exceeds it is counted and dropped. RFC 959 knows no limit; the longest
/// line in public captures has 50 kB.
pub const MAX_LINE: usize = 64 * 1024;

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// CR LF, as RFC 959 asks.
    CrLf,
    /// LF without a CR before it.
    Lf,
    /// It did not: the stream ended or broke off.
    None,
}

/// A line without its ending and without Telnet sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text, at most the reader's limit long.
    pub bytes: &'a [u8],
    /// Stream offset at which the line begins.
    pub start: u64,
    /// Stream offset just behind its ending.
    pub end: u64,
    /// How it ended.
    pub ending: Ending,
    /// Bytes dropped because the line was longer than the limit.
    pub dropped: u64,
    /// Telnet sequences that were taken out.
    pub telnet: Seen,
    /// Bytes of the stream are missing before or in this line: it may be the tail of a longer one.
    pub after_gap: bool,
}

/// What comes next in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A line.
    Line(Line<'a>),
    /// A TLS record (RFC 8446 5.1) begins where a line should, at this stream offset; none of it was consumed.
    Tls(u64),
}

/// The line reader of one direction.
#[derive(Debug, Default)]
pub struct LineReader {
    /// The beginning of a line that has not ended yet.
    carry: Vec<u8>,
    /// The carry has been lent out as a line and is to be emptied.
    lent: bool,
    limit: usize,
    /// How many bytes of this line are kept: `limit`, or fewer where it was [shortened](LineReader::shorten).
    room: usize,
    dropped: u64,
    start: u64,
    offset: u64,
    state: telnet::State,
    seen: Seen,
    after_gap: bool,
}

/// The text before a LF without the CR that belongs to the ending, and the ending.
fn ended(text: &[u8]) -> (&[u8], Ending) {
    match text.strip_suffix(b"\r") {
        Some(bytes) => (bytes, Ending::CrLf),
        None => (text, Ending::Lf),
    }
}

/// What the first three bytes of a stream that wants to be TLS are: a handshake record of a known version.
fn begins_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x16, 3, 0..=4, ..])
}

impl LineReader {
    /// A reader at the beginning of a stream that keeps at most `limit` bytes of a line.
    #[must_use]
    pub fn with_limit(limit: usize) -> LineReader {
        let limit = limit.max(8);
        LineReader {
            limit,
            room: limit,
            ..LineReader::default()
        }
    }

    /// Stream offset of the next byte to be fed.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The text of a line that has begun and not ended.
    #[must_use]
    pub fn unfinished(&self) -> &[u8] {
        if self.lent { &[] } else { &self.carry }
    }

    /// True where nothing of the next line has come.
    #[must_use]
    pub(super) fn between(&self) -> bool {
        self.unfinished().is_empty()
            && self.dropped == 0
            && self.state == telnet::State::Text
            && self.seen.is_none()
    }

    /// Consumes `input` up to the end of the next line and lends that line; `None` when `input` is used up.
    #[inline]
    pub fn next<'s, 'i: 's>(&'s mut self, input: &mut &'i [u8]) -> Option<Piece<'s>> {
        if self.lent {
            self.carry.clear();
            self.lent = false;
        }
        if self.carry.is_empty() && self.dropped == 0 && self.state == telnet::State::Text {
            // The fast path: the whole line lies in the input and has no Telnet in it.
            if input.first() != Some(&0x16) {
                if let Some(at) = memchr2(b'\n', IAC, input) {
                    if input[at] == b'\n' && at <= self.limit {
                        let (line, rest) = input.split_at(at + 1);
                        *input = rest;
                        let start = if self.seen.is_none() {
                            self.offset
                        } else {
                            self.start
                        };
                        self.offset += line.len() as u64;
                        let (bytes, ending) = ended(&line[..at]);
                        return Some(Piece::Line(Line {
                            bytes,
                            start,
                            ending,
                            ..self.notes()
                        }));
                    }
                } else if input.is_empty() {
                    return None;
                }
            }
        }
        self.slow(input)
    }

    /// What was noted about the line that ends here, without its text; the notes begin anew.
    #[inline]
    fn notes(&mut self) -> Line<'static> {
        Line {
            bytes: &[],
            start: self.offset,
            end: self.offset,
            ending: Ending::None,
            dropped: std::mem::take(&mut self.dropped),
            telnet: std::mem::take(&mut self.seen),
            after_gap: std::mem::take(&mut self.after_gap),
        }
    }

    /// Byte runs into the carry until a line ends.
    fn slow(&mut self, input: &mut &[u8]) -> Option<Piece<'_>> {
        while let Some(&first) = input.first() {
            if self.carry.is_empty()
                && self.dropped == 0
                && self.state == telnet::State::Text
                && self.seen.is_none()
            {
                self.start = self.offset;
            }
            if self.may_be_tls(input) {
                let have = self.carry.len();
                let mut head = [0; 3];
                head[..have].copy_from_slice(&self.carry);
                let take = input.len().min(3 - have);
                head[have..have + take].copy_from_slice(&input[..take]);
                if have + take < 3 && begins_tls_so_far(&head[..have + take]) {
                    self.carry.extend_from_slice(&input[..take]);
                    self.advance(input, take);
                    return None;
                }
                if begins_tls(&head) {
                    return Some(Piece::Tls(self.start));
                }
            }
            if self.state != telnet::State::Text || first == IAC {
                let byte = self.state.take(first, &mut self.seen);
                match byte {
                    Byte::Taken => {}
                    Byte::Text(text) => self.keep(&[text]),
                    Byte::Stray(_) => {
                        // The byte behind the IAC is text like any other, a line end included: leave it in the input.
                        self.keep(&[IAC]);
                        continue;
                    }
                }
                self.advance(input, 1);
                continue;
            }
            let run = memchr2(b'\n', IAC, input).unwrap_or(input.len());
            if input.get(run) != Some(&b'\n') {
                let (text, _) = input.split_at(run);
                self.keep(text);
                self.advance(input, run);
                continue;
            }
            let (text, _) = input.split_at(run);
            // One byte more than the limit is kept for a CR that belongs to the ending.
            self.keep(text);
            self.advance(input, run + 1);
            let (text, ending) = ended(&self.carry);
            let over = text.len().saturating_sub(self.room);
            let kept = text.len() - over;
            self.carry.truncate(kept);
            self.dropped += over as u64;
            self.room = self.limit;
            self.lent = true;
            let notes = self.notes();
            return Some(Piece::Line(Line {
                bytes: &self.carry,
                start: self.start,
                ending,
                ..notes
            }));
        }
        None
    }

    /// True where a line begins and its first bytes may be a TLS record's.
    fn may_be_tls(&self, input: &[u8]) -> bool {
        self.carry.len() < 3
            && self.dropped == 0
            && self.state == telnet::State::Text
            && self.carry.first().or(input.first()) == Some(&0x16)
            && begins_tls_so_far(&self.carry)
    }

    fn keep(&mut self, text: &[u8]) {
        // A CR at the limit may be the ending's: the one that was kept in its place is dropped again when more follows.
        if self.carry.len() > self.room && !text.is_empty() {
            self.carry.truncate(self.room);
            self.dropped += 1;
        }
        let room = (self.room + 1).saturating_sub(self.carry.len());
        if text.len() <= room {
            self.carry.extend_from_slice(text);
            return;
        }
        if self.dropped > 0 || text.len() > room {
            // Keep the limit, drop the middle, and keep the last byte: it tells CR LF from LF.
            let keep = self.room.saturating_sub(self.carry.len());
            self.carry.extend_from_slice(&text[..keep]);
            self.dropped += (text.len() - keep - 1) as u64;
            self.carry.push(text[text.len() - 1]);
        }
    }

    /// Bytes held of a line that has begun and not ended; a long one that has ended gives its room back.
    pub(super) fn held(&mut self, small: usize) -> usize {
        if self.carry.capacity() > small && self.unfinished().is_empty() {
            self.carry = Vec::new();
            self.lent = false;
        }
        self.carry.capacity()
    }

    /// Keeps no more than `most` bytes of the line that has begun, as if none could be longer. True where that cut it.
    pub(super) fn shorten(&mut self, most: usize) -> bool {
        let cut = self.unfinished().len() > most + 1;
        if cut && let Some(last) = self.carry.pop() {
            self.dropped += (self.carry.len() - most) as u64;
            self.carry.truncate(most);
            self.carry.push(last);
            self.carry.shrink_to_fit();
            self.room = most;
        }
        cut
    }

    fn advance(&mut self, input: &mut &[u8], by: usize) {
        *input = &input[by..];
        self.offset += by as u64;
    }

    /// Steps over bytes that are not to be read as lines (a TLS record).
    pub fn skip(&mut self, bytes: u64) {
        self.reset();
        self.offset += bytes;
    }

    /// Bytes are missing here. What had begun is lent as a line without an ending; what follows is marked until the next
    /// line end.
    pub fn gap(&mut self, bytes: u64) -> Option<Line<'_>> {
        let begun = !self.lent && !self.carry.is_empty();
        // The byte that was kept in case it is the CR of an ending is one too many now.
        let over = self.carry.len().saturating_sub(self.room);
        self.carry.truncate(self.room);
        self.room = self.limit;
        self.dropped += over as u64;
        let notes = self.notes();
        self.state = telnet::State::Text;
        self.offset += bytes;
        self.after_gap = true;
        self.lent = true;
        if bytes > 0 && self.carry.last() == Some(&b'\r') {
            // The LF is among what is missing.
            self.carry.pop();
        }
        begun.then_some(Line {
            bytes: &self.carry,
            start: self.start,
            ..notes
        })
    }

    /// The stream has ended: what had begun is lent as a line without an ending.
    pub fn finish(&mut self) -> Option<Line<'_>> {
        self.gap(0)
    }

    fn reset(&mut self) {
        self.carry.clear();
        self.lent = false;
        self.room = self.limit;
        self.dropped = 0;
        self.seen = Seen::default();
        self.state = telnet::State::Text;
        self.after_gap = false;
    }
}

fn begins_tls_so_far(head: &[u8]) -> bool {
    match head {
        [] | [0x16] | [0x16, 3] => true,
        _ => begins_tls(head),
    }
}

/// True where the text holds a CR or a NUL: legal in Telnet as CR NUL only (RFC 854), and in no FTP line.
#[must_use]
pub fn odd_control(bytes: &[u8]) -> (bool, bool) {
    if memchr2(b'\r', 0, bytes).is_none() {
        return (false, false);
    }
    (memchr(b'\r', bytes).is_some(), memchr(0, bytes).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line of the stream, fed in these pieces, as text for comparison; what is left at the end too.
    fn read(limit: usize, pieces: &[&[u8]]) -> Vec<String> {
        let mut reader = LineReader::with_limit(limit);
        let mut out = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while let Some(piece) = reader.next(&mut rest) {
                match piece {
                    Piece::Line(line) => out.push(show(&line)),
                    Piece::Tls(at) => {
                        out.push(format!("tls {at}"));
                        return out;
                    }
                }
            }
        }
        out.extend(reader.finish().map(|line| show(&line)));
        out
    }

    fn show(line: &Line<'_>) -> String {
        format!(
            "{}..{} {:?} {:?} -{} {}",
            line.start,
            line.end,
            line.ending,
            String::from_utf8_lossy(line.bytes),
            line.dropped,
            [
                (line.telnet.negotiation, "negotiation"),
                (line.telnet.interrupt, "interrupt"),
                (line.telnet.synch, "synch"),
                (line.telnet.other, "other"),
                (line.telnet.stray, "stray")
            ]
            .iter()
            .filter(|(seen, _)| *seen)
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join(",")
        )
    }

    const STREAMS: &[&[u8]] = &[
        b"220 ready\r\nUSER x\r\n",
        b"a\nb\r\n\r\n\nc",
        b"one\rtwo\r\r\n\0three\r\n",
        b"\xff\xfd\x06USER x\r\n\xff\xf4\xff\xf2ABOR\r\n",
        b"caf\xff\xff\xe9\r\nx\xff\ny\xffz\r\n",
        b"\xff\xfa\x01\x02\xff\xff\n\xff\xf0NOOP\r\n\xff\xf1\r\n",
        b"0123456789\r\n0123456\r\n01234567\r\n012345678\r\n0123456789ABCDEF\n\r\n",
        b"AUTH TLS\r\n\x16\x03\x01\x02\x00\x01\n",
        b"\x16\x02plain\r\n\x16\n\x16\x03\n\x16\x03\x04",
    ];

    #[test]
    fn all_splits_give_the_same_lines() {
        for stream in STREAMS {
            let whole = read(8, &[stream]);
            assert!(!whole.is_empty());
            for cut in 0..=stream.len() {
                assert_eq!(
                    read(8, &[&stream[..cut], &stream[cut..]]),
                    whole,
                    "cut at {cut} of {stream:?}"
                );
                for second in cut..=stream.len() {
                    assert_eq!(
                        read(
                            8,
                            &[&stream[..cut], &stream[cut..second], &stream[second..]]
                        ),
                        whole
                    );
                }
            }
            let bytes: Vec<&[u8]> = stream.chunks(1).collect();
            assert_eq!(read(8, &bytes), whole, "byte by byte: {stream:?}");
        }
    }

    #[test]
    fn endings_and_telnet_are_told() {
        assert_eq!(
            read(64, &[STREAMS[1]]),
            [
                r#"0..2 Lf "a" -0 "#,
                r#"2..5 CrLf "b" -0 "#,
                r#"5..7 CrLf "" -0 "#,
                r#"7..8 Lf "" -0 "#,
                r#"8..9 None "c" -0 "#
            ]
        );
        assert_eq!(
            read(64, &[STREAMS[3]]),
            [
                r#"0..11 CrLf "USER x" -0 negotiation"#,
                r#"11..21 CrLf "ABOR" -0 interrupt,synch"#
            ]
        );
        assert_eq!(read(64, &[STREAMS[2]])[1], "10..18 CrLf \"\\0three\" -0 ");
    }

    #[test]
    fn a_line_beyond_the_limit_is_cut_and_counted() {
        assert_eq!(
            read(8, &[STREAMS[6]]),
            [
                r#"0..12 CrLf "01234567" -2 "#,
                r#"12..21 CrLf "0123456" -0 "#,
                r#"21..31 CrLf "01234567" -0 "#,
                r#"31..42 CrLf "01234567" -1 "#,
                r#"42..59 Lf "01234567" -8 "#,
                r#"59..61 CrLf "" -0 "#
            ]
        );
    }

    #[test]
    fn an_endless_line_keeps_its_limit_only() {
        let mut reader = LineReader::with_limit(MAX_LINE);
        let block = [b'x'; 4096];
        for _ in 0..1000 {
            let mut rest = &block[..];
            assert!(reader.next(&mut rest).is_none());
        }
        assert!(reader.carry.capacity() <= 4 * MAX_LINE);
        let mut rest = &b"\r\n"[..];
        let Some(Piece::Line(line)) = reader.next(&mut rest) else {
            panic!("the line ends")
        };
        assert_eq!(
            (line.bytes.len(), line.dropped),
            (MAX_LINE, 4_096_000 - MAX_LINE as u64)
        );
    }

    #[test]
    fn tls_is_seen_where_a_line_begins_and_nowhere_else() {
        assert_eq!(
            read(64, &[STREAMS[7]]),
            [r#"0..10 CrLf "AUTH TLS" -0 "#, "tls 10"]
        );
        assert_eq!(
            read(64, &[STREAMS[8]]).last().map(String::as_str),
            Some("tls 14")
        );
    }

    #[test]
    fn a_gap_ends_the_line_and_marks_the_next() {
        let mut reader = LineReader::with_limit(MAX_LINE);
        let mut rest = &b"227 Entering Pas"[..];
        assert!(reader.next(&mut rest).is_none());
        let cut = reader.gap(100).expect("what was there before the gap");
        assert_eq!(
            (cut.bytes, cut.ending, cut.end),
            (&b"227 Entering Pas"[..], Ending::None, 16)
        );
        let mut rest = &b"4,5)\r\n226 ok\r\n"[..];
        let Some(Piece::Line(line)) = reader.next(&mut rest) else {
            panic!("a line")
        };
        assert_eq!(
            (line.bytes, line.start, line.after_gap),
            (&b"4,5)"[..], 116, true)
        );
        let Some(Piece::Line(line)) = reader.next(&mut rest) else {
            panic!("a line")
        };
        assert_eq!((line.bytes, line.after_gap), (&b"226 ok"[..], false));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_cut_anywhere_give_the_same_lines(
            bytes in proptest::collection::vec(proptest::sample::select(&b"aB\r\n\n\0\x16\x03\x01\xff\xff\xf4\xf2\xfa\xf0\xfb"[..]), 0..80),
            step in 1usize..9,
        ) {
            let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
            proptest::prop_assert_eq!(read(8, &pieces), read(8, &[&bytes]));
        }
    }
}
