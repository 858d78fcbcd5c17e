//! Verdicts, reasons and remarks in sentences.

use crate::{
    analysis::{
        finding::{Evidence, Remark, Session, Transfer},
        inspector::{MAX_PROBED, MAX_WAITING},
        notes::Note,
        verdict::{Absence, Lack, Party, Reason, Stray, Verdict},
    },
    capture::{
        file::{Damage, Foreign, MAX_ZSTD_WINDOW, Nanos, Unopened},
        frame::{PATIENCE, Undelivered, Unread},
        reassembly::{MAX_HELD, MAX_HELD_IN_ALL, WINDOW, WINDOWS},
    },
    say,
    view::{
        number, sanitise,
        text::{Lang, Text},
    },
};

/// The message that names a verdict.
#[must_use]
pub fn verdict_id(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Complete => "inspect-verdict-complete",
        Verdict::CompletePartlyCaptured => "inspect-verdict-complete-partly-captured",
        Verdict::CompleteNotCaptured => "inspect-verdict-complete-not-captured",
        Verdict::Refused => "inspect-verdict-refused",
        Verdict::NeverOpened => "inspect-verdict-never-opened",
        Verdict::Failed => "inspect-verdict-failed",
        Verdict::Aborted => "inspect-verdict-aborted",
        Verdict::Unfinished => "inspect-verdict-unfinished",
        Verdict::Unused => "inspect-verdict-unused",
        Verdict::Orphan => "inspect-verdict-orphan",
        Verdict::Encrypted => "inspect-verdict-encrypted",
    }
}

/// Why a transfer has its verdict: a sentence or more.
#[must_use]
pub fn reason(text: &Text, transfer: &Transfer) -> String {
    let count = |number: u64| number::count(text, number);
    let mut sentences = Vec::new();
    match &transfer.judgement.reason {
        Reason::ResetAtEnd => sentences.push(say!(text, "inspect-reason-reset-at-end")),
        Reason::Whole => sentences.push(say!(text, "inspect-reason-whole")),
        Reason::Shorter { declared, bytes } => sentences.push(say!(
            text,
            "inspect-reason-shorter",
            bytes = count(*bytes),
            declared = count(*declared)
        )),
        Reason::Partly { lack, bytes, of } => {
            sentences.push(partly(text, *lack, *bytes, *of));
        }
        Reason::NotCaptured(Absence::ControlOnly) => {
            sentences.push(say!(text, "inspect-reason-control-only"));
        }
        Reason::NotCaptured(Absence::ThisOne) => {
            sentences.push(say!(text, "inspect-reason-not-captured"));
        }
        Reason::Refused(code) => sentences.push(say!(
            text,
            "inspect-reason-refused",
            code = code.to_string()
        )),
        Reason::NoAnswer {
            to,
            times,
            spacing,
            active,
            private,
            differs,
        } => {
            sentences.push(say!(
                text,
                "inspect-reason-no-answer",
                to = to.to_string(),
                times = *times,
                spacing = spacings(text, spacing)
            ));
            if *private && *differs {
                sentences.push(say!(text, "inspect-reason-no-answer-private"));
            }
            if *differs {
                sentences.push(if *active {
                    say!(text, "inspect-reason-no-answer-differs-active")
                } else {
                    say!(text, "inspect-reason-no-answer-differs")
                });
            }
        }
        Reason::Rejected { to, frame } => sentences.push(say!(
            text,
            "inspect-reason-rejected",
            to = to.to_string(),
            frame = frame.to_string()
        )),
        Reason::Undelivered { error, frame } => sentences.push(say!(
            text,
            "inspect-reason-undelivered",
            reporter = error.reporter.to_string(),
            what = icmp(text, error),
            frame = frame.to_string()
        )),
        Reason::NobodyDialled {
            listen,
            active,
            private,
            differs,
            instead,
        } => {
            let listens = listen.map(|listen| listen.port());
            let id = match (active, listen) {
                (false, Some(_)) => "inspect-reason-nobody-passive",
                (true, Some(_)) => "inspect-reason-nobody-active",
                (false, None) => "inspect-reason-nobody-passive-unknown",
                (true, None) => "inspect-reason-nobody-active-unknown",
            };
            let listen = listen.map(|listen| listen.to_string()).unwrap_or_default();
            let args = [("listen", listen.into())];
            sentences.push(text.say(id, if id.ends_with("unknown") { &[] } else { &args }));
            if *private && *differs {
                sentences.push(say!(text, "inspect-reason-no-answer-private"));
            }
            if let Some(Stray { to, first, .. }) = instead {
                sentences.push(say!(
                    text,
                    "inspect-reason-dialled-instead",
                    who = if *active { "server" } else { "client" },
                    to = to.to_string(),
                    frame = first.frame.to_string()
                ));
                if listens == Some(to.port().swap_bytes()) {
                    let [high, low] = to.port().to_be_bytes();
                    let sum = format!("{high} × 256 + {low} = {}", to.port());
                    sentences.push(say!(text, "inspect-reason-bytes-exchanged", sum = sum));
                }
            }
        }
        Reason::FailedReply { code, bytes, reset } => sentences.push(match reset {
            None => say!(
                text,
                "inspect-reason-failed",
                code = code.to_string(),
                bytes = count(*bytes)
            ),
            Some(party) => say!(
                text,
                "inspect-reason-failed-reset",
                code = code.to_string(),
                bytes = count(*bytes),
                who = party.name()
            ),
        }),
        Reason::ControlEnded {
            by,
            reset,
            announced,
        } => sentences.push(match (announced, reset) {
            (true, _) if *by == Party::Server => say!(text, "inspect-reason-control-announced"),
            (_, true) => say!(text, "inspect-reason-control-reset", who = by.name()),
            (_, false) => say!(text, "inspect-reason-control-ended", who = by.name()),
        }),
        Reason::Aborted { bytes } => {
            sentences.push(say!(text, "inspect-reason-aborted", bytes = count(*bytes)));
        }
        Reason::CaptureEnds { begun: true } => {
            sentences.push(say!(text, "inspect-reason-capture-ends"));
        }
        Reason::CaptureEnds { begun: false } => {
            sentences.push(say!(text, "inspect-reason-capture-ends-before"));
        }
        Reason::Unused { dialled: false } => sentences.push(say!(text, "inspect-reason-unused")),
        Reason::Unused { dialled: true } => {
            sentences.push(say!(text, "inspect-reason-unused-dialled"));
        }
        Reason::CommandMissing => sentences.push(say!(text, "inspect-reason-command-missing")),
        Reason::Orphan { port_20: true } => sentences.push(say!(text, "inspect-reason-orphan-20")),
        Reason::Orphan { port_20: false } => sentences.push(say!(text, "inspect-reason-orphan")),
        Reason::Encrypted => sentences.push(say!(text, "inspect-reason-encrypted")),
    }
    if transfer.inferred && transfer.judgement.verdict != Verdict::Encrypted {
        sentences.push(say!(text, "inspect-reason-inferred"));
    }
    sentences.join(" ")
}

