//! `twSubscribedProps.h`: Manager of subscribed property values waiting to be pushed.

mod calls;
mod entity;
mod file;
mod internals;
mod manager;
mod mirror;
mod options;
mod property;

pub use calls::*;
pub use entity::*;
pub use internals::*;
pub(super) use manager::Manager;
pub use manager::*;
pub use options::*;
pub use property::*;

use libc::pthread_mutex_t;
use std::ffi::c_char;
use std::sync::atomic::AtomicPtr;

use super::base_types::twStream;
use super::dict::twDict;
use super::info_table::twInfoTable;
use super::list::twList;
use super::properties::twProperty;

/// A value of a property of a thing, waiting to be pushed or remembered as the last one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twSubscribedProperty {
    /// The thing's name.
    pub entity: *const c_char,
    /// Name, value, time and quality.
    pub prop: *mut twProperty,
    /// Whether it was set folded.
    pub fold: c_char,
    /// Whether it is a folded value that is still to be pushed.
    pub foldedPropertyNeedsUpdate: c_char,
    /// Bytes that it counts in the queue.
    pub size: u32,
}

/// The values of one thing that wait to be pushed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twEntitySavedProperties {
    /// The thing's name.
    pub name: *mut c_char,
    /// Its `twSubscribedProperty`, oldest first.
    pub props: *mut twList,
}

/// The last values of one thing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twEntityCurrentValues {
    /// The thing's name.
    pub name: *mut c_char,
    /// A `twSubscribedProperty` for each property, by its name.
    pub props: *mut twDict,
}

/// What the manager of subscribed properties shows: read it, changes have no effect.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twSubscribedPropsMgr {
    pub mtx: *mut pthread_mutex_t,
    /// A `twEntityCurrentValues` for each thing that has a last value, by its name.
    pub currentValues: *mut twDict,
    /// A `twEntitySavedProperties` for each thing with values that wait, by its name.
    pub savedValues: *mut twDict,
    /// The file of values that wait, as a stream; NULL while there is none.
    pub persistedValues: *mut twStream,
    /// What twSubscribedPropsMgr_SetFolding has set.
    pub fold: c_char,
    /// A table as values are pushed in, without rows.
    pub itTemplate: *mut twInfoTable,
    /// Bytes that the waiting values count.
    pub queueSize: u32,
    /// The path of that file, NULL while there is none.
    pub subscribedPropsFile: *mut c_char,
}

/// The manager, for programs that declare it themselves. NULL before twApi_Initialize or twSubscribedPropsMgr_Initialize and
/// after the manager is deleted; a program may set it to NULL, which means the same.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static spm: AtomicPtr<twSubscribedPropsMgr> = AtomicPtr::new(std::ptr::null_mut());
