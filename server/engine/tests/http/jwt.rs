//! Who is let in with which token, and under which role.

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use engine::{
    auth::{Issuer, Standalone, StandaloneAuthenticator},
    http::Origins,
};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::{
    issuers::{
        NAMESPACE, Publisher, Signer, Time, borne, content, loans, refused, seen_by, serving,
        trusting,
    },
    socket::{Came, Socket},
    world::SECRET,
};

const KINDS: [Algorithm; 9] = [
    Algorithm::HS256,
    Algorithm::HS384,
    Algorithm::HS512,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

#[tokio::test]
async fn keys_of_every_kind_verify_configured_or_published() -> Result<()> {
    let time = Time::default();
    let mut issuers = Vec::new();
    let mut tokens = Vec::new();
    for kind in KINDS {
        let signer = Signer::new(kind)?;
        let name = format!("fixed {kind:?}");
        issuers.push(signer.trusted(&json!({ "issuer": name }))?);
        tokens.push(signer.sign(&content(time.now(), &json!({ "iss": name })))?);
        if signer.kind().starts_with("HS") {
            continue;
        }
        let signer = signer.named("first");
        let publisher = Publisher::start(&[&signer]).await?;
        let published = json!({ "jwk_url": publisher.url, "issuer": publisher.url });
        issuers.push(Issuer::parse(&published.to_string())?);
        tokens.push(signer.sign(&content(time.now(), &json!({ "iss": publisher.url })))?);
    }
    let world = trusting(issuers, &time).await?;
    for token in &tokens {
        assert_eq!(borne(&world, token).await?, seen_by("r1"), "{token}");
        let (start, signature) = token.rsplit_once('.').unwrap_or_default();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{start}.{first}{}", signature.get(1..).unwrap_or_default());
        let problem = "Could not verify JWT: JWSError JWSInvalidSignature";
        assert_eq!(
            borne(&world, &forged).await?,
            refused("invalid-jwt", problem)
        );
    }
    world.stop().await
}

#[tokio::test]
async fn a_token_must_say_what_the_configuration_asks() -> Result<()> {
    let time = Time::default();
    let signer = Signer::new(Algorithm::HS256)?;
    let issuer = signer
        .trusted(&json!({ "issuer": "me", "audience": ["here", "there"], "allowed_skew": 30 }))?;
    let world = trusting(vec![issuer], &time).await?;
    let now = time.now().timestamp();
    let good = json!({ "iss": "me", "aud": "here" });
    for (members, problem) in [
        (json!({}), None),
        (json!({ "aud": ["x", "there"] }), None),
        (json!({ "exp": now - 20 }), None),
        (
            json!({ "exp": 32_503_680_000.5, "nbf": now + 20, "iat": now + 20 }),
            None,
        ),
        (json!({ "iss": "you" }), Some("JWTNotInIssuer")),
        (json!({ "iss": null }), Some("JWTClaimsSetDecodeError")),
        (json!({ "iss": ["me"] }), Some("JWTClaimsSetDecodeError")),
        (json!({ "aud": "x" }), Some("JWTNotInAudience")),
        (json!({ "aud": ["x"] }), Some("JWTNotInAudience")),
        (json!({ "aud": [] }), Some("JWTNotInAudience")),
        (json!({ "aud": null }), Some("JWTNotInAudience")),
        (json!({ "exp": now - 31 }), Some("JWTExpired")),
        (json!({ "exp": 0 }), Some("JWTExpired")),
        (
            json!({ "exp": "tomorrow" }),
            Some("JWTClaimsSetDecodeError"),
        ),
        (json!({ "exp": null }), Some("JWTClaimsSetDecodeError")),
        (json!({ "exp": 1e300 }), Some("JWTClaimsSetDecodeError")),
        (json!({ "nbf": now + 90 }), Some("JWTNotYetValid")),
        (json!({ "iat": now + 90 }), Some("JWTIssuedAtFuture")),
    ] {
        let mut said = content(time.now(), &good);
        for (name, value) in members.as_object().into_iter().flatten() {
            said[name] = value.clone();
        }
        let expected = match problem {
            None => seen_by("r1"),
            Some(problem) => refused("invalid-jwt", &format!("Could not verify JWT: {problem}")),
        };
        assert_eq!(
            borne(&world, &signer.sign(&said)?).await?,
            expected,
            "{members}"
        );
    }
    for missing in ["iss", "aud", "exp"] {
        let mut said = content(time.now(), &good);
        if let Some(members) = said.as_object_mut() {
            members.remove(missing);
        }
        let answer = borne(&world, &signer.sign(&said)?).await?;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "invalid-jwt",
            "{missing}"
        );
    }
    world.stop().await
}

