//! What is wrong with a sheet: file, line and column, the line with a caret, what to do; on the screen and as JSON Lines.

use std::fmt::Write;

use serde::Serialize;

use crate::{
    analysis::expect::MAX_EXPECTATIONS,
    lab::{
        MAX_CHOICES, MAX_MISTAKES, MAX_PARTS, MAX_SHEET,
        check::{Differs, Finding, What},
        mistake::{Kind, Mistake},
        parse,
        template::FaultKind,
    },
    say,
    script::mistake::Kind as Notation,
    view::{
        json, sanitise, server,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// What a check found in one sheet.
#[derive(Debug, Default)]
pub struct Checked {
    /// Its file, or its name.
    pub name: String,
    /// The same in the other language.
    pub other: String,
    /// Its lines.
    pub source: Vec<String>,
    /// What is wrong with its form.
    pub mistakes: Vec<Mistake>,
    /// What is wrong beside its form.
    pub findings: Vec<Finding>,
    /// There is none in the other language: how it would be called.
    pub alone: Option<String>,
    /// How many dialogues and questions were played; `None` where nothing was.
    pub played: Option<(u64, u64)>,
    /// Why it was not played, where that was wanted.
    pub not_played: Option<NotPlayed>,
}

impl Checked {
    /// True where nothing is wrong, as far as it was looked at.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.mistakes.is_empty()
            && self.findings.is_empty()
            && !matches!(self.not_played, Some(NotPlayed::Failed(_)))
    }
}

/// Why a sheet was not played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPlayed {
    /// It talks to this server.
    Real(String),
    /// What it needs is not there.
    Wrong,
    /// It could not be played to its end: a sentence of whoever played it.
    Failed(String),
}

/// All mistakes of a sheet, and how many there are: what every command says that cannot go on with it.
#[must_use]
pub fn mistakes(text: &Text, style: Style, name: &str, all: &[Mistake]) -> String {
    let mut out = String::new();
    let name = sanitise::line(name.as_bytes()).into_owned();
    for mistake in all {
        let what = sentence(text, &mistake.kind);
        let place = format!("{name}:{}:{}", mistake.line, mistake.column);
        out.push_str(&told(text, style, &place, &what));
        if !mistake.text.is_empty() {
            let excerpt = server::excerpt(style, mistake.line, mistake.column, &mistake.text);
            out.push_str(&excerpt);
        }
    }
    let count = all.len() as u64;
    let _ = writeln!(
        out,
        "{}",
        say!(text, "labcheck-summary", count = count, name = name)
    );
    if all.len() == MAX_MISTAKES {
        let more = say!(text, "labcheck-first", most = MAX_MISTAKES as u64);
        let _ = writeln!(out, "{more}");
    }
    out
}

fn told(text: &Text, style: Style, place: &str, what: &str) -> String {
    let line = say!(text, "labcheck-line", place = place, what = what);
    let line = wrap(&line, 0, 2, style.width());
    format!("{}\n", style.paint(Role::Error, &line))
}

/// Everything that was found in a sheet, or that nothing was.
#[must_use]
pub fn page(text: &Text, style: Style, checked: &Checked) -> String {
    let name = sanitise::line(checked.name.as_bytes()).into_owned();
    let mut out = String::new();
    if !checked.mistakes.is_empty() {
        return mistakes(text, style, &checked.name, &checked.mistakes);
    }
    for finding in &checked.findings {
        let place = format!("{name}:{}", finding.line);
        let what = finding_sentence(text, &finding.what, &checked.other);
        out.push_str(&told(text, style, &place, &what));
        let source = checked.source.get(finding.line as usize - 1);
        if let Some(source) = source.filter(|source| !source.is_empty()) {
            // The column is not known: the caret is left out.
            let excerpt = server::excerpt(style, finding.line, 1, source);
            out.extend(excerpt.lines().next().map(|line| format!("{line}\n")));
        }
    }
    let remark = |sentence: String| {
        let line = wrap(&sentence, 0, 2, style.width());
        format!("{}\n", style.paint(Role::Remark, &line))
    };
    if let Some(other) = &checked.alone {
        let other = shown(other);
        out.push_str(&remark(say!(
            text,
            "labcheck-alone",
            name = name.as_str(),
            other = other
        )));
    }
    if let Some(why) = &checked.not_played {
        let line = say!(
            text,
            "labcheck-not-played",
            name = name.as_str(),
            why = why_not(text, why)
        );
        if matches!(why, NotPlayed::Failed(_)) {
            let line = wrap(&line, 0, 2, style.width());
            let _ = writeln!(out, "{}", style.paint(Role::Error, &line));
            return out;
        }
        out.push_str(&remark(line));
    }
    let last = match (checked.findings.len() as u64, checked.played) {
        (0, Some((dialogues, questions))) => say!(
            text,
            "labcheck-fine-played",
            name = name,
            dialogues = dialogues,
            questions = questions
        ),
        (0, None) => say!(text, "labcheck-fine", name = name),
        (count, _) => say!(text, "labcheck-summary", count = count, name = name),
    };
    let _ = writeln!(out, "{}", wrap(&last, 0, 2, style.width()));
    out
}

