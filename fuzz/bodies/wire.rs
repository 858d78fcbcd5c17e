//! What goes over a control connection: lines, replies, end points, and both sides of a dialogue.

use ftplab::{
    ftp::{
        dialogue::{Close, Dialogue, Ends},
        endpoint::{self, Form},
        event::{Event, What},
        line::{LineReader, Piece},
        paste,
        reply::{ReplyReader, Taken},
        side::Side,
    },
    view::sanitise,
};

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

/// Replies: each line of a stream is in one of them, in order; one of several lines begins with its code and a hyphen,
/// goes on with whatever does not end it, and ends with its code and a blank or alone (RFC 959 4.2).
pub(crate) fn replies(data: &[u8]) {
    let (mut reader, mut replies) = (LineReader::with_limit(256), ReplyReader::default());
    let (mut rest, mut taken, mut told) = (data, 0, 0);
    let mut waiting = 0;
    while let Some(Piece::Line(line)) = reader.next(&mut rest) {
        taken += 1;
        let begun = replies.open().map(|open| open.code);
        match replies.take(&line) {
            Taken::Inside => waiting += 1,
            Taken::Ends(code, text) => {
                assert_eq!(text.len() as u64 + text.dropped, waiting + 1);
                told += text.len() as u64 + text.dropped;
                waiting = 0;
                let Some(code) = code.filter(|_| text.len() > 1) else {
                    continue;
                };
                assert_eq!(begun, Some(code));
                let head = code.to_string();
                let ends = |line: &[u8]| {
                    line.strip_prefix(head.as_bytes())
                        .is_some_and(|rest| rest.first().is_none_or(|&byte| byte == b' '))
                };
                let lines: Vec<&[u8]> = text.lines().collect();
                let (first, inner, last) =
                    (lines[0], &lines[1..lines.len() - 1], lines[lines.len() - 1]);
                assert!(first.starts_with(format!("{head}-").as_bytes()));
                assert!(inner.iter().all(|line| !ends(line)));
                assert!(text.dropped > 0 || ends(last));
            }
        }
        assert_eq!(replies.open().is_some(), waiting > 0);
    }
    assert_eq!(taken, told + waiting);
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
