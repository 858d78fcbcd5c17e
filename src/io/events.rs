//! The file of `--events`: the JSON lines of a command, appended, one write a line. Several commands in several
//! terminals write into the same file at once, and whoever watches it sees whole lines only: with `O_APPEND` a single
//! write lands undivided behind what is there. [`Follower`] is who watches: `lab run` sees a student's work that way.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::file;

/// An open events file.
#[derive(Debug)]
pub struct Events {
    path: PathBuf,
    file: File,
}

/// Why events cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", path.display())]
pub struct EventsError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub error: io::Error,
}

impl Events {
    /// Opens the file for appending, and makes it where it does not exist.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn open(path: &Path) -> Result<Events, EventsError> {
        match OpenOptions::new().append(true).create(true).open(path) {
            Ok(file) => Ok(Events {
                path: path.to_owned(),
                file,
            }),
            Err(error) => Err(EventsError {
                path: path.to_owned(),
                error,
            }),
        }
    }

    /// True where nobody else has asked the same of this file; nobody else gets it until it is closed. Those who append to
    /// it do not ask. A file system that knows no locks gives it to everybody.
    #[must_use]
    pub fn is_ours_alone(&self) -> bool {
        use rustix::{fs, io::Errno};
        fs::flock(&self.file, fs::FlockOperation::NonBlockingLockExclusive)
            != Err(Errno::WOULDBLOCK)
    }

    /// Appends a line, whole or not at all; it brings its own line end.
    ///
    /// # Errors
    /// Where the system does not take it (the disk is full).
    pub fn append(&mut self, line: &str) -> Result<(), EventsError> {
        // Somebody has removed or renamed the file: who follows it looks for it under its name. Where it cannot be made
        // there any more, the lines go on to where they went.
        if !stands(&self.path, &self.file)
            && let Ok(again) = Events::open(&self.path)
        {
            *self = again;
        }
        file::append_whole(&mut self.file, line.as_bytes()).map_err(|error| EventsError {
            path: self.path.clone(),
            error,
        })
    }
}

/// True where what has this name is this open file.
fn stands(path: &Path, file: &File) -> bool {
    match (path.metadata(), file.metadata()) {
        (Ok(named), Ok(open)) => (named.dev(), named.ino()) == (open.dev(), open.ino()),
        _ => false,
    }
}

/// The longest line of an events file that is taken; what exceeds it is dropped up to the next line.
pub const MAX_EVENT: usize = 256 * 1024;
/// The most bytes that are read at once, so that a file that grows fast cannot hold up whoever follows it.
const MAX_AT_ONCE: u64 = 1024 * 1024;

/// Reads an events file while it grows, in whole lines.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    /// Open from when the file is there.
    file: Option<File>,
    /// How far it has been read.
    at: u64,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    /// That line is too long: it is dropped up to its end.
    dropping: bool,
    /// Lines that were dropped since [`Follower::take_dropped`] was asked.
    dropped: u64,
}

impl Follower {
    /// Follows the file from this byte on, also one that is not there yet.
    #[must_use]
    pub fn from(path: &Path, at: u64) -> Follower {
        Follower {
            path: path.to_owned(),
            file: None,
            at,
            rest: Vec::new(),
            dropping: false,
            dropped: 0,
        }
    }

