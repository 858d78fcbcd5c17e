//! The values of a dialogue that a script may name between braces.

use std::{fmt, net::Ipv4Addr};

/// A value that the dialogue has when a line is sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// `{pasv}`, `{pasv HOST}`: opens a data port and gives `h1,h2,h3,h4,p1,p2` (RFC 959 4.1.2).
    Pasv(Option<Ipv4Addr>),
    /// `{epsv}`: opens a data port and gives `|||p|` (RFC 2428 3).
    Epsv,
    /// `{port}`: the number of the open data port, else of one opened here.
    Port,
    /// `{verb}`: the verb of the command being answered, in capitals.
    Verb,
    /// `{arg}`: its argument, as written.
    Arg,
    /// `{user}`: the argument of the last USER.
    User,
    /// `{cwd}`: the working directory.
    Cwd,
    /// `{bytes}`: the bytes of this block's data, so far.
    Bytes,
    /// `{type}`: the representation type, `A` until TYPE changed it (RFC 959 3.1.1).
    Type,
    /// `{param.NAME}`: a parameter of the script.
    Param(String),
}

impl Value {
    /// True where sending it opens a data port.
    #[must_use]
    pub fn opens_port(&self) -> bool {
        matches!(self, Value::Pasv(_) | Value::Epsv | Value::Port)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Pasv(None) => f.write_str("{pasv}"),
            Value::Pasv(Some(host)) => write!(f, "{{pasv {host}}}"),
            Value::Epsv => f.write_str("{epsv}"),
            Value::Port => f.write_str("{port}"),
            Value::Verb => f.write_str("{verb}"),
            Value::Arg => f.write_str("{arg}"),
            Value::User => f.write_str("{user}"),
            Value::Cwd => f.write_str("{cwd}"),
            Value::Bytes => f.write_str("{bytes}"),
            Value::Type => f.write_str("{type}"),
            Value::Param(name) => write!(f, "{{param.{name}}}"),
        }
    }
}
