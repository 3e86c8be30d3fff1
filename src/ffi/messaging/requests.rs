//! Functions for single requests of the platform, below the registrations of the API object.

use std::ffi::{c_char, c_int, c_void};

use super::handler::resolve;
use super::{message_cb, twMessageHandler, twRequestCallbackStruct};
use crate::ffi::definitions::{characteristicEnum, entityTypeEnum};
use crate::ffi::errors::{
    TW_ERROR_CALLBACK_NOT_FOUND, TW_ERROR_CREATING_MTX, TW_INVALID_CALLBACK_STRUCT, TW_INVALID_PARAM, TW_OK,
    TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::list::{self, twList_Add};
use crate::ffi::messages::twRequestBody;
use crate::ffi::{memory, text};
use crate::wire::Request;

/// Deletes an entry of `incomingRequestCallbacks` with its names. NULL is fine. Delete function of that list.
///
/// # Safety
/// `item` is NULL or an entry on the heap that is not used afterwards.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestCallbackStruct_Delete(item: *mut c_void) {
    guard((), || {
        let entry = item.cast::<twRequestCallbackStruct>();
        if entry.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            memory::free((*entry).entityName);
            memory::free((*entry).characteristicName);
            memory::free(entry);
        }
    });
}

/// What a request is about, as far as functions are chosen by it. A name that is missing in an entry is not compared.
#[derive(Clone, Copy)]
struct Subject<'a> {
    entity_type: entityTypeEnum,
    entity: Option<&'a [u8]>,
    characteristic: characteristicEnum,
    name: Option<&'a [u8]>,
}

impl Subject<'_> {
    /// Whether a function that is registered for `self` gets a request for `other`.
    fn covers(&self, other: &Subject<'_>) -> bool {
        let fits = |own: Option<&[u8]>, other: Option<&[u8]>| own.is_none() || own == other;
        self.entity_type == other.entity_type
            && self.characteristic == other.characteristic
            && fits(self.entity, other.entity)
            && fits(self.name, other.name)
    }
}

unsafe fn subject_of<'a>(entry: &'a twRequestCallbackStruct) -> Subject<'a> {
    // SAFETY: the names are NULL or C strings that live as long as the entry.
    unsafe {
        Subject {
            entity_type: entry.entityType,
            entity: text::bytes(entry.entityName),
            characteristic: entry.characteristicType,
            name: text::bytes(entry.characteristicName),
        }
    }
}

/// The function for a subject.
unsafe fn find(handler: *const twMessageHandler, wanted: &Subject<'_>) -> message_cb {
    // SAFETY: the caller's handler is NULL or live.
    unsafe {
        if handler.is_null() {
            return None;
        }
        list::values::<twRequestCallbackStruct>((*handler).incomingRequestCallbacks)
            .filter_map(|entry| entry.as_ref())
            .find(|entry| subject_of(entry).covers(wanted))
            .and_then(|entry| entry.cb)
    }
}

/// The function that is registered for a request of the platform, if any.
///
/// # Safety
/// `handler` is NULL or live.
pub(in crate::ffi) unsafe fn function_for(handler: *const twMessageHandler, request: &Request) -> message_cb {
    let subject = Subject {
        entity_type: request.entity_type.0.into(),
        entity: Some(&request.entity),
        characteristic: request.characteristic.0.into(),
        name: Some(&request.name),
    };
    // SAFETY: by contract of this function.
    unsafe { find(handler, &subject) }
}

/// The same for a request as C has it.
///
/// # Safety
/// Both are NULL or live.
pub(super) unsafe fn function_for_body(handler: *const twMessageHandler, body: *const twRequestBody) -> message_cb {
    // SAFETY: by contract of this function.
    unsafe {
        let body = body.as_ref()?;
        let subject = Subject {
            entity_type: body.entityType,
            entity: text::bytes(body.entityName),
            characteristic: body.characteristicType,
            name: text::bytes(body.characteristicName),
        };
        find(handler, &subject)
    }
}

/// Registers a function for the requests about one property, service or event, before everything that is registered with
/// twApi functions. The function answers by itself, with twMessage_Send; the message stays the SDK's. The names are copied.
/// Returns 0, 101 for a NULL function, 301 for a NULL name and without a handler or memory.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live; the names are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterRequestCallback(
    handler: *mut twMessageHandler,
    cb: message_cb,
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    characteristicType: characteristicEnum,
    characteristicName: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if cb.is_none() {
            return TW_INVALID_PARAM;
        }
        let handler = resolve(handler);
        if handler.is_null() || entityName.is_null() || characteristicName.is_null() {
            return TW_INVALID_CALLBACK_STRUCT;
        }
        // SAFETY: by contract of this function; the list takes the entry.
        unsafe {
            let entry = memory::alloc(twRequestCallbackStruct {
                cb,
                entityType,
                entityName: text::duplicate(entityName, usize::MAX),
                characteristicType,
                characteristicName: text::duplicate(characteristicName, usize::MAX),
            });
            if entry.is_null() {
                return TW_INVALID_CALLBACK_STRUCT;
            }
            let has_names = !(*entry).entityName.is_null() && !(*entry).characteristicName.is_null();
            if !has_names || twList_Add((*handler).incomingRequestCallbacks, entry.cast()) != TW_OK {
                twRequestCallbackStruct_Delete(entry.cast());
                return TW_INVALID_CALLBACK_STRUCT;
            }
        }
        TW_OK
    })
}

/// Removes the function that was registered with the same arguments. Returns 0, 101 for a NULL name, 103 without a handler,
/// 302 when there is none.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live; the names are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_UnegisterRequestCallback(
    handler: *mut twMessageHandler,
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    characteristicType: characteristicEnum,
    characteristicName: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if entityName.is_null() || characteristicName.is_null() {
            return TW_INVALID_PARAM;
        }
        let handler = resolve(handler);
        if handler.is_null() {
            return TW_ERROR_CREATING_MTX;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let (entity, name) = (text::bytes(entityName), text::bytes(characteristicName));
            let removed = list::remove_first((*handler).incomingRequestCallbacks, |entry: &twRequestCallbackStruct| {
                let own = subject_of(entry);
                (own.entity_type, own.characteristic) == (entityType, characteristicType)
                    && (own.entity, own.name) == (entity, name)
            });
            if removed { TW_OK } else { TW_ERROR_CALLBACK_NOT_FOUND }
        }
    })
}
