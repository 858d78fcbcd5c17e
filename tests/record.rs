//! `--record`: what both ends of a session recorded, read back by `inspect` and, where it is installed, by tshark; and
//! what a recording must not do.

use std::{
    fs,
    io::Read,
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
};

use crate::{
    harness::{free_port, ftplab, missing_peer},
    peers::program::Program,
    servers::process::{FakeServer, PATIENCE},
};

/// A megabyte and a bit, so that segments, reads and writes all have to be cut.
const LARGE: usize = 1_048_577;
const PASSWORD: &str = "s3cret-of-mine";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn sha256(path: &Path) -> String {
    let done = Command::new("sha256sum")
        .arg(path)
        .output()
        .expect("coreutils");
    String::from_utf8_lossy(&done.stdout)[..64].to_owned()
}

/// A session with a passive download, an active one and an upload; gives the server's port.
fn session(dir: &Path) -> u16 {
    let script = dir.join("lab.ftp");
    fs::create_dir(dir.join("files")).expect("a folder");
    fs::create_dir(dir.join("kept")).expect("a folder");
    let bytes: Vec<u8> = (0..LARGE).map(|n| (n * 7 % 251) as u8).collect();
    fs::write(dir.join("files/large"), &bytes).expect("a file");
    fs::write(dir.join("up"), &bytes[..100_000]).expect("a file");
    fs::write(&script, SCRIPT).expect("a script");
    let mut server = Program::ftplab([
        "fake-server",
        &script.display().to_string(),
        "--port",
        "0",
        "--once",
        "--store",
        &dir.join("kept").display().to_string(),
        "--record",
        &dir.join("server.pcapng").display().to_string(),
    ]);
    let port = port_of(&mut server);
    let mut raw = Program::ftplab([
        "raw",
        "127.0.0.1",
        &port.to_string(),
        "--record",
        &dir.join("raw.pcapng").display().to_string(),
        "--log",
        &dir.join("raw.log").display().to_string(),
    ]);
    raw.reply();
    raw.command("USER student", &[331]);
    raw.command(&format!("PASS {PASSWORD}"), &[230]);
    raw.command("PASV", &[227]);
    raw.say(&format!("/data > {}", dir.join("down").display()));
    raw.command("RETR large", &[150]);
    assert_eq!(raw.reply().code, 226);
    raw.say("/listen 0");
    let line = raw.until(|_, line| {
        let line = line.trim();
        line.starts_with("PORT ").then(|| line.to_owned())
    });
    raw.command(&line, &[200]);
    raw.command("LIST", &[150]);
    assert_eq!(raw.reply().code, 226);
    raw.command("PASV", &[227]);
    raw.say(&format!("/data < {}", dir.join("up").display()));
    raw.command("STOR up", &[150]);
    assert_eq!(raw.reply().code, 226);
    raw.command("QUIT", &[221]);
    let (_, said) = raw.end();
    assert!(
        said.contains(&format!("wireshark -d tcp.port=={port},ftp ")),
        "{said}"
    );
    let (code, said) = server.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("ftplab inspect "), "{said}");
    port
}

const SCRIPT: &str = r#"-- title A session that is recorded
S> 220 hi
C* USER *
S> 331 password
C* PASS *
S> 230 in
C* PASV
S> 227 Entering Passive Mode ({pasv})
C* PORT *
S> 200 ok
C* LIST
S> 150 now
D> large
S> 226 sent
C* RETR large
S> 150 now
D@ files/large
S> 226 sent
C* STOR *
S> 150 now
D< {arg}
S> 226 kept
C* QUIT
S> 221 bye
"#;

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let done = ftplab()
        .args(["inspect", "--json", "--hash"])
        .arg(path)
        .run();
    done.json_lines()
}

/// The port of a server that says where it listens.
fn port_of(server: &mut Program) -> u16 {
    server.until(|_, line| {
        let at = line.find("127.0.0.1:")? + "127.0.0.1:".len();
        let digits = line[at..].split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    })
}

