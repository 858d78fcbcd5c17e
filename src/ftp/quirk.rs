//! What is odd about a dialogue: malformed, forbidden, or merely worth a remark. Never an error, because it is the lesson.
//!
//! A quirk has a name (which programs may rely on), a grade, the side that made it and the rule it breaks. The sentence
//! about it is made in `view`, from the name and the values.

use super::{
    catalogue::Source,
    code::ReplyCode,
    command::Verb,
    endpoint::{Fault, Form, Oddity},
    side::Side,
};

/// How much a quirk matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Within the rules, but worth knowing.
    Remark,
    /// Breaks a rule; most peers cope.
    Odd,
    /// Breaks the dialogue for some peers, or information is lost.
    Fault,
}

const fn rule(rfc: u16, section: &'static str) -> Option<Source> {
    Some(Source::Rfc(rfc, section))
}

/// An oddity and which side made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quirk {
    /// Whose bytes they were.
    pub side: Side,
    /// What is odd.
    pub kind: Kind,
}

/// What is odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A line ended with LF alone.
    BareLf,
    /// A CR inside a line.
    BareCr,
    /// A NUL inside a line.
    Nul,
    /// A line longer than the limit: so many bytes were dropped.
    LineTooLong {
        /// The bytes that were dropped.
        dropped: u64,
    },
    /// The stream ended in the middle of a line.
    LineUnfinished,
    /// Telnet option negotiation on the line.
    TelnetNegotiation,
    /// Telnet's Interrupt Process or Synch, as RFC 959 asks for before ABOR.
    TelnetInterrupt,
    /// The byte 255 stands in text without being doubled.
    TelnetStray,
    /// Bytes of the stream are missing (not captured).
    BytesMissing {
        /// How many.
        bytes: u64,
    },
    /// A piece of a line next to missing bytes that makes no sense by itself.
    PieceOfLine,
    /// An empty line from the user.
    EmptyCommand,
    /// Blanks before the verb.
    LeadingBlanks,
    /// A verb that no RFC registers.
    UnknownVerb,
    /// A command before the server's greeting.
    BeforeGreeting,
    /// A command before the reply to the last one (told once a session).
    Pipelined,
    /// PASS without USER before it.
    PassWithoutUser,
    /// RNTO without RNFR before it.
    RntoWithoutRnfr,
    /// A transfer without PORT or PASV: the default data port is meant.
    DefaultDataPort,
    /// PORT, EPRT or LPRT names another host than the client's own.
    ThirdParty,
    /// PORT, EPRT or LPRT names a port below 1024.
    PrivilegedPort {
        /// The port.
        port: u16,
    },
    /// An end point with port 0.
    PortZero {
        /// How it was written.
        form: Form,
    },
    /// An end point that cannot be read.
    BadEndpoint {
        /// The form that was expected.
        form: Form,
        /// What is wrong.
        fault: Fault,
    },
    /// An end point that is written in an odd way.
    OddEndpoint {
        /// The form.
        form: Form,
        /// What is odd.
        oddity: Oddity,
    },
    /// The passive reply names another host than the server's own.
    PassiveHostDiffers,
    /// The passive reply has another code than the command asks for (227 to EPSV, 229 to PASV).
    PassiveMismatch {
        /// The command.
        verb: Verb,
        /// The reply.
        code: ReplyCode,
    },
    /// A line that does not begin with three digits.
    NoCode,
    /// Text right behind the three digits.
    NoBlankAfterCode,
    /// Three digits and nothing else.
    CodeAlone,
    /// A first digit without a meaning.
    UndefinedCode {
        /// The code.
        code: ReplyCode,
    },
    /// A line inside a reply of several lines looks like the end of another reply.
    InnerLineLikeReply {
        /// The code it begins with.
        code: ReplyCode,
    },
    /// A reply of several lines was ended by another code than its own.
    ClosedByOtherCode {
        /// The code that should have ended it.
        open: ReplyCode,
        /// The code that did.
        by: ReplyCode,
    },
    /// A reply of several lines was never ended.
    NeverClosed {
        /// Its code.
        code: ReplyCode,
    },
    /// A reply with more lines or bytes than are kept.
    ReplyTooLong {
        /// Lines dropped.
        dropped: u64,
    },
    /// A reply that no command asked for.
    Unsolicited {
        /// The code.
        code: ReplyCode,
    },
    /// The server's first reply is no greeting.
    NoGreeting,
    /// A reply that the command's RFC does not list.
    UnexpectedCode {
        /// The command.
        verb: Verb,
        /// The reply.
        code: ReplyCode,
        /// Where the command's replies are listed.
        source: Source,
    },
    /// A transfer ended well without the 1yz reply that begins it.
    NoPreliminary {
        /// The command.
        verb: Verb,
        /// The reply.
        code: ReplyCode,
    },
    /// A second 1yz reply to one command.
    SecondPreliminary {
        /// The command.
        verb: Verb,
    },
    /// 257 without a path in quotes.
    PathUnquoted,
    /// 213 to SIZE without a number.
    SizeMalformed,
    /// 213 to MDTM without a time.
    TimeMalformed,
    /// A TLS handshake that no AUTH was accepted for.
    TlsWithoutAuth,
    /// More commands without a reply than are tracked; the oldest was forgotten.
    TooManyOutstanding,
    /// More quirks in this session than are told in full.
    Untold {
        /// How many were not.
        count: u64,
    },
}

