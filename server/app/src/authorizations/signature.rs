//! `X-Hub-Signature-256`: HMAC-SHA256 over the very bytes of a body (reference/datapass.md § 1.3).

use aws_lc_rs::hmac;

use crate::config::Secret;

/// Whether one of the secrets signed these bytes. The header is `sha256=` and 64 small hexadecimal digits.
pub(super) fn is_signed(body: &[u8], header: &str, secrets: &[Secret]) -> bool {
    let Some(tag) = header.strip_prefix("sha256=").and_then(bytes) else {
        return false;
    };
    // Every secret is tried, whichever fits, so that the time tells nothing.
    let fits = |secret: &Secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        hmac::verify(&key, body, &tag).is_ok()
    };
    secrets.iter().filter(|secret| fits(secret)).count() > 0
}

/// The bytes of 64 small hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let is_digest = digits.len() == 64
        && digits
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    is_digest
        .then(|| (0..64).step_by(2).map(pair).collect())
        .flatten()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

    use super::*;

    const REVOKE: &str = r#"{"event":"revoke","fired_at":1700000000}"#;
    const SIGNED: &str = "sha256=cdfd8a727990dcad2c5a82068b036dde06ba3d3d0b7e383cbc0f87543199416d";

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        let secret = |text: &&str| serde_json::from_value(serde_json::json!(text)).unwrap();
        texts.iter().map(secret).collect()
    }

    #[test]
    fn the_vectors_of_the_reference_hold() {
        let secrets = secrets(&["essai-secret-0123456789"]);
        let test = r#"{"test":true,"timestamp":"2026-01-15T10:30:00+01:00"}"#;
        for (body, digest) in [
            (
                REVOKE,
                "cdfd8a727990dcad2c5a82068b036dde06ba3d3d0b7e383cbc0f87543199416d",
            ),
            (
                test,
                "9e2e4ff7a51bcd17ad887ffa5b627302be2edadf9c4f821f46336f6640fab3fe",
            ),
            (
                "",
                "b47c9fef9a73a32f09d96472fcfdef21503f96105b8eb57c4463d3f607e6cb5d",
            ),
        ] {
            assert!(
                is_signed(body.as_bytes(), &format!("sha256={digest}"), &secrets),
                "{body}"
            );
        }
    }

    #[test]
    fn either_secret_of_a_rotation_holds_and_no_other() {
        assert!(is_signed(
            REVOKE.as_bytes(),
            SIGNED,
            &secrets(&["new", "essai-secret-0123456789"])
        ));
        assert!(!is_signed(REVOKE.as_bytes(), SIGNED, &secrets(&["new"])));
        assert!(!is_signed(REVOKE.as_bytes(), SIGNED, &[]));
    }

    #[test]
    fn nothing_but_the_bytes_and_their_digits_hold() {
        let secrets = secrets(&["essai-secret-0123456789"]);
        let re_encoded = r#"{"event": "revoke", "fired_at": 1700000000}"#;
        assert!(!is_signed(re_encoded.as_bytes(), SIGNED, &secrets));
        let digits = SIGNED.trim_start_matches("sha256=");
        let wrong = [
            String::new(),
            digits.to_owned(),
            "sha256=".to_owned(),
            format!("sha1={digits}"),
            format!("sha256={}", digits.to_uppercase()),
            format!("sha256={}", &digits[..62]),
            format!("sha256={digits}00"),
            format!("sha256={}", digits.replace('c', "d")),
        ];
        for header in wrong {
            assert!(!is_signed(REVOKE.as_bytes(), &header, &secrets), "{header}");
        }
    }
}
