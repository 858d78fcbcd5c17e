//! Files that a user writes or has written for them: scripts, sheets, events, and logs that scripts are made of.

use ftplab::{
    lab::{
        answer, check,
        dialogue::Progress,
        parse,
        seen::{Event as Done, Happened, Run, Seen},
        sheet::Kind,
        template::{Line, Name},
    },
    script::{from, notation::Script, params::Values},
    view::sanitise,
};

/// A script: read without a panic, and printed back unchanged where it is one.
pub(crate) fn script(data: &[u8]) {
    match Script::parse(data) {
        Ok(script) => assert_eq!(script.to_string().as_bytes(), data),
        Err(mistakes) => assert!(!mistakes.is_empty()),
    }
    replayed(data);
}

/// What may be a log or a transcript: the script that is made of it is one.
pub(super) fn replayed(data: &[u8]) {
    let Some(dialogue) = from::read(data) else {
        return;
    };
    let script = dialogue.script("a\u{202e}b\u{9b}2J");
    assert_eq!(sanitise::lines(script.as_bytes()), script);
    if let Err(mistakes) = Script::parse(script.as_bytes()) {
        panic!("{mistakes:?} in\n{script}");
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
