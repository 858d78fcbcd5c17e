//! The one way for text from a network or a capture onto a terminal: nothing that moves the cursor, changes colours,
//! reorders the line or hides in it gets through. What is not shown as itself is shown as the notation writes bytes:
//! `{x1B}`.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use crate::script::literal;

/// These bytes as text that is safe on a terminal, on one line: control characters (tab excepted), bytes that are not
/// UTF-8, and characters that reorder or hide text become `{xNN}`, a byte each. Line ends are control characters too.
#[must_use]
pub fn line(bytes: &[u8]) -> Cow<'_, str> {
    if bytes
        .iter()
        .all(|&b| b == b'\t' || (0x20..0x7f).contains(&b))
    {
        return String::from_utf8_lossy(bytes);
    }
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\t' || literal::is_plain(c) {
                out.push(c);
            } else {
                escape(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        escape(&mut out, chunk.invalid());
    }
    Cow::Owned(out)
}

/// The same for several lines: LF (with a CR before it or not) stays a line end.
#[must_use]
pub fn lines(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for part in bytes.split_inclusive(|&b| b == b'\n') {
        match part.strip_suffix(b"\n") {
            Some(text) => {
                out.push_str(&line(text.strip_suffix(b"\r").unwrap_or(text)));
                out.push('\n');
            }
            None => out.push_str(&line(part)),
        }
    }
    out
}

/// Whether a character takes room of its own on a line: one that stands above or below another does not.
#[must_use]
pub fn takes_room(c: char) -> bool {
    c.width().is_some_and(|columns| columns > 0)
}

fn escape(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(out, "{{x{byte:02X}}}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_passes_untouched() {
        for text in ["220 ready", "fichier-été.txt\t12", "漢字 😀"] {
            assert_eq!(line(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_could_fool_a_reader_is_spelled_out() {
        assert_eq!(line(b"a\x1b[31mb\r\n"), "a{x1B}[31mb{x0D}{x0A}");
        assert_eq!(line("\u{202e}txt.exe".as_bytes()), "{xE2}{x80}{xAE}txt.exe");
        assert_eq!(line(b"caf\xe9"), "caf{xE9}");
        assert_eq!(line("\u{9b}2J".as_bytes()), "{xC2}{x9B}2J");
        assert_eq!(line(b"\x00\x7f"), "{x00}{x7F}");
    }

    #[test]
    fn only_line_ends_stay_in_several_lines() {
        assert_eq!(lines(b"a\r\nb\x07\nc\rd"), "a\nb{x07}\nc{x0D}d");
    }
}
