//! Inserts, nested ones included, as steps in the order in which rows need each other.
//!
//! Rows that an object relationship gives come before their parent, the others after it. Siblings without a conflict
//! clause are one step, however many parents they have. With a conflict clause each parent's rows are a step of their
//! own, as in Hasura: two parents may then name the same row, which PostgreSQL refuses within one statement.

use async_graphql::parser::types::Field as DocumentField;

use super::{
    Action, Conflict, Given, Insert, Step,
    decided::is_decided_before,
    denied,
    rows::{NewRow, ParsedRow, Related},
};
use crate::{
    error::{Code, GraphqlError},
    model::{ColumnId, InsertAccess, Relationship, Table},
    plan::{input::Input, planner::Planner},
};

/// How many values the rows of one statement may have when each is a bind; PostgreSQL numbers them in 16 bits.
const MOST_BINDS: usize = 30_000;

/// A row that a step writes.
#[derive(Clone, Copy)]
struct Place {
    step: usize,
    row: usize,
}

/// A row, and the places of the rows that were added before it because it refers to them.
type Taken<'a> = Vec<(&'a Relationship, Place)>;

impl<'a> Planner<'a> {
    /// The steps of an insert field whose rows are in `argument`.
    pub(super) fn inserts(
        &self,
        table: &'a Table,
        field: &'a DocumentField,
        argument: &str,
        arguments: &str,
    ) -> Result<Vec<Step>, GraphqlError> {
        let objects = self.inputs.argument(field, argument).ok_or_else(denied)?;
        let objects = if argument == "objects" {
            self.inputs.items(&objects)
        } else {
            vec![objects]
        };
        let clause = self.inputs.argument(field, "on_conflict");
        let place = format!("{arguments}.on_conflict");
        let conflict = self.conflict(table, clause.as_ref(), &place)?;
        let path = format!("{arguments}.{argument}");
        let rows = new_rows(&objects, &path, |_| Vec::new());
        let mut steps = Vec::new();
        let places = self.add_rows(table, rows, conflict.as_ref(), &path, &mut steps)?;
        for place in places {
            if let Some(step) = steps.get_mut(place.step) {
                step.is_shown = true;
            }
        }
        Ok(steps)
    }

    /// Adds the steps of sibling rows; returns where each row will be.
    fn add_rows(
        &self,
        table: &'a Table,
        rows: Vec<NewRow<'a>>,
        conflict: Option<&Conflict>,
        path: &str,
        steps: &mut Vec<Step>,
    ) -> Result<Vec<Place>, GraphqlError> {
        let access = table.insertable(self.caller()).ok_or_else(denied)?;
        let mut rows = rows
            .into_iter()
            .map(|row| self.parsed_row(table, access, row))
            .collect::<Result<Vec<_>, _>>()?;
        let is_nested = rows.iter().any(ParsedRow::has_related);
        if is_nested && conflict.is_some() {
            // Which row was skipped can be told only when each is a statement of its own.
            let mut places = Vec::new();
            for row in rows {
                let mut one = [row];
                places.extend(self.add_level(table, access, &mut one, conflict, path, steps)?);
            }
            return Ok(places);
        }
        self.add_level(table, access, &mut rows, conflict, path, steps)
    }

