//! A skeleton written as a sheet, in the language of whoever asked for it: what `lab new` gives. Every sentence in it is a
//! real one, so that the sheet works as it stands; the author makes it their own.

use std::fmt::Write;

use crate::{
    ftp::{code::ReplyCode, command::Verb},
    lab::skeleton::{About, Asked, Round, Shell, Skeleton},
    say,
    view::{explain, sanitise, text::Text},
};

/// The file that a student sends; commands are the same in both languages.
const FILE: &str = "upload.txt";
/// Lines that the last question leaves on paper.
const LAST_LINES: u32 = 5;

/// Writes the sheet.
#[must_use]
pub fn sheet(text: &Text, title: &str, skeleton: &Skeleton) -> String {
    let language = text.lang().code();
    let title = sanitise::line(title.as_bytes());
    let mut out =
        format!("---\ntitle: {title}\nversion: 1\nlanguage: {language}\nserver: none\n---\n");
    let _ = writeln!(out, "\n{}", say!(text, "labnew-intro"));
    for (at, step) in skeleton.steps.iter().enumerate() {
        let _ = writeln!(out, "\n## {}", heading(text, &step.about));
        if at == 0 {
            let _ = writeln!(out, "\n{}", say!(text, "labnew-server"));
            let _ = writeln!(out, "\n```server\n{}```", skeleton.script);
        }
        for round in &step.rounds {
            one(text, &mut out, round);
        }
    }
    let _ = writeln!(
        out,
        "\n```write id=in-your-words lines={LAST_LINES}\n{}\n```",
        say!(text, "labnew-write")
    );
    out
}

fn heading(text: &Text, about: &About) -> String {
    let name = |verb: Option<Verb>| verb.map_or("", Verb::name);
    match about {
        About::Login => say!(text, "labnew-step-login"),
        About::Passive(None) => say!(text, "labnew-step-passive-alone"),
        About::Passive(verb) => say!(text, "labnew-step-passive", verb = name(*verb)),
        About::Active(None) => say!(text, "labnew-step-active-alone"),
        About::Active(verb) => say!(text, "labnew-step-active", verb = name(*verb)),
        About::Commands(verbs) => {
            let mut names: Vec<&str> = verbs
                .iter()
                .filter(|verb| **verb != Verb::Other)
                .map(|verb| verb.name())
                .collect();
            names.dedup();
            match names.is_empty() {
                true => say!(text, "labnew-step-other"),
                false => say!(text, "labnew-step-commands", verbs = names.join(", ")),
            }
        }
        About::Quit => say!(text, "labnew-step-quit"),
    }
}

fn one(text: &Text, out: &mut String, round: &Round) {
    if let Some(shell) = round.shell {
        let (told, command) = match shell {
            Shell::Raw => (say!(text, "labnew-shell-raw"), "ftplab raw {server}"),
            Shell::DialPasv(_) => (
                say!(text, "labnew-shell-dial"),
                "ftplab pasv-calc --connect '{pasv.tuple}'",
            ),
            Shell::DialEpsv(_) => (
                say!(text, "labnew-shell-dial"),
                "ftplab pasv-calc --connect --host {server.host} '229 (|||{epsv.port}|)'",
            ),
            Shell::Listen(_) => (
                say!(text, "labnew-shell-listen"),
                "ftplab listen 5000 --control {server.port}",
            ),
        };
        let _ = match shell {
            Shell::DialPasv(true) | Shell::DialEpsv(true) | Shell::Listen(true) => {
                let sends = say!(text, "labnew-shell-send", file = FILE);
                write!(
                    out,
                    "\n{told} {sends}\n\n```shell\n{command} --send {FILE}\n```\n"
                )
            }
            _ => write!(out, "\n{told}\n\n```shell\n{command}\n```\n"),
        };
    }
    let _ = writeln!(
        out,
        "\n```ftp id={}\n{}\n```",
        round.id,
        round.lines.join("\n")
    );
    for ask in &round.asks {
        let kind = match ask.what {
            Asked::Greeting(_) | Asked::Final(..) | Asked::First(..) => "code",
            Asked::Digit(_) | Asked::DialledBy | Asked::DataClosedBy | Asked::ClosedBy => "choice",
            Asked::PasvPort
            | Asked::PortPort
            | Asked::EpsvPort
            | Asked::EprtPort
            | Asked::Bytes => "number",
        };
        let _ = write!(
            out,
            "\n```ask id={} kind={kind}\n{}```\n",
            ask.id,
            question(text, ask.what)
        );
    }
}

/// The digits of a code, one by one: why it is what it is.
fn digit_by_digit(text: &Text, code: ReplyCode) -> String {
    let [first, second, third] = explain::digits(text, code);
    let [a, b, _] = code.digits();
    // A brace would be a value.
    say!(
        text,
        "labnew-why-code",
        first = format!("{a}yz"),
        first_means = first,
        second = format!("x{b}z"),
        second_means = second,
        code = code.to_string(),
        third_means = third
    )
    .replace('{', "{{")
    .replace('}', "}}")
}

