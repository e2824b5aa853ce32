//! Compares an answer with what is expected. Where no order is determined, any order is right.

use serde_json::{Value as Json, json};

/// The key of the one member of an object that stands for a list in any order.
const ANY_ORDER: &str = "$any";

/// These items in any order.
pub fn any_order(items: &[Json]) -> Json {
    json!({ ANY_ORDER: items })
}

pub fn is_same(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Object(expected), Json::Array(found)) => {
            let Some(Json::Array(expected)) = expected.get(ANY_ORDER) else {
                return false;
            };
            let mut rest: Vec<&Json> = expected.iter().collect();
            let all = found.iter().all(|found| {
                let place = rest.iter().position(|expected| is_same(expected, found));
                place.map(|place| rest.remove(place)).is_some()
            });
            all && rest.is_empty()
        }
        (Json::Array(expected), Json::Array(found)) => {
            let mut pairs = expected.iter().zip(found);
            expected.len() == found.len() && pairs.all(|(expected, found)| is_same(expected, found))
        }
        (Json::Object(expected), Json::Object(found)) => {
            expected.len() == found.len()
                && expected.iter().all(|(key, expected)| {
                    found.get(key).is_some_and(|found| is_same(expected, found))
                })
        }
        (Json::Number(expected), Json::Number(found)) => {
            let (expected, found) = (expected.as_f64().unwrap(), found.as_f64().unwrap());
            (expected - found).abs() < 1e-9
        }
        (expected, found) => expected == found,
    }
}
