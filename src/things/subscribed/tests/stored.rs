//! Values in the store.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::store::Format;
use crate::things::MAX_REFUSALS;

struct Files {
    _directory: TempDir,
    path: PathBuf,
}

fn files() -> Files {
    let directory = tempfile::tempdir().unwrap();
    Files { path: directory.path().join("values.bin"), _directory: directory }
}

/// A device with the properties `p` and `q` of `t` and `p` of `u`, and the store.
fn device(files: &Files) -> Device {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0);
    device.register("u", "p", Some("ALWAYS"), 0.0);
    device.values.open_store(&files.path, Format::Checksummed).unwrap();
    device
}

fn set_other(device: &Device, number: f64) {
    device.values.set(&"u".into(), PropertyValue::new("p", Value::Number(number), 1), false, LIMIT).unwrap();
}

#[test]
fn an_offline_push_moves_values_to_the_store_and_the_next_run_sends_them() {
    let files = files();
    let offline = Scripted::offline();
    {
        let device = device(&files);
        device.set("p", 1.0).unwrap();
        device.set("q", 2.0).unwrap();
        device.fold("p", 3.0).unwrap();
        assert_eq!(device.values.stored_length(), Some(0));
        assert_eq!(device.push(&offline).unwrap_err().result(), 1203);
        assert_eq!((device.values.size(), device.values.stored_count()), (0, 3));
        assert!(device.values.folded(&device.thing).is_empty());
        assert_eq!(device.values.stored_length(), Some(fs::metadata(&files.path).unwrap().len()));
        assert_eq!(device.push(&offline), Ok(()), "nothing is left in RAM");
    }
    let device = device(&files);
    device.set("p", 4.0).unwrap();
    let online = Scripted::online();
    assert_eq!(device.push(&online), Ok(()));
    assert_eq!(online.numbers(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(device.values.stored_length(), Some(0));
    assert_eq!(fs::read(&files.path).unwrap(), b"");
}

#[test]
fn a_push_sends_what_the_store_has_of_other_things() {
    let files = files();
    let device = device(&files);
    device.set("p", 1.0).unwrap();
    set_other(&device, 2.0);
    assert_eq!(device.values.push(None, NOW, &Scripted::offline()), Ok(()));
    assert_eq!(device.values.stored_count(), 2);
    set_other(&device, 3.0);
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [2.0, 1.0]);
    assert_eq!(device.values.size(), 114 - if cfg!(target_pointer_width = "64") { 1 } else { 17 });
}

#[test]
fn records_stay_until_the_platform_has_confirmed_them() {
    let files = files();
    let device = device(&files);
    for number in [1.0, 2.0, 3.0] {
        device.set("p", number).unwrap();
    }
    device.push(&Scripted::offline()).unwrap_err();
    let online = Scripted::online();
    for error in [RequestError::TimedOut(Duration::ZERO), RequestError::ConnectionLost, RequestError::NotConnected] {
        online.answer([Err(error)]);
        assert_eq!(device.push(&online), Ok(()), "they are safe");
        assert_eq!(device.values.stored_count(), 3);
    }
    online.answer([refused(0xa0)]);
    device.set("p", 4.0).unwrap();
    online.take();
    assert_eq!(device.push(&online).unwrap_err().result(), 1110, "a newer value has to wait for them");
    assert_eq!(online.numbers(), [1.0, 2.0, 3.0]);
    assert_eq!(device.values.push(None, NOW, &online), Ok(()));
    assert_eq!(online.numbers(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(device.values.stored_count(), 0);
}

#[test]
fn a_value_that_is_refused_for_good_is_kept_beside_and_others_go_on() {
    let files = files();
    let device = device(&files);
    device.set("q", 1.0).unwrap();
    device.set("p", 2.0).unwrap();
    device.push(&Scripted::offline()).unwrap_err();
    let online = Scripted::online();
    // Twice together, then alone until it is given up.
    for _ in 0..MAX_REFUSALS {
        online.answer([refused(0x84)]);
        device.push(&online).unwrap();
    }
    let lines = fs::read_to_string(files.path.with_file_name("values.bin.rejected")).unwrap();
    assert_eq!(lines.lines().count(), 1, "{lines}");
    for text in ["\"thing\":\"t\"", "\"name\":\"q\"", "NOT_FOUND"] {
        assert!(lines.contains(text), "{text} in {lines}");
    }
    device.push(&online).unwrap();
    assert_eq!(device.values.stored_count(), 0);
    assert_eq!(online.numbers().last(), Some(&2.0));
}

#[test]
fn a_full_store_leaves_the_rest_in_ram() {
    let files = files();
    let device = device(&files);
    for number in 0..5 {
        device.set("p", f64::from(number)).unwrap();
    }
    let options = PushOptions { store: StoreUse::up_to(70), ..NOW };
    let error = device.values.push(Some(&device.thing), options, &Scripted::offline()).unwrap_err();
    assert_eq!(error.result(), 1204, "{error}");
    assert_eq!((device.values.stored_count(), device.queued()), (2, vec![2.0, 3.0, 4.0]));
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [0.0, 1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn without_a_directory_or_a_file_values_wait_in_ram() {
    let files = files();
    let device = device(&files);
    device.set("p", 1.0).unwrap();
    let options = PushOptions { store: StoreUse { directory: false, ..NOW.store }, ..NOW };
    let offline = Scripted::offline();
    assert_eq!(device.values.push(Some(&device.thing), options, &offline).unwrap_err().result(), 1205);
    let missing = files.path.with_file_name("missing").join("values.bin");
    device.values.open_store(&missing, Format::Checksummed).unwrap_err();
    assert_eq!(device.push(&offline).unwrap_err().result(), 1204);
    assert_eq!((device.queued(), device.values.stored_length()), (vec![1.0], None));
    device.values.close_store();
    assert_eq!(device.push(&offline).unwrap_err().result(), 1203);
    assert_eq!(device.queued(), [1.0]);
}

#[test]
fn the_store_is_not_sent_when_that_is_off_and_not_twice() {
    let files = files();
    let device = device(&files);
    device.set("p", 1.0).unwrap();
    device.push(&Scripted::offline()).unwrap_err();
    let online = Scripted::online();
    let off = PushOptions { store: StoreUse { replay: false, ..NOW.store }, ..NOW };
    device.values.push(None, off, &online).unwrap();
    assert!(online.numbers().is_empty());
    device.push(&online).unwrap();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [1.0]);
}

#[test]
fn a_value_that_no_message_can_have_is_given_up_at_once() {
    let files = files();
    let device = device(&files);
    device.set_value("p", Value::string("x".repeat(2000)), false).unwrap();
    device.set("q", 2.0).unwrap();
    let options = PushOptions { max_message_size: 1000, ..NOW };
    let error = device.values.push(Some(&device.thing), options, &Scripted::offline()).unwrap_err();
    assert_eq!(error.result(), 307);
    assert_eq!((device.values.size(), device.values.stored_count()), (0, 1));
    assert!(fs::metadata(files.path.with_file_name("values.bin.rejected")).unwrap().len() > 2000);
}

#[test]
fn a_file_of_the_original_is_sent() {
    let files = files();
    let mut content = Vec::new();
    for (name, number, fold) in [("p", 1.0, false), ("q", 2.0, true), ("q", 3.0, true), ("q", 4.0, false)] {
        let cells = [
            Value::string("t"),
            Value::string(name),
            Value::Number(number),
            Value::DateTime(5),
            Value::string("GOOD"),
            Value::Boolean(fold),
        ];
        crate::wire::encode_row(&cells, &mut content).unwrap();
    }
    fs::write(&files.path, &content).unwrap();
    let device = device(&files);
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [1.0, 3.0, 4.0], "of folded values the latest");
    assert_eq!(fs::read(&files.path).unwrap(), b"");
}

#[test]
fn an_asynchronous_push_removes_what_is_confirmed() {
    let files = files();
    let device = device(&files);
    device.set("p", 1.0).unwrap();
    device.push(&Scripted::offline()).unwrap_err();
    let online = Scripted::online();
    let done: super::super::PushCallback = Arc::new(|_, _| {});
    let (ids, result) = device.values.push_async(Some(&device.thing), NOW, &online, &done);
    assert_eq!((ids, result), (vec![100], Ok(())));
    assert_eq!(device.values.stored_count(), 1);
    let (id, callback) = online.callbacks.lock().unwrap().pop().unwrap();
    let header =
        crate::wire::Header { version: 1, code: MessageCode::SUCCESS, request_id: id, endpoint_id: 0, session_id: 0 };
    callback(id, Ok(crate::connection::Answer { header, reason: None, content: None }));
    assert_eq!(device.values.stored_count(), 0);
}

#[test]
fn everything_unsent_can_be_moved_at_the_end() {
    let files = files();
    let device = device(&files);
    device.set("p", 1.0).unwrap();
    device.fold("q", 2.0).unwrap();
    set_other(&device, 3.0);
    device.values.store_unsent(NOW).unwrap();
    assert_eq!((device.values.size(), device.values.stored_count()), (0, 3));
}

#[test]
fn with_every_value_stored_a_set_is_on_disk_and_sent_once() {
    let files = files();
    {
        let device = device(&files);
        device.values.store_every_value(true);
        device.set("p", 1.0).unwrap();
        device.fold("q", 2.0).unwrap();
        assert_eq!((device.values.stored_count(), device.queued()), (2, vec![1.0]));
        device.fold("q", 3.0).unwrap();
        assert_eq!(device.values.stored_count(), 2, "the one before is replaced");
        // A power cut: nothing is moved at the end.
    }
    let device = device(&files);
    device.values.store_every_value(true);
    device.set("p", 4.0).unwrap();
    let online = Scripted::online();
    online.answer([refused(0xa0)]);
    device.push(&online).unwrap_err();
    assert_eq!(device.values.stored_count(), 3);
    online.take();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [1.0, 3.0, 4.0]);
    device.set("p", 5.0).unwrap();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [5.0]);
    assert_eq!(fs::read(&files.path).unwrap(), b"");
}

#[test]
fn with_every_value_stored_pushes_and_purges_leave_the_right_records() {
    let files = files();
    let device = device(&files);
    device.values.store_every_value(true);
    device.set("p", 1.0).unwrap();
    device.set("q", 2.0).unwrap();
    device.push(&Scripted::offline()).unwrap_err();
    assert_eq!((device.values.size(), device.values.stored_count()), (0, 2), "moved, not written again");
    device.set("p", 3.0).unwrap();
    device.fold("q", 4.0).unwrap();
    assert!(device.values.purge_changes_of_property(&device.thing, &"p".into()));
    assert_eq!(device.values.stored_count(), 3);
    assert!(!device.values.purge_changes_of_thing(&device.thing), "nothing was queued");
    assert_eq!(device.values.stored_count(), 2);
    let full = device.values.set(&device.thing, PropertyValue::new("p", Value::Number(5.0), 1), false, 150);
    assert_eq!(full, Ok(Taken::Queued));
    device.values.close_store();
    device.values.refuse_store("a test");
    assert_eq!(device.set("p", 6.0).unwrap_err().result(), 1204, "there is no store to be in");
    let value = PropertyValue::new("p", Value::Number(7.0), 1);
    let pushed = device.values.set_and_push(&device.thing, value, false, LIMIT, NOW, &Scripted::online());
    assert_eq!(pushed, Ok(Taken::Queued));
    assert_eq!(device.values.size(), 0);
}

#[test]
fn with_every_value_stored_a_set_says_when_there_is_no_room() {
    let files = files();
    let device = device(&files);
    device.values.store_every_value(true);
    let set = |number: f64| {
        device.values.set(&device.thing, PropertyValue::new("p", Value::Number(number), 1), false, 35 * 4)
    };
    assert_eq!(set(0.0), Ok(Taken::Queued));
    // The queue is full before the store is.
    assert_eq!(set(1.0).unwrap_err().result(), 1202);
    device.push(&Scripted::offline()).unwrap_err();
    for number in 2..5 {
        assert_eq!(set(f64::from(number)), Ok(Taken::Queued));
        device.push(&Scripted::offline()).unwrap_err();
    }
    assert_eq!(set(5.0).unwrap_err().result(), 1204);
    assert_eq!((device.queued(), device.values.stored_count()), (vec![5.0], 4));
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [0.0, 2.0, 3.0, 4.0, 5.0]);
}

