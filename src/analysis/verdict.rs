//! How a transfer went: the verdict, by whom, and the reason, from what was said and what was captured. A pure function
//! of the evidence, so that every rule of it stands in one place and can be tested without a capture.
//!
//! Two questions are kept apart. Did the transfer go well? The replies say, and the end of the data connection. Does the
//! capture hold it? A 226 without a data connection in the file says more about the capture filter than about FTP.

use std::net::{IpAddr, SocketAddr};

use crate::{
    capture::{
        file::Nanos,
        flow::{End, Opening},
        frame::Undelivered,
        reassembly::Mark,
    },
    ftp::{code::ReplyCode, session::Declared, side::Side},
};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The replies say that it went well, and the capture holds it.
    Complete,
    /// It went well; the capture holds a part of the data.
    CompletePartlyCaptured,
    /// It went well; the capture holds none of the data.
    CompleteNotCaptured,
    /// 4yz or 5yz before any data connection was attempted or awaited.
    Refused,
    /// A data connection was attempted or awaited and never established.
    NeverOpened,
    /// It ended badly after that.
    Failed,
    /// The user broke it off (ABOR).
    Aborted,
    /// The capture ends first.
    Unfinished,
    /// A data connection was agreed on that no command used.
    Unused,
    /// A data connection without its control connection.
    Orphan,
    /// A data connection of a session whose commands are encrypted.
    Encrypted,
}

impl Verdict {
    /// The word that programs rely on.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Complete => "complete",
            Verdict::CompletePartlyCaptured => "complete-partly-captured",
            Verdict::CompleteNotCaptured => "complete-not-captured",
            Verdict::Refused => "refused",
            Verdict::NeverOpened => "never-opened",
            Verdict::Failed => "failed",
            Verdict::Aborted => "aborted",
            Verdict::Unfinished => "unfinished",
            Verdict::Unused => "unused",
            Verdict::Orphan => "orphan",
            Verdict::Encrypted => "encrypted",
        }
    }
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// The user's end.
    Client,
    /// The server's end.
    Server,
    /// Something between them.
    Network,
}

impl Party {
    /// The word that programs rely on.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Party::Client => "client",
            Party::Server => "server",
            Party::Network => "network",
        }
    }
}

impl From<Side> for Party {
    fn from(side: Side) -> Party {
        match side {
            Side::User => Party::Client,
            Side::Server => Party::Server,
        }
    }
}

/// What the capture lacks of a transfer that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Frames are missing.
    Frames {
        /// So many bytes were in them.
        bytes: u64,
    },
    /// The snapshot length cut the frames.
    Snaplen {
        /// So many bytes.
        bytes: u64,
    },
    /// The data connection began before the capture.
    StartedLate,
    /// The capture ends before the data does.
    StoppedEarly,
}

/// Why the capture holds nothing of a transfer that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// No data connection at all: a capture filter for the control port does this.
    ControlOnly,
    /// Other data connections are in the capture, this one is not.
    ThisOne,
}

