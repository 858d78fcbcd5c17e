//! FileZilla, with a screen of its own (Xvfb) and keys from xdotool: it opens the site that `--filezilla-site` writes,
//! lists, puts and gets; the files are compared. What is not installed is skipped, visibly.
//!
//! FileZilla has no way of being told on its command line to transfer a file, so keys are pressed as a person does:
//! a click into the empty part of a list, Home (`..`), Down (the first file), Enter (transfer it).

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    clients::installed,
    process::{FakeServer, folder, lab},
};

/// The screen, large enough for FileZilla's two lists.
const SCREEN: &str = "1280x800x24";
/// In the empty part of the list of local files, on that screen.
const LOCAL: [&str; 2] = ["300", "440"];
/// In the empty part of the list of the server's files.
const REMOTE: [&str; 2] = ["900", "440"];
/// How long FileZilla may take for a transfer that a key began; it is begun again where the key came too early.
const TRANSFER: Duration = Duration::from_secs(5);
/// How often it is begun.
const TRIES: u32 = 4;

/// A program that is ended when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen of its own, on a number that is free.
struct Screen {
    display: String,
    // In the order in which they are ended.
    _window_manager: Running,
    _server: Running,
}

impl Screen {
    fn open() -> Screen {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                SCREEN,
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let out = server.stdout.take().expect("piped");
        let server = Running(server);
        let mut number = String::new();
        BufReader::new(out)
            .read_line(&mut number)
            .expect("Xvfb says its number");
        let display = format!(":{}", number.trim());
        let window_manager = Command::new("openbox")
            .env("DISPLAY", &display)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openbox starts");
        Screen {
            display,
            _window_manager: Running(window_manager),
            _server: server,
        }
    }

    fn keys(&self, words: &[&str]) {
        let status = Command::new("xdotool")
            .args(words)
            .env("DISPLAY", &self.display)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{words:?}");
    }

    /// Transfers the first file of the list that this place is in, until `done`.
    fn transfer(&self, place: [&str; 2], done: impl Fn() -> bool) -> bool {
        for _ in 0..TRIES {
            self.keys(&["mousemove", place[0], place[1], "click", "1"]);
            for key in ["Home", "Down", "Return"] {
                thread::sleep(Duration::from_millis(200));
                self.keys(&["key", key]);
            }
            let start = Instant::now();
            while start.elapsed() < TRANSFER {
                if done() {
                    return true;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        false
    }
}

/// A home with the site, and with the questions answered that FileZilla asks when it first starts.
fn home(dir: &Path, site: &Path, port: u16) {
    let config = dir.join(".config/filezilla");
    fs::create_dir_all(&config).expect("a folder");
    fs::copy(site, config.join("sitemanager.xml")).expect("the site");
    let settings = "<FileZilla3><Settings><Setting name=\"Greeting version\">9.99.0</Setting>\
        <Setting name=\"Update Check\">0</Setting><Setting name=\"Show Tree Local\">0</Setting></Settings></FileZilla3>";
    fs::write(config.join("filezilla.xml"), settings).expect("the settings");
    // Plain FTP is asked about once a host.
    let insecure = format!(
        "<FileZilla3><InsecureHosts><Host Port=\"{port}\">127.0.0.1</Host></InsecureHosts></FileZilla3>"
    );
    fs::write(config.join("trustedcerts.xml"), insecure).expect("the hosts");
}

#[test]
fn filezilla_lists_puts_and_gets() {
    let all = ["filezilla", "Xvfb", "openbox", "xdotool"];
    if !all.map(installed).iter().all(|there| *there) {
        return;
    }
    let dir = folder("filezilla");
    let (site, store, local) = (dir.join("site.xml"), dir.join("store"), dir.join("local"));
    fs::create_dir_all(&local).expect("a folder");
    // Bytes that TYPE A would change, though FileZilla sends a file of this name in TYPE I.
    let upload: Vec<u8> = (0..=255u8).cycle().take(70_000).collect();
    fs::write(local.join("up.bin"), &upload).expect("a file");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let mut server = FakeServer::start(&[
        "any-client",
        "--filezilla-site",
        &text(&site),
        "--store",
        &text(&store),
    ]);
    home(&dir, &site, server.port);
    let screen = Screen::open();
    let filezilla = Command::new("filezilla")
        .args(["-c", &format!("0/ftplab {}", server.port)])
        .arg(format!("--local={}", text(&local)))
        .env("DISPLAY", &screen.display)
        .env("HOME", &dir)
        .env_remove("XDG_CONFIG_HOME")
        .env("LC_ALL", "C.UTF-8")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("FileZilla starts");
    let filezilla = Running(filezilla);

    // List: it does so by itself, and without asking for TLS, since the site is one of plain FTP.
    server.until(|line| line["type"] == "data" && line["direction"] == "down");
    let verbs = |server: &FakeServer| -> Vec<String> {
        let commands = server.said.iter().filter(|line| line["type"] == "command");
        commands
            .map(|line| line["verb"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let login = verbs(&server);
    assert_eq!(login.first().map(String::as_str), Some("USER"), "{login:?}");
    assert_eq!(login.last().map(String::as_str), Some("LIST"), "{login:?}");

    let stored = store.join("up.bin");
    let is = |path: &Path, bytes: &[u8]| fs::read(path).is_ok_and(|found| found == bytes);
    assert!(
        screen.transfer(LOCAL, || is(&stored, &upload)),
        "the upload did not come: {:?}",
        fs::metadata(&stored).map(|file| file.len())
    );
    let bytes = fs::read(lab("servers/files/bytes.bin")).expect("a file");
    let fetched = local.join("bytes.bin");
    assert!(
        screen.transfer(REMOTE, || is(&fetched, &bytes)),
        "the download did not come: {:?}",
        fs::metadata(&fetched).map(|file| file.len())
    );
    drop(filezilla);
    server.until(|line| line["type"] == "closed");
    let (code, said) = server.stop();
    assert_eq!(code, 0);
    // The site allows one connection: everything went over the first control line.
    let connections = said
        .iter()
        .filter(|line| line["type"] == "connected" && line["channel"] != "data");
    assert_eq!(connections.count(), 1);
    let summary = said.last().expect("a summary");
    assert_eq!(summary["unmatched"], 0);
    fs::remove_dir_all(dir).expect("removed");
}
