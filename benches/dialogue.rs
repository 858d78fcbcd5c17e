//! How fast the observer reads: 100 MB of control stream, the bytes of both sides in pieces as a socket gives them, on one
//! core. Run by `cargo bench --bench dialogue`; prints megabytes (10^6) a second, the median of five passes.

use std::time::Instant;

use ftplab::ftp::{
    dialogue::{Dialogue, Ends},
    side::Side,
};

/// One session's worth of lines, as a client and vsftpd exchange them.
const EXCHANGE: &[(Side, &str)] = &[
    (Side::User, "TYPE I\r\n"),
    (Side::Server, "200 Switching to Binary mode.\r\n"),
    (Side::User, "CWD /pub/mirrors/debian/pool/main/f/ftplab\r\n"),
    (Side::Server, "250 Directory successfully changed.\r\n"),
    (Side::User, "SIZE ftplab_0.1.0.orig.tar.gz\r\n"),
    (Side::Server, "213 1048576\r\n"),
    (Side::User, "PASV\r\n"),
    (
        Side::Server,
        "227 Entering Passive Mode (192,168,52,7,205,179).\r\n",
    ),
    (Side::User, "RETR ftplab_0.1.0.orig.tar.gz\r\n"),
    (
        Side::Server,
        "150 Opening BINARY mode data connection for ftplab_0.1.0.orig.tar.gz (1048576 bytes).\r\n",
    ),
    (Side::Server, "226 Transfer complete.\r\n"),
    (Side::User, "STAT\r\n"),
    (
        Side::Server,
        "211-FTP server status:\r\n     Connected to 192.168.52.2\r\n     Logged in as ftp\r\n211 End of status\r\n",
    ),
];

/// Bytes in all.
const BYTES: usize = 100_000_000;

fn main() {
    let mut rates: Vec<f64> = (0..5).map(|_| pass()).collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "dialogue: {:.0} MB/s (median of 5, {:.0} to {:.0})",
        rates[2], rates[0], rates[4]
    );
}

fn pass() -> f64 {
    let mut dialogue = Dialogue::new(Ends {
        user: "192.168.52.2:40000".parse().ok(),
        server: "192.168.52.7:21".parse().ok(),
        midstream: false,
    });
    let mut events = 0u64;
    let mut sink = |_: &ftplab::ftp::event::Event<'_>| events += 1;
    dialogue.feed(Side::Server, b"220 ready\r\n", 0, &mut sink);
    let mut fed = 0;
    let began = Instant::now();
    while fed < BYTES {
        for (side, text) in EXCHANGE {
            dialogue.feed(*side, text.as_bytes(), 0, &mut sink);
            fed += text.len();
        }
    }
    let rate = fed as f64 / 1e6 / began.elapsed().as_secs_f64();
    assert!(events > 1_000_000);
    rate
}
