//! Definitions of things, as tests make them and as they are read from a file.

use super::convert;
use super::{Property, Sample, Thing, now};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;
use twedge::model::{BaseType, Field, Text, Value};

/// When a device pushes a property (protocol.md 6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PushType {
    /// Never.
    Never,
    /// Whenever it is set.
    #[default]
    Always,
    /// When it has changed by more than the threshold since it was set last.
    Value,
    /// When it has changed by more than the threshold since it was pushed last.
    Deadband,
    /// Like [`Always`](PushType::Always).
    On,
    /// When it is set to something false.
    Off,
}

impl PushType {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "NEVER",
            Self::Always => "ALWAYS",
            Self::Value => "VALUE",
            Self::Deadband => "DEADBAND",
            Self::On => "ON",
            Self::Off => "OFF",
        }
    }

    /// The push type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Never, Self::Always, Self::Value, Self::Deadband, Self::On, Self::Off]
            .into_iter()
            .find(|push_type| push_type.name() == name)
    }
}

/// What a property is.
#[derive(Clone, Debug)]
pub struct PropertyDefinition {
    /// Type of its values.
    pub base_type: BaseType,
    /// Text for humans.
    pub description: String,
    /// Whether it is bound to a property of the device; the device pushes only those.
    pub remote: bool,
    /// When the device pushes it.
    pub push_type: PushType,
    /// The change that makes a push due.
    pub push_threshold: f64,
    /// The value that it has from the start.
    pub value: Option<Value>,
}

impl PropertyDefinition {
    /// A property of the device that it pushes always.
    pub fn new(base_type: BaseType) -> Self {
        Self {
            base_type,
            description: String::new(),
            remote: true,
            push_type: PushType::Always,
            push_threshold: 0.0,
            value: None,
        }
    }

    /// With this push type and threshold.
    pub fn pushed(mut self, push_type: PushType, threshold: f64) -> Self {
        (self.push_type, self.push_threshold) = (push_type, threshold);
        self
    }

    /// With this value from the start.
    pub fn with_value(mut self, value: Value) -> Self {
        self.value = Some(value);
        self
    }

    /// A property that only the platform has.
    pub fn local(mut self) -> Self {
        self.remote = false;
        self
    }
}

/// What a service takes and gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceDefinition {
    /// Its parameters.
    pub inputs: Vec<Field>,
    /// Type of its result; `None` when nothing is known about it.
    pub output: Option<BaseType>,
    /// Text for humans.
    pub description: String,
}

/// What a thing is.
#[derive(Clone, Debug)]
pub struct ThingDefinition {
    pub(crate) name: Text,
    pub(crate) identifier: Option<Text>,
    pub(crate) template: Option<String>,
    pub(crate) description: String,
    pub(crate) properties: BTreeMap<Text, PropertyDefinition>,
    pub(crate) services: BTreeMap<Text, ServiceDefinition>,
    pub(crate) events: Vec<Text>,
}

