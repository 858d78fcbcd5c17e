//! Facts of the RFCs about each verb and each reply code, as tables. Sentences about them are in `view/text`.
//!
//! The heart is the command-reply table of RFC 959 5.4, carried over row by row: which replies a command may get, and
//! which of them only after a 1yz. The other tables of that kind (RFC 2228 8.2) and what later RFCs say in prose are
//! written in the same shape, each row with its source, so that one question answers for all: what may come now?
//!
//! RFC 959 calls its table strict; RFC 1123 4.1.2.11 loosens it: a server should use these codes, and may use another
//! where it needs one, as long as the digits keep their meaning. So [`allows`] knows more than yes and no. Which commands
//! may get a code is asked of the command table; it stands nowhere a second time.

use std::fmt;

use super::{
    code::ReplyCode,
    command::Verb::{self, *},
};

/// Where a fact is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// An RFC and its section; the section is empty where the document has none or the fact is all through it.
    Rfc(u16, &'static str),
    /// An Internet-Draft that never became an RFC.
    Draft(&'static str),
    /// Nowhere: clients and servers simply do it.
    Practice,
}

/// `RFC 959 4.2.1`, or the draft's name; empty for [`Source::Practice`].
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Rfc(number, "") => write!(f, "RFC {number}"),
            Source::Rfc(number, section) => write!(f, "RFC {number} {section}"),
            Source::Draft(name) => f.write_str(name),
            Source::Practice => Ok(()),
        }
    }
}

/// The three groups of commands of RFC 959 4.1; an extension's verb is in the group its own RFC gives it, else in that of
/// the commands it works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// RFC 959 4.1.1: who the user is, where he is.
    AccessControl,
    /// RFC 959 4.1.2: how data will be transferred.
    TransferParameter,
    /// RFC 959 4.1.3: the transfer, or what is done with files.
    Service,
}

impl Group {
    /// The groups in RFC 959's order.
    pub const ALL: [Group; 3] = [
        Group::AccessControl,
        Group::TransferParameter,
        Group::Service,
    ];
}

/// The standing of a verb in the IANA registry (RFC 5797).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Part of the base protocol, and mandatory.
    Mandatory,
    /// Part of the base protocol, and optional.
    Optional,
    /// From an RFC after 959: a server has it or not, and FEAT tells (RFC 2389).
    Extension,
    /// Obsolete. Some are still served as other names of their successors.
    Historic,
    /// Not in the registry; in use all the same.
    Unregistered,
}

/// The way data takes over a data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// From the server to the user: a listing or a file.
    Down,
    /// From the user to the server.
    Up,
}

/// When a reply of a [`Row`] may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// A 1yz that other replies follow.
    Preliminary,
    /// In parentheses in RFC 959 5.4: between the 1yz and the final reply, any number of times.
    Marker,
    /// After a 1yz only.
    Second,
    /// As the first reply to the command.
    First,
}

const AT_ONCE: &[Stage] = &[Stage::Preliminary, Stage::First];
const LATER: &[Stage] = &[Stage::Marker, Stage::Second];
const ANY_STAGE: &[Stage] = &[
    Stage::Preliminary,
    Stage::Marker,
    Stage::Second,
    Stage::First,
];

/// One row of a command-reply table: codes that stand on one line in RFC 959 5.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// When these replies may come.
    pub stage: Stage,
    /// The codes, in the table's order.
    pub codes: &'static [ReplyCode],
    /// Where the row is written.
    pub source: Source,
}

/// What the RFCs say about a verb.
#[derive(Debug, Clone, Copy)]
pub struct CommandFact {
    /// The verb.
    pub verb: Verb,
    /// The whole command without its `<CRLF>`, in RFC 959 5.3.1's notation.
    pub syntax: &'static str,
    /// Its group.
    pub group: Group,
    /// The data that it moves over a data connection; `None` for most.
    pub flow: Option<Flow>,
    /// True where it makes sense for a user who has logged in only. (RFC 959 5.4 gives such a command a 530, but for PWD,
    /// where the table forgets it.)
    pub needs_login: bool,
    /// Its standing.
    pub status: Status,
    /// Where it is described.
    pub source: Source,
    /// The replies to it, in the order of its table.
    pub replies: &'static [Row],
}

impl CommandFact {
    /// The standard verb that this X-variant is an old name of (RFC 1123 4.1.3.1).
    #[must_use]
    pub const fn modern(&self) -> Option<Verb> {
        match self.verb {
            Xcup => Some(Cdup),
            Xcwd => Some(Cwd),
            Xmkd => Some(Mkd),
            Xpwd => Some(Pwd),
            Xrmd => Some(Rmd),
            _ => None,
        }
    }

    /// Every code of the rows, once, in their order.
    pub fn codes(&self) -> impl Iterator<Item = ReplyCode> {
        unique(self.replies, ANY_STAGE)
    }
}

/// What the RFCs say about a reply code.
#[derive(Debug, Clone, Copy)]
pub struct CodeFact {
    /// The code.
    pub code: ReplyCode,
    /// Where it is defined; more than one where two RFCs gave the same code to different things.
    pub sources: &'static [Source],
}

/// Whether a command may get a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Allowed {
    /// It stands in the command's own table.
    Listed,
    /// It may answer any command: [`ANY_COMMAND`].
    AnyCommand,
    /// It does not stand there, but its first digit does: RFC 1123 4.1.2.11 lets a server do so where it needs to.
    Unlisted,
    /// Its first digit does not fit the command (a 1yz where nothing can be preliminary, a 3yz where no sequence goes on),
    /// or no RFC gives that digit a meaning.
    Wrong,
}

