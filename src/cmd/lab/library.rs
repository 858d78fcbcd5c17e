//! Where sheets are: those that ftplab brings, by number (`1`), name (`control`, `1-control`) or file name, and those of a
//! folder. A path wins over a name. `1-control.fr.md` is the French one of `1-control.en.md`; where no language is
//! written, the user's own is taken, and where there is none in it, the other.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    cmd::{Context, Failure, builtin, fault},
    io::file,
    lab::{
        MAX_SHEET, parse,
        sheet::{Language, Sheet},
    },
    say,
    view::{
        lab::check as view,
        text::{Lang, Text},
    },
};

/// How many files of a folder that end in `.md` are read, in the order of their names: a folder of sheets has a dozen. How
/// many more there are is told.
pub(super) const MAX_FILES: usize = 1000;

/// The language of the user, as sheets have it.
pub(in crate::cmd) fn language(text: &Text) -> Language {
    match text.lang() {
        Lang::En => Language::English,
        Lang::Fr => Language::French,
    }
}

/// What stands in a file's name for a language, and at its end.
fn ending(language: Language) -> &'static str {
    match language {
        Language::English => ".en.md",
        Language::French => ".fr.md",
    }
}

fn other(language: Language) -> Language {
    match language {
        Language::English => Language::French,
        Language::French => Language::English,
    }
}

/// A sheet that was found.
#[derive(Debug, Clone)]
pub(in crate::cmd) struct Found {
    /// How it is named before a line number.
    pub(in crate::cmd) name: String,
    /// Its name without language and ending: `1-control`. Both languages have the same.
    pub(in crate::cmd) id: String,
    /// The language in its file's name.
    pub(in crate::cmd) language: Option<Language>,
    /// The text; longer than [`MAX_SHEET`] where it is too long.
    pub(in crate::cmd) text: Vec<u8>,
    /// The folder it is in; `None` for one that ftplab brings.
    pub(in crate::cmd) folder: Option<PathBuf>,
}

impl Found {
    fn of(name: String, text: Vec<u8>, folder: Option<PathBuf>) -> Found {
        let file = Path::new(&name).file_name().and_then(|file| file.to_str());
        let (id, language) = parts(file.unwrap_or(&name));
        Found {
            id: id.to_owned(),
            language,
            text,
            folder,
            name,
        }
    }

    fn read(path: &Path) -> io::Result<Found> {
        let text = file::beginning(path, MAX_SHEET as u64)?;
        let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new(".")).to_owned();
        Ok(Found::of(
            path.to_string_lossy().into_owned(),
            text,
            Some(folder),
        ))
    }

    /// How the file of the other language is called.
    pub(in crate::cmd) fn name_in_other_language(&self) -> String {
        let language = self.language.map_or(Language::English, other);
        format!("{}{}", self.id, ending(language))
    }

    /// The same sheet in the other language, where there is one beside it.
    pub(in crate::cmd) fn in_other_language(&self) -> io::Result<Option<Found>> {
        if self.language.is_none() {
            return Ok(None);
        }
        let name = self.name_in_other_language();
        match &self.folder {
            None => Ok(shipped().into_iter().find(|found| found.name == name)),
            Some(folder) => {
                // Beside it as it was named: `x.en.md`, not `./x.en.md`.
                let path = Path::new(&self.name).with_file_name(&name);
                let path = if path.is_file() {
                    path
                } else {
                    folder.join(&name)
                };
                path.is_file().then(|| Found::read(&path)).transpose()
            }
        }
    }

    /// The script that this sheet calls by a name or a path.
    pub(in crate::cmd) fn script(&self, asked: &str) -> io::Result<Option<builtin::Found>> {
        match &self.folder {
            None => Ok(builtin::shipped(asked)),
            Some(folder) => builtin::find_from(folder, asked),
        }
    }
}

/// The id and the language of a file's name.
fn parts(file: &str) -> (&str, Option<Language>) {
    for language in [Language::English, Language::French] {
        if let Some(id) = file.strip_suffix(ending(language)) {
            return (id, Some(language));
        }
    }
    (file.strip_suffix(".md").unwrap_or(file), None)
}

/// The sheets that ftplab brings, both languages, in the order of their numbers.
pub(in crate::cmd) fn shipped() -> Vec<Found> {
    let mut all: Vec<Found> = builtin::sheets()
        .into_iter()
        .map(|(name, text)| Found::of(name.to_owned(), text.to_vec(), None))
        .collect();
    sort(&mut all);
    all
}

/// By number, where the name begins with one; then by name.
fn sort(all: &mut [Found]) {
    all.sort_by_key(|found| {
        let number = found
            .id
            .split('-')
            .next()
            .and_then(|n| n.parse::<u32>().ok());
        (number.unwrap_or(u32::MAX), found.name.clone())
    });
}

