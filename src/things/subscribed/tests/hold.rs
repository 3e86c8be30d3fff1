use super::*;

#[test]
fn what_the_registered_type_rejects_is_judged_by_the_platform_s() {
    let device = Device::new().with("p", "NEVER", 0.0).bound();
    assert_eq!(device.set("p", 1.0), Ok(Taken::Held));
    assert_eq!(device.set("p", 1.0), Ok(Taken::Held));
    assert_eq!((device.values.size(), device.values.held_count(&device.thing)), (0, 2));
    assert!(device.values.queued_things().is_empty(), "the queue shows only what registered types accept");
    let applied = device.synchronize(&[("p", Some("ALWAYS"), 0.0)]);
    assert_eq!((applied.changed, applied.accepted, applied.rejected), (vec!["p".into()], 2, 0));
    assert_eq!(device.queued(), [1.0, 1.0]);
    assert_eq!((device.values.held_size(), device.values.held_count(&device.thing)), (0, 0));
    assert_eq!(device.set("p", 2.0), Ok(Taken::Queued));
}

#[test]
fn what_is_rejected_after_the_platform_has_announced_other_types_is_judged_by_them() {
    let device = Device::new().with("p", "ALWAYS", 0.0).bound();
    device.synchronize(&[("p", Some("NEVER"), 0.0)]);
    assert_eq!(device.set("p", 1.0), Ok(Taken::Rejected));
    device.things.registry.request_update(&device.thing);
    assert_eq!(device.set("p", 2.0), Ok(Taken::Held));
    device.synchronize(&[("p", Some("ALWAYS"), 0.0)]);
    assert_eq!(device.queued(), [2.0]);
    device.synchronize(&[("p", Some("NEVER"), 0.0)]);
    assert_eq!(device.set("p", 3.0), Ok(Taken::Rejected));
}

#[test]
fn what_is_accepted_is_not_judged_again_and_the_order_is_that_of_the_sets() {
    let device = Device::new().with("p", "VALUE", 1.5).with("q", "ALWAYS", 0.0).bound();
    for number in [1.0, 2.0, 3.0, 5.0] {
        device.set("p", number).unwrap();
    }
    device.set("q", 6.0).unwrap();
    assert_eq!(device.queued(), [1.0, 5.0, 6.0]);
    device.synchronize(&[("p", Some("ALWAYS"), 0.0), ("q", Some("NEVER"), 0.0)]);
    assert_eq!(device.queued(), [1.0, 2.0, 3.0, 5.0, 6.0]);
}

/// Judged as if the platform's type had been there from the start.
#[test]
fn held_values_are_compared_with_what_was_set_before_them() {
    let numbers = [1.0, 1.4, 2.0, 2.4, 5.0, 5.2];
    for (push_type, threshold) in
        [("VALUE", 0.5), ("DEADBAND", 0.5), ("VALUE", 3.0), ("DEADBAND", 1.5), ("NEVER", 0.0), ("OFF", 0.0)]
    {
        let held = Device::new().with("p", "NEVER", 0.0).bound();
        let direct = Device::new().with("p", push_type, threshold);
        for number in numbers {
            held.set("p", number).unwrap();
            direct.set("p", number).unwrap();
        }
        held.synchronize(&[("p", Some(push_type), threshold)]);
        assert_eq!(held.queued(), direct.queued(), "{push_type} {threshold}");
        let current = |device: &Device| device.values.current_value(&device.thing, &"p".into());
        assert_eq!(current(&held), current(&direct), "{push_type} {threshold}");
        for number in [5.6, 7.0] {
            assert_eq!(held.set("p", number), direct.set("p", number), "later sets go on from there");
        }
    }
}

