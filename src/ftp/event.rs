//! What the observer tells: events in the order of the dialogue, each with its side and the stream offset where its line
//! ends. Text is lent from the bytes that were fed.

use super::{
    catalogue::Flow,
    code::ReplyCode,
    command::Verb,
    quirk::Quirk,
    reply::ReplyText,
    session::{DataType, Declared, Negotiation},
    side::Side,
};

/// A point in time: nanoseconds since the Unix epoch. It comes in with the bytes; nothing here reads a clock.
pub type Nanos = u64;

/// Something that happened on the control connection.
#[derive(Debug)]
pub struct Event<'a> {
    /// Whose line it was.
    pub side: Side,
    /// Stream offset just behind that line.
    pub offset: u64,
    /// When the line's last byte came.
    pub at: Nanos,
    /// What happened.
    pub what: What<'a>,
}

/// What happened.
#[derive(Debug)]
pub enum What<'a> {
    /// The user sent a command.
    Command(Command<'a>),
    /// The server sent a line; if it ends a reply, the reply follows.
    ReplyLine(&'a [u8]),
    /// A reply is complete.
    Reply(Reply<'a>),
    /// A data connection was agreed on or refused.
    Negotiation(&'a Negotiation),
    /// USER, PASS or ACCT was answered with a verdict.
    Login {
        /// The user's name.
        user: &'a [u8],
        /// True: logged in.
        accepted: bool,
    },
    /// The working directory is now this.
    Directory(&'a [u8]),
    /// The representation type is now this.
    DataType(DataType),
    /// A transfer has begun: its 1yz reply came.
    TransferBegun(Transfer<'a>),
    /// A transfer has ended: its final reply came.
    TransferEnded(Transfer<'a>),
    /// From here on, this side's bytes are TLS.
    Sealed,
    /// This side's bytes are readable again (CCC, RFC 4217 5).
    Unsealed,
    /// Something odd.
    Quirk(&'a Quirk),
}

/// A command line.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    /// Its number in the session, from 1.
    pub n: u64,
    /// The verb.
    pub verb: Verb,
    /// The word that stands for the verb, as typed.
    pub word: &'a [u8],
    /// What stands behind the first blank; `None` without one.
    pub arg: Option<&'a [u8]>,
    /// The whole line without its ending.
    pub line: &'a [u8],
    /// MIC, CONF or ENC: the argument is a protected command (RFC 2228 3).
    pub encrypted: bool,
}

/// A reply.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// Its number in the session, from 1.
    pub n: u64,
    /// The three digits that it begins with; `None` where it does not begin with three.
    pub code: Option<ReplyCode>,
    /// Its lines.
    pub text: ReplyText<'a>,
    /// The command it answers; `None` for a greeting and for an unsolicited reply.
    pub answers: Option<Answer>,
    /// It is the greeting, or 120 before one.
    pub greeting: bool,
}

/// Which command a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The command's number.
    pub command: u64,
    /// Its verb.
    pub verb: Verb,
    /// Another reply will follow (1yz).
    pub preliminary: bool,
    /// When the command came.
    pub asked_at: Nanos,
}

/// A transfer command and what was agreed on when it was answered.
#[derive(Debug, Clone, Copy)]
pub struct Transfer<'a> {
    /// The command's number.
    pub command: u64,
    /// RETR, STOR, STOU, APPE, LIST, NLST or MLSD.
    pub verb: Verb,
    /// Its argument.
    pub arg: Option<&'a [u8]>,
    /// Which way the data goes.
    pub flow: Flow,
    /// The path as the server sees it, or the server's own choice (STOU); `None` where it cannot be known.
    pub path: Option<&'a [u8]>,
    /// The name that the server chose for STOU, as its reply says it.
    pub chosen: Option<&'a [u8]>,
    /// The number of the negotiation that holds; `None` means the default data port.
    pub negotiation: Option<u64>,
    /// REST's offset.
    pub restart: u64,
    /// TYPE.
    pub data_type: DataType,
    /// MODE's letter.
    pub mode: u8,
    /// STRU's letter.
    pub structure: u8,
    /// The length that the server announced.
    pub declared: Option<Declared>,
    /// The reply's code; `None` where ABOR or the end of the session ended it.
    pub code: Option<ReplyCode>,
    /// A 1yz reply had come.
    pub begun: bool,
    /// The user asked to abort it.
    pub aborted: bool,
}
