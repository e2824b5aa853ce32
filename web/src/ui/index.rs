//! The index of what is open: the titles of its parts, at its side where there is room, with the one marked that is read.
//!
//! The document is the truth: which parts there are, and in which order, is read from it whenever one comes or goes.

use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use super::split::Beside;
use crate::words::words;

/// Where a title that is gone to stands below the top, in pixels.
const MARGIN: f64 = 16.0;

/// The parts of what is open. Given to what is inside, whose sections tell of themselves.
#[derive(Clone, Copy)]
pub struct Index {
    inside: NodeRef<html::Div>,
    parts: RwSignal<Vec<Part>>,
    current: RwSignal<Option<String>>,
    /// The part that was gone to, and how far the page was scrolled then: the last ones cannot come to the top.
    gone_to: StoredValue<Option<(String, i32)>>,
    beside: Option<Beside>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Part {
    id: String,
    title: String,
}

/// What is scrolled, and where its visible part begins and how high it is on the screen.
struct Scrolled {
    all: Element,
    top: f64,
    height: f64,
}

impl Index {
    /// An index of nothing yet.
    pub fn new(inside: NodeRef<html::Div>) -> Self {
        Self {
            inside,
            parts: RwSignal::new(Vec::new()),
            current: RwSignal::new(None),
            gone_to: StoredValue::new(None),
            beside: use_context(),
        }
    }

    /// Reads the parts anew, once what is being drawn is drawn.
    pub fn read(self) {
        request_animation_frame(move || {
            let part = |title: HtmlElement| Part {
                id: title.id(),
                title: title.text_content().unwrap_or_default(),
            };
            let parts: Vec<Part> = self.titles().into_iter().map(part).collect();
            let is_first = self.parts.try_with_untracked(Vec::is_empty) == Some(true);
            self.parts.try_set(parts.clone());
            self.mark();
            if is_first {
                let hash = window().location().hash().unwrap_or_default();
                let named = |part: &&Part| hash.strip_prefix('#') == Some(&part.id);
                if let Some(part) = parts.iter().find(named) {
                    self.go(&part.id);
                }
            }
        });
    }

    /// Marks the part that is read. The line of reading moves from the top to the bottom as the page is scrolled, so that
    /// each part is read at some time.
    pub fn mark(self) {
        let Some(scrolled) = self.scrolled() else {
            return;
        };
        let gone_to = self.gone_to.get_value();
        let current = match gone_to {
            Some((id, by)) if by == scrolled.all.scroll_top() => Some(id),
            _ => {
                self.gone_to.set_value(None);
                let at_most = scrolled.all.scroll_height() - scrolled.all.client_height();
                let share = f64::from(scrolled.all.scroll_top()) / f64::from(at_most.max(1));
                let line = scrolled.top + MARGIN + share * scrolled.height + 1.0;
                let titles = self.titles();
                let last = titles
                    .iter()
                    .rfind(|title| title.get_bounding_client_rect().top() <= line);
                last.or(titles.first()).map(|title| title.id())
            }
        };
        if self.current.try_with_untracked(|held| *held != current) == Some(true) {
            self.current.set(current);
        }
    }

    /// Brings a part into view and puts the focus on its title.
    fn go(self, id: &str) {
        let title = self.titles().into_iter().find(|title| title.id() == id);
        let (Some(title), Some(scrolled)) = (title, self.scrolled()) else {
            return;
        };
        let all = scrolled.all;
        let below = title.get_bounding_client_rect().top() - scrolled.top - MARGIN;
        // Only this is scrolled: `scroll_into_view` would move the list beside it, too.
        all.scroll_by_with_x_and_y(0.0, below);
        drop(title.focus());
        self.gone_to
            .set_value(Some((id.to_owned(), all.scroll_top())));
        self.mark();
    }

    fn titles(self) -> Vec<HtmlElement> {
        let inside = self.inside.try_get_untracked().flatten();
        let found = inside.and_then(|inside| inside.query_selector_all(".section-title").ok());
        let Some(found) = found else {
            return Vec::new();
        };
        (0..found.length())
            .filter_map(|at| found.get(at)?.dyn_into().ok())
            .collect()
    }

    fn scrolled(self) -> Option<Scrolled> {
        let inside = self.inside.try_get_untracked().flatten()?;
        if self.beside.is_some_and(|beside| beside.0.get_untracked()) {
            let all = inside.closest("article").ok()??;
            let place = all.get_bounding_client_rect();
            return Some(Scrolled {
                all,
                top: place.top(),
                height: place.height(),
            });
        }
        let all = document().document_element()?;
        let top = header_height();
        let height = f64::from(all.client_height()) - top;
        Some(Scrolled { all, top, height })
    }
}

/// How much of the window the header above a page covers, in pixels.
fn header_height() -> f64 {
    let header = document().query_selector(".header").ok().flatten();
    header.map_or(0.0, |header| header.get_bounding_client_rect().height())
}

/// The titles, as links.
#[component]
pub fn IndexLinks(index: Index) -> impl IntoView {
    let link = move |part: Part| {
        let Part { id, title } = part;
        let href = format!("#{id}");
        let id = StoredValue::new(id);
        let is_current = move || {
            let current = index.current.get();
            (current == Some(id.get_value())).then_some("location")
        };
        let press = move |event: MouseEvent| {
            // Another tab is the browser's to open.
            if event.ctrl_key() || event.meta_key() || event.shift_key() {
                return;
            }
            event.prevent_default();
            index.go(&id.get_value());
        };
        view! { <li><a href=href aria-current=is_current on:click=press>{title}</a></li> }
    };
    view! {
        <nav class="index" aria-label=words().on_this_page>
            <ul>
                <For each=move || index.parts.get() key=Part::clone children=link/>
            </ul>
        </nav>
    }
}
