//! What each fuzz target does with its bytes. The targets call these, and so does the test that replays the corpus: a
//! crash found once is found again by `cargo test`.

use ftplab::{
    analysis::inspector::{Inspector, Options},
    capture::{
        file::{LinkType, Packet, Reader},
        tracker::Tracker,
    },
    ftp::{
        dialogue::{Close, Dialogue, Ends},
        endpoint::{self, Form},
        event::{Event, What},
        line::{LineReader, Piece},
        paste,
        side::Side,
    },
    lab::{
        answer, check,
        dialogue::Progress,
        parse,
        seen::{Event as Done, Happened, Run, Seen},
        sheet::Kind,
        template::{Line, Name},
    },
    script::{notation::Script, params::Values},
    view::{
        inspect::{Show, html::Html, json::Json, report::Report},
        sanitise,
        style::Style,
        text::{Lang, Text},
    },
};

/// A body.
pub(crate) type Body = fn(&[u8]);

/// Every body, by its target's name.
pub(crate) const BODIES: &[(&str, Body)] = &[
    ("lines", lines),
    ("endpoints", endpoints),
    ("dialogue", dialogue),
    ("script", script),
    ("sheet", sheet),
    ("events", events),
    ("capture", capture),
    ("packets", packets),
];

/// The lines of a stream, as text for comparison; the first byte says how long the pieces are.
fn read(bytes: &[u8], step: usize) -> Vec<(u64, u64, Vec<u8>)> {
    let mut reader = LineReader::with_limit(32);
    let mut lines = Vec::new();
    for chunk in bytes.chunks(step.max(1)) {
        let mut rest = chunk;
        while let Some(piece) = reader.next(&mut rest) {
            match piece {
                Piece::Line(line) => lines.push((line.start, line.end, line.bytes.to_vec())),
                Piece::Tls(_) => return lines,
            }
        }
    }
    lines.extend(
        reader
            .finish()
            .map(|line| (line.start, line.end, line.bytes.to_vec())),
    );
    lines
}

/// Lines: the same however they are cut, in order, and within their limit; on a terminal, nothing that could harm.
pub(crate) fn lines(data: &[u8]) {
    let Some((&step, data)) = data.split_first() else {
        return;
    };
    let whole = read(data, data.len());
    assert_eq!(read(data, usize::from(step)), whole);
    for pair in whole.windows(2) {
        assert!(pair[0].1 <= pair[1].0);
    }
    for (_, _, text) in &whole {
        assert!(text.len() <= 32);
        let shown = sanitise::line(text);
        assert!(shown.chars().all(|c| c == '\t' || !c.is_control()));
    }
}

/// End points: every form reads every text or says where it goes wrong, and what is read can be written and read again.
pub(crate) fn endpoints(data: &[u8]) {
    match paste::read(data) {
        Ok(pasted) => assert!(pasted.stated.span.end <= data.len()),
        Err(misread) => {
            assert!(misread.fault.at <= data.len());
            let _ = misread.may_go_on(data);
        }
    }
    for form in [
        Form::Port,
        Form::Reply227,
        Form::Eprt,
        Form::Reply229,
        Form::Lprt,
        Form::Reply228,
    ] {
        match endpoint::parse(form, data) {
            Err(fault) => assert!(fault.at <= data.len()),
            Ok(stated) => {
                assert!(stated.span.end <= data.len());
                let Some(host) = stated.endpoint.host else {
                    continue;
                };
                let address = stated.endpoint.at(host);
                let again =
                    endpoint::parse(Form::Eprt, &endpoint::eprt_command(address).as_bytes()[5..]);
                let canonical = std::net::SocketAddr::new(host.to_canonical(), address.port());
                assert_eq!(again.map(|stated| stated.endpoint.at(host)), Ok(canonical));
            }
        }
    }
}

/// What an event is, for comparison.
fn name(event: &Event<'_>) -> String {
    let what = match &event.what {
        What::Command(command) => {
            format!("command {} {:?} {:?}", command.n, command.verb, command.arg)
        }
        What::ReplyLine(line) => format!("line {line:?}"),
        What::Reply(reply) => format!(
            "reply {} {:?} {} {:?}",
            reply.n,
            reply.code,
            reply.text.len(),
            reply.answers
        ),
        What::Negotiation(agreed) => format!("{agreed:?}"),
        What::Quirk(quirk) => format!("{quirk:?}"),
        other => format!("{other:?}"),
    };
    format!("{:?} {} {what}", event.side, event.offset)
}

/// The events of a dialogue whose pieces alternate between the sides at each byte 0xFE, and lose bytes at each 0xFD.
fn watch(data: &[u8], step: usize) -> Vec<String> {
    let mut dialogue = Dialogue::with_line_limit(
        Ends {
            midstream: data.len() % 2 == 1,
            ..Ends::default()
        },
        256,
    );
    let mut seen = Vec::new();
    let mut side = Side::Server;
    for turn in data.split(|&b| b == 0xfe) {
        for (at, part) in turn.split(|&b| b == 0xfd).enumerate() {
            if at > 0 {
                dialogue.gap(side, 7, 0, &mut |event| seen.push(name(event)));
            }
            for chunk in part.chunks(step.max(1)) {
                dialogue.feed(side, chunk, 0, &mut |event| seen.push(name(event)));
            }
        }
        side = side.other();
    }
    for side in [Side::Server, Side::User] {
        dialogue.end(side, Close::Fin, 0, &mut |event| seen.push(name(event)));
    }
    seen
}

