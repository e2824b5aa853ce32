//! Keys that come and go while the server runs.

use anyhow::Result;
use axum::http::StatusCode;
use engine::auth::Issuer;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::{
    issuers::{Publisher, Signer, Time, borne, content, refused, seen_by, trusting},
    world::World,
};

struct Scene {
    time: Time,
    old: Signer,
    new: Signer,
    publisher: Publisher,
    world: World,
}

impl Scene {
    /// A server that trusts a publisher, which has the old key.
    async fn start() -> Result<Self> {
        let time = Time::default();
        let old = Signer::new(Algorithm::ES256)?.named("old");
        let new = Signer::new(Algorithm::EdDSA)?.named("new");
        let publisher = Publisher::start(&[&old]).await?;
        let issuer = Issuer::parse(&json!({ "jwk_url": publisher.url }).to_string())?;
        let world = trusting(vec![issuer], &time).await?;
        assert_eq!(publisher.say().asked, 1, "keys are fetched at the start");
        Ok(Self {
            time,
            old,
            new,
            publisher,
            world,
        })
    }

    /// What the bearer of a fresh token that lives for an hour is answered.
    async fn borne(&self, signer: &Signer) -> Result<Value> {
        let exp = self.time.now().timestamp() + 3_600;
        let said = content(self.time.now(), &json!({ "exp": exp }));
        borne(&self.world, &signer.sign(&said)?).await
    }

    fn asked(&self) -> usize {
        self.publisher.say().asked
    }
}

fn unverified() -> Value {
    let problem = "Could not verify JWT: JWSError JWSInvalidSignature";
    refused("invalid-jwt", problem)
}

#[tokio::test]
async fn a_new_key_counts_when_a_token_names_it() -> Result<()> {
    let scene = Scene::start().await?;
    assert_eq!(scene.borne(&scene.old).await?, seen_by("r1"));
    assert_eq!(scene.borne(&scene.new).await?, unverified());
    assert_eq!(scene.asked(), 1, "keys were fetched just now");
    scene.time.pass(11);
    assert_eq!(scene.borne(&scene.new).await?, unverified());
    assert_eq!(scene.asked(), 2);
    scene.publisher.publish(&[&scene.old, &scene.new])?;
    for _ in 0..5 {
        assert_eq!(scene.borne(&scene.new).await?, unverified());
    }
    assert_eq!(
        scene.asked(),
        2,
        "strangers do not make us ask all the time"
    );
    scene.time.pass(11);
    assert_eq!(scene.borne(&scene.new).await?, seen_by("r1"));
    assert_eq!(scene.borne(&scene.old).await?, seen_by("r1"));
    assert_eq!(scene.asked(), 3);
    scene.world.stop().await
}

#[tokio::test]
async fn a_withdrawn_key_ends_with_what_was_published_also_for_known_tokens() -> Result<()> {
    let scene = Scene::start().await?;
    let exp = scene.time.now().timestamp() + 3_600;
    let said = content(scene.time.now(), &json!({ "exp": exp }));
    let token = scene.old.sign(&said)?;
    assert_eq!(borne(&scene.world, &token).await?, seen_by("r1"));
    scene.publisher.publish(&[&scene.new])?;
    scene.time.pass(290);
    assert_eq!(borne(&scene.world, &token).await?, seen_by("r1"));
    scene.time.pass(11);
    assert_eq!(borne(&scene.world, &token).await?, unverified());
    assert_eq!(scene.borne(&scene.new).await?, seen_by("r1"));
    assert_eq!(scene.asked(), 2);
    scene.world.stop().await
}

#[tokio::test]
async fn keys_serve_on_while_the_issuer_cannot_be_asked() -> Result<()> {
    let scene = Scene::start().await?;
    let body = scene.publisher.say().body.clone();
    let breakages: [(StatusCode, String); 4] = [
        (StatusCode::INTERNAL_SERVER_ERROR, body.clone()),
        (StatusCode::FOUND, body.clone()),
        (StatusCode::OK, "{}".to_owned()),
        (StatusCode::OK, format!("{}{body}", " ".repeat(1 << 20))),
    ];
    let mut asked = scene.asked();
    for (status, broken) in breakages {
        scene.publisher.say().status = status;
        scene.publisher.say().body = broken;
        scene.time.pass(301);
        for _ in 0..3 {
            assert_eq!(scene.borne(&scene.old).await?, seen_by("r1"), "{status}");
        }
        asked += 1;
        assert_eq!(scene.asked(), asked, "it is not asked all the time");
    }
    scene.publisher.say().status = StatusCode::OK;
    scene.publisher.publish(&[&scene.new])?;
    scene.time.pass(61);
    assert_eq!(scene.borne(&scene.old).await?, unverified());
    assert_eq!(scene.borne(&scene.new).await?, seen_by("r1"));
    scene.world.stop().await
}

#[tokio::test]
async fn without_keys_nobody_is_let_in_until_they_come() -> Result<()> {
    let time = Time::default();
    let signer = Signer::new(Algorithm::RS256)?;
    let publisher = Publisher::start(&[&signer]).await?;
    publisher.say().status = StatusCode::SERVICE_UNAVAILABLE;
    let issuer = Issuer::parse(&json!({ "jwk_url": publisher.url }).to_string())?;
    let world = trusting(vec![issuer], &time).await?;
    let token = signer.sign(&content(time.now(), &json!({})))?;
    assert_eq!(borne(&world, &token).await?, unverified());
    publisher.say().status = StatusCode::OK;
    time.pass(11);
    assert_eq!(borne(&world, &token).await?, seen_by("r1"));
    world.stop().await
}

#[tokio::test]
async fn many_at_once_make_one_question() -> Result<()> {
    let scene = Scene::start().await?;
    scene.publisher.publish(&[&scene.old, &scene.new])?;
    scene.time.pass(11);
    let answers = futures::future::join_all((0..20).map(|_| scene.borne(&scene.new))).await;
    for answer in answers {
        assert_eq!(answer?, seen_by("r1"));
    }
    assert_eq!(scene.asked(), 2);
    scene.world.stop().await
}
