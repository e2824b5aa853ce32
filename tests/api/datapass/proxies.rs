//! A real proxy in front of an API, with the configurations of docs/gateways: how soon a revoked token is refused.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use super::{NOON, World};
use anyhow::{Context as _, Result};
use axum::{Router, http::HeaderMap, routing::get};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::{
    harness::{client, variable},
    simulators::datapass::second,
};
use tokio::process::{Child, Command};
use uuid::Uuid;

const KEY: &str = "a key of thirty-two bytes or more";
/// So often it is measured how soon a revocation holds.
const RUNS: u64 = 100;
/// design.md § 9: in seconds.
const SOON: Duration = Duration::from_secs(2);

/// A proxy that runs until this is dropped.
struct Proxy {
    url: String,
    folder: PathBuf,
    _process: Child,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The system's temporary folder is tidied by the system, too.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An API that says of which token it was called.
async fn api() -> Result<String> {
    async fn answer(headers: HeaderMap) -> String {
        assert!(
            !headers.contains_key("authorization"),
            "the token is not handed on"
        );
        let id = headers
            .get("x-token-id")
            .and_then(|value| value.to_str().ok());
        id.unwrap_or_default().to_owned()
    }
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}

fn free_address() -> Result<String> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .to_string())
}

/// A configuration of docs/gateways, filled in.
fn filled(file: &str, listen: &str, api: &str, secretariat: &str) -> Result<String> {
    let path = format!("{}/../docs/gateways/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path)?;
    let credentials = super::GATEWAY.trim_start_matches("Basic ");
    Ok(text
        .replace("@LISTEN@", listen)
        .replace("@API@", api)
        .replace("@SECRETARIAT@", secretariat)
        .replace("@CREDENTIALS@", credentials))
}

async fn proxy(kind: &str, secretariat: &str) -> Result<Proxy> {
    let (listen, api) = (free_address()?, api().await?);
    let folder = std::env::temp_dir().join(format!("secretariat-test-{kind}-{}", Uuid::new_v4()));
    std::fs::create_dir_all(&folder)?;
    let config = folder.join("proxy.conf");
    let mut command = if kind == "nginx" {
        let server = filled("nginx.conf", &listen, &api, secretariat)?;
        let place = folder.display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {place}/{name};\n"))
            .collect();
        std::fs::write(
            &config,
            format!(
                "daemon off;\nmaster_process off;\nerror_log stderr;\npid {place}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{server}}}\n"
            ),
        )?;
        let mut command = Command::new(variable("SECRETARIAT_TEST_NGINX")?);
        command.args(["-e", "stderr", "-c"]).arg(&config);
        command
    } else {
        std::fs::write(&config, filled("Caddyfile", &listen, &api, secretariat)?)?;
        let mut command = Command::new(variable("SECRETARIAT_TEST_CADDY")?);
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(&config);
        command.env("HOME", &folder);
        command
    };
    let process = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{kind} does not start"))?;
    let url = format!("http://{listen}");
    client::until(async || Ok(client::http()?.get(&url).send().await.is_ok().then_some(())))
        .await?;
    Ok(Proxy {
        url,
        folder,
        _process: process,
    })
}

impl Proxy {
    /// How a call with this token fares: the status and what the API says.
    async fn call(&self, http: &reqwest::Client, token: &str) -> Result<(u16, String)> {
        let answer = http.get(&self.url).bearer_auth(token).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

/// The signed form of a token, as the server signs it.
fn signed(id: &Value) -> Result<String> {
    let claims = json!({
        "iss": "https://tokens.example", "aud": "api-gateway", "jti": id, "uid": id, "sub": "", "scopes": [], "iat": 0,
        "exp": 4_000_000_000_u64, "version": "1.0",
    });
    Ok(encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(KEY.as_bytes()),
    )?)
}

async fn world() -> Result<World> {
    World::with(&format!(
        "[tokens]\nalgorithm = \"HS256\"\nissuer = \"https://tokens.example\"\nsecrets = [\"{KEY}\"]\n"
    ))
    .await
}

async fn lets_through_what_is_in_force(kind: &str) -> Result<()> {
    let world = world().await?;
    let proxy = proxy(kind, world.server.url()).await?;
    let http = client::http()?;
    let token = world
        .deliver(&second(1, "approve", NOON, "validated"))
        .await?["token_id"]
        .take();
    let (status, said) = proxy.call(&http, &signed(&token)?).await?;
    assert_eq!(
        (status, json!(said)),
        (200, token.clone()),
        "the API learns whose call it is"
    );
    assert_eq!(http.get(&proxy.url).send().await?.status(), 401, "no token");
    assert_eq!(proxy.call(&http, "nonsense").await?.0, 401);
    world
        .deliver(&second(1, "revoke", NOON + 1, "revoked"))
        .await?;
    assert_eq!(proxy.call(&http, &signed(&token)?).await?.0, 403);
    let World { server, .. } = world;
    server.kill().await?;
    assert!(
        proxy.call(&http, &signed(&token)?).await?.0 >= 500,
        "without an answer nobody passes"
    );
    Ok(())
}

#[tokio::test]
async fn nginx_lets_through_what_is_in_force() -> Result<()> {
    lets_through_what_is_in_force("nginx").await
}

#[tokio::test]
async fn caddy_lets_through_what_is_in_force() -> Result<()> {
    lets_through_what_is_in_force("caddy").await
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_the_proxy_within_seconds() -> Result<()> {
    let world = world().await?;
    let proxy = proxy("nginx", world.server.url()).await?;
    let http = client::http()?;
    let mut times = Vec::new();
    for run in 1..=RUNS {
        let token = world
            .deliver(&second(run, "approve", NOON, "validated"))
            .await?["token_id"]
            .take();
        let token = signed(&token)?;
        assert_eq!(proxy.call(&http, &token).await?.0, 200, "run {run}");
        let sent = Instant::now();
        world
            .deliver(&second(run, "revoke", NOON + 1, "revoked"))
            .await?;
        while proxy.call(&http, &token).await?.0 != 403 {
            anyhow::ensure!(
                sent.elapsed() < 5 * SOON,
                "run {run}: the token is still let through"
            );
        }
        times.push(sent.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .or(times.last())
            .copied()
            .unwrap_or_default()
    };
    println!(
        "from the revocation to 403: median {:?}, p99 {:?}, longest {:?}",
        at(50),
        at(99),
        times.last()
    );
    assert!(at(99) < SOON, "{times:?}");
    Ok(())
}
