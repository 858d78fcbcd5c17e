//! What goes in and out of the server player: inputs, effects, and what is worth telling beside them.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use super::{date::Seconds, memory::Kept, pattern::WhyNot};

/// What comes in.
#[derive(Debug)]
pub enum Input<'a> {
    /// A command: its line without the end, and whether it was longer than the line limit.
    Command {
        /// The line.
        line: &'a [u8],
        /// It was cut.
        too_long: bool,
    },
    /// The answer to [`Effect::OpenPort`]; `None` where no port is free.
    Port(Option<SocketAddr>),
    /// The answer to [`Effect::OpenData`].
    Data(Result<(), DataFault>),
    /// The answer to [`Effect::KeepData`], once the client has closed: what came, behind what was there before.
    Kept {
        /// The file's bytes.
        content: Kept,
        /// Bytes on the data connection.
        bytes: u64,
        /// What went wrong.
        fault: Option<DataFault>,
    },
    /// The answer to [`Effect::Count`]; `None` where the file cannot be read.
    Counted(Option<u64>),
    /// The answer to [`Effect::Look`]: how many bytes the file has now, and when they were last changed; `None` where it
    /// cannot be read.
    Looked(Option<(u64, Seconds)>),
    /// The answer to [`Effect::SendData`] and [`Effect::ReceiveData`]: bytes that were moved, and how it ended.
    Moved {
        /// Bytes on the data connection.
        bytes: u64,
        /// What went wrong.
        fault: Option<DataFault>,
    },
    /// The answer to [`Effect::Ask`]: the line that a person typed.
    Typed(&'a [u8]),
    /// A person does something with the data connection.
    Hand(Hand),
    /// The client has closed its direction: no more commands come.
    Ended,
}

/// What a person at the server does with the data connection. One thing is done after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hand {
    /// Open a data port, in place of the one that is open.
    Listen,
    /// Take the data connection: accept the client, or call it. Nothing where it is there.
    Take,
    /// Send this; with TYPE A's line ends where the transfer is in TYPE A, or a listing.
    Send {
        /// What.
        source: Source,
        /// Nothing follows: close the connection behind it.
        last: bool,
    },
    /// Receive until the client closes.
    Receive {
        /// The name that it has for the client.
        name: String,
        /// The file it goes to; `None`: as for `D<`.
        to: Option<PathBuf>,
    },
    /// Close it and the data port, and give up whatever is going on there.
    Close(End),
}

/// What goes wrong with a data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFault {
    /// Neither PASV nor PORT came before.
    NotAgreed,
    /// PORT or EPRT names a host that is not the client's, or a port below 1024 (RFC 2577 2, 3).
    Foreign(SocketAddr),
    /// Nobody opened the passive port in time.
    NobodyCame,
    /// Only others than the client came to the passive port, and so many that it was given up.
    StrangersCame,
    /// The client's port did not answer, or refused.
    NotReached,
    /// The client closed or reset it in the middle.
    Lost,
    /// The upload is longer than the limit.
    TooMuch,
    /// All uploads together have taken up the room that there is for them.
    NoRoom,
    /// The file to be sent cannot be read.
    NoFile,
    /// The file ended before what was announced was sent: somebody has shortened it.
    Shortened,
    /// What came could not be stored, and why.
    NotStored(io::ErrorKind),
    /// No data port is free.
    NoPort,
    /// `{pasv}` on an IPv6 connection.
    NoIpv4,
}

impl DataFault {
    /// The reply that the client gets, behind a 1yz or not; RFC 959 5.4 knows these codes for every transfer.
    #[must_use]
    pub fn reply(self, preliminary: bool) -> &'static str {
        match self {
            DataFault::NotAgreed => "425 Use PASV or PORT first.",
            DataFault::Foreign(_) => "425 Data goes to your own address only.",
            DataFault::NobodyCame | DataFault::StrangersCame => {
                "425 Nobody opened the data connection."
            }
            DataFault::NotReached => "425 Can't open data connection.",
            DataFault::Lost => "426 Data connection closed; transfer aborted.",
            DataFault::TooMuch => "552 More than this server takes.",
            DataFault::NoRoom => "552 No room for more uploads.",
            DataFault::NoFile if preliminary => "451 The file cannot be read.",
            DataFault::NoFile => "550 No such file.",
            DataFault::Shortened => "451 The file was shortened meanwhile.",
            DataFault::NotStored(_) => "451 Could not be stored.",
            DataFault::NoPort => "425 No data port is free.",
            DataFault::NoIpv4 => "425 PASV is for IPv4 only, use EPSV.",
        }
    }
}

/// How a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In order (FIN).
    Fin,
    /// At once (RST).
    Reset,
}

