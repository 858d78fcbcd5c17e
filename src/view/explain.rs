//! Reply codes and commands explained: what `explain` prints, and the smaller pieces that other views put under a reply.
//!
//! Three sizes of a reply's digits: [`digits`] (three phrases), [`full`] (the three lines that a lab sheet asks for) and
//! [`brief`] (one line). A code that no RFC lists is explained all the same: that is what the digits are for (RFC 959 4.2).

use unicode_width::UnicodeWidthStr;

use super::{
    style::{Role, Style},
    text::Text,
    wrap::wrap,
};
use crate::{
    ftp::{
        catalogue::{
            self, ANY_COMMAND, CommandFact, Flow, GREETING, Group, Pattern, Row, Source, Stage,
            Status,
        },
        code::ReplyCode,
        command::Verb,
    },
    say,
};

/// What the three digits say, a phrase each, in lower case and without a full stop: whether it went well, what it is
/// about, which case it is.
#[must_use]
pub fn digits(text: &Text, code: ReplyCode) -> [String; 3] {
    let [first, second, _] = code.digits();
    [
        of_digit(text, "code-first", first),
        of_digit(text, "code-second", second),
        meaning(text, code)
            .unwrap_or_else(|| say!(text, "code-third-unlisted", code = code.to_string())),
    ]
}

/// The digits on a line each, marked as RFC 959 writes them (`4yz`, `x2z`, `xy5`), indented by `indent` columns and
/// wrapped; every line ends with a newline.
#[must_use]
pub fn full(text: &Text, style: Style, code: ReplyCode, indent: usize) -> String {
    let [first, second, third] = code.digits();
    let marks = [
        format!("{first}yz"),
        format!("x{second}z"),
        format!("xy{third}"),
    ];
    let mut out = String::new();
    for (mark, phrase) in marks.iter().zip(digits(text, code)) {
        entry(&mut out, style, indent, mark, role(code), &phrase);
    }
    out
}

/// The reply in one line without its end: `425 not now, connections: the data connection cannot be opened`.
#[must_use]
pub fn brief(text: &Text, code: ReplyCode) -> String {
    let [first, second, _] = code.digits();
    let verdict = format!(
        "{code} {}, {}",
        of_digit(text, "code-short", first),
        of_digit(text, "code-subject", second)
    );
    match meaning(text, code) {
        Some(meaning) => say!(text, "explain-labelled", label = verdict, text = meaning),
        None => verdict,
    }
}

/// What a listed code means, as a phrase; `None` for others.
#[must_use]
pub fn meaning(text: &Text, code: ReplyCode) -> Option<String> {
    optional(text, &format!("code-{code}"))
}

/// Why such a reply usually comes, in sentences; `None` where there is nothing to say.
#[must_use]
pub fn cause(text: &Text, code: ReplyCode) -> Option<String> {
    optional(text, &format!("code-{code}-cause"))
}

/// What to do after such a reply, in sentences; `None` where there is nothing to say.
#[must_use]
pub fn advice(text: &Text, code: ReplyCode) -> Option<String> {
    optional(text, &format!("code-{code}-try"))
}

/// What a command does, as a phrase; `None` for [`Verb::Other`].
#[must_use]
pub fn purpose(text: &Text, verb: Verb) -> Option<String> {
    of_verb(text, verb, "")
}

/// Why a command usually fails, in sentences; `None` where there is nothing to say.
#[must_use]
pub fn failure(text: &Text, verb: Verb) -> Option<String> {
    of_verb(text, verb, "-fails")
}

/// What usually comes after a command, in sentences; `None` where there is nothing to say.
#[must_use]
pub fn next(text: &Text, verb: Verb) -> Option<String> {
    of_verb(text, verb, "-next")
}

