//! Roles with random permissions, alone or made of others, and their metadata.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::{
    rules::{Aggregate, Operand, Operator, Rule},
    tape::Tape,
    text::plain,
    world::{Kind, TABLES, Table, VIEW, Value},
};

/// What a role may read of a table.
#[derive(Debug, Clone)]
pub struct Select {
    pub columns: BTreeSet<&'static str>,
    pub filter: Rule,
    pub limit: Option<usize>,
    pub can_aggregate: bool,
}

/// Which rows a role may change, and into what.
#[derive(Debug, Clone)]
pub struct Update {
    pub filter: Rule,
    pub check: Rule,
}

/// What a role may do.
#[derive(Debug, Clone, Default)]
pub struct Role {
    pub name: &'static str,
    /// What each of the roles that it is made of may read; only its own when it is made of none.
    selects: BTreeMap<&'static str, Vec<Select>>,
    pub updates: BTreeMap<&'static str, Update>,
    pub deletes: BTreeMap<&'static str, Rule>,
    pub inserts: BTreeMap<&'static str, Rule>,
}

impl Role {
    pub fn selects(&self, table: &str) -> &[Select] {
        self.selects.get(table).map_or(&[], Vec::as_slice)
    }

    pub fn can_read(&self, table: &str) -> bool {
        !self.selects(table).is_empty()
    }

    /// The columns that some row may show.
    pub fn columns(&self, table: &Table) -> Vec<&'static str> {
        let shown = |name: &str| {
            let mut all = self.selects(table.name).iter();
            all.any(|select| select.columns.contains(name))
        };
        let names = table.columns.iter().map(|column| column.name);
        names.filter(|name| shown(name)).collect()
    }

    pub fn can_aggregate(&self, table: &str) -> bool {
        self.selects(table)
            .iter()
            .any(|select| select.can_aggregate)
    }

    pub fn limit(&self, table: &str) -> Option<usize> {
        let limits = self.selects(table).iter().filter_map(|select| select.limit);
        limits.max()
    }
}

/// The roles of a case, the administrator first.
pub fn random(tape: &Tape) -> Vec<Role> {
    let everything = Select {
        columns: BTreeSet::new(),
        filter: Rule::TRUE,
        limit: None,
        can_aggregate: true,
    };
    let mut admin = Role {
        name: "admin",
        ..Role::default()
    };
    for table in &TABLES {
        let columns = table.columns.iter().map(|column| column.name).collect();
        let everything = Select {
            columns,
            ..everything.clone()
        };
        admin.selects.insert(table.name, vec![everything]);
        if table.name == VIEW {
            continue;
        }
        let update = Update {
            filter: Rule::TRUE,
            check: Rule::TRUE,
        };
        admin.updates.insert(table.name, update);
        admin.deletes.insert(table.name, Rule::TRUE);
        admin.inserts.insert(table.name, Rule::TRUE);
    }
    let mut roles = vec![admin];
    for name in ["one", "two", "three"] {
        roles.push(own(tape, name));
    }
    for (name, parents) in INHERITED {
        let mut role = Role {
            name,
            ..Role::default()
        };
        for parent in &roles {
            if parents.contains(&parent.name) {
                for (table, selects) in &parent.selects {
                    role.selects
                        .entry(table)
                        .or_default()
                        .extend(selects.iter().cloned());
                }
            }
        }
        let parents: Vec<&Role> = roles
            .iter()
            .filter(|role| parents.contains(&role.name))
            .collect();
        role.updates = only(&parents, |parent| &parent.updates);
        role.deletes = only(&parents, |parent| &parent.deletes);
        role.inserts = only(&parents, |parent| &parent.inserts);
        roles.push(role);
    }
    roles
}

/// What exactly one of these roles may do to a table. What several may, perhaps differently, is not asked for.
fn only<T: Clone>(
    roles: &[&Role],
    of: impl Fn(&Role) -> &BTreeMap<&'static str, T>,
) -> BTreeMap<&'static str, T> {
    let mut only = BTreeMap::new();
    for table in &TABLES {
        let mut all = roles.iter().filter_map(|role| of(role).get(table.name));
        if let (Some(first), None) = (all.next(), all.next()) {
            only.insert(table.name, first.clone());
        }
    }
    only
}

const INHERITED: [(&str, &[&str]); 2] =
    [("both", &["one", "two"]), ("all", &["one", "two", "three"])];

fn own(tape: &Tape, name: &'static str) -> Role {
    let mut role = Role {
        name,
        ..Role::default()
    };
    for table in &TABLES {
        if !tape.chance(15) {
            role.selects.insert(table.name, vec![select(tape, table)]);
        }
        if table.name != VIEW && tape.chance(50) {
            let update = Update {
                filter: rule(tape, table, 2),
                check: rule(tape, table, 1),
            };
            role.updates.insert(table.name, update);
            role.deletes.insert(table.name, rule(tape, table, 2));
            role.inserts.insert(table.name, rule(tape, table, 1));
        }
    }
    role
}

