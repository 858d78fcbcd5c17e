//! A fake server's files while it serves: gone, longer, shorter. The reply says what the client got, and what was announced
//! is what is sent.

use std::{fs, io::Read, net::TcpStream, path::PathBuf};

use crate::servers::process::{FakeServer, Line};

/// More than the sockets between two programs hold.
const LARGE: u64 = 100_000_000;

/// A folder with these files, of so many bytes each, and a server that serves it.
fn serving(files: &[(&str, u64)]) -> (tempfile::TempDir, FakeServer) {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("pub")).expect("a folder");
    for (name, length) in files {
        let file = fs::File::create(dir.path().join("pub").join(name)).expect("a file");
        file.set_len(*length).expect("room");
    }
    let script = dir.path().join("folder.ftp");
    fs::write(&script, "-- files pub\n\nS> 220 Hello.\n").expect("a script");
    let server = FakeServer::start(&[&script.display().to_string()]);
    (dir, server)
}

/// Logs in, in TYPE I or A.
fn client(server: &FakeServer, data_type: &str) -> Line {
    let mut client = server.dial();
    client.log_in();
    assert!(client.say(&format!("TYPE {data_type}")).starts_with("200"));
    client
}

/// Takes a file; between its first bytes and the others something happens to it. How many came, and both replies.
fn take(client: &mut Line, name: &str, meanwhile: impl FnOnce()) -> (u64, String, String) {
    let mut data = TcpStream::connect(client.passive()).expect("a data connection");
    let first = client.say(&format!("RETR {name}"));
    if !first.starts_with("150") {
        return (0, first, String::new());
    }
    let _ = data.read_exact(&mut [0; 1]);
    meanwhile();
    let rest = std::io::copy(&mut data, &mut std::io::sink()).expect("to its end");
    (1 + rest, first, client.reply())
}

#[test]
fn a_file_is_announced_as_it_is_now() {
    let names = ["gone", "closed", "longer", "shorter", "folder"];
    let (dir, server) = serving(&names.map(|name| (name, 10)));
    let at = |name: &str| -> PathBuf { dir.path().join("pub").join(name) };
    let set = |name: &str, length: u64| {
        let file = fs::OpenOptions::new().write(true).open(at(name));
        file.and_then(|file| file.set_len(length)).expect("set");
    };
    fs::remove_file(at("gone")).expect("removed");
    set("longer", 20);
    set("shorter", 5);
    fs::remove_file(at("folder")).expect("removed");
    fs::create_dir(at("folder")).expect("made");
    for data_type in ["I", "A"] {
        let mut client = client(&server, data_type);
        for name in ["gone", "folder"] {
            // No 150: nothing is promised that does not come, and no data connection is taken.
            let (_, reply, _) = take(&mut client, name, || {});
            assert!(reply.starts_with("550"), "{name}: {reply}");
            for verb in ["SIZE", "MDTM", "MLST"] {
                let reply = client.say(&format!("{verb} {name}"));
                assert!(reply.starts_with("550"), "{verb} {name}: {reply}");
            }
        }
        for (name, length) in [("longer", 20), ("shorter", 5)] {
            assert_eq!(client.say(&format!("SIZE {name}")), format!("213 {length}"));
            let (bytes, first, last) = take(&mut client, name, || {});
            assert_eq!((bytes, &last[..3]), (length, "226"), "{name}: {first}");
            let announced = first.contains(&format!("({length} bytes)"));
            assert_eq!(announced, data_type == "I", "{first}");
        }
        // What was missing is there again: nobody has to start the server anew.
        fs::write(at("gone"), "back").expect("room");
        assert_eq!(client.say("SIZE gone"), "213 4");
        fs::remove_file(at("gone")).expect("removed");
        let before = client.say("REST 7");
        assert!(before.starts_with("350"), "{before}");
        assert!(take(&mut client, "shorter", || {}).1.starts_with("554") || data_type == "A");
        assert!(client.say("NOOP").starts_with("200"));
    }
}

#[test]
fn a_file_that_changes_while_it_is_sent_gives_the_reply_that_is_true() {
    for data_type in ["I", "A"] {
        let (dir, mut server) = serving(&[("a", LARGE), ("b", LARGE), ("c", LARGE)]);
        let at = |name: &str| dir.path().join("pub").join(name);
        let set = |name: &str, length: u64| {
            let file = fs::OpenOptions::new().write(true).open(at(name));
            file.and_then(|file| file.set_len(length)).expect("set");
        };
        let mut client = client(&server, data_type);
        // Its name is gone; what was opened is read to its end.
        let (bytes, _, last) = take(&mut client, "a", || {
            fs::remove_file(at("a")).expect("removed")
        });
        assert_eq!((bytes, &last[..3]), (LARGE, "226"), "{last}");
        // What was announced is sent, and no more.
        let (bytes, _, last) = take(&mut client, "b", || set("b", LARGE + 5_000));
        assert_eq!((bytes, &last[..3]), (LARGE, "226"), "{last}");
        // Less than was announced is no 226 (RFC 959 5.4: 451, a local error).
        let (bytes, _, last) = take(&mut client, "c", || set("c", 1_000));
        assert!(bytes < LARGE && last.starts_with("451"), "{bytes}: {last}");
        assert!(client.say("NOOP").starts_with("200"));
        assert!(client.say("QUIT").starts_with("221"));
        let told = server.until(|line| line["type"] == "data" && line["complete"] == false);
        assert!(told["name"] == "pub/c" && told["bytes"] == bytes);
    }
}
