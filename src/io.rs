//! Sockets, terminal, files, clock: everything that touches the system. Tells what happened; makes no sentence.
//!
//! | file | what |
//! |---|---|
//! | [`address`] | hosts and ports as people write them, and the addresses behind them |
//! | [`background`] | a data connection beside the control line, in a thread |
//! | [`clock`] | the wall clock |
//! | [`control`] | the control connection of `raw` |
//! | [`client`] | the client player's sockets |
//! | [`data`] | data connections: opening, waiting, moving bytes |
//! | [`editor`] | the line editor |
//! | [`events`] | the file of `--events` |
//! | [`file`](mod@file) | files that a user names for data |
//! | [`holder`] | who holds a port that is taken |
//! | [`order`] | what came first, where several threads tell what comes |
//! | `printer` | printing above a line that is being typed |
//! | [`progress`] | progress of a long transfer |
//! | [`server`] | the fake server's sockets |
//! | [`signal`] | Ctrl-C |
//! | [`stdio`] | the program's own streams |
//! | [`terminals`] | several ftplab processes side by side |
//! | [`wait`] | waiting for a socket, until somebody cancels it |

pub mod address;
pub mod background;
pub mod client;
pub mod clock;
pub mod control;
pub mod data;
pub mod editor;
pub mod events;
pub mod file;
pub mod holder;
pub mod order;
mod printer;
pub mod progress;
pub mod server;
pub mod signal;
pub mod stdio;
pub mod terminals;
pub mod wait;
