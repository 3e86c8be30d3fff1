use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn number(n: usize) -> *mut c_void {
    memory::alloc(n).cast()
}

unsafe fn read(entry: *mut ListEntry) -> usize {
    // SAFETY: the tests' lists hold numbers.
    unsafe { *(*entry).value.cast::<usize>() }
}

unsafe fn filled(count: usize) -> *mut twList {
    // SAFETY: a fresh list.
    unsafe {
        let list = twList_Create(None);
        for n in 0..count {
            assert_eq!(twList_Add(list, number(n)), 0);
        }
        list
    }
}

unsafe fn contents(list: *mut twList) -> Vec<usize> {
    let mut all = Vec::new();
    let mut entry = ptr::null_mut();
    loop {
        // SAFETY: a live list.
        unsafe {
            entry = twList_Next(list, entry);
            if entry.is_null() {
                return all;
            }
            all.push(read(entry));
        }
    }
}

#[test]
fn null_is_tolerated() {
    let (list, entry) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: NULL is allowed everywhere.
    unsafe {
        assert_eq!(twList_Delete(list), 101);
        assert_eq!(twList_Clear(list), 101);
        assert_eq!(twList_ClearEntries(list), 101);
        assert_eq!(twList_Add(list, ptr::null_mut()), 101);
        assert_eq!(twList_Remove(list, entry, 1), 101);
        assert!(twList_Next(list, entry).is_null());
        assert!(twList_GetByIndex(list, 0).is_null());
        assert_eq!(twList_GetCount(list), 0);
        assert_eq!(twList_ReplaceValue(list, entry, ptr::null_mut(), 1), 101);
        assert_eq!(twList_Foreach(list, None, ptr::null_mut()), 0);
        assert_eq!(twList_Find(list, ptr::null_mut(), ptr::null_mut()), 101);
        assert_eq!(twList_Cleanup(), 0);
    }
}

#[test]
fn places_are_found_in_short_and_long_lists() {
    for count in [0, 1, 5, 32, 33, 500] {
        // SAFETY: a live list.
        unsafe {
            let list = filled(count);
            assert_eq!(twList_GetCount(list), count as c_int);
            assert_eq!(contents(list), (0..count).collect::<Vec<_>>());
            for place in (0..count).rev() {
                assert_eq!(read(twList_GetByIndex(list, place as c_int)), place);
            }
            assert!(twList_GetByIndex(list, count as c_int).is_null());
            assert!(twList_GetByIndex(list, -1).is_null());
            twList_Delete(list);
        }
    }
}

#[test]
fn entries_of_other_lists_and_freed_ones_are_refused() {
    for count in [3, 100] {
        // SAFETY: live lists; stale and foreign pointers are the subject.
        unsafe {
            let (list, other) = (filled(count), filled(count));
            let foreign = twList_GetByIndex(other, 1);
            assert!(twList_Next(list, foreign).is_null());
            assert_eq!(twList_Remove(list, foreign, 1), 500);
            assert_eq!(twList_ReplaceValue(list, foreign, ptr::null_mut(), 1), 500);
            let gone = twList_GetByIndex(list, 1);
            assert_eq!(twList_Remove(list, gone, 1), 0);
            assert_eq!(twList_Remove(list, gone, 1), 500);
            assert!(twList_Next(list, gone).is_null());
            assert_eq!(twList_GetCount(list), count as c_int - 1);
            assert_eq!(twList_GetCount(other), count as c_int);
            twList_Delete(list);
            twList_Delete(other);
        }
    }
}

#[test]
fn removal_keeps_order_and_links() {
    // SAFETY: a live list.
    unsafe {
        let list = filled(100);
        let mut entry = twList_Next(list, ptr::null_mut());
        while !entry.is_null() {
            let next = twList_Next(list, entry);
            if read(entry) % 3 != 1 {
                assert_eq!(twList_Remove(list, entry, 1), 0);
            }
            entry = next;
        }
        let expected: Vec<_> = (0..100).filter(|n| n % 3 == 1).collect();
        assert_eq!(contents(list), expected);
        assert_eq!(twList_GetCount(list), expected.len() as c_int);
        let mut backwards = Vec::new();
        let mut entry = (*list).last;
        while !entry.is_null() {
            backwards.push(read(entry));
            entry = (*entry).prev;
        }
        backwards.reverse();
        assert_eq!(backwards, expected);
        assert_eq!(read(twList_GetByIndex(list, 33 - 1)), 97);
        twList_Delete(list);
    }
}