impl Kind {
    /// Whether this says how a line is written, not what it means at its place in the dialogue: of a line that was cut by
    /// missing bytes nobody can say that.
    #[must_use]
    pub fn is_about_the_writing(&self) -> bool {
        matches!(
            self,
            Kind::BareCr
                | Kind::UnknownVerb
                | Kind::PrivilegedPort { .. }
                | Kind::PortZero { .. }
                | Kind::BadEndpoint { .. }
                | Kind::OddEndpoint { .. }
                | Kind::NoCode
                | Kind::NoBlankAfterCode
                | Kind::CodeAlone
        )
    }

    /// The name by which programs know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.facts().0
    }

    /// How much it matters.
    #[must_use]
    pub fn grade(&self) -> Grade {
        self.facts().1
    }

    /// The rule it breaks, or that explains it; `None` where no RFC speaks of it.
    #[must_use]
    pub fn rule(&self) -> Option<Source> {
        self.facts().2
    }

    /// Name, grade, rule: one table.
    fn facts(&self) -> (&'static str, Grade, Option<Source>) {
        use Grade::{Fault, Odd, Remark};
        match self {
            Kind::BareLf => ("bare-lf", Odd, rule(959, "5.3")),
            Kind::BareCr => ("bare-cr", Odd, rule(854, "")),
            Kind::Nul => ("nul", Odd, rule(854, "")),
            Kind::LineTooLong { .. } => ("line-too-long", Fault, None),
            Kind::LineUnfinished => ("line-unfinished", Odd, rule(959, "5.3")),
            Kind::TelnetNegotiation => ("telnet-negotiation", Remark, rule(854, "")),
            Kind::TelnetInterrupt => ("telnet-interrupt", Remark, rule(959, "4.1.3")),
            Kind::TelnetStray => ("telnet-stray", Odd, rule(854, "")),
            Kind::BytesMissing { .. } => ("bytes-missing", Fault, None),
            Kind::PieceOfLine => ("piece-of-line", Odd, None),
            Kind::EmptyCommand => ("empty-command", Odd, rule(959, "5.3")),
            Kind::LeadingBlanks => ("leading-blanks", Odd, rule(959, "5.3")),
            Kind::UnknownVerb => ("unknown-verb", Remark, rule(5797, "3")),
            Kind::BeforeGreeting => ("before-greeting", Odd, rule(959, "5.4")),
            Kind::Pipelined => ("pipelined", Remark, rule(959, "5.4")),
            Kind::PassWithoutUser => ("pass-without-user", Odd, rule(959, "4.1.1")),
            Kind::RntoWithoutRnfr => ("rnto-without-rnfr", Odd, rule(959, "4.1.3")),
            Kind::DefaultDataPort => ("default-data-port", Remark, rule(959, "3.2")),
            Kind::ThirdParty => ("third-party", Remark, rule(2577, "2")),
            Kind::PrivilegedPort { .. } => ("privileged-port", Odd, rule(2577, "3")),
            Kind::PortZero { .. } => ("port-zero", Fault, None),
            Kind::BadEndpoint { form, .. } => ("bad-endpoint", Fault, Some(form.rule())),
            Kind::OddEndpoint { form, oddity } => {
                let rule = match oddity {
                    Oddity::NoParentheses | Oddity::DigitsBefore => rule(1123, "4.1.2.6"),
                    Oddity::Delimiter => rule(2428, "2"),
                    Oddity::HostIn229 => rule(2428, "3"),
                    Oddity::Blanks => Some(form.rule()),
                };
                ("odd-endpoint", Remark, rule)
            }
            Kind::PassiveHostDiffers => ("passive-host-differs", Odd, rule(959, "4.1.2")),
            Kind::PassiveMismatch { .. } => ("passive-mismatch", Odd, rule(2428, "3")),
            Kind::NoCode => ("no-code", Fault, rule(959, "4.2")),
            Kind::NoBlankAfterCode => ("no-blank-after-code", Odd, rule(959, "4.2")),
            Kind::CodeAlone => ("code-alone", Odd, rule(959, "4.2")),
            Kind::UndefinedCode { .. } => ("undefined-code", Odd, rule(959, "4.2")),
            Kind::InnerLineLikeReply { .. } => ("inner-line-like-reply", Odd, rule(959, "4.2")),
            Kind::ClosedByOtherCode { .. } => ("closed-by-other-code", Fault, rule(959, "4.2")),
            Kind::NeverClosed { .. } => ("never-closed", Fault, rule(959, "4.2")),
            Kind::ReplyTooLong { .. } => ("reply-too-long", Fault, None),
            Kind::Unsolicited { .. } => ("unsolicited", Fault, rule(959, "5.4")),
            Kind::NoGreeting => ("no-greeting", Odd, rule(959, "5.4")),
            // RFC 1123 4.1.2.11 lets a server refuse with codes that are not listed; a positive one is read by its number.
            Kind::UnexpectedCode { code, source, .. } => (
                "unexpected-code",
                if code.is_negative() { Remark } else { Odd },
                Some(*source),
            ),
            Kind::NoPreliminary { .. } => ("no-preliminary", Fault, rule(959, "5.4")),
            Kind::SecondPreliminary { .. } => ("second-preliminary", Odd, rule(959, "4.2")),
            Kind::PathUnquoted => ("path-unquoted", Odd, rule(959, "Appendix II")),
            Kind::SizeMalformed => ("size-malformed", Odd, rule(3659, "4.1")),
            Kind::TimeMalformed => ("time-malformed", Odd, rule(3659, "2.3")),
            Kind::TlsWithoutAuth => ("tls-without-auth", Odd, rule(4217, "4")),
            Kind::TooManyOutstanding => ("too-many-outstanding", Fault, None),
            Kind::Untold { .. } => ("untold", Remark, None),
        }
    }
}

impl Form {
    /// Where this form is defined.
    #[must_use]
    pub const fn rule(self) -> Source {
        match self {
            Form::Port | Form::Reply227 => Source::Rfc(959, "4.1.2"),
            Form::Eprt => Source::Rfc(2428, "2"),
            Form::Reply229 => Source::Rfc(2428, "3"),
            Form::Lprt | Form::Reply228 => Source::Rfc(1639, ""),
        }
    }
}
