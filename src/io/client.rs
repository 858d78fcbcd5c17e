//! Carries out the client player's plan over real sockets, one thing after the other, and reports what differs. A data
//! connection is read in a thread of its own, since its bytes and the replies come in no common order.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use crate::{
    ftp::{
        command::Verb,
        endpoint,
        reply::{Head, text_of},
    },
    script::{
        MAX_SCRIPT,
        client::{Differs, Do, MAX_COMPARED, UPLOAD, ends_reply, is_wanted},
        notation::Eol,
    },
};

/// How long the server may take where the script does not say.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long nothing must come where a line does not end.
const QUIET: Duration = Duration::from_millis(300);
/// The longest line that is looked at, in bytes: no line of a script is longer than the script.
const MAX_LINE: u64 = MAX_SCRIPT as u64;
/// The most bytes of a data connection that are kept: the files that are compared, and lines of the script. The rest is
/// received and counted.
const MAX_DATA: u64 = (MAX_COMPARED + MAX_SCRIPT) as u64;

/// A data connection.
enum Data {
    /// None was agreed on, or it did not come about.
    None,
    /// It is there: its bytes will come here when it is over.
    Reading(TcpStream, Receiver<Came>),
    /// We wait for the server to dial us.
    Waiting(TcpListener),
}

/// What came over a data connection.
struct Came {
    /// The first bytes, at most [`MAX_DATA`].
    bytes: Vec<u8>,
    /// How many there were in all.
    total: u64,
}

/// One control connection, from its greeting to its end.
struct Session {
    server: SocketAddr,
    local: SocketAddr,
    control: BufReader<TcpStream>,
    data: Data,
    differs: Vec<Differs>,
}

/// Carries out what is to be done on one control connection.
///
/// # Errors
/// When the server cannot be reached at all.
pub fn perform(server: SocketAddr, plan: &[Do]) -> io::Result<Vec<Differs>> {
    let stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_nodelay(true)?;
    let mut session = Session {
        server,
        local: stream.local_addr()?,
        control: BufReader::new(stream),
        data: Data::None,
        differs: Vec::new(),
    };
    for act in plan {
        if !session.act(act) {
            break;
        }
    }
    Ok(session.differs)
}

