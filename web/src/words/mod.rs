//! Every word the page says, in both languages. Each language is written in its own way; neither is translated word
//! by word. French puts a narrow no-break space (U+202F) before `: ; ! ?` and inside « ».
//!
//! The language is held outside the reactive graph: changing it draws the page anew, so that no text needs a signal.

/// One catalogue: each word in English, then in French. Pages that are loaded later have catalogues of their own, so
/// that the first page does not load their words.
macro_rules! catalogue {
    ($(#[$doc:meta])* $catalogue:ident; $($name:ident: $english:literal, $french:literal;)*) => {
        $(#[$doc])*
        pub struct $catalogue {
            pub spoken: crate::words::Language,
            $(pub $name: &'static str,)*
        }

        impl $catalogue {
            /// The words of one language.
            pub fn of(language: crate::words::Language) -> &'static Self {
                use crate::words::Language;
                static ENGLISH: $catalogue = $catalogue { spoken: Language::English, $($name: $english,)* };
                static FRENCH: $catalogue = $catalogue { spoken: Language::French, $($name: $french,)* };
                match language {
                    Language::English => &ENGLISH,
                    Language::French => &FRENCH,
                }
            }
        }
    };
}

pub mod authorizations;
mod phrases;
mod table;

use std::cell::Cell;

pub use table::Words;

/// A language the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    French,
}

impl Language {
    /// As `lang` attributes and the storage write it.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }
}

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// Speaks a language from now on.
pub fn speak(language: Language) {
    SPOKEN.set(language);
}

/// The language spoken.
pub fn spoken() -> Language {
    SPOKEN.get()
}

/// The catalogue of the language spoken.
pub fn words() -> &'static Words {
    Words::of(spoken())
}
