//! How a rubric is read: the library reads TOML; what stands in it is read here, field by field, so that whoever mistyped
//! something hears where it stands, what could stand there, and how that is written, and all of it in a language of theirs.

use std::net::SocketAddr;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Expectation, Expected, File, MAX_EXPECTATIONS, MAX_RUBRIC, Rubric, RubricError, unmeetable,
};

/// A field: its name, and how it is written.
type Field = (&'static str, &'static str);

/// What a rubric has.
const RUBRIC: [Field; 2] = [("title", "title = \"Lab 4\""), ("expect", "[[expect]]")];
/// What an expectation has.
const EXPECT: [Field; 15] = [
    ("title", "title = \"Says goodbye\""),
    ("logged-in", "logged-in = true | \"student\""),
    ("no-failed-login", "no-failed-login = true"),
    ("mode", "mode = \"active\" | \"passive\" | \"both\""),
    (
        "retrieved",
        "retrieved = true | { name = \"numbers.txt\", bytes = 11393 }",
    ),
    (
        "stored",
        "stored = true | { name = \"notes.txt\", bytes = 120 }",
    ),
    ("listed", "listed = true"),
    ("port-computed", "port-computed = true"),
    ("commands", "commands = [\"USER\", \"LIST\"]"),
    ("no-refusal", "no-refusal = true"),
    ("goodbye", "goodbye = true"),
    ("reply", "reply = 425"),
    ("sessions", "sessions = 1"),
    ("server", "server = \"192.0.2.20:21\""),
    ("whole", "whole = true"),
];
/// What a file has.
const FILE: [Field; 3] = [
    ("name", "name = \"numbers.txt\""),
    ("bytes", "bytes = 11393"),
    ("sha256", "sha256 = \"9f86d0…\""),
];

/// What is wrong at a place of a rubric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misread {
    /// It is no TOML: what the library says, in English; with words of the rubric, however long.
    Toml(String),
    /// There is no field of this name, but these.
    Unknown {
        /// What stands there, however long.
        name: String,
        /// What could stand there.
        known: Vec<&'static str>,
    },
    /// The value is none for this field.
    Value {
        /// The field.
        name: &'static str,
        /// How it is written.
        like: &'static str,
    },
}

/// Why a field is not taken.
enum Refused {
    /// Its value is none for it.
    Value,
    /// Something inside the value is wrong, at a place of its own.
    Inside(RubricError),
}

type Value<'v, 't> = &'v DeValue<'t>;

