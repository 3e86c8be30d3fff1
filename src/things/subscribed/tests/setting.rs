use super::*;

const NUMBERS: [f64; 4] = [1.0, 2.0, 3.0, 5.0];

fn sent_of(push_type: &str, threshold: f64, numbers: &[f64]) -> Vec<f64> {
    let device = Device::new().with("p", push_type, threshold);
    for number in numbers {
        device.set("p", *number).unwrap();
    }
    device.queued()
}

#[test]
fn push_types_decide_what_is_queued() {
    assert!(sent_of("NEVER", 0.0, &NUMBERS).is_empty());
    assert_eq!(sent_of("ALWAYS", 0.0, &[1.0, 1.0, 0.0]), [1.0, 1.0, 0.0]);
    assert_eq!(sent_of("ON", 0.0, &[1.0, 0.0]), [1.0, 0.0]);
    assert_eq!(sent_of("always", 0.0, &[1.0, 1.0]), [1.0, 1.0], "an unknown text acts like ALWAYS");
    assert_eq!(sent_of("never", 0.0, &[1.0]), [1.0], "texts are case-sensitive");
    assert_eq!(sent_of("OFF", 0.0, &[1.0, 0.0, 2.0, 0.0]), [0.0, 0.0]);
    assert_eq!(sent_of("VALUE", 1.5, &NUMBERS), [1.0, 5.0], "compared with the last set value");
    assert_eq!(sent_of("DEADBAND", 1.5, &NUMBERS), [1.0, 3.0, 5.0], "compared with the last queued value");
    assert_eq!(sent_of("VALUE", 1.0, &[1.0, 2.0, 0.5]), [1.0, 0.5], "the threshold itself is no change");
    assert_eq!(sent_of("VALUE", 0.0, &[1.0, 1.0, 2.0]), [1.0, 2.0]);
}

#[test]
fn a_change_of_quality_is_sent() {
    for push_type in ["VALUE", "DEADBAND"] {
        let device = Device::new().with("p", push_type, 10.0);
        for quality in ["GOOD", "BAD", "BAD"] {
            let value = PropertyValue { quality: quality.into(), ..PropertyValue::new("p", Value::Integer(1), 1) };
            device.values.set(&device.thing, value, false, LIMIT).unwrap();
        }
        assert_eq!(device.queued().len(), 2, "{push_type}");
    }
}

fn queues_second(threshold: f64, first: Value, second: Value) -> bool {
    let device = Device::new().with("p", "VALUE", threshold);
    device.set_value("p", first, false).unwrap();
    device.set_value("p", second, false).unwrap() == Taken::Queued
}

#[test]
fn numbers_of_different_types_compare_as_numbers() {
    assert!(!queues_second(0.5, Value::Integer(5), Value::Number(5.25)));
    assert!(queues_second(0.5, Value::Integer(5), Value::Number(6.0)));
    assert!(!queues_second(0.5, Value::Number(5.25), Value::Integer(5)));
    assert!(queues_second(0.5, Value::Integer(i32::MIN), Value::Integer(i32::MAX)));
    assert!(queues_second(0.5, Value::Long(i64::MIN), Value::Long(i64::MAX)));
    assert!(queues_second(0.5, Value::Long(1 << 60), Value::Long((1 << 60) + 1)), "more exact than a double");
}

#[test]
fn not_a_number_is_a_change_once() {
    assert!(queues_second(1.0, Value::Number(1.0), Value::Number(f64::NAN)));
    assert!(queues_second(1.0, Value::Number(f64::NAN), Value::Number(1.0)));
    assert!(!queues_second(1.0, Value::Number(f64::NAN), Value::Number(f64::NAN)));
    assert!(!queues_second(1.0, Value::Number(f64::INFINITY), Value::Number(f64::INFINITY)));
    assert!(queues_second(1.0, Value::Number(f64::INFINITY), Value::Number(f64::NEG_INFINITY)));
}

#[test]
fn other_types_differ_when_they_are_not_the_same() {
    let text = |base_type, text: &str| Value::Text(base_type, text.into());
    assert!(!queues_second(9.0, Value::string("a"), Value::string("a")));
    assert!(queues_second(9.0, Value::string("a"), Value::string("b")));
    assert!(queues_second(9.0, text(BaseType::STRING, "a"), text(BaseType::TEXT, "a")));
    assert!(queues_second(9.0, Value::string("1"), Value::Number(1.0)));
    assert!(queues_second(9.0, Value::Boolean(true), Value::Boolean(false)));
    assert!(!queues_second(9.0, Value::DateTime(5), Value::DateTime(5)));
    assert!(queues_second(9.0, Value::DateTime(5), Value::DateTime(6)), "the threshold is for numbers");
}