const fn rc(value: u16) -> ReplyCode {
    match ReplyCode::new(value) {
        Some(code) => code,
        None => panic!("a reply code has three digits"),
    }
}

/// `rows!(SOURCE: First 227, First 500 501; OTHER: First 502)`: rows with the source they are written in.
macro_rules! rows {
    ($($source:ident: $($stage:ident $($code:literal)+),+);+ $(;)?) => {
        &[$($(Row { stage: Stage::$stage, codes: &[$(rc($code)),+], source: $source }),+),+]
    };
}

const RFC959: Source = Source::Rfc(959, "5.4");
const RFC959_CDUP: Source = Source::Rfc(959, "4.1.1");
// 554 and 555: what may answer the transfer that follows a REST.
const RFC1123: Source = Source::Rfc(1123, "");
const RFC1639_2: Source = Source::Rfc(1639, "2");
const RFC1639_4: Source = Source::Rfc(1639, "4");
const RFC1639_3: Source = Source::Rfc(1639, "3");
const RFC2228: Source = Source::Rfc(2228, "8.2");
const RFC2228_3: Source = Source::Rfc(2228, "3");
const RFC2389_3: Source = Source::Rfc(2389, "3.2");
const RFC2389_4: Source = Source::Rfc(2389, "4");
const RFC2428_2: Source = Source::Rfc(2428, "2");
const RFC2428_3: Source = Source::Rfc(2428, "3");
const RFC2640: Source = Source::Rfc(2640, "4.1");
const RFC3659_3: Source = Source::Rfc(3659, "3");
const RFC3659_4: Source = Source::Rfc(3659, "4");
const RFC3659_7: Source = Source::Rfc(3659, "7.2");
const RFC4217: Source = Source::Rfc(4217, "");
const RFC6384: Source = Source::Rfc(6384, "11");
const RFC7151: Source = Source::Rfc(7151, "3");
const MFXX: Source = Source::Draft("draft-somers-ftp-mfxx-04");
const PRACTICE: Source = Source::Practice;

/// What the server sends when a control connection is established, before any command (RFC 959 5.4).
pub const GREETING: &[Row] = rows!(RFC959: Preliminary 120, Second 220, First 220, First 421);

/// The codes that may answer any command, whatever its own table says: 421, when the server knows that it must shut down
/// (RFC 959 4.2.1); 533, when commands must be protected (RFC 2228 3); 63z, when replies are (RFC 2228 8.2).
pub const ANY_COMMAND: &[ReplyCode] = &[rc(421), rc(533), rc(631), rc(632), rc(633)];

const CWD_ROWS: &[Row] = rows!(RFC959: First 250, First 500 501 502 421 530 550);
// 5.4 lists 200 alone, and 4.1.1 says that CDUP's codes are CWD's; servers send 250.
const CDUP_ROWS: &[Row] = rows!(
    RFC959: First 200, First 500 501 502 421 530 550;
    RFC959_CDUP: First 250
);
const RMD_ROWS: &[Row] = rows!(RFC959: First 250, First 500 501 502 421 530 550);
const MKD_ROWS: &[Row] = rows!(RFC959: First 257, First 500 501 502 421 530 550);
const PWD_ROWS: &[Row] = rows!(RFC959: First 257, First 500 501 502 421 550);
const PARAMETER_ROWS: &[Row] = rows!(RFC959: First 200, First 500 501 504 421 530);
const LIST_ROWS: &[Row] = rows!(
    RFC959: Preliminary 125 150, Second 226 250, Second 425 426 451, First 450, First 500 501 502 421 530;
    RFC2228: First 534 535;
    RFC4217: Second 521 522
);
const STOR_ROWS: &[Row] = rows!(
    RFC959: Preliminary 125 150, Marker 110, Second 226 250, Second 425 426 451 551 552,
            First 532 450 452 553, First 500 501 421 530;
    RFC1123: First 554 555;
    RFC2228: First 534 535;
    RFC4217: Second 521 522
);
// RFC 2228 8.2 lists 535 and 533; its section 3 names the others.
const PROTECTED_ROWS: &[Row] = rows!(
    RFC2228: First 535 533, First 500 501 421;
    RFC2228_3: First 502 503 537
);
const FACT_ROWS: &[Row] = rows!(MFXX: First 213, First 500 501 550);

macro_rules! facts {
    ($($verb:ident $syntax:literal $group:ident $flow:expr, $login:literal, $status:ident,
       $source:expr, $replies:expr;)*) => {
        &[$(CommandFact {
            verb: $verb, syntax: $syntax, group: Group::$group, flow: $flow,
            needs_login: $login, status: Status::$status, source: $source, replies: $replies,
        }),*]
    };
}

const DOWN: Option<Flow> = Some(Flow::Down);
const UP: Option<Flow> = Some(Flow::Up);
const ACCESS: Source = Source::Rfc(959, "4.1.1");
const PARAMETER: Source = Source::Rfc(959, "4.1.2");
const SERVICE: Source = Source::Rfc(959, "4.1.3");
const OLD: Source = Source::Rfc(775, "");

