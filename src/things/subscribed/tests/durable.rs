//! Values that are stored as they are set: one wait for the disk for many, and the window in which they are stored together.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use super::*;
use crate::store::{Format, Point, points_reached};

const PATIENCE: Duration = Duration::from_secs(20);

fn device(path: &Path) -> Device {
    let device = Device::new().with("p", "ALWAYS", 0.0).with("q", "ALWAYS", 0.0);
    device.values.open_store(path, Format::Checksummed).unwrap();
    device
}

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn wait_until(what: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !what() {
        assert!(Instant::now() < end, "it does not happen");
        thread::sleep(Duration::from_millis(2));
    }
}

/// What a device that is started now sends.
fn sent_after_restart(path: &Path) -> Vec<f64> {
    let (device, online) = (device(path), Scripted::online());
    device.values.push(None, NOW, &online).unwrap();
    online.numbers()
}

fn waits_for_disk() -> usize {
    points_reached().iter().filter(|point| **point == Point::SyncAppended).count()
}

#[test]
fn a_thread_that_sets_alone_waits_once_for_each_value() {
    let directory = directory();
    let device = device(&directory.path().join("values.bin"));
    device.values.store_every_value(true);
    points_reached();
    for number in 0..5 {
        device.set("p", f64::from(number)).unwrap();
    }
    assert_eq!(waits_for_disk(), 5);
}

