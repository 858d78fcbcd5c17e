//! Sequence 1 of the lab against real servers, as a class does it: `raw` is the control connection, `pasv-calc
//! --connect` and `listen` are the data connections, each a process of its own.

pub(crate) mod program;
mod server;
pub(crate) mod terminal;

use std::{fs, path::Path};

use program::{Program, Stream};
use server::{BINARY, Family, Login, Peer, Server, TEXT};
use terminal::Terminal;

/// Who makes the passive open of the data connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Passive,
    Active,
}

/// What happens on the data connection.
#[derive(Debug, Clone, Copy)]
enum Data<'a> {
    /// It is written to this file.
    To(&'a Path),
    /// This file is sent as soon as the connection stands.
    From(&'a Path),
    /// These bytes are sent once the server has said that it is ready for them.
    Later(&'a [u8]),
}

impl Data<'_> {
    fn words(self) -> [String; 2] {
        let (option, path) = match self {
            Data::To(path) => ("--output", path),
            Data::From(path) => ("--send", path),
            Data::Later(_) => ("--send", Path::new("/dev/stdin")),
        };
        [option.to_owned(), path.display().to_string()]
    }
}

/// Opens the data connection in the way of `mode` from another process, gives the command that moves the data, and
/// waits until both ends say that all is well.
fn transfer(raw: &mut Program, server: &Server, mode: Mode, command: &str, data: Data<'_>) {
    let host = server.at.ip().to_string();
    let mut helper = match mode {
        Mode::Passive => {
            let (verb, code) = if server.at.is_ipv6() {
                ("EPSV", 229)
            } else {
                ("PASV", 227)
            };
            let reply = raw.command(verb, &[code]);
            let mut words = vec!["pasv-calc", "--connect", "--host", &host];
            let data = data.words();
            words.extend(data.iter().map(String::as_str));
            // The whole line, as it is pasted.
            words.push(&reply.line);
            let helper = Program::ftplab(&words);
            raw.say(command);
            helper
        }
        Mode::Active => {
            let at = match server.at.ip() {
                std::net::IpAddr::V4(ip) => format!("{ip}:0"),
                std::net::IpAddr::V6(ip) => format!("[{ip}]:0"),
            };
            let control = server.at.port().to_string();
            let mut words = vec!["listen", &at, "--control", &control];
            let data = data.words();
            words.extend(data.iter().map(String::as_str));
            let mut helper = Program::ftplab(&words);
            let verb = if server.at.is_ipv6() {
                "EPRT "
            } else {
                "PORT "
            };
            let line = helper.until(|stream, line| {
                let at = line.find(verb).filter(|_| stream == Stream::Err)?;
                let argument = line[at + verb.len()..].split_whitespace().next()?;
                argument
                    .contains([',', '|'])
                    .then(|| format!("{verb}{argument}"))
            });
            raw.command(&line, &[200]);
            raw.say(command);
            helper
        }
    };
    let begun = raw.reply();
    assert!(matches!(begun.code, 125 | 150), "{command}: {begun:?}");
    if let Data::Later(bytes) = data {
        helper.feed(bytes);
    }
    let (code, said) = helper.end();
    assert_eq!(code, 0, "{command}, {mode:?}\n{said}");
    let ended = raw.reply();
    assert_eq!(ended.code, 226, "{command}: {ended:?}");
}

/// Steps 1, 2 and 4 of the sheet, with files both ways.
fn sequence(peer: Peer, server: &Server, mode: Mode) {
    let mine = tempfile::tempdir().expect("a folder");
    let mut raw = Program::ftplab(["raw", &server.at.to_string()]);
    assert_eq!(raw.reply().code, 220);
    // A command too early, as on the sheet, in one of the modes: the exit code tells at the end.
    let early = mode == Mode::Passive;
    if early {
        raw.command("PWD", &[530, 550]);
    }
    raw.command(&format!("USER {}", server.user), &[331, 230]);
    raw.command(&format!("PASS {}", server.password), &[230]);
    raw.command("PWD", &[257]);
    raw.command("TYPE I", &[200]);

    let list = mine.path().join("list");
    transfer(&mut raw, server, mode, "LIST", Data::To(&list));
    let list = fs::read_to_string(list).expect("a listing is text");
    for name in [TEXT.0, BINARY, "incoming"] {
        assert!(list.contains(name), "{list}");
    }
    assert!(
        list.lines().count() >= 3 && list.ends_with('\n'),
        "{list:?}"
    );

    for (name, bytes) in [(TEXT.0, TEXT.1.to_vec()), (BINARY, server::binary())] {
        let file = mine.path().join(name);
        transfer(
            &mut raw,
            server,
            mode,
            &format!("RETR {name}"),
            Data::To(&file),
        );
        assert!(fs::read(&file).expect("it came") == bytes, "RETR {name}");
        let stored = format!("incoming/{mode:?}-{name}");
        // pyftpdlib resets a data connection on which something comes before the STOR, and in active mode it dials at
        // the PORT already.
        let data = match peer {
            Peer::Pyftpdlib => Data::Later(&bytes),
            _ => Data::From(&file),
        };
        transfer(&mut raw, server, mode, &format!("STOR {stored}"), data);
        let there = fs::read(server.root().join(&stored)).expect("it was stored");
        assert!(there == bytes, "STOR {name}");
    }
    raw.command("QUIT", &[221]);
    let (code, said) = raw.end();
    assert_eq!(code, i32::from(early), "{said}");
}

/// One server, both addresses, both logins, both modes.
fn every_way(peer: Peer) {
    for family in [Family::V4, Family::V6] {
        for login in [Login::Anonymous, Login::Password] {
            let Some(server) = peer.start(family, login) else {
                continue;
            };
            for mode in [Mode::Passive, Mode::Active] {
                sequence(peer, &server, mode);
            }
        }
    }
}

#[test]
fn vsftpd() {
    every_way(Peer::Vsftpd);
}

#[test]
fn proftpd() {
    every_way(Peer::Proftpd);
}

#[test]
fn pure_ftpd() {
    every_way(Peer::PureFtpd);
}

#[test]
fn pyftpdlib() {
    every_way(Peer::Pyftpdlib);
}

/// Waits for two lines in either order: what two connections tell comes as it comes.
fn both(raw: &mut Program, one: impl Fn(&str) -> bool, other: impl Fn(&str) -> bool) {
    let (mut came, mut came_too) = (false, false);
    raw.until(|_, line| {
        came |= one(line);
        came_too |= other(line);
        (came && came_too).then_some(())
    });
}

/// The same without other terminals: `/data` and `/listen` are the data connections.
fn alone(peer: Peer) {
    for family in [Family::V4, Family::V6] {
        let Some(server) = peer.start(family, Login::Password) else {
            return;
        };
        let mine = tempfile::tempdir().expect("a folder");
        let file = mine.path().join("came");
        let passive = if server.at.is_ipv6() { "EPSV" } else { "PASV" };
        let mut raw = Program::ftplab(["raw", &server.at.to_string()]);
        raw.reply();
        raw.command(&format!("USER {}", server.user), &[331]);
        raw.command(&format!("PASS {}", server.password), &[230]);
        raw.command("TYPE I", &[200]);
        raw.command(passive, &[227, 229]);
        raw.say(&format!("/data > {}", file.display()));
        raw.say(&format!("RETR {BINARY}"));
        both(
            &mut raw,
            |line| line.starts_with("S> 226 "),
            |line| line.contains("Data connection closed by the server"),
        );
        assert!(fs::read(&file).expect("it came") == server::binary());
        raw.command(passive, &[227, 229]);
        // The command first: pyftpdlib wants no data before it, and raw lets what a transfer waits for overtake.
        raw.say("STOR incoming/alone");
        raw.say(&format!("/data < {}", file.display()));
        assert!(matches!(raw.reply().code, 125 | 150));
        assert_eq!(raw.reply().code, 226);
        let stored = fs::read(server.root().join("incoming/alone")).expect("it was stored");
        assert!(stored == server::binary());
        raw.command("QUIT", &[221]);
        let (code, said) = raw.end();
        assert_eq!(code, 0, "{said}");
    }
}

#[test]
fn raw_alone() {
    for peer in [Peer::Vsftpd, Peer::Proftpd, Peer::PureFtpd, Peer::Pyftpdlib] {
        alone(peer);
    }
}

/// The line that is being typed, as the screen shows it: the last that is not empty.
fn typed(lines: &[String]) -> &str {
    lines
        .iter()
        .rev()
        .find(|line| !line.is_empty())
        .map_or("", String::as_str)
}

#[test]
fn a_reply_that_nobody_asked_for_does_not_tear_the_line_being_typed() {
    let more = ["idle_session_timeout=3"];
    let Some(server) = Peer::Vsftpd.start_with(Family::V4, Login::Anonymous, &more) else {
        return;
    };
    let mut screen = Terminal::ftplab(&["raw", &server.at.to_string()]);
    screen.until("the greeting", |lines| {
        lines.iter().any(|line| line.starts_with("S> 220 ")) && typed(lines) == "C>"
    });
    screen.keys("USER anony");
    screen.until("what is typed", |lines| typed(lines) == "C> USER anony");
    // No Enter: the server loses its patience while the line stands there unfinished.
    screen.until("the 421", |lines| {
        lines.iter().any(|line| line == "S> 421 Timeout.")
            && lines.iter().any(|line| line.contains("/again"))
            && typed(lines) == "C> USER anony"
    });
    // The line goes on where it was.
    screen.keys("mous");
    let lines = screen.until("the rest", |lines| typed(lines) == "C> USER anonymous");
    assert_eq!(
        lines.iter().filter(|line| line.contains("USER")).count(),
        1,
        "one line being typed and no remains of it\n{}",
        lines.join("\n")
    );
    // And the session after it.
    screen.keys("\x15/again\r");
    screen.until("a second greeting", |lines| {
        lines
            .iter()
            .filter(|line| line.starts_with("S> 220 "))
            .count()
            == 2
    });
    screen.keys("USER anonymous\r");
    screen.until("its reply", |lines| {
        lines.iter().any(|line| line.starts_with("S> 331 "))
    });
}

/// What goes wrong when the data connection is forgotten, and what `raw` says to it: servers differ.
fn forgotten(peer: Peer) {
    let Some(server) = peer.start(Family::V4, Login::Password) else {
        return;
    };
    let login = || {
        let mut raw = Program::ftplab(["raw", &server.at.to_string(), "--explain", "brief"]);
        raw.reply();
        raw.command(&format!("USER {}", server.user), &[331]);
        raw.command(&format!("PASS {}", server.password), &[230]);
        raw
    };

    // An address that is not the client's. (To a private one proftpd says 200, and then dials the client itself.)
    let mut raw = login();
    raw.command("PORT 192,0,2,77,19,136", &[500, 501]);
    raw.until(|_, line| line.contains("RFC 2577").then_some(()));

    // After PASV the server waits for somebody to dial, and says so with a 150 or not at all.
    raw.command("PASV", &[227]);
    raw.say("LIST");
    raw.until(|_, line| {
        line.contains("→ The final reply has not come. Where nobody")
            .then_some(())
    });
    raw.say("/data");
    both(
        &mut raw,
        |line| line.starts_with("D> ") && line.contains(TEXT.0),
        |line| line.starts_with("S> 226 "),
    );

    // Neither PASV nor PORT: a 425, or a 150 that nothing follows.
    let mut raw = login();
    raw.say("LIST");
    let advice = match raw.reply().code {
        425 => "→ No data connection",
        150 => "→ Neither PASV nor PORT came before",
        other => panic!("{other} to LIST without a data connection"),
    };
    raw.until(|_, line| line.contains(advice).then_some(()));
}

#[test]
fn forgotten_with_vsftpd() {
    forgotten(Peer::Vsftpd);
}

#[test]
fn forgotten_with_proftpd() {
    forgotten(Peer::Proftpd);
}

#[test]
fn forgotten_with_pure_ftpd() {
    forgotten(Peer::PureFtpd);
}

#[test]
fn forgotten_with_pyftpdlib() {
    forgotten(Peer::Pyftpdlib);
}
