//! What `raw` shows: the dialogue in the notation (`C>`, `S>`, `D>`), under each reply its digits, and remarks. Lines of
//! the wire go through the sanitiser; everything of ftplab's own is indented, so that neither is taken for the other.

mod state;

use std::net::SocketAddr;

use super::{
    explain, quirk, sanitise,
    style::{Role, Style},
    text::Text,
    wrap::wrap,
};
use crate::{
    ftp::{
        code::ReplyCode,
        command::Verb,
        dialogue::Close,
        endpoint,
        event::{Event, What},
        quirk::{Grade, Kind},
        reply::Head,
        secret,
        session::Negotiation,
        side::Side,
    },
    say,
    script::{coach::Remark, console},
};

/// How much is said about each reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explain {
    /// A line for each digit.
    Full,
    /// One line.
    Brief,
    /// Nothing.
    Off,
}

/// How many columns ftplab's own lines are indented.
const INDENT: usize = 3;
/// How wide the local commands are in `/help`.
const USAGE: usize = 33;
/// How many characters of one line of the wire are shown; the rest is counted. All of it is in a log.
const SHOWN: usize = 2000;

/// Makes the lines of `raw`.
pub struct Raw<'a> {
    /// The sentences.
    pub text: &'a Text,
    /// How they are dressed.
    pub style: Style,
    /// How much is said about each reply.
    pub explain: Explain,
    /// Remarks about what to do next are made.
    pub hints: bool,
    /// Without them, where our own end of the connection is stands alone.
    pub own_end: bool,
    /// Commands are shown too (they were not typed on this screen).
    pub echo: bool,
    /// Passwords are shown.
    pub show_credentials: bool,
}

