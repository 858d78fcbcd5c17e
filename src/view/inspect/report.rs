//! The report for a person: what lab sheets ask, session by session. Who is client and server, the handshake, the user,
//! active or passive and how one sees it, the arithmetic that leads from the 227 or the PORT to the SYN, the bytes, who
//! closed, and a verdict with its reason.
//!
//! What the capture can and cannot show stands first, and sessions stand in the order in which they were recognised, as
//! long as the report fits [`MAX_SORTED`]; beyond it sessions are shown as they end and the rest stands last.

use std::collections::BTreeMap;

use super::{Overview, Show, phrase::Phrases, reason};
use crate::{
    analysis::{
        finding::{Agreement, Connection, Finding, Session, SessionEnd, Transfer},
        recognise::CONTROL_PORT,
        verdict::{Reason, Verdict},
    },
    capture::{
        file::Nanos,
        flow::{Hello, Opening},
        reassembly::Mark,
    },
    ftp::{
        command::Verb,
        endpoint::Stated,
        event::{Event, What},
        secret,
        session::DataType,
        side::Side,
    },
    say,
    view::{
        explain,
        inspect::json::hex,
        number, quirk, sanitise,
        style::{Role, Style},
        text::{Lang, Text},
        wrap::wrap,
    },
};

/// Bytes of the report that wait for what should stand before them.
pub const MAX_SORTED: usize = 8 * 1024 * 1024;
/// Oddities of a session that are shown; the rest is counted.
pub const MAX_QUIRKS: usize = 12;
/// Frames that are named where the same is odd again and again, and users whose logins are counted.
const MAX_NAMED: usize = 5;
/// Bytes of a session's dialogue that are shown with `--explain`.
pub const MAX_DIALOGUE: usize = 4 * 1024 * 1024;
/// Longest argument that is shown whole.
const MAX_SHOWN: usize = 200;

/// Makes the report of one capture.
pub struct Report<'a> {
    text: &'a Text,
    style: Style,
    /// Every line of the dialogue is shown, replies with their digits.
    explain: bool,
    show_credentials: bool,
    blocks: BTreeMap<u64, Block>,
    next: u64,
    waiting: usize,
    orphans: String,
    rows: Rows,
    phrases: Phrases<'a>,
    /// Sessions that have ended and whose turn has come.
    ready: String,
    /// Part of the report has been shown.
    spilled: bool,
}

/// What is known of a session before it ends.
#[derive(Default)]
struct Block {
    transfers: String,
    quirks: Vec<Odd>,
    more_quirks: u64,
    dialogue: String,
    /// Its text, once it has ended.
    done: Option<String>,
}

/// Something odd, and where.
struct Odd {
    sentence: String,
    frames: Vec<u64>,
    count: u64,
}

/// The labels at the left, whose widest sets the column.
const LABELS: [&str; 19] = [
    "inspect-label-refused",
    "inspect-label-client",
    "inspect-label-server",
    "inspect-label-handshake",
    "inspect-label-greeting",
    "inspect-label-user",
    "inspect-label-security",
    "inspect-label-mode",
    "inspect-label-closed",
    "inspect-label-agreed",
    "inspect-label-connection",
    "inspect-label-data",
    "inspect-label-reply",
    "inspect-label-path",
    "inspect-label-hash",
    "inspect-label-odd",
    "inspect-label-note",
    "inspect-label-rest",
    "inspect-label-reason",
];

