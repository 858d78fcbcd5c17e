//! Text with values between braces: `{pasv.port}`; `{{` and `}}` are braces. The names of the values are read here, so
//! that a name that means nothing is found when the sheet is read, and what they are worth is found from the student's
//! session (`seen`).

use std::fmt;

use crate::ftp::{catalogue::slips, command::Verb};

/// A name between braces, and which control line it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The control line: `b.` before the name says [`Line::B`].
    pub line: Line,
    /// What of it.
    pub what: What,
}

/// Which of a sheet's control lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Line {
    /// The first one, or the only one.
    #[default]
    A,
    /// The second, where a sheet has two servers.
    B,
}

/// A value that a sheet can name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// `server`, `server.host`, `server.port`: whom the student talks to.
    Server(Place),
    /// `student`: who works.
    Student,
    /// `param.NAME`: a parameter of the sheet.
    Param(String),
    /// `greeting.code`.
    GreetingCode,
    /// `last.code`, `last.text`: the last reply, whatever it answered.
    Last(ReplyPart),
    /// `VERB.code`, `VERB.text`, `VERB.arg`, `VERB.first`: the last command with this verb that was answered.
    Command(Verb, ReplyPart),
    /// `pasv.…`: the last 227; `port.…`: the last PORT (RFC 959 4.1.2).
    Tuple(TupleOf, TuplePart),
    /// `epsv.port`, `eprt.port`: the port of the last 229 or EPRT (RFC 2428).
    Extended(TupleOf),
    /// `control.from_port`, `control.to_port`.
    Control(End),
    /// `data.from_port`, `data.to_port`: of the last data connection.
    DataPort(End),
    /// `data.bytes`, `listing.bytes`.
    Bytes(Data),
    /// `data.lines`, `listing.lines`.
    Lines(Data),
    /// `data.opened_by`: who dialled the last data connection.
    OpenedBy,
    /// `data.closed_by`: who closed it first.
    DataClosedBy,
    /// `closed_by`: who closed the control connection first.
    ClosedBy,
    /// `capture.…`: of the capture that the student named last.
    Capture(Captured),
}

/// A part of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// `host port`, as commands take it.
    Both,
    /// The host.
    Host,
    /// The port.
    Port,
}

/// A part of a command and its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReplyPart {
    /// The final reply's code.
    Code,
    /// The text of the final reply's last line, behind the code.
    Text,
    /// The command's argument.
    Arg,
    /// The code of a preliminary reply (1yz).
    First,
}

/// Which six numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TupleOf {
    /// Of a 227, or a 229 where it is extended: the server listens.
    Passive,
    /// Of a PORT, or an EPRT where it is extended: the client listens.
    Active,
}

/// A part of the six numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TuplePart {
    /// The address.
    Host,
    /// The fifth number.
    High,
    /// The sixth.
    Low,
    /// Fifth × 256 + sixth.
    Port,
    /// All six, with commas.
    Tuple,
    /// The port of the one before.
    Previous,
}

/// An end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// Who dialled.
    From,
    /// Who was dialled.
    To,
}

/// Which data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Data {
    /// The last one.
    Last,
    /// The last one that carried a listing.
    Listing,
}

/// What of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Captured {
    /// `capture.packets`.
    Packets,
    /// `capture.client_port`.
    ClientPort,
    /// `capture.server_port`.
    ServerPort,
    /// `capture.first_frame`: of the control connection's SYN.
    FirstFrame,
    /// `capture.pasv_frame`: where the first negotiation states its address.
    PasvFrame,
    /// `capture.data.from_port`, `capture.data.to_port`.
    DataPort(End),
    /// `capture.data.bytes`.
    DataBytes,
    /// `capture.data.first_frame`.
    DataFirstFrame,
}

