//! What is agreed on and what may come (`/state`): a labelled line each.

use super::Raw;
use crate::{
    ftp::{
        catalogue,
        code::ReplyCode,
        command::Verb,
        dialogue::{Dialogue, Stage},
        event::Nanos,
        session::{Login, Session},
    },
    say,
    view::{sanitise, style::Role},
};

impl Raw<'_> {
    /// What is agreed on and what may come (`/state`).
    #[must_use]
    pub fn state(&self, dialogue: &Dialogue, now: Nanos, idle_since: Nanos) -> String {
        let (text, session) = (self.text, dialogue.session());
        let mut out = String::new();
        let mut row = |name: &str, value: String| {
            let label = say!(text, &format!("raw-state-{name}"));
            out.push_str(&self.remark(Role::Remark, &format!("{label} {value}")));
        };
        row("login", self.login(session));
        row("type", format!("TYPE {}", session.data_type.letter()));
        row(
            "directory",
            match &session.directory {
                Some(path) => sanitise::line(path).into_owned(),
                None => say!(text, "raw-directory-unknown"),
            },
        );
        row("data", self.agreed(session));
        let stage = dialogue.stage();
        row("command", self.stage(stage, dialogue.greeted()));
        let expected = match stage {
            Stage::Wait(verb) => expected(verb, false),
            Stage::Preliminary(verb) => expected(verb, true),
            Stage::Begin | Stage::Intermediate(_) => String::new(),
        };
        if !expected.is_empty() {
            row("expected", expected);
        }
        let seconds = now.saturating_sub(idle_since) / 1_000_000_000;
        row("idle", say!(text, "raw-idle", seconds = seconds));
        out
    }

    /// Who is logged in, or what is missing for it.
    fn login(&self, session: &Session) -> String {
        let text = self.text;
        let user = session
            .user
            .as_deref()
            .map(|user| sanitise::line(user).into_owned())
            .unwrap_or_default();
        match session.login {
            Login::Nobody => say!(text, "raw-login-nobody"),
            Login::NeedsPassword => say!(text, "raw-login-password", user = user),
            Login::NeedsAccount => say!(text, "raw-login-account", user = user),
            Login::Done => say!(text, "raw-login-done", user = user),
        }
    }

    /// Where data would go.
    fn agreed(&self, session: &Session) -> String {
        let text = self.text;
        let Some(agreed) = &session.negotiation else {
            return say!(text, "raw-data-none");
        };
        let address = agreed
            .listen
            .map_or_else(String::new, |listen| listen.to_string());
        let verb = agreed.verb.name();
        match (agreed.used, agreed.verb.announces()) {
            (true, _) => say!(text, "raw-data-used", verb = verb, address = address),
            (false, true) => say!(text, "raw-data-active", verb = verb, address = address),
            (false, false) => say!(text, "raw-data-passive", verb = verb, address = address),
        }
    }

    /// Where the command is whose turn it is (RFC 959 6).
    fn stage(&self, stage: Stage, greeted: bool) -> String {
        let text = self.text;
        match stage {
            Stage::Begin if !greeted => say!(text, "raw-stage-greeting"),
            Stage::Begin => say!(text, "raw-stage-begin"),
            Stage::Wait(verb) => say!(text, "raw-stage-wait", verb = name(verb)),
            Stage::Preliminary(verb) => say!(text, "raw-stage-preliminary", verb = name(verb)),
            Stage::Intermediate(verb) => {
                let code = if verb == Verb::Rest || verb == Verb::Rnfr {
                    350
                } else {
                    331
                };
                let next: Vec<&str> = ReplyCode::new(code)
                    .map(|code| catalogue::continuations(verb, code))
                    .unwrap_or_default()
                    .iter()
                    .map(|verb| verb.name())
                    .collect();
                say!(
                    text,
                    "raw-stage-intermediate",
                    verb = name(verb),
                    next = next.join(", ")
                )
            }
        }
    }
}

/// The replies that may come to this command now.
fn expected(verb: Verb, after_preliminary: bool) -> String {
    let codes: Vec<String> = catalogue::expected_now(verb, after_preliminary)
        .map(|code| code.to_string())
        .collect();
    codes.join(" ")
}

fn name(verb: Verb) -> &'static str {
    if verb == Verb::Other {
        "?"
    } else {
        verb.name()
    }
}
