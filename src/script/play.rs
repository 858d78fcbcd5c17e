//! A script made ready to be played: its values chosen, what it may do checked, and what all its connections share. One
//! `Play` serves every connection of a server.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    built_in::lock,
    literal::{Literal, Value},
    memory::{Kept, Room},
    notation::{Item, Script},
    params::Values,
    tree::Tree,
};
use crate::ftp::{endpoint, reply::text_of};

/// Limits of one control connection. Each can be set on the command line.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longest wait for the data connection, by accept or by connect.
    pub data_wait: Duration,
    /// 421 and close when no command comes for so long.
    pub idle: Duration,
    /// The same command more often than this within [`LOOP_WINDOW`] is a client that loops.
    pub loop_commands: u32,
    /// Most bytes of one upload.
    pub upload: u64,
    /// Data may go to and come from hosts other than the client's, and replies may name any address.
    pub allow_foreign: bool,
}

/// Bytes of one upload, unless told otherwise.
pub const MAX_UPLOAD: u64 = 1_000_000_000;
/// No command for so long, unless told otherwise. RFC 1123 4.1.3.2 wants no less than five minutes.
pub const MAX_IDLE: Duration = Duration::from_secs(15 * 60);
/// Longest wait for a data connection, unless told otherwise.
pub const MAX_DATA_WAIT: Duration = Duration::from_secs(60);
/// The same command within [`LOOP_WINDOW`], unless told otherwise.
pub const MAX_REPEATS: u32 = 100;
/// The time in which a loop is looked for. ncftp, told 331 again and again, sent 22,000 PASS in each second.
pub const LOOP_WINDOW: Duration = Duration::from_secs(1);
/// Commands that wait while a block plays; then no more is read from the client.
pub const MAX_QUEUE: usize = 32;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            data_wait: MAX_DATA_WAIT,
            idle: MAX_IDLE,
            loop_commands: MAX_REPEATS,
            upload: MAX_UPLOAD,
            allow_foreign: false,
        }
    }
}

/// Why a script is not played although it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// This line would send clients to a host that is neither this one nor one for examples.
    ForeignAddress {
        /// The line, from 1.
        line: u32,
        /// The host.
        host: IpAddr,
    },
}

/// A script that is being played, with what its connections share.
#[derive(Debug)]
pub struct Play {
    /// The script.
    pub script: Script,
    /// The values of its parameters.
    pub values: Values,
    /// The limits of each connection.
    pub limits: Limits,
    /// What a 227 names instead of the address that the client reached.
    pub public_address: Option<Ipv4Addr>,
    /// A person answers what no block does; the built-in server has nothing to say then.
    pub by_hand: bool,
    /// The files behind `-- files`.
    pub(super) tree: Option<Mutex<Tree>>,
    /// Indexes of the blocks that are steps.
    pub(super) steps: Vec<usize>,
    /// Indexes of the blocks that are rules.
    pub(super) rules: Vec<usize>,
    /// How many connections used each block; the greeting is the last one.
    connections: Vec<AtomicUsize>,
    /// How often each line was used.
    used: Vec<AtomicU64>,
}

impl Play {
    /// Makes a script ready; `tree` is what is below the folder of its `-- files`.
    ///
    /// # Errors
    /// When a reply would send clients to a foreign host, which only `limits.allow_foreign` permits.
    pub fn new(
        script: Script,
        values: Values,
        limits: Limits,
        public_address: Option<Ipv4Addr>,
        tree: Option<Tree>,
    ) -> Result<Play, Refusal> {
        if !limits.allow_foreign {
            foreign(&script, &values)?;
        }
        let from_script = match script.settings.public_address {
            Some(IpAddr::V4(address)) => Some(address),
            _ => None,
        };
        let of_kind = |step: bool| {
            let blocks = script.blocks.iter().enumerate();
            blocks
                .filter(|(_, block)| block.step == step)
                .map(|(at, _)| at)
                .collect()
        };
        Ok(Play {
            steps: of_kind(true),
            rules: of_kind(false),
            connections: (0..=script.blocks.len())
                .map(|_| AtomicUsize::new(0))
                .collect(),
            used: script.lines.iter().map(|_| AtomicU64::new(0)).collect(),
            public_address: public_address.or(from_script),
            by_hand: false,
            tree: tree.map(Mutex::new),
            script,
            values,
            limits,
        })
    }

