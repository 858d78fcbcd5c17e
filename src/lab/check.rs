//! What can be wrong with a sheet that can be read: the two languages held against each other, and a question against
//! what was seen when the sheet was played. What is wrong with its form is a [`mistake`](super::mistake).

use std::collections::BTreeMap;

use super::{
    MAX_PARTS,
    answer::{self, Judgement, Reason},
    sheet::{Answer, Ask, AskKind, Block, Ftp, Kind, Part, RightWhen, Script, Sheet, Step, Wanted},
    template::{Line, Name, Template, TupleOf, TuplePart, What as NameOf},
};
use crate::script::check as scripts;

/// Something that is wrong with a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub what: What,
}

/// What is wrong. In what comes of comparing two languages, the line is in the sheet that is checked, and `there` in the
/// other one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The language in the head is not the one in the file's name.
    LanguageDiffers,

    /// A line of the head that is the same in both languages differs.
    HeadDiffers(&'static str),
    /// A step that the other sheet does not have; its title.
    StepMissing(String),
    /// A block of the other sheet, with this id, is not in this one.
    IdMissing {
        /// The id.
        id: String,
        /// Where the other sheet has it.
        there: u32,
    },
    /// The block stands in another step, or at another place in it.
    OrderDiffers {
        /// The id.
        id: String,
        /// Where the other sheet has it.
        there: u32,
    },
    /// The block is of another kind.
    KindDiffers {
        /// The id.
        id: String,
        /// Where the other sheet has it.
        there: u32,
    },
    /// Something of the block differs.
    BlockDiffers {
        /// The id; `None` for a block without one.
        id: Option<String>,
        /// What differs.
        part: Differs,
        /// Where the other sheet has it.
        there: u32,
    },

    /// There is no such script.
    ScriptMissing(String),
    /// The script cannot be read as one: where it is, and the first mistake of several.
    ScriptBroken {
        /// The script.
        name: String,
        /// How many mistakes it has.
        mistakes: usize,
    },
    /// The script's own check finds an error.
    ScriptWrong {
        /// The script, and its line.
        name: String,
        /// What is wrong with it.
        what: scripts::What,
    },
    /// There is no shipped capture of this name.
    CaptureMissing(String),

    /// The line of a dialogue did not come when the sheet was played.
    NotSeen {
        /// The block's id.
        id: String,
        /// The line as it is written.
        wanted: String,
        /// What came in its place.
        came: Option<String>,
    },
    /// A capture does not show what it must.
    CaptureNot {
        /// The block's id.
        id: String,
    },
    /// The right answer needs a value that the dialogues before do not show.
    NeverSeen {
        /// The question's id.
        id: String,
        /// The value.
        name: Name,
    },
    /// The right answer comes to no number.
    NoNumber {
        /// The question's id.
        id: String,
        /// The answer as it is written.
        answer: String,
    },
    /// The key's right answer is not judged right.
    RightIsWrong {
        /// The question's id.
        id: String,
        /// The answer as a student would type it.
        answer: String,
    },
    /// A wrong answer is right.
    WrongIsRight {
        /// The question's id.
        id: String,
        /// The answer as a student would type it.
        answer: String,
    },
    /// A wrong answer is the same as one above it, so that its text is never told.
    WrongHidden {
        /// The question's id.
        id: String,
        /// The answer as a student would type it.
        answer: String,
    },
    /// No choice is right with what was seen.
    NoChoiceRight {
        /// The question's id.
        id: String,
    },
    /// Every choice is right.
    EveryChoiceRight {
        /// The question's id.
        id: String,
    },
}

/// What of a block differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differs {
    /// `role=`, `line=`, `kind=`, `points=`, `lines=`, `file=`: an attribute.
    Attribute(&'static str),
    /// The lines of the dialogue.
    Dialogue,
    /// The right answers.
    Right,
    /// The wrong answers.
    Wrong,
    /// The choices: how many, and which is right.
    Choices,
    /// How many hints there are.
    Hints,
    /// One has the explanation.
    Why,
    /// The script.
    Script,
    /// The commands.
    Commands,
    /// The assertions.
    Assertions,
}

// ---- The two languages -----------------------------------------------------------------------------------------------

