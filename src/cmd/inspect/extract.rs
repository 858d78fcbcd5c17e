//! `--extract DIR`: what came over data connections, as files. Names are flat and safe, nothing is overwritten, nothing
//! leaves DIR; a gap splits a file, and its name says from which byte each piece is. A manifest (JSON Lines) says what each
//! file is.
//!
//! Bytes are written as they came: TYPE A's line ends, the blocks of MODE B and the compression of MODE Z are left in, and
//! the manifest says so. REST and APPE make parts of a file; the name says that, too.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self as stdio, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::SyncSender,
    },
};

use serde::Serialize;

use super::Told;
use crate::{
    analysis::{
        finding::{Connection, Finding, Transfer},
        verdict::{Reason, Verdict},
    },
    capture::flow::{FlowId, Way},
    ftp::{catalogue::Flow, command::Verb},
    script::literal,
    view::{
        inspect::json::hex,
        json::{self, Bytes},
        sanitise,
    },
};

/// The manifest's name.
pub(super) const MANIFEST: &str = "manifest.jsonl";
/// Its name while it is written.
const UNFINISHED: &str = ".unfinished-manifest";
/// Bytes behind its lines that no other file can take, so that it can say what a full disk did not take: a line has some
/// 400.
const RESERVED: u64 = 64 * 1024;
/// Lines of the manifest that are handed over at a time, in bytes.
const LINES: usize = 16 * 1024;
/// Files in the folder, those of all captures together. The captures of a class have some hundreds, a mirror of an archive
/// tens of thousands; what asks for more was made to fill the disk, a byte in each file.
pub(super) const MAX_FILES: usize = 64 * 1024;
/// Bytes of one direction that are kept in memory before they are written.
const BUFFER: usize = 256 * 1024;
/// Bytes kept in memory in all; each piece counts [`PIECE_COST`] more.
const BUFFERS: usize = 16 * 1024 * 1024;
/// What keeping a piece in memory costs beside its bytes.
const PIECE_COST: usize = 128;
/// Pieces of one direction, where bytes are missing between them, a file each; what comes after the last is left out, and
/// the manifest says how much.
const MAX_PIECES: usize = 1_000;
/// Longest name of a transferred file that is kept.
const MAX_NAME: usize = 100;

/// How many more files there may be in the folder.
pub(super) struct Places(AtomicUsize);

impl Places {
    /// Places for so many files.
    pub(super) fn new(most: usize) -> Places {
        Places(AtomicUsize::new(most))
    }

    /// A place for a file, where one is left.
    fn take(&self) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_ok()
    }

    /// The file is not there, or no longer.
    fn give_back(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes the files of one capture.
pub(super) struct Extract<'a> {
    folder: PathBuf,
    places: &'a Places,
    /// Where the lines of the manifest go.
    to: SyncSender<Told>,
    /// What every name of this capture begins with.
    prefix: String,
    /// The capture's name, for the manifest.
    capture: Vec<u8>,
    flows: HashMap<FlowId, Stored>,
    buffered: usize,
    /// Lines that have not been handed over.
    lines: String,
    came: Extracted,
}

/// What came of the files of one capture.
#[derive(Default)]
pub(super) struct Extracted {
    /// Files that are in the folder.
    pub(super) kept: u64,
    /// Files that could not be written, and are not there.
    pub(super) lost: u64,
    /// Files for which there was no place, and what would be in them, in bytes.
    pub(super) beyond: (u64, u64),
    /// Why the first of those could not be.
    pub(super) error: Option<stdio::Error>,
}

impl Extracted {
    /// Puts what came of another capture behind it.
    pub(super) fn join(&mut self, other: Extracted) {
        self.kept += other.kept;
        self.lost += other.lost;
        self.beyond.0 += other.beyond.0;
        self.beyond.1 += other.beyond.1;
        self.error = self.error.take().or(other.error);
    }
}

/// What is stored of a data connection.
#[derive(Default)]
struct Stored {
    ways: [Vec<Piece>; 2],
    left_out: [u64; 2],
    /// Files for which there was no place, what would be in them, and where the last of each direction ends so far.
    beyond: (u64, u64),
    beyond_to: [u64; 2],
    /// The bytes of a direction so far, gaps included.
    offset: [u64; 2],
    /// The files that were made of it, once a transfer has named it.
    named: Option<Vec<Named>>,
}

