//! Prints the tables as diesel's macros, in the format of `diesel print_schema`.
//!
//! Diesel's own command needs libpq and minutes of compilation; what we need of it is below. Views are left out: nothing
//! of ours reads them through diesel.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// What `tables.sql` selects.
#[derive(Debug, Deserialize)]
struct Catalog {
    tables: Vec<Table>,
    references: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
struct Table {
    name: String,
    key: Option<Vec<String>>,
    columns: Vec<Column>,
}

#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    r#type: String,
    nullable: bool,
}

#[derive(Debug, Deserialize)]
struct Reference {
    child: String,
    parent: String,
    column: String,
}

/// The query whose answer [`print`] takes.
pub const TABLES: &str = include_str!("tables.sql");

const HEAD: &str = "//! The tables, as diesel sees them. Written by `cargo xtask schema` from the migrations; do not edit.\n";

/// The Rust source for a catalog.
pub fn print(catalog: &str) -> Result<String> {
    let catalog: Catalog =
        serde_json::from_str(catalog).context("the catalog query gave no JSON")?;
    let mut out = HEAD.to_owned();
    for table in &catalog.tables {
        print_table(&mut out, table)?;
    }
    out.push('\n');
    for reference in catalog
        .references
        .iter()
        .filter(|reference| is_unambiguous(reference, &catalog.references))
    {
        let Reference {
            child,
            parent,
            column,
        } = reference;
        writeln!(out, "diesel::joinable!({child} -> {parent} ({column}));")?;
    }
    out.push_str("\ndiesel::allow_tables_to_appear_in_same_query!(\n");
    for table in &catalog.tables {
        writeln!(out, "    {},", table.name)?;
    }
    out.push_str(");\n");
    Ok(out)
}

fn print_table(out: &mut String, table: &Table) -> Result<()> {
    let key = table.key.as_ref().with_context(|| {
        format!(
            "table {} has no primary key, and diesel needs one",
            table.name
        )
    })?;
    writeln!(
        out,
        "\ndiesel::table! {{\n    {} ({}) {{",
        table.name,
        key.join(", ")
    )?;
    for column in &table.columns {
        let mut sql_type = sql_type(&column.r#type)
            .with_context(|| format!("column {}.{}", table.name, column.name))?
            .to_owned();
        if column.nullable {
            sql_type = format!("Nullable<{sql_type}>");
        }
        let mut name = column.name.clone();
        if KEYWORDS.contains(&name.as_str()) {
            writeln!(out, "        #[sql_name = \"{name}\"]")?;
            name.push('_');
        }
        writeln!(out, "        {name} -> {sql_type},")?;
    }
    out.push_str("    }\n}\n");
    Ok(())
}

/// Names that Rust or the macro itself would read otherwise.
const KEYWORDS: [&str; 10] = [
    "type", "match", "move", "ref", "self", "use", "where", "loop", "in", "as",
];

fn sql_type(name: &str) -> Result<&'static str> {
    Ok(match name {
        "uuid" => "Uuid",
        "text" | "varchar" => "Text",
        "citext" => "Citext",
        "timestamptz" => "Timestamptz",
        "date" => "Date",
        "jsonb" => "Jsonb",
        "int2" => "SmallInt",
        "int4" => "Integer",
        "int8" => "BigInt",
        "float4" => "Float",
        "float8" => "Double",
        "bool" => "Bool",
        "bytea" => "Bytea",
        // PostgreSQL cannot promise that an array holds no null, we do: nothing writes one.
        "_text" => "Array<Text>",
        "_uuid" => "Array<Uuid>",
        other => bail!("the type {other} has no diesel type in xtask/src/schema/diesel.rs yet"),
    })
}

/// Diesel joins two tables by itself only when one foreign key alone connects them.
fn is_unambiguous(reference: &Reference, all: &[Reference]) -> bool {
    reference.child != reference.parent
        && all
            .iter()
            .filter(|other| {
                (other.child == reference.child && other.parent == reference.parent)
                    || (other.child == reference.parent && other.parent == reference.child)
            })
            .count()
            == 1
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]

    use super::print;

    #[test]
    fn two_foreign_keys_to_one_table_are_not_joinable() {
        let column = r#"{"name": "id", "type": "uuid", "nullable": false}"#;
        let printed = print(&format!(
            r#"{{"tables": [{{"name": "runs", "key": ["id"], "columns": [{column}, {{"name": "type", "type": "_text", "nullable": true}}]}}],
                "references": [
                  {{"child": "runs", "parent": "users", "column": "asked_by"}},
                  {{"child": "runs", "parent": "users", "column": "approved_by"}},
                  {{"child": "runs", "parent": "services", "column": "service_id"}}]}}"#
        ))
        .unwrap();
        assert!(
            printed.contains("#[sql_name = \"type\"]\n        type_ -> Nullable<Array<Text>>,"),
            "{printed}"
        );
        assert!(
            printed.contains("joinable!(runs -> services (service_id))"),
            "{printed}"
        );
        assert!(!printed.contains("runs -> users"), "{printed}");
    }
}
