//! What a reader chose for this browser: language, theme, role, and whether single keys are shortcuts.
//! Storage may be forbidden; then a choice lasts as long as the tab.

use leptos::prelude::*;

use crate::words::{self, Language};

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// As it is stored and as the style sheet reads it.
    pub fn code(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The choices, as signals.
#[derive(Clone, Copy)]
pub struct Preferences {
    language: RwSignal<Language>,
    theme: RwSignal<Theme>,
    single_keys: RwSignal<bool>,
}

impl Preferences {
    /// The stored choices; the browser's language where none is stored.
    pub fn load() -> Self {
        let language = stored("language")
            .or_else(|| window().navigator().language())
            .unwrap_or_default();
        let language = if language.starts_with("fr") {
            Language::French
        } else {
            Language::English
        };
        words::speak(language);
        let theme = match stored("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        Self {
            language: RwSignal::new(language),
            theme: RwSignal::new(theme),
            single_keys: RwSignal::new(stored("single-keys").as_deref() != Some("off")),
        }
    }

    /// The language, tracked.
    pub fn language(self) -> Language {
        self.language.get()
    }

    /// Speaks another language from now on.
    pub fn set_language(self, language: Language) {
        store("language", Some(language.code()));
        words::speak(language);
        self.language.set(language);
    }

    /// The theme, tracked.
    pub fn theme(self) -> Theme {
        self.theme.get()
    }

    /// Shows another theme from now on.
    pub fn set_theme(self, theme: Theme) {
        let root = document().document_element();
        // Setting or removing an attribute of a valid name cannot fail.
        if theme == Theme::System {
            store("theme", None);
            root.map(|root| root.remove_attribute("data-theme"));
        } else {
            store("theme", Some(theme.code()));
            root.map(|root| root.set_attribute("data-theme", theme.code()));
        }
        self.theme.set(theme);
    }

    /// Whether single keys are shortcuts, tracked.
    pub fn single_keys(self) -> bool {
        self.single_keys.get()
    }

    /// Switches single-key shortcuts.
    pub fn set_single_keys(self, on: bool) {
        store("single-keys", if on { None } else { Some("off") });
        self.single_keys.set(on);
    }
}

/// A stored choice.
pub fn stored(key: &str) -> Option<String> {
    window()
        .local_storage()
        .ok()
        .flatten()?
        .get_item(key)
        .ok()
        .flatten()
}

/// Stores a choice, or forgets it.
pub fn store(key: &str, value: Option<&str>) {
    let Ok(Some(storage)) = window().local_storage() else {
        return;
    };
    let outcome = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
    // A full or forbidden storage only means that the choice is not kept.
    drop(outcome);
}
