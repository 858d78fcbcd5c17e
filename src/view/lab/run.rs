//! What `lab run` shows beside the prose and what the terminals print: the dialogue that must happen, ticked as it does,
//! questions and what becomes of the answers, the keys.

use crate::{
    ftp::secret,
    lab::{
        answer::{self, Judgement, Reason},
        dialogue::{Difference, Differs},
        report::{self, Report},
        sheet::{Ask, AskKind, Ftp, Role as Part, Sheet},
    },
    say,
    script::pattern::WhyNot,
    view::{
        sanitise,
        style::{Role, Style},
        text::Text,
        wrap::wrap,
    },
};

/// The mark of a line that has come.
const SEEN: &str = "✓";
/// The mark of one that has not yet.
const AWAITED: &str = "○";
/// The mark of one in whose place another came.
const OTHER: &str = "✗";

/// The width of the keys' column in the help.
const KEYS: usize = 26;

/// Makes what `lab run` shows.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The sentences.
    pub text: &'a Text,
    /// How they are dressed.
    pub style: Style,
}

impl Run<'_> {
    /// A sentence on lines of its own.
    #[must_use]
    pub fn line(&self, role: Role, sentence: &str) -> String {
        let mut out = String::new();
        for line in sentence.lines() {
            let line = wrap(&sanitise::line(line.as_bytes()), 0, 0, self.style.width());
            if line.is_empty() {
                out.push('\n');
            }
            for line in line.lines() {
                out.push_str(&self.style.paint(role, line));
                out.push('\n');
            }
        }
        out
    }

    /// The sheet's title, and what it is.
    #[must_use]
    pub fn title(&self, sheet: &Sheet, report: &Report, json: &str, md: &str) -> String {
        let text = self.text;
        let mut out = self.heading(&sheet.head.title);
        let questions = report
            .blocks
            .iter()
            .filter(|block| matches!(block.kind, report::Kind::Ask | report::Kind::Write));
        let mut about = say!(
            text,
            "labrun-about",
            id = report.sheet.id.as_str(),
            version = report.sheet.version.to_string(),
            steps = sheet.steps.len(),
            questions = questions.count()
        );
        if let Some(student) = &report.student {
            about.push(' ');
            about.push_str(&say!(
                text,
                "labrun-about-student",
                // The sentence has a full stop of its own, as in `Ada L.`.
                student = student.trim_end_matches('.')
            ));
        }
        if !report.params.is_empty() {
            let params: Vec<String> = report
                .params
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            about.push(' ');
            about.push_str(&say!(
                text,
                "labrun-about-params",
                params = params.join(", ")
            ));
        }
        out.push_str(&self.line(Role::Remark, &about));
        if !report.demo {
            let kept = say!(text, "labrun-about-kept", json = json, md = md);
            out.push_str(&self.line(Role::Remark, &kept));
        }
        out
    }

    /// A sheet's title.
    #[must_use]
    pub fn heading(&self, title: &str) -> String {
        let title = sanitise::line(title.as_bytes());
        let wide = unicode_width::UnicodeWidthStr::width(&*title).min(self.style.width());
        format!(
            "{}\n{}\n",
            self.style
                .paint(Role::Heading, &wrap(&title, 0, 0, self.style.width())),
            self.style.paint(Role::Heading, &"═".repeat(wide))
        )
    }

    /// The heading of a step.
    #[must_use]
    pub fn step(&self, number: usize, of: usize, title: &str) -> String {
        let head = say!(
            self.text,
            "labrun-step",
            n = number,
            all = of,
            title = sanitise::line(title.as_bytes()).into_owned()
        );
        let head = wrap(&head, 0, 0, self.style.width());
        let wide = head
            .lines()
            .map(unicode_width::UnicodeWidthStr::width)
            .max();
        format!(
            "\n{}\n{}\n\n",
            self.style.paint(Role::Heading, &head),
            self.style
                .paint(Role::Heading, &"─".repeat(wide.unwrap_or(0)))
        )
    }

    /// A line of a dialogue with its mark: it has come, or is awaited.
    #[must_use]
    pub fn expected(&self, written: &str, seen: bool) -> String {
        let written = sanitise::line(written.as_bytes());
        let (mark, role) = if seen {
            (SEEN, Role::GoodReply)
        } else {
            (AWAITED, Role::Remark)
        };
        format!("  {} {written}\n", self.style.paint(role, mark))
    }

    /// Lines of a dialogue that have just come, on one line where there is room.
    #[must_use]
    pub fn ticked(&self, written: &[&str]) -> String {
        let words: Vec<String> = written
            .iter()
            .map(|written| {
                let clean = sanitise::line(written.as_bytes());
                // No-break spaces: a line of the dialogue is not torn.
                format!("{SEEN}\u{a0}{}", clean.replace(' ', "\u{a0}"))
            })
            .collect();
        let line = wrap(&words.join("\u{a0}\u{a0} "), 2, 2, self.style.width());
        let lines: Vec<&str> = line
            .lines()
            .map(|line| line.trim_end_matches('\u{a0}'))
            .collect();
        let line = lines.join("\n").replace('\u{a0}', " ");
        format!("  {}\n", self.style.paint(Role::GoodReply, &line))
    }

    /// Something else came than what was expected, and why it is not the same.
    #[must_use]
    pub fn differs(&self, ftp: &Ftp, difference: &Difference) -> String {
        let text = self.text;
        let written = |at: usize| {
            let line = ftp.lines.get(at).map_or("", |line| line.written.as_str());
            sanitise::line(line.as_bytes()).into_owned()
        };
        let wanted = written(difference.line);
        let clean = |bytes: &[u8]| sanitise::line(&secret::shown_line(bytes, false)).into_owned();
        // Whoever plays the server cannot have a command sent again.
        let serving = ftp.role == Part::Server;
        let mut told = match &difference.how {
            Differs::Code { got: None, .. } => {
                say!(text, "labrun-differs-no-code", wanted = wanted)
            }
            Differs::Code {
                wanted: code,
                got: Some(got @ (425 | 530)),
                ..
            } if *code < 400 && !serving => {
                // What is missing is known, and sending the same again would not bring it.
                let id = match got {
                    425 => "labrun-differs-no-data",
                    _ => "labrun-differs-no-login",
                };
                say!(text, id, wanted = code.to_string(), got = got.to_string())
            }
            Differs::Code {
                wanted: code,
                got: Some(got),
                digit,
            } => {
                let which = match digit {
                    1 => "labrun-differs-digit-1",
                    2 => "labrun-differs-digit-2",
                    _ => "labrun-differs-digit-3",
                };
                let why = text.say(which, &[]);
                let mut told = say!(
                    text,
                    "labrun-differs-code",
                    wanted = code.to_string(),
                    got = got.to_string(),
                    why = why
                );
                if !serving {
                    told.push(' ');
                    told.push_str(&say!(text, "labrun-differs-again"));
                }
                told
            }
            Differs::Text(got) => say!(
                text,
                "labrun-differs-text",
                wanted = wanted,
                got = clean(got)
            ),
            Differs::Argument(why, got) => {
                let why = match why {
                    WhyNot::Case => "labrun-differs-case",
                    WhyNot::ArgumentMissing => "labrun-differs-missing",
                    WhyNot::ArgumentUnwanted => "labrun-differs-unwanted",
                    _ => "labrun-differs-argument",
                };
                let why = text.say(why, &[]);
                say!(
                    text,
                    "labrun-differs-command",
                    wanted = wanted,
                    got = clean(got),
                    why = why
                )
            }
            Differs::Transfer(got) => say!(
                text,
                "labrun-differs-transfer",
                wanted = wanted,
                got = clean(got)
            ),
            Differs::Early { later } => say!(
                text,
                "labrun-differs-early",
                wanted = wanted,
                later = written(*later)
            ),
            Differs::Data => say!(text, "labrun-differs-data", wanted = wanted),
            Differs::Closed if serving => say!(text, "labrun-differs-left", wanted = wanted),
            Differs::Closed => say!(text, "labrun-differs-closed", wanted = wanted),
        };
        if serving && !matches!(difference.how, Differs::Closed) {
            told.push(' ');
            told.push_str(&say!(text, "labrun-differs-client"));
        }
        let told = wrap(&told, 4, 4, self.style.width());
        format!(
            "  {}\n",
            self.style.paint(Role::BadReply, &format!("{OTHER} {told}"))
        )
    }

    /// What becomes of an answer: how many there were with it, and how many hints were given.
    #[must_use]
    pub fn judged(&self, ask: &Ask, judgement: &Judgement, tries: usize, given: u32) -> String {
        let text = self.text;
        let reason = match judgement {
            Judgement::Right => {
                let right = say!(text, "labrun-right");
                return self.line(Role::GoodReply, &format!("{SEEN} {right}"));
            }
            Judgement::NotSeenYet(name) => {
                let told = say!(text, "labrun-no-value", name = name.to_string());
                return self.line(Role::Warning, &told);
            }
            Judgement::Unreadable(kind) => {
                let told = match kind {
                    AskKind::Number => say!(text, "labrun-unreadable-number"),
                    AskKind::Code => say!(text, "labrun-unreadable-code"),
                    AskKind::Text => say!(text, "labrun-unreadable-text"),
                    AskKind::Choice => {
                        let last = answer::letter(ask.choices.len().saturating_sub(1));
                        say!(text, "labrun-unreadable-choice", last = last)
                    }
                };
                return self.line(Role::Warning, &told);
            }
            Judgement::Wrong(reason) => reason,
        };
        let why = match reason {
            Reason::Told(told) => told.clone(),
            Reason::Digit(digit) => {
                let digit = match digit {
                    1 => "labrun-wrong-digit-1",
                    2 => "labrun-wrong-digit-2",
                    _ => "labrun-wrong-digit-3",
                };
                text.say(digit, &[])
            }
            Reason::Swapped => say!(text, "labrun-wrong-swapped"),
            Reason::By265 => say!(text, "labrun-wrong-265"),
            Reason::By255 => say!(text, "labrun-wrong-255"),
            Reason::HighOnly => say!(text, "labrun-wrong-high"),
            Reason::LowOnly => say!(text, "labrun-wrong-low"),
            Reason::LowForgotten => say!(text, "labrun-wrong-low-forgotten"),
            Reason::Added => say!(text, "labrun-wrong-added"),
            Reason::SideBySide => say!(text, "labrun-wrong-side"),
            Reason::Plain => String::new(),
        };
        let mut told = say!(text, "labrun-wrong", tries = tries);
        if !why.is_empty() {
            told.push(' ');
            told.push_str(&why);
        }
        if tries >= 2 && usize::try_from(given).is_ok_and(|given| given < ask.hints.len()) {
            told.push(' ');
            told.push_str(&say!(text, "labrun-wrong-hint"));
        }
        self.line(Role::BadReply, &format!("{OTHER} {told}"))
    }

    /// A command to type in another terminal, on several lines as a shell takes them where it is long.
    #[must_use]
    pub fn command(&self, command: &str) -> String {
        let command = sanitise::line(command.as_bytes());
        // No-break spaces: what is quoted is not torn.
        let mut quote = None;
        let whole: String = command
            .chars()
            .map(|c| {
                match quote {
                    None if matches!(c, '\'' | '"') => quote = Some(c),
                    Some(open) if open == c => quote = None,
                    _ => {}
                }
                if c == ' ' && quote.is_some() {
                    '\u{a0}'
                } else {
                    c
                }
            })
            .collect();
        let mut out = String::new();
        let lines = wrap(&whole, 6, 4, self.style.width() - 2).replace('\u{a0}', " ");
        let last = lines.lines().count().saturating_sub(1);
        for (at, line) in lines.lines().enumerate() {
            let line = match at {
                0 => format!("$ {line}"),
                _ => format!("    {}", line.trim_start()),
            };
            let more = if at < last { " \\" } else { "" };
            let line = self.style.paint(Role::Command, &format!("{line}{more}"));
            out.push_str(&format!("    {line}\n"));
        }
        out
    }

    /// Text as it stands.
    #[must_use]
    pub fn text(&self, shown: &str) -> String {
        let shown = sanitise::lines(shown.as_bytes());
        shown.lines().map(|line| format!("    {line}\n")).collect()
    }

    /// The choices of a question, each with its letter.
    #[must_use]
    pub fn choices(&self, choices: &[String]) -> String {
        let mut out = String::new();
        for (letter, choice) in ('a'..='z').zip(choices) {
            let choice = sanitise::line(choice.as_bytes());
            let choice = wrap(&choice, 5, 5, self.style.width());
            out.push_str(&format!("  {letter}) {choice}\n"));
        }
        out
    }

    /// An answer as it was typed, for where no terminal shows it.
    #[must_use]
    pub fn answered(&self, prompt: &str, answer: &str) -> String {
        let answer = secret::shown_line(answer.as_bytes(), false);
        let answer = sanitise::line(&answer);
        format!(
            "{}\n",
            self.style
                .paint(Role::Command, format!("{prompt}{answer}").trim_end())
        )
    }

    /// A question and its answer, for somebody who looks on.
    #[must_use]
    pub fn looked_on(&self, question: &str, answer: &str) -> String {
        let question: Vec<&str> = question.split_whitespace().collect();
        let line = format!("? {} → {answer}", question.join(" "));
        let line = wrap(&sanitise::line(line.as_bytes()), 0, 2, self.style.width());
        format!("{}\n", self.style.paint(Role::Hint, &line))
    }

    /// A line that a terminal printed: its colours, and nothing else that could do something to this one.
    #[must_use]
    pub fn printed(&self, line: &str) -> String {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut out = String::new();
        for (colour, text) in coloured(line) {
            if self.style.colour() {
                out.push_str(colour);
            }
            out.push_str(&sanitise::line(text.as_bytes()));
        }
        out.push('\n');
        out
    }

    /// The keys; where the student plays the server, those of its prompt.
    #[must_use]
    pub fn help(&self, plays_server: bool) -> String {
        let head = say!(self.text, "labrun-help");
        let mut out = format!("{}\n", self.style.paint(Role::Heading, &head));
        for id in [
            "labrun-help-ftp",
            if plays_server {
                "labrun-help-server"
            } else {
                "labrun-help-local"
            },
            "labrun-help-hint",
            "labrun-help-next",
            "labrun-help-back",
            "labrun-help-steps",
            "labrun-help-save",
            "labrun-help-quit",
        ] {
            let line = self.text.say(id, &[]);
            let (keys, told) = line.split_once('|').unwrap_or((line.as_str(), ""));
            let (keys, told) = (keys.trim(), told.trim());
            let wide = unicode_width::UnicodeWidthStr::width(keys);
            out.push_str("  ");
            out.push_str(&self.style.paint(Role::Command, keys));
            if wide + 2 < KEYS {
                out.extend(std::iter::repeat_n(' ', KEYS - 2 - wide));
            } else {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', KEYS));
            }
            out.push_str(&wrap(told, KEYS, KEYS, self.style.width()));
            out.push('\n');
        }
        out
    }

    /// The steps, and what is done of each.
    #[must_use]
    pub fn steps(&self, titles: &[String], report: &Report) -> String {
        let mut out = String::new();
        for (at, title) in titles.iter().enumerate() {
            let title = sanitise::line(title.as_bytes()).into_owned();
            let mine = report
                .blocks
                .iter()
                .filter(|block| usize::try_from(block.step) == Ok(at + 1));
            let all = mine.clone().count();
            let done = mine.filter(|block| block.done).count();
            let (line, role) = if all == 0 {
                (
                    say!(self.text, "labrun-steps-prose", n = at + 1, title = title),
                    Role::Remark,
                )
            } else {
                (
                    say!(
                        self.text,
                        "labrun-steps-line",
                        n = at + 1,
                        title = title,
                        done = done,
                        all = all
                    ),
                    if done == all {
                        Role::GoodReply
                    } else {
                        Role::Hint
                    },
                )
            };
            let mark = if all > 0 && done == all { SEEN } else { " " };
            let line = wrap(&line, 4, 4, self.style.width());
            out.push_str(&format!(
                "{}\n",
                self.style.paint(role, &format!("  {mark} {line}"))
            ));
        }
        out
    }
}

