//! The requests of a case, each compared with the answer that the rules give it.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{EmptyMutation, Request};
use engine::{
    Engine, EngineBuilder, Session,
    metadata::Directory,
    model::{Execution, Options},
};
use serde_json::{Value as Json, json};

use crate::{
    answers::Expected,
    compare::{any_order, is_same},
    database::Database,
    documents::Maker,
    interpreter::Interpreter,
    live, reads,
    roles::{self, Role},
    tape::Tape,
    world::{ALL, Table, World},
    writes,
};

/// How many requests of a case read.
const READS: usize = 12;
/// How many write, each on what those before left.
const WRITES: usize = 8;

/// How many sessions each role has.
pub const SESSIONS: usize = 2;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    List,
    ByKey,
    Aggregate,
    Connection,
    Entities,
    /// Any of these, as a subscription.
    Live,
    /// What a subscription is sent after a mutation.
    Pushed,
    Stream,
    Update,
    UpdateByKey,
    UpdateMany,
    Insert,
    InsertOne,
    /// An insert that says what to do about a conflict.
    Upsert,
    NestedInsert,
    Delete,
    DeleteByKey,
    /// A mutation that a check refused, or that cannot go on.
    Refused,
    /// The rules leave open which rows are answered.
    Undetermined,
    /// The role has no such field.
    Nothing,
}

impl Outcome {
    pub const COMPARED: [Self; 18] = [
        Self::List,
        Self::ByKey,
        Self::Aggregate,
        Self::Connection,
        Self::Entities,
        Self::Live,
        Self::Pushed,
        Self::Stream,
        Self::Update,
        Self::UpdateByKey,
        Self::UpdateMany,
        Self::Insert,
        Self::InsertOne,
        Self::Upsert,
        Self::NestedInsert,
        Self::Delete,
        Self::DeleteByKey,
        Self::Refused,
    ];
}

/// What a case is made of.
pub struct Case<'a> {
    pub tape: &'a Tape,
    pub world: World,
    sessions: [BTreeMap<&'static str, String>; SESSIONS],
    pub by_json: Arc<Engine<EmptyMutation>>,
    by_rows: Engine<EmptyMutation>,
}

/// Runs one case; the error says what differs.
pub async fn case(database: &Database, tape: &Tape) -> Result<Vec<Outcome>, String> {
    let roles = roles::random(tape);
    let world = World::random(tape);
    database.run(&world.sql()).await.unwrap();
    let files = roles::metadata(&roles);
    let mut case = Case {
        tape,
        world,
        sessions: [(); SESSIONS].map(|()| session(tape)),
        by_json: Arc::new(engine(database, &files, Execution::Json).await?),
        by_rows: engine(database, &files, Execution::Rows).await?,
    };
    let mut outcomes = Vec::new();
    for position in 0..READS + WRITES {
        let role = &roles[tape.below(roles.len())];
        let outcome = if position >= READS {
            case.write(role, &roles[0]).await
        } else if tape.chance(15) {
            live::request(&case, role).await
        } else {
            case.read(role).await
        };
        outcomes.push(outcome.map_err(|problem| {
            let files: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
            format!(
                "{problem}\nrole {}\nsessions {:?}\nrows {}\nmetadata {}",
                role.name,
                case.sessions,
                case.world.sql(),
                files.join("\n")
            )
        })?);
    }
    Ok(outcomes)
}

