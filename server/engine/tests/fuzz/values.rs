//! Values of scalars: ordinary, at the edges, and of other types.

use base64::Engine as _;
use serde_json::{Value as Json, json};

use crate::chance::Chance;

const TEXTS: [&str; 72] = [
    "",
    "a",
    "First",
    "r1",
    "short",
    "1",
    "2",
    "0",
    "-1",
    "1.5",
    "true",
    "null",
    "\u{0}",
    "a\u{0}b",
    "é😀\u{202e}",
    "\u{1f}\"\\/",
    "%",
    "_",
    "\\",
    "a\\",
    "%\\",
    "(",
    "[",
    "a{2,1}",
    "a{99999}",
    "(?<x",
    "\\1",
    "*",
    "(a+)+",
    "[[:foo:]]",
    "$",
    "$.a",
    "$.a[0]",
    "$[",
    "$[-1]",
    "a.b",
    "strict $.x",
    "$.a ? (@ > 1)",
    "$ ? (@ like_regex \"(\")",
    "$.a.b.c[*]",
    "last",
    "@",
    "{",
    "}",
    "{1,2}",
    "{a,NULL}",
    "{\"a\": 1}",
    "[1, 2]",
    "NaN",
    "Infinity",
    "-infinity",
    "1e400",
    "1e-400",
    "9223372036854775808",
    "99999999999999999999999999",
    "2026-01-31",
    "2026-02-30",
    "99999-01-01",
    "0044-03-15 BC",
    "2026-01-01T00:00:00.123456789+14:59",
    "25:61",
    "P1Y2M",
    "00000000-0000-0000-0000-000000000001",
    "\\xff",
    "\\xf",
    "192.168.0.1/33",
    "[2,1)",
    "(,)",
    "WyJhIl0=",
    "W10=",
    "bnVsbA==",
    "e30=",
];

/// A value for a scalar of this name.
pub fn scalar(chance: &mut Chance, name: &str) -> Json {
    if chance.percent(3) {
        return odd(chance);
    }
    match name {
        "Int" | "smallint" => int(chance),
        "bigint" | "Float" | "float8" | "numeric" => match chance.below(3) {
            0 => int(chance),
            1 => json!(chance.pick(&[0.5, -1.25, 1e300, 1e-300, 123_456_789.123])),
            _ => text(chance),
        },
        "Boolean" => json!(chance.percent(50)),
        "json" | "jsonb" => document(chance, 4),
        _ => text(chance),
    }
}

fn int(chance: &mut Chance) -> Json {
    match chance.below(30) {
        0 => json!(i64::from(i32::MAX)),
        1 => json!(i64::from(i32::MIN)),
        2 => json!(2_147_483_648_i64),
        3 => json!(i64::MAX),
        4 => json!(u64::MAX),
        5 => json!(-1),
        6 => json!(40_000),
        _ => json!(chance.below(4)),
    }
}

fn text(chance: &mut Chance) -> Json {
    if chance.percent(1) {
        return json!("ab".repeat(20_000));
    }
    json!(chance.pick(&TEXTS))
}

fn document(chance: &mut Chance, depth: usize) -> Json {
    match chance.below(if depth == 0 { 4 } else { 7 }) {
        0 => int(chance),
        1 | 2 => text(chance),
        3 => Json::Null,
        4 => (0..chance.below(3))
            .map(|_| document(chance, depth - 1))
            .collect(),
        _ => {
            let key = chance.pick(&TEXTS);
            json!({ *key: document(chance, depth - 1), "a": document(chance, depth - 1) })
        }
    }
}

/// A cursor of a few values.
pub fn cursor(chance: &mut Chance) -> Json {
    let values: Json = (0..=chance.below(3))
        .map(|_| match chance.below(4) {
            0 => Json::Null,
            1 => text(chance),
            _ => json!(chance.below(4).to_string()),
        })
        .collect();
    json!(base64::engine::general_purpose::STANDARD.encode(values.to_string()))
}

/// A value of another type, or a very deep one.
pub fn odd(chance: &mut Chance) -> Json {
    match chance.below(7) {
        0 => json!([]),
        1 => json!({}),
        2 => json!(true),
        3 => json!([[null]]),
        4 => (0..60).fold(json!(1), |inner, _| json!([inner])),
        5 => (0..60).fold(json!({}), |inner, _| json!({ "_not": inner })),
        _ => text(chance),
    }
}
