//! From a dialogue to a script: a log in the notation, or a plain transcript as a telnet user sees it (the paper lab's own,
//! with its broken lines). Addresses become values, so that real data ports are named, and data becomes `D` lines.
//!
//! A transcript has no marks. A line that begins with a reply code is the server's, one that begins with a verb is the
//! user's; a line that is neither goes on with the server's line before it, as paper and narrow terminals break them. A
//! verb in small letters may be a word of such a line, and so may one that nobody knows: they are commands where a reply
//! follows, and for the latter one that says so. Inside a reply of several lines nothing is a command. What telnet itself
//! says, and shell prompts, are left out. Behind `Connection closed` a second connection may begin: when its lines are no
//! dialogue they are the data of the transfer that had none.

use std::{borrow::Cow, collections::HashMap, fmt::Write};

use super::{
    literal::{escape, escape_pattern, is_plain},
    notation::{Item, Script},
};
use crate::ftp::{
    catalogue::Flow,
    code::ReplyCode,
    command::Verb,
    endpoint,
    reply::{Head, Mark, text_of},
    secret::verb_of,
};

/// A piece of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A line of the server, without its end.
    Reply(Vec<u8>),
    /// A line of the user.
    Command(Vec<u8>),
    /// A line of data that the server sent.
    Data(Vec<u8>),
    /// A file that the server sent (from a log).
    File(String),
    /// The server received data.
    Receive,
    /// A remark that is kept.
    Comment(String),
}

/// A dialogue that is no script yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dialogue {
    pieces: Vec<Piece>,
}

/// How many verbs and codes make a text a dialogue.
const ENOUGH: usize = 2;

/// Reads a log or a transcript; `None` where there is no dialogue in it.
#[must_use]
pub fn read(source: &[u8]) -> Option<Dialogue> {
    let dialogue = match Script::parse(&escaped(source)) {
        Ok(script)
            if script
                .lines
                .iter()
                .any(|line| matches!(line.item, Item::Send(_))) =>
        {
            log(&script)
        }
        _ => {
            let dialogue = transcript(source);
            // A server alone is no dialogue: what the user said was not understood.
            let said = |piece: &Piece| matches!(piece, Piece::Command(_));
            dialogue.pieces.iter().any(said).then_some(dialogue)?
        }
    };
    let spoken = |piece: &&Piece| matches!(piece, Piece::Reply(_) | Piece::Command(_));
    (dialogue.pieces.iter().filter(spoken).count() >= ENOUGH).then_some(dialogue)
}

/// A log with its bytes that are no UTF-8 as the notation writes them.
fn escaped(source: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(source).is_ok() {
        return Cow::Borrowed(source);
    }
    let mut out = Vec::new();
    for chunk in source.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        for byte in chunk.invalid() {
            out.extend_from_slice(format!("{{x{byte:02X}}}").as_bytes());
        }
    }
    Cow::Owned(out)
}

/// A log's lines are what was: literal text.
fn log(script: &Script) -> Dialogue {
    let mut pieces = Vec::new();
    let mut dialogues = 0;
    for line in &script.lines {
        // A server's log has a dialogue after the other, each behind its number; one makes a script.
        if let Item::Comment(text) = &line.item
            && text.starts_with(" #")
        {
            dialogues += 1;
            if dialogues > 1 {
                break;
            }
        }
        let plain = |text: &super::literal::Literal| text.render(|_, _| {});
        pieces.push(match &line.item {
            Item::Send(text) => Piece::Reply(plain(text)),
            Item::Step(pattern) | Item::Rule(pattern) => {
                // The star of `PASS *` is a mask: it stays a star.
                let literal = pattern.alternatives().first();
                match literal.and_then(|literal| literal.as_bytes()) {
                    Some(bytes) => Piece::Command(bytes.to_vec()),
                    None => Piece::Command(pattern.to_string().into_bytes()),
                }
            }
            Item::Data(text) => Piece::Data(plain(text)),
            Item::File(path) if path.as_bytes().is_some() => Piece::File(path.to_string()),
            // A script in place of a log: what its values would name is not known here.
            Item::File(path) => Piece::Data(path.to_string().into_bytes()),
            Item::Receive(_) => Piece::Receive,
            Item::Comment(text) => Piece::Comment(text.clone()),
            _ => continue,
        });
    }
    data_first(&mut pieces);
    Dialogue { pieces }
}

