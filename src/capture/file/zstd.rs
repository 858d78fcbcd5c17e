//! Zstandard frames one after the other (RFC 8878 section 3), as `zstd` writes them and `cat` joins them. The decoder
//! of `ruzstd` reads one frame; skippable frames and the way to the next one are ours.
//!
//! The decoder gives a frame's bytes out only when its window has moved past them or the frame is whole, so of a frame
//! that is cut the last window's worth is lost (gzip loses nothing).

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, FrameHeaderError, ReadFrameHeaderError},
};

/// The window that a refused frame asks for, in bytes, where that is why it was refused.
pub(super) fn wanted_window(error: &io::Error) -> Option<u64> {
    match error.get_ref()?.downcast_ref::<FrameDecoderError>()? {
        FrameDecoderError::WindowSizeTooBig { requested, .. } => Some(*requested),
        FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { got }) => Some(*got),
        _ => None,
    }
}

/// A stream of frames.
pub(super) struct Frames<R> {
    source: BufReader<R>,
    decoder: FrameDecoder,
    inside: bool,
}

impl<R: Read> Frames<R> {
    /// Frames that ask for a window of more than `max_window` bytes are refused.
    pub(super) fn new(source: R, max_window: u64) -> Frames<R> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(max_window);
        Frames {
            source: BufReader::new(source),
            decoder,
            inside: false,
        }
    }

    /// A decoder's error: the stream stops short, or what stands there is no Zstandard.
    fn failed(&mut self, error: FrameDecoderError) -> io::Error {
        let too_big = matches!(
            error,
            FrameDecoderError::WindowSizeTooBig { .. } | FrameDecoderError::FrameHeaderError(_)
        );
        match self.source.fill_buf() {
            Ok([]) if !too_big => ErrorKind::UnexpectedEof.into(),
            Ok(_) => io::Error::new(ErrorKind::InvalidData, error),
            Err(error) => error,
        }
    }

    /// Reads the next frame's header. False at the end of the stream.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    if io::copy(&mut self.source.by_ref().take(length), &mut io::sink())? < length {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(self.failed(error)),
            }
        }
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.inside {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.inside = true;
            }
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(into);
            }
            if self.decoder.is_finished() {
                self.inside = false;
            } else if let Err(error) = self
                .decoder
                .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
            {
                return Err(self.failed(error));
            }
        }
    }
}
