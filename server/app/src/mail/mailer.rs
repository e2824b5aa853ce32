//! The way out: SMTP.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::AddressError,
    message::{Mailbox, header::ContentType},
    transport::smtp,
};
use uuid::Uuid;

use super::{Letter, template::Words};
use crate::config;

/// How long the mail server may take for one step.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The operator configured none.
    #[error("no mail is sent: there is no [mail] in the configuration")]
    Unconfigured,
    /// The configuration cannot be used.
    #[error("mail.smtp_url cannot be used")]
    Unusable(#[source] smtp::Error),
    /// The sender or the recipient is no address.
    #[error("{0} is no address")]
    Address(String, #[source] AddressError),
    /// The template and its values do not fit.
    #[error("the mail cannot be written")]
    Template(#[from] minijinja::Error),
    /// The message cannot be put together.
    #[error("the mail cannot be put together")]
    Message(#[from] lettre::error::Error),
    /// The mail server refused or failed.
    #[error("the mail server did not take the mail")]
    Refused(#[from] smtp::Error),
}

impl MailError {
    /// Whether no repetition mends it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_permanent(),
            _ => true,
        }
    }
}

/// Sends mail.
#[derive(Clone)]
pub struct Mailer(Option<Way>);

#[derive(Clone)]
struct Way {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Sends as the operator configured. Nothing is opened yet.
    pub fn new(config: Option<&config::Mail>) -> Result<Self, MailError> {
        let Some(config) = config else {
            return Ok(Self(None));
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(config.smtp_url.expose())
            .map_err(MailError::Unusable)?
            .timeout(Some(TIMEOUT))
            .build();
        let from = mailbox(&config.from)?;
        Ok(Self(Some(Way { transport, from })))
    }

    /// Sends a letter. `id` tells it from all others, also when it is sent again.
    pub async fn send(&self, id: Uuid, letter: &Letter) -> Result<(), MailError> {
        let Some(Way { transport, from }) = &self.0 else {
            return Err(MailError::Unconfigured);
        };
        let Words { subject, body } = letter.template.render(&letter.values)?;
        let message = Message::builder()
            .message_id(Some(format!("<{id}@{}>", from.email.domain())))
            .from(from.clone())
            .to(mailbox(&letter.to)?)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(body)?;
        transport.send(message).await?;
        Ok(())
    }
}

fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    text.parse()
        .map_err(|error| MailError::Address(text.to_owned(), error))
}
