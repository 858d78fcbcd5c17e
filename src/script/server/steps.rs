//! Playing: the next step of the uppermost block, be it a line of the script or of the built-in server.

use std::{net::SocketAddr, sync::Arc};

use super::{
    Player, Step,
    frame::{Awaits, Modes},
    nanos,
    reach::{flat_name, inside, may_call, the_client_itself, upload_path},
};
use crate::{
    ftp::{code::ReplyCode, command::Verb, event::Nanos, session::Session},
    script::{
        built_in::Op,
        effect::{Ask, DataFault, Effect, End, Origin, Source},
        literal::{Literal, Value},
        notation::{Action, DataAction, Item, Typed},
    },
};

impl Player {
    /// One step of the uppermost frame.
    pub(super) fn advance(&mut self, now: Nanos, session: &Session) -> Step {
        let Some(top) = self.frames.len().checked_sub(1) else {
            return Step::Waits;
        };
        let busy = self.hand_is_busy();
        let frame = &mut self.frames[top];
        match frame.awaits {
            Awaits::Nothing => {}
            Awaits::Hand if !busy => frame.awaits = Awaits::Nothing,
            Awaits::Until(at) if now >= at => frame.awaits = Awaits::Nothing,
            _ => return Step::Waits,
        }
        if let Some(effect) = frame.send_on(now) {
            return Step::Effect(effect);
        }
        if frame.typing.is_some() {
            frame.awaits = Awaits::Typed;
            return Step::Waits;
        }
        let moves_data = |op: &Op| !matches!(op, Op::Line(_));
        if busy && frame.ops.front().is_some_and(moves_data) {
            frame.awaits = Awaits::Hand;
            return Step::Again;
        }
        if let Some(op) = frame.ops.pop_front() {
            return self.take_op(top, op, now, session);
        }
        if frame.at >= frame.end {
            return match frame.by_hand {
                true => self.ask_by_hand(top),
                false => self.finish(session),
            };
        }
        let index = frame.at;
        let play = Arc::clone(&self.play);
        let item = &play.script.lines[index].item;
        let number = play.script.lines[index].number;
        let moves_data = matches!(
            item,
            Item::Data(_) | Item::File(_) | Item::Receive(_) | Item::Action(Action::Data(_))
        );
        if moves_data && busy {
            frame.awaits = Awaits::Hand;
            return Step::Again;
        }
        match item {
            Item::Send(text) => {
                if let Some(step) = self.end_run(top) {
                    return step;
                }
                if let Some(step) = self.need_port(top, text) {
                    return step;
                }
                play.use_line(index);
                let frame = &self.frames[top];
                let bytes = text.render(|value, out| self.value(value, Some(frame), session, out));
                let frame = &mut self.frames[top];
                // Closed before it is told: nobody is quick enough to be let in.
                if frame.port_ready && frame.modes.refused {
                    self.port = None;
                    self.effects.push_back(Effect::ClosePort);
                }
                frame.at += 1;
                frame.port_ready = false;
                frame.say(bytes, Origin::Script(number));
                Step::Again
            }
            Item::Typed(typed) => self.ask(top, typed, index, session),
            Item::Data(_) | Item::File(_) | Item::Receive(_) => self.data(top, index, session),
            Item::Action(action) => {
                play.use_line(index);
                self.act(top, action, now)
            }
            Item::Empty | Item::Comment(_) | Item::Setting(_) | Item::Step(_) | Item::Rule(_) => {
                self.frames[top].at += 1;
                Step::Again
            }
        }
    }

    /// Opens the data port that a line names, where it is not there yet.
    fn need_port(&mut self, top: usize, text: &Literal) -> Option<Step> {
        if self.frames[top].port_ready {
            return None;
        }
        let opens = text.values().any(|value| match value {
            Value::Port => self.port.is_none(),
            value => value.opens_port(),
        });
        if !opens {
            return None;
        }
        let wants_ipv4 = text.values().any(|value| *value == Value::Pasv(None));
        if wants_ipv4 && self.pasv_host().is_none() {
            self.fail(top, DataFault::NoIpv4);
            return Some(Step::Again);
        }
        self.frames[top].awaits = Awaits::Port;
        Some(Step::Effect(Effect::OpenPort))
    }

