//! One room a subcommand: load, drive, render, outcome. Here: arguments to subcommand, language, style, exit code.
//!
//! Beside the subcommands, what several of them share:
//!
//! | file | what |
//! |---|---|
//! | `builtin` | what ftplab brings, found by name |
//! | `place` | hosts and ports of the command line |
//! | `params` | `--param`, of a script and of a sheet |
//! | `dialogue` | whatever holds a dialogue, as the text of a log |
//! | `transfer` | one data connection, from open to closed |
//! | `recording` | `--record` |
//! | `report` | `--json` and `--events` |
//! | `fault` | what went wrong, as sentences |

mod builtin;
mod completions;
mod demo;
mod dialogue;
mod explain;
mod fake_server;
mod fault;
mod folder;
mod inspect;
mod lab;
mod listen;
mod man;
mod params;
mod pasv_calc;
mod place;
mod raw;
mod recording;
mod report;
mod start;
mod transfer;

use std::{env, ffi::OsString, fmt, io as stdio, process::ExitCode};

use clap::Parser;

use crate::{
    cli::{Cli, ColorArg, Command, Common, LangArg, Misuse},
    io::{signal, stdio as streams},
    view::{
        sanitise,
        style::{DEFAULT_WIDTH, Style},
        text::{Lang, Text},
    },
};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: the answer is no.
    No,
    /// 2: usage, file or network error.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Failed => 2,
        })
    }
}

/// Why a subcommand stopped: what was asked, what went wrong and what to do next, in the user's language.
#[derive(Debug)]
struct Failure {
    exit: Exit,
    message: String,
    /// The user's own streams take or give no more; the sentence is made where the language is known.
    stream: Option<stdio::Error>,
}

impl Failure {
    /// A usage, file or network error (exit code 2).
    fn failed(message: impl Into<String>) -> Failure {
        Failure {
            exit: Exit::Failed,
            message: message.into(),
            stream: None,
        }
    }

