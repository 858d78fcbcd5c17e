//! An `ftp` block while it happens: what of it has come, what differed, and the dialogue meanwhile, for the screen and for
//! the report.

use super::walk::MAX_DIALOGUE;
use crate::{
    ftp::secret,
    lab::{
        dialogue::{Difference, Differs, Progress, Step},
        report,
        seen::{Event, Happened},
        sheet::{Expected, Ftp, Wanted},
        template::Line,
    },
    say,
    script::params::Values,
    view::{lab::run::Run, text::Text},
};

/// What the report says where nothing came in place of a line.
const NOTHING: &str = "–";
/// The most lines that are kept of one reply or of one data connection, for the report; how many more there were stands
/// behind them.
const MAX_LINES: usize = 20;

/// A block while it happens.
pub(super) struct Watched<'f> {
    ftp: &'f Ftp,
    progress: Progress,
    dialogue: Vec<String>,
    /// How many lines of it were left out, see [`MAX_DIALOGUE`].
    left_out: usize,
    /// What came in place of a line, by its index.
    came: Vec<Option<String>>,
    /// What is to be shown next.
    matched: Vec<usize>,
    differences: Vec<Difference>,
}

impl<'f> Watched<'f> {
    pub(super) fn new(ftp: &'f Ftp, params: &Values) -> Watched<'f> {
        Watched {
            ftp,
            progress: Progress::new(ftp, params),
            dialogue: Vec::new(),
            left_out: 0,
            came: vec![None; ftp.lines.len()],
            matched: Vec::new(),
            differences: Vec::new(),
        }
    }

    /// The control line that it is about.
    pub(super) fn line(&self) -> Line {
        self.ftp.line
    }

    /// Takes something that happened.
    pub(super) fn feed(&mut self, happened: &Happened) {
        if happened.line == self.ftp.line {
            self.note(&happened.what);
        }
        match self.progress.feed(self.ftp, happened) {
            Step::Nothing => {}
            Step::Matched(lines) => {
                for &line in &lines {
                    self.came[line] = None;
                }
                self.matched.extend(lines);
            }
            Step::Differs(difference) => {
                self.came[difference.line] = Some(came(&difference.how));
                self.differences.push(difference);
            }
        }
    }

    /// Keeps what was said, in the notation.
    fn note(&mut self, event: &Event) {
        let mut lines: Vec<String> = Vec::new();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match event {
            Event::Connected | Event::Closed => {}
            Event::Command { text: line, .. } => {
                lines.push(format!("C> {}", text(&secret::shown_line(line, false))));
            }
            Event::Reply { lines: reply, .. } => {
                let kept = reply.iter().take(MAX_LINES);
                lines.extend(kept.map(|line| format!("S> {}", text(line))));
                if reply.len() > MAX_LINES {
                    lines.push(format!("# S> +{} lines", reply.len() - MAX_LINES));
                }
            }
            Event::Data { lines: data, bytes } => {
                let data = data.iter().take(MAX_LINES);
                lines.extend(data.map(|line| format!("D> {}", text(line))));
                lines.push(format!("# D> {bytes} bytes"));
            }
            Event::Upload(bytes) => lines.push(format!("# D< {bytes} bytes")),
        }
        let room = MAX_DIALOGUE.saturating_sub(self.dialogue.len());
        self.left_out += lines.len().saturating_sub(room);
        lines.truncate(room);
        self.dialogue.extend(lines);
    }

    /// True where everything has come.
    pub(super) fn is_complete(&self) -> bool {
        self.progress.is_done()
    }

    /// What has come and what differed since the last time, to show.
    pub(super) fn news(&mut self, view: Run<'_>) -> String {
        let mut out = String::new();
        let matched = std::mem::take(&mut self.matched);
        // A line that was set back since has not come.
        let matched = matched
            .into_iter()
            .filter(|&line| self.progress.has_matched(line));
        let written: Vec<&str> = matched
            .filter_map(|line| Some(self.ftp.lines.get(line)?.written.as_str()))
            .collect();
        if !written.is_empty() {
            out.push_str(&view.ticked(&written));
        }
        for difference in std::mem::take(&mut self.differences) {
            out.push_str(&view.differs(self.ftp, &difference));
        }
        out
    }

    /// The lines for the report, and the dialogue.
    pub(super) fn state(&self) -> (Vec<report::Line>, Vec<String>) {
        let lines = self.ftp.lines.iter().zip(&self.came).enumerate();
        let lines = lines.map(|(at, (line, came))| report::Line {
            wanted: line.written.clone(),
            seen: self.progress.has_matched(at),
            came: came.clone(),
        });
        let mut dialogue = self.dialogue.clone();
        if self.left_out > 0 {
            dialogue.push(format!("# +{} lines", self.left_out));
        }
        (lines.collect(), dialogue)
    }

    /// The first line that has not come, and what came in its place.
    pub(super) fn missing(&self) -> Option<(&'f Expected, Option<String>)> {
        let at = self.progress.awaited()?;
        let came = self.came.get(at).cloned().flatten();
        Some((self.ftp.lines.get(at)?, came))
    }

    /// Why the block is not done, for its author: the first line in whose place something else came, else the first that
    /// has not come.
    pub(super) fn obstacle(&self) -> Option<(&'f Expected, Option<String>)> {
        let other = self.came.iter().position(Option::is_some);
        match other {
            Some(at) => {
                let came = self.came[at].clone().filter(|came| came != NOTHING);
                Some((self.ftp.lines.get(at)?, came))
            }
            None => self.missing(),
        }
    }

    /// The hints there are: what comes next, and for a command what could be typed.
    pub(super) fn hints(&self, text: &Text, example: &dyn Fn(&Expected) -> String) -> Vec<String> {
        let Some((expected, _)) = self.missing() else {
            return Vec::new();
        };
        let wanted = expected.written.as_str();
        let mut hints = vec![say!(text, "labrun-hint-ftp", wanted = wanted)];
        if let Wanted::Command { say: Some(_), .. } = expected.what {
            let example = example(expected);
            hints.push(say!(text, "labrun-hint-example", example = example));
        }
        hints
    }
}

/// What came, as the report has it.
fn came(how: &Differs) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match how {
        Differs::Code { got: Some(got), .. } => got.to_string(),
        Differs::Code { got: None, .. } | Differs::Data | Differs::Closed => NOTHING.to_owned(),
        Differs::Text(got) => text(got),
        Differs::Argument(_, got) | Differs::Transfer(got) => text(&secret::shown_line(got, false)),
        Differs::Early { .. } => NOTHING.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::sheet::Role;

    #[test]
    fn a_dialogue_in_a_report_says_how_much_is_left_out() {
        let ftp = Ftp {
            id: "b".into(),
            role: Role::default(),
            line: Line::default(),
            lines: Vec::new(),
            between: Vec::new(),
        };
        let mut watched = Watched::new(&ftp, &Values::new());
        let reply = |lines: usize| Event::Reply {
            code: Some(200),
            lines: vec![b"200 Fine.".to_vec(); lines],
            answers: None,
        };
        watched.note(&reply(MAX_LINES));
        assert_eq!(watched.state().1.len(), MAX_LINES);
        watched.note(&reply(MAX_LINES + 3));
        let dialogue = watched.state().1;
        assert_eq!(dialogue.last().map(String::as_str), Some("# S> +3 lines"));
        watched.note(&Event::Data {
            lines: vec![b"data".to_vec(); MAX_LINES + 9],
            bytes: 145,
        });
        let dialogue = watched.state().1;
        assert_eq!(dialogue.len(), 3 * MAX_LINES + 2);
        assert_eq!(dialogue.last().map(String::as_str), Some("# D> 145 bytes"));
        let room = MAX_DIALOGUE - dialogue.len();
        for _ in 0..room + 7 {
            watched.note(&reply(1));
        }
        let dialogue = watched.state().1;
        assert_eq!(dialogue.len(), MAX_DIALOGUE + 1);
        assert_eq!(dialogue.last().map(String::as_str), Some("# +7 lines"));
    }
}
