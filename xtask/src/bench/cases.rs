//! What is measured: the same question to the engine, to PostGraphile, and to PostgreSQL.

/// One question.
pub struct Case {
    /// What it is called in the table.
    pub name: &'static str,
    /// How the engine is asked: a document and its variables.
    pub ours: (&'static str, &'static str),
    /// How PostGraphile is asked.
    pub theirs: (&'static str, &'static str),
    /// The values of the statement's binds, in their order.
    pub binds: &'static [&'static str],
    /// What the engine must reach: its rate against pgbench's, and against PostGraphile's (design.md § 12).
    pub targets: (f64, f64),
}

/// A user that the role may see; the loader gives `number` 1 this id.
const USER: &str = "00000000-0000-4000-8000-000000000001";

/// The cases of design.md § 12.
pub const CASES: [Case; 4] = [
    Case {
        name: "by key",
        ours: (
            "query($id: uuid!) { users_by_pk(id: $id) { id name login email created_at } }",
            r#"{"id":"00000000-0000-4000-8000-000000000001"}"#,
        ),
        theirs: (
            "query($id: UUID!) { userByRowId(rowId: $id) { rowId name login email createdAt } }",
            r#"{"id":"00000000-0000-4000-8000-000000000001"}"#,
        ),
        binds: &["true", USER],
        targets: (0.6, 5.0),
    },
    Case {
        name: "100 users with accounts and service",
        ours: (
            "{ users(order_by: {name: asc}, limit: 100) { id name login email accounts { id login email state \
             last_seen_at service { id code name } } } }",
            "{}",
        ),
        theirs: (
            "{ allUsers(first: 100, orderBy: NAME_ASC) { nodes { rowId name login email accountsByUserId { nodes { \
             rowId login email state lastSeenAt serviceByServiceId { rowId code name } } } } } }",
            "{}",
        ),
        binds: &["true", "100"],
        targets: (1.8, 10.0),
    },
    Case {
        name: "count with a filter",
        ours: (
            "{ users_aggregate(where: {is_active: {_eq: true}}) { aggregate { count } } }",
            "{}",
        ),
        theirs: (
            "{ allUsers(condition: {isActive: true}) { totalCount } }",
            "{}",
        ),
        binds: &["true", "true"],
        targets: (0.9, 1.5),
    },
    Case {
        name: "1,000 flat rows",
        ours: (
            "{ users(order_by: {number: asc}, limit: 1000) { id number name login email organization is_active \
             created_at } }",
            "{}",
        ),
        theirs: (
            "{ allUsers(first: 1000, orderBy: NUMBER_ASC) { nodes { rowId number name login email organization \
             isActive createdAt } } }",
            "{}",
        ),
        binds: &["true", "1000"],
        targets: (2.0, 5.0),
    },
];

/// A request's body.
pub fn body((query, variables): (&str, &str)) -> String {
    format!(
        "{{\"query\":{},\"variables\":{variables}}}",
        serde_json::Value::from(query)
    )
}