/// Puts data before the reply that ends its transfer. In the log of somebody who dialled late, or was told late, it stands
/// behind; a script sends in the order of its lines.
fn data_first(pieces: &mut [Piece]) {
    let mut end = None;
    let mut moves = false;
    for at in 0..pieces.len() {
        match &pieces[at] {
            Piece::Command(line) => {
                moves = verb_of(line).0.moves().is_some();
                end = None;
            }
            Piece::Reply(line) => {
                let code = Head::of(line).code;
                if moves && end.is_none() && code.is_some_and(|code| !code.is_preliminary()) {
                    end = Some(at);
                }
            }
            Piece::Data(_) | Piece::File(_) | Piece::Receive => {
                if let Some(end) = &mut end {
                    pieces[*end..=at].rotate_right(1);
                    *end += 1;
                }
            }
            Piece::Comment(_) => {}
        }
    }
}

/// What telnet and the shell say around a dialogue.
fn is_frame(line: &str) -> bool {
    let begins = |start: &str| line.starts_with(start);
    begins("Trying ")
        || begins("Connected to ")
        || begins("Escape character")
        || begins("Connection closed")
        || begins("$ ")
        || begins("# nc")
        || begins("ftp> ")
        || begins("//")
        || line == "^C"
        || line == "#"
        || line == "$"
}

/// True where a line begins as a server's reply does.
fn is_reply(line: &str) -> bool {
    let head = Head::of(line.as_bytes());
    let first = head
        .code
        .is_some_and(|code| (1..=6).contains(&code.digits()[0]));
    first && matches!(head.mark, Mark::Blank | Mark::Hyphen)
}

/// True where a line is a command. One in capitals is; for others it takes the reply before them, which must have ended
/// and not announce data, and the line behind them, which must be a reply: 50z where nobody knows the verb.
fn is_command(line: &str, before: &[Piece], behind: Option<&str>) -> bool {
    let (verb, end) = verb_of(line.as_bytes());
    let word = line.get(..end).unwrap_or("");
    if verb != Verb::Other && word.bytes().all(|b| b.is_ascii_uppercase()) {
        return true;
    }
    let ended = match before.last() {
        Some(Piece::Reply(reply)) => !announces(reply),
        _ => false,
    };
    let Some(reply) = behind.filter(|line| ended && is_reply(line)) else {
        return false;
    };
    let unknown = reply.starts_with("50") && word.bytes().all(|b| b.is_ascii_alphabetic());
    verb != Verb::Other || (unknown && (3..=4).contains(&word.len()))
}

fn transcript(source: &[u8]) -> Dialogue {
    // What is no UTF-8 is taken byte by byte, and each byte is one again in the end.
    let (text, bytewise) = match std::str::from_utf8(source) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (source.iter().copied().map(char::from).collect(), true),
    };
    let bytes = |line: &str| -> Vec<u8> {
        match bytewise {
            false => line.as_bytes().to_vec(),
            true => line
                .chars()
                .map(|c| u8::try_from(c).unwrap_or(b'?'))
                .collect(),
        }
    };
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim_end().trim_start_matches('\u{feff}'))
        .filter(|line| !line.trim().is_empty())
        .collect();
    // The last line that ends a reply of this code.
    let ends: HashMap<ReplyCode, usize> = (lines.iter().enumerate())
        .filter_map(|(at, line)| {
            let head = Head::of(line.as_bytes());
            let code = head
                .code
                .filter(|_| matches!(head.mark, Mark::Blank | Mark::Nothing));
            code.map(|code| (code, at))
        })
        .collect();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut data: Vec<Vec<Piece>> = Vec::new();
    // A second connection: its lines are data unless they turn out to be a dialogue.
    let mut beside: Option<Vec<String>> = None;
    let mut frame = false;
    for (at, &line) in lines.iter().enumerate() {
        let indented = line.starts_with(' ');
        if is_frame(line) {
            if line.starts_with("Trying ") || (line.starts_with("$ ") && line.contains("nc")) {
                let spoken = |piece: &Piece| matches!(piece, Piece::Command(_));
                if pieces.iter().any(spoken) {
                    if let Some(lines) = beside.take() {
                        data.push(rejoined(lines, &bytes));
                    }
                    beside = Some(Vec::new());
                }
            }
            frame = true;
            continue;
        }
        // `Connected to` may be broken over two lines as well.
        let goes_on = frame && line.starts_with('(') && line.ends_with(").");
        frame = false;
        if goes_on {
            continue;
        }
        if let Some(lines) = &mut beside {
            if !is_reply(line) {
                lines.push(line.to_owned());
                continue;
            }
            // It was a dialogue after all: a new one, whose lines follow on.
            beside = None;
        }
        if is_reply(line) {
            let code = Head::of(line.as_bytes()).code;
            if after_quit(&pieces) && code.is_some_and(|code| code.value() == 220) {
                // Another session begins; one makes a script.
                break;
            }
            match (open_reply(&pieces), pieces.last_mut()) {
                // `221-… was`, `433 bytes`: inside an open reply, another number begins the rest of a broken line.
                (Some(open), Some(Piece::Reply(before))) if code != Some(open) => {
                    before.push(b' ');
                    before.extend_from_slice(&bytes(line));
                }
                _ => pieces.push(Piece::Reply(bytes(line))),
            }
            continue;
        }
        let open = open_reply(&pieces);
        // One that nothing ends was broken off.
        let inside = open.is_some_and(|code| ends.get(&code).is_some_and(|&end| end > at));
        if inside && is_command(line, &[], None) {
            pieces.push(Piece::Reply(bytes(line)));
        } else if !inside && is_command(line, &pieces, lines.get(at + 1).copied()) {
            pieces.push(Piece::Command(bytes(line)));
        } else if indented && open.is_some() {
            // FEAT's lines begin with a blank (RFC 2389 3.2), and so do those of most servers' HELP and STAT.
            pieces.push(Piece::Reply(bytes(line)));
        } else if let Some(Piece::Reply(before)) = pieces.last_mut() {
            before.push(b' ');
            before.extend_from_slice(&bytes(line.trim_start()));
        }
    }
    if let Some(lines) = beside {
        data.push(rejoined(lines, &bytes));
    }
    put_in(&mut pieces, data);
    Dialogue { pieces }
}