/// Bytes without a gap.
struct Piece {
    offset: u64,
    length: u64,
    buffer: Vec<u8>,
    /// The file that holds what is no longer in the buffer.
    path: Option<PathBuf>,
    /// The system did not take it: nothing of it is kept.
    lost: bool,
}

#[derive(Clone)]
struct Named {
    /// The hash of the transfer is that of its bytes: they went the way of the verb.
    hashed: bool,
    name: String,
    offset: u64,
    length: u64,
    stored: bool,
}

/// A line of the manifest.
#[derive(Serialize)]
struct Line<'a> {
    capture: Bytes<'a>,
    session: Option<u64>,
    transfer: u64,
    verb: Option<&'static str>,
    argument: Option<Bytes<'a>>,
    path: Option<Bytes<'a>>,
    /// The file in this folder.
    name: &'a str,
    /// It is there; false where the system did not take it (the disk is full).
    stored: bool,
    /// Where its first byte stands in what was transferred.
    offset: u64,
    bytes: u64,
    /// SHA-256 of the whole transfer; null where bytes are missing, and of bytes that went against its way.
    sha256: Option<String>,
    /// The capture holds all that was transferred.
    whole: bool,
    verdict: &'static str,
    data_type: char,
    mode: char,
    rest: u64,
    /// Bytes that are in no file: behind the last of too many pieces, or for want of a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
}

/// The manifest while files are written: whole lines, and room behind them.
pub(super) struct Manifest {
    folder: PathBuf,
    file: File,
    /// Where the lines end, and the room.
    lines: u64,
    room: u64,
    /// Why it did not take every line, and how many files were taken away again for it.
    failed: Option<stdio::Error>,
    unnamed: u64,
}

impl Manifest {
    /// Makes the folder and begins the manifest; `None` where the folder is not empty.
    pub(super) fn begin(folder: &Path) -> stdio::Result<Option<Manifest>> {
        fs::create_dir_all(folder)?;
        if fs::read_dir(folder)?.next().is_some() {
            return Ok(None);
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(folder.join(UNFINISHED))?;
        let mut manifest = Manifest {
            folder: folder.to_owned(),
            file,
            lines: 0,
            room: 0,
            failed: None,
            unnamed: 0,
        };
        // What fits: files that come to nothing leave theirs to the manifest, too.
        match manifest.reserve() {
            Err(error) if !is_full(&error) => Err(error),
            _ => Ok(Some(manifest)),
        }
    }

    /// Takes lines, each whole or not at all. A file whose line finds no room is taken away, which makes room for others:
    /// what is in the folder is in the manifest.
    pub(super) fn write(&mut self, lines: &str) {
        for line in lines.split_inclusive('\n') {
            match self.file.write_all_at(line.as_bytes(), self.lines) {
                Ok(()) => self.lines += line.len() as u64,
                Err(error) => {
                    self.failed.get_or_insert(error);
                    self.take_away(line);
                }
            }
        }
        if self.room < self.lines + RESERVED {
            // Where the disk is full the lines go into the room that is left.
            let _ = self.reserve();
        }
    }

    /// Takes the file away that this line names.
    fn take_away(&mut self, line: &str) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        if line["stored"] == true
            && let Some(name) = line["name"].as_str()
            && fs::remove_file(self.folder.join(name)).is_ok()
        {
            self.unnamed += 1;
        }
    }

    /// Makes the room twice as long as it needs to be, so that it lasts for many lines.
    fn reserve(&mut self) -> stdio::Result<()> {
        let from = self.room.max(self.lines);
        let zeros = vec![0; (self.lines + 2 * RESERVED - from) as usize];
        let done = self.file.write_all_at(&zeros, from);
        self.room = self.file.metadata()?.len();
        done
    }

    /// Cuts the room off and gives the manifest its name; files that were taken away are lost.
    pub(super) fn conclude(self, came: &mut Extracted) -> stdio::Result<()> {
        came.kept -= self.unnamed;
        came.lost += self.unnamed;
        self.file.set_len(self.lines)?;
        fs::rename(self.folder.join(UNFINISHED), self.folder.join(MANIFEST))?;
        self.failed.map_or(Ok(()), Err)
    }
}

