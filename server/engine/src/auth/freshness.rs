//! How long published keys may be used before they are asked for again, as HTTP says it. Pure.

use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};

/// Nothing is asked for more often.
const SHORTEST: TimeDelta = TimeDelta::seconds(1);
/// A key that was withdrawn must not live longer than this, whatever the headers say.
const LONGEST: TimeDelta = TimeDelta::days(1);
/// Without a word on it. Hasura never asks again then, and would trust a withdrawn key forever.
const UNSAID: TimeDelta = TimeDelta::hours(1);

/// When keys that came with these headers are to be asked for again.
pub(super) fn due(headers: &HeaderMap, now: DateTime<Utc>) -> DateTime<Utc> {
    let lifetime = by_cache_control(headers)
        .or_else(|| by_expires(headers, now))
        .unwrap_or(UNSAID);
    now + lifetime.clamp(SHORTEST, LONGEST)
}

fn by_cache_control(headers: &HeaderMap) -> Option<TimeDelta> {
    let directives: Vec<String> = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    let seconds = |name: &str| {
        directives.iter().find_map(|directive| {
            let value = directive.strip_prefix(name)?.strip_prefix('=')?;
            let seconds: u32 = value.trim_matches('"').parse().ok()?;
            Some(TimeDelta::seconds(seconds.into()))
        })
    };
    let is_never_kept = directives.iter().any(|directive| {
        matches!(
            directive.as_str(),
            "no-store" | "no-cache" | "must-revalidate"
        )
    });
    seconds("max-age")
        .or_else(|| seconds("s-maxage"))
        .or_else(|| is_never_kept.then_some(SHORTEST))
}

fn by_expires(headers: &HeaderMap, now: DateTime<Utc>) -> Option<TimeDelta> {
    let value = headers.get(header::EXPIRES)?;
    let at = value
        .to_str()
        .ok()
        .and_then(|value| DateTime::parse_from_rfc2822(value).ok());
    // RFC 9111, 5.3: a date that cannot be read is in the past.
    Some(at.map_or(SHORTEST, |at| at.to_utc() - now))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &str)], seconds: i64) {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let now = DateTime::from_timestamp(1_445_412_420, 0).unwrap();
        assert_eq!((due(&headers, now) - now).num_seconds(), seconds);
    }

    #[test]
    fn http_says_when_keys_are_asked_for_again() {
        check(&[("cache-control", "public, max-age=600")], 600);
        check(&[("cache-control", "Max-Age=600, s-maxage=30")], 600);
        check(&[("cache-control", "s-maxage=30")], 30);
        check(&[("cache-control", "no-cache, max-age=600")], 600);
        check(&[("cache-control", "no-store")], 1);
        check(&[("cache-control", "must-revalidate")], 1);
        check(&[("cache-control", "max-age=0")], 1);
        check(&[("cache-control", "max-age=9999999")], 86_400);
        check(&[("expires", "Wed, 21 Oct 2015 07:28:00 GMT")], 60);
        check(&[("expires", "0")], 1);
        check(&[], 3_600);
    }
}
