//! The dispatchers: callbacks of the SDK that hand requests of the platform to the functions of the host language, with
//! serialised values.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::blocks::{
    twWDataBlock_Free, twWDataBlock_FromInfoTable, twWDataBlock_FromPrimitive, twWDataBlock_ToInfoTable,
    twWDataBlock_ToPrimitive,
};
use super::{
    fileTransfer_cb, processPropertyReadRequest_cb, processPropertyWriteRequest_cb, processServiceRequest_cb,
    twWDataBlock,
};
use crate::ffi::api::{bindEvent_cb, twApi_RegisterBindEventCallback, twApi_UnregisterBindEventCallback};
use crate::ffi::base_types::twPrimitive;
use crate::ffi::definitions::{TWX_BAD_REQUEST, TWX_INTERNAL_SERVER_ERROR, TWX_NOT_IMPLEMENTED, msgCodeEnum};
use crate::ffi::errors::TW_OK;
use crate::ffi::file_manager::twFileTransferInfo;
use crate::ffi::guard::guard;
use crate::ffi::info_table::access::{twInfoTable_CreateFromPrimitive, twInfoTable_GetPrimitive};
use crate::ffi::info_table::twInfoTable;
use crate::ffi::shared::Shared;

/// The functions of the host language, as C sees them under `twWCallbacks`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Callbacks {
    read: processPropertyReadRequest_cb,
    write: processPropertyWriteRequest_cb,
    service: processServiceRequest_cb,
    file: fileTransfer_cb,
    bind: bindEvent_cb,
}

/// Set before the platform is connected, read when a request comes.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
static twWCallbacks: Shared<Callbacks> =
    Shared::new(Callbacks { read: None, write: None, service: None, file: None, bind: None });

fn callbacks() -> Callbacks {
    // SAFETY: a few pointers that are set before they are used, as the functions below say.
    unsafe { *twWCallbacks.get() }
}

/// Sets the functions of the host language that serve reads and writes of properties, services and finished file transfers;
/// NULL: none. To be called before anything is registered through the wrapper. Returns 0.
///
/// cbindgen:ignore
///
/// # Safety
/// No request is being served.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_SetApiCallbackFunctions(
    propertyRead: processPropertyReadRequest_cb,
    propertyWrite: processPropertyWriteRequest_cb,
    service: processServiceRequest_cb,
    fileTransfer: fileTransfer_cb,
) -> c_int {
    // SAFETY: by contract of this function.
    let all = unsafe { &mut *twWCallbacks.get() };
    *all = Callbacks { read: propertyRead, write: propertyWrite, service, file: fileTransfer, ..*all };
    TW_OK
}

/// Sets the function of the host language that is told about every bind and unbind, in place of the one before; NULL: none.
/// Returns 0, or 600 without an API object.
///
/// cbindgen:ignore
///
/// # Safety
/// Not from two threads at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_SetOnBindCallbackFunction(cb: bindEvent_cb) -> c_int {
    guard(TW_OK, || {
        let all = twWCallbacks.get();
        // SAFETY: by contract of this function; a NULL name stands for all things.
        unsafe {
            if let before @ Some(_) = (*all).bind.take() {
                twApi_UnregisterBindEventCallback(ptr::null_mut(), before, ptr::null_mut());
            }
            if cb.is_none() {
                return TW_OK;
            }
            let code = twApi_RegisterBindEventCallback(ptr::null_mut(), cb, ptr::null_mut());
            if code == TW_OK {
                (*all).bind = cb;
            }
            code
        }
    })
}

/// The code of a function of the host language as that of a message.
fn message_code(code: c_int) -> msgCodeEnum {
    msgCodeEnum::try_from(code).unwrap_or(TWX_INTERNAL_SERVER_ERROR)
}

/// The table of an answer: the one in the block, or one with its primitive in a column of that name. Frees the block.
///
/// # Safety
/// `block` is NULL or from this library, `column` a C string.
unsafe fn table_of(block: *mut twWDataBlock, column: *const c_char) -> *mut twInfoTable {
    // SAFETY: by contract of this function; the table takes the primitive.
    unsafe {
        let Some(content) = block.as_ref() else { return ptr::null_mut() };
        let table = if content.isPrimitive != 0 {
            twInfoTable_CreateFromPrimitive(column.cast_mut(), twWDataBlock_ToPrimitive(block))
        } else {
            twWDataBlock_ToInfoTable(block)
        };
        twWDataBlock_Free(block);
        table
    }
}

