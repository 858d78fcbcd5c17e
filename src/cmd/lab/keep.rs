//! Where the work on a sheet is kept: the files of a run, and the report that is written into them after every block. A
//! disk that is full, or a stick that was pulled, must not cost anybody their work: the report stays in memory, is written
//! as soon as there is room, and can be written elsewhere.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::walk::{self, Walk};
use crate::{
    cmd::fault,
    io::{
        file::{self, FileError},
        stdio,
    },
    say,
    view::{lab::report as pages, sanitise},
};

/// The files of a run.
#[derive(Debug, Clone)]
pub(in crate::cmd) struct Files {
    /// `BASE.json`: the report.
    pub(in crate::cmd) json: PathBuf,
    /// `BASE.md`: the same to read.
    pub(in crate::cmd) md: PathBuf,
    /// `BASE.events`: what all commands told.
    pub(in crate::cmd) events: PathBuf,
}

impl Files {
    /// Those of this base.
    pub(in crate::cmd) fn of(base: &Path) -> Files {
        let with = |ending: &str| {
            let mut name = base.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        Files {
            json: with(".json"),
            md: with(".md"),
            events: with(".events"),
        }
    }

    /// True where one of them is.
    pub(super) fn are_there(&self) -> bool {
        self.all().iter().any(|path| path.exists())
    }

    fn all(&self) -> [&Path; 3] {
        [&self.json, &self.md, &self.events]
    }

    /// Gives what an earlier run left another name, `BASE.1.json` and so on; gives where that is, if there was something.
    ///
    /// # Errors
    /// Where the system refuses, with the file.
    pub(super) fn set_aside(&self) -> Result<Option<Files>, FileError> {
        if !self.are_there() {
            return Ok(None);
        }
        let base = self.json.with_extension("");
        let mut number = 1;
        let aside = loop {
            let mut name = base.as_os_str().to_owned();
            name.push(format!(".{number}"));
            let aside = Files::of(Path::new(&name));
            if !aside.are_there() {
                break aside;
            }
            number += 1;
        };
        self.rename(&aside)?;
        Ok(Some(aside))
    }

    /// Gives those of these files that are there the names of others.
    ///
    /// # Errors
    /// Where the system refuses, with the file.
    pub(super) fn rename(&self, to: &Files) -> Result<(), FileError> {
        for (from, to) in self.all().iter().zip(to.all()) {
            match fs::rename(from, to) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(FileError::System {
                        path: from.to_path_buf(),
                        error,
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Walk<'_> {
    /// Writes the report.
    ///
    /// # Errors
    /// Where the system does not take it; what was there before is there still.
    pub(super) fn write(&mut self) -> Result<(), FileError> {
        // The digests are for who reads the file; they cost as much as the whole report each time.
        let Some(kept) = &self.kept else {
            return Ok(());
        };
        self.report.saved = walk::now();
        self.report.seal();
        let page = pages::markdown(self.view.text, &self.report, &self.titles());
        file::replace(&kept.json, sanitise::json(self.report.json()).as_bytes())
            .and_then(|()| file::replace(&kept.md, page.as_bytes()))
    }

    /// The same after a block. Where the system does not take it, that is told once and tried again at every step.
    pub(in crate::cmd) fn save(&mut self) {
        let written = self.write();
        if let (None, Err(error)) = (&self.unsaved, &written)
            && !self.report.demo
        {
            let context = self.bench.context();
            let why = fault::file(&context.text, error);
            let told = say!(context.text, "labrun-unsaved", why = why);
            stdio::complain(&fault::said(&context.text, context.err, "lab run", &told));
        }
        self.unsaved = written.err();
    }

    /// From now on the work is kept under another base, with what has been told so far. Nothing is written over.
    ///
    /// # Errors
    /// Where there is something already, or the system refuses; the work is kept where it was.
    pub(super) fn save_elsewhere(&mut self, base: &Path) -> Result<(), FileError> {
        let files = Files::of(base);
        for path in files.all() {
            file::check_new(path, false)?;
        }
        let before = self.kept.replace(files.clone());
        if let Err(error) = self.write() {
            let _ = fs::remove_file(&files.json);
            self.kept = before;
            return Err(error);
        }
        self.unsaved = None;
        // Without it the work can be gone on from too; questions about what has happened wait until it happens again.
        if let Some(before) = before
            && fs::copy(&before.events, &files.events).is_err()
        {
            let _ = fs::remove_file(&files.events);
        }
        Ok(())
    }
}
