//! Pictures: initials on a colour of the person's own.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::GitHub;

pub(super) async fn avatar(State(github): State<Arc<GitHub>>, Path(number): Path<u64>) -> Response {
    let organization = github.organization();
    let Some(person) = organization.people.get(&number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let name = person.name.as_deref().unwrap_or(&person.login);
    let initials: String = name
        .split([' ', '-'])
        .filter_map(|word| word.chars().find(|letter| letter.is_alphabetic()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    let hue = number * 47 % 360;
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64' width='64' height='64'>\
         <rect width='64' height='64' fill='hsl({hue} 45% 38%)'/>\
         <text x='32' y='41' font-family='sans-serif' font-size='24' fill='#fff' text-anchor='middle'>{initials}</text>\
         </svg>"
    );
    (
        [
            (CONTENT_TYPE, "image/svg+xml"),
            (CACHE_CONTROL, "max-age=86400"),
        ],
        svg,
    )
        .into_response()
}
