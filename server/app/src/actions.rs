//! The hand-written mutations of all capabilities, and who has them.

use async_graphql::MergedObject;
use engine::Actions;

use crate::{
    authorizations::actions::AuthorizationMutations, directory::sync::actions::SyncMutations,
};

/// All hand-written mutations.
#[derive(Clone, MergedObject)]
pub struct Mutations(pub SyncMutations, pub AuthorizationMutations);

/// Which roles have which of them, beside the administrator.
pub fn allowed() -> Actions {
    // The signature decides, not the role.
    Actions::new().allow("receive_datapass_event", &["anonymous", "user"])
}
