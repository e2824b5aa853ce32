//! The whole of what is filtered, as a file of comma-separated values (RFC 4180), asked for page by page.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::address::Address;
use super::table::Rows;
use super::{Column, PAGE_SIZE};
use crate::api::ApiError;
use crate::remote::{Remote, remote};
use crate::ui::button::Button;
use crate::ui::icon::Icon;
use crate::words::words;

/// Rows asked for at once.
const PORTION: i64 = 500;

/// Which of the rows that are filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub limit: i64,
    pub offset: i64,
}

type Answer<R> = Pin<Box<dyn Future<Output = Result<Rows<R>, ApiError>>>>;

/// Asks for rows as they are filtered now.
pub struct Source<R> {
    ask: Rc<dyn Fn(Window) -> Answer<R>>,
}

impl<R> Clone for Source<R> {
    fn clone(&self) -> Self {
        Self {
            ask: self.ask.clone(),
        }
    }
}

impl<R: Clone + Send + Sync + 'static> Source<R> {
    /// Asks by this question, which reads the choices of a list.
    pub fn new<Fut>(ask: impl Fn(Window) -> Fut + 'static) -> Self
    where
        Fut: Future<Output = Result<Rows<R>, ApiError>> + 'static,
    {
        Self {
            ask: Rc::new(move |window| Box::pin(ask(window))),
        }
    }

    /// The page that the address wants, asked for again whenever a choice changes, or what `moved` reads.
    pub fn shown(&self, address: Address, moved: impl Fn() + 'static) -> Remote<Rows<R>> {
        let ask = self.ask.clone();
        remote(move || {
            moved();
            ask(Window {
                limit: PAGE_SIZE,
                offset: address.offset(),
            })
        })
    }

    /// All rows; tells how many have come.
    async fn all(&self, told: impl Fn(i64, i64)) -> Result<Vec<R>, ApiError> {
        let mut rows = Vec::new();
        let mut offset = 0;
        loop {
            let window = Window {
                limit: PORTION,
                offset,
            };
            // Pressing a button follows nothing.
            let page = untrack(|| (self.ask)(window)).await?;
            offset += PORTION;
            rows.extend(page.rows);
            told(offset.min(page.total), page.total);
            if offset >= page.total {
                return Ok(rows);
            }
        }
    }
}

/// The button that exports. What became of it is said beside it.
#[component]
pub fn ExportButton<R>(
    source: Source<R>,
    /// The name of the file, without its ending.
    name: &'static str,
    columns: StoredValue<Vec<Column<R>>>,
) -> impl IntoView
where
    R: Clone + Send + Sync + 'static,
{
    let busy = RwSignal::new(false);
    let said = RwSignal::new(String::new());
    let press = move |_| {
        let source = source.clone();
        busy.set(true);
        said.set(words().exporting.to_owned());
        spawn_local(async move {
            let told = move |done, total| drop(said.try_set(words().exported_so_far(done, total)));
            let all = source.all(told).await;
            busy.try_set(false);
            match all {
                Ok(rows) => {
                    let text = columns.with_value(|columns| text(columns, &rows));
                    let outcome = match save(&format!("{name}.csv"), &text) {
                        Ok(()) => String::new(),
                        Err(_) => words().export_refused.to_owned(),
                    };
                    said.try_set(outcome);
                }
                Err(error) => drop(said.try_set(words().error(&error))),
            }
        });
    };
    view! {
        <span class="export">
            <span class="muted" role="status">{move || said.get()}</span>
            <Button busy=busy title=words().export_help press=press>
                <Icon icon=icondata_lu::LuDownload/>
                {words().export}
            </Button>
        </span>
    }
}

fn text<R>(columns: &[Column<R>], rows: &[R]) -> String {
    let fields = || columns.iter().flat_map(|column| &column.exported);
    // The mark by which spreadsheets know UTF-8.
    let mut text = String::from('\u{feff}');
    line(&mut text, fields().map(|(label, _)| (*label).to_owned()));
    for row in rows {
        line(&mut text, fields().map(|(_, value)| value(row)));
    }
    text
}

fn line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&escaped(&field));
    }
    text.push_str("\r\n");
}

/// A field in quotes. A spreadsheet would compute what begins like a formula.
fn escaped(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

/// Hands a text to the browser as a file to keep.
fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let parts = Array::of1(&JsValue::from_str(text));
    let address =
        Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &kind)?)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}
