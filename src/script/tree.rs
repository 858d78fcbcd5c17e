//! The small file tree behind `-- files DIR`: what is there is named, not opened; what clients change is kept in memory
//! and gone when the server ends. One tree serves all connections: FileZilla uploads on one and lists on another.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    date::Seconds,
    memory::{Kept, Room},
};

/// The most files and folders of a tree.
pub const MAX_ENTRIES: usize = 10_000;
/// The most bytes of all uploads in memory, those that are just coming included.
pub const MAX_MEMORY: u64 = 256 * 1024 * 1024;
/// The deepest folder.
pub const MAX_DEPTH: usize = 32;
/// The longest name, in bytes.
pub const MAX_NAME: usize = 255;

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// In a file of the script's folder: its path there, and its length.
    Outside {
        /// The path, relative and without `..`.
        path: String,
        /// Bytes.
        length: u64,
    },
    /// In memory.
    Memory(Arc<Kept>),
}

impl Content {
    /// How many bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Content::Outside { length, .. } => *length,
            Content::Memory(bytes) => bytes.len() as u64,
        }
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its bytes.
    pub content: Content,
    /// When they were last changed.
    pub modified: Seconds,
}

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dir {
    /// What is in it, by name.
    pub entries: BTreeMap<Vec<u8>, Node>,
    /// When that was last changed.
    pub modified: Seconds,
}

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A file.
    File(File),
    /// A folder.
    Dir(Dir),
}

impl Node {
    /// When it was last changed.
    #[must_use]
    pub fn modified(&self) -> Seconds {
        match self {
            Node::File(file) => file.modified,
            Node::Dir(dir) => dir.modified,
        }
    }
}

/// Why a change is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The tree is read-only.
    ReadOnly,
    /// There is nothing of this name.
    Missing,
    /// There is something of this name already, or it is of the other kind.
    InTheWay,
    /// The folder is not empty.
    NotEmpty,
    /// The name is not possible.
    Name,
    /// One of the limits is reached.
    Full,
}

/// A tree.
#[derive(Debug)]
pub struct Tree {
    root: Dir,
    read_only: bool,
    entries: usize,
    room: Room,
}

/// The names of an absolute, resolved path: `/a/b` is a, b.
fn names(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&b| b == b'/').filter(|name| !name.is_empty())
}

/// A path's folder and last name; `None` for the root.
fn parent(path: &[u8]) -> Option<(Vec<&[u8]>, &[u8])> {
    let mut all: Vec<&[u8]> = names(path).collect();
    let last = all.pop()?;
    Some((all, last))
}

impl Tree {
    /// An empty tree.
    #[must_use]
    pub fn new(read_only: bool) -> Tree {
        Tree::with_room(read_only, Room::of(MAX_MEMORY))
    }

    /// The same with another room for uploads than [`MAX_MEMORY`].
    #[must_use]
    pub fn with_room(read_only: bool, room: Room) -> Tree {
        Tree {
            root: Dir::default(),
            read_only,
            entries: 0,
            room,
        }
    }

