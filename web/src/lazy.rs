//! Pages that come when somebody first goes to them. The module is split after linking (`xtask/src/web`): what only
//! the pages of one chunk use is a file of its own, so that the first page stays small.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::api::ApiError;
use crate::pages::{RunRoute, Services};
use crate::ui::{ErrorNote, Skeleton};

/// Draws a page whose chunk has come.
type Draw = fn() -> AnyView;

type Loading = Pin<Box<dyn Future<Output = Result<Draw, SplitLoaderError>>>>;

/// The list of services and syncs.
pub fn services() -> AnyView {
    lazily(|| Box::pin(load_services()))
}

/// One sync.
pub fn run() -> AnyView {
    lazily(|| Box::pin(load_run()))
}

#[wasm_split(services, wasm_split_path = leptos::wasm_split, fallible)]
fn load_services() -> Result<Draw, SplitLoaderError> {
    Ok(|| view! { <Services/> }.into_any())
}

#[wasm_split(services, wasm_split_path = leptos::wasm_split, fallible)]
fn load_run() -> Result<Draw, SplitLoaderError> {
    Ok(|| view! { <RunRoute/> }.into_any())
}

fn lazily(load: fn() -> Loading) -> AnyView {
    let page = RwSignal::new(None);
    let ask = move || {
        page.set(None);
        spawn_local(async move {
            let loaded = load().await.ok();
            // The reader may have left meanwhile.
            page.try_set(Some(loaded));
        });
    };
    ask();
    (move || match page.get() {
        None => view! { <div class="page"><Skeleton lines=6/></div> }.into_any(),
        Some(Some(draw)) => draw(),
        Some(None) => view! { <div class="page"><ErrorNote error=ApiError::part_missing() retry=reload/></div> }.into_any(),
    })
    .into_any()
}

/// A chunk that does not come is gone with an older server, or the network is: in both cases the page begins anew.
fn reload() {
    drop(window().location().reload());
}
