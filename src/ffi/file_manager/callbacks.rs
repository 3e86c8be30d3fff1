//! Functions of the application that are called when a transfer has ended (ext-files-tunnels.md 3.8).

use std::ffi::{c_char, c_int, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::job::{self, twFileTransferInfo_Delete};
use super::{Manager, current, file_cb, twFileTransferInfo};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_FILE_XFER_MANAGER_NOT_INITIALIZED, TW_INVALID_PARAM, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::list::{self, twList_Add};
use crate::ffi::work::locked;
use crate::ffi::{memory, text};
use crate::files::{TransferInfo, matches};

/// A registered file callback, as `fm->callbacks` holds it.
#[repr(C)]
struct FileCallback {
    callback: file_cb,
    filter: *mut c_char,
    once_only: c_char,
    userdata: *mut c_void,
    id: u64,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Objects of ours that callbacks are being given now. A callback that deletes its argument, as some help pages tell, does not delete it.
static IN_FLIGHT: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Whether callbacks are being given this object of ours.
pub(super) fn is_in_flight(info: *const twFileTransferInfo) -> bool {
    locked(&IN_FLIGHT).contains(&(info as usize))
}

/// The delete function of `fm->callbacks`.
pub(super) unsafe extern "C" fn delete_callback(item: *mut c_void) {
    guard((), || {
        let callback = item.cast::<FileCallback>();
        if !callback.is_null() {
            // SAFETY: made by twFileManager_RegisterFileCallback.
            unsafe {
                memory::free((*callback).filter);
                memory::free(callback);
            }
        }
    });
}

/// Registers a function that is called after each file transfer whose target file fits the filter (`*`, `?`; NULL for all), after its first
/// call no more if `onceOnly` is not 0. It runs in the thread that serves the platform, and gets whether the file was received, the
/// transfer, which is the SDK's, and `userdata`. Success is told by `info->state` "VALIDATED".
/// Returns 0, also for a NULL function, which is not registered; 1300 without a manager, 102.
///
/// # Safety
/// The filter is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_RegisterFileCallback(
    cb: file_cb,
    filter: *mut c_char,
    onceOnly: c_char,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if cb.is_none() {
            return TW_OK;
        }
        let Some(manager) = current() else { return TW_FILE_XFER_MANAGER_NOT_INITIALIZED };
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: by contract of this function.
        let filter = unsafe { text::duplicate(filter, usize::MAX) };
        let entry = memory::alloc(FileCallback { callback: cb, filter, once_only: onceOnly, userdata, id });
        if entry.is_null() {
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        // SAFETY: the list takes the entry.
        unsafe { twList_Add(manager.shown.lists().callbacks, entry.cast()) }
    })
}

/// Removes the first registration of a function with that pointer, and with that filter unless NULL. May be called by a callback, also for
/// itself. Returns 0, also when there is none, 1300 without a manager.
///
/// # Safety
/// The filter is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_UnregisterFileCallback(
    cb: file_cb,
    filter: *mut c_char,
    userdata: *mut c_void,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let Some(manager) = current() else { return TW_FILE_XFER_MANAGER_NOT_INITIALIZED };
        let wanted = cb.map(|function| function as usize);
        // SAFETY: our list of callbacks, whose filters are C strings or NULL.
        unsafe {
            let filter = text::bytes(filter);
            list::remove_first(manager.shown.lists().callbacks, |entry: &FileCallback| {
                entry.callback.map(|function| function as usize) == wanted
                    && entry.userdata == userdata
                    && filter.is_none_or(|filter| text::bytes(entry.filter) == Some(filter))
            });
        }
        TW_OK
    })
}

/// Calls the registered functions whose filter the target file of a transfer fits, in the order of registration. The transfer stays the
/// caller's. Nothing happens for NULL and without a target file.
///
/// # Safety
/// `fti` is NULL or a transfer whose texts are C strings or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_MakeFileCallback(rcvd: c_char, fti: *mut twFileTransferInfo) {
    guard((), || {
        // SAFETY: by contract of this function.
        let file = unsafe { fti.as_ref().and_then(|info| text::text(info.targetFile)) };
        let (Some(manager), Some(file)) = (current(), file) else { return };
        for callback in wanted(&manager, &file) {
            // SAFETY: the application's function; no lock of ours is held.
            if let Some(function) = take_turn(&manager, &callback) {
                unsafe { function(rcvd, fti, callback.userdata) };
            }
        }
    });
}

/// A registration at the beginning of a report.
struct Wanted {
    id: u64,
    once_only: bool,
    callback: file_cb,
    userdata: *mut c_void,
}

fn wanted(manager: &Manager, file: &[u8]) -> Vec<Wanted> {
    // SAFETY: our list of callbacks, locked while it is walked; filters are C strings or NULL.
    let entries = unsafe { list::values::<FileCallback>(manager.shown.lists().callbacks) };
    let wanted = |entry: *mut FileCallback| unsafe {
        let entry = entry.as_ref()?;
        let fits = text::bytes(entry.filter).is_none_or(|filter| matches(filter, file));
        let FileCallback { id, once_only, callback, userdata, .. } = *entry;
        fits.then_some(Wanted { id, once_only: once_only != 0, callback, userdata })
    };
    entries.filter_map(wanted).collect()
}

/// The function, if it is registered still. One that is wanted only once is unregistered before it is called.
fn take_turn(
    manager: &Manager,
    wanted: &Wanted,
) -> Option<unsafe extern "C" fn(c_char, *mut twFileTransferInfo, *mut c_void)> {
    let callbacks = manager.shown.lists().callbacks;
    // SAFETY: our list of callbacks.
    let is_registered = unsafe {
        if wanted.once_only {
            list::remove_first(callbacks, |entry: &FileCallback| entry.id == wanted.id)
        } else {
            list::values::<FileCallback>(callbacks).any(|entry| entry.as_ref().is_some_and(|e| e.id == wanted.id))
        }
    };
    wanted.callback.filter(|_| is_registered)
}

/// Reports a transfer that the platform has ended.
pub(super) fn report(received: bool, info: &TransferInfo) {
    let shown = job::to_c(info);
    if shown.is_null() {
        return;
    }
    locked(&IN_FLIGHT).push(shown as usize);
    // SAFETY: made above; a callback cannot delete it while it is in flight.
    unsafe { twFileManager_MakeFileCallback(received.into(), shown) };
    locked(&IN_FLIGHT).retain(|&other| other != shown as usize);
    // SAFETY: as above.
    unsafe { twFileTransferInfo_Delete(shown.cast()) };
}
