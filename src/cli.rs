//! The command line's types and help. `--help` and clap's own usage errors are English; everything else a person reads
//! is in `view/text`. Nothing here imports another room, so that man pages and completions can be made from it alone.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    FakeServer(FakeServer),
    /// What a capture shows: sessions, transfers, verdicts (replaces Wireshark for FTP)
    Inspect(Inspect),
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
    /// With --connect: send FILE (for STOR)
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
    /// Send FILE to whoever connects (for STOR)
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
}

/// `fake-server`.
#[derive(Debug, Args)]
pub struct FakeServer {
    /// A script's path, or the name of one that ftplab brings [default: any-client]
    pub script: Option<String>,
    /// The address to listen on [default: 127.0.0.1 and ::1]
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<std::net::IpAddr>,
    /// The control port; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 2121)]
    pub port: u16,
    /// JSON Lines on standard output instead of text
    #[arg(long)]
    pub json: bool,
    /// Append JSON Lines to FILE
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Write the dialogues to FILE, in the notation
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// End after the first control connection
    #[arg(long)]
    pub once: bool,
    /// Show passwords as they are
    #[arg(long)]
    pub show_credentials: bool,
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
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// With --html: overwrite FILE
    #[arg(long, requires = "html")]
    pub force: bool,
    /// Write the transferred files into DIR, which is made or empty, and a manifest
    #[arg(long, value_name = "DIR")]
    pub extract: Option<PathBuf>,
    /// Hold each capture against a rubric (TOML); with --csv a mark sheet, with --json a line an expectation
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

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// No pauses between the steps
    #[arg(long)]
    pub fast: bool,
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
