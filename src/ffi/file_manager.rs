//! `twFileManager.h`: File transfer manager: virtual directories, transfers, file handles and callbacks.
//!
//! The state is that of [`crate::files::FileManager`]. The manager that C sees, behind the exported pointer `fm`, shows it: the virtual
//! directories, the open files and the callbacks, as lists of their own.

mod callbacks;
mod clean_up;
mod directories;
mod file;
mod job;
mod open;
mod shown;
mod transfer;

pub use callbacks::*;
pub use clean_up::*;
pub use directories::*;
pub use file::*;
pub use job::*;
pub use open::*;
pub use transfer::*;

use libc::{FILE, pthread_mutex_t};
use std::ffi::{CStr, OsStr};
use std::ffi::{c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::api::{current_config, instance};
use super::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_ERROR_CREATING_STAGING_DIR, TW_INVALID_PARAM, TW_OK};
use super::guard::guard;
use super::list::twList;
use super::os_port::DATETIME;
use super::text;
use super::work::{self, locked};
use crate::connection::{Incoming, Reply};
use crate::files::{FileManager, FileSettings};
use crate::store::notes::{Deferred, note};
use crate::things::ServiceHandler;
use crate::wire::MessageCode;
use shown::{Shown, Watched};

pub const TW_FAKE_TID: &CStr = c"XXXXXX";
pub const TW_FAKE_TID_LEN: c_int = 6;
pub const TW_FAKE_THINGNAME: &CStr = c"XXXXX";
pub const TW_FAKE_THINGNAME_LEN: c_int = 5;
/// For twedge_set_virtual_dir_options: symbolic links may lead out of the directory.
pub const TWEDGE_DIR_FOLLOW_LINKS: c_int = 1;
/// For twedge_set_virtual_dir_options: the platform may read but not change anything.
pub const TWEDGE_DIR_READ_ONLY: c_int = 2;
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

/// The manager, for programs that declare it themselves. A program may set it to NULL.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static fm: AtomicPtr<twFileManager> = AtomicPtr::new(ptr::null_mut());

/// The manager and what C sees of it.
pub(in crate::ffi) struct Manager {
    pub files: FileManager,
    shown: Arc<Shown>,
}

static MANAGER: Mutex<Option<Arc<Manager>>> = Mutex::new(None);

/// The manager; `None` before it is created, and when a program has set `fm` to NULL.
pub(in crate::ffi) fn current() -> Option<Arc<Manager>> {
    if fm.load(Ordering::Acquire).is_null() { None } else { locked(&MANAGER).clone() }
}

/// Set by twedge_enforce_max_file_size.
static ENFORCE_MAX_FILE_SIZE: AtomicBool = AtomicBool::new(false);

/// Sets whether the platform may write files above `twcfg.file_xfer_max_file_size` bytes: with 1 the library refuses what would be larger
/// (code 0x8D), with 0, as at first, the platform is only told the size. An addition to the interface. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_enforce_max_file_size(enforce: c_char) -> c_int {
    ENFORCE_MAX_FILE_SIZE.store(enforce != 0, Ordering::Relaxed);
    TW_OK
}

/// `twcfg` as it is now.
fn settings() -> FileSettings {
    let config = current_config();
    FileSettings {
        block_size: config.file_xfer_block_size,
        max_file_size: config.file_xfer_max_file_size,
        enforce_max_file_size: ENFORCE_MAX_FILE_SIZE.load(Ordering::Relaxed),
        checksum_block_size: usize::from(config.file_xfer_md5_block_size),
        idle_limit: Duration::from_millis(u64::from(config.file_xfer_timeout)),
    }
}

/// Makes the file manager, with the staging directory of `twcfg.file_xfer_staging_dir`, which is created if missing. Works without
/// an API object. A second call changes nothing. Returns 0, 1301 when the directory cannot be made, 102.
///
/// # Safety
/// `twcfg.file_xfer_staging_dir` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_Create() -> c_int {
    guard(TW_ERROR_ALLOCATING_MEMORY, || {
        let created = create();
        attach();
        clean_up::manager_created();
        created.err().unwrap_or(TW_OK)
    })
}

fn create() -> Result<(), c_int> {
    // Before the lock: the log function may be the application's and call us, so its lines are written after that.
    let _deferred = Deferred::new();
    let mut manager = locked(&MANAGER);
    if !fm.load(Ordering::Acquire).is_null() {
        return Ok(());
    }
    // SAFETY: a C string of the program, or NULL; read at this moment as the specification says.
    let staging = unsafe { text::text(current_config().file_xfer_staging_dir) }.unwrap_or_default();
    let shown = Shown::new().ok_or(TW_ERROR_ALLOCATING_MEMORY)?;
    let files = FileManager::new(Path::new(OsStr::from_bytes(&staging)), settings, Watched(shown.clone()));
    let files = files.map_err(|error| {
        note!(Error, "the staging directory {staging} cannot be made: {error}; set twcfg.file_xfer_staging_dir");
        // SAFETY: nobody has seen it.
        unsafe { shown.delete() };
        TW_ERROR_CREATING_STAGING_DIR
    })?;
    shown.show_directories(&files);
    fm.store(shown.manager(), Ordering::Release);
    *manager = Some(Arc::new(Manager { files, shown }));
    Ok(())
}

/// Closes all files and forgets all virtual directories and callbacks. No other thread may be in a file function. Returns 0, 101 when
/// there is no manager.
///
/// # Safety
/// Pointers into the manager are not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFileManager_Delete() -> c_int {
    guard(TW_INVALID_PARAM, || {
        let old = locked(&MANAGER).take();
        if fm.swap(ptr::null_mut(), Ordering::AcqRel).is_null() {
            return TW_INVALID_PARAM;
        }
        attach();
        let Some(old) = old else { return TW_INVALID_PARAM };
        old.files.close_all();
        // SAFETY: by contract of this function.
        unsafe { old.shown.delete() };
        TW_OK
    })
}

/// Whether there is a file manager.
#[unsafe(no_mangle)]
pub extern "C" fn twFileManager_IsEnabled() -> c_char {
    c_char::from(!fm.load(Ordering::Acquire).is_null())
}

/// The file manager, NULL when there is none. The SDK's.
#[unsafe(no_mangle)]
pub extern "C" fn twFileManager_GetFileManager() -> *mut twFileManager {
    fm.load(Ordering::Acquire)
}

/// Closes the files of transfers that have been idle for longer than `twcfg.file_xfer_timeout` milliseconds. twApi_TaskerFunction does it
/// as well. Nothing happens without a manager.
#[unsafe(no_mangle)]
pub extern "C" fn twFileManager_CheckStalledTransfers() {
    guard((), || {
        if let Some(manager) = current() {
            manager.files.close_idle();
        }
    });
}

/// When that function has something to do next.
pub(in crate::ffi) fn next_stall() -> Option<Instant> {
    current()?.files.next_idle()
}

/// Lets the API object, if there is one, serve the platform with the file manager, if there is one.
pub(in crate::ffi) fn attach() {
    let Some(facade) = instance::current() else { return };
    let services = current().map(|_| Arc::new(Services) as Arc<dyn ServiceHandler>);
    facade.registry().set_file_services(services);
    work::wake();
}

/// The services of whatever manager there is when one is called.
struct Services;

impl ServiceHandler for Services {
    fn call(&self, call: &Incoming) -> Reply {
        current().map_or(Reply::code(MessageCode::NOT_FOUND), |manager| manager.files.call(call))
    }
}
