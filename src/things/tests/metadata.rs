use serde_json::{Value as Json, json};

use super::*;
use crate::model::{Aspect, BaseType, DataShape, Field};
use crate::things::{DefaultServices, EventDefinition, PropertyDefinition, ServiceDefinition};

const THING: EntityType = EntityType::THING;

fn metadata(registry: &Registry, thing: &str) -> Json {
    let (code, _, json) = call(registry, thing, "GetMetadata");
    assert_eq!(code, MessageCode::SUCCESS);
    serde_json::from_slice(&json.unwrap()).unwrap()
}

/// The recorded answer of session 10 (tests/vectors/sessions/10-get-metadata.json).
#[test]
fn the_recorded_thing_has_the_recorded_metadata() {
    let registry = Registry::new();
    registry.bind(&"SteamSensor1".into(), DefaultServices::All).unwrap();
    let property = |name: &str, base_type, description: Option<&str>, push_type: &str| {
        let definition = PropertyDefinition::new(base_type, description.map(Text::from), Some(push_type), 0.0);
        registry.register_property(THING, "SteamSensor1", name, definition, named("p")).unwrap();
    };
    property("Temperature", BaseType::NUMBER, Some("Current temperature"), "ALWAYS");
    property("Limit", BaseType::NUMBER, None, "NEVER");
    property("Name", BaseType::STRING, None, "VALUE");
    let add = ServiceDefinition {
        description: Some("Adds two numbers".into()),
        inputs: Some(DataShape::new(vec![Field::new("a", BaseType::NUMBER), Field::new("b", BaseType::NUMBER)])),
        ..ServiceDefinition::new(BaseType::NUMBER)
    };
    registry.register_service(THING, "SteamSensor1", "AddNumbers", add, named("s")).unwrap();
    registry.register_service_handler(THING, "SteamSensor1", "*", named("s")).unwrap();
    registry
        .register_property(
            THING,
            "Other",
            "x",
            PropertyDefinition::new(BaseType::NUMBER, None, None::<Text>, 0.0),
            named("p"),
        )
        .unwrap();
    let recorded = r#"{"name":"SteamSensor1","description":"","isSystemObject":false,"propertyDefinitions":{"Temperature":{"name":"Temperature","description":"Current temperature","baseType":"NUMBER","aspects":{"pushType":"ALWAYS","pushThreshold":0}},"Limit":{"name":"Limit","baseType":"NUMBER","aspects":{"pushType":"NEVER","pushThreshold":0}},"Name":{"name":"Name","baseType":"STRING","aspects":{"pushType":"VALUE","pushThreshold":0}}},"serviceDefinitions":{"GetMetadata":{"name":"GetMetadata","description":"","aspects":{},"Inputs":{},"Outputs":{"baseType":"JSON","fieldDefinitions":{},"name":"result"}},"AddNumbers":{"name":"AddNumbers","description":"Adds two numbers","aspects":{},"Inputs":{"fieldDefinitions":{"a":{"name":"a","description":"","baseType":"NUMBER","aspects":{}},"b":{"name":"b","description":"","baseType":"NUMBER","aspects":{}}}},"Outputs":{"baseType":"NUMBER","fieldDefinitions":{},"name":"result"}},"NotifyPropertyUpdate":{"name":"NotifyPropertyUpdate","description":"","aspects":{},"Inputs":{},"Outputs":{"baseType":"NOTHING","fieldDefinitions":{},"name":"result"}}},"eventDefinitions":{}}"#;
    assert_eq!(metadata(&registry, "SteamSensor1"), serde_json::from_str::<Json>(recorded).unwrap());
}

#[test]
fn the_answer_is_one_cell_of_type_json() {
    let registry = Registry::new();
    registry.bind(&"T".into(), DefaultServices::All).unwrap();
    let request = incoming(MessageCode::POST, Characteristic::SERVICES, "T", "GetMetadata");
    let content = registry.answer(&request).unwrap().content.unwrap();
    assert_eq!(content.column_type(b"result"), Some(BaseType::JSON));
    assert_eq!((content.shape.fields.len(), content.rows.len()), (1, 1));
    let mut nameless = request.clone();
    nameless.request.entity = Text::new();
    registry.bind(&Text::new(), DefaultServices::All).unwrap();
    assert_eq!(registry.answer(&nameless).unwrap().code, MessageCode::BAD_REQUEST);
}

