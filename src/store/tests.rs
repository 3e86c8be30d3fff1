//! Damage, full disks and power cuts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use tempfile::TempDir;

use super::disk::beside;
use super::faults::{self, Plan};
use super::frame;
use super::*;
use crate::model::{Text, Value};
use crate::wire::encode_row;

mod lives;
mod points;

struct Place {
    _directory: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    Place { path: directory.path().join("store.bin"), _directory: directory }
}

fn open(path: &Path) -> Log {
    Log::open(path, Original::Rows, Format::Checksummed).unwrap()
}

fn payloads(log: &mut Log) -> Vec<Vec<u8>> {
    let numbers: Vec<u64> = log.numbers().collect();
    numbers.into_iter().map(|number| log.read(number).unwrap().unwrap()).collect()
}

/// What a store has that is open elsewhere.
fn stored(path: &Path) -> Vec<Vec<u8>> {
    let copy = place();
    fs::copy(path, &copy.path).unwrap();
    payloads(&mut open(&copy.path))
}

fn row(name: &str, number: f64) -> Vec<u8> {
    let cells = [
        Value::string("T"),
        Value::string(name),
        Value::Number(number),
        Value::DateTime(1_700_000_000_000),
        Value::string("GOOD"),
        Value::Boolean(false),
    ];
    let mut bytes = Vec::new();
    encode_row(&cells, &mut bytes).unwrap();
    bytes
}

