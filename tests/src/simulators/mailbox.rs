//! A mailbox: a real SMTP server (RFC 5321) that takes every mail and delivers none, read over HTTP.
//!
//! - `GET /messages` lists the mails, oldest first: `[{"from", "to", "subject", "message_id", "text"}]`; `?to=` those to an
//!   address. It keeps the last 10,000.
//! - `POST /_refuse` `{"code": 451, "times": n}` refuses the next n mails after their text came, `{"code": 250}` ends that.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use anyhow::{Context as _, Result};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use mailparse::MailHeaderMap as _;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{Simulator, bind, controls::lock, url_of};

const KEPT: usize = 10_000;

/// A mail as it came.
#[derive(Debug, Clone, Serialize)]
struct Mail {
    from: String,
    to: Vec<String>,
    subject: String,
    message_id: String,
    text: String,
}

#[derive(Debug, Default)]
struct Inner {
    mails: VecDeque<Mail>,
    refusals: u64,
    code: u16,
}

type Shared = Arc<Mutex<Inner>>;

/// A mailbox that runs until this is dropped.
#[derive(Debug)]
pub struct Mailbox {
    http: Simulator,
    smtp: SocketAddr,
}

impl Mailbox {
    /// Starts one, its HTTP on this address; its SMTP takes a free port of the same host.
    pub async fn start(address: SocketAddr) -> Result<Self> {
        let shared = Shared::default();
        let router = Router::new()
            .route("/messages", get(messages))
            .route("/_refuse", post(refuse))
            .with_state(Arc::clone(&shared));
        let listener = bind(address).await?;
        let url = url_of(&listener)?;
        let smtp_listener = bind(SocketAddr::new(address.ip(), 0)).await?;
        let smtp = smtp_listener.local_addr()?;
        let served = async move { serve(smtp_listener, shared).await };
        Ok(Self {
            http: Simulator::serve_beside(listener, url, router, served),
            smtp,
        })
    }

    /// Where its mails are read, without a slash at the end.
    pub fn url(&self) -> &str {
        self.http.url()
    }

    /// Where mail is sent to.
    pub fn smtp_url(&self) -> String {
        format!("smtp://{}", self.smtp)
    }
}

#[derive(Deserialize)]
struct Wanted {
    to: Option<String>,
}

async fn messages(State(shared): State<Shared>, Query(wanted): Query<Wanted>) -> Json<Vec<Mail>> {
    let inner = lock(&shared);
    let is_wanted = |mail: &&Mail| {
        wanted
            .to
            .as_ref()
            .is_none_or(|to| mail.to.iter().any(|it| it == to))
    };
    Json(inner.mails.iter().filter(is_wanted).cloned().collect())
}

#[derive(Deserialize)]
struct Refusal {
    code: u16,
    #[serde(default)]
    times: u64,
}

async fn refuse(State(shared): State<Shared>, Json(refusal): Json<Refusal>) -> StatusCode {
    let mut inner = lock(&shared);
    inner.code = refusal.code;
    inner.refusals = refusal.times;
    StatusCode::NO_CONTENT
}

async fn serve(listener: TcpListener, shared: Shared) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A client that breaks off is its own fault.
            let _ = converse(stream, &shared).await;
        });
    }
}

/// One conversation, in the words that every sender knows.
async fn converse(mut stream: TcpStream, shared: &Shared) -> Result<()> {
    let (reading, mut writing) = stream.split();
    let mut lines = BufReader::new(reading);
    let (mut from, mut to) = (String::new(), Vec::new());
    writing.write_all(b"220 mailbox ready\r\n").await?;
    let mut line = String::new();
    while lines.read_line(&mut line).await? > 0 {
        let verb = line.trim_end().to_ascii_uppercase();
        let answer = if verb.starts_with("EHLO") {
            "250-mailbox\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned()
        } else if verb.starts_with("MAIL FROM:") {
            from = address(&line);
            "250 go on".to_owned()
        } else if verb.starts_with("RCPT TO:") {
            to.push(address(&line));
            "250 go on".to_owned()
        } else if verb == "DATA" {
            writing.write_all(b"354 end with a point\r\n").await?;
            let data = data(&mut lines).await?;
            keep(shared, &from, std::mem::take(&mut to), &data)
        } else if verb == "QUIT" {
            writing.write_all(b"221 farewell\r\n").await?;
            return Ok(());
        } else {
            to.clear();
            "250 well".to_owned()
        };
        writing
            .write_all(format!("{answer}\r\n").as_bytes())
            .await?;
        line.clear();
    }
    Ok(())
}

/// The address between angle brackets.
fn address(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}

/// The lines up to a point alone, without the points that were doubled on the way.
async fn data(lines: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).await? == 0 {
            anyhow::bail!("the text broke off");
        }
        if line == b".\r\n" {
            return Ok(data);
        }
        data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// Keeps a mail, or refuses it as was wished; the answer.
fn keep(shared: &Shared, from: &str, to: Vec<String>, data: &[u8]) -> String {
    let mut inner = lock(shared);
    if inner.refusals > 0 {
        inner.refusals -= 1;
        return format!("{} not now", inner.code);
    }
    let mail = match read(from, to, data) {
        Ok(mail) => mail,
        Err(error) => return format!("554 this is no mail: {error}"),
    };
    inner.mails.push_back(mail);
    if inner.mails.len() > KEPT {
        inner.mails.pop_front();
    }
    "250 kept".to_owned()
}

fn read(from: &str, to: Vec<String>, data: &[u8]) -> Result<Mail> {
    let parsed = mailparse::parse_mail(data)?;
    let header = |name: &str| parsed.headers.get_first_value(name);
    Ok(Mail {
        from: from.to_owned(),
        to,
        subject: header("Subject").context("it has no subject")?,
        message_id: header("Message-ID").context("it has no Message-ID")?,
        text: parsed.get_body()?.replace("\r\n", "\n"),
    })
}
