//! The containers of the API object: real lists and dictionaries that show programs what is registered and bound
//! (api-behaviour.md 1.2). The registry is what counts for dispatch; these follow it.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::{bindListEntry, callbackInfo, twApi};
use crate::ffi::cjson::cJSON;
use crate::ffi::definitions::{TW_EVENTS, TW_PROPERTIES, TW_SERVICES, TW_THING, characteristicEnum, entityTypeEnum};
use crate::ffi::dict::{find_value, twDict_Add, twDict_Foreach, twDict_Remove};
use crate::ffi::guard::guard;
use crate::ffi::properties::twPropertyDef_Delete;
use crate::ffi::services::twServiceDef_Delete;
use crate::ffi::{memory, text};
use crate::model::Text;

/// Longest key of a registration, in bytes (api-behaviour.md 4.4).
const MAX_KEY: usize = 499;

/// The key of a registration, which the dictionary frees. NULL for NULL. Key function of `callbackList`.
///
/// # Safety
/// `item` is NULL or a `callbackInfo` whose names are C strings or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twCallbackInfoParser(item: *mut c_void) -> *const c_char {
    guard(ptr::null(), || {
        if item.is_null() {
            return ptr::null();
        }
        // SAFETY: by contract of this function.
        let info = unsafe { &*item.cast::<callbackInfo>() };
        // SAFETY: as above.
        let entity = unsafe { text::bytes(info.entityName) }.unwrap_or_default();
        // SAFETY: as above.
        let name = unsafe { text::bytes(info.characteristicName) }.unwrap_or_default();
        let mut key = format!("{}:", info.entityType).into_bytes();
        key.extend_from_slice(entity);
        key.extend_from_slice(format!(":{}:", info.characteristicType).as_bytes());
        key.extend_from_slice(name);
        key.truncate(MAX_KEY);
        memory::copy_bytes(&key).cast_const()
    })
}

/// Deletes a registration with its names and its definition. NULL-safe. Delete function of `callbackList` and of the lists of
/// event callbacks.
///
/// # Safety
/// `item` is NULL or a `callbackInfo` on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn deleteCallbackInfo(item: *mut c_void) {
    guard((), || {
        if item.is_null() {
            return;
        }
        let info = item.cast::<callbackInfo>();
        // SAFETY: by contract of this function; names and definition belong to the registration.
        unsafe {
            let definition = (*info).characteristicDefinition;
            match (*info).characteristicType {
                TW_PROPERTIES => twPropertyDef_Delete(definition),
                TW_SERVICES | TW_EVENTS => twServiceDef_Delete(definition),
                _ => {}
            }
            memory::free((*info).entityName);
            memory::free((*info).characteristicName);
            memory::free(info);
        }
    });
}

/// A new entry for `boundList`; the name is copied. Given to the caller. NULL for NULL.
///
/// # Safety
/// `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bindListEntry_Create(name: *mut c_char) -> *mut bindListEntry {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let Some(bytes) = (unsafe { text::bytes(name) }) else { return ptr::null_mut() };
        memory::alloc(bindListEntry { name: memory::copy_bytes(bytes), needsPropertyUpdate: 0 })
    })
}

/// The key of an entry of `boundList`, which the dictionary frees. NULL for NULL.
///
/// # Safety
/// `item` is NULL or a `bindListEntry`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bindListEntry_Parser(item: *mut c_void) -> *const c_char {
    guard(ptr::null(), || {
        if item.is_null() {
            return ptr::null();
        }
        // SAFETY: by contract of this function.
        let bytes = unsafe { text::bytes((*item.cast::<bindListEntry>()).name) };
        bytes.map_or(ptr::null(), |bytes| memory::copy_bytes(bytes).cast_const())
    })
}

/// Deletes an entry of `boundList`. NULL-safe.
///
/// # Safety
/// `item` is NULL or a `bindListEntry` on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bindListEntry_Delete(item: *mut c_void) {
    guard((), || {
        if !item.is_null() {
            let entry = item.cast::<bindListEntry>();
            // SAFETY: by contract of this function.
            unsafe {
                memory::free((*entry).name);
                memory::free(entry);
            }
        }
    });
}