    /// True where nothing can be changed.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// What its uploads are drawn from.
    #[must_use]
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// What is at an absolute, resolved path.
    #[must_use]
    pub fn get(&self, path: &[u8]) -> Option<Found<'_>> {
        let mut dir = &self.root;
        let mut rest = names(path).peekable();
        while let Some(name) = rest.next() {
            match dir.entries.get(name)? {
                Node::Dir(inner) => dir = inner,
                Node::File(file) if rest.peek().is_none() => return Some(Found::File(file)),
                Node::File(_) => return None,
            }
        }
        Some(Found::Dir(dir))
    }

    fn dir_mut(&mut self, path: &[&[u8]]) -> Option<&mut Dir> {
        let mut dir = &mut self.root;
        for name in path {
            match dir.entries.get_mut(*name)? {
                Node::Dir(inner) => dir = inner,
                Node::File(_) => return None,
            }
        }
        Some(dir)
    }

    /// Puts what was found when the tree was made, read-only or not; the folders above it are made where they are missing.
    ///
    /// # Errors
    /// Where something of that name is there, or a limit is reached.
    pub fn add(&mut self, path: &str, node: Node) -> Result<(), Denied> {
        let (dirs, name) = parent(path.as_bytes()).ok_or(Denied::Name)?;
        if dirs.len() >= MAX_DEPTH || self.entries >= MAX_ENTRIES {
            return Err(Denied::Full);
        }
        for depth in 0..dirs.len() {
            let at = self.dir_mut(&dirs[..depth]).ok_or(Denied::InTheWay)?;
            let modified = node.modified();
            let made = at.entries.entry(dirs[depth].to_vec());
            made.or_insert_with(|| {
                Node::Dir(Dir {
                    modified,
                    ..Dir::default()
                })
            });
        }
        let at = self.dir_mut(&dirs).ok_or(Denied::InTheWay)?;
        if at.entries.contains_key(name) {
            return Err(Denied::InTheWay);
        }
        at.entries.insert(name.to_vec(), node);
        self.entries += 1;
        Ok(())
    }

    /// What a file outside was found to be, now that it was looked at again.
    pub fn found(&mut self, path: &[u8], now: u64, changed: Seconds) {
        let file = parent(path).and_then(|(dirs, name)| self.dir_mut(&dirs)?.entries.get_mut(name));
        if let Some(Node::File(File {
            content: Content::Outside { length, .. },
            modified,
        })) = file
        {
            (*length, *modified) = (now, changed);
        }
    }

    /// Whether a file may be put at this path.
    ///
    /// # Errors
    /// Why not.
    pub fn may_put(&self, path: &[u8]) -> Result<(), Denied> {
        if self.read_only {
            return Err(Denied::ReadOnly);
        }
        let (dirs, name) = parent(path).ok_or(Denied::InTheWay)?;
        if name.len() > MAX_NAME || name.contains(&0) {
            return Err(Denied::Name);
        }
        let folder = join(&dirs);
        let Some(Found::Dir(dir)) = self.get(&folder) else {
            return Err(Denied::Missing);
        };
        match dir.entries.get(name) {
            Some(Node::Dir(_)) => Err(Denied::InTheWay),
            Some(Node::File(_)) => Ok(()),
            None if self.entries >= MAX_ENTRIES => Err(Denied::Full),
            None => Ok(()),
        }
    }

    /// Puts a file, in place of one that is there.
    ///
    /// # Errors
    /// Why not.
    pub fn put(&mut self, path: &[u8], upload: Kept, now: Seconds) -> Result<(), Denied> {
        self.may_put(path)?;
        let (dirs, name) = parent(path).ok_or(Denied::InTheWay)?;
        let dir = self.dir_mut(&dirs).ok_or(Denied::Missing)?;
        let file = Node::File(File {
            content: Content::Memory(upload.done()),
            modified: now,
        });
        let is_new = dir.entries.insert(name.to_vec(), file).is_none();
        if is_new {
            dir.modified = now;
        }
        self.entries += usize::from(is_new);
        Ok(())
    }

    /// Makes an empty folder.
    ///
    /// # Errors
    /// Why not.
    pub fn make_dir(&mut self, path: &[u8], now: Seconds) -> Result<(), Denied> {
        if self.read_only {
            return Err(Denied::ReadOnly);
        }
        let (dirs, name) = parent(path).ok_or(Denied::InTheWay)?;
        if name.len() > MAX_NAME || name.contains(&0) {
            return Err(Denied::Name);
        }
        if dirs.len() >= MAX_DEPTH || self.entries >= MAX_ENTRIES {
            return Err(Denied::Full);
        }
        let dir = self.dir_mut(&dirs).ok_or(Denied::Missing)?;
        if dir.entries.contains_key(name) {
            return Err(Denied::InTheWay);
        }
        let made = Dir {
            modified: now,
            ..Dir::default()
        };
        dir.entries.insert(name.to_vec(), Node::Dir(made));
        dir.modified = now;
        self.entries += 1;
        Ok(())
    }

    /// Removes a file (`dirs` false) or an empty folder.
    ///
    /// # Errors
    /// Why not.
    pub fn remove(&mut self, path: &[u8], folder: bool, now: Seconds) -> Result<(), Denied> {
        if self.read_only {
            return Err(Denied::ReadOnly);
        }
        let (dirs, name) = parent(path).ok_or(Denied::InTheWay)?;
        let dir = self.dir_mut(&dirs).ok_or(Denied::Missing)?;
        match (dir.entries.get(name), folder) {
            (None, _) => return Err(Denied::Missing),
            (Some(Node::Dir(inner)), true) if inner.entries.is_empty() => {}
            (Some(Node::Dir(_)), true) => return Err(Denied::NotEmpty),
            (Some(Node::File(_)), false) => {}
            _ => return Err(Denied::InTheWay),
        }
        dir.entries.remove(name);
        dir.modified = now;
        self.entries -= 1;
        Ok(())
    }

    /// Gives a file or folder another path; what is in the way stays (RFC 959 leaves it to the server).
    ///
    /// # Errors
    /// Why not.
    pub fn rename(&mut self, from: &[u8], to: &[u8], now: Seconds) -> Result<(), Denied> {
        if self.read_only {
            return Err(Denied::ReadOnly);
        }
        let (from_dirs, from_name) = parent(from).ok_or(Denied::InTheWay)?;
        let (to_dirs, to_name) = parent(to).ok_or(Denied::InTheWay)?;
        if to_name.len() > MAX_NAME || to_name.contains(&0) {
            return Err(Denied::Name);
        }
        if self.get(from).is_none() {
            return Err(Denied::Missing);
        }
        // A folder does not go into itself.
        let mut inside = from.to_vec();
        inside.push(b'/');
        if self.get(to).is_some() || to.starts_with(&inside) {
            return Err(Denied::InTheWay);
        }
        let deep = self.get(from).map_or(0, |found| found.depth());
        if to_dirs.len() + deep > MAX_DEPTH {
            return Err(Denied::Full);
        }
        if self.dir_mut(&to_dirs).is_none() {
            return Err(Denied::Missing);
        }
        let source = self.dir_mut(&from_dirs).ok_or(Denied::Missing)?;
        let node = source.entries.remove(from_name).ok_or(Denied::Missing)?;
        source.modified = now;
        let target = self.dir_mut(&to_dirs).ok_or(Denied::Missing)?;
        target.entries.insert(to_name.to_vec(), node);
        target.modified = now;
        Ok(())
    }
}