impl<'a> Extract<'a> {
    pub(super) fn new(
        (folder, places): (&Path, &'a Places),
        prefix: String,
        capture: &[u8],
        to: SyncSender<Told>,
    ) -> Extract<'a> {
        Extract {
            folder: folder.to_owned(),
            places,
            to,
            prefix,
            capture: capture.to_vec(),
            flows: HashMap::new(),
            buffered: 0,
            lines: String::new(),
            came: Extracted::default(),
        }
    }

    /// What came of it.
    pub(super) fn finish(self) -> Extracted {
        self.came
    }

    /// Takes a finding. What the system does not take is left out, and said so in the manifest; what fits is kept.
    pub(super) fn finding(&mut self, finding: &Finding<'_>) {
        let done = match finding {
            Finding::Data {
                flow,
                way,
                bytes,
                length,
                ..
            } => self.data(*flow, *way, *bytes, *length),
            Finding::Transfer(transfer) => self.transfer(transfer),
            Finding::Dropped(flow) => self.dropped(*flow),
            _ => Ok(()),
        };
        self.came.error = self.came.error.take().or(done.err());
        self.hand_over(1);
    }

    /// Hands the lines of the manifest over, where there are so many bytes of them.
    fn hand_over(&mut self, least: usize) {
        if self.lines.len() >= least {
            // Whoever writes the manifest listens as long as there are files.
            let _ = self.to.send(Told::Files(std::mem::take(&mut self.lines)));
        }
    }

    fn data(
        &mut self,
        flow: FlowId,
        way: Way,
        bytes: Option<&[u8]>,
        length: u64,
    ) -> stdio::Result<()> {
        let stored = self.flows.entry(flow).or_default();
        let at = way as usize;
        let offset = stored.offset[at];
        stored.offset[at] += length;
        let Some(bytes) = bytes else {
            return Ok(());
        };
        let joins = stored.ways[at]
            .last()
            .is_some_and(|piece| piece.offset + piece.length == offset);
        if !joins {
            if stored.ways[at].len() == MAX_PIECES {
                stored.left_out[at] += length;
                return Ok(());
            }
            if !self.places.take() {
                stored.left_out[at] += length;
                stored.beyond.0 += u64::from(stored.beyond_to[at] != offset || offset == 0);
                stored.beyond.1 += length;
                stored.beyond_to[at] = offset + length;
                return Ok(());
            }
            stored.ways[at].push(Piece {
                offset,
                length: 0,
                buffer: Vec::new(),
                path: None,
                lost: false,
            });
        }
        let number = stored.ways[at].len();
        let Some(piece) = stored.ways[at].last_mut() else {
            return Ok(());
        };
        piece.length += bytes.len() as u64;
        if piece.lost {
            return Ok(());
        }
        self.buffered -= piece.cost();
        piece.buffer.extend_from_slice(bytes);
        self.buffered += piece.cost();
        if piece.buffer.len() >= BUFFER {
            let name = format!(".{}{}-{at}-{number}", self.prefix, flow.0);
            self.buffered -= piece.cost();
            piece.write(&self.folder, &name)?;
        }
        if self.buffered > BUFFERS {
            self.write_all()?;
        }
        Ok(())
    }

    /// Writes everything that is in memory.
    fn write_all(&mut self) -> stdio::Result<()> {
        let mut done = Ok(());
        for (flow, stored) in &mut self.flows {
            for (at, pieces) in stored.ways.iter_mut().enumerate() {
                for (number, piece) in pieces.iter_mut().enumerate() {
                    if !piece.buffer.is_empty() {
                        let name = format!(".{}{}-{at}-{}", self.prefix, flow.0, number + 1);
                        done = done.and(piece.write(&self.folder, &name));
                    }
                }
            }
        }
        self.buffered = 0;
        done
    }

