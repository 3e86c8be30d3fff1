//! `twList.h`: Doubly linked list with a lock, an element destructor and an optional key function.

mod index;
#[cfg(test)]
mod tests;
mod visit;

use super::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_LIST_ENTRY_NOT_FOUND, TW_OK, TW_UNKNOWN_ERROR};
use super::guard::guard;
use super::key::Key;
use super::map::TW_MAP_MISSING;
use super::memory;
use super::recursive::{self, Guard};
use index::Stamp;
use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr;
use visit::Running;

/// A visitor asks for the next element. The header defines it for list, map and dictionary alike.
/// cbindgen:ignore
pub const TW_FOREACH_CONTINUE: c_int = 0;
/// A visitor has seen enough.
/// cbindgen:ignore
pub const TW_FOREACH_EXIT: c_int = 1;
pub type del_func = Option<unsafe extern "C" fn(item: *mut c_void)>;
pub type parse_func = Option<unsafe extern "C" fn(item: *mut c_void) -> *const c_char>;
pub type twForEachHander = Option<
    unsafe extern "C" fn(
        key: *mut c_void,
        key_size: usize,
        data: *mut c_void,
        data_size: usize,
        userData: *mut c_void,
    ) -> c_int,
>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ListEntry {
    pub next: *mut ListEntry,
    pub prev: *mut ListEntry,
    pub value: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twList {
    pub count: c_int,
    pub first: *mut ListEntry,
    pub last: *mut ListEntry,
    pub mtx: *mut pthread_mutex_t,
    pub delete_function: del_func,
    pub parse_function: parse_func,
}

/// What the index of a long list was made for.
unsafe fn stamp(list: *const twList) -> Stamp {
    // SAFETY: the caller's list is live.
    let list = unsafe { &*list };
    Stamp { count: list.count, first: list.first as usize, last: list.last as usize }
}

/// The addresses of all entries in order.
unsafe fn addresses(list: *const twList) -> Vec<usize> {
    // SAFETY: the caller's list is live and locked.
    let mut entry = unsafe { (*list).first };
    let mut found = Vec::new();
    while !entry.is_null() {
        found.push(entry as usize);
        // SAFETY: an entry of the list.
        entry = unsafe { (*entry).next };
    }
    found
}

/// Whether the list is worth an index.
unsafe fn is_long(list: *const twList) -> bool {
    // SAFETY: the caller's list is live.
    usize::try_from(unsafe { (*list).count }).is_ok_and(|count| count > index::SHORT)
}

/// Whether `entry`, which may be any pointer, is an entry of the list: decided without looking at what it points to.
unsafe fn contains(list: *const twList, entry: *const ListEntry) -> bool {
    // SAFETY: the caller's list is live and locked; only its own entries are read.
    unsafe {
        if entry.is_null() {
            return false;
        }
        let walk = || addresses(list);
        if is_long(list) && index::contains(list as usize, stamp(list), entry as usize, &walk) {
            return true;
        }
        // The index may have missed an edit by hand that kept number and ends: only a walk proves absence.
        let mut each = (*list).first;
        while !each.is_null() {
            if ptr::eq(each, entry) {
                return true;
            }
            each = (*each).next;
        }
        false
    }
}

/// The entry in front of one of the list's entries, NULL for the first. `prev` is believed only where it fits.
unsafe fn previous(list: *const twList, entry: *const ListEntry) -> *mut ListEntry {
    // SAFETY: the caller's list is live, locked and contains `entry`; `prev` is read only when it is an entry, too.
    unsafe {
        let prev = (*entry).prev;
        if ptr::eq((*list).first, entry) {
            return ptr::null_mut();
        }
        if contains(list, prev) && ptr::eq((*prev).next, entry) {
            return prev;
        }
        let mut each = (*list).first;
        while !each.is_null() && !ptr::eq((*each).next, entry) {
            each = (*each).next;
        }
        each
    }
}

/// Takes one of the list's entries out of it.
unsafe fn unlink(list: *mut twList, entry: *mut ListEntry) {
    // SAFETY: the caller's list is live, locked and contains `entry`.
    unsafe {
        let before = stamp(list);
        let prev = previous(list, entry);
        let next = (*entry).next;
        if prev.is_null() {
            (*list).first = next;
        } else {
            (*prev).next = next;
        }
        if next.is_null() {
            (*list).last = prev;
        } else {
            (*next).prev = prev;
        }
        (*list).count = (*list).count.saturating_sub(1);
        visit::removed(list as usize, entry as usize);
        if usize::try_from(before.count).is_ok_and(|count| count > index::SHORT) {
            index::removed(list as usize, before, stamp(list), entry as usize);
        }
    }
}

/// Deletes a value the way the list was told to.
unsafe fn delete_value(delete_function: del_func, value: *mut c_void) {
    if value.is_null() {
        return;
    }
    match delete_function {
        // SAFETY: the program gave this function for these values.
        Some(delete) => unsafe { delete(value) },
        // SAFETY: a list without a delete function holds C memory.
        None => unsafe { memory::free(value) },
    }
}

/// Empties the list, then deletes what was in it.
unsafe fn clear(list: *mut twList, with_values: bool) {
    // SAFETY: the caller's list is live; the chain is ours once it is detached.
    unsafe {
        let (mut entry, delete_function) = {
            let _guard = Guard::lock((*list).mtx);
            let chain = (*list).first;
            (*list).first = ptr::null_mut();
            (*list).last = ptr::null_mut();
            (*list).count = 0;
            visit::emptied(list as usize);
            index::forget(list as usize);
            (chain, (*list).delete_function)
        };
        while !entry.is_null() {
            let next = (*entry).next;
            let value = (*entry).value;
            memory::free(entry);
            if with_values {
                delete_value(delete_function, value);
            }
            entry = next;
        }
    }
}

/// The values of a list in order, with the list locked meanwhile.
pub struct Values<T> {
    next: *mut ListEntry,
    _guard: Guard,
    _type: PhantomData<*mut T>,
}

/// Walks a list; a NULL list is an empty one.
///
/// # Safety
/// `list` is NULL or a live list of values of type `T`, of which this thread removes none during the walk.
pub unsafe fn values<T>(list: *const twList) -> Values<T> {
    // SAFETY: see above.
    unsafe {
        let (mutex, next) = if list.is_null() { (ptr::null_mut(), None) } else { ((*list).mtx, Some(list)) };
        let guard = Guard::lock(mutex);
        // Read under the lock.
        let next = next.map_or(ptr::null_mut(), |list| (*list).first);
        Values { next, _guard: guard, _type: PhantomData }
    }
}

impl<T> Iterator for Values<T> {
    type Item = *mut T;

    fn next(&mut self) -> Option<*mut T> {
        if self.next.is_null() {
            return None;
        }
        // SAFETY: an entry of the locked list.
        let entry = unsafe { *self.next };
        self.next = entry.next;
        Some(entry.value.cast())
    }
}

/// Puts a value in front of an entry, at the end for NULL and for an entry that is not in the list. The new entry, NULL when
/// there is no memory: the value then stays the caller's.
///
/// # Safety
/// `list` is a live list.
pub unsafe fn insert_before(list: *mut twList, entry: *mut ListEntry, value: *mut c_void) -> *mut ListEntry {
    // SAFETY: see above; the new entry is ours until it is linked.
    unsafe {
        let _guard = Guard::lock((*list).mtx);
        if !contains(list, entry) {
            return if twList_Add(list, value) == TW_OK { (*list).last } else { ptr::null_mut() };
        }
        let prev = previous(list, entry);
        let made = memory::alloc(ListEntry { next: entry, prev, value });
        if made.is_null() {
            return made;
        }
        if prev.is_null() {
            (*list).first = made;
        } else {
            (*prev).next = made;
        }
        (*entry).prev = made;
        (*list).count = (*list).count.saturating_add(1);
        index::forget(list as usize);
        made
    }
}

/// The first entry whose value is wanted, NULL when there is none. The list is locked while `is_wanted` is asked.
///
/// # Safety
/// `list` is NULL or a live list of values of type `T`.
pub unsafe fn find_entry<T>(list: *const twList, is_wanted: impl Fn(&T) -> bool) -> *mut ListEntry {
    // SAFETY: see above; the entries are those of the locked list.
    unsafe {
        let mut values = values::<T>(list);
        loop {
            let entry = values.next;
            match values.next() {
                Some(value) if !value.as_ref().is_some_and(&is_wanted) => {}
                _ => return entry,
            }
        }
    }
}

/// Removes and deletes the first value that is wanted. Whether there was one.
///
/// # Safety
/// As for [`values`]; the value is not used afterwards.
pub unsafe fn remove_first<T>(list: *mut twList, is_wanted: impl Fn(&T) -> bool) -> bool {
    // SAFETY: see above. Locked from the look to the removal: the address of an entry that another thread has removed
    // may be that of a new one.
    unsafe {
        let _guard = Guard::lock(if list.is_null() { ptr::null_mut() } else { (*list).mtx });
        let entry = find_entry(list, is_wanted);
        !entry.is_null() && twList_Remove(list, entry, 1) == TW_OK
    }
}

/// Makes an empty list.
///
/// `delete_function` is called for each value that the list deletes; NULL means `free()`. The caller owns the list and
/// deletes it with `twList_Delete`. NULL when there is no memory or no mutex. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Create(delete_function: del_func) -> *mut twList {
    // SAFETY: no pointer is followed.
    unsafe { twList_CreateSearchable(delete_function, None) }
}

