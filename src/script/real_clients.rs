//! Real clients as the person at the server meets them: which one this is, by what it sends, how long it waits, and what
//! it makes of the commonest slips. All of it was measured (Debian 12 over loopback, default settings: curl 7.88, GNU Wget
//! 1.21, lftp 4.9.2, NcFTP 3.2.6, tnftp 20210827, Python 3.11's ftplib, FileZilla 3.63); no standard says any of it.
//!
//! A client is recognised by elimination: each begins its session in its own order, and each that could not have sent
//! what came is out. Where several are left, the one that waits the shortest counts, so that nobody is told too late.

use std::time::Duration;

use crate::ftp::{command::Verb, secret::verb_of};

/// A client whose behaviour was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// curl 7.88.
    Curl,
    /// GNU Wget 1.21.
    Wget,
    /// lftp 4.9.
    Lftp,
    /// NcFTP 3.2.
    Ncftp,
    /// tnftp.
    Tnftp,
    /// Python's ftplib.
    Ftplib,
    /// FileZilla 3.63.
    FileZilla,
}

/// How long a client waits; `None`: longer than anyone has waited for it (more than 400 s).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a reply, the greeting too.
    pub reply: Option<Duration>,
    /// For the data, once 1yz has come.
    pub data: Option<Duration>,
    /// For the final reply, once the data connection is closed.
    pub completion: Option<Duration>,
    /// Lines of an unfinished reply (`331-`) make it begin again to wait. curl alone counts on, from the command.
    pub lines_count: bool,
}

/// A slip of somebody who types the replies, whose effect was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// Two replies to one command (331 and 230).
    SecondReply,
    /// The data and 226, without a 150 before.
    NoPreliminary,
    /// Three digits and nothing behind them.
    BareCode,
    /// No blank behind the three digits.
    NoBlank,
    /// No digits.
    NoCode,
}

/// What a client makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on as if nothing were wrong.
    Works,
    /// It goes on, and what was transferred is lost without a word.
    Empty,
    /// It says that it failed.
    Fails,
    /// It goes on waiting, until its time limit.
    Waits,
    /// It ends with this exit code.
    Exit(u8),
}

/// One command of the beginning of a session.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// It comes.
    Sends(Verb),
    /// It may come, more than once too.
    May(Verb),
    /// So many that follow may be left out, all of them or none.
    Together(usize),
}

use Step::{May, Sends, Together};

/// What is known of a client.
struct Fact {
    client: Client,
    name: &'static str,
    patience: [Option<u64>; 3],
    /// How it begins a session, up to where its user's wishes begin.
    begins: &'static [Step],
    /// What it sends at no time.
    never: &'static [Verb],
    /// It does not ask with PASV before EPSV has failed. curl does not either, but `--disable-epsv` is common in labs.
    epsv_first: bool,
    /// The password that it gives for anonymous.
    password: Option<&'static [u8]>,
    /// Beginnings of lines that nobody else sends.
    marks: &'static [&'static [u8]],
    /// What it makes of the slips, in the order of [`Slip`].
    slips: [Outcome; 5],
}

use Outcome::{Empty, Exit, Fails, Waits, Works};