impl Rubric {
    /// Reads a rubric.
    ///
    /// # Errors
    /// Where it is too long, is no TOML, names what nobody knows, or an expectation does not name exactly one thing.
    pub fn parse(bytes: &[u8]) -> Result<Rubric, RubricError> {
        if bytes.len() > MAX_RUBRIC {
            return Err(RubricError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| RubricError::NotUtf8)?;
        let table = DeTable::parse(text).map_err(|error| {
            let what = Misread::Toml(error.message().to_owned());
            misread(text, error.span().map_or(0, |span| span.start), what)
        })?;
        let mut rubric = Rubric {
            title: None,
            expectations: Vec::new(),
        };
        let mut expect: &[Spanned<DeValue<'_>>] = &[];
        fields(text, &RUBRIC, table.get_ref(), |name, value| {
            match name {
                "title" => rubric.title = Some(string(value)?),
                _ => expect = value.as_array().ok_or(Refused::Value)?,
            }
            Ok(())
        })?;
        if expect.is_empty() || expect.len() > MAX_EXPECTATIONS {
            return Err(RubricError::Count(expect.len()));
        }
        for (at, one) in expect.iter().enumerate() {
            let Some(table) = one.get_ref().as_table() else {
                let (name, like) = RUBRIC[1];
                let what = Misread::Value { name, like };
                return Err(misread(text, one.span().start, what));
            };
            rubric.expectations.push(expectation(text, at + 1, table)?);
        }
        Ok(rubric)
    }
}

/// An expectation, of this number from 1.
fn expectation(text: &str, number: usize, table: &DeTable<'_>) -> Result<Expectation, RubricError> {
    let mut title = None;
    let mut named = Vec::new();
    fields(text, &EXPECT, table, |name, value| {
        let is = |what: Expected| {
            let is = value.as_bool().ok_or(Refused::Value)?;
            Ok(is.then_some(what))
        };
        let file = |what: fn(File) -> Expected| match value.as_table() {
            Some(table) => {
                let file = self::file(text, table).map_err(Refused::Inside)?;
                Ok(Some(what(file)))
            }
            None => is(what(File::default())),
        };
        named.extend(match name {
            "title" => {
                title = Some(string(value)?);
                None
            }
            "logged-in" => match value.as_str() {
                Some(user) => Some(Expected::LoggedIn(Some(user.to_owned()))),
                None => is(Expected::LoggedIn(None))?,
            },
            "no-failed-login" => is(Expected::NoFailedLogin)?,
            "mode" => match value.as_str() {
                Some("active") => Some(Expected::Active),
                Some("passive") => Some(Expected::Passive),
                Some("both") => Some(Expected::Both),
                _ => return Err(Refused::Value),
            },
            "retrieved" => file(Expected::Retrieved)?,
            "stored" => file(Expected::Stored)?,
            "listed" => is(Expected::Listed)?,
            "port-computed" => is(Expected::PortComputed)?,
            "commands" => {
                let verbs = value.as_array().ok_or(Refused::Value)?.iter();
                let verbs = verbs.map(|verb| string(verb.get_ref()));
                Some(Expected::Commands(verbs.collect::<Result<_, _>>()?))
            }
            "no-refusal" => is(Expected::NoRefusal)?,
            "goodbye" => is(Expected::Goodbye)?,
            "reply" => {
                let code = u16::try_from(number_in(value)?).map_err(|_| Refused::Value)?;
                Some(Expected::Reply(code))
            }
            "sessions" => Some(Expected::Sessions(number_in(value)?)),
            "server" => {
                let address: Option<SocketAddr> = string(value)?.parse().ok();
                Some(Expected::Server(address.ok_or(Refused::Value)?))
            }
            _ => is(Expected::Whole)?,
        });
        Ok(())
    })?;
    let found = named.len();
    match (named.pop(), found) {
        (Some(what), 1) => match unmeetable(&what) {
            Some(what) => Err(RubricError::Unmeetable { number, what }),
            None => Ok(Expectation { title, what }),
        },
        _ => Err(RubricError::NotOne { number, found }),
    }
}

fn file(text: &str, table: &DeTable<'_>) -> Result<File, RubricError> {
    let mut file = File::default();
    fields(text, &FILE, table, |name, value| {
        match name {
            "name" => file.name = Some(string(value)?),
            "bytes" => file.bytes = Some(number_in(value)?),
            _ => file.sha256 = Some(string(value)?),
        }
        Ok(())
    })?;
    Ok(file)
}

/// Takes the fields of a table in the order in which they stand there.
fn fields<'v, 't>(
    text: &str,
    known: &[Field],
    table: &'v DeTable<'t>,
    mut take: impl FnMut(&'static str, Value<'v, 't>) -> Result<(), Refused>,
) -> Result<(), RubricError> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_unstable_by_key(|(key, _)| key.span().start);
    for (key, value) in all {
        let Some((name, like)) = known.iter().find(|(name, _)| name == key.get_ref()) else {
            let what = Misread::Unknown {
                name: key.get_ref().to_string(),
                known: known.iter().map(|(name, _)| *name).collect(),
            };
            return Err(misread(text, key.span().start, what));
        };
        take(name, value.get_ref()).map_err(|refused| match refused {
            Refused::Value => misread(text, value.span().start, Misread::Value { name, like }),
            Refused::Inside(error) => error,
        })?;
    }
    Ok(())
}

fn string(value: Value<'_, '_>) -> Result<String, Refused> {
    value.as_str().map(str::to_owned).ok_or(Refused::Value)
}

fn number_in(value: Value<'_, '_>) -> Result<u64, Refused> {
    let number = value.as_integer().ok_or(Refused::Value)?;
    u64::from_str_radix(number.as_str(), number.radix()).map_err(|_| Refused::Value)
}

/// The error, with the line and column of this byte.
fn misread(text: &str, at: usize, what: Misread) -> RubricError {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    RubricError::Misread {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where it is wrong, and what.
    fn wrong(rubric: &str) -> (usize, usize, Misread) {
        match Rubric::parse(rubric.as_bytes()) {
            Err(RubricError::Misread { line, column, what }) => (line, column, what),
            other => panic!("{rubric}: {other:?}"),
        }
    }

    #[test]
    fn a_value_that_is_none_is_told_with_its_place() {
        for (field, value) in EXPECT.iter().flat_map(|(name, _)| {
            [
                "1.5",
                "[1]",
                "\"\"",
                "-1",
                "{ x = 1 }",
                "99999999999999999999",
            ]
            .map(|value| (*name, value))
        }) {
            let taken = match value {
                "\"\"" => ["title", "logged-in"].contains(&field),
                // Looked into, and wrong there.
                "{ x = 1 }" => ["retrieved", "stored"].contains(&field),
                _ => false,
            };
            if taken {
                continue;
            }
            let (line, column, what) = wrong(&format!("[[expect]]\n{field} = {value}\n"));
            assert_eq!((line, column), (2, field.len() + 4), "{field} = {value}");
            assert!(
                matches!(what, Misread::Value { name, .. } if name == field),
                "{field} = {value}: {what:?}"
            );
        }
        let (line, _, what) = wrong("[expect]\nlisted = true\n");
        assert_eq!(line, 1);
        assert!(matches!(
            what,
            Misread::Value {
                like: "[[expect]]",
                ..
            }
        ));
        let (.., what) = wrong("expect = [1]\n");
        assert!(matches!(
            what,
            Misread::Value {
                like: "[[expect]]",
                ..
            }
        ));
    }

    #[test]
    fn a_field_that_nobody_knows_is_told_with_those_that_there_are() {
        for (rubric, at, known) in [
            ("tilte = \"x\"\n", (1, 1), &RUBRIC[..]),
            ("[[expect]]\n\n litsed = true\n", (3, 2), &EXPECT),
            ("[[expect]]\nstored = { \"név\" = \"x\" }\n", (2, 12), &FILE),
            ("[[expect]]\nstored.x = 1\n", (2, 8), &FILE),
            // The first that stands there, not the first in the alphabet.
            ("[[expect]]\nzzz = 1\naaa = 1\n", (2, 1), &EXPECT),
        ] {
            let (line, column, what) = wrong(rubric);
            assert_eq!((line, column), at, "{rubric}");
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            assert!(
                matches!(&what, Misread::Unknown { known, .. } if *known == names),
                "{rubric}: {what:?}"
            );
        }
        let (line, _, what) = wrong("[[expect]]\n\u{e9} = litsed\n");
        assert_eq!(line, 2);
        assert!(matches!(what, Misread::Toml(_)));
    }

    #[test]
    fn what_is_told_as_an_example_can_be_read() {
        for (name, like) in EXPECT {
            for value in like[name.len() + 3..].split(" | ") {
                let more = if name == "title" {
                    "listed = true\n"
                } else {
                    ""
                };
                let rubric = format!("[[expect]]\n{more}{name} = {value}\n");
                assert!(Rubric::parse(rubric.as_bytes()).is_ok(), "{rubric}");
            }
        }
    }
}
