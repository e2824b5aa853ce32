//! Black-box tests, and the simulators of the external services that they and the demo run against.
//!
//! Nothing here knows the server but by its network.

pub mod harness;
pub mod simulators;
