//! `/healthz`: the process answers. `/readyz`: the database does, too, and has its tables.

use axum::{Router, extract::State, http::StatusCode, routing::get};
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use engine::Pool;

pub(super) fn routes(pool: Pool) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .with_state(pool)
}

async fn ready(State(pool): State<Pool>) -> (StatusCode, &'static str) {
    let Ok(mut conn) = pool.get().await else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "no connection to the database",
        );
    };
    let has_tables = diesel::select(diesel::dsl::sql::<Bool>(
        "to_regclass('sync_runs') is not null",
    ));
    match has_tables.get_result::<bool>(&mut conn).await {
        Ok(true) => (StatusCode::OK, "ok"),
        Ok(false) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database is not migrated",
        ),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer",
        ),
    }
}
