//! What somebody sees who plays the server by hand: what the client wants and how long it waits, what is wrong with a line
//! before it goes out, and what a line has done that went out all the same.

use std::time::Duration;

use super::{
    endpoint, explain, quirk, sanitise, server,
    style::{Role, Style},
    text::Text,
    wrap::wrap,
};
use crate::{
    ftp::{
        catalogue::{self, Flow, Source},
        code::ReplyCode,
        command::Verb,
        event::Nanos,
        secret::{self, verb_of},
    },
    say,
    script::{
        by_hand::{Asked, Data, Desk, Doubt, HOLD_EVERY, LOCAL, Left, Mistaken, Say},
        real_clients::{Client, Outcome},
        watch::Direction,
    },
};

/// How many columns these lines are indented.
const INDENT: usize = 3;
/// How wide the local commands are in `/help`.
const USAGE: usize = 22;
/// How wide the labels of `/state` are.
const LABEL: usize = 26;

/// Makes the lines.
pub struct ByHand<'a> {
    /// The sentences.
    pub text: &'a Text,
    /// How they are dressed.
    pub style: Style,
    /// The script's name, where there is one.
    pub script: Option<&'a str>,
    /// Passwords are shown.
    pub show_credentials: bool,
    /// The server ends with its first client.
    pub once: bool,
}

/// What a script answers where a person answers too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// The commands that it has lines for; the rest is the person's.
    WhatItKnows,
    /// Everything but what it asks the person for (`S?`).
    AllButAsked,
}

