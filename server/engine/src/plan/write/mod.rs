//! Mutation fields as values: statements in order, and what is shown of the rows that they wrote.
//!
//! Rows of a nested insert are gathered level by level, so that their number does not decide the number of
//! statements. What a later step takes from an earlier one is named ([`Given::Written`]), never fetched here.

mod changes;
mod conflict;
mod decided;
mod insert;
mod response;
mod rows;

pub(crate) use insert::is_uniform;

use super::{
    FieldValue, Select, Selected,
    planner::{Planner, RootRequest},
};
use crate::{
    error::{Code, GraphqlError},
    model::{Bind, Cell, ColumnId, Operand, Predicate, Table, TableId, UpdateOperator},
    schema::RootKind,
};

/// A mutation field.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutation {
    /// What it writes, one after the other.
    pub writes: Vec<Write>,
    /// Whether the answer is a list with a member for each write; otherwise there is one write, which is the answer.
    pub is_list: bool,
}

/// What is written, and what is shown of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The table of the field.
    pub table: TableId,
    /// What is written, in order.
    pub steps: Vec<Step>,
    /// What is shown.
    pub answer: Answer,
}

/// One statement that writes rows of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The table.
    pub table: TableId,
    /// What is done.
    pub action: Action,
    /// Hasura's path of its errors.
    pub path: String,
    /// The columns that later steps take from its rows.
    pub keys: Vec<ColumnId>,
    /// Whether its rows are those that the field shows.
    pub is_shown: bool,
    /// What to say when fewer rows were written than given, as later steps need all of them.
    pub shortage: Option<GraphqlError>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Rows are added.
    Insert(Insert),
    /// Rows are changed.
    Update(Update),
    /// Rows are removed.
    Delete(Delete),
}

/// Rows that are added.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// The given, preset and taken columns of each row; others get their default.
    pub rows: Vec<Vec<(ColumnId, Given)>>,
    /// What is done about a conflict; it fails without.
    pub conflict: Option<Conflict>,
    /// What each added row must satisfy.
    pub check: Predicate,
    /// Whether the given values alone decide the check: then it is asked before a constraint can tell of other rows.
    pub is_decided_before: bool,
}

/// The value of a column of a new row.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// The client's, or a preset.
    Bind(Bind),
    /// That of a row which an earlier step wrote.
    Written {
        /// Which step.
        step: usize,
        /// Which of its rows.
        row: usize,
        /// Which column.
        column: ColumnId,
    },
}

/// What is done when a new row meets one with the same key.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The constraint whose violation counts.
    pub constraint: String,
    /// How the row that is there changes; it stays as it is without.
    pub update: Option<ConflictUpdate>,
}

/// How a row changes that a new row met.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictUpdate {
    /// The columns taken from the new row.
    pub columns: Vec<ColumnId>,
    /// The columns that the server fills in.
    pub presets: Vec<(ColumnId, Bind)>,
    /// The role's rule and the client's condition on the row that is there.
    pub filter: Predicate,
    /// What the changed row must satisfy; the check of added rows without.
    pub check: Option<Predicate>,
}

/// Rows that are changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The given and preset columns.
    pub changes: Vec<Change>,
    /// Which rows, with the role's rule.
    pub filter: Predicate,
    /// What each changed row must satisfy.
    pub check: Predicate,
    /// The most rows.
    pub at_most: Option<Bind>,
}

/// The change of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The column.
    pub column: ColumnId,
    /// How the new value comes about.
    pub operator: UpdateOperator,
    /// With which value.
    pub value: Bind,
}

/// Rows that are removed.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// Which rows, with the role's rule.
    pub filter: Predicate,
    /// The most rows.
    pub at_most: Option<Bind>,
}

/// What a mutation field shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The one row, or null.
    One(Box<Select>),
    /// How many rows, and which.
    Response {
        /// The fields and their names in the answer.
        fields: Vec<(String, ResponseField)>,
    },
}

/// A field of a mutation response.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseField {
    /// The name of the type.
    Typename(String),
    /// How many rows were written, nested ones included.
    AffectedRows,
    /// The rows.
    Returning(Box<Select>),
}

