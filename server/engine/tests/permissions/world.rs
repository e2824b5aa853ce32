//! The tables, and all rows of them in memory.

use std::{cmp::Ordering, collections::BTreeMap, fmt::Write as _};

use serde_json::{Value as Json, json};

use crate::tape::Tape;

/// A value of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Float(f64),
    Text(String),
    Bool(bool),
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Int,
    Text,
    Bool,
}

pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// The table whose keys it holds; its values are random otherwise.
    pub refers_to: Option<&'static str>,
}

pub struct Relationship {
    pub name: &'static str,
    pub target: &'static str,
    pub is_array: bool,
    pub here: &'static str,
    pub there: &'static str,
}

pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    pub key: &'static [&'static str],
    pub relationships: &'static [Relationship],
}

pub type Row = BTreeMap<&'static str, Value>;

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        refers_to: None,
    }
}

const fn reference(name: &'static str, table: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Int,
        refers_to: Some(table),
    }
}

const fn one(
    name: &'static str,
    target: &'static str,
    here: &'static str,
    there: &'static str,
) -> Relationship {
    Relationship {
        name,
        target,
        is_array: false,
        here,
        there,
    }
}

const fn many(name: &'static str, target: &'static str, there: &'static str) -> Relationship {
    Relationship {
        is_array: true,
        ..one(name, target, "id", there)
    }
}

/// The view, which has no key.
pub const VIEW: &str = "busy";

pub const TABLES: [Table; 5] = [
    Table {
        name: "team",
        columns: &[
            column("id", Kind::Int),
            column("name", Kind::Text),
            reference("boss_id", "team"),
            column("size", Kind::Int),
        ],
        key: &["id"],
        relationships: &[
            one("boss", "team", "boss_id", "id"),
            many("teams", "team", "boss_id"),
            many("people", "person", "team_id"),
        ],
    },
    Table {
        name: "person",
        columns: &[
            column("id", Kind::Int),
            reference("team_id", "team"),
            column("name", Kind::Text),
            column("age", Kind::Int),
            column("level", Kind::Text),
            column("is_on", Kind::Bool),
        ],
        key: &["id"],
        relationships: &[
            one("team", "team", "team_id", "id"),
            many("tasks", "task", "person_id"),
            many("tags", "tag", "person_id"),
            many("busy", "busy", "person_id"),
        ],
    },
    Table {
        name: "task",
        columns: &[
            column("id", Kind::Int),
            reference("person_id", "person"),
            column("title", Kind::Text),
            column("cost", Kind::Int),
            column("rank", Kind::Int),
        ],
        key: &["id"],
        relationships: &[one("person", "person", "person_id", "id")],
    },
    Table {
        name: "tag",
        columns: &[
            reference("person_id", "person"),
            column("word", Kind::Text),
            column("weight", Kind::Int),
        ],
        key: &["person_id", "word"],
        relationships: &[one("person", "person", "person_id", "id")],
    },
    Table {
        name: VIEW,
        columns: &[
            column("id", Kind::Int),
            column("person_id", Kind::Int),
            column("title", Kind::Text),
            column("cost", Kind::Int),
        ],
        key: &[],
        relationships: &[one("person", "person", "person_id", "id")],
    },
];

pub const SCHEMA: &str = "
create table team (id int primary key, name text, boss_id int references team, size int);
create table person (id int primary key, team_id int references team, name text, age int, level text, is_on boolean);
create table task (id int primary key, person_id int references person, title text, cost int, rank int);
create table tag (person_id int references person, word text, weight int, primary key (person_id, word));
create view busy as select id, person_id, title, cost from task where cost is not null;
";

/// All tables.
pub const ALL: &[Table] = &TABLES;

impl Table {
    pub fn random(tape: &Tape) -> &'static Self {
        &ALL[tape.below(ALL.len())]
    }

    pub fn named(name: &str) -> &'static Self {
        ALL.iter().find(|table| table.name == name).unwrap()
    }

    pub fn column(&self, name: &str) -> &Column {
        self.columns.iter().find(|each| each.name == name).unwrap()
    }

    pub fn relationship(&self, name: &str) -> &Relationship {
        let mut all = self.relationships.iter();
        all.find(|each| each.name == name).unwrap()
    }
}