#[test]
fn threads_that_set_while_the_disk_is_waited_for_share_the_next_wait() {
    let directory = directory();
    let path = directory.path().join("values.bin");
    {
        let device = Arc::new(device(&path));
        device.values.store_every_value(true);
        let busy = device.values.pretend_to_wait();
        let setters: Vec<_> = (0..6)
            .map(|number| {
                let device = device.clone();
                thread::spawn(move || {
                    device.set("p", f64::from(number)).unwrap();
                    waits_for_disk()
                })
            })
            .collect();
        wait_until(|| device.values.stored_count() == setters.len());
        assert!(setters.iter().all(|setter| !setter.is_finished()), "a set has returned before its value was durable");
        drop(busy);
        let waits: usize = setters.into_iter().map(|setter| setter.join().unwrap()).sum();
        assert_eq!(waits, 1);
    }
    let mut sent = sent_after_restart(&path);
    sent.sort_by(f64::total_cmp);
    assert_eq!(sent, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn many_threads_set_and_push_and_nothing_is_lost_or_comes_back() {
    const EACH: u32 = 60;
    let directory = directory();
    let path = directory.path().join("values.bin");
    let device = Arc::new(device(&path));
    device.values.store_every_value(true);
    let online = Arc::new(Scripted::online());
    let setters: Vec<_> = (0..4)
        .map(|setter| {
            let (device, online) = (device.clone(), online.clone());
            thread::spawn(move || {
                for number in 0..EACH {
                    device.set(if number % 2 == 0 { "p" } else { "q" }, f64::from(setter * 1000 + number)).unwrap();
                    if number % 7 == setter {
                        device.push(&online).unwrap();
                    }
                }
            })
        })
        .collect();
    setters.into_iter().for_each(|setter| setter.join().unwrap());
    device.push(&online).unwrap();
    let sent = online.numbers();
    for setter in 0..4 {
        let own: Vec<f64> = sent.iter().copied().filter(|number| *number as u32 / 1000 == setter).collect();
        let expected: Vec<f64> = (0..EACH).map(|number| f64::from(setter * 1000 + number)).collect();
        assert_eq!(own, expected);
    }
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn within_the_window_values_are_stored_together_and_can_be_sent_all_the_same() {
    let directory = directory();
    let path = directory.path().join("values.bin");
    let device = device(&path);
    device.values.store_values_within(Duration::from_millis(50));
    device.set("p", 1.0).unwrap();
    device.set("p", 2.0).unwrap();
    device.fold("q", 3.0).unwrap();
    wait_until(|| device.values.stored_count() == 3);
    assert_eq!(device.queued(), [1.0, 2.0], "they stay in RAM");
    let copy = directory.path().join("after the power cut.bin");
    fs::copy(&path, &copy).unwrap();
    assert_eq!(sent_after_restart(&copy), [1.0, 2.0, 3.0]);
    device.set("p", 4.0).unwrap();
    wait_until(|| device.values.stored_count() == 4);
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!(online.numbers(), [1.0, 2.0, 4.0, 3.0]);
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn what_is_confirmed_within_the_window_is_not_written() {
    let directory = directory();
    let device = device(&directory.path().join("values.bin"));
    device.values.store_values_within(Duration::from_secs(3600));
    let online = Scripted::online();
    for number in 0..3 {
        device.set("p", f64::from(number)).unwrap();
        device.push(&online).unwrap();
    }
    points_reached();
    device.values.store_queued(LIMIT.into());
    assert_eq!(points_reached(), []);
    device.set("p", 3.0).unwrap();
    device.values.store_queued(LIMIT.into());
    assert_eq!(waits_for_disk(), 1);
    device.values.store_queued(LIMIT.into());
    assert_eq!(points_reached(), [], "it has its record");
}

#[test]
fn a_window_without_room_leaves_values_in_ram_and_tries_again() {
    let directory = directory();
    let device = device(&directory.path().join("values.bin"));
    device.set("p", 1.0).unwrap();
    device.set("p", 2.0).unwrap();
    device.values.store_queued(1);
    assert_eq!((device.values.stored_count(), device.queued()), (1, vec![1.0, 2.0]));
    device.values.store_queued(1);
    assert_eq!(device.values.stored_count(), 1);
    device.values.store_queued(LIMIT.into());
    assert_eq!(device.values.stored_count(), 2);
    let online = Scripted::online();
    device.push(&online).unwrap();
    assert_eq!((online.numbers(), device.values.stored_count()), (vec![1.0, 2.0], 0));
}

#[test]
fn a_window_ends_with_the_store_and_begins_anew_with_the_next() {
    let directory = directory();
    let (first, second) = (directory.path().join("first.bin"), directory.path().join("second.bin"));
    let device = device(&first);
    device.values.store_values_within(Duration::from_millis(1));
    device.set("p", 1.0).unwrap();
    wait_until(|| device.values.stored_count() == 1);
    device.values.close_store();
    device.values.open_store(&second, Format::Checksummed).unwrap();
    device.set("p", 2.0).unwrap();
    wait_until(|| device.values.stored_count() == 2);
    device.values.store_values_within(Duration::ZERO);
    device.set("p", 3.0).unwrap();
    thread::sleep(Duration::from_millis(20));
    assert_eq!(device.values.stored_count(), 2);
}

#[test]
fn a_push_in_progress_that_confirms_what_is_being_stored_leaves_no_record() {
    let directory = directory();
    let path = directory.path().join("values.bin");
    let device = Arc::new(device(&path));
    device.set("p", 1.0).unwrap();
    let online = Scripted::online();
    let values = device.values.clone();
    online.set_during(move || values.store_queued(LIMIT.into()));
    device.push(&online).unwrap();
    assert_eq!((online.numbers(), device.values.stored_count()), (vec![1.0], 0));
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn what_is_not_wanted_of_one_store_takes_nothing_from_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (directory.path().join("first.bin"), directory.path().join("second.bin"));
    {
        let earlier = device(&second);
        earlier.set("p", 9.0).unwrap();
        earlier.push(&Scripted::offline()).unwrap_err();
    }
    let device = device(&first);
    device.fold("q", 1.0).unwrap();
    device.values.store_queued(LIMIT.into());
    device.fold("q", 2.0).unwrap();
    device.values.open_store(&second, Format::Checksummed).unwrap();
    let online = Scripted::online();
    device.values.push(None, NOW, &online).unwrap();
    assert_eq!(online.numbers(), [9.0, 2.0]);
}

#[test]
fn a_window_stores_held_values_when_nothing_else_waits() {
    let directory = tempfile::tempdir().unwrap();
    let device = device(&directory.path().join("values.bin")).with("never", "NEVER", 0.0).bound();
    device.values.store_values_within(Duration::from_millis(1));
    assert_eq!(device.set("never", 1.0).unwrap(), Taken::Held);
    wait_until(|| device.values.stored_count() == 1);
}

#[test]
fn setters_that_wait_hear_of_a_store_that_was_changed_for_another() {
    let directory = tempfile::tempdir().unwrap();
    let device = Arc::new(device(&directory.path().join("first.bin")));
    device.values.store_every_value(true);
    let busy = device.values.pretend_to_wait();
    let setters: Vec<_> = (0..3)
        .map(|number| {
            let device = device.clone();
            thread::spawn(move || device.set("p", f64::from(number)))
        })
        .collect();
    wait_until(|| device.values.stored_count() == setters.len());
    device.values.close_store();
    device.values.open_store(&directory.path().join("second.bin"), Format::Checksummed).unwrap();
    drop(busy);
    wait_until(|| setters.iter().all(thread::JoinHandle::is_finished));
    for setter in setters {
        setter.join().unwrap().unwrap_err();
    }
}
