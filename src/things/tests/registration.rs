use serde_json::json;

use super::*;
use crate::model::BaseType;
use crate::things::{DefaultServices, EventDefinition, PropertyDefinition, RegistryError, ServiceDefinition, Things};

const THING: EntityType = EntityType::THING;

fn number() -> PropertyDefinition {
    PropertyDefinition::new(BaseType::NUMBER, Some("d".into()), Some("ALWAYS"), 0.0)
}

#[test]
fn a_name_is_registered_once_per_kind_and_entity() {
    let registry = Registry::new();
    registry.register_property(THING, "T", "a", number(), named("p")).unwrap();
    let again = registry.register_property_handler(THING, "T", "a", named("p")).unwrap_err();
    assert_eq!(again.result(), 106);
    registry.register_service_handler(THING, "T", "a", named("s")).unwrap();
    registry.register_event(THING, "T", "a", EventDefinition::default()).unwrap();
    registry.register_property(THING, "U", "a", number(), named("p")).unwrap();
    registry.register_property(EntityType::RESOURCE, "T", "a", number(), named("p")).unwrap();
    let kinds: Vec<_> = registry.registrations().iter().map(|r| (r.entity.to_string(), r.characteristic.0)).collect();
    let expected = [("T", 1), ("T", 2), ("T", 3), ("U", 1), ("T", 1)];
    assert_eq!(kinds, expected.map(|(thing, kind)| (thing.to_owned(), kind)), "in the order of registration");
}

#[test]
fn entity_type_0_is_refused() {
    let refused = Registry::new().register_event(EntityType::UNDEFINED, "T", "a", EventDefinition::default());
    assert_eq!(refused.unwrap_err().result(), 101);
}

#[test]
fn unregistering_removes_one_or_everything_of_a_thing() {
    let registry = Registry::new();
    registry.register_property(THING, "T", "a", number(), named("p")).unwrap();
    registry.register_service(THING, "T", "a", ServiceDefinition::new(BaseType::NOTHING), named("s")).unwrap();
    registry.register_property(EntityType::RESOURCE, "T", "a", number(), named("p")).unwrap();
    let thing = Text::from("T");
    registry.unregister(&thing, Characteristic::PROPERTIES, &"a".into()).unwrap();
    assert_eq!(registry.property(b"T", b"a"), None);
    let again = registry.unregister(&thing, Characteristic::PROPERTIES, &"a".into());
    assert!(matches!(again, Err(RegistryError::NotRegistered { .. })));
    assert!(registry.unregister_thing(&thing));
    assert!(!registry.unregister_thing(&thing));
    assert_eq!(registry.registrations().len(), 1, "what is no thing stays");
    registry.register_property(THING, "T", "a", number(), named("p")).unwrap();
}

#[test]
fn update_metadata_drops_other_aspects_and_synchronizing_keeps_them() {
    let registry = Registry::new();
    let (thing, name) = (Text::from("T"), Text::from("a"));
    registry.register_property(THING, "T", "a", number(), named("p")).unwrap();
    registry.add_aspect(&thing, Characteristic::PROPERTIES, &name, "isLogged", json!(true)).unwrap();
    registry.update_push(&thing, &name, Some("VALUE".into()), 2.0).unwrap();
    let property = registry.property(b"T", b"a").unwrap();
    assert_eq!((property.push_type(), property.push_threshold()), (Some("VALUE"), 2.0));
    assert_eq!(property.aspects.get("isLogged"), Some(&json!(true)));

    registry.update_metadata(&thing, &name, None, None, None, 1.0).unwrap();
    let property = registry.property(b"T", b"a").unwrap();
    assert_eq!((property.base_type, property.description.clone()), (BaseType::NUMBER, Some("d".into())));
    assert_eq!(property.push_type(), None);
    assert_eq!(property.aspects.len(), 1);
    registry.update_metadata(&thing, &name, Some(BaseType::STRING), Some("e".into()), Some("ON".into()), 0.0).unwrap();
    let property = registry.property(b"T", b"a").unwrap();
    assert_eq!((property.base_type, property.description), (BaseType::STRING, Some("e".into())));
}

#[test]
fn a_handler_alone_has_nothing_to_change() {
    let registry = Registry::new();
    registry.register_property_handler(THING, "T", "a", named("p")).unwrap();
    let (thing, name) = (Text::from("T"), Text::from("a"));
    assert_eq!(registry.update_push(&thing, &name, None, 0.0).unwrap_err().result(), 101);
    let added = registry.add_aspect(&thing, Characteristic::PROPERTIES, &name, "x", json!(1));
    assert_eq!(added.unwrap_err().result(), 101);
    let unknown = registry.add_aspect(&thing, Characteristic::EVENTS, &name, "x", json!(1));
    assert!(matches!(unknown, Err(RegistryError::NotRegistered { .. })));
}

#[test]
fn bound_names_keep_their_order() {
    let registry = Registry::new();
    for name in ["c", "a", "b"] {
        registry.bind(&name.into(), DefaultServices::All).unwrap();
    }
    assert_eq!(registry.bind(&"a".into(), DefaultServices::All).unwrap_err().result(), 106);
    assert!(registry.unbind(&"a".into()));
    assert!(!registry.unbind(&"a".into()));
    registry.bind(&"a".into(), DefaultServices::All).unwrap();
    assert_eq!(registry.bound_names(), ["c", "b", "a"].map(Text::from));
    assert_eq!(registry.bound_count(), 3);
    assert!(registry.is_bound(b"b") && !registry.is_bound(b"d"));
}

#[test]
fn unbinding_forgets_registrations_and_values() {
    let things = Things::new();
    let thing = Text::from("T");
    things.registry.bind(&thing, DefaultServices::All).unwrap();
    things.registry.register_property(THING, "T", "a", number(), named("p")).unwrap();
    let value = crate::things::PropertyValue::new("a", Value::Number(1.0), 1);
    things.subscribed.set(&thing, value.clone(), false, 16_384).unwrap();
    things.subscribed.set(&thing, value, true, 16_384).unwrap();
    assert!(things.unbind(&thing));
    assert!(things.registry.registrations().is_empty());
    assert_eq!(things.subscribed.size(), 0);
    assert_eq!(things.subscribed.current_things(), Vec::<Text>::new());
    assert!(things.subscribed.folded(&thing).is_empty());
    assert!(!things.unbind(&thing));
}

#[test]
fn unregistering_a_property_forgets_its_values_only() {
    let things = Things::new();
    let thing = Text::from("T");
    for name in ["a", "b"] {
        things.registry.register_property(THING, "T", name, number(), named("p")).unwrap();
        let value = crate::things::PropertyValue::new(name, Value::Number(1.0), 1);
        things.subscribed.set(&thing, value, false, 16_384).unwrap();
    }
    things.unregister_property(&thing, &"a".into()).unwrap();
    assert!(things.unregister_property(&thing, &"a".into()).is_err());
    let left: Vec<_> = things.subscribed.queued(&thing).iter().map(|queued| queued.value.name.clone()).collect();
    assert_eq!(left, [Text::from("b")]);
}
