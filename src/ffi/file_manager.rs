//! `twFileManager.h`: File transfer manager: virtual directories, transfers, file handles and callbacks.
//!
//! The manager is a public struct behind the exported pointer `fm`; its lists are the state (ext-files-tunnels.md 3.1).

use libc::{FILE, pthread_mutex_t};
use std::ffi::{CStr, OsStr};
use std::ffi::{c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::UNIX_EPOCH;
use std::{mem, ptr};

use super::api::current_config;
use super::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_FILE_XFER_MANAGER_NOT_INITIALIZED, TW_INVALID_PARAM, TW_OK};
use super::guard::guard;
use super::list::{self, twList, twList_Add, twList_Create, twList_Delete};
use super::os_port::DATETIME;
use super::os_port::mutex::{twMutex_Create, twMutex_Delete};
use super::work::locked;
use super::{memory, text};
use crate::model::Text;

pub const TW_FAKE_TID: &CStr = c"XXXXXX";
pub const TW_FAKE_TID_LEN: c_int = 6;
pub const TW_FAKE_THINGNAME: &CStr = c"XXXXX";
pub const TW_FAKE_THINGNAME_LEN: c_int = 5;
pub type file_cb = Option<unsafe extern "C" fn(fileRcvd: c_char, info: *mut twFileTransferInfo, userdata: *mut c_void)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twFileManager {
    pub mtx: *mut pthread_mutex_t,
    pub virtualDirs: *mut twList,
    pub openFiles: *mut twList,
    pub callbacks: *mut twList,
    pub fileTransferMtx: *mut pthread_mutex_t,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twFileTransferInfo {
    pub sourceRepository: *mut c_char,
    pub sourcePath: *mut c_char,
    pub sourceFile: *mut c_char,
    pub sourceChecksum: *mut c_char,
    pub targetRepository: *mut c_char,
    pub targetPath: *mut c_char,
    pub targetFile: *mut c_char,
    pub targetChecksum: *mut c_char,
    pub startTime: DATETIME,
    pub endTime: DATETIME,
    pub duration: i32,
    pub state: *mut c_char,
    pub isComplete: c_char,
    pub size: f64,
    pub transferId: *mut c_char,
    pub user: *mut c_char,
    pub message: *mut c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twFile {
    pub name: *mut c_char,
    pub realPath: *mut c_char,
    pub virtualPath: *mut c_char,
    pub repository: *mut c_char,
    pub lastModified: DATETIME,
    pub readOnly: c_char,
    pub size: u64,
    pub handle: *mut FILE,
    pub isDir: c_char,
    pub lastFileXferActivity: u64,
    pub tid: *mut c_char,
    pub openForRead: c_char,
    pub isInUse: c_char,
    pub inUseMutex: *mut pthread_mutex_t,
}

/// A registered file callback, as `fm->callbacks` holds it.
#[repr(C)]
struct FileCallback {
    callback: file_cb,
    filter: *mut c_char,
    once_only: c_char,
    userdata: *mut c_void,
}

/// The entity that owns the staging directory, and its name.
const ANY_THING: &CStr = c"*";
const STAGING: &CStr = super::definitions::TW_VIRTUAL_STAGING_DIR;
/// Longest real path in bytes.
const MAX_PATH: usize = 4096;

/// The manager, for programs that declare it themselves. A program may set it to NULL.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static fm: AtomicPtr<twFileManager> = AtomicPtr::new(ptr::null_mut());

/// Held while the lists change.
static CHANGES: Mutex<()> = Mutex::new(());

fn manager() -> *mut twFileManager {
    fm.load(Ordering::Acquire)
}

fn zeroed<T>() -> *mut T {
    memory::zeroed(mem::size_of::<T>()).cast()
}

unsafe extern "C" fn delete_callback(item: *mut c_void) {
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

/// Makes the file manager, with the staging directory of `twcfg.file_xfer_staging_dir`, which is created if missing. Works without
/// an API object. A second call changes nothing. Returns 0, 1301 when the directory cannot be made, 102.
///
/// # Safety
/// `twcfg.file_xfer_staging_dir` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_Create() -> c_int {
    guard(TW_ERROR_ALLOCATING_MEMORY, || {
        let _changes = locked(&CHANGES);
        if !manager().is_null() {
            return TW_OK;
        }
        // SAFETY: by contract of this function.
        let staging = unsafe { text::text(current_config().file_xfer_staging_dir) }.unwrap_or_default();
        if let Err(error) = std::fs::create_dir_all(Path::new(OsStr::from_bytes(&staging))) {
            log::error!("the staging directory {staging} cannot be made: {error}; set twcfg.file_xfer_staging_dir");
            return super::errors::TW_ERROR_CREATING_STAGING_DIR;
        }
        let created = zeroed::<twFileManager>();
        if created.is_null() {
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        // SAFETY: fresh memory; delete functions of the right type.
        unsafe {
            (*created).mtx = twMutex_Create();
            (*created).fileTransferMtx = twMutex_Create();
            (*created).virtualDirs = twList_Create(Some(twFile_Delete));
            (*created).openFiles = twList_Create(Some(twFile_Delete));
            (*created).callbacks = twList_Create(Some(delete_callback));
        }
        fm.store(created, Ordering::Release);
        let path = super::api::c_string(&staging);
        // SAFETY: the manager is there, texts are copied.
        unsafe { add_directory(created, ANY_THING.as_ptr(), STAGING.as_ptr(), path.as_ptr()) }
    })
}

/// Forgets all virtual directories and callbacks. Returns 0, 101 when there is no manager.
///
/// # Safety
/// Pointers into the manager are not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_Delete() -> c_int {
    guard(TW_INVALID_PARAM, || {
        let _changes = locked(&CHANGES);
        let old = fm.swap(ptr::null_mut(), Ordering::AcqRel);
        if old.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: made by twFileManager_Create, and nobody else has it.
        unsafe {
            twList_Delete((*old).virtualDirs);
            twList_Delete((*old).openFiles);
            twList_Delete((*old).callbacks);
            twMutex_Delete((*old).mtx);
            twMutex_Delete((*old).fileTransferMtx);
            memory::free(old);
        }
        TW_OK
    })
}

/// Whether there is a file manager.
#[unsafe(no_mangle)]
pub extern "C" fn twFileManager_IsEnabled() -> c_char {
    c_char::from(!manager().is_null())
}

/// The file manager, NULL when there is none. The SDK's.
#[unsafe(no_mangle)]
pub extern "C" fn twFileManager_GetFileManager() -> *mut twFileManager {
    manager()
}

/// Offers a directory to the platform as a virtual directory of a thing, replacing the one of that name. The path is not looked
/// at; a relative one gets a leading `/`. Returns 0, 1300 without a manager, 101 for NULL.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_AddVirtualDir(
    thingName: *const c_char,
    dirName: *mut c_char,
    path: *mut c_char,
) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let _changes = locked(&CHANGES);
        let manager = manager();
        if manager.is_null() {
            return TW_FILE_XFER_MANAGER_NOT_INITIALIZED;
        }
        // SAFETY: by contract of this function.
        unsafe { add_directory(manager, thingName, dirName, path) }
    })
}