impl Value {
    /// A random value of a kind; nulls, ties and few values are wanted.
    pub fn random(tape: &Tape, kind: Kind) -> Self {
        match kind {
            _ if tape.chance(25) => Self::Null,
            kind => Self::given(tape, kind),
        }
    }

    /// The same, never null.
    pub fn given(tape: &Tape, kind: Kind) -> Self {
        match kind {
            Kind::Int => Self::Int(i64::try_from(tape.below(4)).unwrap()),
            Kind::Text => Self::Text((tape.pick(&["a", "b", "ab", "c"])).to_owned()),
            Kind::Bool => Self::Bool(tape.below(2) == 1),
        }
    }

    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(f64::from(i32::try_from(*value).unwrap())),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The order of two values that are not null.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Bool(one), Self::Bool(other)) => one.cmp(other),
            (one, other) => one.number().unwrap().total_cmp(&other.number().unwrap()),
        }
    }

    pub fn json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Int(value) => json!(value),
            Self::Float(value) => json!(value),
            Self::Text(value) => json!(value),
            Self::Bool(value) => json!(value),
        }
    }

    fn sql(&self) -> String {
        match self {
            Self::Text(value) => format!("'{value}'"),
            other => other.json().to_string(),
        }
    }
}

/// All rows.
#[derive(Debug, Clone)]
pub struct World {
    tables: BTreeMap<&'static str, Vec<Row>>,
}

impl World {
    pub fn random(tape: &Tape) -> Self {
        let mut world = Self {
            tables: BTreeMap::new(),
        };
        for table in &TABLES {
            if table.name != VIEW {
                world.fill(tape, table);
            }
        }
        world.see();
        world
    }

    fn fill(&mut self, tape: &Tape, table: &'static Table) {
        let mut rows: Vec<Row> = Vec::new();
        for id in 0..=tape.below(6) {
            let earlier = |target: &str| match target {
                own if own == table.name => rows.len(),
                other => self.rows(other).len(),
            };
            let value = |column: &Column| match column.refers_to {
                _ if column.name == "id" => Value::Int(i64::try_from(id).unwrap()),
                Some(target) => {
                    let may_be_null = !table.key.contains(&column.name);
                    let known = earlier(target);
                    if known == 0 || (may_be_null && tape.chance(25)) {
                        Value::Null
                    } else {
                        Value::Int(i64::try_from(tape.below(known)).unwrap())
                    }
                }
                None if table.key.contains(&column.name) => Value::given(tape, column.kind),
                None => Value::random(tape, column.kind),
            };
            let row: Row = table
                .columns
                .iter()
                .map(|column| (column.name, value(column)))
                .collect();
            let is_there = |other: &Row| table.key.iter().all(|key| other[key] == row[key]);
            if !rows.iter().any(is_there) {
                rows.push(row);
            }
        }
        self.tables.insert(table.name, rows);
    }

    /// Computes the view.
    fn see(&mut self) {
        let view = Table::named(VIEW);
        let tasks = self.rows("task").iter();
        let rows = tasks.filter(|row| !row["cost"].is_null()).map(|row| {
            let columns = view.columns.iter();
            columns
                .map(|column| (column.name, row[column.name].clone()))
                .collect()
        });
        let rows = rows.collect();
        self.tables.insert(VIEW, rows);
    }

    pub fn rows(&self, table: &str) -> &[Row] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// The same world with other rows in a table.
    pub fn with(&self, table: &'static str, rows: Vec<Row>) -> Self {
        let mut world = self.clone();
        world.tables.insert(table, rows);
        world.see();
        world
    }

    /// The statements that make the database so.
    pub fn sql(&self) -> String {
        let mut sql =
            "delete from tag; delete from task; delete from person; delete from team;".to_owned();
        for table in TABLES.iter().filter(|table| table.name != VIEW) {
            for row in self.rows(table.name) {
                let values: Vec<String> = table
                    .columns
                    .iter()
                    .map(|column| row[column.name].sql())
                    .collect();
                write!(
                    sql,
                    "insert into {} values ({});",
                    table.name,
                    values.join(", ")
                )
                .unwrap();
            }
        }
        sql
    }
}