/// Why a sheet was not played, as a phrase without a full stop.
fn why_not(text: &Text, why: &NotPlayed) -> String {
    match why {
        NotPlayed::Real(server) => say!(text, "labcheck-why-real", server = shown(server)),
        NotPlayed::Wrong => say!(text, "labcheck-why-wrong"),
        NotPlayed::Failed(why) => {
            let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
            shown(why.trim_end_matches('.'))
        }
    }
}

// ---- Sentences -------------------------------------------------------------------------------------------------------

fn shown(value: &str) -> String {
    sanitise::line(server::beginning(value).as_bytes()).into_owned()
}

/// The sentence, and the word that was perhaps meant.
fn meant(text: &Text, what: String, nearest: Option<&str>) -> String {
    match nearest {
        None => what,
        Some(nearest) => {
            let nearest = shown(nearest);
            say!(text, "labcheck-meant", what = what, nearest = nearest)
        }
    }
}

/// What is wrong, and what to do.
fn sentence(text: &Text, kind: &Kind) -> String {
    let plain = |id: &str| text.say(&format!("labcheck-mistake-{id}"), &[]);
    match kind {
        Kind::TooLong => say!(
            text,
            "labcheck-mistake-too-long",
            limit = (MAX_SHEET / 1024) as u64
        ),
        Kind::NotUtf8 => plain("not-utf8"),
        Kind::TooMany => say!(text, "labcheck-mistake-too-many", limit = MAX_PARTS as u64),
        Kind::HeadMissing => plain("head-missing"),
        Kind::HeadOpen => plain("head-open"),
        Kind::HeadLine => say!(
            text,
            "labcheck-mistake-head-line",
            known = parse::HEAD.join(", ")
        ),
        Kind::HeadUnknown { name, nearest } => {
            let known = parse::HEAD.join(", ");
            let what = say!(
                text,
                "labcheck-mistake-head-unknown",
                name = shown(name),
                known = known
            );
            meant(text, what, *nearest)
        }
        Kind::HeadLacks(name) => say!(text, "labcheck-mistake-head-lacks", name = *name),
        Kind::HeadTwice(line) => say!(text, "labcheck-mistake-head-twice", line = *line),
        Kind::HeadEmpty => plain("head-empty"),
        Kind::NumberInvalid { value, from, to } => say!(
            text,
            "labcheck-mistake-number",
            value = shown(value),
            from = from.to_string(),
            to = to.to_string()
        ),
        Kind::LanguageUnknown(value) => {
            say!(text, "labcheck-mistake-language", value = shown(value))
        }
        Kind::ServerInvalid(value) => {
            say!(
                text,
                "labcheck-mistake-server-invalid",
                value = shown(value)
            )
        }
        Kind::ParamInvalid => plain("param-invalid"),
        Kind::ParamUnknown { name, nearest } => {
            let what = say!(text, "labcheck-mistake-param-unknown", name = shown(name));
            meant(text, what, nearest.as_deref())
        }
        Kind::StepsMissing => plain("steps-missing"),
        Kind::TitleMissing => plain("title-missing"),
        Kind::Underlined => plain("underlined"),
        Kind::FenceOpen => plain("fence-open"),
        Kind::Nested => plain("nested"),
        Kind::BeforeSteps => plain("before-steps"),
        Kind::BlockUnknown { name, nearest } => {
            let known: Vec<&str> = parse::BLOCKS.iter().map(|(name, _)| *name).collect();
            let what = say!(
                text,
                "labcheck-mistake-block-unknown",
                name = shown(name),
                known = known.join(", ")
            );
            meant(text, what, *nearest)
        }
        Kind::AttributeUnknown {
            name,
            nearest,
            known,
        } => {
            if known.is_empty() {
                return plain("attribute-none");
            }
            let what = say!(
                text,
                "labcheck-mistake-attribute-unknown",
                name = shown(name),
                known = known.join(", ")
            );
            meant(text, what, *nearest)
        }
        Kind::AttributeInvalid(value) => say!(
            text,
            "labcheck-mistake-attribute-invalid",
            value = shown(value)
        ),
        Kind::AttributeTwice(name) => {
            say!(text, "labcheck-mistake-attribute-twice", name = *name)
        }
        Kind::AttributeMissing(name) => {
            say!(text, "labcheck-mistake-attribute-missing", name = *name)
        }
        Kind::WordUnknown {
            value,
            nearest,
            known,
        } => {
            let what = say!(
                text,
                "labcheck-mistake-word",
                value = shown(value),
                known = known.join(", ")
            );
            meant(text, what, *nearest)
        }
        Kind::IdInvalid(value) => say!(text, "labcheck-mistake-id-invalid", value = shown(value)),
        Kind::IdTwice(line) => say!(text, "labcheck-mistake-id-twice", line = *line),
        Kind::Template(fault, nearest) => match fault {
            FaultKind::BraceOpen => plain("brace-open"),
            FaultKind::BraceClose => plain("brace-close"),
            FaultKind::NameUnknown(name) => {
                let what = say!(text, "labcheck-mistake-name-unknown", name = shown(name));
                meant(text, what, nearest.as_deref())
            }
        },
        Kind::NameTooEarly(name) => say!(
            text,
            "labcheck-mistake-name-early",
            name = shown(&name.to_string())
        ),
        Kind::NoLineB => plain("no-line-b"),
        Kind::Notation(Notation::MarkerUnknown) => plain("marker-unknown"),
        Kind::Notation(Notation::ValueMisplaced(value)) => say!(
            text,
            "labcheck-mistake-value-misplaced",
            name = shown(&value.to_string())
        ),
        Kind::Notation(kind) | Kind::Script(kind) => server::mistake_sentence(text, kind),
        Kind::MarkerOfScripts(marker) => {
            say!(text, "labcheck-mistake-marker-of-scripts", marker = *marker)
        }
        Kind::SayOnly => plain("say-only"),
        Kind::SayMissing => plain("say-missing"),
        Kind::CodeInvalid(value) => say!(text, "labcheck-mistake-code", value = shown(value)),
        Kind::DialogueEmpty => plain("dialogue-empty"),
        Kind::NobodyThere => plain("nobody"),
        Kind::ServerBoth => plain("server-both"),
        Kind::ServerNeither => plain("server-neither"),
        Kind::QuestionMissing => plain("question-missing"),
        Kind::MarkUnknown => plain("mark-unknown"),
        Kind::MarkEmpty => plain("mark-empty"),
        Kind::ChoiceUnwanted => plain("choice-unwanted"),
        Kind::ChoiceCount(count) => say!(
            text,
            "labcheck-mistake-choice-count",
            most = MAX_CHOICES as u64,
            count = *count as u64
        ),
        Kind::WrongUnwanted => plain("wrong-unwanted"),
        Kind::ToldMissing => plain("told-missing"),
        Kind::AnswerMissing => plain("answer-missing"),
        Kind::AnswerUnwanted => plain("answer-unwanted"),
        Kind::KeyUnknown { value, known } => say!(
            text,
            "labcheck-mistake-key-unknown",
            value = shown(value),
            known = shown(&known.join(", "))
        ),
        Kind::WhyTwice(line) => say!(text, "labcheck-mistake-why-twice", line = *line),
        Kind::ExpressionInvalid => plain("expression"),
        Kind::ExpressionText(name) => say!(
            text,
            "labcheck-mistake-expression-text",
            name = shown(&name.to_string())
        ),
        Kind::ShellEmpty => plain("shell-empty"),
        Kind::RubricToml(detail) => {
            // The library's message has several lines; the last one says what is wrong.
            let last = detail.trim_end().lines().last().unwrap_or_default();
            say!(text, "labcheck-mistake-rubric", detail = shown(last))
        }
        Kind::RubricNotOne(number) => say!(
            text,
            "labcheck-mistake-rubric-one",
            number = number.to_string()
        ),
        Kind::RubricCount(_) => say!(
            text,
            "labcheck-mistake-rubric-count",
            most = MAX_EXPECTATIONS as u64
        ),
    }
}

