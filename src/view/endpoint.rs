//! End points explained: the arithmetic of a port's two bytes in both directions, who can reach an address, what to type
//! next.

use std::{borrow::Cow, net::SocketAddr};

use unicode_width::UnicodeWidthStr;

use super::{
    pasted, quirk,
    style::{Role, Style},
    text::Text,
    wrap::{paragraph, wrap},
};
use crate::{
    ftp::{
        endpoint,
        paste::{Kind, Listener, Pasted},
        scope::{Judgement, Scope},
    },
    say,
};

/// An end point that was understood, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Explained<'a> {
    /// The text it stands in.
    pub input: &'a [u8],
    /// What it says.
    pub pasted: &'a Pasted,
    /// Where it leads; `None` where the host is not known.
    pub address: Option<SocketAddr>,
    /// What there is to say against it.
    pub judgements: &'a [Judgement],
    /// The host to connect to instead, where the text names another one than the server's.
    pub instead: Option<SocketAddr>,
}

/// `205 × 256 + 179 = 52659`: the port that two bytes make.
#[must_use]
pub fn sum(high: u8, low: u8) -> String {
    let port = u16::from_be_bytes([high, low]);
    format!("{high} × 256 + {low} = {port}")
}

/// `5000 ÷ 256 = 19 remainder 136`: the two bytes that make a port.
#[must_use]
pub fn division(text: &Text, port: u16) -> String {
    let (high, low) = endpoint::port_bytes(port);
    say!(
        text,
        "endpoint-division",
        port = port.to_string(),
        high = high.to_string(),
        low = low.to_string()
    )
}

/// Which byte is which.
fn order(text: &Text, high: u8, low: u8) -> String {
    say!(
        text,
        "endpoint-order",
        high = high.to_string(),
        low = low.to_string()
    )
}

/// The same bytes where two digits are a byte, so that the port is the one behind the other.
fn hexadecimal(text: &Text, high: u8, low: u8) -> String {
    let port = u16::from_be_bytes([high, low]);
    let sum = format!("0x{high:02X} 0x{low:02X} → 0x{port:04X} = {port}");
    say!(text, "endpoint-hexadecimal", sum = sum)
}

/// An argument for the shell: in quotes where it holds anything that a shell would read.
#[must_use]
pub fn quoted(argument: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.,:/@%+=".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return Cow::Borrowed(argument);
    }
    Cow::Owned(format!("'{}'", argument.replace('\'', r"'\''")))
}

/// The commands that open a connection to `address`, ftplab's own first.
#[must_use]
pub fn to_dial(address: SocketAddr) -> [String; 3] {
    let written = endpoint::tuple(address).unwrap_or_else(|| address.to_string());
    let (host, port) = (address.ip().to_canonical(), address.port());
    [
        format!("ftplab pasv-calc --connect {}", quoted(&written)),
        format!("telnet {host} {port}"),
        format!("nc {host} {port}"),
    ]
}

/// The commands that wait at `address`, ftplab's own first.
#[must_use]
fn to_listen(address: SocketAddr) -> [String; 2] {
    let (host, port) = (address.ip().to_canonical(), address.port());
    let place = SocketAddr::new(host, port).to_string();
    [
        format!("ftplab listen {}", quoted(&place)),
        format!("nc -l {host} {port}"),
    ]
}

/// Everything about an end point; `next`: what to type next is told too.
#[must_use]
pub fn explained(text: &Text, style: Style, shown: &Explained<'_>, next: bool) -> String {
    let mut out = pasted::marked(text, style, shown.input, shown.pasted);
    let mut rows = Rows::new(text, style);
    let stated = &shown.pasted.stated;
    let port = stated.endpoint.port;
    match (shown.pasted.kind, stated.bytes) {
        (Kind::Address, _) => reverse(&mut rows, shown),
        (_, Some((high, low))) => {
            if let Some(host) = stated.endpoint.host {
                rows.row(
                    "endpoint-host",
                    Role::Heading,
                    &host_line(shown, &host.to_string()),
                );
            }
            rows.row("endpoint-port", Role::Heading, &sum(high, low));
            rows.more(&order(text, high, low));
            rows.more(&hexadecimal(text, high, low));
        }
        (_, None) => {
            if let Some(host) = stated.endpoint.host {
                rows.row("endpoint-host", Role::Heading, &host.to_string());
            }
            let (high, low) = endpoint::port_bytes(port);
            rows.row(
                "endpoint-port",
                Role::Heading,
                &say!(text, "endpoint-port-as-it-stands", port = port.to_string()),
            );
            rows.more(&division(text, port));
            rows.more(&order(text, high, low));
            rows.more(&hexadecimal(text, high, low));
        }
    }
    if shown.pasted.kind != Kind::Address {
        let address = shown.address.map_or_else(
            || say!(text, "endpoint-host-unknown", port = port.to_string()),
            |address| address.to_string(),
        );
        rows.row("endpoint-address", Role::GoodReply, &address);
    }
    out.push_str(&rows.finish());
    out.push_str(&notes_listed(text, style, shown));
    if next {
        out.push_str(&what_next(text, style, shown));
    }
    out
}