/// Everything about a code: digits, sources, which commands may get it, cause and advice.
#[must_use]
pub fn code(text: &Text, style: Style, code: ReplyCode) -> String {
    let mut out = style.paint(role(code), &code.to_string());
    if let Some(fact) = catalogue::code(code) {
        let sources: Vec<String> = fact.sources.iter().map(Source::to_string).collect();
        out.push_str("  ");
        out.push_str(&style.paint(Role::Remark, &sources.join(", ")));
    }
    out.push('\n');
    out.push_str(&full(text, style, code, 2));
    if catalogue::code(code).is_none() {
        return out;
    }
    out.push('\n');
    receivers(&mut out, text, style, code);
    if let Some(cause) = cause(text, code) {
        labelled(&mut out, text, style, &say!(text, "explain-cause"), &cause);
    }
    if let Some(advice) = advice(text, code) {
        let label = if code.is_negative() {
            say!(text, "explain-try")
        } else {
            say!(text, "explain-next")
        };
        labelled(&mut out, text, style, &label, &advice);
    }
    out
}

/// Who may get the code, and when.
fn receivers(out: &mut String, text: &Text, style: Style, code: ReplyCode) {
    if ANY_COMMAND.contains(&code) {
        let note = if code.value() == 421 {
            say!(text, "explain-gets-any")
        } else {
            say!(text, "explain-gets-any-secured")
        };
        paragraph(out, style, Role::Remark, &note);
    } else {
        let stages: [(&[Stage], &str); 3] = [
            (&[Stage::Preliminary, Stage::First], "explain-gets-at-once"),
            (&[Stage::Second], "explain-gets-begun"),
            (&[Stage::Marker], "explain-gets-marker"),
        ];
        for (stages, label) in stages {
            let verbs: Vec<&str> = catalogue::commands_that_may_get(code)
                .filter(|(_, row)| stages.contains(&row.stage))
                .map(|(fact, _)| fact.verb.name())
                .collect();
            let others: Vec<&str> = Verb::ALL
                .iter()
                .map(|verb| verb.name())
                .filter(|name| !verbs.contains(name))
                .collect();
            if !verbs.is_empty() && others.len() < verbs.len() {
                labelled(
                    out,
                    text,
                    style,
                    &say!(text, "explain-gets-all-but"),
                    &others.join(" "),
                );
            } else if !verbs.is_empty() {
                labelled(out, text, style, &text.say(label, &[]), &verbs.join(" "));
            }
        }
        if code.is_negative() {
            let note = say!(text, "explain-gets-elsewhere");
            paragraph(out, style, Role::Remark, &note);
        }
    }
    if GREETING.iter().any(|row| row.codes.contains(&code)) {
        paragraph(
            out,
            style,
            Role::Remark,
            &say!(text, "explain-gets-greeting"),
        );
    }
}

/// Everything about a command: purpose, syntax, standing, replies in the order of its table, usual failure and what comes
/// next. Empty for [`Verb::Other`].
#[must_use]
pub fn verb(text: &Text, style: Style, verb: Verb) -> String {
    let (Some(fact), Some(purpose)) = (catalogue::fact(verb), purpose(text, verb)) else {
        return String::new();
    };
    let mut out = String::new();
    entry(&mut out, style, 0, verb.name(), Role::Command, &purpose);
    labelled(
        &mut out,
        text,
        style,
        &say!(text, "explain-syntax"),
        fact.syntax,
    );
    let standing = format!(
        "{}, {}, {}",
        group(text, fact.group),
        status(text, fact.status),
        source(text, fact.source)
    );
    paragraph(&mut out, style, Role::Remark, &standing);
    if let Some(modern) = fact.modern() {
        let note = say!(text, "explain-old-name", verb = modern.name());
        paragraph(&mut out, style, Role::Remark, &note);
    }
    if fact.needs_login {
        paragraph(&mut out, style, Role::Remark, &say!(text, "explain-login"));
    }
    if let Some(flow) = fact.flow {
        let note = match flow {
            Flow::Down => say!(text, "explain-data-down"),
            Flow::Up => say!(text, "explain-data-up"),
        };
        paragraph(&mut out, style, Role::Remark, &note);
    }
    out.push('\n');
    replies(&mut out, text, style, fact);
    let subject = fact.modern().unwrap_or(verb);
    let (failure, next) = (failure(text, subject), next(text, subject));
    if failure.is_some() || next.is_some() {
        out.push('\n');
    }
    if let Some(failure) = failure {
        labelled(
            &mut out,
            text,
            style,
            &say!(text, "explain-fails"),
            &failure,
        );
    }
    if let Some(next) = next {
        labelled(&mut out, text, style, &say!(text, "explain-next"), &next);
    }
    out
}

