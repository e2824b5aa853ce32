//! Random selections and arguments, and the documents that ask for them.

use std::cell::RefCell;

use serde_json::{Value as Json, json};

use crate::{
    roles::{Role, condition},
    rules::Rule,
    tape::Tape,
    text::{self, Variables, literal, name},
    world::{Kind, Table, Value},
};

/// A field of a selection. Its alias is its position.
pub enum Field {
    Typename,
    Column(&'static str),
    Object(&'static str, Vec<Field>),
    List(&'static str, List, Vec<Field>),
    Aggregate(&'static str, Aggregate),
}

#[derive(Default)]
pub struct List {
    /// As the document writes them.
    pub arguments: String,
    pub filter: Option<Rule>,
    pub order: Vec<(Key, Direction)>,
    pub distinct: Vec<&'static str>,
    pub limit: Option<usize>,
    pub offset: Option<usize>,
}

pub enum Key {
    Column(&'static str),
    Object(&'static str, Box<Key>),
    Computed(&'static str, &'static str, Option<&'static str>),
}

#[derive(Clone, Copy)]
pub struct Direction {
    name: &'static str,
    pub is_descending: bool,
    pub is_nulls_first: bool,
}

const DIRECTIONS: [Direction; 6] = [
    direction("asc", false, false),
    direction("desc", true, true),
    direction("asc_nulls_first", false, true),
    direction("asc_nulls_last", false, false),
    direction("desc_nulls_first", true, true),
    direction("desc_nulls_last", true, false),
];

pub const fn direction(name: &'static str, is_descending: bool, is_nulls_first: bool) -> Direction {
    Direction {
        name,
        is_descending,
        is_nulls_first,
    }
}

pub struct Aggregate {
    pub list: List,
    pub values: Vec<(&'static str, Vec<&'static str>, bool)>,
    pub nodes: Option<Vec<Field>>,
}

/// Makes the document of one request.
pub struct Maker<'a> {
    pub tape: &'a Tape,
    pub role: &'a Role,
    variables: RefCell<Variables>,
}

impl<'a> Maker<'a> {
    pub fn new(tape: &'a Tape, role: &'a Role) -> Self {
        Self {
            tape,
            role,
            variables: RefCell::default(),
        }
    }

    /// A value as the document writes it: in place, or in a variable.
    pub fn value(&self, ty: &str, value: &Json) -> String {
        if !self.tape.chance(40) {
            return literal(value);
        }
        self.variables.borrow_mut().declare(ty, value)
    }

    /// An argument as the document writes it.
    pub fn argument(&self, argument: &str, ty: &str, value: &Json) -> String {
        format!("{argument}: {}", self.value(ty, value))
    }

    /// `where`, required or not as the mark of its type says.
    pub fn filter_argument(&self, table: &Table, mark: &str, filter: &Rule) -> String {
        let ty = format!("{}_bool_exp{mark}", table.name);
        self.argument("where", &ty, &filter.json())
    }

    pub fn order_argument(&self, table: &Table, order: &[(Key, Direction)]) -> String {
        let keys = order.iter().map(|(key, direction)| key.json(*direction));
        let ty = format!("[{}_order_by!]", table.name);
        self.argument("order_by", &ty, &keys.collect())
    }

    pub fn direction(&self) -> Direction {
        self.tape.pick(&DIRECTIONS)
    }

    /// The request of one root field.
    pub fn request(&self, operation: &str, field: &str) -> Json {
        let variables = self.variables.borrow();
        let query = format!("{operation}{} {{ a: {field} }}", variables.declared());
        json!({ "query": query, "variables": variables.given() })
    }

    pub fn filter(&self, table: &'static Table) -> Rule {
        condition(self.tape, self.role, table, table, 3)
    }

    pub fn fields(&self, table: &'static Table, depth: usize) -> Vec<Field> {
        let columns = self.role.columns(table);
        let mut fields: Vec<Field> = self
            .tape
            .some(&columns, 60)
            .into_iter()
            .map(Field::Column)
            .collect();
        let ways: Vec<_> = table
            .relationships
            .iter()
            .filter(|way| self.role.can_read(way.target))
            .collect();
        for _ in 0..if depth > 0 && !ways.is_empty() {
            self.tape.below(3)
        } else {
            0
        } {
            let way = self.tape.pick(&ways);
            let target = Table::named(way.target);
            fields.push(if !way.is_array {
                Field::Object(way.name, self.fields(target, depth - 1))
            } else if self.role.can_aggregate(target.name) && self.tape.chance(40) {
                Field::Aggregate(way.name, self.aggregate(target, depth - 1))
            } else {
                let list = self.list(target);
                Field::List(way.name, list, self.fields(target, depth - 1))
            });
        }
        if fields.is_empty() {
            fields.push(Field::Typename);
        }
        fields
    }

    pub fn list(&self, table: &'static Table) -> List {
        let tape = self.tape;
        let columns = self.role.columns(table);
        let mut list = List::default();
        let mut arguments = Vec::new();
        if tape.chance(60) {
            let filter = self.filter(table);
            arguments.push(self.filter_argument(table, "", &filter));
            list.filter = Some(filter);
        }
        if tape.chance(25) {
            let all = tape.some(&columns, 40);
            list.distinct = all;
            let names: Vec<Json> = list.distinct.iter().map(|column| name(column)).collect();
            let ty = format!("[{}_select_column!]", table.name);
            arguments.push(self.argument("distinct_on", &ty, &json!(names)));
        }
        if !list.distinct.is_empty() || tape.chance(80) {
            list.order = self.order(table, &list.distinct, &columns);
            arguments.push(self.order_argument(table, &list.order));
        }
        if tape.chance(30) {
            list.limit = Some(tape.below(4));
            arguments.push(self.argument("limit", "Int", &json!(list.limit)));
        }
        if tape.chance(20) {
            list.offset = Some(tape.below(3));
            arguments.push(self.argument("offset", "Int", &json!(list.offset)));
        }
        list.arguments = text::arguments(&arguments);
        list
    }

    /// An order that ends with every column, so that it is total but for rows that look the same.
    fn order(
        &self,
        table: &'static Table,
        distinct: &[&'static str],
        columns: &[&'static str],
    ) -> Vec<(Key, Direction)> {
        let mut keys: Vec<Key> = distinct.iter().map(|column| Key::Column(column)).collect();
        for _ in 0..self.tape.below(3) {
            keys.extend(self.key(table, 2));
        }
        keys.extend(columns.iter().map(|column| Key::Column(column)));
        keys.into_iter()
            .map(|key| (key, self.direction()))
            .collect()
    }

    pub fn key(&self, table: &'static Table, depth: usize) -> Option<Key> {
        let ways: Vec<_> = table
            .relationships
            .iter()
            .filter(|way| {
                if way.is_array {
                    self.role.can_aggregate(way.target)
                } else {
                    self.role.can_read(way.target)
                }
            })
            .collect();
        if depth == 0 || ways.is_empty() || self.tape.chance(30) {
            let columns = self.role.columns(table);
            return (!columns.is_empty()).then(|| Key::Column(self.tape.pick(&columns)));
        }
        let way = self.tape.pick(&ways);
        let target = Table::named(way.target);
        if !way.is_array {
            let inner = self.key(target, depth - 1)?;
            return Some(Key::Object(way.name, Box::new(inner)));
        }
        Some(match self.computed(target) {
            Some((function, column)) if self.tape.chance(50) => {
                Key::Computed(way.name, function, Some(column))
            }
            _ => Key::Computed(way.name, "count", None),
        })
    }

    /// A function and a column that it takes.
    fn computed(&self, table: &'static Table) -> Option<(&'static str, &'static str)> {
        let columns: Vec<_> = self
            .role
            .columns(table)
            .into_iter()
            .filter(|column| table.column(column).kind != Kind::Bool)
            .collect();
        if columns.is_empty() {
            return None;
        }
        let column = self.tape.pick(&columns);
        let functions: &[&'static str] = match table.column(column).kind {
            Kind::Int => &["max", "min", "sum", "avg"],
            _ => &["max", "min"],
        };
        Some((self.tape.pick(functions), column))
    }

    pub fn aggregate(&self, table: &'static Table, depth: usize) -> Aggregate {
        let tape = self.tape;
        let list = self.list(table);
        let mut values = Vec::new();
        for _ in 0..=tape.below(3) {
            values.push(match self.computed(table) {
                Some((function, column)) if tape.chance(50) => (function, vec![column], false),
                _ => {
                    let columns = tape.some(&self.role.columns(table), 25);
                    ("count", columns, tape.chance(40))
                }
            });
        }
        let nodes = tape.chance(40).then(|| self.fields(table, depth));
        Aggregate {
            list,
            values,
            nodes,
        }
    }
}

impl Key {
    /// Whether it is computed over rows of an array relationship.
    pub fn is_computed(&self) -> bool {
        match self {
            Self::Column(_) => false,
            Self::Object(_, inner) => inner.is_computed(),
            Self::Computed(..) => true,
        }
    }

    /// A random value of a key that is not computed; never null where no row has null.
    pub fn value(&self, tape: &Tape, table: &'static Table) -> Value {
        match self {
            Self::Object(relationship, inner) => {
                let target = Table::named(table.relationship(relationship).target);
                inner.value(tape, target)
            }
            Self::Column(column) if table.key.contains(column) => {
                Value::given(tape, table.column(column).kind)
            }
            Self::Column(column) => Value::random(tape, table.column(column).kind),
            Self::Computed(..) => unreachable!("no cursor has computed values"),
        }
    }

    fn json(&self, direction: Direction) -> Json {
        match self {
            Self::Column(column) => json!({ *column: name(direction.name) }),
            Self::Object(relationship, inner) => json!({ *relationship: inner.json(direction) }),
            Self::Computed(relationship, function, column) => {
                let by = match column {
                    Some(column) => json!({ *column: name(direction.name) }),
                    None => name(direction.name),
                };
                json!({ format!("{relationship}_aggregate"): { *function: by } })
            }
        }
    }
}

/// `{f0: … f1: …}`
pub fn selection(fields: &[Field]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(position, field)| format!("f{position}: {}", field.text()))
        .collect();
    format!("{{ {} }}", fields.join(" "))
}

impl Field {
    pub fn text(&self) -> String {
        match self {
            Self::Typename => "__typename".to_owned(),
            Self::Column(name) => (*name).to_owned(),
            Self::Object(name, fields) => format!("{name} {}", selection(fields)),
            Self::List(name, list, fields) => {
                format!("{name}{} {}", list.arguments, selection(fields))
            }
            Self::Aggregate(name, aggregate) => format!("{name}_aggregate{}", aggregate.text()),
        }
    }
}

impl Aggregate {
    pub fn text(&self) -> String {
        let mut values = Vec::new();
        for (position, (function, columns, is_distinct)) in self.values.iter().enumerate() {
            values.push(match (*function, columns.as_slice()) {
                ("count", []) => format!("f{position}: count(distinct: {is_distinct}) "),
                ("count", columns) => format!(
                    "f{position}: count(columns: [{}], distinct: {is_distinct}) ",
                    columns.join(", ")
                ),
                (function, columns) => format!("f{position}: {function} {{ v: {} }} ", columns[0]),
            });
        }
        let nodes = self.nodes.as_ref().map(|fields| selection(fields));
        let nodes = nodes.map(|fields| format!("nodes {fields}"));
        format!(
            "{} {{ aggregate {{ {} }} {} }}",
            self.list.arguments,
            values.join(" "),
            nodes.unwrap_or_default()
        )
    }
}
