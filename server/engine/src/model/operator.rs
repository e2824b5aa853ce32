//! How a column is compared, in Hasura's names and in SQL.

use super::{Kind, Scalar};

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator that `graphql` names")]
pub enum Operator {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Like,
    Nlike,
    Ilike,
    Nilike,
    Similar,
    Nsimilar,
    Regex,
    Iregex,
    Nregex,
    Niregex,
    Contains,
    ContainedIn,
    HasKey,
    HasKeysAny,
    HasKeysAll,
    JsonbPathExists,
    JsonbPathMatch,
}

impl Operator {
    /// Operators of every type but json.
    pub const GENERIC: [Self; 8] = [
        Self::Eq,
        Self::Neq,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::In,
        Self::Nin,
    ];
    /// Operators of text.
    pub const TEXT: [Self; 10] = [
        Self::Like,
        Self::Nlike,
        Self::Ilike,
        Self::Nilike,
        Self::Similar,
        Self::Nsimilar,
        Self::Regex,
        Self::Iregex,
        Self::Nregex,
        Self::Niregex,
    ];
    /// Operators of arrays and jsonb.
    pub const CONTAINER: [Self; 2] = [Self::Contains, Self::ContainedIn];
    /// Operators of jsonb alone.
    pub const JSONB: [Self; 5] = [
        Self::HasKey,
        Self::HasKeysAny,
        Self::HasKeysAll,
        Self::JsonbPathExists,
        Self::JsonbPathMatch,
    ];
    /// Operators of one column against another, in row rules (`_ceq`: `_eq` of a column).
    const COLUMNS: [(&'static str, Self); 6] = [
        ("_ceq", Self::Eq),
        ("_cne", Self::Neq),
        ("_cgt", Self::Gt),
        ("_cgte", Self::Gte),
        ("_clt", Self::Lt),
        ("_clte", Self::Lte),
    ];

    /// The operators of a column, in the order of its input type.
    pub fn of(scalar: &Scalar) -> Vec<Self> {
        if scalar.kind == Kind::EnumTable {
            return vec![Self::Eq, Self::Neq, Self::In, Self::Nin];
        }
        let mut all = Vec::new();
        if scalar.is_comparable() {
            all.extend(Self::GENERIC);
        }
        if scalar.is_text() {
            all.extend(Self::TEXT);
        }
        if scalar.is_container() && scalar.is_comparable() {
            all.extend(Self::CONTAINER);
        }
        if scalar.is("jsonb") {
            all.extend(Self::JSONB);
        }
        all
    }

    /// Whether a column of this type can be compared so.
    pub fn applies_to(self, scalar: &Scalar) -> bool {
        Self::of(scalar).contains(&self)
    }

    /// The name in a filter.
    pub fn graphql(self) -> &'static str {
        match self {
            Self::Eq => "_eq",
            Self::Neq => "_neq",
            Self::Gt => "_gt",
            Self::Gte => "_gte",
            Self::Lt => "_lt",
            Self::Lte => "_lte",
            Self::In => "_in",
            Self::Nin => "_nin",
            Self::Like => "_like",
            Self::Nlike => "_nlike",
            Self::Ilike => "_ilike",
            Self::Nilike => "_nilike",
            Self::Similar => "_similar",
            Self::Nsimilar => "_nsimilar",
            Self::Regex => "_regex",
            Self::Iregex => "_iregex",
            Self::Nregex => "_nregex",
            Self::Niregex => "_niregex",
            Self::Contains => "_contains",
            Self::ContainedIn => "_contained_in",
            Self::HasKey => "_has_key",
            Self::HasKeysAny => "_has_keys_any",
            Self::HasKeysAll => "_has_keys_all",
            Self::JsonbPathExists => "_jsonb_path_exists",
            Self::JsonbPathMatch => "_jsonb_path_match",
        }
    }

    /// The operator in SQL, between column and value.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Neq => " <> ",
            Self::Gt => " > ",
            Self::Gte => " >= ",
            Self::Lt => " < ",
            Self::Lte => " <= ",
            Self::In => " = any(",
            Self::Nin => " <> all(",
            Self::Like => " like ",
            Self::Nlike => " not like ",
            Self::Ilike => " ilike ",
            Self::Nilike => " not ilike ",
            Self::Similar => " similar to ",
            Self::Nsimilar => " not similar to ",
            Self::Regex => " ~ ",
            Self::Iregex => " ~* ",
            Self::Nregex => " !~ ",
            Self::Niregex => " !~* ",
            Self::Contains => " @> ",
            Self::ContainedIn => " <@ ",
            Self::HasKey => " ? ",
            Self::HasKeysAny => " ?| ",
            Self::HasKeysAll => " ?& ",
            Self::JsonbPathExists => " @? ",
            Self::JsonbPathMatch => " @@ ",
        }
    }

    /// The SQL type of the value, for a column of this SQL type.
    pub fn value_type(self, column: &str) -> String {
        match self {
            Self::In | Self::Nin => format!("{column}[]"),
            Self::HasKey => "text".to_owned(),
            Self::HasKeysAny | Self::HasKeysAll => "text[]".to_owned(),
            Self::JsonbPathExists | Self::JsonbPathMatch => "jsonpath".to_owned(),
            _ => column.to_owned(),
        }
    }

    /// The operator of a name, also in the older spelling with `$`.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.replacen('$', "_", 1);
        let name = if name == "_ne" { "_neq" } else { name.as_str() };
        [
            &Self::GENERIC[..],
            &Self::TEXT[..],
            &Self::CONTAINER[..],
            &Self::JSONB[..],
        ]
        .concat()
        .into_iter()
        .find(|operator| operator.graphql() == name)
    }

    /// The operator of a comparison between columns, by its name in a row rule.
    pub fn between_columns(name: &str) -> Option<Self> {
        let name = name.replacen('$', "_", 1);
        let name = if name == "_cneq" {
            "_cne"
        } else {
            name.as_str()
        };
        Self::COLUMNS
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, operator)| operator)
    }
}
