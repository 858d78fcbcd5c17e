//! Folders in place of files on a command line: what in them is meant.

use std::{
    fs::DirEntry,
    path::{Path, PathBuf},
};

use super::{Context, Failure, fault};
use crate::{
    io::{file, stdio},
    say,
};

/// How deep folders are searched: links are not followed, so that more is hardly anybody's. What lies deeper is told.
const MAX_DEPTH: usize = 16;

/// The files that are named, and in place of a folder those in it and below it that are wanted, by name. `empty`: what is
/// said of a folder that has none.
pub(super) fn opened(
    context: &Context,
    command: &str,
    named: &[PathBuf],
    wanted: impl Fn(&DirEntry) -> bool,
    empty: impl Fn(String) -> String,
) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for path in named {
        if !path.is_dir() {
            paths.push(path.clone());
            continue;
        }
        let found = files(context, command, path, &wanted)?;
        if found.is_empty() {
            return Err(fault::failed(context, command, &empty(fault::shown(path))));
        }
        paths.extend(found);
    }
    Ok(paths)
}

fn files(
    context: &Context,
    command: &str,
    folder: &Path,
    wanted: &impl Fn(&DirEntry) -> bool,
) -> Result<Vec<PathBuf>, Failure> {
    let (found, deep) = file::below(folder, MAX_DEPTH, wanted).map_err(|error| {
        let why = fault::reason(&context.text, &error);
        fault::failed(
            context,
            command,
            &format!("{}: {why}", fault::shown(folder)),
        )
    })?;
    if deep {
        let told = say!(
            context.text,
            "error-folders-deep",
            folder = fault::shown(folder),
            most = MAX_DEPTH as u64
        );
        stdio::complain(&told);
    }
    Ok(found)
}
