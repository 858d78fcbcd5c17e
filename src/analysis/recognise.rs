//! Is this connection a control line of FTP, and which end is the server? By content, on any port, whoever opened it.
//!
//! What speaks for it: a server's lines begin with three digits, a user's with a verb of FTP. What speaks against it:
//! the words of SMTP, POP3, IMAP, IRC, NNTP, HTTP and SSH, some of which greet with 220 or know USER and PASS too. The port
//! is heard as a witness (21 lets a lone greeting pass), never as the judge.

use crate::{
    capture::flow::Way,
    ftp::{command::Verb, endpoint, telnet::IAC},
};

/// The port that IANA gives to the control connection.
pub const CONTROL_PORT: u16 = 21;
/// Bytes of a direction that are looked at; a connection that has not shown by then what it is, is not FTP.
pub const LOOKED_AT: usize = 8 * 1024;
/// Lines of a direction that are looked at.
const LINES: usize = 16;

/// What the beginning of a connection says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// A control connection, and which way the user's bytes go.
    Control {
        /// The user's direction.
        user: Way,
    },
    /// Something else.
    Not,
    /// More is to be seen.
    Open,
}

/// What a direction's first lines speak for.
#[derive(Debug, Default)]
struct Voice {
    /// Complete lines.
    lines: usize,
    /// Lines that begin with three digits.
    codes: usize,
    /// The first line's code.
    first: Option<u16>,
    /// A reply that only FTP has.
    ftp_code: bool,
    /// The first reply says that it is FTP.
    says_ftp: bool,
    /// Lines that begin with a verb of FTP.
    verbs: usize,
    /// One of them is no other protocol's.
    ftp_verb: bool,
    /// USER or PASS.
    login: bool,
    /// Another protocol's line.
    other: bool,
    /// The first line, complete or not, is neither.
    strange: bool,
}

/// Looks at the first bytes of both directions; `at_control_port` where one end has port 21.
#[must_use]
pub fn judge(forth: &[u8], back: &[u8], at_control_port: bool) -> Judgement {
    let (there, here) = (listen(forth), listen(back));
    if there.other || here.other || there.codes > 0 && here.codes > 0 {
        return Judgement::Not;
    }
    for (user, server, way) in [(&there, &here, Way::Forth), (&here, &there, Way::Back)] {
        if is_control(user, server, at_control_port) {
            return Judgement::Control { user: way };
        }
    }
    let full = [forth, back].iter().any(|bytes| bytes.len() >= LOOKED_AT);
    let hopeless = !at_control_port && (there.strange || here.strange)
        || there.lines.max(here.lines) >= LINES
        || there.strange && here.strange;
    if full || hopeless {
        Judgement::Not
    } else {
        Judgement::Open
    }
}

fn is_control(user: &Voice, server: &Voice, at_control_port: bool) -> bool {
    if user.codes > 0 || server.verbs > 0 {
        return false;
    }
    let greeted = matches!(server.first, Some(120 | 220 | 421));
    match (server.codes > 0, user.lines > 0) {
        (true, true) => {
            at_control_port
                || user.login
                || user.ftp_verb
                || server.ftp_code && user.verbs > 0
                || greeted && server.says_ftp
                || greeted && user.verbs > 1
        }
        (true, false) => at_control_port || server.ftp_code || greeted && server.says_ftp,
        (false, true) => at_control_port && user.verbs > 0 || user.ftp_verb && user.verbs > 1,
        (false, false) => false,
    }
}

