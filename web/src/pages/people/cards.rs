//! Everybody's card, for who is not an administrator: name and presence.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api;
use crate::format::number;
use crate::queries::{CardList, card_list};
use crate::search::{normalized, pattern};
use crate::ui::list::{Choice, Column, Facet, List, Rows, Source, Window, use_address};
use crate::ui::{Avatar, PageTitle, StateMark};
use crate::words::words;

const PRESENCES: [&str; 3] = ["present", "arriving", "left"];

/// The list of cards.
#[component]
pub fn Cards(open: Memo<Option<String>>) -> impl IntoView {
    let address = use_address();
    let source = Source::new(move |window: Window| {
        let ticked = address.ticked("presence");
        let presence = if ticked.is_empty() {
            PRESENCES.map(str::to_owned).to_vec()
        } else {
            ticked
        };
        let (_, backwards) = address.sort("name");
        let direction = if backwards {
            card_list::OrderBy::Desc
        } else {
            card_list::OrderBy::Asc
        };
        let variables = card_list::Variables {
            pattern: pattern(&normalized(&address.get("q"))),
            presence,
            order: vec![card_list::UserCardsOrderBy {
                search_name: Some(direction),
                ..Default::default()
            }],
            limit: window.limit,
            offset: window.offset,
        };
        async move {
            let data = api::run::<CardList>(variables).await?;
            Ok(Rows {
                rows: data.user_cards,
                total: data
                    .user_cards_aggregate
                    .aggregate
                    .map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, || ());
    let facet = Facet {
        key: "presence",
        label: words().presence,
        choices: Signal::derive(|| {
            let choice = |code: &str| Choice {
                value: code.to_owned(),
                label: words().presence_name(code).to_owned(),
                count: None,
            };
            PRESENCES.map(choice).to_vec()
        }),
    };
    let columns = vec![
        Column::new(words().name, "grow", move |card: &card_list::CardListUserCards| {
            let id = card.id.clone().unwrap_or_default();
            let name = card.name.clone().unwrap_or_default();
            view! {
                <span class="who">
                    <Avatar name=name.clone() address=card.avatar_url.clone()/>
                    <A href=move || format!("/people/{id}{}", address.query_string()) attr:data-row-link="">{name}</A>
                </span>
            }
            .into_any()
        })
        .sorted_by("name")
        .exported(|card| card.name.clone().unwrap_or_default()),
        Column::new(words().presence, "", |card: &card_list::CardListUserCards| {
            let presence = card.presence.clone().unwrap_or_default();
            view! { <StateMark tone=super::super::person::presence_tone(&presence) label=words().presence_name(&presence)/> }.into_any()
        })
        .exported(|card| words().presence_name(card.presence.as_deref().unwrap_or_default()).to_owned()),
    ];
    let count = move || rows.ok().map(|rows| number(rows.total));
    view! {
        <header class="page-head"><PageTitle title=words().people/><span class="page-count">{count}</span></header>
        <List
            label=words().people
            address=address
            search_label=words().search_cards
            facets=vec![facet]
            columns=columns
            rows=rows
            default_sort="name"
            key=|card| card.id.clone().unwrap_or_default()
            open=Signal::derive(move || open.get())
            empty=(words().no_people, words().no_people_help)
            export=(source, "people")
        />
    }
}
