//! `man`: the manual pages, made from the command line's own definition, so that they cannot say anything else.

use std::{fs, io::Write, path::Path};

use clap::CommandFactory;
use clap_mangen::Man;

use crate::{
    cli::{self, Cli},
    cmd::{Context, Exit, Failure, fault},
    io::stdio,
    say,
};

/// Writes `ftplab.1` and a page a subcommand (`ftplab-raw.1`, `ftplab-lab-run.1`, …) into the folder, over older ones; without a folder
/// the main page goes to standard output.
pub(super) fn run(asked: &cli::Man, context: &Context) -> Result<Exit, Failure> {
    // `help` would be listed as one more subcommand, of which there is no page.
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let Some(dir) = &asked.dir else {
        let mut out = stdio::stdout();
        page(&program, &program).render(&mut out)?;
        out.flush()?;
        return Ok(Exit::Done);
    };
    write_all(&program, dir).map_err(|error| {
        let why = fault::reason(&context.text, &error);
        let what = say!(
            context.text,
            "error-file",
            file = fault::shown(dir),
            why = why
        );
        fault::failed(context, "man", &what)
    })?;
    Ok(Exit::Done)
}

fn write_all(program: &clap::Command, dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut open = vec![program];
    while let Some(command) = open.pop() {
        page(program, command).generate_to(dir)?;
        // `lab` has subcommands of its own.
        open.extend(command.get_subcommands());
    }
    Ok(())
}

/// The page of the program itself or of a subcommand; the version stands at the foot of each.
fn page(program: &clap::Command, command: &clap::Command) -> Man {
    Man::new(command.clone()).source(format!(
        "{} {}",
        program.get_name(),
        program.get_version().unwrap_or_default()
    ))
}
