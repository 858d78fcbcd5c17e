//! Where a data connection is to go, as the control connection says it: `PORT` and the 227 reply (RFC 959 4.1.2, 4.2),
//! `EPRT` and 229 (RFC 2428), `LPRT` and 228 (RFC 1639). To addresses, and back.
//!
//! `227 Entering Passive Mode (192,168,52,7,205,179)`: host 192.168.52.7, port 205 x 256 + 179 = 52659.
//!
//! A reply's text is the server's own, so numbers are searched for in it (RFC 1123 4.1.2.6). What is wrong with a text
//! is told with the place where it goes wrong.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::Range,
};

/// A place to connect to. EPSV's reply names a port alone (RFC 2428 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The host; `None` means the host at the other end of the control connection.
    pub host: Option<IpAddr>,
    /// The TCP port.
    pub port: u16,
}

impl Endpoint {
    /// The full address, where the host that is not named is `host`.
    #[must_use]
    pub fn at(self, host: IpAddr) -> SocketAddr {
        SocketAddr::new(self.host.unwrap_or(host), self.port)
    }
}

/// The form in which an end point was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// The argument of PORT: `h1,h2,h3,h4,p1,p2`.
    Port,
    /// The same six numbers in a 227 reply.
    Reply227,
    /// The argument of EPRT: `|af|host|port|`.
    Eprt,
    /// The port between delimiters in a 229 reply: `(|||port|)`.
    Reply229,
    /// The argument of LPRT: `af,hal,h1,…,pal,p1,…`.
    Lprt,
    /// The same numbers in a 228 reply.
    Reply228,
}

impl Form {
    /// The verb or the code that it belongs to.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Form::Port => "PORT",
            Form::Reply227 => "227",
            Form::Eprt => "EPRT",
            Form::Reply229 => "229",
            Form::Lprt => "LPRT",
            Form::Reply228 => "228",
        }
    }
}

/// What an end point's text has that the RFC does not ask for, or forbids without making it unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// A 227, 228 or 229 without parentheses. RFC 959 does not promise them (RFC 1123 4.1.2.6).
    NoParentheses,
    /// Digits stand in the prose before the numbers.
    DigitsBefore,
    /// A delimiter other than `|`, which RFC 2428 2 recommends.
    Delimiter,
    /// A 229 with an address family or host, which RFC 2428 3 wants empty.
    HostIn229,
    /// Blanks between the numbers.
    Blanks,
}

/// An end point and how it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Where to.
    pub endpoint: Endpoint,
    /// The two bytes of the port, the high one first, where the form spells them (RFC 959 4.1.2: p1 is the high order
    /// byte).
    pub bytes: Option<(u8, u8)>,
    /// Where in the text the numbers stand.
    pub span: Range<usize>,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
}

/// What a text lacks to be an end point, and where it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What was expected.
    pub kind: FaultKind,
    /// Byte offset in the text.
    pub at: usize,
}

/// What was expected and did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Six numbers between commas are nowhere in the text.
    NoTuple,
    /// So many numbers stand there instead of the wanted count.
    Count {
        /// How many the form has.
        wanted: usize,
        /// How many stand there.
        found: usize,
    },
    /// A number above 255, which no byte can hold.
    OutOfRange {
        /// The number; capped where it is larger.
        value: u64,
    },
    /// A port above 65535.
    PortOutOfRange {
        /// The number; capped where it is larger.
        value: u64,
    },
    /// Something that is not a number where a number should be.
    NotANumber,
    /// The delimiter is missing (EPRT, 229): a character from 33 to 126, the same each time.
    Delimiter,
    /// An address family that is neither 1 (IPv4) nor 2 (IPv6) (RFC 2428 2), 4 nor 6 (RFC 1639).
    Family,
    /// The host is not an address of its family.
    Host,
    /// A length that does not fit the address family (LPRT).
    Length,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at byte {}", self.kind, self.at)
    }
}

impl std::error::Error for Fault {}

fn fault<T>(kind: FaultKind, at: usize) -> Result<T, Fault> {
    Err(Fault { kind, at })
}

/// The numbers of one run `1,2,3`, with where each begins.
#[derive(Debug, Default)]
struct Run {
    numbers: Vec<(usize, u64)>,
    end: usize,
    blanks: bool,
}

