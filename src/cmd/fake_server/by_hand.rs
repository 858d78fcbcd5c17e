//! `fake-server --by-hand`, and scripts with `S?` lines: the keyboard, the desk and the server's events in one place.
//!
//! On a terminal a line is dealt with when it is typed. From a pipe, the next line waits until the client wants a reply
//! and nothing is going on on the data connection, so that the lines are the replies in their order.

use std::{
    cell::{Cell, RefCell},
    io::IsTerminal,
    rc::Rc,
    sync::mpsc::sync_channel,
};

use super::{NAME, Outputs, Prepared};
use crate::{
    cli::{ClientArg, FakeServer},
    cmd::{
        Context, Exit, Failure, explain, fault,
        recording::{Recording, Tapped},
    },
    ftp::{catalogue, event::Nanos},
    io::{
        editor::{self, Keyboard, Typed, Word},
        server::{
            Server, Tap,
            person::{Do, Given, Person},
        },
        stdio,
    },
    say,
    script::{
        by_hand::{self, Deed, Desk, Local, Meaning, Turn},
        effect::Hand,
        real_clients::Client,
        watch::Happening,
    },
    view::{
        self,
        by_hand::{Answers, ByHand},
        style::Role,
        text::Text,
    },
};

/// Reports of the keyboard that wait: it makes one at a time.
const INBOX: usize = 1;

/// Where somebody sits and types.
struct Seat {
    /// The texts and styles. Where standard output is for programs, all is told on standard error.
    context: Context,
    script: String,
    show_credentials: bool,
    once: bool,
    json: bool,
    /// Lines come when somebody types them: on a terminal, or in `lab run`; else they are there already.
    interactive: bool,
    outputs: RefCell<Outputs>,
    desk: RefCell<Desk>,
    keyboard: Keyboard,
    /// A line of the pipe that waits until it is wanted.
    held: RefCell<Option<Vec<u8>>>,
    input_ended: Cell<bool>,
    interrupted: Cell<bool>,
    /// Somebody was wanted who is not there any more.
    deserted: Cell<bool>,
}

/// Serves until the person has enough, Ctrl-C, or the end of the first client.
pub(super) fn serve(
    server: Server,
    prepared: Prepared,
    script: &str,
    asked: &FakeServer,
    context: &Context,
    recording: Option<&Recording>,
) -> Result<Exit, Failure> {
    let interactive = stdio::stdin_is_terminal() && std::io::stdout().is_terminal() && !asked.json;
    let (keys, typed) = sync_channel(INBOX);
    let (screen, keyboard) = if interactive {
        let words = words(&context.text);
        editor::terminal(words, context.out.colour(), keys, |typed| typed)
    } else {
        editor::pipe(keys, |typed| typed)
    }?;
    let screen = Rc::new(RefCell::new(screen));
    let shown = Rc::clone(&screen);
    let mut outputs = prepared.ready(Box::new(move |text| shown.borrow_mut().print(text).is_ok()));
    outputs.start(server.addresses());
    let seat = Rc::new(Seat {
        context: Context {
            text: Text::new(context.text.lang()),
            out: if asked.json { context.err } else { context.out },
            err: context.err,
        },
        script: script.to_owned(),
        show_credentials: asked.show_credentials,
        once: asked.once,
        json: asked.json,
        interactive: interactive || asked.introduced,
        outputs: RefCell::new(outputs),
        desk: RefCell::new(Desk::new(asked.client.map(client))),
        keyboard,
        held: RefCell::new(None),
        input_ended: Cell::new(false),
        interrupted: Cell::new(false),
        deserted: Cell::new(false),
    });
    let answers = match (asked.by_hand, &asked.script) {
        (true, None) => None,
        (true, Some(_)) => Some(Answers::WhatItKnows),
        (false, _) => Some(Answers::AllButAsked),
    };
    seat.show(&seat.view().start(answers));
    seat.keyboard.go_on_behind("S> ");
    let tap = Rc::clone(&seat);
    server
        .run_by_hand(
            Tapped::new(Watch(tap), recording),
            Rc::clone(&seat) as Rc<dyn Person>,
            typed,
        )
        .map_err(|error| fault::failed(context, NAME, &fault::reason(&context.text, &error)))?;
    let mut outputs = seat.outputs.borrow_mut();
    screen.borrow_mut().leave();
    let complete = outputs.end();
    let no = seat.deserted.get() || (asked.expect_complete && !complete);
    Ok(if no { Exit::No } else { Exit::Done })
}

