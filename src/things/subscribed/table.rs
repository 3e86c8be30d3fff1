//! The table that carries property values (protocol.md 6.3).

use crate::model::{BaseType, DataShape, Field, InfoTable, Row, Text, Value};

/// The service that takes property values, of the thing that they belong to.
pub const UPDATE_SERVICE: &str = "UpdateSubscribedPropertyValues";

/// A value of a property with its time and quality.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyValue {
    /// Name of the property at the edge.
    pub name: Text,
    /// The value.
    pub value: Value,
    /// When it was so: milliseconds since 1970-01-01 UTC.
    pub time: i64,
    /// `GOOD`, `BAD`, `UNKNOWN` or any text.
    pub quality: Text,
}

impl PropertyValue {
    /// The quality of a value that was set without one.
    pub const GOOD: &str = "GOOD";

    /// A value of good quality.
    pub fn new(name: impl Into<Text>, value: Value, time: i64) -> Self {
        Self { name: name.into(), value, time, quality: Self::GOOD.into() }
    }

    /// Its row in the table.
    pub(super) fn to_row(&self) -> Row {
        vec![
            Value::string(self.name.clone()),
            Value::Variant(Box::new(self.value.clone())),
            Value::DateTime(self.time),
            Value::string(self.quality.clone()),
        ]
    }
}

/// The table that [`UPDATE_SERVICE`] takes: one row for each of these values, in this order.
pub fn update_table<'a>(values: impl IntoIterator<Item = &'a PropertyValue>) -> InfoTable {
    let mut table = InfoTable::new(DataShape::new(vec![
        Field::new("name", BaseType::STRING),
        Field::new("value", BaseType::VARIANT),
        Field::new("time", BaseType::DATETIME),
        Field::new("quality", BaseType::STRING),
    ]));
    table.rows.extend(values.into_iter().map(PropertyValue::to_row));
    table
}

/// The parameters of [`UPDATE_SERVICE`] for these values.
pub fn update_parameters<'a>(values: impl IntoIterator<Item = &'a PropertyValue>) -> InfoTable {
    InfoTable::single("values", Value::InfoTable(Box::new(update_table(values))))
}
