//! The fake server on the screen and as JSON Lines: what its script has wrong, how to reach it, what happens on each
//! connection with the script's line that answered and the reply's digits, and which lines were used in the end.

use std::{collections::HashMap, fmt::Write, net::SocketAddr};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{
    explain,
    json::{self, Bytes, Origin as Program, Place, Time},
    log, quirk, sanitise,
    style::{Role, Style},
    text::{Lang, Text},
    wrap::wrap,
};
use crate::{
    ftp::{
        dialogue::Close,
        event::{self, Event, Nanos, Reply},
        quirk::Grade,
        secret,
        side::Side,
    },
    say,
    script::{
        MAX_MISTAKES,
        check::{Finding, Trap, What},
        client::{Differs, Plan},
        effect::{DataFault, Notice, Origin, Why},
        mistake::{Kind, Mistake},
        notation::{Item, Script},
        pattern::WhyNot,
        play::{Play, Refusal},
        watch::{Direction, Happening},
    },
};

/// The column at which what happens is written, behind the connection's number and the time.
const INDENT: usize = 14;
/// The columns before a line of a script: its number and a bar.
const INDENT_EXCERPT: usize = 8;
/// The longest piece of a script's line that is shown, in characters; an ellipsis stands for the rest.
const MAX_SHOWN: usize = 200;

// ---- A script's mistakes ---------------------------------------------------------------------------------------------

/// All mistakes of a script: place, what is wrong, the line and a caret, what to do.
#[must_use]
pub fn mistakes(text: &Text, style: Style, name: &str, all: &[Mistake]) -> String {
    let mut out = String::new();
    let name = sanitise::line(name.as_bytes());
    for mistake in all {
        let what = mistake_sentence(text, &mistake.kind);
        let place = format!("{name}:{}:{}", mistake.line, mistake.column);
        let _ = writeln!(
            out,
            "{}",
            style.paint(
                Role::Error,
                &say!(text, "server-mistake", place = place, what = what)
            )
        );
        if !mistake.text.is_empty() {
            out.push_str(&excerpt(style, mistake.line, mistake.column, &mistake.text));
        }
    }
    let summary = say!(
        text,
        "server-mistakes",
        count = all.len() as u64,
        name = name.into_owned()
    );
    let _ = writeln!(out, "{summary}");
    if all.len() == MAX_MISTAKES {
        let more = say!(text, "server-mistakes-first", most = MAX_MISTAKES as u64);
        let _ = writeln!(out, "{more}");
    }
    out
}

/// A line of a script or a sheet with a caret under a column. Of a line that is wider than the screen, what stands
/// around the caret is shown.
#[must_use]
pub fn excerpt(style: Style, line: u32, column: u32, source: &str) -> String {
    let safe = |text: &str| sanitise::line(text.replace('\t', " ").as_bytes()).into_owned();
    let (before, after) = match source.char_indices().nth(column.saturating_sub(1) as usize) {
        Some((at, _)) => source.split_at(at),
        None => (source, ""),
    };
    let (before, after) = (safe(before), safe(after));
    let room = style.width().saturating_sub(INDENT_EXCERPT).max(20);
    // The caret stays in the first two thirds, so that what it points at is seen too.
    let left: Vec<char> = before.chars().collect();
    let cut = match left.len() + after.chars().count() > room {
        true => left.len().saturating_sub(room * 2 / 3),
        false => 0,
    };
    let mut shown: String = left[cut..].iter().collect();
    if cut > 0 {
        shown.replace_range(..shown.chars().next().map_or(0, char::len_utf8), "…");
    }
    let caret = shown.width();
    shown.push_str(&after);
    if shown.chars().count() > room {
        shown = shown.chars().take(room - 1).collect();
        shown.push('…');
    }
    format!(
        "{line:>5} | {shown}\n      | {}{}\n",
        " ".repeat(caret),
        style.paint(Role::Error, "^")
    )
}

