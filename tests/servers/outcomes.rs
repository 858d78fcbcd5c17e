//! The faults have the effects that are said of them: what every client makes of each, as it was measured, in
//! `outcomes.txt`. A client that is not installed is skipped, visibly.

use std::{
    fs,
    path::Path,
    sync::Mutex,
    thread,
    time::{Duration, SystemTime},
};

use super::{
    clients::{client_within, installed},
    process::{FakeServer, folder},
};

const TABLE: &str = include_str!("outcomes.txt");
/// After so long a client is said to wait. The shortest patience of any is 20 s.
const WAITS: Duration = Duration::from_secs(6);
/// The fault that sends a byte at a time takes longer, with nothing wrong.
const SLOW: Duration = Duration::from_secs(40);
/// How many clients run at once. Most of their time is waiting.
const AT_ONCE: usize = 16;
/// A file that TYPE A makes longer.
const UPLOAD: &[u8] = b"Hello, world.\n";

/// When it was made: some day in 2020.
const OLD: Duration = Duration::from_secs(1_600_000_000);

/// One cell of the table.
#[derive(Debug, Clone, Copy)]
struct Case {
    fault: &'static str,
    asks: &'static str,
    client: &'static str,
    wanted: &'static str,
}

fn cases() -> Vec<Case> {
    let mut lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines.next().expect("a head").split_whitespace().collect();
    lines
        .flat_map(|line| {
            let cells: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(cells.len(), names.len(), "{line}");
            let (names, cells) = (names[2..].to_vec(), cells);
            names.into_iter().enumerate().map(move |(at, client)| Case {
                fault: cells[0],
                asks: cells[1],
                client,
                wanted: cells[at + 2],
            })
        })
        .filter(|case| case.wanted != "-")
        .collect()
}

/// The program, its words and what is typed into it.
fn asked(case: Case, port: u16) -> (&'static str, Vec<String>, &'static str) {
    let url = format!("ftp://127.0.0.1:{port}/");
    let file = format!("{url}hello.txt");
    let port = port.to_string();
    let (program, words, typed): (_, Vec<&str>, _) = match (case.client, case.asks) {
        ("curl", "get") => ("curl", vec!["-sS", "-o", "got", &file], ""),
        ("curl", "put") => ("curl", vec!["-sS", "-T", "up.bin", &url], ""),
        ("curl", _) => ("curl", vec!["-sS", &url], ""),
        ("wget", asks) => {
            let url = if asks == "get" { &file } else { &url };
            ("wget", vec!["-q", "--tries=1", "-O", "got", url], "")
        }
        ("lftp", asks) => {
            let what = match asks {
                "get" => "get hello.txt -o got",
                "put" => "put up.bin",
                _ => "ls",
            };
            let script =
                format!("set net:max-retries 1; open -u bob,secret -p {port} 127.0.0.1; {what}");
            return ("lftp", vec!["-c".into(), script], "");
        }
        ("ncftp", "get") => {
            let words = vec!["-V", "-r", "0", "-P", &port, "127.0.0.1", ".", "hello.txt"];
            ("ncftpget", words, "")
        }
        ("ncftp", "put") => {
            let words = vec!["-z", "-r", "0", "-P", &port, "127.0.0.1", "/", "up.bin"];
            ("ncftpput", words, "")
        }
        ("ncftp", _) => {
            let words = vec!["-r", "0", "-l", "-P", &port, "ftp://127.0.0.1/"];
            ("ncftpls", words, "")
        }
        ("tnftp", "get") => ("tnftp", vec!["-V", "-o", "got", &file], ""),
        ("tnftp", asks) => {
            // It asks for TYPE I by itself where the server says UNIX.
            let typed = match asks {
                "put" => "user anonymous a@b\nput up.bin\nquit\n",
                _ => "user anonymous a@b\nls\nquit\n",
            };
            ("tnftp", vec!["-n", "-i", "127.0.0.1", &port], typed)
        }
        ("ftplib", asks) => {
            let what = match asks {
                "get" => "f.retrbinary('RETR hello.txt', open('got', 'wb').write)",
                "put" => "f.storbinary('STOR up.bin', open('up.bin', 'rb'))",
                _ => "f.dir()",
            };
            let script = format!(
                "import sys\nfrom ftplib import FTP\ntry:\n  f = FTP()\n  f.connect('127.0.0.1', {port})\n  f.login()\n  {what}\n\
                 except Exception as e:\n  print(type(e).__name__)\n  sys.exit(1)\n"
            );
            return ("python3", vec!["-c".into(), script], "");
        }
        (other, _) => panic!("{other}: no such client"),
    };
    let words = words.into_iter().map(str::to_owned).collect();
    (program, words, typed)
}