/// Every known verb, in the order of [`Verb::ALL`], so that a verb's own number finds it.
#[rustfmt::skip] // a table
static FACTS: &[CommandFact] = facts! {
    Abor "ABOR" Service None, false, Mandatory, SERVICE, rows!(RFC959: First 225 226, First 500 501 502 421);
    Acct "ACCT <SP> <account-information>" AccessControl None, false, Mandatory, ACCESS,
        rows!(RFC959: First 230, First 202, First 530, First 500 501 503 421);
    Adat "ADAT <SP> <base64data>" AccessControl None, false, Extension, RFC2228_3,
        // 8.2 has 501 in both rows of errors.
        rows!(RFC2228: First 235, First 335, First 503 501 535, First 500 421; RFC2228_3: First 502);
    Algs "ALGS <SP> STATUS64 | ENABLE64 | DISABLE64" Service None, false, Extension, RFC6384,
        rows!(RFC6384: First 216, First 502 504);
    Allo "ALLO <SP> <decimal-integer> [<SP> R <SP> <decimal-integer>]" Service None, true, Mandatory, SERVICE,
        rows!(RFC959: First 200, First 202, First 500 501 504 421 530);
    Appe "APPE <SP> <pathname>" Service UP, true, Mandatory, SERVICE, rows!(
        RFC959: Preliminary 125 150, Marker 110, Second 226 250, Second 425 426 451 551 552,
                First 532 450 550 452 553, First 500 501 502 421 530;
        RFC1123: First 554 555;
        RFC2228: First 534 535;
        RFC4217: Second 521 522);
    Auth "AUTH <SP> <mechanism-name>" AccessControl None, false, Extension, RFC2228_3,
        rows!(RFC2228: First 234, First 334, First 502 504 534 431, First 500 501 421);
    Ccc "CCC" AccessControl None, false, Extension, RFC2228_3,
        rows!(RFC2228_3: First 200, First 533 534; RFC2228: First 500 501 502 421);
    Cdup "CDUP" AccessControl None, true, Optional, ACCESS, CDUP_ROWS;
    Clnt "CLNT <SP> <string>" AccessControl None, false, Unregistered, PRACTICE, rows!(PRACTICE: First 200, First 500 501);
    Conf "CONF <SP> <base64data>" AccessControl None, false, Extension, RFC2228_3, PROTECTED_ROWS;
    Cwd "CWD <SP> <pathname>" AccessControl None, true, Mandatory, ACCESS, CWD_ROWS;
    Dele "DELE <SP> <pathname>" Service None, true, Mandatory, SERVICE,
        rows!(RFC959: First 250, First 450 550, First 500 501 502 421 530);
    Enc "ENC <SP> <base64data>" AccessControl None, false, Extension, RFC2228_3, PROTECTED_ROWS;
    Eprt "EPRT <SP> <d><net-prt><d><net-addr><d><tcp-port><d>" TransferParameter None, true, Extension, RFC2428_2,
        rows!(RFC2428_2: First 200, First 522, First 500 501; PRACTICE: First 502);
    // RFC 2428 does not say what answers EPSV ALL; servers say 200. Those without it say 502 as often as 500.
    Epsv "EPSV [<SP> <net-prt> | ALL]" TransferParameter None, true, Extension, RFC2428_3,
        rows!(RFC2428_3: First 229, First 522, First 500 501; PRACTICE: First 200, First 502);
    Feat "FEAT" AccessControl None, false, Extension, Source::Rfc(2389, "3"),
        rows!(RFC2389_3: First 211, First 500 502, First 501);
    Help "HELP [<SP> <string>]" Service None, false, Mandatory, SERVICE,
        rows!(RFC959: First 211 214, First 500 501 502 421);
    Host "HOST <SP> <hostname>" AccessControl None, false, Extension, RFC7151,
        rows!(RFC7151: First 220, First 503 504, First 500 501 502);
    Lang "LANG [<SP> <lang-tag>]" TransferParameter None, false, Extension, RFC2640,
        rows!(RFC2640: First 200, First 500 501 502 504 421 530);
    List "LIST [<SP> <pathname>]" Service DOWN, true, Mandatory, SERVICE, LIST_ROWS;
    Lprt "LPRT <SP> <long-host-port>" TransferParameter None, true, Historic, RFC1639_2,
        rows!(RFC1639_2: First 200; RFC1639_4: First 500 501, First 521);
    Lpsv "LPSV" TransferParameter None, true, Historic, RFC1639_3,
        rows!(RFC1639_3: First 228; RFC1639_4: First 500 501, First 521);
    Mdtm "MDTM <SP> <pathname>" Service None, true, Extension, RFC3659_3,
        rows!(RFC3659_3: First 213, First 550, First 500 501);
    Mfct "MFCT <SP> <time-val> <SP> <pathname>" Service None, true, Unregistered, MFXX, FACT_ROWS;
    Mff "MFF <SP> <fact>=<value>; <SP> <pathname>" Service None, true, Unregistered, MFXX,
        rows!(MFXX: First 213, First 500 501 504 550);
    Mfmt "MFMT <SP> <time-val> <SP> <pathname>" Service None, true, Unregistered, MFXX, FACT_ROWS;
    // A MIC command is signed, not encrypted: its base64 holds a password as it is.
    Mic "MIC <SP> <base64data>" AccessControl None, false, Extension, RFC2228_3, PROTECTED_ROWS;
    Mkd "MKD <SP> <pathname>" Service None, true, Optional, SERVICE, MKD_ROWS;
    Mlsd "MLSD [<SP> <pathname>]" Service DOWN, true, Extension, Source::Rfc(3659, "7"), rows!(
        RFC3659_7: Preliminary 150, Second 226, First 501 550, First 500 530 553 503 504;
        RFC959: Second 425 426 451;
        RFC4217: Second 521 522);
    Mlst "MLST [<SP> <pathname>]" Service None, true, Extension, Source::Rfc(3659, "7"),
        rows!(RFC3659_7: First 250, First 501 550, First 500 530 553 503 504);
    Mode "MODE <SP> S | B | C" TransferParameter None, true, Mandatory, PARAMETER, PARAMETER_ROWS;
    Nlst "NLST [<SP> <pathname>]" Service DOWN, true, Mandatory, SERVICE, LIST_ROWS;
    Noop "NOOP" Service None, false, Mandatory, SERVICE, rows!(RFC959: First 200, First 500 421);
    Opts "OPTS <SP> <command-name> [<SP> <command-options>]" TransferParameter None, false, Extension, RFC2389_4,
        rows!(RFC2389_4: First 200, First 451 501, First 500 502);
    Pass "PASS <SP> <password>" AccessControl None, false, Mandatory, ACCESS,
        rows!(RFC959: First 230, First 202, First 530, First 500 501 503 421, First 332);
    Pasv "PASV" TransferParameter None, true, Mandatory, PARAMETER, rows!(RFC959: First 227, First 500 501 502 421 530);
    Pbsz "PBSZ <SP> <decimal-integer>" TransferParameter None, false, Extension, RFC2228_3,
        rows!(RFC2228: First 200, First 503, First 500 501 421 530; RFC2228_3: First 502);
    Port "PORT <SP> h1,h2,h3,h4,p1,p2" TransferParameter None, true, Mandatory, PARAMETER,
        rows!(RFC959: First 200, First 500 501 421 530);
    Prot "PROT <SP> C | S | E | P" TransferParameter None, false, Extension, RFC2228_3,
        rows!(RFC2228: First 200, First 504 536 503 534 431, First 500 501 421 530; RFC2228_3: First 502);
    Pwd "PWD" Service None, true, Optional, SERVICE, PWD_ROWS;
    Quit "QUIT" AccessControl None, false, Mandatory, ACCESS, rows!(RFC959: First 221, First 500);
    Rein "REIN" AccessControl None, false, Mandatory, ACCESS,
        rows!(RFC959: Preliminary 120, Second 220, First 220, First 421, First 500 502);
    Rest "REST <SP> <marker>" Service None, true, Mandatory, SERVICE,
        rows!(RFC959: First 500 501 502 421 530, First 350);
    Retr "RETR <SP> <pathname>" Service DOWN, true, Mandatory, SERVICE, rows!(
        RFC959: Preliminary 125 150, Marker 110, Second 226 250, Second 425 426 451, First 450 550, First 500 501 421 530;
        RFC1123: First 554 555;
        RFC2228: First 534 535;
        RFC4217: Second 521 522);
    Rmd "RMD <SP> <pathname>" Service None, true, Optional, SERVICE, RMD_ROWS;
    Rnfr "RNFR <SP> <pathname>" Service None, true, Mandatory, SERVICE,
        rows!(RFC959: First 450 550, First 500 501 502 421 530, First 350);
    Rnto "RNTO <SP> <pathname>" Service None, true, Mandatory, SERVICE,
        rows!(RFC959: First 250, First 532 553, First 500 501 502 503 421 530);
    Site "SITE <SP> <string>" Service None, true, Mandatory, SERVICE,
        rows!(RFC959: First 200, First 202, First 500 501 530);
    Size "SIZE <SP> <pathname>" Service None, true, Extension, RFC3659_4,
        rows!(RFC3659_4: First 213, First 550, First 500 501);
    Smnt "SMNT <SP> <pathname>" AccessControl None, true, Optional, ACCESS,
        rows!(RFC959: First 202 250, First 500 501 502 421 530 550);
    Stat "STAT [<SP> <pathname>]" Service None, true, Mandatory, SERVICE,
        rows!(RFC959: First 211 212 213, First 450, First 500 501 502 421 530);
    Stor "STOR <SP> <pathname>" Service UP, true, Mandatory, SERVICE, STOR_ROWS;
    Stou "STOU" Service UP, true, Optional, SERVICE, STOR_ROWS;
    Stru "STRU <SP> F | R | P" TransferParameter None, true, Mandatory, PARAMETER, PARAMETER_ROWS;
    Syst "SYST" Service None, false, Optional, SERVICE, rows!(RFC959: First 215, First 500 501 502 421);
    Type "TYPE <SP> (A | E) [<SP> N | T | C] | I | L <SP> <byte-size>" TransferParameter None, true,
        Mandatory, PARAMETER, PARAMETER_ROWS;
    User "USER <SP> <username>" AccessControl None, false, Mandatory, ACCESS,
        rows!(RFC959: First 230, First 530, First 500 501 421, First 331 332; RFC2228: First 232, First 336);
    Xcup "XCUP" AccessControl None, true, Historic, OLD, CDUP_ROWS;
    Xcwd "XCWD <SP> <pathname>" AccessControl None, true, Historic, OLD, CWD_ROWS;
    Xmkd "XMKD <SP> <pathname>" Service None, true, Historic, OLD, MKD_ROWS;
    Xpwd "XPWD" Service None, true, Historic, OLD, PWD_ROWS;
    Xrmd "XRMD <SP> <pathname>" Service None, true, Historic, OLD, RMD_ROWS;
};