/// The replies in the order and with the indentation of RFC 959 5.4, a code a line; what other RFCs allow follows.
fn replies(out: &mut String, text: &Text, style: Style, fact: &CommandFact) {
    let mut last: Option<Source> = None;
    for row in fact.replies {
        if last != Some(row.source) {
            let heading = match (row.source, last) {
                (Source::Practice, None) => say!(text, "explain-replies-usual"),
                (Source::Practice, Some(_)) => say!(text, "explain-replies-practice"),
                (from, None) => say!(text, "explain-replies", source = from.to_string()),
                (from, Some(_)) => say!(text, "explain-replies-more", source = from.to_string()),
            };
            out.push_str("  ");
            out.push_str(&style.paint(Role::Heading, &heading));
            out.push('\n');
            last = Some(row.source);
        }
        reply_row(out, text, style, row);
    }
}

fn reply_row(out: &mut String, text: &Text, style: Style, row: &Row) {
    let indent = match row.stage {
        Stage::Preliminary | Stage::First => 4,
        Stage::Marker | Stage::Second => 7,
    };
    for &code in row.codes {
        let mark = if row.stage == Stage::Marker {
            format!("({code})")
        } else {
            code.to_string()
        };
        let phrase = meaning(text, code).unwrap_or_default();
        entry(out, style, indent, &mark, role(code), &phrase);
    }
}

/// The codes that a pattern such as `4yz`, `x2z` or `42z` stands for, under what its digits say.
#[must_use]
pub fn pattern(text: &Text, style: Style, pattern: Pattern) -> String {
    let mut out = String::new();
    let [first, second, third] = pattern.digits();
    if let Some(first) = first {
        let phrase = of_digit(text, "code-first", first);
        entry(
            &mut out,
            style,
            0,
            &format!("{first}yz"),
            Role::Heading,
            &phrase,
        );
    }
    if let Some(second) = second {
        let phrase = of_digit(text, "code-second", second);
        entry(
            &mut out,
            style,
            0,
            &format!("x{second}z"),
            Role::Heading,
            &phrase,
        );
    }
    if let Some(third) = third {
        let phrase = say!(text, "code-third-remark");
        entry(
            &mut out,
            style,
            0,
            &format!("xy{third}"),
            Role::Heading,
            &phrase,
        );
    }
    if out.is_empty() {
        out.push_str(&style.paint(Role::Heading, &say!(text, "explain-tables-codes")));
        out.push('\n');
    }
    for fact in catalogue::codes() {
        if pattern.matches(fact.code) {
            code_line(&mut out, text, style, fact.code);
        }
    }
    out
}

