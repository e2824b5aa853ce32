//! The work that the server does by itself.

mod jobs;

pub use jobs::Jobs;
