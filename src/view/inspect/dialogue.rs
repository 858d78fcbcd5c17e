//! The dialogue in the notation: what was said, with frames and times as comments, masked passwords, and short text that
//! came over data connections as `D>` lines. `fake-server --from` makes a script of it.

use std::collections::{BTreeMap, HashMap};

use super::{Overview, Show};
use crate::{
    analysis::finding::{Finding, Transfer},
    capture::flow::{FlowId, Way},
    ftp::event::What,
    say,
    script::literal,
    view::{
        log::{Log, MAX_DATA},
        text::Text,
    },
};

/// Bytes of a session's log that are kept until it ends, its data included: what nobody reads to its end. What comes
/// later is counted and told.
pub const MAX_LOG: usize = 16 * 1024 * 1024;
/// Bytes of the logs of all sessions that go on at a time; what comes later is counted and told as well.
const MAX_LOGS: usize = 64 * 1024 * 1024;
/// Bytes that are kept of all data connections that go on at a time; of the others, their number is told.
const MAX_KEPT: usize = 16 * 1024 * 1024;

/// Makes logs.
pub struct Dialogue<'a> {
    text: &'a Text,
    show_credentials: bool,
    sessions: BTreeMap<u64, Lines>,
    data: HashMap<FlowId, [Kept; 2]>,
    /// Bytes that all logs still have room for, see [`MAX_LOGS`]; and all data, see [`MAX_KEPT`].
    room: usize,
    data_room: usize,
    begun: bool,
    /// Frames and times are left out.
    bare: bool,
    file: Option<String>,
}

/// The beginning of one direction of a data connection.
#[derive(Debug, Default, Clone)]
struct Kept {
    bytes: Vec<u8>,
    total: u64,
}

/// A session's log so far.
struct Lines {
    log: Log,
    /// Text, and places that a transfer's data will take.
    pieces: Vec<String>,
    /// Those places, by the command's number.
    places: HashMap<u64, usize>,
    frame: u64,
    length: usize,
    /// Events and transfers that are left out, see [`MAX_LOG`].
    more: u64,
}

impl Lines {
    /// Takes a text, at this place or as the last; beyond [`MAX_LOG`], and where all have no room, it is counted.
    fn put(&mut self, text: String, place: Option<usize>, room: &mut usize) {
        if text.is_empty() {
            return;
        }
        if self.length + text.len() > MAX_LOG || text.len() > *room {
            self.more += 1;
            return;
        }
        self.length += text.len();
        *room -= text.len();
        match place.and_then(|at| self.pieces.get_mut(at)) {
            Some(piece) => *piece = text,
            None => self.pieces.push(text),
        }
    }
}

impl<'a> Dialogue<'a> {
    /// Logs; passwords are written as they are where `show_credentials`.
    #[must_use]
    pub fn new(text: &'a Text, show_credentials: bool) -> Dialogue<'a> {
        Dialogue {
            text,
            show_credentials,
            sessions: BTreeMap::new(),
            data: HashMap::new(),
            room: MAX_LOGS,
            data_room: MAX_KEPT,
            begun: false,
            bare: false,
            file: None,
        }
    }

    /// The same without frames and times: what a script is made of.
    #[must_use]
    pub fn bare(self) -> Dialogue<'a> {
        Dialogue { bare: true, ..self }
    }

    /// The file that holds what the server sends in the transfer that is told next, where that cannot be written as lines.
    pub fn next_file(&mut self, name: Option<String>) {
        self.file = name;
    }

    /// Whether these bytes, of so many, can be written as lines of the notation.
    #[must_use]
    pub fn is_lines(bytes: &[u8], total: u64) -> bool {
        bytes.len() <= MAX_DATA && !Log::default().data(bytes, total, true).starts_with("# ")
    }

