//! The JSON text that `GetMetadata` answers with (api-behaviour.md 5.4).

use serde_json::Value as Json;

use super::{Aspects, Definition, EventDefinition, PropertyDefinition, Registry, ServiceDefinition};
use crate::model::json::value_to_text;
use crate::model::{Aspect, BaseType, DataShape, Field, Text};

/// The text is longer than a text may be. Sent cut it would not be JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the metadata of {entity:?} takes {length} bytes and a text may have {limit}: raise max_string_prop_length or \
     register less of it with a definition"
)]
pub struct MetadataTooLong {
    /// Name of the entity.
    pub entity: Text,
    /// Bytes of the text.
    pub length: usize,
    /// Bytes that a text may have.
    pub limit: usize,
}

impl Registry {
    /// Everything that is registered with a definition for an entity of that name, as JSON text.
    ///
    /// # Errors
    /// [`MetadataTooLong`] when the text is longer than [`Registry::set_max_text`] allows.
    pub fn metadata_json(&self, entity: &Text) -> Result<Text, MetadataTooLong> {
        let definitions = self.definitions(entity);
        let mut json = Writer::default();
        json.object(|json| {
            json.member(b"name").text(entity);
            json.member(b"description").text(b"");
            json.member(b"isSystemObject").json(&Json::Bool(false));
            json.member(b"propertyDefinitions").object(|json| write_properties(json, &definitions));
            json.member(b"serviceDefinitions").object(|json| write_services(json, &definitions));
            json.member(b"eventDefinitions").object(|json| write_events(json, &definitions));
        });
        let limit = self.max_text();
        match json.out.len() {
            length if length > limit => Err(MetadataTooLong { entity: entity.clone(), length, limit }),
            _ => Ok(json.out.into()),
        }
    }
}

fn write_properties(json: &mut Writer, definitions: &[(Text, Definition)]) {
    for (name, definition) in definitions {
        if let Definition::Property(property) = definition {
            json.member(name).object(|json| write_property(json, name, property));
        }
    }
}

fn write_services(json: &mut Writer, definitions: &[(Text, Definition)]) {
    for (name, definition) in definitions {
        if let Definition::Service(service) = definition {
            json.member(name).object(|json| write_service(json, name, service));
        }
    }
}

fn write_events(json: &mut Writer, definitions: &[(Text, Definition)]) {
    for (name, definition) in definitions {
        if let Definition::Event(event) = definition {
            json.member(name).object(|json| write_event(json, name, event));
        }
    }
}

fn write_property(json: &mut Writer, name: &Text, property: &PropertyDefinition) {
    json.member(b"name").text(name);
    if let Some(description) = &property.description {
        json.member(b"description").text(description);
    }
    json.member(b"baseType").text(type_name(property.base_type));
    write_aspects(json, &property.aspects);
}

fn write_service(json: &mut Writer, name: &Text, service: &ServiceDefinition) {
    json.member(b"name").text(name);
    json.member(b"description").text(service.description.as_deref().unwrap_or_default());
    write_aspects(json, &service.aspects);
    json.member(b"Inputs").object(|json| {
        if let Some(inputs) = &service.inputs {
            write_named_shape(json, inputs);
        }
    });
    json.member(b"Outputs").object(|json| {
        json.member(b"baseType").text(type_name(service.output_type));
        if let Some(shape) = &service.output_shape {
            write_data_shape_aspect(json, shape);
        }
        write_fields(json, service.output_shape.as_ref());
        json.member(b"name").text(b"result");
    });
}

fn write_event(json: &mut Writer, name: &Text, event: &EventDefinition) {
    json.member(b"name").text(name);
    json.member(b"description").text(event.description.as_deref().unwrap_or_default());
    write_aspects(json, &event.aspects);
    json.member(b"EventData").object(|json| {
        if let Some(shape) = &event.shape {
            write_named_shape(json, shape);
            write_data_shape_aspect(json, shape);
        }
    });
}

fn write_aspects(json: &mut Writer, aspects: &Aspects) {
    json.member(b"aspects").object(|json| {
        for (name, value) in aspects.iter() {
            json.member(name).json(value);
        }
    });
}

fn write_named_shape(json: &mut Writer, shape: &DataShape) {
    write_fields(json, Some(shape));
    if let Some(name) = &shape.name {
        json.member(b"name").text(name);
    }
}

fn write_data_shape_aspect(json: &mut Writer, shape: &DataShape) {
    json.member(b"aspects").object(|json| json.member(b"dataShape").text(shape.name.as_deref().unwrap_or_default()));
}

fn write_fields(json: &mut Writer, shape: Option<&DataShape>) {
    json.member(b"fieldDefinitions").object(|json| {
        for field in shape.map_or(&[][..], |shape| &shape.fields) {
            json.member(&field.name).object(|json| write_field(json, field));
        }
    });
}

fn write_field(json: &mut Writer, field: &Field) {
    json.member(b"name").text(&field.name);
    json.member(b"description").text(&field.description);
    json.member(b"baseType").text(type_name(field.base_type));
    json.member(b"aspects").object(|json| {
        for Aspect { name, value } in &field.aspects {
            // A text of type JSON that is not JSON has no form: the aspect is left out.
            if let Some(value) = value_to_text(value) {
                json.member(name).out.extend(value);
            }
        }
    });
}

fn type_name(base_type: BaseType) -> &'static [u8] {
    base_type.name().unwrap_or("UNKNOWN").as_bytes()
}

/// Writes JSON members in the order of the calls. Texts that are not UTF-8 keep their bytes (protocol.md 5.6), which no
/// JSON tree of characters can.
#[derive(Default)]
struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        members(self);
        self.out.push(b'}');
    }

    fn member(&mut self, name: &[u8]) -> &mut Self {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.text(name);
        self.out.push(b':');
        self
    }

    fn text(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for chunk in text.utf8_chunks() {
            let quoted = Json::from(chunk.valid()).to_string();
            self.out.extend_from_slice(&quoted.as_bytes()[1..quoted.len() - 1]);
            self.out.extend_from_slice(chunk.invalid());
        }
        self.out.push(b'"');
    }

    fn json(&mut self, value: &Json) {
        self.out.extend_from_slice(value.to_string().as_bytes());
    }
}
