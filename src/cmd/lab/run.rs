//! `lab run`: loads the sheet and what an earlier run left, sets the bench up, and lets a person or the autopilot walk
//! through. The report is in `BASE.json` and `BASE.md`, the events of all commands in `BASE.events`.

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    autopilot::Autopilot,
    bench::{Bench, Setup},
    keep::Files,
    library::{self, Found},
    person::Person,
    walk::{self, Walk},
};
use crate::{
    cli,
    cmd::{Context, Exit, Failure, fault, params, recording},
    io::{
        address::Place,
        events::Events,
        file::{self, FileError},
        stdio,
    },
    lab::{
        report::{self, Report},
        sheet::{Kind, Language, Server, Sheet},
    },
    say,
    view::{
        demo::GUTTER,
        lab::run::Run,
        style::Role,
        text::{Lang, Text},
    },
};

/// The subcommand, in what goes wrong.
const NAME: &str = "lab run";
/// The most bytes of `--answers FILE`: nobody types more in a lab. A longer file is refused.
const MAX_ANSWERS: u64 = 4 << 20;
/// The autopilot's pause before it types, for whoever watches.
const PACE: Duration = Duration::from_millis(350);

/// Runs a sheet.
///
/// # Errors
/// Where there is no such sheet, or it is faulty; where a file cannot be read or written.
pub(super) fn run(context: &Context, asked: &cli::LabRun) -> Result<Exit, Failure> {
    let (found, mut sheet) = library::open(context, NAME, &asked.sheet)?;
    // What the sheet says and what is said about it are in one language.
    let context = Context {
        text: Text::new(match sheet.head.language {
            Language::English => Lang::En,
            Language::French => Lang::Fr,
        }),
        out: context.out,
        err: context.err,
    };
    let context = &context;
    let lines = asked
        .answers
        .as_deref()
        .map(|path| lines(context, path))
        .transpose()?;
    let mut person = Person::new(context, lines);
    if let Server::Real(host, port) = &sheet.head.server
        && !asked.yes
        && !is_loopback(host, *port)
    {
        accept(context, &mut person, host, *port)?;
    }
    let Work {
        files,
        alone,
        earlier,
    } = Work::take(context, asked, &found)?;
    let (report, changed) = load(context, &files, earlier.as_ref(), &found, &sheet, asked)?;
    let values = report.params.clone();
    sheet.show_params(&values);
    let setup = Setup {
        sheet: asked.sheet.clone(),
        events: files.events.clone(),
        also: asked.events.clone(),
        folder: found.folder.clone(),
        student: report.student.clone(),
        params: values,
        port: asked.port,
        // The autopilot's own capture is what the servers record.
        record: (asked.demo && wants_recording(&sheet))
            .then(|| scratch_folder(context, NAME))
            .transpose()?,
        explain: "full",
        // The sheet has hints of its own, which are counted; what `raw` says after a 227 would be the answer.
        hints: asked.demo,
        patient: !asked.demo,
        // The autopilot shows at the left which terminal a line is in.
        columns: context.out.width()
            - match asked.demo {
                true => GUTTER,
                false => super::bench::label_width(&sheet),
            },
    };
    let resumed = report.blocks.iter().any(report::Block::touched);
    let mut bench = Bench::new(context, &sheet, setup);
    bench.catch_up(resumed)?;
    let view = Run {
        text: &context.text,
        style: context.out,
    };
    let mut walk = Walk {
        sheet: &sheet,
        bench,
        view,
        report,
        kept: Some(files.clone()),
        unsaved: None,
        offered: false,
        recorded: false,
        brief: false,
    };
    if let Err(error) = walk.write() {
        if let Some(earlier) = earlier {
            // It belongs where it was. What cannot be put back stands where it can be found.
            let _ = earlier.rename(&files);
        }
        return Err(match error {
            FileError::System { path, error } => no_place(context, &path, &error),
            exists @ FileError::Exists { .. } => {
                fault::failed(context, NAME, &fault::file(&context.text, &exists))
            }
        });
    }
    let mut greeting = greeting(&walk, &files, earlier.as_ref());
    if resumed {
        greeting.push_str(&welcome_back(view, &walk.report));
        if changed {
            let told = say!(view.text, "labrun-sheet-changed");
            greeting.push_str(&view.line(Role::Hint, &told));
        }
    }
    greeting.push('\n');
    let walked = if asked.demo {
        played(context, asked.fast, &mut walk, &greeting)
    } else {
        use super::walk::Hands;
        person.show(&greeting)?;
        let walked = walk.walk(&mut person);
        if walked.is_err() {
            walk.save();
        }
        walked
    };
    person.leave();
    drop(alone);
    if let Some(error) = walk.unsaved.take() {
        if let Err(failure) = &walked {
            stdio::complain(&failure.to_string());
        }
        return Err(unsaved(context, &mut walk, asked, &found.id, &error));
    }
    let finished = walked?;
    stdio::remark(&farewell(&walk, &files, asked.demo, finished), true);
    Ok(if finished { Exit::Done } else { Exit::No })
}

