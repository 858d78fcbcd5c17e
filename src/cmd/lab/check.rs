//! `lab check`: everything that can be wrong with a sheet, told before class. Its form; the two languages against each
//! other; its scripts and captures; and the sheet played by the autopilot against its own servers, where every dialogue
//! must take place and every question must have its answers.

use std::{io::Write, path::Path};

use super::{
    autopilot::Autopilot,
    bench::{Bench, Setup},
    library::{self, Found},
    run::{scratch_folder, wants_recording},
    walk,
};
use crate::{
    cli::LabCheck,
    cmd::{Context, Exit, Failure, builtin, fault},
    io::stdio as streams,
    lab::{
        check::{self, Finding, What},
        parse,
        sheet::{Kind, Script, Server, Sheet},
    },
    say,
    script::{check as scripts, notation::Script as Notated, params},
    view::lab::{
        check::{self as view, Checked, NotPlayed},
        run::Run,
    },
};

/// The subcommand, in what goes wrong.
const NAME: &str = "lab check";

/// A sheet that was read, and what was found in it so far.
struct Case {
    found: Found,
    sheet: Option<Sheet>,
    checked: Checked,
}

/// Checks the sheets that are named, both languages of each, else all that ftplab brings; exit code 1 where anything is
/// wrong.
pub(super) fn run(context: &Context, asked: &LabCheck) -> Result<Exit, Failure> {
    let mut all: Vec<Found> = Vec::new();
    let mut add = |found: Found| {
        let same = |other: &Found| other.name == found.name && other.folder == found.folder;
        if !all.iter().any(same) {
            all.push(found);
        }
    };
    if asked.sheets.is_empty() {
        library::shipped().into_iter().for_each(&mut add);
    }
    for name in &asked.sheets {
        let found = library::find(context, NAME, name)?;
        let twin = found.in_other_language().map_err(|error| {
            let what = say!(
                context.text,
                "lab-unreadable",
                name = fault::shown(Path::new(&found.name)),
                why = fault::reason(&context.text, &error)
            );
            fault::failed(context, NAME, &what)
        })?;
        add(found);
        twin.into_iter().for_each(&mut add);
    }
    let mut cases: Vec<Case> = all.into_iter().map(Case::read).collect();
    for at in 0..cases.len() {
        compare(&mut cases, at);
    }
    let mut out = streams::stdout();
    let mut exit = Exit::Done;
    for case in &mut cases {
        case.needs();
        if !asked.no_play {
            case.play(context)?;
        }
        let checked = &mut case.checked;
        checked.findings.sort_by_key(|finding| finding.line);
        let page = if asked.json {
            view::json(&context.text, checked)
        } else {
            view::page(&context.text, context.out, checked)
        };
        // Playing takes its time: what is known is told.
        out.write_all(page.as_bytes())?;
        out.flush()?;
        if !checked.is_fine() {
            exit = Exit::No;
        }
    }
    Ok(exit)
}

/// Holds a sheet against the same one in the other language, which is before or behind it.
fn compare(cases: &mut [Case], at: usize) {
    let is_twin = |other: &Case| {
        let (one, other) = (&cases[at].found, &other.found);
        one.id == other.id && one.folder == other.folder && one.language != other.language
    };
    let Some(twin) = cases.iter().position(is_twin) else {
        let found = &cases[at].found;
        cases[at].checked.alone = found.language.map(|_| found.name_in_other_language());
        return;
    };
    let (Some(here), Some(there)) = (&cases[at].sheet, &cases[twin].sheet) else {
        return;
    };
    let mut found = check::compare(here, there);
    if at > twin {
        // What both have and differs has been told.
        let one_sided = |what: &What| matches!(what, What::IdMissing { .. } | What::StepMissing(_));
        found.retain(|finding| one_sided(&finding.what));
    }
    let other = cases[twin].found.name.clone();
    let checked = &mut cases[at].checked;
    for finding in &mut found {
        if let What::HeadDiffers(name) = finding.what {
            finding.line = head_line(&checked.source, name);
        }
    }
    checked.other = other;
    checked.findings.extend(found);
}

impl Case {
    fn read(found: Found) -> Case {
        let text = String::from_utf8_lossy(&found.text);
        let mut checked = Checked {
            name: found.name.clone(),
            source: text.lines().map(str::to_owned).collect(),
            ..Checked::default()
        };
        let sheet = match parse::read_bytes(&found.text) {
            Ok(sheet) => {
                if found
                    .language
                    .is_some_and(|named| named != sheet.head.language)
                {
                    checked.findings.push(Finding {
                        line: head_line(&checked.source, "language"),
                        what: What::LanguageDiffers,
                    });
                }
                Some(sheet)
            }
            Err(mistakes) => {
                checked.mistakes = mistakes;
                None
            }
        };
        Case {
            found,
            sheet,
            checked,
        }
    }