#[test]
fn both_ends_record_the_session_that_was() {
    let dir = folder();
    let dir = dir.path();
    let port = session(dir);
    for end in ["raw.pcapng", "server.pcapng"] {
        let file = dir.join(end);
        let lines = lines(&file);
        let of = |kind: &str| -> Vec<&serde_json::Value> {
            lines.iter().filter(|line| line["type"] == kind).collect()
        };
        let sessions = of("session");
        assert_eq!(sessions.len(), 1, "{end}");
        assert_eq!(sessions[0]["end"], "fin", "{end}");
        assert_eq!(sessions[0]["logged_in"], true);
        // Told as their connections end, and the server does not see the client's FIN.
        let mut transfers = of("transfer");
        transfers.sort_by_key(|transfer| transfer["command"].as_u64());
        let found: Vec<_> = transfers
            .iter()
            .map(|t| {
                let (up, down) = (t["up"].as_u64(), t["down"].as_u64());
                (t["verb"].as_str(), t["verdict"].as_str(), up, down)
            })
            .collect();
        let wanted = [
            (Some("RETR"), Some("complete"), Some(0), Some(LARGE as u64)),
            (Some("LIST"), Some("complete"), Some(0), Some(7)),
            (Some("STOR"), Some("complete"), Some(100_000), Some(0)),
        ];
        assert_eq!(found, wanted, "{end}");
        assert_eq!(
            transfers[0]["sha256"],
            sha256(&dir.join("files/large")).as_str()
        );
        assert_eq!(transfers[2]["sha256"], sha256(&dir.join("up")).as_str());
        assert_eq!(of("capture")[0]["complete"], true);
        // The active data came from any port: the one beside a port above 1023 may be taken.
        let odd = of("quirk");
        let odd: Vec<_> = odd.iter().map(|quirk| &quirk["name"]).collect();
        assert!(
            odd.iter().all(|name| *name == "data-source-port"),
            "{end}: {odd:?}"
        );
        let bytes = fs::read(&file).expect("a recording");
        assert!(memchr::memmem::find(&bytes, PASSWORD.as_bytes()).is_some());
        tshark(&file, port);
    }
    // Both recordings together are the one session, also where one clock is two seconds ahead.
    let (raw, server) = (dir.join("raw.pcapng"), dir.join("server.pcapng"));
    let later = dir.join("later.pcapng");
    for (one, other) in [
        (&raw, &server),
        (&server, &raw),
        (&raw, &later),
        (&later, &raw),
    ] {
        if [one, other].contains(&&later) && !shifted(&server, &later, "2") {
            continue;
        }
        let merged = merged(&[one, other]);
        assert_eq!(merged.0, 1, "sessions of {one:?} and {other:?}");
        let mut wanted = [
            ("LIST", "complete", 7),
            ("RETR", "complete", LARGE as u64),
            ("STOR", "complete", 100_000),
        ]
        .map(|(verb, verdict, bytes)| (verb.to_owned(), verdict.to_owned(), bytes));
        wanted.sort();
        assert_eq!(merged.1, wanted, "{one:?} and {other:?}");
    }
    for name in ["down", "kept/up"] {
        assert!(dir.join(name).exists(), "{name}");
    }
    assert_eq!(sha256(&dir.join("down")), sha256(&dir.join("files/large")));
    let log = fs::read_to_string(dir.join("raw.log")).expect("a log");
    assert!(log.contains("PASS *") && !log.contains(PASSWORD), "{log}");
}

/// Opens without a warning, and is FTP where it is told that it is.
fn tshark(file: &Path, port: u16) {
    expert(file, port);
    if let Some(ftp) = asked_of_tshark(file, port, "ftp.request.command == \"PASS\"") {
        assert!(ftp.contains(PASSWORD), "{ftp}");
    }
}

/// Nothing in it is a warning (0x600000) or worse for Wireshark, checksums included.
fn expert(file: &Path, port: u16) {
    if let Some(bad) = asked_of_tshark(file, port, "_ws.expert.severity >= 6291456") {
        assert_eq!(bad, "", "{}", file.display());
    }
}

