//! Transfers as C sees them.

use std::ffi::{c_char, c_void};
use std::ptr;

use super::callbacks::is_in_flight;
use super::twFileTransferInfo;
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::{convert, memory, text};
use crate::files::TransferInfo;
use crate::model::Text;

/// The transfer that row 0 of a table of jobs describes; what it does not tell is NULL or 0. The caller's, delete with
/// twFileTransferInfo_Delete. NULL for NULL and a table without rows.
///
/// # Safety
/// `it` is NULL or a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileTransferInfo_Create(it: *mut twInfoTable) -> *mut twFileTransferInfo {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function.
        let table = unsafe { convert::table_from_c(it) };
        let info = table.ok().and_then(|table| TransferInfo::from_table(&table));
        info.map_or(ptr::null_mut(), |info| to_c(&info))
    })
}

/// Deletes a transfer. NULL-safe. One that a callback is given is the SDK's, and is not deleted while the callback runs.
///
/// # Safety
/// `transferInfo` is NULL or a transfer that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileTransferInfo_Delete(transferInfo: *mut c_void) {
    guard((), || {
        let place = transferInfo.cast::<twFileTransferInfo>();
        if place.is_null() || is_in_flight(place) {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let info = *place;
            let source = [info.sourceRepository, info.sourcePath, info.sourceFile, info.sourceChecksum];
            let target = [info.targetRepository, info.targetPath, info.targetFile, info.targetChecksum];
            let others = [info.state, info.transferId, info.user, info.message];
            for text in source.into_iter().chain(target).chain(others) {
                memory::free(text);
            }
            memory::free(place);
        }
    });
}

/// A transfer in C memory.
pub(super) fn to_c(info: &TransferInfo) -> *mut twFileTransferInfo {
    let text = |text: &Option<Text>| -> *mut c_char { text::option_to_c(text.as_ref()) };
    memory::alloc(twFileTransferInfo {
        sourceRepository: text(&info.source_repository),
        sourcePath: text(&info.source_path),
        sourceFile: text(&info.source_file),
        sourceChecksum: text(&info.source_checksum),
        targetRepository: text(&info.target_repository),
        targetPath: text(&info.target_path),
        targetFile: text(&info.target_file),
        targetChecksum: text(&info.target_checksum),
        startTime: info.start_time as u64,
        endTime: info.end_time as u64,
        duration: info.duration,
        state: text(&info.state),
        isComplete: info.is_complete.into(),
        size: info.size,
        transferId: text(&info.transfer_id),
        user: text(&info.user),
        message: text(&info.message),
    })
}