/// Where the work of a run is kept.
struct Work {
    files: Files,
    /// Held as long as the run goes on, see [`alone`].
    alone: Events,
    /// Where the work of an earlier run stands now, which began anew.
    earlier: Option<Files>,
}

impl Work {
    /// The files that were asked for, which nobody else works with; what an earlier run left there is set aside where a new
    /// one is to begin.
    fn take(context: &Context, asked: &cli::LabRun, found: &Found) -> Result<Work, Failure> {
        let base = match (&asked.report, asked.demo) {
            (Some(base), _) => base.clone(),
            (None, false) => PathBuf::from(&found.id),
            // What plays itself is nobody's work, and must not stand where somebody's is.
            (None, true) => scratch_folder(context, NAME)?.join(&found.id),
        };
        let mut files = Files::of(&base);
        // A sheet of the user's own may have the name that the report would have, or a page that was printed of it.
        let is_sheet = found.folder.is_some() && same_file(&files.md, Path::new(&found.name));
        if is_sheet || (!files.json.exists() && is_foreign(&files.md)) {
            let mut aside = base.into_os_string();
            aside.push(".report");
            files = Files::of(Path::new(&aside));
        }
        // Where nothing can be written there is no lab: said before it begins.
        let is_new = !files.are_there();
        let mut alone = alone(context, &files)?;
        let mut earlier = None;
        if (asked.restart || asked.demo) && !is_new {
            earlier = files.set_aside().map_err(|error| {
                fault::failed(context, NAME, &fault::file(&context.text, &error))
            })?;
        }
        if earlier.is_some() {
            alone = self::alone(context, &files)?;
        }
        Ok(Work {
            files,
            alone,
            earlier,
        })
    }
}

/// True for a file that is there and is no report: somebody's notes, or the sheet as `lab print` writes it.
fn is_foreign(md: &Path) -> bool {
    /// The head of a report is no longer.
    const HEAD: u64 = 64 * 1024;
    let head = file::beginning(md, HEAD);
    head.is_ok_and(|head| !file::has(&head, b"\n| ftplab | "))
}

/// What is told before the first step.
fn greeting(walk: &Walk<'_>, files: &Files, earlier: Option<&Files>) -> String {
    let view = walk.view;
    let (json, md) = (fault::shown(&files.json), fault::shown(&files.md));
    let mut greeting = view.title(walk.sheet, &walk.report, &json, &md);
    if let Some(earlier) = earlier {
        let file = fault::shown(&earlier.json);
        let told = say!(view.text, "labrun-restarted", file = file);
        greeting.push_str(&view.line(Role::Remark, &told));
    }
    greeting
}

/// Has the autopilot walk through; true where it came to the end.
fn played(
    context: &Context,
    fast: bool,
    walk: &mut Walk<'_>,
    greeting: &str,
) -> Result<bool, Failure> {
    let pace = if fast { Duration::ZERO } else { PACE };
    let mut out = |shown: &str| {
        stdio::remark(shown, true);
        Ok(())
    };
    out(greeting)?;
    let mut autopilot = Autopilot::new(context, pace, &mut out);
    let walked = walk.walk(&mut autopilot);
    if let Ok(false) = walked
        && walk.unsaved.is_none()
    {
        let open = walk.report.blocks.iter().filter(|block| !block.done);
        let open: Vec<&str> = open.map(|block| block.id.as_str()).collect();
        let told = say!(walk.view.text, "labrun-demo-open", what = open.join(", "));
        out(&walk.view.line(Role::Warning, &told))?;
    }
    walked
}

/// What is told at the end: where the work is, and how to go on.
fn farewell(walk: &Walk<'_>, files: &Files, demo: bool, finished: bool) -> String {
    let view = walk.view;
    let kept = walk.kept.as_ref().unwrap_or(files);
    let (json, md) = (fault::shown(&kept.json), fault::shown(&kept.md));
    if demo {
        return view.line(Role::Remark, &say!(view.text, "labrun-demo-kept", md = md));
    }
    if finished {
        let told = say!(view.text, "labrun-finished", md = md, json = json);
        return view.line(Role::GoodReply, &told);
    }
    let blocks = &walk.report.blocks;
    let mut told = say!(
        view.text,
        "labrun-kept",
        json = json,
        done = blocks.iter().filter(|block| block.done).count(),
        all = blocks.len()
    );
    // Somebody who has moved it was told how to go on there.
    if kept.json == files.json {
        told.push(' ');
        told.push_str(&say!(view.text, "labrun-kept-here"));
    }
    view.line(Role::Remark, &told)
}

