//! Golden cases: a folder each in `golden/cases`, with `session.json` and `request.json`, and the recorded
//! `response.json`; `statement.sql` pins the text of the statements for a few.
//!
//! Queries share one database; every mutation has a copy of its own. A query runs three times: the second answer comes
//! from the kept plan, the third is written by the server from rows, and all are the same bytes.
//! `UPDATE_GOLDEN=1` records anew: read the difference before you commit it.

#![expect(
    clippy::disallowed_methods,
    reason = "the test command says in the environment where PostgreSQL is"
)]

#[path = "support/database.rs"]
mod database;
#[path = "support/library.rs"]
mod library;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use async_graphql::{EmptyMutation, Request};
use engine::{
    Engine, EngineBuilder, Session,
    metadata::Directory,
    model::{Execution, Options},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::database::Database;

/// How many mutations run at the same time.
const AT_ONCE: usize = 4;

/// An engine that executes so.
async fn engine(database: &Database, execution: Execution) -> Result<Engine<EmptyMutation>> {
    let builder = EngineBuilder {
        options: Options {
            read_only: &[],
            stringify_numbers: true,
            execution,
        },
        ..database.builder(&library::metadata()?)?
    };
    Ok(builder.build().await?)
}

fn read(path: &Path) -> Result<serde_json::Value> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// Compares a file with what was found, or records it. Tells what differs.
fn compare(path: &Path, found: &str) -> Result<Option<String>> {
    if std::env::var("UPDATE_GOLDEN").is_ok() {
        std::fs::write(path, found)?;
        return Ok(None);
    }
    let recorded = std::fs::read_to_string(path).unwrap_or_default();
    Ok((recorded != found).then(|| {
        format!(
            "{}\nrecorded: {recorded}\nfound:    {found}",
            path.display()
        )
    }))
}

/// The session of these variables; that of an operator when the secret is among them.
fn session_of(variables: BTreeMap<String, String>) -> Result<Session> {
    if variables.contains_key("x-hasura-admin-secret") {
        let mut headers = axum::http::HeaderMap::new();
        for (name, value) in variables {
            headers.insert(axum::http::HeaderName::try_from(name)?, value.try_into()?);
        }
        return Ok(Session::from_operator_headers(&headers)?);
    }
    let role = variables.get("x-hasura-role").cloned().unwrap_or_default();
    Ok(Session::new(role, variables))
}

/// A case as its files say it.
struct Case {
    path: PathBuf,
    session: Session,
    request: serde_json::Value,
}

impl Case {
    fn read(path: PathBuf) -> Result<Self> {
        let session = serde_json::from_value(read(&path.join("session.json"))?)?;
        Ok(Self {
            session: session_of(session)?,
            request: read(&path.join("request.json"))?,
            path,
        })
    }

    fn is_mutation(&self) -> bool {
        let query = self.request.get("query").and_then(|query| query.as_str());
        query.is_some_and(|query| query.trim_start().starts_with("mutation"))
    }

    fn request(&self) -> Result<Request> {
        Ok(serde_json::from_value(self.request.clone())?)
    }

    async fn answer(&self, engine: &Engine<EmptyMutation>) -> Result<String> {
        let answer = engine.execute(self.session.clone(), self.request()?).await;
        Ok(answer.into_json())
    }

    /// The answer as it is recorded, and the text of the statements for a case that pins it.
    async fn recorded(&self, engine: &Engine<EmptyMutation>) -> Result<(String, Vec<String>)> {
        let mut problems = Vec::new();
        let statements = self.path.join("statement.sql");
        if statements.exists() {
            let texts = engine.statements(&self.session, self.request()?).await?;
            let texts: Vec<String> = texts.into_values().collect();
            problems.extend(compare(&statements, &(texts.join(";\n") + "\n"))?);
        }
        let answer = self.answer(engine).await?;
        let value: serde_json::Value = serde_json::from_str(&answer)?;
        let pretty = serde_json::to_string_pretty(&value)? + "\n";
        problems.extend(compare(&self.path.join("response.json"), &pretty)?);
        Ok((answer, problems))
    }

    async fn mutation(&self, template: &Database) -> Result<Vec<String>> {
        let own = Database::create("golden", &template.name, 1).await?;
        let engine = engine(&own, Execution::Json).await?;
        let (_, problems) = self.recorded(&engine).await?;
        drop(engine);
        own.drop().await?;
        Ok(problems)
    }

    async fn query(
        &self,
        by_json: &Engine<EmptyMutation>,
        by_rows: &Engine<EmptyMutation>,
    ) -> Result<Vec<String>> {
        let (first, mut problems) = self.recorded(by_json).await?;
        let name = self.path.display();
        let second = self.answer(by_json).await?;
        if first != second {
            problems.push(format!(
                "{name}: first {first}\nthe kept plan answers {second}"
            ));
        }
        let third = self.answer(by_rows).await?;
        if first != third {
            problems.push(format!(
                "{name}: PostgreSQL writes {first}\nthe server writes {third}"
            ));
        }
        Ok(problems)
    }
}

#[tokio::test]
async fn every_case_answers_as_recorded() -> Result<()> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(format!("{}/cases", library::FOLDER))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    assert!(paths.len() > 40, "only {} cases were found", paths.len());
    let template = library::database("golden").await?;
    let database = Database::create("golden", &template.name, 1).await?;
    let by_json = engine(&database, Execution::Json).await?;
    let by_rows = engine(&database, Execution::Rows).await?;
    let cases = paths.into_iter().map(Case::read);
    let cases = cases.collect::<Result<Vec<_>>>()?;
    let (mutations, queries): (Vec<_>, Vec<_>) = cases.into_iter().partition(Case::is_mutation);
    let mutations = mutations.iter().map(|case| case.mutation(&template));
    let found: Vec<Vec<String>> = stream::iter(mutations)
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let mut problems: Vec<String> = found.into_iter().flatten().collect();
    for case in queries {
        problems.extend(case.query(&by_json, &by_rows).await?);
    }
    drop((by_json, by_rows));
    database.drop().await?;
    template.drop().await?;
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    Ok(())
}

