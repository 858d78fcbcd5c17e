//! What is wrong with a sheet's form, and what to do: a sentence for each mistake.

use super::shown;
use crate::{
    analysis::expect::MAX_EXPECTATIONS,
    lab::{MAX_CHOICES, MAX_PARTS, MAX_SHEET, mistake::Kind, parse, template::FaultKind},
    say,
    script::mistake::Kind as Notation,
    view::{inspect::marks, server, text::Text},
};

/// What is wrong, and what to do: one match, as long as there are kinds of mistakes.
pub(super) fn sentence(text: &Text, kind: &Kind) -> String {
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
        Kind::AnswerRemark => say!(text, "labcheck-mistake-answer-remark"),
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
        Kind::RubricMisread(what) => say!(
            text,
            "labcheck-mistake-rubric",
            detail = marks::misread(text, what)
        ),
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
        Kind::RubricUnmeetable(number, what) => say!(
            text,
            "labcheck-mistake-rubric",
            detail = marks::unmeetable(text, *number, what)
        ),
    }
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