    fn transfer(&mut self, transfer: &Transfer) -> stdio::Result<()> {
        let Some(connection) = &transfer.connection else {
            return Ok(());
        };
        if !connection.established || transfer.bytes() == Some(0) && transfer.missing == 0 {
            return Ok(());
        }
        let stored = self.flows.entry(connection.flow).or_default();
        // The other session of a transfer from server to server names the same files.
        let named = match stored.named.clone() {
            Some(named) => named,
            None => {
                let named = self.name(transfer, connection);
                if let Some(stored) = self.flows.get_mut(&connection.flow) {
                    stored.named = Some(named.clone());
                }
                named
            }
        };
        let left_out = self
            .flows
            .get(&connection.flow)
            .map_or(0, |stored| stored.left_out.iter().sum());
        for file in &named {
            let line = Line {
                capture: Bytes(&self.capture),
                session: transfer.session,
                transfer: transfer.n,
                verb: transfer.verb.map(|verb| verb.name()),
                argument: transfer.arg.as_deref().map(Bytes),
                path: transfer.path.as_deref().map(Bytes),
                name: &file.name,
                stored: file.stored,
                offset: file.offset,
                bytes: file.length,
                sha256: transfer
                    .sha256
                    .filter(|_| file.hashed)
                    .map(|hash| hex(&hash)),
                whole: is_whole(transfer),
                verdict: transfer.judgement.verdict.name(),
                data_type: transfer.data_type.letter(),
                mode: char::from(transfer.mode),
                rest: transfer.restart,
                left_out: (left_out > 0).then_some(left_out),
            };
            self.lines.push_str(&json::line("file", None, &line));
            self.hand_over(LINES);
        }
        Ok(())
    }

    /// Gives a connection's pieces their names.
    fn name(&mut self, transfer: &Transfer, connection: &Connection) -> Vec<Named> {
        let Some(stored) = self.flows.get_mut(&connection.flow) else {
            return Vec::new();
        };
        let mut named = Vec::new();
        let base = base_name(transfer);
        let left_out = stored.left_out.iter().sum::<u64>() > 0;
        self.came.beyond.0 += stored.beyond.0;
        self.came.beyond.1 += stored.beyond.1;
        let payload_way = match transfer.verb.and_then(Verb::moves) {
            Some(Flow::Up) => connection.server_way.other(),
            _ => connection.server_way,
        };
        for way in [Way::Forth, Way::Back] {
            let at = way as usize;
            let pieces = std::mem::take(&mut stored.ways[at]);
            let split = pieces.len() > 1 || transfer.missing > 0 || left_out;
            let both = transfer.up.unwrap_or(0) > 0 && transfer.down.unwrap_or(0) > 0;
            for piece in pieces {
                let mut name = format!("{}{base}", self.prefix);
                if both {
                    name.push_str(if way == connection.server_way {
                        ".down"
                    } else {
                        ".up"
                    });
                }
                if transfer.restart > 0 {
                    name.push_str(&format!(".rest-{}", transfer.restart));
                }
                if transfer.verb == Some(Verb::Appe) {
                    name.push_str(".append");
                }
                if transfer.mode != b'S' {
                    // What is kept is not the file yet.
                    let letter = transfer.mode.to_ascii_lowercase();
                    name.push_str(".mode-");
                    name.push(match letter {
                        b'a'..=b'z' => char::from(letter),
                        _ => '_',
                    });
                }
                if split {
                    name.push_str(&format!(".from-{}", piece.offset));
                }
                if split || !is_whole(transfer) || transfer.restart > 0 {
                    name.push_str(".part");
                }
                self.buffered -= piece.cost();
                let (offset, length) = (piece.offset, piece.length);
                let settled = piece.settle(&self.folder, &name);
                let stored = matches!(settled, Ok(Some(_)));
                if stored {
                    self.came.kept += 1;
                } else {
                    self.places.give_back();
                    self.came.lost += 1;
                }
                let name = match settled {
                    Ok(taken) => taken.unwrap_or(name),
                    Err(error) => {
                        self.came.error.get_or_insert(error);
                        name
                    }
                };
                named.push(Named {
                    hashed: !both || way == payload_way,
                    name,
                    offset,
                    length,
                    stored,
                });
            }
        }
        if named.is_empty() && left_out {
            // The manifest names it all the same.
            named.push(Named {
                hashed: true,
                name: format!("{}{base}", self.prefix),
                offset: 0,
                length: 0,
                stored: false,
            });
        }
        named
    }