/// The longest run of numbers that is looked at; a longer one is as wrong as one of this length.
const MAX_NUMBERS: usize = 24;

/// Reads numbers with a comma (and blanks around it) between them, from a place where a digit stands.
fn run(text: &[u8], mut at: usize) -> Run {
    let mut run = Run {
        numbers: Vec::with_capacity(8),
        ..Run::default()
    };
    loop {
        let start = at;
        let mut value: u64 = 0;
        while let Some(digit) = text.get(at).filter(|b| b.is_ascii_digit()) {
            value = value
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'));
            at += 1;
        }
        if run.numbers.len() < MAX_NUMBERS {
            run.numbers.push((start, value));
        }
        run.end = at;
        let mut next = at + text[at..].iter().take_while(|b| **b == b' ').count();
        if text.get(next) != Some(&b',') {
            return run;
        }
        let comma = next;
        next += 1;
        next += text[next..].iter().take_while(|b| **b == b' ').count();
        if !text.get(next).is_some_and(u8::is_ascii_digit) {
            return run;
        }
        run.blanks |= comma != at || next != comma + 1;
        at = next;
    }
}

/// Finds the run of numbers that is meant: the first that `fits`, else the longest one with a comma in it.
fn find(text: &[u8], fits: impl Fn(&Run) -> bool) -> Result<(Run, bool), Option<Run>> {
    let mut at = 0;
    let mut best: Option<Run> = None;
    let mut digits_before = false;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = run(text, at);
        at = run.end;
        if fits(&run) {
            return Ok((run, digits_before));
        }
        digits_before = true;
        if run.numbers.len() > best.as_ref().map_or(1, |best| best.numbers.len()) {
            best = Some(run);
        }
    }
    Err(best)
}

fn byte(&(at, value): &(usize, u64)) -> Result<u8, Fault> {
    u8::try_from(value).or(fault(FaultKind::OutOfRange { value }, at))
}

/// The six numbers of a PORT argument, a 227 reply or any text around them.
///
/// # Errors
/// Where no run of six numbers, each at most 255, stands in the text: what stands there instead.
pub fn parse_tuple(text: &[u8]) -> Result<Stated, Fault> {
    let six = |run: &Run| run.numbers.len() == 6;
    let (run, digits_before) = match find(text, six) {
        Ok(found) => found,
        Err(None) => {
            return fault(
                FaultKind::NoTuple,
                text.iter().position(u8::is_ascii_digit).unwrap_or(0),
            );
        }
        Err(Some(run)) => {
            let at = if run.numbers.len() > 6 {
                run.numbers[6].0
            } else {
                run.end
            };
            return fault(
                FaultKind::Count {
                    wanted: 6,
                    found: run.numbers.len(),
                },
                at,
            );
        }
    };
    let mut n = [0; 6];
    for (n, number) in n.iter_mut().zip(&run.numbers) {
        *n = byte(number)?;
    }
    let span = run.numbers[0].0..run.end;
    // A sign or a dot joined to the numbers makes others of them: -1,2,… and 10.0.0.1,4,5 are no tuple.
    if span.start > 0 && matches!(text[span.start - 1], b'-' | b'+' | b'.') {
        return fault(FaultKind::NotANumber, span.start - 1);
    }
    let mut oddities = Vec::new();
    if digits_before {
        oddities.push(Oddity::DigitsBefore);
    }
    if run.blanks {
        oddities.push(Oddity::Blanks);
    }
    let [a, b, c, d, high, low] = n;
    Ok(Stated {
        endpoint: Endpoint {
            host: Some(Ipv4Addr::new(a, b, c, d).into()),
            port: u16::from_be_bytes([high, low]),
        },
        bytes: Some((high, low)),
        span,
        oddities,
    })
}

/// The text of a 227 reply behind its code.
///
/// # Errors
/// As [`parse_tuple`].
pub fn parse_227(text: &[u8]) -> Result<Stated, Fault> {
    let mut stated = parse_tuple(text)?;
    note_parentheses(text, &mut stated);
    Ok(stated)
}

fn note_parentheses(text: &[u8], stated: &mut Stated) {
    let Range { start, end } = stated.span;
    if start == 0 || text[start - 1] != b'(' || text.get(end) != Some(&b')') {
        stated.oddities.push(Oddity::NoParentheses);
    }
}

