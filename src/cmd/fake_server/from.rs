//! `fake-server --from`: a capture, a log or a telnet transcript made into a script.
//!
//! A capture gives what `inspect --dialogue` shows of one session, so that both ways lead to the same script. What a server
//! sent that is no text is written beside the script, where there is one to write.

use std::{
    collections::HashMap,
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
};

use super::{NAME, unreadable};
use crate::{
    analysis::finding::{Finding, Transfer},
    capture::flow::{FlowId, Way},
    cli::FakeServer,
    cmd::{Context, Exit, Failure, dialogue, fault, inspect::extract},
    io::{file, stdio as streams},
    say,
    script::{from, notation::Script},
    view::{inspect::dialogue::Dialogue, number},
};

/// Text that is longer goes beside the script too: nobody reads it there.
const MAX_LINES: usize = 4 * 1024;
/// Bytes of data connections that are kept at a time, to be written beside the script.
const MAX_DATA: usize = 64 * 1024 * 1024;

/// Writes the script to standard output, or where `--output` says.
pub(super) fn run(asked: &FakeServer, context: &Context, path: &Path) -> Result<Exit, Failure> {
    let text = &context.text;
    let mut beside = asked.output.as_deref().map(Beside::new);
    let mut written: Vec<(String, u64)> = Vec::new();
    let mut failed: Option<(String, io::Error)> = None;
    let wanted = dialogue::Asked {
        command: NAME,
        path,
        session: asked.session.unwrap_or(1),
        show_credentials: asked.show_credentials,
    };
    let source = dialogue::read(context, &wanted, |finding, show| {
        if let Some(beside) = &mut beside {
            match beside.finding(finding) {
                Ok(Some((name, bytes))) => {
                    show.next_file(Some(name.clone()));
                    written.push((name, bytes));
                }
                Ok(None) => show.next_file(None),
                Err(error) => failed = failed.take().or(Some(error)),
            }
        }
    })?;
    if let Some((name, error)) = failed {
        return Err(unreadable(context, &name, &error));
    }
    let Some(dialogue) = from::read(&source) else {
        let what = say!(text, "server-from-nothing", path = fault::shown(path));
        return Err(fault::no(context, NAME, &what));
    };
    let title = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let script = dialogue.script(&title);
    let steps = Script::parse(script.as_bytes()).map_or(0, |script| script.steps().count());
    match &asked.output {
        None => {
            let mut out = streams::stdout();
            out.write_all(script.as_bytes())?;
            out.flush()?;
        }
        Some(output) => {
            file::write(output, asked.force, script.as_bytes())
                .map_err(|error| fault::failed(context, NAME, &fault::file(text, &error)))?;
            streams::complain(&say!(
                text,
                "server-from-done",
                path = fault::shown(output),
                steps = steps as u64
            ));
        }
    }
    for (n, bytes) in beside.map(|beside| beside.not_kept).unwrap_or_default() {
        streams::complain(&say!(
            text,
            "server-from-not-kept",
            n = n,
            bytes = number::count(text, bytes),
            most = (MAX_DATA >> 20) as u64
        ));
    }
    for (name, bytes) in written {
        let bytes = number::count(text, bytes);
        streams::complain(&say!(
            text,
            "server-from-beside",
            file = name,
            bytes = bytes
        ));
    }
    Ok(Exit::Done)
}

/// The bytes of both directions.
fn length(ways: Option<[Vec<u8>; 2]>) -> usize {
    ways.iter().flatten().map(Vec::len).sum()
}

/// What servers sent, kept until it is known whether it is text.
struct Beside<'a> {
    script: &'a Path,
    /// What came over each data connection, by direction; None where it was too much.
    flows: HashMap<FlowId, Option<[Vec<u8>; 2]>>,
    kept: usize,
    /// Transfers in which the server sent too much: their numbers, and how many bytes it was.
    not_kept: Vec<(u64, u64)>,
}

impl Beside<'_> {
    fn new(script: &Path) -> Beside<'_> {
        Beside {
            script,
            flows: HashMap::new(),
            kept: 0,
            not_kept: Vec::new(),
        }
    }

    /// Keeps data, and writes that of a transfer which cannot be lines of the script: gives the file's name and its
    /// length.
    fn finding(
        &mut self,
        finding: &Finding<'_>,
    ) -> Result<Option<(String, u64)>, (String, io::Error)> {
        match finding {
            Finding::Data {
                flow,
                way,
                bytes: Some(bytes),
                ..
            } => {
                let room = MAX_DATA - self.kept;
                let ways = self
                    .flows
                    .entry(*flow)
                    .or_insert_with(|| Some(<_>::default()));
                match ways {
                    Some(ways) if bytes.len() <= room => {
                        self.kept += bytes.len();
                        ways[*way as usize].extend_from_slice(bytes);
                    }
                    // A part of a file is of no use: its room is for others.
                    _ => self.kept -= length(ways.take()),
                }
                Ok(None)
            }
            Finding::Dropped(flow) => {
                self.drop(*flow);
                Ok(None)
            }
            Finding::Transfer(transfer) => self.transfer(transfer),
            _ => Ok(None),
        }
    }

    fn drop(&mut self, flow: FlowId) {
        self.kept -= length(self.flows.remove(&flow).flatten());
    }

    fn transfer(
        &mut self,
        transfer: &Transfer,
    ) -> Result<Option<(String, u64)>, (String, io::Error)> {
        let Some(connection) = &transfer.connection else {
            return Ok(None);
        };
        let ways = self.flows.get(&connection.flow);
        let total = transfer.down.unwrap_or(0);
        if matches!(ways, Some(None)) && total > 0 {
            self.not_kept.push((transfer.n, total));
        }
        let sent = ways.and_then(Option::as_ref).map(|ways| {
            &ways[match connection.server_way {
                Way::Forth => 0,
                Way::Back => 1,
            }]
        });
        let whole = transfer.missing == 0 && sent.is_some_and(|sent| sent.len() as u64 == total);
        let lines = |sent: &[u8]| sent.len() <= MAX_LINES && Dialogue::is_lines(sent, total);
        let written = match sent.filter(|sent| whole && !lines(sent)) {
            None => None,
            Some(sent) => {
                let stem = self.script.file_stem().unwrap_or_default();
                let file = extract::safe(transfer.arg.as_deref().unwrap_or_default());
                let stem = extract::safe(stem.as_encoded_bytes());
                let name = format!("{stem}-{}-{file}", transfer.n);
                let path = self.script.with_file_name(&name);
                OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .open(&path)
                    .and_then(|mut file| file.write_all(sent))
                    .map_err(|error| (fault::shown(&path), error))?;
                Some((name, total))
            }
        };
        self.drop(connection.flow);
        Ok(written)
    }
}
