//! Random requests, each with the answer that the rules give it.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc, time::Duration};

use async_graphql::{EmptyMutation, Request};
use engine::{
    Engine, EngineBuilder, Session,
    metadata::Directory,
    model::{Execution, Options},
};
use futures::StreamExt as _;
use serde_json::{Map, Value as Json, json};

use crate::{
    answers::{Expected, Undetermined, one_of},
    compare::is_same,
    database::Database,
    documents::{Key, List, Maker, direction, selection},
    interpreter::{Interpreter, View},
    mutations,
    roles::{self, Role},
    tape::Tape,
    text::name,
    world::{Kind, Row, Table, Value, World},
};

/// How many requests of a case read.
const READS: usize = 12;
/// How many write, each on what those before left.
const WRITES: usize = 4;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    List,
    ByKey,
    Aggregate,
    Entities,
    Live,
    Stream,
    Update,
    Insert,
    Delete,
    /// A mutation that a check refused.
    Refused,
    /// The rules leave open which rows are answered.
    Undetermined,
    /// The role has no such field.
    Nothing,
}

impl Outcome {
    pub const COMPARED: [Self; 10] = [
        Self::List,
        Self::ByKey,
        Self::Aggregate,
        Self::Entities,
        Self::Live,
        Self::Stream,
        Self::Update,
        Self::Insert,
        Self::Delete,
        Self::Refused,
    ];
}

/// What a case is made of.
pub struct Case<'a> {
    pub tape: &'a Tape,
    pub world: World,
    pub session: BTreeMap<&'static str, String>,
    by_json: Arc<Engine<EmptyMutation>>,
    by_rows: Engine<EmptyMutation>,
}

/// Runs one case; the error says what differs.
pub async fn case(database: &Database, tape: &Tape) -> Result<Vec<Outcome>, String> {
    let roles = roles::random(tape);
    let world = World::random(tape);
    database.run(&world.sql()).await.unwrap();
    let files = roles::metadata(&roles);
    let ids: Vec<String> = (0..tape.below(3))
        .map(|_| tape.below(4).to_string())
        .collect();
    let session = BTreeMap::from([
        ("x-hasura-user-id", tape.below(4).to_string()),
        ("x-hasura-word", (tape.pick(&["a", "b", "ab"])).to_owned()),
        ("x-hasura-ids", format!("{{{}}}", ids.join(","))),
    ]);
    let mut case = Case {
        tape,
        world,
        session,
        by_json: Arc::new(engine(database, &files, Execution::Json).await?),
        by_rows: engine(database, &files, Execution::Rows).await?,
    };
    let mut outcomes = Vec::new();
    for position in 0..READS + WRITES {
        let role = &roles[tape.below(roles.len())];
        let outcome = if position < READS {
            case.request(role).await
        } else {
            mutations::request(&mut case, role).await
        };
        outcomes.push(outcome.map_err(|problem| {
            let files: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
            format!(
                "{problem}\nrole {}\nsession {:?}\nrows {}\nmetadata {}",
                role.name,
                case.session,
                case.world.sql(),
                files.join("\n")
            )
        })?);
    }
    Ok(outcomes)
}

/// An engine over the metadata of a case.
async fn engine(
    database: &Database,
    files: &[(String, String)],
    execution: Execution,
) -> Result<Engine<EmptyMutation>, String> {
    let builder = EngineBuilder {
        options: Options {
            execution,
            ..Options::default()
        },
        ..database
            .builder(&Directory::new(files.to_vec()))
            .map_err(|error| error.to_string())?
    };
    builder.build().await.map_err(|error| error.to_string())
}

