//! One request, live: what it is and where it stands, what it was granted, who stands for it, its tokens, alerts,
//! deliveries, and what changed.

mod contacts;
mod facts;
mod history;
mod journal;
mod limits;
mod tokens;

use leptos::prelude::*;

use super::alert_row::{AcknowledgeButton, Alert, AlertKind, AlertStanding};
use super::changes::Scopes;
use super::marks::Status;
use crate::pages::NotFound;
use crate::queries::{Authorization, authorization};
use crate::remote::live;
use crate::ui::{Ago, Detail, DetailTitle, Each, Section, follow, is_key};
use crate::words::authorizations::said;
use contacts::Contacts;
use facts::Facts;
use history::History;
use journal::Journal;
use limits::Limits;
use tokens::{Issue, Tokens};

type Request = authorization::AuthorizationAuthorizationRequestsByPk;
type OpenAlert = authorization::AuthorizationAuthorizationRequestsByPkAlerts;

/// The request with this key.
pub fn open_request(id: String) -> AnyView {
    if is_key(&id) {
        view! { <OneRequest id=id/> }.into_any()
    } else {
        view! { <NotFound/> }.into_any()
    }
}

/// The name of a contact; the address where there is none.
pub fn name_of(first: Option<&str>, last: Option<&str>, email: &str) -> String {
    let names: Vec<&str> = [first, last].into_iter().flatten().collect();
    if names.is_empty() {
        email.to_owned()
    } else {
        names.join(" ")
    }
}

#[component]
fn OneRequest(id: String) -> impl IntoView {
    let answer = live::<Authorization>(move || authorization::Variables { id: id.clone() });
    view! {
        <Detail path="/authorizations" word=said().requests>
            {follow(
                answer,
                |data| data.authorization_requests_by_pk,
                || view! { <NotFound/> }.into_any(),
                |request| view! { <Known request=request/> }.into_any(),
            )}
        </Detail>
    }
}

#[component]
fn Known(request: Signal<Request>) -> impl IntoView {
    let title = Signal::derive(move || {
        let title = request.with(|request| request.title.clone());
        title.unwrap_or_else(|| said().untitled.to_owned())
    });
    let line = move || {
        let request = request.get();
        view! {
            <Status status=request.status amendment=request.amendment/>
            <span class="muted">
                {said().request_number(&request.external_id)} " · " <code>{request.api}</code>
                {request.last_event_at.map(|at| view! { " · " <Ago at=at/> })}
            </span>
        }
    };
    // Parts are drawn anew only when what they show has changed.
    let scopes = Memo::new(move |_| request.with(|request| request.scopes.clone()));
    let contacts = Memo::new(move |_| request.with(|request| request.contacts.clone()));
    let tokens = Memo::new(move |_| request.with(|request| request.tokens.clone()));
    let alerts = Memo::new(move |_| request.with(|request| request.alerts.clone()));
    let events = Memo::new(move |_| request.with(|request| request.events.clone()));
    let total = Memo::new(move |_| {
        let all = request.with(|request| request.events_aggregate.clone());
        all.aggregate.map_or(0, |all| all.count)
    });
    let keys = move || {
        request.with(|request| {
            std::iter::once(request.id.clone())
                .chain(request.tokens.iter().map(|token| token.id.clone()))
                .chain(request.alerts.iter().map(|alert| alert.id.clone()))
                .chain(request.limits.iter().map(|limits| limits.id.clone()))
                .collect::<Vec<_>>()
        })
    };
    let id = request.with_untracked(|request| request.id.clone());
    let limits = Memo::new(move |_| request.with(|request| request.limits.clone()));
    let may_issue = Memo::new(move |_| {
        request.with(|request| (request.status == "validated").then(|| request.id.clone()))
    });
    let issue = move || {
        may_issue
            .get()
            .map(|request| view! { <Issue request=request/> })
    };
    let granted = move || match scopes.get() {
        scopes if scopes.is_empty() => view! { <p class="muted">{said().no_scopes}</p> }.into_any(),
        scopes => view! { <Scopes scopes=scopes/> }.into_any(),
    };
    view! {
        <header class="detail-head">
            <DetailTitle title=title/>
            <p class="state-line" role="status">{line}</p>
        </header>
        <Section title=said().facts id="facts">{move || view! { <Facts request=request.get()/> }}</Section>
        <Section title=said().scopes id="scopes">{granted}</Section>
        <Section title=said().contacts id="contacts">{move || view! { <Contacts contacts=contacts.get()/> }}</Section>
        <Section title=said().tokens id="tokens">
            <Tokens tokens=tokens/>
            {issue}
        </Section>
        <Section title=said().limits id="limits"><Limits request=id limits=limits/></Section>
        <Section title=said().alerts id="alerts"><Alerts alerts=alerts/></Section>
        <Section title=said().journal id="journal"><Journal events=events total=total/></Section>
        <Section title=said().history id="history"><History keys=Signal::derive(keys)/></Section>
    }
}

#[component]
fn Alerts(#[prop(into)] alerts: Signal<Vec<OpenAlert>>) -> impl IntoView {
    let draw = |alert| view! { <OneAlert alert=alert/> }.into_any();
    view! {
        <Show
            when=move || alerts.with(|alerts| !alerts.is_empty())
            fallback=|| view! { <p class="muted">{said().no_alerts_here}</p> }
        >
            <ul class="cards"><Each rows=alerts key=|alert| &alert.id draw=draw/></ul>
        </Show>
    }
}

#[component]
fn OneAlert(alert: Signal<OpenAlert>) -> impl IntoView {
    let id = alert.with_untracked(|alert| alert.id.clone());
    let is_open = Memo::new(move |_| alert.with(|alert| alert.acknowledged_at.is_none()));
    let standing = move || {
        let alert = alert.get();
        Alert {
            acknowledged_at: alert.acknowledged_at,
            by: alert.acknowledger.map(|by| by.name),
            note: alert.note,
        }
    };
    view! {
        <li class="card">
            <div>{move || view! { <AlertKind kind=alert.with(|alert| alert.kind.clone()) open=is_open.get()/> }}</div>
            <div class="card-foot">
                <span class="muted"><Ago at=alert.with_untracked(|alert| alert.created_at.clone())/></span>
                {move || view! { <AlertStanding alert=standing()/> }}
            </div>
            <div class="actions"><AcknowledgeButton id=id open=is_open/></div>
        </li>
    }
}
