//! Functions of `twApi.h` and `twFileManager.h` with data blocks in place of values, which no header declares.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::blocks::{
    twW_BytesToDataShape, twWDataBlock_FromInfoTable, twWDataBlock_FromPrimitive, twWDataBlock_ToInfoTable,
    twWDataBlock_ToPrimitive,
};
use super::dispatchers::{
    twW_FileTransferCallbackDispatcher, twW_PropertyCallbackDispatcher, twW_ServiceCallbackDispatcher,
};
use super::pool::twW_DestroyThreadPool;
use super::{twWDataBlock, twWPropertyRegInfo, twWRegInfoList, twWServiceRegInfo};
use crate::ffi::api::{
    twApi_BindThingWithoutDefaultServices, twApi_Delete, twApi_FireEvent, twApi_InvokeService, twApi_ReadProperty,
    twApi_RegisterProperty, twApi_RegisterService, twApi_WriteProperty,
};
use crate::ffi::base_types::primitive::twPrimitive_Delete;
use crate::ffi::definitions::{LogLevel, entityTypeEnum};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK};
use crate::ffi::file_manager::{
    twFileManager_Create, twFileManager_Delete, twFileManager_GetFile, twFileManager_RegisterFileCallback,
    twFileManager_SendFile, twFileManager_UnregisterFileCallback,
};
use crate::ffi::guard::guard;
use crate::ffi::info_table::shape::twDataShape_Delete;
use crate::ffi::info_table::table::twInfoTable_Delete;
use crate::ffi::info_table::{twDataShape, twInfoTable};
use crate::ffi::list::{self, twList};
use crate::ffi::logger::{log_function, twLogger_SetFunction, twLogger_SetIsVerbose, twLogger_SetLevel};
use crate::ffi::tunnel_manager::{twTunnelManager_Create, twTunnelManager_Delete};

/// twApi_ReadProperty with a block as result, given to the caller, who frees it with twWDataBlock_Free.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twApi_ReadProperty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_ReadProperty(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    propertyName: *mut c_char,
    result: *mut *mut twWDataBlock,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if result.is_null() {
            return TW_INVALID_PARAM;
        }
        let mut value = ptr::null_mut();
        // SAFETY: by contract of this function; the value is deleted after use.
        unsafe {
            let code = twApi_ReadProperty(entityType, entityName, propertyName, &mut value, timeout, forceConnect);
            if code != TW_OK || value.is_null() {
                return code;
            }
            let code = twWDataBlock_FromPrimitive(value, result);
            twPrimitive_Delete(value.cast());
            code
        }
    })
}

/// twApi_WriteProperty with a block that holds a primitive, which stays the caller's. 101 for one that does not.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twApi_WriteProperty; `value` is NULL or a block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_WriteProperty(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    propertyName: *mut c_char,
    value: *mut twWDataBlock,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function; the value is deleted after use.
        unsafe {
            let primitive = twWDataBlock_ToPrimitive(value);
            if primitive.is_null() {
                return TW_INVALID_PARAM;
            }
            let code = twApi_WriteProperty(entityType, entityName, propertyName, primitive, timeout, forceConnect);
            twPrimitive_Delete(primitive.cast());
            code
        }
    })
}

/// Parameters of a call: the table in a block, or none for NULL.
///
/// # Safety
/// `block` is NULL or a block.
unsafe fn parameters(block: *mut twWDataBlock) -> Result<*mut twInfoTable, c_int> {
    if block.is_null() {
        return Ok(ptr::null_mut());
    }
    // SAFETY: by contract of this function.
    let table = unsafe { twWDataBlock_ToInfoTable(block) };
    if table.is_null() { Err(TW_INVALID_PARAM) } else { Ok(table) }
}

/// twApi_InvokeService with blocks. The parameters, a table or NULL, stay the caller's; the result is given to the caller, who
/// frees it with twWDataBlock_Free, and NULL when there is none. 101 for parameters that are no table.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twApi_InvokeService; `params` is NULL or a block, `result` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_InvokeService(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    serviceName: *mut c_char,
    params: *mut twWDataBlock,
    result: *mut *mut twWDataBlock,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function; both tables are deleted after use.
        unsafe {
            let table = match parameters(params) {
                Ok(table) if !result.is_null() => table,
                Ok(table) => {
                    twInfoTable_Delete(table.cast());
                    return TW_INVALID_PARAM;
                }
                Err(code) => return code,
            };
            let mut content = ptr::null_mut();
            let mut code =
                twApi_InvokeService(entityType, entityName, serviceName, table, &mut content, timeout, forceConnect);
            twInfoTable_Delete(table.cast());
            *result = ptr::null_mut();
            if !content.is_null() {
                let made = twWDataBlock_FromInfoTable(content, result);
                code = if code == TW_OK { made } else { code };
                twInfoTable_Delete(content.cast());
            }
            code
        }
    })
}

