//! `inspect`: captures in, findings out. Several captures are read at the same time, as many as there are processors, and
//! shown in the order in which they were given; a bad one does not stop the others.

mod beside;
pub(super) mod extract;
mod merge;

use std::{
    collections::VecDeque,
    fs::{DirEntry, File},
    io::{self as stdio, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use super::{Context, Exit, Failure, builtin, fault, folder};
use crate::{
    analysis::{
        expect::{MAX_RUBRIC, Marks, Rubric},
        finding::Finding,
        inspector::{Inspector, Options},
    },
    capture::{
        file::{MAGIC, Reader, Unopened, Wrapper, is_capture},
        tracker::Tracker,
    },
    cli,
    io::{file, progress::Progress, signal, stdio as streams, wait::Cancel},
    lab::captured::Facts,
    say,
    view::{
        inspect::{
            Overview, Show, Wanted,
            dialogue::Dialogue,
            html::Html,
            json::{self, Json},
            ladder::Ladder,
            lists::{self, AtHand, Csv, Filters, Summary},
            marks::{self, Marker, Sheet},
            reason,
            report::Report,
        },
        sanitise,
        style::Style,
        text::{Lang, Text},
    },
};
use beside::Beside;
use extract::{Extract, Extracted, MAX_FILES, Manifest, Places};
use merge::Merged;

/// The name that stands for standard input.
const STDIN: &str = "-";
/// Text that is collected before it is passed on.
const PENDING: usize = 64 * 1024;
/// Pieces of text of a capture that wait for their turn.
const WAITING: usize = 64;
/// How many packets are read before somebody asks whether that is still wanted.
const BETWEEN: u64 = 4_096;
/// What the names of captures end with, in folders; behind it `.gz` or `.zst` may stand.
const EXTENSIONS: [&str; 6] = ["pcap", "pcapng", "cap", "dmp", "snoop", "pcapnc"];

/// Inspects what was asked for.
pub(super) fn run(asked: &cli::Inspect, context: &Context) -> Result<Exit, Failure> {
    let sources = sources(asked, context)?;
    let rubric = asked
        .expect
        .as_deref()
        .map(|path| rubric(path, context))
        .transpose()?;
    if asked.html.is_some() && sources.len() > 1 {
        let why = say!(context.text, "inspect-html-one");
        return Err(fault::failed(context, "inspect", &why));
    }
    copy(asked, &sources, context)?;
    if let Some(path) = &asked.html {
        file::check_new(path, asked.force).map_err(|error| {
            fault::failed(context, "inspect", &fault::file(&context.text, &error))
        })?;
    }
    // Last: what is refused before leaves no folder in the way of the next try.
    let manifest = match &asked.extract {
        Some(folder) => Some(prepare(folder, context)?),
        None => None,
    };
    let mut out = streams::stdout();
    match &rubric {
        Some(rubric) if asked.csv => {
            out.write_all(table(marks::csv_head(&context.text, rubric)).as_bytes())?;
        }
        Some(rubric) if !asked.json => {
            out.write_all(marks::head(context.out, rubric).as_bytes())?;
        }
        None if asked.csv => write!(out, "{}\r\n", lists::COLUMNS)?,
        _ => {}
    }
    let job = Job {
        asked,
        lang: context.text.lang(),
        style: context.out,
        several: sources.len() > 1,
        rubric,
        places: Places::new(MAX_FILES),
        stopped: AtomicBool::new(false),
        end: end(asked),
        cut: Cancel::default(),
    };
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(sources.len());
    let (senders, receivers): (Vec<_>, Vec<_>) =
        sources.iter().map(|_| sync_channel(WAITING)).unzip();
    // A worker owns the sender of the capture that it reads: if it fails, nobody waits for it.
    let queue = Mutex::new(sources.iter().zip(senders).collect::<VecDeque<_>>());
    let result = thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let text = Text::new(job.lang);
                while let Some((source, sender)) = taken(&queue) {
                    job.one(source, &text, &sender);
                }
            });
        }
        let receivers = sources.iter().zip(receivers);
        let result = collect(&job, context, receivers, manifest, &mut out);
        // A worker whose text nobody takes any more ends at its next word.
        job.stopped.store(true, Ordering::Relaxed);
        result
    });
    let mut totals = result?;
    if job.cut.is_cancelled() {
        let told = say!(context.text, "inspect-interrupted", unread = totals.unread);
        streams::complain(&fault::failed(context, "inspect", &told).to_string());
        if totals.exit == Exit::Done {
            totals.exit = Exit::No;
        }
    }
    if totals.files > 1 && job.form() == Form::Summary && job.rubric.is_none() {
        let total = say!(
            context.text,
            "inspect-summary-total",
            files = totals.files,
            bad = totals.bad,
            sessions = totals.sessions,
            transfers = totals.transfers
        );
        writeln!(out, "{total}")?;
    }
    out.flush()?;
    if totals.exit == Exit::Done
        && totals.sessions + totals.transfers == 0
        && let Some(what) = nothing_of(asked, &context.text)
    {
        streams::complain(&fault::failed(context, "inspect", &what).to_string());
        totals.exit = Exit::No;
    }
    Ok(totals.exit)
}