fn fill(path: &Path, payloads: &[Vec<u8>]) -> Vec<u8> {
    open(path).append(payloads.iter().map(Vec::as_slice)).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn records_are_there_after_a_restart_until_they_are_removed() {
    let place = place();
    let mut log = open(&place.path);
    assert_eq!(log.append([&b"a"[..], b"", b"c"]).unwrap(), 1..4);
    assert_eq!(log.payload_length(), 2);
    drop(log);
    let mut log = open(&place.path);
    assert_eq!(payloads(&mut log), [&b"a"[..], b"", b"c"]);
    log.remove(&[2]).unwrap();
    drop(log);
    let mut log = open(&place.path);
    assert_eq!(log.numbers().collect::<Vec<_>>(), [1, 3]);
    assert_eq!(log.append([&b"d"[..]]).unwrap(), 4..5);
    log.remove(&[1, 3, 4, 77]).unwrap();
    assert!(log.is_empty());
    assert_eq!(fs::read(&place.path).unwrap(), b"");
    assert_eq!((log.length(), log.payload_length()), (0, 0));
}

#[test]
fn removed_records_do_not_fill_the_disk() {
    let place = place();
    let mut log = open(&place.path);
    let big = vec![7; 1000];
    log.append([&b"stays"[..]]).unwrap();
    for _ in 0..100 {
        let added = log.append([big.as_slice()]).unwrap();
        log.remove(&[added.start]).unwrap();
        assert!(fs::metadata(&place.path).unwrap().len() < 8192);
        assert_eq!(fs::metadata(&place.path).unwrap().len(), log.length());
    }
    assert_eq!(stored(&place.path), [b"stays"]);
}

#[test]
fn nobody_else_may_read_the_file() {
    let place = place();
    fill(&place.path, &[row("a", 1.0)]);
    assert_eq!(fs::metadata(&place.path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_that_ends_anywhere_has_all_records_before_the_end() {
    let place = place();
    let records: Vec<_> = (0..4).map(|number| row("abc", f64::from(number))).collect();
    let whole = fill(&place.path, &records);
    let ends: Vec<usize> = (1..=4)
        .map(|count| {
            let other = tempfile::tempdir().unwrap();
            fill(&other.path().join("x"), &records[..count]).len()
        })
        .collect();
    for length in 0..=whole.len() {
        fs::write(&place.path, &whole[..length]).unwrap();
        let intact = ends.iter().filter(|end| **end <= length).count();
        let mut log = open(&place.path);
        assert_eq!(payloads(&mut log), records[..intact], "{length} bytes");
        log.append([&b"more"[..]]).unwrap();
        drop(log);
        let mut again = open(&place.path);
        assert_eq!(again.count(), intact + 1, "{length} bytes");
        assert_eq!(payloads(&mut again).last().unwrap(), b"more");
    }
}

#[test]
fn a_damaged_byte_costs_one_record_at_most_and_its_bytes_are_kept() {
    let place = place();
    let records: Vec<_> = (0..3).map(|number| row("abc", f64::from(number))).collect();
    let whole = fill(&place.path, &records);
    let bad = beside(&place.path, "bad");
    for at in 0..whole.len() {
        for flip in [1, 0x80, whole[at]] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            if damaged == whole {
                continue;
            }
            fs::write(&place.path, &damaged).unwrap();
            let mut log = open(&place.path);
            let found = payloads(&mut log);
            assert!(found.len() >= 2, "byte {at} to {}: {} records", damaged[at], found.len());
            assert!(found.iter().all(|record| records.contains(record)), "byte {at} to {}", damaged[at]);
            drop(log);
            let mut again = open(&place.path);
            assert_eq!(payloads(&mut again), found);
            if found.len() < 3 && at < whole.len() - 1 {
                assert!(!fs::read(&bad).unwrap().is_empty());
            }
            let _ = fs::remove_file(&bad);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_a_file_is_it_opens_and_takes_records(
        content in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            prop::collection::vec(prop::sample::select(b"\0\x01\x06\x01T!twMsg".to_vec()), 0..300),
        ],
        original in prop_oneof![Just(Original::Rows), Just(Original::Messages)],
    ) {
        let place = place();
        fs::write(&place.path, &content).unwrap();
        let mut log = Log::open(&place.path, original, Format::Checksummed).unwrap();
        let before = payloads(&mut log);
        let added = log.append([&b"new"[..]]).unwrap();
        prop_assert_eq!(log.read(added.start).unwrap().unwrap(), b"new");
        drop(log);
        let mut again = Log::open(&place.path, original, Format::Checksummed).unwrap();
        let after = payloads(&mut again);
        prop_assert_eq!(&after[..after.len() - 1], &before[..]);
        prop_assert_eq!(&after[after.len() - 1][..], b"new");
    }

    #[test]
    fn several_damaged_places_cost_their_records_alone(
        sizes in prop::collection::vec(0usize..40, 1..12),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..4),
    ) {
        let place = place();
        let records: Vec<Vec<u8>> =
            sizes.iter().enumerate().map(|(index, size)| vec![index as u8; size + 1]).collect();
        let mut damaged = fill(&place.path, &records);
        for (at, flip) in &places {
            let at = at.index(damaged.len());
            damaged[at] ^= flip;
        }
        fs::write(&place.path, &damaged).unwrap();
        let found = stored(&place.path);
        prop_assert!(found.len() + places.len() >= records.len());
        let mut expected = records.iter();
        prop_assert!(found.iter().all(|record| expected.any(|other| other == record)), "order or content");
    }
}

#[test]
fn a_file_of_the_original_is_read_and_becomes_one_of_ours() {
    let place = place();
    let records = [row("a", 1.0), row("b", 2.0)];
    fs::write(&place.path, records.concat()).unwrap();
    let mut log = open(&place.path);
    assert_eq!(payloads(&mut log), records);
    assert_eq!(fs::read(&place.path).unwrap(), records.concat(), "reading changes nothing");
    log.append([row("c", 3.0).as_slice()]).unwrap();
    assert_eq!(fs::read(&place.path).unwrap()[0], 0);
    assert_eq!(stored(&place.path), [row("a", 1.0), row("b", 2.0), row("c", 3.0)]);
}

#[test]
fn the_form_of_the_original_can_be_chosen() {
    let place = place();
    fill(&place.path, &[row("a", 1.0)]);
    let mut log = Log::open(&place.path, Original::Rows, Format::Original).unwrap();
    let added = log.append([row("b", 2.0).as_slice(), row("c", 3.0).as_slice()]).unwrap();
    assert_eq!(fs::read(&place.path).unwrap(), [row("a", 1.0), row("b", 2.0), row("c", 3.0)].concat());
    log.remove(&[added.start]).unwrap();
    assert_eq!(fs::read(&place.path).unwrap(), [row("a", 1.0), row("c", 3.0)].concat());
    let numbers: Vec<_> = log.numbers().collect();
    log.remove(&numbers).unwrap();
    assert_eq!(fs::read(&place.path).unwrap(), b"");
}

#[test]
fn a_file_of_the_original_loses_no_row_beside_a_torn_one() {
    let place = place();
    let whole = [row("a", 1.0), row("b", 2.0), row("c", 3.0)].concat();
    for length in 0..=whole.len() {
        fs::write(&place.path, &whole[..length]).unwrap();
        assert_eq!(open(&place.path).count(), length / 35, "{length} bytes");
    }
}

#[test]
fn a_file_of_a_later_version_is_kept_and_a_new_one_begun() {
    let place = place();
    let mut content = fill(&place.path, &[row("a", 1.0)]);
    let mut later = vec![frame::VERSION + 1, 9, 9, 9, 9];
    later.extend(crc32fast::hash(&later).to_be_bytes());
    content.push(0);
    // No byte of it is 0, so that stuffing only adds its length.
    assert!(!later.contains(&0));
    content.push(later.len() as u8 + 1);
    content.extend(&later);
    content.push(0);
    for name in ["newer", "newer.2"] {
        fs::write(&place.path, &content).unwrap();
        let mut log = open(&place.path);
        assert_eq!(payloads(&mut log), [row("a", 1.0)], "what is understood is used");
        assert_eq!(log.append([&b"new"[..]]).unwrap(), 2..3);
        let kept = place.path.parent().unwrap().join(format!("store.bin.{name}"));
        assert_eq!(fs::read(kept).unwrap(), content);
        drop(log);
        // Once more the same is not kept once more.
        fs::write(&place.path, &content).unwrap();
        open(&place.path);
        content.push(0);
    }
}

#[test]
fn a_removal_of_a_damaged_record_does_not_remove_a_new_one() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"first"[..], b"second"]).unwrap();
    let end = log.length() as usize;
    log.remove(&[2]).unwrap();
    let mut content = fs::read(&place.path).unwrap();
    content[end - 3] ^= 1;
    drop(log);
    fs::write(&place.path, &content).unwrap();
    let mut log = open(&place.path);
    log.append([&b"third"[..]]).unwrap();
    assert_eq!(stored(&place.path), [&b"first"[..], b"third"]);
}

