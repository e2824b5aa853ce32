//! What is subscribed to: fifty documents, each with the values of many subscribers.

use serde_json::json;

/// What is selected of a user, beside the email that changes.
const COLUMNS: [&str; 10] = [
    "id",
    "name",
    "login",
    "number",
    "created_at",
    "id name",
    "id login",
    "name login",
    "id number organization",
    "id name login organization is_active created_at",
];

/// How a document asks, for the email and other columns of a user.
fn documents(columns: &str) -> [String; 5] {
    let user = format!("email {columns}");
    [
        format!("subscription($id: uuid!) {{ users_by_pk(id: $id) {{ {user} }} }}"),
        format!(
            "subscription($number: Int!) {{ users(where: {{number: {{_eq: $number}}}}) {{ {user} }} }}"
        ),
        format!(
            "subscription($id: uuid!) {{ users(where: {{id: {{_eq: $id}}}}) {{ {user} accounts {{ login service {{ name }} }} }} }}"
        ),
        format!(
            "subscription($id: uuid!) {{ accounts(where: {{user_id: {{_eq: $id}}}}, order_by: {{login: asc}}) \
             {{ login state user {{ {user} }} }} }}"
        ),
        format!(
            "subscription($number: Int!) {{ users_aggregate(where: {{number: {{_lte: $number}}}}) \
             {{ aggregate {{ count max {{ email }} }} nodes {{ {columns} }} }} }}"
        ),
    ]
}

/// The numbers of users whom the role may see, in their order.
fn visible() -> impl Iterator<Item = usize> {
    (1..).filter(|number| number % 7 != 0)
}

/// The statement of a change that concerns each of so many operations, in words that contain `mark`.
pub fn change(operations: usize, mark: &str) -> String {
    let last = visible().nth(operations / 50).unwrap_or_default();
    format!("update users set email = number || '-{mark}@bench.example' where number <= {last}")
}

/// The payloads of so many operations: each shape with as many users.
pub fn payloads(operations: usize) -> Vec<String> {
    let documents: Vec<String> = COLUMNS.iter().copied().flat_map(documents).collect();
    let users = visible().take(operations / documents.len());
    let payload = |document: &String, number: usize| {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let variables = if document.contains("$id") {
            json!({ "id": id })
        } else {
            json!({ "number": number })
        };
        json!({ "query": document, "variables": variables }).to_string()
    };
    users
        .flat_map(|number| {
            documents
                .iter()
                .map(move |document| payload(document, number))
        })
        .collect()
}
