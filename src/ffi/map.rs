//! `twMap.h`: Hash map with string keys.

#[cfg(test)]
mod tests;

use super::errors::{TW_ERROR_ITEM_EXISTS, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use super::guard::guard;
use super::key::Key;
use super::list::TW_FOREACH_CONTINUE;
use super::recursive::{self, Guard};
use super::{memory, text};
use libc::pthread_mutex_t;
use std::cell::UnsafeCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

pub const TW_MAP_MISSING: c_int = -3;
pub const TW_MAP_FULL: c_int = -2;
pub const TW_MAP_OMEM: c_int = -1;
pub const TW_MAP_OK: c_int = 0;
pub type twMap = c_void;
pub type map_del_func = Option<unsafe extern "C" fn(item: *mut c_void)>;
pub type map_key_parse_func = Option<unsafe extern "C" fn(item: *mut c_void) -> *const c_char>;
pub type twMap_foreach_fn = Option<
    unsafe extern "C" fn(
        key: *mut c_void,
        key_size: usize,
        data: *mut c_void,
        data_size: usize,
        arg: *mut c_void,
    ) -> c_int,
>;

/// One map. The pointer that C holds is only its address: what it names is looked up in [`MAPS`], so that a pointer to
/// anything else is noticed without looking at it.
struct Map {
    /// `None` for a map of `twMap_new`: such a map does not know its values.
    parse: map_key_parse_func,
    delete: map_del_func,
    /// Recursive, so that the function called for each entry may use the map.
    mutex: *mut pthread_mutex_t,
    entries: UnsafeCell<Entries>,
    /// Whether `twMap_Cleanup` still counts it among the live ones. It does so once.
    counted: AtomicBool,
}

/// The entries by key, in an order that repeats from run to run.
type Entries = BTreeMap<Vec<u8>, *mut c_void>;

// SAFETY: `entries` is touched only in `Map::with`, under the mutex; the values are C's business.
unsafe impl Send for Map {}
// SAFETY: as above.
unsafe impl Sync for Map {}

impl Map {
    fn lock(&self) -> Guard {
        // SAFETY: the mutex lives as long as the map.
        unsafe { Guard::lock(self.mutex) }
    }

    /// Runs `body`, which must not call functions of the program, with the entries.
    fn with<T>(&self, body: impl FnOnce(&mut Entries) -> T) -> T {
        let _guard = self.lock();
        // SAFETY: locked, and `body` cannot come back here on this thread.
        body(unsafe { &mut *self.entries.get() })
    }

    /// Empties the map and deletes what was in it, if it was told how to.
    fn clear(&self) {
        let entries = self.with(std::mem::take);
        if let Some(delete) = self.delete {
            for value in entries.into_values() {
                // SAFETY: the program gave this function for these values.
                unsafe { delete(value) };
            }
        }
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the last user is gone.
        unsafe { recursive::delete(self.mutex) };
    }
}

/// All live maps by address.
static MAPS: LazyLock<Mutex<HashMap<usize, Arc<Map>>>> = LazyLock::new(Default::default);

fn maps() -> MutexGuard<'static, HashMap<usize, Arc<Map>>> {
    MAPS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn create(delete: map_del_func, parse: map_key_parse_func) -> *mut twMap {
    let mutex = recursive::create();
    if mutex.is_null() {
        return ptr::null_mut();
    }
    let map = Arc::new(Map { parse, delete, mutex, entries: UnsafeCell::default(), counted: AtomicBool::new(true) });
    // C needs an address that nothing else has while the map lives.
    let handle = memory::zeroed(1).cast::<c_void>();
    if !handle.is_null() {
        maps().insert(handle as usize, map);
    }
    handle
}

/// The map at an address, if one lives there.
fn live(map: *const twMap) -> Option<Arc<Map>> {
    maps().get(&(map as usize)).cloned()
}

/// The same for a map that knows the keys of its values.
fn keyed(map: *const twMap) -> Option<(Arc<Map>, unsafe extern "C" fn(item: *mut c_void) -> *const c_char)> {
    let map = live(map)?;
    let parse = map.parse?;
    Some((map, parse))
}

/// Whether a map lives at an address, of either kind.
pub(super) fn is_map(map: *const twMap) -> bool {
    live(map).is_some()
}

/// A live map that other threads cannot use, until dropped.
pub(super) struct Held {
    _guard: Guard,
    _map: Arc<Map>,
}

/// Whether a map could be locked.
pub(super) enum TryHold {
    /// It is locked.
    Held(Held),
    /// Another thread uses it.
    Busy,
    /// No map lives there.
    Missing,
}

/// Locks a map without waiting.
pub(super) fn try_hold(map: *const twMap) -> TryHold {
    let Some(map) = live(map) else { return TryHold::Missing };
    // SAFETY: the mutex lives as long as the map, which is kept beside the guard.
    match unsafe { Guard::try_lock(map.mutex) } {
        Some(guard) => TryHold::Held(Held { _guard: guard, _map: map }),
        None => TryHold::Busy,
    }
}

/// Takes a map out of the live ones. With the last one goes the memory of the registry, which leak checkers would report:
/// the table is known by an address in its middle only.
fn unregister(map: *const twMap) -> Option<Arc<Map>> {
    let mut maps = maps();
    let registered = maps.remove(&(map as usize));
    if maps.is_empty() {
        maps.shrink_to_fit();
    }
    registered
}

fn dispose(map: *mut twMap) {
    let Some(registered) = unregister(map) else { return };
    registered.clear();
    // SAFETY: the handle was made by `create` and its registration is gone.
    unsafe { memory::free(map) };
}

/// Makes a map whose entries are keyed by what `parse_func` says of them.
///
/// `parse_func` gives the key of a value as a string from `malloc`, which the map frees. `delete_function` deletes a
/// value; NULL: values are left alone. The caller owns the map and deletes it with `twMap_Delete`. NULL when there is no
/// memory. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Create(delete_function: map_del_func, parse_func: map_key_parse_func) -> *mut twMap {
    guard(ptr::null_mut(), || create(delete_function, parse_func))
}

