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
        file::{Reader, Unopened, Wrapper},
        tracker::Tracker,
    },
    cli,
    io::stdio as streams,
    view::inspect::json::{self, Json},
};

/// The name that stands for standard input.
const STDIN: &str = "-";

/// Inspects what was asked for.
pub(super) fn run(asked: &cli::Inspect, context: &Context) -> Result<Exit, Failure> {
    let mut out = streams::stdout();
    let mut worst = Exit::Done;
    let several = asked.files.len() > 1;
    for path in &asked.files {
        let exit = one(asked, context, path, several, &mut out)?;
        worst = graver(worst, exit);
    }
    out.flush()?;
    Ok(worst)
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

fn one(
    asked: &cli::Inspect,
    context: &Context,
    path: &Path,
    several: bool,
    out: &mut impl Write,
) -> Result<Exit, Failure> {
    let source = match open(path) {
        Ok(source) => source,
        Err(error) => {
            streams::complain(&fault::reason(&context.text, &error));
            return Ok(Exit::Failed);
        }
    };
    let mut reader = match Reader::open(source) {
        Ok(reader) => reader,
        Err(error) => {
            complain(context, path, &error);
            return Ok(Exit::Failed);
        }
    };
    let name = path.as_os_str().as_encoded_bytes();
    let view = Json {
        text: &context.text,
        file: several.then_some(name),
        show_credentials: asked.show_credentials,
    };
    let live = path == Path::new(STDIN);
    let mut broken: Option<stdio::Error> = None;
    let mut tracker = Tracker::default();
    let options = Options {
        hash: asked.hash,
        data: false,
    };
    let (sessions, transfers, told) = {
        let mut inspector = Inspector::new(options, |finding: &Finding<'_>| {
            if broken.is_some() {
                return;
            }
            if let Some(line) = view.finding(finding) {
                let written = out.write_all(line.as_bytes());
                let written = written.and_then(|()| if live { out.flush() } else { Ok(()) });
                broken = written.err();
            }
        });
        while reader.advance() {
            tracker.packet(&reader.packet(), &mut inspector);
        }
        tracker.finish(&mut inspector);
        inspector.finish();
        let told = notes::notes(
            &Grounds {
                ending: reader.ending(),
                about: reader.about(),
                quality: tracker.quality(),
                counts: tracker.counts(),
                totals: tracker.totals(),
            },
            &inspector,
        );
        (inspector.sessions(), inspector.transfers(), told)
    };
    if let Some(error) = broken {
        return Err(error.into());
    }
    let quality = tracker.quality();
    let capture = json::Capture {
        file: name,
        format: Some(format_name(&reader)),
        packets: quality.packets,
        link_types: quality.links.keys().map(ToString::to_string).collect(),
        span: quality.first.zip(quality.last),
        sessions,
        transfers,
        complete: reader.ending().is_whole(),
        notes: view.notes(&told),
    };
    out.write_all(view.capture(&capture).as_bytes())?;
    Ok(if sessions == 0 || !capture.complete {
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

fn complain(context: &Context, path: &Path, error: &Unopened) {
    let _ = context;
    streams::complain(&format!("ftplab: {}: {error}", fault::shown(path)));
}