    /// The rows that come before, the rows themselves, the rows that come after.
    fn add_level(
        &self,
        table: &'a Table,
        access: &InsertAccess,
        rows: &mut [ParsedRow<'a>],
        conflict: Option<&Conflict>,
        path: &str,
        steps: &mut Vec<Step>,
    ) -> Result<Vec<Place>, GraphqlError> {
        let taken = self.add_before(table, rows, steps)?;
        let all = rows
            .iter()
            .zip(&taken)
            .map(|(row, taken)| cells(access, row, taken))
            .collect();
        let path = match rows {
            [one] if one.has_related() => one.path.clone(),
            _ => path.to_owned(),
        };
        let mut places = Vec::new();
        for part in parts(all) {
            let step = steps.len();
            places.extend((0..part.len()).map(|row| Place { step, row }));
            steps.push(Step {
                table: table.id,
                action: Action::Insert(Insert {
                    is_decided_before: conflict.is_none()
                        && is_decided_before(table, &access.check, &part),
                    rows: part,
                    conflict: conflict.cloned(),
                    check: access.check.clone(),
                }),
                path: path.clone(),
                keys: Vec::new(),
                is_shown: false,
                shortage: None,
            });
        }
        self.add_after(table, rows, &places, steps)?;
        Ok(places)
    }

    /// Adds what object relationships give; returns for each row what it takes from there.
    fn add_before(
        &self,
        table: &'a Table,
        rows: &[ParsedRow<'a>],
        steps: &mut Vec<Step>,
    ) -> Result<Vec<Taken<'a>>, GraphqlError> {
        let mut taken: Vec<Taken<'a>> = rows.iter().map(|_| Vec::new()).collect();
        for relationship in table.relationships.values() {
            if relationship.is_inserted_after {
                continue;
            }
            let target = self.model.table(relationship.target);
            let (owners, children) = children(rows, relationship);
            let places = self.add_children(target, &children, |_| Vec::new(), steps)?;
            for ((owner, child), place) in owners.into_iter().zip(children).zip(places) {
                let there = relationship.mapping.iter().map(|(_, there)| *there);
                need(steps, place, there, || {
                    let problem = format!(
                        "cannot proceed to insert object relation \"{}\" since insert to table {} affects zero rows",
                        relationship.name,
                        named(target)
                    );
                    GraphqlError::new(Code::NotSupported, problem).at(child.path.clone())
                });
                if let Some(taken) = taken.get_mut(owner) {
                    taken.push((relationship, place));
                }
            }
        }
        Ok(taken)
    }

    /// Adds what refers to the rows in `places`.
    fn add_after(
        &self,
        table: &'a Table,
        rows: &[ParsedRow<'a>],
        places: &[Place],
        steps: &mut Vec<Step>,
    ) -> Result<(), GraphqlError> {
        for relationship in table.relationships.values() {
            if !relationship.is_inserted_after {
                continue;
            }
            let (owners, children) = children(rows, relationship);
            let owners: Vec<Place> = owners
                .into_iter()
                .filter_map(|owner| places.get(owner).copied())
                .collect();
            for owner in &owners {
                let here = relationship.mapping.iter().map(|(here, _)| *here);
                need(steps, *owner, here, || {
                    let problem = format!(
                        "cannot proceed to insert array relations since insert to table {} affects zero rows",
                        named(table)
                    );
                    GraphqlError::new(Code::NotSupported, problem)
                });
            }
            let target = self.model.table(relationship.target);
            let inherited = |child: usize| {
                let Some(owner) = owners.get(child) else {
                    return Vec::new();
                };
                let taken = relationship.mapping.iter();
                taken
                    .map(|(here, there)| (*there, written(*owner, *here)))
                    .collect()
            };
            self.add_children(target, &children, inherited, steps)?;
        }
        Ok(())
    }

    /// Adds the rows that several parents give through one relationship.
    fn add_children(
        &self,
        target: &'a Table,
        children: &[&Related<'a>],
        inherited: impl Fn(usize) -> Vec<(ColumnId, Given)>,
        steps: &mut Vec<Step>,
    ) -> Result<Vec<Place>, GraphqlError> {
        let path = |child: &Related<'a>| format!("{}.data", child.path);
        let rows = |position: usize, child: &Related<'a>| {
            let is_array = child.relationship.is_array || child.relationship.is_inserted_after;
            if is_array {
                new_rows(&child.objects, &path(child), |_| inherited(position))
            } else {
                let rows = child.objects.iter().map(|object| NewRow {
                    object: object.clone(),
                    inherited: inherited(position),
                    path: path(child),
                });
                rows.collect()
            }
        };
        let mut places = Vec::new();
        if children.iter().any(|child| child.conflict.is_some()) {
            for (position, child) in children.iter().enumerate() {
                let (conflict, own) = (child.conflict.as_ref(), rows(position, child));
                places.extend(self.add_rows(target, own, conflict, &path(child), steps)?);
            }
            return Ok(places);
        }
        let Some(first) = children.first() else {
            return Ok(places);
        };
        let all = children
            .iter()
            .enumerate()
            .flat_map(|(position, child)| rows(position, child))
            .collect();
        self.add_rows(target, all, None, &path(first), steps)
    }
}

/// The rows of a list.
fn new_rows<'a>(
    objects: &[Input<'a>],
    path: &str,
    inherited: impl Fn(usize) -> Vec<(ColumnId, Given)>,
) -> Vec<NewRow<'a>> {
    objects
        .iter()
        .enumerate()
        .map(|(position, object)| NewRow {
            object: object.clone(),
            inherited: inherited(position),
            path: format!("{path}[{position}]"),
        })
        .collect()
}

/// What the rows give through a relationship, and which row gives it.
fn children<'r, 'a>(
    rows: &'r [ParsedRow<'a>],
    relationship: &Relationship,
) -> (Vec<usize>, Vec<&'r Related<'a>>) {
    rows.iter()
        .enumerate()
        .filter_map(|(position, row)| {
            let mut related = row.related.iter();
            let found = related.find(|each| each.relationship.name == relationship.name)?;
            Some((position, found))
        })
        .unzip()
}