/// A question, its answers, hints and why, each line with its mark.
fn question(text: &Text, asked: Asked) -> String {
    let value = |verb: Verb, part: &str| match (verb, part) {
        (Verb::Other, _) => "{last.code}".to_owned(),
        (verb, part) => format!("{{{}.{part}}}", verb.name().to_ascii_lowercase()),
    };
    let name = |verb: Verb| match verb {
        Verb::Other => say!(text, "labnew-that-command"),
        verb => verb.name().to_owned(),
    };
    match asked {
        Asked::Greeting(code) => format!(
            "{}\n= {{greeting.code}}\n? {}\n! {}\n",
            say!(text, "labnew-greeting"),
            say!(text, "labnew-greeting-hint"),
            digit_by_digit(text, code)
        ),
        Asked::Final(verb, code) => format!(
            "{}\n= {}\n? {}\n! {}\n",
            say!(text, "labnew-code", verb = name(verb)),
            value(verb, "code"),
            say!(text, "labnew-code-hint", verb = name(verb)),
            digit_by_digit(text, code)
        ),
        Asked::First(verb, code) => format!(
            "{}\n= {}\n? {}\n! {}\n",
            say!(text, "labnew-first", verb = name(verb)),
            value(verb, "first"),
            say!(text, "labnew-first-hint"),
            digit_by_digit(text, code)
        ),
        Asked::Digit(code) => digit(text, code),
        Asked::PasvPort => port(text, "pasv", true),
        Asked::PortPort => port(text, "port", true),
        Asked::EpsvPort => port(text, "epsv", false),
        Asked::EprtPort => port(text, "eprt", false),
        Asked::DialledBy => who(text, "data.opened_by"),
        Asked::DataClosedBy => who(text, "data.closed_by"),
        Asked::ClosedBy => who(text, "closed_by"),
        Asked::Bytes => format!(
            "{}\n= {{data.bytes}}\n? {}\n! {}\n",
            say!(text, "labnew-bytes"),
            say!(text, "labnew-bytes-hint"),
            say!(text, "labnew-bytes-why")
        ),
    }
}

/// What the first digit asks of the client.
fn digit(text: &Text, code: ReplyCode) -> String {
    let right = code.digits()[0];
    let code = code.to_string();
    let mut out = say!(text, "labnew-digit", code = code.as_str());
    out.push('\n');
    let choices = [
        say!(text, "labnew-digit-1"),
        say!(text, "labnew-digit-2"),
        say!(text, "labnew-digit-3"),
        say!(text, "labnew-digit-4"),
        say!(text, "labnew-digit-5"),
    ];
    for (digit, choice) in (1..).zip(choices) {
        if digit == right {
            let _ = writeln!(out, "(x) {choice}");
        } else {
            let digit = u64::from(digit);
            let told = say!(text, "labnew-digit-told", digit = digit);
            let _ = writeln!(out, "( ) {choice} # {told}");
        }
    }
    let _ = writeln!(out, "? {}", say!(text, "labnew-digit-hint"));
    out
}

/// The port that was agreed on; `split`: as two bytes.
fn port(text: &Text, of: &str, split: bool) -> String {
    let mut out = match of {
        "pasv" => say!(text, "labnew-port-pasv"),
        "port" => say!(text, "labnew-port-port"),
        "epsv" => say!(text, "labnew-port-epsv"),
        _ => say!(text, "labnew-port-eprt"),
    };
    let _ = write!(out, "\n= {{{of}.port}}\n");
    if split {
        let _ = write!(
            out,
            "? {}\n? {}\n! {}\n",
            say!(text, "labnew-port-hint-bytes"),
            say!(text, "labnew-port-hint-sum"),
            say!(text, "labnew-port-why"),
        );
        let _ = writeln!(out, "  {{{of}.high}} × 256 + {{{of}.low}} = {{{of}.port}}");
    } else {
        let _ = writeln!(out, "? {}", say!(text, "labnew-port-hint-bars"));
    }
    out
}

/// Who dialled or closed a connection.
fn who(text: &Text, value: &str) -> String {
    let (question, hint, why) = match value {
        "data.opened_by" => (
            say!(text, "labnew-dialled"),
            say!(text, "labnew-dialled-hint"),
            say!(text, "labnew-dialled-why"),
        ),
        "data.closed_by" => (
            say!(text, "labnew-closed-data"),
            say!(text, "labnew-closed-hint"),
            say!(text, "labnew-closed-data-why"),
        ),
        _ => (
            say!(text, "labnew-closed"),
            say!(text, "labnew-closed-hint"),
            say!(text, "labnew-closed-why"),
        ),
    };
    let server = say!(text, "labnew-server-end");
    let client = say!(text, "labnew-client-end");
    format!("{question}\n= {{{value}}}\n(client) {client}\n(server) {server}\n? {hint}\n! {why}\n")
}
