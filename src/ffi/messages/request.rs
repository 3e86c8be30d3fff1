//! The body of GET, PUT, POST and DELETE.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::{body, twHeader, twRequestBody};
use crate::ffi::base_types::decode::streamToString;
use crate::ffi::base_types::{encode, twStream};
use crate::ffi::convert::{self, ConvertError};
use crate::ffi::definitions::{characteristicEnum, entityTypeEnum};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::info_table::table::twInfoTable_Delete;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::{list, memory, text};
use crate::wire::{Body, Characteristic, EntityType, MessageCode, Request};

/// A C body with a copy of a request, to be deleted with `twRequestBody_Delete`. NULL when there is no memory.
pub fn to_c(request: &Request) -> *mut twRequestBody {
    // SAFETY: the body is fresh and freed as a whole on failure.
    unsafe {
        let made = twRequestBody_Create();
        if made.is_null() {
            return made;
        }
        (*made).entityType = request.entity_type.0.into();
        (*made).entityName = text::to_c(&request.entity);
        (*made).characteristicType = request.characteristic.0.into();
        (*made).characteristicName = text::to_c(&request.name);
        (*made).params = request.params.as_ref().map_or(ptr::null_mut(), convert::table_to_c);
        let complete = !(*made).entityName.is_null()
            && !(*made).characteristicName.is_null()
            && (request.params.is_none() || !(*made).params.is_null())
            && request.headers.iter().all(|(name, value)| add_header(made, name, value) == TW_OK);
        if !complete {
            twRequestBody_Delete(made);
            return ptr::null_mut();
        }
        measure(made);
        made
    }
}

/// A copy of a C body.
///
/// # Errors
/// There is none, or its parameters are none that can be sent.
///
/// # Safety
/// `body` is NULL or live.
pub unsafe fn from_c(body: *const twRequestBody) -> Result<Request, ConvertError> {
    if body.is_null() {
        return Err(ConvertError::Null);
    }
    // SAFETY: see above. The protocol has one byte for each of the two kinds.
    unsafe {
        let name = |text| text::text(text).unwrap_or_default();
        let headers = list::values::<twHeader>((*body).headers).filter(|header| !header.is_null());
        let params = (*body).params;
        Ok(Request {
            entity_type: EntityType((*body).entityType as u8),
            entity: name((*body).entityName),
            characteristic: Characteristic((*body).characteristicType as u8),
            name: name((*body).characteristicName),
            headers: headers.map(|header| (name((*header).name), name((*header).value))).collect(),
            params: if params.is_null() { None } else { Some(convert::table_from_c(params)?) },
        })
    }
}

/// Appends the body as it goes over the wire.
///
/// # Safety
/// `body` is live.
pub unsafe fn encode(out: &mut Vec<u8>, body: *const twRequestBody) -> Result<(), c_int> {
    // SAFETY: see above. The protocol has one byte for each of the two kinds.
    unsafe {
        out.push((*body).entityType as u8);
        encode::c_string(out, (*body).entityName);
        out.push((*body).characteristicType as u8);
        encode::c_string(out, (*body).characteristicName);
        let mut headers = Vec::new();
        let mut count: u8 = 0;
        for header in list::values::<twHeader>((*body).headers).filter(|header| !header.is_null()) {
            count = count.checked_add(1).ok_or(TW_INVALID_PARAM)?;
            encode::c_string(&mut headers, (*header).name);
            encode::c_string(&mut headers, (*header).value);
        }
        out.push(count);
        out.extend_from_slice(&headers);
        body::encode_content(out, (*body).params)
    }
}

unsafe fn measure(body: *mut twRequestBody) {
    // SAFETY: the caller's body is live.
    unsafe { (*body).length = body::measure(|out| encode(out, body)) };
}

/// Deletes a header of a request with its texts. NULL is fine. Delete function of the list `headers`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twHeader_Delete(header: *mut c_void) {
    let header = header.cast::<twHeader>();
    if !header.is_null() {
        // SAFETY: an entry of a list of ours, with texts on the C allocator.
        unsafe {
            memory::free((*header).name);
            memory::free((*header).value);
            memory::free(header);
        }
    }
}

/// Reads a header from the cursor of a stream on: two texts. The caller deletes it with `twHeader_Delete`. NULL for NULL.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twHeader_fromStream(s: *mut twStream) -> *mut twHeader {
    guard(ptr::null_mut(), || {
        if s.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live stream; the texts are fresh.
        unsafe {
            let header = memory::alloc(twHeader { name: streamToString(s), value: streamToString(s) });
            if !header.is_null() && ((*header).name.is_null() || (*header).value.is_null()) {
                twHeader_Delete(header.cast());
                return ptr::null_mut();
            }
            header
        }
    })
}

/// Writes a header to a stream. 0; 101 for NULL; the codes of `twStream_AddBytes`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twHeader_toStream(header: *mut twHeader, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if header.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe {
            encode::to_stream(s, |out| {
                encode::c_string(out, (*header).name);
                encode::c_string(out, (*header).value);
                Ok(())
            })
        }
    })
}

