//! The control connection of `raw`: bytes of either side through the observer, and what they make us say.

use super::{Happened, Raw, dial, ends, output::json_lines};
use crate::{
    cmd::{Exit, Failure, fault, report::Lines},
    ftp::{
        code::ReplyCode,
        dialogue::{Close, Dialogue},
        event::{Event, Nanos, What},
        side::Side,
    },
    io::{
        address::FTP_PORT,
        clock,
        control::{Control, Incoming},
        data::By,
    },
    say,
    script::coach::{Coach, Remark},
    view::{json, style::Role},
};

impl Raw<'_> {
    pub(super) fn established(&mut self, control: Control) -> Result<(), Failure> {
        let connected = self.view.connected(control.user, control.server);
        self.remark(&connected)?;
        self.generation += 1;
        self.dialogue = Dialogue::new(ends(&control));
        self.coach = Coach::default();
        self.dialled = None;
        self.unfinished_told = 0;
        let now = clock::now();
        self.line = self.recording.map(|recording| {
            recording.control(control.server.port());
            recording.opened(control.user, control.server, true, now)
        });
        let (generation, outbox) = (self.generation, self.outbox.clone());
        let line = self.line.clone();
        control.listen(outbox, &self.order, move |incoming| {
            // Here and not in the loop, which may be behind: data connections are recorded as they go.
            match (&line, &incoming) {
                (Some(line), Incoming::Bytes(bytes, at)) => line.received(bytes, *at),
                (Some(line), Incoming::Closed(how, at)) => line.ended(By::Peer, *how, *at),
                (None, _) => {}
            }
            Happened::Incoming(generation, incoming)
        })?;
        self.waiting_since = now;
        self.last_activity = now;
        let line = json::Connected::control(control.user, control.server, now);
        self.emit("connected", &line)?;
        if let Some((log, _)) = &mut self.log {
            let lines = log.comment(&format!("{} > {}", control.user, control.server));
            self.write_log(&lines);
        }
        self.control = Some(control);
        Ok(())
    }

    /// Bytes of either side go through the observer; everything that is said about them comes out here.
    pub(super) fn observe(&mut self, side: Side, bytes: &[u8], at: Nanos) -> Result<(), Failure> {
        self.watch(|dialogue, sink| dialogue.feed(side, bytes, at, sink))
    }

    pub(super) fn watch(
        &mut self,
        step: impl FnOnce(&mut Dialogue, &mut dyn FnMut(&Event<'_>)),
    ) -> Result<(), Failure> {
        let (mut shown, mut logged, mut lines) = (String::new(), String::new(), String::new());
        let (user, server) = self
            .control
            .as_ref()
            .map_or((None, None), |c| (Some(c.user), Some(c.server)));
        let Raw {
            dialogue,
            coach,
            view,
            log,
            last_code,
            refused,
            args,
            ..
        } = self;
        let wants_json = args.json || self.events.is_some();
        let (json_out, events_out) = (&mut lines, &mut String::new());
        let mut sink = |event: &Event<'_>| {
            coach.watch(event, user, server);
            view.event(event, &mut shown);
            if let Some((log, _)) = log {
                logged.push_str(&log.event(event));
            }
            if let What::Reply(reply) = &event.what {
                if reply.code.is_some() {
                    *last_code = reply.code;
                }
                *refused |= reply.code.is_none_or(ReplyCode::is_negative);
            }
            if wants_json {
                json_lines(event, args.show_credentials, json_out, events_out);
            }
        };
        step(dialogue, &mut sink);
        let events_lines = std::mem::take(events_out);
        for remark in self.coach.remarks() {
            // What is being listened to already needs no advice.
            if matches!(&remark, Remark::BeListening(at) if self.transfers.iter().any(|t| t.awaited && t.address == *at))
            {
                continue;
            }
            shown.push_str(&self.view.coach(&remark));
        }
        if self.args.json && !lines.is_empty() {
            self.screen.print(&lines)?;
        }
        // Shown first: who follows the events file shows what this terminal says, and then what it makes of it.
        let showed = self.show(&shown);
        if let Some(events) = &mut self.events {
            events.append(&self.context.text, self.context.err, &events_lines);
        }
        self.write_log(&logged);
        showed?;
        self.release();
        Ok(())
    }

    pub(super) fn incoming(&mut self, incoming: Incoming) -> Result<(), Failure> {
        match incoming {
            Incoming::Bytes(bytes, at) => {
                self.last_activity = at;
                self.waiting_since = at;
                self.observe(Side::Server, &bytes, at)?;
                if self.dialogue.unfinished(Side::Server).is_empty() {
                    self.unfinished_told = 0;
                }
                Ok(())
            }
            Incoming::Closed(how, at) => {
                self.watch(|dialogue, sink| dialogue.end(Side::Server, how, at, sink))?;
                self.closed(how, at)
            }
        }
    }

    pub(super) fn closed(&mut self, how: Close, at: Nanos) -> Result<(), Failure> {
        let expected = self.dialogue.session().closing;
        self.hang_up();
        let mut shown = self.view.closed(how, expected, self.interactive);
        // Unasked, but nothing was left to say: that is no refusal.
        self.refused |= !expected && (self.dialogue.waits() || !self.dialogue.greeted());
        if let Some((log, _)) = &mut self.log {
            let lines = log.comment(match how {
                Close::Fin => "closed by the server",
                Close::Rst => "reset by the server",
            });
            self.write_log(&lines);
        }
        if !self.interactive && expected {
            shown.clear();
        }
        self.remark(&shown)?;
        self.emit("closed", &json::Closed::control(how, true, at))
    }

    pub(super) fn send(&mut self, line: &[u8]) -> Result<(), Failure> {
        if self.control.is_none() {
            return self.warn(&say!(self.context.text, "raw-not-connected"));
        }
        // One write for the line and its end: a peer that reads once sees all of it.
        let bytes = [line, b"\r\n"].concat();
        let at = clock::now();
        // Shown before it goes out: what it causes, here or in another terminal, comes after it.
        self.last_activity = at;
        self.waiting_since = at;
        self.observe(Side::User, &bytes, at)?;
        let Some(control) = &mut self.control else {
            return Ok(());
        };
        // Before it goes out: the reply is recorded by another thread.
        if let Some(line) = &self.line {
            line.sent(&bytes, at);
        }
        if let Err(error) = control.send(&bytes) {
            let why = fault::reason(&self.context.text, &error);
            let told = say!(self.context.text, "raw-send-failed", why = why);
            self.warn(&told)?;
        }
        Ok(())
    }

    pub(super) fn again(&mut self) -> Result<(), Failure> {
        self.hang_up();
        let mut shown = String::new();
        let mut last = String::new();
        let control = dial(
            &self.view,
            &self.addresses,
            self.recording,
            &mut last,
            |line| shown.push_str(line),
        );
        self.remark(&shown)?;
        match control {
            Ok(control) => self.established(control),
            Err(()) => {
                let port = self.place.port.unwrap_or(FTP_PORT).to_string();
                let host = self.place.host.clone();
                let told = say!(
                    self.context.text,
                    "raw-unreachable",
                    host = host,
                    port = port
                );
                let told = self.view.remark(Role::Warning, &told);
                self.refused = true;
                self.remark(&told)
            }
        }
    }

    /// Closes the control connection from here; true where there was one.
    fn hang_up(&mut self) -> bool {
        let Some(control) = self.control.take() else {
            return false;
        };
        let at = clock::now();
        let how = control.close();
        if let Some(line) = self.line.take() {
            line.left(how, at);
        }
        true
    }

    /// Ends: what is still open is closed from here.
    pub(super) fn leave(mut self, exit: Exit) -> Result<Exit, Failure> {
        for transfer in &self.transfers {
            transfer.cancel.cancel();
        }
        if self.hang_up() {
            if self.interactive {
                let told = self
                    .view
                    .remark(Role::Remark, &say!(self.context.text, "raw-bye"));
                // A terminal that is closed takes nothing more, and the rest is to be kept.
                let _ = self.show(&told);
            }
            self.emit(
                "closed",
                &json::Closed::control(Close::Fin, false, clock::now()),
            )?;
        }
        let lost = |file: &Lines| file.lost();
        let log = self.log.as_ref().map(|(_, file)| file);
        // What was promised is not kept, although the dialogue went on.
        if self.events.as_ref().is_some_and(lost) || log.is_some_and(lost) {
            return Ok(Exit::Failed);
        }
        Ok(exit)
    }
}