fn listen(bytes: &[u8]) -> Voice {
    let mut voice = Voice::default();
    let bytes = without_telnet(bytes);
    let Some(&first) = bytes.first() else {
        return voice;
    };
    let complete = bytes.iter().rposition(|byte| *byte == b'\n');
    if !(first.is_ascii_graphic() || first >= 0x80) {
        voice.strange = true;
    }
    if complete.is_none() {
        // The word is known before its line ends, or cannot become one.
        let word = word_of(bytes);
        let whole = word.len() < bytes.len();
        let digits = bytes.iter().take(3).all(u8::is_ascii_digit);
        voice.strange |= !digits && (whole || word.len() > 7) && Verb::of(word) == Verb::Other;
        voice.other |= whole && is_other_protocol(bytes);
        return voice;
    }
    let text = &bytes[..complete.unwrap_or(0)];
    for (number, line) in text.split(|byte| *byte == b'\n').take(LINES).enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        voice.lines += 1;
        voice.other |= is_other_protocol(line);
        if let Some(code) = code_of(line) {
            voice.codes += 1;
            if number == 0 {
                voice.first = Some(code);
            }
            if number == 0 || voice.first.is_some() {
                voice.says_ftp |= says(line, b"ftp");
                voice.other |= number == 0 && is_other_greeting(code, line);
            }
            voice.ftp_code |= is_ftp_reply(code, line);
            continue;
        }
        if voice.codes > 0 {
            // A line inside a reply of several lines may be anything.
            voice.says_ftp |= says(line, b"ftp");
            continue;
        }
        let word = word_of(line);
        match Verb::of(word) {
            Verb::Other => voice.strange |= number == 0,
            verb => {
                voice.verbs += 1;
                voice.login |= matches!(verb, Verb::User | Verb::Pass) && is_login(line);
                voice.ftp_verb |= is_ftp_verb(verb, line);
            }
        }
    }
    voice
}

/// Without the blanks, line ends and Telnet commands that may stand before the first word.
fn without_telnet(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = match bytes {
            [b'\r' | b'\n' | b' ', rest @ ..] => rest,
            // Negotiations have an option behind them, other commands have not (RFC 854).
            [IAC, 0xfb..=0xfe, _, rest @ ..] | [IAC, 0xf0..=0xfa, rest @ ..] => rest,
            // Telnet's data mark, when the IAC before it was sent as urgent data and lost.
            [0xf2, rest @ ..] => rest,
            _ => return bytes,
        };
    }
}

fn word_of(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    let end = line
        .iter()
        .position(|byte| byte.is_ascii_whitespace())
        .unwrap_or(line.len());
    &line[..end]
}