/// The link is lost while one thread pushes, and another pushes offline before the first one knows.
#[test]
fn an_offline_push_stores_what_another_push_has_not_got_an_answer_for() {
    for answer in [Err(RequestError::ConnectionLost), Ok(())] {
        let files = files();
        let device = device(&files);
        device.set("p", 1.0).unwrap();
        let online = Scripted::online();
        online.answer([answer.clone()]);
        let (values, thing) = (device.values.clone(), device.thing.clone());
        online.set_during(move || {
            values.set(&thing, PropertyValue::new("p", Value::Number(2.0), 1), false, LIMIT).unwrap();
            let pushed = values.push(Some(&thing), NOW, &Scripted::offline());
            assert_eq!(pushed, Err(PushError::Offline { thing: thing.clone() }));
            assert_eq!(values.stored_count(), 2, "both are promised");
        });
        assert_eq!(
            device.push(&online),
            answer.clone().map_err(|error| PushError::Update { thing: device.thing.clone(), error })
        );
        *online.during.lock().unwrap() = None;
        online.take();
        let copy = files.path.with_extension("copy");
        fs::copy(&files.path, &copy).unwrap();
        device.push(&online).unwrap();
        let expected: &[f64] = if answer.is_ok() { &[2.0] } else { &[1.0, 2.0] };
        assert_eq!(online.numbers(), expected, "in order and once");
        assert_eq!(fs::read(&files.path).unwrap(), b"");
        // Had the power been cut in between, the next run would have sent the same.
        device.values.open_store(&copy, Format::Checksummed).unwrap();
        device.push(&online).unwrap();
        device.values.push(None, NOW, &online).unwrap();
        assert_eq!(online.numbers(), expected);
    }
}

