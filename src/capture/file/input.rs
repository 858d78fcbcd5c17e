//! The one buffer between a source of bytes and the parsers: what it holds is a window that only moves forward.

use std::io::{self, Cursor, ErrorKind, Read};

/// Bytes asked of the source at a time. Fits a second-level cache, so that headers are read from it and not from memory.
const CHUNK: usize = 256 * 1024;

/// A source of bytes with a window at its front. The window never grows beyond the largest `need` given to
/// [`Input::fill`] plus [`CHUNK`].
pub(super) struct Input<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    finished: bool,
    abrupt: bool,
    /// Bytes of the stream before the window.
    passed: u64,
}

impl<R: Read> Input<R> {
    pub(super) fn new(source: R) -> Input<R> {
        Input {
            source,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            finished: false,
            abrupt: false,
            passed: 0,
        }
    }

    /// The window, with at least `need` bytes unless the source ends before.
    #[inline]
    pub(super) fn fill(&mut self, need: usize) -> io::Result<&[u8]> {
        if self.end - self.start < need && !self.finished {
            self.refill(need)?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn refill(&mut self, need: usize) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() < need.max(CHUNK) {
            self.buffer.resize(need.max(CHUNK), 0);
        }
        while self.end < need {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.finished = true;
                    break;
                }
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // A decompressor whose input stops short: what came out before is good.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    self.finished = true;
                    self.abrupt = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// `length` bytes of the window from `skip`; none where they were never filled.
    #[inline]
    pub(super) fn held(&self, skip: usize, length: usize) -> &[u8] {
        let from = self.start + skip;
        self.buffer
            .get(from..from + length)
            .filter(|_| from + length <= self.end)
            .unwrap_or_default()
    }

    /// Moves on by bytes that are in the window.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.passed += count as u64;
    }

    /// Moves on by any number of bytes without keeping them. False where the source ends before.
    pub(super) fn skip(&mut self, mut count: u64) -> io::Result<bool> {
        while count > 0 {
            let held = self.fill(1)?.len();
            if held == 0 {
                return Ok(false);
            }
            let step = usize::try_from(count).unwrap_or(usize::MAX).min(held);
            self.consume(step);
            count -= step as u64;
        }
        Ok(true)
    }

    /// Where the window begins, in bytes from the start of the stream.
    pub(super) fn offset(&self) -> u64 {
        self.passed
    }

    /// Whether the source ended where a compressed stream should not.
    pub(super) fn end_was_abrupt(&self) -> bool {
        self.abrupt
    }
}

impl<'r> Input<Box<dyn Read + 'r>> {
    /// The stream again from where the window begins, for a decompressor.
    pub(super) fn into_reader(self) -> Box<dyn Read + 'r> {
        let window = self.buffer[self.start..self.end].to_vec();
        Box::new(Cursor::new(window).chain(self.source))
    }
}
