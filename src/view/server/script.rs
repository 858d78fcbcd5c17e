//! A script on the screen: its mistakes, what its traps do to whom, and how `--self-test` went; each with the place, the
//! script's line and what to do.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::{INDENT_EXCERPT, live::beginning};
use crate::{
    say,
    script::{
        MAX_MISTAKES,
        check::{Trap, What},
        client::{Differs, MAX_COMPARED, Plan},
        mistake::{Kind, Mistake},
        notation::{NAMES, Script},
        play::Refusal,
    },
    view::{
        sanitise,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// All mistakes of a script: place, what is wrong, the line and a caret, what to do.
#[must_use]
pub fn mistakes(text: &Text, style: Style, name: &str, all: &[Mistake]) -> String {
    let mut out = String::new();
    let name = sanitise::line(name.as_bytes());
    for mistake in all {
        let what = mistake_sentence(text, &mistake.kind);
        let place = format!("{name}:{}:{}", mistake.line, mistake.column);
        let _ = writeln!(
            out,
            "{}",
            style.paint(
                Role::Error,
                &say!(text, "server-mistake", place = place, what = what)
            )
        );
        if !mistake.text.is_empty() {
            out.push_str(&excerpt(style, mistake.line, mistake.column, &mistake.text));
        }
    }
    let summary = say!(
        text,
        "server-mistakes",
        count = all.len() as u64,
        name = name.into_owned()
    );
    let _ = writeln!(out, "{summary}");
    if all.len() == MAX_MISTAKES {
        let more = say!(text, "server-mistakes-first", most = MAX_MISTAKES as u64);
        let _ = writeln!(out, "{more}");
    }
    out
}

/// A line of a script or a sheet with a caret under a column. Of a line that is wider than the screen, what stands
/// around the caret is shown.
#[must_use]
pub fn excerpt(style: Style, line: u32, column: u32, source: &str) -> String {
    let safe = |text: &str| sanitise::line(text.replace('\t', " ").as_bytes()).into_owned();
    let (before, after) = match source.char_indices().nth(column.saturating_sub(1) as usize) {
        Some((at, _)) => source.split_at(at),
        None => (source, ""),
    };
    let (before, after) = (safe(before), safe(after));
    let room = style.width().saturating_sub(INDENT_EXCERPT).max(20);
    // The caret stays in the first two thirds, so that what it points at is seen too.
    let left: Vec<char> = before.chars().collect();
    let cut = match left.len() + after.chars().count() > room {
        true => left.len().saturating_sub(room * 2 / 3),
        false => 0,
    };
    let mut shown: String = left[cut..].iter().collect();
    if cut > 0 {
        shown.replace_range(..shown.chars().next().map_or(0, char::len_utf8), "…");
    }
    let caret = shown.width();
    shown.push_str(&after);
    if shown.chars().count() > room {
        shown = shown.chars().take(room - 1).collect();
        shown.push('…');
    }
    format!(
        "{line:>5} | {shown}\n      | {}{}\n",
        " ".repeat(caret),
        style.paint(Role::Error, "^")
    )
}

/// What is wrong with a line of a script.
#[must_use]
pub fn mistake_sentence(text: &Text, kind: &Kind) -> String {
    let shown = |value: &str| sanitise::line(value.as_bytes()).into_owned();
    match kind {
        Kind::TooLong => say!(
            text,
            "server-mistake-too-long",
            limit = (crate::script::MAX_SCRIPT / 1_048_576) as u64
        ),
        Kind::NotUtf8 => say!(text, "server-mistake-not-utf8"),
        Kind::MarkerUnknown => say!(text, "server-mistake-marker-unknown"),
        Kind::MarkerIndented => say!(text, "server-mistake-marker-indented"),
        Kind::BlankMissing => say!(text, "server-mistake-blank-missing"),
        Kind::RestMissing => say!(text, "server-mistake-rest-missing"),
        Kind::BraceOpen => say!(text, "server-mistake-brace-open"),
        Kind::BraceClose => say!(text, "server-mistake-brace-close"),
        Kind::ValueUnknown(name) => {
            say!(text, "server-mistake-value-unknown", name = shown(name))
        }
        Kind::ValueMisplaced(value) => say!(
            text,
            "server-mistake-value-misplaced",
            name = shown(&value.to_string())
        ),
        Kind::ParamUnknown(name) => {
            say!(text, "server-mistake-param-unknown", name = shown(name))
        }
        Kind::HostInvalid(host) => say!(text, "server-mistake-host-invalid", host = shown(host)),
        Kind::AlternativeEmpty => say!(text, "server-mistake-alternative-empty"),
        Kind::RegexInvalid(detail) => {
            // The library's message has several lines; the last one says what is wrong.
            let last = detail.lines().last().unwrap_or_default();
            let detail = shown(last.trim_start_matches("error: "));
            say!(text, "server-mistake-regex-invalid", detail = detail)
        }
        Kind::ActionUnknown(name) => {
            let names = NAMES.join(", ");
            say!(
                text,
                "server-mistake-action-unknown",
                name = shown(name),
                names = names
            )
        }
        Kind::ArgumentUnwanted => say!(text, "server-mistake-argument-unwanted"),
        Kind::ArgumentMissing => say!(text, "server-mistake-argument-missing"),
        Kind::TimeInvalid(value) => {
            say!(text, "server-mistake-time-invalid", value = shown(value))
        }
        Kind::NumberInvalid(value) => {
            say!(text, "server-mistake-number-invalid", value = shown(value))
        }
        Kind::WordUnknown { found, known } => say!(
            text,
            "server-mistake-word-unknown",
            value = shown(found),
            names = known.join(", ")
        ),
        Kind::PortsInvalid(value) => {
            say!(text, "server-mistake-ports-invalid", value = shown(value))
        }
        Kind::AddressInvalid(value) => {
            say!(text, "server-mistake-address-invalid", value = shown(value))
        }
        Kind::ParamInvalid => say!(text, "server-mistake-param-invalid"),
        Kind::SettingTwice(line) => say!(text, "server-mistake-setting-twice", line = *line),
        Kind::SettingLate => say!(text, "server-mistake-setting-late"),
        Kind::NotInGreeting => say!(text, "server-mistake-not-in-greeting"),
        Kind::CodeInvalid(value) => {
            say!(text, "server-mistake-code-invalid", value = shown(value))
        }
        Kind::PathOutside => say!(text, "server-mistake-path-outside"),
    }
}

/// Why a script that can be read is not played.
#[must_use]
pub fn refusal(text: &Text, name: &str, refusal: &Refusal) -> String {
    let Refusal::ForeignAddress { line, host } = refusal;
    let place = format!("{}:{line}", sanitise::line(name.as_bytes()));
    say!(
        text,
        "server-foreign-address",
        place = place,
        host = host.to_string()
    )
}

/// What is wrong with a script beyond its form; `None` for a warning.
#[must_use]
pub fn error_sentence(text: &Text, what: &What) -> Option<String> {
    Some(match what {
        What::FileMissing(path) => {
            let path = sanitise::line(path.as_bytes()).into_owned();
            say!(text, "server-check-file-missing", detail = path)
        }
        What::WarningUnknown(wanted) => {
            let names: Vec<&str> = Trap::ALL.iter().map(|trap| trap.name()).collect();
            say!(
                text,
                "server-check-warning-unknown",
                detail = sanitise::line(wanted.as_bytes()).into_owned(),
                names = names.join(", ")
            )
        }
        What::WarningAbsent(trap) => {
            say!(text, "server-check-warning-absent", detail = trap.name())
        }
        What::Warning { .. } => return None,
    })
}

/// What a trap does, and to whom.
#[must_use]
pub fn trap_sentence(text: &Text, trap: Trap, detail: String) -> String {
    let id = format!("server-warning-{}", trap.name());
    let mut sentence = text.say(&id, &[("detail", detail.into())]);
    let clients: Vec<&str> = trap.clients().iter().map(|client| client.name()).collect();
    if !clients.is_empty() {
        sentence.push_str(". ");
        sentence.push_str(&say!(
            text,
            "server-check-clients",
            clients = clients.join(", ")
        ));
    }
    sentence
}

/// What differed when a script was played against itself.
#[must_use]
pub fn self_test(
    text: &Text,
    style: Style,
    name: &str,
    script: &Script,
    plan: &Plan,
    all: &[Differs],
) -> String {
    let name = sanitise::line(name.as_bytes()).into_owned();
    let mut out = String::new();
    let mut tell = |line: u32, role: Role, what: String| {
        let place = if line == 0 {
            name.clone()
        } else {
            format!("{name}:{line}")
        };
        let told = say!(text, "server-mistake", place = place, what = what);
        let told = wrap(&told, 0, 2, style.width());
        let _ = writeln!(out, "{}", style.paint(role, &told));
        if let Some(source) = script.lines.iter().find(|source| source.number == line) {
            let shown = beginning(&source.written);
            let shown = sanitise::line(shown.replace('\t', " ").as_bytes()).into_owned();
            let _ = writeln!(out, "{line:>5} | {shown}");
        }
    };
    for differs in all {
        let (line, what) = match differs {
            Differs::Line { line, got } => {
                let got = sanitise::line(got).into_owned();
                (*line, say!(text, "server-test-line", got = got))
            }
            Differs::Silence { line } => (*line, say!(text, "server-test-silence")),
            Differs::Closed { line } => (*line, say!(text, "server-test-closed")),
            Differs::Data { line, got } => (*line, say!(text, "server-test-data", got = *got)),
            Differs::NoData { line } => (*line, say!(text, "server-test-no-data")),
            Differs::StaysOpen => (0, say!(text, "server-test-stays-open")),
        };
        tell(line, Role::Error, what);
    }
    for &line in &plan.unreached {
        tell(line, Role::Error, say!(text, "server-test-unreached"));
    }
    for &line in &plan.unsaid {
        tell(line, Role::Remark, say!(text, "server-test-unsaid"));
    }
    for &line in &plan.uncompared {
        let most = (MAX_COMPARED >> 20) as u64;
        tell(
            line,
            Role::Remark,
            say!(text, "server-test-uncompared", most = most),
        );
    }
    let line = say!(
        text,
        "server-test-summary",
        name = name,
        connections = plan.sessions.len() as u64,
        differs = (all.len() + plan.unreached.len()) as u64
    );
    let _ = writeln!(out, "{line}");
    out
}
