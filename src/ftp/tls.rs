//! Stepping over TLS on a control connection (RFC 4217): which bytes are records, and where clear text comes back after
//! CCC. Nothing is decrypted; a record is its five-byte header (RFC 8446 5.1) and so many bytes.

/// The walk over the records of one direction.
#[derive(Debug, Default)]
pub struct Records {
    header: [u8; 5],
    have: usize,
    left: usize,
    lost: bool,
}

impl Records {
    /// How many of these bytes belong to TLS. Fewer than all: clear text begins again behind them.
    pub fn step(&mut self, input: &[u8]) -> usize {
        let mut at = 0;
        while at < input.len() {
            if self.lost {
                return input.len();
            }
            if self.left > 0 {
                let step = self.left.min(input.len() - at);
                self.left -= step;
                at += step;
                continue;
            }
            let byte = input[at];
            if self.have == 0 && (0x20..0x7f).contains(&byte) {
                return at;
            }
            self.header[self.have] = byte;
            self.have += 1;
            at += 1;
            if self.have == self.header.len() {
                let [kind, major, _, high, low] = self.header;
                self.lost = !(20..=24).contains(&kind) || major != 3;
                self.left = usize::from(u16::from_be_bytes([high, low]));
                self.have = 0;
            }
        }
        at
    }

    /// Bytes are missing: where the next record begins is unknown, so everything that follows counts as TLS.
    pub fn gap(&mut self) {
        self.lost = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_stepped_over_and_clear_text_is_found_at_every_split() {
        let mut stream = Vec::new();
        stream.extend_from_slice(&[0x16, 3, 1, 0, 3, b'a', b'b', b'c']);
        stream.extend_from_slice(&[0x17, 3, 3, 0, 2, b'\r', b'\n']);
        let sealed = stream.len();
        stream.extend_from_slice(b"PWD\r\n");
        for cut in 0..stream.len() {
            let mut records = Records::default();
            let first = records.step(&stream[..cut]);
            let total = if first < cut {
                first
            } else {
                cut + records.step(&stream[cut..])
            };
            assert_eq!(total, sealed, "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_record_is_never_taken_for_clear_text_again() {
        let mut records = Records::default();
        assert_eq!(records.step(&[0x16, 9, 9, 0, 0]), 5);
        assert_eq!(records.step(b"USER x\r\n"), 8);
    }
}