    /// A step of the built-in server.
    fn take_op(&mut self, top: usize, op: Op, now: Nanos, session: &Session) -> Step {
        let modes = &self.frames[top].modes;
        let pace = modes.pace();
        match op {
            Op::Line(text) => {
                if let Some(step) = self.need_port(top, &text) {
                    self.frames[top].ops.push_front(Op::Line(text));
                    return step;
                }
                let frame = &self.frames[top];
                let bytes = text.render(|value, out| self.value(value, Some(frame), session, out));
                let frame = &mut self.frames[top];
                frame.port_ready = false;
                frame.say(bytes, Origin::BuiltIn);
                Step::Again
            }
            Op::Open => {
                if self.data {
                    return Step::Again;
                }
                // Where it cannot be had the answer is over; `need_data` says so.
                self.need_data(top).unwrap_or(Step::Again)
            }
            Op::Send {
                source,
                offset,
                ascii,
            } => {
                self.frames[top].awaits = Awaits::Moved;
                Step::Effect(Effect::SendData {
                    source,
                    offset,
                    limit: None,
                    pace,
                    ascii,
                })
            }
            Op::Receive {
                path,
                before,
                ascii,
            } => {
                let frame = &mut self.frames[top];
                frame.put = Some(path);
                frame.awaits = Awaits::Kept;
                Step::Effect(Effect::KeepData {
                    before,
                    limit: self.play.limits.upload,
                    ascii,
                })
            }
            Op::Count(source) => {
                self.frames[top].awaits = Awaits::Counted;
                Step::Effect(Effect::Count(source))
            }
            Op::Look { path, source } => {
                let frame = &mut self.frames[top];
                frame.put = Some(path);
                frame.awaits = Awaits::Looked;
                Step::Effect(Effect::Look(source))
            }
            Op::Answer => {
                // Taken out, as the answer needs all of the player.
                let frame = self.frames.remove(top);
                let ops = self.built_in(&frame, (true, false), now, session);
                self.frames.insert(top, frame);
                self.frames[top].ops = ops.into();
                Step::Again
            }
            Op::Close => {
                self.data = false;
                Step::Effect(Effect::CloseData(End::Fin))
            }
        }
    }

    fn ask(&mut self, top: usize, typed: &Typed, index: usize, session: &Session) -> Step {
        if let Some(step) = self.end_run(top) {
            return step;
        }
        let opens = matches!(typed.code.as_str(), "227" | "229");
        if opens && !self.frames[top].port_ready {
            self.frames[top].awaits = Awaits::Port;
            return Step::Effect(Effect::OpenPort);
        }
        self.play.use_line(index);
        let frame = &self.frames[top];
        let model = typed.model.as_ref().map(|model| {
            let text = model.render(|value, out| self.value(value, Some(frame), session, out));
            Typed::reply(&typed.code, &text)
        });
        let line = self.line_number(index);
        let port = self.port.filter(|_| opens);
        let frame = &mut self.frames[top];
        frame.at += 1;
        frame.port_ready = false;
        if frame.modes.silence {
            return Step::Again;
        }
        frame.awaits = Awaits::Typed;
        frame.typing = Some(Some(line));
        Step::Effect(Effect::Ask(Ask {
            line: Some(line),
            command: frame.command.to_vec(),
            code: typed.code.clone(),
            model,
            port,
            public: self.play.public_address,
            preliminary: frame.code.is_some_and(ReplyCode::is_preliminary),
        }))
    }