fn finding_sentence(text: &Text, what: &What, other: &str) -> String {
    let other = shown(other);
    match what {
        What::LanguageDiffers => say!(text, "labcheck-found-language"),
        What::HeadDiffers(name) => {
            say!(text, "labcheck-found-head", name = *name, other = other)
        }
        What::StepMissing(title) => say!(
            text,
            "labcheck-found-step",
            title = shown(title),
            other = other
        ),
        What::IdMissing { id, there } => say!(
            text,
            "labcheck-found-id-missing",
            id = shown(id),
            other = other,
            line = *there
        ),
        What::OrderDiffers { id, there } => say!(
            text,
            "labcheck-found-order",
            id = shown(id),
            other = other,
            line = *there
        ),
        What::KindDiffers { id, there } => say!(
            text,
            "labcheck-found-kind",
            id = shown(id),
            other = other,
            line = *there
        ),
        What::BlockDiffers { id, part, there } => {
            let (name, attribute) = match part {
                Differs::Attribute(attribute) => ("attribute", *attribute),
                Differs::Dialogue => ("dialogue", ""),
                Differs::Right => ("right", ""),
                Differs::Wrong => ("wrong", ""),
                Differs::Choices => ("choices", ""),
                Differs::Hints => ("hints", ""),
                Differs::Why => ("why", ""),
                Differs::Script => ("script", ""),
                Differs::Commands => ("commands", ""),
                Differs::Assertions => ("assertions", ""),
            };
            let sentence = format!("labcheck-found-differs-{name}");
            say!(
                text,
                &sentence,
                id = shown(id.as_deref().unwrap_or_default()),
                name = attribute,
                other = other,
                line = *there
            )
        }
        What::ScriptMissing(name) => {
            say!(text, "labcheck-found-script-missing", name = shown(name))
        }
        What::ScriptBroken { name, mistakes } => say!(
            text,
            "labcheck-found-script-broken",
            name = shown(name),
            count = *mistakes as u64
        ),
        What::ScriptWrong { name, what } => say!(
            text,
            "labcheck-found-script-wrong",
            name = shown(name),
            what = server::error_sentence(text, what).unwrap_or_default()
        ),
        What::CaptureMissing(name) => {
            say!(text, "labcheck-found-capture-missing", name = shown(name))
        }
        What::NotSeen { id, wanted, came } => match came {
            None => say!(
                text,
                "labcheck-found-not-seen",
                id = shown(id),
                wanted = shown(wanted)
            ),
            Some(came) => {
                let found = say!(
                    text,
                    "labcheck-found-not-seen-but",
                    id = shown(id),
                    wanted = shown(wanted),
                    came = shown(came)
                );
                match came.as_str() {
                    "500" | "502" => {
                        let hint = say!(text, "labcheck-found-not-seen-server", came = shown(came));
                        format!("{found}. {hint}")
                    }
                    _ => found,
                }
            }
        },
        What::CaptureNot { id } => say!(text, "labcheck-found-capture-not", id = shown(id)),
        What::NeverSeen { id, name } => say!(
            text,
            "labcheck-found-never-seen",
            id = shown(id),
            name = shown(&name.to_string())
        ),
        What::NoNumber { id, answer } => say!(
            text,
            "labcheck-found-no-number",
            id = shown(id),
            answer = shown(answer)
        ),
        What::RightIsWrong { id, answer } => say!(
            text,
            "labcheck-found-right-is-wrong",
            id = shown(id),
            answer = shown(answer)
        ),
        What::WrongIsRight { id, answer } => say!(
            text,
            "labcheck-found-wrong-is-right",
            id = shown(id),
            answer = shown(answer)
        ),
        What::WrongHidden { id, answer } => say!(
            text,
            "labcheck-found-wrong-hidden",
            id = shown(id),
            answer = shown(answer)
        ),
        What::NoChoiceRight { id } => say!(text, "labcheck-found-no-choice", id = shown(id)),
        What::EveryChoiceRight { id } => {
            say!(text, "labcheck-found-every-choice", id = shown(id))
        }
    }
}

