//! A copy that follows the changes is always what the values themselves say.

use super::super::{Change, Watcher};
use super::*;
use std::collections::BTreeMap;

/// Counts what it is told, and is told without the lock: it looks at the values.
struct Counter {
    values: SubscribedProperties,
    told: AtomicUsize,
}

impl Watcher for Counter {
    fn changed(&self) {
        self.values.size();
        self.told.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Default)]
struct Copy {
    queued: BTreeMap<u64, f64>,
    current: BTreeMap<String, (f64, bool)>,
}

impl Copy {
    fn follow(&mut self, device: &Device) -> usize {
        let changes = device.values.take_changes();
        let count = changes.len();
        for change in changes {
            match change {
                Change::Queued(_, queued) => {
                    assert_eq!(self.queued.insert(queued.id, queued.value.value.as_number().unwrap()), None);
                }
                Change::Unqueued(_, id) => assert!(self.queued.remove(&id).is_some()),
                Change::Current(_, name, Some(current)) => {
                    let number = current.value.value.as_number().unwrap();
                    self.current.insert(name.to_string(), (number, current.pending));
                }
                Change::Current(_, name, None) => drop(self.current.remove(&name.to_string())),
            }
        }
        let queued: Vec<f64> = self.queued.values().copied().collect();
        assert_eq!(queued, device.queued());
        let current = device.values.current_values(&device.thing);
        let current = current.iter().map(|current| {
            let number = current.value.value.as_number().unwrap();
            (current.value.name.to_string(), (number, current.pending))
        });
        assert_eq!(self.current, current.collect());
        count
    }
}

#[test]
fn a_copy_that_follows_is_the_same() {
    let device = Device::new().with("v", "VALUE", 0.0).with("a", "ALWAYS", 0.0).with("n", "NEVER", 0.0).bound();
    device.set("v", 1.0).unwrap();
    let counter = Arc::new(Counter { values: device.values.clone(), told: AtomicUsize::new(0) });
    device.values.watch(Some(counter.clone()));
    let mut copy = Copy::default();
    assert_eq!(copy.follow(&device), 2, "what was there before");

    device.fold("a", 2.0).unwrap();
    device.set("n", 3.0).unwrap();
    assert_eq!(copy.follow(&device), 2, "a held value is not shown");
    assert!(copy.current["a"].1, "pending");
    device.synchronize(&[("n", Some("VALUE"), 0.0)]);
    assert_eq!(copy.queued.len(), 1);
    copy.follow(&device);
    assert_eq!(copy.queued.len(), 2, "accepted now");
    device.set("a", 4.0).unwrap();
    copy.follow(&device);
    assert!(!copy.current["a"].1, "a queued value takes the place of the folded one");

    let platform = Scripted::online();
    platform.answer([refused(0xa0)]);
    device.push(&platform).unwrap_err();
    assert_eq!(copy.follow(&device), 0, "still queued");
    device.push(&platform).unwrap();
    copy.follow(&device);
    assert!(copy.queued.is_empty());
    device.values.purge_current_value_of_property(&device.thing, &"v".into());
    copy.follow(&device);
    device.values.clear_current_values();
    copy.follow(&device);
    assert!(copy.current.is_empty());
    assert!(counter.told.load(Ordering::Relaxed) > 5);

    device.values.watch(None);
    device.set("a", 5.0).unwrap();
    assert!(device.values.take_changes().is_empty());
}
