//! The list itself: tools above, rows, pages below.

use leptos::prelude::*;

use super::PAGE_SIZE;
use super::address::Address;
use super::export::{ExportButton, Source};
use super::facets::{Facet, Facets};
use super::search_box::SearchBox;
use crate::remote::Remote;
use crate::ui::icon::Icon;
use crate::ui::shown::ErrorNote;
use crate::words::words;

/// One page of rows and the count of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<R> {
    pub rows: Vec<R>,
    pub total: i64,
}

/// What a file holds of a row.
pub(super) type Told<R> = Box<dyn Fn(&R) -> String + Send + Sync>;

/// A column; its class may hide it on small screens.
pub struct Column<R: 'static> {
    label: &'static str,
    sort: Option<&'static str>,
    class: &'static str,
    /// Drawn in the head in place of the label's words.
    signs: Option<Box<dyn Fn() -> AnyView + Send + Sync>>,
    cell: Box<dyn Fn(&R) -> AnyView + Send + Sync>,
    /// What a file holds of it, by the names of its columns there.
    pub(super) exported: Vec<(&'static str, Told<R>)>,
}

impl<R: 'static> Column<R> {
    /// A column that cannot be sorted by.
    pub fn new(
        label: &'static str,
        class: &'static str,
        cell: impl Fn(&R) -> AnyView + Send + Sync + 'static,
    ) -> Self {
        Self {
            label,
            sort: None,
            class,
            signs: None,
            cell: Box::new(cell),
            exported: Vec::new(),
        }
    }

    /// Puts it into files, under the label of the column.
    pub fn exported(self, value: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        let label = self.label;
        self.exported_as(label, value)
    }

    /// Puts it into files under a name; may be said again for another part of the cell.
    pub fn exported_as(
        mut self,
        label: &'static str,
        value: impl Fn(&R) -> String + Send + Sync + 'static,
    ) -> Self {
        self.exported.push((label, Box::new(value)));
        self
    }

    /// Lets readers sort by it, under this key in the address.
    pub fn sorted_by(mut self, key: &'static str) -> Self {
        self.sort = Some(key);
        self
    }

    /// Draws signs in the head; the label is still read aloud.
    pub fn with_signs(mut self, signs: impl Fn() -> AnyView + Send + Sync + 'static) -> Self {
        self.signs = Some(Box::new(signs));
        self
    }
}