/// Where a line of the server comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This line of the script.
    Script(u32),
    /// A person typed it, for this line of the script where it is one that asks.
    Typed(Option<u32>),
    /// The server behind `-- files`.
    BuiltIn,
    /// The player: nothing in the script answers, or what it asks for failed.
    Player,
}

/// Bytes for the data connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// These.
    Bytes(Vec<u8>),
    /// These, of the tree.
    Shared(Arc<Kept>),
    /// A file of the script's folder; the path is relative and has no `..`.
    File(String),
    /// A file that the person at the server has named.
    Disk(PathBuf),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send this on the control connection, in one write.
    Send {
        /// The bytes, line end included.
        bytes: Vec<u8>,
        /// Where they come from.
        origin: Origin,
    },
    /// Open a data port on the control connection's own address, in place of the one that is open. Asks for
    /// [`Input::Port`], at once.
    OpenPort,
    /// Close the data port.
    ClosePort,
    /// Take the data connection. Asks for [`Input::Data`].
    OpenData {
        /// Whom to call; `None`: accept on the open port.
        call: Option<SocketAddr>,
        /// The source port when calling; `None`: L-1, where the system allows it.
        from: Option<u16>,
        /// No longer than this.
        within: Duration,
    },
    /// Send on the data connection. Asks for [`Input::Moved`].
    SendData {
        /// What.
        source: Source,
        /// From this byte of it on.
        offset: u64,
        /// No more than this.
        limit: Option<u64>,
        /// In writes of so many bytes, with so long between.
        pace: Option<(u32, Duration)>,
        /// With TYPE A's line ends; `offset` and `limit` count the bytes on the wire.
        ascii: bool,
    },
    /// Receive on the data connection into memory. Asks for [`Input::Kept`].
    KeepData {
        /// What stays before it: a source and how much of it.
        before: Option<(Source, u64)>,
        /// No more than this, all together.
        limit: u64,
        /// With TYPE A's line ends.
        ascii: bool,
    },
    /// Count the bytes of this as TYPE A sends them. Asks for [`Input::Counted`].
    Count(Source),
    /// Look at this file. Asks for [`Input::Looked`].
    Look(Source),
    /// Receive on the data connection until the client closes it. Asks for [`Input::Moved`].
    ReceiveData {
        /// The path that the client wants it at: what tells it from others that would be kept under the same name.
        path: Vec<u8>,
        /// The name it is kept under, unless that is another path's.
        name: String,
        /// The file that a person chose for it.
        to: Option<PathBuf>,
        /// So many bytes of what is kept for that path stay before it: REST's offset, or all for APPE.
        before: u64,
        /// No more than this, all together.
        limit: u64,
    },
    /// Close the data connection, and give up whatever is going on there.
    CloseData(End),
    /// A person is to type a reply. Asks for [`Input::Typed`].
    Ask(Ask),
    /// Close the control connection.
    Close(End),
    /// Nothing to do: something to tell.
    Tell(Notice),
}

/// A reply that a person is to type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The script's line, where it is one that asks.
    pub line: Option<u32>,
    /// The command; empty for the greeting.
    pub command: Vec<u8>,
    /// What the code must begin with; empty where that is left open.
    pub code: String,
    /// A model answer, its code included.
    pub model: Option<Vec<u8>>,
    /// The data port that was opened for it.
    pub port: Option<SocketAddr>,
    /// The host that a 227 names instead of the port's own (`--public-address`).
    pub public: Option<std::net::Ipv4Addr>,
    /// A 1yz reply to the same command went before.
    pub preliminary: bool,
}

/// Something worth telling that no reply says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A block begins: the line of its pattern.
    Block(u32),
    /// Nothing in the script takes this command.
    Unmatched {
        /// The command's line.
        command: Vec<u8>,
        /// The nearest pattern.
        nearest: Option<Near>,
        /// The line of the next step.
        expected: Option<u32>,
    },
    /// The rest of a block, or of what the built-in server does, is not played: its data connection failed.
    Skipped {
        /// The line at which it failed; `None` where no block answers.
        line: Option<u32>,
        /// Why.
        fault: DataFault,
    },
    /// What a person wanted with the data connection failed.
    ByHand(DataFault),
    /// ABOR ended this block (the line of its pattern) before its end.
    Aborted(u32),
    /// The same command, so often within a second.
    Looping(u32),
    /// No command for so long.
    Idle(Duration),
    /// The client takes nothing of a reply, for so long.
    Stalled(Duration),
}

/// A pattern that nearly matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// Its line.
    pub line: u32,
    /// Why it did not match.
    pub why: Why,
}

/// Why a pattern did not match now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It does not match this command.
    Pattern(WhyNot),
    /// It is a step whose turn comes later.
    Later,
    /// It is a step that was taken already.
    Done,
}
