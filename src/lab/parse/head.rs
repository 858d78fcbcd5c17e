//! The head of a sheet: `name: value` between two lines `---`.

use super::{Reader, VERSIONS, nearest_of};
use crate::{
    lab::{
        mistake::Kind as Wrong,
        sheet::{Head, Language, Server},
    },
    script::params::Param,
};

/// The port of a `server:` that names none.
const FTP_PORT: u16 = 21;

/// The lines of the head.
pub const LINES: &[&str] = &["title", "version", "language", "server", "param"];

impl Reader<'_> {
    /// The head, and the offset of what follows it.
    pub(super) fn head(&mut self) -> (Head, usize) {
        let mut head = Head {
            title: String::new(),
            version: 1,
            language: Language::English,
            server: Server::Script("lab".to_owned()),
            params: Vec::new(),
        };
        if self.line(1).trim_end() != "---" {
            self.note(1, 1, Wrong::HeadMissing);
            self.talks = [true; 2];
            return (head, 0);
        }
        let all = self.starts.len() as u32;
        let Some(end) = (2..=all).find(|&number| self.line(number).trim_end() == "---") else {
            self.note(1, 1, Wrong::HeadOpen);
            self.talks = [true; 2];
            return (head, self.text.len());
        };
        let mut seen: Vec<(&'static str, u32)> = Vec::new();
        for number in 2..end {
            let line = self.line(number);
            if !line.trim().is_empty() {
                self.head_line(number, line, &mut head, &mut seen);
            }
        }
        for name in ["title", "version", "language"] {
            if !seen.iter().any(|(known, _)| *known == name) {
                self.note(1, 1, Wrong::HeadLacks(name));
            }
        }
        self.params = head.params.iter().map(|param| param.name.clone()).collect();
        self.talks[0] = head.server != Server::None;
        let body = self.starts.get(end as usize).copied();
        (head, body.unwrap_or(self.text.len()))
    }

    fn head_line(
        &mut self,
        number: u32,
        line: &str,
        head: &mut Head,
        seen: &mut Vec<(&'static str, u32)>,
    ) {
        let Some((key, value)) = line.split_once(':') else {
            return self.note(number, 1, Wrong::HeadLine);
        };
        let column = 1 + (line.chars().count() - line_rest(value)) as u32;
        let value = value.trim();
        let (name, rest) = key.trim().split_once(' ').unwrap_or((key.trim(), ""));
        let Some(&name) = LINES.iter().find(|known| **known == name) else {
            let kind = Wrong::HeadUnknown {
                name: name.to_owned(),
                nearest: nearest_of(name, LINES),
            };
            return self.note(number, 1, kind);
        };
        if name == "param" {
            return self.param(number, rest.trim(), value, head);
        }
        if !rest.is_empty() {
            return self.note(number, 1 + name.len() as u32, Wrong::HeadLine);
        }
        if let Some(&(_, first)) = seen.iter().find(|(known, _)| *known == name) {
            return self.note(number, 1, Wrong::HeadTwice(first));
        }
        seen.push((name, number));
        if value.is_empty() {
            return self.note(number, column, Wrong::HeadEmpty);
        }
        match name {
            "title" => value.clone_into(&mut head.title),
            "version" => {
                if let Some(version) = self.number(number, column, value, VERSIONS) {
                    head.version = version.into();
                }
            }
            "language" => match value {
                "en" => head.language = Language::English,
                "fr" => head.language = Language::French,
                _ => self.note(number, column, Wrong::LanguageUnknown(value.to_owned())),
            },
            _ => match server(value) {
                Some(server) => head.server = server,
                None => self.note(number, column, Wrong::ServerInvalid(value.to_owned())),
            },
        }
    }

    fn param(&mut self, number: u32, name: &str, value: &str, head: &mut Head) {
        let values: Vec<&str> = value.split(',').map(str::trim).collect();
        let Some(param) = Param::parse(&format!("{name}={}", values.join(",")))
            .filter(|_| !values.contains(&"") && !name.is_empty())
        else {
            return self.note(number, 1, Wrong::ParamInvalid);
        };
        if head.params.iter().any(|other| other.name == param.name) {
            let first = (2..number).find(|&line| {
                let words = self.line(line).split_once(':').map(|(key, _)| key);
                words.is_some_and(|key| key.split_whitespace().eq(["param", name]))
            });
            return self.note(number, 1, Wrong::HeadTwice(first.unwrap_or(number)));
        }
        head.params.push(param);
    }
}

/// How many characters a value has without the blanks before it.
fn line_rest(value: &str) -> usize {
    value.trim_start().chars().count()
}

/// Whom a `server:` names. A host has a full stop or a colon in it, or is `localhost`; a path has a slash or ends in
/// `.ftp`; anything else is the name of a script.
pub(super) fn server(value: &str) -> Option<Server> {
    if value.contains(char::is_whitespace) {
        return None;
    }
    if value == "none" {
        return Some(Server::None);
    }
    let path = value.contains('/') || value.ends_with(".ftp");
    if path || !(value.contains(['.', ':']) || value == "localhost") {
        return Some(Server::Script(value.to_owned()));
    }
    let bare = |host: &str| {
        host.trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned()
    };
    // An IPv6 address has colons of its own and stands in brackets where a port follows.
    if let Ok(address) = bare(value).parse::<std::net::Ipv6Addr>() {
        return Some(Server::Real(address.to_string(), FTP_PORT));
    }
    let (host, port) = match value.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)?),
        None => (value, FTP_PORT),
    };
    let host = bare(host);
    let fine = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    (!host.is_empty() && host.chars().all(fine)).then_some(Server::Real(host, port))
}