impl Write {
    /// Whether the one statement that writes can also answer: it does not see what it changes in other tables.
    pub fn is_one_statement(&self) -> bool {
        self.steps.len() == 1
            && match &self.answer {
                Answer::One(select) => shows_one_row_only(select),
                Answer::Response { fields } => fields.iter().all(|(_, field)| match field {
                    ResponseField::Returning(select) => shows_one_row_only(select),
                    ResponseField::Typename(_) | ResponseField::AffectedRows => true,
                }),
            }
    }
}

/// Whether what is shown of a row, and whether it is shown, is decided by the row alone.
fn shows_one_row_only(select: &Select) -> bool {
    !reaches_out(&select.filter)
        && select.fields.iter().all(|field| match &field.value {
            FieldValue::Typename(_) => true,
            FieldValue::Column { cell, .. } => !cell_reaches_out(cell),
            FieldValue::Object(_) | FieldValue::List(_) | FieldValue::Aggregate(_) => false,
        })
}

fn cell_reaches_out(cell: &Cell) -> bool {
    cell.visible.as_deref().is_some_and(reaches_out)
}

/// Whether a condition looks at other rows than the one it is asked about.
fn reaches_out(predicate: &Predicate) -> bool {
    let operand = |operand: &Operand| match operand {
        Operand::Column(cell) | Operand::Text(cell) => cell_reaches_out(cell),
        Operand::RootColumn(_) | Operand::Bind(_) => false,
        Operand::Related(_) => true,
    };
    match predicate {
        Predicate::And(all) | Predicate::Or(all) => all.iter().any(reaches_out),
        Predicate::Not(inner) | Predicate::Rooted(inner) => reaches_out(inner),
        Predicate::Compare { left, right, .. } => operand(left) || operand(right),
        Predicate::IsNull { operand: only, .. } => operand(only),
        Predicate::Exists { .. } => true,
    }
}

impl<'a> Planner<'a> {
    /// The plan of a mutation field.
    pub fn mutation(&self, request: &RootRequest<'a>) -> Result<Mutation, GraphqlError> {
        let table = self.model.table(request.root.table);
        let selected = &request.selected;
        let is_list = request.root.kind == RootKind::UpdateMany;
        let writes = if is_list {
            self.updates(table, selected)?
        } else {
            vec![self.write(table, request.root.kind, selected)?]
        };
        Ok(Mutation { writes, is_list })
    }

    fn write(
        &self,
        table: &'a Table,
        kind: RootKind,
        selected: &Selected<'a>,
    ) -> Result<Write, GraphqlError> {
        let (field, below) = (selected.field, &selected.below);
        let arguments = format!("$.selectionSet.{}.args", field.name.node);
        let (steps, answers_one) = match kind {
            RootKind::Insert => {
                let steps = self.inserts(table, field, "objects", &arguments)?;
                (steps, false)
            }
            RootKind::InsertOne => (self.inserts(table, field, "object", &arguments)?, true),
            RootKind::Update => (vec![self.update(table, field, &arguments)?], false),
            RootKind::UpdateByKey => (vec![self.update_by_key(table, field, &arguments)?], true),
            RootKind::Delete => (vec![self.delete(table, field, &arguments)?], false),
            RootKind::DeleteByKey => (vec![self.delete_by_key(table, field)?], true),
            _ => return Err(denied()),
        };
        let answer = if answers_one {
            Answer::One(Box::new(self.select(table, self.rule(table), below)?))
        } else {
            self.response(table, below)?
        };
        Ok(Write {
            table: table.id,
            steps,
            answer,
        })
    }
}

/// A member of an input object that does not exist for the caller.
fn unknown_field(name: &str, ty: &str, place: &str) -> GraphqlError {
    let problem = format!("field '{name}' not found in type: '{ty}'");
    GraphqlError::new(Code::ValidationFailed, problem).at(format!("{place}.{name}"))
}

/// A member of an input object that must be there.
fn missing_field(name: &str, place: &str) -> GraphqlError {
    let problem = format!("missing required field '{name}'");
    GraphqlError::new(Code::ValidationFailed, problem).at(place)
}

/// The schema has no such field for the caller, so nobody gets here.
pub(super) fn denied() -> GraphqlError {
    GraphqlError::new(Code::ValidationFailed, "not allowed for this role")
}
