//! Home of who is not an administrator: their card, their accounts, what is missing.

use leptos::prelude::*;

use crate::api;
use crate::pages::person::{Accounts, presence_tone};
use crate::queries::{Person, person};
use crate::remote::remote;
use crate::session::Me;
use crate::ui::{Avatar, Day, Notice, PageTitle, Shown, StateMark};
use crate::words::words;

/// The page of the person signed in.
#[component]
pub fn Own(me: Me) -> impl IntoView {
    let own = {
        let id = me.id.clone().unwrap_or_default();
        remote(move || api::run::<Person>(person::Variables { id: id.clone() }))
    };
    let avatar = me.avatar_url.clone();
    let name = me.name.clone();
    view! {
        <div class="page narrow">
            <header class="person-head">
                <Avatar name=me.name.clone() address=avatar class="avatar large"/>
                <div>
                    <PageTitle title=name/>
                    {me.email.map(|email| view! { <p class="muted">{email}</p> })}
                </div>
            </header>
            <Shown remote=own lines=6 let:data>
                {
                    let presence = data.user_cards.first().and_then(|card| card.presence.clone()).unwrap_or_default();
                    let user = data.users_by_pk;
                    let departure = user.as_ref().and_then(|user| user.departure.clone());
                    view! {
                        <p class="state-line">
                            <StateMark tone=presence_tone(&presence) label=words().presence_name(&presence)/>
                            {departure.map(|day| view! { <span class="muted">{words().departure} " " <Day day=day/></span> })}
                        </p>
                        {user.map(|user| view! {
                            <ul class="notes" aria-label=words().warnings>
                                {user.warnings.iter().filter_map(|warning| warning.warning.clone()).map(|code| view! {
                                    <li><Notice tone="warn" text=words().warning_name(&code)/></li>
                                }).collect_view()}
                            </ul>
                            <Accounts accounts=user.accounts review=None/>
                        })}
                    }
                }
            </Shown>
        </div>
    }
}
