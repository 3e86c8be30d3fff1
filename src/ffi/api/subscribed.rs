//! Subscribed properties: setting and pushing values (api-behaviour.md 4.7, 6).

use std::ffi::{OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use super::{config, instance, requests};
use crate::connection::{Callback, RequestError};
use crate::ffi::base_types::primitive::twPrimitive_Delete;
use crate::ffi::base_types::twPrimitive;
use crate::ffi::convert::ConvertError;
use crate::ffi::errors::{
    TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK,
    TW_SUBSCRIBED_PROPERTY_NOT_FOUND, TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED,
};
use crate::ffi::guard::guard;
use crate::ffi::list::{twList, twList_Add, twList_Create, twList_Delete};
use crate::ffi::messaging::response_cb;
use crate::ffi::os_port::DATETIME;
use crate::ffi::os_port::time::twGetSystemTime;
use crate::ffi::subscribed_props::{
    Manager, twSubscribedPropsMgr_PushSubscribedProperties, twSubscribedPropsMgr_PushSubscribedPropertiesAsync,
};
use crate::ffi::{convert, memory, text};
use crate::model::{InfoTable, Text};
use crate::things::{Platform, PropertyValue, PushError, PushOptions, SetError, StoreUse, SubscribedProperties};
use crate::wire::{Characteristic, EntityType};

/// What the asynchronous push returns without a function or a place for the ids.
const PRECONDITION_FAILED: c_int = 1107;
/// Offline, which a push call does not call a failure.
const PERSISTED: c_int = 1203;

/// How to push as `twcfg` says now.
pub(in crate::ffi) fn push_options(force: c_char) -> PushOptions {
    let config = config::current();
    PushOptions {
        force: force != 0,
        max_message_size: config.max_message_size as usize,
        store: StoreUse {
            limit: config.offline_msg_queue_size.into(),
            directory: !config.offline_msg_store_dir.is_null(),
            replay: config.subscribed_props_enabled != 0,
        },
    }
}

/// Name of the file in which values wait for a connection.
const STORE_FILE: &str = "subscribed_properties.bin";

/// Opens the store of values, where `twcfg` says at this moment, unless it says not to. If it cannot be opened, values wait in RAM.
pub(in crate::ffi) fn open_store(subscribed: &SubscribedProperties) {
    let config = config::current();
    // SAFETY: NULL or a C string of the program, which it keeps until the function that uses it has returned.
    let directory = unsafe { text::bytes(config.offline_msg_store_dir) }.unwrap_or(b".");
    let file = Path::new(OsStr::from_bytes(directory)).join(STORE_FILE);
    subscribed.store_every_value(crate::ffi::offline_msg_store::stores_every_value());
    subscribed.store_values_within(crate::ffi::offline_msg_store::storing_window());
    if config.subscribed_props_enabled == 0 {
        subscribed.refuse_store("subscribed_props_enabled is off");
    } else if let Err(error) = subscribed.open_store(&file, crate::ffi::offline_msg_store::format()) {
        log::error!("{error}; property values wait in RAM");
    }
}

/// Sets a property with the time of now and good quality; see twApi_SetSubscribedPropertyVTQ.
///
/// # Safety
/// The names are NULL or C strings, the value NULL or a primitive on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetSubscribedProperty(
    entityName: *mut c_char,
    propertyName: *mut c_char,
    value: *mut twPrimitive,
    fold: c_char,
    pushUpdate: c_char,
) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { twApi_SetSubscribedPropertyVTQ(entityName, propertyName, value, 0, ptr::null_mut(), fold, pushUpdate) }
}

