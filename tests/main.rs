//! The one integration binary. `cargo test` needs nothing but Rust; what needs a real peer says so and is skipped where
//! the peer is missing.

mod around;
mod bounds;
mod by_hand;
mod captures;
mod demo;
mod dependencies;
mod escapes;
mod explain;
mod fuzz;
mod harness;
mod inspect;
mod lab;
mod layering;
mod listen;
mod pasv_calc;
mod peers;
mod programs;
mod raw;
mod readme;
mod record;
mod servers;
mod start;
mod surroundings;
mod texts;
