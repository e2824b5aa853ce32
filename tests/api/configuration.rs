//! What the server refuses to start with, and how it says so.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Result;
use tests::harness::{Database, run};

const SERVICE: &str =
    "[[services]]\nid = \"github\"\nkind = \"github\"\nname = \"GitHub\"\norganization = \"o\"\n";

/// An issuer of tokens, with further lines about it.
fn issuer(more: &str) -> String {
    format!(
        "[[jwt.issuers]]\njwks_url = \"https://keys.example\"\naudience = \"secretariat\"\n{more}"
    )
}

async fn check(config: &str) -> Result<String> {
    let path =
        std::env::temp_dir().join(format!("secretariat-config-{}.toml", uuid::Uuid::new_v4()));
    std::fs::write(&path, config)?;
    let environment = [("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")];
    let ended = run(
        &["--config", &path.to_string_lossy(), "config", "check"],
        &environment,
    )
    .await?;
    assert!(!ended.is_success, "accepted: {config}");
    assert_eq!(
        ended.errors.matches("secretariat:").count(),
        1,
        "one message: {}",
        ended.errors
    );
    Ok(ended.errors)
}

#[tokio::test]
async fn an_unknown_key_names_the_nearest_known_one() -> Result<()> {
    let message =
        check("[server]\nlisten = \"127.0.0.1:1\"\npublic_ulr = \"http://x.example\"\n").await?;
    assert!(
        message.contains("public_ulr") && message.contains("did you mean `public_url`?"),
        "{message}"
    );
    let message = check("[sink]\nschedule = \"\"\n").await?;
    assert!(message.contains("did you mean `sync`?"), "{message}");
    Ok(())
}

#[tokio::test]
async fn wrong_values_are_named_with_their_place() -> Result<()> {
    for (config, words) in [
        (SERVICE.to_owned(), "token"),
        (
            "[limits]\naddress_header = \"no header\"\n".to_owned(),
            "limits.address_header",
        ),
        (
            "[limits.roles.user]\ndepht = 1\n".to_owned(),
            "did you mean `depth`?",
        ),
        (format!("{SERVICE}token = \"\"\n"), "secret"),
        (
            format!("{SERVICE}token = {{ env = \"NOT_SET_HERE\" }}\n"),
            "NOT_SET_HERE",
        ),
        (
            format!("{SERVICE}token = {{ file = \"/nowhere/token\" }}\n"),
            "/nowhere/token",
        ),
        (
            format!("{SERVICE}token = \"t\"\n{SERVICE}token = \"t\"\n"),
            "two of them have the id \"github\"",
        ),
        (
            SERVICE.replace("\"github\"\nname", "\"gitlab\"\nname"),
            "gitlab",
        ),
        (issuer("issuer = \"\"\n"), "jwt.issuers.issuer"),
        (
            issuer("issuer = \"http://127.0.0.1:8080\"\n"),
            "this server itself",
        ),
        (
            issuer("issuer = \"https://a.example\"\nalgorithms = [\"HS256\"]\n"),
            "jwt.issuers.algorithms",
        ),
        (
            issuer("issuer = \"https://a.example\"\nroles = []\n"),
            "jwt.issuers.roles",
        ),
        (
            issuer("issuer = \"https://a.example\"\nroles = [\"boss\"]\n"),
            "boss",
        ),
        (
            issuer("issuer = \"https://a.example\"\naudiense = \"x\"\n"),
            "did you mean `audience`?",
        ),
        (
            issuer(
                "issuer = \"https://a.example\"\nclaims_map.x-hasura-allowed-roles = { path = \"$.\" }\n",
            ),
            "x-hasura-allowed-roles",
        ),
        (
            issuer("issuer = \"https://a.example\"\n")
                .replace("https://keys.example", "http://keys.example"),
            "jwt.issuers.jwks_url",
        ),
        (
            issuer("issuer = \"https://a.example\"\n").replace("secretariat", ""),
            "jwt.issuers.audience",
        ),
        (
            issuer("issuer = \"https://a.example\"\n").replace("audience = \"secretariat\"\n", ""),
            "audience",
        ),
        (
            issuer("issuer = \"https://a.example\"\n").repeat(2),
            "given twice",
        ),
        ("[sync]\nvanish_limit = 3.0\n".to_owned(), "vanish_limit"),
        ("[sync]\nschedule = \"at noon\"\n".to_owned(), "schedule"),
        (
            "[database]\nurl = \"x\"\npool_size = 1\n".to_owned(),
            "pool_size",
        ),
        (
            "[retention]\njobs_days = 30\n".to_owned(),
            "retention.jobs_days: 30 is fewer than 31: jobs that are done remember which letters",
        ),
        ("not toml".to_owned(), "TOML"),
    ] {
        let message = check(&config).await?;
        assert!(message.contains(words), "{config}\n→ {message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_database_is_one_clear_message() -> Result<()> {
    let environment = [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing"),
        ("SECRETARIAT_LISTEN", "127.0.0.1:0"),
    ];
    let ended = run(&["serve"], &environment).await?;
    assert!(
        !ended.is_success && ended.errors.contains("no connection to the database"),
        "{}",
        ended.errors
    );
    let without = run(&["config", "check"], &[]).await?;
    assert!(
        !without.is_success && without.errors.contains("database"),
        "{}",
        without.errors
    );
    Ok(())
}

#[tokio::test]
async fn a_taken_port_is_one_clear_message() -> Result<()> {
    let database = Database::create().await?;
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = taken.local_addr()?.to_string();
    let ended = run(
        &["serve"],
        &[
            ("DATABASE_URL", database.url()),
            ("SECRETARIAT_LISTEN", &address),
        ],
    )
    .await?;
    assert!(
        !ended.is_success
            && ended
                .errors
                .contains(&format!("cannot listen on {address}")),
        "{}",
        ended.errors
    );
    Ok(())
}

#[tokio::test]
async fn any_key_can_come_from_the_environment() -> Result<()> {
    let environment = [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing"),
        ("SECRETARIAT__SYNC__VANISH_LIMIT", "7"),
    ];
    let ended = run(&["config", "check"], &environment).await?;
    assert!(
        !ended.is_success && ended.errors.contains("vanish_limit: 7"),
        "{}",
        ended.errors
    );
    Ok(())
}
