//! Setting, pushing and dropping values (api-behaviour.md 6.1, 6.3, 6.5).

use std::ffi::{c_char, c_int};
use std::ptr;

use super::mirror::{saved_list, shown_current};
use super::property::{to_value, twSubscribedProperty_Delete, twSubscribedProperty_GetSize};
use super::{Manager, twSubscribedProperty};
use crate::ffi::api::{push_values, push_values_async, twApi_SetSubscribedPropertyVTQ};
use crate::ffi::base_types::twPrimitive;
use crate::ffi::dict::twDict;
use crate::ffi::errors::{
    TW_ERROR_ITEM_DOES_NOT_EXIST, TW_INVALID_PARAM, TW_OK, TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED, TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::list::{self, twList, twList_Add};
use crate::ffi::map::TW_MAP_MISSING;
use crate::ffi::messaging::response_cb;
use crate::ffi::os_port::DATETIME;
use crate::ffi::text;
use crate::model::Text;
use crate::things::SubscribedProperties;

const NO_MANAGER: c_int = TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED;

/// Pushes or persists everything, when the manager goes.
pub(super) fn push_all(values: &SubscribedProperties) {
    push_values(values, None, 0);
}

/// Sets a property: see twApi_SetSubscribedPropertyVTQ, which is the same.
///
/// # Safety
/// The texts are NULL or C strings, the value NULL or a primitive on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_SetPropertyVTQ(
    entityName: *mut c_char,
    propertyName: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
    quality: *mut c_char,
    fold: c_char,
    pushUpdate: c_char,
) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { twApi_SetSubscribedPropertyVTQ(entityName, propertyName, value, timestamp, quality, fold, pushUpdate) }
}

/// Pushes the values of a thing, or of all things with NULL: as twApi_PushSubscribedProperties, but says 1203 when the values wait
/// for a connection, and works without an API object. `requiresLock` is not looked at: nothing is locked while the platform is asked.
/// Returns 0, 1200 without a manager, 1203 offline, 307, otherwise the platform's answer.
///
/// # Safety
/// The name is NULL or a C string. Callbacks may run in this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_PushSubscribedProperties(
    entityName: *mut c_char,
    forceConnect: c_char,
    _requiresLock: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(manager) = Manager::current() else { return NO_MANAGER };
        // SAFETY: by contract of this function.
        let thing = unsafe { text::text(entityName) };
        let code = push_values(manager.values(), thing.as_ref(), forceConnect);
        manager.show_file();
        code
    })
}

/// As twSubscribedPropsMgr_PushSubscribedProperties, without waiting: see twApi_PushSubscribedPropertiesAsync. Returns also 1107
/// without a function or a place for the list.
///
/// # Safety
/// The name is NULL or a C string, the place NULL or one for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_PushSubscribedPropertiesAsync(
    entityName: *mut c_char,
    forceConnect: c_char,
    cb: response_cb,
    messageListRef: *mut *mut twList,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(manager) = Manager::current() else { return NO_MANAGER };
        // SAFETY: by contract of this function.
        unsafe { push_values_async(manager.values(), text::text(entityName), forceConnect, cb, messageListRef) }
    })
}

/// Runs `purge` with the manager and the names.
///
/// # Safety
/// The name is NULL or a C string.
unsafe fn of_thing(entityName: *const c_char, purge: impl FnOnce(&SubscribedProperties, &Text) -> c_int) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(manager) = Manager::current() else { return NO_MANAGER };
        // SAFETY: by contract of this function.
        match unsafe { text::text(entityName) } {
            Some(thing) => purge(manager.values(), &thing),
            None => TW_INVALID_PARAM,
        }
    })
}

/// # Safety
/// The names are NULL or C strings.
unsafe fn of_property(
    entityName: *const c_char,
    propertyName: *const c_char,
    purge: impl FnOnce(&SubscribedProperties, &Text, &Text) -> c_int,
) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        let name = text::text(propertyName);
        of_thing(entityName, |values, thing| match name {
            Some(name) => purge(values, thing, &name),
            None => TW_INVALID_PARAM,
        })
    }
}

