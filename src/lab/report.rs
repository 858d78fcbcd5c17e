//! The report of a student's work on a sheet: what `lab run` keeps after every block, goes on from later, and hands in
//! (`BASE.json`), and what `lab marks` reads.
//!
//! A digest is chained over it: each block's covers the block and the digest before it, the first one the head. A report
//! that was edited by hand no longer agrees with itself and [`Report::altered`] says from where on. There is no secret in
//! it, so that it deters and does not prevent; what a student answered from their own session (ports, codes) is the
//! better witness, since it fits the dialogue in the same report.

use std::{collections::BTreeMap, fmt::Write, io};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The form of the report; a number more where an older ftplab would misread it.
pub const FORM: u32 = 1;

/// The most bytes of a report that are read.
pub const MAX_REPORT: u64 = 16 << 20;

/// A student's work on a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORM`].
    pub form: u32,
    /// The version of ftplab that wrote it.
    pub ftplab: String,
    /// Which sheet.
    pub sheet: Sheet,
    /// Who worked, as they said it.
    pub student: Option<String>,
    /// True where the sheet was played by itself.
    pub demo: bool,
    /// The sheet's parameters, as this student had them.
    pub params: BTreeMap<String, String>,
    /// When it was begun, in seconds since the epoch (UTC).
    pub began: u64,
    /// When it was last written.
    pub saved: u64,
    /// It had been altered by hand when it was gone on from: [`Report::altered`] cannot see that any more.
    #[serde(default)]
    pub edited: bool,
    /// True where every block is done.
    pub finished: bool,
    /// The blocks in the sheet's order, all of them, touched or not.
    pub blocks: Vec<Block>,
    /// The last digest of the chain, in hexadecimal.
    pub digest: String,
}

/// Which sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name without language and ending: `1-control`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: u64,
    /// `en` or `fr`.
    pub language: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// A block of the sheet, and what the student did there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its id in the sheet.
    pub id: String,
    /// The number of its step, from 1; 0 for the introduction.
    pub step: u32,
    /// What it is.
    pub kind: Kind,
    /// What it counts for; 0 for a dialogue or a capture.
    pub points: u32,
    /// The question as the student saw it, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Done: seen on the wire, answered right, written, shown by the capture.
    pub done: bool,
    /// When the student came to it, and when it was done; seconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<u64>,
    /// See `began`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    /// How many hints were asked for.
    #[serde(default)]
    pub hints: u32,
    /// The answers in the order in which they were given; of a capture, the files named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Given>,
    /// Free text, for the teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Of a dialogue, each line that was to come, and what came; of a capture, each thing that it must show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// Of a dialogue, what was said meanwhile, in the notation; passwords are masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dialogue: Vec<String>,
    /// The chain's digest up to here, in hexadecimal.
    pub digest: String,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A dialogue.
    Ftp,
    /// A question.
    Ask,
    /// Free text.
    Write,
    /// A capture.
    Capture,
}

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// As it was typed.
    pub answer: String,
    /// It was right.
    pub right: bool,
    /// When; seconds since the epoch.
    pub at: u64,
}

/// A line of a dialogue that was to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// As the sheet has it.
    pub wanted: String,
    /// It came.
    pub seen: bool,
    /// What came in its place, where something else did; what came, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<String>,
}

impl Block {
    /// A block that nobody has touched.
    #[must_use]
    pub fn new(id: impl Into<String>, step: u32, kind: Kind, points: u32) -> Block {
        Block {
            id: id.into(),
            step,
            kind,
            points,
            question: None,
            done: false,
            began: None,
            ended: None,
            hints: 0,
            answers: Vec::new(),
            text: None,
            lines: Vec::new(),
            dialogue: Vec::new(),
            digest: String::new(),
        }
    }

    /// How often an answer was given.
    #[must_use]
    pub fn tries(&self) -> usize {
        self.answers.len()
    }

    /// True where the student has done anything in it.
    #[must_use]
    pub fn touched(&self) -> bool {
        self.done
            || self.hints > 0
            || !self.answers.is_empty()
            || self.text.is_some()
            || self.lines.iter().any(|line| line.seen)
    }
}

