//! PostgreSQL's types as the API writes them, and what they are here. Times and dates stay text until they are shown.

#![allow(
    dead_code,
    reason = "a scalar is here because the schema has it, whether or not a document uses it"
)]

/// A key, in text.
pub type Uuid = String;
/// A moment, RFC 3339.
pub type Timestamptz = String;
/// A day, `YYYY-MM-DD`.
pub type Date = String;
/// Text that compares without regard to case.
pub type Citext = String;
/// Any JSON.
pub type Jsonb = serde_json::Value;
/// A number of single precision.
pub type Float4 = f64;
/// A small whole number.
pub type Smallint = i64;
/// Whole numbers beyond JSON's are sent as text.
pub type Bigint = String;
