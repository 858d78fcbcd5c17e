//! A line of an events file as it is written.

use std::net::SocketAddr;

use serde::{Deserialize, de::IgnoredAny};

/// A line of an events file, as far as it is of use here.
#[derive(Deserialize)]
pub(super) struct Told {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) source: String,
    #[serde(default)]
    pub(super) pid: u64,
    pub(super) connection: Option<u64>,
    pub(super) channel: Option<String>,
    pub(super) from: Option<SocketAddr>,
    pub(super) to: Option<SocketAddr>,
    pub(super) address: Option<String>,
    pub(super) n: Option<u64>,
    pub(super) verb: Option<String>,
    pub(super) arg: Option<Text>,
    pub(super) code: Option<u16>,
    #[serde(default)]
    pub(super) lines: Lines,
    pub(super) answers: Option<u64>,
    pub(super) listen: Option<SocketAddr>,
    #[serde(default)]
    pub(super) accepted: bool,
    pub(super) direction: Option<String>,
    pub(super) bytes: Option<u64>,
    pub(super) by: Option<String>,
    pub(super) end: Option<String>,
    pub(super) complete: Option<bool>,
    pub(super) head: Option<Text>,
    pub(super) active: Option<bool>,
}

/// Text of the wire: a string, or an object with base64 where it is not UTF-8.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Plain(String),
    Other(IgnoredAny),
}

impl Text {
    /// Its bytes, as far as they are text.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Text::Plain(text) => text.into_bytes(),
            // What is not UTF-8 is shown as such; no value of a sheet is made of it.
            Text::Other(_) => "\u{fffd}".as_bytes().to_vec(),
        }
    }
}

/// `lines`: those of a reply, or how many a data connection had.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Lines {
    Count(u64),
    Texts(Vec<Text>),
}

impl Default for Lines {
    fn default() -> Lines {
        Lines::Count(0)
    }
}
