//! `raw`: one loop owns the observer, the coach, the view and the connection; threads only read the keyboard, the socket
//! and data connections, and report into one channel.
//!
//! On a terminal a line goes out when it is typed. From a pipe, the next line waits for the final reply to the last one,
//! unless it is one of those that make sense while a transfer runs (RFC 959 4.1.3).
//!
//! | file | what |
//! |---|---|
//! | `keyboard` | what is typed |
//! | `control` | the control connection |
//! | `transfers` | data connections, in the background |
//! | `waiting` | what time brings |
//! | `output` | where everything that is said goes |

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, sync_channel},
    time::Duration,
};

mod control;
mod keyboard;
mod output;
mod transfers;
mod waiting;

use super::{
    Context, Exit, Failure, fault, place,
    recording::{self, Line, Recording},
    report::Lines,
};
use crate::{
    cli::{self, ExplainArg},
    ftp::{
        catalogue,
        code::ReplyCode,
        dialogue::{Dialogue, Ends},
        event::Nanos,
    },
    io::{
        address::{FTP_PORT, Place},
        background::Told,
        clock,
        control::{Control, Incoming},
        editor::{self, Keyboard, Screen, Typed, Word},
        order::Order,
        signal, stdio,
        wait::Cancel,
    },
    say,
    script::{coach::Coach, console},
    view::{
        log::Log,
        raw::{DataLines, Explain, Raw as View},
        style::{Role, Style},
    },
};

/// How many reports may wait to be dealt with; a server that sends faster than a terminal shows has to wait.
const INBOX: usize = 64;
/// How often the loop looks at the clock.
const TICK: Duration = Duration::from_millis(100);
/// How long a line may stay without its end before it is shown as it is.
const UNFINISHED: Nanos = 1_000_000_000;

/// What the threads report.
enum Happened {
    Typed(Typed),
    Incoming(u64, Incoming),
    Data(u64, Told),
}

/// A data connection of this session.
struct Transfer {
    number: u64,
    /// Opened by `/listen`: whoever dials is judged.
    awaited: bool,
    cancel: Cancel,
    lines: DataLines,
    kept: Vec<u8>,
    /// The file that gets the data, or that is sent.
    file: Option<PathBuf>,
    address: SocketAddr,
    /// Nobody has dialled yet.
    waiting: bool,
    /// Says to a sender that the server is ready (1yz).
    ready: Option<Sender<()>>,
}

struct Raw<'a> {
    context: &'a Context,
    args: &'a cli::Raw,
    view: View<'a>,
    interactive: bool,
    /// Lines are typed by a person, with an editor or without.
    typed: bool,
    addresses: Vec<SocketAddr>,
    place: Place,
    inbox: Receiver<Happened>,
    outbox: SyncSender<Happened>,
    screen: Screen,
    keyboard: Keyboard,
    events: Option<Lines>,
    log: Option<(Log, Lines)>,
    recording: Option<&'a Recording>,
    /// What came first.
    order: Order,
    dialogue: Dialogue,
    coach: Coach,
    control: Option<Control>,
    /// The control connection in the recording.
    line: Option<Line>,
    /// Counts connections: reports of an earlier one are stale.
    generation: u64,
    transfers: Vec<Transfer>,
    opened: u64,
    /// The negotiation that `/data` has dialled.
    dialled: Option<u64>,
    last_code: Option<ReplyCode>,
    last_activity: Nanos,
    unfinished_told: usize,
    /// Some reply said no, or did not come: exit code 1 from a pipe.
    refused: bool,
    interrupted: bool,
    /// A line from the pipe that waits for the reply to the one before it.
    held: Option<Vec<u8>>,
    input_ended: bool,
    waiting_since: Nanos,
}

/// Runs `raw`.
///
/// # Errors
/// Where the address makes no sense, nobody answers, or a file cannot be written.
pub(super) fn run(context: &Context, args: &cli::Raw) -> Result<Exit, Failure> {
    let recorded = recording::Asked::new(
        "raw",
        args.record.as_deref(),
        args.json,
        args.events.as_deref(),
    );
    recording::around(context, &recorded, |recording| {
        converse(context, args, recording)
    })
}