#[test]
fn a_record_that_is_damaged_while_the_store_is_open_is_put_aside_when_it_is_read() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"first"[..], b"second"]).unwrap();
    let mut content = fs::read(&place.path).unwrap();
    content[13] ^= 1;
    // In place: the file is the one that is open.
    fs::write(&place.path, &content).unwrap();
    assert!(matches!(log.read(1), Err(StoreError::Damaged { .. })));
    assert_eq!(log.read(1).unwrap(), None);
    assert_eq!(payloads(&mut log), [b"second"]);
    assert!(beside(&place.path, "bad").exists());
}

#[test]
fn a_file_that_somebody_removes_or_changes_is_made_or_read_again() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"first"[..]]).unwrap();
    fs::remove_file(&place.path).unwrap();
    log.append([&b"second"[..]]).unwrap();
    assert_eq!(stored(&place.path), [&b"first"[..], b"second"]);
    let other = self::place();
    fs::copy(&place.path, &other.path).unwrap();
    open(&other.path).append([&b"of another"[..]]).unwrap();
    fs::write(&place.path, fs::read(&other.path).unwrap()).unwrap();
    log.append([&b"third"[..]]).unwrap();
    let all = [&b"first"[..], b"second", b"of another", b"third"];
    assert_eq!(payloads(&mut log), all);
    assert_eq!(stored(&place.path), all);
}

