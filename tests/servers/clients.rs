//! Real clients: they list, get and put at `any-client`, passive and active; and they stumble over the faults as the
//! faults say. What is not installed is skipped, visibly.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::process::{FakeServer, folder, lab};
use crate::harness::missing_peer;

/// No client takes longer than this where nothing is wrong.
const LONGEST: Duration = Duration::from_secs(40);

/// True where a program is installed; says so where it is not.
pub(super) fn installed(program: &str) -> bool {
    let there = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()));
    if !there {
        missing_peer(program);
    }
    there
}

/// Runs a client to its end, in a folder and home of its own; `None` where it had to be ended.
fn client(dir: &Path, program: &str, words: &[&str], input: &str) -> Option<Output> {
    use std::io::Write;
    let mut child = Command::new(program)
        .args(words)
        .current_dir(dir)
        .env("HOME", dir)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("an installed client starts");
    if let Some(mut keys) = child.stdin.take() {
        let _ = keys.write_all(input.as_bytes());
    }
    let start = Instant::now();
    while child.try_wait().expect("a child can be asked").is_none() {
        if start.elapsed() > LONGEST {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
    Some(child.wait_with_output().expect("its output"))
}

/// Three things that each client does with the server on this port, in each mode; the words and what is typed.
struct Peer {
    name: &'static str,
    program: &'static str,
    list: fn(u16, bool) -> Asked,
    get: fn(u16, bool) -> Asked,
    put: Option<fn(u16, bool) -> Asked>,
}

/// A client's words, and what is typed into it.
type Asked = (Vec<String>, String);

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

fn python(port: u16, passive: bool, what: &str) -> Asked {
    let passive = if passive { "True" } else { "False" };
    let script = format!(
        "from ftplib import FTP\nf = FTP(timeout=20)\nf.connect('127.0.0.1', {port})\nf.login()\nf.set_pasv({passive})\n{what}\nf.quit()\n"
    );
    (vec!["-c".into(), script], String::new())
}

fn lftp(port: u16, passive: bool, what: &str) -> Asked {
    let mode = if passive { "on" } else { "off" };
    let script = format!("set ftp:passive-mode {mode}; open -p {port} 127.0.0.1; {what}");
    (vec!["-c".into(), script], String::new())
}

fn tnftp(port: u16, passive: bool, what: &str) -> Asked {
    let mut all = words(&["-n", "-i"]);
    if !passive {
        all.insert(0, "-A".into());
    }
    all.extend([String::from("127.0.0.1"), port.to_string()]);
    (all, format!("user anonymous a@b\nbinary\n{what}\nquit\n"))
}

fn ncftp(port: u16, passive: bool, more: &[&str]) -> Asked {
    let mut all = vec!["-P".to_owned(), port.to_string()];
    if !passive {
        all.push("-E".into());
    }
    all.extend(words(more));
    (all, String::new())
}

fn curl(port: u16, passive: bool, more: &[&str], path: &str) -> Asked {
    let mut all = words(&["-sS", "--max-time", "30"]);
    if !passive {
        all.extend(words(&["-P", "-"]));
    }
    all.extend(words(more));
    all.push(format!("ftp://127.0.0.1:{port}/{path}"));
    (all, String::new())
}

fn wget(port: u16, passive: bool, path: &str) -> Asked {
    let mut all = words(&["-q", "--tries=1", "-O", "got.bin"]);
    if !passive {
        all.push("--no-passive-ftp".into());
    }
    all.push(format!("ftp://127.0.0.1:{port}/{path}"));
    (all, String::new())
}

const PEERS: [Peer; 6] = [
    Peer {
        name: "curl",
        program: "curl",
        list: |port, passive| curl(port, passive, &[], ""),
        get: |port, passive| curl(port, passive, &["-o", "got.bin"], "bytes.bin"),
        put: Some(|port, passive| curl(port, passive, &["-T", "up.bin"], "up.bin")),
    },
    Peer {
        name: "wget",
        program: "wget",
        list: |port, passive| wget(port, passive, ""),
        get: |port, passive| wget(port, passive, "bytes.bin"),
        put: None,
    },
    Peer {
        name: "lftp",
        program: "lftp",
        list: |port, passive| lftp(port, passive, "ls"),
        get: |port, passive| lftp(port, passive, "get bytes.bin -o got.bin"),
        put: Some(|port, passive| lftp(port, passive, "put up.bin")),
    },
    Peer {
        name: "ncftp",
        program: "ncftpls",
        list: |port, passive| ncftp(port, passive, &["-l", "ftp://127.0.0.1/"]),
        get: |_, _| (Vec::new(), String::new()),
        put: None,
    },
    Peer {
        name: "tnftp",
        program: "tnftp",
        list: |port, passive| tnftp(port, passive, "ls"),
        get: |port, passive| tnftp(port, passive, "get bytes.bin got.bin"),
        put: Some(|port, passive| tnftp(port, passive, "put up.bin")),
    },
    Peer {
        name: "ftplib",
        program: "python3",
        list: |port, passive| python(port, passive, "f.dir()"),
        get: |port, passive| {
            python(
                port,
                passive,
                "f.retrbinary('RETR bytes.bin', open('got.bin', 'wb').write)",
            )
        },
        put: Some(|port, passive| {
            python(
                port,
                passive,
                "f.storbinary('STOR up.bin', open('up.bin', 'rb'))",
            )
        }),
    },
];

fn run(dir: &Path, program: &str, (all, input): Asked) -> Output {
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let output = client(dir, program, &all, &input)
        .unwrap_or_else(|| panic!("{program} {all:?} does not end"));
    assert!(
        output.status.success(),
        "{program} {all:?}: {}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Bytes that TYPE A would change.
pub(super) fn upload() -> Vec<u8> {
    (0..=255u8).cycle().take(70_000).collect()
}

/// All that one client does, in both modes.
fn list_get_put(peer: &Peer) {
    if !installed(peer.program) {
        return;
    }
    let dir = folder(&format!("client-{}", peer.name));
    let store = dir.join("store");
    let server = FakeServer::start(&["any-client", "--store", store.to_str().expect("UTF-8")]);
    let bytes = fs::read(lab("servers/files/bytes.bin")).expect("a file");
    fs::write(dir.join("up.bin"), upload()).expect("a file");
    for passive in [true, false] {
        let place = format!("{}, passive {passive}", peer.name);
        let listed = run(&dir, peer.program, (peer.list)(server.port, passive));
        let mut shown = listed.stdout;
        shown.extend(fs::read(dir.join("got.bin")).unwrap_or_default());
        let shown = String::from_utf8_lossy(&shown).into_owned();
        assert!(shown.contains("hello.txt"), "{place}: {shown}");
        let _ = fs::remove_file(dir.join("got.bin"));
        // ncftp has a program for each.
        if peer.name == "ncftp" {
            let get = ncftp(server.port, passive, &["-V", "127.0.0.1", ".", "bytes.bin"]);
            run(&dir, "ncftpget", get);
            fs::rename(dir.join("bytes.bin"), dir.join("got.bin")).expect("it came");
            let put = ncftp(server.port, passive, &["-V", "127.0.0.1", "/", "up.bin"]);
            run(&dir, "ncftpput", put);
        } else {
            run(&dir, peer.program, (peer.get)(server.port, passive));
            if let Some(put) = peer.put {
                run(&dir, peer.program, put(server.port, passive));
            }
        }
        assert_eq!(
            fs::read(dir.join("got.bin")).expect("it came"),
            bytes,
            "{place}"
        );
        let _ = fs::remove_file(dir.join("got.bin"));
        if peer.put.is_some() || peer.name == "ncftp" {
            let stored = store.join("up.bin");
            assert!(
                fs::read(&stored).expect("it was kept") == upload(),
                "{place}: other bytes were kept"
            );
            fs::remove_file(stored).expect("removed");
        }
    }
    let (code, said) = server.stop();
    assert_eq!(code, 0);
    let summary = said.last().expect("a summary");
    assert_eq!(summary["unmatched"], 0, "{}", peer.name);
    fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn curl_lists_gets_and_puts() {
    list_get_put(&PEERS[0]);
}

#[test]
fn wget_lists_and_gets() {
    list_get_put(&PEERS[1]);
}

#[test]
fn lftp_lists_gets_and_puts() {
    list_get_put(&PEERS[2]);
}

#[test]
fn ncftp_lists_gets_and_puts() {
    if installed("ncftpget") && installed("ncftpput") {
        list_get_put(&PEERS[3]);
    }
}

#[test]
fn tnftp_lists_gets_and_puts() {
    list_get_put(&PEERS[4]);
}

#[test]
fn ftplib_lists_gets_and_puts() {
    list_get_put(&PEERS[5]);
}

/// What is uploaded to the built-in server comes back, over IPv6 too; `mirror` ends.
#[test]
fn the_built_in_server_gives_back_what_it_got() {
    if !installed("curl") || !installed("lftp") {
        return;
    }
    let dir = folder("built-in");
    fs::create_dir_all(dir.join("files/pub/deep")).expect("folders");
    fs::write(dir.join("files/pub/deep/a.txt"), "one\ntwo\n").expect("a file");
    fs::write(dir.join("up.bin"), upload()).expect("a file");
    let script = dir.join("s.ftp");
    fs::write(&script, "-- files files\nS> 220 Ready.\n").expect("a file");
    let server = FakeServer::start(&[script.to_str().expect("UTF-8")]);
    for host in ["127.0.0.1", "[::1]"] {
        let url = format!("ftp://{host}:{}/new/up.bin", server.port);
        let put = ["-sS", "-g", "--ftp-create-dirs", "-T", "up.bin", &url];
        run(&dir, "curl", (words(&put), String::new()));
        run(
            &dir,
            "curl",
            (words(&["-sS", "-g", "-o", "back.bin", &url]), String::new()),
        );
        assert!(fs::read(dir.join("back.bin")).expect("it came") == upload());
        // The rest of a file: REST, then RETR.
        let rest = ["-sS", "-g", "-C", "1000", "-o", "rest.bin", &url];
        fs::write(dir.join("rest.bin"), vec![0; 1000]).expect("a file");
        run(&dir, "curl", (words(&rest), String::new()));
        assert!(fs::read(dir.join("rest.bin")).expect("it came")[1000..] == upload()[1000..]);
    }
    let mirror = lftp(server.port, true, "mirror / copy");
    run(&dir, "lftp", mirror);
    assert_eq!(
        fs::read_to_string(dir.join("copy/pub/deep/a.txt")).expect("it came"),
        "one\ntwo\n"
    );
    assert!(fs::read(dir.join("copy/new/up.bin")).expect("it came") == upload());
    assert!(!dir.join("files/new").exists(), "changes stay in memory");
    fs::remove_dir_all(dir).expect("removed");
}

/// What curl and ftplib make of the faults, as it was measured: the exit code, or the exception.
#[test]
fn faults_have_the_effects_that_are_said_of_them() {
    let (curl_there, python_there) = (installed("curl"), installed("python3"));
    let fetch = |dir: &Path, port: u16, path: &str| -> Option<i32> {
        let url = format!("ftp://127.0.0.1:{port}/{path}");
        client(
            dir,
            "curl",
            &["-sS", "--max-time", "8", "-o", "/dev/null", &url],
            "",
        )?
        .status
        .code()
    };
    // The fault; what is asked for; curl's exit code; what ftplib raises (nothing: it is content).
    let cases: [(&str, &str, i32, &str); 19] = [
        ("no-150", "", 19, "TimeoutError"),
        ("data-cut", "hello.txt", 18, ""),
        ("wrong-size", "hello.txt", 18, ""),
        ("size-550", "hello.txt", 78, ""),
        ("data-reset", "hello.txt", 56, "ConnectionResetError"),
        ("garbled-227", "hello.txt", 14, "error_proto"),
        ("no-passive", "hello.txt", 13, "error_perm"),
        ("two-replies", "hello.txt", 13, "error_reply"),
        ("inner-code", "hello.txt", 13, ""),
        ("wrong-password", "hello.txt", 67, "error_perm"),
        ("account-needed", "hello.txt", 67, ""),
        ("not-yet-ready", "hello.txt", 8, "error_reply"),
        ("no-blank", "hello.txt", 28, ""),
        ("code-alone", "hello.txt", 28, ""),
        ("digits-in-227", "hello.txt", 0, ""),
        ("other-host-227", "hello.txt", 0, ""),
        ("early-226", "hello.txt", 0, ""),
        ("lf-only", "hello.txt", 0, ""),
        ("slow", "hello.txt", 0, ""),
    ];
    let dir = folder("faults");
    let judge = &|(fault, path, code, raised): (&str, &str, i32, &str)| {
        let mut wrong = Vec::new();
        if curl_there {
            let server = FakeServer::start(&[fault]);
            let got = fetch(&dir, server.port, path);
            // The bytes may be faster than the RST.
            let either = fault == "data-reset" && got == Some(18);
            if got != Some(code) && !either {
                wrong.push(format!("{fault}: curl ends with {got:?} instead of {code}"));
            }
        }
        if python_there {
            let server = FakeServer::start(&[fault]);
            let action = if path.is_empty() {
                "f.retrlines('LIST', lambda line: None)"
            } else {
                "f.retrbinary('RETR hello.txt', lambda data: None)"
            };
            let script = format!(
                "from ftplib import FTP\nf = FTP(timeout=8)\ntry:\n  f.connect('127.0.0.1', {})\n  f.login()\n  {action}\n\
                 except Exception as e:\n  print(type(e).__name__)\n",
                server.port
            );
            let output = client(&dir, "python3", &["-c", &script], "").expect("it ends");
            let got = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if got != raised {
                wrong.push(format!(
                    "{fault}: ftplib raises {got:?} instead of {raised:?}"
                ));
            }
        }
        wrong
    };
    // Some wait for their time limits: all at once.
    let wrong: Vec<String> = thread::scope(|scope| {
        let judged: Vec<_> = cases
            .map(|case| scope.spawn(move || judge(case)))
            .into_iter()
            .collect();
        judged
            .into_iter()
            .flat_map(|case| case.join().expect("judged"))
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    fs::remove_dir_all(dir).expect("removed");
}

/// ncftp sends PASS without end when it is told 331 again; the loop guard ends that.
#[test]
fn a_looping_client_is_stopped() {
    if !installed("ncftpls") {
        return;
    }
    let dir = folder("loop");
    let mut server = FakeServer::start(&["password-again"]);
    let mut child = Command::new("ncftpls")
        .args(["-P", &server.port.to_string(), "ftp://127.0.0.1/"])
        .env("HOME", &dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("an installed client starts");
    server.until(|line| line["code"] == 421);
    // It would dial again after a while.
    let _ = child.kill();
    let _ = child.wait();
    let commands = server
        .said
        .iter()
        .filter(|line| line["type"] == "command")
        .count();
    assert!((100..400).contains(&commands), "{commands} commands");
    fs::remove_dir_all(dir).expect("removed");
}

/// The site that FileZilla imports names this server, plain FTP and one connection.
#[test]
fn the_site_for_filezilla_is_written() {
    let dir = folder("site");
    let path: PathBuf = dir.join("site.xml");
    let server = FakeServer::start(&[
        "any-client",
        "--filezilla-site",
        path.to_str().expect("UTF-8"),
    ]);
    let site = fs::read_to_string(&path).expect("a file");
    for wanted in [
        "<Host>127.0.0.1</Host>",
        &format!("<Port>{}</Port>", server.port),
        "<Protocol>6</Protocol>",
        "<MaximumMultipleConnections>1</MaximumMultipleConnections>",
    ] {
        assert!(site.contains(wanted), "{wanted} is missing:\n{site}");
    }
    fs::remove_dir_all(dir).expect("removed");
}
