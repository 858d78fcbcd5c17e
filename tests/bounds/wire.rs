//! Captures for the tests of the bounds: dialogues through the program's own recorder, which invents a flawless TCP; and
//! segments one by one, for what no flawless TCP does. And what `inspect` says of them.

#[path = "../../src/capture/build/pcapng.rs"]
mod pcapng;

use std::{fs, net::SocketAddr};

use ftplab::capture::{
    flow::{End, Way},
    write::{Recorded, Recorder, Remarks},
};
use tempfile::TempDir;

pub(super) use self::pcapng::block;
use crate::harness::{Done, ftplab};

pub(super) const MS: i64 = 1_000_000;

pub(super) fn at(host: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, host], port))
}

/// A capture being made: what is said on connections, one millisecond after the other.
pub(crate) struct Wire {
    pub(super) recorder: Recorder<Vec<u8>>,
    now: i64,
}

impl Wire {
    pub(crate) fn new() -> Wire {
        Wire {
            recorder: Recorder::new(Vec::new(), &Remarks::default()).expect("memory"),
            now: 0,
        }
    }

    pub(super) fn open(&mut self, client_port: u16, server_port: u16) -> Recorded {
        self.now += MS;
        self.recorder
            .opened(at(1, client_port), at(2, server_port), self.now)
            .expect("memory")
    }

    pub(super) fn bytes(&mut self, on: Recorded, way: Way, bytes: &[u8]) {
        self.now += MS;
        self.recorder
            .bytes(on, way, bytes, self.now)
            .expect("memory");
    }

    /// The client says a line.
    pub(crate) fn client(&mut self, on: Recorded, line: &str) {
        self.bytes(on, Way::Forth, format!("{line}\r\n").as_bytes());
    }

    /// The server says a line.
    pub(crate) fn server(&mut self, on: Recorded, line: &str) {
        self.bytes(on, Way::Back, format!("{line}\r\n").as_bytes());
    }

    /// A session that is logged in.
    pub(crate) fn session(&mut self, client_port: u16) -> Recorded {
        let on = self.open(client_port, 21);
        self.server(on, "220 Ready.");
        self.client(on, "USER anonymous");
        self.server(on, "230 In.");
        on
    }

    pub(crate) fn close(&mut self, on: Recorded) {
        self.now += MS;
        for way in [Way::Forth, Way::Back] {
            self.recorder
                .closed(on, way, End::Fin, self.now)
                .expect("memory");
        }
        self.recorder.forget(on);
    }

    /// A transfer in passive mode, in these pieces.
    pub(super) fn transfer(&mut self, on: Recorded, port: u16, pieces: &[&[u8]]) {
        self.client(on, "PASV");
        let (high, low) = (port / 256, port % 256);
        self.server(on, &format!("227 (10,0,0,2,{high},{low})"));
        self.client(on, &format!("RETR {port}"));
        self.server(on, "150 Here.");
        let data = self.open(port - 10_000, port);
        for piece in pieces {
            self.bytes(data, Way::Back, piece);
        }
        self.close(data);
        self.server(on, "226 Done.");
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.recorder.into_inner()
    }
}

/// `inspect` on these bytes, in this language.
pub(super) fn inspect(bytes: &[u8], lang: &str, words: &[&str]) -> Done {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("x.pcapng"), bytes).expect("a file");
    ftplab()
        .within(folder.path())
        .args(["inspect", "--lang", lang, "x.pcapng"])
        .args(words)
        .run()
}

/// A text of one line, for the comparison with what was wrapped.
pub(super) fn joined(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let text = words.join(" ").replace('\n', " ");
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Fails unless the report, in this form, says so in both languages.
#[track_caller]
pub(super) fn told(bytes: &[u8], words: &[&str], en: &str, fr: &str) {
    for (lang, wanted) in [("en", en), ("fr", fr)] {
        let done = inspect(bytes, lang, words);
        let shown = joined(done.out()) + &joined(done.err());
        let from = shown
            .char_indices()
            .rev()
            .nth(3_000)
            .map_or(0, |(at, _)| at);
        assert!(shown.contains(wanted), "{wanted}: …{}", &shown[from..]);
    }
}

// ---- Files ---------------------------------------------------------------------------------------------------------

pub(super) fn section() -> Vec<u8> {
    let mut body = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    body.extend([1, 0, 0, 0]);
    body.extend([0xff; 8]);
    block(0x0a0d_0d0a, &body)
}

pub(super) fn interface(link: u16) -> Vec<u8> {
    let mut body = link.to_le_bytes().to_vec();
    body.extend([0; 6]);
    block(1, &body)
}

pub(super) fn packet(interface: u32, bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u32).to_le_bytes();
    let mut body = interface.to_le_bytes().to_vec();
    body.extend([0; 8]);
    body.extend(length);
    body.extend(length);
    body.extend(bytes);
    block(6, &body)
}