/// The tables: what each digit says, the commands by group, the codes.
#[must_use]
pub fn tables(text: &Text, style: Style) -> String {
    let mut out = String::new();
    heading(&mut out, style, &say!(text, "explain-tables-first"));
    for first in 1..=6 {
        let phrase = of_digit(text, "code-first", first);
        entry(
            &mut out,
            style,
            2,
            &format!("{first}yz"),
            Role::Heading,
            &phrase,
        );
    }
    heading(&mut out, style, &say!(text, "explain-tables-second"));
    for second in 0..=5 {
        let phrase = of_digit(text, "code-second", second);
        entry(
            &mut out,
            style,
            2,
            &format!("x{second}z"),
            Role::Heading,
            &phrase,
        );
    }
    heading(&mut out, style, &say!(text, "explain-tables-third"));
    paragraph(
        &mut out,
        style,
        Role::Remark,
        &say!(text, "code-third-remark"),
    );
    for group in Group::ALL {
        let title = match group {
            Group::AccessControl => say!(text, "explain-tables-commands-access"),
            Group::TransferParameter => say!(text, "explain-tables-commands-parameter"),
            Group::Service => say!(text, "explain-tables-commands-service"),
        };
        heading(&mut out, style, &title);
        let of_group = || {
            catalogue::commands()
                .iter()
                .filter(|fact| fact.group == group)
        };
        let base =
            |fact: &&CommandFact| matches!(fact.status, Status::Mandatory | Status::Optional);
        for fact in of_group().filter(base) {
            verb_line(&mut out, text, style, fact);
        }
        for fact in of_group().filter(|fact| !base(fact)) {
            verb_line(&mut out, text, style, fact);
        }
    }
    heading(&mut out, style, &say!(text, "explain-tables-codes"));
    for fact in catalogue::codes() {
        code_line(&mut out, text, style, fact.code);
    }
    out.push('\n');
    paragraph(
        &mut out,
        style,
        Role::Hint,
        &say!(text, "explain-tables-more"),
    );
    out
}

/// The verb behind a word of the client programs (`get`), under a line that says so.
#[must_use]
pub fn client_word(text: &Text, style: Style, word: &str, verb_: Verb) -> String {
    let note = say!(
        text,
        "explain-client-word",
        word = word,
        verb = verb_.name()
    );
    let note = wrap(&note, 0, 0, style.width());
    format!(
        "{}\n\n{}",
        style.paint(Role::Hint, &note),
        verb(text, style, verb_)
    )
}

/// The commands and codes whose explanation speaks of `word` (in any case, with or without its accents); `None` where none
/// does, or where the word is too short to tell anything.
#[must_use]
pub fn keyword(text: &Text, style: Style, word: &str) -> Option<String> {
    const SHORTEST: usize = 3;
    let sought = folded(word);
    if sought.chars().count() < SHORTEST {
        return None;
    }
    let speaks = |parts: &[Option<String>]| {
        parts
            .iter()
            .flatten()
            .any(|part| folded(part).contains(&sought))
    };
    let mut out = String::new();
    for fact in catalogue::commands() {
        let verb = fact.verb;
        if speaks(&[purpose(text, verb), failure(text, verb), next(text, verb)]) {
            verb_line(&mut out, text, style, fact);
        }
    }
    for fact in catalogue::codes() {
        let code = fact.code;
        if speaks(&[meaning(text, code), cause(text, code), advice(text, code)]) {
            code_line(&mut out, text, style, code);
        }
    }
    if out.is_empty() {
        return None;
    }
    let title = say!(text, "explain-keyword", word = word);
    Some(format!("{}\n{out}", style.paint(Role::Heading, &title)))
}

/// Lower case, without the accents of French, its apostrophe as on a keyboard.
fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'à' | 'â' => 'a',
            'ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            '’' => '\'',
            c => c,
        })
        .collect()
}

fn verb_line(out: &mut String, text: &Text, style: Style, fact: &CommandFact) {
    let mut phrase = purpose(text, fact.verb).unwrap_or_default();
    elsewhere(&mut phrase, text, &[fact.source]);
    let name = format!("{:4}", fact.verb.name());
    entry(out, style, 2, &name, Role::Command, &phrase);
}

fn code_line(out: &mut String, text: &Text, style: Style, code: ReplyCode) {
    let mut phrase = meaning(text, code).unwrap_or_default();
    if let Some(fact) = catalogue::code(code) {
        elsewhere(&mut phrase, text, fact.sources);
    }
    entry(out, style, 2, &code.to_string(), role(code), &phrase);
}

