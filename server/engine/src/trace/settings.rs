//! Where traces are sent, by OpenTelemetry's variables of the environment or by the metadata; the former win.
//!
//! What the exporter and the SDK read by themselves is not repeated here: `OTEL_EXPORTER_OTLP_HEADERS`,
//! `OTEL_EXPORTER_OTLP_TIMEOUT`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and the `OTEL_BSP_…` of batches.

use std::collections::HashMap;

use opentelemetry::KeyValue;
use opentelemetry_sdk::{
    Resource,
    resource::{EnvResourceDetector, TelemetryResourceDetector},
};

use super::{TraceError, propagation::Followed};
use crate::metadata::opentelemetry::OpenTelemetry;

/// Where traces are sent, and as whose.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub(super) endpoint: String,
    pub(super) headers: HashMap<String, String>,
    /// What the environment calls the program.
    name: Option<String>,
    /// What is said of the program unless the environment says otherwise.
    attributes: Vec<(String, String)>,
    /// How many spans are sent at once.
    pub(super) batch: Option<usize>,
    /// Which headers of requests count.
    pub(super) followed: Followed,
}

impl Settings {
    /// The settings; `None` when neither variables nor metadata name a receiver. `program` is the service's name where
    /// nobody gives it another.
    pub fn read(
        program: &str,
        variable: impl Fn(&str) -> Option<String>,
        metadata: &OpenTelemetry,
    ) -> Result<Option<Self>, TraceError> {
        let told = metadata
            .exporter()
            .filter(|told| !told.endpoint().is_empty());
        let named = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| {
            let base = variable("OTEL_EXPORTER_OTLP_ENDPOINT")?;
            Some(format!("{}/v1/traces", base.trim_end_matches('/')))
        });
        let endpoint = match (named, told) {
            (Some(endpoint), _) => endpoint,
            (None, Some(told)) => filled(told.endpoint(), &variable)?,
            (None, None) => return Ok(None),
        };
        let mut attributes = vec![("service.name".to_owned(), program.to_owned())];
        attributes.extend(
            told.map(|told| told.resource_attributes.clone())
                .into_iter()
                .flatten()
                .map(|pair| (pair.name, pair.value)),
        );
        let mut headers = HashMap::new();
        for header in told.map(|told| told.headers.as_slice()).unwrap_or_default() {
            let value = match (&header.value, &header.value_from_env) {
                (Some(value), _) => value.clone(),
                (None, Some(name)) => required(name, &variable)?,
                (None, None) => continue,
            };
            headers.insert(header.name.clone(), value);
        }
        Ok(Some(Self {
            endpoint,
            headers,
            name: variable("OTEL_SERVICE_NAME"),
            attributes,
            batch: told.and(metadata.batch_span_processor.max_export_batch_size),
            followed: told.map_or(Followed::ALL, |told| {
                Followed::of(told.traces_propagators.as_deref())
            }),
        }))
    }

    /// What is said of the program.
    pub(super) fn resource(&self) -> Resource {
        let attributes = self.attributes.iter().cloned();
        let attributes = attributes.map(|(name, value)| KeyValue::new(name, value));
        let name = self.name.iter().cloned();
        Resource::builder_empty()
            .with_attributes(attributes)
            .with_detectors(&[
                Box::new(TelemetryResourceDetector),
                Box::new(EnvResourceDetector::new()),
            ])
            .with_attributes(name.map(|name| KeyValue::new("service.name", name)))
            .build()
    }
}

fn required(name: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, TraceError> {
    variable(name).ok_or_else(|| TraceError::MissingVariable(name.to_owned()))
}

/// The text with the variables that it names as `{{NAME}}`.
fn filled(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, TraceError> {
    let mut parts = text.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        filled.push_str(&required(name.trim(), &variable)?);
        filled.push_str(rest);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use super::*;

    const METADATA: &str = "
status: enabled
data_types: [traces]
exporter_otlp:
  otlp_traces_endpoint: 'http://{{COLLECTOR}}/v1/traces'
  headers: [{name: x-key, value_from_env: KEY}, {name: x-plain, value: p}]
  resource_attributes: [{name: service.name, value: shop}, {name: region, value: eu}]
  traces_propagators: [b3]
batch_span_processor: {max_export_batch_size: 7}
";

    fn read(metadata: &str, variables: &[(&str, &str)]) -> Result<Option<Settings>, TraceError> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::read(
            "engine",
            variable,
            &serde_saphyr::from_str(metadata).unwrap(),
        )
    }

    fn service(settings: &Settings) -> String {
        let key = opentelemetry::Key::from_static_str("service.name");
        settings.resource().get(&key).unwrap().to_string()
    }

    #[test]
    fn without_a_receiver_there_are_no_settings() {
        assert_eq!(read("{}", &[("OTEL_SERVICE_NAME", "shop")]).unwrap(), None);
        let disabled = METADATA.replace("enabled", "disabled");
        assert_eq!(read(&disabled, &[]).unwrap(), None);
        assert_eq!(
            read(&METADATA.replace("traces]", "metrics]"), &[]).unwrap(),
            None
        );
    }

    #[test]
    fn the_environment_names_the_receiver() {
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://here:4318/");
        let settings = read("{}", &[base]).unwrap().unwrap();
        assert_eq!(settings.endpoint, "http://here:4318/v1/traces");
        assert_eq!(service(&settings), "engine");
        assert_eq!(settings.followed, Followed::ALL);
        let exact = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://there/t");
        let settings = read("{}", &[base, exact, ("OTEL_SERVICE_NAME", "shop")]);
        let settings = settings.unwrap().unwrap();
        assert_eq!(settings.endpoint, "http://there/t");
        assert_eq!(service(&settings), "shop");
    }

    #[test]
    fn the_metadata_names_the_receiver() {
        let variables = [("COLLECTOR", "here:4318"), ("KEY", "secret")];
        let settings = read(METADATA, &variables).unwrap().unwrap();
        assert_eq!(settings.endpoint, "http://here:4318/v1/traces");
        let headers = [("x-key", "secret"), ("x-plain", "p")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(settings.headers, HashMap::from(headers));
        assert_eq!(settings.batch, Some(7));
        assert_eq!(settings.followed, Followed::of(Some(&["b3".to_owned()])));
        assert_eq!(service(&settings), "shop");
        let region = opentelemetry::Key::from_static_str("region");
        assert!(settings.resource().get(&region).is_some());
    }

    #[test]
    fn a_variable_that_is_missing_is_named() {
        let problem = read(METADATA, &[("COLLECTOR", "here:4318")]).unwrap_err();
        assert!(problem.to_string().contains("KEY"), "{problem}");
        let problem = read(METADATA, &[("KEY", "secret")]).unwrap_err();
        assert!(problem.to_string().contains("COLLECTOR"), "{problem}");
    }
}
