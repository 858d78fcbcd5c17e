//! What the benches of `benches/run` are fed with: captures of any size, and clients by the thousand. It needs nothing
//! but the standard library, so that `rustc -O` alone builds it and no part of ftplab measures itself.
//!
//! ```text
//! material capture KIND COUNT FILE                       KIND: see `capture`
//! material sessions ADDRESS COUNT AT_ONCE       login, PASV, LIST, QUIT; prints sessions a second
//! material idle ADDRESS COUNT SECONDS           logs in, holds, prints how many live and how long a new client takes
//! ```

use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    net::{SocketAddr, TcpStream},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Longest wait for anything a server says.
const PATIENCE: Duration = Duration::from_secs(20);
/// TCP payload of a full Ethernet frame of 1,514 bytes.
const SEGMENT: usize = 1_460;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["capture", kind, count, path] => capture(kind, number(count), path),
        ["sessions", address, count, at_once] => sessions(address, number(count), number(at_once)),
        ["idle", address, count, seconds] => idle(address, number(count), number(seconds)),
        // `cargo bench` runs every bench with flags of its own: this one is a tool.
        _ => Ok(()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("material: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number(word: &str) -> usize {
    word.parse()
        .unwrap_or_else(|_| panic!("not a number: {word}"))
}

// ---------------------------------------------------------------------------------------------------- captures

const SYN: u8 = 2;
const ACK: u8 = 16;
const PUSH: u8 = 8;
const FIN: u8 = 1;

/// A pcap file being written; every packet is a microsecond later than the one before.
struct Pcap {
    out: BufWriter<File>,
    micros: u64,
}

impl Pcap {
    fn new(path: &str) -> io::Result<Pcap> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        out.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
        out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        out.write_all(&262_144_u32.to_le_bytes())?;
        out.write_all(&1_u32.to_le_bytes())?;
        let micros = 1_700_000_000_000_000;
        Ok(Pcap { out, micros })
    }

    /// An Ethernet frame with this IPv4 payload.
    fn frame(
        &mut self,
        protocol: u8,
        from: [u8; 4],
        to: [u8; 4],
        parts: &[&[u8]],
    ) -> io::Result<()> {
        let length: usize = 20 + parts.iter().map(|part| part.len()).sum::<usize>();
        self.micros += 1;
        let all = (length + 14) as u32;
        for word in [
            (self.micros / 1_000_000) as u32,
            (self.micros % 1_000_000) as u32,
            all,
            all,
        ] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.out
            .write_all(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0])?;
        let mut header = [
            0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, protocol, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        header[2..4].copy_from_slice(&(length as u16).to_be_bytes());
        header[12..16].copy_from_slice(&from);
        header[16..20].copy_from_slice(&to);
        let sum = folded(add(0, &header));
        header[10..12].copy_from_slice(&sum.to_be_bytes());
        self.out.write_all(&header)?;
        for part in parts {
            self.out.write_all(part)?;
        }
        Ok(())
    }
}

/// The Internet checksum's running sum (RFC 1071); every part but the last has an even length.
fn add(sum: u64, bytes: &[u8]) -> u64 {
    let (words, odd) = bytes.as_chunks::<2>();
    let sum = words
        .iter()
        .fold(sum, |sum, word| sum + u64::from(u16::from_be_bytes(*word)));
    sum + odd.first().map_or(0, |last| u64::from(*last) << 8)
}

fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// An initial sequence number: of each end point another one, and the same in every run.
fn initial((host, port): ([u8; 4], u16)) -> u32 {
    // Far from 2^32, which a wrap of its own would make another test of.
    (u32::from_be_bytes(host) ^ u32::from(port) << 13).wrapping_mul(0x9e37_79b1) >> 1
}

/// One TCP connection; side 0 dialled.
struct Connection {
    ends: [([u8; 4], u16); 2],
    next: [u32; 2],
}

impl Connection {
    /// One with its handshake.
    fn open(pcap: &mut Pcap, from: ([u8; 4], u16), to: ([u8; 4], u16)) -> io::Result<Connection> {
        let mut this = Connection {
            ends: [from, to],
            next: [from, to].map(initial),
        };
        this.segment(pcap, 0, SYN, b"")?;
        this.segment(pcap, 1, SYN | ACK, b"")?;
        this.segment(pcap, 0, ACK, b"")?;
        Ok(this)
    }