/// The verb's own number is its place in the table; checked when compiled.
const _: () = {
    assert!(FACTS.len() == Verb::ALL.len());
    let mut at = 0;
    while at < FACTS.len() {
        assert!(FACTS[at].verb as usize == at);
        at += 1;
    }
};

macro_rules! codes {
    ($($($code:literal)+ : $sources:expr;)*) => {
        &[$($(CodeFact { code: rc($code), sources: &$sources }),+),*]
    };
}

const LIST959: Source = Source::Rfc(959, "4.2.1");
const NEW2228: Source = Source::Rfc(2228, "5.1");

/// Every code that an RFC on FTP defines, in numeric order.
static CODES: &[CodeFact] = codes! {
    110 120 125 150: [LIST959];
    200 202 211 212 213 214 215: [LIST959];
    216: [RFC6384];
    220 221 225 226 227: [LIST959];
    228: [RFC1639_3];
    229: [RFC2428_3];
    230: [LIST959];
    232 234 235: [NEW2228];
    250 257: [LIST959];
    331 332: [LIST959];
    334 335 336: [NEW2228];
    350: [LIST959];
    421 425 426: [LIST959];
    431: [NEW2228];
    450 451 452: [LIST959];
    500 501 502 503 504: [LIST959];
    521: [RFC1639_4, RFC4217];
    522: [RFC2428_2, RFC4217];
    530 532: [LIST959];
    533 534 535 536 537: [NEW2228];
    550 551 552 553: [LIST959];
    554 555: [RFC1123];
    631 632 633: [Source::Rfc(2228, "5.2")];
};

