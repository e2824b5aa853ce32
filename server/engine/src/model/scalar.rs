//! PostgreSQL's types as GraphQL scalars, named as Hasura names them.

use crate::catalog;

/// The GraphQL type of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scalar {
    /// The scalar: `Int`, `uuid`, `timestamptz`; of the elements, for an array.
    pub name: String,
    /// Whether the column is an array of it.
    pub is_array: bool,
    /// Whether its values are an enumeration: of an enum table, or of PostgreSQL.
    pub kind: Kind,
}

/// What stands behind a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An ordinary type.
    Plain,
    /// An enumeration of PostgreSQL, a scalar in GraphQL.
    NativeEnum,
    /// The rows of an enum table, an enumeration in GraphQL.
    EnumTable,
}

impl Scalar {
    /// The scalar of a column. An array of T is `[T!]`, as in Hasura.
    pub fn of(column: &catalog::Column) -> Self {
        let kind = if column.is_native_enum {
            Kind::NativeEnum
        } else {
            Kind::Plain
        };
        Self {
            name: name_of(column.element.as_ref().unwrap_or(&column.type_name)),
            is_array: column.element.is_some(),
            kind,
        }
    }

    /// The scalar of columns that refer to an enum table of this GraphQL name.
    pub fn of_enum_table(name: &str) -> Self {
        Self {
            name: format!("{name}_enum"),
            is_array: false,
            kind: Kind::EnumTable,
        }
    }

    /// Text.
    pub fn text() -> Self {
        Self::plain("String")
    }

    /// What counts are compared as.
    pub fn integer() -> Self {
        Self::plain("Int")
    }

    fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            is_array: false,
            kind: Kind::Plain,
        }
    }

    /// Whether PostgreSQL can tell values equal and put them in an order.
    pub fn is_comparable(&self) -> bool {
        const OTHERS: [&str; 11] = [
            "json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "jsonpath",
            "tid",
        ];
        !OTHERS.contains(&self.name.as_str())
    }

    /// Whether it is the scalar of that name.
    pub fn is(&self, name: &str) -> bool {
        !self.is_array && self.name == name
    }

    /// Whether sums and averages apply.
    pub fn is_number(&self) -> bool {
        const NUMBERS: [&str; 6] = ["Int", "smallint", "bigint", "Float", "float8", "numeric"];
        !self.is_array && NUMBERS.contains(&self.name.as_str())
    }

    /// Whether PostgreSQL has `min` and `max` of it (`uuid` by way of its text).
    pub fn is_ordered(&self) -> bool {
        const ORDERED: [&str; 12] = [
            "String",
            "bpchar",
            "citext",
            "date",
            "inet",
            "interval",
            "money",
            "time",
            "timestamp",
            "timestamptz",
            "timetz",
            "uuid",
        ];
        let is_listed = !self.is_array && ORDERED.contains(&self.name.as_str());
        self.is_number() || is_listed || (self.kind == Kind::NativeEnum && !self.is_array)
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

    /// The name of the input object that compares its text; `None` for what is text already, and for lists.
    pub fn cast_name(&self) -> Option<String> {
        let is_other = !self.is_array && self.kind != Kind::EnumTable && self.name != "String";
        is_other.then(|| format!("{}_cast_exp", self.name))
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
