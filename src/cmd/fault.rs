//! What `io` says went wrong, as sentences. `io` tells with typed errors and `view` makes sentences, and the two never
//! meet: here they do, for every command. A sentence says what was asked, what went wrong and what to do next.

use std::{io, path::Path};

use crate::{
    cli::Misuse,
    cmd::{Context, Failure},
    io::{
        address::{self, AddressError},
        data::{BindError, ConnectError},
        editor::MAX_TYPED,
        events::EventsError,
        file::FileError,
        holder::Holder,
    },
    say,
    view::{reason, sanitise, style::Style, text::Text, wrap::wrap},
};

/// How many of this machine's own addresses are named.
const OWN_SHOWN: usize = 6;

/// Too many open files, of all programs and of this one: neither has a kind in std, and both have these numbers on Linux
/// and macOS.
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

/// A usage, file or network error of this command (exit code 2), wrapped for standard error.
pub(super) fn failed(context: &Context, command: &str, what: &str) -> Failure {
    Failure::failed(framed(context, command, what))
}

/// The answer is no, and this is why (exit code 1), wrapped for standard error.
pub(super) fn no(context: &Context, command: &str, what: &str) -> Failure {
    Failure::no(framed(context, command, what))
}

fn framed(context: &Context, command: &str, what: &str) -> String {
    said(&context.text, context.err, command, what)
}

/// The same for what ends nothing, where there is no context any more; `style` is that of standard error.
pub(super) fn said(text: &Text, style: Style, command: &str, what: &str) -> String {
    let message = say!(text, "error-framed", command = command, what = what);
    // Whatever of what was asked for stands in it.
    let message = sanitise::lines(message.as_bytes());
    let lines = message.lines().map(|line| wrap(line, 0, 2, style.width()));
    lines.collect::<Vec<_>>().join("\n")
}

/// Why the program's own streams take or give no more; or that the system gives too few open files for what a command
/// runs on, which no stream ever says.
pub(super) fn stream(context: &Context, error: &io::Error) -> String {
    let why = reason(&context.text, error);
    let message = match error.raw_os_error() {
        Some(ENFILE | EMFILE) => say!(context.text, "error-start", why = why),
        _ => say!(context.text, "error-stream", why = why),
    };
    wrap(&message, 0, 2, context.err.width())
}

/// What is wrong with a command line, before what clap says of it.
pub(super) fn misuse(text: &Text, misuse: &Misuse) -> String {
    let shown = |word: &str| sanitise::line(word.as_bytes()).into_owned();
    match misuse {
        Misuse::Missing(all) => say!(text, "error-usage-missing", what = shown(&all.join(" "))),
        Misuse::Unknown(what) => say!(text, "error-usage-unknown", what = shown(what)),
        Misuse::NoCommand(what) => say!(text, "error-usage-command", what = shown(what)),
        Misuse::NoValue(option) => {
            say!(text, "error-usage-no-value", option = shown(option))
        }
        Misuse::Value(option, value) => say!(
            text,
            "error-usage-value",
            option = shown(option),
            value = shown(value)
        ),
        Misuse::Other => say!(text, "error-usage-other"),
    }
}

/// What clap says of a command line, with no more of its words than a terminal may be shown.
pub(super) fn usage(said: &str) -> String {
    sanitise::lines(said.trim_end().as_bytes())
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    sanitise::line(path.as_os_str().as_encoded_bytes()).into_owned()
}

/// Why the system refuses, as a phrase without a full stop. What the system says itself is English.
pub(super) fn reason(text: &Text, error: &io::Error) -> String {
    if matches!(error.raw_os_error(), Some(ENFILE | EMFILE)) {
        return text.say("error-reason-files", &[]);
    }
    reason::of(text, error.kind()).unwrap_or_else(|| {
        let system = error.to_string();
        let system = system
            .split_once(" (os error")
            .map_or(system.as_str(), |(said, _)| said);
        say!(text, "error-reason-system", error = system)
    })
}

/// A line of so many bytes that was typed and left out.
pub(super) fn too_long(text: &Text, bytes: u64) -> String {
    say!(
        text,
        "error-line-too-long",
        bytes = bytes,
        most = MAX_TYPED as u64
    )
}

/// Why a text names no place, or a place has no address.
pub(super) fn address(text: &Text, error: &AddressError) -> String {
    let clean = |text: &str| sanitise::line(text.as_bytes()).into_owned();
    match error {
        AddressError::NoHost { text: asked } => say!(text, "error-no-host", text = clean(asked)),
        AddressError::Brackets { text: asked } => say!(text, "error-brackets", text = clean(asked)),
        AddressError::Scheme { scheme } => say!(text, "error-scheme", scheme = clean(scheme)),
        AddressError::Port { text: asked } => {
            say!(
                text,
                "error-port",
                text = clean(asked),
                list = address::SERVICES
            )
        }
        AddressError::Service { name } => {
            say!(
                text,
                "error-service",
                name = clean(name),
                list = address::SERVICES
            )
        }
        AddressError::Resolve { host, .. } => say!(text, "error-resolve", host = clean(host)),
    }
}

