//! Apollo Federation: which objects other subgraphs may refer to, and by which keys.
//!
//! Every table that a role may name a row of is an entity: by its primary key, and by each unique constraint whose
//! columns are never null. async-graphql adds `_service` and `_entities` to the schema when some object has keys; the
//! same is described here for validation, which reads the types before that.

use async_graphql::registry::{MetaField, MetaType};

use super::meta;
use crate::model::{ColumnId, Table};

/// The union of all entities.
pub const ENTITY: &str = "_Entity";
/// The root field that answers entities.
pub const ENTITIES: &str = "_entities";
/// The root field that answers the schema.
pub const SERVICE: &str = "_service";

/// The keys by which a role may name a row: columns that it reads and that are never null.
pub fn keys<'a>(table: &'a Table, role: &'a str) -> impl Iterator<Item = &'a [ColumnId]> {
    let access = table.selectable(role);
    let is_usable = move |columns: &&[ColumnId]| {
        !columns.is_empty()
            && columns.iter().all(|column| {
                let cell = access.and_then(|access| access.cell(*column));
                cell.is_some_and(|cell| cell.visible.is_none())
                    && !table.column(*column).is_nullable
            })
    };
    let unique = table
        .unique_constraints
        .iter()
        .filter(|constraint| !constraint.is_primary)
        .map(|constraint| constraint.columns.as_slice());
    std::iter::once(table.primary_key.as_slice())
        .chain(unique)
        .filter(is_usable)
}

/// The keys as `@key` writes them: names of fields with blanks between.
pub(super) fn key_fields(table: &Table, role: &str) -> Option<Vec<String>> {
    let names = |columns: &[ColumnId]| {
        let names: Vec<&str> = columns
            .iter()
            .map(|column| table.column(*column).name.as_str())
            .collect();
        names.join(" ")
    };
    let all: Vec<String> = keys(table, role).map(names).collect();
    (!all.is_empty()).then_some(all)
}

/// The types and root fields that federation adds to a schema with these types.
pub fn additions<'a>(
    types: impl Iterator<Item = &'a MetaType>,
) -> Option<(Vec<MetaType>, Vec<MetaField>)> {
    let entities: Vec<String> = types
        .filter_map(|ty| match ty {
            MetaType::Object {
                name,
                keys: Some(_),
                ..
            } => Some(name.clone()),
            _ => None,
        })
        .collect();
    if entities.is_empty() {
        return None;
    }
    let sdl = meta::field("sdl", "String", []);
    let representations = meta::input("representations", "[_Any!]!");
    Some((
        vec![
            meta::scalar("_Any"),
            meta::object("_Service", None, [sdl]),
            meta::union(ENTITY, entities),
        ],
        vec![
            meta::field(SERVICE, "_Service!", []),
            meta::field(ENTITIES, "[_Entity]!", [representations]),
        ],
    ))
}