/// The reason for a verdict, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The data came whole, and the final reply said so.
    Whole,
    /// Fewer bytes came than were announced, although the connection ended in order and the reply was good.
    Shorter {
        /// Announced.
        declared: u64,
        /// Captured.
        bytes: u64,
    },
    /// The capture holds a part.
    Partly {
        /// Why not the rest.
        lack: Lack,
        /// What it holds.
        bytes: u64,
        /// How much there was, where somebody said so.
        of: Option<u64>,
    },
    /// The capture holds nothing.
    NotCaptured(Absence),
    /// The server said no.
    Refused(ReplyCode),
    /// SYNs went unanswered.
    NoAnswer {
        /// To here.
        to: SocketAddr,
        /// So many.
        times: u32,
        /// Seconds from each to the next, rounded to tenths, at most [`MAX_SPACINGS`] of them.
        spacing: Vec<Nanos>,
        /// The server had dialled (active mode) rather than the client.
        active: bool,
        /// The address is one that only works inside its own network (RFC 1918 and the like).
        private: bool,
        /// The address is not the host at the other end of the control connection.
        differs: bool,
    },
    /// The SYN was answered by a reset: nobody listens there, or a firewall says so.
    Rejected {
        /// There.
        to: SocketAddr,
        /// The frame of the reset.
        frame: u64,
    },
    /// A host or router said that the SYN did not arrive.
    Undelivered {
        /// What it said.
        error: Undelivered,
        /// In which frame.
        frame: u64,
    },
    /// Nobody tried to connect.
    NobodyDialled {
        /// Where somebody listened, if that is known.
        listen: Option<SocketAddr>,
        /// The server should have dialled (active mode) rather than the client.
        active: bool,
        /// The address is one that only works inside its own network.
        private: bool,
        /// The address is not the host at the other end of the control connection.
        differs: bool,
        /// Where else it was dialled in vain.
        instead: Option<Stray>,
    },
    /// 4yz or 5yz after the data connection had been opened.
    FailedReply {
        /// The reply.
        code: ReplyCode,
        /// Bytes that had come.
        bytes: u64,
        /// Who reset the data connection, if anybody did.
        reset: Option<Party>,
    },
    /// The control connection ended before the final reply.
    ControlEnded {
        /// Who ended it.
        by: Party,
        /// By a reset.
        reset: bool,
        /// The server had announced it with 421.
        announced: bool,
    },
    /// ABOR ended it.
    Aborted {
        /// Bytes that had come.
        bytes: u64,
    },
    /// The capture ends.
    CaptureEnds {
        /// 1yz had come.
        begun: bool,
    },
    /// Agreed on and not used: nobody connected, or somebody did and sent nothing.
    Unused {
        /// Somebody connected.
        dialled: bool,
    },
    /// The reply says that it went well, nobody said how much it was, and its sender ended with a reset: what was on its
    /// way may be lost, and a reset is no end of a file (RFC 959 3.4.1).
    ResetAtEnd,
    /// The data came whole; the command that asked for it is not in the capture.
    CommandMissing,
    /// Found without its control connection.
    Orphan {
        /// One end has port 20.
        port_20: bool,
    },
    /// The commands were encrypted; matched by hosts and time only.
    Encrypted,
}

/// Spacings between SYNs that are told.
pub const MAX_SPACINGS: usize = 8;

/// What is known of a data connection when its transfer is judged.
#[derive(Debug, Clone)]
pub struct Line {
    /// To whom was connected.
    pub acceptor: SocketAddr,
    /// How that is known.
    pub opening: Opening,
    /// The handshake went through.
    pub established: bool,
    /// SYNs sent.
    pub syns: u32,
    /// First SYN and its repetitions.
    pub syn_times: Vec<Nanos>,
    /// Payload bytes captured.
    pub bytes: u64,
    /// Bytes in frames that are missing.
    pub lost: u64,
    /// Bytes that the snapshot length cut.
    pub cut: u64,
    /// How the sender's direction ended.
    pub sender_end: Option<End>,
    /// A reset, and which party sent it.
    pub reset: Option<(Party, Mark)>,
    /// An ICMP error.
    pub undelivered: Option<(Undelivered, Mark)>,
}

/// How a command came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A final reply.
    Reply(ReplyCode),
    /// Another command's reply ended it (ABOR).
    Aborted,
    /// The control connection ended: by whom, and whether by a reset, and whether 421 had announced it.
    ControlEnded {
        /// By whom.
        by: Party,
        /// By a reset.
        reset: bool,
        /// 421 had come.
        announced: bool,
    },
    /// The capture ends.
    CaptureEnds,
}

/// A connection to where nobody was to be dialled, which carried nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stray {
    /// Who dialled.
    pub from: SocketAddr,
    /// What was dialled.
    pub to: SocketAddr,
    /// The SYN.
    pub first: Mark,
    /// The reset that answered it.
    pub reset: Option<Mark>,
}