impl<'a> Report<'a> {
    /// A report before its first finding.
    #[must_use]
    pub fn new(text: &'a Text, style: Style, explain: bool, show_credentials: bool) -> Report<'a> {
        Report {
            text,
            style,
            explain,
            show_credentials,
            blocks: BTreeMap::new(),
            next: 1,
            waiting: 0,
            orphans: String::new(),
            rows: Rows::new(text, style),
            phrases: Phrases::new(text),
            ready: String::new(),
            spilled: false,
        }
    }

    /// Takes a finding; `out` gets what can be shown by now.
    fn take(&mut self, finding: &Finding<'_>, out: &mut String) {
        match finding {
            Finding::Recognised(session) => {
                self.blocks.entry(session.number).or_default();
            }
            Finding::Said {
                session,
                mark,
                event,
            } => self.said(session.number, *mark, event),
            Finding::Remark {
                session: Some(session),
                mark,
                remark,
                ..
            } => self.odd(*session, *mark, &reason::remark(self.text, remark)),
            Finding::Transfer(transfer) => {
                let shown = self.transfer(transfer);
                match transfer.session {
                    Some(session) => {
                        self.waiting += shown.len();
                        self.blocks
                            .entry(session)
                            .or_default()
                            .transfers
                            .push_str(&shown);
                    }
                    None => self.orphans.push_str(&shown),
                }
            }
            Finding::Session(session) => {
                self.session(session);
                self.release(out);
            }
            Finding::Remark { session: None, .. } | Finding::Data { .. } | Finding::Dropped(_) => {}
        }
    }

    /// Everything is told: what waited, and the data connections without a session.
    fn finish(&mut self) {
        for (_, block) in std::mem::take(&mut self.blocks) {
            self.ready.push_str(&block.done.unwrap_or_default());
        }
        if !self.orphans.is_empty() {
            self.ready.push('\n');
            let heading = self.heading(&say!(self.text, "inspect-orphans"));
            self.ready.push_str(&heading);
            self.ready.push_str(&std::mem::take(&mut self.orphans));
        }
    }

    /// Sessions whose turn it is are ready; where too much waits, it is shown as it is.
    fn release(&mut self, out: &mut String) {
        while let Some(block) = self.blocks.get_mut(&self.next) {
            let Some(done) = block.done.take() else { break };
            self.ready.push_str(&done);
            self.blocks.remove(&self.next);
            self.next += 1;
        }
        if self.waiting > MAX_SORTED {
            out.push_str(&std::mem::take(&mut self.ready));
            for block in self.blocks.values_mut() {
                if let Some(done) = block.done.take() {
                    out.push_str(&done);
                }
            }
            self.blocks
                .retain(|_, block| !block.transfers.is_empty() || !block.quirks.is_empty());
            self.waiting = 0;
            self.spilled = true;
        }
    }

    // ---- The dialogue ----------------------------------------------------------------------------------------------

    fn said(&mut self, session: u64, mark: Mark, event: &Event<'_>) {
        if let What::Quirk(odd) = &event.what {
            let sentence = quirk::with_rule(self.text, odd);
            self.odd(session, mark, &sentence);
        }
        if !self.explain {
            return;
        }
        let mut shown = String::new();
        match &event.what {
            What::Command(command) => {
                let line = secret::shown_line(command.line, self.show_credentials);
                self.line(&mut shown, mark, Role::Command, "C>", &line);
            }
            What::Reply(reply) => {
                let role = match reply.code {
                    Some(code) => explain::role(code),
                    None => Role::OddReply,
                };
                let mut frame = Some(mark);
                for line in reply.text.lines() {
                    match frame.take() {
                        Some(mark) => self.line(&mut shown, mark, role, "S>", line),
                        None => {
                            let line = self.short(line);
                            shown.push_str("          ");
                            shown.push_str(&self.style.paint(role, &format!("S> {line}")));
                            shown.push('\n');
                        }
                    }
                }
                if let Some(code) = reply.code {
                    let digits = explain::full(self.text, self.style, code, 13);
                    shown.push_str(&digits);
                    if !digits.ends_with('\n') {
                        shown.push('\n');
                    }
                }
            }
            _ => return,
        }
        if let Some(block) = self.blocks.get_mut(&session)
            && block.dialogue.len() + shown.len() <= MAX_DIALOGUE
        {
            block.dialogue.push_str(&shown);
            self.waiting += shown.len();
        }
    }

    fn line(&self, out: &mut String, mark: Mark, role: Role, who: &str, line: &[u8]) {
        let line = self.short(line);
        let frame = format!("{:>8}  ", mark.frame);
        out.push_str(&self.style.paint(Role::Remark, &frame));
        out.push_str(&self.style.paint(role, &format!("{who} {line}")));
        out.push('\n');
    }

    fn odd(&mut self, session: u64, mark: Mark, sentence: &str) {
        let Some(block) = self.blocks.get_mut(&session) else {
            return;
        };
        let same = block.quirks.iter_mut().find(|odd| odd.sentence == sentence);
        if let Some(odd) = same {
            odd.count += 1;
            if odd.frames.len() < MAX_NAMED && odd.frames.last() != Some(&mark.frame) {
                odd.frames.push(mark.frame);
            }
            return;
        }
        if block.quirks.len() == MAX_QUIRKS {
            block.more_quirks += 1;
            return;
        }
        self.waiting += sentence.len();
        block.quirks.push(Odd {
            sentence: sentence.to_owned(),
            frames: vec![mark.frame],
            count: 1,
        });
    }

    // ---- Sessions --------------------------------------------------------------------------------------------------

    fn session(&mut self, session: &Session) {
        let text = self.text;
        let block = self.blocks.remove(&session.number).unwrap_or_default();
        let mut out = String::from("\n");
        out.push_str(&self.heading(&say!(
            text,
            "inspect-session",
            n = session.number.to_string(),
            first = session.first.frame.to_string(),
            last = session.last.frame.to_string()
        )));
        let opener = match (session.opening, session.user_way) {
            (Opening::Middle, _) => None,
            (_, crate::capture::flow::Way::Forth) => Some(Side::User),
            (_, crate::capture::flow::Way::Back) => Some(Side::Server),
        };
        let opens = |side: Side| match opener {
            Some(opener) if opener == side => self.phrases.say("inspect-opens", &[]),
            Some(_) => self.phrases.say("inspect-accepts", &[]),
            None => String::new(),
        };
        let ends = [
            ("inspect-label-client", session.client, Side::User),
            ("inspect-label-server", session.server, Side::Server),
        ];
        for (label, address, side) in ends {
            let shown = format!("{:<22} {}", address.to_string(), opens(side));
            self.row(&mut out, label, shown.trim_end());
        }
        if session.server.port() != CONTROL_PORT {
            let shown = self.phrases.say("inspect-other-port", &[]);
            self.row(&mut out, "", &shown);
        }
        self.handshake(&mut out, session);
        if let Some((banner, mark)) = &session.banner {
            let line = banner
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            let line = self.short(line);
            let shown = self.phrases.say(
                "inspect-greeting",
                &[("line", &line), ("frame", &mark.frame.to_string())],
            );
            self.row(&mut out, "inspect-label-greeting", &shown);
        }
        self.user(&mut out, session);
        self.security(&mut out, session);
        let mode = match (session.active, session.passive) {
            (0, 0) => None,
            (_, 0) => Some("inspect-mode-active"),
            (0, _) => Some("inspect-mode-passive"),
            _ => Some("inspect-mode-both"),
        };
        if let Some(mode) = mode {
            let shown = self.phrases.say(mode, &[]);
            self.row(&mut out, "inspect-label-mode", &shown);
        }
        self.closed(&mut out, session);
        for odd in &block.quirks {
            self.row(&mut out, "inspect-label-odd", &self.told(odd));
        }
        if block.more_quirks > 0 {
            let shown = say!(text, "inspect-odd-more", count = block.more_quirks);
            self.row(&mut out, "inspect-label-odd", &shown);
        }
        if !block.dialogue.is_empty() {
            out.push('\n');
            out.push_str(&block.dialogue);
        }
        out.push_str(&block.transfers);
        self.waiting += out.len();
        self.blocks.insert(
            session.number,
            Block {
                done: Some(out),
                ..Block::default()
            },
        );
    }

    /// What is odd, with its frames.
    fn told(&self, odd: &Odd) -> String {
        let frames: Vec<String> = odd.frames.iter().map(u64::to_string).collect();
        if odd.count == 1 {
            return say!(
                self.text,
                "inspect-odd",
                frame = frames.join(", "),
                sentence = odd.sentence.as_str()
            );
        }
        let more = if odd.frames.len() == MAX_NAMED {
            ", …"
        } else {
            ""
        };
        say!(
            self.text,
            "inspect-odd-again",
            sentence = odd.sentence.as_str(),
            count = odd.count,
            named = odd.frames.len() as u64,
            frames = frames.join(", ") + more
        )
    }

    /// What protects the control connection.
    fn security(&self, out: &mut String, session: &Session) {
        for (at, shown) in reason::security(self.text, session).iter().enumerate() {
            let label = if at == 0 {
                "inspect-label-security"
            } else {
                ""
            };
            self.row(out, label, shown);
        }
    }

    fn handshake(&self, out: &mut String, session: &Session) {
        let text = self.text;
        let shown = match session.handshake {
            [Some(syn), Some(syn_ack), Some(ack)] => self.phrases.say(
                "inspect-handshake",
                &[
                    ("syn", &syn.frame.to_string()),
                    ("synack", &syn_ack.frame.to_string()),
                    ("ack", &ack.frame.to_string()),
                ],
            ),
            [_, Some(syn_ack), _] => say!(
                text,
                "inspect-handshake-late",
                synack = syn_ack.frame.to_string()
            ),
            _ => say!(text, "inspect-handshake-none"),
        };
        self.row(out, "inspect-label-handshake", &shown);
        for (side, hello) in [
            (Side::User, session.hellos[0]),
            (Side::Server, session.hellos[1]),
        ] {
            if let Some(hello) = hello {
                let who = match side {
                    Side::User => "client",
                    Side::Server => "server",
                };
                self.row(out, "", &self.hello(who, &hello));
            }
        }
    }

    fn hello(&self, who: &'static str, hello: &Hello) -> String {
        let mut shown = self.phrases.by(
            "inspect-hello",
            ("who", who),
            &[
                ("isn", &hello.isn.to_string()),
                ("window", &number::count(self.text, hello.window.into())),
            ],
        );
        if let Some(mss) = hello.mss {
            shown.push_str(&format!(", MSS {mss}"));
        }
        if let Some(scale) = hello.scale {
            shown.push_str(&format!(", WS {scale}"));
        }
        if hello.sack {
            shown.push_str(", SACK");
        }
        shown
    }

    fn user(&self, out: &mut String, session: &Session) {
        let text = self.text;
        let Some(user) = &session.user else {
            if session.login_tries == 0 && !session.tls && session.protected == 0 {
                let unseen =
                    session.opening == Opening::Middle || session.one_way == Some(Side::User);
                let shown = if unseen {
                    say!(text, "inspect-user-earlier")
                } else {
                    say!(text, "inspect-user-none")
                };
                self.row(out, "inspect-label-user", &shown);
            }
            return;
        };
        let user = self.short(user);
        let said = match session.credentials {
            [Some(user), Some(pass)] => self.phrases.say(
                "inspect-user-pass",
                &[
                    ("user", &user.frame.to_string()),
                    ("pass", &pass.frame.to_string()),
                ],
            ),
            [Some(one), None] | [None, Some(one)] => self.at_frame(one.frame),
            [None, None] => String::new(),
        };
        let id = match (session.logged_in, session.login_tries) {
            (true, _) => "inspect-user-in",
            (false, 0) => "inspect-user-asked",
            (false, _) => "inspect-user-refused",
        };
        let shown = self.phrases.say(id, &[("user", &user), ("said", &said)]);
        self.row(out, "inspect-label-user", &shown);
        if session.login_tries > 1 {
            let good = session.logins.iter().filter(|login| login.accepted).count();
            let shown = say!(
                text,
                "inspect-user-tries",
                count = session.login_tries,
                good = good as u64
            );
            self.row(out, "", &shown);
            self.tries(out, session);
        }
    }

    /// Who tried to log in how often, where it was more than one user.
    fn tries(&self, out: &mut String, session: &Session) {
        let mut users: Vec<(&[u8], u64, u64)> = Vec::new();
        for login in &session.logins {
            let good = u64::from(login.accepted);
            match users.iter().position(|(user, ..)| *user == login.user) {
                Some(at) => {
                    users[at].1 += 1;
                    users[at].2 += good;
                }
                None if users.len() < MAX_NAMED => users.push((&login.user, 1, good)),
                None => {}
            }
        }
        if users.len() < 2 {
            return;
        }
        for (user, count, good) in users {
            let shown = say!(
                self.text,
                "inspect-user-of",
                user = self.short(user),
                count = count,
                good = good
            );
            self.row(out, "", &shown);
        }
    }

    fn closed(&self, out: &mut String, session: &Session) {
        let text = self.text;
        let shown = match (session.end, session.ended_by) {
            (SessionEnd::Open, _) | (_, None) => say!(text, "inspect-closed-open"),
            (end, Some((side, mark))) => {
                let who = match side {
                    Side::User => "client",
                    Side::Server => "server",
                };
                let id = if end == SessionEnd::Reset {
                    "inspect-closed-reset"
                } else {
                    "inspect-closed-fin"
                };
                self.phrases
                    .by(id, ("who", who), &[("frame", &mark.frame.to_string())])
            }
        };
        self.row(out, "inspect-label-closed", &shown);
        if let Some(mark) = session.gave_up {
            let shown = say!(text, "inspect-gave-up", frame = mark.frame.to_string());
            self.row(out, "", &shown);
        }
        if let Some((count, verb, mark)) = session.unanswered {
            let shown = say!(
                text,
                "inspect-unanswered",
                count = count,
                verb = if verb == Verb::Other {
                    "?"
                } else {
                    verb.name()
                },
                frame = mark.frame.to_string()
            );
            self.row(out, "", &shown);
        }
        for (verb, listen, mark) in &session.refused {
            let listen = listen.map(|listen| listen.to_string()).unwrap_or_default();
            let values = [
                ("verb", verb.name()),
                ("listen", &listen),
                ("frame", &mark.frame.to_string()),
            ];
            let shown = self.phrases.say("inspect-refused", &values);
            self.row(out, "inspect-label-refused", &shown);
        }
    }

    // ---- Transfers -------------------------------------------------------------------------------------------------

    fn transfer(&self, transfer: &Transfer) -> String {
        let text = self.text;
        let mut out = String::from("\n");
        let what = match transfer.verb {
            Some(verb) => {
                let arg = transfer.arg.as_deref().unwrap_or_default();
                format!("{} {}", verb.name(), self.short(arg))
            }
            None if transfer.session.is_none() => say!(text, "inspect-no-control"),
            None => say!(text, "inspect-no-command"),
        };
        let frame = transfer
            .command
            .map(|(_, mark)| self.at_frame(mark.frame))
            .unwrap_or_default();
        let verdict = self.verdict(transfer);
        let head = format!(
            "  {} {}  {}",
            self.style.paint(Role::Heading, &format!("{}.", transfer.n)),
            self.style.paint(Role::Command, what.trim_end()),
            frame
        );
        out.push_str(head.trim_end());
        out.push_str("  ");
        out.push_str(&verdict);
        out.push('\n');
        let reason = match transfer.judgement.reason {
            // Most transfers go well.
            Reason::Whole if !transfer.inferred => self.phrases.say("inspect-reason-whole", &[]),
            _ => reason::reason(text, transfer),
        };
        self.row(&mut out, "inspect-label-reason", &reason);
        if let Some(path) = transfer
            .path
            .as_deref()
            .filter(|path| transfer.arg.as_deref() != Some(*path))
        {
            self.row(&mut out, "inspect-label-path", &self.short(path));
        }
        if let Some(agreement) = &transfer.agreement {
            self.agreement(&mut out, agreement);
        } else if transfer.command.is_some() && !transfer.inferred {
            let shown = say!(text, "inspect-agreed-default");
            self.row(&mut out, "inspect-label-agreed", &shown);
        }
        if let Some(connection) = &transfer.connection {
            self.connection(&mut out, transfer, connection);
        }
        if transfer.restart > 0 {
            let shown = say!(
                text,
                "inspect-rest",
                offset = number::count(text, transfer.restart)
            );
            self.row(&mut out, "inspect-label-rest", &shown);
        }
        if let (Some(code), Some(mark)) = (transfer.final_code, transfer.ended) {
            let shown = self.phrases.say(
                "inspect-reply",
                &[
                    ("code", &code.to_string()),
                    ("frame", &mark.frame.to_string()),
                ],
            );
            self.row(&mut out, "inspect-label-reply", &shown);
        }
        if let Some(hash) = transfer.sha256 {
            self.row(&mut out, "inspect-label-hash", &hex(&hash));
        }
        if let (Some(hash), DataType::Ascii) = (transfer.sha256_lf, transfer.data_type) {
            let shown = say!(
                text,
                "inspect-hash-lf",
                crlf = number::count(text, transfer.line_ends[0]),
                lf = number::count(text, transfer.line_ends[1])
            );
            self.row(&mut out, "", &shown);
            self.row(&mut out, "", &hex(&hash));
        }
        match (transfer.mode, transfer.structure) {
            (b'S', b'F') => {}
            (mode, structure) => {
                let shown = say!(
                    text,
                    "inspect-not-decoded",
                    mode = char::from(mode).to_string(),
                    structure = char::from(structure).to_string()
                );
                self.row(
                    &mut out,
                    "inspect-label-note",
                    &sanitise::line(shown.as_bytes()),
                );
            }
        }
        out
    }

    /// The verdict in the user's words, in its colour.
    fn verdict(&self, transfer: &Transfer) -> String {
        let verdict = transfer.judgement.verdict;
        let shown = self.phrases.say(reason::verdict_id(verdict), &[]);
        let role = match verdict {
            Verdict::Complete => Role::GoodReply,
            Verdict::CompletePartlyCaptured
            | Verdict::CompleteNotCaptured
            | Verdict::Unfinished
            | Verdict::Encrypted => Role::Warning,
            Verdict::Refused | Verdict::NeverOpened | Verdict::Failed | Verdict::Aborted => {
                Role::BadReply
            }
            Verdict::Unused | Verdict::Orphan => Role::Remark,
        };
        self.style.paint(role, &shown)
    }

    /// Active or passive, and how one sees it: who says where, and the arithmetic.
    fn agreement(&self, out: &mut String, agreement: &Agreement) {
        let id = match (agreement.is_active(), agreement.peer_differs) {
            (true, false) => "inspect-agreed-active",
            (true, true) => "inspect-agreed-active-other",
            (false, _) => "inspect-agreed-passive",
        };
        let listen = agreement
            .listen
            .map(|listen| listen.to_string())
            .unwrap_or_default();
        let shown = self.phrases.say(
            id,
            &[
                ("verb", agreement.verb.name()),
                ("frame", &agreement.mark.frame.to_string()),
                ("listen", &listen),
            ],
        );
        self.row(out, "inspect-label-agreed", &shown);
        if let Some(Stated {
            bytes: Some((high, low)),
            ..
        }) = agreement.stated
        {
            let port = u16::from_be_bytes([high, low]);
            let sum = format!("{high} × 256 + {low} = {port}");
            let shown = self.phrases.say("inspect-port", &[("sum", &sum)]);
            self.row(out, "", &shown);
        }
    }

    fn connection(&self, out: &mut String, transfer: &Transfer, connection: &Connection) {
        let text = self.text;
        let who = if transfer.session.is_none() {
            "opener"
        } else if connection.server_opened {
            "server"
        } else if transfer.third_party {
            "other"
        } else {
            "client"
        };
        let id = match connection.opening {
            Opening::Syn => "inspect-connection",
            _ => "inspect-connection-late",
        };
        let (from, to) = (connection.from.to_string(), connection.to.to_string());
        let first = connection.first.frame.to_string();
        let values = [("from", &*from), ("to", &*to), ("frame", &*first)];
        let shown = self.phrases.by(id, ("who", who), &values);
        self.row(out, "inspect-label-connection", &shown);
        if !connection.established {
            return;
        }
        let (up, down) = (transfer.up.unwrap_or(0), transfer.down.unwrap_or(0));
        let id = match (up > 0, down > 0, transfer.session.is_some()) {
            (false, false, _) => "inspect-data-none",
            (true, true, _) => "inspect-data-both",
            (true, false, true) if transfer.third_party => "inspect-data-other",
            (true, false, true) => "inspect-data-up",
            (false, true, true) => "inspect-data-down",
            (true, false, false) => "inspect-data-opener",
            (false, true, false) => "inspect-data-acceptor",
        };
        let mut shown = self.phrases.say(
            id,
            &[
                ("bytes", &number::count(text, up + down)),
                ("up", &number::count(text, up)),
                ("down", &number::count(text, down)),
                (
                    "frames",
                    &self.frames(connection.first_data, connection.last_data),
                ),
            ],
        );
        if let Some(nanos) = transfer.duration().filter(|nanos| *nanos >= 1_000_000) {
            let rate = (up + down) as f64 / (nanos as f64 / 1e9);
            let seconds = number::seconds(text, std::time::Duration::from_nanos(nanos as u64));
            let rate = number::size(text, rate as u64);
            let values = [("seconds", &*seconds), ("rate", &*rate)];
            shown.push_str(&self.phrases.say("inspect-rate", &values));
        }
        self.row(out, "inspect-label-data", &shown);
        if transfer.missing > 0 {
            let shown = say!(
                text,
                "inspect-missing",
                bytes = number::count(text, transfer.missing)
            );
            self.row(out, "", &shown);
        }
        if let Some((address, reset, mark)) = connection.ended_by {
            let who = match (transfer.session, address == connection.from) {
                (None, true) => "opener",
                (None, false) => "acceptor",
                (Some(_), opener) => {
                    if opener == connection.server_opened {
                        "server"
                    } else if transfer.third_party {
                        "other"
                    } else {
                        "client"
                    }
                }
            };
            let id = if reset {
                "inspect-closed-reset"
            } else {
                "inspect-closed-fin"
            };
            let shown = self
                .phrases
                .by(id, ("who", who), &[("frame", &mark.frame.to_string())]);
            self.row(out, "inspect-label-closed", &shown);
        }
    }

    // ---- Layout ----------------------------------------------------------------------------------------------------

    /// `frame 7`, or `frames 7 to 9`.
    fn frames(&self, first: Option<Mark>, last: Option<Mark>) -> String {
        let frame = |mark: Option<Mark>| mark.map_or(0, |mark| mark.frame);
        let (first, last) = (frame(first), frame(last));
        if first == last {
            return self.at_frame(first);
        }
        let (first, last) = (first.to_string(), last.to_string());
        self.phrases
            .say("inspect-frames", &[("first", &first), ("last", &last)])
    }

    fn at_frame(&self, frame: u64) -> String {
        self.phrases
            .say("inspect-at-frame", &[("frame", &frame.to_string())])
    }

    fn heading(&self, shown: &str) -> String {
        format!("{}\n", self.style.paint(Role::Heading, shown))
    }

    fn row(&self, out: &mut String, label: &str, shown: &str) {
        self.rows.row(out, label, shown, Role::Remark);
    }

    /// Text of the capture as it may stand on a terminal, cut where it is very long.
    fn short(&self, bytes: &[u8]) -> String {
        let shown = sanitise::line(&bytes[..bytes.len().min(MAX_SHOWN)]).into_owned();
        if bytes.len() <= MAX_SHOWN {
            return shown;
        }
        let more = say!(
            self.text,
            "inspect-more-bytes",
            count = (bytes.len() - MAX_SHOWN) as u64
        );
        format!("{shown} {more}")
    }
}

impl Show for Report<'_> {
    fn begin(&mut self, file: &[u8], format: &str, out: &mut String) {
        *self = Report::new(self.text, self.style, self.explain, self.show_credentials);
        out.push_str(&head(self.text, self.style, file, format));
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        self.take(finding, out);
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        self.finish();
        let (text, style) = (self.text, self.style);
        if self.spilled {
            out.push_str(&self.ready);
            out.push('\n');
            self::overview(text, style, overview, out);
        } else {
            self::overview(text, style, overview, out);
            out.push_str(&self.ready);
        }
    }
}