/// twApi_FireEvent with a block. The parameters, a table or NULL, stay the caller's. 101 for parameters that are no table.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twApi_FireEvent; `params` is NULL or a block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_FireEvent(
    entityType: entityTypeEnum,
    entityName: *mut c_char,
    eventName: *mut c_char,
    params: *mut twWDataBlock,
    timeout: i32,
    forceConnect: c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function; the table is deleted after use.
        unsafe {
            match parameters(params) {
                Ok(table) => {
                    let code = twApi_FireEvent(entityType, entityName, eventName, table, timeout, forceConnect);
                    twInfoTable_Delete(table.cast());
                    code
                }
                Err(code) => code,
            }
        }
    })
}

/// The entries of a registration list.
///
/// # Safety
/// `infos` is NULL or says how many entries of that type are where.
unsafe fn entries<'a, T>(infos: *const twWRegInfoList) -> &'a [T] {
    // SAFETY: by contract of this function.
    unsafe {
        let Some(infos) = infos.as_ref() else { return &[] };
        match usize::try_from(infos.length) {
            Ok(length) if length > 0 && !infos.listPtr.is_null() => {
                std::slice::from_raw_parts(infos.listPtr.cast::<T>(), length)
            }
            _ => &[],
        }
    }
}

/// Registers properties of an entity, an array of `twWPropertyRegInfo`, with twW_PropertyCallbackDispatcher as callback. Texts
/// are copied. All are tried; returns 0 or the first code of twApi_RegisterProperty that is none.
///
/// cbindgen:ignore
///
/// # Safety
/// `infos` is NULL or such an array; the texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_RegisterProperties(
    entityType: entityTypeEnum,
    entityName: *const c_char,
    infos: *mut twWRegInfoList,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let all = unsafe { entries::<twWPropertyRegInfo>(infos) };
        first_failure(all.iter().map(|info| {
            // SAFETY: by contract of this function.
            unsafe {
                twApi_RegisterProperty(
                    entityType,
                    entityName,
                    info.propertyName,
                    info.propertyType,
                    info.propertyDescription,
                    info.propertyPushType,
                    info.propertyPushThreshold,
                    Some(twW_PropertyCallbackDispatcher),
                    userdata,
                )
            }
        }))
    })
}

/// Registers services of an entity, an array of `twWServiceRegInfo` with serialised shapes, with twW_ServiceCallbackDispatcher
/// as callback. Texts and bytes are copied. All are tried; returns 0 or the first code of twApi_RegisterService that is none.
///
/// cbindgen:ignore
///
/// # Safety
/// `infos` is NULL or such an array; the texts are NULL or C strings, the bytes as long as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_RegisterServices(
    entityType: entityTypeEnum,
    entityName: *const c_char,
    infos: *mut twWRegInfoList,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let all = unsafe { entries::<twWServiceRegInfo>(infos) };
        // SAFETY: as above.
        first_failure(all.iter().map(|info| unsafe { register_service(entityType, entityName, info, userdata) }))
    })
}

/// # Safety
/// As for twWApi_RegisterServices.
unsafe fn register_service(
    entity_type: entityTypeEnum,
    entity: *const c_char,
    info: &twWServiceRegInfo,
    userdata: *mut c_void,
) -> c_int {
    // SAFETY: by contract of this function; the shapes are given to the registration or deleted.
    unsafe {
        let inputs = twW_BytesToDataShape(info.inputDataShapeBytesPtr, info.inputDataShapeLength);
        let output = twW_BytesToDataShape(info.outputDataShapeBytesPtr, info.outputDataShapeLength);
        let code = twApi_RegisterService(
            entity_type,
            entity,
            info.serviceName,
            info.serviceDescription,
            inputs,
            info.outputType,
            output,
            Some(twW_ServiceCallbackDispatcher),
            userdata,
        );
        if matches!(code, TW_INVALID_PARAM | TW_NULL_OR_INVALID_API_SINGLETON) {
            let discard = |shape: *mut twDataShape| twDataShape_Delete(shape.cast());
            discard(inputs);
            discard(output);
        }
        code
    }
}

