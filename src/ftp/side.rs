//! Whose bytes they are. The observer and everything above it name the two ends of a control connection by RFC 959's
//! words, user and server; who dialled whom is a different question (section 2.3).

/// One end of a control connection (RFC 959 2.3): the user-PI, which sends commands, or the server-PI, which answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The user-PI: the client's end.
    User,
    /// The server-PI.
    Server,
}

impl Side {
    /// The end across the line.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::User => Side::Server,
            Side::Server => Side::User,
        }
    }
}
