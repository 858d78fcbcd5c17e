//! `lab marks`: a mark sheet for a class, from the reports that students hand in. A file that is no report is told and does
//! not stop the others.

use std::{fs::DirEntry, io::Write, path::Path};

use crate::{
    cli::LabMarks,
    cmd::{Context, Exit, Failure, fault, folder},
    io::{file, stdio as streams},
    lab::{
        marks::{self, Row},
        report::{MAX_REPORT, Report},
    },
    say,
    view::{
        lab::marks::{self as view, Marked},
        sanitise,
    },
};

/// The subcommand, in what goes wrong.
const NAME: &str = "lab marks";

/// True for what is meant in a folder: JSON by its name, or what begins as a report does, whatever it is called.
fn is_report(entry: &DirEntry) -> bool {
    /// Where a report says that it is one.
    const HEAD: u64 = 64;
    let path = entry.path();
    let named = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json"));
    named || {
        let head = file::beginning(&path, HEAD).unwrap_or_default();
        head.starts_with(b"{") && file::has(&head, b"\"ftplab\"")
    }
}

/// Shows the mark sheet; exit code 1 where a file is no report.
pub(super) fn run(context: &Context, asked: &LabMarks) -> Result<Exit, Failure> {
    let empty = |folder| say!(context.text, "labmarks-empty-folder", folder = folder);
    let mut all = Vec::new();
    let mut exit = Exit::Done;
    for path in &folder::opened(context, NAME, &asked.reports, is_report, empty)? {
        match read(context, path) {
            Ok(report) => all.push(Marked {
                file: path.to_string_lossy().into_owned(),
                row: Row::of(&report),
                report,
            }),
            Err(why) => {
                let what = format!("{}: {why}", fault::shown(path));
                streams::complain(&fault::no(context, NAME, &what).to_string());
                exit = Exit::No;
            }
        }
    }
    if all.is_empty() {
        return Ok(exit);
    }
    let reports: Vec<&Report> = all.iter().map(|marked| &marked.report).collect();
    let same = marks::same(&reports);
    let page = if asked.csv {
        let (page, left_out) = view::csv(&all, &same);
        if left_out > 0 {
            let told = say!(context.text, "labmarks-left-out", count = left_out as u64);
            streams::complain(&told);
        }
        page
    } else {
        view::page(&context.text, context.out, &all, &same)
    };
    let mut out = streams::stdout();
    out.write_all(page.as_bytes())?;
    out.flush()?;
    Ok(exit)
}

fn read(context: &Context, path: &Path) -> Result<Report, String> {
    let text = &context.text;
    let json = file::beginning(path, MAX_REPORT).map_err(|error| fault::reason(text, &error))?;
    if json.len() as u64 > MAX_REPORT {
        let most = MAX_REPORT >> 20;
        return Err(say!(text, "labmarks-too-long", most = most));
    }
    Report::read(&json).map_err(|error| {
        let why = error.to_string();
        let why = sanitise::line(why.as_bytes()).into_owned();
        say!(text, "labmarks-no-report", why = why)
    })
}
