//! The JSON form of values, shapes and tables (protocol.md 5.6).
//!
//! Three spellings of the same form: text, which keeps bytes that are not UTF-8 unchanged; [`serde_json::Value`] for programs
//! that go on working with it, where such bytes become U+FFFD; and reading from [`serde_json::Value`].
//!
//! Numbers read back to the same double; NaN and infinities, which JSON does not have, become null. A VARIANT is written as
//! the value inside. Members are in the order of the shape; a row whose cells are not as many as the fields is left out.

mod emit;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{JsonError, shape_from_json, table_from_json, value_from_json};
pub use write::{shape_to_json, shape_to_text, table_to_json, table_to_text, value_to_json, value_to_text};