fn join(names: &[&[u8]]) -> Vec<u8> {
    let mut path = Vec::new();
    for name in names {
        path.push(b'/');
        path.extend_from_slice(name);
    }
    path
}

/// What is at a path.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// A file.
    File(&'a File),
    /// A folder.
    Dir(&'a Dir),
}

impl Found<'_> {
    /// How many folders are below each other in it, itself included.
    fn depth(self) -> usize {
        match self {
            Found::File(_) => 0,
            Found::Dir(dir) => {
                let below = dir.entries.values().map(|node| match node {
                    Node::File(_) => 0,
                    Node::Dir(dir) => Found::Dir(dir).depth(),
                });
                1 + below.max().unwrap_or(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::new(false);
        for (path, length) in [("a.txt", 5), ("pub/b.txt", 7), ("pub/deep/c", 9)] {
            let file = File {
                content: Content::Outside {
                    path: path.into(),
                    length,
                },
                modified: 100,
            };
            tree.add(path, Node::File(file)).expect("room");
        }
        tree
    }

    fn length(tree: &Tree, path: &str) -> Option<u64> {
        match tree.get(path.as_bytes())? {
            Found::File(file) => Some(file.content.length()),
            Found::Dir(_) => None,
        }
    }

    fn upload(tree: &Tree, bytes: usize) -> Kept {
        let mut upload = tree.room().upload();
        let grown = upload.grow(bytes as u64, |out| out.resize(bytes, 0));
        grown.expect("room");
        upload
    }

    #[test]
    fn paths_lead_to_what_is_there() {
        let tree = tree();
        assert_eq!(length(&tree, "/pub/deep/c"), Some(9));
        assert_eq!(length(&tree, "/a.txt/x"), None);
        assert!(matches!(tree.get(b"/"), Some(Found::Dir(dir)) if dir.entries.len() == 2));
        assert!(tree.get(b"/nope").is_none());
    }

    #[test]
    fn changes_are_made_or_denied_with_a_reason() {
        let mut tree = tree();
        assert_eq!(tree.put(b"/pub/new", upload(&tree, 3), 200), Ok(()));
        assert_eq!(length(&tree, "/pub/new"), Some(3));
        assert_eq!(
            tree.put(b"/pub", upload(&tree, 0), 200),
            Err(Denied::InTheWay)
        );
        assert_eq!(
            tree.put(b"/x/y", upload(&tree, 0), 200),
            Err(Denied::Missing)
        );
        assert_eq!(
            tree.put(&[b"/", &[b'n'; 300][..]].concat(), upload(&tree, 0), 1),
            Err(Denied::Name)
        );
        assert_eq!(tree.remove(b"/pub/deep", true, 200), Err(Denied::NotEmpty));
        assert_eq!(tree.remove(b"/pub/deep/c", false, 200), Ok(()));
        assert_eq!(tree.remove(b"/pub/deep", true, 200), Ok(()));
        assert_eq!(tree.remove(b"/pub", false, 200), Err(Denied::InTheWay));
        assert_eq!(tree.make_dir(b"/pub", 200), Err(Denied::InTheWay));
        assert_eq!(tree.make_dir(b"/new", 200), Ok(()));
        assert_eq!(
            tree.rename(b"/pub", b"/pub/inside", 200),
            Err(Denied::InTheWay)
        );
        assert_eq!(tree.rename(b"/pub/new", b"/new/here", 200), Ok(()));
        assert_eq!(
            (length(&tree, "/new/here"), length(&tree, "/pub/new")),
            (Some(3), None)
        );
        assert_eq!(tree.rename(b"/nope", b"/x", 200), Err(Denied::Missing));
    }

    #[test]
    fn memory_is_counted_and_freed() {
        let mut tree = Tree::new(false);
        tree.put(b"/a", upload(&tree, 1000), 1).expect("room");
        tree.put(b"/a", upload(&tree, 10), 1).expect("room");
        assert_eq!(tree.room().left(), MAX_MEMORY - 10);
        tree.remove(b"/a", false, 1).expect("there");
        assert_eq!((tree.room().left(), tree.entries), (MAX_MEMORY, 0));
        for n in 0..MAX_ENTRIES {
            tree.make_dir(format!("/{n}").as_bytes(), 1).expect("room");
        }
        assert_eq!(tree.make_dir(b"/one-more", 1), Err(Denied::Full));
        assert_eq!(
            tree.put(b"/one-more", upload(&tree, 0), 1),
            Err(Denied::Full)
        );
    }

    #[test]
    fn a_read_only_tree_stays_as_it_is() {
        let mut tree = Tree::new(true);
        tree.add("a", Node::Dir(Dir::default())).expect("room");
        assert_eq!(tree.put(b"/x", upload(&tree, 0), 1), Err(Denied::ReadOnly));
        assert_eq!(tree.make_dir(b"/x", 1), Err(Denied::ReadOnly));
        assert_eq!(tree.remove(b"/a", true, 1), Err(Denied::ReadOnly));
        assert_eq!(tree.rename(b"/a", b"/b", 1), Err(Denied::ReadOnly));
    }

    #[test]
    fn folders_do_not_grow_deeper_than_the_limit() {
        let mut tree = Tree::new(false);
        let mut path = Vec::new();
        for _ in 0..MAX_DEPTH {
            path.extend_from_slice(b"/d");
            tree.make_dir(&path, 1).expect("room");
        }
        path.extend_from_slice(b"/d");
        assert_eq!(tree.make_dir(&path, 1), Err(Denied::Full));
        tree.make_dir(b"/e", 1).expect("room");
        assert_eq!(tree.rename(b"/d", b"/e/d", 1), Err(Denied::Full));
    }
}
