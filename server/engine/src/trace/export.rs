//! Sends spans to a receiver, in batches, beside the work that they tell of.

use std::time::Duration;

use futures::future::BoxFuture;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use super::{Settings, TARGET, TraceError, propagation::Followed};

/// Traces that are sent.
#[derive(Debug, Clone)]
pub struct Traces {
    provider: SdkTracerProvider,
    pub(super) followed: Followed,
}

impl Traces {
    /// Begins to send, by a client that has a timeout; on the runtime that this is called on.
    pub fn begin(settings: &Settings, http: reqwest::Client) -> Result<Self, TraceError> {
        let unusable = |source| TraceError::Unusable {
            endpoint: settings.endpoint.clone(),
            source,
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(OnRuntime {
                runtime: Handle::current(),
                http,
            })
            .with_endpoint(&settings.endpoint)
            .with_headers(settings.headers.clone())
            .build()
            .map_err(unusable)?;
        let mut batches = BatchConfigBuilder::default();
        if let Some(size) = settings.batch {
            batches = batches.with_max_export_batch_size(size);
        }
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches.build());
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor.build())
            .with_resource(settings.resource())
            .build();
        Ok(Self {
            provider,
            followed: settings.followed,
        })
    }

    /// What takes the spans, as a layer of the program's subscriber.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("engine"))
            .with_context_activation(false)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_target(TARGET, LevelFilter::TRACE))
    }

    /// Sends what is left, for no longer than this.
    pub async fn finish(self, patience: Duration) {
        let ended =
            tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(patience));
        match ended.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "some traces were not sent"),
            Err(error) => tracing::warn!(%error, "some traces were not sent"),
        }
    }
}

/// Batches are sent from a thread of their own, which is not on the runtime that the client needs.
#[derive(Debug)]
struct OnRuntime {
    runtime: Handle,
    http: reqwest::Client,
}

impl HttpClient for OnRuntime {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> BoxFuture<'b, Result<Response<Bytes>, HttpError>>
    where
        'a: 'b,
        Self: 'b,
    {
        let http = self.http.clone();
        let sent = self
            .runtime
            .spawn(async move { http.send_bytes(request).await });
        Box::pin(async move { sent.await? })
    }
}