/// A registration on the heap, names copied.
pub(super) fn new_info(
    entity_type: entityTypeEnum,
    entity: Option<&Text>,
    characteristic: characteristicEnum,
    name: Option<&Text>,
    callback: *mut c_void,
    userdata: *mut c_void,
) -> *mut callbackInfo {
    memory::alloc(callbackInfo {
        entityType: entity_type,
        entityName: text::option_to_c(entity),
        characteristicType: characteristic,
        characteristicName: text::option_to_c(name),
        characteristicDefinition: ptr::null_mut(),
        cb: callback,
        userdata,
    })
}

/// Adds a registration, which the dictionary owns from then on.
///
/// # Safety
/// `api` is the API object and `info` came from [`new_info`].
pub(super) unsafe fn add_callback(api: *mut twApi, info: *mut callbackInfo) -> c_int {
    // SAFETY: by contract of this function; a duplicate is deleted by the dictionary.
    unsafe { twDict_Add((*api).callbackList, info.cast()) }
}

/// The registration of that name, NULL when there is none.
///
/// # Safety
/// `api` is the API object.
pub(super) unsafe fn find_callback(
    api: *mut twApi,
    entity_type: entityTypeEnum,
    entity: &Text,
    characteristic: characteristicEnum,
    name: &Text,
) -> *mut callbackInfo {
    let query = new_info(entity_type, Some(entity), characteristic, Some(name), ptr::null_mut(), ptr::null_mut());
    if query.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the query lives until it is deleted, and has no definition.
    let found = unsafe {
        let found = find_value((*api).callbackList, query.cast());
        deleteCallbackInfo(query.cast());
        found
    };
    found.cast()
}

/// Removes and deletes the registration of a thing.
///
/// # Safety
/// `api` is the API object.
pub(super) unsafe fn remove_callback(api: *mut twApi, entity: &Text, characteristic: characteristicEnum, name: &Text) {
    // SAFETY: by contract of this function; what was found is the stored value, as Remove wants it.
    unsafe {
        let found = find_callback(api, TW_THING, entity, characteristic, name);
        if !found.is_null() {
            twDict_Remove((*api).callbackList, found.cast(), 1);
        }
    }
}

/// The aspects of a registration's definition, NULL when it has none.
///
/// # Safety
/// `info` is NULL or a registration.
pub(super) unsafe fn aspects_of(info: *mut callbackInfo) -> *mut cJSON {
    use crate::ffi::properties::twPropertyDef;
    use crate::ffi::services::twServiceDef;
    if info.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: by contract of this function; the kind tells what the definition is.
    unsafe {
        let definition = (*info).characteristicDefinition;
        if definition.is_null() {
            return ptr::null_mut();
        }
        match (*info).characteristicType {
            TW_PROPERTIES => (*definition.cast::<twPropertyDef>()).aspects,
            _ => (*definition.cast::<twServiceDef>()).aspects,
        }
    }
}

/// Characteristic and name of everything that a thing has registered.
///
/// # Safety
/// `api` is the API object.
pub(super) unsafe fn names_of(api: *mut twApi, entity: &Text) -> Vec<(characteristicEnum, Text)> {
    struct Search<'a> {
        entity: &'a Text,
        found: Vec<(characteristicEnum, Text)>,
    }
    unsafe extern "C" fn collect(
        _key: *mut c_void,
        _key_size: usize,
        data: *mut c_void,
        _data_size: usize,
        target: *mut c_void,
    ) -> c_int {
        if data.is_null() {
            return 0;
        }
        // SAFETY: called by the loop below with its own search and a registration.
        unsafe {
            let (info, search) = (&*data.cast::<callbackInfo>(), &mut *target.cast::<Search<'_>>());
            let is_wanted = text::bytes(info.entityName) == Some(search.entity.as_bytes());
            if let (TW_THING, true, Some(name)) = (info.entityType, is_wanted, text::text(info.characteristicName)) {
                search.found.push((info.characteristicType, name));
            }
        }
        0
    }
    let mut search = Search { entity, found: Vec::new() };
    // SAFETY: by contract of this function; the search outlives the loop.
    unsafe { twDict_Foreach((*api).callbackList, Some(collect), ptr::addr_of_mut!(search).cast()) };
    search.found
}
