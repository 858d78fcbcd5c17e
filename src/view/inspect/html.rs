//! `--html FILE`: one page that holds everything it needs: no script, no network, readable and printable as it is. A summary,
//! and for each session its facts, the transfers, the ladder, bytes over time and the dialogue with explanations to unfold.
//!
//! Text of the capture passes [`escape`] on its way into the page and nothing else does: none of it can become markup. Colour
//! never stands alone: data is drawn thicker and dashed, verdicts are words.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
};

use super::{
    Overview, Show,
    ladder::{Rung, control_ends, data_rungs, said},
    reason,
    report::{self, relative},
};
use crate::{
    analysis::{
        finding::{Finding, Session, SessionEnd, Transfer},
        verdict::Verdict,
    },
    capture::{file::Nanos, flow::FlowId},
    ftp::{event::What, secret, side::Side},
    say,
    view::{
        explain,
        inspect::json::hex,
        number, quirk, sanitise,
        text::{Lang, Text},
    },
};

/// Sessions that are shown in full.
pub const MAX_SESSIONS: usize = 200;
/// Arrows of a ladder.
const MAX_RUNGS: usize = 600;
/// Lines of a dialogue.
const MAX_LINES: usize = 2_000;
/// Points of a curve; when it has more, every other one is dropped.
const MAX_POINTS: usize = 256;
/// Curves in one picture.
const MAX_CURVES: usize = 8;
/// Oddities of a session.
const MAX_ODD: usize = 50;

/// Makes the page.
pub struct Html<'a> {
    text: &'a Text,
    show_credentials: bool,
    sessions: BTreeMap<u64, Collected>,
    done: BTreeMap<u64, String>,
    /// Of the data connections that go on.
    curves: HashMap<FlowId, Curve>,
    orphans: Vec<Transfer>,
    more_sessions: u64,
    more_orphans: u64,
}

/// What was found of a session so far.
#[derive(Default)]
struct Collected {
    rungs: Vec<Rung>,
    more_rungs: u64,
    more_odd: u64,
    more_transfers: u64,
    lines: String,
    count: usize,
    transfers: Vec<Transfer>,
    odd: Vec<(u64, String)>,
    /// Of the first transfers with data, with their numbers; and of how many more there is one.
    curves: Vec<(u64, Curve)>,
    more_curves: u64,
}

impl Collected {
    fn curve(&mut self, number: u64, curve: Curve) {
        if curve.points.len() < 2 {
            return;
        }
        if self.curves.len() < MAX_CURVES {
            self.curves.push((number, curve));
        } else {
            self.more_curves += 1;
        }
    }

    fn odd(&mut self, frame: u64, sentence: String) {
        if self.odd.len() < MAX_ODD {
            self.odd.push((frame, sentence));
        } else {
            self.more_odd += 1;
        }
    }
}

/// How many bytes had come when.
#[derive(Debug, Default, Clone)]
struct Curve {
    points: Vec<(Nanos, u64)>,
    total: u64,
    /// Only every so many chunks make a point.
    stride: u64,
    seen: u64,
}

impl Curve {
    fn add(&mut self, time: Nanos, bytes: u64) {
        self.total += bytes;
        let stride = self.stride.max(1);
        if self.seen.is_multiple_of(stride) {
            self.points.push((time, self.total));
            if self.points.len() > MAX_POINTS {
                let mut keep = false;
                self.points.retain(|_| {
                    keep = !keep;
                    keep
                });
                self.stride = stride * 2;
            }
        } else if let Some(last) = self.points.last_mut() {
            // The curve ends where the data does.
            *last = (time, self.total);
        }
        self.seen += 1;
    }
}