#[test]
fn values_accepted_in_between_are_what_later_held_ones_are_compared_with() {
    let device = Device::new().with("p", "DEADBAND", 3.0).bound();
    // Queued: 0, 4. Held: 1, 2, 5, 6.
    for number in [0.0, 1.0, 2.0, 4.0, 5.0, 6.0] {
        device.set("p", number).unwrap();
    }
    assert_eq!(device.queued(), [0.0, 4.0]);
    device.synchronize(&[("p", Some("DEADBAND"), 1.5)]);
    // 1 is within 1.5 of 0, 2 is not; 5 is within of 4, 6 is not.
    assert_eq!(device.queued(), [0.0, 2.0, 4.0, 6.0]);
    assert_eq!(device.set("p", 7.0), Ok(Taken::Rejected));
    assert_eq!(device.set("p", 8.0), Ok(Taken::Queued));
}

#[test]
fn folded_values_are_held_as_folded() {
    let device = Device::new().with("p", "NEVER", 0.0).with("q", "NEVER", 0.0).bound();
    let platform = Scripted::online();
    device.fold("p", 1.0).unwrap();
    assert_eq!(device.fold("p", 2.0), Ok(Taken::Held));
    assert_eq!(device.values.held_count(&device.thing), 1, "the latest value counts");
    device.fold("q", 3.0).unwrap();
    device.set("q", 4.0).unwrap();
    device.synchronize(&[("p", Some("ALWAYS"), 0.0), ("q", Some("ALWAYS"), 0.0)]);
    assert_eq!(device.queued(), [4.0]);
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [4.0, 2.0], "the folded 3 was superseded by the 4");
    assert_eq!(device.values.held_size(), 0);
}

#[test]
fn a_folded_value_is_not_sent_after_a_newer_one_that_was_accepted_at_once() {
    let device = Device::new().with("p", "VALUE", 10.0).bound();
    device.set("p", 1.0).unwrap();
    // Not folded, within the threshold: held. Folded: accepted at once.
    device.set("p", 2.0).unwrap();
    device.fold("p", 3.0).unwrap();
    device.synchronize(&[("p", Some("ALWAYS"), 0.0)]);
    let platform = Scripted::online();
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0, 2.0, 3.0]);

    let device = Device::new().with("p", "DEADBAND", 10.0).bound();
    device.set("p", 1.0).unwrap();
    device.fold("p", 2.0).unwrap();
    device.set("p", 30.0).unwrap();
    device.synchronize(&[("p", Some("ALWAYS"), 0.0)]);
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0, 30.0], "the folded 2 is older than the 30");
}

#[test]
fn only_bound_things_hold_and_only_until_they_are_synchronized() {
    let unbound = Device::new().with("p", "NEVER", 0.0);
    assert_eq!(unbound.set("p", 1.0), Ok(Taken::Rejected));

    let device = Device::new().with("p", "NEVER", 0.0).bound();
    device.synchronize(&[]);
    assert!(device.values.is_synchronized(&device.thing));
    assert_eq!(device.set("p", 1.0), Ok(Taken::Rejected));
    device.values.connection_started();
    assert!(!device.values.is_synchronized(&device.thing));
    assert_eq!(device.set("p", 2.0), Ok(Taken::Held), "another connection, another first synchronization");
    device.synchronize(&[("p", Some("ON"), 0.0)]);
    assert_eq!(device.queued(), [2.0]);
}

#[test]
fn held_values_survive_a_connection_that_was_not_synchronized() {
    let device = Device::new().with("p", "NEVER", 0.0).bound();
    device.set("p", 1.0).unwrap();
    device.values.connection_started();
    device.set("p", 2.0).unwrap();
    device.values.connection_started();
    device.synchronize(&[("p", Some("ALWAYS"), 0.0)]);
    assert_eq!(device.queued(), [1.0, 2.0]);
}

#[test]
fn binding_again_is_synchronizing_again() {
    let device = Device::new().with("p", "NEVER", 0.0).bound();
    device.synchronize(&[]);
    device.things.unbind(&device.thing);
    let device = device.with("p", "NEVER", 0.0).bound();
    assert_eq!(device.set("p", 1.0), Ok(Taken::Held));
    device.things.unbind(&device.thing);
    assert_eq!((device.values.held_size(), device.values.held_count(&device.thing)), (0, 0));
}