fn partly(text: &Text, lack: Lack, bytes: u64, of: Option<u64>) -> String {
    let count = |number: u64| number::count(text, number);
    match lack {
        Lack::Frames { bytes: missing } => say!(
            text,
            "inspect-reason-partly-frames",
            missing = count(missing),
            bytes = count(bytes)
        ),
        Lack::Snaplen { bytes: missing } => say!(
            text,
            "inspect-reason-partly-snaplen",
            missing = count(missing)
        ),
        Lack::StartedLate => say!(text, "inspect-reason-partly-late", bytes = count(bytes)),
        Lack::StoppedEarly => say!(
            text,
            "inspect-reason-partly-early",
            bytes = count(bytes),
            of = count(of.unwrap_or(bytes)),
            percent = percent(text, bytes, of.unwrap_or(bytes))
        ),
    }
}

/// `10.4`, or `10,4` in French.
fn percent(text: &Text, part: u64, whole: u64) -> String {
    let shown = format!("{:.1}", part as f64 * 100.0 / whole.max(1) as f64);
    match text.lang() {
        Lang::En => shown,
        Lang::Fr => shown.replace('.', ","),
    }
}

/// `1.0 s, 2.0 s, 4.0 s`.
fn spacings(text: &Text, spacing: &[Nanos]) -> String {
    let one = |nanos: &Nanos| {
        let shown = format!("{:.1}", *nanos as f64 / 1e9);
        match text.lang() {
            Lang::En => format!("{shown} s"),
            Lang::Fr => format!("{}\u{a0}s", shown.replace('.', ",")),
        }
    };
    spacing.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What an ICMP error says (RFC 792, RFC 1812 5.2.7, RFC 4443 3).
fn icmp(text: &Text, error: &Undelivered) -> String {
    let id = match (error.v6, error.kind, error.code) {
        (false, 3, 0 | 6 | 11) | (true, 1, 0) => "inspect-icmp-network",
        (false, 3, 1 | 7 | 12) | (true, 1, 2 | 3) => "inspect-icmp-host",
        (false, 3, 2) | (true, 4, 1) => "inspect-icmp-protocol",
        (false, 3, 3) | (true, 1, 4) => "inspect-icmp-port",
        (false, 3, 9 | 10 | 13) | (true, 1, 1 | 5 | 6) => "inspect-icmp-prohibited",
        (false, 11, _) | (true, 3, _) => "inspect-icmp-time",
        _ => {
            return say!(
                text,
                "inspect-icmp-other",
                kind = error.kind.to_string(),
                code = error.code.to_string()
            );
        }
    };
    text.say(id, &[])
}

/// The sentence about a remark.
#[must_use]
pub fn remark(text: &Text, remark: &Remark) -> String {
    let id = format!("inspect-remark-{}", remark.name());
    let count = |number: u64| number::count(text, number);
    match remark {
        Remark::ShorterThanDeclared { declared, bytes }
        | Remark::LongerThanDeclared { declared, bytes } => text.say(
            &id,
            &[
                ("bytes", count(*bytes).into()),
                ("declared", count(*declared).into()),
            ],
        ),
        Remark::AddressTranslated { listen, used } => text.say(
            &id,
            &[
                ("listen", listen.to_string().into()),
                ("used", used.to_string().into()),
            ],
        ),
        Remark::SourcePort { port, expected } => text.say(
            &id,
            &[
                ("port", port.to_string().into()),
                ("expected", expected.to_string().into()),
            ],
        ),
        Remark::Conflict(conflict) => text.say(
            &id,
            &[
                ("bytes", count(conflict.bytes.into()).into()),
                ("first", conflict.first.to_string().into()),
                ("second", conflict.second.to_string().into()),
            ],
        ),
        Remark::SeenTwice {
            other,
            client,
            server,
            evidence,
        } => {
            let shows = match evidence {
                Evidence::SequenceNumbers(client, server) => say!(
                    text,
                    "inspect-twin-numbers",
                    client = client.to_string(),
                    server = server.to_string()
                ),
                Evidence::Order => say!(text, "inspect-twin-order"),
            };
            text.say(
                &id,
                &[
                    ("other", other.to_string().into()),
                    ("client", client.to_string().into()),
                    ("server", server.to_string().into()),
                    ("evidence", shows.into()),
                ],
            )
        }
        Remark::DataBeforePreliminary { .. }
        | Remark::CompletionBeforeEnd { .. }
        | Remark::ServerToServer
        | Remark::Edited
        | Remark::OneWay => text.say(&id, &[]),
    }
}

/// The sentence about a note on the capture.
#[must_use]
pub fn note(text: &Text, note: &Note) -> String {
    let count = |number: u64| number::count(text, number);
    match note {
        Note::Cut => say!(text, "inspect-note-cut"),
        Note::Damaged { at, what } => match what {
            Damage::Wrapper(_) => say!(text, "inspect-note-damaged-wrapper"),
            Damage::Window(bytes) => say!(
                text,
                "inspect-note-zstd-window",
                window = zstd_window(text, *bytes)
            ),
            _ => say!(text, "inspect-note-damaged", at = count(*at)),
        },
        Note::Unreadable => say!(text, "inspect-note-unreadable"),
        Note::Endpoint => say!(text, "inspect-note-endpoint"),
        Note::NoPackets => say!(text, "inspect-note-no-packets"),
        Note::NoFtp { connections, ports } => {
            if *connections == 0 {
                return say!(text, "inspect-note-no-tcp");
            }
            if ports.is_empty() {
                return say!(text, "inspect-note-no-control");
            }
            let named: u64 = ports.iter().map(|(_, many)| many).sum();
            let more = if named < *connections { ", …" } else { "" };
            let ports: Vec<String> = ports
                .iter()
                .map(|(port, many)| {
                    say!(
                        text,
                        "inspect-note-port",
                        port = port.to_string(),
                        count = count(*many)
                    )
                })
                .collect();
            say!(
                text,
                "inspect-note-no-ftp",
                count = *connections,
                ports = ports.join(", ") + more
            )
        }
        Note::ImplicitTls { connections } => {
            say!(text, "inspect-note-implicit-tls", count = *connections)
        }
        Note::Dropped { packets } => say!(text, "inspect-note-dropped", count = *packets),
        Note::Snaplen {
            packets,
            length: Some(length),
        } => say!(
            text,
            "inspect-note-snaplen-at",
            count = *packets,
            length = length.to_string()
        ),
        Note::Snaplen { packets, .. } => say!(text, "inspect-note-snaplen", count = *packets),
        Note::Lost { bytes } => say!(
            text,
            "inspect-note-lost",
            count = *bytes,
            bytes = number::count(text, *bytes)
        ),
        Note::Filter { filter } => say!(text, "inspect-note-filter", filter = filter.as_str()),
        Note::ControlOnly => say!(text, "inspect-note-control-only"),
        Note::Midstream { connections } => {
            say!(text, "inspect-note-midstream", count = *connections)
        }
        Note::OneWay { connections } => say!(text, "inspect-note-one-way", count = *connections),
        Note::SeenTwice { sessions } => say!(text, "inspect-note-seen-twice", count = *sessions),
        Note::Duplicates { frames } => say!(text, "inspect-note-duplicates", count = *frames),
        Note::ChecksumOffload { wrong, checked } => say!(
            text,
            "inspect-note-checksums",
            wrong = count(*wrong),
            checked = count(*checked)
        ),
        Note::SegmentationOffload { packets } => {
            say!(text, "inspect-note-segmentation", count = *packets)
        }
        Note::Backwards { packets } => say!(text, "inspect-note-backwards", count = *packets),
        Note::Conflicts { bytes } => say!(text, "inspect-note-conflicts", count = *bytes),
        Note::Edited { connections } => say!(text, "inspect-note-edited", count = *connections),
        Note::Unread { why, packets } => say!(
            text,
            "inspect-note-unread",
            count = *packets,
            why = unread(text, *why)
        ),
        Note::Oversized { packets } => say!(text, "inspect-note-oversized", count = *packets),
        Note::Evicted { connections } => say!(text, "inspect-note-evicted", count = *connections),
        Note::Unexpected { endpoints } => say!(text, "inspect-note-unexpected", count = *endpoints),
        Note::Unproven { connections } => say!(
            text,
            "inspect-note-unproven",
            count = *connections,
            most = (MAX_PROBED >> 20) as u64
        ),
        Note::Shortened { count } => say!(
            text,
            "inspect-note-shortened",
            count = *count,
            most = (MAX_WAITING >> 20) as u64
        ),
        Note::Overheld { gaps } => say!(
            text,
            "inspect-note-overheld",
            count = *gaps,
            most = (MAX_HELD >> 20) as u64,
            all = (MAX_HELD_IN_ALL >> 20) as u64
        ),
        Note::Uncompared { bytes } => say!(
            text,
            "inspect-note-uncompared",
            count = *bytes,
            bytes = number::count(text, *bytes),
            window = (WINDOW >> 10) as u64,
            directions = WINDOWS as u64
        ),
        Note::LongBlocks { blocks } => say!(text, "inspect-note-long-blocks", count = *blocks),
    }
}

/// Why packets were not read, as a phrase.
fn unread(text: &Text, why: Unread) -> String {
    match why {
        Unread::Link(link) => say!(text, "inspect-unread-link", name = link.to_string()),
        Unread::EtherType(kind) => say!(
            text,
            "inspect-unread-ethertype",
            name = format!("0x{kind:04x}")
        ),
        Unread::Ppp(protocol) => say!(
            text,
            "inspect-unread-ppp",
            name = format!("0x{protocol:04x}")
        ),
        Unread::Protocol(number) => {
            say!(text, "inspect-unread-protocol", name = number.to_string())
        }
        Unread::CutHeader => say!(text, "inspect-unread-cut"),
        Unread::BadIp => say!(text, "inspect-unread-ip"),
        Unread::BadTcp => say!(text, "inspect-unread-tcp"),
        Unread::BadTunnel => say!(text, "inspect-unread-tunnel"),
        Unread::Fragment => say!(
            text,
            "inspect-unread-fragment",
            seconds = (PATIENCE / 1_000_000_000) as u64
        ),
        Unread::Llc => say!(text, "inspect-unread-llc"),
        Unread::Other => say!(text, "inspect-unread-other"),
    }
}

/// The window that a Zstandard frame asks for, and the largest that is read, as a phrase.
fn zstd_window(text: &Text, bytes: u64) -> String {
    say!(
        text,
        "inspect-zstd-window",
        size = bytes.div_ceil(1024 * 1024),
        most = MAX_ZSTD_WINDOW / (1024 * 1024)
    )
}

/// Why a file is not read, and what to do about it: sentences.
#[must_use]
pub fn unopened(text: &Text, error: &Unopened, file: &str) -> String {
    match error {
        Unopened::Empty => say!(text, "inspect-unopened-empty"),
        Unopened::CutHeader { bytes } => {
            say!(text, "inspect-unopened-header", count = *bytes as u64)
        }
        Unopened::Unknown { magic } => {
            let magic: Vec<String> = magic.iter().map(|byte| format!("{byte:02x}")).collect();
            say!(text, "inspect-unopened-unknown", magic = magic.join(" "))
        }
        Unopened::Version {
            format,
            major,
            minor,
        } => say!(
            text,
            "inspect-unopened-version",
            format = format.name(),
            version = format!("{major}.{minor}"),
            file = file
        ),
        Unopened::TooDeep => say!(text, "inspect-unopened-deep"),
        Unopened::Window(bytes) => say!(
            text,
            "inspect-unopened-zstd-window",
            window = zstd_window(text, *bytes),
            file = file
        ),
        Unopened::DamagedWrapper(_) => say!(text, "inspect-unopened-wrapper"),
        Unopened::Read(error) => error.to_string(),
        Unopened::Foreign(foreign) => {
            let (id, name) = match foreign {
                Foreign::Erf => ("editcap", "ERF"),
                Foreign::NetMon => ("editcap", "Network Monitor"),
                Foreign::Sniffer => ("editcap", "Sniffer"),
                Foreign::NetXray => ("editcap", "NetXRay"),
                Foreign::Peek => ("editcap", "EtherPeek"),
                Foreign::VisualNetworks => ("editcap", "Visual Networks"),
                Foreign::Iptrace => ("editcap", "iptrace"),
                Foreign::Nettl => ("editcap", "nettl"),
                Foreign::K12 => ("editcap", "K12"),
                Foreign::Ixia => ("editcap", "IXIA lcap"),
                Foreign::Btsnoop => ("bluetooth", ""),
                Foreign::Etl => ("etl", ""),
                Foreign::Xz => ("unpack", "xz -dk"),
                Foreign::Bzip2 => ("unpack", "bunzip2 -k"),
                Foreign::Lz4 => ("unpack", "lz4 -dk"),
                Foreign::Zip => ("unpack", "unzip"),
                Foreign::Tar => ("unpack", "tar xf"),
                Foreign::SevenZip => ("unpack", "7z x"),
                Foreign::Html => ("html", ""),
                Foreign::Xml => ("export", "XML"),
                Foreign::Json => ("export", "JSON"),
                Foreign::LfsPointer => ("lfs", ""),
                Foreign::Text => ("text", ""),
            };
            let id = format!("inspect-foreign-{id}");
            match id.as_str() {
                "inspect-foreign-editcap" | "inspect-foreign-unpack" => {
                    text.say(&id, &[("name", name.into()), ("file", file.into())])
                }
                "inspect-foreign-export" => text.say(&id, &[("name", name.into())]),
                "inspect-foreign-etl" => text.say(&id, &[("file", file.into())]),
                _ => text.say(&id, &[]),
            }
        }
    }
}
/// What protects the control connection, and what of it cannot be read for that reason.
#[must_use]
pub fn security(text: &Text, session: &Session) -> Vec<String> {
    let mut told = Vec::new();
    if let Some((mechanism, mark)) = &session.security {
        told.push(say!(
            text,
            "inspect-auth",
            mechanism = sanitise::line(mechanism).into_owned(),
            frame = mark.frame.to_string()
        ));
    }
    if session.tls {
        told.push(say!(
            text,
            "inspect-tls",
            frame = session.sealed.map_or(0, |mark| mark.frame).to_string(),
            bytes = number::count(text, session.encrypted_bytes)
        ));
    }
    if session.protected > 0 {
        told.push(say!(text, "inspect-protected", count = session.protected));
    }
    told
}