    /// Asks a person for the next reply to a command that is theirs. To PASV and EPSV it can only be a good one where a
    /// port is open.
    fn ask_by_hand(&mut self, top: usize) -> Step {
        let frame = &mut self.frames[top];
        let preliminary = frame.code.is_some();
        let listens = matches!(frame.verb, Verb::Pasv | Verb::Epsv) && !preliminary;
        if listens && !frame.port_ready {
            frame.awaits = Awaits::Port;
            return Step::Effect(Effect::OpenPort);
        }
        frame.awaits = Awaits::Typed;
        frame.typing = Some(None);
        Step::Effect(Effect::Ask(Ask {
            line: None,
            command: frame.command.to_vec(),
            code: String::new(),
            model: None,
            port: self.port.filter(|_| listens),
            public: self.play.public_address,
            preliminary,
        }))
    }

    /// A run of `D` lines ends where something else than data follows; its connection is closed, unless it is held.
    fn end_run(&mut self, top: usize) -> Option<Step> {
        let frame = &mut self.frames[top];
        if !frame.running {
            return None;
        }
        frame.running = false;
        if frame.modes.hold || !self.data {
            return None;
        }
        self.data = false;
        frame.modes.cut = None;
        Some(Step::Effect(Effect::CloseData(End::Fin)))
    }

    /// Takes the data connection, where it is not there yet.
    fn need_data(&mut self, top: usize) -> Option<Step> {
        if self.data {
            return None;
        }
        // A STAT in the middle of a transfer has no data connection of its own.
        if top > 0 || (self.port.is_none() && self.call.is_none()) {
            self.fail(top, DataFault::NotAgreed);
            return Some(Step::Again);
        }
        if let Some(address) = self.call
            && !self.may_call(address)
        {
            self.fail(top, DataFault::Foreign(address));
            return Some(Step::Again);
        }
        let frame = &mut self.frames[top];
        frame.awaits = Awaits::Data;
        Some(Step::Effect(Effect::OpenData {
            call: self.call.filter(|_| self.port.is_none()),
            from: frame.modes.from,
            within: self.play.limits.data_wait,
        }))
    }

    /// Who may be called back: the control connection's own client, on a port that belongs to users (RFC 2577 2, 3). On
    /// loopback, all of 127/8 is this machine.
    pub(super) fn may_call(&self, address: SocketAddr) -> bool {
        may_call(self.play.limits.allow_foreign, self.client, address)
    }

    fn data(&mut self, top: usize, index: usize, session: &Session) -> Step {
        if self.frames[top].modes.refused {
            self.frames[top].at += 1;
            return Step::Again;
        }
        if let Some(step) = self.need_data(top) {
            return step;
        }
        let play = Arc::clone(&self.play);
        let frame = &self.frames[top];
        let render =
            |text: &Literal| text.render(|value, out| self.value(value, Some(frame), session, out));
        let mut next = index + 1;
        let effect = match &play.script.lines[index].item {
            Item::Receive(name) => {
                play.use_line(index);
                let name = render(name);
                Effect::ReceiveData {
                    path: upload_path(session.directory.as_deref(), &name),
                    name: flat_name(&name),
                    to: None,
                    before: frame.stays(),
                    limit: play.limits.upload,
                }
            }
            item => {
                let source = if let Item::File(path) = item {
                    play.use_line(index);
                    match inside(&render(path)) {
                        Some(path) => Source::File(path),
                        None => {
                            self.fail(top, DataFault::NoFile);
                            return Step::Again;
                        }
                    }
                } else {
                    // Lines that follow each other go out together.
                    let mut bytes = Vec::new();
                    next = index;
                    while next < frame.end {
                        match &play.script.lines[next].item {
                            Item::Data(line) => {
                                play.use_line(next);
                                bytes.extend_from_slice(&render(line));
                                bytes.extend_from_slice(frame.modes.eol.bytes());
                            }
                            Item::Empty | Item::Comment(_) => {}
                            _ => break,
                        }
                        next += 1;
                    }
                    Source::Bytes(bytes)
                };
                let pace = frame.modes.pace();
                let offset = match frame.verb {
                    Verb::Retr if frame.moved == 0 => frame.skips,
                    _ => 0,
                };
                Effect::SendData {
                    source,
                    offset,
                    limit: frame.modes.cut,
                    pace,
                    ascii: false,
                }
            }
        };
        let frame = &mut self.frames[top];
        frame.at = next;
        frame.running = true;
        frame.awaits = Awaits::Moved;
        Step::Effect(effect)
    }

