//! A data connection as a person sees it: its bytes on a screen or as a hex dump, who waits and what to type for it, who
//! connected and from which port, how it ended. And the same as JSON lines.

use std::{
    io::{self, Write},
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use unicode_width::UnicodeWidthStr;

use super::{
    endpoint::{division, quoted},
    number, sanitise,
    style::{Role, Style},
    text::Text,
    wrap::paragraph,
};
use crate::{
    ftp::{
        endpoint,
        outcome::{By, Direction, End, Outcome},
        scope::{FIRST_UNPRIVILEGED, Scope},
    },
    say,
};

/// Bytes on their way to a terminal: harmless, line by line, whatever they are and however they come in pieces.
pub struct Screen<W: Write> {
    out: W,
    held: Vec<u8>,
    open: bool,
}

impl<W: Write> Screen<W> {
    /// A screen that `out` is.
    pub fn new(out: W) -> Screen<W> {
        Screen {
            out,
            held: Vec::new(),
            open: false,
        }
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(last) = bytes.last() {
            self.open = *last != b'\n';
            self.out.write_all(sanitise::lines(bytes).as_bytes())?;
        }
        Ok(())
    }

    /// Shows what was held back, and ends the line that is open: what comes next stands on a line of its own.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn finish(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        self.show(&held)?;
        if std::mem::take(&mut self.open) {
            self.out.write_all(b"\n")?;
        }
        self.out.flush()
    }
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.is_empty() {
            let (now, later) = bytes.split_at(bytes.len() - undecided(bytes));
            self.show(now)?;
            self.held.extend_from_slice(later);
        } else {
            let mut all = std::mem::take(&mut self.held);
            all.extend_from_slice(bytes);
            let later = all.split_off(all.len() - undecided(&all));
            self.show(&all)?;
            self.held = later;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How many bytes at the end mean something else with what follows: a CR before a LF, a character that is cut.
fn undecided(bytes: &[u8]) -> usize {
    if bytes.last() == Some(&b'\r') {
        return 1;
    }
    for back in 1..=bytes.len().min(3) {
        let whole = match bytes[bytes.len() - back] {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return 0,
        };
        return if back < whole { back } else { 0 };
    }
    0
}

/// Bytes as a hex dump: sixteen a row, with their offset and their ASCII.
pub struct HexDump<W: Write> {
    out: W,
    offset: u64,
    row: Vec<u8>,
}

/// Bytes of a row.
const ROW: usize = 16;

impl<W: Write> HexDump<W> {
    /// A dump into `out`.
    pub fn new(out: W) -> HexDump<W> {
        HexDump {
            out,
            offset: 0,
            row: Vec::with_capacity(ROW),
        }
    }

    /// Shows a row that is not full: the rest of it comes later, on a line of its own and in its own place.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(&mut self) -> io::Result<()> {
        self.show()?;
        self.out.flush()
    }

    fn show(&mut self) -> io::Result<()> {
        if self.row.is_empty() {
            return Ok(());
        }
        let first = (self.offset % ROW as u64) as usize;
        let byte = |at: usize| at.checked_sub(first).and_then(|at| self.row.get(at));
        let mut line = format!("{:08x} ", self.offset);
        for at in 0..ROW {
            if at == ROW / 2 {
                line.push(' ');
            }
            match byte(at) {
                Some(byte) => line.push_str(&format!(" {byte:02x}")),
                None => line.push_str("   "),
            }
        }
        line.push_str("  |");
        line.extend((0..first + self.row.len()).map(|at| match byte(at) {
            Some(&byte) if (0x20..0x7f).contains(&byte) => char::from(byte),
            Some(_) => '.',
            None => ' ',
        }));
        line.push_str("|\n");
        self.offset += self.row.len() as u64;
        self.row.clear();
        self.out.write_all(line.as_bytes())
    }
}

impl<W: Write> Write for HexDump<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = ROW - (self.offset % ROW as u64) as usize - self.row.len();
            let (now, later) = rest.split_at(rest.len().min(room));
            self.row.extend_from_slice(now);
            rest = later;
            if now.len() == room {
                self.show()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What waits for a connection.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// Where it listens.
    pub at: SocketAddr,
    /// The address that a server is told: `at`, or one of the machine's own where `at` is all of them.
    pub told: SocketAddr,
    /// Which way the bytes are to go.
    pub direction: Direction,
    /// This machine's own addresses.
    pub own: &'a [IpAddr],
}

/// Where somebody waits, who can reach it, and the lines to type.
#[must_use]
pub fn waiting(text: &Text, style: Style, waiting: &Waiting<'_>) -> String {
    let mut out = String::new();
    let at = say!(text, "listen-at", address = waiting.at.to_string());
    paragraph(&mut out, style, Role::Heading, "", &at);
    paragraph(&mut out, style, Role::Remark, "", &reach(text, waiting));
    let id = match waiting.direction {
        Direction::Receive => "listen-type",
        Direction::Send => "listen-type-send",
    };
    paragraph(&mut out, style, Role::Hint, "", &say!(text, id));
    out.push_str(&to_type(text, style, waiting.told));
    out
}

/// The PORT and EPRT lines that name this address, with the arithmetic in brief.
#[must_use]
fn to_type(text: &Text, style: Style, address: SocketAddr) -> String {
    let eprt = endpoint::eprt_command(address);
    let port = endpoint::port_command(address);
    let widest = port
        .as_deref()
        .map_or(0, UnicodeWidthStr::width)
        .max(eprt.width());
    let mut out = String::new();
    let mut line = |command: &str, remark: &str| {
        let pad = if remark.is_empty() {
            0
        } else {
            widest + 3 - command.width()
        };
        out.push_str(&format!(
            "  {}{}{}\n",
            style.paint(Role::Command, command),
            " ".repeat(pad),
            style.paint(Role::Remark, remark)
        ));
    };
    if let Some(port) = port {
        line(&port, &division(text, address.port()));
    }
    line(&eprt, "");
    out
}

/// Who can reach the place, and how to be reached by others.
fn reach(text: &Text, waiting: &Waiting<'_>) -> String {
    let ip = waiting.at.ip();
    match Scope::of(ip) {
        Scope::Loopback => {
            let other = waiting.own.iter().find(|own| {
                own.is_ipv4() == ip.is_ipv4()
                    && !matches!(Scope::of(**own), Scope::Loopback | Scope::LinkLocal)
            });
            match other {
                Some(own) => {
                    let place = SocketAddr::new(*own, waiting.at.port()).to_string();
                    say!(
                        text,
                        "listen-reach-loopback",
                        other = quoted(&place).into_owned()
                    )
                }
                None => say!(text, "listen-reach-loopback-only"),
            }
        }
        Scope::Unspecified => say!(
            text,
            "listen-reach-all",
            told = waiting.told.ip().to_string()
        ),
        Scope::Private | Scope::Shared | Scope::UniqueLocal => say!(text, "listen-reach-private"),
        Scope::LinkLocal => say!(text, "listen-reach-link"),
        _ => say!(text, "listen-reach-global"),
    }
}

/// Who connected, and what its port says about it (RFC 959 3.2).
#[must_use]
pub fn connected_to_us(
    text: &Text,
    style: Style,
    from: SocketAddr,
    waited: Duration,
    control: Option<u16>,
) -> String {
    let mut out = String::new();
    let who = say!(
        text,
        "listen-connected",
        from = from.to_string(),
        seconds = number::seconds(text, waited)
    );
    paragraph(&mut out, style, Role::GoodReply, "", &who);
    paragraph(
        &mut out,
        style,
        Role::Remark,
        "",
        &from_port(text, from.port(), control),
    );
    out
}

/// The control port of FTP, where nothing else is told (RFC 959 8).
const CONTROL: u16 = 21;
/// The control port of ftplab's own server.
const OWN_CONTROL: u16 = 2121;

/// The port next to a control port: L-1 (RFC 959 3.2).
#[must_use]
pub const fn data_port(control: u16) -> u16 {
    control.wrapping_sub(1)
}

fn from_port(text: &Text, port: u16, told: Option<u16>) -> String {
    let control = told.unwrap_or(if port == data_port(OWN_CONTROL) {
        OWN_CONTROL
    } else {
        CONTROL
    });
    let wanted = data_port(control);
    let args = [
        ("port", port.to_string().into()),
        ("wanted", wanted.to_string().into()),
        ("control", control.to_string().into()),
    ];
    if port == wanted {
        return text.say("listen-l1", &args);
    }
    if port == data_port(CONTROL) {
        return text.say("listen-ftp-data", &args);
    }
    let mut out = text.say("listen-not-l1", &args);
    if wanted < FIRST_UNPRIVILEGED {
        out.push(' ');
        out.push_str(&text.say("listen-not-l1-privileged", &args));
    }
    if told.is_none() {
        out.push(' ');
        out.push_str(&text.say("listen-not-l1-untold", &args));
    }
    out
}

/// We connected: who is who.
#[must_use]
pub fn connected_by_us(text: &Text, style: Style, from: SocketAddr, to: SocketAddr) -> String {
    let mut out = String::new();
    let sentence = say!(
        text,
        "listen-dialled",
        from = from.to_string(),
        to = to.to_string()
    );
    paragraph(&mut out, style, Role::GoodReply, "", &sentence);
    out
}

/// A remark of ftplab's own.
#[must_use]
pub fn remark(style: Style, role: Role, sentence: &str) -> String {
    let mut out = String::new();
    paragraph(&mut out, style, role, "", sentence);
    out
}

/// How a connection ended: who, how, how much and how fast.
#[must_use]
pub fn ended(
    text: &Text,
    style: Style,
    peer: SocketAddr,
    outcome: &Outcome,
    file: Option<&str>,
) -> String {
    let mut out = String::new();
    let (role, how) = how(text, peer, outcome);
    paragraph(&mut out, style, role, "", &how);
    let mut amount = say!(
        text,
        "listen-amount",
        count = outcome.bytes,
        bytes = number::count(text, outcome.bytes),
        line_count = outcome.lines,
        lines = number::count(text, outcome.lines),
        seconds = number::seconds(text, outcome.open)
    );
    if let Some(rate) = outcome.rate() {
        amount.push_str(&say!(text, "listen-rate", rate = number::size(text, rate)));
    }
    if let Some(file) = file {
        let id = match outcome.direction {
            Direction::Receive => "listen-into",
            Direction::Send => "listen-from",
        };
        amount.push_str(&say!(text, id, file = file));
    }
    amount.push('.');
    paragraph(&mut out, style, Role::Heading, "", &amount);
    if outcome.against > 0 {
        let sentence = say!(
            text,
            "listen-against",
            bytes = number::count(text, outcome.against)
        );
        paragraph(&mut out, style, Role::Warning, "! ", &sentence);
    }
    out
}

fn how(text: &Text, peer: SocketAddr, outcome: &Outcome) -> (Role, String) {
    let peer = peer.to_string();
    match (outcome.by, outcome.end) {
        _ if outcome.cancelled => (Role::Warning, say!(text, "listen-end-interrupted")),
        (By::Us, End::Fin) if outcome.direction == Direction::Send => {
            (Role::Remark, say!(text, "listen-end-sent"))
        }
        (By::Us, End::Fin | End::Rst) | (_, End::Failed) => {
            (Role::Remark, say!(text, "listen-end-us"))
        }
        (By::Peer, End::Rst) if outcome.direction == Direction::Send => (
            Role::Warning,
            say!(text, "listen-end-rst-sending", peer = peer),
        ),
        (By::Peer, End::Rst) => (Role::Warning, say!(text, "listen-end-rst", peer = peer)),
        (By::Peer, End::Fin) => (Role::Remark, say!(text, "listen-end-fin", peer = peer)),
        (_, End::Limit) => (Role::Warning, say!(text, "listen-end-limit")),
        (_, End::Timeout) => (Role::Warning, say!(text, "listen-end-timeout")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a screen shows of these pieces.
    fn screen(pieces: &[&[u8]]) -> String {
        let mut shown = Vec::new();
        let mut screen = Screen::new(&mut shown);
        for piece in pieces {
            screen.write_all(piece).expect("memory");
        }
        screen.finish().expect("memory");
        String::from_utf8(shown).expect("UTF-8")
    }

    #[test]
    fn a_screen_shows_the_same_however_the_bytes_are_cut() {
        let all = "été\r\n\u{1b}[31m漢字😀\u{202e}\rx\n\u{e9}".as_bytes();
        let mut bytes = all.to_vec();
        bytes.extend_from_slice(b"\xff\xc3(\xe2\x82\r");
        let whole = screen(&[&bytes]);
        assert_eq!(
            whole,
            "été\n{x1B}[31m漢字😀{xE2}{x80}{xAE}{x0D}x\né{xFF}{xC3}({xE2}{x82}{x0D}\n"
        );
        for cut in 0..=bytes.len() {
            assert_eq!(
                screen(&[&bytes[..cut], &bytes[cut..]]),
                whole,
                "cut at {cut}"
            );
        }
        let each: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(screen(&each), whole);
    }

    #[test]
    fn a_line_that_is_open_is_ended_and_no_other() {
        assert_eq!(screen(&[b"a\n"]), "a\n");
        assert_eq!(screen(&[b"a"]), "a\n");
        assert_eq!(screen(&[]), "");
    }

    fn dump(pieces: &[&[u8]]) -> String {
        let mut shown = Vec::new();
        let mut dump = HexDump::new(&mut shown);
        for piece in pieces {
            dump.write_all(piece).expect("memory");
        }
        dump.finish().expect("memory");
        String::from_utf8(shown).expect("ASCII")
    }

    #[test]
    fn a_hex_dump_has_sixteen_bytes_a_row() {
        let bytes = b"total 48\r\ndrwxr-xr-x";
        let want = "\
00000000  74 6f 74 61 6c 20 34 38  0d 0a 64 72 77 78 72 2d  |total 48..drwxr-|
00000010  78 72 2d 78                                       |xr-x|
";
        assert_eq!(dump(&[bytes]), want);
        for cut in 0..=bytes.len() {
            assert_eq!(dump(&[&bytes[..cut], &bytes[cut..]]), want, "cut at {cut}");
        }
    }

    #[test]
    fn a_row_shown_early_goes_on_in_its_own_place() {
        let mut shown = Vec::new();
        let mut dump = HexDump::new(&mut shown);
        dump.write_all(b"ab").expect("memory");
        dump.finish().expect("memory");
        dump.write_all(b"cdefghijklmnopQ").expect("memory");
        dump.finish().expect("memory");
        assert_eq!(
            String::from_utf8(shown).expect("ASCII"),
            "\
00000000  61 62                                             |ab|
00000002        63 64 65 66 67 68  69 6a 6b 6c 6d 6e 6f 70  |  cdefghijklmnop|
00000010  51                                                |Q|
"
        );
    }
}