impl ByHand<'_> {
    /// A sentence, wrapped and indented, with its line end.
    #[must_use]
    pub fn remark(&self, role: Role, sentence: &str) -> String {
        self.marked(role, "", sentence)
    }

    fn hint(&self, sentence: &str) -> String {
        self.marked(Role::Hint, "→ ", sentence)
    }

    fn warning(&self, sentence: &str) -> String {
        self.marked(Role::Warning, "! ", sentence)
    }

    fn marked(&self, role: Role, mark: &str, sentence: &str) -> String {
        let hang = INDENT + mark.chars().count();
        let body = wrap(sentence, hang, hang, self.style.width());
        let mut out = " ".repeat(INDENT);
        out.push_str(&self.style.paint(role, &format!("{mark}{body}")));
        out.push('\n');
        out
    }

    /// What the desk has to say.
    #[must_use]
    pub fn say(&self, say: &Say) -> String {
        let text = self.text;
        match say {
            Say::Asked {
                asked,
                waits,
                whose,
                certain,
                first,
                data,
            } => {
                let mut out = self.asked(asked, *first, data);
                out.push_str(&self.waits(*waits, *whose, *certain));
                out
            }
            Say::Recognised(client) => self.remark(
                Role::Remark,
                &say!(text, "hand-recognised", client = client.name()),
            ),
            Say::Waits {
                left,
                whose,
                certain,
            } => self.left(*left, *whose, *certain),
            Say::Doubted {
                doubt,
                outcome,
                asked,
            } => {
                let asked = asked.as_deref();
                let mut sentence = self.doubt(doubt, asked);
                if let Some(consequence) = self.consequence(doubt, *outcome) {
                    sentence.push(' ');
                    sentence.push_str(&consequence);
                }
                let mut out = self.warning(&sentence);
                if let Some(model) = asked.and_then(|asked| asked.model.as_ref()) {
                    out.push_str(&self.model(model));
                }
                out.push_str(&self.hint(&say!(text, "hand-confirm")));
                out
            }
            Say::SentAnyway { doubt, client } => {
                let sentence = match doubt {
                    Doubt::NothingAsked | Doubt::Late { .. } => {
                        let client = client.map_or_else(
                            || say!(text, "hand-the-client-first"),
                            |client| client.name().to_owned(),
                        );
                        say!(text, "hand-behind", client = client)
                    }
                    _ => say!(text, "hand-sent-anyway"),
                };
                self.remark(Role::Warning, &sentence)
            }
            Say::NobodyThere => self.warning(&say!(text, "hand-nobody")),
            Say::Holding { code, limit } => {
                let mut out = self.remark(
                    Role::Remark,
                    &say!(
                        text,
                        "hand-holding",
                        code = code.to_string(),
                        seconds = HOLD_EVERY.as_secs()
                    ),
                );
                if let Some((client, limit)) = limit {
                    let (client, seconds) = (client.name(), limit.as_secs());
                    out.push_str(&self.warning(&say!(
                        text,
                        "hand-holding-limit",
                        client = client,
                        seconds = seconds
                    )));
                }
                out
            }
            Say::Released(code) => self.hint(&say!(text, "hand-released", code = code.to_string())),
            Say::HeldEnough(code) => {
                self.warning(&say!(text, "hand-held-enough", code = code.to_string()))
            }
            Say::HoldNeedsCode => self.warning(&say!(text, "hand-hold-needs-code")),
            Say::NotHeld => self.warning(&say!(text, "hand-not-held")),
            Say::PortOpen(address) => self.remark(
                Role::Remark,
                &say!(text, "hand-port-open", address = address.to_string()),
            ),
            Say::WillCall(address) => self.remark(
                Role::Remark,
                &say!(text, "hand-will-call", address = address.to_string()),
            ),
            Say::DataThere => self.remark(Role::Remark, &say!(text, "hand-data-there")),
            Say::SizeDiffers { told, sent } => {
                self.warning(&say!(text, "hand-size-differs", told = *told, sent = *sent))
            }
            Say::DataMoved(Direction::Down) => self.hint(&say!(text, "hand-data-sent")),
            Say::DataMoved(Direction::Up) => self.hint(&say!(text, "hand-data-received")),
            Say::DataFailed(fault) => {
                let why = server::fault_sentence(text, *fault);
                self.warning(&say!(text, "hand-data-failed", why = why))
            }
            Say::NoDataAgreed => self.warning(&say!(text, "hand-data-not-agreed")),
            Say::Queued(count) => {
                self.remark(Role::Remark, &say!(text, "hand-queued", count = *count))
            }
            Say::Abort(verb) => self.hint(&say!(text, "hand-abort", verb = verb.name())),
            Say::TurnedAway { again: false } => {
                self.remark(Role::Warning, &say!(text, "hand-turned-away"))
            }
            Say::TurnedAway { again: true } => {
                self.remark(Role::Warning, &say!(text, "hand-turned-away-again"))
            }
            Say::Gone { waiting } => {
                let mut sentence = match waiting.as_deref() {
                    None => say!(text, "hand-gone"),
                    Some(Asked { command: None, .. }) => say!(text, "hand-gone-greeting"),
                    Some(asked) => say!(text, "hand-gone-waiting", verb = verb(asked)),
                };
                if !self.once {
                    sentence.push(' ');
                    sentence.push_str(&say!(text, "hand-next"));
                }
                self.remark(Role::Remark, &sentence)
            }
        }
    }

    fn asked(&self, asked: &Asked, first: bool, data: &Data) -> String {
        let text = self.text;
        let sentence = match &asked.command {
            None => say!(text, "hand-asked-greeting"),
            Some(command) if asked.verb == Verb::Other => {
                let shown = secret::shown_line(command, self.show_credentials);
                let verb = sanitise::line(&shown).into_owned();
                say!(text, "hand-asked-unknown", verb = verb)
            }
            Some(_) if asked.preliminary && asked.verb.moves().is_some() => {
                say!(text, "hand-asked-final", verb = asked.verb.name())
            }
            Some(_) if asked.preliminary => {
                say!(text, "hand-asked-final-plain", verb = asked.verb.name())
            }
            Some(_) => {
                let purpose = explain::purpose(text, asked.verb).unwrap_or_default();
                say!(
                    text,
                    "hand-asked-command",
                    verb = asked.verb.name(),
                    purpose = purpose
                )
            }
        };
        let mut out = self.remark(Role::Heading, &sentence);
        out.push_str(&self.possible(asked, first));
        if let (Some(line), Some(script)) = (asked.line, self.script) {
            let place = format!("{script}:{line}");
            out.push_str(&self.hint(&if asked.code.is_empty() {
                say!(text, "hand-wants-any", place = place)
            } else {
                say!(text, "hand-wants", place = place, code = asked.code.clone())
            }));
        }
        out.push_str(&self.port(asked));
        // What the lines of a script move is the script's.
        if let Some(flow) = asked.verb.moves().filter(|_| asked.line.is_none()) {
            out.push_str(&self.transfer(asked, flow, data));
        }
        out
    }

    /// The replies that may come.
    fn possible(&self, asked: &Asked, first: bool) -> String {
        let text = self.text;
        let codes = asked.possible();
        if !first {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            let codes = codes.join(" ");
            return self.remark(
                Role::Remark,
                &say!(text, "hand-possible-short", codes = codes),
            );
        }
        let source = listed_in(Some(asked), codes.first().copied());
        let mut out = self.remark(Role::Remark, &say!(text, "hand-possible", source = source));
        let (everyday, rest): (Vec<ReplyCode>, Vec<ReplyCode>) = codes
            .into_iter()
            .filter(|code| is_of_here(asked, *code))
            .partition(|code| asked.command.is_none() || !ANY_TIME.contains(&code.value()));
        let indent = INDENT + 2;
        let hang = indent + 4;
        for code in everyday {
            let meaning = explain::meaning(text, code).unwrap_or_default();
            let body = wrap(&meaning, hang, hang, self.style.width());
            let digits = self.style.paint(explain::role(code), &code.to_string());
            out.push_str(&format!("{:indent$}{digits} {body}\n", ""));
        }
        if !rest.is_empty() {
            let rest: Vec<String> = rest.iter().map(ToString::to_string).collect();
            let always = say!(text, "hand-possible-any", codes = rest.join(" "));
            out.push_str(&self.remark(Role::Remark, &always));
        }
        out
    }

    /// The port that a 227 or 229 is to name.
    fn port(&self, asked: &Asked) -> String {
        let Some(address) = asked.port else {
            return String::new();
        };
        let text = self.text;
        let extended = asked.verb == Verb::Epsv || asked.code == "229";
        let shown = address.to_string();
        let public = asked.public.filter(|_| !extended);
        self.hint(&if let Some(public) = public {
            let port = address.port();
            let named = format!("{public}:{port}");
            let port = port.to_string();
            say!(
                text,
                "hand-port-227-public",
                address = shown,
                named = named,
                port = port
            )
        } else if extended {
            say!(text, "hand-port-229", address = shown)
        } else if address.is_ipv6() {
            say!(text, "hand-port-227-ipv6", address = shown)
        } else {
            let port = address.port().to_string();
            say!(text, "hand-port-227", address = shown, port = port)
        })
    }

    /// How a transfer is done.
    fn transfer(&self, asked: &Asked, flow: Flow, data: &Data) -> String {
        let text = self.text;
        let agreed = match (data.port, data.call) {
            (Some(port), _) if data.here => {
                say!(text, "hand-how-here", address = port.to_string())
            }
            (Some(port), _) => say!(text, "hand-how-passive", address = port.to_string()),
            (None, Some(call)) => say!(text, "hand-how-active", address = call.to_string()),
            (None, None) if data.open || data.moved => String::new(),
            (None, None) => return self.hint(&say!(text, "hand-how-nothing")),
        };
        let how = match (asked.preliminary, flow) {
            (false, _) => say!(text, "hand-how-150"),
            (true, Flow::Up) => say!(text, "hand-how-data-up"),
            (true, Flow::Down) => say!(text, "hand-how-data-down"),
        };
        self.hint(format!("{how} {agreed}").trim_end())
    }

    fn waits(&self, waits: Option<Duration>, whose: Client, certain: bool) -> String {
        let text = self.text;
        let client = whose.name();
        let sentence = match waits {
            None => say!(text, "hand-waits-long", client = client),
            Some(time) if certain => {
                say!(
                    text,
                    "hand-waits",
                    client = client,
                    seconds = time.as_secs()
                )
            }
            Some(time) => say!(
                text,
                "hand-waits-shortest",
                client = client,
                seconds = time.as_secs()
            ),
        };
        self.remark(Role::Remark, &sentence)
    }

    fn left(&self, left: Left, whose: Client, certain: bool) -> String {
        let text = self.text;
        let client = whose.name();
        let sentence = match (left, certain) {
            (Left::Time(time), true) => {
                say!(text, "hand-left", client = client, seconds = seconds(time))
            }
            (Left::Time(time), false) => say!(
                text,
                "hand-left-shortest",
                client = client,
                seconds = seconds(time)
            ),
            (Left::Over, true) => say!(text, "hand-left-over", client = client),
            (Left::Over, false) => say!(text, "hand-left-over-shortest", client = client),
        };
        self.marked(Role::Warning, "⏲ ", &sentence)
    }

    fn model(&self, model: &[u8]) -> String {
        let shown = sanitise::line(model).into_owned();
        self.hint(&say!(self.text, "hand-model", model = shown))
    }

    fn doubt(&self, doubt: &Doubt, asked: Option<&Asked>) -> String {
        let text = self.text;
        let greeting = asked.is_some_and(|asked| asked.command.is_none());
        let verb = asked.map(verb).unwrap_or_default();
        let means = |digit: u8| {
            ReplyCode::new(u16::from(digit) * 100)
                .map(|code| {
                    let [first, _, _] = explain::digits(text, code);
                    first
                })
                .unwrap_or_default()
        };
        let code = |code: &ReplyCode| code.to_string();
        match doubt {
            Doubt::NoCode => say!(text, "hand-doubt-no-code"),
            Doubt::BareCode(typed) => say!(text, "hand-doubt-bare-code", code = code(typed)),
            Doubt::NoBlank(_) => say!(text, "hand-doubt-no-blank"),
            Doubt::NothingAsked => say!(text, "hand-doubt-nothing-asked"),
            Doubt::Late { typed, answered } => say!(
                text,
                "hand-doubt-late",
                typed = code(typed),
                answered = answered.name(),
                verb = verb
            ),
            Doubt::ReplyOpen { open, typed } => say!(
                text,
                "hand-doubt-reply-open",
                open = code(open),
                typed = code(typed)
            ),
            Doubt::ScriptDigit { wanted, typed } => {
                let first = typed.digits()[0];
                let wanted_digit = wanted.as_bytes().first().map_or(0, |b| b - b'0');
                text.say(
                    "hand-doubt-script-digit",
                    &[
                        ("typed", code(typed).into()),
                        ("first", first.to_string().into()),
                        ("means", means(first).into()),
                        ("wanted", wanted.clone().into()),
                        ("wanted-means", means(wanted_digit).into()),
                    ],
                )
            }
            Doubt::ScriptCode { wanted, typed } => say!(
                text,
                "hand-doubt-script-code",
                typed = code(typed),
                wanted = wanted.clone()
            ),
            Doubt::Digit { typed, may } => {
                let first = typed.digits()[0];
                let may: Vec<String> = may.iter().map(ToString::to_string).collect();
                let (first, means, may) = (first.to_string(), means(first), may.join(", "));
                if greeting {
                    say!(
                        text,
                        "hand-doubt-digit-greeting",
                        first = first,
                        means = means,
                        may = may
                    )
                } else {
                    say!(
                        text,
                        "hand-doubt-digit",
                        verb = verb,
                        first = first,
                        means = means,
                        may = may
                    )
                }
            }
            Doubt::Code { typed, instead } => {
                let codes: Vec<String> = instead.iter().map(ToString::to_string).collect();
                let instead = if codes.is_empty() {
                    say!(text, "hand-doubt-code-none")
                } else {
                    say!(text, "hand-doubt-code-instead", codes = codes.join(", "))
                };
                if greeting {
                    let typed = code(typed);
                    say!(
                        text,
                        "hand-doubt-code-greeting",
                        typed = typed,
                        instead = instead
                    )
                } else {
                    let source = listed_in(asked, Some(*typed));
                    say!(
                        text,
                        "hand-doubt-code",
                        typed = code(typed),
                        verb = verb,
                        source = source,
                        instead = instead
                    )
                }
            }
            Doubt::NoPreliminary { typed, .. } => {
                say!(text, "hand-doubt-no-preliminary", typed = code(typed))
            }
            Doubt::NoData {
                typed,
                flow: Flow::Down,
            } => {
                say!(text, "hand-doubt-no-data", typed = code(typed))
            }
            Doubt::NoData {
                typed,
                flow: Flow::Up,
            } => {
                say!(text, "hand-doubt-no-data-up", typed = code(typed))
            }
            Doubt::DataOpen(typed) => say!(text, "hand-doubt-data-open", typed = code(typed)),
            Doubt::NotAgreed(typed) => say!(text, "hand-doubt-not-agreed", typed = code(typed)),
            Doubt::Address { open, mistake } => self.address(*open, mistake),
            Doubt::NoPort(typed) => say!(text, "hand-doubt-no-port", code = code(typed)),
            Doubt::Tls(typed) => say!(text, "hand-doubt-tls", code = code(typed)),
        }
    }

    /// What is wrong with the address of a 227 or 229.
    fn address(&self, open: std::net::SocketAddr, mistake: &Mistaken) -> String {
        let text = self.text;
        let division = endpoint::division(text, open.port());
        let sentence = match mistake {
            Mistaken::Unreadable(fault) => {
                let why = quirk::fault_phrase(text, fault.kind);
                return say!(text, "hand-address-unreadable", why = why);
            }
            Mistaken::PortUndivided => {
                say!(text, "hand-address-undivided", division = division)
            }
            Mistaken::Host(host) => say!(
                text,
                "hand-address-host",
                host = host.to_string(),
                wanted = open.ip().to_string()
            ),
            Mistaken::Swapped => say!(text, "hand-address-swapped", division = division),
            Mistaken::By265 => {
                say!(text, "hand-address-by", divisor = 265, division = division)
            }
            Mistaken::By255 => {
                say!(text, "hand-address-by", divisor = 255, division = division)
            }
            Mistaken::LowOnly => say!(text, "hand-address-low-only", division = division),
            Mistaken::Low(low) => say!(
                text,
                "hand-address-low",
                low = low.to_string(),
                division = division
            ),
            Mistaken::Whole(named) => say!(
                text,
                "hand-address-port-229",
                named = named.to_string(),
                port = open.port().to_string()
            ),
            Mistaken::Port(named) => say!(
                text,
                "hand-address-port",
                named = named.to_string(),
                port = open.port().to_string(),
                division = division
            ),
            Mistaken::NoIpv4 => {
                return say!(text, "hand-address-no-ipv4", address = open.to_string());
            }
        };
        format!("{sentence} {}", say!(text, "hand-address-tail"))
    }

    /// What the client makes of it.
    fn consequence(
        &self,
        doubt: &Doubt,
        outcome: Option<(Client, Option<Outcome>)>,
    ) -> Option<String> {
        let text = self.text;
        doubt.slip()?;
        let Some((client, Some(outcome))) = outcome else {
            return Some(say!(text, "hand-outcome-unknown"));
        };
        let client = client.name();
        Some(match outcome {
            Outcome::Works => say!(text, "hand-outcome-works", client = client),
            Outcome::Empty => say!(text, "hand-outcome-empty", client = client),
            Outcome::Fails => say!(text, "hand-outcome-fails", client = client),
            Outcome::Waits => say!(text, "hand-outcome-waits", client = client),
            Outcome::Exit(code) => say!(
                text,
                "hand-outcome-exit",
                client = client,
                code = code.to_string()
            ),
        })
    }

    /// `/state`.
    #[must_use]
    pub fn state(&self, desk: &Desk, now: Nanos) -> String {
        let text = self.text;
        if desk.connection().is_none() {
            return self.remark(Role::Remark, &say!(text, "hand-state-nobody"));
        }
        let client = desk.client().map_or_else(
            || say!(text, "hand-state-unknown"),
            |client| client.name().to_owned(),
        );
        let asked = match desk.asked() {
            None => say!(text, "hand-state-nothing"),
            Some(asked) => match &asked.command {
                None => say!(text, "hand-state-greeting"),
                Some(command) => {
                    let shown = secret::shown_line(command, self.show_credentials);
                    sanitise::line(&shown).into_owned()
                }
            },
        };
        let data = desk.data();
        let data = match (data.open, data.port, data.call) {
            (true, _, _) => say!(text, "hand-state-data-open"),
            (_, Some(port), _) if data.here => {
                say!(text, "hand-state-data-here", address = port.to_string())
            }
            (_, Some(port), _) => say!(text, "hand-state-data-port", address = port.to_string()),
            (_, _, Some(call)) => say!(text, "hand-state-data-call", address = call.to_string()),
            _ => say!(text, "hand-state-data-none"),
        };
        let mut out = self.entry(&say!(text, "hand-state-client"), LABEL, &client);
        out.push_str(&self.entry(&say!(text, "hand-state-asked"), LABEL, &asked));
        if let (Some((Left::Time(time), whose)), Some(_)) = (desk.left(now), desk.asked()) {
            let left = say!(
                text,
                "hand-state-seconds",
                seconds = seconds(time),
                client = whose.name()
            );
            out.push_str(&self.entry(&say!(text, "hand-state-left"), LABEL, &left));
        }
        out.push_str(&self.entry(&say!(text, "hand-state-data"), LABEL, &data));
        out
    }

    fn entry(&self, label: &str, width: usize, body: &str) -> String {
        let column = INDENT + width + 1;
        let pad = width.saturating_sub(label.chars().count());
        let body = wrap(body, column, column, self.style.width());
        let label = self.style.paint(Role::Command, label);
        format!("{:INDENT$}{label}{:pad$} {body}\n", "", "")
    }

    /// `/help`.
    #[must_use]
    pub fn help(&self) -> String {
        let mut out = self.remark(Role::Heading, &say!(self.text, "hand-help-head"));
        for (command, rest) in LOCAL {
            let what = say!(self.text, &format!("hand-help-{}", &command[1..]));
            out.push_str(&self.entry(format!("{command} {rest}").trim_end(), USAGE, &what));
        }
        out
    }

    /// `/explain` alone: what is wanted now, whole.
    #[must_use]
    pub fn explain(&self, desk: &Desk) -> String {
        let Some(asked) = desk.asked() else {
            return self.remark(Role::Warning, &say!(self.text, "hand-explain-nothing"));
        };
        let mut out = self.asked(asked, true, desk.data());
        if let Some(model) = &asked.model {
            out.push_str(&self.model(model));
        }
        out
    }

    /// The start. `answers`: which part of the replies is the script's, where one was named.
    #[must_use]
    pub fn start(&self, answers: Option<Answers>) -> String {
        let mut out = self.remark(Role::Remark, &say!(self.text, "hand-start"));
        if let (Some(script), Some(answers)) = (self.script, answers) {
            let script = sanitise::line(script.as_bytes()).into_owned();
            out.push_str(&self.hint(&match answers {
                Answers::WhatItKnows => say!(self.text, "hand-start-script", script = script),
                Answers::AllButAsked => say!(self.text, "hand-start-asks", script = script),
            }));
        }
        out
    }
}

