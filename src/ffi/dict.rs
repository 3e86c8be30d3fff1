//! `twDict.h`: Dictionary that is either a list or a hash map, chosen at run time.

#[cfg(test)]
mod tests;

use super::errors::{TW_INVALID_PARAM, TW_OK};
use super::list::{self, twList};
use super::map::{self, twMap};
use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

pub const TW_DICT_MISSING: c_int = -3;
pub const TW_DICT_FULL: c_int = -2;
pub const TW_DICT_OMEM: c_int = -1;
pub const TW_DICT_OK: c_int = 0;
pub const TW_DICTIONARY_LIST: c_int = 1;
pub const TW_DICTIONARY_MAP: c_int = 2;
pub type twDictionaryMode = c_int;
pub type twDict = c_void;
pub type dict_del_func = Option<unsafe extern "C" fn(item: *mut c_void)>;
pub type dict_key_parse_func = Option<unsafe extern "C" fn(item: *mut c_void) -> *const c_char>;
pub type twDict_foreach_fn = Option<
    unsafe extern "C" fn(
        key: *mut c_void,
        key_size: usize,
        data: *mut c_void,
        data_size: usize,
        arg: *mut c_void,
    ) -> c_int,
>;

/// What `twDict_Create` makes: `TW_DICTIONARY_MAP` or `TW_DICTIONARY_LIST`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tw_dictionary_mode: AtomicI32 = AtomicI32::new(TW_DICTIONARY_MAP);

/// A dictionary as what it is.
enum Kind {
    Map(*mut twMap),
    List(*mut twList),
}

/// Live maps are known by their address, whatever the mode. Anything else is taken for what the mode makes: the map
/// functions find out that it is no map.
fn kind(dict: *mut twDict) -> Kind {
    if tw_dictionary_mode.load(Ordering::Relaxed) == TW_DICTIONARY_LIST && !map::is_map(dict) {
        Kind::List(dict.cast())
    } else {
        Kind::Map(dict)
    }
}

/// The value with the key of `query`, in either mode; NULL when there is none, and for NULL.
///
/// # Safety
/// `dict` is NULL or a live dictionary, whose key function understands `query`.
pub(super) unsafe fn find_value(dict: *mut twDict, query: *mut c_void) -> *mut c_void {
    let mut found = ptr::null_mut();
    // SAFETY: by contract of this function.
    unsafe {
        match kind(dict) {
            Kind::Map(map) if map::twMap_Find(map, query, &mut found) == TW_OK => found,
            Kind::List(list) if list::twList_Find(list, query, &mut found) == TW_OK => {
                (*found.cast::<list::ListEntry>()).value
            }
            _ => ptr::null_mut(),
        }
    }
}

/// Sets whether dictionaries are hash maps (`TW_DICTIONARY_MAP`, the default) or lists (`TW_DICTIONARY_LIST`). Set it
/// before the first dictionary is made: list dictionaries are understood only in list mode. 0; 101 for another mode.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_setDictionaryMode(mode: twDictionaryMode) -> c_int {
    if mode != TW_DICTIONARY_LIST && mode != TW_DICTIONARY_MAP {
        return TW_INVALID_PARAM;
    }
    tw_dictionary_mode.store(mode, Ordering::Relaxed);
    TW_OK
}

/// The mutex around the mode in the original; NULL here, where the mode needs none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static twDictionaryModeMtx: AtomicPtr<libc::pthread_mutex_t> = AtomicPtr::new(ptr::null_mut());

/// Does nothing: the mode needs no mutex.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDictionaryModeMtx_Create() {}

/// Does nothing: the mode needs no mutex.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDictionaryModeMtx_Delete() {}

/// As `twMap_Cleanup`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Cleanup() -> c_int {
    // SAFETY: no arguments.
    unsafe { map::twMap_Cleanup() }
}

/// Makes a dictionary, by default with `twMap_Create`. Delete it with `twDict_Delete`.
///
/// In list mode a NULL `delete_function` leaves values alone as well, and without `parse_func` values can be added but
/// not found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Create(delete_function: dict_del_func, parse_func: dict_key_parse_func) -> *mut twDict {
    // SAFETY: the same arguments.
    unsafe {
        if tw_dictionary_mode.load(Ordering::Relaxed) == TW_DICTIONARY_LIST {
            let delete = delete_function.or(Some(leave_alone as unsafe extern "C" fn(*mut c_void)));
            list::twList_CreateSearchable(delete, parse_func).cast()
        } else {
            map::twMap_Create(delete_function, parse_func)
        }
    }
}

/// The delete function of a list that owns nothing: for a list, none at all would mean `free()`.
unsafe extern "C" fn leave_alone(_: *mut c_void) {}

/// As `twMap_Delete` or `twList_Delete`: 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Delete(r#in: *mut twDict) -> c_int {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_Delete(map),
            Kind::List(list) => list::twList_Delete(list),
        }
    }
}

/// As `twMap_Clear` or `twList_Clear`: 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Clear(r#in: *mut twDict) -> c_int {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_Clear(map),
            Kind::List(list) => list::twList_Clear(list),
        }
    }
}

/// As `twMap_Add`. In list mode as `twList_Add`: keys may repeat, values may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Add(r#in: *mut twDict, value: *mut c_void) -> c_int {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_Add(map, value),
            Kind::List(list) => list::twList_Add(list, value),
        }
    }
}

/// As `twMap_Remove`. In list mode the first entry with the key of `item` goes, and what is deleted is its value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Remove(r#in: *mut twDict, item: *mut c_void, deleteValue: c_char) -> c_int {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_Remove(map, item, deleteValue),
            Kind::List(list) => {
                let mut entry = ptr::null_mut();
                match list::twList_Find(list, item, &mut entry) {
                    TW_OK => list::twList_Remove(list, entry.cast(), deleteValue),
                    code => code,
                }
            }
        }
    }
}

/// As `twMap_Foreach`. In list mode as `twList_Foreach`: the first argument of the handler is then the list entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Foreach(
    r#in: *mut twDict,
    listHandler: twDict_foreach_fn,
    userData: *mut c_void,
) -> usize {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_Foreach(map, listHandler, userData),
            Kind::List(list) => usize::try_from(list::twList_Foreach(list, listHandler, userData)).unwrap_or(0),
        }
    }
}

/// As `twMap_Find`. In list mode as `twList_Find`: what is found is the list entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_Find(r#in: *mut twDict, query: *mut c_void, results: *mut *mut c_void) -> c_int {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_Find(map, query, results),
            Kind::List(list) => list::twList_Find(list, query, results),
        }
    }
}

/// The number of entries; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_GetCount(r#in: *mut twDict) -> c_int {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_GetCount(map),
            Kind::List(list) => list::twList_GetCount(list),
        }
    }
}

/// As `twMap_ReplaceValue`. In list mode the first entry with the key of `value` gets `new_value`, and what is deleted is
/// what it held.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDict_ReplaceValue(
    r#in: *mut twDict,
    value: *mut c_void,
    new_value: *mut c_void,
    dispose: c_char,
) -> c_int {
    // SAFETY: the caller's dictionary.
    unsafe {
        match kind(r#in) {
            Kind::Map(map) => map::twMap_ReplaceValue(map, value, new_value, dispose),
            Kind::List(list) => {
                let mut entry = ptr::null_mut();
                match list::twList_Find(list, value, &mut entry) {
                    TW_OK => list::twList_ReplaceValue(list, entry.cast(), new_value, dispose),
                    code => code,
                }
            }
        }
    }
}
