//! What the analysis tells: sessions, what was said in them, transfers with their verdicts, remarks. Findings come in
//! the order of the capture, in one pass; sentences about them are made in `view`.

use std::net::SocketAddr;

use super::verdict::Judgement;
use crate::{
    capture::{
        file::Nanos,
        flow::{FlowId, Hello, Opening, Way},
        reassembly::{Conflict, Mark},
    },
    ftp::{
        code::ReplyCode,
        command::Verb,
        endpoint::Stated,
        event::Event,
        session::{DataType, Declared},
        side::Side,
    },
};

/// How many bytes of a greeting are kept.
pub const MAX_BANNER: usize = 512;
/// How many login attempts of a session are kept; more are counted.
pub const MAX_LOGINS: usize = 64;

/// How many refused negotiations of a session are kept.
pub const MAX_REFUSED: usize = 16;

/// One thing found.
#[derive(Debug)]
pub enum Finding<'a> {
    /// A connection was recognised as a control connection. What it said before comes after this.
    Recognised(&'a Session),
    /// Something happened on a control connection, in the frame of the mark.
    Said {
        /// Whose.
        session: &'a Session,
        /// Where the line ends (for PORT, EPRT and LPRT: where the command's line ends).
        mark: Mark,
        /// What the observer says.
        event: &'a Event<'a>,
    },
    /// Something odd that the control connection alone does not show.
    Remark {
        /// Whose; None where no session is concerned.
        session: Option<u64>,
        /// Where.
        mark: Mark,
        /// Which end did it, where an end did.
        side: Option<Side>,
        /// What.
        remark: &'a Remark,
    },
    /// Bytes of a data connection, in order.
    Data {
        /// Which connection: the same number is in its [`Connection`].
        flow: FlowId,
        /// Which way they went.
        way: Way,
        /// They; None for a gap.
        bytes: Option<&'a [u8]>,
        /// How many.
        length: u64,
        /// Their frame.
        mark: Mark,
    },
    /// A data connection is given up: no transfer will name it any more.
    Dropped(FlowId),
    /// A transfer's outcome is known.
    Transfer(&'a Transfer),
    /// A session is over and all its transfers are told.
    Session(&'a Session),
}

/// How a session's control connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionEnd {
    /// It had not when the capture ended.
    #[default]
    Open,
    /// In order.
    Fin,
    /// By a reset.
    Reset,
}

impl SessionEnd {
    /// The word that programs rely on.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SessionEnd::Open => "open",
            SessionEnd::Fin => "fin",
            SessionEnd::Reset => "rst",
        }
    }
}

/// A login attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginTry {
    /// The user's name.
    pub user: Vec<u8>,
    /// It was accepted.
    pub accepted: bool,
    /// The reply's frame.
    pub mark: Mark,
}

