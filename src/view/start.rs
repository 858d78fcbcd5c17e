//! The start page: what to type for each step of the lab, in which of three terminals, on the server that ftplab brings.
//! It stands in 80 columns and 23 lines, so that a terminal of the usual size shows it whole above the next prompt.
//!
//! What is typed is the same in every language and stands here; the sentences around it are messages. Only commands that
//! exist are named (a test gives each line to the command line's parser).

use unicode_width::UnicodeWidthStr;

use super::{
    style::{Role, Style},
    text::Text,
};

/// Where what is typed begins: after "terminal 1" in either language.
const COMMAND_COLUMN: usize = 15;
/// Where a remark begins, unless what is typed is longer.
const REMARK_COLUMN: usize = 51;

/// A line of the page.
enum Line {
    /// What the lines below are about: the message's id.
    Heading(&'static str),
    /// What is typed at the shell: the terminal's number, the words, the id of a remark.
    Shell(u8, &'static str, Option<&'static str>),
    /// What is typed on the control connection, likewise; the number only where the terminal changes.
    Control(Option<u8>, &'static str, Option<&'static str>),
    /// Nothing.
    Blank,
}

use Line::{Blank, Control, Heading, Shell};

const PAGE: &[Line] = &[
    Heading("start-control"),
    Shell(
        1,
        "ftplab fake-server --record lab.pcapng",
        Some("start-server"),
    ),
    Shell(2, "ftplab raw 127.0.0.1 2121", Some("start-another-server")),
    Control(None, "USER anonymous", Some("start-each-line")),
    Control(None, "PASS me@example.org", None),
    Control(None, "LIST", Some("start-no-data")),
    Heading("start-passive"),
    Control(Some(2), "PASV", None),
    Shell(3, "ftplab pasv-calc --connect", Some("start-reply")),
    Control(Some(2), "LIST", Some("start-data")),
    Heading("start-active"),
    Shell(3, "ftplab listen 5000", None),
    Control(Some(2), "PORT 127,0,0,1,19,136", Some("start-arithmetic")),
    Control(None, "LIST", None),
    Control(None, "QUIT", None),
    Heading("start-capture"),
    Shell(
        1,
        "ftplab inspect --ladder lab.pcapng",
        Some("start-stop-first"),
    ),
    Heading("start-being-server"),
    Shell(1, "ftplab fake-server --by-hand", Some("start-by-hand")),
    Shell(2, "curl -v ftp://127.0.0.1:2121/", Some("start-clients")),
    Blank,
];

/// The page; every line ends with a newline.
#[must_use]
pub fn page(text: &Text, style: Style) -> String {
    let mut out = style.paint(Role::Heading, &text.say("start-title", &[]));
    out.push('\n');
    for line in PAGE {
        match *line {
            Blank => {}
            Heading(id) => out.push_str(&style.paint(Role::Heading, &text.say(id, &[]))),
            Shell(terminal, typed, remark) => {
                step(&mut out, text, style, Some(terminal), typed, remark);
            }
            Control(terminal, typed, remark) => {
                // Two columns further in: what is typed in `raw`, not at the shell.
                step(
                    &mut out,
                    text,
                    style,
                    terminal,
                    &format!("  {typed}"),
                    remark,
                );
            }
        }
        out.push('\n');
    }
    out.push_str(&style.paint(Role::Hint, &text.say("start-more", &[])));
    out.push('\n');
    out
}

/// One step: `  terminal 2   ftplab raw …   remark`.
fn step(
    out: &mut String,
    text: &Text,
    style: Style,
    terminal: Option<u8>,
    typed: &str,
    remark: Option<&str>,
) {
    let place = terminal.map_or_else(String::new, |number| {
        format!("  {}", crate::say!(text, "start-terminal", number = number))
    });
    out.push_str(&place);
    pad(out, place.width(), COMMAND_COLUMN);
    out.push_str(&style.paint(Role::Command, typed));
    if let Some(id) = remark {
        pad(out, COMMAND_COLUMN + typed.width(), REMARK_COLUMN);
        out.push_str(&style.paint(Role::Remark, &text.say(id, &[])));
    }
}

/// Blanks from one column to another, two at least.
fn pad(out: &mut String, from: usize, to: usize) {
    out.extend(std::iter::repeat_n(' ', to.saturating_sub(from).max(2)));
}