/// # Safety
/// The manager, and texts that are NULL or C strings.
unsafe fn add_directory(
    manager: *mut twFileManager,
    thing: *const c_char,
    name: *const c_char,
    path: *const c_char,
) -> c_int {
    // SAFETY: by contract of this function.
    let (Some(thing), Some(name), Some(mut path)) =
        (unsafe { (text::text(thing), text::text(name), text::bytes(path).map(<[u8]>::to_vec)) })
    else {
        return TW_INVALID_PARAM;
    };
    if !path.starts_with(b"/") {
        log::warn!("the real path of virtual directory {name} is relative: it is taken as one from the root");
        path.insert(0, b'/');
    }
    // SAFETY: the list takes the entry.
    unsafe {
        list::remove_first((*manager).virtualDirs, |file| is_directory(file, &thing, &name));
        let file = twFile_Create();
        if file.is_null() {
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        (*file).repository = text::to_c(&thing);
        (*file).name = text::to_c(&name);
        (*file).virtualPath = text::to_c(&name);
        (*file).realPath = text::to_c(&path);
        (*file).isDir = 1;
        twList_Add((*manager).virtualDirs, file.cast())
    }
}

/// Whether a virtual directory belongs to exactly that thing and has that name.
fn is_directory(file: &twFile, thing: &[u8], name: &[u8]) -> bool {
    // SAFETY: the texts of an entry are C strings or NULL.
    unsafe { text::bytes(file.repository) == Some(thing) && text::bytes(file.name) == Some(name) }
}

/// The virtual directories, locked while they are walked.
///
/// # Safety
/// The manager.
unsafe fn directories<'a>(manager: *mut twFileManager) -> impl Iterator<Item = &'a twFile> {
    // SAFETY: by contract of this function; `CHANGES` keeps the entries alive.
    unsafe { list::values::<twFile>((*manager).virtualDirs) }.filter_map(|file| unsafe { file.as_ref() })
}

/// Withdraws a virtual directory of a thing; the name `*` withdraws all of them. The staging directory stays. Returns 0, also when
/// there is nothing to withdraw, 1300 without a manager, 101 for NULL.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_RemoveVirtualDir(thingName: *const c_char, dirName: *mut c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        let _changes = locked(&CHANGES);
        let manager = manager();
        if manager.is_null() {
            return TW_FILE_XFER_MANAGER_NOT_INITIALIZED;
        }
        // SAFETY: by contract of this function.
        let (Some(thing), Some(name)) = (unsafe { (text::text(thingName), text::text(dirName)) }) else {
            return TW_INVALID_PARAM;
        };
        if name.as_bytes() == STAGING.to_bytes() {
            return TW_OK;
        }
        let matches = |file: &twFile| {
            // SAFETY: C strings of ours.
            let (owner, own) = unsafe { (text::bytes(file.repository), text::bytes(file.name)) };
            owner == Some(thing.as_bytes())
                && own != Some(STAGING.to_bytes())
                && (name == *"*" || own == Some(name.as_bytes()))
        };
        // SAFETY: our list of directories.
        while unsafe { list::remove_first((*manager).virtualDirs, matches) } {}
        TW_OK
    })
}

