//! Forms for other programs and for many files: display filters for Wireshark, the ledger as CSV, a line a file.

use std::{collections::BTreeMap, fmt::Write, net::SocketAddr};

use super::{Overview, Show, json::hex, reason};
use crate::{
    analysis::{
        finding::{Finding, Session, Transfer},
        recognise::CONTROL_PORT,
        verdict::Verdict,
    },
    say,
    view::{
        endpoint::quoted,
        number, sanitise,
        style::{Role, Style},
        text::Text,
    },
};

// ---- Filters -------------------------------------------------------------------------------------------------------

/// Where Wireshark finds what was read; names as they may stand on a terminal.
#[derive(Debug)]
pub enum AtHand {
    /// In this file.
    File(String),
    /// In none yet: it is inside ftplab, under this name.
    Inside {
        /// What ftplab calls it.
        name: String,
        /// What its file is called once it is written.
        file: String,
    },
    /// In these, which were read as one.
    Merged(Vec<String>),
    /// It came through standard input.
    Stream,
}

/// What several captures are called that are made one for Wireshark.
const MERGED: &str = "merged.pcapng";

/// Lines for Wireshark: by addresses and ports, with the Decode As that other ports need.
pub struct Filters<'a> {
    text: &'a Text,
    /// As it is typed to a shell.
    file: String,
    at_hand: AtHand,
    sessions: BTreeMap<u64, Vec<String>>,
}