/// What is known of a control connection.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The user's end.
    pub client: SocketAddr,
    /// The server's end.
    pub server: SocketAddr,
    /// Which way the user's bytes go: forth where the user's end opened the connection.
    pub user_way: Way,
    /// How the beginning was captured.
    pub opening: Opening,
    /// SYN, SYN-ACK and the acknowledgement that completes the handshake.
    pub handshake: [Option<Mark>; 3],
    /// What the user's SYN said, and the server's.
    pub hellos: [Option<Hello>; 2],
    /// Its first frame.
    pub first: Mark,
    /// Its last frame.
    pub last: Mark,
    /// The greeting's lines, cut to [`MAX_BANNER`] bytes, and its frame.
    pub banner: Option<(Vec<u8>, Mark)>,
    /// The user of the last USER, or of the last accepted login.
    pub user: Option<Vec<u8>>,
    /// Frames of USER and PASS that led to the last login attempt.
    pub credentials: [Option<Mark>; 2],
    /// A login was accepted.
    pub logged_in: bool,
    /// Attempts, at most [`MAX_LOGINS`].
    pub logins: Vec<LoginTry>,
    /// How many there were.
    pub login_tries: u64,
    /// How many of all of them were accepted.
    pub logins_accepted: u64,
    /// TLS or another protection was used on the control connection.
    pub tls: bool,
    /// The frame where it began.
    pub sealed: Option<Mark>,
    /// Encrypted bytes of the control connection, both ways.
    pub encrypted_bytes: u64,
    /// What AUTH asked for (RFC 2228), and its frame, where the server agreed.
    pub security: Option<(Vec<u8>, Mark)>,
    /// Commands that are encrypted one by one (MIC, CONF, ENC).
    pub protected: u64,
    /// Commands without any reply in the capture: how many, the first one's verb and frame.
    pub unanswered: Option<(u64, Verb, Mark)>,
    /// How it ended.
    pub end: SessionEnd,
    /// Who ended it first, and in which frame.
    pub ended_by: Option<(Side, Mark)>,
    /// The server gave the session up (421): the reply's frame.
    pub gave_up: Option<Mark>,
    /// Commands.
    pub commands: u64,
    /// Replies.
    pub replies: u64,
    /// Bytes that the capture lacks of the control connection.
    pub missing: u64,
    /// Accepted negotiations by PORT, EPRT, LPRT.
    pub active: u64,
    /// Accepted negotiations by PASV, EPSV, LPSV.
    pub passive: u64,
    /// Negotiations that the server refused: what was asked for, the address, the command's frame; at most
    /// [`MAX_REFUSED`].
    pub refused: Vec<(Verb, Option<SocketAddr>, Mark)>,
    /// How many more there were.
    pub more_refused: u64,
    /// Transfers told so far.
    pub transfers: u64,
    /// Only one direction was captured: which is missing.
    pub one_way: Option<Side>,
    /// Gaps look as if the payload had been edited.
    pub edited: bool,
    /// The session that is this one, seen on the other side of a NAT router.
    pub same_as: Option<u64>,
}

/// Where a data connection was agreed on.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The negotiation's number in the session; None for the default data port.
    pub n: Option<u64>,
    /// PORT, PASV and so on; PORT for the default data port, which is active too.
    pub verb: Verb,
    /// Where somebody listens.
    pub listen: Option<SocketAddr>,
    /// How the address was written.
    pub stated: Option<Stated>,
    /// That is not the host at the end of the control connection.
    pub peer_differs: bool,
    /// The frame that says so.
    pub mark: Mark,
}

impl Agreement {
    /// Whether the server is to connect.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.verb.announces()
    }
}

/// A data connection as a transfer names it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its name.
    pub flow: FlowId,
    /// Who opened it.
    pub from: SocketAddr,
    /// Who accepted.
    pub to: SocketAddr,
    /// How that is known.
    pub opening: Opening,
    /// The handshake went through.
    pub established: bool,
    /// Its first frame: the SYN, where that was captured.
    pub first: Mark,
    /// Its last frame.
    pub last: Mark,
    /// The first frame with data.
    pub first_data: Option<Mark>,
    /// The last frame with data.
    pub last_data: Option<Mark>,
    /// SYNs sent.
    pub syns: u32,
    /// Who ended it: the end that sent the first FIN or the reset, whether it was a reset, and the frame.
    pub ended_by: Option<(SocketAddr, bool, Mark)>,
    /// Whether this session's server opened it.
    pub server_opened: bool,
    /// Which way the server's bytes go, as [`Finding::Data`] counts ways (back, for an orphan).
    pub server_way: Way,
}