/// The names without a part that varies, and what they mean. Verbs, parameters and lines are read beside it.
const NAMES: &[(&str, What)] = &[
    ("server", What::Server(Place::Both)),
    ("server.host", What::Server(Place::Host)),
    ("server.port", What::Server(Place::Port)),
    ("student", What::Student),
    ("greeting.code", What::GreetingCode),
    ("last.code", What::Last(ReplyPart::Code)),
    ("last.text", What::Last(ReplyPart::Text)),
    ("pasv.host", What::Tuple(TupleOf::Passive, TuplePart::Host)),
    ("pasv.high", What::Tuple(TupleOf::Passive, TuplePart::High)),
    ("pasv.low", What::Tuple(TupleOf::Passive, TuplePart::Low)),
    ("pasv.port", What::Tuple(TupleOf::Passive, TuplePart::Port)),
    (
        "pasv.tuple",
        What::Tuple(TupleOf::Passive, TuplePart::Tuple),
    ),
    (
        "pasv.previous",
        What::Tuple(TupleOf::Passive, TuplePart::Previous),
    ),
    ("port.host", What::Tuple(TupleOf::Active, TuplePart::Host)),
    ("port.high", What::Tuple(TupleOf::Active, TuplePart::High)),
    ("port.low", What::Tuple(TupleOf::Active, TuplePart::Low)),
    ("port.port", What::Tuple(TupleOf::Active, TuplePart::Port)),
    ("port.tuple", What::Tuple(TupleOf::Active, TuplePart::Tuple)),
    ("epsv.port", What::Extended(TupleOf::Passive)),
    ("eprt.port", What::Extended(TupleOf::Active)),
    ("control.from_port", What::Control(End::From)),
    ("control.to_port", What::Control(End::To)),
    ("data.from_port", What::DataPort(End::From)),
    ("data.to_port", What::DataPort(End::To)),
    ("data.bytes", What::Bytes(Data::Last)),
    ("data.lines", What::Lines(Data::Last)),
    ("data.opened_by", What::OpenedBy),
    ("data.closed_by", What::DataClosedBy),
    ("closed_by", What::ClosedBy),
    ("listing.bytes", What::Bytes(Data::Listing)),
    ("listing.lines", What::Lines(Data::Listing)),
    ("capture.packets", What::Capture(Captured::Packets)),
    ("capture.client_port", What::Capture(Captured::ClientPort)),
    ("capture.server_port", What::Capture(Captured::ServerPort)),
    ("capture.first_frame", What::Capture(Captured::FirstFrame)),
    ("capture.pasv_frame", What::Capture(Captured::PasvFrame)),
    (
        "capture.data.from_port",
        What::Capture(Captured::DataPort(End::From)),
    ),
    (
        "capture.data.to_port",
        What::Capture(Captured::DataPort(End::To)),
    ),
    ("capture.data.bytes", What::Capture(Captured::DataBytes)),
    (
        "capture.data.first_frame",
        What::Capture(Captured::DataFirstFrame),
    ),
];

impl Name {
    /// Reads a name; `None` where it means nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Name> {
        let (line, rest) = match text.strip_prefix("b.") {
            Some(rest) => (Line::B, rest),
            None => (Line::A, text),
        };
        let what = match NAMES.iter().find(|(name, _)| *name == rest) {
            Some((_, what)) => what.clone(),
            None => Name::varying(rest)?,
        };
        Some(Name { line, what })
    }

    fn varying(text: &str) -> Option<What> {
        let (head, part) = text.split_once('.')?;
        if head == "param" {
            return (!part.is_empty()).then(|| What::Param(part.to_owned()));
        }
        let part = match part {
            "code" => ReplyPart::Code,
            "text" => ReplyPart::Text,
            "arg" => ReplyPart::Arg,
            "first" => ReplyPart::First,
            _ => return None,
        };
        if head.bytes().any(|b| b.is_ascii_uppercase()) {
            return None;
        }
        match Verb::of(head.as_bytes()) {
            Verb::Other => None,
            verb => Some(What::Command(verb, part)),
        }
    }

    /// The name that was perhaps meant where this one means nothing.
    #[must_use]
    pub fn nearest(text: &str) -> Option<String> {
        let (line, rest) = match text.strip_prefix("b.") {
            Some(rest) => ("b.", rest),
            None => ("", text),
        };
        if let Some(known) = nearest(rest, NAMES.iter().map(|(name, _)| *name)) {
            return Some(format!("{line}{known}"));
        }
        // A verb in capitals, or the part of a verb misspelt.
        let (head, part) = rest.split_once('.')?;
        let part = nearest(part, ["code", "text", "arg", "first"].into_iter())?;
        let verb = Verb::of(head.as_bytes());
        (verb != Verb::Other).then(|| format!("{line}{}.{part}", verb.name().to_ascii_lowercase()))
    }

    /// True where the run itself knows it before the student has done anything.
    #[must_use]
    pub fn is_of_the_run(&self) -> bool {
        matches!(self.what, What::Server(_) | What::Student | What::Param(_))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == Line::B {
            f.write_str("b.")?;
        }
        match &self.what {
            What::Param(name) => write!(f, "param.{name}"),
            What::Command(verb, part) => {
                let part = match part {
                    ReplyPart::Code => "code",
                    ReplyPart::Text => "text",
                    ReplyPart::Arg => "arg",
                    ReplyPart::First => "first",
                };
                write!(f, "{}.{part}", verb.name().to_ascii_lowercase())
            }
            what => {
                let name = NAMES.iter().find(|(_, known)| known == what);
                f.write_str(name.map_or("", |(name, _)| name))
            }
        }
    }
}

