//! Transfers that the application asks for, and their end (ext-files-tunnels.md 3.8, 3.9).

use std::ffi::{c_char, c_int};

use super::callbacks::twFileManager_MakeFileCallback;
use super::open::joined;
use super::{current, twFileTransferInfo};
use crate::ffi::api::instance;
use crate::ffi::definitions::{TWX_INTERNAL_SERVER_ERROR, TWX_SUCCESS, msgCodeEnum};
use crate::ffi::errors::{FILE_TRANSFER_FAILED, TW_FILE_NOT_FOUND, TW_INVALID_PARAM, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::text;
use crate::files::{self, CopyError, CopyRequest};
use crate::model::Text;

/// What a request returns without an API object.
const NO_API: c_int = 1107;

/// Brings a file of this device to the platform: asks it to copy `sourceFile` in the virtual path `sourcePath` of the thing
/// `sourceRepo` to a repository. `timeout` in milliseconds, 0 for the default of requests. With `asynch` it returns when the platform has
/// accepted, else when the transfer has ended; then other threads must be handling messages meanwhile. `*tid` is the id of the transfer:
/// malloc'ed, the caller's. Returns 0, 101 for NULL or a time above 2147483647, 1302 when there is no such file, 1113 offline (`*tid` is left
/// alone), 1114 no answer, 1303 when the transfer has failed, 1107 without an API object, 1100.. as the platform says.
///
/// # Safety
/// The texts are NULL or C strings, `tid` is NULL or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_SendFile(
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
    guard(TW_INVALID_PARAM, || {
        let places = [sourceRepo, sourcePath, sourceFile, targetRepo, targetPath, targetFile];
        // SAFETY: by contract of this function.
        unsafe {
            let request = match request(places, timeout, asynch, tid) {
                Ok(request) => request,
                Err(code) => return code,
            };
            if !is_there(&request.source_repository, joined(sourcePath, sourceFile)) {
                let CopyRequest { source_repository, source_path, source_file, .. } = &request;
                log::warn!("file {source_file} in {source_path} of {source_repository} is not sent: it does not exist");
                return TW_FILE_NOT_FOUND;
            }
            run(&request, tid)
        }
    })
}

fn is_there(thing: &Text, path: Option<Text>) -> bool {
    let (Some(manager), Some(path)) = (current(), path) else { return false };
    manager.files.exists(thing, &path)
}

/// Fetches a file of the platform: as twFileManager_SendFile, with a thing of this device as `targetRepo`.
///
/// # Safety
/// As for twFileManager_SendFile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_GetFile(
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
    let places = [sourceRepo, sourcePath, sourceFile, targetRepo, targetPath, targetFile];
    // SAFETY: by contract of this function.
    guard(TW_INVALID_PARAM, || unsafe {
        match request(places, timeout, asynch, tid) {
            Ok(request) => run(&request, tid),
            Err(code) => code,
        }
    })
}

/// Asks the platform to copy a file, whatever the repositories are: as twFileManager_SendFile, but no file is looked for.
///
/// cbindgen:ignore
///
/// # Safety
/// As for twFileManager_SendFile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_TransferFile(
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
    // SAFETY: by contract of this function.
    unsafe {
        twFileManager_GetFile(
            sourceRepo, sourcePath, sourceFile, targetRepo, targetPath, targetFile, timeout, asynch, tid,
        )
    }
}

/// The request; 101 when something is missing or the time is too long.
///
/// # Safety
/// The texts are NULL or C strings.
unsafe fn request(
    places: [*const c_char; 6],
    timeout: u32,
    asynch: c_char,
    tid: *mut *mut c_char,
) -> Result<CopyRequest, c_int> {
    if tid.is_null() || i32::try_from(timeout).is_err() {
        return Err(TW_INVALID_PARAM);
    }
    // SAFETY: by contract of this function.
    let texts = places.map(|place| unsafe { text::text(place) });
    let [
        Some(source_repository),
        Some(source_path),
        Some(source_file),
        Some(target_repository),
        Some(target_path),
        Some(target_file),
    ] = texts
    else {
        return Err(TW_INVALID_PARAM);
    };
    let asynchronous = asynch != 0;
    Ok(CopyRequest {
        source_repository,
        source_path,
        source_file,
        target_repository,
        target_path,
        target_file,
        timeout,
        asynchronous,
    })
}

/// # Safety
/// `tid` is a place for a pointer.
unsafe fn run(request: &CopyRequest, tid: *mut *mut c_char) -> c_int {
    let Some(facade) = instance::current() else { return NO_API };
    let job = match files::copy(facade.connection(), request) {
        Ok(job) => job,
        Err(error) => {
            log::warn!("the platform is asked in vain to copy {}: {error}", request.source_file);
            return match error {
                CopyError::Timeout(_) => TW_INVALID_PARAM,
                CopyError::Request(error) => c_int::from(error.result()),
                CopyError::NoJob => FILE_TRANSFER_FAILED,
            };
        }
    };
    if let Some(id) = &job.transfer_id {
        // SAFETY: by contract of this function.
        unsafe { *tid = text::to_c(id) };
    }
    if request.asynchronous || job.is_validated() {
        return TW_OK;
    }
    let told = |text: &Option<Text>| text.as_ref().map(Text::to_string).unwrap_or_default();
    log::warn!("copying {} has failed: {} {}", request.source_file, told(&job.state), told(&job.message));
    FILE_TRANSFER_FAILED
}

/// Ends a transfer: closes the open files of `ft->transferId` and at two virtual paths of an entity, any of which may be NULL, and calls the
/// callbacks once. The transfer stays the caller's. Returns a message code: 64 success, 160 when no file is open.
///
/// # Safety
/// The texts are NULL or C strings, `ft` is NULL or a transfer whose texts are C strings or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_FinishFileTransfer(
    entityName: *const c_char,
    ft: *mut twFileTransferInfo,
    path: *const c_char,
    adjustedPath: *const c_char,
) -> msgCodeEnum {
    guard(TWX_INTERNAL_SERVER_ERROR, || {
        // SAFETY: by contract of this function.
        let (thing, tid, paths) = unsafe {
            let tid = ft.as_ref().and_then(|info| text::text(info.transferId));
            (text::text(entityName), tid, [text::text(path), text::text(adjustedPath)])
        };
        let Some(manager) = current() else { return TWX_INTERNAL_SERVER_ERROR };
        let paths: Vec<Text> = paths.into_iter().flatten().collect();
        match manager.files.end(&thing.unwrap_or_default(), tid.as_ref(), &paths) {
            Ok(received) => {
                // SAFETY: by contract of this function.
                unsafe { twFileManager_MakeFileCallback(received.into(), ft) };
                TWX_SUCCESS
            }
            Err(error) => {
                log::warn!("{error}");
                TWX_INTERNAL_SERVER_ERROR
            }
        }
    })
}