/// A platform to which the link comes up after a push has seen that the store cannot be sent.
struct ComesUp {
    scripted: Scripted,
    /// How often a push has looked. It does so twice before it decides about the store.
    looks: AtomicUsize,
}

impl Platform for ComesUp {
    fn is_online(&self) -> bool {
        self.looks.fetch_add(1, Ordering::Relaxed) >= 2
    }

    fn connect(&self) {}

    fn update(&self, thing: &Text, params: InfoTable) -> Result<(), RequestError> {
        self.scripted.update(thing, params)
    }

    fn update_async(&self, thing: &Text, params: InfoTable, done: Callback) -> Result<u32, RequestError> {
        self.scripted.update_async(thing, params, done)
    }

    fn ensure_synchronized(&self, thing: &Text, limit: Duration) -> bool {
        self.scripted.ensure_synchronized(thing, limit)
    }
}

#[test]
fn a_link_that_comes_up_during_a_push_is_sent_the_store_first() {
    for thing in [Some("t".into()), None] {
        let files = files();
        let device = device(&files);
        device.set("p", 1.0).unwrap();
        device.push(&Scripted::offline()).unwrap_err();
        device.set("p", 2.0).unwrap();
        let platform = ComesUp { scripted: Scripted::online(), looks: AtomicUsize::new(0) };
        device.values.push(thing.as_ref(), NOW, &platform).unwrap();
        assert_eq!(platform.scripted.numbers(), [1.0, 2.0]);
        assert_eq!(device.values.stored_count(), 0);
    }
}

