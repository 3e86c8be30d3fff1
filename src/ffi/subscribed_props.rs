//! `twSubscribedProps.h`: Manager of subscribed property values waiting to be pushed.

use libc::pthread_mutex_t;
use std::ffi::c_char;

use super::base_types::twStream;
use super::dict::twDict;
use super::info_table::twInfoTable;
use super::list::twList;
use super::properties::twProperty;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twSubscribedProperty {
    pub entity: *const c_char,
    pub prop: *mut twProperty,
    pub fold: c_char,
    pub foldedPropertyNeedsUpdate: c_char,
    pub size: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twEntitySavedProperties {
    pub name: *mut c_char,
    pub props: *mut twList,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twEntityCurrentValues {
    pub name: *mut c_char,
    pub props: *mut twDict,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twSubscribedPropsMgr {
    pub mtx: *mut pthread_mutex_t,
    pub currentValues: *mut twDict,
    pub savedValues: *mut twDict,
    pub persistedValues: *mut twStream,
    pub fold: c_char,
    pub itTemplate: *mut twInfoTable,
    pub queueSize: u32,
    pub subscribedPropsFile: *mut c_char,
}