/// The code of the reply of several lines that is open at the end.
fn open_reply(pieces: &[Piece]) -> Option<ReplyCode> {
    let reply = pieces.iter().rev().map_while(|piece| match piece {
        Piece::Reply(line) => Some(Head::of(line)),
        _ => None,
    });
    let last = reply.into_iter().find(|head| head.code.is_some())?;
    last.code.filter(|_| last.mark == Mark::Hyphen)
}

/// QUIT was answered.
fn after_quit(pieces: &[Piece]) -> bool {
    let command = pieces
        .iter()
        .rposition(|piece| matches!(piece, Piece::Command(_)));
    command.is_some_and(|at| {
        matches!(&pieces[at], Piece::Command(line) if verb_of(line).0 == Verb::Quit)
            && at + 1 < pieces.len()
    })
}

/// Lines of a listing that were broken: a piece that is too short to be an entry goes on with the line before it.
fn rejoined(lines: Vec<String>, bytes: &dyn Fn(&str) -> Vec<u8>) -> Vec<Piece> {
    let is_entry = |line: &str| {
        line.starts_with("total ")
            || (line.len() > 10
                && line.starts_with(['-', 'd', 'l', 'b', 'c', 'p', 's'])
                && line.as_bytes()[1..10]
                    .iter()
                    .all(|b| b"rwxsStT-".contains(b)))
    };
    let listing = lines.iter().any(|line| is_entry(line));
    let mut out: Vec<String> = Vec::new();
    for line in lines {
        match out.last_mut() {
            Some(before) if listing && !is_entry(&line) => {
                before.push(' ');
                before.push_str(line.trim_start());
            }
            _ => out.push(line),
        }
    }
    out.into_iter()
        .map(|line| Piece::Data(bytes(&line)))
        .collect()
}

/// Puts data where a transfer has none: behind its 1yz.
fn put_in(pieces: &mut Vec<Piece>, data: Vec<Vec<Piece>>) {
    let mut data = data.into_iter().filter(|lines| !lines.is_empty());
    let mut at = 0;
    let mut moves = false;
    while at < pieces.len() {
        match &pieces[at] {
            Piece::Command(line) => moves = verb_of(line).0.moves() == Some(Flow::Down),
            Piece::Reply(line) => {
                let preliminary = announces(line);
                let has_data = matches!(pieces.get(at + 1), Some(Piece::Data(_) | Piece::File(_)));
                if moves && preliminary && !has_data {
                    let Some(lines) = data.next() else { return };
                    let count = lines.len();
                    pieces.splice(at + 1..at + 1, lines);
                    at += count;
                }
            }
            _ => {}
        }
        at += 1;
    }
}

