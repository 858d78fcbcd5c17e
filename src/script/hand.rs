//! A person plays the server: which client it is and how long it waits, and what is wrong with the reply that was typed,
//! before it is sent. The first digit is judged first, then the whole code, then what only this command asks for.

use std::{net::SocketAddr, time::Duration};

use super::check::Client;
use crate::ftp::{
    catalogue::{self, Allowed},
    code::ReplyCode,
    command::Verb,
    endpoint,
    reply::{Head, Mark, text_of},
    secret::verb_of,
};

/// A reply that a client waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The connection.
    pub connection: u64,
    /// The line of the script that asks for it, if one does.
    pub line: Option<u32>,
    /// The command; empty for the greeting.
    pub command: Vec<u8>,
    /// What the code must begin with; empty where that is left open.
    pub code: String,
    /// A model answer.
    pub model: Option<Vec<u8>>,
    /// The data port that was opened for a 227 or 229.
    pub port: Option<SocketAddr>,
    /// A 1yz was typed already.
    pub preliminary: bool,
    /// A reply of several lines was begun, with this code.
    pub open: Option<ReplyCode>,
}

impl Question {
    /// The verb of the command; `None` for the greeting.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        (!self.command.is_empty()).then(|| verb_of(&self.command).0)
    }

    /// The codes that may be typed now: what the script asks for, else what the RFCs list for this command at this point.
    #[must_use]
    pub fn possible(&self) -> Vec<ReplyCode> {
        let listed: Vec<ReplyCode> = match self.verb() {
            None => [220, 120, 421]
                .into_iter()
                .filter_map(ReplyCode::new)
                .collect(),
            Some(Verb::Other) => [500, 502, 421]
                .into_iter()
                .filter_map(ReplyCode::new)
                .collect(),
            Some(verb) => catalogue::expected_now(verb, self.preliminary).collect(),
        };
        if self.code.is_empty() {
            return listed;
        }
        let digits = self.code.as_bytes();
        if let Some(whole) = digits.first_chunk::<3>() {
            return ReplyCode::from_digits(*whole).into_iter().collect();
        }
        listed
            .into_iter()
            .filter(|code| code.to_string().starts_with(&self.code))
            .collect()
    }
}

/// What is wrong with a typed reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// Nobody waits for a reply: it would be one too many.
    NobodyAsks,
    /// It does not begin with three digits.
    NoCode,
    /// Nothing stands behind the three digits: some clients wait for the blank.
    CodeAlone(ReplyCode),
    /// Something else than a blank or a hyphen stands behind them.
    NoBlank(ReplyCode),
    /// A reply of several lines is open; only its own code and a blank close it.
    OtherCodeInside {
        /// The code that is open.
        open: ReplyCode,
        /// The code that was typed.
        typed: ReplyCode,
    },
    /// The first digit is not one that may come now.
    FirstDigit {
        /// The code that was typed.
        typed: ReplyCode,
        /// Codes that may come.
        possible: Vec<ReplyCode>,
    },
    /// The first digit is right, the code is not.
    Code {
        /// The code that was typed.
        typed: ReplyCode,
        /// Codes that may come.
        possible: Vec<ReplyCode>,
    },
    /// Data is promised or confirmed for a transfer without 150 or 125 before it.
    NoPreliminary(Verb),
    /// A 227 or 229 that names no port, or another one than is open.
    Address {
        /// The port that is open.
        port: SocketAddr,
        /// The text that would name it, as it stands between the parentheses.
        right: String,
    },
}