/// True where standard input is read.
fn is_live(asked: &cli::Inspect) -> bool {
    asked.files.iter().any(|path| path == Path::new(STDIN))
}

/// What ends the reading in order: a stream, which may have no end of its own, and where files are being made. All other
/// work is dropped where it stands.
fn end(asked: &cli::Inspect) -> Option<Cancel> {
    let wanted = is_live(asked) && !streams::stdin_is_terminal() || asked.extract.is_some();
    // Where there are no signals Ctrl-C ends the program as it always does.
    wanted.then(signal::interrupts).and_then(Result::ok)
}

/// That nothing concerns the session or the host that was asked for.
fn nothing_of(asked: &cli::Inspect, text: &Text) -> Option<String> {
    match (asked.session, asked.host) {
        (_, Some(host)) => Some(say!(
            text,
            "inspect-no-host",
            host = host.to_string(),
            session = asked.session.unwrap_or(0)
        )),
        (Some(session), None) => Some(say!(text, "inspect-no-session", n = session.to_string())),
        (None, None) => None,
    }
}

/// The folder for extracted files: new, or empty.
fn prepare(folder: &Path, context: &Context) -> Result<Manifest, Failure> {
    let why = match Manifest::begin(folder) {
        Ok(Some(manifest)) => return Ok(manifest),
        Ok(None) => say!(context.text, "inspect-extract-full"),
        Err(error) => fault::reason(&context.text, &error),
    };
    let named = format!("{}: {why}", fault::shown(folder));
    Err(fault::failed(context, "inspect", &named))
}

/// What is expected of the captures.
fn rubric(path: &Path, context: &Context) -> Result<Rubric, Failure> {
    let named = |why: String| {
        let named = format!("{}: {why}", fault::shown(path));
        fault::failed(context, "inspect", &named)
    };
    let bytes = file::beginning(path, MAX_RUBRIC as u64)
        .map_err(|error| named(fault::reason(&context.text, &error)))?;
    Rubric::parse(&bytes).map_err(|error| named(marks::no_rubric(&context.text, &error)))
}

/// The next in the queue.
fn taken<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue.lock().ok()?.pop_front()
}

/// What a worker reports of a capture.
enum Told {
    /// Text for standard output.
    Text(String),
    /// Lines of the manifest, about files that are in the folder, or should be.
    Files(String),
    /// It is no capture, or cannot be read: a sentence.
    Bad(String),
    /// It was not opened: somebody had asked for the end before.
    Unread,
    /// It has been read to its end.
    Done {
        sessions: u64,
        /// Sessions and transfers that concern what was asked for.
        shown: (u64, u64),
        complete: bool,
        /// Expectations that were not met.
        unmet: u64,
        /// Why there is no page, where one was asked for.
        pageless: Option<String>,
        /// What came of the files that it holds.
        extracted: Extracted,
    },
}

/// Rows of CSV as they go out: programs get what the capture holds, a person what is harmless on a terminal.
fn table(rows: String) -> String {
    if streams::stdout_is_terminal() {
        sanitise::lines(rows.as_bytes())
    } else {
        rows
    }
}

