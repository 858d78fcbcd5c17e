//! The fake server played by hand, on the screen: the command that waits, the replies that are possible, the time that is
//! left, and what a reply that was not sent would do to the client.

use std::{fmt::Write, time::Duration};

use super::{
    explain, sanitise,
    style::{Role, Style},
    text::Text,
    wrap::wrap,
};
use crate::{
    ftp::{catalogue::Flow, code::ReplyCode, command::Verb, secret},
    say,
    script::{
        check::Client,
        hand::{Concern, Question},
    },
};

/// Says what a person who plays the server needs to know.
pub struct ByHand<'a> {
    text: &'a Text,
    style: Style,
    /// The script's name, as shown before a line number.
    name: String,
    show_credentials: bool,
}

impl<'a> ByHand<'a> {
    /// For a server that plays the script of this name.
    #[must_use]
    pub fn new(text: &'a Text, style: Style, name: &str, show_credentials: bool) -> ByHand<'a> {
        ByHand {
            text,
            style,
            show_credentials,
            name: sanitise::line(name.as_bytes()).into_owned(),
        }
    }

    fn lines(&self, out: &mut String, role: Role, line: &str) {
        let wrapped = wrap(line, 0, 2, self.style.width());
        let _ = writeln!(out, "{}", self.style.paint(role, &wrapped));
    }

    /// What can be typed beside replies.
    #[must_use]
    pub fn help(&self) -> String {
        let mut out = String::new();
        for id in [
            "server-hand-help",
            "server-hand-help-data",
            "server-hand-help-accept",
            "server-hand-help-close",
            "server-hand-help-pasv",
            "server-hand-help-hold",
            "server-hand-help-send",
            "server-hand-help-hangup",
            "server-hand-help-quit",
        ] {
            self.lines(&mut out, Role::Remark, &self.text.say(id, &[]));
        }
        out
    }

    /// A client waits for a reply: for which, which may come, and how long it waits.
    #[must_use]
    pub fn question(
        &self,
        question: &Question,
        patience: Option<(Client, Duration)>,
        known: bool,
    ) -> String {
        let text = self.text;
        let mut out = String::new();
        let command = if question.command.is_empty() {
            say!(text, "server-hand-greeting")
        } else {
            let shown = secret::shown_line(&question.command, self.show_credentials);
            sanitise::line(&shown).into_owned()
        };
        let head = match question.line {
            Some(line) => say!(
                text,
                "server-hand-asks-line",
                connection = question.connection,
                command = command,
                place = format!("{}:{line}", self.name)
            ),
            None => say!(
                text,
                "server-hand-asks",
                connection = question.connection,
                command = command
            ),
        };
        self.lines(&mut out, Role::Heading, &head);
        if let Some(open) = question.open {
            let line = say!(text, "server-hand-open", code = open.to_string());
            self.lines(&mut out, Role::Hint, &line);
            return out;
        }
        self.possible(&mut out, question);
        if let Some(port) = question.port {
            let tuple = crate::ftp::endpoint::tuple(port);
            let epsv = question.command.to_ascii_uppercase().starts_with(b"EPSV");
            let right = tuple
                .filter(|_| !epsv)
                .unwrap_or_else(|| format!("|||{}|", port.port()));
            let line = say!(
                text,
                "server-hand-port",
                address = port.to_string(),
                right = right
            );
            self.lines(&mut out, Role::Hint, &line);
        }
        if let Some(verb) = question.verb()
            && question.preliminary
            && let Some(flow) = verb.moves()
        {
            let id = match flow {
                Flow::Up => "server-hand-receive",
                Flow::Down => "server-hand-send-data",
            };
            self.lines(&mut out, Role::Hint, &text.say(id, &[]));
        }
        let line = match patience {
            Some((client, time)) if known => say!(
                text,
                "server-hand-patience",
                client = client.name(),
                seconds = time.as_secs()
            ),
            Some((client, time)) => say!(
                text,
                "server-hand-patience-unknown",
                client = client.name(),
                seconds = time.as_secs()
            ),
            None => say!(text, "server-hand-patience-endless"),
        };
        self.lines(&mut out, Role::Remark, &line);
        out
    }

    /// The replies that may come, a line for each first digit.
    fn possible(&self, out: &mut String, question: &Question) {
        let text = self.text;
        if !question.code.is_empty() {
            let line = say!(text, "server-hand-code", code = question.code.clone());
            self.lines(out, Role::Hint, &line);
        }
        let possible = question.possible();
        for first in 1..=5u8 {
            let codes: Vec<String> = possible
                .iter()
                .filter(|code| code.digits()[0] == first)
                .map(|code| match explain::meaning(text, *code) {
                    // What went well is spelled out; refusals are many and alike.
                    Some(meaning) if first <= 3 => {
                        say!(
                            text,
                            "explain-labelled",
                            label = code.to_string(),
                            text = meaning
                        )
                    }
                    _ => code.to_string(),
                })
                .collect();
            if !codes.is_empty() {
                let line = wrap(&codes.join("; "), 2, 4, self.style.width());
                let _ = writeln!(out, "  {}", self.style.paint(Role::Remark, &line));
            }
        }
    }

    /// So much time is left before the client gives up.
    #[must_use]
    pub fn left(&self, connection: u64, client: Client, left: Duration) -> String {
        let mut out = String::new();
        let line = say!(
            self.text,
            "server-hand-left",
            connection = connection,
            client = client.name(),
            seconds = left.as_secs()
        );
        self.lines(&mut out, Role::Warning, &line);
        out
    }

    /// The client's time is over.
    #[must_use]
    pub fn over(&self, connection: u64, client: Client) -> String {
        let mut out = String::new();
        let line = say!(
            self.text,
            "server-hand-over",
            connection = connection,
            client = client.name()
        );
        self.lines(&mut out, Role::Warning, &line);
        out
    }

    /// Why a reply was not sent, and how to send it all the same.
    #[must_use]
    pub fn concerns(
        &self,
        question: Option<&Question>,
        all: &[Concern],
        client: Option<Client>,
    ) -> String {
        let mut out = String::new();
        for concern in all {
            let line = self.concern(question, concern, client);
            self.lines(&mut out, Role::Warning, &line);
        }
        let line = say!(self.text, "server-hand-not-sent");
        self.lines(&mut out, Role::Hint, &line);
        out
    }

    fn concern(
        &self,
        question: Option<&Question>,
        concern: &Concern,
        client: Option<Client>,
    ) -> String {
        let text = self.text;
        let who = client.map_or_else(
            || say!(text, "server-hand-the-client"),
            |client| client.name().to_owned(),
        );
        let list = |codes: &[ReplyCode]| {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            codes.join(", ")
        };
        let command = question.and_then(Question::verb).map_or_else(
            || say!(text, "server-hand-greeting"),
            |verb| verb.name().to_owned(),
        );
        match concern {
            Concern::NobodyAsks => say!(text, "server-hand-nobody-asks", client = who),
            Concern::NoCode => say!(text, "server-hand-no-code", client = who),
            Concern::CodeAlone(code) => {
                say!(text, "server-hand-code-alone", code = code.to_string())
            }
            Concern::NoBlank(code) => say!(text, "server-hand-no-blank", code = code.to_string()),
            Concern::OtherCodeInside { open, typed } => say!(
                text,
                "server-hand-other-inside",
                open = open.to_string(),
                typed = typed.to_string()
            ),
            Concern::FirstDigit { typed, possible } => {
                let digits = explain::digits(text, *typed);
                say!(
                    text,
                    "server-hand-first-digit",
                    typed = typed.to_string(),
                    digit = u64::from(typed.digits()[0]),
                    meaning = digits[0].clone(),
                    command = command,
                    possible = list(possible)
                )
            }
            Concern::Code { typed, possible } => say!(
                text,
                "server-hand-wrong-code",
                typed = typed.to_string(),
                command = command,
                possible = list(possible)
            ),
            Concern::NoPreliminary(verb) => {
                say!(text, "server-hand-no-preliminary", verb = verb.name())
            }
            Concern::Address { port, right } => say!(
                text,
                "server-hand-address",
                address = port.to_string(),
                right = right.clone()
            ),
        }
    }

    /// A remark of which the id is given.
    #[must_use]
    pub fn remark(&self, id: &str) -> String {
        let mut out = String::new();
        self.lines(&mut out, Role::Warning, &self.text.say(id, &[]));
        out
    }

    /// A local command that there is not.
    #[must_use]
    pub fn unknown(&self, word: &str) -> String {
        let mut out = String::new();
        let word = sanitise::line(word.as_bytes()).into_owned();
        let line = say!(self.text, "server-hand-unknown", word = word);
        self.lines(&mut out, Role::Warning, &line);
        out
    }

    /// A file that cannot be sent.
    #[must_use]
    pub fn no_file(&self, path: &str, why: &str) -> String {
        let mut out = String::new();
        let path = sanitise::line(path.as_bytes()).into_owned();
        let line = say!(self.text, "error-file", file = path, why = why.to_owned());
        self.lines(&mut out, Role::Warning, &line);
        out
    }

    /// The line that keeps a client waiting, in the server's own words.
    #[must_use]
    pub fn holding(code: ReplyCode) -> Vec<u8> {
        format!("{code}-A person is typing.").into_bytes()
    }
}

/// The verb's data goes from the client to the server.
#[must_use]
pub fn goes_up(verb: Verb) -> bool {
    verb.moves() == Some(Flow::Up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::text::Lang;

    #[test]
    fn a_question_tells_what_may_come_and_hides_the_password() {
        let text = Text::new(Lang::En);
        let view = ByHand::new(&text, Style::plain(), "a.ftp", false);
        let question = Question {
            connection: 2,
            line: Some(7),
            command: b"PASS secret".to_vec(),
            code: String::new(),
            model: None,
            port: None,
            preliminary: false,
            open: None,
        };
        let patience = Some((Client::Curl, Duration::from_secs(120)));
        assert_eq!(
            view.question(&question, patience, true),
            "#2 PASS *: your reply? (a.ftp:7)\n  \
             230: the user is logged in; 202: this server does not need that command\n  \
             332: an account is needed to log in\n  421\n  530; 500; 501; 503\ncurl waits 120 s.\n"
        );
    }

    #[test]
    fn every_remark_has_its_sentence() {
        let text = Text::new(Lang::En);
        let view = ByHand::new(&text, Style::plain(), "a.ftp", false);
        let source = [
            include_str!("../cmd/fake_server/by_hand.rs"),
            include_str!("by_hand.rs"),
        ]
        .concat();
        let ids = source
            .split('"')
            .filter(|part| part.len() > 12 && part.starts_with("server-hand-"));
        let mut seen = 0;
        for id in ids {
            assert!(text.has(id), "{id}");
            seen += 1;
        }
        assert!(seen > 30 && !view.remark("server-hand-intro").contains('{'));
    }
}
