//! What the report needs of a capture, collected session by session: facts, transfers, oddities, the dialogue. A session
//! is told when it has ended and those before it have; making text of it is somebody else's work ([`super::report`]),
//! which may run beside the reading.
//!
//! Sessions stand in the order in which they were recognised as long as what waits for its turn fits [`MAX_WAITING`];
//! beyond it sessions are told as they end, and those that go on for ever in parts.

use std::{borrow::Cow, collections::BTreeMap, mem};

use super::reason;
use crate::{
    analysis::finding::{Finding, Session, Transfer},
    capture::reassembly::Mark,
    ftp::{
        event::{Event, What},
        quirk::Kind,
        secret,
    },
    say,
    view::{
        explain, quirk, sanitise,
        style::{Role, Style},
        text::Text,
    },
};

/// Bytes that wait because a session goes on that stands before them, or is their own.
pub const MAX_WAITING: usize = 8 * 1024 * 1024;
/// Oddities of a session that are shown; the rest is counted.
pub const MAX_QUIRKS: usize = 12;
/// Frames that are named where the same is odd again and again.
pub const MAX_NAMED: usize = 5;

/// What can be shown.
#[derive(Debug)]
pub enum Told {
    /// A session that has ended, with what was not told of it before.
    Session(Box<Session>, Block),
    /// Transfers of the session with this number, which goes on.
    Part(u64, Block),
    /// A data connection without a session.
    Orphan(Box<Transfer>),
}

impl Told {
    /// About how many bytes it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Told::Session(_, block) => size_of::<Session>() + block.size,
            Told::Part(_, block) => block.size,
            Told::Orphan(_) => size_of::<Transfer>(),
        }
    }
}

/// What is told of a session beside its facts.
#[derive(Debug, Default)]
pub struct Block {
    /// Its transfers, in their order.
    pub transfers: Vec<Transfer>,
    /// What is odd, at most [`MAX_QUIRKS`].
    pub odd: Vec<Odd>,
    /// How much more is odd.
    pub more_odd: u64,
    /// Its dialogue with explanations, as it is shown.
    pub dialogue: String,
    /// Bytes of all that.
    size: usize,
}

/// Something odd, and where.
#[derive(Debug)]
pub struct Odd {
    /// What.
    pub sentence: String,
    /// Where: at most [`MAX_NAMED`] frames.
    pub frames: Vec<u64>,
    /// And in more frames than these.
    pub elsewhere: bool,
    /// How often.
    pub count: u64,
    /// It says that bytes are missing: no news where a whole direction is.
    pub missing: bool,
}

/// Collects the findings of one capture.
pub struct Gather<'a> {
    text: &'a Text,
    style: Style,
    /// Every line of the dialogue is shown, replies with their digits.
    explain: bool,
    show_credentials: bool,
    /// Sessions that go on, and those that wait for them.
    blocks: BTreeMap<u64, (Block, Option<Box<Session>>)>,
    waiting: usize,
}

