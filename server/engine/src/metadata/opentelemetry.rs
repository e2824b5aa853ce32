//! `opentelemetry.yaml`: where traces are sent, as Hasura writes it.

use serde::Deserialize;

/// Where traces, metrics and logs are sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OpenTelemetry {
    /// `enabled`, or anything else for not at all.
    pub status: String,
    /// What is sent: `traces`, and what is not served here.
    pub data_types: Vec<String>,
    /// Where and how.
    pub exporter_otlp: Exporter,
    /// How much at once.
    pub batch_span_processor: Batches,
}

/// Where and how traces are sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Exporter {
    /// The receiver's address, in which `{{NAME}}` stands for a variable of the environment.
    pub otlp_traces_endpoint: Option<String>,
    /// `http/protobuf` unless given.
    pub protocol: Option<String>,
    /// Headers that the receiver asks for.
    pub headers: Vec<Header>,
    /// What is said of the program.
    pub resource_attributes: Vec<Attribute>,
    /// Which headers of requests count: `b3` in any case, `tracecontext` if it is named; both unless given.
    pub traces_propagators: Option<Vec<String>>,
}

/// A header that is sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Option<String>,
    /// The variable of the environment that holds its value.
    pub value_from_env: Option<String>,
}

/// Something that is said of the program.
#[derive(Debug, Clone, Deserialize)]
pub struct Attribute {
    /// What is said.
    pub name: String,
    /// What it is.
    pub value: String,
}

/// How much is sent at once.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Batches {
    /// The most spans.
    pub max_export_batch_size: Option<usize>,
}

const HTTP: &str = "http/protobuf";

impl OpenTelemetry {
    fn is_enabled(&self) -> bool {
        self.status == "enabled"
    }

    fn is_by_http(&self) -> bool {
        let protocol = self.exporter_otlp.protocol.as_deref();
        protocol.is_none_or(|protocol| protocol == HTTP)
    }

    /// How traces are sent, if they are.
    pub(crate) fn exporter(&self) -> Option<&Exporter> {
        let has_traces = self.data_types.iter().any(|kind| kind == "traces");
        (self.is_enabled() && has_traces && self.is_by_http()).then_some(&self.exporter_otlp)
    }

    /// What is asked for and not served.
    pub(super) fn unserved(&self) -> Vec<String> {
        if !self.is_enabled() {
            return Vec::new();
        }
        let others = self.data_types.iter().filter(|kind| *kind != "traces");
        let mut unserved: Vec<_> = others.map(|kind| format!("opentelemetry {kind}")).collect();
        if !self.is_by_http() {
            unserved.push("opentelemetry by another protocol than http/protobuf".to_owned());
        }
        unserved
    }
}

impl Exporter {
    /// The receiver's address; empty without one.
    pub(crate) fn endpoint(&self) -> &str {
        self.otlp_traces_endpoint.as_deref().unwrap_or_default()
    }
}
