//! `lab`: sheets as students and teachers have them.

mod run;