#[test]
fn a_store_that_is_open_cannot_be_opened_elsewhere() {
    let place = place();
    let mut log = open(&place.path);
    let refused = || {
        let error = Log::open(&place.path, Original::Rows, Format::Checksummed).unwrap_err();
        assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    };
    refused();
    let big = vec![7; 5000];
    log.append([&b"first"[..], &big]).unwrap();
    let handle = log.sync_handle().unwrap();
    assert!(handle.is_none());
    // A rewriting and a change by somebody else put another file, or another opening, in its place.
    log.remove(&[2]).unwrap();
    refused();
    fs::write(&place.path, b"").unwrap();
    log.append([&b"second"[..]]).unwrap();
    refused();
    let to = place.path.with_file_name("other.bin");
    fs::write(&to, b"").unwrap();
    log.append_unsynced([&b"third"[..]]).unwrap();
    let handle = log.sync_handle().unwrap();
    log.move_to(&to).unwrap();
    assert!(open(&place.path).is_empty());
    let error = Log::open(&to, Original::Rows, Format::Checksummed).unwrap_err();
    assert_eq!(error.to_string().matches("is in use").count(), 1);
    drop(log);
    assert_eq!(open(&to).count(), 2);
    drop(handle);
}

#[test]
fn nobody_gets_in_while_a_store_is_rewritten() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"stays"[..]]).unwrap();
    // No waiting for the disk, so that there is more to come between.
    power::supply(place.path.parent().unwrap());
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                let error = Log::open(&place.path, Original::Rows, Format::Checksummed).unwrap_err();
                assert!(matches!(error, StoreError::Locked { .. }), "{error}");
            }
        });
        let big = vec![7; 5000];
        for _ in 0..2000 {
            let added = log.append([big.as_slice()]).unwrap();
            log.remove(&[added.start]).unwrap();
            if other.is_finished() {
                break;
            }
        }
        is_done.store(true, Ordering::Relaxed);
    });
    power::end();
    assert_eq!(payloads(&mut log), [b"stays"]);
}

#[test]
fn a_lock_that_was_given_up_and_taken_by_somebody_else_keeps_this_one_out() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"first"[..]]).unwrap();
    // As a forked process does when it gives the store up.
    let inherited = fs::File::options().write(true).open(&place.path).unwrap();
    log.disk_for_tests().unlock();
    log.append([&b"second"[..]]).unwrap();
    assert_eq!(crate::ffi::file_lock::lock(&inherited).unwrap(), crate::ffi::file_lock::Locked::Held);
    log.disk_for_tests().unlock();
    crate::ffi::file_lock::lock(&inherited).unwrap();
    assert!(matches!(log.append([&b"third"[..]]), Err(StoreError::Locked { .. })));
    assert!(matches!(log.remove(&[1]), Err(StoreError::Locked { .. })));
    drop(inherited);
    log.append([&b"fourth"[..]]).unwrap();
    assert_eq!(payloads(&mut log), [&b"second"[..], b"fourth"]);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing/store.bin");
    let error = Log::open(&missing, Original::Rows, Format::Checksummed).unwrap_err();
    assert!(error.to_string().contains("check that its directory exists"), "{error}");
    assert!(!missing.parent().unwrap().exists());
    Log::make_directory(missing.parent().unwrap()).unwrap();
    assert!(Log::open(&missing, Original::Rows, Format::Checksummed).is_ok());
    let error = Log::open(directory.path(), Original::Rows, Format::Checksummed).unwrap_err();
    assert!(matches!(error, StoreError::NoFile { .. }));
}

#[test]
fn a_store_moves_with_its_records() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"first"[..], b"second"]).unwrap();
    log.remove(&[1]).unwrap();
    let to = place.path.with_file_name("other.bin");
    log.move_to(&to).unwrap();
    assert!(!place.path.exists());
    assert_eq!(log.append([&b"third"[..]]).unwrap(), 4..5);
    assert_eq!(stored(&to), [&b"second"[..], b"third"]);
}

#[test]
fn a_store_moves_behind_what_is_there() {
    let place = place();
    let to = place.path.with_file_name("other.bin");
    fill(&to, &[b"of an earlier run".to_vec(), b"another".to_vec()]);
    let mut log = open(&place.path);
    log.append([&b"of this one"[..]]).unwrap();
    log.move_to(&to).unwrap();
    let all = [&b"of an earlier run"[..], b"another", b"of this one"];
    assert_eq!(payloads(&mut log), all);
    assert_eq!(stored(&to), all);
}

