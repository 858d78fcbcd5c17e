//! Parameters: values that differ from student to student. A script declares them (`-- param NAME=DEFAULT`, `=A..B`,
//! `=a,b,c`), the command line may set them, and a seed chooses where there is a choice: the same seed always chooses
//! the same, so that a student finds the same server again and a teacher can play it too.

use std::{collections::BTreeMap, fmt};

use sha2::{Digest, Sha256};

/// A parameter, declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    /// What it may be.
    pub domain: Domain,
}

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// This, unless the command line says otherwise.
    Default(String),
    /// A whole number from A to B.
    Range(u64, u64),
    /// One of these.
    Choice(Vec<String>),
}

/// The values of all parameters, by name.
pub type Values = BTreeMap<String, String>;

impl Param {
    /// Reads what stands behind `param`; `None` where it is no declaration.
    #[must_use]
    pub fn parse(text: &str) -> Option<Param> {
        let (name, value) = text.split_once('=')?;
        let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(fine) {
            return None;
        }
        let domain = if let Some((from, to)) = value.split_once("..") {
            let (from, to) = (from.parse().ok()?, to.parse().ok()?);
            if from > to {
                return None;
            }
            Domain::Range(from, to)
        } else if value.contains(',') {
            let all: Vec<String> = value.split(',').map(str::to_owned).collect();
            // A comma too many.
            if all.iter().any(String::is_empty) {
                return None;
            }
            Domain::Choice(all)
        } else {
            Domain::Default(value.to_owned())
        };
        Some(Param {
            name: name.to_owned(),
            domain,
        })
    }

    /// True where it may have this value.
    #[must_use]
    pub fn takes(&self, value: &str) -> bool {
        match &self.domain {
            Domain::Default(_) => true,
            Domain::Range(from, to) => value
                .parse()
                .is_ok_and(|value: u64| (*from..=*to).contains(&value)),
            Domain::Choice(all) => all.iter().any(|one| one == value),
        }
    }

    /// The value that a seed chooses; without one, the first.
    #[must_use]
    pub fn choose(&self, seed: Option<&str>) -> String {
        match &self.domain {
            Domain::Default(value) => value.clone(),
            Domain::Range(from, to) => match seed {
                None => from.to_string(),
                Some(seed) => {
                    let span = u128::from(to - from) + 1;
                    let pick = (u128::from(draw(seed, &self.name)) * span) >> 64;
                    // The product is below span * 2^64, so that the pick is below the span.
                    (from + u64::try_from(pick).unwrap_or(0)).to_string()
                }
            },
            Domain::Choice(all) => {
                let at = seed.map_or(0, |seed| {
                    let pick = (u128::from(draw(seed, &self.name)) * all.len() as u128) >> 64;
                    usize::try_from(pick).unwrap_or(0)
                });
                all.get(at).cloned().unwrap_or_default()
            }
        }
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.domain)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Default(value) => f.write_str(value),
            Domain::Range(from, to) => write!(f, "{from}..{to}"),
            Domain::Choice(all) => f.write_str(&all.join(",")),
        }
    }
}

/// A number that depends on the seed and the name alone: the first eight bytes of the SHA-256 of both, which is the same
/// on every machine and in every version.
#[must_use]
pub fn draw(seed: &str, name: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.as_bytes());
    hash.update([0]);
    hash.update(name.as_bytes());
    let digest = hash.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

/// Why a value is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused<'a> {
    /// No parameter has this name.
    Unknown(&'a str),
    /// The value is none of those that the parameter may have.
    Outside(&'a Param, &'a str),
}

/// The values of `params`: what `given` says, else what the seed chooses.
///
/// # Errors
/// The first that was given and is not possible.
pub fn resolve<'a>(
    params: &'a [Param],
    given: &'a [(String, String)],
    seed: Option<&str>,
) -> Result<Values, Refused<'a>> {
    let mut values: Values = params
        .iter()
        .map(|param| (param.name.clone(), param.choose(seed)))
        .collect();
    for (name, value) in given {
        let Some(param) = params.iter().find(|param| param.name == *name) else {
            return Err(Refused::Unknown(name));
        };
        if !param.takes(value) {
            return Err(Refused::Outside(param, value));
        }
        values.insert(name.clone(), value.clone());
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_read_and_written() {
        for text in ["a=", "a=x y", "port=1000..2000", "w=red,green", "b=é=1"] {
            assert_eq!(Param::parse(text).expect(text).to_string(), text);
        }
        for text in ["", "a", "=x", "a b=c", "n=2..1", "n=x..y"] {
            assert_eq!(Param::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_seed_always_chooses_the_same() {
        let range = Param::parse("n=10..19").expect("fine");
        let word = Param::parse("w=red,green,blue").expect("fine");
        assert_eq!(
            (range.choose(None), word.choose(None)),
            ("10".into(), "red".into())
        );
        assert_eq!(range.choose(Some("alice")), range.choose(Some("alice")));
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..200 {
            let value: u64 = range
                .choose(Some(&format!("s{n}")))
                .parse()
                .expect("a number");
            assert!((10..=19).contains(&value));
            seen.insert(value);
        }
        assert_eq!(seen.len(), 10, "every value is somebody's");
        let full = Param::parse("n=0..18446744073709551615").expect("fine");
        assert!(full.choose(Some("x")).parse::<u64>().is_ok());
    }

    #[test]
    fn the_command_line_goes_first_and_must_name_what_there_is() {
        let params = [Param::parse("a=1").expect("fine")];
        let given = |name: &str| [(name.to_owned(), "2".to_owned())];
        assert_eq!(resolve(&params, &given("a"), None).expect("fine")["a"], "2");
        assert_eq!(
            resolve(&params, &given("b"), None),
            Err(Refused::Unknown("b"))
        );
        for (declared, fine, wrong) in [("a=1..3", "3", "4"), ("a=x,y", "y", "z")] {
            let params = [Param::parse(declared).expect("fine")];
            let given = |value: &str| [("a".to_owned(), value.to_owned())];
            assert_eq!(
                resolve(&params, &given(fine), None).expect("fine")["a"],
                fine
            );
            let given = given(wrong);
            let refused = Refused::Outside(&params[0], wrong);
            assert_eq!(resolve(&params, &given, None), Err(refused));
        }
    }
}