/// The count of headers has one byte on the wire.
unsafe fn add_header(body: *mut twRequestBody, name: &[u8], value: &[u8]) -> c_int {
    // SAFETY: the caller's body is live.
    unsafe {
        if (*body).headers.is_null() {
            (*body).headers = list::twList_Create(Some(twHeader_Delete));
        }
        let count = list::twList_GetCount((*body).headers);
        if count >= c_int::from(u8::MAX) {
            return TW_INVALID_PARAM;
        }
        let header = memory::alloc(twHeader { name: text::to_c(name), value: text::to_c(value) });
        let whole = !header.is_null() && !(*header).name.is_null() && !(*header).value.is_null();
        if !whole || list::twList_Add((*body).headers, header.cast()) != TW_OK {
            twHeader_Delete(header.cast());
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        (*body).numHeaders = (count + 1) as c_char;
    }
    TW_OK
}

/// Makes an empty request body. The caller deletes it with `twRequestBody_Delete`, or gives it to a message. NULL when
/// there is no memory. A body is not thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_Create() -> *mut twRequestBody {
    guard(ptr::null_mut(), || {
        memory::alloc(twRequestBody {
            entityType: 0,
            entityName: ptr::null_mut(),
            characteristicType: 0,
            characteristicName: ptr::null_mut(),
            numHeaders: 0,
            headers: ptr::null_mut(),
            params: ptr::null_mut(),
            length: 0,
        })
    })
}

/// Reads a request body from the cursor of a stream on, which stays the caller's. The caller deletes the body. NULL for
/// NULL and for what is cut off or malformed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_CreateFromStream(s: *mut twStream) -> *mut twRequestBody {
    // SAFETY: NULL or a live stream.
    guard(ptr::null_mut(), || unsafe {
        body::from_stream(s, |bytes| match body::decode(MessageCode::POST, bytes)? {
            (Body::Request(request), used) => Some((to_c(&request), used)),
            _ => None,
        })
    })
}

/// Deletes a body with its names, headers and parameters. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_Delete(body: *mut twRequestBody) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller gives the body away; everything in it is its own.
        unsafe {
            memory::free((*body).entityName);
            memory::free((*body).characteristicName);
            if !(*body).headers.is_null() {
                list::twList_Delete((*body).headers);
            }
            if !(*body).params.is_null() {
                twInfoTable_Delete((*body).params.cast());
            }
            memory::free(body);
        }
        TW_OK
    })
}

/// Sets the parameters; the table is taken, NULL means none. 0; 101 for a NULL body and when there are parameters
/// already: the table then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_SetParams(body: *mut twRequestBody, params: *mut twInfoTable) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: NULL or a live body.
        unsafe {
            if body.is_null() || !(*body).params.is_null() {
                return TW_INVALID_PARAM;
            }
            (*body).params = params;
            measure(body);
        }
        TW_OK
    })
}

/// Sets what the request is addressed to; the name is copied. 0; 101 for NULL and when there is a name already; 102.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_SetEntity(
    body: *mut twRequestBody,
    entityType: entityTypeEnum,
    entityName: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: NULL, or a live body and a C string.
        unsafe {
            if body.is_null() || entityName.is_null() || !(*body).entityName.is_null() {
                return TW_INVALID_PARAM;
            }
            let name = text::duplicate(entityName, usize::MAX);
            if name.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            (*body).entityType = entityType;
            (*body).entityName = name;
            measure(body);
        }
        TW_OK
    })
}

/// Sets which property, service or event the request is about; the name is copied. 0; 101 for NULL and when there is a
/// name already; 102.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_SetCharacteristic(
    body: *mut twRequestBody,
    characteristicType: characteristicEnum,
    characteristicName: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: NULL, or a live body and a C string.
        unsafe {
            if body.is_null() || characteristicName.is_null() || !(*body).characteristicName.is_null() {
                return TW_INVALID_PARAM;
            }
            let name = text::duplicate(characteristicName, usize::MAX);
            if name.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            (*body).characteristicType = characteristicType;
            (*body).characteristicName = name;
            measure(body);
        }
        TW_OK
    })
}

/// Adds a header, of which a request holds up to 255; both texts are copied. 0; 101 for NULL and for one too many; 102.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_AddHeader(
    body: *mut twRequestBody,
    name: *mut c_char,
    value: *mut c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: NULL, or a live body and C strings.
        unsafe {
            let (Some(name), Some(value), false) = (text::bytes(name), text::bytes(value), body.is_null()) else {
                return TW_INVALID_PARAM;
            };
            let code = add_header(body, name, value);
            measure(body);
            code
        }
    })
}

/// Writes a body to a stream: all of it or nothing. 0; 101 for NULL and for parameters that are an empty shell; the codes
/// of `twInfoTable_ToStream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twRequestBody_ToStream(body: *mut twRequestBody, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe { encode::to_stream(s, |out| encode(out, body)) }
    })
}
