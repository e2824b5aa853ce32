//! A face, or the first letters of a name where there is none or it does not load.

use leptos::prelude::*;

/// A person's picture; decorative, because the name stands beside it.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    #[prop(into)] address: Option<String>,
    #[prop(default = "avatar")] class: &'static str,
) -> impl IntoView {
    let failed = RwSignal::new(false);
    let letters = initials(&name);
    let tone = name.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    }) % 6;
    move || {
        match address.clone().filter(|address| !address.is_empty() && !failed.get()) {
        Some(address) => view! {
            <img class=class src=address alt="" loading="lazy" decoding="async" on:error=move |_| failed.set(true)/>
        }
        .into_any(),
        None => view! {
            <span class=class data-tone=tone.to_string() aria-hidden="true">{letters.clone()}</span>
        }
        .into_any(),
    }
    }
}

fn initials(name: &str) -> String {
    let mut parts = name
        .split([' ', '.', '-', '_'])
        .filter_map(|part| part.chars().next());
    let first = parts.next();
    let last = parts.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}