#[test]
fn off_takes_what_is_false_like() {
    let taken = |value| {
        let device = Device::new().with("p", "OFF", 0.0);
        device.set_value("p", value, false).unwrap() == Taken::Queued
    };
    let place = |elevation| Value::Location(crate::model::Location { elevation, ..Default::default() });
    for value in [
        Value::Nothing,
        Value::string(""),
        Value::blob([]),
        Value::Number(-0.0),
        Value::Integer(0),
        Value::Long(0),
        Value::DateTime(0),
        Value::Boolean(false),
        place(0.0),
        Value::InfoTable(Box::default()),
    ] {
        assert!(taken(value.clone()), "{value:?}");
    }
    let table = InfoTable::single("a", Value::Nothing);
    for value in [
        Value::string("false"),
        Value::blob([0]),
        Value::Number(f64::NAN),
        Value::Integer(-1),
        Value::DateTime(1),
        Value::Boolean(true),
        place(0.1),
        Value::InfoTable(Box::new(table)),
    ] {
        assert!(!taken(value.clone()), "{value:?}");
    }
}

#[test]
fn what_cannot_be_set_says_why() {
    let device = Device::new();
    device.register("t", "none", None, 0.0);
    device.things.registry.register_property_handler(EntityType::THING, "t", "bare", Arc::new(Nothing)).unwrap();
    device.register("t", "p", Some("NEVER"), 0.0);
    let result = |name, value| device.set_value(name, value, false).unwrap_err().result();
    assert_eq!(result("unknown", Value::Integer(1)), 1201);
    assert_eq!(result("none", Value::Integer(1)), 101);
    assert_eq!(result("bare", Value::Integer(1)), 101);
    assert_eq!(result("p", Value::Variant(Box::new(Value::Integer(1)))), 101);
    assert_eq!(device.values.set(&"other".into(), PropertyValue::new("p", Value::Integer(1), 1), false, LIMIT), {
        Err(SetError::NotRegistered { thing: "other".into(), name: "p".into() })
    });
}

#[test]
#[cfg(target_pointer_width = "64")]
fn the_145th_number_with_one_letter_names_does_not_fit() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    for number in 0..144 {
        assert_eq!(device.set("p", f64::from(number)), Ok(Taken::Queued));
    }
    assert_eq!(device.values.size(), 144 * 113);
    let full = device.set("p", 144.0).unwrap_err();
    assert_eq!(full.result(), 1202);
    assert_eq!(device.queued().last(), Some(&143.0), "the new value is dropped");
    device.values.set(&device.thing, PropertyValue::new("p", Value::Number(1.0), 1), false, LIMIT + 2).unwrap();
}

#[test]
fn values_count_their_encoded_length() {
    let size_of = |value| {
        let device = Device::new().with("p", "ALWAYS", 0.0);
        device.set_value("p", value, false).unwrap();
        device.values.size() - if cfg!(target_pointer_width = "64") { 96 } else { 80 } - 2 - 2 - 5
    };
    assert_eq!(size_of(Value::Nothing), 1);
    assert_eq!(size_of(Value::Number(1.0)), 8);
    assert_eq!(size_of(Value::Integer(1)), 4);
    assert_eq!(size_of(Value::string("x".repeat(127))), 128);
    assert_eq!(size_of(Value::string("x".repeat(128))), 132);
    assert_eq!(size_of(Value::blob([1, 2, 3])), 7);
}

#[test]
fn a_value_that_found_no_room_is_not_the_last_value() {
    let device = Device::new().with("p", "VALUE", 0.0);
    let set = |number, limit| {
        device.values.set(&device.thing, PropertyValue::new("p", Value::Number(number), 1), false, limit)
    };
    set(1.0, LIMIT).unwrap();
    assert_eq!(set(2.0, 1).unwrap_err().result(), 1202);
    assert_eq!(set(2.0, LIMIT), Ok(Taken::Queued), "offered again, it is still a change");
    assert_eq!(device.queued(), [1.0, 2.0]);
}

#[test]
fn folding_keeps_the_latest_value_of_every_push_type_that_sends() {
    for push_type in ["ALWAYS", "ON", "anything", "VALUE"] {
        let device = Device::new().with("p", push_type, 100.0);
        for number in NUMBERS {
            assert_eq!(device.fold("p", number), Ok(Taken::Folded), "{push_type}");
        }
        assert_eq!(device.values.size(), 0);
        let platform = Scripted::online();
        device.push(&platform).unwrap();
        assert_eq!(platform.numbers(), [5.0], "{push_type}");
        device.push(&platform).unwrap();
        assert!(platform.numbers().is_empty());
    }
}