/// What every list needs to be told.
#[component]
pub fn List<R>(
    /// Names the table for readers.
    #[prop(into)]
    label: String,
    address: Address,
    #[prop(optional)] search_label: Option<&'static str>,
    #[prop(optional)] facets: Vec<Facet>,
    /// The key of a filter that stands outside the list.
    #[prop(optional)]
    other_filter: Option<&'static str>,
    columns: Vec<Column<R>>,
    rows: Remote<Rows<R>>,
    default_sort: &'static str,
    /// The key of a row, and whether it is the one open beside the list.
    key: fn(&R) -> String,
    #[prop(optional, into)] open: Signal<Option<String>>,
    /// What stands here when there is nothing at all: a title and what to do.
    empty: (&'static str, &'static str),
    /// Where a file of all rows comes from, and its name.
    #[prop(optional)]
    export: Option<(Source<R>, &'static str)>,
) -> impl IntoView
where
    R: Clone + Send + Sync + 'static,
{
    let keys: Vec<&'static str> = facets
        .iter()
        .map(|facet| facet.key)
        .chain(other_filter)
        .chain(["q"])
        .collect();
    let filtered = {
        let keys = keys.clone();
        move || keys.iter().any(|key| !address.get(key).is_empty())
    };
    let filtered = Signal::derive(filtered);
    let clear = move |()| address.clear(&keys);
    let clear = StoredValue::new(clear);
    let columns = StoredValue::new(columns);
    let label = StoredValue::new(label);

    let head = move || {
        columns.with_value(|columns| {
            columns
                .iter()
                .map(|column| match &column.signs {
                    Some(signs) => view! {
                        <th scope="col" class=column.class><span class="unseen">{column.label}</span>{signs()}</th>
                    }
                    .into_any(),
                    None => view! {
                        <Head address=address column_label=column.label sort=column.sort class=column.class default_sort=default_sort/>
                    }
                    .into_any(),
                })
                .collect_view()
        })
    };
    let body = move |page: Rows<R>| {
        page.rows
            .into_iter()
            .map(|row| {
                let name = key(&row);
                let is_open =
                    move || (open.get().as_deref() == Some(name.as_str())).then_some("true");
                let cells = columns.with_value(|columns| {
                    columns
                        .iter()
                        .map(|column| view! { <td class=column.class>{(column.cell)(&row)}</td> })
                        .collect_view()
                });
                view! { <tr data-row="" aria-current=is_open>{cells}</tr> }
            })
            .collect_view()
    };
    let width = columns.with_value(Vec::len);
    let placeholder = move || {
        (0..12).map(|_| view! { <tr class="skeleton-row"><td colspan=width.to_string()><span class="skeleton-line"></span></td></tr> }).collect_view()
    };
    let content = move || {
        match rows.get() {
        Some(Err(error)) => view! { <ErrorNote error=error retry=move || rows.reload()/> }.into_any(),
        Some(Ok(page)) if page.rows.is_empty() && filtered.get() => view! {
            <div class="empty">
                <strong>{words().no_match}</strong>
                <p>{words().no_match_help}</p>
                <button type="button" class="button" on:click=move |_| clear.with_value(|clear| clear(()))>{words().clear_filters}</button>
            </div>
        }
        .into_any(),
        Some(Ok(page)) if page.rows.is_empty() => view! {
            <div class="empty"><strong>{empty.0}</strong><p>{empty.1}</p></div>
        }
        .into_any(),
        shown => {
            let busy = shown.is_none();
            view! {
                <table class="list-table" aria-label=label.get_value() aria-busy=busy.then_some("true")>
                    <thead><tr>{head()}</tr></thead>
                    <tbody>{match shown { Some(Ok(page)) => body(page).into_any(), _ => placeholder().into_any() }}</tbody>
                </table>
            }
            .into_any()
        }
    }
    };
    view! {
        <div class="list" data-busy=move || rows.is_busy().to_string()>
            <div class="list-tools">
                {search_label.map(|label| view! { <SearchBox address=address label=label/> })}
                <Facets address=address facets=facets/>
                <Show when=move || filtered.get()>
                    <button type="button" class="button quiet" on:click=move |_| clear.with_value(|clear| clear(()))>{words().clear_filters}</button>
                </Show>
                {export.map(|(source, name)| view! { <ExportButton source=source name=name columns=columns/> })}
            </div>
            <div class="list-rows">{content}</div>
            <Pages address=address total=Signal::derive(move || rows.ok().map_or(0, |page| page.total))/>
        </div>
    }
}

#[component]
fn Head(
    address: Address,
    column_label: &'static str,
    sort: Option<&'static str>,
    class: &'static str,
    default_sort: &'static str,
) -> impl IntoView {
    let Some(key) = sort else {
        return view! { <th scope="col" class=class>{column_label}</th> }.into_any();
    };
    let direction = move || {
        let (sorted, descending) = address.sort(default_sort);
        (sorted == key).then_some(if descending {
            "descending"
        } else {
            "ascending"
        })
    };
    let press = move |_| {
        let wanted = if direction() == Some("ascending") {
            format!("-{key}")
        } else {
            key.to_owned()
        };
        address.set("sort", Some(wanted).filter(|wanted| wanted != default_sort));
    };
    let icon = move || match direction() {
        Some("ascending") => icondata_lu::LuArrowUp,
        Some(_) => icondata_lu::LuArrowDown,
        None => icondata_lu::LuChevronsUpDown,
    };
    view! {
        <th scope="col" class=class aria-sort=direction>
            <button type="button" class="sort" on:click=press>
                {column_label}
                {move || view! { <Icon icon=icon()/> }}
            </button>
        </th>
    }
    .into_any()
}

#[component]
fn Pages(address: Address, total: Signal<i64>) -> impl IntoView {
    let last_page = move || (total.get() - 1).max(0) / PAGE_SIZE;
    let range = move || {
        let first = address.offset() + 1;
        words().range(first, (first + PAGE_SIZE - 1).min(total.get()), total.get())
    };
    view! {
        <Show when=move || { total.get() > PAGE_SIZE || address.page() > 0 }>
            <nav class="pages" aria-label=words().pages>
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-label=words().previous_page
                    disabled=move || address.page() == 0
                    on:click=move |_| address.set_page(address.page() - 1)
                >
                    <Icon icon=icondata_lu::LuChevronLeft/>
                </button>
                <span class="numeric" aria-live="polite">{range}</span>
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-label=words().next_page
                    disabled=move || { address.page() >= last_page() }
                    on:click=move |_| address.set_page(address.page() + 1)
                >
                    <Icon icon=icondata_lu::LuChevronRight/>
                </button>
            </nav>
        </Show>
    }
}
