//! PostgreSQL's types as GraphQL scalars, named as Hasura names them.

use crate::catalog;

/// The GraphQL type of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scalar {
    /// The scalar: `Int`, `uuid`, `timestamptz`; of the elements, for an array.
    pub name: String,
    /// Whether the column is an array of it.
    pub is_array: bool,
}

impl Scalar {
    /// The scalar of a column. An array of T is `[T!]`, as in Hasura.
    pub fn of(column: &catalog::Column) -> Self {
        match &column.element {
            Some(element) => Self {
                name: name_of(element),
                is_array: true,
            },
            None => Self {
                name: name_of(&column.type_name),
                is_array: false,
            },
        }
    }

    /// The output and input type, without nullability.
    pub fn type_name(&self) -> String {
        if self.is_array {
            format!("[{}!]", self.name)
        } else {
            self.name.clone()
        }
    }

    /// The name of the input object that compares it.
    pub fn comparison_name(&self) -> String {
        let array = if self.is_array { "_array" } else { "" };
        format!("{}{array}_comparison_exp", self.name)
    }

    /// Whether values are text that patterns apply to.
    pub fn is_text(&self) -> bool {
        !self.is_array && matches!(self.name.as_str(), "String" | "citext" | "bpchar" | "name")
    }

    /// Whether values are JSON documents.
    pub fn is_json(&self) -> bool {
        !self.is_array && matches!(self.name.as_str(), "json" | "jsonb")
    }

    /// Whether `@>` and `<@` apply.
    pub fn is_container(&self) -> bool {
        self.is_array || self.name == "jsonb"
    }

    /// Whether a JSON number may lose digits of it.
    pub fn is_wide_number(&self) -> bool {
        !self.is_array && matches!(self.name.as_str(), "bigint" | "numeric" | "float8")
    }

    /// Whether GraphQL defines the scalar itself.
    pub fn is_built_in(name: &str) -> bool {
        matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID")
    }
}

fn name_of(type_name: &str) -> String {
    match type_name {
        "int4" => "Int",
        "int2" => "smallint",
        "int8" => "bigint",
        "float4" => "Float",
        "bool" => "Boolean",
        "text" | "varchar" => "String",
        other => other,
    }
    .to_owned()
}