#[test]
fn folding_with_deadband_replaces_beyond_the_threshold() {
    let device = Device::new().with("p", "DEADBAND", 1.5);
    let platform = Scripted::online();
    for number in [1.0, 2.0, 3.0, 4.0] {
        device.fold("p", number).unwrap();
    }
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [3.0]);
    assert_eq!(device.fold("p", 3.5), Ok(Taken::Rejected));
    device.push(&platform).unwrap();
    assert!(platform.numbers().is_empty());
}

#[test]
fn folding_means_nothing_to_never_and_off() {
    let device = Device::new().with("n", "NEVER", 0.0).with("o", "OFF", 0.0);
    assert_eq!(device.fold("n", 1.0), Ok(Taken::Rejected));
    assert_eq!(device.fold("o", 0.0), Ok(Taken::Queued));
    assert_eq!(device.fold("o", 1.0), Ok(Taken::Rejected));
}

#[test]
fn a_value_queued_later_takes_the_place_of_a_folded_one() {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0);
    device.fold("p", 1.0).unwrap();
    device.fold("q", 2.0).unwrap();
    device.set("p", 3.0).unwrap();
    let platform = Scripted::online();
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [3.0, 2.0], "the platform ends with the value that was set last");
}

#[test]
fn last_values_are_there_for_value_deadband_and_folded_sets() {
    let device = Device::new();
    for (name, push_type) in [("a", "ALWAYS"), ("v", "VALUE"), ("d", "DEADBAND"), ("f", "ALWAYS"), ("n", "NEVER")] {
        device.register("t", name, Some(push_type), 1.0);
    }
    for name in ["a", "v", "d", "n"] {
        device.set(name, 1.0).unwrap();
        device.set(name, 2.0).unwrap();
    }
    device.fold("f", 3.0).unwrap();
    let current = |name: &str| {
        let current = device.values.current_value(&device.thing, &name.into())?;
        Some((current.value.value.as_number()?, current.pending))
    };
    assert_eq!(
        ["a", "v", "d", "f", "n"].map(current),
        [None, Some((2.0, false)), Some((1.0, false)), Some((3.0, true)), None]
    );
    assert_eq!(device.values.current_values(&device.thing).len(), 3);
    assert!(device.values.purge_current_value_of_property(&device.thing, &"v".into()));
    assert!(!device.values.purge_current_value_of_property(&device.thing, &"v".into()));
    assert!(device.values.purge_current_values_of_thing(&device.thing));
    assert!(!device.values.purge_current_values_of_thing(&device.thing));
    assert!(device.values.current_things().is_empty());
}

#[test]
fn clearing_last_values_makes_the_next_set_the_first_and_keeps_folded_ones() {
    let device = Device::new().with("p", "VALUE", 1.0).with("q", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    device.fold("q", 7.0).unwrap();
    device.values.clear_current_values();
    assert_eq!(device.set("p", 1.0), Ok(Taken::Queued));
    let platform = Scripted::online();
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0, 1.0, 7.0]);
}

#[test]
fn purging_drops_unsent_values_and_their_bytes() {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0);
    for name in ["p", "q", "p"] {
        device.set(name, 1.0).unwrap();
    }
    device.fold("p", 2.0).unwrap();
    assert!(device.values.purge_changes_of_property(&device.thing, &"p".into()));
    assert!(!device.values.purge_changes_of_property(&device.thing, &"p".into()));
    assert_eq!(device.queued(), [1.0]);
    assert!(device.values.folded(&device.thing).is_empty());
    assert!(device.values.purge_changes_of_thing(&device.thing));
    assert!(!device.values.purge_changes_of_thing(&device.thing));
    assert_eq!((device.values.size(), device.values.queued_things()), (0, Vec::new()));
}

#[test]
fn a_value_can_be_queued_without_being_judged() {
    let device = Device::new().with("p", "NEVER", 0.0);
    let queue = |number, fold| {
        device.values.queue(&device.thing, PropertyValue::new("p", Value::Number(number), 1), fold);
    };
    queue(1.0, false);
    queue(2.0, false);
    assert_eq!(device.queued(), [1.0, 2.0]);
    queue(3.0, true);
    assert_eq!(device.queued(), [3.0], "folded, it takes the place of the others");
}
