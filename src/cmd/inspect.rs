//! `inspect`: captures in, findings out.

use std::{
    fs::File,
    io::{self as stdio, Read, Write},
    path::Path,
};

use super::{Context, Exit, Failure, fault};
use crate::{
    analysis::{
        finding::Finding,
        inspector::{Inspector, Options},
        notes::{self, Grounds},
    },
    capture::{
        file::{Reader, Wrapper},
        tracker::Tracker,
    },
    cli,
    io::stdio as streams,
    view::inspect::{Overview, Show, json::Json, reason, report::Report},
};

/// The name that stands for standard input.
const STDIN: &str = "-";
/// Text that may wait to be written, where nobody waits for it.
const PENDING: usize = 64 * 1024;

/// Inspects what was asked for.
pub(super) fn run(asked: &cli::Inspect, context: &Context) -> Result<Exit, Failure> {
    let mut out = streams::stdout();
    let several = asked.files.len() > 1;
    let text = &context.text;
    let mut show: Box<dyn Show> = if asked.json {
        Box::new(Json::new(text, several, asked.show_credentials))
    } else {
        Box::new(Report::new(
            text,
            context.out,
            asked.explain,
            asked.show_credentials,
        ))
    };
    let mut worst = Exit::Done;
    for path in &asked.files {
        let exit = match one(asked, context, path, show.as_mut(), &mut out) {
            Ok(exit) => exit,
            Err(Stop::Write(error)) => return Err(error.into()),
            Err(Stop::Read(sentence)) => {
                out.flush()?;
                let failure = fault::failed(context, "inspect", &sentence);
                streams::complain(&failure.to_string());
                Exit::Failed
            }
        };
        worst = graver(worst, exit);
    }
    out.flush()?;
    Ok(worst)
}

/// Why a file came to no end.
enum Stop {
    /// Nobody can read what we write.
    Write(stdio::Error),
    /// The file is no capture, or cannot be read: a sentence. The others go on.
    Read(String),
}

impl From<stdio::Error> for Stop {
    fn from(error: stdio::Error) -> Stop {
        Stop::Write(error)
    }
}

fn graver(one: Exit, other: Exit) -> Exit {
    match (one, other) {
        (Exit::Failed, _) | (_, Exit::Failed) => Exit::Failed,
        (Exit::No, _) | (_, Exit::No) => Exit::No,
        _ => Exit::Done,
    }
}

fn open(path: &Path) -> stdio::Result<Box<dyn Read>> {
    if path == Path::new(STDIN) {
        return Ok(Box::new(streams::stdin()));
    }
    Ok(Box::new(File::open(path)?))
}

/// One capture from its first packet to its last.
fn one(
    asked: &cli::Inspect,
    context: &Context,
    path: &Path,
    show: &mut dyn Show,
    out: &mut impl Write,
) -> Result<Exit, Stop> {
    let text = &context.text;
    let named = |why: String| Stop::Read(format!("{}: {why}", fault::shown(path)));
    let source = open(path).map_err(|error| named(fault::reason(text, &error)))?;
    let mut reader = Reader::open(source).map_err(|error| {
        named(match &error {
            crate::capture::file::Unopened::Read(error) => fault::reason(text, error),
            other => reason::unopened(text, other, &fault::shown(path)),
        })
    })?;
    let name = path.as_os_str().as_encoded_bytes();
    // What comes from a pipe may come slowly: whoever waits for it wants to see it.
    let live = path == Path::new(STDIN);
    let format = format_name(&reader);
    let mut shown = String::new();
    show.begin(name, &format, &mut shown);
    let options = Options {
        hash: asked.hash,
        data: false,
    };
    let mut tracker = Tracker::default();
    let overview = {
        let mut written = Ok(());
        let mut inspector = Inspector::new(options, |finding: &Finding<'_>| {
            show.finding(finding, &mut shown);
            if written.is_ok() && !shown.is_empty() && (live || shown.len() >= PENDING) {
                written = out.write_all(shown.as_bytes());
                if live && written.is_ok() {
                    written = out.flush();
                }
                shown.clear();
            }
        });
        while reader.advance() {
            tracker.packet(&reader.packet(), &mut inspector);
        }
        tracker.finish(&mut inspector);
        inspector.finish();
        let quality = tracker.quality();
        let overview = Overview {
            file: name.to_vec(),
            format,
            packets: quality.packets,
            link_types: quality.links.keys().map(ToString::to_string).collect(),
            span: quality.first.zip(quality.last),
            sessions: inspector.sessions(),
            transfers: inspector.transfers(),
            complete: reader.ending().is_whole(),
            notes: notes::notes(
                &Grounds {
                    ending: reader.ending(),
                    about: reader.about(),
                    quality,
                    counts: tracker.counts(),
                    totals: tracker.totals(),
                },
                &inspector,
            ),
        };
        drop(inspector);
        written?;
        overview
    };
    show.end(&overview, &mut shown);
    out.write_all(shown.as_bytes())?;
    Ok(if overview.sessions == 0 || !overview.complete {
        Exit::No
    } else {
        Exit::Done
    })
}

/// `pcap`, or `pcapng.gz` where it is wrapped.
fn format_name(reader: &Reader<'_>) -> String {
    let mut name = reader.format().name().to_owned();
    for wrapper in reader.wrappers().iter().rev() {
        name.push_str(match wrapper {
            Wrapper::Gzip => ".gz",
            Wrapper::Zstd => ".zst",
        });
    }
    name
}
