//! `demo`: steps 1, 2 and 4 of the lab's first sequence by themselves. The three terminals are three ftplab processes
//! over loopback, typed into as a student would: nothing is shown that did not happen.

use std::{io::Write, thread, time::Duration};

use super::{Context, Exit, Failure, fault};
use crate::{
    cli,
    ftp::{endpoint, reply::text_of},
    io::{stdio, terminals::Terminals},
    say,
    view::demo::{Demo, GUTTER},
};

/// The server's terminal.
const SERVER: usize = 0;
/// The control line's.
const CONTROL: usize = 1;
/// The data connection's.
const DATA: usize = 2;

/// How long a line may take to come before the demonstration counts as failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing must come before a reply counts as explained.
const QUIET: Duration = Duration::from_millis(120);
/// The pause before something is typed, for whoever watches.
const PAUSE: Duration = Duration::from_millis(450);

struct Play<'a> {
    context: &'a Context,
    view: Demo<'a>,
    terminals: Terminals,
    pause: Duration,
}

/// Runs `demo`.
pub(super) fn run(context: &Context, args: &cli::Demo) -> Result<Exit, Failure> {
    let columns = context.out.width() - GUTTER;
    let view = Demo {
        text: &context.text,
        style: context.out,
    };
    let pause = if args.fast { Duration::ZERO } else { PAUSE };
    let mut play = Play {
        context,
        view,
        terminals: Terminals::new(3, columns),
        pause,
    };
    play.run()?;
    Ok(Exit::Done)
}

impl Play<'_> {
    fn run(&mut self) -> Result<(), Failure> {
        self.say("demo-intro")?;
        self.start(SERVER, &["fake-server", "demo", "--port", "0"])?;
        let ready = self.until(SERVER, "127.0.0.1:", |line| line.contains("127.0.0.1:"))?;
        let port: String = ready
            .split("127.0.0.1:")
            .nth(1)
            .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
            .unwrap_or_default();

        self.say("demo-control")?;
        self.start(
            CONTROL,
            &["raw", "127.0.0.1", &port, "--explain", "full", "--no-hints"],
        )?;
        self.reply()?;
        for line in [
            "PWD",
            "USER anonymous",
            "PASS student@example.org",
            "PWD",
            "TYPE I",
            "LIST",
        ] {
            self.send(line)?;
        }

        self.say("demo-passive")?;
        let passive = self.send("PASV")?;
        let tuple = endpoint::parse_227(text_of(passive.as_bytes()))
            .map(|stated| passive.as_bytes()[4..][stated.span].to_vec())
            .map_err(|_| self.failed("227"))?;
        let tuple = String::from_utf8_lossy(&tuple).into_owned();
        self.say("demo-passive-dial")?;
        self.start(DATA, &["pasv-calc", "--connect", &tuple])?;
        self.quiet()?;
        self.send("LIST")?;
        self.data_ended()?;

        self.say("demo-active")?;
        self.start(DATA, &["listen", "0", "--control", &port])?;
        let command = self.until(DATA, "PORT", |line| line.trim_start().starts_with("PORT "))?;
        self.quiet()?;
        let words: Vec<&str> = command.split_whitespace().take(2).collect();
        self.send(&words.join(" "))?;
        self.send("LIST")?;
        self.data_ended()?;

        self.say("demo-end")?;
        self.send("QUIT")?;
        if !self.terminals.ended_well(CONTROL, PATIENCE) {
            // PWD before the login and LIST without a data connection were refused, as they should be: that is exit code 1.
            self.quiet()?;
        }
        let last = format!(
            "\n{}\n",
            self.view.prose(&say!(self.context.text, "demo-next"))
        );
        self.show(&last)
    }

    fn show(&mut self, text: &str) -> Result<(), Failure> {
        let mut out = stdio::stdout();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    fn say(&mut self, id: &str) -> Result<(), Failure> {
        thread::sleep(self.pause);
        let step = self.view.step(id);
        self.show(&step)
    }

    fn failed(&self, what: &str) -> Failure {
        fault::failed(
            self.context,
            "demo",
            &say!(self.context.text, "demo-failed", what = what),
        )
    }

    /// Types a command line into a terminal.
    fn start(&mut self, terminal: usize, args: &[&str]) -> Result<(), Failure> {
        thread::sleep(self.pause);
        let quoted: Vec<String> = args
            .iter()
            .filter(|arg| !arg.starts_with("--no-") && **arg != "--explain" && **arg != "full")
            .map(|arg| {
                if arg.contains(',') {
                    format!("'{arg}'")
                } else {
                    (*arg).to_owned()
                }
            })
            .collect();
        let shown = self
            .view
            .command(terminal, &format!("ftplab {}", quoted.join(" ")));
        self.show(&shown)?;
        let lang = match self.context.text.lang() {
            crate::view::text::Lang::En => "en",
            crate::view::text::Lang::Fr => "fr",
        };
        let all = [args, &["--lang", lang, "--color", "never"]].concat();
        self.terminals
            .run(terminal, &all)
            .map_err(|error| self.failed(&fault::reason(&self.context.text, &error)))
    }

    /// Types a line into the control line and waits for its final reply, which is given back.
    fn send(&mut self, line: &str) -> Result<String, Failure> {
        thread::sleep(self.pause);
        self.terminals
            .type_line(CONTROL, line)
            .map_err(|_| self.failed(line))?;
        self.reply()
    }

    /// Waits for a final reply on the control line and for what is said about it.
    fn reply(&mut self) -> Result<String, Failure> {
        let is_final = |line: &str| {
            let reply = line.strip_prefix("S> ").unwrap_or_default().as_bytes();
            matches!(reply, [b'2'..=b'5', _, _, b' ', ..])
        };
        let line = self.until(CONTROL, "S>", is_final)?;
        self.quiet()?;
        Ok(line["S> ".len()..].to_owned())
    }

    /// Shows what comes until a line of this terminal fits, and gives that line back.
    fn until(
        &mut self,
        terminal: usize,
        what: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Result<String, Failure> {
        loop {
            let Some(printed) = self.terminals.next(PATIENCE) else {
                return Err(self.failed(what));
            };
            let found = printed.terminal == terminal && fits(&printed.line);
            self.print(printed.terminal, &printed.line, found)?;
            if found {
                return Ok(printed.line);
            }
        }
    }

    /// Shows what comes until nothing comes for a moment.
    fn quiet(&mut self) -> Result<(), Failure> {
        while let Some(printed) = self.terminals.next(QUIET) {
            self.print(printed.terminal, &printed.line, false)?;
        }
        Ok(())
    }

    /// The server says the same dialogue from its side: only where it listens is shown.
    fn print(&mut self, terminal: usize, line: &str, wanted: bool) -> Result<(), Failure> {
        if terminal == SERVER && !wanted {
            return Ok(());
        }
        let line = if terminal == SERVER {
            line.split(". ").next().unwrap_or(line)
        } else {
            line
        };
        let shown = self.view.printed(terminal, line);
        self.show(&shown)
    }

    fn data_ended(&mut self) -> Result<(), Failure> {
        if !self.terminals.ended_well(DATA, PATIENCE) {
            return Err(self.failed("D>"));
        }
        self.quiet()
    }
}