/// Makes an empty list whose entries can be found by key.
///
/// As `twList_Create`; `parse_function` gives the key of a value as a string from `malloc`, which the list frees.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_CreateSearchable(delete_function: del_func, parse_function: parse_func) -> *mut twList {
    guard(ptr::null_mut(), || {
        let mtx = recursive::create();
        if mtx.is_null() {
            return ptr::null_mut();
        }
        let (first, last) = (ptr::null_mut(), ptr::null_mut());
        let list = memory::alloc(twList { count: 0, first, last, mtx, delete_function, parse_function });
        if list.is_null() {
            // SAFETY: nobody else knows the mutex.
            unsafe { recursive::delete(mtx) };
        } else {
            index::forget(list as usize);
        }
        list
    })
}

/// Deletes a list, its entries and their values. 0; 101 for NULL. The list must not be in use by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Delete(list: *mut twList) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if list.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller gives the list away.
        unsafe {
            clear(list, true);
            recursive::delete((*list).mtx);
            memory::free(list);
        }
        TW_OK
    })
}

/// Removes all entries and deletes their values. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Clear(list: *mut twList) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if list.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live list.
        unsafe { clear(list, true) };
        TW_OK
    })
}

/// Removes all entries and leaves their values alone: they are the caller's again. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_ClearEntries(list: *mut twList) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if list.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live list.
        unsafe { clear(list, false) };
        TW_OK
    })
}