#[tokio::test]
async fn the_issuer_that_a_token_names_decides_and_else_those_without_a_name() -> Result<()> {
    let time = Time::default();
    let first = Signer::new(Algorithm::HS256)?;
    let second = Signer::new(Algorithm::ES256)?;
    let named = Signer::new(Algorithm::HS256)?;
    let issuers = vec![
        first.trusted(&json!({}))?,
        named.trusted(&json!({ "issuer": "me" }))?,
        second.trusted(&json!({ "audience": "here" }))?,
    ];
    let world = trusting(issuers, &time).await?;
    let unnamed = json!({ "aud": "here" });
    let other = json!({ "aud": "here", "iss": "somebody" });
    let me = json!({ "aud": "here", "iss": "me" });
    for (signer, members, is_believed) in [
        (&first, &unnamed, true),
        (&first, &other, true),
        (&second, &unnamed, true),
        (&second, &other, true),
        (&named, &me, true),
        (&first, &me, false),
        (&second, &me, false),
        (&named, &unnamed, false),
        (&named, &other, false),
    ] {
        let token = signer.sign(&content(time.now(), members))?;
        let answer = borne(&world, &token).await?;
        assert_eq!(answer == seen_by("r1"), is_believed, "{answer}");
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code == "invalid-jwt", !is_believed, "{answer}");
    }
    world.stop().await?;
    let world = trusting(vec![named.trusted(&json!({ "issuer": "me" }))?], &time).await?;
    let problem = "Could not verify JWT: JWTNotInIssuer";
    for members in [&unnamed, &other] {
        let token = named.sign(&content(time.now(), members))?;
        assert_eq!(
            borne(&world, &token).await?,
            refused("invalid-jwt", problem)
        );
    }
    world.stop().await
}

#[tokio::test]
async fn a_token_has_no_say_in_how_it_is_verified() -> Result<()> {
    let time = Time::default();
    let rsa = Signer::new(Algorithm::RS256)?;
    let publisher = Publisher::start(&[&rsa]).await?;
    let published = json!({ "jwk_url": publisher.url, "issuer": "published" });
    let issuers = vec![
        rsa.trusted(&json!({ "issuer": "fixed" }))?,
        Issuer::parse(&published.to_string())?,
    ];
    let world = trusting(issuers, &time).await?;
    for issuer in ["fixed", "published"] {
        let said = content(time.now(), &json!({ "iss": issuer }));
        assert_eq!(borne(&world, &rsa.sign(&said)?).await?, seen_by("r1"));
        let body = URL_SAFE_NO_PAD.encode(said.to_string());
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "None" }),
            json!({ "typ": "JWT" }),
            json!({ "alg": "RS256", "crit": ["exp"] }),
        ] {
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            for token in [format!("{header}.{body}."), format!("{header}.{body}")] {
                let answer = borne(&world, &token).await?;
                assert_eq!(answer["errors"][0]["extensions"]["code"], "invalid-jwt");
            }
        }
        // The public key, which everybody has, is no secret to sign with.
        let confused = jsonwebtoken::encode(
            &jsonwebtoken::Header::new(Algorithm::HS256),
            &said,
            &jsonwebtoken::EncodingKey::from_secret(rsa.public.as_bytes()),
        )?;
        let problem = "Could not verify JWT: JWSError JWSInvalidSignature";
        assert_eq!(
            borne(&world, &confused).await?,
            refused("invalid-jwt", problem)
        );
        let other = Signer {
            algorithm: Algorithm::RS512,
            ..rsa.clone()
        };
        assert_eq!(
            borne(&world, &other.sign(&said)?).await?,
            refused("invalid-jwt", problem)
        );
    }
    for nonsense in ["x", "a.b.c", "..", "é"] {
        let answer = borne(&world, nonsense).await?;
        assert!(answer["data"].is_null(), "{answer}");
    }
    world.stop().await
}

