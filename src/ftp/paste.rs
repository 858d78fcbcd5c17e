//! An end point as a person pastes it: a whole reply line, a command, the numbers alone, or an address; found out by its
//! looks, with the place where it goes wrong.
//!
//! `227 Entering Passive Mode (192,168,52,7,205,179)`, `PORT 192,168,52,2,19,136`, `|||6446|`, `205 179`,
//! `192.168.52.2:5000`. Marks that transcripts put before a line (`S>`, `<`, `--->`) and quotes around it are skipped.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::endpoint::{self, Endpoint, Fault, FaultKind, Form, Stated};

/// What a pasted text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A reply or a command of this form.
    Line(Form),
    /// Six numbers without a command or a code.
    Tuple,
    /// Two numbers: the two bytes of a port.
    Pair,
    /// `ADDR:PORT`, or a port's number alone.
    Address,
}

impl Kind {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Line(form) => form.name(),
            Kind::Tuple | Kind::Pair => "tuple",
            Kind::Address => "address",
        }
    }

    /// Who listens at the end point, where the text tells.
    #[must_use]
    pub const fn listener(self) -> Option<Listener> {
        match self {
            Kind::Line(Form::Reply227 | Form::Reply228 | Form::Reply229) => Some(Listener::Server),
            Kind::Line(Form::Port | Form::Eprt | Form::Lprt) => Some(Listener::User),
            Kind::Tuple | Kind::Pair | Kind::Address => None,
        }
    }
}

/// The process that waits at an end point; the other one connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listener {
    /// The server-DTP: passive mode.
    Server,
    /// The user-DTP: active mode.
    User,
}

/// A pasted text that was understood. Offsets are those of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub stated: Stated,
}

/// A pasted text that was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misread {
    /// What it set out to be; `None` where nothing in it looks like an end point.
    pub kind: Option<Kind>,
    /// What was expected, and where.
    pub fault: Fault,
}

impl Misread {
    /// True where more text behind it could complete it: what is wrong is that it ends.
    #[must_use]
    pub fn may_go_on(&self, text: &[u8]) -> bool {
        let ends_here = || {
            let rest = text.get(self.fault.at..).unwrap_or_default();
            rest.iter().all(|b| b" \t\r\n,".contains(b))
        };
        self.kind.is_some()
            && match self.fault.kind {
                // No numbers yet, or none but some that are no tuple ("in 10 seconds").
                FaultKind::NoTuple => true,
                FaultKind::Count { wanted, found } => found < wanted && ends_here(),
                FaultKind::Delimiter | FaultKind::NotANumber => ends_here(),
                _ => false,
            }
    }
}

/// Finds out what a text is and what it says.
///
/// # Errors
/// Where it is no end point: what it seems to be, and where it goes wrong.
pub fn read(text: &[u8]) -> Result<Pasted, Misread> {
    let (from, to) = bare_span(text);
    let inner = &text[from..to];
    read_bare(inner)
        .map(|mut pasted| {
            pasted.stated.span = pasted.stated.span.start + from..pasted.stated.span.end + from;
            pasted
        })
        .map_err(|mut misread| {
            misread.fault.at += from;
            misread
        })
}

