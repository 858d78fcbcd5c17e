//! Pure: lab sheets. Markdown with fenced blocks that are checked while a student works; `labs/README.md` is the grammar
//! and its only statement.
//!
//! From the text up:
//!
//! | file | what |
//! |---|---|
//! | [`template`] | text with values between braces; the names of the values |
//! | [`sheet`] | a sheet as it was read |
//! | [`report`] | a student's work on a sheet, kept and handed in |
//!
//! Everything that a sheet is held against comes as JSON lines (`--events`), whichever command wrote them and in whichever
//! terminal: there is one way in which a student's work is seen.

pub mod report;
pub mod sheet;
pub mod template;