fn client(named: ClientArg) -> Client {
    match named {
        ClientArg::Curl => Client::Curl,
        ClientArg::Wget => Client::Wget,
        ClientArg::Lftp => Client::Lftp,
        ClientArg::Ncftp => Client::Ncftp,
        ClientArg::Tnftp => Client::Tnftp,
        ClientArg::Ftplib => Client::Ftplib,
        ClientArg::FileZilla => Client::FileZilla,
    }
}

/// What Tab completes: the codes, each with what it means, and the local commands.
fn words(text: &Text) -> Vec<Word> {
    let codes = catalogue::codes().iter().map(|fact| Word {
        word: fact.code.to_string(),
        rest: view::explain::meaning(text, fact.code)
            .map(|meaning| format!("({meaning})"))
            .unwrap_or_default(),
    });
    let local = by_hand::LOCAL.iter().map(|(word, rest)| Word {
        word: (*word).into(),
        rest: (*rest).into(),
    });
    codes.chain(local).collect()
}

/// The server's tap.
struct Watch(Rc<Seat>);

impl Tap for Watch {
    fn tell(&self, connection: u64, at: Nanos, happening: &Happening<'_>) {
        let seat = &self.0;
        // The desk tells what is asked for, and what it means.
        if !matches!(happening, Happening::Asks(_)) {
            seat.outputs
                .borrow_mut()
                .happening(connection, at, happening);
        }
        let says = seat.desk.borrow_mut().happened(connection, at, happening);
        let view = seat.view();
        for say in &says {
            seat.show(&view.say(say));
        }
    }
}

