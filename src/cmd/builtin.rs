//! What ftplab brings, found by name: the script `any-client` is `labs/servers/any-client.ftp`, the capture `ftps` is
//! `captures/ftps.pcap`. A path wins over a name.

use std::{io, path::Path, sync::Arc};

use include_dir::{Dir, include_dir};

use crate::{
    io::{
        file,
        server::{Folder, Shelf},
    },
    script::MAX_SCRIPT,
};

/// Everything below `labs/`.
static LABS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/labs");
/// Everything below `captures/`.
static CAPTURES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/captures");
/// Where scripts are looked for, in this order.
const SHELVES: [&str; 2] = ["servers", "faults"];

/// A script's text and where it is from.
pub(super) struct Found {
    /// How it is named before a line number.
    pub(super) name: String,
    /// The text; longer than [`MAX_SCRIPT`] where it is too long.
    pub(super) text: Vec<u8>,
    /// What its files are below.
    pub(super) folder: Folder,
    /// Its title in French, where it is one of ours; the one that the script itself has is English.
    pub(super) french: Option<&'static str>,
}

/// The script at this path, else the one of this name; `Ok(None)` where there is neither.
pub(super) fn find(asked: &str) -> io::Result<Option<Found>> {
    find_from(Path::new(""), asked)
}

/// The same for a path that is written in a file of this folder.
pub(super) fn find_from(folder: &Path, asked: &str) -> io::Result<Option<Found>> {
    let path = folder.join(asked);
    if path.is_file() {
        let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let named = path.strip_prefix(".").unwrap_or(&path);
        return Ok(Some(Found {
            name: named.to_str().unwrap_or(asked).to_owned(),
            text: file::beginning(&path, MAX_SCRIPT as u64)?,
            folder: Folder::Disk(parent.unwrap_or(Path::new(".")).to_owned()),
            french: None,
        }));
    }
    Ok(shipped(asked))
}

/// The script of this name that ftplab brings.
pub(super) fn shipped(asked: &str) -> Option<Found> {
    let stem = asked.strip_suffix(".ftp").unwrap_or(asked);
    let found = SHELVES.iter().find_map(|&shelf| {
        let file = LABS.get_file(format!("{shelf}/{stem}.ftp"))?;
        Some((shelf, file))
    });
    found.map(|(shelf, file)| Found {
        name: format!("{stem}.ftp"),
        text: file.contents().to_vec(),
        folder: Folder::Inside(Arc::new(Labs { shelf })),
        french: french(stem),
    })
}

/// The French title of the script of this name that ftplab brings.
pub(super) fn french(stem: &str) -> Option<&'static str> {
    let titles = LABS.get_file("titles.fr")?.contents_utf8()?.lines();
    let mut named = titles.filter_map(|line| line.split_once(' '));
    let (_, title) = named.find(|(name, _)| *name == stem)?;
    Some(title.trim_start())
}

/// The sheets that ftplab brings: file name and text, in the order of their names.
pub(super) fn sheets() -> Vec<(&'static str, &'static [u8])> {
    let mut all: Vec<_> = LABS
        .get_dir("sheets")
        .into_iter()
        .flat_map(Dir::files)
        .filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents())))
        .filter(|(name, _)| name.ends_with(".md"))
        .collect();
    all.sort_unstable();
    all
}

/// The shipped capture of this name, with or without what stands behind its first dot: its file's name and what is in it.
pub(super) fn capture(asked: &str) -> Option<(&'static str, &'static [u8])> {
    let files = CAPTURES.files().filter(|file| is_capture(file.path()));
    let mut named = files.filter(|file| {
        let name = file.path().to_str().unwrap_or_default();
        name == asked || name.split('.').next() == Some(asked)
    });
    let file = named.next()?;
    Some((file.path().to_str()?, file.contents()))
}

/// The names of the shipped captures.
pub(super) fn captures() -> Vec<&'static str> {
    let files = CAPTURES.files().filter(|file| is_capture(file.path()));
    let mut names: Vec<&str> = files
        .filter_map(|file| file.path().to_str()?.split('.').next())
        .collect();
    names.sort_unstable();
    names
}

fn is_capture(path: &Path) -> bool {
    path.to_str().is_some_and(|name| name.contains(".pcap"))
}

/// The files beside the scripts of one shelf.
struct Labs {
    shelf: &'static str,
}

impl Shelf for Labs {
    fn file(&self, path: &str) -> Option<&'static [u8]> {
        Some(LABS.get_file(format!("{}/{path}", self.shelf))?.contents())
    }

    fn below(&self, folder: &str) -> Vec<String> {
        let mut paths = Vec::new();
        let mut open: Vec<&Dir<'static>> = LABS
            .get_dir(format!("{}/{folder}", self.shelf))
            .into_iter()
            .collect();
        while let Some(dir) = open.pop() {
            open.extend(dir.dirs());
            paths.extend(dir.files().filter_map(|file| {
                let path = file.path().strip_prefix(self.shelf).ok()?;
                Some(path.to_str()?.to_owned())
            }));
        }
        paths
    }
}

/// A shelf of scripts: its folder's name; each script's name and text, in the order of their names.
pub(super) type Scripts = (&'static str, Vec<(&'static str, &'static [u8])>);

/// All scripts, shelf by shelf.
pub(super) fn shelves() -> Vec<Scripts> {
    let on = |shelf: &&'static str| -> Option<Scripts> {
        let files = LABS.get_dir(shelf)?.files();
        let scripts = files.filter(|file| file.path().extension().is_some_and(|e| e == "ftp"));
        let named = scripts.filter_map(|file| {
            let name = file.path().file_stem()?.to_str()?;
            Some((name, file.contents()))
        });
        let mut all: Vec<_> = named.collect();
        all.sort_unstable();
        Some((shelf, all))
    };
    SHELVES.iter().filter_map(on).collect()
}

/// The names of all scripts, shelf by shelf.
pub(super) fn names() -> Vec<&'static str> {
    let scripts = shelves().into_iter().flat_map(|(_, scripts)| scripts);
    scripts.map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_found_by_name_with_or_without_their_ending() {
        let names = captures();
        assert!(names.len() > 50);
        for name in names {
            assert!(
                capture(name).is_some_and(|(_, bytes)| !bytes.is_empty()),
                "{name}"
            );
        }
        for asked in ["passive-vsftpd", "passive-vsftpd.pcap"] {
            assert_eq!(
                capture(asked).map(|(name, _)| name),
                Some("passive-vsftpd.pcap")
            );
        }
        assert!(capture("README").is_none());
        assert!(capture("").is_none());
    }

    #[test]
    fn scripts_are_found_by_name_with_or_without_their_ending() {
        for asked in ["any-client", "any-client.ftp"] {
            let found = find(asked).expect("readable").expect("there");
            assert_eq!(found.name, "any-client.ftp");
        }
        assert!(find("no-such-script").expect("readable").is_none());
        assert!(names().contains(&"any-client"));
    }

    #[test]
    fn every_script_has_a_title_in_french_and_no_other_has() {
        let titles = LABS.get_file("titles.fr").expect("there").contents_utf8();
        let named = titles.expect("UTF-8").lines().skip(1);
        let named: Vec<_> = named.map(|line| line.split(' ').next()).collect();
        let names: Vec<_> = names().into_iter().map(Some).collect();
        assert_eq!(named, names);
        assert_eq!(french("slow"), Some("Un octet à la fois"));
        assert!(french("sl").is_none());
    }
}
