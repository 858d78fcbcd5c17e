//! The hard cases, one a file (`tests/cases`): a capture told as text, and what the report and the JSON lines must say of
//! it. A case's head, up to a line `story` or `packets`, holds `# remarks` and these:
//!
//! ```text
//! report TEXT      in the report, whatever white space is between the words
//! never TEXT       neither in the report nor in a JSON line
//! json {…}         a JSON line has these fields with these values
//! count N {…}      so many JSON lines have
//! ```
//!
//! What follows is a story or packets, in the words of `capture::build`. With `FTPLAB_CASES=DIR` the captures are
//! written there, to be looked at with other programs.

use std::{fs, path::Path};

use serde_json::Value;

use super::{Overview, Show, html::Html, json::Json, report::Report};
use crate::{
    analysis::{
        finding::Finding,
        inspector::{Inspector, Options},
    },
    capture::{build, file::Reader, tracker::Tracker},
    view::{
        style::Style,
        text::{Lang, Text},
    },
};

/// The report in a language, the JSON lines and the page of a capture.
fn shown(capture: &[u8], lang: Lang) -> (String, String, String) {
    let text = Text::new(lang);
    let mut report = Report::new(&text, Style::plain(), false, false);
    let mut json = Json::new(&text, false, false);
    let mut page = Html::new(&text, false);
    let mut forms: [(&mut dyn Show, String); 3] = [
        (&mut report, String::new()),
        (&mut json, String::new()),
        (&mut page, String::new()),
    ];
    for (form, out) in &mut forms {
        form.begin(b"case", "pcap", out);
    }
    let options = Options {
        hash: true,
        data: true,
    };
    let mut inspector = Inspector::new(options, |finding: &Finding<'_>| {
        for (form, out) in &mut forms {
            form.finding(finding, out);
        }
    });
    let mut reader = Reader::open(capture).expect("a capture");
    let mut tracker = Tracker::default();
    while reader.advance() {
        tracker.packet(&reader.packet(), &mut inspector);
    }
    tracker.finish(&mut inspector);
    inspector.finish();
    let overview = Overview::new(
        b"case".to_vec(),
        "pcap".to_owned(),
        (reader.ending(), reader.about()),
        &tracker,
        &inspector,
    );
    drop(inspector);
    for (form, out) in &mut forms {
        form.end(&overview, out);
    }
    let [(_, report), (_, json), (_, page)] = forms;
    (report, json, page)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether all of `part` is in `whole`: fields of objects by name, everything else as it is.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(name, value)| whole.get(name).is_some_and(|have| holds(have, value))),
        _ => whole == part,
    }
}

fn check(name: &str, head: &str, capture: &[u8]) -> Vec<String> {
    let (report, json, page) = shown(capture, Lang::En);
    let plain = words(&report);
    let lines: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let count = |wanted: &str| {
        let wanted: Value = serde_json::from_str(wanted)
            .unwrap_or_else(|error| panic!("{name}: {error}: {wanted}"));
        lines.iter().filter(|line| holds(line, &wanted)).count()
    };
    let mut failures = Vec::new();
    for line in head.lines().map(str::trim) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let met = match word {
            "" | "#" => true,
            "report" => plain.contains(&words(rest)),
            "never" => !plain.contains(&words(rest)) && !json.contains(rest),
            "json" => count(rest) > 0,
            "count" => {
                let (number, wanted) = rest.split_once(' ').expect("a number and an object");
                count(wanted) == number.parse::<usize>().expect("a number")
            }
            _ => panic!("{name}: {line}"),
        };
        if !met {
            failures.push(format!("{name}: {line}"));
        }
    }
    if !failures.is_empty() {
        failures.push(format!("{report}\n{json}"));
    }
    // Whatever it is, it can be shown: in French, on a terminal, and as markup that is well-formed.
    let (french, ..) = shown(capture, Lang::Fr);
    for text in [&report, &french] {
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{name}: {text}"
        );
        assert!(
            !text.contains("{$"),
            "{name}: a message without its argument: {text}"
        );
    }
    super::markup::check(&page);
    failures
}

#[test]
fn the_hard_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let keep = std::env::var_os("FTPLAB_CASES");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "case")
        })
        .collect();
    paths.sort();
    let count = paths.len();
    let mut failures = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("text");
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let (head, capture) = if let Some((head, story)) = text.split_once("\nstory\n") {
            (head, build::story(story))
        } else if let Some((head, packets)) = text.split_once("\npackets\n") {
            (head, build::pcapng(packets))
        } else {
            panic!("{name}: neither a story nor packets");
        };
        if let Some(folder) = &keep {
            fs::write(Path::new(folder).join(format!("{name}.pcap")), &capture).expect("written");
        }
        failures.extend(check(&name, head, &capture));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 40, "{count} cases");
}
