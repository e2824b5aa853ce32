//! The accounts of one person, on every service.

use leptos::prelude::*;

use crate::queries::{person, person_review};
use crate::remote::Remote;
use crate::ui::{AccountMark, Ago, Section, ServiceIcon, Tag};
use crate::words::words;

type Account = person::PersonUsersByPkAccounts;

/// The accounts. `review` holds what only administrators see of them.
#[component]
pub fn Accounts(
    accounts: Vec<Account>,
    review: Option<Remote<person_review::ResponseData>>,
) -> impl IntoView {
    let none = accounts.is_empty();
    view! {
        <Section title=words().accounts id="accounts">
            {none.then(|| view! { <p class="muted">{words().no_accounts}</p> })}
            <ul class="accounts">
                {accounts.into_iter().map(|account| view! { <OneAccount account=account review=review/> }).collect_view()}
            </ul>
        </Section>
    }
}

#[component]
fn OneAccount(
    account: Account,
    review: Option<Remote<person_review::ResponseData>>,
) -> impl IntoView {
    let state = words().account_state(&account.state);
    let facts = [
        (words().email, account.email.clone()),
        (words().name, account.name.clone()),
    ];
    let id = account.id.clone();
    let reviewed = Memo::new(move |_| {
        review?
            .ok()?
            .accounts
            .into_iter()
            .find(|account| account.id == id)
    });
    let remote_id = move || {
        reviewed.get().map(|account| view! {
            <div class="fact"><dt>{words().remote_id}</dt><dd><code>{account.remote_id}</code></dd></div>
        })
    };
    let raw = move || {
        reviewed.get().map(|account| view! {
            <details class="raw">
                <summary>{words().raw_data}</summary>
                <pre tabindex="0">{serde_json::to_string_pretty(&account.data).unwrap_or_default()}</pre>
            </details>
        })
    };
    view! {
        <li class="account" id=format!("account-{}", account.id) data-state=account.state.clone()>
            <div class="account-head">
                <ServiceIcon kind=account.service.kind/>
                <strong>{account.service.name}</strong>
                <span class="account-login">{account.login.clone()}</span>
                <span class="account-state">
                    <AccountMark state=account.state.clone() label=state/>
                    <span aria-hidden="true">{state}</span>
                </span>
            </div>
            {(!account.groups.is_empty()).then(|| view! {
                <ul class="tags" aria-label=words().groups>
                    {account.groups.iter().map(|group| view! { <li><Tag label=group.clone()/></li> }).collect_view()}
                </ul>
            })}
            <dl class="facts">
                {facts.into_iter().filter_map(|(name, value)| Some(view! {
                    <div class="fact"><dt>{name}</dt><dd>{value?}</dd></div>
                })).collect_view()}
                <div class="fact"><dt>{words().last_seen}</dt><dd><Ago at=account.last_seen_at/></dd></div>
                {remote_id}
            </dl>
            {raw}
        </li>
    }
}
