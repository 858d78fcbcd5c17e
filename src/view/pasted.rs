//! A pasted text on the screen: the line, and below it which of its numbers are the host and which the port, or a caret
//! where it goes wrong. A line longer than the screen is cut around the place that matters.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::{
    quirk, sanitise,
    style::{Role, Style},
    text::Text,
    wrap::paragraph,
};
use crate::{
    ftp::{
        endpoint::{FaultKind, Form},
        paste::{Kind, Misread, Pasted},
    },
    say,
};

/// As much of a line as a screen has room for.
struct Excerpt<'a> {
    input: &'a [u8],
    shown: Range<usize>,
    indent: usize,
}

impl<'a> Excerpt<'a> {
    /// The whole line where it fits into `width` columns, else what stands around `place`.
    fn new(input: &'a [u8], place: &Range<usize>, indent: usize, width: usize) -> Excerpt<'a> {
        let input = input.trim_ascii_end();
        let room = width.saturating_sub(indent);
        let fits = input.len() <= 4 * room && sanitise::line(input).width() <= room;
        let shown = if fits {
            0..input.len()
        } else {
            // Room for the place, for both marks, and for as much on either side.
            let around = room.saturating_sub(place.len() + 2) / 2;
            let from = place.start.min(input.len()).saturating_sub(around);
            from..place.end.saturating_add(around).clamp(from, input.len())
        };
        Excerpt {
            input,
            shown,
            indent,
        }
    }

    fn line(&self) -> String {
        let mark = |cut| if cut { "…" } else { "" };
        format!(
            "{}{}{}{}",
            " ".repeat(self.indent),
            mark(self.shown.start > 0),
            sanitise::line(&self.input[self.shown.clone()]),
            mark(self.shown.end < self.input.len())
        )
    }

    /// The column at which the byte at this place stands.
    fn column(&self, at: usize) -> usize {
        let cut = usize::from(self.shown.start > 0);
        let end = at.clamp(self.shown.start, self.shown.end);
        self.indent + cut + sanitise::line(&self.input[self.shown.start..end]).width()
    }
}

/// The text as it was given, and under it which of its numbers are the host and which the port.
pub(super) fn marked(text: &Text, style: Style, input: &[u8], pasted: &Pasted) -> String {
    let span = &pasted.stated.span;
    let excerpt = Excerpt::new(input, span, 0, style.width());
    let mut out = format!("{}\n", style.paint(Role::Command, &excerpt.line()));
    let Some(numbers) = input.get(span.clone()) else {
        return out;
    };
    // Only numbers between commas are read in parts; the rest says its parts itself.
    if pasted.stated.bytes.is_none() {
        return out;
    }
    let starts: Vec<usize> = (0..numbers.len())
        .filter(|&at| {
            numbers[at].is_ascii_digit() && (at == 0 || !numbers[at - 1].is_ascii_digit())
        })
        .collect();
    // LPRT and 228 have a family and lengths between the parts.
    let (host, port) = match starts.len() {
        0 | 1 => return out,
        2 => (None, 0),
        6 => (Some((0, 3)), 4),
        n => (Some((2, n.saturating_sub(4))), n - 2),
    };
    let begin = |number: usize| excerpt.column(span.start + starts[number]);
    let end = |number: usize| {
        let digits = numbers[starts[number]..]
            .iter()
            .take_while(|b| b.is_ascii_digit());
        excerpt.column(span.start + starts[number] + digits.count())
    };
    let mut under = String::new();
    if let Some((first, last)) = host {
        let label = say!(text, "endpoint-under-host");
        bar(&mut under, begin(first), end(last), &label);
    }
    let label = say!(text, "endpoint-under-port");
    bar(&mut under, begin(port), end(starts.len() - 1), &label);
    out.push_str(&style.paint(Role::Remark, &under));
    out.push('\n');
    out
}

/// `└─host─┘` below the columns `from..to`.
fn bar(under: &mut String, from: usize, to: usize, label: &str) {
    under.extend(std::iter::repeat_n(' ', from.saturating_sub(under.width())));
    let wide = to - from;
    if wide < 2 {
        under.push('┘');
        return;
    }
    let inner = wide - 2;
    let label = if label.width() <= inner { label } else { "" };
    let left = (inner - label.width()) / 2;
    under.push('└');
    under.extend(std::iter::repeat_n('─', left));
    under.push_str(label);
    under.extend(std::iter::repeat_n('─', inner - left - label.width()));
    under.push('┘');
}

/// Where a text that is no end point goes wrong: the text, a caret, what is wrong and what was expected.
#[must_use]
pub fn misread(text: &Text, style: Style, input: &[u8], misread: &Misread) -> String {
    let at = misread.fault.at;
    let excerpt = Excerpt::new(input, &(at..at), 2, style.width() - 1);
    let mut out = String::new();
    if !excerpt.input.is_empty() {
        let caret = style.paint(Role::Error, "^");
        let blanks = " ".repeat(excerpt.column(at));
        out.push_str(&format!("{}\n{blanks}{caret}\n", excerpt.line()));
    }
    paragraph(&mut out, style, Role::Error, "", &fault(text, misread));
    let expected = say!(text, "endpoint-expected", what = expected(text, misread));
    paragraph(&mut out, style, Role::Remark, "", &expected);
    out
}

/// What is wrong, as a sentence.
fn fault(text: &Text, misread: &Misread) -> String {
    let phrase = match (misread.kind, misread.fault.kind) {
        (None, _) => return say!(text, "endpoint-fault-nothing"),
        (Some(Kind::Address), FaultKind::Host) => return say!(text, "endpoint-fault-address"),
        (Some(Kind::Address), FaultKind::NotANumber) => {
            return say!(text, "endpoint-fault-no-port");
        }
        (_, kind) => quirk::fault_phrase(text, kind),
    };
    say!(text, "endpoint-fault", phrase = phrase)
}

/// What was expected, as a phrase.
#[must_use]
pub fn expected(text: &Text, misread: &Misread) -> String {
    match misread.kind {
        None => say!(text, "endpoint-expected-any"),
        Some(Kind::Line(Form::Port | Form::Reply227) | Kind::Tuple) => {
            say!(text, "endpoint-expected-tuple")
        }
        Some(Kind::Pair) => say!(text, "endpoint-expected-pair"),
        Some(Kind::Line(Form::Eprt)) => say!(text, "endpoint-expected-eprt"),
        Some(Kind::Line(Form::Reply229)) => say!(text, "endpoint-expected-229"),
        Some(Kind::Line(Form::Lprt | Form::Reply228)) => say!(text, "endpoint-expected-long"),
        Some(Kind::Address) => say!(text, "endpoint-expected-address"),
    }
}

/// The place as programs count it: characters from 1.
#[must_use]
pub fn column(input: &[u8], misread: &Misread) -> usize {
    let before = input.get(..misread.fault.at).unwrap_or(input);
    String::from_utf8_lossy(before).chars().count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ftp::paste, view::text::Lang};