impl Raw<'_> {
    /// A remark of ftplab's own, wrapped and indented, with its line end.
    #[must_use]
    pub fn remark(&self, role: Role, sentence: &str) -> String {
        self.marked(role, "", sentence)
    }

    /// The same behind an arrow: what to do.
    fn hint(&self, sentence: &str) -> String {
        self.marked(Role::Hint, "→ ", sentence)
    }

    fn marked(&self, role: Role, mark: &str, sentence: &str) -> String {
        let mut out = String::new();
        let hang = INDENT + mark.chars().count();
        for (at, part) in sentence.lines().enumerate() {
            // A line that begins with blanks is a command to type: it is not broken.
            let lead = if at == 0 { mark } else { "" };
            let column = if at == 0 {
                hang
            } else {
                hang + part.len() - part.trim_start().len()
            };
            let body = if part.starts_with(' ') {
                format!("{}{}", " ".repeat(column), part.trim_start())
            } else {
                let pad = if at == 0 { INDENT } else { hang };
                format!(
                    "{}{lead}{}",
                    " ".repeat(pad),
                    wrap(part, hang, hang, self.style.width())
                )
            };
            for line in body.lines() {
                out.push_str(&self.style.paint(role, line));
                out.push('\n');
            }
        }
        out
    }

    /// `S> …`, or any other mark, and a line of the wire.
    fn wire(&self, role: Role, mark: &str, line: &[u8]) -> String {
        let shown = sanitise::line(line);
        let cut = shown.char_indices().nth(SHOWN).map(|(at, _)| at);
        let mut out = match cut {
            None => self.style.paint(role, &format!("{mark} {shown}")),
            Some(at) => {
                let rest = say!(
                    self.text,
                    "raw-line-cut",
                    count = line.len() - at.min(line.len())
                );
                format!(
                    "{} {rest}",
                    self.style.paint(role, &format!("{mark} {}", &shown[..at]))
                )
            }
        };
        out.push('\n');
        out
    }

    /// What an event looks like.
    pub fn event(&self, event: &Event<'_>, out: &mut String) {
        match &event.what {
            What::Command(command) if self.echo => {
                let line = secret::shown_line(command.line, self.show_credentials);
                out.push_str(&self.wire(Role::Command, "C>", &line));
            }
            What::ReplyLine(line) => {
                let role = match Head::of(line).code {
                    Some(code) if code.is_negative() => Role::BadReply,
                    Some(_) => Role::GoodReply,
                    None => Role::OddReply,
                };
                out.push_str(&self.wire(role, "S>", line));
            }
            What::Reply(reply) => {
                if let Some(code) = reply.code {
                    out.push_str(&self.digits(code));
                }
            }
            What::Quirk(quirk)
                if self.explain != Explain::Off && quirk.kind.grade() > Grade::Remark
                // One's own slips are told with the reply to them; a hidden CR or NUL cannot be typed.
                && (quirk.side == Side::Server
                    || matches!(quirk.kind, Kind::BadEndpoint { .. } | Kind::PortZero { .. })) =>
            {
                let role = if quirk.kind.grade() == Grade::Fault {
                    Role::Warning
                } else {
                    Role::Remark
                };
                out.push_str(&self.marked(role, "! ", &quirk::with_rule(self.text, quirk)));
            }
            _ => {}
        }
    }

    /// The explanation under a reply.
    #[must_use]
    pub fn digits(&self, code: ReplyCode) -> String {
        match self.explain {
            Explain::Full => explain::full(self.text, self.style, code, INDENT),
            Explain::Brief => self.remark(Role::Remark, &explain::brief(self.text, code)),
            Explain::Off => String::new(),
        }
    }

    /// What the coach says; empty where hints are not wanted.
    #[must_use]
    pub fn coach(&self, remark: &Remark) -> String {
        if !self.hints {
            return String::new();
        }
        let text = self.text;
        let sentence = match remark {
            Remark::SendPass { anonymous: true } => say!(text, "raw-hint-pass-anonymous"),
            Remark::SendPass { anonymous: false } => say!(text, "raw-hint-pass"),
            Remark::LoginFirst => say!(text, "raw-hint-login-first"),
            Remark::Dial(negotiation) => return self.dial(negotiation),
            Remark::DialPeerInstead { named, instead } => say!(
                text,
                "raw-hint-other-host",
                named = named.ip().to_string(),
                peer = instead.ip().to_string(),
                instead = instead.to_string()
            ),
            Remark::BeListening(address) => {
                say!(
                    text,
                    "raw-hint-be-listening",
                    address = address.to_string(),
                    listen = listen_argument(*address)
                )
            }
            Remark::PortRefused { third_party: true } => say!(text, "raw-hint-port-third-party"),
            Remark::PortRefused { third_party: false } => say!(text, "raw-hint-port-refused"),
            Remark::NoDataConnection => say!(text, "raw-hint-no-data-connection"),
            Remark::DefaultPortTried { user_port } => {
                say!(
                    text,
                    "raw-hint-default-port",
                    port = user_port.map_or("?".to_owned(), |port| port.to_string())
                )
            }
            Remark::ServerWaits(negotiation) => {
                let address = negotiation
                    .listen
                    .map_or_else(String::new, |listen| listen.to_string());
                say!(text, "raw-hint-server-waits", address = address)
            }
            Remark::TransferWaits { verb } => {
                say!(text, "raw-hint-transfer-waits", verb = verb.name())
            }
            Remark::ClientWord { word, verb } => say!(
                text,
                "raw-hint-client-word",
                word = sanitise::line(word.as_bytes()).into_owned(),
                verb = verb.name()
            ),
            Remark::Slip { verbs } => {
                let verbs: Vec<&str> = verbs.iter().map(|verb| verb.name()).collect();
                say!(text, "raw-hint-slip", verbs = verbs.join(", "))
            }
            Remark::NoWord => say!(text, "raw-hint-no-word"),
            Remark::UsedUp { verb } => say!(text, "raw-hint-used-up", verb = verb.name()),
            Remark::TlsExpected => say!(text, "raw-hint-tls"),
            Remark::ServerCloses(_) => say!(text, "raw-hint-server-closes"),
        };
        self.hint(&sentence)
    }

    /// The arithmetic of a passive reply, and what to type next.
    fn dial(&self, negotiation: &Negotiation) -> String {
        let Some(listen) = negotiation.listen else {
            return String::new();
        };
        let mut sentence = String::new();
        if let Some((high, low)) = negotiation.stated.as_ref().and_then(|stated| stated.bytes) {
            sentence.push_str(&say!(
                self.text,
                "raw-hint-arithmetic",
                high = u16::from(high).to_string(),
                low = u16::from(low).to_string(),
                port = listen.port().to_string()
            ));
            sentence.push('\n');
        } else {
            sentence.push_str(&say!(
                self.text,
                "raw-hint-port-only",
                port = listen.port().to_string()
            ));
            sentence.push('\n');
        }
        let quoted = endpoint::tuple(listen)
            .filter(|_| negotiation.verb == Verb::Pasv)
            .unwrap_or_else(|| listen.to_string());
        sentence.push_str(&say!(
            self.text,
            "raw-hint-dial",
            address = listen.to_string(),
            quoted = quoted
        ));
        self.hint(&sentence)
    }

    /// An address is being tried.
    #[must_use]
    pub fn trying(&self, address: SocketAddr) -> String {
        let ip = address.ip().to_string();
        self.remark(
            Role::Remark,
            &say!(
                self.text,
                "raw-trying",
                address = ip,
                port = address.port().to_string()
            ),
        )
    }

    /// An address did not answer, and there are others.
    #[must_use]
    pub fn not_there(&self, address: SocketAddr, why: &str) -> String {
        self.remark(
            Role::Warning,
            &say!(
                self.text,
                "raw-not-there",
                address = address.to_string(),
                why = why
            ),
        )
    }

    /// The connection stands: to what, from where, and who is who.
    #[must_use]
    pub fn connected(&self, user: SocketAddr, server: SocketAddr) -> String {
        let mut out = self.remark(
            Role::Heading,
            &say!(self.text, "raw-connected", server = server.to_string()),
        );
        if self.hints {
            out.push_str(&self.remark(
                Role::Remark,
                &say!(
                    self.text,
                    "raw-who-is-who",
                    user = user.to_string(),
                    server = server.to_string()
                ),
            ));
        } else if self.own_end {
            // In a lab who is who is a question; where our own end is can be read here.
            let told = say!(self.text, "raw-own-end", user = user.to_string());
            out.push_str(&self.remark(Role::Remark, &told));
        }
        out
    }

    /// How to leave and to get help, once, on a terminal.
    #[must_use]
    pub fn invitation(&self) -> String {
        self.remark(Role::Remark, &say!(self.text, "raw-invitation"))
    }

    /// The server has ended the connection.
    #[must_use]
    pub fn closed(&self, how: Close, expected: bool, interactive: bool) -> String {
        let sentence = match (how, expected) {
            (Close::Fin, true) => say!(self.text, "raw-closed"),
            (Close::Fin, false) => say!(self.text, "raw-closed-unasked"),
            (Close::Rst, _) => say!(self.text, "raw-reset"),
        };
        let mut out = self.remark(
            if expected {
                Role::Remark
            } else {
                Role::Warning
            },
            &sentence,
        );
        if interactive {
            out.push_str(&self.hint(&say!(self.text, "raw-after-close")));
        }
        out
    }

    /// A line has begun and does not end.
    #[must_use]
    pub fn unfinished(&self, bytes: &[u8]) -> String {
        let mut out = self.wire(Role::OddReply, "S>", bytes);
        out.push_str(&self.remark(
            Role::Warning,
            &say!(self.text, "raw-no-line-end", count = bytes.len()),
        ));
        out
    }

    /// The local commands (`/help`).
    #[must_use]
    pub fn help(&self) -> String {
        let mut out = self.remark(Role::Heading, &say!(self.text, "raw-help-head"));
        for (command, rest) in console::LOCAL {
            let what = say!(self.text, &format!("raw-help-{}", &command[1..]));
            let usage = format!("{command} {rest}");
            let column = INDENT + USAGE + 1;
            let body = wrap(&what, column, column, self.style.width());
            out.push_str(&format!(
                "{:INDENT$}{} {body}\n",
                "",
                self.style.paint(Role::Command, &format!("{usage:<USAGE$}"))
            ));
        }
        out.push_str(&self.remark(Role::Remark, &say!(self.text, "raw-help-keys")));
        out
    }

    /// A line of a data connection.
    #[must_use]
    pub fn data(&self, line: &[u8]) -> String {
        self.wire(Role::Data, "D>", line)
    }

    /// Whether the port that the server dialled from is the one next to its control port (RFC 959 3.2).
    #[must_use]
    pub fn judge(&self, from: SocketAddr, control: SocketAddr) -> String {
        let wanted = control.port().wrapping_sub(1);
        let judgement = if from.port() == wanted {
            say!(
                self.text,
                "raw-listen-l1",
                control = control.port().to_string()
            )
        } else {
            say!(self.text, "raw-listen-not-l1", wanted = wanted.to_string())
        };
        let sentence = say!(
            self.text,
            "raw-listen-from",
            from = from.to_string(),
            port = from.port().to_string(),
            judgement = judgement
        );
        self.remark(Role::Remark, &sentence)
    }
}