/// What is wrong with a line of a script.
#[must_use]
pub fn mistake_sentence(text: &Text, kind: &Kind) -> String {
    let shown = |value: &str| sanitise::line(value.as_bytes()).into_owned();
    match kind {
        Kind::TooLong => say!(
            text,
            "server-mistake-too-long",
            limit = (crate::script::MAX_SCRIPT / 1_048_576) as u64
        ),
        Kind::NotUtf8 => say!(text, "server-mistake-not-utf8"),
        Kind::MarkerUnknown => say!(text, "server-mistake-marker-unknown"),
        Kind::MarkerIndented => say!(text, "server-mistake-marker-indented"),
        Kind::BlankMissing => say!(text, "server-mistake-blank-missing"),
        Kind::RestMissing => say!(text, "server-mistake-rest-missing"),
        Kind::BraceOpen => say!(text, "server-mistake-brace-open"),
        Kind::BraceClose => say!(text, "server-mistake-brace-close"),
        Kind::ValueUnknown(name) => {
            say!(text, "server-mistake-value-unknown", name = shown(name))
        }
        Kind::ValueMisplaced(value) => say!(
            text,
            "server-mistake-value-misplaced",
            name = shown(&value.to_string())
        ),
        Kind::ParamUnknown(name) => {
            say!(text, "server-mistake-param-unknown", name = shown(name))
        }
        Kind::HostInvalid(host) => say!(text, "server-mistake-host-invalid", host = shown(host)),
        Kind::AlternativeEmpty => say!(text, "server-mistake-alternative-empty"),
        Kind::RegexInvalid(detail) => {
            // The library's message has several lines; the last one says what is wrong.
            let last = detail.lines().last().unwrap_or_default();
            let detail = shown(last.trim_start_matches("error: "));
            say!(text, "server-mistake-regex-invalid", detail = detail)
        }
        Kind::ActionUnknown(name) => {
            say!(text, "server-mistake-action-unknown", name = shown(name))
        }
        Kind::ArgumentUnwanted => say!(text, "server-mistake-argument-unwanted"),
        Kind::ArgumentMissing => say!(text, "server-mistake-argument-missing"),
        Kind::TimeInvalid(value) => {
            say!(text, "server-mistake-time-invalid", value = shown(value))
        }
        Kind::NumberInvalid(value) => {
            say!(text, "server-mistake-number-invalid", value = shown(value))
        }
        Kind::WordUnknown(value) => {
            say!(text, "server-mistake-word-unknown", value = shown(value))
        }
        Kind::PortsInvalid(value) => {
            say!(text, "server-mistake-ports-invalid", value = shown(value))
        }
        Kind::AddressInvalid(value) => {
            say!(text, "server-mistake-address-invalid", value = shown(value))
        }
        Kind::ParamInvalid => say!(text, "server-mistake-param-invalid"),
        Kind::SettingTwice(line) => say!(text, "server-mistake-setting-twice", line = *line),
        Kind::SettingLate => say!(text, "server-mistake-setting-late"),
        Kind::NotInGreeting => say!(text, "server-mistake-not-in-greeting"),
        Kind::CodeInvalid(value) => {
            say!(text, "server-mistake-code-invalid", value = shown(value))
        }
        Kind::PathOutside => say!(text, "server-mistake-path-outside"),
    }
}

/// Why a script that can be read is not played.
#[must_use]
pub fn refusal(text: &Text, name: &str, refusal: &Refusal) -> String {
    let Refusal::ForeignAddress { line, host } = refusal;
    let place = format!("{}:{line}", sanitise::line(name.as_bytes()));
    say!(
        text,
        "server-foreign-address",
        place = place,
        host = host.to_string()
    )
}

// ---- What --check finds ----------------------------------------------------------------------------------------------

/// What was found in a script, a line each with what it is about, and the count.
#[must_use]
pub fn findings(text: &Text, style: Style, name: &str, script: &Script, all: &[Finding]) -> String {
    let name = sanitise::line(name.as_bytes()).into_owned();
    if all.is_empty() {
        return format!("{}\n", say!(text, "server-check-fine", name = name));
    }
    let mut out = String::new();
    let (mut errors, mut warnings, mut announced) = (0u64, 0u64, 0u64);
    for finding in all {
        let place = if finding.line == 0 {
            name.clone()
        } else {
            format!("{name}:{}", finding.line)
        };
        let (line, role) = match &finding.what {
            What::Warning {
                trap,
                detail,
                expected,
            } => {
                let detail = sanitise::line(detail.as_bytes()).into_owned();
                let what = trap_sentence(text, *trap, detail);
                if *expected {
                    announced += 1;
                    let line = say!(
                        text,
                        "server-check-expected",
                        place = place,
                        name = trap.name(),
                        what = what
                    );
                    (line, Role::Remark)
                } else {
                    warnings += 1;
                    let line = say!(
                        text,
                        "server-check-warning",
                        place = place,
                        name = trap.name(),
                        what = what
                    );
                    (line, Role::Warning)
                }
            }
            wrong => {
                errors += 1;
                let what = error_sentence(text, wrong).unwrap_or_default();
                (
                    say!(text, "server-check-error", place = place, what = what),
                    Role::Error,
                )
            }
        };
        let _ = writeln!(
            out,
            "{}",
            style.paint(role, &wrap(&line, 0, 2, style.width()))
        );
        let source = script.lines.iter().find(|line| line.number == finding.line);
        if let Some(source) = source {
            let shown = beginning(&source.written);
            let _ = writeln!(
                out,
                "{:>5} | {}",
                finding.line,
                sanitise::line(shown.replace('\t', " ").as_bytes())
            );
        }
    }
    let line = say!(
        text,
        "server-check-summary",
        name = name,
        errors = errors,
        warnings = warnings,
        expected = announced
    );
    let _ = writeln!(out, "{line}");
    out
}

