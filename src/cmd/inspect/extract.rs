//! `--extract DIR`: what came over data connections, as files. Names are flat and safe, nothing is overwritten, nothing
//! leaves DIR; a gap splits a file, and its name says from which byte each piece is. A manifest (JSON Lines) says what each
//! file is.
//!
//! Bytes are written as they came: TYPE A's line ends, the blocks of MODE B and the compression of MODE Z are left in, and
//! the manifest says so. REST and APPE make parts of a file; the name says that, too.

use std::{
    collections::HashMap,
    fs::{self, OpenOptions},
    io::{self as stdio, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    analysis::{
        finding::{Connection, Finding, Transfer},
        verdict::{Reason, Verdict},
    },
    capture::flow::{FlowId, Way},
    ftp::command::Verb,
    io::file::Parts,
    view::{
        inspect::json::hex,
        json::{self, Bytes},
    },
};

/// The manifest's name.
pub(super) const MANIFEST: &str = "manifest.jsonl";
/// The file that holds room for the manifest while files are written.
const ROOM: &str = ".room-for-the-manifest";
/// That room, in bytes: a line has some 400.
const RESERVED: usize = 64 * 1024;
/// Bytes of one direction that are kept in memory before they are written.
const BUFFER: usize = 256 * 1024;
/// Bytes kept in memory in all.
const BUFFERS: usize = 16 * 1024 * 1024;
/// Pieces of one direction, where bytes are missing between them, a file each; what comes after the last is left out, and
/// the manifest says how much.
const MAX_PIECES: usize = 1_000;
/// Longest name of a transferred file that is kept.
const MAX_NAME: usize = 100;

/// Writes the files of one capture.
pub(super) struct Extract {
    folder: PathBuf,
    /// What every name of this capture begins with.
    prefix: String,
    /// The capture's name, for the manifest.
    capture: Vec<u8>,
    flows: HashMap<FlowId, Stored>,
    buffered: usize,
    manifest: String,
    kept: u64,
    lost: u64,
    failed: Option<stdio::Error>,
}

/// What came of the files of one capture.
#[derive(Default)]
pub(super) struct Extracted {
    /// The lines of the manifest.
    pub(super) manifest: String,
    /// Files that are in the folder.
    pub(super) kept: u64,
    /// Files that could not be written, and are not there.
    pub(super) lost: u64,
    /// Why the first of those could not be.
    pub(super) error: Option<stdio::Error>,
}

impl Extracted {
    /// Puts what came of another capture behind it.
    pub(super) fn join(&mut self, other: Extracted) {
        self.manifest.push_str(&other.manifest);
        self.kept += other.kept;
        self.lost += other.lost;
        self.error = self.error.take().or(other.error);
    }
}

/// What is stored of a data connection.
#[derive(Default)]
struct Stored {
    ways: [Vec<Piece>; 2],
    left_out: [u64; 2],
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
    /// SHA-256 of the whole transfer; null where bytes are missing.
    sha256: Option<String>,
    /// The capture holds all that was transferred.
    whole: bool,
    verdict: &'static str,
    data_type: char,
    mode: char,
    rest: u64,
    /// Bytes behind the last of too many pieces, which are in no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
}

impl Extract {
    pub(super) fn new(folder: &Path, prefix: String, capture: &[u8]) -> Extract {
        Extract {
            folder: folder.to_owned(),
            prefix,
            capture: capture.to_vec(),
            flows: HashMap::new(),
            buffered: 0,
            manifest: String::new(),
            kept: 0,
            lost: 0,
            failed: None,
        }
    }

    /// Makes the folder, or sees that it is empty; and holds room for the manifest, which has to say what a full disk
    /// did not take.
    pub(super) fn prepare(folder: &Path) -> stdio::Result<bool> {
        fs::create_dir_all(folder)?;
        if fs::read_dir(folder)?.next().is_some() {
            return Ok(false);
        }
        let path = folder.join(ROOM);
        let mut room = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        // What fits: files that come to nothing leave theirs to the manifest, too.
        match room.write_all(&vec![0; RESERVED]) {
            Err(error) if !is_full(&error) => Err(error),
            _ => Ok(true),
        }
    }

    /// Writes the manifest, in whole lines, into the room that was held for it.
    pub(super) fn conclude(folder: &Path, manifest: &str) -> stdio::Result<()> {
        let _ = fs::remove_file(folder.join(ROOM));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(folder.join(MANIFEST))?;
        let mut parts = Parts::new(file);
        for line in manifest.split_inclusive('\n') {
            parts.write_all(line.as_bytes())?;
            parts.flush()?;
        }
        Ok(())
    }

    /// What came of it.
    pub(super) fn finish(self) -> Extracted {
        Extracted {
            manifest: self.manifest,
            kept: self.kept,
            lost: self.lost,
            error: self.failed,
        }
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
        self.failed = self.failed.take().or(done.err());
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
        piece.buffer.extend_from_slice(bytes);
        self.buffered += bytes.len();
        if piece.buffer.len() >= BUFFER {
            let name = format!(".{}{}-{at}-{number}", self.prefix, flow.0);
            self.buffered -= piece.buffer.len();
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
                sha256: transfer.sha256.map(|hash| hex(&hash)),
                whole: is_whole(transfer),
                verdict: transfer.judgement.verdict.name(),
                data_type: transfer.data_type.letter(),
                mode: char::from(transfer.mode),
                rest: transfer.restart,
                left_out: (left_out > 0).then_some(left_out),
            };
            self.manifest.push_str(&json::line("file", None, &line));
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
        for way in [Way::Forth, Way::Back] {
            let at = way as usize;
            let pieces = std::mem::take(&mut stored.ways[at]);
            let split = pieces.len() > 1 || transfer.missing > 0;
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
                self.buffered -= piece.buffer.len();
                let (offset, length) = (piece.offset, piece.length);
                let settled = piece.settle(&self.folder, &name);
                let stored = matches!(settled, Ok(Some(_)));
                if stored {
                    self.kept += 1;
                } else {
                    self.lost += 1;
                }
                let name = match settled {
                    Ok(taken) => taken.unwrap_or(name),
                    Err(error) => {
                        self.failed.get_or_insert(error);
                        name
                    }
                };
                named.push(Named {
                    name,
                    offset,
                    length,
                    stored,
                });
            }
        }
        named
    }

    /// Nobody will name this connection any more.
    fn dropped(&mut self, flow: FlowId) -> stdio::Result<()> {
        let Some(stored) = self.flows.remove(&flow) else {
            return Ok(());
        };
        for piece in stored.ways.into_iter().flatten() {
            self.buffered -= piece.buffer.len();
            if let Some(path) = piece.path {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl Piece {
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
        // Letters of other alphabets are names too; what could mislead a reader or a shell is not.
        name.push(if plain || c.is_alphabetic() && !c.is_ascii() {
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
    use super::*;

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
        ] {
            assert_eq!(safe(path.as_bytes()), name, "{path:?}");
        }
        assert!(safe("x".repeat(5_000).as_bytes()).len() <= MAX_NAME);
        assert_eq!(safe(b"caf\xe9"), "caf_");
    }
}