    fn segment(&mut self, pcap: &mut Pcap, side: usize, flags: u8, data: &[u8]) -> io::Result<()> {
        let at = self.next[side];
        self.at(pcap, side, flags, at, data)?;
        let counted = u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        self.next[side] = at.wrapping_add(data.len() as u32 + counted);
        Ok(())
    }

    /// A segment at a sequence number of its own.
    fn at(&self, pcap: &mut Pcap, side: usize, flags: u8, at: u32, data: &[u8]) -> io::Result<()> {
        let (from, to) = (self.ends[side], self.ends[1 - side]);
        let mut header = [0; 20];
        header[..2].copy_from_slice(&from.1.to_be_bytes());
        header[2..4].copy_from_slice(&to.1.to_be_bytes());
        header[4..8].copy_from_slice(&at.to_be_bytes());
        if flags & ACK != 0 {
            header[8..12].copy_from_slice(&self.next[1 - side].to_be_bytes());
        }
        header[12..16].copy_from_slice(&[0x50, flags, 0xff, 0xff]);
        let length = (20 + data.len()) as u16;
        let mut sum = add(u64::from(6 + length), &from.0);
        sum = add(add(add(sum, &to.0), &header), data);
        header[16..18].copy_from_slice(&folded(sum).to_be_bytes());
        pcap.frame(6, from.0, to.0, &[&header, data])
    }

    fn close(&mut self, pcap: &mut Pcap, side: usize) -> io::Result<()> {
        self.segment(pcap, side, FIN | ACK, b"")?;
        self.segment(pcap, 1 - side, FIN | ACK, b"")?;
        self.segment(pcap, side, ACK, b"")
    }

    /// This much data in full segments, every other one acknowledged.
    fn fill(&mut self, pcap: &mut Pcap, side: usize, mut amount: usize) -> io::Result<()> {
        let block: Vec<u8> = (0..SEGMENT).map(|i| (i * 7 + i / 251) as u8).collect();
        let mut acknowledge = false;
        while amount > 0 {
            let size = amount.min(SEGMENT);
            self.segment(pcap, side, ACK, &block[..size])?;
            amount -= size;
            if acknowledge || amount == 0 {
                self.segment(pcap, 1 - side, ACK, b"")?;
            }
            acknowledge = !acknowledge;
        }
        Ok(())
    }
}

const SERVER: [u8; 4] = [192, 168, 52, 7];

/// A client by its number: one address and port of a million.
fn client(number: usize) -> ([u8; 4], u16) {
    let host = number / 10_000;
    (
        [10, (host >> 16) as u8, (host >> 8) as u8, host as u8],
        20_000 + (number % 10_000) as u16,
    )
}

/// An FTP session under construction.
struct Session {
    control: Connection,
    client: ([u8; 4], u16),
    port: u16,
}

impl Session {
    fn open(pcap: &mut Pcap, number: usize) -> io::Result<Session> {
        let client = client(number);
        let control = Connection::open(pcap, client, (SERVER, 21))?;
        let port = 40_000 + (number % 4_000) as u16 * 4;
        let mut this = Session {
            control,
            client,
            port,
        };
        this.say(pcap, 1, "220 ready")?;
        this.exchange(pcap, "USER anonymous", "331 Password, please.")?;
        this.exchange(pcap, "PASS guest", "230 Welcome.")?;
        this.exchange(pcap, "TYPE I", "200 Binary.")?;
        Ok(this)
    }

    fn say(&mut self, pcap: &mut Pcap, side: usize, line: &str) -> io::Result<()> {
        let line = format!("{line}\r\n");
        self.control
            .segment(pcap, side, ACK | PUSH, line.as_bytes())
    }

    fn exchange(&mut self, pcap: &mut Pcap, command: &str, reply: &str) -> io::Result<()> {
        self.say(pcap, 0, command)?;
        self.say(pcap, 1, reply)
    }