/// Sets a property of a registered thing: what its push type accepts is queued for the platform. The value is always taken.
/// Time 0 is now, a NULL quality "GOOD". With `fold` only the latest value is kept; with `pushUpdate` the thing is pushed at once.
/// Returns 0, 600, 101 for a missing argument, no push type or a VARIANT, 1201 not registered, 1202 queue full, with
/// `pushUpdate` also the result of pushing: 1203 offline when the value is on disk, 1204 and 1205 as of
/// twApi_PushSubscribedProperties when it waits in memory.
///
/// # Safety
/// The texts are NULL or C strings, the value NULL or a primitive on the heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetSubscribedPropertyVTQ(
    entityName: *mut c_char,
    propertyName: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
    quality: *mut c_char,
    fold: c_char,
    pushUpdate: c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function; the value is ours from here on.
        let (thing, name, value) = unsafe {
            let taken = take_value(propertyName, value, timestamp, quality);
            (text::text(entityName), text::text(propertyName), taken)
        };
        let (Some(facade), Some(manager)) = (instance::current(), Manager::current()) else {
            return TW_NULL_OR_INVALID_API_SINGLETON;
        };
        // SAFETY: the object that C sees; a program may have put one of its own there.
        if unsafe { (*facade.api()).callbackList.is_null() } {
            return TW_NULL_OR_INVALID_API_SINGLETON;
        }
        let (Some(thing), Some(name), Some(value)) = (thing, name, value) else { return TW_INVALID_PARAM };
        let subscribed = &facade.things().subscribed;
        let value = match value {
            Ok(value) => value,
            Err(error) => {
                let unknown =
                    !facade.registry().is_registered(EntityType::THING, &thing, Characteristic::PROPERTIES, &name);
                log::warn!("the value of {name:?} of {thing:?} cannot be sent: {error}");
                return if unknown { TW_SUBSCRIBED_PROPERTY_NOT_FOUND } else { TW_INVALID_PARAM };
            }
        };
        let limit = config::current().offline_msg_queue_size;
        let taken = if pushUpdate != 0 {
            let options = push_options(0);
            let taken = subscribed.set_and_push(&thing, value, fold != 0, limit, options, facade.connection());
            manager.show_file();
            taken
        } else {
            subscribed.set(&thing, value, fold != 0, limit)
        };
        match taken {
            Ok(_) => TW_OK,
            Err(error) => set_failed(&error),
        }
    })
}

/// `None` when name or value is missing.
///
/// # Safety
/// The texts are NULL or C strings, the value NULL or a primitive on the heap, which is deleted.
unsafe fn take_value(
    name: *const c_char,
    value: *mut twPrimitive,
    time: DATETIME,
    quality: *const c_char,
) -> Option<Result<PropertyValue, ConvertError>> {
    if value.is_null() {
        return None;
    }
    // SAFETY: by contract of this function.
    let (name, converted, quality) = unsafe {
        let parts = (text::text(name), convert::value_from_c(value), text::text(quality));
        twPrimitive_Delete(value.cast());
        parts
    };
    let (name, time) = (name?, if time == 0 { twGetSystemTime(1) } else { time });
    Some(converted.map(|converted| {
        let mut value = PropertyValue::new(name, converted, time as i64);
        value.quality = quality.unwrap_or_else(|| Text::from(PropertyValue::GOOD));
        value
    }))
}

fn set_failed(error: &SetError) -> c_int {
    match error {
        // The store itself has told what is wrong with it.
        SetError::Push(PushError::Offline { .. } | PushError::NotStored { .. }) => log::debug!("{error}"),
        _ => log::warn!("{error}"),
    }
    c_int::from(error.result())
}

/// Sends the queued values of a thing, or of all things with NULL. Values stay queued until the platform has confirmed them.
/// Offline without `forceConnect` they are moved to the file `subscribed_properties.bin` in `twcfg.offline_msg_store_dir`, which is no
/// failure: they are on disk when this returns 0, and a later push sends them, also after a restart. What the file has of other
/// things is sent as well. Returns 0 (always for NULL), 600, 1204 when offline and the file is full (`twcfg.offline_msg_queue_size`), not
/// open or not writable, 1205 when no directory is set (the values go on waiting in memory then), otherwise the platform's
/// answer as for twApi_InvokeService, 307 for a value that fits into no message.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_PushSubscribedProperties(entityName: *mut c_char, forceConnect: c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if instance::current().is_none() {
            return TW_NULL_OR_INVALID_API_SINGLETON;
        }
        // SAFETY: by contract of this function.
        without_offline(unsafe { twSubscribedPropsMgr_PushSubscribedProperties(entityName, forceConnect, 1) })
    })
}

/// Values that wait for a connection are no failure.
fn without_offline(code: c_int) -> c_int {
    if code == PERSISTED { TW_OK } else { code }
}

/// No connection: what a manager without an API object has.
struct NoPlatform;

impl Platform for NoPlatform {
    fn is_online(&self) -> bool {
        false
    }

