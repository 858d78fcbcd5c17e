//! What can be wrong with a script, as data: which line, which column, what. The sentences are in `view`. Sheets have
//! mistakes of the same form, of other kinds (`lab::mistake`).

use super::value::Value;

/// A mistake in a text that somebody writes for ftplab: a script, where no other kinds `K` are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake<K = Kind> {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The line as it stands in the text, without its end.
    pub text: String,
    /// What is wrong.
    pub kind: K,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The script is longer than [`super::MAX_SCRIPT`] bytes.
    TooLong,
    /// A byte that is not UTF-8.
    NotUtf8,
    /// The line does not begin with one of the markers.
    MarkerUnknown,
    /// A marker, but not in columns 1 and 2.
    MarkerIndented,
    /// No blank behind the marker.
    BlankMissing,
    /// Nothing behind a marker that needs something.
    RestMissing,
    /// `{` without `}`.
    BraceOpen,
    /// `}` without `{`.
    BraceClose,
    /// No value of this name.
    ValueUnknown(String),
    /// A value that has no meaning at this place.
    ValueMisplaced(Value),
    /// `{param.NAME}` without `-- param NAME=…`.
    ParamUnknown(String),
    /// The host of `{pasv HOST}` is no IPv4 address.
    HostInvalid(String),
    /// An alternative of a pattern is empty.
    AlternativeEmpty,
    /// Not a regular expression; what the library says, in English.
    RegexInvalid(String),
    /// No action or setting of this name.
    ActionUnknown(String),
    /// An argument that the action does not take.
    ArgumentUnwanted,
    /// The action needs an argument.
    ArgumentMissing,
    /// Not a time such as `500ms`, `5s`, `2m`.
    TimeInvalid(String),
    /// Not a number, or not one that is possible here.
    NumberInvalid(String),
    /// Not one of the words that are possible here.
    WordUnknown {
        /// The word.
        found: String,
        /// Those there are.
        known: &'static [&'static str],
    },
    /// Not a port or range of ports.
    PortsInvalid(String),
    /// Not an IP address.
    AddressInvalid(String),
    /// Not `NAME=DEFAULT`, `NAME=A..B` or `NAME=a,b,c`.
    ParamInvalid,
    /// This setting stands twice (a parameter: of the same name); the first is in this line.
    SettingTwice(u32),
    /// A setting after the greeting or a block has begun.
    SettingLate,
    /// An action that has no meaning in the greeting.
    NotInGreeting,
    /// Not one to three digits.
    CodeInvalid(String),
    /// A path that is absolute or leads out of the script's folder.
    PathOutside,
}
