//! Answers judged: right, wrong and why, or not to be read. The usual mistakes of the arithmetic of a port are recognised
//! without being listed (RFC 959 4.1.2: the port is the fifth number times 256 plus the sixth); a reply code is compared
//! digit by digit; words are compared blind to case, accents, punctuation and blanks.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    dialogue::first_digit,
    expression::{Expression, NoNumber},
    sheet::{Answer, Ask, AskKind, Choice, RightWhen},
    template::{Name, Template},
};

/// The longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 4096;

/// What an answer is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Right.
    Right,
    /// Wrong, and why.
    Wrong(Reason),
    /// It cannot be read as an answer of this kind.
    Unreadable(AskKind),
    /// What is right depends on something that has not been seen yet.
    NotSeenYet(Name),
}

/// Why an answer is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The sheet says why.
    Told(String),
    /// The two bytes are the wrong way round.
    Swapped,
    /// 265 instead of 256.
    By265,
    /// 255 instead of 256.
    By255,
    /// The high byte alone.
    HighOnly,
    /// The low byte alone.
    LowOnly,
    /// The high byte times 256, without the low one.
    LowForgotten,
    /// Both bytes added.
    Added,
    /// The digits of both side by side.
    SideBySide,
    /// A code whose first different digit is this, from 1.
    Digit(u8),
    /// Wrong, and nothing is known about it.
    Plain,
}

type Lookup<'v> = &'v dyn Fn(&Name) -> Option<String>;

/// Judges what a student typed; `value` gives what was seen.
#[must_use]
pub fn judge(ask: &Ask, typed: &str, value: Lookup<'_>) -> Judgement {
    let typed = typed.trim();
    if typed.is_empty() || typed.len() > MAX_ANSWER {
        return Judgement::Unreadable(ask.kind);
    }
    match ask.kind {
        AskKind::Number => number(ask, typed, value),
        AskKind::Code => code(ask, typed, value),
        AskKind::Text => text(ask, typed, value),
        AskKind::Choice => choice(ask, typed, value),
    }
}

/// A right answer as a student could type it: what the key prints and a player gives.
///
/// # Errors
/// The value that is missing, where none of the right answers can be told without it.
pub fn right(ask: &Ask, value: Lookup<'_>) -> Result<String, Name> {
    if ask.kind == AskKind::Choice {
        return match right_choices(ask, value) {
            Ok(choices) => Ok(choices.first().map_or_else(String::new, |&at| letter(at))),
            Err(name) => Err(name),
        };
    }
    let mut missing = None;
    for answer in &ask.right {
        match as_typed(ask.kind, answer, value) {
            Ok(text) => return Ok(text),
            Err(name) => missing = missing.or(name),
        }
    }
    // A sheet has at least one right answer; one that can never be told (a division by nothing) is found by its check.
    missing.map_or_else(|| Ok(String::new()), Err)
}

/// An answer of the key as a student could type it; the error is the value that is missing, or `None` where there will
/// never be a number.
pub fn as_typed(kind: AskKind, answer: &Answer, value: Lookup<'_>) -> Result<String, Option<Name>> {
    match (kind, &answer.number) {
        (AskKind::Number, Some(expression)) => match expression.number(value) {
            Ok(number) => Ok(number.to_string()),
            Err(NoNumber::NotSeen(name)) => Err(Some(name)),
            Err(_) => Err(None),
        },
        (AskKind::Text, _) => filled(&answer.text, value)
            .map(|text| text.replace('*', ""))
            .map_err(Some),
        _ => filled(&answer.text, value).map_err(Some),
    }
}

/// The letter of a choice, from 0: `a`.
#[must_use]
pub fn letter(at: usize) -> String {
    char::from(b'a' + u8::try_from(at.min(25)).unwrap_or(0)).to_string()
}

fn filled(template: &Template, value: Lookup<'_>) -> Result<String, Name> {
    template.fill(value).map_err(Clone::clone)
}

/// The sheet's own words on a wrong answer; without them where a value in them is missing.
fn told(template: &Template, value: Lookup<'_>) -> Reason {
    filled(template, value).map_or(Reason::Plain, Reason::Told)
}