/// Holds a sheet against the same one in the other language. What only `there` has is told at the line where it is
/// missing, as well as that can be said.
#[must_use]
pub fn compare(here: &Sheet, there: &Sheet) -> Vec<Finding> {
    let mut found = Vec::new();
    head(here, there, &mut found);
    steps(here, there, &mut found);
    let all = |sheet: &Sheet| -> Vec<(usize, Block)> {
        let steps = std::iter::once(&sheet.intro).chain(sheet.steps.iter().map(|s| &s.parts));
        steps
            .enumerate()
            .flat_map(|(step, parts)| {
                parts.iter().filter_map(move |part| match part {
                    Part::Block(block) => Some((step, block.clone())),
                    Part::Prose(_) => None,
                })
            })
            .collect()
    };
    let (ours, theirs) = (all(here), all(there));
    let ids = |blocks: &[(usize, Block)]| -> Vec<String> {
        let ids = blocks.iter().filter_map(|(_, block)| block.kind.id());
        ids.map(str::to_owned).collect()
    };
    let (our_ids, their_ids) = (ids(&ours), ids(&theirs));
    let our_lines: BTreeMap<&str, u32> = ours
        .iter()
        .filter_map(|(_, block)| Some((block.kind.id()?, block.at)))
        .collect();
    // What is missing is told at the block that it follows there, or at the step.
    let mut before = None;
    for (step, block) in &theirs {
        let Some(id) = block.kind.id() else { continue };
        if let Some(&line) = our_lines.get(id) {
            before = Some(line);
            continue;
        }
        let of_step = step.checked_sub(1).and_then(|step| here.steps.get(step));
        found.push(Finding {
            line: before.or(of_step.map(|step| step.at)).unwrap_or(1),
            what: What::IdMissing {
                id: id.to_owned(),
                there: block.at,
            },
        });
    }
    // Of the blocks that both have, the order; a block that was moved is told once.
    let common: Vec<&String> = our_ids.iter().filter(|id| their_ids.contains(id)).collect();
    let mut expected: Vec<&String> = their_ids.iter().filter(|id| our_ids.contains(id)).collect();
    for id in common {
        let place = |blocks: &[(usize, Block)]| {
            let found = blocks.iter().find(|(_, block)| block.kind.id() == Some(id));
            found.map(|(step, block)| (*step, block.clone()))
        };
        let (Some((_, ours)), Some((_, theirs))) = (place(&ours), place(&theirs)) else {
            continue;
        };
        if expected.first() == Some(&id) {
            expected.remove(0);
        } else {
            expected.retain(|other| *other != id);
            found.push(Finding {
                line: ours.at,
                what: What::OrderDiffers {
                    id: id.clone(),
                    there: theirs.at,
                },
            });
        }
        block(&ours, &theirs, &mut found);
    }
    without_ids(&ours, &theirs, &mut found);
    found.sort_by_key(|finding| finding.line);
    found
}

fn head(here: &Sheet, there: &Sheet, found: &mut Vec<Finding>) {
    let (ours, theirs) = (&here.head, &there.head);
    for (differs, name) in [
        (ours.version != theirs.version, "version"),
        (ours.server != theirs.server, "server"),
        (ours.params != theirs.params, "param"),
    ] {
        if differs {
            found.push(Finding {
                line: 1,
                what: What::HeadDiffers(name),
            });
        }
    }
}

/// Steps that the other sheet has none for, where this one has more. Which step is which there is told by the ids that
/// both have, in the order that has most of them in common.
fn steps(here: &Sheet, there: &Sheet, found: &mut Vec<Finding>) {
    if here.steps.len() <= there.steps.len() {
        return;
    }
    let ids = |step: &Step| -> Vec<String> {
        let blocks = step.parts.iter().filter_map(|part| match part {
            Part::Block(block) => block.kind.id().map(str::to_owned),
            Part::Prose(_) => None,
        });
        blocks.collect()
    };
    let ours: Vec<Vec<String>> = here.steps.iter().map(ids).collect();
    let theirs: Vec<Vec<String>> = there.steps.iter().map(ids).collect();
    // Any two steps may be one: by their place, where no id says it.
    let alike = |a: &Vec<String>, b: &Vec<String>| {
        1 + (MAX_PARTS + 1) * a.iter().filter(|id| b.contains(id)).count()
    };
    // The best of the first i of ours and the first j of theirs.
    let mut best = vec![vec![0_usize; theirs.len() + 1]; ours.len() + 1];
    for (i, a) in ours.iter().enumerate() {
        for (j, b) in theirs.iter().enumerate() {
            best[i + 1][j + 1] = best[i][j + 1]
                .max(best[i + 1][j])
                .max(best[i][j] + alike(a, b));
        }
    }
    let (mut i, mut j) = (ours.len(), theirs.len());
    while i > 0 {
        // Where it is all the same, the last ones are missing.
        if best[i][j] == best[i - 1][j] {
            i -= 1;
            let step = &here.steps[i];
            found.push(Finding {
                line: step.at,
                what: What::StepMissing(written(&step.title)),
            });
        } else if best[i][j] == best[i][j - 1] {
            j -= 1;
        } else {
            (i, j) = (i - 1, j - 1);
        }
    }
}