/// The text of a 229 reply behind its code: three delimiters, the port, the delimiter again (RFC 2428 3).
///
/// # Errors
/// Where no such group stands in the text.
pub fn parse_229(text: &[u8]) -> Result<Stated, Fault> {
    // The parentheses tell where to look; without them, the first place where the pattern fits.
    let opened = text.iter().rposition(|&b| b == b'(').map(|at| at + 1);
    if let Some(at) = opened {
        return match group_229(text, at) {
            Ok(mut stated) => {
                if text.get(stated.span.end) != Some(&b')') {
                    stated.oddities.push(Oddity::NoParentheses);
                }
                Ok(stated)
            }
            Err(fault) => Err(fault),
        };
    }
    for at in 0..text.len() {
        let delimiter = text[at];
        if (33..=126).contains(&delimiter)
            && !delimiter.is_ascii_alphanumeric()
            && let Ok(mut stated) = group_229(text, at)
        {
            stated.oddities.push(Oddity::NoParentheses);
            return Ok(stated);
        }
    }
    fault(FaultKind::Delimiter, text.len())
}

fn group_229(text: &[u8], at: usize) -> Result<Stated, Fault> {
    let Some(&delimiter) = text
        .get(at)
        .filter(|b| (33..=126).contains(*b) && !b.is_ascii_digit())
    else {
        return fault(FaultKind::Delimiter, at);
    };
    let mut fields = [0..0, 0..0, 0..0];
    let mut from = at + 1;
    for field in &mut fields {
        let Some(length) = text[from..].iter().position(|&b| b == delimiter) else {
            // It is missing behind the digits of this field.
            let digits = text[from..].iter().take_while(|b| b.is_ascii_digit());
            return fault(FaultKind::Delimiter, from + digits.count());
        };
        *field = from..from + length;
        from += length + 1;
    }
    let [family, host, port] = fields;
    let (number, _) = port_number(text, &port)?;
    let mut oddities = Vec::new();
    if delimiter != b'|' {
        oddities.push(Oddity::Delimiter);
    }
    if !family.is_empty() || !host.is_empty() {
        oddities.push(Oddity::HostIn229);
    }
    Ok(Stated {
        endpoint: Endpoint {
            host: None,
            port: number,
        },
        bytes: None,
        span: at..from,
        oddities,
    })
}

fn port_number(text: &[u8], field: &Range<usize>) -> Result<(u16, usize), Fault> {
    let digits = &text[field.clone()];
    if let Some(odd) = digits.iter().position(|b| !b.is_ascii_digit()) {
        return fault(FaultKind::NotANumber, field.start + odd);
    }
    if digits.is_empty() {
        return fault(FaultKind::NotANumber, field.start);
    }
    let value = digits.iter().fold(0u64, |n, b| {
        n.saturating_mul(10).saturating_add(u64::from(b - b'0'))
    });
    match u16::try_from(value) {
        Ok(port) => Ok((port, field.start)),
        Err(_) => fault(FaultKind::PortOutOfRange { value }, field.start),
    }
}

/// The argument of EPRT: `|1|192.0.2.1|5000|` or `|2|2001:db8::1|5000|`, with any delimiter from 33 to 126.
///
/// # Errors
/// Where a delimiter, the family, the host or the port is not as RFC 2428 2 says.
fn parse_eprt(text: &[u8]) -> Result<Stated, Fault> {
    let Some(&delimiter) = text.first().filter(|b| (33..=126).contains(*b)) else {
        return fault(FaultKind::Delimiter, 0);
    };
    let mut fields = [0..0, 0..0, 0..0];
    let mut from = 1;
    for field in &mut fields {
        let Some(length) = text[from..].iter().position(|&b| b == delimiter) else {
            return fault(FaultKind::Delimiter, text.len());
        };
        *field = from..from + length;
        from += length + 1;
    }
    let [family, host, port] = fields;
    let address = std::str::from_utf8(&text[host.clone()]).unwrap_or("");
    let parsed: Option<IpAddr> = match &text[family.clone()] {
        b"1" => address.parse::<Ipv4Addr>().ok().map(IpAddr::from),
        b"2" => address.parse::<Ipv6Addr>().ok().map(IpAddr::from),
        _ => return fault(FaultKind::Family, family.start),
    };
    let Some(parsed) = parsed else {
        return fault(FaultKind::Host, host.start);
    };
    let (number, _) = port_number(text, &port)?;
    let oddities = if delimiter == b'|' {
        Vec::new()
    } else {
        vec![Oddity::Delimiter]
    };
    Ok(Stated {
        endpoint: Endpoint {
            host: Some(parsed),
            port: number,
        },
        bytes: None,
        span: 0..from,
        oddities,
    })
}

