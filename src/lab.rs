//! Pure: lab sheets. Markdown with fenced blocks that are checked while a student works; `labs/README.md` is the grammar
//! and its only statement.
//!
//! From the text up:
//!
//! | file | what |
//! |---|---|
//! | [`template`] | text with values between braces; the names of the values |
//! | [`expression`] | arithmetic over numbers and values |
//! | [`sheet`] | a sheet as it was read |
//! | [`parse`] | reading, with every mistake at once |
//! | [`mistake`] | what can be wrong |
//! | [`seen`] | what a student's work has shown: the values |
//! | [`captured`] | what the student's capture shows |
//! | [`dialogue`] | an `ftp` block held against what happens |
//! | [`answer`] | answers judged |
//! | [`check`] | both languages compared; a question that can be answered |
//! | [`again`] | what is to be sent again on a new control connection |
//! | [`report`] | a student's work on a sheet, kept and handed in |
//! | [`marks`] | a class's reports beside each other |
//! | [`skeleton`] | a sheet that begins with a dialogue that took place |
//!
//! Everything that a sheet is held against comes as JSON lines (`--events`), whichever command wrote them and in whichever
//! terminal: there is one way in which a student's work is seen.

pub mod again;
pub mod answer;
pub mod captured;
pub mod check;
pub mod dialogue;
pub mod expression;
pub mod marks;
pub mod mistake;
pub mod parse;
pub mod report;
pub mod seen;
pub mod sheet;
pub mod skeleton;
pub mod template;

/// The most bytes that a sheet may have.
pub const MAX_SHEET: usize = 1024 * 1024;
/// The most mistakes that are told of one sheet.
pub const MAX_MISTAKES: usize = 100;
/// The most steps, blocks and lines of dialogues of a sheet.
pub const MAX_PARTS: usize = 2000;
/// The most choices of a question: they are named by a letter each.
pub const MAX_CHOICES: usize = 26;