/// What there is to judge by.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// The server was to connect (PORT, EPRT, LPRT, or the default data port).
    pub active: bool,
    /// PORT, PASV or their kin had been accepted.
    pub agreed: bool,
    /// Where somebody listens.
    pub listen: Option<SocketAddr>,
    /// That is not the host at the end of the control connection.
    pub differs: bool,
    /// 1yz came.
    pub begun: bool,
    /// How the command ended.
    pub outcome: Outcome,
    /// ABOR was sent while it ran.
    pub abort_asked: bool,
    /// The announced length.
    pub declared: Option<Declared>,
    /// REST's offset. Servers announce the file's length or what is left of it; either will do.
    pub restart: u64,
    /// The data connection, or the last attempt at one.
    pub line: Option<&'a Line>,
    /// Where else it was dialled in vain between these hosts since the agreement.
    pub stray: Option<Stray>,
    /// No other connection than control connections is in the capture between these hosts.
    pub control_only: bool,
}

impl<'a> Evidence<'a> {
    /// An attempt at a data connection, and no command that used it.
    #[must_use]
    pub fn of_an_attempt(active: bool, line: &'a Line) -> Evidence<'a> {
        Evidence {
            active,
            agreed: false,
            listen: None,
            differs: false,
            begun: false,
            outcome: Outcome::CaptureEnds,
            abort_asked: false,
            declared: None,
            restart: 0,
            line: Some(line),
            stray: None,
            control_only: false,
        }
    }
}

/// The judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// How it went.
    pub verdict: Verdict,
    /// By whom.
    pub by: Option<Party>,
    /// Why.
    pub reason: Reason,
}

fn judgement(verdict: Verdict, by: Option<Party>, reason: Reason) -> Judgement {
    Judgement {
        verdict,
        by,
        reason,
    }
}

/// Judges a data connection that carried data and whose command the capture lacks.
#[must_use]
pub fn judge_without_command(line: &Line) -> Judgement {
    let lack = if line.lost > 0 {
        Some(Lack::Frames { bytes: line.lost })
    } else if line.cut > 0 {
        Some(Lack::Snaplen { bytes: line.cut })
    } else if line.opening == Opening::Middle {
        Some(Lack::StartedLate)
    } else if line.sender_end.is_none() {
        Some(Lack::StoppedEarly)
    } else {
        None
    };
    match lack {
        Some(lack) => judgement(
            Verdict::CompletePartlyCaptured,
            None,
            Reason::Partly {
                lack,
                bytes: line.bytes,
                of: None,
            },
        ),
        None => judgement(Verdict::Complete, None, Reason::CommandMissing),
    }
}