/// What all captures together came to.
struct Totals {
    files: u64,
    bad: u64,
    unread: u64,
    sessions: u64,
    transfers: u64,
    exit: Exit,
}

/// Passes on what the workers tell, a capture after the other.
fn collect<'s>(
    job: &Job<'_>,
    context: &Context,
    receivers: impl ExactSizeIterator<Item = (&'s Source, Receiver<Told>)>,
    mut manifest: Option<Manifest>,
    out: &mut impl Write,
) -> Result<Totals, Failure> {
    let out = &mut Patient {
        out,
        patient: job.asked.extract.is_some(),
        failed: None,
    };
    let mut totals = Totals {
        files: receivers.len() as u64,
        bad: 0,
        unread: 0,
        sessions: 0,
        transfers: 0,
        exit: Exit::Done,
    };
    let mut extracted = Extracted::default();
    let apart = matches!(job.form(), Form::Report | Form::Ladder);
    let mut began = false;
    for (source, receiver) in receivers {
        let mut fresh = apart && began;
        for told in receiver {
            match told {
                Told::Text(text) => {
                    let text = match job.form() {
                        Form::Csv => table(text),
                        _ => text,
                    };
                    if std::mem::take(&mut fresh) {
                        out.write_all(b"\n")?;
                    }
                    began = true;
                    out.write_all(text.as_bytes())?;
                    if job.live() {
                        out.flush()?;
                    }
                }
                Told::Files(lines) => {
                    if let Some(manifest) = &mut manifest {
                        manifest.write(&lines);
                    }
                }
                Told::Bad(sentence) => {
                    let line = match (job.form(), &job.rubric) {
                        (Form::Csv, Some(rubric)) => {
                            table(marks::csv_unread(&source.name(), rubric))
                        }
                        (Form::Json, _) => json::unread(&source.name(), &sentence),
                        _ => String::new(),
                    };
                    out.write_all(line.as_bytes())?;
                    out.flush()?;
                    streams::complain(&fault::failed(context, "inspect", &sentence).to_string());
                    totals.bad += 1;
                    totals.exit = Exit::Failed;
                    break;
                }
                Told::Unread => {
                    totals.unread += 1;
                    break;
                }
                Told::Done {
                    sessions,
                    shown,
                    complete,
                    unmet,
                    pageless,
                    extracted: files,
                } => {
                    extracted.join(files);
                    totals.sessions += shown.0;
                    totals.transfers += shown.1;
                    if (sessions == 0 || !complete || unmet > 0) && totals.exit == Exit::Done {
                        totals.exit = Exit::No;
                    }
                    if let Some(why) = pageless {
                        out.flush()?;
                        streams::complain(&fault::failed(context, "inspect", &why).to_string());
                        totals.exit = Exit::Failed;
                    }
                    break;
                }
            }
        }
    }
    if let (Some(folder), Some(manifest)) = (&job.asked.extract, manifest) {
        out.flush()?;
        conclude(folder, manifest, &mut extracted, context)?;
        if extracted.beyond.0 > 0 && totals.exit == Exit::Done {
            totals.exit = Exit::No;
        }
    }
    match out.failed.take() {
        Some(error) => Err(error.into()),
        None => Ok(totals),
    }
}

/// Standard output, which may take no more while there is other work: that is done all the same.
struct Patient<'o, W> {
    out: &'o mut W,
    /// There is.
    patient: bool,
    /// Why it takes no more.
    failed: Option<stdio::Error>,
}

impl<W: Write> Patient<'_, W> {
    fn step(&mut self, step: impl FnOnce(&mut W) -> stdio::Result<()>) -> stdio::Result<()> {
        if self.failed.is_some() {
            return Ok(());
        }
        match step(self.out) {
            Err(error) if self.patient => {
                self.failed = Some(error);
                Ok(())
            }
            done => done,
        }
    }
}