impl ThingDefinition {
    /// A thing without properties.
    pub fn new(name: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            identifier: None,
            template: None,
            description: String::new(),
            properties: BTreeMap::new(),
            services: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// With an identifier, which it is then bound by.
    pub fn identifier(mut self, identifier: impl Into<Text>) -> Self {
        self.identifier = Some(identifier.into());
        self
    }

    /// Of this template.
    pub fn template(mut self, template: &str) -> Self {
        self.template = Some(template.to_owned());
        self
    }

    /// With this property.
    pub fn property(mut self, name: impl Into<Text>, property: PropertyDefinition) -> Self {
        self.properties.insert(name.into(), property);
        self
    }

    /// With this service of the device.
    pub fn service(mut self, name: impl Into<Text>, service: ServiceDefinition) -> Self {
        self.services.insert(name.into(), service);
        self
    }

    /// With this event.
    pub fn event(mut self, name: impl Into<Text>) -> Self {
        self.events.push(name.into());
        self
    }

    /// Reads the definitions in a file: `{"things": [{"name": …, "identifier": …, "template": …, "description": …,
    /// "properties": {name: {"baseType": …, "description": …, "remote": true, "pushType": "ALWAYS", "pushThreshold": 0,
    /// "value": …}}, "services": {name: {"inputs": {name: baseType}, "output": baseType}}, "events": [name]}]}`.
    /// Only `name` and `baseType` are required.
    ///
    /// # Errors
    /// The file cannot be read or does not have that form.
    pub fn load(path: &Path) -> Result<Vec<Self>, DefinitionError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| DefinitionError::Unreadable { path: path.to_owned(), error })?;
        let file: File = serde_json::from_str(&text)
            .map_err(|error| DefinitionError::NotThatForm { path: path.to_owned(), error })?;
        file.things.into_iter().map(TryInto::try_into).collect()
    }

    /// One thing in the form of [`load`](Self::load).
    ///
    /// # Errors
    /// It does not have that form.
    pub fn from_json(json: serde_json::Value) -> Result<Self, DefinitionError> {
        let thing: ThingJson = serde_json::from_value(json)
            .map_err(|error| DefinitionError::NotThatForm { path: PathBuf::from("definition"), error })?;
        thing.try_into()
    }

    /// Takes the definition over. Properties keep their values where their type stays.
    pub(crate) fn apply(self, thing: &mut Thing) {
        thing.identifier = self.identifier;
        thing.description = self.description;
        thing.services = self.services;
        thing.event_names = self.events;
        thing.defined = true;
        thing.by_operator = true;
        if let Some(template) = self.template {
            thing.template = template;
        }
        let mut old = std::mem::take(&mut thing.properties);
        for (name, definition) in self.properties {
            let before = old.remove(&name).filter(|before| before.base_type == definition.base_type);
            thing.properties.insert(name, definition.into_property(before));
        }
    }
}

impl PropertyDefinition {
    pub(super) fn into_property(self, before: Option<Property>) -> Property {
        let mut property = before.unwrap_or_else(|| Property::new(self.base_type));
        property.description = self.description;
        property.remote = self.remote;
        property.push_type = self.push_type;
        property.push_threshold = self.push_threshold;
        if let Some(value) = self.value.filter(|_| property.current().is_none()) {
            property.push(Sample { value, time: now(), quality: "GOOD".into() });
        }
        property
    }
}

