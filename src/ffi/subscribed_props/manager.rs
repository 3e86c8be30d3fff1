//! The manager: its life, and the struct that C sees.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::mirror::Mirror;
use super::{entity, file, options, spm, twSubscribedPropsMgr};
use crate::ffi::api::{self, instance};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::info_table::table::twInfoTable_Delete;
use crate::ffi::map::{twMap_Create, twMap_Delete};
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete};
use crate::ffi::{convert, memory, text};
use crate::things::{SubscribedProperties, Things, update_table};

static MANAGER: RwLock<Option<Arc<Manager>>> = RwLock::new(None);

/// The values of the API object, or of a manager that was made without one, and what C sees of them.
pub(in crate::ffi) struct Manager {
    values: SubscribedProperties,
    mirror: Arc<Mirror>,
    object: *mut twSubscribedPropsMgr,
    /// Held while what is shown of the file changes.
    file: Mutex<()>,
}

// SAFETY: the struct is made before and freed after everything else; its fields are accessed as documented where it happens.
unsafe impl Send for Manager {}
// SAFETY: as above.
unsafe impl Sync for Manager {}

impl Manager {
    /// The manager; `None` before it is made, after it is deleted, and while a program has put something else into `spm`.
    pub fn current() -> Option<Arc<Self>> {
        let exported = spm.load(Ordering::Acquire);
        if exported.is_null() {
            return None;
        }
        let manager = MANAGER.read().unwrap_or_else(PoisonError::into_inner).clone();
        let manager = manager.filter(|manager| ptr::eq(manager.object, exported))?;
        manager.mirror.catch_up();
        Some(manager)
    }

    /// Makes the manager of these values, in place of one that is there. False when there is no memory.
    pub fn start(values: SubscribedProperties) -> bool {
        Self::stop();
        let Some(object) = new_object() else { return false };
        values.drop_oldest(options::drops_oldest());
        api::open_store(&values);
        // SAFETY: fresh.
        unsafe { file::open(object, &values) };
        let mirror = Arc::new(Mirror::new(values.clone(), object));
        values.watch(Some(mirror.clone()));
        let manager = Self { values, mirror, object, file: Mutex::default() };
        manager.mirror.catch_up();
        *MANAGER.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(manager));
        spm.store(object, Ordering::Release);
        true
    }

    /// Ends the manager, if there is one: pushes or persists what waits, forgets the rest and frees the struct.
    pub fn stop() {
        let manager = MANAGER.write().unwrap_or_else(PoisonError::into_inner).take();
        spm.store(ptr::null_mut(), Ordering::Release);
        let Some(manager) = manager else { return };
        super::push_all(&manager.values);
        manager.values.close_store();
        let lost = manager.values.forget_everything();
        if lost > 0 {
            log::warn!(
                "{lost} property values were neither pushed nor written to a file, and are dropped: connect before the manager \
                 is deleted, or see to it that twcfg.offline_msg_store_dir can be written to"
            );
        }
        manager.values.watch(None);
        manager.mirror.detach();
    }

    /// The values.
    pub fn values(&self) -> &SubscribedProperties {
        &self.values
    }

    /// Shows how long the file of waiting values is: after a push, and when a program asks.
    pub fn show_file(&self) {
        let _alone = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the struct lives as long as the manager.
        unsafe { file::refresh(self.object, &self.values) };
    }

    /// The struct that C sees.
    pub fn object(&self) -> *mut twSubscribedPropsMgr {
        self.object
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.mirror.detach();
        // SAFETY: the mirror does not use the struct any more, nor does a thread of ours; by contract of the functions that delete the
        // manager neither does the program.
        unsafe { delete_object(self.object) };
    }
}

