//! One statement for many subscribers, who differ only in the values of variables and sessions.
//!
//! ```sql
//! select q.answer from unnest($1::text[], $2::text[]) with ordinality as v (v0, v1, n)
//! cross join lateral (<the statement, with v.v0 and v.v1 in place of binds>) as q (answer) order by v.n
//! ```

use super::Statement;
use crate::model::{Source, Value, array_literal};

/// A statement that answers a list of subscribers, one row each, in their order.
#[derive(Debug)]
pub struct Multiplexed {
    /// The text before, between and after its binds.
    pub pieces: Vec<String>,
    /// The positions, among the binds of the original, of the values that subscribers have of their own.
    own: Vec<usize>,
    /// The positions of those that all share.
    shared: Vec<usize>,
}

impl Multiplexed {
    /// Makes it of a statement that answers one row with one text.
    pub fn new(statement: &Statement) -> Self {
        let is_own = |position: &usize| {
            let source = statement.binds.get(*position).map(|bind| &bind.source);
            let varies = matches!(source, Some(Source::Variable(_) | Source::Session(_)));
            varies && !statement.shared.contains(position)
        };
        let (own, shared): (Vec<usize>, Vec<usize>) = (0..statement.binds.len()).partition(is_own);
        let mut writer = Pieces::default();
        writer.text("select q.answer from unnest(");
        for position in 0..own.len() {
            writer.text(if position == 0 { "" } else { ", " });
            writer.bind();
            writer.text("::text[]");
        }
        let columns: Vec<String> = (0..own.len()).map(|column| format!("v{column}")).collect();
        writer.text(") with ordinality as v (");
        writer.text(&columns.join(", "));
        writer.text(", n) cross join lateral (");
        for (position, piece) in statement.pieces.iter().enumerate() {
            if let Some(bind) = position.checked_sub(1) {
                match columns.get(own.partition_point(|own| *own < bind)) {
                    Some(column) if own.contains(&bind) => {
                        writer.text("v.");
                        writer.text(column);
                    }
                    _ => writer.bind(),
                }
            }
            writer.text(piece);
        }
        writer.text(") as q (answer) order by v.n");
        let pieces = writer.finish();
        Self {
            pieces,
            own,
            shared,
        }
    }

    /// Whether subscribers have values of their own; otherwise all have one answer.
    pub fn varies(&self) -> bool {
        !self.own.is_empty()
    }

    /// The values that all subscribers of one statement share, of all values of one of them.
    pub fn shared_values(&self, values: &[Value]) -> Vec<Value> {
        pick(&self.shared, values)
    }

    /// The values of one subscriber's own.
    pub fn own_values(&self, values: &[Value]) -> Vec<Value> {
        pick(&self.own, values)
    }

    /// The values of the statement's binds for these subscribers.
    pub fn values(&self, subscribers: &[Vec<Value>], shared: &[Value]) -> Vec<Value> {
        let column = |position: usize| {
            let values = subscribers.iter().map(|own| own.get(position)?.as_deref());
            Some(array_literal(values))
        };
        (0..self.own.len())
            .map(column)
            .chain(shared.iter().cloned())
            .collect()
    }
}

/// Text with places for binds.
#[derive(Default)]
struct Pieces {
    done: Vec<String>,
    current: String,
}

impl Pieces {
    fn text(&mut self, text: &str) {
        self.current.push_str(text);
    }

    fn bind(&mut self) {
        self.done.push(std::mem::take(&mut self.current));
    }

    fn finish(mut self) -> Vec<String> {
        self.done.push(self.current);
        self.done
    }
}

fn pick(positions: &[usize], values: &[Value]) -> Vec<Value> {
    positions
        .iter()
        .filter_map(|position| values.get(*position).cloned())
        .collect()
}
