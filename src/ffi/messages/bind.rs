//! The body of BIND and UNBIND.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::{MSG_HEADER_SIZE, MULTIPART_MSG_HEADER_SIZE, body, twBindBody};
use crate::ffi::api::current_config;
use crate::ffi::base_types::{encode, twStream};
use crate::ffi::errors::{TW_BIND_MESSAGE_FULL, TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::{list, memory, text};
use crate::model::Text;
use crate::wire::{self, Body, Gateway, MessageCode};

/// The marker of the gateway and the count of names.
const EMPTY_LENGTH: u32 = 3;

/// A C body with a copy of names and gateway, to be deleted with `twBindBody_Delete`. NULL when there is no memory.
pub fn to_c(gateway: Option<&Gateway>, names: &[Text]) -> *mut twBindBody {
    // SAFETY: the body is fresh and freed as a whole on failure.
    unsafe {
        let made = twBindBody_Create(ptr::null_mut());
        if made.is_null() {
            return made;
        }
        let mut complete = true;
        if let Some(gateway) = gateway {
            (*made).gatewayName = text::to_c(&gateway.name);
            (*made).gatewayType = text::to_c(&gateway.gateway_type);
            complete = !(*made).gatewayName.is_null() && !(*made).gatewayType.is_null();
        }
        if !complete || !names.iter().all(|name| append(made, name) == TW_OK) {
            twBindBody_Delete(made);
            return ptr::null_mut();
        }
        (*made).length = body::measure(|out| encode(out, made, (*made).gatewayName, (*made).gatewayType));
        made
    }
}

/// Appends a name, whatever the size.
unsafe fn append(body: *mut twBindBody, name: &[u8]) -> c_int {
    // SAFETY: the caller's body is live.
    unsafe {
        let Some(count) = (*body).count.checked_add(1) else { return TW_BIND_MESSAGE_FULL };
        let copy = text::to_c(name);
        if copy.is_null() {
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        if list::twList_Add((*body).names, copy.cast()) != TW_OK {
            memory::free(copy);
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        (*body).count = count;
        (*body).length = (*body).length.saturating_add(length_of(name));
    }
    TW_OK
}

/// A text with its prefix on the wire.
fn length_of(name: &[u8]) -> u32 {
    u32::try_from(wire::text_len(name)).unwrap_or(u32::MAX)
}

/// Appends the body as it goes over the wire, with the gateway when both texts are there.
///
/// # Safety
/// `body` is live, the texts are NULL or C strings.
pub unsafe fn encode(
    out: &mut Vec<u8>,
    body: *const twBindBody,
    gateway_name: *const c_char,
    gateway_type: *const c_char,
) -> Result<(), c_int> {
    // SAFETY: see above.
    unsafe {
        let has_gateway = !gateway_name.is_null() && !gateway_type.is_null();
        out.push(u8::from(has_gateway));
        if has_gateway {
            encode::c_string(out, gateway_name);
            encode::c_string(out, gateway_type);
        }
        let mut names = Vec::new();
        let mut count: u16 = 0;
        for name in list::values::<c_char>((*body).names).filter(|name| !name.is_null()) {
            count = count.checked_add(1).ok_or(TW_INVALID_PARAM)?;
            encode::c_string(&mut names, name);
        }
        out.extend_from_slice(&count.to_be_bytes());
        out.extend_from_slice(&names);
    }
    Ok(())
}

/// Makes a BIND or UNBIND body with a name, which is copied, or with none for NULL. The caller deletes it with
/// `twBindBody_Delete`, or gives it to a message. NULL when there is no memory, and for a name too long for a message. A
/// body is not thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twBindBody_Create(name: *mut c_char) -> *mut twBindBody {
    guard(ptr::null_mut(), || {
        // SAFETY: NULL or a C string; the parts are fresh and freed as a whole on failure.
        unsafe {
            let names = list::twList_Create(None);
            if names.is_null() {
                return ptr::null_mut();
            }
            let (gatewayName, gatewayType) = (ptr::null_mut(), ptr::null_mut());
            let made = memory::alloc(twBindBody { gatewayName, gatewayType, count: 0, names, length: EMPTY_LENGTH });
            if made.is_null() {
                list::twList_Delete(names);
            } else if !name.is_null() && twBindBody_AddName(made, name) != TW_OK {
                twBindBody_Delete(made);
                return ptr::null_mut();
            }
            made
        }
    })
}

/// Reads a BIND or UNBIND body from the cursor of a stream on, which stays the caller's. The caller deletes the body. NULL
/// for NULL and for what is cut off.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twBindBody_CreateFromStream(s: *mut twStream) -> *mut twBindBody {
    // SAFETY: NULL or a live stream.
    guard(ptr::null_mut(), || unsafe {
        body::from_stream(s, |bytes| match body::decode(MessageCode::BIND, bytes)? {
            (Body::Bind { gateway, names }, used) => Some((to_c(gateway.as_ref(), &names), used)),
            _ => None,
        })
    })
}

/// Deletes a body with its names. 0, also for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twBindBody_Delete(body: *mut twBindBody) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() {
            return TW_OK;
        }
        // SAFETY: the caller gives the body away; everything in it is its own.
        unsafe {
            memory::free((*body).gatewayName);
            memory::free((*body).gatewayType);
            if !(*body).names.is_null() {
                list::twList_Delete((*body).names);
            }
            memory::free(body);
        }
        TW_OK
    })
}

/// Adds a name, which is copied. 0; 101 for NULL; 312 when the message would reach `twcfg.max_message_size` or have more
/// than 65535 names; 102.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twBindBody_AddName(body: *mut twBindBody, name: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: NULL, or a live body and a C string.
        unsafe {
            let (Some(name), false) = (text::bytes(name), body.is_null()) else { return TW_INVALID_PARAM };
            let headers = (MSG_HEADER_SIZE + MULTIPART_MSG_HEADER_SIZE) as u32;
            let size = (*body).length.saturating_add(length_of(name)).saturating_add(headers);
            if size >= current_config().max_message_size {
                return TW_BIND_MESSAGE_FULL;
            }
            append(body, name)
        }
    })
}

/// Writes a body to a stream, all of it or nothing: with the given gateway if name and type are given, else with the one
/// that it was read with. 0; 101 for a NULL body or stream; the codes of `twStream_AddBytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twBindBody_ToStream(
    body: *mut twBindBody,
    s: *mut twStream,
    gatewayName: *mut c_char,
    gatewayType: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's, NULL or C strings.
        unsafe {
            let given = !gatewayName.is_null() && !gatewayType.is_null();
            let own = ((*body).gatewayName, (*body).gatewayType);
            let (name, kind) = if given { (gatewayName, gatewayType) } else { own };
            encode::to_stream(s, |out| encode(out, body, name, kind))
        }
    })
}
