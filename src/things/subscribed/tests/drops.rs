use super::*;

/// Room for three numbers of one-letter properties of the thing `t`.
fn room_for_three(device: &Device) -> u32 {
    device.set("a", 0.0).unwrap();
    let size = device.values.size();
    device.values.forget_everything();
    u32::try_from(3 * size + 1).unwrap()
}

fn set(device: &Device, thing: &str, name: &str, number: f64, limit: u32) -> Result<Taken, SetError> {
    device.values.set(&thing.into(), PropertyValue::new(name, Value::Number(number), 1), false, limit)
}

fn device() -> (Device, u32) {
    let device = Device::new().with("a", "ALWAYS", 0.0).with("b", "VALUE", 0.0);
    let limit = room_for_three(&device);
    device.values.drop_oldest(true);
    (device, limit)
}

#[test]
fn without_a_wish_the_newest_is_refused() {
    let (device, limit) = device();
    device.values.drop_oldest(false);
    for number in 1..=3 {
        set(&device, "t", "a", number.into(), limit).unwrap();
    }
    let error = set(&device, "t", "a", 4.0, limit).unwrap_err();
    assert_eq!(error.result(), 1202);
    assert_eq!(device.queued(), [1.0, 2.0, 3.0]);
    assert_eq!(device.values.dropped_count(), 0);
}

#[test]
fn the_oldest_makes_room() {
    let (device, limit) = device();
    for number in 1..=5 {
        assert_eq!(set(&device, "t", "a", number.into(), limit), Ok(Taken::Queued));
    }
    assert_eq!(device.queued(), [3.0, 4.0, 5.0]);
    assert_eq!(device.values.dropped_count(), 2);
}

#[test]
fn the_oldest_of_all_things_goes() {
    let (device, limit) = device();
    device.register("u", "a", Some("ALWAYS"), 0.0);
    set(&device, "u", "a", 1.0, limit).unwrap();
    for number in 2..=4 {
        set(&device, "t", "a", number.into(), limit).unwrap();
    }
    assert_eq!(device.queued(), [2.0, 3.0, 4.0]);
    assert!(device.values.queued_things() == [Text::from("t")]);
    assert_eq!(device.values.dropped_count(), 1);
}

#[test]
fn a_larger_value_takes_the_place_of_several_and_one_that_cannot_fit_of_none() {
    let (device, limit) = device();
    for number in 1..=3 {
        set(&device, "t", "a", number.into(), limit).unwrap();
    }
    let text = |length| PropertyValue::new("a", Value::string("x".repeat(length)), 1);
    let too_large = device.values.set(&device.thing, text(limit as usize), false, limit).unwrap_err();
    assert_eq!(too_large.result(), 1202);
    assert_eq!(device.queued(), [1.0, 2.0, 3.0], "nothing is dropped for nothing");
    let size = device.values.size() / 3;
    device.values.set(&device.thing, text(usize::try_from(size).unwrap() / 2), false, limit).unwrap();
    assert_eq!(device.queued(), [3.0]);
    assert_eq!(device.values.dropped_count(), 2);
}

#[test]
fn what_is_on_its_way_is_not_dropped() {
    let (device, limit) = device();
    let device = Arc::new(device);
    for number in 1..=3 {
        set(&device, "t", "a", number.into(), limit).unwrap();
    }
    let platform = Scripted::online();
    platform.answer([refused(0xa0)]);
    let (during, outcomes) = (device.clone(), Arc::new(Mutex::new(Vec::new())));
    let seen = outcomes.clone();
    platform.set_during(move || {
        let result = set(&during, "t", "a", 4.0, limit);
        seen.lock().unwrap().push(result.map_err(|error| error.result()));
    });
    device.push(&platform).unwrap_err();
    assert_eq!(*outcomes.lock().unwrap(), [Err(1202)]);
    assert_eq!(device.queued(), [1.0, 2.0, 3.0]);
    assert_eq!(device.values.dropped_count(), 0);
    set(&device, "t", "a", 5.0, limit).unwrap();
    assert_eq!(device.queued(), [2.0, 3.0, 5.0], "once the call has ended they are like the others");
}

#[test]
fn what_is_in_the_store_is_not_dropped() {
    let (device, limit) = device();
    let folder = tempfile::tempdir().unwrap();
    device.values.open_store(&folder.path().join("values"), crate::store::Format::Checksummed).unwrap();
    device.values.store_every_value(true);
    for number in 1..=3 {
        set(&device, "t", "a", number.into(), limit).unwrap();
    }
    assert_eq!(set(&device, "t", "a", 4.0, limit).unwrap_err().result(), 1202);
    assert_eq!(device.queued(), [1.0, 2.0, 3.0]);
    assert_eq!((device.values.stored_count(), device.values.dropped_count()), (3, 0));
}

#[test]
fn a_dropped_value_is_not_compared_with() {
    let (device, limit) = device();
    set(&device, "t", "b", 7.0, limit).unwrap();
    for number in 1..=3 {
        set(&device, "t", "a", number.into(), limit).unwrap();
    }
    assert_eq!(device.queued(), [1.0, 2.0, 3.0]);
    assert_eq!(device.values.current_value(&device.thing, &"b".into()), None);
    assert_eq!(set(&device, "t", "b", 7.0, limit), Ok(Taken::Queued), "the platform has not seen it");
    assert_eq!(set(&device, "t", "b", 7.0, limit), Ok(Taken::Rejected));
}

#[test]
fn a_newer_value_of_the_property_stays_the_reference() {
    let (device, limit) = device();
    for number in 1..=4 {
        set(&device, "t", "b", number.into(), limit).unwrap();
    }
    assert_eq!(device.queued(), [2.0, 3.0, 4.0]);
    assert_eq!(set(&device, "t", "b", 4.0, limit), Ok(Taken::Rejected));
}

#[test]
fn a_dropped_value_is_not_compared_with_after_a_synchronization_either() {
    let device = Device::new().with("a", "ALWAYS", 0.0).with("b", "VALUE", 0.0).bound();
    let limit = room_for_three(&device);
    device.values.drop_oldest(true);
    set(&device, "t", "b", 7.0, limit).unwrap();
    for number in 1..=3 {
        set(&device, "t", "a", number.into(), limit).unwrap();
    }
    device.synchronize(&[("a", Some("ALWAYS"), 0.0), ("b", Some("VALUE"), 0.0)]);
    assert_eq!(set(&device, "t", "b", 7.0, limit), Ok(Taken::Queued));
}