/// The line that a file's report begins with.
pub(super) fn head(text: &Text, style: Style, file: &[u8], format: &str) -> String {
    let shown = say!(
        text,
        "inspect-head",
        file = sanitise::line(file).into_owned(),
        format = format
    );
    format!("{}\n", style.paint(Role::Heading, &shown))
}

/// How many packets, from when, and what they hold; `None` where there is no packet.
pub(super) fn total(text: &Text, overview: &Overview) -> Option<String> {
    let (first, last) = overview.span?;
    let length = last.saturating_sub(first).max(0) as u64;
    Some(say!(
        text,
        "inspect-total",
        packets = number::count(text, overview.packets),
        seconds = number::seconds(text, std::time::Duration::from_nanos(length)),
        start = utc(first),
        sessions = overview.sessions,
        transfers = overview.transfers
    ))
}

/// What the capture holds, and what is to be known about it.
pub(super) fn overview(text: &Text, style: Style, overview: &Overview, out: &mut String) {
    if let Some(shown) = total(text, overview) {
        out.push_str(&wrap(&shown, 0, 0, style.width()));
        out.push('\n');
    }
    let rows = Rows::new(text, style);
    for note in &overview.notes {
        let shown = sanitise::line(reason::note(text, note).as_bytes()).into_owned();
        rows.row(out, "inspect-label-note", &shown, Role::Warning);
    }
}

