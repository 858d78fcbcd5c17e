//! What `--check` found in a script: on the screen, and as JSON Lines.

use std::fmt::Write;

use serde::Serialize;

use super::{
    live::beginning,
    script::{error_sentence, mistake_sentence, mistakes, trap_sentence},
};
use crate::{
    say,
    script::{
        check::{Finding, What},
        mistake::Mistake,
        notation::Script,
    },
    view::{
        json, sanitise,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// A script that was checked, and what came of it.
#[derive(Debug, Default)]
pub struct Checked {
    /// The script's name, or the path of its file.
    pub name: String,
    /// Why it is none: where there are any, nothing else was looked for.
    pub mistakes: Vec<Mistake>,
    /// The script.
    pub script: Script,
    /// What was found in it.
    pub findings: Vec<Finding>,
    /// What keeps it from being played, in words.
    pub unplayed: Option<String>,
}

impl Checked {
    /// True where it can be played and nothing is wrong with it; with `strict`, where no warning comes unannounced either.
    #[must_use]
    pub fn is_fine(&self, strict: bool) -> bool {
        let (errors, warnings, _) = self.counts();
        errors == 0 && !(strict && warnings > 0)
    }

    /// Errors, warnings, and those that were announced.
    fn counts(&self) -> (u64, u64, u64) {
        let mut counts = (
            self.mistakes.len() as u64 + u64::from(self.unplayed.is_some()),
            0,
            0,
        );
        for finding in &self.findings {
            match finding.what {
                What::Warning { expected: true, .. } => counts.2 += 1,
                What::Warning { .. } => counts.1 += 1,
                _ => counts.0 += 1,
            }
        }
        counts
    }
}

/// All that was found, for a person.
#[must_use]
pub fn checked(text: &Text, style: Style, checked: &Checked) -> String {
    if !checked.mistakes.is_empty() {
        return mistakes(text, style, &checked.name, &checked.mistakes);
    }
    let mut out = String::new();
    if checked.unplayed.is_none() || !checked.findings.is_empty() {
        out.push_str(&findings(text, style, checked));
    }
    if let Some(why) = &checked.unplayed {
        let _ = writeln!(out, "{why}");
    }
    out
}

/// What was found in a script, a line each with what it is about, and the count.
fn findings(text: &Text, style: Style, checked: &Checked) -> String {
    let Checked {
        name,
        script,
        findings: all,
        ..
    } = checked;
    let name = sanitise::line(name.as_bytes()).into_owned();
    if all.is_empty() {
        return format!("{}\n", say!(text, "server-check-fine", name = name));
    }
    let mut out = String::new();
    let (mut errors, mut warnings, mut announced) = (0u64, 0u64, 0u64);
    for finding in all {
        let place = if finding.line == 0 {
            name.clone()
        } else {
            format!("{name}:{}", finding.line)
        };
        let (line, role) = match &finding.what {
            What::Warning {
                trap,
                detail,
                expected,
            } => {
                let detail = sanitise::line(detail.as_bytes()).into_owned();
                let what = trap_sentence(text, *trap, detail);
                if *expected {
                    announced += 1;
                    let line = say!(
                        text,
                        "server-check-expected",
                        place = place,
                        name = trap.name(),
                        what = what
                    );
                    (line, Role::Remark)
                } else {
                    warnings += 1;
                    let line = say!(
                        text,
                        "server-check-warning",
                        place = place,
                        name = trap.name(),
                        what = what
                    );
                    (line, Role::Warning)
                }
            }
            wrong => {
                errors += 1;
                let what = error_sentence(text, wrong).unwrap_or_default();
                (
                    say!(text, "server-check-error", place = place, what = what),
                    Role::Error,
                )
            }
        };
        let _ = writeln!(
            out,
            "{}",
            style.paint(role, &wrap(&line, 0, 2, style.width()))
        );
        let source = script.lines.iter().find(|line| line.number == finding.line);
        if let Some(source) = source {
            let shown = beginning(&source.written);
            let _ = writeln!(
                out,
                "{:>5} | {}",
                finding.line,
                sanitise::line(shown.replace('\t', " ").as_bytes())
            );
        }
    }
    let line = say!(
        text,
        "server-check-summary",
        name = name,
        errors = errors,
        warnings = warnings,
        expected = announced
    );
    let _ = writeln!(out, "{line}");
    out
}

// ---- JSON Lines ------------------------------------------------------------------------------------------------------

#[derive(Serialize)]
struct WarningLine<'a> {
    file: &'a str,
    line: Option<u32>,
    name: &'static str,
    detail: &'a str,
    announced: bool,
    what: String,
}

#[derive(Serialize)]
struct CheckedLine<'a> {
    file: &'a str,
    mistakes: u64,
    warnings: u64,
    announced: u64,
    ok: bool,
}

/// The same for programs: a line of type `mistake` or `warning` for each, and one of type `checked`. Whether warnings are
/// wrong is for `strict` to say.
#[must_use]
pub fn json_checked(text: &Text, checked: &Checked, strict: bool) -> String {
    let mut out = String::new();
    let file = checked.name.as_str();
    let mut mistake = |line, column, what: String| {
        out.push_str(&json::mistake(file, (line, column), &what));
    };
    for wrong in &checked.mistakes {
        let what = mistake_sentence(text, &wrong.kind);
        mistake(Some(wrong.line), Some(wrong.column), what);
    }
    for finding in &checked.findings {
        if let Some(what) = error_sentence(text, &finding.what) {
            mistake(Some(finding.line).filter(|&line| line > 0), None, what);
        }
    }
    if let Some(why) = &checked.unplayed {
        // It was wrapped for a person.
        let words: Vec<&str> = why.split_whitespace().collect();
        mistake(None, None, words.join(" "));
    }
    for finding in &checked.findings {
        if let What::Warning {
            trap,
            detail,
            expected,
        } = &finding.what
        {
            let line = WarningLine {
                file,
                line: Some(finding.line).filter(|&line| line > 0),
                name: trap.name(),
                detail,
                announced: *expected,
                what: trap_sentence(text, *trap, detail.clone()),
            };
            out.push_str(&json::line("warning", None, &line));
        }
    }
    let (mistakes, warnings, announced) = checked.counts();
    let line = CheckedLine {
        file,
        mistakes,
        warnings,
        announced,
        ok: checked.is_fine(strict),
    };
    out.push_str(&json::line("checked", None, &line));
    out
}