/// The lines of a data connection, put together from the pieces in which they come.
#[derive(Debug, Default)]
pub struct DataLines {
    carry: Vec<u8>,
    /// The beginning of this line was shown already.
    broken: bool,
}

/// How long a line of data may be before it is shown in pieces: no longer than what is shown of a line.
const MAX_DATA_LINE: usize = SHOWN;

impl DataLines {
    /// The lines that end in these bytes.
    pub fn feed(&mut self, view: &Raw<'_>, mut bytes: &[u8]) -> String {
        let mut out = String::new();
        while !bytes.is_empty() {
            let room = bytes.len().min(MAX_DATA_LINE - self.carry.len());
            let end = bytes[..room].iter().position(|&b| b == b'\n');
            let end = end.map_or(room, |at| at + 1);
            self.carry.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end..];
            if self.carry.ends_with(b"\n") || self.carry.len() == MAX_DATA_LINE {
                out.push_str(&self.take(view));
            }
        }
        out
    }

    /// What is left when the connection ends.
    pub fn finish(&mut self, view: &Raw<'_>) -> String {
        if self.carry.is_empty() {
            String::new()
        } else {
            self.take(view)
        }
    }

    fn take(&mut self, view: &Raw<'_>) -> String {
        let ended = self.carry.strip_suffix(b"\n");
        let line = ended.unwrap_or(&self.carry);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // Nothing but the end of a line that has been shown is no line of its own.
        let shown = match self.broken && line.is_empty() {
            true => String::new(),
            false => view.data(line),
        };
        self.broken = ended.is_none();
        self.carry.clear();
        shown
    }
}