impl<'a> Html<'a> {
    /// A page in this language.
    #[must_use]
    pub fn new(text: &'a Text, show_credentials: bool) -> Html<'a> {
        Html {
            text,
            show_credentials,
            sessions: BTreeMap::new(),
            done: BTreeMap::new(),
            curves: HashMap::new(),
            orphans: Vec::new(),
            more_sessions: 0,
            more_orphans: 0,
        }
    }

    fn say(&self, id: &str) -> String {
        escape(&self.text.say(id, &[]))
    }

    // ---- The dialogue ----------------------------------------------------------------------------------------------

    fn line(&mut self, finding: &Finding<'_>) {
        let Finding::Said {
            session,
            mark,
            event,
        } = finding
        else {
            return;
        };
        let text = self.text;
        let (class, who, line, rest, code) = match &event.what {
            What::Command(command) => {
                let line = secret::shown_line(command.line, self.show_credentials);
                let rest = explain::purpose(text, command.verb).unwrap_or_default();
                ("c", "C&gt;", clean(&line), Vec::new(), vec![rest])
            }
            What::Reply(reply) => {
                let mut lines = reply.text.lines();
                let first = clean(lines.next().unwrap_or_default());
                let rest: Vec<String> = lines.map(clean).collect();
                let digits = reply.code.map_or(Vec::new(), |code| {
                    let [first, second, third] = code.digits();
                    let places = [
                        format!("{first}yz"),
                        format!("x{second}z"),
                        format!("xy{third}"),
                    ];
                    let digits = places.into_iter().zip(explain::digits(text, code));
                    digits
                        .map(|(place, says)| format!("{place} – {says}"))
                        .chain(explain::cause(text, code))
                        .chain(explain::advice(text, code))
                        .collect()
                });
                let class = match reply.code {
                    Some(code) if code.is_negative() => "s no",
                    Some(_) => "s",
                    None => "s odd",
                };
                (class, "S&gt;", first, rest, digits)
            }
            _ => return,
        };
        let Some(collected) = self.sessions.get_mut(&session.number) else {
            return;
        };
        collected.count += 1;
        if collected.count > MAX_LINES {
            return;
        }
        let time = relative(text, session.first.time, mark.time);
        let out = &mut collected.lines;
        let _ = write!(
            out,
            "<li class=\"{class}\"><span class=\"at\">{} <span>{time}</span></span><details><summary><code>{who} {line}</code></summary>",
            mark.frame
        );
        for line in rest {
            let _ = write!(out, "<code class=\"more\">{line}</code>");
        }
        let code: Vec<String> = code.into_iter().filter(|line| !line.is_empty()).collect();
        if !code.is_empty() {
            out.push_str("<ul>");
            for line in code {
                let _ = write!(out, "<li>{}</li>", escape(&line));
            }
            out.push_str("</ul>");
        }
        out.push_str("</details></li>\n");
    }

    // ---- A session -------------------------------------------------------------------------------------------------

    fn session(&mut self, session: &Session) -> String {
        let text = self.text;
        let mut collected = self.sessions.remove(&session.number).unwrap_or_default();
        let mut out = String::new();
        let title = say!(
            text,
            "inspect-ladder-session",
            n = session.number.to_string(),
            client = session.client.to_string(),
            server = session.server.to_string()
        );
        let _ = writeln!(
            out,
            "<section id=\"s{}\"><h2>{}</h2>",
            session.number,
            escape(&title)
        );
        self.facts(session, &collected, &mut out);
        self.ledger(&collected.transfers, &mut out);
        self.more(collected.more_transfers, &mut out);
        collected.rungs.extend(control_ends(text, session));
        collected.rungs.sort_by_key(|rung| rung.frame);
        self.ladder(session, &collected, &mut out);
        self.picture(session, &collected, &mut out);
        if !collected.lines.is_empty() {
            let _ = writeln!(
                out,
                "<h3>{}</h3><p class=\"hint\">{}</p><ol class=\"dialogue\">\n{}</ol>",
                self.say("inspect-html-dialogue"),
                self.say("inspect-html-unfold"),
                collected.lines
            );
            let more = collected.count.saturating_sub(MAX_LINES);
            self.more(more as u64, &mut out);
        }
        out.push_str("</section>\n");
        out
    }

    fn facts(&self, session: &Session, collected: &Collected, out: &mut String) {
        let text = self.text;
        out.push_str("<dl class=\"facts\">");
        let mut fact = |label: &str, shown: &str| {
            let _ = write!(
                out,
                "<dt>{}</dt><dd>{shown}</dd>",
                escape(&text.say(label, &[]))
            );
        };
        fact("inspect-label-client", &escape(&session.client.to_string()));
        fact("inspect-label-server", &escape(&session.server.to_string()));
        let frames: Vec<String> = session
            .handshake
            .iter()
            .flatten()
            .map(|mark| mark.frame.to_string())
            .collect();
        let handshake = if frames.is_empty() {
            text.say("inspect-handshake-none", &[])
        } else {
            say!(text, "inspect-html-handshake", frames = frames.join(", "))
        };
        fact("inspect-label-handshake", &escape(&handshake));
        if let Some((banner, mark)) = &session.banner {
            let first = banner
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            let frame = say!(text, "inspect-at-frame", frame = mark.frame.to_string());
            fact(
                "inspect-label-greeting",
                &format!("<code>{}</code> ({})", clean(first), escape(&frame)),
            );
        }
        if let Some(user) = &session.user {
            let state = if session.logged_in {
                "inspect-html-logged-in"
            } else {
                "inspect-html-not-logged-in"
            };
            fact(
                "inspect-label-user",
                &format!("<code>{}</code>, {}", clean(user), self.say(state)),
            );
        }
        let mode = match (session.active, session.passive) {
            (0, 0) => None,
            (_, 0) => Some("inspect-mode-active"),
            (0, _) => Some("inspect-mode-passive"),
            _ => Some("inspect-mode-both"),
        };
        if let Some(mode) = mode {
            fact("inspect-label-mode", &self.say(mode));
        }
        let closed = match (session.end, session.ended_by) {
            (SessionEnd::Open, _) | (_, None) => text.say("inspect-closed-open", &[]),
            (end, Some((side, mark))) => {
                let id = if end == SessionEnd::Reset {
                    "inspect-closed-reset"
                } else {
                    "inspect-closed-fin"
                };
                let who = match side {
                    Side::User => "client",
                    Side::Server => "server",
                };
                text.say(
                    id,
                    &[
                        ("who", who.into()),
                        ("frame", mark.frame.to_string().into()),
                    ],
                )
            }
        };
        fact("inspect-label-closed", &escape(&closed));
        for shown in reason::security(text, session) {
            fact("inspect-label-security", &escape(&shown));
        }
        for (frame, odd) in &collected.odd {
            let shown = say!(
                text,
                "inspect-odd",
                sentence = odd.as_str(),
                frame = frame.to_string()
            );
            fact("inspect-label-odd", &escape(&shown));
        }
        if collected.more_odd > 0 {
            let shown = say!(text, "inspect-odd-more", count = collected.more_odd);
            fact("inspect-label-odd", &escape(&shown));
        }
        out.push_str("</dl>\n");
    }

    /// How many more there are than are shown.
    fn more(&self, count: u64, out: &mut String) {
        if count > 0 {
            let more = say!(self.text, "inspect-ladder-more", count = count);
            let _ = writeln!(out, "<p>{}</p>", escape(&more));
        }
    }

    fn ledger(&self, transfers: &[Transfer], out: &mut String) {
        let text = self.text;
        if transfers.is_empty() {
            return;
        }
        let caption = self.say("inspect-html-transfers");
        let _ = write!(
            out,
            "<h3>{caption}</h3><div class=\"wide\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table><thead><tr>"
        );
        let labels = [
            "inspect-html-number",
            "inspect-html-command",
            "inspect-label-agreed",
            "inspect-label-connection",
            "inspect-label-data",
            "inspect-label-reply",
            "inspect-html-verdict",
        ]
        .map(|label| self.say(label));
        // On a narrow screen a cell names its column itself.
        let colon = match text.lang() {
            Lang::En => ": ",
            Lang::Fr => "\u{a0}: ",
        };
        let of = |at: usize| format!("{}{colon}", labels[at]);
        for label in &labels {
            let _ = write!(out, "<th scope=\"col\">{label}</th>");
        }
        out.push_str("</tr></thead><tbody>\n");
        for transfer in transfers {
            let what = match transfer.verb {
                Some(verb) => format!(
                    "<code>{} {}</code>",
                    verb.name(),
                    clean(transfer.arg.as_deref().unwrap_or_default())
                ),
                None => self.say("inspect-no-command"),
            };
            let agreed = transfer
                .agreement
                .as_ref()
                .map_or(String::new(), |agreement| {
                    let listen = agreement
                        .listen
                        .map(|listen| listen.to_string())
                        .unwrap_or_default();
                    let mut shown = format!("{} {}", agreement.verb.name(), escape(&listen));
                    if let Some((high, low)) = agreement.stated.as_ref().and_then(|s| s.bytes) {
                        let _ = write!(
                            shown,
                            "<br><small>{high} × 256 + {low} = {}</small>",
                            u16::from_be_bytes([high, low])
                        );
                    }
                    let frame = say!(
                        text,
                        "inspect-at-frame",
                        frame = agreement.mark.frame.to_string()
                    );
                    let _ = write!(shown, "<br><small>{}</small>", escape(&frame));
                    shown
                });
            let line = transfer.connection.as_ref().map_or(String::new(), |line| {
                let frame = say!(
                    text,
                    "inspect-at-frame",
                    frame = line.first.frame.to_string()
                );
                format!(
                    "{} → {}<br><small>{}</small>",
                    line.from,
                    line.to,
                    escape(&frame)
                )
            });
            let mut data = transfer.bytes().map_or(String::new(), |bytes| {
                escape(&say!(
                    text,
                    "inspect-ladder-data",
                    bytes = number::count(text, bytes)
                ))
            });
            if transfer.missing > 0 {
                let missing = say!(
                    text,
                    "inspect-missing",
                    bytes = number::count(text, transfer.missing)
                );
                let _ = write!(data, "<br><strong>{}</strong>", escape(&missing));
            }
            if let Some(hash) = transfer.sha256 {
                let _ = write!(
                    data,
                    "<br><small class=\"hash\">SHA-256 {}</small>",
                    hex(&hash)
                );
            }
            let reply = transfer
                .final_code
                .map(|code| code.to_string())
                .unwrap_or_default();
            let class = match transfer.judgement.verdict {
                Verdict::Complete => "good",
                Verdict::Refused | Verdict::NeverOpened | Verdict::Failed | Verdict::Aborted => {
                    "bad"
                }
                _ => "fair",
            };
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\">{}</th><td data-of=\"{}\">{what}</td><td data-of=\"{}\">{agreed}</td>\
                 <td data-of=\"{}\">{line}</td><td data-of=\"{}\">{data}</td><td data-of=\"{}\">{reply}</td>\
                 <td data-of=\"{}\"><strong class=\"{class}\">{}</strong><br>{}</td></tr>",
                transfer.n,
                of(1),
                of(2),
                of(3),
                of(4),
                of(5),
                of(6),
                self.say(reason::verdict_id(transfer.judgement.verdict)),
                escape(&reason::reason(text, transfer))
            );
        }
        out.push_str("</tbody></table></div>\n");
    }