/// The frames that fit a display filter; None where there is no tshark.
fn asked_of_tshark(file: &Path, port: u16, filter: &str) -> Option<String> {
    if Command::new("tshark").arg("-v").output().is_err() {
        missing_peer("tshark");
        return None;
    }
    let done = Command::new("tshark")
        .args(["-n", "-r"])
        .arg(file)
        .args(["-d", &format!("tcp.port=={port},ftp")])
        .args(["-o", "tcp.check_checksum:TRUE"])
        .args(["-o", "ip.check_checksum:TRUE"])
        .args(["-Y", filter])
        .output()
        .expect("tshark");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// The same capture with another clock; false where nothing here can make it.
fn shifted(from: &Path, to: &Path, seconds: &str) -> bool {
    let made = Command::new("editcap")
        .args(["-t", seconds])
        .args([from, to])
        .status();
    let made = made.is_ok_and(|status| status.success());
    if !made {
        missing_peer("editcap");
    }
    made
}

/// How many sessions several recordings have as one, and their transfers: verb, verdict and bytes.
fn merged(files: &[&Path]) -> (usize, Vec<(String, String, u64)>) {
    let done = ftplab()
        .args(["inspect", "--json", "--merge"])
        .args(files)
        .run();
    let (mut sessions, mut transfers) = (0, Vec::new());
    for line in done.code(0).json_lines() {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        match line["type"].as_str() {
            Some("session") => sessions += 1,
            Some("transfer") => {
                let bytes = line["up"].as_u64().unwrap_or(0) + line["down"].as_u64().unwrap_or(0);
                transfers.push((text("verb"), text("verdict"), bytes));
            }
            _ => {}
        }
    }
    transfers.sort();
    (sessions, transfers)
}

/// The paper lab's two telnets: the control connection in one terminal, the data connection in another.
#[test]
fn two_terminals_record_two_files_of_one_session() {
    let dir = folder();
    let dir = dir.path();
    let script = dir.join("lab.ftp");
    fs::write(&script, SCRIPT.replace("D@ files/large", "D> a file")).expect("a script");
    let path = |name: &str| dir.join(name).display().to_string();
    let events = path("events");
    let mut server = Program::ftplab([
        "fake-server",
        &path("lab.ftp"),
        "--port",
        "0",
        "--once",
        "--json",
        "--record",
        &path("server.pcapng"),
    ]);
    let port = port_of(&mut server);
    let mut raw = Program::ftplab([
        "raw",
        "127.0.0.1",
        &port.to_string(),
        "--record",
        &path("raw.pcapng"),
        "--events",
        &events,
    ]);
    raw.reply();
    raw.command("USER student", &[331]);
    raw.command("PASS x", &[230]);
    let passive = raw.command("PASV", &[227]).line;
    raw.say("RETR large");
    // The second terminal, once the first one has been typed in: the server waits.
    let done = ftplab()
        .args([
            "pasv-calc",
            "--connect",
            &passive,
            "--json",
            "-o",
            &path("down"),
        ])
        .args(["--record", &path("data.pcapng")])
        .run()
        .code(0);
    let last: serde_json::Value =
        serde_json::from_str(done.out().lines().last().expect("lines")).expect("JSON");
    assert_eq!(last["type"], "recording");
    assert_eq!(last["file"], path("data.pcapng").as_str());
    assert_eq!(last["control_port"], serde_json::Value::Null);
    assert_eq!(last["complete"], true);
    assert_eq!((raw.reply().code, raw.reply().code), (150, 226));
    let mut listen = Program::ftplab([
        "listen",
        "127.0.0.1:0",
        "--record",
        &path("listen.pcapng"),
        "-o",
        &path("list"),
    ]);
    let command = listen.until(|_, line| {
        let at = line.find("PORT ")?;
        Some(line[at..].trim_end().to_owned())
    });
    raw.command(&command, &[200]);
    raw.command("LIST", &[150]);
    assert_eq!(raw.reply().code, 226);
    raw.command("QUIT", &[221]);
    let (code, said) = listen.end();
    assert_eq!(code, 0, "{said}");
    raw.end();
    let (_, said) = server.end();
    let told = said.lines().find(|line| line.contains("\"recording\""));
    let told = told.expect("the server tells of its recording");
    assert!(told.contains(&format!("\"control_port\":{port}")), "{told}");
    let events = fs::read_to_string(&events).expect("events");
    let told = events.lines().last().expect("events");
    assert!(
        told.contains("\"type\":\"recording\",\"source\":\"raw\""),
        "{told}"
    );

    let files = [
        "raw.pcapng",
        "data.pcapng",
        "listen.pcapng",
        "server.pcapng",
    ]
    .map(|name| dir.join(name));
    let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    let row = |verb: &str, bytes| (verb.to_owned(), "complete".to_owned(), bytes);
    let wanted = (1, vec![row("LIST", 7), row("RETR", 8)]);
    assert_eq!(merged(&files[..3]), wanted, "the user's three terminals");
    assert_eq!(merged(&files), wanted, "and the server's end of all of it");
    // Each opens without a warning; what has no control connection is told to be data.
    for file in &files {
        expert(file, port);
    }
    let alone = ftplab().arg("inspect").arg(files[1]).run().code(1);
    assert!(alone.out().contains("No FTP"), "{}", alone.out());
}

#[test]
fn a_recording_never_takes_the_place_of_another_file() {
    let dir = folder();
    let path = dir.path().join("precious");
    fs::write(&path, "mine").expect("a file");
    let file = path.display().to_string();
    for args in [
        &["raw", "127.0.0.1", "1"][..],
        &["listen", "0"],
        &["pasv-calc", "--connect", "127.0.0.1:1"],
        &["fake-server", "--port", "0"],
    ] {
        let done = ftplab().args(args).args(["--record", &file]).run().code(2);
        assert!(done.err().contains("precious"), "{}", done.err());
        assert_eq!(fs::read_to_string(&path).expect("there"), "mine");
    }
}

#[test]
fn a_refused_connection_is_recorded_and_nothing_leaves_no_file() {
    let dir = folder();
    let at = format!("127.0.0.1:{}", free_port());
    let refused = dir.path().join("it's refused.pcapng");
    let done = ftplab()
        .args(["pasv-calc", "--connect", &at, "--record"])
        .arg(&refused)
        .run()
        .code(2);
    assert!(
        done.err().contains(r"it'\''s refused.pcapng'"),
        "{}",
        done.err()
    );
    let capture = lines(&refused);
    assert_eq!(capture.last().expect("a line")["packets"], 2);

    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = taken.local_addr().expect("bound").port().to_string();
    let nothing = dir.path().join("nothing");
    ftplab()
        .args(["listen", &port, "--record"])
        .arg(&nothing)
        .run()
        .code(2);
    assert!(!nothing.exists());
}

#[test]
fn a_data_connection_is_told_and_recorded_when_the_client_came() {
    let dir = folder();
    let file = dir.path().join("server.pcapng");
    let server = FakeServer::start(&["any-client", "--record", &file.display().to_string()]);
    let mut line = server.dial();
    line.log_in();
    // Before its command, as most clients come; behind the 150, as a person may; and for nothing.
    let at = line.passive();
    let mut data = TcpStream::connect(at).expect("connected");
    line.send("NLST");
    let mut names = String::new();
    data.read_to_string(&mut names).expect("closed in order");
    assert!(names.contains("hello.txt"), "{names}");
    assert!(line.reply().starts_with("150") && line.reply().starts_with("226"));
    let at = line.passive();
    line.send("LIST");
    assert!(line.reply().starts_with("150"));
    let mut data = TcpStream::connect(at).expect("connected");
    data.read_to_string(&mut names).expect("closed in order");
    assert!(line.reply().starts_with("226"));
    let at = line.passive();
    let mut data = TcpStream::connect(at).expect("connected");
    data.set_read_timeout(Some(PATIENCE)).expect("set");
    // Who asks for another port has no use for this one.
    let other = line.passive();
    assert_ne!(other, at);
    assert!(data.read(&mut [0]).is_err());
    assert!(line.say("QUIT").starts_with("221"));
    let (code, said) = server.stop();
    assert_eq!(code, 0);
    let order = |lines: &[serde_json::Value]| -> Vec<String> {
        let of = |line: &serde_json::Value| match line["type"].as_str()? {
            "data-connected" => Some("SYN".to_owned()),
            "command" => line["verb"].as_str().map(str::to_owned),
            "reply" => Some(line["code"].to_string()),
            _ => None,
        };
        let all = lines.iter().filter_map(of);
        all.skip_while(|one| one != "PASV").collect()
    };
    let wanted =
        "PASV 227 SYN NLST 150 226 PASV 227 LIST 150 SYN 226 PASV 227 SYN PASV 227 QUIT 221";
    assert_eq!(order(&said).join(" "), wanted);
    let recorded = lines(&file);
    for (verb, before) in [("NLST", true), ("LIST", false)] {
        let is = |kind: &str| {
            let mut found = recorded.iter();
            found
                .find(|line| line["type"] == kind && line["verb"] == verb)
                .cloned()
                .expect("it is in the recording")
        };
        let command = is("command")["frame"].as_u64().expect("its frame");
        let first = is("transfer")["connection"]["first_frame"].as_u64();
        assert_eq!(first.expect("its SYN") < command, before, "{verb}");
    }
}
