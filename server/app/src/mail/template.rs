//! What mails say: a file for each template and language, whose first line is the subject.

use include_dir::{Dir, include_dir};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dates;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/mail/templates");
/// Between the languages of a mail.
const RULE: &str = "\n\n———\nEnglish\n\n";

/// What a mail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// A request, or an amendment, was received.
    RequestSubmitted,
    /// The applicant is to change something.
    RequestChangesRequested,
    /// A request, or an amendment, was refused.
    RequestRefused,
    /// A request was granted: there is a token.
    RequestApproved,
    /// The same, for the technical contact: with the link that shows the token once.
    TokenIssued,
    /// An amendment was granted.
    RequestAmended,
    /// A request was revoked, and all of its tokens with it.
    RequestRevoked,
    /// A request was put away.
    RequestArchived,
    /// A token ends soon, or has ended.
    TokenEnds,
    /// An administrator blacklisted a token.
    TokenBlacklisted,
    /// A new link that shows a token once.
    TokenLink,
    /// The link by which a contact signs in.
    ContactLink,
}

/// A mail's words.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl Template {
    /// All of them.
    #[cfg(test)]
    const ALL: [Self; 12] = [
        Self::RequestSubmitted,
        Self::RequestChangesRequested,
        Self::RequestRefused,
        Self::RequestApproved,
        Self::TokenIssued,
        Self::RequestAmended,
        Self::RequestRevoked,
        Self::RequestArchived,
        Self::TokenEnds,
        Self::TokenBlacklisted,
        Self::TokenLink,
        Self::ContactLink,
    ];

    /// The name of its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestSubmitted => "request_submitted",
            Self::RequestChangesRequested => "request_changes_requested",
            Self::RequestRefused => "request_refused",
            Self::RequestApproved => "request_approved",
            Self::TokenIssued => "token_issued",
            Self::RequestAmended => "request_amended",
            Self::RequestRevoked => "request_revoked",
            Self::RequestArchived => "request_archived",
            Self::TokenEnds => "token_ends",
            Self::TokenBlacklisted => "token_blacklisted",
            Self::TokenLink => "token_link",
            Self::ContactLink => "contact_link",
        }
    }

    /// What it says of these values: French first, then English.
    pub fn render(self, values: &Map<String, Value>) -> Result<Words, minijinja::Error> {
        let environment = environment();
        let text = |language: &str| {
            let name = format!("{}.{language}.txt", self.as_str());
            environment.get_template(&name)?.render(values)
        };
        let (french, english) = (text("fr")?, text("en")?);
        let (subject, french) = parts(&french);
        let (_, english) = parts(&english);
        Ok(Words {
            subject: subject.to_owned(),
            body: format!("{french}{RULE}{english}\n"),
        })
    }
}

/// The subject and the body of a rendered file.
fn parts(text: &str) -> (&str, &str) {
    let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
    (subject.trim(), body.trim())
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_filter("french_date", |time: &str| dates::french(time));
    environment.add_filter("english_date", |time: &str| dates::english(time));
    environment.set_loader(|name| {
        let file = FILES.get_file(name).and_then(|file| file.contents_utf8());
        Ok(file.map(str::to_owned))
    });
    environment
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use super::*;

    #[test]
    fn every_template_is_written_in_both_languages() {
        let values = serde_json::json!({
            "number": "41207", "title": "Aides locales", "api": "api_entreprise", "name": "Anne Martin", "is_amendment": false,
            "url": "https://secretariat.example/my-requests", "request_url": "https://datapass.example/demandes/41207",
            "link": "https://secretariat.example/token/abc", "ends_at": "2026-12-03T10:00:00+00:00",
            "at": "2026-12-03T10:00:00+00:00", "days": 7, "is_replaced": true,
        });
        let values = values.as_object().unwrap();
        for template in Template::ALL {
            let Words { subject, body } = template.render(values).unwrap();
            assert!(
                subject.len() > 10 && !subject.contains('\n'),
                "{template:?}: {subject}"
            );
            let (french, english) = body.split_once(RULE).unwrap();
            assert!(
                french.contains("Bonjour") && english.contains("Hello"),
                "{template:?}: {body}"
            );
            assert!(
                !body.contains("{{") && !body.contains("2026-"),
                "{template:?}: {body}"
            );
        }
    }
}
