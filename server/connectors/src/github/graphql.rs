//! Sends a GraphQL query and judges its answer: data that is whole, or an error.

use std::time::Duration;

use graphql_client::{GraphQLQuery, QueryBody};
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::GitHub;
use crate::error::Fault;
use crate::http::{Answer, LONGEST_WAIT, wait_of, wait_until};

/// A faulty answer may repeat an error for every row.
const SHOWN_ERRORS: usize = 3;

/// What a query gave.
#[derive(Debug)]
pub(super) struct Reply<T> {
    pub(super) data: T,
    /// Requests it took.
    pub(super) requests: u32,
    /// How long to wait before the next query of the same cost; none if the limit has room.
    pub(super) pause: Option<Duration>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<GraphQlError>,
}

#[derive(Deserialize)]
struct GraphQlError {
    message: String,
    r#type: Option<String>,
}

#[derive(Deserialize)]
struct Metered {
    #[serde(rename = "rateLimit")]
    rate_limit: Option<RateLimit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RateLimit {
    cost: i64,
    remaining: i64,
    reset_at: chrono::DateTime<chrono::Utc>,
}

impl GitHub {
    /// Runs one query.
    pub(super) async fn query<Q: GraphQLQuery>(
        &self,
        variables: Q::Variables,
    ) -> Result<Reply<Q::ResponseData>, Fault> {
        let body: QueryBody<Q::Variables> = Q::build_query(variables);
        // Serialized once: a repeated request sends the same bytes.
        let body = serde_json::to_vec(&body).map_err(|error| Fault::Malformed {
            what: error.to_string(),
        })?;
        let answer = self
            .caller
            .send(|http| {
                http.post(self.graphql.clone())
                    .header(reqwest::header::CONTENT_TYPE, "application/json")
                    .body(body.clone())
            })
            .await?;
        read(&answer)
    }
}

/// Reads an answer; any error in it is an error, however much data comes with it.
fn read<T: DeserializeOwned>(answer: &Answer) -> Result<Reply<T>, Fault> {
    // The errors are looked at first: data that they made null would not fit its type.
    let Envelope::<IgnoredAny> { errors, .. } = parse(&answer.body)?;
    if let Some(first) = errors.first() {
        return Err(graphql_fault(first, &errors, &answer.headers));
    }
    let data = parse::<Envelope<T>>(&answer.body)?
        .data
        .ok_or_else(|| Fault::Malformed {
            what: "it holds neither data nor errors".to_owned(),
        })?;
    let metered = parse::<Envelope<Metered>>(&answer.body)?
        .data
        .and_then(|metered| metered.rate_limit);
    Ok(Reply {
        data,
        requests: answer.requests,
        pause: pause(answer, metered)?,
    })
}

fn parse<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| Fault::Malformed {
        what: error.to_string(),
    })
}

fn graphql_fault(first: &GraphQlError, all: &[GraphQlError], headers: &HeaderMap) -> Fault {
    let shown: Vec<&str> = all
        .iter()
        .take(SHOWN_ERRORS)
        .map(|error| error.message.as_str())
        .collect();
    let message = shown.join("; ");
    match first.r#type.as_deref() {
        Some("NOT_FOUND") => Fault::NotFound { what: message },
        Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => Fault::Forbidden { message },
        Some("RATE_LIMITED" | "RATE_LIMIT") => Fault::RateLimited {
            retry_after: wait_of(headers),
        },
        _ => Fault::GraphQl { message },
    }
}

/// The wait until the limit is lifted, if what remains cannot pay a query of the same cost.
fn pause(answer: &Answer, limit: Option<RateLimit>) -> Result<Option<Duration>, Fault> {
    let Some(limit) = limit.filter(|limit| limit.remaining < limit.cost) else {
        return Ok(None);
    };
    match wait_until(&answer.headers, limit.reset_at.timestamp()) {
        Some(wait) if wait <= LONGEST_WAIT => Ok(Some(wait)),
        retry_after => Err(Fault::RateLimited { retry_after }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]

    use std::time::Duration;

    use reqwest::header::{DATE, HeaderMap};
    use serde_json::Value;

    use super::{Reply, read};
    use crate::error::Fault;
    use crate::http::Answer;

    fn reply(body: &str) -> Result<Reply<Value>, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Thu, 01 Jan 1970 00:00:00 GMT".parse().unwrap());
        read(&Answer {
            headers,
            body: body.as_bytes().to_vec(),
            requests: 1,
        })
    }

    #[test]
    fn errors_beside_data_are_errors() {
        let fault = reply(
            r#"{"data": {"organization": null}, "errors": [{"type": "NOT_FOUND", "message": "no such login"}]}"#,
        );
        assert_eq!(
            fault.unwrap_err(),
            Fault::NotFound {
                what: "no such login".to_owned()
            }
        );
    }

    #[test]
    fn an_answer_without_data_is_an_error() {
        assert!(matches!(
            reply(r#"{"data": null}"#),
            Err(Fault::Malformed { .. })
        ));
        assert!(matches!(reply("<html>"), Err(Fault::Malformed { .. })));
    }

    #[test]
    fn a_used_up_limit_pauses_for_its_window_and_fails_beyond_the_longest_wait() {
        let at = |reset: &str| {
            reply(&format!(
                r#"{{"data": {{"rateLimit": {{"cost": 2, "remaining": 1, "resetAt": "{reset}"}}}}}}"#
            ))
        };
        assert_eq!(
            at("1970-01-01T00:00:09Z").unwrap().pause,
            Some(Duration::from_secs(10))
        );
        assert!(matches!(
            at("1970-01-01T01:00:00Z"),
            Err(Fault::RateLimited {
                retry_after: Some(_)
            })
        ));
    }
}