#[test]
fn what_an_offline_push_stores_while_another_push_waits_to_be_synchronized_is_sent_first() {
    let files = files();
    let device = Arc::new(device(&files).bound());
    let platform = Scripted::online();
    device.set("p", 1.0).unwrap();
    let (values, other) = (device.values.clone(), device.clone());
    platform.set_synchronize(move |thing| {
        values.store_thing(thing, NOW).unwrap();
        other.set("p", 2.0).unwrap();
        other.synchronize(&[("p", Some("ALWAYS"), 0.0)]);
        true
    });
    device.push(&platform).unwrap();
    assert_eq!(platform.numbers(), [1.0, 2.0]);
}

#[test]
fn what_waits_in_ram_alone_is_stored_before_younger_values_that_are_stored_already() {
    for restart in [false, true] {
        let files = files();
        let first = device(&files);
        first.set("p", 1.0).unwrap();
        first.fold("q", 2.0).unwrap();
        first.values.store_every_value(true);
        first.set("p", 3.0).unwrap();
        first.push(&Scripted::offline()).unwrap_err();
        assert_eq!(first.values.stored_count(), 3, "the younger one is not there twice");
        let second = if restart {
            drop(first);
            device(&files)
        } else {
            first
        };
        let online = Scripted::online();
        second.values.push(None, NOW, &online).unwrap();
        assert_eq!(online.numbers(), [1.0, 2.0, 3.0]);
    }
}

#[test]
fn a_store_with_room_for_the_older_of_two_values_takes_neither_in_the_wrong_order() {
    for restart in [false, true] {
        let files = files();
        let first = device(&files);
        first.values.store_every_value(true);
        let push = |device: &Device, limit: u64| {
            let options = PushOptions { store: StoreUse::up_to(limit), ..NOW };
            device.values.push(Some(&device.thing), options, &Scripted::offline()).unwrap_err().result()
        };
        for number in 1..=4 {
            first.set("p", f64::from(number)).unwrap();
        }
        assert_eq!(push(&first, LIMIT.into()), 1203);
        // Room in the queue, none in the store.
        let value = PropertyValue::new("p", Value::Number(5.0), 1);
        assert_eq!(first.values.set(&first.thing, value, false, 130).unwrap_err().result(), 1204);
        first.set("p", 6.0).unwrap();
        assert_eq!(push(&first, 35 * 4 + 10), 1204, "there is room for one more");
        assert_eq!(push(&first, LIMIT.into()), 1203);
        let second = if restart {
            drop(first);
            device(&files)
        } else {
            first
        };
        let online = Scripted::online();
        second.values.push(None, NOW, &online).unwrap();
        assert_eq!(online.numbers(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }
}