    /// How many lines were longer than [`MAX_EVENT`] and dropped since this was last asked.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    /// The byte behind the last whole line that was read.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at - self.rest.len() as u64
    }

    /// The lines that have come since the last time, without their ends; `take` gets each.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn read(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), EventsError> {
        let failed = |path: &Path, error| EventsError {
            path: path.to_owned(),
            error,
        };
        if self.file.is_none() {
            match File::open(&self.path) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(failed(&self.path, error)),
            }
        }
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut come = Vec::new();
        // Somebody emptied the file: what is written from now on is new.
        let length = file.metadata().map(|about| about.len());
        if length.is_ok_and(|length| length < self.at) {
            (self.at, self.dropping) = (0, false);
            self.rest.clear();
        }
        file.seek(SeekFrom::Start(self.at))
            .and_then(|_| file.take(MAX_AT_ONCE).read_to_end(&mut come))
            .map_err(|error| failed(&self.path, error))?;
        // Removed and made again, and the one that was removed is read to its end: the new one is followed from here on.
        if come.is_empty() && self.path.exists() && !stands(&self.path, file) {
            *self = Follower {
                dropped: self.dropped,
                ..Follower::from(&self.path, 0)
            };
            return self.read(take);
        }
        self.at += come.len() as u64;
        for part in come.split_inclusive(|&b| b == b'\n') {
            let whole = part.strip_suffix(b"\n");
            if self.dropping {
                self.dropping = whole.is_none();
                continue;
            }
            self.rest.extend_from_slice(whole.unwrap_or(part));
            if self.rest.len() > MAX_EVENT {
                self.dropped += 1;
                self.rest.clear();
                self.dropping = whole.is_none();
            } else if whole.is_some() {
                take(&self.rest);
                self.rest.clear();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_followed_in_whole_lines() {
        let path = std::env::temp_dir().join(format!("ftplab-follow-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let mut follower = Follower::from(&path, 0);
        let mut seen = Vec::new();
        let mut look = |follower: &mut Follower| {
            seen.clear();
            let read = follower.read(|line| seen.push(String::from_utf8_lossy(line).into_owned()));
            read.expect("readable");
            seen.clone()
        };
        assert!(look(&mut follower).is_empty(), "no file yet");
        let mut events = Events::open(&path).expect("a file");
        events.append("one\ntw").expect("written");
        assert_eq!(look(&mut follower), ["one"]);
        assert_eq!(follower.at(), 4);
        events.append("o\n\nthree\n").expect("written");
        assert_eq!(look(&mut follower), ["two", "", "three"]);
        assert!(look(&mut follower).is_empty());
        events.append(&"x".repeat(MAX_EVENT + 1)).expect("written");
        assert!(look(&mut follower).is_empty());
        events.append("yyy\nnext\n").expect("written");
        assert_eq!(look(&mut follower), ["next"]);
        assert_eq!((follower.take_dropped(), follower.take_dropped()), (1, 0));
        let mut again = Follower::from(&path, 4);
        assert_eq!(look(&mut again)[0], "two");
        std::fs::write(&path, "").expect("emptied");
        events.append("new\n").expect("written");
        assert_eq!(look(&mut follower), ["new"]);
        // Removed while both have it open; the writer says more before anybody looks.
        events.append("last\n").expect("written");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(look(&mut follower), ["last"]);
        events.append("anew\n").expect("written");
        assert_eq!(look(&mut follower), ["anew"]);
        assert_eq!(follower.at(), 5);
        std::fs::remove_file(&path).expect("removed");
    }

    #[test]
    fn a_file_that_is_long_already_is_read_in_parts() {
        let path = std::env::temp_dir().join(format!("ftplab-long-{}", std::process::id()));
        let line = |n: usize| format!("{n} {}", "x".repeat(1_000));
        let all: Vec<String> = (0..2_500).map(line).collect();
        std::fs::write(&path, all.join("\n") + "\n").expect("a file");
        let mut follower = Follower::from(&path, 0);
        let (mut seen, mut parts) = (Vec::new(), 0);
        while seen.len() < all.len() {
            let before = follower.at;
            let take = |line: &[u8]| seen.push(String::from_utf8_lossy(line).into_owned());
            follower.read(take).expect("readable");
            assert!((1..=MAX_AT_ONCE).contains(&(follower.at - before)));
            parts += 1;
        }
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(seen, all);
        assert_eq!(parts, 3);
    }

    #[test]
    fn lines_of_several_writers_stay_whole() {
        let path = std::env::temp_dir().join(format!("ftplab-events-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let line = |n: usize| format!("{}\n", n.to_string().repeat(200));
        std::thread::scope(|scope| {
            for n in 1..=4 {
                let path = &path;
                scope.spawn(move || {
                    let mut events = Events::open(path).expect("a file");
                    for _ in 0..50 {
                        events.append(&line(n)).expect("written");
                    }
                });
            }
        });
        let text = std::fs::read_to_string(&path).expect("a file");
        std::fs::remove_file(&path).expect("removed");
        assert_eq!(text.lines().count(), 200);
        for n in 1..=4 {
            assert_eq!(text.matches(&line(n)).count(), 50, "writer {n}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let error = Events::open(Path::new("/nonexistent/events")).expect_err("no folder");
        assert_eq!(error.path, Path::new("/nonexistent/events"));
        assert_eq!(error.error.kind(), io::ErrorKind::NotFound);
    }
}
