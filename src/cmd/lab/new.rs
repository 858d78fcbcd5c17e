//! `lab new`: a sheet's skeleton from a log, a telnet transcript or a capture. What it writes works as it stands: its server
//! plays the same dialogue.

use std::io::Write;

use crate::{
    cli::LabNew,
    cmd::{Context, Exit, Failure, dialogue, fault},
    io::{file, stdio as streams},
    lab::skeleton::{MAX_COMMANDS, MAX_DATA_LINES, Skeleton},
    say,
    script::from,
    view::lab::new as view,
};

/// The subcommand, in what goes wrong.
const NAME: &str = "lab new";

/// Writes the sheet to standard output, or where `--output` says.
///
/// # Errors
/// Where a file cannot be read or written; exit code 1 where there is no dialogue in it.
pub(super) fn run(context: &Context, asked: &LabNew) -> Result<Exit, Failure> {
    let text = &context.text;
    let path = &asked.from;
    let wanted = dialogue::Asked {
        command: NAME,
        path,
        session: 1,
        show_credentials: false,
    };
    let source = dialogue::read(context, &wanted, |_, _| {})?;
    let dialogue = from::read(&source).ok_or_else(|| {
        let what = say!(text, "labnew-nothing", path = fault::shown(path));
        fault::no(context, NAME, &what)
    })?;
    let skeleton = Skeleton::of(&dialogue);
    let title = asked.title.clone().unwrap_or_else(|| {
        let stem = path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    });
    let title = title.replace(char::is_control, " ");
    let sheet = view::sheet(text, title.trim(), &skeleton);
    match &asked.output {
        None => {
            let mut out = streams::stdout();
            out.write_all(sheet.as_bytes())?;
            out.flush()?;
        }
        Some(output) => {
            let fail = |error| fault::failed(context, NAME, &fault::file(text, &error));
            file::write(output, asked.force, sheet.as_bytes()).map_err(fail)?;
            let rounds = skeleton.steps.iter().flat_map(|step| &step.rounds);
            let questions: usize = rounds.map(|round| round.asks.len()).sum();
            let told = say!(
                text,
                "labnew-done",
                path = fault::shown(output),
                steps = skeleton.steps.len() as u64,
                questions = questions as u64
            );
            streams::complain(&told);
        }
    }
    if skeleton.left_out > 0 {
        let told = say!(
            text,
            "labnew-left-out",
            count = skeleton.left_out as u64,
            most = MAX_COMMANDS as u64
        );
        streams::complain(&told);
    }
    if skeleton.data_left_out > 0 {
        let told = say!(
            text,
            "labnew-data-left-out",
            count = skeleton.data_left_out as u64,
            most = MAX_DATA_LINES as u64
        );
        streams::complain(&told);
    }
    Ok(Exit::Done)
}