/// A template as it is written in the sheet.
#[must_use]
pub fn written(template: &Template) -> String {
    use super::template::Piece;
    let pieces = template.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
        Piece::Value(name) => format!("{{{name}}}"),
    });
    pieces.collect()
}

/// Two blocks with the same id.
fn block(ours: &Block, theirs: &Block, found: &mut Vec<Finding>) {
    let id = ours.kind.id().unwrap_or_default().to_owned();
    let mut differs = |wrong: bool, part: Differs| {
        if wrong {
            found.push(Finding {
                line: ours.at,
                what: What::BlockDiffers {
                    id: Some(id.clone()),
                    part,
                    there: theirs.at,
                },
            });
        }
    };
    match (&ours.kind, &theirs.kind) {
        (Kind::Ftp(a), Kind::Ftp(b)) => {
            differs(a.role != b.role, Differs::Attribute("role"));
            differs(a.line != b.line, Differs::Attribute("line"));
            differs(dialogue(a) != dialogue(b), Differs::Dialogue);
        }
        (Kind::Ask(a), Kind::Ask(b)) => {
            differs(a.kind != b.kind, Differs::Attribute("kind"));
            differs(a.points != b.points, Differs::Attribute("points"));
            if a.kind == b.kind {
                differs(right(a) != right(b), Differs::Right);
                differs(wrong(a) != wrong(b), Differs::Wrong);
                differs(choices(a) != choices(b), Differs::Choices);
            }
            differs(a.hints.len() != b.hints.len(), Differs::Hints);
            differs(a.why.is_some() != b.why.is_some(), Differs::Why);
        }
        (Kind::Write(a), Kind::Write(b)) => {
            differs(a.points != b.points, Differs::Attribute("points"));
            differs(a.lines != b.lines, Differs::Attribute("lines"));
        }
        (Kind::Capture(a), Kind::Capture(b)) => {
            differs(a.file != b.file, Differs::Attribute("file"));
            let what = |capture: &super::sheet::Capture| -> Vec<_> {
                let all = capture.rubric.expectations.iter();
                all.map(|expectation| expectation.what.clone()).collect()
            };
            differs(what(a) != what(b), Differs::Assertions);
        }
        _ => found.push(Finding {
            line: ours.at,
            what: What::KindDiffers {
                id,
                there: theirs.at,
            },
        }),
    }
}

fn dialogue(ftp: &Ftp) -> Vec<(String, Option<String>)> {
    let lines = ftp.lines.iter().map(|line| {
        let say = match &line.what {
            Wanted::Command { say, .. } => say.as_ref().map(ToString::to_string),
            _ => None,
        };
        (line.written.clone(), say)
    });
    let between = ftp.between.iter().map(|p| (p.to_string(), None));
    lines.chain(between).collect()
}

/// Right answers that are the same in every language: all but words, of which the values are.
fn right(ask: &Ask) -> Vec<String> {
    ask.right
        .iter()
        .filter_map(|a| same(ask, &a.text))
        .collect()
}

fn wrong(ask: &Ask) -> Vec<String> {
    let answers = ask.wrong.iter();
    answers.filter_map(|(a, _)| same(ask, &a.text)).collect()
}

fn same(ask: &Ask, text: &Template) -> Option<String> {
    match ask.kind {
        AskKind::Text => {
            let names: Vec<String> = text.names().map(ToString::to_string).collect();
            (!names.is_empty()).then(|| names.join(" "))
        }
        AskKind::Number => Some(written(text).replace(' ', "")),
        _ => Some(written(text)),
    }
}

fn choices(ask: &Ask) -> Vec<&RightWhen> {
    ask.choices.iter().map(|choice| &choice.right).collect()
}

/// What a block without an id says: a server's line and script, or commands.
type Said = Option<(Line, Script, Vec<String>)>;

fn server(block: &Block) -> Said {
    match &block.kind {
        Kind::Server(server) => Some((server.line, server.script.clone(), Vec::new())),
        _ => None,
    }
}

fn commands(block: &Block) -> Said {
    match &block.kind {
        Kind::Shell(commands) => {
            let commands = commands.iter().map(written).collect();
            Some((Line::A, Script::Here(String::new()), commands))
        }
        _ => None,
    }
}

