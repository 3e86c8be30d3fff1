//! Values that come from devices, as tables of name, value, time and quality (protocol.md 6.3).

use super::{Property, Sample, Thing, convert, now};
use crate::config::Limits;
use twedge::model::{InfoTable, Text, Value};

/// A value as the device sent it, before it is converted.
pub(crate) struct Pushed {
    pub name: Text,
    pub value: Value,
    pub time: i64,
    pub quality: Text,
}

impl Thing {
    /// Stores a value that the device has sent, as one of the property's type. Of a thing that no operator has defined
    /// properties are added as they come. Whether the value was there already, with the same time and quality.
    ///
    /// # Errors
    /// Why it was not stored.
    pub(crate) fn take(&mut self, pushed: Pushed, limits: &Limits) -> Result<bool, String> {
        let Pushed { name, value, time, quality } = pushed;
        if !self.properties.contains_key(&name) {
            if self.by_operator || self.properties.len() >= limits.properties {
                return Err(format!("a value of {name}, which is not a property"));
            }
            self.properties.insert(name.clone(), Property::new(value.base_type()));
        }
        let Some(property) = self.properties.get(&name) else { return Ok(false) };
        let value = convert::convert(value, property.base_type).map_err(|error| format!("{name}: {error}"))?;
        Ok(self.store(&name, Sample { value, time, quality }, limits))
    }

    /// Stores a value that the device has pushed, as [`Thing::take`] does, and lists it if it came again.
    ///
    /// # Errors
    /// Why it was not stored.
    pub(crate) fn take_pushed(&mut self, pushed: Pushed, limits: &Limits) -> Result<bool, String> {
        let name = pushed.name.clone();
        let again = self.take(pushed, limits)?;
        if let Some(property) = self.properties.get_mut(&name).filter(|_| again) {
            property.note_duplicate(limits.history_values);
        }
        Ok(again)
    }
}

/// The rows of the parameters of UpdateSubscribedPropertyValues; `None` when there is no table `values`.
pub(crate) fn pushed_values(params: Option<&InfoTable>) -> Option<Vec<Pushed>> {
    match params?.get(0, b"values")? {
        Value::InfoTable(table) => Some(named_values(table)),
        _ => None,
    }
}

/// The rows of a table of named values. Rows without name or value are left out; a missing time is now, a missing
/// quality GOOD.
pub(crate) fn named_values(table: &InfoTable) -> Vec<Pushed> {
    let row = |index: usize| {
        let cell = |name: &[u8]| table.get(index, name).filter(|cell| **cell != Value::Nothing);
        let name = cell(b"name")?.as_text()?.clone();
        let value = match cell(b"value")? {
            Value::Variant(inner) => (**inner).clone(),
            value => value.clone(),
        };
        let time = match cell(b"time") {
            Some(Value::DateTime(time)) => *time,
            _ => now(),
        };
        let quality = cell(b"quality").and_then(Value::as_text).cloned().unwrap_or_else(|| "GOOD".into());
        Some(Pushed { name, value, time, quality })
    };
    (0..table.rows.len()).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_rows_and_missing_cells() {
        let mut table = InfoTable::row_of([
            ("name", Value::string("A")),
            ("value", Value::Variant(Box::new(Value::Number(1.0)))),
            ("time", Value::DateTime(7)),
            ("quality", Value::string("BAD")),
        ]);
        table.rows.push(vec![Value::string("B"), Value::Number(2.0)]);
        table.rows.push(vec![Value::string("C"), Value::Nothing, Value::DateTime(1)]);
        table.rows.push(vec![Value::Nothing, Value::Number(2.0)]);
        let values = pushed_values(Some(&InfoTable::single("values", Value::InfoTable(Box::new(table))))).unwrap();
        assert_eq!(values.len(), 2);
        assert_eq!((values[0].time, &values[0].quality, &values[0].value), (7, &"BAD".into(), &Value::Number(1.0)));
        assert_eq!(values[1].quality, Text::from("GOOD"));
        assert!(pushed_values(None).is_none());
        assert!(pushed_values(Some(&InfoTable::single("values", Value::Number(1.0)))).is_none());
    }
}
