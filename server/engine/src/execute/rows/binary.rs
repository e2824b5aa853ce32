//! The rows of one result, as PostgreSQL sent their values: all bytes in one piece, so that rows cost no allocation.

use std::ops::Range;

use diesel::{
    pg::Pg,
    row::{Field, Row},
};

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
    pub fn push<'a>(&mut self, row: &impl Row<'a, Pg>) {
        self.width = row.field_count();
        self.count += 1;
        for position in 0..self.width {
            let field = row.get(position);
            let value = field.as_ref().and_then(Field::value);
            self.values.push(value.map(|value| {
                let start = self.bytes.len();
                self.bytes.extend(value.as_bytes());
                start..self.bytes.len()
            }));
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
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
