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
//! | [`file`] | files that a user names for data |
//! | [`holder`] | who holds a port that is taken |
//! | [`order`] | what came first, where several threads tell what comes |
//! | [`person`] | the person who types a fake server's replies |
//! | `printer` | printing above a line that is being typed |
//! | [`progress`] | progress of a long transfer |
//! | [`server`] | the fake server's sockets |
//! | `server_data` | its data connections |
//! | `server_files` | the files that it serves and takes |
//! | `server_wire` | what went over its connections, byte by byte, for a recording |
//! | [`signal`] | Ctrl-C |
//! | [`stdio`] | the program's own streams |
//! | [`terminals`] | several ftplab processes side by side |

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
pub mod person;
mod printer;
pub mod progress;
pub mod server;
mod server_data;
mod server_files;
mod server_wire;
pub mod signal;
pub mod stdio;
pub mod terminals;
