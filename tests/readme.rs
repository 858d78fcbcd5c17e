//! The README's examples, run as they stand there. In a fenced block marked `console` each line that begins with `$ `
//! is a command for the shell, and what follows is what it shows: `[..]` stands for anything within a line, a line
//! `...` for any lines. A block marked `console background` shows a program that goes on: it is started, and what it
//! has shown is compared when the section ends. A block marked `markdown NAME`, `toml NAME` or `ftp NAME` is the file NAME of
//! its section.
//!
//! The ports of the lab, 2121 and 5000, may be taken on this machine: where something listens, commands and what they
//! show are read with free ones instead, of as many digits.

use std::{
    fs::{self, File},
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a command may take, or a program in the background to show its first line.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a program in the background may take to tell what happened last.
const LATE: Duration = Duration::from_secs(5);

/// The fence of a block whose program goes on.
const BACKGROUND: &str = "console background";

/// The fences of a block that is a file, before the file's name.
const FILES: [&str; 3] = ["markdown ", "toml ", "ftp "];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The guide for authors of scripts.
const SCRIPTS: &str = "labs/SCRIPTS.md";

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

fn readme() -> String {
    read("README.md")
}

/// A fenced block.
#[derive(Debug)]
struct Block {
    /// The page on which it stands.
    page: &'static str,
    /// What stands behind the fence.
    info: String,
    /// The line of its fence in the file.
    line: usize,
    body: String,
}

/// A command of a block, and what it shows.
#[derive(Debug)]
struct Example {
    command: String,
    shows: Vec<String>,
}

/// The blocks of each section, from one heading to the next.
fn sections(page: &'static str) -> Vec<Vec<Block>> {
    let text = read(page);
    let mut sections = vec![Vec::new()];
    let mut open: Option<(Block, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let info = line.trim_start_matches('`');
        let ticks = line.len() - info.len();
        if let Some((block, opened)) = &mut open {
            // A longer fence has blocks in it.
            if ticks >= *opened && info.is_empty() {
                let (block, _) = open.take().expect("it is open");
                sections.last_mut().expect("never empty").push(block);
            } else {
                block.body.push_str(line);
                block.body.push('\n');
            }
        } else if ticks >= 3 {
            let block = Block {
                page,
                info: info.to_owned(),
                line: number + 1,
                body: String::new(),
            };
            open = Some((block, ticks));
        } else if line.starts_with('#') {
            sections.push(Vec::new());
        }
    }
    assert!(open.is_none(), "a block is not closed");
    sections
}

impl Block {
    fn examples(&self) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        for line in self.body.lines() {
            match (line.strip_prefix("$ "), examples.last_mut()) {
                (Some(command), _) => examples.push(Example {
                    command: command.to_owned(),
                    shows: Vec::new(),
                }),
                (None, Some(example)) => example.shows.push(line.to_owned()),
                (None, None) => panic!("{}:{}: output without a command", self.page, self.line),
            }
        }
        examples
    }
}

/// True where the lines are as the example has them.
fn alike(wanted: &[String], shown: &[&str]) -> bool {
    match wanted.split_first() {
        None => shown.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=shown.len()).any(|skipped| alike(rest, &shown[skipped..]))
        }
        Some((first, rest)) => shown
            .split_first()
            .is_some_and(|(line, after)| fits(first, line) && alike(rest, after)),
    }
}

/// True where the line is as wanted, with anything in the place of each `[..]`.
fn fits(wanted: &str, line: &str) -> bool {
    match wanted.split_once("[..]") {
        None => wanted == line,
        Some((head, tail)) => line.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| fits(tail, &rest[at..]))
        }),
    }
}

/// What stands in the README and what is used instead, because it is free.
struct Ports(Vec<(String, String)>);

