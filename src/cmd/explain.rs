//! `explain`: reply codes and verbs in words. Each word of the command line is taken as the first of these that it is: a
//! code or a pattern of codes, a verb, a word of the client programs, a word that the explanations speak of.

use crate::{
    cli::Explain,
    cmd::{Context, Exit, Failure},
    ftp::{
        catalogue::{self, Pattern},
        code::ReplyCode,
        command::Verb,
    },
    io::stdio as streams,
    say,
    view::{explain, sanitise},
};
use std::io::Write;

/// Prints what was asked for, and on standard error what nobody knows; then the answer is [`Exit::No`].
pub(super) fn run(asked: &Explain, context: &Context) -> Result<Exit, Failure> {
    let mut out = streams::stdout();
    if asked.what.is_empty() {
        out.write_all(explain::tables(&context.text, context.out).as_bytes())?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let mut complaints = Vec::new();
    let mut printed = false;
    for word in &asked.what {
        let answer = answer(word, context);
        if let Some(page) = answer.page {
            if printed {
                out.write_all(b"\n")?;
            }
            out.write_all(page.as_bytes())?;
            printed = true;
        }
        complaints.extend(answer.complaint);
    }
    // Standard output first, so that on a terminal the complaint stands last.
    out.flush()?;
    if complaints.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Failure::no(complaints.join("\n")))
}

/// What there is to say about a word, in one piece with its line end, for another command's screen.
pub(super) fn about(word: &str, context: &Context) -> String {
    let answer = answer(word, context);
    let complaint = answer.complaint.map(|told| told + "\n");
    answer.page.into_iter().chain(complaint).collect()
}

/// What there is to say about a word; both where a code is explained by its digits and listed nowhere.
struct Answer {
    page: Option<String>,
    complaint: Option<String>,
}

impl Answer {
    fn page(page: String) -> Answer {
        Answer {
            page: Some(page),
            complaint: None,
        }
    }

    fn complaint(complaint: String) -> Answer {
        Answer {
            page: None,
            complaint: Some(complaint),
        }
    }
}

fn answer(asked: &str, context: &Context) -> Answer {
    let (text, style) = (&context.text, context.out);
    // A whole reply or command in quotes is known by its first word.
    let word = asked.split_whitespace().next().unwrap_or_default();
    if let Some(pattern) = Pattern::parse(word) {
        return match pattern.code() {
            Some(code) => of_code(code, context),
            None if catalogue::codes()
                .iter()
                .any(|fact| pattern.matches(fact.code)) =>
            {
                Answer::page(explain::pattern(text, style, pattern))
            }
            None => Answer::complaint(say!(text, "explain-unknown-pattern", pattern = word)),
        };
    }
    let verb = Verb::of(word.as_bytes());
    if verb != Verb::Other {
        return Answer::page(explain::verb(text, style, verb));
    }
    let shown = sanitise::line(asked.trim().as_bytes());
    if let Some(verb) = catalogue::client_word(word) {
        return Answer::page(explain::client_word(text, style, word, verb));
    }
    if let Some(page) = explain::keyword(text, style, &shown) {
        return Answer::page(page);
    }
    let near = catalogue::nearest_verbs(word.as_bytes());
    Answer::complaint(if near.is_empty() {
        say!(text, "explain-unknown", word = shown.as_ref())
    } else {
        let near: Vec<&str> = near.iter().map(|verb| verb.name()).collect();
        say!(
            text,
            "explain-unknown-near",
            word = shown.as_ref(),
            near = near.join(" ")
        )
    })
}

fn of_code(code: ReplyCode, context: &Context) -> Answer {
    let text = &context.text;
    let page = explain::code(text, context.out, code);
    if catalogue::code(code).is_some() {
        return Answer::page(page);
    }
    let near: Vec<String> = catalogue::nearest_codes(code)
        .iter()
        .map(ReplyCode::to_string)
        .collect();
    let complaint = if near.is_empty() {
        say!(text, "explain-unknown-code", code = code.to_string())
    } else {
        say!(
            text,
            "explain-unknown-code-near",
            code = code.to_string(),
            near = near.join(" ")
        )
    };
    Answer {
        page: Some(page),
        complaint: Some(complaint),
    }
}