// ---- Segments ------------------------------------------------------------------------------------------------------

pub(super) const SYN: u8 = 0x02;
const PSH_ACK: u8 = 0x18;

/// An Ethernet frame with a segment: see [`Segments::segment`].
pub(super) fn frame(
    (from, to): ((u8, u16), (u8, u16)),
    (sequence, acknowledges): (u32, u32),
    flags: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, to.0, 2, 0, 0, 0, 0, from.0, 8, 0];
    let length = (40 + payload.len()) as u16;
    frame.extend([0x45, 0]);
    frame.extend(length.to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    frame.extend([10, 0, 0, from.0, 10, 0, 0, to.0]);
    frame.extend(from.1.to_be_bytes());
    frame.extend(to.1.to_be_bytes());
    frame.extend(sequence.to_be_bytes());
    frame.extend(acknowledges.to_be_bytes());
    frame.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend(payload);
    frame
}

/// Such a frame as two fragments of its datagram (RFC 791 3.2), the first with so many bytes behind the IP header.
pub(super) fn fragments(frame: &[u8], first: usize) -> [Vec<u8>; 2] {
    let (head, body) = frame.split_at(34);
    let cut = |bytes: &[u8], flags: u16| {
        let mut part = head.to_vec();
        part[16..18].copy_from_slice(&(20 + bytes.len() as u16).to_be_bytes());
        part[18..20].copy_from_slice(&7_u16.to_be_bytes());
        part[20..22].copy_from_slice(&flags.to_be_bytes());
        part.extend(bytes);
        part
    };
    let (one, two) = body.split_at(first);
    [cut(one, 0x2000), cut(two, (first / 8) as u16)]
}

/// Segments between 10.0.0.1 and 10.0.0.2, a millisecond apart, acknowledged as the test says.
pub(super) struct Segments {
    file: Vec<u8>,
    now: u64,
}

impl Segments {
    pub(super) fn new() -> Segments {
        let mut file = section();
        file.extend(interface(1));
        Segments { file, now: 0 }
    }

    /// From one host's port to the other's: sequence and acknowledgement number, flags, payload.
    pub(super) fn segment(
        &mut self,
        (from, to): ((u8, u16), (u8, u16)),
        numbers: (u32, u32),
        flags: u8,
        payload: &[u8],
    ) {
        self.frame(&frame((from, to), numbers, flags, payload), 1_000);
    }

    /// A frame, so many microseconds later than the last.
    pub(super) fn frame(&mut self, frame: &[u8], later: u64) {
        self.now += later;
        let mut block = packet(0, frame);
        let time = self.now;
        block[12..16].copy_from_slice(&((time >> 32) as u32).to_le_bytes());
        block[16..20].copy_from_slice(&(time as u32).to_le_bytes());
        self.file.extend(block);
    }

    /// The three of a handshake; both sides' first byte has the number 1.
    pub(super) fn handshake(&mut self, client: u16, server: u16) {
        let (there, back) = (((1, client), (2, server)), ((2, server), (1, client)));
        self.segment(there, (0, 0), SYN, &[]);
        self.segment(back, (0, 1), SYN | 0x10, &[]);
        self.segment(there, (1, 1), 0x10, &[]);
    }

    /// What the server sends on a connection, at this offset; the client's acknowledgements never come.
    pub(super) fn sends(&mut self, client: u16, server: u16, offset: usize, payload: &[u8]) {
        let back = ((2, server), (1, client));
        self.segment(back, (1 + offset as u32, 1), PSH_ACK, payload);
    }

    /// A session that has asked for files on these data ports, one after the other, and was not answered yet.
    pub(super) fn session(&mut self, ports: &[u16]) {
        self.handshake(40_000, 21);
        let mut at = [1, 1];
        let mut say = |segments: &mut Segments, user: bool, line: &str| {
            let line = format!("{line}\r\n");
            let (client, server) = ((1, 40_000), (2, 21));
            let (ends, mine) = if user {
                ((client, server), 0)
            } else {
                ((server, client), 1)
            };
            segments.segment(ends, (at[mine], at[1 - mine]), PSH_ACK, line.as_bytes());
            at[mine] += line.len() as u32;
        };
        say(self, false, "220 Ready.");
        say(self, true, "USER anonymous");
        say(self, false, "230 In.");
        for port in ports {
            say(self, true, "PASV");
            let reply = format!("227 (10,0,0,2,{},{})", port / 256, port % 256);
            say(self, false, &reply);
            say(self, true, &format!("RETR {port}"));
            say(self, false, "150 Here.");
            self.handshake(port - 10_000, *port);
        }
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.file
    }
}