/// What is wrong with a script beyond its form; `None` for a warning.
#[must_use]
pub fn error_sentence(text: &Text, what: &What) -> Option<String> {
    Some(match what {
        What::FileMissing(path) => {
            let path = sanitise::line(path.as_bytes()).into_owned();
            say!(text, "server-check-file-missing", detail = path)
        }
        What::WarningUnknown(wanted) => {
            let names: Vec<&str> = Trap::ALL.iter().map(|trap| trap.name()).collect();
            say!(
                text,
                "server-check-warning-unknown",
                detail = sanitise::line(wanted.as_bytes()).into_owned(),
                names = names.join(", ")
            )
        }
        What::WarningAbsent(trap) => {
            say!(text, "server-check-warning-absent", detail = trap.name())
        }
        What::Warning { .. } => return None,
    })
}

/// What a trap does, and to whom.
#[must_use]
pub fn trap_sentence(text: &Text, trap: Trap, detail: String) -> String {
    let id = format!("server-warning-{}", trap.name());
    let mut sentence = text.say(&id, &[("detail", detail.into())]);
    let clients: Vec<&str> = trap.clients().iter().map(|client| client.name()).collect();
    if !clients.is_empty() {
        sentence.push_str(". ");
        sentence.push_str(&say!(
            text,
            "server-check-clients",
            clients = clients.join(", ")
        ));
    }
    sentence
}

// ---- What --self-test finds ------------------------------------------------------------------------------------------

/// What differed when a script was played against itself.
#[must_use]
pub fn self_test(
    text: &Text,
    style: Style,
    name: &str,
    script: &Script,
    plan: &Plan,
    all: &[Differs],
) -> String {
    let name = sanitise::line(name.as_bytes()).into_owned();
    let mut out = String::new();
    let mut tell = |line: u32, role: Role, what: String| {
        let place = if line == 0 {
            name.clone()
        } else {
            format!("{name}:{line}")
        };
        let told = say!(text, "server-mistake", place = place, what = what);
        let told = wrap(&told, 0, 2, style.width());
        let _ = writeln!(out, "{}", style.paint(role, &told));
        if let Some(source) = script.lines.iter().find(|source| source.number == line) {
            let shown = beginning(&source.written);
            let shown = sanitise::line(shown.replace('\t', " ").as_bytes()).into_owned();
            let _ = writeln!(out, "{line:>5} | {shown}");
        }
    };
    for differs in all {
        let (line, what) = match differs {
            Differs::Line { line, got } => {
                let got = sanitise::line(got).into_owned();
                (*line, say!(text, "server-test-line", got = got))
            }
            Differs::Silence { line } => (*line, say!(text, "server-test-silence")),
            Differs::Closed { line } => (*line, say!(text, "server-test-closed")),
            Differs::Data { line, got } => (*line, say!(text, "server-test-data", got = *got)),
            Differs::NoData { line } => (*line, say!(text, "server-test-no-data")),
            Differs::StaysOpen => (0, say!(text, "server-test-stays-open")),
        };
        tell(line, Role::Error, what);
    }
    for &line in &plan.unreached {
        tell(line, Role::Error, say!(text, "server-test-unreached"));
    }
    for &line in &plan.unsaid {
        tell(line, Role::Remark, say!(text, "server-test-unsaid"));
    }
    let line = say!(
        text,
        "server-test-summary",
        name = name,
        connections = plan.sessions.len() as u64,
        differs = (all.len() + plan.unreached.len()) as u64
    );
    let _ = writeln!(out, "{line}");
    out
}

// ---- The start -------------------------------------------------------------------------------------------------------

