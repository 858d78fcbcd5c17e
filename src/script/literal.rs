//! Literal text: everything stands for itself but braces. `{name}` is a value of the dialogue, `{x1B}` a byte, `{{` and
//! `}}` are braces; in a pattern a bare `*` matches anything, ` | ` separates alternatives, and `{*}` and `{|}` are the
//! characters.
//!
//! Reading keeps going after a mistake, so that a script's author sees all of them at once. Writing escapes so that what
//! is read back is the same: that is how logs and generated scripts can hold any bytes.

use std::fmt;

use super::mistake::Kind;
pub use super::value::Value;

/// Where a literal text stands: what may be asked for there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A control line, in a block.
    Reply,
    /// A control line before any command came.
    Greeting,
    /// A line, file or name of the data connection.
    Data,
    /// A pattern: what the command is compared with.
    Pattern,
    /// `-- say`: what a client player sends.
    Say,
}

impl Place {
    fn allows(self, value: &Value) -> bool {
        match self {
            Place::Reply => true,
            Place::Greeting => !matches!(value, Value::Verb | Value::Arg | Value::Bytes),
            Place::Data => !value.opens_port() && *value != Value::Bytes,
            Place::Pattern => {
                matches!(
                    value,
                    Value::User | Value::Cwd | Value::Type | Value::Param(_)
                )
            }
            Place::Say => matches!(value, Value::Param(_)),
        }
    }
}

/// One piece of a literal text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A value of the dialogue.
    Value(Value),
    /// `*`, in a pattern only: any characters or none.
    Any,
}

/// A literal text, read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Literal {
    /// Its pieces; no two `Bytes` follow each other.
    pub pieces: Vec<Piece>,
}

/// What was found wrong, with the character (from 0) in the text.
pub(crate) type Found = Vec<(usize, Kind)>;

impl Literal {
    /// A text of these bytes and nothing else.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Literal {
        let mut literal = Literal::default();
        literal.push(bytes);
        literal
    }

    /// The bytes, where the text has nothing but bytes.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self.pieces.as_slice() {
            [] => Some(b""),
            [Piece::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// The bytes it begins with, before the first value.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        match self.pieces.first() {
            Some(Piece::Bytes(bytes)) => bytes,
            _ => b"",
        }
    }

    /// The values in it.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(value) => Some(value),
            _ => None,
        })
    }

    /// The text with each value put in by `value`.
    pub fn render(&self, mut value: impl FnMut(&Value, &mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => out.extend_from_slice(bytes),
                Piece::Value(name) => value(name, &mut out),
                Piece::Any => {}
            }
        }
        out
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(Piece::Bytes(last)) = self.pieces.last_mut() {
            last.extend_from_slice(bytes);
        } else {
            self.pieces.push(Piece::Bytes(bytes.to_vec()));
        }
    }

    /// Reads a text that is not a pattern.
    pub(crate) fn parse(source: &str, place: Place, found: &mut Found) -> Literal {
        let mut all = split(source, place, found);
        all.pop().unwrap_or_default()
    }
}

/// Reads `source`; a pattern is taken apart at its ` | `, any other text comes back as one.
pub(super) fn split(source: &str, place: Place, found: &mut Found) -> Vec<Literal> {
    let pattern = place == Place::Pattern;
    let mut all = Vec::new();
    let mut current = Literal::default();
    let mut rest = source;
    let mut column = 0;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '{' if rest.starts_with("{{") => {
                current.push(b"{");
                2
            }
            '{' => match rest.find('}') {
                None => {
                    found.push((column, Kind::BraceOpen));
                    rest.len()
                }
                Some(close) => {
                    match inside(&rest[1..close], pattern) {
                        Ok(Piece::Value(value)) if !place.allows(&value) => {
                            found.push((column, Kind::ValueMisplaced(value)));
                        }
                        Ok(Piece::Bytes(bytes)) => current.push(&bytes),
                        Ok(piece) => current.pieces.push(piece),
                        Err(kind) => found.push((column, kind)),
                    }
                    close + 1
                }
            },
            '}' if rest.starts_with("}}") => {
                current.push(b"}");
                2
            }
            '}' => {
                found.push((column, Kind::BraceClose));
                1
            }
            '*' if pattern => {
                if current.pieces.last() != Some(&Piece::Any) {
                    current.pieces.push(Piece::Any);
                }
                1
            }
            ' ' if pattern && rest.starts_with(" | ") => {
                all.push(std::mem::take(&mut current));
                3
            }
            c => {
                current.push(c.encode_utf8(&mut [0; 4]).as_bytes());
                c.len_utf8()
            }
        };
        column += rest[..taken].chars().count();
        rest = &rest[taken..];
    }
    all.push(current);
    all
}

