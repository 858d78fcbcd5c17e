//! Real servers on loopback, each in a folder of its own, on a port of its own, gone when the test drops it.
//!
//! A server is looked for in PATH, in the usual `sbin` folders, and below the folder that `FTPLAB_PEERS` names, where
//! packages that exclude each other may lie unpacked (`FTPLAB_PEERS/*/usr/sbin`). One that is missing is told in a line
//! of its own and its tests are skipped; with `FTPLAB_PEERS_REQUIRED=1` it is a failure.
//!
//! All but pyftpdlib want root. vsftpd asks the system for its users, and pure-ftpd for the folder of the user `ftp`: for
//! these a mount namespace has an `/etc/passwd` and an `/etc/shadow` of its own, so that the machine's stay as they are.

use std::{
    env, fs,
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::harness::{free_ports, missing_peer};

/// How long a server may take to greet.
const START: Duration = Duration::from_secs(15);
/// How often a server is started anew where another program took its port first.
const ATTEMPTS: usize = 3;

/// The user of servers that ask for a password, and the password.
const USER: &str = "student";
const PASSWORD: &str = "s3same";
/// [`PASSWORD`] as `crypt(3)` keeps it (SHA-512), for the servers' own lists of users.
const CRYPTED: &str = "$6$ftplab$aIUhxvzRIQaY15qBOr1ce5YFQ7om/vAnC5WbWKz6q2QVnmI3Yw.i8dOkOah75Wp.TADW0uY0221pO7RAbB1Fn1";

/// The program of each server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Vsftpd,
    Proftpd,
    PureFtpd,
    Pyftpdlib,
}

/// Which of the two loopback addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    fn address(self) -> IpAddr {
        match self {
            Family::V4 => Ipv4Addr::LOCALHOST.into(),
            Family::V6 => Ipv6Addr::LOCALHOST.into(),
        }
    }
}

/// As whom a user logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    Anonymous,
    Password,
}

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    folder: tempfile::TempDir,
    /// Where its control port is.
    pub(crate) at: SocketAddr,
    /// What USER and PASS take.
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

/// The files that every server has.
pub(crate) const TEXT: (&str, &[u8]) =
    ("hello.txt", b"Hello, data connection.\r\nSecond line.\r\n");
pub(crate) const BINARY: &str = "bytes.bin";

