//! The command line's types and help. `--help` and clap's own usage errors are English; everything else a person reads
//! is in `view/text`. Nothing here imports another room, so that man pages and completions can be made from it alone.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "[ADDR6] in the help is an address in brackets"
)]

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "ftplab",
    version = concat!(env!("CARGO_PKG_VERSION"), env!("FTPLAB_COMMIT")),
    about = "Learn FTP from its two connections",
    max_term_width = 80,
    after_help = "Exit status: 0 done; 1 the answer is no (a check failed, a bad tuple, a reply 4yz or 5yz); \
                  2 usage, file or network error.\nWithout a command: one page with what to type for each step of the lab."
)]
pub struct Cli {
    /// What goes for every command.
    #[command(flatten)]
    pub common: Common,
    /// The command; without one the start page is shown.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Language of what is shown [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<LangArg>,
    /// Colour: auto is on for a terminal, unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false
    )]
    pub color: ColorArg,
}

/// `--lang`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// English
    En,
    /// Français
    Fr,
}

/// What is wrong with a command line, as far as somebody who does not read clap's English has to know it.
#[derive(Debug, PartialEq, Eq)]
pub enum Misuse {
    /// These words are missing.
    Missing(Vec<String>),
    /// There is no such option or argument.
    Unknown(String),
    /// There is no such command.
    NoCommand(String),
    /// This option wants a value.
    NoValue(String),
    /// Such a value does not go with this option.
    Value(String, String),
    /// Something else.
    Other,
}

impl Misuse {
    /// What clap found.
    #[must_use]
    pub fn of(error: &clap::Error) -> Misuse {
        let one = |kind| match error.get(kind) {
            Some(ContextValue::String(what)) => Some(what.clone()),
            _ => None,
        };
        let misuse = match error.kind() {
            ErrorKind::MissingRequiredArgument => match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(all)) => Some(Misuse::Missing(all.clone())),
                _ => None,
            },
            ErrorKind::UnknownArgument => one(ContextKind::InvalidArg).map(Misuse::Unknown),
            ErrorKind::InvalidSubcommand => {
                one(ContextKind::InvalidSubcommand).map(Misuse::NoCommand)
            }
            ErrorKind::InvalidValue | ErrorKind::ValueValidation => one(ContextKind::InvalidArg)
                .zip(one(ContextKind::InvalidValue))
                .map(|(option, value)| match value.as_str() {
                    "" => Misuse::NoValue(option),
                    _ => Misuse::Value(option, value),
                }),
            _ => None,
        };
        misuse.unwrap_or(Misuse::Other)
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal only
    Auto,
    /// Into pipes and files too
    Always,
    /// Not at all
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The control line by hand: what you type goes out, each reply is explained (replaces telnet HOST 21)
    Raw(Raw),
    /// 227, 229, PORT, EPRT, LPRT to ip:port with the arithmetic, and back
    PasvCalc(PasvCalc),
    /// Wait for one data connection and show what comes (replaces nc -l -p PORT)
    Listen(Listen),
    /// A server that plays a script in the dialogue notation to any client
    FakeServer(Box<FakeServer>),
    /// What a capture shows: sessions, transfers, verdicts (replaces Wireshark for FTP)
    Inspect(Inspect),
    /// Lab sheets: work through one, check, print and write them
    Lab(Lab),
    /// What a reply code or a command means, with its RFC section
    Explain(Explain),
    /// The lab by itself, on loopback, without a terminal
    Demo(Demo),
    /// Write the man pages
    Man(Man),
    /// Write the completions for a shell
    Completions(Completions),
}

/// `raw`.
#[derive(Debug, Args)]
pub struct Raw {
    /// HOST, HOST:PORT, [ADDR6]:PORT or ftp://HOST
    pub host: String,
    /// Port number or service name [default: ftp, 21]
    pub port: Option<String>,
    /// How much is said about each reply [default: full; off when standard input is not a terminal]
    #[arg(long, value_name = "HOW")]
    pub explain: Option<ExplainArg>,
    /// No remarks about what to do next
    #[arg(long)]
    pub no_hints: bool,
    /// JSON Lines on standard output instead of text
    #[arg(long)]
    pub json: bool,
    /// Write the dialogue to FILE, in the notation
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Append JSON Lines to FILE
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Record all connections to FILE (pcapng, for Wireshark and inspect; a new file)
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Standard input not a terminal: send all lines at once, do not wait for replies
    #[arg(long)]
    pub no_wait: bool,
    /// Standard input not a terminal: how long to wait for a reply
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
    /// Show passwords as they are
    #[arg(long)]
    pub show_credentials: bool,
}

