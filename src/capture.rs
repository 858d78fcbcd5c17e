//! Pure: bytes of a capture file to ordered byte streams, and recordings the other way. Knows no FTP.
//!
//! From the bytes up; each file leans only on those above it:
//!
//! | file | what |
//! |---|---|
//! | [`file`](mod@file) | a stream of bytes to packets: pcap, pcapng, snoop, inside gzip or Zstandard; other formats named |
//! | [`frame`] | a packet to a TCP segment or an ICMP error: link layers, tunnels, IP fragments; what is not read is counted |
//! | [`reassembly`] | segments of one direction to a byte stream: in order, once, with its gaps told |
//! | [`flow`] | segments to connections: who opened, how it ended, what all of them show together and lack |
//! | [`quality`] | what the packets say as a whole: how many, of what kind, when |
//! | [`tracker`] | the four together: packets in, a [`flow::Watch`] told |
//! | [`write`](mod@write) | the other way: connections that a program made itself, as packets in a pcapng file |
//!
//! One pass, no allocation for a packet that comes in order, memory bounded by named constants. Nothing here panics on
//! any input; what cannot be read is data (an enum value with a count), and its wording is elsewhere.

pub mod file;
pub mod flow;
pub mod frame;
pub mod quality;
pub mod reassembly;
pub mod tracker;
pub mod write;

#[cfg(test)]
pub(crate) mod build;