/// Where the server listens and what to type to reach it.
#[must_use]
pub fn start(text: &Text, style: Style, name: &str, script: &Script, at: &[SocketAddr]) -> String {
    let mut out = String::new();
    let title = match &script.settings.title {
        Some(title) => say!(
            text,
            "server-title",
            name = name.to_owned(),
            title = sanitise::line(title.as_bytes()).into_owned()
        ),
        None => name.to_owned(),
    };
    let _ = writeln!(out, "{}", style.paint(Role::Heading, &title));
    let addresses: Vec<String> = at.iter().map(ToString::to_string).collect();
    let _ = writeln!(
        out,
        "{}",
        say!(text, "server-listening", addresses = addresses.join(", "))
    );
    let Some(first) = at.first() else {
        return out;
    };
    for (client, line) in command_lines(*first) {
        let _ = writeln!(out, "  {client:<8} {}", style.paint(Role::Hint, &line));
    }
    let _ = writeln!(
        out,
        "{}",
        style.paint(Role::Remark, &say!(text, "server-end-how"))
    );
    out.push('\n');
    out
}

/// What to type for each client, to list what is there.
#[must_use]
pub fn command_lines(at: SocketAddr) -> Vec<(&'static str, String)> {
    // A server on every address is reached at this one.
    let ip = match at.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => "127.0.0.1".to_owned(),
        ip if ip.is_unspecified() => "::1".to_owned(),
        ip => ip.to_string(),
    };
    let port = at.port();
    let url = if at.is_ipv6() {
        format!("[{ip}]")
    } else {
        ip.clone()
    };
    vec![
        ("ftplab", format!("ftplab raw {ip} {port}")),
        ("curl", format!("curl ftp://{url}:{port}/")),
        ("wget", format!("wget ftp://{url}:{port}/hello.txt")),
        ("lftp", format!("lftp -p {port} {ip}")),
        ("ncftp", format!("ncftp -P {port} {ip}")),
        ("tnftp", format!("tnftp {ip} {port}")),
        (
            "ftplib",
            format!(
                "python3 -c \"from ftplib import FTP; f = FTP(); f.connect('{ip}', {port}); f.login(); f.dir()\""
            ),
        ),
    ]
}

/// A site for FileZilla's site manager: this server, plain FTP, anonymous, one connection, so that transfers stay on the
/// connection that a class watches.
#[must_use]
pub fn filezilla_site(at: SocketAddr) -> String {
    let ip = match at.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => "127.0.0.1".to_owned(),
        ip if ip.is_unspecified() => "::1".to_owned(),
        ip => ip.to_string(),
    };
    let port = at.port();
    // Protocol 6 is "only use plain FTP", logon type 0 is anonymous.
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FileZilla3>\n  <Servers>\n    <Server>\n      <Host>{ip}</Host>\n      \
         <Port>{port}</Port>\n      <Protocol>6</Protocol>\n      <Type>0</Type>\n      <Logontype>0</Logontype>\n      \
         <PasvMode>MODE_DEFAULT</PasvMode>\n      <MaximumMultipleConnections>1</MaximumMultipleConnections>\n      \
         <EncodingType>Auto</EncodingType>\n      <BypassProxy>0</BypassProxy>\n      <Name>ftplab {port}</Name>\n    \
         </Server>\n  </Servers>\n</FileZilla3>\n"
    )
}

// ---- What happens ----------------------------------------------------------------------------------------------------

/// The live view.
pub struct Live {
    text: Text,
    style: Style,
    /// The script's name, as shown before a line number.
    name: String,
    show_credentials: bool,
    /// When each connection began.
    connections: HashMap<u64, Nanos>,
}

impl Live {
    /// A view of a server that plays the script of this name.
    #[must_use]
    pub fn new(lang: Lang, style: Style, name: &str, show_credentials: bool) -> Live {
        Live {
            text: Text::new(lang),
            style,
            name: sanitise::line(name.as_bytes()).into_owned(),
            show_credentials,
            connections: HashMap::new(),
        }
    }

