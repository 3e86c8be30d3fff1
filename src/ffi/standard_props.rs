//! `twStandardProps.h`: Values and change listeners of standard properties.
//!
//! A standard property is one whose values the library keeps. Programs read and even edit the kept primitive in place, so
//! it is a C object at a stable address until the next set (ext-files-tunnels.md 1.5).

use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_void};
use std::sync::Mutex;
use std::{mem, ptr};

use super::api::{instance, twApi_SetSubscribedProperty};
use super::base_types::compare::twPrimitive_FullCopy;
use super::base_types::primitive::{twPrimitive_Create, twPrimitive_Delete};
use super::base_types::twPrimitive;
use super::definitions::{TWX_BAD_REQUEST, TWX_NOT_FOUND, TWX_SUCCESS, msgCodeEnum};
use super::errors::{TW_INVALID_PARAM, TW_OK};
use super::guard::guard;
use super::info_table::access::{twInfoTable_CreateFromPrimitive, twInfoTable_GetPrimitive};
use super::info_table::twInfoTable;
use super::lasting::LastingList;
use super::list::{self, twList, twList_Add, twList_Clear};
use super::work::locked;
use super::{memory, text};
use crate::model::Text;

pub type PropertyChangeListenerFunction = Option<unsafe extern "C" fn(*const c_char, *const c_char, *mut twPrimitive)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twPropertyChangeRecord {
    pub listenerFunction: PropertyChangeListenerFunction,
    pub entityName: *mut c_char,
    pub propertyName: *mut c_char,
}

/// Longest part of a key, in bytes (ext-files-tunnels.md 1.1).
const MAX_NAME: usize = 256;

/// A kept value. The one before it lives on until the next set, for readers in other threads.
struct Kept {
    current: Primitive,
    previous: Primitive,
}

/// A primitive that we own.
struct Primitive(*mut twPrimitive);

// SAFETY: C objects without thread affinity; access is under the lock below, or the application's affair.
unsafe impl Send for Primitive {}

impl Drop for Primitive {
    fn drop(&mut self) {
        // SAFETY: ours, and not used afterwards. NULL is allowed.
        unsafe { twPrimitive_Delete(self.0.cast()) };
    }
}

impl Primitive {
    /// # Safety
    /// `value` is NULL or a primitive.
    unsafe fn copy_of(value: *mut twPrimitive) -> Option<Self> {
        // SAFETY: by contract of this function.
        let copy = unsafe { twPrimitive_FullCopy(value) };
        (!copy.is_null()).then_some(Self(copy))
    }

    /// Gives it away.
    fn into_raw(mut self) -> *mut twPrimitive {
        mem::replace(&mut self.0, ptr::null_mut())
    }
}

static VALUES: Mutex<Option<HashMap<(Text, Text), Kept>>> = Mutex::new(None);

thread_local! {
    /// What is handed out for a property that has no value: each thread its own, emptied again at each hand-out (E3).
    static EMPTY: Primitive = {
        // SAFETY: no arguments.
        Primitive(unsafe { twPrimitive_Create() })
    };
}

/// Forgets all values, when the API object goes.
pub(super) fn forget_all() {
    let old = locked(&VALUES).take();
    drop(old);
}

/// # Safety
/// Both are NULL or C strings.
unsafe fn key(thing: *const c_char, property: *const c_char) -> Option<(Text, Text)> {
    // SAFETY: by contract of this function.
    unsafe {
        let thing = text::bytes_up_to(thing, MAX_NAME)?;
        Some((Text::from(thing), Text::from(text::bytes_up_to(property, MAX_NAME)?)))
    }
}

fn keep(key: (Text, Text), value: Primitive) {
    let mut values = locked(&VALUES);
    let values = values.get_or_insert_default();
    let outdated = match values.get_mut(&key) {
        Some(kept) => {
            let current = mem::replace(&mut kept.current, value);
            Some(mem::replace(&mut kept.previous, current))
        }
        None => {
            values.insert(key, Kept { current: value, previous: Primitive(ptr::null_mut()) });
            None
        }
    };
    drop(outdated);
}

fn kept(key: &(Text, Text)) -> Option<*mut twPrimitive> {
    locked(&VALUES).as_ref()?.get(key).map(|kept| kept.current.0)
}

/// Keeps a copy of the value, queues another one for the platform and tells the change listeners. The property need not be
/// registered. The value stays the caller's.
/// Returns 0, 101 for a missing argument, a value that cannot be copied or without an API object, otherwise the code of
/// twApi_SetSubscribedProperty; the value is kept even then.
///
/// # Safety
/// The names are NULL or C strings, the value NULL or a primitive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_SetPropertyValue(
    thingname: *const c_char,
    propertyName: *const c_char,
    value: *mut twPrimitive,
    fold: c_char,
    push: c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if instance::current().is_none() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract of this function.
        let (names, stored, queued, told) = unsafe {
            let copy = || Primitive::copy_of(value);
            (key(thingname, propertyName), copy(), copy(), copy())
        };
        let (Some(names), Some(stored), Some(queued), Some(told)) = (names, stored, queued, told) else {
            return TW_INVALID_PARAM;
        };
        keep(names.clone(), stored);
        // SAFETY: the names are C strings, the value is given away.
        let code = unsafe {
            let (thing, property) = (thingname.cast_mut(), propertyName.cast_mut());
            twApi_SetSubscribedProperty(thing, property, queued.into_raw(), fold, push)
        };
        if code == TW_OK {
            tell_listeners(&names, thingname, propertyName, &told);
        }
        code
    })
}