/// The observer: the same events however the bytes are cut.
pub(crate) fn dialogue(data: &[u8]) {
    let Some((&step, data)) = data.split_first() else {
        return;
    };
    assert_eq!(watch(data, usize::from(step)), watch(data, usize::MAX));
}

/// A script: read without a panic, and printed back unchanged where it is one.
pub(crate) fn script(data: &[u8]) {
    match Script::parse(data) {
        Ok(script) => assert_eq!(script.to_string().as_bytes(), data),
        Err(mistakes) => assert!(!mistakes.is_empty()),
    }
}

/// A sheet: read without a panic; where it is one, every line of it is judged as an answer and happens as a command, a
/// reply and data, and each mistake is where there is text.
pub(crate) fn sheet(data: &[u8]) {
    let sheet = match parse::read_bytes(data) {
        Ok(sheet) => sheet,
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            let lines = data.split(|&b| b == b'\n').count();
            for mistake in mistakes {
                assert!(mistake.line >= 1 && mistake.line as usize <= lines);
                assert!(mistake.column >= 1);
            }
            return;
        }
    };
    let value = |name: &Name| Some(name.to_string().len().to_string());
    let text = String::from_utf8_lossy(data);
    let params = Values::new();
    for block in sheet.blocks() {
        match &block.kind {
            Kind::Ask(ask) => {
                let _ = check::question(block.at, ask, &value);
                for line in text.lines().take(50) {
                    let _ = answer::judge(ask, line, &value);
                    let _ = answer::judge(ask, line, &|_| None);
                }
            }
            Kind::Ftp(ftp) => {
                let mut progress = Progress::new(ftp, &params);
                for (n, line) in (0_u64..).zip(text.lines().take(50)) {
                    let line = line.as_bytes();
                    for what in [
                        Done::Command {
                            n,
                            verb: ftplab::ftp::command::Verb::of(line),
                            text: line.to_vec(),
                        },
                        Done::Reply {
                            code: Some(220),
                            lines: vec![line.to_vec()],
                            answers: Some(n),
                        },
                        Done::Data {
                            lines: vec![line.to_vec()],
                            bytes: n,
                        },
                        Done::Closed,
                    ] {
                        let line = ftp.line;
                        progress.feed(ftp, &Happened { line, what });
                        assert_eq!(progress.awaited().is_none(), progress.is_done());
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(check::compare(&sheet, &sheet), []);
}

/// The lines of an events file: whatever they are, every value is there or is not.
pub(crate) fn events(data: &[u8]) {
    let mut seen = Seen::new(Run::default());
    seen.talks_to(Line::A, "127.0.0.1", 2121);
    for line in String::from_utf8_lossy(data).lines() {
        seen.feed(line);
    }
    for name in [
        "last.text",
        "greeting.code",
        "list.first",
        "pasv.tuple",
        "pasv.previous",
        "port.high",
        "epsv.port",
        "control.to_port",
        "data.lines",
        "listing.bytes",
        "data.opened_by",
        "closed_by",
        "b.last.code",
    ] {
        let _ = Name::parse(name).and_then(|name| seen.value(&name));
    }
}

/// What a capture shows, in three forms; nothing harmful reaches a terminal or becomes markup.
fn show(feed: impl FnOnce(&mut dyn FnMut(&Packet<'_>))) {
    let text = Text::new(Lang::En);
    let mut report = Report::new(&text, Style::plain(), true, false);
    let mut json = Json::new(&text, true, false);
    let mut page = Html::new(&text, false);
    let (mut shown, mut lines, mut nothing) = (String::new(), String::new(), String::new());
    let options = Options {
        hash: true,
        data: true,
    };
    let mut tracker = Tracker::default();
    let mut inspector = Inspector::new(options, |finding| {
        report.finding(finding, &mut shown);
        json.finding(finding, &mut lines);
        page.finding(finding, &mut nothing);
    });
    feed(&mut |packet| tracker.packet(packet, &mut inspector));
    tracker.finish(&mut inspector);
    inspector.finish();
    drop(inspector);
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(lines.lines().all(|line| line.starts_with("{\"type\":")));
}

/// A capture file: read to its end or to where it is damaged, whatever it holds.
pub(crate) fn capture(data: &[u8]) {
    let Ok(mut reader) = Reader::open(data) else {
        return;
    };
    show(|take| {
        // A compressed file may hold more packets than a fuzzer has time for.
        for _ in 0..10_000 {
            if !reader.advance() {
                break;
            }
            take(&reader.packet());
        }
    });
}

/// Packets one after the other, each behind its length: what no file format would let through comes through here.
pub(crate) fn packets(data: &[u8]) {
    let Some((&link, mut data)) = data.split_first() else {
        return;
    };
    let links = [1_u32, 101, 113, 276, 0, 108, 9, 228, 229, 104, 51, 166];
    show(|take| {
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
    });
}
