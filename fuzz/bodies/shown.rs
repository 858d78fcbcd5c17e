//! What is shown of a capture, in every form.

use ftplab::{
    analysis::inspector::{Inspector, Options},
    capture::{
        file::{About, Ending, LinkType, Packet, Reader},
        flow::{End as Ended, Way},
        tracker::Tracker,
        write::{Recorder, Remarks},
    },
    view::{
        inspect::{
            Overview, Show,
            dialogue::Dialogue as Log,
            html::Html,
            json::Json,
            ladder::Ladder,
            lists::{self, AtHand, Csv, Filters, Summary},
            report::Report,
        },
        sanitise,
        style::Style,
        text::{Lang, Text},
    },
};

use super::files::replayed;

#[path = "../../src/view/inspect/markup.rs"]
mod markup;

/// Forms in which a capture is shown, and what each has written.
struct Shown<'a> {
    /// What goes to a terminal.
    plain: Vec<(Box<dyn Show + 'a>, String)>,
    json: (Json<'a>, String),
    page: (Html<'a>, String),
    /// The ledger, and the log that scripts are made of, where they are wanted.
    more: Option<[(Box<dyn Show + 'a>, String); 2]>,
}

impl<'a> Shown<'a> {
    fn new(text: &'a Text, name: &'a [u8], more: bool) -> Shown<'a> {
        let style = Style::plain();
        let mut plain: Vec<Box<dyn Show>> = vec![Box::new(Report::new(text, style, true, false))];
        if more {
            plain.push(Box::new(Ladder::new(text, style, false)));
            plain.push(Box::new(Summary::new(text, style)));
            plain.push(Box::new(Filters::new(
                text,
                AtHand::File("capture.pcap".to_owned()),
            )));
            plain.push(Box::new(Log::new(text, false)));
        }
        let more = more.then(|| -> [Box<dyn Show>; 2] {
            [
                Box::new(Csv::new(text)),
                Box::new(Log::new(text, false).bare()),
            ]
        });
        let mut shown = Shown {
            plain: plain
                .into_iter()
                .map(|form| (form, String::new()))
                .collect(),
            json: (Json::new(text, true, false), String::new()),
            page: (Html::new(text, false), String::new()),
            more: more.map(|forms| forms.map(|form| (form, String::new()))),
        };
        shown.each(&mut |form, out| form.begin(name, "pcap", out));
        shown
    }

    fn each(&mut self, to: &mut dyn FnMut(&mut dyn Show, &mut String)) {
        to(&mut self.json.0, &mut self.json.1);
        to(&mut self.page.0, &mut self.page.1);
        let more = self.more.iter_mut().flatten();
        for (form, out) in self.plain.iter_mut().chain(more) {
            to(&mut **form, out);
        }
    }

    /// Nothing harmful reaches a terminal; each line is JSON; nothing but this program's own markup is in the page; the
    /// ledger is a table; what the log says can be made a script.
    fn check(&self) {
        self.plain.iter().for_each(|(_, shown)| harmless(shown));
        self.json.1.lines().for_each(json_line);
        markup::check(&self.page.1);
        if let Some([(_, csv), (_, log)]) = &self.more {
            table(csv, lists::COLUMNS.split(',').count());
            replayed(log.as_bytes());
        }
    }
}

/// Nothing in it that a terminal would obey.
pub(super) fn harmless(shown: &str) {
    for line in shown.split('\n') {
        assert_eq!(sanitise::line(line.as_bytes()), line);
    }
}

/// A line of JSON: an object with a type, no name in it twice, every time a number of nanoseconds, harmless.
pub(super) fn json_line(line: &str) {
    harmless(line);
    let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert!(value["type"].is_string(), "{line}");
    // Names come in another order, but come: one that was there twice would be missing.
    let again = sanitise::json(value.to_string());
    assert_eq!(again.len(), line.len(), "{line}\n{again}");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&again).ok(),
        Some(value.clone())
    );
    for name in ["time", "first", "last", "seconds"] {
        let Some(time) = value[name].as_str() else {
            continue;
        };
        let (whole, part) = time.split_once('.').expect("a point");
        assert!(whole.parse::<i64>().is_ok() && part.len() == 9, "{line}");
        assert!(part.bytes().all(|byte| byte.is_ascii_digit()), "{line}");
    }
}

/// Rows with as many cells as there are columns (RFC 4180), none of which a spreadsheet would take for a formula.
pub(super) fn table(csv: &str, columns: usize) {
    let mut rest = csv;
    while !rest.is_empty() {
        for column in 1.. {
            let (cell, after) = match rest.strip_prefix('"') {
                Some(quoted) => {
                    let mut end = quoted.find('"').expect("a quote ends");
                    while quoted[end + 1..].starts_with('"') {
                        end += 2 + quoted[end + 2..].find('"').expect("a quote ends");
                    }
                    (quoted[..end].replace("\"\"", "\""), &quoted[end + 1..])
                }
                None => {
                    let end = rest.find([',', '\r', '\n']).expect("a row ends");
                    assert!(!rest[..end].contains('"'));
                    (rest[..end].to_owned(), &rest[end..])
                }
            };
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']) || cell.parse::<f64>().is_ok(),
                "{cell}"
            );
            if let Some(next) = after.strip_prefix("\r\n") {
                assert_eq!(column, columns, "{csv}");
                rest = next;
                break;
            }
            rest = after.strip_prefix(',').expect("the next cell");
        }
    }
}