/// What the RFCs say about this verb; `None` for [`Verb::Other`].
#[must_use]
pub fn fact(verb: Verb) -> Option<&'static CommandFact> {
    FACTS.get(verb as usize)
}

/// Every verb's facts, in alphabetical order.
#[must_use]
pub fn commands() -> &'static [CommandFact] {
    FACTS
}

/// What the RFCs say about this code; `None` where none lists it.
#[must_use]
pub fn code(code: ReplyCode) -> Option<&'static CodeFact> {
    let at = CODES.binary_search_by_key(&code, |fact| fact.code).ok()?;
    Some(&CODES[at])
}

/// Every code that an RFC lists, in numeric order.
#[must_use]
pub fn codes() -> &'static [CodeFact] {
    CODES
}

/// Whether this command may get this code, at any stage. Of a verb that nobody knows, anything that is not preliminary
/// and whose first digit has a meaning may come.
#[must_use]
pub fn allows(verb: Verb, code: ReplyCode) -> Allowed {
    let Some(fact) = fact(verb) else {
        return match code.digits()[0] {
            2..=6 => Allowed::Unlisted,
            _ => Allowed::Wrong,
        };
    };
    if fact.codes().any(|listed| listed == code) {
        Allowed::Listed
    } else if ANY_COMMAND.contains(&code) {
        Allowed::AnyCommand
    } else if code.is_negative() || alternatives(verb, code).next().is_some() {
        Allowed::Unlisted
    } else {
        Allowed::Wrong
    }
}

/// Whether this code may come at this point of the command: as its first reply, or once a 1yz has come. Narrower than
/// [`allows`]: by the table, or any command's.
#[must_use]
pub fn allows_now(verb: Verb, code: ReplyCode, after_preliminary: bool) -> bool {
    let stages = if after_preliminary { LATER } else { AT_ONCE };
    let rows = fact(verb).map_or(&[][..], |fact| fact.replies);
    ANY_COMMAND.contains(&code)
        || rows
            .iter()
            .any(|row| stages.contains(&row.stage) && row.codes.contains(&code))
}

/// Where the replies to this verb are listed: the source of the row that shares the first digit of `code`, else of the
/// first one.
#[must_use]
pub fn replies_source(verb: Verb, code: ReplyCode) -> Option<Source> {
    let rows = fact(verb)?.replies;
    let kin = |row: &&Row| {
        row.codes
            .iter()
            .any(|listed| listed.first() == code.first())
    };
    rows.iter().find(kin).or(rows.first()).map(|row| row.source)
}

/// The codes of the command's own table that share the first digit of `code`: what stood there to choose from.
pub fn alternatives(verb: Verb, code: ReplyCode) -> impl Iterator<Item = ReplyCode> {
    let rows = fact(verb).map_or(&[][..], |fact| fact.replies);
    unique(rows, ANY_STAGE).filter(move |listed| listed.digits()[0] == code.digits()[0])
}

/// The replies that may come now to a command that waits, by its own table and in its order: its first reply, or what
/// follows once a 1yz has come. 421 closes the list where the table forgets it. Empty for [`Verb::Other`].
pub fn expected_now(verb: Verb, after_preliminary: bool) -> impl Iterator<Item = ReplyCode> {
    let fact = fact(verb);
    let rows = fact.map_or(&[][..], |fact| fact.replies);
    let shutdown = rc(421);
    let stages = if after_preliminary { LATER } else { AT_ONCE };
    unique(rows, stages)
        .filter(move |&code| code != shutdown)
        .chain(fact.map(|_| shutdown))
}

/// Who may get a code and when, in the verbs' order. Codes for any command are not among them: see [`ANY_COMMAND`].
pub fn commands_that_may_get(
    code: ReplyCode,
) -> impl Iterator<Item = (&'static CommandFact, &'static Row)> {
    FACTS.iter().flat_map(move |fact| {
        fact.replies
            .iter()
            .filter(move |row| row.codes.contains(&code))
            .map(move |row| (fact, row))
    })
}