/// From where on a report does not agree with its own digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Altered {
    /// The head (sheet, student, parameters) or the first block.
    Block(String),
    /// The end: a block is missing or one too many, or it is said to be finished.
    End,
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// Where it is none, or of a later form.
    pub fn read(json: &[u8]) -> Result<Report, serde_json::Error> {
        let report: Report = serde_json::from_slice(json)?;
        if report.form > FORM {
            let later = format!("form {} of a later ftplab", report.form);
            return Err(serde_json::Error::io(io::Error::other(later)));
        }
        Ok(report)
    }

    /// The report as JSON, readable and with its line end.
    #[must_use]
    pub fn json(&self) -> String {
        // Only a map with keys that are no strings could fail here, and there is none.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// The block with this id.
    #[must_use]
    pub fn block(&self, id: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.id == id)
    }

    /// Writes the digests, and whether it is finished: to be called when everything else is in it.
    pub fn seal(&mut self) {
        self.finished = self.blocks.iter().all(|block| block.done);
        let digests = self.digests();
        for (block, digest) in self.blocks.iter_mut().zip(&digests) {
            block.digest.clone_from(digest);
        }
        self.digest = self.last(&digests);
    }

    /// Where it was altered after it was sealed; `None` where it agrees with its digests.
    #[must_use]
    pub fn altered(&self) -> Option<Altered> {
        let digests = self.digests();
        let differs = self
            .blocks
            .iter()
            .zip(&digests)
            .find(|(block, digest)| block.digest != **digest);
        if let Some((block, _)) = differs {
            return Some(Altered::Block(block.id.clone()));
        }
        (self.digest != self.last(&digests)).then_some(Altered::End)
    }

    fn digests(&self) -> Vec<String> {
        let head = serde_json::json!([
            self.form,
            self.ftplab,
            self.sheet,
            self.student,
            self.demo,
            self.params,
            self.began,
            self.edited
        ]);
        let mut before = hash(&[head.to_string().as_bytes()]);
        let mut digests = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let bare = Block {
                digest: String::new(),
                ..block.clone()
            };
            let json = serde_json::to_string(&bare).unwrap_or_default();
            before = hash(&[before.as_bytes(), json.as_bytes()]);
            digests.push(before.clone());
        }
        digests
    }

    fn last(&self, digests: &[String]) -> String {
        let before = digests.last().map_or("", String::as_str);
        let end = format!("{} {} {}", self.blocks.len(), self.saved, self.finished);
        hash(&[before.as_bytes(), end.as_bytes()])
    }
}

/// The SHA-256 of these bytes, one after the other, in hexadecimal.
#[must_use]
pub fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut hexadecimal = String::with_capacity(64);
    for byte in hash.finalize() {
        // Into a string nothing fails.
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    hexadecimal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(id: &str) -> Block {
        Block {
            question: Some("Which port?".into()),
            done: true,
            began: Some(5),
            ended: Some(9),
            hints: 1,
            answers: vec![Given {
                answer: "1025".into(),
                right: true,
                at: 9,
            }],
            ..Block::new(id, 1, Kind::Ask, 1)
        }
    }

    fn report() -> Report {
        let mut report = Report {
            form: FORM,
            ftplab: "0.1.0".into(),
            sheet: Sheet {
                id: "1-control".into(),
                title: "Control".into(),
                version: 1,
                language: "en".into(),
                sha256: hash(&[b"sheet"]),
            },
            student: Some("Zoé".into()),
            demo: false,
            params: BTreeMap::new(),
            began: 1,
            saved: 2,
            edited: false,
            finished: false,
            blocks: vec![block("one"), block("two")],
            digest: String::new(),
        };
        report.seal();
        report
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let report = report();
        assert!(report.finished);
        let read = Report::read(report.json().as_bytes()).expect("a report");
        assert_eq!(read, report);
        assert_eq!(read.altered(), None);
        let later = report.json().replace("\"form\": 1", "\"form\": 2");
        assert!(Report::read(later.as_bytes()).is_err() && Report::read(b"{}").is_err());
    }

    #[test]
    fn what_was_altered_is_found() {
        let mut edited = report();
        edited.blocks[1].hints = 0;
        assert_eq!(edited.altered(), Some(Altered::Block("two".into())));
        let mut edited = report();
        edited.student = Some("Max".into());
        assert_eq!(edited.altered(), Some(Altered::Block("one".into())));
        let mut edited = report();
        edited.blocks.pop();
        assert_eq!(edited.altered(), Some(Altered::End));
        let mut edited = report();
        edited.finished = false;
        assert_eq!(edited.altered(), Some(Altered::End));
    }
}