/// Why an active open failed.
pub(super) fn connect(text: &Text, error: &ConnectError) -> String {
    match error {
        ConnectError::Timeout { to, after, .. } => {
            say!(
                text,
                "error-connect-timeout",
                to = to.to_string(),
                seconds = after.as_secs()
            )
        }
        ConnectError::Cancelled { to, .. } => {
            say!(text, "error-connect-cancelled", to = to.to_string())
        }
        ConnectError::System { to, error, .. } => {
            say!(
                text,
                "error-connect",
                to = to.to_string(),
                why = reason(text, error)
            )
        }
    }
}

/// Why an active open failed, as a phrase without a full stop.
pub(super) fn not_reached(text: &Text, error: &ConnectError) -> String {
    match error {
        ConnectError::Timeout { .. } | ConnectError::Cancelled { .. } => {
            text.say("error-reason-timeout", &[])
        }
        ConnectError::System { error, .. } => reason(text, error),
    }
}

/// Why a port cannot be opened, and how to ask `ftplab COMMAND` for one that can.
pub(super) fn bind(text: &Text, command: &str, error: &BindError) -> String {
    let (at, free) = match error {
        BindError::Taken { at, free, .. } | BindError::Privileged { at, free, .. } => (at, *free),
        BindError::NotOurs { at } | BindError::System { at, .. } => (at, None),
    };
    let (host, port) = (at.ip().to_string(), at.port().to_string());
    let mut out = match error {
        BindError::Taken { holder: None, .. } => {
            say!(text, "error-taken", address = host, port = port)
        }
        BindError::Taken {
            holder: Some(Holder::Process { pid, name }),
            ..
        } => say!(
            text,
            "error-taken-process",
            address = host,
            port = port,
            name = sanitise::line(name.as_bytes()).into_owned(),
            pid = pid.to_string()
        ),
        BindError::Taken {
            holder: Some(Holder::User { uid, name }),
            ..
        } => say!(
            text,
            "error-taken-user",
            address = host,
            port = port,
            name = name.clone().unwrap_or_else(|| uid.to_string())
        ),
        BindError::Privileged { first, .. } => {
            say!(
                text,
                "error-privileged",
                port = port,
                first = first.to_string()
            )
        }
        BindError::NotOurs { .. } => say!(text, "error-not-ours", address = host),
        BindError::System { error, .. } => {
            say!(
                text,
                "error-bind",
                address = host,
                port = port,
                why = reason(text, error)
            )
        }
    };
    if let Some(free) = free {
        let mut wanted = *at;
        wanted.set_port(free);
        let argument = if at.ip().is_loopback() && at.is_ipv4() {
            free.to_string()
        } else if at.is_ipv6() {
            format!("'{wanted}'")
        } else {
            wanted.to_string()
        };
        out.push('\n');
        out.push_str(&say!(
            text,
            "error-take-free",
            free = free.to_string(),
            command = command,
            argument = argument
        ));
    }
    if let BindError::NotOurs { .. } = error {
        let own = address::own();
        if !own.is_empty() {
            let own: Vec<String> = own
                .iter()
                .take(OWN_SHOWN)
                .map(ToString::to_string)
                .collect();
            out.push('\n');
            out.push_str(&say!(text, "error-ours", addresses = own.join(", ")));
        }
    }
    out
}

/// Why a file for data cannot be opened.
pub(super) fn file(text: &Text, error: &FileError) -> String {
    match error {
        FileError::Exists { path } => say!(text, "error-file-exists", file = shown(path)),
        FileError::System { path, error } => {
            say!(
                text,
                "error-file",
                file = shown(path),
                why = reason(text, error)
            )
        }
    }
}

/// That a file of lines (a log, events) takes no more, and that the rest goes on.
pub(super) fn lost_lines(text: &Text, error: &EventsError) -> String {
    say!(
        text,
        "error-lost-lines",
        file = shown(&error.path),
        why = reason(text, &error.error)
    )
}

/// Why events cannot be written.
pub(super) fn events(text: &Text, error: &EventsError) -> String {
    say!(
        text,
        "error-file",
        file = shown(&error.path),
        why = reason(text, &error.error)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::text::Lang;

    #[test]
    fn a_reason_is_in_the_users_language_where_it_is_a_known_one() {
        let (en, fr) = (Text::new(Lang::En), Text::new(Lang::Fr));
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert!(reason(&en, &refused).starts_with("connection refused"));
        assert!(reason(&fr, &refused).starts_with("connexion refusée"));
        // EPROTO on Linux: no kind of its own in std.
        let odd = io::Error::from_raw_os_error(71);
        assert!(!reason(&en, &odd).contains("os error"));
    }

    #[test]
    fn a_taken_port_says_who_and_what_is_free() {
        let error = BindError::Taken {
            at: "127.0.0.1:5000".parse().expect("address"),
            holder: Some(Holder::Process {
                pid: 42,
                name: "nc\u{1b}[31m".to_owned(),
            }),
            free: Some(5001),
        };
        assert_eq!(
            bind(&Text::new(Lang::En), "listen", &error),
            "Port 5000 on 127.0.0.1 is taken by “nc{x1B}[31m”, process 42.\n\
             Port 5001 is free: ftplab listen 5001. Port 0 lets the system pick one."
        );
    }
}