/// Why a definition is not usable.
#[derive(Debug, Error)]
pub enum DefinitionError {
    /// The file cannot be read.
    #[error("the thing definitions in {path} cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Not JSON, or not of the form.
    #[error("the thing definitions in {path} do not have the form that --help describes: {error}")]
    NotThatForm {
        /// The file.
        path: PathBuf,
        /// Why.
        error: serde_json::Error,
    },
    /// A base type that does not exist.
    #[error("{name:?} is no base type; use NUMBER, STRING, BOOLEAN and the like")]
    BaseType {
        /// The name.
        name: String,
    },
    /// A push type that does not exist.
    #[error("{name:?} is no push type; use NEVER, ALWAYS, VALUE, DEADBAND, ON or OFF")]
    PushType {
        /// The name.
        name: String,
    },
    /// A value that is not of the property's type.
    #[error("property {property}: {error}")]
    Value {
        /// The property.
        property: String,
        /// Why.
        error: convert::ConvertError,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    things: Vec<ThingJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThingJson {
    name: String,
    identifier: Option<String>,
    template: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    properties: BTreeMap<String, PropertyJson>,
    #[serde(default)]
    services: BTreeMap<String, ServiceJson>,
    #[serde(default)]
    events: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PropertyJson {
    base_type: String,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    remote: bool,
    push_type: Option<String>,
    #[serde(default)]
    push_threshold: f64,
    value: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceJson {
    #[serde(default)]
    inputs: serde_json::Map<String, serde_json::Value>,
    output: Option<String>,
    #[serde(default)]
    description: String,
}

fn yes() -> bool {
    true
}

pub(super) fn base_type(name: &str) -> Result<BaseType, DefinitionError> {
    BaseType::from_name(name).ok_or_else(|| DefinitionError::BaseType { name: name.to_owned() })
}

impl TryFrom<ThingJson> for ThingDefinition {
    type Error = DefinitionError;

    fn try_from(json: ThingJson) -> Result<Self, DefinitionError> {
        let mut thing = Self::new(json.name);
        thing.identifier = json.identifier.map(Text::from);
        thing.template = json.template;
        thing.description = json.description;
        thing.events = json.events.into_iter().map(Text::from).collect();
        for (name, property) in json.properties {
            let property = property.definition(&name)?;
            thing.properties.insert(name.into(), property);
        }
        for (name, service) in json.services {
            thing.services.insert(name.into(), service.definition()?);
        }
        Ok(thing)
    }
}

impl PropertyJson {
    fn definition(self, name: &str) -> Result<PropertyDefinition, DefinitionError> {
        let base_type = base_type(&self.base_type)?;
        let push_type = match self.push_type {
            None => PushType::Always,
            Some(name) => PushType::from_name(&name).ok_or(DefinitionError::PushType { name })?,
        };
        let value = self
            .value
            .map(|value| convert::from_json(&value, base_type))
            .transpose()
            .map_err(|error| DefinitionError::Value { property: name.to_owned(), error })?;
        let description = self.description;
        let push_threshold = self.push_threshold;
        Ok(PropertyDefinition { base_type, description, remote: self.remote, push_type, push_threshold, value })
    }
}

impl ServiceJson {
    fn definition(self) -> Result<ServiceDefinition, DefinitionError> {
        let field = |(name, type_name): (String, serde_json::Value)| {
            Ok(Field::new(name, base_type(type_name.as_str().unwrap_or("(not a text)"))?))
        };
        let inputs = self.inputs.into_iter().map(field).collect::<Result<_, DefinitionError>>()?;
        let output = self.output.as_deref().map(base_type).transpose()?;
        Ok(ServiceDefinition { inputs, output, description: self.description })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_whole_definition() {
        let json = json!({"name": "T", "identifier": "id", "template": "Pump", "events": ["E"],
            "properties": {"P": {"baseType": "INTEGER", "pushType": "VALUE", "pushThreshold": 2.5, "value": 7}},
            "services": {"S": {"inputs": {"b": "NUMBER", "a": "STRING"}, "output": "INFOTABLE"}}});
        let mut thing = Thing::new("T".into());
        ThingDefinition::from_json(json).unwrap().apply(&mut thing);
        let property = &thing.properties[&Text::from("P")];
        assert_eq!((property.push_type, property.push_threshold), (PushType::Value, 2.5));
        assert_eq!(property.current().unwrap().value, Value::Integer(7));
        let service = &thing.services[&Text::from("S")];
        assert_eq!(service.inputs, [Field::new("b", BaseType::NUMBER), Field::new("a", BaseType::STRING)]);
        assert_eq!(thing.template, "Pump");
        assert!(thing.defined);
    }

    #[test]
    fn a_new_definition_keeps_the_values() {
        let mut thing = Thing::new("T".into());
        let define = |base_type| ThingDefinition::new("T").property("P", PropertyDefinition::new(base_type));
        define(BaseType::NUMBER).apply(&mut thing);
        let sample = Sample { value: Value::Number(1.0), time: 5, quality: "GOOD".into() };
        thing.store(&"P".into(), sample.clone(), &crate::config::Limits::default());
        define(BaseType::NUMBER).apply(&mut thing);
        assert_eq!(thing.properties[&Text::from("P")].current(), Some(&sample));
        define(BaseType::STRING).apply(&mut thing);
        assert_eq!(thing.properties[&Text::from("P")].current(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |property: serde_json::Value| {
            ThingDefinition::from_json(json!({"name": "T", "properties": {"P": property}})).unwrap_err().to_string()
        };
        assert!(error(json!({"baseType": "NUMBR"})).contains("NUMBR"));
        assert!(error(json!({"baseType": "NUMBER", "pushType": "always"})).contains("always"));
        assert!(error(json!({"baseType": "NUMBER", "value": "x"})).contains('P'));
        assert!(error(json!({"baseType": "NUMBER", "pushtype": "ALWAYS"})).contains("pushtype"));
    }
}
