//! Sockets, terminal, files, clock: everything that touches the system. Tells what happened; makes no sentence.

pub mod clock;
pub mod control;
pub mod editor;
pub mod server;
mod server_data;
pub mod stdio;
