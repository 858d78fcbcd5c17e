//! `lab`: sheets as students and teachers have them.

mod check;
mod run;