    /// What happened, as lines for a terminal; often none.
    pub fn happening(
        &mut self,
        play: &Play,
        connection: u64,
        at: Nanos,
        happening: &Happening<'_>,
    ) -> String {
        let mut out = String::new();
        if let Happening::Connected { .. } = happening {
            self.connections.insert(connection, at);
        }
        let text = &self.text;
        match happening {
            Happening::Connected { client, server } => {
                let line = say!(
                    text,
                    "server-connected",
                    client = client.to_string(),
                    server = server.to_string()
                );
                self.remark(&mut out, connection, at, Role::Remark, &line);
            }
            Happening::TurnedAway { client } => {
                let line = say!(text, "server-turned-away", client = client.to_string());
                self.remark(&mut out, connection, at, Role::Warning, &line);
            }
            Happening::Said { event, origin } => {
                self.said(&mut out, connection, event, *origin);
            }
            Happening::Notice(notice) => self.notice(&mut out, play, connection, at, notice),
            // The view of the server by hand says this.
            Happening::Asks(_) => {}
            Happening::PortOpened(address) => {
                let line = say!(text, "server-port-opened", address = address.to_string());
                self.remark(&mut out, connection, at, Role::Remark, &line);
            }
            Happening::DataOpened {
                from,
                to,
                active,
                wanted,
            } => {
                let (from, to) = (from.to_string(), to.to_string());
                let line = if *active {
                    say!(text, "server-data-called", from = from, to = to)
                } else {
                    say!(text, "server-data-opened", from = from, to = to)
                };
                self.remark(&mut out, connection, at, Role::Remark, &line);
                if let Some((port, _)) = wanted {
                    let line = say!(text, "server-data-port", port = port.to_string());
                    self.remark(&mut out, connection, at, Role::Remark, &line);
                }
            }
            Happening::Stranger(address) => {
                let line = say!(text, "server-stranger", address = address.to_string());
                self.remark(&mut out, connection, at, Role::Warning, &line);
            }
            Happening::Data {
                direction,
                bytes,
                name,
                fault,
                ..
            } => {
                let bytes = *bytes;
                let shown = |name: &&str| sanitise::line(name.as_bytes()).into_owned();
                let line = match (direction, name.as_ref().map(shown)) {
                    (Direction::Down, None) => say!(text, "server-data-sent", bytes = bytes),
                    (Direction::Down, Some(name)) => {
                        say!(text, "server-data-sent-file", bytes = bytes, name = name)
                    }
                    (Direction::Up, None) => say!(text, "server-data-received", bytes = bytes),
                    (Direction::Up, Some(name)) => {
                        say!(text, "server-data-kept", bytes = bytes, name = name)
                    }
                };
                let role = if fault.is_some() {
                    Role::Warning
                } else {
                    Role::Data
                };
                self.remark(&mut out, connection, at, role, &line);
            }
            Happening::Closed { by, how } => {
                let id = match (by, how) {
                    (Side::User, Close::Fin) => "server-closed-by-client",
                    (Side::User, Close::Rst) => "server-reset-by-client",
                    (Side::Server, Close::Fin) => "server-closed",
                    (Side::Server, Close::Rst) => "server-reset",
                };
                let line = text.say(id, &[]);
                self.remark(&mut out, connection, at, Role::Remark, &line);
            }
        }
        if let Happening::Closed { .. } = happening {
            self.connections.remove(&connection);
        }
        out
    }

    /// `#1     0.012  `.
    fn prefix(&self, connection: u64, at: Nanos) -> String {
        let since = self.connections.get(&connection).copied().unwrap_or(at);
        let seconds = at.saturating_sub(since) as f64 / 1e9;
        format!("#{connection:<3}{seconds:>8.3}  ")
    }

    fn remark(&self, out: &mut String, connection: u64, at: Nanos, role: Role, line: &str) {
        let prefix = self.prefix(connection, at);
        let wrapped = wrap(line, INDENT, INDENT, self.style.width());
        let _ = writeln!(out, "{prefix}{}", self.style.paint(role, &wrapped));
    }

    fn said(&self, out: &mut String, connection: u64, event: &Event<'_>, origin: Option<Origin>) {
        let style = self.style;
        match &event.what {
            event::What::Command(command) => {
                let line = secret::shown_line(command.line, self.show_credentials);
                let line = format!("C> {}", sanitise::line(&line));
                let prefix = self.prefix(connection, event.at);
                let _ = writeln!(out, "{prefix}{}", style.paint(Role::Command, &line));
            }
            event::What::ReplyLine(line) => {
                let role = match crate::ftp::reply::Head::of(line).code {
                    Some(code) => explain::role(code),
                    None => Role::OddReply,
                };
                let line = format!("S> {}", sanitise::line(line));
                let prefix = self.prefix(connection, event.at);
                let _ = writeln!(out, "{prefix}{}", style.paint(role, &line));
            }
            event::What::Reply(reply) => self.reply(out, reply, origin),
            event::What::Sealed if event.side == Side::User => {
                let line = say!(self.text, "server-tls");
                self.remark(out, connection, event.at, Role::Warning, &line);
            }
            event::What::Quirk(quirk) if quirk.kind.grade() > Grade::Remark => {
                let line = quirk::sentence(&self.text, quirk);
                self.remark(out, connection, event.at, Role::Warning, &line);
            }
            _ => {}
        }
    }