#[tokio::test]
async fn a_role_is_asked_for_among_those_allowed() -> Result<()> {
    let time = Time::default();
    let signer = Signer::new(Algorithm::HS256)?;
    let world = trusting(vec![signer.trusted(&json!({}))?], &time).await?;
    let bearer = |said: &Value| Ok::<_, anyhow::Error>(format!("Bearer {}", signer.sign(said)?));
    let token = bearer(&content(time.now(), &json!({})))?;
    let asking = |role: &'static str| [("authorization", token.as_str()), ("x-hasura-role", role)];
    assert_eq!(loans(&world, &asking("reader")).await?, seen_by("r1"));
    assert_eq!(loans(&world, &asking("")).await?, seen_by("r1"));
    let archivist = loans(&world, &asking("archivist")).await?;
    assert_eq!(
        archivist["errors"][0]["extensions"]["code"],
        "validation-failed"
    );
    let denied = refused(
        "access-denied",
        "Your requested role is not in allowed roles",
    );
    for role in ["editor", "admin", "Reader"] {
        assert_eq!(loans(&world, &asking(role)).await?, denied, "{role}");
    }
    // Variables come from the token alone.
    let posing = [
        ("authorization", token.as_str()),
        ("x-hasura-user-id", "r3"),
    ];
    assert_eq!(loans(&world, &posing).await?, seen_by("r1"));
    let admin = json!({ NAMESPACE: { "x-hasura-allowed-roles": ["admin"], "x-hasura-default-role": "admin" } });
    let admin = bearer(&content(time.now(), &admin))?;
    assert_eq!(
        loans(&world, &[("authorization", &admin)]).await?,
        seen_by("r1")
    );
    let roleless = bearer(&content(
        time.now(),
        &json!({ NAMESPACE: { "x-hasura-default-role": "reader" } }),
    ))?;
    let missing = refused(
        "jwt-missing-role-claims",
        "JWT claim does not contain x-hasura-allowed-roles",
    );
    assert_eq!(
        loans(&world, &[("authorization", &roleless)]).await?,
        missing
    );
    let elsewhere = bearer(&content(time.now(), &json!({ NAMESPACE: [] })))?;
    let invalid = refused(
        "jwt-invalid-claims",
        "expecting a json object when claims_format is json",
    );
    assert_eq!(
        loans(&world, &[("authorization", &elsewhere)]).await?,
        invalid
    );
    world.stop().await
}

