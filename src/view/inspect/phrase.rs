//! Sentences that are said thousands of times in one report: each is taken from Fluent once, with marks in place of its
//! values, and from then on only filled in. A report of 6,000 transfers says some 90,000 of them.
//!
//! Only for messages whose values are text and decide nothing: a message that chooses by a value is kept once for each
//! value that it chooses by ([`Phrases::by`]).

use std::{cell::RefCell, collections::HashMap, hash::BuildHasherDefault};

use crate::{
    capture::flow::Numbered,
    view::text::{Text, Value},
};

/// The first of the characters that stand for values: private use, and taken out of every value.
const MARK: u32 = 0xe000;
/// Values of a message at most.
const MAX_VALUES: usize = 16;

/// A message: text and values in turn.
#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Value(usize),
}

/// A message's id and the value that it chooses by: where the program has them, for that is quicker than reading them. A
/// literal that stands twice in the program makes two entries, which does no harm.
type Key = [(usize, usize); 2];

fn key(id: &'static str, choice: &'static str) -> Key {
    [id, choice].map(|literal| (literal.as_ptr().addr(), literal.len()))
}

/// The messages that have been said.
pub(super) struct Phrases<'a> {
    text: &'a Text,
    known: RefCell<HashMap<Key, Vec<Part>, BuildHasherDefault<Numbered>>>,
}

impl<'a> Phrases<'a> {
    pub(super) fn new(text: &'a Text) -> Phrases<'a> {
        Phrases {
            text,
            known: RefCell::default(),
        }
    }

    /// The message with these values.
    pub(super) fn say(&self, id: &'static str, values: &[(&'static str, &str)]) -> String {
        self.by(id, ("", ""), values)
    }

    /// The message with these values, which chooses by one more.
    pub(super) fn by(
        &self,
        id: &'static str,
        (chooser, choice): (&'static str, &'static str),
        values: &[(&'static str, &str)],
    ) -> String {
        let mut known = self.known.borrow_mut();
        let parts = known.entry(key(id, choice)).or_insert_with(|| {
            let marks: Vec<String> = (0..values.len().min(MAX_VALUES))
                .map(|at| mark(at).to_string())
                .collect();
            let mut args: Vec<(&str, Value<'_>)> = values
                .iter()
                .zip(&marks)
                .map(|((name, _), mark)| (*name, mark.as_str().into()))
                .collect();
            if !chooser.is_empty() {
                args.push((chooser, choice.into()));
            }
            parts_of(&self.text.say(id, &args))
        });
        let mut out = String::with_capacity(96);
        for part in parts.iter() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value(at) => out.push_str(values.get(*at).map_or("", |(_, value)| value)),
            }
        }
        out
    }
}

fn mark(at: usize) -> char {
    char::from_u32(MARK + at as u32).unwrap_or(' ')
}

fn parts_of(message: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    for c in message.chars() {
        match u32::from(c).checked_sub(MARK) {
            Some(at) if at < MAX_VALUES as u32 => {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Value(at as usize));
            }
            _ => text.push(c),
        }
    }
    parts.push(Part::Text(text));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::text::Lang;

    #[test]
    fn a_phrase_is_what_fluent_says_the_first_time_and_the_second() {
        for lang in [Lang::En, Lang::Fr] {
            let text = Text::new(lang);
            let phrases = Phrases::new(&text);
            for frame in ["7", "8"] {
                assert_eq!(
                    phrases.say("inspect-at-frame", &[("frame", frame)]),
                    text.say("inspect-at-frame", &[("frame", frame.into())])
                );
                for who in ["client", "server", "opener"] {
                    assert_eq!(
                        phrases.by("inspect-closed-fin", ("who", who), &[("frame", frame)]),
                        text.say(
                            "inspect-closed-fin",
                            &[("who", who.into()), ("frame", frame.into())]
                        )
                    );
                }
            }
        }
    }
}
