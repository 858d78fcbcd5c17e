//! What is wrong with a sheet beside its form: a sentence for each finding.

use super::shown;
use crate::{
    lab::check::{Differs, What},
    say,
    view::{server, text::Text},
};

/// What was found, one match; `other` is the sheet in the other language.
pub(super) fn sentence(text: &Text, what: &What, other: &str) -> String {
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
