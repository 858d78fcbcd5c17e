//! Sockets, terminal, files, clock: everything that touches the system. Tells what happened; makes no sentence.

pub mod editor;
pub mod stdio;
