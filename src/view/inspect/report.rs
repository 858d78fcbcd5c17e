//! The report for a person: what lab sheets ask, session by session. Who is client and server, the handshake, the user,
//! active or passive and how one sees it, the arithmetic that leads from the 227 or the PORT to the SYN, the bytes, who
//! closed, and a verdict with its reason.
//!
//! [`super::gather`] tells what there is, in its order; here it becomes text. What the capture can and cannot show stands
//! first, as long as the report fits [`MAX_SORTED`]; beyond it sessions are shown as they are told and that stands last.

use std::mem;

use unicode_width::UnicodeWidthStr;

use super::{
    Overview, Show,
    gather::{Block, Gather, Odd, Told, short},
    phrase::Phrases,
    reason,
};
use crate::{
    analysis::{
        finding::{Agreement, Connection, Finding, Session, SessionEnd, Transfer},
        recognise::CONTROL_PORT,
        verdict::{Reason, Verdict},
    },
    capture::{
        file::Nanos,
        flow::{Hello, Opening, Way},
        reassembly::Mark,
    },
    ftp::{command::Verb, endpoint::Stated, session::DataType, side::Side},
    say,
    view::{
        inspect::json::hex,
        number, sanitise,
        style::{Role, Style},
        text::{Lang, Text},
        wrap::{wrap, wrap_into},
    },
};

/// Bytes of the report that wait for what should stand before them: what is to be known about the capture as a whole.
pub const MAX_SORTED: usize = 8 * 1024 * 1024;
/// Columns before a label.
const INDENT: usize = 4;
/// Users whose logins are counted, each by itself.
const MAX_USERS: usize = 5;

/// Makes the report of one capture, as its findings come.
pub struct Report<'a> {
    gather: Gather<'a>,
    prose: Prose<'a>,
}

/// Makes text of what is told.
pub struct Prose<'a> {
    text: &'a Text,
    style: Style,
    rows: Rows,
    phrases: Phrases<'a>,
    /// Sessions in their order.
    ready: String,
    orphans: String,
    /// Part of the report has been shown.
    spilled: bool,
}

/// The labels at the left, whose widest sets the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Refused,
    Client,
    Server,
    Handshake,
    Greeting,
    User,
    Security,
    Mode,
    Closed,
    Agreed,
    Connection,
    Data,
    Reply,
    Path,
    Hash,
    Odd,
    Note,
    Rest,
    Reason,
    /// None: the row goes on with what the label above it names.
    Same,
}

/// Their messages, in the order of [`Label`].
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