    /// PASV and a transfer whose data connection the closure fills.
    fn transfer(
        &mut self,
        pcap: &mut Pcap,
        command: &str,
        fill: impl FnOnce(&mut Pcap, &mut Connection) -> io::Result<()>,
    ) -> io::Result<()> {
        self.port += 1;
        let [high, low] = self.port.to_be_bytes();
        let reply = format!("227 Entering Passive Mode (192,168,52,7,{high},{low}).");
        self.exchange(pcap, "PASV", &reply)?;
        self.say(pcap, 0, command)?;
        let from = (self.client.0, 50_000 + self.port % 10_000);
        let mut data = Connection::open(pcap, from, (SERVER, self.port))?;
        self.say(pcap, 1, "150 Here it comes.")?;
        fill(pcap, &mut data)?;
        data.close(pcap, 1)?;
        self.say(pcap, 1, "226 Done.")
    }

    fn quit(mut self, pcap: &mut Pcap) -> io::Result<()> {
        self.exchange(pcap, "QUIT", "221 Goodbye.")?;
        self.control.close(pcap, 1)
    }
}

fn capture(kind: &str, count: usize, path: &str) -> io::Result<()> {
    let pcap = &mut Pcap::new(path)?;
    match kind {
        // COUNT bytes of one file.
        "transfer" => {
            let mut session = Session::open(pcap, 0)?;
            session.transfer(pcap, "RETR large.iso", |pcap, data| {
                data.fill(pcap, 1, count)
            })?;
            session.quit(pcap)?;
        }
        // COUNT sessions of 28 lines and three transfers each.
        "sessions" => {
            for number in 0..count {
                let mut session = Session::open(pcap, number)?;
                session.exchange(pcap, "CWD /pub", "250 There you are.")?;
                for (command, size) in [
                    ("LIST", 400),
                    ("RETR notes.txt", 3_000),
                    ("RETR more.txt", 6_000),
                ] {
                    session.transfer(pcap, command, |pcap, data| data.fill(pcap, 1, size))?;
                }
                session.exchange(pcap, "PWD", "257 \"/pub\"")?;
                session.quit(pcap)?;
            }
        }
        // One session of COUNT transfers.
        "transfers" => {
            let mut session = Session::open(pcap, 0)?;
            for _ in 0..count {
                session.transfer(pcap, "RETR notes.txt", |pcap, data| {
                    data.fill(pcap, 1, 3_000)
                })?;
            }
            session.quit(pcap)?;
        }
        // COUNT connections that say nothing about FTP, none closed.
        "connections" => {
            for number in 0..count {
                let mut one = Connection::open(pcap, client(number), (SERVER, 8_080))?;
                one.segment(pcap, 0, ACK | PUSH, b"GET / HTTP/1.1\r\n\r\n")?;
                one.segment(pcap, 1, ACK | PUSH, b"HTTP/1.1 204 No Content\r\n\r\n")?;
            }
        }
        // COUNT packets of DNS-like datagrams among which one session stands.
        "noise" => {
            for number in 0..count {
                if number == count / 2 {
                    let mut session = Session::open(pcap, 0)?;
                    session.transfer(pcap, "LIST", |pcap, data| data.fill(pcap, 1, 400))?;
                    session.quit(pcap)?;
                }
                let (from, port) = client(number % 1_000_000);
                let [high, low] = port.to_be_bytes();
                let datagram = [
                    high, low, 0, 53, 0, 20, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                ];
                pcap.frame(17, from, SERVER, &[&datagram])?;
            }
        }
        // 300,000 segments of 100 bytes, up to COUNT places out of order: blocks of COUNT are sent backwards.
        "disorder" => {
            let mut session = Session::open(pcap, 0)?;
            session.transfer(pcap, "RETR jumbled.bin", |pcap, data| {
                let block = [0x55; 100];
                let first = data.next[1];
                let all = 300_000 / count * count;
                for start in (0..all).step_by(count) {
                    for place in (start..start + count).rev() {
                        data.at(pcap, 1, ACK, first + (place * block.len()) as u32, &block)?;
                    }
                }
                data.next[1] = first + (all * block.len()) as u32;
                data.segment(pcap, 0, ACK, b"")
            })?;
            session.quit(pcap)?;
        }
        // Thirty megabytes of commands and replies in lines of COUNT bytes.
        "lines" => {
            let mut session = Session::open(pcap, 0)?;
            let (command, reply) = ("C".repeat(count), format!("500 {}", "r".repeat(count)));
            for _ in 0..30_000_000 / (2 * count) {
                for (side, line) in [(0, format!("{command}\r\n")), (1, format!("{reply}\r\n"))] {
                    for part in line.as_bytes().chunks(SEGMENT) {
                        session.control.segment(pcap, side, ACK | PUSH, part)?;
                    }
                }
            }
            session.quit(pcap)?;
        }
        _ => return Err(io::Error::other(format!("no capture called {kind}"))),
    }
    pcap.out.flush()
}