/// What `ftplab listen` is given for this address: the port alone where it is loopback.
fn listen_argument(address: SocketAddr) -> String {
    if address.ip() == std::net::IpAddr::from([127, 0, 0, 1]) {
        address.port().to_string()
    } else {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ftp::dialogue::Dialogue, view::text::Lang};

    #[test]
    fn every_remark_has_its_sentence_within_eighty_columns_in_both_languages() {
        let address: SocketAddr = "192.168.52.7:52659".parse().expect("an address");
        let mut negotiation = None;
        let ends = crate::ftp::dialogue::Ends {
            server: Some(address),
            ..Default::default()
        };
        let mut dialogue = Dialogue::new(ends);
        let bytes = b"227 Entering Passive Mode (192,168,52,7,205,179)\r\n";
        dialogue.feed(Side::Server, b"220 x\r\n", 0, &mut |_| {});
        dialogue.feed(Side::User, b"PASV\r\n", 0, &mut |_| {});
        dialogue.feed(Side::Server, bytes, 0, &mut |event| {
            if let What::Negotiation(agreed) = event.what {
                negotiation = Some(Box::new(agreed.clone()));
            }
        });
        let negotiation = negotiation.expect("agreed on");
        let remarks = [
            Remark::SendPass { anonymous: true },
            Remark::SendPass { anonymous: false },
            Remark::LoginFirst,
            Remark::Dial(negotiation.clone()),
            Remark::DialPeerInstead {
                named: address,
                instead: address,
            },
            Remark::BeListening(address),
            Remark::PortRefused { third_party: true },
            Remark::PortRefused { third_party: false },
            Remark::NoDataConnection,
            Remark::DefaultPortTried {
                user_port: Some(40000),
            },
            Remark::ServerWaits(negotiation),
            Remark::TransferWaits { verb: Verb::Retr },
            Remark::ClientWord {
                word: "ls\u{1b}".into(),
                verb: Verb::List,
            },
            Remark::Slip {
                verbs: vec![Verb::User],
            },
            Remark::NoWord,
            Remark::UsedUp { verb: Verb::Pasv },
            Remark::TlsExpected,
            Remark::ServerCloses(ReplyCode::new(421).expect("three digits")),
        ];
        for lang in [Lang::En, Lang::Fr] {
            let text = Text::new(lang);
            let view = Raw {
                text: &text,
                style: Style::plain(),
                explain: Explain::Full,
                hints: true,
                own_end: false,
                echo: false,
                show_credentials: false,
            };
            for remark in &remarks {
                let shown = view.coach(remark);
                assert!(
                    shown.contains("→") && !shown.contains(['$', '\u{1b}']),
                    "{lang:?} {remark:?}: {shown}"
                );
                for line in shown.lines() {
                    assert!(line.chars().count() <= 80, "{line}");
                }
            }
            assert!(view.coach(&remarks[3]).contains("205 × 256 + 179 = 52659"));
        }
    }

    #[test]
    fn data_lines_come_whole_whatever_the_pieces() {
        let text = Text::new(Lang::En);
        let view = Raw {
            text: &text,
            style: Style::plain(),
            explain: Explain::Off,
            hints: false,
            own_end: false,
            echo: false,
            show_credentials: false,
        };
        let shown = |stream: &[u8], cut: usize| {
            let mut lines = DataLines::default();
            let mut shown = lines.feed(&view, &stream[..cut]);
            shown.push_str(&lines.feed(&view, &stream[cut..]));
            shown.push_str(&lines.finish(&view));
            shown
        };
        let stream = b"one\r\ntwo\n\nthree";
        for cut in 0..stream.len() {
            let whole = "D> one\nD> two\nD> \nD> three\n";
            assert_eq!(shown(stream, cut), whole, "cut at {cut}");
        }
        // A line that is too long, one that is just as long as a piece, and an empty one.
        let piece = "x".repeat(MAX_DATA_LINE);
        let stream = format!("{piece}yy\n{piece}\n\n");
        for cut in 0..=stream.len() {
            let pieces = format!("D> {piece}\nD> yy\nD> {piece}\nD> \n");
            assert_eq!(shown(stream.as_bytes(), cut), pieces, "cut at {cut}");
        }
    }
}