const FACTS: [Fact; 7] = [
    Fact {
        client: Client::Curl,
        name: "curl",
        patience: [Some(120), None, Some(60)],
        begins: &[
            May(Verb::Auth),
            Sends(Verb::User),
            May(Verb::Pass),
            Sends(Verb::Pwd),
        ],
        never: &[Verb::Feat, Verb::Help, Verb::Clnt, Verb::Opts],
        epsv_first: false,
        password: Some(b"ftp@example.com"),
        marks: &[],
        slips: [Exit(13), Exit(19), Waits, Waits, Waits],
    },
    Fact {
        client: Client::Wget,
        name: "wget",
        patience: [Some(900), Some(900), Some(900)],
        begins: &[
            Sends(Verb::User),
            May(Verb::Pass),
            Sends(Verb::Syst),
            Sends(Verb::Pwd),
            Sends(Verb::Type),
        ],
        never: &[Verb::Feat, Verb::Opts],
        epsv_first: false,
        password: Some(b"-wget@"),
        marks: &[b"LIST -a", b"EPSV 2"],
        slips: [Exit(4), Exit(4), Waits, Waits, Waits],
    },
    Fact {
        client: Client::Lftp,
        name: "lftp",
        patience: [Some(300), Some(300), Some(300)],
        begins: &[
            Sends(Verb::Feat),
            May(Verb::Auth),
            May(Verb::Opts),
            Sends(Verb::User),
            May(Verb::Pass),
        ],
        never: &[],
        epsv_first: false,
        password: Some(b"lftp@"),
        marks: &[],
        slips: [Works, Empty, Works, Works, Waits],
    },
    Fact {
        client: Client::Ncftp,
        name: "ncftp",
        patience: [Some(135), None, Some(135)],
        begins: &[
            Sends(Verb::User),
            May(Verb::Pass),
            Sends(Verb::Pwd),
            Sends(Verb::Feat),
            May(Verb::Help),
            May(Verb::Clnt),
        ],
        never: &[],
        epsv_first: false,
        password: Some(b"NcFTP@"),
        marks: &[b"CLNT NcFTP", b"HELP SITE"],
        slips: [Exit(3), Exit(3), Works, Works, Exit(1)],
    },
    Fact {
        client: Client::Tnftp,
        name: "tnftp",
        patience: [Some(60), None, Some(60)],
        begins: &[
            Sends(Verb::User),
            May(Verb::Pass),
            Sends(Verb::Syst),
            Sends(Verb::Feat),
        ],
        never: &[Verb::Opts],
        epsv_first: true,
        password: Some(b"anonymous@"),
        marks: &[],
        slips: [Fails, Fails, Works, Works, Fails],
    },
    Fact {
        client: Client::Ftplib,
        name: "ftplib",
        patience: [None, None, None],
        begins: &[Sends(Verb::User), May(Verb::Pass), Sends(Verb::Type)],
        never: &[],
        epsv_first: false,
        password: Some(b"anonymous@"),
        marks: &[],
        slips: [Fails, Fails, Works, Works, Fails],
    },
    Fact {
        client: Client::FileZilla,
        name: "FileZilla",
        patience: [Some(20), Some(20), Some(20)],
        // SYST and FEAT on its first connection only; OPTS and PWD, or PWD alone where FEAT was refused.
        begins: &[
            May(Verb::Auth),
            Sends(Verb::User),
            May(Verb::Pass),
            Together(2),
            Sends(Verb::Syst),
            Sends(Verb::Feat),
            May(Verb::Opts),
            May(Verb::Cwd),
            Sends(Verb::Pwd),
            Sends(Verb::Type),
        ],
        never: &[],
        epsv_first: false,
        password: Some(b"anonymous@example.com"),
        marks: &[],
        slips: [Fails, Works, Waits, Works, Fails],
    },
];

impl Client {
    /// All of them.
    pub const ALL: [Client; 7] = [
        Client::Curl,
        Client::Wget,
        Client::Lftp,
        Client::Ncftp,
        Client::Tnftp,
        Client::Ftplib,
        Client::FileZilla,
    ];

    fn fact(self) -> &'static Fact {
        &FACTS[self as usize]
    }

    /// The name, as its makers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.fact().name
    }

    /// How long it waits, with its default settings.
    #[must_use]
    pub fn patience(self) -> Patience {
        let [reply, data, completion] = self
            .fact()
            .patience
            .map(|seconds| seconds.map(Duration::from_secs));
        Patience {
            reply,
            data,
            completion,
            lines_count: self != Client::Curl,
        }
    }

    /// What it makes of a slip.
    #[must_use]
    pub fn outcome(self, slip: Slip) -> Outcome {
        self.fact().slips[slip as usize]
    }
}

