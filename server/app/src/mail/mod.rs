//! Mail to people: templates in French and English, and one way out, by SMTP.
//!
//! - **letter**: a template with its values, to one person. It is a job ([`Letter::job`]), so that it leaves with the
//!   transaction that asks for it, and leaves once: its Message-ID is the job's, so that a repetition after a crash between
//!   the mail server's acceptance and our commit can be told.
//! - Each mail says everything in French, then in English. No mail holds a password, and a secret only as a single-use link.

mod dates;
mod letter;
mod mailer;
mod template;

pub use letter::Letter;
pub use mailer::{MailError, Mailer};
pub use template::Template;