impl<'a> Filters<'a> {
    /// Filters, with remarks in this language.
    #[must_use]
    pub fn new(text: &'a Text, at_hand: AtHand) -> Filters<'a> {
        let file = match &at_hand {
            AtHand::File(file) | AtHand::Inside { file, .. } => quoted(file).into_owned(),
            AtHand::Merged(_) => MERGED.to_owned(),
            AtHand::Stream => "FILE".to_owned(),
        };
        Filters {
            text,
            file,
            at_hand,
            sessions: BTreeMap::new(),
        }
    }

    fn command(&self, filter: &str, ftp_port: Option<u16>, data_port: Option<u16>) -> String {
        let mut line = format!("wireshark -r {}", self.file);
        if let Some(port) = ftp_port.filter(|port| *port != CONTROL_PORT) {
            let _ = write!(line, " -d tcp.port=={port},ftp");
        }
        if let Some(port) = data_port {
            let _ = write!(line, " -d tcp.port=={port},ftp-data");
        }
        let _ = write!(
            line,
            " -o tcp.reassemble_out_of_order:TRUE -Y {}",
            quoted(filter)
        );
        line
    }
}

/// The packets between two end points.
#[must_use]
pub fn between(one: SocketAddr, other: SocketAddr) -> String {
    let family = if one.is_ipv4() { "ip" } else { "ipv6" };
    format!(
        "{family}.addr=={} && {family}.addr=={} && tcp.port=={} && tcp.port=={}",
        one.ip(),
        other.ip(),
        one.port(),
        other.port()
    )
}

impl Show for Filters<'_> {
    fn begin(&mut self, _: &[u8], _: &str, out: &mut String) {
        self.sessions.clear();
        let (title, command) = match &self.at_hand {
            AtHand::File(_) => return,
            AtHand::Inside { name, .. } => (
                say!(self.text, "inspect-filter-inside"),
                format!("ftplab inspect {} --copy {}", quoted(name), self.file),
            ),
            AtHand::Merged(files) => {
                let files: Vec<_> = files.iter().map(|file| quoted(file)).collect();
                (
                    say!(self.text, "inspect-filter-merged"),
                    format!("mergecap -w {MERGED} {}", files.join(" ")),
                )
            }
            AtHand::Stream => {
                let _ = writeln!(out, "# {}", say!(self.text, "inspect-filter-stream"));
                return;
            }
        };
        let _ = writeln!(out, "# {title}\n{command}");
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        match finding {
            Finding::Transfer(transfer) => {
                let Some(connection) = &transfer.connection else {
                    return;
                };
                let title = match transfer.verb {
                    Some(verb) => say!(
                        self.text,
                        "inspect-filter-transfer",
                        n = transfer.n.to_string(),
                        what = verb.name()
                    ),
                    None => say!(
                        self.text,
                        "inspect-filter-connection",
                        n = transfer.n.to_string()
                    ),
                };
                // A port may be used again: the frames tell which connection is meant.
                let filter = format!(
                    "{} && frame.number>={} && frame.number<={}",
                    between(connection.from, connection.to),
                    connection.first.frame,
                    connection.last.frame
                );
                let lines = format!(
                    "# {title}\n{}\n",
                    self.command(&filter, None, Some(connection.to.port()))
                );
                match transfer.session {
                    Some(session) => self.sessions.entry(session).or_default().push(lines),
                    None => out.push_str(&lines),
                }
            }
            Finding::Session(session) => {
                let title = say!(
                    self.text,
                    "inspect-filter-session",
                    n = session.number.to_string()
                );
                let filter = between(session.client, session.server);
                let port = Some(session.server.port());
                let _ = write!(out, "# {title}\n{}\n", self.command(&filter, port, None));
                for lines in self.sessions.remove(&session.number).unwrap_or_default() {
                    out.push_str(&lines);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, _: &Overview, _: &mut String) {}
}

// ---- CSV -----------------------------------------------------------------------------------------------------------

/// The ledger as CSV (RFC 4180): a line a transfer. Text of the capture that a spreadsheet would take for a formula gets
/// an apostrophe before it.
pub struct Csv<'a> {
    text: &'a Text,
    file: String,
    waiting: BTreeMap<u64, Vec<String>>,
}

/// The names of the columns.
pub const COLUMNS: &str = "file,session,client,server,user,n,verb,argument,path,mode,frame,from,to,first_frame,last_frame,\
                       up,down,missing,declared,seconds,sha256,final_code,verdict,by,reason";

impl<'a> Csv<'a> {
    /// A table, with reasons in this language.
    #[must_use]
    pub fn new(text: &'a Text) -> Csv<'a> {
        Csv {
            text,
            file: String::new(),
            waiting: BTreeMap::new(),
        }
    }

    fn row(&self, session: Option<&Session>, rest: &str) -> String {
        let (number, client, server, user) = match session {
            Some(session) => (
                session.number.to_string(),
                session.client.to_string(),
                session.server.to_string(),
                cell(session.user.as_deref().unwrap_or_default()),
            ),
            None => Default::default(),
        };
        format!("{},{number},{client},{server},{user},{rest}\r\n", self.file)
    }

    /// The columns behind the session's.
    fn transfer(&self, transfer: &Transfer) -> String {
        let line = transfer.connection.as_ref();
        let optional =
            |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let mode = transfer.agreement.as_ref().map_or("", |agreement| {
            if agreement.is_active() {
                "active"
            } else {
                "passive"
            }
        });
        let cells = [
            transfer.n.to_string(),
            transfer
                .verb
                .map_or(String::new(), |verb| verb.name().to_owned()),
            cell(transfer.arg.as_deref().unwrap_or_default()),
            cell(transfer.path.as_deref().unwrap_or_default()),
            mode.to_owned(),
            optional(transfer.command.map(|(_, mark)| mark.frame)),
            line.map(|line| line.from.to_string()).unwrap_or_default(),
            line.map(|line| line.to.to_string()).unwrap_or_default(),
            optional(line.map(|line| line.first.frame)),
            optional(line.map(|line| line.last.frame)),
            optional(transfer.up),
            optional(transfer.down),
            transfer.missing.to_string(),
            optional(transfer.declared.map(|declared| declared.bytes)),
            transfer
                .duration()
                .map(|nanos| format!("{:.6}", nanos as f64 / 1e9))
                .unwrap_or_default(),
            transfer.sha256.map(|hash| hex(&hash)).unwrap_or_default(),
            optional(transfer.final_code.map(|code| code.value().into())),
            transfer.judgement.verdict.name().to_owned(),
            transfer
                .judgement
                .by
                .map_or(String::new(), |party| party.name().to_owned()),
            cell(reason::reason(self.text, transfer).as_bytes()),
        ];
        cells.join(",")
    }
}

/// A text as a cell.
pub(in crate::view) fn cell(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.into_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

impl Show for Csv<'_> {
    fn begin(&mut self, file: &[u8], _: &str, _: &mut String) {
        self.file = cell(file);
        self.waiting.clear();
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        match finding {
            Finding::Transfer(transfer) => {
                let rest = self.transfer(transfer);
                match transfer.session {
                    Some(session) => self.waiting.entry(session).or_default().push(rest),
                    None => out.push_str(&self.row(None, &rest)),
                }
            }
            Finding::Session(session) => {
                for rest in self.waiting.remove(&session.number).unwrap_or_default() {
                    out.push_str(&self.row(Some(session), &rest));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, _: &Overview, _: &mut String) {}
}

// ---- A line a file -------------------------------------------------------------------------------------------------

/// Many captures: a line each.
pub struct Summary<'a> {
    text: &'a Text,
    style: Style,
    counts: BTreeMap<Verdict, u64>,
    users: Vec<String>,
    modes: [u64; 2],
    bytes: u64,
    sessions: u64,
}

/// Users of a capture that are named.
const MAX_USERS: usize = 4;

impl<'a> Summary<'a> {
    /// Lines in this language.
    #[must_use]
    pub fn new(text: &'a Text, style: Style) -> Summary<'a> {
        Summary {
            text,
            style,
            counts: BTreeMap::new(),
            users: Vec::new(),
            modes: [0; 2],
            bytes: 0,
            sessions: 0,
        }
    }
}

impl Show for Summary<'_> {
    fn begin(&mut self, _: &[u8], _: &str, _: &mut String) {
        *self = Summary::new(self.text, self.style);
    }

    fn finding(&mut self, finding: &Finding<'_>, _: &mut String) {
        match finding {
            Finding::Transfer(transfer) => {
                *self.counts.entry(transfer.judgement.verdict).or_default() += 1;
                self.bytes += transfer.bytes().unwrap_or(0);
            }
            Finding::Session(session) => {
                self.sessions += 1;
                self.modes[0] += session.active;
                self.modes[1] += session.passive;
                let user = sanitise::line(session.user.as_deref().unwrap_or_default()).into_owned();
                if !user.is_empty() && !self.users.contains(&user) && self.users.len() <= MAX_USERS
                {
                    self.users.push(user);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        let text = self.text;
        let file = sanitise::line(&overview.file).into_owned();
        let _ = write!(out, "{}", self.style.paint(Role::Heading, &file));
        let mut parts = vec![say!(
            text,
            "inspect-summary-sessions",
            sessions = self.sessions,
            transfers = self.counts.values().sum::<u64>()
        )];
        if !self.users.is_empty() {
            let more = self.users.len() > MAX_USERS;
            let shown = self.users[..self.users.len().min(MAX_USERS)].join(", ");
            parts.push(if more { format!("{shown}, …") } else { shown });
        }
        match self.modes {
            [0, 0] => {}
            [_, 0] => parts.push(say!(text, "inspect-summary-active")),
            [0, _] => parts.push(say!(text, "inspect-summary-passive")),
            _ => parts.push(say!(text, "inspect-mode-both")),
        }
        for (verdict, count) in &self.counts {
            let verdict = text.say(reason::verdict_id(*verdict), &[]);
            parts.push(format!("{count} {verdict}"));
        }
        if self.bytes > 0 {
            parts.push(number::size(text, self.bytes));
        }
        if !overview.complete {
            parts.push(
                self.style
                    .paint(Role::Warning, &say!(text, "inspect-summary-cut")),
            );
        }
        let _ = writeln!(out, ": {}", parts.join("; "));
    }
}