/// The virtual directories of a thing, or of all with NULL, as a new list of `twFile`: the caller's, delete with twList_Delete.
/// Directories that do not exist are left out. NULL without a manager.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_ListVirtualDirs(entityName: *const c_char) -> *mut twList {
    guard(ptr::null_mut(), || {
        let _changes = locked(&CHANGES);
        let manager = manager();
        if manager.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: by contract of this function; the list takes the copies.
        unsafe {
            let wanted = text::bytes(entityName);
            let listed = twList_Create(Some(twFile_Delete));
            for file in directories(manager) {
                let is_wanted = wanted.is_none_or(|wanted| text::bytes(file.repository) == Some(wanted));
                if let Some(copy) = is_wanted.then(|| describe(file)).flatten() {
                    twList_Add(listed, copy.cast());
                }
            }
            listed
        }
    })
}

/// A virtual directory as it is listed, `None` when it does not exist.
///
/// # Safety
/// The texts of the entry are C strings.
unsafe fn describe(directory: &twFile) -> Option<*mut twFile> {
    // SAFETY: by contract of this function; the texts of the copy are copies.
    unsafe {
        let path = text::bytes(directory.realPath)?;
        let found = std::fs::metadata(Path::new(OsStr::from_bytes(path))).ok()?;
        let copy = twFile_Create();
        let file = copy.as_mut()?;
        file.name = text::duplicate(directory.name, usize::MAX);
        file.virtualPath = text::duplicate(directory.name, usize::MAX);
        file.realPath = text::duplicate(directory.realPath, usize::MAX);
        file.repository = text::duplicate(directory.repository, usize::MAX);
        file.isDir = 1;
        file.readOnly = c_char::from(found.permissions().readonly());
        file.size = found.len();
        let modified = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        file.lastModified = modified.and_then(|age| u64::try_from(age.as_millis()).ok()).unwrap_or(0);
        Some(copy)
    }
}

