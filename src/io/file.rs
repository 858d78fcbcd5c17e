//! Files: the small ones in which the system tells about itself, and those that a user names for data.

use std::{
    fs::{self, DirEntry, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// The longest part of a file of the system's that is read: a table of sockets has 150 bytes a socket.
const MAX_SYSTEM_FILE: u64 = 16 << 20;

/// The beginning of a file: as many bytes as these, and one more where the file is longer, by which that shows. A file may
/// have no end (a device, a pipe), or none that fits into memory.
///
/// # Errors
/// Where it cannot be opened or read.
pub fn beginning(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// True where these bytes are somewhere in a file's.
#[must_use]
pub fn has(bytes: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(bytes, what).is_some()
}

/// The files in a folder and so many folders below it that are wanted, by name; and whether there are folders deeper
/// down. Hidden files and folders are nobody's, and links are not followed.
///
/// # Errors
/// Where one of the folders cannot be read.
pub fn below(
    folder: &Path,
    depth: usize,
    wanted: &impl Fn(&DirEntry) -> bool,
) -> io::Result<(Vec<PathBuf>, bool)> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(DirEntry::file_name);
    let (mut found, mut deep) = (Vec::new(), false);
    for entry in entries {
        let is_folder = entry.file_type()?.is_dir();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if hidden {
            continue;
        }
        if is_folder && depth == 0 {
            deep = true;
        } else if is_folder {
            let (more, deeper) = below(&entry.path(), depth - 1, wanted)?;
            found.extend(more);
            deep |= deeper;
        } else if wanted(&entry) {
            found.push(entry.path());
        }
    }
    Ok((found, deep))
}

/// A file of the system's as text, cut at [`MAX_SYSTEM_FILE`]; empty where there is none.
pub(crate) fn of_system(path: impl AsRef<Path>) -> String {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_SYSTEM_FILE).read_to_end(&mut bytes));
    match read {
        // A name in /etc/passwd may be in another encoding.
        Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}

/// Why a file for data cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It exists and holds something of its own.
    #[error("{} exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("{}: {error}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: io::Error,
    },
}

/// Finds out whether [`create`] would, without making anything: who waits for data wants to know before it comes.
///
/// # Errors
/// Where the file exists, or cannot be made in its folder.
pub fn check_new(path: &Path, force: bool) -> Result<(), FileError> {
    let system = |kind: io::ErrorKind| FileError::System {
        path: path.to_owned(),
        error: kind.into(),
    };
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(system(io::ErrorKind::IsADirectory)),
        Ok(metadata) if metadata.is_file() && !force => Err(FileError::Exists {
            path: path.to_owned(),
        }),
        Ok(_) => Ok(()),
        Err(_) => {
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            match folder.metadata() {
                Ok(metadata) if metadata.is_dir() => {
                    use rustix::fs::Access;
                    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(
                        |error| FileError::System {
                            path: path.to_owned(),
                            error: error.into(),
                        },
                    )
                }
                Ok(_) => Err(system(io::ErrorKind::NotADirectory)),
                Err(error) => Err(system(error.kind())),
            }
        }
    }
}

/// Opens a file to write data into: a new one; an existing regular file only with `force`; a device or a named pipe,
/// which has nothing to lose, always.
///
/// # Errors
/// Where the file exists, or the system refuses.
pub fn create(path: &Path, force: bool) -> Result<File, FileError> {
    let system = |error| FileError::System {
        path: path.to_owned(),
        error,
    };
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // A dangling link exists, and following it makes a file.
            let regular = path.metadata().is_ok_and(|metadata| metadata.is_file());
            if regular && !force {
                return Err(FileError::Exists {
                    path: path.to_owned(),
                });
            }
            OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(regular)
                .open(path)
                .map_err(system)
        }
        Err(error) => Err(system(error)),
    }
}

/// Writes a file whole: a new one; an existing regular file only with `force`, and then in its place at once. Where it
/// cannot be written whole nothing of it is left, and what was there before stays.
///
/// # Errors
/// Where the file exists, or the system refuses.
pub fn write(path: &Path, force: bool, bytes: &[u8]) -> Result<(), FileError> {
    let before = path.symlink_metadata();
    if force && before.as_ref().is_ok_and(std::fs::Metadata::is_file) {
        return replace(path, bytes);
    }
    let mut file = create(path, force)?;
    io::Write::write_all(&mut file, bytes).map_err(|error| {
        if before.is_err() {
            let _ = std::fs::remove_file(path);
        }
        FileError::System {
            path: path.to_owned(),
            error,
        }
    })
}

/// Writes a file whole, in place of what is there: it is written beside it and then given its name, so that nobody ever
/// sees half of it and a full disk leaves the old one.
///
/// # Errors
/// Where the system refuses.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let system = |error| FileError::System {
        path: path.to_owned(),
        error,
    };
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = Path::new(&name);
    let written = File::create(part).and_then(|mut file| {
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        std::fs::rename(part, path)
    });
    written.map_err(|error| {
        let _ = std::fs::remove_file(part);
        system(error)
    })
}

/// A file that holds whole parts only: what is written between two flushes lands whole, or not at all. A full disk takes
/// the beginning of a part and refuses the rest; that beginning is cut off again, so that what stands before it can be
/// read.
#[derive(Debug)]
pub struct Parts {
    file: File,
    /// What has been written since the last flush.
    part: Vec<u8>,
}