    /// What is shown of a text that is an end point.
    fn shown(input: &str) -> String {
        let pasted = paste::read(input.as_bytes()).expect("an end point");
        marked(
            &Text::new(Lang::En),
            Style::plain(),
            input.as_bytes(),
            &pasted,
        )
    }

    #[test]
    fn host_and_port_are_marked_where_they_stand() {
        assert_eq!(
            shown("227 é\u{1b} (10,0,0,7,205,179)."),
            "227 é{x1B} (10,0,0,7,205,179).\n            └─host─┘ └port─┘\n"
        );
        assert_eq!(shown("1,2,3,4,5,6"), "1,2,3,4,5,6\n└host─┘ └─┘\n");
        assert_eq!(
            shown("LPRT 4,4,1,2,3,4,2,5,6"),
            "LPRT 4,4,1,2,3,4,2,5,6\n         └host─┘   └─┘\n"
        );
        assert_eq!(shown("EPRT |1|10.0.0.7|5000|"), "EPRT |1|10.0.0.7|5000|\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let long = format!(
            "227 {} (10,0,0,7,205,179) {}",
            "x".repeat(5000),
            "y".repeat(5000)
        );
        let lines = shown(&long);
        let mut lines = lines.lines();
        let (line, under) = (lines.next().expect("a line"), lines.next().expect("a mark"));
        assert!(
            line.width() <= 80 && line.starts_with('…') && line.ends_with('…'),
            "{line}"
        );
        let at = line.find("10,0").map(|at| line[..at].width());
        assert_eq!(at, under.find('└').map(|at| under[..at].width()));
    }

    #[test]
    fn a_caret_stands_below_the_fault_however_long_the_line() {
        for before in ["", "é\u{1b}", &"x".repeat(5000)] {
            let input = format!("227 {before} (1,2,3,4,5,600)");
            let read = paste::read(input.as_bytes()).expect_err("600");
            let told = misread(
                &Text::new(Lang::En),
                Style::plain(),
                input.as_bytes(),
                &read,
            );
            let mut lines = told.lines();
            let (line, caret) = (
                lines.next().expect("a line"),
                lines.next().expect("a caret"),
            );
            let at = line.find("600").map(|at| line[..at].width());
            assert_eq!(at, caret.find('^'), "{told}");
            assert!(line.width() <= 80, "{line}");
        }
    }

    #[test]
    fn programs_count_characters() {
        let input = "227 é (1,2,3,4,5,600)".as_bytes();
        let read = paste::read(input).expect_err("600");
        assert_eq!(column(input, &read), 18);
    }
}
