//! The file of `--events`: the JSON lines of a command, appended, one write a line. Several commands in several
//! terminals write into the same file at once, and whoever watches it sees whole lines only: with `O_APPEND` a single
//! write lands undivided behind what is there.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

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

    /// Appends a line; it brings its own line end.
    ///
    /// # Errors
    /// Where the system does not take it (the disk is full).
    pub fn append(&mut self, line: &str) -> Result<(), EventsError> {
        // `write_all` is one write for as long as the system takes the whole, which it does but on a full disk.
        self.file
            .write_all(line.as_bytes())
            .map_err(|error| EventsError {
                path: self.path.clone(),
                error,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
