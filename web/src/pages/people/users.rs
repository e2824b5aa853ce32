//! The directory, for administrators: everybody with their accounts, departure and warnings.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::api;
use crate::format::number;
use crate::queries::{PeopleFacets, PeopleList, people_facets, people_list};
use crate::remote::{Remote, remote};
use crate::search::{normalized, pattern};
use crate::ui::list::{Address, Choice, Column, Facet, List, Rows, Source, Window, use_address};
use crate::ui::{AccountMark, Avatar, Day, PageTitle, ServiceIcon, WarningMark};
use crate::words::words;
use people_list::{
    AccountsBoolExp, CitextComparisonExp, OrderBy, ServicesBoolExp, StringComparisonExp,
    UserWarningsBoolExp, UsersBoolExp, UsersOrderBy,
};

type Row = people_list::PeopleListUsers;
type Facts = Remote<people_facets::ResponseData>;

/// The list of users.
#[component]
pub fn Users(open: Memo<Option<String>>) -> impl IntoView {
    let address = use_address();
    let facts = remote(|| api::run::<PeopleFacets>(people_facets::Variables {}));
    let source = Source::new(move |window: Window| {
        let variables = people_list::Variables {
            where_: wanted(
                &address.get("q"),
                address.ticked("service"),
                address.ticked("warning"),
            ),
            order: order(&address.sort("name")),
            limit: window.limit,
            offset: window.offset,
        };
        async move {
            let data = api::run::<PeopleList>(variables).await?;
            Ok(Rows {
                rows: data.users,
                total: data.users_aggregate.aggregate.map_or(0, |all| all.count),
            })
        }
    });
    let rows = source.shown(address, || ());
    let count = move || rows.ok().map(|rows| number(rows.total));
    view! {
        <header class="page-head"><PageTitle title=words().people/><span class="page-count">{count}</span></header>
        <List
            label=words().people
            address=address
            search_label=words().search_people
            facets=vec![service_facet(facts), warning_facet(facts)]
            columns=columns(address, facts)
            rows=rows
            default_sort="name"
            key=|user| user.id.clone()
            open=Signal::derive(move || open.get())
            empty=(words().no_people, words().no_people_help)
            export=(source, "people")
        />
    }
}

/// The filter: the words of the search anywhere in name, e-mail, login or an account's; and what is ticked.
fn wanted(search: &str, services: Vec<String>, warnings: Vec<String>) -> UsersBoolExp {
    let mut all = Vec::new();
    if !search.is_empty() {
        let like = || CitextComparisonExp {
            ilike: Some(pattern(search)),
            ..Default::default()
        };
        let name = StringComparisonExp {
            like: Some(pattern(&normalized(search))),
            ..Default::default()
        };
        let accounts = AccountsBoolExp {
            or: Box::new(Some(vec![
                AccountsBoolExp {
                    login: Some(like()),
                    ..Default::default()
                },
                AccountsBoolExp {
                    email: Some(like()),
                    ..Default::default()
                },
            ])),
            ..Default::default()
        };
        all.push(UsersBoolExp {
            or: Box::new(Some(vec![
                UsersBoolExp {
                    search_name: Some(name),
                    ..Default::default()
                },
                UsersBoolExp {
                    email: Some(like()),
                    ..Default::default()
                },
                UsersBoolExp {
                    login: Some(like()),
                    ..Default::default()
                },
                UsersBoolExp {
                    accounts: Box::new(Some(accounts)),
                    ..Default::default()
                },
            ])),
            ..Default::default()
        });
    }
    if !services.is_empty() {
        let code = StringComparisonExp {
            in_: Some(services),
            ..Default::default()
        };
        let service = ServicesBoolExp {
            code: Some(code),
            ..Default::default()
        };
        let live = StringComparisonExp {
            neq: Some("absent".to_owned()),
            ..Default::default()
        };
        let accounts = AccountsBoolExp {
            service: Box::new(Some(service)),
            state: Some(live),
            ..Default::default()
        };
        all.push(UsersBoolExp {
            accounts: Box::new(Some(accounts)),
            ..Default::default()
        });
    }
    if !warnings.is_empty() {
        let code = StringComparisonExp {
            in_: Some(warnings),
            ..Default::default()
        };
        let warnings = UserWarningsBoolExp {
            warning: Some(code),
            ..Default::default()
        };
        all.push(UsersBoolExp {
            warnings: Box::new(Some(warnings)),
            ..Default::default()
        });
    }
    UsersBoolExp {
        and: Box::new((!all.is_empty()).then_some(all)),
        ..Default::default()
    }
}

