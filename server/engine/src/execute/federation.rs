//! Answers `_entities`, by one statement for each type, whatever the number of representations; and completes `_service`.

use async_graphql::{Context, Value};

use super::{
    connection::Connection,
    request::RequestState,
    roots::{EngineCore, noted},
    statement::{self, Preparation},
    validation::RootNames,
};
use crate::{error::GraphqlError, plan::selected_field, sql};

impl EngineCore {
    /// The JSON of all entities that the current field asks for, in the order of their representations.
    pub(super) async fn entities(
        &self,
        ctx: &Context<'_>,
        state: &RequestState,
    ) -> Result<String, GraphqlError> {
        let environment = &ctx.query_env;
        let set = &environment.operation.node.selection_set.node;
        let key = ctx.item.node.response_key().node.as_str();
        let below = selected_field(set, &environment.fragments, key);
        let below = below.map(|selected| selected.below).unwrap_or_default();
        let planner = self.planner_of(ctx);
        let planned = planner.entities(&ctx.item.node, &below);
        let (count, groups) = noted(ctx, planner, planned)?;
        let mut rows = vec![String::new(); count];
        let tag = self.tag(ctx, key);
        let mut conn = Connection::get(&self.pool).await?;
        for group in &groups {
            let statement = sql::entities::statement(&self.model, group).tagged(tag.as_ref());
            let variables = &environment.variables;
            let values = statement::resolve(&statement, variables, &state.session)?;
            let once = Preparation::Once;
            let found = statement::texts(&mut conn, &statement.pieces, &values, once).await?;
            for (place, json) in group.places.iter().zip(found) {
                if let Some(row) = rows.get_mut(*place) {
                    *row = json;
                }
            }
        }
        Ok(format!("[{}]", rows.join(",")))
    }
}

/// Says in the schema that `_service` answers which types are its roots: async-graphql leaves it out there, and
/// composition would look for roots of other names.
pub(super) fn complete_service(service: &mut Value, roots: &RootNames) {
    let Value::Object(members) = service else {
        return;
    };
    let mut definition = format!("schema {{\n\tquery: {}\n", roots.query);
    let others = [
        ("mutation", &roots.mutation),
        ("subscription", &roots.subscription),
    ];
    for (operation, name) in others {
        if let Some(name) = name {
            definition.extend(["\t", operation, ": ", name.as_str(), "\n"]);
        }
    }
    definition.push_str("}\n\n");
    for (_, member) in members.iter_mut() {
        if let Value::String(sdl) = member
            && sdl.contains("@link")
        {
            sdl.insert_str(0, &definition);
        }
    }
}
