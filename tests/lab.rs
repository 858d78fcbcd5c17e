//! `lab`: sheets as students and teachers have them.

mod captured;
mod check;
mod marks;
mod new;
mod print;
mod resumed;
mod run;
mod student;