#[test]
fn edits_by_hand_are_noticed() {
    // SAFETY: a live list, edited as a C program would.
    unsafe {
        let list = filled(100);
        assert_eq!(read(twList_GetByIndex(list, 60)), 60);
        // Taking one out.
        let entry = (*(*list).first).next;
        (*(*entry).prev).next = (*entry).next;
        (*(*entry).next).prev = (*entry).prev;
        (*list).count -= 1;
        assert!(twList_Next(list, entry).is_null());
        assert_eq!(read(twList_GetByIndex(list, 60)), 61);
        // Putting it back at the end.
        (*entry).next = ptr::null_mut();
        (*entry).prev = (*list).last;
        (*(*list).last).next = entry;
        (*list).last = entry;
        (*list).count += 1;
        assert_eq!(read(twList_GetByIndex(list, 99)), 1);
        assert!(twList_Next(list, entry).is_null());
        assert_eq!(twList_Remove(list, entry, 1), 0);
        assert_eq!(twList_GetCount(list), 99);
        twList_Delete(list);
    }
}

#[test]
fn a_list_without_mutex_and_back_links_works() {
    let (null, values) = (ptr::null_mut(), [number(0), number(1)]);
    let second = memory::alloc(ListEntry { next: null, prev: null, value: values[1] });
    let first = memory::alloc(ListEntry { next: second, prev: null, value: values[0] });
    let (mtx, delete_function, parse_function) = (ptr::null_mut(), None, None);
    let mut list = twList { count: 2, first, last: second, mtx, delete_function, parse_function };
    // SAFETY: a list that a program put together itself.
    unsafe {
        assert_eq!(contents(&mut list), [0, 1]);
        assert_eq!(twList_Remove(&mut list, second, 1), 0);
        assert_eq!(list.last, first);
        assert_eq!(twList_Add(&mut list, number(7)), 0);
        assert_eq!(contents(&mut list), [0, 7]);
        assert_eq!(twList_Clear(&mut list), 0);
        assert!(list.first.is_null() && list.last.is_null() && list.count == 0);
    }
}

static DELETED: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn count_deleted(_: *mut c_void) {
    DELETED.fetch_add(1, Ordering::Relaxed);
}

#[test]
fn values_are_deleted_once_and_only_when_asked() {
    // SAFETY: a live list of pointers that are never followed.
    unsafe {
        let list = twList_Create(Some(count_deleted));
        for n in 1..=5_usize {
            twList_Add(list, n as *mut c_void);
        }
        twList_Add(list, ptr::null_mut());
        twList_Remove(list, (*list).first, 0);
        assert_eq!(DELETED.load(Ordering::Relaxed), 0);
        twList_Remove(list, (*list).first, 1);
        assert_eq!(DELETED.load(Ordering::Relaxed), 1);
        assert_eq!(twList_ReplaceValue(list, (*list).first, address(9), 1), 0);
        assert_eq!(DELETED.load(Ordering::Relaxed), 2);
        assert_eq!(twList_ReplaceValue(list, (*list).first, address(8), 0), 0);
        assert_eq!(DELETED.load(Ordering::Relaxed), 2);
        twList_ClearEntries(list);
        assert_eq!(DELETED.load(Ordering::Relaxed), 2);
        assert_eq!(twList_ReplaceValue(list, address(8).cast(), ptr::null_mut(), 0), 101);
        twList_Add(list, address(1));
        twList_Delete(list);
        assert_eq!(DELETED.load(Ordering::Relaxed), 3);
    }
}