/// Judges a transfer command.
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Judgement {
    let line = evidence.line;
    let established = line.is_some_and(|line| line.established);
    let bytes = line.map_or(0, |line| line.bytes);
    // An attempt that failed is the reason, whatever was replied.
    if let Some(line) = line.filter(|line| !line.established) {
        return never_opened(evidence, Some(line));
    }
    match evidence.outcome {
        Outcome::Reply(code) if code.is_completion() => match line {
            // Some servers answer ABOR first and the transfer behind it: the 226 is not the transfer's.
            Some(line) if evidence.abort_asked && is_short(evidence, line) => judgement(
                Verdict::Aborted,
                Some(Party::Client),
                Reason::Aborted { bytes },
            ),
            Some(line) => went_well(evidence, line),
            None => judgement(
                Verdict::CompleteNotCaptured,
                None,
                Reason::NotCaptured(if evidence.control_only {
                    Absence::ControlOnly
                } else {
                    Absence::ThisOne
                }),
            ),
        },
        Outcome::Reply(code) => {
            if evidence.abort_asked && (established || evidence.begun) {
                return judgement(
                    Verdict::Aborted,
                    Some(Party::Client),
                    Reason::Aborted { bytes },
                );
            }
            // The server waited for a connection: it had said 1yz, or it says that none came (RFC 959 4.2.2).
            let awaited = evidence.agreed && code.value() == 425
                || evidence.begun && line.is_none() && matches!(code.value(), 421 | 425 | 522);
            if !established && awaited {
                return never_opened(evidence, None);
            }
            if !established && !evidence.begun {
                return judgement(Verdict::Refused, Some(Party::Server), Reason::Refused(code));
            }
            let reset = line.and_then(|line| line.reset).map(|(party, _)| party);
            judgement(
                Verdict::Failed,
                Some(reset.unwrap_or(Party::Server)),
                Reason::FailedReply { code, bytes, reset },
            )
        }
        Outcome::Aborted => judgement(
            Verdict::Aborted,
            Some(Party::Client),
            Reason::Aborted { bytes },
        ),
        Outcome::ControlEnded {
            by,
            reset,
            announced,
        } => judgement(
            Verdict::Failed,
            Some(by),
            Reason::ControlEnded {
                by,
                reset,
                announced,
            },
        ),
        Outcome::CaptureEnds => judgement(
            Verdict::Unfinished,
            None,
            Reason::CaptureEnds {
                begun: evidence.begun,
            },
        ),
    }
}

/// The announced length; a rounded figure proves nothing.
fn announced(evidence: &Evidence<'_>) -> Option<u64> {
    evidence
        .declared
        .filter(|declared| !declared.rounded)
        .map(|declared| declared.bytes)
}

/// Fewer bytes came than were announced.
fn is_short(evidence: &Evidence<'_>, line: &Line) -> bool {
    announced(evidence).is_some_and(|declared| line.bytes + evidence.restart < declared)
}

/// The reply was good and there was a connection: does the capture hold all of it?
fn went_well(evidence: &Evidence<'_>, line: &Line) -> Judgement {
    let bytes = line.bytes;
    let declared = announced(evidence);
    let short = is_short(evidence, line);
    let known_whole = declared.is_some_and(|declared| bytes + evidence.restart >= declared);
    let ended = line.sender_end.is_some() || line.reset.is_some();
    let lack = if line.lost > 0 {
        Some(Lack::Frames { bytes: line.lost })
    } else if line.cut > 0 {
        Some(Lack::Snaplen { bytes: line.cut })
    } else if line.opening == Opening::Middle && !known_whole {
        Some(Lack::StartedLate)
    } else if short && !ended {
        Some(Lack::StoppedEarly)
    } else {
        None
    };
    if let Some(lack) = lack {
        return judgement(
            Verdict::CompletePartlyCaptured,
            None,
            Reason::Partly {
                lack,
                bytes,
                of: declared,
            },
        );
    }
    let reason = match declared {
        Some(declared) if short => Reason::Shorter { declared, bytes },
        _ if !known_whole && line.sender_end == Some(End::Reset) => Reason::ResetAtEnd,
        _ => Reason::Whole,
    };
    judgement(Verdict::Complete, None, reason)
}

fn never_opened(evidence: &Evidence<'_>, line: Option<&Line>) -> Judgement {
    let (dialler, listener) = if evidence.active {
        (Party::Server, Party::Client)
    } else {
        (Party::Client, Party::Server)
    };
    let Some(line) = line else {
        let reason = Reason::NobodyDialled {
            listen: evidence.listen,
            active: evidence.active,
            private: evidence
                .listen
                .is_some_and(|listen| is_private(listen.ip())),
            differs: evidence.differs,
            instead: evidence.stray,
        };
        return judgement(Verdict::NeverOpened, Some(dialler), reason);
    };
    let to = line.acceptor;
    if let Some((error, mark)) = &line.undelivered {
        let reason = Reason::Undelivered {
            error: *error,
            frame: mark.frame,
        };
        return judgement(Verdict::NeverOpened, Some(Party::Network), reason);
    }
    if let Some((_, mark)) = line.reset {
        let reason = Reason::Rejected {
            to,
            frame: mark.frame,
        };
        return judgement(Verdict::NeverOpened, Some(listener), reason);
    }
    let spacing = line
        .syn_times
        .windows(2)
        .map(|two| two[1].saturating_sub(two[0]))
        .take(MAX_SPACINGS)
        .collect();
    let reason = Reason::NoAnswer {
        to,
        times: line.syns,
        spacing,
        active: evidence.active,
        private: is_private(to.ip()),
        differs: evidence.differs,
    };
    judgement(Verdict::NeverOpened, Some(Party::Network), reason)
}

