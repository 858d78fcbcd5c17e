//! What an instructor of whom we know nothing expects: a rubric, and what a capture comes to by it.

use ftplab::{
    analysis::{
        expect::{Marks, Rubric},
        inspector::{Inspector, Options},
    },
    capture::{file::Reader, tracker::Tracker},
    view::{
        inspect::{
            Overview, Show,
            marks::{self, Marker, Sheet},
        },
        style::Style,
        text::Text,
    },
};

use super::shown::{TEXTS, harmless, json_line, table};

/// A beginner's session, in which some of everything goes wrong.
const CAPTURE: &[u8] = include_bytes!("../../captures/lab-mistakes.pcap");

/// A rubric: as many marks as expectations, in every form; or why it is none. Both in both languages, harmless.
pub(crate) fn rubric(data: &[u8]) {
    let texts = TEXTS.with(|texts| *texts);
    match Rubric::parse(data) {
        Ok(rubric) => marked(&rubric, texts),
        Err(error) => {
            for text in texts {
                let why = marks::no_rubric(text, &error);
                assert!(!why.is_empty());
                harmless(&why);
            }
        }
    }
}

fn marked(rubric: &Rubric, texts: [&Text; 2]) {
    let style = Style::plain();
    let forms = [Sheet::Text, Sheet::Csv, Sheet::Json];
    let mut shown: Vec<(Marker<'_>, String)> = texts
        .into_iter()
        .flat_map(|text| forms.map(|form| (Marker::new(text, style, rubric, form), String::new())))
        .collect();
    for (marker, out) in &mut shown {
        marker.begin(b"capture", "pcap", out);
    }
    let mut marks = Marks::new(rubric);
    let options = Options {
        hash: rubric.wants_hashes(),
        data: false,
    };
    let mut reader = Reader::open(CAPTURE).expect("a capture");
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(options, |finding| {
        marks.finding(finding);
        for (marker, out) in &mut shown {
            marker.finding(finding, out);
        }
    });
    while reader.advance() {
        tracker.packet(&reader.packet(), &mut inspector);
    }
    tracker.finish(&mut inspector);
    inspector.finish();
    let end = (reader.ending(), reader.about());
    let overview = Overview::new(
        b"capture".to_vec(),
        "pcap".to_owned(),
        end,
        &tracker,
        &inspector,
    );
    drop(inspector);
    let count = rubric.expectations.len();
    let marks = marks.finish();
    assert_eq!(marks.len(), count);
    let unmet = marks.iter().filter(|mark| !mark.met).count() as u64;
    for (marker, out) in &mut shown {
        marker.end(&overview, out);
        assert_eq!(marker.unmet(), unmet);
    }
    for (text, shown) in texts.into_iter().zip(shown.chunks(forms.len())) {
        let [(_, page), (_, rows), (_, lines)] = shown else {
            unreachable!("a piece for each form");
        };
        harmless(page);
        assert!(page.lines().count() > count);
        table(
            &format!("{}{rows}", marks::csv_head(text, rubric)),
            3 + count,
        );
        assert_eq!(lines.lines().count(), count);
        lines.lines().for_each(json_line);
    }
}