impl Ports {
    fn free() -> Ports {
        // Where there is no IPv6, nobody can have taken its port.
        let taken = |ip: IpAddr, port: u16| {
            TcpListener::bind((ip, port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
        };
        let is_free = |port: u16| {
            !taken(Ipv4Addr::LOCALHOST.into(), port) && !taken(Ipv6Addr::LOCALHOST.into(), port)
        };
        let start = std::process::id() as u16;
        let find = |first: u16, count: u16| {
            (0..count)
                .map(|offset| first + start.wrapping_add(offset) % count)
                .find(|&port| is_free(port) && is_free(port - 1))
                .expect("a free port")
        };
        // Numbers of as many digits, so that columns stay. 5000 is 19 × 256 + 136.
        let (control, data) = (find(2130, 800), find(5001, 118));
        let pair = |was: &str, is: u16| (was.to_owned(), is.to_string());
        Ports(vec![
            pair("2121", control),
            pair("2120", control - 1),
            pair("5000", data),
            pair("136", data - 19 * 256),
        ])
    }

    /// A command for the shell with these ports, the one that nobody has to name included.
    fn command(&self, command: &str) -> String {
        let mut command = self.put_into(command);
        if let (Some(rest), Some((_, port))) =
            (command.strip_prefix("ftplab fake-server"), self.0.first())
        {
            command = format!("ftplab fake-server --port {port}{rest}");
        }
        // The program itself, not a shell around it, is what a kill ends.
        if command.contains(['|', ';', '&']) {
            command
        } else {
            format!("exec {command}")
        }
    }

    fn put_into(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (was, is) in &self.0 {
            out = out.replace(was, is);
        }
        out
    }
}

/// A command of the README that runs, with both its streams going into one file, as on a terminal.
struct Running {
    child: Child,
    shown: PathBuf,
}

impl Running {
    fn start(example: &Example, ports: &Ports, folder: &Path, name: &str) -> Running {
        let shown = folder.join(name);
        let into = File::create(&shown).expect("a file");
        let bin = Path::new(env!("CARGO_BIN_EXE_ftplab"))
            .parent()
            .expect("a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(
            std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path)),
        )
        .expect("a PATH");
        let child = Command::new("sh")
            .arg("-c")
            .arg(ports.command(&example.command))
            .current_dir(folder)
            .env_clear()
            .env("PATH", path)
            .stdin(Stdio::null())
            .stdout(into.try_clone().expect("a second handle"))
            .stderr(into)
            .spawn()
            .expect("a shell");
        Running { child, shown }
    }

    fn shown(&self) -> String {
        fs::read_to_string(&self.shown).expect("what it shows is text")
    }

