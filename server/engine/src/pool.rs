//! The pool of connections that every statement runs on.

use diesel_async::{
    AsyncPgConnection,
    pooled_connection::deadpool::{self, Hook, HookError, PoolBuilder},
};

/// The pool of connections that every statement runs on.
pub type Pool = deadpool::Pool<AsyncPgConnection>;

/// How often a connection is used before a new one takes its place: each keeps the statements that it prepared.
const LARGEST_USE: usize = 20_000;

/// A pool whose connections are renewed after long use, so that what they keep is bounded.
pub fn with_renewal(builder: PoolBuilder<AsyncPgConnection>) -> PoolBuilder<AsyncPgConnection> {
    builder.pre_recycle(Hook::sync_fn(|_, metrics| {
        if metrics.recycle_count < LARGEST_USE {
            return Ok(());
        }
        Err(HookError::message("the connection has served its time"))
    }))
}
