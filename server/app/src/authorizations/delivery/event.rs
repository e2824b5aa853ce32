//! What can happen to a request.

/// What happened to a request, in the order in which events of the same second count: what is said last stands.
///
/// Edits come first, then decisions; a revocation outdoes an approval of the same second, and an archiving, which can
/// only follow either, stands after it. That is the rule for ties of design.md § 9.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    Create,
    Update,
    Notify,
    Transfer,
    Reopen,
    Submit,
    RequestChanges,
    Refuse,
    CancelReopening,
    /// `validate` in the first generation.
    Approve,
    Revoke,
    Archive,
    Delete,
    /// One that is not known.
    Unknown(String),
}

impl Event {
    /// The event by its name in either generation, today's or before 2021 (reference/datapass.md § 2.1).
    pub fn parse(name: &str) -> Self {
        match name {
            "create" | "created" => Self::Create,
            "update"
            | "updated"
            | "team_member_update"
            | "team_member_updated"
            | "update_contacts" => Self::Update,
            "notify" => Self::Notify,
            "transfer" => Self::Transfer,
            "reopen" => Self::Reopen,
            "submit" | "send_application" => Self::Submit,
            "request_changes" | "review_application" => Self::RequestChanges,
            "refuse" | "refuse_application" => Self::Refuse,
            "cancel_reopening" => Self::CancelReopening,
            "approve" | "validate" | "validate_application" => Self::Approve,
            "revoke" => Self::Revoke,
            "archive" => Self::Archive,
            "delete" => Self::Delete,
            other => Self::Unknown(other.to_owned()),
        }
    }
}