/// Servers and commands, which have no ids, one after the other. The first one that differs is told: what follows would
/// be told again and again.
fn without_ids(ours: &[(usize, Block)], theirs: &[(usize, Block)], found: &mut Vec<Finding>) {
    type Read = fn(&Block) -> Said;
    let (servers, shells): (Read, Read) = (server, commands);
    for (of, part) in [(servers, Differs::Script), (shells, Differs::Commands)] {
        let list = |blocks: &[(usize, Block)]| -> Vec<(u32, Said)> {
            let said = blocks.iter().map(|(_, block)| (block.at, of(block)));
            said.filter(|(_, said)| said.is_some()).collect()
        };
        let (ours, theirs) = (list(ours), list(theirs));
        let first = (0..ours.len().max(theirs.len()))
            .find(|&at| ours.get(at).map(|o| &o.1) != theirs.get(at).map(|t| &t.1));
        if let Some(at) = first {
            let line = |list: &[(u32, Said)]| {
                let at = list.get(at).or(list.last());
                at.map_or(1, |(line, _)| *line)
            };
            found.push(Finding {
                line: line(&ours),
                what: What::BlockDiffers {
                    id: None,
                    part,
                    there: line(&theirs),
                },
            });
        }
    }
}

// ---- A question, with what was seen ----------------------------------------------------------------------------------

/// Whether a question can be answered where it stands: the key's right answers are right, and each listed wrong answer is
/// recognised as itself. `at` is the block's line, `value` gives what was seen up to there.
#[must_use]
pub fn question(at: u32, ask: &Ask, value: &dyn Fn(&Name) -> Option<String>) -> Vec<Finding> {
    let id = || ask.id.clone();
    let missing = texts(ask, value).into_iter();
    let mut found: Vec<Finding> = missing
        .map(|name| Finding {
            line: at,
            what: What::NeverSeen { id: id(), name },
        })
        .collect();
    if ask.kind == AskKind::Choice {
        let line = ask.choices.first().map_or(1, |choice| choice.at);
        let what = match answer::right_choices(ask, value) {
            Ok(right) if right.is_empty() => Some(What::NoChoiceRight { id: id() }),
            Ok(right) if right.len() == ask.choices.len() => {
                Some(What::EveryChoiceRight { id: id() })
            }
            Ok(_) => None,
            Err(name) => Some(What::NeverSeen { id: id(), name }),
        };
        found.extend(what.map(|what| Finding { line, what }));
        return found;
    }
    for right in &ask.right {
        let what = match answer::as_typed(ask.kind, right, value) {
            Err(Some(name)) => Some(What::NeverSeen { id: id(), name }),
            Err(None) => Some(What::NoNumber {
                id: id(),
                answer: written(&right.text),
            }),
            Ok(answer) => (answer::judge(ask, &answer, value) != Judgement::Right)
                .then(|| What::RightIsWrong { id: id(), answer }),
        };
        found.extend(what.map(|what| Finding {
            line: right.at,
            what,
        }));
    }
    if !found.is_empty() {
        return found;
    }
    for (wrong, told) in &ask.wrong {
        let what = match answer::as_typed(ask.kind, wrong, value) {
            Err(Some(name)) => Some(What::NeverSeen { id: id(), name }),
            Err(None) => Some(What::NoNumber {
                id: id(),
                answer: written(&wrong.text),
            }),
            Ok(_) => match told.fill(value) {
                Err(name) => Some(What::NeverSeen {
                    id: id(),
                    name: name.clone(),
                }),
                // Two numbers may be the same by the chance of a port: with other ports they are not.
                Ok(_) => taken_for(ask, wrong, told, value).filter(|_| {
                    taken_for(ask, wrong, told, &|name| elsewhere(name, value)).is_some()
                }),
            },
        };
        found.extend(what.map(|what| Finding {
            line: wrong.at,
            what,
        }));
    }
    found
}

/// What a listed wrong answer is taken for, where it is not recognised as itself.
fn taken_for(
    ask: &Ask,
    wrong: &Answer,
    told: &Template,
    value: &dyn Fn(&Name) -> Option<String>,
) -> Option<What> {
    let answer = answer::as_typed(ask.kind, wrong, value).ok()?;
    let own = told.fill(value).ok()?;
    let id = ask.id.clone();
    match answer::judge(ask, &answer, value) {
        Judgement::Wrong(Reason::Told(text)) if text == own => None,
        Judgement::Right => Some(What::WrongIsRight { id, answer }),
        _ => Some(What::WrongHidden { id, answer }),
    }
}

