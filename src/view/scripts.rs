//! The scripts that ftplab brings, as a list to choose from.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::{
    style::{Role, Style},
    text::Text,
    wrap::wrap,
};
use crate::say;

/// A script: its name, and its title where it has one.
pub type Row = (&'static str, Option<String>);

/// The scripts that behave, then the faults: a line each, and how to play one.
#[must_use]
pub fn page(text: &Text, style: Style, servers: &[Row], faults: &[Row]) -> String {
    let names = servers.iter().chain(faults).map(|(name, _)| name.width());
    let column = 4 + names.max().unwrap_or(0);
    let mut out = String::new();
    let heads = [
        say!(text, "server-list-servers"),
        say!(text, "server-list-faults"),
    ];
    for (head, rows) in heads.iter().zip([servers, faults]) {
        let _ = writeln!(out, "{}", style.paint(Role::Heading, head));
        for (name, title) in rows {
            let pad = " ".repeat(column - 2 - name.width());
            let title = wrap(
                title.as_deref().unwrap_or_default(),
                column,
                column,
                style.width(),
            );
            let name = style.paint(Role::Command, name);
            let _ = writeln!(out, "  {name}{pad}{title}");
        }
        out.push('\n');
    }
    let how = say!(text, "server-list-how");
    let _ = writeln!(out, "{}", wrap(&how, 0, 0, style.width()));
    out
}