/// The events file of a run, which nobody else works with as long as this is held: of two runs with one report, each would
/// write over what is done in the other.
fn alone(context: &Context, files: &Files) -> Result<Events, Failure> {
    let events = Events::open(&files.events)
        .map_err(|error| no_place(context, &error.path, &error.error))?;
    if events.is_ours_alone() {
        return Ok(events);
    }
    let what = say!(context.text, "labrun-two", file = fault::shown(&files.json));
    Err(fault::failed(context, NAME, &what))
}

/// That a file which a run needs takes nothing.
fn no_place(context: &Context, file: &Path, error: &std::io::Error) -> Failure {
    let what = say!(
        context.text,
        "labrun-no-place",
        file = fault::shown(file),
        why = fault::reason(&context.text, error)
    );
    fault::failed(context, NAME, &what)
}

/// The end of a run whose report could not be written: somebody's work is kept where there is room.
fn unsaved(
    context: &Context,
    walk: &mut Walk<'_>,
    asked: &cli::LabRun,
    id: &str,
    error: &FileError,
) -> Failure {
    let why = fault::file(&context.text, error);
    let rescued = if asked.demo {
        None
    } else {
        let folder = scratch_folder(context, NAME).ok();
        let base = folder.map(|folder| folder.join(id));
        base.filter(|base| walk.save_elsewhere(base).is_ok())
    };
    let what = match rescued {
        Some(base) => say!(
            context.text,
            "labrun-rescued",
            why = why,
            base = recording::quoted(&base),
            sheet = asked.sheet.as_str()
        ),
        None if asked.demo => say!(context.text, "labrun-demo-not-kept", why = why),
        None => say!(context.text, "labrun-not-kept", why = why),
    };
    fault::failed(context, NAME, &what)
}

/// True where both are there, and are one file.
fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

/// True where a sheet asks for a capture of the student's own.
pub(in crate::cmd) fn wants_recording(sheet: &Sheet) -> bool {
    sheet
        .blocks()
        .any(|block| matches!(&block.kind, Kind::Capture(capture) if capture.file.is_none()))
}

/// A new folder for what nobody asked to be kept elsewhere; a recording holds passwords, so that it is the user's alone.
pub(in crate::cmd) fn scratch_folder(context: &Context, command: &str) -> Result<PathBuf, Failure> {
    let mut number = 1;
    loop {
        let name = format!("ftplab-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => {
                let what = say!(
                    context.text,
                    "labrun-no-scratch",
                    folder = fault::shown(&std::env::temp_dir()),
                    why = fault::reason(&context.text, &error)
                );
                return Err(fault::failed(context, command, &what));
            }
        }
    }
}