/// Which client this can be, from what it has sent so far.
#[derive(Debug, Clone)]
pub struct Recogniser {
    /// How far each has come in its beginning; `None`: it cannot be this one.
    places: [Option<usize>; 7],
    /// A mark was seen, or somebody has said it: nothing changes it any more.
    certain: bool,
    /// EPSV was sent.
    epsv: bool,
}

impl Default for Recogniser {
    fn default() -> Recogniser {
        Recogniser {
            places: [Some(0); 7],
            certain: false,
            epsv: false,
        }
    }
}

impl Recogniser {
    /// It is this client, as the command line says.
    #[must_use]
    pub fn told(client: Client) -> Recogniser {
        let mut recogniser = Recogniser::default();
        recogniser.only(|fact| fact.client == client);
        recogniser.certain = true;
        recogniser
    }

    fn only(&mut self, fits: impl Fn(&Fact) -> bool) {
        for (place, fact) in self.places.iter_mut().zip(&FACTS) {
            if !fits(fact) {
                *place = None;
            }
        }
    }

    /// Takes a command.
    pub fn take(&mut self, line: &[u8]) {
        if self.certain {
            return;
        }
        let (verb, end) = verb_of(line);
        let argument = line.get(end + 1..).unwrap_or_default();
        let marked = |fact: &Fact| fact.marks.iter().any(|mark| line.starts_with(mark));
        if FACTS.iter().any(marked) {
            self.places = [Some(usize::MAX); 7];
            self.only(marked);
            self.certain = true;
            return;
        }
        self.epsv |= verb == Verb::Epsv;
        let pasv_first = verb == Verb::Pasv && !self.epsv;
        for (place, fact) in self.places.iter_mut().zip(&FACTS) {
            *place = place
                .filter(|_| !(fact.never.contains(&verb) || pasv_first && fact.epsv_first))
                .and_then(|at| advance(fact.begins, at, verb));
        }
        let known = |fact: &Fact| fact.password == Some(argument);
        if verb == Verb::Pass && FACTS.iter().any(known) {
            self.only(known);
        }
    }

    /// Those it can be. Nobody, where it is none of them: a person with telnet, say.
    pub fn candidates(&self) -> impl Iterator<Item = Client> + '_ {
        self.places
            .iter()
            .zip(Client::ALL)
            .filter_map(|(place, client)| place.map(|_| client))
    }

    /// The client, where there is no doubt.
    #[must_use]
    pub fn client(&self) -> Option<Client> {
        let mut candidates = self.candidates();
        candidates.next().filter(|_| candidates.next().is_none())
    }

    /// The shortest patience of those it can be, of all where it can be none; with the client whose it is.
    #[must_use]
    pub fn shortest(
        &self,
        of: impl Fn(&Patience) -> Option<Duration>,
    ) -> (Option<Duration>, Client) {
        let by_patience = |client: &Client| of(&client.patience()).unwrap_or(Duration::MAX);
        let client = self
            .candidates()
            .min_by_key(by_patience)
            .or_else(|| Client::ALL.into_iter().min_by_key(by_patience))
            .unwrap_or(Client::FileZilla);
        (of(&client.patience()), client)
    }
}