    fn wait(&mut self) {
        let start = Instant::now();
        while self
            .child
            .try_wait()
            .expect("a child can be asked")
            .is_none()
        {
            assert!(
                start.elapsed() < PATIENCE,
                "still running:\n{}",
                self.shown()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it says that it listens: every program that stays does.
    fn is_up(&mut self) {
        let start = Instant::now();
        while !self.shown().contains("Listening ") {
            assert!(
                start.elapsed() < PATIENCE,
                "does not listen:\n{}",
                self.shown()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Example {
    fn wanted(&self, ports: &Ports) -> Vec<String> {
        self.shows.iter().map(|line| ports.put_into(line)).collect()
    }

    fn is_shown(&self, ports: &Ports, shown: &str) -> bool {
        let shown: Vec<&str> = shown.trim_end().lines().collect();
        alike(&self.wanted(ports), &shown)
    }
}

#[track_caller]
fn compare(block: &Block, example: &Example, ports: &Ports, shown: &str) {
    assert!(
        example.is_shown(ports, shown),
        "{}:{}: $ {}\n--- shows\n{}\n--- the page has\n{}",
        block.page,
        block.line,
        example.command,
        shown.trim_end(),
        example.wanted(ports).join("\n")
    );
}

#[test]
fn its_examples_show_what_it_says() {
    let mut run = 0;
    // The authors' guides have examples too.
    for blocks in ["README.md", "labs/README.md", SCRIPTS]
        .into_iter()
        .flat_map(sections)
    {
        let folder = tempfile::tempdir().expect("a folder");
        // Where nothing listens, no port can be taken.
        let listens = blocks.iter().any(|block| block.info == BACKGROUND);
        let ports = if listens {
            Ports::free()
        } else {
            Ports(Vec::new())
        };
        let mut background = Vec::new();
        for block in &blocks {
            let named = FILES.iter().find_map(|kind| block.info.strip_prefix(kind));
            if let Some(name) = named {
                fs::write(folder.path().join(name), &block.body).expect("a file");
            }
            let in_background = match block.info.as_str() {
                "console" => false,
                BACKGROUND => true,
                _ => continue,
            };
            for example in block.examples() {
                run += 1;
                let mut running =
                    Running::start(&example, &ports, folder.path(), &format!("shown-{run}"));
                if in_background {
                    running.is_up();
                    background.push((block, example, running));
                } else {
                    running.wait();
                    compare(block, &example, &ports, &running.shown());
                }
            }
        }
        for (block, example, mut running) in background {
            // What happened last may not be told yet.
            let start = Instant::now();
            while start.elapsed() < LATE && !example.is_shown(&ports, &running.shown()) {
                thread::sleep(Duration::from_millis(20));
            }
            let _ = running.child.kill();
            running.wait();
            compare(block, &example, &ports, &running.shown());
        }
    }
    assert!(run >= 8, "only {run} examples are left");
}

#[test]
fn every_subcommand_is_shown() {
    use clap::CommandFactory;
    let text = readme();
    for command in ftplab::cli::Cli::command().get_subcommands() {
        let typed = format!("ftplab {}", command.get_name());
        assert!(text.contains(&typed), "{typed}");
    }
}

#[test]
fn its_first_commands_are_what_ci_runs() {
    let Ok(ci) = fs::read_to_string(root().join(".ci/run")) else {
        // A published crate has no .ci.
        return;
    };
    let text = readme();
    for command in ["cargo run --release -- demo", "cargo test"] {
        assert!(text.contains(command), "the README has no {command}");
        let locked = command
            .replacen("cargo run", "cargo run --locked", 1)
            .replacen("cargo test", "cargo test --locked", 1);
        assert!(
            ci.contains(&format!("run {locked}")),
            ".ci/run has no {locked}"
        );
    }
}

#[test]
fn what_a_pattern_means() {
    assert!(fits("a [..] c[..]", "a b c") && fits("[..]", "") && !fits("a [..] c", "a b d"));
    let wanted: Vec<String> = ["one", "...", "four"].map(str::to_owned).into();
    assert!(alike(&wanted, &["one", "two", "three", "four"]) && alike(&wanted, &["one", "four"]));
    assert!(!alike(&wanted, &["one", "two"]));
}

/// The faults that come with it are all in the README's table, and no others.
#[test]
fn every_fault_is_in_the_table() {
    let text = readme();
    let (_, table) = text.split_once("| at | the faults |").expect("the table");
    let table = table.split("\n\n").next().unwrap_or_default();
    let mut named: Vec<&str> = table.split('`').skip(1).step_by(2).collect();
    named.sort_unstable();
    let folder = fs::read_dir(root().join("labs/faults")).expect("the faults");
    let mut shipped: Vec<String> = folder
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ftp"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    shipped.sort_unstable();
    assert_eq!(named, shipped);
}

#[test]
fn everything_that_a_rubric_can_expect_is_in_the_table_and_in_the_help() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("r.toml"), "[[expect]]\nnothing = 1\n").expect("a file");
    let ftplab = |words: &[&str]| {
        let done = crate::harness::ftplab().within(folder.path()).args(words);
        let done = done.run();
        format!("{}{}", done.out(), done.err())
    };
    let told = ftplab(&["inspect", "lab-by-hand", "--expect", "r.toml"]);
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, named) = told.split_once("there is: ").expect("what there is");
    let mut named: Vec<&str> = named.split(", ").collect();
    named.retain(|name| *name != "title");
    assert!(named.len() > 10, "{told}");
    let text = readme();
    let (_, table) = text
        .split_once("| An `[[expect]]` names one of |")
        .expect("the table");
    let table = table.split("\n\n").next().unwrap_or_default();
    let help = ftplab(&["inspect", "--help"]);
    for name in named {
        assert!(table.contains(&format!("\n| `{name} = ")), "{name}");
        assert!(help.contains(name), "{name}: {help}");
    }
}

#[test]
fn everything_that_a_script_can_hold_is_in_its_guide() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = "-- expect-warning nothing\n-- nothing\nS> 220 {nothing}\nC* NOOP\n-- data nothing\n-- eol x\n-- next x\n";
    let check = |script: &str| {
        fs::write(folder.path().join("s.ftp"), script).expect("a file");
        let words = ["fake-server", "--check", "s.ftp"];
        let done = crate::harness::ftplab()
            .within(folder.path())
            .args(words)
            .run();
        let told = format!("{} {}", done.out(), done.err());
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let guide = read(SCRIPTS);
    let told = check(wrong);
    let lists: Vec<&str> = told.split("; there are ").skip(1).collect();
    let [names, values, data, eol, next] = lists[..] else {
        panic!("{told}");
    };
    // A list ends where the line is shown again.
    let of = |list: &str| -> Vec<String> {
        let list = list.split(" | ").next().unwrap_or_default();
        let list = list.split(" s.ftp:").next().unwrap_or_default();
        let names = list.split(", ").filter_map(|name| name.split(' ').next());
        names.map(str::to_owned).collect()
    };
    assert!(of(names).len() > 10, "{told}");
    for name in of(names) {
        let alone = ["data", "eol", "next"].contains(&name.as_str());
        assert!(alone || guide.contains(&format!("| `{name}")), "{name}");
    }
    for name in of(values) {
        assert!(
            name == "and" || guide.contains(&format!("`{{{name}}}`")),
            "{name}"
        );
    }
    for (action, words) in [("data", data), ("eol", eol), ("next", next)] {
        for word in of(words) {
            assert!(
                guide.contains(&format!("`{action} {word}")),
                "{action} {word}"
            );
        }
    }
    let told = check("-- expect-warning nothing\nS> 220 Ready.\n");
    let (_, names) = told.split_once("the names are: ").expect("the names");
    let (_, table) = guide.split_once("## What the check warns of").expect("it");
    for name in of(names) {
        assert!(table.contains(&format!("`{name}`")), "{name}");
    }
}