impl<'a> Prose<'a> {
    /// Before the first session.
    #[must_use]
    pub fn new(text: &'a Text, style: Style) -> Prose<'a> {
        Prose {
            text,
            style,
            rows: Rows::new(text, style),
            phrases: Phrases::new(text),
            ready: String::new(),
            orphans: String::new(),
            spilled: false,
        }
    }

    /// Takes what is told; `out` gets what cannot wait any longer.
    pub fn told(&mut self, told: &Told, out: &mut String) {
        let mut ready = mem::take(&mut self.ready);
        match told {
            Told::Session(session, block) => self.session(&mut ready, session, block),
            Told::Part(session, block) => {
                ready.push('\n');
                let number = session.to_string();
                self.heading(&mut ready, &say!(self.text, "inspect-part", n = number));
                self.block(&mut ready, block);
            }
            Told::Orphan(transfer) => {
                let mut orphans = mem::take(&mut self.orphans);
                self.transfer(&mut orphans, transfer);
                self.orphans = orphans;
            }
        }
        self.ready = ready;
        let limit = if self.spilled { 0 } else { MAX_SORTED };
        if self.ready.len() > limit {
            out.push_str(&self.ready);
            self.ready.clear();
            self.spilled = true;
        }
        if self.orphans.len() > MAX_SORTED {
            self.orphans(out);
            self.spilled = true;
        }
    }

    /// Everything is told: the rest of the report, in two parts. What is to be known about the capture as a whole stands first,
    /// if it still can.
    #[must_use]
    pub fn finish(mut self, overview: &Overview) -> [String; 2] {
        let mut ready = mem::take(&mut self.ready);
        self.orphans(&mut ready);
        let mut whole = String::new();
        self::overview(self.text, self.style, overview, &mut whole);
        if self.spilled {
            let most = (MAX_SORTED >> 20) as u64;
            let late = say!(self.text, "inspect-unsorted", most = most);
            let late = self
                .style
                .paint(Role::Remark, &wrap(&late, 0, 0, self.style.width()));
            return [ready, format!("\n{late}\n\n{whole}")];
        }
        [whole, ready]
    }

    /// The data connections without a session.
    fn orphans(&mut self, out: &mut String) {
        if !self.orphans.is_empty() {
            out.push('\n');
            self.heading(out, &say!(self.text, "inspect-orphans"));
            out.push_str(&mem::take(&mut self.orphans));
        }
    }

    // ---- Sessions --------------------------------------------------------------------------------------------------

    fn session(&self, out: &mut String, session: &Session, block: &Block) {
        out.push('\n');
        let shown = self.phrases.say(
            "inspect-session",
            &[
                ("n", &session.number.to_string()),
                ("first", &session.first.frame.to_string()),
                ("last", &session.last.frame.to_string()),
            ],
        );
        self.heading(out, &shown);
        let opener = match (session.opening, session.user_way) {
            (Opening::Middle, _) => None,
            (_, Way::Forth) => Some(Side::User),
            (_, Way::Back) => Some(Side::Server),
        };
        let opens = |side: Side| match opener {
            Some(opener) if opener == side => self.phrases.say("inspect-opens", &[]),
            Some(_) => self.phrases.say("inspect-accepts", &[]),
            None => String::new(),
        };
        let ends = [
            (Label::Client, session.client, Side::User),
            (Label::Server, session.server, Side::Server),
        ];
        for (label, address, side) in ends {
            let shown = format!("{address} {}", opens(side));
            self.row(out, label, shown.trim_end());
        }
        if session.server.port() != CONTROL_PORT {
            let shown = self.phrases.say("inspect-other-port", &[]);
            self.row(out, Label::Same, &shown);
        }
        self.handshake(out, session);
        if let Some((banner, mark)) = &session.banner {
            let line = banner
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            let line = short(self.text, line);
            let shown = self.phrases.say(
                "inspect-greeting",
                &[("line", &line), ("frame", &mark.frame.to_string())],
            );
            self.row(out, Label::Greeting, &shown);
        }
        self.user(out, session);
        self.security(out, session);
        let mode = match (session.active, session.passive) {
            (0, 0) => None,
            (_, 0) => Some("inspect-mode-active"),
            (0, _) => Some("inspect-mode-passive"),
            _ => Some("inspect-mode-both"),
        };
        if let Some(mode) = mode {
            let shown = self.phrases.say(mode, &[]);
            self.row(out, Label::Mode, &shown);
        }
        self.closed(out, session);
        let news = |odd: &&Odd| !(odd.missing && session.one_way.is_some());
        for odd in block.odd.iter().filter(news) {
            self.row(out, Label::Odd, &self.told_odd(odd));
        }
        if block.more_odd > 0 {
            let shown = say!(self.text, "inspect-odd-more", count = block.more_odd);
            self.row(out, Label::Odd, &shown);
        }
        self.block(out, block);
    }

    /// The dialogue, and the transfers.
    fn block(&self, out: &mut String, block: &Block) {
        if !block.dialogue.is_empty() {
            out.push('\n');
            out.push_str(&block.dialogue);
        }
        for transfer in &block.transfers {
            self.transfer(out, transfer);
        }
    }

    /// What is odd, with its frames.
    fn told_odd(&self, odd: &Odd) -> String {
        let frames: Vec<String> = odd.frames.iter().map(u64::to_string).collect();
        if odd.count == 1 {
            return say!(
                self.text,
                "inspect-odd",
                frame = frames.join(", "),
                sentence = odd.sentence.as_str()
            );
        }
        let more = if odd.elsewhere { ", …" } else { "" };
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
                Label::Security
            } else {
                Label::Same
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
        self.row(out, Label::Handshake, &shown);
        for (side, hello) in [
            (Side::User, session.hellos[0]),
            (Side::Server, session.hellos[1]),
        ] {
            if let Some(hello) = hello {
                let who = match side {
                    Side::User => "client",
                    Side::Server => "server",
                };
                self.row(out, Label::Same, &self.hello(who, &hello));
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
                self.row(out, Label::User, &shown);
            }
            return;
        };
        let user = short(text, user);
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
            (false, 0) if matches!(session.credentials, [Some(_), None]) => "inspect-user-half",
            (false, 0) => "inspect-user-asked",
            (false, _) => "inspect-user-refused",
        };
        let shown = self.phrases.say(id, &[("user", &user), ("said", &said)]);
        self.row(out, Label::User, &shown);
        if session.login_tries > 1 {
            let shown = say!(
                text,
                "inspect-user-tries",
                count = session.login_tries,
                good = session.logins_accepted
            );
            self.row(out, Label::Same, &shown);
            self.tries(out, session);
        }
    }

