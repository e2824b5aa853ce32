//! What the browser's console holds against the page.

use serde_json::Value;

/// An answer that says in HTTP that nobody is signed in; the console lists it, and it is as it should be.
const NOBODY: &str =
    "/auth/get_current_user - Failed to load resource: the server responded with a status of 401";

/// The simulator has no picture of who has left it; the page shows letters instead.
const NO_PICTURE: &str = "/avatars/";

/// The errors of a console's log.
pub(super) fn errors(log: &Value) -> Vec<String> {
    log.as_array()
        .into_iter()
        .flatten()
        .filter(|entry| entry["level"] == "SEVERE")
        .filter_map(|entry| entry["message"].as_str())
        .filter(|message| !message.contains(NOBODY) && !message.contains(NO_PICTURE))
        .map(str::to_owned)
        .collect()
}
