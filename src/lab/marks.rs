//! A class's reports beside each other: what each came to, and what in several of them is the same. Nothing here says that
//! anybody copied: it says where to look.

use std::collections::BTreeMap;

use super::report::{Altered, Kind, Report};

/// The fewest characters of a free text that can be called the same: shorter ones are the same by chance.
const MIN_SAME: usize = 20;
/// The longest part of a free text that is compared.
const MAX_SAME: usize = 64 * 1024;

/// What a report came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Points of questions that were answered right, and of all that are checked.
    pub points: (u64, u64),
    /// Points that the teacher gives for free texts.
    pub to_read: u64,
    /// Blocks that are done, and all.
    pub blocks: (usize, usize),
    /// Answers that were given.
    pub tries: usize,
    /// Hints that were asked for.
    pub hints: u64,
    /// Seconds between coming to a block and being done with it, breaks included.
    pub seconds: u64,
    /// Characters of free text.
    pub written: usize,
    /// Where it does not agree with its digests.
    pub altered: Option<Altered>,
}

impl Row {
    /// Adds a report up. What it says is anybody's claim: sums saturate.
    #[must_use]
    pub fn of(report: &Report) -> Row {
        let mut row = Row {
            points: (0, 0),
            to_read: 0,
            blocks: (0, report.blocks.len()),
            tries: 0,
            hints: 0,
            seconds: 0,
            written: 0,
            altered: report.altered(),
        };
        for block in &report.blocks {
            let points = u64::from(block.points);
            row.blocks.0 += usize::from(block.done);
            match block.kind {
                Kind::Ask => {
                    row.points.1 += points;
                    if block.done {
                        row.points.0 += points;
                    }
                    row.tries += block.tries();
                }
                Kind::Write => row.to_read += points,
                Kind::Ftp | Kind::Capture => {}
            }
            row.hints += u64::from(block.hints);
            if let (Some(began), Some(ended)) = (block.began, block.ended) {
                row.seconds = row.seconds.saturating_add(ended.saturating_sub(began));
            }
            row.written += (block.text.as_ref()).map_or(0, |text| text.trim_end().chars().count());
        }
        row
    }
}

/// What is the same in several reports; the numbers are those of the reports, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Same {
    /// The whole report, byte for byte as its digests say.
    Report(Vec<usize>),
    /// The free text of this block.
    Text(String, Vec<usize>),
    /// All parameters, under different names.
    Params(Vec<usize>),
}

/// What is the same in several of these reports.
#[must_use]
pub fn same(reports: &[&Report]) -> Vec<Same> {
    let mut whole: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut params: BTreeMap<(&str, &BTreeMap<_, _>), Vec<usize>> = BTreeMap::new();
    let mut texts: BTreeMap<(&str, &str, String), Vec<usize>> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        whole.entry(&report.digest).or_default().push(at);
        if !report.params.is_empty() {
            let of = (report.sheet.id.as_str(), &report.params);
            params.entry(of).or_default().push(at);
        }
        for block in &report.blocks {
            let Some(text) = &block.text else { continue };
            let bare = bare(text);
            if bare.chars().count() >= MIN_SAME {
                let of = (report.sheet.id.as_str(), block.id.as_str(), bare);
                texts.entry(of).or_default().push(at);
            }
        }
    }
    let several = |all: &Vec<usize>| all.len() > 1;
    let copies: Vec<Vec<usize>> = whole.into_values().filter(several).collect();
    // What is a copy as a whole need not be told again for its parts.
    let mut copy_of = vec![None; reports.len()];
    for (copy, all) in copies.iter().enumerate() {
        for &at in all {
            copy_of[at] = Some(copy);
        }
    }
    let told = |all: &Vec<usize>| {
        let first = copy_of[all[0]];
        first.is_some() && all.iter().all(|&at| copy_of[at] == first)
    };
    let mut out: Vec<Same> = copies.iter().cloned().map(Same::Report).collect();
    for ((_, block, _), all) in texts {
        if several(&all) && !told(&all) {
            out.push(Same::Text(block.to_owned(), all));
        }
    }
    for all in params.into_values() {
        let first = &reports[all[0]].student;
        let others = all.iter().any(|&at| reports[at].student != *first);
        if others && !told(&all) {
            out.push(Same::Params(all));
        }
    }
    out
}

/// A text without what is changed to hide that it was copied: case, blanks and punctuation.
fn bare(text: &str) -> String {
    text.chars()
        .take(MAX_SAME)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
