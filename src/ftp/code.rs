//! Reply codes and the theory behind them (RFC 959 4.2): each of the three digits has a meaning of its own, so that a
//! code nobody has listed can still be understood.
//!
//! `425`: 4 = not done, but it may work later; 2 = about the connections; 5 = which of these.

use std::fmt;

/// The three digits that a reply begins with, whatever they are: RFC 959 4.2 defines 1yz to 5yz, RFC 2228 5 adds 6yz,
/// and a server played by hand may say 900.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplyCode(u16);

/// What the first digit says (RFC 959 4.2, "good, bad or incomplete").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FirstDigit {
    /// 1yz: begun; another reply comes before the next command may be sent.
    Preliminary,
    /// 2yz: done.
    Completion,
    /// 3yz: accepted so far; the server waits for the command that goes on.
    Intermediate,
    /// 4yz: not done, but the same command may succeed later.
    TransientNegative,
    /// 5yz: not done, and the same command will not succeed.
    PermanentNegative,
    /// 6yz: a protected reply (RFC 2228 5), readable only with the session's key.
    Protected,
    /// 0yz, 7yz to 9yz: no RFC gives them a meaning.
    Undefined,
}

impl ReplyCode {
    /// The code of this value; `None` above 999.
    #[must_use]
    pub const fn new(value: u16) -> Option<ReplyCode> {
        if value <= 999 {
            Some(ReplyCode(value))
        } else {
            None
        }
    }

    /// The code that these three bytes spell; `None` unless all are ASCII digits.
    #[must_use]
    pub fn from_digits(digits: [u8; 3]) -> Option<ReplyCode> {
        let [a, b, c] = digits;
        if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit() {
            let digit = |byte: u8| u16::from(byte - b'0');
            Some(ReplyCode(digit(a) * 100 + digit(b) * 10 + digit(c)))
        } else {
            None
        }
    }

    /// The number, 0 to 999.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0
    }

    /// The three digits as numbers 0 to 9.
    #[must_use]
    pub const fn digits(self) -> [u8; 3] {
        [
            (self.0 / 100) as u8,
            (self.0 / 10 % 10) as u8,
            (self.0 % 10) as u8,
        ]
    }

    /// What the first digit says.
    #[must_use]
    pub const fn first(self) -> FirstDigit {
        match self.digits()[0] {
            1 => FirstDigit::Preliminary,
            2 => FirstDigit::Completion,
            3 => FirstDigit::Intermediate,
            4 => FirstDigit::TransientNegative,
            5 => FirstDigit::PermanentNegative,
            6 => FirstDigit::Protected,
            _ => FirstDigit::Undefined,
        }
    }

    /// True for 1yz: the command goes on and another reply will come.
    #[must_use]
    pub const fn is_preliminary(self) -> bool {
        matches!(self.first(), FirstDigit::Preliminary)
    }

    /// True for 2yz.
    #[must_use]
    pub const fn is_completion(self) -> bool {
        matches!(self.first(), FirstDigit::Completion)
    }

    /// True for 3yz.
    #[must_use]
    pub const fn is_intermediate(self) -> bool {
        matches!(self.first(), FirstDigit::Intermediate)
    }

    /// True for 4yz and 5yz: the answer is no.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        matches!(
            self.first(),
            FirstDigit::TransientNegative | FirstDigit::PermanentNegative
        )
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl fmt::Debug for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_and_written_with_leading_zeros() {
        let code = ReplyCode::from_digits(*b"042").expect("three digits");
        assert_eq!(
            (code.value(), code.digits(), code.to_string().as_str()),
            (42, [0, 4, 2], "042")
        );
        assert_eq!(ReplyCode::from_digits(*b"2a0"), None);
        assert_eq!(ReplyCode::new(1000), None);
    }

    #[test]
    fn every_first_digit_has_its_meaning() {
        let code = |value| ReplyCode::new(value).expect("in range");
        assert_eq!(code(425).first(), FirstDigit::TransientNegative);
        assert_eq!(code(631).first(), FirstDigit::Protected);
        assert_eq!(code(990).first(), FirstDigit::Undefined);
        assert!(code(150).is_preliminary() && code(553).is_negative() && !code(331).is_negative());
    }
}
