//! Running text broken into lines. Only blanks break: a no-break space (French puts one before `:` and `;`) holds.

use unicode_width::UnicodeWidthStr;

use super::style::{Role, Style};

/// `text` in lines of at most `width` columns, the first of which begins at column `start` (what stands before it is the
/// caller's), the others at column `hang`. A word that is longer than a line stands on one of its own.
#[must_use]
pub fn wrap(text: &str, start: usize, hang: usize, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    wrap_into(&mut out, text, start, hang, width);
    out
}

/// The same, behind what `out` holds.
pub fn wrap_into(out: &mut String, text: &str, start: usize, hang: usize, width: usize) {
    // Nearly all rows of a report are one line of ASCII, which stays as it is.
    let plain = text.is_ascii() && start + text.len() <= width;
    if plain && !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ") {
        out.push_str(text);
        return;
    }
    let mut column = start;
    let mut fresh = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = if word.is_ascii() {
            word.len()
        } else {
            word.width()
        };
        if !fresh && column + 1 + wide > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', hang));
            column = hang;
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += wide;
        fresh = false;
    }
}

/// A dressed paragraph behind a mark, its lines hanging below the first one's text.
pub(super) fn paragraph(out: &mut String, style: Style, role: Role, mark: &str, sentence: &str) {
    let hang = mark.width();
    for (at, line) in wrap(sentence, hang, hang, style.width())
        .lines()
        .enumerate()
    {
        let mark = if at == 0 { mark } else { "" };
        out.push_str(&style.paint(role, &format!("{mark}{line}")));
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_full_and_not_too_long() {
        assert_eq!(
            wrap("one two three four", 2, 4, 11),
            "one two\n    three\n    four"
        );
        assert_eq!(wrap("", 2, 4, 11), "");
        assert_eq!(wrap("unbreakable short", 0, 1, 5), "unbreakable\n short");
    }

    #[test]
    fn a_no_break_space_holds() {
        assert_eq!(
            wrap("un deux\u{a0}: trois", 0, 0, 8),
            "un\ndeux\u{a0}:\ntrois"
        );
    }

    #[test]
    fn width_is_columns_not_bytes() {
        assert_eq!(wrap("été été été", 0, 0, 7), "été été\nété");
    }
}