/// Whether an address only means something inside its own network (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291).
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            acceptor: "10.0.0.2:50000".parse().expect("an address"),
            opening: Opening::Syn,
            established: true,
            syns: 1,
            syn_times: vec![0],
            bytes: 1_000,
            lost: 0,
            cut: 0,
            sender_end: Some(End::Fin),
            reset: None,
            undelivered: None,
        }
    }

    fn evidence<'a>(line: Option<&'a Line>, outcome: Outcome) -> Evidence<'a> {
        Evidence {
            active: false,
            agreed: true,
            listen: Some("10.0.0.2:50000".parse().expect("an address")),
            differs: false,
            begun: true,
            outcome,
            abort_asked: false,
            declared: None,
            restart: 0,
            line,
            stray: None,
            control_only: false,
        }
    }

    fn reply(code: u16) -> Outcome {
        let digits = code.to_string().into_bytes();
        let digits = digits.try_into().expect("three digits");
        Outcome::Reply(ReplyCode::from_digits(digits).expect("a code"))
    }

    fn declared(bytes: u64) -> Option<Declared> {
        Some(Declared {
            bytes,
            rounded: false,
            by_size: false,
        })
    }

    #[test]
    fn a_good_reply_and_what_the_capture_holds_of_it() {
        let whole = line();
        assert_eq!(
            judge(&evidence(Some(&whole), reply(226))).reason,
            Reason::Whole
        );
        let mut short = evidence(Some(&whole), reply(226));
        short.declared = declared(2_000);
        let judged = judge(&short);
        assert_eq!(judged.verdict, Verdict::Complete, "an orderly end");
        assert!(matches!(
            judged.reason,
            Reason::Shorter {
                declared: 2_000,
                ..
            }
        ));

        short.restart = 1_000;
        assert_eq!(judge(&short).reason, Reason::Whole, "REST");

        let reset = Line {
            sender_end: Some(End::Reset),
            ..line()
        };
        let mut reset = evidence(Some(&reset), reply(226));
        assert_eq!(judge(&reset).reason, Reason::ResetAtEnd);
        reset.declared = declared(1);
        assert_eq!(judge(&reset).reason, Reason::Whole, "as much as was said");

        let stopped = Line {
            sender_end: None,
            ..line()
        };
        let mut early = evidence(Some(&stopped), reply(226));
        early.declared = declared(2_000);
        let judged = judge(&early);
        assert_eq!(judged.verdict, Verdict::CompletePartlyCaptured);
        assert!(matches!(
            judged.reason,
            Reason::Partly {
                lack: Lack::StoppedEarly,
                of: Some(2_000),
                ..
            }
        ));
        for (bad, lack) in [
            (Line { lost: 9, ..line() }, Lack::Frames { bytes: 9 }),
            (Line { cut: 9, ..line() }, Lack::Snaplen { bytes: 9 }),
            (
                Line {
                    opening: Opening::Middle,
                    ..line()
                },
                Lack::StartedLate,
            ),
        ] {
            let judged = judge(&evidence(Some(&bad), reply(226)));
            assert!(matches!(judged.reason, Reason::Partly { lack: l, .. } if l == lack));
        }
        let mut none = evidence(None, reply(226));
        none.control_only = true;
        assert_eq!(
            judge(&none).reason,
            Reason::NotCaptured(Absence::ControlOnly)
        );
    }

    #[test]
    fn a_bad_reply_before_and_after_the_connection() {
        let mut refused = evidence(None, reply(550));
        refused.begun = false;
        assert_eq!(judge(&refused).verdict, Verdict::Refused);
        let whole = line();
        let judged = judge(&evidence(Some(&whole), reply(426)));
        assert_eq!(
            (judged.verdict, judged.by),
            (Verdict::Failed, Some(Party::Server))
        );
        let mut aborted = evidence(Some(&whole), reply(426));
        aborted.abort_asked = true;
        assert_eq!(judge(&aborted).verdict, Verdict::Aborted);
        let mut answered_first = evidence(Some(&whole), reply(226));
        answered_first.abort_asked = true;
        assert_eq!(judge(&answered_first).verdict, Verdict::Complete);
        answered_first.declared = declared(2_000);
        assert_eq!(judge(&answered_first).verdict, Verdict::Aborted);
        let mut unprepared = evidence(None, reply(425));
        (unprepared.agreed, unprepared.begun) = (false, false);
        assert_eq!(judge(&unprepared).verdict, Verdict::Refused);
        assert_eq!(
            judge(&evidence(None, reply(425))).reason,
            Reason::NobodyDialled {
                listen: Some("10.0.0.2:50000".parse().expect("an address")),
                active: false,
                private: true,
                differs: false,
                instead: None
            }
        );
    }

    #[test]
    fn an_attempt_that_failed_is_the_reason_whatever_the_reply() {
        let silent = Line {
            established: false,
            syns: 3,
            syn_times: vec![0, 1_000_000_000, 3_000_000_000],
            ..line()
        };
        for outcome in [reply(425), reply(226), Outcome::CaptureEnds] {
            let judged = judge(&evidence(Some(&silent), outcome));
            assert_eq!(
                (judged.verdict, judged.by),
                (Verdict::NeverOpened, Some(Party::Network))
            );
            assert!(matches!(
                judged.reason,
                Reason::NoAnswer { times: 3, ref spacing, private: true, .. }
                    if *spacing == [1_000_000_000, 2_000_000_000]
            ));
        }
        let mark = Mark { frame: 9, time: 0 };
        let rejected = Line {
            reset: Some((Party::Server, mark)),
            ..silent
        };
        let judged = judge(&evidence(Some(&rejected), reply(425)));
        assert_eq!(judged.by, Some(Party::Server));
        assert!(matches!(judged.reason, Reason::Rejected { frame: 9, .. }));
        let mut active = evidence(Some(&rejected), reply(425));
        active.active = true;
        assert_eq!(judge(&active).by, Some(Party::Client));
    }

    #[test]
    fn ends_without_a_reply() {
        let judged = judge(&evidence(None, Outcome::CaptureEnds));
        assert_eq!(judged.verdict, Verdict::Unfinished);
        let ended = Outcome::ControlEnded {
            by: Party::Client,
            reset: true,
            announced: false,
        };
        let whole = line();
        let judged = judge(&evidence(Some(&whole), ended));
        assert_eq!(
            (judged.verdict, judged.by),
            (Verdict::Failed, Some(Party::Client))
        );
    }

    #[test]
    fn addresses_of_private_networks() {
        for private in [
            "10.1.2.3",
            "172.31.0.1",
            "192.168.7.7",
            "100.64.0.1",
            "169.254.1.1",
            "fd00::1",
            "fe80::1",
            "0.0.0.0",
        ] {
            assert!(
                is_private(private.parse().expect("an address")),
                "{private}"
            );
        }
        for public in ["127.0.0.1", "8.8.8.8", "172.32.0.1", "2001:db8::1"] {
            assert!(!is_private(public.parse().expect("an address")), "{public}");
        }
    }
}