/// `192,168,52,7 → 192.168.52.7`: the host's numbers and the address they make.
fn host_line(shown: &Explained<'_>, host: &str) -> String {
    match shown.pasted.stated.endpoint.host {
        Some(std::net::IpAddr::V4(ip)) => {
            let [a, b, c, d] = ip.octets();
            format!("{a},{b},{c},{d} → {host}")
        }
        _ => host.to_owned(),
    }
}

/// An address, and every line that would say it.
fn reverse(rows: &mut Rows<'_>, shown: &Explained<'_>) {
    let text = rows.text;
    let port = shown.pasted.stated.endpoint.port;
    let (high, low) = endpoint::port_bytes(port);
    if let Some(std::net::IpAddr::V4(ip)) = shown.address.map(|address| address.ip()) {
        let [a, b, c, d] = ip.octets();
        rows.row(
            "endpoint-host",
            Role::Heading,
            &format!("{ip} → {a},{b},{c},{d}"),
        );
    }
    let whole = u32::from(high) * 256;
    rows.row("endpoint-port", Role::Heading, &division(text, port));
    rows.more(&format!("{high} × 256 = {whole}, {port} − {whole} = {low}"));
    rows.more(&order(text, high, low));
    rows.more(&hexadecimal(text, high, low));
    let Some(address) = shown.address else {
        return;
    };
    // The replies' wording is the one that RFC 959 and RFC 2428 give; servers speak English.
    let passive =
        endpoint::tuple(address).map(|tuple| format!("227 Entering Passive Mode ({tuple})"));
    let lines = [
        ("PORT", endpoint::port_command(address)),
        ("EPRT", Some(endpoint::eprt_command(address))),
        ("227", passive),
        (
            "229",
            Some(format!("229 Entering Extended Passive Mode (|||{port}|)")),
        ),
    ];
    for (label, line) in lines {
        match line {
            Some(line) => rows.named(label, Role::Command, &line),
            None => rows.named(
                label,
                Role::Remark,
                &say!(text, "endpoint-no-ipv6", form = label),
            ),
        }
    }
}

/// What there is to say against an end point, a sentence each: its judgements, then what is odd about its text.
#[must_use]
pub fn notes(text: &Text, shown: &Explained<'_>) -> Vec<String> {
    let judgements = shown
        .judgements
        .iter()
        .map(|one| judgement(text, one, shown.pasted.kind.listener()));
    let oddities =
        shown
            .pasted
            .stated
            .oddities
            .iter()
            .filter_map(|oddity| match shown.pasted.kind {
                Kind::Line(form) => Some(quirk::oddity(text, form, *oddity)),
                // Bare numbers keep no rule.
                _ => None,
            });
    judgements.chain(oddities).collect()
}

fn notes_listed(text: &Text, style: Style, shown: &Explained<'_>) -> String {
    let mut out = String::new();
    for (at, note) in notes(text, shown).iter().enumerate() {
        let role = match shown.judgements.get(at) {
            Some(judgement) if judgement.is_grave() => Role::Warning,
            _ => Role::Remark,
        };
        paragraph(&mut out, style, role, "! ", note);
    }
    if let Some(instead) = shown.instead {
        let sentence = say!(text, "endpoint-instead", address = instead.to_string());
        paragraph(&mut out, style, Role::Hint, "→ ", &sentence);
    }
    out
}