thread_local! {
    /// English and French: to read the messages takes longer than most inputs do.
    pub(super) static TEXTS: [&'static Text; 2] = [Lang::En, Lang::Fr].map(|lang| &*Box::leak(Box::new(Text::new(lang))));
}

/// What is shown of packets in the common forms or, with `more`, in every form there is; `feed` passes them on and tells
/// how their file ended and what it says about itself.
fn show<'r>(
    lang: Lang,
    name: &[u8],
    more: bool,
    feed: impl FnOnce(&mut dyn FnMut(&Packet<'_>)) -> (&'r Ending, &'r About),
) {
    let text = TEXTS.with(|texts| texts[usize::from(lang == Lang::Fr)]);
    let mut shown = Shown::new(text, name, more);
    let options = Options {
        hash: true,
        data: true,
    };
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(options, |finding| {
        shown.each(&mut |form, out| form.finding(finding, out));
    });
    let (ending, about) = feed(&mut |packet| tracker.packet(packet, &mut inspector));
    tracker.finish(&mut inspector);
    inspector.finish();
    let overview = Overview::new(
        name.to_vec(),
        "pcap".to_owned(),
        (ending, about),
        &tracker,
        &inspector,
    );
    drop(inspector);
    shown.each(&mut |form, out| form.end(&overview, out));
    shown.check();
}

/// A capture file: read to its end or to where it is damaged, whatever it holds.
pub(crate) fn capture(data: &[u8]) {
    let Ok(mut reader) = Reader::open(data) else {
        return;
    };
    let reader = &mut reader;
    show(Lang::En, b"capture", false, move |take| {
        // A compressed file may hold more packets than a fuzzer has time for.
        for _ in 0..10_000 {
            if !reader.advance() {
                break;
            }
            take(&reader.packet());
        }
        (reader.ending(), reader.about())
    });
}

/// Packets one after the other, each behind its length: what no file format would let through comes through here.
pub(crate) fn packets(data: &[u8]) {
    let Some((&link, mut data)) = data.split_first() else {
        return;
    };
    let (ending, about) = (Ending::Whole, About::default());
    let links = [1_u32, 101, 113, 276, 0, 108, 9, 228, 229, 104, 51, 166];
    show(Lang::En, b"packets", false, |take| {
        let mut number = 0;
        while let Some((&length, rest)) = data.split_first() {
            let (bytes, rest) = rest.split_at(rest.len().min(usize::from(length)));
            data = rest;
            number += 1;
            take(&Packet {
                number,
                time: i64::try_from(number).unwrap_or(0) * 1_000_000,
                link: LinkType(links[usize::from(link) % links.len()]),
                bytes,
                original: u32::from(length),
            });
        }
        (&ending, &about)
    });
}

/// A session, recorded and shown in every form: turns behind each 0xFE, the first of which is the file's name; a turn's
/// first byte says what happens with the others.
pub(crate) fn output(data: &[u8]) {
    let Some((&lang, data)) = data.split_first() else {
        return;
    };
    let lang = [Lang::En, Lang::Fr][usize::from(lang % 2)];
    let mut turns = data.split(|&b| b == 0xfe);
    let name = turns.next().unwrap_or_default();
    let capture = recording(turns).expect("memory takes all");
    let mut reader = Reader::open(&capture[..]).expect("a capture");
    let reader = &mut reader;
    show(lang, name, true, move |take| {
        while reader.advance() {
            take(&reader.packet());
        }
        assert!(reader.ending().is_whole());
        (reader.ending(), reader.about())
    });
}

/// The recording of these turns.
fn recording<'a>(turns: impl Iterator<Item = &'a [u8]>) -> std::io::Result<Vec<u8>> {
    let at = |host: u8, port| std::net::SocketAddr::from(([10, 0, 0, host], port));
    let (client, server) = (1, 2);
    let mut recorder = Recorder::new(Vec::new(), &Remarks::default())?;
    let mut control = recorder.opened(at(client, 40_000), at(server, 21), 0)?;
    let mut now = 0;
    for turn in turns {
        let Some((&event, bytes)) = turn.split_first() else {
            continue;
        };
        now += 1_000_000;
        // Passive data connections go to port 5000 and the next, active ones to 5001 and its next.
        let number = u16::from(event / 8);
        match event % 8 {
            0 | 1 => recorder.bytes(control, Way::Back, bytes, now)?,
            2 | 3 => recorder.bytes(control, Way::Forth, bytes, now)?,
            4 | 5 => {
                let (from, to, way) = match event % 2 {
                    0 => (
                        at(client, 41_000),
                        at(server, 5_000 + number % 8),
                        Way::Back,
                    ),
                    _ => (at(server, 20), at(client, 5_001 + number % 8), Way::Forth),
                };
                let way = if event & 0x40 == 0 { way } else { way.other() };
                let end = [Ended::Fin, Ended::Reset][usize::from(event >> 7)];
                let data = recorder.opened(from, to, now)?;
                recorder.bytes(data, way, bytes, now + 1_000)?;
                recorder.closed(data, way, end, now + 2_000)?;
                recorder.closed(data, way.other(), Ended::Fin, now + 3_000)?;
            }
            6 => match number % 4 {
                0 => recorder.refused(at(client, 41_000), at(server, 5_000), now)?,
                1 => recorder.unanswered(at(server, 20), at(client, 5_001), now)?,
                _ => now += 1_000_000_000 * i64::from(number),
            },
            _ => {
                let way = [Way::Forth, Way::Back][usize::from(number % 2)];
                let end = [Ended::Fin, Ended::Reset][usize::from(number / 2 % 2)];
                recorder.closed(control, way, end, now)?;
                if number >= 16 {
                    control = recorder.opened(at(client, 40_000 + number), at(server, 21), now)?;
                }
            }
        }
    }
    Ok(recorder.into_inner())
}