/// Goes through the key: right, else the listed wrong answers, else `why`. `is` says whether an answer of the key is what
/// was typed, or which value is missing to say so.
fn against(
    ask: &Ask,
    value: Lookup<'_>,
    is: &dyn Fn(&Answer) -> Result<bool, Option<Name>>,
    why: &dyn Fn() -> Reason,
) -> Judgement {
    let mut missing = None;
    for answer in &ask.right {
        match is(answer) {
            Ok(true) => return Judgement::Right,
            Ok(false) => {}
            Err(name) => missing = missing.or(name),
        }
    }
    if let Some(name) = missing {
        return Judgement::NotSeenYet(name);
    }
    for (answer, text) in &ask.wrong {
        if is(answer) == Ok(true) {
            return Judgement::Wrong(told(text, value));
        }
    }
    Judgement::Wrong(why())
}

// ---- Numbers ---------------------------------------------------------------------------------------------------------

fn number(ask: &Ask, typed: &str, value: Lookup<'_>) -> Judgement {
    let number = Expression::typed(typed).or_else(|| Expression::typed(&without_words(typed)));
    let Some(typed) = number else {
        return Judgement::Unreadable(ask.kind);
    };
    let is = |answer: &Answer| match &answer.number {
        None => Err(None),
        Some(expression) => match expression.number(value) {
            Ok(number) => Ok(number == typed),
            Err(NoNumber::NotSeen(name)) => Err(Some(name)),
            Err(_) => Err(None),
        },
    };
    against(ask, value, &is, &|| {
        ask.right
            .iter()
            .filter_map(|answer| answer.number.as_ref()?.two_bytes(value)?.ok())
            .find_map(|(high, low)| usual_mistake(typed, high, low))
            .unwrap_or(Reason::Plain)
    })
}

/// A number without the words around it, as in `port 20` or `14 bytes.`; words between numbers stay.
fn without_words(typed: &str) -> String {
    let sign = |c: char| !(c.is_alphanumeric() || "+-()".contains(c));
    let word = |word: &&str| word.chars().all(|c| c.is_alphabetic() || sign(c));
    let mut words: Vec<&str> = typed.split_whitespace().collect();
    let before = words.iter().take_while(|at| word(at)).count();
    words.drain(..before);
    let behind = words.iter().rev().take_while(|at| word(at)).count();
    words.truncate(words.len() - behind);
    words.join(" ").trim_matches(sign).to_owned()
}

/// Which of the usual mistakes gives this number from these two bytes.
fn usual_mistake(typed: i128, high: i128, low: i128) -> Option<Reason> {
    let by = |high: i128, factor: i128, low: i128| high.checked_mul(factor)?.checked_add(low);
    let side_by_side = (high >= 0 && low >= 0)
        .then(|| format!("{high}{low}").parse().ok())
        .flatten();
    let all = [
        (by(low, 256, high), Reason::Swapped),
        (by(high, 265, low), Reason::By265),
        (by(high, 255, low), Reason::By255),
        (by(high, 256, 0), Reason::LowForgotten),
        (by(high, 1, low), Reason::Added),
        (side_by_side, Reason::SideBySide),
        (Some(high), Reason::HighOnly),
        (Some(low), Reason::LowOnly),
    ];
    all.into_iter()
        .find(|(number, _)| *number == Some(typed))
        .map(|(_, reason)| reason)
}

// ---- Codes -----------------------------------------------------------------------------------------------------------

/// The code that a text begins with: three digits, and no fourth.
fn code_of(text: &str) -> Option<u16> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let ends = text[digits..]
        .chars()
        .next()
        .is_none_or(|c| !c.is_alphanumeric());
    (digits == 3 && ends).then(|| text[..3].parse().ok())?
}

fn code(ask: &Ask, typed: &str, value: Lookup<'_>) -> Judgement {
    let Some(typed) = code_of(typed) else {
        return Judgement::Unreadable(ask.kind);
    };
    let of = |answer: &Answer| filled(&answer.text, value).map(|text| code_of(text.trim()));
    let is = |answer: &Answer| of(answer).map(|code| code == Some(typed)).map_err(Some);
    against(ask, value, &is, &|| {
        let mut codes = ask.right.iter().filter_map(|answer| of(answer).ok()?);
        codes.next().map_or(Reason::Plain, |code| {
            Reason::Digit(first_digit(code, typed))
        })
    })
}