/// Adds the documents other than RFC 959 in parentheses. A list needs no sections: the page of each entry has them.
fn elsewhere(phrase: &mut String, text: &Text, sources: &[Source]) {
    let names: Vec<String> = sources
        .iter()
        .filter(|source| !matches!(source, Source::Rfc(959, _)))
        .map(|&from| match from {
            Source::Rfc(number, _) => source(text, Source::Rfc(number, "")),
            other => source(text, other),
        })
        .collect();
    if !names.is_empty() {
        phrase.push_str(&format!(" ({})", names.join(", ")));
    }
}

fn heading(out: &mut String, style: Style, title: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&style.paint(Role::Heading, title));
    out.push('\n');
}

/// `MARK  phrase`, the phrase hanging under itself.
fn entry(out: &mut String, style: Style, indent: usize, mark: &str, role: Role, phrase: &str) {
    let hang = indent + mark.width() + 2;
    out.extend(std::iter::repeat_n(' ', indent));
    out.push_str(&style.paint(role, mark));
    out.push_str("  ");
    out.push_str(&wrap(phrase, hang, hang, style.width()));
    out.push('\n');
}

fn paragraph(out: &mut String, style: Style, role: Role, sentences: &str) {
    out.push_str("  ");
    out.push_str(&style.paint(role, &wrap(sentences, 2, 2, style.width())));
    out.push('\n');
}

fn labelled(out: &mut String, text: &Text, style: Style, label: &str, sentences: &str) {
    // The label is painted after the wrapping: escapes have no width.
    let line = say!(text, "explain-labelled", label = label, text = sentences);
    let wrapped = wrap(&line, 2, 4, style.width());
    out.push_str("  ");
    match wrapped.strip_prefix(label) {
        Some(rest) => {
            out.push_str(&style.paint(Role::Heading, label));
            out.push_str(rest);
        }
        None => out.push_str(&wrapped),
    }
    out.push('\n');
}

fn of_digit(text: &Text, id: &str, digit: u8) -> String {
    optional(text, &format!("{id}-{digit}"))
        .unwrap_or_else(|| text.say(&format!("{id}-other"), &[]))
}

fn of_verb(text: &Text, verb: Verb, part: &str) -> Option<String> {
    let name = verb.name().to_ascii_lowercase();
    optional(text, &format!("verb-{name}{part}"))
}

fn optional(text: &Text, id: &str) -> Option<String> {
    text.has(id).then(|| text.say(id, &[]))
}

fn group(text: &Text, group: Group) -> String {
    match group {
        Group::AccessControl => say!(text, "explain-group-access"),
        Group::TransferParameter => say!(text, "explain-group-parameter"),
        Group::Service => say!(text, "explain-group-service"),
    }
}

fn status(text: &Text, status: Status) -> String {
    match status {
        Status::Mandatory => say!(text, "explain-status-mandatory"),
        Status::Optional => say!(text, "explain-status-optional"),
        Status::Extension => say!(text, "explain-status-extension"),
        Status::Historic => say!(text, "explain-status-historic"),
        Status::Unregistered => say!(text, "explain-status-unregistered"),
    }
}

/// The source's name, which no line end cuts.
fn source(text: &Text, source: Source) -> String {
    match source {
        Source::Practice => say!(text, "explain-practice"),
        other => other.to_string().replace(' ', "\u{a0}"),
    }
}