    /// Under a reply: which line of the script, and its digits.
    fn reply(&self, out: &mut String, reply: &Reply<'_>, origin: Option<Origin>) {
        let place = match origin {
            Some(Origin::Script(line)) => format!("{}:{line}", self.name),
            Some(Origin::Typed(Some(line))) => say!(
                self.text,
                "server-typed",
                place = format!("{}:{line}", self.name)
            ),
            Some(Origin::Typed(None)) => say!(self.text, "hand-typed"),
            Some(Origin::BuiltIn) => say!(self.text, "server-built-in"),
            Some(Origin::Player) | None => say!(self.text, "server-own-reply"),
        };
        let digits = match reply.code {
            Some(code) => explain::brief(&self.text, code),
            None => say!(self.text, "server-no-code"),
        };
        let start = INDENT + place.width() + 2;
        let digits = wrap(&digits, start, INDENT, self.style.width());
        let painted = self
            .style
            .paint(Role::Remark, &format!("{place}  {digits}"));
        let _ = writeln!(out, "{:INDENT$}{painted}", "");
    }

    fn notice(&self, out: &mut String, play: &Play, connection: u64, at: Nanos, notice: &Notice) {
        let text = &self.text;
        let place = |line: u32| format!("{}:{line}", self.name);
        match notice {
            // The desk tells what happens by hand.
            Notice::Block(_) | Notice::ByHand(_) => {}
            Notice::Unmatched {
                nearest, expected, ..
            } => {
                let line = match nearest {
                    None => say!(text, "server-unmatched"),
                    Some(near) => say!(
                        text,
                        "server-unmatched-near",
                        place = place(near.line),
                        pattern = pattern_of(&play.script, near.line),
                        why = why(text, near.why)
                    ),
                };
                self.remark(out, connection, at, Role::Warning, &line);
                if let Some(line) = expected.filter(|line| nearest.is_none_or(|n| n.line != *line))
                {
                    let line = say!(
                        text,
                        "server-expected",
                        place = place(line),
                        pattern = pattern_of(&play.script, line)
                    );
                    self.remark(out, connection, at, Role::Remark, &line);
                }
            }
            Notice::Skipped { line, fault } => {
                let line = say!(
                    text,
                    "server-skipped",
                    place = place(*line),
                    why = fault_sentence(text, *fault)
                );
                self.remark(out, connection, at, Role::Warning, &line);
            }
            Notice::Aborted(line) => {
                let line = say!(text, "server-aborted", place = place(*line));
                self.remark(out, connection, at, Role::Remark, &line);
            }
            Notice::Looping(count) => {
                let line = say!(text, "server-looping", count = *count);
                self.remark(out, connection, at, Role::Warning, &line);
            }
            Notice::Stalled(time) => {
                let line = say!(text, "server-stalled", seconds = time.as_secs());
                self.remark(out, connection, at, Role::Warning, &line);
            }
            Notice::Idle(time) => {
                let line = say!(text, "server-idle", seconds = time.as_secs());
                self.remark(out, connection, at, Role::Warning, &line);
            }
        }
    }
}

/// As much of a line as is shown, see [`MAX_SHOWN`].
fn beginning(written: &str) -> String {
    match written.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &written[..end]),
        None => written.to_owned(),
    }
}

/// The pattern in a line of the script.
fn pattern_of(script: &Script, number: u32) -> String {
    let line = script.lines.iter().find(|line| line.number == number);
    match line.map(|line| &line.item) {
        Some(Item::Step(pattern) | Item::Rule(pattern)) => {
            let written = beginning(&pattern.to_string());
            sanitise::line(written.as_bytes()).into_owned()
        }
        _ => String::new(),
    }
}

fn why(text: &Text, why: Why) -> String {
    text.say(
        match why {
            Why::Pattern(WhyNot::Case) => "server-why-case",
            Why::Pattern(WhyNot::ArgumentMissing) => "server-why-argument-missing",
            Why::Pattern(WhyNot::ArgumentUnwanted) => "server-why-argument-unwanted",
            Why::Pattern(WhyNot::Argument) => "server-why-argument",
            Why::Pattern(WhyNot::Regex) => "server-why-regex",
            Why::Pattern(WhyNot::Verb) => "server-why-verb",
            Why::Later => "server-why-later",
            Why::Done => "server-why-done",
        },
        &[],
    )
}