    /// The answer is no, and this is why (exit code 1).
    fn no(message: impl Into<String>) -> Failure {
        Failure {
            exit: Exit::No,
            message: message.into(),
            stream: None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Only writing to the user's own streams is turned into a `Failure` without a sentence of its own; a reader that has
/// gone away (`ftplab … | head`) ends the program with 0 and no word.
impl From<stdio::Error> for Failure {
    fn from(error: stdio::Error) -> Failure {
        if error.kind() == stdio::ErrorKind::BrokenPipe {
            Failure {
                exit: Exit::Done,
                message: String::new(),
                stream: None,
            }
        } else {
            Failure {
                exit: Exit::Failed,
                message: format!("ftplab: {error}"),
                stream: Some(error),
            }
        }
    }
}

/// What every subcommand needs to know of its surroundings.
struct Context {
    /// The sentences, in the user's language.
    text: Text,
    /// How standard output is dressed.
    out: Style,
    /// How standard error is dressed.
    err: Style,
}

impl Context {
    fn new(common: &Common) -> Context {
        let lang = match common.lang {
            Some(LangArg::En) => Lang::En,
            Some(LangArg::Fr) => Lang::Fr,
            None => lang_of_environment(|name| env::var(name).ok()),
        };
        let wanted = |terminal: bool| match common.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => {
                terminal
                    && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let style = |terminal: bool| {
            // A program that shows our output says how wide it is (POSIX: COLUMNS).
            let told = || env::var("COLUMNS").ok()?.parse().ok().filter(|&n| n > 0);
            let asked = if terminal { streams::columns() } else { told() };
            let width = asked.unwrap_or(DEFAULT_WIDTH);
            Style::new(wanted(terminal), width)
        };
        Context {
            text: Text::new(lang),
            out: style(streams::stdout_is_terminal()),
            err: style(streams::stderr_is_terminal()),
        }
    }
}

impl Context {
    /// How standard output is dressed by now: a terminal's window may have another size than it had.
    fn out_now(&self) -> Style {
        if streams::stdout_is_terminal() {
            self.out.fitted(streams::columns())
        } else {
            self.out
        }
    }
}

/// The first of LC_ALL, LC_MESSAGES and LANG that is set and not empty decides (POSIX); French if it names French.
fn lang_of_environment(var: impl Fn(&str) -> Option<String>) -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| var(name).filter(|value| !value.is_empty()));
    match locale {
        Some(locale) if locale.to_ascii_lowercase().starts_with("fr") => Lang::Fr,
        _ => Lang::En,
    }
}

/// The language that a command line asks for which cannot be read as a whole; else the environment's.
fn lang_of_words(args: &[OsString]) -> Lang {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    let after = words
        .windows(2)
        .find(|pair| pair[0] == "--lang")
        .map(|pair| pair[1]);
    let asked = after.or_else(|| words.iter().find_map(|word| word.strip_prefix("--lang=")));
    match asked {
        Some("fr") => Lang::Fr,
        Some("en") => Lang::En,
        _ => lang_of_environment(|name| env::var(name).ok()),
    }
}

/// Runs the program: `args` are the command line's words, the program's own name first.
pub(crate) fn run(args: Vec<OsString>) -> Exit {
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(usage) => {
            // What clap says is English: who reads another language is told in that what it is about.
            let lang = lang_of_words(&args);
            if usage.use_stderr() && lang != Lang::En {
                streams::complain(&fault::misuse(&Text::new(lang), &Misuse::of(&usage)));
            }
            let dressed = |word: &OsString| {
                let word = word.as_encoded_bytes();
                sanitise::line(word).as_bytes() == word
            };
            if !usage.use_stderr() || args.iter().all(dressed) {
                let _ = usage.print();
            } else {
                // Undressed: its own colours and those of a word cannot be told apart any more.
                streams::complain(&fault::usage(&usage.render().to_string()));
            }
            return if usage.use_stderr() {
                Exit::Failed
            } else {
                Exit::Done
            };
        }
    };
    let context = Context::new(&cli.common);
    // Where the system refuses, a file that may not grow ends the program: no worse than before.
    let _ = signal::large_files_fail();
    match dispatch(cli.command, &context) {
        Ok(exit) => exit,
        Err(failure) => {
            if let Some(error) = &failure.stream {
                streams::complain(&fault::stream(&context, error));
            } else if !failure.message.is_empty() {
                streams::complain(&failure.message);
            }
            failure.exit
        }
    }
}

fn dispatch(command: Option<Command>, context: &Context) -> Result<Exit, Failure> {
    match command {
        None => start::run(context),
        Some(Command::Raw(asked)) => raw::run(context, &asked),
        Some(Command::PasvCalc(asked)) => pasv_calc::run(&asked, context),
        Some(Command::Listen(asked)) => listen::run(&asked, context),
        Some(Command::FakeServer(asked)) => fake_server::run(&asked, context),
        Some(Command::Explain(asked)) => explain::run(&asked, context),
        Some(Command::Inspect(asked)) => inspect::run(&asked, context),
        Some(Command::Lab(asked)) => lab::run(context, &asked.command),
        Some(Command::Demo(asked)) => demo::run(context, &asked),
        Some(Command::Man(asked)) => man::run(&asked, context),
        Some(Command::Completions(asked)) => completions::run(&asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        let with = |vars: &'static [(&str, &str)]| {
            lang_of_environment(|name| {
                vars.iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, v)| (*v).to_owned())
            })
        };
        assert_eq!(with(&[("LANG", "fr_FR.UTF-8")]), Lang::Fr);
        assert_eq!(with(&[("LC_ALL", "C"), ("LANG", "fr_FR.UTF-8")]), Lang::En);
        assert_eq!(
            with(&[("LC_ALL", ""), ("LC_MESSAGES", "fr_CA"), ("LANG", "en_US")]),
            Lang::Fr
        );
        assert_eq!(with(&[]), Lang::En);
    }
}
