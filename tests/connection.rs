//! A device against a platform that plays its part step by step.

mod support;

#[path = "connection/copy.rs"]
mod copy;
#[path = "connection/link.rs"]
mod link;
#[path = "connection/steps.rs"]
mod steps;
