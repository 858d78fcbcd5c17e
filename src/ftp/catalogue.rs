//! Facts of the RFCs about each verb and each reply code, as tables. Sentences about them are in `view/text`.

use super::{code::ReplyCode, command::Verb, quirk::Rule};

/// May this reply come?
#[must_use]
pub fn allows(_verb: Verb, code: ReplyCode, after_preliminary: bool) -> bool {
    !(after_preliminary && code.value() == 211)
        && !(after_preliminary && code.value() == 225)
        && code.value() != 212
}
/// Where the replies of a verb are listed.
#[must_use]
pub fn replies_rule(_verb: Verb) -> Rule {
    Rule {
        rfc: 959,
        section: "5.4",
    }
}