/// `raw --explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainArg {
    /// A line for each of the three digits
    Full,
    /// One line a reply
    Brief,
    /// Nothing
    Off,
}

/// `pasv-calc`.
#[derive(Debug, Args)]
pub struct PasvCalc {
    /// A 227, 229 or 228 line, a PORT, EPRT or LPRT command, six numbers, two numbers, or ADDR:PORT [default: standard input]
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
    /// The server's host: completes a 229, and tells whether a 227 names another one
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Open the connection and show the data
    #[arg(long)]
    pub connect: bool,
    /// With --connect: write the data to FILE
    #[arg(short, long, value_name = "FILE", requires = "connect")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing FILE
    #[arg(long, requires = "output")]
    pub force: bool,
    /// With --connect: send FILE (- is standard input), for STOR
    #[arg(
        long,
        value_name = "FILE",
        requires = "connect",
        conflicts_with = "output"
    )]
    pub send: Option<PathBuf>,
    /// JSON Lines on standard output instead of text
    #[arg(long)]
    pub json: bool,
    /// Append JSON Lines to FILE
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// With --connect: record the connection to FILE (pcapng, for Wireshark and inspect; a new file)
    #[arg(long, value_name = "FILE", requires = "connect")]
    pub record: Option<PathBuf>,
}