/// Where the text stands without blanks, quotes and a transcript's mark around it.
fn bare_span(text: &[u8]) -> (usize, usize) {
    let outside = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`');
    let mut from = text.iter().take_while(|b| outside(b)).count();
    let to = text.len() - text[from..].iter().rev().take_while(|b| outside(b)).count();
    let marked = &text[from..to];
    let letters = marked
        .iter()
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let arrow = marked[letters..]
        .iter()
        .take_while(|b| b"<>-".contains(b))
        .count();
    let mark = &marked[letters..letters + arrow];
    if letters <= 3 && mark.iter().any(|b| b"<>".contains(b)) {
        from += letters + arrow;
        from += text[from..to].iter().take_while(|b| outside(b)).count();
    }
    (from, to)
}

fn read_bare(text: &[u8]) -> Result<Pasted, Misread> {
    if let Some((form, at)) = reply_head(text).or_else(|| command_head(text)) {
        return of_form(form, text, at);
    }
    if let Some(numbers) = numbers_alone(text) {
        return of_numbers(text, &numbers);
    }
    if let Some(form) = delimited(text) {
        return of_form(form, text, 0);
    }
    if let Some(address) = address(text) {
        return address;
    }
    // What is left is prose, with the numbers in it or without.
    if text
        .windows(4)
        .any(|four| four[0] == b'(' && four[1] == four[2] && four[2] == four[3])
    {
        return of_form(Form::Reply229, text, 0);
    }
    match endpoint::parse_tuple(text) {
        Ok(stated) => Ok(Pasted {
            kind: Kind::Tuple,
            stated,
        }),
        Err(fault) => {
            let kind = match fault.kind {
                // Two numbers with a comma stand in all kinds of prose.
                FaultKind::NoTuple | FaultKind::Count { found: ..=2, .. } => None,
                _ => Some(Kind::Tuple),
            };
            Err(Misread { kind, fault })
        }
    }
}

/// The form of a reply, and where its text begins. Six numbers that happen to begin with 227 are none.
fn reply_head(text: &[u8]) -> Option<(Form, usize)> {
    let form = match text.get(..3)? {
        b"227" => Form::Reply227,
        b"228" => Form::Reply228,
        b"229" => Form::Reply229,
        _ => return None,
    };
    match text.get(3) {
        None => Some((form, 3)),
        Some(b' ' | b'-' | b'=' | b'(' | b'\t') => {
            let count = numbers_alone(text).map_or(0, |numbers| numbers.len());
            let says_more = text[4..]
                .iter()
                .any(|b| b",|(".contains(b) || b.is_ascii_alphabetic());
            (says_more || (count != 6 && count != 2)).then_some((form, 4))
        }
        Some(_) => None,
    }
}

/// The form of `|||6446|` and of `|1|192.0.2.1|5000|`, with any delimiter.
fn delimited(text: &[u8]) -> Option<Form> {
    let &[delimiter, second, ..] = text else {
        return None;
    };
    if !delimiter.is_ascii_punctuation() || b"([".contains(&delimiter) {
        return None;
    }
    if second == delimiter {
        // Prose has dots and dashes in threes; RFC 2428 2 recommends the bar.
        let digit = text.get(3).is_some_and(u8::is_ascii_digit);
        let third = text.get(2) == Some(&delimiter);
        (third && (delimiter == b'|' || digit)).then_some(Form::Reply229)
    } else {
        (second.is_ascii_digit() && text.get(2) == Some(&delimiter)).then_some(Form::Eprt)
    }
}

fn command_head(text: &[u8]) -> Option<(Form, usize)> {
    let (verb, rest) = text.split_at_checked(4)?;
    let form = match verb.to_ascii_uppercase().as_slice() {
        b"PORT" => Form::Port,
        b"EPRT" => Form::Eprt,
        b"LPRT" => Form::Lprt,
        _ => return None,
    };
    let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    (blanks > 0 || rest.is_empty()).then_some((form, 4 + blanks))
}

fn of_form(form: Form, text: &[u8], at: usize) -> Result<Pasted, Misread> {
    let kind = Kind::Line(form);
    match endpoint::parse(form, &text[at..]) {
        Ok(mut stated) => {
            stated.span = stated.span.start + at..stated.span.end + at;
            Ok(Pasted { kind, stated })
        }
        Err(mut fault) => {
            fault.at += at;
            Err(Misread {
                kind: Some(kind),
                fault,
            })
        }
    }
}

/// A number and where it begins.
type Number = (usize, u64);

/// The most numbers that are looked at (LPRT with IPv6 has 21).
const MAX_NUMBERS: usize = 24;

/// The numbers of a text that consists of nothing else: digits, with a comma or blanks between them, perhaps in
/// parentheses.
fn numbers_alone(text: &[u8]) -> Option<Vec<Number>> {
    let mut numbers: Vec<Number> = Vec::new();
    let mut commas = 0;
    let mut inside = false;
    for (at, &b) in text.iter().enumerate() {
        match b {
            b'0'..=b'9' => {
                let digit = u64::from(b - b'0');
                if !inside {
                    numbers.push((at, 0));
                }
                if numbers.len() > MAX_NUMBERS {
                    return None;
                }
                let (_, value) = numbers.last_mut()?;
                *value = value.saturating_mul(10).saturating_add(digit);
                (inside, commas) = (true, 0);
            }
            b',' if commas == 0 && !numbers.is_empty() => (inside, commas) = (false, 1),
            b' ' | b'\t' => inside = false,
            b'(' if numbers.is_empty() => {}
            b')' | b'.' if text[at..].iter().all(|b| b") .".contains(b)) => inside = false,
            _ => return None,
        }
    }
    (!numbers.is_empty() && commas == 0).then_some(numbers)
}

fn of_numbers(text: &[u8], numbers: &[Number]) -> Result<Pasted, Misread> {
    match numbers {
        [(at, value)] => match u16::try_from(*value) {
            Ok(port) => Ok(of_endpoint(Endpoint { host: None, port }, text.len())),
            Err(_) => misread(
                Kind::Address,
                FaultKind::PortOutOfRange { value: *value },
                *at,
            ),
        },
        [high, low] => {
            let kind = Kind::Pair;
            let (high_byte, low_byte) = (byte(kind, *high)?, byte(kind, *low)?);
            Ok(Pasted {
                kind,
                stated: stated(None, high_byte, low_byte, high.0..end(text, low.0)),
            })
        }
        [a, b, c, d, high, low] => {
            let kind = Kind::Tuple;
            let mut n = [0; 6];
            for (n, number) in n.iter_mut().zip([a, b, c, d, high, low]) {
                *n = byte(kind, *number)?;
            }
            let host = Ipv4Addr::new(n[0], n[1], n[2], n[3]);
            Ok(Pasted {
                kind,
                stated: stated(Some(host.into()), n[4], n[5], a.0..end(text, low.0)),
            })
        }
        [(_, 4), ..] if numbers.len() == 9 => of_form(Form::Lprt, text, 0),
        [(_, 6), ..] if numbers.len() == 21 => of_form(Form::Lprt, text, 0),
        _ => {
            let at = numbers.get(6).map_or(text.len(), |&(at, _)| at);
            misread(
                Kind::Tuple,
                FaultKind::Count {
                    wanted: 6,
                    found: numbers.len(),
                },
                at,
            )
        }
    }
}

/// Where the number that begins at `at` ends.
fn end(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|b| b.is_ascii_digit()).count()
}

fn byte(kind: Kind, (at, value): Number) -> Result<u8, Misread> {
    u8::try_from(value).or_else(|_| misread(kind, FaultKind::OutOfRange { value }, at))
}

fn stated(host: Option<IpAddr>, high: u8, low: u8, span: std::ops::Range<usize>) -> Stated {
    Stated {
        endpoint: Endpoint {
            host,
            port: u16::from_be_bytes([high, low]),
        },
        bytes: Some((high, low)),
        span,
        oddities: Vec::new(),
    }
}

fn of_endpoint(endpoint: Endpoint, length: usize) -> Pasted {
    Pasted {
        kind: Kind::Address,
        stated: Stated {
            endpoint,
            bytes: None,
            span: 0..length,
            oddities: Vec::new(),
        },
    }
}

fn misread<T>(kind: Kind, fault: FaultKind, at: usize) -> Result<T, Misread> {
    Err(Misread {
        kind: Some(kind),
        fault: Fault { kind: fault, at },
    })
}

/// `ADDR:PORT`, `[ADDR6]:PORT` or `ADDR PORT`; `None` where the text is not of that make.
fn address(text: &[u8]) -> Option<Result<Pasted, Misread>> {
    let written = std::str::from_utf8(text).ok()?;
    if let Ok(address) = written.parse::<SocketAddr>() {
        let endpoint = Endpoint {
            host: Some(address.ip()),
            port: address.port(),
        };
        return Some(Ok(of_endpoint(endpoint, text.len())));
    }
    if let Ok(ip) = written.parse::<IpAddr>() {
        // An address without a port, or an IPv6 address whose port cannot be told from it.
        let at = if ip.is_ipv4() { text.len() } else { 0 };
        let fault = if ip.is_ipv4() {
            FaultKind::NotANumber
        } else {
            FaultKind::Host
        };
        return Some(misread(Kind::Address, fault, at));
    }
    let (host, port) = written
        .split_once(char::is_whitespace)
        .or_else(|| written.rsplit_once(':'))
        .map(|(host, port)| (host.trim_end(), port.trim_start()))?;
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == ',') {
        return None;
    }
    let at = written.len() - port.len();
    let number = || {
        let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| port.parse::<u64>().unwrap_or(u64::MAX))
    };
    let ip = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
        .parse::<IpAddr>();
    match (ip, number()) {
        (Ok(host), Some(value)) => Some(match u16::try_from(value) {
            Ok(port) => {
                let host = Some(host);
                Ok(of_endpoint(Endpoint { host, port }, text.len()))
            }
            Err(_) => misread(Kind::Address, FaultKind::PortOutOfRange { value }, at),
        }),
        (Ok(_), None) => Some(misread(Kind::Address, FaultKind::NotANumber, at)),
        (Err(_), Some(_))
            if !written.contains(char::is_whitespace) || host.split('.').count() == 4 =>
        {
            Some(misread(Kind::Address, FaultKind::Host, 0))
        }
        (Err(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> (Kind, Option<String>, u16) {
        let pasted = read(text.as_bytes()).unwrap_or_else(|misread| panic!("{text}: {misread:?}"));
        let Endpoint { host, port } = pasted.stated.endpoint;
        assert!(pasted.stated.span.end <= text.len(), "{text}");
        (pasted.kind, host.map(|host| host.to_string()), port)
    }

    #[test]
    fn every_form_is_known_by_its_looks() {
        use Form::{Eprt, Lprt, Port, Reply227, Reply228, Reply229};
        let seven = Some("192.168.52.7");
        let six = Some("2001:db8::7");
        let cases: &[(&str, Kind, Option<&str>, u16)] = &[
            (
                "227 Entering Passive Mode (192,168,52,7,205,179)",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "227 Entering Passive Mode (192,168,52,7,205,179).\r\n",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "  < 227 Passive =192,168,52,7,205,179",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "S> 227 In 10 s: 192,168,52,7,205,179",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "<--- 227 Entering Passive Mode (192,168,52,7,205,179)",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "227 192,168,52,7,205,179",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "227-192,168,52,7,205,179",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "'227 Mode passif activé (192,168,52,7,205,179)'",
                Kind::Line(Reply227),
                seven,
                52659,
            ),
            (
                "229 Entering Extended Passive Mode (|||6446|)",
                Kind::Line(Reply229),
                None,
                6446,
            ),
            (
                "228 Long (4,4,192,168,52,7,2,205,179)",
                Kind::Line(Reply228),
                seven,
                52659,
            ),
            ("PORT 192,168,52,7,205,179", Kind::Line(Port), seven, 52659),
            (
                "port  192,168,52,7,205,179\r\n",
                Kind::Line(Port),
                seven,
                52659,
            ),
            (
                "C> PORT 192,168,52,7,205,179",
                Kind::Line(Port),
                seven,
                52659,
            ),
            (
                "EPRT |1|192.168.52.7|52659|",
                Kind::Line(Eprt),
                seven,
                52659,
            ),
            ("eprt |2|2001:db8::7|52659|", Kind::Line(Eprt), six, 52659),
            ("EPRT !2!2001:db8::7!52659!", Kind::Line(Eprt), six, 52659),
            (
                "LPRT 4,4,192,168,52,7,2,205,179",
                Kind::Line(Lprt),
                seven,
                52659,
            ),
            ("|1|192.168.52.7|52659|", Kind::Line(Eprt), seven, 52659),
            ("|||6446|", Kind::Line(Reply229), None, 6446),
            ("(|||6446|)", Kind::Line(Reply229), None, 6446),
            (
                "Entering Extended Passive Mode (|||6446|)",
                Kind::Line(Reply229),
                None,
                6446,
            ),
            ("4,4,192,168,52,7,2,205,179", Kind::Line(Lprt), seven, 52659),
            ("192,168,52,7,205,179", Kind::Tuple, seven, 52659),
            ("(192,168,52,7,205,179)", Kind::Tuple, seven, 52659),
            ("192 168 52 7 205 179", Kind::Tuple, seven, 52659),
            ("192, 168, 52, 7, 205, 179.", Kind::Tuple, seven, 52659),
            (
                "Entering Passive Mode (192,168,52,7,205,179)",
                Kind::Tuple,
                seven,
                52659,
            ),
            (
                "227 168 52 7 205 179",
                Kind::Tuple,
                Some("227.168.52.7"),
                52659,
            ),
            (
                "227,168,52,7,205,179",
                Kind::Tuple,
                Some("227.168.52.7"),
                52659,
            ),
            ("205,179", Kind::Pair, None, 52659),
            ("205 179", Kind::Pair, None, 52659),
            ("(205,179)", Kind::Pair, None, 52659),
            ("227 179", Kind::Pair, None, 227 * 256 + 179),
            ("192.168.52.7:52659", Kind::Address, seven, 52659),
            ("192.168.52.7 52659", Kind::Address, seven, 52659),
            ("[2001:db8::7]:52659", Kind::Address, six, 52659),
            ("2001:db8::7 52659", Kind::Address, six, 52659),
            ("5000", Kind::Address, None, 5000),
            ("0,0,0,0,0,0", Kind::Tuple, Some("0.0.0.0"), 0),
        ];
        for (text, kind, host, port) in cases {
            assert_eq!(
                says(text),
                (*kind, host.map(str::to_owned), *port),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        use FaultKind as F;
        let count = |found| F::Count { wanted: 6, found };
        let t = Some(Kind::Tuple);
        let cases: &[(&str, Option<Kind>, F, usize)] = &[
            (
                "227 Entering (192,168,52,300,205,179)",
                Some(Kind::Line(Form::Reply227)),
                F::OutOfRange { value: 300 },
                25,
            ),
            ("PORT 1,2,3,4,5", Some(Kind::Line(Form::Port)), count(5), 14),
            ("PORT", Some(Kind::Line(Form::Port)), F::NoTuple, 4),
            ("227", Some(Kind::Line(Form::Reply227)), F::NoTuple, 3),
            ("1,2,3,4,5", t, count(5), 9),
            ("1,2,3,4,5,6,7", t, count(7), 12),
            ("1,2,3,4,5,", t, count(5), 9),
            ("1,2,3,4,256,6", t, F::OutOfRange { value: 256 }, 8),
            (
                "205,1790",
                Some(Kind::Pair),
                F::OutOfRange { value: 1790 },
                4,
            ),
            (
                "65536",
                Some(Kind::Address),
                F::PortOutOfRange { value: 65536 },
                0,
            ),
            (
                "192.168.52.7:70000",
                Some(Kind::Address),
                F::PortOutOfRange { value: 70000 },
                13,
            ),
            ("192.168.52.7", Some(Kind::Address), F::NotANumber, 12),
            ("192.168.52.7:ftp", Some(Kind::Address), F::NotANumber, 13),
            ("192.168.52.300:21", Some(Kind::Address), F::Host, 0),
            ("localhost:21", Some(Kind::Address), F::Host, 0),
            (
                "EPRT |3|::1|21|",
                Some(Kind::Line(Form::Eprt)),
                F::Family,
                6,
            ),
            (
                "229 Extended (||6446|)",
                Some(Kind::Line(Form::Reply229)),
                F::Delimiter,
                21,
            ),
            ("", None, F::NoTuple, 0),
            ("220 ready", None, F::NoTuple, 0),
            ("hello", None, F::NoTuple, 0),
            ("// calcul :  205*256 + 179 = 52659", None, F::NoTuple, 13),
            (
                "-rw-r--r-- 1 lab lab 1,234 notes",
                None,
                F::Count {
                    wanted: 6,
                    found: 2,
                },
                26,
            ),
            ("... -p port   local port number", None, F::NoTuple, 0),
            ("|3|::1|21|", Some(Kind::Line(Form::Eprt)), F::Family, 1),
            (
                "drwxr-xr-x 6 root root 4096 Jun  1 16:12 .",
                None,
                F::NoTuple,
                11,
            ),
            (
                "221-You have transferred 0 bytes in 0 files.",
                None,
                F::NoTuple,
                0,
            ),
        ];
        for (text, kind, fault, at) in cases {
            let misread = read(text.as_bytes()).expect_err(text);
            assert_eq!(
                (misread.kind, misread.fault.kind, misread.fault.at),
                (*kind, *fault, *at),
                "{text}"
            );
        }
    }

    #[test]
    fn a_line_that_breaks_off_may_go_on_in_the_next() {
        for text in [
            "227 Entering Passive Mode",
            "227",
            "PORT",
            "227 Mode (192,168,52,",
            "192,168,52,7,",
            "229 Extended (|||",
            "PORT 1,2,3",
        ] {
            let misread = read(text.as_bytes()).expect_err(text);
            assert!(misread.may_go_on(text.as_bytes()), "{text}: {misread:?}");
        }
        for text in [
            "227 (1,2,3,4,5,600)",
            "hello",
            "227 (1,2,3) no",
            "1,2,3,4,5,6,7",
        ] {
            let misread = read(text.as_bytes()).expect_err(text);
            assert!(!misread.may_go_on(text.as_bytes()), "{text}: {misread:?}");
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm() {
        use proptest::prelude::*;
        proptest!(|(text in proptest::collection::vec(any::<u8>(), 0..80))| {
            match read(&text) {
                Ok(pasted) => prop_assert!(pasted.stated.span.end <= text.len()),
                Err(misread) => prop_assert!(misread.fault.at <= text.len()),
            }
        });
        proptest!(|(text in "[0-9,.|() PORT:\\[\\]<>-]{0,40}")| {
            match read(text.as_bytes()) {
                Ok(pasted) => prop_assert!(pasted.stated.span.end <= text.len()),
                Err(misread) => prop_assert!(misread.fault.at <= text.len()),
            }
        });
    }
}
