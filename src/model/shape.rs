//! Data shapes: the columns of an info table.

use super::{BaseType, Text, Value};

/// A named property of a field, such as `isPrimaryKey` or `dataShape`.
#[derive(Clone, Debug, PartialEq)]
pub struct Aspect {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: Value,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Text,
    /// Text for humans; empty when there is none.
    pub description: Text,
    /// The declared type. Cells are self-describing and may differ from it.
    pub base_type: BaseType,
    /// Further properties, in order.
    pub aspects: Vec<Aspect>,
}

impl Field {
    /// A field without description and aspects.
    pub fn new(name: impl Into<Text>, base_type: BaseType) -> Self {
        Self { name: name.into(), description: Text::new(), base_type, aspects: Vec::new() }
    }
}

/// An ordered list of fields. The shape's own name is known locally only, it is not on the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataShape {
    /// Local name, e.g. of the shape on the platform that the fields were taken from.
    pub name: Option<Text>,
    /// The fields, in the order of the cells.
    pub fields: Vec<Field>,
}

impl DataShape {
    /// A shape without a name.
    pub fn new(fields: Vec<Field>) -> Self {
        Self { name: None, fields }
    }

    /// The position of the field of that exact name.
    pub fn position(&self, name: &[u8]) -> Option<usize> {
        self.fields.iter().position(|field| field.name.as_bytes() == name)
    }
}
