//! The rows of one table by many keys, in the order of the keys: one row of one text each, `null` for what is not there
//! or hidden.

use super::{
    Statement, Writer,
    json::{ALL, Outer},
};
use crate::{
    model::{ColumnId, Model},
    plan::EntityGroup,
};

/// The statement of a group.
pub fn statement(model: &Model, group: &EntityGroup) -> Statement {
    let mut writer = Writer::new(model);
    let table = model.table(group.rows.table);
    let keys = writer.alias();
    writer.syntax("select coalesce(e.j, 'null') from unnest(");
    for (position, (_, values)) in group.keys.iter().enumerate() {
        writer
            .syntax(if position == 0 { "" } else { ", " })
            .bind(values);
    }
    writer
        .syntax(") with ordinality as ")
        .put_alias(keys)
        .syntax(" (");
    for (column, _) in &group.keys {
        writer.name(&table.column(*column).sql_name).syntax(", ");
    }
    writer.syntax("\"place$\") left join lateral (select row_to_json(\"r$\")::text as j from (");
    let mapping: Vec<(ColumnId, ColumnId)> = group
        .keys
        .iter()
        .map(|(column, _)| (*column, *column))
        .collect();
    let outer = Outer::new(table, keys, &mapping);
    writer.select(&group.rows, &ALL, Some(outer));
    writer
        .syntax(") \"r$\") e on true order by ")
        .put_alias(keys)
        .syntax(".\"place$\"");
    writer.finish()
}