fn select(tape: &Tape, table: &'static Table) -> Select {
    let mut columns: BTreeSet<&'static str> = BTreeSet::new();
    for column in table.columns {
        let hides = if table.key.contains(&column.name) {
            10
        } else {
            30
        };
        if !tape.chance(hides) {
            columns.insert(column.name);
        }
    }
    Select {
        columns,
        filter: if tape.chance(75) {
            rule(tape, table, 3)
        } else {
            Rule::TRUE
        },
        limit: tape.chance(20).then(|| tape.below(4)),
        can_aggregate: tape.chance(70),
    }
}

/// Which columns and relationships conditions can name.
pub trait Vocabulary {
    fn columns(&self, table: &'static Table) -> Vec<&'static str>;
    fn can_read(&self, table: &str) -> bool;
    fn can_aggregate(&self, table: &str) -> bool;
    /// Whether it is the metadata that speaks.
    fn is_rule(&self) -> bool;
}

struct Metadata;

impl Vocabulary for Metadata {
    fn columns(&self, table: &'static Table) -> Vec<&'static str> {
        table.columns.iter().map(|column| column.name).collect()
    }

    fn can_read(&self, _: &str) -> bool {
        true
    }

    fn can_aggregate(&self, _: &str) -> bool {
        true
    }

    fn is_rule(&self) -> bool {
        true
    }
}

impl Vocabulary for Role {
    fn columns(&self, table: &'static Table) -> Vec<&'static str> {
        Role::columns(self, table)
    }

    fn can_read(&self, table: &str) -> bool {
        Role::can_read(self, table)
    }

    fn can_aggregate(&self, table: &str) -> bool {
        Role::can_aggregate(self, table)
    }

    fn is_rule(&self) -> bool {
        false
    }
}

fn rule(tape: &Tape, table: &'static Table, depth: usize) -> Rule {
    condition(tape, &Metadata, table, table, depth)
}

/// A condition on rows of `table`, in a rule about rows of `root`.
pub fn condition(
    tape: &Tape,
    words: &impl Vocabulary,
    table: &'static Table,
    root: &'static Table,
    depth: usize,
) -> Rule {
    let inner = |table: &'static Table| condition(tape, words, table, root, depth - 1);
    let columns = words.columns(table);
    let ways: Vec<_> = table
        .relationships
        .iter()
        .filter(|relationship| words.can_read(relationship.target))
        .collect();
    if columns.is_empty() {
        return Rule::TRUE;
    }
    match tape.below(if depth == 0 { 6 } else { 16 }) {
        6 => Rule::And((0..tape.below(3)).map(|_| inner(table)).collect()),
        7 | 8 => Rule::Or((0..tape.below(4)).map(|_| inner(table)).collect()),
        9 => Rule::Not(Box::new(inner(table))),
        10..=12 if !ways.is_empty() => {
            let way = tape.pick(&ways);
            Rule::Related(way.name, Box::new(inner(Table::named(way.target))))
        }
        13 if words.is_rule() => {
            let other = Table::random(tape).name;
            Rule::Exists(other, Box::new(inner(Table::named(other))))
        }
        14 | 15 => aggregate(tape, words, table, root, depth)
            .unwrap_or_else(|| comparison(tape, words, table, root, &columns)),
        _ => comparison(tape, words, table, root, &columns),
    }
}

fn comparison(
    tape: &Tape,
    words: &impl Vocabulary,
    table: &'static Table,
    root: &'static Table,
    columns: &[&'static str],
) -> Rule {
    let column = tape.pick(columns);
    let kind = table.column(column).kind;
    let operator = tape.pick(&Operator::ORDERED);
    let is_rule = words.is_rule();
    let same_kind = |of: &'static Table| -> Vec<&'static str> {
        let all = of.columns.iter().filter(|other| other.kind == kind);
        all.map(|column| column.name).collect()
    };
    let session = match kind {
        Kind::Int => Some("X-Hasura-User-Id"),
        Kind::Text => Some("x-hasura-word"),
        Kind::Bool => None,
    };
    match tape.below(10) {
        4 => Rule::IsNull(column, tape.chance(50)),
        5 => {
            let values = (0..tape.below(3)).map(|_| Value::given(tape, kind));
            Rule::In(column, tape.chance(70), Operand::List(values.collect()))
        }
        6 if kind == Kind::Text => {
            let value = Operand::Value(Value::given(tape, kind));
            Rule::Compare(column, Operator::Like, value)
        }
        6 if is_rule && kind == Kind::Int => {
            Rule::In(column, tape.chance(70), Operand::Session("X-Hasura-Ids"))
        }
        7 if is_rule => Rule::Columns(column, operator, tape.pick(&same_kind(table))),
        8 if is_rule => match same_kind(root).as_slice() {
            [] => Rule::IsNull(column, false),
            others => Rule::Root(column, operator, tape.pick(others)),
        },
        3 | 9 if is_rule && session.is_some() => {
            Rule::Compare(column, operator, Operand::Session(session.unwrap()))
        }
        _ => Rule::Compare(column, operator, Operand::Value(Value::given(tape, kind))),
    }
}

fn aggregate(
    tape: &Tape,
    words: &impl Vocabulary,
    table: &'static Table,
    root: &'static Table,
    depth: usize,
) -> Option<Rule> {
    let ways: Vec<_> = table
        .relationships
        .iter()
        .filter(|way| way.is_array && words.can_aggregate(way.target))
        .collect();
    if ways.is_empty() {
        return None;
    }
    let way = tape.pick(&ways);
    let target = Table::named(way.target);
    let columns = words.columns(target);
    let flags = tape.some(&columns, 100);
    let flags: Vec<_> = flags
        .into_iter()
        .filter(|name| target.column(name).kind == Kind::Bool)
        .collect();
    let filter = condition(tape, words, target, root, depth - 1);
    let is_distinct = tape.chance(40);
    let of_flags = tape.chance(40) && !flags.is_empty();
    Some(Rule::Aggregate(Box::new(if of_flags {
        Aggregate {
            relationship: way.name,
            function: tape.pick(&["bool_and", "bool_or"]),
            columns: vec![tape.pick(&flags)],
            is_distinct: false,
            filter,
            operator: Operator::Eq,
            value: Value::given(tape, Kind::Bool),
        }
    } else {
        Aggregate {
            relationship: way.name,
            function: "count",
            columns: tape.some(&columns, 20),
            is_distinct,
            filter,
            operator: tape.pick(&Operator::ORDERED),
            value: Value::given(tape, Kind::Int),
        }
    })))
}

/// The files of the metadata.
pub fn metadata(roles: &[Role]) -> Vec<(String, String)> {
    let tables: Vec<Json> = TABLES.iter().map(|table| tracked(table, roles)).collect();
    let inherited: Vec<Json> = INHERITED
        .iter()
        .map(|(name, parents)| json!({ "role_name": name, "role_set": parents }))
        .collect();
    let sources =
        json!([{ "name": "default", "kind": "postgres", "tables": "!include tables.yaml" }]);
    let file = |name: &str, value: Json| (name.to_owned(), value.to_string());
    vec![
        file("databases/databases.yaml", sources),
        file("databases/tables.yaml", json!(tables)),
        file("inherited_roles.yaml", json!(inherited)),
    ]
}

fn tracked(table: &Table, roles: &[Role]) -> Json {
    let relationships = |is_array: bool| -> Vec<Json> {
        let all = table.relationships.iter();
        all.filter(|way| way.is_array == is_array)
            .map(|way| {
                json!({ "name": way.name, "using": { "manual_configuration": {
                    "remote_table": { "schema": "public", "name": way.target },
                    "column_mapping": { way.here: way.there },
                } } })
            })
            .collect()
    };
    let own: Vec<&Role> = roles
        .iter()
        .filter(|role| ["one", "two", "three"].contains(&role.name))
        .collect();
    let permissions = |of: &dyn Fn(&Role) -> Option<Json>| -> Vec<Json> {
        let all = own.iter();
        all.filter_map(|role| Some(json!({ "role": role.name, "permission": of(role)? })))
            .collect()
    };
    let writable = || {
        let columns = table.columns.iter().map(|column| column.name);
        columns.collect::<Vec<_>>()
    };
    json!({
        "table": { "schema": "public", "name": table.name },
        "object_relationships": relationships(false),
        "array_relationships": relationships(true),
        "select_permissions": permissions(&|role| {
            let [select] = role.selects(table.name) else { return None };
            Some(json!({
                "columns": select.columns,
                "filter": plain(&select.filter.json()),
                "limit": select.limit,
                "allow_aggregations": select.can_aggregate,
            }))
        }),
        "update_permissions": permissions(&|role| {
            let update = role.updates.get(table.name)?;
            Some(json!({
                "columns": writable(),
                "filter": plain(&update.filter.json()),
                "check": plain(&update.check.json()),
            }))
        }),
        "delete_permissions": permissions(&|role| {
            Some(json!({ "filter": plain(&role.deletes.get(table.name)?.json()) }))
        }),
        "insert_permissions": permissions(&|role| {
            let check = role.inserts.get(table.name)?;
            Some(json!({ "columns": writable(), "check": plain(&check.json()) }))
        }),
    })
}