#[tokio::test]
async fn claims_stand_where_the_configuration_says() -> Result<()> {
    let time = Time::default();
    let claims = json!({ "X-Hasura-Allowed-Roles": ["reader"], "x-hasura-default-role": "reader", "x-hasura-user-id": "r3" });
    let map = json!({ "claims_map": {
        "x-hasura-allowed-roles": { "path": "$.realm.roles[*].name" },
        "x-hasura-default-role": { "path": "$.realm.main", "default": "reader" },
        "x-hasura-user-id": { "path": "$.sub" },
    } });
    for (config, said) in [
        (
            json!({ "claims_namespace": "mine" }),
            json!({ "mine": claims }),
        ),
        (
            json!({ "claims_namespace_path": "$.a['b c'][0]" }),
            json!({ "a": { "b c": [claims] } }),
        ),
        (json!({ "claims_namespace_path": "$" }), claims.clone()),
        (
            json!({ "claims_format": "stringified_json" }),
            json!({ NAMESPACE: claims.to_string() }),
        ),
        (
            map,
            json!({ "sub": "r3", "realm": { "roles": [{ "name": "x" }, { "name": "reader" }] } }),
        ),
    ] {
        let signer = Signer::new(Algorithm::HS256)?;
        let world = trusting(vec![signer.trusted(&config)?], &time).await?;
        let token = signer.sign(&content(time.now(), &said))?;
        assert_eq!(borne(&world, &token).await?, seen_by("r3"), "{config}");
        world.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn secrets_come_before_tokens_and_tokens_before_nobody() -> Result<()> {
    let time = Time::default();
    let signer = Signer::new(Algorithm::HS256)?;
    let settings = Standalone {
        admin_secrets: vec!["first".to_owned(), SECRET.to_owned()],
        issuers: vec![signer.trusted(&json!({}))?],
        unauthorized_role: Some("archivist".to_owned()),
        ..Standalone::default()
    };
    let world = serving(settings, &time).await?;
    let token = format!("Bearer {}", signer.sign(&content(time.now(), &json!({})))?);
    let reader = ("authorization", token.as_str());
    let posing = ("x-hasura-role", "reader");
    let user = ("x-hasura-user-id", "r3");
    for secret in ["first", SECRET] {
        for name in ["x-hasura-admin-secret", "x-hasura-access-key"] {
            let sent = [(name, secret), posing, user, reader];
            assert_eq!(loans(&world, &sent).await?, seen_by("r3"), "{name}");
        }
    }
    let problem = "invalid \"x-hasura-admin-secret\"/\"x-hasura-access-key\"";
    for wrong in ["", "firs", "first1", "wrong"] {
        let sent = [("x-hasura-admin-secret", wrong), reader];
        let answer = loans(&world, &sent).await?;
        assert_eq!(answer, refused("access-denied", problem), "{wrong:?}");
    }
    let nobody = loans(&world, &[posing, user]).await?;
    assert_eq!(
        nobody["errors"][0]["extensions"]["code"], "validation-failed",
        "an archivist sees no loans"
    );
    for wrong in ["Bearer x.y.z", "Bearer", "Basic abc"] {
        let answer = loans(&world, &[("authorization", wrong)]).await?;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        assert!(
            matches!(code, Some("invalid-jwt" | "invalid-headers")),
            "{answer}"
        );
    }
    world.stop().await?;
    let world = trusting(vec![signer.trusted(&json!({}))?], &time).await?;
    let problem = "Missing 'Authorization' or 'Cookie' header in JWT authentication mode";
    assert_eq!(
        loans(&world, &[posing, user]).await?,
        refused("invalid-headers", problem)
    );
    world.stop().await
}

#[tokio::test]
async fn settings_that_would_let_everybody_in_are_refused() -> Result<()> {
    let signer = Signer::new(Algorithm::HS256)?;
    let time = Time::default();
    let http = reqwest::Client::new();
    let start = |settings| StandaloneAuthenticator::new(settings, &http, &time.clock()).is_ok();
    assert!(start(Standalone::default()));
    assert!(!start(Standalone {
        issuers: vec![signer.trusted(&json!({}))?],
        ..Standalone::default()
    }));
    assert!(!start(Standalone {
        unauthorized_role: Some("reader".to_owned()),
        ..Standalone::default()
    }));
    assert!(!start(Standalone {
        admin_secrets: vec!["good".to_owned(), String::new()],
        ..Standalone::default()
    }));
    let world = serving(Standalone::default(), &time).await?;
    assert_eq!(
        loans(&world, &[]).await?,
        seen_by("r1"),
        "everybody is an operator"
    );
    world.stop().await
}

#[tokio::test]
async fn cookies_and_headers_carry_tokens_too() -> Result<()> {
    let time = Time::default();
    let (cookie, header) = (
        Signer::new(Algorithm::HS256)?,
        Signer::new(Algorithm::HS384)?,
    );
    let settings = Standalone {
        admin_secrets: vec![SECRET.to_owned()],
        issuers: vec![
            cookie.trusted(&json!({ "header": { "type": "Cookie", "name": "token" } }))?,
            header.trusted(&json!({ "header": { "type": "CustomHeader", "name": "X-Token" } }))?,
        ],
        unauthorized_role: None,
        origins: Origins::parse("https://friend.example"),
    };
    let world = serving(settings, &time).await?;
    let said = content(time.now(), &json!({}));
    let in_header = header.sign(&said)?;
    let in_cookie = format!("a=b; token={}", cookie.sign(&said)?);
    let carried = ("cookie", in_cookie.as_str());
    assert_eq!(
        loans(&world, &[("x-token", &in_header)]).await?,
        seen_by("r1")
    );
    assert_eq!(loans(&world, &[carried]).await?, seen_by("r1"));
    let own = format!("http://{}", world.address);
    for origin in [own.as_str(), "https://friend.example"] {
        assert_eq!(
            loans(&world, &[carried, ("origin", origin)]).await?,
            seen_by("r1")
        );
    }
    for origin in ["https://evil.example", "null"] {
        let problem = "a page of another site may not use the cookie";
        let answer = loans(&world, &[carried, ("origin", origin)]).await?;
        assert_eq!(answer, refused("access-denied", problem));
    }
    let problem = "Could not verify JWT: Multiple JWTs found";
    let both = loans(&world, &[carried, ("x-token", &in_header)]).await?;
    assert_eq!(both, refused("invalid-headers", problem));
    // Each issuer's tokens count in their own place only.
    let swapped = cookie.sign(&said)?;
    let answer = loans(&world, &[("x-token", &swapped)]).await?;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "invalid-jwt");
    let bearer = format!("Bearer {in_header}");
    let answer = loans(&world, &[("authorization", &bearer)]).await?;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "invalid-headers");
    let mut socket = Socket::open(&world, "graphql-transport-ws").await?;
    socket
        .say(json!({ "type": "connection_init", "payload": { "headers": { "X-Token": in_header } } }))
        .await?;
    assert_eq!(socket.said().await?["type"], "connection_ack");
    world.stop().await
}

#[tokio::test]
async fn a_socket_ends_with_its_token() -> Result<()> {
    let time = Time::default();
    let signer = Signer::new(Algorithm::EdDSA)?;
    let world = trusting(vec![signer.trusted(&json!({}))?], &time).await?;
    let ends = json!({ "exp": time.now().timestamp() + 2 });
    let token = signer.sign(&content(time.now(), &ends))?;
    let bearer = format!("Bearer {token}");
    let init =
        json!({ "type": "connection_init", "payload": { "headers": { "Authorization": bearer } } });
    let mut socket = Socket::open(&world, "graphql-transport-ws").await?;
    socket.say(init.clone()).await?;
    assert_eq!(socket.said().await?["type"], "connection_ack");
    socket
        .subscribe("live", "subscription { loan(limit: 1) { reader_id } }")
        .await?;
    assert_eq!(socket.said().await?["payload"], seen_by("r1"));
    assert_eq!(socket.next().await?, Came::Closed(4401));
    let mut late = Socket::open(&world, "graphql-transport-ws").await?;
    late.say(init).await?;
    assert_eq!(late.next().await?, Came::Closed(4403));
    world.stop().await
}
