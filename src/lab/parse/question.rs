//! An `ask` block: the question, and the marked lines behind it.

use super::{Attribute, Fence, Inner, Joined, Reader, attribute, whole};
use crate::lab::{
    MAX_CHOICES,
    expression::Expression,
    mistake::Kind as Wrong,
    sheet::{Answer, Ask, AskKind, Choice, RightWhen},
};

impl<'a> Reader<'a> {
    pub(super) fn ask(
        &mut self,
        fence: &Fence<'a>,
        attributes: &[Attribute<'a>],
        id: String,
    ) -> Option<Ask> {
        let points = self.points(fence, attributes);
        let kind = attribute(attributes, "kind");
        if kind.is_none() && !fence.info.contains("kind=") {
            self.note(fence.at, fence.column, Wrong::AttributeMissing("kind"));
        }
        let kind = self.word(
            fence,
            kind,
            &["number", "code", "text", "choice"],
            &[
                AskKind::Number,
                AskKind::Code,
                AskKind::Text,
                AskKind::Choice,
            ],
        )?;
        let (question, marked) = entries(&fence.lines, kind == AskKind::Choice);
        let mut ask = Ask {
            id,
            points,
            question: self.template(&question, false),
            kind,
            right: Vec::new(),
            wrong: Vec::new(),
            choices: Vec::new(),
            hints: Vec::new(),
            why: None,
        };
        if question.text.is_empty() {
            self.note(fence.at, fence.column, Wrong::QuestionMissing);
        }
        let told = self.mistakes.len();
        let mut why_at = 0;
        for entry in &marked {
            self.entry(entry, &mut ask, &mut why_at);
        }
        if self.mistakes.len() == told {
            self.answerable(fence, &ask);
        }
        Some(ask)
    }

    fn entry(&mut self, entry: &Joined, ask: &mut Ask, why_at: &mut u32) {
        let (line, column) = entry.place(0);
        let choice = ask.kind == AskKind::Choice;
        let Some((mark, rest)) = mark_of(&entry.text) else {
            return self.note(line, column, Wrong::MarkUnknown);
        };
        let rest = entry.part(rest, entry.text.len());
        if rest.text.is_empty() {
            return self.note(line, column, Wrong::MarkEmpty);
        }
        match mark {
            Mark::Right => {
                let answer = self.answer(&rest, ask.kind);
                ask.right.push(answer);
            }
            Mark::Wrong if choice => self.note(line, column, Wrong::WrongUnwanted),
            Mark::Wrong => {
                let Some(cut) = rest.text.find(" # ") else {
                    return self.note(line, column, Wrong::ToldMissing);
                };
                let answer = self.answer(&rest.part(0, cut), ask.kind);
                let told = self.template(&rest.part(cut + 3, rest.text.len()), false);
                ask.wrong.push((answer, told));
            }
            Mark::Choice(right) => {
                if !choice {
                    return self.note(line, column, Wrong::ChoiceUnwanted);
                }
                let (text, told) = match rest.text.find(" # ") {
                    None => (rest, None),
                    Some(cut) => {
                        let told = rest.part(cut + 3, rest.text.len());
                        (rest.part(0, cut), Some(self.template(&told, false)))
                    }
                };
                ask.choices.push(Choice {
                    at: line,
                    right,
                    text: self.template(&text, false),
                    told,
                });
            }
            Mark::Hint => {
                let hint = self.template(&rest, false);
                ask.hints.push(hint);
            }
            Mark::Why => {
                if ask.why.is_some() {
                    return self.note(line, column, Wrong::WhyTwice(*why_at));
                }
                *why_at = line;
                ask.why = Some(self.template(&rest, false));
            }
        }
    }

    fn answer(&mut self, joined: &Joined, kind: AskKind) -> Answer {
        let mut told = self.mistakes.len();
        let text = self.template(joined, false);
        let (line, column) = joined.place(0);
        if let Some(at) = joined.text.find(" # ") {
            let (line, column) = joined.place(at + 1);
            self.note(line, column, Wrong::AnswerRemark);
            told += 1;
        }
        let mut number = None;
        if self.mistakes.len() == told {
            match kind {
                AskKind::Number => {
                    number = Expression::parse(&text);
                    match number.as_ref().map(Expression::text_value) {
                        None => self.note(line, column, Wrong::ExpressionInvalid),
                        Some(Some(name)) => {
                            let kind = Wrong::ExpressionText(name.clone());
                            self.note(line, column, kind);
                        }
                        Some(None) => {}
                    }
                }
                AskKind::Code if text.names().next().is_none() => {
                    let written = &joined.text;
                    if written.len() != 3 || !written.bytes().all(|b| b.is_ascii_digit()) {
                        self.note(line, column, Wrong::CodeInvalid(written.clone()));
                    }
                }
                _ => {}
            }
        }
        Answer {
            at: line,
            text,
            number,
        }
    }

    /// Whether a question that was read has what its kind needs.
    fn answerable(&mut self, fence: &Fence<'_>, ask: &Ask) {
        if ask.kind != AskKind::Choice {
            if ask.right.is_empty() {
                self.note(fence.at, fence.column, Wrong::AnswerMissing);
            }
            return;
        }
        let count = ask.choices.len();
        if !(2..=MAX_CHOICES).contains(&count) {
            self.note(fence.at, fence.column, Wrong::ChoiceCount(count));
        }
        let keys: Vec<&String> = ask
            .choices
            .iter()
            .filter_map(|choice| match &choice.right {
                RightWhen::Key(key) => Some(key),
                _ => None,
            })
            .collect();
        let always = ask.choices.iter().any(|c| c.right == RightWhen::Always);
        if !always && ask.right.is_empty() {
            self.note(fence.at, fence.column, Wrong::AnswerMissing);
        }
        for answer in &ask.right {
            if keys.is_empty() {
                self.note(answer.at, 1, Wrong::AnswerUnwanted);
            } else if let Ok(value) = answer.text.fill(|_| None)
                && !keys.iter().any(|key| **key == value)
            {
                let known = keys.iter().map(|key| (*key).clone()).collect();
                self.note(answer.at, 3, Wrong::KeyUnknown { value, known });
            }
        }
    }
}

/// What begins a line of a question.
enum Mark {
    Right,
    Wrong,
    Choice(RightWhen),
    Hint,
    Why,
}

/// The mark that a line begins with, and where what follows begins.
fn mark_of(text: &str) -> Option<(Mark, usize)> {
    let (first, rest) = (text.chars().next()?, text.get(1..).unwrap_or(""));
    if first == '(' {
        let key = &text[1..text.find(')')?];
        let fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let right = match key {
            "x" | "X" => RightWhen::Always,
            " " | "" => RightWhen::Never,
            key if key.chars().all(fine) => RightWhen::Key(key.to_owned()),
            _ => return None,
        };
        let end = key.len() + 2;
        let after = &text[end..];
        return (after.is_empty() || after.starts_with(' ')).then_some((Mark::Choice(right), end));
    }
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let mark = match first {
        '=' => Mark::Right,
        '~' => Mark::Wrong,
        '?' => Mark::Hint,
        '!' => Mark::Why,
        _ => return None,
    };
    Some((mark, 1))
}

/// The question, and what is marked behind it: a line that begins with a blank goes on with the one before. A key in
/// brackets is a mark in a choice only: in any other question it may be text.
fn entries(lines: &[Inner<'_>], choice: bool) -> (Joined, Vec<Joined>) {
    let marks = |text: &str| match mark_of(text) {
        Some((Mark::Choice(RightWhen::Key(_)), _)) => choice,
        found => found.is_some(),
    };
    let first = lines.iter().position(|inner| marks(inner.text));
    let (question, rest) = lines.split_at(first.unwrap_or(lines.len()));
    let mut marked: Vec<Joined> = Vec::new();
    for inner in rest {
        let text = inner.text.trim_end();
        if text.is_empty() {
            continue;
        }
        let goes_on = text.starts_with([' ', '\t']);
        match marked.last_mut() {
            Some(last) if goes_on => {
                last.text.push(' ');
                let blanks = text.len() - text.trim_start().len();
                last.push(inner.line, inner.column + blanks as u32, text.trim_start());
            }
            _ => {
                let mut entry = Joined::default();
                entry.push(inner.line, inner.column, text);
                marked.push(entry);
            }
        }
    }
    (whole(question), marked)
}