/// The commands that go on after this 3yz reply to `verb` (RFC 959 5.4, RFC 2228 3); empty where no sequence does.
#[must_use]
pub fn continuations(verb: Verb, code: ReplyCode) -> &'static [Verb] {
    match (verb, code.value()) {
        (User, 331 | 336) => &[Pass],
        (User | Pass, 332) => &[Acct],
        (Auth | Adat, 334 | 335) => &[Adat],
        (Rnfr, 350) => &[Rnto],
        (Rest, 350) => &[Retr, Stor, Appe, Stou],
        _ => &[],
    }
}

/// The codes of the rows of these stages, each once, in the rows' order.
fn unique(rows: &'static [Row], stages: &'static [Stage]) -> impl Iterator<Item = ReplyCode> {
    let of_stage = move |row: &&Row| stages.contains(&row.stage);
    rows.iter()
        .enumerate()
        .filter(move |(_, row)| of_stage(row))
        .flat_map(|(at, row)| row.codes.iter().map(move |&code| (at, code)))
        .filter(move |(at, code)| {
            !rows[..*at]
                .iter()
                .filter(of_stage)
                .any(|earlier| earlier.codes.contains(code))
        })
        .map(|(_, code)| code)
}

/// A set of codes named as the RFCs do: `4yz`, `x2z`, `42z`; also `4xx`, and `4` and `42` as prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern([Option<u8>; 3]);

impl Pattern {
    /// Reads a pattern: at most three digits and letters x, y, z, in any case; what is missing at the end may be anything.
    #[must_use]
    pub fn parse(word: &str) -> Option<Pattern> {
        if word.is_empty() || word.len() > 3 {
            return None;
        }
        let mut digits = [None; 3];
        for (digit, byte) in digits.iter_mut().zip(word.bytes()) {
            *digit = match byte {
                b'0'..=b'9' => Some(byte - b'0'),
                b'x'..=b'z' | b'X'..=b'Z' => None,
                _ => return None,
            };
        }
        Some(Pattern(digits))
    }

    /// The digits that are given.
    #[must_use]
    pub const fn digits(self) -> [Option<u8>; 3] {
        self.0
    }

    /// The one code that it stands for, where all three digits are given.
    #[must_use]
    pub fn code(self) -> Option<ReplyCode> {
        let [first, second, third] = self.0;
        ReplyCode::from_digits([first? + b'0', second? + b'0', third? + b'0'])
    }

    /// True where this code is one of those meant.
    #[must_use]
    pub fn matches(self, code: ReplyCode) -> bool {
        self.0
            .iter()
            .zip(code.digits())
            .all(|(wanted, digit)| wanted.is_none_or(|wanted| wanted == digit))
    }
}

/// The verb that does what this word of the command-line clients (`get`, `ls`, `cd`) asks for. Such a word typed on a
/// control connection is a 500: it is not FTP.
#[must_use]
pub fn client_word(word: &str) -> Option<Verb> {
    const WORDS: &[(&str, Verb)] = &[
        ("append", Appe),
        ("ascii", Type),
        ("binary", Type),
        ("bye", Quit),
        ("cd", Cwd),
        ("delete", Dele),
        ("dir", List),
        ("disconnect", Quit),
        ("exit", Quit),
        ("get", Retr),
        ("ls", List),
        ("mget", Retr),
        ("mkdir", Mkd),
        ("modtime", Mdtm),
        ("mput", Stor),
        ("passive", Pasv),
        ("put", Stor),
        ("recv", Retr),
        ("rename", Rnfr),
        ("rm", Dele),
        ("rmdir", Rmd),
        ("send", Stor),
        ("sendport", Port),
    ];
    let at = WORDS
        .binary_search_by(|(known, _)| {
            known
                .chars()
                .cmp(word.chars().map(|c| c.to_ascii_lowercase()))
        })
        .ok()?;
    Some(WORDS[at].1)
}

/// No word longer than this is compared with the verbs: nothing that long is a slip of one.
const LONGEST_SLIP: usize = 8;

/// The verbs that this word may have been meant to be: those it takes fewest slips (a letter too many, too few, wrong, or
/// two exchanged) to write so, two at most and fewer than the word is long. Empty where none is near.
#[must_use]
pub fn nearest_verbs(word: &[u8]) -> Vec<Verb> {
    if word.is_empty() || word.len() > LONGEST_SLIP {
        return Vec::new();
    }
    let word = word.to_ascii_uppercase();
    let far = word.len().min(3);
    let slips: Vec<(usize, Verb)> = Verb::ALL
        .iter()
        .map(|&verb| (slips(&word, verb.name().as_bytes()), verb))
        .filter(|&(slips, _)| slips < far)
        .collect();
    let least = slips.iter().map(|&(slips, _)| slips).min();
    slips
        .into_iter()
        .filter(|&(slips, _)| Some(slips) == least)
        .map(|(_, verb)| verb)
        .collect()
}