/// The colour of a code.
#[must_use]
pub fn role(code: ReplyCode) -> Role {
    match code.digits()[0] {
        1..=3 => Role::GoodReply,
        4 | 5 => Role::BadReply,
        _ => Role::OddReply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{style::DEFAULT_WIDTH, text::Lang};

    const LANGS: [Lang; 2] = [Lang::En, Lang::Fr];

    fn reply(value: u16) -> ReplyCode {
        ReplyCode::new(value).expect("three digits")
    }

    #[test]
    fn every_code_and_every_verb_has_its_words_in_both_languages() {
        for lang in LANGS {
            let text = Text::new(lang);
            for fact in catalogue::codes() {
                assert!(
                    meaning(&text, fact.code).is_some(),
                    "{lang:?} {}",
                    fact.code
                );
            }
            for fact in catalogue::commands() {
                assert!(
                    purpose(&text, fact.verb).is_some(),
                    "{lang:?} {:?}",
                    fact.verb
                );
            }
        }
    }

    #[test]
    fn every_message_about_a_code_or_a_verb_is_about_one_of_the_catalogue() {
        let ids = |source: &'static str| {
            source
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.split_once(" =").map(|(id, _)| id))
        };
        for id in ids(include_str!("text/en/code.ftl")) {
            let word = id.split('-').nth(1).unwrap_or_default();
            if let Ok(value) = word.parse() {
                assert!(catalogue::code(reply(value)).is_some(), "{id}");
            }
        }
        for id in ids(include_str!("text/en/verb.ftl")) {
            let word = id.split('-').nth(1).unwrap_or_default();
            assert_ne!(Verb::of(word.as_bytes()), Verb::Other, "{id}");
        }
    }

    #[test]
    fn brief_fits_a_line_for_every_number_there_is() {
        let mut long = Vec::new();
        for lang in LANGS {
            let text = Text::new(lang);
            for value in 0..=999 {
                let line = brief(&text, reply(value));
                assert!(!line.contains(['\n', '{']), "{lang:?}: {line}");
                if line.width() > DEFAULT_WIDTH {
                    long.push(format!("{lang:?}: {line}"));
                }
            }
        }
        assert!(long.is_empty(), "{}", long.join("\n"));
    }

    #[test]
    fn nothing_is_wider_than_the_screen() {
        for lang in LANGS {
            let text = Text::new(lang);
            let style = Style::plain();
            let mut pages = vec![tables(&text, style)];
            pages.extend(
                catalogue::commands()
                    .iter()
                    .map(|fact| verb(&text, style, fact.verb)),
            );
            pages.extend((0..=999).map(|value| code(&text, style, reply(value))));
            pages.extend(
                ["4yz", "x2z", "42z", "xyz"]
                    .map(|word| pattern(&text, style, Pattern::parse(word).expect("a pattern"))),
            );
            for line in pages.iter().flat_map(|page| page.lines()) {
                assert!(line.width() <= DEFAULT_WIDTH, "{lang:?}: {line}");
                assert_eq!(line.trim_end(), line, "{lang:?}: a blank at the end");
            }
        }
    }

    #[test]
    fn a_digit_is_one_line() {
        for lang in LANGS {
            let text = Text::new(lang);
            for value in 0..=999 {
                let lines = full(&text, Style::plain(), reply(value), 2);
                assert_eq!(lines.lines().count(), 3, "{lang:?}\n{lines}");
            }
        }
    }

    #[test]
    fn three_digits_three_lines() {
        let text = Text::new(Lang::En);
        assert_eq!(
            full(&text, Style::plain(), reply(425), 2),
            "  4yz  transient negative: not done, but the same command may succeed later\n  \
             x2z  connections: the control connection and the data connections\n  \
             xy5  the data connection cannot be opened\n"
        );
        let [first, second, third] = digits(&text, reply(789));
        assert!(first.starts_with("undefined") && second.starts_with("undefined"));
        assert!(third.contains("789"));
    }

    #[test]
    fn a_word_is_found_without_its_accents_and_in_any_case() {
        let text = Text::new(Lang::Fr);
        let found = keyword(&text, Style::plain(), "REPERTOIRE").expect("there are directories");
        assert!(found.contains("  CWD ") && found.contains("  257  "));
        assert_eq!(keyword(&text, Style::plain(), "de"), None);
        assert_eq!(keyword(&text, Style::plain(), "zebra"), None);
    }
}
