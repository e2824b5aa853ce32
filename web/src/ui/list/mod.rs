//! The list: one component for every list of the page.
//!
//! The server sorts, filters and pages. All that a reader chose (search, sort, page, facets) is in the address, so that
//! back works and a link shows the same rows. Terms: a *column* draws one cell of a row; a *facet* is a set of values a
//! reader ticks; a *view* is one page of rows with the count of all; a *source* asks for them, page by page or all of
//! them for a file.

mod address;
mod export;
mod facets;
mod search_box;
mod table;

pub use address::{Address, direction, ticked_or, use_address};
pub use export::{Source, Window};
pub use facets::{Choice, Facet};
pub use table::{Column, List, Rows};

/// Rows shown at once.
pub const PAGE_SIZE: i64 = 50;