/// The optimal string alignment distance: how many slips make one word of the other.
#[must_use]
pub fn slips(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// The listed codes nearest to one that is not: those with the same first two digits, else those with the same first.
#[must_use]
pub fn nearest_codes(code: ReplyCode) -> Vec<ReplyCode> {
    let [first, second, _] = code.digits();
    let sharing = |digits: &[u8]| -> Vec<ReplyCode> {
        CODES
            .iter()
            .map(|fact| fact.code)
            .filter(|known| known.digits().starts_with(digits))
            .collect()
    };
    let near = sharing(&[first, second]);
    if near.is_empty() {
        sharing(&[first])
    } else {
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 959 5.4 once more, typed off the page in another shape: verb, what may come at once, and after `/` what may
    /// follow a 1yz.
    const TABLE: &str = "
        USER 230 530 500 501 421 331 332
        PASS 230 202 530 500 501 503 421 332
        ACCT 230 202 530 500 501 503 421
        CWD 250 500 501 502 421 530 550
        CDUP 200 500 501 502 421 530 550
        SMNT 202 250 500 501 502 421 530 550
        REIN 120 220 421 500 502 / 220
        QUIT 221 500
        PORT 200 500 501 421 530
        PASV 227 500 501 502 421 530
        MODE 200 500 501 504 421 530
        TYPE 200 500 501 504 421 530
        STRU 200 500 501 504 421 530
        ALLO 200 202 500 501 504 421 530
        REST 500 501 502 421 530 350
        STOR 125 150 532 450 452 553 500 501 421 530 / 110 226 250 425 426 451 551 552
        STOU 125 150 532 450 452 553 500 501 421 530 / 110 226 250 425 426 451 551 552
        RETR 125 150 450 550 500 501 421 530 / 110 226 250 425 426 451
        LIST 125 150 450 500 501 502 421 530 / 226 250 425 426 451
        NLST 125 150 450 500 501 502 421 530 / 226 250 425 426 451
        APPE 125 150 532 450 550 452 553 500 501 502 421 530 / 110 226 250 425 426 451 551 552
        RNFR 450 550 500 501 502 421 530 350
        RNTO 250 532 553 500 501 502 503 421 530
        DELE 250 450 550 500 501 502 421 530
        RMD 250 500 501 502 421 530 550
        MKD 257 500 501 502 421 530 550
        PWD 257 500 501 502 421 550
        ABOR 225 226 500 501 502 421
        SYST 215 500 501 502 421
        STAT 211 212 213 450 500 501 502 421 530
        HELP 211 214 500 501 502 421
        SITE 200 202 500 501 530
        NOOP 200 500 421
    ";

    fn numbers(text: &str) -> Vec<u16> {
        text.split_whitespace()
            .map(|number| number.parse().expect("a number"))
            .collect()
    }

    #[test]
    fn the_table_of_section_5_4_is_carried_over_row_by_row() {
        let mut seen = 0;
        for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, codes) = line.split_once(' ').expect("a verb and its codes");
            let (at_once, later) = codes.split_once('/').unwrap_or((codes, ""));
            let fact = fact(Verb::of(name.as_bytes())).expect("a known verb");
            let carried = |second: bool| -> Vec<u16> {
                fact.replies
                    .iter()
                    .filter(|row| row.source == RFC959)
                    .filter(|row| matches!(row.stage, Stage::Second | Stage::Marker) == second)
                    .flat_map(|row| row.codes)
                    .map(|code| code.value())
                    .collect()
            };
            assert_eq!(carried(false), numbers(at_once), "{name}, at once");
            assert_eq!(carried(true), numbers(later), "{name}, after a 1yz");
            seen += 1;
        }
        assert_eq!(seen, 33, "the 33 commands of RFC 959");
    }

    #[test]
    fn the_registry_is_complete() {
        // The IANA registry "FTP Commands and Extensions", by standing.
        let of = |status: Status| -> String {
            FACTS
                .iter()
                .filter(|fact| fact.status == status)
                .map(|fact| fact.verb.name())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            of(Status::Mandatory),
            "ABOR ACCT ALLO APPE CWD DELE HELP LIST MODE NLST NOOP PASS PASV PORT QUIT REIN REST RETR RNFR RNTO SITE \
             STAT STOR STRU TYPE USER"
        );
        assert_eq!(of(Status::Optional), "CDUP MKD PWD RMD SMNT STOU SYST");
        assert_eq!(
            of(Status::Extension),
            "ADAT ALGS AUTH CCC CONF ENC EPRT EPSV FEAT HOST LANG MDTM MIC MLSD MLST OPTS PBSZ PROT SIZE"
        );
        assert_eq!(of(Status::Historic), "LPRT LPSV XCUP XCWD XMKD XPWD XRMD");
        assert_eq!(of(Status::Unregistered), "CLNT MFCT MFF MFMT");
    }

    #[test]
    fn every_verb_is_described_soundly() {
        for fact in FACTS {
            let name = fact.verb.name();
            assert!(
                fact.syntax == name
                    || fact
                        .syntax
                        .strip_prefix(name)
                        .is_some_and(|rest| rest.starts_with(' ')),
                "{}",
                fact.syntax
            );
            // Data moves exactly where a 1yz of the transfer may come.
            let begins = fact.codes().any(|code| code.value() == 150);
            assert_eq!(fact.flow.is_some(), begins, "{name}");
            // A table of RFC 959 with a 530 is a command for users who have logged in, except where one logs in.
            let refused = fact
                .replies
                .iter()
                .any(|row| row.source == RFC959 && row.codes.contains(&rc(530)));
            if refused && !matches!(fact.verb, User | Pass | Acct) {
                assert!(fact.needs_login, "{name}");
            }
            for row in fact.replies {
                for &listed in row.codes {
                    assert!(
                        code(listed).is_some(),
                        "{name}: {listed} is not in the list of codes"
                    );
                    assert_eq!(
                        listed.is_preliminary(),
                        matches!(row.stage, Stage::Preliminary | Stage::Marker),
                        "{name}: {listed}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_code_is_found_and_somebody_may_get_it() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        for value in 0..=999 {
            let code_ = rc(value);
            let listed = CODES.iter().any(|fact| fact.code == code_);
            assert_eq!(code(code_).is_some(), listed, "{code_}");
            if listed {
                assert!(
                    commands_that_may_get(code_).next().is_some() || ANY_COMMAND.contains(&code_),
                    "nobody gets {code_}"
                );
            }
        }
    }

    #[test]
    fn what_may_come_depends_on_whether_a_1yz_has_come() {
        let now =
            |verb, after| -> Vec<u16> { expected_now(verb, after).map(ReplyCode::value).collect() };
        assert_eq!(now(Pasv, false), [227, 500, 501, 502, 530, 421]);
        assert_eq!(now(Pasv, true), [421]);
        assert_eq!(now(Quit, false), [221, 500, 421]);
        assert_eq!(
            now(Retr, true),
            [110, 226, 250, 425, 426, 451, 521, 522, 421]
        );
        assert!(now(Retr, false).starts_with(&[125, 150]));
        assert_eq!(now(Rein, true), [220, 421]);
        assert_eq!(now(Other, false), [] as [u16; 0]);
    }

    #[test]
    fn a_code_is_listed_general_tolerated_or_wrong() {
        let allows = |verb, value| super::allows(verb, rc(value));
        assert_eq!(allows(Retr, 550), Allowed::Listed);
        assert_eq!(allows(Quit, 421), Allowed::AnyCommand);
        assert_eq!(allows(Pwd, 530), Allowed::Unlisted);
        assert_eq!(allows(Size, 212), Allowed::Unlisted);
        assert_eq!(allows(Size, 150), Allowed::Wrong);
        assert_eq!(allows(Pwd, 331), Allowed::Wrong);
        assert_eq!(allows(Pwd, 900), Allowed::Wrong);
        assert_eq!(allows(Other, 500), Allowed::Unlisted);
        assert_eq!(allows(Other, 150), Allowed::Wrong);
        let instead: Vec<_> = alternatives(Size, rc(212)).collect();
        assert_eq!(instead, [rc(213)]);
    }

    #[test]
    fn who_may_get_a_code() {
        let verbs: Vec<&str> = commands_that_may_get(rc(425))
            .map(|(fact, row)| {
                assert_eq!(row.stage, Stage::Second);
                fact.verb.name()
            })
            .collect();
        assert_eq!(
            verbs,
            ["APPE", "LIST", "MLSD", "NLST", "RETR", "STOR", "STOU"]
        );
    }

    #[test]
    fn every_sequence_goes_on() {
        for fact in FACTS {
            for code in fact.codes().filter(|code| code.is_intermediate()) {
                assert!(
                    !continuations(fact.verb, code).is_empty(),
                    "{} {code}",
                    fact.verb.name()
                );
            }
        }
    }

    #[test]
    fn slips_of_the_pen_find_the_verb() {
        assert_eq!(nearest_verbs(b"PSAV"), [Pasv]);
        assert_eq!(nearest_verbs(b"lits"), [List]);
        assert_eq!(nearest_verbs(b"RETRR"), [Retr]);
        assert_eq!(nearest_verbs(b"QIUT"), [Quit]);
        assert_eq!(nearest_verbs(b"X"), []);
        assert_eq!(nearest_verbs(b""), []);
        assert_eq!(nearest_verbs(&[b'A'; 4096]), []);
        assert_eq!(nearest_verbs(b"\xff\x00\x01\x02"), []);
    }

    #[test]
    fn an_unlisted_code_has_neighbours() {
        assert_eq!(nearest_codes(rc(428)), [rc(421), rc(425), rc(426)]);
        assert_eq!(nearest_codes(rc(399)).len(), 6);
        assert!(nearest_codes(rc(999)).is_empty());
    }

    #[test]
    fn patterns_as_the_rfcs_write_them() {
        let of = |word: &str| -> Vec<u16> {
            let pattern = Pattern::parse(word).expect("a pattern");
            let codes = CODES.iter().map(|fact| fact.code);
            codes
                .filter(|&code| pattern.matches(code))
                .map(ReplyCode::value)
                .collect()
        };
        assert_eq!(of("42z"), [421, 425, 426]);
        assert_eq!(of("4xx"), of("4yz"));
        assert_eq!(of("4"), of("4YZ"));
        assert_eq!(of("xy6"), [216, 226, 336, 426, 536]);
        assert_eq!(of("225"), [225]);
        assert_eq!(Pattern::parse("225").and_then(Pattern::code), Some(rc(225)));
        assert_eq!(Pattern::parse("22z").and_then(Pattern::code), None);
        for word in ["", "4abc", "42zz", "é", "-1", "ABC"] {
            assert_eq!(Pattern::parse(word), None, "{word}");
        }
    }

    #[test]
    fn words_of_clients_are_not_verbs_of_ftp() {
        assert_eq!(client_word("LS"), Some(List));
        assert_eq!(client_word("put"), Some(Stor));
        assert_eq!(client_word("append"), Some(Appe));
        assert_eq!(client_word("sendport"), Some(Port));
        assert_eq!(client_word("list"), None);
    }
}