#[test]
fn held_values_have_a_limit_of_their_own() {
    let device = Device::new().with("n", "NEVER", 0.0).with("a", "ALWAYS", 0.0).bound();
    let mut held = 0;
    while device.set("n", 1.0) == Ok(Taken::Held) {
        held += 1;
    }
    assert_eq!(device.set("n", 1.0), Ok(Taken::Rejected), "as the registered type says");
    if cfg!(target_pointer_width = "64") {
        assert_eq!(held, 144);
    }
    device.set("a", 1.0).unwrap();
    let full = device.values.held_size();
    let applied = device.synchronize(&[("n", Some("ALWAYS"), 0.0)]);
    assert_eq!(applied.accepted, held, "what was taken is not refused later");
    assert_eq!(device.queued().len(), held + 1);
    assert!(device.values.size() > full);
    assert_eq!(device.set("a", 2.0).unwrap_err().result(), 1202);
}

#[test]
fn a_full_hold_drops_as_the_registered_type_says() {
    let device = Device::new().with("p", "VALUE", 1.0).bound();
    let set = |number, limit| {
        device.values.set(&device.thing, PropertyValue::new("p", Value::Number(number), 1), false, limit)
    };
    set(1.0, LIMIT).unwrap();
    assert_eq!(set(1.5, LIMIT), Ok(Taken::Held));
    assert_eq!(set(2.0, 1), Ok(Taken::Rejected), "the last set value all the same");
    assert_eq!(set(2.8, LIMIT), Ok(Taken::Held));
    device.synchronize(&[("p", Some("VALUE"), 0.7)]);
    assert_eq!(device.queued(), [1.0, 2.8], "compared with what was set before");
    assert_eq!(set(3.4, LIMIT), Ok(Taken::Rejected));
}

#[test]
fn a_push_lets_the_first_synchronization_happen_once() {
    let device = Device::new().with("p", "NEVER", 0.0).with("q", "ALWAYS", 0.0).bound();
    device.set("q", 1.0).unwrap();
    device.set("p", 2.0).unwrap();
    let platform = Scripted::online();
    let (values, rows) = (device.values.clone(), subscriptions(&[("p", Some("ALWAYS"), 0.0)]));
    platform.set_synchronize(move |thing| {
        values.apply_subscriptions(thing, &rows);
        true
    });
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0, 2.0], "held values that are accepted belong to this push");
    device.set("q", 3.0).unwrap();
    device.push(&platform).unwrap();
    assert_eq!(*platform.waits.lock().unwrap(), [Text::from("t")]);
}

/// The connection that synchronizes pushes afterwards by itself, in the same thread or in another one.
#[test]
fn a_push_that_the_synchronization_makes_does_not_deadlock() {
    let device = Device::new().with("p", "NEVER", 0.0).bound();
    device.set("p", 2.0).unwrap();
    let platform = Arc::new(Scripted::online());
    let (values, again) = (device.values.clone(), platform.clone());
    platform.set_synchronize(move |thing| {
        values.apply_subscriptions(thing, &subscriptions(&[("p", Some("ALWAYS"), 0.0)]));
        values.push(Some(thing), NOW, &*again).unwrap();
        true
    });
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [2.0]);
}

#[test]
fn a_set_that_pushes_waits_for_the_platform_s_type_of_its_own_value() {
    let device = Device::new().with("p", "NEVER", 0.0).bound();
    let platform = Scripted::online();
    let values = device.values.clone();
    platform.set_synchronize(move |thing| {
        values.apply_subscriptions(thing, &subscriptions(&[("p", Some("ALWAYS"), 0.0)]));
        true
    });
    let value = PropertyValue::new("p", Value::Number(4.0), 1);
    let taken = device.values.set_and_push(&device.thing, value, false, LIMIT, NOW, &platform);
    assert_eq!((taken, platform.numbers()), (Ok(Taken::Held), vec![4.0]));
}