    fn act(&mut self, top: usize, action: &Action, now: Nanos) -> Step {
        match action {
            Action::Close | Action::Reset => {
                if let Some(step) = self.end_run(top) {
                    return step;
                }
                return Step::Effect(Effect::Close(match action {
                    Action::Reset => End::Reset,
                    _ => End::Fin,
                }));
            }
            Action::Data(action) => return self.act_data(top, *action),
            _ => {}
        }
        let frame = &mut self.frames[top];
        frame.at += 1;
        match action {
            Action::Wait(time) => {
                frame.awaits = Awaits::Until(now.saturating_add(nanos(*time)));
            }
            Action::Stay => frame.modes.stay = true,
            Action::Silence => frame.modes.silence = true,
            Action::Slow(time) => frame.modes.slow = Some(*time),
            Action::Split(n) => frame.modes.split = Some(*n),
            Action::Eol(eol) => frame.modes.eol = *eol,
            Action::Say(_)
            | Action::NextTime
            | Action::NextConnection
            | Action::Close
            | Action::Reset
            | Action::Data(_) => {}
        }
        Step::Again
    }

    fn act_data(&mut self, top: usize, action: DataAction) -> Step {
        match action {
            DataAction::Cut(n) => self.frames[top].modes.cut = Some(n),
            DataAction::From(port) => self.frames[top].modes.from = Some(port),
            DataAction::Hold => self.frames[top].modes.hold = true,
            DataAction::Refuse => {
                let frame = &mut self.frames[top];
                frame.at += 1;
                frame.modes.refused = true;
                self.port = None;
                self.call = None;
                return Step::Effect(Effect::ClosePort);
            }
            DataAction::Open | DataAction::Close | DataAction::Reset => {
                if let Some(step) = self.need_data(top) {
                    return step;
                }
                let frame = &mut self.frames[top];
                frame.at += 1;
                if action == DataAction::Open {
                    return Step::Again;
                }
                frame.running = false;
                frame.modes.cut = None;
                self.data = false;
                return Step::Effect(Effect::CloseData(match action {
                    DataAction::Reset => End::Reset,
                    _ => End::Fin,
                }));
            }
        }
        self.frames[top].at += 1;
        Step::Again
    }

    /// The end of a frame.
    fn finish(&mut self, session: &Session) -> Step {
        let top = self.frames.len() - 1;
        let frame = &self.frames[top];
        let typed_freely = self.play.by_hand && frame.block.is_none();
        if typed_freely && frame.verb.asks_to_listen() && self.port.is_some() && !frame.agreed() {
            self.port = None;
            return Step::Effect(Effect::ClosePort);
        }
        if self.data && top == 0 && !typed_freely && !self.hand_is_busy() {
            // What is held is held to the end of the block.
            self.frames[top].running = false;
            self.data = false;
            return Step::Effect(Effect::CloseData(End::Fin));
        }
        let Some(frame) = self.frames.pop() else {
            return Step::Waits;
        };
        let greeting = frame.block.is_none() && frame.command.is_empty();
        if greeting {
            self.modes = Modes {
                hold: false,
                cut: None,
                refused: false,
                ..frame.modes
            };
        }
        if frame.verb.announces()
            && frame.agreed()
            && !frame.modes.refused
            && let Some(negotiation) = session.negotiation.as_ref().filter(|n| n.accepted)
            && let Some(listen) = negotiation.listen
        {
            self.call = Some(the_client_itself(listen, self.client));
            self.port = None;
            self.effects.push_back(Effect::ClosePort);
        }
        let quits = frame.verb == Verb::Quit && frame.code.is_some() && frame.answers;
        if (quits || frame.service_closing) && !frame.modes.stay {
            return Step::Effect(Effect::Close(End::Fin));
        }
        if self.frames.is_empty() && greeting && frame.modes.silence {
            // Silence in the greeting is silence for good, but the connection stays.
            self.modes.silence = true;
        }
        Step::Again
    }
}