/// The order, made total by name and key so that pages neither repeat nor skip anybody.
fn order((key, backwards): &(String, bool)) -> Vec<UsersOrderBy> {
    let plain = || {
        if *backwards {
            OrderBy::Desc
        } else {
            OrderBy::Asc
        }
    };
    let nulls_last = || {
        if *backwards {
            OrderBy::DescNullsLast
        } else {
            OrderBy::AscNullsLast
        }
    };
    let first = match key.as_str() {
        "arrival" => Some(UsersOrderBy {
            arrival: Some(nulls_last()),
            ..Default::default()
        }),
        "departure" => Some(UsersOrderBy {
            departure: Some(nulls_last()),
            ..Default::default()
        }),
        "added" => Some(UsersOrderBy {
            created_at: Some(plain()),
            ..Default::default()
        }),
        _ => None,
    };
    let by_name = if first.is_none() {
        plain()
    } else {
        OrderBy::Asc
    };
    first
        .into_iter()
        .chain([
            UsersOrderBy {
                // Without accents, so that É stands beside E whatever the database's collation.
                search_name: Some(by_name),
                ..Default::default()
            },
            UsersOrderBy {
                id: Some(OrderBy::Asc),
                ..Default::default()
            },
        ])
        .collect()
}

fn columns(address: Address, facts: Facts) -> Vec<Column<Row>> {
    let name = move |user: &Row| {
        let (id, name) = (user.id.clone(), user.name.clone());
        view! {
            <span class="who">
                <Avatar name=name.clone() address=user.avatar_url.clone()/>
                <A href=move || format!("/people/{id}{}", address.query_string()) attr:data-row-link="">{name.clone()}</A>
            </span>
        }
        .into_any()
    };
    let email = |user: &Row| view! { <span class="clip">{user.email.clone()}</span> }.into_any();
    let arrival = |user: &Row| {
        user.arrival
            .clone()
            .map(|day| view! { <Day day=day short=true/> })
            .into_any()
    };
    let departure = |user: &Row| {
        user.departure
            .clone()
            .map(|day| view! { <Day day=day short=true/> })
            .into_any()
    };
    let added = |user: &Row| {
        let day = user.created_at.get(..10).unwrap_or_default().to_owned();
        view! { <Day day=day short=true/> }.into_any()
    };
    let warnings = |user: &Row| {
        let codes = user
            .warnings
            .iter()
            .filter_map(|warning| warning.warning.clone())
            .collect();
        view! { <WarningMark codes=codes/> }.into_any()
    };
    vec![
        Column::new(words().name, "grow", name)
            .sorted_by("name")
            .exported(|user: &Row| user.name.clone()),
        Column::new(words().accounts, "marks", move |user: &Row| {
            marks(user, address, facts)
        })
        .with_signs(move || signs(facts))
        .exported(|user: &Row| {
            let accounts = user.accounts.iter().map(|account| {
                let login = account.login.as_deref().unwrap_or_default();
                format!("{}:{login}:{}", account.service.code, account.state)
            });
            accounts.collect::<Vec<_>>().join(" ")
        }),
        Column::new(words().email, "wide-only", email)
            .exported(|user: &Row| user.email.clone().unwrap_or_default()),
        Column::new(words().arrival, "day wide-only", arrival)
            .sorted_by("arrival")
            .exported(|user: &Row| user.arrival.clone().unwrap_or_default()),
        Column::new(words().departure, "day", departure)
            .sorted_by("departure")
            .exported(|user: &Row| user.departure.clone().unwrap_or_default()),
        Column::new(words().added, "day widest-only", added)
            .sorted_by("added")
            .exported(|user: &Row| user.created_at.clone()),
        Column::new(words().warnings, "sign", warnings)
            .with_signs(|| {
                view! { <crate::ui::Icon icon=icondata_lu::LuTriangleAlert/> }.into_any()
            })
            .exported(|user: &Row| {
                let codes = user
                    .warnings
                    .iter()
                    .filter_map(|warning| warning.warning.clone());
                codes.collect::<Vec<_>>().join(" ")
            }),
    ]
}