    /// Nobody will name this connection any more.
    fn dropped(&mut self, flow: FlowId) -> stdio::Result<()> {
        let Some(stored) = self.flows.remove(&flow) else {
            return Ok(());
        };
        for piece in stored.ways.into_iter().flatten() {
            self.buffered -= piece.cost();
            self.places.give_back();
            if let Some(path) = piece.path {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl Piece {
    /// What it takes of [`BUFFERS`].
    fn cost(&self) -> usize {
        match self.buffer.len() {
            0 => 0,
            length => length + PIECE_COST,
        }
    }

    /// Puts the buffer behind what the file holds. Where that fails, nothing of the piece is kept: its room is better
    /// used by another.
    fn write(&mut self, folder: &Path, name: &str) -> stdio::Result<()> {
        let buffer = std::mem::take(&mut self.buffer);
        let written = match &self.path {
            Some(path) => OpenOptions::new().append(true).open(path),
            None => {
                let path = folder.join(name);
                let file = OpenOptions::new().write(true).create_new(true).open(&path);
                self.path = file.is_ok().then_some(path);
                file
            }
        }
        .and_then(|mut file| file.write_all(&buffer));
        if written.is_err() {
            self.lost = true;
            if let Some(path) = self.path.take() {
                let _ = fs::remove_file(path);
            }
        }
        written
    }

    /// The file under its own name, or the next free one behind it; `None` where it is lost already.
    fn settle(mut self, folder: &Path, name: &str) -> stdio::Result<Option<String>> {
        if self.lost {
            return Ok(None);
        }
        for attempt in 1..=MAX_PIECES {
            let name = if attempt == 1 {
                name.to_owned()
            } else {
                format!("{name}-{attempt}")
            };
            let path = folder.join(&name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => {
                    let written = self.path.replace(path.clone());
                    // The new name is ours and empty: the file takes its place.
                    if let Some(written) = written
                        && let Err(error) = fs::rename(&written, &path)
                    {
                        let _ = fs::remove_file(&written);
                        let _ = fs::remove_file(&path);
                        return Err(error);
                    }
                    self.write(folder, &name)?;
                    return Ok(Some(name));
                }
                Err(error) if error.kind() == stdio::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    if let Some(written) = &self.path {
                        let _ = fs::remove_file(written);
                    }
                    return Err(error);
                }
            }
        }
        Err(stdio::ErrorKind::AlreadyExists.into())
    }
}

/// No room: on the disk, for this user, or in a file of this size.
fn is_full(error: &stdio::Error) -> bool {
    use stdio::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge
    )
}

/// The capture holds all of it, and the transfer came to a good end.
fn is_whole(transfer: &Transfer) -> bool {
    transfer.judgement.verdict == Verdict::Complete
        && transfer.judgement.reason == Reason::Whole
        && transfer.missing == 0
}

/// `s1-t2-NAME`, with the last part of the path, made safe.
fn base_name(transfer: &Transfer) -> String {
    let place = match transfer.session {
        Some(session) => format!("s{session}-t{}-", transfer.n),
        None => format!("orphan-{}-", transfer.n),
    };
    let listing = matches!(transfer.verb, Some(Verb::List | Verb::Nlst | Verb::Mlsd));
    let name = match (
        listing,
        [&transfer.path, &transfer.chosen, &transfer.arg]
            .into_iter()
            .find_map(Option::as_deref),
    ) {
        (true, _) => format!(
            "{}.txt",
            transfer.verb.map_or("", Verb::name).to_ascii_lowercase()
        ),
        (false, Some(path)) => safe(path),
        (false, None) => "data".to_owned(),
    };
    format!("{place}{name}")
}

/// The last part of a path as a name that every system takes: no separators, no controls, no leading dot, no device.
pub(in crate::cmd) fn safe(path: &[u8]) -> String {
    let last = path
        .rsplit(|byte| matches!(byte, b'/' | b'\\'))
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    let mut name = String::new();
    for c in String::from_utf8_lossy(last).chars() {
        let plain = c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '=' | '@');
        // Letters of other alphabets are names too, with what stands above or below a letter; what could mislead a reader
        // or a shell is not, nor what nobody sees.
        let letter = !c.is_ascii() && c.is_alphabetic();
        let seen = sanitise::takes_room(c) || name.ends_with(char::is_alphabetic);
        name.push(if plain || letter && literal::is_plain(c) && seen {
            c
        } else {
            '_'
        });
        if name.len() >= MAX_NAME {
            break;
        }
    }
    let trimmed = name.trim_matches('.');
    if trimmed.is_empty() {
        return "data".to_owned();
    }
    trimmed.to_owned()
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, net::SocketAddr, sync::mpsc::sync_channel};

