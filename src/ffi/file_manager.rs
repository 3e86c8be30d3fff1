//! `twFileManager.h`: File transfer manager: virtual directories, transfers, file handles and callbacks.

use libc::{FILE, pthread_mutex_t};
use std::ffi::CStr;
use std::ffi::{c_char, c_int, c_void};

use super::list::twList;
use super::os_port::DATETIME;

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
