//! What a request is, and the days of its life.

use leptos::prelude::*;

use super::Request;
use crate::format;
use crate::words::authorizations::said;

/// The list of facts; what is not said is left out.
#[component]
pub fn Facts(request: Request) -> impl IntoView {
    let text = |text: Option<String>| text.map(IntoAny::into_any);
    let code = |text: Option<String>| text.map(|text| view! { <code>{text}</code> }.into_any());
    let day = |at: Option<String>| {
        at.map(|at| {
            let (title, text) = (format::moment(&at), format::day_of(&at));
            view! { <time datetime=at title=title>{text}</time> }.into_any()
        })
    };
    let organization = request.organization.map(|organization| {
        view! {
            {organization.name.map(|name| view! { <span>{name}</span> })}
            <span class="muted numeric">{said().siret} " " {organization.siret}</span>
        }
        .into_any()
    });
    let provider = request.service_provider.as_ref().and_then(|provider| {
        let member = |name: &str| provider.get(name).and_then(|value| value.as_str());
        let id = member("id")?.to_owned();
        let siret = member("siret").map(str::to_owned);
        Some(view! {
            <span>{id}</span>
            {siret.map(|siret| view! { <span class="muted numeric">{said().siret} " " {siret}</span> })}
        }
        .into_any())
    });
    let modalities = request.modalities.iter().map(|code| said().modality(code));
    let modalities: Vec<String> = modalities.collect();
    let modalities = (!modalities.is_empty()).then(|| modalities.join(", ").into_any());
    let facts = [
        (said().organization, organization),
        (said().description, text(request.description)),
        (said().form, code(request.form)),
        (said().modalities, modalities),
        (said().service_provider, provider),
        (
            said().renews,
            request
                .previous_external_id
                .map(|number| said().request_number(&number).into_any()),
        ),
        (said().first_submitted, day(request.first_submitted_at)),
        (said().first_approved, day(request.validated_at)),
        (said().last_approved, day(request.approved_at)),
        (said().revoked_on, day(request.revoked_at)),
        (said().archived_on, day(request.archived_at)),
        (said().public_id, code(request.public_id)),
    ];
    view! {
        <dl class="facts">
            {facts.into_iter().filter_map(|(name, value)| Some(view! {
                <div class="fact"><dt>{name}</dt><dd>{value?}</dd></div>
            })).collect_view()}
        </dl>
    }
}
