//! TYPE A: lines end with CR LF on the data connection (RFC 959 3.1.1.1), with LF here. A CR LF that is there already
//! stays what it is. Works on any cut of the bytes.

/// Converts what is sent: each LF gets a CR before it, unless it has one.
#[derive(Debug, Clone, Copy, Default)]
pub struct ToWire {
    after_cr: bool,
}

impl ToWire {
    /// Appends the converted `bytes` to `out`.
    pub fn convert(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            out.extend_from_slice(&rest[..at]);
            let has_cr = match at {
                0 => self.after_cr,
                at => rest[at - 1] == b'\r',
            };
            out.extend_from_slice(if has_cr { b"\n" } else { b"\r\n" });
            self.after_cr = false;
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        if let Some(&last) = rest.last() {
            self.after_cr = last == b'\r';
        }
    }

    /// How many bytes `bytes` are on the wire.
    pub fn count(&mut self, bytes: &[u8]) -> u64 {
        let mut added = 0;
        for at in memchr::memchr_iter(b'\n', bytes) {
            let has_cr = match at {
                0 => self.after_cr,
                at => bytes[at - 1] == b'\r',
            };
            added += u64::from(!has_cr);
        }
        if let Some(&last) = bytes.last() {
            self.after_cr = last == b'\r';
        }
        bytes.len() as u64 + added
    }
}

/// Converts what is received: CR LF becomes LF; a CR alone stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct FromWire {
    /// A CR was held back: it may belong to a line end.
    held: bool,
}

impl FromWire {
    /// Appends the converted `bytes` to `out`.
    pub fn convert(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            if std::mem::take(&mut self.held) && byte != b'\n' {
                out.push(b'\r');
            }
            if byte == b'\r' {
                self.held = true;
            } else {
                out.push(byte);
            }
        }
    }

    /// Appends what was held back when nothing follows.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.held) {
            out.push(b'\r');
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn to_wire(parts: &[&[u8]]) -> Vec<u8> {
        let (mut converter, mut out) = (ToWire::default(), Vec::new());
        for part in parts {
            converter.convert(part, &mut out);
        }
        out
    }

    #[test]
    fn line_ends_get_their_cr_once() {
        assert_eq!(to_wire(&[b"a\nb\r\nc\n"]), b"a\r\nb\r\nc\r\n");
        assert_eq!(to_wire(&[b"a\r", b"\nb", b"\n"]), b"a\r\nb\r\n");
        assert_eq!(to_wire(&[b"\n\r\r\n"]), b"\r\n\r\r\n");
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'x')], 0..40),
            cut in 0usize..40,
        ) {
            let cut = cut.min(bytes.len());
            let whole = to_wire(&[&bytes]);
            prop_assert_eq!(&to_wire(&[&bytes[..cut], &bytes[cut..]]), &whole);
            let mut counter = ToWire::default();
            prop_assert_eq!(counter.count(&bytes[..cut]) + counter.count(&bytes[cut..]), whole.len() as u64);
            let back = |parts: &[&[u8]]| {
                let (mut converter, mut out) = (FromWire::default(), Vec::new());
                for part in parts {
                    converter.convert(part, &mut out);
                }
                converter.finish(&mut out);
                out
            };
            prop_assert_eq!(back(&[&bytes[..cut], &bytes[cut..]]), back(&[&bytes]));
            // What has no CR comes back as it was.
            let plain: Vec<u8> = bytes.iter().copied().filter(|&b| b != b'\r').collect();
            prop_assert_eq!(back(&[&to_wire(&[&plain])]), plain);
        }
    }
}