    /// The ladder as a picture, once for wide pages and once for narrow ones: what is scaled down to a telephone cannot be
    /// read. Its text is in the dialogue and the table, which its description says.
    fn ladder(&self, session: &Session, collected: &Collected, out: &mut String) {
        let rungs = &collected.rungs[..collected.rungs.len().min(MAX_RUNGS)];
        if rungs.is_empty() {
            return;
        }
        let title = self.say("inspect-html-ladder");
        let _ = writeln!(out, "<h3>{title}</h3><figure>");
        for lanes in [&WIDE, &NARROW] {
            self.ladder_in(lanes, session, rungs, out);
        }
        out.push_str("</figure>\n");
        let more = collected.more_rungs + (collected.rungs.len() - rungs.len()) as u64;
        self.more(more, out);
    }

    fn ladder_in(&self, lanes: &Lanes, session: &Session, rungs: &[Rung], out: &mut String) {
        const STEP: f64 = 30.0;
        let text = self.text;
        let Lanes {
            class,
            width,
            left,
            right,
            ..
        } = *lanes;
        let height = 56.0 + STEP * rungs.len() as f64;
        let title = self.say("inspect-html-ladder");
        let id = format!("{class}{}", session.number);
        let size = if rungs.len() <= ONE_SHEET {
            " whole"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<svg class=\"ladder {class}{size}\" viewBox=\"0 0 {width} {height:.0}\" role=\"img\" \
             aria-labelledby=\"{id}t {id}d\"><title id=\"{id}t\">{title} {}</title><desc id=\"{id}d\">{}</desc>",
            session.number,
            self.say("inspect-html-ladder-says")
        );
        for (x, label, address, side) in [
            (left, "inspect-label-client", session.client, "l"),
            (right, "inspect-label-server", session.server, "r"),
        ] {
            let address = shortened(&address.to_string(), lanes.address);
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"16\" class=\"end {side}\">{}</text>\
                 <text x=\"{x}\" y=\"32\" class=\"addr {side}\">{}</text>\
                 <path class=\"post\" d=\"M{x} 40V{height:.0}\"/>",
                self.say(label),
                escape(&address)
            );
        }
        for (at, rung) in rungs.iter().enumerate() {
            let y = 64.0 + STEP * at as f64;
            let (from, to, tip) = match rung.from {
                Side::User => (left, right, -7.0),
                Side::Server => (right, left, 7.0),
            };
            let to = if rung.lost { (from + to) / 2.0 } else { to };
            let class = if rung.data { "data" } else { "control" };
            let time = relative(text, session.first.time, rung.time);
            let _ = write!(
                out,
                "<text x=\"{}\" y=\"{y:.0}\" class=\"num\">{}</text>\
                 <path class=\"{class}\" d=\"M{from} {y:.0}H{to}\"/>",
                lanes.frame, rung.frame
            );
            if let Some(x) = lanes.time {
                let _ = write!(
                    out,
                    "<text x=\"{x}\" y=\"{y:.0}\" class=\"num\">{time}</text>"
                );
            }
            if rung.lost {
                let _ = write!(
                    out,
                    "<path class=\"lost\" d=\"M{:.0} {:.0}l10 10m0 -10l-10 10\"/>",
                    to - 5.0,
                    y - 5.0
                );
            } else {
                let _ = write!(out, "<path class=\"tip\" d=\"M{to} {y:.0}l{tip} -4v8z\"/>");
            }
            let label: String = shortened(&rung.label, lanes.label);
            let _ = writeln!(
                out,
                "<text x=\"{}\" y=\"{:.0}\" class=\"label\">{}</text>",
                (left + right) / 2.0,
                y - 5.0,
                escape(&label)
            );
        }
        out.push_str("</svg>\n");
    }

    /// Bytes over time, a curve a data connection.
    fn picture(&self, session: &Session, collected: &Collected, out: &mut String) {
        let text = self.text;
        let curves = &collected.curves;
        let most = curves.iter().map(|(_, curve)| curve.total).max();
        let first = curves.iter().filter_map(|(_, curve)| curve.points.first());
        let first = first.map(|(time, _)| *time).min();
        let last = curves.iter().filter_map(|(_, curve)| curve.points.last());
        let last = last.map(|(time, _)| *time).max();
        let (Some(most), Some(first), Some(last)) = (most, first, last) else {
            return;
        };
        let span = (last - first).max(1) as f64;
        let most = most.max(1) as f64;
        let x = |time: Nanos| 70.0 + (time - first) as f64 / span * 590.0;
        let y = |bytes: u64| 200.0 - bytes as f64 / most * 170.0;
        let title = self.say("inspect-html-bytes");
        let n = session.number;
        let _ = writeln!(
            out,
            "<h3>{title}</h3><figure class=\"wide\" tabindex=\"0\"><svg class=\"chart\" viewBox=\"0 0 700 240\" role=\"img\" \
             aria-labelledby=\"b{n}t b{n}d\"><title id=\"b{n}t\">{title} {n}</title><desc id=\"b{n}d\">{}</desc>\n\
             <path class=\"post\" d=\"M70 20V200H670\"/>\
             <text x=\"76\" y=\"26\" class=\"axis\">{}</text><text x=\"64\" y=\"204\" class=\"num\">0</text>\
             <text x=\"70\" y=\"222\" class=\"axis\">{} s</text><text x=\"660\" y=\"222\" class=\"num\">{} s</text>",
            self.say("inspect-html-bytes-says"),
            escape(&number::size(text, most as u64)),
            relative(text, session.first.time, first),
            relative(text, session.first.time, last)
        );
        for (at, (number, curve)) in curves.iter().enumerate() {
            let mut path = String::new();
            for (point, (time, bytes)) in curve.points.iter().enumerate() {
                let letter = if point == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{letter}{:.1} {:.1}", x(*time), y(*bytes));
            }
            let _ = write!(out, "<path class=\"curve k{at}\" d=\"{path}\"/>");
            if let Some((time, bytes)) = curve.points.last() {
                let _ = writeln!(
                    out,
                    "<text x=\"{:.1}\" y=\"{:.1}\" class=\"key\">{}</text>",
                    (x(*time) + 5.0).min(672.0),
                    y(*bytes) + 4.0,
                    number
                );
            }
        }
        out.push_str("</svg></figure>\n");
        self.more(collected.more_curves, out);
    }
}

