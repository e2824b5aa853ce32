//! Where a request says that it belongs: W3C's `traceparent`, or B3's headers, one (`b3`) or several (`X-B3-…`).
//!
//! <https://www.w3.org/TR/trace-context/>, <https://github.com/openzipkin/b3-propagation>. W3C's wins where both are sent.

use axum::http::{HeaderMap, HeaderValue};
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt, TraceState},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// How long a `traceparent` is at least.
const TRACEPARENT: usize = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".len();

/// Which headers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Followed {
    has_w3c: bool,
}

impl Followed {
    /// Those of W3C and B3.
    pub(super) const ALL: Self = Self { has_w3c: true };

    /// Those that the metadata names, and B3 in any case, as in Hasura; all when it says nothing.
    pub(super) fn of(propagators: Option<&[String]>) -> Self {
        let has_w3c =
            propagators.is_none_or(|names| names.iter().any(|name| name == "tracecontext"));
        Self { has_w3c }
    }

    /// What a request is a part of; the empty context when it does not say.
    pub(super) fn parent(self, headers: &HeaderMap) -> Context {
        // The library takes ids that are too short for whole ones.
        let is_whole = |value: &HeaderValue| value.len() >= TRACEPARENT;
        let has_w3c = self.has_w3c && headers.get("traceparent").is_some_and(is_whole);
        let w3c = has_w3c.then(|| {
            let none = Context::new();
            TraceContextPropagator::new().extract_with_context(&none, &HeaderExtractor(headers))
        });
        match w3c.filter(TraceContextExt::has_active_span) {
            Some(parent) => parent,
            None => b3(headers).map_or_else(Context::new, |parent| {
                Context::new().with_remote_span_context(parent)
            }),
        }
    }
}

/// The ids of a trace and of a span in it.
type Place = (TraceId, SpanId);

fn b3(headers: &HeaderMap) -> Option<SpanContext> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(single) = text("b3") {
        let mut parts = single.split('-');
        return match (parts.next()?, parts.next()) {
            (sampled, None) => context(None, Some(sampled)),
            (trace, Some(span)) => context(Some(place(trace, span)?), parts.next()),
        };
    }
    let place = match (text("x-b3-traceid"), text("x-b3-spanid")) {
        (Some(trace), Some(span)) => Some(place(trace, span)?),
        _ => None,
    };
    let debug = text("x-b3-flags").filter(|flags| *flags == "1");
    context(place, debug.or_else(|| text("x-b3-sampled")))
}

/// Ids of 16 or 8 bytes, in hexadecimal letters, none of them zero.
fn place(trace: &str, span: &str) -> Option<Place> {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !matches!(trace.len(), 16 | 32) || span.len() != 16 || !is_hex(trace) || !is_hex(span) {
        return None;
    }
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    (trace != TraceId::INVALID && span != SpanId::INVALID).then_some((trace, span))
}

/// A place with its decision, which is ours when the caller left it open. A caller that decides without a place has
/// something to say only when it wants no trace: its place is one that nobody knows.
fn context(place: Option<Place>, sampled: Option<&str>) -> Option<SpanContext> {
    let is_refused = matches!(sampled, Some("0" | "false"));
    let (trace, span) = match place {
        Some(place) => place,
        None if is_refused => {
            let random = uuid::Uuid::new_v4();
            let (_, span) = random.as_u64_pair();
            (TraceId::from(random.as_u128()), SpanId::from(span))
        }
        None => return None,
    };
    let flags = if is_refused {
        TraceFlags::NOT_SAMPLED
    } else {
        TraceFlags::SAMPLED
    };
    Some(SpanContext::new(trace, span, flags, true, TraceState::NONE))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test of constant names")]

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn followed(followed: Followed, headers: &[(&'static str, &str)]) -> String {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let parent = followed.parent(&headers.collect());
        let span = parent.span();
        let context = span.span_context();
        if !context.is_valid() {
            return "none".to_owned();
        }
        let sampled = context.is_sampled();
        format!("{} {} {sampled}", context.trace_id(), context.span_id())
    }

    fn check(headers: &[(&'static str, &str)], expected: &str) {
        assert_eq!(followed(Followed::ALL, headers), expected, "{headers:?}");
    }

    #[test]
    fn a_parent_is_read_from_each_form() {
        let (taken, left) = (
            format!("{TRACE} {SPAN} true"),
            format!("{TRACE} {SPAN} false"),
        );
        check(&[("traceparent", &format!("00-{TRACE}-{SPAN}-01"))], &taken);
        check(&[("traceparent", &format!("00-{TRACE}-{SPAN}-00"))], &left);
        check(&[("b3", &format!("{TRACE}-{SPAN}-1"))], &taken);
        check(&[("b3", &format!("{TRACE}-{SPAN}-d-{SPAN}"))], &taken);
        check(&[("b3", &format!("{TRACE}-{SPAN}"))], &taken);
        check(&[("b3", &format!("{TRACE}-{SPAN}-0"))], &left);
        let ids = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
        check(&ids, &taken);
        let with = |more| [ids.as_slice(), &[more]].concat();
        check(&with(("x-b3-sampled", "1")), &taken);
        check(&with(("x-b3-sampled", "0")), &left);
        check(&with(("x-b3-sampled", "false")), &left);
        let debug = [
            with(("x-b3-sampled", "0")).as_slice(),
            &[("x-b3-flags", "1")],
        ]
        .concat();
        check(&debug, &taken);
        let short = "a3ce929d0e0e4736";
        let padded = format!("0000000000000000{short} {SPAN} true");
        check(&[("b3", &format!("{short}-{SPAN}-1"))], &padded);
    }

    #[test]
    fn what_is_no_place_is_none() {
        for b3 in [
            "",
            "1",
            "d",
            "x-y-1",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "00000000000000000000000000000000-00f067aa0ba902b7-1",
            "4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-1",
            "+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "é-00f067aa0ba902b7",
        ] {
            check(&[("b3", b3)], "none");
        }
        check(&[("traceparent", "00-4bf9-00f0-01")], "none");
        check(&[("x-b3-traceid", TRACE)], "none");
        check(&[], "none");
    }

    #[test]
    fn who_wants_no_trace_gets_none() {
        let told = followed(Followed::ALL, &[("b3", "0")]);
        assert!(told.ends_with(" false"), "{told}");
        let told = followed(Followed::ALL, &[("x-b3-sampled", "0")]);
        assert!(told.ends_with(" false"), "{told}");
    }

    #[test]
    fn w3c_comes_first_and_only_where_it_counts() {
        let w3c = format!("00-{TRACE}-{SPAN}-01");
        let b3 = format!("{TRACE}-a3ce929d0e0e4736-1");
        let both = [("traceparent", w3c.as_str()), ("b3", b3.as_str())];
        check(&both, &format!("{TRACE} {SPAN} true"));
        let only_b3 = Followed::of(Some(&["b3".to_owned()]));
        let told = followed(only_b3, &both);
        assert_eq!(told, format!("{TRACE} a3ce929d0e0e4736 true"));
        assert_eq!(Followed::of(None), Followed::ALL);
        assert_eq!(
            Followed::of(Some(&["tracecontext".to_owned()])),
            Followed::ALL
        );
    }
}
