//! `--version`, `man` and `completions`: what is made from the command line's own definition, and whether it is whole.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use clap::CommandFactory;
use ftplab::cli::Cli;

use crate::harness::ftplab;

/// A command's own long options, as they are typed; those of every command are left out, and those for ftplab itself.
fn long_options(command: &clap::Command) -> Vec<String> {
    command
        .get_arguments()
        .filter(|argument| !argument.is_global_set() && !argument.is_hide_set())
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .collect()
}

/// A manual page without the escapes that roff wants before hyphens.
fn page(dir: &Path, name: &str) -> String {
    let path = dir.join(name);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .replace("\\-", "-")
}

#[test]
fn a_manual_page_a_command_with_its_options() {
    let dir = tempfile::tempdir().expect("a folder");
    let pages = dir.path().join("man1");
    let done = ftplab().arg("man").arg(&pages).run().code(0);
    assert_eq!((done.out(), done.err()), ("", ""));
    let program = Cli::command();
    let main = page(&pages, "ftplab.1");
    assert!(main.starts_with(".ie") && main.contains(".SH NAME"));
    assert!(main.contains("--lang") && main.contains("NO_COLOR"));
    let mut written = 1;
    let lab = program.find_subcommand("lab").expect("a subcommand");
    let below = lab.get_subcommands().map(|command| ("lab-", command));
    let commands = program.get_subcommands().map(|command| ("", command));
    for (prefix, command) in commands.chain(below) {
        let name = format!("{prefix}{}", command.get_name());
        let above = match prefix {
            "" => &main,
            _ => &page(&pages, "ftplab-lab.1"),
        };
        assert!(above.contains(&format!("ftplab-{name}(1)")), "{name}");
        let own = page(&pages, &format!("ftplab-{name}.1"));
        assert!(own.lines().count() > 10, "{name}: {own}");
        let about = command.get_about().expect("said in one line").to_string();
        let about = about.replace('\'', "\\*(Aq");
        assert!(own.contains(&about), "{name}: {about}");
        for option in long_options(command) {
            assert!(own.contains(&option), "{name} has {option}");
        }
        written += 1;
    }
    let there = fs::read_dir(&pages).expect("the folder").count();
    assert_eq!(there, written, "a page a command and no other");
}

#[test]
fn the_main_page_on_standard_output_is_the_one_in_the_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    // Twice: pages of an older ftplab are written over.
    for _ in 0..2 {
        ftplab().arg("man").arg(dir.path()).run().code(0);
    }
    let shown = ftplab().arg("man").run().code(0);
    let kept = fs::read(dir.path().join("ftplab.1")).expect("the main page");
    assert_eq!(
        shown.out().replace("\\-", "-"),
        page(dir.path(), "ftplab.1")
    );
    assert_eq!(shown.stdout, kept);
}

#[test]
fn pages_that_cannot_be_written_are_told() {
    for lang in ["en", "fr"] {
        let done = ftplab()
            .lang(lang)
            .args(["man", "/dev/null/man1"])
            .run()
            .code(2);
        assert_eq!(done.out(), "");
        assert!(done.err().contains("/dev/null/man1"), "{}", done.err());
        assert!(done.err().lines().all(|line| line.chars().count() <= 80));
    }
}

#[test]
fn completions_for_every_shell() {
    let program = Cli::command();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = ftplab().args(["completions", shell]).run().code(0);
        assert_eq!(done.err(), "");
        for command in program.get_subcommands() {
            assert!(done.out().contains(command.get_name()), "{shell}");
            for option in long_options(command) {
                // fish writes `-l connect`, the others `--connect`.
                let bare = option.trim_start_matches('-');
                assert!(done.out().contains(bare), "{shell}: {option}");
            }
        }
    }
    let done = ftplab().args(["completions", "tcsh"]).run().code(2);
    assert!(done.err().contains("tcsh") && done.err().contains("zsh"));
}

/// Runs a script in bash; `None` where there is no bash.
fn bash(options: &[&str], script: &[u8]) -> Option<std::process::Output> {
    let mut child = Command::new("bash")
        .args(["--norc", "--noprofile"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take().expect("piped");
    input.write_all(script).expect("bash reads");
    drop(input);
    Some(child.wait_with_output().expect("bash ends"))
}

#[test]
fn bash_takes_the_completions_and_completes_with_them() {
    let mut script = ftplab().args(["completions", "bash"]).run().stdout;
    let Some(parsed) = bash(&["-n"], &script) else {
        crate::harness::skipped("bash");
        return;
    };
    assert!(
        parsed.status.success() && parsed.stderr.is_empty(),
        "{parsed:?}"
    );
    // What Tab does after `ftplab pasv-calc --con`.
    script.extend_from_slice(
        b"\nCOMP_WORDS=(ftplab pasv-calc --con); COMP_CWORD=2; COMPREPLY=()\n\
          _ftplab ftplab --con pasv-calc; printf '%s\\n' \"${COMPREPLY[@]}\"\n",
    );
    let done = bash(&[], &script).expect("it was there");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "--connect\n");
}

#[test]
fn the_version_names_the_commit_where_there_is_one() {
    let done = ftplab().arg("--version").run().code(0);
    let number = env!("CARGO_PKG_VERSION");
    let rest = done
        .out()
        .trim_end()
        .strip_prefix(&format!("ftplab {number}"))
        .expect("name and number");
    let in_clone = Path::new(env!("CARGO_MANIFEST_DIR")).join(".git").exists();
    let git = Command::new("git").arg("--version").output().is_ok();
    if in_clone && git {
        let hash = rest
            .strip_prefix(" (")
            .and_then(|rest| rest.strip_suffix(')'))
            .expect("a hash in parentheses");
        assert!(hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    } else {
        assert!(rest.is_empty() || rest.starts_with(" ("), "{rest}");
    }
}