// ---------------------------------------------------------------------------------------------------- clients

/// A control connection.
struct Control {
    reader: BufReader<TcpStream>,
    line: String,
}

impl Control {
    fn dial(address: SocketAddr) -> io::Result<Control> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut this = Control {
            reader: BufReader::with_capacity(512, stream),
            line: String::new(),
        };
        this.expect("220")?;
        Ok(this)
    }

    /// Reads one reply; its last line is kept.
    fn expect(&mut self, code: &str) -> io::Result<()> {
        loop {
            self.line.clear();
            if self.reader.read_line(&mut self.line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let inner = self.line.as_bytes().get(3) == Some(&b'-') || self.line.starts_with(' ');
            if !inner {
                break;
            }
        }
        if self.line.starts_with(code) {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "{code} was due: {}",
            self.line.trim_end()
        )))
    }

    fn exchange(&mut self, command: &[u8], code: &str) -> io::Result<()> {
        self.reader.get_mut().write_all(command)?;
        self.expect(code)
    }

    fn login(&mut self) -> io::Result<()> {
        self.exchange(b"USER anonymous\r\n", "331")?;
        self.exchange(b"PASS guest@\r\n", "230")
    }
}

/// Login, PASV, LIST, QUIT.
fn session(address: SocketAddr) -> io::Result<()> {
    let mut control = Control::dial(address)?;
    control.login()?;
    control.exchange(b"PASV\r\n", "227")?;
    let numbers: Vec<u16> = control
        .line
        .rsplit('(')
        .next()
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect();
    let [.., high, low] = numbers[..] else {
        return Err(io::Error::other(control.line));
    };
    let mut data = TcpStream::connect((address.ip(), high * 256 + low))?;
    data.set_read_timeout(Some(PATIENCE))?;
    control.exchange(b"LIST\r\n", "1")?;
    let mut listing = Vec::new();
    data.read_to_end(&mut listing)?;
    if listing.is_empty() {
        return Err(io::Error::other("an empty listing"));
    }
    control.expect("226")?;
    control.exchange(b"QUIT\r\n", "221")
}

fn sessions(address: &str, count: usize, at_once: usize) -> io::Result<()> {
    let address: SocketAddr = address.parse().map_err(io::Error::other)?;
    let taken = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while taken.fetch_add(1, Ordering::Relaxed) < count {
                    if let Err(error) = session(address)
                        && failed.fetch_add(1, Ordering::Relaxed) == 0
                    {
                        eprintln!("material: a session failed: {error}");
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    println!("{:.1} {}", count as f64 / seconds, failed.into_inner());
    Ok(())
}

fn idle(address: &str, count: usize, seconds: usize) -> io::Result<()> {
    let address: SocketAddr = address.parse().map_err(io::Error::other)?;
    let mut held = Vec::with_capacity(count);
    for _ in 0..count {
        // What is refused is lost too.
        let one = Control::dial(address).and_then(|mut one| one.login().map(|()| one));
        held.extend(one.ok());
    }
    thread::sleep(Duration::from_secs(seconds as u64));
    let begun = Instant::now();
    let new = Control::dial(address).and_then(|mut new| new.login());
    let milliseconds = begun.elapsed().as_secs_f64() * 1_000.0;
    let alive = held
        .iter_mut()
        .filter_map(|one| one.exchange(b"NOOP\r\n", "200").ok())
        .count();
    println!("{alive} {milliseconds:.1} {}", u8::from(new.is_ok()));
    // The caller looks at the server while it still holds everybody.
    let mut line = String::new();
    io::stdin().read_line(&mut line).map(drop)
}