/// The real path behind a virtual path of a thing, with a file name appended if there is one: malloc'ed, the caller's. NULL for an
/// unknown virtual directory, an empty path, a path that climbs with `..`, a result above 4096 bytes, without a manager.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_GetRealPath(
    thingName: *const c_char,
    path: *const c_char,
    filename: *const c_char,
) -> *mut c_char {
    guard(ptr::null_mut(), || {
        let _changes = locked(&CHANGES);
        let manager = manager();
        // SAFETY: by contract of this function.
        let (thing, path, filename) = unsafe { (text::text(thingName), text::text(path), text::text(filename)) };
        let (Some(thing), Some(path), false) = (thing, path, manager.is_null()) else { return ptr::null_mut() };
        let mut parts = components(&path).chain(filename.iter().flat_map(components));
        let Some(directory) = parts.next() else { return ptr::null_mut() };
        let real_path = |owner: &[u8]| {
            // SAFETY: the manager; a C string of ours.
            unsafe {
                let found = directories(manager).find(|file| is_directory(file, owner, directory))?;
                text::bytes(found.realPath).map(<[u8]>::to_vec)
            }
        };
        let base = real_path(&thing).or_else(|| real_path(ANY_THING.to_bytes()));
        let Some(mut real) = base else { return ptr::null_mut() };
        for part in parts {
            if part == b".." {
                return ptr::null_mut();
            }
            if !real.ends_with(b"/") {
                real.push(b'/');
            }
            real.extend_from_slice(part);
        }
        if real.len() > MAX_PATH { ptr::null_mut() } else { text::to_c(&real) }
    })
}

/// The parts of a path between `/` or `\\`, without empty ones and `.`.
fn components(path: &Text) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/' || byte == b'\\').filter(|part| !part.is_empty() && *part != b".")
}

/// The real path of a virtual directory of a thing: malloc'ed, the caller's. NULL when there is none.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getVirtualDirPath(thing: *const c_char, virtualDir: *mut c_char) -> *mut c_char {
    // SAFETY: by contract of this function.
    unsafe { twFileManager_GetRealPath(thing, virtualDir, ptr::null()) }
}

/// Registers a function that is called after a file transfer, for paths that match the filter (`*`, `?`; NULL for all).
/// Returns 0, 1300 without a manager, 101 for NULL.
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
        let _changes = locked(&CHANGES);
        let manager = manager();
        if manager.is_null() {
            return TW_FILE_XFER_MANAGER_NOT_INITIALIZED;
        }
        if cb.is_none() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract of this function.
        let filter = unsafe { text::duplicate(filter, usize::MAX) };
        let entry = memory::alloc(FileCallback { callback: cb, filter, once_only: onceOnly, userdata });
        // SAFETY: the list takes the entry.
        unsafe { twList_Add((*manager).callbacks, entry.cast()) }
    })
}

/// Removes the first registration of a function with that pointer, and with that filter unless NULL. Returns 0, also when there is
/// none, 1300 without a manager.
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
        let _changes = locked(&CHANGES);
        let manager = manager();
        if manager.is_null() {
            return TW_FILE_XFER_MANAGER_NOT_INITIALIZED;
        }
        let wanted = cb.map(|function| function as usize);
        // SAFETY: our list of callbacks, whose filters are C strings or NULL.
        unsafe {
            let filter = text::bytes(filter);
            list::remove_first((*manager).callbacks, |entry: &FileCallback| {
                entry.callback.map(|function| function as usize) == wanted
                    && entry.userdata == userdata
                    && filter.is_none_or(|filter| text::bytes(entry.filter) == Some(filter))
            });
        }
        TW_OK
    })
}

/// A new, empty file object: the caller's, delete with twFile_Delete.
#[unsafe(no_mangle)]
pub extern "C" fn twFile_Create() -> *mut twFile {
    guard(ptr::null_mut(), || {
        let file = zeroed::<twFile>();
        if !file.is_null() {
            // SAFETY: fresh memory.
            unsafe { (*file).inUseMutex = twMutex_Create() };
        }
        file
    })
}

/// Deletes a file object and closes its handle. NULL-safe.
///
/// # Safety
/// `f` is NULL or a file object that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFile_Delete(f: *mut c_void) {
    guard((), || {
        let file = f.cast::<twFile>();
        if file.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let parts = &*file;
            if !parts.handle.is_null() {
                libc::fclose(parts.handle);
            }
            for text in [parts.name, parts.realPath, parts.virtualPath, parts.repository, parts.tid] {
                memory::free(text);
            }
            twMutex_Delete(parts.inUseMutex);
            memory::free(file);
        }
    });
}
