//! `lab list`: the sheets there are, those that ftplab brings and those of a folder.

use std::io::Write;

use super::library::{self, Found};
use crate::{
    cli::LabList,
    cmd::{Context, Exit, Failure, fault},
    io::stdio as streams,
    lab::parse,
    say,
    view::lab::list::{self as view, Row},
};

/// Lists them; exit code 1 where a folder holds none.
pub(super) fn run(context: &Context, asked: &LabList) -> Result<Exit, Failure> {
    let mut all = library::shipped();
    let mut exit = Exit::Done;
    if let Some(folder) = &asked.dir {
        let (own, left_out) = library::of_folder(folder).map_err(|error| {
            let what = say!(
                context.text,
                "lab-unreadable",
                name = fault::shown(folder),
                why = fault::reason(&context.text, &error)
            );
            fault::failed(context, "lab list", &what)
        })?;
        if own.is_empty() {
            exit = Exit::No;
        }
        if left_out > 0 {
            let told = say!(
                context.text,
                "lab-list-left-out",
                folder = fault::shown(folder),
                count = left_out as u64,
                most = library::MAX_FILES as u64
            );
            streams::complain(&told);
        }
        all.extend(own);
    }
    let mine = library::language(&context.text);
    let rows = rows(&all, mine);
    let out = if asked.json {
        rows.iter().map(view::json).collect()
    } else {
        view::page(&context.text, context.out, &rows)
    };
    let mut stdout = streams::stdout();
    stdout.write_all(out.as_bytes())?;
    stdout.flush()?;
    Ok(exit)
}

/// A row a sheet, whichever languages it has; told in the user's where it has it.
fn rows(all: &[Found], mine: crate::lab::sheet::Language) -> Vec<Row> {
    let mut rows: Vec<(Row, &Found)> = Vec::new();
    for found in all {
        let twin = rows
            .iter_mut()
            .find(|(_, other)| other.id == found.id && other.folder == found.folder);
        let row = Row {
            id: found.id.clone(),
            path: found.folder.is_some().then(|| found.name.clone()),
            sheet: parse::read_bytes(&found.text).map_err(|all| all.len()),
            languages: found.language.into_iter().collect(),
        };
        match twin {
            None => rows.push((row, found)),
            Some((other, _)) => {
                let languages: Vec<_> = other
                    .languages
                    .iter()
                    .chain(&row.languages)
                    .copied()
                    .collect();
                if found.language == Some(mine) {
                    *other = row;
                }
                other.languages = languages;
            }
        }
    }
    rows.into_iter().map(|(row, _)| row).collect()
}
