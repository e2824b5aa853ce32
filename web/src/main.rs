//! The page: a single-page application over the server's GraphQL and `/auth`.
//!
//! It knows the server by `schema.graphql` alone and holds no rule of the product: what a role may not see is not in
//! its schema, and what the server refuses is shown in words. `api` is the only module that sends anything; `ui` knows
//! no table; a page owns its queries; a list's choices are in the address.

#![expect(
    clippy::needless_pass_by_value,
    reason = "the parts of a view own what they are given"
)]

mod api;
mod app;
mod format;
mod frame;
mod lazy;
mod pages;
mod preferences;
mod queries;
mod remote;
mod scalars;
mod search;
mod session;
mod ui;
mod words;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