/// Deletes a map and, if it has a delete function, its values. 0; 101 for NULL and for a pointer that is no live map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Delete(r#in: *mut twMap) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if !is_map(r#in) {
            return TW_INVALID_PARAM;
        }
        dispose(r#in);
        TW_OK
    })
}

/// Removes all entries and, if the map has a delete function, deletes their values. 0; 101 for NULL and for a pointer
/// that is no live map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Clear(r#in: *mut twMap) -> c_int {
    guard(TW_UNKNOWN_ERROR, || match live(r#in) {
        Some(map) => {
            map.clear();
            TW_OK
        }
        None => TW_INVALID_PARAM,
    })
}

/// Adds a value under the key that the map's key function gives for it.
///
/// 0, the value is then the map's. 106 when the key is there already: the new value is then **deleted**, if the map has
/// a delete function. 101 for NULL, for a map without key function, for a value without key and for a pointer that is no
/// live map; 102 when there is no memory: the value stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Add(r#in: *mut twMap, value: *mut c_void) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some((map, parse)) = keyed(r#in) else { return TW_INVALID_PARAM };
        if value.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the program gave the function for these values.
        let Some(key) = (unsafe { Key::of(parse, value) }) else { return TW_INVALID_PARAM };
        let added = map.with(|entries| match entries.entry(key.bytes().to_vec()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(value);
                true
            }
        });
        if added {
            return TW_OK;
        }
        if let Some(delete) = map.delete {
            // SAFETY: the program gave the function for these values.
            unsafe { delete(value) };
        }
        TW_ERROR_ITEM_EXISTS
    })
}

/// Finds the value with the same key as `query`, which the key function must understand.
///
/// 0, `*results` is then the **value**, which stays the map's; -3 when there is none; 101 for NULL, for a map without key
/// function, for a query without key and for a pointer that is no live map. `*results` is left alone unless 0 is returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Find(r#in: *mut twMap, query: *mut c_void, results: *mut *mut c_void) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some((map, parse)) = keyed(r#in) else { return TW_INVALID_PARAM };
        if query.is_null() || results.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the program gave the function for these values.
        let Some(key) = (unsafe { Key::of(parse, query) }) else { return TW_INVALID_PARAM };
        match map.with(|entries| entries.get(key.bytes()).copied()) {
            Some(value) => {
                // SAFETY: a place for a pointer, given by the caller.
                unsafe { results.write(value) };
                TW_OK
            }
            None => TW_MAP_MISSING,
        }
    })
}

/// Removes the entry with the same key as `item` and, if `deleteValue` is not 0, deletes **`item`**, not the value that
/// was stored: so pass what `twMap_Find` gave. 0; -3 when there is none; 101 as for `twMap_Find`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Remove(r#in: *mut twMap, item: *mut c_void, deleteValue: c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some((map, parse)) = keyed(r#in) else { return TW_INVALID_PARAM };
        if item.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the program gave the function for these values.
        let Some(key) = (unsafe { Key::of(parse, item) }) else { return TW_INVALID_PARAM };
        if map.with(|entries| entries.remove(key.bytes())).is_none() {
            return TW_MAP_MISSING;
        }
        if let (Some(delete), true) = (map.delete, deleteValue != 0) {
            // SAFETY: the program gave the function for these values and passes the value to delete.
            unsafe { delete(item) };
        }
        TW_OK
    })
}