impl Dialogue {
    /// The script, harmless on a terminal: steps in the dialogue's order, with `{pasv}` and `{epsv}` for its addresses. Transfers of which no data
    /// is known get an empty connection, or receive.
    #[must_use]
    pub fn script(&self, title: &str) -> String {
        let mut out = String::new();
        if !title.is_empty() {
            let _ = writeln!(out, "-- title {}", free(title));
        }
        let mut verb = None;
        let mut moved = true;
        let mut quit = false;
        for (at, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Comment(text) => {
                    let _ = writeln!(out, "#{}", free(text));
                }
                Piece::Command(line) => {
                    if out.is_empty() || verb.is_none() {
                        out.push('\n');
                    }
                    let (named, end) = verb_of(line);
                    quit |= named == Verb::Quit;
                    verb = Some(named);
                    moved = named.moves().is_none();
                    let _ = writeln!(out, "C> {}", pattern_for(named, line, end));
                }
                Piece::Reply(line) => {
                    let code = Head::of(line).code;
                    let done = code.is_some_and(|code| !code.is_preliminary());
                    if !moved && done && code.is_some_and(|code| code.is_completion()) {
                        // The transfer went well, its data was not written down.
                        let _ = writeln!(out, "{}", unknown_data(verb));
                        moved = true;
                    }
                    let _ = writeln!(out, "S> {}", with_values(line));
                    let preliminary = announces(line);
                    let next = self.pieces[at + 1..]
                        .iter()
                        .find(|piece| !matches!(piece, Piece::Comment(_)));
                    let data_follows =
                        matches!(next, Some(Piece::Data(_) | Piece::File(_) | Piece::Receive));
                    if !moved && preliminary && !data_follows {
                        let _ = writeln!(out, "{}", unknown_data(verb));
                        moved = true;
                    }
                }
                Piece::Data(line) => {
                    moved = true;
                    let _ = writeln!(out, "D> {}", escape(line));
                }
                Piece::File(path) => {
                    moved = true;
                    let _ = writeln!(out, "D@ {path}");
                }
                Piece::Receive => {
                    moved = true;
                    let _ = writeln!(out, "D< {{arg}}");
                }
            }
        }
        if !quit {
            out.push_str("\nC* QUIT\nS> 221 Goodbye.\n");
        }
        out
    }
}

/// A title or a remark, which is no literal text and has no way to write what cannot be shown.
fn free(text: &str) -> String {
    text.replace(|c| c != '\t' && !is_plain(c), " ")
}

/// True where this line ends a 1yz reply: data goes behind it, not between its lines.
fn announces(line: &[u8]) -> bool {
    let head = Head::of(line);
    head.mark != Mark::Hyphen && head.code.is_some_and(|code| code.is_preliminary())
}

/// What stands for data that nobody wrote down.
fn unknown_data(verb: Option<Verb>) -> &'static str {
    match verb.and_then(Verb::moves) {
        Some(Flow::Up) => "D< {arg}",
        _ => "-- data close",
    }
}

/// A pattern for a command: as it was, but any password, and any address of the client.
fn pattern_for(verb: Verb, line: &[u8], end: usize) -> String {
    match verb {
        Verb::Pass | Verb::Acct => format!("{} *", verb.name()),
        Verb::Port => "PORT * | EPRT *".to_owned(),
        Verb::Eprt => "EPRT * | PORT *".to_owned(),
        Verb::List | Verb::Nlst if line.len() == end => format!("{} *", verb.name()),
        _ => escape_pattern(line),
    }
}

