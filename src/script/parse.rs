//! Reading a script. All mistakes are reported at once, each with line and column; a script with a mistake is not played.

use std::{ops::Range, ops::RangeInclusive, time::Duration};

use super::{
    MAX_MISTAKES, MAX_SCRIPT,
    literal::{Found, Literal, Place, Value},
    mistake::{Kind, Mistake},
    notation::{
        Action, Block, Body, DataAction, Eol, Item, Line, LineEnd, NAMES, Script, Setting,
        Settings, Typed,
    },
    params::Param,
    pattern::Pattern,
};

/// The longest time that a script can ask for: a day.
const MAX_TIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Script {
    /// Reads a script; the mistakes are at most [`MAX_MISTAKES`], in file order.
    pub fn parse(source: &[u8]) -> Result<Script, Vec<Mistake>> {
        Reader::default().read(source)
    }
}

/// Where in the file the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    /// Only settings, comments and empty lines so far.
    #[default]
    Settings,
    /// In the greeting.
    Greeting,
    /// In a block.
    Block,
}

#[derive(Default)]
struct Reader {
    lines: Vec<Line>,
    mistakes: Vec<Mistake>,
    part: Part,
    /// Block heads: index in `lines`, and whether it is a step.
    heads: Vec<(usize, bool)>,
    settings: Settings,
    /// The line of each setting that may stand once.
    settled: Vec<(&'static str, u32)>,
    /// `{param.NAME}` and where: line and column.
    asked: Vec<(String, u32, u32)>,
}

impl Reader {
    fn read(mut self, source: &[u8]) -> Result<Script, Vec<Mistake>> {
        if source.len() > MAX_SCRIPT {
            self.note(1, 1, "", Kind::TooLong);
            return Err(self.mistakes);
        }
        let text = match std::str::from_utf8(source) {
            Ok(text) => text,
            Err(error) => {
                let good = String::from_utf8_lossy(&source[..error.valid_up_to()]).into_owned();
                let line = good.matches('\n').count() as u32 + 1;
                let start = good.rfind('\n').map_or(0, |at| at + 1);
                let rest = &source[start..];
                let end = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                let column = good[start..].chars().count() as u32 + 1;
                let shown = String::from_utf8_lossy(&rest[..end]).into_owned();
                self.note(line, column, &shown, Kind::NotUtf8);
                return Err(self.mistakes);
            }
        };
        let (bom, text) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        for (number, whole) in (1..).zip(text.split_inclusive('\n')) {
            let (written, end) = match whole.strip_suffix('\n') {
                None => (whole, LineEnd::Nothing),
                Some(line) => match line.strip_suffix('\r') {
                    Some(line) => (line, LineEnd::CrLf),
                    None => (line, LineEnd::Lf),
                },
            };
            // The last line may lack its LF and still have its CR.
            let content = written.strip_suffix('\r').unwrap_or(written);
            let item = self.line(number, content);
            self.lines.push(Line {
                number,
                written: written.to_owned(),
                end,
                item,
            });
            if self.mistakes.len() >= MAX_MISTAKES {
                break;
            }
        }
        for (name, line, column) in std::mem::take(&mut self.asked) {
            if !self.settings.params.iter().any(|param| param.name == name) {
                let text = self.lines[line as usize - 1].written.clone();
                self.note(line, column, &text, Kind::ParamUnknown(name));
            }
        }
        if !self.mistakes.is_empty() {
            self.mistakes
                .sort_by_key(|mistake| (mistake.line, mistake.column));
            self.mistakes.truncate(MAX_MISTAKES);
            return Err(self.mistakes);
        }
        Ok(self.built(bom))
    }

    fn note(&mut self, line: u32, column: u32, text: &str, kind: Kind) {
        self.mistakes.push(Mistake {
            line,
            column,
            text: text.to_owned(),
            kind,
        });
    }

    /// The blocks out of the lines.
    fn built(self, bom: bool) -> Script {
        let first = self.heads.first().map_or(self.lines.len(), |(at, _)| *at);
        let ends = self.heads.iter().skip(1).map(|(at, _)| *at);
        let blocks = self
            .heads
            .iter()
            .zip(ends.chain([self.lines.len()]))
            .map(|(&(head, step), end)| Block {
                head,
                step,
                body: body(&self.lines, head + 1..end),
            })
            .collect();
        Script {
            bom,
            greeting: body(&self.lines, 0..first),
            blocks,
            settings: self.settings,
            lines: self.lines,
        }
    }

