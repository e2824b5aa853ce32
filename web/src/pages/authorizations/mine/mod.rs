//! The requests where the person signed in is a contact, what each asks of them, and the prolongation of a token.
//!
//! Only what the server would let them do is offered: it follows from their own roles ([`own`]) and from dates and states
//! ([`standing`]).

mod apis;
mod own;
mod prolong;
mod request;
mod standing;
mod token;

use leptos::prelude::*;

use crate::queries::{MyRequests as MyRequestsQuery, my_requests};
use crate::remote::live;
use crate::ui::{Each, PageTitle, Skeleton, follow};
use crate::words::authorizations::said;
use apis::Apis;
use own::{Own, use_own};
use request::OneRequest;

pub use prolong::Prolong;

type Request = my_requests::MyRequestsAuthorizationRequests;
type Contact = my_requests::MyRequestsAuthorizationRequestsContacts;
type Token = my_requests::MyRequestsAuthorizationRequestsTokens;

/// What every part of these pages knows beside the requests.
#[derive(Clone, Copy)]
struct Known {
    own: Signal<Option<Own>>,
    apis: Apis,
}

/// One's own requests.
#[component]
pub fn MyRequests() -> impl IntoView {
    let mine = live::<MyRequestsQuery>(|| my_requests::Variables {});
    provide_context(Known {
        own: use_own(),
        apis: Apis::ask(),
    });
    view! {
        <div class="page narrow">
            <header class="page-head"><PageTitle title=said().my_requests/></header>
            {follow(
                mine,
                |data| Some(data.authorization_requests),
                || ().into_any(),
                |requests| view! { <Cards requests=requests/> }.into_any(),
            )}
        </div>
    }
}

#[component]
fn Cards(requests: Signal<Vec<Request>>) -> impl IntoView {
    let none = || view! { <div class="empty"><strong>{said().no_mine}</strong><p>{said().no_mine_help}</p></div> };
    let draw = |request| view! { <OneRequest request=request/> }.into_any();
    let known = expect_context::<Known>();
    // What waits for the reader comes first.
    let ordered = Memo::new(move |_| {
        let mut requests = requests.get();
        if let Some(own) = known.own.get() {
            requests.sort_by_key(|request| {
                let (tone, _) = standing::expected(request, &own.roles(&request.contacts));
                tone != "warn"
            });
        }
        requests
    });
    view! {
        // What one may do follows from who one is.
        <Show when=move || known.own.with(Option::is_some) fallback=|| view! { <Skeleton lines=8/> }>
            <Show when=move || requests.with(|requests| !requests.is_empty()) fallback=none>
                <ul class="cards"><Each rows=ordered key=|request| &request.id draw=draw/></ul>
            </Show>
        </Show>
    }
}