/// Appends a value, which the list owns from then on; it may be NULL. 0; 101 for a NULL list; 102 when there is no
/// memory, the value then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Add(list: *mut twList, value: *mut c_void) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if list.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live list; the new entry is ours until it is linked.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            let before = stamp(list);
            let prev = (*list).last;
            let entry = memory::alloc(ListEntry { next: ptr::null_mut(), prev, value });
            if entry.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            if prev.is_null() {
                (*list).first = entry;
            } else {
                (*prev).next = entry;
            }
            (*list).last = entry;
            (*list).count = (*list).count.saturating_add(1);
            if is_long(list) {
                index::appended(list as usize, before, stamp(list), entry as usize);
            }
        }
        TW_OK
    })
}

/// Takes an entry out of the list and, if `deleteValue` is not 0, deletes its value. The value is deleted after the
/// entry has left the list. 0; 101 for NULL; 500 for an entry of another list, which is left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Remove(list: *mut twList, entry: *mut ListEntry, deleteValue: c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if list.is_null() || entry.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live list; the entry is looked at only once it was found in it.
        unsafe {
            let (value, delete_function) = {
                let _guard = Guard::lock((*list).mtx);
                if !contains(list, entry) {
                    return TW_LIST_ENTRY_NOT_FOUND;
                }
                unlink(list, entry);
                ((*entry).value, (*list).delete_function)
            };
            memory::free(entry);
            if deleteValue != 0 {
                delete_value(delete_function, value);
            }
        }
        TW_OK
    })
}

/// The entry after `entry`, or the first one for NULL. NULL at the end, for a NULL list and for an entry that is not in
/// the list. The entry belongs to the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Next(list: *mut twList, entry: *mut ListEntry) -> *mut ListEntry {
    guard(ptr::null_mut(), || {
        if list.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live list; the entry is looked at only once it was found in it.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            if entry.is_null() {
                (*list).first
            } else if contains(list, entry) {
                (*entry).next
            } else {
                ptr::null_mut()
            }
        }
    })
}

/// The entry at a place, counted from 0. NULL for a NULL list and out of range. The entry belongs to the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_GetByIndex(list: *mut twList, index: c_int) -> *mut ListEntry {
    guard(ptr::null_mut(), || {
        let Ok(place) = usize::try_from(index) else { return ptr::null_mut() };
        if list.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live list.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            if is_long(list) && place > index::SHORT {
                let walk = || addresses(list);
                let found = index::at(list as usize, stamp(list), place, &walk);
                return found.map_or(ptr::null_mut(), |address| address as *mut ListEntry);
            }
            let mut entry = (*list).first;
            for _ in 0..place {
                if entry.is_null() {
                    break;
                }
                entry = (*entry).next;
            }
            entry
        }
    })
}