impl Session {
    /// False where it makes no sense to go on.
    fn act(&mut self, act: &Do) -> bool {
        match act {
            Do::Say { command, .. } => self.send(command),
            Do::SayPort { line, verb } => {
                let Ok(listener) = TcpListener::bind((self.local.ip(), 0)) else {
                    self.differs.push(Differs::NoData { line: *line });
                    return true;
                };
                let Ok(address) = listener.local_addr() else {
                    return true;
                };
                self.data = Data::Waiting(listener);
                let command = match verb {
                    Verb::Port => endpoint::port_command(address),
                    _ => None,
                };
                let command = command.unwrap_or_else(|| endpoint::eprt_command(address));
                self.send(command.as_bytes())
            }
            Do::Hear {
                line,
                text,
                eol,
                within,
            } => match self.line(*within, *eol) {
                Ok(got) => {
                    self.listens(&got);
                    if !is_wanted(text, &got) {
                        self.differs.push(Differs::Line { line: *line, got });
                    }
                    true
                }
                Err(error) => {
                    let timeout = matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    );
                    self.differs.push(if timeout {
                        Differs::Silence { line: *line }
                    } else {
                        Differs::Closed { line: *line }
                    });
                    false
                }
            },
            Do::HearAny => {
                let mut first: Option<Vec<u8>> = None;
                loop {
                    let Ok(got) = self.line(PATIENCE, Eol::CrLf) else {
                        return false;
                    };
                    self.listens(&got);
                    let preliminary = Head::of(&got).code.is_some_and(|c| c.is_preliminary());
                    if ends_reply(first.as_deref(), &got) && !preliminary {
                        return true;
                    }
                    first.get_or_insert(got);
                }
            }
            Do::Upload => {
                self.take_data();
                if let Data::Reading(stream, _) = &mut self.data {
                    let _ = stream.write_all(UPLOAD);
                    let _ = stream.shutdown(Shutdown::Write);
                }
                self.data = Data::None;
                true
            }
            Do::Data { line, bytes, reset } => {
                self.take_data();
                match std::mem::replace(&mut self.data, Data::None) {
                    Data::Reading(_, came) => match came.recv_timeout(PATIENCE) {
                        Ok(came) if *reset || is_wanted(bytes, &came.bytes) => {}
                        Ok(came) => self.differs.push(Differs::Data {
                            line: *line,
                            got: came.total,
                        }),
                        Err(_) => self.differs.push(Differs::Data {
                            line: *line,
                            got: 0,
                        }),
                    },
                    Data::None | Data::Waiting(_) => {
                        self.differs.push(Differs::NoData { line: *line });
                    }
                }
                true
            }
            Do::HearClose => {
                match self.line(PATIENCE, Eol::CrLf) {
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => {}
                    _ => self.differs.push(Differs::StaysOpen),
                }
                false
            }
        }
    }

    fn send(&mut self, command: &[u8]) -> bool {
        let mut line = command.to_vec();
        line.extend_from_slice(b"\r\n");
        // A server that has gone is found out by what does not come back.
        let _ = self.control.get_mut().write_all(&line);
        true
    }

    /// The server's next line, without its end.
    fn line(&mut self, within: Duration, eol: Eol) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let start = Instant::now();
        loop {
            let left = within.saturating_sub(start.elapsed());
            let patience = if eol == Eol::Nothing && !line.is_empty() {
                QUIET
            } else {
                left.max(Duration::from_millis(1))
            };
            self.control.get_ref().set_read_timeout(Some(patience))?;
            match (&mut self.control)
                .take(MAX_LINE - line.len() as u64)
                .read_until(b'\n', &mut line)
            {
                Ok(0) if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) if line.ends_with(b"\n") || line.len() as u64 >= MAX_LINE => break,
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if eol == Eol::Nothing && !line.is_empty() {
                        break;
                    }
                    if start.elapsed() >= within {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") && eol != Eol::Lf {
                line.pop();
            }
        }
        Ok(line)
    }

    /// A 227 or 229 says where to dial: at once, as clients do.
    fn listens(&mut self, line: &[u8]) {
        let stated = match Head::of(line).code.map(|code| code.value()) {
            Some(227) => endpoint::parse_227(text_of(line)),
            Some(229) => endpoint::parse_229(text_of(line)),
            _ => return,
        };
        let Ok(stated) = stated else { return };
        // Whatever host it names: the data is where the control connection goes to.
        let at = SocketAddr::new(self.server.ip(), stated.endpoint.port);
        self.data = TcpStream::connect_timeout(&at, PATIENCE).map_or(Data::None, reading);
    }

    /// Lets the server dial, where it was told to.
    fn take_data(&mut self) {
        if let Data::Waiting(listener) = &self.data {
            let accepted = listener.set_nonblocking(true).and_then(|()| {
                let start = Instant::now();
                loop {
                    match listener.accept() {
                        Err(error)
                            if error.kind() == io::ErrorKind::WouldBlock
                                && start.elapsed() < PATIENCE =>
                        {
                            thread::sleep(Duration::from_millis(2));
                        }
                        other => return other,
                    }
                }
            });
            self.data = match accepted {
                Ok((stream, _)) if stream.set_nonblocking(false).is_ok() => reading(stream),
                _ => Data::None,
            };
        }
    }
}

/// Reads a data connection to its end, in a thread.
fn reading(stream: TcpStream) -> Data {
    let (to, came) = channel();
    let Ok(mut reader) = stream.try_clone() else {
        return Data::None;
    };
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A reset ends it too; what came until then counts. A server that cannot send all of it would say that the
        // transfer was aborted.
        let _ = (&mut reader).take(MAX_DATA).read_to_end(&mut bytes);
        let more = io::copy(&mut reader, &mut io::sink()).unwrap_or(0);
        let total = bytes.len() as u64 + more;
        let _ = to.send(Came { bytes, total });
    });
    Data::Reading(stream, came)
}