impl<'a> Gather<'a> {
    /// Before the first finding.
    #[must_use]
    pub fn new(text: &'a Text, style: Style, explain: bool, show_credentials: bool) -> Gather<'a> {
        Gather {
            text,
            style,
            explain,
            show_credentials,
            blocks: BTreeMap::new(),
            waiting: 0,
        }
    }

    /// Takes a finding; `tell` gets what can be shown by now.
    pub fn take(&mut self, finding: &Finding<'_>, tell: &mut impl FnMut(Told)) {
        match finding {
            Finding::Recognised(session) => {
                self.blocks.entry(session.number).or_default();
            }
            Finding::Said {
                session,
                mark,
                event,
            } => self.said(session.number, *mark, event, tell),
            Finding::Remark {
                session: Some(session),
                mark,
                remark,
                ..
            } => self.odd(*session, *mark, reason::remark(self.text, remark), false),
            Finding::Transfer(transfer) => match transfer.session {
                Some(session) => self.transfer(session, transfer, tell),
                None => tell(Told::Orphan(Box::new((*transfer).clone()))),
            },
            Finding::Session(session) => {
                let (_, ended) = self.blocks.entry(session.number).or_default();
                *ended = Some(Box::new((*session).clone()));
                self.release(tell);
            }
            Finding::Remark { session: None, .. } | Finding::Data { .. } | Finding::Dropped(_) => {}
        }
    }

    /// Everything is found: what waited is told.
    pub fn finish(&mut self, tell: &mut impl FnMut(Told)) {
        for (_, (block, session)) in mem::take(&mut self.blocks) {
            if let Some(session) = session {
                tell(Told::Session(session, block));
            }
        }
        self.waiting = 0;
    }

    /// Sessions whose turn it is are told: all before them were, or are not asked for.
    fn release(&mut self, tell: &mut impl FnMut(Told)) {
        while let Some(mut entry) = self.blocks.first_entry() {
            let Some(session) = entry.get_mut().1.take() else {
                break;
            };
            let (block, _) = entry.remove();
            self.waiting -= block.size;
            tell(Told::Session(session, block));
        }
        self.spill(tell);
    }

    /// Where too much waits, all that have ended are told; where that does not help, what there is of those that go on.
    fn spill(&mut self, tell: &mut impl FnMut(Told)) {
        if self.waiting <= MAX_WAITING {
            return;
        }
        for (number, (mut block, session)) in mem::take(&mut self.blocks) {
            if let Some(session) = session {
                self.waiting -= block.size;
                tell(Told::Session(session, block));
                continue;
            }
            // Oddities stand among the facts of their session, once it has ended.
            let part = Block {
                transfers: mem::take(&mut block.transfers),
                dialogue: mem::take(&mut block.dialogue),
                size: mem::take(&mut block.size),
                ..Block::default()
            };
            self.waiting -= part.size;
            if !part.transfers.is_empty() || !part.dialogue.is_empty() {
                tell(Told::Part(number, part));
            }
            self.blocks.insert(number, (block, None));
        }
    }

    fn grow(&mut self, session: u64, bytes: usize) {
        if let Some((block, _)) = self.blocks.get_mut(&session) {
            block.size += bytes;
            self.waiting += bytes;
        }
    }

    fn transfer(&mut self, session: u64, transfer: &Transfer, tell: &mut impl FnMut(Told)) {
        let (block, _) = self.blocks.entry(session).or_default();
        block.transfers.push(transfer.clone());
        let said = [&transfer.arg, &transfer.path].into_iter().flatten();
        self.grow(
            session,
            size_of::<Transfer>() + said.map(Vec::len).sum::<usize>(),
        );
        self.spill(tell);
    }

    fn said(&mut self, session: u64, mark: Mark, event: &Event<'_>, tell: &mut impl FnMut(Told)) {
        if let What::Quirk(odd) = &event.what {
            let sentence = quirk::with_rule(self.text, odd);
            let missing = matches!(odd.kind, Kind::BytesMissing { .. });
            self.odd(session, mark, sentence, missing);
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
                            let line = short(self.text, line);
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
        if let Some((block, _)) = self.blocks.get_mut(&session) {
            block.dialogue.push_str(&shown);
            self.grow(session, shown.len());
            self.spill(tell);
        }
    }

    fn line(&self, out: &mut String, mark: Mark, role: Role, who: &str, line: &[u8]) {
        let line = short(self.text, line);
        let frame = format!("{:>8}  ", mark.frame);
        out.push_str(&self.style.paint(Role::Remark, &frame));
        out.push_str(&self.style.paint(role, &format!("{who} {line}")));
        out.push('\n');
    }

    fn odd(&mut self, session: u64, mark: Mark, sentence: String, missing: bool) {
        let Some((block, _)) = self.blocks.get_mut(&session) else {
            return;
        };
        let same = block.odd.iter_mut().find(|odd| odd.sentence == sentence);
        if let Some(odd) = same {
            odd.count += 1;
            if odd.frames.last() != Some(&mark.frame) {
                match odd.frames.len() {
                    MAX_NAMED => odd.elsewhere = true,
                    _ => odd.frames.push(mark.frame),
                }
            }
            return;
        }
        if block.odd.len() == MAX_QUIRKS {
            block.more_odd += 1;
            return;
        }
        let bytes = sentence.len();
        block.odd.push(Odd {
            sentence,
            frames: vec![mark.frame],
            elsewhere: false,
            count: 1,
            missing,
        });
        self.grow(session, bytes);
    }
}

/// Longest argument that is shown whole.
const MAX_SHOWN: usize = 200;

/// Text of the capture as it may stand on a terminal, cut where it is very long.
pub(super) fn short<'t>(text: &Text, bytes: &'t [u8]) -> Cow<'t, str> {
    let shown = sanitise::line(&bytes[..bytes.len().min(MAX_SHOWN)]);
    if bytes.len() <= MAX_SHOWN {
        return shown;
    }
    let more = say!(
        text,
        "inspect-more-bytes",
        count = (bytes.len() - MAX_SHOWN) as u64
    );
    format!("{shown} {more}").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::inspector::{Inspector, Options},
        capture::{build, file::Reader, tracker::Tracker},
        view::text::Lang,
    };

    const STORY: &str = "\
open c 10.0.0.1:40000 > 10.0.0.2:21
c < 220 ready
c > EPSV
c < 229 passive (|||50000|)
open d 10.0.0.1:40001 > 10.0.0.2:50000
c > RETR notes.txt
c < 150 go
d << 1000
fin d <
fin d >
c < 226 done
c > QUIT
c < 221 bye
fin c <
fin c >
";

    /// Sessions and transfers of a capture.
    fn found(story: &str) -> (Vec<Session>, Vec<Transfer>) {
        let (mut sessions, mut transfers) = (Vec::new(), Vec::new());
        let mut inspector =
            Inspector::new(Options::default(), |finding: &Finding<'_>| match finding {
                Finding::Session(session) => sessions.push((*session).clone()),
                Finding::Transfer(transfer) => transfers.push((*transfer).clone()),
                _ => {}
            });
        let capture = build::story(story);
        let mut reader = Reader::open(&capture[..]).expect("a capture");
        let mut tracker = Tracker::default();
        while reader.advance() {
            tracker.packet(&reader.packet(), &mut inspector);
        }
        tracker.finish(&mut inspector);
        inspector.finish();
        drop(inspector);
        (sessions, transfers)
    }

    #[test]
    fn a_session_of_many_transfers_is_told_in_parts_and_others_do_not_wait_for_ever() {
        let (mut sessions, transfers) = found(STORY);
        let (mut long, transfer) = (sessions.remove(0), &transfers[0]);
        let mut other = long.clone();
        (long.number, other.number) = (1, 2);
        let text = Text::new(Lang::En);
        let mut gather = Gather::new(&text, Style::plain(), false, false);
        let mut told = Vec::new();
        let mut tell = |one: Told| told.push(one);
        gather.take(&Finding::Recognised(&long), &mut tell);
        gather.take(&Finding::Recognised(&other), &mut tell);
        gather.take(&Finding::Session(&other), &mut tell);
        let many = MAX_WAITING / size_of::<Transfer>() + 1;
        for _ in 0..many {
            gather.take(&Finding::Transfer(transfer), &mut tell);
            assert!(gather.waiting <= MAX_WAITING);
        }
        gather.take(&Finding::Transfer(transfer), &mut tell);
        gather.take(&Finding::Session(&long), &mut tell);
        gather.finish(&mut tell);
        assert_eq!(gather.waiting, 0);
        let shape: Vec<(&str, u64, usize)> = told
            .iter()
            .map(|told| match told {
                Told::Session(session, block) => ("all", session.number, block.transfers.len()),
                Told::Part(number, block) => ("part", *number, block.transfers.len()),
                Told::Orphan(_) => ("orphan", 0, 0),
            })
            .collect();
        let [("part", 1, first), ("all", 2, 0), ("all", 1, rest)] = shape[..] else {
            panic!("{shape:?}");
        };
        assert_eq!(first + rest, many + 1);
        assert!(first > rest);
    }
}
