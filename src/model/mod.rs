//! The data model: base types, values, data shapes and info tables, as plain values without I/O.

mod base_type;
pub mod json;
mod shape;
mod table;
mod text;
mod value;

pub use base_type::{BaseType, Family};
pub use shape::{Aspect, DataShape, Field};
pub use table::{InfoTable, Row};
pub use text::Text;
pub use value::{Location, Value};