    fn connect(&self) {}

    fn update(&self, _thing: &Text, _params: InfoTable) -> Result<(), RequestError> {
        Err(RequestError::NotConnected)
    }

    fn update_async(&self, _thing: &Text, _params: InfoTable, _done: Callback) -> Result<u32, RequestError> {
        Err(RequestError::NotConnected)
    }

    fn ensure_synchronized(&self, _thing: &Text, _limit: Duration) -> bool {
        false
    }
}

/// Runs `push` with the connection, if there is an API object.
fn with_platform<T>(push: impl FnOnce(&dyn Platform) -> T) -> T {
    match instance::current() {
        Some(facade) => push(facade.connection()),
        None => push(&NoPlatform),
    }
}

/// A push with the code that tells "offline" from success.
pub(in crate::ffi) fn push_values(values: &SubscribedProperties, thing: Option<&Text>, force: c_char) -> c_int {
    match with_platform(|platform| values.push(thing, push_options(force), platform)) {
        Ok(()) => TW_OK,
        Err(error) => push_failed(&error),
    }
}

fn push_failed(error: &PushError) -> c_int {
    match error {
        PushError::Offline { .. } | PushError::NotStored { .. } => log::debug!("{error}"),
        _ => log::warn!("{error}"),
    }
    c_int::from(error.result())
}

/// As twApi_PushSubscribedProperties, without waiting: `cb` gets the outcome of each message in a thread that handles messages.
/// `*messageListRef` is a new list of the message ids (`uint32_t` on the heap), the caller's: delete with twList_Delete.
/// Returns 0, 600, 1200, 1107 without a function or a place for the list, otherwise why something could not be sent.
///
/// # Safety
/// The name is NULL or a C string, the place NULL or one for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_PushSubscribedPropertiesAsync(
    entityName: *mut c_char,
    forceConnect: c_char,
    cb: response_cb,
    messageListRef: *mut *mut twList,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if instance::current().is_none() {
            return TW_NULL_OR_INVALID_API_SINGLETON;
        }
        // SAFETY: by contract of this function.
        without_offline(unsafe {
            twSubscribedPropsMgr_PushSubscribedPropertiesAsync(entityName, forceConnect, cb, messageListRef)
        })
    })
}

/// A push that does not wait, with the code that tells "offline" from success.
///
/// # Safety
/// The place is NULL or one for a pointer.
pub(in crate::ffi) unsafe fn push_values_async(
    values: &SubscribedProperties,
    thing: Option<Text>,
    force: c_char,
    cb: response_cb,
    messageListRef: *mut *mut twList,
) -> c_int {
    let (Some(callback), false) = (cb, messageListRef.is_null()) else { return PRECONDITION_FAILED };
    let done: crate::things::PushCallback = Arc::new(move |id, outcome| requests::tell(callback, id, outcome));
    let options = push_options(force);
    let (ids, result) = with_platform(|platform| values.push_async(thing.as_ref(), options, platform, &done));
    let Some(list) = id_list(&ids) else { return TW_ERROR_ALLOCATING_MEMORY };
    // SAFETY: a place for a pointer by contract.
    unsafe { *messageListRef = list };
    result.map_or_else(|error| push_failed(&error), |()| TW_OK)
}

/// A list of numbers on the heap, as `free` deletes them.
fn id_list(ids: &[u32]) -> Option<*mut twList> {
    // SAFETY: without a delete function the list frees its values.
    let list = unsafe { twList_Create(None) };
    for id in ids {
        let value = memory::alloc(*id);
        // SAFETY: the list takes the value.
        if value.is_null() || unsafe { twList_Add(list, value.cast()) } != TW_OK {
            // SAFETY: both were made above.
            unsafe {
                memory::free(value);
                twList_Delete(list);
            }
            return None;
        }
    }
    (!list.is_null()).then_some(list)
}

/// Forgets the last values that push types compare with: the next set of each property counts as its first. What waits to be
/// pushed stays. Returns 0, 1200 without a manager.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_ClearSubscribedPropertyCurrentValues() -> c_int {
    guard(TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED, || match Manager::current() {
        Some(manager) => {
            manager.values().clear_current_values();
            TW_OK
        }
        None => TW_SUBSCRIBEDPROP_MGR_NOT_INTIALIZED,
    })
}