/// The values as they would be with other ports.
fn elsewhere(name: &Name, value: &dyn Fn(&Name) -> Option<String>) -> Option<String> {
    let NameOf::Tuple(of, part) = &name.what else {
        return value(name);
    };
    let (high, low) = match of {
        TupleOf::Passive => (203_u16, 179),
        TupleOf::Active => (195, 82),
    };
    match part {
        TuplePart::High => Some(high.to_string()),
        TuplePart::Low => Some(low.to_string()),
        TuplePart::Port => Some((high * 256 + low).to_string()),
        TuplePart::Previous => Some((high * 256 + low - 1001).to_string()),
        TuplePart::Host | TuplePart::Tuple => value(name),
    }
}

/// The values that a question's texts need (the question itself, its hints, its explanation) and that were not seen.
fn texts(ask: &Ask, value: &dyn Fn(&Name) -> Option<String>) -> Vec<Name> {
    let all = std::iter::once(&ask.question)
        .chain(&ask.hints)
        .chain(&ask.why)
        .chain(ask.choices.iter().map(|choice| &choice.text))
        .chain(ask.choices.iter().filter_map(|choice| choice.told.as_ref()));
    let mut missing: Vec<Name> = all
        .filter_map(|text| text.fill(value).err().cloned())
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

// ---- What a sheet needs ----------------------------------------------------------------------------------------------

/// The scripts of a sheet's `server` blocks, with their lines.
#[must_use]
pub fn scripts(sheet: &Sheet) -> Vec<(u32, &Script)> {
    let blocks = sheet.blocks().filter_map(|block| match &block.kind {
        Kind::Server(server) => Some((block.at, &server.script)),
        _ => None,
    });
    blocks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::parse;

    fn sheet(steps: &str) -> Sheet {
        let text = format!("---\ntitle: T\nversion: 1\nlanguage: en\n---\n{steps}");
        parse::read(&text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
    }

    fn value(name: &Name) -> Option<String> {
        // The low byte is the high byte, by chance.
        let value = match name.to_string().as_str() {
            "pasv.high" | "pasv.low" => "200",
            "pasv.port" => "51400",
            "pwd.code" => "257",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn found(kind: &str, lines: &str) -> Vec<What> {
        let sheet = sheet(&format!(
            "## S\n```ask id=x kind={kind}\nQ?\n{lines}\n```\n"
        ));
        let Some(Kind::Ask(ask)) = sheet.block("x").map(|block| &block.kind) else {
            panic!("a question");
        };
        let found = question(7, ask, &value);
        found.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn the_chance_of_a_port_is_no_mistake_and_the_same_arithmetic_is() {
        let id = || "x".to_owned();
        assert_eq!(
            found(
                "number",
                "= {pasv.port}\n~ {pasv.high} # High.\n~ {pasv.low} # Low."
            ),
            []
        );
        assert_eq!(
            found(
                "number",
                "= {pasv.port}\n~ {pasv.high} # High.\n~ {pasv.high} + 0 # Again."
            ),
            [What::WrongHidden {
                id: id(),
                answer: "200".to_owned()
            }]
        );
        assert_eq!(
            found(
                "number",
                "= {pasv.port}\n~ {pasv.low} + 256 * {pasv.high} # No."
            ),
            [What::WrongIsRight {
                id: id(),
                answer: "51400".to_owned()
            }]
        );
        let unseen = Name::parse("list.code").expect("a name");
        assert_eq!(
            found("code", "= {pwd.code}\n! Not {list.code}."),
            [What::NeverSeen {
                id: id(),
                name: unseen
            }]
        );
        assert_eq!(
            found("text", "= a word\n= *word\n~ a sword # Sharp."),
            [What::WrongIsRight {
                id: id(),
                answer: "a sword".to_owned()
            }]
        );
    }

    #[test]
    fn the_step_that_is_missing_is_found_by_its_ids() {
        let ask = |id: &str| format!("```ask id={id} kind=code\nQ\n= 220\n```\n");
        let here = sheet(&format!(
            "## A\n{}## B\n{}## C\n{}",
            ask("a"),
            ask("b"),
            ask("c")
        ));
        let there = sheet(&format!("## A\n{}## C\n{}", ask("a"), ask("c")));
        let missing = [Finding {
            line: 11,
            what: What::StepMissing("B".to_owned()),
        }];
        assert_eq!(compare(&here, &there), missing);
        assert_eq!(
            compare(&there, &here),
            [Finding {
                line: 7,
                what: What::IdMissing {
                    id: "b".to_owned(),
                    there: 12
                }
            }]
        );
        assert_eq!(compare(&here, &here), []);
        // Without ids, the last ones.
        let (three, two) = (sheet("## A\n## B\n## C\n"), sheet("## A\n## B\n"));
        assert_eq!(compare(&three, &two)[0].line, 8);
    }
}
