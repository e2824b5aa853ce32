//! The page in a real browser, over a real server. Few and wide: every browser takes a second or two to start.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing into a JSON answer gives null where a member is missing"
)]

mod accessibility;
mod authorizations;
mod explorer;
mod lists;
mod operations;
mod people;
mod preferences;
mod prolongation;
mod roles;
mod services;
mod story;