/// What went wrong with a data connection, as a phrase.
#[must_use]
pub fn fault_sentence(text: &Text, fault: DataFault) -> String {
    match fault {
        DataFault::NotAgreed => say!(text, "server-fault-not-agreed"),
        DataFault::Foreign(address) => {
            say!(text, "server-fault-foreign", address = address.to_string())
        }
        DataFault::NobodyCame => say!(text, "server-fault-nobody-came"),
        DataFault::StrangersCame => say!(text, "server-fault-strangers-came"),
        DataFault::NotReached => say!(text, "server-fault-not-reached"),
        DataFault::Lost => say!(text, "server-fault-lost"),
        DataFault::TooMuch => say!(text, "server-fault-too-much"),
        DataFault::NoFile => say!(text, "server-fault-no-file"),
        DataFault::Shortened => say!(text, "server-fault-shortened"),
        DataFault::NotStored => say!(text, "server-fault-not-stored"),
        DataFault::NoPort => say!(text, "server-fault-no-port"),
        DataFault::NoIpv4 => say!(text, "server-fault-no-ipv4"),
    }
}

// ---- The end ---------------------------------------------------------------------------------------------------------

/// How many things happened.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Tally {
    /// Control connections.
    pub connections: u64,
    /// Commands that came.
    pub commands: u64,
    /// Replies that were sent.
    pub replies: u64,
    /// Commands that nothing in the script took.
    pub unmatched: u64,
    /// Transfers on data connections.
    pub transfers: u64,
    /// Bytes that clients sent on data connections.
    pub up: u64,
    /// Bytes that were sent to clients on data connections.
    pub down: u64,
}

impl Tally {
    /// Counts what happened.
    pub fn count(&mut self, happening: &Happening<'_>) {
        match happening {
            Happening::Connected { .. } => self.connections += 1,
            Happening::Said { event, .. } => match event.what {
                event::What::Command(_) => self.commands += 1,
                event::What::Reply(_) => self.replies += 1,
                _ => {}
            },
            Happening::Notice(Notice::Unmatched { .. }) => self.unmatched += 1,
            Happening::Data {
                direction, bytes, ..
            } => {
                self.transfers += 1;
                match direction {
                    Direction::Up => self.up += bytes,
                    Direction::Down => self.down += bytes,
                }
            }
            _ => {}
        }
    }
}

/// The blocks (the lines of their patterns) that were used, and those that never were.
#[must_use]
pub fn blocks_used(play: &Play) -> (Vec<u32>, Vec<u32>) {
    let script = &play.script;
    let (used, unused): (Vec<_>, Vec<_>) = script
        .blocks
        .iter()
        .partition(|block| play.uses(block.head) > 0);
    let lines = |blocks: Vec<_>| {
        blocks
            .into_iter()
            .map(|block| script.line_of(block))
            .collect()
    };
    (lines(used), lines(unused))
}

/// What was used and what never, in the end.
#[must_use]
pub fn summary(text: &Text, style: Style, name: &str, play: &Play, tally: &Tally) -> String {
    let mut out = String::from("\n");
    let line = say!(
        text,
        "server-summary",
        connections = tally.connections,
        commands = tally.commands,
        transfers = tally.transfers,
        up = tally.up,
        down = tally.down
    );
    let _ = writeln!(out, "{}", wrap(&line, 0, 0, style.width()));
    let (used, unused) = blocks_used(play);
    if tally.connections > 0 && !used.is_empty() {
        let name = sanitise::line(name.as_bytes());
        let used: Vec<String> = used.iter().map(ToString::to_string).collect();
        let line = say!(
            text,
            "server-lines-used",
            name = name.as_ref(),
            lines = used.join(", ")
        );
        let _ = writeln!(out, "{}", wrap(&line, 0, 2, style.width()));
        if !unused.is_empty() {
            let unused: Vec<String> = unused.iter().map(ToString::to_string).collect();
            let line = say!(
                text,
                "server-lines-unused",
                name = name.as_ref(),
                lines = unused.join(", ")
            );
            let _ = writeln!(out, "{}", wrap(&line, 0, 2, style.width()));
        }
    }
    out
}

// ---- JSON Lines ------------------------------------------------------------------------------------------------------

#[derive(Serialize)]
struct Listening {
    address: SocketAddr,
}

/// The `listening` line of an address.
#[must_use]
pub fn json_listening(program: Option<Program>, address: SocketAddr) -> String {
    json::line("listening", program, &Listening { address })
}

#[derive(Serialize)]
struct Summary<'a> {
    #[serde(flatten)]
    tally: &'a Tally,
    /// The lines of the patterns that were used.
    used: Vec<u32>,
    /// The lines of those that never were.
    unused: Vec<u32>,
}

/// The `summary` line.
#[must_use]
pub fn json_summary(program: Option<Program>, play: &Play, tally: &Tally) -> String {
    let (used, unused) = blocks_used(play);
    let summary = Summary {
        tally,
        used,
        unused,
    };
    json::line("summary", program, &summary)
}

#[derive(Serialize)]
struct Connected {
    connection: u64,
    time: Time,
    from: SocketAddr,
    to: SocketAddr,
}

