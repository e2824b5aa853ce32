//! Sends the stories over HTTP, as DataPass does: signed, one after the other.

use anyhow::{Context as _, Result, ensure};
use axum::{Json, Router, http::StatusCode, routing::post};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{signature, stories};

/// Where to send, and what to sign with.
#[derive(Deserialize)]
struct Wanted {
    server: String,
    secret: String,
}

/// The routes of the simulated DataPass.
pub fn router() -> Router {
    Router::new().route("/_send", post(send))
}

async fn send(Json(wanted): Json<Wanted>) -> Result<Json<Value>, (StatusCode, String)> {
    let sent = send_all(&wanted).await;
    sent.map(Json)
        .map_err(|error| (StatusCode::BAD_GATEWAY, format!("{error:#}")))
}

async fn send_all(wanted: &Wanted) -> Result<Value> {
    let client = reqwest::Client::builder().build()?;
    let (requests, deliveries) = stories::all(Utc::now().timestamp());
    for sent in &deliveries {
        let body = sent.body.clone();
        let answer = client
            .post(format!("{}{}", wanted.server, sent.path))
            .header("content-type", "application/json")
            .header(
                "x-hub-signature-256",
                signature(&wanted.secret, body.as_bytes()),
            )
            .body(body)
            .send()
            .await
            .context("the webhook does not answer")?;
        ensure!(
            answer.status() == 200,
            "the webhook answered {}",
            answer.status()
        );
    }
    Ok(json!({ "requests": requests, "deliveries": deliveries.len() }))
}