    /// Who tried to log in how often, where it was more than one user.
    fn tries(&self, out: &mut String, session: &Session) {
        let mut users: Vec<(&[u8], u64, u64)> = Vec::new();
        let mut others = session.login_tries - session.logins.len() as u64;
        for login in &session.logins {
            let good = u64::from(login.accepted);
            match users.iter().position(|(user, ..)| *user == login.user) {
                Some(at) => {
                    users[at].1 += 1;
                    users[at].2 += good;
                }
                None if users.len() < MAX_USERS => users.push((&login.user, 1, good)),
                None => others += 1,
            }
        }
        if users.len() < 2 {
            return;
        }
        for (user, count, good) in users {
            let shown = say!(
                self.text,
                "inspect-user-of",
                user = short(self.text, user).into_owned(),
                count = count,
                good = good
            );
            self.row(out, Label::Same, &shown);
        }
        if others > 0 {
            let shown = say!(self.text, "inspect-user-others", count = others);
            self.row(out, Label::Same, &shown);
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
        self.row(out, Label::Closed, &shown);
        if let Some(mark) = session.gave_up {
            let shown = say!(text, "inspect-gave-up", frame = mark.frame.to_string());
            self.row(out, Label::Same, &shown);
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
            self.row(out, Label::Same, &shown);
        }
        for (verb, listen, mark) in &session.refused {
            let listen = listen.map(|listen| listen.to_string()).unwrap_or_default();
            let values = [
                ("verb", verb.name()),
                ("listen", &listen),
                ("frame", &mark.frame.to_string()),
            ];
            let shown = self.phrases.say("inspect-refused", &values);
            self.row(out, Label::Refused, &shown);
        }
        if session.more_refused > 0 {
            let shown = say!(text, "inspect-ladder-more", count = session.more_refused);
            self.row(out, Label::Refused, &shown);
        }
    }

    // ---- Transfers -------------------------------------------------------------------------------------------------

    fn transfer(&self, out: &mut String, transfer: &Transfer) {
        let text = self.text;
        out.push('\n');
        let what = match transfer.verb {
            Some(verb) => {
                let arg = transfer.arg.as_deref().unwrap_or_default();
                format!("{} {}", verb.name(), short(text, arg))
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
        self.row(out, Label::Reason, &reason);
        if let Some(chosen) = &transfer.chosen {
            let name = transfer.path.as_ref().unwrap_or(chosen);
            let shown = say!(
                text,
                "inspect-chosen",
                name = short(text, name).into_owned()
            );
            self.row(out, Label::Path, &shown);
        } else if let Some(path) = transfer
            .path
            .as_deref()
            .filter(|path| transfer.arg.as_deref() != Some(*path))
        {
            self.row(out, Label::Path, &short(text, path));
        }
        if let Some(agreement) = &transfer.agreement {
            self.agreement(out, agreement);
        } else if transfer.command.is_some() && !transfer.inferred {
            let shown = say!(text, "inspect-agreed-default");
            self.row(out, Label::Agreed, &shown);
        }
        if let Some(connection) = &transfer.connection {
            self.connection(out, transfer, connection);
        }
        if transfer.restart > 0 {
            let shown = say!(
                text,
                "inspect-rest",
                offset = number::count(text, transfer.restart)
            );
            self.row(out, Label::Rest, &shown);
        }
        if let (Some(code), Some(mark)) = (transfer.final_code, transfer.ended) {
            let shown = self.phrases.say(
                "inspect-reply",
                &[
                    ("code", &code.to_string()),
                    ("frame", &mark.frame.to_string()),
                ],
            );
            self.row(out, Label::Reply, &shown);
        }
        if let Some(hash) = transfer.sha256 {
            self.row(out, Label::Hash, &hex(&hash));
        }
        if let (Some(hash), DataType::Ascii) = (transfer.sha256_lf, transfer.data_type) {
            let shown = say!(
                text,
                "inspect-hash-lf",
                crlf = number::count(text, transfer.line_ends[0]),
                lf = number::count(text, transfer.line_ends[1])
            );
            self.row(out, Label::Same, &shown);
            self.row(out, Label::Same, &hex(&hash));
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
                self.row(out, Label::Note, &sanitise::line(shown.as_bytes()));
            }
        }
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
        self.row(out, Label::Agreed, &shown);
        if let Some(Stated {
            bytes: Some((high, low)),
            ..
        }) = agreement.stated
        {
            let port = u16::from_be_bytes([high, low]);
            let sum = format!("{high} × 256 + {low} = {port}");
            let shown = self.phrases.say("inspect-port", &[("sum", &sum)]);
            self.row(out, Label::Same, &shown);
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
        self.row(out, Label::Connection, &shown);
        if !connection.established {
            return;
        }
        let (up, down) = (transfer.up.unwrap_or(0), transfer.down.unwrap_or(0));
        let id = match (up > 0, down > 0, transfer.session.is_some()) {
            (false, false, _) => "inspect-data-none",
            (true, true, true) if !transfer.third_party => "inspect-data-up-down",
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
        self.row(out, Label::Data, &shown);
        if transfer.missing > 0 {
            let shown = say!(
                text,
                "inspect-missing",
                bytes = number::count(text, transfer.missing)
            );
            self.row(out, Label::Same, &shown);
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
            self.row(out, Label::Closed, &shown);
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

    fn heading(&self, out: &mut String, shown: &str) {
        self.style.paint_into(out, Role::Heading, shown);
        out.push('\n');
    }

    fn row(&self, out: &mut String, label: Label, shown: &str) {
        self.rows.row(out, label, shown, Role::Remark);
    }
}

impl<'a> Report<'a> {
    /// A report before its first finding.
    #[must_use]
    pub fn new(text: &'a Text, style: Style, explain: bool, show_credentials: bool) -> Report<'a> {
        Report {
            gather: Gather::new(text, style, explain, show_credentials),
            prose: Prose::new(text, style),
        }
    }
}

impl Show for Report<'_> {
    fn begin(&mut self, file: &[u8], format: &str, out: &mut String) {
        out.push_str(&head(self.prose.text, self.prose.style, file, format));
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        let prose = &mut self.prose;
        self.gather
            .take(finding, &mut |told| prose.told(&told, out));
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        let (text, style) = (self.prose.text, self.prose.style);
        let mut prose = mem::replace(&mut self.prose, Prose::new(text, style));
        self.gather.finish(&mut |told| prose.told(&told, out));
        for part in prose.finish(overview) {
            out.push_str(&part);
        }
    }
}

/// The line that a file's report begins with.
#[must_use]
pub fn head(text: &Text, style: Style, file: &[u8], format: &str) -> String {
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
        rows.row(out, Label::Note, &shown, Role::Warning);
    }
}

/// Labels at the left, text behind them.
struct Rows {
    style: Style,
    labels: Vec<String>,
    /// As many blanks as stand before the text where there is no label.
    blanks: String,
}

impl Rows {
    fn new(text: &Text, style: Style) -> Rows {
        let labels: Vec<String> = LABELS.iter().map(|label| text.say(label, &[])).collect();
        let widest = labels.iter().map(|label| label.width()).max().unwrap_or(0);
        Rows {
            style,
            labels,
            blanks: " ".repeat(INDENT + widest + 2),
        }
    }

    /// A label and, beside it, text that is wrapped behind it.
    fn row(&self, out: &mut String, label: Label, shown: &str, role: Role) {
        let column = self.blanks.len();
        match self.labels.get(label as usize) {
            Some(label) => {
                out.push_str(&self.blanks[..INDENT]);
                self.style.paint_into(out, role, label);
                out.push_str(&self.blanks[INDENT + label.width()..]);
            }
            None => out.push_str(&self.blanks),
        }
        wrap_into(out, shown, column, column, self.style.width());
        out.push('\n');
    }
}

/// A time as people write it: `2023-11-14 22:13:20 UTC`.
#[must_use]
fn utc(nanos: Nanos) -> String {
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