fn first_failure(codes: impl Iterator<Item = c_int>) -> c_int {
    codes.fold(TW_OK, |first, code| if first == TW_OK { code } else { first })
}

/// twApi_BindThingWithoutDefaultServices for each name of a list of C strings, which stay the caller's. All are tried; returns 0
/// or the first code that is none; 101 for NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// `entityNames` is NULL or such a list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_BindThingsWithoutDefaultServices(entityNames: *mut twList) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if entityNames.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract of this function. The list is not locked while callbacks run.
        let names: Vec<*mut c_char> = unsafe { list::values::<c_char>(entityNames) }.collect();
        // SAFETY: as above.
        first_failure(names.into_iter().map(|name| unsafe { twApi_BindThingWithoutDefaultServices(name) }))
    })
}

/// Ends the threads of the pool, then twApi_Delete.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twApi_Delete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWApi_Delete() -> c_int {
    twW_DestroyThreadPool();
    // SAFETY: by contract of this function.
    unsafe { twApi_Delete() }
}

/// twFileManager_Create, and registers twW_FileTransferCallbackDispatcher for all file transfers. Returns the code of either.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twFileManager_Create.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWFileManager_Create() -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function. Registered once, however often this is called.
        unsafe {
            match twFileManager_Create() {
                TW_OK => {
                    let (callback, none) = (Some(twW_FileTransferCallbackDispatcher as _), ptr::null_mut());
                    twFileManager_UnregisterFileCallback(callback, none, ptr::null_mut());
                    twFileManager_RegisterFileCallback(callback, none, 0, ptr::null_mut())
                }
                code => code,
            }
        }
    })
}

/// twFileManager_Delete.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twFileManager_Delete.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWFileManager_Delete() -> c_int {
    // SAFETY: by contract of this function.
    unsafe { twFileManager_Delete() }
}

/// twFileManager_SendFile.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twFileManager_SendFile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWFileManager_SendFile(
    sourceRepo: *const c_char,
    sourcePath: *const c_char,
    sourceFile: *const c_char,
    targetRepo: *const c_char,
    targetPath: *const c_char,
    targetFile: *const c_char,
    timeout: u32,
    asynch: c_char,
    tid: *mut *mut c_char,
) -> c_int {
    // SAFETY: the same arguments.
    unsafe {
        twFileManager_SendFile(
            sourceRepo, sourcePath, sourceFile, targetRepo, targetPath, targetFile, timeout, asynch, tid,
        )
    }
}

/// twFileManager_GetFile.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twFileManager_GetFile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWFileManager_GetFile(
    sourceRepo: *const c_char,
    sourcePath: *const c_char,
    sourceFile: *const c_char,
    targetRepo: *const c_char,
    targetPath: *const c_char,
    targetFile: *const c_char,
    timeout: u32,
    asynch: c_char,
    tid: *mut *mut c_char,
) -> c_int {
    // SAFETY: the same arguments.
    unsafe {
        twFileManager_GetFile(
            sourceRepo, sourcePath, sourceFile, targetRepo, targetPath, targetFile, timeout, asynch, tid,
        )
    }
}

/// twTunnelManager_Create.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twWTunnelManager_Create() -> c_int {
    twTunnelManager_Create()
}

/// twTunnelManager_Delete.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twWTunnelManager_Delete() -> c_int {
    twTunnelManager_Delete()
}

/// Level, verbosity and function of the logger in one call; a NULL function keeps the one there. Returns 0.
///
/// cbindgen:ignore
///
/// # Safety
/// `function` is NULL or stays valid as long as anything is logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_SetLoggerProperties(level: LogLevel, isVerbose: c_char, function: log_function) -> c_int {
    guard(TW_INVALID_PARAM, || {
        twLogger_SetLevel(level);
        twLogger_SetIsVerbose(isVerbose);
        if function.is_some() {
            // SAFETY: by contract of this function.
            unsafe { twLogger_SetFunction(function) };
        }
        TW_OK
    })
}
