//! Properties of the platform that a device reads and writes (protocol.md 4.3, 6.4).

use super::Session;
use crate::service::Answer;
use crate::thing::{Pushed, Thing, convert, now};
use twedge::model::{BaseType, DataShape, Family, Field, InfoTable, Text, Value};
use twedge::wire::{MessageCode, Request};

/// The field of a value whose type the device does not know.
const CONTENT: &str = "_content_";

impl Session {
    pub(super) fn read_properties(&mut self, request: &Request) -> Answer {
        let thing = match self.thing_of(request) {
            Ok(thing) => thing,
            Err(answer) => return answer,
        };
        let all = request.name.is_empty() || request.name == "*";
        let only = (!all).then_some(&request.name);
        let table = self.core.read(|state| state.things.get(&thing).and_then(|thing| property_table(thing, only)));
        table.map_or_else(|| no_property(&request.name), Answer::table)
    }

    pub(super) fn write_properties(&mut self, request: &Request) -> Answer {
        let thing = match self.thing_of(request) {
            Ok(thing) => thing,
            Err(answer) => return answer,
        };
        let Some(params) = request.params.as_ref().filter(|params| !params.rows.is_empty()) else {
            return Answer::error(MessageCode::BAD_REQUEST, "no value to be written");
        };
        let values = if request.name == "*" {
            let fields = params.shape.fields.iter();
            fields.map(|field| (field.name.clone(), params.get(0, &field.name).cloned().unwrap_or_default())).collect()
        } else {
            match value_of(params, &request.name) {
                Some(value) => vec![(request.name.clone(), value)],
                None => return Answer::error(MessageCode::BAD_REQUEST, "no value to be written"),
            }
        };
        self.store_written(&thing, values)
    }

    /// Stores all of these values or none.
    fn store_written(&self, thing: &Text, values: Vec<(Text, Value)>) -> Answer {
        let limits = self.core.config().limits.clone();
        self.core.update(|state| {
            let Some(thing) = state.things.get_mut(thing) else { return no_property(thing) };
            let mut converted = Vec::new();
            for (name, value) in values {
                let Some(property) = thing.properties.get(&name) else { return no_property(&name) };
                match written(value, property.base_type) {
                    Ok(value) => converted.push((name, value)),
                    Err(reason) => return Answer::error(MessageCode::BAD_REQUEST, format!("{name}: {reason}")),
                }
            }
            for (name, value) in converted {
                // It has been converted, so that it cannot be refused.
                let _ = thing.take(Pushed { name, value, time: now(), quality: "GOOD".into() }, &limits);
            }
            Answer::ok()
        })
    }
}

/// The value for a property in the parameters of a write.
fn value_of(params: &InfoTable, name: &Text) -> Option<Value> {
    params.get(0, name).or_else(|| params.get(0, CONTENT.as_bytes())).cloned()
}

/// A written value as one of the property's type. JSON stands for values of any type.
fn written(value: Value, wanted: BaseType) -> Result<Value, String> {
    let json = match &value {
        Value::Text(BaseType::JSON, text) if wanted != BaseType::JSON => serde_json::from_slice(text).ok(),
        _ => None,
    };
    if let Some(json) = json {
        return convert::from_json(&json, wanted).map_err(|error| error.to_string());
    }
    convert::convert(value, wanted).map_err(|error| error.to_string())
}

/// One row with the values of one property or of all; `None` when there is no such property.
pub(crate) fn property_table(thing: &Thing, only: Option<&Text>) -> Option<InfoTable> {
    if only.is_some_and(|name| !thing.properties.contains_key(name)) {
        return None;
    }
    let mut table = InfoTable::new(DataShape::default());
    let mut row = Vec::new();
    for (name, property) in thing.properties.iter().filter(|(name, _)| only.is_none_or(|only| *name == only)) {
        let mut field = Field::new(name.clone(), property.base_type);
        field.description = property.description.as_str().into();
        table.shape.fields.push(field);
        row.push(property.current().map_or_else(|| initial(property.base_type), |sample| sample.value.clone()));
    }
    table.rows.push(row);
    Some(table)
}

/// What a property has that never had a value.
fn initial(base_type: BaseType) -> Value {
    match base_type.family() {
        Some(Family::Text) => Value::Text(base_type, Text::new()),
        Some(Family::Number) => Value::Number(0.0),
        Some(Family::Integer) => Value::Integer(0),
        Some(Family::Long) => Value::Long(0),
        Some(Family::Boolean) => Value::Boolean(false),
        Some(Family::DateTime) => Value::DateTime(0),
        _ => Value::Nothing,
    }
}

fn no_property(name: &Text) -> Answer {
    Answer::error(MessageCode::NOT_FOUND, format!("Property [{name}] not found"))
}
