//! Patterns found by what a command begins and ends with, so that a script of thousands of rules is looked at in about
//! the time it takes to read it: a rule for each file of a large folder is a real script, and the rules compared with
//! each other one by one cost the square of their number.
//!
//! The index is coarse and may only err on one side. What it gives is held against the pattern itself by its user; what
//! it leaves out cannot match. Regular expressions begin and end with anything: each is tried.

use std::collections::HashMap;

use super::{
    literal::{Literal, Piece},
    pattern::Pattern,
};

/// What all commands that a glob takes have in common, in small letters: the verb matches in any case.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Ends {
    head: Vec<u8>,
    /// None where the head is the whole command.
    tail: Option<Vec<u8>>,
}

/// The lengths of a head and of its tail.
type Shape = (usize, Option<usize>);

/// Patterns by their numbers, which their user gives.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_ends: HashMap<Ends, Vec<usize>>,
    /// Each once. There are few, however many patterns: names in a script are of nearly the same length.
    shapes: Vec<Shape>,
    regexes: Vec<usize>,
}

impl Index {
    /// Takes a pattern in under a number.
    pub(super) fn insert(&mut self, number: usize, pattern: &Pattern) {
        if pattern.is_regex() {
            self.regexes.push(number);
        }
        for glob in pattern.alternatives() {
            let ends = ends(glob);
            let shape = (ends.head.len(), ends.tail.as_ref().map(Vec::len));
            if !self.shapes.contains(&shape) {
                self.shapes.push(shape);
            }
            self.by_ends.entry(ends).or_default().push(number);
        }
    }

    /// The numbers of the patterns that may match the command, in no order, a pattern with alternatives perhaps more
    /// than once; values in patterns are taken to be empty.
    pub(super) fn candidates(&self, command: &[u8]) -> impl Iterator<Item = usize> {
        let command = command.to_ascii_lowercase();
        let found = self.shapes.iter().filter_map(move |&(head, tail)| {
            let fits = match tail {
                None => head == command.len(),
                Some(tail) => head + tail <= command.len(),
            };
            let ends = fits.then(|| Ends {
                head: command[..head].to_vec(),
                tail: tail.map(|tail| command[command.len() - tail..].to_vec()),
            })?;
            self.by_ends.get(&ends)
        });
        found.flatten().chain(&self.regexes).copied()
    }
}

fn ends(glob: &Literal) -> Ends {
    if let Some(whole) = glob.as_bytes() {
        return Ends {
            head: whole.to_ascii_lowercase(),
            tail: None,
        };
    }
    let head = glob.head();
    let tail: &[u8] = match glob.pieces.last() {
        Some(Piece::Bytes(bytes)) => bytes,
        _ => b"",
    };
    Ends {
        // `PASS *` takes a bare PASS too.
        head: head.strip_suffix(b" ").unwrap_or(head).to_ascii_lowercase(),
        tail: Some(tail.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_is_a_candidate() {
        let patterns = [
            "*",
            "PASS *",
            "pass",
            "RETR *a.txt",
            "RETR a.txt | SIZE a.txt",
            "RE*",
            "*A.TXT",
            "* a.txt",
            "/RETR .*/",
            "SITE a*b*c",
            "SITE {user}",
            "SITE {user} x",
            "SITE x{user}*",
            "X {user}*",
            "PWD",
        ]
        .map(|source| Pattern::parse(source, &mut Vec::new()));
        let mut index = Index::default();
        for (number, pattern) in patterns.iter().enumerate() {
            index.insert(number, pattern);
        }
        let mut matched = 0;
        for command in [
            "",
            "PASS",
            "pass",
            "PASS ",
            "PASS x",
            "RETR a.txt",
            "retr a.txt",
            "RETR A.TXT",
            "SIZE a.txt",
            "RETRA.TXT",
            "RE",
            "SITE abc",
            "SITE aXbXc",
            "SITE ac",
            "SITE ",
            "SITE",
            "SITE  x",
            "SITE x",
            "X",
            "X y",
            "PWD",
            "PWD x",
        ] {
            let candidates: Vec<usize> = index.candidates(command.as_bytes()).collect();
            for (number, pattern) in patterns.iter().enumerate() {
                if pattern.matches(command.as_bytes(), &|_, _| {}) {
                    matched += 1;
                    assert!(candidates.contains(&number), "{pattern} and {command:?}");
                }
            }
        }
        assert!(matched > 40, "{matched}");
    }

    #[test]
    fn another_file_s_rule_is_none() {
        let mut index = Index::default();
        for number in 0..1_000 {
            let pattern = Pattern::parse(&format!("RETR *{number}.txt"), &mut Vec::new());
            index.insert(number, &pattern);
        }
        let mut candidates: Vec<usize> = index.candidates(b"RETR pub/417.txt").collect();
        candidates.sort_unstable();
        assert_eq!(candidates, [7, 17, 417]);
    }
}
