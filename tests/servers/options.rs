//! What the command line changes in a server: ports and addresses, limits, and a student's own choice of them.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::Ipv4Addr,
    process::{Command, Stdio},
};

use super::process::{FakeServer, Line, folder};
use crate::harness::{free_ports, ftplab};

#[test]
fn data_ports_stay_in_their_range_and_227_names_the_public_address() {
    let first = free_ports(Ipv4Addr::LOCALHOST.into(), 2);
    let server = FakeServer::start(&[
        "any-client",
        "--passive-ports",
        &format!("{first}-{}", first + 1),
        "--public-address",
        "192.0.2.10",
    ]);
    let mut lines: Vec<Line> = (0..3).map(|_| server.dial()).collect();
    let mut ports = Vec::new();
    for line in &mut lines[..2] {
        line.log_in();
        let at = line.passive();
        assert_eq!(at.ip().to_string(), "192.0.2.10");
        ports.push(at.port());
    }
    ports.sort_unstable();
    assert_eq!(ports, [first, first + 1]);
    lines[2].log_in();
    assert_eq!(lines[2].say("PASV"), "425 No data port is free.");
    assert_eq!(lines[2].say("EPSV"), "425 No data port is free.");
}

#[test]
fn the_idle_are_told_and_the_long_winded_too() {
    let server = FakeServer::start(&["any-client", "--idle", "700ms", "--max-line", "64"]);
    let mut line = server.dial();
    line.log_in();
    let long = format!("CWD {}", "x".repeat(100));
    assert_eq!(line.say(&long), "500 Line too long.");
    assert!(line.say("PWD").starts_with("257"));
    assert!(line.reply().starts_with("421"));
    assert_eq!(line.line(), None);
}

/// The port that `--student` chooses: the same for the same name, even ports left for data from L-1.
#[test]
fn a_student_has_a_port_of_their_own() {
    let port = |name: &str| -> u16 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ftplab"))
            .args(["fake-server", "--json", "--student", name])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let _ = child.kill();
        let _ = child.wait();
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let address = line["address"].as_str().expect("an address");
        let (_, port) = address.rsplit_once(':').expect("a port");
        port.parse().expect("a number")
    };
    let alice = port("alice");
    assert_eq!(alice, port("alice"));
    assert_ne!(alice, port("bob"));
    assert!(alice > 20_000 && alice % 2 == 1, "{alice}");
}