/// Replies that nearly every command may get; they are named without their meanings.
const ANY_TIME: [u16; 4] = [500, 501, 502, 421];

/// Where the replies of this kind to what was asked are listed; the greeting and unknown verbs have RFC 959's own table.
fn listed_in(asked: Option<&Asked>, code: Option<ReplyCode>) -> String {
    asked
        .zip(code)
        .and_then(|(asked, code)| catalogue::replies_source(asked.verb, code))
        .unwrap_or(Source::Rfc(959, "5.4"))
        .to_string()
}

/// True where a code belongs to plain FTP, or to the extension that the command itself is of. A student has no use for the
/// codes of RFC 2228's security extensions in the answer to USER.
fn is_of_here(asked: &Asked, code: ReplyCode) -> bool {
    let of = |source: &Source| matches!(source, Source::Rfc(959, _));
    let own = catalogue::fact(asked.verb).is_some_and(|fact| !of(&fact.source));
    own || catalogue::code(code).is_none_or(|fact| fact.sources.iter().any(of))
}

/// A command's verb for a sentence, as the client wrote it where no RFC knows it; empty for the greeting.
fn verb(asked: &Asked) -> String {
    let command = asked.command.as_deref().unwrap_or_default();
    match verb_of(command) {
        (Verb::Other, end) => sanitise::line(&command[..end]).into_owned(),
        (verb, _) => verb.name().to_owned(),
    }
}

/// Whole seconds, as long as there are any.
fn seconds(time: Duration) -> u64 {
    time.as_millis().div_ceil(1000) as u64
}