/// Removes the entry it is called for and the one after it, appends one, and looks the list up in between.
unsafe extern "C" fn edit(entry: *mut c_void, _: usize, value: *mut c_void, _: usize, user: *mut c_void) -> c_int {
    // SAFETY: the test's list and numbers.
    unsafe {
        let (list, seen) = *user.cast::<(*mut twList, *mut Vec<usize>)>();
        (*seen).push(*value.cast::<usize>());
        let next = twList_Next(list, entry.cast());
        if !next.is_null() {
            twList_Remove(list, next, 1);
        }
        twList_Remove(list, entry.cast(), 1);
        twList_Add(list, number(1000));
        0
    }
}

#[test]
fn foreach_allows_the_handler_to_edit_the_list() {
    for count in [6, 100] {
        let mut seen: Vec<usize> = Vec::new();
        // SAFETY: a live list.
        unsafe {
            let list = filled(count);
            let mut user = (list, &raw mut seen);
            assert_eq!(twList_Foreach(list, Some(edit), (&raw mut user).cast()), count as c_int / 2);
            assert_eq!(seen, (0..count).step_by(2).collect::<Vec<_>>());
            assert_eq!(twList_GetCount(list), count as c_int / 2);
            assert_eq!(twList_Foreach(list, None, ptr::null_mut()), 0);
            twList_Delete(list);
        }
    }
}

unsafe extern "C" fn stop_at_two(_: *mut c_void, _: usize, value: *mut c_void, _: usize, _: *mut c_void) -> c_int {
    // SAFETY: the test's numbers.
    c_int::from(unsafe { *value.cast::<usize>() } == 2)
}

#[test]
fn foreach_counts_the_stopping_call() {
    // SAFETY: a live list.
    unsafe {
        let list = filled(10);
        assert_eq!(twList_Foreach(list, Some(stop_at_two), ptr::null_mut()), 3);
        twList_Delete(list);
    }
}

unsafe extern "C" fn decimal(value: *mut c_void) -> *const c_char {
    // SAFETY: the test's numbers.
    memory::copy_bytes(unsafe { *value.cast::<usize>() }.to_string().as_bytes())
}

#[test]
fn find_gives_the_entry() {
    // SAFETY: live lists of numbers.
    unsafe {
        let list = twList_CreateSearchable(None, Some(decimal));
        for n in 0..50 {
            twList_Add(list, number(n));
        }
        twList_Add(list, ptr::null_mut());
        let mut query = 41_usize;
        let mut found: *mut c_void = ptr::null_mut();
        assert_eq!(twList_Find(list, (&raw mut query).cast(), &mut found), 0);
        assert_eq!(read(found.cast()), 41);
        query = 77;
        found = address(5);
        assert_eq!(twList_Find(list, (&raw mut query).cast(), &mut found), -3);
        assert_eq!(found as usize, 5);
        let keyless = filled(1);
        assert_eq!(twList_Find(keyless, (&raw mut query).cast(), &mut found), -3);
        twList_Delete(list);
        twList_Delete(keyless);
    }
}

#[test]
fn a_hundred_thousand_entries_take_linear_time() {
    // SAFETY: a live list.
    unsafe {
        let count = 100_000;
        let list = filled(count);
        assert_eq!(contents(list).len(), count);
        let mut sum = 0;
        for step in 0..count {
            sum += read(twList_GetByIndex(list, (step * 7919 % count) as c_int));
        }
        assert_eq!(sum, count * (count - 1) / 2);
        twList_Delete(list);
    }
}

#[test]
fn threads_may_share_a_list() {
    // SAFETY: a live list.
    unsafe {
        let list = filled(0);
        let address = list as usize;
        let threads: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(move || {
                    let list = address as *mut twList;
                    for n in 0..500 {
                        twList_Add(list, number(n));
                        if n % 2 == 0 {
                            let entry = twList_GetByIndex(list, 0);
                            twList_Remove(list, entry, 1);
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        // Two threads may have picked the same entry: what counts is that count and content agree.
        assert_eq!(contents(list).len() as c_int, twList_GetCount(list));
        twList_Delete(list);
    }
}

/// A pointer that is never followed.
fn address(number: usize) -> *mut c_void {
    ptr::without_provenance_mut(number)
}
