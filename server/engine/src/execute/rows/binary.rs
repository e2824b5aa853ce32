//! The rows of one result, as PostgreSQL sent their values: all bytes in one piece, so that rows cost no allocation.

use std::ops::Range;

use diesel::row::{Field, Row};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection};

/// A row as it came from PostgreSQL.
pub struct WireRow(pub <AsyncPgConnection as AsyncConnectionCore>::Row<'static, 'static>);

/// The values of a row, in PostgreSQL's binary form.
pub(super) trait Values {
    /// What `take` makes of the value at a position; `None` is null.
    fn with<R>(&self, position: usize, take: impl FnOnce(Option<&[u8]>) -> R) -> R;
}

impl Values for WireRow {
    fn with<R>(&self, position: usize, take: impl FnOnce(Option<&[u8]>) -> R) -> R {
        let field = self.0.get(position);
        let value = field.as_ref().and_then(Field::value);
        take(value.as_ref().map(diesel::pg::PgValue::as_bytes))
    }
}

impl Values for BinaryRow<'_> {
    fn with<R>(&self, position: usize, take: impl FnOnce(Option<&[u8]>) -> R) -> R {
        take(self.value(position))
    }
}

/// Rows of binary values.
#[derive(Debug, Default)]
pub struct BinaryRows {
    bytes: Vec<u8>,
    /// Where each value is; `None` is null. All rows one after the other.
    values: Vec<Option<Range<usize>>>,
    width: usize,
    count: usize,
}

/// A row of binary values.
#[derive(Debug, Clone, Copy)]
pub struct BinaryRow<'a> {
    rows: &'a BinaryRows,
    start: usize,
}

impl BinaryRows {
    /// Copies the values of a row.
    pub fn push(&mut self, row: &WireRow) {
        self.width = row.0.field_count();
        self.count += 1;
        for position in 0..self.width {
            let range = row.with(position, |value| {
                let value = value?;
                let start = self.bytes.len();
                self.bytes.extend(value);
                Some(start..self.bytes.len())
            });
            self.values.push(range);
        }
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = BinaryRow<'_>> {
        (0..self.count).map(|row| BinaryRow {
            rows: self,
            start: row * self.width,
        })
    }
}

impl<'a> BinaryRow<'a> {
    /// The value at a position; `None` is null.
    pub fn value(self, position: usize) -> Option<&'a [u8]> {
        let range = self.rows.values.get(self.start + position)?.clone()?;
        self.rows.bytes.get(range)
    }
}
