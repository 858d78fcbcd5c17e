//! The one integration binary. `cargo test` needs nothing but Rust; what needs a real peer says so and is skipped where
//! the peer is missing.

mod around;
mod captures;
mod demo;
mod explain;
mod harness;
mod layering;
mod peers;
mod raw;
mod start;
mod texts;
