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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ftp::{catalogue::Source, code::ReplyCode, command::Verb, endpoint::Fault, side::Side},
        view::text::Lang,
    };

    /// One of every kind.
    fn every_kind() -> Vec<Kind> {
        let code = ReplyCode::new(230).expect("three digits");
        let verb = Verb::Size;
        let faults = [
            FaultKind::NoTuple,
            FaultKind::Count {
                wanted: 6,
                found: 5,
            },
            FaultKind::OutOfRange { value: 300 },
            FaultKind::PortOutOfRange { value: 70_000 },
            FaultKind::NotANumber,
            FaultKind::Delimiter,
            FaultKind::Family,
            FaultKind::Host,
            FaultKind::Length,
        ];
        let oddities = [
            Oddity::NoParentheses,
            Oddity::DigitsBefore,
            Oddity::Delimiter,
            Oddity::HostIn229,
            Oddity::Blanks,
        ];
        let mut kinds = vec![
            Kind::BareLf,
            Kind::BareCr,
            Kind::Nul,
            Kind::LineTooLong { dropped: 2 },
            Kind::LineUnfinished,
            Kind::TelnetNegotiation,
            Kind::TelnetInterrupt,
            Kind::TelnetStray,
            Kind::BytesMissing { bytes: 1 },
            Kind::PieceOfLine,
            Kind::EmptyCommand,
            Kind::LeadingBlanks,
            Kind::UnknownVerb,
            Kind::BeforeGreeting,
            Kind::Pipelined,
            Kind::PassWithoutUser,
            Kind::RntoWithoutRnfr,
            Kind::DefaultDataPort,
            Kind::ThirdParty,
            Kind::PrivilegedPort { port: 22 },
            Kind::PortZero {
                form: Form::Reply227,
            },
            Kind::PassiveHostDiffers,
            Kind::PassiveMismatch { verb, code },
            Kind::NoCode,
            Kind::NoBlankAfterCode,
            Kind::CodeAlone,
            Kind::UndefinedCode { code },
            Kind::InnerLineLikeReply { code },
            Kind::ClosedByOtherCode {
                open: code,
                by: code,
            },
            Kind::NeverClosed { code },
            Kind::ReplyTooLong { dropped: 1 },
            Kind::Unsolicited { code },
            Kind::NoGreeting,
            Kind::UnexpectedCode {
                verb,
                code,
                source: Source::Rfc(3659, "4"),
            },
            Kind::NoPreliminary { verb, code },
            Kind::SecondPreliminary { verb },
            Kind::PathUnquoted,
            Kind::SizeMalformed,
            Kind::TimeMalformed,
            Kind::TlsWithoutAuth,
            Kind::TooManyOutstanding,
            Kind::Untold { count: 3 },
        ];
        kinds.extend(faults.map(|kind| Kind::BadEndpoint {
            form: Form::Eprt,
            fault: Fault { kind, at: 0 },
        }));
        kinds.extend(oddities.map(|oddity| Kind::OddEndpoint {
            form: Form::Reply229,
            oddity,
        }));
        kinds
    }

    #[test]
    fn every_kind_has_its_sentence_in_both_languages() {
        for lang in [Lang::En, Lang::Fr] {
            let text = Text::new(lang);
            for kind in every_kind() {
                let quirk = Quirk {
                    side: Side::Server,
                    kind,
                };
                let shown = with_rule(&text, &quirk);
                assert!(
                    !shown.contains(['{', '$']) && shown.ends_with(['.', ')']),
                    "{lang:?} {}: {shown}",
                    quirk.kind.name()
                );
            }
        }
    }
}