#[test]
fn a_full_disk_leaves_what_was_there_and_goes_on_when_there_is_room() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"first"[..]]).unwrap();
    faults::set(Plan { fail_at: Some(1), ..Plan::default() });
    assert!(matches!(log.append([&b"second"[..]]), Err(StoreError::Write { .. })));
    faults::set(Plan::default());
    assert_eq!(payloads(&mut log), [b"first"]);
    log.append([&b"third"[..]]).unwrap();
    assert_eq!(stored(&place.path), [&b"first"[..], b"third"]);
}

fn full_disk() {
    faults::set(Plan { fail_at: Some(1), ..Plan::default() });
}

fn room_again() {
    faults::set(Plan::default());
}

#[test]
fn what_cannot_be_made_durable_is_taken_back() {
    let place = place();
    let mut log = open(&place.path);
    log.append([&b"first"[..]]).unwrap();
    assert_eq!(log.append_unsynced([&b"second"[..]]).unwrap(), 2..3);
    assert_eq!(log.append_unsynced([&b"third"[..]]).unwrap(), 3..4);
    assert_eq!((log.durability(&(1..2)), log.durability(&(2..4))), (Durability::Durable, Durability::Undecided));
    full_disk();
    assert!(log.sync().is_err());
    room_again();
    assert_eq!(log.durability(&(2..4)), Durability::Lost);
    assert_eq!((payloads(&mut log), log.payload_length()), (vec![b"first".to_vec()], 5));
    log.sync().unwrap();
    // A number is not given twice: who has the old one could not tell.
    assert_eq!(log.append_unsynced([&b"fourth"[..]]).unwrap(), 4..5);
    log.sync().unwrap();
    assert_eq!((log.durability(&(4..5)), log.durability(&(3..5))), (Durability::Durable, Durability::Lost));
    assert_eq!(stored(&place.path), [&b"first"[..], b"fourth"]);
}

#[test]
fn a_file_is_made_durable_while_others_use_the_store() {
    let place = place();
    let mut log = open(&place.path);
    assert!(log.sync_handle().unwrap().is_none());
    log.append_unsynced([&b"first"[..]]).unwrap();
    let handle = log.sync_handle().unwrap().unwrap();
    let outcome = handle.sync();
    log.append_unsynced([&b"second"[..]]).unwrap();
    log.synced(&handle, outcome).unwrap();
    assert_eq!((log.durability(&(1..2)), log.durability(&(2..3))), (Durability::Durable, Durability::Undecided));
    let later = log.sync_handle().unwrap().unwrap();
    log.append_unsynced([&b"third"[..]]).unwrap();
    assert!(log.synced(&later, Err(std::io::Error::other("broken"))).is_err());
    assert_eq!(log.durability(&(2..4)), Durability::Lost);
    assert_eq!(payloads(&mut log), [b"first"]);
    assert_eq!(stored(&place.path), [b"first"]);
}

#[test]
fn the_outcome_for_a_file_that_was_replaced_or_cut_does_not_count() {
    let broken = || Err(std::io::Error::other("broken"));
    let place = place();
    let mut log = open(&place.path);
    let big = vec![7; 5000];
    let added = log.append([big.as_slice()]).unwrap();
    log.append_unsynced([&b"first"[..]]).unwrap();
    let handle = log.sync_handle().unwrap().unwrap();
    // Rewritten: more garbage than anything else.
    log.remove(&[added.start]).unwrap();
    assert!(log.length() < 5000);
    log.append_unsynced([&b"second"[..]]).unwrap();
    log.synced(&handle, broken()).unwrap();
    assert_eq!((log.durability(&(2..3)), log.durability(&(3..4))), (Durability::Durable, Durability::Undecided));
    let handle = log.sync_handle().unwrap().unwrap();
    log.clear().unwrap();
    log.append_unsynced([&b"third"[..]]).unwrap();
    log.synced(&handle, broken()).unwrap();
    assert_eq!(log.durability(&(4..5)), Durability::Undecided);
    // The other way round: this one has worked, the store's own has not.
    let handle = log.sync_handle().unwrap().unwrap();
    let outcome = handle.sync();
    full_disk();
    assert!(log.sync().is_err());
    room_again();
    assert!(log.synced(&handle, outcome).is_err());
    assert!(log.is_empty());
    // What could not be cut off is gone with the next write.
    log.append([&b"fourth"[..]]).unwrap();
    assert_eq!(stored(&place.path), [b"fourth"]);
}