/// The number of entries; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_GetCount(list: *mut twList) -> c_int {
    guard(0, || {
        if list.is_null() {
            return 0;
        }
        // SAFETY: a live list.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            (*list).count
        }
    })
}

/// Puts another value into an entry and, if `dispose` is not 0, deletes the old one. 0, the value is then the list's;
/// 101 for NULL and for an empty list; 500 for an entry of another list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_ReplaceValue(
    list: *mut twList,
    entry: *mut ListEntry,
    new_value: *mut c_void,
    dispose: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if list.is_null() || entry.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live list; the entry is looked at only once it was found in it.
        unsafe {
            let (old, delete_function) = {
                let _guard = Guard::lock((*list).mtx);
                if (*list).first.is_null() {
                    return TW_INVALID_PARAM;
                }
                if !contains(list, entry) {
                    return TW_LIST_ENTRY_NOT_FOUND;
                }
                let old = (*entry).value;
                (*entry).value = new_value;
                (old, (*list).delete_function)
            };
            if dispose != 0 && old != new_value {
                delete_value(delete_function, old);
            }
        }
        TW_OK
    })
}

/// Calls `listHandler(entry, size, value, size, userData)` for the entries that are in the list now, in order, until one
/// call returns something else than `TW_FOREACH_CONTINUE`.
///
/// Other threads wait meanwhile; the handler may use the list, also remove entries: those are then not visited. Returns
/// the number of calls; 0 for a NULL or empty list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Foreach(
    list: *mut twList,
    listHandler: twForEachHander,
    userData: *mut c_void,
) -> c_int {
    guard(0, || {
        let Some(handler) = listHandler else { return 0 };
        if list.is_null() {
            return 0;
        }
        // SAFETY: a live list. An entry is looked at only while it is in the list: the lock keeps other threads away,
        // and the handler's own removals are noticed.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            let entries = addresses(list);
            let visit = Running::begin(list as usize);
            let mut calls = 0;
            for address in entries {
                if !visit.still_there(address) {
                    continue;
                }
                let entry = address as *mut ListEntry;
                calls += 1;
                let value = (*entry).value;
                if handler(entry.cast(), size_of::<ListEntry>(), value, size_of::<*mut c_void>(), userData)
                    != TW_FOREACH_CONTINUE
                {
                    break;
                }
            }
            calls
        }
    })
}

/// Finds the first entry whose value has the same key as `query`, which the key function must understand.
///
/// 0, `*result` is then the **entry**; -3 when there is none or the list has no key function; 101 for NULL. `*result` is
/// left alone unless 0 is returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Find(list: *mut twList, query: *mut c_void, result: *mut *mut c_void) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if list.is_null() || query.is_null() || result.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live list; the key function was given for its values and for `query`.
        unsafe {
            let _guard = Guard::lock((*list).mtx);
            let Some(parse) = (*list).parse_function else { return TW_MAP_MISSING };
            let Some(wanted) = Key::of(parse, query) else { return TW_MAP_MISSING };
            let mut entry = (*list).first;
            while !entry.is_null() {
                let value = (*entry).value;
                if !value.is_null() && Key::of(parse, value).is_some_and(|key| key.bytes() == wanted.bytes()) {
                    result.write(entry.cast());
                    return TW_OK;
                }
                entry = (*entry).next;
            }
            TW_MAP_MISSING
        }
    })
}

/// Nothing is kept for all lists together: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Cleanup() -> c_int {
    TW_OK
}

/// Locks a list against other threads, until `twList_Unlock` in this thread; its holder may go on using it. NULL is fine.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Lock(list: *mut twList) {
    // SAFETY: NULL or a live list; the lock is given back by the caller.
    guard((), || unsafe {
        if !list.is_null() {
            std::mem::forget(Guard::lock((*list).mtx));
        }
    });
}

/// Gives back a list that `twList_Lock` has locked in this thread. NULL is fine.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twList_Unlock(list: *mut twList) {
    // SAFETY: NULL or a live list that this thread has locked.
    guard((), || unsafe {
        if !list.is_null() && !(*list).mtx.is_null() {
            libc::pthread_mutex_unlock((*list).mtx);
        }
    });
}