// ---- Words -----------------------------------------------------------------------------------------------------------

/// A text without case, accents, punctuation and blanks; `*` stays where it stands for anything. Numbers stay apart, by
/// whatever: `192.0.2.1` is `192,0,2,1` and not `19.20.2.1`.
fn folded(text: &str, glob: bool) -> String {
    let mut out = String::new();
    let mut apart = false;
    for c in text.nfkd().filter(|&c| !is_combining_mark(c)) {
        let between = std::mem::take(&mut apart) && out.ends_with(|c: char| c.is_ascii_digit());
        match c {
            '*' if glob => out.push('*'),
            'œ' | 'Œ' => out.push_str("oe"),
            'æ' | 'Æ' => out.push_str("ae"),
            'ß' => out.push_str("ss"),
            c if c.is_alphanumeric() => {
                if between && c.is_ascii_digit() {
                    out.push('.');
                }
                out.extend(c.to_lowercase());
            }
            _ => apart = true,
        }
    }
    // A sign has a meaning where there is nothing else, as in `*` for a password or `/` for a folder.
    if out.is_empty() {
        return text.trim_matches(['"', '«', '»', '\'', ' ']).to_owned();
    }
    out
}

/// True where a text is what a glob asks for. No more than glob times text steps.
fn glob_matches(glob: &str, text: &str) -> bool {
    let Some((first, rest)) = glob.split_once('*') else {
        return glob == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = rest.split('*').collect();
    let Some((last, between)) = parts.split_last() else {
        return true;
    };
    for part in between {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.len() >= last.len() && text.ends_with(last)
}

fn text(ask: &Ask, typed: &str, value: Lookup<'_>) -> Judgement {
    let plain = folded(typed, false);
    let is = |answer: &Answer| {
        filled(&answer.text, value)
            .map(|text| glob_matches(&folded(&text, true), &plain))
            .map_err(Some)
    };
    against(ask, value, &is, &|| Reason::Plain)
}

// ---- Choices ---------------------------------------------------------------------------------------------------------

/// The choices that are right, by their place; the error is the value that is missing to say so.
pub fn right_choices(ask: &Ask, value: Lookup<'_>) -> Result<Vec<usize>, Name> {
    let mut keys = Vec::new();
    let mut missing = None;
    for answer in &ask.right {
        match filled(&answer.text, value) {
            Ok(key) => keys.push(key),
            Err(name) => missing = missing.or(Some(name)),
        }
    }
    let right = |choice: &Choice| match &choice.right {
        RightWhen::Always => true,
        RightWhen::Never => false,
        RightWhen::Key(key) => keys.iter().any(|other| other == key),
    };
    let all: Vec<usize> = (0..ask.choices.len())
        .filter(|&at| right(&ask.choices[at]))
        .collect();
    match missing {
        Some(name) if all.is_empty() => Err(name),
        _ => Ok(all),
    }
}

/// The fewest letters and digits by which a choice is taken that has more words.
const MIN_WORDS: usize = 3;

/// The words of a text, each [`folded`].
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(|word| folded(word, false))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Which choice was taken: by its letter, its number, its key, its text, or words that stand in it alone.
fn taken(ask: &Ask, typed: &str, value: Lookup<'_>) -> Option<usize> {
    let bare = typed.trim_matches(['(', ')', '.', ' ']);
    let mut chars = bare.chars();
    let at = match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_ascii_alphabetic() => {
            Some(usize::from(c.to_ascii_lowercase() as u8 - b'a'))
        }
        _ => bare.parse::<usize>().ok().and_then(|n| n.checked_sub(1)),
    };
    if let Some(at) = at.filter(|&at| at < ask.choices.len()) {
        return Some(at);
    }
    let plain = folded(typed, false);
    let texts: Vec<String> = ask
        .choices
        .iter()
        .map(|choice| filled(&choice.text, value).unwrap_or_default())
        .collect();
    let is = |(text, choice): (&String, &Choice)| {
        folded(text, false) == plain
            || matches!(&choice.right, RightWhen::Key(key) if folded(key, false) == plain)
    };
    if let Some(at) = texts.iter().zip(&ask.choices).position(is) {
        return Some(at);
    }
    let typed = words(typed);
    if typed.iter().map(String::len).sum::<usize>() < MIN_WORDS {
        return None;
    }
    let mut with = texts.iter().enumerate().filter(|(_, text)| {
        let text = words(text);
        text.windows(typed.len()).any(|part| part == typed)
    });
    match (with.next(), with.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}

fn choice(ask: &Ask, typed: &str, value: Lookup<'_>) -> Judgement {
    let Some(at) = taken(ask, typed, value) else {
        return Judgement::Unreadable(ask.kind);
    };
    let right = match right_choices(ask, value) {
        Ok(right) => right,
        Err(name) => return Judgement::NotSeenYet(name),
    };
    if right.contains(&at) {
        return Judgement::Right;
    }
    let why = ask.choices[at].told.as_ref();
    Judgement::Wrong(why.map_or(Reason::Plain, |text| told(text, value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{
        parse,
        sheet::{Kind, Part},
    };

    fn ask(kind: &str, lines: &str) -> Ask {
        let text = format!(
            "---\ntitle: T\nversion: 1\nlanguage: en\n---\n## S\n```ask id=x kind={kind}\nQ?\n{lines}\n```\n"
        );
        let sheet = parse::read(&text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        match &sheet.steps[0].parts[0] {
            Part::Block(block) => match &block.kind {
                Kind::Ask(ask) => ask.clone(),
                _ => panic!("no question"),
            },
            Part::Prose(_) => panic!("no block"),
        }
    }

    /// Port 203 × 256 + 179.
    fn value(name: &Name) -> Option<String> {
        Some(
            match name.to_string().as_str() {
                "pasv.high" => "203",
                "pasv.low" => "179",
                "pasv.port" => "52147",
                "last.code" => "331",
                "closed_by" => "server",
                _ => return None,
            }
            .to_owned(),
        )
    }

    fn wrong(ask: &Ask, typed: &str) -> Reason {
        match judge(ask, typed, &value) {
            Judgement::Wrong(reason) => reason,
            other => panic!("{typed}: {other:?}"),
        }
    }

    #[test]
    fn the_usual_mistakes_of_a_port() {
        for key in ["{pasv.port}", "{pasv.low} + 256 * {pasv.high}"] {
            let ask = ask(
                "number",
                &format!(
                    "= {key}\n~ {{pasv.high}} # The high byte of {{pasv.port}}.\n~ 21 # {{data.bytes}}"
                ),
            );
            for typed in ["52147", "52 147", "203*256+179", "0xCBB3"] {
                assert_eq!(judge(&ask, typed, &value), Judgement::Right, "{typed}");
            }
            for (typed, reason) in [
                ("46027", Reason::Swapped),
                ("179*256+203", Reason::Swapped),
                ("53974", Reason::By265),
                ("51944", Reason::By255),
                ("51968", Reason::LowForgotten),
                ("382", Reason::Added),
                ("203179", Reason::SideBySide),
                ("203,179", Reason::SideBySide),
                ("203", Reason::Told("The high byte of 52147.".to_owned())),
                ("179", Reason::LowOnly),
                ("21", Reason::Plain),
                ("7", Reason::Plain),
            ] {
                assert_eq!(wrong(&ask, typed), reason, "{typed}");
            }
            for typed in ["port 52147", "52147 bytes?", "× 52147", "= 52 147."] {
                assert_eq!(judge(&ask, typed, &value), Judgement::Right, "{typed}");
            }
            for typed in [
                "",
                "port",
                "203.179.1",
                "52147 or 1",
                "port52147",
                "PORT 1,2,203,179",
            ] {
                assert_eq!(
                    judge(&ask, typed, &value),
                    Judgement::Unreadable(AskKind::Number),
                    "{typed}"
                );
            }
            assert_eq!(right(&ask, &value).as_deref(), Ok("52147"));
        }
        let unseen = ask("number", "= {data.bytes}");
        let name = Name::parse("data.bytes").expect("a name");
        assert_eq!(
            judge(&unseen, "1", &value),
            Judgement::NotSeenYet(name.clone())
        );
        assert_eq!(right(&unseen, &value), Err(name));
    }

    #[test]
    fn codes_digit_by_digit() {
        let ask = ask("code", "= {last.code}\n~ 230 # Not yet.");
        for typed in ["331", " 331 Password please", "331-"] {
            assert_eq!(judge(&ask, typed, &value), Judgement::Right, "{typed}");
        }
        assert_eq!(wrong(&ask, "231"), Reason::Digit(1));
        assert_eq!(wrong(&ask, "350"), Reason::Digit(2));
        assert_eq!(wrong(&ask, "332"), Reason::Digit(3));
        assert_eq!(wrong(&ask, "230"), Reason::Told("Not yet.".to_owned()));
        for typed in ["33", "3310", "331a", "x"] {
            assert_eq!(
                judge(&ask, typed, &value),
                Judgement::Unreadable(AskKind::Code),
                "{typed}"
            );
        }
    }

    #[test]
    fn words_blind_to_what_does_not_matter() {
        let ask = ask(
            "text",
            "= *connexion* de données*\n= data connection\n= cœur\n~ *contrôle* # The other one.",
        );
        for typed in [
            "la Connexion   DE DONNEES !",
            "Data-connection.",
            "une connexion TCP de donne\u{301}es",
            "COEUR",
        ] {
            assert_eq!(judge(&ask, typed, &value), Judgement::Right, "{typed}");
        }
        assert_eq!(
            wrong(&ask, "le controle"),
            Reason::Told("The other one.".to_owned())
        );
        assert_eq!(wrong(&ask, "data"), Reason::Plain);
        assert_eq!(right(&ask, &value).as_deref(), Ok("connexion de données"));
        let host = super::tests::ask("text", "= 192.0.2.10");
        for typed in ["192,0,2,10", "192 0 2 10", "(192.0.2.10)"] {
            assert_eq!(judge(&host, typed, &value), Judgement::Right, "{typed}");
        }
        for typed in ["1920210", "19.20.2.10", "192.0.21.0", "192.0.2.1"] {
            assert_eq!(wrong(&host, typed), Reason::Plain, "{typed}");
        }
        let sign = super::tests::ask("text", "= /");
        assert_eq!(judge(&sign, "\"/\"", &value), Judgement::Right);
        assert_eq!(wrong(&sign, "."), Reason::Plain);
    }

    #[test]
    fn globs() {
        for (glob, yes, no) in [
            ("a*b*c", &["abc", "aXbYbc"][..], &["ab", "ac", "xabc"][..]),
            ("*a", &["a", "ba"], &["ab"]),
            ("a*", &["a", "ab"], &["ba"]),
            ("*", &["", "x"], &[]),
            ("ab*ba", &["abba"], &["aba"]),
        ] {
            assert!(yes.iter().all(|text| glob_matches(glob, text)), "{glob}");
            assert!(!no.iter().any(|text| glob_matches(glob, text)), "{glob}");
        }
    }

    #[test]
    fn choices_by_letter_number_and_text() {
        let ask = ask(
            "choice",
            "= {closed_by}\n(client) The client # It was still waiting.\n(server) The server\n( ) Nobody",
        );
        for typed in ["b", "B)", "(b)", "2", "the SERVER", "server", "Server !"] {
            assert_eq!(judge(&ask, typed, &value), Judgement::Right, "{typed}");
        }
        assert_eq!(
            wrong(&ask, "a"),
            Reason::Told("It was still waiting.".to_owned())
        );
        assert_eq!(wrong(&ask, "3"), Reason::Plain);
        assert_eq!(wrong(&ask, "nobody"), Reason::Plain);
        for typed in ["d", "0", "4", "both", "the", "no", "the server or so"] {
            assert_eq!(
                judge(&ask, typed, &value),
                Judgement::Unreadable(AskKind::Choice),
                "{typed}"
            );
        }
        assert_eq!(right(&ask, &value).as_deref(), Ok("b"));
        assert!(matches!(
            judge(&ask, "a", &|_| None),
            Judgement::NotSeenYet(_)
        ));
    }
}