    /// Puts a transfer's data where its 1yz reply stands.
    fn transfer(&mut self, transfer: &Transfer) {
        let (Some(session), Some((command, _)), Some(connection)) =
            (transfer.session, transfer.command, &transfer.connection)
        else {
            return;
        };
        let Some(lines) = self.sessions.get_mut(&session) else {
            return;
        };
        let Some([forth, back]) = self.data.get(&connection.flow) else {
            return;
        };
        let (from_client, from_server) = match connection.server_way {
            Way::Back => (forth, back),
            Way::Forth => (back, forth),
        };
        let mut shown = String::new();
        if from_server.total > 0 || from_client.total == 0 {
            match self.file.take() {
                Some(name) => shown.push_str(&format!("D@ {}\n", literal::escape(name.as_bytes()))),
                None => {
                    shown.push_str(&lines.log.data(&from_server.bytes, from_server.total, true));
                }
            }
        }
        if from_client.total > 0 {
            shown.push_str(&lines.log.data(&from_client.bytes, from_client.total, false));
        }
        if transfer.missing > 0 {
            let missing = say!(
                self.text,
                "inspect-missing",
                bytes = transfer.missing.to_string()
            );
            shown.push_str(&lines.log.comment(&missing));
        }
        let place = lines.places.remove(&command);
        lines.put(shown, place, &mut self.room);
    }
}

impl Show for Dialogue<'_> {
    fn begin(&mut self, _: &[u8], _: &str, _: &mut String) {
        self.sessions.clear();
        self.data.clear();
        (self.room, self.data_room) = (MAX_LOGS, MAX_KEPT);
    }

    fn finding(&mut self, finding: &Finding<'_>, out: &mut String) {
        match finding {
            Finding::Recognised(session) => {
                self.sessions.insert(
                    session.number,
                    Lines {
                        log: Log::new(self.show_credentials),
                        pieces: Vec::new(),
                        places: HashMap::new(),
                        frame: 0,
                        length: 0,
                        more: 0,
                    },
                );
            }
            Finding::Said {
                session,
                mark,
                event,
            } => {
                let Some(lines) = self.sessions.get_mut(&session.number) else {
                    return;
                };
                let mut shown = lines.log.event(event);
                if self.bare {
                    if let Some((_, said)) = shown
                        .strip_prefix("# +")
                        .and_then(|rest| rest.split_once('\n'))
                    {
                        shown = said.to_owned();
                    }
                } else if !shown.is_empty() && lines.frame != mark.frame {
                    lines.frame = mark.frame;
                    let frame = say!(
                        self.text,
                        "inspect-at-frame",
                        frame = mark.frame.to_string()
                    );
                    // The time is a comment already: the frame joins it.
                    match shown
                        .strip_prefix("# +")
                        .and_then(|rest| rest.split_once('\n'))
                    {
                        Some((time, rest)) => shown = format!("# +{time}, {frame}\n{rest}"),
                        None => shown = format!("# {frame}\n{shown}"),
                    }
                }
                lines.put(shown, None, &mut self.room);
                if let What::TransferBegun(transfer) = &event.what
                    && lines.more == 0
                {
                    lines.places.insert(transfer.command, lines.pieces.len());
                    lines.pieces.push(String::new());
                }
            }
            Finding::Data {
                flow,
                way,
                bytes,
                length,
                ..
            } => {
                let kept = &mut self.data.entry(*flow).or_default()[match way {
                    Way::Forth => 0,
                    Way::Back => 1,
                }];
                kept.total += length;
                if let Some(bytes) = bytes {
                    let room = MAX_DATA.saturating_sub(kept.bytes.len());
                    let taken = bytes.len().min(room).min(self.data_room);
                    self.data_room -= taken;
                    kept.bytes.extend_from_slice(&bytes[..taken]);
                }
            }
            Finding::Dropped(flow) => {
                let kept = self.data.remove(flow);
                for kept in kept.iter().flatten() {
                    self.data_room += kept.bytes.len();
                }
            }
            Finding::Transfer(transfer) => self.transfer(transfer),
            Finding::Session(session) => {
                let Some(lines) = self.sessions.remove(&session.number) else {
                    return;
                };
                self.room += lines.length;
                if std::mem::replace(&mut self.begun, true) {
                    out.push('\n');
                }
                let title = say!(
                    self.text,
                    "inspect-ladder-session",
                    n = session.number.to_string(),
                    client = session.client.to_string(),
                    server = session.server.to_string()
                );
                out.push_str(&lines.log.comment(&title));
                for text in &lines.pieces {
                    out.push_str(text);
                }
                if lines.more > 0 {
                    let more = say!(
                        self.text,
                        "inspect-log-more",
                        count = lines.more,
                        most = (MAX_LOG >> 20) as u64,
                        all = (MAX_LOGS >> 20) as u64
                    );
                    out.push_str(&lines.log.comment(&more));
                }
            }
            Finding::Remark { .. } => {}
        }
    }

    fn end(&mut self, _: &Overview, _: &mut String) {}
}