/// The sentence about a judgement of an end point at which `listener` waits.
#[must_use]
pub fn judgement(text: &Text, judgement: &Judgement, listener: Option<Listener>) -> String {
    match judgement {
        Judgement::PortZero => say!(text, "endpoint-port-zero"),
        Judgement::Privileged { port } => {
            say!(text, "endpoint-privileged", port = port.to_string())
        }
        Judgement::BehindNat { named, control } => {
            say!(
                text,
                "endpoint-nat",
                named = named.to_string(),
                control = control.to_string()
            )
        }
        Judgement::ThirdParty { named, control } => {
            say!(
                text,
                "endpoint-third-party",
                named = named.to_string(),
                control = control.to_string()
            )
        }
        Judgement::NotTheClient { named, own } => {
            say!(
                text,
                "endpoint-not-the-client",
                named = named.to_string(),
                own = own.to_string()
            )
        }
        Judgement::Aside { named, scope } => {
            let id = match scope {
                Scope::Unspecified => "endpoint-unspecified",
                Scope::Loopback => "endpoint-loopback",
                Scope::Private => "endpoint-private",
                Scope::Shared => "endpoint-shared",
                Scope::UniqueLocal => "endpoint-unique-local",
                Scope::LinkLocal => "endpoint-link-local",
                Scope::Documentation => "endpoint-documentation",
                Scope::Multicast => "endpoint-multicast",
                Scope::Reserved | Scope::Global => "endpoint-reserved",
            };
            let sentence = text.say(id, &[("host", named.to_string().into())]);
            match listener.filter(|_| *scope == Scope::Private) {
                None => sentence,
                Some(Listener::Server) => {
                    format!("{sentence} {}", say!(text, "endpoint-private-server"))
                }
                Some(Listener::User) => {
                    format!("{sentence} {}", say!(text, "endpoint-private-user"))
                }
            }
        }
    }
}

/// Who listens, who connects, and the commands for it.
fn what_next(text: &Text, style: Style, shown: &Explained<'_>) -> String {
    let mut out = String::from("\n");
    let Some(address) = shown.instead.or(shown.address) else {
        paragraph(
            &mut out,
            style,
            Role::Hint,
            "→ ",
            &say!(text, "endpoint-next-host"),
        );
        let (host, port) = (
            say!(text, "endpoint-placeholder"),
            shown.pasted.stated.endpoint.port,
        );
        commands(
            &mut out,
            style,
            &[
                format!("ftplab pasv-calc --connect {host}:{port}"),
                format!("telnet {host} {port}"),
            ],
        );
        return out;
    };
    if address.port() == 0 || Scope::of(address.ip()).cannot_be_called() {
        paragraph(
            &mut out,
            style,
            Role::Hint,
            "→ ",
            &say!(text, "endpoint-next-nowhere"),
        );
        return out;
    }
    let listener = shown.pasted.kind.listener();
    if listener != Some(Listener::User) {
        let id = if listener.is_some() {
            "endpoint-next-dial"
        } else {
            "endpoint-next-dial-if"
        };
        paragraph(&mut out, style, Role::Hint, "→ ", &say!(text, id));
        commands(&mut out, style, &to_dial(address));
    }
    if listener != Some(Listener::Server) {
        let id = if listener.is_some() {
            "endpoint-next-listen"
        } else {
            "endpoint-next-listen-if"
        };
        paragraph(&mut out, style, Role::Hint, "→ ", &say!(text, id));
        // What a server should be told instead is not what one's own side listens on.
        commands(
            &mut out,
            style,
            &to_listen(shown.address.unwrap_or(address)),
        );
    }
    out
}

fn commands(out: &mut String, style: Style, lines: &[String]) {
    for line in lines {
        out.push_str("    ");
        out.push_str(&style.paint(Role::Command, line));
        out.push('\n');
    }
}

/// Labels on the left, what they label in a column on the right.
struct Rows<'a> {
    text: &'a Text,
    style: Style,
    rows: Vec<(String, Role, String)>,
}

impl<'a> Rows<'a> {
    fn new(text: &'a Text, style: Style) -> Rows<'a> {
        Rows {
            text,
            style,
            rows: Vec::new(),
        }
    }

    fn row(&mut self, label: &str, role: Role, value: &str) {
        let label = self.text.say(label, &[]);
        self.named(&label, role, value);
    }

    fn named(&mut self, label: &str, role: Role, value: &str) {
        self.rows.push((label.to_owned(), role, value.to_owned()));
    }

    /// A line that goes on about the row above it.
    fn more(&mut self, value: &str) {
        self.named("", Role::Remark, value);
    }

    fn finish(self) -> String {
        let widest = self
            .rows
            .iter()
            .map(|(label, ..)| label.width())
            .max()
            .unwrap_or(0);
        let column = widest + 4;
        let mut out = String::new();
        for (label, role, value) in &self.rows {
            let pad = column - 2 - label.width();
            out.push_str(&format!("  {label}{}", " ".repeat(pad)));
            for line in wrap(value, column, column, self.style.width()).lines() {
                out.push_str(&self.style.paint(*role, line));
                out.push('\n');
            }
        }
        out
    }
}
