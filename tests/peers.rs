//! ftplab beside real servers.

mod server;

use server::{Family, Login, Peer};
use std::process::Command;

#[test]
fn fixtures() {
    for peer in [Peer::Vsftpd, Peer::Proftpd, Peer::PureFtpd, Peer::Pyftpdlib] {
        for family in [Family::V4, Family::V6] {
            for login in [Login::Anonymous, Login::Password] {
                let Some(server) = peer.start(family, login) else {
                    continue;
                };
                for active in [false, true] {
                    let mut c = Command::new("curl");
                    c.args(["-s", "-S", "-v", "--max-time", "10", "-u"])
                        .arg(format!("{}:{}", server.user, server.password));
                    if active {
                        c.args(["-P", "-"]);
                    }
                    let l = c
                        .arg(format!("ftp://{}/bytes.bin", server.at))
                        .output()
                        .unwrap();
                    let ok = l.stdout == server::binary();
                    let mut c = Command::new("curl");
                    c.args([
                        "-s",
                        "-S",
                        "-v",
                        "--max-time",
                        "10",
                        "-T",
                        "Cargo.toml",
                        "-u",
                    ])
                    .arg(format!("{}:{}", server.user, server.password));
                    let u = c
                        .arg(format!("ftp://{}/incoming/c{}", server.at, active))
                        .output()
                        .unwrap();
                    let up = std::fs::read(server.root().join(format!("incoming/c{active}")))
                        .unwrap_or_default()
                        == std::fs::read("Cargo.toml").unwrap();
                    println!("{peer:?} {family:?} {login:?} active={active} {ok} {up}");
                    if !ok {
                        println!("{}", String::from_utf8_lossy(&l.stderr));
                    }
                    if !up {
                        println!("{}", String::from_utf8_lossy(&u.stderr));
                    }
                }
            }
        }
    }
}