/// The word that takes fewest slips to write so, fewer than half of its letters; the first of several.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Nothing longer is a slip of a word.
    const LONGEST: usize = 40;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_lowercase();
    known
        .map(|other| (slips(word.as_bytes(), other.as_bytes()), other))
        .filter(|(slips, other)| slips * 2 < other.len().max(word.len()) && *slips <= 3)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, other)| other)
}

/// Text with values in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// A value.
    Value(Name),
}

/// What is wrong with a template, and at which byte of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The offset in bytes.
    pub at: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What can be wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// `{` without `}`.
    BraceOpen,
    /// `}` without `{`.
    BraceClose,
    /// No value has this name.
    NameUnknown(String),
}

impl Template {
    /// Reads a template; every fault is told, and what is wrong stands in it as text.
    #[must_use]
    pub fn parse(text: &str) -> (Template, Vec<Fault>) {
        let (mut pieces, mut faults) = (Vec::new(), Vec::new());
        let mut plain = String::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(['{', '}']) {
            plain.push_str(&text[at..at + found]);
            at += found;
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push_str(&rest[..1]);
                at += 2;
                continue;
            }
            let Some(end) = rest
                .strip_prefix('{')
                .map(|inner| inner.find(['{', '}', '\n']))
            else {
                let kind = FaultKind::BraceClose;
                faults.push(Fault { at, kind });
                plain.push('}');
                at += 1;
                continue;
            };
            let Some(end) = end.filter(|&end| rest[1 + end..].starts_with('}')) else {
                let kind = FaultKind::BraceOpen;
                faults.push(Fault { at, kind });
                plain.push('{');
                at += 1;
                continue;
            };
            let inner = &rest[1..=end];
            if let Some(name) = Name::parse(inner) {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Value(name));
            } else {
                let kind = FaultKind::NameUnknown(inner.to_owned());
                faults.push(Fault { at: at + 1, kind });
                plain.push_str(&rest[..end + 2]);
            }
            at += end + 2;
        }
        plain.push_str(&text[at..]);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        (Template { pieces }, faults)
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(name) => Some(name),
            Piece::Text(_) => None,
        })
    }

    /// The text with every value put in; the error is the first name that has none yet.
    pub fn fill(&self, value: impl Fn(&Name) -> Option<String>) -> Result<String, &Name> {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(name) => out.push_str(&value(name).ok_or(name)?),
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_written_as_it_was() {
        for (text, what) in NAMES {
            let name = Name::parse(text).expect(text);
            assert_eq!(&name.what, what);
            assert_eq!(name.to_string(), *text);
            let b = format!("b.{text}");
            assert_eq!(Name::parse(&b).expect(&b).to_string(), b);
        }
        for text in [
            "pwd.code",
            "list.first",
            "user.arg",
            "stor.text",
            "param.file",
        ] {
            assert_eq!(Name::parse(text).expect(text).to_string(), text);
        }
        for text in [
            "", "pasv", "PWD.code", "pwd.size", "param.", "c.server", "xyz.code",
        ] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }

    #[test]
    fn templates_keep_what_is_wrong_as_text_and_tell_where_it_is() {
        let (fine, faults) = Template::parse("é {{ {pasv.port} }} {param.x}!");
        assert!(faults.is_empty());
        let filled = fine.fill(|name| Some(format!("<{name}>")));
        assert_eq!(filled.as_deref(), Ok("é { <pasv.port> } <param.x>!"));
        assert_eq!(fine.names().count(), 2);
        let (odd, faults) = Template::parse("} {nothing} {open");
        assert_eq!(odd.fill(|_| None).as_deref(), Ok("} {nothing} {open"));
        let at: Vec<usize> = faults.iter().map(|fault| fault.at).collect();
        assert_eq!(at, [0, 3, 12]);
    }
}
