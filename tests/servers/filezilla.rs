//! FileZilla, with a screen of its own that nobody sees (Xvfb): it opens the site that `--filezilla-site` writes, lists,
//! gets and puts.
//!
//! Its window is made to hold the two lists of files and its log only, so that a click in the middle of the left half is
//! a click in the list of local files; what is typed there chooses a file, and Return transfers it. Each step waits for
//! what the server tells.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    clients::{installed, upload},
    process::{FakeServer, PATIENCE, folder, lab},
};
use crate::harness::free_port;

/// How big the screen is, and the window with it.
const SCREEN: (u32, u32) = (900, 600);
/// How long a window takes to do what a key tells it, before the key is struck again.
const SLUGGISH: Duration = Duration::from_secs(5);
/// How often it is struck.
const TRIES: u32 = 4;

/// Programs that are ended in the end, the last one first.
struct Desktop {
    children: Vec<Child>,
    display: String,
    home: PathBuf,
}

impl Desktop {
    fn start(home: &Path) -> Desktop {
        let (width, height) = SCREEN;
        // The X server chooses a number that is free, and says it when it is ready.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .args(["-screen", "0", &format!("{width}x{height}x24")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let out = server.stdout.take().expect("piped");
        let mut desktop = Desktop {
            children: vec![server],
            display: String::new(),
            home: home.to_owned(),
        };
        let (to, number) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(out).read_line(&mut line);
            let _ = to.send(line);
        });
        let number = number.recv_timeout(PATIENCE).expect("Xvfb is ready");
        desktop.display = format!(":{}", number.trim());
        desktop.open("openbox", &[]);
        desktop
    }

    /// A program on this screen, at home in the folder of the test.
    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(words)
            .env("DISPLAY", &self.display)
            .env("HOME", &self.home)
            .env("XDG_CONFIG_HOME", self.home.join(".config"))
            .env("LC_ALL", "C.UTF-8")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn open(&mut self, program: &str, words: &[&str]) {
        let child = self.command(program, words).spawn();
        self.children
            .push(child.expect("an installed program starts"));
    }

    /// Moves the pointer, and strikes keys.
    fn xdotool(&self, words: &[&str]) {
        let done = self.command("xdotool", words).status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "xdotool {words:?}"
        );
    }

    /// Clicks into the list of this half, chooses the file whose name begins so, and transfers it.
    fn transfer(&self, half: u32, begins: &str) {
        let (x, y) = (SCREEN.0 / 4 * (1 + 2 * half), SCREEN.1 * 3 / 4);
        let pause = Duration::from_millis(300);
        self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"]);
        thread::sleep(pause);
        self.xdotool(&["type", begins]);
        thread::sleep(pause);
        self.xdotool(&["key", "Return"]);
    }

    /// A picture of the screen beside the test's files, where ImageMagick can make one.
    fn picture(&self) -> String {
        let path = self.home.join("screen.png").display().to_string();
        let made = self.command("import", &["-window", "root", &path]).status();
        match made {
            Ok(status) if status.success() => format!("the screen is in {path}"),
            _ => "there is no picture of the screen".into(),
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Settings that leave the lists and the log, no question, and no look for a newer FileZilla.
fn settings(passive: bool) -> String {
    let (width, height) = SCREEN;
    let passive = u8::from(passive);
    let settings = [
        ("Use Pasv mode", passive.to_string()),
        ("Update Check", "0".into()),
        // The window that greets after an update.
        ("Greeting version", "99.0.0".into()),
        ("Show Tree Local", "0".into()),
        ("Show Tree Remote", "0".into()),
        ("Show queue", "0".into()),
        ("Show quickconnect bar", "0".into()),
        ("Toolbar hidden", "1".into()),
        (
            "Window position and size",
            format!("1 0 0 {width} {height} "),
        ),
    ];
    let all: String = settings
        .map(|(name, value)| format!("<Setting name=\"{name}\">{value}</Setting>\n"))
        .concat();
    format!("<?xml version=\"1.0\"?>\n<FileZilla3><Settings>\n{all}</Settings></FileZilla3>\n")
}

/// FileZilla asks before it logs in without protection, except where it was told to trust.
fn trusted(port: u16) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<FileZilla3><TrustedCerts/><InsecureHosts><Host Port=\"{port}\">127.0.0.1</Host>\
         </InsecureHosts></FileZilla3>\n"
    )
}