/// The bytes of [`BINARY`]: every value, no period that a block could hide, many segments.
pub(crate) fn binary() -> Vec<u8> {
    (0..300_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

impl Peer {
    fn name(self) -> &'static str {
        match self {
            Peer::Vsftpd => "vsftpd",
            Peer::Proftpd => "proftpd",
            Peer::PureFtpd => "pure-ftpd",
            Peer::Pyftpdlib => "pyftpdlib",
        }
    }

    /// Starts it; `None`, after a line that says so, where it is not on this machine.
    pub(crate) fn start(self, family: Family, login: Login) -> Option<Server> {
        self.start_with(family, login, &[])
    }

    /// Likewise, with lines more in its configuration (vsftpd and proftpd) or words more on its command line.
    pub(crate) fn start_with(self, family: Family, login: Login, more: &[&str]) -> Option<Server> {
        match self.find(login) {
            Ok(program) => Some(self.run(&program, family, login, more)),
            Err(missing) => {
                missing_peer(&missing);
                None
            }
        }
    }

    /// The program that is this server (Python for pyftpdlib), or the name of what is missing.
    fn find(self, login: Login) -> Result<PathBuf, String> {
        if self == Peer::Pyftpdlib {
            // The first Python of PATH need not be the one that has the system's packages.
            return programs("python3")
                .into_iter()
                .find(|python| {
                    Command::new(python)
                        .args(["-c", "import pyftpdlib"])
                        .stderr(Stdio::null())
                        .status()
                        .is_ok_and(|status| status.success())
                })
                .ok_or_else(|| self.name().to_owned());
        }
        let program = program(self.name())?;
        if !rustix::process::geteuid().is_root() {
            return Err(format!("root, which {} wants,", self.name()));
        }
        if self.wants_namespace(login) && !namespaces() {
            return Err(format!("a mount namespace for {} {login:?}", self.name()));
        }
        Ok(program)
    }

    /// True where the system's own users will not do.
    fn wants_namespace(self, login: Login) -> bool {
        matches!(
            (self, login),
            (Peer::Vsftpd, Login::Password) | (Peer::PureFtpd, Login::Anonymous)
        )
    }

    fn run(self, program: &Path, family: Family, login: Login, more: &[&str]) -> Server {
        let folder = folder();
        let mut reasons = String::new();
        for _ in 0..ATTEMPTS {
            let at = SocketAddr::new(family.address(), free_ports(family.address(), 1));
            let said = fs::File::create(folder.path().join("said")).expect("a file");
            let mut server = self.command(program, folder.path(), at, login, more);
            // A group of its own: what it forks ends with it.
            let mut child = server
                .process_group(0)
                .stdin(Stdio::null())
                .stdout(said.try_clone().expect("a second handle"))
                .stderr(said)
                .spawn()
                .unwrap_or_else(|error| panic!("{server:?}: {error}"));
            if greets(&mut child, at) {
                let (user, password) = match login {
                    Login::Anonymous => ("anonymous", "me@example.org"),
                    Login::Password => (USER, PASSWORD),
                };
                return Server {
                    child,
                    folder,
                    at,
                    user,
                    password,
                };
            }
            end(&mut child);
            reasons = fs::read_to_string(folder.path().join("said")).unwrap_or_default();
        }
        panic!("{} does not start:\n{reasons}", self.name());
    }

    fn command(
        self,
        program: &Path,
        folder: &Path,
        at: SocketAddr,
        login: Login,
        more: &[&str],
    ) -> Command {
        match self {
            Peer::Vsftpd => vsftpd(program, folder, at, login, more),
            Peer::Proftpd => proftpd(program, folder, at, more),
            Peer::PureFtpd => pure_ftpd(program, folder, at, login, more),
            Peer::Pyftpdlib => pyftpdlib(program, folder, at),
        }
    }
}

impl Server {
    /// The folder that a client sees as `/`. `incoming` in it may be written to.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("served")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends a server and what it has forked.
fn end(child: &mut Child) {
    let group = rustix::process::Pid::from_child(child);
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    let _ = child.wait();
}

/// Every program of this name, in the order in which they are looked for.
fn programs(name: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default();
    folders.extend(["/usr/sbin", "/usr/local/sbin", "/usr/bin"].map(PathBuf::from));
    if let Some(peers) = env::var_os("FTPLAB_PEERS") {
        let peers = PathBuf::from(peers);
        let unpacked = fs::read_dir(&peers).into_iter().flatten().flatten();
        for root in unpacked.map(|entry| entry.path()).chain([peers]) {
            folders.extend(["usr/sbin", "usr/bin"].map(|bin| root.join(bin)));
        }
    }
    folders
        .into_iter()
        .map(|folder| folder.join(name))
        .filter(|path| path.is_file())
        .collect()
}

fn program(name: &str) -> Result<PathBuf, String> {
    programs(name)
        .into_iter()
        .next()
        .ok_or_else(|| name.to_owned())
}

/// True where this user may make mount namespaces.
fn namespaces() -> bool {
    Command::new("unshare")
        .args(["--mount", "--propagation", "private", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// `program` in a mount namespace where the user `ftp` lives in the folder served, and [`USER`] too, with [`PASSWORD`].
fn in_namespace(program: &Path, folder: &Path) -> Command {
    let served = folder.join("served");
    let theirs = |file: &str| {
        let users = fs::read_to_string(Path::new("/etc").join(file)).expect("the system's users");
        let mut lines = String::new();
        for line in users.lines().filter(|line| !line.starts_with("ftp:")) {
            lines.push_str(line);
            lines.push('\n');
        }
        lines
    };
    let passwd = folder.join("passwd");
    let lives = served.display();
    let two =
        format!("ftp:x:65534:65534::{lives}:/bin/false\n{USER}:x:65534:65534::{lives}:/bin/sh\n");
    fs::write(&passwd, theirs("passwd") + &two).expect("a file can be written");
    let two = format!("ftp:*:19000:0:99999:7:::\n{USER}:{CRYPTED}:19000:0:99999:7:::\n");
    private(&folder.join("shadow"), &(theirs("shadow") + &two));
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh", "-c"])
        .arg(
            "cd \"$1\" && mount --bind passwd /etc/passwd && mount --bind shadow /etc/shadow && \
             shift && exec \"$@\"",
        )
        .args([Path::new("sh"), folder, program]);
    command
}

/// A folder with what is served. Servers that change their user must be able to search it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new()
        .prefix("ftplab-peer-")
        .tempdir()
        .expect("a folder");
    let mode = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its mode can be set");
    };
    let make = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir(&path).expect("a folder");
        mode(&path, 0o755);
        path
    };
    mode(folder.path(), 0o755);
    let served = make("served");
    mode(&make("served/incoming"), 0o777);
    make("empty");
    fs::write(served.join(TEXT.0), TEXT.1).expect("a file to serve");
    fs::write(served.join(BINARY), binary()).expect("a file to serve");
    folder
}

/// True once the server greets; false where it ends before.
fn greets(child: &mut Child, at: SocketAddr) -> bool {
    let start = Instant::now();
    while start.elapsed() < START {
        if let Ok(mut line) = TcpStream::connect_timeout(&at, Duration::from_secs(1)) {
            let _ = line.set_read_timeout(Some(Duration::from_secs(5)));
            let mut first = [0; 3];
            if line.read_exact(&mut first).is_ok() && &first == b"220" {
                let _ = line.write_all(b"QUIT\r\n");
                let _ = line.read_to_end(&mut Vec::new());
                return true;
            }
        }
        if child.try_wait().expect("a child can be asked").is_some() {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Writes a file that only its owner may read (servers refuse lists of users that others can read).
fn private(path: &Path, text: &str) {
    fs::write(path, text).expect("a file can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("its mode can be set");
}

fn vsftpd(program: &Path, folder: &Path, at: SocketAddr, login: Login, more: &[&str]) -> Command {
    let (served, empty) = (folder.join("served"), folder.join("empty"));
    let (served, empty) = (served.display(), empty.display());
    let listen = match at {
        SocketAddr::V4(_) => format!("listen=YES\nlisten_address={}", at.ip()),
        SocketAddr::V6(_) => format!("listen=NO\nlisten_ipv6=YES\nlisten_address6={}", at.ip()),
    };
    let port = at.port();
    let mut lines = format!(
        "background=NO\n{listen}\nlisten_port={port}\nsecure_chroot_dir={empty}\nseccomp_sandbox=NO\n\
         xferlog_enable=NO\nwrite_enable=YES\n"
    );
    lines.push_str(&match login {
        Login::Anonymous => format!(
            "anonymous_enable=YES\nanon_root={served}\nanon_upload_enable=YES\nanon_umask=022\n"
        ),
        Login::Password => {
            format!("anonymous_enable=NO\nlocal_enable=YES\nlocal_root={served}\nlocal_umask=022\n")
        }
    });
    for line in more {
        lines.push_str(line);
        lines.push('\n');
    }
    let config = folder.join("vsftpd.conf");
    fs::write(&config, lines).expect("a file can be written");
    let mut command = match login {
        Login::Anonymous => Command::new(program),
        Login::Password => in_namespace(program, folder),
    };
    command.arg(config);
    command
}

fn proftpd(program: &Path, folder: &Path, at: SocketAddr, more: &[&str]) -> Command {
    let served = folder.join("served");
    let users = folder.join("users");
    private(
        &users,
        &format!(
            "{USER}:{CRYPTED}:65534:65534::{}:/bin/false\n",
            served.display()
        ),
    );
    let (place, served, users) = (folder.display(), served.display(), users.display());
    let (ip, port) = (at.ip(), at.port());
    let ipv6 = if at.is_ipv6() { "on" } else { "off" };
    let more = more.join("\n");
    let lines = format!(
        "ServerType standalone\nServerName ftplab-peer\nPort {port}\nUseIPv6 {ipv6}\nDefaultAddress {ip}\nSocketBindTight on\n\
         User nobody\nGroup nogroup\nScoreboardFile {place}/scoreboard\nPidFile {place}/pid\nSystemLog {place}/log\n\
         TransferLog none\nWtmpLog off\nDelayEngine off\nControlsEngine off\nUseReverseDNS off\nRequireValidShell off\n\
         AuthOrder mod_auth_file.c mod_auth_unix.c\nAuthUserFile {users}\nDefaultRoot ~\nAllowOverwrite on\n{more}\n\
         <Anonymous {served}>\n  User ftp\n  Group nogroup\n  UserAlias anonymous ftp\n  RequireValidShell off\n\
         \x20 AnonRequirePassword off\n</Anonymous>\n"
    );
    let config = folder.join("proftpd.conf");
    fs::write(&config, lines).expect("a file can be written");
    let mut command = Command::new(program);
    command.args([Path::new("-n"), Path::new("-c"), &config]);
    command
}

fn pure_ftpd(
    program: &Path,
    folder: &Path,
    at: SocketAddr,
    login: Login,
    more: &[&str],
) -> Command {
    let mut command = match login {
        Login::Anonymous => in_namespace(program, folder),
        Login::Password => Command::new(program),
    };
    command
        .arg("-S")
        .arg(format!("{},{}", at.ip(), at.port()))
        .arg("-H")
        .arg("-g")
        .arg(folder.join("pid"))
        .args(more);
    match login {
        Login::Anonymous => {
            command.arg("-e");
        }
        Login::Password => {
            let (users, index) = (folder.join("users"), folder.join("users.pdb"));
            let fields = format!(
                "{USER}:{CRYPTED}:65534:65534::{}/./::::::::::::\n",
                folder.join("served").display()
            );
            private(&users, &fields);
            let pure_pw = program_beside("pure-pw");
            let made = Command::new(&pure_pw)
                .arg("mkdb")
                .arg(&index)
                .arg("-f")
                .arg(&users)
                .output()
                .unwrap_or_else(|error| panic!("{}: {error}", pure_pw.display()));
            assert!(made.status.success(), "{made:?}");
            command
                .arg("-E")
                .arg("-l")
                .arg(format!("puredb:{}", index.display()))
                .args(["-u", "1"]);
        }
    }
    command
}

/// A program that comes with a server which is here.
fn program_beside(name: &str) -> PathBuf {
    program(name).unwrap_or_else(|name| panic!("{name} not found, but its server was"))
}

fn pyftpdlib(python: &Path, folder: &Path, at: SocketAddr) -> Command {
    const SCRIPT: &str = "\
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
host, port, served, user, password = sys.argv[1:]
FTPHandler.authorizer = DummyAuthorizer()
FTPHandler.authorizer.add_anonymous(served, perm='elrw')
FTPHandler.authorizer.add_user(user, password, served, perm='elradfmw')
FTPServer((host, int(port)), FTPHandler).serve_forever()
";
    let mut command = Command::new(python);
    command
        .args(["-W", "ignore", "-c", SCRIPT])
        .arg(at.ip().to_string())
        .arg(at.port().to_string())
        .arg(folder.join("served"))
        .args([USER, PASSWORD]);
    command
}