    fn line(&mut self, number: u32, text: &str) -> Item {
        if text.trim_matches([' ', '\t']).is_empty() {
            return Item::Empty;
        }
        if let Some(comment) = text.strip_prefix('#') {
            return Item::Comment(comment.to_owned());
        }
        let marker = text.get(..2).unwrap_or("");
        if !MARKERS.contains(&marker) {
            let inner = text.trim_start_matches([' ', '\t']);
            let indented =
                text.len() != inner.len() && inner.get(..2).is_some_and(|m| MARKERS.contains(&m));
            let kind = if indented {
                Kind::MarkerIndented
            } else {
                Kind::MarkerUnknown
            };
            self.note(number, 1, text, kind);
            return Item::Empty;
        }
        let rest = &text[2..];
        let rest = match rest.strip_prefix(' ') {
            Some(rest) => rest,
            // Editors cut blanks at line ends: an empty line is still a line.
            None if rest.is_empty() => "",
            None => {
                self.note(number, 3, text, Kind::BlankMissing);
                return Item::Empty;
            }
        };
        let mut found = Found::new();
        let item = self.item(number, marker, rest, &mut found);
        for (at, kind) in found {
            self.note(number, at as u32 + 4, text, kind);
        }
        match &item {
            Item::Step(_) | Item::Rule(_) => {
                self.part = Part::Block;
                self.heads.push((self.lines.len(), marker == "C>"));
            }
            Item::Send(_) | Item::Typed(_) | Item::Data(_) | Item::File(_) | Item::Receive(_)
                if self.part == Part::Settings =>
            {
                self.part = Part::Greeting;
            }
            _ => {}
        }
        self.remember_params(number, rest, &item);
        item
    }

    fn item(&mut self, number: u32, marker: &str, rest: &str, found: &mut Found) -> Item {
        let in_block = self.part == Part::Block;
        let control = if in_block {
            Place::Reply
        } else {
            Place::Greeting
        };
        if rest.is_empty() && !matches!(marker, "S>" | "D>") {
            found.push((0, Kind::RestMissing));
            // A block begins all the same, so that what follows is judged in its place.
            if marker.starts_with('C') {
                self.part = Part::Block;
            }
            return Item::Empty;
        }
        if marker.starts_with('D') && !in_block {
            found.push((0, Kind::NotInGreeting));
        }
        match marker {
            "S>" => Item::Send(Literal::parse(rest, control, found)),
            "C>" => Item::Step(Pattern::parse(rest, found)),
            "C*" => Item::Rule(Pattern::parse(rest, found)),
            "D>" => Item::Data(Literal::parse(rest, Place::Data, found)),
            "D@" => {
                let path = Literal::parse(rest, Place::Data, found);
                if leads_out(&path) {
                    found.push((0, Kind::PathOutside));
                }
                Item::File(path)
            }
            "D<" => Item::Receive(Literal::parse(rest, Place::Data, found)),
            "S?" => {
                let (code, model) = match rest.split_once(' ') {
                    Some((code, model)) => (code, Some((code.len() + 1, model))),
                    None => (rest, None),
                };
                if !(1..=3).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
                    found.push((0, Kind::CodeInvalid(code.to_owned())));
                }
                let model = model.map(|(at, model)| {
                    let mut inner = Found::new();
                    let literal = Literal::parse(model, control, &mut inner);
                    found.extend(inner.into_iter().map(|(column, kind)| (column + at, kind)));
                    literal
                });
                Item::Typed(Typed {
                    code: code.to_owned(),
                    model,
                })
            }
            _ => self.directive(number, rest, found),
        }
    }

    /// `-- name argument`.
    fn directive(&mut self, number: u32, rest: &str, found: &mut Found) -> Item {
        let (name, argument) = rest.split_once(' ').unwrap_or((rest, ""));
        let column = name.chars().count() + 1;
        if !NAMES.contains(&name) {
            found.push((0, Kind::ActionUnknown(name.to_owned())));
            return Item::Empty;
        }
        if let Some((once, setting)) = setting(name, argument) {
            let setting = match setting {
                Ok(setting) => setting,
                Err(kind) => {
                    found.push((column, kind));
                    return Item::Empty;
                }
            };
            if self.part != Part::Settings {
                found.push((0, Kind::SettingLate));
            }
            self.settle(number, once, &setting, found);
            return Item::Setting(setting);
        }
        let action = match action(name, argument, column, found) {
            Ok(action) => action,
            Err(kind) => {
                found.push((column, kind));
                return Item::Empty;
            }
        };
        let senseless = self.part != Part::Block
            && matches!(action, Action::NextTime | Action::Say(_) | Action::Data(_));
        // `data from` holds for the connection; the other data actions need a command.
        if senseless && !matches!(action, Action::Data(DataAction::From(_))) {
            found.push((0, Kind::NotInGreeting));
        }
        Item::Action(action)
    }

