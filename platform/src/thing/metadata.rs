//! What a device tells of itself: the answer to GetMetadata (protocol.md 6.6).

use super::convert::field;
use super::{PropertyDefinition, PushType, ServiceDefinition, Thing};
use serde_json::{Map, Value as Json};
use thiserror::Error;
use twedge::model::{BaseType, Field, InfoTable, Text};

/// Why the answer of a device to GetMetadata is of no use.
#[derive(Debug, Error)]
pub enum MetadataError {
    /// No field `result`, or no text in it.
    #[error("the answer to GetMetadata has no text in a field named result")]
    NoResult,
    /// Not JSON.
    #[error("the answer to GetMetadata is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

/// The text in the answer, parsed.
pub(crate) fn parse(answer: Option<&InfoTable>) -> Result<Json, MetadataError> {
    let text = answer.and_then(|table| table.get(0, b"result")?.as_text()).ok_or(MetadataError::NoResult)?;
    Ok(serde_json::from_slice(text)?)
}

impl Thing {
    /// Takes over what the device has told. What the thing has already stays, values above all; with `overrule` the
    /// device's push types replace those of properties that exist.
    pub(crate) fn learn(&mut self, metadata: &Json, overrule: bool, limit: usize) {
        for (name, json) in members(metadata, "propertyDefinitions") {
            let name = Text::from(name.as_str());
            let before = self.properties.remove(&name);
            if before.is_none() && self.properties.len() >= limit {
                break;
            }
            let property = match before {
                Some(property) if !overrule => property,
                before => {
                    let learned = property(json);
                    let before = before.filter(|before| before.base_type == learned.base_type);
                    learned.into_property(before)
                }
            };
            self.properties.insert(name, property);
        }
        for (name, json) in members(metadata, "serviceDefinitions").take(limit) {
            self.services.insert(name.as_str().into(), service(json));
        }
        for (name, _) in members(metadata, "eventDefinitions").take(limit) {
            let name = Text::from(name.as_str());
            if !self.event_names.contains(&name) {
                self.event_names.push(name);
            }
        }
        self.defined = true;
    }
}

fn members<'a>(json: &'a Json, group: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    json.get(group).and_then(Json::as_object).into_iter().flatten()
}

fn property(json: &Json) -> PropertyDefinition {
    let (_, field) = field("", json);
    let aspect = |name| json.get("aspects").and_then(|aspects| aspects.get(name));
    // Texts that are no push type act like ALWAYS.
    let push_type = aspect("pushType").and_then(Json::as_str).and_then(PushType::from_name).unwrap_or_default();
    let threshold = aspect("pushThreshold").and_then(Json::as_f64).unwrap_or(0.0);
    let mut property = PropertyDefinition::new(field.base_type).pushed(push_type, threshold);
    property.description = field.description.to_string_lossy().into_owned();
    property
}

fn service(json: &Json) -> ServiceDefinition {
    let empty = Map::new();
    let inputs = json.pointer("/Inputs/fieldDefinitions").and_then(Json::as_object).unwrap_or(&empty);
    let mut inputs: Vec<(i64, Field)> = inputs.iter().map(|(name, json)| field(name, json)).collect();
    inputs.sort_by_key(|(ordinal, _)| *ordinal);
    ServiceDefinition {
        inputs: inputs.into_iter().map(|(_, field)| field).collect(),
        output: json.pointer("/Outputs/baseType").and_then(Json::as_str).and_then(BaseType::from_name),
        description: json.get("description").and_then(Json::as_str).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use twedge::model::Value;

    fn metadata() -> Json {
        json!({"propertyDefinitions": {
            "T": {"name": "T", "description": "d", "baseType": "NUMBER", "aspects": {"pushType": "VALUE", "pushThreshold": 2}},
            "U": {"name": "U", "baseType": "STRING", "aspects": {}}},
        "serviceDefinitions": {"Add": {"name": "Add", "Inputs": {"fieldDefinitions": {
            "a": {"name": "a", "baseType": "NUMBER"}}}, "Outputs": {"baseType": "NUMBER"}}},
        "eventDefinitions": {"E": {}}})
    }

    #[test]
    fn learns_a_device() {
        let mut thing = Thing::new("T".into());
        thing.learn(&metadata(), true, 100);
        let property = &thing.properties[&Text::from("T")];
        assert_eq!((property.push_type, property.push_threshold), (PushType::Value, 2.0));
        assert_eq!(property.description, "d");
        assert_eq!(thing.properties[&Text::from("U")].push_type, PushType::Always);
        assert_eq!(thing.services[&Text::from("Add")].inputs, [Field::new("a", BaseType::NUMBER)]);
        assert_eq!(thing.event_names, [Text::from("E")]);
    }

    #[test]
    fn settings_of_the_platform_stay_unless_overruled() {
        let mut thing = Thing::new("T".into());
        thing.properties.insert("T".into(), PropertyDefinition::new(BaseType::NUMBER).into_property(None));
        thing.learn(&metadata(), false, 100);
        assert_eq!(thing.properties[&Text::from("T")].push_type, PushType::Always);
        thing.learn(&metadata(), true, 100);
        assert_eq!(thing.properties[&Text::from("T")].push_type, PushType::Value);
    }

    #[test]
    fn no_more_properties_than_allowed() {
        let mut thing = Thing::new("T".into());
        thing.learn(&metadata(), true, 1);
        assert_eq!(thing.properties.len(), 1);
    }

    #[test]
    fn answers_of_no_use() {
        assert!(matches!(parse(None), Err(MetadataError::NoResult)));
        let table = InfoTable::single("result", Value::string("{"));
        assert!(matches!(parse(Some(&table)), Err(MetadataError::NotJson(_))));
    }
}
