//! The store there is, and the struct that C sees.

use std::ffi::{OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{format, tw_offline_msg_store, twOfflineMsgStore};
use crate::connection::Connection;
use crate::ffi::api::instance;
use crate::ffi::errors::{
    TW_ERROR_INITIALIZING_OFFLINE_MSG_STORE, TW_ERROR_WRITING_FILE, TW_INVALID_MSG_STORE_DIR, TW_OK,
};
use crate::ffi::list::{twList_Create, twList_Delete};
use crate::ffi::memory;
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete};
use crate::store::notes::{Deferred, note};
use crate::store::{MessageStore, StoreError};

/// Name of the file.
const FILE: &str = "offline_msgs.bin";

static CURRENT: Mutex<Option<Arc<Current>>> = Mutex::new(None);

/// The store and its struct.
pub(super) struct Current {
    pub store: Arc<MessageStore>,
    pub object: *mut twOfflineMsgStore,
    /// What the struct shows.
    pub shown: AtomicU64,
}

// SAFETY: the struct is made before and freed after everything else; its fields are accessed as documented where it happens.
unsafe impl Send for Current {}
// SAFETY: as above.
unsafe impl Sync for Current {}

fn lock() -> MutexGuard<'static, Option<Arc<Current>>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The store; `None` before it is made, after it is deleted, and while a program has put something else into the exported pointer.
pub(super) fn current() -> Option<Arc<Current>> {
    let exported = tw_offline_msg_store.load(Ordering::Acquire);
    let current = lock().clone();
    current.filter(|current| ptr::eq(current.object, exported))
}

/// Where the file of a directory is.
pub(super) fn file_in(directory: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(directory)).join(FILE)
}

/// The code of an error of opening.
pub(super) fn open_failed(error: &StoreError, directory: &[u8]) -> c_int {
    note!(Error, "{error}; messages are not stored");
    // Without a directory the file cannot have been made.
    match PathBuf::from(OsStr::from_bytes(directory)).is_dir() {
        true => TW_ERROR_WRITING_FILE,
        false => TW_INVALID_MSG_STORE_DIR,
    }
}

/// Makes the store, in a file of this directory or in RAM. The code.
pub(super) fn create(accepting: bool, directory: Option<&[u8]>) -> c_int {
    // Before the lock, so that lines for the log are written after it.
    let _deferred = Deferred::new();
    let mut current = lock();
    if !tw_offline_msg_store.load(Ordering::Acquire).is_null() {
        return TW_OK;
    }
    // The program has given the struct of an old one up by setting the pointer to NULL.
    let old = current.take();
    if let Some(old) = &old {
        old.store.close();
    }
    let store = match directory {
        None => MessageStore::in_ram(),
        Some(directory) => match MessageStore::on_disk(&file_in(directory), format()) {
            Ok(store) => store,
            Err(error) => return open_failed(&error, directory),
        },
    };
    store.set_accepting(accepting);
    let Some(object) = new_object(directory.is_none()) else { return TW_ERROR_INITIALIZING_OFFLINE_MSG_STORE };
    let made = Arc::new(Current { store: Arc::new(store), object, shown: AtomicU64::new(u64::MAX) });
    tw_offline_msg_store.store(object, Ordering::Release);
    *current = Some(made.clone());
    drop(current);
    drop(old);
    if let Some(facade) = instance::current() {
        facade.connection().set_message_store(Some(made.store.clone()));
    }
    super::show();
    TW_OK
}

/// Ends the store: what is in RAM is lost, a file is kept. False when there is none.
pub fn delete() -> bool {
    let exported = tw_offline_msg_store.swap(ptr::null_mut(), Ordering::AcqRel);
    let Some(current) = lock().take() else { return false };
    if let Some(facade) = instance::current() {
        facade.connection().set_message_store(None);
    }
    current.store.close();
    !exported.is_null()
}

/// A connection that was made after the store uses it.
pub fn adopt(connection: &Connection) {
    if let Some(current) = current() {
        connection.set_message_store(Some(current.store.clone()));
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        // SAFETY: nobody of ours has it any more; by contract of the functions that end a store neither has the program.
        unsafe { delete_object(self.object) };
    }
}

unsafe extern "C" fn delete_message(message: *mut c_void) {
    // SAFETY: the list holds bytes on the heap.
    unsafe { memory::free(message) };
}

fn new_object(in_ram: bool) -> Option<*mut twOfflineMsgStore> {
    // SAFETY: a delete function of the right type.
    let list = if in_ram { unsafe { twList_Create(Some(delete_message)) } } else { ptr::null_mut() };
    let object = memory::alloc(twOfflineMsgStore {
        mtx: twMutex_Create(),
        offlineMsgEnabled: 0,
        onDisk: c_char::from(!in_ram),
        offlineMsgSize: 0,
        offlineMsgList: list,
        offlineMsgFile: ptr::null_mut(),
    });
    (!object.is_null()).then_some(object)
}

/// # Safety
/// A struct of [`new_object`] that nobody uses any more.
unsafe fn delete_object(object: *mut twOfflineMsgStore) {
    // SAFETY: by contract of this function.
    unsafe {
        twList_Delete((*object).offlineMsgList);
        memory::free((*object).offlineMsgFile);
        twMutex_Delete((*object).mtx);
        memory::free(object);
    }
}