/// `listen`.
#[derive(Debug, Args)]
pub struct Listen {
    /// PORT, ADDR:PORT or [ADDR6]:PORT; port 0 picks a free one
    #[arg(value_name = "[ADDR:]PORT", default_value = "0")]
    pub at: String,
    /// Listen on the address that routes to HOST, the server
    #[arg(long = "for", value_name = "HOST")]
    pub for_host: Option<String>,
    /// Write the data to FILE; with --keep to FILE, FILE.2, FILE.3, one a connection
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing FILE
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Send FILE (- is standard input) to whoever connects (for STOR)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "hex"])]
    pub send: Option<PathBuf>,
    /// Take one connection after another, until Ctrl-C
    #[arg(long)]
    pub keep: bool,
    /// Take connections from HOST only
    #[arg(long, value_name = "HOST")]
    pub expect: Option<String>,
    /// The server's control port L: its data should come from L-1 (RFC 959 3.2) [default: 21]
    #[arg(long, value_name = "PORT")]
    pub control: Option<u16>,
    /// Stop after this many bytes of a connection (suffixes k, M, G)
    #[arg(long, value_name = "N", value_parser = bytes)]
    pub max_bytes: Option<u64>,
    /// Give up when nobody connects or nothing comes for so long
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Show the data as a hex dump
    #[arg(long)]
    pub hex: bool,
    /// JSON Lines on standard output instead of text (the data needs -o FILE)
    #[arg(long)]
    pub json: bool,
    /// Append JSON Lines to FILE
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Record all connections to FILE (pcapng, for Wireshark and inspect; a new file)
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// `fake-server`.
#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct FakeServer {
    /// A script's path, or the name of one that ftplab brings [default: any-client]
    pub script: Option<String>,
    /// The scripts that ftplab brings: well-behaved servers, and faults
    #[arg(long, conflicts_with_all = ["script", "check", "self_test", "from", "by_hand"])]
    pub list: bool,
    /// The address to listen on [default: 127.0.0.1 and ::1]
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<std::net::IpAddr>,
    /// The control port; 0 picks a free one [default: 2121, or the student's own with --student]
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Open data ports in this range only
    #[arg(long, value_name = "A-B", value_parser = ports)]
    pub passive_ports: Option<RangeInclusive<u16>>,
    /// The address that 227 replies name, for a server behind NAT
    #[arg(long, value_name = "ADDR")]
    pub public_address: Option<std::net::Ipv4Addr>,
    /// Keep uploads in DIR
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// The value of a parameter of the script
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub param: Vec<(String, String)>,
    /// Choose the script's parameters and the port for this student: the same name, the same choice
    #[arg(long, value_name = "NAME")]
    pub student: Option<String>,
    /// Data may go to hosts other than the client, and replies may name any address
    #[arg(long)]
    pub allow_foreign: bool,
    /// You type the replies; a script, if one is named, answers what it has lines for
    #[arg(long)]
    pub by_hand: bool,
    /// For lab run, which has said where it listens, and passes on what is typed there
    #[arg(long, hide = true)]
    pub introduced: bool,
    /// With --by-hand: which client will come, and so how long it waits [default: told by what it sends]
    #[arg(long, value_name = "NAME")]
    pub client: Option<ClientArg>,
    /// JSON Lines on standard output instead of text
    #[arg(long)]
    pub json: bool,
    /// Say where it listens and, at the end, what was used; nothing of each client
    #[arg(long, conflicts_with_all = ["json", "by_hand"])]
    pub quiet: bool,
    /// Append JSON Lines to FILE
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Record all connections to FILE (pcapng, for Wireshark and inspect; a new file)
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Append the dialogues to FILE, in the notation
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Write a site for FileZilla's site manager to FILE, to be imported there
    #[arg(long, value_name = "FILE")]
    pub filezilla_site: Option<PathBuf>,
    /// End after the first control connection
    #[arg(long)]
    pub once: bool,
    /// Exit status 1 unless every step of the script was played and every command was answered by it
    #[arg(long)]
    pub expect_complete: bool,
    /// Show passwords as they are
    #[arg(long)]
    pub show_credentials: bool,
    /// Only say what is wrong with these scripts, and what real clients will stumble over
    #[arg(long, value_name = "SCRIPT", num_args = 1.., conflicts_with_all = ["script", "self_test", "from", "by_hand"])]
    pub check: Vec<String>,
    /// With --check: exit status 1 for warnings too
    #[arg(long, requires = "check")]
    pub strict: bool,
    /// Play a script against its own C> lines and say what differs
    #[arg(long, value_name = "SCRIPT", conflicts_with_all = ["script", "from", "by_hand"])]
    pub self_test: Option<String>,
    /// Make a script of a capture, a log or a telnet transcript; it goes to standard output, or to --output
    #[arg(long, value_name = "FILE", conflicts_with_all = ["script", "by_hand"])]
    pub from: Option<PathBuf>,
    /// With --from and a capture: the FTP session of which it is made [default: 1]
    #[arg(long, value_name = "N", requires = "from")]
    pub session: Option<u64>,
    /// With --from: write the script to FILE, and data that is no text beside it
    #[arg(short, long, value_name = "FILE", requires = "from")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing FILE
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Limits of each client and of all
    #[command(flatten)]
    pub limits: Limits,
}

/// Limits of the fake server.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Clients at once; the next one gets a 421
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub max_connections: usize,
    /// Data ports open at once, all clients together
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub max_data_ports: usize,
    /// Bytes of a command line; longer ones get a 500
    #[arg(long, value_name = "N", default_value = "8192", value_parser = bytes)]
    pub max_line: u64,
    /// Bytes of one upload
    #[arg(long, value_name = "N", default_value = "1G", value_parser = bytes)]
    pub max_upload: u64,
    /// The same command more often than this within a second: 421
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub max_repeats: u32,
    /// No command for so long: 421
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration)]
    pub idle: Duration,
    /// Longest wait for a data connection: 425
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub data_wait: Duration,
}

/// `fake-server --client`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the client of its name")]
pub enum ClientArg {
    Curl,
    Wget,
    Lftp,
    Ncftp,
    Tnftp,
    Ftplib,
    #[value(name = "filezilla")]
    FileZilla,
}