/// Labels at the left, text behind them.
struct Rows {
    style: Style,
    /// Each label as it stands in its row, with the blanks behind it.
    labels: Vec<String>,
    column: usize,
}

impl Rows {
    fn new(text: &Text, style: Style) -> Rows {
        let shown: Vec<String> = LABELS.iter().map(|label| text.say(label, &[])).collect();
        let widest = shown
            .iter()
            .map(|label| label.chars().count())
            .max()
            .unwrap_or(0);
        Rows {
            style,
            labels: shown,
            column: 4 + widest + 2,
        }
    }

    /// A label (none where it is empty) and, beside it, text that is wrapped behind it.
    fn row(&self, out: &mut String, label: &str, shown: &str, role: Role) {
        let label = LABELS
            .iter()
            .position(|known| *known == label)
            .map_or("", |at| &self.labels[at]);
        let pad = self.column - 4 - label.chars().count();
        out.push_str("    ");
        out.push_str(&self.style.paint(role, label));
        out.extend(std::iter::repeat_n(' ', pad));
        out.push_str(&wrap(shown, self.column, self.column, self.style.width()));
        out.push('\n');
    }
}

/// A time as people write it: `2023-11-14 22:13:20 UTC`.
#[must_use]
pub fn utc(nanos: Nanos) -> String {
    jiff::Timestamp::from_nanosecond(nanos.into())
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

/// Seconds since the first packet, with three decimals and the language's mark.
#[must_use]
pub fn relative(text: &Text, since: Nanos, at: Nanos) -> String {
    let shown = format!("{:.3}", at.saturating_sub(since) as f64 / 1e9);
    match text.lang() {
        Lang::En => shown,
        Lang::Fr => shown.replace('.', ","),
    }
}