impl Parts {
    /// Puts parts behind what the file holds, at the place where it stands.
    #[must_use]
    pub fn new(file: File) -> Parts {
        Parts {
            file,
            part: Vec::new(),
        }
    }
}

impl io::Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let part = std::mem::take(&mut self.part);
        append_whole(&mut self.file, &part)
    }
}

/// Writes bytes whole, in one write where the system takes them so; where it takes only a beginning, that is cut off
/// again. A device or a pipe has no end to cut off.
pub(crate) fn append_whole(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let mut written = 0;
    let result = loop {
        if written == bytes.len() {
            return Ok(());
        }
        match io::Write::write(file, &bytes[written..]) {
            Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    if written > 0
        && let Ok(about) = file.metadata()
        && about.is_file()
    {
        let whole = about.len().saturating_sub(written as u64);
        // Where even that is refused, the reader of the file meets a part that is cut short.
        let _ = file.set_len(whole);
        let _ = io::Seek::seek(file, io::SeekFrom::Start(whole));
    }
    result
}

/// A file whose bytes are to be sent.
#[derive(Debug)]
pub struct Source {
    /// The file.
    pub file: File,
    /// Its size, where it is a regular one.
    pub size: Option<u64>,
    /// It is our own standard input: whoever feeds it says when the bytes go out.
    pub is_stdin: bool,
}

/// Opens a file whose bytes are to be sent.
///
/// # Errors
/// Where the system refuses, or it is a folder.
pub fn open(path: &Path) -> Result<Source, FileError> {
    File::open(path)
        .and_then(Source::new)
        .map_err(|error| FileError::System {
            path: path.to_owned(),
            error,
        })
}

/// Standard input, whose bytes are to be sent.
///
/// # Errors
/// Where it is closed.
pub fn stdin() -> Result<Source, FileError> {
    own_stdin()
        .and_then(Source::new)
        .map_err(|error| FileError::System {
            path: "-".into(),
            error,
        })
}

fn own_stdin() -> io::Result<File> {
    Ok(File::from(rustix::stdio::stdin().try_clone_to_owned()?))
}

impl Source {
    fn new(file: File) -> io::Result<Source> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // `/dev/stdin` has the name of another file and is the same.
        let is_stdin = own_stdin()
            .and_then(|own| own.metadata())
            .is_ok_and(|own| (own.dev(), own.ino()) == (metadata.dev(), metadata.ino()));
        Ok(Source {
            size: metadata.is_file().then_some(metadata.len()),
            file,
            is_stdin,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::*;

    #[test]
    fn an_existing_file_is_kept_unless_forced() {
        let path = std::env::temp_dir().join(format!("ftplab-file-{}", std::process::id()));
        let _ = fs::remove_file(&path);
        let mut file = create(&path, false).expect("new");
        file.write_all(b"precious").expect("written");
        assert!(matches!(
            create(&path, false),
            Err(FileError::Exists { path: named }) if named == path
        ));
        assert_eq!(fs::read(&path).expect("there"), b"precious");
        drop(create(&path, true).expect("forced"));
        assert_eq!(fs::read(&path).expect("there"), b"");
        fs::remove_file(&path).expect("removed");
    }

    #[test]
    fn a_file_of_the_systems_is_read_up_to_a_bound() {
        let path = std::env::temp_dir().join(format!("ftplab-system-{}", std::process::id()));
        let name = path.to_str().expect("UTF-8");
        assert_eq!(of_system(name), "");
        fs::write(&path, b"caf\xe9:x:1\n").expect("a file");
        assert_eq!(of_system(name), "caf\u{fffd}:x:1\n");
        let line = b"0123456789abcde\n".as_slice();
        fs::write(&path, line.repeat((MAX_SYSTEM_FILE / 16) as usize + 9)).expect("a file");
        let text = of_system(name);
        assert_eq!(text.len() as u64, MAX_SYSTEM_FILE);
        assert!(
            text.lines().all(|line| line.len() == 15),
            "whole to its end"
        );
        fs::remove_file(&path).expect("removed");
    }

    #[test]
    fn a_file_that_could_not_be_made_is_known_before() {
        let own = std::env::current_exe().expect("this test");
        assert!(matches!(
            check_new(&own, false),
            Err(FileError::Exists { .. })
        ));
        check_new(&own, true).expect("forced");
        check_new(Path::new("/dev/null"), false).expect("a device");
        check_new(Path::new("no-such-file"), false).expect("new");
        for path in ["/", "/no/such/folder", "/dev/null/file"] {
            assert!(
                matches!(
                    check_new(Path::new(path), true),
                    Err(FileError::System { .. })
                ),
                "{path}"
            );
        }
    }

    #[test]
    fn a_device_takes_data_and_a_folder_has_none() {
        create(Path::new("/dev/null"), false).expect("a device");
        assert!(matches!(
            create(Path::new("/"), true),
            Err(FileError::System { .. })
        ));
        assert!(matches!(
            open(Path::new("/")),
            Err(FileError::System { .. })
        ));
        let source = open(Path::new("/dev/null")).expect("a device");
        assert_eq!(source.size, None);
    }
}