#[test]
fn a_removal_finds_room_where_a_new_file_does_not() {
    let place = place();
    let mut log = open(&place.path);
    let big = vec![7; 5000];
    log.append([&b"first"[..], &big]).unwrap();
    // Where the new file would be.
    fs::create_dir(beside(&place.path, "tmp")).unwrap();
    log.remove(&[2]).unwrap();
    assert_eq!(stored(&place.path), [b"first"]);
}

#[test]
fn a_bad_record_that_cannot_be_put_aside_is_skipped() {
    let place = place();
    let mut content = fill(&place.path, &[row("a", 1.0), row("b", 2.0)]);
    content[5] ^= 1;
    fs::write(&place.path, &content).unwrap();
    faults::set(Plan { fail_at: Some(1), ..Plan::default() });
    let mut log = open(&place.path);
    faults::set(Plan::default());
    assert_eq!(payloads(&mut log), [row("b", 2.0)]);
    assert_eq!(fs::read(&place.path).unwrap(), content, "it is still there");
    drop(log);
    assert_eq!(payloads(&mut open(&place.path)), [row("b", 2.0)]);
    assert!(beside(&place.path, "bad").exists());
}

/// What a life of a store does between two power cuts: `Ok` steps are promises.
fn live(path: &Path, promised: &mut Vec<Vec<u8>>, gone: &mut Vec<Vec<u8>>) {
    let Ok(mut log) = Log::open(path, Original::Rows, Format::Checksummed) else { return };
    for round in 0..6u8 {
        let payloads: Vec<Vec<u8>> = (0..3).map(|index| vec![round * 10 + index + 1; 700]).collect();
        let Ok(added) = log.append(payloads.iter().map(Vec::as_slice)) else { return };
        promised.extend(payloads.iter().cloned());
        // From here on it may be gone: its answer has come.
        gone.extend(payloads[..2].iter().cloned());
        if log.remove(&[added.start, added.start + 1]).is_err() {
            return;
        }
    }
    let rest: Vec<u64> = log.numbers().take(5).collect();
    gone.extend(payloads(&mut log).into_iter().take(5));
    let _ = log.remove(&rest);
}

#[test]
fn no_power_cut_loses_what_was_promised() {
    let points = {
        let place = place();
        faults::set(Plan::default());
        live(&place.path, &mut Vec::new(), &mut Vec::new());
        faults::set(Plan::default())
    };
    assert!(points > 30, "{points}");
    for kill_at in 1..=points {
        for part in [0, 50, 100] {
            let place = place();
            let (mut promised, mut gone) = (Vec::new(), Vec::new());
            faults::set(Plan { kill_at: Some(kill_at), part, ..Plan::default() });
            live(&place.path, &mut promised, &mut gone);
            faults::set(Plan::default());
            let found = payloads(&mut open(&place.path));
            for payload in promised.iter().filter(|payload| !gone.contains(payload)) {
                assert!(found.contains(payload), "point {kill_at}, {part} %: {} is lost", payload[0]);
            }
            let mut sorted = found.clone();
            sorted.dedup();
            assert_eq!(sorted, found, "point {kill_at}, {part} %");
        }
    }
}

#[test]
fn what_is_refused_for_good_is_kept_as_a_line() {
    let place = place();
    let (thing, name) = (Text::from("T\"1"), Text::from("p"));
    let rejected = Rejected { thing: &thing, name: &name, reason: "NOT_FOUND", payload: b"\x01\x02" };
    let to = rejected.keep(&place.path).unwrap();
    assert_eq!(to, beside(&place.path, "rejected"));
    // A power cut has taken the end of a line.
    let whole = fs::read(&to).unwrap();
    fs::write(&to, [&whole, &whole[..20]].concat()).unwrap();
    rejected.keep(&place.path).unwrap();
    let lines = fs::read_to_string(to).unwrap();
    let torn = lines.lines().nth(1).unwrap();
    assert_eq!(torn.len(), 20);
    let lines = lines.replace(&format!("{torn}\n"), "");
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["thing"], &lines[0]["record"]), (&"T\"1".into(), &"AQI=".into()));
}
