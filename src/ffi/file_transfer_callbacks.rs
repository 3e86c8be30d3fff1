//! `twFileTransferCallbacks.h`: Internal dispatcher of the file transfer services; its guard macro is that of twFileManager.h, so including it first hides twFileManager.h.
//!
//! The services as functions, which may be called without the platform. Each gets an entity, the parameters of the service and a place for
//! its result, a new table that is the caller's. Each returns a message code: 64 for success, 128 when parameters are missing, 160 when the
//! place or the file manager is, otherwise as the service.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::convert;
use super::definitions::{TWX_BAD_REQUEST, TWX_INTERNAL_SERVER_ERROR, msgCodeEnum};
use super::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK};
use super::file_manager;
use super::guard::guard;
use super::info_table::table::twInfoTable_AddRow;
use super::info_table::twInfoTable;
use super::text;
use crate::things::FILE_SERVICES;

/// Services that have no parameters.
const WITHOUT_PARAMETERS: [&str; 2] = ["GetDirectoryStructure", "GetTransferInfo"];

/// Serves a file transfer service of an entity: what the library does with a request of the platform that no registration takes.
/// `*content` is a new table, the caller's, or NULL. Returns a message code: 64 for success, 128 for an unknown service or missing arguments,
/// 160 without a file manager or a place for the result, otherwise as the service.
///
/// # Safety
/// The texts are NULL or C strings, `params` is NULL or a table, `content` NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fileTransferCallback(
    entityName: *const c_char,
    serviceName: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        // SAFETY: by contract of this function.
        let Some(service) = (unsafe { text::bytes(serviceName) }) else { return TWX_BAD_REQUEST };
        let Some(known) = FILE_SERVICES.into_iter().find(|known| known.as_bytes() == service) else {
            return TWX_BAD_REQUEST;
        };
        // SAFETY: by contract of this function.
        unsafe { serve(known, entityName, params, content) }
    })
}

/// # Safety
/// As for [`fileTransferCallback`].
unsafe fn serve(
    service: &str,
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        // SAFETY: by contract of this function.
        let (entity, table) = unsafe { (text::text(entity), convert::table_from_c(params)) };
        let table = table.ok().filter(|table| !table.rows.is_empty());
        let Some(entity) = entity.filter(|_| table.is_some() || WITHOUT_PARAMETERS.contains(&service)) else {
            return TWX_BAD_REQUEST;
        };
        let (Some(manager), false) = (file_manager::current(), content.is_null()) else {
            return TWX_INTERNAL_SERVER_ERROR;
        };
        let reply = manager.files.serve(&entity, service.as_bytes(), table.as_ref());
        // SAFETY: a place for a pointer by contract.
        unsafe { *content = reply.content.as_ref().map_or(ptr::null_mut(), convert::table_to_c) };
        msgCodeEnum::from(reply.code.0)
    })
}

/// Appends the directories below a virtual path of an entity to a table of the columns name, path and parentPath, each before those in it.
/// Returns 0, 101 for NULL and for a path that leads to no directory, 102.
///
/// cbindgen:ignore
///
/// # Safety
/// The texts are NULL or C strings, `rows` is NULL or a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn listDirsInInfoTable(
    entity: *mut c_char,
    virtualPath: *mut c_char,
    rows: *mut twInfoTable,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        // SAFETY: by contract of this function.
        let (entity, path) = unsafe { (text::text(entity), text::text(virtualPath)) };
        let (Some(entity), Some(path), false) = (entity, path, rows.is_null()) else { return TW_INVALID_PARAM };
        let Some(manager) = file_manager::current() else { return TW_INVALID_PARAM };
        let Ok(branches) = manager.files.branches_below(&entity, &path) else { return TW_INVALID_PARAM };
        for branch in branches {
            let row = convert::row_to_c(&branch.row());
            // SAFETY: a table by contract, which takes the row unless it refuses.
            unsafe {
                if twInfoTable_AddRow(rows, row) != TW_OK {
                    super::info_table::row::twInfoTableRow_Delete(row.cast());
                    return TW_ERROR_ALLOCATING_MEMORY;
                }
            }
        }
        TW_OK
    })
}

/// The service BrowseDirectory: what is in a virtual path.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twBrowseDirectory(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("BrowseDirectory", entity, params, content) }
}

/// The service ListFiles: the files in a virtual path.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twListFiles(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("ListFiles", entity, params, content) }
}

/// The service ListDirectories: the directories in a virtual path.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twListDirectories(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("ListDirectories", entity, params, content) }
}

/// The service GetDirectoryStructure: all directories of an entity; `params` may be NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twGetDirectoryStructure(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("GetDirectoryStructure", entity, params, content) }
}

/// The service GetFileInfo: what is at a virtual path.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twGetFileInfo(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("GetFileInfo", entity, params, content) }
}

/// The service GetTransferInfo: the settings of transfers; `params` may be NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twGetTransferInfo(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("GetTransferInfo", entity, params, content) }
}

/// The service GetFileChecksum: the MD5 of a file.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twGetFileChecksum(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("GetFileChecksum", entity, params, content) }
}

/// The service StartFileTransfer: opens a file for a transfer.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twStartFileTransfer(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("StartFileTransfer", entity, params, content) }
}

/// The service CreateBinaryFile: makes or empties a file.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twCreateBinaryFile(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("CreateBinaryFile", entity, params, content) }
}

/// The service ReadFromBinaryFile: a block of a file.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twReadFromBinaryFile(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("ReadFromBinaryFile", entity, params, content) }
}

/// The service WriteToBinaryFile: writes a block of a file.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWriteToBinaryFile(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("WriteToBinaryFile", entity, params, content) }
}

/// The service MoveFile: moves or renames a file.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMoveFile(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("MoveFile", entity, params, content) }
}

/// The service DeleteFile: deletes a file or an empty directory.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDeleteFile(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("DeleteFile", entity, params, content) }
}

/// The service MakeDirectory: makes a directory and those above it.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMakeDirectory(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("MakeDirectory", entity, params, content) }
}

/// The service CompleteFileTransfer: ends a transfer and calls the file callbacks. CancelFileTransfer is the same.
///
/// cbindgen:ignore
///
/// # Safety
/// As for fileTransferCallback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFinishFileTransfer(
    entity: *const c_char,
    params: *mut twInfoTable,
    content: *mut *mut twInfoTable,
) -> msgCodeEnum {
    // SAFETY: by contract of this function.
    unsafe { serve("CompleteFileTransfer", entity, params, content) }
}
