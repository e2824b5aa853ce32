//! Live queries, each of two sessions that share a statement, before and after a mutation.

use std::time::Duration;

use async_graphql::Request;
use engine::execute::Answer;
use futures::{StreamExt as _, future::join_all, stream::BoxStream};
use serde_json::Value as Json;

use crate::{
    answers::Expected,
    documents::Maker,
    reads,
    requests::{Case, Outcome, SESSIONS, judge},
    roles::Role,
    writes,
};

/// After how many mutations that change nothing one gives up.
const MOST_WRITES: usize = 4;

/// A subscription, and what each session should be answered.
struct Asked {
    request: Json,
    expected: Vec<Expected>,
    outcome: Outcome,
}

/// The subscription that the choices from `start` on make, as things are now.
fn asked(case: &Case<'_>, role: &Role, start: usize) -> Option<Asked> {
    let mut all = (0..SESSIONS).map(|who| {
        case.tape.rewind(start);
        let maker = Maker::new(case.tape, role);
        let asked = reads::live(&maker, &case.interpreter(role, who))?;
        let request = maker.request("subscription", &asked.field);
        Some((request, asked))
    });
    let (request, first) = all.next()??;
    let mut expected = vec![first.expected];
    for other in all {
        expected.push(other?.1.expected);
    }
    Some(Asked {
        request,
        expected,
        outcome: first.outcome,
    })
}

/// One subscription of both sessions; their first answers are compared.
pub async fn request(case: &Case<'_>, role: &Role) -> Result<Outcome, String> {
    let Some(asked) = asked(case, role, case.tape.position()) else {
        return Ok(Outcome::Nothing);
    };
    let (_, outcome) = first(case, role, &asked).await?;
    Ok(outcome)
}

/// The same over mutations: as soon as one changes an answer, the new one is sent.
pub async fn over_writes(
    case: &mut Case<'_>,
    role: &Role,
    writer: &Role,
) -> Result<Outcome, String> {
    let start = case.tape.position();
    let Some(before) = asked(case, role, start) else {
        return Ok(Outcome::Nothing);
    };
    let (mut answers, outcome) = first(case, role, &before).await?;
    if outcome != Outcome::Live {
        return Ok(outcome);
    }
    for _ in 0..MOST_WRITES {
        writes::request(case, writer).await?;
        let end = case.tape.position();
        let after = asked(case, role, start);
        case.tape.rewind(end);
        let Some(after) = after.filter(|after| after.expected.iter().all(Result::is_ok)) else {
            break;
        };
        let mut outcome = outcome;
        for (who, answers) in answers.iter_mut().enumerate() {
            let (old, new) = (&before.expected[who], &after.expected[who]);
            if old.as_ref().ok() != new.as_ref().ok() {
                case.announce();
                let found = next(answers, &after.request).await?;
                outcome = judge(&after.request, new, &found, Outcome::Pushed)?;
            }
        }
        if outcome == Outcome::Pushed {
            return Ok(outcome);
        }
    }
    Ok(outcome)
}

type Answers = Vec<BoxStream<'static, Answer>>;

async fn first(case: &Case<'_>, role: &Role, asked: &Asked) -> Result<(Answers, Outcome), String> {
    let streams = (0..SESSIONS).map(|who| {
        let parsed: Request = serde_json::from_value(asked.request.clone()).unwrap();
        case.by_json.stream(case.session(role.name, who), parsed)
    });
    let mut streams: Answers = streams.collect();
    let found = streams
        .iter_mut()
        .map(|answers| next(answers, &asked.request));
    let mut outcome = asked.outcome;
    for (found, expected) in join_all(found).await.into_iter().zip(&asked.expected) {
        outcome = judge(&asked.request, expected, &found?, outcome)?;
    }
    Ok((streams, outcome))
}

async fn next(answers: &mut BoxStream<'static, Answer>, request: &Json) -> Result<Json, String> {
    let next = tokio::time::timeout(Duration::from_secs(10), answers.next()).await;
    let next = next.map_err(|_| format!("{request}\nno answer"))?;
    Ok(serde_json::from_str(&next.unwrap().into_json()).unwrap())
}