/// `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// Captures (pcap, pcapng, snoop; gz and zstd too), folders of them, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Client and server as columns, both connections in time
    #[arg(long, group = "form")]
    pub ladder: bool,
    /// What was said, in the notation
    #[arg(long, group = "form")]
    pub dialogue: bool,
    /// Lines for Wireshark: a display filter per session and transfer
    #[arg(long, group = "form")]
    pub filter: bool,
    /// The transfers as CSV
    #[arg(long, group = "form")]
    pub csv: bool,
    /// A line a file
    #[arg(long, group = "form")]
    pub summary: bool,
    /// JSON Lines on standard output instead of text
    #[arg(long, group = "form")]
    pub json: bool,
    /// The whole dialogue too, every reply explained digit by digit
    #[arg(long, conflicts_with = "form")]
    pub explain: bool,
    /// SHA-256 of each transfer
    #[arg(long)]
    pub hash: bool,
    /// Write one web page to FILE, which must not exist
    #[arg(long, value_name = "FILE", group = "written")]
    pub html: Option<PathBuf>,
    /// Write the capture that ftplab brings under this name to FILE, which must not exist, for Wireshark and other programs
    #[arg(long, value_name = "FILE", group = "written", conflicts_with = "merge")]
    pub copy: Option<PathBuf>,
    /// With --html or --copy: overwrite FILE
    #[arg(long, requires = "written")]
    pub force: bool,
    /// Write the transferred files into DIR, which is made or empty, and a manifest
    #[arg(long, value_name = "DIR")]
    pub extract: Option<PathBuf>,
    /// Hold each capture against a rubric (TOML); with --csv a mark sheet, with --json a line an expectation
    ///
    /// A rubric has a title and any number of [[expect]], each with a title of its own, if you like, and one of:
    /// logged-in = true or "NAME"; no-failed-login = true; mode = "active", "passive" or "both"; listed = true;
    /// retrieved = true or { name = "NAME", bytes = N, sha256 = "HEX" }; stored, likewise; port-computed = true;
    /// commands = ["USER", "LIST"], in this order; reply = 425; no-refusal = true; goodbye = true; sessions = 1;
    /// server = "ADDR:PORT"; whole = true
    #[arg(long, value_name = "RUBRIC", conflicts_with_all = ["ladder", "dialogue", "filter", "summary", "explain"])]
    pub expect: Option<PathBuf>,
    /// Only this session
    #[arg(long, value_name = "N")]
    pub session: Option<u64>,
    /// Only sessions in which this address takes part
    #[arg(long, value_name = "ADDR")]
    pub host: Option<std::net::IpAddr>,
    /// Read several captures as one, in time order
    #[arg(long)]
    pub merge: bool,
    /// Show passwords as they are
    #[arg(long)]
    pub show_credentials: bool,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Reply codes (425, 4yz, x2z) or verbs (PASV); without one, the tables
    #[arg(value_name = "CODE|VERB")]
    pub what: Vec<String>,
}

/// `lab`.
#[derive(Debug, Args)]
pub struct Lab {
    /// What to do.
    #[command(subcommand)]
    pub command: LabCommand,
}

/// The subcommands of `lab`.
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// The sheets there are
    List(LabList),
    /// Work through a sheet: prose, questions, and the dialogue checked as it happens
    Run(LabRun),
    /// For authors: everything that can be wrong with a sheet, played against its server
    Check(LabCheck),
    /// A handout without answers, or with them
    Print(LabPrint),
    /// A sheet's skeleton from a log or a capture, a question a reply
    New(LabNew),
    /// A mark sheet for a class, from reports
    Marks(LabMarks),
}

/// `lab list`.
#[derive(Debug, Args)]
pub struct LabList {
    /// Sheets in DIR beside the shipped ones
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// JSON Lines on standard output instead of text
    #[arg(long)]
    pub json: bool,
}