#[test]
fn without_a_synchronization_the_registered_types_decide() {
    let device = Device::new().with("p", "NEVER", 0.0).with("q", "ALWAYS", 0.0).bound();
    device.set("p", 1.0).unwrap();
    device.set("q", 2.0).unwrap();
    let platform = Scripted::online();
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [2.0]);
    assert_eq!(device.values.held_count(&device.thing), 1, "still waiting");
    device.set("q", 3.0).unwrap();
    device.push(&platform).unwrap();
    assert_eq!(platform.waits.lock().unwrap().len(), 1, "waited for once per connection");
    device.values.connection_started();
    device.set("q", 4.0).unwrap();
    device.push(&platform).unwrap();
    assert_eq!(platform.waits.lock().unwrap().len(), 2);
}

#[test]
fn nothing_waits_for_a_synchronization_offline_unbound_or_without_values() {
    let bound = Device::new().with("p", "NEVER", 0.0).bound();
    let platform = Scripted::online();
    bound.push(&platform).unwrap();
    bound.set("p", 1.0).unwrap();
    let offline = Scripted::offline();
    assert_eq!(bound.push(&offline), Ok(()), "held values are not pushed");
    let unbound = Device::new().with("p", "ALWAYS", 0.0);
    unbound.set("p", 1.0).unwrap();
    unbound.push(&platform).unwrap();
    assert!(platform.waits.lock().unwrap().is_empty() && offline.waits.lock().unwrap().is_empty());
}

#[test]
fn clearing_last_values_while_values_are_held() {
    let device = Device::new().with("p", "VALUE", 1.0).bound();
    device.set("p", 1.0).unwrap();
    device.set("p", 1.0).unwrap();
    device.values.clear_current_values();
    assert_eq!(device.set("p", 1.0), Ok(Taken::Queued), "the first again");
    device.values.clear_current_values();
    device.synchronize(&[]);
    assert!(device.values.current_things().is_empty());
    assert_eq!(device.queued(), [1.0, 1.0]);
}

#[test]
fn rows_are_applied_last_to_first_and_missing_fields_have_meanings() {
    let device =
        Device::new().with("a", "ALWAYS", 1.0).with("b", "ALWAYS", 1.0).with("c", "VALUE", 1.0).with("d", "ON", 1.0);
    let setting = |name: &str| {
        let property = device.things.registry.property(b"t", name.as_bytes()).unwrap();
        (property.push_type().map(str::to_owned), property.push_threshold())
    };
    let applied = device.synchronize(&[
        ("a", Some("VALUE"), 2.0),
        ("unknown", Some("VALUE"), 2.0),
        ("b", None, 3.0),
        ("a", Some("NEVER"), 4.0),
        ("d", Some("ON"), 1.0),
    ]);
    assert_eq!(setting("a"), (Some("VALUE".into()), 2.0), "the first row is applied last");
    assert_eq!(setting("b"), (None, 3.0), "a row without a push type removes it");
    assert_eq!(setting("c"), (Some("VALUE".into()), 1.0), "no row, no change");
    assert_eq!(applied.changed, ["a", "b", "a"].map(Text::from));
    assert_eq!(device.set("b", 1.0).unwrap_err().result(), 101);

    let mut table = InfoTable::single("edgeName", Value::string("c"));
    table.rows.push(vec![]);
    device.values.apply_subscriptions(&device.thing, &table);
    assert_eq!(setting("c"), (None, 0.0), "a missing threshold is 0");
}

#[test]
fn synchronizing_one_thing_leaves_what_others_hold() {
    let device = Device::new().with("p", "NEVER", 0.0).bound();
    let other = Text::from("u");
    device.register("u", "p", Some("NEVER"), 0.0);
    device.things.registry.bind(&other, DefaultServices::All).unwrap();
    device.set("p", 1.0).unwrap();
    device.values.set(&other, PropertyValue::new("p", Value::Number(2.0), 1), false, LIMIT).unwrap();
    let held = device.values.held_size();
    device.synchronize(&[("p", Some("ALWAYS"), 0.0)]);
    assert_eq!(device.values.held_size(), held / 2);
    assert_eq!(device.values.held_count(&other), 1);
    assert_eq!(device.queued(), [1.0]);
}