    /// Notes a setting; most may stand once.
    fn settle(&mut self, number: u32, once: &'static str, setting: &Setting, found: &mut Found) {
        let settings = &mut self.settings;
        match setting {
            Setting::Param(param) => {
                if settings.params.iter().any(|other| other.name == param.name) {
                    let first = self.lines.iter().find(|line| {
                        matches!(&line.item, Item::Setting(Setting::Param(p)) if p.name == param.name)
                    });
                    let first = first.map_or(number, |line| line.number);
                    found.push((0, Kind::SettingTwice(first)));
                }
                settings.params.push(param.clone());
                return;
            }
            Setting::ExpectWarning(name) => {
                settings.expected_warnings.push((number, name.clone()));
                return;
            }
            Setting::Title(text) => settings.title = Some(text.clone()),
            Setting::Files { dir, read_only } => settings.files = Some((dir.clone(), *read_only)),
            Setting::Idle(time) => settings.idle = Some(*time),
            Setting::PassivePorts(ports) => settings.passive_ports = Some(ports.clone()),
            Setting::PublicAddress(address) => settings.public_address = Some(*address),
        }
        match self.settled.iter().find(|(name, _)| *name == once) {
            Some(&(_, first)) => found.push((0, Kind::SettingTwice(first))),
            None => self.settled.push((once, number)),
        }
    }

    fn remember_params(&mut self, number: u32, rest: &str, item: &Item) {
        let mut ask = |literal: &Literal| {
            for value in literal.values() {
                if let Value::Param(name) = value {
                    let at = rest.find(&format!("{{param.{name}}}")).unwrap_or(0);
                    let column = rest[..at].chars().count() as u32 + 4;
                    self.asked.push((name.clone(), number, column));
                }
            }
        };
        match item {
            Item::Send(text)
            | Item::Data(text)
            | Item::File(text)
            | Item::Receive(text)
            | Item::Action(Action::Say(text)) => ask(text),
            Item::Typed(typed) => typed.model.iter().for_each(ask),
            Item::Step(pattern) | Item::Rule(pattern) => {
                pattern.alternatives().iter().for_each(ask)
            }
            _ => {}
        }
    }
}

/// The markers of the notation.
const MARKERS: [&str; 8] = ["S>", "C>", "C*", "D>", "D@", "D<", "S?", "--"];

/// True for an absolute path and for one with a `..` in it, as far as it can be seen before the values are put in.
fn leads_out(path: &Literal) -> bool {
    let text = path.render(|_, out| out.push(b'x'));
    text.starts_with(b"/") || text.split(|&b| b == b'/').any(|part| part == b"..")
}

/// The answers of a block out of its lines.
fn body(lines: &[Line], range: Range<usize>) -> Body {
    let mut answers = vec![Vec::new()];
    let mut start = range.start;
    for at in range.clone() {
        let again = match lines[at].item {
            Item::Action(Action::NextTime) => false,
            Item::Action(Action::NextConnection) => true,
            _ => continue,
        };
        if let Some(times) = answers.last_mut() {
            times.push(start..at);
        }
        if again {
            answers.push(Vec::new());
        }
        start = at + 1;
    }
    if let Some(times) = answers.last_mut() {
        times.push(start..range.end);
    }
    Body { answers }
}

