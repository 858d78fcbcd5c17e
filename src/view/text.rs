//! The sentences, in French and English, as Fluent messages: `text/en/ROOM.ftl` and `text/fr/ROOM.ftl` hold the same
//! ids with the same arguments (`tests/texts.rs` compares them and renders each).
//!
//! DESIGN has one file a language. A message's id begins with the name of the room it belongs to (`raw-connected` is in
//! `raw.ftl`), and a room is parsed when its first message is asked for: a command pays for its own sentences only,
//! which keeps the start of `pasv-calc` as fast as figures.md asks, and a translator finds the place by its name.

use std::cell::OnceCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};

/// A language that ftplab speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    En,
    /// French.
    Fr,
}

impl Lang {
    /// As `--lang` and HTML's `lang` have it (RFC 5646).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Fr => "fr",
        }
    }
}

macro_rules! rooms {
    ($($name:literal),* $(,)?) => {
        /// Every room: its name, its English source, its French source.
        pub const ROOMS: &[(&str, &str, &str)] = &[
            $(($name, include_str!(concat!("text/en/", $name, ".ftl")), include_str!(concat!("text/fr/", $name, ".ftl")))),*
        ];
    };
}

rooms![
    "code", "demo", "endpoint", "error", "explain", "hand", "inspect", "lab", "labcheck",
    "labmarks", "labnew", "labprint", "labrun", "listen", "pasv", "quirk", "raw", "record",
    "server", "start", "verb"
];

/// The arguments of a message: name and value. The macro [`say!`](crate::say) makes them.
pub use fluent_bundle::FluentValue as Value;

/// The sentences of one language.
pub struct Text {
    lang: Lang,
    rooms: Vec<OnceCell<FluentBundle<FluentResource>>>,
}

impl Text {
    /// The sentences of this language; nothing is parsed yet.
    #[must_use]
    pub fn new(lang: Lang) -> Text {
        Text {
            lang,
            rooms: ROOMS.iter().map(|_| OnceCell::new()).collect(),
        }
    }

    /// The language these sentences are in.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// True where a message of this id exists.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundle(id).is_some_and(|bundle| bundle.has_message(id))
    }

    /// The message of this id with these arguments. An id that does not exist comes back in braces: a test sees to it
    /// that no such id is ever asked for.
    #[must_use]
    pub fn say(&self, id: &str, args: &[(&str, Value<'_>)]) -> String {
        let message = self
            .bundle(id)
            .and_then(|bundle| Some((bundle, bundle.get_message(id)?.value()?)));
        let Some((bundle, pattern)) = message else {
            return format!("{{{id}}}");
        };
        let args: FluentArgs<'_> = args
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        let mut faults = Vec::new();
        bundle
            .format_pattern(pattern, Some(&args), &mut faults)
            .into_owned()
    }

    fn bundle(&self, id: &str) -> Option<&FluentBundle<FluentResource>> {
        let room = id.split('-').next()?;
        let at = ROOMS.iter().position(|(name, _, _)| *name == room)?;
        Some(self.rooms[at].get_or_init(|| parse(self.lang, at)))
    }
}

fn parse(lang: Lang, room: usize) -> FluentBundle<FluentResource> {
    let (_, en, fr) = ROOMS[room];
    let (source, locale) = match lang {
        Lang::En => (en, "en"),
        Lang::Fr => (fr, "fr"),
    };
    let mut bundle = FluentBundle::new(vec![locale.parse().unwrap_or_default()]);
    // Isolation marks are bidi controls: they would reach terminals, pipes and comparisons.
    bundle.set_use_isolating(false);
    // A faulty entry is left out here and found by the test that renders every message.
    let resource =
        FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

/// `say!(text, "raw-connected", address = a, port = 21)`: the message of this id, with these arguments.
#[macro_export]
macro_rules! say {
    ($text:expr, $id:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $text.say($id, &[$((stringify!($name), $crate::view::text::Value::from($value))),*])
    };
}
