//! The files of a fake server: below its script's folder, or inside the program. Read only, and never outside the
//! folder; what clients upload goes elsewhere.

use std::{
    fmt, fs,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use crate::script::{
    date::Seconds,
    effect::Source,
    memory::Kept,
    tree::{Content, Denied, Dir, File, MAX_DEPTH, Node, Tree},
};

/// The date of the files inside the program: the same in every build (2024-01-01).
const INSIDE_SINCE: u64 = 1_704_067_200;

/// Files that are built into the program, by path.
pub trait Shelf: Send + Sync {
    /// The bytes of a file.
    fn file(&self, path: &str) -> Option<&'static [u8]>;
    /// The paths of all files below a folder.
    fn below(&self, folder: &str) -> Vec<String>;
}

/// Where a script's files are.
#[derive(Clone, Default)]
pub enum Folder {
    /// Nowhere.
    #[default]
    None,
    /// In this folder; links that lead out of it are not followed.
    Disk(PathBuf),
    /// In the program.
    Inside(Arc<dyn Shelf>),
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Folder::None => f.write_str("None"),
            Folder::Disk(dir) => write!(f, "Disk({})", dir.display()),
            Folder::Inside(_) => f.write_str("Inside"),
        }
    }
}

/// Why the files behind `-- files` cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The folder is not there, or cannot be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// The folder.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// There is too much in it.
    #[error(
        "{path}: more than {} entries, or deeper than {} folders",
        crate::script::tree::MAX_ENTRIES,
        MAX_DEPTH
    )]
    TooMuch {
        /// The folder.
        path: String,
    },
}

impl Folder {
    /// How long a file is that a script may send; `None` where there is none.
    #[must_use]
    pub fn length(&self, path: &str) -> Option<u64> {
        self.look(&Source::File(path.to_owned()))
            .map(|(length, _)| length)
    }

    /// How long a source is now, and when it was last changed; `None` where it cannot be read.
    pub(super) fn look(&self, source: &Source) -> Option<(u64, Seconds)> {
        Some(match self.open(source).ok()? {
            Body::Memory(cursor) => (cursor.get_ref().as_ref().len() as u64, INSIDE_SINCE),
            Body::File(file) => {
                let about = file.metadata().ok()?;
                (about.len(), changed(&about))
            }
        })
    }

    /// The bytes of a file of the script's folder, at most `limit`.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn read(&self, path: &str, limit: u64) -> io::Result<Vec<u8>> {
        let body = self.open(&Source::File(path.to_owned()))?;
        let mut bytes = Vec::new();
        body.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// What is below the folder of `-- files`. Links and what is neither file nor folder are left out, hidden files too.
    ///
    /// # Errors
    /// Where the folder cannot be read, or holds too much.
    pub fn tree(&self, dir: &str, read_only: bool) -> Result<Tree, TreeError> {
        let mut tree = Tree::new(read_only);
        let unreadable = |error: io::Error| TreeError::Unreadable {
            path: dir.to_owned(),
            error,
        };
        let full = |_: Denied| TreeError::TooMuch {
            path: dir.to_owned(),
        };
        match self {
            Folder::None => {}
            Folder::Inside(shelf) => {
                for path in shelf.below(dir) {
                    let Some(bytes) = shelf.file(&path) else {
                        continue;
                    };
                    let inner = path[dir.len()..].trim_start_matches('/').to_owned();
                    let content = Content::Outside {
                        length: bytes.len() as u64,
                        path,
                    };
                    let file = File {
                        content,
                        modified: INSIDE_SINCE,
                    };
                    tree.add(&inner, Node::File(file)).map_err(full)?;
                }
            }
            Folder::Disk(root) => {
                let root = root.canonicalize().map_err(unreadable)?;
                let top = root.join(dir).canonicalize().map_err(unreadable)?;
                if !top.starts_with(&root) {
                    return Err(unreadable(io::ErrorKind::NotFound.into()));
                }
                walk(&top, "", dir, 0, &mut tree).map_err(|trouble| match trouble {
                    Trouble::System(error) => unreadable(error),
                    Trouble::Full => full(Denied::Full),
                })?;
            }
        }
        Ok(tree)
    }

    pub(super) fn open(&self, source: &Source) -> io::Result<Body> {
        let memory = |bytes: Memory| Body::Memory(io::Cursor::new(bytes));
        let path = match source {
            Source::Bytes(bytes) => return Ok(memory(Memory::Ours(bytes.clone()))),
            Source::Shared(bytes) => return Ok(memory(Memory::Shared(bytes.clone()))),
            Source::Disk(path) => return Ok(Body::File(open_file(path)?)),
            Source::File(path) => path,
        };
        match self {
            Folder::None => Err(io::ErrorKind::NotFound.into()),
            Folder::Inside(shelf) => shelf
                .file(path)
                .map(|bytes| memory(Memory::Inside(bytes)))
                .ok_or_else(|| io::ErrorKind::NotFound.into()),
            Folder::Disk(dir) => Ok(Body::File(open_below(dir, path)?)),
        }
    }
}