/// Replaces the entry with the same key as `value` by `new_value`, which may have another key. If `dispose` is not 0,
/// `value` is deleted, as by `twMap_Remove`.
///
/// 0, `new_value` is then the map's; -3 when there is no such entry; 101 for NULL, and when `new_value` cannot be added,
/// after the old entry has gone: as in `twMap_Add`, one whose key is there already is deleted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_ReplaceValue(
    r#in: *mut twMap,
    value: *mut c_void,
    new_value: *mut c_void,
    dispose: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some((map, _)) = keyed(r#in) else { return TW_INVALID_PARAM };
        if value.is_null() || new_value.is_null() {
            return TW_INVALID_PARAM;
        }
        // Others must not see the map between the two steps.
        let _guard = map.lock();
        // SAFETY: the caller's arguments, as both functions expect them.
        unsafe {
            let removed = twMap_Remove(r#in, value, dispose);
            if removed != TW_OK {
                return removed;
            }
            if twMap_Add(r#in, new_value) == TW_OK { TW_OK } else { TW_INVALID_PARAM }
        }
    })
}

/// Calls `listHandler(key, key_size, value, value_size, userData)` for the entries that are in the map now, in no
/// particular order, until one call returns something else than `TW_FOREACH_CONTINUE`.
///
/// `key` is a string, valid during the call. Other threads wait meanwhile; the handler may use the map, also remove
/// entries: those are then not visited. Returns the number of calls; 0 for NULL and for a pointer that is no live map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Foreach(
    r#in: *mut twMap,
    listHandler: twMap_foreach_fn,
    userData: *mut c_void,
) -> usize {
    guard(0, || {
        let (Some(map), Some(handler)) = (live(r#in), listHandler) else { return 0 };
        let _guard = map.lock();
        let keys: Vec<Vec<u8>> = map.with(|entries| entries.keys().cloned().collect());
        let mut calls = 0;
        for mut key in keys {
            let Some(value) = map.with(|entries| entries.get(&key).copied()) else { continue };
            key.push(0);
            calls += 1;
            // SAFETY: the program's function, called as it expects.
            let go_on =
                unsafe { handler(key.as_mut_ptr().cast(), key.len(), value, size_of::<*mut c_void>(), userData) };
            if go_on != TW_FOREACH_CONTINUE {
                break;
            }
        }
        calls
    })
}

/// The number of entries; 0 for NULL and for a pointer that is no live map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_GetCount(r#in: *mut twMap) -> c_int {
    guard(0, || {
        let count = live(r#in).map_or(0, |map| map.with(|entries| entries.len()));
        c_int::try_from(count).unwrap_or(c_int::MAX)
    })
}

/// 100 when any map or dictionary that was made with functions is still alive, otherwise 0. `twApi_Delete` returns it.
/// The next call does not count those again; they stay usable, and deletable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_Cleanup() -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let made_with_functions = |map: &&Arc<Map>| map.parse.is_some() || map.delete.is_some();
        let alive = maps().values().filter(made_with_functions).fold(false, |alive, map| {
            let counted = map.counted.swap(false, Ordering::AcqRel);
            alive || counted
        });
        if alive { TW_UNKNOWN_ERROR } else { TW_OK }
    })
}

/// Makes a map from strings to pointers that it does not own. Delete it with `twMap_free`. NULL when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_new() -> *mut twMap {
    guard(ptr::null_mut(), || create(None, None))
}

/// Deletes a map; NULL and a pointer that is no live map are left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_free(r#in: *mut twMap) {
    guard((), || dispose(r#in));
}

/// Enters a value under a copy of `key`, in place of one that is there. The value stays the caller's. 0; 101 for NULL and
/// for a pointer that is no live map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_put(r#in: *mut twMap, key: *const c_char, value: *mut c_void) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: a C string of the caller's.
        let (Some(map), Some(key)) = (live(r#in), unsafe { text::bytes(key) }) else { return TW_INVALID_PARAM };
        map.with(|entries| entries.insert(key.to_vec(), value));
        TW_MAP_OK
    })
}

/// Gets the value under `key`. 0 with the value in `*arg`, -3 with NULL in it; 101 for NULL and for a pointer that is no
/// live map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_get(r#in: *mut twMap, key: *const c_char, arg: *mut *mut c_void) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: a C string of the caller's.
        let (Some(map), Some(key)) = (live(r#in), unsafe { text::bytes(key) }) else { return TW_INVALID_PARAM };
        let found = map.with(|entries| entries.get(key).copied());
        if arg.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a place for a pointer, given by the caller.
        unsafe { arg.write(found.unwrap_or(ptr::null_mut())) };
        if found.is_some() { TW_MAP_OK } else { TW_MAP_MISSING }
    })
}

/// Removes the entry under `key` and leaves its value alone. 0; -3 when there is none; 101 for NULL and for a pointer that
/// is no live map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_remove(r#in: *mut twMap, key: *const c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: a C string of the caller's.
        let (Some(map), Some(key)) = (live(r#in), unsafe { text::bytes(key) }) else { return TW_INVALID_PARAM };
        if map.with(|entries| entries.remove(key)).is_some() { TW_MAP_OK } else { TW_MAP_MISSING }
    })
}

/// The number of entries; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMap_length(r#in: *mut twMap) -> c_int {
    // SAFETY: the same argument.
    unsafe { twMap_GetCount(r#in) }
}
