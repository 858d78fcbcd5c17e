//! `demo`: the first three lab sheets, played by themselves on the built-in server, recorded, with their reports; and at
//! the end what the recording shows. It is the first thing that a newcomer sees: of each sheet what happens on the line
//! is shown, and of its text where each step begins. The terminals are ftplab processes over loopback, typed into as a
//! student would: nothing is shown that did not happen.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::Parser;

use super::{
    Context, Exit, Failure, fault, inspect,
    lab::{
        autopilot::Autopilot,
        bench::{Bench, Setup},
        keep::Files,
        library::{self, Found},
        run as lab,
        walk::{self, Walk},
    },
    recording,
};
use crate::{
    cli::{self, Cli, Command},
    io::stdio,
    lab::sheet::Sheet,
    say,
    script::params,
    view::{
        demo::{Demo, GUTTER},
        lab::run::Run,
        style::Role,
    },
};

/// The subcommand, in what goes wrong.
const NAME: &str = "demo";
/// The sheets, by number, and how much is said about each reply: in the first one every digit, then what is new.
const SHEETS: [(&str, &str); 3] = [("1", "full"), ("2", "brief"), ("3", "brief")];
/// The sheet whose recording is shown at the end.
const SHOWN: &str = "3-active";
/// The pause before something is typed, for whoever watches.
const PAUSE: Duration = Duration::from_millis(280);
/// How long a recording may take until it can be read: its server has ended by then.
const WRITTEN: Duration = Duration::from_secs(2);

/// Runs `demo`.
///
/// # Errors
/// Where a file cannot be written, or something does not happen that should.
pub(super) fn run(context: &Context, args: &cli::Demo) -> Result<Exit, Failure> {
    let folder = match &args.keep {
        Some(folder) => new_folder(context, folder)?,
        None => lab::scratch_folder(context, NAME)?,
    };
    let demo = Demo {
        text: &context.text,
        style: context.out,
    };
    let pause = if args.fast { Duration::ZERO } else { PAUSE };
    show(&demo.step("demo-intro"))?;
    let mut shown = None;
    for (number, explain) in SHEETS {
        let (found, sheet) = library::open(context, NAME, number)?;
        let folder = folder.join(&found.id);
        fs::create_dir_all(&folder).map_err(|error| unwritable(context, &folder, &error))?;
        let recordings = play(context, &found, &sheet, &folder, explain, pause)?;
        if found.id == SHOWN {
            shown = recordings.into_iter().next();
        }
    }
    show(&demo.step("demo-end"))?;
    if let Some(recording) = shown {
        ladder(context, &demo, &recording)?;
    }
    let kept = say!(
        context.text,
        "demo-kept",
        folder = recording::quoted(&folder)
    );
    let next = say!(context.text, "demo-next");
    show(&format!("\n{}\n{}\n", demo.prose(&kept), demo.prose(&next)))?;
    Ok(Exit::Done)
}

/// Plays a sheet; gives what was recorded, the server's recording first.
fn play(
    context: &Context,
    found: &Found,
    sheet: &Sheet,
    folder: &Path,
    explain: &'static str,
    pause: Duration,
) -> Result<Vec<PathBuf>, Failure> {
    let files = Files::of(&folder.join("report"));
    let params = params::resolve(&sheet.head.params, &[], None).unwrap_or_default();
    let setup = Setup {
        sheet: found.id.clone(),
        events: files.events.clone(),
        also: None,
        folder: found.folder.clone(),
        student: None,
        params: params.clone(),
        port: Some(0),
        record: Some(folder.to_owned()),
        explain,
        hints: explain == "full",
        patient: false,
        columns: context.out.width() - GUTTER,
    };
    let view = Run {
        text: &context.text,
        style: context.out,
    };
    let mut walk = Walk {
        sheet,
        bench: Bench::new(context, sheet, setup),
        view,
        report: walk::fresh(found, sheet, None, params, true),
        kept: Some(files),
        unsaved: None,
        offered: false,
        recorded: false,
        brief: true,
    };
    show(&format!("\n{}\n", view.heading(&sheet.head.title)))?;
    let mut out = |shown: &str| show(shown);
    let mut autopilot = Autopilot::new(context, pause, &mut out);
    let finished = walk.walk(&mut autopilot)?;
    if let Some(error) = &walk.unsaved {
        let why = fault::file(&context.text, error);
        return Err(fault::failed(context, NAME, &why));
    }
    if !finished {
        let open = walk.report.blocks.iter().find(|block| !block.done);
        let what = open.map_or("?", |block| block.id.as_str());
        let what = say!(context.text, "demo-failed", what = what);
        return Err(fault::failed(context, NAME, &what));
    }
    let report = &walk.report;
    let told = say!(
        context.text,
        "demo-sheet-done",
        questions = report.blocks.iter().filter(|b| b.tries() > 0).count()
    );
    show(&view.line(Role::GoodReply, &told))?;
    Ok(walk.bench.recordings())
}

/// Shows a recording as `inspect --ladder` does.
fn ladder(context: &Context, demo: &Demo<'_>, recording: &Path) -> Result<(), Failure> {
    let deadline = Instant::now() + WRITTEN;
    while !recording.exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let command = format!("ftplab inspect --ladder {}", recording::quoted(recording));
    show(&demo.typed(&command))?;
    let words = ["ftplab", "inspect", "--ladder", "--"].map(std::ffi::OsString::from);
    let words = words.into_iter().chain([recording.into()]);
    if let Ok(Some(Command::Inspect(asked))) = Cli::try_parse_from(words).map(|cli| cli.command) {
        inspect::run(&asked, context)?;
    }
    Ok(())
}

/// The folder of `--keep`: new, or empty.
fn new_folder(context: &Context, folder: &Path) -> Result<PathBuf, Failure> {
    fs::create_dir_all(folder).map_err(|error| unwritable(context, folder, &error))?;
    let mut entries = fs::read_dir(folder).map_err(|error| unwritable(context, folder, &error))?;
    if entries.next().is_some() {
        let what = say!(
            context.text,
            "demo-keep-full",
            folder = fault::shown(folder)
        );
        return Err(fault::failed(context, NAME, &what));
    }
    Ok(folder.to_owned())
}

fn unwritable(context: &Context, path: &Path, error: &std::io::Error) -> Failure {
    let why = fault::reason(&context.text, error);
    let file = fault::shown(path);
    let what = say!(context.text, "error-file", file = file, why = why);
    fault::failed(context, NAME, &what)
}

fn show(shown: &str) -> Result<(), Failure> {
    let mut out = stdio::stdout();
    out.write_all(shown.as_bytes())?;
    Ok(out.flush()?)
}
