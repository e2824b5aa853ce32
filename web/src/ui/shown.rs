//! What stands where a value is not there yet or will not come, and the title of a page.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::html;
use leptos::prelude::*;

use super::button::Button;
use super::icon::Icon;
use crate::api::ApiError;
use crate::remote::Remote;
use crate::words::words;

/// Whether no page has been shown yet.
static FIRST_PAGE: AtomicBool = AtomicBool::new(true);

/// Names the document after what is shown.
pub fn name_document(title: &str) {
    document().set_title(&format!("{title} · {}", words().product));
}

/// The one `h1` of a page. It takes the focus when the page is gone to, and names the document.
#[component]
pub fn PageTitle(
    #[prop(into)] title: Signal<String>,
    #[prop(default = "")] class: &'static str,
) -> impl IntoView {
    let node = NodeRef::<html::H1>::new();
    Effect::new(move |_| {
        title.with(|title| name_document(title));
    });
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        // The first page keeps the focus at its start, where the way past the navigation is.
        if !FIRST_PAGE.swap(false, Ordering::Relaxed) {
            drop(node.focus());
        }
    });
    view! { <h1 node_ref=node tabindex="-1" class=class>{move || title.get()}</h1> }
}

/// Shows a value of the server: a skeleton before it comes, the error with a way to try again, or the value.
#[component]
pub fn Shown<T, V>(
    remote: Remote<T>,
    #[prop(default = 4)] lines: usize,
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    move || match remote.get() {
        None => view! { <Skeleton lines=lines/> }.into_any(),
        Some(Err(error)) => {
            view! { <ErrorNote error=error retry=move || remote.reload()/> }.into_any()
        }
        Some(Ok(value)) => children(value).into_any(),
    }
}

/// Shows the one row that a live value holds. The frame is drawn anew only when the row comes, is missing or is refused;
/// what is inside follows it, so that the focus and what a reader has opened stay.
pub fn follow<D, T>(
    remote: Remote<D>,
    row: fn(D) -> Option<T>,
    missing: fn() -> AnyView,
    draw: fn(Signal<T>) -> AnyView,
) -> impl IntoView
where
    D: Clone + Send + Sync + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let latest = Memo::new(move |_| remote.ok().and_then(row));
    let standing = Memo::new(move |_| match remote.get() {
        None => Standing::Awaited,
        Some(Err(_)) => Standing::Refused,
        Some(Ok(_)) if latest.with(Option::is_none) => Standing::Missing,
        Some(Ok(_)) => Standing::There,
    });
    move || match standing.get() {
        Standing::Awaited => view! { <Skeleton lines=8/> }.into_any(),
        Standing::Missing => missing(),
        Standing::Refused => remote
            .error()
            .map(|error| view! { <ErrorNote error=error retry=move || remote.reload()/> })
            .into_any(),
        Standing::There => {
            let Some(first) = latest.get_untracked() else {
                return missing();
            };
            let held = RwSignal::new(first);
            Effect::new(move |_| {
                if let Some(row) = latest.get()
                    && held.with_untracked(|held| *held != row)
                {
                    held.set(row);
                }
            });
            draw(held.into())
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Awaited,
    There,
    Missing,
    Refused,
}

/// Grey lines, after a short patience, where text will stand.
#[component]
pub fn Skeleton(lines: usize) -> impl IntoView {
    view! {
        <div class="skeleton" aria-busy="true">
            <span class="unseen">{words().loading}</span>
            {(0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view()}
        </div>
    }
}

/// What failed, the number of the request, and a button to try again.
#[component]
pub fn ErrorNote(error: ApiError, retry: impl Fn() + 'static) -> impl IntoView {
    view! {
        <div class="note" role="alert" data-tone="bad">
            <Icon icon=icondata_lu::LuCircleAlert/>
            <div class="note-words">
                <strong>{words().error_title}</strong>
                <p>{words().error(&error)}</p>
                {error.request_id.map(|id| view! { <p class="request">{words().request_number} " " <code>{id}</code></p> })}
            </div>
            <Button press=move |_| retry()>{words().retry}</Button>
        </div>
    }
}

/// A sentence of state in a frame: `tone` as for a state mark.
#[component]
pub fn Notice(tone: &'static str, #[prop(into)] text: String) -> impl IntoView {
    let icon = match tone {
        "ok" => icondata_lu::LuCircleCheck,
        "warn" => icondata_lu::LuTriangleAlert,
        "bad" => icondata_lu::LuCircleAlert,
        _ => icondata_lu::LuInfo,
    };
    view! {
        <div class="note" data-tone=tone>
            <Icon icon=icon/>
            <p class="note-words">{text}</p>
        </div>
    }
}