/// A ladder of so many rungs is printed on one sheet, made smaller where it must be: browsers cannot break a picture
/// between two.
const ONE_SHEET: usize = 50;

/// Where things stand in a ladder, in units of its own width.
struct Lanes {
    class: &'static str,
    width: f64,
    left: f64,
    right: f64,
    /// Where frame numbers and times end.
    frame: f64,
    time: Option<f64>,
    /// Characters that fit between the two posts, and at the head of one.
    label: usize,
    address: usize,
}

const WIDE: Lanes = Lanes {
    class: "broad",
    width: 700.0,
    left: 130.0,
    right: 630.0,
    frame: 44.0,
    time: Some(108.0),
    label: 66,
    address: 47,
};
const NARROW: Lanes = Lanes {
    class: "narrow",
    width: 360.0,
    left: 44.0,
    right: 352.0,
    frame: 36.0,
    time: None,
    label: 41,
    address: 21,
};

/// Cut to so many characters.
fn shortened(shown: &str, most: usize) -> String {
    if shown.chars().count() <= most {
        return shown.to_owned();
    }
    shown.chars().take(most - 1).chain(['…']).collect()
}

/// Text of the capture, made safe for eyes and for markup, cut where it is very long.
fn clean(bytes: &[u8]) -> String {
    let shown = sanitise::line(&bytes[..bytes.len().min(2_000)]);
    escape(&shown)
}

