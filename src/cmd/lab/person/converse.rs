//! A dialogue of a sheet as somebody types it: commands, or replies where they are the server, until all of it has
//! happened.

use std::time::{Duration, Instant};

use super::{Came, Key, Person};
use crate::{
    cmd::{
        Failure,
        lab::{
            autopilot, bench,
            follow::Watched,
            walk::{Go, Walk},
        },
    },
    ftp::secret,
    lab::sheet::{Expected, Ftp, Role as Part, Wanted},
    say,
    script::console,
    view::style::Role,
};

/// How long a command's reply is waited for before the next line may be typed.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same for lines that do not come from a keyboard: nobody is there who could wait longer.
const LINES_PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing is printed before what was typed counts as answered.
const QUIET: Duration = Duration::from_millis(120);
/// The same where a transfer waits, for its data connection perhaps.
const WAITING: Duration = Duration::from_millis(500);
/// How long a transfer waits for its data connection before it is said that nobody has opened it.
const UNANSWERED: Duration = Duration::from_secs(2);
/// The prompt where commands are typed.
pub(super) const CLIENT: &str = "C> ";
/// The prompt where replies are typed.
const SERVER: &str = "S> ";
impl<'a> Person<'a> {
    /// Where a dialogue goes on from a control connection that does not stand any more: what to send again.
    pub(super) fn again(&mut self, walk: &Walk<'a>, ftp: &Ftp) -> Result<(), Failure> {
        let commands = walk.in_force(ftp);
        if commands.is_empty() || walk.bench.stands(ftp.line) {
            return Ok(());
        }
        let what: Vec<String> = commands
            .iter()
            .map(|command| autopilot::typed(&walk.bench, command))
            .collect();
        let told = say!(
            walk.view.text,
            "labrun-again",
            what = what.join(&say!(walk.view.text, "labrun-again-then"))
        );
        self.say(walk, Role::Hint, &told)?;
        let is_passive = |command: &&Expected| matches!(command.what, Wanted::Command { verb, .. } if verb.asks_to_listen());
        if commands.iter().any(is_passive) {
            let told = say!(walk.view.text, "labrun-again-port");
            self.say(walk, Role::Hint, &told)?;
        }
        Ok(())
    }

    /// How a dialogue goes on that is typed here, until it is complete or left.
    pub(super) fn converse(&mut self, walk: &mut Walk<'a>, ftp: &'a Ftp) -> Result<Go, Failure> {
        let serving = ftp.role == Part::Server;
        let prompt = match serving {
            true => SERVER.to_owned(),
            false => walk.bench.label(bench::terminal_of(ftp.line)).to_owned() + CLIENT,
        };
        let patience = if self.keys.interactive {
            PATIENCE
        } else {
            LINES_PATIENCE
        };
        let mut watched = Watched::new(ftp, walk.bench.params());
        // Since when nothing has been printed, and since when a reply is waited for.
        let mut quiet = Instant::now();
        let mut since = quiet;
        let mut complete = false;
        // A line for ftplab itself has no reply to wait for.
        let mut local = true;
        // That nobody has opened the data connection is said once a command, and so is that nothing can be seen.
        let mut awaits = false;
        let mut unseen = true;
        loop {
            self.fit(walk);
            let mut came = false;
            walk.bench.look(|line| {
                came = true;
                watched.feed(line);
            })?;
            if self.printed(&mut walk.bench, walk.view, true)? || came {
                quiet = Instant::now();
            }
            // When what was printed about it stands there, and not in the middle of it.
            if quiet.elapsed() >= QUIET {
                let shown = watched.news(walk.view);
                self.keys.show(&shown)?;
            }
            if came {
                let (lines, dialogue) = watched.state();
                walk.seen(&ftp.id, lines, dialogue);
            }
            let settled = if serving {
                // Whoever types sees by themselves when it is their turn.
                self.keys.interactive || walk.bench.wants_reply()
            } else {
                walk.bench.settled(ftp.line)
            };
            let idle = quiet.elapsed();
            let ready = ((settled || local) && idle >= QUIET)
                || (walk.bench.in_transfer(ftp.line) && idle >= WAITING)
                || since.elapsed() >= patience;
            // A reply that never comes, with which a server breaks a rule, is not waited for for ever.
            let over = settled || serving || since.elapsed() >= patience;
            if watched.is_complete() && !complete && idle >= QUIET && over {
                complete = true;
                walk.done(&ftp.id);
                walk.save();
                if self.keys.asked.is_none() {
                    let told = say!(walk.view.text, "labrun-all-seen");
                    self.say(walk, Role::GoodReply, &format!("{told}\n\n"))?;
                    return Ok(Go::On);
                }
                let told = say!(walk.view.text, "labrun-all-seen-enter");
                self.say(walk, Role::GoodReply, &told)?;
            }
            if !awaits && idle >= UNANSWERED && walk.bench.awaits_data(ftp.line) {
                awaits = true;
                let told = say!(walk.view.text, "labrun-data-awaited");
                self.say(walk, Role::Hint, &told)?;
            }
            if !unseen && !settled && !local && since.elapsed() >= patience {
                unseen = true;
                if let Err(why) = walk.bench.room() {
                    self.say(walk, Role::Warning, &why)?;
                }
            }
            if ready {
                self.keys.ask(&prompt)?;
            }
            let Some(came) = self.typed(walk, &prompt)? else {
                continue;
            };
            since = Instant::now();
            quiet = since;
            local = true;
            awaits = false;
            unseen = false;
            let Came::Line(line) = came else {
                return Ok(Go::Leave);
            };
            let ours = match Key::read(&line) {
                // The terminal knows better what the last reply was, or what it can do.
                Some(Key::Explain(what)) if what.is_empty() => None,
                key => key,
            };
            if let Some(key) = ours {
                let example = |expected: &Expected| autopilot::typed(&walk.bench, expected);
                let hints = watched.hints(walk.view.text, &example);
                if let Some(go) = self.key(walk, &key, &ftp.id, &hints)? {
                    return Ok(go);
                }
                continue;
            }
            if line.is_empty() && complete {
                return Ok(Go::On);
            }
            if complete && !serving && !walk.bench.connected(ftp.line) {
                let what = secret::shown_line(line.as_bytes(), false);
                let what = String::from_utf8_lossy(&what).into_owned();
                let told = say!(walk.view.text, "labrun-dialogue-over", what = what);
                self.say(walk, Role::Warning, &told)?;
                continue;
            }
            if serving {
                local = line.starts_with('/');
                if !line.is_empty() {
                    walk.bench.reply(&line);
                }
            } else {
                local = self.send(walk, ftp, &line, &mut watched)?;
            }
        }
    }