enum Trouble {
    System(io::Error),
    Full,
}

fn walk(at: &Path, inner: &str, dir: &str, depth: usize, tree: &mut Tree) -> Result<(), Trouble> {
    if depth >= MAX_DEPTH {
        return Err(Trouble::Full);
    }
    for entry in fs::read_dir(at).map_err(Trouble::System)? {
        let entry = entry.map_err(Trouble::System)?;
        // Names that are not UTF-8 cannot be named in a script either.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        // The entry's own kind: a link is neither file nor folder here.
        let Ok(meta) = entry.path().symlink_metadata() else {
            continue;
        };
        let modified = changed(&meta);
        let inner = format!("{inner}/{name}");
        if meta.is_file() {
            let file = File {
                content: Content::Outside {
                    path: format!("{dir}{inner}"),
                    length: meta.len(),
                },
                modified,
            };
            tree.add(&inner, Node::File(file))
                .map_err(|_| Trouble::Full)?;
        } else if meta.is_dir() {
            let folder = Dir {
                modified,
                ..Dir::default()
            };
            tree.add(&inner, Node::Dir(folder))
                .map_err(|_| Trouble::Full)?;
            walk(&entry.path(), &inner, dir, depth + 1, tree)?;
        }
    }
    Ok(())
}

/// When a file or folder was last changed; 0 where that is not known.
fn changed(about: &fs::Metadata) -> Seconds {
    about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_secs())
}

/// Opens a regular file below `dir`; not one that a link leads out of it to.
fn open_below(dir: &Path, path: &str) -> io::Result<fs::File> {
    let root = dir.canonicalize()?;
    let real = root.join(path).canonicalize()?;
    if !real.starts_with(&root) {
        return Err(io::ErrorKind::NotFound.into());
    }
    open_file(&real)
}

/// Opens a regular file; a pipe would keep the open waiting.
fn open_file(path: &Path) -> io::Result<fs::File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    fs::File::open(path)
}

/// Bytes to be read from somewhere.
pub(super) enum Body {
    Memory(io::Cursor<Memory>),
    File(fs::File),
}

pub(super) enum Memory {
    Ours(Vec<u8>),
    Shared(Arc<Kept>),
    Inside(&'static [u8]),
}

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        match self {
            Memory::Ours(bytes) => bytes,
            Memory::Shared(bytes) => bytes,
            Memory::Inside(bytes) => bytes,
        }
    }
}

impl Body {
    pub(super) fn skip_to(&mut self, offset: u64) -> io::Result<()> {
        match self {
            Body::Memory(cursor) => cursor.set_position(offset),
            Body::File(file) => {
                file.seek(SeekFrom::Start(offset))?;
            }
        }
        Ok(())
    }

    /// How many bytes it has; those of a file may become more or fewer meanwhile.
    pub(super) fn length(&self) -> io::Result<u64> {
        match self {
            Body::Memory(cursor) => Ok(cursor.get_ref().as_ref().len() as u64),
            Body::File(file) => Ok(file.metadata()?.len()),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Body::Memory(cursor) => cursor.read(buffer),
            Body::File(file) => file.read(buffer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::tree::Found;

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let root = std::env::temp_dir().join(format!("ftplab-files-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("lab/pub/deep")).expect("folders");
        fs::write(root.join("secret"), "no").expect("a file");
        fs::write(root.join("lab/pub/deep/a.txt"), "yes").expect("a file");
        fs::write(root.join("lab/pub/.hidden"), "no").expect("a file");
        std::os::unix::fs::symlink(root.join("secret"), root.join("lab/pub/link")).expect("a link");
        std::os::unix::fs::symlink(&root, root.join("lab/pub/up")).expect("a link");
        std::os::unix::fs::symlink("deep", root.join("lab/pub/inside")).expect("a link");
        let folder = Folder::Disk(root.join("lab"));
        assert!(
            folder.length("pub/deep/a.txt") == Some(3)
                && folder.length("pub/inside/a.txt").is_some()
        );
        for bad in ["../secret", "pub/link", "pub/up/secret", "pub", "nope"] {
            assert!(folder.length(bad).is_none(), "{bad}");
        }
        let tree = folder.tree("pub", false).expect("a tree");
        assert!(
            matches!(tree.get(b"/deep/a.txt"), Some(Found::File(file)) if file.content.length() == 3)
        );
        let Some(Found::Dir(top)) = tree.get(b"/") else {
            panic!("no root");
        };
        assert_eq!(top.entries.keys().collect::<Vec<_>>(), [b"deep"]);
        assert!(folder.tree("nope", false).is_err() && folder.tree("pub/up", false).is_err());
        fs::remove_dir_all(&root).expect("removed");
    }
}
