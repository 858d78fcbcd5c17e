//! What is coloured how. A [`Style`] is decided once by `cmd` (flag, NO_COLOR, terminal) and handed to the views; this
//! file alone names the colour crate, because that crate switches colour for the whole process: `Style::plain` never
//! calls it, and a coloured `Style` switches it on and nobody switches it off again.

use colored::{ColoredString, Colorize};

/// How text is dressed: in colour or not, and how many columns there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    colour: bool,
    width: usize,
}

/// The width that everything is laid out for where no terminal tells another.
pub const DEFAULT_WIDTH: usize = 80;

/// Nothing is laid out for a narrower place.
const NARROWEST: usize = 20;

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A line that the user-PI sends.
    Command,
    /// A reply with 1yz, 2yz or 3yz.
    GoodReply,
    /// A reply with 4yz or 5yz.
    BadReply,
    /// Any other line from the server.
    OddReply,
    /// Bytes of a data connection.
    Data,
    /// ftplab's own remark about what happens.
    Remark,
    /// What to do next.
    Hint,
    /// A heading.
    Heading,
    /// Something wrong that asks for attention.
    Warning,
    /// The reason why ftplab stops.
    Error,
}

impl Style {
    /// No colour, 80 columns: files, pipes and goldens.
    #[must_use]
    pub const fn plain() -> Style {
        Style {
            colour: false,
            width: DEFAULT_WIDTH,
        }
    }

    /// A style for a place `width` columns wide.
    #[must_use]
    pub fn new(colour: bool, width: usize) -> Style {
        if colour {
            colored::control::set_override(true);
        }
        Style {
            colour,
            width: width.max(NARROWEST),
        }
    }

    /// The same on a terminal that has so many columns by now, where it tells.
    #[must_use]
    pub fn fitted(self, columns: Option<usize>) -> Style {
        Style {
            width: columns.map_or(self.width, |columns| columns.max(NARROWEST)),
            ..self
        }
    }

    /// The columns there are to fill.
    #[must_use]
    pub const fn width(self) -> usize {
        self.width
    }

    /// True where colour may be used.
    #[must_use]
    pub const fn colour(self) -> bool {
        self.colour
    }

    /// `text` in the colour of its role.
    #[must_use]
    pub fn paint(self, role: Role, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        self.paint_into(&mut out, role, text);
        out
    }

    /// The same, behind what `out` holds.
    pub fn paint_into(self, out: &mut String, role: Role, text: &str) {
        if !self.colour || text.is_empty() {
            out.push_str(text);
            return;
        }
        let painted: ColoredString = match role {
            Role::Command => text.cyan().bold(),
            Role::GoodReply => text.green(),
            Role::BadReply | Role::Error => text.red().bold(),
            Role::OddReply => text.magenta(),
            Role::Data => text.blue(),
            Role::Remark => text.dimmed(),
            Role::Hint => text.yellow(),
            Role::Heading => text.bold(),
            Role::Warning => text.yellow().bold(),
        };
        out.push_str(&painted.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(Style::plain().paint(Role::Error, "no"), "no");
    }

    #[test]
    fn colour_wraps_text_in_escapes_and_nothing_else() {
        let painted = Style::new(true, 80).paint(Role::GoodReply, "220");
        assert!(
            painted.starts_with("\u{1b}[")
                && painted.contains("220")
                && painted.ends_with("\u{1b}[0m")
        );
    }
}
