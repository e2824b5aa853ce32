//! Stand-ins for external services: small HTTP servers that answer as the real ones do, from invented people.
//!
//! Every simulator of a service that is synced has the control endpoints of [`controls`]. One runs inside a test ([`Simulator::start`]) or beside a
//! demo (the program `simulators`).

pub mod controls;
pub mod datapass;
pub mod datapass_api;
pub mod github;
pub mod issuer;
pub mod mailbox;

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A simulator that runs until this is dropped.
#[derive(Debug)]
pub struct Simulator {
    url: String,
    _stop: DropGuard,
}

impl Simulator {
    /// Starts a simulated GitHub.
    pub async fn start(options: github::Options) -> Result<Self> {
        let listener = bind(options.listen).await?;
        let url = url_of(&listener)?;
        let router = github::router(&options, &url)?;
        Ok(Self::serve(listener, url, router))
    }

    /// Starts a simulated DataPass, which sends when it is asked to.
    pub async fn datapass(listen: SocketAddr) -> Result<Self> {
        let listener = bind(listen).await?;
        let url = url_of(&listener)?;
        Ok(Self::serve(listener, url, datapass::router()))
    }

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn serve(listener: TcpListener, url: String, router: Router) -> Self {
        Self::serve_beside(listener, url, router, std::future::pending())
    }

    /// Serves HTTP, and beside it something else that goes on for as long.
    fn serve_beside(
        listener: TcpListener,
        url: String,
        router: Router,
        beside: impl Future<Output = Result<()>> + Send + 'static,
    ) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                ended = beside => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a simulator ended");
                    }
                }
                served = async { axum::serve(listener, router).await } => {
                    if let Err(error) = served {
                        tracing::error!(%error, "a simulator ended");
                    }
                }
                () = stopped.cancelled() => {}
            }
        });
        Self {
            url,
            _stop: stop.drop_guard(),
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}

fn url_of(listener: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}
