//! Held values in the store: what the platform's push types are to judge survives the program.

use std::fs;
use std::path::Path;

use super::*;
use crate::store::Format;

/// A bound device with `never` and `always` of `t`, which no platform has synchronized.
fn device(path: &Path, format: Format) -> Device {
    let device = Device::new().with("never", "NEVER", 0.0).with("always", "ALWAYS", 0.0).bound();
    device.values.open_store(path, format).unwrap();
    device
}

fn reopened(path: &Path) -> Device {
    device(path, Format::Checksummed)
}

fn synchronize(device: &Device, push_type: &str) {
    device.synchronize(&[("never", Some(push_type), 0.0), ("always", Some("ALWAYS"), 0.0)]);
}

/// How a run ends with three values set, the middle one wanted by the registered push type.
fn live(path: &Path, format: Format, end: impl FnOnce(&Device)) {
    let device = device(path, format);
    device.set("never", 1.0).unwrap();
    device.set("always", 2.0).unwrap();
    device.set("never", 3.0).unwrap();
    end(&device);
}

fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}

#[test]
fn held_values_are_stored_by_all_that_stores_and_judged_in_the_next_run() {
    type End = fn(&Device);
    let ends: [End; 3] = [
        |device| drop(device.push(&Scripted::offline())),
        |device| device.values.store_unsent(NOW).unwrap(),
        |device| device.values.store_queued(LIMIT.into()),
    ];
    for end in ends {
        for synchronized_first in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("values.bin");
            live(&path, Format::Checksummed, end);
            let device = reopened(&path);
            assert_eq!(device.values.stored_count(), 3);
            let online = Scripted::online();
            if synchronized_first {
                synchronize(&device, "ALWAYS");
            } else {
                let (values, thing) = (device.values.clone(), device.thing.clone());
                let table = subscriptions(&[("never", Some("ALWAYS"), 0.0)]);
                online.set_synchronize(move |_| {
                    values.apply_subscriptions(&thing, &table);
                    true
                });
            }
            device.push(&online).unwrap();
            assert_eq!(sorted(online.numbers()), [1.0, 2.0, 3.0]);
            assert_eq!(fs::read(&path).unwrap(), b"");
        }
    }
}

#[test]
fn held_values_that_nobody_wants_are_removed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.bin");
    live(&path, Format::Checksummed, |device| drop(device.push(&Scripted::offline())));
    let device = reopened(&path);
    let online = Scripted::online();
    device.values.push(None, NOW, &online).unwrap();
    assert_eq!((online.numbers(), device.values.stored_count()), (vec![2.0], 2), "not judged yet");
    synchronize(&device, "NEVER");
    device.push(&online).unwrap();
    assert_eq!((online.numbers(), device.values.stored_count()), (vec![], 0));
}

#[test]
fn with_every_value_stored_held_values_are_promised_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.bin");
    {
        let device = reopened(&path);
        device.values.store_every_value(true);
        assert_eq!(device.set("never", 1.0), Ok(Taken::Held));
        assert_eq!(device.fold("never", 2.0), Ok(Taken::Held));
        assert_eq!(device.fold("never", 3.0), Ok(Taken::Held));
        assert_eq!(device.values.stored_count(), 2, "a folded one takes the place of the one before");
    }
    let device = reopened(&path);
    synchronize(&device, "ALWAYS");
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!(sorted(online.numbers()), [1.0, 3.0]);
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn judged_in_the_same_run_they_are_sent_once_and_leave_no_record() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.bin");
    live(&path, Format::Checksummed, |device| {
        device.values.store_every_value(true);
        device.set("never", 4.0).unwrap();
        device.push(&Scripted::offline()).unwrap_err();
        assert_eq!((device.values.stored_count(), device.values.held_count(&device.thing)), (4, 3));
        synchronize(device, "ALWAYS");
        // They are wanted now, and stored as that.
        device.push(&Scripted::offline()).unwrap_err();
        assert_eq!((device.values.stored_count(), device.values.size()), (4, 0));
        let online = Scripted::online();
        device.push(&online).unwrap();
        assert_eq!(sorted(online.numbers()), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(device.values.stored_count(), 0);
        device.values.connection_started();
        device.set("never", 5.0).unwrap();
        device.values.thing_unbound(&device.thing);
    });
    assert_eq!(sent_by_next_run(&path), [5.0]);
}

fn sent_by_next_run(path: &Path) -> Vec<f64> {
    let device = reopened(path);
    synchronize(&device, "ALWAYS");
    let online = Scripted::online();
    device.push(&online).unwrap();
    online.numbers()
}

#[test]
fn what_was_set_after_a_held_value_is_sent_after_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.bin");
    {
        let device = reopened(&path);
        device.values.store_every_value(true);
        device.set("never", 1.0).unwrap();
        synchronize(&device, "ALWAYS");
        device.set("never", 2.0).unwrap();
        device.set("always", 3.0).unwrap();
    }
    let device = reopened(&path);
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [3.0], "the first one is not judged yet");
    synchronize(&device, "ALWAYS");
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [1.0, 2.0]);
}

#[test]
fn what_may_not_be_wanted_takes_no_room_from_what_is() {
    let directory = tempfile::tempdir().unwrap();
    let device = reopened(&directory.path().join("values.bin"));
    let options = PushOptions { store: StoreUse::up_to(300), ..NOW };
    for number in 0..30 {
        device.set("never", f64::from(number)).unwrap();
    }
    assert_eq!(device.values.push(Some(&device.thing), options, &Scripted::offline()), Ok(()));
    let held = device.values.stored_count();
    assert!((5..15).contains(&held), "{held}");
    for number in 0..5 {
        device.set("always", f64::from(number)).unwrap();
    }
    let pushed = device.values.push(Some(&device.thing), options, &Scripted::offline());
    assert_eq!(pushed.unwrap_err().result(), 1203);
    assert_eq!(device.values.stored_count(), held + 5);
}

#[test]
fn with_every_value_stored_a_held_value_without_room_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.bin");
    {
        let device = reopened(&path);
        device.values.store_every_value(true);
        for number in 0..10 {
            device.set("never", f64::from(number)).unwrap();
        }
    }
    let device = reopened(&path);
    device.values.store_every_value(true);
    let set =
        |name: &str| device.values.set(&device.thing, PropertyValue::new(name, Value::Number(4.0), 1), false, 200);
    assert_eq!(set("never").unwrap_err().result(), 1204);
    assert_eq!(device.values.held_count(&device.thing), 1, "it waits in RAM");
    assert_eq!(set("always"), Ok(Taken::Queued));
    assert_eq!(device.values.stored_count(), 11);
}

#[test]
fn in_the_form_of_the_original_they_stay_in_ram() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.bin");
    live(&path, Format::Original, |device| {
        device.values.store_every_value(true);
        device.set("never", 4.0).unwrap();
        device.push(&Scripted::offline()).unwrap_err();
        assert_eq!((device.values.stored_count(), device.values.held_count(&device.thing)), (1, 3));
    });
}

#[test]
fn purged_values_leave_no_record() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.bin");
    let device = reopened(&path);
    device.values.store_every_value(true);
    device.set("never", 1.0).unwrap();
    device.values.purge_changes_of_property(&device.thing, &"never".into());
    device.set("never", 2.0).unwrap();
    device.values.purge_changes_of_thing(&device.thing);
    assert_eq!(fs::read(&path).unwrap(), b"");
}
