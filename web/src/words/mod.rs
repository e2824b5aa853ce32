//! Every word the page says, in both languages. Each language is written in its own way; neither is translated word
//! by word. French puts a narrow no-break space (U+202F) before `: ; ! ?` and inside « ».
//!
//! The language is held outside the reactive graph: changing it draws the page anew, so that no text needs a signal.

mod phrases;
mod table;

use std::cell::Cell;

pub use table::{ENGLISH, FRENCH, Words};

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

/// The catalogue of the language spoken.
pub fn words() -> &'static Words {
    match SPOKEN.get() {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    }
}