    /// A person is needed: everything is typed by hand, or some replies of the script are.
    #[must_use]
    pub fn needs_person(&self) -> bool {
        let typed = |line: &super::notation::Line| matches!(line.item, Item::Typed(_));
        self.by_hand || self.script.lines.iter().any(typed)
    }

    /// An upload that begins, in the room of the built-in server's files.
    #[must_use]
    pub fn upload(&self) -> Kept {
        match &self.tree {
            Some(tree) => lock(tree).room().upload(),
            None => Room::of(0).upload(),
        }
    }

    /// The next number (from 0) among the connections that use this block.
    pub(super) fn enter(&self, block: usize) -> usize {
        self.connections
            .get(block)
            .map_or(0, |count| count.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn use_line(&self, index: usize) {
        if let Some(count) = self.used.get(index) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often the line at this index of `script.lines` was used.
    #[must_use]
    pub fn uses(&self, index: usize) -> u64 {
        self.used
            .get(index)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }
}

/// True for hosts that a script may name without leading class machines astray: loopback (127/8), the documentation
/// ranges of RFC 5737, and 0.0.0.0, which clients take for the server itself.
#[must_use]
fn is_harmless(host: Ipv4Addr) -> bool {
    host.is_loopback() || host.is_documentation() || host.is_unspecified()
}

/// The first line that names a foreign host: `-- public-address`, `{pasv HOST}`, or a 227 written out.
fn foreign(script: &Script, values: &Values) -> Result<(), Refusal> {
    use super::notation::Setting;
    let judge = |line: u32, host: IpAddr| match host {
        IpAddr::V4(v4) if is_harmless(v4) => Ok(()),
        IpAddr::V6(v6) if v6.is_loopback() => Ok(()),
        host => Err(Refusal::ForeignAddress { line, host }),
    };
    for line in &script.lines {
        let text = match &line.item {
            Item::Setting(Setting::PublicAddress(host)) => {
                judge(line.number, *host)?;
                continue;
            }
            Item::Send(text) => text,
            _ => continue,
        };
        let mut opens = false;
        for value in text.values() {
            opens |= value.opens_port();
            if let Value::Pasv(Some(host)) = value {
                judge(line.number, IpAddr::V4(*host))?;
            }
        }
        if !opens {
            let shown = plain(text, values);
            if shown.starts_with(b"227")
                && let Ok(stated) = endpoint::parse_227(text_of(&shown))
                && let Some(host) = stated.endpoint.host
            {
                judge(line.number, host)?;
            }
        }
    }
    Ok(())
}

/// A text with its parameters put in and other values left out, for judging it before it is played.
#[must_use]
pub fn plain(text: &Literal, values: &Values) -> Vec<u8> {
    text.render(|value, out| {
        if let Value::Param(name) = value
            && let Some(value) = values.get(name)
        {
            out.extend_from_slice(value.as_bytes());
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(source: &str) -> Result<Play, Refusal> {
        let script = Script::parse(source.as_bytes()).expect("a script");
        let values = super::super::params::resolve(&script.settings.params, &[], None)
            .expect("no parameter given");
        Play::new(script, values, Limits::default(), None, None)
    }

    #[test]
    fn scripts_lead_nobody_to_foreign_hosts() {
        for fine in [
            "-- public-address 192.0.2.10\nS> 220",
            "C* PASV\nS> 227 ({pasv 127.0.0.9})",
            "C* PASV\nS> 227 (203,0,113,9,1,2)",
            "C* PASV\nS> 227 (0,0,0,0,1,2)",
            "C* PASV\nS> 227 (999,0,113,9,1,2)",
        ] {
            assert!(play(fine).is_ok(), "{fine}");
        }
        for (bad, line) in [
            ("-- public-address 8.8.8.8\nS> 220", 1),
            ("C* PASV\nS> 227 ({pasv 10.0.0.1})", 2),
            ("C* PASV\nS> 227 (192,168,0,1,1,2)", 2),
            ("-- param a=8\nC* PASV\nS> 227 (8,8,8,{param.a},1,2)", 3),
        ] {
            let refusal = play(bad).expect_err(bad);
            assert!(
                matches!(refusal, Refusal::ForeignAddress { line: at, .. } if at == line),
                "{bad}"
            );
        }
    }
}