/// A reply with values in place of its address.
fn with_values(line: &[u8]) -> String {
    let code = Head::of(line).code.map(|code| code.value());
    let text = text_of(line);
    let offset = line.len() - text.len();
    let (stated, value) = match code {
        Some(227) => (endpoint::parse_227(text), "{pasv}"),
        Some(229) => (endpoint::parse_229(text), "{epsv}"),
        _ => return escape(line),
    };
    match stated {
        Err(_) => escape(line),
        Ok(stated) => {
            let span = offset + stated.span.start..offset + stated.span.end;
            // A 229's span may leave its delimiters out: all of `|||port|` is one value.
            let (mut start, mut end) = (span.start, span.end);
            if code == Some(229) {
                while start > 0 && line[start - 1] != b'(' {
                    start -= 1;
                }
                while end < line.len() && line[end] != b')' {
                    end += 1;
                }
            }
            format!("{}{value}{}", escape(&line[..start]), escape(&line[end..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the paper lab prints it: lines broken, empty lines between, telnet's own words, a second telnet with the data.
    const PAPER: &str = "$ telnet 192.168.52.7 21\n\nTrying 192.168.52.7...\n\nConnected to 192.168.52.7 \n(192.168.52.7).\n\n\
        Escape character is '^]'.\n\n220 a.local FTP server \n(Version wu-2.6.2(1) Sun Aug 3 13:51:18 \nEDT 2008) ready.\n\n\
        USER anonymous\n\n331 Guest login ok, send your complete \ne-mail address as password.\n\nPASS tv@free.fr\n\n230 Guest login ok.\n\n\
        PASV\n\n227 Entering Passive Mode \n(192,168,52,7,205,179)\n\nLIST -al\n\n150 Opening ASCII mode data connection \nfor directory listing.\n\n\
        226 Transfer complete.\n\nQUIT\n\n221-You have transferred 0 bytes in 0 \nfiles.\n\n221-Total traffic was \n433 bytes.\n\n221 Goodbye.\n\nConnection closed by foreign host.\n\n\
        // calcul :  205*256 + 179 = 52659\n\n$ telnet 192.168.52.7 52659\n\nTrying 192.168.52.7...\n\nConnected to 192.168.52.7 (192.168.52.7).\n\n\
        Escape character is '^]'.\n\ntotal 48\n\ndrwxr-xr-x 6 root root 4096 Jun  1 \n16:12 .\n\nd--x--x--x 2 root root 4096 Jun  1 16:12 \nbin\n\n\
        Connection closed by foreign host.\n";

    #[test]
    fn data_that_came_late_stands_before_the_end_of_its_transfer() {
        let log = "S> 220 x\nC> PASV\nS> 227 (127,0,0,1,4,5)\nC> LIST\nS> 150 a\n# +0.9 s\nS> 226-b\nS> 226 c\nD> one\nD> two\nC> QUIT\nS> 221 d\n";
        let script = read(log.as_bytes()).expect("a dialogue").script("");
        let list = script.split_once("S> 150 a\n").expect("LIST").1;
        assert!(
            list.starts_with("# +0.9 s\nD> one\nD> two\nS> 226-b\nS> 226 c\nC> QUIT"),
            "{script}"
        );
    }

    #[test]
    fn verbs_are_found_however_they_are_typed_and_not_inside_a_reply() {
        let script = |text: &[u8]| read(text).expect("a dialogue").script("");
        let small = script(b"220 ready\nuser a\n331 pw\npass secret\n230 in\nquit\n221 bye\n");
        for line in ["C> user a", "C> PASS *", "C> quit"] {
            assert!(small.contains(line), "{small}");
        }
        let odd = script(
            b"220 a\nUSER a\n331 b\nPASS x\n230-c\nUSER limit is 50\n230 d\nUSRE x\n500 e\nQUIT\n221 f\n",
        );
        assert!(
            odd.contains("S> 230-c\nS> USER limit is 50\nS> 230 d\nC> USRE x\n"),
            "{odd}"
        );
        // A broken line of the server's, and one of a reply that nothing ends.
        let broken =
            script(b"220 all of the\nlist is here\nUSER a\n331-b\nPASS x\n230 c\nQUIT\n221 d\n");
        assert!(
            broken.contains("S> 220 all of the list is here\n"),
            "{broken}"
        );
        assert!(broken.contains("C> PASS *\n"), "{broken}");
        let latin = script(b"220 r\xe9p\nUSER \xe9\n331 {b}\n");
        assert!(
            latin.contains("S> 220 r{xE9}p\n\nC> USER {xE9}\nS> 331 {{b}}\n"),
            "{latin}"
        );
        let log = script(b"S> 220 r\xe9p\nC> USER a\nS> 331 b\n");
        assert!(log.contains("S> 220 r{xE9}p\n"), "{log}");
        assert!(read(b"220 a\n331 b\n230 c\n").is_none(), "nobody asks");
    }

    #[test]
    fn indented_lines_of_an_open_reply_are_lines() {
        let seen = "220 x\nFEAT\n211-Features:\n EPSV\n MLST type*;\n211 End\nQUIT\n221 y\n";
        let script = read(seen.as_bytes()).expect("a dialogue").script("");
        assert!(
            script.contains("S> 211-Features:\nS>  EPSV\nS>  MLST type*;\nS> 211 End\n"),
            "{script}"
        );
    }

    #[test]
    fn the_paper_s_transcript_becomes_a_script() {
        let script = read(PAPER.as_bytes()).expect("a dialogue").script("Paper");
        assert_eq!(
            script,
            "-- title Paper\nS> 220 a.local FTP server (Version wu-2.6.2(1) Sun Aug 3 13:51:18 EDT 2008) ready.\n\n\
             C> USER anonymous\nS> 331 Guest login ok, send your complete e-mail address as password.\nC> PASS *\nS> 230 Guest login ok.\n\
             C> PASV\nS> 227 Entering Passive Mode ({pasv})\nC> LIST -al\nS> 150 Opening ASCII mode data connection for directory listing.\n\
             D> total 48\nD> drwxr-xr-x 6 root root 4096 Jun  1 16:12 .\nD> d--x--x--x 2 root root 4096 Jun  1 16:12 bin\n\
             S> 226 Transfer complete.\nC> QUIT\nS> 221-You have transferred 0 bytes in 0 files.\nS> 221-Total traffic was 433 bytes.\nS> 221 Goodbye.\n"
        );
        Script::parse(script.as_bytes()).expect("a script without mistakes");
    }

    #[test]
    fn a_log_becomes_a_script_too() {
        let log = "# #1\nS> 220 Hi {{x}}\nC> USER a{*}b\nS> 331\nC> PASS *\nS> 230\nC> EPSV\nS> 229 Mode (|||51400|)\n\
                   C> RETR x\nS> 150\n# data from S: 70000 bytes\nS> 226\nC> EPRT |1|127.0.0.1|5000|\nS> 200\nC> STOR y\nS> 150\nS> 226\n";
        let script = read(log.as_bytes()).expect("a dialogue").script("");
        assert_eq!(
            script,
            "# #1\nS> 220 Hi {{x}}\n\nC> USER a{*}b\nS> 331\nC> PASS *\nS> 230\nC> EPSV\nS> 229 Mode ({epsv})\n\
             C> RETR x\nS> 150\n-- data close\n# data from S: 70000 bytes\nS> 226\nC> EPRT * | PORT *\nS> 200\nC> STOR y\nS> 150\nD< {arg}\nS> 226\n\
             \nC* QUIT\nS> 221 Goodbye.\n"
        );
        Script::parse(script.as_bytes()).expect("a script without mistakes");
    }

    #[test]
    fn data_stands_behind_the_whole_reply() {
        let log = "S> 220 Hi\nC> RETR x\nS> 150-Accepted\nS> 150 Now\nD> line\nS> 226 Done\nC> RETR y\nS> 150-Accepted\nS> 150 Now\nS> 226 Done\nC> QUIT\nS> 221 Bye\n";
        assert_eq!(
            read(log.as_bytes()).expect("a dialogue").script(""),
            "S> 220 Hi\n\nC> RETR x\nS> 150-Accepted\nS> 150 Now\nD> line\nS> 226 Done\nC> RETR y\nS> 150-Accepted\nS> 150 Now\n-- data close\nS> 226 Done\nC> QUIT\nS> 221 Bye\n"
        );
    }

    #[test]
    fn a_script_in_place_of_a_log_gives_one_without_its_values() {
        let given = "-- param P=1..5\nS> 220 Hi\nC> RETR x\nS> 150\nD@ f{param.P}\nS> 226\nC> RETR y\nS> 150\nD@ y.txt\nS> 226\n";
        let script = read(given.as_bytes()).expect("a dialogue").script("");
        assert!(script.contains("D> f{{param.P}}\n"), "{script}");
        assert!(script.contains("D@ y.txt\n"), "{script}");
        Script::parse(script.as_bytes()).expect("a script without mistakes");
    }

    #[test]
    fn what_is_no_dialogue_is_none() {
        for text in [
            "",
            "hello\nworld\n",
            "220 alone\n",
            "total 48\n-rw-r--r-- 1 a b 1 x\n",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_transcript_gives_a_script_that_can_be_read(
            lines in proptest::collection::vec("(220[ -]|USER |PASV|227 \\(1,2,3,4,5,6\\)|LIST|150 x|Trying |\\$ nc|[ -~]{0,20}|\\PC{0,8})", 0..30),
        ) {
            let source = lines.join("\n");
            if let Some(dialogue) = read(source.as_bytes()) {
                let script = dialogue.script("x");
                proptest::prop_assert!(Script::parse(script.as_bytes()).is_ok(), "{script}");
            }
        }
    }
}
