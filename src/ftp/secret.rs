//! Which words of a dialogue are secrets, and how they are shown: a star, for every user, anonymous ones too (RFC 959
//! 4.1.1 leaves hiding PASS to the user-FTP; here everyone hides it).

use std::borrow::Cow;

use super::command::Verb;

/// What stands in place of a secret.
const MASK: &str = "*";

/// True where the argument of this verb is a secret: PASS, ACCT (RFC 959 4.1.1).
#[must_use]
pub fn is_secret(verb: Verb) -> bool {
    matches!(verb, Verb::Pass | Verb::Acct)
}

/// The argument as it may be shown or logged.
#[must_use]
pub fn shown(verb: Verb, arg: &[u8], show_credentials: bool) -> &[u8] {
    if is_secret(verb) && !show_credentials && !arg.is_empty() {
        MASK.as_bytes()
    } else {
        arg
    }
}

/// A whole command line as it may be shown or logged: `PASS secret` becomes `PASS *`.
#[must_use]
pub fn shown_line(line: &[u8], show_credentials: bool) -> Cow<'_, [u8]> {
    let (verb, word_end) = verb_of(line);
    if show_credentials || !is_secret(verb) || line[word_end..].iter().all(|b| *b == b' ') {
        return Cow::Borrowed(line);
    }
    let mut masked = line[..word_end].to_vec();
    masked.push(b' ');
    masked.extend_from_slice(MASK.as_bytes());
    Cow::Owned(masked)
}

/// The verb that a typed line begins with, however unfinished, and where its word ends.
#[must_use]
pub fn verb_of(line: &[u8]) -> (Verb, usize) {
    let start = line.iter().take_while(|b| **b == b' ').count();
    let length = line[start..].iter().take_while(|b| **b != b' ').count();
    (Verb::of(&line[start..start + length]), start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secret_is_hidden() {
        let show =
            |line: &str| String::from_utf8_lossy(&shown_line(line.as_bytes(), false)).into_owned();
        assert_eq!(show("PASS tv@free.fr"), "PASS *");
        assert_eq!(show("  pass a b c"), "  pass *");
        assert_eq!(show("ACCT x"), "ACCT *");
        assert_eq!(show("PASS"), "PASS");
        assert_eq!(show("PASS "), "PASS ");
        assert_eq!(show("USER pass x"), "USER pass x");
        assert_eq!(&*shown_line(b"PASS x", true), b"PASS x");
    }
}