/// As twExt_SetPropertyValue, and deletes the value, whatever is returned: for values that are made in the call. An
/// addition to the interface, used by TW_SET_PROPERTY_AND_DELETE.
///
/// # Safety
/// The names are NULL or C strings, the value NULL or a primitive on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twedge_set_property_and_delete(
    thingname: *const c_char,
    propertyName: *const c_char,
    value: *mut twPrimitive,
    fold: c_char,
    push: c_char,
) -> c_int {
    let value = Primitive(value);
    // SAFETY: by contract of this function.
    unsafe { twExt_SetPropertyValue(thingname, propertyName, value.0, fold, push) }
}

/// Whether a value is kept for that property. FALSE for NULL.
///
/// # Safety
/// The names are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_PropertyExists(thingname: *const c_char, propertyName: *mut c_char) -> c_char {
    guard(0, || {
        // SAFETY: by contract of this function.
        let names = unsafe { key(thingname, propertyName) };
        c_char::from(names.is_some_and(|names| kept(&names).is_some()))
    })
}

/// The kept value itself, not a copy: valid until the next but one set of the property, and editable in place. For a property
/// without a value an empty primitive (TW_NOTHING, zero) that is valid until the next call in the same thread. Never NULL.
///
/// # Safety
/// The names are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_GetPropertyValue(
    thingname: *const c_char,
    propertyName: *mut c_char,
) -> *mut twPrimitive {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let names = unsafe { key(thingname, propertyName) };
        names.and_then(|names| kept(&names)).unwrap_or_else(empty)
    })
}

/// An empty primitive of the calling thread's (TW_NOTHING, zero), valid until the next call in the same thread. Never NULL
/// unless there is no memory. The SDK's.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twGetSafeEmptyPrimitive() -> *mut twPrimitive {
    guard(ptr::null_mut(), empty)
}

/// Calls the listeners of a property with a copy of the value, each once, oldest first. NULL does nothing.
///
/// cbindgen:ignore
///
/// # Safety
/// The names are NULL or C strings, the value NULL or a primitive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twNotifyPropertyChangeListeners(
    entityName: *const c_char,
    propertyName: *const c_char,
    value: *mut twPrimitive,
) {
    guard((), || {
        // SAFETY: by contract of this function.
        if let (Some(names), Some(told)) = unsafe { (key(entityName, propertyName), Primitive::copy_of(value)) } {
            tell_listeners(&names, entityName, propertyName, &told);
        }
    });
}

fn empty() -> *mut twPrimitive {
    EMPTY.with(|empty| {
        let (place, fresh) = (
            empty.0,
            Primitive(
                // SAFETY: no arguments.
                unsafe { twPrimitive_Create() },
            ),
        );
        if !place.is_null() && !fresh.0.is_null() {
            // SAFETY: two primitives of ours. Swapping lets go of whatever the application has written into the old one.
            unsafe { ptr::swap(place, fresh.0) };
        }
        place
    })
}

/// Serves reads and writes of standard properties. A write is kept, and echoed as a subscribed property; answers SUCCESS, or
/// NOT_FOUND when the table has no such column. A read gives a new table, or NOT_FOUND. BAD_REQUEST for a NULL pointer.
///
/// # Safety
/// The names are C strings; `value` is NULL or points to NULL or, for a write, to a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_StandardPropertyHandler(
    entityName: *const c_char,
    propertyName: *const c_char,
    value: *mut *mut twInfoTable,
    isWrite: c_char,
    _userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_BAD_REQUEST, || {
        if value.is_null() || entityName.is_null() || propertyName.is_null() {
            return TWX_BAD_REQUEST;
        }
        // SAFETY: by contract of this function. A read does not look at what is there.
        let table = if isWrite != 0 { unsafe { *value } } else { ptr::null_mut() };
        // SAFETY: as above.
        unsafe {
            if table.is_null() {
                read_value(entityName, propertyName, value)
            } else {
                write_value(entityName, propertyName, table)
            }
        }
    })
}

/// # Safety
/// C strings and a table.
unsafe fn write_value(thing: *const c_char, property: *const c_char, table: *mut twInfoTable) -> msgCodeEnum {
    let mut value: *mut twPrimitive = ptr::null_mut();
    // SAFETY: by contract of this function; the primitive belongs to the table.
    unsafe {
        twInfoTable_GetPrimitive(table, property.cast_mut(), 0, &mut value);
        if value.is_null() {
            return TWX_NOT_FOUND;
        }
        // Answered with success whatever comes of the push (E10).
        twExt_SetPropertyValue(thing, property, value, 0, 1);
    }
    TWX_SUCCESS
}