/// What is wrong with `typed`, the worst first; nothing where it can be sent. `question` is what the client waits for.
#[must_use]
pub fn judge(question: Option<&Question>, typed: &[u8]) -> Vec<Concern> {
    let Some(question) = question else {
        return vec![Concern::NobodyAsks];
    };
    let head = Head::of(typed);
    if let Some(open) = question.open {
        // Inside, any text will do; only what looks like another reply's end is a trap.
        return match (head.code, head.mark) {
            (Some(typed), Mark::Blank) if typed != open => {
                vec![Concern::OtherCodeInside { open, typed }]
            }
            _ => Vec::new(),
        };
    }
    let Some(code) = head.code else {
        return vec![Concern::NoCode];
    };
    let mut concerns = Vec::new();
    match head.mark {
        Mark::Blank | Mark::Hyphen => {}
        Mark::Nothing => concerns.push(Concern::CodeAlone(code)),
        Mark::Text => concerns.push(Concern::NoBlank(code)),
    }
    let possible = question.possible();
    let verb = question.verb();
    // A refusal may come early, wherever in 5.4 it stands: 425 without a 150 before it, say.
    let otherwise = |verb: Verb| match catalogue::allows(verb, code) {
        Allowed::AnyCommand => true,
        Allowed::Listed => code.is_negative(),
        _ => false,
    };
    let listed =
        possible.contains(&code) || (question.code.is_empty() && verb.is_some_and(otherwise));
    let first = |other: &ReplyCode| other.digits()[0] == code.digits()[0];
    if !listed {
        let fits = possible.iter().any(first);
        if !question.preliminary
            && code.is_completion()
            && let Some(verb) = verb.filter(|verb| verb.moves().is_some())
            && question.code.is_empty()
        {
            concerns.push(Concern::NoPreliminary(verb));
        } else if fits {
            concerns.push(Concern::Code {
                typed: code,
                possible,
            });
        } else {
            concerns.push(Concern::FirstDigit {
                typed: code,
                possible,
            });
        }
    }
    if let Some(port) = question.port
        && matches!(code.value(), 227 | 229)
    {
        let text = text_of(typed);
        let stated = match code.value() {
            227 => endpoint::parse_227(text),
            _ => endpoint::parse_229(text),
        };
        let right = stated.is_ok_and(|stated| {
            let host = stated.endpoint.host.is_none_or(|host| host == port.ip());
            host && stated.endpoint.port == port.port()
        });
        if !right {
            let right = match code.value() {
                227 => endpoint::tuple(port).unwrap_or_default(),
                _ => format!("|||{}|", port.port()),
            };
            concerns.push(Concern::Address { port, right });
        }
    }
    concerns
}

/// Tells clients apart by what they send.
#[derive(Debug, Clone, Default)]
pub struct Recogniser {
    told: Option<Client>,
    verbs: Vec<Verb>,
}

/// How many commands are looked at; by then it is clear.
const LOOKED_AT: usize = 8;

impl Recogniser {
    /// For a client that is known beforehand.
    #[must_use]
    pub fn of(client: Client) -> Recogniser {
        Recogniser {
            told: Some(client),
            verbs: Vec::new(),
        }
    }

    /// Takes the next command.
    pub fn see(&mut self, command: &[u8]) {
        if self.told.is_some() || self.verbs.len() >= LOOKED_AT {
            return;
        }
        let (verb, end) = verb_of(command);
        let arg = command.get(end + 1..).unwrap_or_default();
        self.verbs.push(verb);
        let starts = |prefix: &[u8]| arg.starts_with(prefix);
        self.told = match (self.verbs.as_slice(), verb) {
            // The anonymous password is the best mark there is.
            (_, Verb::Pass) if starts(b"ftp@example.com") => Some(Client::Curl),
            (_, Verb::Pass) if starts(b"-wget@") => Some(Client::Wget),
            (_, Verb::Pass) if starts(b"lftp@") => Some(Client::Lftp),
            (_, Verb::Pass) if starts(b"NcFTP@") => Some(Client::Ncftp),
            (_, Verb::Clnt) if starts(b"NcFTP") => Some(Client::Ncftp),
            ([Verb::Feat], _) => Some(Client::Lftp),
            ([Verb::Auth], _) => Some(Client::FileZilla),
            ([Verb::User, Verb::Pass, Verb::Syst, Verb::Pwd], _) => Some(Client::Wget),
            ([Verb::User, Verb::Pass, Verb::Syst, Verb::Feat, next], _) => Some(match next {
                Verb::Opts | Verb::Pwd => Client::FileZilla,
                _ => Client::Tnftp,
            }),
            ([Verb::User, Verb::Pass, Verb::Pwd, next], _) => Some(match next {
                Verb::Feat | Verb::Help => Client::Ncftp,
                _ => Client::Curl,
            }),
            ([Verb::User, Verb::Pass, Verb::Type | Verb::Pasv | Verb::Epsv], _) => {
                Some(Client::Ftplib)
            }
            _ => None,
        };
    }

    /// The client, as far as it is clear.
    #[must_use]
    pub fn client(&self) -> Option<Client> {
        self.told
    }

    /// How long it waits for a reply, and whose time that is: of a client that is not recognised, the least patient one's.
    /// `None`: longer than anybody types.
    #[must_use]
    pub fn patience(&self) -> Option<(Client, Duration)> {
        match self.told {
            Some(client) => client.patience().map(|time| (client, time)),
            None => Client::ALL
                .into_iter()
                .filter_map(|client| Some((client, client.patience()?)))
                .min_by_key(|(_, time)| *time),
        }
    }
}