    use serde_json::Value;

    use super::*;
    use crate::{
        analysis::inspector::{Inspector, Options},
        capture::{
            file::Reader,
            flow::End,
            reassembly::Mark,
            tracker::Tracker,
            write::{Recorder, Remarks},
        },
        view::text::{Lang, Text},
    };

    #[test]
    fn names_are_flat_and_safe() {
        for (path, name) in [
            ("/pub/file.txt", "file.txt"),
            ("../../etc/passwd", "passwd"),
            ("..", "data"),
            ("/", "data"),
            ("a\\b\\c.exe", "c.exe"),
            ("x\u{1b}[31m\0y", "x__31m_y"),
            (".bashrc", "bashrc"),
            ("été.txt", "été.txt"),
            ("a b;rm -rf $HOME", "a_b_rm_-rf__HOME"),
            ("\u{202e}txt.exe", "_txt.exe"),
            ("a\u{3164}\u{115f}\u{1160}\u{ffa0}b", "a____b"),
            ("\u{e31}ไทยที่.txt", "_ไทยที_.txt"),
        ] {
            assert_eq!(safe(path.as_bytes()), name, "{path:?}");
        }
        assert!(safe("x".repeat(5_000).as_bytes()).len() <= MAX_NAME);
        assert_eq!(safe(b"caf\xe9"), "caf_");
    }

    /// A capture of as many sessions, each with a transfer of this many bytes.
    fn capture(sessions: u16, bytes: usize) -> Vec<u8> {
        let end = |host: u8, port: u16| SocketAddr::from(([10, 0, 0, host], port));
        let mut recorder = Recorder::new(Vec::new(), &Remarks::default()).expect("memory");
        let now = Cell::new(0);
        for n in 0..sessions {
            let on = recorder.opened(end(1, 40_000 + n), end(2, 21), now.get());
            let on = on.expect("memory");
            let say = |recorder: &mut Recorder<Vec<u8>>, on, way, bytes: &[u8]| {
                now.set(now.get() + 1_000_000);
                recorder.bytes(on, way, bytes, now.get()).expect("memory");
            };
            say(&mut recorder, on, Way::Back, b"220 Ready.\r\n");
            say(&mut recorder, on, Way::Forth, b"USER anonymous\r\n");
            say(&mut recorder, on, Way::Back, b"230 In.\r\n");
            say(&mut recorder, on, Way::Forth, b"PASV\r\n");
            let (high, low) = ((50_000 + n) / 256, (50_000 + n) % 256);
            let at = format!("227 (10,0,0,2,{high},{low})\r\n");
            say(&mut recorder, on, Way::Back, at.as_bytes());
            say(&mut recorder, on, Way::Forth, b"RETR x\r\n");
            say(&mut recorder, on, Way::Back, b"150 Here.\r\n");
            let data = recorder.opened(end(1, 45_000 + n), end(2, 50_000 + n), now.get());
            let data = data.expect("memory");
            say(&mut recorder, data, Way::Back, &vec![b'x'; bytes]);
            for way in [Way::Forth, Way::Back] {
                let closed = recorder.closed(data, way, End::Fin, now.get());
                closed.expect("memory");
            }
            say(&mut recorder, on, Way::Back, b"226 Done.\r\n");
        }
        recorder.into_inner()
    }