/// # Safety
/// C strings and a place for a table.
unsafe fn read_value(thing: *const c_char, property: *const c_char, place: *mut *mut twInfoTable) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    let Some(names) = (unsafe { key(thing, property) }) else { return TWX_BAD_REQUEST };
    let copy = {
        let values = locked(&VALUES);
        let kept = values.as_ref().and_then(|values| values.get(&names));
        // SAFETY: the lock keeps the primitive alive.
        kept.and_then(|kept| unsafe { Primitive::copy_of(kept.current.0) })
    };
    let Some(copy) = copy else { return TWX_NOT_FOUND };
    // SAFETY: the table takes the copy, the caller the table.
    unsafe { *place = twInfoTable_CreateFromPrimitive(property.cast_mut(), copy.into_raw()) };
    TWX_SUCCESS
}

/// The listeners. They live as long as the process (ext-files-tunnels.md 1.1).
static LISTENERS: LastingList = LastingList::new(twChangeListeners_Delete);

/// Forgets all listeners.
pub(super) fn forget_listeners() {
    // SAFETY: our list.
    unsafe { twList_Clear(LISTENERS.get()) };
}

/// Deletes a value of the list of twExt_GetChangeListenersList. NULL-safe.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or a `twPropertyChangeRecord` on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twChangeListeners_Delete(item: *mut c_void) {
    guard((), || {
        let record = item.cast::<twPropertyChangeRecord>();
        if !record.is_null() {
            // SAFETY: by contract of this function.
            unsafe {
                memory::free((*record).entityName);
                memory::free((*record).propertyName);
                memory::free(record);
            }
        }
    });
}

/// The list of property change listeners (values `twPropertyChangeRecord`), made when missing. The SDK's.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twExt_GetChangeListenersList() -> *mut twList {
    guard(ptr::null_mut(), || LISTENERS.get())
}

/// Calls a function after each successful set of a property of an entity; NULL means all its properties. It gets a copy of the
/// value that is the SDK's. May be added several times. A NULL entity is logged and ignored.
///
/// # Safety
/// The names are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_AddPropertyChangeListener(
    entityName: *mut c_char,
    propertyName: *mut c_char,
    propertyChangeListenerFunction: PropertyChangeListenerFunction,
) {
    guard((), || {
        // SAFETY: by contract of this function.
        let (entity, property) = unsafe { (text::text(entityName), text::text(propertyName)) };
        let (Some(entity), Some(_)) = (entity, propertyChangeListenerFunction) else {
            log::error!("twExt_AddPropertyChangeListener needs an entity and a function");
            return;
        };
        let record = memory::alloc(twPropertyChangeRecord {
            listenerFunction: propertyChangeListenerFunction,
            entityName: memory::copy_bytes(&entity),
            propertyName: text::option_to_c(property.as_ref()),
        });
        // SAFETY: the list takes the record.
        unsafe { twList_Add(LISTENERS.get(), record.cast()) };
    });
}

/// Removes the first listener with that function.
///
/// # Safety
/// The function is compared only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_RemovePropertyChangeListener(
    propertyChangeListenerFunction: PropertyChangeListenerFunction,
) {
    guard((), || {
        let wanted = propertyChangeListenerFunction.map(|function| function as usize);
        let is_wanted =
            |record: &twPropertyChangeRecord| record.listenerFunction.map(|function| function as usize) == wanted;
        // SAFETY: our list of such records.
        unsafe { list::remove_first(LISTENERS.get(), is_wanted) };
    });
}

/// All listeners of a property, oldest first, without a lock held (E4).
fn tell_listeners(
    (thing, property): &(Text, Text),
    thing_c: *const c_char,
    property_c: *const c_char,
    value: &Primitive,
) {
    for listener in matching(thing, property) {
        // SAFETY: a primitive of ours.
        let Some(copy) = (unsafe { Primitive::copy_of(value.0) }) else { return };
        // SAFETY: the application's function; names and value live until it returns.
        unsafe { listener(thing_c, property_c, copy.0) };
    }
}

type Listener = unsafe extern "C" fn(*const c_char, *const c_char, *mut twPrimitive);

fn matching(thing: &Text, property: &Text) -> Vec<Listener> {
    let mut found = Vec::new();
    // SAFETY: a list of such records, locked during the walk.
    for record in unsafe { list::values::<twPropertyChangeRecord>(LISTENERS.get()) }.filter(|record| !record.is_null())
    {
        // SAFETY: a live record; its names are C strings or NULL.
        unsafe {
            let entity = text::bytes((*record).entityName);
            let wanted = text::bytes((*record).propertyName);
            if entity == Some(thing.as_bytes()) && wanted.is_none_or(|wanted| wanted == property.as_bytes()) {
                found.extend((*record).listenerFunction);
            }
        }
    }
    found
}