/// The numbers of an LPRT argument or a 228 reply: address family, length and bytes of the host, length and bytes of the
/// port (RFC 1639).
///
/// # Errors
/// Where the numbers do not describe an IPv4 or IPv6 address and a port of two bytes.
fn parse_long(text: &[u8]) -> Result<Stated, Fault> {
    let fits = |run: &Run| matches!((run.numbers.len(), run.numbers[0].1), (9, 4) | (21, 6));
    let (run, digits_before) = match find(text, fits) {
        Ok(found) => found,
        Err(None) => return fault(FaultKind::NoTuple, 0),
        Err(Some(run)) => {
            let (at, family) = run.numbers[0];
            return match family {
                4 => fault(
                    FaultKind::Count {
                        wanted: 9,
                        found: run.numbers.len(),
                    },
                    run.end,
                ),
                6 => fault(
                    FaultKind::Count {
                        wanted: 21,
                        found: run.numbers.len(),
                    },
                    run.end,
                ),
                _ => fault(FaultKind::Family, at),
            };
        }
    };
    let numbers = &run.numbers;
    let hosts = if numbers[0].1 == 4 { 4 } else { 16 };
    if numbers[1].1 != hosts as u64 {
        return fault(FaultKind::Length, numbers[1].0);
    }
    if numbers[2 + hosts].1 != 2 {
        return fault(FaultKind::Length, numbers[2 + hosts].0);
    }
    let mut address = [0; 16];
    for (into, number) in address.iter_mut().zip(&numbers[2..2 + hosts]) {
        *into = byte(number)?;
    }
    let host: IpAddr = if hosts == 4 {
        let [a, b, c, d, ..] = address;
        Ipv4Addr::new(a, b, c, d).into()
    } else {
        Ipv6Addr::from(address).into()
    };
    let (high, low) = (byte(&numbers[3 + hosts])?, byte(&numbers[4 + hosts])?);
    let mut oddities = Vec::new();
    if digits_before {
        oddities.push(Oddity::DigitsBefore);
    }
    if run.blanks {
        oddities.push(Oddity::Blanks);
    }
    Ok(Stated {
        endpoint: Endpoint {
            host: Some(host),
            port: u16::from_be_bytes([high, low]),
        },
        bytes: Some((high, low)),
        span: numbers[0].0..run.end,
        oddities,
    })
}

/// The text of a 228 reply behind its code.
///
/// # Errors
/// As [`parse_long`].
fn parse_228(text: &[u8]) -> Result<Stated, Fault> {
    let mut stated = parse_long(text)?;
    note_parentheses(text, &mut stated);
    Ok(stated)
}

/// Reads the text of this form: a command's argument, or a reply's text behind its code.
///
/// # Errors
/// As the form's own parser.
pub fn parse(form: Form, text: &[u8]) -> Result<Stated, Fault> {
    match form {
        Form::Port => parse_tuple(text),
        Form::Reply227 => parse_227(text),
        Form::Eprt => parse_eprt(text),
        Form::Reply229 => parse_229(text),
        Form::Lprt => parse_long(text),
        Form::Reply228 => parse_228(text),
    }
}

/// The two bytes of a port, the high one first: 52659 is 205 and 179.
#[must_use]
pub fn port_bytes(port: u16) -> (u8, u8) {
    let [high, low] = port.to_be_bytes();
    (high, low)
}

/// The six numbers that say this address: `192,168,52,7,205,179`. IPv6 has none (RFC 2428 is why EPRT exists).
#[must_use]
pub fn tuple(address: SocketAddr) -> Option<String> {
    let IpAddr::V4(host) = address.ip().to_canonical() else {
        return None;
    };
    let [a, b, c, d] = host.octets();
    let (high, low) = port_bytes(address.port());
    Some(format!("{a},{b},{c},{d},{high},{low}"))
}

/// The PORT command for this address, where there is one (IPv4).
#[must_use]
pub fn port_command(address: SocketAddr) -> Option<String> {
    tuple(address).map(|tuple| format!("PORT {tuple}"))
}

