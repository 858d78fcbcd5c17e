//! What a line means that a person types at the server: a line of a reply, or, behind a slash, something for ftplab.

use std::path::PathBuf;

use crate::ftp::code::ReplyCode;

/// The local commands and what may stand behind them.
pub const LOCAL: &[(&str, &str)] = &[
    ("/data", "FILE"),
    ("/store", "[FILE]"),
    ("/accept", ""),
    ("/line", "TEXT"),
    ("/close", ""),
    ("/pasv", ""),
    ("/hold", "[CODE]"),
    ("/release", ""),
    ("/explain", "[CODE|VERB]"),
    ("/state", ""),
    ("/help", ""),
    ("/quit", ""),
];

/// A line for ftplab itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// `/data FILE`: takes the data connection, sends the file and closes.
    Data(PathBuf),
    /// `/store [FILE]`: takes the data connection and receives.
    Store(Option<PathBuf>),
    /// `/accept`: takes the data connection.
    Accept,
    /// `/line TEXT`: sends a line on it.
    Line(Vec<u8>),
    /// `/close`: closes it.
    Close,
    /// `/pasv`: opens a data port.
    Pasv,
    /// `/hold [CODE]`.
    Hold(Option<ReplyCode>),
    /// `/release`.
    Release,
    /// `/explain [CODE|VERB…]`.
    Explain(Vec<String>),
    /// `/state`.
    State,
    /// `/help`.
    Help,
    /// `/quit`.
    Quit,
}

/// What a typed line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// It is a line of a reply.
    Reply(&'a [u8]),
    /// It is for ftplab.
    Local(Local),
    /// It begins with a slash and is not understood.
    Unknown(String),
    /// A local command with something behind it that it does not take, or without what it needs.
    Misused {
        /// The command.
        command: &'static str,
        /// What may stand behind it.
        rest: &'static str,
    },
}

/// Reads a typed line.
#[must_use]
pub fn read(line: &[u8]) -> Meaning<'_> {
    if !line.starts_with(b"/") {
        return Meaning::Reply(line);
    }
    let text = String::from_utf8_lossy(line);
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
    let found = LOCAL
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word));
    let Some(&(command, usage)) = found else {
        return Meaning::Unknown(word[1..].to_owned());
    };
    local(command, rest.trim()).map_or(
        Meaning::Misused {
            command,
            rest: usage,
        },
        Meaning::Local,
    )
}

fn local(command: &str, rest: &str) -> Option<Local> {
    let bare = |local: Local| rest.is_empty().then_some(local);
    let file = || (!rest.is_empty()).then(|| PathBuf::from(rest));
    match command {
        "/data" => file().map(Local::Data),
        "/store" => Some(Local::Store(file())),
        "/accept" => bare(Local::Accept),
        "/line" => Some(Local::Line(rest.into())),
        "/close" => bare(Local::Close),
        "/pasv" => bare(Local::Pasv),
        "/hold" if rest.is_empty() => Some(Local::Hold(None)),
        "/hold" => {
            let digits = <[u8; 3]>::try_from(rest.as_bytes()).ok()?;
            Some(Local::Hold(Some(ReplyCode::from_digits(digits)?)))
        }
        "/release" => bare(Local::Release),
        "/explain" => Some(Local::Explain(
            rest.split_whitespace().map(str::to_owned).collect(),
        )),
        "/state" => bare(Local::State),
        "/help" => bare(Local::Help),
        "/quit" => bare(Local::Quit),
        _ => None,
    }
}
