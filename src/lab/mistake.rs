//! What can be wrong with a sheet, as data: which line, which column, what. The sentences are in `view`.

use super::template::{FaultKind, Name};
use crate::{
    analysis::expect::{Misread, Unmeetable},
    script::mistake::{self, Kind as Notation},
};

/// A mistake in a sheet.
pub type Mistake = mistake::Mistake<Kind>;

/// What is wrong. `nearest` is the word that was perhaps meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The sheet is longer than [`super::MAX_SHEET`] bytes.
    TooLong,
    /// A byte that is not UTF-8.
    NotUtf8,
    /// More steps, blocks and lines of dialogues than [`super::MAX_PARTS`].
    TooMany,

    /// The first line is not `---`.
    HeadMissing,
    /// The head is never ended by a second `---`.
    HeadOpen,
    /// Not `name: value`.
    HeadLine,
    /// The head has no such line.
    HeadUnknown {
        /// What stands there.
        name: String,
        /// The nearest name.
        nearest: Option<&'static str>,
    },
    /// The head needs this line.
    HeadLacks(&'static str),
    /// This line stands twice; the first is in this line.
    HeadTwice(u32),
    /// Nothing stands behind the colon.
    HeadEmpty,
    /// Not a whole number from A to B.
    NumberInvalid {
        /// What stands there.
        value: String,
        /// The least.
        from: u32,
        /// The most.
        to: u32,
    },
    /// Neither `en` nor `fr`.
    LanguageUnknown(String),
    /// No script's name, no `host`, no `host:port`.
    ServerInvalid(String),
    /// Not `param NAME: …` with a default, `A..B` or `a, b, c`.
    ParamInvalid,
    /// No `param` of this name in the head.
    ParamUnknown {
        /// What stands there.
        name: String,
        /// The nearest that is declared.
        nearest: Option<String>,
    },

    /// There is no step: no line begins with `##`.
    StepsMissing,
    /// A step without a title.
    TitleMissing,
    /// A heading of the second level made by a line of dashes under it.
    Underlined,
    /// A block's fence is never closed.
    FenceOpen,
    /// A block inside a list or a quotation.
    Nested,
    /// A block that needs a step, before the first step.
    BeforeSteps,
    /// No block has this name.
    BlockUnknown {
        /// What stands there.
        name: String,
        /// The nearest name.
        nearest: Option<&'static str>,
    },
    /// The block has no such attribute.
    AttributeUnknown {
        /// What stands there.
        name: String,
        /// The nearest.
        nearest: Option<&'static str>,
        /// All that it has.
        known: &'static [&'static str],
    },
    /// Not `name=value`.
    AttributeInvalid(String),
    /// An attribute stands twice.
    AttributeTwice(&'static str),
    /// The block needs this attribute.
    AttributeMissing(&'static str),
    /// Not one of the words that are possible for this attribute.
    WordUnknown {
        /// What stands there.
        value: String,
        /// The nearest.
        nearest: Option<&'static str>,
        /// All that are possible.
        known: &'static [&'static str],
    },
    /// Not an id.
    IdInvalid(String),
    /// The id is taken by the block in this line.
    IdTwice(u32),

    /// What is wrong with a text's braces.
    Template(FaultKind, Option<String>),
    /// A value that is known only while the student works, in a text that is shown before.
    NameTooEarly(Name),
    /// A value of the second control line, which no `server line=b` before it begins.
    NoLineB,

    /// A line of a dialogue that is wrong.
    Notation(Notation),
    /// A line of a script in a `server` block that is wrong.
    Script(Notation),
    /// A marker that stands in scripts, not in what a student has to do.
    MarkerOfScripts(&'static str),
    /// `--` and something else than `say`, or not behind a `C>`.
    SayOnly,
    /// No command can be made of this pattern, and `-- say` does not give one.
    SayMissing,
    /// A right answer with ` # ` in it: nobody would type that.
    AnswerRemark,
    /// The first thing behind `S>` is no reply code.
    CodeInvalid(String),
    /// A block with nothing in it that must come.
    DialogueEmpty,
    /// The student has nobody to talk to: `server: none`, and no `server` block before.
    NobodyThere,

    /// A `server` block with `use=` and a text.
    ServerBoth,
    /// A `server` block with neither.
    ServerNeither,

    /// No question.
    QuestionMissing,
    /// A line that begins with none of the marks, behind the first line that does.
    MarkUnknown,
    /// A mark with nothing behind it.
    MarkEmpty,
    /// `(x)` in a question that is no choice.
    ChoiceUnwanted,
    /// Fewer than two choices, or more than [`super::MAX_CHOICES`].
    ChoiceCount(usize),
    /// A wrong answer of a choice stands behind its `#`.
    WrongUnwanted,
    /// `~` without ` # ` and what is told.
    ToldMissing,
    /// No answer is right.
    AnswerMissing,
    /// `=` in a choice that has no `(KEY)`.
    AnswerUnwanted,
    /// `=` is no key of the choices.
    KeyUnknown {
        /// What stands there.
        value: String,
        /// The keys.
        known: Vec<String>,
    },
    /// Two `!`.
    WhyTwice(u32),
    /// Not a number, nor arithmetic.
    ExpressionInvalid,
    /// The values' names are texts, and the answer is a number: such a value is none.
    ExpressionText(Name),

    /// A `shell` block without a command.
    ShellEmpty,
    /// Not TOML, or with a field that nobody knows, or a value that its field does not take.
    RubricMisread(Misread),
    /// An expectation names nothing or several things; its number.
    RubricNotOne(usize),
    /// No expectations, or too many.
    RubricCount(usize),
    /// The expectation of this number asks for what no capture can show.
    RubricUnmeetable(usize, Unmeetable),
}
