//! Telnet inside the control connection. RFC 959 (2.3, 4.1.3) lets the line be a Telnet connection, so a peer may put
//! option negotiation, an interrupt or a Synch anywhere into it; ncftp sends `FF F4 FF F2 ABOR`. A reader takes such
//! sequences out of the line and remembers that they were there.
//!
//! Only the byte-level rule lives here (RFC 854): what a byte after IAC means. The line reader drives it.

/// Interpret As Command: the byte that begins every Telnet sequence (RFC 854).
pub const IAC: u8 = 255;

const SE: u8 = 240;
const DATA_MARK: u8 = 242;
const INTERRUPT_PROCESS: u8 = 244;
const SB: u8 = 250;
const WILL: u8 = 251;
const DONT: u8 = 254;
/// The lowest byte that some Telnet document defines after IAC (end of file, RFC 1184).
const LOWEST: u8 = 236;

/// How long a subnegotiation (IAC SB … IAC SE) may be before it is taken for something else and its rest for text.
pub const MAX_SUBNEGOTIATION: u16 = 1024;

/// What was taken out of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// WILL, WON'T, DO, DON'T or a subnegotiation: the peer tries to agree on options.
    pub negotiation: bool,
    /// Interrupt Process, which RFC 959 4.1.3 asks for before ABOR or STAT in a transfer.
    pub interrupt: bool,
    /// The Data Mark of a Synch (RFC 854), the other half of it.
    pub synch: bool,
    /// Another Telnet command (NOP, AYT, …).
    pub other: bool,
    /// IAC and a byte that means nothing after it: both were kept as text (an eight-bit client that does not double 255).
    pub stray: bool,
}

impl Seen {
    /// True when the line was free of Telnet.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Seen::default()
    }
}

/// Where in a Telnet sequence the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// In text.
    #[default]
    Text,
    /// Behind IAC.
    Command,
    /// Behind IAC WILL and the like: the option comes.
    Option,
    /// In a subnegotiation, so many bytes long already.
    Subnegotiation(u16),
    /// In a subnegotiation, behind an IAC.
    SubnegotiationCommand(u16),
}

/// What one byte was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Byte {
    /// Part of a Telnet sequence.
    Taken,
    /// Text: this byte.
    Text(u8),
    /// Text after all: IAC, and then this byte, which is still to be looked at.
    Stray(u8),
}

impl State {
    /// Takes the next byte; `seen` collects what the line contains. In [`State::Text`] it is for IAC only.
    pub fn take(&mut self, byte: u8, seen: &mut Seen) -> Byte {
        let (next, what) = match (*self, byte) {
            (State::Text, IAC) => (State::Command, Byte::Taken),
            (State::Text, _) => (State::Text, Byte::Text(byte)),
            (State::Command, IAC) => (State::Text, Byte::Text(IAC)),
            (State::Command, SB) => {
                seen.negotiation = true;
                (State::Subnegotiation(0), Byte::Taken)
            }
            (State::Command, WILL..=DONT) => {
                seen.negotiation = true;
                (State::Option, Byte::Taken)
            }
            (State::Command, LOWEST..) => {
                match byte {
                    INTERRUPT_PROCESS => seen.interrupt = true,
                    DATA_MARK => seen.synch = true,
                    _ => seen.other = true,
                }
                (State::Text, Byte::Taken)
            }
            (State::Command, _) => {
                seen.stray = true;
                (State::Text, Byte::Stray(byte))
            }
            (State::Option, _) => (State::Text, Byte::Taken),
            (State::Subnegotiation(length), IAC) => {
                (State::SubnegotiationCommand(length), Byte::Taken)
            }
            (State::SubnegotiationCommand(_), SE) => (State::Text, Byte::Taken),
            (State::Subnegotiation(length) | State::SubnegotiationCommand(length), _) => {
                if length >= MAX_SUBNEGOTIATION {
                    seen.stray = true;
                    (State::Text, Byte::Text(byte))
                } else {
                    (State::Subnegotiation(length + 1), Byte::Taken)
                }
            }
        };
        *self = next;
        what
    }
}