/// A transfer, or a data connection that no command used.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Its session; None for an orphan.
    pub session: Option<u64>,
    /// Its number in the session.
    pub n: u64,
    /// The command's number and frame.
    pub command: Option<(u64, Mark)>,
    /// RETR, STOR and so on.
    pub verb: Option<Verb>,
    /// Its argument.
    pub arg: Option<Vec<u8>>,
    /// The path, resolved.
    pub path: Option<Vec<u8>>,
    /// The name that the server chose (STOU), as its reply says it.
    pub chosen: Option<Vec<u8>>,
    /// Where the data connection was agreed on.
    pub agreement: Option<Agreement>,
    /// The data connection.
    pub connection: Option<Connection>,
    /// Payload bytes from the client to the server (from the opener, for an orphan).
    pub up: Option<u64>,
    /// Payload bytes from the server to the client.
    pub down: Option<u64>,
    /// Bytes of gaps inside.
    pub missing: u64,
    /// The announced length.
    pub declared: Option<Declared>,
    /// REST's offset.
    pub restart: u64,
    /// TYPE, MODE, STRU and PROT when it began.
    pub data_type: DataType,
    /// MODE's letter.
    pub mode: u8,
    /// STRU's letter.
    pub structure: u8,
    /// SHA-256 of the payload, where it was asked for and nothing is missing.
    pub sha256: Option<[u8; 32]>,
    /// SHA-256 with CR LF taken as LF, where the payload begins with lines that end so: what a file of TYPE A is on a
    /// system that ends lines with LF.
    pub sha256_lf: Option<[u8; 32]>,
    /// Line ends in the payload: CR LF, and LF alone; counted where SHA-256 was asked for.
    pub line_ends: [u64; 2],
    /// The 1yz reply's frame.
    pub begun: Option<Mark>,
    /// The final reply.
    pub final_code: Option<ReplyCode>,
    /// Its frame.
    pub ended: Option<Mark>,
    /// The other end of the data connection is another server or host than the client's.
    pub third_party: bool,
    /// It was matched by hosts and time, not by what was agreed on.
    pub inferred: bool,
    /// How it went.
    pub judgement: Judgement,
}

impl Transfer {
    /// Nanoseconds from the first to the last frame with data.
    #[must_use]
    pub fn duration(&self) -> Option<Nanos> {
        let connection = self.connection.as_ref()?;
        let (first, last) = (connection.first_data?, connection.last_data?);
        Some(last.time.saturating_sub(first.time).max(0))
    }

    /// Payload bytes both ways.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        Some(self.up? + self.down?)
    }
}

/// What is odd beside the control connection's own quirks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Data came before the 1yz reply.
    DataBeforePreliminary {
        /// The command's number.
        command: u64,
    },
    /// The final reply came before the data connection had ended.
    CompletionBeforeEnd {
        /// The command's number.
        command: u64,
    },
    /// Fewer bytes than announced, and an orderly end.
    ShorterThanDeclared {
        /// Announced.
        declared: u64,
        /// Captured.
        bytes: u64,
    },
    /// More bytes than announced.
    LongerThanDeclared {
        /// Announced.
        declared: u64,
        /// Captured.
        bytes: u64,
    },
    /// The advertised address is another than the one that was connected to.
    AddressTranslated {
        /// Advertised.
        listen: SocketAddr,
        /// Used.
        used: SocketAddr,
    },
    /// The data connection is between two servers (RFC 959 5.2).
    ServerToServer,
    /// An active data connection that does not come from the port next to the control port (RFC 959 3.2).
    SourcePort {
        /// The port it came from.
        port: u16,
        /// The one that RFC 959 names.
        expected: u16,
    },
    /// Two segments differ about the same bytes; the first counts.
    Conflict(Conflict),
    /// Gaps look as if the payload had been shortened by an editor.
    Edited,
    /// Only one direction of the connection was captured.
    OneWay,
    /// Another session of the capture is this one, on the other side of a router that translates addresses.
    SeenTwice {
        /// Its number.
        other: u64,
        /// Its client.
        client: SocketAddr,
        /// Its server.
        server: SocketAddr,
        /// How that is known.
        evidence: Evidence,
    },
}

/// How it is known that two sessions are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The initial sequence numbers of user and server are the same.
    SequenceNumbers(u32, u32),
    /// The lines come in the order in which a router between the two sees them.
    Order,
}

impl Remark {
    /// The name by which programs know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Remark::DataBeforePreliminary { .. } => "data-before-preliminary",
            Remark::CompletionBeforeEnd { .. } => "completion-before-end",
            Remark::ShorterThanDeclared { .. } => "shorter-than-declared",
            Remark::LongerThanDeclared { .. } => "longer-than-declared",
            Remark::AddressTranslated { .. } => "address-translated",
            Remark::ServerToServer => "server-to-server",
            Remark::SourcePort { .. } => "data-source-port",
            Remark::Conflict(_) => "bytes-differ",
            Remark::Edited => "edited-capture",
            Remark::OneWay => "one-direction",
            Remark::SeenTwice { .. } => "seen-twice",
        }
    }
}