/// With `--once` the first connection's end is the server's; what was stored stays, under a name that leads nowhere.
#[test]
fn uploads_are_kept_below_the_store_and_once_is_once() {
    let dir = folder("store-names");
    let store = dir.join("store");
    let words = [
        "any-client",
        "--once",
        "--store",
        store.to_str().expect("UTF-8"),
    ];
    let mut server = FakeServer::start(&words);
    let mut line = server.dial();
    line.log_in();
    // Each path has a name of its own, and the same path stored again replaces itself.
    let paths = ["../../up.txt", "/etc/up.txt", "..", ".", "", ".hidden"];
    for (n, name) in paths.iter().chain(&paths[1..2]).enumerate() {
        let at = line.passive();
        line.send(&format!("STOR {name}"));
        let mut data = std::net::TcpStream::connect(at).expect("the port is open");
        data.write_all(n.to_string().as_bytes()).expect("sent");
        drop(data);
        assert!(line.reply().starts_with("150"), "{name}");
        assert!(line.reply().starts_with("226"), "{name}");
    }
    assert!(line.say("QUIT").starts_with("221"));
    assert_eq!(server.end().0, 0);
    let mut names: Vec<String> = fs::read_dir(&store)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    let held: Vec<_> = names
        .iter()
        .map(|name| {
            let held = fs::read_to_string(store.join(name)).expect("text");
            (name.as_str(), held)
        })
        .collect();
    let wanted = [
        ("_hidden", "5"),
        ("unnamed", "2"),
        ("unnamed-2", "3"),
        ("unnamed-3", "4"),
        ("up.txt", "0"),
        ("up.txt-2", "6"),
    ]
    .map(|(name, held)| (name, held.to_owned()));
    assert_eq!(held, wanted);
    let beside: Vec<_> = fs::read_dir(&dir).expect("a folder").collect();
    assert_eq!(beside.len(), 1, "nothing is kept elsewhere");
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn what_is_appended_stands_behind_what_was_stored() {
    let dir = folder("store-append");
    let store = dir.join("store");
    let words = ["--store", store.to_str().expect("UTF-8")];
    let server = FakeServer::start(&[&["any-client", "--max-upload", "8"], &words[..]].concat());
    let mut line = server.dial();
    line.log_in();
    let mut upload = |commands: &[&str], bytes: &str| {
        let at = line.passive();
        let (last, before) = commands.split_last().expect("one at least");
        for command in before {
            line.say(command);
        }
        line.send(last);
        let mut data = std::net::TcpStream::connect(at).expect("the port is open");
        data.write_all(bytes.as_bytes()).expect("sent");
        drop(data);
        assert!(line.reply().starts_with("150"), "{last}");
        let reply = line.reply();
        let held = fs::read_to_string(store.join("x")).unwrap_or_default();
        (reply[..3].to_owned(), held)
    };
    let is = |reply: &str, held: &str| (reply.to_owned(), held.to_owned());
    assert_eq!(upload(&["APPE x"], "one"), is("226", "one"));
    assert_eq!(upload(&["appe x"], "two"), is("226", "onetwo"));
    // The bound holds for all of it, and what was whole before stays whole.
    assert_eq!(upload(&["APPE x"], "three"), is("552", "onetwo"));
    // Also where nothing is to be added to more than that.
    fs::write(store.join("x"), "more than eight").expect("a file");
    assert_eq!(upload(&["APPE x"], ""), is("552", "more than eight"));
    assert_eq!(upload(&["STOR x"], "new"), is("226", "new"));
    assert_eq!(upload(&["REST 2", "STOR x"], "t"), is("226", "net"));
    assert!(line.say("QUIT").starts_with("221"));
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn every_limit_is_in_the_help() {
    let done = ftplab().args(["fake-server", "--help"]).run().code(0);
    let help = done.out();
    let limits = help.split_once("Limits:").expect("a heading").1;
    for limit in [
        "--max-connections",
        "--max-data-ports",
        "--max-line",
        "--max-upload",
        "--max-repeats",
        "--idle",
        "--data-wait",
    ] {
        let (_, rest) = limits.split_once(limit).expect(limit);
        let (own, _) = rest.split_once("\n\n").unwrap_or((rest, ""));
        assert!(own.contains("[default: "), "{limit}: {own}");
    }
}

#[test]
fn quiet_it_says_where_it_listens_and_at_the_end_what_was_used() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ftplab"))
        .args([
            "fake-server",
            "any-client",
            "--quiet",
            "--once",
            "--port",
            "0",
        ])
        .args(["--bind", "127.0.0.1"])
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while !line.starts_with("Listening on 127.0.0.1:") {
        line.clear();
        assert!(out.read_line(&mut line).expect("a pipe can be read") > 0);
    }
    let port = line
        .trim_start_matches("Listening on 127.0.0.1:")
        .split(|c: char| !c.is_ascii_digit())
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let mut control = Line::dial(port);
    control.log_in();
    assert_eq!(control.say("QUIT"), "221 Goodbye.");
    let rest: Vec<String> = out.lines().map_while(Result::ok).collect();
    assert!(child.wait().expect("it ends").success());
    assert!(!rest.iter().any(|line| line.contains("C>")), "{rest:#?}");
    assert!(
        rest.iter()
            .any(|line| line.starts_with("One connection, 3 commands")),
        "{rest:#?}"
    );
}

#[test]
fn the_scripts_that_ftplab_brings_are_listed_with_their_titles() {
    let labs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("labs");
    let shown = ftplab().args(["fake-server", "--list"]).run().code(0);
    let json = ftplab()
        .args(["fake-server", "--list", "--json"])
        .run()
        .code(0);
    let mut count = 0;
    for shelf in ["servers", "faults"] {
        for entry in fs::read_dir(labs.join(shelf)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|e| e != "ftp") {
                continue;
            }
            count += 1;
            let name = path.file_stem().and_then(|name| name.to_str());
            let name = name.expect("in ASCII");
            let script = fs::read_to_string(&path).expect("a script");
            let title = script
                .lines()
                .find_map(|line| line.strip_prefix("-- title "));
            let title = title.unwrap_or_else(|| panic!("{name} has a title"));
            // A long title goes on in the next line.
            let begin = format!("  {name} ");
            let line = shown.out().lines().find(|line| line.starts_with(&begin));
            let line = line.unwrap_or_else(|| panic!("{name} is listed"));
            assert!(title.starts_with(line[begin.len()..].trim()), "{line}");
            let line = json.out().lines().find_map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
                (line["name"] == name).then_some(line)
            });
            let line = line.expect("a line of its own");
            assert_eq!(
                (&line["shelf"], &line["title"]),
                (&shelf.into(), &title.into())
            );
        }
    }
    assert_eq!(json.out().lines().count(), count);
}

