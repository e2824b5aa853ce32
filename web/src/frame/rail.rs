//! The way to every page: words beside icons, icons alone on smaller screens, a bar at the bottom on a phone.

use icondata_core::IconData;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::session::Session;
use crate::ui::Icon;
use crate::words::words;

/// The navigation.
#[component]
pub fn Rail() -> impl IntoView {
    let session = expect_context::<Session>();
    let admin = session.is_admin();
    view! {
        <nav class="rail" aria-label=words().main_navigation>
            <a class="brand" href="/">
                <span class="brand-mark" aria-hidden="true"></span>
                <span class="rail-word">{words().product}</span>
            </a>
                <ul>
                    {(!session.is_contact()).then(|| view! {
                        <RailLink address="/" word=words().home icon=icondata_lu::LuHouse exact=true/>
                        <RailLink address="/people" word=words().people icon=icondata_lu::LuUsers/>
                    })}
                    {if admin {
                        view! {
                            <RailLink address="/services" word=words().services icon=icondata_lu::LuPlug/>
                            <RailLink address="/authorizations" also="/operations/" word=words().authorizations icon=icondata_lu::LuStamp/>
                        }
                        .into_any()
                    } else {
                        view! { <RailLink address="/my-requests" word=words().my_requests icon=icondata_lu::LuStamp/> }.into_any()
                    }}
                </ul>
            <div class="rail-foot">
                <a class="rail-link" href="/explorer" rel="external" title=words().explorer_title>
                    <Icon icon=icondata_lu::LuBraces/>
                    <span class="rail-word">{words().explorer}</span>
                </a>
            </div>
        </nav>
    }
}

#[component]
fn RailLink(
    address: &'static str,
    word: &'static str,
    icon: &'static IconData,
    #[prop(default = false)] exact: bool,
    /// What else belongs to it, by the beginning of the address.
    #[prop(optional)]
    also: Option<&'static str>,
) -> impl IntoView {
    let path = use_location().pathname;
    let is_here = move || {
        path.with(|path| {
            let rest = path.strip_prefix(address);
            let is_below = !exact && rest.is_some_and(|rest| rest.starts_with('/'));
            rest == Some("") || is_below || also.is_some_and(|also| path.starts_with(also))
        })
    };
    view! {
        <li>
            <a href=address class="rail-link" title=word aria-current=move || is_here().then_some("page")>
                <Icon icon=icon/>
                <span class="rail-word">{word}</span>
            </a>
        </li>
    }
}