#[derive(Serialize)]
struct Closed {
    connection: u64,
    time: Time,
    by: &'static str,
    end: &'static str,
}

#[derive(Serialize)]
struct Data<'a> {
    connection: u64,
    time: Time,
    direction: &'static str,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Bytes<'a>>,
    /// True where all of it was moved.
    complete: bool,
    /// The first bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Bytes<'a>>,
}

#[derive(Serialize)]
struct DataConnected {
    connection: u64,
    time: Time,
    from: SocketAddr,
    to: SocketAddr,
    /// The server dialled.
    active: bool,
}

#[derive(Serialize)]
struct Unmatched<'a> {
    connection: u64,
    time: Time,
    command: Bytes<'a>,
    /// The line of the nearest pattern.
    nearest: Option<u32>,
}

/// The JSON line of what happened; `None` where there is none.
#[must_use]
pub fn json_happening(
    program: Option<Program>,
    connection: u64,
    at: Nanos,
    happening: &Happening<'_>,
    show_credentials: bool,
) -> Option<String> {
    let time = Time(at);
    let place = Place {
        connection: Some(connection),
        ..Place::default()
    };
    Some(match happening {
        Happening::Connected { client, server } => json::line(
            "connected",
            program,
            &Connected {
                connection,
                time,
                from: *client,
                to: *server,
            },
        ),
        Happening::Said { event, origin } => match &event.what {
            event::What::Command(command) => {
                let fields = json::command(place, event.at, command, show_credentials);
                json::line("command", program, &fields)
            }
            event::What::Reply(reply) => {
                let mut fields = json::reply(place, event.at, reply);
                fields.script_line = match origin {
                    Some(Origin::Script(line) | Origin::Typed(Some(line))) => {
                        Some(u64::from(*line))
                    }
                    _ => None,
                };
                json::line("reply", program, &fields)
            }
            event::What::Negotiation(negotiation) => {
                let fields = json::negotiation(place, event.at, negotiation);
                json::line("negotiation", program, &fields)
            }
            _ => return None,
        },
        Happening::Notice(Notice::Unmatched {
            command, nearest, ..
        }) => {
            let shown = secret::shown_line(command, show_credentials);
            let fields = Unmatched {
                connection,
                time,
                command: Bytes(&shown),
                nearest: nearest.map(|near| near.line),
            };
            json::line("unmatched", program, &fields)
        }
        Happening::Data {
            direction,
            bytes,
            name,
            fault,
            sample,
        } => json::line(
            "data",
            program,
            &Data {
                connection,
                time,
                direction: match direction {
                    Direction::Up => "up",
                    Direction::Down => "down",
                },
                bytes: *bytes,
                name: name.map(|name| Bytes(name.as_bytes())),
                complete: fault.is_none(),
                head: json::head(sample),
            },
        ),
        Happening::DataOpened {
            from, to, active, ..
        } => json::line(
            "data-connected",
            program,
            &DataConnected {
                connection,
                time,
                from: *from,
                to: *to,
                active: *active,
            },
        ),
        Happening::Closed { by, how } => json::line(
            "closed",
            program,
            &Closed {
                connection,
                time,
                by: match by {
                    Side::Server => "self",
                    Side::User => "peer",
                },
                end: match how {
                    Close::Fin => "fin",
                    Close::Rst => "rst",
                },
            },
        ),
        _ => return None,
    })
}

// ---- The log ---------------------------------------------------------------------------------------------------------

/// The log of one dialogue, in the notation.
pub struct DialogueLog {
    log: log::Log,
    text: String,
}

impl DialogueLog {
    /// The log of a connection.
    #[must_use]
    pub fn new(connection: u64, show_credentials: bool) -> DialogueLog {
        let log = log::Log::new(show_credentials);
        DialogueLog {
            text: log.comment(&format!("#{connection}")),
            log,
        }
    }

    /// Notes what happened.
    pub fn happening(&mut self, happening: &Happening<'_>) {
        match happening {
            Happening::Connected { client, server } => {
                let line = self.log.comment(&format!("{client} > {server}"));
                self.text.push_str(&line);
            }
            Happening::Said { event, .. } => self.text.push_str(&self.log.event(event)),
            Happening::Data {
                direction,
                bytes,
                sample,
                ..
            } => {
                let down = *direction == Direction::Down;
                self.text.push_str(&self.log.data(sample, *bytes, down));
            }
            Happening::Closed { .. } => self.text.push('\n'),
            _ => {}
        }
    }

    /// What was noted.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What was noted; from here on it begins anew.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