#[test]
fn the_scripts_that_ftplab_brings_have_their_titles_in_french_too() {
    let titles = include_str!("../../labs/titles.fr").lines().skip(1);
    let shown = ftplab()
        .args(["--lang", "fr", "fake-server", "--list"])
        .run()
        .code(0);
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let all = words(shown.out()).join(" ");
    for line in titles {
        // As in the list, where a long title goes on in the next line.
        let wanted = words(line).join(" ");
        assert!(all.contains(&wanted), "{wanted} in {all}");
    }
}

#[test]
fn a_block_keeps_what_the_built_in_server_has_promised_for_rest_and_a_script_its_own_word() {
    let dir = folder("rest");
    fs::create_dir_all(dir.join("files")).expect("a folder");
    fs::write(dir.join("files/f"), "0123456789").expect("a file");
    let script = |rest: &str| {
        let text = format!(
            "-- files files\nS> 220 Hi.\n{rest}C* RETR f\nS> 150 Here.\nD@ files/f\nS> 226 {{bytes}} bytes.\n"
        );
        let path = dir.join("s.ftp");
        fs::write(&path, text).expect("a script");
        path.to_str().expect("UTF-8").to_owned()
    };
    for (rest, wanted, said) in [
        ("", "456789", "226 6 bytes."),
        ("C* REST *\nS> 350 Fine.\n", "0123456789", "226 10 bytes."),
    ] {
        let server = FakeServer::start(&[&script(rest)]);
        let mut line = server.dial();
        line.log_in();
        let at = line.passive();
        assert!(line.say("REST 4").starts_with("350"));
        assert!(line.say("RETR f").starts_with("150"));
        assert_eq!(Line::fetch(at), wanted);
        assert_eq!(line.reply(), said);
        // It holds for one transfer (RFC 3659 5.1).
        let at = line.passive();
        assert!(line.say("RETR f").starts_with("150"));
        assert_eq!(Line::fetch(at), "0123456789");
        assert_eq!(line.reply(), "226 10 bytes.");
    }
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn abor_with_urgent_data_is_heard_whole() {
    let server = FakeServer::start(&["any-client"]);
    let mut line = server.dial();
    line.log_in();
    let stream = line.stream.get_mut();
    let socket = socket2::SockRef::from(&*stream);
    // As ftplib does: the last byte is the urgent one. Others send IAC IP, IAC DM before it (RFC 959 4.1.3).
    for urgent in [&b"ABOR\r\n"[..], b"\xff\xf4\xff\xf2ABOR\r\n"] {
        socket.send_out_of_band(urgent).expect("sent");
    }
    for _ in 0..2 {
        assert_eq!(line.reply(), "226 Nothing to abort any more.");
    }
    assert!(line.say("NOOP").starts_with("200"));
}

#[test]
fn nothing_of_anybody_else_s_is_written_over() {
    let dir = folder("kept");
    fs::create_dir_all(&dir).expect("a folder");
    let path = |name: &str| dir.join(name).to_str().expect("UTF-8").to_owned();
    let (mine, site, log) = (path("mine"), path("site.xml"), path("log"));
    fs::write(&mine, "mine").expect("a file");
    let words = ["fake-server", "--port", "0", "--filezilla-site", &mine];
    let done = ftplab().args(words).run().code(2);
    let said = done.err().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("is no site that ftplab made"), "{said}");
    assert_eq!(fs::read_to_string(&mine).expect("there"), "mine");
    // What ftplab has made is made anew, and a log goes on.
    for times in 1..=2 {
        let server = FakeServer::start(&["any-client", "--filezilla-site", &site, "--log", &log]);
        let mut line = server.dial();
        line.log_in();
        assert!(line.say("QUIT").starts_with("221"));
        let port = server.port;
        assert_eq!(server.stop().0, 0);
        let site = fs::read_to_string(&site).expect("there");
        assert!(site.contains(&format!("<Port>{port}</Port>")), "{site}");
        let log = fs::read_to_string(&log).expect("there");
        assert_eq!(log.matches("C> QUIT").count(), times, "{log}");
    }
    fs::remove_dir_all(dir).expect("removed");
}
