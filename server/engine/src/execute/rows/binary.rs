//! The rows of one result, as PostgreSQL sent their values: all bytes in one piece, so that rows cost no allocation.

use diesel::row::{Field, Row};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection};

use crate::error::GraphqlError;

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
    /// Where each value is; all rows one after the other.
    values: Vec<Place>,
    width: usize,
    count: usize,
}

/// Where a value is among the bytes.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    /// [`NULL`] of a null.
    length: u32,
}

const NULL: u32 = u32::MAX;

/// A row of binary values.
#[derive(Debug, Clone, Copy)]
pub struct BinaryRow<'a> {
    rows: &'a BinaryRows,
    start: usize,
}

impl BinaryRows {
    /// Copies the values of a row.
    pub fn push(&mut self, row: &WireRow) -> Result<(), GraphqlError> {
        self.width = row.0.field_count();
        self.count += 1;
        for position in 0..self.width {
            let place = row.with(position, |value| {
                let start = u32::try_from(self.bytes.len())?;
                let Some(value) = value else {
                    return Ok(Place {
                        start,
                        length: NULL,
                    });
                };
                self.bytes.extend(value);
                let length = u32::try_from(value.len())?;
                Ok(Place { start, length })
            });
            let too_much = |error: std::num::TryFromIntError| GraphqlError::fault(&error);
            self.values.push(place.map_err(too_much)?);
        }
        Ok(())
    }

    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many bytes their values have together.
    pub fn size(&self) -> usize {
        self.bytes.len()
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
        let place = self.rows.values.get(self.start + position)?;
        if place.length == NULL {
            return None;
        }
        let start = place.start as usize;
        self.rows.bytes.get(start..start + place.length as usize)
    }
}