/// Three digits, of which the first has a meaning, and then a blank, a hyphen or nothing.
fn code_of(line: &[u8]) -> Option<u16> {
    let (&[a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9'], rest) = line.split_first_chunk()?
    else {
        return None;
    };
    let digit = |byte: u8| u16::from(byte - b'0');
    matches!(rest.first(), None | Some(b' ' | b'-'))
        .then(|| digit(a) * 100 + digit(b) * 10 + digit(c))
}

/// A USER or PASS as FTP has it. IRC's USER has four words, the last behind a colon.
fn is_login(line: &[u8]) -> bool {
    !line.windows(2).any(|two| two == b" :")
}

/// Replies that SMTP and NNTP, which count in three digits too, do not give.
fn is_ftp_reply(code: u16, line: &[u8]) -> bool {
    let text = line.get(3..).unwrap_or_default();
    match code {
        331 | 332 | 350 | 425 | 426 => true,
        125 | 150 | 226 => {
            says(text, b"transfer") || says(text, b"data") || says(text, b"connection")
        }
        227 => endpoint::parse_227(text).is_ok(),
        229 => endpoint::parse_229(text).is_ok(),
        230 => says(text, b"log") || says(text, b"user"),
        257 => text.contains(&b'"'),
        _ => false,
    }
}

/// Verbs that are not also words of POP3 (USER, PASS, LIST, RETR, DELE, STAT, NOOP, QUIT), SMTP (AUTH, HELP), IRC (MODE)
/// or NNTP.
fn is_ftp_verb(verb: Verb, line: &[u8]) -> bool {
    match verb {
        Verb::User
        | Verb::Pass
        | Verb::List
        | Verb::Retr
        | Verb::Dele
        | Verb::Stat
        | Verb::Noop
        | Verb::Quit
        | Verb::Help
        | Verb::Mode
        | Verb::Host
        | Verb::Lang
        | Verb::Other => false,
        Verb::Auth => {
            let arg = line.get(5..).unwrap_or_default();
            [&b"TLS"[..], b"SSL", b"GSSAPI", b"KERBEROS_V4"]
                .iter()
                .any(|known| arg.trim_ascii().eq_ignore_ascii_case(known))
        }
        _ => true,
    }
}

/// A first reply that says it is mail or news.
fn is_other_greeting(code: u16, line: &[u8]) -> bool {
    let others: [&[u8]; 4] = [b"smtp", b"nntp", b"imap", b"pop3"];
    matches!(code, 200 | 201 | 220 | 421)
        && !says(line, b"ftp")
        && others.iter().any(|other| says(line, other))
        || says(line, b"esmtp")
}

/// A line that another protocol begins with.
fn is_other_protocol(line: &[u8]) -> bool {
    const WORDS: [&str; 34] = [
        "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "BDAT", "VRFY", "EXPN", "STARTTLS", "XCLIENT",
        "NICK", "JOIN", "PRIVMSG", "NOTICE", "PING", "PONG", "CAP", "WHOIS", "CAPA", "APOP",
        "UIDL", "STLS", "GET", "POST", "HEAD", "PUT", "CONNECT", "OPTIONS", "PROPFIND", "GROUP",
        "ARTICLE", "XOVER", "AUTHINFO", "IHAVE",
    ];
    const BEGINNINGS: [&[u8]; 8] = [
        b"+OK", b"-ERR", b"* OK", b"* BYE", b"SSH-", b"HTTP/", b":", b"@RSYNCD",
    ];
    let word = word_of(line);
    BEGINNINGS.iter().any(|begin| line.starts_with(begin))
        || WORDS
            .iter()
            .any(|other| word.eq_ignore_ascii_case(other.as_bytes()))
        || word.eq_ignore_ascii_case(b"USER") && !is_login(line)
        || line.eq_ignore_ascii_case(b"MODE READER")
}

/// Whether a line holds a word, in any case.
fn says(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len())
        .any(|part| part.eq_ignore_ascii_case(word))
}

/// Whether the beginning of a data connection looks like a listing: of `ls -l`, of MS-DOS, or of MLSD (RFC 3659 7.2).
#[must_use]
pub fn looks_like_listing(bytes: &[u8]) -> bool {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let unix = line.len() > 30
        && matches!(line[0], b'-' | b'd' | b'l' | b'c' | b'b' | b'p' | b's')
        && line[1..10].iter().all(|byte| b"-rwxsStT".contains(byte));
    let total = line.strip_prefix(b"total ").is_some_and(|number| {
        !number.is_empty()
            && number
                .iter()
                .all(|byte| byte.is_ascii_digit() || *byte == b' ')
    });
    let dos = line.len() > 17
        && line[..8].iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && matches!(line.get(15..17), Some(b"AM" | b"PM"));
    let facts = line.contains(&b';')
        && (says(line, b"type=") || says(line, b"modify=") || says(line, b"size="))
        && line.contains(&b' ');
    unix || total || dos || facts
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTROL: Judgement = Judgement::Control { user: Way::Forth };

    fn anywhere(user: &str, server: &str) -> Judgement {
        judge(user.as_bytes(), server.as_bytes(), false)
    }

    #[test]
    fn a_greeting_and_a_login_are_ftp_on_any_port_and_either_way_round() {
        assert_eq!(anywhere("USER x\r\n", "220 hi\r\n"), CONTROL);
        assert_eq!(
            anywhere("user x\n", "220-hi\r\n there\r\n220 x\r\n"),
            CONTROL
        );
        assert_eq!(
            judge(b"220 hi\r\n", b"USER x\r\n", false),
            Judgement::Control { user: Way::Back }
        );
        assert_eq!(anywhere("AUTH TLS\r\n", "220 hi\r\n"), CONTROL);
        assert_eq!(anywhere("\u{ff}", "220 hi\r\n"), Judgement::Open);
        assert_eq!(
            judge(b"\xff\xf4\xff\xf2ABOR\r\n", b"226 ok\r\n", false),
            CONTROL
        );
    }

    #[test]
    fn a_greeting_alone_may_be_mail() {
        assert_eq!(anywhere("", "220 hi\r\n"), Judgement::Open);
        assert_eq!(anywhere("", "220 vsFTPd 3.0.5\r\n"), CONTROL);
        assert_eq!(judge(b"", b"220 hi\r\n", true), CONTROL);
        assert_eq!(anywhere("", "220 mail ESMTP Postfix\r\n"), Judgement::Not);
        assert_eq!(anywhere("EHLO x\r\n", "220 hi\r\n"), Judgement::Not);
    }

    #[test]
    fn other_protocols_are_not_ftp() {
        for (user, server) in [
            ("USER x\r\nPASS y\r\n", "+OK ready\r\n"),
            ("NICK me\r\nUSER me 0 * :Me\r\n", ":irc 001 me\r\n"),
            ("USER me 0 * :Me\r\n", ""),
            ("MODE READER\r\n", "200 news\r\n"),
            ("GET / HTTP/1.1\r\n", ""),
            ("SSH-2.0-x\r\n", "SSH-2.0-y\r\n"),
            ("\x16\x03\x01\x02\x00", ""),
            ("AUTH LOGIN\r\n", "220 mail smtp\r\n"),
            ("\0\0\0\x08", ""),
        ] {
            assert_eq!(
                anywhere(user, server),
                Judgement::Not,
                "{user:?} {server:?}"
            );
        }
        assert_eq!(
            anywhere("USER x\r\nPASS y\r\nLIST\r\nRETR 1\r\n", ""),
            Judgement::Open,
            "POP3 and FTP alike"
        );
        assert_eq!(anywhere("LIST\r\n", "200 news\r\n"), Judgement::Open);
    }

    #[test]
    fn one_direction_or_the_middle_of_a_session() {
        assert_eq!(anywhere("USER x\r\nPASS y\r\nSYST\r\n", ""), CONTROL);
        assert_eq!(anywhere("", "331 password\r\n"), CONTROL);
        assert_eq!(
            anywhere("", "227 Entering Passive Mode (1,2,3,4,5,6)\r\n"),
            CONTROL
        );
        assert_eq!(anywhere("CWD x\r\n", "250 ok\r\n"), CONTROL);
        assert_eq!(judge(b"XYZZY\r\n", b"500 what\r\n", true), CONTROL);
        assert_eq!(anywhere("XYZZY\r\n", "500 what\r\n"), Judgement::Not);
    }

    #[test]
    fn the_answer_comes_before_a_line_ends() {
        assert_eq!(anywhere("GET / HT", ""), Judgement::Not);
        assert_eq!(anywhere("USE", ""), Judgement::Open);
        assert_eq!(anywhere("HELLOWORLD", ""), Judgement::Not);
        assert_eq!(
            anywhere(&"x".repeat(LOOKED_AT), "220 hi\r\n"),
            Judgement::Not
        );
    }

    #[test]
    fn listings_are_known_by_their_first_line() {
        for listing in [
            "total 12\r\n",
            "-rw-r--r--    1 ftp      ftp            14 Jan  1  2024 hello.txt\r\n",
            "drwxr-xr-x 2 0 0 4096 Jan  1  2024 pub\n",
            "01-02-24  03:04PM       <DIR>          pub\r\n",
            "type=file;size=14;modify=20240101000000; hello.txt\r\n",
        ] {
            assert!(looks_like_listing(listing.as_bytes()), "{listing}");
        }
        for other in ["", "hello\n", "-", "total rubbish\n", "{\"type=1;\"}"] {
            assert!(!looks_like_listing(other.as_bytes()), "{other}");
        }
    }
}