    /// Types a line into the control line's terminal, which is opened where it is not; true where no reply will come.
    fn send(
        &mut self,
        walk: &mut Walk<'a>,
        ftp: &Ftp,
        line: &str,
        watched: &mut Watched<'_>,
    ) -> Result<bool, Failure> {
        let local = line.starts_with('/') && !line.starts_with("//");
        if local {
            let word = line.split_whitespace().next().unwrap_or_default();
            let known = console::LOCAL
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(word));
            if !known {
                let told = say!(
                    walk.view.text,
                    "labrun-unknown",
                    word = word.trim_start_matches('/')
                );
                self.say(walk, Role::Warning, &told)?;
                return Ok(true);
            }
        }
        if self.keys.interactive && line.is_empty() && walk.recorded {
            return Ok(true);
        }
        if self.keys.interactive && std::mem::take(&mut walk.recorded) {
            // Once: whoever insists works without a recording.
            let told = say!(walk.view.text, "labrun-recorded-there");
            self.say(walk, Role::Warning, &told)?;
            return Ok(true);
        }
        if !walk.bench.connected(ftp.line) {
            let server = walk.bench.server(ftp.line).unwrap_or_default();
            let told = if walk.bench.was_connected(ftp.line) {
                say!(walk.view.text, "labrun-dialling-again")
            } else {
                say!(walk.view.text, "labrun-dialling", server = server)
            };
            self.say(walk, Role::Remark, &told)?;
            walk.bench.dial(ftp.line)?;
            let keys = &mut self.keys;
            let view = walk.view;
            let which = ftp.line;
            let label = walk.bench.label(bench::terminal_of(which));
            walk.bench.until(
                bench::GREETING,
                |bench| bench.settled(which) || !bench.connected(which),
                |line| watched.feed(line),
                |printed| keys.show(&format!("{label}{}", view.printed(&printed.line))),
            )?;
        }
        if line.is_empty() {
            return Ok(true);
        }
        if !walk.bench.connected(ftp.line) {
            let told = say!(walk.view.text, "labrun-not-connected", what = line);
            self.say(walk, Role::Warning, &told)?;
            return Ok(true);
        }
        walk.bench.type_line(ftp.line, line)?;
        Ok(local)
    }
}