/// When a person is told how much time is left: at half of it, at ten seconds and at five.
#[must_use]
pub fn warnings(patience: Duration) -> Vec<Duration> {
    let mut left = vec![patience / 2];
    for seconds in [10, 5] {
        let time = Duration::from_secs(seconds);
        if time < patience / 2 {
            left.push(time);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(command: &str, code: &str) -> Question {
        Question {
            connection: 1,
            line: None,
            command: command.as_bytes().to_vec(),
            code: code.to_owned(),
            model: None,
            port: None,
            preliminary: false,
            open: None,
        }
    }

    fn names(question: &Question, typed: &str) -> Vec<String> {
        judge(Some(question), typed.as_bytes())
            .iter()
            .map(|concern| {
                let shown = format!("{concern:?}");
                shown
                    .split(['(', ' '])
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn the_first_digit_is_judged_before_the_code() {
        for (command, code, typed, wanted) in [
            ("USER x", "", "331 Go on", &[][..]),
            ("USER x", "", "530 No", &[]),
            ("USER x", "", "500 What", &[]),
            ("USER x", "", "220 Hello", &["Code"]),
            ("USER x", "", "150 Soon", &["FirstDigit"]),
            ("USER x", "331", "332 Account", &["Code"]),
            ("USER x", "331", "230 In", &["FirstDigit"]),
            ("USER x", "3", "332 Account", &[]),
            ("PASS x", "", "230", &["CodeAlone"]),
            ("PASS x", "", "230ok", &["NoBlank"]),
            ("PASS x", "", "ok", &["NoCode"]),
            ("", "", "220 Hello", &[]),
            ("", "", "331 Hello", &["FirstDigit"]),
            ("LIST", "", "150 Soon", &[]),
            ("LIST", "", "226 Done", &["NoPreliminary"]),
            ("LIST", "", "425 No", &[]),
            ("XYZZY", "", "500 What", &[]),
            ("SIZE /", "", "212 600", &["Code"]),
        ] {
            assert_eq!(
                names(&question(command, code), typed),
                wanted,
                "{command}: {typed}"
            );
        }
        let mut after = question("LIST", "");
        after.preliminary = true;
        assert_eq!(names(&after, "226 Done"), [""; 0]);
        assert_eq!(names(&after, "150 Again"), ["FirstDigit"]);
        assert_eq!(judge(None, b"200 Ok"), [Concern::NobodyAsks]);
    }

    #[test]
    fn several_lines_end_with_their_own_code() {
        let mut open = question("USER x", "");
        open.open = ReplyCode::new(331);
        assert_eq!(names(&open, "any text"), [""; 0]);
        assert_eq!(names(&open, "331 Go on"), [""; 0]);
        assert_eq!(names(&open, "230 In"), ["OtherCodeInside"]);
    }

    #[test]
    fn a_227_must_name_the_open_port() {
        let mut pasv = question("PASV", "227");
        pasv.port = Some("127.0.0.1:51400".parse().expect("an address"));
        assert_eq!(names(&pasv, "227 Here (127,0,0,1,200,200)"), [""; 0]);
        for wrong in [
            "227 Here (127,0,0,1,200,201)",
            "227 Here",
            "227 (10,0,0,1,200,200)",
        ] {
            assert_eq!(
                judge(Some(&pasv), wrong.as_bytes()),
                [Concern::Address {
                    port: pasv.port.expect("set"),
                    right: "127,0,0,1,200,200".into()
                }]
            );
        }
    }

    #[test]
    fn clients_are_told_apart_by_what_they_send() {
        for (commands, client) in [
            ("USER anonymous,PASS ftp@example.com", Some(Client::Curl)),
            ("USER a,PASS b,PWD,EPSV", Some(Client::Curl)),
            ("USER a,PASS b,PWD,FEAT", Some(Client::Ncftp)),
            ("USER a,PASS b,SYST,PWD", Some(Client::Wget)),
            ("USER a,PASS b,SYST,FEAT,EPSV", Some(Client::Tnftp)),
            (
                "USER a,PASS b,SYST,FEAT,OPTS UTF8 ON",
                Some(Client::FileZilla),
            ),
            ("AUTH TLS", Some(Client::FileZilla)),
            ("FEAT", Some(Client::Lftp)),
            ("USER a,PASS b,TYPE A", Some(Client::Ftplib)),
            ("USER a,PASS b", None),
        ] {
            let mut recogniser = Recogniser::default();
            for command in commands.split(',') {
                recogniser.see(command.as_bytes());
            }
            assert_eq!(recogniser.client(), client, "{commands}");
        }
        let unknown = Recogniser::default();
        assert_eq!(
            unknown.patience(),
            Some((Client::FileZilla, Duration::from_secs(20)))
        );
        assert_eq!(Recogniser::of(Client::Wget).patience(), None);
        assert_eq!(
            warnings(Duration::from_secs(20)),
            [10, 5].map(Duration::from_secs)
        );
        assert_eq!(
            warnings(Duration::from_secs(120)),
            [60, 10, 5].map(Duration::from_secs)
        );
    }
}
