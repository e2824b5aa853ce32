//! Pages that come when somebody first goes to them. The module is split after linking (`xtask/src/web`): what only
//! the pages of one chunk use is a file of its own, so that the first page stays small.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::api::ApiError;
use crate::pages::{
    Alerts, ContactEntry, DeliveriesRoute, Jobs, MyRequests, Prolong, RequestsRoute, RunRoute,
    Services, TokenShown, Tokens,
};
use crate::ui::{ErrorNote, Skeleton};

/// Draws a page whose chunk has come.
type Draw = fn() -> AnyView;

type Loading = Pin<Box<dyn Future<Output = Result<Draw, SplitLoaderError>>>>;

/// A page that comes with a chunk.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident, $chunk:ident, $load:ident, $page:ident) => {
        $(#[$doc])*
        pub fn $name() -> AnyView {
            lazily(|| Box::pin($load()))
        }

        #[wasm_split($chunk, wasm_split_path = leptos::wasm_split, fallible)]
        fn $load() -> Result<Draw, SplitLoaderError> {
            Ok(|| view! { <$page/> }.into_any())
        }
    };
}

page!(
    /// The services and their syncs.
    services, services, load_services, Services
);
page!(
    /// One sync.
    run, services, load_run, RunRoute
);
page!(
    /// The authorization requests, and one of them.
    requests, authorizations, load_requests, RequestsRoute
);
page!(
    /// The tokens of all requests.
    tokens, authorizations, load_tokens, Tokens
);
page!(
    /// The alerts.
    alerts, authorizations, load_alerts, Alerts
);
page!(
    /// The journal of deliveries, and one of them.
    deliveries, authorizations, load_deliveries, DeliveriesRoute
);
page!(
    /// The jobs.
    jobs, authorizations, load_jobs, Jobs
);
page!(
    /// The sign-in of a contact, by a mailed link.
    contact_entry, links, load_contact_entry, ContactEntry
);
page!(
    /// A token, shown by a mailed link.
    token_shown, links, load_token_shown, TokenShown
);
page!(
    /// One's own requests.
    my_requests, mine, load_my_requests, MyRequests
);
page!(
    /// The prolongation of one's own token.
    prolong, mine, load_prolong, Prolong
);

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