/// What stands between braces.
fn inside(text: &str, pattern: bool) -> Result<Piece, Kind> {
    let value = match text {
        "*" if pattern => return Ok(Piece::Bytes(b"*".to_vec())),
        "|" if pattern => return Ok(Piece::Bytes(b"|".to_vec())),
        "pasv" => Value::Pasv(None),
        "epsv" => Value::Epsv,
        "port" => Value::Port,
        "verb" => Value::Verb,
        "arg" => Value::Arg,
        "user" => Value::User,
        "cwd" => Value::Cwd,
        "bytes" => Value::Bytes,
        "type" => Value::Type,
        _ => {
            if let Some(host) = text.strip_prefix("pasv ") {
                let host = host
                    .parse()
                    .map_err(|_| Kind::HostInvalid(host.to_owned()))?;
                Value::Pasv(Some(host))
            } else if let Some(name) = text.strip_prefix("param.") {
                Value::Param(name.to_owned())
            } else if let Some(digits) = text
                .strip_prefix('x')
                .filter(|d| d.len() == 2 && d.bytes().all(|b| b.is_ascii_hexdigit()))
            {
                let byte = u8::from_str_radix(digits, 16).unwrap_or_default();
                return Ok(Piece::Bytes(vec![byte]));
            } else {
                return Err(Kind::ValueUnknown(text.to_owned()));
            }
        }
    };
    Ok(Piece::Value(value))
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => f.write_str(&escape(bytes))?,
                Piece::Value(value) => value.fmt(f)?,
                Piece::Any => f.write_str("*")?,
            }
        }
        Ok(())
    }
}

/// These bytes as literal text: braces doubled, what is not UTF-8 and characters that are not [plain](is_plain), tab
/// excepted, as `{xNN}`.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    escaped(bytes, false)
}

/// The same for a pattern that matches these bytes and no others.
#[must_use]
pub fn escape_pattern(bytes: &[u8]) -> String {
    let mut text = escaped(bytes, true);
    // Slashes at both ends would make it a regular expression.
    if text.len() > 1 && text.starts_with('/') && text.ends_with('/') {
        text.replace_range(..1, "{x2F}");
    }
    // A blank and a star at the end match no argument too; an escaped star does not, so nothing is to be done for it.
    text
}

fn escaped(bytes: &[u8], pattern: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '{' => out.push_str("{{"),
                '}' => out.push_str("}}"),
                '*' if pattern => out.push_str("{*}"),
                '|' if pattern => out.push_str("{|}"),
                '\t' => out.push('\t'),
                c if is_plain(c) => out.push(c),
                c => hex(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        hex(&mut out, chunk.invalid());
    }
    out
}

/// Whether a character may be shown as itself. C0 and C1 controls may not, nor line and paragraph separators, bidi controls
/// (UAX 9), zero-width and other characters without a glyph that could forge what stands on the line (tags, variation
/// selectors, fillers, soft hyphen).
#[must_use]
pub fn is_plain(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

fn hex(out: &mut String, bytes: &[u8]) {
    use fmt::Write;
    for byte in bytes {
        let _ = write!(out, "{{x{byte:02X}}}");
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn read(source: &str, place: Place) -> (Literal, Found) {
        let mut found = Found::new();
        (Literal::parse(source, place, &mut found), found)
    }

    #[test]
    fn only_braces_are_special() {
        let (literal, found) = read(r"220 C:\> *|* 100% {{x}} {x1B}é", Place::Reply);
        assert!(found.is_empty());
        assert_eq!(
            literal.as_bytes(),
            Some("220 C:\\> *|* 100% {x} \x1bé".as_bytes())
        );
    }

    #[test]
    fn values_are_named() {
        let (literal, found) = read("227 ({pasv 127.0.0.9}) {param.who}", Place::Reply);
        assert!(found.is_empty());
        assert_eq!(
            literal.values().cloned().collect::<Vec<_>>(),
            [
                Value::Pasv(Some(Ipv4Addr::new(127, 0, 0, 9))),
                Value::Param("who".into())
            ]
        );
        assert_eq!(
            literal.render(|value, out| out.extend_from_slice(value.to_string().as_bytes())),
            b"227 ({pasv 127.0.0.9}) {param.who}"
        );
    }

    #[test]
    fn every_mistake_is_found_with_its_place() {
        let (_, found) = read("é} {nope} {pasv x} {x1} {", Place::Reply);
        assert_eq!(
            found,
            [
                (1, Kind::BraceClose),
                (3, Kind::ValueUnknown("nope".into())),
                (10, Kind::HostInvalid("x".into())),
                (19, Kind::ValueUnknown("x1".into())),
                (24, Kind::BraceOpen),
            ]
        );
        let (_, found) = read("{port}", Place::Data);
        assert_eq!(found, [(0, Kind::ValueMisplaced(Value::Port))]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for bytes in [
            &b"a{b}\r\n\x00\xff*| |"[..],
            "漢\u{9b}\u{feff}".as_bytes(),
            "a\u{202e}fdp.exe\u{2028}\u{200b}".as_bytes(),
            b"",
        ] {
            let (literal, found) = read(&escape(bytes), Place::Reply);
            assert_eq!((literal, found), (Literal::of(bytes), Found::new()));
        }
    }

    #[test]
    fn nothing_reorders_or_hides_in_what_is_written() {
        let forged = "été \u{202e}txt.\u{200b}exe\u{2028}C> QUIT";
        assert_eq!(
            escape(forged.as_bytes()),
            "été {xE2}{x80}{xAE}txt.{xE2}{x80}{x8B}exe{xE2}{x80}{xA8}C> QUIT"
        );
    }
}