/// The place behind a command in a beginning; `None` where it does not fit there.
fn advance(begins: &[Step], mut at: usize, verb: Verb) -> Option<usize> {
    loop {
        match begins.get(at) {
            None => return Some(at),
            Some(Sends(step)) if *step == verb => return Some(at + 1),
            Some(Sends(_)) => return None,
            Some(May(step)) if *step == verb => return Some(at),
            Some(May(_)) => at += 1,
            Some(Together(more)) => match begins.get(at + 1) {
                Some(Sends(step)) if *step == verb => return Some(at + 2),
                _ => at += 1 + more,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> Recogniser {
        let mut recogniser = Recogniser::default();
        for line in lines {
            recogniser.take(line.as_bytes());
        }
        recogniser
    }

    #[test]
    fn each_client_is_known_by_how_it_begins() {
        for (lines, client) in [
            (
                &["USER x", "PASS y", "PWD", "EPSV", "TYPE A"][..],
                Client::Curl,
            ),
            (
                &["USER anonymous", "PASS ftp@example.com"][..],
                Client::Curl,
            ),
            (
                &["USER x", "PASS y", "SYST", "PWD", "TYPE I"][..],
                Client::Wget,
            ),
            (&["USER anonymous", "PASS -wget@"][..], Client::Wget),
            (&["FEAT"][..], Client::Lftp),
            (
                &["FEAT", "AUTH TLS", "OPTS UTF8 ON", "USER x"][..],
                Client::Lftp,
            ),
            (&["USER x", "PASS y", "PWD", "FEAT"][..], Client::Ncftp),
            (
                &["USER x", "PASS y", "SYST", "FEAT", "EPSV"][..],
                Client::Tnftp,
            ),
            (
                &["USER x", "PASS y", "SYST", "FEAT", "EPSV", "PASV"][..],
                Client::Tnftp,
            ),
            // FEAT was refused.
            (
                &["USER x", "PASS y", "SYST", "FEAT", "PWD", "TYPE I", "PASV"][..],
                Client::FileZilla,
            ),
            (&["USER x", "PASS y", "TYPE A"][..], Client::Ftplib),
            (
                &["AUTH TLS", "AUTH SSL", "USER x", "PASS y", "SYST"][..],
                Client::FileZilla,
            ),
            (
                &["USER x", "PASS y", "SYST", "FEAT", "OPTS UTF8 ON"][..],
                Client::FileZilla,
            ),
            (
                &["USER anonymous", "PASS anonymous@example.com"][..],
                Client::FileZilla,
            ),
            // Its second connection.
            (
                &["USER x", "PASS y", "OPTS UTF8 ON", "CWD /", "PWD"][..],
                Client::FileZilla,
            ),
            (&["USER x", "PASS y", "PWD", "HELP SITE"][..], Client::Ncftp),
        ] {
            assert_eq!(after(lines).client(), Some(client), "{lines:?}");
        }
    }

    #[test]
    fn the_shortest_counts_while_several_are_possible() {
        let reply = |p: &Patience| p.reply;
        let seconds = |s| Some(Duration::from_secs(s));
        assert_eq!(
            Recogniser::default().shortest(reply),
            (seconds(20), Client::FileZilla)
        );
        let after_pwd = after(&["USER x", "PASS y", "PWD"]);
        assert_eq!(after_pwd.client(), None);
        assert_eq!(
            after_pwd.shortest(reply),
            (seconds(20), Client::FileZilla),
            "its second connection"
        );
        let after_syst = after(&["USER x", "PASS y", "SYST", "PWD"]);
        assert_eq!(after_syst.client(), Some(Client::Wget));
        // FEAT was refused.
        let refused = after(&["USER x", "PASS y", "SYST", "FEAT", "PWD"]);
        assert_eq!(refused.client(), None);
        assert_eq!(refused.shortest(reply), (seconds(20), Client::FileZilla));
        // Nobody begins like this: a person at a telnet, who may be anyone.
        let nobody = after(&["HELP", "NOOP"]);
        assert_eq!(nobody.client(), None);
        assert_eq!(nobody.shortest(reply), (seconds(20), Client::FileZilla));
        assert_eq!(
            Recogniser::told(Client::Ftplib).shortest(reply),
            (None, Client::Ftplib)
        );
    }

    #[test]
    fn what_the_command_line_says_holds() {
        let mut told = Recogniser::told(Client::Curl);
        told.take(b"FEAT");
        assert_eq!(told.client(), Some(Client::Curl));
    }

    #[test]
    fn facts_stand_at_the_place_of_their_client() {
        for client in Client::ALL {
            assert_eq!(client.fact().client, client);
        }
    }
}
