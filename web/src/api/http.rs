//! One HTTP request by the browser's `fetch`. Dropping the future aborts the request.

use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, Response};

use super::ApiError;

/// What to ask: `address` is a path on this server.
pub struct Request<'a> {
    pub method: &'static str,
    pub address: &'a str,
    /// JSON.
    pub body: Option<String>,
    pub role: Option<String>,
}

/// An answer of any status.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub request_id: Option<String>,
}

/// Sends one request and reads the whole answer.
pub async fn send(request: Request<'_>) -> Result<Answer, ApiError> {
    exchange(request).await.map_err(|error| {
        let message = error
            .dyn_ref::<js_sys::Error>()
            .map_or_else(String::new, |error| error.message().into());
        ApiError::new("network", message, None)
    })
}

async fn exchange(request: Request<'_>) -> Result<Answer, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let abort = AbortOnDrop(AbortController::new()?);
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_credentials(RequestCredentials::SameOrigin);
    init.set_signal(Some(&abort.0.signal()));
    if let Some(body) = &request.body {
        headers.set("content-type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    if let Some(role) = &request.role {
        headers.set("x-hasura-role", role)?;
    }
    init.set_headers(&headers);

    let response: Response = JsFuture::from(window.fetch_with_str_and_init(request.address, &init))
        .await?
        .dyn_into()?;
    let body = JsFuture::from(response.text()?)
        .await?
        .as_string()
        .unwrap_or_default();
    Ok(Answer {
        status: response.status(),
        body,
        request_id: response.headers().get("x-request-id")?,
    })
}

struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
