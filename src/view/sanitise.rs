//! The one way for text from a network or a capture onto a terminal: nothing that moves the cursor, changes colours,
//! reorders the line or hides in it gets through. What is not shown as itself is shown as the notation writes bytes:
//! `{x1B}`, and in JSON as JSON does.

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

/// JSON as it may be shown, for a parser the same: what would not be shown as itself is written `\u001b`. Between the texts
/// of JSON there is nothing of that kind but line ends, which stay.
#[must_use]
pub fn json(json: String) -> String {
    let plain = |c: char| c == '\n' || literal::is_plain(c);
    if json
        .bytes()
        .all(|b| b == b'\n' || (0x20..0x7f).contains(&b))
        || json.chars().all(plain)
    {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if plain(c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
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
    fn json_stays_the_same_for_a_parser_and_is_harmless() {
        let text =
            "a\x1b[31m\x07\x7f\u{9b}2J\u{202e}\u{2066}\u{2028}\u{feff}\u{e0001}\r\n\t\"\\ é 漢 😀";
        let value = serde_json::json!({ text: [text, 1] });
        for written in [value.to_string(), format!("{value:#}")] {
            let shown = json(written.clone());
            assert_eq!(lines(shown.as_bytes()), shown);
            assert!(shown.contains("é 漢 😀") && shown.contains("\\udb40\\udc01"));
            let read: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
            assert_eq!(read, value);
            assert_eq!(shown.lines().count(), written.lines().count());
        }
    }

    #[test]
    fn only_line_ends_stay_in_several_lines() {
        assert_eq!(lines(b"a\r\nb\x07\nc\rd"), "a\nb{x07}\nc{x0D}d");
    }
}