/// A line that a terminal printed, without its colours.
#[must_use]
pub fn bare(line: &str) -> String {
    coloured(line).map(|(_, text)| text).collect()
}

/// The pieces of a line, each behind the escape sequence that colours it (ECMA-48 8.3.117, SGR).
fn coloured(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let colour = rest.strip_prefix("\u{1b}[").and_then(|inner| {
            let end = inner.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
            inner[end..].starts_with('m').then_some(end + 3)
        });
        let (colour, behind) = rest.split_at(colour.unwrap_or(0));
        // An escape that is no colour is text, which the sanitiser spells out.
        let skip = usize::from(behind.starts_with('\u{1b}') && colour.is_empty());
        let end = behind[skip..]
            .find("\u{1b}[")
            .map_or(behind.len(), |at| at + skip);
        let (text, next) = behind.split_at(end);
        rest = next;
        Some((colour, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::text::Lang;

    #[test]
    fn a_long_command_is_still_one_for_a_shell() {
        let text = Text::new(Lang::En);
        let view = Run {
            text: &text,
            style: Style::new(false, 40),
        };
        assert_eq!(
            view.command("ftplab raw HOST 2121"),
            "    $ ftplab raw HOST 2121\n"
        );
        assert_eq!(
            view.command("dumpcap -i lo -f \"host 127.0.0.1 and tcp\" -w 'my file.pcapng'"),
            "    $ dumpcap -i lo -f \\\n        \"host 127.0.0.1 and tcp\" -w \\\n        'my file.pcapng'\n"
        );
    }

    #[test]
    fn colours_come_through_and_nothing_else_does() {
        assert_eq!(bare("\u{1b}[1;36mC> PWD\u{1b}[0m"), "C> PWD");
        let text = Text::new(Lang::En);
        let view = |colour| Run {
            text: &text,
            style: Style::new(colour, 80),
        };
        let line = "a\u{1b}[2J\u{1b}[32mb\u{1b}[0m\u{1b}";
        assert_eq!(view(false).printed(line), "a{x1B}[2Jb{x1B}\n");
        assert_eq!(
            view(true).printed(line),
            "a{x1B}[2J\u{1b}[32mb\u{1b}[0m{x1B}\n"
        );
    }
}
