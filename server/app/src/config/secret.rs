//! A secret: written out, or named as a variable of the environment or a file.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de::Error};

/// A value that is never logged. `"text"`, `{ env = "NAME" }` or `{ file = "PATH" }`.
#[derive(Debug, Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The value, where it is needed.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value, for a library that keeps secrets the same way.
    pub fn to_secret_string(&self) -> SecretString {
        self.0.clone()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Plain(String),
    Variable { env: String },
    File { file: PathBuf },
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer).map_err(|error: D::Error| {
            if error.to_string().starts_with("missing") {
                return error;
            }
            D::Error::custom("a secret is a text, { env = \"NAME\" } or { file = \"PATH\" }")
        })?;
        let value = match written {
            Written::Plain(text) => text,
            Written::Variable { env } => super::environment(&env)
                .ok_or_else(|| D::Error::custom(format!("the variable {env} is not set")))?,
            Written::File { file } => std::fs::read_to_string(&file)
                .map_err(|error| D::Error::custom(format!("{}: {error}", file.display())))?
                .trim_end()
                .to_owned(),
        };
        if value.is_empty() {
            return Err(D::Error::custom("a secret may not be empty"));
        }
        Ok(Self(value.into()))
    }
}
