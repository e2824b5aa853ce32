//! The one way out: builds the HTTP client, sends a request with retries, and judges the answer's status.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{ConnectorError, Fault};

/// The longest that one call waits for a rate limit to end.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_mins(10);
/// A longer answer is an error of the service, whatever it says.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
const EXCERPT: usize = 200;

/// Builds an HTTP client: TLS by rustls with the system's roots, no redirects, gzip.
pub fn http_client(timeout: Duration) -> Result<Client, ConnectorError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that builds clients"
    )]
    Client::builder()
        .user_agent(concat!("secretariat/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .timeout(timeout)
        .connect_timeout(timeout)
        .build()
        .map_err(|error| Fault::Client(deepest(&error)).of("HTTP client"))
}

/// How a connector speaks to its service.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) http: Client,
    pub(crate) token: SecretString,
    pub(crate) timeout: Duration,
    /// How often a call is repeated that failed for a passing reason.
    pub(crate) retries: u32,
}

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Requests it took.
    pub(crate) requests: u32,
}

impl Caller {
    /// Sends what `request` builds, again and again while the fault is a passing one and the retries last.
    pub(crate) async fn send(
        &self,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Answer, Fault> {
        let requests = AtomicU32::new(0);
        let attempt = || async {
            requests.fetch_add(1, Ordering::Relaxed);
            self.attempt(request(&self.http)).await
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(10))
            .with_max_times(usize::try_from(self.retries).unwrap_or(usize::MAX))
            .with_jitter();
        let (headers, body) = attempt
            .retry(pauses)
            .when(Fault::is_transient)
            .adjust(|fault, pause| pause.and_then(|pause| pause_after(fault, pause)))
            .notify(|fault, pause| tracing::warn!(%fault, pause_ms = pause.as_millis(), "call is repeated"))
            .await?;
        Ok(Answer {
            headers,
            body,
            requests: requests.into_inner(),
        })
    }

    async fn attempt(&self, request: RequestBuilder) -> Result<(HeaderMap, Vec<u8>), Fault> {
        let request = request.bearer_auth(self.token.expose_secret());
        exchange(request, self.timeout, &self.token).await
    }
}

/// Sends one request and reads the answer to its end. What is told of a failure does not contain `secret`.
pub(crate) async fn exchange(
    request: RequestBuilder,
    timeout: Duration,
    secret: &SecretString,
) -> Result<(HeaderMap, Vec<u8>), Fault> {
    let broken = |error: reqwest::Error| {
        if error.is_timeout() {
            Fault::Timeout(timeout)
        } else {
            Fault::Unreachable(deepest(&error))
        }
    };
    let mut response = request.timeout(timeout).send().await.map_err(broken)?;
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Fault::Malformed {
                what: format!("it is longer than {LARGEST_ANSWER} bytes"),
            });
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok((headers, body));
    }
    Err(status_fault(status, &headers, &excerpt(&body, secret)))
}

/// How an answer begins, on one line and without the secret, should the service echo it.
fn excerpt(body: &[u8], secret: &SecretString) -> String {
    let text = String::from_utf8_lossy(body).replace(secret.expose_secret(), "…");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars()
        .filter(|character| !character.is_control())
        .take(EXCERPT)
        .collect()
}

/// The pause before the next attempt; none gives up.
fn pause_after(fault: &Fault, pause: Duration) -> Option<Duration> {
    match fault {
        Fault::RateLimited {
            retry_after: Some(wait),
        } => (*wait <= LONGEST_WAIT).then_some((*wait).max(pause)),
        _ => Some(pause),
    }
}

fn status_fault(status: StatusCode, headers: &HeaderMap, excerpt: &str) -> Fault {
    match status.as_u16() {
        401 => Fault::Unauthorized,
        429 => Fault::RateLimited {
            retry_after: wait_of(headers),
        },
        403 if is_rate_limit(headers, excerpt) => Fault::RateLimited {
            retry_after: wait_of(headers),
        },
        403 => Fault::Forbidden {
            message: excerpt.to_owned(),
        },
        404 => Fault::NotFound {
            what: excerpt.to_owned(),
        },
        status => Fault::Status {
            status,
            excerpt: excerpt.to_owned(),
        },
    }
}

/// GitHub answers 403 for its primary and secondary limits as well as for missing rights.
fn is_rate_limit(headers: &HeaderMap, excerpt: &str) -> bool {
    headers.contains_key(RETRY_AFTER)
        || text_of(headers, "x-ratelimit-remaining") == Some("0")
        || excerpt.to_lowercase().contains("rate limit")
}

/// How long the service asks to wait: `Retry-After`, else until `x-ratelimit-reset` by the service's own clock, else
/// the minute that GitHub asks for when it names no time.
pub(crate) fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    if let Some(seconds) = text_of(headers, RETRY_AFTER.as_str()).and_then(|text| text.parse().ok())
    {
        return Some(Duration::from_secs(seconds));
    }
    if text_of(headers, "x-ratelimit-remaining") != Some("0") {
        return Some(Duration::from_mins(1));
    }
    let reset: i64 = text_of(headers, "x-ratelimit-reset")?.parse().ok()?;
    wait_until(headers, reset)
}

/// The time from the answer's `Date` to a moment in Unix seconds, and a second for rounding; none without a `Date`.
pub(crate) fn wait_until(headers: &HeaderMap, unix_seconds: i64) -> Option<Duration> {
    let now = DateTime::parse_from_rfc2822(text_of(headers, DATE.as_str())?)
        .ok()?
        .timestamp();
    Some(Duration::from_secs(
        u64::try_from(unix_seconds - now).unwrap_or(0) + 1,
    ))
}

fn text_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The first cause of an error, which says more than its wrappers, and no address.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]

    use std::time::Duration;

    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderName};

    use super::status_fault;
    use crate::error::Fault;

    fn fault(status: u16, headers: &[(&'static str, &str)], excerpt: &str) -> Fault {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        status_fault(StatusCode::from_u16(status).unwrap(), &headers, excerpt)
    }

    #[test]
    fn a_missing_right_is_told_from_a_rate_limit() {
        assert_eq!(
            fault(403, &[], "Must be an owner"),
            Fault::Forbidden {
                message: "Must be an owner".to_owned()
            }
        );
        assert_eq!(
            fault(403, &[], "You have exceeded a secondary rate limit."),
            Fault::RateLimited {
                retry_after: Some(Duration::from_mins(1))
            }
        );
    }

    #[test]
    fn the_wait_is_taken_by_the_clock_of_the_service() {
        assert_eq!(
            fault(429, &[("retry-after", "7")], ""),
            Fault::RateLimited {
                retry_after: Some(Duration::from_secs(7))
            }
        );
        let headers = [
            ("date", "Thu, 01 Jan 1970 00:01:00 GMT"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "90"),
        ];
        assert_eq!(
            fault(403, &headers, ""),
            Fault::RateLimited {
                retry_after: Some(Duration::from_secs(31))
            }
        );
    }

    #[test]
    fn only_passing_faults_are_repeated() {
        assert!(fault(502, &[], "").is_transient());
        assert!(!fault(422, &[], "").is_transient());
        assert!(!fault(401, &[], "").is_transient());
    }
}
