//! What a reader chose in a list, kept in the query of the address.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::location::State;
use leptos_router::params::ParamsMap;

use super::PAGE_SIZE;

type Navigate = std::rc::Rc<dyn Fn(&str, NavigateOptions)>;

/// The choices of the list on this page.
#[derive(Clone, Copy)]
pub struct Address {
    query: Memo<ParamsMap>,
    path: Memo<String>,
    navigate: StoredValue<Navigate, LocalStorage>,
}

/// Reads and writes the choices in the address of this page.
pub fn use_address() -> Address {
    let navigate: Navigate = std::rc::Rc::new(use_navigate());
    Address {
        query: use_query_map(),
        path: use_location().pathname,
        navigate: StoredValue::new_local(navigate),
    }
}

impl Address {
    /// One choice, tracked; empty when nothing was chosen.
    pub fn get(self, key: &str) -> String {
        self.query
            .with(|query| query.get_str(key).unwrap_or_default().to_owned())
    }

    /// The values ticked in a facet, tracked.
    pub fn ticked(self, key: &str) -> Vec<String> {
        self.get(key)
            .split(',')
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The page shown, from 0, tracked.
    pub fn page(self) -> i64 {
        self.get("page")
            .parse::<i64>()
            .map_or(0, |page| (page - 1).max(0))
    }

    /// Rows to leave out before the page shown, tracked.
    pub fn offset(self) -> i64 {
        self.page() * PAGE_SIZE
    }

    /// The column sorted by, and whether backwards, tracked.
    pub fn sort(self, otherwise: &str) -> (String, bool) {
        let sort = self.get("sort");
        let sort = if sort.is_empty() {
            otherwise.to_owned()
        } else {
            sort
        };
        match sort.strip_prefix('-') {
            Some(key) => (key.to_owned(), true),
            None => (sort, false),
        }
    }

    /// The query with its question mark, for links that keep the choices, tracked.
    pub fn query_string(self) -> String {
        let query = self.query.with(ParamsMap::to_query_string);
        if query == "?" { String::new() } else { query }
    }

    /// Goes to another page of rows.
    pub fn set_page(self, page: i64) {
        let page = (page > 0).then(|| (page + 1).to_string());
        self.change("page", page, false);
    }

    /// Makes a choice and goes back to the first page of rows.
    pub fn set(self, key: &'static str, value: Option<String>) {
        self.change(key, value, false);
    }

    /// As `set`, without an entry of its own in the history: for what changes with every key.
    pub fn set_quietly(self, key: &'static str, value: Option<String>) {
        self.change(key, value, true);
    }

    /// Forgets some choices.
    pub fn clear(self, keys: &[&str]) {
        let mut query = self.query.get_untracked();
        for key in keys.iter().chain(&["page"]) {
            query.remove(key);
        }
        self.go(&query, false);
    }

    fn change(self, key: &'static str, value: Option<String>, replace: bool) {
        let mut query = self.query.get_untracked();
        query.remove("page");
        query.remove(key);
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            query.insert(key, value);
        }
        self.go(&query, replace);
    }

    fn go(self, query: &ParamsMap, replace: bool) {
        let query = query.to_query_string();
        let path = self.path.get_untracked();
        let address = if query == "?" {
            path
        } else {
            format!("{path}{query}")
        };
        let options = NavigateOptions {
            resolve: false,
            replace,
            scroll: false,
            state: State::default(),
        };
        self.navigate
            .with_value(|navigate| navigate(&address, options));
    }
}

/// The way up or the way down, of an order that has both.
pub fn direction<O>((up, down): (O, O), backwards: bool) -> O {
    if backwards { down } else { up }
}

/// The values ticked in a facet; all of them while none is, tracked.
pub fn ticked_or(address: Address, key: &str, all: &[&str]) -> Vec<String> {
    let ticked = address.ticked(key);
    if ticked.is_empty() {
        all.iter().map(|&value| value.to_owned()).collect()
    } else {
        ticked
    }
}
