//! Enums whose values are words.

/// Declares an enum whose values each have a word, the same in the step language, in CSV, in JSON and on the command
/// line.
macro_rules! words {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $item_doc:literal])* $item:ident = $word:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            clap::ValueEnum, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name { $($(#[doc = $item_doc])* #[value(name = $word)] #[serde(rename = $word)] $item,)* }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: [$name; [$($word),*].len()] = [$($name::$item),*];

            /// The word of this value.
            pub const fn word(self) -> &'static str {
                match self { $($name::$item => $word,)* }
            }

            /// What the words of this list say, in one sentence: the type's documentation.
            pub const ABOUT: &str = concat!($($doc),*);

            /// What this value means: its documentation.
            pub const fn meaning(self) -> &'static str {
                match self { $($name::$item => concat!($($item_doc),*),)* }
            }

            /// The value that this word stands for; `None` for any other text.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|item| item.word() == word)
            }

            /// All words, as messages list what is allowed: `` `a`, `b` ``.
            pub fn words() -> String {
                Self::ALL.map(|item| format!("`{}`", item.word())).join(", ")
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;