impl Case<'_> {
    fn session(&self, role: &Role) -> Session {
        let variables = self.session.iter();
        Session::new(
            role.name,
            variables.map(|(name, value)| ((*name).to_owned(), value.clone())),
        )
    }

    pub fn interpreter<'i>(&'i self, role: &'i Role) -> Interpreter<'i> {
        Interpreter {
            world: &self.world,
            role,
            session: &self.session,
        }
    }

    /// One request that reads, and its answer compared.
    async fn request(&self, role: &Role) -> Result<Outcome, String> {
        let table = Table::random(self.tape);
        if !role.can_read(table.name) || role.columns(table).is_empty() {
            return Ok(Outcome::Nothing);
        }
        let maker = Maker::new(self.tape, role);
        let rules = self.interpreter(role);
        match self.tape.below(8) {
            4 => self.by_key(&maker, &rules, table).await,
            5 if role.can_aggregate(table.name) => {
                let aggregate = maker.aggregate(table, 2);
                let field = format!("{}_aggregate{}", table.name, aggregate.text());
                let expected = rules.aggregated(table, rules.visible(table), &aggregate);
                let request = maker.request("query", &field);
                self.compare(role, request, expected, Outcome::Aggregate)
                    .await
            }
            6 => self.entities(&maker, &rules, table).await,
            7 => self.stream(&maker, &rules, table).await,
            kind => {
                let list = maker.list(table);
                let fields = maker.fields(table, 2);
                let field = format!("{}{} {}", table.name, list.arguments, selection(&fields));
                let expected = rules.list(table, rules.visible(table), &list, &fields);
                if kind == 3 {
                    let request = maker.request("subscription", &field);
                    return self.live(role, request, expected, Outcome::Live).await;
                }
                let request = maker.request("query", &field);
                self.compare(role, request, expected, Outcome::List).await
            }
        }
    }

    async fn by_key(
        &self,
        maker: &Maker<'_>,
        rules: &Interpreter<'_>,
        table: &'static Table,
    ) -> Result<Outcome, String> {
        let role = maker.role;
        let columns = role.columns(table);
        if table.key.is_empty() || !table.key.iter().all(|key| columns.contains(key)) {
            return Ok(Outcome::Nothing);
        }
        let key = random_key(self.tape, table);
        let fields = maker.fields(table, 2);
        let arguments: Vec<String> = key
            .iter()
            .map(|(column, value)| {
                let ty = type_of(table, column);
                format!(
                    "{column}: {}",
                    maker.value(&format!("{ty}!"), &value.json())
                )
            })
            .collect();
        let field = format!(
            "{}_by_pk({}) {}",
            table.name,
            arguments.join(", "),
            selection(&fields)
        );
        let expected = one_of(rules, table, &key, &fields);
        let request = maker.request("query", &field);
        self.compare(role, request, expected, Outcome::ByKey).await
    }

    async fn entities(
        &self,
        maker: &Maker<'_>,
        rules: &Interpreter<'_>,
        table: &'static Table,
    ) -> Result<Outcome, String> {
        let role = maker.role;
        // An entity is named by cells that every row shows.
        let is_shown = |key: &&str| match role.selects(table.name) {
            [only] => only.columns.contains(*key),
            several => several.iter().all(|select| select.columns.contains(*key)),
        };
        if table.key.is_empty() || !table.key.iter().all(is_shown) {
            return Ok(Outcome::Nothing);
        }
        let fields = maker.fields(table, 2);
        let mut representations = Vec::new();
        let mut expected = Vec::new();
        for _ in 0..self.tape.below(5) {
            let key = random_key(self.tape, table);
            let mut members: Map<String, Json> = key
                .iter()
                .map(|(column, value)| ((*column).to_owned(), value.json()))
                .collect();
            members.insert("__typename".to_owned(), json!(table.name));
            representations.push(Json::Object(members));
            match one_of(rules, table, &key, &fields) {
                Ok(item) => expected.push(item),
                Err(Undetermined) => return Ok(Outcome::Undetermined),
            }
        }
        let argument = maker.value("[_Any!]!", &json!(representations));
        let fields = selection(&fields);
        let field = format!(
            "_entities(representations: {argument}) {{ ... on {} {fields} }}",
            table.name
        );
        let request = maker.request("query", &field);
        self.compare(role, request, Ok(json!(expected)), Outcome::Entities)
            .await
    }

    async fn stream(
        &self,
        maker: &Maker<'_>,
        rules: &Interpreter<'_>,
        table: &'static Table,
    ) -> Result<Outcome, String> {
        let role = maker.role;
        let column = self.tape.pick(&role.columns(table));
        if table.column(column).kind == Kind::Bool {
            return Ok(Outcome::Nothing);
        }
        let initial = Value::given(self.tape, table.column(column).kind);
        let is_descending = self.tape.chance(40);
        let filter = maker.filter(table);
        let batch = 1 + self.tape.below(5);
        let fields = maker.fields(table, 2);
        let cursor = json!({ "initial_value": { column: initial.json() },
            "ordering": name(if is_descending { "DESC" } else { "ASC" }) });
        let field = format!(
            "{0}_stream(cursor: {1}, batch_size: {2}, where: {3}) {4}",
            table.name,
            maker.value(
                &format!("[{}_stream_cursor_input]!", table.name),
                &json!([cursor])
            ),
            maker.value("Int!", &json!(batch)),
            maker.value(&format!("{}_bool_exp", table.name), &filter.json()),
            selection(&fields)
        );
        let after: Vec<&Row> = rules
            .visible(table)
            .into_iter()
            .filter(|row| {
                let cell = rules.cell(table, row, column, View::Role);
                let wanted = if is_descending {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
                !cell.is_null() && cell.compare(&initial) == wanted
            })
            .collect();
        let list = List {
            filter: Some(filter),
            order: vec![(Key::Column(column), direction("", is_descending, false))],
            limit: Some(batch),
            ..List::default()
        };
        let expected = rules.list(table, after, &list, &fields);
        if matches!(&expected, Ok(Json::Array(rows)) if rows.is_empty()) {
            // Such a stream waits.
            return Ok(Outcome::Nothing);
        }
        let request = maker.request("subscription", &field);
        self.live(role, request, expected, Outcome::Stream).await
    }

    async fn compare(
        &self,
        role: &Role,
        request: Json,
        expected: Expected,
        outcome: Outcome,
    ) -> Result<Outcome, String> {
        let by_json = self.answer(role, &request).await;
        let is_right = match &expected {
            Ok(expected) => {
                let found: Json = serde_json::from_str(&by_json).unwrap();
                is_same(&json!({ "data": { "a": expected } }), &found)
            }
            Err(Undetermined) => !by_json.starts_with("{\"errors\""),
        };
        if !is_right {
            let expected = expected.unwrap_or_default();
            return Err(format!(
                "{request}\nexpected {expected}\nfound    {by_json}"
            ));
        }
        if expected.is_err() {
            return Ok(Outcome::Undetermined);
        }
        let parsed: Request = serde_json::from_value(request.clone()).unwrap();
        let by_rows = self
            .by_rows
            .execute(self.session(role), parsed)
            .await
            .into_json();
        let has_order = !contains_any_order(&expected.unwrap_or_default());
        if has_order && by_json != by_rows {
            return Err(format!("{request}\nby JSON {by_json}\nby rows {by_rows}"));
        }
        Ok(outcome)
    }

    pub async fn answer(&self, role: &Role, request: &Json) -> String {
        let parsed: Request = serde_json::from_value(request.clone()).unwrap();
        let answer = self.by_json.execute(self.session(role), parsed).await;
        answer.into_json()
    }

    /// The first answer of a subscription.
    async fn live(
        &self,
        role: &Role,
        request: Json,
        expected: Expected,
        outcome: Outcome,
    ) -> Result<Outcome, String> {
        let Ok(expected) = expected else {
            return Ok(Outcome::Undetermined);
        };
        let parsed: Request = serde_json::from_value(request.clone()).unwrap();
        let mut answers = self.by_json.stream(self.session(role), parsed);
        let first = tokio::time::timeout(Duration::from_secs(10), answers.next()).await;
        let first = first.map_err(|_| format!("{request}\nexpected {expected}\nno answer"))?;
        let found: Json = serde_json::from_str(&first.unwrap().into_json()).unwrap();
        if is_same(&json!({ "data": { "a": expected } }), &found) {
            return Ok(outcome);
        }
        Err(format!("{request}\nexpected {expected}\nfound    {found}"))
    }
}

fn contains_any_order(expected: &Json) -> bool {
    expected.to_string().contains("\"$any\"")
}

pub fn type_of(table: &Table, column: &str) -> &'static str {
    match table.column(column).kind {
        Kind::Int => "Int",
        Kind::Text => "String",
        Kind::Bool => "Boolean",
    }
}

pub type RowKey = Vec<(&'static str, Value)>;

pub fn random_key(tape: &Tape, table: &'static Table) -> RowKey {
    let keys = table.key.iter();
    keys.map(|key| (*key, Value::given(tape, table.column(key).kind)))
        .collect()
}
