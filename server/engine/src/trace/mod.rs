//! Traces: what a request did, and how long each part took, for an OpenTelemetry receiver.
//!
//! A trace is made of spans. A request by HTTP is one, below it each operation, below that what the operation had to
//! do: read its document, plan its fields, run its statements. A request that names its own place in a trace, by
//! W3C's or B3's headers, is put there. No span holds a value of a client: of a statement it has the text, where
//! values are `$1`.
//!
//! Nothing is sent unless [`Settings::read`] finds a receiver. Without [`Traces::layer`] in the subscriber the spans,
//! which have a target of their own and the lowest level, are never made: what is left is one comparison each.

mod door;
mod export;
mod propagation;
mod settings;
pub(crate) mod spans;

pub use export::Traces;
pub use settings::Settings;

/// The target of all spans that are sent.
pub(crate) const TARGET: &str = "engine::trace";

/// Why no traces can be sent.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The metadata names a variable of the environment that is not there.
    #[error("opentelemetry.yaml: the variable {0} is not set")]
    MissingVariable(String),
    /// The receiver's address or another setting cannot be used.
    #[error("traces cannot be sent to {endpoint}: {source}")]
    Unusable {
        /// Where they were to be sent.
        endpoint: String,
        /// What is wrong.
        source: opentelemetry_otlp::ExporterBuildError,
    },
}