    /// Extracts a capture's files into a folder that has so many places.
    fn extracted(capture: &[u8], folder: &Path, most: usize) -> (Extracted, Vec<Value>) {
        let mut manifest = Manifest::begin(folder).expect("a folder").expect("empty");
        let (sender, receiver) = sync_channel(1_000);
        let places = Places::new(most);
        let mut extract = Extract::new((folder, &places), String::new(), b"x", sender);
        let options = Options {
            hash: true,
            data: true,
        };
        let mut reader = Reader::open(capture).expect("a capture");
        let mut tracker = Tracker::default();
        let mut inspector = Inspector::new(options, |finding: &Finding<'_>| {
            extract.finding(finding);
        });
        while reader.advance() {
            tracker.packet(&reader.packet(), &mut inspector);
        }
        tracker.finish(&mut inspector);
        inspector.finish();
        drop(inspector);
        assert_eq!(extract.buffered, 0, "all is given back");
        let mut came = extract.finish();
        for told in receiver {
            if let Told::Files(lines) = told {
                manifest.write(&lines);
            }
        }
        manifest.conclude(&mut came).expect("room");
        let lines = fs::read_to_string(folder.join(MANIFEST)).expect("a manifest");
        let lines = lines.lines();
        let lines = lines.map(|line| serde_json::from_str(line).expect("JSON"));
        (came, lines.collect())
    }

    #[test]
    fn files_beyond_the_last_place_are_told() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let (came, lines) = extracted(&capture(5, 3), &folder.path().join("out"), 3);
        assert_eq!((came.kept, came.lost, came.beyond), (3, 0, (2, 6)));
        let names = |stored: bool| -> Vec<&str> {
            let named = lines.iter().filter(|line| line["stored"] == stored);
            named.filter_map(|line| line["name"].as_str()).collect()
        };
        assert_eq!(names(true), ["s1-t1-x", "s2-t1-x", "s3-t1-x"]);
        assert_eq!(names(false), ["s4-t1-x", "s5-t1-x"]);
        assert!(lines[..3].iter().all(|line| line["left_out"].is_null()));
        assert!(lines[3..].iter().all(|line| line["left_out"] == 3));
        let there = fs::read_dir(folder.path().join("out")).expect("a folder");
        assert_eq!(there.count(), 4);
        for (lang, wanted) in [
            (
                Lang::En,
                "out takes 65536 files and no more: 2 more, with 6 bytes, were not written;",
            ),
            (
                Lang::Fr,
                "out reçoit 65536 fichiers et pas plus\u{a0}: 2 autres, avec 6 octets,",
            ),
        ] {
            let told = super::super::beyond(&Text::new(lang), Path::new("out"), &came);
            let told = told.expect("a sentence");
            assert!(told.starts_with(wanted), "{told}");
        }
        let (came, _) = extracted(&capture(5, 3), &folder.path().join("all"), 5);
        assert_eq!((came.kept, came.beyond), (5, (0, 0)));
        assert!(super::super::beyond(&Text::new(Lang::En), Path::new("all"), &came).is_none());
    }

    #[test]
    fn a_piece_in_memory_costs_more_than_its_bytes() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let places = Places::new(10);
        let mut extract = Extract::new(
            (folder.path(), &places),
            String::new(),
            b"x",
            sync_channel(1).0,
        );
        for (n, bytes) in [
            (1, None),
            (2, Some(&b"y"[..])),
            (3, Some(b"z")),
            (4, None),
            (5, Some(b"a")),
        ] {
            extract.finding(&Finding::Data {
                flow: FlowId(7),
                way: Way::Back,
                bytes,
                length: 1,
                mark: Mark { frame: n, time: 0 },
            });
        }
        // Two pieces of three bytes.
        assert_eq!(extract.buffered, 2 * PIECE_COST + 3);
        assert_eq!(places.0.load(Ordering::Relaxed), 8);
        extract.finding(&Finding::Dropped(FlowId(7)));
        assert_eq!(
            (extract.buffered, places.0.load(Ordering::Relaxed)),
            (0, 10)
        );
    }

    #[test]
    fn a_manifest_keeps_room_for_more_and_leaves_none_behind() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let mut manifest = Manifest::begin(folder.path())
            .expect("a folder")
            .expect("empty");
        let line = format!("{}\n", "x".repeat(999));
        for n in 0..400_u64 {
            let room = fs::metadata(folder.path().join(UNFINISHED))
                .expect("it")
                .len();
            assert!(room >= n * 1_000 + RESERVED, "{room}");
            manifest.write(&line);
        }
        let mut came = Extracted::default();
        manifest.conclude(&mut came).expect("room");
        let written = fs::read_to_string(folder.path().join(MANIFEST)).expect("it");
        assert_eq!(written, line.repeat(400));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert!(Manifest::begin(folder.path()).expect("a folder").is_none());
    }
}