/// What came of it, in the table's words.
fn outcome(case: Case, dir: &Path) -> String {
    fs::create_dir_all(dir).expect("a folder");
    fs::write(dir.join("up.bin"), UPLOAD).expect("a file");
    // As long as what MLST says is there, and older: ncftp takes it for the same.
    let file = fs::File::options().append(true).open(dir.join("up.bin"));
    let old = file.and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH + OLD));
    old.expect("a file");
    let server = FakeServer::start(&[case.fault]);
    let (program, words, typed) = asked(case, server.port);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let limit = if case.fault == "slow" { SLOW } else { WAITS };
    let (code, output) = client_within(limit, dir, program, &words, typed);
    let mut shown = String::from_utf8_lossy(&output).into_owned();
    let code = match code {
        None => "wait".to_owned(),
        Some(1) if program == "python3" => shown.trim().to_owned(),
        Some(code) => code.to_string(),
    };
    let (_, said) = server.stop();
    let saved = |name: &str| fs::read(dir.join(name)).unwrap_or_default();
    let has = match case.asks {
        "get" => saved("got").len().max(saved("hello.txt").len()).to_string(),
        "put" => {
            let up = said.iter().filter(|line| line["direction"] == "up");
            let bytes: u64 = up.filter_map(|line| line["bytes"].as_u64()).sum();
            bytes.to_string()
        }
        _ => {
            shown.push_str(&String::from_utf8_lossy(&saved("got")));
            let came = shown.contains("hello.txt");
            String::from(if came { "y" } else { "n" })
        }
    };
    format!("{code}/{has}")
}

/// A cell of the table allows this.
fn allows(wanted: &str, got: &str) -> bool {
    let (code, has) = got.split_once('/').expect("two parts");
    let fits = |wanted: &str, got: &str| wanted == "*" || wanted == got;
    wanted.split('|').any(|wanted| {
        let (wanted_code, wanted_has) = wanted.split_once('/').expect("two parts");
        fits(wanted_code, code) && fits(wanted_has, has)
    })
}

#[test]
fn every_fault_has_its_effect_on_every_client() {
    let programs = |client: &str| match client {
        "ncftp" => vec!["ncftpls", "ncftpget", "ncftpput"],
        "ftplib" => vec!["python3"],
        "curl" => vec!["curl"],
        "wget" => vec!["wget"],
        "lftp" => vec!["lftp"],
        _ => vec!["tnftp"],
    };
    let cases: Vec<Case> = cases()
        .into_iter()
        .filter(|case| programs(case.client).into_iter().all(installed))
        .collect();
    let dir = folder("outcomes");
    let queue = Mutex::new(cases.into_iter().enumerate());
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some((at, case)) = queue.lock().expect("not poisoned").next() else {
                        return;
                    };
                    let got = outcome(case, &dir.join(at.to_string()));
                    if !allows(case.wanted, &got) {
                        let told = format!("{case:?}: {got}");
                        wrong.lock().expect("not poisoned").push(told);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("not poisoned");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    fs::remove_dir_all(dir).expect("removed");
}

/// `lftp mirror` walks for ever where every folder has the same folder in it.
#[test]
fn an_endless_mirror_is_endless() {
    if !installed("lftp") {
        return;
    }
    let dir = folder("mirror");
    let mut server = FakeServer::start(&["endless-mirror"]);
    let port = server.port;
    let script = format!("open -p {port} 127.0.0.1; mirror / copy");
    let mirror = thread::scope(|scope| {
        let mirror = scope.spawn(|| client_within(WAITS, &dir, "lftp", &["-c", &script], ""));
        let deep = (0..10).all(|_| server.within(WAITS, |line| line["verb"] == "CWD").is_some());
        assert!(deep, "it does not go deeper and deeper");
        mirror.join().expect("no panic")
    });
    assert_eq!(mirror.0, None, "it does not end");
    fs::remove_dir_all(dir).expect("removed");
}
