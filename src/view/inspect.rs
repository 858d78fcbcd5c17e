//! What a capture shows, in every form: JSON Lines, text, ladder, notation, filters, a web page. Each takes the findings
//! of the analysis as they come.
//!
//! | file | what |
//! |---|---|
//! | [`reason`] | verdicts, reasons and remarks in sentences |
//! | [`json`] | JSON Lines |

pub mod json;
pub mod reason;
