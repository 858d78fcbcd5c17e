//! What clients upload with `--store`: the name that each path is kept under, and a file that is there whole or not at all.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// Paths whose names are remembered; an upload to one more is refused.
const MAX_NAMES: usize = 10_000;

/// The folder of `--store`.
pub(super) struct Store {
    folder: PathBuf,
    names: RefCell<Names>,
}

/// Which path has which name.
#[derive(Default)]
struct Names {
    of: HashMap<Vec<u8>, String>,
    taken: HashSet<String>,
}

impl Store {
    pub(super) fn new(folder: PathBuf) -> Store {
        Store {
            folder,
            names: RefCell::default(),
        }
    }

    /// Where an upload to `path` is kept: under `wanted`, or `wanted-2` and so on where that is another path's. The same
    /// path has the same name again, and replaces what it stored, as it would on a server. `None`: there are too many.
    pub(super) fn place(&self, path: &[u8], wanted: &str) -> Option<Place> {
        let mut names = self.names.borrow_mut();
        let name = match names.of.get(path) {
            Some(name) => name.clone(),
            None if names.of.len() >= MAX_NAMES => return None,
            None => {
                let numbered = (2..).map(|n| format!("{wanted}-{n}"));
                // What lies there from before is nobody's, and only its own name replaces it.
                let name = match names.taken.contains(wanted) {
                    false => Some(wanted.to_owned()),
                    true => numbered.take(MAX_NAMES).find(|name| {
                        !names.taken.contains(name)
                            && self.folder.join(name).symlink_metadata().is_err()
                    }),
                }?;
                names.of.insert(path.to_vec(), name.clone());
                names.taken.insert(name.clone());
                name
            }
        };
        Some(Place {
            path: self.folder.join(&name),
            name,
        })
    }
}

/// Where an upload goes.
pub(super) struct Place {
    /// The file.
    pub(super) path: PathBuf,
    /// As it is told.
    pub(super) name: String,
}

/// Numbers the files that are being written.
static PARTS: AtomicU64 = AtomicU64::new(0);

/// A file that is being written beside its place, and takes it when it is whole; else nothing of it is left. No name of an
/// upload begins with a full stop as its own does.
pub(super) struct Part {
    file: fs::File,
    path: PathBuf,
    place: PathBuf,
}

impl Part {
    /// Begins a file for this place, where nothing is or a regular file; never through a link. It begins with the first
    /// `stays` bytes of what lies there.
    pub(super) fn create(place: PathBuf, stays: u64) -> io::Result<Part> {
        if place.symlink_metadata().is_ok_and(|there| !there.is_file()) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let number = PARTS.fetch_add(1, Ordering::Relaxed);
        let name = format!(".upload-{}-{number}.part", process::id());
        let path = place.parent().unwrap_or(Path::new("")).join(name);
        let file = fs::File::create_new(&path)?;
        let mut part = Part { file, path, place };
        if stays > 0 {
            let there = fs::File::open(&part.place)?;
            io::copy(&mut there.take(stays), &mut part.file)?;
        }
        Ok(part)
    }

    /// It is whole.
    pub(super) fn done(self) -> io::Result<()> {
        fs::rename(&self.path, &self.place)
    }
}

impl io::Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already where it took its place.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_uploads_are_remembered_up_to_a_bound() {
        let store = Store::new(PathBuf::from("/no/such/folder"));
        let name = |path: &str, wanted: &str| {
            let place = store.place(path.as_bytes(), wanted)?;
            assert_eq!(place.path, Path::new("/no/such/folder").join(&place.name));
            Some(place.name)
        };
        assert_eq!(name("/x", "x").as_deref(), Some("x"));
        assert_eq!(name("/etc/x", "x").as_deref(), Some("x-2"));
        // Another path that is called so itself.
        assert_eq!(name("/x-2", "x-2").as_deref(), Some("x-2-2"));
        assert_eq!(name("/etc/x", "x").as_deref(), Some("x-2"));
        for n in 4..MAX_NAMES {
            assert!(name(&format!("/{n}"), &n.to_string()).is_some());
        }
        assert!(name("/last", "last").is_some());
        assert_eq!(name("/more", "more"), None);
        assert_eq!(name("/x", "x").as_deref(), Some("x"));
    }
}