/// A setting by its name, with the name under which it may stand once; `None` where no setting has that name.
fn setting(name: &str, argument: &str) -> Option<(&'static str, Result<Setting, Kind>)> {
    let need = |made: fn(&str) -> Result<Setting, Kind>| {
        if argument.is_empty() {
            Err(Kind::ArgumentMissing)
        } else {
            made(argument)
        }
    };
    Some(match name {
        "title" => ("title", need(|text| Ok(Setting::Title(text.to_owned())))),
        "files" => (
            "files",
            need(|text| {
                let (dir, read_only) = match text.strip_suffix(" read-only") {
                    Some(dir) => (dir, true),
                    None => (text, false),
                };
                if dir.starts_with('/') || dir.split('/').any(|part| part == "..") {
                    return Err(Kind::PathOutside);
                }
                Ok(Setting::Files {
                    dir: dir.to_owned(),
                    read_only,
                })
            }),
        ),
        "idle" => (
            "idle",
            need(|text| match time(text)? {
                // Nobody is that quick.
                Duration::ZERO => Err(Kind::TimeInvalid(text.to_owned())),
                time => Ok(Setting::Idle(time)),
            }),
        ),
        "param" => (
            "param",
            need(|text| {
                Param::parse(text)
                    .map(Setting::Param)
                    .ok_or(Kind::ParamInvalid)
            }),
        ),
        "passive-ports" => (
            "passive-ports",
            need(|text| {
                ports(text)
                    .map(Setting::PassivePorts)
                    .ok_or_else(|| Kind::PortsInvalid(text.to_owned()))
            }),
        ),
        "public-address" => (
            "public-address",
            need(|text| {
                text.parse()
                    .map(Setting::PublicAddress)
                    .map_err(|_| Kind::AddressInvalid(text.to_owned()))
            }),
        ),
        "expect-warning" => (
            "expect-warning",
            need(|text| Ok(Setting::ExpectWarning(text.to_owned()))),
        ),
        _ => return None,
    })
}

fn action(name: &str, argument: &str, column: usize, found: &mut Found) -> Result<Action, Kind> {
    let bare = |action: Action| {
        if argument.is_empty() {
            Ok(action)
        } else {
            Err(Kind::ArgumentUnwanted)
        }
    };
    if argument.is_empty() && matches!(name, "wait" | "slow" | "split" | "eol" | "data" | "next") {
        return Err(Kind::ArgumentMissing);
    }
    match name {
        "wait" => Ok(Action::Wait(time(argument)?)),
        "close" => bare(Action::Close),
        "reset" => bare(Action::Reset),
        "stay" => bare(Action::Stay),
        "silence" => bare(Action::Silence),
        "slow" => Ok(Action::Slow(time(argument)?)),
        "split" => match argument.parse() {
            Ok(n) if n > 0 => Ok(Action::Split(n)),
            _ => Err(Kind::NumberInvalid(argument.to_owned())),
        },
        "eol" => match argument {
            "crlf" => Ok(Action::Eol(Eol::CrLf)),
            "lf" => Ok(Action::Eol(Eol::Lf)),
            "none" => Ok(Action::Eol(Eol::Nothing)),
            word => Err(unknown(word, &["crlf", "lf", "none"])),
        },
        "data" => data_action(argument).map(Action::Data),
        "next" => match argument {
            "time" => Ok(Action::NextTime),
            "connection" => Ok(Action::NextConnection),
            word => Err(unknown(word, &["time", "connection"])),
        },
        "say" => {
            let mut inner = Found::new();
            let text = Literal::parse(argument, Place::Say, &mut inner);
            found.extend(inner.into_iter().map(|(at, kind)| (at + column, kind)));
            Ok(Action::Say(text))
        }
        _ => Err(Kind::ActionUnknown(name.to_owned())),
    }
}

fn data_action(argument: &str) -> Result<DataAction, Kind> {
    let (word, number) = match argument.split_once(' ') {
        Some((word, number)) => (word, Some(number)),
        None => (argument, None),
    };
    let plain = |action: DataAction| match number {
        None => Ok(action),
        Some(_) => Err(Kind::ArgumentUnwanted),
    };
    match word {
        "open" => plain(DataAction::Open),
        "close" => plain(DataAction::Close),
        "reset" => plain(DataAction::Reset),
        "refuse" => plain(DataAction::Refuse),
        "hold" => plain(DataAction::Hold),
        "cut" | "from" => {
            let text = number.ok_or(Kind::ArgumentMissing)?;
            let invalid = || Kind::NumberInvalid(text.to_owned());
            if word == "cut" {
                Ok(DataAction::Cut(text.parse().map_err(|_| invalid())?))
            } else {
                let port = text.parse().ok().filter(|port| *port > 0);
                Ok(DataAction::From(port.ok_or_else(invalid)?))
            }
        }
        word => Err(unknown(
            word,
            &["open", "close", "reset", "refuse", "hold", "cut", "from"],
        )),
    }
}