impl Seat {
    fn view(&self) -> ByHand<'_> {
        ByHand {
            text: &self.context.text,
            style: if self.json {
                self.context.out
            } else {
                self.outputs.borrow_mut().style_now()
            },
            script: Some(&self.script),
            show_credentials: self.show_credentials,
            once: self.once,
        }
    }

    /// To the person. With `--json`, standard output is for programs.
    fn show(&self, lines: &str) {
        if self.json {
            stdio::remark(lines, false);
        } else {
            self.outputs.borrow_mut().print(lines);
        }
    }

    fn warn(&self, sentence: &str) {
        self.show(&self.view().remark(Role::Warning, sentence));
    }

    /// Says and does what comes of a turn.
    fn take(&self, turn: Turn) -> Vec<Do> {
        let view = self.view();
        for say in &turn.says {
            self.show(&view.say(say));
        }
        let Some(connection) = self.desk.borrow().connection() else {
            return Vec::new();
        };
        let given = turn.deeds.into_iter().map(|deed| match deed {
            Deed::Send(line) => Given::Reply(line),
            Deed::Hand(hand) => Given::Hand(hand),
        });
        given.map(|given| Do::On(connection, given)).collect()
    }

    /// One line that was typed, or came from the pipe.
    fn line(&self, line: &[u8], now: Nanos) -> Vec<Do> {
        let turn = match by_hand::read(line) {
            // Return alone is no reply: it only asks for room.
            Meaning::Reply(b"") => return Vec::new(),
            Meaning::Reply(line) => self.desk.borrow_mut().reply(line),
            Meaning::Local(local) => return self.local(local, now),
            Meaning::Unknown(word) => {
                self.warn(&say!(self.context.text, "hand-unknown", word = word));
                return Vec::new();
            }
            Meaning::Misused { command, rest } => {
                let usage = format!("{command} {rest}");
                let usage = usage.trim_end();
                self.warn(&say!(
                    self.context.text,
                    "hand-misused",
                    command = command,
                    usage = usage
                ));
                return Vec::new();
            }
        };
        self.take(turn)
    }

    fn local(&self, local: Local, now: Nanos) -> Vec<Do> {
        let hands = match local {
            Local::Quit => return vec![Do::Stop],
            Local::Help => {
                self.show(&self.view().help());
                return Vec::new();
            }
            Local::State => {
                let state = self.view().state(&self.desk.borrow(), now);
                self.show(&state);
                return Vec::new();
            }
            Local::Explain(what) => {
                let explained = if what.is_empty() {
                    self.view().explain(&self.desk.borrow())
                } else {
                    let about = |word: &String| explain::about(word, &self.context);
                    what.iter().map(about).collect()
                };
                self.show(&explained);
                return Vec::new();
            }
            Local::Hold(code) => {
                let turn = self.desk.borrow_mut().hold(code, now);
                return self.take(turn);
            }
            Local::Release => {
                let turn = self.desk.borrow_mut().release();
                return self.take(turn);
            }
            Local::Data(file) => {
                // Told now, not when the client waits on the data connection.
                let found = std::fs::metadata(&file).and_then(|found| match found.is_file() {
                    true => Ok(()),
                    false => Err(std::io::ErrorKind::InvalidInput.into()),
                });
                if let Err(error) = found {
                    self.warn(&say!(
                        self.context.text,
                        "hand-file",
                        file = fault::shown(&file),
                        why = fault::reason(&self.context.text, &error)
                    ));
                    return Vec::new();
                }
                by_hand::sending(file)
            }
            Local::Store(file) => {
                if let Some(file) = file.as_ref().filter(|file| file.exists()) {
                    let shown = fault::shown(file);
                    self.warn(&say!(self.context.text, "hand-file-exists", file = shown));
                    return Vec::new();
                }
                let name = self.desk.borrow().upload_name();
                vec![Hand::Receive { name, to: file }]
            }
            Local::Accept => vec![Hand::Take],
            Local::Line(text) => by_hand::sending_line(&text),
            Local::Close => by_hand::closing(),
            Local::Pasv => vec![Hand::Listen],
        };
        let turn = self.desk.borrow_mut().hand(hands);
        self.take(turn)
    }

    /// From a pipe: takes the next line when it is wanted; nobody is left to type behind its end.
    fn batch(&self, now: Nanos) -> Vec<Do> {
        let (ready, connected) = {
            let desk = self.desk.borrow();
            (desk.is_ready(), desk.connection().is_some())
        };
        let line = self.held.borrow_mut().take_if(|line| {
            let at_once = [&b"/quit"[..], b"/help", b"/state", b"/close"];
            ready || at_once.iter().any(|word| line.eq_ignore_ascii_case(word))
        });
        if let Some(line) = line {
            let wishes = self.line(&line, now);
            self.keyboard.go_on();
            return wishes;
        }
        if self.input_ended.get() && (ready || !connected) {
            if ready {
                self.deserted.set(true);
                self.warn(&say!(self.context.text, "hand-no-person"));
            }
            return vec![Do::Stop];
        }
        Vec::new()
    }
}

impl Person for Seat {
    fn typed(&self, typed: Typed, at: Nanos) -> Vec<Do> {
        match typed {
            Typed::Line(line) if self.interactive => {
                self.interrupted.set(false);
                // A paste may hold several lines.
                let lines = line.split(|&b| b == b'\n');
                let wishes: Vec<Do> = lines.flat_map(|line| self.line(line, at)).collect();
                if !wishes.iter().any(|wish| matches!(wish, Do::Stop)) {
                    self.keyboard.go_on();
                }
                wishes
            }
            Typed::Line(line) => {
                *self.held.borrow_mut() = Some(line);
                self.batch(at)
            }
            Typed::TooLong(bytes) => {
                self.warn(&fault::too_long(&self.context.text, bytes));
                self.keyboard.go_on();
                Vec::new()
            }
            Typed::Interrupt if self.interactive && !self.interrupted.replace(true) => {
                self.warn(&say!(self.context.text, "hand-interrupt"));
                self.keyboard.go_on();
                Vec::new()
            }
            Typed::End if !self.interactive => {
                self.input_ended.set(true);
                self.batch(at)
            }
            Typed::Interrupt | Typed::End => vec![Do::Stop],
        }
    }

    fn tick(&self, at: Nanos) -> Vec<Do> {
        let turn = self.desk.borrow_mut().tick(at);
        let mut wishes = self.take(turn);
        if !self.interactive {
            wishes.extend(self.batch(at));
        }
        wishes
    }
}
