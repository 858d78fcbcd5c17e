//! Quirks in sentences: what is odd, with its values, and the rule in brackets.

use super::text::{Text, Value};
use crate::{
    ftp::{
        endpoint::{FaultKind, Form, Oddity},
        quirk::{Kind, Quirk},
    },
    say,
};

/// The sentence about a quirk, with a full stop and without its rule.
#[must_use]
pub fn sentence(text: &Text, quirk: &Quirk) -> String {
    let id = format!("quirk-{}", quirk.kind.name());
    let one = |name, value: Value<'_>| text.say(&id, &[(name, value)]);
    match &quirk.kind {
        Kind::LineTooLong { dropped } | Kind::ReplyTooLong { dropped } => {
            one("count", (*dropped).into())
        }
        Kind::BytesMissing { bytes } => one("count", (*bytes).into()),
        Kind::Untold { count } => one("count", (*count).into()),
        Kind::PrivilegedPort { port } => one("port", port.to_string().into()),
        Kind::PortZero { form } => one("form", form.name().into()),
        Kind::BadEndpoint { form, fault } => {
            let fault = fault_phrase(text, fault.kind);
            text.say(
                &id,
                &[("form", form.name().into()), ("fault", fault.into())],
            )
        }
        Kind::OddEndpoint { form, oddity } => self::oddity(text, *form, *oddity),
        Kind::PassiveMismatch { verb, code }
        | Kind::UnexpectedCode { verb, code, .. }
        | Kind::NoPreliminary { verb, code } => text.say(
            &id,
            &[
                ("verb", verb.name().into()),
                ("code", code.to_string().into()),
            ],
        ),
        Kind::SecondPreliminary { verb } => one("verb", verb.name().into()),
        Kind::UndefinedCode { code }
        | Kind::InnerLineLikeReply { code }
        | Kind::NeverClosed { code }
        | Kind::Unsolicited { code } => one("code", code.to_string().into()),
        Kind::ClosedByOtherCode { open, by } => text.say(
            &id,
            &[
                ("open", open.to_string().into()),
                ("by", by.to_string().into()),
            ],
        ),
        _ => text.say(&id, &[]),
    }
}

/// The same with its rule: `… (RFC 959 4.2)`.
#[must_use]
pub fn with_rule(text: &Text, quirk: &Quirk) -> String {
    let sentence = sentence(text, quirk);
    match quirk
        .kind
        .rule()
        .map(|rule| rule.to_string())
        .filter(|rule| !rule.is_empty())
    {
        Some(rule) => format!("{sentence} ({rule})"),
        None => sentence,
    }
}

/// What is odd about an address, as a sentence.
#[must_use]
pub fn oddity(text: &Text, form: Form, oddity: Oddity) -> String {
    say!(text, oddity_id(oddity), form = form.name())
}

fn oddity_id(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::NoParentheses => "quirk-odd-endpoint-parentheses",
        Oddity::DigitsBefore => "quirk-odd-endpoint-digits",
        Oddity::Delimiter => "quirk-odd-endpoint-delimiter",
        Oddity::HostIn229 => "quirk-odd-endpoint-host",
        Oddity::Blanks => "quirk-odd-endpoint-blanks",
    }
}

/// What an address lacks, as a phrase in lower case.
#[must_use]
pub fn fault_phrase(text: &Text, fault: FaultKind) -> String {
    match fault {
        FaultKind::NoTuple => say!(text, "quirk-fault-no-tuple"),
        FaultKind::Count { wanted, found } => {
            say!(text, "quirk-fault-count", wanted = wanted, found = found)
        }
        FaultKind::OutOfRange { value } => {
            say!(text, "quirk-fault-range", value = value.to_string())
        }
        FaultKind::PortOutOfRange { value } => {
            say!(text, "quirk-fault-port", value = value.to_string())
        }
        FaultKind::NotANumber => say!(text, "quirk-fault-number"),
        FaultKind::Delimiter => say!(text, "quirk-fault-delimiter"),
        FaultKind::Family => say!(text, "quirk-fault-family"),
        FaultKind::Host => say!(text, "quirk-fault-host"),
        FaultKind::Length => say!(text, "quirk-fault-length"),
    }
}