impl<W: Write> Write for Patient<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> stdio::Result<usize> {
        self.step(|out| out.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> stdio::Result<()> {
        self.step(W::flush)
    }
}

/// Ends the manifest, and says what is not in the folder.
fn conclude(
    folder: &Path,
    manifest: Manifest,
    extracted: &mut Extracted,
    context: &Context,
) -> Result<(), Failure> {
    let text = &context.text;
    if let Some(beyond) = beyond(text, folder, extracted) {
        streams::complain(&fault::failed(context, "inspect", &beyond).to_string());
    }
    let failed = |what: &str| Err(fault::failed(context, "inspect", what));
    if let Err(error) = manifest.conclude(extracted) {
        let manifest = folder.join(extract::MANIFEST);
        let why = fault::reason(text, &error);
        return failed(&say!(
            text,
            "inspect-manifest-cut",
            file = fault::shown(&manifest),
            why = why,
            kept = extracted.kept,
            lost = extracted.lost
        ));
    }
    if let Some(error) = &extracted.error {
        let why = fault::reason(text, error);
        return failed(&say!(
            text,
            "inspect-extract-lost",
            folder = fault::shown(folder),
            why = why,
            kept = extracted.kept,
            lost = extracted.lost
        ));
    }
    Ok(())
}

/// That there was no place in the folder for all files.
fn beyond(text: &Text, folder: &Path, extracted: &Extracted) -> Option<String> {
    let (files, bytes) = extracted.beyond;
    (files > 0).then(|| {
        say!(
            text,
            "inspect-extract-beyond",
            folder = fault::shown(folder),
            most = MAX_FILES as u64,
            files = files,
            bytes = bytes
        )
    })
}

/// The files of a capture: one, or those that are read as one.
struct Source {
    /// Its number, from 1.
    number: usize,
    paths: Vec<PathBuf>,
}

impl Source {
    /// Standard input is among its files.
    fn is_stdin(&self) -> bool {
        self.paths.iter().any(|path| path == Path::new(STDIN))
    }

    /// Its files' names, as they were given.
    fn name(&self) -> Vec<u8> {
        let names = self
            .paths
            .iter()
            .map(|path| path.as_os_str().as_encoded_bytes());
        names.collect::<Vec<_>>().join(&b" + "[..])
    }
}

/// The captures that were asked for, folders opened.
fn sources(asked: &cli::Inspect, context: &Context) -> Result<Vec<Source>, Failure> {
    let is_capture = |entry: &DirEntry| is_capture_name(&entry.path()) || begins_as_capture(entry);
    let empty = |folder| say!(context.text, "inspect-empty-folder", folder = folder);
    let paths = folder::opened(context, "inspect", &asked.files, is_capture, empty)?;
    Ok(if asked.merge {
        vec![Source { number: 1, paths }]
    } else {
        paths
            .into_iter()
            .enumerate()
            .map(|(at, path)| Source {
                number: at + 1,
                paths: vec![path],
            })
            .collect()
    })
}

/// True where a file is a capture by its content, whatever its name.
fn begins_as_capture(entry: &DirEntry) -> bool {
    let mut front = Vec::new();
    // A pipe would have us wait.
    entry.file_type().is_ok_and(|kind| kind.is_file())
        && File::open(entry.path())
            .and_then(|file| file.take(MAGIC as u64).read_to_end(&mut front))
            .is_ok()
        && is_capture(&front)
}

fn is_capture_name(path: &Path) -> bool {
    let name = path.as_os_str().to_string_lossy().to_ascii_lowercase();
    let name = name
        .strip_suffix(".gz")
        .or(name.strip_suffix(".zst"))
        .unwrap_or(&name);
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Report,
    Ladder,
    Dialogue,
    Filter,
    Csv,
    Summary,
    Json,
}

/// What is the same for every capture.
struct Job<'a> {
    asked: &'a cli::Inspect,
    lang: Lang,
    style: Style,
    several: bool,
    rubric: Option<Rubric>,
    /// For the files of all captures.
    places: Places,
    /// Nobody takes the text any more.
    stopped: AtomicBool,
    /// Asks for the end, where that comes in order.
    end: Option<Cancel>,
    /// It came before all was read.
    cut: Cancel,
}

