//! Columns that several lists have: of a request, and of the organization that made it.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::list::Column;
use crate::words::authorizations::said;

/// What a list shows of a request.
pub struct Request {
    pub title: Option<String>,
    pub number: String,
    pub api: String,
}

/// What a list shows of an organization.
pub struct Organization {
    pub name: Option<String>,
    pub siret: String,
}

impl Request {
    /// The title, or words in its place.
    pub fn name(self) -> String {
        self.title.unwrap_or_else(|| said().untitled.to_owned())
    }
}

/// The title, which leads to the address that `way` gives, above the number and the API.
pub fn request_column<R: 'static>(
    request: fn(&R) -> Request,
    way: impl Fn(&R) -> Signal<String> + Send + Sync + 'static,
) -> Column<R> {
    let cell = move |row: &R| {
        let way = way(row);
        let shown = request(row);
        let (number, api) = (said().request_number(&shown.number), shown.api.clone());
        view! {
            <A href=move || way.get() attr:data-row-link="">{shown.name()}</A>
            <span class="under">{number} " · " <code>{api}</code></span>
        }
        .into_any()
    };
    Column::new(said().request, "grow", cell)
        .exported_as(said().request, move |row| request(row).name())
        .exported_as(said().number, move |row| request(row).number)
        .exported_as(said().api, move |row| request(row).api)
}

/// The name above the SIRET.
pub fn organization_column<R: 'static>(of: fn(&R) -> Option<Organization>) -> Column<R> {
    let cell = move |row: &R| {
        of(row)
            .map(|organization| {
                view! {
                    <span class="clip">{organization.name}</span>
                    <span class="under numeric">{organization.siret}</span>
                }
            })
            .into_any()
    };
    let name = move |row: &R| of(row).and_then(|it| it.name).unwrap_or_default();
    let siret = move |row: &R| of(row).map(|it| it.siret).unwrap_or_default();
    Column::new(said().organization, "wide-only", cell)
        .exported_as(said().organization, name)
        .exported_as(said().siret, siret)
}
