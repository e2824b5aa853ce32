//! A connection of the pool, for as long as a request needs it.
//!
//! When the time of a request is over, a cancel may be on its way to PostgreSQL that arrives after its statement has
//! ended. The request's connections are closed then, so that it never meets a statement of somebody else.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use diesel_async::{AsyncPgConnection, pooled_connection::deadpool::Object};

use super::deadline::Deadline;
use crate::{Pool, error::GraphqlError};

/// A connection. It goes back to the pool, unless the time of its request is over.
pub(super) struct Connection {
    /// `None` when it is being dropped.
    conn: Option<Object<AsyncPgConnection>>,
    deadline: Option<Arc<Deadline>>,
}

impl Connection {
    /// Waits for a connection.
    pub(super) async fn get(pool: &Pool) -> Result<Self, GraphqlError> {
        let conn = pool.get().await;
        Ok(Self {
            conn: Some(conn.map_err(|error| GraphqlError::fault(&error))?),
            deadline: Deadline::current(),
        })
    }

    /// Closes it; the pool makes another one.
    pub(super) fn close(mut self) {
        drop(self.conn.take().map(Object::take));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let is_over = self.deadline.as_ref().is_some_and(|it| it.is_over());
        if let Some(conn) = self.conn.take().filter(|_| is_over) {
            drop(Object::take(conn));
        }
    }
}

impl Deref for Connection {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        match &self.conn {
            Some(conn) => conn,
            None => unreachable!("it is used before it is dropped"),
        }
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        match &mut self.conn {
            Some(conn) => conn,
            None => unreachable!("it is used before it is dropped"),
        }
    }
}