/// Why a capture was given up.
enum Stop {
    /// It is no capture, or cannot be read: a sentence.
    Bad(String),
    /// Nobody takes the text any more.
    Unwanted,
}

impl Job<'_> {
    fn form(&self) -> Form {
        let asked = self.asked;
        match () {
            () if asked.json => Form::Json,
            () if asked.ladder => Form::Ladder,
            () if asked.dialogue => Form::Dialogue,
            () if asked.filter => Form::Filter,
            () if asked.csv => Form::Csv,
            () if asked.summary || self.several && !asked.explain => Form::Summary,
            () => Form::Report,
        }
    }

    /// Somebody asked for the end.
    fn is_over(&self) -> bool {
        self.end.as_ref().is_some_and(Cancel::is_cancelled)
    }

    /// What comes from a pipe may come slowly: whoever waits for it wants to see it.
    fn live(&self) -> bool {
        is_live(self.asked)
    }

    fn show<'t>(
        &'t self,
        source: &Source,
        text: &'t Text,
        to: &SyncSender<Told>,
    ) -> Box<dyn Show + 't> {
        let asked = self.asked;
        let credentials = asked.show_credentials;
        if let Some(rubric) = &self.rubric {
            let sheet = match self.form() {
                Form::Csv => Sheet::Csv,
                Form::Json => Sheet::Json,
                _ => Sheet::Text,
            };
            return Box::new(Marker::new(text, self.style, rubric, sheet));
        }
        match self.form() {
            // Of a pipe whatever can be shown is shown at once.
            Form::Report if self.live() => {
                Box::new(Report::new(text, self.style, asked.explain, credentials))
            }
            Form::Report => Box::new(Beside::new(
                text,
                self.style,
                (asked.explain, credentials),
                to.clone(),
            )),
            Form::Ladder => Box::new(Ladder::new(text, self.style, credentials)),
            Form::Dialogue => Box::new(Dialogue::new(text, credentials)),
            Form::Filter => Box::new(Filters::new(text, at_hand(asked, source))),
            Form::Csv => Box::new(Csv::new(text)),
            Form::Summary => Box::new(Summary::new(text, self.style)),
            Form::Json => Box::new(Json::new(text, self.several, credentials)),
        }
    }

    /// Reads a capture and tells what it shows.
    fn one(&self, source: &Source, text: &Text, to: &SyncSender<Told>) {
        if self.is_over() && !source.is_stdin() {
            self.cut.cancel();
            let _ = to.send(Told::Unread);
            return;
        }
        let told = match self.read(source, text, to) {
            Ok(done) => done,
            Err(Stop::Bad(sentence)) => Told::Bad(sentence),
            Err(Stop::Unwanted) => return,
        };
        // Nobody listens any more where the reader of our output has gone.
        let _ = to.send(told);
    }

    /// The captures of a source, opened.
    fn merged(&self, source: &Source, text: &Text) -> Result<Merged<'_>, Stop> {
        let mut merged = Merged::new();
        for path in &source.paths {
            let named = |why: String| Stop::Bad(format!("{}: {why}", fault::shown(path)));
            let opened = if path == Path::new(STDIN) {
                let stdin = streams::Stdin::until(self.end.clone(), self.cut.clone());
                stdin.map(|stdin| Box::new(stdin) as Box<dyn Read>)
            } else {
                open(path, !self.several)
            };
            let file = opened.map_err(|error| {
                let mut why = fault::reason(text, &error);
                // A bare word was perhaps meant for a shipped capture.
                let bare = path.components().count() == 1 && path.extension().is_none();
                if bare && error.kind() == stdio::ErrorKind::NotFound {
                    why = say!(
                        text,
                        "inspect-none-shipped",
                        names = builtin::captures().join(", ")
                    );
                }
                named(why)
            })?;
            let reader = Reader::open(file).map_err(|error| {
                named(match &error {
                    Unopened::Read(error) => fault::reason(text, error),
                    other => reason::unopened(text, other, &fault::shown(path)),
                })
            })?;
            merged.add(reader);
        }
        Ok(merged)
    }

    fn read(&self, source: &Source, text: &Text, to: &SyncSender<Told>) -> Result<Told, Stop> {
        let mut merged = self.merged(source, text)?;
        let name = source.name();
        let format = format_name(&merged);
        let mut show = self.show(source, text, to);
        let mut shown = String::new();
        show.begin(&name, &format, &mut shown);
        let options = Options {
            hash: self.asked.hash
                || self.asked.extract.is_some()
                || self.rubric.as_ref().is_some_and(Rubric::wants_hashes),
            data: self.asked.dialogue || self.asked.extract.is_some() || self.asked.html.is_some(),
        };
        let mut extract = self.asked.extract.as_ref().map(|folder| {
            let prefix = if self.several {
                format!("f{}-", source.number)
            } else {
                String::new()
            };
            Extract::new((folder, &self.places), prefix, &name, to.clone())
        });
        let limit = if self.live() { 1 } else { PENDING };
        let mut page = self
            .asked
            .html
            .is_some()
            .then(|| Html::new(text, self.asked.show_credentials));
        let mut wanted = Wanted::new(self.asked.session, self.asked.host);
        let mut unwanted = false;
        let mut tracker = Tracker::default();
        let mut inspector = Inspector::new(options, |finding: &Finding<'_>| {
            if wanted.wants(finding) {
                show.finding(finding, &mut shown);
                if let Some(page) = &mut page {
                    page.finding(finding, &mut String::new());
                }
                if let Some(extract) = &mut extract {
                    extract.finding(finding);
                }
            }
            if shown.len() >= limit && !unwanted {
                unwanted = to.send(Told::Text(std::mem::take(&mut shown))).is_err();
            }
        });
        let mut packets: u64 = 0;
        while merged.advance() {
            tracker.packet(&merged.packet(), &mut inspector);
            packets += 1;
            if !packets.is_multiple_of(BETWEEN) {
                continue;
            }
            if self.stopped.load(Ordering::Relaxed) {
                return Err(Stop::Unwanted);
            }
            // A stream ends by itself, a little later.
            if self.is_over() && !source.is_stdin() {
                self.cut.cancel();
                break;
            }
        }
        tracker.finish(&mut inspector);
        inspector.finish();
        let end = (merged.ending(), &merged.about());
        let overview = Overview::new(name, format, end, &tracker, &inspector);
        drop(inspector);
        if unwanted {
            return Err(Stop::Unwanted);
        }
        show.end(&overview, &mut shown);
        let _ = to.send(Told::Text(shown));
        // What was extracted is to be in the manifest, page or no page.
        let mut pageless = None;
        if let (Some(page), Some(path)) = (&mut page, &self.asked.html) {
            let mut shown = String::new();
            page.end(&overview, &mut shown);
            let written = file::write(path, self.asked.force, shown.as_bytes());
            pageless = written.err().map(|error| fault::file(text, &error));
        }
        let extracted = extract.map(Extract::finish).unwrap_or_default();
        Ok(Told::Done {
            sessions: overview.sessions,
            shown: wanted.shown(),
            complete: overview.complete,
            unmet: show.unmet(),
            pageless,
            extracted,
        })
    }
}