fn shape() -> DataShape {
    let aspects = vec![
        Aspect { name: "isPrimaryKey".into(), value: Value::Boolean(true) },
        Aspect { name: "ordinal".into(), value: Value::Integer(3) },
        Aspect { name: "dataShape".into(), value: Value::string("Other") },
    ];
    let field = Field { description: "why".into(), aspects, ..Field::new("m", BaseType::STRING) };
    DataShape { name: Some("Shape".into()), fields: vec![field] }
}

#[test]
fn shapes_and_aspects_are_told() {
    let registry = Registry::new();
    let table = ServiceDefinition {
        inputs: Some(shape()),
        output_shape: Some(DataShape { name: None, fields: Vec::new() }),
        ..ServiceDefinition::new(BaseType::INFOTABLE)
    };
    registry.register_service(THING, "T", "s", table, named("s")).unwrap();
    registry
        .register_event(THING, "T", "e", EventDefinition { shape: Some(shape()), ..EventDefinition::default() })
        .unwrap();
    registry.add_aspect(&"T".into(), Characteristic::SERVICES, &"s".into(), "k", json!("v")).unwrap();
    let json: Json = serde_json::from_slice(&registry.metadata_json(&"T".into()).unwrap()).unwrap();
    let fields = json!({"m": {"name": "m", "description": "why", "baseType": "STRING",
        "aspects": {"isPrimaryKey": true, "ordinal": 3, "dataShape": "Other"}}});
    assert_eq!(
        json["serviceDefinitions"]["s"],
        json!({"name": "s", "description": "", "aspects": {"k": "v"},
            "Inputs": {"fieldDefinitions": fields, "name": "Shape"},
            "Outputs": {"baseType": "INFOTABLE", "aspects": {"dataShape": ""}, "fieldDefinitions": {}, "name": "result"}})
    );
    assert_eq!(
        json["eventDefinitions"]["e"],
        json!({"name": "e", "description": "", "aspects": {},
            "EventData": {"fieldDefinitions": fields, "name": "Shape", "aspects": {"dataShape": "Shape"}}})
    );
}

#[test]
fn an_event_without_a_shape_is_told() {
    let registry = Registry::new();
    registry.register_event(THING, "T", "e", EventDefinition::default()).unwrap();
    let json: Json = serde_json::from_slice(&registry.metadata_json(&"T".into()).unwrap()).unwrap();
    assert_eq!(json["eventDefinitions"]["e"], json!({"name": "e", "description": "", "aspects": {}, "EventData": {}}));
}

#[test]
fn synchronizing_keeps_added_aspects() {
    let registry = Registry::new();
    let property = PropertyDefinition::new(BaseType::NUMBER, None, Some("ALWAYS"), 0.0);
    registry.register_property(THING, "T", "p", property, named("p")).unwrap();
    registry.add_aspect(&"T".into(), Characteristic::PROPERTIES, &"p".into(), "x", json!(1.5)).unwrap();
    registry.update_push(&"T".into(), &"p".into(), Some("VALUE".into()), 0.5).unwrap();
    let json: Json = serde_json::from_slice(&registry.metadata_json(&"T".into()).unwrap()).unwrap();
    let aspects = json!({"pushType": "VALUE", "pushThreshold": 0.5, "x": 1.5});
    assert_eq!(json["propertyDefinitions"]["p"]["aspects"], aspects);
}

#[test]
fn a_text_that_is_too_long_is_refused_whole() {
    let registry = Registry::new();
    registry.bind(&"T".into(), DefaultServices::All).unwrap();
    let length = registry.metadata_json(&"T".into()).unwrap().len();
    registry.set_max_text(length);
    assert_eq!(call(&registry, "T", "GetMetadata").0, MessageCode::SUCCESS);
    registry.set_max_text(length - 1);
    let (code, reason, result) = call(&registry, "T", "GetMetadata");
    assert_eq!((code, result), (MessageCode::ENTITY_TOO_LARGE, None));
    assert!(reason.unwrap().to_string().contains("max_string_prop_length"));
}

#[test]
fn texts_are_escaped_and_keep_their_bytes() {
    let registry = Registry::new();
    registry.register_event(THING, "T", b"a\"\\\n\xff\xc3\xa4".as_slice(), EventDefinition::default()).unwrap();
    let json = registry.metadata_json(&"T".into()).unwrap();
    let name: &[u8] = b"\"a\\\"\\\\\\n\xff\xc3\xa4\"";
    assert!(json.windows(name.len()).any(|window| window == name), "{json}");
}