// ---- JSON Lines ------------------------------------------------------------------------------------------------------

#[derive(Serialize)]
struct MistakeLine<'a> {
    file: &'a str,
    line: u32,
    column: Option<u32>,
    what: String,
}

#[derive(Serialize)]
struct CheckedLine<'a> {
    file: &'a str,
    mistakes: usize,
    dialogues: Option<u64>,
    questions: Option<u64>,
    /// Why it was not played, where that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_played: Option<String>,
    ok: bool,
}

/// What was found in a sheet: a line of type `mistake` each, and one of type `checked`.
#[must_use]
pub fn json(text: &Text, checked: &Checked) -> String {
    let mut out = String::new();
    let file = checked.name.as_str();
    for mistake in &checked.mistakes {
        let line = MistakeLine {
            file,
            line: mistake.line,
            column: Some(mistake.column),
            what: sentence(text, &mistake.kind),
        };
        out.push_str(&json::line("mistake", None, &line));
    }
    for finding in &checked.findings {
        let line = MistakeLine {
            file,
            line: finding.line,
            column: None,
            what: finding_sentence(text, &finding.what, &checked.other),
        };
        out.push_str(&json::line("mistake", None, &line));
    }
    let mistakes = checked.mistakes.len() + checked.findings.len();
    let line = CheckedLine {
        file,
        mistakes,
        dialogues: checked.played.map(|(dialogues, _)| dialogues),
        questions: checked.played.map(|(_, questions)| questions),
        not_played: checked.not_played.as_ref().map(|why| why_not(text, why)),
        ok: checked.is_fine(),
    };
    out.push_str(&json::line("checked", None, &line));
    out
}
