//! Signs in any name without a password. Exists only with `--dev`, on loopback.

use crate::{
    config::{DevProvider, SignInRole},
    identity::{
        IdentityError,
        person::{Holding, Proven},
    },
};

/// What a sign-in sends.
#[derive(Debug, serde::Deserialize)]
pub struct DevLogin {
    /// Any name.
    pub login: String,
    /// The session role to try; the strongest unless given.
    pub role: Option<SignInRole>,
}

/// Believes the name.
pub fn prove(provider: &DevProvider, login: &DevLogin) -> Result<Proven, IdentityError> {
    let name = login.login.trim();
    if name.is_empty() || name.len() > 100 {
        return Err(IdentityError::BadRequest(
            "login must have 1 to 100 letters",
        ));
    }
    let mut roles = vec![SignInRole::User];
    roles.extend(login.role.or(Some(SignInRole::Admin)));
    Ok(Proven {
        provider: provider.id.clone(),
        issuer: "dev".to_owned(),
        subject: name.to_lowercase(),
        login: name.to_owned(),
        name: None,
        avatar_url: None,
        verified_emails: Vec::new(),
        roles: super::ordered(roles),
        holds: Holding::Login(name.to_owned()),
    })
}