/// Text as it may stand in HTML, in an element or an attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

impl Show for Html<'_> {
    fn begin(&mut self, _: &[u8], _: &str, _: &mut String) {}

    fn finding(&mut self, finding: &Finding<'_>, _: &mut String) {
        if let Some((session, rung)) = said(self.text, finding, self.show_credentials)
            && let Some(collected) = self.sessions.get_mut(&session)
        {
            if collected.rungs.len() < MAX_RUNGS {
                collected.rungs.push(rung);
            } else {
                collected.more_rungs += 1;
            }
        }
        match finding {
            Finding::Recognised(session) => {
                if self.sessions.len() + self.done.len() < MAX_SESSIONS {
                    self.sessions.insert(session.number, Collected::default());
                } else {
                    self.more_sessions += 1;
                }
            }
            Finding::Said {
                session,
                mark,
                event,
            } => {
                if let What::Quirk(odd) = &event.what {
                    let sentence = quirk::with_rule(self.text, odd);
                    if let Some(collected) = self.sessions.get_mut(&session.number) {
                        collected.odd(mark.frame, sentence);
                    }
                }
                self.line(finding);
            }
            Finding::Remark {
                session: Some(session),
                mark,
                remark,
                ..
            } => {
                let sentence = reason::remark(self.text, remark);
                if let Some(collected) = self.sessions.get_mut(session) {
                    collected.odd(mark.frame, sentence);
                }
            }
            Finding::Remark { session: None, .. } => {}
            Finding::Data {
                flow,
                bytes: Some(bytes),
                mark,
                ..
            } => {
                self.curves
                    .entry(*flow)
                    .or_default()
                    .add(mark.time, bytes.len() as u64);
            }
            Finding::Data { bytes: None, .. } => {}
            Finding::Dropped(flow) => {
                self.curves.remove(flow);
            }
            Finding::Transfer(transfer) => match transfer.session {
                Some(session) => {
                    if let Some(collected) = self.sessions.get_mut(&session) {
                        let connection = transfer.connection.as_ref();
                        let curve =
                            connection.and_then(|connection| self.curves.remove(&connection.flow));
                        if let Some(curve) = curve {
                            collected.curve(transfer.n, curve);
                        }
                        if collected.rungs.len() < MAX_RUNGS {
                            collected.rungs.extend(data_rungs(self.text, transfer));
                        } else {
                            collected.more_rungs += data_rungs(self.text, transfer).len() as u64;
                        }
                        if collected.transfers.len() < MAX_LINES {
                            collected.transfers.push((*transfer).clone());
                        } else {
                            collected.more_transfers += 1;
                        }
                    }
                }
                None if self.orphans.len() < MAX_LINES => self.orphans.push((*transfer).clone()),
                None => self.more_orphans += 1,
            },
            Finding::Session(session) => {
                if self.sessions.contains_key(&session.number) {
                    let shown = self.session(session);
                    self.done.insert(session.number, shown);
                }
            }
        }
    }

    fn end(&mut self, overview: &Overview, out: &mut String) {
        let text = self.text;
        let lang = text.lang().code();
        let file = clean(&overview.file);
        let _ = writeln!(
            out,
            "<!DOCTYPE html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, \
             initial-scale=1\"><title>{file}</title>\n<style>{STYLE}</style></head>\n<body><header><h1>{file}</h1>"
        );
        if let Some(shown) = report::total(text, overview) {
            let _ = writeln!(out, "<p>{}</p>", escape(&shown));
        }
        out.push_str("</header><main>\n");
        if !overview.notes.is_empty() {
            let label = self.say("inspect-html-notes");
            let _ = write!(out, "<section class=\"notes\"><h2>{label}</h2><ul>");
            for note in &overview.notes {
                let shown = sanitise::line(reason::note(text, note).as_bytes()).into_owned();
                let _ = write!(out, "<li>{}</li>", escape(&shown));
            }
            out.push_str("</ul></section>\n");
        }
        if self.done.len() > 1 {
            let label = self.say("inspect-html-sessions");
            let _ = write!(out, "<nav aria-label=\"{label}\"><h2>{label}</h2><ol>");
            for number in self.done.keys() {
                let _ = write!(out, "<li><a href=\"#s{number}\">{number}</a></li>");
            }
            out.push_str("</ol></nav>\n");
        }
        for shown in self.done.values() {
            out.push_str(shown);
        }
        self.more(self.more_sessions, out);
        if !self.orphans.is_empty() {
            let _ = writeln!(out, "<section><h2>{}</h2>", self.say("inspect-orphans"));
            self.ledger(&self.orphans, out);
            self.more(self.more_orphans, out);
            out.push_str("</section>\n");
        }
        let _ = writeln!(
            out,
            "</main><footer><p>{}</p></footer></body></html>",
            self.say("inspect-html-foot")
        );
    }
}

