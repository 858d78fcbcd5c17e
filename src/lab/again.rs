//! What has to be sent again on a new control connection to stand where a sheet goes on: a server keeps the login, the
//! type, the directory and the agreed port of each connection apart (RFC 959 5.1), and forgets them with it.

use super::{
    sheet::{Expected, Ftp, Kind, Part, Role, Wanted},
    template::Line,
};
use crate::ftp::command::Verb;

/// The commands of the dialogues before that are still in force on this line, in their order. Only those count whose
/// dialogue says that they are accepted.
#[must_use]
pub fn in_force<'s>(before: impl Iterator<Item = &'s Part>, line: Line) -> Vec<&'s Expected> {
    let mut standing: Vec<(Verb, &Expected)> = Vec::new();
    for part in before {
        let Part::Block(block) = part else { continue };
        match &block.kind {
            // Another server: what was said to the one before is void.
            Kind::Server(server) if server.line == line => standing.clear(),
            Kind::Ftp(ftp) if ftp.line == line && ftp.role == Role::Client => {
                for (verb, command, accepted) in commands(ftp) {
                    match (accepted, verb) {
                        (true, _) => take(&mut standing, verb, command),
                        // A login that is refused leaves nobody logged in.
                        (false, Verb::Pass) => standing.clear(),
                        (false, _) => {}
                    }
                }
            }
            _ => {}
        }
    }
    standing.into_iter().map(|(_, command)| command).collect()
}

/// The commands of a dialogue, and whether the final reply to each is to be a good one.
fn commands(ftp: &Ftp) -> impl Iterator<Item = (Verb, &Expected, bool)> {
    ftp.lines.iter().enumerate().filter_map(|(at, line)| {
        let Wanted::Command { verb, .. } = line.what else {
            return None;
        };
        let code = ftp.lines[at + 1..]
            .iter()
            .take_while(|line| !matches!(line.what, Wanted::Command { .. }))
            .filter_map(|line| match line.what {
                Wanted::Reply { code, .. } => Some(code),
                _ => None,
            })
            .last();
        Some((verb, line, code.is_none_or(|code| code < 400)))
    })
}

/// Takes a command into what is in force.
fn take<'s>(standing: &mut Vec<(Verb, &'s Expected)>, verb: Verb, command: &'s Expected) {
    let mut ends = |ended: fn(Verb) -> bool| standing.retain(|(verb, _)| !ended(*verb));
    match verb {
        Verb::User | Verb::Rein | Verb::Quit => standing.clear(),
        Verb::Type | Verb::Mode | Verb::Stru | Verb::Rest | Verb::Rnfr => {
            standing.retain(|(before, _)| *before != verb);
        }
        Verb::Pass | Verb::Acct | Verb::Cwd | Verb::Cdup => {}
        _ if verb.negotiates() => ends(Verb::negotiates),
        // In stream mode the data connection ends with the transfer, and the next one needs a port of its own.
        _ if verb.moves().is_some() => ends(|verb| verb.negotiates() || verb == Verb::Rest),
        Verb::Rnto => ends(|verb| verb == Verb::Rnfr),
        _ => {}
    }
    let holds = matches!(
        verb,
        Verb::User
            | Verb::Pass
            | Verb::Acct
            | Verb::Type
            | Verb::Mode
            | Verb::Stru
            | Verb::Rest
            | Verb::Rnfr
            | Verb::Cwd
            | Verb::Cdup
    );
    if holds || verb.negotiates() {
        standing.push((verb, command));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::parse;

    fn standing(blocks: &str) -> Vec<String> {
        let head = "---\ntitle: T\nversion: 1\nlanguage: en\n---\n\n## One\n\n";
        let sheet = parse::read(&format!("{head}{blocks}")).expect("a sheet");
        let parts = sheet.steps.iter().flat_map(|step| &step.parts);
        in_force(parts, Line::A)
            .iter()
            .map(|line| line.written.clone())
            .collect()
    }

    fn block(id: &str, lines: &str) -> String {
        format!("```ftp id={id}\n{lines}\n```\n\n")
    }

    const LOGIN: &str = "C> USER me\nS> 331\nC> PASS secret\nS> 230";

    #[test]
    fn a_login_a_type_and_a_port_hold_until_something_ends_them() {
        let login = block("login", LOGIN);
        assert_eq!(standing(&login), ["C> USER me", "C> PASS secret"]);
        let agreed = block("agreed", "C> TYPE I\nS> 200\nC> PASV\nS> 227");
        let all = format!("{login}{agreed}");
        assert_eq!(standing(&all)[2..], ["C> TYPE I", "C> PASV"]);
        let other = block(
            "other",
            "C> TYPE A\nS> 200\nC> EPSV\nS> 229\nC> PWD\nS> 257",
        );
        let all = format!("{login}{agreed}{other}");
        assert_eq!(standing(&all)[2..], ["C> TYPE A", "C> EPSV"]);
        // The transfer has used the port up.
        let list = block("list", "C> LIST\nS> 150\nD> *\nS> 226");
        assert_eq!(
            standing(&format!("{login}{agreed}{list}"))[2..],
            ["C> TYPE I"]
        );
    }

    #[test]
    fn what_was_refused_or_ended_does_not_hold() {
        let refused = block("no", "C> USER you\nS> 331\nC> PASS wrong\nS> 530");
        assert!(standing(&refused).is_empty());
        let all = format!("{}{}", block("a", LOGIN), block("b", "C> QUIT\nS> 221"));
        assert!(standing(&all).is_empty());
        let all = format!("{}```server use=lab\n```\n", block("a", LOGIN));
        assert!(standing(&all).is_empty());
        let other_line =
            "```server use=lab line=b\n```\n\n```ftp id=b line=b\nC> PWD\nS> 530\n```\n";
        assert_eq!(
            standing(&format!("{}{other_line}", block("a", LOGIN))).len(),
            2
        );
    }
}