/// Random variables of a session.
fn session(tape: &Tape) -> BTreeMap<&'static str, String> {
    let ids = (0..tape.below(3)).map(|_| tape.below(4).to_string());
    let ids: Vec<String> = ids.collect();
    BTreeMap::from([
        ("x-hasura-user-id", tape.below(4).to_string()),
        ("x-hasura-word", (tape.pick(&["a", "b", "ab"])).to_owned()),
        ("x-hasura-ids", format!("{{{}}}", ids.join(","))),
    ])
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
    pub fn session(&self, role: &str, who: usize) -> Session {
        let variables = self.sessions[who].iter();
        Session::new(
            role,
            variables.map(|(name, value)| ((*name).to_owned(), value.clone())),
        )
    }

    pub fn interpreter<'i>(&'i self, role: &'i Role, who: usize) -> Interpreter<'i> {
        Interpreter {
            world: &self.world,
            role,
            session: &self.sessions[who],
        }
    }

    /// Wakes the live queries.
    pub fn announce(&self) {
        self.by_json.changes().announce(None);
    }

    /// What the first session is answered.
    pub async fn answer(&self, role: &str, request: &Json) -> String {
        let parsed: Request = serde_json::from_value(request.clone()).unwrap();
        let answer = self.by_json.execute(self.session(role, 0), parsed).await;
        answer.into_json()
    }

    /// One request that reads, and its answer compared.
    async fn read(&self, role: &Role) -> Result<Outcome, String> {
        let maker = Maker::new(self.tape, role);
        let Some(asked) = reads::query(&maker, &self.interpreter(role, 0)) else {
            return Ok(Outcome::Nothing);
        };
        let request = maker.request("query", &asked.field);
        let by_json = self.answer(role.name, &request).await;
        let found = serde_json::from_str(&by_json).unwrap();
        let outcome = judge(&request, &asked.expected, &found, asked.outcome)?;
        let Ok(expected) = asked.expected else {
            return Ok(outcome);
        };
        let parsed: Request = serde_json::from_value(request.clone()).unwrap();
        let by_rows = self
            .by_rows
            .execute(self.session(role.name, 0), parsed)
            .await;
        let by_rows = by_rows.into_json();
        let has_order = !expected.to_string().contains("\"$any\"");
        if has_order && by_json != by_rows {
            return Err(format!("{request}\nby JSON {by_json}\nby rows {by_rows}"));
        }
        Ok(outcome)
    }

    /// A mutation of the role, or mutations of the administrator under the eyes of the role.
    async fn write(&mut self, role: &Role, admin: &Role) -> Result<Outcome, String> {
        if self.tape.chance(5) {
            return live::over_writes(self, role, admin).await;
        }
        writes::request(self, role).await
    }

    /// Compares all rows with those in memory.
    pub async fn everything(&self) -> Result<(), String> {
        let columns = |table: &Table| {
            let names = table.columns.iter().map(|column| column.name);
            names.collect::<Vec<_>>().join(" ")
        };
        let fields = ALL
            .iter()
            .map(|table| format!("{} {{ {} }}", table.name, columns(table)));
        let query = format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "));
        let found = self
            .answer(Session::ADMIN, &json!({ "query": query }))
            .await;
        let found: Json = serde_json::from_str(&found).unwrap();
        for table in ALL {
            let rows = self.world.rows(table.name).iter().map(|row| {
                let cells = row.iter();
                cells
                    .map(|(name, cell)| ((*name).to_owned(), cell.json()))
                    .collect()
            });
            let expected = any_order(&rows.collect::<Vec<_>>());
            let found = &found["data"][table.name];
            if !is_same(&expected, found) {
                return Err(format!("{} holds {found}, not {expected}", table.name));
            }
        }
        Ok(())
    }
}

/// Whether an answer is the expected one; where the rules leave that open, whether it is an answer.
pub fn judge(
    request: &Json,
    expected: &Expected,
    found: &Json,
    outcome: Outcome,
) -> Result<Outcome, String> {
    let (is_right, expected, outcome) = match expected {
        Ok(expected) => {
            let expected = json!({ "data": { "a": expected } });
            (is_same(&expected, found), expected, outcome)
        }
        Err(_) => (
            found.get("errors").is_none(),
            Json::Null,
            Outcome::Undetermined,
        ),
    };
    if is_right {
        return Ok(outcome);
    }
    Err(format!("{request}\nexpected {expected}\nfound    {found}"))
}
