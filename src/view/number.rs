//! Numbers for people: thousands apart, decimals with the language's own mark, sizes and rates in powers of 1,000.

use super::text::{Lang, Text};

/// A whole number with its thousands apart: `1,234` in English; French puts a narrow no-break space.
#[must_use]
pub fn count(text: &Text, number: u64) -> String {
    let digits = number.to_string();
    let mark = match text.lang() {
        Lang::En => ',',
        Lang::Fr => '\u{202f}',
    };
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// Seconds, as exactly as a person can use: `0.0004`, `0.004`, `1.37`, `12.4`, `318`.
#[must_use]
pub fn seconds(text: &Text, time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64();
    let shown = match seconds {
        s if s < 0.000_95 => format!("{s:.4}"),
        s if s < 0.1 => format!("{s:.3}"),
        s if s < 9.995 => format!("{s:.2}"),
        s if s < 99.95 => format!("{s:.1}"),
        s => return count(text, s.round() as u64),
    };
    decimal(text, &shown)
}

/// A number of bytes in the largest unit that leaves something before the decimal mark: `820 B`, `1.6 GB`.
#[must_use]
pub fn size(text: &Text, bytes: u64) -> String {
    let (one, units) = match text.lang() {
        Lang::En => (" B", [" kB", " MB", " GB", " TB"]),
        Lang::Fr => ("\u{a0}o", ["\u{a0}ko", "\u{a0}Mo", "\u{a0}Go", "\u{a0}To"]),
    };
    if bytes < 1000 {
        return format!("{bytes}{one}");
    }
    let mut amount = bytes as f64;
    let mut unit = one;
    for larger in units {
        // 999,950 is shown as 1.0 of the next unit, not as 1000 of this one.
        if amount < 999.95 {
            break;
        }
        amount /= 1000.0;
        unit = larger;
    }
    let shown = if amount < 99.95 {
        format!("{amount:.1}")
    } else {
        format!("{amount:.0}")
    };
    format!("{}{unit}", decimal(text, &shown))
}

/// A number as programs write it, with the language's decimal mark.
#[must_use]
pub fn decimal(text: &Text, shown: &str) -> String {
    match text.lang() {
        Lang::En => shown.to_owned(),
        Lang::Fr => shown.replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn thousands_and_decimals_in_both_languages() {
        let (en, fr) = (Text::new(Lang::En), Text::new(Lang::Fr));
        for (number, in_en, in_fr) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1,000", "1\u{202f}000"),
            (1_234_567, "1,234,567", "1\u{202f}234\u{202f}567"),
        ] {
            assert_eq!(
                (count(&en, number), count(&fr, number)),
                (in_en.into(), in_fr.into())
            );
        }
        let of = |text: &Text, ms| seconds(text, Duration::from_millis(ms));
        assert_eq!(
            [
                of(&en, 4),
                of(&en, 1370),
                of(&en, 12_400),
                of(&en, 3_180_000)
            ],
            ["0.004", "1.37", "12.4", "3,180"]
        );
        assert_eq!(of(&fr, 1370), "1,37");
        assert_eq!(
            [0, 999, 1000, 999_949, 999_999, 1_600_000_000, 123_000_000]
                .map(|bytes| size(&en, bytes)),
            [
                "0 B", "999 B", "1.0 kB", "1000 kB", "1.0 MB", "1.6 GB", "123 MB"
            ]
        );
        assert_eq!(size(&fr, 1500), "1,5\u{a0}ko");
    }
}