/// Forgets the last value of a property, which push types compare with. Returns 0, 1200, 101 for NULL, 107 when there is none.
///
/// # Safety
/// The names are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_PurgeCurrentValueForProperty(
    entityName: *mut c_char,
    propertyName: *mut c_char,
) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        of_property(entityName, propertyName, |values, thing, name| {
            match values.purge_current_value_of_property(thing, name) {
                true => TW_OK,
                false => TW_ERROR_ITEM_DOES_NOT_EXIST,
            }
        })
    }
}

/// Forgets the last values of a thing. Returns 0, 1200, 101 for NULL, -3 when there is none.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_PurgeCurrentValuesForThing(entityName: *mut c_char) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        of_thing(entityName, |values, thing| match values.purge_current_values_of_thing(thing) {
            true => TW_OK,
            false => TW_MAP_MISSING,
        })
    }
}

/// Drops the values of a property that wait to be pushed. Returns 0, 1200, 101 for NULL.
///
/// # Safety
/// The names are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_PurgeChangesForProperty(
    entityName: *mut c_char,
    propertyName: *mut c_char,
) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        of_property(entityName, propertyName, |values, thing, name| {
            values.purge_changes_of_property(thing, name);
            TW_OK
        })
    }
}

/// Drops the values of a thing that wait to be pushed. Returns 0, 1200, 101 for NULL, -3 when none was queued.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_PurgeChangesForThing(entityName: *mut c_char) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        of_thing(entityName, |values, thing| match values.purge_changes_of_thing(thing) {
            true => TW_OK,
            false => TW_MAP_MISSING,
        })
    }
}

/// Queues a value without looking at push types and limits. Into the manager when the dictionary is its `savedValues`, otherwise
/// into a dictionary of `twEntitySavedProperties` of the program's own. With `fold` in the value it takes the place of what is
/// queued of that property. The value is taken when 0 is returned, otherwise it stays the caller's. `src` is a word for the log, or
/// NULL. Returns 0, 101 for NULL or something incomplete, 102.
///
/// # Safety
/// `propertyToQueue` is NULL or a value on the heap, the dictionary NULL or one of such entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_QueueValueForSending(
    propertyToQueue: *mut twSubscribedProperty,
    propertyListByEntity: *mut twDict,
    src: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: by contract of this function.
        unsafe {
            if propertyListByEntity.is_null() || twSubscribedProperty_GetSize(propertyToQueue) == u32::MAX {
                return TW_INVALID_PARAM;
            }
            let (thing, value) = match to_value(propertyToQueue) {
                Ok(value) => value,
                Err(error) => {
                    log::warn!("a value cannot be queued: {error}");
                    return TW_INVALID_PARAM;
                }
            };
            log::trace!("{}: a value of {thing}, property {}", text::text(src).unwrap_or_default(), value.name);
            let manager = Manager::current();
            match manager.filter(|manager| ptr::eq((*manager.object()).savedValues, propertyListByEntity)) {
                Some(manager) => {
                    manager.values().queue(&thing, value, (*propertyToQueue).fold != 0);
                    twSubscribedProperty_Delete(propertyToQueue.cast());
                    TW_OK
                }
                None => queue_in(propertyListByEntity, &thing, propertyToQueue),
            }
        }
    })
}

/// # Safety
/// The dictionary is one of `twEntitySavedProperties`, the value complete and on the heap.
unsafe fn queue_in(dict: *mut twDict, thing: &Text, value: *mut twSubscribedProperty) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        let props = saved_list(dict, thing, true);
        if props.is_null() {
            return TW_INVALID_PARAM;
        }
        if (*value).fold != 0 {
            let name = text::bytes((*(*value).prop).name);
            let is_older = |item: &twSubscribedProperty| {
                item.prop.as_ref().is_some_and(|property| text::bytes(property.name) == name)
            };
            while list::remove_first::<twSubscribedProperty>(props, is_older) {}
        }
        twList_Add(props, value.cast())
    }
}

/// The last value of a property, which push types compare with. The SDK's, until the next value of the property is set. NULL when
/// there is none.
///
/// # Safety
/// The names are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedPropsMgr_getPropertyCurrentValue(
    entityName: *mut c_char,
    propertyName: *mut c_char,
) -> *mut twSubscribedProperty {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let names = unsafe { (text::text(entityName), text::text(propertyName)) };
        let (Some(manager), (Some(thing), Some(name))) = (Manager::current(), names) else { return ptr::null_mut() };
        // SAFETY: the dictionary of our struct.
        unsafe { shown_current((*manager.object()).currentValues, &thing, &name) }
    })
}