/// An empty struct with its containers; `None` when there is no memory.
fn new_object() -> Option<*mut twSubscribedPropsMgr> {
    // SAFETY: fresh objects; what was made is freed again on failure.
    unsafe {
        // Always maps: they are understood in every mode of dictionaries.
        let object = memory::alloc(twSubscribedPropsMgr {
            mtx: twMutex_Create(),
            currentValues: twMap_Create(
                Some(entity::twEntityCurrentValues_Delete),
                Some(entity::twEntityCurrentValues_Parse),
            ),
            savedValues: twMap_Create(
                Some(entity::twEntitySavedProperties_Delete),
                Some(entity::twEntitySavedProperties_Parse),
            ),
            persistedValues: ptr::null_mut(),
            fold: 0,
            itTemplate: convert::table_to_c(&update_table([])),
            queueSize: 0,
            subscribedPropsFile: ptr::null_mut(),
        });
        let made = object.as_ref()?;
        if made.currentValues.is_null() || made.savedValues.is_null() {
            delete_object(object);
            return None;
        }
        Some(object)
    }
}

/// # Safety
/// A struct of [`new_object`] that nobody uses any more.
unsafe fn delete_object(object: *mut twSubscribedPropsMgr) {
    // SAFETY: by contract of this function; a dictionary that the program has deleted is not found.
    unsafe {
        twMap_Delete((*object).savedValues);
        twMap_Delete((*object).currentValues);
        twInfoTable_Delete((*object).itTemplate.cast());
        twMutex_Delete((*object).mtx);
        file::close(object);
        memory::free(object);
    }
}

/// Makes the manager of subscribed properties; twApi_Initialize does it. Works without an API object. When there is one already, it
/// is deleted first, as twSubscribedPropsMgr_Delete does. Returns 0, 102.
#[unsafe(no_mangle)]
pub extern "C" fn twSubscribedPropsMgr_Initialize() -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let values = match instance::current() {
            Some(facade) => facade.things().subscribed.clone(),
            None => Things::new().subscribed,
        };
        if Manager::start(values) { TW_OK } else { TW_ERROR_ALLOCATING_MEMORY }
    })
}

/// Deletes the manager of subscribed properties: pushes what waits when online, otherwise writes it to the file of waiting values.
/// Until the next twSubscribedPropsMgr_Initialize the functions of the manager return 1200. twApi_Delete does it.
#[unsafe(no_mangle)]
pub extern "C" fn twSubscribedPropsMgr_Delete() {
    guard((), Manager::stop);
}

/// The manager, NULL when there is none. The SDK's.
#[unsafe(no_mangle)]
pub extern "C" fn twSubscribedPropsMgr_Get() -> *mut twSubscribedPropsMgr {
    guard(ptr::null_mut(), || {
        if let Some(manager) = Manager::current() {
            manager.show_file();
        }
        spm.load(Ordering::Acquire)
    })
}

/// Sets a flag of the manager that nothing reads: each set says whether it is folded.
#[unsafe(no_mangle)]
pub extern "C" fn twSubscribedPropsMgr_SetFolding(fold: c_char) {
    guard((), || {
        if let Some(manager) = Manager::current() {
            // SAFETY: one field of our struct.
            unsafe { (*manager.object).fold = fold };
        }
    });
}

/// As twSubscribedPropsMgr_Get.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getSPM() -> *mut twSubscribedPropsMgr {
    twSubscribedPropsMgr_Get()
}

/// How many values of a thing are queued; -1 when none is, for NULL, and without a manager.
///
/// cbindgen:ignore
///
/// # Safety
/// `entityName` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getSPMSavedValuesCount(entityName: *const c_char) -> c_int {
    guard(-1, || {
        // SAFETY: by contract of this function.
        let (Some(manager), Some(thing)) = (Manager::current(), unsafe { text::text(entityName) }) else { return -1 };
        match manager.values.queued(&thing).len() {
            0 => -1,
            count => c_int::try_from(count).unwrap_or(c_int::MAX),
        }
    })
}

/// Bytes in the file of waiting values: 0 when it is empty, -1 when it is not open.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getSPMPersistedValuesLength() -> c_int {
    guard(-1, || {
        let length = Manager::current().and_then(|manager| manager.values.stored_length());
        length.map_or(-1, |length| c_int::try_from(length).unwrap_or(c_int::MAX))
    })
}
