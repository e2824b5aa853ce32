//! How the values of each scalar are compared; and the directions of an order.

use std::collections::BTreeSet;

use super::{RoleTypes, RoleView, meta};
use crate::model::{Operator, Scalar};

/// The comparisons of every scalar that some readable column has, and what they need.
pub(super) fn add(made: &mut RoleTypes, view: &RoleView<'_>) {
    let mut scalars: BTreeSet<Scalar> = view
        .model
        .tables()
        .flat_map(|table| view.columns(table))
        .map(|column| column.scalar.clone())
        .collect();
    // Counts are compared as integers, documents also as their text.
    scalars.extend([Scalar::integer(), Scalar::text()]);
    for scalar in scalars {
        let name = scalar.comparison_name();
        made.insert(meta::input_object(&name, operators(&scalar)));
        if let Some(cast) = scalar.cast_name() {
            let text = meta::input("String", Scalar::text().comparison_name());
            made.insert(meta::input_object(&cast, [text]));
        }
    }
    let directions = [
        "asc",
        "asc_nulls_first",
        "asc_nulls_last",
        "desc",
        "desc_nulls_first",
        "desc_nulls_last",
    ];
    made.insert(meta::enumeration("order_by", directions.map(str::to_owned)));
    add_enumerations(made, view);
}

fn operators(scalar: &Scalar) -> Vec<meta::Input> {
    let value = scalar.type_name();
    let mut fields = vec![meta::input("_is_null", "Boolean")];
    fields.extend(scalar.cast_name().map(|cast| meta::input("_cast", cast)));
    fields.extend(Operator::of(scalar).into_iter().map(|operator| {
        let ty = match operator {
            Operator::In | Operator::Nin => format!("[{value}!]"),
            Operator::HasKey | Operator::JsonbPathExists | Operator::JsonbPathMatch => {
                "String".to_owned()
            }
            Operator::HasKeysAny | Operator::HasKeysAll => "[String!]".to_owned(),
            _ => value.clone(),
        };
        meta::input(operator.graphql(), ty)
    }));
    fields
}

/// The enumerations whose values are rows of enum tables.
fn add_enumerations(made: &mut RoleTypes, view: &RoleView<'_>) {
    for table in view.model.tables() {
        let Some(values) = &table.enum_values else {
            continue;
        };
        let scalar = Scalar::of_enum_table(&table.name);
        let values = values
            .iter()
            .map(|each| (each.value.clone(), each.comment.clone()));
        made.insert(meta::described_enumeration(&scalar.name, values));
    }
}
