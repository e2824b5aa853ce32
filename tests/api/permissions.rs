//! Who may do what: one matrix of role × table × operation, read from each role's own schema, with the rows that
//! somebody of this role sees of all there are.
//!
//! A new table, role or permission changes the matrix, and so cannot be left out or granted unnoticed.

use std::{collections::BTreeSet, fmt::Write as _};

use anyhow::{Context as _, Result};
use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use tests::harness::{Client, Database, Plan, World, run};

const ROLES: [&str; 5] = ["anonymous", "contact", "gateway", "user", "admin"];

async fn schema(database: &Database, role: &str) -> Result<Valid<Schema>> {
    let sdl = run(
        &["schema", "--role", role],
        &[("DATABASE_URL", database.url())],
    )
    .await?
    .ok()?;
    Schema::parse_and_validate(sdl, "schema.graphql")
        .map_err(|error| anyhow::anyhow!("{role}: {error}"))
}

fn root_fields(schema: &Valid<Schema>, root: &str) -> BTreeSet<String> {
    let fields = schema
        .get_object(root)
        .map(|root| root.fields.keys().map(ToString::to_string).collect());
    fields.unwrap_or_default()
}

/// How many rows of a table a caller sees.
async fn rows(caller: &Client, table: &str) -> Result<usize> {
    let data = caller
        .data(&format!("{{ {table} {{ __typename }} }}"))
        .await?;
    Ok(data[table].as_array().map_or(0, Vec::len))
}

#[tokio::test]
async fn the_matrix_of_roles_tables_and_operations() -> Result<()> {
    let gateway = "[[gateways]]\nid = \"gateway\"\nsecret = \"secret\"\n";
    let world = World::plan(Plan {
        more: gateway.to_owned(),
        ..Plan::default()
    })
    .await?;
    world.server.operator().sync().await?;
    let database = &world.database;
    // A contact's session, as the link in a mail begins it.
    let session = "insert into sessions (token_hash, contact_email, provider, roles, expires_at) values \
                   (sha256('contact-cookie'), 'a.martin@ville.example', 'contact', '{contact}', now() + interval '1 hour')";
    database.run_statements(session).await?;
    let mut matrix = String::new();
    let admin = schema(database, "admin").await?;
    let actions_and_tables = root_fields(&admin, "query_root");
    let tables: Vec<&String> = actions_and_tables
        .iter()
        .filter(|name| {
            let is_another_way = ["_by_pk", "_aggregate", "_connection"]
                .iter()
                .any(|way| name.ends_with(way));
            !is_another_way && !name.starts_with('_')
        })
        .collect();
    for role in ROLES {
        let schema = schema(database, role).await?;
        let caller = match role {
            "anonymous" => world.server.anonymous(),
            "contact" => world
                .server
                .anonymous()
                .with_header("cookie", "secretariat_session=contact-cookie"),
            "gateway" => world
                .server
                .anonymous()
                .with_header("authorization", "Basic Z2F0ZXdheTpzZWNyZXQ="),
            role => world.server.sign_in("adele", role).await?,
        };
        let (queries, mutations) = (
            root_fields(&schema, "query_root"),
            root_fields(&schema, "mutation_root"),
        );
        let subscriptions = root_fields(&schema, "subscription_root");
        // Entities and the schema are for other servers, which ask once.
        let queries: BTreeSet<String> = queries
            .into_iter()
            .filter(|field| !field.starts_with('_'))
            .collect();
        let live: BTreeSet<String> = subscriptions
            .into_iter()
            .filter(|field| !field.ends_with("_stream"))
            .collect();
        assert_eq!(queries, live, "every query can be followed");
        writeln!(matrix, "{role}")?;
        for table in &tables {
            let columns: Vec<String> = schema
                .get_object(table)
                .map(|object| object.fields.keys().map(ToString::to_string).collect())
                .unwrap_or_default();
            let may = |fields: &BTreeSet<String>, field: String, word: &'static str| {
                fields.contains(&field).then_some(word)
            };
            let operations: Vec<&str> = [
                may(&queries, (*table).clone(), "list"),
                may(&queries, format!("{table}_by_pk"), "by_pk"),
                may(&queries, format!("{table}_aggregate"), "aggregate"),
                may(&mutations, format!("insert_{table}_one"), "insert"),
                may(&mutations, format!("update_{table}_by_pk"), "update"),
                may(&mutations, format!("delete_{table}_by_pk"), "delete"),
            ]
            .into_iter()
            .flatten()
            .collect();
            let operations = if operations.is_empty() {
                "–".to_owned()
            } else {
                operations.join(" ")
            };
            writeln!(matrix, "  {table}: {operations}")?;
            if !columns.is_empty() {
                let all = rows(&world.server.operator(), table).await?;
                let seen = rows(&caller, table).await?;
                // The audit log grows with every sign-in of this very test.
                let seen = if seen == all {
                    "all rows".to_owned()
                } else {
                    format!("{seen} of {all} rows")
                };
                writeln!(matrix, "    {seen}: {}", columns.join(" "))?;
            }
        }
        let is_of_a_table = |field: &&String| {
            tables.iter().any(|table| {
                field.contains(table.as_str())
                    && ["insert_", "update_", "delete_"]
                        .iter()
                        .any(|verb| field.starts_with(verb))
            })
        };
        let actions: Vec<&String> = mutations
            .iter()
            .filter(|field| !is_of_a_table(field))
            .collect();
        writeln!(matrix, "  actions: {actions:?}")?;
    }
    insta::assert_snapshot!(matrix);
    Ok(())
}

#[tokio::test]
async fn every_document_of_the_page_is_valid_for_every_role_it_admits() -> Result<()> {
    let database = Database::create().await?;
    let mut schemas = Vec::new();
    for role in ROLES {
        schemas.push((role, schema(&database, role).await?));
    }
    let mut documents = 0;
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../web/graphql"))? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path)?;
        let roles = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# roles:"));
        let roles: Vec<&str> = roles
            .with_context(|| format!("{} does not begin with `# roles:`", path.display()))?
            .split(',')
            .map(str::trim)
            .collect();
        for role in roles {
            let (_, schema) = schemas
                .iter()
                .find(|(name, _)| *name == role)
                .with_context(|| format!("{}: no role {role:?}", path.display()))?;
            if let Err(problems) = ExecutableDocument::parse_and_validate(schema, &text, &path) {
                anyhow::bail!("{} as {role}: {problems}", path.display());
            }
        }
        documents += 1;
    }
    assert!(
        documents > 5,
        "the page has more than {documents} documents"
    );
    Ok(())
}