#[tokio::test]
async fn a_kept_plan_serves_only_variables_of_its_shape() -> Result<()> {
    let database = library::database("golden").await?;
    let engine = engine(&database, Execution::Chosen).await?;
    let answer = async |query: &str, variables: serde_json::Value| -> Result<String> {
        let request = serde_json::json!({ "query": query, "variables": variables });
        let session = Session::new(Session::ADMIN, []);
        Ok(engine
            .execute(session, serde_json::from_value(request)?)
            .await
            .into_json())
    };
    let both =
        "query($id: Int!) { book(where: {id: {_in: [$id]}}) { id } book_by_pk(id: $id) { title } }";
    for (id, title) in [(1, "First"), (2, "Second"), (1, "First")] {
        let expected =
            format!(r#"{{"data":{{"book":[{{"id":{id}}}],"book_by_pk":{{"title":"{title}"}}}}}}"#);
        assert_eq!(
            answer(both, serde_json::json!({ "id": id })).await?,
            expected
        );
    }
    let genres = "query($g: genre_enum!) { tracks(where: {genre: {_eq: $g}}) { id } }";
    assert_eq!(
        answer(genres, serde_json::json!({ "g": "folk" })).await?,
        r#"{"data":{"tracks":[{"id":4}]}}"#
    );
    let unknown = answer(genres, serde_json::json!({ "g": "rock" })).await?;
    assert!(unknown.contains("expected one of the values"), "{unknown}");
    let shown = "query($b: Boolean!) { book(where: {is_public: {_eq: $b}}, order_by: {id: asc}, limit: 1) { id title @include(if: $b) } }";
    let with_title = r#"{"data":{"book":[{"id":1,"title":"First"}]}}"#;
    for (b, expected) in [
        (true, with_title),
        (false, r#"{"data":{"book":[{"id":2}]}}"#),
        (true, with_title),
    ] {
        assert_eq!(
            answer(shown, serde_json::json!({ "b": b })).await?,
            expected
        );
    }
    drop(engine);
    database.drop().await
}

/// What makes an engine of metadata with these tables.
fn builder(database: &Database, tables: &str) -> Result<EngineBuilder<EmptyMutation>> {
    let databases = "- name: default\n  kind: postgres\n  tables: \"!include tables.yaml\"\n";
    let directory = Directory::new([
        ("databases/databases.yaml".to_owned(), databases.to_owned()),
        ("databases/tables.yaml".to_owned(), tables.to_owned()),
    ]);
    database.builder(&directory)
}

/// What is said of such metadata, and nothing when it is accepted.
async fn refusal(database: &Database, tables: &str) -> Result<String> {
    let refused = builder(database, tables)?.build().await.err();
    Ok(refused
        .map(|refused| refused.to_string())
        .unwrap_or_default())
}

#[tokio::test]
async fn inconsistent_metadata_lists_every_problem() -> Result<()> {
    let database = library::database("golden").await?;
    let tables = "- table: {name: nowhere}\n\
             - table: {name: author}\n  object_relationships: [{name: x, using: {foreign_key_constraint_on: name}}]\n  \
             select_permissions:\n  - role: r\n    permission: {columns: [isbn], filter: {gone: {_eq: 1}}}\n  \
             - role: s\n    permission: {columns: [id], filter: {name: {_resembles: 1}}}\n";
    let message = refusal(&database, tables).await?;
    for problem in [
        "nowhere: no such table",
        "\"x\": no foreign key",
        "\"isbn\"",
        "\"gone\"",
        "\"_resembles\"",
    ] {
        assert!(message.contains(problem), "{problem} is not in:\n{message}");
    }
    database.drop().await
}

#[tokio::test]
async fn two_fields_of_a_root_have_two_names() -> Result<()> {
    let database = library::database("golden").await?;
    for (author, book, clash) in [
        // One table.
        (
            "select: all, select_by_pk: all",
            "",
            "author: another root field is called \"all\"",
        ),
        (
            "insert: change, update: change",
            "",
            "author: another root field is called \"change\"",
        ),
        // Two of them, with names of their own or the usual ones.
        (
            "select: all",
            "select: all",
            "book: another root field is called \"all\"",
        ),
        (
            "select: book",
            "",
            "book: another root field is called \"book\"",
        ),
        (
            "delete: insert_book",
            "",
            "book: another root field is called \"insert_book\"",
        ),
        // A stream is no query, but a subscription like the others.
        (
            "select_stream: book",
            "",
            "book: another root field is called \"book\"",
        ),
        // Queries and mutations have nothing in common.
        (
            "select: insert_book, select_by_pk: one",
            "insert_one: author",
            "",
        ),
        ("select: both, insert: both", "", ""),
    ] {
        let fields = |fields: &str| format!("configuration: {{custom_root_fields: {{{fields}}}}}");
        let tables = format!(
            "- table: {{name: author}}\n  {}\n- table: {{name: book}}\n  {}\n",
            fields(author),
            fields(book),
        );
        let message = refusal(&database, &tables).await?;
        assert!(message.contains(clash), "{author} / {book}: {message}");
        assert_eq!(
            message.is_empty(),
            clash.is_empty(),
            "{author} / {book}: {message}"
        );
    }
    database.drop().await
}

#[derive(Clone)]
struct ByHand;

#[async_graphql::Object]
impl ByHand {
    #[graphql(name = "delete_shelf")]
    async fn burn(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn an_action_has_a_name_of_its_own() -> Result<()> {
    let database = library::database("golden").await?;
    // Nobody but the administrator has the action, and another role alone the mutation.
    let rule = "\n  delete_permissions: [{role: clerk, permission: {filter: {}}}]";
    for (tables, read_only, is_refused) in [
        (String::from("- table: {name: shelf}"), &[][..], true),
        (format!("- table: {{name: shelf}}{rule}"), &["shelf"], true),
        (String::from("- table: {name: shelf}"), &["shelf"], false),
        (String::from("- table: {name: author}"), &[], false),
    ] {
        let EngineBuilder { pool, metadata, .. } = builder(&database, &tables)?;
        let mut builder = EngineBuilder::new(pool, metadata, ByHand);
        builder.options.read_only = read_only;
        let refused = builder.build().await.err().map(|error| error.to_string());
        let problem = "shelf: an action is called \"delete_shelf\", too";
        let is_so = refused.is_some_and(|message| message.contains(problem));
        assert_eq!(is_so, is_refused, "{tables}");
    }
    database.drop().await
}

#[tokio::test]
async fn a_query_and_a_mutation_of_one_name_are_two() -> Result<()> {
    let database = library::database("golden").await?;
    let tables = "- table: {name: author}\n  configuration: {custom_root_fields: {select: both}}\n\
                  - table: {name: shelf}\n  configuration: {custom_root_fields: {delete: both}}\n";
    let engine = builder(&database, tables)?.build().await?;
    for (query, expected) in [
        (
            "{ both(where: {id: {_eq: 1}}) { name } }",
            r#"{"data":{"both":[{"name":"Ada"}]}}"#,
        ),
        (
            "mutation { both(where: {id: {_eq: -1}}) { affected_rows } }",
            r#"{"data":{"both":{"affected_rows":0}}}"#,
        ),
    ] {
        let session = Session::new(Session::ADMIN, []);
        let answer = engine.execute(session, Request::new(query)).await;
        assert_eq!(answer.into_json(), expected);
    }
    drop(engine);
    database.drop().await
}