    /// Finds the scripts and captures that the sheet names, and has its scripts checked.
    fn needs(&mut self) {
        let Some(sheet) = &self.sheet else { return };
        let mut found = Vec::new();
        let head;
        let mut named: Vec<(u32, &Script)> = check::scripts(sheet);
        if let Server::Script(name) = &sheet.head.server {
            head = Script::Named(name.clone());
            named.push((head_line(&self.checked.source, "server"), &head));
        }
        for (line, script) in named {
            let wrong = self.script(script);
            found.extend(wrong.into_iter().map(|what| Finding { line, what }));
        }
        for block in sheet.blocks() {
            if let Kind::Capture(capture) = &block.kind
                && let Some(file) = &capture.file
            {
                let beside = self.found.folder.as_ref().map(|folder| folder.join(file));
                if builtin::capture(file).is_none() && !beside.is_some_and(|path| path.is_file()) {
                    found.push(Finding {
                        line: block.at,
                        what: What::CaptureMissing(file.clone()),
                    });
                }
            }
        }
        self.checked.findings.extend(found);
    }

    /// What is wrong with a script, as `fake-server --check` says; what clients stumble over is the sheet's business.
    fn script(&self, script: &Script) -> Vec<What> {
        let (name, text, folder) = match script {
            Script::Named(name) => match self.found.script(name) {
                Ok(Some(found)) => (found.name, found.text, Some(found.folder)),
                Ok(None) | Err(_) => return vec![What::ScriptMissing(name.clone())],
            },
            // Its form was read with the sheet.
            Script::Here(text) => (self.found.name.clone(), text.clone().into_bytes(), None),
        };
        let script = match Notated::parse(&text) {
            Ok(script) => script,
            Err(mistakes) => {
                let mistakes = mistakes.len();
                return vec![What::ScriptBroken { name, mistakes }];
            }
        };
        let values = params::resolve(&script.settings.params, &[], None).unwrap_or_default();
        let findings = scripts::check(&script, &values, &|path| {
            folder.as_ref().and_then(|folder| folder.length(path))
        });
        findings
            .iter()
            .filter(|finding| finding.what.is_error())
            .map(|finding| What::ScriptWrong {
                name: match finding.line {
                    0 => name.clone(),
                    line => format!("{name}:{line}"),
                },
                what: finding.what.clone(),
            })
            .collect()
    }

    /// Has the autopilot play the sheet against its own servers.
    fn play(&mut self, context: &Context) -> Result<(), Failure> {
        let Some(sheet) = &self.sheet else {
            return Ok(());
        };
        if let Server::Real(host, port) = &sheet.head.server {
            let server = format!("{host}:{port}");
            self.checked.not_played = Some(NotPlayed::Real(server));
            return Ok(());
        }
        let missing = |finding: &Finding| {
            matches!(
                finding.what,
                What::ScriptMissing(_) | What::ScriptBroken { .. } | What::CaptureMissing(_)
            )
        };
        if self.checked.findings.iter().any(missing) {
            self.checked.not_played = Some(NotPlayed::Wrong);
            return Ok(());
        }
        match autopilot(context, &self.found, sheet) {
            Ok((found, played)) => {
                self.checked.findings.extend(found);
                self.checked.played = Some(played);
            }
            Err(failure) => {
                self.checked.not_played = Some(NotPlayed::Failed(failure.to_string()));
            }
        }
        Ok(())
    }
}

/// The line of the head that says this; 1 where none does.
fn head_line(source: &[String], name: &str) -> u32 {
    let head = source
        .iter()
        .skip(1)
        .take_while(|line| line.trim_end() != "---");
    let mut named = (2..).zip(head).filter(|(_, line)| {
        let key = line.split_once(':').map(|(key, _)| key.split(' ').next());
        key.flatten() == Some(name)
    });
    named.next().map_or(1, |(line, _)| line)
}

/// What the autopilot found, and how many dialogues and questions it came through.
fn autopilot(
    context: &Context,
    found: &Found,
    sheet: &Sheet,
) -> Result<(Vec<Finding>, (u64, u64)), Failure> {
    let folder = scratch_folder(context, "lab check")?;
    let params = params::resolve(&sheet.head.params, &[], None).unwrap_or_default();
    let setup = Setup {
        sheet: found.id.clone(),
        events: folder.join(format!("{}.events", found.name.replace('/', "-"))),
        also: None,
        folder: found.folder.clone(),
        student: None,
        params: params.clone(),
        port: Some(0),
        record: wants_recording(sheet).then(|| folder.clone()),
        explain: "off",
        hints: false,
        patient: false,
        columns: context.out.width(),
    };
    let mut walk = walk::Walk {
        sheet,
        bench: Bench::new(context, sheet, setup),
        view: Run {
            text: &context.text,
            style: context.out,
        },
        report: walk::fresh(found, sheet, None, params, true),
        kept: None,
        unsaved: None,
        offered: false,
        recorded: false,
        brief: true,
    };
    let mut nowhere = |_: &str| Ok(());
    let mut autopilot = Autopilot::new(context, std::time::Duration::ZERO, &mut nowhere);
    let walked = walk.walk(&mut autopilot);
    let result = (std::mem::take(&mut autopilot.found), autopilot.played);
    drop(walk);
    let _ = std::fs::remove_dir_all(&folder);
    walked?;
    Ok(result)
}