fn unknown(word: &str, known: &'static [&'static str]) -> Kind {
    Kind::WordUnknown {
        found: word.to_owned(),
        known,
    }
}

/// A time: `500ms`, `5s`, `2m`; a bare number is seconds.
fn time(text: &str) -> Result<Duration, Kind> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let parsed = digits.parse::<u64>().ok().and_then(|number| {
        let ms = match &text[digits.len()..] {
            "ms" => number,
            "" | "s" => number.checked_mul(1000)?,
            "m" => number.checked_mul(60_000)?,
            _ => return None,
        };
        Some(Duration::from_millis(ms)).filter(|time| *time <= MAX_TIME)
    });
    parsed.ok_or_else(|| Kind::TimeInvalid(text.to_owned()))
}

/// `A-B`, or one port.
#[must_use]
pub fn ports(text: &str) -> Option<RangeInclusive<u16>> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to): (u16, u16) = (from.parse().ok()?, to.parse().ok()?);
    (from > 0 && from <= to).then_some(from..=to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mistakes(source: &str) -> Vec<(u32, u32, Kind)> {
        match Script::parse(source.as_bytes()) {
            Ok(_) => Vec::new(),
            Err(all) => all
                .into_iter()
                .map(|m| (m.line, m.column, m.kind))
                .collect(),
        }
    }

    #[test]
    fn every_name_that_is_told_is_known() {
        for name in NAMES {
            let read = Script::parse(format!("-- {name}\n").as_bytes());
            let unknown = |wrong: &Mistake| matches!(wrong.kind, Kind::ActionUnknown(_));
            assert!(
                !read.is_err_and(|wrong| wrong.iter().any(unknown)),
                "{name}"
            );
        }
    }

    #[test]
    fn the_example_of_the_documentation_is_read() {
        let script = Script::parse(super::super::EXAMPLE.as_bytes()).expect("no mistake");
        assert_eq!(
            script.settings.title.as_deref(),
            Some("A server that refuses the first password")
        );
        assert_eq!((script.steps().count(), script.rules().count()), (4, 4));
        assert_eq!(script.greeting.answer(0, 0), 0..2);
        assert_eq!(script.to_string(), super::super::EXAMPLE);
    }

    #[test]
    fn all_mistakes_come_at_once_with_their_places() {
        assert_eq!(
            mistakes(
                "S: 220 x\n C> USER\nC>PASS\nC>\nS> {nope}\n-- nap 5s\n-- wait long\nD> {pasv}\n-- title late\n"
            ),
            [
                (1, 1, Kind::MarkerUnknown),
                (2, 1, Kind::MarkerIndented),
                (3, 3, Kind::BlankMissing),
                (4, 4, Kind::RestMissing),
                (5, 4, Kind::ValueUnknown("nope".into())),
                (6, 4, Kind::ActionUnknown("nap".into())),
                (7, 9, Kind::TimeInvalid("long".into())),
                (8, 4, Kind::ValueMisplaced(Value::Pasv(None))),
                (9, 4, Kind::SettingLate),
            ]
        );
    }

    #[test]
    fn each_kind_of_mistake_has_its_words() {
        for (source, kind) in [
            ("-- title a\n-- title b", Kind::SettingTwice(1)),
            ("-- param a=1\n-- param a=2", Kind::SettingTwice(1)),
            ("-- param a", Kind::ParamInvalid),
            ("-- param a=1,,2", Kind::ParamInvalid),
            ("-- idle 0", Kind::TimeInvalid("0".into())),
            ("-- passive-ports 9-1", Kind::PortsInvalid("9-1".into())),
            (
                "-- public-address here",
                Kind::AddressInvalid("here".into()),
            ),
            ("-- files ../x", Kind::PathOutside),
            ("C> RETR\nD@ a/../../b", Kind::PathOutside),
            ("C> RETR\nD@ /etc/passwd", Kind::PathOutside),
            ("S> 220\nD> x", Kind::NotInGreeting),
            ("-- next time", Kind::NotInGreeting),
            ("C> A\n-- eol cr", unknown("cr", &["crlf", "lf", "none"])),
            ("C> A\n-- next day", unknown("day", &["time", "connection"])),
            ("C> A\n-- data cut", Kind::ArgumentMissing),
            ("C> A\n-- split 0", Kind::NumberInvalid("0".into())),
            ("C> A\n-- close now", Kind::ArgumentUnwanted),
            ("C> A\nS? 22x", Kind::CodeInvalid("22x".into())),
            ("S> {param.x}", Kind::ParamUnknown("x".into())),
            ("S> {arg}", Kind::ValueMisplaced(Value::Arg)),
            ("C> A\n-- wait 25h", Kind::TimeInvalid("25h".into())),
        ] {
            let found = mistakes(source);
            assert!(
                matches!(found.as_slice(), [(_, _, k)] if *k == kind),
                "{source}: {found:?}"
            );
        }
        let latin = Script::parse(b"S> 220\nS> caf\xe9").expect_err("not UTF-8");
        assert_eq!((latin[0].line, latin[0].column), (2, 7));
    }

    #[test]
    fn answers_are_counted_per_time_and_per_connection() {
        let script = Script::parse(
            b"C* A\nS> 1\n-- next time\nS> 2\n-- next connection\nS> 3\n-- next time\nS> 4\nS> 5",
        )
        .expect("no mistake");
        let body = &script.blocks[0].body;
        let at = |connection, time| body.answer(connection, time);
        assert_eq!(
            [at(0, 0), at(0, 1), at(0, 9), at(1, 0), at(7, 1)],
            [1..2, 3..4, 3..4, 5..6, 7..9]
        );
        assert_eq!(body.range(), 1..9);
        assert!(!body.is_plain());
    }

    #[test]
    fn every_directive_is_written_as_it_is_read() {
        for line in [
            "-- title A b",
            "-- files pub",
            "-- files pub read-only",
            "-- idle 30s",
            "-- param a=1..3",
            "-- passive-ports 50000-50009",
            "-- public-address 192.0.2.10",
            "-- expect-warning no-150",
            "-- wait 500ms",
            "-- wait 2m",
            "-- close",
            "-- reset",
            "-- stay",
            "-- silence",
            "-- slow 20ms",
            "-- split 3",
            "-- eol lf",
            "-- eol crlf",
            "-- eol none",
            "-- next connection",
            "-- data from 20",
            "C> USER * | PASS *\n-- data open",
            "C> A\n-- data close",
            "C> A\n-- data reset",
            "C> A\n-- data refuse",
            "C> A\n-- data cut 7",
            "C> A\n-- data hold",
            "C> A\n-- next time",
            "C> A\n-- say USER x",
            "C> A\nD@ a/{arg}",
            "C> A\nD< up-{arg}",
            "S? 331 Well?",
            "S? 3",
        ] {
            let script = Script::parse(line.as_bytes()).unwrap_or_else(|m| panic!("{line}: {m:?}"));
            let written: Vec<String> = script.lines.iter().map(|l| l.item.to_string()).collect();
            assert_eq!(written.join("\n"), line);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(source in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Script::parse(&source);
        }

        #[test]
        fn what_is_read_is_printed_unchanged(
            lines in proptest::collection::vec(
                ("(S>|C>|C\\*|D>|D@|D<|S\\?|--|#|) ?(wait 5s|next time|title x|331 a|\\{pasv\\}|\\{x1b\\}|[a-zA-Z *|{}/é.\\\\]{0,12})", "\r?\n?"),
                0..12,
            )
        ) {
            let source: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
            if let Ok(script) = Script::parse(source.as_bytes()) {
                prop_assert_eq!(script.to_string(), source);
                // And each item, written anew, is read as the same item.
                let anew: String = script.lines.iter().map(|line| format!("{}\n", line.item)).collect();
                let again = Script::parse(anew.as_bytes()).expect("what is written can be read");
                let items = |s: &Script| s.lines.iter().map(|l| l.item.clone()).collect::<Vec<_>>();
                prop_assert_eq!(items(&again), items(&script));
            }
        }

        #[test]
        fn any_reply_bytes_can_be_written(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let line = Item::Send(Literal::of(&bytes)).to_string();
            let script = Script::parse(line.as_bytes()).expect("what is written can be read");
            prop_assert_eq!(&script.lines[0].item, &Item::Send(Literal::of(&bytes)));
            let line = format!("C> x{}", super::super::literal::escape_pattern(&bytes));
            let script = Script::parse(line.as_bytes()).expect("what is written can be read");
            let mut command = b"x".to_vec();
            command.extend_from_slice(&bytes);
            let pattern = script.pattern(&script.blocks[0]).expect("a step");
            let matches = pattern.matches(&command, &|_, _| {});
            prop_assert!(matches);
        }
    }
}
