//! A student who works on a sheet at a terminal.

use std::{num::NonZero, path::Path};

use tempfile::TempDir;

use crate::peers::terminal::Terminal;

/// The smallest terminal that a sheet must be readable on.
const ROWS: NonZero<u16> = NonZero::new(24).expect("not zero");

/// A student at a terminal of 24 rows.
pub(super) struct Student {
    pub(super) terminal: Terminal,
    pub(super) folder: TempDir,
}

impl Student {
    pub(super) fn new(sheet: &str) -> Student {
        let folder = tempfile::tempdir().expect("a folder");
        Student::in_folder(folder, sheet)
    }

    /// Where there are files already.
    pub(super) fn in_folder(folder: TempDir, sheet: &str) -> Student {
        let terminal = Student::sits(folder.path(), sheet);
        Student { terminal, folder }
    }

    /// Sits down: again, where work is there.
    pub(super) fn sits(folder: &Path, sheet: &str) -> Terminal {
        Terminal::sized(ROWS, folder, &["lab", "run", sheet, "--port", "0"])
    }

    /// Waits until the screen shows this, broken into lines or not.
    #[track_caller]
    pub(super) fn sees(&mut self, what: &str) -> String {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted = words(what);
        self.terminal
            .until(what, |lines| words(&lines.join(" ")).contains(&wanted))
            .join("\n")
    }

    /// Waits until the last line is this prompt.
    #[track_caller]
    pub(super) fn at(&mut self, prompt: &str) {
        self.terminal.until(prompt, |lines| {
            lines
                .iter()
                .rfind(|line| !line.is_empty())
                .is_some_and(|last| last.trim_end() == prompt)
        });
    }

    /// Goes on from a dialogue that is complete: to the question at once or, where the machine was slow and a command could
    /// be typed again meanwhile, with Enter.
    #[track_caller]
    pub(super) fn leaves_the_dialogue(&mut self) {
        let last = |lines: &[String]| {
            let last = lines.iter().rfind(|line| !line.is_empty());
            last.map(|last| last.trim_end().to_owned())
                .unwrap_or_default()
        };
        let lines = self.terminal.until("the end of a dialogue", |lines| {
            let asked = lines.join("\n").contains("Enter goes on.");
            last(lines) == ">" || (asked && last(lines) == "C>")
        });
        if last(&lines) == "C>" {
            self.terminal.keys("\r");
        }
    }

    /// Types a line behind this prompt.
    #[track_caller]
    pub(super) fn types(&mut self, prompt: &str, line: &str) {
        self.at(prompt);
        self.terminal.keys(&format!("{line}\r"));
    }

    /// Reads on, page by page, until the cursor is behind this prompt.
    #[track_caller]
    pub(super) fn reads_on_to(&mut self, prompt: &str) {
        let is_page = |line: &str| line.starts_with("[Enter") && line.ends_with(']');
        while is_page(
            &self
                .terminal
                .until_cursor(prompt, |line| line == prompt || is_page(line)),
        ) {
            self.terminal.enter();
        }
    }

    /// Closes in the middle, and comes back to where the work is.
    #[track_caller]
    pub(super) fn leaves_and_comes_back(&mut self, sheet: &str) {
        self.terminal.keys("\u{4}");
        self.sees("The same command goes on from here.");
        self.terminal = Student::sits(self.folder.path(), sheet);
    }
}
