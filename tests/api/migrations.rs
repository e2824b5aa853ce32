//! Migrations go up, down to nothing, and up again to the same tables.

use std::path::PathBuf;

use anyhow::Result;
use diesel::{QueryableByName, sql_types::Text};
use diesel_async::RunQueryDsl as _;
use tests::harness::{Database, run};

#[derive(Debug, PartialEq, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    named: String,
}

async fn columns(database: &Database) -> Result<Vec<Column>> {
    let query = "select table_name || '.' || column_name || ' ' || data_type as named from information_schema.columns \
                 where table_schema = 'public' and table_name <> '__diesel_schema_migrations' order by 1";
    Ok(diesel::sql_query(query)
        .load(&mut database.connect().await?)
        .await?)
}

#[tokio::test]
async fn down_undoes_everything_that_up_did() -> Result<()> {
    let database = Database::bare().await?;
    let migrate = async || {
        run(&["migrate"], &[("DATABASE_URL", database.url())])
            .await?
            .ok()
    };
    assert!(migrate().await?.contains("applied"));
    assert!(migrate().await?.contains("nothing to apply"));
    let before = columns(&database).await?;
    assert!(before.len() > 50);
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"))?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
    folders.sort();
    for folder in folders.iter().rev() {
        database
            .run_statements(&std::fs::read_to_string(folder.join("down.sql"))?)
            .await?;
    }
    assert_eq!(columns(&database).await?, []);
    let left = "do $$ begin if exists (select 1 from pg_proc p join pg_namespace n on n.oid = p.pronamespace \
                where n.nspname = 'public' and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e') \
                and p.proname not like 'diesel%') then raise exception 'functions are left'; end if; end $$";
    database.run_statements(left).await?;
    database
        .run_statements("delete from __diesel_schema_migrations")
        .await?;
    migrate().await?;
    assert_eq!(columns(&database).await?, before);
    Ok(())
}