/// The columns of a row. A preset comes before everything else, as nobody may give another value.
fn cells(
    access: &InsertAccess,
    row: &ParsedRow<'_>,
    taken: &[(&Relationship, Place)],
) -> Vec<(ColumnId, Given)> {
    let presets = access
        .presets
        .iter()
        .map(|(column, value)| (*column, Given::Bind(value.clone())));
    let referred = taken.iter().flat_map(|(relationship, place)| {
        let mapping = relationship.mapping.iter();
        mapping.map(|(here, there)| (*here, written(*place, *there)))
    });
    let mut cells: Vec<(ColumnId, Given)> = Vec::new();
    for (column, given) in presets
        .chain(row.values.iter().cloned())
        .chain(referred)
        .chain(row.inherited.iter().cloned())
    {
        if cells.iter().all(|(other, _)| *other != column) {
            cells.push((column, given));
        }
    }
    cells
}

fn written(place: Place, column: ColumnId) -> Given {
    Given::Written {
        step: place.step,
        row: place.row,
        column,
    }
}

/// Rows that one statement can hold. Rows of one set of columns need a bind for each column only.
fn parts(rows: Vec<Vec<(ColumnId, Given)>>) -> Vec<Vec<Vec<(ColumnId, Given)>>> {
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
    if rows.is_empty() {
        return Vec::new();
    }
    if is_uniform(&rows) {
        return vec![rows];
    }
    rows.chunks(MOST_BINDS / widest + 1)
        .map(<[_]>::to_vec)
        .collect()
}

/// Whether all rows are given the same columns.
pub(crate) fn is_uniform<T>(rows: &[Vec<(ColumnId, T)>]) -> bool {
    let columns = |row: &[(ColumnId, T)]| {
        let columns = row.iter().map(|(column, _)| *column);
        columns.collect::<std::collections::BTreeSet<_>>()
    };
    let Some((first, rest)) = rows.split_first() else {
        return true;
    };
    let first = columns(first);
    rest.iter().all(|row| columns(row) == first)
}

/// Notes that later steps take columns from a row, which must have been written then.
fn need(
    steps: &mut [Step],
    place: Place,
    columns: impl Iterator<Item = ColumnId>,
    shortage: impl FnOnce() -> GraphqlError,
) {
    let Some(step) = steps.get_mut(place.step) else {
        return;
    };
    for column in columns {
        if !step.keys.contains(&column) {
            step.keys.push(column);
        }
    }
    let shortage = shortage();
    if step.shortage.is_none() {
        let place = if shortage.path == "$" {
            step.path.clone()
        } else {
            shortage.path.clone()
        };
        step.shortage = Some(shortage.at(place));
    }
}

/// A table as Hasura names it in messages.
fn named(table: &Table) -> String {
    if table.relation.schema == "public" {
        format!("\"{}\"", table.relation.name)
    } else {
        format!("\"{}.{}\"", table.relation.schema, table.relation.name)
    }
}