/// The sheets of a folder: its files that end in `.en.md` or `.fr.md`, and those that end in `.md` and are sheets. And how
/// many files were left out, see [`MAX_FILES`].
pub(in crate::cmd) fn of_folder(folder: &Path) -> io::Result<(Vec<Found>, usize)> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "md") && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let left_out = paths.len().saturating_sub(MAX_FILES);
    let mut all = Vec::new();
    for path in paths.into_iter().take(MAX_FILES) {
        let found = Found::read(&path)?;
        if found.language.is_some() || parse::read_bytes(&found.text).is_ok() {
            all.push(found);
        }
    }
    sort(&mut all);
    Ok((all, left_out))
}

/// The sheet at this path, or the shipped one of this number or name, in the user's language where it has it.
pub(in crate::cmd) fn find(
    context: &Context,
    command: &str,
    asked: &str,
) -> Result<Found, Failure> {
    let text = &context.text;
    let mine = language(text);
    let wanted = |path: &Path| -> io::Result<Option<Found>> {
        if path.is_file() {
            return Found::read(path).map(Some);
        }
        for end in [ending(mine), ending(other(mine)), ".md"] {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            if Path::new(&name).is_file() {
                return Found::read(Path::new(&name)).map(Some);
            }
        }
        Ok(None)
    };
    let mut report = None;
    match wanted(Path::new(asked)) {
        // The report of a run in this folder has the sheet's name: it is not the sheet.
        Ok(Some(found)) if found.name != asked && !has_head(&found.text) => report = Some(found),
        Ok(Some(found)) => return Ok(found),
        Ok(None) => {}
        Err(error) => {
            let what = say!(
                text,
                "lab-unreadable",
                name = fault::shown(Path::new(asked)),
                why = fault::reason(text, &error)
            );
            return Err(fault::failed(context, command, &what));
        }
    }
    let all = shipped();
    let (id, language) = parts(asked);
    let languages = match language {
        Some(language) => vec![language],
        None => vec![mine, other(mine)],
    };
    let named = |found: &&Found| {
        let (number, name) = found.id.split_once('-').unwrap_or(("", &found.id));
        found.id == id || number == id || name == id
    };
    let found = languages.iter().find_map(|language| {
        let mut all = all.iter().filter(|found| found.language == Some(*language));
        all.find(named).cloned()
    });
    found.or(report).ok_or_else(|| {
        let mut names: Vec<&str> = all.iter().map(|found| found.id.as_str()).collect();
        names.dedup();
        let what = say!(
            text,
            "lab-unknown",
            name = fault::shown(Path::new(asked)),
            names = names.join(", ")
        );
        fault::failed(context, command, &what)
    })
}

/// True of a text that begins as every sheet does.
fn has_head(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    text.trim_ascii_start().starts_with(b"---")
}

/// Finds a sheet and reads it.
///
/// # Errors
/// Where there is none, or it has mistakes: all of them.
pub(in crate::cmd) fn open(
    context: &Context,
    command: &str,
    asked: &str,
) -> Result<(Found, Sheet), Failure> {
    let found = find(context, command, asked)?;
    match parse::read_bytes(&found.text) {
        Ok(sheet) => Ok((found, sheet)),
        Err(all) => {
            let page = view::mistakes(&context.text, context.err, &found.name, &all);
            Err(Failure::failed(page.trim_end()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        assert_eq!(
            parts("1-control.en.md"),
            ("1-control", Some(Language::English))
        );
        assert_eq!(parts("x.fr.md"), ("x", Some(Language::French)));
        assert_eq!(parts("x.md"), ("x", None));
        assert_eq!(parts("control"), ("control", None));
    }

    #[test]
    fn every_shipped_sheet_has_both_languages() {
        for found in shipped() {
            let twin = found.in_other_language().expect("readable");
            let twin = twin.unwrap_or_else(|| panic!("{} is alone", found.name));
            assert_eq!(twin.id, found.id);
            assert_ne!(twin.language, found.language);
        }
    }

    #[test]
    fn sheets_of_a_folder_and_their_scripts() {
        let folder = tempfile::tempdir().expect("a folder");
        let write =
            |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
        write("b.en.md", "broken");
        write("README.md", "no sheet");
        write(
            "a.md",
            "---\ntitle: T\nversion: 1\nlanguage: en\n---\n## S\n",
        );
        write("own.ftp", "S> 220 x\n");
        let (all, _) = of_folder(folder.path()).expect("readable");
        let names: Vec<&str> = all.iter().map(|found| found.id.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(all[0].script("own.ftp").expect("readable").is_some());
        assert!(all[0].script("demo").expect("readable").is_some());
        assert!(all[0].script("nothing").expect("readable").is_none());
        assert!(all[1].in_other_language().expect("readable").is_none());
    }
}