/// A capture that was held against a rubric for somebody else.
pub(super) struct Marked {
    /// What it shows, as values of a lab sheet.
    pub(super) facts: Facts,
    /// What was expected, and whether it is met.
    pub(super) marks: Vec<(String, bool)>,
}

/// Holds a capture, or the shipped one of this name, against a rubric.
///
/// # Errors
/// A sentence: it cannot be read, or is no capture.
pub(super) fn mark(context: &Context, path: &Path, rubric: &Rubric) -> Result<Marked, String> {
    let text = &context.text;
    let name = fault::shown(path);
    let named = |why: String| format!("{name}: {why}");
    let file = open(path, false).map_err(|error| named(fault::reason(text, &error)))?;
    let mut reader = Reader::open(file).map_err(|error| {
        named(match &error {
            Unopened::Read(error) => fault::reason(text, error),
            other => reason::unopened(text, other, &name),
        })
    })?;
    let (mut facts, mut marks) = (Facts::default(), Marks::new(rubric));
    let options = Options {
        hash: rubric.wants_hashes(),
        data: false,
    };
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(options, |finding: &Finding<'_>| {
        facts.finding(finding);
        marks.finding(finding);
    });
    while reader.advance() {
        tracker.packet(&reader.packet(), &mut inspector);
    }
    tracker.finish(&mut inspector);
    inspector.finish();
    drop(inspector);
    facts.packets = tracker.quality().packets;
    let titles = rubric
        .expectations
        .iter()
        .map(|expectation| marks::title(text, expectation));
    let met = marks.finish().into_iter().map(|mark| mark.met);
    Ok(Marked {
        facts,
        marks: titles.zip(met).collect(),
    })
}