/// The services as signs above the matrix.
fn signs(facts: Facts) -> AnyView {
    let signs = move || {
        facts.ok().map(|facts| {
            facts.services.into_iter().map(|service| view! { <span title=service.name><ServiceIcon kind=service.kind/></span> }).collect_view()
        })
    };
    view! { <span class="matrix" aria-hidden="true">{signs}</span> }.into_any()
}

/// One mark per service: the account there, the liveliest if there are several.
fn marks(user: &Row, address: Address, facts: Facts) -> AnyView {
    let (id, accounts) = (user.id.clone(), user.accounts.clone());
    let marks = move || {
        let services = facts.ok().map(|facts| facts.services).unwrap_or_default();
        services
            .into_iter()
            .map(|service| {
                let here = accounts.iter().filter(|account| account.service.code == service.code);
                let account = here.min_by_key(|account| liveliness(&account.state));
                match account {
                    Some(account) => view! {
                        <AccountMark
                            state=account.state.clone()
                            label=words().account_mark(&service.name, account.login.as_deref(), &account.state)
                            address=format!("/people/{id}{}#account-{}", address.query_string(), account.id)
                        />
                    }
                    .into_any(),
                    None => view! { <AccountMark state="none" label=words().account_mark(&service.name, None, "none")/> }.into_any(),
                }
            })
            .collect_view()
    };
    view! { <span class="matrix">{marks}</span> }.into_any()
}

fn liveliness(state: &str) -> u8 {
    match state {
        "active" => 0,
        "invited" => 1,
        "disabled" => 2,
        _ => 3,
    }
}

fn service_facet(facts: Facts) -> Facet {
    let choices = move || {
        let services = facts.ok().map(|facts| facts.services).unwrap_or_default();
        services
            .into_iter()
            .map(|service| Choice {
                value: service.code,
                label: service.name,
                count: service.accounts_aggregate.aggregate.map(|all| all.count),
            })
            .collect()
    };
    Facet {
        key: "service",
        label: words().service,
        choices: Signal::derive(choices),
    }
}

fn warning_facet(facts: Facts) -> Facet {
    let choices = move || {
        let facts = facts.ok();
        let counts = facts.as_ref().map(|facts| {
            [
                facts
                    .no_departure_date
                    .aggregate
                    .as_ref()
                    .map(|all| all.count),
                facts.alone_service.aggregate.as_ref().map(|all| all.count),
                facts
                    .missing_services
                    .aggregate
                    .as_ref()
                    .map(|all| all.count),
                facts.expired.aggregate.as_ref().map(|all| all.count),
            ]
        });
        [
            "no_departure_date",
            "alone_service",
            "missing_services",
            "expired",
        ]
        .into_iter()
        .zip(counts.unwrap_or_default())
        .map(|(code, count)| Choice {
            value: code.to_owned(),
            label: words().warning_name(code),
            count,
        })
        .collect()
    };
    Facet {
        key: "warning",
        label: words().warning,
        choices: Signal::derive(choices),
    }
}
