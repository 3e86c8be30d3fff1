use std::sync::Barrier;

use super::*;

/// An application callback that runs inside of a push, in the pushing thread, may push: it does not wait for itself.
#[test]
fn a_push_inside_of_a_push_leaves_its_values_to_it() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Arc::new(Scripted::online());
    let (values, thing, again) = (device.values.clone(), device.thing.clone(), platform.clone());
    platform.set_during(move || {
        *again.during.lock().unwrap() = None;
        let value = PropertyValue::new("p", Value::Number(2.0), 1);
        values.set_and_push(&thing, value, false, LIMIT, NOW, &*again).unwrap();
    });
    device.push(&platform).unwrap();
    assert_eq!(platform.take(), [[("p".to_owned(), 1.0)], [("p".to_owned(), 2.0)]]);
    assert!(device.queued().is_empty());
}

/// Two threads inside of pushes push each other's thing: neither waits for the other.
#[test]
fn crossed_pushes_do_not_deadlock() {
    let device = Device::new();
    for thing in ["a", "b"] {
        device.register(thing, "p", Some("ALWAYS"), 0.0);
        let value = PropertyValue::new("p", Value::Number(1.0), 1);
        device.values.set(&thing.into(), value, false, LIMIT).unwrap();
    }
    let inside = Arc::new(Barrier::new(2));
    std::thread::scope(|scope| {
        for (own, other) in [("a", "b"), ("b", "a")] {
            let (values, inside) = (device.values.clone(), inside.clone());
            scope.spawn(move || {
                let platform = Scripted::online();
                let (inner, waits) = (values.clone(), inside.clone());
                platform.set_during(move || {
                    waits.wait();
                    inner.push(Some(&other.into()), NOW, &Scripted::online()).unwrap();
                    waits.wait();
                });
                values.push(Some(&own.into()), NOW, &platform).unwrap();
            });
        }
    });
    assert_eq!(device.values.size(), 0);
}

/// The lock is not held across a call: another thread sets while one is answered.
#[test]
fn setting_does_not_wait_for_a_push() {
    let device = Device::new().with("p", "ALWAYS", 0.0);
    device.set("p", 1.0).unwrap();
    let platform = Scripted::online();
    let (values, thing) = (device.values.clone(), device.thing.clone());
    platform.set_during(move || {
        std::thread::scope(|scope| {
            let set = || values.set(&thing, PropertyValue::new("p", Value::Number(2.0), 1), false, LIMIT);
            scope.spawn(set).join().unwrap().unwrap();
        });
    });
    device.push(&platform).unwrap();
    assert_eq!(device.queued(), [2.0]);
}

/// Several threads set and push the same and different properties, with answers that fail now and then.
#[test]
fn concurrent_sets_and_pushes_send_everything_once_and_in_order() {
    const VALUES: u32 = 60;
    let device = Device::new();
    let names = ["a", "b", "c"];
    for name in names {
        device.register("t", name, Some("ALWAYS"), 0.0);
    }
    let platform = Scripted::online();
    platform.answer((0..40).map(|number| if number % 3 == 0 { refused(0xa0) } else { Ok(()) }));
    let received = Mutex::new(Vec::new());
    let recording = Recording { inner: &platform, received: &received };
    std::thread::scope(|scope| {
        for name in names {
            let (device, recording) = (&device, &recording);
            scope.spawn(move || {
                for number in 0..VALUES {
                    let value = PropertyValue::new(name, Value::Number(f64::from(number)), 1);
                    let _ = device.values.set_and_push(&device.thing, value, false, 1 << 20, NOW, recording);
                }
            });
        }
        scope.spawn(|| (0..100).for_each(|_| drop(device.values.push(None, NOW, &recording))));
    });
    device.values.push(Some(&device.thing), NOW, &recording).unwrap();
    assert_eq!(device.values.size(), 0);
    let received = received.into_inner().unwrap();
    for name in names {
        let numbers: Vec<_> = received.iter().filter(|(own, _)| own == name).map(|(_, number)| *number).collect();
        assert_eq!(numbers, (0..VALUES).map(f64::from).collect::<Vec<_>>(), "{name}");
    }
}

/// Keeps what the platform accepted.
struct Recording<'a> {
    inner: &'a Scripted,
    received: &'a Mutex<Vec<(String, f64)>>,
}

impl Platform for Recording<'_> {
    fn is_online(&self) -> bool {
        self.inner.is_online()
    }

    fn connect(&self) {
        self.inner.connect();
    }

    fn update(&self, thing: &Text, params: InfoTable) -> Result<(), RequestError> {
        let only = Scripted::online();
        only.record(thing, params.clone());
        self.inner.update(thing, params)?;
        self.received.lock().unwrap().extend(only.take().into_iter().flatten());
        Ok(())
    }

    fn update_async(&self, thing: &Text, params: InfoTable, done: Callback) -> Result<u32, RequestError> {
        self.inner.update_async(thing, params, done)
    }

    fn ensure_synchronized(&self, thing: &Text, limit: Duration) -> bool {
        self.inner.ensure_synchronized(thing, limit)
    }
}