/// The report that an earlier run left, brought up to the sheet as it is; else a new one. True where the sheet has
/// changed since.
fn load(
    context: &Context,
    files: &Files,
    before: Option<&Files>,
    found: &Found,
    sheet: &Sheet,
    asked: &cli::LabRun,
) -> Result<(Report, bool), Failure> {
    let values = |student: Option<&str>| {
        params::resolve(context, NAME, &sheet.head.params, &asked.param, student)
    };
    let bad = |why: String| {
        let file = fault::shown(&files.json);
        let what = say!(context.text, "labrun-report-bad", file = file, why = why);
        fault::failed(context, NAME, &what)
    };
    let json = match file::beginning(&files.json, report::MAX_REPORT) {
        Ok(json) => {
            if json.len() as u64 > report::MAX_REPORT {
                let most = report::MAX_REPORT >> 20;
                return Err(bad(say!(context.text, "labmarks-too-long", most = most)));
            }
            json
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let student = asked.student.clone();
            // Whoever begins anew is still the same.
            let student = student.or_else(|| before.filter(|_| !asked.demo).and_then(student_of));
            let values = values(student.as_deref())?;
            let report = walk::fresh(found, sheet, student.as_deref(), values, asked.demo);
            return Ok((report, false));
        }
        Err(error) => return Err(unreadable(context, &files.json, &error)),
    };
    let mut earlier = Report::read(&json).map_err(|error| bad(error.to_string()))?;
    if earlier.sheet.id != found.id {
        let file = fault::shown(&files.json);
        let id = earlier.sheet.id.as_str();
        let what = say!(context.text, "labrun-report-other", file = file, id = id);
        return Err(fault::failed(context, NAME, &what));
    }
    // Sealing it again would hide this.
    earlier.edited |= earlier.altered().is_some();
    if let (Some(student), Some(was)) = (&asked.student, &earlier.student)
        && student != was
        && earlier.blocks.iter().any(report::Block::touched)
    {
        // Nobody's work changes hands by the way.
        let what = say!(
            context.text,
            "labrun-report-student",
            file = fault::shown(&files.json),
            was = was.as_str(),
            student = student.as_str()
        );
        return Err(fault::failed(context, NAME, &what));
    }
    if asked.student.is_some() {
        earlier.student.clone_from(&asked.student);
    }
    earlier.params = values(earlier.student.as_deref())?;
    let mut blocks = walk::blank(sheet);
    for block in &mut blocks {
        let same = |was: &&report::Block| was.id == block.id && was.kind == block.kind;
        if let Some(was) = earlier.blocks.iter().find(same) {
            *block = report::Block {
                step: block.step,
                points: block.points,
                ..was.clone()
            };
        }
    }
    earlier.blocks = blocks;
    let named = walk::named(found, sheet);
    let changed = earlier.sheet.sha256 != named.sha256;
    earlier.sheet = named;
    env!("CARGO_PKG_VERSION").clone_into(&mut earlier.ftplab);
    Ok((earlier, changed))
}

/// Whose report this was.
fn student_of(files: &Files) -> Option<String> {
    let json = file::beginning(&files.json, report::MAX_REPORT).ok()?;
    Report::read(&json).ok()?.student
}

fn welcome_back(view: Run<'_>, report: &Report) -> String {
    let done = report.blocks.iter().filter(|block| block.done).count();
    let all = report.blocks.len();
    let open = report.blocks.iter().find(|block| !block.done);
    let text = view.text;
    let Some(open) = open else {
        let told = say!(text, "labrun-welcome-back-finished");
        return view.line(Role::Hint, &told);
    };
    let told = say!(
        text,
        "labrun-welcome-back",
        done = done,
        all = all,
        step = open.step
    );
    let mut out = view.line(Role::Hint, &told);
    let dialogues = |done: bool| {
        let mut blocks = report.blocks.iter();
        blocks.any(|block| block.done == done && block.kind == report::Kind::Ftp)
    };
    if dialogues(true) && dialogues(false) {
        let told = say!(text, "labrun-welcome-back-control");
        out.push_str(&view.line(Role::Hint, &told));
    }
    out
}

/// The lines of `--answers`.
fn lines(context: &Context, path: &Path) -> Result<Vec<String>, Failure> {
    let text =
        file::beginning(path, MAX_ANSWERS).map_err(|error| unreadable(context, path, &error))?;
    if text.len() as u64 > MAX_ANSWERS {
        let what = say!(
            context.text,
            "labrun-answers-too-long",
            file = fault::shown(path),
            most = MAX_ANSWERS >> 20
        );
        return Err(fault::failed(context, NAME, &what));
    }
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().map(str::to_owned).collect())
}

fn unreadable(context: &Context, path: &Path, error: &std::io::Error) -> Failure {
    let why = fault::reason(&context.text, error);
    let file = fault::shown(path);
    let what = say!(context.text, "error-file", file = file, why = why);
    fault::failed(context, NAME, &what)
}

/// True where every address of a host is this machine's own.
fn is_loopback(host: &str, port: u16) -> bool {
    let place = Place {
        host: host.to_owned(),
        port: Some(port),
    };
    place
        .resolve(port)
        .is_ok_and(|all| all.iter().all(|address| address.ip().is_loopback()))
}

/// Asks whether the sheet may talk to this host.
fn accept(
    context: &Context,
    person: &mut Person<'_>,
    host: &str,
    port: u16,
) -> Result<(), Failure> {
    let text = &context.text;
    let port = port.to_string();
    if person.is_interactive() {
        let question = say!(text, "labrun-foreign", host = host, port = port.as_str());
        let yes = text.say("labrun-foreign-yes", &[]);
        let answer = person.confirm(&format!("{question} "))?.unwrap_or_default();
        let answer = answer.trim().to_lowercase();
        if !answer.is_empty() && (yes.starts_with(&answer) || "yes".starts_with(&answer)) {
            return Ok(());
        }
    }
    let what = say!(text, "labrun-foreign-refused", host = host, port = port);
    Err(fault::failed(context, NAME, &what))
}