/// Strikes keys until the server is asked for this, and waits until the transfer has its 226.
#[track_caller]
fn transfers(desktop: &Desktop, server: &mut FakeServer, half: u32, begins: &str, verb: &str) {
    for _ in 0..TRIES {
        desktop.transfer(half, begins);
        if server
            .within(SLUGGISH, |line| line["verb"] == verb)
            .is_some()
        {
            let ended = server.within(PATIENCE, |line| line["code"] == 226);
            assert!(ended.is_some(), "{verb} has no end; {}", desktop.picture());
            return;
        }
    }
    panic!("FileZilla sends no {verb}; {}", desktop.picture());
}

/// Waits until a file has these bytes: the client may still write them when the server has its 226.
#[track_caller]
fn holds(path: &Path, bytes: &[u8]) {
    let start = Instant::now();
    while fs::read(path).is_ok_and(|found| found != bytes) || !path.exists() {
        assert!(start.elapsed() < SLUGGISH, "{} differs", path.display());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn filezilla_lists_gets_and_puts() {
    let needed = ["filezilla", "Xvfb", "openbox", "xdotool"];
    if !needed.into_iter().all(installed) {
        return;
    }
    for passive in [true, false] {
        let dir = folder(if passive {
            "filezilla-passive"
        } else {
            "filezilla-active"
        });
        let (home, local, store) = (dir.join("home"), dir.join("local"), dir.join("store"));
        let config = home.join(".config/filezilla");
        fs::create_dir_all(&config).expect("a folder");
        fs::create_dir_all(&local).expect("a folder");
        fs::write(local.join("up.bin"), upload()).expect("a file");
        fs::write(config.join("filezilla.xml"), settings(passive)).expect("a file");
        let shown = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let site = shown(&config.join("sitemanager.xml"));
        let words = [
            "any-client",
            "--store",
            &shown(&store),
            "--filezilla-site",
            &site,
        ];
        let mut server = FakeServer::start(&words);
        fs::write(config.join("trustedcerts.xml"), trusted(server.port)).expect("a file");

        let mut desktop = Desktop::start(&home);
        let entry = format!("0/ftplab {}", server.port);
        let local_site = format!("--local={}", shown(&local));
        desktop.open("filezilla", &["-c", &entry, &local_site]);
        let listed = |line: &Value| line["type"] == "data" && line["complete"] == true;
        let listed = server.within(2 * PATIENCE, listed);
        assert!(
            listed.is_some(),
            "there is no listing; {}",
            desktop.picture()
        );
        transfers(&desktop, &mut server, 0, "up.bin", "STOR");
        holds(&store.join("up.bin"), &upload());
        transfers(&desktop, &mut server, 1, "bytes.bin", "RETR");
        holds(
            &local.join("bytes.bin"),
            &fs::read(lab("servers/files/bytes.bin")).expect("a file"),
        );

        let (code, said) = server.stop();
        assert_eq!(code, 0);
        let sent: Vec<&str> = said
            .iter()
            .filter_map(|line| line["verb"].as_str())
            .collect();
        assert!(!sent.contains(&"AUTH"), "the site says plain FTP: {sent:?}");
        assert_eq!(sent.contains(&"PORT"), !passive, "{sent:?}");
        let summary = said.last().expect("a summary");
        assert_eq!(summary["unmatched"], 0);
        assert_eq!(summary["connections"], 1, "the site says one connection");
        drop(desktop);
        fs::remove_dir_all(dir).expect("removed");
    }
}

/// A server that is played by hand, and the hand: what comes is answered as a person would, line by line.
struct ByHand {
    child: Child,
    keys: ChildStdin,
    lines: Receiver<String>,
    said: String,
    port: u16,
    /// The folder with what is sent: `list` and `file`.
    files: PathBuf,
}

impl Drop for ByHand {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl ByHand {
    fn start(files: &Path, site: &Path) -> ByHand {
        let port = free_port();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ftplab"))
            .args(["fake-server", "--by-hand", "--bind", "127.0.0.1"])
            .args(["--port", &port.to_string(), "--filezilla-site"])
            .arg(site)
            .env("LC_ALL", "C")
            .env("COLUMNS", "1000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let keys = child.stdin.take().expect("piped");
        let out = child.stdout.take().expect("piped");
        let (to, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if to.send(line).is_err() {
                    return;
                }
            }
        });
        let mut hand = ByHand {
            child,
            keys,
            lines,
            said: String::new(),
            port,
            files: files.to_owned(),
        };
        assert!(hand.serves_until("Listening on", PATIENCE));
        hand
    }

    fn types(&mut self, line: &str) {
        writeln!(self.keys, "{line}").expect("it is read");
    }

    /// What a person types when the server shows this.
    fn replies(&self, shown: &str) -> Vec<String> {
        let send = |name: &str| {
            let data = format!("/data {}", self.files.join(name).display());
            vec![data, "150 Here.".into(), "226 Done.".into()]
        };
        if shown.contains(" has connected to ") {
            return vec!["220 Hello.".into()];
        }
        if let Some((_, rest)) = shown.split_once("→ The data port is open: 127.0.0.1:") {
            let port: u16 = rest
                .split('.')
                .next()
                .and_then(|port| port.parse().ok())
                .expect("a port");
            let (high, low) = (port / 256, port % 256);
            return vec![format!("227 Passive (127,0,0,1,{high},{low})")];
        }
        let Some((_, command)) = shown.split_once("C> ") else {
            return Vec::new();
        };
        let reply = match command.split(' ').next().unwrap_or_default() {
            "USER" => "331 Password?",
            "PASS" => "230 In.",
            "PWD" => "257 \"/\"",
            "CWD" => "250 Fine.",
            "TYPE" => "200 Fine.",
            "PASV" => return Vec::new(),
            "LIST" => return send("list"),
            "RETR" => return send("file"),
            _ => "502 Not here.",
        };
        vec![reply.into()]
    }

    /// Answers until this is shown; false where it is not in so long.
    fn serves_until(&mut self, wanted: &str, patience: Duration) -> bool {
        let start = Instant::now();
        while let Ok(line) = self
            .lines
            .recv_timeout(patience.saturating_sub(start.elapsed()))
        {
            for reply in self.replies(&line) {
                self.types(&reply);
            }
            let found = line.contains(wanted);
            self.said += &(line + "\n");
            if found {
                return true;
            }
        }
        false
    }
}

/// FileZilla opens a second connection for a transfer, which nobody serves: the person is told what to do about it; and
/// where that is done, the transfer comes about by hand.
#[test]
fn filezilla_is_served_by_hand() {
    let needed = ["filezilla", "Xvfb", "openbox", "xdotool"];
    if !needed.into_iter().all(installed) {
        return;
    }
    for limited in [true, false] {
        let dir = folder(if limited {
            "filezilla-by-hand"
        } else {
            "filezilla-by-hand-unlimited"
        });
        let (home, local) = (dir.join("home"), dir.join("local"));
        let config = home.join(".config/filezilla");
        fs::create_dir_all(&config).expect("a folder");
        fs::create_dir_all(&local).expect("a folder");
        let listing = "-rw-r--r--   1 ftp      ftp            14 Jan  1  2024 hello.bin\r\n";
        fs::write(dir.join("list"), listing).expect("a file");
        fs::write(dir.join("file"), "Hello, world!\n").expect("a file");
        fs::write(config.join("filezilla.xml"), settings(true)).expect("a file");
        let site = config.join("sitemanager.xml");
        let mut hand = ByHand::start(&dir, &site);
        fs::write(config.join("trustedcerts.xml"), trusted(hand.port)).expect("a file");
        if !limited {
            let limit = |most: u8| {
                format!("<MaximumMultipleConnections>{most}</MaximumMultipleConnections>")
            };
            let written = fs::read_to_string(&site).expect("a site");
            assert!(written.contains(&limit(1)), "{written}");
            fs::write(&site, written.replace(&limit(1), &limit(0))).expect("a file");
        }

        let mut desktop = Desktop::start(&home);
        let entry = format!("0/ftplab {}", hand.port);
        let local_site = format!("--local={}", local.display());
        desktop.open("filezilla", &["-c", &entry, &local_site]);
        let listed = hand.serves_until("S> 226 Done.", 2 * PATIENCE);
        assert!(listed, "{}\n{}", desktop.picture(), hand.said);
        let known = "By what it sends, this client is FileZilla.";
        assert!(hand.said.contains(known), "{}", hand.said);

        let wanted = if limited { "C> RETR hello.bin" } else { "421" };
        let came = (0..TRIES).any(|_| {
            desktop.transfer(1, "hello");
            hand.serves_until(wanted, SLUGGISH)
        });
        assert!(came, "{}\n{}", desktop.picture(), hand.said);
        if limited {
            assert!(hand.serves_until("S> 226 Done.", PATIENCE), "{}", hand.said);
            holds(&local.join("hello.bin"), b"Hello, world!\n");
            assert!(!hand.said.contains("421:"), "{}", hand.said);
        } else {
            let advice = "FileZilla does so when a file is to be transferred";
            assert!(hand.serves_until(advice, PATIENCE), "{}", hand.said);
            // The advice is given once, however often it tries.
            let again = hand.serves_until("And another one was told 421.", PATIENCE);
            assert!(again, "{}\n{}", desktop.picture(), hand.said);
            assert_eq!(hand.said.matches(advice).count(), 1);
        }
        drop(desktop);
        hand.types("/quit");
        drop(hand);
        fs::remove_dir_all(dir).expect("removed");
    }
}