/// The callback of properties that are registered through the wrapper: hands reads and writes to the functions set with
/// twW_SetApiCallbackFunctions, and answers with their code; NOT_IMPLEMENTED (0xA1) without one, BAD_REQUEST for NULL. A write
/// brings the primitive of that name, or else the whole table. What a read gives is freed here with twWDataBlock_Free.
///
/// # Safety
/// As for every property callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_PropertyCallbackDispatcher(
    entityName: *const c_char,
    propertyName: *const c_char,
    value: *mut *mut twInfoTable,
    isWrite: c_char,
    userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        if entityName.is_null() || propertyName.is_null() || value.is_null() {
            return TWX_BAD_REQUEST;
        }
        // SAFETY: by contract of this function.
        unsafe {
            if isWrite != 0 {
                write(entityName, propertyName, *value, userdata)
            } else {
                read(entityName, propertyName, value, userdata)
            }
        }
    })
}

/// # Safety
/// As for the dispatcher; nothing is NULL.
unsafe fn read(
    entity: *const c_char,
    property: *const c_char,
    value: *mut *mut twInfoTable,
    userdata: *mut c_void,
) -> msgCodeEnum {
    let Some(callback) = callbacks().read else { return TWX_NOT_IMPLEMENTED };
    let mut block = ptr::null_mut();
    // SAFETY: the function of the host language, with the arguments of its prototype.
    unsafe {
        let code = callback(entity, property, &mut block, userdata);
        if !block.is_null() {
            *value = table_of(block, property);
        }
        message_code(code)
    }
}

/// # Safety
/// As for the dispatcher; the names are not NULL.
unsafe fn write(
    entity: *const c_char,
    property: *const c_char,
    table: *mut twInfoTable,
    userdata: *mut c_void,
) -> msgCodeEnum {
    let Some(callback) = callbacks().write else { return TWX_NOT_IMPLEMENTED };
    let mut cell: *mut twPrimitive = ptr::null_mut();
    let mut block = ptr::null_mut();
    // SAFETY: the dispatcher's table; the function of the host language, with the arguments of its prototype.
    unsafe {
        twInfoTable_GetPrimitive(table, property.cast_mut(), 0, &mut cell);
        let made = if cell.is_null() {
            twWDataBlock_FromInfoTable(table, &mut block)
        } else {
            twWDataBlock_FromPrimitive(cell, &mut block)
        };
        if made != TW_OK {
            return TWX_BAD_REQUEST;
        }
        let code = callback(entity, property, block, userdata);
        twWDataBlock_Free(block);
        message_code(code)
    }
}

/// The callback of services that are registered through the wrapper: hands the call to the function set with
/// twW_SetApiCallbackFunctions, and answers with its code; NOT_IMPLEMENTED (0xA1) without one, BAD_REQUEST for NULL. The block
/// of parameters is NULL when there are none. A primitive as result goes into a column `result`. What the function gives is
/// freed here with twWDataBlock_Free.
///
/// # Safety
/// As for every service callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_ServiceCallbackDispatcher(
    entityName: *const c_char,
    serviceName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
    userdata: *mut c_void,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        if entityName.is_null() || serviceName.is_null() || content.is_null() {
            return TWX_BAD_REQUEST;
        }
        let Some(callback) = callbacks().service else { return TWX_NOT_IMPLEMENTED };
        let (mut given, mut result) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: by contract of this function; the function of the host language, with the arguments of its prototype.
        unsafe {
            if !params.is_null() && twWDataBlock_FromInfoTable(params, &mut given) != TW_OK {
                return TWX_BAD_REQUEST;
            }
            let code = callback(entityName, serviceName, given, &mut result, userdata);
            twWDataBlock_Free(given);
            if !result.is_null() {
                *content = table_of(result, c"result".as_ptr());
            }
            message_code(code)
        }
    })
}

/// The callback of file transfers: hands the fields of `info` to the function set with twW_SetApiCallbackFunctions, for whose
/// call they are valid. Without one, or for NULL, nothing happens.
///
/// # Safety
/// `info` is NULL or a description of a transfer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_FileTransferCallbackDispatcher(
    fileRcvd: c_char,
    info: *mut twFileTransferInfo,
    userdata: *mut c_void,
) {
    guard((), || {
        // SAFETY: by contract of this function.
        let (Some(callback), Some(i)) = (callbacks().file, unsafe { info.as_ref() }) else { return };
        // SAFETY: the function of the host language, with the arguments of its prototype.
        unsafe {
            callback(
                fileRcvd,
                i.sourceRepository,
                i.sourcePath,
                i.sourceFile,
                i.sourceChecksum,
                i.targetRepository,
                i.targetPath,
                i.targetFile,
                i.targetChecksum,
                i.startTime,
                i.endTime,
                i.duration,
                i.state,
                i.isComplete,
                i.size,
                i.transferId,
                i.user,
                i.message,
                userdata,
            );
        }
    });
}
