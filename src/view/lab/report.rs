//! The report that a student hands in (`BASE.md`): the questions with their answers, what of each dialogue was seen, free
//! texts, tries, hints and times, in the sheet's language. The JSON beside it holds the same for programs.

use jiff::Timestamp;

use crate::{
    lab::report::{Block, Kind, Report},
    say,
    view::{sanitise, text::Text},
};

/// The page, as Markdown. `titles` are those of the steps.
#[must_use]
pub fn markdown(text: &Text, report: &Report, titles: &[String]) -> String {
    let mut out = format!("# {}\n\n", plain(&report.sheet.title));
    let done = report.blocks.iter().filter(|block| block.done).count();
    let sheet = say!(
        text,
        "labrun-md-sheet-value",
        title = report.sheet.title.as_str(),
        id = report.sheet.id.as_str(),
        version = report.sheet.version.to_string()
    );
    let params: Vec<String> = report
        .params
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let done = say!(
        text,
        "labrun-md-done-value",
        done = done,
        all = report.blocks.len()
    );
    let rows = [
        (
            "labrun-md-student",
            report.student.clone().unwrap_or_else(|| "–".into()),
        ),
        ("labrun-md-sheet", sheet),
        ("labrun-md-params", params.join(", ")),
        ("labrun-md-began", time(report.began)),
        ("labrun-md-saved", time(report.saved)),
        ("labrun-md-done", done),
        ("labrun-md-ftplab", report.ftplab.clone()),
        ("labrun-md-digest", report.digest.chars().take(16).collect()),
    ];
    out.push_str("| | |\n|---|---|\n");
    for (id, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let value = plain(value).replace('|', "\\|");
        out.push_str(&format!("| {} | {value} |\n", text.say(id, &[])));
    }
    for (said, id) in [
        (report.demo, "labrun-md-demo"),
        (report.edited, "labrun-md-altered"),
    ] {
        if said {
            out.push_str(&format!("\n**{}**\n", text.say(id, &[])));
        }
    }
    let mut step = 0;
    for block in &report.blocks {
        if block.step != step {
            step = block.step;
            let at = usize::try_from(step).unwrap_or(0);
            let title = titles.get(at.wrapping_sub(1)).map_or("", String::as_str);
            let head = say!(text, "labrun-md-step", n = step, title = title);
            out.push_str(&format!("\n## {}\n", plain(&head)));
        }
        out.push_str(&one(text, block));
    }
    out
}

fn one(text: &Text, block: &Block) -> String {
    let mark = if block.done { "✓" } else { "○" };
    let mut out = format!("\n### {mark} {}\n\n", block.id);
    if let Some(question) = &block.question {
        for line in question.trim_end().lines() {
            out.push_str(&format!("> {line}  \n"));
        }
        out.push('\n');
    }
    if block.kind == Kind::Ftp {
        let seen = if block.done {
            "labrun-md-seen"
        } else {
            "labrun-md-not-seen"
        };
        out.push_str(&format!("{}\n", text.say(seen, &[])));
    } else if !block.done && block.answers.is_empty() {
        out.push_str(&format!("{}\n", text.say("labrun-md-not-done", &[])));
    }
    for given in &block.answers {
        let verdict = text.say(
            if given.right {
                "labrun-md-answer-right"
            } else {
                "labrun-md-answer-wrong"
            },
            &[],
        );
        let label = if block.kind == Kind::Capture {
            "labrun-md-file"
        } else {
            "labrun-md-answer"
        };
        let label = say!(text, label, answer = code(&given.answer), verdict = verdict);
        out.push_str(&format!("- {label}\n"));
    }
    if let Some(written) = &block.text {
        for line in written.lines() {
            out.push_str(&format!("    {}\n", sanitise::line(line.as_bytes())));
        }
    }
    for line in block.lines.iter().filter(|_| !block.done) {
        let mark = if line.seen { "✓" } else { "○" };
        out.push_str(&format!("- {mark} {}", code(&line.wanted)));
        if let Some(came) = line.came.as_ref().filter(|_| !line.seen) {
            out.push_str(&format!(
                " ({})",
                say!(text, "labrun-md-came", came = code(came))
            ));
        }
        out.push('\n');
    }
    let effort = effort(text, block);
    if !effort.is_empty() {
        out.push_str(&format!("\n{effort}\n"));
    }
    if !block.dialogue.is_empty() {
        let fence = fence(&block.dialogue);
        out.push_str(&format!(
            "\n{}\n\n{fence}text\n",
            text.say("labrun-md-dialogue", &[])
        ));
        for line in &block.dialogue {
            out.push_str(&format!("{}\n", sanitise::line(line.as_bytes())));
        }
        out.push_str(&format!("{fence}\n"));
    }
    out
}

/// Tries, hints and time, where there is something to say.
fn effort(text: &Text, block: &Block) -> String {
    let mut parts = Vec::new();
    if block.tries() > 1 {
        parts.push(say!(text, "labrun-md-tries", count = block.tries()));
    }
    if block.hints > 0 {
        parts.push(say!(text, "labrun-md-hints", count = block.hints));
    }
    if let (Some(began), Some(ended)) = (block.began, block.ended) {
        let seconds = ended.saturating_sub(began);
        let time = if seconds < 120 {
            format!("{seconds} s")
        } else {
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        };
        parts.push(say!(text, "labrun-md-time", time = time));
    }
    parts.join(" · ")
}

/// UTC, to the second.
fn time(at: u64) -> String {
    let at = i64::try_from(at).unwrap_or(0);
    Timestamp::from_second(at).map_or_else(|_| at.to_string(), |time| time.to_string())
}

/// Text on one line in which nothing is Markdown.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in sanitise::line(text.as_bytes()).chars() {
        if "\\`*_[]<>#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text between as many backticks as it takes.
fn code(text: &str) -> String {
    let text = sanitise::line(text.as_bytes());
    let mut ticks = 1;
    while text.contains(&"`".repeat(ticks)) {
        ticks += 1;
    }
    let ticks = "`".repeat(ticks);
    if text.starts_with('`') || text.ends_with('`') || text.is_empty() {
        format!("{ticks} {text} {ticks}")
    } else {
        format!("{ticks}{text}{ticks}")
    }
}

/// A fence that no line ends.
fn fence(lines: &[String]) -> String {
    let longest = lines
        .iter()
        .map(|line| line.trim_start().chars().take_while(|&c| c == '`').count())
        .max()
        .unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