/// The EPRT command for this address (RFC 2428 2).
#[must_use]
pub fn eprt_command(address: SocketAddr) -> String {
    match address.ip().to_canonical() {
        IpAddr::V4(host) => format!("EPRT |1|{host}|{}|", address.port()),
        IpAddr::V6(host) => format!("EPRT |2|{host}|{}|", address.port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_227_in_every_dress() {
        let want = v4("192.168.52.7:52659");
        let cases: &[(&str, &[Oddity])] = &[
            ("Entering Passive Mode (192,168,52,7,205,179)", &[]),
            ("Entering Passive Mode (192,168,52,7,205,179).", &[]),
            (
                "Entering Passive Mode 192,168,52,7,205,179",
                &[Oddity::NoParentheses],
            ),
            ("=192,168,52,7,205,179", &[Oddity::NoParentheses]),
            (
                "In 10 seconds, enter (192,168,52,7,205,179)",
                &[Oddity::DigitsBefore],
            ),
            (
                "Mode 1,2 or (192,168,52,7,205,179)",
                &[Oddity::DigitsBefore],
            ),
            ("(192, 168, 52, 7, 205, 179)", &[Oddity::Blanks]),
            ("(192,168,052,007,205,179)", &[]),
        ];
        for (text, oddities) in cases {
            let stated =
                parse_227(text.as_bytes()).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(stated.endpoint.at(IpAddr::from([0; 4])), want, "{text}");
            assert_eq!(stated.oddities, *oddities, "{text}");
            assert_eq!(stated.bytes, Some((205, 179)));
            assert!(text[stated.span.clone()].starts_with("192"), "{text}");
        }
    }

    #[test]
    fn a_tuple_that_is_none_says_where() {
        let cases: &[(&str, FaultKind, usize)] = &[
            ("Logout.", FaultKind::NoTuple, 0),
            (
                "(10,0,0,1,5)",
                FaultKind::Count {
                    wanted: 6,
                    found: 5,
                },
                11,
            ),
            (
                "(10,0,0,1,5,6,7)",
                FaultKind::Count {
                    wanted: 6,
                    found: 7,
                },
                14,
            ),
            ("(10,0,0,300,5,6)", FaultKind::OutOfRange { value: 300 }, 8),
            (
                "(10,0,0,1,5,-6)",
                FaultKind::Count {
                    wanted: 6,
                    found: 5,
                },
                11,
            ),
            ("(-1,0,0,1,5,6)", FaultKind::NotANumber, 1),
            (
                "10.0.0.1,5,6",
                FaultKind::Count {
                    wanted: 6,
                    found: 3,
                },
                12,
            ),
            (
                "(1,2,3,4,99999999999999999999999,6)",
                FaultKind::OutOfRange { value: u64::MAX },
                9,
            ),
        ];
        for (text, kind, at) in cases {
            assert_eq!(
                parse_227(text.as_bytes()),
                Err(Fault {
                    kind: *kind,
                    at: *at
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_229_in_every_dress() {
        for (text, port, oddities) in [
            ("Entering Extended Passive Mode (|||6446|)", 6446, &[][..]),
            ("ok (!!!6446!)", 6446, &[Oddity::Delimiter]),
            ("ok |||6446|", 6446, &[Oddity::NoParentheses]),
            ("ok (|1|10.0.0.1|6446|)", 6446, &[Oddity::HostIn229]),
            ("(RFC 2428) ok (|||0|)", 0, &[]),
        ] {
            let stated =
                parse_229(text.as_bytes()).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(
                (stated.endpoint, &stated.oddities[..]),
                (Endpoint { host: None, port }, oddities),
                "{text}"
            );
        }
        for (text, kind) in [
            ("ok", FaultKind::Delimiter),
            ("(|||)", FaultKind::Delimiter),
            ("(||||)", FaultKind::NotANumber),
            ("(|||70000|)", FaultKind::PortOutOfRange { value: 70000 }),
            ("(|||-1|)", FaultKind::NotANumber),
            ("(192,168,52,7,205,179)", FaultKind::Delimiter),
        ] {
            assert_eq!(
                parse_229(text.as_bytes()).map_err(|fault| fault.kind),
                Err(kind),
                "{text}"
            );
        }
    }

    #[test]
    fn eprt_has_any_delimiter_and_two_families() {
        for (text, want) in [
            ("|1|132.235.1.2|6275|", "132.235.1.2:6275"),
            (
                "|2|1080::8:800:200C:417A|5282|",
                "[1080::8:800:200c:417a]:5282",
            ),
            ("!1!127.0.0.1!80!", "127.0.0.1:80"),
            ("@2@::1@80@", "[::1]:80"),
        ] {
            let stated =
                parse_eprt(text.as_bytes()).unwrap_or_else(|fault| panic!("{text}: {fault}"));
            assert_eq!(stated.endpoint.at(IpAddr::from([0; 4])), v4(want));
        }
        for (text, kind, at) in [
            ("", FaultKind::Delimiter, 0),
            ("|1|1.2.3.4|80", FaultKind::Delimiter, 13),
            ("|3|1.2.3.4|80|", FaultKind::Family, 1),
            ("|1|::1|80|", FaultKind::Host, 3),
            ("|1|1.2.3.4|0x50|", FaultKind::NotANumber, 12),
        ] {
            assert_eq!(
                parse_eprt(text.as_bytes()),
                Err(Fault { kind, at }),
                "{text}"
            );
        }
    }

    #[test]
    fn long_addresses() {
        let four = parse_long(b"4,4,10,0,0,1,2,19,136").expect("IPv4");
        assert_eq!(four.endpoint.at(IpAddr::from([0; 4])), v4("10.0.0.1:5000"));
        let six = parse_228(b"Entering (6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,19,136)")
            .expect("IPv6");
        assert_eq!(
            six.endpoint.at(IpAddr::from([0; 4])),
            v4("[2001:db8::1]:5000")
        );
        assert_eq!(
            parse_long(b"4,4,10,0,0,1,3,1,2").map_err(|f| f.kind),
            Err(FaultKind::Length)
        );
        assert_eq!(
            parse_long(b"5,4,10,0,0,1,2,1,2").map_err(|f| f.kind),
            Err(FaultKind::Family)
        );
        assert_eq!(
            parse_long(b"4,4,10,0,0,1").map_err(|f| f.kind),
            Err(FaultKind::Count {
                wanted: 9,
                found: 6
            })
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        for address in [
            "192.168.52.2:5000",
            "127.0.0.1:0",
            "[2001:db8::1]:65535",
            "[::ffff:10.0.0.1]:21",
        ] {
            let address = v4(address);
            let same = SocketAddr::new(address.ip().to_canonical(), address.port());
            let arg = |command: String| command.split_once(' ').expect("an argument").1.to_owned();
            let any = IpAddr::from([0; 4]);
            assert_eq!(
                parse_eprt(arg(eprt_command(address)).as_bytes())
                    .expect("EPRT")
                    .endpoint
                    .at(any),
                same
            );
            if let Some(command) = port_command(address) {
                assert_eq!(
                    parse_tuple(arg(command).as_bytes())
                        .expect("PORT")
                        .endpoint
                        .at(any),
                    same
                );
            }
        }
        assert_eq!(
            port_command(v4("192.168.52.2:5000")).as_deref(),
            Some("PORT 192,168,52,2,19,136")
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64), digits in "[0-9,|() .a-]{0,48}") {
            for text in [&text[..], digits.as_bytes()] {
                for form in [Form::Port, Form::Reply227, Form::Eprt, Form::Reply229, Form::Lprt, Form::Reply228] {
                    match parse(form, text) {
                        Ok(stated) => proptest::prop_assert!(stated.span.end <= text.len()),
                        Err(fault) => proptest::prop_assert!(fault.at <= text.len()),
                    }
                }
            }
        }

        #[test]
        fn every_address_is_read_back_from_every_form(host: [u8; 4], port: u16, prose in "[A-Za-z ]{0,20}") {
            let address = SocketAddr::new(IpAddr::from(host), port);
            let any = IpAddr::from([0; 4]);
            let tuple = tuple(address).expect("IPv4");
            let reply = format!("{prose}({tuple}){prose}");
            proptest::prop_assert_eq!(parse_227(reply.as_bytes()).expect("227").endpoint.at(any), address);
            let eprt = eprt_command(address);
            proptest::prop_assert_eq!(parse_eprt(&eprt.as_bytes()[5..]).expect("EPRT").endpoint.at(any), address);
        }
    }
}