fn converse(
    context: &Context,
    args: &cli::Raw,
    recording: Option<&Recording>,
) -> Result<Exit, Failure> {
    let text = &context.text;
    let (place, addresses) = place::server(context, "raw", &args.host, args.port.as_deref())?;
    // An editor draws the line that is typed: into a file or a pipe it would draw there.
    let typed = stdio::stdin_is_terminal() && !args.json;
    let interactive = typed && stdio::stdout_is_terminal();
    let view = view(context, args, interactive);
    let open = |path: &Path| Lines::open(context, "raw", path);
    let events = args.events.as_deref().map(open).transpose()?;
    let log = args.log.as_deref().map(open).transpose()?;
    let log = log.map(|file| (Log::new(args.show_credentials), file));
    let (outbox, inbox) = sync_channel(INBOX);
    // The control connection first: without it there is nothing to type.
    let mut early = String::new();
    let control = dial(&view, &addresses, recording, &mut early, |shown| {
        if !args.json {
            stdio::remark(shown, interactive);
        }
    })
    .map_err(|_| {
        let port = place.port.unwrap_or(FTP_PORT).to_string();
        let what = say!(
            text,
            "raw-unreachable",
            host = place.host.clone(),
            port = port
        );
        fault::failed(context, "raw", &what)
    })?;
    let (screen, keyboard) = if interactive {
        let colour = context.out.colour();
        editor::terminal(words(), colour, outbox.clone(), Happened::Typed)
    } else {
        editor::pipe(outbox.clone(), Happened::Typed)
    }?;
    if typed && !screen.draws() {
        let why = match interactive {
            true => say!(text, "raw-only-prints"),
            false => say!(text, "raw-no-prompt"),
        };
        stdio::remark(&view.remark(Role::Hint, &why), interactive);
    }
    let dialogue = Dialogue::new(ends(&control));
    let raw = Raw {
        context,
        args,
        view,
        interactive,
        typed,
        addresses,
        place,
        inbox,
        outbox,
        screen,
        keyboard,
        events,
        log,
        recording,
        order: Order::default(),
        dialogue,
        coach: Coach::default(),
        control: None,
        line: None,
        generation: 0,
        transfers: Vec::new(),
        opened: 0,
        dialled: None,
        last_code: None,
        last_activity: clock::now(),
        unfinished_told: 0,
        refused: false,
        interrupted: false,
        held: None,
        input_ended: false,
        waiting_since: clock::now(),
    };
    raw.run(control)
}

/// How the conversation is shown.
fn view<'a>(context: &'a Context, args: &cli::Raw, interactive: bool) -> View<'a> {
    let explain = match args.explain {
        Some(ExplainArg::Full) => Explain::Full,
        Some(ExplainArg::Brief) => Explain::Brief,
        Some(ExplainArg::Off) => Explain::Off,
        None if interactive => Explain::Full,
        None => Explain::Off,
    };
    View {
        text: &context.text,
        style: if args.json {
            Style::plain()
        } else {
            context.out
        },
        explain,
        hints: !args.no_hints && (interactive || args.explain.is_some()),
        own_end: args.no_hints,
        echo: !interactive,
        show_credentials: args.show_credentials,
    }
}

/// Tries every address in turn; `show` gets each line that is to be seen at once.
fn dial(
    view: &View<'_>,
    addresses: &[SocketAddr],
    recording: Option<&Recording>,
    last: &mut String,
    mut show: impl FnMut(&str),
) -> Result<Control, ()> {
    for &address in addresses {
        show(&view.trying(address));
        let began = clock::now();
        match Control::dial(address) {
            Ok(control) => return Ok(control),
            Err(error) => {
                if let Some(recording) = recording {
                    recording.control(address.port());
                    recording.not_dialled(&error, began);
                }
                *last = view.not_there(address, &fault::not_reached(view.text, &error));
                show(last);
            }
        }
    }
    Err(())
}

fn ends(control: &Control) -> Ends {
    Ends {
        user: Some(control.user),
        server: Some(control.server),
        midstream: false,
    }
}

/// What Tab completes: the verbs with their syntax, and the local commands.
fn words() -> Vec<Word> {
    let verbs = catalogue::commands().iter().map(|fact| {
        let rest = fact
            .syntax
            .strip_prefix(fact.verb.name())
            .unwrap_or_default()
            .trim_start()
            .to_owned();
        Word {
            word: fact.verb.name().to_owned(),
            rest: rest.replace("<SP> ", ""),
        }
    });
    let local = console::LOCAL.iter().map(|(word, rest)| Word {
        word: (*word).into(),
        rest: (*rest).into(),
    });
    verbs.chain(local).collect()
}

impl Raw<'_> {
    fn run(mut self, control: Control) -> Result<Exit, Failure> {
        // Where the system has no room for that, a signal ends the program where it stands, as it always can.
        let ends = signal::interrupts().unwrap_or_default();
        self.established(control)?;
        if self.interactive {
            let invitation = self.view.invitation();
            self.show(&invitation)?;
        }
        self.keyboard.go_on_behind("C> ");
        loop {
            let happened = self.inbox.recv_timeout(TICK);
            if ends.is_cancelled() {
                // Where the terminal is closed nobody reads this.
                let _ = self.warn(&say!(self.context.text, "raw-asked-to-end"));
                return self.leave(Exit::No);
            }
            if self.interactive {
                self.view.style = self.context.out_now();
            }
            match happened {
                Ok(Happened::Typed(typed)) => {
                    if let Some(exit) = self.typed(typed)? {
                        return self.leave(exit);
                    }
                }
                Ok(Happened::Incoming(generation, incoming)) if generation == self.generation => {
                    self.incoming(incoming)?;
                }
                Ok(Happened::Data(number, told)) => self.data(number, told)?,
                Ok(Happened::Incoming(..)) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.leave(Exit::Failed),
            }
            self.tick()?;
            if !self.interactive
                && let Some(exit) = self.batch()?
            {
                return self.leave(exit);
            }
        }
    }
}