/// `lab run`.
#[derive(Debug, Args)]
pub struct LabRun {
    /// A shipped sheet's number or name, or a file
    #[arg(value_name = "NAME|FILE")]
    pub sheet: String,
    /// Who works: in the report, and the seed of what differs from student to student
    #[arg(long, value_name = "NAME")]
    pub student: Option<String>,
    /// The report: BASE.md and BASE.json, where the work is also kept to go on later [default: the sheet's name]
    #[arg(long, value_name = "BASE")]
    pub report: Option<PathBuf>,
    /// Begin again, and keep what an earlier run left beside it
    #[arg(long)]
    pub restart: bool,
    /// Answers and typed lines from FILE, a line each, instead of the keyboard
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Play the sheet by itself
    #[arg(long, conflicts_with = "answers")]
    pub demo: bool,
    /// With --demo: no pauses
    #[arg(long)]
    pub fast: bool,
    /// The value of a parameter of the sheet
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub param: Vec<(String, String)>,
    /// The port of the sheet's own server [default: one that the student's name chooses; 0: a free one]
    #[arg(long)]
    pub port: Option<u16>,
    /// Follow this file too: commands in other terminals write there with their own --events FILE
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Do not ask before an address that is not loopback
    #[arg(long)]
    pub yes: bool,
}

/// `lab check`.
#[derive(Debug, Args)]
pub struct LabCheck {
    /// Sheets: names or files [default: the shipped ones]
    #[arg(value_name = "NAME|FILE")]
    pub sheets: Vec<String>,
    /// Only read: play nothing
    #[arg(long)]
    pub no_play: bool,
    /// JSON Lines on standard output instead of text
    #[arg(long)]
    pub json: bool,
}

/// `lab print`.
#[derive(Debug, Args)]
pub struct LabPrint {
    /// A shipped sheet's number or name, or a file
    #[arg(value_name = "NAME|FILE")]
    pub sheet: String,
    /// With the answers: the teacher's key
    #[arg(long)]
    pub key: bool,
    /// A page that prints on A4, instead of Markdown
    #[arg(long)]
    pub html: bool,
    /// Into FILE instead of standard output (a new file)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing FILE
    #[arg(long, requires = "output")]
    pub force: bool,
    /// For this student: their parameters
    #[arg(long, value_name = "NAME")]
    pub student: Option<String>,
    /// The value of a parameter of the sheet
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub param: Vec<(String, String)>,
}

/// `lab new`.
#[derive(Debug, Args)]
pub struct LabNew {
    /// A log, a transcript or a capture
    #[arg(value_name = "LOG|CAPTURE")]
    pub from: PathBuf,
    /// The sheet's title
    #[arg(long)]
    pub title: Option<String>,
    /// Into FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing FILE
    #[arg(long, requires = "output")]
    pub force: bool,
}

/// `lab marks`.
#[derive(Debug, Args)]
pub struct LabMarks {
    /// Reports: the JSON files that lab run writes, or folders of them
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,
    /// CSV on standard output
    #[arg(long)]
    pub csv: bool,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// No pauses between the steps
    #[arg(long)]
    pub fast: bool,
    /// Keep the reports and recordings in DIR, which is made or empty [default: a folder for temporary files]
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Write a page a command into DIR [default: the main page on standard output]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// A time as people write it: `500ms`, `30s`, `2m`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f64 = digits
        .parse()
        .map_err(|_| "expected a time such as 500ms, 30s or 2m".to_owned())?;
    let seconds = match &text[digits.len()..] {
        "" | "s" => number,
        "ms" => number / 1000.0,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        unit => return Err(format!("unknown unit '{unit}': expected ms, s, m or h")),
    };
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| "expected a time that is not negative, nor for ever".to_owned())
}

/// A range of ports: `50000-50100`, or one port.
fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (from.parse::<u16>(), to.parse::<u16>()) {
        (Ok(from), Ok(to)) if from > 0 && from <= to => Ok(from..=to),
        _ => Err("expected a range of ports such as 50000-50100".to_owned()),
    }
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

/// A number of bytes: `4096`, `64k`, `10M`, `1G` (powers of 1,000).
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a number of bytes such as 4096, 64k or 10M".to_owned())?;
    let factor = match &text[digits.len()..] {
        "" => 1,
        "k" | "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        unit => return Err(format!("unknown unit '{unit}': expected k, M or G")),
    };
    number
        .checked_mul(factor)
        .ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn times_and_sizes_as_people_write_them() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("-1").is_err() && duration("1y").is_err() && duration("").is_err());
        assert_eq!(bytes("64k"), Ok(64_000));
        assert!(bytes("1T").is_err() && bytes("99999999999G").is_err());
    }
}