/// The page's style: for a screen of any width, and for paper. Contrast is at least 4.5 to 1 throughout.
const STYLE: &str = "\
:root{color-scheme:light dark;--k4:#5a32a3;--k5:#0a6b6b;--k6:#6b6b0a;--ink:#1b1f24;--dim:#57606a;--rule:#d0d7de;--paper:#fff;--shade:#f6f8fa;--control:#0b57a4;--data:#8a3a00;--good:#11632b;--bad:#a40e26;--fair:#7a4b00}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:72rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}\
h1{font-size:1.5rem;overflow-wrap:anywhere;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem;overflow-wrap:anywhere;border-top:1px solid var(--rule);padding-top:1rem}h3{font-size:1.05rem;margin:1.5rem 0 .5rem}\
code{font:.9em/1.45 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}\
small,.hint{color:var(--dim)}a{color:var(--control)}\
.notes{background:var(--shade);border-left:4px solid var(--fair);padding:.1rem 1rem .5rem}.notes h2{border:0;margin:.5rem 0;padding:0}.notes ul{padding-left:1.2rem;margin:0}\
nav ol{display:flex;flex-wrap:wrap;gap:.25rem .75rem;list-style:none;padding:0}\
.facts{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.2rem 1rem;margin:0}.facts dt{color:var(--dim)}.facts dd{margin:0;overflow-wrap:anywhere}\
.wide{overflow-x:auto;margin:0}.wide:focus-visible{outline:2px solid var(--control)}\
table{border-collapse:collapse;min-width:52rem;width:100%;font-size:.9rem}th,td{border:1px solid var(--rule);padding:.35rem .5rem;text-align:left;vertical-align:top}thead th{background:var(--shade)}td{overflow-wrap:break-word}td:nth-child(2){overflow-wrap:anywhere}.hash{font-family:ui-monospace,monospace}\
.good{color:var(--good)}.bad{color:var(--bad)}.fair{color:var(--fair)}\
figure{margin:0}svg{display:block;width:100%;max-width:56rem;height:auto;font:12px ui-monospace,monospace;fill:var(--ink)}\
svg .post{stroke:var(--dim);fill:none}svg .control{stroke:var(--control);stroke-width:1.5;fill:none}svg .data{stroke:var(--data);stroke-width:3;stroke-dasharray:8 3;fill:none}svg .tip{fill:var(--ink)}svg .lost{stroke:var(--bad);stroke-width:2;fill:none}\
svg .label,svg .end,svg .addr{text-anchor:middle}svg .end{font-weight:bold;font-family:system-ui,sans-serif;font-size:13px}svg .addr,svg .num,svg .axis{fill:var(--dim)}svg .num{text-anchor:end}svg.narrow{display:none}svg.narrow .l{text-anchor:start}svg.narrow .r{text-anchor:end}\
svg .curve{fill:none;stroke-width:2;stroke:var(--control)}svg .k1{stroke:var(--data);stroke-dasharray:6 3}svg .k2{stroke:var(--good);stroke-dasharray:2 3}svg .k3{stroke:var(--bad);stroke-dasharray:10 4}svg .k4{stroke:var(--k4);stroke-dasharray:8 3 2 3}svg .k5{stroke:var(--k5)}svg .k6{stroke:var(--k6);stroke-dasharray:4 2}svg .k7{stroke:var(--ink);stroke-dasharray:1 3}svg .key{font-weight:bold}\
.dialogue{list-style:none;padding:0;margin:0}.dialogue>li{display:grid;grid-template-columns:8.5rem 1fr;gap:.5rem;border-bottom:1px solid var(--shade);padding:.1rem 0}.dialogue .at{color:var(--dim);font:.8em/1.9 ui-monospace,monospace;display:flex;justify-content:space-between}\
.dialogue .c summary code{color:var(--control)}.dialogue .s summary code{color:var(--good)}.dialogue .no summary code{color:var(--bad)}.dialogue .odd summary code{color:var(--fair)}.dialogue .more{display:block;padding-left:1.1rem}.dialogue ul{margin:.2rem 0 .6rem;font-size:.9rem}\
summary{cursor:pointer}summary:focus-visible{outline:2px solid var(--control)}footer{color:var(--dim);margin-top:2rem}\
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#a5b0bb;--rule:#3d444d;--paper:#0d1117;--shade:#1a212a;--control:#79b8ff;--data:#f0a35e;--good:#5fd38a;--bad:#ff8a90;--fair:#e3b341;--k4:#c4a7ff;--k5:#5fd0d0;--k6:#d0d05f}}\
@media(max-width:40rem){svg.broad{display:none}svg.narrow{display:block}svg.chart{font-size:20px}table,tbody,tr,td,tbody th{display:block;min-width:0;border:0}thead{display:none}tr{border:1px solid var(--rule);margin:0 0 .8rem;padding:.3rem .6rem}td{padding:.15rem 0}td:empty{display:none}td::before{content:attr(data-of);color:var(--dim)}tbody th{padding:.15rem 0;font-size:1.1em}body{padding:.6rem;font-size:15px}.facts{grid-template-columns:1fr}.facts dt{margin-top:.4rem}.dialogue>li{grid-template-columns:1fr;gap:0}.dialogue .at{justify-content:flex-start;gap:1rem}}\
@media print{body{max-width:none;font-size:10pt;padding:0}details>*{display:revert}h2{break-before:auto}h2,h3{break-after:avoid}tr,.dialogue>li{break-inside:avoid}.wide{overflow:visible}table{min-width:0;font-size:8pt}td:nth-child(4){overflow-wrap:anywhere}svg.broad{display:block}svg.whole{max-height:22cm}svg.narrow{display:none}details::details-content{content-visibility:visible;display:block}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escape("<script>alert('x')</script> & \"y\""),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"
        );
        assert_eq!(clean(b"<b>\x1b[31m\0"), "&lt;b&gt;{x1B}[31m{x00}");
    }

    #[test]
    fn a_curve_keeps_its_shape_in_few_points() {
        let mut curve = Curve::default();
        for step in 0..100_000 {
            curve.add(step, 10);
        }
        assert!(curve.points.len() <= MAX_POINTS + 1);
        assert_eq!(curve.points.last(), Some(&(99_999, 1_000_000)));
        assert!(curve.points.windows(2).all(|two| two[0].1 < two[1].1));
    }
}