/// Opens a capture: a file, standard input, else a shipped one; where `watched`, its progress is shown once it takes long.
pub(super) fn open(path: &Path, watched: bool) -> stdio::Result<Box<dyn Read>> {
    if path == Path::new(STDIN) {
        return Ok(Box::new(streams::Stdin::until(None, Cancel::default())?));
    }
    let file = match File::open(path) {
        Ok(file) => file,
        // No such file: a shipped capture may have this name.
        Err(error) if error.kind() == stdio::ErrorKind::NotFound => {
            return shipped(path)
                .map(|(_, bytes)| Box::new(bytes) as Box<dyn Read>)
                .ok_or(error);
        }
        Err(error) => return Err(error),
    };
    let size = file.metadata().ok().map(|metadata| metadata.len());
    Ok(Box::new(Watched {
        file,
        progress: Progress::new(size, watched),
    }))
}

/// The shipped capture that this stands for: its file's name and what is in it. A file on the disk wins over it.
fn shipped(path: &Path) -> Option<(&'static str, &'static [u8])> {
    if path == Path::new(STDIN) || path.exists() {
        return None;
    }
    builtin::capture(path.to_str()?)
}

/// Where Wireshark finds what was read, and what is to be done before it does.
fn at_hand(asked: &cli::Inspect, source: &Source) -> AtHand {
    let [path] = &source.paths[..] else {
        return AtHand::Merged(source.paths.iter().map(|path| fault::shown(path)).collect());
    };
    if path == Path::new(STDIN) {
        return AtHand::Stream;
    }
    match (shipped(path), &asked.copy) {
        (None, _) => AtHand::File(fault::shown(path)),
        (Some(_), Some(copy)) => AtHand::File(fault::shown(copy)),
        (Some((file, _)), None) => AtHand::Inside {
            name: fault::shown(path),
            file: file.to_owned(),
        },
    }
}

/// Writes a shipped capture to the disk.
fn copy(asked: &cli::Inspect, sources: &[Source], context: &Context) -> Result<(), Failure> {
    let Some(to) = &asked.copy else {
        return Ok(());
    };
    let failed = |why: &str| fault::failed(context, "inspect", why);
    let [source] = sources else {
        return Err(failed(&say!(context.text, "inspect-copy-one")));
    };
    let Some((_, bytes)) = shipped(&source.paths[0]) else {
        let file = fault::shown(&source.paths[0]);
        let why = if source.paths[0].exists() {
            say!(context.text, "inspect-copy-a-file", file = file)
        } else {
            let names = builtin::captures().join(", ");
            let why = say!(context.text, "inspect-none-shipped", names = names);
            format!("{file}: {why}")
        };
        return Err(failed(&why));
    };
    file::write(to, asked.force, bytes).map_err(|error| failed(&fault::file(&context.text, &error)))
}

/// A file whose reading is shown.
struct Watched {
    file: File,
    progress: Progress,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> stdio::Result<usize> {
        let count = self.file.read(into)?;
        if count == 0 {
            self.progress.finish();
        } else {
            self.progress.moved(count);
        }
        Ok(count)
    }
}

/// `pcap`, or `pcapng.gz` where it is wrapped; several are joined.
fn format_name(merged: &Merged<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for reader in merged.readers() {
        let mut name = reader.format().name().to_owned();
        for wrapper in reader.wrappers().iter().rev() {
            name.push_str(match wrapper {
                Wrapper::Gzip => ".gz",
                Wrapper::Zstd => ".zst",
            });
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" + ")
}
